/* Ties of rows, computed when asked for. Only an edge list costs memory per tie.
 *
 * Groups. `within` cuts the rows before the nation's reserve into groups: places, or places joined by a map in the
 * order of levels; rows of the nation's reserve then have no ties. Without `within` all rows are one group.
 *
 * Blocks. A keyed permutation of a group of n rows is cut into blocks of `size`; what is left over is a block of its
 * own if it is at least half of `size`, else it joins the last one.
 *
 * Rings. A keyed permutation puts the n rows of a group on a ring (`rows`: in their own order). A row is tied to those
 * at distances 1 to degree / 2 on both sides; with n <= degree, to all others.
 *
 * Long ties. The tie from ring position q to q + k is owned by the row at q. For each distance k the owners of the
 * whole layer are paired by a keyed involution (a keyed permutation z of all owners; z is paired with c - z, c keyed by
 * k), and with probability `long`, keyed by the pair, both ties of a pair are exchanged: a - a', b - b' become a - b',
 * b - a'. So degrees and symmetry are those of the rings, whatever the share. No exchange where it would tie a row to
 * itself, or where either group has n <= degree. Two ties of the same rows (rare) count once. */
#include "world/layer.h"

#include "base/draw.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct tmn_ties {
    const struct tmn_layer *layer;
    uint32_t degree_max;
    /* BLOCK, RING */
    uint64_t key;
    uint32_t linked; /* rows 0..linked-1 are in groups */
    uint32_t groups;
    uint32_t *size;         /* [groups] rows */
    uint32_t *base;         /* [groups + 1] rows of the groups before */
    uint32_t *group;        /* [places] NULL: one group */
    uint32_t *offset;       /* [places] rows of the place's group before the place */
    uint32_t *member_first; /* [groups + 1] into member */
    uint32_t *member;       /* [places] places by group, in level order */
    uint64_t long_limit;    /* of 2^32: chance that a pair of owners exchanges ties */
    uint64_t pair_key;
    uint32_t *turn; /* [degree / 2] c of each distance */
    /* EDGES */
    uint64_t *tie_first; /* [rows + 1] */
    uint32_t *tie;
};

struct spot {
    uint32_t group, at;
}; /* a row of a group, or a position on its ring */

static bool fail(const struct tmn_layer *layer, struct tmn_error *err, const char *what) {
    return tmn_fail(err, TMN_SCENARIO, "layer '%s' %s", layer->name, what);
}

/* ---- groups ---- */

