/* Reading a source and finding one's way in it. The check stands before every parser, so that they meet only clean text
 * and the user hears of a wrong encoding in words about encodings. */
#include "scenario/source.h"
#include "base/file.h"

#include <string.h>

struct tmn_source *tmn_source_read(struct tmn_arena *arena, const char *path, size_t limit_bytes,
                                   struct tmn_diagnostics *list) {
    struct tmn_source *source = TMN_NEW(arena, struct tmn_source);
    source->path = tmn_arena_strdup(arena, path);
    source->bytes = "";
    struct tmn_error err;
    char *bytes;
    size_t count;
    if (!tmn_file_read(arena, path, limit_bytes, &bytes, &count, &err)) {
        tmn_report(list, (struct tmn_place){.source = source}, err.code == TMN_MEMORY ? "memory" : "file", NULL, "%s",
                   err.text);
        return NULL;
    }
    source->bytes = bytes;
    source->count = count;
    return source;
}

size_t tmn_utf8_read(const char *at, const char *end, uint32_t *point) {
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000}; /* by length: shorter forms are overlong */
    const unsigned char *byte = (const unsigned char *)at;
    if (byte[0] < 0x80) {
        *point = byte[0];
        return 1;
    }
    size_t length = byte[0] >= 0xF0 ? 4 : byte[0] >= 0xE0 ? 3 : 2;
    if (byte[0] < 0xC2 || byte[0] > 0xF4 || (size_t)(end - at) < length)
        return 0;
    uint32_t value = byte[0] & (0xFFU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (byte[i] & 0x3FU);
    }
    if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *point = value;
    return length;
}

size_t tmn_utf8_step(const char *at, const char *end) {
    uint32_t point;
    size_t length = tmn_utf8_read(at, end, &point);
    return length > 0 ? length : 1;
}

size_t tmn_utf8_count(const char *at, const char *end) {
    size_t count = 0;
    for (; at < end; at += tmn_utf8_step(at, end))
        count++;
    return count;
}

bool tmn_utf8_printable(uint32_t point) {
    return point >= 0x20 && !(point >= 0x7F && point <= 0x9F) && point != 0x2028 && point != 0x2029 &&
           point != 0xFEFF && (point & 0xFFFE) != 0xFFFE;
}

const char *tmn_source_start(const struct tmn_source *source) {
    bool mark = source->count >= 3 && memcmp(source->bytes, "\xEF\xBB\xBF", 3) == 0;
    return source->bytes + (mark ? 3 : 0);
}

const char *tmn_source_end(const struct tmn_source *source) {
    return source->bytes + source->count;
}

size_t tmn_line_break(const char *at, const char *end) {
    if (at == end || (*at != '\n' && *at != '\r'))
        return 0;
    return *at == '\r' && at + 1 < end && at[1] == '\n' ? 2 : 1;
}

const char *tmn_line_end(const char *at, const char *end) {
    while (at < end && *at != '\n' && *at != '\r')
        at++;
    return at;
}

const char *tmn_source_line(const struct tmn_source *source, int line) {
    const char *at = tmn_source_start(source), *end = tmn_source_end(source);
    for (int now = 1; now < line && at < end; now++) {
        at = tmn_line_end(at, end);
        at += tmn_line_break(at, end);
    }
    return at;
}

static bool refuse(const struct tmn_source *source, const char *line_start, const char *at, int line,
                   struct tmn_diagnostics *list) {
    struct tmn_place place = {source, line, (int)tmn_utf8_count(line_start, at) + 1, 1};
    uint32_t point;
    if (tmn_utf8_read(at, tmn_source_end(source), &point) == 0)
        tmn_report(list, place, "not-utf-8", "save the file as UTF-8", "byte 0x%02X is not UTF-8 text",
                   (unsigned)(unsigned char)*at);
    else if (point == 0)
        tmn_report(list, place, "control-character", "if the file is UTF-16 text, save it as UTF-8",
                   "the file holds a NUL byte");
    else
        tmn_report(list, place, "control-character", "remove it", "the file holds the control character U+%04X",
                   (unsigned)point);
    return false;
}

bool tmn_source_check(const struct tmn_source *source, size_t limit_bytes, struct tmn_diagnostics *list) {
    struct tmn_place whole = {.source = source};
    if (source->count > limit_bytes) {
        tmn_report(list, whole, "too-large", NULL, "the file has %zu bytes; at most %zu are read", source->count,
                   limit_bytes);
        return false;
    }
    const char *at = tmn_source_start(source), *end = tmn_source_end(source), *line_start = at;
    if (end - at >= 2 && (memcmp(at, "\xFF\xFE", 2) == 0 || memcmp(at, "\xFE\xFF", 2) == 0)) {
        tmn_report(list, whole, "utf-16", "save the file as UTF-8", "the file is UTF-16 text");
        return false;
    }
    int line = 1;
    while (at < end) {
        unsigned char byte = (unsigned char)*at;
        uint32_t point;
        size_t length = 1;
        if ((byte >= 0x20 && byte < 0x7F) || byte == '\t') {
            at++;
        } else if ((length = tmn_line_break(at, end)) > 0) {
            line_start = at += length;
            line++;
        } else if ((length = tmn_utf8_read(at, end, &point)) > 0 && tmn_utf8_printable(point)) {
            at += length;
        } else {
            return refuse(source, line_start, at, line, list);
        }
    }
    return true;
}
