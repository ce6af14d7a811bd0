/* Fit: moves the parameters marked `fitted: yes` so that the simulated figures come near the observed ones.
 *
 * Lowered is  sum of (log s - log o)^2 / (2 v)  +  sum of z^2 / 2  over the observed rows that may be fitted to (`fit`
 * of the observation) and over the parameters. s is the mean over common seeds, at least half a simulated person, o the
 * observed number, at least one half. v is the variance of the log: that of the observation's error model (negbin(k):
 * 1/k + 1/o; lognormal(sd): sd^2; normal(sd): (sd / o)^2; poisson: 1/o) and that of simulating a share of the persons,
 * weight / (seeds o). z is the parameter in units of its prior, so that 0 is the prior's middle: (x - mean) / sd of a
 * normal prior, (log x - log median) / sd of a lognormal one, of which `range` cuts off what it forbids; uniform and
 * beta priors use z in (0, 1) across their interval, with the prior's own density as penalty. The point found is a
 * maximum of the posterior under these errors, not a posterior: it says nothing of how sure one may be.
 *
 * Trials are whole runs with the same seeds, so a trial is repeatable and two trials differ only by their parameters.
 */
#ifndef TMN_STUDY_FIT_H
#define TMN_STUDY_FIT_H

#include "engine/engine.h"

enum { TMN_FIT_MAX_PARAMETERS = 10 };

struct tmn_fit_progress {
    int trial, trials;
    double best, first;
};
/* Told before each run of a trial; returning false stops the fit with what is best so far. */
typedef bool tmn_fit_progress_fn(void *context, const struct tmn_fit_progress *progress);

struct tmn_fit_options {
    uint64_t seed;
    int seeds; /* seeds seed, seed + 1, ... */
    double scale;
    int threads;
    int trials;
    const struct tmn_setting *settings;
    size_t setting_count;
    tmn_fit_progress_fn *progress;
    void *progress_context;
};

struct tmn_fitted {
    int parameter;
    double before, after, low, high; /* base units; low, high: what was searched */
};

struct tmn_fit {
    struct tmn_fitted parameter[TMN_FIT_MAX_PARAMETERS];
    int parameters;
    size_t rows;  /* observed rows compared */
    int trials;   /* made */
    bool stopped; /* by progress */
    double objective_before, objective_after;
    double error_before, error_after; /* root mean square log error over the rows */
};

/* Leaves the model's parameters at the best values found. Errors: TMN_USAGE when nothing is marked, nothing is
 * observed, a marked parameter has a fixed prior or there are too many. */
bool tmn_fit_run(struct tmn_fit *fit, struct tmn_model *model, const struct tmn_fit_options *options,
                 struct tmn_error *err);

#endif
