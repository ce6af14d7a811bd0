/* `tumen doc`: a scenario described as the ODD protocol asks (Grimm et al. 2020, JASSS 23(2)7), in one HTML file that
 * needs nothing else. It is made from the compiled model and the prose that the model carries, so that it says what is
 * run. */
#ifndef TMN_REPORT_DOC_H
#define TMN_REPORT_DOC_H

#include "base/error.h"
#include "model/model.h"

/* The page. The same model gives the same text, apart from the drawings of state charts, whose measures depend on the
 * fonts of the machine; the graph of each stands before it in a comment. Needs the program dot of Graphviz. */
bool tmn_doc_html(const struct tmn_model *model, struct tmn_text *out, struct tmn_error *err);
/* Writes it to `path`, whole or not at all. */
bool tmn_doc_write(const struct tmn_model *model, const char *path, struct tmn_error *err);

#endif
