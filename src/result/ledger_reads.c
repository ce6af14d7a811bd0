/* What each entry of the ledger reads and changes: expressions and actions of the compiled model, walked once. */
#include "result/ledger.h"

#include <string.h>

struct walk {
    struct tmn_ledger *ledger;
    const struct tmn_model *model;
    size_t self; /* entry that reads */
};

static void reads(const struct walk *walk, enum tmn_entry_kind kind, int index) {
    if (index >= 0)
        tmn_ledger_link(walk->ledger, walk->self, TMN_LINK_READS, walk->ledger->first[kind] + (size_t)index);
}

static void changes(const struct walk *walk, enum tmn_entry_kind kind, int index) {
    tmn_ledger_link(walk->ledger, walk->self, TMN_LINK_CHANGES, walk->ledger->first[kind] + (size_t)index);
}

static void level_of(const struct walk *walk, enum tmn_link link, int feature, uint32_t level) {
    if (feature >= 0 && walk->ledger->first_level[feature] != SIZE_MAX &&
        level < walk->model->features.items[feature].cardinality)
        tmn_ledger_link(walk->ledger, walk->self, link, walk->ledger->first_level[feature] + level);
}

/* The declaration behind a feature: of age the attribute birth_year, of a made map its attribute, of a made counter its
 * layer. */
static void reads_feature(const struct walk *walk, int feature) {
    if (feature < 0)
        return;
    const struct tmn_feature *of = &walk->model->features.items[feature];
    switch (of->kind) {
    case TMN_FEATURE_ATTRIBUTE:
        reads(walk, TMN_ENTRY_ATTRIBUTE, of->index);
        break;
    case TMN_FEATURE_MAP:
        if (walk->model->maps.items[of->index].derived)
            reads(walk, TMN_ENTRY_ATTRIBUTE, walk->model->maps.items[of->index].of);
        else
            reads(walk, TMN_ENTRY_MAP, of->index);
        break;
    case TMN_FEATURE_COUNTER:
        if (strchr(walk->model->counters.items[of->index].name, '('))
            reads(walk, TMN_ENTRY_LAYER, walk->model->counters.items[of->index].layer);
        else
            reads(walk, TMN_ENTRY_COUNTER, of->index);
        break;
    case TMN_FEATURE_AGE:
        reads(walk, TMN_ENTRY_ATTRIBUTE, walk->model->birth_year);
        break;
    }
}

/* The levels that a test names, as it is best written. */
static void reads_member(const struct walk *walk, const struct tmn_expr *expr) {
    struct tmn_member_form form = tmn_member_form(walk->model, expr);
    reads_feature(walk, expr->index);
    if (form.relation != TMN_OP_MEMBER)
        level_of(walk, TMN_LINK_READS, expr->index, form.level);
    else
        for (uint32_t l = 0; l < walk->model->features.items[expr->index].cardinality; l++)
            if (expr->member[l])
                level_of(walk, TMN_LINK_READS, expr->index, l);
}

static void reads_firings(const struct walk *walk, int transition, int branch) {
    size_t first = walk->ledger->first_branch[transition];
    if (branch >= 0 && first != SIZE_MAX)
        tmn_ledger_link(walk->ledger, walk->self, TMN_LINK_READS, first + (size_t)branch);
    else
        reads(walk, TMN_ENTRY_TRANSITION, transition);
}

static void reads_expr(const struct walk *walk, const struct tmn_expr *expr) {
    const struct tmn_model *model = walk->model;
    if (!expr)
        return;
    switch (expr->op) {
    case TMN_OP_PARAMETER:
        reads(walk, TMN_ENTRY_PARAMETER, expr->index);
        break;
    case TMN_OP_DRIVER:
        reads(walk, TMN_ENTRY_DRIVER, expr->index);
        break;
    case TMN_OP_FEEDBACK:
        reads(walk, TMN_ENTRY_FEEDBACK, expr->index);
        break;
    case TMN_OP_TABLE:
        reads(walk, TMN_ENTRY_TABLE, expr->index);
        for (size_t k = 0; k < expr->count; k++)
            if (expr->arg[k]->index == -2)
                level_of(walk, TMN_LINK_READS, model->tables.items[expr->index].key[k].feature,
                         (uint32_t)expr->arg[k]->number);
        break;
    case TMN_OP_SHARE:
        reads_feature(walk, model->shares.items[expr->index].by);
        reads_expr(walk, model->shares.items[expr->index].who);
        break;
    case TMN_OP_COUNT:
        reads_feature(walk, model->counts.items[expr->index].by);
        reads_firings(walk, model->counts.items[expr->index].transition, model->counts.items[expr->index].branch);
        break;
    case TMN_OP_FEATURE:
    case TMN_OP_KEY:
        reads_feature(walk, expr->index);
        break;
    case TMN_OP_MEMBER:
        reads_member(walk, expr);
        break;
    default:
        break;
    }
    for (size_t i = 0; i < expr->count; i++)
        reads_expr(walk, expr->arg[i]);
}

