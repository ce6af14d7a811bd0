/* Births: which row a child takes, what it is born with, and what happens when no row is left. */
#include "support.h"

#include <stdio.h>
#include <string.h>

/* Two towns of households of 4 in units of 2, one unborn row for each household, a reserve for each town and the
 * nation. */
static const char *const form =
    "time: { start: 2001-01-01, windows: %d }\n"
    "attributes: { life: [unborn, here, dead], town: [x, y], sex: [f, m], eyes: [dark, light], mood: { levels: 0..3, "
    "start: 2 }, birth_year: { levels: 1990..2010 } }\n"
    "alive: life = here\n"
    "unborn: life = unborn\n"
    "population: { size: 80, set: { life: here, birth_year: 1995 }, draw: { eyes: { dark: 0.5, light: rest } }, place: "
    "town,"
    " households: { size: 4 }, unit: { households: 2 }, unborn: { per_household: 1, reserve: 0.1, national: 0.05 } }\n"
    "layers: { home: { groups: household } }\n"
    "counters: { family: { layer: home, of: life = here, max: 9 } }\n"
    "transitions:\n"
    "  bear: { who: birth_year_old = yes, %s, then: { set: { eyes: light }, birth: { set: { life: here, town: "
    "mother.town, eyes: mother.eyes }, draw: { sex: { f: \"if(eyes = dark, 1, 0.25)\", m: rest } } } } }\n"
    "outcomes: { births: { firings: bear, every: run }, came: { flow: life = here, by: [town], every: run } }\n"
    "maps: { birth_year_old: { of: birth_year, levels: [yes, no], values: { 1995: yes }, else: no } }\n";

static bool was_unborn(const struct tmn_run *run, const uint8_t *born, uint32_t row) {
    return born[row] == 0 && row < tmn_run_world(run)->rows;
}

/* The row that the rules give to a child: household, unit, reserve of the place, reserve of the nation. */
static uint32_t expected_row(const struct tmn_run *run, const uint8_t *born, uint32_t mother) {
    const struct tmn_world *world = tmn_run_world(run);
    uint32_t household = tmn_world_household(world, mother), unit = tmn_world_unit(world, household),
             place = tmn_world_place(world, mother);
    const uint32_t from[4] = {world->household_first[household], world->household_first[world->unit_first[unit]],
                              world->place_reserve[place], world->national_reserve};
    const uint32_t to[4] = {world->household_first[household + 1], world->household_first[world->unit_first[unit + 1]],
                            world->place_first[place + 1], world->rows};
    for (int pool = 0; pool < 4; pool++)
        for (uint32_t row = from[pool]; row < to[pool]; row++)
            if (was_unborn(run, born, row))
                return row;
    return UINT32_MAX;
}

static struct scene *open_births(int windows, const char *hazard) {
    char yaml[4096];
    snprintf(yaml, sizeof yaml, form, windows, hazard);
    return scene_open(yaml);
}

static void children_take_the_nearest_unborn_row(void **unused) {
    (void)unused;
    struct scene *scene = open_births(52, "rate: 0.35 / y");
    const struct tmn_world *world = tmn_run_world(scene->run);
    static uint8_t born[4096];
    uint32_t elsewhere = 0, births = 0;
    assert_true(world->rows < 4096);
    for (uint32_t row = 0; row < world->rows; row++)
        born[row] = scene_level(scene, row, "life") != 0;
    for (int w = 0; w < 52; w++) {
        size_t from = scene->told_count;
        scene_step(scene, 1);
        for (uint32_t mother = 0; mother < world->rows; mother++) /* mothers in row order; one firing a window each */
            for (size_t i = from; i < scene->told_count; i++) {
                const struct tmn_happening *told = &scene->told[i];
                if (told->kind != TMN_HAPPENED_BIRTH || told->sender != mother)
                    continue;
                assert_int_equal(told->row, expected_row(scene->run, born, mother));
                born[told->row] = 1;
                births++;
                elsewhere += tmn_world_household(world, told->row) != tmn_world_household(world, mother);
            }
    }
    assert_true(births > 15 && elsewhere > 2);
    assert_int_equal(births, tmn_run_counters(scene->run)->births);
    assert_int_equal(elsewhere, tmn_run_counters(scene->run)->births_elsewhere);
    assert_int_equal(births, scene_firings(scene, "bear"));
    assert_true(scene_value(scene, "came", 0, 0) + scene_value(scene, "came", 0, 1) == births);
    assert_int_equal(tmn_run_alive(scene->run), 80 + births);
    scene_close(scene);
}

