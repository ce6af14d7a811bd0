/* The report: the page that was built from web/ and embedded, with the data of a run in its gap. */
#include "report/report.h"

#include "engine/checkpoint.h"
#include "result/json.h"
#include <string.h>

enum { REPORT_JSON_BYTES_MAX = 512 << 20 };

/* Made by the build (tools/embed.c). */
extern const unsigned char tmn_report_page[];
extern const size_t tmn_report_page_bytes;

bool tmn_report_html(const char *report_json, size_t count, struct tmn_text *out, struct tmn_error *err) {
    static const char gap[] = "<!--data-->";
    const char *page = (const char *)tmn_report_page, *at = memmem(page, tmn_report_page_bytes, gap, sizeof gap - 1);
    if (!at)
        return tmn_fail(err, TMN_IO, "the page of the report was built without a place for its data");
    tmn_text_bytes(out, page, (size_t)(at - page));
    if (!tmn_json_copy(report_json, count, -1, out, err)) /* checked, and without a `<` that could end the block */
        return false;
    at += sizeof gap - 1;
    tmn_text_bytes(out, at, tmn_report_page_bytes - (size_t)(at - page));
    return true;
}

/* Writes the page of `json` into an open results folder. */
static bool write_page(struct tmn_folder *folder, struct tmn_arena *arena, const struct tmn_text *json,
                       struct tmn_error *err) {
    struct tmn_text page;
    tmn_text_init(&page, arena);
    return tmn_report_html(json->items, json->count, &page, err) &&
           tmn_folder_write(folder, "report.html", page.items, page.count, err);
}

bool tmn_report_write(const struct tmn_result *result, const char *path, struct tmn_error *err) {
    struct tmn_arena arena;
    struct tmn_folder folder = {NULL, NULL};
    tmn_arena_init(&arena, 0);
    if (TMN_ARENA_TRY(&arena)) {
        tmn_folder_abandon(&folder);
        tmn_arena_free(&arena);
        return tmn_fail(err, TMN_MEMORY, "memory ran out while the report was written");
    }
    struct tmn_text json;
    tmn_text_init(&json, &arena);
    bool ok = tmn_result_allowed(result->model, err) && tmn_result_report_json(result, &json, err) &&
              tmn_folder_begin(&folder, &arena, path, err) &&
              (!result->facts.checkpoint || tmn_folder_keep(&folder, TMN_CHECKPOINT_NAME, err)) &&
              tmn_result_write(result, &folder, err) && write_page(&folder, &arena, &json, err) &&
              tmn_folder_commit(&folder, err);
    tmn_folder_abandon(&folder); /* after a commit nothing is left to abandon */
    tmn_arena_free(&arena);
    return ok;
}

bool tmn_report_remake(const char *path, struct tmn_error *err) {
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    if (TMN_ARENA_TRY(&arena)) {
        tmn_arena_free(&arena);
        return tmn_fail(err, TMN_MEMORY, "memory ran out while the report was written");
    }
    struct tmn_text page;
    struct tmn_error inner = {TMN_OK, ""};
    char *bytes;
    size_t count;
    tmn_text_init(&page, &arena);
    bool ok = tmn_file_read(&arena, tmn_arena_printf(&arena, "%s/report.json", path), REPORT_JSON_BYTES_MAX, &bytes,
                            &count, err);
    if (ok && !tmn_report_html(bytes, count, &page, &inner))
        ok = tmn_fail(err, TMN_IO, "'%s/report.json' is %s", path, inner.text);
    if (ok && !strstr(bytes, "\"scenario\""))
        ok = tmn_fail(err, TMN_IO, "'%s/report.json' is not the data of a report", path);
    ok = ok && tmn_file_replace(&arena, tmn_arena_printf(&arena, "%s/report.html", path), page.items, page.count, err);
    tmn_arena_free(&arena);
    return ok;
}
