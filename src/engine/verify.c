/* Recomputes from the rows alone what a run keeps up to date by changes, and compares. */
#include "engine/rooms.h"

#include "base/real.h"
#include <stdlib.h>

static bool compare(const struct tmn_run *run, const struct tmn_census *census, struct tmn_error *err) {
    const struct tmn_model *model = run->model;
    for (size_t s = 0; s < model->shares.count; s++) {
        const struct tmn_share *share = &model->shares.items[s];
        for (uint32_t slot = share->first; slot < share->first + share->slots; slot++)
            if (census->share[slot].numerator != run->share[slot].numerator ||
                census->share[slot].denominator != run->share[slot].denominator)
                return tmn_fail(err, TMN_RUN, "share %zu at place %u is %lld/%lld, but the persons say %lld/%lld", s,
                                slot - share->first, (long long)run->share[slot].numerator,
                                (long long)run->share[slot].denominator, (long long)census->share[slot].numerator,
                                (long long)census->share[slot].denominator);
    }
    for (size_t o = 0; o < model->outcomes.count; o++) {
        const struct tmn_outcome *outcome = &model->outcomes.items[o];
        for (uint32_t c = run->outcome[o].first; c < run->outcome[o].first + outcome->by.size; c++)
            if (census->stock[c] != run->stock[c])
                return tmn_fail(err, TMN_RUN, "stock '%s' holds %lld in cell %u, but the persons say %lld",
                                outcome->name, (long long)run->stock[c], c - run->outcome[o].first,
                                (long long)census->stock[c]);
    }
    if (census->alive != run->alive)
        return tmn_fail(err, TMN_RUN, "%u persons are taken to be alive, but %u are", run->alive, census->alive);
    if (census->rows_digest != run->rows_digest)
        return tmn_fail(err, TMN_RUN, "the digest kept by changes is not that of the persons");
    return true;
}

static void flags_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t block) {
    uint32_t end = block_end(run, block);
    for (uint32_t row = block_first(run, block); row < end; row++) {
        bool alive = tmn_holds(run, worker, &run->alive_rule, &run->packed[row]);
        bool unborn = run->model->unborn != NULL && tmn_holds(run, worker, &run->unborn_rule, &run->packed[row]);
        if (alive != ((*tmn_flags(run, row) & ROW_ALIVE) != 0) || unborn != ((*tmn_flags(run, row) & ROW_UNBORN) != 0))
            tmn_fail_row(
                &run->block[block],
                (struct tmn_failure){.kind = FAILED_FLAGS, .row = row, .transition = -1, .packed = run->packed[row]});
    }
}

bool tmn_run_verify(const struct tmn_run *const_run, struct tmn_error *err) {
    struct tmn_run *run = const_run->self; /* sums of workers are scratch */
    struct tmn_real_state state = tmn_real_enter();
    struct tmn_census census = {.share = calloc(run->model->share_slots + 1u, sizeof *census.share),
                                .stock = calloc(run->cells + 1u, sizeof *census.stock),
                                .counted = calloc(run->model->counters.count + 1, sizeof *census.counted)};
    bool ok = census.share != NULL && census.stock != NULL && census.counted != NULL;
    if (!ok) {
        tmn_fail(err, TMN_MEMORY, "out of memory for the verification of a run");
    } else {
        tmn_census(run, &census);
        tmn_run_blocks(run, flags_block);
        ok = compare(run, &census, err) && tmn_run_sound(run, err) && tmn_counters_pass(run, NULL, err);
    }
    free(census.share);
    free(census.stock);
    free(census.counted);
    tmn_real_restore(state);
    return ok;
}
