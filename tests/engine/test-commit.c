/* Counters, shares, feedback, events and outcomes: what is committed at the end of a window and read in the next. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- counters and shares ---- */

static uint32_t recount(const struct scene *scene, int layer, uint32_t row, const char *attribute, uint32_t level) {
    uint32_t ties[256], count = 0;
    for (uint32_t i = 0, n = tmn_layer_ties(tmn_run_world(scene->run), layer, row, ties); i < n; i++)
        count += scene_level(scene, ties[i], "life") == 0 && scene_level(scene, ties[i], attribute) == level;
    return count;
}

static const char *const busy =
    "time: { start: 2001-01-01, windows: 60 }\n"
    "attributes: { life: [here, dead], side: [left, right], town: [x, y, z], mood: { levels: 0..7 } }\n"
    "alive: life = here\n"
    "population: { size: 3000, draw: { town: { x: 0.2, y: 0.3, z: rest } }, place: town, households: { size: 5 } }\n"
    "layers: { home: { groups: household }, friends: { degree: 4, within: town, long: 0.2 } }\n"
    "counters: { right_friends: { layer: friends, of: side = right, max: 2 }, right_home: { layer: home, of: side = "
    "right, max: 9 } }\n"
    "transitions:\n"
    "  turn: { who: side = left, rate: \"0.5 / y * (1 + right_friends) * (1 + share(side = right, by town))\", then: { "
    "set: { side: right } } }\n"
    "  back: { who: side = right, rate: 1 / y, then: { set: { side: left }, tell: { home: { step: { mood: 1 } } } } }\n"
    "  move: { who: right_home >= 1, rate: 1 / y, branch: [ { name: to_x, chance: share(side = right), then: { set: { "
    "town: x } } },"
    " { name: to_y, chance: rest, then: { set: { town: y } } } ] }\n"
    "  die: { who: mood > 2, rate: 0.5 / y * (1 + degree(friends)), then: { set: { life: dead } } }\n"
    "outcomes: { right: { stock: side = right, by: [town], every: window } }\n";

static void counters_are_the_true_counts_of_living_ties(void **unused) {
    (void)unused;
    struct scene *scene = scene_open(busy);
    scene_step(scene, 60); /* each step verifies shares, counters, stocks and digest from scratch */
    const uint32_t max[2] = {2, 9};
    const char *const name[2] = {"right_friends", "right_home"};
    int beyond = 0;
    for (uint32_t row = 0; row < tmn_run_world(scene->run)->rows; row++)
        for (int c = 0; c < 2; c++) {
            int counter = scene_counter(scene, name[c]);
            uint32_t count = recount(scene, scene->model->counters.items[counter].layer, row, "side", 1);
            assert_int_equal(tmn_run_counter(scene->run, counter, row), count < max[c] ? count : max[c]);
            beyond += c == 0 && count > 2;
        }
    assert_true(beyond > 20); /* the cap was needed */
    assert_true(scene_firings(scene, "die") > 100 && scene_firings(scene, "move") > 100);
    assert_int_equal(tmn_run_alive(scene->run), 3000 - scene_firings(scene, "die"));
    scene_close(scene);
}

/* Few who are counted at the start tell their ties, whatever finds these; the same numbers as if all had asked. */
static void few_who_are_counted_are_counted_by_all_their_ties(void **unused) {
    (void)unused;
    struct scene *scene = scene_open(
        "time: { start: 2001-01-01, windows: 2 }\n"
        "attributes: { life: [here, dead], side: [left, right], town: [x, y] }\n"
        "alive: life = here\n"
        "population: { size: 40000, draw: { side: { right: 0.01, left: rest }, life: { dead: 0.1, here: rest }, town: "
        "{ x: 0.3, y: rest } }, place: town, households: { size: 4 } }\n"
        "layers: { home: { groups: household }, friends: { degree: 6, within: town, long: 0.2 }, met: { random: 0.5 } "
        "}\n"
        "counters: { a: { layer: home, of: side = right, max: 9 }, b: { layer: friends, of: side = right, max: 9 }, c: "
        "{ layer: met, of: side = right, max: 9 } }\n"
        "transitions: { turn: { who: side = left and b > 0, rate: 1 / y, then: { set: { side: right } } } }\n");
    scene_step(scene, 1); /* verifies by asking all */
    uint32_t all[3] = {0};
    for (uint32_t row = 0; row < tmn_run_world(scene->run)->rows; row++)
        for (int c = 0; c < 3; c++) {
            uint32_t count = recount(scene, scene->model->counters.items[c].layer, row, "side", 1);
            assert_int_equal(tmn_run_counter(scene->run, c, row), count < 9 ? count : 9);
            all[c] += count;
        }
    assert_true(all[0] > 500 && all[1] > 1500 && all[2] > 100);
    scene_close(scene);
}

