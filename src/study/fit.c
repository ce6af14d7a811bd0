/* See fit.h: what is fitted, the search, and how sure its end is. Runs, table and years left out stand beside. */
#include "study/fit_inner.h"

#include "base/real.h"
#include <math.h>
#include <string.h>

/* In units of the prior: what a slope is measured over, the longest step along one parameter, and what an objective
 * must fall by to count (the log of the posterior: less is no difference). */
#define SLOPE_STEP 0.5
#define LONGEST_STEP 1.5
#define LEAST_FALL 0.05
#define NINE_IN_TEN 1.6449 /* standard deviations of a normal law on either side */

enum { CANDIDATES = 3 };

static bool on_unit_interval(enum tmn_prior_kind prior) {
    return prior == TMN_PRIOR_UNIFORM || prior == TMN_PRIOR_BETA;
}

const struct tmn_parameter *tmn_fit_parameter(const struct tmn_fit_search *search, int i) {
    return &search->model->parameters.items[search->fit->parameter[i].parameter];
}

double tmn_fit_value(const struct tmn_parameter *parameter, double z) {
    switch (parameter->prior) {
    case TMN_PRIOR_LOGNORMAL:
        return parameter->prior_a * tmn_exp(z * parameter->prior_b);
    case TMN_PRIOR_UNIFORM:
        return parameter->prior_a + z * (parameter->prior_b - parameter->prior_a);
    case TMN_PRIOR_BETA:
        return z;
    default:
        return parameter->prior_a + z * parameter->prior_b;
    }
}

double tmn_fit_z(const struct tmn_parameter *parameter, double value) {
    switch (parameter->prior) {
    case TMN_PRIOR_LOGNORMAL:
        return (tmn_log(value) - tmn_log(parameter->prior_a)) / parameter->prior_b;
    case TMN_PRIOR_UNIFORM:
        return (value - parameter->prior_a) / (parameter->prior_b - parameter->prior_a);
    case TMN_PRIOR_BETA:
        return value;
    default:
        return (value - parameter->prior_a) / parameter->prior_b;
    }
}

static double beta_log_density(double a, double b, double z) {
    return (a - 1) * tmn_log(z) + (b - 1) * tmn_log(1 - z);
}

double tmn_fit_prior_residual(const struct tmn_parameter *parameter, double z) {
    if (parameter->prior == TMN_PRIOR_UNIFORM)
        return 0;
    if (parameter->prior != TMN_PRIOR_BETA)
        return z;
    double a = parameter->prior_a, b = parameter->prior_b;
    double peak = a + b > 2 ? fmin(fmax((a - 1) / (a + b - 2), 0.001), 0.999) : 0.5;
    double fall = fmax(0, beta_log_density(a, b, peak) - beta_log_density(a, b, fmin(fmax(z, 0.001), 0.999)));
    return copysign(sqrt(2 * fall), z - peak);
}

double tmn_fit_prior_variance(const struct tmn_parameter *parameter) {
    double a = parameter->prior_a, b = parameter->prior_b;
    if (parameter->prior == TMN_PRIOR_UNIFORM)
        return 1.0 / 12;
    return parameter->prior == TMN_PRIOR_BETA ? a * b / ((a + b) * (a + b) * (a + b + 1)) : 1;
}

/* Where z may go: three and a half units of the prior, less where `range` forbids it. */
static void bounds(const struct tmn_parameter *parameter, double *low, double *high) {
    *low = on_unit_interval(parameter->prior) ? 0.001 : -3.5;
    *high = on_unit_interval(parameter->prior) ? 0.999 : 3.5;
    bool positive = parameter->prior == TMN_PRIOR_LOGNORMAL;
    if (isfinite(parameter->low) && (!positive || parameter->low > 0))
        *low = fmax(*low, tmn_fit_z(parameter, parameter->low));
    if (isfinite(parameter->high) && (!positive || parameter->high > 0))
        *high = fmin(*high, tmn_fit_z(parameter, parameter->high));
}

