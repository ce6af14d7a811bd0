/* alive, unborn, births; groups and degrees against the number of persons. */
#include "model/check.h"

#include <math.h>

/* `alive` must be false of the unborn. */
static void check_unborn(struct tmn_checker *checker) {
    struct tmn_model *model = checker->model;
    const struct tmn_expr *unborn = model->unborn;
    if (!unborn)
        return;
    uint32_t level = 0;
    while (!unborn->member[level])
        level++;
    tmn_check_suppose(checker, model->features.items[unborn->index].index, level);
    if (tmn_expr_bound(model->alive, &checker->env, checker->known).high != 0)
        tmn_report(checker->list, unborn->place, "alive-unborn", NULL,
                   "someone unborn could count as alive: 'alive' and '%s' must exclude each other", unborn->source);
    tmn_check_forget(checker);
}

/* The child's attributes: what `birth` sets, else its level before birth; copies and draws are unknown. */
static void check_child(struct tmn_checker *checker, const struct tmn_action *birth) {
    struct tmn_model *model = checker->model;
    const struct tmn_feature *unborn = &model->features.items[model->unborn->index];
    for (size_t a = 0; a < model->attributes.count; a++) {
        int feature = tmn_feature_of_attribute(model, (int)a);
        bool known = (int)a != model->birth_year;
        uint32_t level = model->attributes.items[a].start;
        if ((int)a == unborn->index)
            for (level = 0; !model->unborn->member[level];)
                level++;
        else
            known = false; /* synthesis may have drawn it */
        for (size_t i = 0; i < birth->count; i++)
            if (birth->items[i].attribute == (int)a) {
                known = birth->items[i].kind == TMN_ACTION_SET;
                level = birth->items[i].level;
            }
        for (size_t i = 0; i < birth->draw_count; i++)
            known = known && birth->draws[i].attribute != (int)a;
        checker->known[feature] = known;
        checker->level[feature] = level;
    }
    if (tmn_expr_bound(model->alive, &checker->env, checker->known).high == 0)
        tmn_report(checker->list, birth->place, "born-not-alive", "for example birth: { set: { status: home } }",
                   "a child would not be alive: 'birth' must set what 'alive' asks for ('%s')", model->alive->source);
    tmn_check_forget(checker);
}

static void check_births(struct tmn_checker *checker) {
    struct tmn_model *model = checker->model;
    const struct tmn_population *population = &model->population;
    for (size_t t = 0; t < model->transitions.count; t++)
        for (size_t b = 0; b < model->transitions.items[t].branches; b++)
            for (size_t a = 0; a < model->transitions.items[t].branch[b].count; a++) {
                const struct tmn_action *action = &model->transitions.items[t].branch[b].items[a];
                if (action->kind != TMN_ACTION_BIRTH)
                    continue;
                if (!model->unborn) {
                    tmn_report(checker->list, action->place, "missing-section",
                               "for example unborn: status = unborn, at the top level",
                               "'birth' needs 'unborn', which says which level means unborn");
                    continue;
                }
                if (population->unborn_per_household + population->unborn_reserve + population->unborn_national <= 0)
                    tmn_report(
                        checker->list, action->place, "no-capacity",
                        "for example population: { unborn: { per_household: 2, reserve: 0.05, national: 0.01 } }",
                        "'birth' has no rows to fill: the population lays out none for the unborn");
                const struct tmn_attribute *years =
                    model->birth_year >= 0 ? &model->attributes.items[model->birth_year] : NULL;
                int last =
                    model->calendar.start_year + (model->calendar.windows - 1) / model->calendar.windows_per_year;
                if (years && years->first + (int)years->levels - 1 < last)
                    tmn_report(checker->list, years->place, "unknown-level",
                               tmn_arena_printf(model->arena, "extend its levels to %d", last),
                               "children are born until %d, but 'birth_year' ends at %d", last,
                               years->first + (int)years->levels - 1);
                check_child(checker, action);
            }
}

