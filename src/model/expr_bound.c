/* Interval arithmetic over expressions: what values can an expression take, whatever the persons and the run? Sound,
 * not tight: each occurrence of a name varies by itself. Sums, products and quotients round monotonically, so that the
 * rounded corners bound the rounded values; results of exp, log, pow and their kin are widened by more than their
 * error. */
#include "base/date.h"
#include "base/real.h"
#include "model/expr_resolve.h"
#include <math.h>

/* More firings of one transition than a window can hold (2^32 persons at the smallest scale). */
static const double count_max = 0x1p53;

struct scope {
    const struct tmn_env *env;
    const bool *known; /* or NULL */
};

static struct tmn_interval bound(const struct tmn_expr *expr, const struct scope *s);

static struct tmn_interval undefined(void) {
    return (struct tmn_interval){-(double)INFINITY, (double)INFINITY, false};
}

static struct tmn_interval between(double low, double high) {
    if (!isfinite(low) || !isfinite(high))
        return undefined();
    return (struct tmn_interval){low, high, true};
}

static struct tmn_interval truth(bool can_be_false, bool can_be_true, bool defined) {
    return (struct tmn_interval){can_be_false ? 0.0 : 1.0, can_be_true ? 1.0 : 0.0, defined};
}

static double lesser(double a, double b) {
    return b < a ? b : a;
}
static double greater(double a, double b) {
    return b > a ? b : a;
}

static bool is_known(const struct scope *s, int feature) {
    return s->known && s->known[feature];
}

/* Levels that a feature can have. */
static void levels_of(const struct scope *s, int feature, uint32_t *low, uint32_t *high) {
    bool known = is_known(s, feature);
    *low = known ? s->env->level[feature] : 0;
    *high = known ? *low : s->env->model->features.items[feature].cardinality - 1;
}

static void years_of(const struct tmn_model *model, int *low, int *high) {
    const struct tmn_calendar *calendar = &model->calendar;
    int years = calendar->windows_per_year > 0 ? (calendar->windows - 1) / calendar->windows_per_year : 0;
    *low = calendar->start_year;
    *high = calendar->start_year + (years > 0 ? years : 0);
}

/* Shortest and longest window in years: the last of a year takes the rest of 365 or 366 days. */
static struct tmn_interval bound_window(const struct tmn_model *model) {
    const double slack = 1e-15; /* the caller may round days / year differently */
    double days = model->calendar.window_quarter_days / 4.0;
    double last = 366.0 - (model->calendar.windows_per_year - 1) * days;
    return between(days / TMN_YEAR_DAYS * (1 - slack), (last > days ? last : days) / TMN_YEAR_DAYS * (1 + slack));
}

static struct tmn_interval bound_member(const struct tmn_expr *expr, const struct scope *s) {
    uint32_t low, high;
    bool in = false, out = false;
    levels_of(s, expr->index, &low, &high);
    for (uint32_t i = low; i <= high; i++) {
        in = in || expr->member[i];
        out = out || !expr->member[i];
    }
    return truth(out, in, true);
}

/* Indices that a table's key can have. */
static void key_range(const struct tmn_expr *expr, const struct tmn_table *table, int k, const struct scope *s,
                      uint32_t *low, uint32_t *high) {
    const struct tmn_table_key *key = &table->key[k];
    int feature = expr->arg[k]->index;
    if (feature == -2) {
        *low = *high = (uint32_t)expr->arg[k]->number;
    } else if (feature == -1) {
        int first, last;
        years_of(s->env->model, &first, &last);
        *low = 0;
        *high = last - first < (int)key->size ? (uint32_t)(last - first) : key->size - 1;
    } else {
        levels_of(s, feature, low, high);
    }
}

static struct tmn_interval bound_table(const struct tmn_expr *expr, const struct scope *s) {
    const struct tmn_table *table = &s->env->model->tables.items[expr->index];
    uint32_t low[TMN_MAX_KEYS], high[TMN_MAX_KEYS], at[TMN_MAX_KEYS];
    bool whole = true;
    for (int k = 0; k < table->keys; k++) {
        key_range(expr, table, k, s, &low[k], &high[k]);
        at[k] = low[k];
        whole = whole && low[k] == 0 && high[k] == table->key[k].size - 1;
    }
    if (whole)
        return between(table->low, table->high);
    double least = (double)INFINITY, most = -(double)INFINITY;
    for (int k = table->keys; k >= 0;) { /* an odometer over the cells in reach, its last key fastest */
        size_t cell = 0;
        for (int i = 0; i < table->keys; i++)
            cell += (size_t)at[i] * table->key[i].stride;
        least = lesser(least, table->value[cell]);
        most = greater(most, table->value[cell]);
        for (k = table->keys - 1; k >= 0 && at[k] == high[k]; k--)
            at[k] = low[k];
        if (k >= 0)
            at[k]++;
    }
    return between(least, most);
}

