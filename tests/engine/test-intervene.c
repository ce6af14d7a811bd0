/* Interventions: what is held, shifted and assigned, and who sees it. Both engines run the same code for feedback; that
 * they agree on all of it is what random scenarios and forks show. */
#include "support.h"

#include <math.h>
#include <stdlib.h>

static const char *const pair =
    "time: { start: 2001-01-01, windows: 52 }\n"
    "attributes: { mood: { levels: 0..3 }, lit: [no, yes] }\npopulation: { size: 4000 }\n"
    "feedback:\n"
    "  x: { range: [0, 10], start: 1, next: x + 0.5 }\n"
    "  z: { range: [-100, 100], start: 0, next: 2 * x }\n"
    "transitions: { cheer: { who: mood = 3, rate: 1 / y, then: { set: { mood: 0 }, add: { x: 0.25 } } } }\n"
    "outcomes: { lights: { flow: lit = yes, every: window }, glum: { stock: mood = 2, every: window } }\n";

static struct scene *open_with(const char *const *assignments, size_t count, struct tmn_settings *settings) {
    struct scene *scene = scene_read(pair);
    for (size_t i = 0; i < count; i++)
        scene_set(scene, settings, assignments[i]);
    scene_record(scene);
    scene_start(scene);
    return scene;
}

static void assert_pair(const struct scene *scene, double x, double y) {
    double have[2] = {scene_feedback(scene, "x", 0), scene_feedback(scene, "z", 0)};
    if (have[0] != x || have[1] != y)
        fail_msg("window %d: x is %g, not %g; z is %g, not %g", tmn_run_window(scene->run), have[0], x, have[1], y);
}

/* 2001-01-15 is the third window: two are done before it. */
static void a_held_variable_stays(void **unused) {
    (void)unused;
    struct tmn_settings settings = {0};
    struct scene *scene = open_with((const char *const[]){"hold x=7@2001-01-15"}, 1, &settings);
    scene_step(scene, 2);
    assert_pair(scene, 2, 3); /* as without it */
    scene_step(scene, 1);
    assert_pair(scene, 7, 14); /* z read 7 in the window itself */
    scene_step(scene, 5);
    assert_pair(scene, 7, 14);
    scene_close(scene);
}

/* What is added does not move it either; later holds take over. */
static void adds_do_not_move_what_is_held(void **unused) {
    (void)unused;
    struct tmn_settings settings = {0};
    struct scene *scene =
        open_with((const char *const[]){"assign mood=3", "hold x=3@2001-01-15", "hold x=4"}, 3, &settings);
    scene_step(scene, 1);
    assert_pair(scene, 4, 8);
    scene_step(scene, 2);
    assert_pair(scene, 3, 6);
    assert_true(scene_firings(scene, "cheer") > 50);
    scene_close(scene);
}

static void a_shift_is_seen_by_others(void **unused) {
    (void)unused;
    struct tmn_settings settings = {0};
    struct scene *scene =
        open_with((const char *const[]){"shift x=2@2001-01-15", "shift x=0.5@2001-01-22"}, 2, &settings);
    scene_step(scene, 2);
    assert_pair(scene, 2, 3);
    scene_step(scene, 1);
    assert_pair(scene, 2.5, 2 * (2 + 2)); /* its own rule sees it as it is */
    scene_step(scene, 1);
    assert_pair(scene, 3, 2 * (2.5 + 2 + 0.5));
    scene_step(scene, 12);
    assert_pair(scene, 9, 2 * 10); /* 8.5 + 2.5 is beyond the range */
    scene_close(scene);
}

/* A shift that ends, as pulses do. */
static void a_shift_may_end(void **unused) {
    (void)unused;
    struct scene *scene = scene_read(pair);
    struct tmn_setting setting = {
        .parameter = -1, .value = 2, .window = 2, .kind = TMN_SHIFT_FEEDBACK, .feedback = 0, .end = 4};
    scene->options.settings = &setting;
    scene->options.setting_count = 1;
    scene_start(scene);
    double y[] = {2, 3, 8, 9, 6};
    for (int w = 0; w < 5; w++) {
        scene_step(scene, 1);
        assert_true(scene_feedback(scene, "z", 0) == y[w]);
    }
    scene_close(scene);
}

