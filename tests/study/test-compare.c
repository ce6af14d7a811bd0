/* Pairs, the runs behind them, the store that keeps these, and draws from priors. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* after the others: */
#include <cmocka.h>

#include "base/file.h"
#include "study/attribute.h"
#include "study/compare.h"
#include "study/prior.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct tmn_arena arena;
static char folder[] = "/tmp/tumen-compare-XXXXXX";
static struct tmn_store store = {.folder = folder, .version = "test"};

static int set_up(void **state) {
    (void)state;
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    tmn_arena_init(&arena, 0);
    return TMN_ARENA_TRY(&arena) || !mkdtemp(folder) ? 1 : 0;
}

static int tear_down(void **state) {
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    tmn_arena_free(&arena);
    return system(command);
}

static struct tmn_model *read_twins(void) {
    struct tmn_diagnostics list;
    tmn_diagnostics_init(&list, &arena);
    struct tmn_model *model = tmn_model_read(&arena, SCENARIOS_FOLDER "/twins.yaml", &list);
    assert_non_null(model);
    return model;
}

static struct tmn_parameter *parameter_named(const struct tmn_model *model, const char *name) {
    for (size_t p = 0; p < model->parameters.count; p++)
        if (strcmp(model->parameters.items[p].name, name) == 0)
            return &model->parameters.items[p];
    fail_msg("no parameter %s", name);
    return NULL;
}

/* The twins with one setting; dated ones go to `settings`. */
static struct tmn_model *twins_with(const char *assignment, struct tmn_settings *settings) {
    struct tmn_model *model = read_twins();
    struct tmn_error err;
    if (!tmn_model_set(model, settings, assignment, &err))
        fail_msg("%s", err.text);
    return model;
}

static struct tmn_compare_options pair_of(const char *assignment) {
    struct tmn_compare_options options = {
        .store = store, .seed = 1, .seeds = 10, .scale = 1, .threads = 2, .version = "test"};
    options.world[TMN_BASE].model = read_twins();
    options.world[TMN_VARIANT].model = twins_with(assignment, &options.world[TMN_VARIANT].settings);
    return options;
}

static struct tmn_compare compared(const struct tmn_compare_options *options) {
    struct tmn_compare compare;
    struct tmn_error err;
    if (!tmn_compare_run(&compare, &arena, options, &err))
        fail_msg("%s", err.text);
    return compare;
}

static const struct tmn_compared *outcome_named(const struct tmn_compare *compare, const char *name) {
    for (size_t o = 0; o < compare->count; o++)
        if (strcmp(compare->outcomes[o].outcome->name, name) == 0)
            return &compare->outcomes[o];
    fail_msg("no outcome %s", name);
    return NULL;
}

static const char *json_of(const struct tmn_compare *compare) {
    struct tmn_text text;
    tmn_text_init(&text, &arena);
    tmn_compare_json(compare, &text);
    return text.items;
}

/* ---- theory ---- */

enum { PERSONS = 2000, WEEKS = 208 };

/* Who leaves within so many weeks at this rate, caught ones trying on: a share of them. */
static double share_gone(double q, double weeks) {
    return 1 - pow(1 - 0.9 * (1 - exp(-q * 7 / 365.2425)), weeks);
}

/* The mean effect is the one known; its interval covers it; pairing saves what it must by theory: unpaired the variance
 * is that of two binomials, in pairs that of the persons who leave in one world only. */