/* Over the declared range, or over the places' values of one window when env->driver gives them. */
static struct tmn_interval bound_driver(const struct tmn_driver *driver, const struct scope *s) {
    if (s->env->driver == NULL)
        return between(driver->low, driver->high);
    uint32_t low = 0, high = 0;
    if (driver->by >= 0)
        levels_of(s, driver->by, &low, &high);
    const double *value = s->env->driver + driver->first;
    double least = value[low], most = value[low];
    for (uint32_t i = low + 1; i <= high; i++) {
        least = lesser(least, value[i]);
        most = greater(most, value[i]);
    }
    return between(least, most);
}

static struct tmn_interval bound_leaf(const struct tmn_expr *expr, const struct scope *s) {
    const struct tmn_model *model = s->env->model;
    double value;
    const struct tmn_feedback *feedback;
    uint32_t low, high;
    int first, last;
    switch (expr->op) {
    case TMN_OP_NUMBER:
        return between(expr->number, expr->number);
    case TMN_OP_PARAMETER:
        value = tmn_expr_eval(expr, s->env);
        return between(value, value);
    case TMN_OP_DRIVER:
        return bound_driver(&model->drivers.items[expr->index], s);
    case TMN_OP_FEEDBACK:
        feedback = &model->feedbacks.items[expr->index];
        return between(feedback->low, feedback->high);
    case TMN_OP_FEATURE:
        levels_of(s, expr->index, &low, &high);
        return between((double)model->features.items[expr->index].first + low,
                       (double)model->features.items[expr->index].first + high);
    case TMN_OP_MEMBER:
        return bound_member(expr, s);
    case TMN_OP_TABLE:
        return bound_table(expr, s);
    case TMN_OP_SHARE:
        return between(0.0, 1.0);
    case TMN_OP_COUNT:
        return between(0.0, count_max);
    case TMN_OP_YEAR:
        years_of(model, &first, &last);
        return between(first, last);
    case TMN_OP_WINDOW:
        return bound_window(model);
    default:
        return undefined();
    }
}

static double least_of(const double corner[4]) {
    double least = corner[0];
    for (int i = 1; i < 4; i++)
        least = lesser(least, corner[i]);
    return least;
}

static double most_of(const double corner[4]) {
    double most = corner[0];
    for (int i = 1; i < 4; i++)
        most = greater(most, corner[i]);
    return most;
}

static struct tmn_interval of_corners(double a, double b, double c, double d) {
    const double corner[4] = {a, b, c, d};
    for (int i = 0; i < 4; i++)
        if (!isfinite(corner[i]))
            return undefined();
    return between(least_of(corner), most_of(corner));
}

/* Widened by more than the error of our elementary functions (absolutely where they underflow), kept inside what is
 * possible at all. A corner of 0 is exact: log 1, and what underflows. */
static struct tmn_interval widened(struct tmn_interval x, double least, double most) {
    const double relative = 1e-11, absolute = 1e-300;
    if (!x.defined)
        return x;
    double low = x.low == 0 ? 0 : x.low - relative * fabs(x.low) - absolute;
    double high = x.high == 0 ? 0 : x.high + relative * fabs(x.high) + absolute;
    return between(greater(low, least), lesser(high, most));
}

static struct tmn_interval bound_pow(struct tmn_interval x, struct tmn_interval p) {
    if (x.low < 0)
        return undefined();
    struct tmn_interval corners =
        of_corners(tmn_pow(x.low, p.low), tmn_pow(x.low, p.high), tmn_pow(x.high, p.low), tmn_pow(x.high, p.high));
    return widened(corners, 0.0, (double)INFINITY);
}

static struct tmn_interval bound_function(enum tmn_op op, struct tmn_interval x) {
    const double infinite = (double)INFINITY;
    switch (op) {
    case TMN_OP_EXP:
        return widened(between(tmn_exp(x.low), tmn_exp(x.high)), 0.0, infinite);
    case TMN_OP_LOG:
        if (x.low <= 0)
            return undefined();
        return widened(between(tmn_log(x.low), tmn_log(x.high)), -infinite, infinite);
    case TMN_OP_SQRT:
        return x.low < 0 ? undefined() : between(sqrt(x.low), sqrt(x.high));
    case TMN_OP_ABS:
        if (x.low <= 0 && x.high >= 0)
            return between(0.0, -x.low > x.high ? -x.low : x.high);
        return x.low > 0 ? x : between(-x.high, -x.low);
    case TMN_OP_LOGISTIC:
        return widened(between(tmn_logistic(x.low), tmn_logistic(x.high)), 0.0, 1.0);
    default:
        return widened(between(tmn_ncdf(x.low), tmn_ncdf(x.high)), 0.0, 1.0);
    }
}

/* Truth of a relation when the sign of left - right lies in least..most. */
static struct tmn_interval of_signs(enum tmn_op relation, int least, int most) {
    bool can_hold = false, can_fail = false;
    for (int sign = least; sign <= most; sign++) {
        can_hold = can_hold || tmn_relation_holds(relation, sign);
        can_fail = can_fail || !tmn_relation_holds(relation, sign);
    }
    return truth(can_fail, can_hold, true);
}

static int sign_of(double a, double b) {
    return a < b ? -1 : a > b;
}

