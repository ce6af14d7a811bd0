/* Chances of levels, cumulated in the declared order of levels: of the population's draws and deals, and of births. */
#include "world/chances.h"

#define SUM_SLACK 1e-9

/* The attribute's level, and those of maps of it, in level[]. */
static void suppose(const struct tmn_model *model, int attribute, uint32_t l, uint32_t *level) {
    for (size_t f = 0; f < model->features.count; f++) {
        const struct tmn_feature *feature = &model->features.items[f];
        if (feature->kind == TMN_FEATURE_MAP && model->maps.items[feature->index].of == attribute)
            level[f] = model->maps.items[feature->index].to[l];
        else if (feature->kind == TMN_FEATURE_ATTRIBUTE && feature->index == attribute)
            level[f] = l;
    }
}

/* Of at most each number: clamped, the last one certain. */
static bool at_most(const struct tmn_draw_rule *rule, const struct tmn_env *env, uint32_t *level, uint32_t levels,
                    double *upto) {
    double before = 0;
    bool good = true;
    for (uint32_t l = 0; l < levels; l++) {
        suppose(env->model, rule->attribute, l, level);
        double chance = tmn_expr_eval(rule->cumulative, env);
        chance = chance < 0 ? 0 : chance > 1 ? 1 : chance;
        good = good && chance >= before - SUM_SLACK; /* false also of what is no number */
        before = chance > before ? chance : before;
        upto[l] = before;
    }
    upto[levels - 1] = 1;
    return good;
}

bool tmn_chances_cumulate(const struct tmn_draw_rule *rule, const struct tmn_env *env, uint32_t *level, double *upto) {
    uint32_t levels = env->model->attributes.items[rule->attribute].levels, last = 0;
    double sum = 0, so_far = 0;
    bool good = true;
    if (rule->cumulative != NULL)
        return at_most(rule, env, level, levels, upto);
    for (uint32_t l = 0; l < levels; l++) {
        upto[l] = rule->chance[l] == NULL ? 0 : tmn_expr_eval(rule->chance[l], env);
        good = good && upto[l] >= 0 && upto[l] <= 1 + SUM_SLACK;
        sum += upto[l];
    }
    good = good && sum <= 1 + SUM_SLACK && (rule->rest >= 0 || sum >= 1 - SUM_SLACK);
    if (rule->rest >= 0)
        upto[rule->rest] += sum < 1 ? 1 - sum : 0;
    for (uint32_t l = 0; l < levels; l++) {
        last = upto[l] > 0 ? l : last;
        so_far += upto[l];
        upto[l] = so_far > 1 ? 1 : so_far;
    }
    for (uint32_t l = last; l < levels; l++)
        upto[l] = 1;
    return good;
}

bool tmn_chances_unborn(const struct tmn_model *model, const struct tmn_draw_rule *rule, const double *upto) {
    const struct tmn_expr *unborn = model->unborn;
    if (unborn == NULL || unborn->op != TMN_OP_MEMBER ||
        model->features.items[unborn->index].kind != TMN_FEATURE_ATTRIBUTE ||
        model->features.items[unborn->index].index != rule->attribute)
        return false;
    for (uint32_t l = 0; l < model->attributes.items[rule->attribute].levels; l++)
        if (unborn->member[l] && upto[l] > (l > 0 ? upto[l - 1] : 0))
            return true;
    return false;
}
