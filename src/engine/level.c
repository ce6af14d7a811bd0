/* Levels of features: from packed attributes to what strata, predicates and expressions read. Predicates over attributes
 * become tables of truth, since changes of rows ask for them again and again. */
#include "engine/state.h"

#include <string.h>

static uint32_t counter_level(const struct tmn_run *run, const struct tmn_feature *feature, uint32_t row) {
    uint32_t true_count = run->counter[feature->index][row], max = run->model->counters.items[feature->index].max;
    return true_count < max ? true_count : max;
}

void tmn_row_levels(const struct tmn_run *run, uint32_t row, const struct tmn_packed *packed, uint32_t *level) {
    const struct tmn_model *model = run->model;
    tmn_model_unpack(model, packed, level);
    for (size_t f = 0; f < model->features.count; f++) {
        const struct tmn_feature *feature = &model->features.items[f];
        if (feature->kind == TMN_FEATURE_COUNTER)
            level[f] = counter_level(run, feature, row);
        else if (feature->kind == TMN_FEATURE_AGE)
            level[f] = tmn_row_age(run, row, tmn_level(packed, &model->attributes.items[feature->index]));
    }
}

static void mark_strata(const struct tmn_strata *strata, bool *used) {
    for (int i = 0; i < strata->n; i++)
        used[strata->feature[i]] = true;
}

static void add_attribute(struct tmn_run *run, int feature) {
    const struct tmn_attribute *attribute = &run->model->attributes.items[run->model->features.items[feature].index];
    run->recipes.attribute[run->recipes.attributes++] = (struct tmn_attribute_recipe){
        (uint16_t)feature, attribute->word, attribute->shift, (UINT32_C(1) << attribute->bits) - 1u};
}

void tmn_recipes_make(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    size_t features = model->features.count;
    bool *used = TMN_NEW_ARRAY(&run->arena, bool, features + 1);
    for (size_t t = 0; t < model->transitions.count; t++) {
        mark_strata(&model->transitions.items[t].personal, used);
        mark_strata(&model->transitions.items[t].shared, used);
    }
    for (size_t f = 0; f < features; f++) { /* what maps and age are made from */
        const struct tmn_feature *feature = &model->features.items[f];
        if (used[f] && feature->kind == TMN_FEATURE_MAP)
            used[tmn_feature_of_attribute(model, model->maps.items[feature->index].of)] = true;
        if (used[f] && feature->kind == TMN_FEATURE_AGE)
            used[tmn_feature_of_attribute(model, feature->index)] = true;
    }
    struct tmn_recipes *recipes = &run->recipes;
    recipes->attribute = TMN_NEW_ARRAY(&run->arena, struct tmn_attribute_recipe, features + 1);
    recipes->map = TMN_NEW_ARRAY(&run->arena, struct tmn_map_recipe, features + 1);
    recipes->counter = TMN_NEW_ARRAY(&run->arena, struct tmn_counter_recipe, features + 1);
    for (size_t f = 0; f < features; f++) {
        const struct tmn_feature *feature = &model->features.items[f];
        if (!used[f])
            continue;
        if (feature->kind == TMN_FEATURE_ATTRIBUTE) {
            add_attribute(run, (int)f);
        } else if (feature->kind == TMN_FEATURE_MAP) {
            const struct tmn_map *map = &model->maps.items[feature->index];
            recipes->map[recipes->maps++] =
                (struct tmn_map_recipe){(uint16_t)f, (uint16_t)tmn_feature_of_attribute(model, map->of), map->to};
        } else if (feature->kind == TMN_FEATURE_COUNTER) {
            recipes->counter[recipes->counters++] = (struct tmn_counter_recipe){
                (uint16_t)f, run->counter[feature->index], model->counters.items[feature->index].max};
        } else {
            recipes->age = true;
        }
    }
}

/* Strata of what `expr` reads, first feature fastest as tmn_stratum_levels wants it; n = -1 when it would have more than TMN_MAX_STRATA cells. */
static void predicate_strata(struct tmn_run *run, const struct tmn_expr *expr, struct tmn_strata *strata) {
    const struct tmn_model *model = run->model;
    bool *reads = TMN_NEW_ARRAY(&run->arena, bool, model->features.count + 1);
    struct tmn_reads other = tmn_expr_reads(model, expr, reads);
    memset(strata, 0, sizeof *strata);
    uint64_t size = 1;
    for (size_t f = 0; f < model->features.count; f++) {
        if (!reads[f])
            continue;
        size *= model->features.items[f].cardinality;
        if (strata->n == TMN_MAX_KEYS || size > TMN_MAX_STRATA || other.counter || other.age) {
            strata->n = -1;
            return;
        }
        strata->feature[strata->n++] = (int)f;
    }
    uint32_t stride = 1;
    for (int i = 0; i < strata->n; i++) {
        strata->stride[i] = stride;
        stride *= model->features.items[strata->feature[i]].cardinality;
    }
    strata->size = stride;
}

void tmn_predicate_make(struct tmn_run *run, struct tmn_predicate *predicate, const struct tmn_expr *expr) {
    predicate->expr = expr;
    if (expr == NULL) /* a counter of degree: true of everybody */
        predicate->strata = (struct tmn_strata){.size = 1};
    else
        predicate_strata(run, expr, &predicate->strata);
    if (predicate->strata.n >= 0)
        predicate->truth = TMN_NEW_ARRAY(&run->arena, uint8_t, predicate->strata.size);
    tmn_predicate_fill(run, predicate);
}

void tmn_predicate_fill(struct tmn_run *run, struct tmn_predicate *predicate) {
    if (predicate->truth == NULL)
        return;
    struct tmn_worker *worker = &run->worker[0];
    struct tmn_env env = worker->env;
    env.level = worker->level;
    for (uint32_t s = 0; s < predicate->strata.size; s++) {
        tmn_stratum_levels(&predicate->strata, s, worker->level);
        predicate->truth[s] = predicate->expr == NULL || tmn_expr_eval(predicate->expr, &env) != 0;
    }
}

bool tmn_predicate_eval(const struct tmn_predicate *predicate, const struct tmn_worker *worker, const uint32_t *level) {
    struct tmn_env env = worker->env;
    env.level = level;
    return tmn_expr_eval(predicate->expr, &env) != 0;
}
