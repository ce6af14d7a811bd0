/* Days as whole numbers (days since 1970-01-01, proleptic Gregorian) and the calendar of windows.
 * A year has floor(365 / window) windows; the last one takes the rest of the year. Lengths in quarter days. */
#ifndef TMN_BASE_DATE_H
#define TMN_BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#define TMN_YEAR_DAYS 365.2425 /* 1 y */

int32_t tmn_date_day(int year, int month, int day);
void tmn_day_date(int32_t day, int *year, int *month, int *day_of_month);
/* "YYYY-MM-DD" or "YYYY" (its 1 January); false if not a date. */
bool tmn_date_parse(const char *text, int32_t *day);
void tmn_date_format(int32_t day, char text[16]);

struct tmn_calendar {
    int start_year;
    int window_quarter_days; /* 28 for 7 d */
    int windows_per_year;
    int windows; /* in the run */
};

struct tmn_window {
    int index; /* 0-based in the run */
    int year;
    int in_year;       /* 0-based in its year */
    int quarter_days;  /* actual length */
    int32_t first_day; /* the day it begins on */
    bool ends_year;
};

bool tmn_calendar_init(struct tmn_calendar *calendar, int start_year, int window_quarter_days, int windows);
struct tmn_window tmn_calendar_window(const struct tmn_calendar *calendar, int index);
/* First window that begins on or after `day`; `windows` if none. */
int tmn_calendar_from(const struct tmn_calendar *calendar, int32_t day);
/* Number of windows that begin on or before `day`. */
int tmn_calendar_until(const struct tmn_calendar *calendar, int32_t day);
int tmn_day_year(int32_t day);
/* Length of from..to in years of the calendar (whole years count exactly). */
double tmn_years_between(int32_t from_day, int32_t to_day);

#endif
