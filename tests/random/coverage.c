/* Coverage of a run: what the whole of a window shows, and the order in which its parts are looked at. */
#include "coverage_state.h"

#include <string.h>

const char *const construct_groups[CONSTRUCTS] = {
#define X(group, code, text) [SEEN_##code] = group,
    CONSTRUCTS_OF(X)
#undef X
};
const char *const construct_texts[CONSTRUCTS] = {
#define X(group, code, text) [SEEN_##code] = text,
    CONSTRUCTS_OF(X)
#undef X
};

static void tell(void *context, const struct tmn_happening *happening) {
    struct coverage *coverage = context;
    uint64_t words[] = {(uint64_t)happening->kind,
                        happening->row,
                        happening->sender,
                        (uint64_t)happening->transition + 1,
                        (uint64_t)happening->branch + 1,
                        (uint64_t)happening->action + 1,
                        happening->delivered,
                        happening->after.word[0],
                        happening->after.word[1]};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        coverage->hash = tmn_mix64(coverage->hash ^ words[i]) + i;
    TMN_PUSH(coverage->arena, &coverage->told, *happening);
}

struct coverage *coverage_new(struct tmn_arena *arena, struct tmn_run_options *options) {
    struct coverage *coverage = TMN_NEW(arena, struct coverage);
    coverage->arena = arena;
    options->happening = tell;
    options->happening_context = coverage;
    options->watch_all = true;
    return coverage;
}

/* What is not of rows: to be compared after the next window. */
static void keep_national(struct coverage *coverage) {
    const struct tmn_run *run = coverage->run;
    const struct tmn_model *model = run->model;
    memcpy(coverage->driver, run->driver, model->driver_slots * sizeof *run->driver);
    memcpy(coverage->feedback, run->feedback, model->feedback_slots * sizeof *run->feedback);
    for (size_t e = 0; e < model->events.count; e++)
        memcpy(coverage->event_left[e], run->event[e].left, run->event[e].slots * sizeof *run->event[e].left);
    for (size_t c = 0; c < model->counters.count; c++)
        memcpy(coverage->counter[c], run->counter[c].number, run->rows * sizeof *run->counter->number);
    coverage->tally = run->counters;
}

void coverage_begin(struct coverage *coverage, const struct tmn_run *const_run) {
    struct tmn_run *run = coverage->run = const_run->self;
    const struct tmn_model *model = run->model;
    struct tmn_arena *arena = coverage->arena;
    coverage->clock = TMN_NEW_ARRAY(arena, struct clock_seen, (size_t)run->rows * (size_t)run->slots + 1);
    coverage->packed = TMN_NEW_ARRAY(arena, struct tmn_packed, run->rows);
    coverage->age = TMN_NEW_ARRAY(arena, uint8_t, run->rows);
    coverage->born = TMN_NEW_ARRAY(arena, bool, run->rows);
    coverage->acted = TMN_NEW_ARRAY(arena, bool, run->rows);
    coverage->read = TMN_NEW_ARRAY(arena, bool, model->transitions.count + 1);
    coverage->driver = TMN_NEW_ARRAY(arena, double, model->driver_slots + 1);
    coverage->feedback = TMN_NEW_ARRAY(arena, double, model->feedback_slots + 1);
    coverage->level = TMN_NEW_ARRAY(arena, uint32_t, model->features.count + 1);
    coverage->counter = TMN_NEW_ARRAY(arena, uint16_t *, model->counters.count + 1);
    for (size_t c = 0; c < model->counters.count; c++)
        coverage->counter[c] = TMN_NEW_ARRAY(arena, uint16_t, run->rows);
    for (size_t e = 0; e < model->events.count; e++)
        coverage->event_left[e] = TMN_NEW_ARRAY(arena, uint64_t, run->event[e].slots);
    keep_clocks(coverage, false);
    keep_national(coverage);
    if (run->blocks > 1)
        see(coverage, SEEN_BLOCKS);
    if (run->world->scale < 1)
        see(coverage, SEEN_SAMPLED);
    if (run->options.cut_feedback)
        see(coverage, SEEN_CUT);
}

