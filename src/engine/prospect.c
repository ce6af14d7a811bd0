/* What the coming window holds as its rules say it, summed over persons, with and without a change: how a link of a
 * causal description is tested, all else equal. Expressions are evaluated as the reference engine does, row by row. */
#include "engine/rooms.h"

#include "base/real.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct swapped {               /* columns of the run while others stand in their place */
    struct tmn_packed *packed; /* NULL: none do */
    struct tmn_tie_counts *counter;
};

struct prospect {
    struct tmn_run *run;
    struct swapped swapped;
    struct tmn_window now; /* of the run */
    struct tmn_arena *arena;
    struct tmn_env env;
    double *parameter, *driver, *feedback; /* as the changes make them */
    struct tmn_ratio *share;
    uint32_t *level;
    const struct tmn_target *effect;
    double *count, *add; /* expected, weighted: [count_slots], [feedback_slots] */
    double total, weight;
};

/* ---- the changes ---- */

static void copy_state(struct prospect *prospect, int window) {
    const struct tmn_run *run = prospect->run;
    const struct tmn_model *model = run->model;
    struct tmn_arena *arena = prospect->arena;
    prospect->parameter = TMN_NEW_ARRAY(arena, double, model->parameters.count + 1);
    prospect->driver = TMN_NEW_ARRAY(arena, double, model->driver_slots + 1);
    prospect->feedback = TMN_NEW_ARRAY(arena, double, model->feedback_slots + 1);
    prospect->share = TMN_NEW_ARRAY(arena, struct tmn_ratio, model->share_slots + 1);
    prospect->level = TMN_NEW_ARRAY(arena, uint32_t, model->features.count + 1);
    prospect->count = TMN_NEW_ARRAY(arena, double, model->count_slots + 1);
    prospect->add = TMN_NEW_ARRAY(arena, double, model->feedback_slots + 1);
    memcpy(prospect->parameter, run->parameter, model->parameters.count * sizeof *prospect->parameter);
    memcpy(prospect->feedback, run->feedback_read, model->feedback_slots * sizeof *prospect->feedback);
    memcpy(prospect->share, run->share_read, model->share_slots * sizeof *prospect->share);
    for (size_t i = 0; i < run->options.setting_count; i++) {
        const struct tmn_setting *setting = &run->options.settings[i];
        if (setting->kind == TMN_SET_PARAMETER && setting->window == window)
            prospect->parameter[setting->parameter] = setting->value;
    }
    for (size_t d = 0; d < model->drivers.count; d++) {
        const struct tmn_driver *driver = &model->drivers.items[d];
        memcpy(prospect->driver + driver->first, driver->value + (size_t)window * driver->slots,
               driver->slots * sizeof *driver->value);
    }
    prospect->env = run->worker[0].env;
    prospect->env.parameter = prospect->parameter;
    prospect->env.driver = prospect->driver;
    prospect->env.feedback = prospect->feedback;
    prospect->env.share = prospect->share;
    prospect->env.level = prospect->level;
    prospect->env.year = run->now.year;
    prospect->env.window_y = (double)run->now.quarter_days / 4.0 / TMN_YEAR_DAYS;
    prospect->weight = (double)run->world->weight * 0x1p-20;
}

static void change_feedback(struct prospect *prospect, const struct tmn_cause *cause) {
    const struct tmn_feedback *feedback = &prospect->run->model->feedbacks.items[cause->index];
    for (uint32_t slot = feedback->first; slot < feedback->first + feedback->slots; slot++) {
        double value = cause->hold ? cause->amount : prospect->feedback[slot] + cause->amount;
        prospect->feedback[slot] = value < feedback->low    ? feedback->low
                                   : value > feedback->high ? feedback->high
                                                            : value;
    }
}

static void change(struct prospect *prospect, const struct tmn_cause *cause) {
    const struct tmn_driver *driver;
    switch (cause->kind) {
    case TMN_CAUSE_PARAMETER:
        prospect->parameter[cause->index] = cause->amount + (cause->hold ? 0 : prospect->parameter[cause->index]);
        break;
    case TMN_CAUSE_DRIVER:
        driver = &prospect->run->model->drivers.items[cause->index];
        for (uint32_t slot = driver->first; slot < driver->first + driver->slots; slot++)
            prospect->driver[slot] = cause->amount + (cause->hold ? 0 : prospect->driver[slot]);
        break;
    case TMN_CAUSE_FEEDBACK:
        change_feedback(prospect, cause);
        break;
    case TMN_CAUSE_PERSONS:
        break; /* rows: change_persons */
    }
}

