/* When a clock may run out, told without looking at its person again: the first window in which what it needs of G may
 * be reached.
 *
 * Where G reads nothing but what the scenario gives (drivers, the date, age, parameters), it is made for all windows
 * before they come, and the window is known. Where it reads what the run brings forth (feedback, shares), a rate is set
 * that G is taken never to exceed. A window in which G does exceed what was foreseen makes all clocks of the transition
 * be filed anew, so nothing rests on how good a forecast is but time. */
#include "engine/state.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#define SLACK_START (1.0 / 16)
#define SLACK_LEAST (1.0 / 64)
#define SLACK_MOST 1.0
#define FORECAST_ROUNDING 1e-12  /* far above the error of a few operations in binary64 */
#define FORESIGHT_MOST (1 << 20) /* numbers of a transition; where there would be more, rates must do */

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

/* Units of time from the start of a window to that of another. */
static double span_of(const struct tmn_run *run, const struct tmn_accrual *accrual, int from, int to) {
    return accrual->by_days ? run->tau[to] - run->tau[from] : to - from;
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

/* The window with the next birthday after `from` of those born in a week of the year. */
static int birthday_after(const struct tmn_run *run, int from, int week) {
    int year_windows = run->model->calendar.windows_per_year, year = from / year_windows;
    return (from % year_windows < week ? year : year + 1) * year_windows + week;
}

/* ---- what is known ahead ---- */

static bool is_given(const struct tmn_expr *expr) {
    if (expr->op == TMN_OP_FEEDBACK || expr->op == TMN_OP_SHARE)
        return false;
    for (size_t i = 0; i < expr->count; i++)
        if (!is_given(expr->arg[i]))
            return false;
    return true;
}

static size_t foresight(const struct tmn_transition *transition, int windows) {
    return transition->shared.size * ((size_t)windows + 1);
}

static bool can_foresee(const struct tmn_transition *transition, int windows) {
    for (size_t i = 0; i < transition->who_shared_count; i++)
        if (!is_given(transition->who_shared[i]))
            return false;
    for (size_t i = 0; i < transition->g_factors; i++)
        if (!is_given(transition->g_factor[i].expr))
            return false;
    return foresight(transition, windows) <= FORESIGHT_MOST;
}

double tmn_foresight_bytes(const struct tmn_model *model, int windows) {
    double bytes = 0;
    for (size_t t = 0; t < model->transitions.count; t++)
        if (can_foresee(&model->transitions.items[t], windows))
            bytes += (double)(foresight(&model->transitions.items[t], windows) * sizeof(uint64_t));
    return bytes;
}

/* Points an environment at a window to come, as far as `on` says; true if any of it differs from the window before. */
static bool look_ahead(const struct tmn_run *run, const struct tmn_dependence *on, int window, double *driver,
                       struct tmn_env *env) {
    const struct tmn_model *model = run->model;
    struct tmn_window now = tmn_calendar_window(&model->calendar, window);
    double window_y = (double)now.quarter_days / 4.0 / TMN_YEAR_DAYS;
    bool differs = window == 0 || (on->year && env->year != now.year) ||
                   (on->window && env->window_y != window_y); /* NOLINT: equal or not, bit by bit */
    const int *reads = on->driver.items;
    for (size_t i = 0; i < on->driver.count; i++) {
        const struct tmn_driver *it = &model->drivers.items[reads[i]];
        const double *value = &it->value[(size_t)window * it->slots];
        differs = differs || memcmp(driver + it->first, value, it->slots * sizeof *value) != 0;
        memcpy(driver + it->first, value, it->slots * sizeof *value);
    }
    env->year = now.year;
    env->window_y = window_y;
    return differs;
}

/* The growth of G of each stratum up to the start of each window. False when a window has a G that is no number. */
static bool foresee(struct tmn_run *run, struct tmn_worker *worker, size_t t) {
    const struct tmn_transition *transition = &run->model->transitions.items[t];
    size_t windows = (size_t)run->windows_ahead, stride = windows + 1;
    uint64_t *grown = run->accrual[t].grown;
    struct tmn_env env = worker->env;
    env.driver = worker->driver_view;
    env.level = worker->level;
    for (size_t w = 0; w < windows; w++) {
        bool differs = look_ahead(run, &run->g_on[t], (int)w, worker->driver_view, &env);
        for (uint32_t s = 0; s < transition->shared.size; s++) {
            uint64_t *at = grown + s * stride + w, g = w > 0 ? at[0] - at[-1] : 0;
            if (differs) {
                tmn_stratum_levels(&transition->shared, s, worker->level);
                g = tmn_g_units(transition, &env);
            }
            if (g >= FACTOR_SPECIAL || __builtin_add_overflow(at[0], g, &at[1]))
                return false;
        }
    }
    return true;
}

static void foresee_task(void *context, int worker, uint32_t t) {
    struct tmn_run *run = context;
    if (run->accrual[t].grown != NULL)
        run->accrual[t].foreseen = foresee(run, &run->worker[worker], t);
}

void tmn_foresee(struct tmn_run *run) {
    tmn_pool_run(run->pool, (uint32_t)run->transitions, foresee_task, run);
}

void tmn_forecasts_make(struct tmn_run *run) {
    make_time(run);
    run->windows_ahead = run->windows;
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_transition *transition = &run->model->transitions.items[t];
        struct tmn_accrual *accrual = &run->accrual[t];
        accrual->by_days = transition->kind == TMN_CLOCK_RATE;
        accrual->slack = SLACK_START;
        accrual->rate = TMN_NEW_ARRAY(&run->arena, double, transition->shared.size);
        accrual->reach = TMN_NEW_ARRAY(&run->arena, double, accrual->sums);
        if (can_foresee(transition, run->windows_ahead))
            accrual->grown = TMN_NEW_ARRAY(&run->arena, uint64_t, foresight(transition, run->windows_ahead));
    }
}

