/* Clocks of a row: the number k of each transition, thresholds, and which clocks are enabled. */
#include "engine/rooms.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- how a person is laid out ---- */

/* Words of so many clocks in the row; which of them a clock has is kept where they are fewer than slots. */
static void lay_out(struct tmn_run *run, int words) {
    enum { BYTES_MAX = 8 }; /* of k: with few transitions bytes cost little, and seldom overflow */
    size_t slots = (size_t)run->slots, word = sizeof(uint64_t);
    bool fewer = words < run->slots;
    run->words = words;
    run->k_bits = run->transitions > BYTES_MAX ? 4 : 8;
    run->k_most = (UINT32_C(1) << run->k_bits) - 1;
    run->week_at = (size_t)words * word;
    run->used_at = run->week_at + (run->model->age_feature >= 0 ? sizeof(uint16_t) : 0);
    run->which_at = fewer ? run->used_at + sizeof(uint16_t) : 0;
    run->slot_at = fewer ? run->which_at + (slots + 1) / 2 : run->used_at;
    run->k_at = run->slot_at + slots;
    run->flags_at = run->k_at + (run->transitions * run->k_bits + 7) / 8;
    size_t end = run->slot_at + (slots + word - 1) / word * word; /* slots are read by words */
    run->person_bytes = ((end > run->flags_at ? end : run->flags_at + 1) + word - 1) / word * word;
}

/* Mostly few persons have as many clocks as there are slots. Where words of three fifths of the slots let a person lie
 * in fewer lines, wholly, and a person is likely to need less than half of the others, she has no more than fit, and
 * clocks beyond lie aside. */
void tmn_person_prepare(struct tmn_run *run) {
    enum { LINE = 64 };
    lay_out(run, run->slots);
    size_t lines = run->person_bytes / LINE * LINE;
    int words = run->slots;
    while (run->person_bytes > lines && words > 0)
        lay_out(run, --words);
    if (run->person_bytes > lines || words * 5 < run->slots * 3 || words >= WORD_ASIDE ||
        2 * run->model->enabled_mean > words + run->slots)
        lay_out(run, run->slots);
    else
        run->person_bytes = lines;
}

/* ---- k beyond the column, and words beyond the row ---- */

static uint32_t sparse_key(const struct tmn_run *run, uint32_t row, size_t each, int item) {
    return in_block(run, row) * (uint32_t)each + (uint32_t)item + 1;
}

uint32_t tmn_k_large(const struct tmn_run *run, uint32_t row, int transition) {
    const struct tmn_sparse *large = &run->block[block_of(run, row)].large_k;
    return (uint32_t)*tmn_sparse_find(large, sparse_key(run, row, run->transitions, transition));
}

uint32_t tmn_k_advance_large(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row,
                             int transition) {
    uint32_t k = tmn_k_small(run, row, transition);
    if (k == run->k_most)
        return (uint32_t)++ * tmn_sparse_find(&block->large_k, sparse_key(run, row, run->transitions, transition));
    if (!tmn_k_set(run, block, row, transition, k + 1)) {
        tmn_fail_row(block, (struct tmn_failure){.kind = FAILED_MEMORY, .row = row});
        return k;
    }
    worker->tally.k_overflows++;
    return k + 1;
}

bool tmn_k_set(struct tmn_run *run, struct tmn_block *block, uint32_t row, int transition, uint32_t k) {
    if (k >= run->k_most) {
        uint64_t *large = tmn_sparse_put(&block->large_k, sparse_key(run, row, run->transitions, transition));
        if (large == NULL)
            return false;
        *large = k;
    }
    tmn_k_put_small(run, row, transition, k < run->k_most ? k : run->k_most);
    return true;
}

static void which_set(const struct tmn_run *run, uint32_t row, int slot, unsigned word) {
    unsigned at = (unsigned)slot, shift = at % 2 * 4;
    uint8_t *byte = tmn_person(run, row) + run->which_at + at / 2;
    *byte = (uint8_t)((*byte & ~(WORD_ASIDE << shift)) | word << shift);
}

uint64_t *tmn_clock_aside(const struct tmn_run *run, uint32_t row, int slot) {
    struct tmn_block *block = &run->block[block_of(run, row)];
    uint64_t *word = tmn_sparse_find(&block->aside, sparse_key(run, row, (size_t)run->slots, slot));
    return word != NULL ? word : &block->lost;
}

/* A word that none of the row is. */
static uint64_t *word_aside(struct tmn_run *run, struct tmn_block *block, uint32_t row, int slot) {
    uint64_t *word = tmn_sparse_put(&block->aside, sparse_key(run, row, (size_t)run->slots, slot));
    if (word == NULL)
        tmn_fail_row(block, (struct tmn_failure){.kind = FAILED_MEMORY, .row = row});
    return word != NULL ? word : &block->lost;
}

