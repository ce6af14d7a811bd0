/* Clocks whose G is not known ahead. A clock runs out when the sum of G at its place reaches its word over C, whatever
 * the windows until then bring, so it is noted by that sum, in keys of a 2^-16th of what the sum grows by until the end
 * of the run, or somewhat later, if G stays what it is. Clocks that are farther off are not noted: once some sum has
 * come as far, all clocks of the transition are looked at again. G that is no number is no growth: then all that may
 * meet it is taken out. */
#include "engine/rooms.h"

#include <math.h>
#include <string.h>

#define ROUNDING 1e-12 /* far above the error of a few operations in binary64 */
#define REACH_MOST 0x1p62

enum {
    WINDOWS_MORE = 64, /* of growth, */
    PART_MORE = 4,     /* and a fourth more than what is left of the run: G may grow */
    FEW_NOTES = 16,    /* of so many rows one: of them no heed is taken */
    UNEVEN = 256       /* G is taken to be at least that part of the largest one */
};

static uint32_t key_most(const struct tmn_run *run) {
    return (UINT32_C(1) << run->queue_bits.key) - 1;
}

void tmn_queues_make(struct tmn_run *run) {
    uint32_t number_bits = 0;
    while (run->blocks > UINT64_C(1) << number_bits)
        number_bits++;
    run->queue_bits =
        (struct tmn_queue_bits){32 - number_bits < QUEUE_KEY_BITS ? 32 - number_bits : QUEUE_KEY_BITS, block_rows(run)};
    for (size_t t = 0; t < run->transitions; t++) {
        struct tmn_accrual *accrual = &run->accrual[t];
        accrual->start = TMN_NEW_ARRAY(&run->arena, uint64_t, accrual->sums);
        accrual->scale = TMN_NEW_ARRAY(&run->arena, double, accrual->sums);
        accrual->step = accrual->base == NULL ? run->rule[t].g : TMN_NEW_ARRAY(&run->arena, uint64_t, accrual->sums);
    }
    for (int w = 0; w < run->workers; w++) {
        struct tmn_queues *queues = &run->worker[w].queues;
        queues->of = TMN_NEW_ARRAY(&run->arena, uint32_t *, run->transitions + 1);
        for (size_t t = 0; t < run->transitions; t++)
            queues->of[t] = TMN_NEW_ARRAY(&run->arena, uint32_t, run->accrual[t].sums);
    }
}

void tmn_queues_clear(struct tmn_run *run) {
    for (int w = 0; w < run->workers; w++) {
        struct tmn_queues *queues = &run->worker[w].queues;
        for (size_t t = 0; t < run->transitions; t++)
            memset(queues->of[t], 0, run->accrual[t].sums * sizeof *queues->of[t]);
        queues->queue.count = 0;
        queues->waits = 0;
        queues->supply = (struct tmn_supply){.reused = queues->supply.reused};
    }
}

/* What each sum grows by in this window. */
static void make_steps(const struct tmn_run *run, const struct tmn_accrual *accrual, const uint64_t *g) {
    if (accrual->base == NULL)
        return; /* G itself */
    const struct tmn_calendar *calendar = &run->model->calendar;
    const struct tmn_attribute *birth_year = &run->model->attributes.items[run->model->birth_year];
    struct tmn_window now = tmn_calendar_window(calendar, run->window);
    uint64_t *step = accrual->step;
    for (uint32_t level = 0; level < birth_year->levels; level++)
        for (int week = 0; week < calendar->windows_per_year; week++, step += accrual->others) {
            uint32_t age = tmn_age(now.year, now.in_year, birth_year->first + (int)level, (uint32_t)week);
            for (uint32_t other = 0; other < accrual->others; other++)
                step[other] = g[accrual->base[other] + accrual->age_stride * age];
        }
}

/* The key of a sum that is `ahead` beyond what it is now; of what is not beyond it, never more. */
static inline double key_of(const struct tmn_accrual *accrual, size_t sum, double ahead) {
    return ((double)(accrual->sum[sum] - accrual->start[sum]) + ahead) * accrual->scale[sum];
}

bool tmn_outgrown(const struct tmn_run *run, int transition) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    const double most = key_most(run);
    bool beyond = false, special = false;
    make_steps(run, accrual, run->rule[transition].g);
    for (size_t s = 0; s < accrual->sums; s++) {
        uint64_t step = accrual->step[s];
        special |= step >= FACTOR_SPECIAL;
        beyond |= step < FACTOR_SPECIAL && step > 0 && key_of(accrual, s, (double)step) >= most;
    }
    return beyond || special != accrual->all;
}

/* Notes that were written and not yet asked, up to the last window. */
static int64_t notes_of(const struct tmn_run *run, int transition) {
    const struct tmn_clock_work *work = &run->counters.work[transition];
    return (int64_t)(work->filed - work->checked);
}

void tmn_notes_measure(struct tmn_run *run, int transition) {
    struct tmn_accrual *accrual = &run->accrual[transition];
    accrual->notes = notes_of(run, transition) - accrual->notes_before;
    if (accrual->notes_first == 0)
        accrual->notes_first = accrual->notes;
}

