/* What the ledger tells of an entry by itself: numbers with their units, and the lines that declare it. */
#include "result/ledger.h"
#include "scenario/source.h"

#include <math.h>
#include <string.h>

enum { WRITTEN_LINES = 40 };

struct facts {
    struct tmn_arena *arena;
    struct tmn_fact *items;
    size_t count, capacity;
};

static void put(struct facts *facts, const char *label, const char *text) {
    if (!text || text[0] == '\0')
        return;
    struct tmn_fact fact = {label, text};
    TMN_PUSH(facts->arena, facts, fact);
}

static const char *number(struct facts *facts, double value) {
    char text[32];
    if (!isfinite(value))
        return value < 0 ? "-infinity" : "infinity";
    tmn_format_digits(value, 12, text);
    return tmn_arena_strdup(facts->arena, text);
}

static void put_range(struct facts *facts, const char *label, double low, double high) {
    put(facts, label, tmn_arena_printf(facts->arena, "%s to %s", number(facts, low), number(facts, high)));
}

/* The unit as written, or of what was computed. */
static void put_unit(struct facts *facts, const char *written, struct tmn_unit unit) {
    char text[64];
    tmn_unit_format(unit, text);
    put(facts, "unit", written ? written : strcmp(text, "1") == 0 ? "none" : tmn_arena_strdup(facts->arena, text));
}

static void put_by(struct facts *facts, const struct tmn_model *model, int by) {
    put(facts, "by", by < 0 ? "the nation" : model->features.items[by].name);
}

static void put_levels(struct facts *facts, uint32_t levels, const char *const *level, bool numeric) {
    enum { SHOWN = 24 };
    struct tmn_text text;
    tmn_text_init(&text, facts->arena);
    for (uint32_t l = 0; l < levels && l < SHOWN && !numeric; l++)
        tmn_text_put(&text, "%s%s", l ? ", " : "", level[l]);
    if (numeric)
        tmn_text_put(&text, "%s to %s", level[0], level[levels - 1]);
    else if (levels > SHOWN)
        tmn_text_put(&text, ", ... (%u in all)", levels);
    put(facts, "levels", text.items);
}

static void parameter_facts(struct facts *facts, const struct tmn_parameter *parameter) {
    put(facts, "value", number(facts, parameter->value / parameter->factor));
    put_unit(facts, parameter->unit_text, parameter->unit);
    if (isfinite(parameter->low) || isfinite(parameter->high))
        put_range(facts, "range", parameter->low / parameter->factor, parameter->high / parameter->factor);
    put(facts, "prior", parameter->prior_text ? parameter->prior_text : "none written");
    put(facts, "fitted", parameter->fitted ? "yes: `tumen fit` moves it towards the observations" : "no");
}

static void driver_facts(struct facts *facts, const struct tmn_model *model, const struct tmn_driver *driver) {
    size_t last = ((size_t)model->calendar.windows - 1) * driver->slots;
    if (driver->slots == 1) {
        put(facts, "first", number(facts, driver->value[0] / driver->factor));
        put(facts, "last", number(facts, driver->value[last] / driver->factor));
    }
    put_range(facts, "values", driver->low / driver->factor, driver->high / driver->factor);
    put_unit(facts, driver->unit_text, driver->unit);
    put_by(facts, model, driver->by);
    put(facts, "class", driver->class_name);
    if (driver->times >= 0)
        put(facts, "times", model->parameters.items[driver->times].name);
    put(facts, "file", driver->file);
    for (size_t i = 0; i < driver->marks_count; i++) {
        char from[16], to[16];
        tmn_date_format(driver->mark_from[i], from);
        tmn_date_format(driver->mark_to[i], to);
        put(facts, "dated",
            tmn_arena_printf(facts->arena, "%s to %s%s%s", from, to, driver->mark_label[i] ? ": " : "",
                             driver->mark_label[i] ? driver->mark_label[i] : ""));
    }
}

