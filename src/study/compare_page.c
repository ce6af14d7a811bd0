/* The page of a comparison: one HTML file that needs nothing else. What is said, outcomes as a table, attempts with
 * what they cost, both worlds by year, effects by cell, and how it was made. */
#include "report/html.h"
#include "result/result.h"
#include "study/compare_figures.h"

#include <math.h>
#include <string.h>

/* Made by the build (tools/embed.c). */
extern const unsigned char tmn_compare_style[];
extern const size_t tmn_compare_style_bytes;

enum { PLOT = 180, LABEL = 56, ROW = 26, MIDDLE = 13 };

static void put_number(struct tmn_text *out, double value) {
    tmn_text_put(out, "<td class=\"num\">");
    tmn_text_put(out, "%s", tmn_compare_number(out->arena, value));
    tmn_text_put(out, "</td>");
}

static const char *title_of(const struct tmn_compared *compared) {
    return compared->outcome->title ? compared->outcome->title : compared->outcome->name;
}

/* ---- head ---- */

static void put_tile(struct tmn_text *out, const char *name, const char *value) {
    tmn_html_put(out, "<div><dt>%s</dt><dd>%s</dd></div>", name, value);
}

static void put_world(const struct tmn_compare *compare, struct tmn_text *out, int world) {
    const struct tmn_compare_world *of = &compare->options->world[world];
    tmn_html_put(out, "<li><i class=\"%s\"></i><span><b>%s</b>: %s", world == TMN_BASE ? "base" : "variant",
                 world == TMN_BASE ? "Base" : "Variant", of->model->title ? of->model->title : of->model->name);
    if (strcmp(tmn_world_name(compare, world), of->model->name) != 0)
        tmn_html_put(out, " (<code>%s</code>)", tmn_world_name(compare, world));
    for (size_t i = 0; i < of->assignment_count; i++)
        tmn_html_put(out, "%s<code>%s</code>", i == 0 ? " with " : ", ", of->assignments[i]);
    tmn_text_put(out, "</span></li>");
}

static void put_head(const struct tmn_compare *compare, struct tmn_text *out) {
    struct tmn_arena *arena = out->arena;
    const struct tmn_compare_options *options = compare->options;
    bool none = compare->equal == compare->done;
    tmn_html_put(out, "<h1>%s</h1>\n<ul class=\"worlds\">",
                 compare->stopped ? "Interrupted: some pairs were not run"
                 : none           ? "The change has no effect"
                                  : "What the change does");
    put_world(compare, out, TMN_BASE);
    put_world(compare, out, TMN_VARIANT);
    tmn_html_put(out, "</ul>\n<p class=\"lead\">%s</p>\n<dl class=\"tiles\">", tmn_compare_sentence(compare));
    put_tile(out, "pairs of runs", tmn_arena_printf(arena, "%zu", compare->done));
    put_tile(out, "pairs with equal digests", tmn_arena_printf(arena, "%zu", compare->equal));
    if (options->draws > 0)
        put_tile(out, "draws of the parameters", tmn_arena_printf(arena, "%d", compare->units));
    put_tile(out, "share of persons simulated", tmn_arena_printf(arena, "%g", options->scale));
    for (size_t o = 0; o < compare->count; o++) {
        const struct tmn_effect *whole = tmn_effect_whole(&compare->outcomes[o]);
        if (!tmn_compared_told(&compare->outcomes[o], 1u << TMN_MARK_RESULT) || !isfinite(whole->saved))
            continue;
        put_tile(out, tmn_arena_printf(arena, "variance saved by pairs: %s", title_of(&compare->outcomes[o])),
                 tmn_arena_printf(arena, "%s times", tmn_compare_number(arena, whole->saved)));
        break;
    }
    tmn_text_put(out, "</dl>\n");
}

/* ---- tables of outcomes ---- */

/* Largest effect in the table with its interval, relative to the base; what is more than twice the base is cut. */
static double widest(const struct tmn_compare *compare, unsigned marks) {
    double most = 0.01;
    for (size_t o = 0; o < compare->count; o++) {
        const struct tmn_effect *whole = tmn_effect_whole(&compare->outcomes[o]);
        double base = whole->mean[TMN_BASE];
        if (!tmn_compared_told(&compare->outcomes[o], marks) || !(base > 0) || whole->same)
            continue;
        most = fmax(most, fabs(whole->effect) / base);
        if (isfinite(whole->range.low))
            most = fmax(most, fmax(fabs(whole->range.low), fabs(whole->range.high)) / base);
    }
    return fmin(most, 2) * 1.05;
}

