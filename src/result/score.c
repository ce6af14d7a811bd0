/* How wrong a run is, beside two curves that know no mechanism (score.h says what they are and why). */
#include "result/score.h"

#include "base/real.h"
#include <math.h>
#include <string.h>

enum { CURVE_POINTS_MIN = 5, COEFFICIENTS_MAX = 3 };

/* ---- least squares ---- */

/* Solves the n x n system a x = b in place by elimination with pivots; false when singular. */
static bool solve(double a[COEFFICIENTS_MAX][COEFFICIENTS_MAX], double b[COEFFICIENTS_MAX], int n) {
    for (int c = 0; c < n; c++) {
        int pivot = c;
        for (int r = c + 1; r < n; r++)
            if (fabs(a[r][c]) > fabs(a[pivot][c]))
                pivot = r;
        if (fabs(a[pivot][c]) < 1e-12)
            return false;
        for (int k = 0; k < n; k++) {
            double swap = a[c][k];
            a[c][k] = a[pivot][k], a[pivot][k] = swap;
        }
        double swap = b[c];
        b[c] = b[pivot], b[pivot] = swap;
        for (int r = c + 1; r < n; r++) {
            double ratio = a[r][c] / a[c][c];
            for (int k = c; k < n; k++)
                a[r][k] -= ratio * a[c][k];
            b[r] -= ratio * b[c];
        }
    }
    for (int r = n - 1; r >= 0; r--) {
        for (int k = r + 1; k < n; k++)
            b[r] -= a[r][k] * b[k];
        b[r] /= a[r][r];
    }
    return true;
}

/* Least squares of z on the columns x[point * n + c]; the coefficients go to `fit`, the sum of squared errors comes
 * back, or infinity when the columns do not tell the coefficients apart. */
static double regress(const double *x, const double *z, size_t count, int n, double *fit) {
    double a[COEFFICIENTS_MAX][COEFFICIENTS_MAX] = {{0.0}}, b[COEFFICIENTS_MAX] = {0.0}, error = 0.0;
    for (size_t p = 0; p < count; p++)
        for (int r = 0; r < n; r++) {
            for (int c = 0; c < n; c++)
                a[r][c] += x[p * (size_t)n + (size_t)r] * x[p * (size_t)n + (size_t)c];
            b[r] += x[p * (size_t)n + (size_t)r] * z[p];
        }
    if (!solve(a, b, n))
        return (double)INFINITY;
    memcpy(fit, b, (size_t)n * sizeof *fit);
    for (size_t p = 0; p < count; p++) {
        double miss = z[p];
        for (int c = 0; c < n; c++)
            miss -= fit[c] * x[p * (size_t)n + (size_t)c];
        error += miss * miss;
    }
    return error;
}

static double log_of(double value) {
    return tmn_log(value < 0.5 ? 0.5 : value);
}

/* ---- the curves ---- */

enum { CURVE_POINTS_MAX = 512 };

static void quadratic_row(double t, double center, double *row) {
    double u = (t - center) / 10.0; /* decades from the middle: keeps the columns of one size */
    row[0] = 1.0, row[1] = u, row[2] = u * u;
}

bool tmn_curve_quadratic(const double *t, const double *y, size_t count, const double *at, double *out, size_t wanted) {
    double x[3 * CURVE_POINTS_MAX], z[CURVE_POINTS_MAX], fit[3], row[3];
    if (count < CURVE_POINTS_MIN || count > CURVE_POINTS_MAX)
        return false;
    double center = t[count / 2];
    for (size_t p = 0; p < count; p++) {
        quadratic_row(t[p], center, &x[3 * p]);
        z[p] = log_of(y[p]);
    }
    if (!isfinite(regress(x, z, count, 3, fit)))
        return false;
    for (size_t p = 0; p < wanted; p++) {
        quadratic_row(at[p], center, row);
        out[p] = tmn_exp(fit[0] * row[0] + fit[1] * row[1] + fit[2] * row[2]);
    }
    return true;
}

