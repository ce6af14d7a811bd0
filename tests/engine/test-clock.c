/* Clocks against an oracle that follows one person at a time, clock by clock, with formats, keys and order written out
 * anew: rates that carry, chances, a fixed term, competition, using up, disabling, pausing, numbers beyond a byte. */
#include "support.h"

#include "base/fixed.h"
#include "base/real.h"
#include <math.h>
#include <string.h>

enum { PERSONS = 300, WINDOWS = 160, CLOCKS = 6, STATES = 3 };

/* States a, b, c. `hazard` in 1/y by state, negative: not enabled there; `chance` per window; `term` in windows. */
static const struct oracle_clock {
    const char *name;
    double hazard[STATES];
    double chance;
    int term;
    int to[STATES]; /* state after, from each state */
} clocks[CLOCKS] = {
    {"b_to_a", {-1, 9, -1}, 0, 0, {0, 0, 2}},     {"a_to_b", {6, -1, -1}, 0, 0, {1, 1, 2}},
    {"a_to_c", {-1, -1, -1}, 0.09, 0, {2, 2, 2}}, /* chance in a */
    {"c_to_a", {-1, -1, -1}, 0, 5, {0, 0, 0}},    /* 5 windows in c */
    {"turn", {3, 3, 12}, 0, 0, {1, 2, 0}},        /* everywhere, personal factor by state */
    {"tick", {55, 55, 55}, 0, 0, {0, 1, 2}},      /* about one a window, changes nothing: carries and overshoots */
};
static const char *const scenario =
    "time: { start: 2001-01-01, windows: 160 }\n"
    "attributes: { state: [a, b, c] }\n"
    "tables: { speed: { by: [state], values: { a: 3, b: 3, c: 12 }, unit: 1/y } }\n"
    "population: { size: 300 }\n"
    "transitions:\n"
    "  b_to_a: { who: state = b, rate: 9 / y, then: { set: { state: a } } }\n"
    "  a_to_b: { who: state = a, rate: 6 / y, then: { set: { state: b } } }\n"
    "  a_to_c: { who: state = a, chance: 0.09, then: { set: { state: c } } }\n"
    "  c_to_a: { who: state = c, after: 35 d, then: { set: { state: a } } }\n"
    "  turn:\n"
    "    rate: speed[state]\n"
    "    branch:\n"
    "      - { name: ab, chance: \"if(state = a, 1, 0)\", then: { set: { state: b } } }\n"
    "      - { name: bc, chance: \"if(state = b, 1, 0)\", then: { set: { state: c } } }\n"
    "      - { name: ca, chance: rest, then: { set: { state: a } } }\n"
    "  tick: { rate: 55 / y, then: {} }\n";

struct oracle_state {
    bool on;
    uint32_t k;
    uint64_t left;
    bool advanced;
};
struct fired {
    int window, clock;
    bool used_up;
    int before, after;
};

static bool enabled(const struct oracle_clock *clock, int state) {
    if (clock->chance > 0)
        return state == 0;
    return clock->term > 0 ? state == 2 : clock->hazard[state] >= 0;
}

static uint64_t fresh(const struct oracle_clock *clock, uint32_t row, uint32_t k) {
    if (clock->term > 0)
        return (uint64_t)clock->term;
    return tmn_draw_threshold(tmn_draw(7, row, 0, k, tmn_name_hash(clock->name)));
}

/* C x G of one window: C is the state's factor where the scenario has a table of states, else 1; G the rest. */
static uint64_t use_of(const struct oracle_clock *clock, int state, int quarter_days) {
    double window_y = (double)quarter_days / 4.0 / 365.2425;
    uint64_t c, g;
    if (clock->term > 0)
        return 1;
    if (clock->chance > 0) { /* a constant belongs to G */
        assert_true(tmn_fixed_g(-tmn_log1p(-clock->chance), &g));
        return g << 22;
    }
    bool by_state = strcmp(clock->name, "turn") == 0;
    assert_true(tmn_fixed_c(by_state ? clock->hazard[state] : 1.0, &c));
    assert_true(tmn_fixed_g((by_state ? 1.0 : clock->hazard[state]) * window_y, &g));
    return c * g;
}

static bool sooner(const struct oracle_state *a, uint64_t use_a, const char *name_a, const struct oracle_state *b,
                   uint64_t use_b, const char *name_b) {
    tmn_u128 left = (tmn_u128)a->left * use_b, right = (tmn_u128)b->left * use_a;
    return left != right ? left < right : strcmp(name_a, name_b) < 0;
}

