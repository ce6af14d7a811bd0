/* What the static checks share. Private to src/model. */
#ifndef TMN_MODEL_CHECK_H
#define TMN_MODEL_CHECK_H

#include "model/levels.h"

struct tmn_checker {
    struct tmn_model *model;
    struct tmn_diagnostics *list;
    struct tmn_env env;      /* parameters as they are now; level[] to be filled */
    uint32_t *level;         /* [features], what env points to */
    bool *known;             /* [features] */
    double persons, windows; /* of the whole run, to bound expected firings */
    double window_y_max;     /* longest window */
};

static const double tmn_slack =
    1e-9; /* of chances and signs: bounds of exp and its kin are a little wider than their values */

/* Sets known[] and level[] for one stratum. tmn_check_forget clears known[]. */
void tmn_check_stratum(struct tmn_checker *checker, const struct tmn_strata *strata, uint32_t index);
void tmn_check_forget(struct tmn_checker *checker);
/* Sets the level of an attribute and of maps of it, and that they are known. */
void tmn_check_suppose(struct tmn_checker *checker, int attribute, uint32_t level);
/* "mood = calm, kin = 2" of a stratum, or "" when it has no features. */
const char *tmn_check_stratum_text(struct tmn_checker *checker, const struct tmn_strata *strata, uint32_t index);
/* Strata of all features that these expressions read and that are not known; false, and no features (size 1), when
 * there would be too many. */
bool tmn_check_cut(struct tmn_checker *checker, struct tmn_strata *strata, struct tmn_expr *const *exprs, size_t count);
const char *tmn_check_number(struct tmn_checker *checker, double value); /* short, for messages */
/* Calls fn for every expression of the model with the place that owns it. */
typedef void tmn_expr_fn(void *context, const struct tmn_expr *expr);
void tmn_each_expr(const struct tmn_model *model, tmn_expr_fn *fn, void *context);

void tmn_check_hazards(
    struct tmn_checker *checker); /* check_hazards.c: bounds of rates and chances, rounding of clocks */
void tmn_check_chances(struct tmn_checker *checker); /* check_chances.c: branches, messages, draws, amounts, feedback */
void tmn_check_people(struct tmn_checker *checker);  /* check_people.c: alive, unborn, births, groups */
void tmn_check_use(struct tmn_checker *checker);     /* check_use.c: what is never used or reached */

#endif
