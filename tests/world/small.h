/* Models made by hand, with no more than what a world reads. */
#ifndef TMN_TESTS_WORLD_SMALL_H
#define TMN_TESTS_WORLD_SMALL_H

#include "base/draw.h"
#include "world/world.h"

/* Around each test: *state is an arena. */
int small_setup(void **state);
int small_teardown(void **state);

/* Model with the attributes of `spec` ("place:A,B,C" each), packed one after the other, and a feature for each. */
struct tmn_model *small_model(struct tmn_arena *arena, const char *const *spec, size_t count);
/* Numeric attribute of levels first..last; "birth_year" also gives the feature `age`. Declare after small_model. */
int small_numbers(struct tmn_model *model, const char *name, int first, int last);
/* Map of attribute `of`; to[] gives the level of each of its levels. */
int small_map(struct tmn_model *model, const char *name, int of, uint32_t levels, const uint16_t *to);
int small_layer(struct tmn_model *model, struct tmn_layer layer);
/* Counts or a margin by `keys` features with bands of 1 from level 0. */
struct tmn_counts small_counts(struct tmn_model *model, int keys, const int *feature, const double *value);
void small_margin(struct tmn_model *model, struct tmn_counts margin);
/* Draw of an attribute; chances NULL are 0, rest -1 for none. Hash by the attribute's name. */
void small_draw(struct tmn_model *model, int attribute, struct tmn_expr **chance, int rest);
/* Any rule of a draw; of a deal. */
void small_draw_rule(struct tmn_model *model, struct tmn_draw_rule rule);
void small_deal_rule(struct tmn_model *model, struct tmn_draw_rule rule);

struct tmn_expr *small_constant(struct tmn_arena *arena, double number);
struct tmn_expr *small_number(struct tmn_model *model, double number);
struct tmn_expr *small_feature(struct tmn_model *model, int feature); /* its number */
struct tmn_expr *small_op(struct tmn_model *model, enum tmn_op op, struct tmn_expr *a,
                          struct tmn_expr *b /* or NULL */);
/* Level of a feature lies in first..last. */
struct tmn_expr *small_member(struct tmn_model *model, int feature, uint32_t first, uint32_t last);
struct tmn_expr *small_if(struct tmn_model *model, struct tmn_expr *condition, struct tmn_expr *yes,
                          struct tmn_expr *no);

struct tmn_world *small_world(const struct tmn_model *model, uint64_t seed, double scale, int threads);
/* Level of an attribute of a row. */
uint32_t small_level(const struct tmn_world *world, uint32_t row, int attribute);
bool small_unborn(const struct tmn_world *world, uint32_t row);

#endif
