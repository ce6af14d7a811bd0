/* The claims of a scenario, worked through draw by draw. Draws are whole or not done, so that the job may be stopped
 * and gone on with; all their runs lie in the store. */
#include "study/claims.h"

#include "base/wall.h"
#include "study/claims_worlds.h"
#include "result/result.h"
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PROBE_WINDOWS = 52, FEW = 20000 /* persons */, RUNS_AT_ONCE = 4 /* for each thread, at least */ };

struct worker {
    struct tmn_claims *claims;
    const struct tmn_claims_options *options;
    struct tmn_arena *arena;
    struct tmn_claim_worlds worlds;
    struct tmn_claim_row_worlds *asked; /* [rows] */
    struct tmn_claim_seen *seen;        /* [rows] summed over draws */
    double **placebo_outcome;           /* [rows][draws] effects of the levers on it; or NULL */
    double **effect;                    /* [rows][draws] of the scene under way */
    double run_windows;                 /* of the worlds of one draw */
    double done, batch, ahead; /* windows of runs, pasts and all: done, of the batch under way, of what comes after */
    double began_s;
};

/* ---- rows ---- */

static const struct tmn_evidence *evidence_of(const struct tmn_model *model, const char *id) {
    for (size_t i = 0; i < model->evidence.count; i++)
        if (strcmp(model->evidence.items[i].id, id) == 0)
            return &model->evidence.items[i];
    return NULL;
}

static bool wanted(const struct tmn_claims_options *options, const char *id) {
    for (size_t i = 0; i < options->only_count; i++)
        if (strcmp(options->only[i], id) == 0)
            return true;
    return options->only_count == 0;
}

