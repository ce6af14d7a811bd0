/* Rounding to fixed point: half up, ranges, refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/fixed.h"
#include <math.h>

static void rounds_half_up(void **state) {
    (void)state;
    uint64_t units;
    assert_true(tmn_fixed_c(1.0, &units));
    assert_int_equal(units, UINT64_C(1) << 22);
    assert_true(tmn_fixed_c(0x1p-23, &units)); /* half a unit */
    assert_int_equal(units, 1);
    assert_true(tmn_fixed_c(0x1.fffffep-24, &units));
    assert_int_equal(units, 0);
    assert_true(tmn_fixed_g(0.25, &units));
    assert_int_equal(units, UINT64_C(1) << 34);
    assert_false(tmn_fixed_g(-0x1p-60, &units));
    assert_false(tmn_fixed_c((double)NAN, &units));
    assert_false(tmn_fixed_c((double)INFINITY, &units));
    assert_false(tmn_fixed_c(0x1p42, &units));
}

static void amounts_have_signs(void **state) {
    (void)state;
    int64_t units;
    assert_true(tmn_fixed_amount(-1.5, &units));
    assert_int_equal(units, -(INT64_C(3) << 19));
    assert_true(tmn_fixed_amount(-0x1p-21, &units)); /* minus half a unit: up to zero */
    assert_int_equal(units, 0);
    assert_true(tmn_fixed_amount(0x1p-21, &units));
    assert_int_equal(units, 1);
    assert_false(tmn_fixed_amount(0x1p43, &units));
}

static void probabilities_cover_both_ends(void **state) {
    (void)state;
    assert_int_equal(tmn_fixed_probability(0.0), 0);
    assert_int_equal(tmn_fixed_probability(-1.0), 0);
    assert_int_equal(tmn_fixed_probability(0.5), UINT64_C(1) << 31);
    assert_int_equal(tmn_fixed_probability(1.0), UINT64_C(1) << 32);
    assert_int_equal(tmn_fixed_probability(0x1p-33), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(rounds_half_up), cmocka_unit_test(amounts_have_signs),
                                       cmocka_unit_test(probabilities_cover_both_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
