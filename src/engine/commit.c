/* What follows from changes of rows. At once, while the row is at hand: its part in what is summed over persons
 * (shares, stocks, digest) and what its ties are to learn (counters). At the end of the window: the counters, then the
 * clocks of all rows whose state is no longer what it was. */
#include "engine/rooms.h"

/* ---- the part of rows in the sums ---- */

struct change { /* of rows that are alike before and after */
    const uint32_t *row;
    uint32_t rows;
    const struct tmn_packed *before, *after;
    bool was_alive, alive;
};

/* Those whom a counter counts are told to their ties. */
static void count(struct tmn_run *run, struct tmn_worker *worker, size_t counter, const struct change *change, int by) {
    for (uint32_t i = 0; by != 0 && i < change->rows; i++)
        tmn_count_change(run, worker, &(struct tmn_delta){change->row[i], (uint16_t)counter, (int16_t)by});
}

static void apply_deltas(struct tmn_run *run, struct tmn_worker *worker, uint32_t block) {
    (void)worker;
    const struct tmn_delta *delta = (const struct tmn_delta *)run->delta.items;
    for (uint32_t i = run->bucket[block]; i < run->bucket[block + 1]; i++) {
        const struct tmn_tie_counts *counts = &run->counter[delta[i].counter];
        tmn_count_put(counts, delta[i].row, counts->number[delta[i].row] + (uint32_t)delta[i].by);
        if (run->counter_read[delta[i].counter])
            tmn_touch(run, &run->block[block], delta[i].row, &run->packed[delta[i].row]);
    }
}

/* ---- the rows that changed ---- */

/* Tests of word w that what has changed may have moved, and of these such as may have held and may hold. */
static uint64_t may_move(const struct tmn_run *run, const struct tmn_changes *changes, const struct change *change,
                         uint32_t w, uint64_t *held, uint64_t *hold) {
    const struct tmn_sieve *sieve = &run->tests.sieve;
    uint64_t was, is, moves = tmn_moved(&run->test_moves, changes, w, &was, &is) & sieve->all[w];
    *held = was & moves;
    *hold = is & moves;
    moves &= was | is;
    if ((moves & (moves - 1)) == 0) /* one is asked as fast as it is ruled out */
        return moves;
    *held = tmn_sieve_roughly(sieve, change->before, w, *held);
    *hold = tmn_sieve_roughly(sieve, change->after, w, *hold);
    return *held | *hold;
}

/* The part of persons in what is known at once: who is alive, who unborn, whom counters count. */
static void move_tests(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block,
                       const struct tmn_changes *changes, struct change *change) {
    bool unborn = (*tmn_flags(run, *change->row) & ROW_UNBORN) != 0, was_unborn = unborn;
    for (uint32_t w = 0; w < run->test_watch.words; w++) {
        uint64_t was, is;
        for (uint64_t moves = may_move(run, changes, change, w, &was, &is); moves != 0; moves &= moves - 1) {
            uint64_t bit = moves & -moves;
            size_t test = w * (size_t)64 + (size_t)__builtin_ctzll(moves);
            const struct tmn_predicate *predicate = run->tests.predicate[test];
            bool held = (was & bit) != 0 && tmn_holds(run, worker, predicate, change->before),
                 holds = (is & bit) != 0 && tmn_holds(run, worker, predicate, change->after);
            if (test == TEST_ALIVE)
                change->alive = holds;
            else if (test == TEST_UNBORN)
                unborn = holds;
            else
                count(run, worker, test - run->tests.counter, change,
                      (int)(holds && change->alive) - (int)(held && change->was_alive));
        }
    }
    if (unborn && !was_unborn)
        tmn_fail_row(block,
                     (struct tmn_failure){
                         .kind = FAILED_UNBORN, .row = *change->row, .transition = -1, .packed = *change->after});
    worker->alive += ((int)change->alive - (int)change->was_alive) * (int64_t)change->rows;
    for (uint32_t i = 0; i < change->rows; i++) {
        uint8_t *flags = tmn_flags(run, change->row[i]);
        *flags = (uint8_t)((*flags & ~(unsigned)(ROW_ALIVE | ROW_UNBORN)) | (change->alive ? ROW_ALIVE : 0u) |
                           (unborn ? ROW_UNBORN : 0u));
    }
}

