/* Firings, messages and births of a window, from what the engine told of them. */
#include "coverage_state.h"

#include <string.h>

void see_layer(struct coverage *coverage, int layer) {
    const struct tmn_layer *it = &coverage->run->model->layers.items[layer];
    static const enum construct kinds[] = {
        [TMN_LAYER_HOUSEHOLD] = SEEN_HOUSEHOLD, [TMN_LAYER_UNIT] = SEEN_UNIT,
        [TMN_LAYER_BLOCK] = SEEN_GROUPS,        [TMN_LAYER_RING] = SEEN_RING,
        [TMN_LAYER_RANDOM] = SEEN_RANDOM_TIES,  [TMN_LAYER_DEGREES] = SEEN_SAME_DEGREES,
        [TMN_LAYER_EDGES] = SEEN_EDGES};
    enum construct kind = kinds[it->kind];
    if (it->kind == TMN_LAYER_RING && it->rows)
        kind = SEEN_RING_ROWS;
    else if (it->kind == TMN_LAYER_RING && it->long_share != NULL)
        kind = SEEN_LONG_TIES;
    else if (it->kind == TMN_LAYER_DEGREES && it->degrees >= 0)
        kind = SEEN_OWN_DEGREES;
    see(coverage, kind);
    if (it->within >= 0)
        see(coverage, SEEN_WITHIN);
}

/* ---- firings ---- */

static void see_own_step(struct coverage *coverage, const struct tmn_happening *firing, const struct tmn_branch *branch,
                         const struct tmn_action *step) {
    const struct tmn_attribute *attribute = &coverage->run->model->attributes.items[step->attribute];
    int64_t level = tmn_level(&firing->before, attribute);
    for (size_t i = 0; i < branch->count; i++)
        if ((branch->items[i].kind == TMN_ACTION_SET || branch->items[i].kind == TMN_ACTION_COPY) &&
            branch->items[i].attribute == step->attribute) {
            see(coverage, SEEN_SET_AND_STEP);
            return;
        }
    see(coverage, SEEN_STEP);
    if (level + step->by < 0 || level + step->by >= attribute->levels) {
        see(coverage, SEEN_STEP_CLAMPED);
        see(coverage, SEEN_SATURATION);
    }
}

static void see_add(struct coverage *coverage, const struct tmn_happening *firing, const struct tmn_action *add) {
    const struct tmn_model *model = coverage->run->model;
    int place = model->population.place_attribute;
    see(coverage, model->feedbacks.items[add->feedback].by < 0 ? SEEN_ADD : SEEN_ADD_PLACE);
    if (add->place_now && place >= 0 && model->feedbacks.items[add->feedback].by >= 0 &&
        tmn_level(&coverage->packed[firing->row], &model->attributes.items[place]) !=
            tmn_level(&firing->after, &model->attributes.items[place]))
        see(coverage, SEEN_ADD_NOW);
}

static bool is_alive(struct coverage *coverage, const struct tmn_packed *packed) {
    const struct tmn_model *model = coverage->run->model;
    struct tmn_env env = {.model = model, .level = coverage->level};
    tmn_model_unpack(model, packed, coverage->level);
    return tmn_expr_eval(model->alive, &env) != 0;
}

static void see_firing(struct coverage *coverage, const struct tmn_happening *firing) {
    const struct tmn_model *model = coverage->run->model;
    const struct tmn_transition *it = &model->transitions.items[firing->transition];
    const struct tmn_branch *branch = &it->branch[firing->branch];
    int place = model->population.place_attribute;
    see_expressions(coverage, firing->transition);
    coverage->acted[firing->row] = true;
    if (coverage->born[firing->row])
        see(coverage, SEEN_BIRTH_FIRES);
    if (it->branches > 1)
        see(coverage, firing->branch + 1 < (int)it->branches ? SEEN_FIRST_BRANCH : SEEN_REST_BRANCH);
    for (size_t i = 0; i < branch->count; i++) {
        const struct tmn_action *action = &branch->items[i];
        if (action->kind == TMN_ACTION_SET)
            see(coverage, SEEN_SET);
        else if (action->kind == TMN_ACTION_YEAR)
            see(coverage, SEEN_SET_YEAR);
        else if (action->kind == TMN_ACTION_COPY)
            see(coverage, SEEN_COPY);
        else if (action->kind == TMN_ACTION_STEP)
            see_own_step(coverage, firing, branch, action);
        else if (action->kind == TMN_ACTION_ADD)
            see_add(coverage, firing, action);
    }
    for (size_t c = 0; c < model->counts.count; c++)
        if (model->counts.items[c].transition == firing->transition &&
            (model->counts.items[c].branch < 0 || model->counts.items[c].branch == firing->branch))
            see(coverage, SEEN_FEEDBACK_COUNT);
    if (place >= 0 && tmn_level(&firing->before, &model->attributes.items[place]) !=
                          tmn_level(&firing->after, &model->attributes.items[place]))
        see(coverage, SEEN_MOVE);
    if (is_alive(coverage, &firing->before) && !is_alive(coverage, &firing->after))
        see(coverage, SEEN_DEATH);
}

/* ---- messages ---- */

struct received {
    int sets, priority_low, priority_high;
    bool other_level;
    uint32_t level;
    int64_t steps;
    int step_count;
};

