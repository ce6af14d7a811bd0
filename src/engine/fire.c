/* One firing: the branch, the changes of the person's own attributes, and what it sends out into the lists of its block
 * and the sums of its worker. All actions of a branch read the state just before it, so their order does not matter. */
#include "engine/rooms.h"

#include <stdlib.h>

bool tmn_list_reserve(struct tmn_list *list, size_t count, size_t size) {
    size_t capacity = list->capacity == 0 ? 16 : list->capacity;
    while (capacity < count)
        capacity *= 2;
    if (capacity == list->capacity)
        return true;
    void *items = realloc(list->items, capacity * size);
    if (items == NULL)
        return false;
    list->items = items;
    list->capacity = capacity;
    return true;
}

void tmn_fail_row(struct tmn_block *block, struct tmn_failure failure) {
    if (block->failure.kind == FAILED_NOT || failure.row < block->failure.row)
        block->failure = failure;
}

/* Clocks of a row that ran out without touching it have advanced all the same. */
static void mark_kept(const struct tmn_run *run, const struct tmn_block *block, uint32_t row) {
    const struct tmn_kept *kept = block->kept.items;
    const uint64_t *fired = block->fired.items;
    size_t low = 0, high = block->kept.count;
    for (uint32_t d = 0; d < run->denses; d++)
        if (fired[(d * block_rows(run) + in_block(run, row)) / 64] >> row % 64 & 1)
            tmn_slots(run, row)[run->model->transitions.items[run->dense[d]].slot] |= SLOT_ADVANCED;
    if (high == 0 || kept[high - 1].row < row)
        return;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (kept[middle].row < row)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < block->kept.count && kept[low].row == row; low++)
        tmn_slots(run, row)[kept[low].slot] |= SLOT_ADVANCED;
}

