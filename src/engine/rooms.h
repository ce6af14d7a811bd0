/* What the files of the engine offer each other, file by file, and the small questions to a row that all of them ask.
 */
#ifndef TMN_ENGINE_ROOMS_H
#define TMN_ENGINE_ROOMS_H

#include "engine/state.h"

static inline uint32_t block_rows(const struct tmn_run *run) {
    return UINT32_C(1) << run->block_bits;
}
static inline uint32_t block_first(const struct tmn_run *run, uint32_t block) {
    return block << run->block_bits;
}
static inline uint32_t block_of(const struct tmn_run *run, uint32_t row) {
    return row >> run->block_bits;
}
static inline uint32_t in_block(const struct tmn_run *run, uint32_t row) {
    return row & (block_rows(run) - 1);
}
static inline uint32_t block_end(const struct tmn_run *run, uint32_t block) {
    uint32_t end = block_first(run, block) + block_rows(run);
    return end < run->rows ? end : run->rows;
}
/* run.c */
typedef void tmn_rows_fn(struct tmn_run *run, struct tmn_worker *worker, uint32_t block);
void tmn_run_blocks(struct tmn_run *run, tmn_rows_fn *fn); /* over all blocks of rows */
/* The same where all blocks together have `items` to do: a few are not worth waking other threads for. */
void tmn_run_blocks_of(struct tmn_run *run, tmn_rows_fn *fn, size_t items);
/* failure.c: the first failure in the order of rows as an error; true if there is none. */
bool tmn_run_sound(struct tmn_run *run, struct tmn_error *err);
void tmn_fail_row(struct tmn_block *block, struct tmn_failure failure);

/* level.c */
void tmn_recipes_make(struct tmn_run *run);
void tmn_terms_make(struct tmn_run *run, const struct tmn_strata *strata, struct tmn_terms *terms);
void tmn_predicate_make(struct tmn_run *run, struct tmn_predicate *predicate, const struct tmn_expr *expr);
void tmn_predicate_fill(struct tmn_run *run, struct tmn_predicate *predicate);
bool tmn_predicate_eval(const struct tmn_run *run, struct tmn_worker *worker, const struct tmn_predicate *predicate,
                        const struct tmn_packed *packed);
void tmn_key_make(struct tmn_run *run, const struct tmn_strata *strata, struct tmn_key *key);
/* A key is made by hand: a number for each level of an attribute, then (strata: of all) what makes it fast. */
void tmn_key_add(struct tmn_run *run, struct tmn_key *key, int attribute, const uint32_t *numbers);
void tmn_key_finish(struct tmn_run *run, struct tmn_key *key, uint32_t strata);
/* Of the terms alone, one after the other. */
uint32_t tmn_key_terms(const struct tmn_run *run, const struct tmn_key *key, const struct tmn_packed *packed);
/* Of a row: counters and age too. */
uint32_t tmn_key_all(const struct tmn_run *run, const struct tmn_key *key, uint32_t row,
                     const struct tmn_packed *packed);
/* Strata of the features that `reads` marks, first feature fastest as tmn_stratum_levels wants it; false when there
 * are more than `most` or too many features. */
bool tmn_strata_of(const struct tmn_model *model, const bool *reads, uint32_t most, struct tmn_strata *strata);
/* The level of an attribute or a map. */
uint32_t tmn_feature_level(const struct tmn_model *model, int feature, const struct tmn_packed *packed);
/* All features of a row from `packed`, with counters as committed and age of this window. */
void tmn_row_levels(const struct tmn_run *run, uint32_t row, const struct tmn_packed *packed, uint32_t *level);

static inline uint32_t tmn_key_gathered(const struct tmn_key *key, const struct tmn_packed *packed) {
    return (uint32_t)key->to[0][tmn_gather(packed->word[0], key->mask[0])] +
           key->to[1][tmn_gather(packed->word[key->second], key->mask[1])];
}
static inline uint32_t tmn_key_of(const struct tmn_run *run, const struct tmn_key *key,
                                  const struct tmn_packed *packed) {
    return __builtin_expect(key->to[0] != NULL, 1) ? tmn_key_gathered(key, packed) : tmn_key_terms(run, key, packed);
}
static inline uint32_t tmn_key_index(const struct tmn_run *run, const struct tmn_key *key, uint32_t row,
                                     const struct tmn_packed *packed) {
    return __builtin_expect(key->whole, 1) ? tmn_key_gathered(key, packed) : tmn_key_all(run, key, row, packed);
}
/* Of a state what some read of it, by the bits that they read. */
static inline struct tmn_packed tmn_as_read(const struct tmn_packed *packed, const struct tmn_packed *read) {
    return (struct tmn_packed){{packed->word[0] & read->word[0], packed->word[1] & read->word[1]}};
}
static inline bool tmn_same(const struct tmn_packed *a, const struct tmn_packed *b) {
    return a->word[0] == b->word[0] && a->word[1] == b->word[1];
}
/* Where states are looked up: the high bits are well mixed. */
static inline uint32_t tmn_packed_hash(const struct tmn_packed *packed) {
    return (
        uint32_t)(((packed->word[0] ^ packed->word[1] * UINT64_C(0xff51afd7ed558ccd)) * UINT64_C(0x9e3779b97f4a7c15)) >>
                  32);
}
static inline bool tmn_holds(const struct tmn_run *run, struct tmn_worker *worker,
                             const struct tmn_predicate *predicate, const struct tmn_packed *packed) {
    return predicate->truth != NULL ? predicate->truth[tmn_key_of(run, &predicate->key, packed)] != 0
                                    : tmn_predicate_eval(run, worker, predicate, packed);
}

