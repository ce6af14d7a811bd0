/* A copy of a model in which one effect sees one feedback variable otherwise than all others do: where a loop is cut,
 * or where a pulse enters it. What the effect reads is replaced by a driver of the same places, so that strata and the
 * split of hazards stay as they are. */
#include "model/model.h"

#include "base/draw.h"
#include <math.h>
#include <string.h>

struct cutting {
    struct tmn_arena *arena;
    const struct tmn_feedback *feedback;
    int index, driver;
    bool path; /* the effect sees the driver alone; else the variable moved by it */
};

static struct tmn_expr *node(const struct cutting *cutting, enum tmn_op op, const struct tmn_expr *like, size_t count) {
    struct tmn_expr *expr = TMN_NEW(cutting->arena, struct tmn_expr);
    *expr = *like;
    expr->op = op;
    expr->count = count;
    expr->arg = TMN_NEW_ARRAY(cutting->arena, struct tmn_expr *, count + 1);
    return expr;
}

/* What stands for a read of the variable. */
static struct tmn_expr *seen(const struct cutting *cutting, const struct tmn_expr *read) {
    struct tmn_expr *driver = node(cutting, TMN_OP_DRIVER, read, 0);
    driver->index = cutting->driver;
    if (cutting->path)
        return driver;
    struct tmn_expr *sum = node(cutting, TMN_OP_ADD, read, 2), *clamp = node(cutting, TMN_OP_CLAMP, read, 3);
    struct tmn_expr *copy = node(cutting, TMN_OP_FEEDBACK, read, 0);
    sum->arg[0] = copy;
    sum->arg[1] = driver;
    clamp->arg[0] = sum;
    for (int i = 0; i < 2; i++) {
        clamp->arg[1 + i] = node(cutting, TMN_OP_NUMBER, read, 0);
        clamp->arg[1 + i]->number = i == 0 ? cutting->feedback->low : cutting->feedback->high;
    }
    return clamp;
}

static struct tmn_expr *replace(const struct cutting *cutting, struct tmn_expr *expr) {
    if (expr == NULL)
        return NULL;
    if (expr->op == TMN_OP_FEEDBACK && expr->index == cutting->index)
        return seen(cutting, expr);
    bool changed = false;
    struct tmn_expr **arg = TMN_NEW_ARRAY(cutting->arena, struct tmn_expr *, expr->count + 1);
    for (size_t i = 0; i < expr->count; i++) {
        arg[i] = replace(cutting, expr->arg[i]);
        changed = changed || arg[i] != expr->arg[i];
    }
    if (!changed)
        return expr;
    struct tmn_expr *copy = node(cutting, expr->op, expr, expr->count);
    memcpy(copy->arg, arg, expr->count * sizeof *arg);
    return copy;
}

static struct tmn_expr **replace_all(const struct cutting *cutting, struct tmn_expr *const *list, size_t count) {
    struct tmn_expr **copy = TMN_NEW_ARRAY(cutting->arena, struct tmn_expr *, count + 1);
    for (size_t i = 0; i < count; i++)
        copy[i] = replace(cutting, list[i]);
    return copy;
}

/* only: amounts for this variable alone are replaced; -1: all amounts and chances. */
static struct tmn_action *replace_actions(const struct cutting *cutting, const struct tmn_action *items, size_t count,
                                          int only) {
    struct tmn_action *copy = TMN_NEW_ARRAY(cutting->arena, struct tmn_action, count + 1);
    for (size_t i = 0; i < count; i++) {
        copy[i] = items[i];
        if (only < 0 || (copy[i].kind == TMN_ACTION_ADD && copy[i].feedback == only)) {
            copy[i].amount = replace(cutting, copy[i].amount);
            copy[i].chance = replace(cutting, copy[i].chance);
        }
    }
    return copy;
}