static void see_counters(struct coverage *coverage) {
    const struct tmn_run *run = coverage->run;
    for (size_t c = 0; c < run->model->counters.count; c++) {
        const struct tmn_counter *counter = &run->model->counters.items[c];
        const uint16_t *was = coverage->counter[c], *is = run->counter[c].number;
        bool moved = false, degree = counter->of == run->model->alive;
        for (uint32_t row = 0; row < run->rows; row++) {
            if (counter->share == 0 && !degree && is[row] > counter->max) {
                see(coverage, SEEN_COUNTER_FULL);
                see(coverage, SEEN_SATURATION);
            }
            if (counter->share == 0 && !degree && was[row] > counter->max && is[row] < counter->max)
                see(coverage, SEEN_COUNTER_LEAVES_FULL);
            moved = moved || was[row] != is[row];
        }
        if (!moved)
            continue;
        see(coverage, degree ? SEEN_DEGREE_MOVES : counter->share > 0 ? SEEN_COUNTER_SHARE : SEEN_COUNTER_MOVES);
        see_layer(coverage, counter->layer);
    }
}

static void see_variables(struct coverage *coverage) {
    const struct tmn_run *run = coverage->run;
    const struct tmn_model *model = run->model;
    for (size_t d = 0; d < model->drivers.count; d++) {
        const struct tmn_driver *driver = &model->drivers.items[d];
        if (memcmp(&run->driver[driver->first], &coverage->driver[driver->first],
                   driver->slots * sizeof *run->driver) != 0)
            see(coverage, driver->by < 0 ? SEEN_DRIVER_MOVES : SEEN_DRIVER_PLACE_MOVES);
    }
    for (size_t f = 0; f < model->feedbacks.count; f++) {
        const struct tmn_feedback *feedback = &model->feedbacks.items[f];
        if (memcmp(&run->feedback[feedback->first], &coverage->feedback[feedback->first],
                   feedback->slots * sizeof *run->feedback) != 0)
            see(coverage, feedback->by < 0 ? SEEN_FEEDBACK_MOVES : SEEN_FEEDBACK_PLACE_MOVES);
    }
    if (run->counters.clamped > coverage->tally.clamped) {
        see(coverage, SEEN_FEEDBACK_CLAMPED);
        see(coverage, SEEN_SATURATION);
    }
    if (run->counters.k_overflows > coverage->tally.k_overflows)
        see(coverage, SEEN_K_OVERFLOW);
    for (size_t e = 0; e < model->events.count; e++) {
        const uint64_t *was = coverage->event_left[e], *is = run->event[e].left;
        bool by_place = model->events.items[e].by >= 0;
        for (uint32_t place = 0; place < run->event[e].slots; place++)
            if (is[place] == was[place])
                see(coverage, SEEN_EVENT_PAUSED);
        if (run->counters.event_firings > coverage->tally.event_firings)
            see(coverage, by_place ? SEEN_EVENT_PLACE : SEEN_EVENT);
    }
}

static bool reads_parameter(const struct tmn_expr *expr, int parameter) {
    if (expr->op == TMN_OP_PARAMETER && expr->index == parameter)
        return true;
    for (size_t i = 0; i < expr->count; i++)
        if (reads_parameter(expr->arg[i], parameter))
            return true;
    return false;
}

static void see_settings(struct coverage *coverage) {
    const struct tmn_run *run = coverage->run;
    for (size_t i = 0; i < run->options.setting_count; i++) {
        static const int seen[] = {SEEN_SETTING, SEEN_HOLD, SEEN_SHIFT, SEEN_ASSIGN};
        const struct tmn_setting *setting = &run->options.settings[i];
        if (setting->window != run->now.index || (setting->kind == TMN_SET_PARAMETER && run->now.index == 0))
            continue;
        see(coverage, seen[setting->kind]);
        if (setting->kind != TMN_SET_PARAMETER)
            continue;
        for (size_t c = 0; c < run->model->counters.count; c++)
            if (run->model->counters.items[c].of != NULL &&
                reads_parameter(run->model->counters.items[c].of, setting->parameter))
                see(coverage, SEEN_SETTING_COUNTER);
    }
}

