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
#include "world/start.h"
#include "world/ties.h"

#include <stdlib.h>
#include <string.h>

/* Row of a group to its keyed position, and back. */
static struct tmn_spot position_of(const struct tmn_ties *ties, struct tmn_spot spot) {
    if (!ties->layer->rows)
        spot.at = tmn_permute(tmn_ties_group_key(ties, spot.group), ties->size[spot.group], spot.at);
    return spot;
}
static uint32_t row_of_position(const struct tmn_world *world, const struct tmn_ties *ties, struct tmn_spot spot) {
    if (!ties->layer->rows)
        spot.at = tmn_permute_inverse(tmn_ties_group_key(ties, spot.group), ties->size[spot.group], spot.at);
    return tmn_ties_row(world, ties, spot);
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
    struct tmn_spot own = position_of(ties, tmn_ties_spot(world, ties, row));
    struct range range = block_of(ties->layer->size, ties->size[own.group], own.at);
    uint32_t count = 0;
    for (uint32_t at = range.first; at < range.end; at++)
        if (at != own.at)
            out[count++] = row_of_position(world, ties, (struct tmn_spot){own.group, at});
    return count;
}

/* ---- rings ---- */

static uint32_t ahead(const struct tmn_ties *ties, struct tmn_spot spot, uint32_t k) {
    uint32_t n = ties->size[spot.group];
    return spot.at >= n - k ? spot.at - (n - k) : spot.at + k;
}
static uint32_t behind(const struct tmn_ties *ties, struct tmn_spot spot, uint32_t k) {
    return spot.at >= k ? spot.at - k : spot.at + (ties->size[spot.group] - k);
}

static struct tmn_spot spot_of_coordinate(const struct tmn_ties *ties, uint32_t coordinate) {
    uint32_t group = tmn_stretch_of(ties->base, ties->groups, coordinate);
    return (struct tmn_spot){group, coordinate - ties->base[group]};
}

/* Whether the tie of distance k owned by `owner`, whose keyed number is z, is exchanged, and with which owner. */
static bool exchanged(const struct tmn_ties *ties, struct tmn_spot owner, uint32_t z, uint32_t k,
                      struct tmn_spot *other) {
    uint32_t turn = ties->turn[k - 1], pair = turn >= z ? turn - z : turn + (ties->linked - z);
    uint64_t low = pair < z ? pair : z, high = pair < z ? z : pair;
    if (pair == z || tmn_mix64(tmn_mix64(ties->pair_key + k) ^ (high << 32 | low)) >> 32 >= ties->long_limit)
        return false;
    *other = spot_of_coordinate(ties, tmn_permute_inverse(ties->pair_key, ties->linked, pair));
    if (ties->size[other->group] <= ties->numbers.degree)
        return false;
    return other->group != owner.group || (ahead(ties, *other, k) != owner.at && ahead(ties, owner, k) != other->at);
}

static uint32_t number_of(const struct tmn_ties *ties, struct tmn_spot spot) {
    return tmn_permute(ties->pair_key, ties->linked, ties->base[spot.group] + spot.at);
}

/* Drops what stands there already; returns how many are left. */
static uint32_t once_each(uint32_t *out, uint32_t count) {
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t j = 0; j < i; j++)
            if (out[i] == out[j]) {
                out[i--] = out[--count];
                break;
            }
    return count;
}

/* Rings with long ties, in a group larger than the degree. */
static uint32_t long_ties(const struct tmn_world *world, const struct tmn_ties *ties, struct tmn_spot own,
                          uint32_t *out) {
    uint32_t count = 0, z = number_of(ties, own);
    struct tmn_spot other;
    bool any = false;
    for (uint32_t k = 1; k <= ties->numbers.degree / 2; k++) {
        struct tmn_spot to = {own.group, ahead(ties, own, k)}, owner = {own.group, behind(ties, own, k)}, from = owner;
        if (exchanged(ties, own, z, k, &other)) {
            to = (struct tmn_spot){other.group, ahead(ties, other, k)};
            any = true;
        }
        if (exchanged(ties, owner, number_of(ties, owner), k, &other)) {
            from = other;
            any = true;
        }
        out[count++] = row_of_position(world, ties, to);
        out[count++] = row_of_position(world, ties, from);
    }
    return any ? once_each(out, count) : count;
}