static void replace_branches(const struct cutting *cutting, struct tmn_transition *transition, int only) {
    struct tmn_branch *branch = TMN_NEW_ARRAY(cutting->arena, struct tmn_branch, transition->branches + 1);
    for (size_t b = 0; b < transition->branches; b++) {
        branch[b] = transition->branch[b];
        branch[b].items = replace_actions(cutting, branch[b].items, branch[b].count, only);
        if (only < 0)
            branch[b].chance = replace(cutting, branch[b].chance);
    }
    transition->branch = branch;
}

static void replace_transition(const struct cutting *cutting, struct tmn_transition *transition) {
    struct tmn_factor *factor = TMN_NEW_ARRAY(cutting->arena, struct tmn_factor, transition->g_factors + 1);
    for (size_t i = 0; i < transition->g_factors; i++) {
        factor[i] = transition->g_factor[i];
        factor[i].expr = replace(cutting, factor[i].expr);
    }
    transition->g_factor = factor;
    transition->who_shared = replace_all(cutting, transition->who_shared, transition->who_shared_count);
    replace_branches(cutting, transition, -1);
}

static void replace_effect(const struct cutting *cutting, struct tmn_model *copy, const struct tmn_target *effect) {
    struct tmn_transition *transition =
        TMN_NEW_ARRAY(cutting->arena, struct tmn_transition, copy->transitions.count + 1);
    struct tmn_event *event = TMN_NEW_ARRAY(cutting->arena, struct tmn_event, copy->events.count + 1);
    struct tmn_feedback *feedback = TMN_NEW_ARRAY(cutting->arena, struct tmn_feedback, copy->feedbacks.count + 1);
    bool adds = effect->kind == TMN_TARGET_FEEDBACK;
    for (size_t t = 0; t < copy->transitions.count; t++) {
        transition[t] = copy->transitions.items[t];
        if (adds)
            replace_branches(cutting, &transition[t], effect->index);
        else if (effect->kind == TMN_TARGET_TRANSITION && effect->index == (int)t)
            replace_transition(cutting, &transition[t]);
    }
    for (size_t e = 0; e < copy->events.count; e++) {
        bool own = effect->kind == TMN_TARGET_EVENT && effect->index == (int)e;
        event[e] = copy->events.items[e];
        if (adds || own)
            event[e].items = replace_actions(cutting, event[e].items, event[e].count, adds ? effect->index : -1);
        event[e].rate = own ? replace(cutting, event[e].rate) : event[e].rate;
        event[e].when = own ? replace(cutting, event[e].when) : event[e].when;
    }
    for (size_t f = 0; f < copy->feedbacks.count; f++) {
        feedback[f] = copy->feedbacks.items[f];
        if (adds && effect->index == (int)f)
            feedback[f].next = replace(cutting, feedback[f].next);
    }
    copy->transitions.items = transition;
    copy->events.items = event;
    copy->feedbacks.items = feedback;
}

struct tmn_model *tmn_model_cut(struct tmn_arena *arena, const struct tmn_model *model, int index,
                                const struct tmn_target *effect, const double *path, double pulse, int window,
                                int end) {
    const struct tmn_feedback *feedback = &model->feedbacks.items[index];
    struct tmn_model *copy = TMN_NEW(arena, struct tmn_model);
    struct tmn_driver *driver = TMN_NEW_ARRAY(arena, struct tmn_driver, model->drivers.count + 1);
    size_t slots = feedback->slots, all = (size_t)model->calendar.windows * slots;
    *copy = *model;
    if (model->drivers.count > 0)
        memcpy(driver, model->drivers.items, model->drivers.count * sizeof *driver);
    driver[model->drivers.count] =
        (struct tmn_driver){.name = tmn_arena_printf(arena, "%s in %s", feedback->name, effect->name),
                            .place = feedback->place,
                            .unit = feedback->unit,
                            .factor = feedback->factor,
                            .by = feedback->by,
                            .slots = feedback->slots,
                            .first = model->driver_slots,
                            .value = TMN_NEW_ARRAY(arena, double, all + 1),
                            .low = path ? feedback->low : fmin(0, pulse),
                            .high = path ? feedback->high : fmax(0, pulse)};
    double *value = driver[model->drivers.count].value;
    for (size_t i = 0; i < all; i++) {
        int w = (int)(i / slots);
        value[i] = (path ? path[i] : 0) + (w >= window && w < end ? pulse : 0);
        if (path)
            value[i] = fmin(fmax(value[i], feedback->low), feedback->high);
    }
    copy->drivers.items = driver;
    copy->drivers.count = copy->drivers.capacity = model->drivers.count + 1;
    copy->driver_slots += feedback->slots;
    copy->variant = tmn_name_hash64(driver[model->drivers.count].name) + (path != NULL);
    struct cutting cutting = {arena, feedback, index, (int)model->drivers.count, path != NULL};
    replace_effect(&cutting, copy, effect);
    return copy;
}

