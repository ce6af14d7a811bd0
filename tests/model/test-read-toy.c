/* The toy scenarios: they check clean, and their models hold what their files say: packing, strata, split, slots,
 * drivers. */
#include "model/model.h"

#include <cmocka.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

static struct tmn_model *read_toy(struct tmn_arena *arena, const char *name) {
    struct tmn_diagnostics list;
    struct tmn_text text;
    tmn_arena_init(arena, 0);
    assert_false(TMN_ARENA_TRY(arena));
    tmn_diagnostics_init(&list, arena);
    tmn_text_init(&text, arena);
    struct tmn_model *model = tmn_model_read(arena, tmn_arena_printf(arena, "%s/%s", TOY_FOLDER, name), &list);
    for (size_t i = 0; i < list.count; i++)
        tmn_diagnostic_render(&list.items[i], &text);
    if (list.count > 0)
        print_message("%s", text.items);
    assert_int_equal(list.count, 0); /* no warning either */
    assert_non_null(model);
    return model;
}

static const struct tmn_transition *transition_named(const struct tmn_model *model, const char *name) {
    for (size_t i = 0; i < model->transitions.count; i++)
        if (strcmp(model->transitions.items[i].name, name) == 0)
            return &model->transitions.items[i];
    fail_msg("no transition %s", name);
    return NULL;
}

static bool reads_feature(const struct tmn_model *model, const struct tmn_strata *strata, const char *name) {
    for (int i = 0; i < strata->n; i++)
        if (strcmp(model->features.items[strata->feature[i]].name, name) == 0)
            return true;
    return false;
}

static void test_rumour(void **state) {
    struct tmn_arena arena;
    (void)state;
    const struct tmn_model *model = read_toy(&arena, "rumour");
    assert_int_equal(model->calendar.windows, 4 * 52);
    const struct tmn_transition *leave = transition_named(model, "leave");
    assert_int_equal(leave->c_factors, 2); /* pull[aware], exp(-fear.weight * fear) */
    assert_int_equal(leave->g_factors, 2); /* leave.base, exp(-alarm) */
    assert_true(reads_feature(model, &leave->personal, "fear") && reads_feature(model, &leave->personal, "aware") &&
                reads_feature(model, &leave->personal, "gone"));
    assert_int_equal(leave->personal.size, 3 * 4 * 2);
    assert_int_equal(leave->shared.size, 1);
    assert_int_equal(leave->branches, 2);
    assert_null(leave->branch[1].chance);
    /* by name: believe, forget, leave, listen, ponder */
    assert_int_equal(transition_named(model, "believe")->rank, 0);
    assert_int_equal(transition_named(model, "ponder")->rank, 4);
    /* listen needs aware = none, believe aware = heard: they share a slot with nobody who could be both */
    assert_int_not_equal(transition_named(model, "believe")->slot, transition_named(model, "ponder")->slot);
    assert_int_not_equal(leave->slot, transition_named(model, "forget")->slot);
    assert_int_equal(model->slots, 4);
    const struct tmn_driver *broadcasts = &model->drivers.items[0];
    assert_true(broadcasts->value[0] == 1 && broadcasts->value[103] == 1 && broadcasts->value[104] == 2 &&
                broadcasts->low == 1 && broadcasts->high == 2);
    assert_int_equal(broadcasts->marks_count, 1);
    tmn_arena_free(&arena);
}

static void test_sir(void **state) {
    struct tmn_arena arena;
    (void)state;
    const struct tmn_model *model = read_toy(&arena, "sir");
    assert_int_equal(model->slots, 1);                          /* susceptible and infected exclude each other */
    assert_true(fabs(model->enabled_mean - 2.0 / 3.0) < 1e-12); /* two of three levels have a clock */
    assert_int_equal(model->calendar.windows, 365);
    assert_int_equal(model->calendar.window_quarter_days, 4);
    assert_int_equal(model->population.draw_count, 1);
    assert_int_equal(model->population.draws[0].rest, 0);
    assert_true(fabs(model->parameters.items[0].value - 0.5 * TMN_YEAR_DAYS) < 1e-9);
    tmn_arena_free(&arena);
}

static void test_births(void **state) {
    struct tmn_arena arena;
    (void)state;
    const struct tmn_model *model = read_toy(&arena, "births");
    const struct tmn_transition *die = transition_named(model, "die"), *birth = transition_named(model, "give_birth");
    assert_null(die->who);
    assert_true(die->alive_first);
    assert_int_equal(die->personal.size, 2);              /* whether alive: a test of levels cuts in two */
    assert_int_equal(die->shared.size, 2 * 128);          /* sex, age */
    assert_int_equal(birth->who_shared_count, 2);         /* age belongs to G */
    assert_true(fabs(model->enabled_mean - 1.5) < 1e-12); /* of the living all may die, half of them bear */
    const struct tmn_counts *counts = &model->population.counts;
    assert_int_equal(counts->keys, 3);
    assert_int_equal(counts->band[2], 10);
    assert_int_equal(counts->first[2], 0);
    assert_int_equal(counts->size[2], 8);
    assert_true(counts->value[0] == 12 && counts->value[7] == 95 && counts->value[2 * 8] == 24);
    /* a table by age takes the last row not above */
    const struct tmn_table *fertility = &model->tables.items[1];
    assert_int_equal(fertility->size, 128);
    assert_true(fertility->value[14] == 0 && fertility->value[15] == 0.1 && fertility->value[34] == 0.1 &&
                fertility->value[35] == 0.05 && fertility->value[127] == 0);
    assert_true(fertility->unit.power[TMN_TIME] == -1);
    tmn_arena_free(&arena);
}

static void test_packing(void **state) {
    struct tmn_arena arena;
    (void)state;
    const struct tmn_model *model = read_toy(&arena, "births");
    struct tmn_packed packed = {{0, 0}};
    uint32_t level[16];
    assert_true(model->features.count <= 16);
    for (size_t a = 0; a < model->attributes.count; a++) /* every attribute at its last level: no bit is shared */
        tmn_set_level(&packed, &model->attributes.items[a], model->attributes.items[a].levels - 1);
    for (size_t a = 0; a < model->attributes.count; a++)
        assert_int_equal(tmn_level(&packed, &model->attributes.items[a]), model->attributes.items[a].levels - 1);
    tmn_model_unpack(model, &packed, level);
    assert_int_equal(level[tmn_feature_find(model, "village")], 1);
    assert_int_equal(level[tmn_feature_find(model, "valley")], 1); /* lower -> west */
    assert_int_equal(tmn_feature_find(model, "nothing"), -1);
    /* strata there and back */
    const struct tmn_strata *shared = &transition_named(model, "die")->shared;
    for (uint32_t index = 0; index < shared->size; index++) {
        tmn_stratum_levels(shared, index, level);
        assert_int_equal(tmn_stratum(shared, level), index);
    }
    tmn_arena_free(&arena);
}

static void test_source_hash(void **state) {
    struct tmn_arena first, again, other;
    (void)state;
    uint64_t hash = read_toy(&first, "births")->source_hash;
    assert_true(hash == read_toy(&again, "births")->source_hash);
    assert_true(hash != read_toy(&other, "sir")->source_hash);
    tmn_arena_free(&first);
    tmn_arena_free(&again);
    tmn_arena_free(&other);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rumour), cmocka_unit_test(test_sir),
                                       cmocka_unit_test(test_births), cmocka_unit_test(test_packing),
                                       cmocka_unit_test(test_source_hash)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
