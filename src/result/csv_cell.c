/* See csv_cell.h. */
#include "result/csv_cell.h"

#include "result/json.h"
#include <math.h>
#include <string.h>

void tmn_csv_put_text(struct tmn_text *out, const char *value) {
    if (!strpbrk(value, ",\"\r\n")) {
        tmn_text_put(out, "%s", value);
        return;
    }
    tmn_text_put(out, "\"");
    for (; *value; value++)
        tmn_text_put(out, *value == '"' ? "\"\"" : "%c", *value);
    tmn_text_put(out, "\"");
}

void tmn_csv_put_real(struct tmn_text *out, double value) {
    char text[32] = "";
    if (isfinite(value))
        tmn_json_number(value, text);
    tmn_text_put(out, ",%s", text);
}
