/* See verify.h. Which runs are needed, making them side by side, and handing what they gave to decide.c. */
#include "study/verify.h"

#include "base/draw.h"
#include "result/result.h"
#include "study/runs.h"
#include <gsl/gsl_errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* One set of parameters of one scenario. */
struct setting {
    const struct tmn_model *scenario, *model; /* model: with these parameters */
    const double *parameter;
    int members, done;
    bool failed;
    struct tmn_error err; /* of the first member that failed */
    int failed_member;
};

/* A row under way. */
struct pending {
    struct tmn_verify_row *row;
    struct tmn_verify_data data;
    struct setting *setting, *against; /* against: or NULL */
    bool out_of_memory;
};

struct job {
    struct setting *setting;
    int member;
};

struct verifier {
    const struct tmn_verify_options *options;
    struct tmn_arena *arena;
    struct {
        struct setting **items;
        size_t count, capacity;
    } settings;
    struct pending *pending;
    size_t rows;
    struct job *jobs; /* [job_count], each with its run: */
    struct tmn_ask *asks;
    size_t job_count, made;
    pthread_mutex_t mutex; /* over `made`, settings' `done` and `failed`, and the data of rows */
    bool stop;
};

uint64_t tmn_member_seed(uint64_t seed, uint32_t member) {
    return tmn_mix64(tmn_mix64(seed) + UINT64_C(0x9e3779b97f4a7c15) * (member + UINT64_C(1))) >> 11;
}

/* A run with one member tells nothing of chance, so a check of one run is given two: they must agree. */
static int members_of(const struct tmn_check *check) {
    return check->runs == 1 && check->expect != TMN_EXPECT_LAW ? 2 : check->runs;
}

static struct setting *setting_of(struct verifier *verifier, const struct tmn_model *scenario, const double *parameter,
                                  int members) {
    size_t bytes = scenario->parameters.count * sizeof *parameter;
    for (size_t i = 0; i < verifier->settings.count; i++) {
        struct setting *setting = verifier->settings.items[i];
        if (setting->scenario == scenario && memcmp(setting->parameter, parameter, bytes) == 0) {
            setting->members = members > setting->members ? members : setting->members;
            return setting;
        }
    }
    struct setting *setting = TMN_NEW(verifier->arena, struct setting);
    *setting = (struct setting){.scenario = scenario,
                                .model = tmn_model_with(verifier->arena, scenario, parameter),
                                .parameter = parameter,
                                .members = members};
    TMN_PUSH(verifier->arena, &verifier->settings, setting);
    return setting;
}

static void plan_row(struct verifier *verifier, struct tmn_verify *verify, const struct tmn_model *model,
                     const struct tmn_check *check) {
    struct pending *pending = &verifier->pending[verify->count];
    struct tmn_verify_row *row = &verify->rows[verify->count++];
    int members = members_of(check);
    *row = (struct tmn_verify_row){.model = model,
                                   .check = check,
                                   .name = tmn_arena_printf(verifier->arena, "%s/%s", model->name, check->name),
                                   .ours = (double)NAN,
                                   .range = {(double)NAN, (double)NAN},
                                   .expected = (double)NAN,
                                   .expected_range = {(double)NAN, (double)NAN},
                                   .resolution = (double)NAN,
                                   .runs = check->runs};
    pending->row = row;
    pending->setting = setting_of(verifier, model, check->parameter, members);
    pending->data.runs = members;
    if (check->expect != TMN_EXPECT_LAW)
        pending->data.value = TMN_NEW_ARRAY(verifier->arena, double, members);
    if (check->against_parameter) {
        pending->against = setting_of(verifier, model, check->against_parameter, members);
        pending->data.against = TMN_NEW_ARRAY(verifier->arena, double, members);
    }
}

/* Rows, settings and jobs; the level of the intervals follows from the number of rows that chance may decide. */
static void plan(struct verifier *verifier, struct tmn_verify *verify, const struct tmn_model *const *models,
                 size_t count) {
    size_t rows = 0, by_chance = 0;
    for (size_t m = 0; m < count; m++)
        rows += models[m]->checks.count;
    verify->rows = TMN_NEW_ARRAY(verifier->arena, struct tmn_verify_row, rows + 1);
    verifier->pending = TMN_NEW_ARRAY(verifier->arena, struct pending, rows + 1);
    for (size_t m = 0; m < count; m++)
        for (size_t c = 0; c < models[m]->checks.count; c++) {
            const struct tmn_check *check = &models[m]->checks.items[c];
            if (check->slow && verifier->options->fast) {
                verify->left_out++;
                continue;
            }
            by_chance += check->runs > 1 || check->expect == TMN_EXPECT_LAW;
            plan_row(verifier, verify, models[m], check);
        }
    verifier->rows = verify->count;
    verify->alpha = TMN_VERIFY_ALARM / (double)(by_chance > 0 ? by_chance : 1);
    for (size_t s = 0; s < verifier->settings.count; s++)
        verifier->job_count += (size_t)verifier->settings.items[s]->members;
    verifier->jobs = TMN_NEW_ARRAY(verifier->arena, struct job, verifier->job_count + 1);
    verifier->asks = TMN_NEW_ARRAY(verifier->arena, struct tmn_ask, verifier->job_count + 1);
    size_t job = 0;
    for (size_t s = 0; s < verifier->settings.count; s++) {
        struct setting *setting = verifier->settings.items[s];
        for (int member = 0; member < setting->members; member++) {
            verifier->asks[job] = (struct tmn_ask){.model = setting->model,
                                                   .seed = tmn_member_seed(verifier->options->seed, (uint32_t)member),
                                                   .scale = 1};
            verifier->jobs[job++] = (struct job){setting, member};
        }
    }
}

