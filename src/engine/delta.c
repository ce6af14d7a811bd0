/* Changes of counters, event engine: what ties learned in a window is added to the counters of their rows, and clocks
 * that read them follow at once. Most changes move a counter within what no clock tells apart, or reach a row of which
 * no clock that reads the counter can be enabled: such a row is not looked at further. */
#include "engine/rooms.h"

enum { SMALL = 32 /* numbers of ties for which shares are divided once */ };

/* How clocks read a counter. */
struct tmn_count_rule {
    const struct tmn_tie_counts *counts, *degree; /* degree: of a share, the living ties; else NULL */
    uint32_t most;                                /* of a share: its whole */
    /* [levels] grows where some stratum tells a level from the one before; NULL where that says nothing: shares change
     * with the living ties too */
    uint16_t *cut;
    uint16_t *small; /* of a share: [SMALL living ties * SMALL that count] cut of the share */
    bool read;
};

/* ---- what clocks tell apart ---- */

static void cut_levels(const struct tmn_run *run, const struct tmn_key *key, int counter) {
    const struct tmn_feature *features = run->model->features.items;
    for (uint32_t i = 0; i < key->lates; i++) {
        const struct tmn_feature *feature = &features[key->late[i].feature];
        const uint32_t *part = run->part.items + key->late[i].first;
        if (feature->kind != TMN_FEATURE_COUNTER || feature->index != counter)
            continue;
        for (uint32_t l = 1; l < feature->cardinality; l++)
            if (part[l] != part[l - 1])
                run->count_rule[counter].cut[l] = 1;
    }
}

void tmn_count_rules_make(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    size_t counters = model->counters.count;
    bool *of_share = TMN_NEW_ARRAY(&run->arena, bool, counters + 1);
    run->count_rule = TMN_NEW_ARRAY(&run->arena, struct tmn_count_rule, counters + 1);
    for (size_t c = 0; c < counters; c++)
        if (model->counters.items[c].share > 0)
            of_share[model->counters.items[c].degree] = true;
    for (size_t c = 0; c < counters; c++) {
        const struct tmn_counter *counter = &model->counters.items[c];
        struct tmn_count_rule *rule = &run->count_rule[c];
        uint32_t levels = (counter->share > 0 ? counter->share : counter->max) + 1;
        *rule = (struct tmn_count_rule){.counts = &run->counter[c],
                                        .degree = counter->share > 0 ? &run->counter[counter->degree] : NULL,
                                        .most = levels - 1,
                                        .read = run->counter_read[c]};
        if (!rule->read || of_share[c])
            continue;
        rule->cut = TMN_NEW_ARRAY(&run->arena, uint16_t, levels);
        for (size_t t = 0; t < run->transitions; t++) {
            cut_levels(run, &run->accrual[t].personal, (int)c);
            cut_levels(run, &run->accrual[t].shared, (int)c);
        }
        for (uint32_t l = 1; l < levels; l++)
            rule->cut[l] = (uint16_t)(rule->cut[l] + rule->cut[l - 1]);
        if (rule->degree == NULL)
            continue;
        rule->small = TMN_NEW_ARRAY(&run->arena, uint16_t, SMALL * SMALL);
        for (uint32_t i = 0; i < SMALL * SMALL; i++)
            rule->small[i] = rule->cut[tmn_share_read(i % SMALL, i / SMALL, rule->most)];
    }
}

static bool told_apart(const struct tmn_count_rule *rule, uint32_t row, uint32_t count, uint32_t next) {
    const uint16_t *cut = rule->cut;
    if (!rule->read || cut == NULL)
        return rule->read;
    if (rule->degree == NULL)
        return cut[tmn_counter_read(count, rule->most)] != cut[tmn_counter_read(next, rule->most)];
    uint32_t degree = rule->degree->number[row];
    if ((count | next | degree) < SMALL) {
        const uint16_t *small = rule->small + (size_t)degree * SMALL;
        return small[count] != small[next];
    }
    return cut[tmn_share_read(count, degree, rule->most)] != cut[tmn_share_read(next, degree, rule->most)];
}

/* May a clock that reads the counter be enabled in a row whose attributes have not changed? */
static bool may_matter(const struct tmn_run *run, int counter, uint32_t row) {
    const uint64_t *reads = run->reads_counter + (size_t)counter * run->clock_watch.words;
    for (uint32_t w = 0; w < run->clock_watch.words; w++)
        if (reads[w] != 0 && (reads[w] & tmn_sieve_word(&run->clocks, &run->packed[row], w)) != 0)
            return true;
    return false;
}

