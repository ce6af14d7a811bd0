/* What the pairs of a comparison say: effects with intervals, what pairing saved, verdicts. */
#include "study/compare.h"

#include "base/draw.h"
#include "result/result.h"
#include "study/prior.h"
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DRIVEN_MAX = 5, DRIVEN_UNITS_MIN = 8, WANTED_MAX = 1000 };

struct decider {
    struct tmn_compare *compare;
    const struct tmn_compare_data *data;
    size_t *unit;                                         /* [units] first pair of each */
    int seeds;                                            /* pairs of a unit */
    double *of[TMN_WORLDS], *difference, *sorted, *other; /* [units] scratch */
    double limit;                                         /* of Student's law for one interval */
};

/* Units whose pairs are all done. */
static void find_units(struct decider *decider) {
    struct tmn_compare *compare = decider->compare;
    const struct tmn_compare_options *options = compare->options;
    compare->units = 0;
    decider->seeds = options->draws > 0 ? options->seeds : 1;
    decider->unit = TMN_NEW_ARRAY(compare->arena, size_t, compare->pair_count + 1);
    for (size_t first = 0; first < compare->pair_count; first += (size_t)decider->seeds) {
        bool done = true;
        for (int s = 0; s < decider->seeds; s++)
            done = done && compare->pairs[first + (size_t)s].done;
        if (done)
            decider->unit[compare->units++] = first;
    }
    for (int w = 0; w < TMN_WORLDS; w++)
        decider->of[w] = TMN_NEW_ARRAY(compare->arena, double, compare->units + 1);
    decider->difference = TMN_NEW_ARRAY(compare->arena, double, compare->units + 1);
    decider->sorted = TMN_NEW_ARRAY(compare->arena, double, compare->units + 1);
    decider->other = TMN_NEW_ARRAY(compare->arena, double, compare->units + 1);
    decider->limit = compare->units > 1 ? tmn_student_limit(compare->units - 1, TMN_COMPARE_ERROR) : (double)NAN;
}

static double number_of(const struct decider *decider, size_t pair, int world, size_t n) {
    return decider->data->value[(pair * TMN_WORLDS + (size_t)world) * decider->data->numbers + n];
}

static double mean_of(const double *value, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += value[i];
    return sum / count;
}

