/* What the parts of coverage share. */
#ifndef TMN_TESTS_RANDOM_COVERAGE_STATE_H
#define TMN_TESTS_RANDOM_COVERAGE_STATE_H

#include "coverage.h"
#include "engine/rooms.h"

/* A clock just before a window. */
struct clock_seen {
    int transition; /* -1: none is enabled in the slot */
    uint32_t k, personal, shared;
    uint64_t left, c;
    uint64_t g, g_before; /* of the window that follows, known when it is over, and of the one before; 0: paused */
};

struct told {
    struct tmn_happening *items;
    size_t count, capacity;
};

struct coverage {
    struct tmn_arena *arena;
    struct tmn_run *run;
    uint64_t seen[CONSTRUCTS], hash;
    struct told told;          /* of the window that is over */
    struct clock_seen *clock;  /* [rows * slots] */
    struct tmn_packed *packed; /* [rows] before the window, and all below too */
    uint16_t **counter;        /* [counters] of [rows] */
    uint8_t *age;              /* [rows] in the window */
    bool *born, *acted;        /* [rows] at any time; fired in the window */
    bool *read;                /* [transitions] whose expressions were seen */
    double *driver, *feedback;
    uint64_t *event_left[64];
    struct tmn_counters_of_run tally;
    struct tmn_clock_work work;    /* of all transitions */
    uint64_t reused;               /* pieces of wheels */
    uint32_t denses;               /* transitions without notes */
    uint32_t *level, *other_level; /* [features] scratch */
};

void see_expressions(struct coverage *coverage, int transition); /* coverage_expressions.c */
void see_people(struct coverage *coverage);                      /* coverage_people.c: what happened to whom */
void see_layer(struct coverage *coverage, int layer);
void see_clocks(struct coverage *coverage); /* coverage_clocks.c: the clocks of the window that is over */
void keep_clocks(struct coverage *coverage, bool compare); /* as they are now; with `compare`, what changed */

static inline void see(struct coverage *coverage, enum construct construct) {
    coverage->seen[construct]++;
}
static inline uint64_t c_of(const struct tmn_run *run, int transition, uint32_t stratum) {
    return run->rule[transition].c[stratum];
}
static inline uint64_t g_of(const struct tmn_run *run, int transition, uint32_t stratum) {
    return run->rule[transition].g[stratum];
}
static inline struct clock_seen *clock_at(const struct coverage *coverage, uint32_t row, int slot) {
    return &coverage->clock[(size_t)row * (size_t)coverage->run->slots + (size_t)slot];
}

#endif
