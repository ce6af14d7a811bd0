/* Draws of the population: each person's attribute is a keyed quantile of the cumulated chances of its levels. */
#ifndef TMN_WORLD_QUANTILE_H
#define TMN_WORLD_QUANTILE_H

#include "world/start.h"

struct tmn_reading { /* one feature, read from packed attributes */
    enum tmn_feature_kind kind;
    const struct tmn_attribute *attribute;
    const uint16_t *to; /* MAP */
    int feature;
    uint32_t stride;
    uint32_t *part; /* [levels of the attribute] what the level adds to the stratum; NULL: AGE */
};

struct tmn_quantile {
    const struct tmn_draw_rule *rule;
    const struct tmn_attribute *attribute;
    uint32_t hash;
    struct tmn_reading *reading;
    int readings;
    uint64_t *upto; /* [strata * levels] cumulated chances in 2^-32; NULL: too many strata, evaluated per person */
};

struct tmn_drawing {
    struct tmn_start start;
    double *chance; /* cumulated */
    uint64_t *upto;
}; /* scratch of one worker: [levels] of any rule */

void tmn_drawing_init(struct tmn_drawing *drawing, const struct tmn_model *model, struct tmn_arena *arena);
bool tmn_quantile_init(struct tmn_quantile *quantile, const struct tmn_model *model, size_t draw,
                       struct tmn_drawing *drawing, struct tmn_arena *arena, struct tmn_error *err);
/* Sets the level of each of so many persons to the quantile of her uniform (lane 2 of the draw keyed by the person's
 * row in the full world and `hash`); `birth_week` gives the age. Returns the first person whose chances are not
 * probabilities that sum to 1, who keeps her level; `count`: there is none. */
uint32_t tmn_quantile_set(const struct tmn_quantile *quantile, struct tmn_drawing *drawing, const uint32_t *uniform,
                          const uint32_t *birth_week, struct tmn_packed *packed, uint32_t count);
/* The failure of tmn_quantile_set as a message. */
bool tmn_quantile_fail(const struct tmn_quantile *quantile, const struct tmn_model *model,
                       const struct tmn_packed *packed, uint32_t birth_week, struct tmn_error *err);

#endif