static const char *const crowd =
    "time: { start: 2001-01-01, windows: 60 }\n"
    "attributes: { life: [here, dead], on: [no, yes], threshold: { levels: 0..100 }, hot: { levels: 0..3 } }\n"
    "alive: life = here\n"
    "population: { size: 1500, draw: { on: { yes: 0.2, no: rest }, threshold: { cumulative: \"(threshold + 1) / 101\" "
    "} "
    "} }\n"
    "layers: { friends: { degree: 6, long: 0.2 } }\n"
    "counters: { pressure: { layer: friends, of: on = yes, share: 100 } }\n"
    "transitions:\n"
    "  join: { who: on = no and pressure >= threshold, rate: 3 / y, then: { set: { on: yes } } }\n"
    "  leave: { who: on = yes, rate: 1 / y, then: { set: { on: no } } }\n"
    "  heat: { who: 50 <= pressure and pressure < 75.5, rate: 1 / y, then: { step: { hot: 1 } } }\n"
    "  die: { rate: 0.9 / y, then: { set: { life: dead } } }\n";

static bool has_clock(const struct scene *scene, uint32_t row, int transition) {
    struct tmn_clock_view clocks[8];
    for (int c = tmn_run_clocks(scene->run, row, clocks); c-- > 0;)
        if (clocks[c].transition == transition)
            return true;
    return false;
}

/* A share of the living ties, rounded down; and the clocks that it rules, also when it moves by a death alone. */
static void counters_are_shares_of_living_ties(void **unused) {
    (void)unused;
    struct scene *scene = scene_open(crowd);
    int pressure = scene_counter(scene, "pressure"), join = scene_transition(scene, "join"),
        heat = scene_transition(scene, "heat");
    int layer = scene->model->counters.items[pressure].layer;
    static uint32_t was[1500], was_on[1500];
    uint32_t by_death = 0, alone = 0, ruled[2] = {0};
    for (int w = 0; w < 60; w++) {
        scene_step(scene, 1);
        for (uint32_t row = 0; row < 1500; row++) {
            uint32_t on = recount(scene, layer, row, "on", 1), all = on + recount(scene, layer, row, "on", 0),
                     share = all == 0 ? 0 : on * 100 / all;
            assert_int_equal(tmn_run_counter(scene->run, pressure, row), share);
            bool here = scene_level(scene, row, "life") == 0;
            bool joins = here && scene_level(scene, row, "on") == 0 && share >= scene_level(scene, row, "threshold"),
                 heats = here && share >= 50 && share <= 75;
            assert_int_equal(has_clock(scene, row, join), joins);
            assert_int_equal(has_clock(scene, row, heat), heats);
            by_death += w > 0 && here && on == was_on[row] && (was[row] < 50) != (share < 50);
            alone += here && all == 0;
            ruled[0] += joins;
            ruled[1] += heats;
            was[row] = share;
            was_on[row] = on;
        }
    }
    assert_true(by_death > 30 && alone > 10 && ruled[0] > 1000 && ruled[1] > 1000);
    scene_close(scene);
}

/* Beyond the 255 ties that degree() tells apart. */
static void shares_of_any_number_of_ties(void **unused) {
    (void)unused;
    struct scene *scene = scene_open(
        "time: { start: 2001-01-01, windows: 3 }\n"
        "attributes: { on: [no, yes], seen: [no, yes] }\n"
        "population: { size: 1201, deal: { on: { yes: 0.3, no: rest } } }\n"
        "layers: { all: { groups: 1201 } }\n"
        "counters: { part: { layer: all, of: on = yes, share: 1000 } }\n"
        "transitions: { see: { who: seen = no and part >= 300, chance: 1, then: { set: { seen: yes } } } }\n");
    scene_step(scene, 3);
    for (uint32_t row = 0; row < 1201; row++) { /* 360 of the others, or 359: 0.3 of 1200 or just less */
        bool on = scene_level(scene, row, "on") == 1;
        assert_int_equal(tmn_run_counter(scene->run, 0, row), on ? 299 : 300);
        assert_int_equal(scene_level(scene, row, "seen"), !on);
    }
    scene_close(scene);
}

