/* Tests of arrows as CSV, JSON and a page; the links themselves as a table. */
#include "study/arrows.h"

#include "base/pages.h"
#include "report/html.h"
#include "result/csv_cell.h"
#include "result/json.h"
#include "result/result.h"
#include "study/compare.h"
#include "study/json_head.h"
#include "study/outcome_read.h"
#include <math.h>

/* Made by the build (tools/embed.c): the style of the page of compare serves here too. */
extern const unsigned char tmn_compare_style[];
extern const size_t tmn_compare_style_bytes;

const char *const tmn_wiring_note =
    "These test the wiring of the model: that its rules do what its description says. They say nothing about the "
    "world.";

const char *tmn_arrow_verdict(const struct tmn_arrow_row *row) {
    return !row->looked ? "not computed" : row->right ? "right" : "WRONG";
}

static const struct tmn_outcome *outcome_of(const struct tmn_arrows *arrows, const struct tmn_arrow *arrow) {
    return &arrows->options->model->outcomes.items[arrow->outcome];
}

static const char *cell_of(const struct tmn_arrows *arrows, const struct tmn_arrow *arrow) {
    return tmn_cell_text(arrows->arena, arrows->options->model, outcome_of(arrows, arrow), arrow->cell);
}

static const char *causes_of(const struct tmn_arrows *arrows, const struct tmn_arrow *arrow) {
    const struct tmn_model *model = arrows->options->model;
    const char *cause = tmn_cause_text(arrows->arena, model, &arrow->cause);
    return arrow->has_with
               ? tmn_arena_printf(arrows->arena, "%s x %s", cause, tmn_cause_text(arrows->arena, model, &arrow->with))
               : cause;
}

/* ---- CSV ---- */

void tmn_arrows_csv(const struct tmn_arrows *arrows, struct tmn_text *out) {
    tmn_text_put(out,
                 "key,from,to,sign,cause,effect,at,before,direct,interaction,direct_sign,right,outcome,cell,horizon_y,"
                 "pairs,base,total,low,high,total_sign,opposed,masked\n");
    for (size_t i = 0; i < arrows->count; i++) {
        const struct tmn_arrow_row *row = &arrows->rows[i];
        const struct tmn_arrow *arrow = row->arrow;
        char at[16];
        tmn_date_format(arrow->at, at);
        tmn_csv_put_text(out, arrow->name);
        tmn_text_put(out, ",");
        tmn_csv_put_text(out, arrow->from);
        tmn_text_put(out, ",");
        tmn_csv_put_text(out, arrow->to);
        tmn_text_put(out, ",%s,", tmn_sign_text(arrow->sign));
        tmn_csv_put_text(out, causes_of(arrows, arrow));
        tmn_text_put(out, ",%s,%s", arrow->effect.name, at);
        tmn_csv_put_real(out, row->looked ? row->before : (double)NAN);
        tmn_csv_put_real(out, row->looked ? row->direct : (double)NAN);
        tmn_csv_put_real(out, row->interaction);
        tmn_text_put(out, ",%s,%s,%s,", row->looked ? tmn_way_name(row->way) : "",
                     !row->looked ? ""
                     : row->right ? "yes"
                                  : "no",
                     outcome_of(arrows, arrow)->name);
        tmn_csv_put_text(out, cell_of(arrows, arrow));
        tmn_csv_put_real(out, arrow->horizon);
        tmn_text_put(out, ",%d", row->pairs);
        tmn_csv_put_real(out, row->pairs ? row->base : (double)NAN);
        tmn_csv_put_real(out, row->pairs ? row->total : (double)NAN);
        tmn_csv_put_real(out, row->pairs ? row->range.low : (double)NAN);
        tmn_csv_put_real(out, row->pairs ? row->range.high : (double)NAN);
        tmn_text_put(out, ",%s,%s,%s\n", row->pairs ? tmn_way_name(row->total_way) : "",
                     row->pairs == 0 ? ""
                     : row->opposed  ? "yes"
                                     : "no",
                     row->masked ? "yes" : "");
    }
}

/* ---- JSON ---- */

