/* The wheel of a block of rows: for each of the coming windows a list of the clocks that may run out in it. Entries are
 * notes, not facts: whoever takes one asks the clock. Lists are chains of chunks from a pool, so that
 * filing never moves an entry and no two threads share a list. The pool is of all blocks: whole huge pages, of which
 * each wheel is granted a few chunks at a time, since notes go to random places and a look up of a small page costs as
 * much as the line itself. */
#ifndef TMN_ENGINE_WHEEL_H
#define TMN_ENGINE_WHEEL_H

#include "engine/list.h"

#include <pthread.h>
#include <stdint.h>

enum {
    WHEEL_WINDOWS = 2048,
    WHEEL_CHUNK = 14,     /* a chunk is a line of cache */
    WHEEL_PIECE_BITS = 15 /* chunks of a piece of the pool, which is a huge page */
};

struct tmn_wheel_chunk {
    uint32_t entry[WHEEL_CHUNK];
    uint32_t count, next; /* next: index + 1 */
};

struct tmn_wheel_pool {
    pthread_mutex_t mutex; /* of what follows, which only grants change */
    uint32_t granted, pieces;
    struct tmn_wheel_chunk *piece[UINT32_C(1) << (32 - WHEEL_PIECE_BITS)];
};

/* Chunks of one owner. */
struct tmn_supply {
    uint32_t next, end; /* of what was granted last: the first chunk that is new, the one after the last */
    uint32_t free;      /* index + 1 of the first of a chain */
    uint32_t reused;    /* chunks taken from it */
};

struct tmn_wheel {
    uint32_t head[WHEEL_WINDOWS]; /* index + 1 of the chunk that is being filled, 0: none */
    struct tmn_supply supply;
};

static inline struct tmn_wheel_chunk *tmn_wheel_chunk(const struct tmn_wheel_pool *pool, uint32_t index) {
    return &pool->piece[index >> WHEEL_PIECE_BITS][index & ((UINT32_C(1) << WHEEL_PIECE_BITS) - 1)];
}

/* Fetches what filing will read: the head first, some notes later the chunk, and some later file. */
static inline void tmn_wheel_prefetch_head(const struct tmn_wheel *wheel, int window) {
    __builtin_prefetch(&wheel->head[window % WHEEL_WINDOWS], 1);
}
static inline void tmn_wheel_prefetch_chunk(const struct tmn_wheel_pool *pool, const struct tmn_wheel *wheel,
                                            int window) {
    uint32_t head = wheel->head[window % WHEEL_WINDOWS];
    if (head == 0)
        head = wheel->supply.free;
    if (head != 0)
        __builtin_prefetch(tmn_wheel_chunk(pool, head - 1), 1);
}
/* False: out of memory. `window` is at most WHEEL_WINDOWS - 1 after the one that is taken next. */
bool tmn_wheel_file(struct tmn_wheel_pool *pool, struct tmn_wheel *wheel, int window, uint32_t entry);
/* Adds the entries of a window to a list of uint32_t, in any order. False: out of memory. */
bool tmn_wheel_take(const struct tmn_wheel_pool *pool, struct tmn_wheel *wheel, int window, struct tmn_list *out);
/* A chunk at the head of a chain, `entry` empty, and a chunk back; false: out of memory. */
bool tmn_supply_take(struct tmn_wheel_pool *pool, struct tmn_supply *supply, uint32_t *head);
static inline void tmn_supply_return(struct tmn_wheel_chunk *chunk, uint32_t index, struct tmn_supply *supply) {
    chunk->next = supply->free;
    supply->free = index;
}
/* A pool for wheels that are all zero; all wheels of a pool forget what they hold, and it keeps its memory. */
struct tmn_wheel_pool *tmn_wheel_pool_new(void);
void tmn_wheel_clear(struct tmn_wheel *wheel);
void tmn_wheel_pool_clear(struct tmn_wheel_pool *pool);
void tmn_wheel_pool_free(struct tmn_wheel_pool *pool);

#endif
