/* Filling the columns of a planned world. */
#ifndef TMN_WORLD_FILL_H
#define TMN_WORLD_FILL_H

#include "world/plan.h"
#include "world/world.h"

/* Writes packed, household_first, unit_first and their guides of a world whose columns are allocated. */
bool tmn_world_fill(struct tmn_world *world, const struct tmn_plan *plan, struct tmn_pool *pool,
                    struct tmn_arena *arena, struct tmn_error *err);

#endif
