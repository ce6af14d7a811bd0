/* When a clock may run out, told without looking at its person again: the first window by whose end what it needs of G
 * may have been reached.
 *
 * Of the factors of G, those that read nothing but what the scenario gives (drivers, the date, age, parameters) are
 * made for all windows before they come, and added up: the path of G. Where that is all of G, the window is known.
 * Where other factors read what the run brings forth (feedback, shares), a rate is set that they are taken never to
 * exceed, in units of the path. A window in which G does exceed what was foreseen makes all clocks of the transition be
 * filed anew, so nothing rests on how good a forecast is but time. */
#include "engine/rooms.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#define SLACK_START (1.0 / 8)
#define SLACK_LEAST (1.0 / 128)
#define SLACK_MOST 1.0
#define RATE_KEPT 0.95 /* of a rate that falls, from window to window */
#define ROUNDING 1e-12 /* far above the error of a few operations in binary64 */

enum {
    PATH_MOST = 1 << 20, /* numbers of a transition; where there would be more, its path is that of time alone */
    STRAIGHT = 4         /* guesses along a straight path */
};

/* ---- what is given ---- */

static bool is_given(const struct tmn_expr *expr) {
    if (expr->op == TMN_OP_FEEDBACK || expr->op == TMN_OP_SHARE)
        return false;
    for (size_t i = 0; i < expr->count; i++)
        if (!is_given(expr->arg[i]))
            return false;
    return true;
}

/* Marks the parts of G that are given, and the factors that are foreseen; true if all are given. */
static bool mark_given(const struct tmn_run *run, struct tmn_product *product) {
    bool all = true;
    for (size_t i = 0; i < product->parts; i++) {
        struct tmn_part *part = &product->part[i];
        bool given = is_given(part->expr);
        all &= given;
        part->given = given || (i >= product->conditions && tmn_is_foreseen(run, part->expr));
    }
    return all;
}

static size_t path_numbers(const struct tmn_transition *transition, int windows) {
    size_t each = (size_t)windows + 1, all = transition->shared.size * each;
    return all <= PATH_MOST ? all : each;
}

/* Birthdays of a cohort in a run, and one more, by which all is over. */
static uint32_t birthdays(const struct tmn_model *model, int windows) {
    return (uint32_t)(windows / model->calendar.windows_per_year) + 2;
}

/* What is kept of cohorts: 0 where G does not read age, or where there would be too many. */
static size_t ahead_numbers(const struct tmn_model *model, const struct tmn_transition *transition, int windows) {
    const struct tmn_strata *shared = &transition->shared;
    size_t numbers = 0;
    for (int i = 0; i < shared->n; i++)
        if (shared->feature[i] == model->age_feature)
            numbers = shared->size / model->features.items[model->age_feature].cardinality *
                      (size_t)model->attributes.items[model->birth_year].levels *
                      (size_t)model->calendar.windows_per_year * birthdays(model, windows);
    return numbers <= PATH_MOST ? numbers : 0;
}

double tmn_paths_bytes(const struct tmn_model *model, int windows) {
    double bytes = 0;
    for (size_t t = 0; t < model->transitions.count; t++)
        bytes += (double)((path_numbers(&model->transitions.items[t], windows) +
                           ahead_numbers(model, &model->transitions.items[t], windows)) *
                          sizeof(double));
    return bytes;
}

/* ---- paths ---- */

static const double *path_of(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t stratum) {
    return accrual->path + (accrual->paths > 1 ? stratum : 0) * ((size_t)run->windows_ahead + 1);
}

