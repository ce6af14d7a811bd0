/* Dates against known days, and the calendar: windows tile the years without gap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/date.h"

static void known_days(void **state) {
    (void)state;
    assert_int_equal(tmn_date_day(1970, 1, 1), 0);
    assert_int_equal(tmn_date_day(2000, 3, 1), 11017);
    assert_int_equal(tmn_date_day(1994, 1, 1), 8766);
    int32_t before = tmn_date_day(1899, 12, 31);
    for (int32_t day = before + 1; day < before + 80000; day++) {
        int year, month, day_of_month;
        tmn_day_date(day, &year, &month, &day_of_month);
        assert_int_equal(tmn_date_day(year, month, day_of_month), day);
    }
}

static void parsing(void **state) {
    (void)state;
    int32_t day;
    char text[16];
    assert_true(tmn_date_parse("2020-02-29", &day));
    tmn_date_format(day, text);
    assert_string_equal(text, "2020-02-29");
    assert_true(tmn_date_parse("2001", &day));
    assert_int_equal(day, tmn_date_day(2001, 1, 1));
    static const char *const wrong[] = {"2019-02-29", "2020-13-01", "2020-00-01", "2020-1-1",  "20200101",
                                        "",           "abcd",       "2020-04-31", "2020-01-00"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(tmn_date_parse(wrong[i], &day));
}

static void windows_tile_the_years(void **state) {
    (void)state;
    static const int quarter_days[] = {28, 14, 7, 4, 120, 1460};
    static const int per_year[] = {52, 104, 208, 365, 12, 1};
    for (size_t i = 0; i < sizeof per_year / sizeof *per_year; i++) {
        struct tmn_calendar calendar;
        assert_true(tmn_calendar_init(&calendar, 1994, quarter_days[i], 31 * per_year[i]));
        assert_int_equal(calendar.windows_per_year, per_year[i]);
        int64_t quarters = 0;
        for (int w = 0; w < calendar.windows; w++) {
            struct tmn_window window = tmn_calendar_window(&calendar, w);
            assert_true(window.quarter_days >= quarter_days[i]);
            assert_int_equal(window.first_day, tmn_date_day(1994, 1, 1) + quarters / 4);
            quarters += window.quarter_days;
        }
        assert_int_equal(quarters, 4 * (tmn_date_day(2025, 1, 1) - tmn_date_day(1994, 1, 1)));
    }
    struct tmn_calendar weekly;
    assert_true(tmn_calendar_init(&weekly, 1994, 28, 31 * 52));
    assert_int_equal(tmn_calendar_window(&weekly, 51).quarter_days, 32);          /* 1994: 8 days */
    assert_int_equal(tmn_calendar_window(&weekly, 2 * 52 + 51).quarter_days, 36); /* 1996: 9 days */
    assert_int_equal(tmn_calendar_from(&weekly, tmn_date_day(1994, 1, 2)), 1);
    assert_int_equal(tmn_calendar_from(&weekly, tmn_date_day(1994, 1, 8)), 1);
    assert_int_equal(tmn_calendar_until(&weekly, tmn_date_day(1994, 12, 31)), 52);
    assert_int_equal(tmn_calendar_from(&weekly, tmn_date_day(2030, 1, 1)), 31 * 52);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_days), cmocka_unit_test(parsing),
                                       cmocka_unit_test(windows_tile_the_years)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
