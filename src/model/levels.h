/* Which levels of each attribute a conjunction leaves possible, as far as conjuncts on one attribute decide: used to
 * prove that two predicates exclude each other, and that one can never be true. */
#ifndef TMN_MODEL_LEVELS_H
#define TMN_MODEL_LEVELS_H

#include "model/model.h"

struct tmn_levels {
    bool **possible; /* [attributes][levels] */
};

struct tmn_levels *tmn_levels_new(const struct tmn_model *model); /* all possible; in the model's arena */
/* Keeps the levels for which every conjunct of `expr` that reads one attribute alone (or maps of it) can be true. */
void tmn_levels_restrict(struct tmn_levels *levels, const struct tmn_model *model, const struct tmn_expr *expr);
bool tmn_levels_empty(const struct tmn_levels *levels,
                      const struct tmn_model *model); /* some attribute has no level left */
bool tmn_levels_exclude(const struct tmn_levels *a, const struct tmn_levels *b, const struct tmn_model *model);
/* Whether level[] (of known features) is possible, and maps agree with their attributes. */
bool tmn_levels_allow(const struct tmn_levels *levels, const struct tmn_model *model, const struct tmn_strata *strata,
                      const uint32_t *level);

#endif
