/* claims, controls, amendments: what documents say of the country, and the experiments that could refute it. */
#include "model/read_claims.h"

#include <math.h>
#include <string.h>

static const char *const class_name[TMN_CLAIM_CLASSES] = {"assumed", "observed", "consequence", "rival",
                                                          "not_testable"};

/* ---- levers ---- */

/* set, hold and shift: a mapping of names to amounts. */
static void read_changes(struct tmn_reader *reader, const struct tmn_node *node, const char *key, bool hold,
                         struct tmn_lever *lever) {
    const struct tmn_node *map = tmn_node_get(node, key);
    for (size_t i = 0; map && map->kind == TMN_NODE_MAPPING && i < map->count; i++) {
        struct tmn_cause cause = {.place = map->keys[i]->place, .hold = hold};
        if (!tmn_cause_find(reader, map->keys[i]->text, map->keys[i]->place, &cause))
            continue;
        if (cause.kind == TMN_CAUSE_FEEDBACK && strcmp(key, "set") == 0)
            tmn_report(reader->list, cause.place, "wrong-kind", "hold: keeps it at a value, shift: offsets it",
                       "'%s' is a feedback variable, which the model makes: 'set' is for parameters and drivers",
                       cause.name);
        tmn_cause_amount(reader, map->items[i], &cause);
        for (size_t c = 0; c < lever->count; c++)
            if (lever->items[c].name && strcmp(lever->items[c].name, cause.name) == 0)
                tmn_report(reader->list, cause.place, "duplicate-key", NULL, "'%s' is changed twice", cause.name);
        lever->items[lever->count++] = cause;
    }
}

static void read_lever(struct tmn_reader *reader, const struct tmn_node *node, const char *key,
                       struct tmn_lever *lever) {
    static const char *const kinds[] = {"set", "hold", "shift"};
    const struct tmn_node *map = tmn_node_get(node, key);
    size_t most = 1;
    if (!map || !tmn_schema_check(reader, map, TMN_SCHEMA_LEVER, tmn_arena_printf(reader->arena, "'%s'", key)))
        return;
    for (int k = 0; k < 3; k++)
        most += tmn_node_get(map, kinds[k]) ? tmn_node_get(map, kinds[k])->count : 0;
    lever->items = TMN_NEW_ARRAY(reader->arena, struct tmn_cause, most);
    for (int k = 0; k < 3; k++)
        read_changes(reader, map, kinds[k], k < 2, lever);
    if (tmn_node_get(map, "assign")) {
        struct tmn_cause cause = {.place = tmn_key_place(map, "assign")};
        tmn_cause_persons(reader, map, &cause);
        lever->items[lever->count++] = cause;
    } else if (tmn_node_get(map, "who") || tmn_node_get(map, "share")) {
        tmn_report(reader->list, map->place, "no-effect", NULL, "'who' and 'share' belong to 'assign'");
    }
    if (map->count == 0)
        tmn_report(reader->list, map->place, "no-effect", "for example { set: { border.on: 0 } }",
                   "'%s' changes nothing", key);
}

/* ---- figures ---- */

static bool read_outcome_of(struct tmn_reader *reader, const struct tmn_node *node, int *outcome, int64_t *cell) {
    const char *name;
    *outcome = -1;
    if (tmn_get_text(reader, node, "outcome", &name))
        *outcome = tmn_find_outcome(reader, name, tmn_node_get(node, "outcome")->place);
    tmn_read_cell(reader, node, *outcome, cell);
    return *outcome >= 0;
}

static void read_measured(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_measured *measured) {
    const struct tmn_node *over = tmn_node_get(node, "over");
    measured->over = -1;
    read_outcome_of(reader, node, &measured->outcome, measured->cell);
    if (!over || !tmn_schema_check(reader, over, TMN_SCHEMA_MEASURED, "'over'"))
        return;
    if (tmn_node_get(over, "over"))
        tmn_report(reader->list, tmn_key_place(over, "over"), "not-together", NULL,
                   "what divides a figure is not divided itself");
    read_outcome_of(reader, over, &measured->over, measured->over_cell);
}

