/* Who has to look at a change of a person: for each attribute the flows and tests that read it, so that a
 * change costs as many looks as there are numbers that it can move. */
#include "engine/rooms.h"

void tmn_attributes_place(struct tmn_run *run) {
    for (size_t a = 0; a < run->model->attributes.count; a++) {
        const struct tmn_attribute *attribute = &run->model->attributes.items[a];
        for (int bit = 0; bit < attribute->bits; bit++)
            run->attribute_at[attribute->word][attribute->shift + bit] = (uint8_t)a;
        run->attribute_bits[a] = ((UINT64_C(1) << attribute->bits) - 1) << attribute->shift;
        if ((int)a == run->model->birth_year)
            run->birth_year =
                (struct tmn_place_of){(UINT64_C(1) << attribute->bits) - 1, attribute->word, attribute->shift};
    }
    run->cohorts_a_year = (uint32_t)run->model->calendar.windows_per_year;
}

void tmn_watch_make(struct tmn_run *run, struct tmn_watch *watch, size_t watchers) {
    watch->words = (uint32_t)(watchers + 63) / 64;
    watch->bits = TMN_NEW_ARRAY(&run->arena, uint64_t, run->model->attributes.count * watch->words + 1);
}

void tmn_watch_attribute(struct tmn_run *run, struct tmn_watch *watch, size_t watcher, size_t attribute) {
    watch->bits[attribute * watch->words + watcher / 64] |= UINT64_C(1) << watcher % 64;
    watch->any.word[run->model->attributes.items[attribute].word] |= run->attribute_bits[attribute];
}

void tmn_watch_feature(struct tmn_run *run, struct tmn_watch *watch, size_t watcher, int feature) {
    const struct tmn_model *model = run->model;
    const struct tmn_feature *it = &model->features.items[feature];
    size_t attribute = (size_t)(it->kind == TMN_FEATURE_MAP   ? model->maps.items[it->index].of
                                : it->kind == TMN_FEATURE_AGE ? model->birth_year
                                                              : it->index);
    tmn_watch_attribute(run, watch, watcher, attribute);
}

/* Of an expression over attributes and maps. */
static void watch_expr(struct tmn_run *run, struct tmn_watch *watch, size_t watcher, const struct tmn_expr *expr) {
    bool *reads = TMN_NEW_ARRAY(&run->arena, bool, run->model->features.count + 1);
    if (expr != NULL)
        tmn_expr_reads(run->model, expr, reads);
    for (size_t f = 0; f < run->model->features.count; f++)
        if (reads[f])
            tmn_watch_feature(run, watch, watcher, (int)f);
}

void tmn_changes_prepare(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    const struct tmn_tests *tests = &run->tests;
    tmn_joints_make(run);
    tmn_watch_make(run, &run->flow_watch, model->outcomes.count);
    tmn_watch_make(run, &run->test_watch, tests->share);
    for (size_t t = 0; t < tests->share; t++)
        if (tests->predicate[t] != NULL)
            watch_expr(run, &run->test_watch, t, tests->predicate[t]->expr);
    for (size_t c = 0; c < model->counters.count; c++)
        watch_expr(run, &run->test_watch, tests->counter + c, model->alive);
    for (size_t o = 0; o < model->outcomes.count; o++)
        if (model->outcomes.items[o].kind == TMN_OUTCOME_FLOW)
            watch_expr(run, &run->flow_watch, o, model->outcomes.items[o].state);
    tmn_moves_make(run, &run->test_moves, &run->test_watch, &tests->sieve);
    tmn_tests_fill(run);
}
