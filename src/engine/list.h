/* A growing list of items of one size. */
#ifndef TMN_ENGINE_LIST_H
#define TMN_ENGINE_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* Items keep their memory from window to window. */
struct tmn_list {
    void *items;
    size_t count, capacity;
};
bool tmn_list_reserve(struct tmn_list *list, size_t count, size_t size); /* for `count` items in all */
/* Room for one more item, whose fields the caller all sets, or NULL when memory ran out. */
static inline void *tmn_list_add(struct tmn_list *list, size_t size) {
    if (list->count == list->capacity && !tmn_list_reserve(list, list->count + 1, size))
        return NULL;
    return (char *)list->items + list->count++ * size;
}

#endif