/* Does a test hold that may hold by the sieve? */
static inline bool tmn_test_holds(const struct tmn_run *run, struct tmn_worker *worker, size_t test,
                                  const struct tmn_packed *packed) {
    const struct tmn_tests *tests = &run->tests;
    return (tests->sieve.exact[test / 64] >> (test % 64) & 1) != 0 ||
           tmn_holds(run, worker, tests->predicate[test], packed);
}

/* change.c */
void tmn_attributes_place(struct tmn_run *run); /* before all that asks for the bits of an attribute */
void tmn_changes_prepare(struct tmn_run *run);  /* who watches what */
void tmn_watch_make(struct tmn_run *run, struct tmn_watch *watch, size_t watchers);
void tmn_watch_attribute(struct tmn_run *run, struct tmn_watch *watch, size_t watcher, size_t attribute);
void tmn_watch_feature(struct tmn_run *run, struct tmn_watch *watch, size_t watcher, int feature); /* but counters */
static inline void tmn_changes_of(const struct tmn_run *run, const struct tmn_packed *before,
                                  const struct tmn_packed *after, struct tmn_changes *changes) {
    uint32_t count = 0;
    for (int w = 0; w < 2; w++)
        for (uint64_t was = before->word[w], is = after->word[w], bits = was ^ is, mask; bits != 0; bits &= ~mask) {
            uint8_t a = run->attribute_at[w][__builtin_ctzll(bits)];
            mask = run->attribute_bits[a];
            int shift = __builtin_ctzll(mask);
            changes->was[count] = (uint32_t)((was & mask) >> shift);
            changes->is[count] = (uint32_t)((is & mask) >> shift);
            changes->attribute[count++] = a;
        }
    changes->count = count;
}
/* Does anybody watch what differs? */
static inline bool tmn_watched_by_any(const struct tmn_watch *watch, const struct tmn_packed *before,
                                      const struct tmn_packed *after) {
    return (((before->word[0] ^ after->word[0]) & watch->any.word[0]) |
            ((before->word[1] ^ after->word[1]) & watch->any.word[1])) != 0;
}
/* A word of the bits of those who watch any of the changes. */
static inline uint64_t tmn_watching(const struct tmn_watch *watch, const struct tmn_changes *changes, uint32_t word) {
    uint64_t bits = 0;
    for (uint32_t i = 0; i < changes->count; i++)
        bits |= watch->bits[changes->attribute[i] * watch->words + word];
    return bits;
}
/* joint.c */
void tmn_joints_make(struct tmn_run *run);   /* once stocks are known: which sums are moved together */
void tmn_joints_forget(struct tmn_run *run); /* what tests have said, once they may say something else */
/* Persons change alike: their part in shares and stocks, most of which move once joints are closed, at the end of a
 * window. */
void tmn_joints_move(const struct tmn_run *run, struct tmn_worker *worker, uint32_t persons,
                     const struct tmn_changes *changes, const struct tmn_packed *before,
                     const struct tmn_packed *after);
void tmn_joints_close(struct tmn_run *run);

/* moves.c */
/* told: of each level of key `key` the first level from which no entry of a table over strata tells it apart. */
void tmn_tell_apart(const struct tmn_strata *strata, int key, uint32_t levels, const void *table, size_t size,
                    uint32_t *told);
void tmn_moves_make(struct tmn_run *run, struct tmn_moves *moves, const struct tmn_watch *watch,
                    const struct tmn_sieve *sieve);
void tmn_moves_clear(const struct tmn_run *run, struct tmn_moves *moves);
/* A watcher that reads a table over strata, of entries of `size` bytes; NULL: where in it, not what is there. */
void tmn_moves_add(const struct tmn_run *run, struct tmn_moves *moves, size_t watcher, const struct tmn_strata *strata,
                   const void *table, size_t size);
/* One whom each change of what it watches concerns. */
void tmn_moves_add_watching(const struct tmn_run *run, struct tmn_moves *moves, const struct tmn_watch *watch,
                            size_t watcher);
/* A word of the bits of those whom changes concern, and of these such as the levels that differ allow before and after.
 */
static inline uint64_t tmn_moved(const struct tmn_moves *moves, const struct tmn_changes *changes, uint32_t word,
                                 uint64_t *held, uint64_t *hold) {
    uint64_t moved = 0, was = UINT64_MAX, is = UINT64_MAX;
    for (uint32_t i = 0; i < changes->count; i++) {
        const struct tmn_moves_of *of = &moves->of[changes->attribute[i]];
        moved |= of->bits[changes->was[i] * of->from + changes->is[i] * of->to + word];
        was &= of->may[changes->was[i] * of->may_words + word];
        is &= of->may[changes->is[i] * of->may_words + word];
    }
    *held = was;
    *hold = is;
    return moved;
}
/* for each i, ascending, that watches any of the changes */
#define TMN_EACH_WATCHING(i, watch, changes)                                                                           \
    for (uint32_t word_ = 0; word_ < (watch)->words; word_++)                                                          \
        for (uint64_t bits_ = tmn_watching(watch, changes, word_), i;                                                  \
             bits_ != 0 && (i = 64 * word_ + (uint32_t)__builtin_ctzll(bits_), true); bits_ &= bits_ - 1)

