/* The runs behind the trials of a fit, side by side on the threads, and what they leave: residuals and the objective.
 */
#include "study/fit_inner.h"

#include "base/real.h"
#include "result/result.h"
#include "study/runs.h"
#include <math.h>
#include <string.h>

/* A trial with one seed. */
struct job {
    struct tmn_fit_trial *trial;
    double *simulated; /* [rows], of the trial's by_seed */
    bool done;
};

struct batch {
    struct tmn_fit_search *search;
    struct job *jobs; /* [count], each with its run: */
    struct tmn_ask *asks;
    size_t count;
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

static bool tell(void *context, const struct tmn_runs_progress *at) {
    const struct tmn_fit_search *search = ((struct batch *)context)->search;
    const struct tmn_fit *fit = search->fit;
    struct tmn_fit_progress progress = {.trial = (int)search->made.count,
                                        .trials = search->options->trials,
                                        .windows = at->windows,
                                        .all = at->windows_all,
                                        .best = fit->trials > 0 ? fit->objective_after : (double)NAN,
                                        .first = fit->trials > 0 ? fit->objective_before : (double)NAN};
    return !search->options->progress || search->options->progress(search->options->progress_context, &progress);
}

/* The numbers of a finished run. */
static bool note(void *context, const struct tmn_ended *ended, struct tmn_error *err) {
    const struct batch *batch = context;
    const struct tmn_fit_search *search = batch->search;
    const struct tmn_ask *ask = &batch->asks[ended->index];
    struct job *job = &batch->jobs[ended->index];
    struct tmn_arena arena;
    if (!ended->run) {
        if (ended->error)
            *err = *ended->error;
        return !ended->error;
    }
    tmn_arena_init(&arena, 0);
    if (TMN_ARENA_TRY(&arena)) {
        tmn_arena_free(&arena);
        return tmn_fail(err, TMN_MEMORY, "memory ran out for what a run of the fit gave");
    }
    struct tmn_run_facts facts = {.engine = "", .threads = 1};
    struct tmn_result result;
    size_t count;
    tmn_result_gather(&result, &arena, ask->model, ended->run, ask->seed, ask->scale, &facts);
    const struct tmn_observed_row *rows = tmn_result_observed(&arena, &result, &count);
    int at = 0;
    for (size_t i = 0; i < count && at < search->row_count; i++)
        if (rows[i].row == search->rows[at].row)
            job->simulated[at++] = !rows[i].reached ? (double)NAN
                                   : rows[i].masked ? TMN_MASK_PERSONS / 2.0 /* the table of trials shows it */
                                                    : rows[i].simulated;
    tmn_arena_free(&arena);
    job->done = true;
    return true;
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
    const struct tmn_fit_options *options = search->options;
    size_t all = search->made.count * (size_t)options->seeds + 1;
    int windows = windows_of(search);
    batch->jobs = TMN_NEW_ARRAY(search->arena, struct job, all);
    batch->asks = TMN_NEW_ARRAY(search->arena, struct tmn_ask, all);
    for (size_t t = 0; t < search->made.count; t++) {
        struct tmn_fit_trial *trial = search->made.items[t];
        if (trial->done)
            continue;
        const struct tmn_model *model = model_at(search, search->arena, trial->z);
        for (int s = 0; s < options->seeds; s++) {
            batch->asks[batch->count] = (struct tmn_ask){.model = model,
                                                         .settings = options->settings,
                                                         .setting_count = options->setting_count,
                                                         .seed = options->seed + (uint64_t)s,
                                                         .scale = options->scale,
                                                         .windows = windows};
            batch->jobs[batch->count++] = (struct job){trial, &trial->by_seed[s * search->row_count], false};
        }
    }
}

/* Trials whose runs all came to their end. */
static void collect(struct batch *batch) {
    struct tmn_fit_search *search = batch->search;
    int seeds = search->options->seeds;
    for (size_t j = 0; j < batch->count; j += (size_t)seeds) {
        struct tmn_fit_trial *trial = batch->jobs[j].trial;
        bool all = true;
        for (int s = 0; s < seeds; s++)
            all = all && batch->jobs[j + (size_t)s].done;
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
    struct tmn_runs_options options = {
        .threads = search->options->threads, .context = &batch, .progress = tell, .ended = note};
    bool stopped;
    if (!tmn_runs_make(batch.asks, batch.count, &options, &stopped, err))
        return false;
    collect(&batch);
    search->fit->stopped = search->fit->stopped || stopped;
    search->fit->trials = 0;
    while ((size_t)search->fit->trials < search->made.count && search->made.items[search->fit->trials]->done)
        search->fit->trials++;
    return !search->options->table || tmn_fit_table_write(search, err);
}
