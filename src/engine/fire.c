/* One firing: the branch, the changes of the person's own attributes, and what it sends out into the lists of its block
 * and the sums of its worker. All actions of a branch read the state just before it, so their order does not matter. */
#include "engine/state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void *tmn_list_add(struct tmn_list *list, size_t size) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        void *items = realloc(list->items, capacity * size);
        if (items == NULL)
            return NULL;
        list->items = items;
        list->capacity = capacity;
    }
    void *item = (char *)list->items + list->count++ * size;
    memset(item, 0, size);
    return item;
}

void tmn_fail_row(struct tmn_block *block, struct tmn_failure failure) {
    if (block->failure.kind == FAILED_NOT)
        block->failure = failure;
}

void tmn_touch(struct tmn_run *run, struct tmn_block *block, uint32_t row, const struct tmn_packed *before) {
    if (run->flags[row] & ROW_TOUCHED)
        return;
    struct tmn_touched *touched = tmn_list_add(&block->touched, sizeof *touched);
    if (touched == NULL) {
        tmn_fail_row(block, (struct tmn_failure){.kind = FAILED_MEMORY, .row = row});
        return;
    }
    run->flags[row] |= ROW_TOUCHED;
    touched->row = row;
    touched->before = *before;
}

void tmn_happening_add(struct tmn_block *block, const struct tmn_happening *happening) {
    struct tmn_told *told = tmn_list_add(&block->told, sizeof *told);
    if (told == NULL) {
        tmn_fail_row(block, (struct tmn_failure){.kind = FAILED_MEMORY, .row = happening->row});
        return;
    }
    told->happening = *happening;
    told->order = (uint32_t)block->told.count;
}

void tmn_flows(struct tmn_run *run, struct tmn_worker *worker, const uint32_t *before, const uint32_t *after) {
    for (size_t o = 0; o < run->model->outcomes.count; o++) {
        const struct tmn_outcome_state *state = &run->outcome[o];
        const struct tmn_outcome *outcome = &run->model->outcomes.items[o];
        if (outcome->kind == TMN_OUTCOME_FLOW && tmn_holds(&state->predicate, worker, after) &&
            !tmn_holds(&state->predicate, worker, before))
            worker->flow[state->first + tmn_stratum(&outcome->by, after)]++;
    }
}

/* Sets and copies of what stood before, then the sum of steps, clamped once. */
void tmn_apply(const struct tmn_run *run, const struct tmn_action *items, size_t count, struct tmn_packed *packed) {
    const struct tmn_attribute *attributes = run->model->attributes.items;
    struct tmn_packed before = *packed;
    for (size_t i = 0; i < count; i++) {
        if (items[i].kind == TMN_ACTION_SET)
            tmn_set_level(packed, &attributes[items[i].attribute], items[i].level);
        else if (items[i].kind == TMN_ACTION_COPY)
            tmn_set_level(packed, &attributes[items[i].attribute], tmn_level(&before, &attributes[items[i].from]));
    }
    for (size_t i = 0; i < count; i++) {
        if (items[i].kind != TMN_ACTION_STEP)
            continue;
        const struct tmn_attribute *attribute = &attributes[items[i].attribute];
        int64_t level = (int64_t)tmn_level(packed, attribute) + items[i].by, top = (int64_t)attribute->levels - 1;
        tmn_set_level(packed, attribute, (uint32_t)(level < 0 ? 0 : level > top ? top : level));
    }
}

static bool probability(double p, uint64_t *units) {
    if (!(p >= 0.0 && p <= 1.0))
        return false;
    *units = tmn_fixed_probability(p);
    return true;
}

/* Cumulative in declared order on 32 bits; what rounding leaves over falls to the last branch. */
static size_t choose_branch(struct tmn_worker *worker, struct tmn_block *block, const struct tmn_failure *where,
                            const struct tmn_transition *it, uint32_t uniform) {
    uint64_t cumulative = 0;
    for (size_t b = 0; b + 1 < it->branches; b++) {
        uint64_t units;
        if (it->branch[b].chance == NULL)
            return b;
        double p = tmn_expr_eval(it->branch[b].chance, &worker->env);
        if (!probability(p, &units)) {
            struct tmn_failure failure = *where;
            failure.kind = FAILED_CHANCE, failure.branch = (int)b, failure.value = p;
            tmn_fail_row(block, failure);
            return b;
        }
        cumulative += units;
        if (uniform < cumulative)
            return b;
    }
    return it->branches - 1;
}

struct firing {
    uint32_t row, k;
    int transition, branch;
    const struct tmn_packed *start, *before, *after;
};

/* Levels just before the firing, but with the place (and maps of it) of the window's start, or of after the firing. */
static const uint32_t *levels_at_place(struct tmn_run *run, struct tmn_worker *worker, const struct firing *firing,
                                       bool place_now) {
    int place = run->model->population.place_attribute;
    if (place < 0)
        return worker->level;
    const struct tmn_attribute *attribute = &run->model->attributes.items[place];
    struct tmn_packed packed = *firing->before;
    tmn_set_level(&packed, attribute, tmn_level(place_now ? firing->after : firing->start, attribute));
    if (tmn_same(&packed, firing->before))
        return worker->level;
    tmn_row_levels(run, firing->row, &packed, worker->place_level);
    return worker->place_level;
}