/* Does a period of the outcome begin within the span? */
static bool reaches(const struct tmn_model *model, int outcome, struct tmn_span span) {
    const struct tmn_calendar *calendar = &model->calendar;
    int32_t start = tmn_calendar_window(calendar, 0).first_day;
    if (outcome < 0)
        return true; /* reported */
    if (model->outcomes.items[outcome].every == TMN_PERIOD_RUN)
        return span.from_day <= start;
    if (model->outcomes.items[outcome].every == TMN_PERIOD_WINDOW)
        return tmn_calendar_from(calendar, span.from_day) < tmn_calendar_until(calendar, span.to_day);
    int year = tmn_day_year(span.from_day);
    return tmn_date_day(year, 1, 1) == span.from_day || tmn_date_day(year + 1, 1, 1) <= span.to_day;
}

static void check_span(struct tmn_reader *reader, struct tmn_place place, const struct tmn_experiment *experiment,
                       struct tmn_span span) {
    const int outcome[] = {experiment->figure.outcome, experiment->figure.over, experiment->against.outcome,
                           experiment->against.over};
    const struct tmn_model *model = reader->model;
    if (span.to_day < span.from_day) {
        tmn_report(reader->list, place, "bad-end", NULL, "this time ends before it begins");
        return;
    }
    if (span.from_day < tmn_calendar_window(&model->calendar, 0).first_day || span.to_day > model->end_day) {
        tmn_report(reader->list, place, "out-of-range", NULL, "this time does not lie within that of the run");
        return;
    }
    for (size_t i = 0; i < sizeof outcome / sizeof *outcome; i++)
        if (!reaches(model, outcome[i], span)) {
            tmn_report(reader->list, place, "out-of-range",
                       "a yearly outcome counts by whole years: let 'from' be a 1 January",
                       "no period of outcome '%s' begins within this time", model->outcomes.items[outcome[i]].name);
            return;
        }
}

/* ---- experiments ---- */

static void read_times(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_experiment *experiment) {
    const struct tmn_model *model = reader->model;
    const struct tmn_node *before = tmn_node_get(node, "before");
    int32_t at = tmn_calendar_window(&model->calendar, 0).first_day;
    if (tmn_get_date(reader, node, "at", &at)) {
        struct tmn_place place = tmn_node_get(node, "at")->place;
        experiment->window = tmn_calendar_from(&model->calendar, at);
        if (experiment->window >= model->calendar.windows || at < tmn_calendar_window(&model->calendar, 0).first_day)
            tmn_report(reader->list, place, "out-of-range", NULL,
                       "no window of the run begins on or after this date, or the run begins later");
        else if (experiment->lever.count == 0)
            tmn_report(reader->list, place, "no-effect", NULL, "'at' is the date of a 'lever', and there is none");
    }
    experiment->span = (struct tmn_span){at, model->end_day};
    tmn_get_date(reader, node, "from", &experiment->span.from_day);
    tmn_get_last_date(reader, node, "to", &experiment->span.to_day);
    const char *key = tmn_node_get(node, "from") ? "from" : tmn_node_get(node, "to") ? "to" : "outcome";
    check_span(reader, tmn_key_place(node, key), experiment, experiment->span);
    experiment->before = (struct tmn_span){1, 0};
    if (!before || before->kind != TMN_NODE_SEQUENCE)
        return;
    struct tmn_span span;
    if (before->count != 2) {
        tmn_report(reader->list, before->place, "wrong-shape", NULL, "'before' must be [first day, last day]");
        return;
    }
    if (!tmn_node_date(reader, before->items[0], "the first day of 'before'", &span.from_day) ||
        !tmn_node_date(reader, before->items[1], "the last day of 'before'", &span.to_day))
        return;
    if (!strchr(before->items[1]->text, '-')) /* a year alone: its last day */
        span.to_day = tmn_date_day(tmn_day_year(span.to_day), 12, 31);
    check_span(reader, before->place, experiment, span);
    experiment->before = span;
}

static void read_size(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_experiment *experiment) {
    static const char *const measures[] = {"difference", "log_ratio"};
    int measure = 0;
    tmn_get_choice(reader, node, "measure", measures, 2, &measure);
    experiment->log = measure == 1;
    if (tmn_get_real(reader, node, "smallest", 0, HUGE_VAL, &experiment->smallest) && experiment->smallest == 0)
        tmn_report(reader->list, tmn_node_get(node, "smallest")->place, "out-of-range",
                   "an effect that is too small to matter is none: say how large it must be",
                   "'smallest' must be above 0");
}

