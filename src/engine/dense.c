/* Transitions of which many clocks run out in each window: notes would be written and taken for nothing. All clocks of
 * such a dense transition are asked in each window, in the order of rows, a stage of rows after the other, so that what
 * is done for one row is done for all of a stage: whose clocks run out, draws, branches, effects, digest.
 *
 * Only what is usual is done here: a number for C x G, and no other clock of the person due in the window. All else
 * goes the way of clocks whose notes came up (expire.c). Which transitions are dense follows from what fired in the
 * last windows and changes no result. */
#include "engine/rooms.h"

#include <string.h>

enum {
    /* A transition becomes dense when it fires for one of so many rows in a window: fewer where each clock is asked by
     * itself than where all have one C and one sum. It is noted again when for some windows it fired for fewer than
     * half of them. */
    OFTEN = 12,
    OFTEN_ALIKE = 40,
    QUIET_WINDOWS = 16,
    SAMPLED = 4096 /* rows, before any window tells what fires */
};
_Static_assert((1 << BLOCK_BITS_LEAST) % STAGE_ROWS == 0 && STAGE_ROWS % 64 == 0, "stages of whole words of bits");

/* ---- which are ---- */

/* Terms are long, and what is sent is told firing by firing. */
static bool may_be_dense(const struct tmn_run *run, size_t transition) {
    const struct tmn_transition *it = &run->model->transitions.items[transition];
    for (size_t b = 0; b < it->branches; b++)
        if (run->rule[transition].branch[b].sends)
            return false;
    return it->kind != TMN_CLOCK_AFTER;
}

static void look_at(struct tmn_run *run, size_t transition, uint64_t fired) {
    struct tmn_accrual *accrual = &run->accrual[transition];
    if (accrual->dense) {
        uint64_t often = accrual->alike ? OFTEN_ALIKE : OFTEN;
        accrual->quiet = 2 * fired * often < run->rows ? accrual->quiet + 1 : 0;
        if (accrual->quiet >= QUIET_WINDOWS) {
            accrual->dense = false;
            accrual->refill_at = run->window;
        }
    } else if (fired > 0 && fired * OFTEN_ALIKE >= run->rows && may_be_dense(run, transition)) {
        uint64_t c;
        bool alike = tmn_clocks_alike(run, (int)transition, &c);
        if (!alike && fired * OFTEN < run->rows)
            return;
        accrual->dense = true;
        accrual->quiet = 0;
        accrual->alike = alike;
        accrual->c = c;
    }
}

/* As if what runs out in this window had fired in the one before, by a sample of rows. */
static void sample_firings(struct tmn_run *run) {
    uint32_t step = run->rows / SAMPLED + 1;
    run->sampled = 0;
    for (uint32_t row = 0; row < run->rows; row += step)
        for (int s = 0; s < run->slots; s++) {
            int transition = tmn_clock_of(run, row, s);
            struct tmn_due due;
            if (transition < 0 || !tmn_clock_ask(run, row, transition, &due))
                continue;
            run->accrual[transition].fired -= step;
            run->sampled += step;
        }
}

void tmn_dense_choose(struct tmn_run *run) {
    uint32_t denses = 0;
    if (!run->filed)
        sample_firings(run);
    for (size_t t = 0; t < run->transitions; t++)
        denses += run->accrual[t].dense;
    run->denses = 0;
    for (size_t t = 0; t < run->transitions; t++) {
        struct tmn_accrual *accrual = &run->accrual[t];
        uint64_t fired = run->counters.transition_firings[t] - accrual->fired;
        bool was = accrual->dense;
        accrual->fired += fired;
        if (was || denses < DENSE_MOST)
            look_at(run, t, fired);
        denses = denses + accrual->dense - was;
        if (accrual->dense)
            run->dense[run->denses++] = (uint16_t)t;
    }
}

/* ---- who runs out ---- */