static bool choose_parameters(struct tmn_fit_search *search, struct tmn_error *err) {
    const struct tmn_model *model = search->model;
    struct tmn_fit *fit = search->fit;
    for (size_t i = 0; i < model->parameters.count; i++) {
        const struct tmn_parameter *parameter = &model->parameters.items[i];
        if (!parameter->fitted)
            continue;
        if (parameter->prior == TMN_PRIOR_FIXED)
            return tmn_fail(err, TMN_USAGE,
                            "parameter '%s' is marked `fitted: yes` but has no prior to say how far it may move",
                            parameter->name);
        if (parameter->prior_zero > 0 || parameter->prior == TMN_PRIOR_ONE_OF)
            return tmn_fail(err, TMN_USAGE,
                            "parameter '%s' is marked `fitted: yes`, but its prior %s gives single values a chance of "
                            "their own: a search along slopes cannot weigh them",
                            parameter->name, parameter->prior_text);
        if (fit->parameters == TMN_FIT_MAX_PARAMETERS)
            return tmn_fail(err, TMN_USAGE,
                            "more than %d parameters are marked `fitted: yes`: the data cannot tell so many apart",
                            TMN_FIT_MAX_PARAMETERS);
        int at = fit->parameters++;
        fit->parameter[at] = (struct tmn_fitted){.parameter = (int)i, .before = parameter->value, .tied = -1};
        bounds(parameter, &search->low[at], &search->high[at]);
        search->step[at] = on_unit_interval(parameter->prior) ? SLOPE_STEP / 4 : SLOPE_STEP;
        fit->parameter[at].low = tmn_fit_value(parameter, search->low[at]);
        fit->parameter[at].high = tmn_fit_value(parameter, search->high[at]);
    }
    search->parameters = fit->parameters;
    return fit->parameters > 0 || tmn_fail(err, TMN_USAGE, "no parameter is marked `fitted: yes`");
}

/* ---- small dense algebra ---- */

typedef double square[TMN_FIT_MAX_PARAMETERS][TMN_FIT_MAX_PARAMETERS];

bool tmn_fit_invert(square a, int n) {
    square inverse = {{0}};
    for (int i = 0; i < n; i++)
        inverse[i][i] = 1;
    for (int c = 0; c < n; c++) { /* symmetric and positive: no pivots needed */
        double pivot = a[c][c];
        if (!(pivot > 1e-12))
            return false;
        for (int k = 0; k < n; k++) {
            a[c][k] /= pivot;
            inverse[c][k] /= pivot;
        }
        for (int r = 0; r < n; r++) {
            double ratio = a[r][c];
            for (int k = 0; k < n && r != c; k++) {
                a[r][k] -= ratio * a[c][k];
                inverse[r][k] -= ratio * inverse[c][k];
            }
        }
    }
    memcpy(a, inverse, sizeof inverse);
    return true;
}

/* Sums of products of slopes, and of slopes and residuals. */
static void normal_equations(const struct tmn_fit_search *search, const struct tmn_fit_trial *trial,
                             const double *slope, square products, double *gradient) {
    int n = search->parameters, rows = search->row_count + n;
    memset(products, 0, sizeof(square));
    memset(gradient, 0, TMN_FIT_MAX_PARAMETERS * sizeof *gradient);
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < n; i++) {
            gradient[i] += slope[r * n + i] * trial->residual[r];
            for (int j = 0; j < n; j++)
                products[i][j] += slope[r * n + i] * slope[r * n + j];
        }
}

/* ---- the search ---- */

static bool may_try(const struct tmn_fit_search *search, int trials) {
    return !search->fit->stopped && (int)search->made.count + trials <= search->options->trials;
}

/* Trials beside `at`, one for each parameter, and how far they lie from it. */
struct slopes {
    double *slope; /* [rows + parameters][parameters], of the residuals */
    struct tmn_fit_trial *beside[TMN_FIT_MAX_PARAMETERS];
    double step[TMN_FIT_MAX_PARAMETERS];
};

