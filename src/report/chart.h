/* State charts: how the levels of an attribute follow each other, as text in the language of Graphviz. */
#ifndef TMN_REPORT_CHART_H
#define TMN_REPORT_CHART_H

#include "model/model.h"

/* Appends the graph of an attribute: nodes are levels, edges the transitions (dashed: messages) that lead from one to
 * another; what a predicate rules out for a level is not drawn. Levels that everything treats alike are one node where
 * there are many. False, with nothing appended, when no transition and no message changes the attribute. */
bool tmn_chart_put(struct tmn_text *out, const struct tmn_model *model, int attribute);

#endif
