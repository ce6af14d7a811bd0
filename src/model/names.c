/* A set of names with their positions. */
#include "model/names.h"

#include "base/draw.h"
#include <string.h>

static size_t slot_of(const struct tmn_names *names, const char *name) {
    size_t mask = names->slots - 1, i = (size_t)tmn_name_hash64(name) & mask;
    while (names->slot[i] != 0 && strcmp(names->items[names->slot[i] - 1], name) != 0)
        i = (i + 1) & mask;
    return i;
}

int64_t tmn_names_find(const struct tmn_names *names, const char *name) {
    if (names->slots == 0)
        return -1;
    return (int64_t)names->slot[slot_of(names, name)] - 1;
}

int64_t tmn_names_add(struct tmn_names *names, struct tmn_arena *arena, const char *name, bool *added) {
    if (2 * (names->count + 1) > names->slots) {
        names->slots = names->slots ? 2 * names->slots : 16;
        names->slot = TMN_NEW_ARRAY(arena, uint32_t, names->slots);
        for (size_t i = 0; i < names->count; i++)
            names->slot[slot_of(names, names->items[i])] = (uint32_t)i + 1;
    }
    size_t slot = slot_of(names, name);
    bool is_new = names->slot[slot] == 0;
    if (added)
        *added = is_new;
    if (is_new) {
        TMN_PUSH(arena, names, name);
        names->slot[slot] = (uint32_t)names->count;
    }
    return (int64_t)names->slot[slot] - 1;
}