static void read_experiment(struct tmn_reader *reader, const struct tmn_node *node, const char *what,
                            struct tmn_experiment *experiment) {
    static const char *const signs[] = {"+", "-"};
    int sign = 0;
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_EXPERIMENT,
                          tmn_arena_printf(reader->arena, "experiment of %s", what)))
        return;
    read_lever(reader, node, "lever", &experiment->lever);
    read_lever(reader, node, "given", &experiment->given);
    read_lever(reader, node, "with", &experiment->with);
    read_lever(reader, node, "than", &experiment->than);
    read_measured(reader, node, &experiment->figure);
    const struct tmn_node *against = tmn_node_get(node, "against");
    experiment->against.outcome = experiment->against.over = -1;
    if (against && tmn_schema_check(reader, against, TMN_SCHEMA_MEASURED, "'against'"))
        read_measured(reader, against, &experiment->against);
    read_times(reader, node, experiment);
    read_size(reader, node, experiment);
    tmn_get_choice(reader, node, "direction", signs, 2, &sign);
    experiment->sign = sign == 0 ? 1 : -1;
    bool lever = tmn_node_get(node, "lever") != NULL;
    if (!lever && !against && !tmn_node_get(node, "before"))
        tmn_report(reader->list, node->place, "missing-key", "for example lever: { set: { border.on: 0 } }",
                   "the experiment of %s compares nothing: it needs a 'lever', or 'before' or 'against' within one "
                   "world",
                   what);
    for (int i = 0; i < 2; i++) {
        const char *key = i ? "than" : "with";
        if (!lever && tmn_node_get(node, key))
            tmn_report(reader->list, tmn_key_place(node, key), "missing-key", NULL, "'%s' needs a 'lever'", key);
    }
    if (tmn_node_get(node, "with") && tmn_node_get(node, "than"))
        tmn_report(reader->list, tmn_key_place(node, "than"), "not-together", NULL,
                   "'than' cannot stand beside 'with' in one experiment");
}

/* ---- claims ---- */

static bool is_arrow(const struct tmn_model *model, const char *name) {
    for (size_t i = 0; i < model->arrows.count; i++)
        if (strcmp(model->arrows.items[i].name, name) == 0)
            return true;
    return false;
}

static void read_carriers(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_scenario_claim *claim) {
    const struct tmn_node *list = tmn_node_get(node, "carried_by");
    const struct tmn_model *model = reader->model;
    const char **names;
    size_t count = 0;
    if (!list || !tmn_get_texts(reader, node, "carried_by", &names, &count))
        return;
    claim->carriers = TMN_NEW_ARRAY(reader->arena, struct tmn_carrier, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct tmn_place place =
            list->kind == TMN_NODE_SEQUENCE && list->count == count ? list->items[i]->place : list->place;
        struct tmn_carrier carrier = {names[i], -1};
        for (size_t p = 0; p < model->parameters.count; p++)
            if (strcmp(model->parameters.items[p].name, names[i]) == 0)
                carrier.parameter = (int)p;
        if (!is_arrow(model, names[i]) && tmn_names_find(&reader->names, names[i]) < 0) {
            tmn_report(reader->list, place, "unknown-name",
                       tmn_hint_nearest(reader->list, names[i], reader->names.items, reader->names.count),
                       "nothing of the scenario is called '%s'", names[i]);
            continue;
        }
        claim->carriers[claim->carrier_count++] = carrier;
    }
}

/* What each class needs, and what it has no use for. */
static void check_keys(struct tmn_reader *reader, const struct tmn_node *node, enum tmn_claim_class kind,
                       const char *what) {
    static const char *const keys[] = {"experiment", "check", "carried_by", "group"};
    static const bool needs[TMN_CLAIM_CLASSES][4] = {[TMN_CLAIM_ASSUMED] = {false, false, true, false},
                                                     [TMN_CLAIM_OBSERVED] = {false, true, false, false},
                                                     [TMN_CLAIM_CONSEQUENCE] = {true, false, false, false},
                                                     [TMN_CLAIM_RIVAL] = {true, false, false, true}};
    static const bool takes[TMN_CLAIM_CLASSES][4] = {[TMN_CLAIM_ASSUMED] = {true, false, true, false},
                                                     [TMN_CLAIM_OBSERVED] = {false, true, false, false},
                                                     [TMN_CLAIM_CONSEQUENCE] = {true, false, true, false},
                                                     [TMN_CLAIM_RIVAL] = {true, false, true, true}};
    for (int k = 0; k < 4; k++) {
        const struct tmn_node *of = tmn_node_get(node, keys[k]);
        if (needs[kind][k] && !of)
            tmn_report(reader->list, node->place, "missing-key", NULL, "%s is of class %s and needs the key '%s'", what,
                       class_name[kind], keys[k]);
        else if (!takes[kind][k] && of)
            tmn_report(reader->list, tmn_key_place(node, keys[k]), "not-together", NULL,
                       "%s is of class %s, which has no '%s'", what, class_name[kind], keys[k]);
    }
}

