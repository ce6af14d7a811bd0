/* Runs that are stopped and go on by the other engine. */
#ifndef TMN_TESTS_RANDOM_RESTART_H
#define TMN_TESTS_RANDOM_RESTART_H

#include "engine/engine.h"

/* Saves two runs of one scenario, by different engines and at the same window, and puts in the place of each one that
 * has gone on from the file of the other. `options`: those of both, but for engine and threads, which `one` and `other`
 * say. NULL, or what is wrong: files that differ, or the words with which one is not written or not read. */
struct restart {
    struct tmn_run **run;
    enum tmn_engine engine;
    int threads;
};
const char *restart(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_run_options *options,
                    const struct restart *one, const struct restart *other);

#endif