/* ---- persons as they would be: columns of their own in place of the run's, and back ---- */

static void assign_rows(struct prospect *prospect, const struct tmn_assign *assign) {
    struct tmn_run *run = prospect->run;
    struct tmn_env env = prospect->env;
    env.level = run->worker[0].asked;
    for (uint32_t row = 0; row < run->rows; row++) {
        struct tmn_packed *packed = &run->packed[row];
        if ((*tmn_flags(run, row) & ROW_ALIVE) == 0 ||
            (double)tmn_draw_uniform(tmn_draw(run->options.seed, row, 0, 0, assign->hash)) >= assign->share * 0x1p32)
            continue;
        tmn_model_unpack(run->model, packed, run->worker[0].asked);
        for (size_t s = 0; (assign->who == NULL || tmn_expr_eval(assign->who, &env) != 0) && s < assign->sets; s++)
            tmn_set_level(packed, &run->model->attributes.items[assign->set[s].attribute], assign->set[s].level);
    }
}

static bool change_persons(struct prospect *prospect, const struct tmn_cause *const *causes, size_t count,
                           struct tmn_error *err) {
    struct tmn_run *run = prospect->run;
    const struct tmn_model *model = run->model;
    bool any = false;
    for (size_t i = 0; i < count; i++)
        any = any || causes[i]->kind == TMN_CAUSE_PERSONS;
    if (!any)
        return true;
    struct tmn_packed *packed = TMN_NEW_ARRAY(prospect->arena, struct tmn_packed, run->rows);
    struct tmn_census census = {.share = prospect->share,
                                .stock = TMN_NEW_ARRAY(prospect->arena, int64_t, run->cells + 1),
                                .counted = TMN_NEW_ARRAY(prospect->arena, uint64_t, model->counters.count + 1)};
    struct tmn_tie_counts *counter = TMN_NEW_ARRAY(prospect->arena, struct tmn_tie_counts, model->counters.count + 1);
    for (size_t c = 0; c < model->counters.count; c++)
        counter[c] = (struct tmn_tie_counts){TMN_NEW_ARRAY(prospect->arena, uint16_t, run->rows),
                                             TMN_NEW_ARRAY(prospect->arena, uint8_t, tmn_filled_bytes(run->rows))};
    memcpy(packed, run->packed, run->rows * sizeof *packed);
    prospect->swapped = (struct swapped){run->packed, run->counter};
    run->packed = packed;
    run->counter = counter;
    for (size_t i = 0; i < count; i++)
        if (causes[i]->kind == TMN_CAUSE_PERSONS)
            assign_rows(prospect, &causes[i]->assign);
    tmn_flags_fill(run);
    memset(prospect->share, 0, model->share_slots * sizeof *prospect->share);
    tmn_census(run, &census);
    return tmn_counters_pass(run, census.counted, err);
}

static void swap_back(struct tmn_run *run, const struct swapped *swapped) {
    if (swapped->packed == NULL)
        return;
    run->packed = swapped->packed;
    run->counter = swapped->counter;
    tmn_flags_fill(run);
}

/* ---- expected firings ---- */

static bool holds(struct tmn_expr *const *conjunct, size_t count, const struct tmn_env *env) {
    for (size_t i = 0; i < count; i++)
        if (tmn_expr_eval(conjunct[i], env) == 0)
            return false;
    return true;
}

/* Tables over strata, filled as rows ask for them; below 0: not yet. */
struct hazards {
    const struct tmn_transition *transition;
    double *c, *g;
};

static double *unknown(struct tmn_arena *arena, uint32_t count) {
    double *value = TMN_NEW_ARRAY(arena, double, count);
    for (uint32_t i = 0; i < count; i++)
        value[i] = -1;
    return value;
}

/* Of the person whose levels stand in the prospect. */
static double hazard(const struct prospect *prospect, const struct hazards *hazards) {
    const struct tmn_transition *it = hazards->transition;
    double *c = &hazards->c[tmn_stratum(&it->personal, prospect->level)],
           *g = &hazards->g[tmn_stratum(&it->shared, prospect->level)];
    if (*c < 0)
        *c = holds(it->who_personal, it->who_personal_count, &prospect->env) ? tmn_c_value(it, &prospect->env) : 0;
    if (!(*c > 0))
        return 0;
    if (*g < 0)
        *g = tmn_shared_holds(it, &prospect->env) ? tmn_g_value(it, &prospect->env) : 0;
    return *c * *g;
}