static void read_claim(struct tmn_reader *reader, const struct tmn_node *key, const struct tmn_node *node) {
    struct tmn_scenario_claim claim = {.id = key->text, .place = key->place, .node = node};
    const char *what = tmn_arena_printf(reader->arena, "claim '%s'", key->text);
    struct tmn_cited cited = {key->text, key->place};
    int kind = 0;
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_CLAIM, what))
        return;
    TMN_PUSH(reader->arena, &reader->cited, cited);
    tmn_get_text(reader, node, "reason", &claim.reason);
    tmn_get_text(reader, node, "group", &claim.group);
    if (tmn_get_choice(reader, node, "class", class_name, TMN_CLAIM_CLASSES, &kind))
        check_keys(reader, node, (enum tmn_claim_class)kind, what);
    claim.kind = (enum tmn_claim_class)kind;
    read_carriers(reader, node, &claim);
    const struct tmn_node *experiment = tmn_node_get(node, "experiment"), *check = tmn_node_get(node, "check");
    claim.has_experiment = experiment && experiment->kind == TMN_NODE_MAPPING;
    if (claim.has_experiment)
        read_experiment(reader, experiment, what, &claim.experiment);
    if (check && check->kind == TMN_NODE_MAPPING)
        tmn_read_claim_check(reader, check, what, &claim.check);
    TMN_PUSH(reader->arena, &reader->model->claims, claim);
}

/* Of each file that holds claims, once; whatever their order. */
static void hash_claims(struct tmn_reader *reader, const struct tmn_node *node) {
    for (size_t i = 0; i < node->count; i++) {
        bool first = true;
        for (size_t j = 0; j < i && first; j++)
            first = node->keys[j]->place.source != node->keys[i]->place.source;
        if (first && node->keys[i]->place.source)
            reader->model->claims_hash += tmn_source_hash(reader, node->keys[i]->place.source);
    }
}

void tmn_read_claims(struct tmn_reader *reader) {
    const struct tmn_node *node = reader->section[TMN_IN_CLAIMS];
    if (!node || !tmn_want_mapping(reader, node, "'claims'"))
        return;
    for (size_t i = 0; i < node->count; i++)
        read_claim(reader, node->keys[i], node->items[i]);
    hash_claims(reader, node);
}

void tmn_read_controls(struct tmn_reader *reader) {
    const struct tmn_node *node = reader->section[TMN_IN_CONTROLS];
    struct tmn_claim_controls *controls = &reader->model->controls;
    if (!node || !tmn_schema_check(reader, node, TMN_SCHEMA_CONTROLS, "'controls'"))
        return;
    controls->place = node->place;
    read_lever(reader, node, "placebo_lever", &controls->placebo_lever);
    const struct tmn_node *placebo = tmn_node_get(node, "placebo_outcome");
    if (placebo && tmn_schema_check(reader, placebo, TMN_SCHEMA_PLACEBO, "'placebo_outcome'")) {
        struct tmn_experiment *experiment = &controls->placebo_outcome;
        read_measured(reader, placebo, &experiment->figure);
        read_size(reader, placebo, experiment);
        experiment->against.outcome = experiment->against.over = -1;
        experiment->before = (struct tmn_span){1, 0};
        experiment->sign = 1;
        controls->has_placebo_outcome = experiment->figure.outcome >= 0;
    }
    tmn_read_codings(reader, node);
}

void tmn_read_amendments(struct tmn_reader *reader) {
    const struct tmn_node *node = reader->section[TMN_IN_AMENDMENTS];
    for (size_t i = 0; node && tmn_want_list(reader, node, "'amendments'") && i < node->count; i++) {
        struct tmn_amendment amendment = {0, ""};
        if (!tmn_schema_check(reader, node->items[i], TMN_SCHEMA_AMENDMENT, "an amendment"))
            continue;
        tmn_get_date(reader, node->items[i], "date", &amendment.day);
        tmn_get_text(reader, node->items[i], "text", &amendment.text);
        TMN_PUSH(reader->arena, &reader->model->amendments, amendment);
    }
}
