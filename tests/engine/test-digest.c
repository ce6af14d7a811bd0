/* What does not matter leaves the digests equal: threads, order and naming of declarations aside from names, settings
 * without effect, transitions that never fire, who watches, the caller's floating environment. What matters makes them
 * differ. */
#include "support.h"

#include <fenv.h>
#include <stdio.h>
#include <string.h>

/* Every construct at once, over five blocks of rows. */
static const char *const rich = TMN_TEST_SCENARIOS "/rich";

static void threads_do_not_matter(void **unused) {
    (void)unused;
    const int threads[] = {1, 2, 3, 8};
    struct tmn_digest weekly[4], full[4];
    for (int i = 0; i < 4; i++) {
        struct scene *scene = scene_read_path(rich);
        scene->options.threads = threads[i];
        scene_start(scene);
        weekly[i] = scene_finish(scene, &full[i]);
        assert_same_digest(weekly[0], weekly[i]);
        assert_same_digest(full[0], full[i]);
    }
    struct scene *scene = scene_read_path(rich);
    scene->options.seed = 8;
    scene_start(scene);
    assert_other_digest(weekly[0], scene_finish(scene, NULL));
}

static void the_scenarios_that_are_shipped_do_not_depend_on_threads(void **unused) {
    (void)unused;
    const char *const names[] = {"rumour", "sir", "births"};
    for (size_t n = 0; n < 3; n++) {
        struct tmn_digest weekly[2], full[2];
        for (int i = 0; i < 2; i++) {
            char path[1024];
            snprintf(path, sizeof path, "%s/toy/%s", TMN_SCENARIOS, names[n]);
            struct scene *scene = scene_read_path(path);
            scene->options.threads = i == 0 ? 1 : 3;
            scene_start(scene);
            weekly[i] = scene_finish(scene, &full[i]);
        }
        assert_same_digest(weekly[0], weekly[1]);
        assert_same_digest(full[0], full[1]);
    }
}

/* Who watches does not matter, and one row is told what all rows are told of it. */
static void watching_changes_nothing(void **unused) {
    (void)unused;
    struct scene *all = scene_open_path(rich), *one = scene_read_path(rich), *none = scene_read_path(rich);
    scene_record(one);
    one->options.watch_all = false;
    one->options.watch_row = 4321;
    scene_start(one);
    scene_start(none);
    size_t seen = 0;
    for (int w = 0; w < 80; w++) {
        scene_step(all, 1);
        scene_step(one, 1);
        scene_step(none, 1);
        assert_same_digest(tmn_run_weekly_digest(all->run), tmn_run_weekly_digest(none->run));
        assert_same_digest(tmn_run_weekly_digest(one->run), tmn_run_weekly_digest(none->run));
    }
    for (size_t i = 0; i < all->told_count; i++) {
        if (i > 0 && all->told[i].window == all->told[i - 1].window)
            assert_true(all->told[i].row >= all->told[i - 1].row); /* in row order within a window */
        if (all->told[i].row != 4321)
            continue;
        assert_in_range(seen, 0, one->told_count - 1);
        assert_int_equal(all->told[i].kind, one->told[seen].kind);
        assert_int_equal(all->told[i].window, one->told[seen].window);
        seen++;
    }
    assert_int_equal(seen, one->told_count);
    assert_true(seen > 0);
    scene_close(all);
    scene_close(one);
    scene_close(none);
}

static struct tmn_digest run_with(const char *path, const char *assignment, struct tmn_digest *full) {
    struct scene *scene = scene_read_path(path);
    struct tmn_settings settings = {0};
    if (assignment != NULL)
        scene_set(scene, &settings, assignment);
    scene_start(scene);
    return scene_finish(scene, full);
}

static void a_setting_without_effect_is_a_twin(void **unused) {
    (void)unused;
    struct tmn_digest full[3], plain = run_with(rich, NULL, &full[0]);
    assert_same_digest(plain, run_with(rich, "dread=0.3", &full[1]));
    assert_same_digest(plain, run_with(rich, "dread=0.3@2001-07-02", &full[2]));
    assert_same_digest(full[0], full[1]);
    assert_same_digest(full[0], full[2]);
    struct tmn_digest changed = run_with(rich, "dread=0.9", NULL), later = run_with(rich, "dread=0.9@2001-07-02", NULL);
    assert_other_digest(plain, changed);
    assert_other_digest(plain, later);
    assert_other_digest(changed, later);
}