/* ---- clocks ---- */

/* What takes from a clock: C, and where its row stands among the sums of G. */
struct course {
    uint64_t c;
    size_t at;
};

static struct course course_of(const struct tmn_run *run, int transition, uint32_t row,
                               const struct tmn_packed *packed) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    return (struct course){run->rule[transition].c[tmn_key_index(run, &accrual->personal, row, packed)],
                           tmn_share_of(run, accrual, row, packed).at};
}

/* A counter of a row changes; `before`: its state at the window's start. */
static void follow_counter(struct tmn_run *run, uint32_t row, int counter, uint16_t next,
                           const struct tmn_packed *before) {
    const uint64_t *reads = run->reads_counter + (size_t)counter * run->clock_watch.words;
    const struct tmn_tie_counts *counts = &run->counter[counter];
    uint32_t kept = counts->number[row];
    for (size_t w = 0; w < run->clock_watch.words; w++)
        for (uint64_t set = reads[w]; set != 0; set &= set - 1) {
            int transition = (int)(w * 64) + __builtin_ctzll(set);
            int s = run->model->transitions.items[transition].slot;
            if (tmn_clock_of(run, row, s) != transition)
                continue; /* not enabled */
            struct course was = course_of(run, transition, row, before);
            tmn_count_put(counts, row, next);
            struct course is = course_of(run, transition, row, before);
            tmn_count_put(counts, row, kept);
            if (was.c == is.c && was.at == is.at)
                continue;
            const uint64_t *sum = run->accrual[transition].sum;
            *tmn_clock(run, row, s) += tmn_steady_c(is.c) * sum[is.at] - tmn_steady_c(was.c) * sum[was.at];
            tmn_slots(run, row)[s] |= SLOT_AIMED;
        }
    tmn_count_put(counts, row, next);
    *tmn_flags(run, row) |= ROW_COUNTED;
}

/* A change that clocks may tell apart. False: out of memory, and noted. */
static bool follow_delta(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block,
                         const struct tmn_delta *delta) {
    uint32_t row = delta->row;
    const struct tmn_tie_counts *counts = &run->counter[delta->counter];
    uint16_t next = (uint16_t)(counts->number[row] + (uint32_t)delta->by);
    bool touched = (*tmn_flags(run, row) & ROW_TOUCHED) != 0;
    if (!touched && may_matter(run, delta->counter, row)) {
        worker->touched_at[in_block(run, row)] = (uint32_t)block->touched.count;
        tmn_touch(run, block, row, &run->packed[row]);
        touched = (*tmn_flags(run, row) & ROW_TOUCHED) != 0;
        if (!touched)
            return false;
    }
    const struct tmn_touched *all = block->touched.items;
    if (touched)
        follow_counter(run, row, delta->counter, next, &all[worker->touched_at[in_block(run, row)]].before);
    else
        tmn_count_put(counts, row, next);
    return true;
}

/* Changes of one row may be taken in any order: a clock gains what the last state of its row says and loses what the
 * first says. So those that clocks tell apart wait until their rows have come from memory. */
void tmn_follow_deltas(struct tmn_run *run, struct tmn_worker *worker, uint32_t index) {
    enum { WAITING = 64 };
    struct tmn_block *block = &run->block[index];
    const struct tmn_delta *all = (const struct tmn_delta *)run->delta.items, *waiting[WAITING];
    if (run->bucket[index] == run->bucket[index + 1])
        return;
    for (uint32_t i = 0; i < block->touched.count; i++)
        worker->touched_at[in_block(run, ((const struct tmn_touched *)block->touched.items)[i].row)] = i;
    for (uint32_t i = run->bucket[index], end = run->bucket[index + 1]; i < end;) {
        uint32_t waits = 0;
        for (; i < end && waits < WAITING; i++) {
            const struct tmn_delta *delta = &all[i];
            const struct tmn_count_rule *rule = &run->count_rule[delta->counter];
            uint32_t count = rule->counts->number[delta->row];
            uint16_t next = (uint16_t)(count + (uint32_t)delta->by);
            if (told_apart(rule, delta->row, count, next)) {
                waiting[waits++] = delta;
                tmn_prefetch_row(run, delta->row);
            } else {
                tmn_count_put(rule->counts, delta->row, next);
            }
        }
        for (uint32_t w = 0; w < waits; w++)
            if (!follow_delta(run, worker, block, waiting[w]))
                return;
    }
}