static bool tell(void *context, const struct tmn_runs_progress *at) {
    const struct tmn_verify_options *options = ((struct verifier *)context)->options;
    return !options->progress || options->progress(options->progress_context, at);
}

/* What a finished run says to every row that wants it. */
static void collect(struct verifier *verifier, const struct job *job, const struct tmn_run *run) {
    const struct tmn_model *model = job->setting->model;
    pthread_mutex_lock(&verifier->mutex);
    for (size_t r = 0; r < verifier->rows; r++) {
        struct pending *pending = &verifier->pending[r];
        const struct tmn_check *check = pending->row->check;
        bool good = true;
        if (job->member >= pending->data.runs)
            continue;
        if (pending->setting == job->setting)
            good = check->expect == TMN_EXPECT_LAW
                       ? tmn_check_draws(check, model, run, &pending->data)
                       : tmn_check_value(check, model, run, &pending->data.value[job->member]);
        if (pending->against == job->setting)
            good = good && tmn_check_value(check, model, run, &pending->data.against[job->member]);
        pending->out_of_memory = pending->out_of_memory || !good;
    }
    job->setting->done++;
    verifier->made++;
    pthread_mutex_unlock(&verifier->mutex);
}

static void note_failure(struct verifier *verifier, const struct job *job, const struct tmn_error *err) {
    pthread_mutex_lock(&verifier->mutex);
    if (!job->setting->failed || job->member < job->setting->failed_member) { /* the same one for any threads */
        job->setting->failed = true;
        job->setting->failed_member = job->member;
        job->setting->err = *err;
    }
    job->setting->done++;
    pthread_mutex_unlock(&verifier->mutex);
}

/* A failed run is a verdict on its rows, not the end of the others. */
static bool note(void *context, const struct tmn_ended *ended, struct tmn_error *err) {
    (void)err;
    struct verifier *verifier = context;
    const struct job *job = &verifier->jobs[ended->index];
    if (ended->run)
        collect(verifier, job, ended->run);
    else if (ended->error)
        note_failure(verifier, job, ended->error);
    return true;
}

static bool make_runs(struct verifier *verifier, struct tmn_error *err) {
    struct tmn_runs_options options = {
        .threads = verifier->options->threads, .context = verifier, .progress = tell, .ended = note};
    return tmn_runs_make(verifier->asks, verifier->job_count, &options, &verifier->stop, err);
}

static void finish_row(struct verifier *verifier, struct tmn_verify *verify, struct pending *pending) {
    struct tmn_verify_row *row = pending->row;
    const struct setting *both[2] = {pending->setting, pending->against};
    for (int i = 0; i < 2; i++) {
        if (both[i] && both[i]->failed) {
            row->verdict = TMN_VERDICT_BROKEN;
            row->why = tmn_arena_printf(
                verifier->arena, "the run of seed %llu failed: %s",
                (unsigned long long)tmn_member_seed(verifier->options->seed, (uint32_t)both[i]->failed_member),
                both[i]->err.text);
            return;
        }
    }
    if (pending->setting->done < pending->setting->members ||
        (pending->against && pending->against->done < pending->against->members))
        return;
    tmn_verify_decide(row, &pending->data, verify->alpha, verifier->arena);
    if (row->verdict == TMN_VERDICT_MISTAKE)
        tmn_report(&verify->mistakes, row->check->place, "not-decidable",
                   row->check->expect == TMN_EXPECT_LAW
                       ? "times need whole runs: leave 'until' out, or take the number of windows"
                       : "give the check more runs, or another figure",
                   "check '%s': %s", row->check->name, row->why);
}

static bool fits(const struct tmn_model *const *models, size_t count, struct tmn_error *err) {
    for (size_t m = 0; m < count; m++)
        if (!tmn_result_allowed(models[m], err))
            return false;
    return true;
}

static bool verify_all(struct verifier *verifier, struct tmn_verify *verify, const struct tmn_model *const *models,
                       size_t count, struct tmn_error *err) {
    plan(verifier, verify, models, count);
    if (verify->count > 0 && !make_runs(verifier, err))
        return false;
    for (size_t r = 0; r < verifier->rows; r++) {
        if (verifier->pending[r].out_of_memory)
            return tmn_fail(err, TMN_MEMORY, "memory ran out for what the runs gave");
        finish_row(verifier, verify, &verifier->pending[r]);
        verify->tally[verify->rows[r].verdict]++;
    }
    verify->runs = verifier->made;
    verify->stopped = verifier->stop;
    return true;
}

bool tmn_verify_run(struct tmn_verify *verify, struct tmn_arena *arena, const struct tmn_model *const *models,
                    size_t count, const struct tmn_verify_options *options, struct tmn_error *err) {
    struct verifier verifier = {.options = options, .arena = arena};
    *verify = (struct tmn_verify){.seed = options->seed};
    tmn_diagnostics_init(&verify->mistakes, arena);
    if (!fits(models, count, err))
        return false;
    gsl_error_handler_t *handler = gsl_set_error_handler_off(); /* GSL's own ends the process */
    pthread_mutex_init(&verifier.mutex, NULL);
    bool good = verify_all(&verifier, verify, models, count, err);
    pthread_mutex_destroy(&verifier.mutex);
    for (size_t r = 0; r < verifier.rows; r++)
        free(verifier.pending[r].data.count);
    gsl_set_error_handler(handler);
    return good;
}
