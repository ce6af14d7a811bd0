/* G accumulated, and how fast it may grow: what the event engine knows of clocks without looking at persons.
 *
 * Sums are modulo 2^64: only what was added since a clock was aimed counts, and that is less than what was left of it.
 * Where G reads age, each combination of birth year and week has a sum of its own and walks through the ages.
 *
 * Forecasts are rates that G is taken never to exceed: what a clock needs divided by them is the first window in which
 * it may run out. A window in which G does exceed its rate makes all clocks of the transition be filed anew, so nothing
 * rests on how good a forecast is but time. */
#include "engine/state.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#define SLACK_START (1.0 / 16)
#define SLACK_LEAST (1.0 / 64)
#define SLACK_MOST 1.0
#define FORECAST_ROUNDING 1e-12 /* far above the error of a few operations in binary64 */

/* ---- where a row stands ---- */

/* The shared stratum; where G reads age, its index without age and the stratum at age 0 of each. */
static void make_shared(struct tmn_run *run, const struct tmn_strata *strata, struct tmn_accrual *accrual) {
    struct tmn_strata rest = *strata;
    int age = run->model->age_feature;
    rest.n = 0;
    rest.size = 1;
    for (int i = 0; i < strata->n; i++) {
        if (strata->feature[i] == age) {
            accrual->age_stride = strata->stride[i];
            continue;
        }
        rest.feature[rest.n] = strata->feature[i];
        rest.stride[rest.n++] = rest.size;
        rest.size *= run->model->features.items[strata->feature[i]].cardinality;
    }
    accrual->others = rest.size;
    if (accrual->age_stride == 0) {
        tmn_key_make(run, strata, &accrual->shared);
        return;
    }
    tmn_key_make(run, &rest, &accrual->shared);
    accrual->base = TMN_NEW_ARRAY(&run->arena, uint32_t, rest.size);
    for (uint32_t other = 0; other < rest.size; other++)
        for (int i = 0, j = 0; i < strata->n; i++)
            if (strata->feature[i] != age) {
                uint32_t level = other / rest.stride[j] % run->model->features.items[rest.feature[j]].cardinality;
                accrual->base[other] += level * strata->stride[i];
                j++;
            }
}

/* ---- time ---- */

static void make_time(struct tmn_run *run) {
    const struct tmn_calendar *calendar = &run->model->calendar;
    run->tau = TMN_NEW_ARRAY(&run->arena, int, calendar->windows + 1);
    for (int w = 0; w < calendar->windows; w++)
        run->tau[w + 1] = run->tau[w] + tmn_calendar_window(calendar, w).quarter_days;
    run->window_of = TMN_NEW_ARRAY(&run->arena, uint32_t, run->tau[calendar->windows] + 1);
    for (int w = 0; w < calendar->windows; w++)
        for (int q = run->tau[w] + 1; q <= run->tau[w + 1]; q++)
            run->window_of[q] = (uint32_t)w;
}

/* The first window that ends at or after `span` units of time from the start of window `from`, or INT_MAX. */
static int window_after(const struct tmn_run *run, bool by_days, int from, double span) {
    int windows = run->model->calendar.windows;
    span *= 1 - FORECAST_ROUNDING;
    if (!by_days)
        return span >= windows - from ? INT_MAX : span <= 1 ? from : from + (int)ceil(span) - 1;
    double end = run->tau[from] + span;
    if (end > run->tau[windows])
        return INT_MAX;
    int window = (int)run->window_of[(int)ceil(end)];
    return window < from ? from : window;
}

/* ---- what depends on what ---- */

static void mark(uint64_t *set, size_t transition) {
    set[transition / 64] |= UINT64_C(1) << transition % 64;
}

static void mark_strata(struct tmn_run *run, size_t transition, const struct tmn_strata *strata) {
    const struct tmn_model *model = run->model;
    size_t words = run->affected_words;
    for (int i = 0; i < strata->n; i++) {
        const struct tmn_feature *feature = &model->features.items[strata->feature[i]];
        if (feature->kind == TMN_FEATURE_COUNTER) {
            const struct tmn_counter *counter = &model->counters.items[feature->index];
            mark(run->reads_counter + (size_t)feature->index * words, transition);
            run->counter_read[feature->index] = true;
            if (counter->share > 0) { /* which changes with the living ties too */
                mark(run->reads_counter + (size_t)counter->degree * words, transition);
                run->counter_read[counter->degree] = true;
            }
            mark(run->reads_any_counter, transition);
            continue;
        }
        int attribute = feature->kind == TMN_FEATURE_MAP   ? model->maps.items[feature->index].of
                        : feature->kind == TMN_FEATURE_AGE ? model->birth_year
                                                           : feature->index;
        mark(run->reads_attribute + (size_t)attribute * words, transition);
        const struct tmn_attribute *it = &model->attributes.items[attribute];
        tmn_set_level(&run->rule[transition].reads, it, (UINT32_C(1) << it->bits) - 1u);
    }
}

