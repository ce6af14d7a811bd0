/* See compare.h. Which outcomes can be compared, which runs are needed, and reading what they gave; what it says is
 * decided in compare_decide.c. */
#include "study/compare.h"

#include "result/result.h"
#include "study/prior.h"
#include "study/verify.h"
#include <math.h>
#include <string.h>

enum { YEARS_MIN = 3 /* of a run whose windows are shown by year */ };

struct comparer {
    struct tmn_compare *compare;
    const struct tmn_compare_options *options;
    struct tmn_arena *arena;
    struct tmn_ask *asks; /* [2 * pairs]: base, variant, base, ... */
    struct tmn_compare_data data;
};

/* ---- what can be compared ---- */

static bool same_calendar(const struct tmn_model *a, const struct tmn_model *b, struct tmn_error *err) {
    const struct tmn_calendar *x = &a->calendar, *y = &b->calendar;
    struct tmn_window first = tmn_calendar_window(x, 0), other = tmn_calendar_window(y, 0);
    return (x->start_year == y->start_year && x->windows == y->windows && first.quarter_days == other.quarter_days) ||
           tmn_fail(err, TMN_USAGE,
                    "the two scenarios do not have the same time: '%s' and '%s' must start, end and "
                    "cut the years alike",
                    a->path, b->path);
}

/* Why two outcomes of one name cannot be compared, or NULL. */
static const char *difference(const struct tmn_model *a, const struct tmn_outcome *x, const struct tmn_model *b,
                              const struct tmn_outcome *y) {
    if (x->kind != y->kind)
        return "they count different things";
    if (x->every != y->every)
        return "their periods differ";
    if (x->by.n != y->by.n)
        return "their keys differ";
    for (int k = 0; k < x->by.n; k++) {
        const struct tmn_feature *of = &a->features.items[x->by.feature[k]], *to = &b->features.items[y->by.feature[k]];
        if (strcmp(of->name, to->name) != 0 || of->cardinality != to->cardinality || of->first != to->first)
            return "their keys differ";
        for (uint32_t l = 0; of->level && l < of->cardinality; l++)
            if (!to->level || strcmp(of->level[l], to->level[l]) != 0)
                return "the levels of their keys differ";
    }
    return NULL;
}

static int find_outcome(const struct tmn_model *model, const char *name) {
    for (size_t o = 0; o < model->outcomes.count; o++)
        if (strcmp(model->outcomes.items[o].name, name) == 0)
            return (int)o;
    return -1;
}

static void put_apart(struct tmn_compare *compare, const char *name, const char *why) {
    compare->apart[compare->apart_count++] = tmn_arena_printf(compare->arena, "%s: %s", name, why);
}

/* Periods, selections and room for the effects. */
static void shape(struct comparer *comparer, struct tmn_compared *compared) {
    const struct tmn_model *model = comparer->options->world[TMN_BASE].model;
    const struct tmn_outcome *outcome = compared->outcome;
    const struct tmn_calendar *calendar = &model->calendar;
    int windows = comparer->options->windows > 0 ? comparer->options->windows : calendar->windows, periods = 0;
    int years = tmn_calendar_window(calendar, windows - 1).year - calendar->start_year + 1;
    int32_t *days = TMN_NEW_ARRAY(comparer->arena, int32_t, windows + 1);
    compared->first_year = calendar->start_year;
    compared->by_year =
        outcome->every == TMN_PERIOD_YEAR || (outcome->every == TMN_PERIOD_WINDOW && years >= YEARS_MIN);
    for (int w = 0; w < windows; w++) {
        struct tmn_window window = tmn_calendar_window(calendar, w);
        int period = outcome->every == TMN_PERIOD_RUN ? 0 : compared->by_year ? window.year - calendar->start_year : w;
        if (period == periods)
            days[periods++] = window.first_day;
    }
    compared->periods = periods;
    compared->days = days;
    compared->selections = 1 + (outcome->by.n > 1 ? outcome->by.size : 0);
    for (int k = 0; k < outcome->by.n; k++)
        compared->selections += model->features.items[outcome->by.feature[k]].cardinality;
    size_t numbers = compared->selections * (size_t)(periods + 1);
    compared->effect = TMN_NEW_ARRAY(comparer->arena, struct tmn_effect, numbers);
    compared->first = comparer->data.numbers;
    comparer->data.numbers += numbers;
}

bool tmn_outcome_same(const struct tmn_outcome *a, const struct tmn_outcome *b) {
    if (a->kind != b->kind)
        return false;
    if (a->state)
        return strcmp(a->state->source, b->state->source) == 0;
    return a->transition == b->transition && a->branch == b->branch && a->feedback == b->feedback;
}

