/* Section 7: every rule in full: feedback, transitions, events, parameters. */
#include "report/formula.h"
#include "report/html.h"
#include "report/page.h"
#include "report/words.h"

#include <math.h>
#include <string.h>

static void put_value(const struct tmn_page *page, const struct tmn_parameter *parameter, double value) {
    if (isfinite(value))
        tmn_html_number(page->out, value / parameter->factor);
    else
        tmn_text_put(page->out, "%s∞", value < 0 ? "−" : "");
}

static void put_reading(const struct tmn_page *page, const struct tmn_reading *reading) {
    const struct tmn_model *model = page->model;
    switch (reading->op) {
    case TMN_OP_DRIVER:
        tmn_words_name(page->out, model->drivers.items[reading->index].name);
        break;
    case TMN_OP_FEEDBACK:
        tmn_words_name(page->out, model->feedbacks.items[reading->index].name);
        break;
    case TMN_OP_TABLE:
        tmn_words_name(page->out, model->tables.items[reading->index].name);
        break;
    case TMN_OP_COUNT:
        tmn_words_name(page->out, model->transitions.items[model->counts.items[reading->index].transition].name);
        break;
    default:
        tmn_page_feature(page, reading->index);
        break;
    }
}

/* The parameters of a rule with their values, and what else it reads, under its formula. */
static void put_readings(const struct tmn_page *page, const struct tmn_readings *list) {
    const struct tmn_model *model = page->model;
    static const struct {
        enum tmn_op op;
        const char *word;
    } kinds[] = {{TMN_OP_FEATURE, ""},
                 {TMN_OP_TABLE, "table "},
                 {TMN_OP_DRIVER, "driver "},
                 {TMN_OP_FEEDBACK, "feedback "},
                 {TMN_OP_COUNT, "firings of "}};
    const char *joint = "<p class=\"reads\">where ";
    for (size_t i = 0; i < list->count; i++) {
        int index = list->items[i].index;
        if (list->items[i].op != TMN_OP_PARAMETER)
            continue;
        tmn_text_put(page->out, "%s", joint);
        tmn_words_name(page->out, model->parameters.items[index].name);
        tmn_text_put(page->out, " = ");
        put_value(page, &model->parameters.items[index], model->parameters.items[index].value);
        if (model->parameters.items[index].unit_text)
            tmn_html_put(page->out, " %s", model->parameters.items[index].unit_text);
        joint = ", ";
    }
    joint = joint[0] == '<' ? "<p class=\"reads\">reads " : "; reads ";
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        bool first = true;
        for (size_t i = 0; i < list->count; i++) {
            if (list->items[i].op != kinds[k].op)
                continue;
            tmn_text_put(page->out, "%s%s", first ? joint : ", ", first ? kinds[k].word : "");
            put_reading(page, &list->items[i]);
            joint = ", ";
            first = false;
        }
    }
    if (joint[0] == ',' || joint[0] == ';')
        tmn_text_put(page->out, "</p>\n");
}

/* What stands in text and not in a formula - predicates, what messages ask - adds all but the person's own state, which
 * can be read there. */
static void add_others(const struct tmn_page *page, const struct tmn_readings *more, struct tmn_readings *list) {
    for (size_t i = 0; i < more->count; i++) {
        bool known = more->items[i].op == TMN_OP_FEATURE;
        for (size_t k = 0; k < list->count && !known; k++)
            known = list->items[k].op == more->items[i].op && list->items[k].index == more->items[i].index;
        if (!known)
            TMN_PUSH(page->arena, list, more->items[i]);
    }
}

/* ---- feedback ---- */

static void put_feedback(const struct tmn_page *page, const struct tmn_feedback *feedback) {
    char unit[64];
    tmn_unit_format(feedback->unit, unit);
    tmn_html_put(page->out, "<article id=\"d-%s\">\n<h4><code>%s</code></h4>\n<p class=\"facts\">", feedback->name,
                 feedback->name);
    tmn_page_by(page, feedback->by);
    tmn_text_put(page->out, ", from ");
    tmn_html_number(page->out, feedback->low);
    tmn_text_put(page->out, " to ");
    tmn_html_number(page->out, feedback->high);
    tmn_html_put(page->out, "%s%s, at the start ", strcmp(unit, "1") == 0 ? "" : " ",
                 strcmp(unit, "1") == 0 ? "" : unit);
    tmn_html_number(page->out, feedback->start);
    tmn_text_put(page->out, "</p>\n");
    if (feedback->next) {
        struct tmn_readings list = {NULL, 0, 0};
        tmn_formula_block(page->out, page->model, NULL, tmn_arena_printf(page->arena, "next %s", feedback->name),
                          feedback->next);
        tmn_readings_gather(page, feedback->next, &list);
        put_readings(page, &list);
    } else {
        tmn_text_put(page->out, "<p>Keeps its value but for what is added to it.</p>\n");
    }
    tmn_page_grounds(page, &feedback->grounds);
    tmn_text_put(page->out, "</article>\n");
}

