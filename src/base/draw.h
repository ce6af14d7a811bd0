/* Keyed draws: Philox4x32-10 with key = seed and counter = (row, partner, k, name hash). No state, no order. */
#ifndef TMN_BASE_DRAW_H
#define TMN_BASE_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tmn_draw {
    uint32_t lane[4];
};

/* partner: 0, or the receiver's row + 1. */
struct tmn_draw tmn_draw(uint64_t seed, uint32_t row, uint32_t partner, uint32_t k, uint32_t name_hash);
/* Unit exponential of lanes 0 and 1 in units of 2^-58, at least 1, at most 2^63 - 1. */
uint64_t tmn_draw_threshold(struct tmn_draw draw);
/* Lane 2 as a 32-bit uniform; fires a probability p (tmn_fixed_probability) when draw < p. */
uint32_t tmn_draw_uniform(struct tmn_draw draw);

/* Many draws at once, several at a time where the machine can (isa.h): the bits are those of one by one. */
struct tmn_draw_word {
    const uint32_t *each; /* [count], or NULL: */
    uint32_t all;
};
struct tmn_draws {
    uint64_t seed;
    struct tmn_draw_word row, partner, k, hash;
};
/* out[i] = tmn_draw_threshold of draw i. */
void tmn_draw_thresholds(const struct tmn_draws *draws, size_t count, uint64_t *out);
/* out[i] = tmn_draw_uniform of draw i. */
void tmn_draw_uniforms(const struct tmn_draws *draws, size_t count, uint32_t *out);

/* 32-bit hash of a full name: transition/branch/action/layer joined by '/'. */
uint32_t tmn_name_hash(const char *name);
uint64_t tmn_name_hash64(const char *name);

/* A keyed permutation of 0..n-1 (Feistel with cycle walking) and its inverse. */
uint32_t tmn_permute(uint64_t key, uint32_t n, uint32_t i);
uint32_t tmn_permute_inverse(uint64_t key, uint32_t n, uint32_t i);
/* Each of x[count] by tmn_permute or tmn_permute_inverse, several at a time where the machine can (isa.h). */
void tmn_permute_many(uint64_t key, uint32_t n, bool inverse, uint32_t *x, size_t count);
/* A bijection of 64-bit numbers that leaves no trace of what they were. */
static inline uint64_t tmn_mix64(uint64_t x) {
    x ^= x >> 32;
    x *= UINT64_C(0xe9846af9b1a615d);
    x ^= x >> 32;
    x *= UINT64_C(0xe9846af9b1a615d);
    x ^= x >> 28;
    return x;
}

/* Another keyed permutation of 0..n-1, prepared once: it hardly ever walks, and many that follow each other are found
 * at once, at a third of the cost. */
enum { TMN_SHUFFLE_ROUNDS_MAX = 40 };
struct tmn_shuffle {
    uint32_t n, high, low; /* high x low >= n is the grid that is shuffled */
    int rounds;
    uint32_t key[TMN_SHUFFLE_ROUNDS_MAX];
};
void tmn_shuffle_init(struct tmn_shuffle *shuffle, uint64_t key, uint32_t n); /* n >= 1 */
uint32_t tmn_shuffle(const struct tmn_shuffle *shuffle, uint32_t i);
uint32_t tmn_shuffle_inverse(const struct tmn_shuffle *shuffle, uint32_t i);
/* out[i] = inverse of first + i, for i < count; n below 2^31. */
void tmn_shuffle_inverse_many(const struct tmn_shuffle *shuffle, uint32_t first, uint32_t count, uint32_t *out);

#endif
