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

struct tmn_queues {
    struct tmn_supply supply;
    struct tmn_list queue; /* struct tmn_queue */
    uint32_t **of;         /* [transitions] of [sums] index + 1; 0: nothing was ever filed */
    bool failed;           /* out of memory */
};

/* A note that was taken out: the first row of its block, and its entry. */
struct tmn_noted {
    uint32_t row, entry;
};

/* Where keys end and blocks begin. */
struct tmn_queue_bits {
    uint32_t key, block_rows;
};

/* Key: below 2^key bits. False: out of memory. */
bool tmn_queue_file(struct tmn_wheel_pool *pool, struct tmn_queues *queues, uint32_t *of, struct tmn_queue_note note,
                    uint32_t key_bits);
/* Moves notes with keys up to `now`, which is not below what it was before, to a list of struct tmn_noted. */
bool tmn_queue_take(struct tmn_wheel_pool *pool, struct tmn_queues *queues, uint32_t of, uint32_t now,
                    struct tmn_queue_bits bits, struct tmn_list *out);
/* Forgets all notes of a sum; its next key is 0. */
void tmn_queue_clear(struct tmn_wheel_pool *pool, struct tmn_queues *queues, uint32_t of);

#endif