/* memo.c */
struct tmn_memo *tmn_memo_make(struct tmn_run *run, const struct tmn_expr *expr, enum tmn_memo_kind kind);
void tmn_memos_refresh(struct tmn_run *run); /* before G is made anew, which forgets what has changed */
/* The value for a row in state `packed`; false, with the number in *bad, when it is no chance or no amount. The first
 * one is for cells that are out of date. */
bool tmn_memo_evaluate(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_memo *memo, uint32_t row,
                       const struct tmn_packed *packed, int64_t *value, double *bad);
static inline bool tmn_memo_value(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_memo *memo,
                                  uint32_t row, const struct tmn_packed *packed, int64_t *value, double *bad) {
    if (__builtin_expect(memo->strata > 0, 1)) {
        const struct tmn_memo_cell *cell = &worker->cell[memo->first + tmn_key_index(run, &memo->key, row, packed)];
        *value = cell->value;
        if (__builtin_expect(cell->epoch == memo->epoch, 1))
            return true;
    }
    return tmn_memo_evaluate(run, worker, memo, row, packed, value, bad);
}

static inline uint8_t *tmn_person(const struct tmn_run *run, uint32_t row) {
    return run->person + (size_t)row * run->person_bytes;
}
static inline uint8_t *tmn_slots(const struct tmn_run *run, uint32_t row) {
    return tmn_person(run, row) + run->slot_at;
}
static inline uint8_t *tmn_flags(const struct tmn_run *run, uint32_t row) { /* enum row_flag */
    return tmn_person(run, row) + run->flags_at;
}
static inline uint16_t *tmn_week(const struct tmn_run *run, uint32_t row) { /* of birth; only with age */
    return (uint16_t *)(void *)(tmn_person(run, row) + run->week_at);
}
/* What follows from a row and its state and lies with its clocks: flags of who it is, and the week of birth. */
static inline void tmn_row_begin(struct tmn_run *run, struct tmn_worker *worker, uint32_t row) {
    const struct tmn_packed *packed = &run->packed[row];
    unsigned flags = *tmn_flags(run, row) & ~(unsigned)(ROW_ALIVE | ROW_UNBORN);
    flags |= tmn_holds(run, worker, &run->alive_rule, packed) ? ROW_ALIVE : 0;
    flags |= run->model->unborn != NULL && tmn_holds(run, worker, &run->unborn_rule, packed) ? ROW_UNBORN : 0;
    *tmn_flags(run, row) = (uint8_t)flags;
    if (run->model->age_feature >= 0)
        *tmn_week(run, row) = (uint16_t)tmn_birth_week(run->options.seed, row, run->model->calendar.windows_per_year);
}

/* Counters of rows. */
enum { COUNTS_LINE = 64 / sizeof(uint16_t) };
static inline size_t tmn_filled_bytes(uint32_t rows) {
    return rows / (8 * COUNTS_LINE) + 1;
}
static inline bool tmn_counts_filled(const struct tmn_tie_counts *counts, uint32_t row) {
    uint32_t line = row / COUNTS_LINE;
    return counts->filled[line / 8] >> line % 8 & 1;
}
static inline uint32_t tmn_count_get(const struct tmn_tie_counts *counts, uint32_t row) {
    return tmn_counts_filled(counts, row) ? counts->number[row] : 0;
}
static inline void tmn_count_put(const struct tmn_tie_counts *counts, uint32_t row, uint32_t number) {
    uint32_t line = row / COUNTS_LINE;
    if (counts->number[row] == 0 && number != 0)
        counts->filled[line / 8] |= (uint8_t)(1u << line % 8);
    counts->number[row] = (uint16_t)number;
}
/* Fetches those that clocks read. */
static inline void tmn_prefetch_counts(const struct tmn_run *run, uint32_t row) {
    for (size_t i = 0; i < run->recipes.counters; i++)
        if (tmn_counts_filled(run->recipes.counter[i].counts, row))
            __builtin_prefetch(&run->recipes.counter[i].counts->number[row]);
}

/* Rows of a list are fetched before their turn, and many together: a fetch waits until its page was looked up, and
 * several pages are looked up at a time, but not among other work. At entry i, where all before `fetched` have been
 * fetched: the end of those that are now. */
static inline size_t tmn_fetch_end(size_t i, size_t fetched, size_t count) {
    if (fetched >= count || fetched >= i + ROWS_AHEAD)
        return fetched;
    return i + 2 * ROWS_AHEAD < count ? i + 2 * ROWS_AHEAD : count;
}

/* Fetches the lines of a row before its turn. */
static inline void tmn_prefetch_person(const struct tmn_run *run, uint32_t row) {
    const uint8_t *person = tmn_person(run, row);
    for (size_t at = 0; at < run->person_bytes; at += 64)
        __builtin_prefetch(person + at, 1);
    __builtin_prefetch(person + run->person_bytes - 1, 1);
}
static inline void tmn_prefetch_row(const struct tmn_run *run, uint32_t row) {
    __builtin_prefetch(&run->packed[row]);
    tmn_prefetch_person(run, row);
    tmn_prefetch_counts(run, row);
}
static inline uint32_t tmn_row_age(const struct tmn_run *run, uint32_t row, uint32_t birth_year_level) {
    return tmn_age(run->now.year, run->now.in_year,
                   run->model->attributes.items[run->model->birth_year].first + (int)birth_year_level,
                   *tmn_week(run, row));
}
/* What expressions read of a counter: the number up to the most, or the part of the living ties. */
static inline uint32_t tmn_counter_read(uint32_t count, uint32_t max) {
    return count < max ? count : max;
}
static inline uint32_t tmn_share_read(uint32_t count, uint32_t degree, uint32_t share) {
    if (count >= degree) /* more while the changes of one window are taken one by one */
        return degree == 0 ? 0 : share;
    return share * count / degree; /* both counts below 2^16, share at most 10,000 */
}
/* What clocks read of a row's counter; degree: of a share, the living ties, else NULL; most: its whole, or the greatest
 * count that is told. */
