/* Outcomes: what is counted and reported. Counts are whole simulated persons until they are written as weighted reals,
 * once a window, into the series of the period. */
#include "engine/rooms.h"

#include <stdio.h>

static int period_of(const struct tmn_run *run, const struct tmn_outcome *outcome, const struct tmn_window *window) {
    switch (outcome->every) {
    case TMN_PERIOD_WINDOW:
        return window->index;
    case TMN_PERIOD_YEAR:
        return window->year - run->model->calendar.start_year;
    case TMN_PERIOD_RUN:
        return 0;
    }
    return 0;
}

static int32_t last_day(const struct tmn_window *window) {
    return window->first_day + window->quarter_days / 4 - 1;
}

/* A name for each cell that depends on names alone: the order of keys and of levels does not matter. */
static uint64_t cell_token(const struct tmn_run *run, const struct tmn_outcome *outcome, uint32_t cell,
                           uint32_t *level) {
    const struct tmn_model *model = run->model;
    uint64_t sum = 0;
    char text[512];
    tmn_stratum_levels(&outcome->by, cell, level);
    for (int i = 0; i < outcome->by.n; i++) {
        const struct tmn_feature *feature = &model->features.items[outcome->by.feature[i]];
        uint32_t l = level[outcome->by.feature[i]];
        if (feature->level != NULL)
            snprintf(text, sizeof text, "%s=%s", feature->name, feature->level[l]);
        else
            snprintf(text, sizeof text, "%s=%d", feature->name, feature->first + (int)l);
        sum += tmn_name_hash64(text);
    }
    return tmn_mix64(tmn_name_hash64(outcome->name) + tmn_mix64(sum));
}

static void prepare_one(struct tmn_run *run, size_t index) {
    const struct tmn_outcome *outcome = &run->model->outcomes.items[index];
    struct tmn_outcome_state *state = &run->outcome[index];
    struct tmn_arena *arena = &run->arena;
    state->first = run->cells;
    run->cells += outcome->by.size;
    if (outcome->kind == TMN_OUTCOME_FLOW || outcome->kind == TMN_OUTCOME_STOCK)
        tmn_predicate_make(run, &state->predicate, outcome->state);
    if (outcome->kind != TMN_OUTCOME_FEEDBACK)
        tmn_key_make(run, &outcome->by, &state->by);
    struct tmn_window last = tmn_calendar_window(&run->model->calendar, run->windows - 1);
    state->periods = period_of(run, outcome, &last) + 1;
    size_t values = (size_t)state->periods * outcome->by.size;
    state->value = TMN_NEW_ARRAY(arena, double, values);
    state->simulated = TMN_NEW_ARRAY(arena, double, values);
    state->first_day = TMN_NEW_ARRAY(arena, int32_t, state->periods);
    state->last_day = TMN_NEW_ARRAY(arena, int32_t, state->periods);
    for (int w = 0, before = -1; w < run->windows; w++) {
        struct tmn_window window = tmn_calendar_window(&run->model->calendar, w);
        int period = period_of(run, outcome, &window);
        if (period != before)
            state->first_day[period] = window.first_day;
        state->last_day[period] = last_day(&window);
        before = period;
    }
    state->token = TMN_NEW_ARRAY(arena, uint64_t, outcome->by.size);
    for (uint32_t cell = 0; cell < outcome->by.size; cell++)
        state->token[cell] = cell_token(run, outcome, cell, run->worker[0].level);
}

void tmn_outcomes_prepare(struct tmn_run *run) {
    for (size_t o = 0; o < run->model->outcomes.count; o++)
        prepare_one(run, o);
    run->stock = TMN_NEW_ARRAY(&run->arena, int64_t, run->cells + 1);
    run->cumulative = TMN_NEW_ARRAY(&run->arena, int64_t, run->cells + 1);
    run->period = TMN_NEW_ARRAY(&run->arena, int64_t, run->cells + 1);
    for (int w = 0; w < run->workers; w++) {
        run->worker[w].flow = TMN_NEW_ARRAY(&run->arena, int64_t, run->cells + 1);
        run->worker[w].stock =
            TMN_NEW_ARRAY(&run->arena, int64_t, run->cells + 2 * (size_t)run->model->share_slots + 1);
        run->worker[w].share = (struct tmn_ratio *)(void *)(run->worker[w].stock + run->cells);
    }
}