static void make_dependents(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    size_t words = run->affected_words = run->transitions / 64 + 1;
    run->reads_attribute = TMN_NEW_ARRAY(&run->arena, uint64_t, model->attributes.count * words + 1);
    run->reads_counter = TMN_NEW_ARRAY(&run->arena, uint64_t, model->counters.count * words + 1);
    run->reads_any_counter = TMN_NEW_ARRAY(&run->arena, uint64_t, words);
    for (size_t t = 0; t < run->transitions; t++) {
        mark_strata(run, t, &model->transitions.items[t].personal);
        mark_strata(run, t, &model->transitions.items[t].shared);
    }
    for (int w = 0; w < run->workers; w++) {
        run->worker[w].affected = TMN_NEW_ARRAY(&run->arena, uint64_t, words);
        run->worker[w].affected_slot = TMN_NEW_ARRAY(&run->arena, uint16_t, run->slots + 1);
        run->worker[w].touched_at = TMN_NEW_ARRAY(&run->arena, uint32_t, model->counters.count > 0 ? BLOCK_ROWS : 1);
    }
}

void tmn_accruals_make(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    make_time(run);
    make_dependents(run);
    run->present = TMN_NEW_ARRAY(&run->arena, uint64_t, (size_t)run->blocks * run->transitions * PRESENT_WORDS + 1);
    run->accrual = TMN_NEW_ARRAY(&run->arena, struct tmn_accrual, run->transitions + 1);
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_transition *transition = &model->transitions.items[t];
        const struct tmn_dependence *on = &run->g_on[t];
        struct tmn_accrual *accrual = &run->accrual[t];
        tmn_key_make(run, &transition->personal, &accrual->personal);
        make_shared(run, &transition->shared, accrual);
        size_t cohorts = accrual->base == NULL ? 1
                                               : (size_t)model->attributes.items[model->birth_year].levels *
                                                     (size_t)model->calendar.windows_per_year;
        accrual->sums = cohorts * accrual->others;
        accrual->sum = TMN_NEW_ARRAY(&run->arena, uint64_t, accrual->sums);
        accrual->reach = TMN_NEW_ARRAY(&run->arena, double, accrual->sums);
        accrual->rate = TMN_NEW_ARRAY(&run->arena, double, transition->shared.size);
        accrual->by_days = transition->kind == TMN_CLOCK_RATE;
        accrual->steady = on->driver.count + on->feedback.count + on->share.count == 0 && !on->year &&
                          (accrual->by_days || !on->window);
        accrual->slack = accrual->steady ? 1e-9 : SLACK_START;
    }
}

/* ---- forecasts ---- */

/* G of this window per unit of time. */
static double pace(const struct tmn_run *run, const struct tmn_accrual *accrual, uint64_t g) {
    if (g >= FACTOR_SPECIAL)
        return (double)INFINITY;
    return accrual->by_days ? (double)g / run->now.quarter_days : (double)g;
}

static bool too_slow(const struct tmn_run *run, const struct tmn_accrual *accrual, const uint64_t *g, uint32_t strata) {
    for (uint32_t s = 0; s < strata; s++)
        if (pace(run, accrual, g[s]) > accrual->rate[s])
            return true;
    return false;
}

/* One unit of G more, for its rounding; a rate that fell stays at half for a while, in case it comes back. */
void tmn_rates_set(const struct tmn_run *run, int transition) {
    struct tmn_accrual *accrual = &run->accrual[transition];
    const uint64_t *g = run->rule[transition].g;
    uint32_t strata = run->model->transitions.items[transition].shared.size;
    for (uint32_t s = 0; s < strata; s++) {
        double now = pace(run, accrual, g[s]), before = accrual->rate[s];
        double rate = now > 0 ? now * (1 + accrual->slack) + 1 : 0;
        accrual->rate[s] = now > 0 && before / 2 > rate && isfinite(before) ? before / 2 : rate;
    }
    accrual->epoch++;
}

/* Units of time from the start of a window to that of another. */
static double span_of(const struct tmn_run *run, const struct tmn_accrual *accrual, int from, int to) {
    return accrual->by_days ? run->tau[to] - run->tau[from] : to - from;
}

/* The window with the next birthday after `from` of those born in a week of the year. */
static int birthday_after(const struct tmn_run *run, int from, int week) {
    int year_windows = run->model->calendar.windows_per_year, year = from / year_windows;
    return (from % year_windows < week ? year : year + 1) * year_windows + week;
}

/* The stratum of a cohort's G in a window. */
static uint32_t stratum_at(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t other, int birth_year,
                           int week, int window) {
    const struct tmn_calendar *calendar = &run->model->calendar;
    uint32_t age = tmn_age(calendar->start_year + window / calendar->windows_per_year,
                           window % calendar->windows_per_year, birth_year, (uint32_t)week);
    return accrual->base[other] + accrual->age_stride * age;
}