static double across(double share, double most) {
    return PLOT / 2.0 * (1 + fmin(fmax(share / most, -1), 1));
}

/* The effect in shares of the base, with its interval; a bar that is cut has a gap. */
static void put_effect_plot(struct tmn_text *out, const struct tmn_effect *effect, double most) {
    double base = effect->mean[TMN_BASE], share = effect->effect / base, x = across(share, most),
           zero = across(0, most);
    const char *label = tmn_arena_printf(out->arena, fabs(share) < 1 ? "%+.1f %%" : "%+.0f %%", 100 * share);
    tmn_text_put(out, "<td class=\"plot\">");
    if (base > 0 && !effect->same) {
        tmn_text_put(out, "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">", PLOT + LABEL, ROW, label);
        tmn_text_put(out, "<rect class=\"bar %s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"12\"/>",
                     share > 0 ? "more" : "less", fmin(x, zero), MIDDLE - 6, fabs(x - zero));
        if (fabs(share) > most)
            tmn_text_put(out, "<path class=\"cut\" d=\"M%.1f %dl-5 18\"/>", (x + zero) / 2, MIDDLE - 9);
        tmn_text_put(out, "<path class=\"zero\" d=\"M%.1f 2v%d\"/>", zero, ROW - 4);
        if (isfinite(effect->range.low))
            tmn_text_put(out, "<path class=\"whisker\" d=\"M%.1f %dv8m0 -4H%.1fm0 -4v8\"/>",
                         across(effect->range.low / base, most), MIDDLE - 4, across(effect->range.high / base, most));
        tmn_text_put(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text></svg>", PLOT + LABEL, MIDDLE + 4,
                     label);
    }
    tmn_text_put(out, "</td>");
}

/* Persons in one world only and in both, as parts of a bar. */
static void put_twins(struct tmn_text *out, const struct tmn_twins *twins) {
    static const char *const class_name[] = {"base", "both", "variant"};
    const double part[] = {twins->only[TMN_BASE], twins->both, twins->only[TMN_VARIANT]};
    double all = part[0] + part[1] + part[2], x = 0;
    tmn_text_put(out, "<td class=\"plot\">");
    if (twins->known && all > 0) {
        tmn_text_put(out, "<svg width=\"120\" height=\"%d\" aria-hidden=\"true\">", ROW - 10);
        for (int i = 0; i < 3; i++) {
            tmn_text_put(out, "<rect class=\"part %s\" x=\"%.1f\" y=\"4\" width=\"%.1f\" height=\"12\"/>",
                         class_name[i], x, 120 * part[i] / all);
            x += 120 * part[i] / all;
        }
        tmn_text_put(out, "</svg><small>");
        tmn_text_put(out, "%s", tmn_compare_number(out->arena, part[0]));
        tmn_text_put(out, " | ");
        tmn_text_put(out, "%s", tmn_compare_number(out->arena, part[2]));
        tmn_text_put(out, "</small>");
    }
    tmn_text_put(out, "</td>");
}

static void put_outcome(struct tmn_text *out, const struct tmn_compared *compared, double most) {
    static const char *const verdict[] = {"no effect", "▲ more", "▼ fewer", "not decided"};
    const struct tmn_effect *whole = tmn_effect_whole(compared);
    tmn_html_put(out, "<tr class=\"%s\"><th scope=\"row\">%s<small>%s%s</small></th>",
                 tmn_compare_verdict_name(compared->verdict), title_of(compared),
                 compared->outcome->mark == TMN_MARK_ATTEMPT ? "attempts"
                 : compared->outcome->mark == TMN_MARK_HARM  ? "harm"
                                                             : "",
                 whole->thin ? " (rests on under 100 simulated persons)" : "");
    tmn_text_put(out, "<td><span class=\"verdict\">%s</span></td>", verdict[compared->verdict]);
    put_number(out, whole->mean[TMN_BASE]);
    put_number(out, whole->mean[TMN_VARIANT]);
    tmn_text_put(out, "<td class=\"num\">");
    tmn_text_put(out, "%s", tmn_compare_number(out->arena, whole->effect));
    if (isfinite(whole->range.low) && !whole->same) {
        tmn_text_put(out, "<small>");
        tmn_text_put(out, "%s", tmn_compare_number(out->arena, whole->range.low));
        tmn_text_put(out, " to ");
        tmn_text_put(out, "%s", tmn_compare_number(out->arena, whole->range.high));
        tmn_text_put(out, "</small>");
    }
    tmn_text_put(out, "</td>");
    put_effect_plot(out, whole, most);
    put_twins(out, &compared->twins);
    tmn_text_put(out, "<td class=\"num\">");
    if (isfinite(whole->saved))
        tmn_text_put(out, "× %s", tmn_compare_number(out->arena, whole->saved));
    tmn_text_put(out, "</td></tr>\n");
}

static void put_table(const struct tmn_compare *compare, struct tmn_text *out, unsigned marks) {
    double most = widest(compare, marks);
    tmn_text_put(out,
                 "<div class=\"scroll\"><table class=\"outcomes\"><thead><tr><th>outcome<th>decided<th "
                 "class=\"num\">base<th class=\"num\">variant<th class=\"num\">effect<th>of the base, with 90 "
                 "%%<th>persons in one world only, whole run<th class=\"num\">variance saved</tr></thead><tbody>\n");
    for (int mark = TMN_MARK_NONE; mark <= TMN_MARK_HARM; mark++) /* attempts, then harm */
        for (size_t o = 0; o < compare->count; o++)
            if (tmn_compared_told(&compare->outcomes[o], marks & 1u << mark))
                put_outcome(out, &compare->outcomes[o], most);
    tmn_text_put(out, "</tbody></table></div>\n");
}

static void put_section(const struct tmn_compare *compare, struct tmn_text *out, unsigned marks, const char *title,
                        const char *lead) {
    bool any = false;
    for (size_t o = 0; o < compare->count; o++)
        any = any || tmn_compared_told(&compare->outcomes[o], marks);
    if (!any)
        return;
    tmn_html_put(out, "<section><h2>%s</h2>\n<p class=\"muted\">%s</p>\n", title, lead);
    put_table(compare, out, marks);
    tmn_text_put(out, "</section>\n");
}

static void put_key(struct tmn_text *out) {
    tmn_text_put(out, "<ul class=\"key\"><li><i class=\"base\"></i>base, or fewer in the variant</li><li><i "
                      "class=\"variant\"></i>variant, or more in it</li><li><i class=\"both\"></i>in both</li></ul>\n");
}

static void put_outcomes(const struct tmn_compare *compare, struct tmn_text *out) {
    unsigned marks = tmn_compare_marks(compare), costs = 1u << TMN_MARK_ATTEMPT | 1u << TMN_MARK_HARM;
    const char *lead =
        "Means over the pairs. A flow is the sum over the run, a stock its end. The bar is the effect in "
        "parts of the base (with a gap: more than twice the base), the whisker its interval of 90 %. Persons: how many "
        "did it in the base only | "
        "in the variant only.";
    put_key(out);
    if (marks == 0) {
        put_section(compare, out, 1u << TMN_MARK_NONE, "Outcomes", lead);
        return;
    }
    put_section(compare, out, 1u << TMN_MARK_RESULT, "Results", lead);
    put_section(compare, out, costs, "Attempts, and what they cost",
                "What raises attempts is shown with the deaths, captures, returns and punished families that come "
                "with it.");
}

/* ---- years and cells ---- */

static void put_years(const struct tmn_compare *compare, struct tmn_text *out, unsigned marks) {
    bool opened = false;
    for (size_t o = 0; o < compare->count; o++) {
        const struct tmn_compared *compared = &compare->outcomes[o];
        if (!tmn_compared_told(compared, marks) || compared->periods < 2 || compared->verdict == TMN_COMPARE_SAME)
            continue;
        if (!opened)
            tmn_text_put(out,
                         "<section><h2>Both worlds in time</h2>\n<p class=\"muted\">Above the numbers of both worlds "
                         "(base dashed): means, and the band in which nine runs in ten lie. Below the effect with "
                         "its interval of 90 %%, which pairs make much narrower than the bands.</p>\n<div "
                         "class=\"grid\">\n");
        opened = true;
        tmn_compare_put_years(compare, compared, out);
    }
    if (opened)
        tmn_text_put(out, "</div></section>\n");
}

static void put_cells(const struct tmn_compare *compare, struct tmn_text *out, unsigned marks) {
    bool opened = false;
    for (size_t o = 0; o < compare->count; o++) {
        const struct tmn_compared *compared = &compare->outcomes[o];
        if (!(marks >> compared->outcome->mark & 1) || compared->outcome->by.n == 0)
            continue;
        if (!opened)
            tmn_text_put(out,
                         "<section><h2>For whom, and which way</h2>\n<p class=\"muted\">The effect over the run in "
                         "each level, with its interval of 90 %%. Cells by place under 10 persons are "
                         "hidden.</p>\n<div class=\"grid\">\n");
        opened = true;
        tmn_compare_put_cells(compare, compared, out);
    }
    if (opened)
        tmn_text_put(out, "</div></section>\n");
}

/* ---- how it was made ---- */

static void put_driven(const struct tmn_compare *compare, struct tmn_text *out) {
    if (compare->driven_count == 0)
        return;
    tmn_text_put(out, "<section><h2>What the effect depends on</h2>\n<p class=\"muted\">Rank correlation of the effect "
                      "on the first result with the drawn parameters, where it is more than chance would show.</p>\n"
                      "<table class=\"narrow\"><tbody>");
    for (size_t d = 0; d < compare->driven_count; d++)
        tmn_html_put(out, "<tr><th scope=\"row\"><code>%s</code></th><td class=\"num\">%s</td></tr>",
                     compare->options->world[TMN_BASE].model->parameters.items[compare->driven[d].parameter].name,
                     tmn_arena_printf(out->arena, "%+.2f", compare->driven[d].correlation));
    tmn_text_put(out, "</tbody></table></section>\n");
}

static void put_pairs(const struct tmn_compare *compare, struct tmn_text *out) {
    tmn_text_put(out,
                 "<section><h2>How it was made</h2>\n<p>In a pair both runs have the same seed and the same draw of "
                 "the parameters. Every person then has the same luck in both worlds, so that a person who does "
                 "something else does so because of the change, or of somebody else who did. A number is decided "
                 "when its interval leaves out 0, at a level at which all verdicts together err once in ten "
                 "comparisons without any effect. All persons are synthetic.</p>\n");
    for (size_t a = 0; a < compare->apart_count; a++)
        tmn_html_put(out, "<p class=\"muted\">Not compared: %s.</p>\n", compare->apart[a]);
    tmn_text_put(out, "<details><summary>Seeds and digests of the pairs</summary><div class=\"scroll\"><table "
                      "class=\"narrow\"><thead><tr><th>draw<th class=\"num\">seed<th>digest of the base<th>of the "
                      "variant</tr></thead><tbody>\n");
    for (size_t p = 0; p < compare->pair_count; p++) {
        const struct tmn_pair *pair = &compare->pairs[p];
        if (!pair->done)
            continue;
        tmn_text_put(out, "<tr><td>");
        if (pair->draw >= 0)
            tmn_text_put(out, "%d", pair->draw);
        tmn_text_put(out, "</td><td class=\"num\">%llu</td>", (unsigned long long)pair->seed);
        for (int w = 0; w < TMN_WORLDS; w++)
            tmn_text_put(out, "<td><code>%016llx%016llx</code></td>", (unsigned long long)pair->digest[w].high,
                         (unsigned long long)pair->digest[w].low);
        tmn_text_put(out, "</tr>\n");
    }
    tmn_text_put(out, "</tbody></table></div></details></section>\n");
}

void tmn_compare_html(const struct tmn_compare *compare, struct tmn_text *out) {
    unsigned marks = tmn_compare_marks(compare), shown = marks ? marks : 1u << TMN_MARK_NONE;
    tmn_html_head(out, "tumen compare", (const char *)tmn_compare_style, tmn_compare_style_bytes);
    tmn_text_put(out, "<p class=\"brand\">tumen</p>\n");
    put_head(compare, out);
    if (compare->equal < compare->done) {
        put_outcomes(compare, out);
        put_years(compare, out, shown);
        put_cells(compare, out, marks ? 1u << TMN_MARK_RESULT : shown);
        put_driven(compare, out);
        if (marks) {
            tmn_text_put(out, "<section><details><summary>All other outcomes</summary>\n");
            put_table(compare, out, 1u << TMN_MARK_NONE);
            tmn_text_put(out, "</details></section>\n");
        }
    }
    put_pairs(compare, out);
    tmn_text_put(out, "</div></body></html>\n");
}
