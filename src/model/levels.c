/* Which levels of each attribute a conjunction leaves possible. */
#include "model/levels.h"

#include <string.h>

struct tmn_levels *tmn_levels_new(const struct tmn_model *model) {
    struct tmn_levels *levels = TMN_NEW(model->arena, struct tmn_levels);
    levels->possible = TMN_NEW_ARRAY(model->arena, bool *, model->attributes.count + 1);
    for (size_t a = 0; a < model->attributes.count; a++) {
        levels->possible[a] = TMN_NEW_ARRAY(model->arena, bool, model->attributes.items[a].levels);
        memset(levels->possible[a], 1, model->attributes.items[a].levels);
    }
    return levels;
}

static int attribute_of(const struct tmn_model *model, const struct tmn_feature *feature) {
    return feature->kind == TMN_FEATURE_ATTRIBUTE ? feature->index
           : feature->kind == TMN_FEATURE_MAP     ? model->maps.items[feature->index].of
                                                  : -1;
}

/* The attribute that alone decides `expr` (through itself or its maps), or -1. */
static int sole_attribute(const struct tmn_model *model, const struct tmn_expr *expr, bool *reads) {
    memset(reads, 0, model->features.count * sizeof *reads);
    struct tmn_reads what = tmn_expr_reads(model, expr, reads);
    int sole = -1;
    if (what.counter || what.age || what.year || what.window || what.driver || what.feedback || what.share ||
        what.count || what.parameter)
        return -1;
    for (size_t f = 0; f < model->features.count; f++) {
        int attribute = reads[f] ? attribute_of(model, &model->features.items[f]) : -1;
        if (reads[f] && (attribute < 0 || (sole >= 0 && sole != attribute)))
            return -1;
        if (reads[f])
            sole = attribute;
    }
    return sole;
}

void tmn_levels_restrict(struct tmn_levels *levels, const struct tmn_model *model, const struct tmn_expr *expr) {
    if (expr->op == TMN_OP_AND) {
        for (size_t i = 0; i < expr->count; i++)
            tmn_levels_restrict(levels, model, expr->arg[i]);
        return;
    }
    bool *reads = TMN_NEW_ARRAY(model->arena, bool, model->features.count + 1);
    int attribute = sole_attribute(model, expr, reads);
    if (attribute < 0)
        return;
    uint32_t *level = TMN_NEW_ARRAY(model->arena, uint32_t, model->features.count + 1);
    struct tmn_env env = {.model = model, .level = level};
    for (uint32_t l = 0; l < model->attributes.items[attribute].levels; l++) {
        for (size_t f = 0; f < model->features.count; f++) {
            const struct tmn_feature *feature = &model->features.items[f];
            if (reads[f])
                level[f] = feature->kind == TMN_FEATURE_MAP ? model->maps.items[feature->index].to[l] : l;
        }
        if (levels->possible[attribute][l] && tmn_expr_eval(expr, &env) == 0)
            levels->possible[attribute][l] = false;
    }
}

bool tmn_levels_exclude(const struct tmn_levels *a, const struct tmn_levels *b, const struct tmn_model *model) {
    for (size_t i = 0; i < model->attributes.count; i++) {
        bool common = false;
        for (uint32_t l = 0; l < model->attributes.items[i].levels && !common; l++)
            common = a->possible[i][l] && b->possible[i][l];
        if (!common)
            return true;
    }
    return false;
}

bool tmn_levels_empty(const struct tmn_levels *levels, const struct tmn_model *model) {
    return tmn_levels_exclude(levels, levels, model);
}

bool tmn_levels_allow(const struct tmn_levels *levels, const struct tmn_model *model, const struct tmn_strata *strata,
                      const uint32_t *level) {
    for (int i = 0; i < strata->n; i++) {
        const struct tmn_feature *feature = &model->features.items[strata->feature[i]];
        uint32_t at = level[strata->feature[i]];
        if (feature->kind == TMN_FEATURE_ATTRIBUTE && !levels->possible[feature->index][at])
            return false;
        if (feature->kind != TMN_FEATURE_MAP)
            continue;
        const struct tmn_map *map = &model->maps.items[feature->index];
        bool any = false;
        for (uint32_t l = 0; l < model->attributes.items[map->of].levels && !any; l++)
            any = map->to[l] == at && levels->possible[map->of][l];
        int of = tmn_feature_of_attribute(model, map->of);
        for (int j = 0; j < strata->n; j++)
            any = any && (strata->feature[j] != of || map->to[level[of]] == at);
        if (!any)
            return false;
    }
    return true;
}