static void feedback_facts(struct facts *facts, const struct tmn_model *model, const struct tmn_feedback *feedback) {
    put(facts, "start", number(facts, feedback->start / feedback->factor));
    put_range(facts, "range", feedback->low / feedback->factor, feedback->high / feedback->factor);
    put_unit(facts, feedback->unit_text, feedback->unit);
    put_by(facts, model, feedback->by);
    put(facts, "next", feedback->next ? feedback->next->source : NULL);
}

static void table_facts(struct facts *facts, const struct tmn_model *model, const struct tmn_table *table) {
    struct tmn_text keys;
    tmn_text_init(&keys, facts->arena);
    for (int k = 0; k < table->keys; k++)
        tmn_text_put(&keys, "%s%s", k ? ", " : "",
                     table->key[k].feature < 0 ? "year" : model->features.items[table->key[k].feature].name);
    put(facts, "by", keys.items);
    put_range(facts, "values", table->low, table->high);
    put_unit(facts, NULL, table->unit);
    put(facts, "cells", tmn_arena_printf(facts->arena, "%zu", table->size));
    put(facts, "file", table->file);
}

static void transition_facts(struct facts *facts, const struct tmn_transition *transition) {
    static const char *const clock[] = {
        [TMN_CLOCK_RATE] = "rate", [TMN_CLOCK_CHANCE] = "chance", [TMN_CLOCK_AFTER] = "after"};
    put(facts, "who", transition->who ? transition->who->source : "all alive");
    put(facts, clock[transition->kind], transition->hazard->source);
}

static void branch_facts(struct facts *facts, const struct tmn_branch *branch) {
    put(facts, "chance", branch->chance ? branch->chance->source : "the rest");
}

static void outcome_facts(struct facts *facts, const struct tmn_model *model, const struct tmn_outcome *outcome) {
    static const char *const kind[] = {"persons who come to be", "persons who are", "firings", "the feedback variable"};
    static const char *const mark[] = {NULL, "result", "attempt", "harm"};
    static const char *const every[] = {"window", "year", "run"};
    const char *of = outcome->state                          ? outcome->state->source
                     : outcome->kind == TMN_OUTCOME_FEEDBACK ? model->feedbacks.items[outcome->feedback].name
                                                             : model->transitions.items[outcome->transition].name;
    bool branch = outcome->kind == TMN_OUTCOME_FIRINGS && outcome->branch >= 0;
    put(facts, "counts",
        tmn_arena_printf(facts->arena, "%s: %s%s%s", kind[outcome->kind], of, branch ? "." : "",
                         branch ? model->transitions.items[outcome->transition].branch[outcome->branch].name : ""));
    put(facts, "every", every[outcome->every]);
    put(facts, "counts as", mark[outcome->mark]);
}

static void observation_facts(struct facts *facts, const struct tmn_observation *observation) {
    put(facts, "rows", tmn_arena_printf(facts->arena, "%zu", observation->count));
    put(facts, "error", observation->error_model);
    if (observation->fit_until != INT32_MAX) {
        char day[16];
        tmn_date_format(observation->fit_until, day);
        put(facts, "fit until", tmn_arena_strdup(facts->arena, day));
    }
    put(facts, "source", observation->source);
    put(facts, "file", observation->file);
}

static void evidence_facts(struct facts *facts, const struct tmn_evidence *evidence) {
    put(facts, "says", evidence ? evidence->text : "no row of the section 'evidence' has this id");
    if (!evidence)
        return;
    put(facts, "source", evidence->source);
    put(facts, "grade", evidence->grade);
}

static void system_facts(struct facts *facts, const struct tmn_model *model, const struct tmn_system *system) {
    struct tmn_text documents;
    tmn_text_init(&documents, facts->arena);
    for (size_t d = 0; d < system->document_count; d++)
        tmn_text_put(&documents, "%s%s", d ? ", " : "", system->documents[d]);
    put(facts, "state", system->state);
    put(facts, "switch",
        system->switch_parameter < 0 ? "none" : model->parameters.items[system->switch_parameter].name);
    put(facts, "documents", documents.count ? documents.items : NULL);
}

