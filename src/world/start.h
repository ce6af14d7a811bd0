/* What expressions of the start may read: attributes, maps, age, parameters, tables. */
#ifndef TMN_WORLD_START_H
#define TMN_WORLD_START_H

#include "world/world.h"

#define TMN_YEAR_END INT32_MAX /* a birth week after any week of the year */

struct tmn_start {
    struct tmn_env env;
    uint32_t *level; /* [features] env.level, to be filled */
};

/* An environment of the first window without drivers, feedback and shares. */
void tmn_start_init(struct tmn_start *start, const struct tmn_model *model, struct tmn_arena *arena);
/* Fills the levels of attributes, maps and age; birth_week TMN_YEAR_END: as before this year's birthday. */
void tmn_start_person(struct tmn_start *start, const struct tmn_packed *packed, uint32_t birth_week);
/* False with a message that names `what` when the expression reads anything else. reads[features] or NULL. */
bool tmn_start_allows(const struct tmn_model *model, const struct tmn_expr *expr, const char *what, bool *reads,
                      struct tmn_arena *arena, struct tmn_error *err);

#endif
