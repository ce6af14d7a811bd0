/* Calls and look-ups: functions of numbers, share, count, degree, and tables. */
#include "model/expr_resolve.h"
#include <string.h>

enum units { UNITS_NONE, UNITS_SAME, UNITS_FREE };

static const struct function {
    const char *name;
    enum tmn_op op;
    size_t args;
    enum units units; /* of the arguments: none, all the same, free */
} functions[] = {
    {"min", TMN_OP_MIN, 2, UNITS_SAME},
    {"max", TMN_OP_MAX, 2, UNITS_SAME},
    {"clamp", TMN_OP_CLAMP, 3, UNITS_SAME},
    {"exp", TMN_OP_EXP, 1, UNITS_NONE},
    {"log", TMN_OP_LOG, 1, UNITS_NONE},
    {"sqrt", TMN_OP_SQRT, 1, UNITS_NONE},
    {"pow", TMN_OP_POW, 2, UNITS_NONE},
    {"abs", TMN_OP_ABS, 1, UNITS_FREE},
    {"logistic", TMN_OP_LOGISTIC, 1, UNITS_NONE},
    {"ncdf", TMN_OP_NCDF, 1, UNITS_NONE},
    {"if", TMN_OP_IF, 3, UNITS_SAME},
    {"share", TMN_OP_SHARE, 1, UNITS_NONE},
    {"count", TMN_OP_COUNT, 1, UNITS_NONE},
    {"degree", TMN_OP_FEATURE, 1, UNITS_NONE},
};
enum { FUNCTIONS = sizeof functions / sizeof functions[0], DEGREE_MAX = 255 };

static const struct function *find_function(const char *name) {
    for (size_t i = 0; i < FUNCTIONS; i++)
        if (strcmp(functions[i].name, name) == 0)
            return &functions[i];
    return NULL;
}

bool tmn_is_function(const char *name) {
    return find_function(name) != NULL;
}

/* --- functions of numbers
 * ------------------------------------------------------------------------------------------------ */

/* Arguments `first`.. have one unit, which becomes the result's. */
static bool unite(struct tmn_resolver *r, const struct tmn_syntax *s, struct tmn_expr *expr, size_t first) {
    const char *what = tmn_arena_printf(r->arena, "the values of %s() have", s->text);
    size_t pivot = first; /* the literal 0 fits any unit, so the first argument with a unit decides */
    for (size_t i = first; i < expr->count; i++)
        if (tmn_unit_is_none(expr->arg[pivot]->unit))
            pivot = i;
    for (size_t i = first; i < expr->count; i++)
        if (!tmn_same_unit(r, s->arg[i], what, expr->arg[i], expr->arg[pivot]))
            return false;
    expr->unit = expr->arg[pivot]->unit;
    return true;
}

static bool need_no_units(struct tmn_resolver *r, const struct tmn_syntax *s, const struct tmn_expr *expr) {
    for (size_t i = 0; i < expr->count; i++)
        if (!tmn_unit_is_none(expr->arg[i]->unit)) {
            tmn_report(r->list, expr->arg[i]->place, "wrong-unit", "divide by a quantity of the same unit",
                       "%s() needs a number without unit, but this has %s", s->text,
                       tmn_unit_words(r->arena, expr->arg[i]->unit));
            return false;
        }
    return true;
}

/* The two values of `if` are of one type, whichever it is. */
static bool same_type(struct tmn_resolver *r, const struct tmn_expr *a, const struct tmn_expr *b) {
    if (a->boolean == b->boolean)
        return true;
    tmn_report(r->list, b->place, "wrong-type", NULL, "if() gives a %s or a %s", a->boolean ? "condition" : "number",
               b->boolean ? "condition" : "number");
    return false;
}

static struct tmn_expr *resolve_function(struct tmn_resolver *r, const struct tmn_syntax *s, const struct function *f) {
    struct tmn_expr *expr = tmn_expr_make(r, f->op, s, f->args);
    bool good = true;
    for (size_t i = 0; i < f->args; i++) {
        bool condition = f->op == TMN_OP_IF && i == 0, free = f->op == TMN_OP_IF && i > 0;
        expr->arg[i] = free ? tmn_resolve(r, s->arg[i]) : tmn_resolve_as(r, s->arg[i], condition);
        good = good && expr->arg[i] != NULL;
    }
    if (!good)
        return NULL;
    if (f->units == UNITS_FREE)
        expr->unit = expr->arg[0]->unit;
    if (f->op == TMN_OP_IF) {
        if (!same_type(r, expr->arg[1], expr->arg[2]))
            return NULL;
        expr->boolean = expr->arg[1]->boolean;
    }
    if (f->units == UNITS_NONE && !need_no_units(r, s, expr))
        return NULL;
    if (f->units == UNITS_SAME && !unite(r, s, expr, f->op == TMN_OP_IF ? 1 : 0))
        return NULL;
    return expr;
}

