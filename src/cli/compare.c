/* `tumen compare`: two worlds pair by pair, shown, told and written down. */
#include "study/compare.h"
#include "cli/session.h"
#include "cli/study.h"
#include <math.h>
#include <string.h>

enum { SEEDS = 8, ALSO_MAX = 6 };

/* ---- the two worlds ---- */

static struct tmn_words join(struct tmn_arena *arena, struct tmn_words a, struct tmn_words b) {
    struct tmn_words both = {TMN_NEW_ARRAY(arena, const char *, a.count + b.count + 1), 0};
    for (size_t i = 0; i < a.count; i++)
        both.items[both.count++] = a.items[i];
    for (size_t i = 0; i < b.count; i++)
        both.items[both.count++] = b.items[i];
    return both;
}

static enum tmn_status open_world(struct tmn_compare_world *world, struct tmn_session *session, struct tmn_arena *arena,
                                  const struct tmn_arguments *arguments, bool again) {
    enum tmn_status status =
        again ? tmn_session_again(session, arena, arguments) : tmn_session_open(session, arena, arguments);
    if (status == TMN_DONE)
        *world = (struct tmn_compare_world){.target = arguments->target,
                                            .model = session->model,
                                            .settings = session->settings,
                                            .keep = tmn_study_kept(arena, session->model, &arguments->set),
                                            .assignments = arguments->set.items,
                                            .assignment_count = arguments->set.count};
    return status;
}

/* --from, else the first day on which anything is different. */
static bool first_day(const struct tmn_arguments *arguments, const struct tmn_model *model, int32_t *day,
                      struct tmn_error *err) {
    int32_t first = INT32_MAX;
    *day = tmn_date_day(model->calendar.start_year, 1, 1);
    if (arguments->from)
        return tmn_date_option("from", arguments->from, false, day, err);
    for (size_t i = 0; i < arguments->set.count; i++) {
        const char *at = strrchr(arguments->set.items[i], '@');
        int32_t from;
        if (!at || !tmn_date_parse(at + 1, &from))
            return true;
        first = from < first ? from : first;
    }
    if (!arguments->scenario && first > *day && first < INT32_MAX)
        *day = first;
    return true;
}

/* Is there anything of the run from that day on? */
static bool from_within(const struct tmn_compare_options *options, struct tmn_error *err) {
    const struct tmn_calendar *calendar = &options->world[TMN_BASE].model->calendar;
    if (tmn_calendar_from(calendar, options->from_day) < options->windows)
        return true;
    char date[16];
    tmn_date_format(options->from_day, date);
    return tmn_fail(err, TMN_USAGE,
                    "no window of the runs begins on or after %s, from which on they would differ or be "
                    "summed; let --until be later",
                    date);
}

/* ---- tables ---- */

static void put_row(struct tmn_grid *grid, const struct tmn_compared *compared) {
    const struct tmn_effect *whole = tmn_effect_whole(compared);
    struct tmn_arena *arena = grid->arena;
    const struct tmn_outcome *outcome = compared->outcome;
    const struct tmn_twins *twins = &compared->twins;
    tmn_grid_put(grid, "%s%s", outcome->name, whole->thin ? "*" : "");
    tmn_grid_put(grid, "%s", tmn_compare_number(arena, whole->mean[TMN_BASE]));
    tmn_grid_put(grid, "%s", tmn_compare_number(arena, whole->mean[TMN_VARIANT]));
    tmn_grid_put(grid, "%s", tmn_compare_number(arena, whole->effect));
    tmn_grid_put(grid, "%s", whole->same ? "" : tmn_compare_number(arena, whole->range.low));
    tmn_grid_put(grid, "%s", whole->same ? "" : tmn_compare_number(arena, whole->range.high));
    tmn_grid_put(grid, "%s", isfinite(whole->saved) ? tmn_compare_number(arena, whole->saved) : "-");
    tmn_grid_put(grid, "%s", twins->known ? tmn_compare_number(arena, twins->only[TMN_BASE]) : "");
    tmn_grid_put(grid, "%s", twins->known ? tmn_compare_number(arena, twins->only[TMN_VARIANT]) : "");
    if (compared->verdict == TMN_COMPARE_OPEN && compared->wanted > 0)
        tmn_grid_put(grid, "open ~%d", compared->wanted);
    else
        tmn_grid_put(grid, "%s", tmn_compare_verdict_name(compared->verdict));
    if (outcome->kind == TMN_OUTCOME_FEEDBACK && outcome->title)
        tmn_grid_note(grid, outcome->title); /* its unit is not persons, and stands nowhere else */
}

