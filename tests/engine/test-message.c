/* Messages: who receives, what is reduced, who wins, and what is only counted. Edges come from a list, so ties are
 * known. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads a scene with a layer `wires` of these edges ("0,1\n..."). */
static struct scene *scene_with_edges(const char *yaml, const char *edges) {
    char folder[] = "/tmp/tumen-message-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/edges.csv", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "a,b\n%s", edges);
    assert_int_equal(fclose(file), 0);
    snprintf(path, sizeof path, "%s/scenario.yaml", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "language: 1\nname: wires\ntitle: Wires\npurpose: A test.\n"
            "layers: { wires: { csv: edges.csv, from: a, to: b } }\n%s",
            yaml);
    assert_int_equal(fclose(file), 0);
    struct scene *scene = scene_read_path(path);
    unlink(path);
    snprintf(path, sizeof path, "%s/edges.csv", folder);
    unlink(path);
    rmdir(folder);
    scene_record(scene);
    scene_start(scene);
    return scene;
}

/* A ring of 4: each has two ties. In window 0 everybody tells both neighbours to step by 3 and by -2. */
static void steps_are_added_then_clamped_once(void **unused) {
    (void)unused;
    struct scene *scene = scene_with_edges("time: { start: 2001-01-01, windows: 3 }\n"
                                           "attributes: { spoke: [no, yes], mood: { levels: 0..5, start: 4 } }\n"
                                           "population: { size: 4 }\n"
                                           "transitions:\n"
                                           "  speak:\n"
                                           "    who: spoke = no\n"
                                           "    chance: 1\n"
                                           "    then:\n"
                                           "      set: { spoke: yes }\n"
                                           "      tell: [ { layer: wires, name: up, step: { mood: 3 } }, { layer: "
                                           "wires, name: down, step: { mood: -2 } } ]\n",
                                           "0,1\n1,2\n2,3\n3,0\n");
    scene_step(scene, 1);
    for (uint32_t row = 0; row < 4; row++)
        assert_int_equal(scene_level(scene, row, "mood"),
                         5); /* 4 + 2 * 3 - 2 * 2 = 6, clamped once; twice would end at 3 */
    assert_int_equal(tmn_run_counters(scene->run)->messages_sent, 16);
    assert_int_equal(tmn_run_counters(scene->run)->messages_delivered, 16);
    scene_close(scene);
}

