/* Narrow strata: a conjunct such as `status = home` or `pressure >= 18` asks one thing of an attribute or counter with
 * many levels. Where nothing else in the personal part reads it, the strata are cut by a map of it with two levels, no
 * and yes, made here, so that tables of C stay small (docs/semantics.md, Clocks 1). The meaning is the conjunct's own;
 * several conjuncts on one attribute, map or counter become one first. */
#include "model/expr_resolve.h"
#include "model/read.h"

#include <string.h>

static bool is_level_test(const struct tmn_model *model, const struct tmn_expr *expr) {
    return expr->op == TMN_OP_MEMBER && model->features.items[expr->index].kind != TMN_FEATURE_AGE;
}

/* A comparison of an attribute's or counter's number with a constant as a test of its levels; else `expr`. */
static struct tmn_expr *as_level_test(const struct tmn_model *model, struct tmn_expr *expr) {
    bool compares = expr->op >= TMN_OP_EQ && expr->op <= TMN_OP_GE;
    int side = compares && expr->arg[0]->op == TMN_OP_FEATURE ? 0 : 1;
    if (!compares || expr->arg[side]->op != TMN_OP_FEATURE || expr->arg[1 - side]->op != TMN_OP_NUMBER)
        return expr;
    const struct tmn_feature *feature = &model->features.items[expr->arg[side]->index];
    if (feature->kind == TMN_FEATURE_AGE)
        return expr;
    struct tmn_expr *test = TMN_NEW(model->arena, struct tmn_expr);
    bool *member = TMN_NEW_ARRAY(model->arena, bool, feature->cardinality);
    for (uint32_t l = 0; l < feature->cardinality; l++) {
        double number = (double)feature->first + l, constant = expr->arg[1 - side]->number;
        int sign = (number > constant) - (number < constant);
        member[l] = tmn_relation_holds(expr->op, side == 0 ? sign : -sign);
    }
    *test = *expr;
    test->op = TMN_OP_MEMBER;
    test->index = expr->arg[side]->index;
    test->member = member;
    test->count = 0;
    test->arg = NULL;
    return test;
}

static uint32_t levels_true(const struct tmn_expr *expr, uint32_t cardinality) {
    uint32_t count = 0;
    for (uint32_t l = 0; l < cardinality; l++)
        count += expr->member[l];
    return count;
}

/* a and b on one feature: the levels of both, told by the text of the narrower. */
static struct tmn_expr *both(const struct tmn_model *model, const struct tmn_expr *a, const struct tmn_expr *b) {
    uint32_t cardinality = model->features.items[a->index].cardinality;
    struct tmn_expr *expr = TMN_NEW(model->arena, struct tmn_expr);
    bool *member = TMN_NEW_ARRAY(model->arena, bool, cardinality);
    *expr = levels_true(b, cardinality) < levels_true(a, cardinality) ? *b : *a;
    for (uint32_t l = 0; l < cardinality; l++)
        member[l] = a->member[l] && b->member[l];
    expr->member = member;
    return expr;
}

static void merge_tests(const struct tmn_model *model, struct tmn_transition *transition) {
    struct tmn_expr **who = transition->who_personal;
    size_t kept = 0;
    for (size_t i = 0; i < transition->who_personal_count; i++) {
        size_t same = 0;
        who[i] = as_level_test(model, who[i]);
        while (same < kept &&
               !(is_level_test(model, who[i]) && is_level_test(model, who[same]) && who[same]->index == who[i]->index))
            same++;
        if (same < kept)
            who[same] = both(model, who[same], who[i]);
        else
            who[kept++] = who[i];
    }
    transition->who_personal_count = kept;
}

