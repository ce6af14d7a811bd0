/* See queue.h. */
#include "engine/queue.h"

#include <string.h>

enum { QUEUE_CHUNK = WHEEL_CHUNK * sizeof(uint32_t) / sizeof(struct tmn_queue_note) };
_Static_assert(QUEUE_DIGITS >= 2 && QUEUE_KEY_BITS < 32, "keys leave room for blocks");

static struct tmn_queue *queue_of(const struct tmn_queues *queues, uint32_t of) {
    return (struct tmn_queue *)queues->queue.items + (of - 1);
}

static uint32_t key_of(uint32_t at, uint32_t key_bits) {
    return at & ((UINT32_C(1) << key_bits) - 1);
}

static uint32_t digit(uint32_t key, uint32_t level) {
    return key >> level * QUEUE_DIGIT_BITS & (QUEUE_DIGITS - 1);
}

/* The highest digit in which two keys differ; 0 where they are alike. */
static uint32_t level_of(uint32_t key, uint32_t last) {
    return ((31 ^ (uint32_t)__builtin_clz((key ^ last) | 1))) / QUEUE_DIGIT_BITS;
}

/* What was reached already waits where the sum stands. */
static uint32_t *head_of(struct tmn_queue *queue, uint32_t key) {
    key = key > queue->last ? key : queue->last;
    uint32_t level = level_of(key, queue->last);
    return &queue->head[level * QUEUE_DIGITS + digit(key, level)];
}

static bool put(struct tmn_wheel_pool *pool, struct tmn_supply *supply, uint32_t *head, struct tmn_queue_note note) {
    if ((*head == 0 || tmn_wheel_chunk(pool, *head - 1)->count == QUEUE_CHUNK) && !tmn_supply_take(pool, supply, head))
        return false;
    struct tmn_wheel_chunk *chunk = tmn_wheel_chunk(pool, *head - 1);
    memcpy(chunk->entry + 2 * (size_t)chunk->count++, &note, sizeof note);
    return true;
}

bool tmn_queue_file(struct tmn_wheel_pool *pool, struct tmn_queues *queues, uint32_t *of, struct tmn_queue_note note,
                    uint32_t key_bits) {
    if (*of == 0) {
        struct tmn_queue *queue = tmn_list_add(&queues->queue, sizeof *queue);
        if (queue == NULL)
            return false;
        memset(queue, 0, sizeof *queue);
        *of = (uint32_t)queues->queue.count;
    }
    return put(pool, &queues->supply, head_of(queue_of(queues, *of), key_of(note.at, key_bits)), note);
}

/* Moves a list's first chunk back and its notes into `note`: how many there are. */
static uint32_t take_chunk(struct tmn_wheel_pool *pool, struct tmn_supply *supply, uint32_t *head,
                           struct tmn_queue_note note[QUEUE_CHUNK]) {
    uint32_t index = *head;
    struct tmn_wheel_chunk *chunk = tmn_wheel_chunk(pool, index - 1);
    uint32_t count = chunk->count;
    memcpy(note, chunk->entry, count * sizeof *note);
    *head = chunk->next;
    tmn_supply_return(chunk, index, supply);
    return count;
}

/* Empties a list: what was reached is taken out, the rest laid out anew. */
static bool empty(struct tmn_wheel_pool *pool, struct tmn_queues *queues, struct tmn_queue *queue, uint32_t chain,
                  struct tmn_queue_bits bits, struct tmn_list *out) {
    struct tmn_queue_note note[QUEUE_CHUNK];
    while (chain != 0) {
        uint32_t count = take_chunk(pool, &queues->supply, &chain, note);
        if (!tmn_list_reserve(out, out->count + count, sizeof(struct tmn_noted)))
            return false;
        struct tmn_noted *noted = out->items;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t key = key_of(note[i].at, bits.key);
            if (key <= queue->last)
                noted[out->count++] = (struct tmn_noted){(note[i].at >> bits.key) * bits.block_rows, note[i].entry};
            else if (!put(pool, &queues->supply, head_of(queue, key), note[i]))
                return false;
        }
    }
    return true;
}

bool tmn_queue_take(struct tmn_wheel_pool *pool, struct tmn_queues *queues, uint32_t of, uint32_t now,
                    struct tmn_queue_bits bits, struct tmn_list *out) {
    struct tmn_queue *queue = queue_of(queues, of);
    uint32_t level = level_of(now, queue->last), stands = level * QUEUE_DIGITS + digit(now, level);
    queue->last = now;
    for (uint32_t i = 0; i <= stands; i++) {
        uint32_t chain = queue->head[i];
        queue->head[i] = 0;
        if (chain != 0 && !empty(pool, queues, queue, chain, bits, out))
            return false;
    }
    return true;
}

void tmn_queue_clear(struct tmn_wheel_pool *pool, struct tmn_queues *queues, uint32_t of) {
    struct tmn_queue_note note[QUEUE_CHUNK];
    struct tmn_queue *queue = queue_of(queues, of);
    for (uint32_t i = 0; i < QUEUE_LEVELS * QUEUE_DIGITS; i++)
        while (queue->head[i] != 0)
            take_chunk(pool, &queues->supply, &queue->head[i], note);
    queue->last = 0;
}