static void test_effect_known_in_theory(void **state) {
    (void)state;
    struct tmn_compare_options options = pair_of("q=0.55");
    options.seeds = 60;
    struct tmn_compare compare = compared(&options);
    const struct tmn_compared *gone = outcome_named(&compare, "gone");
    const struct tmn_effect *whole = tmn_effect_whole(gone);
    double p = share_gone(0.5, WEEKS), more = share_gone(0.55, WEEKS), extra = more - p;
    double unpaired = p * (1 - p) + more * (1 - more), sd = sqrt(PERSONS * extra * (1 - extra));
    assert_true(fabs(whole->effect - PERSONS * extra) < 5 * sd / sqrt(60));
    assert_true(whole->range.low < PERSONS * extra + sd && whole->range.high > PERSONS * extra - sd);
    assert_true(whole->range.high - whole->range.low < 2.5 * 1.671 * sd / sqrt(60));
    assert_int_equal(gone->verdict, TMN_COMPARE_MORE);
    /* caught ones try on, so that pairs drift apart a little; what is left is most of it */
    assert_true(whole->saved > 0.4 * unpaired / (extra * (1 - extra)));
    assert_true(whole->saved < 2.5 * unpaired / (extra * (1 - extra)));
    assert_true(whole->saved > 3);
    assert_true(fabs(gone->twins.only[TMN_VARIANT] - gone->twins.only[TMN_BASE] - whole->effect) < 1e-9);
}

/* Intervals of 90 % cover the effect known in theory about nine times in ten. */
static void test_intervals_cover(void **state) {
    (void)state;
    enum { TIMES = 120 };
    struct tmn_compare_options options = pair_of("q=0.6");
    double extra = exp(-0.5 * 7 / 365.2425 * WEEKS) - exp(-0.6 * 7 / 365.2425 * WEEKS);
    int covered = 0;
    options.scale = 0.2;
    options.seeds = 5;
    for (int w = 0; w < TMN_WORLDS; w++)
        parameter_named(options.world[w].model, "caught.share")->value = 0;
    for (int t = 0; t < TIMES; t++) {
        options.seed = (uint64_t)(1000 + 10 * t);
        struct tmn_compare compare = compared(&options);
        const struct tmn_effect *whole = tmn_effect_whole(outcome_named(&compare, "gone"));
        covered += whole->range.low <= PERSONS * extra && PERSONS * extra <= whole->range.high;
    }
    assert_true(fabs(covered - 0.9 * TIMES) < 4 * sqrt(TIMES * 0.9 * 0.1));
}

/* Without those caught nobody goes in the slower world alone. */
static void test_monotone_twins(void **state) {
    (void)state;
    struct tmn_compare_options options = pair_of("q=0.4");
    for (int w = 0; w < TMN_WORLDS; w++)
        parameter_named(options.world[w].model, "caught.share")->value = 0;
    struct tmn_compare compare = compared(&options);
    const struct tmn_compared *gone = outcome_named(&compare, "gone");
    const struct tmn_effect *whole = tmn_effect_whole(gone);
    assert_true(gone->twins.known);
    assert_true(gone->twins.only[TMN_VARIANT] == 0);
    assert_true(fabs(gone->twins.only[TMN_BASE] + whole->effect) < 1e-9);
    assert_true(fabs(gone->twins.both - whole->mean[TMN_VARIANT]) < 1e-9);
    assert_int_equal(gone->verdict, TMN_COMPARE_LESS);
    assert_int_equal(outcome_named(&compare, "caught")->verdict, TMN_COMPARE_SAME);
}

/* Years add up to the whole, levels to all, and a dated change does nothing before its date. */
static void test_numbers_add_up(void **state) {
    (void)state;
    struct tmn_compare_options options = pair_of("q=1@2003-01-01");
    options.from_day = tmn_date_day(2003, 1, 1);
    struct tmn_compare compare = compared(&options);
    const struct tmn_compared *gone = outcome_named(&compare, "gone");
    assert_int_equal(gone->periods, 4);
    assert_int_equal(gone->selections, 3);
    double sum = 0;
    for (int p = 0; p < 4; p++) {
        const struct tmn_effect *year = tmn_effect_at(gone, 0, p);
        assert_int_equal(year->same, p < 2);
        assert_true(p >= 2 || year->effect == 0);
        sum += p < 2 ? 0 : year->mean[TMN_BASE];
        double of_levels = tmn_effect_at(gone, 1, p)->effect + tmn_effect_at(gone, 2, p)->effect;
        assert_true(fabs(of_levels - year->effect) < 1e-9);
    }
    assert_true(fabs(tmn_effect_whole(gone)->mean[TMN_BASE] - sum) < 1e-9);
    const struct tmn_compared *weekly = outcome_named(&compare, "weekly");
    assert_true(weekly->by_year);
    assert_int_equal(weekly->periods, 4);
    for (int p = 0; p < 4; p++)
        assert_true(fabs(tmn_effect_at(weekly, 0, p)->effect - tmn_effect_at(gone, 0, p)->effect) < 1e-9);
    const struct tmn_compared *home = outcome_named(&compare, "at_home");
    assert_true(tmn_effect_whole(home)->effect == tmn_effect_at(home, 0, 3)->effect);
}

