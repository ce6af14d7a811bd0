/* When a clock may run out, told without looking at its person again: the first window by whose end what it needs of G
 * may have been reached.
 *
 * Where G reads nothing but what the scenario gives (drivers, the date, age, parameters), it is made for all windows
 * before they come, and added up: the path of G. Then the window is known. */
#include "engine/rooms.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#define ROUNDING 1e-12 /* far above the error of a few operations in binary64 */

enum {
    PATH_MOST = 1 << 20, /* numbers of a transition; where there would be more, it has no path */
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

static bool all_given(const struct tmn_product *product) {
    for (size_t i = 0; i < product->parts; i++)
        if (!is_given(product->part[i].expr))
            return false;
    return true;
}

/* Birthdays of a cohort in a run, and one more, by which all is over. */
static uint32_t birthdays(const struct tmn_model *model, int windows) {
    return (uint32_t)(windows / model->calendar.windows_per_year) + 2;
}

/* Numbers of paths of all strata, and of cohorts where G reads age; false where there would be too many. */
static bool paths_size(const struct tmn_model *model, const struct tmn_transition *transition, int windows,
                       size_t *numbers, size_t *ahead) {
    const struct tmn_strata *shared = &transition->shared;
    *numbers = shared->size * ((size_t)windows + 1);
    *ahead = 0;
    for (int i = 0; i < shared->n; i++)
        if (shared->feature[i] == model->age_feature)
            *ahead = shared->size / model->features.items[model->age_feature].cardinality *
                     (size_t)model->attributes.items[model->birth_year].levels *
                     (size_t)model->calendar.windows_per_year * birthdays(model, windows);
    return *numbers <= PATH_MOST && *ahead <= PATH_MOST;
}

double tmn_paths_bytes(const struct tmn_model *model, int windows) {
    double bytes = 0;
    for (size_t t = 0; t < model->transitions.count; t++) {
        size_t numbers, ahead;
        if (paths_size(model, &model->transitions.items[t], windows, &numbers, &ahead))
            bytes += (double)((numbers + ahead) * sizeof(double));
    }
    return bytes;
}

/* ---- paths ---- */

static const double *path_of(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t stratum) {
    return accrual->path + stratum * ((size_t)run->windows_ahead + 1);
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

/* Points an environment at a window to come, as far as `on` says; true if any of it differs from the window before. */
static bool look_ahead(const struct tmn_run *run, struct tmn_worker *worker, const struct tmn_dependence *on,
                       int window, struct tmn_env *env) {
    double *driver = worker->driver_view;
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
    env->year = now.year;
    env->window_y = window_y;
    return differs;
}

/* A sum that never stays as it is where something is added. */
static double grown(double sum, double by) {
    double next = sum + by;
    return by > 0 && !(next > sum) ? sum * (1 + 0x1p-52) : next;
}

/* The sums of each stratum up to the start of each window; false when some G is no number. */
static bool sum_paths(struct tmn_run *run, struct tmn_worker *worker, uint32_t t) {
    struct tmn_accrual *accrual = &run->accrual[t];
    struct tmn_env env = worker->env;
    env.driver = worker->driver_view;
    for (int w = 0; w < run->windows_ahead; w++) {
        bool differs = look_ahead(run, worker, &run->g_on[t], w, &env);
        if (differs)
            tmn_parts_evaluate(run, worker, t, &env);
        for (uint32_t s = 0; s < accrual->paths; s++) {
            double *path = accrual->path + s * ((size_t)run->windows_ahead + 1) + w;
            uint64_t g = differs ? tmn_g_units(run, t, s, env.window_y) : 0;
            if (g >= FACTOR_SPECIAL)
                return false;
            if (differs)
                worker->path_step[s] = (double)g;
            path[1] = grown(path[0], worker->path_step[s]);
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
                    sum = grown(sum, next > from ? path[next] - path[from] : 0);
                    ahead[b] = sum;
                }
            }
}

static void foresee(void *context, int worker, uint32_t t) {
    struct tmn_run *run = context;
    struct tmn_accrual *accrual = &run->accrual[t];
    accrual->known = accrual->paths > 0 && sum_paths(run, &run->worker[worker], t);
    if (!accrual->known)
        return;
    make_guides(run, accrual);
    if (accrual->ahead != NULL)
        sum_ahead(run, accrual);
}

void tmn_foresee(struct tmn_run *run) {
    tmn_pool_run(run->pool, (uint32_t)run->transitions, foresee, run);
}

void tmn_forecasts_make(struct tmn_run *run) {
    uint32_t most = 0;
    run->windows_ahead = run->windows;
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_transition *transition = &run->model->transitions.items[t];
        struct tmn_accrual *accrual = &run->accrual[t];
        accrual->reach = TMN_NEW_ARRAY(&run->arena, double, accrual->sums);
        size_t numbers, ahead;
        if (!all_given(&run->product[t]) || !paths_size(run->model, transition, run->windows, &numbers, &ahead))
            continue;
        accrual->paths = transition->shared.size;
        accrual->path = TMN_NEW_ARRAY(&run->arena, double, numbers);
        accrual->guide = TMN_NEW_ARRAY(&run->arena, uint32_t, accrual->paths * (PATH_GUIDE + 1));
        most = accrual->paths > most ? accrual->paths : most;
        if (ahead > 0)
            accrual->ahead = TMN_NEW_ARRAY(&run->arena, double, ahead);
    }
    for (int w = 0; w < run->workers; w++)
        run->worker[w].path_step = TMN_NEW_ARRAY(&run->arena, double, most + 1);
}

/* ---- forecasts ---- */

/* By how much G of a stratum may grow from the start of a window to that of another. */
static double growth(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t stratum, int from, int to) {
    return path_growth(path_of(run, accrual, stratum), from, to);
}

/* The first of the windows from `from` on, before `to`, whose path ends at `end` or beyond; the last of them does.
 * Where it would be on a straight path, narrowed some times, then by halves. */
static int reached_between(const double *path, int from, int to, double end) {
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

/* The guide to where a path that is `need` beyond its start of a window will be. */
static const uint32_t *guide_to(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t stratum,
                                int from, double need) {
    const double *path = path_of(run, accrual, stratum);
    double parts = (path[from] + need) * (1 - ROUNDING) / path[run->windows_ahead] * PATH_GUIDE;
    return accrual->guide + stratum * (PATH_GUIDE + 1) + (parts < PATH_GUIDE - 1 ? (int)parts : PATH_GUIDE - 1);
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
    if (!(ahead[high] >= end && ahead[high] > ahead[at])) /* G must grow, whatever the rounding */
        return INT_MAX;
    while (high - low > 1) { /* the last birthday before `end` is reached: not before low, before high */
        uint32_t middle = (low + high) / 2;
        if (ahead[middle] < end || !(ahead[middle] > ahead[at]))
            low = middle;
        else
            high = middle;
    }
    *need = end - ahead[low] > 0 ? end - ahead[low] : 0;
    return from + (int)(low - at) * run->model->calendar.windows_per_year;
}

/* The birthday at which the search goes on; false: there is none. */
static bool next_year(const struct tmn_run *run, const struct tmn_accrual *accrual, struct tmn_search *search) {
    int end = end_of(run, accrual);
    if (search->from < end)
        search->from = birthday_reached(run, accrual, &search->share, search->from, &search->need);
    return search->from < end;
}

/* The path of the year of life that goes on or begins at search->from, and the window after it. */
static const double *path_of_year(const struct tmn_run *run, const struct tmn_accrual *accrual,
                                  const struct tmn_search *search, int *to) {
    int birth_year = run->model->attributes.items[run->model->birth_year].first + (int)search->share.birth_year,
        next = birthday_after(run, search->from, search->week), end = end_of(run, accrual);
    *to = next < end ? next : end;
    return path_of(run, accrual, stratum_at(run, accrual, search->share.other, birth_year, search->week, search->from));
}

/* Is what is needed reached in that year? Else the search stands at its end. */
static bool reached_in_year(const struct tmn_run *run, const struct tmn_accrual *accrual, struct tmn_search *search) {
    int to;
    const double *path = path_of_year(run, accrual, search, &to);
    double most = search->from < to ? path_growth(path, search->from, to) : 0;
    if (search->from < to && most >= search->need) {
        search->window = search->need > 0 ? reached_between(path, search->from, to,
                                                            (path[search->from] + search->need) * (1 - ROUNDING))
                                          : search->from; /* it has been already */
        return true;
    }
    search->need -= most;
    search->from = to;
    return false;
}

void tmn_forecast_begin(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t row,
                        const struct tmn_share_of *share, uint64_t c, uint64_t left, int from,
                        struct tmn_search *search) {
    double need = c >= FACTOR_SPECIAL ? 0.0 : (double)(int64_t)left / (double)(int64_t)c; /* both are below 2^63 */
    need = need < 0.5 ? 0.5 : need;                                                       /* G must grow at all */
    *search = (struct tmn_search){.share = *share, .need = need, .from = from, .window = SEARCHING};
    if (c == 0) {
        search->window = INT_MAX;
    } else if (accrual->base == NULL) {
        search->guide = guide_to(run, accrual, share->other, from, need);
        __builtin_prefetch(search->guide);
    } else {
        search->week = *tmn_week(run, row);
        if (reached_in_year(run, accrual, search)) /* paths of now are at hand */
            return;
        const double *ahead = accrual->ahead + share->at * birthdays(run->model, run->windows_ahead);
        for (uint32_t b = 0; b < birthdays(run->model, run->windows_ahead); b += 8) /* a line each */
            __builtin_prefetch(&ahead[b]);
    }
}

void tmn_forecast_narrow(const struct tmn_run *run, const struct tmn_accrual *accrual, struct tmn_search *search) {
    if (search->window != SEARCHING)
        return;
    if (accrual->base == NULL) {
        const double *path = path_of(run, accrual, search->share.other);
        __builtin_prefetch(&path[search->guide[0]]);
        __builtin_prefetch(&path[search->guide[1]]);
        return;
    }
    int to;
    if (!next_year(run, accrual, search)) {
        search->window = INT_MAX;
        return;
    }
    const double *path = path_of_year(run, accrual, search, &to);
    for (int w = search->from; w < to; w += 8)
        __builtin_prefetch(&path[w]);
    __builtin_prefetch(&path[to]);
}

void tmn_forecast_end(const struct tmn_run *run, const struct tmn_accrual *accrual, struct tmn_search *search) {
    if (search->window != SEARCHING)
        return;
    if (accrual->base != NULL) {
        while (!reached_in_year(run, accrual, search))
            if (!next_year(run, accrual, search)) {
                search->window = INT_MAX;
                return;
            }
        return;
    }
    const double *path = path_of(run, accrual, search->share.other);
    int from = search->from, to = end_of(run, accrual);
    if (from >= to || !(path_growth(path, from, to) >= search->need)) {
        search->window = INT_MAX;
        return;
    }
    double end = (path[from] + search->need) * (1 - ROUNDING);
    int near = (int)search->guide[0] - 1, beyond = (int)search->guide[1];
    if (near > from && near < to && path[near] < end)
        from = near;
    if (beyond > from && beyond < to && path[beyond] >= end)
        to = beyond;
    search->window = reached_between(path, from, to, end);
}