void tmn_word_take(struct tmn_run *run, struct tmn_block *block, uint32_t row, int slot) {
    uint16_t *used = tmn_words_used(run, row);
    unsigned unused = ~(unsigned)*used & ((1u << run->words) - 1);
    if (unused != 0) {
        *used = (uint16_t)(*used | (unused & -unused));
        which_set(run, row, slot, (unsigned)__builtin_ctz(unused));
        return;
    }
    which_set(run, row, slot, WORD_ASIDE);
    word_aside(run, block, row, slot);
}

void tmn_word_give_back(struct tmn_run *run, struct tmn_block *block, uint32_t row, int slot) {
    uint16_t *used = tmn_words_used(run, row);
    unsigned word = tmn_word_of(run, row, slot);
    if (word == WORD_ASIDE)
        tmn_sparse_remove(&block->aside, sparse_key(run, row, (size_t)run->slots, slot));
    else
        *used = (uint16_t)(*used & ~(1u << word));
}

/* ---- which clocks are enabled ---- */

/* A state in which a row was found that had no clock before. */
enum { ALIKE_BITS = 11, ALIKE_STATES = 1 << ALIKE_BITS, ALIKE_CLOCKS = 12 };
struct tmn_alike {
    struct tmn_packed packed; /* what C reads of it */
    bool known;
    uint32_t row, clocks;        /* the row, and how many clocks it got */
    uint32_t hash[ALIKE_CLOCKS]; /* of their transitions, by slots */
};

void tmn_clocks_prepare(struct tmn_run *run) {
    enum { EACH = sizeof(uint64_t) };
    run->slot_bytes = TMN_NEW_ARRAY(&run->arena, uint64_t, run->slots / EACH + 1);
    for (int s = 0; s < run->slots; s++)
        run->slot_bytes[s / EACH] |= (uint64_t)UINT8_MAX << 8 * (s % EACH);
    uint32_t most = 1;
    for (size_t t = 0; t < run->transitions; t++) {
        uint32_t strata = run->model->transitions.items[t].personal.size;
        most = strata > most ? strata : most;
    }
    run->enabled_somewhere = TMN_NEW_ARRAY(&run->arena, uint8_t, most);
    tmn_sieve_init(&run->clocks, run->model, run->transitions, &run->arena);
    for (int w = 0; w < run->workers && run->options.engine == TMN_ENGINE_EVENT; w++)
        run->worker[w].alike = TMN_NEW_ARRAY(&run->arena, struct tmn_alike, ALIKE_STATES);
}

void tmn_clocks_sift(struct tmn_run *run) {
    uint8_t *truth = run->enabled_somewhere;
    tmn_sieve_clear(&run->clocks);
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_strata *personal = &run->model->transitions.items[t].personal;
        for (uint32_t s = 0; s < personal->size; s++)
            truth[s] = run->rule[t].c[s] != FACTOR_DISABLED;
        tmn_sieve_add(&run->clocks, t, personal, truth);
    }
    tmn_sieve_finish(&run->clocks);
    if (run->options.engine == TMN_ENGINE_REFERENCE)
        return;
    tmn_moves_clear(run, &run->clock_moves);
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_transition *it = &run->model->transitions.items[t];
        tmn_moves_add(run, &run->clock_moves, t, &it->personal, run->rule[t].c, sizeof *run->rule[t].c);
        tmn_moves_add(run, &run->clock_moves, t, &it->shared, NULL, 0);
    }
}

/* `threshold`: as drawn. */
static inline void set_threshold(struct tmn_run *run, struct tmn_worker *worker, uint32_t row,
                                 const struct tmn_start *start, uint64_t threshold) {
    const struct tmn_clock_rule *rule = &run->rule[start->transition];
    uint64_t whole = rule->windows > 0 ? rule->windows : threshold, left = tmn_carry(whole, start->overshoot);
    *tmn_clock(run, row, rule->slot) = left + start->accrued;
    if (start->fresh)
        tmn_present_set(run, row, start->transition);
    if (start->file && !tmn_is_far(&run->accrual[start->transition], &start->share, start->c, left))
        tmn_file(run, worker, row, start->transition, &start->share, start->c, left, run->window + 1);
}

void tmn_clocks_draw(struct tmn_run *run, struct tmn_worker *worker) {
    struct tmn_aim *aim = &worker->aim;
    uint64_t threshold[AIM_CLOCKS];
    struct tmn_draws draws = {
        .seed = run->options.seed, .row = {aim->row, 0}, .k = {aim->k, 0}, .hash = {aim->hash, 0}};
    tmn_draw_thresholds(&draws, aim->count, threshold);
    for (uint32_t i = 0; i < aim->count; i++)
        set_threshold(run, worker, aim->row[i], &aim->start[i], threshold[i]);
    aim->count = 0;
}

