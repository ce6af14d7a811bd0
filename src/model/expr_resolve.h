/* What the parts of the resolver share: names in their scope, and typed nodes. Private to src/model. */
#ifndef TMN_MODEL_EXPR_RESOLVE_H
#define TMN_MODEL_EXPR_RESOLVE_H

#include "model/expr_syntax.h"
#include "model/model.h"

struct tmn_resolver {
    struct tmn_model *model;
    struct tmn_arena *arena;
    const struct tmn_node *node;
    enum tmn_scope scope;
    int by; /* feature of the variable's own place, or that of a deal, or -1 */
    struct tmn_diagnostics *list;
};

enum tmn_name_kind {
    TMN_NAME_UNKNOWN,
    TMN_NAME_UNIT,
    TMN_NAME_PARAMETER,
    TMN_NAME_ATTRIBUTE, /* index: feature; likewise MAP, COUNTER, AGE */
    TMN_NAME_MAP,
    TMN_NAME_COUNTER,
    TMN_NAME_AGE,
    TMN_NAME_YEAR,
    TMN_NAME_WINDOW,
    TMN_NAME_DRIVER,
    TMN_NAME_FEEDBACK,
    TMN_NAME_TABLE,
    TMN_NAME_FUNCTION,
    TMN_NAME_LAYER,
    TMN_NAME_TRANSITION,
    TMN_NAME_EVENT,
    TMN_NAME_OUTCOME,
    TMN_NAME_LEVEL, /* index: a feature that has such a level */
    TMN_NAME_KINDS
};
struct tmn_name {
    enum tmn_name_kind kind;
    int index;
};

/* What `text` names in the model. Levels come last: a declaration of that name hides them. */
struct tmn_name tmn_name_find(const struct tmn_model *model, const char *text);
bool tmn_name_in_scope(enum tmn_scope scope, enum tmn_name_kind kind);
/* Reports that `text` is not known, or cannot be read in this scope. */
void tmn_report_name(struct tmn_resolver *r, const struct tmn_syntax *s, const char *text, struct tmn_name name);
/* May the person's (or own place's) level of `feature` be read here? Reports if not. */
bool tmn_feature_readable(struct tmn_resolver *r, const struct tmn_syntax *s, int feature);
/* The same for a driver, feedback variable, share or count `by` a feature; `what` names it in the message. */
bool tmn_by_readable(struct tmn_resolver *r, const struct tmn_syntax *s, const char *what, int by);

/* The level of a feature that a name, quoted text or whole number stands for, or -1. */
int64_t tmn_syntax_level(const struct tmn_model *model, int feature, const struct tmn_syntax *s);
/* Reports that `s` is no level of the feature, with the nearest. */
void tmn_report_level(struct tmn_resolver *r, int feature, const struct tmn_syntax *s);

struct tmn_place tmn_resolver_place(const struct tmn_resolver *r, const struct tmn_syntax *s);
struct tmn_place tmn_head_place(const struct tmn_resolver *r,
                                const struct tmn_syntax *s); /* the name of a call or look-up */
struct tmn_expr *tmn_expr_make(struct tmn_resolver *r, enum tmn_op op, const struct tmn_syntax *s, size_t count);
struct tmn_expr *tmn_resolve(struct tmn_resolver *r, const struct tmn_syntax *s);
/* Resolved and of the wanted type, or NULL after reporting. */
struct tmn_expr *tmn_resolve_as(struct tmn_resolver *r, const struct tmn_syntax *s, bool boolean);
/* The same unit for both (the literal 0 takes the other's), or reported at `s`: "<what> <units>". */
bool tmn_same_unit(struct tmn_resolver *r, const struct tmn_syntax *s, const char *what, struct tmn_expr *a,
                   struct tmn_expr *b);
const char *tmn_unit_words(struct tmn_arena *arena, struct tmn_unit unit);

/* Calls and look-ups (expr_call.c). */
struct tmn_expr *tmn_resolve_call(struct tmn_resolver *r, const struct tmn_syntax *s);
struct tmn_expr *tmn_resolve_lookup(struct tmn_resolver *r, const struct tmn_syntax *s);
bool tmn_is_function(const char *name);
/* The hidden counter of all ties of a person that are alive, made when first asked for, of any number of them until an
 * expression reads it. Its feature. */
int tmn_degree_feature(struct tmn_model *model, int layer);

/* Sign of numerator/denominator - value, the value being the decimal fraction of its shortest text; 0/0 counts as 0,
 * x/0 as infinite. Exact. value must not be nan. (expr_eval.c) */
int tmn_ratio_compare(struct tmn_ratio ratio, double value);
/* The same with a fraction, whose denominator is above 0. */
int tmn_ratio_compare_fraction(struct tmn_ratio ratio, struct tmn_ratio fraction);
/* Is this the number of a feature over a whole constant, as in `threshold / 100`? */
bool tmn_is_fraction(const struct tmn_expr *expr);
/* Does a relation (EQ..GE) hold for this sign of left - right? */
bool tmn_relation_holds(enum tmn_op relation, int sign);

#endif