/* By how much a path may grow from the start of a window to that of another: never too little. */
static double path_growth(const double *path, int from, int to) {
    return path[to] > path[from] ? path[to] - path[from] + path[to] * ROUNDING : 0;
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

/* What G of a stratum grows by in a window whose parts are evaluated: all of it, the given part of it (in any unit), or
 * none but the time (in years, or windows); not finite: no number. */
static double path_step(const struct tmn_run *run, uint32_t t, uint32_t stratum, double window_y) {
    const struct tmn_product *product = &run->product[t];
    enum tmn_path kind = run->accrual[t].kind;
    bool rate = run->model->transitions.items[t].kind == TMN_CLOCK_RATE;
    if (kind == TMN_PATH_KNOWN) {
        uint64_t g = tmn_g_units(run, t, stratum, window_y);
        return g < FACTOR_SPECIAL ? (double)g : (double)INFINITY;
    }
    if (kind == TMN_PATH_TIME || !rate) /* of a chance the hazard is no product */
        return rate ? window_y : 1;
    double value = tmn_parts_hold(product, stratum, true) ? tmn_parts_value(product, stratum, true) * window_y : 0;
    return value >= 0 ? value : (double)INFINITY;
}

/* Points an environment at a window to come, as far as `on` says; true if any of it differs from the window before. */
static bool look_ahead(const struct tmn_run *run, struct tmn_worker *worker, const struct tmn_dependence *on,
                       int window, struct tmn_env *env) {
    double *driver = worker->driver_view, *feedback = worker->feedback_view;
    const struct tmn_model *model = run->model;
    struct tmn_window now = tmn_calendar_window(&model->calendar, window);
    double window_y = (double)now.quarter_days / 4.0 / TMN_YEAR_DAYS;
    bool differs = window == 0 || (on->year && env->year != now.year) ||
                   (on->window && (env->window_y < window_y || env->window_y > window_y));
    const int *reads = on->driver.items;
    for (size_t i = 0; i < on->driver.count; i++) {
        const struct tmn_driver *it = &model->drivers.items[reads[i]];
        const double *value = &it->value[(size_t)window * it->slots];
        differs = differs || memcmp(driver + it->first, value, it->slots * sizeof *value) != 0;
        memcpy(driver + it->first, value, it->slots * sizeof *value);
    }
    reads = on->feedback.items;
    for (size_t i = 0; i < on->feedback.count; i++) {
        double *here = &feedback[model->feedbacks.items[reads[i]].first];
        if (run->foreseen_at[reads[i]] < 0)
            continue;
        const double *value = &run->foreseen[(size_t)window * run->foreseen_count + (size_t)run->foreseen_at[reads[i]]];
        differs = differs || memcmp(here, value, sizeof *value) != 0;
        *here = *value;
    }
    env->year = now.year;
    env->window_y = window_y;
    return differs;
}

/* The sums of each stratum up to the start of each window; false when some step is no number. */
static bool sum_paths(struct tmn_run *run, struct tmn_worker *worker, uint32_t t) {
    struct tmn_accrual *accrual = &run->accrual[t];
    struct tmn_env env = worker->env;
    env.driver = worker->driver_view;
    env.feedback = worker->feedback_view;
    memcpy(worker->feedback_view, run->feedback, run->model->feedback_slots * sizeof *run->feedback);
    double *step = accrual->rate; /* until rates are set */
    for (int w = 0; w < run->windows_ahead; w++) {
        bool differs = look_ahead(run, worker, &run->g_on[t], w, &env);
        if (differs)
            tmn_parts_evaluate(run, worker, t, &env);
        for (uint32_t s = 0; s < accrual->paths; s++) {
            double *path = accrual->path + s * ((size_t)run->windows_ahead + 1) + w;
            if (differs)
                step[s] = path_step(run, t, s, env.window_y);
            path[1] = path[0] + step[s];
            if (!isfinite(path[1]))
                return false;
        }
    }
    return true;
}

static void make_guides(const struct tmn_run *run, struct tmn_accrual *accrual) {
    for (uint32_t p = 0; p < accrual->paths; p++) {
        const double *path = path_of(run, accrual, p), all = path[run->windows_ahead];
        uint32_t *guide = accrual->guide + p * (PATH_GUIDE + 1);
        int window = 0;
        for (int part = 0; part <= PATH_GUIDE; part++) {
            while (window < run->windows_ahead && path[window] < all * part / PATH_GUIDE)
                window++;
            guide[part] = (uint32_t)window;
        }
    }
}

/* Adds up the path of each cohort from birthday to birthday, through the strata of its ages. */
static void sum_ahead(const struct tmn_run *run, struct tmn_accrual *accrual) {
    const struct tmn_model *model = run->model;
    const struct tmn_attribute *birth_year = &model->attributes.items[model->birth_year];
    uint32_t each = birthdays(model, run->windows_ahead);
    double *ahead = accrual->ahead;
    for (uint32_t level = 0; level < birth_year->levels; level++)
        for (int week = 0; week < model->calendar.windows_per_year; week++)
            for (uint32_t other = 0; other < accrual->others; other++, ahead += each) {
                double sum = 0;
                for (uint32_t b = 0, from = 0, next; b < each; b++, from = next) {
                    next = b * (uint32_t)model->calendar.windows_per_year + (uint32_t)week;
                    next = next < (uint32_t)run->windows_ahead ? next : (uint32_t)run->windows_ahead;
                    uint32_t stratum = stratum_at(run, accrual, other, birth_year->first + (int)level, week, (int)from);
                    const double *path = path_of(run, accrual, stratum);
                    sum += next > from ? path[next] - path[from] : 0;
                    ahead[b] = sum;
                }
            }
}

static void foresee(void *context, int worker, uint32_t t) {
    struct tmn_run *run = context;
    const struct tmn_transition *transition = &run->model->transitions.items[t];
    struct tmn_accrual *accrual = &run->accrual[t];
    accrual->kind = accrual->paths < transition->shared.size ? TMN_PATH_TIME
                    : mark_given(run, &run->product[t])      ? TMN_PATH_KNOWN
                                                             : TMN_PATH_GIVEN;
    while (!sum_paths(run, &run->worker[worker], t))
        accrual->kind = accrual->kind == TMN_PATH_KNOWN ? TMN_PATH_GIVEN : TMN_PATH_TIME;
    make_guides(run, accrual);
    for (uint32_t s = 0; s < transition->shared.size; s++)
        accrual->rate[s] = accrual->kind == TMN_PATH_KNOWN ? 1 : 0;
    if (accrual->ahead != NULL && accrual->kind == TMN_PATH_KNOWN)
        sum_ahead(run, accrual);
}

void tmn_foresee(struct tmn_run *run) {
    tmn_feedback_foresee(run);
    tmn_pool_run(run->pool, (uint32_t)run->transitions, foresee, run);
}

void tmn_forecasts_make(struct tmn_run *run) {
    run->windows_ahead = run->windows;
    tmn_foreseen_prepare(run);
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_transition *transition = &run->model->transitions.items[t];
        struct tmn_accrual *accrual = &run->accrual[t];
        size_t numbers = path_numbers(transition, run->windows);
        accrual->paths = (uint32_t)(numbers / ((size_t)run->windows + 1));
        accrual->path = TMN_NEW_ARRAY(&run->arena, double, numbers);
        accrual->guide = TMN_NEW_ARRAY(&run->arena, uint32_t, accrual->paths * (PATH_GUIDE + 1));
        accrual->rate = TMN_NEW_ARRAY(&run->arena, double, transition->shared.size);
        accrual->reach = TMN_NEW_ARRAY(&run->arena, double, accrual->sums);
        accrual->slack = SLACK_START;
        size_t ahead = ahead_numbers(run->model, transition, run->windows);
        if (ahead > 0)
            accrual->ahead = TMN_NEW_ARRAY(&run->arena, double, ahead);
    }
}

