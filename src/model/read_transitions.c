/* transitions: who may, when, and branches. What then happens is in read_actions.c. */
#include "model/read.h"

#include "base/draw.h"
#include <string.h>

static const char *branch_name(struct tmn_reader *reader, const struct tmn_node *node, size_t number) {
    const struct tmn_node *name = tmn_node_get(node, "name");
    return name && name->kind == TMN_NODE_SCALAR && !name->null ? name->text
                                                                : tmn_arena_printf(reader->arena, "b%zu", number + 1);
}

static void read_branch_names(struct tmn_reader *reader, const struct tmn_node *list,
                              struct tmn_transition *transition) {
    transition->branches = list->count;
    transition->branch = TMN_NEW_ARRAY(reader->arena, struct tmn_branch, list->count + 1);
    for (size_t i = 0; i < list->count; i++) {
        struct tmn_branch *branch = &transition->branch[i];
        branch->name = branch_name(reader, list->items[i], i);
        branch->place = list->items[i]->place;
        if (branch->name[0] == '\0' || strpbrk(branch->name, "/ "))
            tmn_report(reader->list, branch->place, "bad-name", NULL, "'%s' cannot name a branch", branch->name);
        for (size_t j = 0; j < i; j++)
            if (strcmp(transition->branch[j].name, branch->name) == 0)
                tmn_report(reader->list, branch->place, "name-taken", NULL, "two branches of '%s' are named '%s'",
                           transition->name, branch->name);
    }
}

void tmn_read_transition_names(struct tmn_reader *reader) {
    struct tmn_model *model = reader->model;
    const struct tmn_node *node = reader->section[TMN_IN_TRANSITIONS], *events = reader->section[TMN_IN_EVENTS];
    if (node && tmn_want_mapping(reader, node, "'transitions'"))
        for (size_t i = 0; i < node->count; i++) {
            struct tmn_transition transition = {
                .name = node->keys[i]->text, .place = node->keys[i]->place, .hash = tmn_name_hash(node->keys[i]->text)};
            if (!tmn_want_mapping(reader, node->items[i],
                                  tmn_arena_printf(reader->arena, "transition '%s'", transition.name)) ||
                !tmn_declare(reader, node->keys[i], "transition"))
                continue;
            if (model->transitions.count == TMN_MAX_TRANSITIONS) {
                tmn_report(reader->list, transition.place, "too-many-transitions", NULL, "more than %d transitions",
                           TMN_MAX_TRANSITIONS);
                break;
            }
            const struct tmn_node *branch = tmn_node_get(node->items[i], "branch");
            if (branch && branch->kind == TMN_NODE_SEQUENCE && branch->count > 0) {
                read_branch_names(reader, branch, &transition);
            } else {
                transition.branches = 1;
                transition.branch = TMN_NEW(reader->arena, struct tmn_branch);
                transition.branch[0] = (struct tmn_branch){.name = "", .place = transition.place};
            }
            TMN_PUSH(reader->arena, &model->transitions, transition);
        }
    if (events && tmn_want_mapping(reader, events, "'events'"))
        for (size_t i = 0; i < events->count; i++) {
            struct tmn_event event = {.name = events->keys[i]->text,
                                      .place = events->keys[i]->place,
                                      .hash = tmn_name_hash(events->keys[i]->text)};
            if (tmn_declare(reader, events->keys[i], "event"))
                TMN_PUSH(reader->arena, &model->events, event);
        }
}

