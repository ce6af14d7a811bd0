/* Gains of loops as CSV, JSON and a page with bars by period. */
#include "study/loops.h"

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

enum { WIDTH = 900, NAMES = 300, NUMBERS = 130, ROW = 24 };
#define GAIN_LEAST 0.02 /* that the end of the axis stands for, and at most: bars beyond are cut */
#define GAIN_MOST 2.0

const char *tmn_loop_cut_text(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_loop *loop) {
    struct tmn_text text;
    if (loop->cut >= 0) {
        const struct tmn_arrow *arrow = &model->arrows.items[loop->cut];
        return tmn_arena_printf(arena, "%s: %s in %s", arrow->name, arrow->cause.name, arrow->effect.name);
    }
    tmn_text_init(&text, arena);
    for (size_t i = 0; i < loop->set.count; i++)
        tmn_text_put(&text, "%s%s = %s", i ? ", " : "", model->parameters.items[loop->set.items[i].parameter].name,
                     loop->set.items[i].text);
    return text.items;
}

const char *tmn_loop_links_text(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_loop *loop) {
    struct tmn_text text;
    tmn_text_init(&text, arena);
    for (size_t i = 0; i < loop->links; i++)
        tmn_text_put(&text, "%s%s", i ? ", " : "", model->arrows.items[loop->link[i]].name);
    return text.items;
}

static const struct tmn_outcome *outcome_of(const struct tmn_loops *loops, const struct tmn_loop *loop) {
    return &loops->options->model->outcomes.items[loop->outcome];
}

static const char *cell_of(const struct tmn_loops *loops, const struct tmn_loop *loop) {
    return tmn_cell_text(loops->arena, loops->options->model, outcome_of(loops, loop), loop->cell);
}

static const char *kind_of(const struct tmn_loop *loop) {
    return loop->balancing ? "balancing" : "reinforcing";
}

/* ---- CSV ---- */

void tmn_loops_csv(const struct tmn_loops *loops, struct tmn_text *out) {
    tmn_text_put(
        out, "loop,name,kind,cut,outcome,cell,from,to,pairs,base,closed,cut_response,gain,low,high,way,rank,masked\n");
    for (size_t i = 0; i < loops->count; i++)
        for (int p = 0; p < loops->periods.count; p++) {
            const struct tmn_loop *loop = loops->rows[i].loop;
            const struct tmn_loop_part *part = &loops->rows[i].part[p];
            tmn_text_put(out, "%s,", loop->name);
            tmn_csv_put_text(out, loop->title);
            tmn_text_put(out, ",%s,", kind_of(loop));
            tmn_csv_put_text(out, tmn_loop_cut_text(loops->arena, loops->options->model, loop));
            tmn_text_put(out, ",%s,", outcome_of(loops, loop)->name);
            tmn_csv_put_text(out, cell_of(loops, loop));
            tmn_text_put(out, ",%d,%d,%d", loops->periods.year[p], loops->last[p], part->pairs);
            double none = (double)NAN;
            tmn_csv_put_real(out, part->pairs ? part->base : none);
            tmn_csv_put_real(out, part->pairs ? part->closed : none);
            tmn_csv_put_real(out, part->pairs ? part->cut : none);
            tmn_csv_put_real(out, part->pairs ? part->gain : none);
            tmn_csv_put_real(out, part->pairs ? part->range.low : none);
            tmn_csv_put_real(out, part->pairs ? part->range.high : none);
            tmn_text_put(out, ",%s,%d,%s\n", part->pairs ? tmn_way_name(part->way) : "", part->rank,
                         part->masked ? "yes" : "");
        }
}

/* ---- JSON ---- */

static void json_part(const struct tmn_loops *loops, struct tmn_json *json, const struct tmn_loop_part *part, int p) {
    tmn_json_open(json, NULL, '{');
    tmn_json_int(json, "from", loops->periods.year[p]);
    tmn_json_int(json, "to", loops->last[p]);
    tmn_json_int(json, "pairs", part->pairs);
    if (part->pairs > 0) {
        tmn_json_real(json, "base", part->base);
        tmn_json_real(json, "closed", part->closed);
        tmn_json_real(json, "cut", part->cut);
        tmn_json_real(json, "gain", part->gain);
        if (part->why)
            tmn_json_text(json, "why", part->why);
        tmn_json_real(json, "low", part->range.low);
        tmn_json_real(json, "high", part->range.high);
        tmn_json_text(json, "way", tmn_way_name(part->way));
        tmn_json_int(json, "rank", part->rank);
        tmn_json_bool(json, "masked", part->masked);
    }
    tmn_json_close(json, '}');
}

