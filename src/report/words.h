/* What rules do, in words: actions, laws of layers, draws. Markup with links to what is named. */
#ifndef TMN_REPORT_WORDS_H
#define TMN_REPORT_WORDS_H

#include "model/model.h"

/* The name of a declaration as a link to the place where the page describes it. */
void tmn_words_name(struct tmn_text *out, const char *name);
/* A predicate or other expression as the scenario would write it. */
void tmn_words_code(struct tmn_text *out, const struct tmn_model *model, const struct tmn_expr *expr);
/* Actions as list items. */
void tmn_words_actions(struct tmn_text *out, const struct tmn_model *model, const struct tmn_action *items,
                       size_t count);
void tmn_words_layer(struct tmn_text *out, const struct tmn_model *model, const struct tmn_layer *layer);

#endif