/* `expected` firings of a branch by the person at hand: into what the effect is made of. */
static void collect(struct prospect *prospect, int transition, int branch, uint32_t row, double expected) {
    const struct tmn_run *run = prospect->run;
    const struct tmn_model *model = run->model;
    const struct tmn_target *effect = prospect->effect;
    const struct tmn_packed *packed = &run->packed[row];
    const struct tmn_branch *it = &model->transitions.items[transition].branch[branch];
    if (effect->kind == TMN_TARGET_TRANSITION) {
        prospect->total += effect->branch < 0 || effect->branch == branch ? expected : 0;
        return;
    }
    for (size_t c = 0; c < model->counts.count; c++) {
        const struct tmn_count *count = &model->counts.items[c];
        if (count->transition == transition && (count->branch < 0 || count->branch == branch))
            prospect->count[count->first + tmn_place_slot(model, count->by, packed)] += expected;
    }
    for (size_t i = 0; i < it->count; i++) {
        const struct tmn_feedback *feedback = &model->feedbacks.items[effect->index];
        if (it->items[i].kind == TMN_ACTION_ADD && it->items[i].feedback == effect->index)
            prospect->add[feedback->first + tmn_place_slot(model, feedback->by, packed)] +=
                expected * tmn_expr_eval(it->items[i].amount, &prospect->env);
    }
}

/* Chances are cumulated in declared order and cut at 1, as a firing does it. */
static void visit_branches(struct prospect *prospect, int transition, uint32_t row, double expected) {
    const struct tmn_transition *it = &prospect->run->model->transitions.items[transition];
    double left = 1;
    for (size_t b = 0; b < it->branches; b++) {
        bool rest = it->branch[b].chance == NULL || b + 1 == it->branches;
        double chance = rest ? left : tmn_expr_eval(it->branch[b].chance, &prospect->env);
        chance = chance < 0 ? 0 : chance > left ? left : chance;
        left -= chance;
        if (chance > 0)
            collect(prospect, transition, (int)b, row, expected * chance);
    }
}

static void visit_persons(struct prospect *prospect, int transition) {
    struct tmn_run *run = prospect->run;
    const struct tmn_transition *it = &run->model->transitions.items[transition];
    if (it->kind == TMN_CLOCK_AFTER)
        return;
    struct hazards hazards = {it, unknown(prospect->arena, it->personal.size),
                              unknown(prospect->arena, it->shared.size)};
    /* The event engine's keys say at once whom the transition leaves out; they look at the run's own counters. */
    const struct tmn_key *key = run->options.engine == TMN_ENGINE_EVENT && prospect->swapped.packed == NULL
                                    ? &run->accrual[transition].personal
                                    : NULL;
    for (uint32_t row = 0; row < run->rows; row++) {
        if ((*tmn_flags(run, row) & ROW_ALIVE) == 0 && it->alive_first)
            continue;
        if (key != NULL && hazards.c[tmn_key_index(run, key, row, &run->packed[row])] == 0)
            continue;
        tmn_row_levels(run, row, &run->packed[row], prospect->level);
        double expected = hazard(prospect, &hazards);
        if (expected > 0)
            visit_branches(prospect, transition, row, expected * prospect->weight);
    }
}

/* ---- events and feedback ---- */

/* Hazard of an event in a place, whose levels are then at hand. */
static double event_hazard(struct prospect *prospect, const struct tmn_event *event, uint32_t place) {
    tmn_place_levels(prospect->run, event->by, place, prospect->level);
    if (event->when != NULL && tmn_expr_eval(event->when, &prospect->env) == 0)
        return 0;
    return tmn_expr_eval(event->rate, &prospect->env) * prospect->env.window_y;
}

static void visit_event(struct prospect *prospect, size_t index) {
    const struct tmn_run *run = prospect->run;
    const struct tmn_event *event = &run->model->events.items[index];
    const struct tmn_target *effect = prospect->effect;
    for (uint32_t place = 0; place < run->event[index].slots; place++) {
        double expected = event_hazard(prospect, event, place);
        if (effect->kind == TMN_TARGET_EVENT && effect->index == (int)index)
            prospect->total += expected;
        for (size_t i = 0; i < event->count && effect->kind == TMN_TARGET_FEEDBACK; i++) {
            const struct tmn_feedback *feedback = &run->model->feedbacks.items[effect->index];
            if (event->items[i].feedback == effect->index)
                prospect->add[feedback->first + tmn_event_slot(run, event, feedback, place)] +=
                    expected * tmn_expr_eval(event->items[i].amount, &prospect->env);
        }
    }
}

