/* Runs of one scenario side by side: both engines, one thread and three. The first run is what the others are held to.
 * Half way the last of each engine are stopped, and go on from each other's checkpoint. */
#include "compare.h"
#include "coverage.h"
#include "restart.h"

#include <inttypes.h>
#include <string.h>

static const struct way {
    const char *name;
    enum tmn_engine engine;
    int threads;
    bool watched; /* it runs in a comparison that watches everything */
} ways[] = {{"reference engine, 1 thread", TMN_ENGINE_REFERENCE, 1, true},
            {"reference engine, 3 threads", TMN_ENGINE_REFERENCE, 3, false},
            {"event engine, 1 thread", TMN_ENGINE_EVENT, 1, true},
            {"event engine, 3 threads", TMN_ENGINE_EVENT, 3, false}};
enum { WAYS = sizeof ways / sizeof *ways, STOPPED = 1, STOPPED_TOO = 3 };

struct comparison {
    struct tmn_arena *arena;
    struct tmn_model *model;
    struct tmn_run *runs[WAYS]; /* NULL: not in this comparison */
    struct coverage *coverage[WAYS];
    struct tmn_run_options options;
};

static bool same_digest(struct tmn_digest a, struct tmn_digest b) {
    return a.low == b.low && a.high == b.high;
}

static struct verdict differ(struct tmn_arena *arena, int window, int way, const char *what) {
    return (struct verdict){
        .window = window, .text = tmn_arena_printf(arena, "%s: %s differ from %s", ways[way].name, what, ways[0].name)};
}

/* Name of the first tally that differs, or NULL. */
static const char *tallies(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_run *one,
                           const struct tmn_run *other) {
    const struct tmn_counters_of_run *a = tmn_run_counters(one), *b = tmn_run_counters(other);
    const struct {
        const char *name;
        uint64_t a, b;
    } all[] = {{"firings", a->firings, b->firings},
               {"used up", a->used_up, b->used_up},
               {"messages sent", a->messages_sent, b->messages_sent},
               {"messages delivered", a->messages_delivered, b->messages_delivered},
               {"messages to absent", a->messages_to_absent, b->messages_to_absent},
               {"births", a->births, b->births},
               {"births elsewhere", a->births_elsewhere, b->births_elsewhere},
               {"overshoots", a->overshoots, b->overshoots},
               {"clamped", a->clamped, b->clamped},
               {"overflows of k", a->k_overflows, b->k_overflows},
               {"firings of events", a->event_firings, b->event_firings}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].a != all[i].b)
            return tmn_arena_printf(arena, "%s (%" PRIu64 " and %" PRIu64 ")", all[i].name, all[i].b, all[i].a);
    for (size_t t = 0; t < model->transitions.count; t++)
        if (a->transition_firings[t] != b->transition_firings[t])
            return tmn_arena_printf(arena, "firings of %s", model->transitions.items[t].name);
    return NULL;
}

static const char *outcomes(const struct tmn_model *model, const struct tmn_run *one, const struct tmn_run *other) {
    for (size_t o = 0; o < model->outcomes.count; o++) {
        struct tmn_series a = tmn_run_series(one, (int)o), b = tmn_run_series(other, (int)o);
        if (a.periods != b.periods || a.cells != b.cells)
            return "numbers of periods";
        size_t cells = (size_t)a.periods * a.cells, days = (size_t)a.periods;
        if (memcmp(a.value, b.value, cells * sizeof *a.value) != 0 ||
            memcmp(a.simulated, b.simulated, cells * sizeof *a.simulated) != 0 ||
            memcmp(a.first_day, b.first_day, days * sizeof *a.first_day) != 0 ||
            memcmp(a.last_day, b.last_day, days * sizeof *a.last_day) != 0)
            return model->outcomes.items[o].name;
    }
    return NULL;
}

/* What may be asked of a person, of some. */
static const char *persons(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_run *one,
                           const struct tmn_run *other) {
    uint32_t rows = tmn_run_world(one)->rows, step = rows / 60 + 1;
    struct tmn_clock_view *a = TMN_NEW_ARRAY(arena, struct tmn_clock_view, 2 * (size_t)model->slots + 2),
                          *b = a + model->slots + 1;
    for (uint32_t row = 0; row < rows; row += step) {
        int count = tmn_run_clocks(one, row, a);
        if (tmn_run_clocks(other, row, b) != count || memcmp(a, b, (size_t)count * sizeof *a) != 0)
            return "clocks of a person";
        for (size_t c = 0; c < model->counters.count; c++)
            if (tmn_run_counter(one, (int)c, row) != tmn_run_counter(other, (int)c, row))
                return "counters";
    }
    return NULL;
}

/* What differs between runs at the same window; NULL: nothing. */
static const char *difference(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_run *one,
                              const struct tmn_run *other) {
    if (tmn_run_windows(one) != tmn_run_windows(other) || tmn_run_until_held(one) != tmn_run_until_held(other))
        return "ends of the run";
    if (tmn_run_alive(one) != tmn_run_alive(other))
        return "numbers of the living";
    if (!same_digest(tmn_run_weekly_digest(one), tmn_run_weekly_digest(other)))
        return "digests";
    if (!same_digest(tmn_run_full_digest(one), tmn_run_full_digest(other)))
        return "full digests, and not the others,";
    if (tmn_run_window(one) < tmn_run_windows(one))
        return NULL;
    const char *found = tallies(arena, model, one, other);
    found = found != NULL ? found : outcomes(model, one, other);
    return found != NULL ? found : persons(arena, model, one, other);
}

