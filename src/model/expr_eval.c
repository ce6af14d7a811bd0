/* The one evaluator of expressions: source order, `and`, `or` and `if` lazy, nothing from libm. */
#include "base/fixed.h"
#include "base/real.h"
#include "model/expr_resolve.h"
#include <math.h>

/* A value >= 0 as digits * 10^exponent, the fraction that its shortest text shows. At most 17 digits. */
static void decimal_fraction(double value, uint64_t *digits, int *exponent) {
    char text[32];
    const char *at = text;
    bool point = false;
    *digits = 0;
    *exponent = 0;
    tmn_format_real(value, text);
    for (; (*at >= '0' && *at <= '9') || *at == '.'; at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        *digits = *digits * 10 + (uint64_t)(*at - '0');
        *exponent -= point;
    }
    if (*at == 'e') {
        bool negative = at[1] == '-';
        int power = 0;
        for (at += at[1] == '-' || at[1] == '+' ? 2 : 1; *at >= '0' && *at <= '9'; at++)
            power = power * 10 + (*at - '0');
        *exponent += negative ? -power : power;
    }
}

/* numerator / denominator against digits * 10^exponent by cross-multiplication. The two are known to differ by less
 * than a part in 10^12, and digits * denominator < 2^57 * 2^63: neither product reaches 2^122. */
static int cross_multiply(uint64_t numerator, uint64_t denominator, uint64_t digits, int exponent) {
    tmn_u128 left = numerator, right = (tmn_u128)digits * denominator;
    for (; exponent > 0; exponent--)
        right *= 10;
    for (; exponent < 0; exponent++)
        left *= 10;
    return left < right ? -1 : left > right;
}

int tmn_ratio_compare(struct tmn_ratio ratio, double value) {
    const double clear = 1e-12, largest = 9.3e18; /* no ratio of 63-bit integers is above it */
    uint64_t numerator = (uint64_t)ratio.numerator, denominator = (uint64_t)ratio.denominator, digits;
    int exponent;
    if (value < 0)
        return 1;
    if (numerator == 0)
        return value > 0 ? -1 : 0;
    if (denominator == 0)
        return 1;
    if (value > largest)
        return -1;
    /* Binary quotient and value are each within 2^-52 of the fractions compared: a clear difference decides at once. */
    double quotient = (double)numerator / (double)denominator;
    double larger = quotient > value ? quotient : value, smaller = quotient > value ? value : quotient;
    if (larger - smaller > clear * larger)
        return quotient < value ? -1 : 1;
    decimal_fraction(value, &digits, &exponent);
    return cross_multiply(numerator, denominator, digits, exponent);
}

int tmn_ratio_compare_fraction(struct tmn_ratio ratio, struct tmn_ratio fraction) {
    if (fraction.numerator < 0)
        return 1;
    if (ratio.numerator == 0)
        return fraction.numerator > 0 ? -1 : 0;
    if (ratio.denominator == 0)
        return 1;
    tmn_u128 left = (tmn_u128)(uint64_t)ratio.numerator * (uint64_t)fraction.denominator,
             right = (tmn_u128)(uint64_t)fraction.numerator * (uint64_t)ratio.denominator;
    return left < right ? -1 : left > right;
}

bool tmn_is_fraction(const struct tmn_expr *expr) {
    const double largest = 1e9;
    if (expr->op != TMN_OP_DIV || expr->arg[0]->op != TMN_OP_FEATURE || expr->arg[1]->op != TMN_OP_NUMBER)
        return false;
    double divisor = expr->arg[1]->number;
    return divisor >= 1 && divisor <= largest && divisor == floor(divisor);
}

static double share_value(struct tmn_ratio share) {
    return share.denominator == 0 ? 0.0 : (double)share.numerator / (double)share.denominator;
}

static double parameter_value(const struct tmn_expr *expr, const struct tmn_env *env) {
    return env->parameter ? env->parameter[expr->index] : env->model->parameters.items[expr->index].value;
}

