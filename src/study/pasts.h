/* The past that runs share: runs that are their trunk until a window begin there, at a checkpoint of the trunk. What
 * comes out is the same to the bit as from the start. Private to the store. */
#ifndef TMN_STUDY_PASTS_H
#define TMN_STUDY_PASTS_H

#include "base/lock.h"
#include "study/store.h"

struct tmn_pasts {
    const struct tmn_store *store; /* in whose folder the checkpoints lie while they are needed */
    const struct tmn_store_options *options;
    struct tmn_arena *arena;
    struct tmn_trunk *trunks;
    size_t count;
    const char *name; /* that begins those of the checkpoints */
    struct tmn_lock lock;
    double windows; /* that the trunks were run, as their progress counts them */
};

/* Runs each trunk as far as the last of its branches among the asks, where that saves windows, and sets `past` of the
 * asks. A trunk that cannot be run is left to the asks themselves. *stopped: progress asked for it. Checkpoints of
 * processes that were killed are removed. */
bool tmn_pasts_make(struct tmn_pasts *pasts, struct tmn_ask *asks, size_t count, bool *stopped, struct tmn_error *err);
/* Removes the checkpoints. */
void tmn_pasts_drop(struct tmn_pasts *pasts);

#endif
