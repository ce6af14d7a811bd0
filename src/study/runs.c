/* See runs.h. */
#include "study/runs.h"

#include "base/available.h"
#include "base/pool.h"
#include "engine/checkpoint.h"
#include "result/result.h"
#include <pthread.h>

struct maker {
    const struct tmn_ask *asks;
    const struct tmn_runs_options *options;
    int inner_threads;     /* of one run */
    pthread_mutex_t mutex; /* over all below */
    struct tmn_runs_progress progress;
    bool stop, failed;
    size_t failed_ask;
    struct tmn_error err; /* of the first ask that failed */
};

int tmn_ask_windows(const struct tmn_ask *ask) {
    return ask->windows > 0 ? ask->windows : ask->model->calendar.windows;
}

struct tmn_ask *tmn_asks_of_seeds(struct tmn_arena *arena, const struct tmn_model *model,
                                  const struct tmn_settings *settings, uint64_t seed, int seeds, double scale) {
    struct tmn_ask *asks = TMN_NEW_ARRAY(arena, struct tmn_ask, seeds + 1);
    for (int s = 0; s < seeds; s++)
        asks[s] = (struct tmn_ask){.model = model,
                                   .settings = settings->items,
                                   .setting_count = settings->count,
                                   .seed = seed + (uint64_t)s,
                                   .scale = scale};
    return asks;
}

/* What its past has made before it. */
static int begins_at(const struct tmn_ask *ask) {
    return ask->past ? ask->branches : 0;
}

/* Tells of `windows` more; false: stop. */
static bool advance(struct maker *maker, int windows, bool run_done) {
    const struct tmn_runs_options *options = maker->options;
    pthread_mutex_lock(&maker->mutex);
    maker->progress.windows += windows;
    maker->progress.runs += run_done ? 1 : 0;
    if (!maker->stop && options->progress && !options->progress(options->context, &maker->progress))
        maker->stop = true;
    bool go_on = !maker->stop && !maker->failed;
    pthread_mutex_unlock(&maker->mutex);
    return go_on;
}

static void note_failure(struct maker *maker, size_t index, const struct tmn_error *err) {
    pthread_mutex_lock(&maker->mutex);
    if (!maker->failed || index < maker->failed_ask) {
        maker->failed = true;
        maker->failed_ask = index;
        maker->err = *err;
    }
    pthread_mutex_unlock(&maker->mutex);
}

/* Steps to the end; *go_on is false where all was stopped before it. */
static bool drive(struct maker *maker, const struct tmn_ask *ask, struct tmn_run *run, bool *go_on,
                  struct tmn_error *err) {
    bool good = true;
    while (good && *go_on && tmn_run_window(run) < tmn_run_windows(run)) {
        good = tmn_run_step(run, err);
        *go_on = advance(maker, 1, false);
    }
    if (good && *go_on)
        advance(maker, tmn_ask_windows(ask) - tmn_run_window(run), true); /* `until` may have ended it early */
    return good;
}

/* From the start, or from its past. */
static bool begin(const struct tmn_ask *ask, const struct tmn_run_options *options, struct tmn_run **run,
                  struct tmn_error *err) {
    struct tmn_checkpoint *checkpoint;
    if (!ask->past)
        return tmn_run_new(run, ask->model, options, err);
    if (!tmn_checkpoint_open(&checkpoint, ask->past, err))
        return false;
    bool good = tmn_run_resume(run, ask->model, options, checkpoint, err);
    tmn_checkpoint_close(checkpoint);
    return good;
}

static void make_one(void *context, int worker, uint32_t index) {
    (void)worker;
    struct maker *maker = context;
    const struct tmn_ask *ask = &maker->asks[index];
    const struct tmn_runs_options *options = maker->options;
    if (!advance(maker, 0, false))
        return;
    struct tmn_run_options run_options = {.seed = ask->seed,
                                          .scale = ask->scale,
                                          .threads = maker->inner_threads,
                                          .windows = ask->windows,
                                          .settings = ask->settings,
                                          .setting_count = ask->setting_count};
    struct tmn_run *run = NULL;
    struct tmn_error err, told;
    bool begun = !options->begin || options->begin(options->context, index, &run_options, &err), go_on = true;
    bool good = begun && begin(ask, &run_options, &run, &err) && drive(maker, ask, run, &go_on, &err);
    if (!good)
        advance(maker, tmn_ask_windows(ask) - (run ? tmn_run_window(run) : begins_at(ask)), true);
    struct tmn_ended ended = {index, good && go_on ? run : NULL, good ? NULL : &err};
    if (!options->ended(options->context, &ended, &told))
        note_failure(maker, index, &told);
    if (run)
        tmn_run_free(run);
}

/* As many runs as there are threads for, and memory: what the largest of them will take decides. */
static int side_by_side(const struct tmn_ask *asks, size_t count, int threads) {
    double most = 1;
    for (size_t i = 0; i < count; i++) {
        struct tmn_run_options options = {.seed = asks[i].seed, .scale = asks[i].scale};
        double need = i == 0 || asks[i].model != asks[i - 1].model || asks[i].scale != asks[i - 1].scale
                          ? tmn_run_need_bytes(asks[i].model, &options)
                          : 0;
        most = need > most ? need : most;
    }
    double fit = (double)tmn_available().bytes / most;
    int side = count < (size_t)threads ? (int)count : threads;
    return fit < 1 ? 1 : fit < side ? (int)fit : side;
}

bool tmn_stages_tell(void *context, const struct tmn_runs_progress *progress) {
    struct tmn_stages *stages = context;
    const struct tmn_runs_progress *before = &stages->before, *ahead = &stages->ahead;
    struct tmn_runs_progress all = {before->windows + progress->windows,
                                    before->windows + progress->windows_all + ahead->windows,
                                    before->runs + progress->runs, before->runs + progress->runs_all + ahead->runs};
    stages->now = (struct tmn_runs_progress){.windows = progress->windows_all, .runs = progress->runs_all};
    return !stages->progress || stages->progress(stages->context, &all);
}

void tmn_stages_last(struct tmn_stages *stages) {
    stages->before = stages->now;
    stages->ahead = (struct tmn_runs_progress){0};
}

bool tmn_runs_make(const struct tmn_ask *asks, size_t count, const struct tmn_runs_options *options, bool *stopped,
                   struct tmn_error *err) {
    struct maker maker = {.asks = asks, .options = options, .progress = {.runs_all = count}};
    struct tmn_pool *pool;
    if (stopped)
        *stopped = false;
    if (count == 0)
        return true;
    for (size_t i = 0; i < count; i++) {
        bool again = i > 0 && asks[i].model == asks[i - 1].model && asks[i].settings == asks[i - 1].settings;
        if (!again && (!tmn_result_allowed(asks[i].model, err) ||
                       !tmn_settings_allowed(asks[i].model, asks[i].settings, asks[i].setting_count, err)))
            return false;
    }
    for (size_t i = 0; i < count; i++)
        maker.progress.windows_all += tmn_ask_windows(&asks[i]) - begins_at(&asks[i]);
    int side = side_by_side(asks, count, options->threads);
    maker.inner_threads = options->threads / side;
    if (!tmn_pool_new(&pool, side, err))
        return false;
    pthread_mutex_init(&maker.mutex, NULL);
    tmn_pool_run(pool, (uint32_t)count, make_one, &maker);
    pthread_mutex_destroy(&maker.mutex);
    tmn_pool_free(pool);
    if (stopped)
        *stopped = maker.stop;
    if (maker.failed)
        *err = maker.err;
    return !maker.failed;
}
