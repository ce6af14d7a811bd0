/* See session.h. */
#include "cli/session.h"
#include "cli/interrupt.h"
#include "cli/locate.h"
#include "cli/print.h"
#include "cli/progress.h"
#include <string.h>

bool tmn_date_option(const char *name, const char *text, bool last, int32_t *day, struct tmn_error *err) {
    if (!tmn_date_parse(text, day))
        return tmn_fail(err, TMN_USAGE, "--%s takes a date as YYYY-MM-DD or YYYY, not '%s'", name, text);
    if (last && strlen(text) == 4) {
        int year, month, day_of_month;
        tmn_day_date(*day, &year, &month, &day_of_month);
        *day = tmn_date_day(year, 12, 31);
    }
    return true;
}

const char *tmn_day_text(struct tmn_arena *arena, int32_t day) {
    char text[16];
    tmn_date_format(day, text);
    return tmn_arena_strdup(arena, text);
}

int tmn_outcome_find(const struct tmn_model *model, const char *name) {
    for (size_t i = 0; i < model->outcomes.count; i++)
        if (strcmp(model->outcomes.items[i].name, name) == 0)
            return (int)i;
    return -1;
}

void tmn_diagnostics_print(FILE *file, const char *path, struct tmn_diagnostics *list) {
    tmn_diagnostics_sort(list);
    struct tmn_text text;
    tmn_text_init(&text, list->arena);
    for (size_t i = 0; i < list->count; i++)
        tmn_diagnostic_render(&list->items[i], &text);
    if (text.count > 0)
        fputs(text.items, file);
    size_t warnings = list->count - list->errors;
    if (list->errors > 0)
        fprintf(file, "%s: %zu mistake%s", path, list->errors, list->errors == 1 ? "" : "s");
    if (warnings > 0)
        fprintf(file, "%s%zu warning%s", list->errors ? ", " : "", warnings, warnings == 1 ? "" : "s");
    if (list->count > 0)
        fputc('\n', file);
}

static bool apply_settings(struct tmn_session *session, struct tmn_error *err) {
    const struct tmn_arguments *arguments = session->arguments;
    for (size_t i = 0; i < arguments->set_count; i++)
        if (!tmn_model_set(session->model, &session->settings, arguments->set[i], err))
            return false;
    return true;
}

static bool apply_until(struct tmn_session *session, struct tmn_error *err) {
    const struct tmn_calendar *calendar = &session->model->calendar;
    session->windows = calendar->windows;
    if (!session->arguments->until)
        return true;
    int32_t day;
    if (!tmn_date_option("until", session->arguments->until, true, &day, err))
        return false;
    session->windows = tmn_calendar_until(calendar, day);
    if (session->windows < 1)
        return tmn_fail(err, TMN_USAGE, "--until %s is before the scenario's start, %d-01-01",
                        session->arguments->until, calendar->start_year);
    return true;
}

static bool check_engine(const struct tmn_arguments *arguments, struct tmn_error *err) {
    if (!arguments->engine || strcmp(arguments->engine, "reference") == 0)
        return true;
    return tmn_fail(err, TMN_USAGE, "there is no engine '%s'; there is: reference", arguments->engine);
}

enum tmn_status tmn_session_open(struct tmn_session *session, struct tmn_arena *arena,
                                 const struct tmn_arguments *arguments) {
    *session = (struct tmn_session){.arena = arena, .arguments = arguments};
    struct tmn_error err;
    const char *path;
    if (!check_engine(arguments, &err) || !tmn_scenario_locate(arena, arguments->target, &path, &err))
        return tmn_complain_error(&err);
    struct tmn_diagnostics list;
    tmn_diagnostics_init(&list, arena);
    session->model = tmn_model_read(arena, path, &list);
    tmn_diagnostics_print(stderr, path, &list);
    if (!session->model)
        return TMN_BAD_SCENARIO;
    if (!apply_settings(session, &err) || !apply_until(session, &err))
        return tmn_complain_error(&err);
    return TMN_DONE;
}

struct tmn_run_options tmn_session_options(const struct tmn_session *session) {
    const struct tmn_arguments *arguments = session->arguments;
    return (struct tmn_run_options){.seed = (uint64_t)arguments->seed,
                                    .scale = arguments->scale,
                                    .threads = (int)arguments->threads,
                                    .windows = session->windows,
                                    .settings = session->settings.items,
                                    .setting_count = session->settings.count};
}

static double arrivals_so_far(const struct tmn_run *run, int outcome) {
    struct tmn_series series = tmn_run_series(run, outcome);
    double sum = 0;
    for (size_t i = 0; i < (size_t)series.periods * series.cells; i++)
        sum += series.value[i];
    return sum;
}

static void draw(const struct tmn_session *session, const struct tmn_run *run, struct tmn_progress *progress,
                 int arrivals) {
    int done = tmn_run_window(run);
    char date[16], alive[32], count[32], came[64] = "", line[192];
    tmn_date_format(tmn_calendar_window(&session->model->calendar, done - 1).first_day, date);
    tmn_format_count(tmn_run_alive(run), alive);
    double seconds = tmn_clock_s() - progress->began_s;
    if (arrivals >= 0) {
        tmn_format_count((long long)arrivals_so_far(run, arrivals), count);
        snprintf(came, sizeof came, "  %s arrivals", count);
    }
    double rate = seconds > 0 ? (double)tmn_run_alive(run) * done / seconds / 1e6 : 0;
    snprintf(line, sizeof line, "%s  %s persons%s  %.1f M person-weeks/s", date, alive, came, rate);
    tmn_progress_draw(progress, done, tmn_run_windows(run), line);
}

bool tmn_session_drive(const struct tmn_session *session, struct tmn_run *run, bool quiet, struct tmn_error *err) {
    int arrivals = tmn_outcome_find(session->model, "arrivals");
    struct tmn_progress progress;
    tmn_progress_begin(&progress, quiet);
    bool good = true;
    while (good && tmn_run_window(run) < tmn_run_windows(run) && !tmn_interrupted()) {
        good = tmn_run_step(run, err);
        if (good && tmn_progress_due(&progress))
            draw(session, run, &progress, arrivals);
    }
    tmn_progress_end(&progress);
    return good;
}
