/* Section 4: the design concepts of the ODD protocol: what the scenario writes under `concepts`, and what its
 * declarations say by themselves. */
#include "report/html.h"
#include "report/page.h"
#include "report/words.h"

#include <string.h>

/* What the rules of a transition or event read and do: who must see it, and where it comes from. */
struct source {
    const char *name;
    struct tmn_readings reads;
};
struct sources {
    struct source *items;
    size_t count, capacity;
};

static void gather(const struct tmn_page *page, const struct tmn_expr *expr, struct tmn_readings *list) {
    if (expr)
        tmn_readings_gather(page, expr, list);
}

static struct sources gather_sources(const struct tmn_page *page) {
    struct sources sources = {0};
    for (size_t t = 0; t < page->model->transitions.count; t++) {
        const struct tmn_transition *transition = &page->model->transitions.items[t];
        struct source source = {.name = transition->name};
        gather(page, transition->who, &source.reads);
        gather(page, transition->hazard, &source.reads);
        for (size_t b = 0; b < transition->branches; b++) {
            gather(page, transition->branch[b].chance, &source.reads);
            tmn_readings_actions(page, transition->branch[b].items, transition->branch[b].count, &source.reads);
        }
        TMN_PUSH(page->arena, &sources, source);
    }
    for (size_t e = 0; e < page->model->events.count; e++) {
        const struct tmn_event *event = &page->model->events.items[e];
        struct source source = {.name = event->name};
        gather(page, event->when, &source.reads);
        gather(page, event->rate, &source.reads);
        tmn_readings_actions(page, event->items, event->count, &source.reads);
        TMN_PUSH(page->arena, &sources, source);
    }
    return sources;
}

/* A row "thing | names of what reads it", unless nothing does. */
static void put_readers(const struct tmn_page *page, const struct sources *sources, enum tmn_op op, int index,
                        const char *kind) {
    bool any = false;
    for (size_t s = 0; s < sources->count; s++)
        for (size_t i = 0; i < sources->items[s].reads.count; i++) {
            if (sources->items[s].reads.items[i].op != op || sources->items[s].reads.items[i].index != index)
                continue;
            if (!any && op == TMN_OP_SHARE) {
                const struct tmn_share *share = &page->model->shares.items[index];
                tmn_text_put(page->out, "<tr><td>");
                tmn_words_code(page->out, page->model, share->who);
                tmn_html_put(page->out, "</td><td>%s, ", kind);
                tmn_page_by(page, share->by);
            } else if (!any) {
                tmn_text_put(page->out, "<tr><td>");
                if (op == TMN_OP_FEATURE)
                    tmn_page_feature(page, index);
                else
                    tmn_words_name(page->out, op == TMN_OP_DRIVER ? page->model->drivers.items[index].name
                                                                  : page->model->feedbacks.items[index].name);
                tmn_html_put(page->out, "</td><td>%s", kind);
            }
            tmn_text_put(page->out, "%s", any ? ", " : "</td><td>");
            tmn_words_name(page->out, sources->items[s].name);
            any = true;
        }
    if (any)
        tmn_text_put(page->out, "</td></tr>\n");
}

static void put_sensing(const struct tmn_page *page, const struct sources *sources) {
    const struct tmn_model *model = page->model;
    size_t things = model->counters.count + model->shares.count + model->feedbacks.count + model->drivers.count;
    if (things == 0) {
        tmn_text_put(page->out, "<p>Hazards read a person’s own state only.</p>\n");
        return;
    }
    tmn_text_put(page->out, "<p>Beside a person’s own state, rules read, without error, as of the window’s "
                            "start:</p>\n");
    tmn_page_table(page, "sensing", "What|Kind|Read by");
    for (size_t f = 0; f < model->features.count; f++)
        if (model->features.items[f].kind == TMN_FEATURE_COUNTER)
            put_readers(page, sources, TMN_OP_FEATURE, (int)f, "counter over own ties");
    for (size_t i = 0; i < model->shares.count; i++)
        put_readers(page, sources, TMN_OP_SHARE, (int)i, "share of the living");
    for (size_t i = 0; i < model->feedbacks.count; i++)
        put_readers(page, sources, TMN_OP_FEEDBACK, (int)i, "feedback");
    for (size_t i = 0; i < model->drivers.count; i++)
        put_readers(page, sources, TMN_OP_DRIVER, (int)i, "driver");
    tmn_page_table_end(page);
}

