/* CSV (RFC 4180: quotes, CRLF or LF, one header row, UTF-8 with or without BOM). Cells are text with places. */
#ifndef TMN_SCENARIO_CSV_H
#define TMN_SCENARIO_CSV_H

#include "scenario/diagnostic.h"
#include <stdint.h>

struct tmn_csv {
    const struct tmn_source *source;
    size_t columns, rows;          /* rows without the header */
    const char **header;           /* [columns] */
    const char **cell;             /* [rows * columns], NUL-terminated */
    int32_t *line;                 /* [rows] 1-based line where the row begins */
    const uint32_t *cell_offset;   /* [rows * columns] byte offset in the source */
    const uint32_t *header_offset; /* [columns] likewise */
};

/* NULL after reporting (at most 20 mistakes of a file). Bounds: 256 MiB, 512 columns, 20 million cells. Uneven rows,
 * blank lines between rows, repeated and empty headers, and files with other separators or encodings are mistakes. */
struct tmn_csv *tmn_csv_read(struct tmn_arena *arena, const char *path, struct tmn_diagnostics *list);
struct tmn_csv *tmn_csv_parse(struct tmn_arena *arena, const struct tmn_source *source, struct tmn_diagnostics *list);
int tmn_csv_column(const struct tmn_csv *csv, const char *name); /* -1 if absent */
static inline const char *tmn_csv_cell(const struct tmn_csv *csv, size_t row, int column) {
    return csv->cell[row * csv->columns + (size_t)column];
}
/* For 0 <= column < columns and row < rows. */
struct tmn_place tmn_csv_place(const struct tmn_csv *csv, size_t row, int column);
struct tmn_place tmn_csv_header_place(const struct tmn_csv *csv, int column);

#endif
