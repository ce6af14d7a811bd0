/* JSON by hand: the writer is four rules (commas, escapes, shortest numbers, no value that is not finite), and the copy
 * is a checker, so that a map or a report made elsewhere cannot break the page that it is put into. */
#include "result/json.h"

#include <math.h>
#include <string.h>

enum { DEPTH_MAX = 64 };

void tmn_json_init(struct tmn_json *json, struct tmn_text *out) {
    json->out = out;
    json->comma = false;
}

/* Length of the well-formed UTF-8 character at s (RFC 3629), or 0. */
static size_t utf8_length(const unsigned char *s) {
    if (s[0] < 0x80)
        return 1;
    size_t length = s[0] >= 0xc2 && s[0] < 0xe0   ? 2
                    : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
                    : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                                  : 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80) /* also stops at the final NUL */
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0) || (s[0] == 0xf0 && s[1] < 0x90) ||
        (s[0] == 0xf4 && s[1] >= 0x90))
        return 0;
    return length;
}

static void put_quoted(struct tmn_text *out, const char *value) {
    tmn_text_bytes(out, "\"", 1);
    for (const unsigned char *s = (const unsigned char *)value; *s;) {
        size_t length = utf8_length(s);
        if (length == 0) {
            tmn_text_put(out, "\\ufffd");
            s++;
            continue;
        }
        if (*s == '"' || *s == '\\')
            tmn_text_put(out, "\\%c", *s);
        else if (*s == '\n')
            tmn_text_put(out, "\\n");
        else if (*s == '\t')
            tmn_text_put(out, "\\t");
        else if (*s < 0x20 || *s == 0x7f || *s == '<') /* `<`: the text may stand in a script block of a page */
            tmn_text_put(out, "\\u%04x", *s);
        else
            tmn_text_bytes(out, (const char *)s, length);
        s += length;
    }
    tmn_text_bytes(out, "\"", 1);
}

static void begin(struct tmn_json *json, const char *key) {
    if (json->comma)
        tmn_text_bytes(json->out, ",", 1);
    json->comma = true;
    if (key) {
        put_quoted(json->out, key);
        tmn_text_bytes(json->out, ":", 1);
    }
}

void tmn_json_open(struct tmn_json *json, const char *key, char bracket) {
    begin(json, key);
    tmn_text_bytes(json->out, &bracket, 1);
    json->comma = false;
}

void tmn_json_close(struct tmn_json *json, char bracket) {
    tmn_text_bytes(json->out, &bracket, 1);
    json->comma = true;
}

void tmn_json_text(struct tmn_json *json, const char *key, const char *value) {
    begin(json, key);
    if (value)
        put_quoted(json->out, value);
    else
        tmn_text_put(json->out, "null");
}

void tmn_json_number(double value, char text[32]) {
    if (fabs(value) < 1e15 && value == floor(value))
        snprintf(text, 32, "%.0f", value + 0.0); /* + 0.0: no "-0" */
    else
        tmn_format_real(value, text);
}

void tmn_json_real(struct tmn_json *json, const char *key, double value) {
    begin(json, key);
    char text[32] = "null";
    if (isfinite(value))
        tmn_json_number(value, text);
    tmn_text_put(json->out, "%s", text);
}

void tmn_json_int(struct tmn_json *json, const char *key, long long value) {
    begin(json, key);
    tmn_text_put(json->out, "%lld", value);
}

void tmn_json_bool(struct tmn_json *json, const char *key, bool value) {
    begin(json, key);
    tmn_text_put(json->out, value ? "true" : "false");
}

void tmn_json_raw(struct tmn_json *json, const char *key, const char *value) {
    begin(json, key);
    tmn_text_put(json->out, "%s", value);
}

/* ---- the checked copy ---- */

struct reader {
    const char *start, *at, *end;
    int decimals, depth;
    struct tmn_text *out;
    struct tmn_error *err;
};

static bool bad(struct reader *r, const char *what) {
    return tmn_fail(r->err, TMN_IO, "not JSON at byte %zu: %s", (size_t)(r->at - r->start), what);
}

static void skip_space(struct reader *r) {
    while (r->at < r->end && strchr(" \t\r\n", *r->at) && *r->at)
        r->at++;
}

