/* The page of verify: one HTML file that needs nothing else. A table for each model; each row has its figure drawn
 * beside what is expected of it. */
#include "report/html.h"
#include "study/verify.h"

#include <math.h>
#include <string.h>

/* Made by the build (tools/embed.c). */
extern const unsigned char tmn_verify_style[];
extern const size_t tmn_verify_style_bytes;

enum { WIDTH = 200, HEIGHT = 34, MIDDLE = 12, EDGE = 8 /* room for a mark at either end */ };

static const char *class_of(enum tmn_verdict verdict) {
    return verdict == TMN_VERDICT_PASS ? "pass" : verdict == TMN_VERDICT_NOT_RUN ? "none" : "bad";
}

/* A tick, a cross, a mark of exclamation where nothing was decided, or a dash. */
static void put_verdict(struct tmn_text *out, enum tmn_verdict verdict) {
    static const char *const paths[] = {
        [TMN_VERDICT_NOT_RUN] = "M2 8h12",           [TMN_VERDICT_PASS] = "M1 8l4 5L15 2",
        [TMN_VERDICT_FAIL] = "M2 2l12 12M14 2L2 14", [TMN_VERDICT_WEAK] = "M8 1v9M8 13v3",
        [TMN_VERDICT_MISTAKE] = "M8 1v9M8 13v3",     [TMN_VERDICT_BROKEN] = "M2 2l12 12M14 2L2 14"};
    tmn_text_put(out,
                 "<span class=\"verdict\"><svg viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\"%s\" fill=\"none\" "
                 "stroke=\"currentColor\" stroke-width=\"2.6\"/></svg>%s</span>",
                 paths[verdict], tmn_verdict_name(verdict));
}

struct scale {
    double low, high;
};

static double at(struct scale scale, double value) {
    double share = (value - scale.low) / (scale.high - scale.low);
    return EDGE + (WIDTH - 2 * EDGE) * fmin(fmax(share, 0), 1);
}

/* Room for ours and for what is expected, with a margin. */
static struct scale scale_of(const struct tmn_verify_row *row) {
    struct scale scale = {fmin(fmin(row->range.low, row->expected_range.low), row->ours),
                          fmax(fmax(row->range.high, row->expected_range.high), row->ours)};
    double margin = (scale.high - scale.low) * 0.15;
    if (!(margin > 0))
        margin = row->ours == 0 ? 1 : fabs(row->ours) / 10;
    scale.low -= margin;
    scale.high += margin;
    return scale;
}

/* A dot for what passed, a cross for what did not. */
static void put_mark(struct tmn_text *out, double x, bool passed) {
    if (passed)
        tmn_text_put(out, "<circle class=\"ours\" cx=\"%.1f\" cy=\"%d\" r=\"3.4\"/>", x, MIDDLE);
    else
        tmn_text_put(out, "<path class=\"ours hollow\" d=\"M%.1f %dl9 9m0 -9l-9 9\" stroke-width=\"2.4\"/>", x - 4.5,
                     MIDDLE - 4);
}

static void put_band(struct tmn_text *out, double from, double to) {
    tmn_text_put(out, "<rect class=\"band\" x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"%d\"/>", from, to - from,
                 2 * MIDDLE);
}

static void put_tick(struct tmn_text *out, double x, const char *text) {
    const char *anchor = x < WIDTH / 4.0 ? "start" : x > 3 * WIDTH / 4.0 ? "end" : "middle";
    tmn_text_put(out, "<line class=\"expected\" x1=\"%.1f\" x2=\"%.1f\" y1=\"0\" y2=\"%d\"/>", x, x, 2 * MIDDLE);
    tmn_text_put(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">", x, HEIGHT, anchor);
    tmn_html_text(out, text);
    tmn_text_put(out, "</text>");
}

/* Of a law: p on a scale of logs down to a tenth of the level. What lies in the band agrees. */
static void put_law_plot(struct tmn_text *out, const struct tmn_verify *verify, const struct tmn_verify_row *row) {
    struct scale scale = {log10(verify->alpha) - 1.5, 0};
    double level = at(scale, log10(verify->alpha));
    put_band(out, level, at(scale, 0));
    put_tick(out, level, tmn_arena_printf(out->arena, "%.0e", verify->alpha));
    tmn_text_put(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"end\">1</text>", at(scale, 0), HEIGHT);
    put_mark(out, at(scale, row->law.p > 0 ? log10(row->law.p) : -HUGE_VAL), row->law.p >= verify->alpha);
}

