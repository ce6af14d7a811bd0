/* Scenes: a scenario given as text, read, and run with all its happenings recorded. */
#ifndef TMN_TESTS_ENGINE_SUPPORT_H
#define TMN_TESTS_ENGINE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* after the others: */
#include <cmocka.h>

#include "base/draw.h"
#include "engine/engine.h"

struct scene {
    struct tmn_arena arena;
    struct tmn_model *model;
    struct tmn_run *run;
    struct tmn_run_options options;
    struct tmn_happening *told; /* [told_count] in the order in which they were told */
    size_t told_count, told_capacity;
};

/* Reads `yaml` (without `language`, `name`, `title`, `purpose`) and makes a run with seed 7 on one thread. */
struct scene *scene_open(const char *yaml);
/* Reads only; change scene->options, then call scene_start. `scene_record` asks for happenings of everybody. */
struct scene *scene_read(const char *yaml);
struct scene *scene_read_path(const char *path);
struct scene *scene_open_path(const char *path);
void scene_record(struct scene *scene);
void scene_start(struct scene *scene);
void scene_set(struct scene *scene, struct tmn_settings *settings, const char *assignment);
void scene_close(struct scene *scene);
/* Steps `windows` windows and verifies after each. */
void scene_step(struct scene *scene, int windows);
/* Steps until it fails; returns the message, which lives in the arena. */
const char *scene_step_failing(struct scene *scene);

int scene_attribute(const struct scene *scene, const char *name);
int scene_transition(const struct scene *scene, const char *name);
int scene_outcome(const struct scene *scene, const char *name);
int scene_counter(const struct scene *scene, const char *name);
uint32_t scene_level(const struct scene *scene, uint32_t row, const char *attribute);
uint32_t scene_count(const struct scene *scene, const char *attribute, uint32_t level);
uint64_t scene_firings(const struct scene *scene, const char *transition);
double scene_value(const struct scene *scene, const char *outcome, int period, uint32_t cell);
double scene_feedback(const struct scene *scene, const char *name, uint32_t slot);
/* Digests of a scene run to its end with these options; the scene is closed. */
struct tmn_digest scene_finish(struct scene *scene, struct tmn_digest *full);
void assert_same_digest(struct tmn_digest a, struct tmn_digest b);
void assert_other_digest(struct tmn_digest a, struct tmn_digest b);

#endif