void tmn_commit(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row,
                const struct tmn_packed *before, const struct tmn_packed *after) {
    struct tmn_changes changes;
    tmn_changes_of(run, before, after, &changes);
    tmn_digest_change(run, worker, row, &changes);
    tmn_joints_move(run, worker, 1, &changes, before, after);
    if (!tmn_watched_by_any(&run->test_watch, before, after))
        return;
    bool alive = (*tmn_flags(run, row) & ROW_ALIVE) != 0;
    struct change change = {&row, 1, before, after, alive, alive};
    move_tests(run, worker, block, &changes, &change);
}

void tmn_commit_alike(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, const uint32_t *row,
                      uint32_t rows, const struct tmn_packed *before, const struct tmn_packed *after) {
    struct tmn_changes changes;
    tmn_changes_of(run, before, after, &changes);
    tmn_joints_move(run, worker, rows, &changes, before, after);
    if (!tmn_watched_by_any(&run->test_watch, before, after))
        return;
    bool alive = (*tmn_flags(run, *row) & ROW_ALIVE) != 0;
    struct change change = {row, rows, before, after, alive, alive};
    move_tests(run, worker, block, &changes, &change);
}

static void derive_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t index) {
    struct tmn_block *block = &run->block[index];
    const struct tmn_touched *touched = block->touched.items;
    size_t fetched = 0;
    for (size_t i = 0; i < block->touched.count; i++) {
        for (size_t end = tmn_fetch_end(i, fetched, block->touched.count); fetched < end; fetched++)
            tmn_prefetch_row(run, touched[fetched].row);
        *tmn_flags(run, touched[i].row) &= (uint8_t)~ROW_TOUCHED;
        if (run->options.engine == TMN_ENGINE_REFERENCE)
            tmn_derive(run, worker, block, touched[i].row);
        else
            tmn_follow(run, worker, block, &touched[i]);
    }
    block->touched.count = block->kept.count = 0;
}

/* Shares are read as of the window's start until the window is over: the workers' sums join them after feedback. */
void tmn_shares_close_window(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    for (size_t s = 0; s < model->shares.count; s++) {
        const struct tmn_share *share = &model->shares.items[s];
        for (uint32_t slot = share->first; slot < share->first + share->slots; slot++)
            for (int w = 0; w < run->workers; w++) {
                struct tmn_ratio *part = &run->worker[w].share[slot];
                if ((part->numerator | part->denominator) == 0)
                    continue;
                run->share[slot].numerator += part->numerator;
                run->share[slot].denominator += part->denominator;
                *part = (struct tmn_ratio){0, 0};
                run->share_changed[s] = true;
            }
    }
}

static void merge_sums(struct tmn_run *run) {
    for (int w = 0; w < run->workers; w++) {
        struct tmn_worker *worker = &run->worker[w];
        for (uint32_t c = 0; c < run->cells; c++) {
            run->stock[c] += worker->stock[c];
            worker->stock[c] = 0;
        }
        tmn_digest_settle(worker);
        run->rows_digest += worker->rows_digest;
        run->alive = (uint32_t)((int64_t)run->alive + worker->alive);
        worker->rows_digest = 0;
        worker->alive = 0;
    }
}

bool tmn_phase_commit(struct tmn_run *run, struct tmn_error *err) {
    if (!tmn_deliver(run, &run->delta, offsetof(struct tmn_worker, delta), sizeof(struct tmn_delta)))
        return tmn_fail(err, TMN_MEMORY, "out of memory for the counters of one window");
    if (run->delta.count > 0)
        tmn_run_blocks(run, run->options.engine == TMN_ENGINE_REFERENCE ? apply_deltas : tmn_follow_deltas);
    tmn_run_blocks(run, derive_block);
    tmn_joints_close(run);
    merge_sums(run);
    return tmn_run_sound(run, err);
}
