/* What verify found, as words, CSV and JSON. */
#include "study/verify.h"

#include "base/pages.h"
#include "result/csv_cell.h"
#include "result/json.h"
#include <math.h>

const char *tmn_verdict_name(enum tmn_verdict verdict) {
    static const char *const names[] = {"not run", "pass", "fail", "weak", "mistake", "error"};
    return names[verdict];
}

const char *tmn_check_kind_name(enum tmn_check_kind kind) {
    static const char *const names[] = {"published", "exact", "computed"};
    return names[kind];
}

/* A number with two digits of `half`, the half width of its interval; as short as it can be when that is 0. */
static const char *number(struct tmn_arena *arena, double value, double half) {
    int decimals = half > 0 && isfinite(half) ? 1 - (int)floor(log10(half)) : -1;
    if (decimals < 0 && half > 0)
        decimals = 0;
    if (decimals >= 0 && decimals <= 12)
        return tmn_arena_printf(arena, "%.*f", decimals, value == 0 ? 0 : value);
    return tmn_arena_printf(arena, "%.6g", value == 0 ? 0 : value);
}

const char *tmn_verify_ours(struct tmn_arena *arena, const struct tmn_verify_row *row) {
    if (row->law.draws > 0)
        return tmn_arena_printf(arena, row->law.p < 1e-4 ? "p = %.1e" : "p = %.3g", row->law.p);
    if (!isfinite(row->ours))
        return "-";
    double half = (row->range.high - row->range.low) / 2;
    if (!(half > 0))
        return number(arena, row->ours, 0);
    return tmn_arena_printf(arena, "%s [%s, %s]", number(arena, row->ours, half), number(arena, row->range.low, half),
                            number(arena, row->range.high, half));
}

const char *tmn_verify_expected(struct tmn_arena *arena, const struct tmn_verify_row *row) {
    const struct tmn_check *check = row->check;
    static const char *const signs[] = {"more", "less", "equal", "same"};
    if (check->expect == TMN_EXPECT_LAW)
        return check->law_text;
    if (check->expect != TMN_EXPECT_NUMBER)
        return signs[check->expect - TMN_EXPECT_MORE];
    const char *value = number(arena, check->expected.value, 0);
    return check->error.value > 0 ? tmn_arena_printf(arena, "%s (s.e. %.2g)", value, check->error.value) : value;
}

const char *tmn_verify_resolution(struct tmn_arena *arena, const struct tmn_verify_row *row) {
    if (!isfinite(row->resolution))
        return "-";
    if (row->resolution == 0)
        return "exact";
    if (row->check->expect == TMN_EXPECT_LAW)
        return tmn_arena_printf(arena, "w %.2g", row->resolution);
    if (!row->relative)
        return tmn_arena_printf(arena, "%.2g", row->resolution);
    return tmn_arena_printf(arena, row->resolution < 0.0995 ? "%.2g %%" : "%.0f %%", 100 * row->resolution);
}

const char *tmn_settings_text(struct tmn_arena *arena, const struct tmn_model *model,
                              const struct tmn_assigned_list *list) {
    struct tmn_text text;
    tmn_text_init(&text, arena);
    tmn_text_put(&text, "%s", "");
    for (size_t i = 0; i < list->count; i++)
        tmn_text_put(&text, "%s%s = %s", i ? ", " : "", model->parameters.items[list->items[i].parameter].name,
                     list->items[i].text);
    return text.items;
}

static void put_cell(struct tmn_text *out, const char *text) {
    tmn_text_put(out, ",");
    tmn_csv_put_text(out, text ? text : "");
}

static void put_csv_row(struct tmn_text *out, const struct tmn_verify_row *row) {
    const struct tmn_check *check = row->check;
    bool law = check->expect == TMN_EXPECT_LAW && row->law.draws > 0, number = check->expect == TMN_EXPECT_NUMBER;
    tmn_csv_put_text(out, row->name);
    put_cell(out, check->text);
    put_cell(out, tmn_check_kind_name(check->kind));
    put_cell(out, tmn_settings_text(out->arena, row->model, &check->set));
    put_cell(out, tmn_settings_text(out->arena, row->model, &check->against));
    put_cell(out, tmn_verify_expected(out->arena, row));
    tmn_csv_put_real(out, number ? check->expected.value : (double)NAN);
    tmn_csv_put_real(out, check->error.expr ? check->error.value : (double)NAN);
    tmn_csv_put_real(out, check->tolerance.expr ? check->tolerance.value : (double)NAN);
    tmn_csv_put_real(out, row->ours);
    tmn_csv_put_real(out, row->range.low);
    tmn_csv_put_real(out, row->range.high);
    tmn_csv_put_real(out, row->resolution);
    put_cell(out, !isfinite(row->resolution) ? "" : row->relative ? "of expected" : law ? "w" : "absolute");
    tmn_csv_put_real(out, row->runs);
    tmn_csv_put_real(out, law ? (double)row->law.draws : (double)NAN);
    tmn_csv_put_real(out, law ? row->law.value : (double)NAN);
    tmn_csv_put_real(out, law ? row->law.freedom : (double)NAN);
    tmn_csv_put_real(out, law ? row->law.p : (double)NAN);
    put_cell(out, tmn_verdict_name(row->verdict));
    put_cell(out, row->why);
    put_cell(out, check->source);
    put_cell(out, check->note);
    tmn_text_put(out, "\n");
}

