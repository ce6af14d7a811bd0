/* See session.h. */
#include "base/wall.h"
#include "cli/session.h"
#include "cli/interrupt.h"
#include "cli/locate.h"
#include "cli/print.h"
#include "cli/progress.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

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
    for (size_t i = 0; i < session->assignment_count; i++)
        if (!tmn_model_set(session->model, &session->settings, session->assignments[i], err))
            return false;
    return true;
}

static bool apply_until(struct tmn_session *session, struct tmn_error *err) {
    const struct tmn_calendar *calendar = &session->model->calendar;
    if (!session->arguments->until)
        return true;
    int32_t day;
    if (!tmn_date_option("until", session->arguments->until, true, &day, err))
        return false;
    session->windows = tmn_calendar_until(calendar, day);
    if (session->windows < 1)
        return tmn_fail(err, TMN_USAGE, "--until %s is before the scenario's start, %d-01-01",
                        session->arguments->until, calendar->start_year);
    if (day > tmn_date_day(tmn_calendar_window(calendar, calendar->windows - 1).year, 12, 31))
        return tmn_fail(err, TMN_USAGE, "--until %s is after the scenario's end, %s", session->arguments->until,
                        tmn_day_text(session->arena, session->model->end_day));
    return true;
}

static bool find_engine(const struct tmn_arguments *arguments, enum tmn_engine *engine, struct tmn_error *err) {
    *engine = TMN_ENGINE_EVENT;
    if (!arguments->engine || strcmp(arguments->engine, tmn_engine_names[TMN_ENGINE_EVENT]) == 0)
        return true;
    *engine = TMN_ENGINE_REFERENCE;
    if (strcmp(arguments->engine, tmn_engine_names[TMN_ENGINE_REFERENCE]) == 0)
        return true;
    return tmn_fail(err, TMN_USAGE, "there is no engine '%s'; there are: event, reference", arguments->engine);
}

/* told: its warnings were shown before. */
static bool read_model(struct tmn_session *session, bool told) {
    struct tmn_diagnostics list;
    tmn_diagnostics_init(&list, session->arena);
    session->model = tmn_model_read(session->arena, session->path, &list);
    if (!session->model || !told)
        tmn_diagnostics_print(stderr, session->path, &list);
    return session->model != NULL;
}

static enum tmn_status open_session(struct tmn_session *session, struct tmn_arena *arena,
                                    const struct tmn_arguments *arguments, bool told) {
    *session = (struct tmn_session){.arena = arena,
                                    .arguments = arguments,
                                    .target = arguments->target,
                                    .assignments = arguments->set.items,
                                    .assignment_count = arguments->set.count,
                                    .seed = (uint64_t)arguments->seed,
                                    .scale = arguments->scale};
    struct tmn_error err;
    if (!find_engine(arguments, &session->engine, &err) ||
        !tmn_scenario_locate(arena, arguments->target, &session->path, &err))
        return tmn_complain_error(&err);
    if (!read_model(session, told))
        return TMN_BAD_SCENARIO;
    session->windows = session->model->calendar.windows;
    if (!apply_settings(session, &err) || !apply_until(session, &err))
        return tmn_complain_error(&err);
    return TMN_DONE;
}

enum tmn_status tmn_session_open(struct tmn_session *session, struct tmn_arena *arena,
                                 const struct tmn_arguments *arguments) {
    return open_session(session, arena, arguments, false);
}

enum tmn_status tmn_session_again(struct tmn_session *session, struct tmn_arena *arena,
                                  const struct tmn_arguments *arguments) {
    return open_session(session, arena, arguments, true);
}

/* ---- going on from a checkpoint ---- */

static bool open_checkpoint(struct tmn_session *session, const char *folder, struct tmn_error *err) {
    const char *file = tmn_arena_printf(session->arena, "%s/%s", folder, TMN_CHECKPOINT_NAME);
    if (access(file, F_OK) != 0 && errno == ENOTDIR)
        return tmn_fail(err, TMN_IO, "'%s' is a file: name the results folder that its run wrote", folder);
    if (access(file, F_OK) != 0 && errno == ENOENT)
        return tmn_fail(err, TMN_IO,
                        "there is no checkpoint in '%s', which would be '%s'; `tumen run` writes one with --checkpoint "
                        "26w, and when it is interrupted",
                        folder, file);
    if (!tmn_checkpoint_open(&session->checkpoint, file, err))
        return false;
    const struct tmn_checkpoint_facts *facts = tmn_checkpoint_facts(session->checkpoint);
    session->target = facts->origin.target;
    session->seed = facts->seed;
    session->scale = facts->scale;
    session->windows = facts->windows;
    return true;
}

/* The scenario that the user names now, else the one at the recorded path, else that of the recorded name. */
static bool find_scenario(struct tmn_session *session, const char *target, struct tmn_error *err) {
    const struct tmn_checkpoint_facts *facts = tmn_checkpoint_facts(session->checkpoint);
    if (target) {
        session->target = target;
        return tmn_scenario_locate(session->arena, target, &session->path, err);
    }
    session->path = facts->origin.path;
    if (access(session->path, F_OK) == 0)
        return true;
    struct tmn_error unfound;
    return tmn_scenario_locate(session->arena, facts->origin.target, &session->path, &unfound) ||
           tmn_fail(err, TMN_USAGE,
                    "the scenario of the checkpoint is no longer at '%s': put it back, or name it (tumen run PATH "
                    "--resume DIR)",
                    facts->origin.path);
}