static void put_feedbacks(const struct tmn_page *page) {
    if (page->model->feedbacks.count == 0)
        return;
    tmn_page_part(page, "feedback", "Feedback");
    tmn_text_put(page->out, "<p>After each window a variable takes the value of its formula and of what was added in "
                            "the window, kept within "
                            "its range.</p>\n");
    for (size_t i = 0; i < page->model->feedbacks.count; i++)
        put_feedback(page, &page->model->feedbacks.items[i]);
}

/* ---- transitions ---- */

static void put_strata(const struct tmn_page *page, const struct tmn_strata *strata) {
    if (strata->n == 0) {
        tmn_text_put(page->out, "one stratum");
        return;
    }
    for (int k = 0; k < strata->n; k++) {
        tmn_text_put(page->out, "%s", k ? " × " : "");
        tmn_page_feature(page, strata->feature[k]);
    }
    tmn_text_put(page->out, ", ");
    tmn_html_number(page->out, strata->size);
    tmn_text_put(page->out, " strata");
}

static void put_parts(const struct tmn_page *page, const struct tmn_transition *t) {
    if (t->kind == TMN_CLOCK_AFTER)
        return;
    tmn_text_put(page->out, "<p class=\"parts\"><b class=\"c\">C</b> the person’s part%s: ", t->c_factors ? "" : ", 1");
    put_strata(page, &t->personal);
    tmn_text_put(page->out, " · <b class=\"g\">G</b> the shared part%s: ", t->g_factors ? "" : ", 1");
    put_strata(page, &t->shared);
    tmn_text_put(page->out, "</p>\n");
}

static void put_hazard(const struct tmn_page *page, const struct tmn_transition *t) {
    static const char *const left[] = {"λ", "q", "T"};
    struct tmn_readings list = {NULL, 0, 0}, more = {NULL, 0, 0};
    tmn_formula_block(page->out, page->model, t, left[t->kind], t->hazard);
    put_parts(page, t);
    tmn_readings_gather(page, t->hazard, &list);
    for (size_t b = 0; b < t->branches; b++)
        if (t->branch[b].chance)
            tmn_readings_gather(page, t->branch[b].chance, &list);
    if (t->who)
        tmn_readings_gather(page, t->who, &more);
    for (size_t b = 0; b < t->branches; b++)
        tmn_readings_actions(page, t->branch[b].items, t->branch[b].count, &more);
    add_others(page, &more, &list);
    put_readings(page, &list);
}

static void put_branches(const struct tmn_page *page, const struct tmn_transition *t) {
    if (t->branches == 1 && t->branch[0].name[0] == '\0') {
        tmn_words_actions(page->out, page->model, t->branch[0].items, t->branch[0].count);
        return;
    }
    tmn_text_put(page->out, "<ol class=\"branches\">\n");
    for (size_t b = 0; b < t->branches; b++) {
        const struct tmn_branch *branch = &t->branch[b];
        tmn_html_put(page->out, "<li><b>%s</b> ", branch->name);
        if (!branch->chance)
            tmn_text_put(page->out, "otherwise");
        else
            tmn_formula_block(page->out, page->model, NULL, "chance", branch->chance);
        tmn_page_note(page, branch->note);
        tmn_words_actions(page->out, page->model, branch->items, branch->count);
        tmn_text_put(page->out, "</li>\n");
    }
    tmn_text_put(page->out, "</ol>\n");
}

static void put_transition(const struct tmn_page *page, const struct tmn_transition *t) {
    static const char *const clocks[] = {"rate", "chance a window", "fixed term"};
    tmn_html_put(page->out, "<article id=\"d-%s\">\n<h4><code>%s</code> <span class=\"badge\">%s</span></h4>\n",
                 t->name, t->name, clocks[t->kind]);
    tmn_page_note(page, t->grounds.note);
    tmn_text_put(page->out, "<p class=\"facts\">Who: ");
    if (t->who)
        tmn_words_code(page->out, page->model, t->who);
    else
        tmn_text_put(page->out, "all living");
    tmn_text_put(page->out, "</p>\n");
    put_hazard(page, t);
    put_branches(page, t);
    struct tmn_grounds cited = t->grounds;
    cited.note = NULL;
    tmn_page_grounds(page, &cited);
    tmn_text_put(page->out, "</article>\n");
}

