/* Names in expressions: what a name stands for, where it may be read, and what to say when it is wrong. */
#include "model/expr_resolve.h"
#include <string.h>

/* A word for each kind, as in "'x' is ... and cannot be read here". */
static const char *const kind_words[TMN_NAME_KINDS] = {
    [TMN_NAME_UNIT] = "a unit",
    [TMN_NAME_PARAMETER] = "a parameter",
    [TMN_NAME_ATTRIBUTE] = "an attribute",
    [TMN_NAME_MAP] = "a map",
    [TMN_NAME_COUNTER] = "a counter",
    [TMN_NAME_AGE] = "a person's age",
    [TMN_NAME_YEAR] = "the current year",
    [TMN_NAME_WINDOW] = "the window's length",
    [TMN_NAME_DRIVER] = "a driver",
    [TMN_NAME_FEEDBACK] = "feedback",
    [TMN_NAME_TABLE] = "a table",
    [TMN_NAME_FUNCTION] = "a function",
    [TMN_NAME_LAYER] = "a layer",
    [TMN_NAME_TRANSITION] = "a transition",
    [TMN_NAME_EVENT] = "an event",
    [TMN_NAME_OUTCOME] = "an outcome",
    [TMN_NAME_LEVEL] = "a level",
};

static const char *const scope_hints[] = {
    [TMN_SCOPE_CONSTANT] = "only numbers and parameters can be read here",
    [TMN_SCOPE_ATTRIBUTES] = "only attributes, maps, tables and parameters can be read here",
    [TMN_SCOPE_PERSON] = NULL,
    [TMN_SCOPE_PLACE] = "only drivers, feedback, shares, tables, parameters, year and window can be read here",
    [TMN_SCOPE_FEEDBACK] =
        "only drivers, feedback, shares, counts, tables, parameters, year and window can be read here",
    [TMN_SCOPE_START] = "only attributes, maps, age, year, tables and parameters can be read here",
};

struct tmn_place tmn_resolver_place(const struct tmn_resolver *r, const struct tmn_syntax *s) {
    return tmn_syntax_place(r->node, s->from, s->to);
}

struct tmn_place tmn_head_place(const struct tmn_resolver *r, const struct tmn_syntax *s) {
    return tmn_syntax_place(r->node, s->from, s->head);
}

bool tmn_name_reserved(const char *name) {
    static const char *const words[] = {"and", "or", "not", "in", "by", "age", "year", "window", "rest"};
    double value;
    struct tmn_unit unit;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    return tmn_unit_constant(name, strlen(name), &value, &unit) || tmn_is_function(name);
}

static int64_t level_of(const struct tmn_feature *feature, const char *text) {
    for (uint32_t i = 0; feature->level && i < feature->cardinality; i++)
        if (strcmp(feature->level[i], text) == 0)
            return i;
    return -1;
}

/* Position of `text` among items that begin with their name, or -1. */
static int find(const void *items, size_t count, size_t size, const char *text) {
    for (size_t i = 0; i < count; i++) {
        const char *name = *(const char *const *)((const char *)items + i * size);
        if (name && strcmp(name, text) == 0)
            return (int)i;
    }
    return -1;
}
#define FIND(list, text) find((list).items, (list).count, sizeof *(list).items, (text))
#define NAME_FIRST(type) _Static_assert(offsetof(struct type, name) == 0, "FIND reads the name at the start")
NAME_FIRST(tmn_parameter);
NAME_FIRST(tmn_driver);
NAME_FIRST(tmn_feedback);
NAME_FIRST(tmn_table);
NAME_FIRST(tmn_layer);
NAME_FIRST(tmn_transition);
NAME_FIRST(tmn_event);
NAME_FIRST(tmn_outcome);

