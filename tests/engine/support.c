/* Scenes: a scenario given as text, read, and run with all its happenings recorded. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void record(void *context, const struct tmn_happening *happening) {
    struct scene *scene = context;
    if (scene->told_count == scene->told_capacity) {
        scene->told_capacity = scene->told_capacity == 0 ? 1024 : scene->told_capacity * 2;
        scene->told = realloc(scene->told, scene->told_capacity * sizeof *scene->told);
        assert_non_null(scene->told);
    }
    scene->told[scene->told_count++] = *happening;
}

struct scene *scene_read_path(const char *path) {
    struct scene *scene = calloc(1, sizeof *scene);
    struct tmn_diagnostics list;
    struct tmn_text text;
    assert_non_null(scene);
    tmn_arena_init(&scene->arena, 0);
    tmn_diagnostics_init(&list, &scene->arena);
    tmn_text_init(&text, &scene->arena);
    scene->model = tmn_model_read(&scene->arena, path, &list);
    if (scene->model == NULL) {
        for (size_t i = 0; i < list.count; i++)
            tmn_diagnostic_render(&list.items[i], &text);
        fail_msg("%s", text.items);
    }
    scene->options = (struct tmn_run_options){.seed = 7, .scale = 1, .threads = 1};
    return scene;
}

struct scene *scene_read(const char *yaml) {
    char folder[] = "/tmp/tumen-engine-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/scenario.yaml", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "language: 1\nname: scene\ntitle: A scene\npurpose: A test.\n%s", yaml);
    assert_int_equal(fclose(file), 0);
    struct scene *scene = scene_read_path(path);
    unlink(path);
    rmdir(folder);
    return scene;
}

void scene_record(struct scene *scene) {
    scene->options.happening = record;
    scene->options.happening_context = scene;
    scene->options.watch_all = true;
}

void scene_start(struct scene *scene) {
    struct tmn_error err = {0};
    if (!tmn_run_new(&scene->run, scene->model, &scene->options, &err))
        fail_msg("%s", err.text);
}

struct scene *scene_open(const char *yaml) {
    struct scene *scene = scene_read(yaml);
    scene_record(scene);
    scene_start(scene);
    return scene;
}

struct scene *scene_open_path(const char *path) {
    struct scene *scene = scene_read_path(path);
    scene_record(scene);
    scene_start(scene);
    return scene;
}

void scene_set(struct scene *scene, struct tmn_settings *settings, const char *assignment) {
    struct tmn_error err = {0};
    if (!tmn_model_set(scene->model, settings, assignment, &err))
        fail_msg("%s", err.text);
    scene->options.settings = settings->items;
    scene->options.setting_count = settings->count;
}

void scene_close(struct scene *scene) {
    tmn_run_free(scene->run);
    tmn_arena_free(&scene->arena);
    free(scene->told);
    free(scene);
}

void scene_step(struct scene *scene, int windows) {
    struct tmn_error err = {0};
    for (int w = 0; w < windows; w++)
        if (!tmn_run_step(scene->run, &err) || !tmn_run_verify(scene->run, &err))
            fail_msg("window %d: %s", tmn_run_window(scene->run), err.text);
}

const char *scene_step_failing(struct scene *scene) {
    struct tmn_error err = {0};
    while (tmn_run_window(scene->run) < tmn_run_windows(scene->run))
        if (!tmn_run_step(scene->run, &err))
            return tmn_arena_strdup(&scene->arena, err.text);
    fail_msg("the run did not fail");
    return NULL;
}

int scene_attribute(const struct scene *scene, const char *name) {
    for (size_t a = 0; a < scene->model->attributes.count; a++)
        if (strcmp(scene->model->attributes.items[a].name, name) == 0)
            return (int)a;
    fail_msg("no attribute %s", name);
    return -1;
}

int scene_transition(const struct scene *scene, const char *name) {
    for (size_t t = 0; t < scene->model->transitions.count; t++)
        if (strcmp(scene->model->transitions.items[t].name, name) == 0)
            return (int)t;
    fail_msg("no transition %s", name);
    return -1;
}

int scene_outcome(const struct scene *scene, const char *name) {
    for (size_t o = 0; o < scene->model->outcomes.count; o++)
        if (strcmp(scene->model->outcomes.items[o].name, name) == 0)
            return (int)o;
    fail_msg("no outcome %s", name);
    return -1;
}

int scene_counter(const struct scene *scene, const char *name) {
    for (size_t c = 0; c < scene->model->counters.count; c++)
        if (strcmp(scene->model->counters.items[c].name, name) == 0)
            return (int)c;
    fail_msg("no counter %s", name);
    return -1;
}

uint32_t scene_level(const struct scene *scene, uint32_t row, const char *attribute) {
    return tmn_level(&tmn_run_world(scene->run)->packed[row],
                     &scene->model->attributes.items[scene_attribute(scene, attribute)]);
}

uint32_t scene_count(const struct scene *scene, const char *attribute, uint32_t level) {
    uint32_t count = 0;
    for (uint32_t row = 0; row < tmn_run_world(scene->run)->rows; row++)
        count += scene_level(scene, row, attribute) == level;
    return count;
}

uint64_t scene_firings(const struct scene *scene, const char *transition) {
    return tmn_run_counters(scene->run)->transition_firings[scene_transition(scene, transition)];
}

double scene_value(const struct scene *scene, const char *outcome, int period, uint32_t cell) {
    struct tmn_series series = tmn_run_series(scene->run, scene_outcome(scene, outcome));
    assert_in_range(period, 0, series.periods - 1);
    assert_in_range(cell, 0, series.cells - 1);
    return series.value[(size_t)period * series.cells + cell];
}

double scene_feedback(const struct scene *scene, const char *name, uint32_t slot) {
    for (size_t f = 0; f < scene->model->feedbacks.count; f++)
        if (strcmp(scene->model->feedbacks.items[f].name, name) == 0)
            return tmn_run_feedback(scene->run, (int)f, slot);
    fail_msg("no feedback %s", name);
    return 0;
}

struct tmn_digest scene_finish(struct scene *scene, struct tmn_digest *full) {
    struct tmn_error err = {0};
    while (tmn_run_window(scene->run) < tmn_run_windows(scene->run))
        if (!tmn_run_step(scene->run, &err))
            fail_msg("%s", err.text);
    if (!tmn_run_verify(scene->run, &err))
        fail_msg("%s", err.text);
    struct tmn_digest weekly = tmn_run_weekly_digest(scene->run);
    if (full != NULL)
        *full = tmn_run_full_digest(scene->run);
    scene_close(scene);
    return weekly;
}

void assert_same_digest(struct tmn_digest a, struct tmn_digest b) {
    assert_true(a.low == b.low && a.high == b.high);
}

void assert_other_digest(struct tmn_digest a, struct tmn_digest b) {
    assert_false(a.low == b.low && a.high == b.high);
}