static bool all_known(const struct tmn_claims_options *options, struct tmn_arena *arena, struct tmn_error *err) {
    const struct tmn_model *model = options->model;
    const char **names = TMN_NEW_ARRAY(arena, const char *, model->claims.count + 1);
    for (size_t c = 0; c < model->claims.count; c++)
        names[c] = model->claims.items[c].id;
    for (size_t i = 0; i < options->only_count; i++) {
        size_t c = 0;
        while (c < model->claims.count && strcmp(names[c], options->only[i]) != 0)
            c++;
        const char *nearest =
            c < model->claims.count ? NULL : tmn_nearest(options->only[i], names, model->claims.count);
        if (c == model->claims.count)
            return tmn_fail(err, TMN_USAGE, "there is no claim '%s'%s%s%s", options->only[i],
                            nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
    }
    return true;
}

static void list_rows(struct worker *worker) {
    struct tmn_claims *claims = worker->claims;
    const struct tmn_model *model = worker->options->model;
    claims->rows = TMN_NEW_ARRAY(worker->arena, struct tmn_claim_row, model->claims.count + 1);
    for (size_t c = 0; c < model->claims.count; c++) {
        const struct tmn_scenario_claim *claim = &model->claims.items[c];
        const struct tmn_evidence *evidence = evidence_of(model, claim->id);
        if (!wanted(worker->options, claim->id))
            continue;
        claims->rows[claims->count++] = (struct tmn_claim_row){
            .claim = claim, .text = evidence ? evidence->text : NULL, .source = evidence ? evidence->source : NULL};
        claims->plan.experiments += claim->has_experiment;
    }
    claims->plan.claims = claims->count;
}

/* ---- worlds ---- */

/* Windows until the end of the year in which the experiment's last figure ends. */
static int windows_of(const struct tmn_model *model, const struct tmn_experiment *experiment) {
    int32_t last =
        experiment->span.to_day > experiment->before.to_day || experiment->before.to_day < experiment->before.from_day
            ? experiment->span.to_day
            : experiment->before.to_day;
    int windows = tmn_calendar_from(&model->calendar, tmn_date_day(tmn_day_year(last) + 1, 1, 1));
    return windows < model->calendar.windows ? windows : model->calendar.windows;
}

static int world(struct worker *worker, const struct tmn_experiment *experiment, const struct tmn_lever *one,
                 const struct tmn_lever *two) {
    const struct tmn_lever *levers[3] = {&experiment->given};
    size_t count = 1;
    if (one)
        levers[count++] = one;
    if (two)
        levers[count++] = two;
    return (int)tmn_claim_world_of(&worker->worlds, worker->arena, levers, count, experiment->window,
                                   windows_of(worker->options->model, experiment));
}

/* From the start, so that all claims without `given` share it. */
static int placebo_world(struct worker *worker, const struct tmn_experiment *experiment) {
    const struct tmn_lever *placebo = &worker->options->model->controls.placebo_lever;
    if (experiment->given.count > 0)
        return world(worker, experiment, placebo, NULL);
    return (int)tmn_claim_world_of(&worker->worlds, worker->arena, &placebo, 1, 0,
                                   windows_of(worker->options->model, experiment));
}

static void plan_row(struct worker *worker, const struct tmn_claim_row *row, struct tmn_claim_row_worlds *asked) {
    const struct tmn_experiment *experiment = &row->claim->experiment;
    const struct tmn_claim_controls *controls = &worker->options->model->controls;
    for (int r = 0; r < TMN_CLAIM_ROLES; r++)
        asked->world[r] = -1;
    if (!row->claim->has_experiment)
        return;
    asked->world[TMN_CLAIM_BASE] = world(worker, experiment, NULL, NULL);
    if (controls->placebo_lever.count > 0)
        asked->world[TMN_CLAIM_PLACEBO] = placebo_world(worker, experiment);
    if (experiment->lever.count == 0)
        return;
    asked->world[TMN_CLAIM_LEVER] = world(worker, experiment, &experiment->lever, NULL);
    if (experiment->than.count > 0)
        asked->world[TMN_CLAIM_THAN] = world(worker, experiment, &experiment->than, NULL);
    if (experiment->with.count > 0) {
        asked->world[TMN_CLAIM_WITH] = world(worker, experiment, &experiment->with, NULL);
        asked->world[TMN_CLAIM_BOTH] = world(worker, experiment, &experiment->lever, &experiment->with);
    }
}

static void plan_worlds(struct worker *worker) {
    struct tmn_claims *claims = worker->claims;
    const struct tmn_claims_options *options = worker->options;
    size_t draws = (size_t)options->draws + TMN_SCENE_PERMUTATIONS;
    worker->asked = TMN_NEW_ARRAY(worker->arena, struct tmn_claim_row_worlds, claims->count + 1);
    worker->seen = TMN_NEW_ARRAY(worker->arena, struct tmn_claim_seen, claims->count + 1);
    worker->placebo_outcome = TMN_NEW_ARRAY(worker->arena, double *, claims->count + 1);
    worker->effect = TMN_NEW_ARRAY(worker->arena, double *, claims->count + 1);
    claims->seeds = TMN_NEW_ARRAY(worker->arena, uint64_t, draws);
    claims->row_worlds = worker->asked;
    for (size_t r = 0; r < claims->count; r++) {
        worker->asked[r].worlds = &worker->worlds;
        plan_row(worker, &claims->rows[r], &worker->asked[r]);
        worker->effect[r] = TMN_NEW_ARRAY(worker->arena, double, draws);
        if (options->model->controls.has_placebo_outcome && claims->rows[r].claim->experiment.lever.count > 0)
            worker->placebo_outcome[r] = TMN_NEW_ARRAY(worker->arena, double, draws);
    }
    for (size_t w = 0; w < worker->worlds.count; w++)
        worker->run_windows += worker->worlds.items[w].windows;
    claims->plan.worlds = worker->worlds.count;
}

/* ---- what it will take ---- */

/* What running the first windows of a run tells, on one thread. */
struct probe {
    double make_s, first_s, first_firings, firings; /* first: mean of PROBE_WINDOWS; firings: mean of all windows run */
};

static bool probe_run(const struct worker *worker, double scale, int windows, struct probe *probe,
                      struct tmn_error *err) {
    const struct tmn_claims_options *options = worker->options;
    struct tmn_run_options run_options = {.seed = options->seed,
                                          .scale = scale,
                                          .threads = 1,
                                          .settings = options->settings->items,
                                          .setting_count = options->settings->count};
    struct tmn_run *run;
    double began = tmn_wall_s();
    if (!tmn_run_new(&run, options->model, &run_options, err))
        return false;
    double made = tmn_wall_s();
    const struct tmn_counters_of_run *counters = tmn_run_counters(run);
    bool good = true;
    *probe = (struct probe){.make_s = made - began};
    while (good && tmn_run_window(run) < windows && tmn_run_window(run) < tmn_run_windows(run)) {
        good = tmn_run_step(run, err);
        int done = tmn_run_window(run);
        probe->firings = (double)counters->firings / done;
        if (done > PROBE_WINDOWS)
            continue;
        probe->first_s = (tmn_wall_s() - made) / done;
        probe->first_firings = probe->firings;
    }
    tmn_run_free(run);
    return good;
}

/* Seconds of a run's making and of one of its windows. More happens in later windows than in the first: how much more,
 * a few persons tell who are run to the end, as what a window costs without anybody. */
static bool probe(const struct worker *worker, double *make_s, double *window_s, struct tmn_error *err) {
    const struct tmn_claims_options *options = worker->options;
    double scale = options->scale, few = fmax(scale / 20, FEW / tmn_population_persons(options->model));
    struct probe large, small;
    if (!probe_run(worker, scale, PROBE_WINDOWS, &large, err) ||
        !probe_run(worker, fmin(few, scale), INT_MAX, &small, err))
        return false;
    double growth = small.first_firings > 0 ? small.firings / small.first_firings : 1,
           nobody_s = small.first_s < large.first_s ? small.first_s : large.first_s;
    *make_s = large.make_s;
    *window_s = nobody_s + (large.first_s - nobody_s) * growth;
    return true;
}

/* more: windows of the controls, which are run for as long as there is time. */
static bool expect(struct worker *worker, double more, struct tmn_error *err) {
    const struct tmn_claims_options *options = worker->options;
    struct tmn_claims_plan *plan = &worker->claims->plan;
    double make_s, window_s;
    if (!probe(worker, &make_s, &window_s, err))
        return false;
    double windows = worker->run_windows, last = 0; /* the past of a change is run once for all worlds */
    for (size_t w = 0; w < worker->worlds.count; w++) {
        int begins = tmn_claim_world_begins(&worker->worlds.items[w]);
        windows -= begins;
        last = begins > last ? begins : last;
    }
    double draw_s = (make_s * (double)worker->worlds.count + window_s * (windows + last)) /
                    (options->threads > 1 ? options->threads : 1);
    double fit = options->hours > 0 && draw_s > 0 ? floor(options->hours * 3600 / draw_s) : options->draws;
    plan->scale = options->scale;
    plan->draws = options->draws;
    plan->draws_expected = fit >= options->draws ? options->draws : fit < 1 ? 1 : (int)fit;
    plan->windows = worker->run_windows * plan->draws;
    plan->expected_s = draw_s * (plan->draws + more / worker->run_windows);
    if (options->expect)
        options->expect(options->context, plan);
    return true;
}

/* ---- effects ---- */

static const struct tmn_output *output_of(const struct tmn_output *outputs, const struct tmn_claim_row_worlds *asked,
                                          int role) {
    return asked->world[role] < 0 ? NULL : &outputs[asked->world[role]];
}

/* Were all its worlds run? A run that the model does not allow has no series. */
static bool all_run(const struct tmn_output *outputs, const struct tmn_claim_row_worlds *asked) {
    bool all = true;
    for (int r = TMN_CLAIM_BASE; r < TMN_CLAIM_ROLES; r++)
        all = all && (asked->world[r] < 0 || outputs[asked->world[r]].series);
    return all;
}

/* A figure that cannot be told in either of two worlds (a share of nobody) is the same in both. */
static bool moved(double figure, double base) {
    return figure != base && !(isnan(figure) && isnan(base));
}

/* How the levers of a claim move the placebo outcome, over the claim's horizon. */
static double placebo_outcome(const struct tmn_model *model, const struct tmn_experiment *experiment,
                              const struct tmn_claim_row_worlds *asked, const struct tmn_output *outputs) {
    struct tmn_experiment placebo = model->controls.placebo_outcome;
    placebo.span = experiment->span;
    return tmn_experiment_in_world(model, &placebo, output_of(outputs, asked, TMN_CLAIM_LEVER)).value -
           tmn_experiment_in_world(model, &placebo, output_of(outputs, asked, TMN_CLAIM_BASE)).value;
}

static void take_draw(struct worker *worker, const struct tmn_output *outputs, int draw, bool plain) {
    const struct tmn_model *model = worker->options->model;
    for (size_t r = 0; r < worker->claims->count; r++) {
        struct tmn_claim_row *row = &worker->claims->rows[r];
        const struct tmn_claim_row_worlds *asked = &worker->asked[r];
        struct tmn_claim_seen seen;
        if (asked->world[TMN_CLAIM_BASE] < 0)
            continue;
        if (!all_run(outputs, asked)) {
            worker->effect[r][draw] = (double)NAN;
            if (worker->placebo_outcome[r])
                worker->placebo_outcome[r][draw] = (double)NAN;
            row->broken += plain;
            continue;
        }
        worker->effect[r][draw] = tmn_claim_effect(model, &row->claim->experiment, asked, outputs, &seen);
        if (!plain)
            continue;
        worker->seen[r].most_simulated += seen.most_simulated;
        worker->seen[r].fewest += seen.fewest;
        if (worker->placebo_outcome[r])
            worker->placebo_outcome[r][draw] = placebo_outcome(model, &row->claim->experiment, asked, outputs);
        if (asked->world[TMN_CLAIM_PLACEBO] >= 0)
            row->moved_by_placebo += moved(
                tmn_experiment_in_world(model, &row->claim->experiment, output_of(outputs, asked, TMN_CLAIM_PLACEBO))
                    .value,
                tmn_experiment_in_world(model, &row->claim->experiment, output_of(outputs, asked, TMN_CLAIM_BASE))
                    .value);
    }
}

/* ---- draws ---- */

static bool tell(void *context, const struct tmn_runs_progress *progress) {
    const struct worker *worker = context;
    struct tmn_runs_progress all = *progress;
    double full = progress->windows_all > 0 ? worker->batch / progress->windows_all : 1; /* pasts are run once */
    all.windows = worker->done + full * progress->windows;
    all.windows_all = worker->done + full * progress->windows_all + worker->ahead;
    return !worker->options->progress || worker->options->progress(worker->options->context, &all);
}

static bool make_batch(struct worker *worker, struct tmn_arena *arena, const struct tmn_scene *scene, int first,
                       int count, bool *whole, struct tmn_error *err) {
    const struct tmn_claims_options *options = worker->options;
    struct tmn_claims *claims = worker->claims;
    size_t worlds = worker->worlds.count;
    struct tmn_ask *asks = TMN_NEW_ARRAY(arena, struct tmn_ask, worlds * (size_t)count + 1);
    struct tmn_output *outputs = TMN_NEW_ARRAY(arena, struct tmn_output, worlds + 1);
    struct tmn_store_options making = {
        .threads = options->threads, .progress = tell, .context = worker, .leave_broken = true};
    struct tmn_store_tally tally;
    struct tmn_ask *bases = TMN_NEW_ARRAY(arena, struct tmn_ask, count + 1);
    const struct tmn_claim_world nothing = {.count = 0};
    bool plain = scene->kind == TMN_SCENE_PLAIN;
    worker->batch = worker->run_windows * count;
    for (int d = 0; d < count; d++) {
        const struct tmn_model *model =
            tmn_scene_model(arena, options->model, scene, options->seed, (uint32_t)(first + d));
        bases[d] = tmn_claim_ask(arena, options, model, &nothing, (uint32_t)(first + d));
        for (size_t w = 0; w < worlds; w++) {
            struct tmn_ask *ask = &asks[(size_t)d * worlds + w];
            *ask = tmn_claim_ask(arena, options, model, &worker->worlds.items[w], (uint32_t)(first + d));
            ask->trunk = &bases[d];
            ask->branches = tmn_claim_world_begins(&worker->worlds.items[w]);
        }
    }
    if (!tmn_store_make(&options->store, asks, worlds * (size_t)count, &making, &tally, err))
        return false;
    claims->tally.made += tally.made;
    claims->tally.found += tally.found;
    claims->tally.damaged += tally.damaged;
    if (tally.broken > 0 && claims->tally.broken == 0)
        claims->tally.why = tally.why;
    claims->tally.broken += tally.broken;
    *whole = !tally.stopped;
    claims->stopped = claims->stopped || tally.stopped;
    for (int d = 0; d < count && *whole; d++) {
        for (size_t w = 0; w < worlds; w++) {
            const struct tmn_ask *ask = &asks[(size_t)d * worlds + w];
            outputs[w].series = NULL;
            if ((tally.broken == 0 || tmn_store_missing(&options->store, ask, 1) == 0) &&
                !tmn_store_read(&options->store, ask, arena, &outputs[w], err))
                return false;
        }
        take_draw(worker, outputs, first + d, plain);
        if (plain)
            claims->seeds[first + d] = asks[(size_t)d * worlds].seed;
    }
    worker->done += (double)tally.made / (double)(worlds * (size_t)count) * worker->run_windows * count;
    return true;
}

static bool batch(struct worker *worker, const struct tmn_scene *scene, int first, int count, bool *whole,
                  struct tmn_error *err) {
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    if (TMN_ARENA_TRY(&arena)) {
        tmn_arena_free(&arena);
        return tmn_fail(err, TMN_MEMORY, "memory ran out for the worlds of a draw");
    }
    bool good = make_batch(worker, &arena, scene, first, count, whole, err);
    tmn_arena_free(&arena);
    return good;
}

/* Draws of a scene, as many as there is time for; *done of them. `more`: windows of scenes that come later. */
static bool run_scene(struct worker *worker, const struct tmn_scene *scene, int draws, double more, int *done,
                      struct tmn_error *err) {
    const struct tmn_claims_options *options = worker->options;
    struct tmn_claims *claims = worker->claims;
    int size = (int)((size_t)(RUNS_AT_ONCE * options->threads) / worker->worlds.count);
    double made_s = 0, slowest_s = 0;                         /* of a draw that had to be made */
    size = size < options->threads ? options->threads : size; /* their pasts are made side by side */
    for (*done = 0; *done < draws;) {
        int count = draws - *done < size ? draws - *done : size;
        double began = tmn_wall_s();
        bool whole;
        bool first = *done == 0 && scene->kind == TMN_SCENE_PLAIN; /* made in any case */
        if (!first && options->hours > 0 && began - worker->began_s + slowest_s * count > options->hours * 3600) {
            claims->out_of_time = true;
            return true;
        }
        worker->ahead = worker->run_windows * (draws - *done - count) + more;
        if (!batch(worker, scene, *done, count, &whole, err))
            return false;
        if (!whole)
            return true;
        *done += count;
        made_s = (tmn_wall_s() - began) / count;
        slowest_s = made_s > slowest_s ? made_s : slowest_s;
    }
    return true;
}

/* ---- verdicts ---- */

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median, and where nine in ten lie; of those that are finite. */
static void spread(struct tmn_arena *arena, const double *effect, size_t draws, double *median,
                   struct tmn_range *range) {
    double *sorted = TMN_NEW_ARRAY(arena, double, draws + 1);
    size_t count = 0;
    for (size_t d = 0; d < draws; d++)
        if (isfinite(effect[d]))
            sorted[count++] = effect[d];
    *median = range->low = range->high = (double)NAN;
    if (count == 0)
        return;
    qsort(sorted, count, sizeof *sorted, by_value);
    *median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
    range->low = sorted[(size_t)(0.05 * (double)(count - 1) + 0.5)];
    range->high = sorted[(size_t)(0.95 * (double)(count - 1) + 0.5)];
}

static enum tmn_ruling verdict_without_draws(const struct tmn_scenario_claim *claim) {
    if (claim->kind == TMN_CLAIM_OBSERVED)
        return claim->check.value >= claim->check.low && claim->check.value <= claim->check.high ? TMN_RULING_MATCHES
                                                                                                 : TMN_RULING_DIFFERS;
    return claim->kind == TMN_CLAIM_NOT_TESTABLE ? TMN_RULING_NOT_TESTABLE
           : claim->kind == TMN_CLAIM_ASSUMED    ? TMN_RULING_ASSUMED
                                                 : TMN_RULING_UNDETERMINED;
}

static void decide_row(struct worker *worker, size_t r) {
    struct tmn_claims *claims = worker->claims;
    struct tmn_claim_row *row = &claims->rows[r];
    const struct tmn_experiment *experiment = &row->claim->experiment;
    size_t draws = (size_t)claims->draws;
    row->verdict = verdict_without_draws(row->claim);
    row->simulated = HUGE_VAL;
    row->effect = worker->effect[r];
    row->median = row->effects.low = row->effects.high = (double)NAN;
    row->measured = worker->asked[r].world[TMN_CLAIM_BASE] >= 0 && draws > 0;
    if (!row->measured)
        return;
    row->prior = tmn_shares_of(row->effect, NULL, draws, experiment->sign, experiment->smallest);
    if (row->prior.draws > 0)
        row->p0_range =
            tmn_share_range((uint64_t)(row->prior.holds * row->prior.draws + 0.5), (uint64_t)row->prior.draws, 0.1);
    spread(worker->arena, row->effect, draws, &row->median, &row->effects);
    row->simulated = worker->seen[r].most_simulated / (double)(draws - (size_t)row->broken);
    row->masked = tmn_claim_masked(worker->options->model, experiment,
                                   worker->seen[r].fewest / (double)(draws - (size_t)row->broken));
    row->thin = row->simulated < TMN_CLAIM_PERSONS;
    if (worker->placebo_outcome[r]) {
        struct tmn_shares shares = tmn_shares_of(worker->placebo_outcome[r], NULL, draws, 1,
                                                 worker->options->model->controls.placebo_outcome.smallest);
        row->has_placebo_outcome = true;
        row->placebo_outcome = tmn_ruling_of(&shares, NULL);
    }
    if (row->claim->kind == TMN_CLAIM_CONSEQUENCE || row->claim->kind == TMN_CLAIM_RIVAL)
        row->verdict =
            row->thin || 2 * (size_t)row->broken > draws ? TMN_RULING_UNDETERMINED : tmn_ruling_of(&row->prior, NULL);
}

/* After all has been decided of them. */
static void hide(struct tmn_arena *arena, struct tmn_claim_row *row, size_t draws) {
    row->effect = TMN_NEW_ARRAY(arena, double, draws + 1);
    for (size_t d = 0; d < draws; d++)
        row->effect[d] = (double)NAN;
    row->median = row->effects.low = row->effects.high = row->simulated = (double)NAN;
}

static void decide(struct worker *worker) {
    struct tmn_claims *claims = worker->claims;
    for (size_t r = 0; r < claims->count; r++) {
        struct tmn_claim_row *row = &claims->rows[r];
        decide_row(worker, r);
        if (row->masked)
            hide(worker->arena, row, (size_t)claims->draws);
        row->reason = tmn_claim_reason(worker->arena, claims, row);
        claims->counts[row->claim->kind][row->verdict]++;
        claims->placebo_draws =
            worker->asked[r].world[TMN_CLAIM_PLACEBO] >= 0 ? (size_t)claims->draws : claims->placebo_draws;
    }
}

/* ---- other drivers ---- */

static void decide_control(struct worker *worker, struct tmn_claim_control *control) {
    const struct tmn_claims *claims = worker->claims;
    control->verdict = TMN_NEW_ARRAY(worker->arena, enum tmn_ruling, claims->count + 1);
    control->p0 = TMN_NEW_ARRAY(worker->arena, double, claims->count + 1);
    for (size_t r = 0; r < claims->count; r++) {
        const struct tmn_claim_row *row = &claims->rows[r];
        const struct tmn_experiment *experiment = &row->claim->experiment;
        control->verdict[r] = TMN_RULINGS;
        control->p0[r] = (double)NAN;
        if (!row->measured || row->claim->kind == TMN_CLAIM_ASSUMED || control->draws == 0)
            continue;
        struct tmn_shares shares =
            tmn_shares_of(worker->effect[r], NULL, (size_t)control->draws, experiment->sign, experiment->smallest);
        control->verdict[r] = row->thin ? TMN_RULING_UNDETERMINED : tmn_ruling_of(&shares, NULL);
        control->p0[r] = shares.holds;
        control->asked++;
        control->changed += control->verdict[r] != row->verdict;
    }
}

static void mark_fragile(struct worker *worker, const struct tmn_claim_control *control) {
    for (size_t r = 0; r < worker->claims->count; r++) {
        struct tmn_claim_row *row = &worker->claims->rows[r];
        if (control->verdict[r] != TMN_RULINGS && control->verdict[r] != row->verdict)
            row->fragile =
                row->fragile ? tmn_arena_printf(worker->arena, "%s, %s", row->fragile, control->name) : control->name;
    }
}

/* Codings, then two years later, then other orders of the years: the last takes longest. */
static bool run_controls(struct worker *worker, struct tmn_error *err) {
    struct tmn_claims *claims = worker->claims;
    const struct tmn_model *model = worker->options->model;
    size_t codings = model->controls.codings.count, scenes = codings + 2;
    int draws = claims->draws;
    claims->controls = TMN_NEW_ARRAY(worker->arena, struct tmn_claim_control, scenes);
    for (size_t s = 0; s < scenes && !claims->stopped && !claims->out_of_time; s++) {
        const struct tmn_coding *coding = s < codings ? &model->controls.codings.items[s] : NULL;
        struct tmn_scene scene = {coding         ? TMN_SCENE_CODING
                                  : s == codings ? TMN_SCENE_SHIFTED
                                                 : TMN_SCENE_PERMUTED,
                                  coding};
        struct tmn_claim_control *control = &claims->controls[claims->control_count++];
        *control = (struct tmn_claim_control){.name = coding         ? coding->name
                                                      : s == codings ? "shifted"
                                                                     : "permuted",
                                              .text = coding ? coding->file
                                                      : s == codings
                                                          ? "every driver two years later"
                                                          : "the years of the drivers of each class in another order, "
                                                            "of each draw its own"};
        double more = worker->run_windows *
                      ((double)(s < codings ? codings - s : 0) * draws + (s <= codings ? TMN_SCENE_PERMUTATIONS : 0));
        for (size_t r = 0; r < claims->count; r++)
            worker->effect[r] = TMN_NEW_ARRAY(worker->arena, double, draws + TMN_SCENE_PERMUTATIONS);
        if (!run_scene(worker, &scene, scene.kind == TMN_SCENE_PERMUTED ? TMN_SCENE_PERMUTATIONS : draws, more,
                       &control->draws, err))
            return false;
        decide_control(worker, control);
        if (coding)
            mark_fragile(worker, control);
    }
    return true;
}

/* ---- all ---- */

bool tmn_claims_run(struct tmn_claims *claims, struct tmn_arena *arena, const struct tmn_claims_options *options,
                    struct tmn_error *err) {
    struct worker worker = {.claims = claims, .options = options, .arena = arena, .began_s = tmn_wall_s()};
    *claims = (struct tmn_claims){.options = options, .arena = arena};
    if (options->model->claims.count == 0)
        return tmn_fail(err, TMN_USAGE, "the scenario '%s' lists no claims (section 'claims')", options->model->name);
    if (!tmn_result_allowed(options->model, err) || !all_known(options, arena, err))
        return false;
    list_rows(&worker);
    plan_worlds(&worker);
    if (worker.worlds.count > 0) {
        double controls =
            options->controls
                ? worker.run_windows *
                      ((double)(options->model->controls.codings.count + 1) * options->draws + TMN_SCENE_PERMUTATIONS)
                : 0;
        if (!expect(&worker, controls, err) || !run_scene(&worker, &(struct tmn_scene){TMN_SCENE_PLAIN, NULL},
                                                          options->draws, controls, &claims->draws, err))
            return false;
        if (claims->draws == 0)
            return tmn_fail(err, TMN_STOPPED,
                            "stopped before the first draw was done; the runs that were finished are kept in '%s', and "
                            "the same command goes on from there",
                            options->store.folder);
    }
    decide(&worker);
    bool good = !options->controls || worker.worlds.count == 0 || run_controls(&worker, err);
    good = good && (options->plant == 0 || claims->stopped || tmn_claims_plant(claims, err));
    claims->row_worlds = NULL; /* what they stand on ends here */
    claims->seconds = tmn_wall_s() - worker.began_s;
    return good;
}

struct tmn_claims_placebos tmn_claims_placebos(const struct tmn_claims *claims) {
    struct tmn_claims_placebos placebos = {0};
    for (size_t r = 0; r < claims->count; r++) {
        const struct tmn_claim_row *row = &claims->rows[r];
        placebos.measured += row->measured;
        placebos.moved += row->moved_by_placebo > 0;
        placebos.outcomes += row->has_placebo_outcome;
        placebos.misjudged += row->has_placebo_outcome && row->placebo_outcome != TMN_RULING_NEGLIGIBLE &&
                              row->placebo_outcome != TMN_RULING_UNDETERMINED;
    }
    return placebos;
}
