/* Digests. Weekly: the sum over rows and attributes of a 128-bit mix of row and the token of "attribute=level", kept up
 * to date on each change; the cumulative counts of outcomes by name and cell; the bits of feedback by name and place.
 * Full: adds k and left of enabled clocks and k of the rest, keyed by the transition's name. Sums modulo 2^128, so that
 * neither order of work nor order of declaration matters; parameters and G never enter. */
#include "base/isa.h"
#include "engine/rooms.h"

#include <string.h>

static uint64_t mix_first(uint64_t a) {
    return tmn_mix64(a + UINT64_C(0x9e3779b97f4a7c15));
}

/* Two 64-bit halves from (a, b), each a mix of both; h: of a. */
static tmn_u128 mix_second(uint64_t h, uint64_t b) {
    uint64_t low = tmn_mix64(h ^ b);
    uint64_t high = tmn_mix64(low + ((b << 32) | (b >> 32)) + ~h);
    return ((tmn_u128)high << 64) | low;
}

static tmn_u128 mix_pair(uint64_t a, uint64_t b) {
    return mix_second(mix_first(a), b);
}

tmn_u128 tmn_digest_pair(uint64_t token, uint64_t value) {
    return mix_pair(token, value);
}

/* Sums of 64-bit numbers that do not carry into each other, so that compilers add several at a time. */
struct parts {
    uint64_t low, middle, high; /* of low halves the low 32 bits and the high ones; of high halves all, modulo 2^64 */
};

static tmn_u128 join(const struct parts *parts) {
    return (tmn_u128)parts->low + ((tmn_u128)parts->middle << 32) + ((tmn_u128)parts->high << 64);
}

static inline void add_part(struct parts *parts, uint64_t h, uint64_t b) {
    uint64_t low = tmn_mix64(h ^ b);
    parts->high += tmn_mix64(low + ((b << 32) | (b >> 32)) + ~h);
    parts->low += low & UINT32_MAX;
    parts->middle += low >> 32;
}

/* At most 2^32 rows. */
static inline __attribute__((always_inline)) tmn_u128 moves(const uint32_t *row, const uint64_t *was,
                                                            const uint64_t *is, size_t count) {
    struct parts before = {0, 0, 0}, after = {0, 0, 0};
    for (size_t i = 0; i < count; i++) {
        uint64_t h = mix_first(row[i]);
        add_part(&before, h, was[i]);
        add_part(&after, h, is[i]);
    }
    return join(&after) - join(&before);
}

/* `h`: the first halves of pairs, mixed. */
static inline __attribute__((always_inline)) tmn_u128 pairs(const uint64_t *h, const uint64_t *b, size_t count) {
    struct parts parts = {0, 0, 0};
    for (size_t i = 0; i < count; i++)
        add_part(&parts, h[i], b[i]);
    return join(&parts);
}

enum { AT_ONCE = 256 };

/* Of all attributes of at most AT_ONCE rows. */
static inline __attribute__((always_inline)) tmn_u128 rows(const struct tmn_run *run, uint32_t first, uint32_t count) {
    uint64_t h[AT_ONCE], word[2][AT_ONCE];
    tmn_u128 sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        h[i] = mix_first(first + i);
        word[0][i] = run->packed[first + i].word[0];
        word[1][i] = run->packed[first + i].word[1];
    }
    for (size_t a = 0; a < run->model->attributes.count; a++) {
        const struct tmn_attribute *attribute = &run->model->attributes.items[a];
        const uint64_t *of = word[attribute->word], *token = attribute->token,
                       mask = (UINT64_C(1) << attribute->bits) - 1;
        int shift = attribute->shift;
        struct parts parts = {0, 0, 0};
        for (uint32_t i = 0; i < count; i++)
            add_part(&parts, h[i], token[of[i] >> shift & mask]);
        sum += join(&parts);
    }
    return sum;
}

/* The three of them with the instructions of a set. */
struct sums {
    tmn_u128 (*moves)(const uint32_t *row, const uint64_t *was, const uint64_t *is, size_t count);
    tmn_u128 (*pairs)(const uint64_t *h, const uint64_t *b, size_t count);
    tmn_u128 (*rows)(const struct tmn_run *run, uint32_t first, uint32_t count);
};
#define SUMS(set, target)                                                                                              \
    target static tmn_u128 set##_moves(const uint32_t *row, const uint64_t *was, const uint64_t *is, size_t count) {   \
        return moves(row, was, is, count);                                                                             \
    }                                                                                                                  \
    target static tmn_u128 set##_pairs(const uint64_t *h, const uint64_t *b, size_t count) {                           \
        return pairs(h, b, count);                                                                                     \
    }                                                                                                                  \
    target static tmn_u128 set##_rows(const struct tmn_run *run, uint32_t first, uint32_t count) {                     \
        return rows(run, first, count);                                                                                \
    }
SUMS(baseline, )
#ifdef __x86_64__
SUMS(avx2, __attribute__((target("avx2"))))
SUMS(avx512, __attribute__((target("avx512f,avx512dq"))))
#endif

static const struct sums *sums(void) {
    static const struct sums with[TMN_ISAS] = {
        [TMN_ISA_BASELINE] = {baseline_moves, baseline_pairs, baseline_rows},
#ifdef __x86_64__
        [TMN_ISA_AVX2] = {avx2_moves, avx2_pairs, avx2_rows},
        [TMN_ISA_AVX512] = {avx512_moves, avx512_pairs, avx512_rows},
#endif
    };
    return &with[tmn_isa()];
}

