/* Deals of the population: exact numbers of persons at each level, and a keyed random order that says who they are. */
#ifndef TMN_WORLD_DEAL_H
#define TMN_WORLD_DEAL_H

#include "world/start.h"

struct tmn_deal {
    const struct tmn_attribute *attribute;
    uint64_t key;
    uint32_t persons;
    uint32_t *upto; /* [levels] persons up to and with each level */
};

/* Deal number `index` of the model to `persons` persons. */
bool tmn_deal_init(struct tmn_deal *deal, const struct tmn_model *model, size_t index, uint64_t seed, uint32_t persons,
                   struct tmn_start *start, struct tmn_arena *arena, struct tmn_error *err);
/* Sets the level of the person with this number, 0..persons-1 in the order of rows. */
void tmn_deal_set(const struct tmn_deal *deal, uint32_t person, struct tmn_packed *packed);

#endif