/* What the event engine did with its notes of clocks; all of it is 0 in the reference engine. */
static void see_wheels(struct coverage *coverage) {
    const struct tmn_run *run = coverage->run;
    const struct tmn_clock_work before = coverage->work;
    uint64_t reused = 0;
    struct tmn_clock_work work = {0};
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_clock_work *of = &run->counters.work[t];
        work.scanned += of->scanned;
        work.filed += of->filed;
        work.stale += of->stale;
        work.early += of->early;
        work.reaimed += of->reaimed;
        work.refills += of->refills;
        work.exceeded += of->exceeded;
    }
    for (uint32_t b = 0; b < run->blocks; b++)
        reused += run->block[b].wheel.supply.reused;
    uint64_t exceeded = work.exceeded - before.exceeded;
    const bool seen[] = {run->now.index > 0 && work.refills - before.refills > exceeded,
                         exceeded > 0,
                         work.scanned - before.scanned > work.filed - before.filed,
                         work.reaimed > before.reaimed,
                         work.stale > before.stale,
                         work.early > before.early,
                         reused > coverage->reused};
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
        if (seen[i])
            see(coverage, (enum construct)(SEEN_WHEEL_REFILL + i));
    coverage->work = work;
    coverage->reused = reused;
}

/* Transitions of which all clocks are asked. */
static void see_dense(struct coverage *coverage) {
    const struct tmn_run *run = coverage->run;
    bool fired = false;
    for (uint32_t row = 0; row < run->rows; row++)
        for (uint32_t d = 0; d < run->denses; d++) {
            const uint64_t *bits = run->block[block_of(run, row)].fired.items;
            fired = fired || (bits[(d * block_rows(run) + in_block(run, row)) / 64] >> row % 64 & 1) != 0;
        }
    if (fired)
        see(coverage, SEEN_DENSE);
    if (run->denses < coverage->denses)
        see(coverage, SEEN_DENSE_ENDS);
    coverage->denses = run->denses;
}

static void see_outcomes(struct coverage *coverage) {
    static const enum construct kinds[] = {[TMN_OUTCOME_FLOW] = SEEN_FLOW,
                                           [TMN_OUTCOME_STOCK] = SEEN_STOCK,
                                           [TMN_OUTCOME_FIRINGS] = SEEN_FIRINGS,
                                           [TMN_OUTCOME_FEEDBACK] = SEEN_LEVELS};
    static const enum construct periods[] = {
        [TMN_PERIOD_WINDOW] = SEEN_BY_WINDOW, [TMN_PERIOD_YEAR] = SEEN_BY_YEAR, [TMN_PERIOD_RUN] = SEEN_BY_RUN};
    const struct tmn_run *run = coverage->run;
    for (size_t o = 0; o < run->model->outcomes.count; o++) {
        const struct tmn_outcome *outcome = &run->model->outcomes.items[o];
        struct tmn_series series = tmn_run_series(run, (int)o);
        double sum = 0;
        for (size_t i = 0; i < (size_t)series.periods * series.cells; i++)
            sum += series.value[i];
        if (sum <= 0)
            continue;
        see(coverage, kinds[outcome->kind]);
        see(coverage, periods[outcome->every]);
        if (outcome->by.n > 0)
            see(coverage, SEEN_CELLS);
    }
}

void coverage_window(struct coverage *coverage) {
    const struct tmn_run *run = coverage->run;
    see_clocks(coverage);
    see_people(coverage);
    see_counters(coverage);
    see_variables(coverage);
    see_settings(coverage);
    see_wheels(coverage);
    see_dense(coverage);
    if (run->now.index >= run->model->calendar.windows_per_year)
        see(coverage, SEEN_YEARS);
    if (tmn_run_until_held(run))
        see(coverage, SEEN_UNTIL);
    if (tmn_run_window(run) == tmn_run_windows(run))
        see_outcomes(coverage);
    keep_clocks(coverage, true);
    keep_national(coverage);
    coverage->told.count = 0;
}

const uint64_t *coverage_seen(const struct coverage *coverage) {
    return coverage->seen;
}

uint64_t coverage_hash(const struct coverage *coverage) {
    return coverage->hash;
}
