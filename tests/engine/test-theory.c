/* Statistics against theory, with fixed seeds. Each comparison is of a count or a mean with its expectation in units of
 * its standard deviation; about 25 comparisons are made, and each may be off by 4.5 deviations, so that a right engine
 * fails somewhere with a probability below 1e-3 (25 x 6.8e-6 = 1.7e-4; two chi-squares at 1e-5 each). */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DEVIATIONS 4.5

static void assert_near(const char *what, double seen, double expected, double deviation) {
    if (!(fabs(seen - expected) <= DEVIATIONS * deviation))
        fail_msg("%s: %g, expected %g within %g x %g", what, seen, expected, DEVIATIONS, deviation);
}

static void assert_binomial(const char *what, double seen, double trials, double p) {
    assert_near(what, seen, trials * p, sqrt(trials * p * (1 - p)));
}

/* Upper quantile at 1e-5 of chi-square by Wilson and Hilferty. */
static double chi_square_limit(double freedom) {
    double a = 2.0 / (9.0 * freedom);
    return freedom * pow(1 - a + 4.265 * sqrt(a), 3);
}

static const double hazards[3] = {0.01, 0.1, 0.3}; /* per window of 7 d */
static double per_year(double h) {
    return h / (7 / TMN_YEAR_DAYS);
}

static struct scene *run_scene(const char *yaml, int windows, uint64_t seed) {
    struct scene *scene = scene_read(yaml);
    struct tmn_error err;
    scene->options.seed = seed;
    scene_start(scene);
    for (int w = 0; w < windows; w++)
        if (!tmn_run_step(scene->run, &err))
            fail_msg("%s", err.text);
    return scene;
}

/* A recurrent clock: with p = 1 - e^-h, the overshoot after a firing is below h; the next threshold lies within it with
 * probability t = 1 - h e^-h / p (then the clock fires in the next window, with overshoot h), else what is left is
 * again exponential and takes 1/p windows. The mean interval of that renewal chain gives the rate; it is h - O(h^3). */
static double recurrent_rate(double h) {
    double p = 1 - exp(-h), t = 1 - h * exp(-h) / p, repeated = t / (1 - p + t);
    double interval = (1 - repeated) * (t + (1 - t) / p) + repeated * (p + (1 - p) / p);
    return 1 / interval;
}

static void recurrent_clocks_fire_at_their_rate(void **unused) {
    (void)unused;
    for (int i = 0; i < 3; i++) {
        char yaml[512];
        snprintf(yaml, sizeof yaml,
                 "time: { start: 2001-01-01, windows: 51 }\nattributes: { a: [x, y] }\npopulation: { size: 20000 }\n"
                 "transitions: { tick: { rate: %.17g / y, then: {} } }\n",
                 per_year(hazards[i]));
        struct scene *scene = run_scene(yaml, 51, 11);
        double expected = recurrent_rate(hazards[i]) * 20000 * 51;
        assert_near("recurrent", (double)scene_firings(scene, "tick"), expected, sqrt(expected));
        assert_true(fabs(recurrent_rate(hazards[i]) / hazards[i] - 1) <
                    hazards[i] * hazards[i]); /* the overshoot is carried */
        scene_close(scene);
    }
}

/* Firings of small hazard are Poisson over persons and evenly spread over windows. */
static void firings_are_poisson_and_even(void **unused) {
    (void)unused;
    enum { PERSONS = 20000, WINDOWS = 50, CELLS = 6 };
    struct scene *scene =
        scene_read("time: { start: 2001-01-01, windows: 50 }\nattributes: { a: [x, y] }\npopulation: { size: 20000 }\n"
                   "transitions: { tick: { rate: 1.2 / y, then: {} } }\n");
    static int of_person[PERSONS], of_window[WINDOWS];
    double h = 1.2 * 7 / TMN_YEAR_DAYS, mean = h * WINDOWS, chi = 0, even = 0, rest = PERSONS;
    int seen[CELLS] = {0};
    scene->options.seed = 12;
    scene_record(scene);
    scene_start(scene);
    struct tmn_error err;
    while (tmn_run_window(scene->run) < WINDOWS)
        assert_true(tmn_run_step(scene->run, &err));
    memset(of_person, 0, sizeof of_person);
    memset(of_window, 0, sizeof of_window);
    for (size_t i = 0; i < scene->told_count; i++) {
        of_person[scene->told[i].row]++;
        of_window[scene->told[i].window]++;
    }
    for (int p = 0; p < PERSONS; p++)
        seen[of_person[p] < CELLS - 1 ? of_person[p] : CELLS - 1]++;
    double probability = exp(-mean);
    for (int n = 0; n < CELLS; n++) {
        double expected = n < CELLS - 1 ? PERSONS * probability : rest;
        chi += (seen[n] - expected) * (seen[n] - expected) / expected;
        rest -= expected;
        probability *= mean / (n + 1);
    }
    assert_true(chi < chi_square_limit(CELLS - 1));
    for (int w = 0; w < WINDOWS; w++)
        even += pow(of_window[w] - PERSONS * h, 2) / (PERSONS * h);
    assert_true(even < chi_square_limit(WINDOWS));
    scene_close(scene);
}

