/* The bytes of a source: reading, UTF-8, lines and columns. Lines end with LF, CRLF or CR, as libyaml counts them; a
 * byte order mark at the start belongs to no line. */
#ifndef TMN_SCENARIO_SOURCE_H
#define TMN_SCENARIO_SOURCE_H

#include "scenario/diagnostic.h"
#include <stdint.h>

/* Reads a file; NULL after reporting. Path and bytes live in the arena. */
struct tmn_source *tmn_source_read(struct tmn_arena *arena, const char *path, size_t limit_bytes,
                                   struct tmn_diagnostics *list);
/* True if the bytes are at most limit_bytes of UTF-8 text without control characters; else reports the first offence.
 */
bool tmn_source_check(const struct tmn_source *source, size_t limit_bytes, struct tmn_diagnostics *list);

const char *tmn_source_start(const struct tmn_source *source); /* behind the byte order mark */
const char *tmn_source_end(const struct tmn_source *source);
/* First byte of a 1-based line; the end of the source when it has fewer lines. Linear in the source. */
const char *tmn_source_line(const struct tmn_source *source, int line);
const char *tmn_line_end(const char *at, const char *end); /* the line break behind `at`, or `end` */
size_t tmn_line_break(const char *at, const char *end);    /* bytes of the line break at `at`: 0, 1 or 2 */

/* Bytes of the character at `at` (at < end) and its code point; 0 if it is not UTF-8. */
size_t tmn_utf8_read(const char *at, const char *end, uint32_t *point);
/* Bytes of the character at `at`; 1 for a byte that is not UTF-8. */
size_t tmn_utf8_step(const char *at, const char *end);
size_t tmn_utf8_count(const char *at, const char *end); /* characters */
/* False for control characters, line separators of Unicode, inner byte order marks and non-characters. Tab, LF and CR
 * are control characters here. */
bool tmn_utf8_printable(uint32_t point);

#endif
