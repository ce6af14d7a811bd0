/* Two years left out: what a fit that has not seen them says of them, for the model and for two curves. */
#include "study/fit_inner.h"

#include "base/real.h"
#include "result/score.h"
#include <math.h>
#include <string.h>

enum { YEARS_MIN = 7 }; /* two left out leave five, the fewest that a curve is fitted to */

/* A yearly series: the fitted rows of one observation without keys, a year each. */
struct years {
    int *row; /* in order of the file */
    double *t, *y;
    int count;
};

static bool is_yearly(const struct tmn_fit_search *search, const struct tmn_fit_row *row) {
    const struct tmn_observation *observation = &search->model->observations.items[row->observation];
    const struct tmn_outcome *outcome = &search->model->outcomes.items[observation->outcome];
    if (outcome->kind != TMN_OUTCOME_FLOW && outcome->kind != TMN_OUTCOME_FIRINGS)
        return false;
    for (int k = 0; k < outcome->by.n; k++)
        if (row->row->cell[k] >= 0)
            return false;
    return row->row->to_day - row->row->from_day >= 364 && row->row->to_day - row->row->from_day <= 365;
}

static struct years years_of(const struct tmn_fit_search *search, int observation) {
    struct years years = {TMN_NEW_ARRAY(search->arena, int, search->row_count + 1),
                          TMN_NEW_ARRAY(search->arena, double, search->row_count + 1),
                          TMN_NEW_ARRAY(search->arena, double, search->row_count + 1), 0};
    for (int r = 0; r < search->row_count; r++)
        if (search->rows[r].observation == observation && is_yearly(search, &search->rows[r])) {
            years.row[years.count] = r;
            years.t[years.count] = tmn_day_year(search->rows[r].row->from_day) + 0.5;
            years.y[years.count++] = search->rows[r].row->value;
        }
    return years;
}

static double log_of(double value) {
    return tmn_log(fmax(value, 0.5));
}

static double miss_of(const struct tmn_fit_search *search, const struct tmn_fit_trial *trial, int row) {
    return log_of(trial->simulated[row]) - log_of(search->rows[row].row->value);
}

/* ---- the model ---- */

static bool touches(const struct tmn_observed *a, const struct tmn_observed *b) {
    return a->from_day <= b->to_day && b->from_day <= a->to_day;
}

/* Where the fit goes without the rows that touch either of two rows: one step, the full fit taken as settled. */
static bool refit(const struct tmn_fit_search *search, const struct tmn_fit_trial *best, const double *slope,
                  const int left[2], double *z) {
    int n = search->parameters;
    double kept[TMN_FIT_MAX_PARAMETERS][TMN_FIT_MAX_PARAMETERS] = {{0}}, pull[TMN_FIT_MAX_PARAMETERS] = {0};
    for (int r = 0; r < search->row_count + n; r++) {
        bool out = r < search->row_count && (touches(search->rows[r].row, search->rows[left[0]].row) ||
                                             touches(search->rows[r].row, search->rows[left[1]].row));
        for (int i = 0; i < n; i++) {
            pull[i] += out ? slope[r * n + i] * best->residual[r] : 0;
            for (int j = 0; j < n && !out; j++)
                kept[i][j] += slope[r * n + i] * slope[r * n + j];
        }
    }
    if (!tmn_fit_invert(kept, n))
        return false;
    for (int i = 0; i < n; i++) {
        double step = 0;
        for (int j = 0; j < n; j++)
            step += kept[i][j] * pull[j];
        z[i] = fmin(fmax(best->z[i] + step, search->low[i]), search->high[i]);
    }
    return true;
}

static double in_sample(const struct tmn_fit_search *search, const struct tmn_fit_trial *best,
                        const struct years *years) {
    double squares = 0;
    for (int a = 0; a < years->count; a++)
        squares += miss_of(search, best, years->row[a]) * miss_of(search, best, years->row[a]);
    return sqrt(squares / years->count);
}

/* All pairs, refits by slopes alone. */
static double by_slopes(const struct tmn_fit_search *search, const struct tmn_fit_trial *best, const double *slope,
                        const struct years *years) {
    int n = search->parameters, terms = 0;
    double squares = 0, z[TMN_FIT_MAX_PARAMETERS];
    for (int a = 0; a < years->count; a++)
        for (int b = a + 1; b < years->count; b++) {
            const int left[2] = {years->row[a], years->row[b]};
            if (!refit(search, best, slope, left, z))
                return (double)NAN;
            for (int k = 0; k < 2; k++, terms++) {
                double miss = miss_of(search, best, left[k]), sd = search->rows[left[k]].sd;
                for (int i = 0; i < n; i++)
                    miss += slope[left[k] * n + i] * sd * (z[i] - best->z[i]);
                squares += miss * miss;
            }
        }
    return sqrt(squares / terms);
}

