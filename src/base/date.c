/* Dates as day numbers, and the calendar of windows. */
#include "base/date.h"

#include <stdio.h>
#include <string.h>

/* Days from 1970-01-01; years count from March so that the leap day is the last of its year. */
int32_t tmn_date_day(int year, int month, int day) {
    int y = month <= 2 ? year - 1 : year, m = month <= 2 ? month + 9 : month - 3;
    int era = (y >= 0 ? y : y - 399) / 400, year_of_era = y - era * 400;
    int day_of_year = (153 * m + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void tmn_day_date(int32_t day, int *year, int *month, int *day_of_month) {
    int z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, day_of_era = z - era * 146097;
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int m = (5 * day_of_year + 2) / 153;
    *day_of_month = day_of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = year_of_era + era * 400 + (*month <= 2 ? 1 : 0);
}

static bool digits(const char *text, int count, int *value) {
    *value = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *value = *value * 10 + (text[i] - '0');
    }
    return true;
}

bool tmn_date_parse(const char *text, int32_t *day) {
    int year, month = 1, day_of_month = 1, back_year, back_month, back_day;
    size_t length = strlen(text);
    if (length == 4) {
        if (!digits(text, 4, &year))
            return false;
    } else if (length != 10 || text[4] != '-' || text[7] != '-' || !digits(text, 4, &year) ||
               !digits(text + 5, 2, &month) || !digits(text + 8, 2, &day_of_month)) {
        return false;
    }
    if (month < 1 || month > 12 || day_of_month < 1)
        return false;
    *day = tmn_date_day(year, month, day_of_month);
    tmn_day_date(*day, &back_year, &back_month, &back_day); /* refuses 31 April */
    return back_year == year && back_month == month && back_day == day_of_month;
}

void tmn_date_format(int32_t day, char text[16]) {
    int year, month, day_of_month;
    tmn_day_date(day, &year, &month, &day_of_month);
    snprintf(text, 16, "%04d-%02d-%02d", year % 10000, month % 100, day_of_month % 100);
}

bool tmn_calendar_init(struct tmn_calendar *calendar, int start_year, int window_quarter_days, int windows) {
    if (window_quarter_days < 1 || window_quarter_days > 365 * 4 || windows < 0)
        return false;
    calendar->start_year = start_year;
    calendar->window_quarter_days = window_quarter_days;
    calendar->windows_per_year = 365 * 4 / window_quarter_days;
    calendar->windows = windows;
    return true;
}

struct tmn_window tmn_calendar_window(const struct tmn_calendar *calendar, int index) {
    struct tmn_window window;
    int quarter = calendar->window_quarter_days;
    window.index = index;
    window.year = calendar->start_year + index / calendar->windows_per_year;
    window.in_year = index % calendar->windows_per_year;
    int32_t new_year = tmn_date_day(window.year, 1, 1);
    window.first_day = new_year + window.in_year * quarter / 4;
    window.ends_year = window.in_year == calendar->windows_per_year - 1;
    int year_quarters = 4 * (tmn_date_day(window.year + 1, 1, 1) - new_year);
    window.quarter_days = window.ends_year ? year_quarters - window.in_year * quarter : quarter;
    return window;
}

/* The first window whose first day is at or after `day` (strictly: after), by bisection over all windows. */
static int first_window(const struct tmn_calendar *calendar, int32_t day, bool strictly) {
    int low = 0, high = calendar->windows;
    while (low < high) {
        int mid = low + (high - low) / 2;
        int32_t first = tmn_calendar_window(calendar, mid).first_day;
        if (strictly ? first > day : first >= day)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

int tmn_calendar_from(const struct tmn_calendar *calendar, int32_t day) {
    return first_window(calendar, day, false);
}

int tmn_calendar_until(const struct tmn_calendar *calendar, int32_t day) {
    return first_window(calendar, day, true);
}

int tmn_day_year(int32_t day) {
    int year, month, day_of_month;
    tmn_day_date(day, &year, &month, &day_of_month);
    return year;
}

double tmn_years_between(int32_t from_day, int32_t to_day) {
    int from_year, to_year, month, day;
    tmn_day_date(from_day, &from_year, &month, &day);
    bool whole = month == 1 && day == 1;
    tmn_day_date(to_day + 1, &to_year, &month, &day);
    whole = whole && month == 1 && day == 1;
    return whole ? (double)(to_year - from_year) : ((double)to_day - from_day + 1.0) / TMN_YEAR_DAYS;
}
