/* Layers of a world: prepared once, then asked for the ties of rows (tmn_layer_ties in world.h). */
#ifndef TMN_WORLD_LAYER_H
#define TMN_WORLD_LAYER_H

#include "world/world.h"

/* The world's rows and attributes are complete. `scratch` holds nothing that is needed later. */
bool tmn_layers_prepare(struct tmn_world *world, struct tmn_pool *pool, struct tmn_arena *scratch,
                        struct tmn_error *err);
/* Bytes that the layers of so many rows will take, in a world of which the whole population is `larger` times as many.
 * Where degrees are those of an attribute, its levels are taken to be equally frequent. */
double tmn_layers_size(const struct tmn_model *model, uint32_t rows, double larger, struct tmn_arena *scratch);

#endif
