/* What is declared and never used, levels that nobody can ever have, and an end that never comes. */
#include "model/check.h"

#include <math.h>
#include <string.h>

struct used {
    const struct tmn_model *model;
    bool *parameter, *driver, *feedback, *table, *layer, *feature;
};

static void mark_expr(void *context, const struct tmn_expr *expr) {
    struct used *used = context;
    switch (expr->op) {
    case TMN_OP_PARAMETER:
        used->parameter[expr->index] = true;
        break;
    case TMN_OP_DRIVER:
        used->driver[expr->index] = true;
        break;
    case TMN_OP_FEEDBACK:
        used->feedback[expr->index] = true;
        break;
    case TMN_OP_TABLE:
        used->table[expr->index] = true;
        break;
    default:
        break;
    }
    tmn_expr_reads(used->model, expr, used->feature);
    for (size_t i = 0; i < expr->count; i++)
        mark_expr(context, expr->arg[i]);
}

static void mark_feature(struct used *used, int feature) {
    if (feature >= 0)
        used->feature[feature] = true;
}

static void mark_declarations(struct used *used) {
    const struct tmn_model *model = used->model;
    const struct tmn_population *population = &model->population;
    for (size_t i = 0; i < model->tables.count; i++)
        for (int k = 0; k < model->tables.items[i].keys; k++)
            mark_feature(used, model->tables.items[i].key[k].feature);
    for (size_t i = 0; i < model->layers.count; i++) {
        mark_feature(used, model->layers.items[i].within);
        if (model->layers.items[i].kind == TMN_LAYER_DEGREES && model->layers.items[i].degrees >= 0)
            mark_feature(used, tmn_feature_of_attribute(model, model->layers.items[i].degrees));
    }
    for (size_t i = 0; i < model->counters.count; i++)
        used->layer[model->counters.items[i].layer] = true;
    for (size_t i = 0; i < model->features.count; i++) {
        const struct tmn_feature *feature = &model->features.items[i];
        bool counter = feature->kind == TMN_FEATURE_COUNTER;
        for (size_t c = 0; counter && c < model->counters.count; c++) /* a share needs the counter of living ties */
            used->feature[i] =
                used->feature[i] || feature->to ||
                (model->counters.items[c].share > 0 && model->counters.items[c].degree == feature->index);
    }
    for (size_t i = 0; i < model->outcomes.count; i++) {
        for (int k = 0; k < model->outcomes.items[i].by.n; k++)
            mark_feature(used, model->outcomes.items[i].by.feature[k]);
        if (model->outcomes.items[i].kind == TMN_OUTCOME_FEEDBACK)
            used->feedback[model->outcomes.items[i].feedback] = true;
    }
    for (size_t i = 0; i < population->margins; i++)
        for (int k = 0; k < population->margin[i].keys; k++)
            mark_feature(used, population->margin[i].feature[k]);
    for (size_t i = 0; i < model->drivers.count; i++)
        mark_feature(used, model->drivers.items[i].by);
    for (size_t i = 0; i < model->feedbacks.count; i++)
        mark_feature(used, model->feedbacks.items[i].by);
    for (size_t i = 0; i < model->events.count; i++)
        mark_feature(used, model->events.items[i].by);
    mark_feature(used, model->map_feature);
    for (size_t t = 0; t < model->transitions.count; t++)
        for (size_t b = 0; b < model->transitions.items[t].branches; b++)
            for (size_t a = 0; a < model->transitions.items[t].branch[b].count; a++) {
                const struct tmn_action *action = &model->transitions.items[t].branch[b].items[a];
                if (action->kind == TMN_ACTION_TELL)
                    used->layer[action->layer] = true;
            }
}

static void warn(struct tmn_checker *checker, bool used, struct tmn_place place, const char *kind, const char *name) {
    if (!used)
        tmn_report_warning(checker->list, place, "unused", NULL, "the %s '%s' is never used", kind, name);
}