/* Which branches tell ties of a layer, or add to a feedback variable. */
static void put_doers(const struct tmn_page *page, enum tmn_action_kind kind, int index, const char *name,
                      const char *what) {
    bool any = false;
    for (size_t t = 0; t < page->model->transitions.count; t++) {
        const struct tmn_transition *transition = &page->model->transitions.items[t];
        bool does = false;
        for (size_t b = 0; b < transition->branches; b++)
            for (size_t a = 0; a < transition->branch[b].count; a++) {
                const struct tmn_action *action = &transition->branch[b].items[a];
                does = does ||
                       (action->kind == kind && (kind == TMN_ACTION_TELL ? action->layer : action->feedback) == index);
            }
        if (!does)
            continue;
        if (!any) {
            tmn_text_put(page->out, "<li>%s ", what);
            tmn_words_name(page->out, name);
        }
        tmn_text_put(page->out, "%s", any ? ", " : ": ");
        tmn_words_name(page->out, transition->name);
        any = true;
    }
    if (any)
        tmn_text_put(page->out, "</li>\n");
}

static void put_interaction(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    const struct {
        bool there;
        const char *way;
    } ways[] = {{tmn_page_tells(model), "by messages along <a href=\"#layers\">layers</a>"},
                {model->counters.count > 0, "by counters over their ties"},
                {model->shares.count > 0, "by shares of the living"},
                {model->feedbacks.count > 0, "through feedback"}};
    const char *joint = "<p>Persons act on each other ";
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (ways[i].there) {
            tmn_text_put(page->out, "%s%s", joint, ways[i].way);
            joint = ", ";
        }
    if (joint[0] == '<') {
        tmn_text_put(page->out, "<p>Persons do not act on each other.</p>\n");
        return;
    }
    tmn_text_put(page->out, ". What one window changes is read from the next on.</p>\n<ul>\n");
    for (size_t i = 0; i < model->layers.count; i++)
        put_doers(page, TMN_ACTION_TELL, (int)i, model->layers.items[i].name, "Messages along");
    for (size_t i = 0; i < model->feedbacks.count; i++)
        put_doers(page, TMN_ACTION_ADD, (int)i, model->feedbacks.items[i].name, "Added to");
    for (size_t i = 0; i < model->counts.count; i++) {
        const struct tmn_count *count = &model->counts.items[i];
        const struct tmn_transition *transition = &model->transitions.items[count->transition];
        tmn_text_put(page->out, "<li>Counted for feedback: ");
        tmn_words_name(page->out, transition->name);
        if (count->branch >= 0)
            tmn_html_put(page->out, ", branch <b>%s</b>", transition->branch[count->branch].name);
        tmn_text_put(page->out, "</li>\n");
    }
    tmn_text_put(page->out, "</ul>\n");
}

