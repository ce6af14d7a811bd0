/* Batched draws, WIDE_BYTES / 8 at a time: the steps of tmn_draw, tmn_draw_threshold and tmn_log in the same order, on
 * vectors. Included by draws.c through base/wide.h.
 * Conversions between whole numbers and binary64 go through numbers near 2^52 and 2^84, where they are exact. */

enum { WIDE(lanes) = WIDE_BYTES / 8 };

typedef uint64_t WIDE(whole) __attribute__((vector_size(WIDE_BYTES)));
typedef double WIDE(real) __attribute__((vector_size(WIDE_BYTES)));
typedef uint32_t WIDE(half) __attribute__((vector_size(WIDE_BYTES / 2)));

/* Entries `at` to `at` + lanes - 1 of a word of the counters. */
WIDE_FUNCTION WIDE(whole) WIDE(load)(const struct tmn_draw_word *word, size_t at) {
    WIDE(half) half = {0};
    if (word->each == NULL)
        return (WIDE(whole)){0} + word->all;
    memcpy(&half, word->each + at, sizeof half);
    return __builtin_convertvector(half, WIDE(whole));
}

/* The four lanes of Philox4x32-10. Only low halves of counters count: what stands in the high ones is never read. */
WIDE_FUNCTION void WIDE(philox)(const struct tmn_draws *draws, size_t at, WIDE(whole) lane[WIDE_AT_ONCE][4]) {
    uint32_t key_low = (uint32_t)draws->seed, key_high = (uint32_t)(draws->seed >> 32);
    const WIDE(whole) first = (WIDE(whole)){0} + PHILOX_M4x32_0, second = (WIDE(whole)){0} + PHILOX_M4x32_1;
    for (size_t v = 0; v < WIDE_AT_ONCE; v++) {
        lane[v][0] = WIDE(load)(&draws->row, at + v * WIDE(lanes));
        lane[v][1] = WIDE(load)(&draws->partner, at + v * WIDE(lanes));
        lane[v][2] = WIDE(load)(&draws->k, at + v * WIDE(lanes));
        lane[v][3] = WIDE(load)(&draws->hash, at + v * WIDE(lanes));
    }
    for (int round = 0; round < 10; round++) {
        for (size_t v = 0; v < WIDE_AT_ONCE; v++) {
            WIDE(whole) x = WIDE_MULTIPLY(lane[v][0], first), y = WIDE_MULTIPLY(lane[v][2], second);
            lane[v][0] = (y >> 32) ^ lane[v][1] ^ key_low;
            lane[v][1] = y;
            lane[v][2] = (x >> 32) ^ lane[v][3] ^ key_high;
            lane[v][3] = x;
        }
        key_low += PHILOX_W32_0;
        key_high += PHILOX_W32_1;
    }
}

/* -log(u) x 2^58 for u = whole / 2^53, whole in 1..2^53. */
WIDE_FUNCTION WIDE(real) WIDE(exponential)(WIDE(whole) whole) {
    const WIDE(whole) two52 = (WIDE(whole)){0} + UINT64_C(0x4330000000000000),
                      two84 = (WIDE(whole)){0} + UINT64_C(0x4530000000000000);
    WIDE(real) high = (WIDE(real))((whole >> 32) | two84), low = (WIDE(real))((whole & UINT32_MAX) | two52);
    WIDE(whole) bits = (WIDE(whole))(((high - 0x1.00000001p84) + low) * 0x1p-53);
    WIDE(real) exponent = (WIDE(real))((bits >> 52) | two52) - 0x1p52;
    WIDE(real) m = (WIDE(real))((bits & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3ff0000000000000));
    WIDE(whole) large = (WIDE(whole))(m > 0x1.6a09e667f3bcdp+0), one = (WIDE(whole)){0} + UINT64_C(0x3ff0000000000000);
    m = m * (WIDE(real))(one - (large & (UINT64_C(1) << 52))); /* times 1 or 1/2 */
    WIDE(real) n = exponent - 1023.0 + (WIDE(real))(large & one);
    WIDE(real) f = m - 1.0, s = f / (2.0 + f), z = s * s, sum = (WIDE(real)){0} + 1.0 / 25.0;
    static const double inverse[] = {1.0 / 23.0, 1.0 / 21.0, 1.0 / 19.0, 1.0 / 17.0, 1.0 / 15.0, 1.0 / 13.0,
                                     1.0 / 11.0, 1.0 / 9.0,  1.0 / 7.0,  1.0 / 5.0,  1.0 / 3.0};
    for (size_t i = 0; i < sizeof inverse / sizeof *inverse; i++)
        sum = sum * z + inverse[i];
    WIDE(real) near = f - s * (f - 2.0 * z * sum);
    return -(n * TMN_LN2_HIGH + (n * TMN_LN2_LOW + near)) * 0x1p58;
}

