/* `tumen check`: every mistake of a scenario; or, when there is none, what it declares and what a run of it would take.
 * Memory, time and ties are measured on a small run, not guessed. */
#include "cli/check.h"
#include "cli/locate.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/session.h"
#include <math.h>

enum { SAMPLE_PERSONS = 20000, TIE_ROWS = 2000 /* rows whose ties are counted each year */ };

/* Persons at the start at scale 1. */
static double declared_persons(const struct tmn_model *model) {
    if (model->population.size > 0)
        return model->population.size;
    double sum = 0;
    for (size_t i = 0; i < model->population.counts.cells; i++)
        sum += model->population.counts.value[i];
    return sum;
}

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

/* A whole run at a small scale on one thread, watched at the end of each year. */
static bool measure(struct tmn_cost *cost, struct tmn_arena *arena, const struct tmn_model *model, struct tmn_error *err) {
    cost->persons = declared_persons(model);
    double scale = cost->persons > SAMPLE_PERSONS ? SAMPLE_PERSONS / cost->persons : 1;
    struct tmn_run_options options = {.seed = 1, .scale = scale, .threads = 1};
    struct tmn_run *run;
    if (!tmn_run_new(&run, model, &options, err))
        return false;
    const struct tmn_world *world = tmn_run_world(run);
    size_t layers = model->layers.count;
    cost->ties = TMN_NEW_ARRAY(arena, double, (size_t)(model->calendar.windows / model->calendar.windows_per_year + 2) * layers + 1);
    cost->sample_persons = tmn_run_alive(run);
    double person_windows = 0, seconds = 0;
    bool good = true;
    for (int window = 0; good && window < tmn_run_windows(run); window++) {
        double began_s = tmn_clock_s();
        good = tmn_run_step(run, err);
        seconds += tmn_clock_s() - began_s;
        person_windows += tmn_run_alive(run);
        if (good && (tmn_calendar_window(&model->calendar, window).ends_year || window + 1 == tmn_run_windows(run)))
            count_ties(run, arena, cost->ties + layers * (size_t)cost->years++);
    }
    cost->sample_rows = world->rows;
    cost->bytes_per_row = (double)tmn_run_bytes(run) / world->rows;
    cost->rows = cost->sample_persons > 0 ? cost->persons * world->rows / cost->sample_persons : 0;
    cost->person_windows = cost->sample_persons > 0 ? cost->persons * person_windows / cost->sample_persons : 0;
    cost->person_windows_per_s = seconds > 0 ? person_windows / seconds : 0;
    tmn_run_free(run);
    return good;
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
    bool measured = model && measure(&cost, arena, model, &err);
    if (arguments->json)
        tmn_check_json(arena, path, model, &list, measured ? &cost : NULL);
    if (!model)
        return TMN_BAD_SCENARIO;
    if (!measured)
        return tmn_complain_error(&err);
    if (!arguments->json)
        tmn_check_print(arena, path, model, &cost);
    return TMN_DONE;
}
