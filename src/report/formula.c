/* Expressions as MathML; see formula.h. As few parentheses as keep the tree: quotients are fractions and need none. */
#include "report/formula.h"
#include "report/html.h"

#include <string.h>

enum { ROW_WIDTH = 76 /* characters of an expression's text that fit a row of the page */ };

struct formula {
    struct tmn_text *out;
    const struct tmn_model *model;
    const struct tmn_transition *transition; /* or NULL */
};

static void put(const struct formula *f, const struct tmn_expr *expr, enum tmn_precedence lowest);
static void put_bare(const struct formula *f, const struct tmn_expr *expr);
static void put_rows(const struct formula *f, const struct tmn_expr *expr, const char *left, const char *class_name);

/* A product that opens with a minus sign reads as one term of a sum. */
static bool opens_negative(const struct tmn_expr *expr) {
    return expr->op == TMN_OP_NEG || (expr->op == TMN_OP_MUL && opens_negative(expr->arg[0]));
}

static enum tmn_precedence precedence_of(const struct tmn_expr *expr) {
    switch (expr->op) {
    case TMN_OP_DIV: /* a fraction */
        return TMN_PREC_PRIMARY;
    case TMN_OP_NEG:
        return TMN_PREC_SUM;
    case TMN_OP_MUL:
        return opens_negative(expr) ? TMN_PREC_SUM : TMN_PREC_PRODUCT;
    default:
        return tmn_precedence(expr->op);
    }
}

/* The sign of an operator between its operands. */
static const char *sign_of(enum tmn_op op) {
    switch (op) {
    case TMN_OP_ADD:
        return "+";
    case TMN_OP_SUB:
        return "−";
    case TMN_OP_MUL:
        return "⋅";
    case TMN_OP_EQ:
        return "=";
    case TMN_OP_NE:
        return "≠";
    case TMN_OP_LT:
        return "&lt;";
    case TMN_OP_LE:
        return "≤";
    case TMN_OP_GT:
        return "&gt;";
    case TMN_OP_GE:
        return "≥";
    case TMN_OP_AND:
        return "∧";
    case TMN_OP_OR:
        return "∨";
    default: /* a level among several */
        return "∈";
    }
}

static const char *function_of(enum tmn_op op) {
    switch (op) {
    case TMN_OP_MIN:
        return "min";
    case TMN_OP_MAX:
        return "max";
    case TMN_OP_CLAMP:
        return "clamp";
    case TMN_OP_EXP:
        return "exp";
    case TMN_OP_LOG:
        return "ln";
    case TMN_OP_LOGISTIC:
        return "logistic";
    default: /* ncdf */
        return "Φ";
    }
}

static void put_sign(const struct formula *f, enum tmn_op op) {
    tmn_text_put(f->out, "<mo form=\"infix\">%s</mo>", sign_of(op));
}

static void put_name(const struct formula *f, const char *name) {
    tmn_html_put(f->out, "<mi>%s</mi>", name);
}

/* A variable that has a value for each place carries the place below it. */
static void put_placed(const struct formula *f, const char *name, int by) {
    if (by >= 0)
        tmn_html_put(f->out, "<msub><mi>%s</mi><mi>%s</mi></msub>", name, f->model->features.items[by].name);
    else
        put_name(f, name);
}

static size_t text_width(const struct formula *f, const struct tmn_expr *expr) {
    struct tmn_text text;
    tmn_text_init(&text, f->out->arena);
    tmn_expr_print(f->model, expr, &text);
    return text.count;
}

/* "30 d", "y", "5", "1e-05": digits as a number, a power of ten as one, the unit as a name. */
static void put_number(const struct formula *f, const struct tmn_expr *expr) {
    struct tmn_text text;
    tmn_text_init(&text, f->out->arena);
    tmn_expr_print(f->model, expr, &text);
    size_t digits = strspn(text.items, "-+.0123456789");
    const char *rest = text.items + digits;
    if (digits > 0)
        tmn_text_put(f->out, "<mn>%.*s</mn>", (int)digits, text.items);
    if (digits > 0 && *rest == 'e') {
        size_t power = strspn(rest + 1, "-+0123456789");
        long long value = 0;
        tmn_parse_int(rest + 1, power, &value);
        tmn_text_put(f->out, "<mo>⋅</mo><msup><mn>10</mn><mn>%lld</mn></msup>", value);
        rest += 1 + power;
    }
    rest += strspn(rest, " ");
    if (*rest && digits > 0)
        tmn_text_put(f->out, "<mspace width=\"0.2em\"></mspace>");
    if (*rest)
        tmn_html_put(f->out, "<mi class=\"unit\" mathvariant=\"normal\">%s</mi>", rest);
}