/* ---- rates ---- */

/* The least rate for G of this window: with slack, and one unit more for its rounding. */
static double rate_now(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t stratum, uint64_t g) {
    double step = path_growth(path_of(run, accrual, stratum), run->window, run->window + 1);
    if (g == 0)
        return 0;
    return g < FACTOR_SPECIAL && step > 0 ? ((double)g * (1 + accrual->slack) + 1) / step : (double)INFINITY;
}

/* Is G of this window above what was forecast? */
static bool exceeds(const struct tmn_run *run, int transition) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    const uint64_t *g = run->rule[transition].g;
    uint32_t strata = run->model->transitions.items[transition].shared.size;
    for (uint32_t s = 0; s < strata; s++) {
        double step = path_growth(path_of(run, accrual, s), run->window, run->window + 1);
        if (g[s] > 0 && !((double)g[s] <= step * accrual->rate[s]))
            return true;
    }
    return false;
}

/* A rate may fall at any time, for clocks were noted with a higher one: it does so slowly, in case G comes back. It
 * rises only when all clocks are filed anew. */
static void set_rates(const struct tmn_run *run, int transition, bool rise) {
    struct tmn_accrual *accrual = &run->accrual[transition];
    const uint64_t *g = run->rule[transition].g;
    uint32_t strata = run->model->transitions.items[transition].shared.size;
    for (uint32_t s = 0; s < strata; s++) {
        double least = rate_now(run, accrual, s, g[s]), kept = accrual->rate[s] * RATE_KEPT;
        if (rise || least < accrual->rate[s])
            accrual->rate[s] = kept > least && isfinite(kept) ? kept : least;
    }
}

void tmn_rates_set(const struct tmn_run *run, int transition) {
    struct tmn_accrual *accrual = &run->accrual[transition];
    if (accrual->kind != TMN_PATH_KNOWN)
        set_rates(run, transition, true);
    accrual->epoch++;
}

void tmn_forecasts_update(struct tmn_run *run) {
    for (size_t t = 0; t < run->transitions; t++) {
        struct tmn_accrual *accrual = &run->accrual[t];
        accrual->refill = false;
        if (accrual->dense)
            continue;
        bool rates = accrual->kind != TMN_PATH_KNOWN, exceeded = rates && run->g_fresh[t] && exceeds(run, (int)t);
        accrual->refill = exceeded || run->window >= accrual->refill_at;
        if (rates && !accrual->refill)
            set_rates(run, (int)t, false);
        if (accrual->refill) {
            accrual->slack = exceeded ? accrual->slack * 4 : accrual->slack * 0.75;
            accrual->slack = accrual->slack < SLACK_LEAST  ? SLACK_LEAST
                             : accrual->slack > SLACK_MOST ? SLACK_MOST
                                                           : accrual->slack;
        }
    }
}

