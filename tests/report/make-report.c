/* Makes pages for the browser test: make-report SAMPLE.json OUT.html, or make-report small|bare OUT.html for the small
 * country of tests/result/fake.h, whole, or with nothing observed, assumed or parametrised. */
#include "../result/fake.h"
#include "report/report.h"

#include <stdio.h>
#include <string.h>

int main(int count, char **argument) {
    if (count != 3)
        return 2;
    struct fake fake;
    fake_init(&fake);
    struct tmn_text json, page;
    struct tmn_error err = {TMN_OK, ""};
    tmn_text_init(&json, &fake.arena);
    tmn_text_init(&page, &fake.arena);
    bool small = strcmp(argument[1], "small") == 0, bare = strcmp(argument[1], "bare") == 0, ok;
    if (bare) {
        struct tmn_model *m = &fake.model;
        m->observations.count = m->figures.count = m->parameters.count = m->evidence.count = 0;
        m->outcomes.items[FAKE_ARRIVALS].name = "moved";
        m->title = NULL;
        fake_stop(&fake, 110);
    }
    if (small || bare) {
        ok = tmn_result_report_json(&fake.result, &json, &err);
    } else {
        char *bytes;
        size_t bytes_count;
        ok = tmn_file_read(&fake.arena, argument[1], 64 << 20, &bytes, &bytes_count, &err);
        if (ok)
            tmn_text_bytes(&json, bytes, bytes_count);
    }
    ok = ok && tmn_report_html(json.items, json.count, &page, &err);
    FILE *out = ok ? fopen(argument[2], "wb") : NULL;
    ok = out && fwrite(page.items, 1, page.count, out) == page.count;
    ok = out && fclose(out) == 0 && ok;
    if (!ok)
        fprintf(stderr, "make-report: %s\n", err.text);
    fake_free(&fake);
    return ok ? 0 : 1;
}
