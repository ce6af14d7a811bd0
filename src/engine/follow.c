/* Clocks follow the state of a row, event engine. Only those are asked that read what has changed: a clock that stays
 * enabled while its C or its place among the sums of G changes gets a new word, exactly: what was accrued is taken off
 * with the old ones and added with the new ones, modulo 2^64. */
#include "engine/rooms.h"

#include <string.h>

/* A row whose clocks follow. */
struct follower {
    struct tmn_run *run;
    struct tmn_worker *worker;
    struct tmn_block *block;
    uint32_t row;
    uint8_t *slot;
    const struct tmn_packed *before, *after;
    struct tmn_packed differs;
};

static inline uint64_t c_of(const struct follower *it, int transition, const struct tmn_packed *packed) {
    return it->run->rule[transition].c[tmn_key_index(it->run, &it->run->accrual[transition].personal, it->row, packed)];
}

/* A clock that was not enabled before takes a fresh threshold. */
static inline void start(const struct follower *it, int transition, uint64_t c) {
    struct tmn_run *run = it->run;
    const struct tmn_accrual *accrual = &run->accrual[transition];
    struct tmn_start *begun = tmn_clock_start(run, it->worker, it->row, transition, tmn_k(run, it->row, transition));
    it->worker->tally.work[transition].started++;
    begun->overshoot = 0;
    begun->share = tmn_share_of(run, accrual, it->row, it->after);
    begun->c = c;
    begun->accrued = tmn_steady_c(c) * accrual->sum[begun->share.at];
    begun->file = begun->fresh = true;
    __builtin_prefetch(tmn_present_of(run, it->row, transition), 1); /* set with the threshold */
}

/* A clock that was enabled before and is now, with C `c`, gets its word for what is left of it; slot: as it was. */
static inline void carry_on(const struct follower *it, int transition, uint64_t c, uint8_t slot) {
    struct tmn_run *run = it->run;
    const struct tmn_accrual *accrual = &run->accrual[transition];
    const struct tmn_packed *places = &accrual->placed_by;
    bool moves = ((it->differs.word[0] & places->word[0]) | (it->differs.word[1] & places->word[1])) != 0;
    struct tmn_share_of is = tmn_share_of(run, accrual, it->row, it->after);
    size_t at = moves ? tmn_share_of(run, accrual, it->row, it->before).at : is.at;
    uint64_t c_was = c_of(it, transition, it->before);
    if (c_was == c && at == is.at && (slot & SLOT_AIMED) == 0)
        return;
    it->worker->tally.work[transition].reaimed += (slot & SLOT_ADVANCED) == 0; /* else it starts again */
    uint64_t *word = tmn_clock(run, it->row, run->rule[transition].slot),
             left = *word - tmn_steady_c(c_was) * accrual->sum[at];
    *word = left + tmn_steady_c(c) * accrual->sum[is.at];
    if (!tmn_is_far(accrual, &is, c, left))
        tmn_file(run, it->worker, it->row, transition, &is, c, left, run->window + 1);
}

/* Transitions whom what has changed concerns, into worker->affected. */
static void find_affected(const struct tmn_run *run, struct tmn_worker *worker, uint32_t row,
                          const struct tmn_packed *before, const struct tmn_packed *after) {
    bool counted = (*tmn_flags(run, row) & ROW_COUNTED) != 0;
    struct tmn_changes changes;
    tmn_changes_of(run, before, after, &changes);
    for (uint32_t w = 0; w < run->clock_watch.words; w++) {
        uint64_t was, is, moved = tmn_moved(&run->clock_moves, &changes, w, &was, &is);
        worker->affected[w] = (moved | (counted ? run->reads_any_counter[w] : 0)) & (was | is);
    }
}

static inline void check_c(const struct follower *it, int transition, uint64_t c) {
    if (__builtin_expect(c == FACTOR_BAD, 0))
        tmn_fail_row(it->block, (struct tmn_failure){
                                    .kind = FAILED_C, .row = it->row, .transition = transition, .packed = *it->after});
}