/* One window of one person: everything that the rules 3 to 6 say. Returns the number of entries added to `out`. */
static int oracle_window(struct oracle_state *states, uint32_t row, int *state, int window, int quarter_days,
                         struct fired *out) {
    int order[CLOCKS], count = 0, start = *state;
    uint64_t use[CLOCKS];
    for (int c = 0; c < CLOCKS; c++) {
        states[c].advanced = false;
        if (!states[c].on)
            continue;
        use[c] = use_of(&clocks[c], start, quarter_days);
        if (states[c].left > use[c]) {
            states[c].left -= use[c];
            continue;
        }
        int i = count++;
        for (; i > 0 && sooner(&states[c], use[c], clocks[c].name, &states[order[i - 1]], use[order[i - 1]],
                               clocks[order[i - 1]].name);
             i--)
            order[i] = order[i - 1];
        order[i] = c;
    }
    for (int i = 0; i < count; i++) {
        struct oracle_state *clock = &states[order[i]];
        const struct oracle_clock *rule = &clocks[order[i]];
        bool fires = enabled(rule, *state);
        out[i] = (struct fired){window, order[i], !fires, *state, fires ? rule->to[*state] : *state};
        uint64_t over = use[order[i]] - clock->left, next = fresh(rule, row, ++clock->k);
        clock->advanced = true;
        clock->left = next;
        if (fires && rule->chance == 0 && rule->term == 0)
            clock->left = next > over ? next - over : 0;
        *state = out[i].after;
    }
    for (int c = 0; c < CLOCKS; c++) {
        bool on = enabled(&clocks[c], *state);
        if (on && !states[c].on)
            states[c].left = fresh(&clocks[c], row, states[c].k);
        if (!on && states[c].on && !states[c].advanced)
            states[c].k++;
        states[c].on = on;
    }
    return count;
}

static void compare_person(const struct scene *scene, uint32_t row, const size_t *first, size_t *matched) {
    struct oracle_state states[CLOCKS] = {{0}};
    int state = 0;
    size_t at = first[row];
    for (int c = 0; c < CLOCKS; c++) {
        states[c].on = enabled(&clocks[c], 0);
        states[c].left = fresh(&clocks[c], row, 0);
    }
    for (int w = 0; w < WINDOWS; w++) {
        struct fired out[CLOCKS];
        int quarter_days = tmn_calendar_window(&scene->model->calendar, w).quarter_days;
        int count = oracle_window(states, row, &state, w, quarter_days, out);
        for (int i = 0; i < count; i++) {
            while (at < scene->told_count && scene->told[at].row != row)
                at++;
            assert_in_range(at, 0, scene->told_count - 1);
            const struct tmn_happening *told = &scene->told[at++];
            assert_int_equal(told->window, w);
            assert_string_equal(scene->model->transitions.items[told->transition].name, clocks[out[i].clock].name);
            assert_int_equal(told->kind, out[i].used_up ? TMN_HAPPENED_USED_UP : TMN_HAPPENED_FIRING);
            const struct tmn_attribute *attribute = &scene->model->attributes.items[0];
            assert_int_equal(tmn_level(&told->before, attribute), out[i].before);
            assert_int_equal(tmn_level(&told->after, attribute), out[i].after);
            (*matched)++;
        }
    }
    struct tmn_clock_view view[16];
    int views = tmn_run_clocks(scene->run, row, view);
    for (int v = 0; v < views; v++)
        for (int c = 0; c < CLOCKS; c++)
            if (strcmp(scene->model->transitions.items[view[v].transition].name, clocks[c].name) == 0) {
                assert_true(states[c].on);
                assert_int_equal(view[v].k, states[c].k);
                assert_true(view[v].left ==
                            (clocks[c].term > 0 ? (double)states[c].left : (double)states[c].left * 0x1p-58));
            }
}

static void clocks_follow_the_rules_to_the_bit(void **unused) {
    (void)unused;
    struct scene *scene = scene_open(scenario);
    scene_step(scene, WINDOWS);
    size_t first[PERSONS], matched = 0;
    for (uint32_t row = 0; row < PERSONS; row++)
        first[row] = 0;
    for (uint32_t row = 0; row < PERSONS; row++)
        compare_person(scene, row, first, &matched);
    assert_int_equal(matched, scene->told_count);
    const struct tmn_counters_of_run *counters = tmn_run_counters(scene->run);
    assert_int_equal(counters->firings + counters->used_up, matched);
    assert_true(counters->used_up > 50); /* the scene must not miss what it is for */
    assert_true(counters->overshoots > 500);
    scene_close(scene);
}

