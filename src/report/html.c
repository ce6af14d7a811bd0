/* Escaping HTML, and markup with escaped values; see html.h. */
#include "report/html.h"

#include <math.h>
#include <string.h>

/* Made by the build (tools/embed.c): what every page of tumen looks like. */
extern const unsigned char tmn_paper_style[];
extern const size_t tmn_paper_style_bytes;

void tmn_html_head(struct tmn_text *out, const char *title, const char *style, size_t style_bytes) {
    tmn_text_put(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    tmn_html_put(out, "<title>%s</title>\n<style>\n", title);
    tmn_text_bytes(out, (const char *)tmn_paper_style, tmn_paper_style_bytes);
    tmn_text_bytes(out, style, style_bytes);
    tmn_text_put(out, "</style></head>\n<body><div class=\"page\">\n");
}

void tmn_html_text(struct tmn_text *out, const char *text) {
    for (const char *at = text; *at; at++) {
        unsigned char c = (unsigned char)*at;
        const char *entity = c == '&'                                            ? "&amp;"
                             : c == '<'                                          ? "&lt;"
                             : c == '>'                                          ? "&gt;"
                             : c == '"'                                          ? "&quot;"
                             : c == '\''                                         ? "&#39;"
                             : (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f ? "\xEF\xBF\xBD"
                                                                                 : NULL;
        if (entity)
            tmn_text_bytes(out, entity, strlen(entity));
        else
            tmn_text_bytes(out, at, 1);
    }
}

void tmn_html_put(struct tmn_text *out, const char *format, ...) {
    va_list list;
    va_start(list, format);
    for (const char *at = format; *at;) {
        size_t plain = strcspn(at, "%");
        tmn_text_bytes(out, at, plain);
        at += plain;
        if (*at == '\0')
            break;
        if (strncmp(at, "%s", 2) == 0)
            tmn_html_text(out, va_arg(list, const char *));
        else if (strncmp(at, "%d", 2) == 0)
            tmn_text_put(out, "%d", va_arg(list, int));
        else if (strncmp(at, "%u", 2) == 0)
            tmn_text_put(out, "%u", va_arg(list, unsigned));
        else if (strncmp(at, "%zu", 3) == 0)
            tmn_text_put(out, "%zu", va_arg(list, size_t));
        else if (strncmp(at, "%lld", 4) == 0)
            tmn_text_put(out, "%lld", va_arg(list, long long));
        else
            tmn_text_bytes(out, "%", 1);
        at += at[1] == 'z' ? 3 : at[1] == 'l' ? 4 : 2;
    }
    va_end(list);
}

void tmn_html_number(struct tmn_text *out, double value) {
    tmn_html_rounded(out, value, 9);
}

void tmn_html_rounded(struct tmn_text *out, double value, int digits) {
    char text[32];
    if (value == floor(value) && fabs(value) < 1e15)
        tmn_format_count((long long)value, text);
    else
        tmn_format_digits(value, digits, text);
    const char *from = text + (value < 0), *power = strchr(from, 'e');
    int plain = power ? (int)(power - from) : (int)strlen(from);
    tmn_text_put(out, "%s%.*s", value < 0 ? "−" : "", plain, from);
    long long exponent = 0;
    if (power && tmn_parse_int(power + 1, strlen(power + 1), &exponent))
        tmn_text_put(out, " · 10<sup>%s%lld</sup>", exponent < 0 ? "−" : "", exponent < 0 ? -exponent : exponent);
}

void tmn_html_prose(struct tmn_text *out, const char *text, const char *class_name) {
    for (const char *at = text; at && *at;) {
        size_t length = strcspn(at, "\n");
        if (length > 0) {
            char *line = tmn_arena_strndup(out->arena, at, length);
            if (class_name)
                tmn_html_put(out, "<p class=\"%s\">%s</p>\n", class_name, line);
            else
                tmn_html_put(out, "<p>%s</p>\n", line);
        }
        at += length + (at[length] == '\n');
    }
}