/* A test of a counter alone cuts strata in two; a comparison with an attribute in as many as both have. */
static void tests_of_counters_cut_strata_in_two(void **unused) {
    (void)unused;
    struct scene *scene = scene_read(crowd);
    const struct tmn_transition *transition = scene->model->transitions.items;
    assert_int_equal(transition[scene_transition(scene, "heat")].personal.size, 2 * 2); /* alive, pressure */
    assert_int_equal(transition[scene_transition(scene, "join")].personal.size, 2 * 2 * 101 * 101);
    scene->options.threads = 3;
    scene_start(scene);
    struct tmn_digest full[2], three = scene_finish(scene, &full[0]), one = scene_finish(scene_open(crowd), &full[1]);
    assert_same_digest(one, three);
    assert_same_digest(full[0], full[1]);
}

/* The same over random networks and networks of given degrees, as far as messages reach. */
static void counters_are_true_on_every_network(void **unused) {
    (void)unused;
    struct scene *scene = scene_read(
        "time: { start: 2001-01-01, windows: 40 }\n"
        "attributes: { life: [here, dead], mood: { levels: 0..3 }, contacts: { levels: 0..4 } }\n"
        "alive: life = here\n"
        "parameters: { z: 1 }\n"
        "population: { size: 2000, draw: { contacts: { 0: 0.2, 1: 0.2, 2: 0.2, 3: 0.2, 4: rest }, mood: { 0: 0.9, 3: "
        "rest } } }\n"
        "layers: { wide: { random: z }, near: { degrees: 3 }, mine: { degrees: contacts } }\n"
        "counters: { wide_3: { layer: wide, of: mood = 3, max: 9 }, near_3: { layer: near, of: mood = 3, max: 3 }, "
        "mine_3: { "
        "layer: mine, of: mood = 3, max: 4 } }\n"
        "transitions:\n"
        "  rise: { who: mood < 3, rate: 1.5 / y * (wide_3 + near_3 + mine_3), then: { step: { mood: 1 }, tell: { wide: "
        "{ "
        "step: { mood: 1 } }, mine: { chance: 0.1, step: { mood: -1 } } } } }\n"
        "  die: { who: mood > 0, rate: 0.1 / y * (1 + degree(near) + degree(mine)), then: { set: { life: dead } } }\n");
    scene_record(scene);
    struct tmn_settings settings = {0};
    scene_set(scene, &settings, "z=5");
    scene_start(scene);
    scene_step(scene, 40);
    const char *const name[3] = {"wide_3", "near_3", "mine_3"};
    uint32_t beyond[3] = {0}, ties[64];
    double sum = 0;
    for (uint32_t row = 0; row < 2000; row++) {
        for (int c = 0; c < 3; c++) {
            int counter = scene_counter(scene, name[c]);
            uint32_t count = recount(scene, c, row, "mood", 3), max = scene->model->counters.items[counter].max;
            assert_int_equal(tmn_run_counter(scene->run, counter, row), count < max ? count : max);
            beyond[c] += count > 1;
        }
        sum += tmn_layer_ties(tmn_run_world(scene->run), 0, row, ties);
    }
    assert_true(beyond[0] > 100 && beyond[1] > 100 && beyond[2] > 100);
    assert_true(fabs(sum / 2000 - 5) < 0.2); /* as set, not as declared */
    assert_true(scene_firings(scene, "rise") > 100 && scene_firings(scene, "die") > 100);
    scene_close(scene);
}

/* 255 ties are told apart where a layer does not say beforehand how many a row may have. */
static void degrees_that_can_not_be_told_apart_are_refused(void **unused) {
    (void)unused;
    for (int many = 0; many < 2; many++) {
        struct scene *scene =
            scene_read("time: { start: 2001-01-01, windows: 4 }\n"
                       "attributes: { mood: [calm, angry] }\n"
                       "parameters: { z: 20 }\n"
                       "population: { size: 2000 }\n"
                       "layers: { wide: { random: z } }\n"
                       "transitions:\n"
                       "  turn: { who: mood = calm, rate: 0.01 / y * degree(wide), then: { set: { mood: angry } } }\n"
                       "  back: { who: mood = angry, rate: 1 / y, then: { set: { mood: calm } } }\n");
        struct tmn_settings settings = {0};
        struct tmn_error err = {0};
        if (many)
            scene_set(scene, &settings, "z=250");
        assert_int_equal(tmn_run_new(&scene->run, scene->model, &scene->options, &err), !many);
        if (many)
            assert_non_null(
                strstr(err.text, "counter 'degree(wide)' cannot count more than 255 ties of a person, but its layer"));
        scene_close(scene);
    }
}

