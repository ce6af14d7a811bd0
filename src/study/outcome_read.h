/* What an outcome gave over a span of days, in a run of the store, and how its cells are called. */
#ifndef TMN_STUDY_OUTCOME_READ_H
#define TMN_STUDY_OUTCOME_READ_H

#include "study/store.h"

/* What an outcome's cells (`cell`: levels or -1) gave in the periods from a day to another: flows and firings added up,
 * a stock as it stands at the end, a feedback variable's mean over its periods. */
double tmn_outcome_from(const struct tmn_model *model, int outcome, const int64_t *cell,
                        const struct tmn_output_series *series, int32_t from_day, int32_t to_day);
/* The same of a run in the store; false: it is not there. */
bool tmn_outcome_read(const struct tmn_store *store, const struct tmn_ask *ask, int outcome, const int64_t *cell,
                      int32_t from_day, int32_t to_day, double *value);

/* "sex=female", "class=elite, discontent=2", "all". */
const char *tmn_cell_text(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_outcome *outcome,
                          const int64_t *cell);
/* "arrivals[sex=female]"; without brackets where all cells are meant. */
const char *tmn_outcome_text(struct tmn_arena *arena, const struct tmn_model *model, int outcome, const int64_t *cell);

#endif
