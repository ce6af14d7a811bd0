/* CSV (RFC 4180: quotes, CRLF or LF, one header row, UTF-8 with or without BOM). Cells are text with places. */
#ifndef TMN_SCENARIO_CSV_H
#define TMN_SCENARIO_CSV_H

#include "scenario/diagnostic.h"
#include <stdint.h>

struct tmn_csv {
    const struct tmn_source *source;
    size_t columns, rows;        /* rows without the header */
    const char **header;         /* [columns] */
    const char **cell;           /* [rows * columns], NUL-terminated */
    int32_t *line;               /* [rows] 1-based line where the row begins */
    const uint32_t *cell_offset; /* [rows * columns] byte offset in the source */
};

/* NULL after reporting. Bounds: 256 MiB, 512 columns, 20 million cells. Uneven rows, repeated headers are reported. */
struct tmn_csv *tmn_csv_read(struct tmn_arena *arena, const char *path, struct tmn_diagnostics *list);
struct tmn_csv *tmn_csv_parse(struct tmn_arena *arena, const struct tmn_source *source, struct tmn_diagnostics *list);
int tmn_csv_column(const struct tmn_csv *csv, const char *name); /* -1 if absent */
static inline const char *tmn_csv_cell(const struct tmn_csv *csv, size_t row, int column) {
    return csv->cell[row * csv->columns + (size_t)column];
}
struct tmn_place tmn_csv_place(const struct tmn_csv *csv, size_t row, int column);

#endif
