#include "engine/wheel.h"

#include <stdlib.h>
#include <string.h>

/* A chunk at the head of a window's chain; false: out of memory. */
static bool add_chunk(struct tmn_wheel *wheel, uint32_t *head) {
    uint32_t index = wheel->free;
    if (index != 0) {
        wheel->free = wheel->chunk[index - 1].next;
        wheel->reused++;
    } else {
        if (wheel->chunks == wheel->capacity) {
            uint32_t capacity = wheel->capacity + wheel->capacity / 2 + 4;
            struct tmn_wheel_chunk *chunk = realloc(wheel->chunk, capacity * sizeof *chunk);
            if (chunk == NULL)
                return false;
            wheel->chunk = chunk;
            wheel->capacity = capacity;
        }
        index = ++wheel->chunks;
    }
    wheel->chunk[index - 1].count = 0;
    wheel->chunk[index - 1].next = *head;
    *head = index;
    return true;
}

bool tmn_wheel_file(struct tmn_wheel *wheel, int window, uint32_t entry) {
    uint32_t *head = &wheel->head[window % WHEEL_WINDOWS];
    if ((*head == 0 || wheel->chunk[*head - 1].count == WHEEL_CHUNK) && !add_chunk(wheel, head))
        return false;
    struct tmn_wheel_chunk *chunk = &wheel->chunk[*head - 1];
    chunk->entry[chunk->count++] = entry;
    return true;
}

size_t tmn_wheel_count(const struct tmn_wheel *wheel, int window) {
    size_t count = 0;
    for (uint32_t index = wheel->head[window % WHEEL_WINDOWS]; index != 0; index = wheel->chunk[index - 1].next)
        count += wheel->chunk[index - 1].count;
    return count;
}

void tmn_wheel_take(struct tmn_wheel *wheel, int window, uint32_t *out, size_t count) {
    uint32_t *head = &wheel->head[window % WHEEL_WINDOWS];
    while (*head != 0) {
        uint32_t index = *head;
        struct tmn_wheel_chunk *chunk = &wheel->chunk[index - 1];
        count -= chunk->count;
        memcpy(out + count, chunk->entry, chunk->count * sizeof *out);
        *head = chunk->next;
        chunk->next = wheel->free;
        wheel->free = index;
    }
}

void tmn_wheel_clear(struct tmn_wheel *wheel) {
    memset(wheel->head, 0, sizeof wheel->head);
    wheel->chunks = wheel->free = 0;
}

void tmn_wheel_free(struct tmn_wheel *wheel) {
    free(wheel->chunk);
}
