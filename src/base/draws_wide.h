/* Batched draws, WIDE_BYTES / 8 at a time: the steps of tmn_draw, tmn_draw_threshold and tmn_log in the same order, on
 * vectors. Included by draws.c through base/wide.h. */

enum { WIDE(lanes) = WIDE_BYTES / 8 };

typedef uint64_t WIDE(whole) __attribute__((vector_size(WIDE_BYTES)));
typedef double WIDE(real) __attribute__((vector_size(WIDE_BYTES)));
typedef uint32_t WIDE(half) __attribute__((vector_size(WIDE_BYTES / 2)));

/* Entries from `at` on of a word of the counters, into a lane. */
WIDE_FUNCTION void WIDE(load)(const struct tmn_draw_word *word, size_t at, int to, WIDE(whole) lane[WIDE_AT_ONCE][4]) {
    for (size_t v = 0; v < WIDE_AT_ONCE && word->each == NULL; v++)
        lane[v][to] = (WIDE(whole)){0} + word->all;
    for (size_t v = 0; v < WIDE_AT_ONCE && word->each != NULL; v++) {
        WIDE(half) half;
        memcpy(&half, word->each + at + v * WIDE(lanes), sizeof half);
        lane[v][to] = WIDE_WIDEN(half);
    }
}

/* The keys of the rounds of Philox. */
enum { WIDE(rounds) = 10 };
WIDE_FUNCTION void WIDE(keys)(uint64_t seed, WIDE(whole) key[WIDE(rounds)][2]) {
    uint32_t low = (uint32_t)seed, high = (uint32_t)(seed >> 32);
    for (int round = 0; round < WIDE(rounds); round++, low += PHILOX_W32_0, high += PHILOX_W32_1) {
        key[round][0] = (WIDE(whole)){0} + low;
        key[round][1] = (WIDE(whole)){0} + high;
    }
}

/* The four lanes of Philox4x32-10. Only low halves of counters count: what stands in the high ones is never read. */
WIDE_FUNCTION void WIDE(philox)(const struct tmn_draws *draws, size_t at, WIDE(whole) key[WIDE(rounds)][2],
                                WIDE(whole) lane[WIDE_AT_ONCE][4]) {
    const WIDE(whole) first = (WIDE(whole)){0} + PHILOX_M4x32_0, second = (WIDE(whole)){0} + PHILOX_M4x32_1;
    WIDE(load)(&draws->row, at, 0, lane);
    WIDE(load)(&draws->partner, at, 1, lane);
    WIDE(load)(&draws->k, at, 2, lane);
    WIDE(load)(&draws->hash, at, 3, lane);
#pragma GCC unroll 10
    for (int round = 0; round < WIDE(rounds); round++)
        for (size_t v = 0; v < WIDE_AT_ONCE; v++) {
            WIDE(whole) x = WIDE_MULTIPLY(lane[v][0], first), y = WIDE_MULTIPLY(lane[v][2], second);
            lane[v][0] = (y >> 32) ^ lane[v][1] ^ key[round][0];
            lane[v][1] = y;
            lane[v][2] = (x >> 32) ^ lane[v][3] ^ key[round][1];
            lane[v][3] = x;
        }
}

/* Whole numbers that binary64 holds, and back without what is below 1; below 2^63. */
#ifdef WIDE_REAL_OF
WIDE_FUNCTION WIDE(real) WIDE(real_of)(WIDE(whole) whole) {
    return WIDE_REAL_OF(whole);
}
WIDE_FUNCTION WIDE(whole) WIDE(cut)(WIDE(real) real) {
    return WIDE_CUT(real);
}
#else /* through numbers near 2^52 and 2^84, where conversions are exact */
WIDE_FUNCTION WIDE(real) WIDE(real_of)(WIDE(whole) whole) {
    const WIDE(whole) two52 = (WIDE(whole)){0} + UINT64_C(0x4330000000000000),
                      two84 = (WIDE(whole)){0} + UINT64_C(0x4530000000000000);
    WIDE(real) high = (WIDE(real))((whole >> 32) | two84), low = (WIDE(real))((whole & UINT32_MAX) | two52);
    return (high - 0x1.00000001p84) + low;
}
WIDE_FUNCTION WIDE(whole) WIDE(cut)(WIDE(real) real) {
    const WIDE(whole) mantissa = (WIDE(whole)){0} + UINT64_C(0x000fffffffffffff);
    const WIDE(real) one = (WIDE(real)){0} + 1.0;
    WIDE(real) scaled = real * 0x1p-32, high = (scaled + 0x1p52) - 0x1p52;
    high -= (WIDE(real))((WIDE(whole))(high > scaled) & (WIDE(whole))one);
    WIDE(real) rest = real - high * 0x1p32, low = (rest + 0x1p52) - 0x1p52;
    low -= (WIDE(real))((WIDE(whole))(low > rest) & (WIDE(whole))one);
    return (((WIDE(whole))(high + 0x1p52) & mantissa) << 32) + ((WIDE(whole))(low + 0x1p52) & mantissa);
}
#endif

/* -log(u) x 2^58 for u = whole / 2^53, whole in 1..2^53. Step by step of all vectors, as each step waits for the one
 * before. */