static void json_row(const struct tmn_arrows *arrows, struct tmn_json *json, const struct tmn_arrow_row *row) {
    const struct tmn_arrow *arrow = row->arrow;
    char at[16];
    tmn_date_format(arrow->at, at);
    tmn_json_open(json, NULL, '{');
    tmn_json_text(json, "key", arrow->name);
    tmn_json_text(json, "from", arrow->from);
    tmn_json_text(json, "to", arrow->to);
    tmn_json_text(json, "sign", tmn_sign_text(arrow->sign));
    tmn_json_text(json, "cause", causes_of(arrows, arrow));
    tmn_json_text(json, "effect", arrow->effect.name);
    tmn_json_text(json, "at", at);
    tmn_json_bool(json, "delay", arrow->delay);
    if (row->looked)
        tmn_json_bool(json, "right", row->right);
    else
        tmn_json_text(json, "right", NULL);
    if (row->why)
        tmn_json_text(json, "why", row->why);
    tmn_json_text(json, "direct_sign", row->looked ? tmn_way_name(row->way) : NULL);
    tmn_json_real(json, "before", row->looked ? row->before : (double)NAN);
    tmn_json_real(json, "direct", row->looked ? row->direct : (double)NAN);
    tmn_json_real(json, "interaction", row->interaction);
    tmn_json_text(json, "outcome", outcome_of(arrows, arrow)->name);
    tmn_json_text(json, "cell", cell_of(arrows, arrow));
    tmn_json_real(json, "horizon_y", arrow->horizon);
    tmn_json_int(json, "pairs", row->pairs);
    if (row->pairs > 0) {
        tmn_json_real(json, "base", row->base);
        tmn_json_real(json, "total", row->total);
        tmn_json_real(json, "low", row->range.low);
        tmn_json_real(json, "high", row->range.high);
        tmn_json_text(json, "total_sign", tmn_way_name(row->total_way));
        tmn_json_bool(json, "opposed", row->opposed);
        tmn_json_bool(json, "masked", row->masked);
    }
    tmn_json_open(json, "claims", '[');
    for (size_t c = 0; c < arrow->claim_count; c++)
        tmn_json_text(json, NULL, arrow->claims[c]);
    tmn_json_close(json, ']');
    tmn_json_close(json, '}');
}

void tmn_arrows_json(const struct tmn_arrows *arrows, struct tmn_text *out) {
    const struct tmn_study_options *options = arrows->options;
    struct tmn_json json;
    tmn_json_init(&json, out);
    tmn_json_open(&json, NULL, '{');
    tmn_json_scenario(&json, options->version, options->model);
    tmn_json_text(&json, "note", tmn_wiring_note);
    tmn_json_asked(&json, options);
    tmn_json_bool(&json, "complete", !arrows->stopped);
    tmn_json_int(&json, "links", (long long)arrows->count);
    tmn_json_int(&json, "looked", (long long)arrows->looked);
    tmn_json_int(&json, "wrong", (long long)arrows->wrong);
    tmn_json_open(&json, "arrows", '[');
    for (size_t i = 0; i < arrows->count; i++)
        json_row(arrows, &json, &arrows->rows[i]);
    tmn_json_close(&json, ']');
    tmn_json_close(&json, '}');
    tmn_text_put(out, "\n");
}

/* ---- the page ---- */

static void cell(struct tmn_text *out, const char *text) {
    tmn_html_put(out, "<td>%s</td>", text);
}

static void html_row(const struct tmn_arrows *arrows, struct tmn_text *out, const struct tmn_arrow_row *row) {
    const struct tmn_arrow *arrow = row->arrow;
    char at[16];
    tmn_date_format(arrow->at, at);
    tmn_html_put(out, "<tr class=\"%s\"><th>%s</th><td>%s &rarr; %s</td>",
                 !row->looked ? ""
                 : row->right ? "pass"
                              : "fail",
                 arrow->name, arrow->from, arrow->to);
    cell(out, tmn_sign_text(arrow->sign));
    tmn_html_put(out, "<td><code>%s</code> from %s<small><code>%s</code></small></td>", causes_of(arrows, arrow), at,
                 arrow->effect.name);
    if (row->looked)
        tmn_html_put(out, "<td>%s</td><td class=\"num\">%s</td>", tmn_way_name(row->way),
                     tmn_compare_number(out->arena, arrow->has_with ? row->interaction : row->direct));
    else
        tmn_html_put(out, "<td colspan=\"2\">%s</td>", row->why ? row->why : "");
    tmn_html_put(out, "<td class=\"verdict\">%s</td><td class=\"what\">%s<small>%s</small></td>",
                 tmn_arrow_verdict(row),
                 tmn_outcome_text(out->arena, arrows->options->model, arrow->outcome, arrow->cell),
                 tmn_arena_printf(out->arena, "%.3g y", arrow->horizon));
    if (row->pairs > 0)
        tmn_html_put(out, "<td>%s<small>%s</small></td><td class=\"num\">%s<small>%s to %s</small></td>",
                     tmn_way_name(row->total_way),
                     row->masked    ? "masked"
                     : row->opposed ? "opposed"
                                    : "",
                     tmn_compare_number(out->arena, row->total), tmn_compare_number(out->arena, row->range.low),
                     tmn_compare_number(out->arena, row->range.high));
    else
        tmn_text_put(out, "<td></td><td></td>");
    tmn_text_put(out, "</tr>\n");
}