/* A share is read as of the last commit, and is over those alive at the place by then. */
static void shares_are_read_a_window_later_and_by_place(void **unused) {
    (void)unused;
    struct scene *scene = scene_open(
        "time: { start: 2001-01-01, windows: 4 }\n"
        "attributes: { life: [here, dead], lit: [no, yes], town: [x, y, empty], role: [spark, other, doomed] }\n"
        "alive: life = here\n"
        "population: { size: 900, draw: { town: { x: 0.5, y: rest }, role: { spark: \"if(town = x, 0.2, 0)\", doomed: "
        "0.1, other: rest } } }\n"
        "feedback: { seen: { by: town, range: [0, 9], start: 0, next: \"share(lit = yes, by town)\" } }\n"
        "transitions:\n"
        "  light: { who: role = spark and lit = no, chance: 1, then: { set: { lit: yes } } }\n"
        "  catch: { who: role = other and lit = no, chance: \"if(share(lit = yes, by town) > 0.1, 1, 0)\", then: { "
        "set: { lit: yes } } }\n"
        "  die: { who: role = doomed, chance: 1, then: { set: { life: dead } } }\n");
    uint32_t alive_x = 0, spark = 0;
    for (uint32_t row = 0; row < 900; row++)
        if (scene_level(scene, row, "town") == 0) {
            alive_x += scene_level(scene, row, "role") != 2;
            spark += scene_level(scene, row, "role") == 0;
        }
    scene_step(scene, 1);
    assert_int_equal(scene_firings(scene, "catch"), 0);   /* nobody was lit at the start */
    assert_true(scene_feedback(scene, "seen", 0) == 0.0); /* the window's start: initial values */
    scene_step(scene, 1);
    assert_true(scene_feedback(scene, "seen", 0) == (double)spark / (double)alive_x);
    assert_int_equal(scene_firings(scene, "catch"), alive_x - spark); /* all others of x, none of y */
    assert_true(scene_feedback(scene, "seen", 2) == 0.0);             /* 0/0 = 0 */
    scene_close(scene);
}

/* ---- feedback ---- */

static void feedback_is_updated_all_at_once_and_clamped(void **unused) {
    (void)unused;
    struct scene *scene = scene_open("time: { start: 2001-01-01, windows: 5 }\n"
                                     "attributes: { town: [x, y] }\n"
                                     "population: { size: 10 }\n"
                                     "feedback:\n"
                                     "  a: { range: [0, 100], start: 1, next: b + 1 }\n"
                                     "  b: { range: [0, 100], start: 10, next: a * 2 }\n"
                                     "  c: { range: [0, 25], start: 0 }\n"
                                     "  e: { range: [-100, 0], start: 0, next: count(tick) - 12 }\n"
                                     "transitions: { tick: { chance: 1, then: { add: { c: 1 } } } }\n");
    scene_step(scene, 1);
    assert_true(scene_feedback(scene, "a", 0) == 11 &&
                scene_feedback(scene, "b", 0) == 2); /* not 22: b read the old a */
    assert_true(scene_feedback(scene, "c", 0) == 10 && scene_feedback(scene, "e", 0) == -2);
    scene_step(scene, 2);
    assert_true(scene_feedback(scene, "a", 0) == 23 && scene_feedback(scene, "b", 0) == 6);
    assert_true(scene_feedback(scene, "c", 0) == 25);
    assert_int_equal(tmn_run_counters(scene->run)->clamped, 1);
    scene_close(scene);
}

/* `add` goes to the place of the window's start, with `place: now` to the place after the firing; counts by place
 * likewise. */
static void adds_go_to_the_place_of_the_start_unless_now(void **unused) {
    (void)unused;
    struct scene *scene =
        scene_open("time: { start: 2001-01-01, windows: 2 }\n"
                   "attributes: { town: [x, y, z] }\n"
                   "maps: { land: { of: town, levels: [w, e], values: { x: w, y: e, z: e } } }\n"
                   "drivers: { worth: { start: 3 } }\n"
                   "population: { size: 100, place: town }\n"
                   "feedback:\n"
                   "  left: { by: land, range: [0, 1000000], start: 0 }\n"
                   "  came: { by: town, range: [0, 1000000], start: 0 }\n"
                   "  firings: { by: town, range: [0, 1000000], start: 0, next: \"count(second, by town)\" }\n"
                   "  half: { range: [0, 1000000], start: 0 }\n"
                   "transitions:\n"
                   "  first: { who: town = x, chance: 1, then: { set: { town: y } } }\n"
                   "  second: { who: \"town in [x, y]\", chance: 1, then: { set: { town: z }, add: { left: 1, came: { "
                   "value: \"if(town = z, 1, 2)\", place: now }, half: worth / 6 } } }\n");
    double x = scene_count(scene, "town", 0), y = scene_count(scene, "town", 1);
    assert_true(x > 20 && y > 20);
    scene_step(scene, 1); /* where both are enabled: first, then second, x -> y -> z in one window */
    assert_int_equal(scene_count(scene, "town", 2), 100);
    assert_true(scene_feedback(scene, "left", 0) == x && scene_feedback(scene, "left", 1) == y);
    assert_true(scene_feedback(scene, "came", 2) == x + y && scene_feedback(scene, "came", 0) == 0 &&
                scene_feedback(scene, "came", 1) == 0);
    assert_true(scene_feedback(scene, "firings", 0) == x && scene_feedback(scene, "firings", 1) == y &&
                scene_feedback(scene, "firings", 2) == 0);
    assert_true(scene_feedback(scene, "half", 0) == (x + y) / 2);
    scene_close(scene);
}