/* --- share, count, degree
 * ------------------------------------------------------------------------------------------------ */

/* The feature of `by name`, -1 without one; false after reporting. */
static bool resolve_by(struct tmn_resolver *r, const struct tmn_syntax *s, int *by) {
    *by = TMN_NATION;
    if (s->count == 1)
        return true;
    const struct tmn_syntax *clause = s->arg[1];
    struct tmn_name name = tmn_name_find(r->model, clause->text);
    if (name.kind == TMN_NAME_ATTRIBUTE || name.kind == TMN_NAME_MAP) {
        *by = name.index;
        return tmn_by_readable(r, clause, tmn_arena_printf(r->arena, "this %s", s->text), *by);
    }
    if (name.kind == TMN_NAME_UNKNOWN) {
        const char **names = TMN_NEW_ARRAY(r->arena, const char *, r->model->features.count + 1);
        size_t count = 0;
        for (size_t i = 0; i < r->model->features.count; i++)
            if (r->model->features.items[i].level)
                names[count++] = r->model->features.items[i].name;
        tmn_report(r->list, tmn_resolver_place(r, clause), "unknown-name",
                   tmn_hint_nearest(r->list, clause->text, names, count), "nothing is named '%s'", clause->text);
        return false;
    }
    tmn_report(r->list, tmn_resolver_place(r, clause), "wrong-arguments", NULL,
               "'by' needs an attribute or map, and '%s' is neither", clause->text);
    return false;
}

static uint32_t slots_of(const struct tmn_model *model, int by) {
    return by < 0 ? 1 : model->features.items[by].cardinality;
}

static struct tmn_expr *resolve_share(struct tmn_resolver *r, const struct tmn_syntax *s) {
    struct tmn_model *model = r->model;
    struct tmn_resolver inner = *r;
    inner.scope = TMN_SCOPE_ATTRIBUTES;
    inner.by = TMN_NATION;
    int by;
    struct tmn_expr *who = tmn_resolve_as(&inner, s->arg[0], true);
    if (!resolve_by(r, s, &by) || !who)
        return NULL;
    struct tmn_text text, other;
    tmn_text_init(&text, r->arena);
    tmn_expr_print(model, who, &text);
    size_t index = 0;
    for (; index < model->shares.count; index++) {
        tmn_text_init(&other, r->arena);
        tmn_expr_print(model, model->shares.items[index].who, &other);
        if (model->shares.items[index].by == by && strcmp(text.items, other.items) == 0)
            break;
    }
    if (index == model->shares.count) {
        struct tmn_share share = {.who = who, .by = by, .slots = slots_of(model, by), .first = model->share_slots};
        TMN_PUSH(model->arena, &model->shares, share);
        model->share_slots += share.slots;
    }
    struct tmn_expr *expr = tmn_expr_make(r, TMN_OP_SHARE, s, 0);
    expr->index = (int)index;
    return expr;
}

/* "transition" or "transition.branch"; both may hold dots. */
static bool find_firing(const struct tmn_model *model, const char *text, int *transition, int *branch) {
    *branch = -1;
    for (size_t i = 0; i < model->transitions.count; i++) {
        const struct tmn_transition *t = &model->transitions.items[i];
        size_t n = strlen(t->name);
        *transition = (int)i;
        if (strcmp(t->name, text) == 0)
            return true;
        if (strncmp(t->name, text, n) != 0 || text[n] != '.')
            continue;
        for (size_t k = 0; k < t->branches; k++)
            if (t->branch[k].name[0] != '\0' && strcmp(t->branch[k].name, text + n + 1) == 0) {
                *branch = (int)k;
                return true;
            }
    }
    return false;
}