static void walk_draws(const struct walk *walk, const struct tmn_draw_rule *draws, size_t count) {
    for (size_t d = 0; d < count; d++) {
        changes(walk, TMN_ENTRY_ATTRIBUTE, draws[d].attribute);
        reads_expr(walk, draws[d].cumulative);
        for (uint32_t l = 0; l < walk->model->attributes.items[draws[d].attribute].levels; l++)
            reads_expr(walk, draws[d].chance[l]);
    }
}

static void walk_actions(const struct walk *walk, const struct tmn_action *items, size_t count) {
    for (size_t a = 0; a < count; a++) {
        const struct tmn_action *action = &items[a];
        switch (action->kind) {
        case TMN_ACTION_SET:
            level_of(walk, TMN_LINK_CHANGES, tmn_feature_of_attribute(walk->model, action->attribute), action->level);
            changes(walk, TMN_ENTRY_ATTRIBUTE, action->attribute);
            break;
        case TMN_ACTION_COPY:
            reads(walk, TMN_ENTRY_ATTRIBUTE, action->from);
            changes(walk, TMN_ENTRY_ATTRIBUTE, action->attribute);
            break;
        case TMN_ACTION_YEAR:
        case TMN_ACTION_STEP:
            changes(walk, TMN_ENTRY_ATTRIBUTE, action->attribute);
            break;
        case TMN_ACTION_ADD:
            changes(walk, TMN_ENTRY_FEEDBACK, action->feedback);
            break;
        case TMN_ACTION_TELL:
            reads(walk, TMN_ENTRY_LAYER, action->layer);
            break;
        case TMN_ACTION_BIRTH:
            if (walk->model->birth_year >= 0)
                changes(walk, TMN_ENTRY_ATTRIBUTE, walk->model->birth_year);
            break;
        }
        reads_expr(walk, action->amount);
        reads_expr(walk, action->who);
        reads_expr(walk, action->chance);
        walk_draws(walk, action->draws, action->draw_count);
        walk_actions(walk, action->items, action->count);
    }
}

static void walk_transition(struct walk *walk, size_t index) {
    const struct tmn_transition *transition = &walk->model->transitions.items[index];
    size_t first = walk->ledger->first_branch[index];
    reads_expr(walk, transition->who);
    reads_expr(walk, transition->hazard);
    for (size_t b = 0; b < transition->branches; b++) { /* a named branch speaks for itself */
        if (first != SIZE_MAX)
            walk->self = first + b;
        reads_expr(walk, transition->branch[b].chance);
        walk_actions(walk, transition->branch[b].items, transition->branch[b].count);
    }
}

static void walk_draw(const struct walk *walk, size_t index, bool dealt) {
    const struct tmn_population *population = &walk->model->population;
    walk_draws(walk, dealt ? &population->deals[index] : &population->draws[index], 1);
}

static void walk_population(const struct walk *walk) {
    const struct tmn_population *population = &walk->model->population;
    reads_expr(walk, population->size);
    reads_expr(walk, population->head);
    if (population->place_attribute >= 0)
        changes(walk, TMN_ENTRY_ATTRIBUTE, population->place_attribute);
    for (size_t m = 0; m <= population->margins; m++) {
        const struct tmn_counts *counts = m == 0 ? &population->counts : &population->margin[m - 1];
        for (int k = 0; k < counts->keys; k++) {
            const struct tmn_feature *feature = &walk->model->features.items[counts->feature[k]];
            if (feature->kind == TMN_FEATURE_ATTRIBUTE)
                changes(walk, TMN_ENTRY_ATTRIBUTE, feature->index);
            else
                reads_feature(walk, counts->feature[k]);
        }
    }
}

static void walk_constant(const struct walk *walk, const struct tmn_constant *constant) {
    reads_expr(walk, constant->expr);
}