/* Two ways out with hazards h and 2h: who goes, and where, is exact at any length of the window. */
static void competing_clocks_share_as_their_hazards(void **unused) {
    (void)unused;
    for (int i = 0; i < 3; i++) {
        char yaml[512];
        snprintf(yaml, sizeof yaml,
                 "time: { start: 2001-01-01, windows: 12 }\nattributes: { at: [home, north, south] }\npopulation: { "
                 "size: 40000 }\n"
                 "transitions:\n"
                 "  north_way: { who: at = home, rate: %.17g / y, then: { set: { at: north } } }\n"
                 "  south_way: { who: at = home, rate: %.17g / y, then: { set: { at: south } } }\n",
                 per_year(hazards[i]), per_year(2 * hazards[i]));
        struct scene *scene = run_scene(yaml, 12, 13);
        double north = scene_count(scene, "at", 1), gone = north + scene_count(scene, "at", 2);
        assert_binomial("gone", gone, 40000, 1 - exp(-3 * hazards[i] * 12));
        assert_binomial("north of those gone", north, gone, 1.0 / 3);
        scene_close(scene);
    }
}

/* A gate that opens and closes at random: in each window with the gate open the clock fires before the gate closes with
 * probability h / (h + g) (1 - e^-(h + g)), however often it was disabled before. */
static void reenabled_clocks_have_no_memory(void **unused) {
    (void)unused;
    const double q = 0.3, g = -log(1 - q);
    for (int i = 0; i < 3; i++) {
        char yaml[768];
        snprintf(yaml, sizeof yaml,
                 "time: { start: 2001-01-01, windows: 40 }\nattributes: { gate: [shut, open], done: [no, yes] "
                 "}\npopulation: { size: 8000 }\n"
                 "transitions:\n"
                 "  open_it: { who: gate = shut, chance: 0.4, then: { set: { gate: open } } }\n"
                 "  shut_it: { who: gate = open, chance: 0.3, then: { set: { gate: shut } } }\n"
                 "  fire: { who: gate = open and done = no, rate: %.17g / y, then: { set: { done: yes } } }\n",
                 per_year(hazards[i]));
        struct scene *scene = scene_read(yaml);
        struct tmn_error err;
        double exposed = 0, h = hazards[i], p = h / (h + g) * (1 - exp(-h - g));
        scene->options.seed = 14;
        scene_start(scene);
        for (int w = 0; w < 40; w++) {
            for (uint32_t row = 0; row < 8000; row++)
                exposed += scene_level(scene, row, "gate") == 1 && scene_level(scene, row, "done") == 0;
            assert_true(tmn_run_step(scene->run, &err));
        }
        assert_binomial("fired", (double)scene_firings(scene, "fire"), exposed, p);
        assert_true(tmn_run_counters(scene->run)->used_up > 20);
        scene_close(scene);
    }
}

static void branches_take_their_shares(void **unused) {
    (void)unused;
    struct scene *scene = run_scene(
        "time: { start: 2001-01-01, windows: 3 }\nattributes: { at: [start, a, b, c] }\npopulation: { size: 60000 }\n"
        "transitions:\n"
        "  go: { who: at = start, chance: 0.9, branch: [ { name: a, chance: 0.2, then: { set: { at: a } } },"
        " { name: b, chance: 0.3, then: { set: { at: b } } }, { name: c, chance: rest, then: { set: { at: c } } } ] "
        "}\n",
        3, 15);
    double gone = 60000 - scene_count(scene, "at", 0);
    assert_binomial("gone", gone, 60000, 1 - 1e-3);
    assert_binomial("a", scene_count(scene, "at", 1), gone, 0.2);
    assert_binomial("b", scene_count(scene, "at", 2), gone, 0.3);
    assert_binomial("c", scene_count(scene, "at", 3), gone, 0.5);
    scene_close(scene);
}

/* Three stages of one rate: an Erlang delay; in windows, the sum of three geometric times. */
static void stages_make_an_erlang_delay(void **unused) {
    (void)unused;
    for (int i = 1; i < 3; i++) {
        char yaml[768];
        double r = per_year(hazards[i]), p = 1 - exp(-hazards[i]), sum = 0, squares = 0;
        snprintf(yaml, sizeof yaml,
                 "time: { start: 2001-01-01, windows: 400 }\nattributes: { stage: [one, two, three, done] "
                 "}\npopulation: { size: 10000 }\n"
                 "transitions:\n"
                 "  first: { who: stage = one, rate: %.17g / y, then: { set: { stage: two } } }\n"
                 "  second: { who: stage = two, rate: %.17g / y, then: { set: { stage: three } } }\n"
                 "  third: { who: stage = three, rate: %.17g / y, then: { set: { stage: done } } }\n",
                 r, r, r);
        struct scene *scene = scene_read(yaml);
        struct tmn_error err;
        scene->options.seed = 16;
        scene_record(scene);
        scene_start(scene);
        while (tmn_run_window(scene->run) < 400)
            assert_true(tmn_run_step(scene->run, &err));
        assert_int_equal(scene_count(scene, "stage", 3), 10000);
        for (size_t e = 0; e < scene->told_count; e++)
            if (scene->told[e].transition == scene_transition(scene, "third")) {
                sum += scene->told[e].window + 1;
                squares += pow(scene->told[e].window + 1, 2);
            }
        double mean = 3 / p, variance = 3 * (1 - p) / (p * p), seen = squares / 10000 - pow(sum / 10000, 2);
        assert_near("mean delay", sum / 10000, mean, sqrt(variance / 10000));
        /* standard error of a variance: kurtosis of a sum of three geometric times is 3 + (6 + p^2 / (1 - p)) / 3 */
        assert_near("variance of delay", seen, variance, variance * sqrt((2 + (6 + p * p / (1 - p)) / 3) / 10000));
        scene_close(scene);
    }
}