/* What is left of a clock is all of its threshold. */
static void start_left(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int transition) {
    struct tmn_start *start = tmn_clock_start(run, worker, row, transition, tmn_k(run, row, transition));
    start->overshoot = start->accrued = 0;
    start->file = false;
}

/* C of a row whose levels stand in worker->level, or, where keys are made, of the row. */
static uint64_t c_of(const struct tmn_run *run, const struct tmn_worker *worker, uint32_t row, size_t t) {
    const struct tmn_clock_rule *rule = &run->rule[t];
    return rule->c[run->options.engine == TMN_ENGINE_REFERENCE
                       ? tmn_terms_stratum(&rule->personal, run->part.items, worker->level)
                       : tmn_key_index(run, &run->accrual[t].personal, row, &run->packed[row])];
}

void tmn_derive(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row) {
    uint8_t *slot = tmn_slots(run, row);
    uint8_t *wanted = worker->wanted;
    for (int s = 0; s < run->slots; s++)
        wanted[s] = 0;
    if (run->options.engine == TMN_ENGINE_REFERENCE)
        tmn_clock_levels(run, row, &run->packed[row], worker->level);
    for (uint32_t w = 0; w < run->clocks.words; w++)
        for (uint64_t may = tmn_sieve_roughly(&run->clocks, &run->packed[row], w, UINT64_MAX); may != 0;
             may &= may - 1) {
            size_t t = w * (size_t)64 + (size_t)__builtin_ctzll(may);
            if (t >= run->transitions)
                break;
            uint64_t c = c_of(run, worker, row, t);
            if (c == FACTOR_DISABLED)
                continue;
            const struct tmn_transition *it = &run->model->transitions.items[t];
            assert(wanted[it->slot] == 0 && "transitions that share a slot are never enabled together");
            wanted[it->slot] = (uint8_t)(it->sharer + 1);
            if (c == FACTOR_BAD)
                tmn_fail_row(block,
                             (struct tmn_failure){
                                 .kind = FAILED_C, .row = row, .transition = (int)t, .packed = run->packed[row]});
        }
    bool any = false;
    for (int s = 0; s < run->slots; s++) {
        uint8_t current = slot[s] & SLOT_SHARER;
        any = any || wanted[s] != 0;
        if (current != wanted[s]) {
            if (current != 0 && (slot[s] & SLOT_ADVANCED) == 0)
                tmn_k_advance(run, worker, block, row, run->enabled[s * SHARERS + current]);
            tmn_slot_hold(run, block, row, s, wanted[s]);
            if (wanted[s] != 0)
                start_left(run, worker, row, run->enabled[s * SHARERS + wanted[s]]);
        }
        slot[s] = wanted[s]; /* marks of the window go */
    }
    *tmn_flags(run, row) = (uint8_t)((*tmn_flags(run, row) & ~ROW_CLOCKS) | (any ? ROW_CLOCKS : 0));
}

/* ---- the clocks of all ---- */

/* Rows that are like others, whose thresholds are still to be drawn. */
enum { DRAWN_CLOCKS = 512 };
struct drawn {
    uint32_t rows, clocks;
    uint32_t of[DRAWN_CLOCKS], count[DRAWN_CLOCKS]; /* rows, and how many clocks each has */
    uint32_t row[DRAWN_CLOCKS], hash[DRAWN_CLOCKS];
};

/* What C reads of a state. */
static struct tmn_packed read_by_c(const struct tmn_run *run) {
    struct tmn_packed read = {{0, 0}};
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_key *key = &run->accrual[t].personal;
        for (uint32_t i = 0; i < key->count; i++)
            read.word[key->items[i].word] |= (uint64_t)key->items[i].mask << key->items[i].shift;
    }
    return read;
}

/* Has a row never had a clock, and are all its counters 0? */
static bool is_new(const struct tmn_run *run, uint32_t row) {
    const uint8_t *person = tmn_person(run, row);
    unsigned any = 0;
    for (size_t i = run->used_at; i < run->flags_at; i++) /* words, slots, k */
        any |= person[i];
    for (size_t c = 0; c < run->recipes.counters; c++)
        any |= tmn_count_get(run->recipes.counter[c].counts, row);
    return any == 0;
}