/* What differs after a step that gave `good` and `first`, and `other` and `err`. */
static const char *difference_of_step(const struct comparison *all, int way, bool good, const struct tmn_error *first,
                                      bool other, const struct tmn_error *err) {
    if (good != other)
        return tmn_arena_printf(all->arena, "ends ('%s' against '%s')", other ? "" : err->text,
                                good ? "" : first->text);
    if (!good)
        return strcmp(first->text, err->text) == 0
                   ? NULL
                   : tmn_arena_printf(all->arena, "words of an error ('%s' against '%s')", err->text, first->text);
    const char *found = difference(all->arena, all->model, all->runs[0], all->runs[way]);
    if (found == NULL && all->coverage[0] != NULL &&
        coverage_hash(all->coverage[0]) != coverage_hash(all->coverage[way]))
        return "happenings";
    return found;
}

/* Runs that nobody watches change places half way; false with a verdict when they cannot. */
static bool change_places(struct comparison *all, int window, struct verdict *verdict) {
    struct restart one = {&all->runs[STOPPED], ways[STOPPED].engine, ways[STOPPED].threads},
                   other = {&all->runs[STOPPED_TOO], ways[STOPPED_TOO].engine, ways[STOPPED_TOO].threads};
    if (all->runs[STOPPED] == NULL || all->options.cut_feedback || window != tmn_run_windows(all->runs[0]) / 2)
        return true;
    const char *wrong = restart(all->arena, all->model, &all->options, &one, &other);
    if (wrong != NULL)
        *verdict = differ(all->arena, window, STOPPED_TOO, tmn_arena_printf(all->arena, "checkpoints (%s)", wrong));
    return wrong == NULL;
}

/* One window of all runs. `verdict` is complete when this is false. */
static bool step(struct comparison *all, struct verdict *verdict) {
    struct tmn_error first = {0}, err = {0};
    int window = tmn_run_window(all->runs[0]);
    if (!change_places(all, window, verdict))
        return false;
    bool good = tmn_run_step(all->runs[0], &first);
    for (int w = 1; w < WAYS; w++) {
        if (all->runs[w] == NULL)
            continue;
        bool other = tmn_run_step(all->runs[w], &err);
        const char *what = difference_of_step(all, w, good, &first, other, &err);
        if (what != NULL) {
            *verdict = differ(all->arena, window, w, what);
            return false;
        }
    }
    if (!good) {
        *verdict = (struct verdict){
            .equal = true, .failed = true, .window = window, .text = tmn_arena_strdup(all->arena, first.text)};
        return false;
    }
    for (int w = 0; w < WAYS; w++) {
        if (all->coverage[w] != NULL)
            coverage_window(all->coverage[w]);
        if (all->runs[w] != NULL && window % 5 == w && !tmn_run_verify(all->runs[w], &err)) { /* one of them in turn */
            *verdict = differ(all->arena, window, w, tmn_arena_printf(all->arena, "what is kept (%s)", err.text));
            return false;
        }
    }
    return true;
}

static bool open_runs(struct comparison *all, bool watched, struct tmn_error *err) {
    struct tmn_run_options *options = &all->options;
    for (int w = 0; w < WAYS; w++) {
        if (watched && !ways[w].watched)
            continue;
        options->engine = ways[w].engine;
        options->threads = ways[w].threads;
        if (watched)
            all->coverage[w] = coverage_new(all->arena, options);
        if (!tmn_run_new(&all->runs[w], all->model, options, err))
            return false;
        if (watched)
            coverage_begin(all->coverage[w], all->runs[w]);
    }
    return true;
}

struct verdict compare(struct tmn_arena *arena, const char *text, uint64_t *seen) {
    struct verdict verdict = {.equal = true, .text = ""};
    struct tmn_error err = {0};
    struct comparison all = {.arena = arena};
    all.model = load(arena, text, &all.options, &verdict.text);
    if (all.model == NULL)
        return (struct verdict){.refused = true, .equal = true, .text = verdict.text};
    if (open_runs(&all, seen != NULL, &err)) {
        while (tmn_run_window(all.runs[0]) < tmn_run_windows(all.runs[0]) && step(&all, &verdict))
            ;
        verdict.windows = tmn_run_window(all.runs[0]);
        verdict.rows = tmn_run_world(all.runs[0])->rows;
    } else {
        verdict = (struct verdict){.refused = true, .equal = true, .text = tmn_arena_strdup(arena, err.text)};
    }
    for (int w = 0; w < WAYS; w++) {
        if (all.runs[w] != NULL)
            tmn_run_free(all.runs[w]);
        for (int c = 0; all.coverage[w] != NULL && !verdict.refused && c < CONSTRUCTS; c++)
            seen[c] += coverage_seen(all.coverage[w])[c];
    }
    return verdict;
}
