/* Keyed permutations: a Feistel network of alternating halves on the smallest 2^b >= n; values at or above n walk on
 * until they fall below. Of many numbers, those that have to walk on do so together. */
#include "base/draw.h"

#include "base/isa.h"
#include <stdbool.h>
#include <string.h>

enum { FEISTEL_ROUNDS = 6 };

struct network {
    int low_bits;
    uint32_t low_mask, high_mask, middle_key, round_key[FEISTEL_ROUNDS];
};

static inline struct network network_of(uint64_t key, uint32_t n) {
    int bits = n <= 2 ? 2 : 32 - __builtin_clz(n - 1);
    struct network network = {.low_bits = bits / 2, .middle_key = (uint32_t)(key >> 16)};
    network.low_mask = (UINT32_C(1) << network.low_bits) - 1;
    network.high_mask = (UINT32_C(1) << (bits - network.low_bits)) - 1;
    for (int round = 0; round < FEISTEL_ROUNDS; round++)
        network.round_key[round] = (uint32_t)(key >> ((round & 1) * 32)) ^ ((uint32_t)round * UINT32_C(0x9e3779b1));
    return network;
}

static inline uint32_t feistel_round(const struct network *network, int round, uint32_t half) {
    uint32_t x = (half ^ network->round_key[round]) * UINT32_C(0x85ebca6b);
    x = ((x ^ (x >> 15)) + network->middle_key) * UINT32_C(0xc2b2ae35);
    return x ^ (x >> 13);
}

static inline uint32_t pass(const struct network *network, bool inverse, uint32_t x) {
    uint32_t low = x & network->low_mask, high = x >> network->low_bits;
    for (int round = 0; !inverse && round < FEISTEL_ROUNDS; round += 2) {
        high ^= feistel_round(network, round, low) & network->high_mask;
        low ^= feistel_round(network, round + 1, high) & network->low_mask;
    }
    for (int round = FEISTEL_ROUNDS - 2; inverse && round >= 0; round -= 2) {
        low ^= feistel_round(network, round + 1, high) & network->low_mask;
        high ^= feistel_round(network, round, low) & network->high_mask;
    }
    return (high << network->low_bits) | low;
}

uint32_t tmn_permute(uint64_t key, uint32_t n, uint32_t i) {
    struct network network = network_of(key, n);
    do
        i = pass(&network, false, i);
    while (i >= n);
    return i;
}

uint32_t tmn_permute_inverse(uint64_t key, uint32_t n, uint32_t i) {
    struct network network = network_of(key, n);
    do
        i = pass(&network, true, i);
    while (i >= n);
    return i;
}

/* ---- many numbers ---- */

static void baseline_pass(const struct network *network, bool inverse, uint32_t *x, size_t count) {
    for (size_t i = 0; i < count; i++)
        x[i] = pass(network, inverse, x[i]);
}

#define WIDE_BODY "base/permute_wide.h"
#include "base/wide.h"

static const struct {
    void (*pass)(const struct network *network, bool inverse, uint32_t *x, size_t count);
    size_t at_once; /* numbers of a vector */
} with[TMN_ISAS] = {
    [TMN_ISA_BASELINE] = {baseline_pass, 1},
#ifdef __x86_64__
    [TMN_ISA_AVX2] = {avx2_pass, avx2_numbers},
    [TMN_ISA_AVX512] = {avx512_pass, avx512_numbers},
#endif
};

void tmn_permute_many(uint64_t key, uint32_t n, bool inverse, uint32_t *x, size_t count) {
    enum { CHUNK = 512 };
    enum tmn_isa isa = tmn_isa();
    struct network network = network_of(key, n);
    uint32_t walking[CHUNK];
    uint16_t at[CHUNK];
    for (size_t from = 0; from < count; from += CHUNK) {
        size_t left = count - from < CHUNK ? count - from : CHUNK;
        for (size_t i = 0; i < left; i++) {
            walking[i] = x[from + i];
            at[i] = (uint16_t)i;
        }
        while (left > 0) {
            size_t whole = (left + with[isa].at_once - 1) / with[isa].at_once * with[isa].at_once, kept = 0;
            memset(walking + left, 0, (whole - left) * sizeof *walking);
            with[isa].pass(&network, inverse, walking, left);
            for (size_t i = 0; i < left; i++) {
                x[from + at[i]] = walking[i];
                bool walks = walking[i] >= n;
                walking[kept] = walking[i];
                at[kept] = at[i];
                kept += walks;
            }
            left = kept;
        }
    }
}