/* Clocks of a row by slots, whose words are used in this order, as far as there are any. */
static void put_thresholds(struct tmn_run *run, struct tmn_block *block, uint32_t row, const uint64_t *threshold,
                           uint32_t clocks) {
    uint64_t *word = (uint64_t *)(void *)tmn_person(run, row);
    const uint8_t *slot = tmn_slots(run, row);
    uint32_t words = run->which_at == 0 ? 0 : clocks < (uint32_t)run->words ? clocks : (uint32_t)run->words, clock = 0;
    for (uint32_t i = 0; i < words; i++)
        word[i] = threshold[i];
    for (int s = 0; words < clocks && s < run->slots; s++) {
        if (slot[s] == 0)
            continue;
        if (clock >= words) {
            uint64_t *to = run->which_at == 0 ? &word[s] : word_aside(run, block, row, s);
            *to = threshold[clock];
        }
        clock++;
    }
}

static void draw_alike(struct tmn_run *run, struct tmn_block *block, struct drawn *drawn) {
    uint64_t threshold[DRAWN_CLOCKS];
    struct tmn_draws draws = {.seed = run->options.seed, .row = {drawn->row, 0}, .hash = {drawn->hash, 0}};
    tmn_draw_thresholds(&draws, drawn->clocks, threshold);
    for (uint32_t i = 0, at = 0; i < drawn->rows; at += drawn->count[i++])
        put_thresholds(run, block, drawn->of[i], threshold + at, drawn->count[i]);
    drawn->rows = drawn->clocks = 0;
}

/* A new row takes the clocks of one like it, as numbers 0 of their transitions, and has its words likewise. */
static void take_clocks(struct tmn_run *run, struct tmn_block *block, uint32_t row, const struct tmn_alike *like,
                        struct drawn *drawn) {
    if (like->clocks == 0)
        return;
    if (drawn->clocks + like->clocks > DRAWN_CLOCKS)
        draw_alike(run, block, drawn);
    memcpy(tmn_person(run, row) + run->used_at, tmn_person(run, like->row) + run->used_at, run->k_at - run->used_at);
    *tmn_flags(run, row) |= ROW_CLOCKS;
    for (uint32_t i = 0; i < like->clocks; i++) {
        drawn->row[drawn->clocks + i] = row;
        drawn->hash[drawn->clocks + i] = like->hash[i];
    }
    drawn->clocks += like->clocks;
    drawn->of[drawn->rows] = row;
    drawn->count[drawn->rows++] = like->clocks;
}

/* A new row has been derived: others that are like it will do without, unless it has more clocks than are kept, or
 * such as do not draw. */
static void remember(const struct tmn_run *run, uint32_t row, const struct tmn_packed *packed,
                     struct tmn_alike *alike) {
    *alike = (struct tmn_alike){.packed = *packed, .known = true, .row = row};
    for (int s = 0; alike->known && s < run->slots; s++) {
        int transition = tmn_clock_of(run, row, s);
        if (transition < 0)
            continue;
        alike->known = alike->clocks < ALIKE_CLOCKS && run->rule[transition].windows == 0;
        if (alike->known)
            alike->hash[alike->clocks++] = run->rule[transition].hash;
    }
}

/* Event engine: at the start of a run nobody has a clock, and most rows are like one before. */
static void derive_by_state(struct tmn_run *run, struct tmn_worker *worker, uint32_t index) {
    struct tmn_block *block = &run->block[index];
    struct drawn drawn = {.rows = 0, .clocks = 0};
    const struct tmn_packed read = read_by_c(run);
    for (uint32_t row = block_first(run, index), end = block_end(run, index); row < end; row++) {
        struct tmn_packed packed = tmn_as_read(&run->packed[row], &read);
        struct tmn_alike *alike = &worker->alike[tmn_packed_hash(&packed) >> (32 - ALIKE_BITS)];
        bool new = is_new(run, row);
        tmn_row_begin(run, worker, row);
        if (new && alike->known && tmn_same(&alike->packed, &packed)) {
            take_clocks(run, block, row, alike, &drawn);
            continue;
        }
        tmn_derive(run, worker, block, row);
        if (new)
            remember(run, row, &packed, alike);
    }
    draw_alike(run, block, &drawn);
}

static void derive_all(struct tmn_run *run, struct tmn_worker *worker, uint32_t block) {
    uint32_t end = block_end(run, block);
    for (uint32_t row = block_first(run, block); row < end; row++) {
        tmn_row_begin(run, worker, row);
        tmn_derive(run, worker, &run->block[block], row);
    }
}

void tmn_derive_all(struct tmn_run *run) {
    if (run->options.engine == TMN_ENGINE_REFERENCE) {
        tmn_run_blocks(run, derive_all);
        return;
    }
    for (int w = 0; w < run->workers; w++)
        for (uint32_t i = 0; i < ALIKE_STATES; i++)
            run->worker[w].alike[i].known = false;
    tmn_run_blocks(run, derive_by_state);
}
