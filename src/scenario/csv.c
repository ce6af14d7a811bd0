/* CSV in one walk over the source. Room for cells is counted beforehand from commas and line breaks, so that memory is
 * proportional to the file and nothing grows. Mistakes are collected, up to a bound, and then the file is refused. */
#include "scenario/csv.h"
#include "scenario/source.h"

#include <string.h>

enum {
    FILE_BYTES_MAX = 256 << 20,
    COLUMNS_MAX = 512,
    CELLS_MAX = 20000000, /* without the header */
    MISTAKES_MAX = 20     /* of one file: what breaks one row often breaks them all */
};

struct reader {
    struct tmn_csv *csv;
    struct tmn_diagnostics *list;
    const struct tmn_source *source;
    const char *at, *end;
    const char *line_start;
    int line, mistakes;
    bool stopped;      /* reading on makes no sense */
    char *text;        /* where the next cell's text goes */
    const char **cell; /* [room] of the header, then of the rows */
    uint32_t *offset;  /* [room] likewise */
    size_t room;
};

#define MISTAKE(r, place, ...) ((r)->mistakes++, tmn_report((r)->list, (place), __VA_ARGS__))

static struct tmn_place place_here(const struct reader *r, const char *at, size_t length) {
    int column = (int)tmn_utf8_count(r->line_start, at) + 1;
    return (struct tmn_place){r->source, r->line, column, length > 1 ? (int)length : 1};
}

/* Moves over a line break, or over one byte. */
static void step(struct reader *r) {
    size_t length = tmn_line_break(r->at, r->end);
    r->at += length > 0 ? length : 1;
    if (length > 0) {
        r->line++;
        r->line_start = r->at;
    }
}

static bool at_row_end(const struct reader *r) {
    return r->at == r->end || *r->at == '\n' || *r->at == '\r';
}

/* Copies a cell without quotes up to the comma or the row's end. */
static void read_plain(struct reader *r) {
    const char *start = r->at;
    bool told = false;
    while (!at_row_end(r) && *r->at != ',') {
        if (*r->at == '"' && !told) {
            told = true;
            MISTAKE(r, place_here(r, r->at, 1), "stray-quote",
                    "put the whole cell in quotes and write \"\" for a quote inside it",
                    "a quote stands inside a cell without quotes");
        }
        r->at++;
    }
    memcpy(r->text, start, (size_t)(r->at - start));
    r->text += r->at - start;
}

/* Copies a quoted cell; r->at is its opening quote. */
static void read_quoted(struct reader *r) {
    struct tmn_place opening = place_here(r, r->at, 1);
    r->at++;
    for (;;) {
        if (r->at == r->end) {
            MISTAKE(r, opening, "open-quote", "write \"\" for a quote inside a cell", "this quote is never closed");
            r->stopped = true;
            return;
        }
        if (*r->at == '"' && (r->end - r->at < 2 || r->at[1] != '"'))
            break;
        if (*r->at == '"')
            r->at++; /* the first of two */
        const char *start = r->at;
        step(r);
        memcpy(r->text, start, (size_t)(r->at - start));
        r->text += r->at - start;
    }
    r->at++;
    if (!at_row_end(r) && *r->at != ',') {
        MISTAKE(r, place_here(r, r->at, 1), "text-after-quote",
                "put the whole cell in quotes and write \"\" for a quote inside it",
                "text follows the closing quote of a cell");
        while (!at_row_end(r) && *r->at != ',')
            r->at++;
    }
}

/* Reads a row's cells; stores as many as `columns` and returns how many there were. `base` is the index of the first.
 */
static size_t read_cells(struct reader *r, size_t base, size_t columns) {
    size_t count = 0;
    bool more = true;
    while (more && !r->stopped) {
        if (base == 0 && count == COLUMNS_MAX) {
            MISTAKE(r, place_here(r, r->at, 1), "too-many-columns", NULL, "a table has at most %d columns",
                    COLUMNS_MAX);
            r->stopped = true;
            break;
        }
        if (count < columns) {
            r->cell[base + count] = r->text;
            r->offset[base + count] = (uint32_t)(r->at - r->source->bytes);
        }
        if (r->at < r->end && *r->at == '"')
            read_quoted(r);
        else
            read_plain(r);
        *r->text++ = '\0';
        count++;
        more = r->at < r->end && *r->at == ',';
        if (more)
            r->at++;
    }
    return count;
}

