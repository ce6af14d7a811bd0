/* The runs behind the trials of a fit, side by side on the threads, and what they leave: residuals and the objective.
 */
#include "study/fit_inner.h"

#include "base/pool.h"
#include "base/real.h"
#include "result/result.h"
#include <math.h>
#include <pthread.h>
#include <string.h>

/* One run: a trial with one seed. */
struct job {
    struct tmn_fit_trial *trial;
    const struct tmn_model *model;
    uint64_t seed;
    double *simulated; /* [rows], of the trial's by_seed */
    bool done;
};

struct batch {
    struct tmn_fit_search *search;
    struct job *jobs;
    uint32_t count;
    int inner_threads, windows;
    pthread_mutex_t mutex; /* over all below */
    struct tmn_fit_progress progress;
    bool stop, failed;
    uint32_t failed_job;
    struct tmn_error err; /* of the first job that failed */
};

static bool is_error(const struct tmn_observation *observation, const char *name) {
    return observation->error_model && strcmp(observation->error_model, name) == 0;
}

/* weight: persons per simulated person and seed. */
static double log_sd(const struct tmn_observation *observation, double observed, double weight) {
    double sampling = weight / observed, spread = observation->dispersion;
    if (is_error(observation, "negbin"))
        return sqrt(1 / spread + 1 / observed + sampling);
    if (is_error(observation, "lognormal"))
        return sqrt(spread * spread + sampling);
    if (is_error(observation, "normal"))
        return sqrt(spread * spread / (observed * observed) + sampling);
    return sqrt(1 / observed + sampling); /* poisson */
}

/* Do both rows count persons of the same days, by the same keys? */
static bool same_days(const struct tmn_observed *a, const struct tmn_observed *b) {
    for (int k = 0; k < TMN_MAX_KEYS; k++)
        if ((a->cell[k] < 0) != (b->cell[k] < 0))
            return false;
    return a->from_day == b->from_day && a->to_day == b->to_day;
}

/* Rows of the same days stand together, however the file has them; a share of one row says nothing. */
static void find_mates(struct tmn_fit_search *search, double weight) {
    for (int r = 0; r < search->row_count; r++) {
        struct tmn_fit_row *row = &search->rows[r];
        const struct tmn_observation *observation = &search->model->observations.items[row->observation];
        double total = 0;
        row->first = -1;
        for (int m = 0; m < search->row_count; m++) {
            const struct tmn_fit_row *mate = &search->rows[m];
            if (mate->observation != row->observation || !same_days(mate->row, row->row))
                continue;
            row->first = row->first < 0 ? m : row->first;
            row->mates++;
            total += mate->row->value;
        }
        if (!is_error(observation, "share"))
            continue;
        double share = total > 0 ? fmin(fmax(row->row->value / total, 0.01), 0.99) : 0.5;
        double sampling = share * (1 - share) * weight / fmax(total, 1);
        row->sd = sqrt(observation->dispersion * observation->dispersion + sampling);
    }
}

bool tmn_fit_rows(struct tmn_fit_search *search, struct tmn_error *err) {
    const struct tmn_model *model = search->model;
    double weight = 1 / (search->options->scale * search->options->seeds);
    size_t total = 0;
    for (size_t o = 0; o < model->observations.count; o++)
        total += model->observations.items[o].count;
    search->rows = TMN_NEW_ARRAY(search->arena, struct tmn_fit_row, total + 1);
    for (size_t o = 0; o < model->observations.count; o++) {
        const struct tmn_observation *observation = &model->observations.items[o];
        for (size_t i = 0; i < observation->count; i++) {
            const struct tmn_observed *row = &observation->rows[i];
            double observed = fmax(row->value, 0.5);
            if (row->to_day <= observation->fit_until)
                search->rows[search->row_count++] = (struct tmn_fit_row){.observation = (int)o,
                                                                         .row = row,
                                                                         .observed = observed,
                                                                         .sd = log_sd(observation, observed, weight)};
        }
    }
    find_mates(search, weight);
    return search->row_count > 0 ||
           tmn_fail(err, TMN_USAGE, "no observation has rows up to its `fit` date: there is nothing to fit to");
}

struct tmn_fit_trial *tmn_fit_trial_new(struct tmn_fit_search *search, const double *z) {
    struct tmn_fit_trial *trial = TMN_NEW(search->arena, struct tmn_fit_trial);
    memcpy(trial->z, z, (size_t)search->parameters * sizeof *z);
    trial->simulated = TMN_NEW_ARRAY(search->arena, double, search->row_count);
    trial->by_seed = TMN_NEW_ARRAY(search->arena, double, search->row_count * search->options->seeds);
    trial->residual = TMN_NEW_ARRAY(search->arena, double, search->row_count + search->parameters);
    TMN_PUSH(search->arena, &search->made, trial);
    return trial;
}

/* ---- residuals ---- */

