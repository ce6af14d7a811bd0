/* The wheel of a block of rows: for each of the coming windows a list of the clocks that may run out in it. Entries are
 * notes, not facts: whoever takes one asks the clock. Lists are chains of chunks from a pool of the block, so that
 * filing never moves an entry and no two threads share a list. */
#ifndef TMN_ENGINE_WHEEL_H
#define TMN_ENGINE_WHEEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WHEEL_WINDOWS = 2048, WHEEL_CHUNK = 14 }; /* a chunk is a line of cache */

struct tmn_wheel_chunk {
    uint32_t entry[WHEEL_CHUNK];
    uint32_t count, next; /* next: index + 1 */
};

struct tmn_wheel {
    uint32_t head[WHEEL_WINDOWS]; /* index + 1 of the chunk that is being filled, 0: none */
    struct tmn_wheel_chunk *chunk;
    uint32_t chunks, capacity, free; /* free: index + 1 of the first of a chain */
    uint32_t reused;                 /* chunks taken from it */
};

/* Fetches what filing will read: the head first, some notes later the chunk, and some later file. */
static inline void tmn_wheel_prefetch_head(const struct tmn_wheel *wheel, int window) {
    __builtin_prefetch(&wheel->head[window % WHEEL_WINDOWS], 1);
}
static inline void tmn_wheel_prefetch_chunk(const struct tmn_wheel *wheel, int window) {
    uint32_t head = wheel->head[window % WHEEL_WINDOWS];
    if (head != 0)
        __builtin_prefetch(&wheel->chunk[head - 1], 1);
}
/* False: out of memory. `window` is at most WHEEL_WINDOWS - 1 after the one that is taken next. */
bool tmn_wheel_file(struct tmn_wheel *wheel, int window, uint32_t entry);
size_t tmn_wheel_count(const struct tmn_wheel *wheel, int window);
/* Moves the entries of a window to out[count], as they were filed; count: tmn_wheel_count(). */
void tmn_wheel_take(struct tmn_wheel *wheel, int window, uint32_t *out, size_t count);
void tmn_wheel_clear(struct tmn_wheel *wheel); /* keeps its memory */
void tmn_wheel_free(struct tmn_wheel *wheel);

#endif
