/* From syntax to typed expressions: names, truth values and numbers, units, comparisons with levels and in integers. A
 * part that is wrong is reported and becomes NULL; its neighbours are still resolved, so that all mistakes are told at
 * once. */
#include "model/expr_resolve.h"
#include <string.h>

enum { UNIT_POWER_MAX = 12 };

struct tmn_expr *tmn_expr_make(struct tmn_resolver *r, enum tmn_op op, const struct tmn_syntax *s, size_t count) {
    struct tmn_expr *made = TMN_NEW(r->arena, struct tmn_expr);
    made->op = op;
    made->index = -1;
    made->count = count;
    made->arg = count > 0 ? TMN_NEW_ARRAY(r->arena, struct tmn_expr *, count) : NULL;
    made->place = tmn_resolver_place(r, s);
    made->source = tmn_arena_strndup(r->arena, r->node->text + s->from, s->to - s->from);
    return made;
}

const char *tmn_unit_words(struct tmn_arena *arena, struct tmn_unit unit) {
    char text[64];
    if (tmn_unit_is_none(unit))
        return "no unit";
    tmn_unit_format(unit, text);
    return tmn_arena_strdup(arena, text);
}

static bool is_zero(const struct tmn_expr *expr) {
    return expr->op == TMN_OP_NUMBER && expr->number == 0.0 && tmn_unit_is_none(expr->unit);
}

bool tmn_same_unit(struct tmn_resolver *r, const struct tmn_syntax *s, const char *what, struct tmn_expr *a,
                   struct tmn_expr *b) {
    if (tmn_unit_equal(a->unit, b->unit))
        return true;
    if (is_zero(a) || is_zero(b)) {
        *(is_zero(a) ? &a->unit : &b->unit) = is_zero(a) ? b->unit : a->unit;
        return true;
    }
    tmn_report(r->list, tmn_resolver_place(r, s), "wrong-unit",
               "a number gets a unit by writing it behind: 30 d, 5e6 won, 0.05 / y", "%s different units: %s and %s",
               what, tmn_unit_words(r->arena, a->unit), tmn_unit_words(r->arena, b->unit));
    return false;
}

struct tmn_expr *tmn_resolve_as(struct tmn_resolver *r, const struct tmn_syntax *s, bool boolean) {
    struct tmn_expr *expr = tmn_resolve(r, s);
    if (!expr || expr->boolean == boolean)
        return expr;
    if (boolean)
        tmn_report(r->list, expr->place, "wrong-type", "compare it with something, as in x > 0",
                   "a condition is needed here, but this is a number");
    else
        tmn_report(r->list, expr->place, "wrong-type", "if(condition, 1, 0) makes a number of it",
                   "a number is needed here, but this is a condition");
    return NULL;
}

/* --- names
 * -------------------------------------------------------------------------------------------------------------- */

static struct tmn_expr *resolve_feature(struct tmn_resolver *r, const struct tmn_syntax *s, int feature) {
    if (!tmn_feature_readable(r, s, feature))
        return NULL;
    const struct tmn_feature *f = &r->model->features.items[feature];
    if (!f->numeric) {
        bool digits = f->level[0][0] >= '0' && f->level[0][0] <= '9';
        const char *hint = digits
                               ? tmn_arena_printf(r->arena, "declare numbers as { levels: %s..%s }", f->level[0],
                                                  f->level[f->cardinality - 1])
                               : tmn_arena_printf(r->arena, "compare it with a level: %s = %s", f->name, f->level[0]);
        tmn_report(r->list, tmn_resolver_place(r, s), "wrong-type", hint, "'%s' has named levels and is not a number",
                   f->name);
        return NULL;
    }
    struct tmn_expr *expr = tmn_expr_make(r, TMN_OP_FEATURE, s, 0);
    expr->index = feature;
    return expr;
}

static struct tmn_expr *resolve_indexed(struct tmn_resolver *r, const struct tmn_syntax *s, enum tmn_op op, int index,
                                        struct tmn_unit unit) {
    struct tmn_expr *expr = tmn_expr_make(r, op, s, 0);
    expr->index = index;
    expr->unit = unit;
    return expr;
}