static void attribute_facts(struct facts *facts, const struct tmn_attribute *attribute) {
    put_levels(facts, attribute->levels, attribute->level, attribute->numeric);
    put(facts, "start", attribute->level[attribute->start]);
    put(facts, "file", attribute->file);
}

static void counter_facts(struct facts *facts, const struct tmn_counter *counter) {
    put(facts, "most", tmn_arena_printf(facts->arena, "%u", counter->max));
    put(facts, "of", counter->of ? counter->of->source : NULL);
}

static void event_facts(struct facts *facts, const struct tmn_model *model, const struct tmn_event *event) {
    put_by(facts, model, event->by);
    put(facts, "when", event->when ? event->when->source : NULL);
    put(facts, "rate", event->rate ? event->rate->source : NULL);
}

static void check_facts(struct facts *facts, const struct tmn_check *check) {
    put(facts, "source", check->source);
    put(facts, "law", check->law_text);
}

static const char *cause_text(struct facts *facts, const struct tmn_model *model, const struct tmn_cause *cause) {
    struct tmn_text text;
    if (cause->kind != TMN_CAUSE_PERSONS)
        return tmn_arena_printf(facts->arena, "%s %s %s", cause->name, cause->hold ? "held at" : "shifted by",
                                cause->text);
    tmn_text_init(&text, facts->arena);
    for (size_t i = 0; i < cause->assign.sets; i++) {
        const struct tmn_attribute *attribute = &model->attributes.items[cause->assign.set[i].attribute];
        tmn_text_put(&text, "%s%s = %s", i ? ", " : "", attribute->name, attribute->level[cause->assign.set[i].level]);
    }
    tmn_text_put(&text, " for %s of %s", number(facts, cause->assign.share),
                 cause->assign.who ? cause->assign.who->source : "all alive");
    return text.items;
}

static void arrow_facts(struct facts *facts, const struct tmn_model *model, const struct tmn_arrow *arrow) {
    static const char *const sign[] = {
        [TMN_SIGN_LESS] = "-", [TMN_SIGN_MORE] = "+", [TMN_SIGN_MORE_OR_NONE] = "0 or +"};
    char day[16];
    tmn_date_format(arrow->at, day);
    put(facts, "says",
        tmn_arena_printf(facts->arena, "%s -> %s (%s)%s", arrow->from, arrow->to, sign[arrow->sign],
                         arrow->delay ? ", after a delay" : ""));
    put(facts, "via", arrow->via);
    put(facts, "cause", tmn_arena_printf(facts->arena, "%s, from %s", cause_text(facts, model, &arrow->cause), day));
    put(facts, "with", arrow->has_with ? cause_text(facts, model, &arrow->with) : NULL);
    put(facts, "effect",
        arrow->effect.branch < 0 || arrow->effect.kind != TMN_TARGET_TRANSITION
            ? arrow->effect.name
            : tmn_arena_printf(facts->arena, "%s.%s", model->transitions.items[arrow->effect.index].name,
                               model->transitions.items[arrow->effect.index].branch[arrow->effect.branch].name));
    put(facts, "horizon", tmn_arena_printf(facts->arena, "%s y", number(facts, arrow->horizon)));
}

static void loop_facts(struct facts *facts, const struct tmn_model *model, const struct tmn_loop *loop) {
    struct tmn_text links;
    tmn_text_init(&links, facts->arena);
    for (size_t i = 0; i < loop->links; i++)
        tmn_text_put(&links, "%s%s", i ? ", " : "", model->arrows.items[loop->link[i]].name);
    put(facts, "kind", loop->balancing ? "balancing" : "reinforcing");
    put(facts, "links", links.items);
    put(facts, "cut at", loop->cut >= 0 ? model->arrows.items[loop->cut].name : NULL);
}

static void put_lever(struct facts *facts, const struct tmn_model *model, const char *label,
                      const struct tmn_lever *lever) {
    for (size_t i = 0; i < lever->count; i++)
        put(facts, label, cause_text(facts, model, &lever->items[i]));
}

