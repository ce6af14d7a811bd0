/* Verify: values of runs, verdicts, how often true rows fail, and independence of threads. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* after the others: */
#include <cmocka.h>

#include "base/draw.h"
#include "study/verify.h"
#include <string.h>

static struct tmn_arena arena;

static int set_up(void **state) {
    (void)state;
    tmn_arena_init(&arena, 0);
    return TMN_ARENA_TRY(&arena) ? 1 : 0;
}

static int tear_down(void **state) {
    (void)state;
    tmn_arena_free(&arena);
    return 0;
}

static struct tmn_model *read_scenario(const char *name) {
    struct tmn_diagnostics list;
    tmn_diagnostics_init(&list, &arena);
    struct tmn_model *model =
        tmn_model_read(&arena, tmn_arena_printf(&arena, "%s/%s.yaml", SCENARIOS_FOLDER, name), &list);
    assert_non_null(model);
    return model;
}

static struct tmn_check *check_named(const struct tmn_model *model, const char *name) {
    for (size_t i = 0; i < model->checks.count; i++)
        if (strcmp(model->checks.items[i].name, name) == 0)
            return &model->checks.items[i];
    fail_msg("no check %s", name);
    return NULL;
}

static struct tmn_verify verified(const struct tmn_model *model, struct tmn_verify_options options) {
    struct tmn_verify verify;
    struct tmn_error err;
    if (!tmn_verify_run(&verify, &arena, &model, 1, &options, &err))
        fail_msg("%s", err.text);
    return verify;
}

static const struct tmn_verify_row *row_named(const struct tmn_verify *verify, const char *name) {
    for (size_t i = 0; i < verify->count; i++)
        if (strcmp(verify->rows[i].check->name, name) == 0)
            return &verify->rows[i];
    fail_msg("no row %s", name);
    return NULL;
}

/* Every way to take a number from the periods, on a model without chance. */
static void test_values(void **state) {
    (void)state;
    struct tmn_model *model = read_scenario("steps");
    struct tmn_verify verify = verified(model, (struct tmn_verify_options){.seed = 5, .threads = 1});
    static const struct {
        const char *name;
        double value;
    } wanted[] = {{"last", 0},   {"first", 9}, {"sum", 78},   {"most", 9},   {"when", 3},
                  {"mean", 3.2}, {"cell", 0},  {"over", 0.9}, {"windows", 8}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const struct tmn_verify_row *row = row_named(&verify, wanted[i].name);
        assert_true(row->ours == wanted[i].value);
        assert_int_equal(row->verdict, TMN_VERDICT_PASS);
        assert_false(row->chance);
        assert_true(row->resolution == 0);
    }
    assert_int_equal(verify.runs, 2);
    assert_true(verify.alpha == TMN_VERIFY_ALARM);
}

/* Without chance, what is not equal fails, but for the tolerance. */
static void test_exact_rows(void **state) {
    (void)state;
    struct tmn_model *model = read_scenario("steps");
    const struct tmn_expr some = {.op = TMN_OP_NUMBER};
    check_named(model, "sum")->expected.value = 79;
    check_named(model, "most")->expected.value = 10;
    check_named(model, "most")->tolerance = (struct tmn_constant){&some, 1};
    check_named(model, "over")->expected.value = 0.9 * (1 + 1e-9);
    struct tmn_verify verify = verified(model, (struct tmn_verify_options){.seed = 5, .threads = 2});
    assert_int_equal(row_named(&verify, "sum")->verdict, TMN_VERDICT_FAIL);
    assert_string_equal(row_named(&verify, "sum")->why, "not equal");
    assert_int_equal(row_named(&verify, "most")->verdict, TMN_VERDICT_PASS);
    assert_int_equal(row_named(&verify, "over")->verdict, TMN_VERDICT_FAIL);
    assert_int_equal(verify.tally[TMN_VERDICT_FAIL], 2);
    assert_int_equal(verify.tally[TMN_VERDICT_PASS], 7);
}

static const char *json_of(const struct tmn_verify *verify) {
    struct tmn_text text;
    tmn_text_init(&text, &arena);
    tmn_verify_json(verify, &text);
    return text.items;
}

static void test_same_for_any_threads(void **state) {
    (void)state;
    struct tmn_model *model = read_scenario("leave");
    const char *first = NULL;
    static const int threads[] = {1, 2, 3, 8, 100}; /* 100: more than runs */
    for (int i = 0; i < 5; i++) {
        struct tmn_verify verify = verified(model, (struct tmn_verify_options){.seed = 1, .threads = threads[i]});
        assert_int_equal(verify.tally[TMN_VERDICT_PASS], verify.count);
        if (first)
            assert_string_equal(json_of(&verify), first);
        first = first ? first : json_of(&verify);
        assert_int_equal(verify.runs, 30 + 10 + 2); /* settings: as declared, q = 0.3, q = 0 */
        assert_true(verify.alpha == TMN_VERIFY_ALARM / 8);
    }
    struct tmn_verify other = verified(model, (struct tmn_verify_options){.seed = 2, .threads = 2});
    assert_string_not_equal(json_of(&other), first);
}

