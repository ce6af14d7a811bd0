/* Slots of clocks: transitions whose personal predicates can both be true of some person never share one, and no more
 * than TMN_SLOT_SHARERS share any, so that a few bits say which. Greedy colouring of the conflicts, those with most
 * conflicts first, ties by name, so that declaration order does not matter. */
#include "model/read.h"

#include "model/levels.h"
#include <stdlib.h>
#include <string.h>

struct vertex {
    int transition;
    uint32_t rank;
    size_t conflicts;
};

static int by_conflicts(const void *a, const void *b) {
    const struct vertex *x = a, *y = b;
    return x->conflicts != y->conflicts ? (x->conflicts < y->conflicts) - (x->conflicts > y->conflicts)
                                        : (x->rank > y->rank) - (x->rank < y->rank);
}

/* The share of the living for whom a predicate can be true, if all levels were alike frequent. */
static double share_of(const struct tmn_model *model, const struct tmn_levels *levels,
                       const struct tmn_levels *living) {
    double share = 1;
    for (size_t a = 0; a < model->attributes.count; a++) {
        double all = 0, some = 0;
        for (uint32_t l = 0; l < model->attributes.items[a].levels; l++) {
            all += living->possible[a][l];
            some += living->possible[a][l] && levels->possible[a][l];
        }
        share *= all > 0 ? some / all : 0;
    }
    return share;
}

void tmn_assign_slots(struct tmn_model *model) {
    size_t n = model->transitions.count;
    struct tmn_levels **levels = TMN_NEW_ARRAY(model->arena, struct tmn_levels *, n + 1);
    struct vertex *order = TMN_NEW_ARRAY(model->arena, struct vertex, n + 1);
    bool *conflict = TMN_NEW_ARRAY(model->arena, bool, n *n + 1), *taken = TMN_NEW_ARRAY(model->arena, bool, n + 1);
    int *sharers = TMN_NEW_ARRAY(model->arena, int, n + 1);
    for (size_t t = 0; t < n; t++) {
        const struct tmn_transition *transition = &model->transitions.items[t];
        levels[t] = tmn_levels_new(model);
        for (size_t i = 0; i < transition->who_personal_count; i++)
            tmn_levels_restrict(levels[t], model, transition->who_personal[i]);
        order[t] = (struct vertex){(int)t, transition->rank, 0};
    }
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            if (a != b && !tmn_levels_exclude(levels[a], levels[b], model)) {
                conflict[a * n + b] = true;
                order[a].conflicts++;
            }
    qsort(order, n, sizeof *order, by_conflicts);
    model->slots = 0;
    for (size_t i = 0; i < n; i++) {
        memset(taken, 0, n);
        for (size_t j = 0; j < i; j++)
            if (conflict[(size_t)order[i].transition * n + (size_t)order[j].transition])
                taken[model->transitions.items[order[j].transition].slot] = true;
        int slot = 0;
        while (taken[slot] || sharers[slot] == TMN_SLOT_SHARERS)
            slot++;
        model->transitions.items[order[i].transition].slot = slot;
        model->transitions.items[order[i].transition].sharer = sharers[slot]++;
        if (slot + 1 > model->slots)
            model->slots = slot + 1;
    }
    struct tmn_levels *living = tmn_levels_new(model);
    if (model->alive != NULL)
        tmn_levels_restrict(living, model, model->alive);
    model->enabled_mean = 0;
    for (size_t t = 0; t < n; t++)
        model->enabled_mean += share_of(model, levels[t], living);
}