/* A driver times the coefficient of its class. */
static struct tmn_expr *multiplied(struct tmn_resolver *r, const struct tmn_syntax *s, int parameter,
                                   struct tmn_expr *driver) {
    struct tmn_expr *coefficient = resolve_indexed(r, s, TMN_OP_PARAMETER, parameter, tmn_unit_none),
                    *product = tmn_expr_make(r, TMN_OP_MUL, s, 2);
    coefficient->source = r->model->parameters.items[parameter].name;
    product->unit = driver->unit;
    product->arg[0] = coefficient;
    product->arg[1] = driver;
    return product;
}

static struct tmn_expr *resolve_variable(struct tmn_resolver *r, const struct tmn_syntax *s, struct tmn_name name) {
    const struct tmn_model *model = r->model;
    const char *what = tmn_arena_printf(r->arena, "'%s'", s->text);
    if (name.kind == TMN_NAME_DRIVER) {
        const struct tmn_driver *driver = &model->drivers.items[name.index];
        if (!tmn_by_readable(r, s, what, driver->by))
            return NULL;
        struct tmn_expr *read = resolve_indexed(r, s, TMN_OP_DRIVER, name.index, driver->unit);
        return driver->times < 0 ? read : multiplied(r, s, driver->times, read);
    }
    const struct tmn_feedback *feedback = &model->feedbacks.items[name.index];
    return tmn_by_readable(r, s, what, feedback->by)
               ? resolve_indexed(r, s, TMN_OP_FEEDBACK, name.index, feedback->unit)
               : NULL;
}

static struct tmn_expr *resolve_name(struct tmn_resolver *r, const struct tmn_syntax *s) {
    struct tmn_name name = tmn_name_find(r->model, s->text);
    bool feature = name.kind == TMN_NAME_ATTRIBUTE || name.kind == TMN_NAME_MAP || name.kind == TMN_NAME_COUNTER ||
                   (name.kind == TMN_NAME_AGE && name.index >= 0);
    if (feature)
        return resolve_feature(r, s, name.index);
    if (name.kind == TMN_NAME_TABLE || name.kind == TMN_NAME_AGE || !tmn_name_in_scope(r->scope, name.kind)) {
        tmn_report_name(r, s, s->text, name);
        return NULL;
    }
    struct tmn_unit unit = tmn_unit_none;
    struct tmn_expr *expr;
    switch (name.kind) {
    case TMN_NAME_PARAMETER:
        return resolve_indexed(r, s, TMN_OP_PARAMETER, name.index, r->model->parameters.items[name.index].unit);
    case TMN_NAME_YEAR:
        return resolve_indexed(r, s, TMN_OP_YEAR, -1, unit);
    case TMN_NAME_WINDOW:
        unit.power[TMN_TIME] = 1;
        return resolve_indexed(r, s, TMN_OP_WINDOW, -1, unit);
    case TMN_NAME_UNIT:
        expr = tmn_expr_make(r, TMN_OP_NUMBER, s, 0);
        tmn_unit_constant(s->text, strlen(s->text), &expr->number, &expr->unit);
        return expr;
    default:
        return resolve_variable(r, s, name);
    }
}

/* --- comparisons
 * -------------------------------------------------------------------------------------------------------- */

bool tmn_relation_holds(enum tmn_op relation, int sign) {
    switch (relation) {
    case TMN_OP_EQ:
        return sign == 0;
    case TMN_OP_NE:
        return sign != 0;
    case TMN_OP_LT:
        return sign < 0;
    case TMN_OP_LE:
        return sign <= 0;
    case TMN_OP_GT:
        return sign > 0;
    default:
        return sign >= 0;
    }
}

static enum tmn_op mirrored(enum tmn_op relation) {
    switch (relation) {
    case TMN_OP_LT:
        return TMN_OP_GT;
    case TMN_OP_LE:
        return TMN_OP_GE;
    case TMN_OP_GT:
        return TMN_OP_LT;
    case TMN_OP_GE:
        return TMN_OP_LE;
    default:
        return relation;
    }
}

static bool is_order(enum tmn_op relation) {
    return relation != TMN_OP_EQ && relation != TMN_OP_NE;
}

/* The attribute or map that a name stands for, or -1. */
static int levelled_feature(const struct tmn_model *model, const struct tmn_syntax *s) {
    if (s->kind != TMN_SYNTAX_NAME)
        return -1;
    struct tmn_name name = tmn_name_find(model, s->text);
    return name.kind == TMN_NAME_ATTRIBUTE || name.kind == TMN_NAME_MAP ? name.index : -1;
}

