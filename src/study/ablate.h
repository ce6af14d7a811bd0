/* Ablation: each subsystem's switch off, in runs paired with those of the whole model, against what the subsystem is
 * there to move (its `target`). What does not move is listed (docs/ablate.md). */
#ifndef TMN_STUDY_ABLATE_H
#define TMN_STUDY_ABLATE_H

#include "study/chance.h"
#include "study/options.h"

#define TMN_ABLATE_ERROR 0.1 /* of all verdicts together, where no switch has an effect */

enum tmn_ablate_verdict {
    TMN_ABLATE_MOVES, /* beyond the noise of pairs */
    TMN_ABLATE_OPEN,  /* something differs, or too few were simulated; these pairs do not tell */
    TMN_ABLATE_INERT, /* equal in every pair, over enough persons */
    TMN_ABLATE_NONE   /* no switch, or no target */
};
extern const char *const tmn_ablate_names[]; /* moves, open, inert, - */

/* A switch against one target: flows summed over the run, stocks and variables as the mean of their years. */
struct tmn_ablated {
    int system, outcome; /* outcome -1: none is named */
    double whole, without, effect;
    struct tmn_range
        range;   /* of the effect, so wide that all rows together err with TMN_ABLATE_ERROR; NAN of one pair */
    size_t same; /* pairs in which the whole run was the same, to the bit */
    bool thin;   /* under 100 simulated persons in both worlds, all pairs together */
    bool masked; /* too few persons of a place: the numbers are NAN */
    enum tmn_ablate_verdict verdict;
};

struct tmn_ablation {
    const struct tmn_study_options *options;
    struct tmn_ablated *rows; /* in the order of the systems, and of their targets */
    size_t count;
    size_t verdicts[4];
    int pairs; /* of each system */
    struct tmn_store_tally tally;
    struct tmn_arena *arena;
};

/* Errors: TMN_USAGE without systems that have a switch and a target; those of runs and of the store; TMN_STOPPED: what
 * was finished is kept in the store, and the same call goes on from there. */
bool tmn_ablation_run(struct tmn_ablation *ablation, struct tmn_arena *arena, const struct tmn_study_options *options,
                      struct tmn_error *err);

void tmn_ablation_csv(const struct tmn_ablation *ablation, struct tmn_text *out);
void tmn_ablation_json(const struct tmn_ablation *ablation, struct tmn_text *out);
void tmn_ablation_html(const struct tmn_ablation *ablation, struct tmn_text *out);
/* Writes the folder: ablate.csv, ablate.json, ablate.html. */
bool tmn_ablation_save(const struct tmn_ablation *ablation, const char *path, struct tmn_error *err);

#endif
