/* Section 3: what happens in a window and in which order, every process in a line, and the state charts. */
#include "report/chart.h"
#include "report/dot.h"
#include "report/html.h"
#include "report/page.h"
#include "report/words.h"

#include <string.h>

static void count_clocks(const struct tmn_model *model, size_t count[3]) {
    count[0] = count[1] = count[2] = 0;
    for (size_t t = 0; t < model->transitions.count; t++)
        count[model->transitions.items[t].kind]++;
}

/* The phases of a window that this model has (docs/semantics.md, The week). */
static void put_phases(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    static const char *const clocks[] = {"with a rate", "with a chance a window", "with a fixed term"};
    const char *joint = " (";
    size_t count[3];
    count_clocks(model, count);
    tmn_text_put(page->out,
                 "<p>Time passes in windows. Within one, drivers and feedback stand still and nobody sees another’s "
                 "change, so the order of persons and of declarations does not matter. Each window:</p>\n<ol>\n");
    tmn_text_put(page->out,
                 "<li>The shared parts of all hazards are taken from the state at the window’s start.</li>\n");
    tmn_text_put(page->out, "<li>Persons: each carries a clock for each transition that is open to it");
    for (int kind = 0; kind < 3; kind++)
        if (count[kind] > 0) {
            tmn_text_put(page->out, "%s%s: %zu", joint, clocks[kind], count[kind]);
            joint = ", ";
        }
    tmn_text_put(page->out,
                 "%s. Clocks that run out fire in the order in which they would have run out within the window, "
                 "if what they ask for still holds.</li>\n",
                 joint[0] == ',' ? ")" : "");
    if (model->events.count > 0)
        tmn_text_put(page->out, "<li>Events of places and of the nation (%zu).</li>\n", model->events.count);
    if (tmn_page_tells(model))
        tmn_text_put(
            page->out,
            "<li>Messages reach those whom a firing tells: for each receiver and attribute one set, then the sum "
            "of all steps.</li>\n");
    tmn_text_put(page->out, "<li>%s of the outcomes are counted anew.</li>\n",
                 model->counters.count + model->shares.count > 0 ? "Counters, shares and the stocks" : "The stocks");
    if (model->feedbacks.count > 0)
        tmn_text_put(page->out,
                     "<li>Feedback (variables: %zu), all at once, from the values at the window’s start and what "
                     "this window counted.</li>\n",
                     model->feedbacks.count);
    tmn_text_put(page->out, "</ol>\n");
}

/* Attributes that a branch's actions change, told in `seen`. */
static void note_changes(const struct tmn_action *items, size_t count, bool *seen) {
    for (size_t a = 0; a < count; a++) {
        if (items[a].kind <= TMN_ACTION_STEP)
            seen[items[a].attribute] = true;
        else if (items[a].kind == TMN_ACTION_TELL)
            note_changes(items[a].items, items[a].count, seen);
    }
}

static void put_process(const struct tmn_page *page, const struct tmn_transition *t) {
    static const char *const clocks[] = {"rate", "chance a window", "fixed term"};
    const struct tmn_model *model = page->model;
    bool *seen = TMN_NEW_ARRAY(page->arena, bool, model->attributes.count), more = false, birth = false;
    for (size_t b = 0; b < t->branches; b++) {
        note_changes(t->branch[b].items, t->branch[b].count, seen);
        for (size_t a = 0; a < t->branch[b].count; a++)
            birth = birth || t->branch[b].items[a].kind == TMN_ACTION_BIRTH;
    }
    tmn_text_put(page->out, "<tr><td>");
    tmn_words_name(page->out, t->name);
    tmn_text_put(page->out, "</td><td>");
    if (t->who)
        tmn_words_code(page->out, model, t->who);
    else
        tmn_text_put(page->out, "all living");
    tmn_html_put(page->out, "</td><td>%s</td><td>", clocks[t->kind]);
    for (size_t a = 0; a < model->attributes.count; a++)
        if (seen[a]) {
            tmn_text_put(page->out, "%s", more ? ", " : "");
            tmn_words_name(page->out, model->attributes.items[a].name);
            more = true;
        }
    tmn_text_put(page->out, "%s%s</td></tr>\n", birth && more ? ", " : "", birth ? "a birth" : "");
}

static void put_processes(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    tmn_page_part(page, "overview", "Processes");
    tmn_page_table(page, "processes", "Transition|Who|Clock|Changes");
    for (size_t t = 0; t < model->transitions.count; t++)
        put_process(page, &model->transitions.items[t]);
    for (size_t e = 0; e < model->events.count; e++) {
        const struct tmn_event *event = &model->events.items[e];
        tmn_text_put(page->out, "<tr><td>");
        tmn_words_name(page->out, event->name);
        tmn_text_put(page->out, "</td><td>event, ");
        tmn_page_by(page, event->by);
        tmn_text_put(page->out, "</td><td>rate</td><td>");
        for (size_t a = 0; a < event->count; a++) {
            tmn_text_put(page->out, "%s", a ? ", " : "");
            tmn_words_name(page->out, model->feedbacks.items[event->items[a].feedback].name);
        }
        tmn_text_put(page->out, "</td></tr>\n");
    }
    tmn_page_table_end(page);
}

static bool put_chart(const struct tmn_page *page, int attribute, bool *any, struct tmn_error *err) {
    struct tmn_text graph;
    tmn_text_init(&graph, page->arena);
    if (!tmn_chart_put(&graph, page->model, attribute))
        return true;
    if (!*any) {
        tmn_page_part(page, "charts", "State charts");
        tmn_text_put(page->out,
                     "<p>Levels of an attribute and what leads from one to another: lines for a person’s own "
                     "transitions, dashed lines for messages from others. Dotted boxes are not alive.</p>\n");
    }
    *any = true;
    tmn_text_put(page->out, "<figure class=\"chart\">\n<figcaption>");
    tmn_words_name(page->out, page->model->attributes.items[attribute].name);
    tmn_text_put(page->out, "</figcaption>\n<!--\n");
    tmn_html_text(page->out, graph.items); /* without a '>' nothing can end the comment */
    tmn_text_put(page->out, "-->\n<div class=\"scroll\" tabindex=\"0\">");
    if (!tmn_dot_svg(page->out, graph.items, err))
        return false;
    tmn_text_put(page->out, "</div>\n</figure>\n");
    return true;
}

bool tmn_page_processes(const struct tmn_page *page, struct tmn_error *err) {
    bool any = false;
    tmn_page_section(page, "processes", "3 Process overview and scheduling");
    put_phases(page);
    put_processes(page);
    for (size_t a = 0; a < page->model->attributes.count; a++)
        if (!put_chart(page, (int)a, &any, err))
            return false;
    tmn_text_put(page->out, "</section>\n");
    return true;
}