/* ---- changes without effect ---- */

static void test_no_effect(void **state) {
    (void)state;
    struct tmn_compare_options options = pair_of("late=5"); /* another value, which is never in force */
    struct tmn_compare compare = compared(&options);
    assert_int_equal(compare.equal, 10);
    assert_false(compare.same_world);
    assert_int_equal(compare.tally.made, 20);
    assert_non_null(strstr(tmn_compare_sentence(&compare), "equal digests in all 10 pairs"));
    for (size_t o = 0; o < compare.count; o++)
        assert_int_equal(compare.outcomes[o].verdict, TMN_COMPARE_SAME);
    options = pair_of("q=0.5"); /* the same value: one run, found from before */
    compare = compared(&options);
    assert_true(compare.same_world);
    assert_int_equal(compare.tally.made, 0);
    assert_int_equal(compare.tally.found, 10);
    assert_int_equal(compare.equal, 10);
}

/* Where chance alone makes the difference, all verdicts together err at most once in ten comparisons. */
static void test_false_verdicts_are_rare(void **state) {
    (void)state;
    enum { TIMES = 600 };
    struct tmn_compare_options options = pair_of("q=0.6");
    struct tmn_compare compare = compared(&options);
    struct tmn_compare_data data = {.numbers = 0};
    int wrong = 0;
    for (size_t o = 0; o < compare.count; o++)
        data.numbers += compare.outcomes[o].selections * (size_t)(compare.outcomes[o].periods + 1);
    size_t values = compare.pair_count * TMN_WORLDS * data.numbers;
    data.value = TMN_NEW_ARRAY(&arena, double, values);
    data.simulated = TMN_NEW_ARRAY(&arena, double, TMN_WORLDS *data.numbers);
    data.persons = TMN_NEW_ARRAY(&arena, double, compare.pair_count *compare.count * 3);
    for (uint32_t t = 0; t < TIMES; t++) {
        bool any = false;
        for (size_t i = 0; i < values; i++) /* nearly normal */
            data.value[i] = tmn_prior_uniform(t, (uint32_t)i, "a") + tmn_prior_uniform(t, (uint32_t)i, "b") +
                            tmn_prior_uniform(t, (uint32_t)i, "c");
        tmn_compare_decide(&compare, &data);
        for (size_t o = 0; o < compare.count; o++)
            any = any ||
                  (tmn_compared_told(&compare.outcomes[o], ~0u) && compare.outcomes[o].verdict != TMN_COMPARE_OPEN);
        wrong += any;
    }
    assert_true(wrong < TIMES * (0.1 + 3 * sqrt(0.1 * 0.9 / TIMES)));
    assert_true(wrong > TIMES * 0.02); /* and not by never deciding anything */
}

/* ---- draws ---- */

