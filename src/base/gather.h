/* Some bits of a word side by side: the bit of each place in `mask`, lowest first. One instruction where
 * tmn_isa_gathers(), before which nobody asks for it on x86. */
#ifndef TMN_BASE_GATHER_H
#define TMN_BASE_GATHER_H

#include <stdint.h>

static inline uint64_t tmn_gather(uint64_t word, uint64_t mask) {
    uint64_t bits;
#ifdef __x86_64__
    __asm__("pextq %2, %1, %0" : "=r"(bits) : "r"(word), "rm"(mask)); /* BMI2, which the baseline is compiled without */
#else
    bits = 0;
    for (int n = 0; mask != 0; mask &= mask - 1)
        bits |= (word >> __builtin_ctzll(mask) & 1) << n++;
#endif
    return bits;
}
/* The other way: the lowest bits of `bits` at the places in `mask`. */
static inline uint64_t tmn_scatter(uint64_t bits, uint64_t mask) {
    uint64_t word = 0;
    for (; mask != 0; mask &= mask - 1, bits >>= 1)
        word |= (bits & 1) << __builtin_ctzll(mask);
    return word;
}

#endif
