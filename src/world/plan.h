/* The plan of a world: how many persons, households and units each place has, which of them are sampled, and where
 * their rows lie. Everything about a household is a closed formula of (place, its number in the full world), so that
 * any part of a world is laid out without the rest of it. */
#ifndef TMN_WORLD_PLAN_H
#define TMN_WORLD_PLAN_H

#include "base/draw.h"
#include "world/joint.h"

struct tmn_place_plan {
    /* the full world; without households each person counts as one */
    uint32_t persons, heads, households, units;
    uint32_t heads_dealt; /* households that get a head */
    uint32_t full_row;    /* first row */
    uint64_t head_key, rest_key, size_key;
    uint32_t unborn_phase;       /* 0..2^20-1 */
    uint32_t cell, cells, guide; /* first cell and their number, first entry of the guide */
    int guide_shift;
    struct tmn_packed unborn; /* attributes of the unborn of this place */
    /* this world */
    uint32_t household, unit; /* first of its reserve, each row of which is a household and a unit of its own */
};

/* Households that follow one another in the full world and in this one. */
struct tmn_stretch {
    uint32_t place, first, end; /* households of the place's full world */
    uint32_t order;             /* number of the first one among all laid out, without reserves */
    uint32_t row, household, unit;
    uint32_t person; /* persons laid out before */
};

struct tmn_plan {
    const struct tmn_model *model;
    uint64_t seed;
    bool households, units; /* declared */
    uint32_t places;
    struct tmn_place_plan *place;   /* [places] */
    uint32_t *cell_end;             /* [cells] persons of the place up to and with this cell; heads come first */
    struct tmn_packed *cell_packed; /* [cells] */
    uint32_t *guide;                /* cell of person i << guide_shift of a place */
    int64_t unborn_per_household;   /* in 2^-20 */
    struct tmn_stretch *stretch;
    uint32_t stretches, laid_out; /* laid_out: households in all stretches */
    uint64_t full_persons, persons;
    uint32_t *place_first, *place_reserve; /* [places + 1], [places]: as in struct tmn_world */
    uint32_t national_reserve, rows, household_count, unit_count;
    struct tmn_packed unborn_of_nation;
};

bool tmn_plan_make(struct tmn_plan *plan, const struct tmn_model *model, uint64_t seed, double scale,
                   const struct tmn_joint *joint, struct tmn_arena *arena, struct tmn_error *err);

/* Persons of the place in households before `h`: h times the mean, moved by a key within so much that sizes stay at
 * least 1; sizes are triangular between 1 and twice the mean less 1. */
static inline uint32_t tmn_plan_person(const struct tmn_place_plan *place, uint32_t h) {
    if (h == 0)
        return 0;
    if (h == place->households)
        return place->persons;
    uint64_t spare = place->persons - place->households;
    uint64_t moved = (uint64_t)(((tmn_u128)tmn_mix64(place->size_key + h) * (spare + 1)) >> 64);
    return (uint32_t)(((uint64_t)h * place->persons + moved - spare / 2) / place->households);
}

/* Unborn rows of the place in households before `h`. */
static inline uint32_t tmn_plan_unborn(const struct tmn_plan *plan, const struct tmn_place_plan *place, uint32_t h) {
    return (uint32_t)(((uint64_t)h * (uint64_t)plan->unborn_per_household + place->unborn_phase) >> 20);
}

/* Heads dealt to households before `h`: evenly, where there are fewer heads than households. */
static inline uint32_t tmn_plan_heads(const struct tmn_place_plan *place, uint32_t h) {
    return place->heads_dealt == place->households ? h
                                                   : (uint32_t)((uint64_t)h * place->heads_dealt / place->households);
}

/* Unit of household `h`, and the first household of a unit. */
static inline uint32_t tmn_plan_unit(const struct tmn_place_plan *place, uint32_t h) {
    return (uint32_t)((((uint64_t)h + 1) * place->units - 1) / place->households);
}
static inline uint32_t tmn_plan_unit_first(const struct tmn_place_plan *place, uint32_t unit) {
    return (uint32_t)((uint64_t)unit * place->households / place->units);
}

/* Cell (index into cell_packed) of the person `index` of a place. */
static inline uint32_t tmn_plan_cell(const struct tmn_plan *plan, const struct tmn_place_plan *place, uint32_t index) {
    uint32_t cell = plan->guide[place->guide + (index >> place->guide_shift)];
    while (plan->cell_end[cell] <= index)
        cell++;
    return cell;
}

#endif
