/* Text: building, near names, numbers in any locale. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include <locale.h>
#include <string.h>

static void builds(void **state) {
    (void)state;
    struct tmn_arena arena;
    struct tmn_text text;
    tmn_arena_init(&arena, 0);
    tmn_text_init(&text, &arena);
    for (int i = 0; i < 1000; i++)
        tmn_text_put(&text, "%03d,", i);
    assert_int_equal(text.count, 4000);
    assert_memory_equal(text.items + 3992, "998,999,", 9);
    tmn_arena_free(&arena);
}

static void near_names(void **state) {
    (void)state;
    static const char *const names[] = {"status", "border.fence", "aware", "age"};
    assert_string_equal(tmn_nearest("statsu", names, 4), "status");
    assert_string_equal(tmn_nearest("border.fense", names, 4), "border.fence");
    assert_string_equal(tmn_nearest("AWARE", names, 4), "aware");
    assert_null(tmn_nearest("zebra", names, 4));
    assert_null(tmn_nearest("xyz", names, 4));
}

static void numbers(void **state) {
    (void)state;
    double value;
    long long whole;
    char text[32];
    setlocale(LC_ALL, "de_DE.UTF-8"); /* where installed: a decimal comma must not matter */
    assert_true(tmn_parse_real("1.5e3", 5, &value) && value == 1500.0);
    static const char *const wrong[] = {"", "1,5", "nan", "inf", "0x10", "1e999", "1.5 ", "--1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(tmn_parse_real(wrong[i], strlen(wrong[i]), &value));
    assert_true(tmn_parse_int("-42", 3, &whole) && whole == -42);
    assert_false(tmn_parse_int("9223372036854775808", 19, &whole));
    assert_false(tmn_parse_int("-", 1, &whole));
    tmn_format_real(0.1, text);
    assert_string_equal(text, "0.1");
    tmn_format_real(30.0, text);
    assert_string_equal(text, "30");
    tmn_format_real(-1e300, text);
    assert_string_equal(text, "-1e+300");
    tmn_format_real(1.0 / 3.0, text);
    assert_true(tmn_parse_real(text, strlen(text), &value) && value == 1.0 / 3.0);
    tmn_format_count(-1234567, text);
    assert_string_equal(text, "-1,234,567");
    tmn_format_count(123, text);
    assert_string_equal(text, "123");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(builds), cmocka_unit_test(near_names),
                                       cmocka_unit_test(numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
