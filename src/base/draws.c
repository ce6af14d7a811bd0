/* Batched draws. Wide instructions take whole batches of DRAWS_AT_ONCE; the last ones are filled up to one. */
#include "base/draw.h"

#include "base/isa.h"
#include "base/real.h"
#include <philox.h>
#include <string.h>

enum { DRAWS_AT_ONCE = 32 };

#define WIDE_BODY "base/draws_wide.h"
#include "base/wide.h"

typedef void thresholds_fn(const struct tmn_draws *draws, size_t count, uint64_t *out);
typedef void uniforms_fn(const struct tmn_draws *draws, size_t count, uint32_t *out);

static uint32_t word_at(const struct tmn_draw_word *word, size_t i) {
    return word->each == NULL ? word->all : word->each[i];
}

static struct tmn_draw draw_at(const struct tmn_draws *draws, size_t i) {
    return tmn_draw(draws->seed, word_at(&draws->row, i), word_at(&draws->partner, i), word_at(&draws->k, i),
                    word_at(&draws->hash, i));
}

static void baseline_thresholds(const struct tmn_draws *draws, size_t count, uint64_t *out) {
    for (size_t i = 0; i < count; i++)
        out[i] = tmn_draw_threshold(draw_at(draws, i));
}

static void baseline_uniforms(const struct tmn_draws *draws, size_t count, uint32_t *out) {
    for (size_t i = 0; i < count; i++)
        out[i] = tmn_draw_uniform(draw_at(draws, i));
}

static const struct {
    thresholds_fn *thresholds;
    uniforms_fn *uniforms;
    size_t at_once, few_thresholds, few_uniforms; /* few: so many cost less one by one */
} with[TMN_ISAS] = {
    [TMN_ISA_BASELINE] = {baseline_thresholds, baseline_uniforms, 1, 0, 0},
#ifdef __x86_64__
    [TMN_ISA_AVX2] = {avx2_thresholds, avx2_uniforms, DRAWS_AT_ONCE, 6, 9},
    [TMN_ISA_AVX512] = {avx512_thresholds, avx512_uniforms, DRAWS_AT_ONCE, 5, 6},
#endif
};

/* Draws `first` to `first` + `count` - 1, then such as nobody asked for, in arrays of DRAWS_AT_ONCE. */
static struct tmn_draws fill_up(const struct tmn_draws *draws, size_t first, size_t count,
                                uint32_t words[4][DRAWS_AT_ONCE]) {
    struct tmn_draws full = *draws;
    struct tmn_draw_word *word[4] = {&full.row, &full.partner, &full.k, &full.hash};
    for (int w = 0; w < 4; w++) {
        if (word[w]->each == NULL)
            continue;
        memset(words[w], 0, DRAWS_AT_ONCE * sizeof **words);
        memcpy(words[w], word[w]->each + first, count * sizeof **words);
        word[w]->each = words[w];
    }
    return full;
}

void tmn_draw_thresholds(const struct tmn_draws *draws, size_t count, uint64_t *out) {
    enum tmn_isa isa = tmn_isa();
    size_t rest = count % with[isa].at_once, whole = count - rest;
    with[isa].thresholds(draws, whole, out);
    if (rest <= with[isa].few_thresholds) {
        for (size_t i = whole; i < count; i++)
            out[i] = tmn_draw_threshold(draw_at(draws, i));
    } else {
        uint32_t words[4][DRAWS_AT_ONCE];
        uint64_t last[DRAWS_AT_ONCE];
        struct tmn_draws full = fill_up(draws, whole, rest, words);
        with[isa].thresholds(&full, DRAWS_AT_ONCE, last);
        memcpy(out + whole, last, rest * sizeof *last);
    }
}

void tmn_draw_uniforms(const struct tmn_draws *draws, size_t count, uint32_t *out) {
    enum tmn_isa isa = tmn_isa();
    size_t rest = count % with[isa].at_once, whole = count - rest;
    with[isa].uniforms(draws, whole, out);
    if (rest <= with[isa].few_uniforms) {
        for (size_t i = whole; i < count; i++)
            out[i] = tmn_draw_uniform(draw_at(draws, i));
    } else {
        uint32_t words[4][DRAWS_AT_ONCE], last[DRAWS_AT_ONCE];
        struct tmn_draws full = fill_up(draws, whole, rest, words);
        with[isa].uniforms(&full, DRAWS_AT_ONCE, last);
        memcpy(out + whole, last, rest * sizeof *last);
    }
}
