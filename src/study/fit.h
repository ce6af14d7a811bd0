/* Fit: moves the parameters marked `fitted: yes` so that the simulated figures come near the observed ones.
 *
 * Lowered is  sum of r^2 / 2  over the observed rows that may be fitted to (`fit` of the observation) and over the
 * parameters. For a row r = (log s - log o) / sqrt(v): s is the mean over common seeds, at least half a simulated
 * person, o the observed number, at least one half, v the variance of the log: that of the observation's error model
 * (negbin(k): 1/k + 1/o; lognormal(sd): sd^2; normal(sd): (sd / o)^2; poisson: 1/o) and that of simulating a share of
 * the persons, weight / (seeds o). For share(sd) rows of the same days are taken together and r is the difference of
 * the shares over the root of sd^2 and of the same sampling variance, times sqrt(1 - 1 / rows of those days), since
 * one of the shares follows from the others. For a parameter r = z, the parameter in units of its prior, so that 0 is
 * the prior's middle: (x - mean) / sd of a normal prior, (log x - log median) / sd of a lognormal one, of which `range`
 * cuts off what it forbids; uniform and beta priors use z in (0, 1) across their interval, and r^2 / 2 is the fall of
 * the log of their density from its peak.
 *
 * Search: Gauss and Newton's steps with Levenberg's damping. Slopes are differences over half a prior's unit,
 * which the common seeds keep clear of chance; all runs of a round are independent and lie side by side on the threads.
 * The point found is a maximum of the posterior under these errors. How sure it is comes from the slopes there
 * (Laplace): good near the point, no more.
 *
 * Left out: for each pair of years the fit is moved by one step without the rows that touch them, and predicts them.
 */
#ifndef TMN_STUDY_FIT_H
#define TMN_STUDY_FIT_H

#include "engine/engine.h"

enum { TMN_FIT_MAX_PARAMETERS = 10 };

struct tmn_fit_progress {
    int trial, trials;   /* begun, at most */
    double windows, all; /* of the round of runs under way */
    double best, first;  /* objective; NAN before the first */
};
/* Told from time to time, by one thread at a time; returning false stops the fit with what is best so far. */
typedef bool tmn_fit_progress_fn(void *context, const struct tmn_fit_progress *progress);

struct tmn_fit_options {
    uint64_t seed;
    int seeds; /* seeds seed, seed + 1, ... */
    double scale;
    int threads;
    int trials;
    bool leave_two_out;          /* run the engine too for pairs of neighbouring years left out */
    const char *table, *version; /* CSV of all trials: written after each round, read at the start to go on; or NULL */
    const struct tmn_setting *settings;
    size_t setting_count;
    const char *const *assignments; /* each --set as written: the trials depend on them */
    size_t assignment_count;
    tmn_fit_progress_fn *progress;
    void *progress_context;
};

struct tmn_fitted {
    int parameter;
    double before, after, low, high; /* base units; low, high: what was searched */
    double from, to;                 /* nine times in ten, by the slopes; NAN without slopes */
    double told;                     /* share of the prior's variance that the data took away; NAN without slopes */
    int tied;                        /* the fitted parameter whose error is most like or unlike this one's, or -1 */
    double correlation;
};

/* Of the fitted rows of an observation, at the values found. */
struct tmn_fit_error {
    int observation, rows, periods; /* periods: sets of days with shares, 0: none */
    double log_error;               /* root mean square of log s / o */
    double share_error;             /* mean absolute difference of shares over periods and rows; NAN without */
};

/* Errors of a yearly series, beside the curves of result/score.h, all as root mean square of logs: fitted to all its
 * rows; over all pairs of years left out (the model's refits by slopes); over pairs of neighbours, refits run. */
enum tmn_left { TMN_LEFT_NONE, TMN_LEFT_PAIRS, TMN_LEFT_NEIGHBOURS, TMN_LEFTS };
struct tmn_fit_left {
    int observation, rows;
    int year_from, year_to;
    double model[TMN_LEFTS], quadratic[TMN_LEFTS], logistic[TMN_LEFTS]; /* NAN: not made */
};

struct tmn_fit {
    struct tmn_fitted parameter[TMN_FIT_MAX_PARAMETERS];
    int parameters;
    size_t rows;         /* observed rows compared */
    int trials, resumed; /* made, of them taken from the table */
    bool stopped;        /* by progress */
    bool settled;        /* no step lowered the objective any more; else the trials were used up */
    double objective_before, objective_after;
    double error_before, error_after; /* root mean square log error over the rows */
    struct tmn_fit_error *errors;     /* [error_count] */
    size_t error_count;
    struct tmn_fit_left *left; /* [left_count] */
    size_t left_count;
};

/* Leaves the model's parameters at the best values found. Errors: TMN_USAGE when nothing is marked, nothing is
 * observed, a marked parameter has a fixed prior, there are too many, or the table is of another fit. */
bool tmn_fit_run(struct tmn_fit *fit, struct tmn_arena *arena, struct tmn_model *model,
                 const struct tmn_fit_options *options, struct tmn_error *err);

#endif