/* Of two sets the first by full name wins, unless another has a higher priority; steps come on top of the set. */
static void the_first_name_wins_unless_priority_says_otherwise(void **unused) {
    (void)unused;
    const char *const form =
        "time: { start: 2001-01-01, windows: 3 }\n"
        "attributes: { spoke: [no, yes], hue: { levels: [none, red, green, blue, gold], ordered: yes } }\n"
        "population: { size: 2 }\n"
        "transitions:\n"
        "  zebra: { chance: 1, then: { tell: { wires: { %s set: { hue: red } } } } }\n"
        "  monkey: { who: spoke = no, chance: 1, then: { set: { spoke: yes }, tell: [ { layer: wires, name: b, set: { "
        "hue: green } },"
        " { layer: wires, name: a, set: { hue: blue } }%s ] } }\n";
    const struct {
        const char *priority, *step;
        uint32_t hue;
    } cases[] = {
        {"", "", 3},                                              /* monkey//a sets blue */
        {"", ", { layer: wires, name: c, step: { hue: 1 } }", 4}, /* and a step on top */
        {"priority: 1,", "", 1},                                  /* zebra's red wins by priority */
        {"priority: -1,", "", 3},
        {"priority: 1,", ", { layer: wires, name: c, step: { hue: -3 } }", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char yaml[2048];
        snprintf(yaml, sizeof yaml, form, cases[i].priority, cases[i].step);
        struct scene *scene = scene_with_edges(yaml, "0,1\n");
        scene_step(scene, 1);
        for (uint32_t row = 0; row < 2; row++)
            assert_int_equal(scene_level(scene, row, "hue"), cases[i].hue);
        scene_close(scene);
    }
}

/* `who` reads the receiver after own firings and before any message; a message that does not pass is not delivered. */
static void who_reads_after_own_firings_and_before_messages(void **unused) {
    (void)unused;
    struct scene *scene =
        scene_with_edges("time: { start: 2001-01-01, windows: 2 }\n"
                         "attributes: { awake: [no, yes], marks: { levels: 0..9 }, seen: [no, yes] }\n"
                         "population: { size: 2 }\n"
                         "transitions:\n"
                         "  a_wake: { who: awake = no, chance: 1, then: { set: { awake: yes } } }\n"
                         "  b_tell: { who: seen = no, chance: 1, then: { tell: [ { layer: wires, name: x, who: awake = "
                         "yes and seen = no, step: { marks: 2 } },"
                         " { layer: wires, name: y, who: seen = no, set: { seen: yes } }, { layer: wires, name: z, "
                         "who: awake = no, step: { marks: 5 } } ] } }\n",
                         "0,1\n");
    scene_step(scene, 1);
    for (uint32_t row = 0; row < 2; row++) {
        assert_int_equal(scene_level(scene, row, "marks"),
                         2); /* x passed although y sets seen in the same window; z did not */
        assert_int_equal(scene_level(scene, row, "seen"), 1);
    }
    assert_int_equal(tmn_run_counters(scene->run)->messages_sent, 6);
    assert_int_equal(tmn_run_counters(scene->run)->messages_delivered, 4);
    scene_step(scene, 1);
    assert_int_equal(tmn_run_counters(scene->run)->messages_sent, 6);
    scene_close(scene);
}

struct contacts {
    const struct tmn_run *run;
    uint32_t hash, heard, told[4]; /* told: by number of the tie */
};

/* A message is the only one of its firing, along the tie that the firing's draw names. */
static void note_contact(void *context, const struct tmn_happening *happening) {
    struct contacts *contacts = context;
    uint32_t ties[4], row = happening->sender;
    if (happening->kind != TMN_HAPPENED_MESSAGE)
        return;
    uint32_t count = tmn_layer_ties(tmn_run_world(contacts->run), 0, row, ties), k = (uint32_t)happening->window;
    struct tmn_draw draw = tmn_draw(7, row, 0, k, contacts->hash);
    uint32_t number = (uint32_t)((uint64_t)tmn_draw_uniform(draw) * count >> 32);
    assert_int_equal(count, 4);
    assert_int_equal(happening->row, ties[number]);
    contacts->heard++;
    contacts->told[number]++;
}

static void one_tie_is_drawn_at_each_firing(void **unused) {
    (void)unused;
    struct contacts contacts = {0};
    struct scene *scene =
        scene_read("time: { start: 2001-01-01, windows: 20 }\n"
                   "attributes: { met: { levels: 0..63 } }\n"
                   "population: { size: 1000 }\n"
                   "layers: { friends: { degree: 4 } }\n"
                   "transitions:\n"
                   "  meet: { chance: 1, then: { tell: { friends: { to: one, step: { met: 1 } } } } }\n");
    scene->options.happening = note_contact;
    scene->options.happening_context = &contacts;
    scene->options.watch_all = true;
    scene_start(scene);
    contacts.run = scene->run;
    contacts.hash = scene->model->transitions.items[0].branch[0].items[0].hash;
    scene_step(scene, 20);
    assert_int_equal(tmn_run_counters(scene->run)->messages_sent, 20000);
    assert_int_equal(contacts.heard, 20000);
    for (int i = 0; i < 4; i++)
        assert_in_range(contacts.told[i], 4700, 5300); /* 5000 +- 5 standard deviations of 61 */
    uint32_t met = 0;
    for (uint32_t row = 0; row < 1000; row++)
        met += scene_level(scene, row, "met");
    assert_int_equal(met, 20000);
    scene_close(scene);
}

static void the_dead_hear_nothing_and_are_counted(void **unused) {
    (void)unused;
    struct scene *scene = scene_with_edges(
        "time: { start: 2001-01-01, windows: 1 }\n"
        "attributes: { life: [here, dead], role: [speaker, doomed, gone], heard: { levels: 0..9 } }\n"
        "alive: life = here\n"
        "population: { size: 60, draw: { role: { speaker: 0.4, doomed: 0.3, gone: rest }, life: { here: \"if(role = "
        "gone, 0, 1)\", dead: rest } } }\n"
        "transitions:\n"
        "  die: { who: role = doomed, chance: 1, then: { set: { life: dead } } }\n"
        "  speak: { who: role = speaker, chance: 1, then: { tell: { wires: { step: { heard: 1 } } } } }\n",
        "0,1\n1,2\n2,3\n3,4\n4,5\n5,6\n6,7\n7,8\n8,9\n9,10\n10,11\n11,12\n12,13\n13,14\n14,15\n15,16\n16,17\n17,18\n18,"
        "19\n19,20\n");
    uint32_t expected[60] = {0}, absent = 0, sent = 0;
    for (uint32_t row = 0; row < 60; row++)
        for (int side = -1; side <= 1; side += 2) { /* rows 0..20 form a line */
            uint32_t other = row + (uint32_t)side;
            if (row > 20 || other > 20 || scene_level(scene, row, "role") != 0)
                continue;
            sent++;
            if (scene_level(scene, other, "role") == 0)
                expected[other]++;
            else
                absent++; /* dead before, or by an own firing of this window */
        }
    scene_step(scene, 1);
    for (uint32_t row = 0; row < 60; row++)
        assert_int_equal(scene_level(scene, row, "heard"), expected[row]);
    assert_int_equal(tmn_run_counters(scene->run)->messages_sent, sent);
    assert_int_equal(tmn_run_counters(scene->run)->messages_to_absent, absent);
    assert_int_equal(tmn_run_counters(scene->run)->messages_delivered, sent - absent);
    assert_true(absent > 5 && sent > absent);
    scene_close(scene);
}

/* The draw of each message is keyed by sender, receiver + 1, k and the hash of the action's full name, on lane 2. */
static void the_chance_of_a_tie_is_its_own_draw(void **unused) {
    (void)unused;
    struct scene *scene = scene_open(
        "time: { start: 2001-01-01, windows: 3 }\n"
        "attributes: { heard: { levels: 0..7 } }\n"
        "population: { size: 200 }\n"
        "layers: { friends: { degree: 6 } }\n"
        "transitions: { speak: { chance: 1, then: { tell: { friends: { chance: 0.3, step: { heard: 1 } } } } } }\n");
    scene_step(scene, 3);
    size_t told = 0, expected = 0;
    for (size_t i = 0; i < scene->told_count; i++)
        told += scene->told[i].kind == TMN_HAPPENED_MESSAGE;
    const struct tmn_action *tell = &scene->model->transitions.items[0].branch[0].items[0];
    uint32_t ties[16];
    for (uint32_t row = 0; row < 200; row++)
        for (uint32_t k = 0; k < 3; k++)
            for (uint32_t i = 0, n = tmn_layer_ties(tmn_run_world(scene->run), 0, row, ties); i < n; i++) {
                assert_int_not_equal(ties[i], row);
                expected += tmn_draw_uniform(tmn_draw(7, row, ties[i] + 1, k, tell->hash)) < tmn_fixed_probability(0.3);
            }
    assert_int_equal(told, expected);
    assert_in_range(told, 900, 1260); /* 200 x 6 x 3 x 0.3 = 1080 */
    scene_close(scene);
}

/* A message may copy another attribute of the receiver; nobody sees in a window what another did in it. */
static void messages_copy_and_arrive_after_all_firings(void **unused) {
    (void)unused;
    struct scene *scene = scene_with_edges(
        "time: { start: 2001-01-01, windows: 4 }\n"
        "attributes: { home: [n, s], now: [n, s], side: [left, right], recalled: [no, yes] }\n"
        "population: { size: 2, draw: { home: { n: 0.5, s: rest }, now: { n: \"if(home = s, 1, 0)\", s: rest } } }\n"
        "transitions:\n"
        "  recall: { who: recalled = no, chance: 1, then: { set: { recalled: yes }, tell: { wires: { set: { now: home "
        "} } } } }\n"
        "  cross: { who: now = n and recalled = no, chance: 1, then: { set: { side: right } } }\n",
        "0,1\n");
    uint32_t north =
        scene_count(scene, "now", 0); /* cross comes before recall by name, and sees `now` of the window's start */
    scene_step(scene, 1);
    for (uint32_t row = 0; row < 2; row++)
        assert_int_equal(scene_level(scene, row, "now"), scene_level(scene, row, "home"));
    assert_int_equal(scene_count(scene, "side", 1), north);
    scene_close(scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_added_then_clamped_once),
        cmocka_unit_test(the_first_name_wins_unless_priority_says_otherwise),
        cmocka_unit_test(who_reads_after_own_firings_and_before_messages),
        cmocka_unit_test(one_tie_is_drawn_at_each_firing),
        cmocka_unit_test(the_dead_hear_nothing_and_are_counted),
        cmocka_unit_test(the_chance_of_a_tie_is_its_own_draw),
        cmocka_unit_test(messages_copy_and_arrive_after_all_firings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
