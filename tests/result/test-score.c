/* Scores: the curves find what they were made from, and errors are what a pencil says. */
#include "fake.h"
#include "result/score.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { POINTS = 20, AHEAD = 5 };

static void the_quadratic_is_found(void **state) {
    (void)state;
    double t[POINTS], y[POINTS], at[AHEAD], out[AHEAD];
    for (int i = 0; i < POINTS; i++) {
        t[i] = 1996.5 + i;
        y[i] = exp(6.0 + 0.12 * (t[i] - 2006) - 0.011 * (t[i] - 2006) * (t[i] - 2006));
    }
    for (int i = 0; i < AHEAD; i++)
        at[i] = 2016.5 + i;
    assert_true(tmn_curve_quadratic(t, y, POINTS, at, out, AHEAD));
    for (int i = 0; i < AHEAD; i++)
        assert_true(fabs(log(out[i]) - (6.0 + 0.12 * (at[i] - 2006) - 0.011 * (at[i] - 2006) * (at[i] - 2006))) < 1e-8);
    assert_false(tmn_curve_quadratic(t, y, 4, at, out, AHEAD));
}

static void the_logistic_with_a_step_is_found(void **state) {
    (void)state;
    double t[POINTS], y[POINTS], out[POINTS];
    for (int i = 0; i < POINTS; i++) {
        t[i] = 1998.5 + i;
        y[i] = 2800.0 * (t[i] >= 2012 ? 0.5 : 1.0) / (1.0 + exp(-(t[i] - 2003.3) / 1.7));
    }
    assert_true(tmn_curve_logistic(t, y, POINTS, 2012, t, out, POINTS));
    for (int i = 0; i < POINTS; i++)
        assert_true(fabs(log(out[i] / y[i])) < 0.01);
    double again[POINTS];
    assert_true(tmn_curve_logistic(t, y, POINTS, 2012, t, again, POINTS));
    assert_memory_equal(out, again, sizeof out);                         /* no start to choose, no luck */
    assert_true(tmn_curve_logistic(t, y, POINTS, 1950, t, out, POINTS)); /* a step outside the points is left out */
}

static void the_model_is_scored_by_years(void **state) {
    (void)state;
    struct fake fake;
    fake_init(&fake);
    struct tmn_score fitted = tmn_score_observation(&fake.arena, &fake.result, 0, TMN_SCORE_FITTED);
    assert_int_equal(fitted.rows, 1);
    assert_true(fabs(fitted.model - log(420.0 / 400.0)) < 1e-12);
    assert_true(isnan(fitted.quadratic)); /* one point carries no curve */
    struct tmn_score rest = tmn_score_observation(&fake.arena, &fake.result, 0, TMN_SCORE_UNFITTED);
    assert_true(rest.rows == 1 && rest.year_from == 2001 && rest.year_to == 2002);
    assert_true(fabs(rest.model - log(490.0 / 400.0)) < 1e-12);
    struct tmn_score all = tmn_score_observation(&fake.arena, &fake.result, 0, TMN_SCORE_ALL);
    assert_true(all.rows == 2 &&
                fabs(all.model * all.model - (fitted.model * fitted.model + rest.model * rest.model) / 2) < 1e-12);
    struct tmn_score none = tmn_score_between(&fake.arena, &fake.result, 0, 0, 1);
    assert_true(none.rows == 0 && isnan(none.model));
    fake_free(&fake);
}

static void shares_are_scored(void **state) {
    (void)state;
    struct fake fake;
    fake_init(&fake);
    size_t count;
    struct tmn_share_score *scores = tmn_score_shares(&fake.arena, &fake.result, &count);
    assert_int_equal(count, 1);
    double one = 0.75 - 0.7, two = 380.0 / 490.0 - 0.75, cumulative = 680.0 / 890.0 - 594.0 / 820.0;
    assert_int_equal(scores[0].rows, 4);
    assert_true(fabs(scores[0].rms - sqrt((one * one + two * two) / 2)) < 1e-12);
    assert_true(fabs(scores[0].fitted_mean - one) < 1e-12); /* the first year alone may be fitted to */
    assert_true(fabs(fabs(scores[0].cumulative) - cumulative) < 1e-12);
    fake_free(&fake);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_quadratic_is_found),
        cmocka_unit_test(the_logistic_with_a_step_is_found),
        cmocka_unit_test(the_model_is_scored_by_years),
        cmocka_unit_test(shares_are_scored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