/* Those that count as any of the marks, bits by enum tmn_outcome_mark. */
static bool print_marked(struct tmn_arena *arena, const struct tmn_compare *compare, unsigned marks,
                         const char *heading) {
    static const char *const head[] = {"~outcome", ">base",  ">variant", ">effect", ">from",
                                       ">to",      ">saved", ">gone",    ">new",    "<verdict"};
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, sizeof head / sizeof *head);
    for (int mark = TMN_MARK_NONE; mark <= TMN_MARK_HARM; mark++) /* attempts, then harm */
        for (size_t o = 0; o < compare->count; o++)
            if (tmn_compared_told(&compare->outcomes[o], marks & 1u << mark))
                put_row(&grid, &compare->outcomes[o]);
    if (grid.count == 0)
        return false;
    tmn_heading("%s", heading);
    tmn_grid_print(&grid);
    return true;
}

/* What else is decided, by name. */
static void print_also(struct tmn_arena *arena, const struct tmn_compare *compare) {
    struct tmn_text text;
    size_t told = 0, more = 0;
    tmn_text_init(&text, arena);
    for (size_t o = 0; o < compare->count; o++) {
        const struct tmn_compared *compared = &compare->outcomes[o];
        if (!tmn_compared_told(compared, 1u << TMN_MARK_NONE) ||
            (compared->verdict != TMN_COMPARE_MORE && compared->verdict != TMN_COMPARE_LESS))
            continue;
        if (told < ALSO_MAX)
            tmn_text_put(&text, "%s%s %s", told++ > 0 ? ", " : "Also decided: ", compared->outcome->name,
                         tmn_compare_verdict_name(compared->verdict));
        else
            more++;
    }
    if (more > 0)
        tmn_text_put(&text, " and %zu more", more);
    if (told > 0)
        tmn_print_wrapped(stdout, "", tmn_arena_printf(arena, "%s; see effects.csv.", text.items));
}

static void print_note(const struct tmn_compare *compare) {
    bool thin = false;
    for (size_t o = 0; o < compare->count; o++)
        thin = thin || tmn_effect_whole(&compare->outcomes[o])->thin;
    fputs(tmn_dim(stdout), stdout);
    putchar('\n');
    tmn_print_wrapped(
        stdout, "",
        "from, to: 90 % interval of the effect. saved: variance of unpaired runs over that of pairs. gone, "
        "new: persons who did it in the base only, in the variant only, at any time of the run. open ~N: about N "
        "pairs (or draws) would decide an effect of this size.");
    if (thin)
        tmn_print_wrapped(stdout, "", "* rests on under 100 simulated persons: take a larger --scale, or more seeds");
    fputs(tmn_plain(stdout), stdout);
}

static void print_draws(struct tmn_arena *arena, const struct tmn_compare *compare) {
    const struct tmn_model *model = compare->options->world[TMN_BASE].model;
    struct tmn_text text;
    tmn_text_init(&text, arena);
    for (size_t o = 0; o < compare->count; o++) {
        const struct tmn_compared *compared = &compare->outcomes[o];
        if (tmn_compared_told(compared, 1u << TMN_MARK_RESULT) && isfinite(compared->by_parameters))
            tmn_text_put(&text, "%s%s: %.0f %% of the spread of effects comes from the parameters, the rest is chance.",
                         text.count > 0 ? " " : "",
                         compared->outcome->title ? compared->outcome->title : compared->outcome->name,
                         100 * compared->by_parameters);
    }
    for (size_t d = 0; d < compare->driven_count; d++)
        tmn_text_put(&text, "%s%s (%.2f)",
                     d > 0            ? ", "
                     : text.count > 0 ? " The effect goes most with "
                                      : "The effect goes most with ",
                     model->parameters.items[compare->driven[d].parameter].name, compare->driven[d].correlation);
    if (compare->driven_count > 0)
        tmn_text_put(&text, ".");
    if (text.count > 0)
        tmn_print_wrapped(stdout, "", text.items);
}