static const uint64_t *grown_of(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t stratum) {
    return accrual->grown + stratum * ((size_t)run->windows_ahead + 1);
}

/* ---- rates, where it is not ---- */

/* G of this window per unit of time. */
static double pace(const struct tmn_run *run, const struct tmn_accrual *accrual, uint64_t g) {
    if (g >= FACTOR_SPECIAL)
        return (double)INFINITY;
    return accrual->by_days ? (double)g / run->now.quarter_days : (double)g;
}

/* One unit of G more, for its rounding; a rate that fell stays at half for a while, in case it comes back. */
void tmn_rates_set(const struct tmn_run *run, int transition) {
    struct tmn_accrual *accrual = &run->accrual[transition];
    const uint64_t *g = run->rule[transition].g;
    uint32_t strata = accrual->foreseen ? 0 : run->model->transitions.items[transition].shared.size;
    for (uint32_t s = 0; s < strata; s++) {
        double now = pace(run, accrual, g[s]), before = accrual->rate[s];
        double rate = now > 0 ? now * (1 + accrual->slack) + 1 : 0;
        accrual->rate[s] = now > 0 && before / 2 > rate && isfinite(before) ? before / 2 : rate;
    }
    accrual->epoch++;
}

/* Is G of this window above what was forecast? */
static bool exceeds(const struct tmn_run *run, int transition) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    const uint64_t *g = run->rule[transition].g;
    uint32_t strata = run->model->transitions.items[transition].shared.size;
    for (uint32_t s = 0; s < strata; s++)
        if (accrual->foreseen
                ? g[s] > grown_of(run, accrual, s)[run->window + 1] - grown_of(run, accrual, s)[run->window]
                : pace(run, accrual, g[s]) > accrual->rate[s])
            return true;
    return false;
}

void tmn_forecasts_update(struct tmn_run *run) {
    for (size_t t = 0; t < run->transitions; t++) {
        struct tmn_accrual *accrual = &run->accrual[t];
        bool exceeded = run->g_fresh[t] && exceeds(run, (int)t);
        accrual->refill = exceeded || run->window >= accrual->refill_at;
        accrual->foreseen = accrual->foreseen && !exceeded;
        if (accrual->refill) {
            accrual->slack = exceeded ? accrual->slack * 2 : accrual->slack * 0.75;
            accrual->slack = accrual->slack < SLACK_LEAST  ? SLACK_LEAST
                             : accrual->slack > SLACK_MOST ? SLACK_MOST
                                                           : accrual->slack;
        }
    }
}

/* ---- forecasts ---- */