/* A false shared conjunct or a factor of zero only pauses: the same firings happen, later by as many windows. */
static void a_pause_moves_firings_and_changes_nothing_else(void **unused) {
    (void)unused;
    const char *const form = "time: { start: 2001-01-01, windows: 40 }\n"
                             "attributes: { done: [no, yes] }\n"
                             "drivers: { open: { start: 1, steps: { 2001-01-29: %s, 2001-03-05: 1 } } }\n"
                             "population: { size: 400 }\n"
                             "transitions:\n"
                             "  go: { who: done = no%s, rate: 4 / y%s, then: { set: { done: yes } } }\n";
    static int window[3][400];
    for (int variant = 0; variant < 3; variant++) { /* open all along; closed by a factor; closed by a conjunct */
        char yaml[1024];
        snprintf(yaml, sizeof yaml, form, variant == 0 ? "1" : "0", variant == 2 ? " and open > 0.5" : "",
                 variant == 1 ? " * open" : "");
        struct scene *scene = scene_open(yaml);
        scene_step(scene, 40);
        for (uint32_t row = 0; row < 400; row++)
            window[variant][row] = 1000;
        for (size_t i = 0; i < scene->told_count; i++)
            window[variant][scene->told[i].row] = scene->told[i].window;
        scene_close(scene);
    }
    for (uint32_t row = 0; row < 400; row++) {
        int straight = window[0][row], paused = straight < 4 ? straight : straight + 5; /* windows 4 to 8 are closed */
        paused = paused >= 40 ? 1000 : paused;
        assert_int_equal(window[1][row], paused);
        assert_int_equal(window[2][row], paused);
    }
}

static void a_term_lasts_its_windows_and_starts_anew(void **unused) {
    (void)unused;
    struct scene *scene = scene_open(
        "time: { start: 2001-01-01, windows: 40 }\n"
        "attributes: { place: [school, army, home] }\n"
        "population: { size: 50 }\n"
        "transitions:\n"
        "  finish: { who: place = school, after: 24 d, then: { set: { place: army } } }\n"  /* 3.43: 3 windows */
        "  release: { who: place = army, after: 25 d, then: { set: { place: home } } }\n"   /* 3.57: 4 windows */
        "  blink: { who: place = home, after: 10 d, then: { set: { place: school } } }\n"); /* 1.43: 1 window */
    scene_step(scene, 40);
    for (size_t i = 0; i < scene->told_count; i++) { /* fires in windows 2, 6, 7, then every 8 */
        const struct tmn_happening *told = &scene->told[i];
        const char *name = scene->model->transitions.items[told->transition].name;
        int phase = told->window % 8;
        assert_string_equal(name, phase == 2 ? "finish" : phase == 6 ? "release" : "blink");
        assert_true(phase == 2 || phase == 6 || phase == 7);
    }
    assert_int_equal(scene->told_count, 50 * 15);
    scene_close(scene);
}

static void a_term_counts_only_windows_that_are_not_paused(void **unused) {
    (void)unused;
    struct scene *scene = scene_open(
        "time: { start: 2001-01-01, windows: 12 }\n"
        "attributes: { place: [in, out] }\n"
        "drivers: { held: { start: 0, steps: { 2001-01-08: 1, 2001-01-22: 0 } } }\n"
        "population: { size: 5 }\n"
        "transitions: { release: { who: place = in and held < 0.5, after: 21 d, then: { set: { place: out } } } }\n");
    scene_step(scene, 12);
    assert_int_equal(scene->told_count, 5);
    assert_int_equal(scene->told[0].window, 4); /* windows 0, 3 and 4; 1 and 2 are paused */
    scene_close(scene);
}

/* A chance of 1 fires each window, before everything else; a state reached in a window is acted on in the next. */
static void certainty_comes_first_and_nothing_chains(void **unused) {
    (void)unused;
    struct scene *scene =
        scene_open("time: { start: 2001-01-01, windows: 9 }\n"
                   "attributes: { step: [one, two, three], mark: [no, yes] }\n"
                   "population: { size: 60 }\n"
                   "transitions:\n"
                   "  z_first: { who: step = one, chance: 1, then: { set: { step: two } } }\n"
                   "  m_next: { who: step = two, chance: 1, then: { set: { step: three } } }\n"
                   "  a_last: { who: step = three, chance: 1, then: { set: { step: one } } }\n"
                   "  a_rival: { who: step = one and mark = no, rate: 1000 / y, then: { set: { mark: yes } } }\n");
    scene_step(scene, 9);
    assert_int_equal(scene_firings(scene, "z_first"), 60 * 3);
    assert_int_equal(scene_firings(scene, "m_next"), 60 * 3);
    assert_int_equal(scene_firings(scene, "a_last"), 60 * 3);
    assert_int_equal(scene_firings(scene, "a_rival"), 0); /* always used up: step is two by then */
    assert_true(tmn_run_counters(scene->run)->used_up > 60);
    scene_close(scene);
}