struct tmn_model *tmn_model_watch(struct tmn_arena *arena, const struct tmn_model *model, const int *feedback,
                                  size_t count) {
    struct tmn_model *copy = TMN_NEW(arena, struct tmn_model);
    struct tmn_outcome *outcome = TMN_NEW_ARRAY(arena, struct tmn_outcome, model->outcomes.count + count + 1);
    *copy = *model;
    if (model->outcomes.count > 0)
        memcpy(outcome, model->outcomes.items, model->outcomes.count * sizeof *outcome);
    for (size_t i = 0; i < count; i++) {
        const struct tmn_feedback *it = &model->feedbacks.items[feedback[i]];
        struct tmn_outcome *more = &outcome[model->outcomes.count + i];
        *more = (struct tmn_outcome){.name = tmn_arena_printf(arena, "path of %s", it->name),
                                     .place = it->place,
                                     .kind = TMN_OUTCOME_FEEDBACK,
                                     .every = TMN_PERIOD_WINDOW,
                                     .branch = -1,
                                     .feedback = feedback[i],
                                     .by = {.size = 1}};
        if (it->by >= 0) {
            more->by.n = 1;
            more->by.feature[0] = it->by;
            more->by.stride[0] = 1;
            more->by.size = it->slots;
        }
        copy->variant += tmn_name_hash64(more->name);
    }
    copy->outcomes.items = outcome;
    copy->outcomes.count = copy->outcomes.capacity = model->outcomes.count + count;
    return copy;
}

static bool reads(const struct tmn_expr *expr, int feedback) {
    if (expr == NULL)
        return false;
    if (expr->op == TMN_OP_FEEDBACK && expr->index == feedback)
        return true;
    for (size_t i = 0; i < expr->count; i++)
        if (reads(expr->arg[i], feedback))
            return true;
    return false;
}

static bool amounts_read(const struct tmn_action *items, size_t count, int feedback, int into) {
    for (size_t i = 0; i < count; i++)
        if ((into < 0 || (items[i].kind == TMN_ACTION_ADD && items[i].feedback == into)) &&
            (reads(items[i].amount, feedback) || reads(items[i].chance, feedback)))
            return true;
    return false;
}

bool tmn_effect_reads(const struct tmn_model *model, const struct tmn_target *effect, int feedback) {
    bool any = false, adds = effect->kind == TMN_TARGET_FEEDBACK;
    for (size_t t = 0; t < model->transitions.count; t++) {
        const struct tmn_transition *it = &model->transitions.items[t];
        bool own = effect->kind == TMN_TARGET_TRANSITION && effect->index == (int)t;
        any = any || (own && (reads(it->who, feedback) || reads(it->hazard, feedback)));
        for (size_t b = 0; b < it->branches && (adds || own); b++)
            any = any || (own && reads(it->branch[b].chance, feedback)) ||
                  amounts_read(it->branch[b].items, it->branch[b].count, feedback, adds ? effect->index : -1);
    }
    for (size_t e = 0; e < model->events.count; e++) {
        const struct tmn_event *it = &model->events.items[e];
        bool own = effect->kind == TMN_TARGET_EVENT && effect->index == (int)e;
        any = any || (own && (reads(it->when, feedback) || reads(it->rate, feedback))) ||
              ((adds || own) && amounts_read(it->items, it->count, feedback, adds ? effect->index : -1));
    }
    return any || (adds && reads(model->feedbacks.items[effect->index].next, feedback));
}