static struct tmn_expr *make_member(struct tmn_resolver *r, const struct tmn_syntax *s, int feature, bool *member) {
    struct tmn_expr *expr = tmn_expr_make(r, TMN_OP_MEMBER, s, 0);
    expr->index = feature;
    expr->member = member;
    expr->boolean = true;
    return expr;
}

/* `feature relation level`. */
static struct tmn_expr *resolve_levels(struct tmn_resolver *r, const struct tmn_syntax *s, enum tmn_op relation,
                                       int feature, const struct tmn_syntax *name, int64_t level) {
    const struct tmn_feature *f = &r->model->features.items[feature];
    if (!tmn_feature_readable(r, name, feature))
        return NULL;
    if (is_order(relation) && !f->ordered) {
        tmn_report(r->list, tmn_resolver_place(r, name), "not-ordered",
                   "declare it with 'ordered: yes', or use = and in", "the levels of '%s' have no order", f->name);
        return NULL;
    }
    bool *member = TMN_NEW_ARRAY(r->arena, bool, f->cardinality);
    for (uint32_t i = 0; i < f->cardinality; i++)
        member[i] = tmn_relation_holds(relation, (int64_t)i < level ? -1 : (int64_t)i > level ? 1 : 0);
    return make_member(r, s, feature, member);
}

/* A quotient of counters or a share: compared with a number in integers. */
static bool is_ratio(const struct tmn_model *model, const struct tmn_expr *expr) {
    if (expr->op == TMN_OP_SHARE)
        return true;
    if (expr->op != TMN_OP_DIV)
        return false;
    for (int i = 0; i < 2; i++)
        if (expr->arg[i]->op != TMN_OP_FEATURE ||
            model->features.items[expr->arg[i]->index].kind != TMN_FEATURE_COUNTER)
            return false;
    return true;
}

static struct tmn_expr *make_ratio(struct tmn_resolver *r, const struct tmn_syntax *s, enum tmn_op relation,
                                   struct tmn_expr *ratio, struct tmn_expr *number) {
    bool share = ratio->op == TMN_OP_SHARE;
    struct tmn_expr *expr = tmn_expr_make(r, TMN_OP_RATIO, s, share ? 2 : 3);
    expr->relation = relation;
    expr->boolean = true;
    expr->arg[0] = share ? ratio : ratio->arg[0];
    if (!share)
        expr->arg[1] = ratio->arg[1];
    expr->arg[expr->count - 1] = number;
    return expr;
}

static bool names_level(const struct tmn_model *model, const struct tmn_syntax *s) {
    return s->kind == TMN_SYNTAX_NAME && tmn_name_find(model, s->text).kind == TMN_NAME_LEVEL;
}

static struct tmn_expr *compare_numbers(struct tmn_resolver *r, const struct tmn_syntax *s) {
    struct tmn_expr *left = tmn_resolve_as(r, s->arg[0], false), *right;
    if (!left && names_level(r->model, s->arg[1])) /* `statsu = home`: the level is right */
        return NULL;
    right = tmn_resolve_as(r, s->arg[1], false);
    const char *what = tmn_arena_printf(r->arena, "'%s' compares", tmn_op_text(s->op));
    if (!left || !right || !tmn_same_unit(r, s, what, left, right))
        return NULL;
    bool both_shares =
        left->op == TMN_OP_SHARE && right->op == TMN_OP_SHARE; /* quotients of integers compare well as they are */
    if (is_ratio(r->model, left) && !both_shares)
        return make_ratio(r, s, s->op, left, right);
    if (is_ratio(r->model, right) && !both_shares)
        return make_ratio(r, s, mirrored(s->op), right, left);
    struct tmn_expr *expr = tmn_expr_make(r, s->op, s, 2);
    expr->boolean = true;
    expr->arg[0] = left;
    expr->arg[1] = right;
    return expr;
}

/* Could `s` be meant as a level: a bare or quoted name, or a whole number beside a numeric attribute that it must
 * equal? */
