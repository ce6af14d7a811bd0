/* What a run says at its end, as tables. */
#ifndef TMN_CLI_SUMMARY_H
#define TMN_CLI_SUMMARY_H

#include "result/result.h"

void tmn_summary_print(struct tmn_arena *arena, const struct tmn_result *result);
/* The figures that the documents state, beside observed and simulated ones; rows NULL: nothing was simulated. */
void tmn_figures_print(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_figure_row *rows);

#endif
