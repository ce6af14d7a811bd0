/* Numbers of few among many: a table that grows with those that have one. */
#ifndef TMN_ENGINE_SPARSE_H
#define TMN_ENGINE_SPARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tmn_sparse {
    uint64_t *value; /* [capacity] */
    uint32_t *key;   /* [capacity] 0: free */
    uint32_t count, capacity;
};

/* The number of a key, which is not 0; NULL: it has none. */
uint64_t *tmn_sparse_find(const struct tmn_sparse *sparse, uint32_t key);
/* The same, made where there is none; NULL: out of memory. Moves the others. */
uint64_t *tmn_sparse_put(struct tmn_sparse *sparse, uint32_t key);
/* From now on a key that may have a number has none. Moves the others. */
void tmn_sparse_remove(struct tmn_sparse *sparse, uint32_t key);
size_t tmn_sparse_bytes(const struct tmn_sparse *sparse);
void tmn_sparse_free(struct tmn_sparse *sparse);

#endif