static void report_firing(struct tmn_resolver *r, const struct tmn_syntax *s) {
    const struct tmn_model *model = r->model;
    struct {
        const char **items;
        size_t count, capacity;
    } names = {0};
    for (size_t i = 0; i < model->transitions.count; i++) {
        const struct tmn_transition *t = &model->transitions.items[i];
        TMN_PUSH(r->arena, &names, t->name);
        for (size_t k = 0; k < t->branches; k++)
            if (t->branch[k].name[0] != '\0')
                TMN_PUSH(r->arena, &names, tmn_arena_printf(r->arena, "%s.%s", t->name, t->branch[k].name));
    }
    tmn_report(r->list, tmn_resolver_place(r, s), "unknown-name",
               tmn_hint_nearest(r->list, s->text, names.items, names.count), "no transition or branch is named '%s'",
               s->text);
}

static struct tmn_expr *resolve_count(struct tmn_resolver *r, const struct tmn_syntax *s) {
    struct tmn_model *model = r->model;
    const struct tmn_syntax *what = s->arg[0];
    struct tmn_count count = {0};
    if (r->scope != TMN_SCOPE_FEEDBACK) {
        tmn_report(r->list, tmn_head_place(r, s), "wrong-scope", "keep the count in a feedback variable and read that",
                   "only 'next' of feedback may use count()");
        return NULL;
    }
    if (what->kind != TMN_SYNTAX_NAME) {
        tmn_report(r->list, tmn_resolver_place(r, what), "wrong-arguments",
                   "write count(transition) or count(transition.branch)", "count() needs the name of a transition");
        return NULL;
    }
    if (!find_firing(model, what->text, &count.transition, &count.branch)) {
        report_firing(r, what);
        return NULL;
    }
    if (!resolve_by(r, s, &count.by))
        return NULL;
    size_t index = 0;
    for (; index < model->counts.count; index++) {
        const struct tmn_count *other = &model->counts.items[index];
        if (other->transition == count.transition && other->branch == count.branch && other->by == count.by)
            break;
    }
    if (index == model->counts.count) {
        count.slots = slots_of(model, count.by);
        count.first = model->count_slots;
        TMN_PUSH(model->arena, &model->counts, count);
        model->count_slots += count.slots;
    }
    struct tmn_expr *expr = tmn_expr_make(r, TMN_OP_COUNT, s, 0);
    expr->index = (int)index;
    return expr;
}

/* The most ties that degree() tells apart. A run refuses a layer that has more. */
static uint32_t degree_limit(const struct tmn_model *model, const struct tmn_layer *layer) {
    const struct tmn_expr *number = layer->number;
    if (layer->kind == TMN_LAYER_DEGREES && layer->degrees >= 0) {
        const struct tmn_attribute *attribute = &model->attributes.items[layer->degrees];
        return (uint32_t)attribute->first + attribute->levels - 1;
    }
    if (layer->kind == TMN_LAYER_BLOCK)
        return layer->size < DEGREE_MAX / 2 ? layer->size - 1 + (layer->size - 1) / 2 : DEGREE_MAX; /* the last block */
    bool fixed = (layer->kind == TMN_LAYER_RING || layer->kind == TMN_LAYER_DEGREES) && number &&
                 number->op == TMN_OP_NUMBER && number->number >= 0 && number->number <= DEGREE_MAX;
    return fixed ? (uint32_t)number->number : DEGREE_MAX;
}

int tmn_degree_feature(struct tmn_model *model, int layer) {
    const struct tmn_layer *l = &model->layers.items[layer];
    const char *name = tmn_arena_printf(model->arena, "degree(%s)", l->name);
    int known = tmn_feature_find(model, name);
    if (known >= 0)
        return known;
    struct tmn_counter counter = {
        .name = name, .place = l->place, .layer = layer, .of = model->alive, .max = UINT16_MAX};
    TMN_PUSH(model->arena, &model->counters, counter);
    struct tmn_feature feature = {.kind = TMN_FEATURE_COUNTER,
                                  .index = (int)model->counters.count - 1,
                                  .name = name,
                                  .cardinality = counter.max + 1,
                                  .ordered = true,
                                  .numeric = true};
    TMN_PUSH(model->arena, &model->features, feature);
    return (int)model->features.count - 1;
}

