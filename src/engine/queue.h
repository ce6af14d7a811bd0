/* Notes of clocks whose G is not known ahead, by what the sum of G will be when they run out. A sum has a queue of its
 * own: of keys, which count its growth in some unit. A note lies in a list by the highest digit in which its key
 * differs from the key that was reached last, and by what that digit is. As the sum grows, lists that it has passed are
 * taken whole and the one in which it stands is laid out by lower digits: a note moves at most once for each digit.
 * Each worker has queues of its own, of persons of any block. */
#ifndef TMN_ENGINE_QUEUE_H
#define TMN_ENGINE_QUEUE_H

#include "engine/wheel.h"

enum {
    QUEUE_DIGIT_BITS = 4,
    QUEUE_DIGITS = 1 << QUEUE_DIGIT_BITS,
    QUEUE_LEVELS = 4,
    QUEUE_KEY_BITS = QUEUE_DIGIT_BITS * QUEUE_LEVELS
};

struct tmn_queue_note {
    uint32_t entry, at; /* entry: as in a wheel; at: key, and above it the block */
};

struct tmn_queue {
    uint32_t head[QUEUE_LEVELS * QUEUE_DIGITS]; /* as of a wheel: of chunks that hold half as many notes */
    uint32_t last;                              /* the key that was reached */
};

enum { QUEUE_WAITING = 32 };
struct tmn_queues {
    struct tmn_supply supply;
    struct tmn_list queue; /* struct tmn_queue */
    uint32_t **of;         /* [transitions] of [sums] index + 1; 0: nothing was ever filed */
    struct tmn_queue_waiting {
        uint32_t of;
        struct tmn_queue_note note;
    } waiting[QUEUE_WAITING]; /* notes that are not yet in a list */
    uint32_t waits;
    struct tmn_list chain; /* struct tmn_queue_chain: lists that were reached */
    bool failed;           /* out of memory */
};
struct tmn_queue_chain {
    uint32_t of, chunk; /* chunk: index + 1 */
};

/* A note that was taken out: the first row of its block, and its entry. */
struct tmn_noted {
    uint32_t row, entry;
};

/* Where keys end and blocks begin. */
struct tmn_queue_bits {
    uint32_t key, block_rows;
};

/* Key: below 2^key bits. Notes wait until there are many, or until they are flushed. False: out of memory. */
bool tmn_queue_file(struct tmn_wheel_pool *pool, struct tmn_queues *queues, uint32_t *of, struct tmn_queue_note note,
                    uint32_t key_bits);
bool tmn_queues_flush(struct tmn_wheel_pool *pool, struct tmn_queues *queues, uint32_t key_bits);
/* A sum has reached the key `now`, which is not below what it was before. Once all have that are to: moves the notes of
 * what was reached to a list of struct tmn_noted. No notes wait. False: out of memory. */
bool tmn_queue_reach(struct tmn_queues *queues, uint32_t of, uint32_t now);
bool tmn_queues_take(struct tmn_wheel_pool *pool, struct tmn_queues *queues, struct tmn_queue_bits bits,
                     struct tmn_list *out);
/* Forgets all notes of a sum; its next key is 0. */
void tmn_queue_clear(struct tmn_wheel_pool *pool, struct tmn_queues *queues, uint32_t of);

#endif