/* Fetches what the next stage reads of some rows: a few at a time, since more would not be taken. */
enum { FETCHED = 4 };
static inline void fetch(const struct tmn_run *run, uint32_t row) {
    if (row >= run->rows)
        return;
    __builtin_prefetch(&run->packed[row], 1);
    __builtin_prefetch(tmn_person(run, row), 1);
}

/* What a window takes off a clock. */
struct pace {
    uint64_t use, step;  /* step: of C x sum of G */
    bool certain, usual; /* certain: it runs out whatever is left; usual: that, or a number */
};

static struct pace pace_of(uint64_t c, uint64_t g) {
    struct pace pace = {.step = tmn_steady_c(c) * tmn_steady_c(g)};
    bool number = !__builtin_mul_overflow(c, g, &pace.use) && (c | g | pace.use) < FACTOR_SPECIAL;
    pace.certain =
        (c == TMN_CERTAIN && g > 0 && g < FACTOR_SPECIAL) || (g == TMN_CERTAIN && c > 0 && c < FACTOR_SPECIAL);
    pace.usual = number || pace.certain;
    if (pace.certain)
        pace.use = 1;
    return pace;
}

/* What is left of a clock at the start of the window, more than any window takes where it is not enabled. `own`: each
 * slot has its word in the row; a constant, so that it is asked once. */
#define NOBODY UINT64_MAX
static inline __attribute__((always_inline)) uint64_t left_of(const struct tmn_run *run, uint32_t row, int slot,
                                                              int held, uint64_t accrued, bool own) {
    bool enabled = (tmn_slots(run, row)[slot] & SLOT_SHARER) == held;
    if (own) { /* then to read it does no harm, and no branch is taken */
        uint64_t left = ((const uint64_t *)(const void *)tmn_person(run, row))[slot] - accrued;
        return enabled ? left : NOBODY;
    }
    return enabled ? *tmn_clock(run, row, slot) - accrued : NOBODY;
}

static inline __attribute__((always_inline)) void read_left(const struct tmn_run *restrict run, uint64_t *restrict left,
                                                            int transition, uint32_t first, uint32_t count,
                                                            uint64_t accrued, bool own) {
    const struct tmn_transition *it = &run->model->transitions.items[transition];
    const int slot = it->slot, held = it->sharer + 1;
    uint32_t i = 0;
    for (; i + FETCHED <= count; i += FETCHED) {
        fetch(run, first + STAGE_ROWS + i);
        for (uint32_t j = 0; j < FETCHED; j++)
            left[i + j] = left_of(run, first + i + j, slot, held, accrued, own);
    }
    for (; i < count; i++)
        left[i] = left_of(run, first + i, slot, held, accrued, own);
    for (; i < STAGE_ROWS; i++)
        left[i] = NOBODY;
}

/* All clocks have one C and one sum. False when C x G is no number. */
static bool ask_alike(const struct tmn_run *run, struct tmn_stage *stage, int transition, uint32_t first,
                      uint32_t count) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    const struct pace pace = pace_of(accrual->c, run->rule[transition].g[0]);
    uint64_t accrued = tmn_steady_c(accrual->c) * accrual->sum[0];
    if (!pace.usual)
        return false;
    stage->alike = true;
    stage->use[0] = pace.use;
    stage->after[0] = accrued + pace.step;
    if (pace.use == 0)
        return true;
    if (run->which_at == 0)
        read_left(run, stage->left, transition, first, count, accrued, true);
    else
        read_left(run, stage->left, transition, first, count, accrued, false);
    tmn_stage_at_most(stage->left, pace.certain ? NOBODY - 1 : pace.use, stage->out);
    for (uint32_t i = 0; i < STAGE_ROWS && pace.certain; i++)
        stage->left[i] = 1; /* of chances nothing is carried, and nothing overshoots */
    return true;
}

