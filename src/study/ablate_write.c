/* An ablation as CSV, JSON and a page. */
#include "study/ablate.h"

#include "base/pages.h"
#include "report/html.h"
#include "result/csv_cell.h"
#include "result/json.h"
#include "study/compare.h"
#include "study/json_head.h"
#include <math.h>

/* Made by the build (tools/embed.c): the style of the page of compare serves here too. */
extern const unsigned char tmn_compare_style[];
extern const size_t tmn_compare_style_bytes;

static const char *target_of(const struct tmn_model *model, const struct tmn_ablated *row) {
    return row->outcome >= 0 ? model->outcomes.items[row->outcome].name : "";
}

static const char *switch_of(const struct tmn_model *model, const struct tmn_system *system) {
    return system->switch_parameter >= 0 ? model->parameters.items[system->switch_parameter].name : "";
}

void tmn_ablation_csv(const struct tmn_ablation *ablation, struct tmn_text *out) {
    const struct tmn_model *model = ablation->options->model;
    tmn_text_put(out, "number,system,switch,target,whole,without,effect,low,high,same,pairs,thin,masked,verdict\n");
    for (size_t r = 0; r < ablation->count; r++) {
        const struct tmn_ablated *row = &ablation->rows[r];
        const struct tmn_system *system = &model->systems.items[row->system];
        bool run = row->verdict != TMN_ABLATE_NONE;
        const double values[] = {row->whole, row->without, row->effect, row->range.low, row->range.high};
        tmn_text_put(out, "%d,", system->number);
        tmn_csv_put_text(out, system->name);
        tmn_text_put(out, ",%s,%s", switch_of(model, system), target_of(model, row));
        for (size_t i = 0; i < 5; i++)
            tmn_csv_put_real(out, run ? values[i] : (double)NAN);
        tmn_text_put(out, ",%zu,%d,%s,%s,%s\n", row->same, run ? ablation->pairs : 0, row->thin ? "yes" : "",
                     row->masked ? "yes" : "", tmn_ablate_names[row->verdict]);
    }
}

void tmn_ablation_json(const struct tmn_ablation *ablation, struct tmn_text *out) {
    const struct tmn_study_options *options = ablation->options;
    const struct tmn_model *model = options->model;
    struct tmn_json json;
    tmn_json_init(&json, out);
    tmn_json_open(&json, NULL, '{');
    tmn_json_scenario(&json, options->version, model);
    tmn_json_asked(&json, options);
    for (int v = 0; v < TMN_ABLATE_NONE; v++)
        tmn_json_int(&json, tmn_ablate_names[v], (long long)ablation->verdicts[v]);
    tmn_json_open(&json, "systems", '[');
    for (size_t r = 0; r < ablation->count; r++) {
        const struct tmn_ablated *row = &ablation->rows[r];
        const struct tmn_system *system = &model->systems.items[row->system];
        bool run = row->verdict != TMN_ABLATE_NONE;
        tmn_json_open(&json, NULL, '{');
        tmn_json_int(&json, "number", system->number);
        tmn_json_text(&json, "name", system->name);
        tmn_json_text(&json, "state", system->state);
        tmn_json_text(&json, "switch", system->switch_parameter >= 0 ? switch_of(model, system) : NULL);
        tmn_json_text(&json, "target", row->outcome >= 0 ? target_of(model, row) : NULL);
        tmn_json_real(&json, "whole", run ? row->whole : (double)NAN);
        tmn_json_real(&json, "without", run ? row->without : (double)NAN);
        tmn_json_real(&json, "effect", run ? row->effect : (double)NAN);
        tmn_json_real(&json, "low", row->range.low);
        tmn_json_real(&json, "high", row->range.high);
        tmn_json_int(&json, "same", (long long)row->same);
        tmn_json_bool(&json, "thin", row->thin);
        tmn_json_bool(&json, "masked", row->masked);
        tmn_json_text(&json, "verdict", tmn_ablate_names[row->verdict]);
        tmn_json_close(&json, '}');
    }
    tmn_json_close(&json, ']');
    tmn_json_close(&json, '}');
    tmn_text_put(out, "\n");
}

static void put_row(const struct tmn_ablation *ablation, struct tmn_text *out, const struct tmn_ablated *row) {
    const struct tmn_model *model = ablation->options->model;
    const struct tmn_system *system = &model->systems.items[row->system];
    const struct tmn_outcome *outcome = row->outcome >= 0 ? &model->outcomes.items[row->outcome] : NULL;
    const double values[] = {row->whole, row->without, row->effect, row->range.low, row->range.high};
    tmn_html_put(out, "<tr class=\"%s\"><th scope=\"row\">%d %s<small><code>%s</code></small></th><td>%s</td>",
                 tmn_ablate_names[row->verdict], system->number, system->name, switch_of(model, system),
                 !outcome         ? "none"
                 : outcome->title ? outcome->title
                                  : outcome->name);
    for (size_t i = 0; i < 5; i++)
        tmn_text_put(out, "<td class=\"num\">%s</td>",
                     row->verdict == TMN_ABLATE_NONE ? "" : tmn_compare_number(out->arena, values[i]));
    tmn_text_put(out, "<td class=\"verdict\">%s%s</td></tr>\n", tmn_ablate_names[row->verdict],
                 row->masked ? " (masked)"
                 : row->thin ? " (few simulated)"
                             : "");
}

void tmn_ablation_html(const struct tmn_ablation *ablation, struct tmn_text *out) {
    const struct tmn_study_options *options = ablation->options;
    const struct tmn_model *model = options->model;
    tmn_html_head(out, "tumen system --ablate", (const char *)tmn_compare_style, tmn_compare_style_bytes);
    tmn_html_put(out, "<p class=\"brand\">tumen</p>\n<h1>Each subsystem switched off</h1>\n<p class=\"lead\">%s</p>\n",
                 model->title ? model->title : model->name);
    tmn_text_put(
        out,
        "<p>%zu targets move beyond the noise of pairs, %zu are open, %zu are inert: equal in every pair. %d pairs of "
        "runs for each, share of persons simulated %g. Intervals are so wide that all rows together err once in ten "
        "times where no switch does anything. A target is what a subsystem is there to move: flows over the whole run, "
        "stocks and variables as the mean of their years. In this model; all persons are synthetic.</p>\n",
        ablation->verdicts[TMN_ABLATE_MOVES], ablation->verdicts[TMN_ABLATE_OPEN], ablation->verdicts[TMN_ABLATE_INERT],
        ablation->pairs, options->scale);
    tmn_text_put(out,
                 "<section><div class=\"scroll\"><table><thead><tr><th>Subsystem, "
                 "switch</th><th>Target</th><th class=\"num\">Whole</th><th class=\"num\">Without</th><th "
                 "class=\"num\">Effect</th><th class=\"num\">From</th><th class=\"num\">To</th><th></th></tr></thead>"
                 "<tbody>\n");
    for (size_t r = 0; r < ablation->count; r++)
        put_row(ablation, out, &ablation->rows[r]);
    tmn_text_put(out, "</tbody></table></div></section>\n</div></body></html>\n");
}

bool tmn_ablation_save(const struct tmn_ablation *ablation, const char *path, struct tmn_error *err) {
    struct tmn_pages pages;
    tmn_pages_init(&pages, ablation->arena);
    tmn_ablation_csv(ablation, tmn_pages_add(&pages, "ablate.csv"));
    tmn_ablation_json(ablation, tmn_pages_add(&pages, "ablate.json"));
    tmn_ablation_html(ablation, tmn_pages_add(&pages, "ablate.html"));
    return tmn_pages_save(&pages, path, err);
}