static void put_stochasticity(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    size_t clocks[3] = {0}, branching = 0, messages = 0;
    for (size_t t = 0; t < model->transitions.count; t++) {
        const struct tmn_transition *transition = &model->transitions.items[t];
        clocks[transition->kind]++;
        branching += transition->branches > 1;
        for (size_t b = 0; b < transition->branches; b++)
            for (size_t a = 0; a < transition->branch[b].count; a++)
                messages += transition->branch[b].items[a].kind == TMN_ACTION_TELL &&
                            transition->branch[b].items[a].chance != NULL;
    }
    tmn_text_put(
        page->out,
        "<p>Every random number is keyed by the seed, the person, the rule and the number of its firing, so that "
        "two worlds with the same seed differ only where their rules make them differ.</p>\n<ul>\n");
    if (clocks[TMN_CLOCK_RATE] > 0)
        tmn_text_put(page->out, "<li>Exponential waiting times under a hazard, transitions: %zu.</li>\n",
                     clocks[TMN_CLOCK_RATE]);
    if (clocks[TMN_CLOCK_CHANCE] > 0)
        tmn_text_put(page->out, "<li>A chance a window, transitions: %zu.</li>\n", clocks[TMN_CLOCK_CHANCE]);
    if (clocks[TMN_CLOCK_AFTER] > 0)
        tmn_text_put(page->out, "<li>A fixed term, without chance, transitions: %zu.</li>\n", clocks[TMN_CLOCK_AFTER]);
    if (branching > 0)
        tmn_text_put(page->out, "<li>One of several branches, transitions: %zu.</li>\n", branching);
    if (messages > 0)
        tmn_text_put(page->out, "<li>Messages that reach each tie with a chance: %zu.</li>\n", messages);
    if (model->events.count > 0)
        tmn_text_put(page->out, "<li>Events of places or of the nation: %zu.</li>\n", model->events.count);
    if (model->population.deal_count > 0)
        tmn_text_put(page->out, "<li>Attributes dealt at the start: %zu (<a href=\"#start\">section 5</a>).</li>\n",
                     model->population.deal_count);
    if (model->population.draw_count > 0)
        tmn_text_put(page->out, "<li>Attributes drawn at the start: %zu (<a href=\"#start\">section 5</a>).</li>\n",
                     model->population.draw_count);
    tmn_text_put(page->out, "</ul>\n");
}

static void put_collectives(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    const struct tmn_population *population = &model->population;
    bool any = population->household_size > 0 || population->unit_households > 0;
    if (population->household_size > 0)
        tmn_text_put(
            page->out,
            "<p>Households%s are formed at the start and kept; members know each other where a layer says so.</p>\n",
            population->unit_households > 0 ? " and neighbourhood units of them" : "");
    for (size_t i = 0; i < model->layers.count; i++) {
        const struct tmn_layer *layer = &model->layers.items[i];
        if (layer->kind != TMN_LAYER_HOUSEHOLD && layer->kind != TMN_LAYER_UNIT && layer->kind != TMN_LAYER_BLOCK)
            continue;
        tmn_text_put(page->out, "<p>");
        tmn_words_name(page->out, layer->name);
        tmn_text_put(page->out, ": ");
        tmn_words_layer(page->out, model, layer);
        tmn_text_put(page->out, ".</p>\n");
        any = true;
    }
    if (!any)
        tmn_text_put(page->out, "<p>None: there are persons and the nation%s.</p>\n",
                     population->place_attribute >= 0 ? ", and places" : "");
}

static void put_outcome(const struct tmn_page *page, const struct tmn_outcome *outcome) {
    static const char *const periods[] = {"window", "year", "run"}, *const marks[] = {"", "result", "attempt", "harm"};
    const struct tmn_model *model = page->model;
    tmn_html_put(page->out, "<tr id=\"d-%s\"><td><code>%s</code></td><td>%s", outcome->name, outcome->name,
                 outcome->title ? outcome->title : "");
    if (outcome->mark != TMN_MARK_NONE)
        tmn_html_put(page->out, "<span class=\"badge\">%s</span>", marks[outcome->mark]);
    tmn_page_note(page, outcome->note);
    tmn_text_put(page->out, "</td><td>");
    if (outcome->kind == TMN_OUTCOME_FLOW || outcome->kind == TMN_OUTCOME_STOCK) {
        tmn_text_put(page->out, "%s ", outcome->kind == TMN_OUTCOME_FLOW ? "persons who enter" : "persons in");
        tmn_words_code(page->out, model, outcome->state);
    } else if (outcome->kind == TMN_OUTCOME_FIRINGS) {
        tmn_text_put(page->out, "firings of ");
        tmn_words_name(page->out, model->transitions.items[outcome->transition].name);
        if (outcome->branch >= 0)
            tmn_html_put(page->out, ", branch <b>%s</b>",
                         model->transitions.items[outcome->transition].branch[outcome->branch].name);
    } else {
        tmn_text_put(page->out, "value of ");
        tmn_words_name(page->out, model->feedbacks.items[outcome->feedback].name);
    }
    tmn_text_put(page->out, "</td><td>");
    for (int k = 0; k < outcome->by.n; k++) {
        tmn_text_put(page->out, "%s", k ? ", " : "");
        tmn_page_feature(page, outcome->by.feature[k]);
    }
    tmn_html_put(page->out, "</td><td>%s</td></tr>\n", periods[outcome->every]);
}