static void print_tables(struct tmn_arena *arena, const struct tmn_compare *compare) {
    bool marked = tmn_compare_marks(compare) != 0;
    tmn_heading("Base: %s. Variant: %s. %zu pair%s%s", tmn_world_text(arena, compare, TMN_BASE),
                tmn_world_text(arena, compare, TMN_VARIANT), compare->done, compare->done == 1 ? "" : "s",
                compare->options->draws > 0 ? tmn_arena_printf(arena, ", %d draws of the parameters", compare->units)
                                            : "");
    tmn_print_wrapped(stdout, "", tmn_compare_sentence(compare));
    if (compare->equal == compare->done)
        return;
    if (marked) {
        print_marked(arena, compare, 1u << TMN_MARK_RESULT, "Results");
        print_marked(arena, compare, 1u << TMN_MARK_ATTEMPT | 1u << TMN_MARK_HARM, "Attempts, and what they cost");
        print_also(arena, compare);
    } else {
        print_marked(arena, compare, 1u << TMN_MARK_NONE, "Outcomes");
    }
    print_draws(arena, compare);
    print_note(compare);
}

static void print_end(struct tmn_arena *arena, const struct tmn_compare *compare, const char *out) {
    for (size_t a = 0; a < compare->apart_count; a++)
        tmn_print_wrapped(stdout, "", tmn_arena_printf(arena, "Not compared: %s", compare->apart[a]));
    putchar('\n');
    tmn_study_print_end(&compare->options->store, &compare->tally, out, "compare.html");
}

static void tell(struct tmn_arena *arena, const struct tmn_arguments *arguments, const struct tmn_compare *compare,
                 const char *out) {
    if (arguments->json) {
        struct tmn_text text;
        tmn_text_init(&text, arena);
        tmn_compare_json(compare, &text);
        fwrite(text.items, 1, text.count, stdout);
    } else if (!arguments->quiet) {
        print_tables(arena, compare);
        print_end(arena, compare, out);
    }
    if (compare->stopped)
        tmn_complain("interrupted: %zu of %zu pairs are done; the same command goes on from there", compare->done,
                     compare->pair_count);
}

static enum tmn_status compare_worlds(struct tmn_arena *arena, const struct tmn_arguments *arguments,
                                      struct tmn_compare_options *options) {
    struct tmn_compare compare;
    struct tmn_study study;
    struct tmn_error err;
    if (!first_day(arguments, options->world[TMN_BASE].model, &options->from_day, &err) || !from_within(options, &err))
        return tmn_complain_error(&err);
    enum tmn_status status = tmn_study_begin(&study, arena, arguments, "results/compare");
    if (status != TMN_DONE)
        return status;
    options->progress = tmn_progress_runs;
    options->progress_context = &study.progress;
    status = tmn_study_end(
        &study, tmn_compare_run(&compare, arena, options, &err) && tmn_compare_save(&compare, study.out, &err), &err);
    if (status != TMN_DONE)
        return status;
    tell(arena, arguments, &compare, study.out);
    return compare.stopped ? TMN_INTERRUPTED : TMN_DONE;
}

enum tmn_status tmn_command_compare(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct tmn_session session[TMN_WORLDS];
    struct tmn_arguments side[TMN_WORLDS] = {*arguments, *arguments};
    struct tmn_compare_options options = {.store = tmn_study_store(arguments),
                                          .seed = (uint64_t)arguments->seed,
                                          .seeds = arguments->seeds > 0 ? (int)arguments->seeds : SEEDS,
                                          .draws = (int)arguments->draws,
                                          .scale = arguments->scale,
                                          .threads = (int)arguments->threads,
                                          .version = TUMEN_VERSION};
    if (arguments->set.count == 0 && !arguments->scenario) {
        tmn_complain("compare: what shall be different? Say it with --set NAME=VALUE, --hold, --shift or --assign, or "
                     "name another scenario with "
                     "--scenario");
        return TMN_MISUSED;
    }
    side[TMN_BASE].set = arguments->both;
    side[TMN_VARIANT].set = join(arena, arguments->both, arguments->set);
    side[TMN_VARIANT].target = arguments->scenario ? arguments->scenario : arguments->target;
    for (int w = 0; w < TMN_WORLDS; w++) {
        enum tmn_status status =
            open_world(&options.world[w], &session[w], arena, &side[w], w > 0 && !arguments->scenario);
        if (status != TMN_DONE)
            return status;
    }
    options.windows = session[TMN_BASE].windows;
    return compare_worlds(arena, arguments, &options);
}
