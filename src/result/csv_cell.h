/* Cells of the CSV files that we write. */
#ifndef TMN_RESULT_CSV_CELL_H
#define TMN_RESULT_CSV_CELL_H

#include "base/text.h"

/* The text, in quotes where CSV needs them. */
void tmn_csv_put_text(struct tmn_text *out, const char *value);
/* ",value" in the shortest form that reads back as the same number, or "," alone when it is not finite. */
void tmn_csv_put_real(struct tmn_text *out, double value);

#endif
