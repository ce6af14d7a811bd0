/* What a run will take, told before it is made: columns to the byte, as the plan of the world lays rows out; lists and
 * wheels as they turned out to be. */
#include "engine/rooms.h"

#include "base/available.h"
#include "base/text.h"

#define LISTS_PER_ROW 6.0          /* bytes; five in the country of scenarios/dprk */
#define FIXED (8.0 * 1024 * 1024)  /* tables and scratch of workers */
#define SMALL (64.0 * 1024 * 1024) /* what is not worth a look */
#define MARGIN 1.03

double tmn_run_row_bytes(const struct tmn_model *model) {
    struct tmn_run run = {.model = model, .transitions = model->transitions.count, .slots = model->slots};
    tmn_person_prepare(&run);
    return (double)run.person_bytes + (double)model->counters.count * sizeof *run.counter->number;
}

/* The largest share of this run that fits, cut to two digits. */
static double scale_that_fits(double scale, double share) {
    double fits = scale * share, unit = 1;
    while (unit * 10 > fits && unit > 1e-9)
        unit /= 10;
    return (double)(int)(fits / unit) * unit;
}

static bool refuse(const struct tmn_world_size *size, double need, double scale, const struct tmn_available *available,
                   struct tmn_error *err) {
    char rows[32];
    double gib = 1024.0 * 1024 * 1024, left = (double)available->bytes - FIXED;
    tmn_format_count((long long)size->rows, rows);
    if (left <= 0 || need <= FIXED)
        left = 0;
    return tmn_fail(err, TMN_MEMORY,
                    "the run needs about %.2f GiB of memory for its %s rows, but %s is %.2f GiB; a --scale of at most "
                    "%.2g fits",
                    need / gib, rows, available->limit, (double)available->bytes / gib,
                    scale_that_fits(scale, left / (need - FIXED) / MARGIN));
}

/* The plan of a run's world and what the run will take; `size` is zero for what is not worth a plan. */
static bool plan(struct tmn_world_size *size, double *need, const struct tmn_model *model,
                 const struct tmn_run_options *options, struct tmn_error *err) {
    double per_row = tmn_run_row_bytes(model) + LISTS_PER_ROW;
    *size = (struct tmn_world_size){.rows = 0};
    *need = SMALL;
    /* a population's unborn make rows too, but never as many that it is worth a plan of each small run */
    if (tmn_population_persons(model) * options->scale * (per_row + sizeof(struct tmn_packed)) < SMALL)
        return true;
    if (!tmn_world_size(size, model, options->seed, options->scale, err))
        return false;
    double paths = tmn_paths_bytes(model, options->windows == 0 ? model->calendar.windows : options->windows);
    *need = (size->bytes + per_row * size->rows + paths + FIXED) * MARGIN;
    return true;
}

double tmn_run_need_bytes(const struct tmn_model *model, const struct tmn_run_options *options) {
    struct tmn_world_size size;
    double need;
    return plan(&size, &need, model, options, NULL) ? need : 0;
}

bool tmn_run_fits(const struct tmn_model *model, const struct tmn_run_options *options, struct tmn_error *err) {
    struct tmn_world_size size;
    double need;
    if (!plan(&size, &need, model, options, err))
        return false;
    struct tmn_available available = tmn_available();
    return size.rows == 0 || need <= (double)available.bytes || refuse(&size, need, options->scale, &available, err);
}