/* Pairs of neighbours, each refit run. */
static bool by_runs(struct tmn_fit_search *search, const struct tmn_fit_trial *best, const double *slope,
                    const struct years *years, double *error, struct tmn_error *err) {
    struct tmn_fit_trial **trial = TMN_NEW_ARRAY(search->arena, struct tmn_fit_trial *, years->count + 1);
    double squares = 0, z[TMN_FIT_MAX_PARAMETERS] = {0};
    for (int a = 0; a + 1 < years->count; a++) {
        const int left[2] = {years->row[a], years->row[a + 1]};
        if (!refit(search, best, slope, left, z))
            return true;
        trial[a] = tmn_fit_trial_new(search, z);
    }
    if (!tmn_fit_make(search, err))
        return false;
    for (int a = 0; a + 1 < years->count; a++)
        for (int k = 0; k < 2 && !search->fit->stopped; k++) {
            double miss = miss_of(search, trial[a], years->row[a + k]);
            squares += miss * miss;
        }
    if (!search->fit->stopped)
        *error = sqrt(squares / (2 * (years->count - 1)));
    return true;
}

/* ---- the curves ---- */

typedef bool curve_fn(const double *t, const double *y, size_t count, const double *at, double *out, size_t wanted);

static bool logistic_with_step(const double *t, const double *y, size_t count, const double *at, double *out,
                               size_t wanted) {
    return tmn_curve_logistic(t, y, count, TMN_SCORE_STEP_YEAR, at, out, wanted);
}

static double curve_error(const struct tmn_fit_search *search, const struct years *years, curve_fn *curve,
                          enum tmn_left which) {
    int count = years->count, terms = 0;
    double *t = TMN_NEW_ARRAY(search->arena, double, 2 * count), *y = t + count, squares = 0;
    for (int a = 0; a < count; a++)
        for (int b = a; b < count; b++) {
            if (which == TMN_LEFT_NONE ? b != a : b == a || (which == TMN_LEFT_NEIGHBOURS && b != a + 1))
                continue;
            int kept = 0;
            for (int i = 0; i < count; i++)
                if (which == TMN_LEFT_NONE || (i != a && i != b)) {
                    t[kept] = years->t[i];
                    y[kept++] = years->y[i];
                }
            const double at[2] = {years->t[a], years->t[b]}, seen[2] = {years->y[a], years->y[b]};
            double out[2];
            if (!curve(t, y, (size_t)kept, at, out, 2))
                return (double)NAN;
            for (int k = 0; k < 2; k++, terms++) {
                double miss = log_of(out[k]) - log_of(seen[k]);
                squares += miss * miss;
            }
        }
    return sqrt(squares / terms);
}

bool tmn_fit_leave_out(struct tmn_fit_search *search, const struct tmn_fit_trial *best, const double *slope,
                       struct tmn_error *err) {
    struct tmn_fit *fit = search->fit;
    fit->left = TMN_NEW_ARRAY(search->arena, struct tmn_fit_left, search->model->observations.count + 1);
    for (size_t o = 0; o < search->model->observations.count; o++) {
        struct years years = years_of(search, (int)o);
        if (years.count < YEARS_MIN || !isfinite(in_sample(search, best, &years)))
            continue;
        struct tmn_fit_left left = {.observation = (int)o,
                                    .rows = years.count,
                                    .year_from = (int)years.t[0],
                                    .year_to = (int)years.t[years.count - 1]};
        for (enum tmn_left which = TMN_LEFT_NONE; which < TMN_LEFTS; which++) {
            left.quadratic[which] = curve_error(search, &years, tmn_curve_quadratic, which);
            left.logistic[which] = curve_error(search, &years, logistic_with_step, which);
        }
        left.model[TMN_LEFT_NONE] = in_sample(search, best, &years);
        left.model[TMN_LEFT_PAIRS] = by_slopes(search, best, slope, &years);
        left.model[TMN_LEFT_NEIGHBOURS] = (double)NAN;
        if (search->options->leave_two_out &&
            !by_runs(search, best, slope, &years, &left.model[TMN_LEFT_NEIGHBOURS], err))
            return false;
        fit->left[fit->left_count++] = left;
    }
    return true;
}