/* A chance is per window whatever its length, and may be a number of each person. */
static void chances_are_per_window(void **unused) {
    (void)unused;
    const char *const form = "time: { start: 2001-01-01, windows: 20, window: %s }\n"
                             "attributes: { kind: [a, b] }\n"
                             "tables: { q: { by: [kind], values: { a: 0.1, b: 0.5 } } }\n"
                             "population: { size: 500, draw: { kind: { a: 0.5, b: rest } } }\n"
                             "transitions: { blink: { chance: \"q[kind]\", then: {} } }\n";
    uint64_t firings[2];
    for (int i = 0; i < 2; i++) {
        char yaml[1024];
        snprintf(yaml, sizeof yaml, form, i == 0 ? "1 d" : "7 d");
        struct scene *scene = scene_open(yaml);
        scene_step(scene, 20);
        firings[i] = scene_firings(scene, "blink");
        scene_close(scene);
    }
    assert_int_equal(firings[0], firings[1]);
    assert_in_range(firings[0], 2700, 3300); /* 500 x 20 x 0.3 */
}

/* With few transitions a number has a byte, with many half of one; both go on in a table. */
static void numbers_go_beyond_their_column(void **unused) {
    (void)unused;
    for (int many = 0; many < 2; many++) {
        struct scene *scene = scene_open(
            many ? "time: { start: 2001-01-01, windows: 700, window: 1 d }\n"
                   "attributes: { kind: [a, b] }\n"
                   "population: { size: 40 }\n"
                   "transitions: { tick: { chance: 1, then: {} }, tock: { rate: 400 / y, then: {} },\n"
                   "  ca: { rate: 0 / y, then: {} }, da: { rate: 0 / y, then: {} }, ea: { rate: 0 / y, then: {} },\n"
                   "  fa: { rate: 0 / y, then: {} }, ga: { rate: 0 / y, then: {} }, ha: { rate: 0 / y, then: {} },\n"
                   "  tack: { rate: 30 / y, then: {} } }\n"
                 : "time: { start: 2001-01-01, windows: 700, window: 1 d }\n"
                   "attributes: { kind: [a, b] }\n"
                   "population: { size: 40 }\n"
                   "transitions: { tick: { chance: 1, then: {} }, tock: { rate: 400 / y, then: {} } }\n");
        scene_step(scene, 700);
        struct tmn_clock_view view[9];
        int shown = tmn_run_clocks(scene->run, 39, view);
        assert_int_equal(shown, many ? 9 : 2);
        for (int v = 0; v < shown; v++)
            if (view[v].transition == scene_transition(scene, "tick"))
                assert_int_equal(view[v].k, 700);
            else if (view[v].transition == scene_transition(scene, "tock"))
                assert_true(view[v].k > 400 && view[v].k < 700);
            else if (many && view[v].transition == scene_transition(scene, "tack"))
                assert_in_range(view[v].k, 20, 110);
            else
                assert_int_equal(view[v].k, 0);
        assert_int_equal(tmn_run_counters(scene->run)->k_overflows, many ? 120 : 80);
        assert_int_equal(scene_firings(scene, "tick"), 40 * 700);
        scene_close(scene);
    }
}

/* Age is read from the birth year and a week of birth, in G, so growing older neither starts nor renews a clock. */
static void age_is_of_the_window(void **unused) {
    (void)unused;
    struct scene *scene = scene_open(
        "time: { start: 2001-01-01, windows: 104 }\n"
        "attributes: { adult: [no, yes], birth_year: { levels: 1980..1985 } }\n"
        "population: { size: 300, set: { birth_year: 1983 } }\n"
        "transitions: { come_of_age: { who: adult = no and age >= 18, chance: 1, then: { set: { adult: yes } } } }\n");
    scene_step(scene, 104);
    assert_int_equal(scene->told_count, 300);
    int early = 0;
    for (size_t i = 0; i < scene->told_count; i++) { /* the 18th birthday lies in 2001 */
        assert_int_equal(scene->told[i].window, tmn_birth_week(7, scene->told[i].row, 52));
        early += scene->told[i].window < 26;
    }
    assert_in_range(early, 110, 190);
    scene_close(scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_follow_the_rules_to_the_bit),
        cmocka_unit_test(a_pause_moves_firings_and_changes_nothing_else),
        cmocka_unit_test(a_term_lasts_its_windows_and_starts_anew),
        cmocka_unit_test(a_term_counts_only_windows_that_are_not_paused),
        cmocka_unit_test(certainty_comes_first_and_nothing_chains),
        cmocka_unit_test(chances_are_per_window),
        cmocka_unit_test(numbers_go_beyond_their_column),
        cmocka_unit_test(age_is_of_the_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