/* Does an earlier outcome count the same? */
static bool repeats(const struct tmn_compare *compare, const struct tmn_outcome *outcome) {
    for (size_t o = 0; o < compare->count; o++)
        if (tmn_outcome_same(compare->outcomes[o].outcome, outcome))
            return true;
    return false;
}

static void match(struct comparer *comparer) {
    struct tmn_compare *compare = comparer->compare;
    const struct tmn_model *base = comparer->options->world[TMN_BASE].model,
                           *variant = comparer->options->world[TMN_VARIANT].model;
    compare->outcomes = TMN_NEW_ARRAY(comparer->arena, struct tmn_compared, base->outcomes.count + 1);
    compare->apart = TMN_NEW_ARRAY(comparer->arena, const char *, base->outcomes.count + variant->outcomes.count + 1);
    for (size_t o = 0; o < base->outcomes.count; o++) {
        const struct tmn_outcome *outcome = &base->outcomes.items[o];
        int other = find_outcome(variant, outcome->name);
        const char *why =
            other < 0 ? "only in the base" : difference(base, outcome, variant, &variant->outcomes.items[other]);
        if (why) {
            put_apart(compare, outcome->name, why);
            continue;
        }
        bool again = repeats(compare, outcome);
        struct tmn_compared *compared = &compare->outcomes[compare->count++];
        *compared = (struct tmn_compared){
            .outcome = outcome, .index = {(int)o, other}, .by_parameters = (double)NAN, .repeats = again};
        shape(comparer, compared);
    }
    for (size_t o = 0; o < variant->outcomes.count; o++)
        if (find_outcome(base, variant->outcomes.items[o].name) < 0)
            put_apart(compare, variant->outcomes.items[o].name, "only in the variant");
}

/* ---- runs ---- */

static const struct tmn_model *drawn(const struct comparer *comparer, int world, int draw) {
    const struct tmn_compare_world *of = &comparer->options->world[world];
    if (draw < 0)
        return of->model;
    double *value = TMN_NEW_ARRAY(comparer->arena, double, of->model->parameters.count + 1);
    tmn_prior_draw(of->model, comparer->options->seed, (uint32_t)draw, of->keep, value);
    return tmn_model_with(comparer->arena, of->model, value);
}

static void plan(struct comparer *comparer) {
    const struct tmn_compare_options *options = comparer->options;
    struct tmn_compare *compare = comparer->compare;
    int draws = options->draws > 0 ? options->draws : 1;
    compare->pair_count = (size_t)draws * (size_t)options->seeds;
    compare->pairs = TMN_NEW_ARRAY(comparer->arena, struct tmn_pair, compare->pair_count);
    comparer->asks = TMN_NEW_ARRAY(comparer->arena, struct tmn_ask, TMN_WORLDS * compare->pair_count);
    for (int d = 0; d < draws; d++) {
        int draw = options->draws > 0 ? d : -1;
        const struct tmn_model *model[TMN_WORLDS] = {drawn(comparer, TMN_BASE, draw),
                                                     drawn(comparer, TMN_VARIANT, draw)};
        for (int s = 0; s < options->seeds; s++) {
            size_t pair = (size_t)d * (size_t)options->seeds + (size_t)s;
            uint64_t seed = options->seed + (uint64_t)s;
            seed = draw < 0 ? seed : tmn_member_seed(seed, (uint32_t)draw); /* draws must not share their luck */
            compare->pairs[pair] = (struct tmn_pair){.seed = seed, .draw = draw};
            for (int w = 0; w < TMN_WORLDS; w++)
                comparer->asks[TMN_WORLDS * pair + (size_t)w] =
                    (struct tmn_ask){.model = model[w],
                                     .settings = options->world[w].settings.items,
                                     .setting_count = options->world[w].settings.count,
                                     .seed = seed,
                                     .scale = options->scale,
                                     .windows = options->windows,
                                     .who = true};
        }
    }
}

static bool same_world(const struct comparer *comparer) {
    for (size_t p = 0; p < comparer->compare->pair_count; p++) {
        struct tmn_world_key key[TMN_WORLDS];
        for (int w = 0; w < TMN_WORLDS; w++)
            key[w] = tmn_world_key(&comparer->options->store, &comparer->asks[TMN_WORLDS * p + (size_t)w]);
        if (memcmp(&key[0], &key[1], sizeof *key) != 0)
            return false;
    }
    return true;
}

/* ---- what a run gave ---- */

/* The period of ours that holds this one of the run. */
static int period_of(const struct tmn_compared *compared, int32_t first_day, int period) {
    return compared->by_year ? tmn_day_year(first_day) - compared->first_year : period;
}