/* What becomes of an enabled clock that what has changed concerns: it ends or carries on. */
static inline void follow_clock(const struct follower *it, int slot, int transition) {
    uint8_t was = it->slot[slot];
    uint64_t began = tmn_sample_begin(&it->worker->sampler), c = c_of(it, transition, it->after);
    check_c(it, transition, c);
    if (c != FACTOR_DISABLED) {
        carry_on(it, transition, c, was);
    } else {
        tmn_slot_hold(it->run, it->block, it->row, slot, 0);
        if ((was & SLOT_ADVANCED) == 0)
            tmn_k_advance(it->run, it->worker, it->block, it->row, transition);
    }
    tmn_sample_end(&it->worker->sampler, transition, TMN_ACT_FOLLOW, began);
}

/* Slots are looked at by words, of which slot_bytes says what belongs to slots. */
enum { EACH = sizeof(uint64_t) };
static inline uint64_t each_slot(uint64_t marks) {
    return UINT64_C(0x0101010101010101) * marks;
}

/* Clocks that wait for their word are among those concerned, whatever has changed. */
static inline void take_marks(const struct tmn_run *run, struct tmn_worker *worker, const uint8_t *slot) {
    for (int s = 0; s < run->slots; s += EACH) {
        uint64_t marks;
        memcpy(&marks, slot + s, EACH);
        for (marks &= run->slot_bytes[s / EACH] & each_slot(SLOT_AIMED); marks != 0; marks &= marks - 1) {
            int i = s + __builtin_ctzll(marks) / 8, /* the first slot is lowest */
                transition = run->enabled[i * SHARERS + (slot[i] & SLOT_SHARER)];
            if (transition >= 0)
                worker->affected[(unsigned)transition / 64] |= UINT64_C(1) << (unsigned)transition % 64;
        }
    }
}

/* Marks of this window go. */
static inline void clear_marks(const struct tmn_run *run, uint8_t *slot) {
    for (int s = 0; s < run->slots; s += EACH) {
        uint64_t some;
        memcpy(&some, slot + s, EACH);
        some &= ~(run->slot_bytes[s / EACH] & each_slot(SLOT_ADVANCED | SLOT_AIMED));
        memcpy(slot + s, &some, EACH);
    }
}

void tmn_follow(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block,
                const struct tmn_touched *touched) {
    uint32_t row = touched->row;
    struct tmn_packed before = touched->before, after = run->packed[row];
    struct follower it = {run,
                          worker,
                          block,
                          row,
                          tmn_slots(run, row),
                          &before,
                          &after,
                          {{before.word[0] ^ after.word[0], before.word[1] ^ after.word[1]}}};
    find_affected(run, worker, row, &before, &after);
    take_marks(run, worker, it.slot);
    for (uint32_t w = 0; w < run->clock_watch.words; w++)
        for (uint64_t set = tmn_sieve_roughly(&run->clocks, &before, w, worker->affected[w]); set != 0;
             set &= set - 1) {
            int transition = (int)(w * 64) + __builtin_ctzll(set), s = run->rule[transition].slot;
            if ((it.slot[s] & SLOT_SHARER) != run->rule[transition].held)
                continue;
            worker->affected[w] &= ~(set & -set);
            follow_clock(&it, s, transition);
        }
    clear_marks(run, it.slot);
    /* The others that are affected start where they are enabled now; what shared their slot has ended. */
    for (uint32_t w = 0; w < run->clock_watch.words; w++)
        for (uint64_t may = tmn_sieve_roughly(&run->clocks, &after, w, worker->affected[w]); may != 0; may &= may - 1) {
            int transition = (int)(w * 64) + __builtin_ctzll(may);
            uint64_t began = tmn_sample_begin(&worker->sampler), c = c_of(&it, transition, &after);
            if (c == FACTOR_DISABLED)
                continue;
            check_c(&it, transition, c);
            tmn_slot_hold(run, block, row, run->rule[transition].slot, run->rule[transition].held);
            start(&it, transition, c);
            tmn_sample_end(&worker->sampler, transition, TMN_ACT_FOLLOW, began);
        }
    *tmn_flags(run, row) &= (uint8_t)~ROW_COUNTED;
}
