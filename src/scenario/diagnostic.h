/* Diagnostics: every mistake of a scenario with its place. The list is filled, never printed, by the library. */
#ifndef TMN_SCENARIO_DIAGNOSTIC_H
#define TMN_SCENARIO_DIAGNOSTIC_H

#include "base/text.h"

struct tmn_source {    /* one file read */
    const char *path;  /* as shown to the user */
    const char *bytes; /* NUL-terminated */
    size_t count;
};

struct tmn_place { /* where in a source; source NULL: nowhere in particular */
    const struct tmn_source *source;
    int line, column; /* 1-based; column counts characters (UTF-8), not bytes; line 0: the file as a whole */
    int length;       /* characters to underline, at least 1 */
};

struct tmn_diagnostic {
    const char *code;    /* short stable kebab-case id, e.g. "unknown-key" */
    const char *message; /* one sentence without a final period */
    const char *hint;    /* what to do, or NULL */
    struct tmn_place place;
    bool warning;
};

struct tmn_diagnostics {
    struct tmn_arena *arena;
    struct tmn_diagnostic *items;
    size_t count, capacity;
    size_t errors;  /* entries that are not warnings */
    size_t dropped; /* reported beyond the bound and not kept */
};

void tmn_diagnostics_init(struct tmn_diagnostics *list, struct tmn_arena *arena);
/* Appends an error (at most 200 errors and 200 warnings are kept; the same place and message is kept once). `code` is a
 * literal; hint (may be NULL) and message are copied, and a message is cut at about 500 bytes. */
void tmn_report(struct tmn_diagnostics *list, struct tmn_place place, const char *code, const char *hint,
                const char *format, ...) __attribute__((format(printf, 5, 6)));
void tmn_report_warning(struct tmn_diagnostics *list, struct tmn_place place, const char *code, const char *hint,
                        const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Hint "did you mean 'x'?" for the nearest candidate, or NULL. */
const char *tmn_hint_nearest(struct tmn_diagnostics *list, const char *name, const char *const *candidates,
                             size_t count);
/* Sorts by file, line, column (stable). */
void tmn_diagnostics_sort(struct tmn_diagnostics *list);
/* "path:line:column: error: message [code]\n  source line\n  ^~~~\n  hint: ...\n" of one entry. */
void tmn_diagnostic_render(const struct tmn_diagnostic *item, struct tmn_text *out);
/* The source's line, cut to what a terminal shows around the place, and a line with a caret under it. */
void tmn_place_render(const struct tmn_place *place, struct tmn_text *out);

#endif
