/* A set of names with their positions: levels, declared names. Open addressing, grown by doubling. */
#ifndef TMN_MODEL_NAMES_H
#define TMN_MODEL_NAMES_H

#include "base/arena.h"
#include <stdint.h>

struct tmn_names {
    const char **items;
    size_t count, capacity;
    uint32_t *slot /* position + 1 */;
    size_t slots;
};

/* Position of `name`, or -1. */
int64_t tmn_names_find(const struct tmn_names *names, const char *name);
/* Adds `name` (not copied) unless it is there; its position either way, *added says which (may be NULL). */
int64_t tmn_names_add(struct tmn_names *names, struct tmn_arena *arena, const char *name, bool *added);

#endif