static void test_draws(void **state) {
    (void)state;
    struct tmn_compare_options options = pair_of("caught.share=0.5");
    bool keep[8] = {false};
    keep[parameter_named(options.world[TMN_VARIANT].model, "caught.share") -
         options.world[TMN_VARIANT].model->parameters.items] = true;
    options.world[TMN_VARIANT].keep = keep;
    options.draws = 12;
    options.seeds = 2;
    struct tmn_compare compare = compared(&options);
    assert_int_equal(compare.pair_count, 24);
    assert_int_equal(compare.units, 12);
    const struct tmn_compared *caught = outcome_named(&compare, "caught");
    assert_int_equal(caught->verdict, TMN_COMPARE_MORE);
    assert_true(tmn_effect_whole(caught)->above == 1);
    assert_true(caught->by_parameters > 0.5 && caught->by_parameters <= 1);
    assert_true(compare.pairs[0].seed != compare.pairs[2].seed); /* draws do not share their luck */
    const char *first = json_of(&compare);
    options.threads = 3;
    compare = compared(&options);
    assert_int_equal(compare.tally.found, 48);
    assert_string_equal(json_of(&compare), first);
}

static void test_quantiles(void **state) {
    (void)state;
    struct tmn_parameter normal = {
        .prior = TMN_PRIOR_NORMAL, .prior_a = 10, .prior_b = 2, .factor = 1, .low = -HUGE_VAL, .high = HUGE_VAL};
    assert_true(fabs(tmn_prior_quantile(&normal, 0.5) - 10) < 1e-4);
    assert_true(fabs(tmn_prior_quantile(&normal, 0.975) - 13.9199) < 1e-3);
    normal.low = 10; /* cut to its upper half */
    assert_true(fabs(tmn_prior_quantile(&normal, 0.5) - (10 + 2 * 0.67449)) < 1e-3);
    assert_true(tmn_prior_quantile(&normal, 1e-9) >= 10);
    struct tmn_parameter other = {
        .prior = TMN_PRIOR_LOGNORMAL, .prior_a = 0.5, .prior_b = 0.7, .factor = 1, .low = -HUGE_VAL, .high = HUGE_VAL};
    assert_true(fabs(tmn_prior_quantile(&other, 0.95) - 0.5 * exp(0.7 * 1.644854)) < 1e-5);
    other = (struct tmn_parameter){
        .prior = TMN_PRIOR_UNIFORM, .prior_a = 2, .prior_b = 4, .factor = 1, .low = -HUGE_VAL, .high = HUGE_VAL};
    assert_true(fabs(tmn_prior_quantile(&other, 0.25) - 2.5) < 1e-6);
    other = (struct tmn_parameter){
        .prior = TMN_PRIOR_BETA, .prior_a = 1, .prior_b = 3, .factor = 1, .low = -HUGE_VAL, .high = HUGE_VAL};
    assert_true(fabs(tmn_prior_quantile(&other, 0.5) - (1 - cbrt(0.5))) < 1e-5);
    other = (struct tmn_parameter){.prior = TMN_PRIOR_FIXED, .value = 7, .factor = 1};
    assert_true(tmn_prior_quantile(&other, 0.1) == 7);
}

/* A chance of exactly 0, and the law around it; the range cuts the law, not the chance. */
static void test_maybe(void **state) {
    (void)state;
    struct tmn_parameter maybe = {.prior = TMN_PRIOR_NORMAL,
                                  .prior_a = 0.2,
                                  .prior_b = 0.4,
                                  .prior_zero = 0.5,
                                  .factor = 1,
                                  .low = -HUGE_VAL,
                                  .high = HUGE_VAL};
    int zero = 0, negative = 0;
    double last = -HUGE_VAL;
    enum { STEPS = 4000 };
    for (int i = 0; i < STEPS; i++) {
        double value = tmn_prior_quantile(&maybe, (i + 0.5) / STEPS);
        assert_true(value >= last); /* a quantile rises */
        zero += value == 0;
        negative += value < 0;
        last = value;
    }
    assert_int_equal(zero, STEPS / 2);
    assert_true(fabs(negative - 0.5 * STEPS * 0.3085375) < 2); /* ncdf(-0.5) */
    maybe.low = 0;                                             /* all that is not 0 lies above it */
    assert_true(tmn_prior_quantile(&maybe, 0.4999) == 0);
    assert_true(tmn_prior_quantile(&maybe, 0.5001) > 0);
    maybe.prior = TMN_PRIOR_LOGNORMAL;
    assert_true(tmn_prior_quantile(&maybe, 0.4999) == 0);
    assert_true(fabs(tmn_prior_quantile(&maybe, 0.75) - 0.2) < 1e-5);
}