bool tmn_overfull(const struct tmn_run *run, int transition) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    return accrual->notes > 2 * accrual->notes_first + run->rows / FEW_NOTES;
}

/* How far each sum will have come by the end of the run if G stays what it is: of cohorts, the largest of all ages. */
void tmn_queues_begin(struct tmn_run *run, int transition) {
    struct tmn_accrual *accrual = &run->accrual[transition];
    const uint64_t *g = run->rule[transition].g;
    bool all_ahead = accrual->refill_at > run->windows;
    double windows = (all_ahead ? run->windows : accrual->refill_at) - run->window, largest = 0, most = key_most(run);
    accrual->all = false;
    accrual->notes_before = notes_of(run, transition);
    accrual->notes_first = 0;
    for (uint32_t s = 0; s < run->model->transitions.items[transition].shared.size; s++) {
        largest = g[s] < FACTOR_SPECIAL && (double)g[s] > largest ? (double)g[s] : largest;
    }
    windows += windows / PART_MORE + (all_ahead ? WINDOWS_MORE : 1);
    for (size_t s = 0; s < accrual->sums; s++) {
        accrual->all = accrual->all || accrual->step[s] >= FACTOR_SPECIAL;
        double growth = accrual->base == NULL ? (double)tmn_steady_c(g[s]) : largest;
        growth = (growth > largest / UNEVEN ? growth : largest / UNEVEN) * windows;
        growth = growth > most ? growth : most; /* keys count no less than a unit of G */
        growth = growth < REACH_MOST ? growth : REACH_MOST;
        accrual->start[s] = accrual->sum[s];
        accrual->scale[s] = most / growth;
        accrual->reach[s] = growth * (1 + ROUNDING);
    }
    for (size_t s = 0; accrual->all && s < accrual->sums; s++)
        accrual->reach[s] = (double)INFINITY;
    for (int w = 0; w < run->workers; w++)
        for (size_t s = 0; s < accrual->sums; s++)
            if (run->worker[w].queues.of[transition][s] != 0)
                tmn_queue_clear(run->wheels, &run->worker[w].queues, run->worker[w].queues.of[transition][s]);
}

void tmn_queue_clock(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int transition, size_t sum,
                     uint64_t c, uint32_t entry) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    uint64_t word = *tmn_clock(run, row, run->model->transitions.items[transition].slot),
             left = word - tmn_steady_c(c) * accrual->sum[sum];
    double most = key_most(run), key;
    if (c == 0)
        return;
    key = key_of(accrual, sum, c < FACTOR_SPECIAL ? (double)left / (double)c : 0) * (1 - ROUNDING);
    if (key >= most && !accrual->all)
        return;
    worker->tally.work[transition].filed++;
    uint32_t at = block_of(run, row) << run->queue_bits.key | (uint32_t)(key < most ? key : most - 1);
    struct tmn_queues *queues = &worker->queues;
    if (!tmn_queue_file(run->wheels, queues, &queues->of[transition][sum], (struct tmn_queue_note){entry, at},
                        run->queue_bits.key))
        tmn_fail_row(&run->block[block_of(run, row)], (struct tmn_failure){.kind = FAILED_MEMORY, .row = row});
}

void tmn_queue_clocks_flush(struct tmn_run *run, struct tmn_worker *worker) {
    if (!tmn_queues_flush(run->wheels, &worker->queues, run->queue_bits.key))
        tmn_fail_row(&run->block[0], (struct tmn_failure){.kind = FAILED_MEMORY});
}

/* Of one worker's queues. */
static void take(void *context, int index, uint32_t of) {
    struct tmn_run *run = context;
    struct tmn_queues *queues = &run->worker[of].queues;
    const uint32_t most = key_most(run);
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_accrual *accrual = &run->accrual[t];
        for (size_t s = 0; s < accrual->sums && !accrual->known && !accrual->dense; s++) {
            uint64_t step = accrual->step[s];
            if (queues->of[t][s] == 0 || step == 0)
                continue;
            double key = step < FACTOR_SPECIAL ? key_of(accrual, s, (double)step) : most;
            queues->failed |= !tmn_queue_reach(queues, queues->of[t][s], key < most ? (uint32_t)key : most);
        }
    }
    queues->failed |= !tmn_queues_take(run->wheels, queues, run->queue_bits, &run->worker[index].noted);
}

void tmn_noted_take(struct tmn_run *run) {
    bool failed = false;
    tmn_pool_run(run->pool, (uint32_t)run->workers, take, run);
    for (int w = 0; w < run->workers; w++)
        failed |= run->worker[w].queues.failed;
    failed |= !tmn_deliver(run, &run->noted, offsetof(struct tmn_worker, noted), sizeof(struct tmn_noted));
    if (failed)
        tmn_fail_row(&run->block[0], (struct tmn_failure){.kind = FAILED_MEMORY});
}