void tmn_verify_csv(const struct tmn_verify *verify, struct tmn_text *out) {
    tmn_text_put(out, "check,text,kind,set,against,expected,expected_value,error,tolerance,ours,low,high,resolution,"
                      "resolution_of,runs,draws,chi_square,freedom,p,verdict,why,source,note\n");
    for (size_t r = 0; r < verify->count; r++)
        put_csv_row(out, &verify->rows[r]);
}

static void put_json_row(struct tmn_json *json, const struct tmn_verify_row *row) {
    const struct tmn_check *check = row->check;
    struct tmn_arena *arena = json->out->arena;
    tmn_json_open(json, NULL, '{');
    tmn_json_text(json, "check", row->name);
    tmn_json_text(json, "text", check->text);
    tmn_json_text(json, "kind", tmn_check_kind_name(check->kind));
    tmn_json_text(json, "set", tmn_settings_text(arena, row->model, &check->set));
    tmn_json_text(json, "against",
                  check->against_parameter ? tmn_settings_text(arena, row->model, &check->against) : NULL);
    tmn_json_text(json, "expected", tmn_verify_expected(arena, row));
    tmn_json_real(json, "expected_value", check->expect == TMN_EXPECT_NUMBER ? check->expected.value : (double)NAN);
    tmn_json_real(json, "error", check->error.value);
    tmn_json_real(json, "tolerance", check->tolerance.value);
    tmn_json_real(json, "ours", row->ours);
    tmn_json_real(json, "low", row->range.low);
    tmn_json_real(json, "high", row->range.high);
    tmn_json_real(json, "resolution", row->resolution);
    tmn_json_bool(json, "resolution_relative", row->relative);
    tmn_json_int(json, "runs", row->runs);
    if (row->law.draws > 0) {
        tmn_json_open(json, "law", '{');
        tmn_json_int(json, "draws", (long long)row->law.draws);
        tmn_json_real(json, "chi_square", row->law.value);
        tmn_json_int(json, "freedom", row->law.freedom);
        tmn_json_real(json, "p", row->law.p);
        tmn_json_close(json, '}');
    }
    tmn_json_text(json, "verdict", tmn_verdict_name(row->verdict));
    tmn_json_text(json, "why", row->why);
    tmn_json_text(json, "source", check->source);
    tmn_json_text(json, "note", check->note);
    tmn_json_close(json, '}');
}

void tmn_verify_json(const struct tmn_verify *verify, struct tmn_text *out) {
    struct tmn_json json;
    tmn_json_init(&json, out);
    tmn_json_open(&json, NULL, '{');
    tmn_json_int(&json, "seed", (long long)verify->seed);
    tmn_json_real(&json, "false_alarm", TMN_VERIFY_ALARM);
    tmn_json_real(&json, "level", 1 - verify->alpha);
    tmn_json_int(&json, "runs", (long long)verify->runs);
    tmn_json_int(&json, "left_out", (long long)verify->left_out);
    tmn_json_bool(&json, "complete", !verify->stopped);
    tmn_json_open(&json, "verdicts", '{');
    for (int v = 0; v <= TMN_VERDICT_BROKEN; v++)
        tmn_json_int(&json, tmn_verdict_name((enum tmn_verdict)v), (long long)verify->tally[v]);
    tmn_json_close(&json, '}');
    tmn_json_open(&json, "rows", '[');
    for (size_t r = 0; r < verify->count; r++)
        put_json_row(&json, &verify->rows[r]);
    tmn_json_close(&json, ']');
    tmn_json_close(&json, '}');
    tmn_text_put(out, "\n");
}

bool tmn_verify_save(const struct tmn_verify *verify, struct tmn_arena *arena, const char *path,
                     struct tmn_error *err) {
    struct tmn_pages pages;
    tmn_pages_init(&pages, arena);
    tmn_verify_csv(verify, tmn_pages_add(&pages, "verify.csv"));
    tmn_verify_json(verify, tmn_pages_add(&pages, "verify.json"));
    tmn_verify_html(verify, tmn_pages_add(&pages, "verify.html"));
    return tmn_pages_save(&pages, path, err);
}
