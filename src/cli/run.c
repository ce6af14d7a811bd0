/* `tumen run` and `tumen fork`: simulate, from the start or from a checkpoint, write the results folder, tell what came
 * out. */
#include "base/claim.h"
#include "base/wall.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/summary.h"
#include "report/report.h"
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static uint64_t peak_rss_bytes(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

static void announce(const struct tmn_session *session, const struct tmn_run *run) {
    const struct tmn_model *model = session->model;
    char persons[32], first[16], last[16];
    int done = tmn_run_window(run);
    tmn_format_count(tmn_run_alive(run), persons);
    tmn_date_format(tmn_calendar_window(&model->calendar, done).first_day, first);
    tmn_date_format(tmn_calendar_window(&model->calendar, session->windows - 1).first_day, last);
    printf("%s%s%s\n", tmn_bold(stdout), model->title ? model->title : model->name, tmn_plain(stdout));
    tmn_tell("%s%s to the %s of %s%s, %s simulated persons at the start, scale %g, seed %llu",
             session->checkpoint ? "from the checkpoint of " : "", first,
             model->calendar.window_quarter_days == 28 ? "week" : "window", last, model->until ? " at the latest" : "",
             persons, session->scale, (unsigned long long)session->seed);
    fflush(stdout);
}

static void print_json(struct tmn_arena *arena, const struct tmn_result *result) {
    struct tmn_text text;
    tmn_text_init(&text, arena);
    tmn_result_run_json(result, &text);
    fwrite(text.items, 1, text.count, stdout);
    if (text.count > 0 && text.items[text.count - 1] != '\n')
        putchar('\n');
}

struct job {
    struct tmn_session session;
    struct tmn_keeper keeper;
    const char *out;
    double began_s; /* when the population began to be made */
};

static void tell(const struct job *job, const struct tmn_result *result) {
    const struct tmn_arguments *arguments = job->session.arguments;
    if (arguments->json)
        print_json(job->session.arena, result);
    else if (!arguments->quiet)
        tmn_summary_print(job->session.arena, result);
    if (!tmn_result_complete(result))
        tmn_complain("interrupted after %d of %d windows; what there is lies in %s, marked incomplete; `tumen run "
                     "--resume %s` goes on from there",
                     result->windows, result->windows_total, job->out, job->out);
}

/* Runs, writes, and tells; the run is the caller's to free. */
static bool run_and_write(struct job *job, struct tmn_run *run, struct tmn_error *err) {
    const struct tmn_session *session = &job->session;
    const struct tmn_arguments *arguments = session->arguments;
    if (!arguments->quiet && !arguments->json)
        announce(session, run);
    if (!tmn_session_drive(session, run, &job->keeper, arguments->quiet, err))
        return false;
    struct tmn_run_facts facts = {.version = TUMEN_VERSION,
                                  .compiler = tmn_compiler(),
                                  .engine = tmn_engine_names[session->engine],
                                  .results_dir = job->out,
                                  .command = tmn_session_command(session),
                                  .threads = (int)arguments->threads,
                                  .checkpoint = job->keeper.own,
                                  .wall_s = tmn_wall_s() - job->began_s,
                                  .peak_rss_bytes = peak_rss_bytes(),
                                  .assignments = session->assignments,
                                  .assignment_count = session->assignment_count};
    struct tmn_result result;
    tmn_result_gather(&result, session->arena, session->model, run, session->seed, session->scale, &facts);
    if (!tmn_report_write(&result, job->out, err))
        return false;
    tell(job, &result);
    return true;
}

/* What its checkpoints say of the run, and where they lie. */
static bool begin_keeper(struct job *job, bool in_place, struct tmn_error *err) {
    const struct tmn_session *session = &job->session;
    const struct tmn_checkpoint_facts *from = session->checkpoint ? tmn_checkpoint_facts(session->checkpoint) : NULL;
    char *path = realpath(session->path, NULL);
    if (!path)
        return tmn_fail(err, TMN_IO, "'%s' cannot be found any more", session->path);
    job->keeper = (struct tmn_keeper){.arena = session->arena,
                                      .folder = job->out,
                                      .origin = {.target = session->target,
                                                 .path = tmn_arena_strdup(session->arena, path),
                                                 .version = TUMEN_VERSION,
                                                 .assignments = session->assignments,
                                                 .assignment_count = session->assignment_count,
                                                 .every = session->arguments->resume ? from->origin.every : 0},
                                      .own = in_place,
                                      .window = in_place ? from->window : -1};
    free(path);
    const char *every = session->arguments->checkpoint;
    return !every || tmn_keeper_every(every, &session->model->calendar, &job->keeper.origin.every, err);
}

static bool make_run(struct job *job, struct tmn_run **run, struct tmn_error *err) {
    const struct tmn_session *session = &job->session;
    struct tmn_run_options options = tmn_session_options(session);
    struct tmn_progress progress; /* at scale 1 the population takes a while */
    tmn_progress_begin(&progress, session->arguments->quiet);
    job->began_s = progress.began_s;
    tmn_progress_note(&progress, "making the population");
    bool made = session->checkpoint ? tmn_run_resume(run, session->model, &options, session->checkpoint, err)
                                    : tmn_run_new(run, session->model, &options, err);
    tmn_progress_end(&progress);
    return made;
}

static enum tmn_status run_claimed(struct job *job, bool in_place) {
    struct tmn_error err;
    struct tmn_run *run;
    if (!begin_keeper(job, in_place, &err) || !make_run(job, &run, &err))
        return tmn_complain_error(&err);
    bool good = run_and_write(job, run, &err);
    bool cut_short = tmn_run_window(run) < tmn_run_windows(run);
    tmn_run_free(run);
    if (!good)
        return tmn_complain_error(&err);
    return cut_short ? TMN_INTERRUPTED : TMN_DONE;
}

/* From an open session to written results. in_place: `out` is the folder of the run that goes on. */
static enum tmn_status run_job(struct job *job, bool in_place) {
    struct tmn_error err;
    struct tmn_lock claim;
    if (!tmn_result_allowed(job->session.model, &err) ||
        !tmn_settings_allowed(job->session.model, job->session.settings.items, job->session.settings.count, &err) ||
        !tmn_claim_take(&claim, job->session.arena, job->out, &err))
        return tmn_complain_error(&err);
    enum tmn_status status = run_claimed(job, in_place);
    tmn_lock_drop(&claim);
    return status;
}

static bool same_folder(const char *a, const char *b) {
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static const char *without_slash(struct tmn_arena *arena, const char *folder) {
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    return tmn_arena_strndup(arena, folder, length);
}

static enum tmn_status resume(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    const char *kept = arguments->seed_given    ? "--seed"
                       : arguments->scale_given ? "--scale"
                       : arguments->set.count   ? "--set"
                                                : NULL;
    if (kept) {
        tmn_complain("%s does not go with --resume: a run goes on with what it began with (`tumen fork` tries other "
                     "settings)",
                     kept);
        return TMN_MISUSED;
    }
    struct job job;
    enum tmn_status status = tmn_session_go_on(&job.session, arena, arguments, arguments->resume, arguments->target);
    job.out = arguments->out ? arguments->out : without_slash(arena, arguments->resume);
    if (status == TMN_DONE)
        status = run_job(&job, same_folder(job.out, arguments->resume));
    tmn_session_close(&job.session);
    return status;
}

enum tmn_status tmn_command_run(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    if (arguments->resume)
        return resume(arena, arguments);
    struct job job;
    enum tmn_status status = tmn_session_open(&job.session, arena, arguments);
    if (status != TMN_DONE)
        return status;
    job.out = arguments->out ? arguments->out
                             : tmn_arena_printf(arena, "results/%s-%lld", job.session.model->name, arguments->seed);
    return run_job(&job, false);
}

enum tmn_status tmn_command_fork(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct job job = {.out = arguments->out
                                 ? arguments->out
                                 : tmn_arena_printf(arena, "%s-fork", without_slash(arena, arguments->target))};
    if (arguments->set.count == 0) {
        tmn_complain("fork: what shall be different? Say it with --set NAME=VALUE, --hold, --shift or --assign");
        return TMN_MISUSED;
    }
    if (same_folder(job.out, arguments->target)) {
        tmn_complain("fork: '%s' is the run that it begins from; choose another folder with --out", job.out);
        return TMN_MISUSED;
    }
    enum tmn_status status = tmn_session_go_on(&job.session, arena, arguments, arguments->target, NULL);
    if (status == TMN_DONE && tmn_checkpoint_facts(job.session.checkpoint)->window >= job.session.windows) {
        tmn_complain("fork: no window comes after the checkpoint in '%s'; --until may name a later end",
                     arguments->target);
        status = TMN_MISUSED;
    }
    if (status == TMN_DONE)
        status = run_job(&job, false);
    tmn_session_close(&job.session);
    return status;
}
