/* The page of the claims: one HTML file that needs nothing else. Counts by class and verdict, controls, and a row for
 * each claim that can be filtered; without a script all rows are shown. */
#include "report/html.h"
#include "study/claims.h"
#include "study/compare.h"
#include "study/outcome_read.h"

#include <math.h>
#include <string.h>

/* Made by the build (tools/embed.c). */
extern const unsigned char tmn_claims_style[], tmn_claims_script[];
extern const size_t tmn_claims_style_bytes, tmn_claims_script_bytes;

enum { PLOT = 200, PLOT_HIGH = 30, MIDDLE = 11 };
#define REACH 30.0 /* smallest effects from the middle of a plot to its end */

static void put_tile(struct tmn_text *out, const char *name, const char *value) {
    tmn_html_put(out, "<div><dt>%s</dt><dd>%s</dd></div>", name, value);
}

/* "not testable" as the name of a class. */
static const char *word_class(struct tmn_arena *arena, enum tmn_ruling verdict) {
    char *name = tmn_arena_strdup(arena, tmn_ruling_names[verdict]);
    for (char *c = name; *c; c++)
        *c = *c == ' ' ? '-' : *c;
    return name;
}

/* ---- head ---- */

static void put_counts(const struct tmn_claims *claims, struct tmn_text *out) {
    size_t column[TMN_RULINGS] = {0};
    for (int k = 0; k < TMN_CLAIM_CLASSES; k++)
        for (int v = 0; v < TMN_RULINGS; v++)
            column[v] += claims->counts[k][v];
    tmn_text_put(out, "<div class=\"counts scroll\"><table><thead><tr><th>class<th class=\"num\">claims");
    for (int v = 0; v < TMN_RULINGS; v++)
        if (column[v] > 0)
            tmn_html_put(out, "<th class=\"num\">%s", tmn_ruling_names[v]);
    tmn_text_put(out, "</tr></thead><tbody>\n");
    for (int k = 0; k < TMN_CLAIM_CLASSES; k++) {
        size_t all = 0;
        for (int v = 0; v < TMN_RULINGS; v++)
            all += claims->counts[k][v];
        if (all == 0)
            continue;
        tmn_html_put(out, "<tr><th>%s<td class=\"num\">%zu", tmn_claim_class_names[k], all);
        for (int v = 0; v < TMN_RULINGS; v++)
            if (column[v] > 0 && claims->counts[k][v] > 0)
                tmn_text_put(out, "<td class=\"num\">%zu", claims->counts[k][v]);
            else if (column[v] > 0)
                tmn_text_put(out, "<td class=\"num zero\">·");
        tmn_text_put(out, "</tr>\n");
    }
    tmn_text_put(out, "</tbody></table></div>\n");
}

static void put_head(const struct tmn_claims *claims, struct tmn_text *out) {
    const struct tmn_model *model = claims->options->model;
    struct tmn_arena *arena = out->arena;
    const char *amended = tmn_claims_amended(arena, model);
    tmn_html_put(out, "<p class=\"brand\">tumen</p>\n<h1>What the model says to %zu claims</h1>\n<p class=\"lead\">%s",
                 claims->count, model->title ? model->title : model->name);
    for (size_t i = 0; i < claims->options->assignment_count; i++)
        tmn_html_put(out, "%s<code>%s</code>", i == 0 ? " with " : ", ", claims->options->assignments[i]);
    tmn_text_put(out, "</p>\n");
    if (claims->stopped || claims->draws < claims->options->draws)
        tmn_html_put(out, "<p class=\"warning\">%d of %d draws were made.</p>\n", claims->draws,
                     claims->options->draws);
    tmn_text_put(out, "<dl class=\"tiles\">");
    put_tile(out, "draws of the parameters", tmn_arena_printf(arena, "%d", claims->draws));
    put_tile(out, "worlds of each draw", tmn_arena_printf(arena, "%zu", claims->plan.worlds));
    put_tile(out, "share of persons simulated", tmn_arena_printf(arena, "%g", claims->options->scale));
    put_tile(out, tmn_arena_printf(arena, "claims file, last amended %s", amended ? amended : "(no date listed)"),
             tmn_arena_printf(arena, "%08llx…", (unsigned long long)(model->claims_hash >> 32)));
    tmn_text_put(out, "</dl>\n");
    put_counts(claims, out);
    tmn_text_put(
        out,
        "<p>Every verdict is one <b>in this model</b>, and <b>prior-predictive</b>: no data have been weighed, so no "
        "claim is supported or contradicted by data yet. p0 is the share of draws from the prior in which the effect "
        "has the claimed direction and at least the smallest size that matters. <i>Negligible</i>: 19 draws in 20 stay "
        "below that size. <i>Prior decides</i>: p0 is below 0.2 or above 0.8, by assumptions alone. "
        "<i>Undetermined</i>: all else, and what rests on too few persons. Assumed claims are coded into the model and "
        "not tested by it; observed ones are held against data without the model. All persons are synthetic.</p>\n");
}