static inline uint32_t tmn_counts_level(const struct tmn_tie_counts *counts, const struct tmn_tie_counts *degree,
                                        uint32_t most, uint32_t row) {
    uint32_t count = tmn_count_get(counts, row);
    return count == 0       ? 0
           : degree != NULL ? tmn_share_read(count, degree->number[row], most)
                            : tmn_counter_read(count, most);
}
static inline uint32_t tmn_counter_level(const struct tmn_run *run, int counter, uint32_t row) {
    const struct tmn_counter *it = &run->model->counters.items[counter];
    return it->share > 0 ? tmn_counts_level(&run->counter[counter], &run->counter[it->degree], it->share, row)
                         : tmn_counts_level(&run->counter[counter], NULL, it->max, row);
}
/* The transition whose clock is enabled in a slot of a row, or -1. */
static inline int tmn_clock_of(const struct tmn_run *run, uint32_t row, int slot) {
    return run->enabled[slot * SHARERS + (tmn_slots(run, row)[slot] & SLOT_SHARER)];
}
/* Of a row with fewer words than slots: which are used, and which an enabled clock has. */
static inline uint16_t *tmn_words_used(const struct tmn_run *run, uint32_t row) {
    return (uint16_t *)(void *)(tmn_person(run, row) + run->used_at);
}
static inline unsigned tmn_word_of(const struct tmn_run *run, uint32_t row, int slot) {
    unsigned at = (unsigned)slot; /* signed, a division by 2 takes steps more */
    return (unsigned)tmn_person(run, row)[run->which_at + at / 2] >> at % 2 * 4 & WORD_ASIDE;
}
void tmn_word_take(struct tmn_run *run, struct tmn_block *block, uint32_t row, int slot);
void tmn_word_give_back(struct tmn_run *run, struct tmn_block *block, uint32_t row, int slot);
uint64_t *tmn_clock_aside(const struct tmn_run *run, uint32_t row, int slot);
/* From now on a slot of a row holds the clock of a transition (`held`: 1 + which of those that share the slot) or none
 * (0); marks of the window go. */
static inline void tmn_slot_hold(struct tmn_run *run, struct tmn_block *block, uint32_t row, int slot, int held) {
    uint8_t *byte = &tmn_slots(run, row)[slot];
    bool held_one = (*byte & SLOT_SHARER) != 0;
    *byte = (uint8_t)held;
    if (run->which_at == 0 || held_one == (held != 0))
        return;
    if (held_one)
        tmn_word_give_back(run, block, row, slot);
    else
        tmn_word_take(run, block, row, slot);
}
/* The word of an enabled clock. Reference engine: what is left. Event engine: left + C x sum of G, modulo 2^64, so that
 * it holds while nothing but time passes; between running out and the end of the window, and while nothing is accrued
 * yet: left. Others of the row that start or end move it. */
static inline uint64_t *tmn_clock(const struct tmn_run *run, uint32_t row, int slot) {
    unsigned word = run->which_at == 0 ? (unsigned)slot : tmn_word_of(run, row, slot);
    if (__builtin_expect(word == WORD_ASIDE && run->which_at != 0, 0))
        return tmn_clock_aside(run, row, slot);
    return (uint64_t *)(void *)tmn_person(run, row) + word;
}
/* What is left of an enabled clock at the end of the last window. */
uint64_t tmn_left(const struct tmn_run *run, uint32_t row, int slot);
/* Levels of what the strata of clocks are made from, but age. */
static inline void tmn_clock_levels(const struct tmn_run *run, uint32_t row, const struct tmn_packed *packed,
                                    uint32_t *level) {
    const struct tmn_recipes *recipes = &run->recipes;
    for (size_t i = 0; i < recipes->attributes; i++) {
        const struct tmn_attribute_recipe *from = &recipes->attribute[i];
        level[from->feature] = (uint32_t)(packed->word[from->word] >> from->shift) & from->mask;
    }
    for (size_t i = 0; i < recipes->counters; i++) {
        const struct tmn_counter_recipe *from = &recipes->counter[i];
        level[from->feature] = tmn_counts_level(from->counts, from->degree, from->max, row);
    }
}
static inline uint32_t tmn_terms_stratum(const struct tmn_terms *terms, const uint32_t *part, const uint32_t *level) {
    uint32_t index = 0;
    const struct tmn_term *term = terms->items, *end = term + terms->count;
    for (; term < end; term += 2)
        index += part[term[0].first + level[term[0].feature]] + part[term[1].first + level[term[1].feature]];
    return index;
}
/* The slot of a person's place among those of a variable or share `by` places. */
static inline uint32_t tmn_place_slot(const struct tmn_model *model, int by, const struct tmn_packed *packed) {
    return by < 0 ? 0 : tmn_feature_level(model, by, packed);
}