static uint32_t slot(const struct tmn_env *env, uint32_t first, int by) {
    return by < 0 ? first : first + env->level[by];
}

static struct tmn_ratio share_of(const struct tmn_expr *expr, const struct tmn_env *env) {
    const struct tmn_share *share = &env->model->shares.items[expr->index];
    return env->share[slot(env, share->first, share->by)];
}

static double eval_table(const struct tmn_expr *expr, const struct tmn_env *env) {
    const struct tmn_table *table = &env->model->tables.items[expr->index];
    size_t cell = 0;
    for (int k = 0; k < table->keys; k++) {
        const struct tmn_table_key *key = &table->key[k];
        int feature = expr->arg[k]->index;
        int64_t level = feature == -2  ? (int64_t)expr->arg[k]->number
                        : feature >= 0 ? (int64_t)env->level[feature]
                                       : (int64_t)env->year - env->model->calendar.start_year;
        if (feature == -1) /* years before and after the table's: its first and last */
            level = level < 0 ? 0 : level >= (int64_t)key->size ? (int64_t)key->size - 1 : level;
        cell += (size_t)level * key->stride;
    }
    return table->value[cell];
}

static double eval_ratio(const struct tmn_expr *expr, const struct tmn_env *env) {
    struct tmn_ratio ratio;
    if (expr->arg[0]->op == TMN_OP_SHARE)
        ratio = share_of(expr->arg[0], env);
    else
        ratio = (struct tmn_ratio){env->level[expr->arg[0]->index], env->level[expr->arg[1]->index]};
    const struct tmn_expr *other = expr->arg[expr->count - 1];
    if (tmn_is_fraction(other)) {
        int64_t numerator = (int64_t)tmn_expr_eval(other->arg[0], env), denominator = (int64_t)other->arg[1]->number;
        return tmn_relation_holds(expr->relation,
                                  tmn_ratio_compare_fraction(ratio, (struct tmn_ratio){numerator, denominator}));
    }
    double value = tmn_expr_eval(other, env);
    if (isnan(value))
        return expr->relation == TMN_OP_NE;
    return tmn_relation_holds(expr->relation, tmn_ratio_compare(ratio, value));
}

static double driver_value(const struct tmn_expr *expr, const struct tmn_env *env) {
    const struct tmn_driver *driver = &env->model->drivers.items[expr->index];
    return env->driver[slot(env, driver->first, driver->by)];
}

static double feedback_value(const struct tmn_expr *expr, const struct tmn_env *env) {
    const struct tmn_feedback *feedback = &env->model->feedbacks.items[expr->index];
    return env->feedback[slot(env, feedback->first, feedback->by)];
}

static double count_value(const struct tmn_expr *expr, const struct tmn_env *env) {
    const struct tmn_count *count = &env->model->counts.items[expr->index];
    return env->count[slot(env, count->first, count->by)];
}

static double eval_clamp(const struct tmn_expr *expr, const struct tmn_env *env) {
    double value = tmn_expr_eval(expr->arg[0], env), low = tmn_expr_eval(expr->arg[1], env),
           high = tmn_expr_eval(expr->arg[2], env);
    value = value < low ? low : value;
    return value > high ? high : value;
}

static double eval_function(const struct tmn_expr *expr, const struct tmn_env *env) {
    double x = tmn_expr_eval(expr->arg[0], env);
    switch (expr->op) {
    case TMN_OP_EXP:
        return tmn_exp(x);
    case TMN_OP_LOG:
        return tmn_log(x);
    case TMN_OP_SQRT:
        return sqrt(x); /* correctly rounded by IEEE 754, wherever it comes from */
    case TMN_OP_POW:
        return tmn_pow(x, tmn_expr_eval(expr->arg[1], env));
    case TMN_OP_ABS:
        return fabs(x);
    case TMN_OP_LOGISTIC:
        return tmn_logistic(x);
    default:
        return tmn_ncdf(x);
    }
}