static struct tmn_expr *resolve_degree(struct tmn_resolver *r, const struct tmn_syntax *s) {
    struct tmn_model *model = r->model;
    const struct tmn_syntax *what = s->arg[0];
    if (!tmn_name_in_scope(r->scope, TMN_NAME_COUNTER)) {
        tmn_report(r->list, tmn_head_place(r, s), "wrong-scope", NULL,
                   "degree() belongs to a person and cannot be read here");
        return NULL;
    }
    struct tmn_name name =
        what->kind == TMN_SYNTAX_NAME ? tmn_name_find(model, what->text) : (struct tmn_name){TMN_NAME_UNKNOWN, -1};
    if (name.kind != TMN_NAME_LAYER) {
        const char **names = TMN_NEW_ARRAY(r->arena, const char *, model->layers.count + 1);
        for (size_t i = 0; i < model->layers.count; i++)
            names[i] = model->layers.items[i].name;
        const char *hint =
            what->kind == TMN_SYNTAX_NAME ? tmn_hint_nearest(r->list, what->text, names, model->layers.count) : NULL;
        tmn_report(r->list, tmn_resolver_place(r, what), "unknown-name", hint, "degree() needs the name of a layer");
        return NULL;
    }
    int feature = tmn_degree_feature(model, name.index);
    struct tmn_counter *counter = &model->counters.items[model->features.items[feature].index];
    counter->max = degree_limit(model, &model->layers.items[name.index]); /* what is read cuts strata */
    model->features.items[feature].cardinality = counter->max + 1;
    struct tmn_expr *expr = tmn_expr_make(r, TMN_OP_FEATURE, s, 0);
    expr->index = feature;
    return expr;
}

struct tmn_expr *tmn_resolve_call(struct tmn_resolver *r, const struct tmn_syntax *s) {
    const struct function *f = find_function(s->text);
    if (!f) {
        bool table = tmn_name_find(r->model, s->text).kind == TMN_NAME_TABLE;
        const char *names[FUNCTIONS];
        for (size_t i = 0; i < FUNCTIONS; i++)
            names[i] = functions[i].name;
        const char *hint = table ? tmn_arena_printf(r->arena, "a table is read with brackets: %s[...]", s->text)
                                 : tmn_hint_nearest(r->list, s->text, names, FUNCTIONS);
        tmn_report(r->list, tmn_head_place(r, s), "unknown-name", hint, "no function is named '%s'", s->text);
        return NULL;
    }
    bool takes_by = f->op == TMN_OP_SHARE || f->op == TMN_OP_COUNT;
    bool by_last = s->count == 2 && s->arg[1]->kind == TMN_SYNTAX_BY && s->arg[0]->kind != TMN_SYNTAX_BY;
    if (s->count != f->args && !(takes_by && by_last)) {
        tmn_report(r->list, tmn_head_place(r, s), "wrong-arguments",
                   takes_by ? "and perhaps a last argument 'by' with an attribute or map" : NULL,
                   "%s() takes %zu value%s, not %zu", f->name, f->args, f->args == 1 ? "" : "s", s->count);
        return NULL;
    }
    switch (f->op) {
    case TMN_OP_SHARE:
        if (r->scope != TMN_SCOPE_PERSON && r->scope != TMN_SCOPE_PLACE && r->scope != TMN_SCOPE_FEEDBACK) {
            tmn_report(r->list, tmn_head_place(r, s), "wrong-scope", NULL, "share() cannot be used here");
            return NULL;
        }
        return resolve_share(r, s);
    case TMN_OP_COUNT:
        return resolve_count(r, s);
    case TMN_OP_FEATURE:
        return resolve_degree(r, s);
    default:
        return resolve_function(r, s, f);
    }
}

/* --- tables
 * -------------------------------------------------------------------------------------------------------------- */

static const char *key_name(const struct tmn_model *model, const struct tmn_table_key *key) {
    return key->feature < 0 ? "year" : model->features.items[key->feature].name;
}

/* The key's own name. */
static bool names_key(const struct tmn_model *model, const struct tmn_table_key *key, const struct tmn_syntax *s) {
    return s->kind == TMN_SYNTAX_NAME && strcmp(s->text, key_name(model, key)) == 0;
}

/* A fixed level of the key, or year; -1 if it is none. */
static int64_t fixed_level(const struct tmn_model *model, const struct tmn_table_key *key, const struct tmn_syntax *s) {
    if (key->feature >= 0) {
        int64_t level = tmn_syntax_level(model, key->feature, s);
        return level < (int64_t)key->size ? level : -1;
    }
    double first = model->calendar.start_year;
    bool whole = s->kind == TMN_SYNTAX_NUMBER && tmn_unit_is_none(s->unit) && s->number >= first &&
                 s->number < first + key->size;
    int64_t level = whole ? (int64_t)(s->number - first) : -1;
    return whole && (double)level == s->number - first ? level : -1;
}