static void amounts_are_rounded_to_units_before_they_are_added(void **unused) {
    (void)unused;
    struct scene *scene = scene_open("time: { start: 2001-01-01, windows: 1 }\n"
                                     "attributes: { town: [x, y] }\n"
                                     "population: { size: 3000 }\n"
                                     "feedback: { sum: { range: [-10000, 10000], start: 0 } }\n"
                                     "transitions: { tick: { chance: 1, then: { add: { sum: 0.1 } } } }\n");
    scene_step(scene, 1);
    assert_true(scene_feedback(scene, "sum", 0) == 3000 * 104858 / 1048576.0); /* 0.1 is 104858 x 2^-20 */
    scene_close(scene);
}

static void cut_feedback_is_held_at_its_start(void **unused) {
    (void)unused;
    struct scene *scene =
        scene_read("time: { start: 2001-01-01, windows: 20 }\n"
                   "attributes: { lit: [no, yes] }\n"
                   "population: { size: 200, draw: { lit: { yes: 0.2, no: rest } } }\n"
                   "feedback: { heat: { range: [0, 100], start: 2, next: heat + 1 } }\n"
                   "transitions:\n"
                   "  light: { who: lit = no, chance: 0.5 * share(lit = yes), then: { set: { lit: yes } } }\n");
    scene->options.cut_feedback = true;
    scene_start(scene);
    double lit = scene_count(scene, "lit", 1), dark = 200 - lit, left = dark;
    scene_step(scene, 20);
    for (int w = 0; w < 20; w++)
        left *= 1 - 0.5 * lit / 200;
    assert_true(scene_feedback(scene, "heat", 0) == 2);
    assert_in_range(scene_count(scene, "lit", 0), (int)(left * 0.5),
                    (int)(left * 1.7)); /* with the share read anew, none is left */
    scene_close(scene);
}

/* ---- events ---- */

/* A clock for each place, keyed by the place; it pauses where `when` is false. */
static void events_have_a_clock_for_each_place(void **unused) {
    (void)unused;
    struct scene *scene = scene_open(
        "time: { start: 2001-01-01, windows: 400 }\n"
        "attributes: { town: [x, y, z] }\n"
        "population: { size: 10 }\n"
        "drivers: { dry: { start: 0, steps: { 2003-01-01: 1 } } }\n"
        "feedback: { water: { by: town, range: [0, 1000], start: 0 }, shocks: { range: [0, 1000], start: 0 } }\n"
        "events:\n"
        "  flood: { by: town, when: dry = 0, rate: 7 / y, then: { add: { water: 1, shocks: 0.5 } } }\n"
        "  quake: { rate: 3 / y, then: { add: { shocks: 1000 } } }\n");
    scene_step(scene, 104);
    double sum = 0;
    for (uint32_t place = 0; place < 3; place++) {
        uint64_t g, left = tmn_draw_threshold(tmn_draw(7, place, 0, 0, tmn_name_hash("flood")));
        uint32_t k = 0;
        for (int w = 0; w < 104; w++) {
            struct tmn_window window = tmn_calendar_window(&scene->model->calendar, w);
            assert_true(tmn_fixed_g(7 * ((double)window.quarter_days / 4.0 / TMN_YEAR_DAYS), &g));
            uint64_t use = g << TMN_C_BITS;
            if (left > use) {
                left -= use;
                continue;
            }
            uint64_t next = tmn_draw_threshold(tmn_draw(7, place, 0, ++k, tmn_name_hash("flood"))), over = use - left;
            left = next > over ? next - over : 0;
        }
        assert_true(scene_feedback(scene, "water", place) == k);
        sum += k;
    }
    assert_in_range((int)sum, 20, 70); /* 3 x 2 x 7 = 42 */
    scene_step(scene, 100);
    assert_true(scene_feedback(scene, "water", 0) + scene_feedback(scene, "water", 1) +
                    scene_feedback(scene, "water", 2) ==
                sum);
    assert_true(scene_feedback(scene, "shocks", 0) == 1000); /* clamped */
    scene_close(scene);
}