static void put_level(const struct formula *f, const struct tmn_feature *feature, uint32_t level) {
    if (feature->numeric || !feature->level)
        tmn_text_put(f->out, "<mn>%d</mn>", feature->first + (int)level);
    else
        tmn_html_put(f->out, "<mtext>%s</mtext>", feature->level[level]);
}

static void put_member(const struct formula *f, const struct tmn_expr *expr) {
    const struct tmn_feature *feature = &f->model->features.items[expr->index];
    struct tmn_member_form form = tmn_member_form(f->model, expr);
    put_name(f, feature->name);
    put_sign(f, form.relation);
    if (form.relation != TMN_OP_MEMBER) {
        put_level(f, feature, form.level);
        return;
    }
    tmn_text_put(f->out, "<mo>{</mo>");
    bool more = false;
    for (uint32_t i = 0; i < feature->cardinality; i++) {
        if (!expr->member[i])
            continue;
        tmn_text_put(f->out, "%s", more ? "<mo>,</mo>" : "");
        put_level(f, feature, i);
        more = true;
    }
    tmn_text_put(f->out, "<mo>}</mo>");
}

/* The keys of a look-up stand below the table's name. */
static void put_table(const struct formula *f, const struct tmn_expr *expr) {
    const struct tmn_table *table = &f->model->tables.items[expr->index];
    tmn_html_put(f->out, "<msub><mi>%s</mi><mrow>", table->name);
    for (int k = 0; k < table->keys; k++) {
        int feature = expr->arg[k]->index;
        uint32_t level = (uint32_t)expr->arg[k]->number;
        tmn_text_put(f->out, "%s", k ? "<mo>,</mo>" : "");
        if (feature == -2 && table->key[k].feature >= 0)
            put_level(f, &f->model->features.items[table->key[k].feature], level);
        else if (feature == -2)
            tmn_text_put(f->out, "<mn>%d</mn>", f->model->calendar.start_year + (int)level);
        else
            put_name(f, feature == -1 ? "year" : f->model->features.items[feature].name);
    }
    tmn_text_put(f->out, "</mrow></msub>");
}

static void put_share(const struct formula *f, const struct tmn_expr *expr) {
    const struct tmn_share *share = &f->model->shares.items[expr->index];
    put_placed(f, "share", share->by);
    tmn_text_put(f->out, "<mrow><mo>(</mo>");
    put(f, share->who, TMN_PREC_OR);
    tmn_text_put(f->out, "<mo>)</mo></mrow>");
}

static void put_count(const struct formula *f, const struct tmn_expr *expr) {
    const struct tmn_count *count = &f->model->counts.items[expr->index];
    const struct tmn_transition *t = &f->model->transitions.items[count->transition];
    put_placed(f, "count", count->by);
    tmn_html_put(f->out, "<mrow><mo>(</mo><mi>%s", t->name);
    if (count->branch >= 0)
        tmn_html_put(f->out, ".%s", t->branch[count->branch].name);
    tmn_text_put(f->out, "</mi><mo>)</mo></mrow>");
}

static void put_leaf(const struct formula *f, const struct tmn_expr *expr) {
    const struct tmn_model *model = f->model;
    switch (expr->op) {
    case TMN_OP_NUMBER:
        put_number(f, expr);
        break;
    case TMN_OP_PARAMETER:
        put_name(f, model->parameters.items[expr->index].name);
        break;
    case TMN_OP_DRIVER:
        put_placed(f, model->drivers.items[expr->index].name, model->drivers.items[expr->index].by);
        break;
    case TMN_OP_FEEDBACK:
        put_placed(f, model->feedbacks.items[expr->index].name, model->feedbacks.items[expr->index].by);
        break;
    case TMN_OP_FEATURE:
        put_name(f, model->features.items[expr->index].name);
        break;
    case TMN_OP_MEMBER:
        put_member(f, expr);
        break;
    case TMN_OP_TABLE:
        put_table(f, expr);
        break;
    case TMN_OP_SHARE:
        put_share(f, expr);
        break;
    case TMN_OP_COUNT:
        put_count(f, expr);
        break;
    default:
        put_name(f, expr->op == TMN_OP_YEAR ? "year" : "window");
        break; /* the last without arguments */
    }
}

/* A sum that is too long for a row. */
static bool is_long_sum(const struct formula *f, const struct tmn_expr *expr) {
    return (expr->op == TMN_OP_ADD || expr->op == TMN_OP_SUB) && text_width(f, expr) > ROW_WIDTH;
}

/* Between parentheses; a long sum is broken over rows, and the style draws what holds them together. */
static void put_fenced(const struct formula *f, const struct tmn_expr *expr) {
    if (is_long_sum(f, expr)) {
        put_rows(f, expr, NULL, "fence");
        return;
    }
    tmn_text_put(f->out, "<mrow><mo>(</mo>");
    put_bare(f, expr);
    tmn_text_put(f->out, "<mo>)</mo></mrow>");
}