/* rate, chance or after: exactly one. */
static void read_hazard(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_transition *transition,
                        const char *what) {
    static const char *const keys[] = {"rate", "chance", "after"};
    static const char *const names[] = {"a rate", "a chance", "a duration"};
    static const struct tmn_unit units[] = {{.power = {[TMN_TIME] = -1}}, {{0}}, {.power = {[TMN_TIME] = 1}}};
    int given = 0;
    for (int k = 0; k < 3; k++) {
        const struct tmn_node *hazard = tmn_node_get(node, keys[k]);
        if (!hazard)
            continue;
        if (given++ > 0) {
            tmn_report(reader->list, tmn_key_place(node, keys[k]), "two-hazards", NULL,
                       "%s must have exactly one of 'rate', 'chance' and 'after'", what);
            return;
        }
        transition->kind = (enum tmn_clock_kind)k;
        if (hazard->kind != TMN_NODE_SCALAR || hazard->null)
            continue;
        transition->hazard =
            tmn_expr_parse(reader->model, hazard, k == TMN_CLOCK_AFTER ? TMN_SCOPE_CONSTANT : TMN_SCOPE_PERSON,
                           TMN_NATION, false, reader->list);
        if (transition->hazard)
            tmn_expr_want_unit(transition->hazard, units[k], names[k], reader->list);
    }
    if (given == 0)
        tmn_report(reader->list, node->place, "missing-key", NULL,
                   "%s must have exactly one of 'rate' (per time), 'chance' (per window) and 'after' (a time)", what);
}

static void read_branches(struct tmn_reader *reader, const struct tmn_node *list, struct tmn_transition *transition) {
    for (size_t i = 0; i < list->count; i++) {
        const struct tmn_node *node = list->items[i], *chance, *then;
        struct tmn_branch *branch = &transition->branch[i];
        char *what = tmn_arena_printf(reader->arena, "branch '%s' of '%s'", branch->name, transition->name);
        if (!tmn_schema_check(reader, node, TMN_SCHEMA_BRANCH, what))
            continue;
        tmn_get_text(reader, node, "note", &branch->note);
        chance = tmn_node_get(node, "chance");
        then = tmn_node_get(node, "then");
        bool rest = chance && chance->kind == TMN_NODE_SCALAR && strcmp(chance->text, "rest") == 0;
        if (rest && i + 1 < list->count)
            tmn_report(reader->list, chance->place, "rest-not-last", NULL, "'rest' must be the last branch of '%s'",
                       transition->name);
        if (!rest && i + 1 == list->count)
            tmn_report(reader->list, node->place, "no-rest", "end with { chance: rest, then: { ... } }",
                       "the last branch of '%s' must be the rest", transition->name);
        if (!rest && chance && chance->kind == TMN_NODE_SCALAR && !chance->null) {
            branch->chance = tmn_expr_parse(reader->model, chance, TMN_SCOPE_PERSON, TMN_NATION, false, reader->list);
            if (branch->chance)
                tmn_expr_want_unit(branch->chance, tmn_unit_none, "a chance", reader->list);
        }
        if (then)
            tmn_read_actions(reader, then, tmn_arena_printf(reader->arena, "%s/%s", transition->name, branch->name),
                             &branch->items, &branch->count);
    }
}

static void read_transition(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_transition *transition) {
    char *what = tmn_arena_printf(reader->arena, "transition '%s'", transition->name);
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_TRANSITION, what))
        return;
    const struct tmn_node *who = tmn_node_get(node, "who"), *then = tmn_node_get(node, "then"),
                          *branch = tmn_node_get(node, "branch");
    transition->grounds = tmn_get_grounds(reader, node);
    if (who && who->kind == TMN_NODE_SCALAR && !who->null)
        transition->who = tmn_expr_parse(reader->model, who, TMN_SCOPE_PERSON, TMN_NATION, true, reader->list);
    read_hazard(reader, node, transition, what);
    if (!then == !branch) {
        tmn_report(reader->list, node->place, "missing-key", NULL, "%s must have either 'then' or 'branch'", what);
        return;
    }
    if (then)
        tmn_read_actions(reader, then, tmn_arena_printf(reader->arena, "%s/", transition->name),
                         &transition->branch[0].items, &transition->branch[0].count);
    else if (branch->kind == TMN_NODE_SEQUENCE && branch->count == 0)
        tmn_report(reader->list, branch->place, "missing-key", NULL, "%s has no branch", what);
    else if (branch->kind == TMN_NODE_SEQUENCE)
        read_branches(reader, branch, transition);
}

void tmn_read_transitions(struct tmn_reader *reader) {
    struct tmn_model *model = reader->model;
    for (size_t i = 0; i < model->transitions.count; i++)
        read_transition(reader, tmn_node_get(reader->section[TMN_IN_TRANSITIONS], model->transitions.items[i].name),
                        &model->transitions.items[i]);
}
