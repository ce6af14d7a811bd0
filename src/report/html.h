/* Writing HTML: every text that comes from a scenario passes through here and is escaped. */
#ifndef TMN_REPORT_HTML_H
#define TMN_REPORT_HTML_H

#include "base/text.h"

/* From the doctype to the opened <div class="page">, with the style of every page and what this one adds to it. */
void tmn_html_head(struct tmn_text *out, const char *title, const char *style, size_t style_bytes);
/* Text of an element or an attribute: & < > and quotes as entities, control characters as U+FFFD. */
void tmn_html_text(struct tmn_text *out, const char *text);
/* Markup with values: %s is escaped; beside it only %d, %u, %zu, %lld and %%. */
void tmn_html_put(struct tmn_text *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A number as read by people: thousands set apart, at most 9 significant digits, or so many as told. */
void tmn_html_number(struct tmn_text *out, double value);
void tmn_html_rounded(struct tmn_text *out, double value, int digits);
/* Prose: one paragraph for each line of it; nothing for NULL. */
void tmn_html_prose(struct tmn_text *out, const char *text, const char *class_name);

#endif
