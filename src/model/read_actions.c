/* What happens when a transition or an event fires: set, step, add, tell, birth. */
#include "model/read.h"

#include "base/draw.h"
#include <math.h>
#include <string.h>

struct actions {
    struct tmn_action *items;
    size_t count, capacity;
};

/* What a `set` may copy from: another attribute of the same person, of the mother, of nobody. */
enum copy_from { COPY_OWN, COPY_MOTHER };

static bool same_levels(const struct tmn_attribute *a, const struct tmn_attribute *b) {
    if (a->levels != b->levels)
        return false;
    for (uint32_t i = 0; i < a->levels; i++)
        if (strcmp(a->level[i], b->level[i]) != 0)
            return false;
    return true;
}

/* `set: { left: year }`: the levels must hold every year of the run. */
static void check_year(struct tmn_reader *reader, const struct tmn_attribute *attribute, struct tmn_place place) {
    const struct tmn_calendar *calendar = &reader->model->calendar;
    int from = calendar->start_year, to = tmn_calendar_window(calendar, calendar->windows - 1).year;
    int last = attribute->first + (int)attribute->levels - 1;
    if (!attribute->numeric || attribute->first > from || last < to)
        tmn_report(reader->list, place, "no-year", NULL,
                   "'%s' cannot hold the year: its levels must be whole numbers from %d or less to %d or more",
                   attribute->name, from, to);
}

static void read_set_one(struct tmn_reader *reader, const struct tmn_node *key, const struct tmn_node *value,
                         enum copy_from copy, struct actions *actions) {
    const struct tmn_model *model = reader->model;
    const char *text;
    struct tmn_action action = {.kind = TMN_ACTION_SET, .place = key->place};
    action.attribute = tmn_find_attribute(reader, key->text, key->place);
    if (!tmn_node_text(reader, value, "a level", &text) || action.attribute < 0)
        return;
    const struct tmn_attribute *attribute = &model->attributes.items[action.attribute];
    int feature = tmn_feature_of_attribute(model, action.attribute);
    int64_t level = tmn_level_of(reader, feature, text);
    const char *other = copy == COPY_MOTHER ? (strncmp(text, "mother.", 7) == 0 ? text + 7 : NULL) : text;
    int from = -1;
    for (size_t i = 0; level < 0 && other && i < model->attributes.count; i++)
        if (strcmp(model->attributes.items[i].name, other) == 0)
            from = (int)i;
    if (level >= 0) {
        action.level = (uint32_t)level;
    } else if (from < 0 && copy != COPY_MOTHER && strcmp(text, "year") == 0) {
        check_year(reader, attribute, value->place);
        action.kind = TMN_ACTION_YEAR;
    } else if (from < 0) {
        if (copy == COPY_MOTHER && other)
            tmn_find_attribute(reader, other, value->place);
        else
            tmn_find_level(reader, feature, text, value->place);
        return;
    } else if (!same_levels(attribute, &model->attributes.items[from])) {
        tmn_report(reader->list, value->place, "other-levels", NULL,
                   "'%s' cannot be copied into '%s': their levels differ", other, attribute->name);
        return;
    } else {
        action.kind = TMN_ACTION_COPY;
        action.from = from;
    }
    TMN_PUSH(reader->arena, actions, action);
}

static void read_set(struct tmn_reader *reader, const struct tmn_node *set, enum copy_from copy,
                     struct actions *actions) {
    for (size_t i = 0; set && set->kind == TMN_NODE_MAPPING && i < set->count; i++)
        read_set_one(reader, set->keys[i], set->items[i], copy, actions);
}

static void read_step(struct tmn_reader *reader, const struct tmn_node *step, struct actions *actions) {
    for (size_t i = 0; step && step->kind == TMN_NODE_MAPPING && i < step->count; i++) {
        struct tmn_action action = {.kind = TMN_ACTION_STEP, .place = step->keys[i]->place};
        long long by = 0;
        action.attribute = tmn_find_attribute(reader, step->keys[i]->text, step->keys[i]->place);
        if (!tmn_node_int(reader, step->items[i], "a step", -65535, 65535, &by) || action.attribute < 0)
            continue;
        if (by == 0)
            tmn_report(reader->list, step->items[i]->place, "no-effect", NULL, "a step of 0 does nothing");
        if (!reader->model->attributes.items[action.attribute].ordered)
            tmn_report(reader->list, step->keys[i]->place, "not-ordered",
                       "declare it as { levels: [...], ordered: yes }",
                       "'%s' cannot be stepped: its levels are not ordered", step->keys[i]->text);
        action.by = (int)by;
        TMN_PUSH(reader->arena, actions, action);
    }
}