static struct tmn_name find_feature(const struct tmn_model *model, const char *text) {
    static const enum tmn_name_kind kinds[] = {
        [TMN_FEATURE_ATTRIBUTE] = TMN_NAME_ATTRIBUTE,
        [TMN_FEATURE_MAP] = TMN_NAME_MAP,
        [TMN_FEATURE_COUNTER] = TMN_NAME_COUNTER,
        [TMN_FEATURE_AGE] = TMN_NAME_AGE,
    };
    int feature = tmn_feature_find(model, text);
    if (feature < 0)
        return (struct tmn_name){TMN_NAME_UNKNOWN, -1};
    return (struct tmn_name){kinds[model->features.items[feature].kind], feature};
}

static struct tmn_name find_level(const struct tmn_model *model, const char *text) {
    for (size_t i = 0; i < model->features.count; i++)
        if (level_of(&model->features.items[i], text) >= 0)
            return (struct tmn_name){TMN_NAME_LEVEL, (int)i};
    return (struct tmn_name){TMN_NAME_UNKNOWN, -1};
}

struct tmn_name tmn_name_find(const struct tmn_model *model, const char *text) {
    double value;
    struct tmn_unit unit;
    struct tmn_name name = find_feature(model, text);
    if (name.kind != TMN_NAME_UNKNOWN)
        return name;
    if (strcmp(text, "age") == 0)
        return (struct tmn_name){TMN_NAME_AGE, -1};
    if (strcmp(text, "year") == 0)
        return (struct tmn_name){TMN_NAME_YEAR, -1};
    if (strcmp(text, "window") == 0)
        return (struct tmn_name){TMN_NAME_WINDOW, -1};
    if (tmn_unit_constant(text, strlen(text), &value, &unit))
        return (struct tmn_name){TMN_NAME_UNIT, -1};
    if (tmn_is_function(text))
        return (struct tmn_name){TMN_NAME_FUNCTION, -1};
    const struct tmn_name found[] = {
        {TMN_NAME_PARAMETER, FIND(model->parameters, text)}, {TMN_NAME_DRIVER, FIND(model->drivers, text)},
        {TMN_NAME_FEEDBACK, FIND(model->feedbacks, text)},   {TMN_NAME_TABLE, FIND(model->tables, text)},
        {TMN_NAME_LAYER, FIND(model->layers, text)},         {TMN_NAME_TRANSITION, FIND(model->transitions, text)},
        {TMN_NAME_EVENT, FIND(model->events, text)},         {TMN_NAME_OUTCOME, FIND(model->outcomes, text)},
    };
    for (size_t i = 0; i < sizeof found / sizeof found[0]; i++)
        if (found[i].index >= 0)
            return found[i];
    return find_level(model, text);
}

bool tmn_name_in_scope(enum tmn_scope scope, enum tmn_name_kind kind) {
    bool person = scope == TMN_SCOPE_PERSON, place = scope == TMN_SCOPE_PLACE || scope == TMN_SCOPE_FEEDBACK;
    switch (kind) {
    case TMN_NAME_UNIT:
    case TMN_NAME_PARAMETER:
        return true;
    case TMN_NAME_TABLE:
        return scope != TMN_SCOPE_CONSTANT;
    case TMN_NAME_ATTRIBUTE:
    case TMN_NAME_MAP:
        return person || scope == TMN_SCOPE_ATTRIBUTES || scope == TMN_SCOPE_START;
    case TMN_NAME_COUNTER:
        return person;
    case TMN_NAME_AGE:
        return person || scope == TMN_SCOPE_START;
    case TMN_NAME_YEAR:
        return person || place || scope == TMN_SCOPE_START;
    case TMN_NAME_WINDOW:
    case TMN_NAME_DRIVER:
    case TMN_NAME_FEEDBACK:
        return person || place;
    default:
        return false;
    }
}

struct candidates {
    const char **items;
    size_t count, capacity;
};

