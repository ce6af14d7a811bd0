/* What the machine can do, measured by ourselves: how fast memory streams, and how many lines at random places it
 * gives. The rooflines of bench are held against these (docs/bench.md). */
#ifndef TMN_STUDY_LIMITS_H
#define TMN_STUDY_LIMITS_H

#include "base/error.h"
#include <stddef.h>

/* Of one thread, and of all that were asked for. */
struct tmn_limit {
    double one, all;
};
struct tmn_limits {
    int threads;
    size_t bytes;                          /* of the memory that was walked */
    struct tmn_limit stream_bytes_s;       /* reading on, 8 bytes after another */
    struct tmn_limit in_place_bytes_s;     /* reading and writing back; bytes counted once */
    struct tmn_limit gather_lines_s;       /* lines of 64 bytes at random places known in advance, huge pages */
    struct tmn_limit gather_small_lines_s; /* the same on pages of 4 KiB */
    double chase_s;                        /* one line after another, each telling where the next is; huge pages */
};

/* Told between measurements; returning false stops, with TMN_STOPPED. */
typedef bool tmn_limits_progress_fn(void *context, const char *what);

/* Walks `bytes` of memory (twice so much is never held), best of three passes each. Errors: TMN_MEMORY, TMN_STOPPED. */
bool tmn_limits_measure(struct tmn_limits *limits, size_t bytes, int threads, tmn_limits_progress_fn *progress,
                        void *context, struct tmn_error *err);
/* Bytes that the system could still give, or 0 where it does not say. */
size_t tmn_memory_available(void);

#endif
