/* Groups of a layer. `within` cuts the rows before the nation's reserve into groups: places, or places joined by a map
 * in the order of levels; rows of the nation's reserve then have no ties. Without `within` all rows are one group. */
#include "world/ties.h"

bool tmn_ties_fail(const struct tmn_layer *layer, struct tmn_error *err, const char *what) {
    return tmn_fail(err, TMN_SCENARIO, "layer '%s' %s", layer->name, what);
}

static bool group_places(struct tmn_world *world, struct tmn_ties *ties, struct tmn_error *err) {
    const struct tmn_model *model = world->model;
    const struct tmn_feature *within = &model->features.items[ties->layer->within];
    const uint16_t *to = within->kind == TMN_FEATURE_MAP ? model->maps.items[within->index].to : NULL;
    int attribute = to != NULL ? model->maps.items[within->index].of : within->index;
    if (within->kind > TMN_FEATURE_MAP || attribute != model->population.place_attribute)
        return tmn_ties_fail(
            ties->layer, err,
            "is within something other than the place of the population or a map of it; rows do not move");
    ties->groups = within->cardinality;
    ties->linked = world->national_reserve;
    ties->group = TMN_NEW_ARRAY(&world->arena, uint32_t, world->places);
    ties->offset = TMN_NEW_ARRAY(&world->arena, uint32_t, world->places);
    ties->member = TMN_NEW_ARRAY(&world->arena, uint32_t, world->places);
    ties->size = TMN_NEW_ARRAY(&world->arena, uint32_t, ties->groups);
    ties->member_first = TMN_NEW_ARRAY(&world->arena, uint32_t, ties->groups + 1);
    for (uint32_t p = 0; p < world->places; p++) {
        uint32_t g = to != NULL ? to[p] : p;
        ties->group[p] = g;
        ties->offset[p] = ties->size[g];
        ties->size[g] += world->place_first[p + 1] - world->place_first[p];
        ties->member_first[g + 1]++;
    }
    for (uint32_t g = 0; g < ties->groups; g++)
        ties->member_first[g + 1] += ties->member_first[g];
    uint32_t *next = TMN_NEW_ARRAY(&world->arena, uint32_t, ties->groups);
    for (uint32_t p = 0; p < world->places; p++)
        ties->member[ties->member_first[ties->group[p]] + next[ties->group[p]]++] = p;
    return true;
}

bool tmn_ties_group(struct tmn_world *world, struct tmn_ties *ties, struct tmn_error *err) {
    if (ties->layer->within < 0) {
        ties->groups = 1;
        ties->linked = world->rows;
        ties->size = TMN_NEW(&world->arena, uint32_t);
        ties->size[0] = world->rows;
    } else if (!group_places(world, ties, err)) {
        return false;
    }
    ties->base = TMN_NEW_ARRAY(&world->arena, uint32_t, ties->groups + 1);
    for (uint32_t g = 0; g < ties->groups; g++)
        ties->base[g + 1] = ties->base[g] + ties->size[g];
    ties->key = tmn_mix64(world->seed ^ tmn_mix64((uint64_t)ties->layer->hash + UINT64_C(0x7469657300000000)));
    return true;
}