static void json_row(const struct tmn_loops *loops, struct tmn_json *json, const struct tmn_loop_row *row) {
    const struct tmn_model *model = loops->options->model;
    const struct tmn_loop *loop = row->loop;
    tmn_json_open(json, NULL, '{');
    tmn_json_text(json, "loop", loop->name);
    tmn_json_text(json, "name", loop->title);
    tmn_json_text(json, "kind", kind_of(loop));
    tmn_json_open(json, "links", '[');
    for (size_t i = 0; i < loop->links; i++)
        tmn_json_text(json, NULL, model->arrows.items[loop->link[i]].name);
    tmn_json_close(json, ']');
    tmn_json_text(json, "cut", tmn_loop_cut_text(loops->arena, model, loop));
    tmn_json_text(json, "outcome", outcome_of(loops, loop)->name);
    tmn_json_text(json, "cell", cell_of(loops, loop));
    if (row->why)
        tmn_json_text(json, "why", row->why);
    tmn_json_open(json, "periods", '[');
    for (int p = 0; p < loops->periods.count; p++)
        json_part(loops, json, &row->part[p], p);
    tmn_json_close(json, ']');
    tmn_json_open(json, "claims", '[');
    for (size_t c = 0; c < loop->claim_count; c++)
        tmn_json_text(json, NULL, loop->claims[c]);
    tmn_json_close(json, ']');
    tmn_json_close(json, '}');
}

void tmn_loops_json(const struct tmn_loops *loops, struct tmn_text *out) {
    const struct tmn_study_options *options = loops->options;
    struct tmn_json json;
    tmn_json_init(&json, out);
    tmn_json_open(&json, NULL, '{');
    tmn_json_scenario(&json, options->version, options->model);
    tmn_json_text(&json, "note", tmn_wiring_note);
    tmn_json_asked(&json, options);
    tmn_json_bool(&json, "complete", !loops->stopped);
    tmn_json_open(&json, "loops", '[');
    for (size_t i = 0; i < loops->count; i++)
        json_row(loops, &json, &loops->rows[i]);
    tmn_json_close(&json, ']');
    tmn_json_close(&json, '}');
    tmn_text_put(out, "\n");
}

/* ---- the page ---- */

/* The gain at the ends of the axis, of all periods: the largest that is decided, and a half more for the whiskers. */
static double axis_end(const struct tmn_loops *loops) {
    double most = 0;
    for (size_t i = 0; i < loops->count; i++)
        for (int p = 0; p < loops->periods.count; p++)
            if (loops->rows[i].part[p].rank > 0)
                most = fmax(most, fabs(loops->rows[i].part[p].gain));
    return most > 0 ? fmin(fmax(1.5 * most, GAIN_LEAST), GAIN_MOST) : GAIN_MOST;
}

static double at(double gain, double end) {
    return NAMES + (WIDTH - NAMES - NUMBERS) * (fmin(fmax(gain, -end), end) + end) / (2 * end);
}

static void put_bar(struct tmn_text *out, const struct tmn_loop_row *row, const struct tmn_loop_part *part, double y,
                    double most) {
    tmn_html_put(out, "<text class=\"name\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s %s</text>", NAMES - 10,
                 (int)y + 16, row->loop->name, row->loop->title);
    if (part->pairs == 0 || part->why) {
        tmn_html_put(out, "<text class=\"name\" x=\"%d\" y=\"%d\">%s</text>", (int)at(0, most) + 6, (int)y + 16,
                     part->way == TMN_WAY_OPEN ? "? no clear response" : "no response");
        return;
    }
    double x = at(0, most), end = at(part->gain, most);
    tmn_text_put(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"14\"/>",
                 part->gain > 0 ? "bar more" : "bar less", fmin(x, end), y + 5, fmax(fabs(end - x), 0.5));
    if (isfinite(part->range.low))
        tmn_text_put(out, "<path class=\"whisker\" d=\"M%.1f %.1fv6m0 -3H%.1fm0 -3v6\"/>", at(part->range.low, most),
                     y + 9, at(part->range.high, most));
    tmn_text_put(out, "<text class=\"name\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", WIDTH, y + 16);
    tmn_text_put(out, "%s%s", part->gain > 0 ? "+" : "", tmn_compare_number(out->arena, part->gain));
    if (part->rank > 0)
        tmn_text_put(out, " (%d.)", part->rank);
    tmn_text_put(out, "%s</text>", part->way == TMN_WAY_OPEN ? " ?" : "");
}

