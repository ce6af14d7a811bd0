/* Runs side by side on threads: what every study stands on. A study lists the runs that it wants and is told of each
 * that has ended. Their order and the number of threads change nothing that a run gives. */
#ifndef TMN_STUDY_RUNS_H
#define TMN_STUDY_RUNS_H

#include "engine/engine.h"

/* A run that is wanted. Model and settings are the asker's, and not changed while it is made. */
struct tmn_ask {
    const struct tmn_model *model;
    const struct tmn_setting *settings; /* dated ones */
    size_t setting_count;
    uint64_t seed;
    double scale;
    int windows; /* 0: all */
    bool who;    /* keep which persons each outcome counted (store.h) */
    /* The run that this one is until the window `branches`, or NULL; the store makes what they share once. A run of
     * which `who` is kept has none. */
    const struct tmn_ask *trunk;
    int branches;     /* also the window at which `past` ends */
    const char *past; /* checkpoint of a run with the same past, to go on from instead of the start; or NULL. What comes
                       * out is the same to the bit */
};
int tmn_ask_windows(const struct tmn_ask *ask);
/* The model as it is, all its windows, under seed, seed + 1, ...: [seeds]. */
struct tmn_ask *tmn_asks_of_seeds(struct tmn_arena *arena, const struct tmn_model *model,
                                  const struct tmn_settings *settings, uint64_t seed, int seeds, double scale);

struct tmn_runs_progress {
    double windows, windows_all; /* of all runs, without those of a past that they go on from */
    size_t runs, runs_all;
};

/* One bar for the stages of a study: what was made before the one under way, and what comes after it. */
struct tmn_stages {
    bool (*progress)(void *context, const struct tmn_runs_progress *progress); /* NULL: nobody is told */
    void *context;
    struct tmn_runs_progress before, now, ahead; /* ahead: windows and runs alone */
};
/* As `progress` of a stage, with a struct tmn_stages as its context. */
bool tmn_stages_tell(void *context, const struct tmn_runs_progress *progress);
/* The last stage begins. */
void tmn_stages_last(struct tmn_stages *stages);

/* How a run ended: run NULL: it did not; `error` then says why, or is NULL where all was stopped. */
struct tmn_ended {
    size_t index; /* among the asks */
    const struct tmn_run *run;
    const struct tmn_error *error;
};

struct tmn_runs_options {
    int threads;
    void *context; /* of all three */
    /* Told now and then, by one thread at a time; returning false stops. NULL: nobody is told. */
    bool (*progress)(void *context, const struct tmn_runs_progress *progress);
    /* Before a run is made, by several threads at once: what else it shall do. NULL: nothing. */
    bool (*begin)(void *context, size_t index, struct tmn_run_options *options, struct tmn_error *err);
    /* Of each run that was begun, by several threads at once. Returning false ends them all with this error. */
    bool (*ended)(void *context, const struct tmn_ended *ended, struct tmn_error *err);
};

/* Makes all runs. As many lie side by side as there are threads and memory for; threads that are left over help within
 * the runs. *stopped (or NULL): progress asked for it. On failure the error of the first ask that failed. */
bool tmn_runs_make(const struct tmn_ask *asks, size_t count, const struct tmn_runs_options *options, bool *stopped,
                   struct tmn_error *err);

#endif