WIDE_FUNCTION void WIDE(exponentials)(const WIDE(whole) whole[WIDE_AT_ONCE], WIDE(real) out[WIDE_AT_ONCE]) {
    const WIDE(whole) two52 = (WIDE(whole)){0} + UINT64_C(0x4330000000000000);
    WIDE(real) n[WIDE_AT_ONCE], f[WIDE_AT_ONCE], s[WIDE_AT_ONCE], z[WIDE_AT_ONCE], sum[WIDE_AT_ONCE];
    for (size_t v = 0; v < WIDE_AT_ONCE; v++) {
        WIDE(whole) bits = (WIDE(whole))(WIDE(real_of)(whole[v]) * 0x1p-53);
        WIDE(real) exponent = (WIDE(real))((bits >> 52) | two52) - 0x1p52;
        WIDE(real) m = (WIDE(real))((bits & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3ff0000000000000));
        const WIDE(whole) one = (WIDE(whole)){0} + UINT64_C(0x3ff0000000000000);
        WIDE(whole) large = (WIDE(whole))(m > 0x1.6a09e667f3bcdp+0);
        m = m * (WIDE(real))(one - (large & (UINT64_C(1) << 52))); /* times 1 or 1/2 */
        n[v] = exponent - 1023.0 + (WIDE(real))(large & one);
        f[v] = m - 1.0;
        s[v] = f[v] / (2.0 + f[v]);
        z[v] = s[v] * s[v];
        sum[v] = (WIDE(real)){0} + 1.0 / 25.0;
    }
    static const double inverse[] = {1.0 / 23.0, 1.0 / 21.0, 1.0 / 19.0, 1.0 / 17.0, 1.0 / 15.0, 1.0 / 13.0,
                                     1.0 / 11.0, 1.0 / 9.0,  1.0 / 7.0,  1.0 / 5.0,  1.0 / 3.0};
#pragma GCC unroll 11
    for (size_t i = 0; i < sizeof inverse / sizeof *inverse; i++)
        for (size_t v = 0; v < WIDE_AT_ONCE; v++)
            sum[v] = sum[v] * z[v] + inverse[i];
    for (size_t v = 0; v < WIDE_AT_ONCE; v++) {
        WIDE(real) near = f[v] - s[v] * (f[v] - 2.0 * z[v] * sum[v]);
        out[v] = -(n[v] * TMN_LN2_HIGH + (n[v] * TMN_LN2_LOW + near)) * 0x1p58;
    }
}

/* Rounded half up to whole units, at least 1 and at most 2^63 - 1. */
WIDE_FUNCTION WIDE(whole) WIDE(units)(WIDE(real) units) {
    WIDE(whole) whole = WIDE(cut)(units);
    whole += (WIDE(whole))(units - WIDE(real_of)(whole) >= 0.5) & 1;
    whole += (WIDE(whole))(whole == 0) & 1;
    WIDE(whole) beyond = (WIDE(whole))(units >= 0x1p63);
    return (whole & ~beyond) | (beyond & (uint64_t)INT64_MAX);
}

/* `count` is a multiple of DRAWS_AT_ONCE. */
static __attribute__((target(WIDE_TARGET))) void WIDE(thresholds)(const struct tmn_draws *draws, size_t count,
                                                                  uint64_t *out) {
    WIDE(whole) key[WIDE(rounds)][2];
    WIDE(keys)(draws->seed, key);
    for (size_t i = 0; i < count; i += WIDE_AT_ONCE * WIDE(lanes)) {
        WIDE(whole) lane[WIDE_AT_ONCE][4], whole[WIDE_AT_ONCE];
        WIDE(real) units[WIDE_AT_ONCE];
        WIDE(philox)(draws, i, key, lane);
        for (size_t v = 0; v < WIDE_AT_ONCE; v++)
            whole[v] = (((lane[v][1] << 32) | (lane[v][0] & UINT32_MAX)) >> 11) + 1;
        WIDE(exponentials)(whole, units);
        for (size_t v = 0; v < WIDE_AT_ONCE; v++) {
            whole[v] = WIDE(units)(units[v]);
            memcpy(out + i + v * WIDE(lanes), &whole[v], sizeof whole[v]);
        }
    }
}

static __attribute__((target(WIDE_TARGET))) void WIDE(uniforms)(const struct tmn_draws *draws, size_t count,
                                                                uint32_t *out) {
    WIDE(whole) key[WIDE(rounds)][2];
    WIDE(keys)(draws->seed, key);
    for (size_t i = 0; i < count; i += WIDE_AT_ONCE * WIDE(lanes)) {
        WIDE(whole) lane[WIDE_AT_ONCE][4];
        WIDE(philox)(draws, i, key, lane);
        for (size_t v = 0; v < WIDE_AT_ONCE; v++) {
            WIDE(half) uniform = __builtin_convertvector(lane[v][2] & UINT32_MAX, WIDE(half));
            memcpy(out + i + v * WIDE(lanes), &uniform, sizeof uniform);
        }
    }
}

_Static_assert((size_t)DRAWS_AT_ONCE % (WIDE_AT_ONCE * (size_t)WIDE(lanes)) == 0, "batches are whole vectors");
