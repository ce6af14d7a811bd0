/* Section 1: what the model is for, and by what it is judged: patterns, figures that documents state, observations. */
#include "report/html.h"
#include "report/page.h"
#include <math.h>
#include "report/words.h"

static void put_figures(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    if (model->figures.count == 0)
        return;
    tmn_page_part(page, "figures", "Figures that documents state");
    tmn_page_table(page, "figures", "Figure|Stated|Observed|Range|Outcome|From|To|Claim, source");
    for (size_t i = 0; i < model->figures.count; i++) {
        const struct tmn_figure *figure = &model->figures.items[i];
        tmn_html_put(page->out, "<tr><td>%s", figure->text);
        tmn_page_note(page, figure->note);
        tmn_html_put(page->out, "</td><td>%s</td><td>%s</td><td>", figure->stated ? figure->stated : "",
                     figure->observed_text ? figure->observed_text : "");
        if (!isnan(figure->low)) {
            tmn_html_number(page->out, figure->low);
            tmn_text_put(page->out, " to ");
            tmn_html_number(page->out, figure->high);
        }
        tmn_text_put(page->out, "</td><td>");
        tmn_words_name(page->out, model->outcomes.items[figure->of.outcome].name);
        tmn_page_cell(page, figure->of.outcome, figure->of.cell);
        tmn_text_put(page->out, "%s", figure->per_year ? ", a year" : "");
        if (figure->mean) {
            tmn_text_put(page->out, figure->mean->boolean ? ", share of " : ", mean of ");
            tmn_words_code(page->out, model, figure->mean);
            if (figure->given) {
                tmn_text_put(page->out, " given ");
                tmn_words_code(page->out, model, figure->given);
            }
        }
        if (figure->over.outcome >= 0) {
            tmn_text_put(page->out, ", over ");
            tmn_words_name(page->out, model->outcomes.items[figure->over.outcome].name);
            tmn_page_cell(page, figure->over.outcome, figure->over.cell);
            tmn_text_put(page->out, " of ");
            tmn_page_date(page, figure->over.from_day);
            tmn_text_put(page->out, " to ");
            tmn_page_date(page, figure->over.to_day);
        }
        if (figure->base != 0) {
            tmn_text_put(page->out, ", plus ");
            tmn_html_number(page->out, figure->base);
        }
        tmn_text_put(page->out, "</td><td>");
        tmn_page_date(page, figure->of.from_day);
        tmn_text_put(page->out, "</td><td>");
        tmn_page_date(page, figure->of.to_day);
        tmn_text_put(page->out, "</td><td>");
        if (figure->claim)
            tmn_page_citations(page, &figure->claim, 1);
        if (figure->source)
            tmn_html_put(page->out, " %s%s%s", figure->source, figure->grade ? ", " : "",
                         figure->grade ? figure->grade : "");
        tmn_text_put(page->out, "</td></tr>\n");
    }
    tmn_page_table_end(page);
}

static void put_observation(const struct tmn_page *page, const struct tmn_observation *observation) {
    int32_t from = 0, to = 0;
    for (size_t i = 0; i < observation->count; i++) {
        from = i == 0 || observation->rows[i].from_day < from ? observation->rows[i].from_day : from;
        to = i == 0 || observation->rows[i].to_day > to ? observation->rows[i].to_day : to;
    }
    tmn_html_put(page->out, "<tr id=\"d-%s\"><td><code>%s</code>", observation->name, observation->name);
    tmn_page_note(page, observation->note);
    tmn_text_put(page->out, "</td><td>");
    tmn_words_name(page->out, page->model->outcomes.items[observation->outcome].name);
    tmn_text_put(page->out, "</td><td class=\"num\">%zu</td><td>", observation->count);
    tmn_page_date(page, from);
    tmn_text_put(page->out, " to ");
    tmn_page_date(page, to);
    tmn_html_put(page->out, "</td><td>%s", observation->error_model);
    if (observation->dispersion > 0) {
        tmn_text_put(page->out, "(");
        tmn_html_number(page->out, observation->dispersion);
        tmn_text_put(page->out, ")");
    }
    tmn_text_put(page->out, "</td><td>");
    if (observation->fit_until == INT32_MAX)
        tmn_text_put(page->out, "all");
    else
        tmn_page_date(page, observation->fit_until);
    tmn_html_put(page->out, "</td><td>%s ", observation->source ? observation->source : "");
    tmn_page_file(page, observation->file);
    tmn_text_put(page->out, "</td></tr>\n");
}

void tmn_page_purpose(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    tmn_page_section(page, "purpose", "1 Purpose and patterns");
    if (model->purpose)
        tmn_html_prose(page->out, model->purpose, "lead");
    else
        tmn_text_put(page->out, "<p class=\"missing\">The scenario states no purpose.</p>\n");
    tmn_page_part(page, "patterns", "Patterns");
    tmn_html_prose(page->out, model->concept[TMN_CONCEPT_PATTERNS], NULL);
    if (model->figures.count + model->observations.count > 0)
        tmn_text_put(page->out,
                     "<p>The model is held against %zu observed series and %zu figures that documents "
                     "state.</p>\n",
                     model->observations.count, model->figures.count);
    else if (!model->concept[TMN_CONCEPT_PATTERNS])
        tmn_text_put(page->out, "<p class=\"missing\">The scenario names no patterns that it should reproduce.</p>\n");
    put_figures(page);
    if (model->observations.count > 0) {
        tmn_page_part(page, "observations", "Observed series");
        tmn_page_table(page, "observations", "Series|Outcome|>Rows|Days|Error|Fitted until|Source");
        for (size_t i = 0; i < model->observations.count; i++)
            put_observation(page, &model->observations.items[i]);
        tmn_page_table_end(page);
    }
    tmn_text_put(page->out, "</section>\n");
}
