/* Loops over a stage of rows, some with the instructions of each set: all give the same bits. */
#include "base/isa.h"
#include "engine/rooms.h"

static inline __attribute__((always_inline)) uint64_t carry_over(const uint64_t *restrict left, uint64_t use,
                                                                 uint64_t carried, uint64_t after,
                                                                 uint64_t *restrict threshold, uint32_t count) {
    uint64_t none_left = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t overshoot = (use - left[i]) & carried;
        none_left += left[i] == 0;
        threshold[i] = tmn_carry(threshold[i], overshoot) + after;
    }
    return none_left;
}

static inline __attribute__((always_inline)) void step_rows(uint64_t *restrict word, const struct tmn_steps *steps,
                                                            uint64_t *restrict was, uint64_t *restrict is,
                                                            uint32_t count) {
    const uint64_t *restrict token = steps->token;
    const uint64_t mask = steps->of.mask, others = ~(mask << steps->of.shift);
    const int64_t by = steps->by, top = steps->top;
    const int shift = steps->of.shift;
    for (uint32_t i = 0; i < count; i++, word += sizeof(struct tmn_packed) / sizeof *word) {
        int64_t from = (int64_t)(*word >> shift & mask), to = from + by;
        to = to < 0 ? 0 : to > top ? top : to;
        was[i] = token[from];
        is[i] = token[to];
        *word = (*word & others) | (uint64_t)to << shift;
    }
}

struct loops {
    uint64_t (*carry_over)(const uint64_t *left, uint64_t use, uint64_t carried, uint64_t after, uint64_t *threshold,
                           uint32_t count);
    void (*step_rows)(uint64_t *word, const struct tmn_steps *steps, uint64_t *was, uint64_t *is, uint32_t count);
};
#define LOOPS(set, target)                                                                                             \
    target static uint64_t set##_carry_over(const uint64_t *left, uint64_t use, uint64_t carried, uint64_t after,      \
                                            uint64_t *threshold, uint32_t count) {                                     \
        return carry_over(left, use, carried, after, threshold, count);                                                \
    }                                                                                                                  \
    target static void set##_step_rows(uint64_t *word, const struct tmn_steps *steps, uint64_t *was, uint64_t *is,     \
                                       uint32_t count) {                                                               \
        step_rows(word, steps, was, is, count);                                                                        \
    }
LOOPS(baseline, )
#ifdef __x86_64__
LOOPS(avx2, __attribute__((target("avx2"))))
LOOPS(avx512, __attribute__((target("avx512f,avx512dq"))))
#endif

static const struct loops *loops(void) {
    static const struct loops with[TMN_ISAS] = {
        [TMN_ISA_BASELINE] = {baseline_carry_over, baseline_step_rows},
#ifdef __x86_64__
        [TMN_ISA_AVX2] = {avx2_carry_over, avx2_step_rows},
        [TMN_ISA_AVX512] = {avx512_carry_over, avx512_step_rows},
#endif
    };
    return &with[tmn_isa()];
}

void tmn_stage_at_most(const uint64_t *left, uint64_t most, uint64_t *bits) {
    for (uint32_t w = 0; w < STAGE_WORDS; w++, left += 64) {
        uint64_t word = 0;
        for (int i = 63; i >= 0; i -= 4) { /* the last one first, so that each is shifted in */
            word += word + (left[i] <= most);
            word += word + (left[i - 1] <= most);
            word += word + (left[i - 2] <= most);
            word += word + (left[i - 3] <= most);
        }
        bits[w] = word;
    }
}

uint64_t tmn_stage_carry_over(const uint64_t *left, uint64_t use, uint64_t carried, uint64_t after, uint64_t *threshold,
                              uint32_t count) {
    return loops()->carry_over(left, use, carried, after, threshold, count);
}

void tmn_stage_step(uint64_t *word, const struct tmn_steps *steps, uint64_t *was, uint64_t *is, uint32_t count) {
    loops()->step_rows(word, steps, was, is, count);
}
