/* See ablate.h. */
#include "study/ablate.h"

#include "result/result.h"
#include <gsl/gsl_errno.h>
#include <math.h>
#include <string.h>

const char *const tmn_ablate_names[] = {"moves", "open", "inert", "-"};

struct ablater {
    struct tmn_ablation *ablation;
    const struct tmn_study_options *options;
    struct tmn_arena *arena;
    struct tmn_ask *asks; /* [worlds * seeds]: the whole model, then each system without */
    int *world;           /* [systems] of its switch off, or -1 */
    size_t worlds;
    double *value, *persons;   /* [worlds * seeds][outcomes]: whole numbers, and simulated persons behind them */
    struct tmn_digest *digest; /* [worlds * seeds] full */
};

static void list_worlds(struct ablater *ablater) {
    const struct tmn_study_options *options = ablater->options;
    const struct tmn_model *model = options->model;
    size_t seeds = (size_t)options->seeds;
    ablater->world = TMN_NEW_ARRAY(ablater->arena, int, model->systems.count + 1);
    ablater->asks = TMN_NEW_ARRAY(ablater->arena, struct tmn_ask, (model->systems.count + 1) * seeds);
    for (size_t s = 0; s <= model->systems.count; s++) {
        const struct tmn_system *system = s > 0 ? &model->systems.items[s - 1] : NULL;
        const struct tmn_model *with = model;
        if (system) {
            bool runs = system->switch_parameter >= 0 && system->target_count > 0;
            ablater->world[s - 1] = runs ? (int)ablater->worlds : -1;
            if (!runs)
                continue;
            double *value = TMN_NEW_ARRAY(ablater->arena, double, model->parameters.count + 1);
            for (size_t p = 0; p < model->parameters.count; p++)
                value[p] = (int)p == system->switch_parameter ? 0 : model->parameters.items[p].value;
            with = tmn_model_with(ablater->arena, model, value);
        }
        for (size_t k = 0; k < seeds; k++)
            ablater->asks[ablater->worlds * seeds + k] = (struct tmn_ask){.model = with,
                                                                          .settings = options->settings->items,
                                                                          .setting_count = options->settings->count,
                                                                          .seed = options->seed + k,
                                                                          .scale = options->scale,
                                                                          .windows = options->windows};
        ablater->worlds++;
    }
}

/* Flows summed, else the mean over the periods; all cells together, of a variable by place their mean. */
static void whole_of(const struct tmn_outcome *outcome, const struct tmn_output_series *series, double *value,
                     double *persons) {
    double sum = 0, seen = 0, parts = tmn_outcome_counts_events(outcome) ? 1 : series->periods;
    size_t numbers = (size_t)series->periods * series->cells;
    for (size_t i = 0; i < numbers; i++) {
        sum += series->value[i];
        seen += series->simulated ? series->simulated[i] : 0;
    }
    if (outcome->kind == TMN_OUTCOME_FEEDBACK)
        parts *= series->cells;
    *value = parts > 0 ? sum / parts : 0;
    *persons = seen;
}

static bool read_runs(struct ablater *ablater, struct tmn_error *err) {
    const struct tmn_model *model = ablater->options->model;
    size_t outcomes = model->outcomes.count, runs = ablater->worlds * (size_t)ablater->options->seeds;
    ablater->value = TMN_NEW_ARRAY(ablater->arena, double, runs *outcomes + 1);
    ablater->persons = TMN_NEW_ARRAY(ablater->arena, double, runs *outcomes + 1);
    ablater->digest = TMN_NEW_ARRAY(ablater->arena, struct tmn_digest, runs + 1);
    for (size_t r = 0; r < runs; r++) {
        struct tmn_arena arena;
        struct tmn_output output;
        tmn_arena_init(&arena, 0);
        if (TMN_ARENA_TRY(&arena)) {
            tmn_arena_free(&arena);
            return tmn_fail(err, TMN_MEMORY, "memory ran out for what a run gave");
        }
        bool read = tmn_store_read(&ablater->options->store, &ablater->asks[r], &arena, &output, err);
        for (size_t o = 0; read && o < outcomes; o++)
            whole_of(&model->outcomes.items[o], &output.series[o], &ablater->value[r * outcomes + o],
                     &ablater->persons[r * outcomes + o]);
        if (read)
            ablater->digest[r] = output.full;
        tmn_arena_free(&arena);
        if (!read)
            return false;
    }
    return true;
}

