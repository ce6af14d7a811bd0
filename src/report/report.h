/* The report: one HTML file that needs nothing else, made from the data of a run and the page built from web/. */
#ifndef TMN_REPORT_REPORT_H
#define TMN_REPORT_REPORT_H

#include "result/result.h"

/* Writes the whole results folder at `path` (files of tmn_result_write, and report.html), or nothing. */
bool tmn_report_write(const struct tmn_result *result, const char *path, struct tmn_error *err);
/* The page around the data (the text of a report.json). Refuses text that is not JSON. */
bool tmn_report_html(const char *report_json, size_t count, struct tmn_text *out, struct tmn_error *err);
/* Makes report.html of a results folder anew from its report.json. */
bool tmn_report_remake(const char *path, struct tmn_error *err);

#endif