/* A dated setting begins with the first window that starts on or after its date, and leaves those before untouched. */
static void a_dated_setting_begins_on_its_date(void **unused) {
    (void)unused;
    struct scene *plain = scene_open_path(rich), *dated = scene_read_path(rich), *always = scene_read_path(rich);
    struct tmn_settings settings = {0}, others = {0};
    scene_set(dated, &settings, "dread=0.9@2001-10-01"); /* window 39 begins on this day */
    scene_set(always, &others, "dread=0.9@2001-01-01");
    scene_start(dated);
    scene_start(always);
    scene_step(plain, 39);
    scene_step(dated, 39);
    assert_same_digest(tmn_run_weekly_digest(plain->run), tmn_run_weekly_digest(dated->run));
    assert_same_digest(tmn_run_full_digest(plain->run), tmn_run_full_digest(dated->run));
    scene_step(plain, 1);
    scene_step(dated, 1);
    assert_other_digest(tmn_run_full_digest(plain->run), tmn_run_full_digest(dated->run)); /* hazards differ at once */
    while (tmn_run_window(always->run) < 80)
        scene_step(always, 1);
    assert_same_digest(tmn_run_weekly_digest(always->run), run_with(rich, "dread=0.9", NULL));
    scene_close(plain);
    scene_close(dated);
    scene_close(always);
}

/* The same declarations in another order, with levels in another order where no order is declared, and more that never
 * happens. */
static void order_of_declaration_does_not_matter(void **unused) {
    (void)unused;
    const char *const straight =
        "time: { start: 2001-01-01, windows: 60 }\n"
        "attributes: { side: [left, right, gone], mood: { levels: 0..7 }, rank: [low, high] }\n"
        "alive: side in [left, right]\n"
        "population: { size: 5000, set: { side: left }, draw: { rank: { low: 0.3, high: rest } }, households: { size: "
        "4 } }\n"
        "feedback: { heat: { range: [0, 100], start: 0, next: heat * 0.9 }, load: { range: [0, 100], start: 1 } }\n"
        "layers: { home: { groups: household }, friends: { degree: 4 } }\n"
        "counters: { right_home: { layer: home, of: side = right, max: 3 }, right_friends: { layer: friends, of: side "
        "= right, max: 3 } }\n"
        "transitions:\n"
        "  turn: { who: side = left, rate: 0.8 / y * (1 + right_friends) * (1 + heat), then: { set: { side: right }, "
        "add: { heat: 0.001 } } }\n"
        "  back: { who: side = right, rate: 3 / y * (1 + right_home), then: { set: { side: left }, tell: { friends: { "
        "step: { mood: 1 } } } } }\n"
        "  calm: { who: mood > 1, chance: 0.2, then: { step: { mood: -1 } } }\n"
        "  quit: { who: mood > 2, rate: 1 / y, then: { set: { side: gone } } }\n"
        "outcomes: { turns: { flow: side = right, by: [rank, mood], every: year }, quits: { firings: quit, every: year "
        "} }\n";
    const char *const turned =
        "outcomes: { never: { firings: nothing, every: year }, quits: { firings: quit, every: year }, turns: { flow: "
        "side = right, by: [mood, rank], every: year } }\n"
        "transitions:\n"
        "  nothing: { who: mood > 6 and side = gone, rate: 1 / y, then: { set: { side: right } } }\n"
        "  quit: { who: mood > 2, rate: 1 / y, then: { set: { side: gone } } }\n"
        "  calm: { who: mood > 1, chance: 0.2, then: { step: { mood: -1 } } }\n"
        "  turn: { who: side = left, rate: 0.8 / y * (1 + right_friends) * (1 + heat), then: { set: { side: right }, "
        "add: { heat: 0.001 } } }\n"
        "  back: { who: side = right, rate: 3 / y * (1 + right_home), then: { set: { side: left }, tell: { friends: { "
        "step: { mood: 1 } } } } }\n"
        "counters: { right_friends: { layer: friends, of: side = right, max: 3 }, right_home: { layer: home, of: side "
        "= right, max: 3 } }\n"
        "layers: { friends: { degree: 4 }, home: { groups: household } }\n"
        "feedback: { load: { range: [0, 100], start: 1 }, heat: { range: [0, 100], start: 0, next: heat * 0.9 } }\n"
        "population: { size: 5000, set: { side: left }, draw: { rank: { low: 0.3, high: rest } }, households: { size: "
        "4 } }\n"
        "alive: side in [left, right]\n"
        "attributes: { rank: [low, high], mood: { levels: 0..7 }, side: [gone, right, left] }\n"
        "time: { start: 2001-01-01, windows: 60 }\n";
    struct scene *a = scene_open(straight), *b = scene_open(turned);
    for (int w = 0; w < 60; w++) {
        assert_same_digest(tmn_run_weekly_digest(a->run), tmn_run_weekly_digest(b->run));
        assert_same_digest(tmn_run_full_digest(a->run), tmn_run_full_digest(b->run));
        scene_step(a, 1);
        scene_step(b, 1);
    }
    assert_same_digest(tmn_run_weekly_digest(a->run), tmn_run_weekly_digest(b->run));
    assert_true(scene_firings(a, "turn") > 2000 && scene_firings(a, "quit") > 50);
    scene_close(a);
    scene_close(b);
}

