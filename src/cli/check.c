/* `tumen check`: every mistake of a scenario; or, when there is none, what it declares and what a run of it would take.
 * Memory, time and ties are measured on a small run, not guessed. */
#include "cli/check.h"
#include "cli/interrupt.h"
#include "cli/locate.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/session.h"
#include <math.h>

enum { SAMPLE_PERSONS = 20000, TIE_ROWS = 2000 /* rows whose ties are counted each year */ };

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
static bool watch(struct tmn_cost *cost, struct tmn_arena *arena, struct tmn_run *run, double *seconds,
                  double *person_windows, bool quiet, struct tmn_error *err) {
    const struct tmn_model *model = tmn_run_world(run)->model;
    struct tmn_progress progress;
    tmn_progress_begin(&progress, quiet);
    bool good = true;
    for (int window = 0; good && window < tmn_run_windows(run) && !tmn_interrupted(); window++) {
        double began_s = tmn_clock_s();
        good = tmn_run_step(run, err);
        *seconds += tmn_clock_s() - began_s;
        *person_windows += tmn_run_alive(run);
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

/* What does not grow with the rows (tables of strata) is told from what does by a second run of another size, not
 * stepped. */
static bool measure_memory(struct tmn_cost *cost, const struct tmn_model *model, const struct tmn_run_options *options,
                           double bytes, struct tmn_error *err) {
    cost->bytes_per_row = bytes / cost->sample_rows;
    if (!can_scale(model))
        return true;
    struct tmn_run_options other = *options;
    other.scale = options->scale <= 0.5 ? 2 * options->scale : options->scale / 2;
    struct tmn_run *run;
    if (!tmn_run_new(&run, model, &other, err))
        return false;
    double rows = (double)tmn_run_world(run)->rows - (double)cost->sample_rows;
    if (rows != 0)
        cost->bytes_per_row = ((double)tmn_run_bytes(run) - bytes) / rows;
    cost->fixed_bytes = fmax(0, bytes - cost->bytes_per_row * cost->sample_rows); /* blocks of rows are rounded up */
    tmn_run_free(run);
    return true;
}

/* Memory, time and ties of a run on one thread, carried over to scale 1. */
static bool measure(struct tmn_cost *cost, struct tmn_arena *arena, const struct tmn_model *model, bool quiet,
                    struct tmn_error *err) {
    cost->persons = tmn_population_persons(model);
    double scale = cost->persons > SAMPLE_PERSONS && can_scale(model) ? SAMPLE_PERSONS / cost->persons : 1;
    struct tmn_run_options options = {.seed = 1, .scale = scale, .threads = 1};
    struct tmn_run *run;
    if (!tmn_run_new(&run, model, &options, err))
        return false;
    size_t years = (size_t)(model->calendar.windows / model->calendar.windows_per_year) + 2;
    cost->ties = TMN_NEW_ARRAY(arena, double, years * model->layers.count + 1);
    cost->sample_persons = tmn_run_alive(run);
    cost->sample_rows = tmn_run_world(run)->rows;
    double person_windows = 0, seconds = 0;
    bool good = watch(cost, arena, run, &seconds, &person_windows, quiet, err);
    double larger = cost->sample_persons > 0 ? cost->persons / cost->sample_persons : 0;
    double bytes = (double)tmn_run_bytes(run);
    cost->rows = larger * cost->sample_rows;
    cost->person_windows = cost->windows > 0 ? larger * person_windows * model->calendar.windows / cost->windows : 0;
    cost->person_windows_per_s = seconds > 0 ? person_windows / seconds : 0;
    tmn_run_free(run);
    return good && measure_memory(cost, model, &options, bytes, err);
}

enum tmn_status tmn_command_check(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct tmn_error err;
    const char *path;
    if (!tmn_scenario_locate(arena, arguments->target, &path, &err))
        return tmn_complain_error(&err);
    struct tmn_diagnostics list;
    tmn_diagnostics_init(&list, arena);
    const struct tmn_model *model = tmn_model_read(arena, path, &list);
    struct tmn_cost cost = {.threads = (int)arguments->threads};
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
        tmn_check_print(arena, path, model, &cost);
    return tmn_interrupted() ? TMN_INTERRUPTED : TMN_DONE;
}