static void check_unused(struct tmn_checker *checker) {
    const struct tmn_model *model = checker->model;
    struct tmn_arena *arena = model->arena;
    struct used used = {.model = model,
                        .parameter = TMN_NEW_ARRAY(arena, bool, model->parameters.count + 1),
                        .driver = TMN_NEW_ARRAY(arena, bool, model->drivers.count + 1),
                        .feedback = TMN_NEW_ARRAY(arena, bool, model->feedbacks.count + 1),
                        .table = TMN_NEW_ARRAY(arena, bool, model->tables.count + 1),
                        .layer = TMN_NEW_ARRAY(arena, bool, model->layers.count + 1),
                        .feature = TMN_NEW_ARRAY(arena, bool, model->features.count + 1)};
    tmn_each_expr(model, mark_expr, &used);
    mark_declarations(&used);
    for (size_t i = 0; i < model->parameters.count; i++)
        warn(checker, used.parameter[i], model->parameters.items[i].place, "parameter",
             model->parameters.items[i].name);
    for (size_t i = 0; i < model->drivers.count; i++)
        warn(checker, used.driver[i] || model->drivers.items[i].marks, model->drivers.items[i].place, "driver",
             model->drivers.items[i].name);
    for (size_t i = 0; i < model->feedbacks.count; i++)
        warn(checker, used.feedback[i], model->feedbacks.items[i].place, "feedback variable",
             model->feedbacks.items[i].name);
    for (size_t i = 0; i < model->tables.count; i++)
        warn(checker, used.table[i], model->tables.items[i].place, "table", model->tables.items[i].name);
    for (size_t i = 0; i < model->layers.count; i++)
        warn(checker, used.layer[i], model->layers.items[i].place, "layer", model->layers.items[i].name);
    for (size_t i = 0; i < model->features.count; i++) {
        const struct tmn_feature *feature = &model->features.items[i];
        if (feature->kind == TMN_FEATURE_MAP)
            warn(checker, used.feature[i] || model->maps.items[feature->index].derived,
                 model->maps.items[feature->index].place, "map", feature->name);
        else if (feature->kind == TMN_FEATURE_COUNTER && model->counters.items[feature->index].of)
            warn(checker, used.feature[i], model->counters.items[feature->index].place, "counter", feature->name);
    }
}

/* Levels that somebody can have, by attribute. */
static void reach_counts(const struct tmn_model *model, const struct tmn_counts *counts, bool **reached,
                         bool *counted) {
    size_t stride = counts->cells;
    for (int k = 0; k < counts->keys; k++) {
        const struct tmn_feature *feature = &model->features.items[counts->feature[k]];
        int attribute = feature->kind == TMN_FEATURE_MAP ? model->maps.items[feature->index].of : feature->index;
        stride /= counts->size[k];
        counted[attribute] = true;
        for (size_t cell = 0; cell < counts->cells; cell++) {
            long long first = counts->first[k] + (long long)(cell / stride % counts->size[k]) * counts->band[k];
            for (long long l = first; l < first + counts->band[k] && counts->value[cell] > 0; l++)
                if (feature->kind == TMN_FEATURE_ATTRIBUTE && l >= 0 && l < feature->cardinality)
                    reached[attribute][l] = true;
        }
        if (feature->kind == TMN_FEATURE_MAP)
            memset(reached[attribute], 1, model->attributes.items[attribute].levels);
    }
}

static void reach_draws(const struct tmn_model *model, const struct tmn_draw_rule *draws, size_t count, bool **reached,
                        bool *counted) {
    for (size_t d = 0; d < count; d++) {
        if (counted)
            counted[draws[d].attribute] = true;
        for (uint32_t l = 0; l < model->attributes.items[draws[d].attribute].levels; l++)
            if (draws[d].chance[l] || draws[d].rest == (int)l || draws[d].cumulative)
                reached[draws[d].attribute][l] = true;
    }
}

