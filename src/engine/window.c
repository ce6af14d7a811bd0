/* The window: a flat list of phases, each named and timed. */
#include "engine/rooms.h"

#include "base/real.h"
#include "base/wall.h"
#include <stdlib.h>
#include <string.h>

static bool factors(struct tmn_run *run, struct tmn_error *err) {
    run->now = tmn_calendar_window(&run->model->calendar, run->window);
    tmn_drivers_fill(run, run->window);
    tmn_feedback_begin(run);
    tmn_workers_aim(run);
    if (!tmn_settings_apply(run, run->window, err))
        return false;
    tmn_memos_refresh(run);
    tmn_g_tables(run);
    return true;
}

/* Dated settings of the first window stand from the start, so that it will find the same tables. */
void tmn_window_foresee(struct tmn_run *run) {
    tmn_memos_refresh(run);
    tmn_g_tables(run);
    tmn_clocks_file(run);
}

static bool persons(struct tmn_run *run, struct tmn_error *err) {
    if (run->options.engine == TMN_ENGINE_REFERENCE)
        tmn_reference_persons(run);
    else
        tmn_event_persons(run);
    return tmn_run_sound(run, err);
}

static bool messages_and_births(struct tmn_run *run, struct tmn_error *err) {
    return tmn_phase_messages(run, err) && tmn_phase_births(run, err) && tmn_run_sound(run, err);
}

/* ---- output ---- */

static void merge_tallies(struct tmn_run *run) {
    struct tmn_counters_of_run *all = &run->counters;
    for (int w = 0; w < run->workers; w++) {
        struct tmn_counters_of_run *part = &run->worker[w].tally;
        all->firings += part->firings;
        all->used_up += part->used_up;
        all->messages_sent += part->messages_sent;
        all->messages_delivered += part->messages_delivered;
        all->messages_to_absent += part->messages_to_absent;
        all->births += part->births;
        all->births_elsewhere += part->births_elsewhere;
        all->overshoots += part->overshoots;
        all->k_overflows += part->k_overflows;
        uint64_t *firings = part->transition_firings;
        for (size_t t = 0; t < run->transitions; t++)
            all->transition_firings[t] += firings[t];
        memset(firings, 0, run->transitions * sizeof *firings);
        struct tmn_clock_work *work = part->work;
        for (size_t t = 0; t < run->transitions; t++) {
            all->work[t].scanned += work[t].scanned;
            all->work[t].filed += work[t].filed;
            all->work[t].checked += work[t].checked;
            all->work[t].stale += work[t].stale;
            all->work[t].early += work[t].early;
            all->work[t].reaimed += work[t].reaimed;
            all->work[t].started += work[t].started;
        }
        memset(work, 0, run->transitions * sizeof *work);
        *part = (struct tmn_counters_of_run){.transition_firings = firings, .work = work};
    }
}

static int told_order(const void *a, const void *b) {
    const struct tmn_told *left = a, *right = b;
    if (left->happening.row != right->happening.row)
        return left->happening.row < right->happening.row ? -1 : 1;
    return left->order < right->order ? -1 : left->order > right->order;
}

static void tell_happenings(struct tmn_run *run) {
    if (run->options.happening == NULL)
        return;
    for (uint32_t b = 0; b < run->blocks; b++) {
        struct tmn_list *list = &run->block[b].told;
        struct tmn_told *told = list->items;
        if (list->count > 1)
            qsort(told, list->count, sizeof *told, told_order);
        for (size_t i = 0; i < list->count; i++)
            run->options.happening(run->options.happening_context, &told[i].happening);
        list->count = 0;
    }
}

static bool output(struct tmn_run *run, struct tmn_error *err) {
    (void)err;
    tmn_shares_close_window(run);
    tmn_outcomes_close_window(run);
    run->weekly = tmn_digest_weekly(run, run->rows_digest);
    merge_tallies(run);
    tell_happenings(run);
    return true;
}

/* Looks at `until` once all is committed: shares and feedback as the next window would read them. */
static void end_if_due(struct tmn_run *run) {
    if (run->model->until == NULL || tmn_expr_eval(run->model->until, &run->worker[0].env) == 0)
        return;
    run->until_held = true;
    run->windows = run->window;
    tmn_outcomes_end(run);
}

static const struct {
    enum tmn_phase phase;
    bool (*run)(struct tmn_run *run, struct tmn_error *err);
} phases[] = {
    {TMN_PHASE_FACTORS, factors},              /* drivers, settings, C and G from committed state */
    {TMN_PHASE_PERSONS, persons},              /* clocks and own firings */
    {TMN_PHASE_EVENTS, tmn_phase_events},      /* of places and the nation */
    {TMN_PHASE_MESSAGES, messages_and_births}, /* what was told, then who was born */
    {TMN_PHASE_COUNTERS, tmn_phase_commit},    /* stocks, counters, clocks of changed rows */
    {TMN_PHASE_FEEDBACK, tmn_phase_feedback},  /* all at once from the window's start and its counts */
    {TMN_PHASE_OUTPUT, output},                /* shares, outcomes, digest, happenings */
};

static bool step(struct tmn_run *run, struct tmn_error *err) {
    for (size_t p = 0; p < sizeof phases / sizeof phases[0]; p++) {
        double begin = tmn_wall_s();
        if (!phases[p].run(run, err))
            return false;
        run->counters.phase_s[phases[p].phase] += tmn_wall_s() - begin;
    }
    run->window++;
    end_if_due(run);
    return true;
}

bool tmn_run_step(struct tmn_run *run, struct tmn_error *err) {
    struct tmn_error local;
    if (run->failed) {
        if (err != NULL)
            *err = run->error;
        return false;
    }
    if (run->window >= run->windows)
        return tmn_fail(err, TMN_USAGE, "the run has ended: all %d windows are done", run->windows);
    struct tmn_real_state state = tmn_real_enter();
    run->failed = !step(run, &local);
    tmn_real_restore(state);
    if (run->failed) {
        run->error = local;
        if (err != NULL)
            *err = local;
    }
    return !run->failed;
}
