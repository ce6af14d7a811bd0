/* Chances of levels as rules of draws and deals give them, cumulated. */
#ifndef TMN_WORLD_CHANCES_H
#define TMN_WORLD_CHANCES_H

#include "model/model.h"

/* upto[levels]: the chance of each level and those before it, in the declared order of levels; 1 from the last possible
 * one on. False when the rule gives no chances that sum to 1, or a `cumulative` one that falls. `level` is what
 * env->level points to: the number whose chance is asked for is written there. */
bool tmn_chances_cumulate(const struct tmn_draw_rule *rule, const struct tmn_env *env, uint32_t *level, double *upto);
/* Whether the chances let the level that marks the unborn be drawn. */
bool tmn_chances_unborn(const struct tmn_model *model, const struct tmn_draw_rule *rule, const double *upto);

#endif