/* Adds a cell to the selections that hold it; stocks are those of the last period that came. */
static void add_cell(const struct tmn_model *model, const struct tmn_compared *compared, uint32_t cell, int period,
                     double value, double *out) {
    const struct tmn_outcome *outcome = compared->outcome;
    size_t width = (size_t)(compared->periods + 1), at = 1;
    out[period] += value;
    for (int k = 0; k < outcome->by.n; k++) {
        uint32_t cardinality = model->features.items[outcome->by.feature[k]].cardinality;
        out[(at + cell / outcome->by.stride[k] % cardinality) * width + (size_t)period] += value;
        at += cardinality;
    }
    if (outcome->by.n > 1)
        out[(at + cell) * width + (size_t)period] += value;
}

/* The column of a period in all selections, set to 0 or NAN. */
static void clear(const struct tmn_compared *compared, int period, double value, double *out) {
    for (uint32_t s = 0; s < compared->selections; s++)
        out[(size_t)s * (size_t)(compared->periods + 1) + (size_t)period] = value;
}

/* numbers: of the run's outcome, or how many simulated persons stand behind them. */
static void fill(const struct comparer *comparer, const struct tmn_compared *compared,
                 const struct tmn_output_series *series, const double *numbers, double *out) {
    const struct tmn_model *model = comparer->options->world[TMN_BASE].model;
    bool flows = tmn_outcome_counts_events(compared->outcome);
    int whole = compared->periods, before = -1, from = 0;
    for (int p = 0; p <= whole; p++)
        clear(compared, p, (double)NAN, out);
    while (from + 1 < compared->periods && compared->days[from + 1] <= comparer->options->from_day)
        from++;
    for (int p = 0; p < series->periods; p++) {
        int period = period_of(compared, series->first_day[p], p);
        if (period >= compared->periods)
            break;
        if (period != before || !flows)
            clear(compared, period, 0, out);
        before = period;
        for (uint32_t cell = 0; cell < series->cells; cell++)
            add_cell(model, compared, cell, period, numbers[(size_t)p * series->cells + cell], out);
    }
    for (uint32_t s = 0; s < compared->selections && before >= 0; s++) {
        double *row = &out[(size_t)s * (size_t)(whole + 1)];
        row[whole] = flows ? 0 : row[before];
        for (int p = from; flows && p <= before; p++)
            row[whole] += row[p];
    }
}

/* Persons in both sets, and in one only. */
static void count_twins(const struct tmn_output *const output[TMN_WORLDS], const struct tmn_compared *compared,
                        double *persons) {
    const struct tmn_who_set *set[TMN_WORLDS];
    uint64_t count[3] = {0, 0, 0};
    for (int w = 0; w < TMN_WORLDS; w++)
        set[w] = &output[w]->series[compared->index[w]].who;
    for (int i = 0; i < 3; i++)
        persons[i] = (double)NAN;
    if (!set[0]->bits || !set[1]->bits || output[0]->rows != output[1]->rows)
        return;
    for (size_t i = 0; i < set[0]->words; i++) {
        uint64_t base = set[0]->bits[i], variant = set[1]->bits[i];
        count[0] += (uint64_t)__builtin_popcountll(base & variant);
        count[1] += (uint64_t)__builtin_popcountll(base & ~variant);
        count[2] += (uint64_t)__builtin_popcountll(variant & ~base);
    }
    for (int i = 0; i < 3; i++)
        persons[i] = (double)count[i] * output[0]->weight;
}

static void take_pair(struct comparer *comparer, size_t index, const struct tmn_output *const output[TMN_WORLDS],
                      double *scratch) {
    struct tmn_compare *compare = comparer->compare;
    struct tmn_compare_data *data = &comparer->data;
    struct tmn_pair *pair = &compare->pairs[index];
    for (size_t o = 0; o < compare->count; o++) {
        const struct tmn_compared *compared = &compare->outcomes[o];
        size_t numbers = compared->selections * (size_t)(compared->periods + 1);
        for (int w = 0; w < TMN_WORLDS; w++) {
            const struct tmn_output_series *series = &output[w]->series[compared->index[w]];
            fill(comparer, compared, series, series->value,
                 &data->value[(index * TMN_WORLDS + (size_t)w) * data->numbers + compared->first]);
            if (!series->simulated)
                continue;
            fill(comparer, compared, series, series->simulated, scratch);
            double *sum = &data->simulated[(size_t)w * data->numbers + compared->first];
            for (size_t n = 0; n < numbers; n++)
                sum[n] += isfinite(scratch[n]) ? scratch[n] : 0;
        }
        count_twins(output, compared, &data->persons[(index * compare->count + o) * 3]);
    }
    for (int w = 0; w < TMN_WORLDS; w++)
        pair->digest[w] = output[w]->full;
    pair->done = true;
    compare->done++;
    compare->equal += pair->digest[0].low == pair->digest[1].low && pair->digest[0].high == pair->digest[1].high;
}