/* By how much G of a stratum may grow from the start of a window to that of another. */
static double growth(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t stratum, int from, int to) {
    if (accrual->foreseen) {
        const uint64_t *grown = grown_of(run, accrual, stratum);
        return (double)(grown[to] - grown[from]) * (1 + FORECAST_ROUNDING);
    }
    return accrual->rate[stratum] * span_of(run, accrual, from, to) * (1 + FORECAST_ROUNDING);
}

/* The first window from `from` on by whose end G of a stratum may have grown by `need`, if that is before `to`; else
 * INT_MAX. */
static int first_reached(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t stratum, int from,
                         int to, double need) {
    if (!accrual->foreseen) {
        double rate = accrual->rate[stratum];
        int window = rate <= 0 ? INT_MAX : window_after(run, accrual->by_days, from, need / rate);
        return window < to ? window : INT_MAX;
    }
    const uint64_t *grown = grown_of(run, accrual, stratum), start = grown[from];
    need *= 1 - FORECAST_ROUNDING;
    if (from >= to || (double)(grown[to] - start) < need)
        return INT_MAX;
    int least = from, most = to - 1;
    while (least < most) {
        int middle = least + (most - least) / 2;
        if ((double)(grown[middle + 1] - start) < need)
            least = middle + 1;
        else
            most = middle;
    }
    return least;
}

/* The stratum of a cohort's G in a window. */
static uint32_t stratum_at(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t other, int birth_year,
                           int week, int window) {
    const struct tmn_calendar *calendar = &run->model->calendar;
    uint32_t age = tmn_age(calendar->start_year + window / calendar->windows_per_year,
                           window % calendar->windows_per_year, birth_year, (uint32_t)week);
    return accrual->base[other] + accrual->age_stride * age;
}

/* The end of what is forecast: the next refill, or the last window. */
static int end_of(const struct tmn_run *run, const struct tmn_accrual *accrual) {
    return accrual->refill_at < run->windows_ahead ? accrual->refill_at : run->windows_ahead;
}

void tmn_reach_set(const struct tmn_run *run, struct tmn_accrual *accrual) {
    const struct tmn_model *model = run->model;
    int end = end_of(run, accrual);
    if (accrual->base == NULL) {
        for (uint32_t s = 0; s < accrual->others; s++)
            accrual->reach[s] = growth(run, accrual, s, run->window, end);
        return;
    }
    const struct tmn_attribute *birth_year = &model->attributes.items[model->birth_year];
    double *reach = accrual->reach;
    for (uint32_t level = 0; level < birth_year->levels; level++)
        for (int week = 0; week < model->calendar.windows_per_year; week++, reach += accrual->others) {
            memset(reach, 0, accrual->others * sizeof *reach);
            for (int from = run->window, next; from < end; from = next) {
                next = birthday_after(run, from, week);
                next = next < end ? next : end;
                for (uint32_t other = 0; other < accrual->others; other++)
                    reach[other] +=
                        growth(run, accrual,
                               stratum_at(run, accrual, other, birth_year->first + (int)level, week, from), from, next);
            }
        }
}

static int forecast_by_age(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t row,
                           const struct tmn_share_of *share, double need, int from) {
    int week = *tmn_week(run, row), end = end_of(run, accrual),
        birth_year = run->model->attributes.items[run->model->birth_year].first + (int)share->birth_year;
    for (int next; from < end; from = next) {
        uint32_t stratum = stratum_at(run, accrual, share->other, birth_year, week, from);
        next = birthday_after(run, from, week);
        next = next < end ? next : end;
        double most = growth(run, accrual, stratum, from, next);
        if (most >= need)
            return first_reached(run, accrual, stratum, from, next, need);
        need -= most;
    }
    return INT_MAX;
}

int tmn_forecast(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t row,
                 const struct tmn_share_of *share, uint64_t c, uint64_t left, int from) {
    if (c == 0)
        return INT_MAX;
    double need = c >= FACTOR_SPECIAL ? 0.0 : (double)(int64_t)left / (double)(int64_t)c; /* both are below 2^63 */
    need = need < 0.5 ? 0.5 : need; /* G must be more than nothing */
    return accrual->base != NULL ? forecast_by_age(run, accrual, row, share, need, from)
                                 : first_reached(run, accrual, share->other, from, end_of(run, accrual), need);
}
