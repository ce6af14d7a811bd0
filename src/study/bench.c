/* See bench.h. Which cases are run, in which order, and what is kept of each. */
#include "study/bench.h"

#include "base/wall.h"

#include <string.h>
#include <time.h>

enum { CASCADE_TIES = 5 /* mean, of bench/cascade */ };

/* Bytes of memory by which the machine is measured: far beyond its caches, or quick. */
static const size_t limit_bytes[2] = {(size_t)4 << 30, (size_t)64 << 20};

bool tmn_bench_told(struct tmn_bench *bench, double part, const char *what) {
    const struct tmn_bench_options *options = bench->options;
    if (!bench->stopped && options->progress &&
        !options->progress(options->progress_context, bench->done + part, bench->total, what))
        bench->stopped = true;
    return !bench->stopped;
}

/* ---- the machine ---- */

/* The value of the first line of a system file that begins with `key`, or NULL. */
static const char *system_line(struct tmn_arena *arena, const char *path, const char *key) {
    FILE *file = fopen(path, "r");
    char line[256];
    const char *found = NULL;
    while (file != NULL && found == NULL && fgets(line, sizeof line, file) != NULL) {
        const char *value = strchr(line, ':');
        if (strncmp(line, key, strlen(key)) != 0 || value == NULL)
            continue;
        value += strspn(value, ": \t");
        found = tmn_arena_strndup(arena, value, strcspn(value, "\n"));
    }
    if (file != NULL)
        fclose(file);
    return found;
}

static void describe(struct tmn_bench *bench) {
    struct tmn_arena *arena = bench->arena;
    const char *processor = system_line(arena, "/proc/cpuinfo", "model name");
    time_t now = time(NULL);
    struct tm parts;
    char date[32];
    gmtime_r(&now, &parts);
    strftime(date, sizeof date, "%Y-%m-%d", &parts);
    bench->date = tmn_arena_strdup(arena, date);
    bench->machine = tmn_arena_printf(arena, "%s, %d threads, %.1f GiB of memory free", processor ? processor : "?",
                                      bench->options->threads, (double)tmn_memory_available() / 0x1p30);
}

static bool limits_told(void *context, const char *what) {
    return tmn_bench_told(context, 0, what);
}

static bool measure_limits(struct tmn_bench *bench, struct tmn_error *err) {
    size_t bytes = limit_bytes[bench->options->quick], free_bytes = tmn_memory_available();
    if (free_bytes > 0 && bytes > free_bytes / 2)
        bytes = free_bytes / 2;
    struct tmn_error local;
    if (tmn_limits_measure(&bench->limits, bytes, bench->options->threads, limits_told, bench, &local))
        return true;
    if (local.code == TMN_STOPPED)
        return true;
    return tmn_fail(err, local.code, "%s", local.text);
}

/* ---- one measurement ---- */

/* The kernel keeps the largest resident size; writing 5 here lets it begin anew (proc(5)). */
static void forget_peak(void) {
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (file == NULL)
        return;
    fputs("5", file);
    fclose(file);
}

static uint64_t peak_bytes(struct tmn_arena *arena) {
    const char *text = system_line(arena, "/proc/self/status", "VmHWM");
    long long kib;
    return text && tmn_parse_int(text, strspn(text, "0123456789"), &kib) ? (uint64_t)kib * 1024 : 0;
}

struct tmn_model *tmn_bench_model(const struct tmn_bench *bench, struct tmn_arena *arena, const char *scenario,
                                  double persons, const char *const *set, size_t set_count, struct tmn_error *err) {
    bool dprk = strcmp(scenario, "dprk") == 0;
    const char *path = dprk ? bench->options->dprk : tmn_arena_printf(arena, "%s/%s", bench->options->folder, scenario);
    struct tmn_diagnostics list;
    struct tmn_settings settings = {NULL, 0, 0};
    tmn_diagnostics_init(&list, arena);
    struct tmn_model *model = tmn_model_read(arena, path, &list);
    if (model == NULL) {
        tmn_fail(err, TMN_SCENARIO, "%s has mistakes; `tumen check %s` tells them", path, path);
        return NULL;
    }
    if (persons > 0 && !tmn_model_set(model, &settings, tmn_arena_printf(arena, "persons=%.0f", persons), err))
        return NULL;
    for (size_t i = 0; i < set_count && set[i]; i++)
        if (!tmn_model_set(model, &settings, set[i], err))
            return NULL;
    return model;
}

