/* What the parts of layers share: ties of one layer, and rows as members of its groups. Private to src/world. */
#ifndef TMN_WORLD_TIES_H
#define TMN_WORLD_TIES_H

#include "base/draw.h"
#include "world/layer.h"

struct tmn_ties {
    const struct tmn_layer *layer;
    struct tmn_layer_numbers numbers; /* as the parameters stand */
    uint32_t degree_max;
    /* groups of rows: BLOCK, RING, RANDOM, DEGREES */
    uint64_t key;
    uint32_t linked; /* rows 0..linked-1 are in groups */
    uint32_t groups;
    uint32_t *size;         /* [groups] rows */
    uint32_t *base;         /* [groups + 1] rows of the groups before */
    uint32_t *group;        /* [places] NULL: one group */
    uint32_t *offset;       /* [places] rows of the place's group before the place */
    uint32_t *member_first; /* [groups + 1] into member */
    uint32_t *member;       /* [places] places by group, in level order */
    /* RING */
    uint64_t long_limit; /* of 2^32: chance that a pair of owners exchanges ties */
    uint64_t pair_key;
    uint32_t *turn; /* [degree / 2] c of each distance */
    /* RANDOM, DEGREES: see pairs.c */
    struct tmn_shuffle *shuffle; /* [groups] of the group's ends */
    uint32_t *end_first;         /* [linked + 1] ends of the rows before, in the order of groups; NULL: `degree` each */
    uint32_t *guide; /* row (in the order of groups) of end i << guide_shift; NULL where ties are written out */
    int guide_shift;
    uint32_t *partner; /* [ends] rows tied to, of a row's ends; what is dropped stands last as TMN_NO_ROW. Or NULL */
    /* EDGES */
    uint64_t *tie_first; /* [rows + 1] */
    uint32_t *tie;
};

struct tmn_spot {
    uint32_t group, at;
}; /* a row of a group, or a position on its ring */

/* Groups as `within` of the layer asks for them, with the layer's key. (groups.c) */
bool tmn_ties_group(struct tmn_world *world, struct tmn_ties *ties, struct tmn_error *err);
bool tmn_ties_fail(const struct tmn_layer *layer, struct tmn_error *err, const char *what);

bool tmn_pairs_prepare(struct tmn_world *world, struct tmn_ties *ties, struct tmn_pool *pool, struct tmn_error *err);
double tmn_pairs_size(const struct tmn_model *model, const struct tmn_layer *layer,
                      const struct tmn_layer_numbers *numbers, uint32_t rows, double larger); /* bytes */
uint32_t tmn_pairs_ties(const struct tmn_world *world, const struct tmn_ties *ties, uint32_t row, uint32_t *out);
/* Of pairs that are written out, where those of a row stand. */
const uint32_t *tmn_pairs_written(const struct tmn_ties *ties, struct tmn_spot own, uint32_t *count);

static inline struct tmn_spot tmn_ties_spot(const struct tmn_world *world, const struct tmn_ties *ties, uint32_t row) {
    if (ties->group == NULL)
        return (struct tmn_spot){0, row};
    uint32_t place = tmn_world_place(world, row);
    return (struct tmn_spot){ties->group[place], ties->offset[place] + row - world->place_first[place]};
}

static inline uint32_t tmn_ties_row(const struct tmn_world *world, const struct tmn_ties *ties, struct tmn_spot spot) {
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

static inline uint64_t tmn_ties_group_key(const struct tmn_ties *ties, uint32_t group) {
    return tmn_mix64(ties->key + group);
}

#endif