static void the_callers_rounding_does_not_matter_and_is_kept(void **unused) {
    (void)unused;
    struct tmn_digest full[2], plain = run_with(rich, NULL, &full[0]);
    struct scene *scene = scene_read_path(rich);
    assert_int_equal(fesetround(FE_UPWARD), 0);
    scene_start(scene);
    assert_int_equal(fegetround(), FE_UPWARD);
    struct tmn_error err;
    while (tmn_run_window(scene->run) < 80)
        assert_true(tmn_run_step(scene->run, &err));
    assert_true(tmn_run_verify(scene->run, &err));
    full[1] = tmn_run_full_digest(scene->run);
    int mode = fegetround();
    fesetround(FE_TONEAREST);
    assert_int_equal(mode, FE_UPWARD);
    assert_same_digest(plain, tmn_run_weekly_digest(scene->run));
    assert_same_digest(full[0], full[1]);
    scene_close(scene);
}

/* verify recomputes from the rows: a change behind the engine's back is found. */
static void verification_finds_a_changed_person(void **unused) {
    (void)unused;
    struct scene *scene = scene_open_path(rich);
    struct tmn_error err;
    scene_step(scene, 3);
    assert_true(tmn_run_verify(scene->run, &err));
    tmn_set_level(&tmn_run_world(scene->run)->packed[5000],
                  &scene->model->attributes.items[scene_attribute(scene, "mood")], 7);
    assert_false(tmn_run_verify(scene->run, &err));
    assert_non_null(strstr(err.text, "digest"));
    scene_close(scene);
}

/* A hazard that goes bad all the same stops the run, with the transition, who, and when. */
static void a_bad_hazard_stops_the_run_with_its_name(void **unused) {
    (void)unused;
    const char *const yaml =
        "time: { start: 2001-01-01, windows: 20 }\n"
        "attributes: { kind: [calm, wild], town: [x, y] }\n"
        "tables: { of: { by: [kind], values: { calm: 1, wild: 2 } } }\n"
        "parameters: { p: 1, q: { value: 1, unit: 1/y }, r: 0.1 }\n"
        "population: { size: 2000, draw: { kind: { calm: 0.9, wild: rest } }, place: town }\n"
        "transitions:\n"
        "  go: { who: kind = wild, rate: \"pow(of[kind], 1) * (of[kind] * p + 1) * q\", then: {} }\n"
        "  flip: { chance: 0.1, branch: [ { name: a, chance: r, then: {} }, { name: b, chance: rest, then: {} } ] }\n";
    const struct {
        const char *name;
        double value;
        const char *say[3];
    } cases[] = {
        {"p", -2, {"'go'", "personal part is -6", "kind=wild"}},
        {"q", -3, {"'go'", "shared part is -", "2001-02-05"}},
        {"q", 1e6, {"'go'", "too large", "kind=wild"}},
        {"r", 1.5, {"'flip'", "'a'", "1.5"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene *scene = scene_read(yaml);
        struct tmn_setting setting = {.parameter = -1, .value = cases[i].value, .window = 5};
        for (size_t p = 0; p < scene->model->parameters.count; p++)
            if (strcmp(scene->model->parameters.items[p].name, cases[i].name) == 0)
                setting.parameter = (int)p;
        scene->options.settings = &setting;
        scene->options.setting_count = 1;
        scene_start(scene);
        const char *text = scene_step_failing(scene);
        assert_int_equal(tmn_run_window(scene->run), 5);
        for (int s = 0; s < 3; s++)
            if (strstr(text, cases[i].say[s]) == NULL)
                fail_msg("'%s' is not in: %s", cases[i].say[s], text);
        assert_non_null(strstr(text, "2001-02-05")); /* window 5 */
        scene_close(scene);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(the_scenarios_that_are_shipped_do_not_depend_on_threads),
        cmocka_unit_test(watching_changes_nothing),
        cmocka_unit_test(a_setting_without_effect_is_a_twin),
        cmocka_unit_test(a_dated_setting_begins_on_its_date),
        cmocka_unit_test(order_of_declaration_does_not_matter),
        cmocka_unit_test(the_callers_rounding_does_not_matter_and_is_kept),
        cmocka_unit_test(verification_finds_a_changed_person),
        cmocka_unit_test(a_bad_hazard_stops_the_run_with_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