static void put_number_plot(struct tmn_text *out, const struct tmn_verify_row *row) {
    const struct tmn_check *check = row->check;
    struct scale scale = scale_of(row);
    double low = at(scale, row->expected_range.low), high = at(scale, row->expected_range.high);
    double expected = at(scale, row->expected);
    if (check->expect == TMN_EXPECT_MORE)
        high = WIDTH;
    if (check->expect == TMN_EXPECT_LESS)
        low = 0;
    if (high > low)
        put_band(out, low, high);
    tmn_text_put(out, "<line class=\"axis\" x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>", WIDTH, 2 * MIDDLE, 2 * MIDDLE);
    put_tick(out, expected,
             check->expect == TMN_EXPECT_NUMBER ? tmn_arena_printf(out->arena, "%.6g", row->expected) : "0");
    double from = at(scale, row->range.low), to = at(scale, row->range.high);
    if (to > from)
        tmn_text_put(out, "<path class=\"ours hollow\" d=\"M%.1f %dv8m0 -4H%.1fm0 -4v8\"/>", from, MIDDLE - 4, to);
    put_mark(out, at(scale, row->ours), row->verdict != TMN_VERDICT_FAIL);
}

static void put_plot(struct tmn_text *out, const struct tmn_verify *verify, const struct tmn_verify_row *row) {
    bool law = row->law.draws > 0;
    if (!law && !isfinite(row->ours))
        return;
    tmn_text_put(out, "<svg width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH,
                 HEIGHT + 3, WIDTH, HEIGHT + 3);
    tmn_html_text(out, tmn_arena_printf(out->arena, "ours %s, expected %s", tmn_verify_ours(out->arena, row),
                                        tmn_verify_expected(out->arena, row)));
    tmn_text_put(out, "\">");
    if (law)
        put_law_plot(out, verify, row);
    else
        put_number_plot(out, row);
    tmn_text_put(out, "</svg>");
}

static void put_small(struct tmn_text *out, const char *text) {
    tmn_text_put(out, "<small>");
    tmn_html_text(out, text);
    tmn_text_put(out, "</small>");
}

static void put_name(struct tmn_text *out, const struct tmn_verify_row *row) {
    const struct tmn_check *check = row->check;
    tmn_text_put(out, "<tr class=\"%s%s\" id=\"%s\"><th scope=\"row\"><code>", class_of(row->verdict),
                 check->note ? " noted" : "", row->name);
    tmn_html_text(out, check->name);
    tmn_text_put(out, "</code>");
    tmn_html_text(out, check->text);
    const char *set = tmn_settings_text(out->arena, row->model, &check->set);
    const char *against = tmn_settings_text(out->arena, row->model, &check->against);
    if (*set || *against)
        put_small(out, tmn_arena_printf(out->arena, "%s%s%s", set, *against ? (*set ? "; against " : "against ") : "",
                                        against));
    if (row->why) {
        tmn_text_put(out, "<div class=\"why\">");
        tmn_html_text(out, row->why);
        tmn_text_put(out, "</div>");
    }
    tmn_text_put(out, "</th>");
}

static void put_row(struct tmn_text *out, const struct tmn_verify *verify, const struct tmn_verify_row *row) {
    const struct tmn_check *check = row->check;
    struct tmn_arena *arena = out->arena;
    bool law = row->law.draws > 0;
    put_name(out, row);
    tmn_text_put(out, "<td class=\"%s\">", check->expect == TMN_EXPECT_LAW ? "law" : "figure");
    tmn_html_text(out, tmn_verify_expected(arena, row));
    if (check->tolerance.value > 0)
        put_small(out, tmn_arena_printf(arena, "within %.3g", check->tolerance.value));
    tmn_text_put(out, "</td><td class=\"figure\">");
    tmn_html_text(out, tmn_verify_ours(arena, row));
    if (row->verdict != TMN_VERDICT_NOT_RUN)
        put_small(out, law ? tmn_arena_printf(arena, "%llu draws, chi-square %.4g on %d",
                                              (unsigned long long)row->law.draws, row->law.value, row->law.freedom)
                           : tmn_arena_printf(arena, "%d run%s", row->runs, row->runs == 1 ? "" : "s"));
    tmn_text_put(out, "</td><td class=\"plot\">");
    put_plot(out, verify, row);
    tmn_text_put(out, "</td><td class=\"figure\">%s</td><td>", tmn_verify_resolution(arena, row));
    put_verdict(out, row->verdict);
    tmn_text_put(out, "</td><td class=\"source\">%s", tmn_check_kind_name(check->kind));
    if (check->source) {
        tmn_text_put(out, ": ");
        tmn_html_text(out, check->source);
    }
    tmn_text_put(out, "</td></tr>\n");
    if (check->note) {
        tmn_text_put(out, "<tr class=\"%s note\"><td colspan=\"7\">", class_of(row->verdict));
        tmn_html_text(out, check->note);
        tmn_text_put(out, "</td></tr>\n");
    }
}

static void put_tile(struct tmn_text *out, const char *name, const char *value) {
    tmn_text_put(out, "<div><dt>%s</dt><dd>%s</dd></div>", name, value);
}