static void put_controls(const struct tmn_claims *claims, struct tmn_text *out) {
    struct tmn_claims_placebos placebos = tmn_claims_placebos(claims);
    tmn_text_put(out, "<details><summary>Controls</summary>\n<ul>");
    if (claims->placebo_draws > 0)
        tmn_html_put(out, "<li>A placebo lever moved the figure of %zu of %zu claims (it must move none).</li>",
                     placebos.moved, placebos.measured);
    if (placebos.outcomes > 0)
        tmn_html_put(out,
                     "<li>On a placebo outcome the levers of %zu of %zu claims were neither negligible nor "
                     "undetermined.</li>",
                     placebos.misjudged, placebos.outcomes);
    for (size_t c = 0; c < claims->control_count; c++) {
        const struct tmn_claim_control *control = &claims->controls[c];
        tmn_html_put(out, "<li>Drivers <b>%s</b> (%s): another verdict for %zu of %zu claims, %d draws.</li>",
                     control->name, control->text, control->changed, control->asked, control->draws);
    }
    tmn_text_put(out, "<li>False support and power in planted worlds need a posterior, and there is none.</li></ul>"
                      "</details>\n");
}

/* ---- filter ---- */

static void put_choice(struct tmn_text *out, const char *name, const char *const *values, size_t count) {
    tmn_html_put(out, "<label>%s<select name=\"%s\"><option value=\"\">all</option>", name, name);
    for (size_t i = 0; i < count; i++)
        tmn_html_put(out, "<option>%s</option>", values[i]);
    tmn_text_put(out, "</select></label>");
}

static void put_filter(const struct tmn_claims *claims, struct tmn_text *out) {
    struct tmn_arena *arena = out->arena;
    const char **document = TMN_NEW_ARRAY(arena, const char *, claims->count + 1);
    const char *class_name[TMN_CLAIM_CLASSES], *verdict[TMN_RULINGS];
    size_t documents = 0, classes = 0, verdicts = 0;
    for (size_t r = 0; r < claims->count; r++) {
        size_t d = 0;
        while (claims->rows[r].source && d < documents && strcmp(document[d], claims->rows[r].source) != 0)
            d++;
        if (claims->rows[r].source && d == documents)
            document[documents++] = claims->rows[r].source;
    }
    for (int v = 0; v < TMN_RULINGS; v++) {
        size_t all = 0;
        for (int k = 0; k < TMN_CLAIM_CLASSES; k++)
            all += claims->counts[k][v];
        if (all > 0)
            verdict[verdicts++] = tmn_ruling_names[v];
    }
    for (int k = 0; k < TMN_CLAIM_CLASSES; k++)
        class_name[classes++] = tmn_claim_class_names[k];
    tmn_text_put(out, "<form class=\"filter\" hidden><label>search<input type=\"search\" name=\"text\" "
                      "placeholder=\"id or words\"></label>");
    put_choice(out, "class", class_name, classes);
    put_choice(out, "verdict", verdict, verdicts);
    put_choice(out, "document", document, documents);
    tmn_text_put(out, "<output></output></form>\n");
}

/* ---- rows ---- */

/* Multiples of the smallest effect that matters, wide near 0. */
static double across(double multiple) {
    double x = asinh(fmin(fmax(multiple, -REACH), REACH)) / asinh(REACH);
    return PLOT / 2.0 * (1 + x);
}