static bool reads_count_of(const struct tmn_model *model, const struct tmn_expr *expr, int transition) {
    if (expr == NULL)
        return false;
    if (expr->op == TMN_OP_COUNT && model->counts.items[expr->index].transition == transition)
        return true;
    for (size_t i = 0; i < expr->count; i++)
        if (reads_count_of(model, expr->arg[i], transition))
            return true;
    return false;
}

/* Does a transition move the feedback variable, by a count or an amount? */
static bool moves(const struct tmn_model *model, int transition, int feedback) {
    const struct tmn_transition *it = &model->transitions.items[transition];
    for (size_t b = 0; b < it->branches; b++)
        for (size_t i = 0; i < it->branch[b].count; i++)
            if (it->branch[b].items[i].kind == TMN_ACTION_ADD && it->branch[b].items[i].feedback == feedback)
                return true;
    return reads_count_of(model, model->feedbacks.items[feedback].next, transition);
}

static void next_value(struct prospect *prospect, const struct tmn_cause *const *causes, size_t count) {
    const struct tmn_run *run = prospect->run;
    const struct tmn_model *model = run->model;
    int index = prospect->effect->index;
    const struct tmn_feedback *feedback = &model->feedbacks.items[index];
    bool itself = false;
    for (size_t i = 0; i < count; i++)
        itself = itself || (causes[i]->kind == TMN_CAUSE_FEEDBACK && causes[i]->index == index);
    for (int t = 0; t < (int)model->transitions.count; t++)
        if (moves(model, t, index))
            visit_persons(prospect, t);
    for (size_t e = 0; e < model->events.count; e++)
        visit_event(prospect, e);
    if (!itself)
        memcpy(prospect->feedback + feedback->first, run->feedback + feedback->first,
               feedback->slots * sizeof *prospect->feedback);
    prospect->env.count = prospect->count;
    for (uint32_t slot = 0; slot < feedback->slots; slot++) {
        tmn_place_levels(run, feedback->by, slot, prospect->level);
        prospect->total += prospect->add[feedback->first + slot] + (feedback->next != NULL
                                                                        ? tmn_expr_eval(feedback->next, &prospect->env)
                                                                        : prospect->feedback[feedback->first + slot]);
    }
}

static bool evaluate(struct prospect *prospect, const struct tmn_cause *const *causes, size_t count,
                     struct tmn_error *err) {
    for (size_t i = 0; i < count; i++)
        change(prospect, causes[i]);
    bool good = change_persons(prospect, causes, count, err);
    if (good && prospect->effect->kind == TMN_TARGET_TRANSITION)
        visit_persons(prospect, prospect->effect->index);
    else if (good && prospect->effect->kind == TMN_TARGET_EVENT)
        visit_event(prospect, (size_t)prospect->effect->index);
    else if (good)
        next_value(prospect, causes, count);
    if (good && !isfinite(prospect->total))
        return tmn_fail(err, TMN_RUN, "'%s' has no number where its cause is changed", prospect->effect->name);
    return good;
}

bool tmn_run_prospect(const struct tmn_run *const_run, const struct tmn_cause *const *causes, size_t count,
                      const struct tmn_target *effect, double *value, struct tmn_error *err) {
    struct tmn_run *run = const_run->self; /* scratch, and columns that are put back */
    struct tmn_arena arena;
    struct prospect *prospect = calloc(1, sizeof *prospect); /* not on the stack: it is read after a jump */
    if (prospect == NULL)
        return tmn_fail(err, TMN_MEMORY, "memory ran out for what a window holds");
    struct tmn_real_state state = tmn_real_enter();
    int coming = run->window < run->windows ? run->window : run->windows - 1;
    bool good = false;
    prospect->now = run->now;
    tmn_arena_init(&arena, 0);
    if (TMN_ARENA_TRY(&arena)) {
        tmn_fail(err, TMN_MEMORY, "memory ran out for what a window holds");
    } else {
        prospect->run = run, prospect->arena = &arena, prospect->effect = effect;
        run->now = tmn_calendar_window(&run->model->calendar, coming);
        copy_state(prospect, coming);
        good = evaluate(prospect, causes, count, err);
    }
    swap_back(run, &prospect->swapped);
    run->now = prospect->now;
    *value = prospect->total;
    tmn_real_restore(state);
    tmn_arena_free(&arena);
    free(prospect);
    return good;
}