static bool group_places(struct tmn_world *world, struct tmn_ties *ties, struct tmn_error *err) {
    const struct tmn_model *model = world->model;
    const struct tmn_feature *within = &model->features.items[ties->layer->within];
    const uint16_t *to = within->kind == TMN_FEATURE_MAP ? model->maps.items[within->index].to : NULL;
    int attribute = to != NULL ? model->maps.items[within->index].of : within->index;
    if (within->kind > TMN_FEATURE_MAP || attribute != model->population.place_attribute)
        return fail(ties->layer, err,
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

static bool group_rows(struct tmn_world *world, struct tmn_ties *ties, struct tmn_error *err) {
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

static struct spot spot_of(const struct tmn_world *world, const struct tmn_ties *ties, uint32_t row) {
    if (ties->group == NULL)
        return (struct spot){0, row};
    uint32_t place = tmn_world_place(world, row);
    return (struct spot){ties->group[place], ties->offset[place] + row - world->place_first[place]};
}

static uint32_t row_at(const struct tmn_world *world, const struct tmn_ties *ties, struct spot spot) {
    if (ties->group == NULL)
        return spot.at;
    uint32_t low = ties->member_first[spot.group], high = ties->member_first[spot.group + 1];
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (ties->offset[ties->member[mid]] <= spot.at)
            low = mid;
        else
            high = mid;
    }
    uint32_t place = ties->member[low];
    return world->place_first[place] + spot.at - ties->offset[place];
}

static uint64_t group_key(const struct tmn_ties *ties, uint32_t group) {
    return tmn_mix64(ties->key + group);
}

/* Row of a group to its keyed position, and back. */
static struct spot position_of(const struct tmn_ties *ties, struct spot spot) {
    if (!ties->layer->rows)
        spot.at = tmn_permute(group_key(ties, spot.group), ties->size[spot.group], spot.at);
    return spot;
}
static uint32_t row_of_position(const struct tmn_world *world, const struct tmn_ties *ties, struct spot spot) {
    if (!ties->layer->rows)
        spot.at = tmn_permute_inverse(group_key(ties, spot.group), ties->size[spot.group], spot.at);
    return row_at(world, ties, spot);
}

/* ---- blocks ---- */

struct range {
    uint32_t first, end;
};

static struct range block_of(uint32_t size, uint32_t n, uint32_t at) {
    uint32_t blocks = n / size + (n % size >= size - n % size ? 1 : 0);
    uint32_t block = at / size;
    if (blocks == 0)
        return (struct range){0, n};
    if (block >= blocks - 1)
        return (struct range){(blocks - 1) * size, n};
    return (struct range){block * size, (block + 1) * size};
}

static uint32_t block_ties(const struct tmn_world *world, const struct tmn_ties *ties, uint32_t row, uint32_t *out) {
    struct spot own = position_of(ties, spot_of(world, ties, row));
    struct range range = block_of(ties->layer->size, ties->size[own.group], own.at);
    uint32_t count = 0;
    for (uint32_t at = range.first; at < range.end; at++)
        if (at != own.at)
            out[count++] = row_of_position(world, ties, (struct spot){own.group, at});
    return count;
}

/* ---- rings ---- */

static uint32_t ahead(const struct tmn_ties *ties, struct spot spot, uint32_t k) {
    uint32_t n = ties->size[spot.group];
    return spot.at >= n - k ? spot.at - (n - k) : spot.at + k;
}
static uint32_t behind(const struct tmn_ties *ties, struct spot spot, uint32_t k) {
    return spot.at >= k ? spot.at - k : spot.at + (ties->size[spot.group] - k);
}

static struct spot spot_of_coordinate(const struct tmn_ties *ties, uint32_t coordinate) {
    uint32_t low = 0, high = ties->groups;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (ties->base[mid] <= coordinate)
            low = mid;
        else
            high = mid;
    }
    return (struct spot){low, coordinate - ties->base[low]};
}

/* Whether the tie of distance k owned by `owner`, whose keyed number is z, is exchanged, and with which owner. */
static bool exchanged(const struct tmn_ties *ties, struct spot owner, uint32_t z, uint32_t k, struct spot *other) {
    uint32_t turn = ties->turn[k - 1], pair = turn >= z ? turn - z : turn + (ties->linked - z);
    uint64_t low = pair < z ? pair : z, high = pair < z ? z : pair;
    if (pair == z || tmn_mix64(tmn_mix64(ties->pair_key + k) ^ (high << 32 | low)) >> 32 >= ties->long_limit)
        return false;
    *other = spot_of_coordinate(ties, tmn_permute_inverse(ties->pair_key, ties->linked, pair));
    if (ties->size[other->group] <= ties->layer->size)
        return false;
    return other->group != owner.group || (ahead(ties, *other, k) != owner.at && ahead(ties, owner, k) != other->at);
}

static uint32_t number_of(const struct tmn_ties *ties, struct spot spot) {
    return tmn_permute(ties->pair_key, ties->linked, ties->base[spot.group] + spot.at);
}

/* Rings with long ties, in a group larger than the degree. */
static uint32_t long_ties(const struct tmn_world *world, const struct tmn_ties *ties, struct spot own, uint32_t *out) {
    uint32_t count = 0, z = number_of(ties, own);
    struct spot other;
    bool any = false;
    for (uint32_t k = 1; k <= ties->layer->size / 2; k++) {
        struct spot to = {own.group, ahead(ties, own, k)}, owner = {own.group, behind(ties, own, k)}, from = owner;
        if (exchanged(ties, own, z, k, &other)) {
            to = (struct spot){other.group, ahead(ties, other, k)};
            any = true;
        }
        if (exchanged(ties, owner, number_of(ties, owner), k, &other)) {
            from = other;
            any = true;
        }
        out[count++] = row_of_position(world, ties, to);
        out[count++] = row_of_position(world, ties, from);
    }
    for (uint32_t i = 1; any && i < count; i++)
        for (uint32_t j = 0; j < i; j++)
            if (out[i] == out[j]) {
                out[i--] = out[--count];
                break;
            }
    return count;
}

static uint32_t ring_ties(const struct tmn_world *world, const struct tmn_ties *ties, uint32_t row, uint32_t *out) {
    struct spot own = position_of(ties, spot_of(world, ties, row));
    uint32_t n = ties->size[own.group], reach = ties->layer->size / 2, count = 0;
    if (ties->long_limit > 0 && n > ties->layer->size)
        return long_ties(world, ties, own, out);
    for (uint32_t k = 1; k <= reach && k <= n / 2; k++) {
        out[count++] = row_of_position(world, ties, (struct spot){own.group, ahead(ties, own, k)});
        if (2 * k != n)
            out[count++] = row_of_position(world, ties, (struct spot){own.group, behind(ties, own, k)});
    }
    return count;
}

/* ---- edge lists ---- */

static int by_row(const void *a, const void *b) {
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static bool build_edges(struct tmn_world *world, struct tmn_ties *ties, struct tmn_error *err) {
    const struct tmn_layer *layer = ties->layer;
    if (world->scale < 1)
        return fail(layer, err, "names rows, which a scale below 1 numbers anew");
    uint64_t *first = TMN_NEW_ARRAY(&world->arena, uint64_t, (size_t)world->rows + 2);
    for (size_t e = 0; e < 2 * layer->edges; e++) {
        uint32_t row = layer->edge[e];
        if (row >= world->rows)
            return tmn_fail(err, TMN_SCENARIO, "layer '%s' ties row %u, but the world ends with row %u", layer->name,
                            row, world->rows - 1);
        if (row == layer->edge[e ^ 1])
            return tmn_fail(err, TMN_SCENARIO, "layer '%s' ties row %u to itself", layer->name, row);
        first[row + 2]++;
    }
    for (uint32_t row = 0; row < world->rows; row++)
        first[row + 2] += first[row + 1];
    uint32_t *tie = TMN_NEW_ARRAY(&world->arena, uint32_t, 2 * layer->edges + 1);
    for (size_t e = 0; e < 2 * layer->edges; e++) /* first[row + 1] moves from the row's start to its end */
        tie[first[layer->edge[e] + 1]++] = layer->edge[e ^ 1];
    uint64_t kept = 0;
    for (uint32_t row = 0; row < world->rows; row++) {
        uint64_t start = first[row], end = first[row + 1];
        qsort(tie + start, end - start, sizeof *tie, by_row);
        first[row] = kept;
        for (uint64_t t = start; t < end; t++)
            if (t == start || tie[t] != tie[t - 1])
                tie[kept++] = tie[t];
        uint32_t degree = (uint32_t)(kept - first[row]);
        ties->degree_max = degree > ties->degree_max ? degree : ties->degree_max;
    }
    first[world->rows] = kept;
    ties->tie_first = first;
    ties->tie = tie;
    return true;
}

/* ---- preparation ---- */

static bool prepare_ring(struct tmn_world *world, struct tmn_ties *ties, struct tmn_error *err) {
    const struct tmn_layer *layer = ties->layer;
    if (layer->size < 2 || layer->size % 2 != 0)
        return fail(layer, err, "needs an even degree of at least 2");
    if (!(layer->long_share >= 0 && layer->long_share <= 1))
        return fail(layer, err, "needs a share of long ties between 0 and 1");
    if (!group_rows(world, ties, err))
        return false;
    ties->long_limit = tmn_fixed_probability(layer->long_share);
    ties->pair_key = tmn_mix64(ties->key ^ UINT64_C(0x6c6f6e67));
    ties->turn = TMN_NEW_ARRAY(&world->arena, uint32_t, layer->size / 2);
    for (uint32_t k = 1; k <= layer->size / 2 && ties->linked > 0; k++)
        ties->turn[k - 1] = (uint32_t)(tmn_mix64(ties->pair_key ^ tmn_mix64(k)) % ties->linked);
    for (uint32_t g = 0; g < ties->groups; g++) {
        uint32_t degree = ties->size[g] > layer->size ? layer->size : ties->size[g] > 0 ? ties->size[g] - 1 : 0;
        ties->degree_max = degree > ties->degree_max ? degree : ties->degree_max;
    }
    return true;
}

static bool prepare_blocks(struct tmn_world *world, struct tmn_ties *ties, struct tmn_error *err) {
    if (ties->layer->size < 1)
        return fail(ties->layer, err, "needs groups of at least 1");
    if (!group_rows(world, ties, err))
        return false;
    for (uint32_t g = 0; g < ties->groups; g++)
        for (int end = 0; end < 2 && ties->size[g] > 0; end++) { /* the first block and the last */
            struct range range = block_of(ties->layer->size, ties->size[g], end == 0 ? 0 : ties->size[g] - 1);
            ties->degree_max =
                range.end - range.first - 1 > ties->degree_max ? range.end - range.first - 1 : ties->degree_max;
        }
    return true;
}

static struct range unit_rows(const struct tmn_world *world, uint32_t unit) {
    return (struct range){world->household_first[world->unit_first[unit]],
                          world->household_first[world->unit_first[unit + 1]]};
}

static bool prepare_kin(struct tmn_world *world, struct tmn_ties *ties, struct tmn_error *err) {
    bool units = ties->layer->kind == TMN_LAYER_UNIT;
    if (world->household == NULL)
        return fail(ties->layer, err, "needs population.households");
    if (units && world->unit_first == NULL)
        return fail(ties->layer, err, "needs population.unit");
    for (uint32_t i = 0; i < (units ? world->units : world->households); i++) {
        struct range range =
            units ? unit_rows(world, i) : (struct range){world->household_first[i], world->household_first[i + 1]};
        ties->degree_max =
            range.end - range.first - 1 > ties->degree_max ? range.end - range.first - 1 : ties->degree_max;
    }
    return true;
}

bool tmn_layers_prepare(struct tmn_world *world, struct tmn_error *err) {
    const struct tmn_model *model = world->model;
    world->ties = TMN_NEW_ARRAY(&world->arena, struct tmn_ties, model->layers.count + 1);
    for (size_t l = 0; l < model->layers.count; l++) {
        struct tmn_ties *ties = &world->ties[l];
        bool good = false;
        ties->layer = &model->layers.items[l];
        switch (ties->layer->kind) {
        case TMN_LAYER_HOUSEHOLD:
        case TMN_LAYER_UNIT:
            good = prepare_kin(world, ties, err);
            break;
        case TMN_LAYER_BLOCK:
            good = prepare_blocks(world, ties, err);
            break;
        case TMN_LAYER_RING:
            good = prepare_ring(world, ties, err);
            break;
        case TMN_LAYER_EDGES:
            good = build_edges(world, ties, err);
            break;
        }
        if (!good)
            return false;
    }
    return true;
}

/* ---- ties ---- */

static uint32_t range_ties(struct range range, uint32_t row, uint32_t *out) {
    uint32_t count = 0;
    for (uint32_t other = range.first; other < range.end; other++)
        if (other != row)
            out[count++] = other;
    return count;
}

uint32_t tmn_layer_ties(const struct tmn_world *world, int layer, uint32_t row, uint32_t *out) {
    const struct tmn_ties *ties = &world->ties[layer];
    switch (ties->layer->kind) {
    case TMN_LAYER_HOUSEHOLD: {
        uint32_t household = world->household[row];
        return range_ties((struct range){world->household_first[household], world->household_first[household + 1]}, row,
                          out);
    }
    case TMN_LAYER_UNIT:
        return range_ties(unit_rows(world, world->household_unit[world->household[row]]), row, out);
    case TMN_LAYER_BLOCK:
        return row < ties->linked ? block_ties(world, ties, row, out) : 0;
    case TMN_LAYER_RING:
        return row < ties->linked ? ring_ties(world, ties, row, out) : 0;
    case TMN_LAYER_EDGES:
        break;
    }
    uint32_t count = (uint32_t)(ties->tie_first[row + 1] - ties->tie_first[row]);
    memcpy(out, ties->tie + ties->tie_first[row], count * sizeof *out);
    return count;
}

uint32_t tmn_layer_degree_max(const struct tmn_world *world, int layer) {
    return world->ties[layer].degree_max;
}
