/* Numbers of layers that parameters may change (`degree`, `degrees`, `random`, `long`): what they are and what they may
 * be. Asked when the scenario is read, with the values that it gives, and again when a world is built, with those of
 * `--set`. */
#include "model/model.h"

#include <math.h>

enum { DEGREE_MAX = 1024, MEAN_MAX = 500 };

static bool wrong(struct tmn_layer_fault *fault, const struct tmn_expr *expr, struct tmn_arena *arena, const char *want,
                  double value) {
    char text[32];
    tmn_format_real(value, text);
    *fault = (struct tmn_layer_fault){expr, tmn_arena_printf(arena, "%s, not %s", want, text)};
    return false;
}

static bool take_degree(const struct tmn_layer *layer, const struct tmn_env *env, struct tmn_layer_numbers *numbers,
                        struct tmn_layer_fault *fault, struct tmn_arena *arena) {
    bool ring = layer->kind == TMN_LAYER_RING;
    double degree = tmn_expr_eval(layer->number, env);
    if (!(degree >= (ring ? 2 : 0) && degree <= DEGREE_MAX && degree == floor(degree)) ||
        (ring && fmod(degree, 2) != 0))
        return wrong(fault, layer->number, arena,
                     ring ? "'degree' must be an even number from 2 to 1024, since a ring ties as many before as behind"
                          : "'degrees' must be a whole number from 0 to 1024",
                     degree);
    numbers->degree = (uint32_t)degree;
    return true;
}

bool tmn_layer_numbers(const struct tmn_layer *layer, const struct tmn_env *env, struct tmn_layer_numbers *numbers,
                       struct tmn_layer_fault *fault, struct tmn_arena *arena) {
    *numbers = (struct tmn_layer_numbers){0};
    if (layer->kind == TMN_LAYER_RING || (layer->kind == TMN_LAYER_DEGREES && layer->degrees < 0)) {
        if (!take_degree(layer, env, numbers, fault, arena))
            return false;
    } else if (layer->kind == TMN_LAYER_RANDOM) {
        numbers->mean = tmn_expr_eval(layer->number, env);
        if (!(numbers->mean >= 0 && numbers->mean <= MEAN_MAX))
            return wrong(fault, layer->number, arena, "'random' must be a mean degree from 0 to 500", numbers->mean);
    }
    if (layer->kind == TMN_LAYER_RING && layer->long_share != NULL) {
        numbers->long_share = tmn_expr_eval(layer->long_share, env);
        if (!(numbers->long_share >= 0 && numbers->long_share <= 1))
            return wrong(fault, layer->long_share, arena, "'long' must be a share from 0 to 1", numbers->long_share);
    }
    return true;
}