enum tmn_status tmn_session_go_on(struct tmn_session *session, struct tmn_arena *arena,
                                  const struct tmn_arguments *arguments, const char *folder, const char *target) {
    *session = (struct tmn_session){.arena = arena, .arguments = arguments};
    struct tmn_error err;
    if (!find_engine(arguments, &session->engine, &err) || !open_checkpoint(session, folder, &err) ||
        !find_scenario(session, target, &err))
        return tmn_complain_error(&err);
    if (!read_model(session, false))
        return TMN_BAD_SCENARIO;
    if (!tmn_checkpoint_fits(session->checkpoint, session->model, &err) ||
        !tmn_checkpoint_assignments(session->checkpoint, arena, arguments->set.items, arguments->set.count,
                                    &session->assignments, &session->assignment_count, &err) ||
        !apply_settings(session, &err) || !apply_until(session, &err))
        return tmn_complain_error(&err);
    return TMN_DONE;
}

void tmn_session_close(struct tmn_session *session) {
    tmn_checkpoint_close(session->checkpoint);
    session->checkpoint = NULL;
}

struct tmn_run_options tmn_session_options(const struct tmn_session *session) {
    return (struct tmn_run_options){.engine = session->engine,
                                    .seed = session->seed,
                                    .scale = session->scale,
                                    .threads = (int)session->arguments->threads,
                                    .windows = session->windows,
                                    .settings = session->settings.items,
                                    .setting_count = session->settings.count,
                                    .profile = session->arguments->profile};
}

const char *tmn_session_command(const struct tmn_session *session) {
    const struct tmn_calendar *calendar = &session->model->calendar;
    struct tmn_text text;
    char scale[32];
    tmn_text_init(&text, session->arena);
    tmn_text_put(&text, "tumen run");
    tmn_put_word(&text, session->target);
    tmn_format_real(session->scale, scale);
    if (session->seed != 1)
        tmn_text_put(&text, " --seed %llu", (unsigned long long)session->seed);
    if (session->scale != 1)
        tmn_text_put(&text, " --scale %s", scale);
    if (session->windows < calendar->windows)
        tmn_text_put(&text, " --until %s",
                     tmn_day_text(session->arena, tmn_calendar_window(calendar, session->windows - 1).first_day));
    for (size_t i = 0; i < session->assignment_count; i++) {
        const char *value = session->assignments[i], *space = strchr(value, ' ');
        bool verb = space != NULL && space < value + strcspn(value, "=@"); /* "hold name=value", and so on */
        tmn_text_put(&text, " --%.*s", verb ? (int)(space - value) : 3, verb ? value : "set");
        tmn_put_word(&text, verb ? space + 1 : value);
    }
    return text.items;
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
    double seconds = tmn_wall_s() - progress->began_s;
    if (arrivals >= 0) {
        tmn_format_count((long long)arrivals_so_far(run, arrivals), count);
        snprintf(came, sizeof came, "  %s arrivals", count);
    }
    double rate = seconds > 0 ? (double)tmn_run_alive(run) * done / seconds / 1e6 : 0;
    snprintf(line, sizeof line, "%s  %s persons%s  %.1f M person-weeks/s", date, alive, came, rate);
    tmn_progress_draw(progress, done, tmn_run_windows(run), line);
}

static bool save(struct tmn_keeper *keeper, const struct tmn_run *run, const struct tmn_progress *progress,
                 struct tmn_error *err) {
    tmn_progress_note(progress, "  saving a checkpoint");
    return tmn_keeper_save(keeper, run, err);
}

/* ---- digests of each window ---- */

static bool digests_open(const char *path, FILE **file, struct tmn_error *err) {
    *file = NULL;
    if (path == NULL)
        return true;
    *file = fopen(path, "w");
    if (*file == NULL || fputs("window,first_day,digest,full_digest\n", *file) < 0)
        return tmn_fail(err, TMN_IO, "cannot write '%s': %s", path, strerror(errno));
    return true;
}

/* Window numbers count from 0, as elsewhere; the line of a window stands for the state after it. */
static bool digests_put(const struct tmn_session *session, const struct tmn_run *run, FILE *file,
                        struct tmn_error *err) {
    int window = tmn_run_window(run) - 1;
    char date[16];
    struct tmn_digest weekly = tmn_run_weekly_digest(run), full = tmn_run_full_digest(run);
    tmn_date_format(tmn_calendar_window(&session->model->calendar, window).first_day, date);
    if (fprintf(file, "%d,%s,%016" PRIx64 "%016" PRIx64 ",%016" PRIx64 "%016" PRIx64 "\n", window, date, weekly.high,
                weekly.low, full.high, full.low) < 0 ||
        fflush(file) != 0)
        return tmn_fail(err, TMN_IO, "cannot write '%s': %s", session->arguments->digests, strerror(errno));
    return true;
}

bool tmn_session_drive(const struct tmn_session *session, struct tmn_run *run, struct tmn_keeper *keeper, bool quiet,
                       struct tmn_error *err) {
    int arrivals = tmn_outcome_find(session->model, "arrivals");
    struct tmn_progress progress;
    FILE *digests;
    bool good = digests_open(session->arguments->digests, &digests, err);
    tmn_progress_begin(&progress, quiet);
    while (good && tmn_run_window(run) < tmn_run_windows(run) && !tmn_interrupted()) {
        good = tmn_run_step(run, err) && (digests == NULL || digests_put(session, run, digests, err));
        if (good && tmn_progress_due(&progress))
            draw(session, run, &progress, arrivals);
        if (good && keeper && tmn_keeper_due(keeper, run))
            good = save(keeper, run, &progress, err);
    }
    if (good && keeper && tmn_run_window(run) < tmn_run_windows(run))
        good = save(keeper, run, &progress, err);
    tmn_progress_end(&progress);
    if (digests != NULL)
        fclose(digests);
    return good;
}
