/* The rules of verdicts: each at its edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* after the others: */
#include <cmocka.h>

#include "study/claims.h"

#include <math.h>

static struct tmn_shares shares(double draws, double holds, double within) {
    return (struct tmn_shares){draws, holds, 1 - holds - within, within};
}

static enum tmn_ruling ruled(struct tmn_shares prior, struct tmn_shares posterior) {
    return tmn_ruling_of(&prior, &posterior);
}

static enum tmn_ruling predicted(struct tmn_shares prior) {
    return tmn_ruling_of(&prior, NULL);
}

static void test_shares(void **state) {
    (void)state;
    const double effect[] = {0.1, 0.0999, 0, -0.1, (double)INFINITY, (double)NAN, -0.05, 0.3};
    struct tmn_shares up = tmn_shares_of(effect, NULL, 8, 1, 0.1), down = tmn_shares_of(effect, NULL, 8, -1, 0.1);
    assert_true(up.draws == 7 && up.holds == 3.0 / 7 && up.opposite == 1.0 / 7 && up.within == 3.0 / 7);
    assert_true(down.holds == up.opposite && down.opposite == up.holds && down.within == up.within);
    const double weight[] = {3, 0, 0, 1, 0, 0, 0, 0};
    struct tmn_shares weighted = tmn_shares_of(effect, weight, 8, 1, 0.1);
    assert_true(weighted.holds == 0.75 && weighted.opposite == 0.25);
    assert_true(fabs(weighted.draws - 1.6) < 1e-12); /* 4^2 / (9 + 1) */
    assert_true(tmn_shares_of(effect, NULL, 0, 1, 0.1).draws == 0);
}

static void test_factor(void **state) {
    (void)state;
    struct tmn_shares even = shares(1000, 0.5, 0), most = shares(1000, 0.9, 0), all = shares(1000, 1, 0);
    assert_true(fabs(tmn_bayes_factor(&even, &most) - 9) < 0.1);
    assert_true(fabs(tmn_bayes_factor(&most, &even) - 1.0 / 9) < 0.01);
    assert_true(tmn_bayes_factor(&even, &even) == 1);
    assert_true(isfinite(tmn_bayes_factor(&even, &all))); /* half a draw is added to each side */
}

static void test_supported(void **state) {
    (void)state;
    assert_int_equal(ruled(shares(400, 0.5, 0.2), shares(400, 0.95, 0)), TMN_RULING_SUPPORTED);
    assert_int_equal(ruled(shares(400, 0.5, 0.2), shares(400, 0.9475, 0)), TMN_RULING_UNDETERMINED);
    assert_int_equal(ruled(shares(400, 0.8, 0), shares(400, 0.96, 0)), TMN_RULING_SUPPORTED);
    /* what was thought likely before is not supported by data, however sure it is now */
    assert_int_equal(ruled(shares(400, 0.8025, 0), shares(400, 1, 0)), TMN_RULING_UNDETERMINED);
    assert_int_equal(ruled(shares(400, 0.97, 0), shares(400, 0.98, 0)), TMN_RULING_PRIOR_DECIDES);
}

static void test_contradicted(void **state) {
    (void)state;
    assert_int_equal(ruled(shares(400, 0.5, 0.2), shares(400, 0.05, 0)), TMN_RULING_CONTRADICTED);
    assert_int_equal(ruled(shares(400, 0.2, 0.2), shares(400, 0.05, 0)), TMN_RULING_CONTRADICTED);
    assert_int_equal(ruled(shares(400, 0.1975, 0.2), shares(400, 0.01, 0)), TMN_RULING_UNDETERMINED);
    assert_int_equal(ruled(shares(400, 0.5, 0.2), shares(400, 0.0525, 0)), TMN_RULING_UNDETERMINED);
    /* thought possible, now as good as none: contradicted rather than negligible */
    assert_int_equal(ruled(shares(400, 0.5, 0.2), shares(400, 0, 1)), TMN_RULING_CONTRADICTED);
}

static void test_negligible(void **state) {
    (void)state;
    assert_int_equal(predicted(shares(40, 0.05, 0.95)), TMN_RULING_NEGLIGIBLE);
    assert_int_equal(predicted(shares(40, 0.05, 0.925)), TMN_RULING_PRIOR_DECIDES);
    assert_int_equal(ruled(shares(400, 0.1, 0.5), shares(400, 0.04, 0.95)), TMN_RULING_NEGLIGIBLE);
}

static void test_prior_decides(void **state) {
    (void)state;
    assert_int_equal(predicted(shares(40, 0.8, 0)), TMN_RULING_UNDETERMINED);
    assert_int_equal(predicted(shares(40, 0.825, 0)), TMN_RULING_PRIOR_DECIDES);
    assert_int_equal(predicted(shares(40, 0.2, 0)), TMN_RULING_UNDETERMINED);
    assert_int_equal(predicted(shares(40, 0.175, 0)), TMN_RULING_PRIOR_DECIDES);
    assert_int_equal(ruled(shares(400, 0.9, 0), shares(400, 0.7, 0)), TMN_RULING_UNDETERMINED); /* data moved it */
    assert_int_equal(ruled(shares(400, 0.9, 0), shares(400, 0.85, 0)), TMN_RULING_PRIOR_DECIDES);
}

/* Without a posterior nothing is said of data, whatever the shares. */
static void test_no_posterior(void **state) {
    (void)state;
    for (int holds = 0; holds <= 40; holds++)
        for (int within = 0; within <= 40 - holds; within++) {
            enum tmn_ruling verdict = predicted(shares(40, holds / 40.0, within / 40.0));
            assert_true(verdict == TMN_RULING_NEGLIGIBLE || verdict == TMN_RULING_PRIOR_DECIDES ||
                        verdict == TMN_RULING_UNDETERMINED);
        }
    assert_int_equal(predicted(shares(20, 1, 0)), TMN_RULING_PRIOR_DECIDES);
    assert_int_equal(predicted(shares(19, 1, 0)), TMN_RULING_UNDETERMINED); /* too few draws */
    assert_int_equal(ruled(shares(400, 0.5, 0), shares(19.5, 1, 0)), TMN_RULING_UNDETERMINED);
    assert_int_equal(predicted(tmn_shares_of(NULL, NULL, 0, 1, 1)), TMN_RULING_UNDETERMINED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares),       cmocka_unit_test(test_factor),     cmocka_unit_test(test_supported),
        cmocka_unit_test(test_contradicted), cmocka_unit_test(test_negligible), cmocka_unit_test(test_prior_decides),
        cmocka_unit_test(test_no_posterior),
    };
    return cmocka_run_group_tests_name("claims", tests, NULL, NULL);
}