/* Mass action: the final size z of an epidemic with R0 = 2.5 solves 1 - z = s0 e^(-R0 z); its variance over runs is
 * z (1 - z) (1 + (1 - z) R0^2) / (1 - (1 - z) R0)^2 / n for exponential infectious times (Andersson and Britton 2000).
 */
static void an_epidemic_reaches_its_final_size(void **unused) {
    (void)unused;
    const double n = 30000, r0 = 2.5;
    struct scene *scene =
        scene_read("time: { start: 2001-01-01, windows: 1200, window: 1 d }\n"
                   "attributes: { state: [susceptible, infected, recovered] }\n"
                   "population: { size: 30000, draw: { state: { infected: 0.01, susceptible: rest } } }\n"
                   "transitions:\n"
                   "  infect: { who: state = susceptible, rate: 0.05 / d * share(state = infected), then: { set: { "
                   "state: infected } } }\n"
                   "  recover: { who: state = infected, rate: 0.02 / d, then: { set: { state: recovered } } }\n");
    struct tmn_error err;
    scene->options.seed = 17;
    scene_start(scene);
    double s0 = scene_count(scene, "state", 0) / n, z = 0.9;
    while (tmn_run_window(scene->run) < 1200)
        assert_true(tmn_run_step(scene->run, &err));
    assert_int_equal(scene_count(scene, "state", 1), 0);
    for (int i = 0; i < 200; i++)
        z = 1 - s0 * exp(-r0 * z);
    double left = 1 - z, deviation = sqrt(z * left * (1 + left * r0 * r0) / pow(1 - left * r0, 2) / n);
    /* windows of a day shift the size by a part in a thousand or so: half of what a day is of the time between
     * infections */
    double seen = scene_count(scene, "state", 2) / n;
    if (!(fabs(seen - z) <= DEVIATIONS * deviation + 0.01 * z))
        fail_msg("final size %g, expected %g, deviation %g", seen, z, deviation);
    scene_close(scene);
}

/* Logistic growth by mixing: halving the window halves the distance from the differential equation. */
static void outcomes_converge_at_first_order(void **unused) {
    (void)unused;
    double error[3];
    const int days[3] = {8, 4, 2};
    for (int i = 0; i < 3; i++) {
        char yaml[768];
        snprintf(yaml, sizeof yaml,
                 "time: { start: 2001-01-01, windows: %d, window: %d d }\n"
                 "attributes: { knows: [no, yes] }\n"
                 "population: { size: 400000, draw: { knows: { yes: 0.1, no: rest } } }\n"
                 "transitions: { learn: { who: knows = no, rate: 0.06 / d * share(knows = yes), then: { set: { knows: "
                 "yes } } } }\n",
                 32 / days[i], days[i]);
        struct scene *scene = scene_read(yaml);
        struct tmn_error err;
        scene->options.seed = 18;
        scene->options.threads = 2;
        scene_start(scene);
        double start = scene_count(scene, "knows", 1) / 400000.0;
        while (tmn_run_window(scene->run) < tmn_run_windows(scene->run))
            assert_true(tmn_run_step(scene->run, &err));
        double odds = start / (1 - start) * exp(0.06 * 32);
        error[i] = odds / (1 + odds) - scene_count(scene, "knows", 1) / 400000.0;
        scene_close(scene);
    }
    /* noise of each error is about 0.001; they are near 0.05, 0.025, 0.0125 */
    assert_true(error[0] > 0.03 && error[2] > 0.006);
    assert_true(error[0] / error[1] > 1.6 && error[0] / error[1] < 2.4);
    assert_true(error[1] / error[2] > 1.6 && error[1] / error[2] < 2.4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recurrent_clocks_fire_at_their_rate),
        cmocka_unit_test(firings_are_poisson_and_even),
        cmocka_unit_test(competing_clocks_share_as_their_hazards),
        cmocka_unit_test(reenabled_clocks_have_no_memory),
        cmocka_unit_test(branches_take_their_shares),
        cmocka_unit_test(stages_make_an_erlang_delay),
        cmocka_unit_test(an_epidemic_reaches_its_final_size),
        cmocka_unit_test(outcomes_converge_at_first_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