static uint32_t ring_ties(const struct tmn_world *world, const struct tmn_ties *ties, uint32_t row, uint32_t *out) {
    struct tmn_spot own = position_of(ties, tmn_ties_spot(world, ties, row));
    uint32_t n = ties->size[own.group], reach = ties->numbers.degree / 2, count = 0;
    if (ties->long_limit > 0 && n > ties->numbers.degree)
        return long_ties(world, ties, own, out);
    for (uint32_t k = 1; k <= reach && k <= n / 2; k++) {
        out[count++] = row_of_position(world, ties, (struct tmn_spot){own.group, ahead(ties, own, k)});
        if (2 * k != n)
            out[count++] = row_of_position(world, ties, (struct tmn_spot){own.group, behind(ties, own, k)});
    }
    return count;
}

/* ---- rings of many rows ---- */

enum { MANY = 64 }; /* rows at a time */

static void permute_positions(const struct tmn_ties *ties, uint32_t group, bool inverse, uint32_t *at, size_t count) {
    if (!ties->layer->rows)
        tmn_permute_many(tmn_ties_group_key(ties, group), ties->size[group], inverse, at, count);
}

/* long_ties, or ring_ties without them, of rows at[] of a group larger than the degree: all rows at one distance after
 * the other. */
static void ring_many(const struct tmn_world *world, const struct tmn_ties *ties, uint32_t group, uint32_t *at,
                      uint32_t rows, uint32_t *count, uint32_t *out) {
    uint32_t number[MANY], behind_number[MANY], to[2 * MANY];
    struct tmn_spot other[2 * MANY];
    uint64_t any = 0;
    bool swap[2 * MANY];
    permute_positions(ties, group, false, at, rows);
    for (uint32_t i = 0; i < rows; i++)
        number[i] = ties->base[group] + at[i];
    if (ties->long_limit > 0)
        tmn_permute_many(ties->pair_key, ties->linked, false, number, rows);
    for (uint32_t k = 1; k <= ties->numbers.degree / 2; k++) {
        for (uint32_t i = 0; i < rows; i++) {
            to[2 * i] = ahead(ties, (struct tmn_spot){group, at[i]}, k);
            to[2 * i + 1] = behind(ties, (struct tmn_spot){group, at[i]}, k);
            behind_number[i] = ties->base[group] + to[2 * i + 1];
        }
        if (ties->long_limit > 0)
            tmn_permute_many(ties->pair_key, ties->linked, false, behind_number, rows);
        for (uint32_t i = 0; i < 2 * rows; i++) {
            struct tmn_spot owner = {group, i % 2 == 0 ? at[i / 2] : to[i]};
            swap[i] = ties->long_limit > 0 &&
                      exchanged(ties, owner, i % 2 == 0 ? number[i / 2] : behind_number[i / 2], k, &other[i]);
            if (swap[i] && i % 2 == 0)
                other[i].at = ahead(ties, other[i], k);
            any |= (uint64_t)swap[i] << i / 2;
        }
        permute_positions(ties, group, true, to, 2 * (size_t)rows);
        for (uint32_t i = 0; i < 2 * rows; i++)
            out[(size_t)(i / 2) * ties->degree_max + 2 * (k - 1) + i % 2] =
                swap[i] ? row_of_position(world, ties, other[i])
                        : tmn_ties_row(world, ties, (struct tmn_spot){group, to[i]});
    }
    for (uint32_t i = 0; i < rows; i++)
        count[i] = (any >> i & 1) != 0 ? once_each(out + (size_t)i * ties->degree_max, ties->numbers.degree)
                                       : ties->numbers.degree;
}

/* How many of the first rows can be taken together: those of one group of a ring that is larger than the degree, at
 * at[] of it; none: the first is to be taken alone. */
static uint32_t ring_run(const struct tmn_world *world, const struct tmn_ties *ties, const uint32_t *row, uint32_t rows,
                         uint32_t *group, uint32_t *at) {
    uint32_t count = 0;
    if (ties->layer->kind != TMN_LAYER_RING)
        return 0;
    for (; count < rows && count < MANY && row[count] < ties->linked; count++) {
        struct tmn_spot spot = tmn_ties_spot(world, ties, row[count]);
        *group = count == 0 ? spot.group : *group;
        if (spot.group != *group || ties->size[spot.group] <= ties->numbers.degree)
            break;
        at[count] = spot.at;
    }
    return count;
}

void tmn_layer_ties_many(const struct tmn_world *world, int layer, const uint32_t *row, uint32_t rows, uint32_t *count,
                         uint32_t *out) {
    const struct tmn_ties *ties = &world->ties[layer];
    for (uint32_t i = 0, run; i < rows; i += run) {
        uint32_t group = 0, at[MANY];
        run = ring_run(world, ties, row + i, rows - i, &group, at);
        if (run > 0) {
            ring_many(world, ties, group, at, run, count + i, out + (size_t)i * ties->degree_max);
        } else {
            count[i] = tmn_layer_ties(world, layer, row[i], out + (size_t)i * ties->degree_max);
            run = 1;
        }
    }
}