static void reach_actions(const struct tmn_model *model, const struct tmn_action *items, size_t count, bool **reached) {
    for (size_t a = 0; a < count; a++) {
        const struct tmn_action *action = &items[a];
        if (action->kind == TMN_ACTION_SET)
            reached[action->attribute][action->level] = true;
        else if (action->kind == TMN_ACTION_STEP || action->kind == TMN_ACTION_YEAR)
            memset(reached[action->attribute], 1, model->attributes.items[action->attribute].levels);
        else if (action->kind == TMN_ACTION_COPY)
            for (uint32_t l = 0; l < model->attributes.items[action->attribute].levels; l++)
                reached[action->attribute][l] = reached[action->attribute][l] || reached[action->from][l];
        reach_draws(model, action->draws, action->draw_count, reached, NULL);
        reach_actions(model, action->items, action->count, reached);
    }
}

static void reach_all(const struct tmn_model *model, bool **reached) {
    const struct tmn_population *population = &model->population;
    bool *counted = TMN_NEW_ARRAY(model->arena, bool, model->attributes.count + 1);
    if (population->counts.keys > 0)
        reach_counts(model, &population->counts, reached, counted);
    for (size_t i = 0; i < population->margins && population->counts.keys == 0; i++)
        reach_counts(model, &population->margin[i], reached, counted);
    if (population->place_attribute >= 0 && !counted[population->place_attribute])
        memset(reached[population->place_attribute], 1, model->attributes.items[population->place_attribute].levels);
    reach_draws(model, population->deals, population->deal_count, reached, counted);
    reach_draws(model, population->draws, population->draw_count, reached, counted);
    for (size_t a = 0; a < model->attributes.count; a++)
        if (!counted[a])
            reached[a][model->attributes.items[a].start] = true;
    if (model->unborn)
        for (uint32_t l = 0; l < model->features.items[model->unborn->index].cardinality; l++)
            if (model->unborn->member[l])
                reached[model->features.items[model->unborn->index].index][l] = true;
    for (size_t round = 0; round < model->attributes.count + 1; round++) /* copies pass levels on */
        for (size_t t = 0; t < model->transitions.count; t++)
            for (size_t b = 0; b < model->transitions.items[t].branches; b++)
                reach_actions(model, model->transitions.items[t].branch[b].items,
                              model->transitions.items[t].branch[b].count, reached);
}

static void check_reached(struct tmn_checker *checker) {
    const struct tmn_model *model = checker->model;
    bool **reached = TMN_NEW_ARRAY(model->arena, bool *, model->attributes.count + 1);
    for (size_t a = 0; a < model->attributes.count; a++)
        reached[a] = TMN_NEW_ARRAY(model->arena, bool, model->attributes.items[a].levels);
    reach_all(model, reached);
    for (size_t a = 0; a < model->attributes.count; a++) {
        const struct tmn_attribute *attribute = &model->attributes.items[a];
        struct tmn_text text;
        uint32_t missing = 0;
        tmn_text_init(&text, model->arena);
        for (uint32_t l = 0; l < attribute->levels; l++)
            if (!reached[a][l] && missing++ < 6)
                tmn_text_put(&text, "%s'%s'", missing > 1 ? ", " : "", attribute->level[l]);
        if (missing > 0 && (int)a != model->birth_year)
            tmn_report_warning(checker->list, attribute->place, "unreachable-level",
                               "no start, count, draw, set or step leads there", "nobody can ever have %s%s of '%s'",
                               text.items, missing > 6 ? ", ..." : "", attribute->name);
    }
}

/* An `until` that cannot hold, or that always does. */
static void check_until(struct tmn_checker *checker) {
    const struct tmn_expr *until = checker->model->until;
    if (!until)
        return;
    struct tmn_interval bound = tmn_expr_bound(until, &checker->env, checker->known);
    if (bound.high == 0)
        tmn_report_warning(checker->list, until->place, "never-true", NULL,
                           "this can never hold: the run goes on to the end of 'time'");
    else if (bound.low == 1)
        tmn_report_warning(checker->list, until->place, "always-true", NULL,
                           "this always holds: the run ends with its first window");
}

void tmn_check_use(struct tmn_checker *checker) {
    check_unused(checker);
    check_reached(checker);
    check_until(checker);
}
