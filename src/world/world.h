/* The world: persons as columns, households, units, ties. Row = id = key for ever: rows are ordered by place, then
 * unit, then household; the unborn are laid out among them, behind the persons of their household. Built from (model,
 * seed, scale) alone, whatever the number of threads. Each reserve row, of a place or the nation, is a household and a
 * unit of its own. */
#ifndef TMN_WORLD_WORLD_H
#define TMN_WORLD_WORLD_H

#include "base/draw.h"
#include "base/pool.h"
#include "model/model.h"

struct tmn_world {
    const struct tmn_model *model;
    uint64_t seed;
    double scale;
    int64_t weight;             /* persons per simulated person, in 2^-20 */
    uint32_t rows, persons;     /* rows with the unborn; persons at the start */
    uint64_t full_persons;      /* persons at the start of the world at scale 1 */
    struct tmn_packed *packed;  /* [rows] */
    uint32_t *household_first;  /* [households + 1] first row; NULL without households */
    uint32_t *unit_first;       /* [units + 1] first household; NULL without units */
    uint32_t *household_guide;  /* household of each 16th row */
    uint32_t *unit_guide;       /* unit of each 16th household */
    uint32_t households, units; /* with those of reserve rows; 0 without */
    uint32_t *place_first;      /* [places + 1] first row of each level of the place attribute */
    uint32_t places;            /* 1 without place attribute */
    uint32_t *place_reserve;    /* [places] first row of the place's reserve of unborn (to place_first[p + 1]) */
    uint32_t national_reserve;  /* first row of the nation's reserve (to rows); these rows lie behind the last place */
    struct tmn_ties *ties;      /* [layers] private to world/layer.c */
    struct tmn_arena arena;     /* holds what is not a column */
    double ipf_error;
    int ipf_rounds; /* largest relative error of a margin; rounds taken */
};

/* Options: scale in (0, 1]. */
bool tmn_world_new(struct tmn_world **world, const struct tmn_model *model, uint64_t seed, double scale,
                   struct tmn_pool *pool, struct tmn_error *err);
void tmn_world_free(struct tmn_world *world);
size_t tmn_world_bytes(const struct tmn_world *world);

/* How large a world would be: planned, not made. */
struct tmn_world_size {
    uint32_t rows, persons;
    uint64_t full_persons;
    double bytes; /* as tmn_world_bytes tells once it is made; of networks by degrees, roughly */
};
bool tmn_world_size(struct tmn_world_size *size, const struct tmn_model *model, uint64_t seed, double scale,
                    struct tmn_error *err);

enum { TMN_GUIDE_BITS = 4 };
/* Which part holds an item: parts are consecutive, first[] says where they begin. */
static inline uint32_t tmn_part_of(const uint32_t *first, const uint32_t *guide, uint32_t item) {
    uint32_t part = guide[item >> TMN_GUIDE_BITS];
    while (first[part + 1] <= item)
        part++;
    return part;
}
static inline uint32_t tmn_world_household(const struct tmn_world *world, uint32_t row) {
    return tmn_part_of(world->household_first, world->household_guide, row);
}
static inline uint32_t tmn_world_unit(const struct tmn_world *world, uint32_t household) {
    return tmn_part_of(world->unit_first, world->unit_guide, household);
}

/* Rows tied to `row` in a layer (never itself, each once per tie), written to out[]; returns their number, at most
 * tmn_layer_degree_max. Symmetric. Includes dead and unborn rows: the caller decides. */
uint32_t tmn_layer_ties(const struct tmn_world *world, int layer, uint32_t row, uint32_t *out);
uint32_t tmn_layer_degree_max(const struct tmn_world *world, int layer);
/* The same of many rows at once: those of row[i] are out[i * degree_max] and on, count[i] of them. Fastest where rows
 * of one place follow one another. */
void tmn_layer_ties_many(const struct tmn_world *world, int layer, const uint32_t *row, uint32_t rows, uint32_t *count,
                         uint32_t *out);
/* The ties of a row of a layer that has them written out, their number in *count; NULL: it has not. */
const uint32_t *tmn_layer_ties_written(const struct tmn_world *world, int layer, uint32_t row, uint32_t *count);
/* One tie of each of many rows, by a uniform of 32 bits: of those of the row, all with the same chance; of a ring with
 * long ties and more rows than its degree, of the row's places on it, so that a tie of the same two rows that stands
 * twice (rare) has twice the chance. TMN_NO_ROW: it has none. `scratch` has room for degree_max. */
#define TMN_NO_ROW UINT32_MAX
void tmn_layer_one_many(const struct tmn_world *world, int layer, const uint32_t *row, const uint32_t *uniform,
                        uint32_t rows, uint32_t *out, uint32_t *scratch);
/* Place at the start, which is where the row lies for ever; the last place for rows of the nation's reserve. */
static inline uint32_t tmn_world_place(const struct tmn_world *world, uint32_t row);
/* Birth week in 0..windows_per_year-1, keyed by seed and row; age in whole years, 0..127. */
static inline uint32_t tmn_birth_week(uint64_t seed, uint32_t row, int windows_per_year) {
    uint64_t key = tmn_mix64(tmn_mix64(seed ^ UINT64_C(0xb1674b1274beef01)) + row);
    return (uint32_t)(((key >> 32) * (uint64_t)windows_per_year) >> 32);
}
static inline uint32_t tmn_age(int year, int in_year, int birth_year, uint32_t birth_week) {
    int age = year - birth_year - (in_year < (int)birth_week ? 1 : 0);
    return age < 0 ? 0u : age > TMN_MAX_AGE ? (uint32_t)TMN_MAX_AGE : (uint32_t)age;
}

/* Which of `count` stretches of numbers, the i-th from first[i] on, holds `number`. */
static inline uint32_t tmn_stretch_of(const uint32_t *first, uint32_t count, uint32_t number) {
    uint32_t low = 0, high = count;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (first[mid] <= number)
            low = mid;
        else
            high = mid;
    }
    return low;
}

static inline uint32_t tmn_world_place(const struct tmn_world *world, uint32_t row) {
    return tmn_stretch_of(world->place_first, world->places, row);
}

#endif
