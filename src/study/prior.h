/* Draws of parameters from their priors. A draw is the quantile of a uniform number keyed by (seed, draw, name), so
 * that every world takes the same one, whatever else is declared. Values are rounded to six digits in the declared
 * unit: any machine has the same ones, and a draw can be repeated with `--set`. */
#ifndef TMN_STUDY_PRIOR_H
#define TMN_STUDY_PRIOR_H

#include "model/model.h"

/* The value, in base units, below which the prior, cut to the parameter's range, has the share u in (0, 1) of its mass.
 * A fixed one gives the parameter's own value. */
double tmn_prior_quantile(const struct tmn_parameter *parameter, double u);
/* The uniform number of this parameter in draw `member`. */
double tmn_prior_uniform(uint64_t seed, uint32_t member, const char *name);
/* value[parameters]: as the model has them, those with a prior drawn; keep[parameters] (or NULL): not those. */
void tmn_prior_draw(const struct tmn_model *model, uint64_t seed, uint32_t member, const bool *keep, double *value);

#endif