/* ---- one tie of each of many rows ---- */

static uint32_t pick(uint32_t uniform, uint32_t of) {
    return (uint32_t)((uint64_t)uniform * of >> 32);
}

/* Rows at[] of a group larger than the degree: place i of a row is the tie that stands at out[i] of long_ties or
 * ring_ties before ties that stand twice are dropped. */
static void ring_one(const struct tmn_world *world, const struct tmn_ties *ties, uint32_t group, uint32_t *at,
                     const uint32_t *uniform, uint32_t rows, uint32_t *out) {
    uint32_t owner[MANY], number[MANY], k[MANY];
    bool forward[MANY];
    permute_positions(ties, group, false, at, rows);
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t place = pick(uniform[i], ties->numbers.degree);
        k[i] = place / 2 + 1;
        forward[i] = place % 2 == 0;
        owner[i] = forward[i] ? at[i] : behind(ties, (struct tmn_spot){group, at[i]}, k[i]);
        number[i] = ties->base[group] + owner[i];
        at[i] = forward[i] ? ahead(ties, (struct tmn_spot){group, at[i]}, k[i]) : owner[i];
    }
    if (ties->long_limit > 0)
        tmn_permute_many(ties->pair_key, ties->linked, false, number, rows);
    permute_positions(ties, group, true, at, rows);
    for (uint32_t i = 0; i < rows; i++) {
        struct tmn_spot other;
        if (ties->long_limit > 0 && exchanged(ties, (struct tmn_spot){group, owner[i]}, number[i], k[i], &other)) {
            if (forward[i])
                other.at = ahead(ties, other, k[i]);
            out[i] = row_of_position(world, ties, other);
        } else {
            out[i] = tmn_ties_row(world, ties, (struct tmn_spot){group, at[i]});
        }
    }
}

void tmn_layer_one_many(const struct tmn_world *world, int layer, const uint32_t *row, const uint32_t *uniform,
                        uint32_t rows, uint32_t *out, uint32_t *scratch) {
    const struct tmn_ties *ties = &world->ties[layer];
    for (uint32_t i = 0, run; i < rows; i += run) {
        uint32_t group = 0, at[MANY];
        run = ring_run(world, ties, row + i, rows - i, &group, at);
        if (run > 0) {
            ring_one(world, ties, group, at, uniform + i, run, out + i);
        } else {
            uint32_t count = tmn_layer_ties(world, layer, row[i], scratch);
            out[i] = count == 0 ? TMN_NO_ROW : scratch[pick(uniform[i], count)];
            run = 1;
        }
    }
}

/* ---- edge lists ---- */