/* factors.c */
void tmn_factors_prepare(struct tmn_run *run); /* what G depends on */
void tmn_c_tables(struct tmn_run *run);
void tmn_g_tables(struct tmn_run *run); /* those that changed */
void tmn_depend(struct tmn_arena *arena, const struct tmn_expr *expr, struct tmn_dependence *on);
bool tmn_stale(const struct tmn_run *run, const struct tmn_dependence *on);
/* Evaluates all parts of G of a transition for the window of `env`. */
void tmn_parts_evaluate(const struct tmn_run *run, struct tmn_worker *worker, uint32_t t, struct tmn_env *env);
uint64_t tmn_g_units(const struct tmn_run *run, uint32_t t, uint32_t stratum, double window_y); /* an entry of G */
double tmn_g_value(const struct tmn_transition *transition, const struct tmn_env *env);
double tmn_c_value(const struct tmn_transition *transition, const struct tmn_env *env);
bool tmn_shared_holds(const struct tmn_transition *transition, const struct tmn_env *env);

/* need.c */
double tmn_run_row_bytes(const struct tmn_model *model); /* of a run's columns, without the world's */
/* False when the run would not fit into the memory that there is. */
bool tmn_run_fits(const struct tmn_model *model, const struct tmn_run_options *options, struct tmn_error *err);

/* clock.c */
void tmn_person_prepare(struct tmn_run *run); /* how a person is laid out, and how k is kept */
struct tmn_k_place {
    uint8_t *byte;
    uint32_t shift;
};
static inline struct tmn_k_place tmn_k_place(const struct tmn_run *run, uint32_t row, int transition) {
    uint32_t bit = (uint32_t)transition * run->k_bits;
    return (struct tmn_k_place){tmn_person(run, row) + run->k_at + bit / 8, bit % 8};
}
/* k as far as the column has it: below k_most it is the number. */
static inline uint32_t tmn_k_small(const struct tmn_run *run, uint32_t row, int transition) {
    struct tmn_k_place place = tmn_k_place(run, row, transition);
    return (uint32_t)*place.byte >> place.shift & run->k_most;
}
static inline void tmn_k_put_small(const struct tmn_run *run, uint32_t row, int transition, uint32_t k) {
    struct tmn_k_place place = tmn_k_place(run, row, transition);
    *place.byte = (uint8_t)((*place.byte & ~(run->k_most << place.shift)) | k << place.shift);
}
uint32_t tmn_k_large(const struct tmn_run *run, uint32_t row, int transition);
static inline uint32_t tmn_k(const struct tmn_run *run, uint32_t row, int transition) {
    uint32_t k = tmn_k_small(run, row, transition);
    return __builtin_expect(k < run->k_most, 1) ? k : tmn_k_large(run, row, transition);
}
uint32_t tmn_k_advance_large(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row,
                             int transition);
static inline uint32_t tmn_k_advance(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block,
                                     uint32_t row, int transition) {
    uint32_t k = tmn_k_small(run, row, transition) + 1;
    if (__builtin_expect(k >= run->k_most, 0))
        return tmn_k_advance_large(run, worker, block, row, transition);
    tmn_k_put_small(run, row, transition, k);
    return k;
}
bool tmn_k_set(struct tmn_run *run, struct tmn_block *block, uint32_t row, int transition, uint32_t k); /* false: out of
                                                                                                          memory */
/* An enabled clock takes the threshold k of its transition. Thresholds are drawn for many rows at once: they stand only
 * after tmn_clocks_draw, once a phase is done. The caller sets overshoot, accrued and file, and C and share if filed.
 */
void tmn_clocks_draw(struct tmn_run *run, struct tmn_worker *worker);
static inline struct tmn_start *tmn_clock_start(struct tmn_run *run, struct tmn_worker *worker, uint32_t row,
                                                int transition, uint32_t k) {
    struct tmn_aim *aim = &worker->aim;
    if (__builtin_expect(aim->count == AIM_CLOCKS, 0))
        tmn_clocks_draw(run, worker);
    uint32_t i = aim->count++;
    aim->row[i] = row;
    aim->k[i] = k;
    aim->hash[i] = run->rule[transition].hash;
    aim->start[i].transition = transition;
    aim->start[i].fresh = false;
    return &aim->start[i];
}
/* Brings the clocks of a row in line with its state at the end of a window: newly enabled ones take E(k) afresh, those
 * that are enabled no more advance k unless it has advanced in this window already. */
void tmn_derive(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row);
/* Which transitions may be enabled for whom: memory, and the answers once C is made. */
void tmn_clocks_prepare(struct tmn_run *run);
void tmn_clocks_sift(struct tmn_run *run);
void tmn_derive_all(struct tmn_run *run); /* tmn_row_begin and tmn_derive of all */

/* What is left of a threshold at the start of its clock: less the overshoot, and not below nothing. */
static inline uint64_t tmn_carry(uint64_t threshold, uint64_t overshoot) {
    return threshold > overshoot ? threshold - overshoot : 0;
}

/* expire.c */
/* Moves the last of `count` clocks to where it belongs among those before it. */
void tmn_expired_sort(const struct tmn_run *run, struct tmn_expired *list, int count);
void tmn_run_out(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row, int count);
uint64_t tmn_special_use(struct tmn_run *run, struct tmn_block *block, uint32_t row, int transition, uint64_t c,
                         uint64_t g, bool *certain);
/* C x G of a window; `certain`: it runs out whatever is left. */
static inline uint64_t tmn_use(struct tmn_run *run, struct tmn_block *block, uint32_t row, int transition, uint64_t c,
                               uint64_t g, bool *certain) {
    uint64_t use;
    bool beyond = __builtin_mul_overflow(c, g, &use);
    *certain = false;
    if (__builtin_expect(beyond || ((c | g | use) >= FACTOR_SPECIAL), 0))
        use = tmn_special_use(run, block, row, transition, c, g, certain);
    return use;
}

