/* Keyed draws: known answers of Philox4x32-10, laws of thresholds and uniforms, permutations that are permutations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/draw.h"
#include "base/fixed.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void philox_known_answers(void **state) {
    (void)state;
    /* Known-answer vectors published with Random123 (kat_vectors, philox4x32 10 rounds). */
    struct tmn_draw zero = tmn_draw(0, 0, 0, 0, 0);
    assert_int_equal(zero.lane[0], 0x6627e8d5);
    assert_int_equal(zero.lane[1], 0xe169c58d);
    assert_int_equal(zero.lane[2], 0xbc57ac4c);
    assert_int_equal(zero.lane[3], 0x9b00dbd8);
    struct tmn_draw ones = tmn_draw(UINT64_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX);
    assert_int_equal(ones.lane[0], 0x408f276d);
    assert_int_equal(ones.lane[1], 0x41c83b0e);
    assert_int_equal(ones.lane[2], 0xa20bc7c6);
    assert_int_equal(ones.lane[3], 0x6d5451fd);
    struct tmn_draw pi = tmn_draw(UINT64_C(0x299f31d0a4093822), 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344);
    assert_int_equal(pi.lane[0], 0xd16cfe09);
    assert_int_equal(pi.lane[1], 0x94fdcceb);
    assert_int_equal(pi.lane[2], 0x5001e420);
    assert_int_equal(pi.lane[3], 0x24126ea1);
}

static void thresholds_are_unit_exponentials(void **state) {
    (void)state;
    enum { N = 200000 };
    double sum = 0, squares = 0;
    int below[3] = {0};
    for (uint32_t i = 0; i < N; i++) {
        double e = (double)tmn_draw_threshold(tmn_draw(7, i, 0, 3, tmn_name_hash("test"))) * 0x1p-58;
        sum += e;
        squares += e * e;
        below[0] += e < 0.01;
        below[1] += e < 1.0;
        below[2] += e < 3.0;
    }
    /* five standard errors each: a false alarm in about 1 of 300,000 per bound; the seed is fixed */
    assert_true(fabs(sum / N - 1.0) < 5.0 / sqrt(N));
    assert_true(fabs(squares / N - 2.0) < 5.0 * sqrt(20.0 / N));
    const double at[] = {0.01, 1.0, 3.0};
    for (int i = 0; i < 3; i++) {
        double p = 1.0 - exp(-at[i]);
        assert_true(fabs(below[i] / (double)N - p) < 5.0 * sqrt(p * (1 - p) / N));
    }
    struct tmn_draw most = {{UINT32_MAX, UINT32_MAX, 0, 0}}, least = {{0, 0, 0, 0}};
    assert_int_equal(tmn_draw_threshold(most), 1);
    assert_int_equal(tmn_draw_threshold(least), INT64_MAX);
}

/* Thresholds near zero have a fraction of a unit: -ln(1 - n / 2^53) x 2^58, by 60-digit arithmetic, in comments. */
static void thresholds_are_rounded_to_the_nearest_unit(void **state) {
    (void)state;
    static const struct {
        uint64_t n, units;
    } known[] = {{1, 32},                 /* 32.000000 */
                 {12582912, 402653184},   /* 402653184.281250 */
                 {20971520, 671088641},   /* 671088640.781250 */
                 {37748736, 1207959555},  /* 1207959554.531250 */
                 {67121209, 2147878696}}; /* 2147878696.002944 */
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint64_t bits = ((UINT64_C(1) << 53) - known[i].n - 1) << 11;
        struct tmn_draw draw = {{(uint32_t)bits, (uint32_t)(bits >> 32), 0, 0}};
        assert_int_equal(tmn_draw_threshold(draw), known[i].units);
    }
}

static void permutations_are_bijections_with_inverses(void **state) {
    (void)state;
    static const uint32_t sizes[] = {1, 2, 3, 4, 5, 7, 8, 9, 100, 1023, 1024, 1025, 70000};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        uint32_t n = sizes[s];
        unsigned char *seen = calloc(n, 1);
        assert_non_null(seen);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t j = tmn_permute(99 + s, n, i);
            assert_true(j < n);
            assert_int_equal(seen[j], 0);
            seen[j] = 1;
            assert_int_equal(tmn_permute_inverse(99 + s, n, j), i);
        }
        free(seen);
    }
}