/* -log(1 + exp(-u)), without overflow. */
static double log_logistic(double u) {
    return u > 0.0 ? -tmn_log1p(tmn_exp(-u)) : u - tmn_log1p(tmn_exp(u));
}

struct logistic {
    const double *t, *z;
    size_t count;
    double step_year;
    bool step;
    double fit[2];
};

/* Best a and s for a given midpoint and width; the error comes back. */
static double logistic_error(struct logistic *curve, double midpoint, double width) {
    double x[2 * CURVE_POINTS_MAX], z[CURVE_POINTS_MAX];
    int n = curve->step ? 2 : 1;
    for (size_t p = 0; p < curve->count; p++) {
        x[p * (size_t)n] = 1.0;
        if (curve->step)
            x[2 * p + 1] = curve->t[p] >= curve->step_year ? 1.0 : 0.0;
        z[p] = curve->z[p] - log_logistic((curve->t[p] - midpoint) / width);
    }
    return regress(x, z, curve->count, n, curve->fit);
}

/* The two coefficients that are not linear are found on a grid, then by steps that halve: no start to choose, and the
 * same answer for the same points. */
static void logistic_search(struct logistic *curve, double *midpoint, double *width) {
    double first = curve->t[0], last = curve->t[0], best = (double)INFINITY;
    for (size_t p = 1; p < curve->count; p++) {
        first = curve->t[p] < first ? curve->t[p] : first;
        last = curve->t[p] > last ? curve->t[p] : last;
    }
    *midpoint = first, *width = 1.0;
    for (int i = 0; i <= 60; i++)
        for (int j = 0; j < 12; j++) { /* width in years: 0.25 to about 20, either sign (rise or fall) */
            double m = first - 5.0 + (last - first + 10.0) * i / 60.0,
                   w = 0.25 * tmn_exp(0.8 * (j / 2)) * (j % 2 ? -1.0 : 1.0);
            double error = logistic_error(curve, m, w);
            if (error < best)
                best = error, *midpoint = m, *width = w;
        }
    double step_m = (last - first + 10.0) / 60.0, step_w = 0.4;
    for (int round = 0; round < 200 && step_m > 1e-4; round++) {
        double m = *midpoint, w = *width;
        const double tries[4][2] = {{m + step_m, w}, {m - step_m, w}, {m, w * (1.0 + step_w)}, {m, w / (1.0 + step_w)}};
        for (int i = 0; i < 4; i++) {
            bool bounded = fabs(tries[i][1]) >= 0.1 && fabs(tries[i][1]) <= 50.0;
            double error = bounded ? logistic_error(curve, tries[i][0], tries[i][1]) : (double)INFINITY;
            if (error < best)
                best = error, *midpoint = tries[i][0], *width = tries[i][1];
        }
        if (*midpoint == m && *width == w)
            step_m *= 0.5, step_w *= 0.5;
    }
}

bool tmn_curve_logistic(const double *t, const double *y, size_t count, double step_year, const double *at, double *out,
                        size_t wanted) {
    double z[CURVE_POINTS_MAX], midpoint, width;
    if (count < CURVE_POINTS_MIN || count > CURVE_POINTS_MAX)
        return false;
    size_t before = 0;
    for (size_t p = 0; p < count; p++) {
        z[p] = log_of(y[p]);
        before += t[p] < step_year;
    }
    struct logistic curve = {t, z, count, step_year, before > 0 && before < count, {0.0, 0.0}};
    logistic_search(&curve, &midpoint, &width);
    if (!isfinite(logistic_error(&curve, midpoint, width)))
        return false;
    for (size_t p = 0; p < wanted; p++) {
        double step = curve.step && at[p] >= step_year ? curve.fit[1] : 0.0;
        out[p] = tmn_exp(curve.fit[0] + step + log_logistic((at[p] - midpoint) / width));
    }
    return true;
}

/* ---- scores ---- */