/* Of a sample; 0 for one value. */
static double variance_of(const double *value, int count) {
    double mean = mean_of(value, count), squares = 0;
    for (int i = 0; i < count; i++)
        squares += (value[i] - mean) * (value[i] - mean);
    return count > 1 ? squares / (count - 1) : 0;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Where nine in ten of the values lie, by interpolated quantiles. */
static struct tmn_range middle_of(const struct decider *decider, const double *value, int count) {
    double *sorted = decider->sorted, at[2];
    memcpy(sorted, value, (size_t)count * sizeof *sorted);
    qsort(sorted, (size_t)count, sizeof *sorted, by_value);
    for (int i = 0; i < 2; i++) {
        double place = (i == 0 ? TMN_COMPARE_ERROR / 2 : 1 - TMN_COMPARE_ERROR / 2) * (count - 1);
        int low = (int)place, high = low + 1 < count ? low + 1 : low;
        at[i] = sorted[low] + (place - low) * (sorted[high] - sorted[low]);
    }
    return (struct tmn_range){at[0], at[1]};
}

/* The units that reached number n, into the scratch; how many. */
static int gather(struct decider *decider, size_t n) {
    int count = 0;
    for (int u = 0; u < decider->compare->units; u++) {
        double sum[TMN_WORLDS] = {0, 0};
        for (int s = 0; s < decider->seeds; s++)
            for (int w = 0; w < TMN_WORLDS; w++)
                sum[w] += number_of(decider, decider->unit[u] + (size_t)s, w, n);
        if (!isfinite(sum[0]) || !isfinite(sum[1]))
            continue;
        for (int w = 0; w < TMN_WORLDS; w++)
            decider->of[w][count] = sum[w] / decider->seeds;
        decider->difference[count] = decider->of[TMN_VARIANT][count] - decider->of[TMN_BASE][count];
        count++;
    }
    return count;
}

static bool equal_in_all(const struct decider *decider, size_t n) {
    for (int u = 0; u < decider->compare->units; u++)
        for (int s = 0; s < decider->seeds; s++) {
            double base = number_of(decider, decider->unit[u] + (size_t)s, TMN_BASE, n);
            double variant = number_of(decider, decider->unit[u] + (size_t)s, TMN_VARIANT, n);
            if (isfinite(base) != isfinite(variant) || (isfinite(base) && base != variant))
                return false;
        }
    return true;
}

static void decide_number(struct decider *decider, size_t n, struct tmn_effect *effect) {
    int count = gather(decider, n);
    double spread[TMN_WORLDS], of_pairs;
    *effect = (struct tmn_effect){.reached = count > 0,
                                  .same = equal_in_all(decider, n),
                                  .saved = (double)NAN,
                                  .range = {(double)NAN, (double)NAN}};
    if (count == 0)
        return;
    for (int w = 0; w < TMN_WORLDS; w++) {
        effect->mean[w] = mean_of(decider->of[w], count);
        effect->band[w] = middle_of(decider, decider->of[w], count);
        spread[w] = variance_of(decider->of[w], count);
    }
    effect->effect = mean_of(decider->difference, count);
    effect->units = middle_of(decider, decider->difference, count);
    for (int u = 0; u < count; u++) {
        effect->above += decider->difference[u] > 0;
        effect->below += decider->difference[u] < 0;
    }
    effect->above /= count;
    effect->below /= count;
    of_pairs = variance_of(decider->difference, count);
    if (count > 1) {
        double limit =
            count == decider->compare->units ? decider->limit : tmn_student_limit(count - 1, TMN_COMPARE_ERROR);
        double half = limit * sqrt(of_pairs / count);
        effect->range = (struct tmn_range){effect->effect - half, effect->effect + half};
    }
    if (of_pairs > 0)
        effect->saved = (spread[0] + spread[1]) / of_pairs;
}

/* Thin: under 100 simulated persons in all pairs and both worlds. Masked: a cell by place with under 10 persons. */
static void guard(const struct decider *decider, const struct tmn_compared *compared, uint32_t selection, int period,
                  struct tmn_effect *effect) {
    const struct tmn_model *model = decider->compare->options->world[TMN_BASE].model;
    size_t n = compared->first + (size_t)selection * (size_t)(compared->periods + 1) + (size_t)period;
    int64_t cell[TMN_MAX_KEYS];
    if (!tmn_outcome_counts_persons(compared->outcome) || !effect->reached)
        return;
    tmn_selection_cell(model, compared->outcome, selection, cell);
    effect->thin = decider->data->simulated[n] < TMN_THIN_PERSONS &&
                   decider->data->simulated[decider->data->numbers + n] < TMN_THIN_PERSONS;
    for (int w = 0; w < TMN_WORLDS; w++)
        effect->masked = effect->masked || tmn_result_masked(model, compared->outcome, cell, effect->mean[w]);
}

static void decide_twins(const struct decider *decider, size_t outcome) {
    struct tmn_compare *compare = decider->compare;
    struct tmn_twins *twins = &compare->outcomes[outcome].twins;
    size_t pairs = 0;
    *twins = (struct tmn_twins){.known = false};
    for (size_t p = 0; p < compare->pair_count; p++) {
        const double *persons = &decider->data->persons[(p * compare->count + outcome) * 3];
        if (!compare->pairs[p].done || !isfinite(persons[0]))
            continue;
        twins->both += persons[0];
        twins->only[TMN_BASE] += persons[1];
        twins->only[TMN_VARIANT] += persons[2];
        pairs++;
    }
    twins->known = pairs > 0;
    twins->both /= pairs > 0 ? (double)pairs : 1;
    for (int w = 0; w < TMN_WORLDS; w++)
        twins->only[w] /= pairs > 0 ? (double)pairs : 1;
}

/* How many units would decide an effect of this size with a chance of one in two. */
static int wanted(const struct decider *decider, const struct tmn_effect *whole, double alpha) {
    int units = decider->compare->units;
    double error = (whole->range.high - whole->range.low) / 2 / decider->limit * sqrt(units); /* of one unit */
    for (int n = units + 1; whole->effect != 0 && n <= WANTED_MAX; n += 1 + n / 20)
        if (tmn_student_limit(n - 1, alpha) * error / sqrt(n) < fabs(whole->effect))
            return n;
    return 0;
}

/* All verdicts together err with the chance that one interval has (Bonferroni). */
static void decide_verdicts(struct decider *decider) {
    struct tmn_compare *compare = decider->compare;
    int asked = 0;
    for (size_t o = 0; o < compare->count; o++)
        asked += tmn_compared_told(&compare->outcomes[o], ~0u) && !tmn_effect_whole(&compare->outcomes[o])->same;
    double limit =
        compare->units > 1 && asked > 0 ? tmn_student_limit(compare->units - 1, TMN_COMPARE_ERROR / asked) : 0;
    for (size_t o = 0; o < compare->count; o++) {
        struct tmn_compared *compared = &compare->outcomes[o];
        const struct tmn_effect *whole = tmn_effect_whole(compared);
        double half = (whole->range.high - whole->range.low) / 2 / decider->limit * limit;
        compared->verdict = whole->same                ? TMN_COMPARE_SAME
                            : !(compare->units > 1)    ? TMN_COMPARE_OPEN
                            : whole->effect - half > 0 ? TMN_COMPARE_MORE
                            : whole->effect + half < 0 ? TMN_COMPARE_LESS
                                                       : TMN_COMPARE_OPEN;
        if (compared->verdict == TMN_COMPARE_OPEN && compare->units > 1)
            compared->wanted = wanted(decider, whole, TMN_COMPARE_ERROR / asked);
    }
}

/* Of the spread of the units' effects, what is more than chance makes: its part is known from the seeds of each draw.
 */
static double share_of_parameters(struct decider *decider, const struct tmn_compared *compared) {
    const struct tmn_compare *compare = decider->compare;
    size_t n = compared->first + (size_t)compared->periods;
    int seeds = decider->seeds, count = gather(decider, n);
    double between = variance_of(decider->difference, count), within = 0;
    if (compare->options->draws < 2 || seeds < 2 || count < compare->units || count < 2 || !(between > 0))
        return (double)NAN;
    double *difference = TMN_NEW_ARRAY(compare->arena, double, seeds);
    for (int u = 0; u < compare->units; u++) {
        for (int s = 0; s < seeds; s++)
            difference[s] = number_of(decider, decider->unit[u] + (size_t)s, TMN_VARIANT, n) -
                            number_of(decider, decider->unit[u] + (size_t)s, TMN_BASE, n);
        within += variance_of(difference, seeds) / compare->units;
    }
    return fmin(fmax(1 - within / seeds / between, 0), 1);
}

/* ---- which parameters the effect goes with ---- */

/* Ranks from 0, ties at their middle. */
static void rank(const double *value, int count, double *out) {
    for (int i = 0; i < count; i++) {
        int less = 0, equal = 0;
        for (int j = 0; j < count; j++) {
            less += value[j] < value[i];
            equal += value[j] == value[i];
        }
        out[i] = less + (equal - 1) / 2.0;
    }
}

static double correlation_of(const double *x, const double *y, int count) {
    double mean_x = mean_of(x, count), mean_y = mean_of(y, count), xy = 0, xx = 0, yy = 0;
    for (int i = 0; i < count; i++) {
        xy += (x[i] - mean_x) * (y[i] - mean_y);
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}

static int by_strength(const void *a, const void *b) {
    double x = fabs(((const struct tmn_driven *)a)->correlation), y = fabs(((const struct tmn_driven *)b)->correlation);
    return (x < y) - (x > y);
}

static const struct tmn_compared *first_result(const struct tmn_compare *compare) {
    for (size_t o = 0; o < compare->count; o++)
        if (compare->outcomes[o].outcome->mark == TMN_MARK_RESULT && tmn_compared_sums(&compare->outcomes[o]))
            return &compare->outcomes[o];
    return NULL;
}

/* Only those that chance alone would show once in ten comparisons, over all parameters. */
static void find_driven(struct decider *decider) {
    struct tmn_compare *compare = decider->compare;
    const struct tmn_compare_world *base = &compare->options->world[TMN_BASE];
    const struct tmn_compared *result = first_result(compare);
    size_t parameters = base->model->parameters.count, drawn = 0;
    if (compare->options->draws == 0 || !result || compare->units < DRIVEN_UNITS_MIN ||
        gather(decider, result->first + (size_t)result->periods) < compare->units)
        return;
    double *effect = TMN_NEW_ARRAY(compare->arena, double, compare->units);
    compare->driven = TMN_NEW_ARRAY(compare->arena, struct tmn_driven, parameters + 1);
    rank(decider->difference, compare->units, effect);
    for (size_t p = 0; p < parameters; p++) {
        const struct tmn_parameter *parameter = &base->model->parameters.items[p];
        if (!tmn_compare_draws(base, p))
            continue;
        drawn++;
        for (int u = 0; u < compare->units; u++)
            decider->sorted[u] = tmn_prior_uniform(compare->options->seed,
                                                   (uint32_t)compare->pairs[decider->unit[u]].draw, parameter->name);
        rank(decider->sorted, compare->units, decider->other);
        compare->driven[compare->driven_count++] =
            (struct tmn_driven){(int)p, correlation_of(decider->other, effect, compare->units)};
    }
    qsort(compare->driven, compare->driven_count, sizeof *compare->driven, by_strength);
    double least = drawn > 0 ? tmn_normal_limit(TMN_COMPARE_ERROR / (double)drawn) / sqrt(compare->units - 1.0) : 1;
    size_t kept = 0;
    while (kept < compare->driven_count && kept < DRIVEN_MAX && fabs(compare->driven[kept].correlation) > least)
        kept++;
    compare->driven_count = kept;
}

void tmn_compare_decide(struct tmn_compare *compare, const struct tmn_compare_data *data) {
    struct decider decider = {.compare = compare, .data = data};
    gsl_error_handler_t *handler = gsl_set_error_handler_off(); /* GSL's own ends the process */
    find_units(&decider);
    for (size_t o = 0; o < compare->count; o++) {
        struct tmn_compared *compared = &compare->outcomes[o];
        size_t at = 0;
        for (uint32_t s = 0; s < compared->selections; s++)
            for (int p = 0; p <= compared->periods; p++, at++) {
                decide_number(&decider, compared->first + at, &compared->effect[at]);
                guard(&decider, compared, s, p, &compared->effect[at]);
            }
        decide_twins(&decider, o);
        compared->by_parameters = share_of_parameters(&decider, compared);
    }
    decide_verdicts(&decider);
    find_driven(&decider);
    gsl_set_error_handler(handler);
}