static void read_add(struct tmn_reader *reader, const struct tmn_node *add, enum tmn_scope scope, int by,
                     struct actions *actions) {
    static const char *const places[] = {"now"};
    for (size_t i = 0; add && add->kind == TMN_NODE_MAPPING && i < add->count; i++) {
        struct tmn_action action = {.kind = TMN_ACTION_ADD, .place = add->keys[i]->place};
        const struct tmn_node *value = add->items[i];
        action.feedback = tmn_find_feedback(reader, add->keys[i]->text, add->keys[i]->place);
        if (value->kind == TMN_NODE_MAPPING) {
            int now;
            if (!tmn_schema_check(reader, value, TMN_SCHEMA_ADD, "an amount"))
                continue;
            action.place_now = tmn_get_choice(reader, value, "place", places, 1, &now);
            if (action.place_now && scope == TMN_SCOPE_PLACE)
                tmn_report(reader->list, tmn_key_place(value, "place"), "no-effect", NULL,
                           "an event has no place but its own: leave 'place' out");
            value = tmn_node_get(value, "value");
        }
        if (!value || value->kind != TMN_NODE_SCALAR || value->null) {
            if (value)
                tmn_report(reader->list, value->place, "wrong-shape", NULL,
                           "an amount must be a number or an expression");
            continue;
        }
        action.amount = tmn_expr_parse(reader->model, value, scope, by, false, reader->list);
        if (!action.amount || action.feedback < 0)
            continue;
        const struct tmn_feedback *feedback = &reader->model->feedbacks.items[action.feedback];
        tmn_expr_want_unit(action.amount, feedback->unit, "an amount", reader->list);
        if (scope == TMN_SCOPE_PLACE && feedback->by >= 0 && feedback->by != by)
            tmn_report(reader->list, add->keys[i]->place, "wrong-place", NULL,
                       "'%s' is by '%s', and the event is not: its place is unknown", feedback->name,
                       reader->model->features.items[feedback->by].name);
        TMN_PUSH(reader->arena, actions, action);
    }
}

static void read_tell(struct tmn_reader *reader, const struct tmn_node *node, const char *layer, struct tmn_place place,
                      const char *path, struct actions *actions) {
    static const char *const receivers[] = {"all", "one"};
    struct tmn_action action = {.kind = TMN_ACTION_TELL, .place = place, .name = layer};
    struct actions items = {0};
    long long priority = 0;
    int to = 0;
    action.layer = tmn_find_layer(reader, layer, place);
    const struct tmn_node *who = tmn_node_get(node, "who"), *chance = tmn_node_get(node, "chance");
    tmn_get_text(reader, node, "name", &action.name);
    tmn_get_int(reader, node, "priority", -1000000, 1000000, &priority);
    action.priority = (int)priority;
    tmn_get_choice(reader, node, "to", receivers, 2, &to);
    action.one = to == 1;
    if (who && who->kind == TMN_NODE_SCALAR && !who->null)
        action.who = tmn_expr_parse(reader->model, who, TMN_SCOPE_PERSON, TMN_NATION, true, reader->list);
    if (chance && chance->kind == TMN_NODE_SCALAR && !chance->null) {
        action.chance = tmn_expr_parse(reader->model, chance, TMN_SCOPE_PERSON, TMN_NATION, false, reader->list);
        if (action.chance)
            tmn_expr_want_unit(action.chance, tmn_unit_none, "a chance", reader->list);
    }
    read_set(reader, tmn_node_get(node, "set"), COPY_OWN, &items);
    read_step(reader, tmn_node_get(node, "step"), &items);
    if (!tmn_node_get(node, "set") && !tmn_node_get(node, "step"))
        tmn_report(reader->list, node->place, "no-effect", NULL,
                   "a message must 'set' or 'step' something of its receiver");
    action.items = items.items;
    action.count = items.count;
    action.hash = tmn_name_hash(tmn_arena_printf(reader->arena, "%s/%s/%s", path, action.name, layer));
    for (size_t i = 0; i < actions->count; i++)
        if (actions->items[i].kind == TMN_ACTION_TELL && strcmp(actions->items[i].name, action.name) == 0)
            tmn_report(reader->list, place, "name-taken", "give it a 'name' of its own: its draws are keyed by it",
                       "a second message here is named '%s'", action.name);
    TMN_PUSH(reader->arena, actions, action);
}