/* Persons per level of `within` as the counts have them; false when they do not say. */
static bool group_sizes(struct tmn_checker *checker, const struct tmn_layer *layer, double *persons) {
    const struct tmn_model *model = checker->model;
    const struct tmn_counts *counts = &model->population.counts;
    const struct tmn_feature *within = &model->features.items[layer->within];
    const struct tmn_map *map = within->kind == TMN_FEATURE_MAP ? &model->maps.items[within->index] : NULL;
    int attribute = map ? map->of : within->index, key = -1;
    double sum = 0;
    for (int k = 0; k < counts->keys; k++)
        if (counts->band[k] == 1 && model->features.items[counts->feature[k]].kind == TMN_FEATURE_ATTRIBUTE &&
            model->features.items[counts->feature[k]].index == attribute)
            key = k;
    if (key < 0)
        return false;
    size_t stride = 1;
    for (int k = counts->keys - 1; k > key; k--)
        stride *= counts->size[k];
    for (size_t cell = 0; cell < counts->cells; cell++) {
        size_t level = cell / stride % counts->size[key];
        persons[map ? map->to[level] : level] += counts->value[cell];
        sum += counts->value[cell];
    }
    for (uint32_t l = 0; l < within->cardinality; l++)
        persons[l] *= checker->persons / sum;
    return true;
}

static void check_edges(struct tmn_checker *checker, const struct tmn_layer *layer) {
    const struct tmn_population *population = &checker->model->population;
    if (population->unborn_per_household + population->unborn_reserve + population->unborn_national > 0)
        return; /* how many rows there are is known when the world is built */
    for (size_t e = 0; e < 2 * layer->edges; e++)
        if (layer->edge[e] >= checker->persons) {
            tmn_report(checker->list, layer->place, "not-a-row", NULL,
                       "layer '%s' ties row %u, but the last of %.0f rows is %.0f", layer->name, layer->edge[e],
                       checker->persons, checker->persons - 1);
            return;
        }
}

/* "degree 6" of a layer whose rows ask for that many others; NULL for layers that take whom there is. */
static const char *wanted_ties(struct tmn_checker *checker, const struct tmn_layer *layer, double *ties) {
    const struct tmn_model *model = checker->model;
    struct tmn_layer_numbers numbers;
    struct tmn_layer_fault fault;
    if (!tmn_layer_numbers(layer, &checker->env, &numbers, &fault, model->arena))
        return NULL; /* reported when it was read */
    if (layer->kind == TMN_LAYER_RANDOM) {
        *ties = numbers.mean;
        return "mean degree";
    }
    if (layer->kind == TMN_LAYER_DEGREES && layer->degrees >= 0) {
        const struct tmn_attribute *attribute = &model->attributes.items[layer->degrees];
        *ties = attribute->first + (double)attribute->levels - 1;
        return "degrees up to";
    }
    *ties = numbers.degree;
    return layer->kind == TMN_LAYER_RING || layer->kind == TMN_LAYER_DEGREES ? "degree" : NULL;
}

/* Groups that have not enough others for the degree. */
static void check_degree(struct tmn_checker *checker, const struct tmn_layer *layer) {
    const struct tmn_model *model = checker->model;
    double ties = 0;
    const char *what = wanted_ties(checker, layer, &ties);
    const char *hint = layer->kind == TMN_LAYER_RING
                           ? "they are all tied to one another: lower the degree, or tie within larger groups"
                           : "ties to oneself and second ties of two persons are dropped, so they have fewer: tie "
                             "within larger groups";
    if (what == NULL)
        return;
    if (layer->within < 0) {
        if (checker->persons < ties + 1)
            tmn_report_warning(checker->list, layer->place, "degree-too-large", hint,
                               "layer '%s' has %s %s, but there are only %.0f persons", layer->name, what,
                               tmn_check_number(checker, ties), checker->persons);
        return;
    }
    const struct tmn_feature *within = &model->features.items[layer->within];
    double *persons = TMN_NEW_ARRAY(model->arena, double, within->cardinality);
    if (!group_sizes(checker, layer, persons))
        return;
    for (uint32_t l = 0; l < within->cardinality; l++)
        if (persons[l] >= 0.5 && persons[l] < ties + 1) {
            tmn_report_warning(checker->list, layer->place, "degree-too-large", hint,
                               "layer '%s' has %s %s, but only %.0f persons live in %s = %s", layer->name, what,
                               tmn_check_number(checker, ties), persons[l], within->name, within->level[l]);
            return;
        }
}

static void check_layers(struct tmn_checker *checker) {
    for (size_t i = 0; i < checker->model->layers.count; i++) {
        const struct tmn_layer *layer = &checker->model->layers.items[i];
        if (layer->kind == TMN_LAYER_EDGES)
            check_edges(checker, layer);
        else
            check_degree(checker, layer);
    }
}

void tmn_check_people(struct tmn_checker *checker) {
    check_unborn(checker);
    check_births(checker);
    check_layers(checker);
}
