/* See claims_worlds.h. */
#include "study/claims_worlds.h"

#include "base/draw.h"
#include "study/verify.h"
#include "study/prior.h"
#include <math.h>
#include <string.h>

/* ---- worlds ---- */

static bool same_cause(const struct tmn_cause *a, const struct tmn_cause *b) {
    if (a == b)
        return true;
    if (a->kind != b->kind)
        return false;
    if (a->kind == TMN_CAUSE_PERSONS)
        return a->assign.hash == b->assign.hash && a->assign.share == b->assign.share;
    return a->index == b->index && a->hold == b->hold && a->amount == b->amount;
}

static bool same_world(const struct tmn_claim_world *a, const struct tmn_claim_world *b) {
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = a->items[i].window == b->items[i].window && same_cause(a->items[i].cause, b->items[i].cause);
    return same;
}

size_t tmn_claim_world_of(struct tmn_claim_worlds *worlds, struct tmn_arena *arena,
                          const struct tmn_lever *const *levers, size_t count, int window, int windows) {
    struct tmn_claim_world world = {.windows = windows};
    size_t all = 0;
    for (size_t l = 0; l < count; l++)
        all += levers[l]->count;
    world.items = TMN_NEW_ARRAY(arena, struct tmn_applied, all + 1);
    for (size_t l = 0; l < count; l++)
        for (size_t i = 0; i < levers[l]->count; i++)
            world.items[world.count++] = (struct tmn_applied){&levers[l]->items[i], window};
    for (size_t w = 0; w < worlds->count; w++)
        if (same_world(&worlds->items[w], &world)) {
            worlds->items[w].windows = windows > worlds->items[w].windows ? windows : worlds->items[w].windows;
            return w;
        }
    TMN_PUSH(arena, worlds, world);
    return worlds->count - 1;
}

/* ---- scenes ---- */

/* Years in another order, the same for all drivers of a class: which year stands in the place of each. */
static void permute_years(int *year, int years, uint64_t seed, uint32_t draw, const char *class_name) {
    uint32_t name = tmn_name_hash(class_name);
    for (int y = 0; y < years; y++)
        year[y] = y;
    for (int y = years - 1; y > 0; y--) {
        struct tmn_draw lanes = tmn_draw(seed, draw, (uint32_t)y, 0, name);
        int other = (int)((uint64_t)lanes.lane[0] * (uint64_t)(y + 1) >> 32), kept = year[y];
        year[y] = year[other];
        year[other] = kept;
    }
}

static int source_window(const struct tmn_calendar *calendar, const struct tmn_scene *scene, const int *year,
                         int window) {
    int per_year = calendar->windows_per_year, from = window;
    if (scene->kind == TMN_SCENE_SHIFTED)
        from = window - TMN_SCENE_SHIFT_YEARS * per_year;
    else if (window < calendar->windows / per_year * per_year) /* a last part of a year stays */
        from = year[window / per_year] * per_year + window % per_year;
    return from < 0 ? 0 : from;
}

static void change_driver(struct tmn_arena *arena, const struct tmn_calendar *calendar, const struct tmn_scene *scene,
                          uint64_t seed, uint32_t draw, size_t index, struct tmn_driver *driver) {
    size_t slots = driver->slots;
    const double *old = driver->value;
    int years = calendar->windows / calendar->windows_per_year;
    int *year = TMN_NEW_ARRAY(arena, int, years + 1);
    if (scene->kind == TMN_SCENE_CODING && !scene->coding->value[index])
        return;
    driver->value = TMN_NEW_ARRAY(arena, double, (size_t)calendar->windows *slots + 1);
    permute_years(year, years, seed, draw, driver->class_name ? driver->class_name : driver->name);
    for (int w = 0; w < calendar->windows; w++)
        for (size_t s = 0; s < slots; s++)
            driver->value[(size_t)w * slots + s] =
                scene->kind == TMN_SCENE_CODING ? scene->coding->value[index][w]
                                                : old[(size_t)source_window(calendar, scene, year, w) * slots + s];
    driver->low = driver->high = driver->value[0];
    for (size_t i = 1; i < (size_t)calendar->windows * slots; i++) {
        driver->low = fmin(driver->low, driver->value[i]);
        driver->high = fmax(driver->high, driver->value[i]);
    }
}

struct tmn_model *tmn_scene_model(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_scene *scene,
                                  uint64_t seed, uint32_t draw) {
    struct tmn_model *copy = tmn_model_copy(arena, model);
    for (size_t d = 0; scene->kind != TMN_SCENE_PLAIN && d < model->drivers.count; d++)
        change_driver(arena, &model->calendar, scene, seed, draw, d, &copy->drivers.items[d]);
    return copy;
}

int tmn_claim_world_begins(const struct tmn_claim_world *world) {
    return world->count > 0 ? world->items[0].window : 0;
}

/* ---- runs ---- */

static void apply(struct tmn_model *model, struct tmn_settings *settings, const struct tmn_applied *applied) {
    struct tmn_cause cause = *applied->cause;
    if (cause.kind != TMN_CAUSE_PARAMETER) {
        tmn_model_intervene(model, settings, applied->cause, applied->window, 0);
        return;
    }
    struct tmn_parameter *parameter = &model->parameters.items[cause.index];
    double value = cause.hold ? cause.amount : parameter->value + cause.amount;
    value = fmin(fmax(value, parameter->low), parameter->high); /* an offset of a draw near the end of the range */
    if (applied->window == 0) {
        parameter->value = value; /* the world is built with it */
        return;
    }
    cause.hold = true;
    cause.amount = value;
    tmn_model_intervene(model, settings, &cause, applied->window, 0);
}

struct tmn_ask tmn_claim_ask(struct tmn_arena *arena, const struct tmn_claims_options *options,
                             const struct tmn_model *model, const struct tmn_claim_world *world, uint32_t draw) {
    struct tmn_model *copy = tmn_model_copy(arena, model);
    struct tmn_settings *settings = TMN_NEW(arena, struct tmn_settings);
    double *value = TMN_NEW_ARRAY(arena, double, model->parameters.count + 1);
    copy->arena = arena;
    tmn_prior_draw(model, options->seed, draw, options->keep, value);
    for (size_t p = 0; p < model->parameters.count; p++)
        copy->parameters.items[p].value = value[p];
    for (size_t s = 0; s < options->settings->count; s++)
        TMN_PUSH(arena, settings, options->settings->items[s]);
    for (size_t i = 0; i < world->count; i++)
        apply(copy, settings, &world->items[i]);
    return (struct tmn_ask){.model = copy,
                            .settings = settings->items,
                            .setting_count = settings->count,
                            .seed = tmn_member_seed(options->seed, draw),
                            .scale = options->scale,
                            .windows = world->windows};
}