/* Over many keys each place of a small permutation is uniform (chi-square, alpha 1e-6 at 15 degrees of freedom: 57). */
static void permutations_are_uniform_over_keys(void **state) {
    (void)state;
    enum { KEYS = 40000, N = 16 };
    int counts[N][N] = {{0}};
    for (uint64_t key = 0; key < KEYS; key++)
        for (uint32_t i = 0; i < N; i++)
            counts[i][tmn_permute(tmn_mix64(key + 1), N, i)]++;
    for (int i = 0; i < N; i++) {
        double chi = 0;
        for (int j = 0; j < N; j++) {
            double off = counts[i][j] - (double)KEYS / N;
            chi += off * off / ((double)KEYS / N);
        }
        assert_true(chi < 57.0);
    }
}

static void shuffles_are_bijections_with_inverses(void **state) {
    (void)state;
    static const uint32_t sizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99, 100, 101, 1023, 1024, 1025, 70000};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        uint32_t n = sizes[s], *many = calloc(n, sizeof *many), first = n / 3;
        unsigned char *seen = calloc(n, 1);
        struct tmn_shuffle shuffle;
        tmn_shuffle_init(&shuffle, 99 + s, n);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t j = tmn_shuffle(&shuffle, i);
            assert_true(j < n);
            assert_int_equal(seen[j], 0);
            seen[j] = 1;
            assert_int_equal(tmn_shuffle_inverse(&shuffle, j), i);
        }
        tmn_shuffle_inverse_many(&shuffle, first, n - first, many);
        for (uint32_t i = first; i < n; i++)
            assert_int_equal(many[i - first], tmn_shuffle_inverse(&shuffle, i));
        free(seen);
        free(many);
    }
    struct tmn_shuffle shuffle;
    tmn_shuffle_init(&shuffle, 5, UINT32_MAX); /* the largest */
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(tmn_shuffle_inverse(&shuffle, tmn_shuffle(&shuffle, UINT32_MAX - 1 - i * 4000000)),
                         UINT32_MAX - 1 - i * 4000000);
}

/* All orders of up to six are equally likely, and so are all places of each of 40 (chi-square, alpha 1e-6). */
static void shuffles_are_uniform_over_keys(void **state) {
    (void)state;
    enum { EACH = 400, N = 40, KEYS = 20000 };
    static const int factorial[] = {1, 1, 2, 6, 24, 120, 720};
    static const double largest[] = {0, 0, 24, 36, 76, 205, 910};
    static int orders[46656], counts[N][N];
    struct tmn_shuffle shuffle;
    for (uint32_t n = 2; n <= 6; n++) {
        double chi = 0;
        int met = 0;
        memset(orders, 0, sizeof orders);
        for (int key = 0; key < EACH * factorial[n]; key++) {
            int order = 0;
            tmn_shuffle_init(&shuffle, tmn_mix64((uint64_t)key + 1), n);
            for (uint32_t i = 0; i < n; i++)
                order = order * (int)n + (int)tmn_shuffle(&shuffle, i);
            orders[order]++;
        }
        for (int order = 0; order < 46656; order++) {
            met += orders[order] > 0;
            chi += orders[order] > 0 ? (orders[order] - EACH) * (double)(orders[order] - EACH) / EACH : 0;
        }
        assert_int_equal(met, factorial[n]);
        assert_true(chi < largest[n]);
    }
    for (uint64_t key = 0; key < KEYS; key++) {
        tmn_shuffle_init(&shuffle, tmn_mix64(key + 1), N);
        for (uint32_t i = 0; i < N; i++)
            counts[i][tmn_shuffle(&shuffle, i)]++;
    }
    for (int i = 0; i < N; i++) {
        double chi = 0;
        for (int j = 0; j < N; j++) {
            double off = counts[i][j] - (double)KEYS / N;
            chi += off * off / ((double)KEYS / N);
        }
        assert_true(chi < 95); /* 39 degrees of freedom */
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(philox_known_answers),
                                       cmocka_unit_test(thresholds_are_unit_exponentials),
                                       cmocka_unit_test(thresholds_are_rounded_to_the_nearest_unit),
                                       cmocka_unit_test(permutations_are_bijections_with_inverses),
                                       cmocka_unit_test(permutations_are_uniform_over_keys),
                                       cmocka_unit_test(shuffles_are_bijections_with_inverses),
                                       cmocka_unit_test(shuffles_are_uniform_over_keys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