static bool read_pair(struct comparer *comparer, size_t index, struct tmn_arena *arena, double *scratch,
                      struct tmn_error *err) {
    struct tmn_output output[TMN_WORLDS];
    const struct tmn_output *const both[TMN_WORLDS] = {&output[0], &output[1]};
    for (int w = 0; w < TMN_WORLDS; w++)
        if (!tmn_store_read(&comparer->options->store, &comparer->asks[TMN_WORLDS * index + (size_t)w], arena,
                            &output[w], err))
            return false;
    take_pair(comparer, index, both, scratch);
    return true;
}

/* Does the model break in one of its worlds, under the parameters that its draw gave? */
static bool is_broken(const struct comparer *comparer, size_t index) {
    return comparer->compare->tally.broken > 0 &&
           tmn_store_missing(&comparer->options->store, &comparer->asks[TMN_WORLDS * index], TMN_WORLDS) > 0;
}

/* A pair that was stopped before it was done is left out, and one in which the model breaks. */
static bool collect(struct comparer *comparer, struct tmn_error *err) {
    struct tmn_compare *compare = comparer->compare;
    struct tmn_compare_data *data = &comparer->data;
    size_t all = compare->pair_count * TMN_WORLDS * data->numbers + 1;
    data->value = TMN_NEW_ARRAY(comparer->arena, double, all);
    data->simulated = TMN_NEW_ARRAY(comparer->arena, double, TMN_WORLDS * data->numbers + 1);
    data->persons = TMN_NEW_ARRAY(comparer->arena, double, compare->pair_count * compare->count * 3 + 1);
    double *scratch = TMN_NEW_ARRAY(comparer->arena, double, data->numbers + 1);
    for (size_t p = 0; p < compare->pair_count; p++) {
        struct tmn_arena arena;
        if (is_broken(comparer, p))
            continue;
        tmn_arena_init(&arena, 0);
        if (TMN_ARENA_TRY(&arena)) {
            tmn_arena_free(&arena);
            return tmn_fail(err, TMN_MEMORY, "memory ran out for what a pair of runs gave");
        }
        bool read = read_pair(comparer, p, &arena, scratch, err);
        tmn_arena_free(&arena);
        if (!read && !compare->stopped)
            return false;
    }
    if (compare->done == 0 && !compare->stopped)
        return tmn_fail(err, compare->tally.why.code, "the model breaks in every draw; the first: %s",
                        compare->tally.why.text);
    return compare->done > 0 || tmn_fail(err, TMN_STOPPED,
                                         "stopped before the first pair was done; the runs that were finished are kept "
                                         "in '%s', and the same command goes on from there",
                                         comparer->options->store.folder);
}

unsigned tmn_compare_marks(const struct tmn_compare *compare) {
    unsigned marks = 0;
    for (size_t o = 0; o < compare->count; o++)
        if (compare->outcomes[o].outcome->mark != TMN_MARK_NONE)
            marks |= 1u << compare->outcomes[o].outcome->mark;
    return marks;
}

bool tmn_compare_run(struct tmn_compare *compare, struct tmn_arena *arena, const struct tmn_compare_options *options,
                     struct tmn_error *err) {
    struct comparer comparer = {.compare = compare, .options = options, .arena = arena};
    struct tmn_store_options making = {.threads = options->threads,
                                       .progress = options->progress,
                                       .context = options->progress_context,
                                       .leave_broken = options->draws > 0};
    *compare = (struct tmn_compare){.options = options, .arena = arena};
    const struct tmn_model *base = options->world[TMN_BASE].model, *variant = options->world[TMN_VARIANT].model;
    if (!tmn_result_allowed(base, err) || !tmn_result_allowed(variant, err) || !same_calendar(base, variant, err))
        return false;
    match(&comparer);
    if (compare->count == 0)
        return tmn_fail(err, TMN_USAGE, "there is no outcome to compare%s",
                        base == variant ? ""
                                        : ": the two scenarios have none of the same name, kind, periods and keys");
    plan(&comparer);
    compare->same_world = same_world(&comparer);
    if (!tmn_store_make(&options->store, comparer.asks, TMN_WORLDS * compare->pair_count, &making, &compare->tally,
                        err))
        return false;
    compare->stopped = compare->tally.stopped;
    if (!collect(&comparer, err))
        return false;
    tmn_compare_decide(compare, &comparer.data);
    return true;
}