/* ---- outcomes ---- */

/* Flows count each own firing into the state, and messages once after reduction; stocks and firings stand beside. */
static void outcomes_count_firings_and_messages_once(void **unused) {
    (void)unused;
    struct scene *scene =
        scene_open("time: { start: 2001-01-01, end: 2002-12-31 }\n"
                   "attributes: { state: { levels: [a, b, c], ordered: yes }, sex: [f, m] }\n"
                   "population: { size: 400, draw: { sex: { f: 0.5, m: rest } }, households: { size: 4 } }\n"
                   "layers: { home: { groups: household } }\n"
                   "feedback: { heat: { range: [0, 100000], start: 5, next: heat + 1 } }\n"
                   "transitions:\n"
                   "  go: { who: state = a, rate: 2 / y, then: { set: { state: b }, tell: { home: { who: state = b, "
                   "step: { state: 1 } } } } }\n"
                   "  back: { who: state = b, rate: 9 / y, then: { set: { state: a } } }\n"
                   "  reset: { who: state = c, rate: 9 / y, branch: [ { name: to_a, chance: 0.3, then: { set: { state: "
                   "a } } }, { name: to_b, chance: rest, then: { set: { state: b } } } ] }\n"
                   "outcomes:\n"
                   "  to_b: { flow: state = b, by: [sex], every: year }\n"
                   "  to_c: { flow: state = c, every: run }\n"
                   "  in_b: { stock: state = b, by: [sex], every: year }\n"
                   "  resets: { firings: reset.to_a, by: [sex], every: window }\n"
                   "  heat_level: { feedback: heat, every: year }\n");
    double to_b[2][2] = {{0}}, to_c = 0, resets = 0;
    scene_step(scene, 104);
    for (size_t i = 0; i < scene->told_count; i++) {
        const struct tmn_happening *told = &scene->told[i];
        if (told->kind != TMN_HAPPENED_FIRING && told->kind != TMN_HAPPENED_CHANGE)
            continue;
        const struct tmn_attribute *state = &scene->model->attributes.items[0],
                                   *sex = &scene->model->attributes.items[1];
        uint32_t before = tmn_level(&told->before, state), after = tmn_level(&told->after, state);
        to_b[told->window / 52][tmn_level(&told->after, sex)] += before != 1 && after == 1;
        to_c += before != 2 && after == 2;
        resets +=
            told->kind == TMN_HAPPENED_FIRING && told->transition == scene_transition(scene, "reset") && after == 0;
    }
    for (int year = 0; year < 2; year++)
        for (uint32_t sex = 0; sex < 2; sex++)
            assert_true(scene_value(scene, "to_b", year, sex) == to_b[year][sex]);
    assert_true(scene_value(scene, "to_c", 0, 0) == to_c && to_c > 30);
    double in_b = scene_value(scene, "in_b", 1, 0) + scene_value(scene, "in_b", 1, 1), sum = 0;
    assert_true(in_b == scene_count(scene, "state", 1));
    for (int w = 0; w < 104; w++)
        sum += scene_value(scene, "resets", w, 0) + scene_value(scene, "resets", w, 1);
    assert_true(sum == resets && resets > 5);
    assert_true(scene_value(scene, "heat_level", 0, 0) == 57 && scene_value(scene, "heat_level", 1, 0) == 109);
    struct tmn_series series = tmn_run_series(scene->run, scene_outcome(scene, "to_b"));
    assert_int_equal(series.periods, 2);
    assert_int_equal(series.first_day[1], tmn_date_day(2002, 1, 1));
    assert_int_equal(series.last_day[1], tmn_date_day(2002, 12, 31));
    scene_close(scene);
}

/* Which sums the persons of a stratum are part of is asked once, and anew after a dated setting that moves a test:
 * levels that were looked at before, and are entered and left after it, count as the new test says. The two attributes
 * have nothing in common, so that each has sums of its own. */
