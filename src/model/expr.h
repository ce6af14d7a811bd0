/* Expressions: parsed once into trees whose names are resolved, whose units are checked and whose values and bounds can
 * be evaluated. One evaluator serves every engine. Evaluation order is source order. */
#ifndef TMN_MODEL_EXPR_H
#define TMN_MODEL_EXPR_H

#include "model/unit.h"
#include "scenario/tree.h"

struct tmn_model;

enum tmn_op {
    TMN_OP_NUMBER,    /* number */
    TMN_OP_PARAMETER, /* index */
    TMN_OP_DRIVER,    /* index; at level of its `by` feature */
    TMN_OP_FEEDBACK,  /* index; likewise */
    TMN_OP_FEATURE,   /* index: numeric value of a numeric attribute, counter or age */
    TMN_OP_MEMBER,    /* index: feature; member[level] says whether the level belongs (=, !=, <, in ... on levels) */
    TMN_OP_TABLE,     /* index; keys in arg order of the table, each TMN_OP_KEY */
    TMN_OP_KEY,   /* a table key: feature (index), or the year (index = -1), or a fixed level (index = -2, number) */
    TMN_OP_SHARE, /* index into model shares: numerator over denominator; 0/0 = 0 */
    TMN_OP_COUNT, /* index into model counts (feedback `next` only) */
    TMN_OP_YEAR,
    TMN_OP_WINDOW, /* length of the window in years */
    TMN_OP_ADD,
    TMN_OP_SUB,
    TMN_OP_MUL,
    TMN_OP_DIV,
    TMN_OP_NEG,
    TMN_OP_EQ,
    TMN_OP_NE,
    TMN_OP_LT,
    TMN_OP_LE,
    TMN_OP_GT,
    TMN_OP_GE,    /* of numbers */
    TMN_OP_RATIO, /* comparison `relation` of share, or of counter/counter (arg 0, 1), with arg last, in integers; that
                     is taken as the decimal fraction that it shows, or as a number of a feature over a whole constant
                   */
    TMN_OP_AND,
    TMN_OP_OR,
    TMN_OP_NOT,
    TMN_OP_MIN,
    TMN_OP_MAX,
    TMN_OP_CLAMP,
    TMN_OP_EXP,
    TMN_OP_LOG,
    TMN_OP_SQRT,
    TMN_OP_POW,
    TMN_OP_ABS,
    TMN_OP_LOGISTIC,
    TMN_OP_NCDF,
    TMN_OP_IF
};

/* How strongly operators bind, the loosest first; PRIMARY is what needs no parentheses anywhere. */
enum tmn_precedence {
    TMN_PREC_NONE,
    TMN_PREC_OR,
    TMN_PREC_AND,
    TMN_PREC_NOT,
    TMN_PREC_COMPARE,
    TMN_PREC_SUM,
    TMN_PREC_PRODUCT,
    TMN_PREC_UNARY,
    TMN_PREC_PRIMARY
};
enum tmn_precedence tmn_precedence(enum tmn_op op);

struct tmn_expr {
    enum tmn_op op;
    enum tmn_op relation; /* TMN_OP_RATIO: EQ..GE */
    bool boolean;         /* type: truth value or number */
    struct tmn_unit unit;
    double number;
    int index;
    const bool *member; /* TMN_OP_MEMBER: [cardinality] */
    size_t count;
    struct tmn_expr **arg;
    struct tmn_place place;
    const char *source; /* text of this (sub)expression as written, for documents and messages */
};

/* What an expression is for; decides which names it may read. */
enum tmn_scope {
    TMN_SCOPE_CONSTANT,   /* parameters only (and what is dealt, in its own rule) */
    TMN_SCOPE_ATTRIBUTES, /* + attributes and maps (alive, shares, counters, outcomes) */
    TMN_SCOPE_PERSON,   /* + counters, age, year, window, drivers, feedback, shares (who, rate, chance, branch, add) */
    TMN_SCOPE_PLACE,    /* drivers, feedback, shares, year, window; the variable's own place (feedback next, events) */
    TMN_SCOPE_FEEDBACK, /* TMN_SCOPE_PLACE + count() */
    TMN_SCOPE_START     /* TMN_SCOPE_ATTRIBUTES + age and year (population and birth draws, heads of households) */
};

/* Parses and resolves scalar `node`. `by` is the feature of the variable's own place in PLACE and FEEDBACK scope, of
 * the attribute that is dealt in CONSTANT scope, or -1. want_boolean: predicate or number. NULL after reporting. May
 * add shares, counts and degree counters to the model.
 */
struct tmn_expr *tmn_expr_parse(struct tmn_model *model, const struct tmn_node *node, enum tmn_scope scope, int by,
                                bool want_boolean, struct tmn_diagnostics *list);
/* Words that no declaration may take as its name: units, functions, operators in words, age, year, window. */
bool tmn_name_reserved(const char *name);
/* Reports when the unit is not the wanted one (the literal 0 has any unit). */
bool tmn_expr_want_unit(const struct tmn_expr *expr, struct tmn_unit unit, const char *what,
                        struct tmn_diagnostics *list);

struct tmn_ratio {
    int64_t numerator, denominator;
};

struct tmn_env {
    const struct tmn_model *model;
    const double *parameter;       /* [model->parameters.count]; NULL: as the model has them */
    const double *driver;          /* this window: [model->driver_slots], slot = driver.first + level of `by` */
    const double *feedback;        /* [model->feedback_slots] as of the window's start */
    const struct tmn_ratio *share; /* [model->share_slots] as of the last commit */
    const double *count;           /* [model->count_slots], weighted; NULL outside feedback */
    const uint32_t *level;         /* [model->features.count]; only the features that are read need values */
    int year;
    double window_y;
};
double tmn_expr_eval(const struct tmn_expr *expr, const struct tmn_env *env); /* truth: 1 or 0 */
/* The value of an expression of TMN_SCOPE_CONSTANT with the parameters as the model has them. */
double tmn_expr_constant(const struct tmn_model *model, const struct tmn_expr *expr);

struct tmn_interval {
    double low, high;
    bool defined; /* false: some value in the range is nan or infinite */
};
/* Bounds over all levels of all features, except those with known[feature] (then env->level gives it), over the
 * declared ranges of drivers (or their values in env->driver, when not NULL) and feedback, shares in [0, 1], counts >=
 * 0; parameters at env->parameter. */
struct tmn_interval tmn_expr_bound(const struct tmn_expr *expr, const struct tmn_env *env, const bool *known);

/* Sets reads[f] for each feature that the expression reads (a driver or share `by` place reads that feature), and says
 * what else it reads. */
struct tmn_reads {
    bool feature, counter, age, year, window, driver, feedback, share, count, parameter;
};
struct tmn_reads tmn_expr_reads(const struct tmn_model *model, const struct tmn_expr *expr, bool *reads);
/* How a test of levels is best written: = or != one level, an order comparison with it, or a list (TMN_OP_MEMBER). */
struct tmn_member_form {
    enum tmn_op relation; /* EQ, NE, LT, GE, or MEMBER: every level that belongs */
    uint32_t level;       /* of all but MEMBER */
};
struct tmn_member_form tmn_member_form(const struct tmn_model *model, const struct tmn_expr *expr);
/* Printed form with names resolved, for documents. */
void tmn_expr_print(const struct tmn_model *model, const struct tmn_expr *expr, struct tmn_text *out);

#endif