static bool take(struct reader *r, char c) {
    skip_space(r);
    if (r->at == r->end || *r->at != c)
        return false;
    tmn_text_bytes(r->out, r->at++, 1);
    return true;
}

static bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool copy_string(struct reader *r) {
    if (!take(r, '"'))
        return bad(r, "a string was expected");
    while (r->at < r->end && *r->at != '"') {
        unsigned char c = (unsigned char)*r->at;
        if (c < 0x20)
            return bad(r, "a control character in a string");
        size_t length = c == '\\' ? 2 : 1;
        if (c == '\\') {
            if (r->end - r->at < 2 || !strchr("\"\\/bfnrtu", r->at[1]) || !r->at[1])
                return bad(r, "an unknown escape");
            if (r->at[1] == 'u') {
                for (int i = 2; i < 6; i++)
                    if (r->end - r->at <= i || !is_hex(r->at[i]))
                        return bad(r, "an unfinished \\u escape");
                length = 6;
            }
        }
        if (c == '<')
            tmn_text_put(r->out, "\\u003c");
        else
            tmn_text_bytes(r->out, r->at, length);
        r->at += length;
    }
    return take(r, '"') || bad(r, "a string without an end");
}

static size_t digits(struct reader *r) {
    size_t n = 0;
    for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; n++)
        r->at++;
    return n;
}

static bool copy_number(struct reader *r) {
    const char *from = r->at;
    if (*r->at == '-')
        r->at++;
    bool zero = r->at < r->end && *r->at == '0';
    size_t whole = digits(r);
    if (whole == 0 || (zero && whole > 1))
        return bad(r, "a value was expected");
    if (r->at < r->end && *r->at == '.') {
        r->at++;
        if (digits(r) == 0)
            return bad(r, "a number without digits after its point");
    }
    if (r->at < r->end && (*r->at == 'e' || *r->at == 'E')) {
        r->at++;
        if (r->at < r->end && (*r->at == '+' || *r->at == '-'))
            r->at++;
        if (digits(r) == 0)
            return bad(r, "a number without an exponent");
    }
    double value;
    if (r->decimals < 0 || !tmn_parse_real(from, (size_t)(r->at - from), &value) || fabs(value) > 1e12) {
        tmn_text_bytes(r->out, from, (size_t)(r->at - from));
        return true;
    }
    double unit = 1.0;
    for (int i = 0; i < r->decimals; i++)
        unit *= 10.0;
    char text[32];
    tmn_json_number(floor(value * unit + 0.5) / unit, text);
    tmn_text_put(r->out, "%s", text);
    return true;
}

static bool copy_value(struct reader *r);

static bool copy_list(struct reader *r, char close) {
    if (++r->depth > DEPTH_MAX)
        return bad(r, "nested too deeply");
    tmn_text_bytes(r->out, r->at++, 1);
    if (!take(r, close)) {
        do {
            if (close == '}' && (!copy_string(r) || !(take(r, ':') || bad(r, "a colon was expected"))))
                return false;
            if (!copy_value(r))
                return false;
        } while (take(r, ','));
        if (!take(r, close))
            return bad(r, "a comma or the end of the list was expected");
    }
    r->depth--;
    return true;
}

static bool copy_word(struct reader *r, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(r->end - r->at) < length || strncmp(r->at, word, length) != 0)
        return bad(r, "a value was expected");
    r->at += length;
    tmn_text_put(r->out, "%s", word);
    return true;
}

static bool copy_value(struct reader *r) {
    skip_space(r);
    if (r->at == r->end)
        return bad(r, "it ends too early");
    switch (*r->at) {
    case '{':
        return copy_list(r, '}');
    case '[':
        return copy_list(r, ']');
    case '"':
        return copy_string(r);
    case 't':
        return copy_word(r, "true");
    case 'f':
        return copy_word(r, "false");
    case 'n':
        return copy_word(r, "null");
    default:
        return copy_number(r);
    }
}

bool tmn_json_copy(const char *text, size_t count, int decimals, struct tmn_text *out, struct tmn_error *err) {
    struct reader r = {.start = text, .at = text, .end = text + count, .decimals = decimals, .out = out, .err = err};
    if (!copy_value(&r))
        return false;
    skip_space(&r);
    return r.at == r.end || bad(&r, "something stands behind the value");
}
