/* `tumen run`: simulate, write the results folder, tell what came out. */
#include "cli/interrupt.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/summary.h"
#include "report/report.h"
#include <sys/resource.h>

static uint64_t peak_rss_bytes(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

static void announce(const struct tmn_session *session, const struct tmn_run *run) {
    const struct tmn_model *model = session->model;
    char persons[32], first[16], last[16];
    tmn_format_count(tmn_run_alive(run), persons);
    tmn_date_format(tmn_date_day(model->calendar.start_year, 1, 1), first);
    tmn_date_format(tmn_calendar_window(&model->calendar, session->windows - 1).first_day, last);
    printf("%s%s%s\n%s to the week of %s%s, %s simulated persons at the start, scale %g, seed %lld\n", tmn_bold(stdout),
           model->title ? model->title : model->name, tmn_plain(stdout), first, last,
           model->until ? " at the latest" : "", persons, session->arguments->scale, session->arguments->seed);
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

/* Runs, writes, and tells; the run is the caller's to free. began_s: when its population began to be made. */
static bool run_and_write(const struct tmn_session *session, struct tmn_run *run, double began_s, const char *out,
                          struct tmn_error *err) {
    const struct tmn_arguments *arguments = session->arguments;
    bool silent = arguments->quiet || arguments->json;
    if (!silent)
        announce(session, run);
    if (!tmn_session_drive(session, run, arguments->quiet, err))
        return false;
    struct tmn_run_facts facts = {.version = TUMEN_VERSION,
                                  .compiler = tmn_compiler(),
                                  .engine = "reference",
                                  .results_dir = out,
                                  .command = arguments->line,
                                  .threads = (int)arguments->threads,
                                  .wall_s = tmn_clock_s() - began_s,
                                  .peak_rss_bytes = peak_rss_bytes(),
                                  .assignments = arguments->set,
                                  .assignment_count = arguments->set_count};
    struct tmn_result result;
    tmn_result_gather(&result, session->arena, session->model, run, (uint64_t)arguments->seed, arguments->scale,
                      &facts);
    if (!tmn_report_write(&result, out, err))
        return false;
    if (arguments->json)
        print_json(session->arena, &result);
    else if (!silent)
        tmn_summary_print(session->arena, &result);
    if (!tmn_result_complete(&result))
        tmn_complain("interrupted after %d of %d windows; what there is lies in %s, marked incomplete", result.windows,
                     result.windows_total, out);
    return true;
}

enum tmn_status tmn_command_run(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct tmn_session session;
    enum tmn_status status = tmn_session_open(&session, arena, arguments);
    if (status != TMN_DONE)
        return status;
    struct tmn_error err;
    const char *out = arguments->out ? arguments->out
                                     : tmn_arena_printf(arena, "results/%s-%lld", session.model->name, arguments->seed);
    if (!tmn_result_allowed(session.model, &err) || !tmn_folder_check(arena, out, &err))
        return tmn_complain_error(&err);
    struct tmn_run_options options = tmn_session_options(&session);
    struct tmn_run *run;
    struct tmn_progress progress; /* at scale 1 the population takes a while */
    tmn_progress_begin(&progress, arguments->quiet);
    tmn_progress_note(&progress, "making the population");
    bool made = tmn_run_new(&run, session.model, &options, &err);
    tmn_progress_end(&progress);
    if (!made)
        return tmn_complain_error(&err);
    bool good = run_and_write(&session, run, progress.began_s, out, &err);
    bool cut_short = tmn_run_window(run) < tmn_run_windows(run);
    tmn_run_free(run);
    if (!good)
        return tmn_complain_error(&err);
    return cut_short ? TMN_INTERRUPTED : TMN_DONE;
}