/* A published number that is wrong by little more than chance allows turns its row red, and no other. */
static void test_planted_number(void **state) {
    (void)state;
    struct tmn_model *model = read_scenario("leave");
    check_named(model, "left")->expected.value *= 1.01;
    check_named(model, "many")->expected.value = 0.5;
    check_named(model, "more")->expect = TMN_EXPECT_LESS;
    check_named(model, "fewer")->expect = TMN_EXPECT_EQUAL;
    check_named(model, "when")->law_argument[0].value *= 1.3;
    check_named(model, "published")->expected.value = 0.95;
    struct tmn_verify verify = verified(model, (struct tmn_verify_options){.seed = 1, .threads = 2});
    static const char *const red[] = {"left", "many", "more", "fewer", "when", "published"};
    for (int i = 0; i < 6; i++)
        assert_int_equal(row_named(&verify, red[i])->verdict, TMN_VERDICT_FAIL);
    assert_int_equal(verify.tally[TMN_VERDICT_FAIL], 6);
    assert_int_equal(verify.tally[TMN_VERDICT_PASS], verify.count - 6);
}

/* What cannot be decided does not pass. */
static void test_undecided(void **state) {
    (void)state;
    struct tmn_model *model = read_scenario("leave");
    check_named(model, "left")->runs = 1;
    check_named(model, "left_first")->runs = 2;
    check_named(model, "given_many")->given.value = 0.9;
    check_named(model, "nobody")->take = TMN_TAKE_MEAN_TIME;
    struct tmn_verify verify = verified(model, (struct tmn_verify_options){.seed = 1, .threads = 2});
    assert_int_equal(row_named(&verify, "left")->verdict, TMN_VERDICT_MISTAKE);
    assert_int_equal(verify.mistakes.errors, 1);
    assert_int_equal(verify.mistakes.items[0].place.line, 19);
    assert_non_null(strstr(verify.mistakes.items[0].message, "one run cannot decide what depends on chance"));
    assert_int_equal(row_named(&verify, "left_first")->verdict, TMN_VERDICT_WEAK);
    assert_true(row_named(&verify, "left_first")->resolution > 0.5);
    assert_int_equal(row_named(&verify, "given_many")->verdict, TMN_VERDICT_WEAK);
    assert_int_equal(row_named(&verify, "nobody")->verdict, TMN_VERDICT_FAIL);
}

static void test_failed_run(void **state) {
    (void)state;
    struct tmn_model *model = read_scenario("leave");
    check_named(model, "nobody")->parameter[0] = -1; /* a chance below 0 */
    struct tmn_verify verify = verified(model, (struct tmn_verify_options){.seed = 1, .threads = 2});
    const struct tmn_verify_row *row = row_named(&verify, "nobody");
    assert_int_equal(row->verdict, TMN_VERDICT_BROKEN);
    assert_non_null(strstr(row->why, "leave"));
    assert_int_equal(verify.tally[TMN_VERDICT_PASS], verify.count - 1);
}

static bool stop_late(void *context, const struct tmn_runs_progress *progress) {
    size_t *told = context;
    ++*told;
    assert_true(progress->windows <= progress->windows_all);
    return progress->runs < 35;
}

static void test_stopped(void **state) {
    (void)state;
    struct tmn_model *model = read_scenario("leave");
    size_t told = 0;
    struct tmn_verify verify = verified(
        model, (struct tmn_verify_options){.seed = 1, .threads = 1, .progress = stop_late, .progress_context = &told});
    assert_true(verify.stopped);
    assert_true(told > 1000);
    assert_int_equal(row_named(&verify, "left")->verdict, TMN_VERDICT_PASS); /* its runs came first */
    assert_int_equal(row_named(&verify, "more")->verdict, TMN_VERDICT_NOT_RUN);
    assert_int_equal(row_named(&verify, "nobody")->verdict, TMN_VERDICT_NOT_RUN);
    assert_int_equal(verify.tally[TMN_VERDICT_NOT_RUN], 4);
}

static void test_fast(void **state) {
    (void)state;
    struct tmn_model *model = read_scenario("leave");
    check_named(model, "more")->slow = true;
    struct tmn_verify verify = verified(model, (struct tmn_verify_options){.seed = 1, .threads = 2, .fast = true});
    assert_int_equal(verify.left_out, 1);
    assert_int_equal(verify.count, model->checks.count - 1);
    assert_true(verify.alpha == TMN_VERIFY_ALARM / 7);
}

