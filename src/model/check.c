/* Static checks of a model that has been read and split: what they share. */
#include "model/check.h"

#include <stdio.h>
#include <string.h>

void tmn_check_stratum(struct tmn_checker *checker, const struct tmn_strata *strata, uint32_t index) {
    tmn_stratum_levels(strata, index, checker->level);
    for (int i = 0; i < strata->n; i++)
        checker->known[strata->feature[i]] = true;
}

void tmn_check_forget(struct tmn_checker *checker) {
    memset(checker->known, 0, checker->model->features.count * sizeof *checker->known);
}

void tmn_check_suppose(struct tmn_checker *checker, int attribute, uint32_t level) {
    const struct tmn_model *model = checker->model;
    for (size_t f = 0; f < model->features.count; f++) {
        const struct tmn_feature *feature = &model->features.items[f];
        bool map = feature->kind == TMN_FEATURE_MAP && model->maps.items[feature->index].of == attribute;
        if (!map && (int)f != tmn_feature_of_attribute(model, attribute))
            continue;
        checker->known[f] = true;
        checker->level[f] = map ? model->maps.items[feature->index].to[level] : level;
    }
}

const char *tmn_check_stratum_text(struct tmn_checker *checker, const struct tmn_strata *strata, uint32_t index) {
    struct tmn_text text;
    tmn_text_init(&text, checker->model->arena);
    tmn_text_put(&text, "%s", "");
    tmn_stratum_levels(strata, index, checker->level);
    for (int i = 0; i < strata->n; i++) {
        const struct tmn_feature *feature = &checker->model->features.items[strata->feature[i]];
        uint32_t level = checker->level[strata->feature[i]];
        bool derived =
            feature->to || (feature->kind == TMN_FEATURE_MAP && checker->model->maps.items[feature->index].derived);
        if (derived) { /* a test of levels, named as written */
            tmn_text_put(&text, level ? "%s%s" : "%snot (%s)", i ? ", " : "", feature->name);
            continue;
        }
        tmn_text_put(&text, "%s%s = ", i ? ", " : "", feature->name);
        if (feature->level)
            tmn_text_put(&text, "%s", feature->level[level]);
        else
            tmn_text_put(&text, "%d", feature->first + (int)level);
    }
    return text.items;
}

bool tmn_check_cut(struct tmn_checker *checker, struct tmn_strata *strata, struct tmn_expr *const *exprs,
                   size_t count) {
    const struct tmn_model *model = checker->model;
    bool *reads = TMN_NEW_ARRAY(model->arena, bool, model->features.count + 1);
    *strata = (struct tmn_strata){.size = 1};
    for (size_t i = 0; i < count; i++)
        if (exprs[i])
            tmn_expr_reads(model, exprs[i], reads);
    for (size_t f = 0; f < model->features.count; f++) {
        if (!reads[f] || checker->known[f])
            continue;
        uint64_t size = (uint64_t)strata->size * model->features.items[f].cardinality;
        if (strata->n == TMN_MAX_KEYS || size > TMN_MAX_STRATA) {
            *strata = (struct tmn_strata){.size = 1};
            return false;
        }
        strata->feature[strata->n] = (int)f;
        strata->stride[strata->n++] = strata->size;
        strata->size = (uint32_t)size;
    }
    return true;
}

const char *tmn_check_number(struct tmn_checker *checker, double value) {
    return tmn_arena_printf(checker->model->arena, "%.3g", value);
}

static void each_action(const struct tmn_action *items, size_t count, tmn_expr_fn *fn, void *context) {
    for (size_t i = 0; i < count; i++) {
        if (items[i].amount)
            fn(context, items[i].amount);
        if (items[i].who)
            fn(context, items[i].who);
        if (items[i].chance)
            fn(context, items[i].chance);
    }
}

static void each_draw(const struct tmn_model *model, const struct tmn_draw_rule *draws, size_t count, tmn_expr_fn *fn,
                      void *context) {
    for (size_t d = 0; d < count; d++) {
        for (uint32_t l = 0; l < model->attributes.items[draws[d].attribute].levels; l++)
            if (draws[d].chance[l])
                fn(context, draws[d].chance[l]);
        if (draws[d].cumulative)
            fn(context, draws[d].cumulative);
    }
}

