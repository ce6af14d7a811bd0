/* See attribute.h. */
#include "study/attribute.h"

#include "base/draw.h"
#include "result/result.h"
#include "study/compare.h"
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OTHERS "(no class)"

/* A set of classes in the world of one seed. */
struct world {
    int seed; /* from 0 */
    uint32_t set;
};

struct attributer {
    struct tmn_attribution *attribute;
    const struct tmn_study_options *options;
    struct tmn_arena *arena;
    int window, windows; /* held from; run */
    int *class_of;       /* [drivers] or -1: does not change */
    struct world *worlds;
    struct tmn_ask *asks; /* [world_count] */
    size_t world_count;
    double *value;  /* [world_count][outcomes] of the year; NAN: none */
    double *before; /* [seeds][outcomes] the year before */
    bool *done;     /* [seeds] */
};

/* ---- classes ---- */

static const char *name_of(const struct tmn_driver *driver) {
    return driver->class_name ? driver->class_name : OTHERS;
}

static bool changes(const struct attributer *attributer, const struct tmn_driver *driver) {
    size_t slots = driver->slots, from = (size_t)attributer->window * slots;
    for (size_t i = from; i < (size_t)attributer->windows * slots; i++)
        if (driver->value[i] != driver->value[from - slots + i % slots])
            return true;
    return false;
}

/* Index of the name in the list, put there if it is new. */
static int class_at(const char **list, int *count, const char *name) {
    for (int i = 0; i < *count; i++)
        if (strcmp(list[i], name) == 0)
            return i;
    list[*count] = name;
    return (*count)++;
}

static bool find_classes(struct attributer *attributer, struct tmn_error *err) {
    const struct tmn_model *model = attributer->options->model;
    struct tmn_attribution *attribute = attributer->attribute;
    attributer->class_of = TMN_NEW_ARRAY(attributer->arena, int, model->drivers.count + 1);
    for (size_t d = 0; d < model->drivers.count; d++) {
        const struct tmn_driver *driver = &model->drivers.items[d];
        attributer->class_of[d] = -1;
        if (!changes(attributer, driver))
            continue;
        attributer->class_of[d] = class_at(attribute->class_name, &attribute->classes, name_of(driver));
        if (attribute->classes == TMN_ATTRIBUTION_CLASSES)
            return tmn_fail(err, TMN_USAGE, "more than %d classes of drivers change: they cannot be told apart",
                            TMN_ATTRIBUTION_CLASSES - 1);
    }
    for (size_t d = 0; d < model->drivers.count; d++) {
        bool moves = false;
        for (int c = 0; c < attribute->classes; c++)
            moves = moves || strcmp(attribute->class_name[c], name_of(&model->drivers.items[d])) == 0;
        if (!moves && attribute->still_classes + 1 < TMN_ATTRIBUTION_CLASSES)
            class_at(attribute->still_class, &attribute->still_classes, name_of(&model->drivers.items[d]));
    }
    return attribute->classes > 0 ||
           tmn_fail(err, TMN_USAGE, "no driver changes from then to the end of %d: nothing can be attributed to any",
                    attributer->attribute->year);
}

/* ---- worlds ---- */

/* Order number `order` of a seed: position -> class, by a keyed permutation; the odd ones are the even ones backwards.
 */
static int joins(const struct attributer *attributer, int seed, int order, int position) {
    int classes = attributer->attribute->classes;
    uint64_t key = tmn_mix64(attributer->options->seed + (uint64_t)seed) + (uint64_t)(order / 2);
    int at = order % 2 == 0 ? position : classes - 1 - position;
    return (int)tmn_permute(key, (uint32_t)classes, (uint32_t)at);
}

static size_t add_world(struct attributer *attributer, int seed, uint32_t set) {
    for (size_t w = attributer->world_count; w-- > 0 && attributer->worlds[w].seed == seed;)
        if (attributer->worlds[w].set == set)
            return w;
    attributer->worlds[attributer->world_count] = (struct world){seed, set};
    return attributer->world_count++;
}

static uint32_t full_set(const struct attributer *attributer) {
    return (UINT32_C(1) << attributer->attribute->classes) - 1;
}

