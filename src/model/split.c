/* The split of hazards into C (the person's) and G (shared), docs/semantics.md, Clocks 1: top-level products and
 * quotients are flattened; factors that read attributes, maps or counters, and beyond them only parameters and
 * constants, form C; all others form G. Conjuncts of the predicate split alike. */
#include "model/levels.h"
#include "model/read.h"

#include <string.h>

struct factors {
    struct tmn_factor *items;
    size_t count, capacity;
};
struct exprs {
    struct tmn_expr **items;
    size_t count, capacity;
};

static void flatten_product(struct tmn_arena *arena, struct tmn_expr *expr, bool inverse, struct factors *out) {
    if (expr->op == TMN_OP_MUL || expr->op == TMN_OP_DIV) {
        flatten_product(arena, expr->arg[0], inverse, out);
        flatten_product(arena, expr->arg[1], inverse != (expr->op == TMN_OP_DIV), out);
        return;
    }
    struct tmn_factor factor = {expr, inverse};
    TMN_PUSH(arena, out, factor);
}

static void flatten_conjuncts(struct tmn_arena *arena, struct tmn_expr *expr, struct exprs *out) {
    if (expr->op == TMN_OP_AND) {
        for (size_t i = 0; i < expr->count; i++)
            flatten_conjuncts(arena, expr->arg[i], out);
        return;
    }
    TMN_PUSH(arena, out, expr);
}

/* Reads attributes, maps or counters, and beyond them only parameters and constants. */
static bool is_personal(const struct tmn_model *model, const struct tmn_expr *expr) {
    struct tmn_reads reads = tmn_expr_reads(model, expr, NULL);
    return (reads.feature || reads.counter) && !reads.age && !reads.year && !reads.window && !reads.driver &&
           !reads.feedback && !reads.share && !reads.count;
}

/* Adds the features that `expr` reads; false when the strata become too many. */
static bool add_features(const struct tmn_model *model, const struct tmn_expr *expr, struct tmn_strata *strata,
                         bool *known, bool *reads) {
    memset(reads, 0, model->features.count * sizeof *reads);
    tmn_expr_reads(model, expr, reads);
    for (size_t f = 0; f < model->features.count; f++) {
        if (!reads[f] || known[f])
            continue;
        uint64_t size = (uint64_t)(strata->size ? strata->size : 1) * model->features.items[f].cardinality;
        if (strata->n == TMN_MAX_KEYS || size > TMN_MAX_STRATA) {
            tmn_strata_add(strata, model, (int)f, expr); /* shown in the message, which follows */
            return false;
        }
        known[f] = true;
        tmn_strata_add(strata, model, (int)f, expr);
    }
    return true;
}

static void report_strata(const struct tmn_model *model, const struct tmn_transition *transition,
                          const struct tmn_strata *strata, const char *part, struct tmn_diagnostics *list) {
    struct tmn_text text;
    double size = 1;
    int most = 0;
    tmn_text_init(&text, list->arena);
    for (int i = 0; i < strata->n; i++) {
        uint32_t cardinality = model->features.items[strata->feature[i]].cardinality;
        size *= cardinality;
        if (cardinality > model->features.items[strata->feature[most]].cardinality)
            most = i;
        tmn_text_put(&text, "%s%s %u", i ? " x " : "", model->features.items[strata->feature[i]].name, cardinality);
    }
    const struct tmn_feature *worst = &model->features.items[strata->feature[most]];
    const struct tmn_expr *because = strata->because[most];
    tmn_report(
        list, because->place, "too-many-strata",
        tmn_arena_printf(list->arena, "%s; %s", text.items,
                         worst->kind == TMN_FEATURE_COUNTER
                             ? "give the counter a lower 'max', make groups smaller, or count instead of taking a share"
                             : "give it fewer levels, or read a map of it that has fewer"),
        "the %s part of '%s' would have %.0f strata or more; at most %d by %d names are allowed, and '%s' multiplies "
        "most (%u levels, read by '%.60s')",
        part, transition->name, size, TMN_MAX_STRATA, TMN_MAX_KEYS, worst->name, worst->cardinality,
        because->source ? because->source : "?");
}

