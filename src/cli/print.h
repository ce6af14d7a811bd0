/* Text for people: complaints, colour only where a terminal shows it, and prose and tables that fit the terminal, up to
 * 100 columns; 100 where there is none. */
#ifndef TMN_CLI_PRINT_H
#define TMN_CLI_PRINT_H

#include "base/error.h"
#include "base/text.h"
#include "cli/arguments.h"

enum { TMN_COLUMNS = 100, TMN_LABEL = 12 /* of tmn_print_labelled */ };

/* Of the terminal that `file` writes to; `otherwise` where it is none. */
int tmn_terminal_columns(FILE *file, int otherwise);

/* "tumen: ..." on stderr; wrapped for a terminal, but for the lines of sources, which begin with spaces. */
void tmn_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Complains with the error's text and returns the exit status that belongs to its code. */
enum tmn_status tmn_complain_error(const struct tmn_error *err);

/* Escape sequences, or "" where `file` is no terminal, NO_COLOR is set or TERM is dumb. */
const char *tmn_bold(FILE *file);
const char *tmn_dim(FILE *file);
const char *tmn_warn(FILE *file); /* for what the reader must not miss */
const char *tmn_plain(FILE *file);

void tmn_heading(const char *format, ...) __attribute__((format(printf, 1, 2))); /* on stdout, after an empty line */
void tmn_print_wrapped(FILE *file, const char *indent, const char *text);
void tmn_tell(const char *format, ...) __attribute__((format(printf, 1, 2))); /* wrapped, on stdout */
/* "  label       text" on stdout, wrapped; what goes on stands under the text. */
void tmn_print_labelled(const char *label, const char *text);
/* The same; the label takes `width` and has the look of tmn_bold, say. */
void tmn_print_beside(const char *look, const char *label, int width, const char *text);
int tmn_text_width(const char *text); /* characters of UTF-8 */

/* A table: columns "<name" (left) or ">name" (right); those marked "~name" are left and give way first where the table
 * is too wide: their cells wrap; then all that are left do. */
struct tmn_grid {
    const char *const *head;
    size_t columns;
    struct tmn_arena *arena;
    const char **items;
    size_t count, capacity;
    struct {
        const char **items; /* [row] */
        size_t count, capacity;
    } notes;
};
void tmn_grid_init(struct tmn_grid *grid, struct tmn_arena *arena, const char *const *head, size_t columns);
/* Appends a cell, row by row; text is copied. */
void tmn_grid_put(struct tmn_grid *grid, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends a row of texts, one for each column. */
void tmn_grid_row(struct tmn_grid *grid, const char *const *cells);
/* Prose to stand under the last row, wrapped. */
void tmn_grid_note(struct tmn_grid *grid, const char *text);
void tmn_grid_count(struct tmn_grid *grid, double value); /* rounded, with commas; "-" when not finite */
void tmn_grid_print(const struct tmn_grid *grid);

#endif