/* One switch against one target, at this error. */
static void decide_row(const struct ablater *ablater, struct tmn_ablated *row, double error) {
    const struct tmn_model *model = ablater->options->model;
    size_t seeds = (size_t)ablater->options->seeds, outcomes = model->outcomes.count, o = (size_t)row->outcome;
    size_t world = (size_t)ablater->world[row->system], different = 0;
    double squares = 0, persons[2] = {0, 0}, n = (double)seeds;
    for (size_t k = 0; k < seeds; k++) {
        const size_t run[2] = {k, world * seeds + k};
        row->whole += ablater->value[run[0] * outcomes + o] / n;
        row->without += ablater->value[run[1] * outcomes + o] / n;
        for (int w = 0; w < 2; w++)
            persons[w] += ablater->persons[run[w] * outcomes + o];
        different += ablater->value[run[0] * outcomes + o] != ablater->value[run[1] * outcomes + o];
        row->same += memcmp(&ablater->digest[run[0]], &ablater->digest[run[1]], sizeof *ablater->digest) == 0;
    }
    row->effect = row->without - row->whole;
    for (size_t k = 0; k < seeds; k++) {
        double one = ablater->value[(world * seeds + k) * outcomes + o] - ablater->value[k * outcomes + o];
        squares += (one - row->effect) * (one - row->effect);
    }
    double half = seeds > 1 ? tmn_student_limit(n - 1, error) * sqrt(squares / (n - 1) / n) : (double)NAN;
    bool counts = tmn_outcome_counts_persons(&model->outcomes.items[o]);
    row->range = (struct tmn_range){row->effect - half, row->effect + half};
    row->thin = counts && persons[0] < TMN_THIN_PERSONS && persons[1] < TMN_THIN_PERSONS;
    if (different == 0)
        row->verdict = row->thin ? TMN_ABLATE_OPEN : TMN_ABLATE_INERT; /* so few may be equal by chance */
    else
        row->verdict = row->range.low > 0 || row->range.high < 0 ? TMN_ABLATE_MOVES : TMN_ABLATE_OPEN;
    const struct tmn_outcome *outcome = &model->outcomes.items[o];
    row->masked =
        tmn_result_masked(model, outcome, NULL, row->whole) || tmn_result_masked(model, outcome, NULL, row->without);
    if (row->masked)
        row->whole = row->without = row->effect = row->range.low = row->range.high = (double)NAN;
}

static void decide(struct ablater *ablater) {
    struct tmn_ablation *ablation = ablater->ablation;
    const struct tmn_model *model = ablater->options->model;
    size_t asked = 0, room = model->systems.count;
    for (size_t s = 0; s < model->systems.count; s++) {
        asked += ablater->world[s] >= 0 ? model->systems.items[s].target_count : 0;
        room += model->systems.items[s].target_count;
    }
    ablation->rows = TMN_NEW_ARRAY(ablater->arena, struct tmn_ablated, room + 1);
    for (size_t s = 0; s < model->systems.count; s++) {
        const struct tmn_system *system = &model->systems.items[s];
        size_t rows = ablater->world[s] >= 0 ? system->target_count : 1;
        for (size_t t = 0; t < rows; t++) {
            struct tmn_ablated *row = &ablation->rows[ablation->count++];
            *row = (struct tmn_ablated){.system = (int)s,
                                        .outcome = system->target_count > 0 ? system->targets[t] : -1,
                                        .range = {(double)NAN, (double)NAN},
                                        .verdict = TMN_ABLATE_NONE};
            if (ablater->world[s] >= 0)
                decide_row(ablater, row, TMN_ABLATE_ERROR / (double)asked);
            ablation->verdicts[row->verdict]++;
        }
    }
    ablation->pairs = ablater->options->seeds;
}

static bool ablate_all(struct ablater *ablater, struct tmn_error *err) {
    const struct tmn_study_options *options = ablater->options;
    struct tmn_ablation *ablation = ablater->ablation;
    struct tmn_store_options making = {
        .threads = options->threads, .progress = options->progress, .context = options->progress_context};
    if (!tmn_result_allowed(options->model, err))
        return false;
    list_worlds(ablater);
    if (ablater->worlds < 2)
        return tmn_fail(err, TMN_USAGE,
                        "no subsystem of '%s' has both a switch and a target: name the outcomes that a system is there "
                        "to move, target: [attempts]",
                        options->model->name);
    if (!tmn_store_make(&options->store, ablater->asks, ablater->worlds * (size_t)options->seeds, &making,
                        &ablation->tally, err))
        return false;
    if (ablation->tally.stopped)
        return tmn_fail(
            err, TMN_STOPPED,
            "interrupted: %zu runs were made; they are kept in '%s', and the same command goes on from there",
            ablation->tally.made, options->store.folder);
    if (!read_runs(ablater, err))
        return false;
    decide(ablater);
    return true;
}

bool tmn_ablation_run(struct tmn_ablation *ablation, struct tmn_arena *arena, const struct tmn_study_options *options,
                      struct tmn_error *err) {
    struct ablater ablater = {.ablation = ablation, .options = options, .arena = arena};
    *ablation = (struct tmn_ablation){.options = options, .arena = arena};
    gsl_error_handler_t *handler = gsl_set_error_handler_off(); /* GSL's own ends the process */
    bool good = ablate_all(&ablater, err);
    gsl_set_error_handler(handler);
    return good;
}
