/* `tumen check`: every mistake of a scenario; or, when there is none, what it declares and what a run of it would take.
 * Memory, time and ties are measured on small runs, not guessed: one of some thousand persons to its end, and one that
 * does not fit into caches for as many windows as some seconds allow, since time grows faster than persons until then.
 */
#include "base/wall.h"
#include "cli/check.h"
#include "base/available.h"
#include "cli/interrupt.h"
#include "cli/locate.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/session.h"
#include <math.h>

enum {
    SAMPLE_PERSONS = 20000,
    LARGER = 16,
    LARGER_WINDOWS = 26, /* at least, */
    LARGER_S = 4,        /* and as many more as end in these seconds */
    TIE_ROWS = 2000      /* rows whose ties are counted each year */
};

static bool is_alive(const struct tmn_model *model, const struct tmn_world *world, uint32_t row, uint32_t *level) {
    tmn_model_unpack(model, &world->packed[row], level);
    struct tmn_env env = {.model = model, .level = level};
    return tmn_expr_eval(model->alive, &env) != 0;
}

/* Mean living ties of living persons in each layer, over evenly spaced rows. */
static void count_ties(const struct tmn_run *run, struct tmn_arena *arena, double *mean) {
    const struct tmn_world *world = tmn_run_world(run);
    const struct tmn_model *model = world->model;
    uint32_t *level = TMN_NEW_ARRAY(arena, uint32_t, model->features.count);
    uint32_t step = world->rows / TIE_ROWS + 1;
    for (size_t layer = 0; layer < model->layers.count; layer++) {
        uint32_t *ties = TMN_NEW_ARRAY(arena, uint32_t, tmn_layer_degree_max(world, (int)layer) + 1);
        double sum = 0, persons = 0;
        for (uint32_t row = 0; row < world->rows; row += step) {
            if (!is_alive(model, world, row, level))
                continue;
            uint32_t count = tmn_layer_ties(world, (int)layer, row, ties);
            persons += 1;
            for (uint32_t i = 0; i < count; i++)
                sum += is_alive(model, world, ties[i], level) ? 1 : 0;
        }
        mean[layer] = persons > 0 ? sum / persons : 0;
    }
}

/* Steps a run at a small scale to its end, watched at the end of each year. So small a run may run out of rows for
 * births where a large one does not: that ends the measuring, and is told. */
static bool watch(struct tmn_cost *cost, struct tmn_arena *arena, struct tmn_run *run, double *step_s, bool quiet,
                  struct tmn_error *err) {
    const struct tmn_model *model = tmn_run_world(run)->model;
    struct tmn_progress progress;
    tmn_progress_begin(&progress, quiet);
    bool good = true;
    for (int window = 0; good && window < tmn_run_windows(run) && !tmn_interrupted(); window++) {
        double began_s = tmn_wall_s();
        good = tmn_run_step(run, err);
        step_s[window] = tmn_wall_s() - began_s;
        cost->windows += good ? 1 : 0;
        if (good && (tmn_calendar_window(&model->calendar, window).ends_year || window + 1 == tmn_run_windows(run)))
            count_ties(run, arena, cost->ties + model->layers.count * (size_t)cost->years++);
        if (tmn_progress_due(&progress))
            tmn_progress_draw(&progress, window + 1, tmn_run_windows(run), "measuring on a small run");
    }
    tmn_progress_end(&progress);
    cost->until_held = tmn_run_until_held(run);
    if (!good && err->code == TMN_CAPACITY && cost->windows > 0)
        cost->ended_early = tmn_arena_strdup(arena, err->text);
    return good || cost->ended_early;
}

/* A list of edges names rows, which only a run at scale 1 has. */
static bool can_scale(const struct tmn_model *model) {
    for (size_t i = 0; i < model->layers.count; i++)
        if (model->layers.items[i].kind == TMN_LAYER_EDGES)
            return false;
    return true;
}

struct measured {
    double rows, bytes, setup_s, steps_s; /* bytes: before the first window; steps_s: of the first windows */
    uint32_t persons;
    int windows;
};

/* A larger run, stepped for at most so many windows: the first ones, or all if they are fast enough. */
static bool measure_larger(struct measured *larger, const struct tmn_model *model,
                           const struct tmn_run_options *options, int windows, struct tmn_error *err) {
    struct tmn_run *run;
    double began_s = tmn_wall_s();
    if (!tmn_run_new(&run, model, options, err))
        return false;
    double made_s = tmn_wall_s();
    *larger = (struct measured){.rows = tmn_run_world(run)->rows,
                                .bytes = (double)tmn_run_bytes(run),
                                .setup_s = made_s - began_s,
                                .persons = tmn_run_alive(run)};
    bool good = true;
    while (good && larger->windows < windows && tmn_run_window(run) < tmn_run_windows(run) && !tmn_interrupted() &&
           (larger->windows < LARGER_WINDOWS || tmn_wall_s() - made_s < LARGER_S)) {
        good = tmn_run_step(run, err);
        larger->windows += good ? 1 : 0;
    }
    larger->steps_s = tmn_wall_s() - made_s;
    tmn_run_free(run);
    return good || err->code == TMN_CAPACITY;
}