/* Brings the workers' flows of this window into the cumulative counts, and their digest up to date. */
static void merge_flows(struct tmn_run *run, const struct tmn_outcome_state *state, uint32_t cells,
                        bool first_of_period) {
    for (uint32_t cell = 0; cell < cells; cell++) {
        uint32_t c = state->first + cell;
        int64_t sum = 0;
        for (int w = 0; w < run->workers; w++) {
            sum += run->worker[w].flow[c];
            run->worker[w].flow[c] = 0;
        }
        run->period[c] = (first_of_period ? 0 : run->period[c]) + sum;
        if (sum == 0)
            continue;
        if (run->cumulative[c] != 0)
            run->outcome_digest -= tmn_digest_pair(state->token[cell], (uint64_t)run->cumulative[c]);
        run->cumulative[c] += sum;
        run->outcome_digest += tmn_digest_pair(state->token[cell], (uint64_t)run->cumulative[c]);
    }
}

void tmn_outcomes_digest(struct tmn_run *run) {
    run->outcome_digest = 0;
    for (size_t o = 0; o < run->model->outcomes.count; o++)
        for (uint32_t cell = 0; cell < run->model->outcomes.items[o].by.size; cell++) {
            int64_t cumulative = run->cumulative[run->outcome[o].first + cell];
            if (cumulative != 0)
                run->outcome_digest += tmn_digest_pair(run->outcome[o].token[cell], (uint64_t)cumulative);
        }
}

static void write_counts(const struct tmn_run *run, const struct tmn_outcome_state *state, uint32_t cells, int period,
                         const int64_t *count) {
    double *value = state->value + (size_t)period * cells, *simulated = state->simulated + (size_t)period * cells;
    for (uint32_t cell = 0; cell < cells; cell++) {
        simulated[cell] = (double)count[state->first + cell];
        value[cell] = (double)((tmn_i128)count[state->first + cell] * run->world->weight) * 0x1p-20;
    }
}

void tmn_outcomes_close_window(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    for (size_t o = 0; o < model->outcomes.count; o++) {
        const struct tmn_outcome *outcome = &model->outcomes.items[o];
        const struct tmn_outcome_state *state = &run->outcome[o];
        uint32_t cells = outcome->by.size;
        int period = period_of(run, outcome, &run->now);
        if (outcome->kind == TMN_OUTCOME_FEEDBACK) {
            const struct tmn_feedback *feedback = &model->feedbacks.items[outcome->feedback];
            for (uint32_t cell = 0; cell < cells; cell++)
                state->value[(size_t)period * cells + cell] = run->feedback[feedback->first + cell] / feedback->factor;
        } else if (outcome->kind == TMN_OUTCOME_STOCK) {
            write_counts(run, state, cells, period, run->stock);
        } else {
            merge_flows(run, state, cells, state->first_day[period] == run->now.first_day);
            write_counts(run, state, cells, period, run->period);
        }
    }
}

void tmn_outcomes_end(struct tmn_run *run) {
    for (size_t o = 0; o < run->model->outcomes.count; o++)
        run->outcome[o].last_day[period_of(run, &run->model->outcomes.items[o], &run->now)] = last_day(&run->now);
}

struct tmn_series tmn_run_series(const struct tmn_run *run, int outcome) {
    const struct tmn_outcome_state *state = &run->outcome[outcome];
    int done = 0;
    if (run->window > 0) {
        struct tmn_window last = tmn_calendar_window(&run->model->calendar, run->window - 1);
        done = period_of(run, &run->model->outcomes.items[outcome], &last) + 1;
    }
    return (struct tmn_series){done,
                               run->model->outcomes.items[outcome].by.size,
                               state->value,
                               state->first_day,
                               state->last_day,
                               state->simulated};
}