static void ask_each(const struct tmn_run *run, struct tmn_stage *stage, int transition, uint32_t first,
                     uint32_t count) {
    int slot = run->model->transitions.items[transition].slot;
    stage->alike = false;
    for (uint32_t i = 0; i < count; i++) {
        struct tmn_due due;
        if (tmn_clock_of(run, first + i, slot) != transition || !tmn_clock_ask(run, first + i, transition, &due))
            continue;
        const struct pace pace = pace_of(due.c, due.g);
        uint64_t bit = UINT64_C(1) << i % 64;
        stage->out[i / 64] |= bit;
        stage->strange[i / 64] |= pace.usual ? 0 : bit;
        stage->left[i] = pace.certain ? 1 : due.left; /* as above */
        stage->use[i] = pace.use;
        stage->after[i] = tmn_steady_c(due.c) * run->accrual[transition].sum[due.share.at] + pace.step;
    }
}

/* Joins those whose notes came up. */
static void put_due(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int transition) {
    struct tmn_due *due = tmn_list_add(&worker->due, sizeof *due);
    if (due == NULL)
        tmn_fail_row(&run->block[block_of(run, row)], (struct tmn_failure){.kind = FAILED_MEMORY, .row = row});
    else
        tmn_clock_ask(run, row, transition, due);
}

/* ---- those who fire ---- */

static uint32_t list_bits(const uint64_t *bits, uint16_t *at) {
    uint32_t count = 0;
    for (uint32_t w = 0; w < STAGE_WORDS; w++) {
        if (bits[w] == UINT64_MAX) {
            uint16_t *all = at + count;
            for (uint32_t i = 0; i < 64; i++)
                all[i] = (uint16_t)(64 * w + i);
            count += 64;
            continue;
        }
        for (uint64_t some = bits[w]; some != 0; some &= some - 1)
            at[count++] = (uint16_t)(64 * w + (uint32_t)__builtin_ctzll(some));
    }
    return count;
}

static void list_rows(struct tmn_batch *batch, uint32_t first, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        batch->row[i] = first + batch->at[i];
}

/* Sorts them by branch. */
static void choose_branches(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t first,
                            int transition, uint32_t count) {
    struct tmn_batch *batch = worker->batch;
    const struct tmn_transition *it = &run->model->transitions.items[transition];
    struct tmn_draws draws = {
        .seed = run->options.seed, .row = {batch->row, 0}, .k = {batch->k, 0}, .hash = {NULL, it->hash}};
    for (uint32_t i = 0; i < count; i++)
        batch->k[i] = tmn_k(run, batch->row[i], transition);
    tmn_draw_uniforms(&draws, count, batch->uniform);
    for (uint32_t i = 0; i < count; i++)
        batch->branch[batch->at[i]] =
            tmn_branch_choose(run, worker, block, batch->row[i], transition, batch->uniform[i]);
    uint32_t sorted = 0;
    for (int b = 0; b < (int)it->branches; b++)
        for (uint32_t i = 0; i < count; i++)
            if (batch->branch[batch->at[i]] == b)
                batch->sorted[sorted++] = batch->at[i];
    memcpy(batch->at, batch->sorted, count * sizeof *batch->at);
    list_rows(batch, first, count);
}

/* `run_on`, here and below: those who fire follow one another; a constant, so that it is asked once. */
static inline __attribute__((always_inline)) void advance_rows(struct tmn_run *run, struct tmn_worker *worker,
                                                               struct tmn_block *block, uint32_t first, int transition,
                                                               uint32_t count, bool run_on) {
    const struct tmn_batch *batch = worker->batch;
    const uint16_t *restrict at = batch->at;
    uint32_t *restrict number = worker->batch->k;
    const struct tmn_k_place place = tmn_k_place(run, first, transition);
    const size_t person_bytes = run->person_bytes;
    const uint32_t most = run->k_most, one = UINT32_C(1) << place.shift;
    uint8_t *next = place.byte + at[0] * person_bytes;
    uint32_t largest = 0;
#pragma GCC unroll 4
    for (uint32_t i = 0; i < count; i++, next += person_bytes) {
        uint8_t *byte = run_on ? next : place.byte + at[i] * person_bytes;
        number[i] = *byte;
        *byte = (uint8_t)(number[i] + one);
    }
    for (uint32_t i = 0; i < count; i++) {
        number[i] = (number[i] >> place.shift & most) + 1;
        largest = number[i] > largest ? number[i] : largest;
    }
    for (uint32_t i = 0; i < count && largest >= most; i++)
        if (number[i] >= most) { /* too large for its bits: as if nothing had been done */
            place.byte[at[i] * person_bytes] = (uint8_t)(place.byte[at[i] * person_bytes] - one);
            number[i] = tmn_k_advance_large(run, worker, block, batch->row[i], transition);
        }
}

