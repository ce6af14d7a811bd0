/* The joint table of persons at the start: counts spread over single levels and fitted to margins. */
#ifndef TMN_WORLD_JOINT_H
#define TMN_WORLD_JOINT_H

#include "model/model.h"

struct tmn_joint {
    int dims; /* attributes read by counts and margins; the place attribute, if any, comes first */
    int attribute[TMN_MAX_ATTRIBUTES];
    uint32_t size[TMN_MAX_ATTRIBUTES]; /* levels of each */
    uint32_t places;                   /* 1 without place attribute */
    size_t place_cells;                /* cells of one place, contiguous */
    size_t cells;                      /* row-major over the attributes, last one fastest */
    double *value;                     /* [cells] persons, sum is `total` */
    double total;
    double error; /* largest relative error of a cell of a margin */
    int rounds;
};

/* Fails where margins contradict the counts or one another. */
bool tmn_joint_fit(struct tmn_joint *joint, const struct tmn_model *model, struct tmn_arena *arena,
                   struct tmn_error *err);
/* level[dims] of a cell. */
void tmn_joint_levels(const struct tmn_joint *joint, size_t cell, uint32_t *level);

#endif
