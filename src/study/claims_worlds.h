/* The worlds that claims ask for, and their runs. Private to the study of claims. */
#ifndef TMN_STUDY_CLAIMS_WORLDS_H
#define TMN_STUDY_CLAIMS_WORLDS_H

#include "study/claims.h"

struct tmn_applied { /* a change and when it begins */
    const struct tmn_cause *cause;
    int window;
};
struct tmn_claim_world {
    struct tmn_applied *items;
    size_t count;
    int windows; /* to run: as far as any figure needs */
};
struct tmn_claim_worlds {
    struct tmn_claim_world *items;
    size_t count, capacity;
};

/* The world in which these levers are in force from the window, for so many windows; shared where it is there. */
size_t tmn_claim_world_of(struct tmn_claim_worlds *worlds, struct tmn_arena *arena,
                          const struct tmn_lever *const *levers, size_t count, int window, int windows);

/* The window in which a world's changes begin; 0: it has none, or is another from the start. */
int tmn_claim_world_begins(const struct tmn_claim_world *world);

/* Which drivers a scene has: as they are, two years later, their years in another order (of each draw its own), or a
 * coding of the scenario's. */
enum tmn_scene_kind { TMN_SCENE_PLAIN, TMN_SCENE_SHIFTED, TMN_SCENE_PERMUTED, TMN_SCENE_CODING };
struct tmn_scene {
    enum tmn_scene_kind kind;
    const struct tmn_coding *coding;
};
enum { TMN_SCENE_SHIFT_YEARS = 2, TMN_SCENE_PERMUTATIONS = 200 };

/* The scenario with the drivers of the scene, in `arena`. */
struct tmn_model *tmn_scene_model(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_scene *scene,
                                  uint64_t seed, uint32_t draw);
/* One run: the world under a draw of the parameters. */
struct tmn_ask tmn_claim_ask(struct tmn_arena *arena, const struct tmn_claims_options *options,
                             const struct tmn_model *model, const struct tmn_claim_world *world, uint32_t draw);

#endif