static void test_member_seeds(void **state) {
    (void)state;
    uint64_t seeds[200];
    for (uint32_t i = 0; i < 200; i++) {
        seeds[i] = tmn_member_seed(i % 2, i / 2);
        assert_true(seeds[i] < UINT64_C(1) << 53);
        for (uint32_t j = 0; j < i; j++)
            assert_true(seeds[i] != seeds[j]);
    }
}

/* ---- how often rows that are true fail ---- */

enum { TRIES = 4000 };

static double normal(uint32_t stream, uint32_t index) {
    struct tmn_draw draw = tmn_draw(3, index, 0, stream, 0xa1a3);
    double u = (draw.lane[0] + 0.5) / 4294967296.0, v = draw.lane[1] / 4294967296.0;
    return sqrt(-2 * log(u)) * cos(4 * acos(0) * v);
}

static int failures(const struct tmn_check *check, int runs, double alpha, double published_error, bool pairs) {
    int failed = 0;
    for (uint32_t t = 0; t < TRIES; t++) {
        double value[64], against[64];
        struct tmn_check one = *check;
        struct tmn_verify_row row = {.check = &one};
        struct tmn_verify_data data = {.runs = runs, .value = value, .against = pairs ? against : NULL};
        for (uint32_t i = 0; i < (uint32_t)runs; i++) {
            value[i] = 10 + normal(t, i);
            against[i] = value[i] + 0.2 * normal(t, 100 + i);
        }
        one.runs = runs;
        one.expected.value += published_error * normal(t, 1000);
        tmn_verify_decide(&row, &data, alpha, &arena);
        failed += row.verdict == TMN_VERDICT_FAIL;
    }
    return failed;
}

static void test_false_alarms(void **state) {
    (void)state;
    const struct tmn_expr some = {.op = TMN_OP_NUMBER};
    /* 200 of 4000 expected at 5 %, plus or minus four standard errors of 14 */
    struct tmn_check mean = {.expected = {&some, 10}};
    assert_in_range(failures(&mean, 6, 0.05, 0, false), 145, 255);
    /* a published figure with its own error, of which ours knows only the size */
    mean.error = (struct tmn_constant){&some, 0.5};
    int both = failures(&mean, 40, 0.05, 0.5, false);
    assert_in_range(both, 130, 255);
    mean.error = (struct tmn_constant){NULL, 0}; /* not told of it, far too many fail */
    assert_true(failures(&mean, 40, 0.05, 0.5, false) > 1000);
    mean.expected.value = 10.3; /* an approximation that is 0.3 off, and says so: never more than at its edge */
    mean.tolerance = (struct tmn_constant){&some, 0.3};
    assert_in_range(failures(&mean, 30, 0.05, 0, false), 60, 255);
    struct tmn_check share = {.expected = {&some, 0.5}, .above = {&some, 10}};
    assert_in_range(failures(&share, 40, 0.05, 0, false), 50, 255); /* Clopper and Pearson err on the safe side */
    struct tmn_check equal = {.expect = TMN_EXPECT_EQUAL};
    assert_in_range(failures(&equal, 12, 0.05, 0, true), 145, 255);
    struct tmn_check more = {.expect = TMN_EXPECT_MORE}; /* false: it passes in half of 5 % */
    assert_in_range(TRIES - failures(&more, 12, 0.05, 0, true), 60, 140);
}

/* Twins: means that agree do not do, each run must be its partner's twin. */
static void test_same_runs(void **state) {
    (void)state;
    struct tmn_check same = {.expect = TMN_EXPECT_SAME, .runs = 4};
    double value[] = {3, 5, 7, 9}, against[] = {3, 5, 7, 9};
    struct tmn_verify_data data = {.runs = 4, .value = value, .against = against};
    struct tmn_verify_row row = {.check = &same};
    tmn_verify_decide(&row, &data, 0.05, &arena);
    assert_int_equal(row.verdict, TMN_VERDICT_PASS);
    assert_false(row.chance);
    against[1] = 6;
    against[2] = 6;
    tmn_verify_decide(&row, &data, 0.05, &arena);
    assert_int_equal(row.verdict, TMN_VERDICT_FAIL);
    assert_true(row.ours == 0);
    assert_string_equal(row.why, "2 of 4 runs differ from their partners");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_values),         TEST(test_exact_rows), TEST(test_same_for_any_threads),
        TEST(test_planted_number), TEST(test_undecided),  TEST(test_failed_run),
        TEST(test_stopped),        TEST(test_fast),       TEST(test_member_seeds),
        TEST(test_false_alarms),   TEST(test_same_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