/* ---- forecasts ---- */

/* By how much G of a stratum may grow from the start of a window to that of another. */
static double growth(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t stratum, int from, int to) {
    double path = path_growth(path_of(run, accrual, stratum), from, to);
    return path > 0 && accrual->rate[stratum] > 0 ? path * accrual->rate[stratum] : 0;
}

/* The first window from `from` on by whose end G of a stratum may have grown by `need`, if that is before `to`; else
 * INT_MAX. */
static int first_reached(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t stratum, int from,
                         int to, double need) {
    const double *path = path_of(run, accrual, stratum);
    double rate = accrual->rate[stratum];
    if (from >= to || !(path_growth(path, from, to) * rate >= need))
        return INT_MAX;
    if (!(need > 0)) /* it has already */
        return from;
    /* the first whose path ends at `end` or beyond: within a part of it, where it would be on a straight path, narrowed
     * some times, then by halves */
    double end = (path[from] + need / rate) * (1 - ROUNDING);
    const uint32_t *guide = accrual->guide + (accrual->paths > 1 ? stratum : 0) * (PATH_GUIDE + 1);
    double parts = end / path[run->windows_ahead] * PATH_GUIDE;
    int part = parts < PATH_GUIDE - 1 ? (int)parts : PATH_GUIDE - 1, near = guide[part] - 1, beyond = guide[part + 1];
    if (near > from && near < to && path[near] < end)
        from = near;
    if (beyond > from && beyond < to && path[beyond] >= end)
        to = beyond;
    double low = path[from], high = path[to];
    for (int tries = 0; tries < STRAIGHT && to - from > 1; tries++) {
        int guess = from + (int)((double)(to - from) * (end - low) / (high - low));
        guess = guess < from ? from : guess >= to ? to - 1 : guess;
        double begins = path[guess], ends = path[guess + 1];
        if (begins < end && ends >= end)
            return guess;
        if (begins < end) {
            from = guess + 1 < to ? guess + 1 : guess;
            low = ends;
        } else if (guess > from) {
            to = guess;
            high = begins;
        } else {
            return guess; /* at once */
        }
    }
    for (int count = to - from; count > 1;) {
        int half = count / 2;
        from = path[from + half] < end ? from + half : from;
        count -= half;
    }
    return from;
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
            accrual->reach[s] = growth(run, accrual, s, run->window, end) * (1 + ROUNDING);
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
                    reach[other] += growth(run, accrual,
                                           stratum_at(run, accrual, other, birth_year->first + (int)level, week, from),
                                           from, next) *
                                    (1 + ROUNDING);
            }
        }
}

/* The birthday from which on what is needed is reached before the next one, by what is known of a cohort; `need`
 * becomes what is left of it there, never too much. INT_MAX: not in this run. `from`: a birthday. */
static int birthday_reached(const struct tmn_run *run, const struct tmn_accrual *accrual,
                            const struct tmn_share_of *share, int from, double *need) {
    uint32_t each = birthdays(run->model, run->windows_ahead),
             at = (uint32_t)(from / run->model->calendar.windows_per_year), low = at, high = each - 1;
    const double *ahead = accrual->ahead + share->at * each;
    double end = ahead[at] + *need - (*need + ahead[high]) * ROUNDING;
    if (!(ahead[high] >= end))
        return INT_MAX;
    while (high - low > 1) { /* the last birthday before `end` is reached: not before low, before high */
        uint32_t middle = (low + high) / 2;
        if (ahead[middle] < end)
            low = middle;
        else
            high = middle;
    }
    *need = end - ahead[low] > 0 ? end - ahead[low] : 0;
    return from + (int)(low - at) * run->model->calendar.windows_per_year;
}

static int forecast_by_age(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t row,
                           const struct tmn_share_of *share, double need, int from) {
    int week = *tmn_week(run, row), end = end_of(run, accrual),
        birth_year = run->model->attributes.items[run->model->birth_year].first + (int)share->birth_year;
    bool known = accrual->kind == TMN_PATH_KNOWN && accrual->ahead != NULL, first = true;
    for (int next; from < end; from = next, first = false) {
        if (known && !first) {
            from = birthday_reached(run, accrual, share, from, &need);
            if (from >= end)
                break;
        }
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
    need = need < 0.5 ? 0.5 : need;                                                       /* G must grow at all */
    return accrual->base != NULL ? forecast_by_age(run, accrual, row, share, need, from)
                                 : first_reached(run, accrual, share->other, from, end_of(run, accrual), need);
}