static void put_transitions(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    if (model->transitions.count == 0)
        return;
    tmn_page_part(page, "transitions", "Transitions");
    tmn_text_put(
        page->out,
        "<p>λ is a hazard in 1/y, <i>q</i> a chance a window, <i>T</i> a term. A hazard is a product of "
        "<b class=\"c\">C</b>, what it takes of the person alone, and <b class=\"g\">G</b>, what it shares with "
        "others, "
        "each with the strata that it tells apart.</p>\n");
    for (size_t i = 0; i < model->transitions.count; i++)
        put_transition(page, &model->transitions.items[i]);
}

/* ---- events, parameters ---- */

static void put_event(const struct tmn_page *page, const struct tmn_event *event) {
    struct tmn_readings list = {NULL, 0, 0}, more = {NULL, 0, 0};
    tmn_html_put(
        page->out,
        "<article id=\"d-%s\">\n<h4><code>%s</code> <span class=\"badge\">event</span></h4>\n<p class=\"facts\">",
        event->name, event->name);
    tmn_page_by(page, event->by);
    if (event->when) {
        tmn_text_put(page->out, ", while ");
        tmn_words_code(page->out, page->model, event->when);
    }
    tmn_text_put(page->out, "</p>\n");
    tmn_formula_block(page->out, page->model, NULL, "λ", event->rate);
    tmn_readings_gather(page, event->rate, &list);
    if (event->when)
        tmn_readings_gather(page, event->when, &more);
    tmn_readings_actions(page, event->items, event->count, &more);
    add_others(page, &more, &list);
    put_readings(page, &list);
    tmn_words_actions(page->out, page->model, event->items, event->count);
    tmn_page_grounds(page, &event->grounds);
    tmn_text_put(page->out, "</article>\n");
}

static void put_parameter(const struct tmn_page *page, const struct tmn_parameter *parameter) {
    tmn_html_put(page->out, "<tr id=\"d-%s\"><td><code>%s</code>", parameter->name, parameter->name);
    if (parameter->fitted)
        tmn_text_put(page->out, " <span class=\"badge\">fitted</span>");
    if (parameter->grounds.assumed)
        tmn_text_put(page->out, " <span class=\"badge assumed\">assumed</span>");
    tmn_page_note(page, parameter->grounds.note);
    tmn_text_put(page->out, "</td><td class=\"num\">");
    put_value(page, parameter, parameter->value);
    tmn_html_put(page->out, "</td><td>%s</td><td>%s</td><td>", parameter->unit_text ? parameter->unit_text : "",
                 parameter->prior_text ? parameter->prior_text : "");
    if (isfinite(parameter->low) || isfinite(parameter->high)) {
        put_value(page, parameter, parameter->low);
        tmn_text_put(page->out, " … ");
        put_value(page, parameter, parameter->high);
    }
    tmn_text_put(page->out, "</td><td>");
    tmn_page_citations(page, parameter->grounds.evidence, parameter->grounds.evidence_count);
    tmn_text_put(page->out, "</td></tr>\n");
}

static void put_parameters(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    tmn_page_part(page, "parameters", "Parameters");
    if (model->parameters.count == 0) {
        tmn_text_put(page->out, "<p>None: all numbers stand in the formulas.</p>\n");
        return;
    }
    tmn_page_table(page, "parameters", "Parameter|>Value|Unit|Prior|Range|Evidence");
    for (size_t i = 0; i < model->parameters.count; i++)
        put_parameter(page, &model->parameters.items[i]);
    tmn_page_table_end(page);
}

void tmn_page_submodels(const struct tmn_page *page) {
    tmn_page_section(page, "submodels", "7 Submodels");
    put_feedbacks(page);
    put_transitions(page);
    if (page->model->events.count > 0) {
        tmn_page_part(page, "events", "Events");
        for (size_t i = 0; i < page->model->events.count; i++)
            put_event(page, &page->model->events.items[i]);
    }
    put_parameters(page);
    tmn_text_put(page->out, "</section>\n");
}
