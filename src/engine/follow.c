/* Clocks follow the state of a row, event engine. Only those are asked that read what has changed: a clock that stays
 * enabled while its C or its place among the sums of G changes gets a new word, exactly: what was accrued is taken off
 * with the old ones and added with the new ones, modulo 2^64. */
#include "engine/rooms.h"

#include <string.h>

static uint64_t c_of(const struct tmn_run *run, int transition, uint32_t row, const struct tmn_packed *packed) {
    return run->rule[transition].c[tmn_key_index(run, &run->accrual[transition].personal, row, packed)];
}

/* Gives an enabled clock of which `left` is left its word, and files it. */
static void aim(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int transition,
                const struct tmn_share_of *share, uint64_t c, uint64_t left) {
    uint64_t *word = tmn_clock(run, row, run->model->transitions.items[transition].slot);
    *word = left + tmn_steady_c(c) * run->accrual[transition].sum[share->at];
    tmn_file(run, worker, row, transition, share, c, left, run->window + 1);
}

/* A clock that was not enabled before takes a fresh threshold. */
static void start(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int transition, uint64_t c,
                  const struct tmn_packed *after) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    struct tmn_start *it = tmn_clock_start(run, worker, row, transition, tmn_k(run, row, transition));
    it->overshoot = 0;
    it->share = tmn_share_of(run, accrual, row, after);
    it->c = c;
    it->accrued = tmn_steady_c(c) * accrual->sum[it->share.at];
    it->file = true;
    tmn_present_set(run, row, transition);
}

/* A clock that was enabled before and is now, with C `c`; slot: as it was. */
static void carry_on(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int transition, uint64_t c,
                     const struct tmn_packed *before, const struct tmn_packed *after, uint8_t slot) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    struct tmn_share_of was = tmn_share_of(run, accrual, row, before), is = tmn_share_of(run, accrual, row, after);
    uint64_t c_was = c_of(run, transition, row, before);
    if (c_was == c && was.at == is.at && (slot & SLOT_AIMED) == 0)
        return;
    worker->tally.work[transition].reaimed += (slot & SLOT_ADVANCED) == 0; /* else it starts again */
    uint64_t word = *tmn_clock(run, row, run->model->transitions.items[transition].slot);
    aim(run, worker, row, transition, &is, c, word - tmn_steady_c(c_was) * accrual->sum[was.at]);
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

static void check_c(struct tmn_block *block, uint32_t row, int transition, uint64_t c,
                    const struct tmn_packed *packed) {
    if (c == FACTOR_BAD)
        tmn_fail_row(block,
                     (struct tmn_failure){.kind = FAILED_C, .row = row, .transition = transition, .packed = *packed});
}

/* What becomes of an enabled clock that what has changed concerns: it ends or carries on. */
static void follow_clock(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block,
                         const struct tmn_touched *touched, int slot, int transition) {
    const struct tmn_packed *after = &run->packed[touched->row];
    uint8_t was = tmn_slots(run, touched->row)[slot];
    uint64_t began = tmn_sample_begin(&worker->sampler), c = c_of(run, transition, touched->row, after);
    check_c(block, touched->row, transition, c, after);
    if (c != FACTOR_DISABLED) {
        carry_on(run, worker, touched->row, transition, c, &touched->before, after, was);
    } else {
        tmn_slot_hold(run, block, touched->row, slot, 0);
        if ((was & SLOT_ADVANCED) == 0)
            tmn_k_advance(run, worker, block, touched->row, transition);
    }
    tmn_sample_end(&worker->sampler, transition, TMN_ACT_FOLLOW, began);
}

/* Marks of this window go. Clocks that wait for their word are among those concerned, whatever has changed. */
static void take_marks(const struct tmn_run *run, struct tmn_worker *worker, uint32_t row) {
    enum { EACH = sizeof(uint64_t) };
    const uint64_t aimed = UINT64_C(0x0101010101010101) * SLOT_AIMED;
    uint8_t *slot = tmn_slots(run, row);
    for (int s = 0; s < run->slots; s += EACH) {
        uint64_t marks;
        memcpy(&marks, slot + s, EACH); /* of the last ones a part belongs to what follows: no mark of a slot */
        if ((marks & aimed) == 0)
            continue;
        for (int i = s; i < s + EACH && i < run->slots; i++) {
            int transition = (slot[i] & SLOT_AIMED) != 0 ? tmn_clock_of(run, row, i) : -1;
            if (transition >= 0)
                worker->affected[transition / 64] |= UINT64_C(1) << transition % 64;
        }
    }
}

static void clear_marks(const struct tmn_run *run, uint32_t row) {
    enum { EACH = sizeof(uint64_t) };
    uint8_t *slot = tmn_slots(run, row);
    int s = 0;
    for (; s + EACH <= run->slots; s += EACH) {
        uint64_t some;
        memcpy(&some, slot + s, EACH);
        some &= UINT64_C(0x0101010101010101) * SLOT_SHARER;
        memcpy(slot + s, &some, EACH);
    }
    for (; s < run->slots; s++)
        slot[s] &= SLOT_SHARER;
}

void tmn_follow(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block,
                const struct tmn_touched *touched) {
    uint32_t row = touched->row;
    const struct tmn_packed *after = &run->packed[row];
    find_affected(run, worker, row, &touched->before, after);
    take_marks(run, worker, row);
    for (uint32_t w = 0; w < run->clock_watch.words; w++)
        for (uint64_t set = tmn_sieve_roughly(&run->clocks, &touched->before, w, worker->affected[w]); set != 0;
             set &= set - 1) {
            int transition = (int)(w * 64) + __builtin_ctzll(set), s = run->model->transitions.items[transition].slot;
            if (tmn_clock_of(run, row, s) != transition)
                continue;
            worker->affected[w] &= ~(set & -set);
            follow_clock(run, worker, block, touched, s, transition);
        }
    clear_marks(run, row);
    /* The others that are affected start where they are enabled now; what shared their slot has ended. */
    for (uint32_t w = 0; w < run->clock_watch.words; w++)
        for (uint64_t may = tmn_sieve_roughly(&run->clocks, after, w, worker->affected[w]); may != 0; may &= may - 1) {
            int transition = (int)(w * 64) + __builtin_ctzll(may);
            const struct tmn_transition *it = &run->model->transitions.items[transition];
            uint64_t began = tmn_sample_begin(&worker->sampler), c = c_of(run, transition, row, after);
            if (c == FACTOR_DISABLED)
                continue;
            check_c(block, row, transition, c, after);
            tmn_slot_hold(run, block, row, it->slot, it->sharer + 1);
            start(run, worker, row, transition, c, after);
            tmn_sample_end(&worker->sampler, transition, TMN_ACT_FOLLOW, began);
        }
    *tmn_flags(run, row) &= (uint8_t)~ROW_COUNTED;
}