static double share_residual(const struct tmn_fit_search *search, const double *number, int r) {
    const struct tmn_fit_row *row = &search->rows[r];
    double simulated = 0, observed = 0;
    if (row->mates < 2)
        return 0;
    for (int m = 0; m < search->row_count; m++)
        if (search->rows[m].observation == row->observation && search->rows[m].first == row->first) {
            simulated += number[m];
            observed += search->rows[m].row->value;
        }
    if (!(simulated > 0) || !(observed > 0))
        return 0;
    double miss = number[r] / simulated - row->row->value / observed;
    return miss / row->sd * sqrt(1 - 1.0 / row->mates);
}

/* Residuals of the simulated numbers of the rows; half: persons behind half a simulated one. Returns the sum of squares
 * of all log ratios, with how many there are. */
static double residuals(const struct tmn_fit_search *search, const double *number, double half, double *residual,
                        int *compared) {
    double squares = 0;
    *compared = 0;
    for (int r = 0; r < search->row_count; r++) {
        const struct tmn_fit_row *row = &search->rows[r];
        residual[r] = 0;
        if (!isfinite(number[r])) /* the run did not come so far */
            continue;
        double miss = tmn_log(fmax(number[r], half)) - tmn_log(row->observed);
        bool share = is_error(&search->model->observations.items[row->observation], "share");
        residual[r] = share ? share_residual(search, number, r) : miss / row->sd;
        squares += miss * miss;
        ++*compared;
    }
    return squares;
}

void tmn_fit_residuals_of_seed(const struct tmn_fit_search *search, const struct tmn_fit_trial *trial, int seed,
                               double *residual) {
    int compared;
    residuals(search, &trial->by_seed[seed * search->row_count], 0.5 / search->options->scale, residual, &compared);
}

/* Means, residuals, objective and error from the numbers of the seeds. */
static void finish(const struct tmn_fit_search *search, struct tmn_fit_trial *trial) {
    int seeds = search->options->seeds, compared;
    for (int r = 0; r < search->row_count; r++) {
        trial->simulated[r] = 0;
        for (int s = 0; s < seeds; s++)
            trial->simulated[r] += trial->by_seed[s * search->row_count + r] / seeds;
    }
    double squares =
        residuals(search, trial->simulated, 0.5 / (search->options->scale * seeds), trial->residual, &compared);
    trial->error = compared ? sqrt(squares / compared) : 0;
    search->fit->rows = (size_t)compared;
    trial->objective = 0;
    for (int i = 0; i < search->parameters; i++)
        trial->residual[search->row_count + i] = tmn_fit_prior_residual(tmn_fit_parameter(search, i), trial->z[i]);
    for (int r = 0; r < search->row_count + search->parameters; r++)
        trial->objective += trial->residual[r] * trial->residual[r] / 2;
    trial->done = true;
}

/* ---- runs ---- */

/* Tells of a window done; false: stop. */
static bool advance(struct batch *batch, int windows) {
    const struct tmn_fit_options *options = batch->search->options;
    pthread_mutex_lock(&batch->mutex);
    batch->progress.windows += windows;
    if (!batch->stop && options->progress && !options->progress(options->progress_context, &batch->progress))
        batch->stop = true;
    bool go_on = !batch->stop && !batch->failed;
    pthread_mutex_unlock(&batch->mutex);
    return go_on;
}

static bool note(const struct batch *batch, struct job *job, const struct tmn_run *run, struct tmn_error *err) {
    const struct tmn_fit_search *search = batch->search;
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    if (TMN_ARENA_TRY(&arena)) {
        tmn_arena_free(&arena);
        return tmn_fail(err, TMN_MEMORY, "memory ran out for what a run of the fit gave");
    }
    struct tmn_run_facts facts = {.engine = "", .threads = 1};
    struct tmn_result result;
    size_t count;
    tmn_result_gather(&result, &arena, job->model, run, job->seed, search->options->scale, &facts);
    const struct tmn_observed_row *rows = tmn_result_observed(&arena, &result, &count);
    int at = 0;
    for (size_t i = 0; i < count && at < search->row_count; i++)
        if (rows[i].row == search->rows[at].row)
            job->simulated[at++] = !rows[i].reached ? (double)NAN
                                   : rows[i].masked ? TMN_MASK_PERSONS / 2.0 /* the table of trials shows it */
                                                    : rows[i].simulated;
    tmn_arena_free(&arena);
    return true;
}

