/* The printed form of an expression: names resolved, as few parentheses as keep its tree. Parsing it again gives the
 * same expression, and printing that the same text: shares are told apart by it. */
#include "model/expr_resolve.h"
#include <string.h>

static void print(const struct tmn_model *model, const struct tmn_expr *expr, enum tmn_precedence lowest,
                  struct tmn_text *out);

/* Shortest, but whole numbers in full: 30, not 3e+01. */
static void number_text(double value, char text[32]) {
    const double full = 1e15;
    if (value < full && value > -full && value == (double)(int64_t)value)
        snprintf(text, 32, "%lld", (long long)value);
    else
        tmn_format_real(value, text);
}

/* A double whose text is the shortest among those near `near` that give `number` back in the unit; false if none does.
 */
static bool shortest_in_unit(double number, double near, double factor, char best[32]) {
    if (number == 0) {
        strcpy(best, "0");
        return true;
    }
    bool found = false;
    for (int step = -2; step <= 2; step++) {
        union {
            double real;
            uint64_t bits;
        } candidate = {.real = near};
        char text[32];
        candidate.bits += (uint64_t)(int64_t)step;
        if (!(candidate.real > 0) || tmn_unit_to_base(candidate.real, factor) != number)
            continue;
        number_text(candidate.real, text);
        if (!found || strlen(text) < strlen(best))
            strcpy(best, text);
        found = true;
    }
    return found;
}

/* A number with its unit: in the unit of that kind which gives the shortest text ("30 d" rather than "0.0821... y"). */
static void print_number(const struct tmn_expr *expr, struct tmn_text *out) {
    char best[32] = "", text[32];
    const char *unit_name = NULL;
    for (size_t i = 0; expr->number >= 0 && !tmn_unit_is_none(expr->unit) && tmn_unit_name(i); i++) {
        double factor;
        struct tmn_unit unit;
        tmn_unit_constant(tmn_unit_name(i), strlen(tmn_unit_name(i)), &factor, &unit);
        if (!tmn_unit_equal(unit, expr->unit) || !shortest_in_unit(expr->number, expr->number / factor, factor, text))
            continue;
        if (strcmp(text, "1") == 0)
            text[0] = '\0'; /* the unit's name alone is 1 of it */
        if (!unit_name || strlen(text) < strlen(best)) {
            strcpy(best, text);
            unit_name = tmn_unit_name(i);
        }
    }
    if (unit_name) {
        tmn_text_put(out, "%s%s%s", best, best[0] ? " " : "", unit_name);
    } else {
        number_text(expr->number, text);
        tmn_text_put(out, "%s", text);
    }
}

