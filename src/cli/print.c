/* See print.h. Widths are of characters, not bytes: names of places and prose may hold UTF-8. */
#include "cli/print.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS_MIN = 40, WRAPPED_MIN = 12 /* a column of a table does not get narrower */ };

int tmn_terminal_columns(FILE *file, int otherwise) {
    struct winsize size;
    return isatty(fileno(file)) && ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                                                  : otherwise;
}

/* For prose and tables. */
static int columns_of(FILE *file) {
    int columns = tmn_terminal_columns(file, TMN_COLUMNS);
    return columns > TMN_COLUMNS ? TMN_COLUMNS : columns < COLUMNS_MIN ? COLUMNS_MIN : columns;
}

void tmn_complain(const char *format, ...) {
    char text[4096] = "tumen: ";
    const size_t before = strlen(text);
    va_list list;
    va_start(list, format);
    vsnprintf(text + before, sizeof text - before, format, list);
    va_end(list);
    fflush(stdout);
    bool wrap = isatty(STDERR_FILENO);
    for (char *line = text, *end; line; line = end) {
        end = strchr(line, '\n');
        if (end)
            *end++ = '\0';
        if (wrap && *line != ' ')
            tmn_print_wrapped(stderr, "", line);
        else
            fprintf(stderr, "%s\n", line);
    }
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
    char text[4096];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    printf("\n%s", tmn_bold(stdout));
    tmn_print_wrapped(stdout, "", text);
    fputs(tmn_plain(stdout), stdout);
}

int tmn_text_width(const char *text) {
    int width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

/* Bytes of the longest beginning of `text` that ends at a space (or the end) and is at most `width` wide; a longer word
 * is cut, behind a _ or / if it has one. */
static size_t line_bytes(const char *text, int width) {
    size_t space = 0, joint = 0, at = 0;
    int used = 0;
    for (; text[at]; at++) {
        if (((unsigned char)text[at] & 0xC0) != 0x80 && used++ == width)
            return text[at] == ' ' ? at : space ? space : joint ? joint : at;
        if (text[at] == ' ')
            space = at;
        else if (text[at] == '_' || text[at] == '/')
            joint = at + 1;
    }
    return at;
}

void tmn_print_wrapped(FILE *file, const char *indent, const char *text) {
    int width = columns_of(file) - tmn_text_width(indent);
    while (*text) {
        size_t bytes = line_bytes(text, width);
        fprintf(file, "%s%.*s\n", indent, (int)bytes, text);
        text += bytes;
        text += strspn(text, " ");
    }
}

void tmn_tell(const char *format, ...) {
    char text[4096];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    tmn_print_wrapped(stdout, "", text);
}

void tmn_print_beside(const char *look, const char *label, int width, const char *text) {
    bool fits = tmn_text_width(label) < width; /* else the text begins in the next line */
    printf("  %s%-*s%s%s", look, fits ? width : 0, label, tmn_plain(stdout), fits ? "" : "\n");
    for (bool first = fits; first || *text; first = false) {
        size_t bytes = line_bytes(text, columns_of(stdout) - width - 2);
        printf("%*s%.*s\n", first ? 0 : width + 2, "", (int)bytes, text);
        text += bytes;
        text += strspn(text, " ");
    }
}

void tmn_print_labelled(const char *label, const char *text) {
    tmn_print_beside(tmn_dim(stdout), label, TMN_LABEL, text);
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

static int longest_word(const char *text) {
    int longest = 0;
    for (const char *at = text; *at;) {
        int width = 0;
        for (at += strspn(at, " "); *at && *at != ' '; at++)
            width += ((unsigned char)*at & 0xC0) != 0x80;
        longest = width > longest ? width : longest;
    }
    return longest;
}

/* How narrow a column can be with no word cut; numbers do not wrap, only their heads do. */
static int least_width(const struct tmn_grid *grid, size_t column) {
    int least = longest_word(grid->head[column] + 1);
    for (size_t i = column; i < grid->count; i += grid->columns) {
        int cell = grid->head[column][0] == '>' ? tmn_text_width(grid->items[i]) : longest_word(grid->items[i]);
        least = cell > least ? cell : least;
    }
    return least;
}

/* Takes from the widest of the columns so marked, down to least[c], until `over` is 0 or no more; what is left of it.
 */
static int give_way(const struct tmn_grid *grid, int *width, const int *least, const char *marks, int over) {
    for (; over > 0; over--) {
        int *widest = NULL;
        for (size_t c = 0; c < grid->columns; c++)
            if (strchr(marks, grid->head[c][0]) && width[c] > least[c] && (!widest || width[c] > *widest))
                widest = &width[c];
        if (!widest)
            break;
        --*widest;
    }
    return over;
}

/* Makes the table so narrow as the terminal, words whole if they can be; words are cut only where that makes it fit. */
static void fit_columns(const struct tmn_grid *grid, int *width) {
    int *least = TMN_NEW_ARRAY(grid->arena, int, grid->columns), over = -columns_of(stdout), room = 0;
    for (size_t c = 0; c < grid->columns; c++) {
        width[c] = column_width(grid, c);
        least[c] = least_width(grid, c);
        over += width[c] + 2;
    }
    over = give_way(grid, width, least, ">~", over);
    over = give_way(grid, width, least, ">~<", over);
    for (size_t c = 0; c < grid->columns; c++) {
        least[c] = grid->head[c][0] == '>' || least[c] < WRAPPED_MIN ? least[c] : WRAPPED_MIN;
        room += width[c] > least[c] ? width[c] - least[c] : 0;
    }
    if (room >= over)
        give_way(grid, width, least, "~<", over);
}

void tmn_grid_print(const struct tmn_grid *grid) {
    int *width = TMN_NEW_ARRAY(grid->arena, int, grid->columns);
    const char **rest = TMN_NEW_ARRAY(grid->arena, const char *, grid->columns);
    fit_columns(grid, width);
    for (size_t c = 0; c < grid->columns; c++)
        rest[c] = grid->head[c] + 1;
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