/* Whether anything in the personal part but conjunct `own` reads the feature. */
static bool read_elsewhere(const struct tmn_model *model, const struct tmn_transition *transition, size_t own,
                           int feature, bool *reads) {
    memset(reads, 0, model->features.count * sizeof *reads);
    for (size_t i = 0; i < transition->who_personal_count; i++)
        if (i != own)
            tmn_expr_reads(model, transition->who_personal[i], reads);
    for (size_t i = 0; i < transition->c_factors; i++)
        tmn_expr_reads(model, transition->c_factor[i].expr, reads);
    return reads[feature];
}

/* The two-level map of the test's attribute, made once for equal tests: its feature. */
static int map_of_test(struct tmn_model *model, const struct tmn_expr *test) {
    const struct tmn_feature *feature = &model->features.items[test->index];
    const struct tmn_map *through = feature->kind == TMN_FEATURE_MAP ? &model->maps.items[feature->index] : NULL;
    int of = through ? through->of : feature->index;
    uint32_t levels = model->attributes.items[of].levels;
    uint16_t *to = TMN_NEW_ARRAY(model->arena, uint16_t, levels);
    for (uint32_t l = 0; l < levels; l++)
        to[l] = test->member[through ? through->to[l] : l];
    for (size_t f = 0; f < model->features.count; f++) {
        const struct tmn_feature *other = &model->features.items[f];
        if (other->kind == TMN_FEATURE_MAP && model->maps.items[other->index].derived &&
            model->maps.items[other->index].of == of &&
            memcmp(model->maps.items[other->index].to, to, levels * sizeof *to) == 0)
            return (int)f;
    }
    const char **level = TMN_NEW_ARRAY(model->arena, const char *, 2);
    level[0] = "no", level[1] = "yes";
    struct tmn_map map = {
        .name = test->source, .place = test->place, .of = of, .levels = 2, .level = level, .to = to, .derived = true};
    TMN_PUSH(model->arena, &model->maps, map);
    struct tmn_feature made = {.kind = TMN_FEATURE_MAP,
                               .index = (int)model->maps.count - 1,
                               .name = map.name,
                               .cardinality = 2,
                               .level = level};
    TMN_PUSH(model->arena, &model->features, made);
    return (int)model->features.count - 1;
}

/* The two-level test of a counter, made once for equal tests: its feature. */
static int test_of_counter(struct tmn_model *model, const struct tmn_expr *test) {
    struct tmn_feature made = model->features.items[test->index];
    uint16_t *to = TMN_NEW_ARRAY(model->arena, uint16_t, made.cardinality);
    for (uint32_t l = 0; l < made.cardinality; l++)
        to[l] = test->member[l];
    for (size_t f = 0; f < model->features.count; f++) {
        const struct tmn_feature *other = &model->features.items[f];
        if (other->kind == TMN_FEATURE_COUNTER && other->index == made.index && other->to &&
            memcmp(other->to, to, made.cardinality * sizeof *to) == 0)
            return (int)f;
    }
    made.name = test->source;
    made.cardinality = 2;
    made.to = to;
    TMN_PUSH(model->arena, &model->features, made);
    return (int)model->features.count - 1;
}

void tmn_narrow(struct tmn_model *model, struct tmn_transition *transition) {
    merge_tests(model, transition);
    bool *yes = TMN_NEW_ARRAY(model->arena, bool, 2);
    yes[1] = true;
    for (size_t i = 0; i < transition->who_personal_count; i++) {
        struct tmn_expr *test = transition->who_personal[i];
        bool *reads = TMN_NEW_ARRAY(model->arena, bool, model->features.count);
        if (!is_level_test(model, test) || model->features.items[test->index].cardinality <= 2 ||
            test->source == NULL || read_elsewhere(model, transition, i, test->index, reads))
            continue;
        struct tmn_expr *narrow = TMN_NEW(model->arena, struct tmn_expr);
        *narrow = *test;
        narrow->index = model->features.items[test->index].kind == TMN_FEATURE_COUNTER ? test_of_counter(model, test)
                                                                                       : map_of_test(model, test);
        narrow->member = yes;
        transition->who_personal[i] = narrow;
    }
}