static void put_period(const struct tmn_loops *loops, struct tmn_text *out, int p, double most) {
    int height = (int)loops->count * ROW + 6;
    tmn_html_put(out,
                 "<figure><figcaption>%d to %d</figcaption><div class=\"scroll\"><svg style=\"min-width:700px\" "
                 "viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"gains of loops from %d\">",
                 loops->periods.year[p], loops->last[p], WIDTH, height, loops->periods.year[p]);
    tmn_text_put(out, "<path class=\"axis\" d=\"M%.1f 0v%d\"/>", at(0, most), height);
    for (size_t i = 0; i < loops->count; i++)
        put_bar(out, &loops->rows[i], &loops->rows[i].part[p], (double)i * ROW, most);
    tmn_text_put(out, "</svg></div></figure>\n");
}

void tmn_loops_html(const struct tmn_loops *loops, struct tmn_text *out) {
    const struct tmn_study_options *options = loops->options;
    double most = axis_end(loops);
    const char *ends = tmn_compare_number(out->arena, most);
    tmn_html_head(out, "tumen loops", (const char *)tmn_compare_style, tmn_compare_style_bytes);
    tmn_html_put(out, "<p class=\"brand\">tumen</p>\n<h1>Loops by period</h1>\n<p class=\"lead\">%s</p>\n",
                 options->model->title ? options->model->title : options->model->name);
    tmn_html_put(out, "<p><b>%s</b></p>\n<dl class=\"tiles\">", tmn_wiring_note);
    tmn_html_put(out, "<div><dt>loops</dt><dd>%zu</dd></div><div><dt>seeds</dt><dd>%d</dd></div>", loops->count,
                 options->seeds);
    tmn_html_put(out, "<div><dt>share of persons simulated</dt><dd>%s</dd></div></dl>\n",
                 tmn_arena_printf(out->arena, "%g", options->scale));
    tmn_html_put(out,
                 "<p>For half a year a pulse enters each loop where it is cut. <b>Gain</b>: by how much the "
                 "response of its outcome over up to %d years is larger with the loop closed than with it cut, "
                 "over the response with it cut. Above 0 the loop reinforces, below 0 it balances (-1: all of "
                 "it is undone). Whiskers: 90 %% over seeds; ? : these pairs do not tell; in parentheses the "
                 "rank by size among those that they do. <b>No clear response</b>: with the loop cut it cannot be told "
                 "from 0, so that there is no gain. The axis ends at -%s and %s; what is beyond is cut.</p>\n",
                 TMN_LOOP_HORIZON_Y, ends, ends);
    if (loops->stopped)
        tmn_text_put(out, "<p class=\"warning\">Interrupted: some runs were not made.</p>\n");
    tmn_text_put(out, "<section>\n");
    for (int p = 0; p < loops->periods.count; p++)
        put_period(loops, out, p, most);
    tmn_text_put(out, "</section>\n<div class=\"scroll\"><table><thead><tr><th>loop</th><th>name</th><th>kind</th>"
                      "<th>links</th><th>cut</th><th>outcome</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < loops->count; i++) {
        const struct tmn_loop *loop = loops->rows[i].loop;
        tmn_html_put(out, "<tr><th>%s</th><td>%s</td><td>%s</td><td>%s</td><td><code>%s</code></td><td>%s</td></tr>\n",
                     loop->name, loop->title, kind_of(loop), tmn_loop_links_text(loops->arena, options->model, loop),
                     tmn_loop_cut_text(loops->arena, options->model, loop),
                     tmn_outcome_text(out->arena, options->model, loop->outcome, loop->cell));
    }
    tmn_text_put(out, "</tbody></table></div>\n</div></body></html>\n");
}

bool tmn_loops_save(const struct tmn_loops *loops, const char *path, struct tmn_error *err) {
    struct tmn_pages pages;
    tmn_pages_init(&pages, loops->arena);
    tmn_loops_csv(loops, tmn_pages_add(&pages, "loops.csv"));
    tmn_loops_json(loops, tmn_pages_add(&pages, "loops.json"));
    tmn_loops_html(loops, tmn_pages_add(&pages, "loops.html"));
    return tmn_pages_save(&pages, path, err);
}
