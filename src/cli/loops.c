/* `tumen loops`: each loop of a scenario cut in turn, its gain by period shown, told and written down. */
#include "study/loops.h"
#include "cli/session.h"
#include "cli/study.h"
#include "study/compare.h"
#include "study/outcome_read.h"
#include <string.h>

enum { SEEDS = 8 };

static void print_rows(struct tmn_arena *arena, const struct tmn_loops *loops) {
    const char *head[4 + TMN_LOOP_PERIODS] = {"<loop", "<name", "<kind", "<outcome"};
    struct tmn_grid grid;
    for (int p = 0; p < loops->periods.count; p++)
        head[4 + p] = tmn_arena_printf(arena, ">%d-%d", loops->periods.year[p], loops->last[p]);
    tmn_grid_init(&grid, arena, head, 4 + (size_t)loops->periods.count);
    for (size_t i = 0; i < loops->count; i++) {
        const struct tmn_loop_row *row = &loops->rows[i];
        tmn_grid_put(&grid, "%s", row->loop->name);
        tmn_grid_put(&grid, "%s", row->loop->title);
        tmn_grid_put(&grid, "%s", row->loop->balancing ? "balancing" : "reinforcing");
        tmn_grid_put(&grid, "%s",
                     row->why ? row->why
                              : tmn_outcome_text(arena, loops->options->model, row->loop->outcome, row->loop->cell));
        for (int p = 0; p < loops->periods.count; p++) {
            const struct tmn_loop_part *part = &row->part[p];
            if (part->pairs == 0 || part->why)
                tmn_grid_put(&grid, "%s", part->pairs == 0 ? "" : part->way == TMN_WAY_OPEN ? "?" : "none");
            else if (part->rank > 0)
                tmn_grid_put(&grid, "%s%s (%d.)", part->gain > 0 ? "+" : "", tmn_compare_number(arena, part->gain),
                             part->rank);
            else
                tmn_grid_put(&grid, "%s%s%s", part->gain > 0 ? "+" : "", tmn_compare_number(arena, part->gain),
                             part->way == TMN_WAY_OPEN ? " ?" : "");
        }
    }
    tmn_grid_print(&grid);
}

static void tell(struct tmn_arena *arena, const struct tmn_arguments *arguments, const struct tmn_loops *loops,
                 const char *out) {
    if (arguments->json) {
        struct tmn_text text;
        tmn_text_init(&text, arena);
        tmn_loops_json(loops, &text);
        fwrite(text.items, 1, text.count, stdout);
    } else if (!arguments->quiet) {
        print_rows(arena, loops);
        putchar('\n');
        tmn_tell("gain: what the closed loop adds to each unit of the response with the loop cut; + reinforces, - "
                 "balances; (1.): rank; ?: these pairs do not tell, alone: nor whether there is a response; none: no "
                 "response");
        tmn_print_wrapped(stdout, "", tmn_wiring_note);
        tmn_study_print_end(&loops->options->store, &loops->tally, out, "loops.html");
    }
    if (loops->stopped)
        tmn_complain("interrupted: the runs that were finished are kept, and the same command goes on from there");
}

/* "1995,2002,2010" */
static bool parse_periods(struct tmn_loop_periods *periods, const char *text, struct tmn_error *err) {
    periods->count = 0;
    for (const char *at = text; *at != '\0' || at == text;) {
        size_t length = strcspn(at, ",");
        long long year;
        if (!tmn_parse_int(at, length, &year) || year < 1 || year > 9999 || periods->count == TMN_LOOP_PERIODS)
            return tmn_fail(err, TMN_USAGE,
                            "--periods takes up to %d years in which periods begin, as in 1995,2002,2010, not '%s'",
                            TMN_LOOP_PERIODS, text);
        periods->year[periods->count++] = (int)year;
        at += length + (at[length] == ',');
    }
    return true;
}

static enum tmn_status measure(struct tmn_arena *arena, const struct tmn_arguments *arguments,
                               struct tmn_study_options *options, const struct tmn_loop_periods *periods) {
    struct tmn_loops loops;
    struct tmn_study study;
    struct tmn_error err;
    enum tmn_status status = tmn_study_begin(&study, arena, arguments, "results/loops");
    if (status != TMN_DONE)
        return status;
    options->progress = tmn_progress_runs;
    options->progress_context = &study.progress;
    status = tmn_study_end(
        &study, tmn_loops_run(&loops, arena, options, periods, &err) && tmn_loops_save(&loops, study.out, &err), &err);
    if (status != TMN_DONE)
        return status;
    tell(arena, arguments, &loops, study.out);
    return loops.stopped ? TMN_INTERRUPTED : TMN_DONE;
}

enum tmn_status tmn_command_loops(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct tmn_session session;
    struct tmn_error err;
    enum tmn_status status = tmn_session_open(&session, arena, arguments);
    if (status != TMN_DONE)
        return status;
    struct tmn_study_options options = tmn_study_options_of(&session, SEEDS);
    struct tmn_loop_periods periods = tmn_loop_periods(session.model);
    if (arguments->periods && !parse_periods(&periods, arguments->periods, &err))
        return tmn_complain_error(&err);
    return measure(arena, arguments, &options, &periods);
}
