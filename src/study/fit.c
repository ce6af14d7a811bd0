/* See fit.h. NLopt's BOBYQA (subplex for one parameter) searches in units of the priors within bounds. */
#include "study/fit.h"
#include "base/real.h"
#include "result/result.h"
#include <math.h>
#include <nlopt.h>
#include <string.h>

struct search {
    struct tmn_model *model;
    const struct tmn_fit_options *options;
    struct tmn_fit *fit;
    struct tmn_error *err;
    double best_z[TMN_FIT_MAX_PARAMETERS];
    double mean_square; /* of the last trial */
    bool failed;
    nlopt_opt optimizer;
};

static bool on_unit_interval(enum tmn_prior_kind prior) {
    return prior == TMN_PRIOR_UNIFORM || prior == TMN_PRIOR_BETA;
}

/* Parameter value at z, and its inverse. */
static double value_at(const struct tmn_parameter *parameter, double z) {
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

static double z_at(const struct tmn_parameter *parameter, double value) {
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

/* Minus the log of the prior's density, up to a constant. */
static double penalty(const struct tmn_parameter *parameter, double z) {
    if (parameter->prior == TMN_PRIOR_UNIFORM)
        return 0;
    if (parameter->prior == TMN_PRIOR_BETA)
        return -(parameter->prior_a - 1) * tmn_log(z) - (parameter->prior_b - 1) * tmn_log(1 - z);
    return z * z / 2;
}

/* Where z may go: three units of the prior, less where `range` forbids it. */
static void bounds(const struct tmn_parameter *parameter, double *low, double *high) {
    *low = on_unit_interval(parameter->prior) ? 0.001 : -3;
    *high = on_unit_interval(parameter->prior) ? 0.999 : 3;
    bool positive = parameter->prior == TMN_PRIOR_LOGNORMAL;
    if (isfinite(parameter->low) && (!positive || parameter->low > 0))
        *low = fmax(*low, z_at(parameter, parameter->low));
    if (isfinite(parameter->high) && (!positive || parameter->high > 0))
        *high = fmin(*high, z_at(parameter, parameter->high));
}

/* Simulated numbers of one seed, added to sum[row]; rows that the run does not reach stay NAN. */
static bool add_run(struct search *search, uint64_t seed, struct tmn_arena *arena, double *sum,
                    struct tmn_observed_row **rows, size_t *count) {
    const struct tmn_fit_options *options = search->options;
    struct tmn_run_options run_options = {.seed = seed,
                                          .scale = options->scale,
                                          .threads = options->threads,
                                          .settings = options->settings,
                                          .setting_count = options->setting_count};
    int32_t last_day = 0;
    for (size_t i = 0; i < search->model->observations.count; i++)
        if (search->model->observations.items[i].fit_until > last_day)
            last_day = search->model->observations.items[i].fit_until;
    run_options.windows = tmn_calendar_until(&search->model->calendar, last_day);
    struct tmn_run *run;
    if (!tmn_run_new(&run, search->model, &run_options, search->err))
        return false;
    bool good = true;
    while (good && tmn_run_window(run) < tmn_run_windows(run))
        good = tmn_run_step(run, search->err);
    if (good) {
        struct tmn_run_facts facts = {.engine = "reference", .threads = options->threads};
        struct tmn_result result;
        tmn_result_gather(&result, arena, search->model, run, seed, options->scale, &facts);
        *rows = tmn_result_observed(arena, &result, count);
        for (size_t i = 0; i < *count; i++)
            sum[i] += (*rows)[i].simulated;
    }
    tmn_run_free(run);
    return good;
}

/* Variance of the log of a row's ratio; weight: persons per simulated person and seed. */
static double log_variance(const struct tmn_observation *observation, double observed, double weight) {
    double sampling = weight / observed;
    if (observation->error_model && strcmp(observation->error_model, "negbin") == 0)
        return 1 / observation->dispersion + 1 / observed + sampling;
    if (observation->error_model && strcmp(observation->error_model, "lognormal") == 0)
        return observation->dispersion * observation->dispersion + sampling;
    if (observation->error_model && strcmp(observation->error_model, "normal") == 0)
        return observation->dispersion * observation->dispersion / (observed * observed) + sampling;
    return 1 / observed + sampling; /* poisson */
}

/* Misfit of the model as it stands, over common seeds. */
static bool misfit(struct search *search, struct tmn_arena *arena, double *sum_out) {
    size_t total = 0, count = 0;
    for (size_t i = 0; i < search->model->observations.count; i++)
        total += search->model->observations.items[i].count;
    double *sum = TMN_NEW_ARRAY(arena, double, total + 1);
    struct tmn_observed_row *rows = NULL;
    for (int m = 0; m < search->options->seeds; m++)
        if (!add_run(search, search->options->seed + (uint64_t)m, arena, sum, &rows, &count))
            return false;
    double weighted = 0, squares = 0, weight = 1 / (search->options->scale * search->options->seeds);
    search->fit->rows = 0;
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].fitted || !rows[i].reached)
            continue;
        double simulated = fmax(sum[i] / search->options->seeds, weight / 2), observed = fmax(rows[i].observed, 0.5);
        double error = tmn_log(simulated) - tmn_log(observed);
        weighted += error * error /
                    (2 * log_variance(&search->model->observations.items[rows[i].observation], observed, weight));
        squares += error * error;
        search->fit->rows++;
    }
    search->mean_square = search->fit->rows ? squares / (double)search->fit->rows : 0;
    *sum_out = weighted;
    return true;
}

