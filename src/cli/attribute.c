/* `tumen attribute`: which drivers made a year what it was, shown, told and written down. */
#include "study/attribute.h"
#include "cli/session.h"
#include "cli/study.h"
#include "study/compare.h"
#include <math.h>

enum { SEEDS = 4, TOLD = 3 /* outcomes */ };

static void put_row(struct tmn_grid *grid, const char *name, struct tmn_share_of share, bool level) {
    struct tmn_arena *arena = grid->arena;
    tmn_grid_put(grid, "%s", name);
    tmn_grid_put(grid, "%s%s", level || share.mean < 0 ? "" : "+", tmn_compare_number(arena, share.mean));
    tmn_grid_put(grid, "%s", tmn_compare_number(arena, share.range.low));
    tmn_grid_put(grid, "%s", tmn_compare_number(arena, share.range.high));
}

static void print_outcome(struct tmn_arena *arena, const struct tmn_attribution *attribution,
                          const struct tmn_attributed *attributed) {
    static const char *const head[] = {"<step", ">persons", ">90 % from", ">to"};
    const struct tmn_outcome *outcome = &attribution->options->model->outcomes.items[attributed->outcome];
    struct tmn_share_of way = {attributed->still.mean - attributed->before.mean, {(double)NAN, (double)NAN}};
    struct tmn_grid grid;
    tmn_heading("%s%s", outcome->title ? outcome->title : outcome->name, attributed->masked ? ": masked" : "");
    if (attributed->masked)
        return;
    tmn_grid_init(&grid, arena, head, sizeof head / sizeof *head);
    put_row(&grid, tmn_arena_printf(arena, "%d", attribution->year - 1), attributed->before, true);
    put_row(&grid, "under way", way, false);
    for (int c = 0; c < attribution->classes; c++)
        put_row(&grid, attribution->class_name[c], attributed->added[c], false);
    put_row(&grid, tmn_arena_printf(arena, "%d", attribution->year), attributed->year, true);
    tmn_grid_print(&grid);
}

static bool any_result(const struct tmn_attribution *attribution) {
    for (size_t o = 0; o < attribution->count; o++)
        if (attribution->options->model->outcomes.items[attribution->outcomes[o].outcome].mark == TMN_MARK_RESULT)
            return true;
    return false;
}

/* The results, each count once; without marks the first outcomes. */
static void print_tables(struct tmn_arena *arena, const struct tmn_attribution *attribution) {
    const struct tmn_model *model = attribution->options->model;
    bool marked = any_result(attribution);
    int told = 0;
    for (size_t o = 0; o < attribution->count && told < TOLD; o++) {
        const struct tmn_attributed *attributed = &attribution->outcomes[o];
        if (attributed->repeats || (marked && model->outcomes.items[attributed->outcome].mark != TMN_MARK_RESULT))
            continue;
        print_outcome(arena, attribution, attributed);
        told++;
    }
}

static void tell(struct tmn_arena *arena, const struct tmn_arguments *arguments,
                 const struct tmn_attribution *attribution, const char *out) {
    if (arguments->json) {
        struct tmn_text text;
        tmn_text_init(&text, arena);
        tmn_attribution_json(attribution, &text);
        fwrite(text.items, 1, text.count, stdout);
    } else if (!arguments->quiet) {
        print_tables(arena, attribution);
        putchar('\n');
        tmn_tell("under way: what would have come had every driver kept its value. %s: %zu worlds, %d seed%s.",
                 attribution->exact ? "All sets of classes" : "Orders drawn of each seed", attribution->worlds,
                 attribution->seeds, attribution->seeds == 1 ? "" : "s");
        tmn_study_print_end(&attribution->options->store, &attribution->tally, out, "attribute.html");
    }
    if (attribution->stopped)
        tmn_complain("interrupted: %d of %d seeds are done; the same command goes on from there", attribution->seeds,
                     attribution->options->seeds);
}

static enum tmn_status attribute_year(struct tmn_arena *arena, const struct tmn_arguments *arguments,
                                      struct tmn_study_options *options) {
    struct tmn_attribution attribution;
    struct tmn_study study;
    struct tmn_error err;
    int32_t from_day = tmn_date_day((int)arguments->year, 1, 1);
    if (arguments->from && !tmn_date_option("from", arguments->from, false, &from_day, &err))
        return tmn_complain_error(&err);
    enum tmn_status status = tmn_study_begin(&study, arena, arguments, "results/attribute");
    if (status != TMN_DONE)
        return status;
    options->progress = tmn_progress_runs;
    options->progress_context = &study.progress;
    status = tmn_study_end(&study,
                           tmn_attribution_run(&attribution, arena, options, (int)arguments->year, from_day, &err) &&
                               tmn_attribution_save(&attribution, study.out, &err),
                           &err);
    if (status != TMN_DONE)
        return status;
    tell(arena, arguments, &attribution, study.out);
    return attribution.stopped ? TMN_INTERRUPTED : TMN_DONE;
}

enum tmn_status tmn_command_attribute(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct tmn_session session;
    if (arguments->year == 0) {
        tmn_complain("attribute: which year? Say it with --year");
        return TMN_MISUSED;
    }
    enum tmn_status status = tmn_session_open(&session, arena, arguments);
    if (status != TMN_DONE)
        return status;
    struct tmn_study_options options = tmn_study_options_of(&session, SEEDS);
    return attribute_year(arena, arguments, &options);
}