/* Into the rows where each slot has its word. */
static inline __attribute__((always_inline)) void put_words(const struct tmn_run *run, const struct tmn_batch *batch,
                                                            int slot, uint32_t first, uint32_t count, bool run_on) {
    const uint16_t *restrict at = batch->at;
    const uint64_t *restrict word = batch->threshold;
    const size_t person_bytes = run->person_bytes;
    uint8_t *start = tmn_person(run, first) + (size_t)slot * sizeof *word, *next = start + at[0] * person_bytes;
#pragma GCC unroll 4
    for (uint32_t i = 0; i < count; i++, next += person_bytes)
        *(uint64_t *)(void *)(run_on ? next : start + at[i] * person_bytes) = word[i];
}

/* All of one C and one sum: what is carried and accrued is worked out for many at once. */
static void put_alike(const struct tmn_run *run, struct tmn_worker *worker, int slot, uint64_t carried,
                      const struct tmn_stage *stage, uint32_t first, uint32_t count, bool run_on) {
    struct tmn_batch *batch = worker->batch;
    for (uint32_t i = 0; i < count && !run_on; i++)
        batch->left[i] = stage->left[batch->at[i]];
    worker->tally.overshoots += tmn_stage_carry_over(run_on ? &stage->left[batch->at[0]] : batch->left, stage->use[0],
                                                     carried, stage->after[0], batch->threshold, count);
    if (run->which_at != 0)
        for (uint32_t i = 0; i < count; i++)
            *tmn_clock(run, batch->row[i], slot) = batch->threshold[i];
    else if (run_on)
        put_words(run, batch, slot, first, count, true);
    else
        put_words(run, batch, slot, first, count, false);
}

static void put_each(const struct tmn_run *run, struct tmn_worker *worker, int slot, uint64_t carried,
                     const struct tmn_stage *stage, uint32_t count) {
    const struct tmn_batch *batch = worker->batch;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = batch->at[i];
        uint64_t left = stage->left[at];
        worker->tally.overshoots += left == 0;
        *tmn_clock(run, batch->row[i], slot) =
            tmn_carry(batch->threshold[i], (stage->use[at] - left) & carried) + stage->after[at];
    }
}

/* Clocks start again as if their persons stayed what they were. */
static void start_again(const struct tmn_run *run, struct tmn_worker *worker, int transition,
                        const struct tmn_stage *stage, uint32_t first, uint32_t count, bool run_on) {
    struct tmn_batch *batch = worker->batch;
    const struct tmn_transition *it = &run->model->transitions.items[transition];
    struct tmn_draws draws = {
        .seed = run->options.seed, .row = {batch->row, 0}, .k = {batch->k, 0}, .hash = {NULL, it->hash}};
    const uint64_t carried = it->kind == TMN_CLOCK_RATE ? UINT64_MAX : 0;
    tmn_draw_thresholds(&draws, count, batch->threshold);
    if (stage->alike)
        put_alike(run, worker, it->slot, carried, stage, first, count, run_on);
    else
        put_each(run, worker, it->slot, carried, stage, count);
}

