/* Intervals, laws and the test of draws against them: known values, definitions, and how often true claims fail. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* after the others: */
#include <cmocka.h>

#include "base/draw.h"
#include "study/chance.h"

static void close_to(double value, double expected, double relative) {
    if (!(fabs(value - expected) <= relative * fabs(expected)))
        fail_msg("%.15g is not %.15g", value, expected);
}

/* A uniform in (0, 1) of a keyed stream. */
static double uniform(uint32_t stream, uint32_t index) {
    struct tmn_draw draw = tmn_draw(11, index, 0, stream, 0x5eed);
    return (draw.lane[0] + 0.5) / 4294967296.0;
}

static void test_student(void **state) {
    (void)state;
    close_to(tmn_student_limit(10, 0.05), 2.2281388520, 1e-9);
    close_to(tmn_student_limit(5, 0.001), 6.8688266258, 1e-9);
    double half_pi = acos(0); /* closed forms of 1 and 2 degrees, far out */
    for (double alpha = 0.1; alpha > 1e-8; alpha /= 10) {
        close_to(tmn_student_limit(1, alpha), tan(half_pi * (1 - alpha)), 1e-6);
        close_to(tmn_student_limit(2, alpha), (1 - alpha) / sqrt(alpha * (1 - alpha / 2)), 1e-6);
    }
    close_to(tmn_normal_limit(0.05), 1.959963984540, 1e-10);
    close_to(tmn_normal_limit(1e-5), 4.417173413469, 1e-9);
    close_to(tmn_student_limit(1e9, 1e-5), tmn_normal_limit(1e-5), 1e-6);
}

/* Chance of k or more of n. */
static double binomial_tail(uint64_t k, uint64_t n, double p) {
    double sum = 0;
    for (uint64_t i = k; i <= n; i++)
        sum += exp(lgamma((double)n + 1) - lgamma((double)i + 1) - lgamma((double)(n - i) + 1) + (double)i * log(p) +
                   (double)(n - i) * log1p(-p));
    return sum;
}

static void test_share(void **state) {
    (void)state;
    struct tmn_range range = tmn_share_range(5, 10, 0.05);
    close_to(range.low, 0.1870860284, 1e-8); /* printed in many tables */
    close_to(range.high, 0.8129139716, 1e-8);
    range = tmn_share_range(0, 30, 1e-4);
    assert_true(range.low == 0);
    close_to(range.high, 1 - pow(0.5e-4, 1.0 / 30), 1e-10);
    range = tmn_share_range(30, 30, 1e-4);
    assert_true(range.high == 1);
    close_to(range.low, pow(0.5e-4, 1.0 / 30), 1e-10);
    for (uint64_t k = 1; k < 200; k += 22) { /* the definition, at the level of a large suite */
        range = tmn_share_range(k, 200, 1e-5);
        close_to(binomial_tail(k, 200, range.low), 0.5e-5, 1e-6);
        close_to(binomial_tail(200 - k, 200, 1 - range.high), 0.5e-5, 1e-6);
    }
}

/* Whatever the chance, its interval covers it at least as often as it says. */
static void test_share_covers(void **state) {
    (void)state;
    for (double p = 0.01; p < 1; p += 0.02) {
        double covered = 0;
        for (uint64_t k = 0; k <= 25; k++) {
            struct tmn_range range = tmn_share_range(k, 25, 0.05);
            if (p >= range.low && p <= range.high)
                covered += binomial_tail(k, 25, p) - (k < 25 ? binomial_tail(k + 1, 25, p) : 0);
        }
        assert_true(covered >= 0.95 - 1e-9);
    }
}

static void test_difference(void **state) {
    (void)state;
    struct tmn_range a = {7, 14}, b = {1, 5}, exact = {4, 4};
    struct tmn_range range = tmn_difference_range(10, a, 1, b); /* 3, 4 below; 4, 0 above */
    close_to(range.low, 9 - 5, 1e-12);
    close_to(range.high, 9 + 4, 1e-12);
    range = tmn_difference_range(10, a, 4, exact);
    close_to(range.low, 3, 1e-12);
    close_to(range.high, 10, 1e-12);
}

static void test_ratio(void **state) {
    (void)state;
    const double a[] = {2, 4, 3, 5, 6, 4}, exact[] = {2, 2, 2, 2, 2, 2}, open[] = {1, -1, 2, -2, 1, -0.5};
    double half = tmn_student_limit(5, 0.1) * sqrt(2.0 / 6), ratio; /* variance of a: 10 / 5 */
    struct tmn_range range;
    assert_true(tmn_ratio_range(a, exact, 6, 0.1, &ratio, &range)); /* then it is a mean's */
    close_to(ratio, 2, 1e-12);
    close_to(range.low, 2 - half / 2, 1e-12);
    close_to(range.high, 2 + half / 2, 1e-12);
    assert_true(tmn_ratio_range(a, a, 6, 0.1, &ratio, &range)); /* of pairs: what is common falls out */
    close_to(range.low, 1, 1e-6);
    close_to(range.high, 1, 1e-6);
    assert_false(tmn_ratio_range(a, open, 6, 0.1, &ratio, &range));
    assert_false(tmn_ratio_range(a, exact, 1, 0.1, &ratio, &range));
}

