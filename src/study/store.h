/* A store of finished runs: a folder with one file for each run, found by all that its outcomes depend on: the
 * program's sources, the scenario's files, every parameter, driver and dated setting as they are in force, seed, scale
 * and number of windows. A setting that changes no value is no other run, and studies that want the same run share it.
 * What is in the folder may be deleted at any time: it is made again.
 *
 * Files are written whole or not at all, and checked whole when they are read: one that is damaged, or of another
 * format, is made anew. They hold outcomes by cell, unmasked, as a checkpoint does; what is shown of them is masked by
 * whoever shows it.
 *
 * A file, little-endian: 8 bytes of name and format, u32 CRC-32 of all that follows, then the key (two u64), seed
 * (u64), scale (f64), windows asked for and run (i32), flags (u32: 1 `until` held, 2 with persons), rows (u32), weight
 * (i64, in 2^-20), weekly and full digest (u64, low half first), number of outcomes (u32); for each outcome u64 hash of
 * its name, i32 periods, u32 cells, first and last days (i32); of feedback values (f64), else counts of simulated
 * persons as LEB128; then, of outcomes that count events where persons are kept, their number and the gaps between
 * their rows, as LEB128. */
#ifndef TMN_STUDY_STORE_H
#define TMN_STUDY_STORE_H

#include "study/runs.h"
#include "study/who.h"

struct tmn_store {
    const char *folder;  /* made when it is not there */
    const char *version; /* of what makes results: runs of another are not taken */
};

/* What a run gave. */
struct tmn_output_series {
    int periods;
    uint32_t cells;
    const int32_t *first_day, *last_day; /* [periods] */
    const double *value;                 /* [periods * cells], in persons or the feedback's unit */
    const double *simulated;             /* likewise, unweighted; NULL: of feedback */
    struct tmn_who_set who;              /* bits NULL: not kept, or it counts no events */
};
struct tmn_output {
    struct tmn_digest weekly, full;
    int windows; /* run */
    bool until_held;
    uint32_t rows;
    double weight;                    /* persons per simulated person */
    struct tmn_output_series *series; /* [outcomes of the model] */
};

struct tmn_store_options {
    int threads;
    bool (*progress)(void *context, const struct tmn_runs_progress *progress); /* as in runs.h; counts what is made */
    void *context;
    bool leave_broken; /* a run that the model does not allow (TMN_RUN, TMN_CAPACITY) is left out, and no error */
};
struct tmn_store_tally {
    size_t made, found, damaged; /* runs; each once, however often it was asked for; damaged: made anew */
    size_t broken;               /* left out */
    struct tmn_error why;        /* of the first of them */
    bool stopped;                /* by progress: what was finished is kept */
};

/* What the run depends on, but for seed, scale and windows: equal where nothing differs. */
struct tmn_world_key {
    uint64_t half[2];
};
struct tmn_world_key tmn_world_key(const struct tmn_store *store, const struct tmn_ask *ask);

/* Makes the runs that the store does not hold. */
bool tmn_store_make(const struct tmn_store *store, const struct tmn_ask *asks, size_t count,
                    const struct tmn_store_options *options, struct tmn_store_tally *tally, struct tmn_error *err);
/* How many of these runs the store does not hold, each counted once. */
size_t tmn_store_missing(const struct tmn_store *store, const struct tmn_ask *asks, size_t count);
/* What a run gave; in `arena`. TMN_IO where it is not there. */
bool tmn_store_read(const struct tmn_store *store, const struct tmn_ask *ask, struct tmn_arena *arena,
                    struct tmn_output *output, struct tmn_error *err);

#endif