static void put_head(struct tmn_text *out, const struct tmn_verify *verify) {
    struct tmn_arena *arena = out->arena;
    size_t passed = verify->tally[TMN_VERDICT_PASS];
    tmn_text_put(out, "<h1>%s</h1>\n<dl class=\"tiles\">",
                 verify->stopped          ? "Interrupted: some checks were not run"
                 : passed < verify->count ? "Some checks did not pass"
                 : verify->left_out > 0   ? "Every fast check passed"
                                          : "Every check passed");
    put_tile(out, "checks passed", tmn_arena_printf(arena, "%zu of %zu", passed, verify->count));
    put_tile(out, "runs", tmn_arena_printf(arena, "%zu", verify->runs));
    put_tile(out, "seed", tmn_arena_printf(arena, "%llu", (unsigned long long)verify->seed));
    put_tile(out, "level of each interval", tmn_arena_printf(arena, "%.4f %%", 100 * (1 - verify->alpha)));
    tmn_text_put(
        out,
        "</dl>\n<p>Each row sets a figure of the simulation beside one that was published, or that is known "
        "exactly, or that an independent program computed. A row passes when chance alone explains the "
        "difference. The levels are chosen so that, were every row true, one suite in a thousand would show any "
        "failure. The resolution is half the width of the interval: a deviation of that size is found every other "
        "time, one of twice that size nearly always.</p>\n"
        "<ul class=\"key\"><li><svg width=\"16\" height=\"24\"><line class=\"expected\" x1=\"8\" x2=\"8\" y1=\"0\" "
        "y2=\"24\"/></svg>expected</li><li><svg width=\"26\" height=\"24\"><rect class=\"band\" width=\"26\" "
        "height=\"24\"/></svg>its own error and tolerance, or what agrees</li><li><svg width=\"44\" "
        "height=\"24\"><path class=\"ours hollow\" d=\"M4 8v8m0 -4h36m0 -4v8\"/><circle class=\"ours\" cx=\"22\" "
        "cy=\"12\" r=\"3.4\"/></svg>ours, with its interval</li><li class=\"bad\"><svg width=\"18\" "
        "height=\"24\"><path class=\"ours hollow\" d=\"M4 8l9 9m0 -9l-9 9\"/></svg>ours, failed</li></ul>\n");
    if (verify->left_out > 0)
        tmn_text_put(out, "<p class=\"muted left\">%zu slow checks were left out.</p>\n", verify->left_out);
}

/* The end of the rows that belong to the model of row `first`. */
static size_t model_end(const struct tmn_verify *verify, size_t first) {
    size_t end = first;
    while (end < verify->count && verify->rows[end].model == verify->rows[first].model)
        end++;
    return end;
}

/* Links to the models, with what did not pass. */
static void put_links(struct tmn_text *out, const struct tmn_verify *verify) {
    tmn_text_put(out, "<nav aria-label=\"models\">");
    for (size_t first = 0, end; first < verify->count; first = end) {
        size_t passed = 0;
        end = model_end(verify, first);
        for (size_t r = first; r < end; r++)
            passed += verify->rows[r].verdict == TMN_VERDICT_PASS;
        tmn_text_put(out, "<a href=\"#%s\">%s</a>", verify->rows[first].model->name, verify->rows[first].model->name);
        tmn_text_put(out, "<small>%zu of %zu</small>", passed, end - first);
    }
    tmn_text_put(out, "</nav>\n");
}

static void put_model(struct tmn_text *out, const struct tmn_verify *verify, size_t first, size_t end) {
    const struct tmn_model *model = verify->rows[first].model;
    tmn_text_put(out, "<section id=\"%s\"><h2>", model->name);
    tmn_html_text(out, model->title ? model->title : model->name);
    tmn_text_put(out, "</h2>\n<p class=\"muted\"><code>");
    tmn_html_text(out, model->name);
    tmn_text_put(out,
                 "</code></p>\n<div class=\"scroll\"><table><thead><tr><th>check<th>expected<th>ours<th><th>resolution"
                 "<th>verdict<th>source</tr></thead><tbody>\n");
    for (size_t r = first; r < end; r++)
        put_row(out, verify, &verify->rows[r]);
    tmn_text_put(out, "</tbody></table></div></section>\n");
}

void tmn_verify_html(const struct tmn_verify *verify, struct tmn_text *out) {
    tmn_html_head(out, "tumen verify", (const char *)tmn_verify_style, tmn_verify_style_bytes);
    tmn_text_put(out, "<p class=\"brand\">tumen</p>\n");
    put_head(out, verify);
    if (verify->count > 0 && model_end(verify, 0) < verify->count)
        put_links(out, verify);
    for (size_t first = 0, end; first < verify->count; first = end) {
        end = model_end(verify, first);
        put_model(out, verify, first, end);
    }
    tmn_text_put(out, "</div></body></html>\n");
}
