/* Expressions as formulas: MathML, made from the compiled tree, so that what is read is what is run. */
#ifndef TMN_REPORT_FORMULA_H
#define TMN_REPORT_FORMULA_H

#include "model/model.h"

/* The formula alone (an <mrow>), for tests and inside other markup. `transition` or NULL: its factors of C get the
 * class "c", those of G the class "g" (docs/semantics.md, Clocks 1). */
void tmn_formula_put(struct tmn_text *out, const struct tmn_model *model, const struct tmn_transition *transition,
                     const struct tmn_expr *expr);
/* A block of its own, in a box that scrolls: `left` = formula. Long products and sums are broken over rows. `left` is
 * the name of what is defined, or NULL. */
void tmn_formula_block(struct tmn_text *out, const struct tmn_model *model, const struct tmn_transition *transition,
                       const char *left, const struct tmn_expr *expr);
/* Within a line of text. */
void tmn_formula_inline(struct tmn_text *out, const struct tmn_model *model, const struct tmn_expr *expr);

#endif
