/* Batched draws are those of one by one, to the bit, on every set of instructions that this machine has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/draw.h"
#include "base/isa.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWS = 4099 }; /* no multiple of any number of lanes */

static uint32_t row[DRAWS], partner[DRAWS], k[DRAWS], hash[DRAWS];

static void fill(uint64_t seed) {
    for (uint32_t i = 0; i < DRAWS; i++) {
        row[i] = (uint32_t)tmn_mix64(seed + 4 * (uint64_t)i);
        partner[i] = (uint32_t)tmn_mix64(seed + 4 * (uint64_t)i + 1);
        k[i] = (uint32_t)tmn_mix64(seed + 4 * (uint64_t)i + 2);
        hash[i] = (uint32_t)tmn_mix64(seed + 4 * (uint64_t)i + 3);
    }
    const uint32_t edge[] = {0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, UINT32_MAX};
    for (uint32_t i = 0; i < 6; i++)
        row[i] = partner[5 - i] = k[(i + 2) % 6] = hash[(i + 4) % 6] = edge[i];
}

static bool choose(enum tmn_isa isa) {
    struct tmn_error err;
    assert_int_equal(setenv("TUMEN_ISA", tmn_isa_name(isa), 1), 0);
    bool chosen = tmn_isa_choose(&err);
    assert_int_equal(chosen, tmn_isa_present(isa));
    if (chosen)
        assert_int_equal(tmn_isa(), isa);
    else
        assert_non_null(strstr(err.text, "does not have"));
    unsetenv("TUMEN_ISA");
    return chosen;
}

static struct tmn_draw one(const struct tmn_draws *draws, size_t i) {
    const struct tmn_draw_word *word[] = {&draws->row, &draws->partner, &draws->k, &draws->hash};
    uint32_t value[4];
    for (int w = 0; w < 4; w++)
        value[w] = word[w]->each != NULL ? word[w]->each[i] : word[w]->all;
    return tmn_draw(draws->seed, value[0], value[1], value[2], value[3]);
}

static void compare(const struct tmn_draws *draws, size_t count) {
    static uint64_t threshold[DRAWS + 1];
    static uint32_t uniform[DRAWS + 1];
    threshold[count] = UINT64_C(0x1234567812345678);
    uniform[count] = 0x12345678;
    tmn_draw_thresholds(draws, count, threshold);
    tmn_draw_uniforms(draws, count, uniform);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(threshold[i], tmn_draw_threshold(one(draws, i)));
        assert_int_equal(uniform[i], tmn_draw_uniform(one(draws, i)));
    }
    assert_true(threshold[count] == UINT64_C(0x1234567812345678)); /* nothing behind the end is written */
    assert_int_equal(uniform[count], 0x12345678);
}

static void batches_are_those_of_one_by_one(void **state) {
    (void)state;
    for (int isa = 0; isa < TMN_ISAS; isa++) {
        if (!choose((enum tmn_isa)isa)) {
            print_message("skipped: this machine has no %s\n", tmn_isa_name((enum tmn_isa)isa));
            continue;
        }
        for (uint64_t seed = 0; seed < 24; seed++) {
            fill(seed);
            for (unsigned arrays = 0; arrays < 16; arrays++) { /* which words are arrays */
                struct tmn_draws draws = {tmn_mix64(seed) * (seed != 3),
                                          {arrays & 1 ? row : NULL, 11},
                                          {arrays & 2 ? partner : NULL, UINT32_MAX},
                                          {arrays & 4 ? k : NULL, 0},
                                          {arrays & 8 ? hash : NULL, 0x9e3779b9}};
                compare(&draws, seed < 20 ? seed : DRAWS);
            }
        }
    }
}

/* The counter whose lanes 0 and 1 are `bits`: Philox backwards, each multiplication undone modulo 2^32. */
static void find_counter(uint64_t seed, uint64_t bits, uint32_t counter[4]) {
    const uint32_t m0 = 0xd2511f53, m1 = 0xcd9e8d57;
    uint32_t inverse0 = 1, inverse1 = 1, lane[4] = {(uint32_t)bits, (uint32_t)(bits >> 32), 12345, 678910};
    for (int step = 0; step < 5; step++) { /* Newton's: twice as many bits each */
        inverse0 *= 2 - m0 * inverse0;
        inverse1 *= 2 - m1 * inverse1;
    }
    for (uint32_t round = 10; round-- > 0;) {
        uint32_t key0 = (uint32_t)seed + round * 0x9e3779b9, key1 = (uint32_t)(seed >> 32) + round * 0xbb67ae85;
        uint32_t c0 = lane[3] * inverse0, c2 = lane[1] * inverse1;
        uint32_t c1 = lane[0] ^ (uint32_t)(((uint64_t)m1 * c2) >> 32) ^ key0;
        uint32_t c3 = lane[2] ^ (uint32_t)(((uint64_t)m0 * c0) >> 32) ^ key1;
        memcpy(lane, (uint32_t[4]){c0, c1, c2, c3}, sizeof lane);
    }
    memcpy(counter, lane, sizeof lane);
}

