/* The past that many runs share: checkpoints of one world at several dates, so that runs which differ from a date on
 * begin there. What comes out is the same to the bit as from the start. */
#ifndef TMN_STUDY_PASTS_H
#define TMN_STUDY_PASTS_H

#include "study/store.h"

struct tmn_pasts_options {
    const struct tmn_model *model;
    const struct tmn_settings *settings;
    const struct tmn_store *store; /* in whose folder the checkpoints lie while they are needed */
    uint64_t seed;
    int seeds; /* seed, seed + 1, ... */
    double scale;
    int threads;
    const char *version;
    bool (*progress)(void *context, const struct tmn_runs_progress *progress);
    void *progress_context;
};
struct tmn_pasts {
    const struct tmn_pasts_options *options;
    const int *window; /* [windows] ascending, each once, above 0 */
    size_t windows;
    const char **path; /* [windows * seeds] */
    bool *made;
};

/* Makes those that `wanted`[windows * seeds] asks for. *stopped: progress asked for it. */
bool tmn_pasts_make(struct tmn_pasts *pasts, struct tmn_arena *arena, const struct tmn_pasts_options *options,
                    const int *window, size_t windows, const bool *wanted, bool *stopped, struct tmn_error *err);
/* The checkpoint at the start of `window`, or NULL. */
const char *tmn_past_of(const struct tmn_pasts *pasts, int window, int seed);
void tmn_pasts_drop(const struct tmn_pasts *pasts);

/* Windows of a list, ascending and each once; those that are 0 are left out. */
size_t tmn_windows_sort(int *window, size_t count);

/* What an outcome's cells (`cell`: levels or -1) gave in the periods from a day to another: flows and firings added up,
 * a stock as it stands at the end, a feedback variable's mean over its periods. */
double tmn_outcome_from(const struct tmn_model *model, int outcome, const int64_t *cell,
                        const struct tmn_output_series *series, int32_t from_day, int32_t to_day);
/* The same of a run in the store; false: it is not there. */
bool tmn_outcome_read(const struct tmn_store *store, const struct tmn_ask *ask, int outcome, const int64_t *cell,
                      int32_t from_day, int32_t to_day, double *value);

#endif
