/* JSON: a writer that escapes and places commas, and a checked, compact copy of JSON that somebody else wrote. */
#ifndef TMN_RESULT_JSON_H
#define TMN_RESULT_JSON_H

#include "base/error.h"
#include "base/text.h"

struct tmn_json {
    struct tmn_text *out;
    bool comma;
};

void tmn_json_init(struct tmn_json *json, struct tmn_text *out);
/* Shortest text that reads back as the same double; whole numbers without exponent. */
void tmn_json_number(double value, char text[32]);
/* key NULL: an entry of a list, or the outermost value. */
void tmn_json_open(struct tmn_json *json, const char *key, char bracket); /* '{' or '[' */
void tmn_json_close(struct tmn_json *json, char bracket);                 /* '}' or ']' */
void tmn_json_text(struct tmn_json *json, const char *key,
                   const char *value); /* NULL: null; bytes that are not UTF-8: U+FFFD */
void tmn_json_real(struct tmn_json *json, const char *key, double value); /* shortest; not finite: null */
void tmn_json_int(struct tmn_json *json, const char *key, long long value);
void tmn_json_bool(struct tmn_json *json, const char *key, bool value);
/* JSON text as it stands (from tmn_json_copy). */
void tmn_json_raw(struct tmn_json *json, const char *key, const char *value);

/* Checks that `text` is one JSON value (depth at most 64) and writes it without spaces and with `<` as \u003c, so that
 * it may stand in a page. decimals >= 0 rounds numbers to so many (for coordinates); -1 keeps them as written. */
bool tmn_json_copy(const char *text, size_t count, int decimals, struct tmn_text *out, struct tmn_error *err);

#endif
