/* Keyed permutations of many numbers, WIDE_BYTES / 4 at a time: the steps of tmn_permute and tmn_permute_inverse on
 * vectors. Included by permute.c through base/wide.h. */

enum { WIDE(numbers) = WIDE_BYTES / 4 };

typedef uint32_t WIDE(word) __attribute__((vector_size(WIDE_BYTES)));

WIDE_FUNCTION void WIDE(round)(const struct network *network, int round, WIDE(word) half[WIDE_AT_ONCE],
                               WIDE(word) other[WIDE_AT_ONCE], uint32_t mask, size_t vectors) {
    for (size_t v = 0; v < vectors; v++) {
        WIDE(word) x = half[v] ^ network->round_key[round];
        x *= UINT32_C(0x85ebca6b);
        x ^= x >> 15;
        x = (x + network->middle_key) * UINT32_C(0xc2b2ae35);
        other[v] ^= (x ^ (x >> 13)) & mask;
    }
}

/* Of some vectors together, whose steps hide each other's waits. */
WIDE_FUNCTION void WIDE(some)(const struct network *network, bool inverse, uint32_t *x, size_t vectors) {
    WIDE(word) low[WIDE_AT_ONCE], high[WIDE_AT_ONCE];
    for (size_t v = 0; v < vectors; v++) {
        WIDE(word) both;
        memcpy(&both, x + v * WIDE(numbers), sizeof both);
        low[v] = both & network->low_mask;
        high[v] = both >> (uint32_t)network->low_bits;
    }
    for (int round = 0; !inverse && round < FEISTEL_ROUNDS; round += 2) {
        WIDE(round)(network, round, low, high, network->high_mask, vectors);
        WIDE(round)(network, round + 1, high, low, network->low_mask, vectors);
    }
    for (int round = FEISTEL_ROUNDS - 2; inverse && round >= 0; round -= 2) {
        WIDE(round)(network, round + 1, high, low, network->low_mask, vectors);
        WIDE(round)(network, round, low, high, network->high_mask, vectors);
    }
    for (size_t v = 0; v < vectors; v++) {
        WIDE(word) both = (high[v] << (uint32_t)network->low_bits) | low[v];
        memcpy(x + v * WIDE(numbers), &both, sizeof both);
    }
}

/* One pass of the network over `count` numbers, and over what stands after them up to whole vectors. */
static __attribute__((target(WIDE_TARGET))) void WIDE(pass)(const struct network *network, bool inverse, uint32_t *x,
                                                            size_t count) {
    size_t i = 0;
    for (; i + (WIDE_AT_ONCE - 1) * WIDE(numbers) < count; i += WIDE_AT_ONCE * WIDE(numbers))
        WIDE(some)(network, inverse, x + i, WIDE_AT_ONCE);
    for (; i < count; i += WIDE(numbers))
        WIDE(some)(network, inverse, x + i, 1);
}