static bool meant_as_level(const struct tmn_model *model, int feature, enum tmn_op relation,
                           const struct tmn_syntax *s) {
    if (!model->features.items[feature].numeric)
        return true;
    return s->kind == TMN_SYNTAX_STRING ||
           (s->kind == TMN_SYNTAX_NUMBER && !is_order(relation) && tmn_unit_is_none(s->unit));
}

/* Levels come first beside an attribute or map, on either side; what is not a level is compared as a number. */
static struct tmn_expr *resolve_comparison(struct tmn_resolver *r, const struct tmn_syntax *s) {
    const struct tmn_syntax *left = s->arg[0], *right = s->arg[1];
    int of_left = levelled_feature(r->model, left), of_right = levelled_feature(r->model, right);
    int64_t level = of_left >= 0 ? tmn_syntax_level(r->model, of_left, right) : -1;
    if (level >= 0)
        return resolve_levels(r, s, s->op, of_left, left, level);
    level = of_right >= 0 ? tmn_syntax_level(r->model, of_right, left) : -1;
    if (level >= 0)
        return resolve_levels(r, s, mirrored(s->op), of_right, right, level);
    bool left_wrong = of_left >= 0 && meant_as_level(r->model, of_left, s->op, right);
    bool right_wrong = !left_wrong && of_right >= 0 && meant_as_level(r->model, of_right, s->op, left);
    if (left_wrong ? tmn_feature_readable(r, left, of_left) : right_wrong && tmn_feature_readable(r, right, of_right))
        tmn_report_level(r, left_wrong ? of_left : of_right, left_wrong ? right : left);
    return left_wrong || right_wrong ? NULL : compare_numbers(r, s);
}

static struct tmn_expr *resolve_in(struct tmn_resolver *r, const struct tmn_syntax *s) {
    const struct tmn_syntax *left = s->arg[0];
    struct tmn_name name =
        left->kind == TMN_SYNTAX_NAME ? tmn_name_find(r->model, left->text) : (struct tmn_name){TMN_NAME_UNKNOWN, -1};
    bool feature = name.index >= 0 && (name.kind == TMN_NAME_ATTRIBUTE || name.kind == TMN_NAME_MAP ||
                                       name.kind == TMN_NAME_COUNTER || name.kind == TMN_NAME_AGE);
    if (!feature) {
        if (left->kind == TMN_SYNTAX_NAME && name.kind == TMN_NAME_UNKNOWN)
            tmn_report_name(r, left, left->text, name);
        else
            tmn_report(r->list, tmn_resolver_place(r, left), "wrong-type",
                       "compare numbers with =, <, > and join with 'or'",
                       "'in' needs an attribute, map, counter or age before it");
        return NULL;
    }
    if (!tmn_feature_readable(r, left, name.index))
        return NULL;
    bool *member = TMN_NEW_ARRAY(r->arena, bool, r->model->features.items[name.index].cardinality), good = true;
    for (size_t i = 1; i < s->count; i++) {
        int64_t level = tmn_syntax_level(r->model, name.index, s->arg[i]);
        if (level >= 0)
            member[level] = true;
        else
            tmn_report_level(r, name.index, s->arg[i]);
        good = good && level >= 0;
    }
    return good ? make_member(r, s, name.index, member) : NULL;
}

/* --- operators
 * ---------------------------------------------------------------------------------------------------------- */

static bool set_product_unit(struct tmn_resolver *r, struct tmn_expr *expr, int sign) {
    expr->unit = tmn_unit_product(expr->arg[0]->unit, expr->arg[1]->unit, sign);
    for (int q = 0; q < TMN_QUANTITIES; q++)
        if (expr->unit.power[q] > UNIT_POWER_MAX || expr->unit.power[q] < -UNIT_POWER_MAX) {
            tmn_report(r->list, expr->place, "wrong-unit", NULL, "the unit has a power above %d: %s", UNIT_POWER_MAX,
                       tmn_unit_words(r->arena, expr->unit));
            return false;
        }
    return true;
}