static void put_observation(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    if (model->outcomes.count == 0) {
        tmn_text_put(page->out, "<p>The scenario counts no outcomes.</p>\n");
        return;
    }
    tmn_page_table(page, "outcomes", "Outcome|Title|What is counted|By|Every");
    for (size_t i = 0; i < model->outcomes.count; i++)
        put_outcome(page, &model->outcomes.items[i]);
    tmn_page_table_end(page);
}

static const struct {
    enum tmn_concept concept;
    const char *title;
    bool only_prose; /* no declaration tells of it */
} order[] = {{TMN_CONCEPT_PRINCIPLES, "Basic principles", true},
             {TMN_CONCEPT_EMERGENCE, "Emergence", true},
             {TMN_CONCEPT_ADAPTATION, "Adaptation", true},
             {TMN_CONCEPT_OBJECTIVES, "Objectives", true},
             {TMN_CONCEPT_LEARNING, "Learning", true},
             {TMN_CONCEPT_PREDICTION, "Prediction", true},
             {TMN_CONCEPT_SENSING, "Sensing", false},
             {TMN_CONCEPT_INTERACTION, "Interaction", false},
             {TMN_CONCEPT_STOCHASTICITY, "Stochasticity", false},
             {TMN_CONCEPT_COLLECTIVES, "Collectives", false},
             {TMN_CONCEPT_OBSERVATION, "Observation", false}};

/* What the scenario leaves unsaid is said once. */
static void put_silence(const struct tmn_page *page) {
    size_t silent = 0, done = 0;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
    silent += order[i].only_prose && !page->model->concept[order[i].concept];
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (!order[i].only_prose || page->model->concept[order[i].concept])
            continue;
        const char *joint = done == 0            ? "<p class=\"missing\">The scenario says nothing of "
                            : done + 1 == silent ? " and "
                                                 : ", ";
        tmn_text_put(page->out, "%s%s", joint, tmn_concept_names[order[i].concept]);
        done++;
    }
    tmn_text_put(page->out, "%s", silent ? ".</p>\n" : "");
}

void tmn_page_concepts(const struct tmn_page *page) {
    struct sources sources = gather_sources(page);
    tmn_page_section(page, "concepts", "4 Design concepts");
    put_silence(page);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const char *prose = page->model->concept[order[i].concept];
        if (!prose && order[i].only_prose)
            continue;
        tmn_page_part(page, tmn_concept_names[order[i].concept], order[i].title);
        tmn_html_prose(page->out, prose, NULL);
        switch (order[i].concept) {
        case TMN_CONCEPT_SENSING:
            put_sensing(page, &sources);
            break;
        case TMN_CONCEPT_INTERACTION:
            put_interaction(page);
            break;
        case TMN_CONCEPT_STOCHASTICITY:
            put_stochasticity(page);
            break;
        case TMN_CONCEPT_COLLECTIVES:
            put_collectives(page);
            break;
        case TMN_CONCEPT_OBSERVATION:
            put_observation(page);
            break;
        default:
            break;
        }
    }
    tmn_text_put(page->out, "</section>\n");
}