/* Slopes of all residuals around `at`; false with a message, or when stopped. */
static bool measure_slopes(struct tmn_fit_search *search, const struct tmn_fit_trial *at, struct slopes *slopes,
                           struct tmn_error *err) {
    int n = search->parameters, rows = search->row_count + n;
    for (int i = 0; i < n; i++) {
        double z[TMN_FIT_MAX_PARAMETERS], step = at->z[i] > 0 ? -search->step[i] : search->step[i];
        memcpy(z, at->z, sizeof z); /* towards the middle of the prior, where there is room */
        if (z[i] + step < search->low[i] || z[i] + step > search->high[i])
            step = -step;
        z[i] += step;
        slopes->step[i] = step;
        slopes->beside[i] = tmn_fit_trial_new(search, z);
    }
    if (!tmn_fit_make(search, err))
        return false;
    for (int i = 0; i < n && !search->fit->stopped; i++)
        for (int r = 0; r < rows; r++)
            slopes->slope[r * n + i] = (slopes->beside[i]->residual[r] - at->residual[r]) / slopes->step[i];
    return true;
}

/* A step from `at` with this damping, within bounds. */
static struct tmn_fit_trial *step_from(struct tmn_fit_search *search, const struct tmn_fit_trial *at,
                                       const double *slope, double damping) {
    int n = search->parameters;
    square products;
    double gradient[TMN_FIT_MAX_PARAMETERS], z[TMN_FIT_MAX_PARAMETERS];
    normal_equations(search, at, slope, products, gradient);
    for (int i = 0; i < n; i++)
        products[i][i] = products[i][i] * (1 + damping) + 1e-9;
    memcpy(z, at->z, sizeof z);
    if (tmn_fit_invert(products, n))
        for (int i = 0; i < n; i++) {
            double step = 0, longest = LONGEST_STEP * search->step[i] / SLOPE_STEP;
            for (int j = 0; j < n; j++)
                step -= products[i][j] * gradient[j];
            z[i] = fmin(fmax(z[i] + fmin(fmax(step, -longest), longest), search->low[i]), search->high[i]);
        }
    return tmn_fit_trial_new(search, z);
}

/* The best of a few steps with more and more damping; `at` itself when none is better. */
static bool try_steps(struct tmn_fit_search *search, struct tmn_fit_trial **at, const double *slope, double damping,
                      struct tmn_error *err) {
    const struct tmn_fit_trial *from = *at;
    struct tmn_fit_trial *candidate[CANDIDATES];
    for (int c = 0; c < CANDIDATES; c++, damping *= 10)
        candidate[c] = step_from(search, from, slope, damping);
    if (!tmn_fit_make(search, err))
        return false;
    for (int c = 0; c < CANDIDATES; c++)
        if (candidate[c]->done && candidate[c]->objective < (*at)->objective)
            *at = candidate[c];
    return true;
}

static void note_best(struct tmn_fit_search *search, const struct tmn_fit_trial *best) {
    struct tmn_fit *fit = search->fit;
    const struct tmn_fit_trial *first = search->made.items[0];
    fit->objective_before = first->objective;
    fit->error_before = first->error;
    fit->objective_after = best->objective;
    fit->error_after = best->error;
}

/* On return *at is the best trial and slope holds the slopes around it, unless *sloped is false. */
static bool descend(struct tmn_fit_search *search, struct tmn_fit_trial **at, struct slopes *slopes, bool *sloped,
                    struct tmn_error *err) {
    struct tmn_fit *fit = search->fit;
    *sloped = false;
    while (may_try(search, search->parameters)) {
        struct tmn_fit_trial *from = *at;
        bool tried = false;
        if (!measure_slopes(search, from, slopes, err))
            return false;
        *sloped = !fit->stopped;
        for (double damping = 0.01; damping < 1e5 && *at == from && may_try(search, CANDIDATES); damping *= 1000) {
            if (!try_steps(search, at, slopes->slope, damping, err))
                return false;
            tried = true;
        }
        note_best(search, *at);
        fit->settled = tried && !fit->stopped && from->objective - (*at)->objective < LEAST_FALL;
        if (fit->settled)
            *at = from; /* stay where the slopes are */
        if (fit->settled || fit->stopped || !tried)
            return true;
        *sloped = false;
    }
    return true;
}

