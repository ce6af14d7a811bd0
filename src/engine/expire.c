/* The clocks of a person that ran out in a window, for both engines: their order within it, which of them fire and
 * which are used up, and how they start again. */
#include "engine/rooms.h"

/* a ran out before b: left_a / use_a < left_b / use_b, chances of 1 first, ties by name. */
static bool earlier(const struct tmn_run *run, const struct tmn_expired *a, const struct tmn_expired *b) {
    if (a->certain != b->certain)
        return a->certain;
    if (!a->certain) {
        tmn_u128 left = (tmn_u128)a->left * b->use, right = (tmn_u128)b->left * a->use;
        if (left != right)
            return left < right;
    }
    const struct tmn_transition *transitions = run->model->transitions.items;
    return transitions[a->transition].rank < transitions[b->transition].rank;
}

void tmn_expired_sort(const struct tmn_run *run, struct tmn_expired *list, int count) {
    if (count == 1)
        return;
    struct tmn_expired item = list[count - 1];
    int i = count - 1;
    while (i > 0 && earlier(run, &item, &list[i - 1])) {
        list[i] = list[i - 1];
        i--;
    }
    list[i] = item;
}

/* Does the predicate hold on the person's state by now, after own firings of this window? All else is of the window's
 * start. */
static bool holds_now(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int transition,
                      const struct tmn_packed *now) {
    const struct tmn_transition *it = &run->model->transitions.items[transition];
    tmn_row_levels(run, row, now, worker->level);
    if (run->rule[transition].c[tmn_stratum(&it->personal, worker->level)] == FACTOR_DISABLED)
        return false;
    struct tmn_env env = worker->env;
    env.level = worker->level;
    return tmn_shared_holds(it, &env);
}

/* What is taken from the next threshold: of rates that fired the overshoot, of terms, chances and what was used up
 * nothing. */
static uint64_t carried(const struct tmn_run *run, const struct tmn_expired *clock) {
    return clock->fires && run->model->transitions.items[clock->transition].kind == TMN_CLOCK_RATE
               ? clock->use - clock->left
               : 0;
}

/* In the order in which they ran out. */
static void fire_all(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row, int count,
                     const struct tmn_packed *start, struct tmn_packed *now) {
    for (int i = 0; i < count; i++) {
        struct tmn_expired *clock = &worker->expired[i];
        uint64_t began = tmn_sample_begin(&worker->sampler);
        clock->fires = tmn_same(start, now) || holds_now(run, worker, row, clock->transition, now);
        if (clock->fires) {
            worker->tally.overshoots +=
                !clock->certain && clock->left == 0; /* the last overshoot was beyond the threshold */
            tmn_fire(run, worker, block, row, clock, start, now);
        } else {
            worker->tally.used_up++;
            if (tmn_watched(run, row))
                tmn_happening_add(block, &(struct tmn_happening){TMN_HAPPENED_USED_UP, run->window, row, row,
                                                                 clock->transition, -1, -1, *now, *now, false});
        }
        clock->k = tmn_k_advance(run, worker, block, row, clock->transition);
        tmn_sample_end(&worker->sampler, clock->transition, TMN_ACT_FIRE, began);
    }
}

/* Reference engine: the word of a clock is what is left; all clocks are derived anew. */
static void restart_left(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int count) {
    for (int i = 0; i < count; i++) {
        const struct tmn_expired *clock = &worker->expired[i];
        struct tmn_start *it = tmn_clock_start(run, worker, row, clock->transition, clock->k);
        it->overshoot = carried(run, clock);
        it->accrued = 0;
        it->file = false;
        tmn_slots(run, row)[clock->slot] |= SLOT_ADVANCED;
    }
}

/* Event engine: clocks start again as if their person stayed what she was at the window's start. Those whose factors
 * she may have changed are aimed and filed once all that happens to her is known, as are those that a message concerns;
 * the others need not be looked at again. */
static void restart_word(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int count,
                         const struct tmn_packed *changed, bool touched) {
    for (int i = 0; i < count; i++) {
        const struct tmn_expired *clock = &worker->expired[i];
        const struct tmn_due *due = clock->due;
        const struct tmn_packed *reads = &run->rule[clock->transition].reads;
        struct tmn_start *it = tmn_clock_start(run, worker, row, clock->transition, clock->k);
        it->overshoot = carried(run, clock);
        it->accrued =
            tmn_steady_c(due->c) * (run->accrual[clock->transition].sum[due->share.at] + tmn_steady_c(due->g));
        it->c = due->c;
        it->share = due->share;
        it->file = ((changed->word[0] & reads->word[0]) | (changed->word[1] & reads->word[1])) == 0;
        if (touched)
            tmn_slots(run, row)[clock->slot] |= it->file ? SLOT_ADVANCED : SLOT_ADVANCED | SLOT_AIMED;
    }
}

/* No clock follows from those that left what clocks read as it was but that they start again. */
static void keep(const struct tmn_worker *worker, int count) {
    for (int i = 0; i < count; i++)
        worker->expired[i].due->kept = true;
}

void tmn_run_out(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row, int count) {
    struct tmn_packed start = run->packed[row], now = start;
    bool reference = run->options.engine == TMN_ENGINE_REFERENCE;
    fire_all(run, worker, block, row, count, &start, &now);
    struct tmn_packed changed = {{start.word[0] ^ now.word[0], start.word[1] ^ now.word[1]}};
    bool touches = reference || ((changed.word[0] & run->clock_watch.any.word[0]) |
                                 (changed.word[1] & run->clock_watch.any.word[1])) != 0;
    if (touches)
        tmn_touch(run, block, row, &start);
    else
        keep(worker, count);
    if ((changed.word[0] | changed.word[1]) != 0) {
        run->packed[row] = now;
        tmn_commit(run, worker, block, row, &start, &now);
    }
    if (reference)
        restart_left(run, worker, row, count);
    else
        restart_word(run, worker, row, count, &changed, touches);
}

/* C x G of a factor that is no number, or of a product beyond the format. */
uint64_t tmn_special_use(struct tmn_run *run, struct tmn_block *block, uint32_t row, int transition, uint64_t c,
                         uint64_t g, bool *certain) {
    if (c == 0 || g == 0)
        return 0;
    *certain = (c == TMN_CERTAIN && g < FACTOR_SPECIAL) || (g == TMN_CERTAIN && c < FACTOR_SPECIAL);
    if (*certain)
        return 1;
    enum failure_kind kind = c == FACTOR_BAD ? FAILED_C : g == FACTOR_BAD ? FAILED_G : FAILED_LARGE;
    tmn_fail_row(block,
                 (struct tmn_failure){.kind = kind, .row = row, .transition = transition, .packed = run->packed[row]});
    return 0;
}