static void each_of_transition(const struct tmn_model *model, const struct tmn_transition *transition, tmn_expr_fn *fn,
                               void *context) {
    if (transition->who)
        fn(context, transition->who);
    if (transition->hazard)
        fn(context, transition->hazard);
    for (size_t b = 0; b < transition->branches; b++) {
        const struct tmn_branch *branch = &transition->branch[b];
        if (branch->chance)
            fn(context, branch->chance);
        each_action(branch->items, branch->count, fn, context);
        for (size_t a = 0; a < branch->count; a++)
            each_draw(model, branch->items[a].draws, branch->items[a].draw_count, fn, context);
    }
}

static void each_of_check(const struct tmn_check *check, tmn_expr_fn *fn, void *context) {
    const struct tmn_constant *all[] = {
        &check->over,  &check->above,     &check->given,           &check->expected,
        &check->error, &check->tolerance, &check->law_argument[0], &check->law_argument[1]};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i]->expr)
            fn(context, all[i]->expr);
}

void tmn_each_expr(const struct tmn_model *model, tmn_expr_fn *fn, void *context) {
    fn(context, model->alive);
    if (model->unborn)
        fn(context, model->unborn);
    if (model->until)
        fn(context, model->until);
    for (size_t i = 0; i < model->shares.count; i++)
        fn(context, model->shares.items[i].who);
    for (size_t i = 0; i < model->layers.count; i++) {
        if (model->layers.items[i].number)
            fn(context, model->layers.items[i].number);
        if (model->layers.items[i].long_share)
            fn(context, model->layers.items[i].long_share);
    }
    for (size_t i = 0; i < model->counters.count; i++)
        if (model->counters.items[i].of)
            fn(context, model->counters.items[i].of);
    for (size_t i = 0; i < model->feedbacks.count; i++)
        if (model->feedbacks.items[i].next)
            fn(context, model->feedbacks.items[i].next);
    for (size_t i = 0; i < model->transitions.count; i++)
        each_of_transition(model, &model->transitions.items[i], fn, context);
    for (size_t i = 0; i < model->events.count; i++) {
        const struct tmn_event *event = &model->events.items[i];
        if (event->when)
            fn(context, event->when);
        fn(context, event->rate);
        each_action(event->items, event->count, fn, context);
    }
    for (size_t i = 0; i < model->outcomes.count; i++)
        if (model->outcomes.items[i].state)
            fn(context, model->outcomes.items[i].state);
    for (size_t i = 0; i < model->checks.count; i++)
        each_of_check(&model->checks.items[i], fn, context);
    each_draw(model, model->population.deals, model->population.deal_count, fn, context);
    each_draw(model, model->population.draws, model->population.draw_count, fn, context);
    if (model->population.head)
        fn(context, model->population.head);
    if (model->population.size)
        fn(context, model->population.size);
}

double tmn_population_persons(const struct tmn_model *model) {
    const struct tmn_population *population = &model->population;
    double sum = 0;
    const struct tmn_counts *counts = population->counts.keys > 0 ? &population->counts
                                      : population->margins > 0   ? &population->margin[0]
                                                                  : NULL;
    if (population->size)
        return tmn_expr_constant(model, population->size);
    for (size_t i = 0; counts && i < counts->cells; i++)
        sum += counts->value[i];
    return sum;
}

void tmn_model_check(struct tmn_model *model, struct tmn_diagnostics *list) {
    double days = model->calendar.window_quarter_days / 4.0, last = 366 - (model->calendar.windows_per_year - 1) * days;
    struct tmn_checker checker = {
        .model = model, .list = list, .windows = model->calendar.windows, .persons = tmn_population_persons(model)};
    checker.level = TMN_NEW_ARRAY(model->arena, uint32_t, model->features.count + 1);
    checker.known = TMN_NEW_ARRAY(model->arena, bool, model->features.count + 1);
    checker.env = (struct tmn_env){
        .model = model, .level = checker.level, .year = model->calendar.start_year, .window_y = days / TMN_YEAR_DAYS};
    checker.window_y_max = (last > days ? last : days) / TMN_YEAR_DAYS;
    tmn_check_hazards(&checker);
    tmn_check_chances(&checker);
    tmn_check_people(&checker);
    tmn_check_use(&checker);
}