static void put_plot(struct tmn_text *out, const struct tmn_claim_row *row) {
    const struct tmn_experiment *experiment = &row->claim->experiment;
    double smallest = experiment->smallest, from = across(-1), to = across(1);
    if (!row->measured || !isfinite(row->median))
        return;
    double low = across(row->effects.low / smallest), high = across(row->effects.high / smallest);
    tmn_text_put(
        out, "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"effect %.3g, nine in ten draws %.3g to %.3g\">",
        PLOT, PLOT_HIGH, row->median, row->effects.low, row->effects.high);
    tmn_text_put(out, "<rect class=\"towards\" x=\"%.1f\" width=\"%.1f\" height=\"22\"/>",
                 experiment->sign > 0 ? to : 0.0, PLOT - to);
    tmn_text_put(out, "<rect class=\"band\" x=\"%.1f\" width=\"%.1f\" height=\"22\"/>", from, to - from);
    tmn_text_put(out, "<path class=\"zero\" d=\"M%.1f 0v22\"/>", PLOT / 2.0);
    tmn_text_put(out, "<path class=\"whisker\" d=\"M%.1f %dv8m0 -4H%.1fm0 -4v8\"/>", low, MIDDLE - 4, high);
    tmn_text_put(out, "<circle class=\"median\" cx=\"%.1f\" cy=\"%d\" r=\"3.4\"/>", across(row->median / smallest),
                 MIDDLE);
    tmn_text_put(out, "</svg><small>%.2g (%.2g to %.2g)</small>", row->median, row->effects.low, row->effects.high);
}

static void put_row(const struct tmn_claims *claims, struct tmn_text *out, const struct tmn_claim_row *row) {
    struct tmn_arena *arena = out->arena;
    bool ruled = row->measured && row->claim->kind != TMN_CLAIM_ASSUMED;
    tmn_html_put(out, "<tr id=\"%s\" class=\"%s\" data-class=\"%s\" data-verdict=\"%s\" data-document=\"%s\">",
                 row->claim->id, word_class(arena, row->verdict), tmn_claim_class_names[row->claim->kind],
                 tmn_ruling_names[row->verdict], row->source ? row->source : "");
    tmn_html_put(out, "<th class=\"id\">%s<small>%s</small></th><td class=\"what\">%s", row->claim->id,
                 row->source ? row->source : "", row->text ? row->text : "");
    if (row->claim->reason && row->claim->kind != TMN_CLAIM_NOT_TESTABLE)
        tmn_html_put(out, "<small>%s</small>", row->claim->reason);
    tmn_html_put(out, "</td><td class=\"verdict\"><span class=\"word\">%s</span><span class=\"kind\">%s%s%s</span>",
                 tmn_ruling_names[row->verdict], tmn_claim_class_names[row->claim->kind], row->claim->group ? ": " : "",
                 row->claim->group ? row->claim->group : "");
    if (row->fragile)
        tmn_html_put(out, "<small>fragile: another verdict with drivers %s</small>", row->fragile);
    tmn_text_put(out, "</td><td class=\"share num\">");
    if (ruled)
        tmn_text_put(out, "%.2f", row->prior.holds);
    tmn_text_put(out, "</td><td class=\"plot\">");
    put_plot(out, row);
    tmn_html_put(out, "</td><td class=\"why\">%s", row->reason);
    if (row->measured) {
        const struct tmn_experiment *experiment = &row->claim->experiment;
        tmn_html_put(
            out, " <code>%s</code>",
            tmn_outcome_text(out->arena, claims->options->model, experiment->figure.outcome, experiment->figure.cell));
    }
    tmn_text_put(out, "</td></tr>\n");
}

void tmn_claims_html(const struct tmn_claims *claims, struct tmn_text *out) {
    tmn_html_head(out, "tumen claims", (const char *)tmn_claims_style, tmn_claims_style_bytes);
    put_head(claims, out);
    put_controls(claims, out);
    put_filter(claims, out);
    tmn_text_put(
        out, "<div class=\"scroll\"><table class=\"claims\"><thead><tr><th class=\"id\">claim<th>what it says, and the "
             "experiment<th class=\"verdict\">in this model<th class=\"share num\">p0<th class=\"plot\">effect "
             "over draws<th class=\"why\">why</tr></thead><tbody>\n");
    for (size_t r = 0; r < claims->count; r++)
        put_row(claims, out, &claims->rows[r]);
    tmn_text_put(out, "</tbody></table></div>\n<p class=\"empty\" hidden>No claim has all of these.</p>\n<script>\n");
    tmn_text_bytes(out, (const char *)tmn_claims_script, tmn_claims_script_bytes);
    tmn_text_put(out, "</script>\n</div></body></html>\n");
}