/* A level: its number, its plain name, or its name in quotes. */
static void print_level(const struct tmn_feature *f, uint32_t level, struct tmn_text *out) {
    if (f->numeric || !f->level) {
        tmn_text_put(out, "%d", f->first + (int)level);
        return;
    }
    const char *name = f->level[level];
    bool plain = (name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z');
    for (const char *at = name; *at && plain; at++)
        plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') || *at == '_' ||
                *at == '.';
    plain = plain && strcmp(name, "and") != 0 && strcmp(name, "or") != 0 && strcmp(name, "not") != 0 &&
            strcmp(name, "by") != 0;
    const char *quote = plain ? "" : strchr(name, '"') ? "'" : "\"";
    tmn_text_put(out, "%s%s%s", quote, name, quote);
}

struct tmn_member_form tmn_member_form(const struct tmn_model *model, const struct tmn_expr *expr) {
    const struct tmn_feature *f = &model->features.items[expr->index];
    uint32_t in = 0, changes = 0, last_in = 0, last_out = 0, change = 0, n = f->cardinality;
    bool compared = f->level != NULL; /* beside counters and age, = and < compare numbers */
    for (uint32_t i = 0; i < n; i++) {
        in += expr->member[i];
        *(expr->member[i] ? &last_in : &last_out) = i;
        if (i > 0 && expr->member[i] != expr->member[i - 1]) {
            changes++;
            change = i;
        }
    }
    bool up = in > 0 && expr->member[n - 1]; /* all: at least the first; none: below the first */
    if (compared && in != 1 && f->ordered && changes <= 1)
        return (struct tmn_member_form){up ? TMN_OP_GE : TMN_OP_LT, change};
    if (compared && in == 1)
        return (struct tmn_member_form){TMN_OP_EQ, last_in};
    if (compared && in + 1 == n)
        return (struct tmn_member_form){TMN_OP_NE, last_out};
    return (struct tmn_member_form){TMN_OP_MEMBER, 0};
}

static void print_member(const struct tmn_model *model, const struct tmn_expr *expr, struct tmn_text *out) {
    const struct tmn_feature *f = &model->features.items[expr->index];
    struct tmn_member_form form = tmn_member_form(model, expr);
    tmn_text_put(out, "%s", f->name);
    if (form.relation != TMN_OP_MEMBER) {
        tmn_text_put(out, " %s ", tmn_op_text(form.relation));
        print_level(f, form.level, out);
        return;
    }
    const char *joint = " in [";
    for (uint32_t i = 0; i < f->cardinality; i++) {
        if (!expr->member[i])
            continue;
        tmn_text_put(out, "%s", joint);
        print_level(f, i, out);
        joint = ", ";
    }
    tmn_text_put(out, "]");
}

static void print_by(const struct tmn_model *model, int by, struct tmn_text *out) {
    if (by >= 0)
        tmn_text_put(out, ", by %s", model->features.items[by].name);
    tmn_text_put(out, ")");
}

static void print_count(const struct tmn_model *model, const struct tmn_count *count, struct tmn_text *out) {
    const struct tmn_transition *t = &model->transitions.items[count->transition];
    tmn_text_put(out, "count(%s", t->name);
    if (count->branch >= 0)
        tmn_text_put(out, ".%s", t->branch[count->branch].name);
    print_by(model, count->by, out);
}

static void print_table(const struct tmn_model *model, const struct tmn_expr *expr, struct tmn_text *out) {
    const struct tmn_table *table = &model->tables.items[expr->index];
    tmn_text_put(out, "%s[", table->name);
    for (int k = 0; k < table->keys; k++) {
        int feature = expr->arg[k]->index;
        uint32_t level = (uint32_t)expr->arg[k]->number;
        tmn_text_put(out, "%s", k ? ", " : "");
        if (feature == -2 && table->key[k].feature >= 0)
            print_level(&model->features.items[table->key[k].feature], level, out);
        else if (feature == -2)
            tmn_text_put(out, "%d", model->calendar.start_year + (int)level);
        else
            tmn_text_put(out, "%s", feature == -1 ? "year" : model->features.items[feature].name);
    }
    tmn_text_put(out, "]");
}

static void print_leaf(const struct tmn_model *model, const struct tmn_expr *expr, struct tmn_text *out) {
    switch (expr->op) {
    case TMN_OP_NUMBER:
        print_number(expr, out);
        break;
    case TMN_OP_PARAMETER:
        tmn_text_put(out, "%s", model->parameters.items[expr->index].name);
        break;
    case TMN_OP_DRIVER:
        tmn_text_put(out, "%s", model->drivers.items[expr->index].name);
        break;
    case TMN_OP_FEEDBACK:
        tmn_text_put(out, "%s", model->feedbacks.items[expr->index].name);
        break;
    case TMN_OP_FEATURE:
        tmn_text_put(out, "%s", model->features.items[expr->index].name);
        break;
    case TMN_OP_MEMBER:
        print_member(model, expr, out);
        break;
    case TMN_OP_TABLE:
        print_table(model, expr, out);
        break;
    case TMN_OP_SHARE:
        tmn_text_put(out, "share(");
        print(model, model->shares.items[expr->index].who, TMN_PREC_OR, out);
        print_by(model, model->shares.items[expr->index].by, out);
        break;
    case TMN_OP_COUNT:
        print_count(model, &model->counts.items[expr->index], out);
        break;
    case TMN_OP_YEAR:
        tmn_text_put(out, "year");
        break;
    default:
        tmn_text_put(out, "window");
        break; /* the last without arguments */
    }
}

static void print_call(const struct tmn_model *model, const struct tmn_expr *expr, struct tmn_text *out) {
    tmn_text_put(out, "%s(", tmn_op_text(expr->op));
    for (size_t i = 0; i < expr->count; i++) {
        tmn_text_put(out, "%s", i ? ", " : "");
        print(model, expr->arg[i], TMN_PREC_OR, out);
    }
    tmn_text_put(out, ")");
}

static void print_ratio(const struct tmn_model *model, const struct tmn_expr *expr, struct tmn_text *out) {
    print(model, expr->arg[0], TMN_PREC_SUM, out);
    if (expr->count == 3) {
        tmn_text_put(out, " / ");
        print(model, expr->arg[1], TMN_PREC_UNARY, out);
    }
    tmn_text_put(out, " %s ", tmn_op_text(expr->relation));
    print(model, expr->arg[expr->count - 1], TMN_PREC_SUM, out);
}

static void print(const struct tmn_model *model, const struct tmn_expr *expr, enum tmn_precedence lowest,
                  struct tmn_text *out) {
    enum tmn_precedence own = tmn_precedence(expr->op);
    bool parentheses = own < lowest;
    tmn_text_put(out, "%s", parentheses ? "(" : "");
    if (expr->op == TMN_OP_RATIO) {
        print_ratio(model, expr, out);
    } else if (expr->count == 0 || expr->op == TMN_OP_TABLE) {
        print_leaf(model, expr, out);
    } else if (own == TMN_PREC_PRIMARY) {
        print_call(model, expr, out);
    } else if (expr->count == 1) {
        tmn_text_put(out, "%s%s", tmn_op_text(expr->op), expr->op == TMN_OP_NOT ? " " : "");
        print(model, expr->arg[0], expr->op == TMN_OP_NOT ? TMN_PREC_NOT : TMN_PREC_UNARY, out);
    } else { /* operators group to the left; comparisons not at all */
        print(model, expr->arg[0], own == TMN_PREC_COMPARE ? TMN_PREC_SUM : own, out);
        tmn_text_put(out, " %s ", tmn_op_text(expr->op));
        print(model, expr->arg[1], own + 1, out);
    }
    tmn_text_put(out, "%s", parentheses ? ")" : "");
}

void tmn_expr_print(const struct tmn_model *model, const struct tmn_expr *expr, struct tmn_text *out) {
    print(model, expr, TMN_PREC_OR, out);
}
