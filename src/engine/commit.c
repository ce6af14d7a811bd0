/* The commit of a window: everything that follows from the rows that changed. First what is summed over persons
 * (shares, stocks, digest) and what ties learn (counters), then the clocks of all rows whose state is no longer what it
 * was. */
#include "engine/state.h"

#include <string.h>

/* ---- one row's part in the sums ---- */

/* Of a living person. */
static void add_share(const struct tmn_run *run, struct tmn_worker *worker, size_t s, const struct tmn_packed *packed,
                      int sign) {
    const struct tmn_share *share = &run->model->shares.items[s];
    struct tmn_ratio *ratio = &worker->share[share->first + tmn_place_slot(run->model, share->by, packed)];
    ratio->denominator += sign;
    if (tmn_holds(run, worker, &run->share_rule[s], packed))
        ratio->numerator += sign;
}

static void add_stock(const struct tmn_run *run, struct tmn_worker *worker, size_t o, const struct tmn_packed *packed,
                      int sign) {
    const struct tmn_outcome_state *state = &run->outcome[o];
    if (tmn_holds(run, worker, &state->predicate, packed))
        worker->stock[state->first + tmn_key_of(run, &state->by, packed)] += sign;
}

/* Those shares and stocks that watch what has changed. */
static void move_sums(const struct tmn_run *run, struct tmn_worker *worker, const struct tmn_changes *changes,
                      const struct tmn_packed *before, bool was_alive, const struct tmn_packed *after, bool alive) {
    TMN_EACH_WATCHING(s, &run->share_watch, changes) {
        if (was_alive)
            add_share(run, worker, s, before, -1);
        if (alive)
            add_share(run, worker, s, after, 1);
    }
    TMN_EACH_WATCHING(o, &run->stock_watch, changes) {
        add_stock(run, worker, o, before, -1);
        add_stock(run, worker, o, after, 1);
    }
}

/* ---- counters ---- */

/* Tells ties that they have one more or one less. */
static void tell_counters(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row,
                          const struct tmn_changes *changes, const struct tmn_packed *before, bool was_alive,
                          const struct tmn_packed *after, bool alive) {
    const struct tmn_model *model = run->model;
    int layer = -1;
    uint32_t ties = 0;
    TMN_EACH_WATCHING(i, &run->counter_watch, changes) {
        size_t c = run->counter_order[i]; /* by layer */
        const struct tmn_predicate *of = &run->counter_rule[c];
        int by =
            (int)(alive && tmn_holds(run, worker, of, after)) - (int)(was_alive && tmn_holds(run, worker, of, before));
        if (by == 0)
            continue;
        if (layer != model->counters.items[c].layer) {
            layer = model->counters.items[c].layer;
            ties = tmn_layer_ties(run->world, layer, row, worker->ties);
        }
        for (uint32_t n = 0; n < ties; n++) {
            struct tmn_delta *delta = tmn_list_add(&worker->delta, sizeof *delta);
            if (delta == NULL) {
                tmn_fail_row(block, (struct tmn_failure){.kind = FAILED_MEMORY, .row = row});
                return;
            }
            *delta = (struct tmn_delta){worker->ties[n], (uint16_t)c, (int16_t)by};
        }
    }
}

static void apply_deltas(struct tmn_run *run, struct tmn_worker *worker, uint32_t block) {
    (void)worker;
    const struct tmn_delta *delta = (const struct tmn_delta *)run->delta.items;
    for (uint32_t i = run->bucket[block]; i < run->bucket[block + 1]; i++) {
        run->counter[delta[i].counter][delta[i].row] =
            (uint16_t)(run->counter[delta[i].counter][delta[i].row] + delta[i].by);
        if (run->counter_personal[delta[i].counter])
            tmn_touch(run, &run->block[block], delta[i].row, &run->packed[delta[i].row]);
    }
}

/* ---- the rows that changed ---- */

static void commit_row(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block,
                       const struct tmn_touched *touched) {
    uint32_t row = touched->row;
    const struct tmn_packed *before = &touched->before, *after = &run->packed[row];
    if (tmn_same(before, after))
        return;
    struct tmn_changes changes = tmn_changes_of(run, before, after);
    bool was_alive = (run->flags[row] & ROW_ALIVE) != 0, alive = tmn_holds(run, worker, &run->alive_rule, after);
    bool unborn = run->model->unborn != NULL && tmn_holds(run, worker, &run->unborn_rule, after);
    if (unborn && (run->flags[row] & ROW_UNBORN) == 0)
        tmn_fail_row(block,
                     (struct tmn_failure){.kind = FAILED_UNBORN, .row = row, .transition = -1, .packed = *after});
    move_sums(run, worker, &changes, before, was_alive, after, alive);
    worker->alive += (int)alive - (int)was_alive;
    worker->rows_digest += tmn_digest_change(run, row, &changes, before, after);
    tell_counters(run, worker, block, row, &changes, before, was_alive, after, alive);
    unsigned flags = run->flags[row] & ~(unsigned)(ROW_ALIVE | ROW_UNBORN);
    run->flags[row] = (uint8_t)(flags | (alive ? ROW_ALIVE : 0u) | (unborn ? ROW_UNBORN : 0u));
}

static void commit_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t index) {
    struct tmn_block *block = &run->block[index];
    const struct tmn_touched *touched = block->touched.items;
    for (size_t i = 0; i < block->touched.count; i++)
        commit_row(run, worker, block, &touched[i]);
}

static void derive_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t index) {
    struct tmn_block *block = &run->block[index];
    const struct tmn_touched *touched = block->touched.items;
    for (size_t i = 0; i < block->touched.count; i++) {
        run->flags[touched[i].row] &= (uint8_t)~ROW_TOUCHED;
        tmn_derive(run, worker, block, touched[i].row);
    }
    tmn_derive_end(run, worker);
    block->touched.count = 0;
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
        run->rows_digest += worker->rows_digest;
        run->alive = (uint32_t)((int64_t)run->alive + worker->alive);
        worker->rows_digest = 0;
        worker->alive = 0;
    }
}

bool tmn_phase_commit(struct tmn_run *run, struct tmn_error *err) {
    tmn_run_blocks(run, commit_block);
    if (!tmn_run_sound(run, err))
        return false;
    if (!tmn_deliver(run, &run->delta, offsetof(struct tmn_worker, delta), sizeof(struct tmn_delta)))
        return tmn_fail(err, TMN_MEMORY, "out of memory for the counters of one window");
    if (run->delta.count > 0)
        tmn_run_blocks(run, apply_deltas);
    tmn_run_blocks(run, derive_block);
    merge_sums(run);
    return tmn_run_sound(run, err);
}
