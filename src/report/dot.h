/* Drawing a graph: text in the language of Graphviz in, SVG for a page out. */
#ifndef TMN_REPORT_DOT_H
#define TMN_REPORT_DOT_H

#include "base/error.h"
#include "base/text.h"

/* A quoted string of the language: labels that come from a scenario mean nothing but themselves. */
void tmn_dot_string(struct tmn_text *out, const char *text);
/* Runs `dot -Tsvg` (no shell, no file) and appends its <svg> element without prolog, comments, titles and ids, which
 * several graphs of one page would share. TMN_IO, with the name of the package, when the program is not there. */
bool tmn_dot_svg(struct tmn_text *out, const char *graph, struct tmn_error *err);

#endif