static struct tmn_interval bound_ratio(const struct tmn_expr *expr, const struct scope *s) {
    struct tmn_ratio low = {0, 1}, high = {1, 1};
    const struct tmn_expr *other = expr->arg[expr->count - 1];
    bool fraction = tmn_is_fraction(other);
    struct tmn_interval value = bound(fraction ? other->arg[0] : other, s);
    if (!value.defined)
        return truth(true, true, false);
    if (expr->arg[0]->op != TMN_OP_SHARE) {
        uint32_t a_low, a_high, b_low, b_high;
        levels_of(s, expr->arg[0]->index, &a_low, &a_high);
        levels_of(s, expr->arg[1]->index, &b_low, &b_high);
        low = (struct tmn_ratio){a_low, b_high};
        high = (struct tmn_ratio){a_high, b_low};
    }
    if (fraction) {
        int64_t below = (int64_t)other->arg[1]->number;
        return of_signs(expr->relation, tmn_ratio_compare_fraction(low, (struct tmn_ratio){(int64_t)value.high, below}),
                        tmn_ratio_compare_fraction(high, (struct tmn_ratio){(int64_t)value.low, below}));
    }
    return of_signs(expr->relation, tmn_ratio_compare(low, value.high), tmn_ratio_compare(high, value.low));
}

static struct tmn_interval bound_logic(const struct tmn_expr *expr, const struct scope *s) {
    struct tmn_interval a = bound(expr->arg[0], s), b;
    if (expr->op == TMN_OP_NOT)
        return (struct tmn_interval){1 - a.high, 1 - a.low, a.defined};
    bool decides = expr->op == TMN_OP_AND ? a.high == 0 : a.low == 1; /* the second is never looked at */
    if (decides)
        return a;
    b = bound(expr->arg[1], s);
    bool and = expr->op == TMN_OP_AND;
    double low = and? lesser(a.low, b.low) : greater(a.low, b.low),
           high = and? lesser(a.high, b.high) : greater(a.high, b.high);
    return (struct tmn_interval){low, high, a.defined && b.defined};
}

static struct tmn_interval bound_if(const struct tmn_expr *expr, const struct scope *s) {
    struct tmn_interval condition = bound(expr->arg[0], s);
    if (!condition.defined)
        return expr->boolean ? truth(true, true, false) : undefined();
    if (condition.low == 1)
        return bound(expr->arg[1], s);
    if (condition.high == 0)
        return bound(expr->arg[2], s);
    struct tmn_interval a = bound(expr->arg[1], s), b = bound(expr->arg[2], s);
    return (struct tmn_interval){lesser(a.low, b.low), greater(a.high, b.high), a.defined && b.defined};
}

static struct tmn_interval bound_two(enum tmn_op op, struct tmn_interval a, struct tmn_interval b) {
    switch (op) {
    case TMN_OP_ADD:
        return between(a.low + b.low, a.high + b.high);
    case TMN_OP_SUB:
        return between(a.low - b.high, a.high - b.low);
    case TMN_OP_MUL:
        return of_corners(a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high);
    case TMN_OP_DIV:
        if (b.low <= 0 && b.high >= 0)
            return undefined();
        return of_corners(a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high);
    case TMN_OP_MIN:
        return between(lesser(a.low, b.low), lesser(a.high, b.high));
    case TMN_OP_MAX:
        return between(greater(a.low, b.low), greater(a.high, b.high));
    case TMN_OP_POW:
        return bound_pow(a, b);
    default:
        return of_signs(op, sign_of(a.low, b.high), sign_of(a.high, b.low)); /* EQ..GE */
    }
}

static struct tmn_interval bound_clamp(struct tmn_interval x, struct tmn_interval low, struct tmn_interval high) {
    struct tmn_interval raised = bound_two(TMN_OP_MAX, x, low);
    return bound_two(TMN_OP_MIN, raised, high);
}

static struct tmn_interval bound(const struct tmn_expr *expr, const struct scope *s) {
    switch (expr->op) {
    case TMN_OP_AND:
    case TMN_OP_OR:
    case TMN_OP_NOT:
        return bound_logic(expr, s);
    case TMN_OP_IF:
        return bound_if(expr, s);
    case TMN_OP_RATIO:
        return bound_ratio(expr, s);
    default:
        break;
    }
    if (expr->count == 0 || expr->op == TMN_OP_TABLE)
        return bound_leaf(expr, s);
    struct tmn_interval arg[3];
    bool defined = true;
    for (size_t i = 0; i < expr->count; i++) {
        arg[i] = bound(expr->arg[i], s);
        defined = defined && arg[i].defined;
    }
    if (!defined)
        return expr->boolean ? truth(true, true, false) : undefined();
    if (expr->op == TMN_OP_NEG)
        return between(-arg[0].high, -arg[0].low);
    if (expr->op == TMN_OP_CLAMP)
        return bound_clamp(arg[0], arg[1], arg[2]);
    return expr->count == 1 ? bound_function(expr->op, arg[0]) : bound_two(expr->op, arg[0], arg[1]);
}

struct tmn_interval tmn_expr_bound(const struct tmn_expr *expr, const struct tmn_env *env, const bool *known) {
    return bound(expr, &(struct scope){env, known});
}
