/* Numbers of few among many: open addressing, a key as near after its home as there is room. Tables are many and
 * small, so they grow by a quarter, and each is one allocation: values, then keys. */
#include "engine/sparse.h"

#include "base/draw.h"
#include <stdlib.h>

enum { FIRST = 16 };

static uint32_t home_of(const struct tmn_sparse *sparse, uint32_t key) {
    return (uint32_t)((tmn_mix64(key) >> 32) * sparse->capacity >> 32);
}
static uint32_t after(const struct tmn_sparse *sparse, uint32_t i) {
    return i + 1 < sparse->capacity ? i + 1 : 0;
}
/* Steps from one entry on to another. */
static uint32_t distance(const struct tmn_sparse *sparse, uint32_t from, uint32_t to) {
    return to >= from ? to - from : to + sparse->capacity - from;
}

/* Index of the key or of the free entry for it; the table is never full. */
static uint32_t look_up(const struct tmn_sparse *sparse, uint32_t key) {
    uint32_t i = home_of(sparse, key);
    while (sparse->key[i] != 0 && sparse->key[i] != key)
        i = after(sparse, i);
    return i;
}

static bool grow(struct tmn_sparse *sparse) {
    struct tmn_sparse larger = {.count = sparse->count, .capacity = sparse->capacity + sparse->capacity / 4};
    if (larger.capacity < FIRST)
        larger.capacity = FIRST;
    larger.value = calloc(larger.capacity, sizeof *larger.value + sizeof *larger.key);
    if (larger.value == NULL)
        return false;
    larger.key = (uint32_t *)(void *)(larger.value + larger.capacity);
    for (uint32_t i = 0; i < sparse->capacity; i++)
        if (sparse->key[i] != 0) {
            uint32_t to = look_up(&larger, sparse->key[i]);
            larger.key[to] = sparse->key[i];
            larger.value[to] = sparse->value[i];
        }
    free(sparse->value);
    *sparse = larger;
    return true;
}

uint64_t *tmn_sparse_find(const struct tmn_sparse *sparse, uint32_t key) {
    if (sparse->count == 0)
        return NULL;
    uint32_t i = look_up(sparse, key);
    return sparse->key[i] == 0 ? NULL : &sparse->value[i];
}

uint64_t *tmn_sparse_put(struct tmn_sparse *sparse, uint32_t key) {
    if ((uint64_t)sparse->count * 5 >= (uint64_t)sparse->capacity * 4 && !grow(sparse))
        return NULL;
    uint32_t i = look_up(sparse, key);
    sparse->count += sparse->key[i] == 0;
    sparse->key[i] = key;
    return &sparse->value[i];
}

void tmn_sparse_remove(struct tmn_sparse *sparse, uint32_t key) {
    uint64_t *value = tmn_sparse_find(sparse, key);
    if (value == NULL)
        return;
    uint32_t hole = (uint32_t)(value - sparse->value);
    for (uint32_t i = after(sparse, hole); sparse->key[i] != 0; i = after(sparse, i)) {
        uint32_t home = home_of(sparse, sparse->key[i]);
        if (distance(sparse, home, i) < distance(sparse, hole, i))
            continue; /* it may not lie before its home */
        sparse->key[hole] = sparse->key[i];
        sparse->value[hole] = sparse->value[i];
        hole = i;
    }
    sparse->key[hole] = 0;
    sparse->count--;
}

size_t tmn_sparse_bytes(const struct tmn_sparse *sparse) {
    return sparse->capacity * (sizeof *sparse->value + sizeof *sparse->key);
}

void tmn_sparse_free(struct tmn_sparse *sparse) {
    free(sparse->value);
    *sparse = (struct tmn_sparse){0};
}