static void walk_check(const struct walk *walk, const struct tmn_check *check) {
    reads(walk, TMN_ENTRY_OUTCOME, check->outcome);
    for (size_t i = 0; i < check->set.count; i++)
        reads(walk, TMN_ENTRY_PARAMETER, check->set.items[i].parameter);
    for (size_t i = 0; i < check->against.count; i++)
        reads(walk, TMN_ENTRY_PARAMETER, check->against.items[i].parameter);
    walk_constant(walk, &check->over);
    walk_constant(walk, &check->above);
    walk_constant(walk, &check->given);
    walk_constant(walk, &check->expected);
    walk_constant(walk, &check->error);
    walk_constant(walk, &check->tolerance);
    walk_constant(walk, &check->law_argument[0]);
    walk_constant(walk, &check->law_argument[1]);
}

static void walk_outcome(const struct walk *walk, const struct tmn_outcome *outcome) {
    reads_expr(walk, outcome->state);
    for (int k = 0; k < outcome->by.n; k++)
        reads_feature(walk, outcome->by.feature[k]);
    if (outcome->kind == TMN_OUTCOME_FIRINGS)
        reads_firings(walk, outcome->transition, outcome->branch);
    else if (outcome->kind == TMN_OUTCOME_FEEDBACK)
        reads(walk, TMN_ENTRY_FEEDBACK, outcome->feedback);
}

static void walk_layer(const struct walk *walk, const struct tmn_layer *layer) {
    reads_expr(walk, layer->number);
    reads_expr(walk, layer->long_share);
    reads_feature(walk, layer->within);
    if (layer->kind == TMN_LAYER_DEGREES)
        reads(walk, TMN_ENTRY_ATTRIBUTE, layer->degrees);
}

static void walk_event(const struct walk *walk, const struct tmn_event *event) {
    reads_feature(walk, event->by);
    reads_expr(walk, event->when);
    reads_expr(walk, event->rate);
    walk_actions(walk, event->items, event->count);
}

static void walk_cause(const struct walk *walk, const struct tmn_cause *cause) {
    static const enum tmn_entry_kind kind[] = {[TMN_CAUSE_PARAMETER] = TMN_ENTRY_PARAMETER,
                                               [TMN_CAUSE_DRIVER] = TMN_ENTRY_DRIVER,
                                               [TMN_CAUSE_FEEDBACK] = TMN_ENTRY_FEEDBACK};
    if (cause->kind != TMN_CAUSE_PERSONS) {
        reads(walk, kind[cause->kind], cause->index);
        return;
    }
    for (size_t i = 0; i < cause->assign.sets; i++)
        reads(walk, TMN_ENTRY_ATTRIBUTE, cause->assign.set[i].attribute);
    reads_expr(walk, cause->assign.who);
}

/* What an arrow moves and what it watches: it reads both, since a run without it changes nothing. */
static void walk_arrow(const struct walk *walk, const struct tmn_arrow *arrow) {
    walk_cause(walk, &arrow->cause);
    if (arrow->has_with)
        walk_cause(walk, &arrow->with);
    if (arrow->effect.kind == TMN_TARGET_TRANSITION)
        reads_firings(walk, arrow->effect.index, arrow->effect.branch);
    else
        reads(walk, arrow->effect.kind == TMN_TARGET_EVENT ? TMN_ENTRY_EVENT : TMN_ENTRY_FEEDBACK, arrow->effect.index);
    reads(walk, TMN_ENTRY_OUTCOME, arrow->outcome);
}

static void walk_loop(const struct walk *walk, const struct tmn_loop *loop) {
    for (size_t i = 0; i < loop->links; i++)
        tmn_ledger_link(walk->ledger, walk->self, TMN_LINK_PARTS,
                        walk->ledger->first[TMN_ENTRY_ARROW] + (size_t)loop->link[i]);
    for (size_t i = 0; i < loop->set.count; i++)
        reads(walk, TMN_ENTRY_PARAMETER, loop->set.items[i].parameter);
    if (loop->set.count > 0)
        walk_cause(walk, &loop->pulse);
    reads(walk, TMN_ENTRY_OUTCOME, loop->outcome);
}

static void walk_lever(const struct walk *walk, const struct tmn_lever *lever) {
    for (size_t i = 0; i < lever->count; i++)
        walk_cause(walk, &lever->items[i]);
}

static void walk_measured(const struct walk *walk, const struct tmn_measured *measured) {
    reads(walk, TMN_ENTRY_OUTCOME, measured->outcome);
    reads(walk, TMN_ENTRY_OUTCOME, measured->outcome < 0 ? -1 : measured->over);
}