static void report_key(struct tmn_resolver *r, const struct tmn_syntax *s, const struct tmn_table *table, int k) {
    const struct tmn_table_key *key = &table->key[k];
    const char *name = key_name(r->model, key), *hint = NULL;
    const struct tmn_feature *f = key->feature >= 0 ? &r->model->features.items[key->feature] : NULL;
    bool named = s->kind == TMN_SYNTAX_NAME || s->kind == TMN_SYNTAX_STRING;
    /* what is the name of something else was meant as that, and is no misspelt level */
    if (f && f->level && named && tmn_name_find(r->model, s->text).kind == TMN_NAME_UNKNOWN)
        hint = tmn_hint_nearest(r->list, s->text, (const char *const *)f->level, f->cardinality);
    if (!hint && f && f->level && !f->numeric)
        hint = tmn_arena_printf(r->arena, "write '%s', or one of its levels, for example '%s'", name, f->level[0]);
    if (!hint)
        hint = tmn_arena_printf(r->arena, "write '%s', or a whole number that it can take", name);
    tmn_report(r->list, tmn_resolver_place(r, s), "wrong-arguments", hint,
               "key %d of table '%s' is '%s', and this is neither '%s' nor %s", k + 1, table->name, name, name,
               f ? "a level of it" : "a year of the table");
}

static struct tmn_expr *resolve_key(struct tmn_resolver *r, const struct tmn_syntax *s, const struct tmn_table *table,
                                    int k) {
    const struct tmn_table_key *key = &table->key[k];
    int64_t level = -1;
    if (!names_key(r->model, key, s)) {
        level = fixed_level(r->model, key, s);
        if (level < 0) {
            report_key(r, s, table, k);
            return NULL;
        }
    } else if (key->feature >= 0) {
        if (!tmn_feature_readable(r, s, key->feature))
            return NULL;
    } else if (!tmn_name_in_scope(r->scope, TMN_NAME_YEAR)) {
        tmn_report_name(r, s, "year", (struct tmn_name){TMN_NAME_YEAR, -1});
        return NULL;
    }
    struct tmn_expr *expr = tmn_expr_make(r, TMN_OP_KEY, s, 0);
    expr->index = level >= 0 ? -2 : key->feature;
    expr->number = level >= 0 ? (double)level : 0.0;
    return expr;
}

struct tmn_expr *tmn_resolve_lookup(struct tmn_resolver *r, const struct tmn_syntax *s) {
    struct tmn_name name = tmn_name_find(r->model, s->text);
    if (name.kind != TMN_NAME_TABLE) {
        if (name.kind == TMN_NAME_UNKNOWN)
            tmn_report_name(r, s, s->text, name);
        else
            tmn_report(r->list, tmn_head_place(r, s), "wrong-type",
                       name.kind == TMN_NAME_FUNCTION ? "a function takes parentheses" : NULL, "'%s' is not a table",
                       s->text);
        return NULL;
    }
    if (!tmn_name_in_scope(r->scope, TMN_NAME_TABLE)) {
        tmn_report_name(r, s, s->text, name);
        return NULL;
    }
    const struct tmn_table *table = &r->model->tables.items[name.index];
    if ((int)s->count != table->keys) {
        struct tmn_text keys;
        tmn_text_init(&keys, r->arena);
        for (int k = 0; k < table->keys; k++)
            tmn_text_put(&keys, "%s%s", k ? ", " : "", key_name(r->model, &table->key[k]));
        const char *hint = tmn_arena_printf(r->arena, "write %s[%s]", table->name, keys.items);
        tmn_report(r->list, tmn_resolver_place(r, s), "wrong-arguments", hint, "table '%s' has %d key%s, not %zu",
                   table->name, table->keys, table->keys == 1 ? "" : "s", s->count);
        return NULL;
    }
    struct tmn_expr *expr = tmn_expr_make(r, TMN_OP_TABLE, s, (size_t)table->keys);
    bool good = true;
    for (int k = 0; k < table->keys; k++) {
        expr->arg[k] = resolve_key(r, s->arg[k], table, k);
        good = good && expr->arg[k];
    }
    expr->index = name.index;
    expr->unit = table->unit;
    return good ? expr : NULL;
}
