/* See print.h. Widths are of characters, not bytes: names of places and prose may hold UTF-8. */
#include "cli/print.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void tmn_complain(const char *format, ...) {
    va_list list;
    va_start(list, format);
    fflush(stdout);
    fputs("tumen: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
}

enum tmn_status tmn_complain_error(const struct tmn_error *err) {
    tmn_complain("%s", err->text);
    switch (err->code) {
    case TMN_USAGE:
        return TMN_MISUSED;
    case TMN_SCENARIO:
        return TMN_BAD_SCENARIO;
    default:
        return TMN_FAILED;
    }
}

static bool coloured(FILE *file) {
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fileno(file)) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

const char *tmn_bold(FILE *file) {
    return coloured(file) ? "\033[1m" : "";
}

const char *tmn_dim(FILE *file) {
    return coloured(file) ? "\033[2m" : "";
}

const char *tmn_warn(FILE *file) {
    return coloured(file) ? "\033[33m" : "";
}

const char *tmn_plain(FILE *file) {
    return coloured(file) ? "\033[0m" : "";
}

void tmn_heading(const char *format, ...) {
    va_list list;
    va_start(list, format);
    printf("\n%s", tmn_bold(stdout));
    vprintf(format, list);
    printf("%s\n", tmn_plain(stdout));
    va_end(list);
}

int tmn_text_width(const char *text) {
    int width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

/* Bytes of the longest beginning of `text` that ends at a space (or the end) and is at most `width` wide; a longer word
 * is cut. */
static size_t line_bytes(const char *text, int width) {
    size_t space = 0, at = 0;
    int used = 0;
    for (; text[at]; at++) {
        if (((unsigned char)text[at] & 0xC0) != 0x80 && used++ == width)
            return space ? space : at;
        if (text[at] == ' ')
            space = at;
    }
    return at;
}

void tmn_print_wrapped(FILE *file, const char *indent, const char *text) {
    int width = TMN_COLUMNS - tmn_text_width(indent);
    while (*text) {
        size_t bytes = line_bytes(text, width);
        fprintf(file, "%s%.*s\n", indent, (int)bytes, text);
        text += bytes;
        text += strspn(text, " ");
    }
}

void tmn_print_labelled(const char *label, const char *text) {
    bool fits = tmn_text_width(label) < TMN_LABEL; /* else the text begins in the next line */
    printf("  %s%-*s%s%s", tmn_dim(stdout), fits ? TMN_LABEL : 0, label, tmn_plain(stdout), fits ? "" : "\n");
    for (bool first = fits; first || *text; first = false) {
        size_t bytes = line_bytes(text, TMN_COLUMNS - TMN_LABEL - 2);
        printf("%*s%.*s\n", first ? 0 : TMN_LABEL + 2, "", (int)bytes, text);
        text += bytes;
        text += strspn(text, " ");
    }
}

void tmn_grid_init(struct tmn_grid *grid, struct tmn_arena *arena, const char *const *head, size_t columns) {
    *grid = (struct tmn_grid){.head = head, .columns = columns, .arena = arena};
}

void tmn_grid_put(struct tmn_grid *grid, const char *format, ...) {
    char text[2048];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    TMN_PUSH(grid->arena, grid, tmn_arena_strdup(grid->arena, text));
}

void tmn_grid_row(struct tmn_grid *grid, const char *const *cells) {
    for (size_t column = 0; column < grid->columns; column++)
        tmn_grid_put(grid, "%s", cells[column]);
}

void tmn_grid_note(struct tmn_grid *grid, const char *text) {
    size_t rows = grid->count / grid->columns;
    while (grid->notes.count < rows)
        TMN_PUSH(grid->arena, &grid->notes, NULL);
    grid->notes.items[rows - 1] = tmn_arena_strdup(grid->arena, text);
}

void tmn_grid_count(struct tmn_grid *grid, double value) {
    char text[32];
    if (isfinite(value))
        tmn_format_count(llround(value), text);
    tmn_grid_put(grid, "%s", isfinite(value) ? text : "-");
}

static int column_width(const struct tmn_grid *grid, size_t column) {
    int width = tmn_text_width(grid->head[column] + 1);
    for (size_t i = column; i < grid->count; i += grid->columns) {
        int cell = tmn_text_width(grid->items[i]);
        width = cell > width ? cell : width;
    }
    return width;
}

/* One row over as many lines as its wrapped column needs. rest[c] is what is still to print of column c. */
static void print_row(const struct tmn_grid *grid, const int *width, const char **rest) {
    for (bool more = true; more;) {
        more = false;
        int owed = 0; /* spaces held back, so that no line ends in them */
        for (size_t c = 0; c < grid->columns; c++) {
            size_t bytes = line_bytes(rest[c], width[c]);
            char part[2048];
            snprintf(part, sizeof part, "%.*s", (int)bytes, rest[c]);
            int gap = width[c] - tmn_text_width(part);
            bool right = grid->head[c][0] == '>';
            if (*part)
                printf("%*s%s", 2 + owed + (right ? gap : 0), "", part);
            owed = *part ? (right ? 0 : gap) : owed + 2 + width[c];
            rest[c] += bytes;
            rest[c] += strspn(rest[c], " ");
            more = more || *rest[c];
        }
        putchar('\n');
    }
}

/* Takes one character from the widest column that may wrap; false when none is wider than 12. */
static bool give_way(const struct tmn_grid *grid, int *width) {
    int *widest = NULL;
    for (size_t c = 0; c < grid->columns; c++)
        if (grid->head[c][0] == '~' && width[c] > 12 && (!widest || width[c] > *widest))
            widest = &width[c];
    if (widest)
        --*widest;
    return widest != NULL;
}

void tmn_grid_print(const struct tmn_grid *grid) {
    int *width = TMN_NEW_ARRAY(grid->arena, int, grid->columns), total = 0;
    const char **rest = TMN_NEW_ARRAY(grid->arena, const char *, grid->columns);
    for (size_t c = 0; c < grid->columns; c++) {
        width[c] = column_width(grid, c);
        total += width[c] + 2;
        rest[c] = grid->head[c] + 1;
    }
    while (total > TMN_COLUMNS && give_way(grid, width))
        total--;
    fputs(tmn_dim(stdout), stdout);
    print_row(grid, width, rest);
    fputs(tmn_plain(stdout), stdout);
    for (size_t row = 0; row * grid->columns < grid->count; row++) {
        for (size_t c = 0; c < grid->columns; c++)
            rest[c] = grid->items[row * grid->columns + c];
        print_row(grid, width, rest);
        if (row < grid->notes.count && grid->notes.items[row]) {
            fputs(tmn_dim(stdout), stdout);
            tmn_print_wrapped(stdout, "      ", grid->notes.items[row]);
            fputs(tmn_plain(stdout), stdout);
        }
    }
}
