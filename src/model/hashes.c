/* Names that key draws: collisions of their 32-bit hashes are errors; ranks by name. */
#include "model/read.h"

#include "base/draw.h"
#include <stdlib.h>
#include <string.h>

struct keyed {
    uint32_t hash;
    const char *name;
    struct tmn_place place;
};
struct keyed_list {
    struct tmn_arena *arena;
    struct keyed *items;
    size_t count, capacity;
};

static void add(struct keyed_list *list, const char *name, struct tmn_place place) {
    struct keyed keyed = {tmn_name_hash(name), name, place};
    TMN_PUSH(list->arena, list, keyed);
}

static int by_hash(const void *a, const void *b) {
    const struct keyed *x = a, *y = b;
    return x->hash != y->hash ? (x->hash > y->hash) - (x->hash < y->hash) : strcmp(x->name, y->name);
}

static void add_draws(struct keyed_list *list, const struct tmn_model *model, const char *path,
                      const struct tmn_draw_rule *draws, size_t count, struct tmn_place place) {
    for (size_t i = 0; i < count; i++)
        add(list, tmn_arena_printf(list->arena, "%s/%s", path, model->attributes.items[draws[i].attribute].name),
            place);
}

static void add_transition(struct keyed_list *list, const struct tmn_model *model,
                           const struct tmn_transition *transition) {
    add(list, transition->name, transition->place);
    for (size_t b = 0; b < transition->branches; b++)
        for (size_t a = 0; a < transition->branch[b].count; a++) {
            const struct tmn_action *action = &transition->branch[b].items[a];
            const char *path = tmn_arena_printf(list->arena, "%s/%s", transition->name, transition->branch[b].name);
            if (action->kind == TMN_ACTION_TELL)
                add(list,
                    tmn_arena_printf(list->arena, "%s/%s/%s", path, action->name,
                                     model->layers.items[action->layer].name),
                    action->place);
            else if (action->kind == TMN_ACTION_BIRTH)
                add_draws(list, model, tmn_arena_printf(list->arena, "%s/birth", path), action->draws,
                          action->draw_count, action->place);
        }
}

struct ranked {
    const char *name;
    uint32_t *rank;
};

static int by_name(const void *a, const void *b) {
    const struct ranked *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static void rank_names(struct ranked *items, size_t count) {
    qsort(items, count, sizeof *items, by_name);
    for (size_t i = 0; i < count; i++)
        *items[i].rank = (uint32_t)i;
}

static void assign_ranks(struct tmn_model *model) {
    size_t count = model->transitions.count, branches = 0;
    struct ranked *items = TMN_NEW_ARRAY(model->arena, struct ranked, count + 1);
    for (size_t t = 0; t < count; t++) {
        items[t] = (struct ranked){model->transitions.items[t].name, &model->transitions.items[t].rank};
        branches += model->transitions.items[t].branches;
    }
    rank_names(items, count);
    items = TMN_NEW_ARRAY(model->arena, struct ranked, branches + 1);
    branches = 0;
    for (size_t t = 0; t < count; t++)
        for (size_t b = 0; b < model->transitions.items[t].branches; b++) {
            struct tmn_branch *branch = &model->transitions.items[t].branch[b];
            items[branches++] = (struct ranked){
                tmn_arena_printf(model->arena, "%s/%s", model->transitions.items[t].name, branch->name), &branch->rank};
        }
    rank_names(items, branches);
}

void tmn_check_hashes(struct tmn_model *model, struct tmn_diagnostics *list) {
    struct keyed_list keyed = {.arena = model->arena};
    for (size_t t = 0; t < model->transitions.count; t++)
        add_transition(&keyed, model, &model->transitions.items[t]);
    for (size_t e = 0; e < model->events.count; e++)
        add(&keyed, model->events.items[e].name, model->events.items[e].place);
    for (size_t l = 0; l < model->layers.count; l++)
        add(&keyed, model->layers.items[l].name, model->layers.items[l].place);
    add_draws(&keyed, model, "population/deal", model->population.deals, model->population.deal_count,
              model->population.place);
    add_draws(&keyed, model, "population/draw", model->population.draws, model->population.draw_count,
              model->population.place);
    if (keyed.count > 0) /* of nothing there is no list */
        qsort(keyed.items, keyed.count, sizeof *keyed.items, by_hash);
    for (size_t i = 1; i < keyed.count; i++)
        if (keyed.items[i].hash == keyed.items[i - 1].hash)
            tmn_report(list, keyed.items[i].place, "name-collision", "rename one of them",
                       "the names '%s' and '%s' share the key of their random draws", keyed.items[i - 1].name,
                       keyed.items[i].name);
    assign_ranks(model);
}
