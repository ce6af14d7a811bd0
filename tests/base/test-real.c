/* Our elementary functions against the C library's long double ones, over their ranges, and at their edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/draw.h"
#include "base/real.h"
#include <fenv.h>
#include <math.h>

/* Error in units in the last place of the true value. */
static double ulps(double value, long double truth) {
    double at = (double)fabsl(truth);
    return (double)(fabsl((long double)value - truth) / (long double)(nextafter(at, (double)INFINITY) - at));
}

static double uniform(uint32_t i) {
    return (double)tmn_draw(20260101, i, 0, 0, 1).lane[0] * 0x1p-32;
}

static void exp_and_log_are_near_the_truth(void **state) {
    (void)state;
    double worst_exp = 0, worst_log = 0;
    for (uint32_t i = 0; i < 200000; i++) {
        double x = -700.0 + 1400.0 * uniform(i), y = tmn_exp(x * 0.99), z = 0.5 + uniform(i);
        worst_exp = fmax(worst_exp, ulps(tmn_exp(x), expl((long double)x)));
        worst_log =
            fmax(worst_log, fmax(ulps(tmn_log(y), logl((long double)y)), ulps(tmn_log(z), logl((long double)z))));
    }
    print_message("exp: %.2f ulp, log: %.2f ulp\n", worst_exp, worst_log);
    assert_true(worst_exp < 2.0);
    assert_true(worst_log < 2.0);
}

static void ncdf_logistic_pow_are_near_the_truth(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 20000; i++) {
        double x = -8.0 + 16.0 * uniform(i);
        long double truth = 0.5L * erfcl(-(long double)x / sqrtl(2.0L));
        assert_true(fabsl((long double)tmn_ncdf(x) - truth) <= 3e-14L * truth);
        assert_true(fabsl((long double)tmn_logistic(x) - 1.0L / (1.0L + expl(-(long double)x))) < 4e-16L);
        double base = 0.01 + 10.0 * uniform(i), p = x;
        assert_true(fabsl((long double)tmn_pow(base, p) / powl((long double)base, (long double)p) - 1.0L) < 1e-14L);
        assert_true(fabsl((long double)tmn_log1p(x * 1e-9) / log1pl((long double)(x * 1e-9)) - 1.0L) < 1e-15L);
    }
}

static void edges(void **state) {
    (void)state;
    assert_true(tmn_exp(0.0) == 1.0 && tmn_log(1.0) == 0.0);
    assert_true(tmn_exp(1000.0) == (double)INFINITY && tmn_exp(-1000.0) == 0.0);
    assert_true(tmn_exp(-745.0) == 0x1p-1074 && tmn_exp(709.78) > 1e308);
    assert_true(tmn_log(0.0) == -(double)INFINITY && isnan(tmn_log(-1.0)));
    assert_true(fabs(tmn_log(0x1p-1074) + 744.4400719213812) < 1e-12);
    assert_true(tmn_pow(-2.0, 3.0) == -8.0 && tmn_pow(2.0, -2.0) == 0.25 && tmn_pow(0.0, 0.5) == 0.0);
    assert_true(isnan(tmn_pow(-2.0, 0.5)));
    assert_true(tmn_ncdf(0.0) == 0.5 && tmn_ncdf(-40.0) >= 0.0 && tmn_ncdf(40.0) == 1.0);
}

/* The library as built: a * b + c must round twice, and sums must not be reassociated. */
static void the_build_neither_contracts_nor_reassociates(void **state) {
    (void)state;
    volatile double a = 1.0 + 0x1p-30, b = 1.0 - 0x1p-30, c = -1.0;
    double x = a, y = b, z = c;
    assert_true(x * y + z == 0.0); /* fused, it would be -2^-60 */
    volatile double large = 1e16, one = 1.0;
    double p = large, q = one;
    assert_true((p + q) - p == 0.0);
}

static void the_environment_is_set_and_restored(void **state) {
    (void)state;
    fesetround(FE_UPWARD);
    struct tmn_real_state saved = tmn_real_enter();
    assert_int_equal(fegetround(), FE_TONEAREST);
    tmn_real_restore(saved);
    assert_int_equal(fegetround(), FE_UPWARD);
    fesetround(FE_TONEAREST);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(exp_and_log_are_near_the_truth),
                                       cmocka_unit_test(ncdf_logistic_pow_are_near_the_truth), cmocka_unit_test(edges),
                                       cmocka_unit_test(the_build_neither_contracts_nor_reassociates),
                                       cmocka_unit_test(the_environment_is_set_and_restored)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
