/* The past that worlds of a draw share: until its first change begins, each is the base. Private to the study of
 * claims. */
#ifndef TMN_STUDY_CLAIMS_PAST_H
#define TMN_STUDY_CLAIMS_PAST_H

#include "study/claims_worlds.h"

struct tmn_claim_pasts {
    struct tmn_arena *arena;
    const char **file; /* [count] checkpoints written, or NULL */
    size_t count;
};

/* Runs the base of each draw once, as far as the last change begins, with a checkpoint where each begins, and lets the
 * asks ([draws][worlds]) that the store does not hold go on from there; none where that saves nothing. bases[draws]:
 * the base's asks. telling: whom it tells of its progress. What can not be run is left to the asks themselves. */
bool tmn_claim_pasts_make(struct tmn_claim_pasts *pasts, struct tmn_arena *arena,
                          const struct tmn_claims_options *options, const struct tmn_claim_worlds *worlds,
                          struct tmn_ask *asks, const struct tmn_ask *bases, int draws,
                          const struct tmn_store_options *telling, bool *stopped, struct tmn_error *err);
/* Removes the files. */
void tmn_claim_pasts_drop(const struct tmn_claim_pasts *pasts);
/* The window in which a world's changes begin; 0: it has none, or is another from the start. */
int tmn_claim_world_begins(const struct tmn_claim_world *world);

#endif