static bool objective_at(struct search *search, const double *z, double *objective) {
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    if (TMN_ARENA_TRY(&arena)) {
        tmn_arena_free(&arena);
        return tmn_fail(search->err, TMN_MEMORY, "memory ran out during the fit");
    }
    double prior = 0;
    for (int i = 0; i < search->fit->parameters; i++) {
        struct tmn_parameter *parameter = &search->model->parameters.items[search->fit->parameter[i].parameter];
        parameter->value = value_at(parameter, z[i]);
        prior += penalty(parameter, z[i]);
    }
    bool good = misfit(search, &arena, objective);
    *objective += prior;
    tmn_arena_free(&arena);
    return good;
}

/* One trial, as NLopt calls it. */
static double trial(unsigned n, const double *z, double *gradient, void *context) {
    (void)gradient;
    struct search *search = context;
    struct tmn_fit *fit = search->fit;
    struct tmn_fit_progress progress = {fit->trials, search->options->trials, fit->objective_after,
                                        fit->objective_before};
    if (search->options->progress && !search->options->progress(search->options->progress_context, &progress)) {
        fit->stopped = true;
        nlopt_force_stop(search->optimizer);
        return HUGE_VAL;
    }
    double objective;
    if (!objective_at(search, z, &objective)) {
        search->failed = true;
        nlopt_force_stop(search->optimizer);
        return HUGE_VAL;
    }
    double error = sqrt(search->mean_square);
    if (fit->trials++ == 0) {
        fit->objective_before = objective;
        fit->error_before = error;
    }
    if (fit->trials == 1 || objective < fit->objective_after) {
        fit->objective_after = objective;
        fit->error_after = error;
        memcpy(search->best_z, z, n * sizeof *z);
    }
    return objective;
}

static bool choose_parameters(struct tmn_fit *fit, const struct tmn_model *model, struct tmn_error *err) {
    for (size_t i = 0; i < model->parameters.count; i++) {
        const struct tmn_parameter *parameter = &model->parameters.items[i];
        if (!parameter->fitted)
            continue;
        if (parameter->prior == TMN_PRIOR_FIXED)
            return tmn_fail(err, TMN_USAGE,
                            "parameter '%s' is marked `fitted: yes` but has no prior to say how far it may move",
                            parameter->name);
        if (fit->parameters == TMN_FIT_MAX_PARAMETERS)
            return tmn_fail(err, TMN_USAGE,
                            "more than %d parameters are marked `fitted: yes`: the data can not tell so many apart",
                            TMN_FIT_MAX_PARAMETERS);
        fit->parameter[fit->parameters++] = (struct tmn_fitted){.parameter = (int)i, .before = parameter->value};
    }
    if (fit->parameters == 0)
        return tmn_fail(err, TMN_USAGE, "no parameter is marked `fitted: yes`");
    return true;
}

static bool can_compare(const struct tmn_model *model, struct tmn_error *err) {
    for (size_t i = 0; i < model->observations.count; i++)
        for (size_t row = 0; row < model->observations.items[i].count; row++)
            if (model->observations.items[i].rows[row].to_day <= model->observations.items[i].fit_until)
                return true;
    return tmn_fail(err, TMN_USAGE, "no observation has rows up to its `fit` date: there is nothing to fit to");
}

bool tmn_fit_run(struct tmn_fit *fit, struct tmn_model *model, const struct tmn_fit_options *options,
                 struct tmn_error *err) {
    *fit = (struct tmn_fit){.parameters = 0};
    if (!choose_parameters(fit, model, err) || !can_compare(model, err))
        return false;
    struct search search = {.model = model, .options = options, .fit = fit, .err = err};
    double z[TMN_FIT_MAX_PARAMETERS], low[TMN_FIT_MAX_PARAMETERS], high[TMN_FIT_MAX_PARAMETERS],
        step[TMN_FIT_MAX_PARAMETERS];
    for (int i = 0; i < fit->parameters; i++) {
        const struct tmn_parameter *parameter = &model->parameters.items[fit->parameter[i].parameter];
        bounds(parameter, &low[i], &high[i]);
        z[i] = fmin(fmax(z_at(parameter, parameter->value), low[i]), high[i]);
        step[i] = (high[i] - low[i]) / 12;
        fit->parameter[i].low = value_at(parameter, low[i]);
        fit->parameter[i].high = value_at(parameter, high[i]);
    }
    search.optimizer = nlopt_create(fit->parameters == 1 ? NLOPT_LN_SBPLX : NLOPT_LN_BOBYQA, (unsigned)fit->parameters);
    if (!search.optimizer)
        return tmn_fail(err, TMN_MEMORY, "memory ran out for the fit");
    nlopt_set_lower_bounds(search.optimizer, low);
    nlopt_set_upper_bounds(search.optimizer, high);
    nlopt_set_initial_step(search.optimizer, step);
    nlopt_set_min_objective(search.optimizer, trial, &search);
    nlopt_set_maxeval(search.optimizer, options->trials);
    nlopt_set_xtol_rel(search.optimizer, 1e-4);
    double unused;
    nlopt_result ended = nlopt_optimize(search.optimizer, z, &unused);
    nlopt_destroy(search.optimizer);
    if (search.failed)
        return false;
    /* BOBYQA ends with ROUNDOFF_LIMITED where the simulated noise hides the slope: what is best so far is the answer.
     */
    if (ended < 0 && ended != NLOPT_FORCED_STOP && ended != NLOPT_ROUNDOFF_LIMITED)
        return tmn_fail(err, TMN_RUN, "the search for the fit failed: %s", nlopt_result_to_string(ended));
    for (int i = 0; i < fit->parameters; i++) {
        struct tmn_fitted *fitted = &fit->parameter[i];
        struct tmn_parameter *parameter = &model->parameters.items[fitted->parameter];
        fitted->after = fit->trials > 0 ? value_at(parameter, search.best_z[i]) : fitted->before;
        parameter->value = fitted->after;
    }
    return true;
}