/* Every name that may stand alone in this scope. */
static struct candidates candidates_in(struct tmn_resolver *r) {
    const struct tmn_model *model = r->model;
    struct candidates all = {0};
#define ADD_ALL(list, kind)                                                                                            \
    for (size_t i = 0; tmn_name_in_scope(r->scope, kind) && i < (list).count; i++)                                     \
    TMN_PUSH(r->arena, &all, (list).items[i].name)
    ADD_ALL(model->parameters, TMN_NAME_PARAMETER);
    ADD_ALL(model->drivers, TMN_NAME_DRIVER);
    ADD_ALL(model->feedbacks, TMN_NAME_FEEDBACK);
    ADD_ALL(model->tables, TMN_NAME_TABLE);
#undef ADD_ALL
    for (size_t i = 0; i < model->features.count; i++) {
        const char *name = model->features.items[i].name;
        bool own = (int)i == r->by, hidden = strchr(name, '(') != NULL;
        if (!hidden && (own || tmn_name_in_scope(r->scope, find_feature(model, name).kind)))
            TMN_PUSH(r->arena, &all, name);
    }
    if (tmn_name_in_scope(r->scope, TMN_NAME_YEAR))
        TMN_PUSH(r->arena, &all, "year");
    if (tmn_name_in_scope(r->scope, TMN_NAME_WINDOW))
        TMN_PUSH(r->arena, &all, "window");
    for (size_t i = 0; tmn_unit_name(i); i++)
        if (strlen(tmn_unit_name(i)) > 2) /* shorter units are near to anything */
            TMN_PUSH(r->arena, &all, tmn_unit_name(i));
    return all;
}

static void report_unknown(struct tmn_resolver *r, const struct tmn_syntax *s, const char *text) {
    struct candidates all = candidates_in(r);
    tmn_report(r->list, tmn_head_place(r, s), "unknown-name", tmn_hint_nearest(r->list, text, all.items, all.count),
               "nothing is named '%s'", text);
}

void tmn_report_name(struct tmn_resolver *r, const struct tmn_syntax *s, const char *text, struct tmn_name name) {
    struct tmn_place place = tmn_head_place(r, s);
    const struct tmn_model *model = r->model;
    const char *hint = scope_hints[r->scope];
    if (r->scope == TMN_SCOPE_CONSTANT && r->by >= 0)
        hint = tmn_arena_printf(r->arena, "only numbers, parameters and '%s' itself can be read here",
                                model->features.items[r->by].name);
    switch (name.kind) {
    case TMN_NAME_UNKNOWN:
        report_unknown(r, s, text);
        return;
    case TMN_NAME_LEVEL:
        hint = tmn_arena_printf(r->arena, "compare with it: %s = %s", model->features.items[name.index].name, text);
        tmn_report(r->list, place, "wrong-type", hint, "'%s' is a level of '%s', not a value", text,
                   model->features.items[name.index].name);
        return;
    case TMN_NAME_FUNCTION:
        hint = tmn_arena_printf(r->arena, "write %s(...)", text);
        tmn_report(r->list, place, "wrong-type", hint, "'%s' is a function, not a value", text);
        return;
    case TMN_NAME_TABLE:
        if (!tmn_name_in_scope(r->scope, TMN_NAME_TABLE))
            break;
        hint = tmn_arena_printf(r->arena, "look it up: %s[...]", text);
        tmn_report(r->list, place, "wrong-type", hint, "'%s' is a table, not a value", text);
        return;
    case TMN_NAME_AGE:
        if (name.index >= 0)
            break;
        tmn_report(r->list, place, "unknown-name", "declare an attribute 'birth_year'",
                   "there is no age without birth years");
        return;
    default:
        break;
    }
    tmn_report(r->list, place, "wrong-scope", hint, "'%s' is %s and cannot be read here", text, kind_words[name.kind]);
}

