/* A world from a model: joint table, plan, columns, layers. */
#include "base/column.h"
#include "base/real.h"
#include "world/fill.h"
#include "world/layer.h"

#include <stdlib.h>
#include <string.h>

/* world = 2^20 x full persons / persons, rounded half up. */
static int64_t weigh(uint64_t full, uint64_t sampled) {
    return (int64_t)(((full << 20) + sampled / 2) / sampled);
}

/* Entries of a guide of so many items. */
static size_t guides(uint32_t items) {
    return ((size_t)items >> TMN_GUIDE_BITS) + 1;
}

static bool allocate(struct tmn_world *world, struct tmn_error *err) {
    void *column;
    if (!tmn_column_alloc(&column, world->rows, sizeof *world->packed, "attributes", err))
        return false;
    world->packed = column;
    if (world->households > 0) {
        if (!tmn_column_alloc(&column, (size_t)world->households + 1, sizeof *world->household_first,
                              "rows of households", err))
            return false;
        world->household_first = column;
        if (!tmn_column_alloc(&column, guides(world->rows), sizeof *world->household_guide, "households of rows", err))
            return false;
        world->household_guide = column;
    }
    if (world->units > 0) {
        if (!tmn_column_alloc(&column, (size_t)world->units + 1, sizeof *world->unit_first, "units", err))
            return false;
        world->unit_first = column;
        if (!tmn_column_alloc(&column, guides(world->households), sizeof *world->unit_guide, "units of households",
                              err))
            return false;
        world->unit_guide = column;
    }
    return true;
}

static bool build(struct tmn_world *world, struct tmn_pool *pool, struct tmn_arena *scratch, struct tmn_error *err) {
    const struct tmn_model *model = world->model;
    struct tmn_joint *joint = TMN_NEW(scratch, struct tmn_joint);
    struct tmn_plan *plan = TMN_NEW(scratch, struct tmn_plan);
    if (!tmn_joint_fit(joint, model, scratch, err) ||
        !tmn_plan_make(plan, model, world->seed, world->scale, joint, scratch, err))
        return false;
    world->ipf_error = joint->error;
    world->ipf_rounds = joint->rounds;
    world->rows = plan->rows;
    world->persons = (uint32_t)plan->persons;
    world->full_persons = plan->full_persons;
    world->weight = weigh(plan->full_persons, plan->persons);
    world->households = plan->household_count;
    world->units = plan->unit_count;
    world->places = plan->places;
    world->place_first = TMN_NEW_ARRAY(&world->arena, uint32_t, plan->places + 1);
    world->place_reserve = TMN_NEW_ARRAY(&world->arena, uint32_t, plan->places);
    memcpy(world->place_first, plan->place_first, ((size_t)plan->places + 1) * sizeof *world->place_first);
    memcpy(world->place_reserve, plan->place_reserve, plan->places * sizeof *world->place_reserve);
    world->national_reserve = plan->national_reserve;
    return allocate(world, err) && tmn_world_fill(world, plan, pool, scratch, err);
}

/* Memory that runs out in either arena lands here; nothing that is changed after setjmp is read after it. */
static bool build_guarded(struct tmn_world *world, struct tmn_pool *pool, struct tmn_arena *scratch,
                          struct tmn_error *err) {
    if (TMN_ARENA_TRY(&world->arena) || TMN_ARENA_TRY(scratch))
        return tmn_fail(err, TMN_MEMORY, "out of memory while the population was formed; a smaller --scale needs less");
    return build(world, pool, scratch, err) && tmn_layers_prepare(world, pool, scratch, err);
}

bool tmn_world_new(struct tmn_world **out, const struct tmn_model *model, uint64_t seed, double scale,
                   struct tmn_pool *pool, struct tmn_error *err) {
    *out = NULL;
    struct tmn_world *world = calloc(1, sizeof *world);
    if (world == NULL)
        return tmn_fail(err, TMN_MEMORY, "out of memory for a world");
    world->model = model;
    world->seed = seed;
    world->scale = scale;
    tmn_arena_init(&world->arena, 0);
    struct tmn_arena scratch;
    tmn_arena_init(&scratch, 0);
    struct tmn_real_state state = tmn_real_enter();
    bool built = build_guarded(world, pool, &scratch, err);
    tmn_real_restore(state);
    tmn_arena_free(&scratch);
    world->arena.armed = false;
    if (!built) {
        tmn_world_free(world);
        return false;
    }
    *out = world;
    return true;
}

void tmn_world_free(struct tmn_world *world) {
    if (world == NULL)
        return;
    tmn_column_free(world->packed, world->rows, sizeof *world->packed);
    tmn_column_free(world->household_guide, guides(world->rows), sizeof *world->household_guide);
    tmn_column_free(world->household_first, (size_t)world->households + 1, sizeof *world->household_first);
    tmn_column_free(world->unit_guide, guides(world->households), sizeof *world->unit_guide);
    tmn_column_free(world->unit_first, (size_t)world->units + 1, sizeof *world->unit_first);
    tmn_arena_free(&world->arena);
    free(world);
}

size_t tmn_world_bytes(const struct tmn_world *world) {
    size_t bytes = sizeof *world + world->arena.used_bytes + (size_t)world->rows * sizeof *world->packed;
    if (world->household_first != NULL)
        bytes += ((size_t)world->households + 1 + guides(world->rows)) * sizeof *world->household_first;
    if (world->unit_first != NULL)
        bytes += ((size_t)world->units + 1 + guides(world->households)) * sizeof *world->unit_first;
    return bytes;
}

static double column_bytes(const struct tmn_plan *plan) {
    double bytes = (double)plan->rows * sizeof(struct tmn_packed);
    if (plan->household_count > 0)
        bytes += (double)(plan->household_count + 1 + guides(plan->rows)) * sizeof(uint32_t);
    if (plan->unit_count > 0)
        bytes += (double)(plan->unit_count + 1 + guides(plan->household_count)) * sizeof(uint32_t);
    return bytes;
}

static bool plan_size(struct tmn_world_size *size, const struct tmn_model *model, uint64_t seed, double scale,
                      struct tmn_arena *scratch, struct tmn_error *err) {
    if (TMN_ARENA_TRY(scratch))
        return tmn_fail(err, TMN_MEMORY, "out of memory while the population was planned");
    struct tmn_joint *joint = TMN_NEW(scratch, struct tmn_joint);
    struct tmn_plan *plan = TMN_NEW(scratch, struct tmn_plan);
    if (!tmn_joint_fit(joint, model, scratch, err) || !tmn_plan_make(plan, model, seed, scale, joint, scratch, err))
        return false;
    *size = (struct tmn_world_size){
        plan->rows, (uint32_t)plan->persons, plan->full_persons,
        column_bytes(plan) +
            tmn_layers_size(model, plan->rows, (double)plan->full_persons / (double)plan->persons, scratch)};
    return true;
}

bool tmn_world_size(struct tmn_world_size *size, const struct tmn_model *model, uint64_t seed, double scale,
                    struct tmn_error *err) {
    struct tmn_arena scratch;
    tmn_arena_init(&scratch, 0);
    struct tmn_real_state state = tmn_real_enter();
    bool planned = plan_size(size, model, seed, scale, &scratch, err);
    tmn_real_restore(state);
    tmn_arena_free(&scratch);
    return planned;
}
