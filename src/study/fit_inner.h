/* What the parts of the fit share: fit.c searches, fit_runs.c makes runs and residuals, fit_table.c keeps trials,
 * fit_left.c leaves years out. */
#ifndef TMN_STUDY_FIT_INNER_H
#define TMN_STUDY_FIT_INNER_H

#include "study/fit.h"

struct tmn_fit_row {
    int observation;
    const struct tmn_observed *row;
    double observed;  /* at least one half */
    double sd;        /* of the residual, of a log or of a share */
    int first, mates; /* share: first row of the same days, and how many there are; else 0 mates */
};

struct tmn_fit_trial {
    double z[TMN_FIT_MAX_PARAMETERS];
    double *simulated; /* [rows], mean over the seeds; NAN: not reached */
    double *by_seed;   /* [seeds][rows] */
    double *residual;  /* [rows + parameters] */
    double objective, error;
    bool done;
};

struct tmn_fit_search {
    struct tmn_model *model;
    const struct tmn_fit_options *options;
    struct tmn_fit *fit;
    struct tmn_arena *arena;
    struct tmn_fit_row *rows;
    int row_count, parameters;
    double low[TMN_FIT_MAX_PARAMETERS], high[TMN_FIT_MAX_PARAMETERS], step[TMN_FIT_MAX_PARAMETERS];
    struct {
        struct tmn_fit_trial **items;
        size_t count, capacity;
    } made;      /* all trials, in order */
    size_t kept; /* of them written in the table */
    uint64_t key;
    struct tmn_fit_table *table; /* what was read, or NULL */
};

const struct tmn_parameter *tmn_fit_parameter(const struct tmn_fit_search *search, int i);
double tmn_fit_value(const struct tmn_parameter *parameter, double z);
double tmn_fit_z(const struct tmn_parameter *parameter, double value);
double tmn_fit_prior_residual(const struct tmn_parameter *parameter, double z);
double tmn_fit_prior_variance(const struct tmn_parameter *parameter); /* of z */
/* In place, a symmetric positive matrix [n][n]; false: it is not positive. */
bool tmn_fit_invert(double a[TMN_FIT_MAX_PARAMETERS][TMN_FIT_MAX_PARAMETERS], int n);

/* Rows that may be fitted to, with their errors. */
bool tmn_fit_rows(struct tmn_fit_search *search, struct tmn_error *err);
/* A trial at z, to be run by the next tmn_fit_make. */
struct tmn_fit_trial *tmn_fit_trial_new(struct tmn_fit_search *search, const double *z);
/* Residuals of the rows as one seed has them. */
void tmn_fit_residuals_of_seed(const struct tmn_fit_search *search, const struct tmn_fit_trial *trial, int seed,
                               double *residual);
/* Makes all trials that are not done, those of the table first; sets fit->stopped when interrupted. */
bool tmn_fit_make(struct tmn_fit_search *search, struct tmn_error *err);

/* Reads the table of an earlier fit with the same key, if there is one. */
bool tmn_fit_table_read(struct tmn_fit_search *search, struct tmn_error *err);
/* Takes what the table has of this trial. */
bool tmn_fit_table_take(struct tmn_fit_search *search, size_t index, struct tmn_fit_trial *trial);
bool tmn_fit_table_write(struct tmn_fit_search *search, struct tmn_error *err);

/* Years left out. slope[row * parameters + i]: of the residual of a row. */
bool tmn_fit_leave_out(struct tmn_fit_search *search, const struct tmn_fit_trial *best, const double *slope,
                       struct tmn_error *err);

#endif