static void list_worlds(struct attributer *attributer) {
    struct tmn_attribution *attribute = attributer->attribute;
    int classes = attribute->classes, seeds = attributer->options->seeds;
    attribute->exact = classes <= TMN_ATTRIBUTION_EXACT;
    size_t most = attribute->exact ? (size_t)1 << classes : (size_t)TMN_ATTRIBUTION_ORDERS * (size_t)classes + 2;
    attributer->worlds = TMN_NEW_ARRAY(attributer->arena, struct world, most * (size_t)seeds + 1);
    for (int s = 0; s < seeds; s++) {
        add_world(attributer, s, full_set(attributer));
        for (uint32_t set = 0; attribute->exact && set <= full_set(attributer); set++)
            add_world(attributer, s, set);
        for (int o = 0; !attribute->exact && o < TMN_ATTRIBUTION_ORDERS; o++) {
            uint32_t set = 0;
            for (int p = 0; p <= classes; p++) {
                add_world(attributer, s, set);
                set |= p < classes ? UINT32_C(1) << joins(attributer, s, o, p) : 0;
            }
        }
        attribute->worlds = attributer->world_count / (size_t)(s + 1);
    }
}

static void plan(struct attributer *attributer) {
    const struct tmn_study_options *options = attributer->options;
    const struct tmn_model *model = options->model;
    bool *held = TMN_NEW_ARRAY(attributer->arena, bool, model->drivers.count + 1);
    const struct tmn_ask *trunk =
        tmn_asks_of_seeds(attributer->arena, model, options->settings, options->seed, options->seeds, options->scale);
    attributer->asks = TMN_NEW_ARRAY(attributer->arena, struct tmn_ask, attributer->world_count + 1);
    for (size_t w = 0; w < attributer->world_count; w++) {
        const struct world *world = &attributer->worlds[w];
        for (size_t d = 0; d < model->drivers.count; d++)
            held[d] = attributer->class_of[d] >= 0 && !(world->set >> attributer->class_of[d] & 1);
        attributer->asks[w] =
            (struct tmn_ask){.model = tmn_model_hold(attributer->arena, model, held, attributer->window),
                             .settings = options->settings->items,
                             .setting_count = options->settings->count,
                             .seed = options->seed + (uint64_t)world->seed,
                             .scale = options->scale,
                             .windows = attributer->windows,
                             .trunk = &trunk[world->seed],
                             .branches = attributer->window};
    }
}

/* ---- what they gave ---- */

/* All cells in a year: flows added, else the last period. NAN: none, or cells without a sum. */
static double in_year(const struct tmn_outcome *outcome, const struct tmn_output_series *series, int year) {
    double sum = (double)NAN;
    if (outcome->every == TMN_PERIOD_RUN || (outcome->kind == TMN_OUTCOME_FEEDBACK && outcome->by.n > 0))
        return sum;
    for (int p = 0; p < series->periods; p++) {
        if (tmn_day_year(series->first_day[p]) != year)
            continue;
        sum = isfinite(sum) && tmn_outcome_counts_events(outcome) ? sum : 0;
        for (uint32_t c = 0; c < series->cells; c++)
            sum += series->value[(size_t)p * series->cells + c];
    }
    return sum;
}

static bool read_world(struct attributer *attributer, size_t w, struct tmn_arena *arena, struct tmn_error *err) {
    const struct tmn_study_options *options = attributer->options;
    const struct tmn_model *model = options->model;
    const struct world *world = &attributer->worlds[w];
    struct tmn_output output;
    if (!tmn_store_read(&options->store, &attributer->asks[w], arena, &output, err))
        return false;
    for (size_t o = 0; o < model->outcomes.count; o++) {
        const struct tmn_outcome *outcome = &model->outcomes.items[o];
        attributer->value[w * model->outcomes.count + o] =
            in_year(outcome, &output.series[o], attributer->attribute->year);
        if (world->set == full_set(attributer))
            attributer->before[(size_t)world->seed * model->outcomes.count + o] =
                in_year(outcome, &output.series[o], attributer->attribute->year - 1);
    }
    return true;
}

static bool collect(struct attributer *attributer, struct tmn_error *err) {
    struct tmn_attribution *attribute = attributer->attribute;
    size_t outcomes = attributer->options->model->outcomes.count;
    attributer->value = TMN_NEW_ARRAY(attributer->arena, double, attributer->world_count *outcomes + 1);
    attributer->before = TMN_NEW_ARRAY(attributer->arena, double, (size_t)attributer->options->seeds *outcomes + 1);
    attributer->done = TMN_NEW_ARRAY(attributer->arena, bool, attributer->options->seeds);
    for (int s = 0; s < attributer->options->seeds; s++)
        attributer->done[s] = true;
    for (size_t w = 0; w < attributer->world_count; w++) {
        struct tmn_arena arena;
        tmn_arena_init(&arena, 0);
        if (TMN_ARENA_TRY(&arena)) {
            tmn_arena_free(&arena);
            return tmn_fail(err, TMN_MEMORY, "memory ran out for what a run gave");
        }
        bool read = read_world(attributer, w, &arena, err);
        tmn_arena_free(&arena);
        if (!read && !attribute->stopped)
            return false;
        attributer->done[attributer->worlds[w].seed] = attributer->done[attributer->worlds[w].seed] && read;
    }
    for (int s = 0; s < attributer->options->seeds; s++)
        attribute->seeds += attributer->done[s];
    return attribute->seeds > 0 || tmn_fail(err, TMN_STOPPED,
                                            "stopped before the worlds of the first seed were done; the runs that were "
                                            "finished are kept in '%s', and the same command goes on from there",
                                            attributer->options->store.folder);
}