static const char *bound_text(struct facts *facts, const struct tmn_claim_check *check) {
    if (isfinite(check->low) && isfinite(check->high))
        return tmn_arena_printf(facts->arena, "%s to %s", number(facts, check->low), number(facts, check->high));
    return isfinite(check->low) ? tmn_arena_printf(facts->arena, "at least %s", number(facts, check->low))
                                : tmn_arena_printf(facts->arena, "at most %s", number(facts, check->high));
}

static void claim_facts(struct facts *facts, const struct tmn_model *model, const struct tmn_scenario_claim *claim) {
    static const char *const kind[] = {"assumed", "observed", "consequence", "rival", "not testable"};
    const struct tmn_experiment *experiment = &claim->experiment;
    for (size_t i = 0; i < model->evidence.count; i++)
        if (strcmp(model->evidence.items[i].id, claim->id) == 0)
            put(facts, "says", model->evidence.items[i].text);
    put(facts, "class", kind[claim->kind]);
    put(facts, "rivals", claim->group);
    if (claim->has_experiment) {
        put_lever(facts, model, "lever", &experiment->lever);
        put_lever(facts, model, "given", &experiment->given);
        put_lever(facts, model, "with", &experiment->with);
        put_lever(facts, model, "than", &experiment->than);
        put(facts, "outcome", model->outcomes.items[experiment->figure.outcome].name);
        put(facts, "expected",
            tmn_arena_printf(facts->arena, "%s of %s or more", experiment->sign > 0 ? "a rise" : "a fall",
                             number(facts, experiment->smallest)));
        put(facts, "measure", experiment->log ? "log of the ratio" : "difference");
    }
    if (claim->kind == TMN_CLAIM_OBSERVED) {
        put(facts, "file", claim->check.file);
        put(facts, "data", number(facts, claim->check.value));
        put(facts, "claimed", bound_text(facts, &claim->check));
    }
}

static void rule_facts(struct facts *facts, const struct tmn_model *model, size_t rule) {
    const struct tmn_expr *const expr[] = {model->alive, model->unborn, model->until};
    put(facts, "rule", rule < 3 && expr[rule] ? expr[rule]->source : NULL);
}

static void figure_facts(struct facts *facts, const struct tmn_figure *figure) {
    put(facts, "stated", figure->stated);
    put(facts, "observed", figure->observed_text);
    if (!isnan(figure->low))
        put_range(facts, "range", figure->low, figure->high);
    put(facts, "source", figure->source);
    put(facts, "grade", figure->grade);
}

/* Of what a run is counted and judged by. */
static void judged_facts(struct facts *facts, const struct tmn_model *model, const struct tmn_entry *of) {
    size_t i = of->index;
    switch (of->kind) {
    case TMN_ENTRY_OUTCOME:
        outcome_facts(facts, model, &model->outcomes.items[i]);
        break;
    case TMN_ENTRY_OBSERVATION:
        observation_facts(facts, &model->observations.items[i]);
        break;
    case TMN_ENTRY_FIGURE:
        figure_facts(facts, &model->figures.items[i]);
        break;
    case TMN_ENTRY_CHECK:
        check_facts(facts, &model->checks.items[i]);
        break;
    case TMN_ENTRY_ARROW:
        arrow_facts(facts, model, &model->arrows.items[i]);
        break;
    case TMN_ENTRY_LOOP:
        loop_facts(facts, model, &model->loops.items[i]);
        break;
    case TMN_ENTRY_CLAIM:
        claim_facts(facts, model, &model->claims.items[i]);
        break;
    case TMN_ENTRY_SYSTEM:
        system_facts(facts, model, &model->systems.items[i]);
        break;
    case TMN_ENTRY_EVIDENCE:
        evidence_facts(facts, of->evidence);
        break;
    default: /* levels say nothing of themselves */
        break;
    }
}

