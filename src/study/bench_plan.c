/* What bench runs: the cases of each workload, in full and in quick sizes. Those of one workload
 * that follow one another share their turns. */
#include "study/bench.h"

#define EVERYBODY                                                                                                      \
    { 0, 0 }
#define ALL                                                                                                            \
    { 1, 1 }

/* Variants of the frozen load differ in what happens, so that a fit tells what each kind of work costs. */
#define FROZEN_SIZE {25e6, 20000}, ALL, {104, 104}, false, true, 1

static const struct tmn_bench_plan plans[] = {
    {"dprk", "W1", "the country, 31 years", "dprk", {NULL}, EVERYBODY, {1, 0.01}, {0, 26}, false, false, 1},
    {"dprk-1", "W1", "the same on one thread", "dprk", {NULL}, EVERYBODY, {1, 0.01}, {0, 26}, false, true, 1},
    {"dprk-tenth", "W1", "a tenth of it, one year", "dprk", {NULL}, EVERYBODY, {0.1, 0.01}, {52, 26}, false, true, 1},
    {"dprk-visit", "W1", "the same, visiting all", "dprk", {NULL}, EVERYBODY, {0.1, 0.01}, {52, 26}, true, true, 1},
    {"sir", "W2", "epidemic in a small world", "sir", {NULL}, {10e6, 50000}, ALL, {0, 0}, false, true, 1},
    {"sir-million", "W2", "the same, smaller", "sir", {NULL}, {1e6, 20000}, ALL, {0, 0}, false, true, 1},
    {"rare-small", "W3", "rare events", "rare", {NULL}, {1e5, 1e4}, ALL, {0, 100}, false, true, 1},
    {"rare-million", "W3", "rare events", "rare", {NULL}, {1e6, 1e5}, ALL, {0, 100}, false, true, 1},
    {"rare-ten", "W3", "rare events", "rare", {NULL}, {1e7, 3e5}, ALL, {0, 100}, false, true, 1},
    {"rare", "W3", "rare events", "rare", {NULL}, {25e6, 1e6}, ALL, {0, 100}, false, true, 1},
    {"rare-visit", "W3", "the same, visiting all", "rare", {NULL}, {25e6, 1e6}, ALL, {24, 24}, true, true, 1},
    {"rare-large", "W3", "rare events", "rare", {NULL}, {1e8, 2e6}, ALL, {0, 100}, false, true, 1},
    {"cascade", "W4", "cascade on a random network", "cascade", {NULL}, {10e6, 1e5}, ALL, {0, 0}, false, true, 6},
    {"cascade-small", "W4", "the same, smaller", "cascade", {"seeds=10"}, {1e5, 1e4}, ALL, {0, 0}, false, true, 6},
    {"busy", "W5", "everybody fires each window", "busy", {NULL}, {25e6, 1e5}, ALL, {24, 24}, false, true, 1},
    {"busy-2", "W5", "the same on all threads", "busy", {NULL}, {25e6, 1e5}, ALL, {24, 24}, false, false, 1},
    /* Hours: whoever has not got them ends it with what came before. */
    {"frozen-1", "W1", "two years of it on one thread", "frozen", {NULL}, FROZEN_SIZE},
    {"frozen-2", "W1", "the same on all threads", "frozen", {NULL}, {25e6, 20000}, ALL, {104, 104}, false, false, 1},
    {"frozen-half", "W1", "half as many firings", "frozen", {"base=0.0625"}, FROZEN_SIZE},
    {"frozen-twice", "W1", "twice as many firings", "frozen", {"base=0.25"}, FROZEN_SIZE},
    {"frozen-quiet", "W1", "half as many messages", "frozen", {"ties=2"}, FROZEN_SIZE},
    {"frozen-loud", "W1", "twice as many messages", "frozen", {"ties=8"}, FROZEN_SIZE},
    {"frozen-apart", "W1", "no clock re-aimed", "frozen", {"coupling=0"}, FROZEN_SIZE},
    {"frozen", "W1", "the frozen load, 31 years", "frozen", {NULL}, {25e6, 20000}, ALL, {0, 104}, false, false, 1},
};

const struct tmn_bench_plan *tmn_bench_plans(size_t *count) {
    *count = sizeof plans / sizeof *plans;
    return plans;
}