static void test_one_of(void **state) {
    (void)state;
    const double chance[] = {0.5, 0.3, 0.2};
    struct tmn_parameter one_of = {
        .prior = TMN_PRIOR_ONE_OF, .prior_alternative = chance, .prior_alternatives = 3, .factor = 1, .high = 2};
    int count[3] = {0, 0, 0};
    enum { DRAWS = 3000 };
    for (uint32_t d = 0; d < DRAWS; d++)
        count[(int)tmn_prior_quantile(&one_of, tmn_prior_uniform(3, d, "which"))]++;
    for (int i = 0; i < 3; i++)
        assert_true(fabs(count[i] - DRAWS * chance[i]) < 4 * sqrt(DRAWS * chance[i] * (1 - chance[i])));
    assert_true(tmn_prior_quantile(&one_of, 0.999999) == 2);
}

/* Keyed by seed, draw and name alone; their law is the prior's; six digits in the declared unit. */
static void test_draws_of_parameters(void **state) {
    (void)state;
    struct tmn_model *model = read_twins();
    const struct tmn_parameter *q = parameter_named(model, "q");
    size_t at = (size_t)(q - model->parameters.items);
    double sum = 0, squares = 0, value[8];
    enum { DRAWS = 2000 };
    for (uint32_t d = 0; d < DRAWS; d++) {
        tmn_prior_draw(model, 5, d, NULL, value);
        double z = log(value[at] / q->prior_a) / q->prior_b;
        char text[32];
        snprintf(text, sizeof text, "%.6g", value[at] / q->factor);
        assert_true(fabs(atof(text) * q->factor - value[at]) <= 1e-15);
        sum += z;
        squares += z * z;
    }
    assert_true(fabs(sum / DRAWS) < 4 / sqrt(DRAWS));
    assert_true(fabs(squares / DRAWS - 1) < 4 * sqrt(2.0 / DRAWS));
    assert_true(value[parameter_named(model, "late") - model->parameters.items] == 1); /* it has no prior */
    bool keep[8] = {false};
    keep[at] = true;
    tmn_prior_draw(model, 5, 3, keep, value);
    assert_true(value[at] == q->value);
    assert_true(tmn_prior_uniform(1, 2, "a") != tmn_prior_uniform(1, 2, "b"));
    assert_true(tmn_prior_uniform(1, 2, "a") != tmn_prior_uniform(1, 3, "a"));
}

/* ---- the store ---- */

static struct tmn_store_tally made(const struct tmn_ask *asks, size_t count) {
    struct tmn_store_options options = {.threads = 2};
    struct tmn_store_tally tally;
    struct tmn_error err;
    if (!tmn_store_make(&store, asks, count, &options, &tally, &err))
        fail_msg("%s", err.text);
    return tally;
}

/* What is read is what the engine gave, and a person is in the set of those who did it if a flow counted them. */
static void test_store_gives_the_run(void **state) {
    (void)state;
    struct tmn_model *model = read_twins();
    struct tmn_ask ask = {.model = model, .seed = 3, .scale = 0.5, .who = true};
    struct tmn_run_options run_options = {.seed = 3, .scale = 0.5, .threads = 1};
    struct tmn_output output;
    struct tmn_run *run;
    struct tmn_error err;
    assert_int_equal(made(&ask, 1).made, 1);
    assert_true(tmn_store_read(&store, &ask, &arena, &output, &err));
    assert_true(tmn_run_new(&run, model, &run_options, &err));
    while (tmn_run_window(run) < tmn_run_windows(run))
        assert_true(tmn_run_step(run, &err));
    struct tmn_digest full = tmn_run_full_digest(run);
    assert_memory_equal(&full, &output.full, sizeof full);
    for (size_t o = 0; o < model->outcomes.count; o++) {
        struct tmn_series series = tmn_run_series(run, (int)o);
        size_t values = (size_t)series.periods * series.cells;
        assert_int_equal(series.periods, output.series[o].periods);
        assert_memory_equal(series.value, output.series[o].value, values * sizeof *series.value);
        assert_memory_equal(series.simulated, output.series[o].simulated, values * sizeof *series.value);
        assert_memory_equal(series.last_day, output.series[o].last_day, (size_t)series.periods * sizeof(int32_t));
    }
    double counted = 0, members = 0;
    for (int i = 0; i < 8; i++) /* gone: by sex, four years; nobody comes back */
        counted += output.series[0].simulated[i];
    for (size_t w = 0; w < output.series[0].who.words; w++)
        members += __builtin_popcountll(output.series[0].who.bits[w]);
    assert_true(counted > 0 && counted == members);
    assert_null(output.series[2].who.bits); /* a stock counts no events */
    tmn_run_free(run);
}

