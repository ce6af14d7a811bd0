/* How wrong a run is, beside curves that know nothing of the mechanism: the honest scale for any model of a time
 * series.
 *
 * Errors are of logs of yearly rates (flows) or of levels (stocks): 0.10 is about 10 %. Numbers below one half count as
 * one half. In a series of yearly flows (five rows at least), rows that add up several years are left out. Both curves
 * are fitted by least squares on logs to the rows that the model may be fitted to (`fit` of the observation), and are
 * then carried on over the other years, as the model is: quadratic   log y = a + b t + c t^2 logistic    log y = a + s
 * [t >= step_year] - log(1 + exp(-(t - m) / w))
 */
#ifndef TMN_RESULT_SCORE_H
#define TMN_RESULT_SCORE_H

#include "result/result.h"

#define TMN_SCORE_STEP_YEAR 2012.0 /* where the curve with a step may break */

enum tmn_score_years { TMN_SCORE_FITTED, TMN_SCORE_UNFITTED, TMN_SCORE_ALL };

struct tmn_score {
    int observation;
    enum tmn_score_years years;
    int year_from, year_to;            /* first and last year of the rows used */
    size_t rows;                       /* rows compared; 0: nothing to compare, errors are NAN */
    double model, quadratic, logistic; /* root mean square log error; curves NAN when fewer than 5 rows to fit to */
};
/* All cells of an observation together. */
struct tmn_score tmn_score_observation(struct tmn_arena *arena, const struct tmn_result *result, int observation,
                                       enum tmn_score_years years);
/* The same over rows that lie within from_day..to_day. */
struct tmn_score tmn_score_between(struct tmn_arena *arena, const struct tmn_result *result, int observation,
                                   int32_t from_day, int32_t to_day);

/* Error of shares (tmn_result_shares) of one key of one observation, in share (0.05 = 5 percentage points): root mean
 * square over the rows, mean absolute difference over those that may be fitted to (NAN: none), and largest difference
 * once all their periods are added up (cumulative). */
struct tmn_share_score {
    int observation, feature;
    size_t rows;
    double rms, fitted_mean, cumulative;
    uint32_t cumulative_level;
};
struct tmn_share_score *tmn_score_shares(struct tmn_arena *arena, const struct tmn_result *result, size_t *count);

/* The curves themselves: fits points (t[i] in years, y[i] > 0) and predicts at `at`. false with fewer than 5 points. */
bool tmn_curve_quadratic(const double *t, const double *y, size_t count, const double *at, double *out, size_t wanted);
bool tmn_curve_logistic(const double *t, const double *y, size_t count, double step_year, const double *at, double *out,
                        size_t wanted);

#endif