/* Bits that a branch may change. */
static struct tmn_packed bits_changed(const struct tmn_effect *effect) {
    struct tmn_packed bits = {{~effect->keep[0], ~effect->keep[1]}};
    for (uint32_t i = 0; i < effect->copies; i++)
        bits.word[effect->copy[i].to.word] |= effect->copy[i].to.mask << effect->copy[i].to.shift;
    for (uint32_t i = 0; i < effect->step_count; i++)
        bits.word[effect->steps[i].of.word] |= effect->steps[i].of.mask << effect->steps[i].of.shift;
    for (uint32_t i = 0; i < effect->dated_count; i++)
        bits.word[effect->dated[i].of.word] |= effect->dated[i].of.mask << effect->dated[i].of.shift;
    return bits;
}

static bool share_bits(const struct tmn_packed *a, const struct tmn_packed *b) {
    return ((a->word[0] & b->word[0]) | (a->word[1] & b->word[1])) != 0;
}

/* The digest of those who changed, attribute by attribute. */
static void digest(const struct tmn_run *run, struct tmn_worker *worker, const struct tmn_packed *may,
                   const uint32_t *row, const struct tmn_packed *before, const struct tmn_packed *now, uint32_t count) {
    struct tmn_batch *batch = worker->batch;
    for (size_t a = 0; a < run->model->attributes.count; a++) {
        const struct tmn_attribute *attribute = &run->model->attributes.items[a];
        const uint64_t *token = attribute->token, mask = (UINT64_C(1) << attribute->bits) - 1;
        const int word = attribute->word, shift = attribute->shift;
        if ((may->word[word] & run->attribute_bits[a]) == 0)
            continue;
        const uint64_t *start = &before->word[word], *end = &now->word[word];
        uint64_t *restrict was = batch->was, *restrict is = batch->is;
        for (uint32_t i = 0; i < count; i++) {
            was[i] = token[start[2 * i] >> shift & mask];
            is[i] = token[end[2 * i] >> shift & mask];
        }
        worker->rows_digest += tmn_digest_moves(row, was, is, count);
    }
}

/* What follows for the clocks of those who changed in what clocks read. */
static void touch(struct tmn_run *run, struct tmn_block *block, int transition, const uint32_t *row,
                  const struct tmn_packed *before, const struct tmn_packed *now, uint32_t count) {
    int slot = run->model->transitions.items[transition].slot;
    for (uint32_t i = 0; i < count; i++) {
        struct tmn_packed changed = {{before[i].word[0] ^ now[i].word[0], before[i].word[1] ^ now[i].word[1]}};
        if (!share_bits(&changed, &run->clock_watch.any))
            continue;
        tmn_touch(run, block, row[i], &before[i]);
        tmn_slots(run, row[i])[slot] |=
            share_bits(&changed, &run->rule[transition].reads) ? SLOT_ADVANCED | SLOT_AIMED : SLOT_ADVANCED;
    }
}

/* The step of a branch that does nothing else; NULL: it does. */
static const struct tmn_steps *only_steps(const struct tmn_effect *effect) {
    bool only = effect->step_count == 1 && effect->copies + effect->dated_count == 0 &&
                (effect->keep[0] & effect->keep[1]) == UINT64_MAX;
    return only ? effect->steps : NULL;
}

/* What a branch does to attributes: of many persons step by step. */
static void take_effect(const struct tmn_effect *effect, int year, struct tmn_packed *now, uint32_t count) {
    if (effect->copies + effect->dated_count > 0) {
        for (uint32_t i = 0; i < count; i++)
            tmn_effect_take(effect, year, &now[i]);
        return;
    }
    const uint64_t keep[2] = {effect->keep[0], effect->keep[1]}, put[2] = {effect->put[0], effect->put[1]};
    if ((keep[0] & keep[1]) != UINT64_MAX)
        for (uint32_t i = 0; i < count; i++)
            now[i] = (struct tmn_packed){{(now[i].word[0] & keep[0]) | put[0], (now[i].word[1] & keep[1]) | put[1]}};
    for (uint32_t s = 0; s < effect->step_count; s++) {
        const struct tmn_steps steps = effect->steps[s];
        const uint64_t others = ~(steps.of.mask << steps.of.shift);
        uint64_t *word = &now->word[steps.of.word];
        for (uint32_t i = 0; i < count; i++, word += sizeof *now / sizeof *word) {
            int64_t level = (int64_t)(*word >> steps.of.shift & steps.of.mask) + steps.by;
            level = level < 0 ? 0 : level > steps.top ? steps.top : level;
            *word = (*word & others) | (uint64_t)level << steps.of.shift;
        }
    }
}

