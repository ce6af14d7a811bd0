#include "engine/wheel.h"

#include "base/column.h"
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << WHEEL_PIECE_BITS, GRANT = 16 /* chunks of a grant; a divisor of those of a piece */ };

/* ---- the pool ---- */

struct tmn_wheel_pool *tmn_wheel_pool_new(void) {
    struct tmn_wheel_pool *pool = calloc(1, sizeof *pool);
    if (pool != NULL)
        pthread_mutex_init(&pool->mutex, NULL);
    return pool;
}

void tmn_wheel_pool_clear(struct tmn_wheel_pool *pool) {
    pool->granted = 0;
}

void tmn_wheel_pool_free(struct tmn_wheel_pool *pool) {
    if (pool == NULL)
        return;
    for (uint32_t i = 0; i < pool->pieces; i++)
        tmn_column_free(pool->piece[i], PIECE, sizeof **pool->piece);
    pthread_mutex_destroy(&pool->mutex);
    free(pool);
}

static bool add_piece(struct tmn_wheel_pool *pool) {
    void *piece;
    if (pool->pieces == sizeof pool->piece / sizeof *pool->piece ||
        !tmn_column_alloc(&piece, PIECE, sizeof **pool->piece, "wheels", NULL))
        return false;
    pool->piece[pool->pieces++] = piece;
    return true;
}

/* The next chunks for an owner; false: out of memory. */
static bool grant(struct tmn_wheel_pool *pool, struct tmn_supply *supply) {
    pthread_mutex_lock(&pool->mutex);
    bool ok = pool->granted / PIECE < pool->pieces || add_piece(pool);
    if (ok) {
        supply->next = pool->granted;
        supply->end = pool->granted += GRANT;
    }
    pthread_mutex_unlock(&pool->mutex);
    return ok;
}

bool tmn_supply_take(struct tmn_wheel_pool *pool, struct tmn_supply *supply, uint32_t *head) {
    uint32_t index = supply->free;
    if (index != 0) {
        supply->free = tmn_wheel_chunk(pool, index - 1)->next;
        supply->reused++;
    } else {
        if (supply->next == supply->end && !grant(pool, supply))
            return false;
        index = ++supply->next;
    }
    struct tmn_wheel_chunk *chunk = tmn_wheel_chunk(pool, index - 1);
    chunk->count = 0;
    chunk->next = *head;
    *head = index;
    return true;
}

/* ---- a wheel ---- */

bool tmn_wheel_file(struct tmn_wheel_pool *pool, struct tmn_wheel *wheel, int window, uint32_t entry) {
    uint32_t *head = &wheel->head[window % WHEEL_WINDOWS];
    if ((*head == 0 || tmn_wheel_chunk(pool, *head - 1)->count == WHEEL_CHUNK) &&
        !tmn_supply_take(pool, &wheel->supply, head))
        return false;
    struct tmn_wheel_chunk *chunk = tmn_wheel_chunk(pool, *head - 1);
    chunk->entry[chunk->count++] = entry;
    return true;
}

bool tmn_wheel_take(const struct tmn_wheel_pool *pool, struct tmn_wheel *wheel, int window, struct tmn_list *out) {
    uint32_t *head = &wheel->head[window % WHEEL_WINDOWS];
    while (*head != 0) {
        uint32_t index = *head;
        struct tmn_wheel_chunk *chunk = tmn_wheel_chunk(pool, index - 1);
        if (!tmn_list_reserve(out, out->count + chunk->count, sizeof *chunk->entry))
            return false;
        memcpy((uint32_t *)out->items + out->count, chunk->entry, chunk->count * sizeof *chunk->entry);
        out->count += chunk->count;
        *head = chunk->next;
        tmn_supply_return(chunk, index, &wheel->supply);
    }
    return true;
}

void tmn_wheel_clear(struct tmn_wheel *wheel) {
    uint32_t reused = wheel->supply.reused;
    *wheel = (struct tmn_wheel){.supply.reused = reused};
}
