/* Small text helpers: building, near names, numbers. */
#ifndef TMN_BASE_TEXT_H
#define TMN_BASE_TEXT_H

#include "base/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct tmn_text {
    char *items;
    size_t count, capacity;
    struct tmn_arena *arena;
}; /* always NUL-terminated after a put */
void tmn_text_init(struct tmn_text *text, struct tmn_arena *arena);
void tmn_text_put(struct tmn_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void tmn_text_bytes(struct tmn_text *text, const char *bytes, size_t count);

/* The candidate nearest to `name` by edit distance (case-blind), or NULL when none is near enough to suggest. */
const char *tmn_nearest(const char *name, const char *const *candidates, size_t count);
/* Decimal number, whole text, "C" locale whatever the process has; rejects nan, inf, hex. */
bool tmn_parse_real(const char *text, size_t length, double *value);
bool tmn_parse_int(const char *text, size_t length, long long *value);
/* Shortest text that reads back as the same double. */
void tmn_format_real(double value, char text[32]);
/* Shortest text of at most `digits` significant digits that is as near as they allow: 0.3, not 0.30000000000000004. */
void tmn_format_digits(double value, int digits, char text[32]);
/* 12345678 -> "12,345,678". */
void tmn_format_count(long long value, char text[32]);

#endif