/* The part of rows in what is summed, of those at once that follow one another and change alike. */
static void commit(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, const uint32_t *row,
                   const struct tmn_packed *before, const struct tmn_packed *now, uint32_t count) {
    for (uint32_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count && tmn_same(&before[next], &before[i]) && tmn_same(&now[next], &now[i]);)
            next++;
        tmn_commit_alike(run, worker, block, row + i, next - i, &before[i], &now[i]);
    }
}

/* What a branch does to some rows, from `from` on in the batch, and what follows from it at once. */
static void change(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, int transition, int branch,
                   uint32_t from, uint32_t count) {
    struct tmn_batch *batch = worker->batch;
    const struct tmn_effect *effect = &run->rule[transition].branch[branch].effect;
    const uint32_t *row = batch->row + from;
    const bool in_place = row[count - 1] - row[0] == count - 1; /* rows ascend: these follow one another */
    struct tmn_packed *packed = run->packed, *before = batch->before, *now = in_place ? &packed[row[0]] : batch->now,
                      may = bits_changed(effect);
    if (in_place)
        memcpy(before, now, count * sizeof *now);
    for (uint32_t i = 0; i < count && !in_place; i++)
        before[i] = now[i] = packed[row[i]];
    const struct tmn_steps *steps = in_place ? only_steps(effect) : NULL;
    if (steps != NULL)
        tmn_stage_step(&now->word[steps->of.word], steps, batch->was, batch->is, count);
    else
        take_effect(effect, run->now.year, now, count);
    for (uint32_t i = 0; i < count && !in_place; i++)
        packed[row[i]] = now[i];
    tmn_firings_count(run, worker, transition, branch, count, before, now);
    for (uint32_t i = 0; i < count && share_bits(&may, &run->flow_watch.any); i++)
        tmn_flows(run, worker, &before[i], &now[i]);
    if (share_bits(&may, &run->clock_watch.any))
        touch(run, block, transition, row, before, now, count);
    if (steps != NULL)
        worker->rows_digest += tmn_digest_moves(row, batch->was, batch->is, count);
    else
        digest(run, worker, &may, row, before, now, count);
    if (share_bits(&may, &run->test_watch.any) || share_bits(&may, &run->joint_watch.any))
        commit(run, worker, block, row, before, now, count);
    for (uint32_t i = 0; i < count && run->options.happening != NULL; i++)
        if (tmn_watched(run, row[i]))
            tmn_happening_add(block, &(struct tmn_happening){TMN_HAPPENED_FIRING, run->window, row[i], row[i],
                                                             transition, branch, -1, before[i], now[i], false});
}

static void fire(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t first,
                 int transition, const struct tmn_stage *stage, const uint64_t *who) {
    struct tmn_batch *batch = worker->batch;
    size_t branches = run->model->transitions.items[transition].branches;
    uint32_t count = list_bits(who, batch->at);
    list_rows(batch, first, count);
    if (branches > 1)
        choose_branches(run, worker, block, first, transition, count);
    const bool run_on = branches == 1 && count > 0 && batch->at[count - 1] - batch->at[0] == (int)count - 1;
    if (run_on)
        advance_rows(run, worker, block, first, transition, count, true);
    else
        advance_rows(run, worker, block, first, transition, count, false);
    start_again(run, worker, transition, stage, first, count, run_on);
    for (uint32_t from = 0, end; from < count; from = end) {
        int branch = branches > 1 ? batch->branch[batch->at[from]] : 0;
        for (end = from + 1; end < count && (branches == 1 || batch->branch[batch->at[end]] == branch);)
            end++;
        change(run, worker, block, transition, branch, from, end - from);
    }
}