/* Strata of a part: of its conjuncts, then of its factors. */
static void cut_strata(const struct tmn_model *model, const struct tmn_transition *transition, bool personal,
                       struct tmn_strata *strata, struct tmn_diagnostics *list) {
    bool *known = TMN_NEW_ARRAY(model->arena, bool, model->features.count + 1),
         *reads = TMN_NEW_ARRAY(model->arena, bool, model->features.count + 1), good = true;
    struct tmn_expr **who = personal ? transition->who_personal : transition->who_shared;
    const struct tmn_factor *factor = personal ? transition->c_factor : transition->g_factor;
    size_t conjuncts = personal ? transition->who_personal_count : transition->who_shared_count,
           factors = personal ? transition->c_factors : transition->g_factors;
    *strata = (struct tmn_strata){.size = 1};
    for (size_t i = 0; i < conjuncts && good; i++)
        good = add_features(model, who[i], strata, known, reads);
    for (size_t i = 0; i < factors && good; i++)
        good = add_features(model, factor[i].expr, strata, known, reads);
    if (!good)
        report_strata(model, transition, strata, personal ? "personal" : "shared", list);
}

/* Whether `a` and `b` can both hold for some person, as far as attributes alone decide. */
static bool can_both_hold(const struct tmn_model *model, const struct tmn_expr *a, const struct tmn_expr *b) {
    struct tmn_levels *levels = tmn_levels_new(model);
    tmn_levels_restrict(levels, model, a);
    tmn_levels_restrict(levels, model, b);
    return !tmn_levels_empty(levels, model);
}

/* `alive` is a conjunct unless the predicate is about the unborn. */
static void split_who(struct tmn_model *model, struct tmn_transition *transition) {
    struct exprs all = {0}, personal = {0}, shared = {0};
    transition->alive_first =
        !(transition->who && model->unborn && !can_both_hold(model, transition->who, model->alive) &&
          can_both_hold(model, transition->who, model->unborn));
    if (transition->alive_first && model->alive->op != TMN_OP_NUMBER)
        flatten_conjuncts(model->arena, model->alive, &all);
    if (transition->who)
        flatten_conjuncts(model->arena, transition->who, &all);
    for (size_t i = 0; i < all.count; i++) {
        struct exprs *to = is_personal(model, all.items[i]) ? &personal : &shared;
        TMN_PUSH(model->arena, to, all.items[i]);
    }
    transition->who_personal = personal.items, transition->who_personal_count = personal.count;
    transition->who_shared = shared.items, transition->who_shared_count = shared.count;
}

static void split_hazard(struct tmn_model *model, struct tmn_transition *transition) {
    struct factors all = {0}, c = {0}, g = {0};
    if (transition->kind == TMN_CLOCK_AFTER || !transition->hazard)
        return;
    if (transition->kind == TMN_CLOCK_RATE) {
        flatten_product(model->arena, transition->hazard, false, &all);
    } else {
        struct tmn_factor whole = {transition->hazard, false}; /* -ln(1 - q) is no product */
        TMN_PUSH(model->arena, &all, whole);
    }
    for (size_t i = 0; i < all.count; i++) {
        struct factors *to = is_personal(model, all.items[i].expr) ? &c : &g;
        TMN_PUSH(model->arena, to, all.items[i]);
    }
    transition->c_factor = c.items, transition->c_factors = c.count;
    transition->g_factor = g.items, transition->g_factors = g.count;
}

void tmn_split(struct tmn_model *model, struct tmn_diagnostics *list) {
    for (size_t t = 0; t < model->transitions.count; t++) {
        struct tmn_transition *transition = &model->transitions.items[t];
        split_who(model, transition);
        split_hazard(model, transition);
        tmn_narrow(model, transition);
        cut_strata(model, transition, true, &transition->personal, list);
        cut_strata(model, transition, false, &transition->shared, list);
    }
}