static void read_tells(struct tmn_reader *reader, const struct tmn_node *tell, const char *path,
                       struct actions *actions) {
    for (size_t i = 0; tell && tell->kind != TMN_NODE_SCALAR && i < tell->count; i++) {
        const struct tmn_node *node = tell->items[i];
        const char *layer;
        if (tell->kind == TMN_NODE_MAPPING && node->kind == TMN_NODE_SEQUENCE) {
            tmn_report(reader->list, node->place, "wrong-shape",
                       "several messages to one layer: tell: [ { layer: NAME, name: one, ... }, { layer: NAME, name: "
                       "other, ... } ]",
                       "the message to '%s' must be a mapping { key: value }", tell->keys[i]->text);
        } else if (tell->kind == TMN_NODE_MAPPING) {
            if (tmn_schema_check(reader, node, TMN_SCHEMA_TELL,
                                 tmn_arena_printf(reader->arena, "the message to '%s'", tell->keys[i]->text)))
                read_tell(reader, node, tell->keys[i]->text, tell->keys[i]->place, path, actions);
        } else if (tmn_schema_check(reader, node, TMN_SCHEMA_TELL_ITEM, "a message") &&
                   tmn_get_text(reader, node, "layer", &layer)) {
            read_tell(reader, node, layer, tmn_node_get(node, "layer")->place, path, actions);
        }
    }
}

static void read_birth(struct tmn_reader *reader, const struct tmn_node *birth, struct tmn_place place,
                       const char *path, struct actions *actions) {
    struct tmn_action action = {.kind = TMN_ACTION_BIRTH, .place = place};
    struct actions items = {0};
    if (!tmn_schema_check(reader, birth, TMN_SCHEMA_BIRTH, "'birth'"))
        return;
    read_set(reader, tmn_node_get(birth, "set"), COPY_MOTHER, &items);
    action.items = items.items;
    action.count = items.count;
    tmn_read_draws(reader, tmn_node_get(birth, "draw"), tmn_arena_printf(reader->arena, "%s/birth", path),
                   TMN_SCOPE_START, &action.draws, &action.draw_hash, &action.draw_count);
    TMN_PUSH(reader->arena, actions, action);
}

void tmn_read_actions(struct tmn_reader *reader, const struct tmn_node *then, const char *path,
                      struct tmn_action **items, size_t *count) {
    struct actions actions = {0};
    if (!tmn_schema_check(reader, then, TMN_SCHEMA_THEN, "'then'"))
        return;
    const struct tmn_node *birth = tmn_node_get(then, "birth");
    read_set(reader, tmn_node_get(then, "set"), COPY_OWN, &actions);
    read_step(reader, tmn_node_get(then, "step"), &actions);
    read_add(reader, tmn_node_get(then, "add"), TMN_SCOPE_PERSON, TMN_NATION, &actions);
    read_tells(reader, tmn_node_get(then, "tell"), path, &actions);
    if (birth && birth->kind == TMN_NODE_MAPPING)
        read_birth(reader, birth, tmn_key_place(then, "birth"), path, &actions);
    *items = actions.items;
    *count = actions.count;
}

void tmn_read_event_actions(struct tmn_reader *reader, const struct tmn_node *then, int by, struct tmn_action **items,
                            size_t *count) {
    struct actions actions = {0};
    if (!tmn_schema_check(reader, then, TMN_SCHEMA_EVENT_THEN, "'then' of an event"))
        return;
    read_add(reader, tmn_node_get(then, "add"), TMN_SCOPE_PLACE, by, &actions);
    *items = actions.items;
    *count = actions.count;
}