const struct tmn_fact *tmn_ledger_facts(const struct tmn_ledger *ledger, size_t entry, size_t *count) {
    const struct tmn_entry *of = &ledger->items[entry];
    const struct tmn_model *model = ledger->model;
    struct facts facts = {.arena = ledger->arena};
    size_t i = of->index;
    put(&facts, "title", of->title);
    switch (of->kind) {
    case TMN_ENTRY_ATTRIBUTE:
        attribute_facts(&facts, &model->attributes.items[i]);
        break;
    case TMN_ENTRY_MAP:
        put_levels(&facts, model->maps.items[i].levels, model->maps.items[i].level, false);
        put(&facts, "file", model->maps.items[i].file);
        break;
    case TMN_ENTRY_TABLE:
        table_facts(&facts, model, &model->tables.items[i]);
        break;
    case TMN_ENTRY_PARAMETER:
        parameter_facts(&facts, &model->parameters.items[i]);
        break;
    case TMN_ENTRY_DRIVER:
        driver_facts(&facts, model, &model->drivers.items[i]);
        break;
    case TMN_ENTRY_FEEDBACK:
        feedback_facts(&facts, model, &model->feedbacks.items[i]);
        break;
    case TMN_ENTRY_DRAW:
        put(&facts, "made", of->part ? "dealt to exact numbers of persons" : "drawn for each person");
        break;
    case TMN_ENTRY_LAYER:
        put(&facts, "file", model->layers.items[i].file);
        break;
    case TMN_ENTRY_COUNTER:
        counter_facts(&facts, &model->counters.items[i]);
        break;
    case TMN_ENTRY_TRANSITION:
        transition_facts(&facts, &model->transitions.items[i]);
        break;
    case TMN_ENTRY_BRANCH:
        branch_facts(&facts, &model->transitions.items[i].branch[of->part]);
        break;
    case TMN_ENTRY_EVENT:
        event_facts(&facts, model, &model->events.items[i]);
        break;
    case TMN_ENTRY_RULE:
        rule_facts(&facts, model, i);
        break;
    default:
        judged_facts(&facts, model, of);
        break;
    }
    *count = facts.count;
    return facts.items;
}

/* Spaces before what the line declares; those of a line without any are more than of any other. */
static size_t indent_of(const char *line, const char *end) {
    size_t indent = 0;
    while (line + indent < end && line[indent] == ' ')
        indent++;
    return line + indent == end ? SIZE_MAX : indent;
}

const char *tmn_ledger_written(const struct tmn_ledger *ledger, size_t entry) {
    const struct tmn_entry *of = &ledger->items[entry];
    const struct tmn_source *source = of->place.source;
    bool whole = of->kind == TMN_ENTRY_LEVEL || of->kind == TMN_ENTRY_EVIDENCE; /* of something else, or a row */
    if (!source || of->place.line < 1 || whole)
        return NULL;
    struct tmn_text text;
    tmn_text_init(&text, ledger->arena);
    const char *at = tmn_source_line(source, of->place.line), *end = tmn_source_end(source);
    size_t indent = indent_of(at, tmn_line_end(at, end)), lines = 0, blank = 0;
    bool inside = of->kind == TMN_ENTRY_RULE && of->place.column == (int)indent + 1; /* the first line below its key */
    while (at < end) {
        const char *stop = tmn_line_end(at, end);
        size_t own = indent_of(at, stop);
        bool closes = own == indent && lines > 0 && (at[own] == '}' || at[own] == ']');
        if (lines > 0 && (inside ? own < indent : own <= indent && !closes))
            break;
        blank = own == SIZE_MAX ? blank + 1 : 0;
        if (lines++ < WRITTEN_LINES && own != SIZE_MAX)
            tmn_text_put(&text, "%s%.*s", text.count ? "\n" : "", (int)(stop - at - (ptrdiff_t)indent), at + indent);
        at = stop + tmn_line_break(stop, end);
    }
    if (lines - blank > WRITTEN_LINES)
        tmn_text_put(&text, "\n... (%zu lines more)", lines - blank - WRITTEN_LINES);
    return text.count ? text.items : NULL;
}