void tmn_shapley(const double *value, int classes, double *added) {
    double weight[TMN_ATTRIBUTION_EXACT + 1]; /* of a set of so many others: s! (n - s - 1)! / n! */
    for (int s = 0; s < classes; s++) {
        weight[s] = 1.0 / classes;
        for (int i = 0; i < s; i++) /* over the number of sets of that size among the others */
            weight[s] *= (i + 1.0) / (classes - 1 - i);
    }
    for (int c = 0; c < classes; c++) {
        added[c] = 0;
        for (uint32_t set = 0; set < UINT32_C(1) << classes; set++)
            if (!(set >> c & 1))
                added[c] += weight[__builtin_popcount(set)] * (value[set | UINT32_C(1) << c] - value[set]);
    }
}

static double value_of(const struct attributer *attributer, int seed, uint32_t set, size_t outcome) {
    size_t outcomes = attributer->options->model->outcomes.count;
    for (size_t w = 0; w < attributer->world_count; w++)
        if (attributer->worlds[w].seed == seed && attributer->worlds[w].set == set)
            return attributer->value[w * outcomes + outcome];
    return (double)NAN;
}

/* What each class adds to an outcome under one seed. */
static void add_up(const struct attributer *attributer, int seed, size_t outcome, double *added) {
    int classes = attributer->attribute->classes;
    double value[1 << TMN_ATTRIBUTION_EXACT];
    if (attributer->attribute->exact) {
        for (uint32_t set = 0; set <= full_set(attributer); set++)
            value[set] = value_of(attributer, seed, set, outcome);
        tmn_shapley(value, classes, added);
        return;
    }
    for (int c = 0; c < classes; c++)
        added[c] = 0;
    for (int o = 0; o < TMN_ATTRIBUTION_ORDERS; o++) {
        uint32_t set = 0;
        for (int p = 0; p < classes; p++) {
            int c = joins(attributer, seed, o, p);
            double before = value_of(attributer, seed, set, outcome);
            set |= UINT32_C(1) << c;
            added[c] += (value_of(attributer, seed, set, outcome) - before) / TMN_ATTRIBUTION_ORDERS;
        }
    }
}

static struct tmn_share_of share_of(const double *value, int count, double limit) {
    double mean = 0, squares = 0;
    for (int i = 0; i < count; i++)
        mean += value[i] / count;
    for (int i = 0; i < count; i++)
        squares += (value[i] - mean) * (value[i] - mean);
    double half = count > 1 ? limit * sqrt(squares / (count - 1) / count) : (double)NAN;
    return (struct tmn_share_of){mean, {mean - half, mean + half}};
}

static void mask(const struct tmn_model *model, struct tmn_attributed *attributed, int classes) {
    const struct tmn_share_of hidden = {(double)NAN, {(double)NAN, (double)NAN}};
    struct tmn_share_of *level[] = {&attributed->before, &attributed->still, &attributed->year};
    enum { LEVELS = sizeof level / sizeof *level };
    for (int l = 0; l < LEVELS; l++)
        attributed->masked = attributed->masked || tmn_result_masked(model, &model->outcomes.items[attributed->outcome],
                                                                     NULL, level[l]->mean);
    for (int l = 0; attributed->masked && l < LEVELS; l++)
        *level[l] = hidden;
    for (int c = 0; attributed->masked && c < classes; c++)
        attributed->added[c] = hidden;
}