/* What is stated or copied from the mother as she was before the firing, the year of birth, draws keyed by the child's
 * row; the rest is what the row was laid out with. */
static void children_are_born_with_what_is_stated(void **unused) {
    (void)unused;
    struct scene *scene = open_births(26, "rate: 0.4 / y");
    const struct tmn_action *birth = NULL;
    scene_step(scene, 26);
    for (size_t i = 0; i < scene->model->transitions.items[0].branch[0].count; i++)
        if (scene->model->transitions.items[0].branch[0].items[i].kind == TMN_ACTION_BIRTH)
            birth = &scene->model->transitions.items[0].branch[0].items[i];
    assert_non_null(birth);
    int seen = 0, dark = 0;
    for (size_t i = 0; i < scene->told_count; i++) {
        if (scene->told[i].kind != TMN_HAPPENED_BIRTH)
            continue;
        const struct tmn_happening *child = &scene->told[i], *mother = NULL;
        for (size_t m = 0; m < scene->told_count; m++)
            if (scene->told[m].kind == TMN_HAPPENED_FIRING && scene->told[m].row == child->sender &&
                scene->told[m].window == child->window)
                mother = &scene->told[m];
        assert_non_null(mother);
        const struct tmn_attribute *attributes = scene->model->attributes.items;
        uint32_t eyes = tmn_level(&mother->before, &attributes[scene_attribute(scene, "eyes")]);
        assert_int_equal(tmn_level(&child->after, &attributes[scene_attribute(scene, "eyes")]), eyes);
        assert_int_equal(tmn_level(&child->after, &attributes[scene_attribute(scene, "town")]),
                         tmn_level(&mother->before, &attributes[scene_attribute(scene, "town")]));
        assert_int_equal(tmn_level(&child->after, &attributes[scene_attribute(scene, "birth_year")]), 2001 - 1990);
        assert_int_equal(tmn_level(&child->after, &attributes[scene_attribute(scene, "mood")]),
                         tmn_level(&child->before, &attributes[scene_attribute(scene, "mood")]));
        uint32_t uniform = tmn_draw_uniform(tmn_draw(7, child->row, 0, 0, birth->draw_hash[0]));
        uint32_t sex = eyes == 0 || uniform < UINT32_C(1) << 30 ? 0 : 1; /* chance 1 or 0.25 of f */
        assert_int_equal(tmn_level(&child->after, &attributes[scene_attribute(scene, "sex")]), sex);
        seen++;
        dark += eyes == 0;
    }
    assert_true(seen > 8 && dark > 1 && dark < seen);
    scene_close(scene);
}

static void no_row_left_is_an_error_that_says_what_to_raise(void **unused) {
    (void)unused;
    struct scene *scene = open_births(40, "chance: 0.2");
    const char *text = scene_step_failing(scene);
    assert_non_null(strstr(text, "population.unborn.per_household"));
    assert_true(strstr(text, " in x ") != NULL || strstr(text, " in y ") != NULL);
    struct tmn_error err;
    assert_false(tmn_run_step(scene->run, &err)); /* and the run stays failed, with the same words */
    assert_string_equal(err.text, text);
    assert_int_equal(err.code, TMN_CAPACITY);
    scene_close(scene);
}

/* Unborn rows receive nothing, count for nothing, and have no clocks, until they are born; then in the next window they
 * have. */