static char *only_file(void) {
    char command[128];
    char *name = TMN_NEW_ARRAY(&arena, char, 256);
    snprintf(command, sizeof command, "ls %s/*.run", folder);
    FILE *list = popen(command, "r");
    assert_non_null(fgets(name, 256, list));
    pclose(list);
    name[strcspn(name, "\n")] = '\0';
    return name;
}

/* Every byte of a file that is changed, and every end that is missing, is seen; the run is made anew, as it was. */
static void test_damaged_files(void **state) {
    (void)state;
    struct tmn_ask ask = {.model = read_twins(), .seed = 3, .scale = 0.1, .windows = 60, .who = true};
    struct tmn_output output;
    struct tmn_error err;
    char *bytes, *again;
    size_t count, count_again;
    made(&ask, 1);
    const char *path = only_file();
    assert_true(tmn_file_read(&arena, path, 1 << 20, &bytes, &count, &err));
    for (size_t i = 0; i < count; i += 1 + count / 40) {
        bytes[i] ^= 0x10;
        assert_true(tmn_file_replace(&arena, path, bytes, count, &err));
        assert_false(tmn_store_read(&store, &ask, &arena, &output, &err));
        assert_int_equal(err.code, TMN_IO);
        bytes[i] ^= 0x10;
        assert_true(tmn_file_replace(&arena, path, bytes, i, &err));
        assert_false(tmn_store_read(&store, &ask, &arena, &output, &err));
    }
    struct tmn_store_tally tally = made(&ask, 1);
    assert_int_equal(tally.damaged, 1);
    assert_int_equal(tally.made, 1);
    assert_true(tmn_file_read(&arena, path, 1 << 20, &again, &count_again, &err));
    assert_int_equal(count, count_again);
    assert_memory_equal(bytes, again, count);
}

/* One run for equal asks; another for whatever changes what comes out. */
static void test_keys(void **state) {
    (void)state;
    struct tmn_settings settings = {NULL, 0, 0};
    struct tmn_model *model = read_twins(), *dated = twins_with("q=1@2003", &settings);
    struct tmn_ask ask = {.model = model, .seed = 1, .scale = 0.1, .windows = 10}, asks[8];
    for (int i = 0; i < 8; i++)
        asks[i] = ask;
    asks[1].seed = 2;
    asks[2].scale = 0.2;
    asks[3].windows = 11;
    asks[4].model = twins_with("q=0.6", &settings);
    asks[5].model = twins_with("weather=2@2004", &settings);
    asks[6].model = dated;
    asks[6].settings = settings.items;
    asks[6].setting_count = settings.count;
    asks[7].model = twins_with("q=0.5", &settings); /* as it is */
    struct tmn_store_tally tally = made(asks, 8);
    assert_int_equal(tally.made, 7);
    assert_int_equal(made(asks, 8).found, 7);
    asks[0].who = true; /* more is wanted of it */
    tally = made(asks, 8);
    assert_int_equal(tally.made, 1);
    assert_int_equal(tally.damaged, 0);
    assert_int_equal(made(asks, 8).found, 7);
    struct tmn_store later = {.folder = folder, .version = "later"};
    struct tmn_world_key one = tmn_world_key(&store, &ask), two = tmn_world_key(&later, &ask);
    assert_memory_not_equal(&one, &two, sizeof one);
}