void tmn_arrows_html(const struct tmn_arrows *arrows, struct tmn_text *out) {
    const struct tmn_study_options *options = arrows->options;
    tmn_html_head(out, "tumen arrows", (const char *)tmn_compare_style, tmn_compare_style_bytes);
    tmn_html_put(out, "<p class=\"brand\">tumen</p>\n<h1>Signed links</h1>\n<p class=\"lead\">%s</p>\n",
                 options->model->title ? options->model->title : options->model->name);
    tmn_html_put(out, "<p><b>%s</b></p>\n<dl class=\"tiles\">", tmn_wiring_note);
    tmn_html_put(out, "<div><dt>links</dt><dd>%zu</dd></div><div><dt>looked at</dt><dd>%zu</dd></div>", arrows->count,
                 arrows->looked);
    tmn_html_put(out, "<div><dt>direct sign wrong</dt><dd>%zu</dd></div>", arrows->wrong);
    tmn_html_put(out, "<div><dt>seeds</dt><dd>%d</dd></div><div><dt>share of persons simulated</dt><dd>%s</dd></div>",
                 options->seeds, tmn_arena_printf(out->arena, "%g", options->scale));
    tmn_text_put(
        out, "</dl>\n<p><b>Direct</b>: how the sum over persons of the effect's hazard, or a variable's next value, "
             "moves in the first window when only the cause is changed; of a product of two causes, the difference "
             "of differences. <b>Total</b>: what follows for the outcome over the horizon with all feedback, from "
             "pairs of runs that share their seeds, with an interval of 90 %% over seeds; it may go the other way, "
             "and is then marked. ? : these pairs do not tell. All persons are synthetic.</p>\n");
    if (arrows->stopped)
        tmn_text_put(out, "<p class=\"warning\">Interrupted: some runs were not made.</p>\n");
    tmn_text_put(out, "<div class=\"scroll\"><table class=\"links\"><thead><tr><th>link</th><th>from, to</th>"
                      "<th>sign</th><th>change, effect</th><th>direct</th><th class=\"num\">by</th><th></th>"
                      "<th>outcome, horizon</th><th>total</th><th class=\"num\">by, 90 %%</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < arrows->count; i++)
        html_row(arrows, out, &arrows->rows[i]);
    tmn_text_put(out, "</tbody></table></div>\n</div></body></html>\n");
}

/* ---- the links as they are declared ---- */

static void put_cell(struct tmn_text *out, const char *text) {
    tmn_text_put(out, "| ");
    for (const char *c = text; *c; c++)
        tmn_text_put(out, *c == '|' ? "\\|" : "%c", *c);
    tmn_text_put(out, " ");
}

void tmn_arrows_markdown(const struct tmn_model *model, struct tmn_text *out) {
    tmn_text_put(out, "| link | from | to | sign | change | effect | outcome | horizon | claims |\n"
                      "|---|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < model->arrows.count; i++) {
        const struct tmn_arrow *arrow = &model->arrows.items[i];
        struct tmn_text claims;
        char at[16];
        tmn_date_format(arrow->at, at);
        tmn_text_init(&claims, out->arena);
        tmn_text_put(&claims, "%s", "");
        for (size_t c = 0; c < arrow->claim_count; c++)
            tmn_text_put(&claims, "%s%s", c ? ", " : "", arrow->claims[c]);
        put_cell(out, arrow->name);
        put_cell(out, arrow->from);
        put_cell(out, arrow->to);
        put_cell(out, tmn_sign_text(arrow->sign));
        put_cell(out, tmn_arena_printf(out->arena, "%s%s%s, from %s", tmn_cause_text(out->arena, model, &arrow->cause),
                                       arrow->has_with ? " x " : "",
                                       arrow->has_with ? tmn_cause_text(out->arena, model, &arrow->with) : "", at));
        put_cell(out, arrow->effect.name);
        put_cell(out, tmn_outcome_text(out->arena, model, arrow->outcome, arrow->cell));
        put_cell(out, tmn_arena_printf(out->arena, "%.3g y%s", arrow->horizon, arrow->delay ? ", delayed" : ""));
        put_cell(out, claims.items);
        tmn_text_put(out, "|\n");
    }
}

bool tmn_arrows_save(const struct tmn_arrows *arrows, const char *path, struct tmn_error *err) {
    struct tmn_pages pages;
    tmn_pages_init(&pages, arrows->arena);
    tmn_arrows_csv(arrows, tmn_pages_add(&pages, "arrows.csv"));
    tmn_arrows_json(arrows, tmn_pages_add(&pages, "arrows.json"));
    tmn_arrows_html(arrows, tmn_pages_add(&pages, "arrows.html"));
    return tmn_pages_save(&pages, path, err);
}