static struct tmn_expr *resolve_binary(struct tmn_resolver *r, const struct tmn_syntax *s) {
    bool logic = s->op == TMN_OP_AND || s->op == TMN_OP_OR;
    bool sum = s->op == TMN_OP_ADD || s->op == TMN_OP_SUB;
    if (!logic && !sum && s->op != TMN_OP_MUL && s->op != TMN_OP_DIV)
        return resolve_comparison(r, s);
    struct tmn_expr *left = tmn_resolve_as(r, s->arg[0], logic), *right = tmn_resolve_as(r, s->arg[1], logic);
    if (!left || !right)
        return NULL;
    struct tmn_expr *expr = tmn_expr_make(r, s->op, s, 2);
    expr->boolean = logic;
    expr->arg[0] = left;
    expr->arg[1] = right;
    if (logic)
        return expr;
    if (!sum)
        return set_product_unit(r, expr, s->op == TMN_OP_MUL ? 1 : -1) ? expr : NULL;
    if (!tmn_same_unit(r, s, tmn_arena_printf(r->arena, "'%s' joins", tmn_op_text(s->op)), left, right))
        return NULL;
    expr->unit = left->unit;
    return expr;
}

static struct tmn_expr *resolve_unary(struct tmn_resolver *r, const struct tmn_syntax *s) {
    bool not = s->op == TMN_OP_NOT;
    struct tmn_expr *operand = tmn_resolve_as(r, s->arg[0], not );
    if (!operand)
        return NULL;
    struct tmn_expr *expr = tmn_expr_make(r, s->op, s, 1);
    expr->boolean = not ;
    expr->unit = operand->unit;
    expr->arg[0] = operand;
    return expr;
}

struct tmn_expr *tmn_resolve(struct tmn_resolver *r, const struct tmn_syntax *s) {
    struct tmn_expr *number;
    switch (s->kind) {
    case TMN_SYNTAX_NUMBER:
        number = tmn_expr_make(r, TMN_OP_NUMBER, s, 0);
        number->number = s->number;
        number->unit = s->unit;
        return number;
    case TMN_SYNTAX_NAME:
        return resolve_name(r, s);
    case TMN_SYNTAX_CALL:
        return tmn_resolve_call(r, s);
    case TMN_SYNTAX_LOOKUP:
        return tmn_resolve_lookup(r, s);
    case TMN_SYNTAX_UNARY:
        return resolve_unary(r, s);
    case TMN_SYNTAX_BINARY:
        return resolve_binary(r, s);
    case TMN_SYNTAX_IN:
        return resolve_in(r, s);
    case TMN_SYNTAX_STRING:
        tmn_report(r->list, tmn_resolver_place(r, s), "wrong-type", NULL,
                   "quoted text is a level and must stand beside an attribute or map");
        return NULL;
    case TMN_SYNTAX_BY:
        break;
    }
    tmn_report(r->list, tmn_resolver_place(r, s), "wrong-arguments", NULL, "only share() and count() take 'by'");
    return NULL;
}

struct tmn_expr *tmn_expr_parse(struct tmn_model *model, const struct tmn_node *node, enum tmn_scope scope, int by,
                                bool want_boolean, struct tmn_diagnostics *list) {
    struct tmn_syntax *syntax = tmn_syntax_parse(model->arena, node, list);
    if (!syntax)
        return NULL;
    struct tmn_resolver r = {
        .model = model, .arena = model->arena, .node = node, .scope = scope, .by = by, .list = list};
    return tmn_resolve_as(&r, syntax, want_boolean);
}

bool tmn_expr_want_unit(const struct tmn_expr *expr, struct tmn_unit unit, const char *what,
                        struct tmn_diagnostics *list) {
    if (tmn_unit_equal(expr->unit, unit) || is_zero(expr))
        return true;
    const char *wanted = tmn_unit_words(list->arena, unit);
    const char *hint =
        tmn_unit_is_none(expr->unit) && unit.power[TMN_TIME] == -1  ? "a rate is divided by a time: 0.05 / y"
        : tmn_unit_is_none(expr->unit) && unit.power[TMN_TIME] == 1 ? "write the time with its unit: 30 d"
        : tmn_unit_is_none(unit) && expr->unit.power[TMN_TIME] == -1
            ? "a chance is a number from 0 to 1; how often in a time is a `rate`"
            : NULL;
    tmn_report(list, expr->place, "wrong-unit", hint, "%s needs %s%s, but this has %s", what,
               tmn_unit_is_none(unit) ? "" : "the unit ", wanted, tmn_unit_words(list->arena, expr->unit));
    return false;
}