static void add_feedback(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block,
                         const struct firing *firing, const struct tmn_action *action) {
    const struct tmn_feedback *feedback = &run->model->feedbacks.items[action->feedback];
    struct tmn_env env = worker->env;
    env.level = levels_at_place(run, worker, firing, action->place_now);
    double amount = tmn_expr_eval(action->amount, &env);
    int64_t units;
    if (!tmn_fixed_amount(amount, &units)) {
        tmn_fail_row(block, (struct tmn_failure){FAILED_AMOUNT, firing->row, firing->transition, firing->branch, amount,
                                                 *firing->before});
        return;
    }
    uint32_t slot = tmn_slot_of(feedback->by, action->place_now ? worker->after_level : worker->start_level);
    worker->add[feedback->first + slot] += units;
}

static void send(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, const struct firing *firing,
                 int item, const struct tmn_action *action) {
    uint64_t chance = UINT64_C(1) << 32;
    if (action->chance != NULL) {
        struct tmn_env env = worker->env;
        env.level = levels_at_place(run, worker, firing, action->place_now);
        double p = tmn_expr_eval(action->chance, &env);
        if (!probability(p, &chance)) {
            tmn_fail_row(block, (struct tmn_failure){FAILED_CHANCE, firing->row, firing->transition, firing->branch, p,
                                                     *firing->before});
            return;
        }
    }
    const struct tmn_clock_rule *rule = &run->rule[firing->transition];
    uint32_t tell = rule->tell[(size_t)firing->branch * rule->most_items + (size_t)item];
    uint32_t ties = tmn_layer_ties(run->world, action->layer, firing->row, worker->ties);
    for (uint32_t i = 0; i < ties; i++) {
        if (action->chance != NULL && tmn_draw_uniform(tmn_draw(run->options.seed, firing->row, worker->ties[i] + 1,
                                                                firing->k, action->hash)) >= chance)
            continue;
        struct tmn_message *message = tmn_list_add(&block->message, sizeof *message);
        if (message == NULL) {
            tmn_fail_row(block, (struct tmn_failure){.kind = FAILED_MEMORY, .row = firing->row});
            return;
        }
        *message = (struct tmn_message){worker->ties[i], tell, firing->row};
        worker->tally.messages_sent++;
    }
}

static void ask_birth(struct tmn_block *block, const struct firing *firing, const struct tmn_action *action) {
    struct tmn_birth *birth = tmn_list_add(&block->birth, sizeof *birth);
    if (birth == NULL)
        tmn_fail_row(block, (struct tmn_failure){.kind = FAILED_MEMORY, .row = firing->row});
    else
        *birth =
            (struct tmn_birth){*firing->before, action, firing->row, firing->k, firing->transition, firing->branch};
}

/* Counts of firings for feedback (by the place at the window's start) and for outcomes (by the state after). */
static void count_firing(struct tmn_run *run, struct tmn_worker *worker, int transition, int branch) {
    const struct tmn_model *model = run->model;
    worker->tally.firings++;
    worker->tally.transition_firings[transition]++;
    const uint32_t *list = run->rule[transition].counts.items;
    for (size_t i = 0; i < run->rule[transition].counts.count; i++) {
        const struct tmn_count *count = &model->counts.items[list[i]];
        if (count->branch < 0 || count->branch == branch)
            worker->count[count->first + tmn_slot_of(count->by, worker->start_level)]++;
    }
    list = run->rule[transition].outcomes.items;
    for (size_t i = 0; i < run->rule[transition].outcomes.count; i++) {
        const struct tmn_outcome *outcome = &model->outcomes.items[list[i]];
        if (outcome->branch < 0 || outcome->branch == branch)
            worker->flow[run->outcome[list[i]].first + tmn_stratum(&outcome->by, worker->after_level)]++;
    }
}

void tmn_fire(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row, int transition,
              uint32_t k, const struct tmn_packed *start, struct tmn_packed *now) {
    const struct tmn_transition *it = &run->model->transitions.items[transition];
    struct tmn_packed before = *now;
    tmn_row_levels(run, row, start, worker->start_level);
    tmn_row_levels(run, row, &before, worker->level);
    worker->env.level = worker->level;
    struct tmn_draw draw = tmn_draw(run->options.seed, row, 0, k, it->hash);
    struct tmn_failure where = {.row = row, .transition = transition, .packed = before};
    size_t b = choose_branch(worker, block, &where, it, tmn_draw_uniform(draw));
    const struct tmn_branch *branch = &it->branch[b];
    tmn_apply(run, branch->items, branch->count, now);
    tmn_row_levels(run, row, now, worker->after_level);
    struct firing firing = {row, k, transition, (int)b, start, &before, now};
    for (size_t i = 0; i < branch->count; i++) {
        const struct tmn_action *action = &branch->items[i];
        if (action->kind == TMN_ACTION_ADD)
            add_feedback(run, worker, block, &firing, action);
        else if (action->kind == TMN_ACTION_TELL)
            send(run, worker, block, &firing, (int)i, action);
        else if (action->kind == TMN_ACTION_BIRTH)
            ask_birth(block, &firing, action);
    }
    count_firing(run, worker, transition, (int)b);
    if (!tmn_same(&before, now))
        tmn_flows(run, worker, worker->level, worker->after_level);
    if (tmn_watched(run, row))
        tmn_happening_add(block, &(struct tmn_happening){TMN_HAPPENED_FIRING, run->window, row, row, transition, (int)b,
                                                         -1, before, *now, false});
}