static void stocks_follow_a_dated_setting(void **unused) {
    (void)unused;
    struct scene *scene = scene_read(
        "time: { start: 2001-01-01, windows: 20 }\n"
        "attributes: { mood: { levels: 0..7 }, rank: { levels: 0..63 } }\nparameters: { bar: 2, line: 3 }\n"
        "population: { size: 3000 }\ntransitions:\n"
        "  sour: { who: mood < 7, rate: 8 / y, then: { step: { mood: 1 } } }\n"
        "  rise: { who: rank < 63, rate: 12 / y, then: { step: { rank: 1 } } }\n"
        "outcomes: { glum: { stock: mood >= bar, every: window }, high: { stock: rank >= line, every: window } }\n");
    struct tmn_settings settings = {0};
    scene_set(scene, &settings, "bar=1@2001-03-12"); /* window 10 begins on this day */
    scene_set(scene, &settings, "line=1@2001-03-12");
    scene_start(scene);
    for (int w = 0; w < 20; w++) {
        uint32_t glum = 0, high = 0;
        struct tmn_error err = {0};
        assert_true(tmn_run_step(scene->run, &err));
        for (uint32_t row = 0; row < 3000; row++) {
            glum += scene_level(scene, row, "mood") >= (w < 10 ? 2 : 1);
            high += scene_level(scene, row, "rank") >= (w < 10 ? 3 : 1);
        }
        assert_true(scene_value(scene, "glum", w, 0) == glum);
        assert_true(scene_value(scene, "high", w, 0) == high);
    }
    scene_close(scene);
}

/* Feedback and outcomes speak of the full world; events happen once. */
static void weights_stand_for_those_not_simulated(void **unused) {
    (void)unused;
    struct scene *scene =
        scene_read("time: { start: 2001-01-01, windows: 1 }\n"
                   "attributes: { state: [a, b] }\n"
                   "population: { size: 20000, households: { size: 4 }, unit: { households: 20 } }\n"
                   "feedback: { sum: { range: [0, 1000000], start: 0, next: \"sum + count(go) * 10\" }, once: { range: "
                   "[0, 100], start: 0 } }\n"
                   "transitions: { go: { who: state = a, chance: 1, then: { set: { state: b }, add: { sum: 1 } } } }\n"
                   "events: { bang: { rate: 1000 / y, then: { add: { once: 1 } } } }\n"
                   "outcomes: { gone: { flow: state = b, every: run } }\n");
    scene->options.scale = 0.1;
    scene_start(scene);
    const struct tmn_world *world = tmn_run_world(scene->run);
    scene_step(scene, 1);
    double weight = (double)world->weight / 1048576.0, persons = world->persons;
    assert_true(persons < 2500 && weight > 8 && weight < 12);
    assert_true(scene_value(scene, "gone", 0, 0) == persons * weight);
    assert_true(scene_feedback(scene, "sum", 0) == persons * weight * 10 + persons * weight);
    assert_true(scene_feedback(scene, "once", 0) == 1);
    assert_true(tmn_run_series(scene->run, 0).simulated[0] == persons);
    scene_close(scene);
}

/* ---- the end ---- */

static const char *const spread =
    "time: { start: 2001-01-01, windows: 150%s }\n"
    "attributes: { lit: [no, yes] }\n"
    "population: { size: 1000, deal: { lit: { yes: 0.01, no: rest } } }\n"
    "parameters: { most: 0.5 }\n"
    "drivers: { gate: { start: 0, steps: { 2002-06-01: 1 } } }\n"
    "feedback: { seen: { range: [0, 1e6], start: 0 } }\n"
    "transitions: { light: { who: lit = no, rate: 2 / y * (0.1 + share(lit = yes)), then: { set: { lit: yes }, add: { "
    "seen: 1 } } } }\n"
    "outcomes: { all: { flow: lit = yes, every: run }, yearly: { flow: lit = yes }, now: { stock: lit = yes, every: "
    "window } }\n";

static struct scene *open_spread(const char *until) {
    char yaml[2048];
    snprintf(yaml, sizeof yaml, spread, until);
    return scene_open(yaml);
}

/* Windows of the run without `until` after which more than half are lit, and its digest then. */
static int half_lit(struct tmn_digest *digest) {
    struct scene *scene = open_spread("");
    while (scene_count(scene, "lit", 1) <= 500)
        scene_step(scene, 1);
    int windows = tmn_run_window(scene->run);
    *digest = tmn_run_full_digest(scene->run);
    assert_false(tmn_run_until_held(scene->run));
    scene_close(scene);
    return windows;
}

/* `until` looks at what the window committed; the run ends there, complete, with its periods, and is the same as
 * without it as far as it goes. */