static void decide(struct attributer *attributer) {
    struct tmn_attribution *attribute = attributer->attribute;
    const struct tmn_model *model = attributer->options->model;
    int classes = attribute->classes, seeds = attribute->seeds;
    double limit = seeds > 1 ? tmn_student_limit(seeds - 1, TMN_COMPARE_ERROR) : (double)NAN;
    double *part = TMN_NEW_ARRAY(attributer->arena, double, (size_t)(classes + 3) * (size_t)seeds);
    attribute->outcomes = TMN_NEW_ARRAY(attributer->arena, struct tmn_attributed, model->outcomes.count + 1);
    for (size_t o = 0; o < model->outcomes.count; o++) {
        struct tmn_attributed *attributed = &attribute->outcomes[attribute->count];
        double added[TMN_ATTRIBUTION_CLASSES];
        int at = 0;
        bool whole = true;
        for (int s = 0; s < attributer->options->seeds; s++) {
            if (!attributer->done[s])
                continue;
            add_up(attributer, s, o, added);
            for (int c = 0; c < classes; c++)
                part[c * seeds + at] = added[c];
            part[classes * seeds + at] = attributer->before[(size_t)s * model->outcomes.count + o];
            part[(classes + 1) * seeds + at] = value_of(attributer, s, 0, o);
            part[(classes + 2) * seeds + at] = value_of(attributer, s, full_set(attributer), o);
            whole = whole && isfinite(part[(classes + 2) * seeds + at]) && isfinite(part[classes * seeds + at]);
            at++;
        }
        if (!whole)
            continue;
        *attributed = (struct tmn_attributed){.outcome = (int)o,
                                              .added = TMN_NEW_ARRAY(attributer->arena, struct tmn_share_of, classes),
                                              .before = share_of(&part[classes * seeds], seeds, limit),
                                              .still = share_of(&part[(classes + 1) * seeds], seeds, limit),
                                              .year = share_of(&part[(classes + 2) * seeds], seeds, limit)};
        for (int c = 0; c < classes; c++)
            attributed->added[c] = share_of(&part[c * seeds], seeds, limit);
        mask(model, attributed, classes);
        for (size_t e = 0; e < attribute->count; e++)
            attributed->repeats =
                attributed->repeats ||
                tmn_outcome_same(&model->outcomes.items[attribute->outcomes[e].outcome], &model->outcomes.items[o]);
        attribute->count++;
    }
}

static bool find_windows(struct attributer *attributer, struct tmn_error *err) {
    const struct tmn_study_options *options = attributer->options;
    const struct tmn_calendar *calendar = &options->model->calendar;
    int last_year = tmn_calendar_window(calendar, calendar->windows - 1).year;
    if (last_year <= calendar->start_year)
        return tmn_fail(err, TMN_USAGE, "the scenario has the year %d alone: there is no year before to begin from",
                        last_year);
    if (attributer->attribute->year <= calendar->start_year || attributer->attribute->year > last_year)
        return tmn_fail(err, TMN_USAGE, "the year must be one of %d to %d, since the year before is needed too",
                        calendar->start_year + 1, last_year);
    attributer->windows = tmn_calendar_until(calendar, tmn_date_day(attributer->attribute->year, 12, 31));
    attributer->window = tmn_calendar_from(calendar, attributer->attribute->from_day);
    return (attributer->window >= 1 && attributer->window < attributer->windows) ||
           tmn_fail(err, TMN_USAGE,
                    "the date from which drivers are held must come after the first window and before "
                    "the end of %d",
                    attributer->attribute->year);
}

static bool attribute_all(struct attributer *attributer, struct tmn_error *err) {
    const struct tmn_study_options *options = attributer->options;
    struct tmn_attribution *attribute = attributer->attribute;
    struct tmn_store_options making = {
        .threads = options->threads, .progress = options->progress, .context = options->progress_context};
    if (!tmn_result_allowed(options->model, err) || !find_windows(attributer, err) || !find_classes(attributer, err))
        return false;
    list_worlds(attributer);
    plan(attributer);
    bool good =
        tmn_store_make(&options->store, attributer->asks, attributer->world_count, &making, &attribute->tally, err);
    attribute->stopped = attribute->tally.stopped;
    if (!good || !collect(attributer, err))
        return false;
    decide(attributer);
    return true;
}

bool tmn_attribution_run(struct tmn_attribution *attribute, struct tmn_arena *arena,
                         const struct tmn_study_options *options, int year, int32_t from_day, struct tmn_error *err) {
    struct attributer attributer = {.attribute = attribute, .options = options, .arena = arena};
    *attribute = (struct tmn_attribution){.options = options, .year = year, .from_day = from_day, .arena = arena};
    gsl_error_handler_t *handler = gsl_set_error_handler_off(); /* GSL's own ends the process */
    bool good = attribute_all(&attributer, err);
    gsl_set_error_handler(handler);
    return good;
}