double tmn_bench_parameter(const struct tmn_model *model, const char *name) {
    for (size_t p = 0; p < model->parameters.count; p++)
        if (strcmp(model->parameters.items[p].name, name) == 0)
            return model->parameters.items[p].value / model->parameters.items[p].factor;
    return 0;
}

static bool step_all(struct tmn_bench *bench, struct tmn_run *run, const char *name, struct tmn_error *err) {
    while (tmn_run_window(run) < tmn_run_windows(run) &&
           tmn_bench_told(bench, (double)tmn_run_window(run) / tmn_run_windows(run), name))
        if (!tmn_run_step(run, err))
            return false;
    return true;
}

/* Edges that a program would look at which asks, in each round, everybody who has not adopted. */
static double sweep_edges(const struct tmn_run *run) {
    struct tmn_series series = tmn_run_series(run, 0);
    double persons = tmn_run_world(run)->persons, edges = 0, adopters = 0;
    for (int p = 0; p < tmn_run_window(run); p++) {
        edges += (persons - adopters) * CASCADE_TIES;
        adopters = series.value[p];
    }
    return edges;
}

/* Infections and recoveries: who was ever infected was so at the start or is an event, and is so still or another. */
static double epidemic_events(const struct tmn_run *run) {
    int last = tmn_run_window(run) - 1;
    double infected = tmn_run_series(run, 0).value[last], ever = tmn_run_series(run, 1).value[last];
    return 2 * ever - infected - tmn_bench_parameter(tmn_run_world(run)->model, "seeds");
}

/* What a finished run leaves; digests of all turns must agree, since nothing but time may differ. */
static bool keep(struct tmn_bench *bench, struct tmn_bench_run *kept, const struct tmn_run *run,
                 struct tmn_arena *arena, struct tmn_error *err) {
    const struct tmn_world *world = tmn_run_world(run);
    struct tmn_digest digest = tmn_run_weekly_digest(run);
    uint64_t peak = peak_bytes(arena);
    if (bench->stopped)
        return true;
    if (kept->turns > 0 && (digest.low != kept->digest.low || digest.high != kept->digest.high))
        return tmn_fail(err, TMN_RUN, "two runs of '%s' gave different digests: this is a bug of the engine",
                        kept->plan->name);
    kept->digest = digest;
    kept->persons = world->persons;
    kept->rows = world->rows;
    kept->windows = tmn_run_window(run);
    kept->counters = *tmn_run_counters(run);
    kept->reaimed = 0;
    for (size_t t = 0; t < world->model->transitions.count; t++)
        kept->reaimed += (double)kept->counters.work[t].reaimed;
    kept->counters.transition_firings = NULL; /* the run's, and so is: */
    kept->counters.work = NULL;
    memcpy(kept->phase_s, kept->counters.phase_s, sizeof kept->phase_s);
    kept->bytes = tmn_run_bytes(run);
    kept->packed_bytes = sizeof *world->packed;
    kept->events = strcmp(kept->plan->scenario, "sir") == 0 ? epidemic_events(run) : 0;
    kept->sweep_edges = strcmp(kept->plan->scenario, "cascade") == 0 ? sweep_edges(run) : 0;
    kept->peak_bytes = peak > kept->peak_bytes ? peak : kept->peak_bytes;
    kept->turns++;
    return true;
}

