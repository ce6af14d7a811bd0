/* Who did what: for each outcome that counts events, the persons (rows) whom it counted at least once in a run. A row
 * is the same person in two runs with the same seed, so that these sets tell who did something in one world only. */
#ifndef TMN_STUDY_WHO_H
#define TMN_STUDY_WHO_H

#include "engine/engine.h"

struct tmn_who_set {
    uint64_t *bits; /* [words]; rows beyond are not in the set */
    size_t words;
};

struct tmn_who {
    const struct tmn_model *model;
    struct tmn_who_set *set;  /* [outcomes] */
    struct tmn_packed *reads; /* [outcomes] flows: bits of the attributes that the condition reads */
    bool *feature;            /* [features] of use to any flow */
    uint32_t *level;          /* [features] */
    bool failed;              /* memory ran out */
};

/* false when memory runs out. */
bool tmn_who_init(struct tmn_who *who, const struct tmn_model *model);
void tmn_who_free(struct tmn_who *who);
/* A tmn_happening_fn: `context` is a tmn_who. All rows must be watched. */
void tmn_who_note(void *context, const struct tmn_happening *happening);

static inline bool tmn_outcome_counts_events(const struct tmn_outcome *outcome) {
    return outcome->kind == TMN_OUTCOME_FLOW || outcome->kind == TMN_OUTCOME_FIRINGS;
}

#endif