/* ---- a block ---- */

/* Rows of a stage of which more than one clock is due. */
static void find_crowded(const struct tmn_run *run, const struct tmn_batch *batch, uint32_t first, uint64_t *crowded) {
    for (uint32_t w = 0; w < STAGE_WORDS; w++) {
        uint64_t any = batch->others[in_block(run, first) / 64 + w];
        crowded[w] = 0;
        for (uint32_t d = 0; d < run->denses; d++) {
            crowded[w] |= any & batch->stage[d].out[w];
            any |= batch->stage[d].out[w];
        }
    }
}

/* Whose clocks run out. */
static void ask(const struct tmn_run *run, struct tmn_stage *stage, int transition, uint32_t first, uint32_t count) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    memset(stage->out, 0, sizeof stage->out);
    memset(stage->strange, 0, sizeof stage->strange);
    if (!accrual->alike || accrual->base != NULL || !ask_alike(run, stage, transition, first, count))
        ask_each(run, stage, transition, first, count);
}

/* Those who fire here; the others join worker->due. */
static void part(struct tmn_run *run, struct tmn_worker *worker, int transition, const struct tmn_stage *stage,
                 uint32_t first, const uint64_t *crowded, uint64_t *who) {
    for (uint32_t w = 0; w < STAGE_WORDS; w++) {
        who[w] = stage->out[w] & ~crowded[w] & ~stage->strange[w];
        for (uint64_t others = stage->out[w] & ~who[w]; others != 0; others &= others - 1)
            put_due(run, worker, first + 64 * w + (uint32_t)__builtin_ctzll(others), transition);
    }
}

static void visit_stage(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t first,
                        uint32_t count) {
    struct tmn_stage *stage = worker->batch->stage;
    uint64_t crowded[STAGE_WORDS], *fired = (uint64_t *)block->fired.items + in_block(run, first) / 64;
    const size_t words = block_rows(run) / 64;
    for (uint32_t d = 0; d < run->denses; d++)
        ask(run, &stage[d], run->dense[d], first, count);
    find_crowded(run, worker->batch, first, crowded);
    for (uint32_t d = 0; d < run->denses; d++) /* of all, before the first is touched */
        part(run, worker, run->dense[d], &stage[d], first, crowded, fired + d * words);
    for (uint32_t d = 0; d < run->denses; d++) {
        uint64_t began = tmn_sample_begin_each(&worker->sampler);
        fire(run, worker, block, first, run->dense[d], &stage[d], fired + d * words);
        tmn_sample_end(&worker->sampler, run->dense[d], TMN_ACT_SCAN, began);
    }
}

bool tmn_dense_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t index) {
    struct tmn_block *block = &run->block[index];
    const struct tmn_due *due = worker->due.items;
    uint64_t *others = worker->batch->others;
    uint32_t first = block_first(run, index), end = block_end(run, index);
    if (!tmn_list_reserve(&block->fired, (size_t)run->denses * block_rows(run) / 64, sizeof(uint64_t))) {
        tmn_fail_row(block, (struct tmn_failure){.kind = FAILED_MEMORY, .row = first});
        return false;
    }
    memset(others, 0, block_rows(run) / 64 * sizeof *others);
    for (size_t i = 0; i < worker->due.count; i++)
        others[in_block(run, due[i].row) / 64] |= UINT64_C(1) << due[i].row % 64;
    for (; first < end; first += STAGE_ROWS)
        visit_stage(run, worker, block, first, end - first < STAGE_ROWS ? end - first : STAGE_ROWS);
    return true;
}
