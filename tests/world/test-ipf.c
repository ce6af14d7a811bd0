/* Iterative proportional fitting: against what can be worked out by hand. */
#include "small.h"

#include "world/joint.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
/* after the others: */
#include <cmocka.h>

static const char *const spec[] = {"town:A,B,C", "sex:f,m", "class:low,high"};

static struct tmn_joint fit(struct tmn_arena *arena, const struct tmn_model *model) {
    struct tmn_joint joint;
    struct tmn_error err = {0};
    if (!tmn_joint_fit(&joint, model, arena, &err))
        fail_msg("%s", err.text);
    return joint;
}

static void near(double x, double y) {
    if (!(fabs(x - y) <= 1e-8 * (1 + fabs(y))))
        fail_msg("%.17g is not %.17g", x, y);
}

/* 2 x 2 with margins: the fitted table keeps the odds ratio and has the margins, which determines it. */
static void two_by_two(void **state) {
    struct tmn_model *model = small_model(*state, spec + 1, 2);
    int both[] = {0, 1};
    model->population.counts = small_counts(model, 2, both, (double[]){1, 2, 3, 4});
    small_margin(model, small_counts(model, 1, (int[]){0}, (double[]){60, 40}));
    small_margin(model, small_counts(model, 1, (int[]){1}, (double[]){70, 30}));
    model->population.size = small_number(model, 100);
    struct tmn_joint joint = fit(*state, model);
    const double *v = joint.value;
    near(v[0] + v[1], 60);
    near(v[2] + v[3], 40);
    near(v[0] + v[2], 70);
    near(v[1] + v[3], 30);
    near(v[0] * v[3] / (v[1] * v[2]), 1.0 * 4.0 / (2.0 * 3.0));
    /* With x = v[0] the ratio reads x (x - 30) / ((60 - x)(70 - x)) = 4 / 6. */
    near(v[0] * (v[0] - 30) * 6, 4 * (60 - v[0]) * (70 - v[0]));
    assert_true(joint.error <= 1e-9);
    assert_in_range(joint.rounds, 2, 50);
}

/* Ones and a margin by a map: places of a province share alike. Attributes of margins only are part of the table. */
static void margin_by_map(void **state) {
    struct tmn_model *model = small_model(*state, spec, 2);
    int province = small_map(model, "province", 0, 2, (uint16_t[]){1, 0, 1});
    model->population.place_attribute = 0;
    small_margin(model, small_counts(model, 2, (int[]){province, 1}, (double[]){1, 2, 30, 40}));
    struct tmn_joint joint = fit(*state, model);
    const double expected[] = {15, 20, 1, 2, 15, 20}; /* A and C in province 1, B in 0 */
    assert_int_equal(joint.cells, 6);
    assert_int_equal(joint.places, 3);
    for (size_t c = 0; c < 6; c++)
        near(joint.value[c], expected[c]);
    near(joint.total, 73);
}

/* Bands are spread evenly over the single years that have a level; years of no band hold nobody. */
static void bands(void **state) {
    struct tmn_model *model = small_model(*state, spec + 1, 1);
    int year = small_numbers(model, "birth_year", 1990, 2001);
    struct tmn_counts counts = {
        .keys = 1, .feature = {year}, .band = {5}, .first = {-2}, .size = {2}, .cells = 2, .value = (double[]){30, 20}};
    model->population.counts = counts;
    small_margin(model, small_counts(model, 1, (int[]){0}, (double[]){1, 4}));
    struct tmn_joint joint = fit(*state, model);
    near(joint.total, 50);
    uint32_t level[TMN_MAX_ATTRIBUTES];
    for (size_t c = 0; c < joint.cells; c++) {
        tmn_joint_levels(&joint, c, level);
        uint32_t y = joint.attribute[0] == year ? level[0] : level[1],
                 sex = joint.attribute[0] == year ? level[1] : level[0];
        double all = y < 3 ? 10 : y < 8 ? 4 : 0;
        near(joint.value[c], all * (sex == 0 ? 0.2 : 0.8));
    }
}

static void expect_failure(struct tmn_arena *arena, const struct tmn_model *model, const char *part,
                           const char *other) {
    struct tmn_joint joint;
    struct tmn_error err = {0};
    assert_false(tmn_joint_fit(&joint, model, arena, &err));
    assert_int_equal(err.code, TMN_SCENARIO);
    if (strstr(err.text, part) == NULL || strstr(err.text, other) == NULL)
        fail_msg("'%s' lacks '%s' or '%s'", err.text, part, other);
}

static void positive_margin_over_nobody(void **state) {
    struct tmn_model *model = small_model(*state, spec + 1, 2);
    model->population.counts = small_counts(model, 2, (int[]){0, 1}, (double[]){0, 0, 3, 4});
    small_margin(model, small_counts(model, 1, (int[]){0}, (double[]){10, 40}));
    expect_failure(*state, model, "population.margins 1 by [sex]", "sex = f");
}

/* Only the diagonal is possible, but the margins want other diagonals: no table has both. */
static void margins_that_disagree(void **state) {
    struct tmn_model *model = small_model(*state, spec + 1, 2);
    model->population.counts = small_counts(model, 2, (int[]){0, 1}, (double[]){1, 0, 0, 1});
    small_margin(model, small_counts(model, 1, (int[]){0}, (double[]){60, 40}));
    small_margin(model, small_counts(model, 1, (int[]){1}, (double[]){50, 50}));
    expect_failure(*state, model, "contradicts the other margins: after 200 rounds", "population.margins 1");
}

static void bad_numbers(void **state) {
    struct tmn_model *model = small_model(*state, spec + 1, 2);
    expect_failure(*state, model, "size above 0", "population");
    model->population.counts = small_counts(model, 1, (int[]){0}, (double[]){-1, 2});
    expect_failure(*state, model, "population.counts", "-1");
    model->population.counts = small_counts(model, 1, (int[]){0}, (double[]){0, 0});
    expect_failure(*state, model, "population.counts", "sum to 0");
    model->population.counts = small_counts(model, 1, (int[]){0}, (double[]){3, 1});
    model->population.counts.first[0] = 1; /* the second cell lies behind the last level */
    expect_failure(*state, model, "population.counts", "no level");
}

/* Both margins hold at once in a larger table, whatever the start. */
static void larger_table(void **state) {
    struct tmn_model *model = small_model(*state, spec, 3);
    double value[12], town[3] = {100, 250, 650}, pair[4] = {300, 200, 260, 240};
    for (int i = 0; i < 12; i++)
        value[i] = 1 + (double)(tmn_mix64((uint64_t)i) % 100);
    model->population.place_attribute = 0;
    model->population.counts = small_counts(model, 3, (int[]){1, 0, 2}, value);
    small_margin(model, small_counts(model, 1, (int[]){0}, town));
    small_margin(model, small_counts(model, 2, (int[]){1, 2}, pair));
    model->population.size = small_number(model, 1000);
    struct tmn_joint joint = fit(*state, model);
    double of_town[3] = {0}, of_pair[4] = {0};
    for (size_t c = 0; c < 12; c++) {
        of_town[c / 4] += joint.value[c];
        of_pair[c % 4] += joint.value[c];
    }
    for (int i = 0; i < 3; i++)
        near(of_town[i], town[i]);
    for (int i = 0; i < 4; i++)
        near(of_pair[i], pair[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(two_by_two, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(margin_by_map, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(bands, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(positive_margin_over_nobody, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(margins_that_disagree, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(bad_numbers, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(larger_table, small_setup, small_teardown),
    };
    return cmocka_run_group_tests_name("world-ipf", tests, NULL, NULL);
}