static double sum(const double *items, int count) {
    double all = 0;
    for (int i = 0; i < count; i++)
        all += items[i];
    return all;
}

/* From the small run and, where the whole one is larger, a second one to the whole. Memory is a line through both, and
 * what lists of the small one grew by; time is that of the small run, as many times as the first windows of the second
 * one took longer, and then in proportion to persons. */
static void carry_over(struct tmn_cost *cost, const struct measured *small, const struct measured *larger,
                       double grown_bytes, const double *step_s, int windows_in_all) {
    double all_s = sum(step_s, cost->windows);
    if (cost->windows > 0 && !cost->until_held) /* it ended early, or was interrupted */
        all_s *= (double)windows_in_all / cost->windows;
    cost->bytes_per_row = (small->bytes + grown_bytes) / small->rows;
    cost->setup_s = small->setup_s * cost->rows / small->rows;
    cost->steps_s = all_s * cost->persons / small->persons;
    if (larger->persons > 0 && larger->rows != small->rows) {
        double slope = (larger->bytes - small->bytes) / (larger->rows - small->rows);
        cost->fixed_bytes = fmax(0, small->bytes - slope * small->rows); /* blocks of rows are rounded up */
        cost->bytes_per_row = slope + grown_bytes / small->rows;
        cost->setup_s = larger->setup_s * cost->rows / larger->rows;
        double first_s = sum(step_s, larger->windows);
        if (first_s > 0 && larger->windows > 0)
            cost->steps_s = all_s * (larger->steps_s / first_s) * (cost->persons / larger->persons);
    }
    cost->larger_persons = larger->persons;
    cost->larger_windows = larger->windows;
    cost->memory_bytes += cost->fixed_bytes + cost->bytes_per_row * cost->rows;
}

static bool measure(struct tmn_cost *cost, struct tmn_arena *arena, const struct tmn_model *model, bool quiet,
                    struct tmn_error *err) {
    struct tmn_world_size size;
    cost->memory_bytes = (double)tmn_resident_bytes(); /* the program and the model */
    if (!tmn_world_size(&size, model, 1, cost->scale, err))
        return false;
    cost->persons = size.persons;
    cost->rows = size.rows;
    bool whole = size.persons <= SAMPLE_PERSONS || !can_scale(model);
    struct tmn_run_options options = {
        .seed = 1, .scale = whole ? cost->scale : SAMPLE_PERSONS / (double)size.full_persons, .threads = cost->threads};
    struct tmn_run *run;
    double began_s = tmn_wall_s();
    if (!tmn_run_new(&run, model, &options, err))
        return false;
    struct measured small = {
        tmn_run_world(run)->rows, (double)tmn_run_bytes(run), tmn_wall_s() - began_s, 0, tmn_run_alive(run), 0};
    size_t years = (size_t)(model->calendar.windows / model->calendar.windows_per_year) + 2;
    cost->ties = TMN_NEW_ARRAY(arena, double, years * model->layers.count + 1);
    double *step_s = TMN_NEW_ARRAY(arena, double, model->calendar.windows + 1);
    cost->sample_persons = small.persons;
    cost->sample_rows = tmn_run_world(run)->rows;
    bool good = watch(cost, arena, run, step_s, quiet, err);
    double grown_bytes = (double)tmn_run_bytes(run) - small.bytes;
    tmn_run_free(run);
    if (!good)
        return false;
    struct measured larger = {0};
    options.scale = fmin(LARGER * options.scale, cost->scale);
    if (!whole && !measure_larger(&larger, model, &options, cost->windows, err))
        return false;
    carry_over(cost, &small, &larger, grown_bytes, step_s, model->calendar.windows);
    return true;
}

enum tmn_status tmn_command_check(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct tmn_error err;
    const char *path;
    if (!tmn_scenario_locate(arena, arguments->target, &path, &err))
        return tmn_complain_error(&err);
    struct tmn_diagnostics list;
    tmn_diagnostics_init(&list, arena);
    const struct tmn_model *model = tmn_model_read(arena, path, &list);
    struct tmn_cost cost = {.scale = arguments->scale, .threads = (int)arguments->threads};
    if (arguments->json)
        tmn_diagnostics_sort(&list);
    else
        tmn_diagnostics_print(stdout, path, &list);
    bool measured = model && measure(&cost, arena, model, arguments->json, &err);
    if (arguments->json)
        tmn_check_json(arena, path, model, &list, measured ? &cost : NULL);
    if (!model)
        return TMN_BAD_SCENARIO;
    if (!measured)
        return tmn_complain_error(&err);
    if (!arguments->json)
        tmn_check_print(arena, path, model, &cost, arguments->evidence);
    if (!tmn_interrupted())
        return TMN_DONE;
    tmn_complain("interrupted: ties, memory and time are told from what had been measured");
    return TMN_INTERRUPTED;
}
