/* The figures on the page of a comparison. */
#ifndef TMN_STUDY_COMPARE_FIGURES_H
#define TMN_STUDY_COMPARE_FIGURES_H

#include "study/compare.h"

/* Both worlds over the periods, and the effect below. */
void tmn_compare_put_years(const struct tmn_compare *compare, const struct tmn_compared *compared,
                           struct tmn_text *out);
/* Effects over the run in each level of each key. */
void tmn_compare_put_cells(const struct tmn_compare *compare, const struct tmn_compared *compared,
                           struct tmn_text *out);

#endif