static void put_function(const struct formula *f, const struct tmn_expr *expr) {
    tmn_text_put(f->out, "<mi>%s</mi>", function_of(expr->op));
    if (expr->count == 1) {
        put_fenced(f, expr->arg[0]);
        return;
    }
    tmn_text_put(f->out, "<mrow><mo>(</mo>");
    for (size_t i = 0; i < expr->count; i++) {
        tmn_text_put(f->out, "%s", i ? "<mo>,</mo>" : "");
        if (is_long_sum(f, expr->arg[i]))
            put_rows(f, expr->arg[i], NULL, "fence");
        else
            put(f, expr->arg[i], TMN_PREC_OR);
    }
    tmn_text_put(f->out, "<mo>)</mo></mrow>");
}

/* if(condition, a, b): its cases in rows, those of an `if` in the last place with them. The style draws the brace: not
 * every machine has a font whose braces grow. */
static void put_cases(const struct formula *f, const struct tmn_expr *expr) {
    tmn_text_put(f->out, "<mtable displaystyle=\"true\" class=\"cases\">");
    for (; expr->op == TMN_OP_IF; expr = expr->arg[2]) {
        tmn_text_put(f->out, "<mtr><mtd>");
        put(f, expr->arg[1], TMN_PREC_OR);
        tmn_text_put(f->out, "</mtd><mtd><mtext>if </mtext>");
        put(f, expr->arg[0], TMN_PREC_OR);
        tmn_text_put(f->out, "</mtd></mtr>");
    }
    tmn_text_put(f->out, "<mtr><mtd>");
    put(f, expr, TMN_PREC_OR);
    tmn_text_put(f->out, "</mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable>");
}

/* What delimits itself. */
static void put_primary(const struct formula *f, const struct tmn_expr *expr) {
    switch (expr->op) {
    case TMN_OP_DIV:
        tmn_text_put(f->out, "<mfrac><mrow>");
        put(f, expr->arg[0], TMN_PREC_OR);
        tmn_text_put(f->out, "</mrow><mrow>");
        put(f, expr->arg[1], TMN_PREC_OR);
        tmn_text_put(f->out, "</mrow></mfrac>");
        break;
    case TMN_OP_POW:
        tmn_text_put(f->out, "<msup><mrow>");
        put(f, expr->arg[0], expr->arg[0]->count ? TMN_PREC_PRIMARY + 1 : TMN_PREC_PRIMARY);
        tmn_text_put(f->out, "</mrow><mrow>");
        put(f, expr->arg[1], TMN_PREC_OR);
        tmn_text_put(f->out, "</mrow></msup>");
        break;
    case TMN_OP_SQRT:
        tmn_text_put(f->out, "<msqrt>");
        put(f, expr->arg[0], TMN_PREC_OR);
        tmn_text_put(f->out, "</msqrt>");
        break;
    case TMN_OP_ABS:
        tmn_text_put(f->out, "<mrow><mo>|</mo>");
        put(f, expr->arg[0], TMN_PREC_OR);
        tmn_text_put(f->out, "<mo>|</mo></mrow>");
        break;
    default:
        put_function(f, expr);
        break;
    }
}

/* Counters over a degree, or a share, compared with a number. */
static void put_ratio(const struct formula *f, const struct tmn_expr *expr) {
    if (expr->count == 3) {
        tmn_text_put(f->out, "<mfrac><mrow>");
        put(f, expr->arg[0], TMN_PREC_OR);
        tmn_text_put(f->out, "</mrow><mrow>");
        put(f, expr->arg[1], TMN_PREC_OR);
        tmn_text_put(f->out, "</mrow></mfrac>");
    } else {
        put(f, expr->arg[0], TMN_PREC_SUM);
    }
    put_sign(f, expr->relation);
    put(f, expr->arg[expr->count - 1], TMN_PREC_SUM);
}

static void put_bare(const struct formula *f, const struct tmn_expr *expr) {
    enum tmn_precedence own = expr->op == TMN_OP_MUL ? TMN_PREC_PRODUCT : precedence_of(expr);
    if (expr->op == TMN_OP_RATIO) {
        put_ratio(f, expr);
    } else if (expr->count == 0 || expr->op == TMN_OP_TABLE) {
        put_leaf(f, expr);
    } else if (expr->op == TMN_OP_IF) {
        put_cases(f, expr);
    } else if (expr->op == TMN_OP_NOT || expr->op == TMN_OP_NEG) {
        tmn_text_put(f->out, "<mo form=\"prefix\">%s</mo>", expr->op == TMN_OP_NOT ? "¬" : "−");
        put(f, expr->arg[0], expr->op == TMN_OP_NOT ? TMN_PREC_NOT : TMN_PREC_PRODUCT);
    } else if (own == TMN_PREC_PRIMARY) {
        put_primary(f, expr);
    } else { /* operators group to the left; comparisons not at all */
        put(f, expr->arg[0], own == TMN_PREC_COMPARE || opens_negative(expr->arg[0]) ? TMN_PREC_SUM : own);
        put_sign(f, expr->op);
        put(f, expr->arg[1], (enum tmn_precedence)(own + 1));
    }
}