static void levels_are_given_once_to_a_keyed_share(void **unused) {
    (void)unused;
    struct tmn_settings few = {0}, more = {0};
    struct scene *a = open_with((const char *const[]){"assign mood=2, lit=yes share 0.25 @2001-01-15"}, 1, &few),
                 *b = open_with((const char *const[]){"assign mood=2, lit=yes share 0.5 @2001-01-15"}, 1, &more);
    scene_step(a, 2);
    scene_step(b, 2);
    assert_int_equal(scene_count(a, "lit", 1), 0);
    scene_step(a, 1);
    scene_step(b, 1);
    uint32_t lit = scene_count(a, "lit", 1);
    assert_in_range(lit, 900, 1100); /* 1000 expected, sd 27 */
    assert_in_range(scene_count(b, "lit", 1), 1850, 2150);
    for (uint32_t row = 0; row < 4000; row++)
        assert_true(scene_level(b, row, "lit") >= scene_level(a, row, "lit"));
    assert_true(scene_value(a, "lights", 2, 0) == (double)lit); /* a flow counts them, whatever caused it */
    assert_true(scene_value(a, "glum", 2, 0) == (double)lit);
    size_t told = 0;
    for (size_t i = 0; i < a->told_count; i++)
        told += a->told[i].kind == TMN_HAPPENED_ASSIGNED;
    assert_int_equal(told, lit);
    scene_step(a, 3);
    assert_true(scene_value(a, "lights", 3, 0) == 0 && scene_count(a, "lit", 1) == lit);
    scene_close(a);
    scene_close(b);
}

/* In the order given: the second sees what the first has done. */
static void assignments_of_one_window_follow_each_other(void **unused) {
    (void)unused;
    struct tmn_settings settings = {0};
    struct scene *scene = open_with(
        (const char *const[]){"assign mood=1", "assign mood=2 where mood = 1", "assign lit=yes where mood = 1"}, 3,
        &settings);
    scene_step(scene, 1);
    assert_int_equal(scene_count(scene, "mood", 2), 4000);
    assert_int_equal(scene_count(scene, "lit", 1), 0);
    scene_close(scene);
}

/* An effect that sees the path which a variable has anyway is no change at all, in either engine; with a pulse it is
 * one. */
static void a_cut_link_without_a_pulse_changes_nothing(void **unused) {
    (void)unused;
    struct scene *base = scene_read_path(TMN_TEST_SCENARIOS "/rich");
    const struct tmn_feedback *alarm = &base->model->feedbacks.items[0];
    int windows = base->model->calendar.windows;
    double *path = calloc((size_t)windows * alarm->slots, sizeof *path);
    scene_start(base);
    for (int w = 0; w < windows; w++) {
        for (uint32_t slot = 0; slot < alarm->slots; slot++)
            path[(size_t)w * alarm->slots + slot] = tmn_run_feedback(base->run, 0, slot);
        scene_step(base, 1);
    }
    const struct tmn_target effects[] = {{TMN_TARGET_TRANSITION, "leave", scene_transition(base, "leave"), -1},
                                         {TMN_TARGET_FEEDBACK, "alarm", 0, -1}};
    for (int i = 0; i < 8; i++) {
        struct scene *cut = scene_read_path(TMN_TEST_SCENARIOS "/rich");
        const struct tmn_target *effect = &effects[i & 1];
        double pulse = i & 2 ? 0.5 : 0;
        assert_true(tmn_effect_reads(cut->model, effect, 0));
        cut->options.engine = i & 4 ? TMN_ENGINE_REFERENCE : TMN_ENGINE_EVENT;
        cut->model = tmn_model_cut(&cut->arena, cut->model, 0, effect, path, pulse, 10, 20);
        scene_start(cut);
        scene_step(cut, windows);
        if (pulse > 0)
            assert_other_digest(tmn_run_full_digest(base->run), tmn_run_full_digest(cut->run));
        else
            assert_same_digest(tmn_run_full_digest(base->run), tmn_run_full_digest(cut->run));
        scene_close(cut);
    }
    free(path);
    scene_close(base);
}

/* What is expected of a window is what many windows bring: firings near their sum of hazards. */
static void a_prospect_is_what_is_expected(void **unused) {
    (void)unused;
    struct scene *scene = scene_open_path(TMN_TEST_SCENARIOS "/rich");
    const struct tmn_target calm = {TMN_TARGET_TRANSITION, "calm", scene_transition(scene, "calm"), -1};
    double expected = 0, value;
    struct tmn_error err = {0};
    for (int w = 0; w < 60; w++) {
        struct tmn_digest before = tmn_run_full_digest(scene->run);
        if (!tmn_run_prospect(scene->run, NULL, 0, &calm, &value, &err))
            fail_msg("%s", err.text);
        assert_same_digest(before, tmn_run_full_digest(scene->run)); /* it only looks */
        expected += value;
        scene_step(scene, 1);
    }
    double fired = (double)scene_firings(scene, "calm"), apart = (fired - expected) / sqrt(expected);
    if (apart > 4 || apart < -4)
        fail_msg("%g firings, %g expected", fired, expected);
    scene_close(scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_held_variable_stays),
        cmocka_unit_test(adds_do_not_move_what_is_held),
        cmocka_unit_test(a_shift_is_seen_by_others),
        cmocka_unit_test(a_shift_may_end),
        cmocka_unit_test(levels_are_given_once_to_a_keyed_share),
        cmocka_unit_test(a_cut_link_without_a_pulse_changes_nothing),
        cmocka_unit_test(a_prospect_is_what_is_expected),
        cmocka_unit_test(assignments_of_one_window_follow_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