static void see_reduced(struct coverage *coverage, const struct tmn_attribute *attribute, const struct received *got,
                        const struct tmn_packed *before) {
    if (got->other_level) {
        see(coverage, SEEN_CONFLICT_SETS);
        see(coverage, SEEN_CONFLICT);
        if (got->priority_low != got->priority_high)
            see(coverage, SEEN_CONFLICT_PRIORITY);
    }
    if (got->sets > 0 && got->step_count > 0) {
        see(coverage, SEEN_CONFLICT_STEPS);
        see(coverage, SEEN_CONFLICT);
    }
    if (got->step_count > 1)
        see(coverage, SEEN_STEPS_ADDED);
    int64_t level = (int64_t)tmn_level(before, attribute) + got->steps;
    if (got->sets == 0 && (level < 0 || level >= attribute->levels)) {
        see(coverage, SEEN_STEPS_CLAMPED);
        see(coverage, SEEN_SATURATION);
    }
}

static void see_message(struct coverage *coverage, const struct tmn_happening *message, struct received *got) {
    const struct tmn_model *model = coverage->run->model;
    const struct tmn_action *tell =
        &model->transitions.items[message->transition].branch[message->branch].items[message->action];
    if (!message->delivered) {
        see(coverage, SEEN_MESSAGE_REFUSED);
        return;
    }
    see(coverage, SEEN_MESSAGE);
    see_layer(coverage, tell->layer);
    if (tell->chance != NULL)
        see(coverage, SEEN_MESSAGE_CHANCE);
    if (tell->one && tmn_layer_degree_max(coverage->run->world, tell->layer) > 1)
        see(coverage, SEEN_MESSAGE_ONE);
    if (tell->who != NULL) {
        struct tmn_reads reads = tmn_expr_reads(model, tell->who, NULL);
        if (reads.driver || reads.feedback || reads.share || reads.age || reads.year)
            see(coverage, SEEN_MESSAGE_WHO_SHARED);
    }
    if (block_of(coverage->run, message->sender) != block_of(coverage->run, message->row))
        see(coverage, SEEN_MESSAGE_BLOCKS);
    if (coverage->acted[message->row])
        see(coverage, SEEN_MESSAGE_AFTER_FIRING);
    for (size_t i = 0; i < tell->count; i++) {
        const struct tmn_action *item = &tell->items[i];
        struct received *one = &got[item->attribute];
        if (item->kind == TMN_ACTION_STEP) {
            see(coverage, SEEN_MESSAGE_STEP);
            one->steps += item->by;
            one->step_count++;
            continue;
        }
        bool copy = item->kind == TMN_ACTION_COPY, year = item->kind == TMN_ACTION_YEAR;
        uint32_t level = copy   ? tmn_level(&message->before, &model->attributes.items[item->from])
                         : year ? (uint32_t)(coverage->run->now.year - model->attributes.items[item->attribute].first)
                                : item->level;
        see(coverage, copy ? SEEN_MESSAGE_COPY : year ? SEEN_MESSAGE_YEAR : SEEN_MESSAGE_SET);
        one->other_level = one->other_level || (one->sets > 0 && one->level != level);
        one->priority_low = one->sets == 0 || tell->priority < one->priority_low ? tell->priority : one->priority_low;
        one->priority_high =
            one->sets == 0 || tell->priority > one->priority_high ? tell->priority : one->priority_high;
        one->level = level;
        one->sets++;
    }
}

/* ---- births ---- */

static void see_birth(struct coverage *coverage, const struct tmn_happening *birth) {
    const struct tmn_run *run = coverage->run;
    const struct tmn_world *world = run->world;
    const struct tmn_branch *branch = &run->model->transitions.items[birth->transition].branch[birth->branch];
    uint32_t child = birth->row, mother = birth->sender;
    see(coverage, SEEN_BIRTH);
    coverage->born[child] = true;
    bool home = false, unit = false;
    if (world->households > 0) {
        uint32_t own = tmn_world_household(world, child), hers = tmn_world_household(world, mother);
        home = own == hers;
        unit = world->units > 0 && tmn_world_unit(world, own) == tmn_world_unit(world, hers);
    }
    see(coverage, home                              ? SEEN_BIRTH_HOUSEHOLD
                  : unit                            ? SEEN_BIRTH_UNIT
                  : child < world->national_reserve ? SEEN_BIRTH_PLACE
                                                    : SEEN_BIRTH_NATION);
    for (size_t i = 0; i < branch->count; i++) {
        const struct tmn_action *action = &branch->items[i];
        for (size_t c = 0; action->kind == TMN_ACTION_BIRTH && c < action->count; c++)
            if (action->items[c].kind == TMN_ACTION_COPY)
                see(coverage, SEEN_BIRTH_COPY);
        for (size_t d = 0; action->kind == TMN_ACTION_BIRTH && d < action->draw_count; d++)
            see(coverage, action->draws[d].cumulative != NULL ? SEEN_BIRTH_CUMULATED : SEEN_BIRTH_DRAW);
    }
}

void see_people(struct coverage *coverage) {
    const struct tmn_model *model = coverage->run->model;
    const struct told *told = &coverage->told;
    struct received got[TMN_MAX_ATTRIBUTES];
    for (size_t i = 0; i < told->count; i++)
        coverage->acted[told->items[i].row] = false;
    for (size_t i = 0, next; i < told->count; i = next) { /* row by row */
        const struct tmn_happening *first = &told->items[i], *message = NULL;
        memset(got, 0, model->attributes.count * sizeof *got);
        for (next = i; next < told->count && told->items[next].row == first->row; next++) {
            const struct tmn_happening *it = &told->items[next];
            if (it->kind == TMN_HAPPENED_FIRING)
                see_firing(coverage, it);
            else if (it->kind == TMN_HAPPENED_BIRTH)
                see_birth(coverage, it);
            else if (it->kind == TMN_HAPPENED_MESSAGE)
                see_message(coverage, message = it, got);
        }
        for (size_t a = 0; message != NULL && a < model->attributes.count; a++)
            see_reduced(coverage, &model->attributes.items[a], &got[a], &message->before);
    }
}
