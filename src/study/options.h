/* What studies of a scenario by many runs are asked for, all alike. */
#ifndef TMN_STUDY_OPTIONS_H
#define TMN_STUDY_OPTIONS_H

#include "study/store.h"

struct tmn_study_options {
    const struct tmn_model *model;
    const struct tmn_settings *settings; /* dated ones, in every world */
    struct tmn_store store;
    uint64_t seed;
    int seeds; /* seed, seed + 1, ... */
    double scale;
    int windows, threads; /* windows: of those studies that end with --until; 0: all */
    const char *version;
    const char *const *assignments;
    size_t assignment_count; /* each setting as written */
    bool (*progress)(void *context, const struct tmn_runs_progress *progress);
    void *progress_context;
};

#endif