tmn_u128 tmn_digest_moves(const uint32_t *row, const uint64_t *was, const uint64_t *is, size_t count) {
    return sums()->moves(row, was, is, count);
}

void tmn_digest_settle(struct tmn_worker *worker) {
    struct tmn_digest_moves *moves = &worker->digest_moves;
    worker->rows_digest += tmn_digest_moves(moves->row, moves->was, moves->is, moves->count);
    moves->count = 0;
}

void tmn_digest_change(const struct tmn_run *run, struct tmn_worker *worker, uint32_t row,
                       const struct tmn_changes *changes) {
    struct tmn_digest_moves *moves = &worker->digest_moves;
    for (uint32_t i = 0; i < changes->count; i++) {
        const uint64_t *token = run->model->attributes.items[changes->attribute[i]].token;
        uint32_t at = moves->count++;
        moves->row[at] = row;
        moves->was[at] = token[changes->was[i]];
        moves->is[at] = token[changes->is[i]];
        if (moves->count == DIGEST_MOVES)
            tmn_digest_settle(worker);
    }
}

tmn_u128 tmn_digest_rows(const struct tmn_run *run, uint32_t first, uint32_t end) {
    const struct sums *with = sums();
    tmn_u128 sum = 0;
    for (uint32_t row = first, count; row < end; row += count) {
        count = end - row < AT_ONCE ? end - row : AT_ONCE;
        sum += with->rows(run, row, count);
    }
    return sum;
}

static tmn_u128 feedback_digest(const struct tmn_run *run) {
    tmn_u128 sum = 0;
    for (uint32_t slot = 0; slot < run->model->feedback_slots; slot++) {
        uint64_t bits;
        memcpy(&bits, &run->feedback[slot], sizeof bits);
        sum += mix_pair(run->feedback_token[slot], bits);
    }
    return sum;
}

static struct tmn_digest halves(tmn_u128 sum) {
    return (struct tmn_digest){(uint64_t)sum, (uint64_t)(sum >> 64)};
}

struct tmn_digest tmn_digest_weekly(const struct tmn_run *run, tmn_u128 rows) {
    return halves(rows + run->outcome_digest + feedback_digest(run));
}

/* ---- full ---- */

/* Pairs of clocks, summed many at once. */
struct clock_pairs {
    uint64_t h[AT_ONCE], b[AT_ONCE];
    size_t count;
    tmn_u128 sum;
};

static void add_pair(struct clock_pairs *all, uint64_t a, uint64_t b) {
    all->h[all->count] = mix_first(a);
    all->b[all->count++] = b;
    if (all->count < AT_ONCE)
        return;
    all->sum += sums()->pairs(all->h, all->b, all->count);
    all->count = 0;
}

static void add_clocks(const struct tmn_run *run, uint32_t row, struct clock_pairs *all) {
    const struct tmn_transition *transitions = run->model->transitions.items;
    for (int s = 0; s < run->slots; s++) {
        int t = tmn_clock_of(run, row, s);
        if (t >= 0)
            add_pair(all, ((uint64_t)row << 32) | transitions[t].hash,
                     tmn_mix64(tmn_left(run, row, s)) + UINT64_C(0x9e3779b97f4a7c15));
    }
    const uint8_t *k = tmn_person(run, row) + run->k_at;
    size_t of_byte = 8 / run->k_bits;
    for (size_t first = 0; first < run->transitions; first += of_byte, k++) /* most bytes are 0 */
        for (size_t t = first; *k != 0 && t < first + of_byte && t < run->transitions; t++)
            if (tmn_k_small(run, row, (int)t) != 0)
                add_pair(all, ((uint64_t)row << 32) | transitions[t].hash, tmn_k(run, row, (int)t));
}

static void clocks_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t block) {
    uint32_t end = block_end(run, block);
    struct clock_pairs all = {.count = 0};
    for (uint32_t row = block_first(run, block); row < end; row++)
        add_clocks(run, row, &all);
    worker->clocks_digest += all.sum + sums()->pairs(all.h, all.b, all.count);
}

static tmn_u128 event_clocks(const struct tmn_run *run) {
    tmn_u128 sum = 0;
    for (size_t e = 0; e < run->model->events.count; e++)
        for (uint32_t place = 0; place < run->event[e].slots; place++) {
            uint64_t key = ((uint64_t)place << 32) | run->model->events.items[e].hash;
            sum += mix_pair(~key, run->event[e].left[place]) + mix_pair(~key + 1, run->event[e].k[place]);
        }
    return sum;
}

struct tmn_digest tmn_run_full_digest(const struct tmn_run *const_run) {
    struct tmn_run *run = const_run->self; /* sums of workers are scratch */
    tmn_u128 sum = ((tmn_u128)run->weekly.high << 64) | run->weekly.low;
    tmn_run_blocks(run, clocks_block);
    for (int w = 0; w < run->workers; w++) {
        sum += run->worker[w].clocks_digest;
        run->worker[w].clocks_digest = 0;
    }
    return halves(sum + event_clocks(run));
}

struct tmn_digest tmn_run_weekly_digest(const struct tmn_run *run) {
    return run->weekly;
}