/* Nine in ten hold the ratio, or are unbounded. */
static void test_ratio_covers(void **state) {
    (void)state;
    enum { TRIALS = 4000, PAIRS = 6 };
    int holds = 0, unbounded = 0;
    for (uint32_t t = 0; t < TRIALS; t++) {
        double a[PAIRS], b[PAIRS], ratio;
        struct tmn_range range;
        for (uint32_t i = 0; i < PAIRS; i++) {
            double common = 0, own = 0; /* sums of uniform draws: near enough to normal */
            for (uint32_t k = 0; k < 12; k++) {
                common += uniform(1000 + k, t * PAIRS + i) - 0.5;
                own += uniform(2000 + k, t * PAIRS + i) - 0.5;
            }
            a[i] = -0.6 + 0.5 * common + 0.5 * own;
            b[i] = 1 + common;
        }
        bool bounded = tmn_ratio_range(a, b, PAIRS, 0.1, &ratio, &range);
        unbounded += !bounded;
        holds += !bounded || (range.low <= -0.6 && range.high >= -0.6);
    }
    assert_in_range(unbounded, TRIALS / 20, TRIALS / 2);
    assert_in_range(holds, TRIALS * 89 / 100, TRIALS);
}

static void test_chi_square(void **state) {
    (void)state;
    close_to(tmn_chi_square_tail(18.307038, 10), 0.05, 1e-6);
    close_to(tmn_chi_square_limit(5, 0.01), 15.0862724694, 1e-9);
    for (double alpha = 0.1; alpha > 1e-9; alpha /= 10) /* closed form of 2 degrees */
        close_to(tmn_chi_square_limit(2, alpha), -2 * log(alpha), 1e-9);
    assert_true(tmn_chi_square_tail(HUGE_VAL, 3) == 0);
}

static const struct {
    enum tmn_law law;
    double argument[2], mean, variance;
} laws[] = {{TMN_LAW_POISSON, {4, 0}, 4, 4},
            {TMN_LAW_NEGBIN, {2, 3}, 3, 3 + 9.0 / 2},
            {TMN_LAW_BINOMIAL, {10, 0.3}, 3, 2.1},
            {TMN_LAW_GEOMETRIC, {0.25, 0}, 4, 12},
            {TMN_LAW_STAGES, {3, 0.2}, 15, 60}};
enum { LAWS = sizeof laws / sizeof *laws };

static void test_laws(void **state) {
    (void)state;
    close_to(tmn_law_probability(TMN_LAW_POISSON, laws[0].argument, 4), 256.0 / 24 * exp(-4), 1e-12);
    close_to(tmn_law_probability(TMN_LAW_NEGBIN, laws[1].argument, 1), 2 * 0.16 * 0.6, 1e-12);
    close_to(tmn_law_probability(TMN_LAW_BINOMIAL, laws[2].argument, 3), 120 * 0.027 * pow(0.7, 7), 1e-12);
    close_to(tmn_law_probability(TMN_LAW_GEOMETRIC, laws[3].argument, 3), 0.140625, 1e-12);
    close_to(tmn_law_probability(TMN_LAW_STAGES, laws[4].argument, 5), 6 * 0.008 * 0.64, 1e-12);
    assert_true(tmn_law_probability(TMN_LAW_STAGES, laws[4].argument, 2) == 0);
    assert_true(tmn_law_probability(TMN_LAW_GEOMETRIC, laws[3].argument, 0) == 0);
    for (int l = 0; l < LAWS; l++) {
        double whole = 0, mean = 0, square = 0;
        for (uint32_t v = 0; v < 2000; v++) {
            double p = tmn_law_probability(laws[l].law, laws[l].argument, v);
            whole += p;
            mean += p * v;
            square += p * v * v;
        }
        close_to(whole, 1, 1e-11);
        close_to(mean, laws[l].mean, 1e-10);
        close_to(square - mean * mean, laws[l].variance, 1e-9);
    }
}