/* ---- how sure ---- */

/* Chance in the slopes would pass for knowledge: its part of the sums of products is taken away, by products of
 * slopes of different seeds alone. The products of a single seed stay as they are. */
static void take_chance_away(struct tmn_fit_search *search, const struct tmn_fit_trial *best,
                             const struct slopes *slopes, square products) {
    int n = search->parameters, rows = search->row_count, seeds = search->options->seeds;
    double *here = TMN_NEW_ARRAY(search->arena, double, 2 * rows + 1), *there = here + rows;
    double *of_seed = TMN_NEW_ARRAY(search->arena, double, rows *n + 1);
    double *sum = TMN_NEW_ARRAY(search->arena, double, rows *n + 1);
    square alike = {{0}}, all = {{0}};
    for (int s = 0; s < seeds; s++) {
        tmn_fit_residuals_of_seed(search, best, s, here);
        for (int i = 0; i < n; i++) {
            tmn_fit_residuals_of_seed(search, slopes->beside[i], s, there);
            for (int r = 0; r < rows; r++)
                sum[r * n + i] += of_seed[r * n + i] = (there[r] - here[r]) / slopes->step[i];
        }
        for (int r = 0; r < rows * n; r += n)
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++)
                    alike[i][j] += of_seed[r + i] * of_seed[r + j];
    }
    for (int r = 0; r < rows * n; r += n)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                all[i][j] += sum[r + i] * sum[r + j];
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double within = all[i][j] / (seeds * seeds), between = (all[i][j] - alike[i][j]) / (seeds * (seeds - 1));
            products[i][j] -= within - between;
        }
}

static void judge(struct tmn_fit_search *search, const struct tmn_fit_trial *best, const struct slopes *slopes) {
    int n = search->parameters;
    square spread, corrected;
    double gradient[TMN_FIT_MAX_PARAMETERS];
    normal_equations(search, best, slopes->slope, spread, gradient);
    if (search->options->seeds > 1) {
        memcpy(corrected, spread, sizeof spread);
        take_chance_away(search, best, slopes, corrected);
        square inverse;
        memcpy(inverse, corrected, sizeof inverse);
        if (tmn_fit_invert(inverse, n)) /* else too few seeds for it */
            memcpy(spread, corrected, sizeof spread);
    }
    if (!tmn_fit_invert(spread, n))
        return;
    for (int i = 0; i < n; i++) {
        struct tmn_fitted *fitted = &search->fit->parameter[i];
        const struct tmn_parameter *parameter = tmn_fit_parameter(search, i);
        double sd = sqrt(spread[i][i]);
        fitted->from = tmn_fit_value(parameter, fmax(best->z[i] - NINE_IN_TEN * sd, search->low[i]));
        fitted->to = tmn_fit_value(parameter, fmin(best->z[i] + NINE_IN_TEN * sd, search->high[i]));
        fitted->told = fmax(0, 1 - spread[i][i] / tmn_fit_prior_variance(parameter));
        for (int j = 0; j < n; j++) {
            double correlation = spread[i][j] / sqrt(spread[i][i] * spread[j][j]);
            if (j != i && (fitted->tied < 0 || fabs(correlation) > fabs(fitted->correlation))) {
                fitted->tied = j;
                fitted->correlation = correlation;
            }
        }
    }
}