static void the_unborn_are_nobody_until_born(void **unused) {
    (void)unused;
    struct scene *scene = scene_open(
        "time: { start: 2001-01-01, windows: 3 }\n"
        "attributes: { life: [unborn, here], age_group: [old, young], marks: { levels: 0..9 } }\n"
        "alive: life = here\n"
        "unborn: life = unborn\n"
        "population: { size: 40, set: { life: here }, households: { size: 4 }, unborn: { per_household: 4 } }\n"
        "layers: { home: { groups: household } }\n"
        "counters: { family: { layer: home, of: life = here, max: 15 } }\n"
        "transitions:\n"
        "  bear: { who: age_group = old, chance: 0.2, then: { birth: { set: { life: here, age_group: young } } } }\n"
        "  greet: { chance: 1, then: { tell: { home: { step: { marks: 1 } } } } }\n");
    scene_step(scene, 1);
    const struct tmn_counters_of_run *counters = tmn_run_counters(scene->run);
    assert_int_equal(counters->transition_firings[scene_transition(scene, "greet")], 40);
    assert_true(counters->messages_to_absent > 0 && counters->births > 0);
    uint32_t children = (uint32_t)counters->births;
    for (uint32_t row = 0; row < tmn_run_world(scene->run)->rows; row++)
        if (scene_level(scene, row, "age_group") == 1) {
            assert_int_equal(scene_level(scene, row, "marks"),
                             0); /* greeted in the window of its birth: not yet there */
            assert_true(tmn_run_counter(scene->run, scene_counter(scene, "family"), row) >= 2);
        }
    scene_step(scene, 1);
    assert_int_equal(counters->transition_firings[scene_transition(scene, "greet")], 40 + 40 + children);
    scene_close(scene);
}

/* `cumulative` at a birth reads the child's own number and what was drawn before it. */
static void children_draw_cumulated_numbers(void **unused) {
    (void)unused;
    struct scene *scene = scene_open(
        "time: { start: 2001-01-01, windows: 4 }\n"
        "attributes: { life: [unborn, here], sex: [f, m], mark: { levels: 3..9 } }\n"
        "alive: life = here\n"
        "unborn: life = unborn\n"
        "population: { size: 300, set: { life: here }, unborn: { reserve: 3 } }\n"
        "transitions:\n"
        "  bear: { chance: 0.2, then: { birth: { set: { life: here }, draw: { sex: { f: 0.5, m: rest }, mark: { "
        "cumulative: \"if(sex = f, (mark - 2) / 6, mark - 7)\" } } } } }\n");
    scene_step(scene, 4);
    uint32_t seen[2][10] = {{0}}, mark_hash = tmn_name_hash("bear//birth/mark");
    for (size_t i = 0; i < scene->told_count; i++) {
        const struct tmn_happening *child = &scene->told[i];
        if (child->kind != TMN_HAPPENED_BIRTH)
            continue;
        const struct tmn_attribute *attributes = scene->model->attributes.items;
        uint32_t sex = tmn_level(&child->after, &attributes[scene_attribute(scene, "sex")]),
                 mark = 3 + tmn_level(&child->after, &attributes[scene_attribute(scene, "mark")]);
        double u = tmn_draw_uniform(tmn_draw(7, child->row, 0, 0, mark_hash)) * 0x1p-32;
        uint32_t expected = 3 + (uint32_t)(u * 6); /* f: 3..8 alike; m: 8 for sure */
        assert_int_equal(mark, sex == 0 ? expected : 8);
        seen[sex][mark]++;
    }
    for (int mark = 3; mark < 9; mark++)
        assert_true(seen[0][mark] > 5);
    assert_true(seen[1][8] > 50);
    scene_close(scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_take_the_nearest_unborn_row),
        cmocka_unit_test(children_are_born_with_what_is_stated),
        cmocka_unit_test(children_draw_cumulated_numbers),
        cmocka_unit_test(no_row_left_is_an_error_that_says_what_to_raise),
        cmocka_unit_test(the_unborn_are_nobody_until_born),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