/* Of two arguments, first the first. */
static double eval_pair(enum tmn_op op, double a, double b) {
    switch (op) {
    case TMN_OP_EQ:
        return a == b;
    case TMN_OP_NE:
        return a != b;
    case TMN_OP_LT:
        return a < b;
    case TMN_OP_LE:
        return a <= b;
    case TMN_OP_GT:
        return a > b;
    case TMN_OP_GE:
        return a >= b;
    case TMN_OP_MIN:
        return b < a ? b : a;
    default: /* TMN_OP_MAX */
        return b > a ? b : a;
    }
}

double tmn_expr_constant(const struct tmn_model *model, const struct tmn_expr *expr) {
    return tmn_expr_eval(expr, &(struct tmn_env){.model = model});
}

/* One switch for each node, the most frequent kinds in it: this is most of what a window costs at small scales. */
double tmn_expr_eval(const struct tmn_expr *expr, const struct tmn_env *env) {
    double a;
    switch (expr->op) {
    case TMN_OP_NUMBER:
        return expr->number;
    case TMN_OP_PARAMETER:
        return parameter_value(expr, env);
    case TMN_OP_DRIVER:
        return driver_value(expr, env);
    case TMN_OP_FEEDBACK:
        return feedback_value(expr, env);
    case TMN_OP_FEATURE:
        return (double)env->model->features.items[expr->index].first + (double)env->level[expr->index];
    case TMN_OP_MEMBER:
        return expr->member[env->level[expr->index]];
    case TMN_OP_TABLE:
        return eval_table(expr, env);
    case TMN_OP_SHARE:
        return share_value(share_of(expr, env));
    case TMN_OP_COUNT:
        return count_value(expr, env);
    case TMN_OP_YEAR:
        return env->year;
    case TMN_OP_WINDOW:
        return env->window_y;
    case TMN_OP_KEY:
        return (double)NAN; /* never evaluated by itself */
    case TMN_OP_ADD:
        a = tmn_expr_eval(expr->arg[0], env);
        return a + tmn_expr_eval(expr->arg[1], env);
    case TMN_OP_SUB:
        a = tmn_expr_eval(expr->arg[0], env);
        return a - tmn_expr_eval(expr->arg[1], env);
    case TMN_OP_MUL:
        a = tmn_expr_eval(expr->arg[0], env);
        return a * tmn_expr_eval(expr->arg[1], env);
    case TMN_OP_DIV:
        a = tmn_expr_eval(expr->arg[0], env);
        return a / tmn_expr_eval(expr->arg[1], env);
    case TMN_OP_NEG:
        return -tmn_expr_eval(expr->arg[0], env);
    case TMN_OP_NOT:
        return tmn_expr_eval(expr->arg[0], env) == 0.0;
    case TMN_OP_AND:
        return tmn_expr_eval(expr->arg[0], env) != 0.0 && tmn_expr_eval(expr->arg[1], env) != 0.0;
    case TMN_OP_OR:
        return tmn_expr_eval(expr->arg[0], env) != 0.0 || tmn_expr_eval(expr->arg[1], env) != 0.0;
    case TMN_OP_IF:
        return tmn_expr_eval(expr->arg[tmn_expr_eval(expr->arg[0], env) != 0.0 ? 1 : 2], env);
    case TMN_OP_RATIO:
        return eval_ratio(expr, env);
    case TMN_OP_CLAMP:
        return eval_clamp(expr, env);
    case TMN_OP_EXP:
    case TMN_OP_LOG:
    case TMN_OP_SQRT:
    case TMN_OP_POW:
    case TMN_OP_ABS:
    case TMN_OP_LOGISTIC:
    case TMN_OP_NCDF:
        return eval_function(expr, env);
    default:
        a = tmn_expr_eval(expr->arg[0], env);
        return eval_pair(expr->op, a, tmn_expr_eval(expr->arg[1], env));
    }
}