/* Ends a row: its line break, which must not be a lone CR. */
static void end_row(struct reader *r) {
    if (!r->stopped && r->at < r->end && *r->at == '\r' && tmn_line_break(r->at, r->end) == 1) {
        MISTAKE(r, place_here(r, r->at, 1), "line-end", "save the file with LF or CRLF line ends",
                "a line ends with a lone CR");
        r->stopped = true;
    } else if (r->at < r->end) {
        step(r);
    }
}

/* Skips blank lines; they are allowed only at the file's end. */
static void skip_blank_lines(struct reader *r) {
    if (r->at == r->end || !at_row_end(r))
        return;
    struct tmn_place first = place_here(r, r->at, 1);
    while (r->at < r->end && at_row_end(r) && !r->stopped)
        end_row(r);
    if (r->at < r->end && !r->stopped)
        MISTAKE(r, first, "blank-line", "remove it; an empty cell that stands alone is written \"\"",
                "a blank line stands between rows");
}

/* A header in one piece that holds the separators of other kinds of file. */
static bool has_other_separator(struct reader *r, const char *start) {
    const char *stop = r->at, *sign = memchr(start, ';', (size_t)(stop - start));
    bool semicolon = sign != NULL;
    if (!semicolon)
        sign = memchr(start, '\t', (size_t)(stop - start));
    if (*start == '"' || sign == NULL)
        return false;
    MISTAKE(r, place_here(r, sign, 1), "separator", "save the file with commas between cells",
            "the cells are separated by %s", semicolon ? "semicolons" : "tabs");
    return true;
}

static void read_header(struct reader *r) {
    struct tmn_csv *csv = r->csv;
    const char *start = r->at;
    csv->columns = read_cells(r, 0, COLUMNS_MAX < r->room ? COLUMNS_MAX : r->room);
    csv->header = r->cell;
    csv->cell = r->cell + csv->columns;
    csv->header_offset = r->offset;
    csv->cell_offset = r->offset + csv->columns;
    if (r->stopped)
        return;
    if (csv->columns == 1 && has_other_separator(r, start)) {
        r->stopped = true;
        return;
    }
    for (size_t i = 0; i < csv->columns && r->mistakes < MISTAKES_MAX; i++) {
        struct tmn_place place = tmn_csv_header_place(csv, (int)i);
        size_t same = 0;
        while (strcmp(csv->header[same], csv->header[i]) != 0)
            same++;
        if (csv->header[i][0] == '\0')
            MISTAKE(r, place, "empty-header", "name each column in the first row", "column %zu has no name", i + 1);
        else if (same < i)
            MISTAKE(r, place, "duplicate-header", "keep one of them", "columns %zu and %zu are both named '%s'",
                    same + 1, i + 1, csv->header[i]);
    }
    end_row(r);
}

static void read_row(struct reader *r) {
    struct tmn_csv *csv = r->csv;
    if (csv->columns * (csv->rows + 1) > CELLS_MAX) {
        MISTAKE(r, place_here(r, r->at, 1), "too-many-cells", NULL, "a table has at most %d cells", CELLS_MAX);
        r->stopped = true;
        return;
    }
    const char *start = r->at;
    int line = r->line;
    size_t count = read_cells(r, csv->columns * (csv->rows + 1), csv->columns);
    if (r->stopped)
        return;
    if (count == csv->columns) {
        csv->line[csv->rows++] = line;
    } else {
        int length = (int)tmn_utf8_count(start, tmn_line_end(start, r->end));
        MISTAKE(r, ((struct tmn_place){r->source, line, 1, length}), "uneven-row",
                count < csv->columns ? "an empty cell still needs its comma"
                                     : "a comma inside a cell needs quotes around the cell",
                "this row has %zu cell%s, the header has %zu", count, count == 1 ? "" : "s", csv->columns);
    }
    end_row(r);
}