/* By hand: 40 draws of a geometric law of one half, expected 20, 10, 5 and 5 from 4 on. */
static void test_merging(void **state) {
    (void)state;
    const double half[2] = {0.5, 0};
    const uint64_t count[] = {0, 22, 8, 6, 3, 1};
    struct tmn_goodness test = tmn_law_test(TMN_LAW_GEOMETRIC, half, count, 6, 0, UINT32_MAX);
    assert_int_equal(test.draws, 40);
    assert_int_equal(test.freedom, 3);
    close_to(test.value, 4.0 / 20 + 4.0 / 10 + 1.0 / 5 + 1.0 / 5, 1e-12);
    close_to(test.p, 0.8012519569, 1e-8);
    test = tmn_law_test(TMN_LAW_GEOMETRIC, half, count, 4, 4, UINT32_MAX); /* large values, not told apart */
    close_to(test.value, 1, 1e-12);
    test = tmn_law_test(TMN_LAW_GEOMETRIC, half, count, 3, 0, 2); /* cut: 2/3 and 1/3 of 30 */
    assert_int_equal(test.freedom, 1);
    close_to(test.value, 4.0 / 20 + 4.0 / 10, 1e-12);
}

static void test_impossible(void **state) {
    (void)state;
    const double half[2] = {0.5, 0}, coins[2] = {3, 0.5};
    const uint64_t zero[] = {1, 20, 10, 5, 4}, many[] = {10, 30, 30, 10, 1};
    assert_true(tmn_law_test(TMN_LAW_GEOMETRIC, half, zero, 5, 0, UINT32_MAX).p == 0);
    assert_true(tmn_law_test(TMN_LAW_BINOMIAL, coins, many, 5, 0, UINT32_MAX).p == 0);
    assert_true(tmn_law_test(TMN_LAW_BINOMIAL, coins, many, 4, 0, UINT32_MAX).p > 0.9);
    assert_true(tmn_law_test(TMN_LAW_GEOMETRIC, half, zero + 1, 4, 0, 2).p == 0); /* behind the cut */
    struct tmn_goodness few = tmn_law_test(TMN_LAW_GEOMETRIC, half, many, 1, 0, 5);
    assert_int_equal(tmn_law_test(TMN_LAW_BINOMIAL, coins, NULL, 0, 0, UINT32_MAX).freedom, 0);
    assert_true(few.p == 0);
}

static uint32_t draw_from(int l, double u) {
    uint32_t v = 0;
    for (double sum = tmn_law_probability(laws[l].law, laws[l].argument, 0); sum < u && v < 5000; v++)
        sum += tmn_law_probability(laws[l].law, laws[l].argument, v + 1);
    return v;
}

/* Draws that do follow the law: p is uniform, as near as 400 tests of 200 draws can tell (Kolmogorov and Smirnov, 1 in
 * 1000), and small p are as rare as they should be. */
static void test_p_is_uniform(void **state) {
    (void)state;
    enum { TESTS = 400, DRAWS = 200, BINS = 100 };
    for (int l = 0; l < LAWS; l++) {
        int bin[BINS] = {0}, low = 0;
        for (uint32_t t = 0; t < TESTS; t++) {
            uint64_t count[5002] = {0};
            for (uint32_t d = 0; d < DRAWS; d++)
                count[draw_from(l, uniform((uint32_t)l * TESTS + t, d))]++;
            double p = tmn_law_test(laws[l].law, laws[l].argument, count, 5002, 0, UINT32_MAX).p;
            bin[p >= 1 ? BINS - 1 : (int)(p * BINS)]++;
            low += p < 0.01;
        }
        double below = 0, distance = 0;
        for (int b = 0; b < BINS; b++) {
            below += bin[b];
            distance = fmax(distance, fabs(below / TESTS - (b + 1.0) / BINS));
        }
        assert_true(distance < 1.95 / sqrt(TESTS));
        assert_in_range(low, 0, 13); /* 4 expected; more than 13 once in ten thousand */
    }
}

/* Draws from another law are found out. */
static void test_other_law(void **state) {
    (void)state;
    const double other[2] = {4.6, 0};
    uint64_t count[100] = {0};
    for (uint32_t d = 0; d < 2000; d++)
        count[draw_from(0, uniform(99, d))]++;
    assert_true(tmn_law_test(TMN_LAW_POISSON, laws[0].argument, count, 100, 0, UINT32_MAX).p > 1e-3);
    assert_true(tmn_law_test(TMN_LAW_POISSON, other, count, 100, 0, UINT32_MAX).p < 1e-9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_student),    cmocka_unit_test(test_share),        cmocka_unit_test(test_share_covers),
        cmocka_unit_test(test_difference), cmocka_unit_test(test_ratio),        cmocka_unit_test(test_ratio_covers),
        cmocka_unit_test(test_chi_square), cmocka_unit_test(test_laws),         cmocka_unit_test(test_merging),
        cmocka_unit_test(test_impossible), cmocka_unit_test(test_p_is_uniform), cmocka_unit_test(test_other_law),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