/* Rounded half up to whole units, at least 1 and at most 2^63 - 1. */
WIDE_FUNCTION WIDE(whole) WIDE(units)(WIDE(real) units) {
    const WIDE(whole) mantissa = (WIDE(whole)){0} + UINT64_C(0x000fffffffffffff);
    const WIDE(real) one = (WIDE(real)){0} + 1.0;
    WIDE(real) scaled = units * 0x1p-32, high = (scaled + 0x1p52) - 0x1p52;
    high -= (WIDE(real))((WIDE(whole))(high > scaled) & (WIDE(whole))one);
    WIDE(real) rest = units - high * 0x1p32, low = (rest + 0x1p52) - 0x1p52;
    low -= (WIDE(real))((WIDE(whole))(low > rest) & (WIDE(whole))one);
    WIDE(whole) whole = (((WIDE(whole))(high + 0x1p52) & mantissa) << 32) + ((WIDE(whole))(low + 0x1p52) & mantissa);
    whole += (WIDE(whole))(rest - low >= 0.5) & 1;
    whole += (WIDE(whole))(whole == 0) & 1;
    WIDE(whole) beyond = (WIDE(whole))(units >= 0x1p63);
    return (whole & ~beyond) | (beyond & (uint64_t)INT64_MAX);
}

/* `count` is a multiple of DRAWS_AT_ONCE. */
static __attribute__((target(WIDE_TARGET))) void WIDE(thresholds)(const struct tmn_draws *draws, size_t count,
                                                                  uint64_t *out) {
    for (size_t i = 0; i < count; i += WIDE_AT_ONCE * WIDE(lanes)) {
        WIDE(whole) lane[WIDE_AT_ONCE][4];
        WIDE(real) units[WIDE_AT_ONCE];
        WIDE(philox)(draws, i, lane);
        for (size_t v = 0; v < WIDE_AT_ONCE; v++) {
            WIDE(whole) bits = (lane[v][1] << 32) | (lane[v][0] & UINT32_MAX);
            units[v] = WIDE(exponential)((bits >> 11) + 1);
        }
        for (size_t v = 0; v < WIDE_AT_ONCE; v++) {
            WIDE(whole) whole = WIDE(units)(units[v]);
            memcpy(out + i + v * WIDE(lanes), &whole, sizeof whole);
        }
    }
}

static __attribute__((target(WIDE_TARGET))) void WIDE(uniforms)(const struct tmn_draws *draws, size_t count,
                                                                uint32_t *out) {
    for (size_t i = 0; i < count; i += WIDE_AT_ONCE * WIDE(lanes)) {
        WIDE(whole) lane[WIDE_AT_ONCE][4];
        WIDE(philox)(draws, i, lane);
        for (size_t v = 0; v < WIDE_AT_ONCE; v++) {
            WIDE(half) uniform = __builtin_convertvector(lane[v][2] & UINT32_MAX, WIDE(half));
            memcpy(out + i + v * WIDE(lanes), &uniform, sizeof uniform);
        }
    }
}

_Static_assert((size_t)DRAWS_AT_ONCE % (WIDE_AT_ONCE * (size_t)WIDE(lanes)) == 0, "batches are whole vectors");