/* Upper bounds of cells and rows: commas and line breaks, whether quoted or not. */
static void make_room(struct reader *r, struct tmn_arena *arena) {
    size_t commas = 0, breaks = 0;
    for (const char *at = r->at; at < r->end; at++) {
        commas += *at == ',';
        breaks += *at == '\n' || *at == '\r';
    }
    r->room = commas + breaks + 1;
    r->room = r->room < CELLS_MAX + COLUMNS_MAX ? r->room : CELLS_MAX + COLUMNS_MAX;
    size_t rows = breaks + 1 < r->room ? breaks + 1 : r->room;
    r->cell = TMN_NEW_ARRAY(arena, const char *, r->room);
    r->offset = TMN_NEW_ARRAY(arena, uint32_t, r->room);
    r->csv->line = TMN_NEW_ARRAY(arena, int32_t, rows);
    r->text = TMN_NEW_ARRAY(arena, char, (size_t)(r->end - r->at) + 1); /* a cell's NUL takes its separator's byte */
}

struct tmn_csv *tmn_csv_parse(struct tmn_arena *arena, const struct tmn_source *source, struct tmn_diagnostics *list) {
    if (!tmn_source_check(source, FILE_BYTES_MAX, list))
        return NULL;
    const char *start = tmn_source_start(source);
    struct reader r = {.csv = TMN_NEW(arena, struct tmn_csv),
                       .list = list,
                       .source = source,
                       .at = start,
                       .end = tmn_source_end(source),
                       .line_start = start,
                       .line = 1};
    r.csv->source = source;
    make_room(&r, arena);
    skip_blank_lines(&r);
    if (r.at == r.end) {
        tmn_report(list, (struct tmn_place){source, 1, 1, 1}, "empty", NULL, "the file is empty");
        return NULL;
    }
    if (!r.stopped)
        read_header(&r);
    while (r.at < r.end && !r.stopped && r.mistakes < MISTAKES_MAX) {
        skip_blank_lines(&r);
        if (r.at < r.end && !r.stopped)
            read_row(&r);
    }
    return r.mistakes == 0 ? r.csv : NULL;
}

struct tmn_csv *tmn_csv_read(struct tmn_arena *arena, const char *path, struct tmn_diagnostics *list) {
    const struct tmn_source *source = tmn_source_read(arena, path, FILE_BYTES_MAX, list);
    return source == NULL ? NULL : tmn_csv_parse(arena, source, list);
}

int tmn_csv_column(const struct tmn_csv *csv, const char *name) {
    for (size_t i = 0; i < csv->columns; i++)
        if (strcmp(csv->header[i], name) == 0)
            return (int)i;
    return -1;
}

/* Characters of the cell at `at` that stand in its first line, quotes included. */
static size_t cell_length(const char *at, const char *end) {
    const char *stop = at;
    bool quoted = at < end && *at == '"', inside = quoted;
    while (stop < end && *stop != '\n' && *stop != '\r' && (inside || *stop != ',')) {
        stop++;
        if (quoted && stop < end && *stop == '"')
            inside = !inside;
    }
    return tmn_utf8_count(at, stop);
}

/* A cell's place, given a start of a line at or before it. */
static struct tmn_place cell_place(const struct tmn_csv *csv, const char *line_start, int line, uint32_t offset) {
    const char *cell = csv->source->bytes + offset, *end = tmn_source_end(csv->source);
    for (const char *at = line_start; at < cell;) {
        size_t length = tmn_line_break(at, end);
        at += length > 0 ? length : 1;
        if (length > 0) {
            line++;
            line_start = at;
        }
    }
    size_t length = cell_length(cell, end);
    return (struct tmn_place){csv->source, line, (int)tmn_utf8_count(line_start, cell) + 1,
                              length > 1 ? (int)length : 1};
}

struct tmn_place tmn_csv_header_place(const struct tmn_csv *csv, int column) {
    return cell_place(csv, tmn_source_start(csv->source), 1, csv->header_offset[column]);
}

struct tmn_place tmn_csv_place(const struct tmn_csv *csv, size_t row, int column) {
    const uint32_t *offset = csv->cell_offset + row * csv->columns;
    return cell_place(csv, csv->source->bytes + offset[0], csv->line[row], offset[column]);
}