static double rms_log(const double *a, const double *b, size_t count) {
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        double miss = log_of(a[i]) - log_of(b[i]);
        sum += miss * miss;
    }
    return count ? sqrt(sum / (double)count) : (double)NAN;
}

/* Middle of from..to as a year with a fraction. */
static double middle(const struct tmn_total_row *row) {
    double days = 0.5 * ((double)row->from_day + row->to_day + 1.0);
    int year = tmn_day_year((int32_t)days);
    int32_t new_year = tmn_date_day(year, 1, 1);
    return year + (days - new_year) / (tmn_date_day(year + 1, 1, 1) - new_year);
}

enum { SERIES = 5 }; /* so many yearly rows make a series, in which rows that add up several years have no place */

static bool spans_years(const struct tmn_total_row *row) {
    return tmn_years_between(row->from_day, row->to_day) > 1.5;
}

/* Whether rows over several years are left out: a mean rate of years in which it grows tenfold says little of any. */
static bool only_yearly(const struct tmn_total_row *rows, size_t count, bool flow) {
    size_t yearly = 0;
    for (size_t r = 0; r < count; r++)
        yearly += !spans_years(&rows[r]);
    return flow && yearly >= SERIES;
}

/* Scores the rows for which wanted[row] holds. */
static struct tmn_score score_rows(struct tmn_arena *arena, const struct tmn_result *result, int observation,
                                   const struct tmn_total_row *rows, const bool *wanted, size_t count) {
    const struct tmn_outcome *outcome =
        &result->model->outcomes.items[result->model->observations.items[observation].outcome];
    bool flow = outcome->kind == TMN_OUTCOME_FLOW || outcome->kind == TMN_OUTCOME_FIRINGS;
    struct tmn_score score = {
        .observation = observation, .model = (double)NAN, .quadratic = (double)NAN, .logistic = (double)NAN};
    double *space = TMN_NEW_ARRAY(arena, double, 6 * count + 1);
    double *t = space, *y = t + count, *at = y + count, *observed = at + count, *simulated = observed + count,
           *curve = simulated + count;
    size_t fitted = 0, used = 0;
    bool yearly = only_yearly(rows, count, flow);
    for (size_t r = 0; r < count; r++) {
        if (yearly && spans_years(&rows[r]))
            continue;
        double years = flow ? tmn_years_between(rows[r].from_day, rows[r].to_day) : 1.0;
        if (rows[r].fitted)
            t[fitted] = middle(&rows[r]), y[fitted++] = rows[r].observed / years;
        if (!wanted[r])
            continue;
        at[used] = middle(&rows[r]);
        observed[used] = rows[r].observed / years;
        simulated[used++] = rows[r].simulated / years;
        int from = tmn_day_year(rows[r].from_day), to = tmn_day_year(rows[r].to_day);
        score.year_from = used == 1 || from < score.year_from ? from : score.year_from;
        score.year_to = used == 1 || to > score.year_to ? to : score.year_to;
    }
    score.rows = used;
    score.model = rms_log(simulated, observed, used);
    if (tmn_curve_quadratic(t, y, fitted, at, curve, used))
        score.quadratic = rms_log(curve, observed, used);
    if (tmn_curve_logistic(t, y, fitted, TMN_SCORE_STEP_YEAR, at, curve, used))
        score.logistic = rms_log(curve, observed, used);
    return score;
}

struct tmn_score tmn_score_observation(struct tmn_arena *arena, const struct tmn_result *result, int observation,
                                       enum tmn_score_years years) {
    size_t count;
    struct tmn_total_row *rows = tmn_result_totals(arena, result, observation, &count);
    bool *wanted = TMN_NEW_ARRAY(arena, bool, count + 1);
    for (size_t r = 0; r < count; r++)
        wanted[r] = years == TMN_SCORE_ALL || rows[r].fitted == (years == TMN_SCORE_FITTED);
    struct tmn_score score = score_rows(arena, result, observation, rows, wanted, count);
    score.years = years;
    return score;
}

