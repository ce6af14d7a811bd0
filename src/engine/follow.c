/* Clocks follow the state of a row, event engine. Only those are asked that read what has changed: a clock that stays
 * enabled while its C or its place among the sums of G changes gets a new word, exactly: what was accrued is taken off
 * with the old ones and added with the new ones, modulo 2^64. */
#include "engine/state.h"

static uint64_t c_of(const struct tmn_run *run, int transition, uint32_t row, const struct tmn_packed *packed) {
    return run->rule[transition].c[tmn_key_index(run, &run->accrual[transition].personal, row, packed)];
}

/* Transitions that read what has changed, into worker->affected. */
static void find_affected(const struct tmn_run *run, struct tmn_worker *worker, uint32_t row,
                          const struct tmn_packed *before, const struct tmn_packed *after) {
    size_t words = run->affected_words;
    for (size_t w = 0; w < words; w++)
        worker->affected[w] = *tmn_flags(run, row) & ROW_COUNTED ? run->reads_any_counter[w] : 0;
    struct tmn_changes changes = tmn_changes_of(run, before, after);
    for (uint32_t i = 0; i < changes.count; i++)
        for (size_t w = 0; w < words; w++)
            worker->affected[w] |= run->reads_attribute[changes.attribute[i] * words + w];
}

static bool is_affected(const struct tmn_worker *worker, int transition) {
    return (worker->affected[transition / 64] >> transition % 64) & 1;
}

/* Notes that a slot must be looked at; unless a transition is found for it, it keeps the one whose clock is not
 * affected. */
static void look_at(const struct tmn_run *run, struct tmn_worker *worker, uint8_t held, int slot, int *slots) {
    int transition = run->enabled[slot * SHARERS + (held & SLOT_SHARER)];
    worker->wanted[slot] = transition >= 0 && !is_affected(worker, transition) ? held & SLOT_SHARER : 0;
    worker->affected_slot[(*slots)++] = (uint16_t)slot;
}

/* Which clock each slot should hold: worker->wanted of worker->affected_slot[], and its C; returns the number of slots.
 */
static int find_wanted(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, const struct tmn_packed *after) {
    uint8_t *slot = tmn_slots(run, row);
    int slots = 0;
    for (int s = 0; s < run->slots; s++) {
        worker->wanted[s] = UINT8_MAX;
        if (slot[s] != 0 &&
            ((slot[s] & (SLOT_ADVANCED | SLOT_AIMED)) || is_affected(worker, tmn_clock_of(run, row, s))))
            look_at(run, worker, slot[s], s, &slots);
    }
    for (uint32_t w = 0; w < run->affected_words; w++)
        for (uint64_t set = worker->affected[w] & tmn_sieve_word(&run->clocks, after, w); set != 0; set &= set - 1) {
            int transition = (int)(w * 64) + __builtin_ctzll(set);
            const struct tmn_transition *it = &run->model->transitions.items[transition];
            uint64_t c = c_of(run, transition, row, after);
            if (c == FACTOR_DISABLED)
                continue;
            if (worker->wanted[it->slot] == UINT8_MAX)
                look_at(run, worker, slot[it->slot], it->slot, &slots);
            worker->wanted[it->slot] = (uint8_t)(it->sharer + 1);
            if (c == FACTOR_BAD)
                tmn_fail_row(
                    &run->block[row / BLOCK_ROWS],
                    (struct tmn_failure){.kind = FAILED_C, .row = row, .transition = transition, .packed = *after});
        }
    return slots;
}

/* A clock that was not enabled before takes a fresh threshold. */
static void start(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int transition,
                  const struct tmn_packed *after) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    struct tmn_start *it = tmn_clock_start(run, worker, row, transition, tmn_k(run, row, transition));
    it->overshoot = 0;
    it->share = tmn_share_of(run, accrual, row, after);
    it->c = c_of(run, transition, row, after);
    it->accrued = tmn_steady_c(it->c) * accrual->sum[it->share.at];
    it->file = true;
    tmn_present_set(run, row, transition);
}

/* Gives an enabled clock of which `left` is left its word, and files it. */
static void aim(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int transition, int slot,
                const struct tmn_packed *after, uint64_t left) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    struct tmn_share_of share = tmn_share_of(run, accrual, row, after);
    uint64_t c = c_of(run, transition, row, after);
    *tmn_clock(run, row, slot) = left + tmn_steady_c(c) * accrual->sum[share.at];
    tmn_file(run, worker, row, transition, &share, c, left, run->window + 1);
}

/* A clock that was enabled before and is now. */
static void carry_on(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int transition, int slot,
                     const struct tmn_packed *before, const struct tmn_packed *after, bool aimed) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    struct tmn_share_of was = tmn_share_of(run, accrual, row, before), is = tmn_share_of(run, accrual, row, after);
    uint64_t c_was = c_of(run, transition, row, before), c = c_of(run, transition, row, after);
    if (c_was == c && was.at == is.at && !aimed)
        return;
    worker->tally.work[transition].reaimed++;
    aim(run, worker, row, transition, slot, after,
        *tmn_clock(run, row, slot) - tmn_steady_c(c_was) * accrual->sum[was.at]);
}

void tmn_follow(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block,
                const struct tmn_touched *touched) {
    uint32_t row = touched->row;
    const struct tmn_packed *before = &touched->before, *after = &run->packed[row];
    uint8_t *slot = tmn_slots(run, row);
    find_affected(run, worker, row, before, after);
    int slots = find_wanted(run, worker, row, after);
    for (int i = 0; i < slots; i++) {
        int s = worker->affected_slot[i], current = tmn_clock_of(run, row, s);
        uint8_t wanted = worker->wanted[s], was = slot[s];
        int next = run->enabled[s * SHARERS + wanted];
        uint64_t began = tmn_sample_begin(&worker->sampler);
        slot[s] = wanted;
        if (next != current) {
            if (current >= 0 && (was & SLOT_ADVANCED) == 0)
                tmn_k_advance(run, worker, block, row, current);
            if (next >= 0)
                start(run, worker, row, next, after);
        } else if (next >= 0) {
            carry_on(run, worker, row, next, s, before, after, (was & SLOT_AIMED) != 0);
        }
        if (next >= 0 || current >= 0)
            tmn_sample_end(&worker->sampler, next >= 0 ? next : current, TMN_ACT_FOLLOW, began);
    }
    bool any = false;
    for (int s = 0; s < run->slots && !any; s++)
        any = slot[s] != 0;
    *tmn_flags(run, row) = (uint8_t)((*tmn_flags(run, row) & ~(ROW_CLOCKS | ROW_COUNTED)) | (any ? ROW_CLOCKS : 0));
}
