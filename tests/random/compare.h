/* One scenario, run in several ways side by side. */
#ifndef TMN_TESTS_RANDOM_COMPARE_H
#define TMN_TESTS_RANDOM_COMPARE_H

#include "load.h"

struct verdict {
    bool refused; /* by the checker; `text` says why */
    bool equal;
    int window;       /* in which something differed */
    const char *text; /* what differed */
    bool failed;      /* all runs stopped with the same error, in the same window */
    int windows;
    uint32_t rows;
};

/* Full digests and digests after each window, words of errors, and at the end tallies, outcomes, clocks, counters. With
 * `seen` ([CONSTRUCTS]) each engine runs once, on one thread, all that happens is compared too, and what was seen of
 * the last one is added. */
struct verdict compare(struct tmn_arena *arena, const char *text, uint64_t *seen);

/* The smallest part of a text that still gives a difference (or ends the program), line by line. */
const char *shrink(struct tmn_arena *arena, const char *text);

#endif