void tmn_touch(struct tmn_run *run, struct tmn_block *block, uint32_t row, const struct tmn_packed *before) {
    if (*tmn_flags(run, row) & ROW_TOUCHED)
        return;
    mark_kept(run, block, row);
    struct tmn_touched *touched = tmn_list_add(&block->touched, sizeof *touched);
    if (touched == NULL) {
        tmn_fail_row(block, (struct tmn_failure){.kind = FAILED_MEMORY, .row = row});
        return;
    }
    *tmn_flags(run, row) |= ROW_TOUCHED;
    *touched = (struct tmn_touched){*before, row};
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

/* Only those outcomes whose predicate reads what has changed can have become true. */
void tmn_flows(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_packed *before,
               const struct tmn_packed *after) {
    if (!tmn_watched_by_any(&run->flow_watch, before, after))
        return;
    struct tmn_changes changes;
    tmn_changes_of(run, before, after, &changes);
    TMN_EACH_WATCHING(o, &run->flow_watch, &changes) {
        const struct tmn_outcome_state *state = &run->outcome[o];
        if (tmn_holds(run, worker, &state->predicate, after) && !tmn_holds(run, worker, &state->predicate, before))
            worker->flow[state->first + tmn_key_of(run, &state->by, after)]++;
    }
}

/* ---- what a branch does to its person ---- */

static struct tmn_place_of place_of(const struct tmn_run *run, int attribute) {
    const struct tmn_attribute *it = &run->model->attributes.items[attribute];
    return (struct tmn_place_of){(UINT64_C(1) << it->bits) - 1, it->word, it->shift};
}

static uint64_t get(const struct tmn_packed *packed, const struct tmn_place_of *place) {
    return packed->word[place->word] >> place->shift & place->mask;
}

static void put(struct tmn_packed *packed, const struct tmn_place_of *place, uint64_t level) {
    uint64_t *word = &packed->word[place->word];
    *word = (*word & ~(place->mask << place->shift)) | level << place->shift;
}

void tmn_effect_make(struct tmn_run *run, const struct tmn_action *items, size_t count, struct tmn_effect *effect) {
    *effect = (struct tmn_effect){.keep = {UINT64_MAX, UINT64_MAX}};
    effect->copy = TMN_NEW_ARRAY(&run->arena, struct tmn_copy, count + 1);
    effect->steps = TMN_NEW_ARRAY(&run->arena, struct tmn_steps, count + 1);
    effect->dated = TMN_NEW_ARRAY(&run->arena, struct tmn_dated, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct tmn_action *item = &items[i];
        if (item->kind > TMN_ACTION_STEP)
            continue;
        struct tmn_place_of to = place_of(run, item->attribute);
        if (item->kind == TMN_ACTION_SET) {
            effect->keep[to.word] &= ~(to.mask << to.shift);
            effect->put[to.word] |= (uint64_t)item->level << to.shift;
        } else if (item->kind == TMN_ACTION_YEAR) {
            effect->dated[effect->dated_count++] =
                (struct tmn_dated){to, run->model->attributes.items[item->attribute].first};
        } else if (item->kind == TMN_ACTION_COPY) {
            effect->copy[effect->copies++] = (struct tmn_copy){to, place_of(run, item->from)};
        } else {
            const struct tmn_attribute *attribute = &run->model->attributes.items[item->attribute];
            effect->steps[effect->step_count++] =
                (struct tmn_steps){to, item->by, (int64_t)attribute->levels - 1, attribute->token};
        }
    }
}

void tmn_effect_take(const struct tmn_effect *effect, int year, struct tmn_packed *packed) {
    struct tmn_packed before = *packed;
    for (int w = 0; w < 2; w++)
        packed->word[w] = (packed->word[w] & effect->keep[w]) | effect->put[w];
    for (uint32_t i = 0; i < effect->dated_count; i++)
        put(packed, &effect->dated[i].of, (uint64_t)(year - effect->dated[i].first));
    for (uint32_t i = 0; i < effect->copies; i++)
        put(packed, &effect->copy[i].to, get(&before, &effect->copy[i].from));
    for (uint32_t i = 0; i < effect->step_count; i++) {
        const struct tmn_steps *steps = &effect->steps[i];
        int64_t level = (int64_t)get(packed, &steps->of) + steps->by;
        put(packed, &steps->of, (uint64_t)(level < 0 ? 0 : level > steps->top ? steps->top : level));
    }
}

/* ---- a firing ---- */

struct firing {
    uint32_t row, k, uniform;
    int transition, branch;
    const struct tmn_packed *start, *before, *after;
};

static void fail_firing(struct tmn_block *block, const struct firing *firing, enum failure_kind kind, double value) {
    tmn_fail_row(block,
                 (struct tmn_failure){kind, firing->row, firing->transition, firing->branch, value, *firing->before});
}

uint32_t tmn_branch_uniform(const struct tmn_run *run, uint32_t row, int transition, uint32_t k) {
    const struct tmn_transition *it = &run->model->transitions.items[transition];
    return it->branches == 1 ? 0 : tmn_draw_uniform(tmn_draw(run->options.seed, row, 0, k, it->hash));
}

/* Cumulative in declared order on 32 bits; what rounding leaves over falls to the last branch. */
static int choose_branch(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block,
                         struct firing *firing) {
    const struct tmn_branch_rule *branch = run->rule[firing->transition].branch;
    int64_t cumulative = 0;
    for (; branch[firing->branch].chance != NULL; firing->branch++) {
        int64_t units;
        double p;
        if (!tmn_memo_value(run, worker, branch[firing->branch].chance, firing->row, firing->before, &units, &p)) {
            fail_firing(block, firing, FAILED_CHANCE, p);
            break;
        }
        cumulative += units;
        if (firing->uniform < cumulative)
            break;
    }
    return firing->branch;
}

int tmn_branch_choose(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row,
                      int transition, uint32_t uniform) {
    struct firing firing = {.row = row, .uniform = uniform, .transition = transition, .before = &run->packed[row]};
    return choose_branch(run, worker, block, &firing);
}

/* The state just before the firing, but with the place (and so maps of it) of the window's start, or of after the
 * firing. */
static struct tmn_packed at_place(const struct tmn_run *run, const struct firing *firing, bool place_now) {
    int place = run->model->population.place_attribute;
    struct tmn_packed packed = *firing->before;
    if (place >= 0) {
        const struct tmn_attribute *attribute = &run->model->attributes.items[place];
        tmn_set_level(&packed, attribute, tmn_level(place_now ? firing->after : firing->start, attribute));
    }
    return packed;
}

static void add_feedback(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block,
                         const struct firing *firing, const struct tmn_action *action,
                         const struct tmn_item_rule *item) {
    const struct tmn_feedback *feedback = &run->model->feedbacks.items[action->feedback];
    struct tmn_packed packed = at_place(run, firing, action->place_now);
    double amount;
    int64_t units;
    if (!tmn_memo_value(run, worker, item->memo, firing->row, &packed, &units, &amount)) {
        fail_firing(block, firing, FAILED_AMOUNT, amount);
        return;
    }
    uint32_t slot = tmn_place_slot(run->model, feedback->by, action->place_now ? firing->after : firing->start);
    worker->add[feedback->first + slot] += units;
}

static void call_ties(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block,
                      const struct firing *firing, const struct tmn_action *action, const struct tmn_item_rule *item) {
    int64_t chance = INT64_C(1) << 32;
    if (item->memo != NULL) {
        struct tmn_packed packed = at_place(run, firing, action->place_now);
        double p;
        if (!tmn_memo_value(run, worker, item->memo, firing->row, &packed, &chance, &p)) {
            fail_firing(block, firing, FAILED_CHANCE, p);
            return;
        }
    }
    tmn_call_ties(run, worker, &(struct tmn_call){(uint64_t)chance, firing->row, firing->k, item->tell});
}

static void ask_birth(struct tmn_worker *worker, struct tmn_block *block, const struct firing *firing, int item) {
    struct tmn_birth *birth = tmn_list_add(&worker->birth, sizeof *birth);
    if (birth == NULL)
        tmn_fail_row(block, (struct tmn_failure){.kind = FAILED_MEMORY, .row = firing->row});
    else
        *birth = (struct tmn_birth){.row = firing->row,
                                    .mother = *firing->before,
                                    .transition = firing->transition,
                                    .branch = firing->branch,
                                    .item = item};
}

void tmn_firings_count(struct tmn_run *run, struct tmn_worker *worker, int transition, int branch, size_t firings,
                       const struct tmn_packed *start, const struct tmn_packed *after) {
    const struct tmn_model *model = run->model;
    const struct tmn_clock_rule *rule = &run->rule[transition];
    worker->tally.firings += firings;
    worker->tally.transition_firings[transition] += firings;
    const uint32_t *list = rule->counts.items;
    for (size_t i = 0; i < rule->counts.count; i++) {
        const struct tmn_count *count = &model->counts.items[list[i]];
        if (count->branch >= 0 && count->branch != branch)
            continue;
        for (size_t f = 0; f < firings; f++)
            worker->count[count->first + tmn_place_slot(model, count->by, &start[f])]++;
    }
    list = rule->outcomes.items;
    for (size_t i = 0; i < rule->outcomes.count; i++) {
        const struct tmn_outcome_state *state = &run->outcome[list[i]];
        int of = model->outcomes.items[list[i]].branch;
        if (of >= 0 && of != branch)
            continue;
        if (state->by.count == 0)
            worker->flow[state->first] += (int64_t)firings;
        for (size_t f = 0; state->by.count > 0 && f < firings; f++)
            worker->flow[state->first + tmn_key_of(run, &state->by, &after[f])]++;
    }
}

/* What it adds to feedback, tells along ties, and whom it gives birth to. */
static void send(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, const struct firing *firing) {
    const struct tmn_clock_rule *rule = &run->rule[firing->transition];
    const struct tmn_branch *branch = &run->model->transitions.items[firing->transition].branch[firing->branch];
    for (size_t i = 0; i < branch->count; i++) {
        const struct tmn_action *action = &branch->items[i];
        const struct tmn_item_rule *item = &rule->item[(size_t)firing->branch * rule->most_items + i];
        if (action->kind == TMN_ACTION_ADD)
            add_feedback(run, worker, block, firing, action, item);
        else if (action->kind == TMN_ACTION_TELL)
            call_ties(run, worker, block, firing, action, item);
        else if (action->kind == TMN_ACTION_BIRTH)
            ask_birth(worker, block, firing, (int)i);
    }
}

void tmn_fire(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row,
              const struct tmn_expired *clock, const struct tmn_packed *start, struct tmn_packed *now) {
    struct tmn_packed before = *now;
    struct firing firing = {row, clock->k, clock->uniform, clock->transition, 0, start, &before, now};
    firing.branch = choose_branch(run, worker, block, &firing);
    const struct tmn_branch_rule *rule = &run->rule[clock->transition].branch[firing.branch];
    tmn_effect_take(&rule->effect, run->now.year, now);
    if (rule->sends)
        send(run, worker, block, &firing);
    tmn_firings_count(run, worker, clock->transition, firing.branch, 1, start, now);
    tmn_flows(run, worker, &before, now);
    if (tmn_watched(run, row))
        tmn_happening_add(block, &(struct tmn_happening){TMN_HAPPENED_FIRING, run->window, row, row, clock->transition,
                                                         firing.branch, -1, before, *now, false});
}