/* reference.c, event.c: the persons phase. */
void tmn_reference_persons(struct tmn_run *run);
void tmn_event_persons(struct tmn_run *run);

/* accrual.c */
void tmn_accruals_make(struct tmn_run *run);
void tmn_sums_advance(struct tmn_run *run);
static inline struct tmn_share_of tmn_share_of(const struct tmn_run *run, const struct tmn_accrual *accrual,
                                               uint32_t row, const struct tmn_packed *packed) {
    uint32_t other = tmn_key_index(run, &accrual->shared, row, packed), birth_year = 0;
    size_t at = other;
    if (accrual->base != NULL) {
        const struct tmn_place_of *of = &run->birth_year;
        birth_year = (uint32_t)(packed->word[of->word] >> of->shift & of->mask);
        at += (birth_year * (size_t)run->cohorts_a_year + *tmn_week(run, row)) * accrual->others;
    }
    return (struct tmn_share_of){other, birth_year, at};
}
/* The stratum of G in this window. */
static inline uint32_t tmn_stratum_now(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t row,
                                       const struct tmn_share_of *share) {
    return accrual->base == NULL
               ? share->other
               : accrual->base[share->other] + accrual->age_stride * tmn_row_age(run, row, share->birth_year);
}
/* C as far as it is a number: the others take nothing off a clock. */
static inline uint64_t tmn_steady_c(uint64_t c) {
    return c < FACTOR_SPECIAL ? c : 0;
}
/* forecast.c */
void tmn_forecasts_make(struct tmn_run *run);
double tmn_paths_bytes(const struct tmn_model *model, int windows);
void tmn_foresee(struct tmn_run *run); /* once parameters are set: paths of G */
/* How far G can grow from this window on before the transition is looked at again: a bound above. */
void tmn_reach_set(const struct tmn_run *run, struct tmn_accrual *accrual);
/* by_sum.c: clocks whose G is not known ahead are noted by what its sum will be when they run out. */
void tmn_queues_make(struct tmn_run *run);
void tmn_queues_clear(struct tmn_run *run); /* of what the pool of wheels has forgotten */
/* Does some sum grow beyond what was looked at in this window, or does G become no number, or a number again? */
bool tmn_outgrown(const struct tmn_run *run, int transition);
/* Counts its notes, and keeps the first count after all its clocks were filed. */
void tmn_notes_measure(struct tmn_run *run, int transition);
/* Are most of its notes, as last counted, of clocks that have changed since? They would wait in memory until their sum
 * comes. */
bool tmn_overfull(const struct tmn_run *run, int transition);
void tmn_queues_begin(struct tmn_run *run, int transition); /* before all its clocks are filed */
void tmn_queue_clock(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int transition, size_t sum,
                     uint64_t c, uint32_t entry);
void tmn_queue_clocks_flush(struct tmn_run *run, struct tmn_worker *worker); /* at the end of a phase */
/* Takes out what may run out in this window, by blocks: into run->noted. */
void tmn_noted_take(struct tmn_run *run);
/* Can a clock not run out before its transition is filed anew? */
static inline bool tmn_is_far(const struct tmn_accrual *accrual, const struct tmn_share_of *share, uint64_t c,
                              uint64_t left) {
    return c < FACTOR_SPECIAL && (double)(int64_t)left > (double)(int64_t)c * accrual->reach[share->at]; /* < 2^63 */
}
static inline size_t present_bytes(const struct tmn_run *run) {
    return block_rows(run) / 64;
}
/* The rows to which a row belongs, as a bit: a byte for each group of 64 of a block. */
static inline uint8_t *tmn_present(const struct tmn_run *run, uint32_t block, int transition) {
    return run->present + ((size_t)block * run->transitions + (size_t)transition) * present_bytes(run);
}
static inline uint8_t *tmn_present_of(const struct tmn_run *run, uint32_t row, int transition) {
    return &tmn_present(run, block_of(run, row), transition)[in_block(run, row) / 64];
}
static inline void tmn_present_set(struct tmn_run *run, uint32_t row, int transition) {
    uint8_t *byte = tmn_present_of(run, row, transition);
    *byte = (uint8_t)(*byte | 1u << row % 64 / PRESENT_ROWS);
}
/* Fills `due` for an enabled clock; does it run out in this window, or are its factors no numbers? */
static inline bool tmn_clock_ask(const struct tmn_run *run, uint32_t row, int transition, struct tmn_due *due) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    const struct tmn_clock_rule *rule = &run->rule[transition];
    const struct tmn_packed *packed = &run->packed[row];
    int slot = run->model->transitions.items[transition].slot;
    struct tmn_share_of share = tmn_share_of(run, accrual, row, packed);
    uint64_t c = accrual->alike ? accrual->c : rule->c[tmn_key_index(run, &accrual->personal, row, packed)],
             g = rule->g[tmn_stratum_now(run, accrual, row, &share)], use;
    uint64_t left = *tmn_clock(run, row, slot) - tmn_steady_c(c) * accrual->sum[share.at];
    bool number = !__builtin_mul_overflow(c, g, &use) && (c | g | use) < FACTOR_SPECIAL;
    *due = (struct tmn_due){left, c, g, row, (int16_t)slot, (int16_t)transition, share, 0, 0, false};
    return number ? left <= use && use > 0 : c != 0 && g != 0;
}
/* Known ahead: the first window, not before `from`, in which a clock of which `left` is left at its start may run out;
 * never too late. In three steps, so that others can be taken while what the next one reads is on its way. */