/* What a claim's experiment moves and watches, and what is said to carry it. */
static void walk_claim(const struct walk *walk, const struct tmn_scenario_claim *claim) {
    const struct tmn_experiment *experiment = &claim->experiment;
    if (claim->has_experiment) {
        walk_lever(walk, &experiment->lever);
        walk_lever(walk, &experiment->given);
        walk_lever(walk, &experiment->with);
        walk_lever(walk, &experiment->than);
        walk_measured(walk, &experiment->figure);
        walk_measured(walk, &experiment->against);
    }
    for (size_t i = 0; i < claim->carrier_count; i++)
        for (size_t e = 0; e < walk->ledger->count; e++)
            if (walk->ledger->items[e].kind != TMN_ENTRY_OUTCOME &&
                strcmp(walk->ledger->items[e].name, claim->carriers[i].name) == 0)
                tmn_ledger_link(walk->ledger, walk->self, TMN_LINK_READS, e);
}

static void walk_figure(const struct walk *walk, const struct tmn_figure *figure) {
    reads(walk, TMN_ENTRY_OUTCOME, figure->of.outcome);
    if (figure->over.outcome >= 0)
        reads(walk, TMN_ENTRY_OUTCOME, figure->over.outcome);
    reads_expr(walk, figure->mean);
    reads_expr(walk, figure->given);
}

static void walk_entry(struct walk *walk, const struct tmn_entry *entry) {
    const struct tmn_model *model = walk->model;
    size_t i = entry->index;
    const struct tmn_expr *const rules[] = {model->alive, model->unborn, model->until};
    switch (entry->kind) {
    case TMN_ENTRY_MAP:
        reads(walk, TMN_ENTRY_ATTRIBUTE, model->maps.items[i].of);
        break;
    case TMN_ENTRY_TABLE:
        for (int k = 0; k < model->tables.items[i].keys; k++)
            reads_feature(walk, model->tables.items[i].key[k].feature);
        break;
    case TMN_ENTRY_DRIVER:
        reads_feature(walk, model->drivers.items[i].by);
        reads(walk, TMN_ENTRY_PARAMETER, model->drivers.items[i].times);
        break;
    case TMN_ENTRY_FEEDBACK:
        reads_feature(walk, model->feedbacks.items[i].by);
        reads_expr(walk, model->feedbacks.items[i].next);
        break;
    case TMN_ENTRY_DRAW:
        walk_draw(walk, i, entry->part);
        break;
    case TMN_ENTRY_LAYER:
        walk_layer(walk, &model->layers.items[i]);
        break;
    case TMN_ENTRY_COUNTER:
        reads(walk, TMN_ENTRY_LAYER, model->counters.items[i].layer);
        reads_expr(walk, model->counters.items[i].of);
        break;
    case TMN_ENTRY_TRANSITION:
        walk_transition(walk, i);
        break;
    case TMN_ENTRY_EVENT:
        walk_event(walk, &model->events.items[i]);
        break;
    case TMN_ENTRY_OUTCOME:
        walk_outcome(walk, &model->outcomes.items[i]);
        break;
    case TMN_ENTRY_OBSERVATION:
        reads(walk, TMN_ENTRY_OUTCOME, model->observations.items[i].outcome);
        break;
    case TMN_ENTRY_FIGURE:
        walk_figure(walk, &model->figures.items[i]);
        break;
    case TMN_ENTRY_CHECK:
        walk_check(walk, &model->checks.items[i]);
        break;
    case TMN_ENTRY_ARROW:
        walk_arrow(walk, &model->arrows.items[i]);
        break;
    case TMN_ENTRY_LOOP:
        walk_loop(walk, &model->loops.items[i]);
        break;
    case TMN_ENTRY_CLAIM:
        walk_claim(walk, &model->claims.items[i]);
        break;
    case TMN_ENTRY_SYSTEM:
        reads(walk, TMN_ENTRY_PARAMETER, model->systems.items[i].switch_parameter);
        break;
    case TMN_ENTRY_RULE:
        if (i < 3)
            reads_expr(walk, rules[i]);
        else
            walk_population(walk);
        break;
    default: /* attributes, levels and parameters read nothing; branches were walked with their transition */
        break;
    }
}

void tmn_ledger_read_all(struct tmn_ledger *ledger) {
    for (size_t e = 0; e < ledger->count; e++) {
        struct walk walk = {ledger, ledger->model, e};
        walk_entry(&walk, &ledger->items[e]);
    }
}