bool tmn_feature_readable(struct tmn_resolver *r, const struct tmn_syntax *s, int feature) {
    bool place = r->scope == TMN_SCOPE_PLACE || r->scope == TMN_SCOPE_FEEDBACK;
    bool own = feature == r->by && (place || r->scope == TMN_SCOPE_CONSTANT);
    const char *text = r->model->features.items[feature].name;
    struct tmn_name name = find_feature(r->model, text);
    if (own)
        return true;
    if (tmn_name_in_scope(r->scope, name.kind))
        return true;
    if (place) {
        const char *hint = r->by >= 0
                               ? tmn_arena_printf(r->arena, "a share of persons, or the own place '%s', can be read",
                                                  r->model->features.items[r->by].name)
                               : "a share of persons can be read: share(...)";
        tmn_report(r->list, tmn_head_place(r, s), "wrong-scope", hint,
                   "'%s' belongs to a person and cannot be read here", text);
    } else {
        tmn_report_name(r, s, text, name);
    }
    return false;
}

bool tmn_by_readable(struct tmn_resolver *r, const struct tmn_syntax *s, const char *what, int by) {
    if (by < 0 || r->scope == TMN_SCOPE_PERSON || by == r->by)
        return true;
    const char *cut = r->model->features.items[by].name;
    const char *hint = r->by < 0 ? "a national variable reads national ones only"
                                 : tmn_arena_printf(r->arena, "here, only what is national or by '%s' can be read",
                                                    r->model->features.items[r->by].name);
    tmn_report(r->list, tmn_resolver_place(r, s), "wrong-scope", hint, "%s is by '%s' and cannot be read here", what,
               cut);
    return false;
}

/* A whole number, perhaps negative, without a unit. */
static bool whole_number(const struct tmn_syntax *s, long long *value) {
    bool negative = s->kind == TMN_SYNTAX_UNARY && s->op == TMN_OP_NEG;
    const struct tmn_syntax *number = negative ? s->arg[0] : s;
    if (number->kind != TMN_SYNTAX_NUMBER || !tmn_unit_is_none(number->unit) || number->number > 1e9)
        return false;
    *value = (long long)number->number;
    if ((double)*value != number->number)
        return false;
    *value = negative ? -*value : *value;
    return true;
}

int64_t tmn_syntax_level(const struct tmn_model *model, int feature, const struct tmn_syntax *s) {
    const struct tmn_feature *f = &model->features.items[feature];
    long long value;
    if (s->kind == TMN_SYNTAX_NAME || s->kind == TMN_SYNTAX_STRING)
        return level_of(f, s->text);
    if (!f->numeric || !whole_number(s, &value) || value < f->first || value - f->first >= (long long)f->cardinality)
        return -1;
    return value - f->first;
}

void tmn_report_level(struct tmn_resolver *r, int feature, const struct tmn_syntax *s) {
    const struct tmn_feature *f = &r->model->features.items[feature];
    bool named = s->kind == TMN_SYNTAX_NAME || s->kind == TMN_SYNTAX_STRING;
    const char *hint =
        named && f->level ? tmn_hint_nearest(r->list, s->text, (const char *const *)f->level, f->cardinality) : NULL;
    if (!hint && f->numeric)
        hint = tmn_arena_printf(r->arena, "it has the whole numbers from %d to %d", f->first,
                                f->first + (int)f->cardinality - 1);
    if (!hint && !named)
        hint = "a level that is not a plain name is put in quotes";
    if (!hint && f->cardinality <= 12) {
        struct tmn_text levels;
        tmn_text_init(&levels, r->arena);
        for (uint32_t i = 0; i < f->cardinality; i++)
            tmn_text_put(&levels, "%s%s", i ? ", " : "its levels are ", f->level[i]);
        hint = levels.items;
    }
    if (named && (strncmp(s->text, "sender.", 7) == 0 || strncmp(s->text, "receiver.", 9) == 0))
        hint =
            "a message cannot compare the two: 'who' reads the receiver, 'chance' the sender; a layer of its own, or "
            "'within', keeps it to a group";
    const char *text = named ? s->text : tmn_arena_strndup(r->arena, r->node->text + s->from, s->to - s->from);
    tmn_report(r->list, tmn_resolver_place(r, s), "unknown-level", hint, "'%s' has no level '%s'", f->name, text);
}