void tmn_forecast_begin(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t row,
                        const struct tmn_share_of *share, uint64_t c, uint64_t left, int from,
                        struct tmn_search *search);
void tmn_forecast_narrow(const struct tmn_run *run, const struct tmn_accrual *accrual, struct tmn_search *search);
void tmn_forecast_end(const struct tmn_run *run, const struct tmn_accrual *accrual, struct tmn_search *search);

/* event.c: notes a clock in the wheel of its block, unless it cannot run out before it is looked at again. `left` at
 * the start of window `from`. */
void tmn_file(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int transition,
              const struct tmn_share_of *share, uint64_t c, uint64_t left, int from);
/* Files all clocks of transitions whose forecasts no longer hold. */
void tmn_clocks_file(struct tmn_run *run);
void tmn_notes_flush(const struct tmn_run *run, struct tmn_worker *worker); /* at the end of a phase */
/* Clock words become what is left and nothing is accrued: before C is made anew, and after a state was read. */
void tmn_clocks_settle(struct tmn_run *run);
/* All clocks are filed before the next window. */
void tmn_clocks_resume(struct tmn_run *run);

/* Have all enabled clocks of a transition one C and one sum of G? */
bool tmn_clocks_alike(const struct tmn_run *run, int transition, uint64_t *c);

/* stage.c: loops over a stage of rows. */
/* Bits of those of which at most so much is left; `left` of all STAGE_ROWS. */
void tmn_stage_at_most(const uint64_t *left, uint64_t most, uint64_t *bits);
/* Thresholds become words: less the overshoot where `carried` is all ones, and with what was accrued. Returns of how
 * many clocks nothing was left: the last overshoot was beyond the threshold. */
uint64_t tmn_stage_carry_over(const uint64_t *left, uint64_t use, uint64_t carried, uint64_t after, uint64_t *threshold,
                              uint32_t count);
/* Moves one attribute of rows that follow one another, from the word of the first, and says from which token to which.
 */
void tmn_stage_step(uint64_t *word, const struct tmn_steps *steps, uint64_t *was, uint64_t *is, uint32_t count);

/* horizon.c: how far ahead clocks are noted. */
void tmn_horizons_resume(struct tmn_run *run); /* what happens from now on counts */
void tmn_horizons_review(struct tmn_run *run); /* at the start of a window: those that get another are filed anew */
/* All clocks of a transition are filed now: the window in which that is due again. */
int tmn_horizon_begin(struct tmn_run *run, size_t transition);

/* dense.c: transitions of which many clocks run out in each window. */
void tmn_dense_choose(struct tmn_run *run); /* at the start of a window */
/* Lets the clocks of a block that run out fire; those whose row has others that do join worker->due.
 * False: out of memory, and noted. */
bool tmn_dense_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t index);

/* follow.c: clocks follow a row whose state has changed. Event engine; the reference engine derives all clocks anew. */
void tmn_follow(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block,
                const struct tmn_touched *touched);

/* delta.c */
void tmn_count_rules_make(struct tmn_run *run); /* once keys of strata are made */
/* Applies the changes of counters of a block's rows: clocks that read them follow at once. */
void tmn_follow_deltas(struct tmn_run *run, struct tmn_worker *worker, uint32_t block);

/* fire.c */
/* Fires: chooses the branch, changes *now, emits the rest. `start`: state at the window's start. */
void tmn_fire(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row,
              const struct tmn_expired *clock, const struct tmn_packed *start, struct tmn_packed *now);
/* Its parts: the branch of the first firing of a row in a window, what a branch does to attributes, and counts of
 * firings of a branch for feedback (by the place at the window's start) and for outcomes (by the state after). */
int tmn_branch_choose(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row,
                      int transition, uint32_t uniform);
void tmn_effect_take(const struct tmn_effect *effect, int year, struct tmn_packed *packed);
void tmn_firings_count(struct tmn_run *run, struct tmn_worker *worker, int transition, int branch, size_t firings,
                       const struct tmn_packed *start, const struct tmn_packed *after);
/* The uniform of a firing k that chooses between branches; 0 where there is one branch. */
uint32_t tmn_branch_uniform(const struct tmn_run *run, uint32_t row, int transition, uint32_t k);
/* SETs, COPYs and STEPs of a list; all other actions are left out. */
void tmn_effect_make(struct tmn_run *run, const struct tmn_action *items, size_t count, struct tmn_effect *effect);
void tmn_touch(struct tmn_run *run, struct tmn_block *block, uint32_t row, const struct tmn_packed *before);
void tmn_flows(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_packed *before,
               const struct tmn_packed *after);
static inline bool tmn_watched(const struct tmn_run *run, uint32_t row) {
    return run->options.happening != NULL && (run->options.watch_all || run->options.watch_row == row);
}
void tmn_happening_add(struct tmn_block *block, const struct tmn_happening *happening);

/* message.c */
bool tmn_phase_messages(struct tmn_run *run, struct tmn_error *err);
/* Gathers a list of all workers (at `list_offset` in struct tmn_worker) into `all`, cut by the blocks that receive:
 * items of block b stand at bucket[b] .. bucket[b + 1] - 1, in any order. The first field of an item is the receiver's
 * row. False: out of memory. */