static void run_job(void *context, int worker, uint32_t index) {
    (void)worker;
    struct batch *batch = context;
    struct job *job = &batch->jobs[index];
    if (!advance(batch, 0))
        return;
    const struct tmn_fit_options *options = batch->search->options;
    struct tmn_run_options run_options = {.seed = job->seed,
                                          .scale = options->scale,
                                          .threads = batch->inner_threads,
                                          .windows = batch->windows,
                                          .settings = options->settings,
                                          .setting_count = options->setting_count};
    struct tmn_run *run = NULL;
    struct tmn_error err;
    bool good = tmn_run_new(&run, job->model, &run_options, &err), go_on = true;
    while (good && go_on && tmn_run_window(run) < tmn_run_windows(run)) {
        good = tmn_run_step(run, &err);
        go_on = advance(batch, 1);
    }
    if (good && go_on)
        good = job->done = note(batch, job, run, &err);
    if (run)
        tmn_run_free(run);
    if (good)
        return;
    pthread_mutex_lock(&batch->mutex);
    if (!batch->failed || index < batch->failed_job) {
        batch->failed = true;
        batch->failed_job = index;
        batch->err = err;
    }
    pthread_mutex_unlock(&batch->mutex);
}

/* Windows until the last day that is fitted to. */
static int windows_of(const struct tmn_fit_search *search) {
    int32_t last_day = 0;
    for (int r = 0; r < search->row_count; r++)
        last_day = search->rows[r].row->to_day > last_day ? search->rows[r].row->to_day : last_day;
    return tmn_calendar_until(&search->model->calendar, last_day);
}

static const struct tmn_model *model_at(const struct tmn_fit_search *search, struct tmn_arena *arena, const double *z) {
    size_t count = search->model->parameters.count;
    double *value = TMN_NEW_ARRAY(arena, double, count + 1);
    for (size_t p = 0; p < count; p++)
        value[p] = search->model->parameters.items[p].value;
    for (int i = 0; i < search->parameters; i++)
        value[search->fit->parameter[i].parameter] = tmn_fit_value(tmn_fit_parameter(search, i), z[i]);
    return tmn_model_with(arena, search->model, value);
}

/* Jobs of all trials that are not done; those of one trial stand together. */
static void plan(struct batch *batch) {
    struct tmn_fit_search *search = batch->search;
    int seeds = search->options->seeds;
    batch->jobs = TMN_NEW_ARRAY(search->arena, struct job, search->made.count * (size_t)seeds + 1);
    for (size_t t = 0; t < search->made.count; t++) {
        struct tmn_fit_trial *trial = search->made.items[t];
        if (trial->done)
            continue;
        const struct tmn_model *model = model_at(search, search->arena, trial->z);
        for (int s = 0; s < seeds; s++)
            batch->jobs[batch->count++] = (struct job){.trial = trial,
                                                       .model = model,
                                                       .seed = search->options->seed + (uint64_t)s,
                                                       .simulated = &trial->by_seed[s * search->row_count]};
    }
    bool side_by_side = batch->count >= (uint32_t)search->options->threads;
    batch->inner_threads = side_by_side ? 1 : search->options->threads;
    batch->windows = windows_of(search);
    batch->progress =
        (struct tmn_fit_progress){.trial = (int)search->made.count,
                                  .trials = search->options->trials,
                                  .all = (double)batch->windows * batch->count,
                                  .best = search->fit->trials > 0 ? search->fit->objective_after : (double)NAN,
                                  .first = search->fit->trials > 0 ? search->fit->objective_before : (double)NAN};
}

/* Trials whose runs all came to their end. */
static void collect(struct batch *batch) {
    struct tmn_fit_search *search = batch->search;
    int seeds = search->options->seeds;
    for (uint32_t j = 0; j < batch->count; j += (uint32_t)seeds) {
        struct tmn_fit_trial *trial = batch->jobs[j].trial;
        bool all = true;
        for (int s = 0; s < seeds; s++)
            all = all && batch->jobs[j + (uint32_t)s].done;
        if (all)
            finish(search, trial);
    }
}

bool tmn_fit_make(struct tmn_fit_search *search, struct tmn_error *err) {
    struct batch batch = {.search = search};
    for (size_t t = 0; t < search->made.count; t++) {
        struct tmn_fit_trial *trial = search->made.items[t];
        if (trial->done || !tmn_fit_table_take(search, t, trial))
            continue;
        finish(search, trial);
        search->fit->resumed++;
    }
    plan(&batch);
    struct tmn_pool *pool;
    if (batch.count > 0) {
        if (!tmn_pool_new(&pool, batch.inner_threads > 1 ? 1 : search->options->threads, err))
            return false;
        pthread_mutex_init(&batch.mutex, NULL);
        tmn_pool_run(pool, batch.count, run_job, &batch);
        pthread_mutex_destroy(&batch.mutex);
        tmn_pool_free(pool);
        if (batch.failed) {
            *err = batch.err;
            return false;
        }
        collect(&batch);
    }
    search->fit->stopped = search->fit->stopped || batch.stop;
    search->fit->trials = 0;
    while ((size_t)search->fit->trials < search->made.count && search->made.items[search->fit->trials]->done)
        search->fit->trials++;
    return !search->options->table || tmn_fit_table_write(search, err);
}