static bool measure(struct tmn_bench *bench, struct tmn_bench_run *kept, struct tmn_error *err) {
    const struct tmn_bench_plan *plan = kept->plan;
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    if (TMN_ARENA_TRY(&arena)) {
        tmn_arena_free(&arena);
        return tmn_fail(err, TMN_MEMORY, "out of memory for the scenario of '%s'", plan->name);
    }
    forget_peak();
    double began_s = tmn_wall_s();
    struct tmn_model *model = tmn_bench_model(bench, &arena, plan->scenario, plan->persons[bench->options->quick],
                                              plan->set, sizeof plan->set / sizeof *plan->set, err);
    struct tmn_run *run = NULL;
    bool good = model != NULL;
    kept->read_s = tmn_wall_s() - began_s;
    struct tmn_run_options options = {.engine = plan->reference ? TMN_ENGINE_REFERENCE : TMN_ENGINE_EVENT,
                                      .seed = 1,
                                      .scale = kept->scale,
                                      .threads = kept->threads,
                                      .windows = plan->windows[bench->options->quick]};
    began_s = tmn_wall_s();
    good = good && tmn_bench_told(bench, 0, plan->name) && tmn_run_new(&run, model, &options, err);
    double made_s = tmn_wall_s();
    good = good && step_all(bench, run, plan->name, err);
    kept->set_up_s[kept->turns] = made_s - began_s;
    kept->step_s[kept->turns] = tmn_wall_s() - made_s;
    good = good && keep(bench, kept, run, &arena, err);
    tmn_run_free(run);
    tmn_arena_free(&arena);
    bench->done++;
    return good || bench->stopped;
}

/* ---- the whole ---- */

/* Persons to whom a smaller run of the same scenario says there is no room are left out, and that is told. */
static void leave_out_if_large(struct tmn_bench *bench, struct tmn_bench_run *run) {
    size_t available = tmn_memory_available();
    double needed = 0;
    for (size_t r = 0; r < bench->runs.count; r++) {
        const struct tmn_bench_run *other = &bench->runs.items[r];
        if (strcmp(other->plan->scenario, run->plan->scenario) == 0 && other->rows > 0)
            needed = (double)other->bytes / other->rows * run->plan->persons[bench->options->quick];
    }
    if (available > 0 && needed > 0.9 * (double)available)
        run->left_out = tmn_arena_printf(bench->arena, "needs %.1f GiB, %.1f are free", needed / 0x1p30,
                                         (double)available / 0x1p30);
}

/* Cases from `first` to before `end`, in turns. */
static bool run_group(struct tmn_bench *bench, size_t first, size_t end, struct tmn_error *err) {
    for (int turn = 0; turn < bench->options->turns && !bench->stopped; turn++)
        for (size_t r = first; r < end && !bench->stopped; r++) {
            struct tmn_bench_run *run = &bench->runs.items[r];
            if (turn == 0)
                leave_out_if_large(bench, run);
            if ((!run->left_out && !measure(bench, run, err)) || !tmn_bench_peers_beside(bench, run, turn, err))
                return false;
        }
    return strcmp(bench->runs.items[first].plan->scenario, "sir") != 0 || tmn_bench_compare_sir(bench, err);
}

static void plan(struct tmn_bench *bench) {
    const struct tmn_bench_options *options = bench->options;
    size_t count;
    const struct tmn_bench_plan *plans = tmn_bench_plans(&count);
    for (size_t p = 0; p < count; p++) {
        if (!options->wanted[plans[p].workload[1] - '1'])
            continue;
        struct tmn_bench_run run = {.plan = &plans[p],
                                    .threads = plans[p].one_thread ? 1 : options->threads,
                                    .scale = plans[p].scale[options->quick]};
        TMN_PUSH(bench->arena, &bench->runs, run);
        bench->total += options->turns;
    }
}

bool tmn_bench_run(struct tmn_bench *bench, struct tmn_arena *arena, const struct tmn_bench_options *options,
                   struct tmn_error *err) {
    *bench = (struct tmn_bench){.options = options, .arena = arena};
    describe(bench);
    plan(bench);
    bool good = measure_limits(bench, err);
    for (size_t first = 0, end; good && first < bench->runs.count && !bench->stopped; first = end) {
        for (end = first + 1; end < bench->runs.count && strcmp(bench->runs.items[end].plan->workload,
                                                                bench->runs.items[first].plan->workload) == 0;)
            end++;
        good = run_group(bench, first, end, err);
    }
    good = good && tmn_bench_peers_before(bench, err);
    if (good)
        tmn_bench_make_figures(bench);
    return good;
}