static int by_row(const void *a, const void *b) {
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static bool build_edges(struct tmn_world *world, struct tmn_ties *ties, struct tmn_error *err) {
    const struct tmn_layer *layer = ties->layer;
    if (world->scale < 1)
        return tmn_ties_fail(layer, err, "names rows, which a scale below 1 numbers anew");
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
    uint32_t degree = ties->numbers.degree;
    if (!tmn_ties_group(world, ties, err))
        return false;
    ties->long_limit = tmn_fixed_probability(ties->numbers.long_share);
    ties->pair_key = tmn_mix64(ties->key ^ UINT64_C(0x6c6f6e67));
    ties->turn = TMN_NEW_ARRAY(&world->arena, uint32_t, degree / 2);
    for (uint32_t k = 1; k <= degree / 2 && ties->linked > 0; k++)
        ties->turn[k - 1] = (uint32_t)(tmn_mix64(ties->pair_key ^ tmn_mix64(k)) % ties->linked);
    for (uint32_t g = 0; g < ties->groups; g++) {
        uint32_t most = ties->size[g] > degree ? degree : ties->size[g] > 0 ? ties->size[g] - 1 : 0;
        ties->degree_max = most > ties->degree_max ? most : ties->degree_max;
    }
    return true;
}

static bool prepare_blocks(struct tmn_world *world, struct tmn_ties *ties, struct tmn_error *err) {
    if (ties->layer->size < 1)
        return tmn_ties_fail(ties->layer, err, "needs groups of at least 1");
    if (!tmn_ties_group(world, ties, err))
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
    if (world->household_first == NULL)
        return tmn_ties_fail(ties->layer, err, "needs population.households");
    if (units && world->unit_first == NULL)
        return tmn_ties_fail(ties->layer, err, "needs population.unit");
    for (uint32_t i = 0; i < (units ? world->units : world->households); i++) {
        struct range range =
            units ? unit_rows(world, i) : (struct range){world->household_first[i], world->household_first[i + 1]};
        ties->degree_max =
            range.end - range.first - 1 > ties->degree_max ? range.end - range.first - 1 : ties->degree_max;
    }
    return true;
}

static bool prepare(struct tmn_world *world, struct tmn_ties *ties, struct tmn_pool *pool, struct tmn_error *err) {
    switch (ties->layer->kind) {
    case TMN_LAYER_HOUSEHOLD:
    case TMN_LAYER_UNIT:
        return prepare_kin(world, ties, err);
    case TMN_LAYER_BLOCK:
        return prepare_blocks(world, ties, err);
    case TMN_LAYER_RING:
        return prepare_ring(world, ties, err);
    case TMN_LAYER_RANDOM:
    case TMN_LAYER_DEGREES:
        return tmn_pairs_prepare(world, ties, pool, err);
    case TMN_LAYER_EDGES:
        break;
    }
    return build_edges(world, ties, err);
}

bool tmn_layers_prepare(struct tmn_world *world, struct tmn_pool *pool, struct tmn_arena *scratch,
                        struct tmn_error *err) {
    const struct tmn_model *model = world->model;
    struct tmn_start start;
    tmn_start_init(&start, model, scratch);
    world->ties = TMN_NEW_ARRAY(&world->arena, struct tmn_ties, model->layers.count + 1);
    for (size_t l = 0; l < model->layers.count; l++) {
        struct tmn_ties *ties = &world->ties[l];
        struct tmn_layer_fault fault;
        ties->layer = &model->layers.items[l];
        if (!tmn_layer_numbers(ties->layer, &start.env, &ties->numbers, &fault, scratch))
            return tmn_fail(err, TMN_SCENARIO, "layer '%s': %s", ties->layer->name, fault.text);
        if (!prepare(world, ties, pool, err))
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

double tmn_layers_size(const struct tmn_model *model, uint32_t rows, double larger, struct tmn_arena *scratch) {
    struct tmn_start start;
    double bytes = 0;
    tmn_start_init(&start, model, scratch);
    for (size_t l = 0; l < model->layers.count; l++) {
        const struct tmn_layer *layer = &model->layers.items[l];
        struct tmn_layer_numbers numbers;
        struct tmn_layer_fault fault;
        if (layer->kind == TMN_LAYER_EDGES)
            bytes += 8.0 * rows + 8.0 * (double)layer->edges;
        else if ((layer->kind == TMN_LAYER_RANDOM || layer->kind == TMN_LAYER_DEGREES) &&
                 tmn_layer_numbers(layer, &start.env, &numbers, &fault, scratch))
            bytes += tmn_pairs_size(model, layer, &numbers, rows, larger);
    }
    return bytes;
}

uint32_t tmn_layer_ties(const struct tmn_world *world, int layer, uint32_t row, uint32_t *out) {
    const struct tmn_ties *ties = &world->ties[layer];
    switch (ties->layer->kind) {
    case TMN_LAYER_HOUSEHOLD: {
        uint32_t household = tmn_world_household(world, row);
        return range_ties((struct range){world->household_first[household], world->household_first[household + 1]}, row,
                          out);
    }
    case TMN_LAYER_UNIT:
        return range_ties(unit_rows(world, tmn_world_unit(world, tmn_world_household(world, row))), row, out);
    case TMN_LAYER_BLOCK:
        return row < ties->linked ? block_ties(world, ties, row, out) : 0;
    case TMN_LAYER_RING:
        return row < ties->linked ? ring_ties(world, ties, row, out) : 0;
    case TMN_LAYER_RANDOM:
    case TMN_LAYER_DEGREES:
        return row < ties->linked ? tmn_pairs_ties(world, ties, row, out) : 0;
    case TMN_LAYER_EDGES:
        break;
    }
    uint32_t count = (uint32_t)(ties->tie_first[row + 1] - ties->tie_first[row]);
    memcpy(out, ties->tie + ties->tie_first[row], count * sizeof *out);
    return count;
}

const uint32_t *tmn_layer_ties_written(const struct tmn_world *world, int layer, uint32_t row, uint32_t *count) {
    static const uint32_t none;
    const struct tmn_ties *ties = &world->ties[layer];
    if (ties->tie != NULL) {
        *count = (uint32_t)(ties->tie_first[row + 1] - ties->tie_first[row]);
        return ties->tie + ties->tie_first[row];
    }
    if (ties->partner == NULL)
        return NULL;
    if (row < ties->linked)
        return tmn_pairs_written(ties, tmn_ties_spot(world, ties, row), count);
    *count = 0;
    return &none;
}

uint32_t tmn_layer_degree_max(const struct tmn_world *world, int layer) {
    return world->ties[layer].degree_max;
}