void tmn_reach_set(const struct tmn_run *run, struct tmn_accrual *accrual) {
    const struct tmn_model *model = run->model;
    int end = accrual->refill_at < model->calendar.windows ? accrual->refill_at : model->calendar.windows;
    if (accrual->base == NULL) {
        for (uint32_t s = 0; s < accrual->others; s++)
            accrual->reach[s] = accrual->rate[s] * span_of(run, accrual, run->window, end) * (1 + FORECAST_ROUNDING);
        return;
    }
    const struct tmn_attribute *birth_year = &model->attributes.items[model->birth_year];
    double *reach = accrual->reach;
    for (uint32_t level = 0; level < birth_year->levels; level++)
        for (int week = 0; week < model->calendar.windows_per_year; week++, reach += accrual->others) {
            memset(reach, 0, accrual->others * sizeof *reach);
            for (int from = run->window, next; from < end; from = next) {
                next = birthday_after(run, from, week);
                double span = span_of(run, accrual, from, next < end ? next : end) * (1 + FORECAST_ROUNDING);
                for (uint32_t other = 0; other < accrual->others; other++)
                    reach[other] +=
                        span *
                        accrual->rate[stratum_at(run, accrual, other, birth_year->first + (int)level, week, from)];
            }
        }
}

void tmn_forecasts_update(struct tmn_run *run) {
    for (size_t t = 0; t < run->transitions; t++) {
        struct tmn_accrual *accrual = &run->accrual[t];
        const uint64_t *g = run->rule[t].g;
        uint32_t strata = run->model->transitions.items[t].shared.size;
        bool exceeded = run->g_fresh[t] && too_slow(run, accrual, g, strata);
        accrual->refill = exceeded || run->window >= accrual->refill_at;
        if (accrual->refill && !accrual->steady) {
            accrual->slack = exceeded ? accrual->slack * 2 : accrual->slack * 0.75;
            accrual->slack = accrual->slack < SLACK_LEAST  ? SLACK_LEAST
                             : accrual->slack > SLACK_MOST ? SLACK_MOST
                                                           : accrual->slack;
        }
    }
}

static int forecast_by_age(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t row,
                           const struct tmn_share_of *share, double need, int from) {
    const struct tmn_model *model = run->model;
    int week = *tmn_week(run, row),
        birth_year = model->attributes.items[model->birth_year].first + (int)share->birth_year;
    for (int next; from < accrual->refill_at && from < model->calendar.windows; from = next) {
        double rate = accrual->rate[stratum_at(run, accrual, share->other, birth_year, week, from)];
        next = birthday_after(run, from, week);
        if (next > model->calendar.windows)
            next = model->calendar.windows;
        if (rate <= 0)
            continue;
        double most = rate * span_of(run, accrual, from, next) * (1 + FORECAST_ROUNDING);
        if (most >= need)
            return window_after(run, accrual->by_days, from, need / rate);
        need -= most;
    }
    return INT_MAX;
}

int tmn_forecast(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t row,
                 const struct tmn_share_of *share, uint64_t c, uint64_t left, int from) {
    if (c == 0)
        return INT_MAX;
    double need = c >= FACTOR_SPECIAL ? 0.0 : (double)(int64_t)left / (double)(int64_t)c /* both are below 2^63 */;
    if (accrual->base != NULL)
        return forecast_by_age(run, accrual, row, share, need, from);
    double rate = accrual->rate[share->other];
    return rate <= 0 ? INT_MAX : window_after(run, accrual->by_days, from, need / rate);
}

/* ---- sums ---- */

static void advance_by_age(const struct tmn_run *run, const struct tmn_accrual *accrual, const uint64_t *g) {
    const struct tmn_model *model = run->model;
    const struct tmn_attribute *birth_year = &model->attributes.items[model->birth_year];
    uint64_t *sum = accrual->sum;
    for (uint32_t level = 0; level < birth_year->levels; level++)
        for (int week = 0; week < model->calendar.windows_per_year; week++, sum += accrual->others) {
            uint32_t age = tmn_age(run->now.year, run->now.in_year, birth_year->first + (int)level, (uint32_t)week);
            const uint64_t *of_age = g + accrual->age_stride * age;
            for (uint32_t other = 0; other < accrual->others; other++)
                sum[other] += tmn_steady_c(of_age[accrual->base[other]]);
        }
}

void tmn_sums_advance(struct tmn_run *run) {
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_accrual *accrual = &run->accrual[t];
        const uint64_t *g = run->rule[t].g;
        if (accrual->base != NULL)
            advance_by_age(run, accrual, g);
        else
            for (uint32_t s = 0; s < accrual->others; s++)
                accrual->sum[s] += tmn_steady_c(g[s]);
    }
}