bool tmn_deliver(struct tmn_run *run, struct tmn_list *all, size_t list_offset, size_t size);

/* tell.c */
void tmn_tellers_prepare(struct tmn_run *run);
uint32_t tmn_rows_at_once(const struct tmn_run *run, int layer); /* whose ties fit into a teller */
/* What a firing calls along ties and how a row has changed for a counter, into the lists for other blocks. */
void tmn_call_ties(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_call *call);
void tmn_count_change(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_delta *change);
void tmn_tells_finish(struct tmn_run *run, struct tmn_worker *worker); /* at the end of a phase */

/* birth.c */
bool tmn_phase_births(struct tmn_run *run, struct tmn_error *err);
void tmn_births_prepare(struct tmn_run *run);

/* commit.c */
/* A row has changed: its part in all sums, and what counters count of it into the worker's list. */
void tmn_commit(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row,
                const struct tmn_packed *before, const struct tmn_packed *after);
/* The same of rows that all change from one state to one other, but for the digest. */
void tmn_commit_alike(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, const uint32_t *row,
                      uint32_t rows, const struct tmn_packed *before, const struct tmn_packed *after);
bool tmn_phase_commit(struct tmn_run *run, struct tmn_error *err);
void tmn_shares_close_window(struct tmn_run *run);

/* census.c */
void tmn_tests_prepare(struct tmn_run *run); /* once predicates are made; then tmn_changes_prepare */
void tmn_tests_fill(struct tmn_run *run);    /* once they are filled anew */
struct tmn_census {
    struct tmn_ratio *share;
    int64_t *stock;
    uint64_t *counted; /* [counters] persons whom each counts, of whosever ties */
    tmn_u128 rows_digest;
    uint32_t alive;
};
void tmn_census(struct tmn_run *run, struct tmn_census *census); /* adds to what is there */
void tmn_flags_fill(struct tmn_run *run);                        /* tmn_row_begin of all */

/* counter.c: counts ties anew, `counted` as a census found it; NULL: counts all and compares with what is kept. */
bool tmn_counters_pass(struct tmn_run *run, const uint64_t *counted, struct tmn_error *err);

/* feedback.c */
void tmn_drivers_fill(struct tmn_run *run, int window);
/* Levels of a place: the slot of `by`, and of each map when `by` is an attribute. */
void tmn_place_levels(const struct tmn_run *run, int by, uint32_t slot, uint32_t *level);
/* Where an event of a place adds. */
uint32_t tmn_event_slot(const struct tmn_run *run, const struct tmn_event *event, const struct tmn_feedback *feedback,
                        uint32_t place);
bool tmn_phase_events(struct tmn_run *run, struct tmn_error *err);
bool tmn_phase_feedback(struct tmn_run *run, struct tmn_error *err);

/* intervene.c */
void tmn_feedback_prepare(struct tmn_run *run); /* once parameters are set */
void tmn_feedback_begin(struct tmn_run *run);   /* what is held and shifted from this window on */
/* The setting that holds a variable's next value, or NULL. */
const struct tmn_setting *tmn_held(const struct tmn_run *run, size_t feedback);
/* Makes what expressions read of a variable: as it is for its own rule, or as others see it. */
void tmn_feedback_own(struct tmn_run *run, size_t feedback, bool own);
void tmn_assigns_prepare(struct tmn_run *run);
void tmn_assigns_refill(struct tmn_run *run);
bool tmn_assigns_now(const struct tmn_run *run, int window);
void tmn_assign(struct tmn_run *run); /* gives this window's levels; what follows from rows is to be made anew */

/* outcome.c */
void tmn_outcomes_prepare(struct tmn_run *run);
void tmn_outcomes_close_window(struct tmn_run *run);
void tmn_outcomes_digest(struct tmn_run *run); /* anew from the cumulative counts */
void tmn_outcomes_end(struct tmn_run *run);    /* the period of this window is the last one, and ends with it */

/* digest.c */
tmn_u128 tmn_digest_pair(uint64_t token, uint64_t value);
tmn_u128 tmn_digest_rows(const struct tmn_run *run, uint32_t first, uint32_t end);
/* What changes of a row do to the digest: kept until there are many, or until the window ends. */
void tmn_digest_change(const struct tmn_run *run, struct tmn_worker *worker, uint32_t row,
                       const struct tmn_changes *changes);
void tmn_digest_settle(struct tmn_worker *worker);
/* The same of many rows that change from one token to another of some attribute. */
tmn_u128 tmn_digest_moves(const uint32_t *row, const uint64_t *was, const uint64_t *is, size_t count);
struct tmn_digest tmn_digest_weekly(const struct tmn_run *run, tmn_u128 rows);

/* window.c: files all clocks before the first window, while the run is set up. Event engine. */
void tmn_window_foresee(struct tmn_run *run);
/* prepare.c: everything that a run needs before its first window, but the world and the pool. */
bool tmn_run_prepare(struct tmn_run *run, struct tmn_error *err);
/* Applies the dated settings of a window; C and all that predicates say is made anew when there is one. */
bool tmn_settings_apply(struct tmn_run *run, int window, struct tmn_error *err);
/* Settings up to the last window done, and all that follows from rows as they are: for rows that were loaded. */
bool tmn_run_restate(struct tmn_run *run, struct tmn_error *err);
/* Begins to sample, if that was asked for. */
void tmn_profile_begin(struct tmn_run *run);
/* Points the workers' environments at this window. */
void tmn_workers_aim(struct tmn_run *run);

#endif
