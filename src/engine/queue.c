/* See queue.h. Lists lie anywhere in memory, so each step is taken for many of them before the next one: what it reads
 * is fetched together. */
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

/* The chunk that is taken next. */
static void fetch_free(const struct tmn_wheel_pool *pool, const struct tmn_supply *supply) {
    if (supply->free != 0)
        __builtin_prefetch(tmn_wheel_chunk(pool, supply->free - 1), 1);
}

static bool put(struct tmn_wheel_pool *pool, struct tmn_supply *supply, uint32_t *head, struct tmn_queue_note note) {
    if (*head == 0 || tmn_wheel_chunk(pool, *head - 1)->count == QUEUE_CHUNK) {
        if (!tmn_supply_take(pool, supply, head))
            return false;
        fetch_free(pool, supply);
    }
    struct tmn_wheel_chunk *chunk = tmn_wheel_chunk(pool, *head - 1);
    memcpy(chunk->entry + 2 * (size_t)chunk->count++, &note, sizeof note);
    return true;
}

bool tmn_queues_flush(struct tmn_wheel_pool *pool, struct tmn_queues *queues, uint32_t key_bits) {
    uint32_t *head[QUEUE_WAITING];
    bool ok = true;
    fetch_free(pool, &queues->supply);
    for (uint32_t i = 0; i < queues->waits; i++) {
        const struct tmn_queue_waiting *it = &queues->waiting[i];
        head[i] = head_of(queue_of(queues, it->of), key_of(it->note.at, key_bits));
        __builtin_prefetch(head[i], 1);
    }
    for (uint32_t i = 0; i < queues->waits; i++)
        if (*head[i] != 0)
            __builtin_prefetch(tmn_wheel_chunk(pool, *head[i] - 1), 1);
    for (uint32_t i = 0; i < queues->waits; i++)
        ok = put(pool, &queues->supply, head[i], queues->waiting[i].note) && ok;
    queues->waits = 0;
    return ok;
}

static bool file(struct tmn_wheel_pool *pool, struct tmn_queues *queues, uint32_t of, struct tmn_queue_note note,
                 uint32_t key_bits) {
    queues->waiting[queues->waits++] = (struct tmn_queue_waiting){of, note};
    return queues->waits < QUEUE_WAITING || tmn_queues_flush(pool, queues, key_bits);
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
    return file(pool, queues, *of, note, key_bits);
}

bool tmn_queue_reach(struct tmn_queues *queues, uint32_t of, uint32_t now) {
    struct tmn_queue *queue = queue_of(queues, of);
    uint32_t level = level_of(now, queue->last), stands = level * QUEUE_DIGITS + digit(now, level);
    queue->last = now;
    for (uint32_t i = 0; i <= stands; i++) {
        if (queue->head[i] == 0)
            continue;
        struct tmn_queue_chain *chain = tmn_list_add(&queues->chain, sizeof *chain);
        if (chain == NULL)
            return false;
        *chain = (struct tmn_queue_chain){of, queue->head[i]};
        queue->head[i] = 0;
    }
    return true;
}

/* Notes of a chunk: what was reached is taken out, the rest laid out anew. */
static bool take_notes(struct tmn_wheel_pool *pool, struct tmn_queues *queues, uint32_t of,
                       const struct tmn_queue_note *note, uint32_t count, struct tmn_queue_bits bits,
                       struct tmn_list *out) {
    const uint32_t last = queue_of(queues, of)->last;
    if (!tmn_list_reserve(out, out->count + count, sizeof(struct tmn_noted)))
        return false;
    struct tmn_noted *noted = out->items;
    for (uint32_t i = 0; i < count; i++)
        if (key_of(note[i].at, bits.key) <= last)
            noted[out->count++] = (struct tmn_noted){(note[i].at >> bits.key) * bits.block_rows, note[i].entry};
        else if (!file(pool, queues, of, note[i], bits.key))
            return false;
    return true;
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

/* Chains are emptied side by side, chunk by chunk. */
bool tmn_queues_take(struct tmn_wheel_pool *pool, struct tmn_queues *queues, struct tmn_queue_bits bits,
                     struct tmn_list *out) {
    enum { BESIDE = 16 };
    struct tmn_queue_chain *chain = queues->chain.items;
    struct tmn_queue_note note[QUEUE_CHUNK];
    size_t begun = 0, left = 0; /* the first `left` of those begun are not yet empty */
    while (left > 0 || begun < queues->chain.count) {
        while (left < BESIDE && begun < queues->chain.count) {
            __builtin_prefetch(tmn_wheel_chunk(pool, chain[begun].chunk - 1));
            chain[left++] = chain[begun++];
        }
        for (size_t i = 0; i < left; i++) {
            uint32_t next = tmn_wheel_chunk(pool, chain[i].chunk - 1)->next;
            if (next != 0)
                __builtin_prefetch(tmn_wheel_chunk(pool, next - 1));
        }
        size_t kept = 0;
        for (size_t i = 0; i < left; i++) {
            uint32_t count = take_chunk(pool, &queues->supply, &chain[i].chunk, note);
            if (!take_notes(pool, queues, chain[i].of, note, count, bits, out))
                return false;
            if (chain[i].chunk != 0)
                chain[kept++] = chain[i];
        }
        left = kept;
    }
    queues->chain.count = 0;
    return tmn_queues_flush(pool, queues, bits.key);
}

void tmn_queue_clear(struct tmn_wheel_pool *pool, struct tmn_queues *queues, uint32_t of) {
    struct tmn_queue_note note[QUEUE_CHUNK];
    struct tmn_queue *queue = queue_of(queues, of);
    for (uint32_t i = 0; i < QUEUE_LEVELS * QUEUE_DIGITS; i++)
        while (queue->head[i] != 0)
            take_chunk(pool, &queues->supply, &queue->head[i], note);
    queue->last = 0;
}
