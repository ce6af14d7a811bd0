/* A small drawing of a driver over time: SVG that needs no fonts, the same to the byte everywhere. */
#ifndef TMN_REPORT_LINE_H
#define TMN_REPORT_LINE_H

#include "model/model.h"

/* A national driver is one line; one by place has a line for each, or the lowest and the highest when they are many. */
void tmn_line_put(struct tmn_text *out, const struct tmn_model *model, const struct tmn_driver *driver);

#endif