/* "c", "g", or NULL: not a factor of the hazard. */
static const char *part_of(const struct formula *f, const struct tmn_expr *expr) {
    for (size_t i = 0; f->transition && i < f->transition->c_factors; i++)
        if (f->transition->c_factor[i].expr == expr)
            return "c";
    for (size_t i = 0; f->transition && i < f->transition->g_factors; i++)
        if (f->transition->g_factor[i].expr == expr)
            return "g";
    return NULL;
}

static void put(const struct formula *f, const struct tmn_expr *expr, enum tmn_precedence lowest) {
    const char *part = part_of(f, expr);
    if (part)
        tmn_text_put(f->out, "<mrow class=\"%s\">", part);
    if (precedence_of(expr) < lowest)
        put_fenced(f, expr);
    else
        put_bare(f, expr);
    tmn_text_put(f->out, "%s", part ? "</mrow>" : "");
}

/* One term of a sum or factor of a product with the sign before it; node: the operator whose right side it is, or the
 * first part itself. */
static void put_part(const struct formula *f, const struct tmn_expr *node, bool first, bool sum) {
    if (first) {
        put(f, node, sum || opens_negative(node) ? TMN_PREC_SUM : TMN_PREC_PRODUCT);
        return;
    }
    put_sign(f, node->op);
    put(f, node->arg[1], sum ? TMN_PREC_PRODUCT : TMN_PREC_PRIMARY);
}

/* A product or sum over as many rows as its width asks for; anything else in one. */
static void put_rows(const struct formula *f, const struct tmn_expr *expr, const char *left, const char *class_name) {
    bool sum = expr->op == TMN_OP_ADD || expr->op == TMN_OP_SUB;
    const char *part = part_of(f, expr);
    size_t count = 1, width = 0;
    const struct tmn_expr *node = expr;
    for (; sum ? node->op == TMN_OP_ADD || node->op == TMN_OP_SUB : node->op == TMN_OP_MUL; node = node->arg[0])
        count++;
    const struct tmn_expr **list = TMN_NEW_ARRAY(f->out->arena, const struct tmn_expr *, count);
    node = expr;
    for (size_t i = count; i-- > 0; node = i > 0 ? node->arg[0] : node)
        list[i] = node;
    tmn_text_put(f->out, "<mtable displaystyle=\"true\" class=\"%s%s%s\"><mtr>", class_name, part ? " " : "",
                 part ? part : "");
    if (left)
        tmn_html_put(f->out, "<mtd><mi>%s</mi><mo>=</mo></mtd>", left);
    tmn_text_put(f->out, "<mtd>");
    for (size_t i = 0; i < count; i++) {
        size_t own = text_width(f, i ? list[i]->arg[1] : list[i]) + 3;
        if (i > 0 && width + own > ROW_WIDTH) {
            tmn_text_put(f->out, "</mtd></mtr><mtr>%s<mtd>", left ? "<mtd></mtd>" : "");
            width = 0;
        }
        width += own;
        if (count == 1)
            put_bare(f, expr);
        else
            put_part(f, list[i], i == 0, sum);
    }
    tmn_text_put(f->out, "</mtd></mtr></mtable>");
}

void tmn_formula_put(struct tmn_text *out, const struct tmn_model *model, const struct tmn_transition *transition,
                     const struct tmn_expr *expr) {
    struct formula f = {out, model, transition};
    tmn_text_put(out, "<mrow>");
    put(&f, expr, TMN_PREC_OR);
    tmn_text_put(out, "</mrow>");
}

void tmn_formula_block(struct tmn_text *out, const struct tmn_model *model, const struct tmn_transition *transition,
                       const char *left, const struct tmn_expr *expr) {
    struct formula f = {out, model, transition};
    tmn_text_put(out, "<div class=\"formula\" tabindex=\"0\"><math display=\"block\">");
    put_rows(&f, expr, left, "rows");
    tmn_text_put(out, "</math></div>\n");
}

void tmn_formula_inline(struct tmn_text *out, const struct tmn_model *model, const struct tmn_expr *expr) {
    tmn_text_put(out, "<math displaystyle=\"true\">");
    tmn_formula_put(out, model, NULL, expr);
    tmn_text_put(out, "</math>");
}