struct tmn_score tmn_score_between(struct tmn_arena *arena, const struct tmn_result *result, int observation,
                                   int32_t from_day, int32_t to_day) {
    size_t count;
    struct tmn_total_row *rows = tmn_result_totals(arena, result, observation, &count);
    bool *wanted = TMN_NEW_ARRAY(arena, bool, count + 1);
    for (size_t r = 0; r < count; r++)
        wanted[r] = rows[r].from_day >= from_day && rows[r].to_day <= to_day;
    struct tmn_score score = score_rows(arena, result, observation, rows, wanted, count);
    score.years = TMN_SCORE_ALL;
    return score;
}

/* ---- shares ---- */

/* The longest period of these rows when it holds all others (a cumulative table), else 0..0: add all up. */
static void cumulative_days(const struct tmn_share_row *rows, size_t count, int32_t *from, int32_t *to) {
    *from = rows[0].from_day, *to = rows[0].to_day;
    for (size_t i = 1; i < count; i++)
        if (rows[i].to_day - rows[i].from_day >= *to - *from)
            *from = rows[i].from_day, *to = rows[i].to_day;
    for (size_t i = 0; i < count; i++)
        if (rows[i].from_day < *from || rows[i].to_day > *to) {
            *from = *to = 0;
            return;
        }
}

static struct tmn_share_score score_shares(struct tmn_arena *arena, const struct tmn_result *result,
                                           const struct tmn_share_row *rows, size_t count) {
    struct tmn_share_score score = {.observation = rows[0].observation, .feature = rows[0].feature};
    size_t fitted = 0;
    uint32_t levels = result->model->features.items[score.feature].cardinality;
    double *observed = TMN_NEW_ARRAY(arena, double, 2 * (size_t)levels), *simulated = observed + levels;
    double observed_all = 0.0, simulated_all = 0.0;
    int32_t from, to;
    cumulative_days(rows, count, &from, &to);
    for (size_t i = 0; i < count; i++) {
        double miss = rows[i].simulated - rows[i].observed;
        if (isfinite(miss)) {
            score.rms += miss * miss;
            score.rows++;
            score.fitted_mean += rows[i].fitted ? fabs(miss) : 0.0;
            fitted += rows[i].fitted;
        }
        if (to > from && (rows[i].from_day != from || rows[i].to_day != to))
            continue;
        observed[rows[i].level] += rows[i].observed_count, observed_all += rows[i].observed_count;
        simulated[rows[i].level] += rows[i].simulated_count, simulated_all += rows[i].simulated_count;
    }
    score.rms = score.rows ? sqrt(score.rms / (double)score.rows) : (double)NAN;
    score.fitted_mean = fitted ? score.fitted_mean / (double)fitted : (double)NAN;
    if (observed_all <= 0.0 || simulated_all <= 0.0)
        score.cumulative = (double)NAN;
    for (uint32_t i = 0; i < levels && observed_all > 0.0 && simulated_all > 0.0; i++) {
        double miss = simulated[i] / simulated_all - observed[i] / observed_all;
        if (fabs(miss) > fabs(score.cumulative))
            score.cumulative = miss, score.cumulative_level = i;
    }
    return score;
}

struct tmn_share_score *tmn_score_shares(struct tmn_arena *arena, const struct tmn_result *result, size_t *count) {
    size_t rows_count;
    struct tmn_share_row *rows = tmn_result_shares(arena, result, &rows_count);
    struct tmn_share_score *scores = TMN_NEW_ARRAY(arena, struct tmn_share_score, rows_count + 1);
    *count = 0;
    for (size_t i = 0, next; i < rows_count; i = next) { /* rows of one observation and key stand together */
        next = i + 1;
        while (next < rows_count && rows[next].observation == rows[i].observation &&
               rows[next].feature == rows[i].feature)
            next++;
        scores[(*count)++] = score_shares(arena, result, &rows[i], next - i);
    }
    return scores;
}