static void a_run_ends_with_the_window_after_which_until_holds(void **unused) {
    (void)unused;
    struct tmn_digest straight;
    int windows = half_lit(&straight);
    static const char *const until[] = {", until: share(lit = yes) > most", ", until: seen > 490",
                                        ", until: gate > 0 or share(lit = yes) > 0.5"};
    assert_in_range(windows, 20, 70); /* before the gate */
    for (size_t i = 0; i < sizeof until / sizeof *until; i++) {
        struct scene *scene = open_spread(until[i]);
        scene_step(scene, windows - 1);
        assert_int_equal(tmn_run_windows(scene->run), 150);
        scene_step(scene, 1);
        assert_true(tmn_run_until_held(scene->run));
        assert_int_equal(tmn_run_windows(scene->run), windows);
        assert_same_digest(tmn_run_full_digest(scene->run), straight);
        int32_t next = tmn_calendar_window(&scene->model->calendar, windows).first_day;
        for (int o = 0; o < 3; o++) {
            struct tmn_series series = tmn_run_series(scene->run, o);
            assert_int_equal(series.last_day[series.periods - 1], next - 1);
            assert_int_equal(series.periods, o == 0 ? 1 : o == 1 ? (windows + 51) / 52 : windows);
        }
        assert_true(scene_value(scene, "all", 0, 0) == scene_count(scene, "lit", 1) - 10);
        struct tmn_error err;
        assert_false(tmn_run_step(scene->run, &err));
        assert_int_equal(err.code, TMN_USAGE);
        scene_close(scene);
    }
}

/* Drivers and the year are those of the window that is over. */
static void until_may_wait_for_a_driver_or_a_year(void **unused) {
    (void)unused;
    struct scene *gate = open_spread(", until: gate = 1"), *year = open_spread(", until: year > 2001 and seen > 0");
    int opens = tmn_calendar_until(&gate->model->calendar, tmn_date_day(2002, 6, 1)); /* the first window after it */
    scene_step(gate, opens + 1);
    assert_true(tmn_run_until_held(gate->run));
    scene_step(year, 53);
    assert_true(tmn_run_until_held(year->run));
    scene_close(gate);
    scene_close(year);
}

/* By own firings and by messages, on both sides of a new year; who is not reached keeps what was. */
static void a_year_is_that_of_the_window(void **unused) {
    (void)unused;
    struct scene *scene = scene_open("time: { start: 2001-01-01, end: 2003-12-31 }\n"
                                     "attributes: { went: [no, yes, called], when: { levels: 1999..2004 } }\n"
                                     "population: { size: 2000, households: { size: 2 } }\n"
                                     "layers: { home: { groups: household } }\n"
                                     "transitions:\n"
                                     "  go: { who: went = no, rate: 0.5 / y, then: { set: { went: yes, when: year }, "
                                     "tell: { home: { who: went = no, "
                                     "set: { went: called, when: year } } } } }\n");
    uint32_t first[2000];
    for (uint32_t row = 0; row < 2000; row++)
        first[row] = UINT32_MAX;
    uint64_t seen[3][3] = {{0}}; /* [year][went] */
    for (int window = 0; window < 156; window++) {
        uint32_t year = (uint32_t)tmn_calendar_window(&scene->model->calendar, window).year;
        scene_step(scene, 1);
        for (uint32_t row = 0; row < 2000; row++) {
            uint32_t went = scene_level(scene, row, "went");
            if (went != 0 && first[row] == UINT32_MAX) {
                first[row] = year;
                seen[year - 2001][went]++;
            }
            assert_int_equal(scene_level(scene, row, "when") + 1999, went == 0 ? 1999 : first[row]);
        }
    }
    for (int year = 0; year < 3; year++)
        assert_true(seen[year][1] > 50 && seen[year][2] > 20);
    scene_close(scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_year_is_that_of_the_window),
        cmocka_unit_test(counters_are_the_true_counts_of_living_ties),
        cmocka_unit_test(few_who_are_counted_are_counted_by_all_their_ties),
        cmocka_unit_test(counters_are_true_on_every_network),
        cmocka_unit_test(degrees_that_can_not_be_told_apart_are_refused),
        cmocka_unit_test(counters_are_shares_of_living_ties),
        cmocka_unit_test(shares_of_any_number_of_ties),
        cmocka_unit_test(tests_of_counters_cut_strata_in_two),
        cmocka_unit_test(shares_are_read_a_window_later_and_by_place),
        cmocka_unit_test(feedback_is_updated_all_at_once_and_clamped),
        cmocka_unit_test(adds_go_to_the_place_of_the_start_unless_now),
        cmocka_unit_test(amounts_are_rounded_to_units_before_they_are_added),
        cmocka_unit_test(cut_feedback_is_held_at_its_start),
        cmocka_unit_test(events_have_a_clock_for_each_place),
        cmocka_unit_test(outcomes_count_firings_and_messages_once),
        cmocka_unit_test(stocks_follow_a_dated_setting),
        cmocka_unit_test(a_run_ends_with_the_window_after_which_until_holds),
        cmocka_unit_test(until_may_wait_for_a_driver_or_a_year),
        cmocka_unit_test(weights_stand_for_those_not_simulated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