/* Mean absolute difference of the shares of rows that have mates; NAN without any. */
static void judge_shares(const struct tmn_fit_search *search, const struct tmn_fit_trial *best,
                         struct tmn_fit_error *error) {
    double sum = 0;
    int shares = 0;
    for (int r = 0; r < search->row_count; r++) {
        const struct tmn_fit_row *row = &search->rows[r];
        double simulated = 0, observed = 0;
        if (row->observation != error->observation || row->mates < 2)
            continue;
        for (int m = 0; m < search->row_count; m++)
            if (search->rows[m].observation == row->observation && search->rows[m].first == row->first) {
                simulated += best->simulated[m];
                observed += search->rows[m].row->value;
            }
        if (!(simulated > 0) || !(observed > 0))
            continue;
        sum += fabs(best->simulated[r] / simulated - row->row->value / observed);
        shares++;
        error->periods += row->first == r;
    }
    error->share_error = shares ? sum / shares : (double)NAN;
}

static void judge_errors(struct tmn_fit_search *search, const struct tmn_fit_trial *best) {
    struct tmn_fit *fit = search->fit;
    double half = 0.5 / (search->options->scale * search->options->seeds);
    fit->errors = TMN_NEW_ARRAY(search->arena, struct tmn_fit_error, search->model->observations.count + 1);
    for (size_t o = 0; o < search->model->observations.count; o++) {
        struct tmn_fit_error error = {.observation = (int)o};
        double squares = 0;
        for (int r = 0; r < search->row_count; r++) {
            if (search->rows[r].observation != (int)o || !isfinite(best->simulated[r]))
                continue;
            double miss = tmn_log(fmax(best->simulated[r], half)) - tmn_log(search->rows[r].observed);
            squares += miss * miss;
            error.rows++;
        }
        if (error.rows == 0)
            continue;
        error.log_error = sqrt(squares / error.rows);
        judge_shares(search, best, &error);
        fit->errors[fit->error_count++] = error;
    }
}

static void adopt(struct tmn_fit_search *search, const struct tmn_fit_trial *best) {
    note_best(search, best);
    for (int i = 0; i < search->parameters; i++) {
        struct tmn_fitted *fitted = &search->fit->parameter[i];
        struct tmn_parameter *parameter = &search->model->parameters.items[fitted->parameter];
        fitted->from = fitted->to = fitted->told = (double)NAN;
        fitted->after = tmn_fit_value(parameter, best->z[i]);
        parameter->value = fitted->after;
    }
}

bool tmn_fit_run(struct tmn_fit *fit, struct tmn_arena *arena, struct tmn_model *model,
                 const struct tmn_fit_options *options, struct tmn_error *err) {
    *fit = (struct tmn_fit){.parameters = 0};
    struct tmn_fit_search search = {.model = model, .options = options, .fit = fit, .arena = arena};
    if (!choose_parameters(&search, err) || !tmn_fit_rows(&search, err) || !tmn_fit_table_read(&search, err))
        return false;
    double z[TMN_FIT_MAX_PARAMETERS];
    for (int i = 0; i < search.parameters; i++)
        z[i] = fmin(fmax(tmn_fit_z(tmn_fit_parameter(&search, i), fit->parameter[i].before), search.low[i]),
                    search.high[i]);
    struct tmn_fit_trial *at = tmn_fit_trial_new(&search, z);
    struct slopes slopes = {
        .slope =
            TMN_NEW_ARRAY(arena, double, (size_t)(search.row_count + search.parameters) * (size_t)search.parameters)};
    bool sloped = false;
    if (!tmn_fit_make(&search, err))
        return false;
    if (!at->done) /* stopped before there was anything */
        return tmn_fail(err, TMN_STOPPED, "stopped before the first trial was done: nothing is written");
    note_best(&search, at);
    if (!descend(&search, &at, &slopes, &sloped, err))
        return false;
    adopt(&search, at);
    judge_errors(&search, at);
    if (sloped)
        judge(&search, at, &slopes);
    return !sloped || fit->stopped || tmn_fit_leave_out(&search, at, slopes.slope, err);
}