static bool stop_at_five(void *context, const struct tmn_runs_progress *progress) {
    (void)context;
    return progress->runs < 5;
}

/* What was finished before the stop is kept, and the same comparison goes on from there to the same end. */
static void test_stopped_and_gone_on(void **state) {
    (void)state;
    struct tmn_compare_options options = pair_of("q=0.8");
    options.threads = 1;
    options.progress = stop_at_five;
    struct tmn_compare compare = compared(&options);
    assert_true(compare.stopped);
    assert_true(compare.done >= 1 && compare.done <= 2);
    size_t kept = compare.tally.made;
    assert_true(kept >= 4);
    options.progress = NULL;
    compare = compared(&options);
    assert_int_equal(compare.tally.found, kept);
    assert_int_equal(compare.done, 10);
    char *whole = strdup(json_of(&compare));
    tear_down(NULL);
    set_up(NULL);
    options = pair_of("q=0.8");
    compare = compared(&options);
    assert_int_equal(compare.tally.made, 20);
    assert_string_equal(json_of(&compare), whole);
    free(whole);
}

/* ---- runs ---- */

static bool refuse(void *context, const struct tmn_ended *ended, struct tmn_error *err) {
    size_t *told = context;
    ++*told;
    return ended->error ? tmn_fail(err, ended->error->code, "ask %zu", ended->index) : true;
}

static void test_first_failure_is_told(void **state) {
    (void)state;
    struct tmn_model *model = read_twins(), *bad = read_twins();
    parameter_named(bad, "q")->value = -1; /* a chance below 0 */
    struct tmn_ask asks[6];
    for (int i = 0; i < 6; i++)
        asks[i] = (struct tmn_ask){.model = i >= 2 ? bad : model, .seed = 1, .scale = 0.1};
    size_t told = 0;
    struct tmn_runs_options options = {.threads = 1, .context = &told, .ended = refuse};
    struct tmn_error err;
    bool stopped;
    assert_false(tmn_runs_make(asks, 6, &options, &stopped, &err));
    assert_string_equal(err.text, "ask 2");
    assert_false(stopped);
    assert_int_equal(told, 3); /* nothing is begun after a failure */
    assert_true(tmn_runs_make(asks, 0, &options, &stopped, &err));
}

/* ---- Shapley values ---- */

static void test_shapley(void **state) {
    (void)state;
    /* the game of gloves: a left one and two right ones; only a pair is worth anything */
    double gloves[8] = {0, 0, 0, 0, 0, 1, 1, 1}, added[5], value[32];
    tmn_shapley(gloves, 3, added);
    assert_true(fabs(added[0] - 1.0 / 6) < 1e-12 && fabs(added[1] - 1.0 / 6) < 1e-12);
    assert_true(fabs(added[2] - 4.0 / 6) < 1e-12);
    for (int set = 0; set < 32; set++) { /* each adds its own, and the first two something together */
        value[set] = (set & 3) == 3 ? 10 : 0;
        for (int c = 0; c < 5; c++)
            value[set] += (set >> c & 1) * (c + 1);
    }
    tmn_shapley(value, 5, added);
    for (int c = 0; c < 5; c++)
        assert_true(fabs(added[c] - (c + 1 + (c < 2 ? 5 : 0))) < 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_effect_known_in_theory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_intervals_cover, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_monotone_twins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_numbers_add_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_effect, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_false_verdicts_are_rare, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_draws, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_quantiles, set_up, tear_down),
        cmocka_unit_test(test_maybe),
        cmocka_unit_test(test_one_of),
        cmocka_unit_test_setup_teardown(test_draws_of_parameters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_store_gives_the_run, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stopped_and_gone_on, set_up, tear_down),
        cmocka_unit_test(test_shapley),
        cmocka_unit_test_setup_teardown(test_first_failure_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
