/* `tumen arrows`: each signed link of a scenario decided, shown, told and written down. */
#include "study/arrows.h"
#include "cli/session.h"
#include "cli/study.h"
#include "study/compare.h"
#include "study/outcome_read.h"
#include <math.h>

enum { SEEDS = 8 };

static void put_total(struct tmn_grid *grid, const struct tmn_arrow_row *row) {
    tmn_grid_put(grid, "%s", row->pairs > 0 ? tmn_way_name(row->total_way) : "");
    tmn_grid_put(grid, "%s", row->pairs > 0 ? tmn_compare_number(grid->arena, row->total) : "");
    tmn_grid_put(grid, "%s", row->pairs > 0 ? tmn_compare_number(grid->arena, row->range.low) : "");
    tmn_grid_put(grid, "%s", row->pairs > 0 ? tmn_compare_number(grid->arena, row->range.high) : "");
}

/* What is remarkable of a link, and the outcome of its total. */
static void put_note(struct tmn_grid *grid, const struct tmn_arrows *arrows, const struct tmn_arrow_row *row) {
    const struct tmn_model *model = arrows->options->model;
    const char *const marks[] = {
        row->looked && row->right ? NULL : tmn_arrow_verdict(row), row->looked || arrows->stopped ? NULL : row->why,
        row->opposed ? "opposed" : NULL, row->masked ? "masked" : NULL,
        row->pairs > 0 ? tmn_outcome_text(grid->arena, model, row->arrow->outcome, row->arrow->cell) : NULL};
    struct tmn_text text;
    tmn_text_init(&text, grid->arena);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (marks[i])
            tmn_text_put(&text, "%s%s", text.count ? " " : "", marks[i]);
    tmn_grid_put(grid, "%s", text.count ? text.items : "");
}

static void print_rows(struct tmn_arena *arena, const struct tmn_arrows *arrows) {
    static const char *const all[] = {"<link",  "~from", "~to",        ">sign", ">direct", ">by",
                                      ">total", ">by",   ">90 % from", ">to",   "~"},
                             *const direct[] = {"<link", "~from", "~to", ">sign", ">direct", ">by", "~"};
    bool totals = !arrows->direct_only;
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, totals ? all : direct, totals ? sizeof all / sizeof *all : sizeof direct / sizeof *all);
    for (size_t i = 0; i < arrows->count; i++) {
        const struct tmn_arrow_row *row = &arrows->rows[i];
        tmn_grid_put(&grid, "%s", row->arrow->name);
        tmn_grid_put(&grid, "%s", row->arrow->from);
        tmn_grid_put(&grid, "%s", row->arrow->to);
        tmn_grid_put(&grid, "%s", tmn_sign_text(row->arrow->sign));
        tmn_grid_put(&grid, "%s", row->looked ? tmn_way_name(row->way) : "");
        tmn_grid_put(&grid, "%s",
                     row->looked ? tmn_compare_number(arena, row->arrow->has_with ? row->interaction : row->direct)
                                 : "");
        if (totals)
            put_total(&grid, row);
        put_note(&grid, arrows, row);
    }
    tmn_grid_print(&grid);
}

/* A link that moves nothing at all at a small scale may concern nobody there. */
static bool any_without_effect(const struct tmn_arrows *arrows) {
    for (size_t i = 0; i < arrows->count; i++)
        if (arrows->rows[i].looked && !arrows->rows[i].right && arrows->rows[i].way == TMN_WAY_NONE)
            return arrows->options->scale < 1;
    return false;
}

static void tell_count(struct tmn_arena *arena, const struct tmn_arrows *arrows) {
    const char *links = arrows->looked == arrows->count
                            ? tmn_arena_printf(arena, "%zu links", arrows->count)
                            : tmn_arena_printf(arena, "%zu of %zu links looked at", arrows->looked, arrows->count);
    tmn_tell("%s, %zu with a direct sign that is not what they say. direct: the first window, all else equal%s", links,
             arrows->wrong,
             arrows->direct_only ? "."
                                 : tmn_arena_printf(arena, "; total: over the horizon, with feedback, %s%d pairs.",
                                                    arrows->stopped ? "up to " : "", arrows->options->seeds));
}

static void tell(struct tmn_arena *arena, const struct tmn_arguments *arguments, const struct tmn_arrows *arrows,
                 const char *out) {
    if (arguments->json) {
        struct tmn_text text;
        tmn_text_init(&text, arena);
        tmn_arrows_json(arrows, &text);
        fwrite(text.items, 1, text.count, stdout);
    } else if (!arguments->quiet) {
        print_rows(arena, arrows);
        putchar('\n');
        tell_count(arena, arrows);
        if (any_without_effect(arrows))
            tmn_tell(
                "WRONG with no effect at all: at this scale there may be nobody whom the link concerns; try a larger "
                "--scale.");
        tmn_print_wrapped(stdout, "", tmn_wiring_note);
        tmn_study_print_end(&arrows->options->store, &arrows->tally, out, "arrows.html");
    }
    if (arrows->stopped)
        tmn_complain("interrupted: the runs that were finished are kept, and the same command goes on from there");
}

static enum tmn_status test_links(struct tmn_arena *arena, const struct tmn_arguments *arguments,
                                  struct tmn_study_options *options) {
    struct tmn_arrows arrows;
    struct tmn_study study;
    struct tmn_error err;
    enum tmn_status status = tmn_study_begin(&study, arena, arguments, "results/arrows");
    if (status != TMN_DONE)
        return status;
    options->progress = tmn_progress_runs;
    options->progress_context = &study.progress;
    status = tmn_study_end(&study,
                           tmn_arrows_run(&arrows, arena, options, arguments->direct, &err) &&
                               tmn_arrows_save(&arrows, study.out, &err),
                           &err);
    if (status != TMN_DONE)
        return status;
    tell(arena, arguments, &arrows, study.out);
    bool good = arrows.wrong == 0 && arrows.looked == arrows.count;
    return arrows.stopped ? TMN_INTERRUPTED : good ? TMN_DONE : TMN_FAILED;
}

enum tmn_status tmn_command_arrows(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct tmn_session session;
    enum tmn_status status = tmn_session_open(&session, arena, arguments);
    if (status != TMN_DONE)
        return status;
    if (arguments->list && arguments->json) {
        tmn_complain("arrows: --list prints a table in Markdown, --json prints JSON; leave one out");
        return TMN_MISUSED;
    }
    if (arguments->list) {
        struct tmn_text text;
        tmn_text_init(&text, arena);
        tmn_arrows_markdown(session.model, &text);
        fwrite(text.items, 1, text.count, stdout);
        return TMN_DONE;
    }
    struct tmn_study_options options = tmn_study_options_of(&session, SEEDS);
    if (arguments->direct)
        options.seeds = 1; /* all that is made then */
    return test_links(arena, arguments, &options);
}