/* Numbers at which something changes: powers of two, the root of a half, halves of units, the ends. */
static size_t edges(uint64_t *bits, size_t most) {
    size_t n = 0;
    for (int power = 0; power < 53; power++)
        for (int64_t off = -2; off <= 2; off++)
            bits[n++] = (((UINT64_C(1) << power) + (uint64_t)off) << 11) | 0x7ff;
    for (int power = 0; power < 52; power++) /* m = sqrt(2) */
        for (int64_t off = -2; off <= 2; off++)
            bits[n++] = ((UINT64_C(0x16a09e667f3bcd) >> power) + (uint64_t)off) << 11;
    for (uint64_t below = 1; below < 40; below++) /* u next to 1 */
        bits[n++] = ((UINT64_C(1) << 53) - below) << 11;
    const uint64_t halves[] = {12582912, 20971520, 37748736, 67121209};
    for (size_t i = 0; i < 4; i++)
        bits[n++] = ((UINT64_C(1) << 53) - halves[i] - 1) << 11;
    for (uint64_t i = 0; i < 64; i++) /* around the largest threshold, u = exp(-32) */
        bits[n++] = (114 - 32 + i) << 11;
    assert_true(n <= most);
    return n;
}

static void edges_agree(void **state) {
    (void)state;
    static uint64_t bits[1024], out[1024];
    const uint64_t seed = UINT64_C(0x0123456789abcdef);
    size_t n = edges(bits, 1024), capped = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t counter[4];
        find_counter(seed, bits[i], counter);
        row[i] = counter[0], partner[i] = counter[1], k[i] = counter[2], hash[i] = counter[3];
    }
    struct tmn_draws draws = {seed, {row, 0}, {partner, 0}, {k, 0}, {hash, 0}};
    for (int isa = 0; isa < TMN_ISAS; isa++) {
        if (!choose((enum tmn_isa)isa))
            continue;
        tmn_draw_thresholds(&draws, n, out);
        for (size_t i = 0; i < n; i++) {
            struct tmn_draw draw = one(&draws, i);
            assert_true((((uint64_t)draw.lane[1] << 32) | draw.lane[0]) == bits[i]);
            assert_int_equal(out[i], tmn_draw_threshold(draw));
            capped += out[i] == INT64_MAX;
        }
    }
    assert_true(capped > 0);
}

static void a_million_thresholds_agree(void **state) {
    (void)state;
    static uint64_t out[DRAWS];
    uint64_t least = UINT64_MAX, most = 0;
    for (int isa = TMN_ISA_AVX2; isa < TMN_ISAS; isa++) {
        if (!choose((enum tmn_isa)isa))
            continue;
        for (uint32_t first = 0; first < 1000000; first += DRAWS) {
            for (uint32_t i = 0; i < DRAWS; i++)
                row[i] = first + i;
            struct tmn_draws draws = {99, {row, 0}, {NULL, 0}, {NULL, 0}, {NULL, 77}};
            tmn_draw_thresholds(&draws, DRAWS, out);
            for (uint32_t i = 0; i < DRAWS; i++) {
                assert_int_equal(out[i], tmn_draw_threshold(one(&draws, i)));
                least = out[i] < least ? out[i] : least;
                most = out[i] > most ? out[i] : most;
            }
        }
        assert_true((double)least * 0x1p-58 < 1e-5 && (double)most * 0x1p-58 > 12);
    }
}

static void permutations_of_many_are_those_of_one_by_one(void **state) {
    (void)state;
    static uint32_t many[1500];
    const uint32_t sizes[] = {1, 2, 3, 5, 64, 65, 1000, 1024, 1025, 1499};
    for (int isa = 0; isa < TMN_ISAS; isa++) {
        if (!choose((enum tmn_isa)isa))
            continue;
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (int inverse = 0; inverse < 2; inverse++) {
                uint32_t n = sizes[s];
                uint64_t key = tmn_mix64(s);
                for (uint32_t i = 0; i < n; i++)
                    many[i] = i;
                many[n] = 0x12345678;
                tmn_permute_many(key, n, inverse != 0, many, n);
                for (uint32_t i = 0; i < n; i++)
                    assert_int_equal(many[i], inverse ? tmn_permute_inverse(key, n, i) : tmn_permute(key, n, i));
                assert_int_equal(many[n], 0x12345678);
            }
    }
}

static void unknown_instructions_are_refused(void **state) {
    (void)state;
    struct tmn_error err;
    assert_int_equal(setenv("TUMEN_ISA", "avx", 1), 0);
    assert_false(tmn_isa_choose(&err));
    assert_int_equal(err.code, TMN_USAGE);
    assert_string_equal(err.text, "TUMEN_ISA must be baseline, avx2 or avx512, not 'avx'");
    unsetenv("TUMEN_ISA");
    assert_true(tmn_isa_choose(&err));
    for (int isa = tmn_isa() + 1; isa < TMN_ISAS; isa++) /* the widest */
        assert_false(tmn_isa_present((enum tmn_isa)isa));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_are_those_of_one_by_one),
        cmocka_unit_test(edges_agree),
        cmocka_unit_test(a_million_thresholds_agree),
        cmocka_unit_test(permutations_of_many_are_those_of_one_by_one),
        cmocka_unit_test(unknown_instructions_are_refused),
    };
    return cmocka_run_group_tests_name("base/draws", tests, NULL, NULL);
}
