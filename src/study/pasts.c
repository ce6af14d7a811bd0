/* See pasts.h. */
#include "study/pasts.h"

#include "engine/checkpoint.h"
#include "result/result.h"
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static int by_number(const void *a, const void *b) {
    return *(const int *)a - *(const int *)b;
}

size_t tmn_windows_sort(int *window, size_t count) {
    size_t kept = 0;
    if (count > 0)
        qsort(window, count, sizeof *window, by_number);
    for (size_t i = 0; i < count; i++)
        if (window[i] > 0 && (kept == 0 || window[kept - 1] != window[i]))
            window[kept++] = window[i];
    return kept;
}

struct making {
    const struct tmn_pasts *pasts;
    const size_t *at; /* [asks] of its path */
};

static bool tell(void *context, const struct tmn_runs_progress *progress) {
    const struct tmn_pasts_options *options = ((struct making *)context)->pasts->options;
    return !options->progress || options->progress(options->progress_context, progress);
}

static bool save(void *context, const struct tmn_ended *ended, struct tmn_error *err) {
    const struct making *making = context;
    const struct tmn_pasts *pasts = making->pasts;
    struct tmn_checkpoint_origin origin = {
        .target = pasts->options->model->path, .path = pasts->options->model->path, .version = pasts->options->version};
    if (ended->error)
        *err = *ended->error;
    if (ended->error || !ended->run)
        return !ended->error;
    size_t at = making->at[ended->index];
    pasts->made[at] = tmn_checkpoint_write(ended->run, pasts->path[at], &origin, err);
    return pasts->made[at];
}

/* One window after the other, each from the one before it; seeds beside each other. */
bool tmn_pasts_make(struct tmn_pasts *pasts, struct tmn_arena *arena, const struct tmn_pasts_options *options,
                    const int *window, size_t windows, const bool *wanted, bool *stopped, struct tmn_error *err) {
    size_t seeds = (size_t)options->seeds, *at = TMN_NEW_ARRAY(arena, size_t, seeds + 1);
    struct tmn_ask *asks = TMN_NEW_ARRAY(arena, struct tmn_ask, seeds + 1);
    struct making making = {pasts, at};
    struct tmn_runs_options runs = {.threads = options->threads, .context = &making, .progress = tell, .ended = save};
    *pasts = (struct tmn_pasts){.options = options,
                                .window = window,
                                .windows = windows,
                                .path = TMN_NEW_ARRAY(arena, const char *, windows *seeds + 1),
                                .made = TMN_NEW_ARRAY(arena, bool, windows *seeds + 1)};
    *stopped = false;
    if (!tmn_folder_make(arena, options->store->folder, err))
        return false;
    for (size_t w = 0; w < windows && !*stopped; w++) {
        size_t count = 0;
        for (size_t s = 0; s < seeds; s++) {
            size_t i = w * seeds + s;
            pasts->path[i] =
                tmn_arena_printf(arena, "%s/past-%ld-%zu.tumen", options->store->folder, (long)getpid(), i);
            if (!wanted[i])
                continue;
            const char *before = NULL;
            for (size_t v = w; v > 0 && !before; v--)
                before = pasts->made[(v - 1) * seeds + s] ? pasts->path[(v - 1) * seeds + s] : NULL;
            at[count] = i;
            asks[count++] = (struct tmn_ask){.model = options->model,
                                             .settings = options->settings->items,
                                             .setting_count = options->settings->count,
                                             .seed = options->seed + s,
                                             .scale = options->scale,
                                             .windows = window[w],
                                             .past = before};
        }
        if (count > 0 && !tmn_runs_make(asks, count, &runs, stopped, err))
            return false;
    }
    return true;
}

const char *tmn_past_of(const struct tmn_pasts *pasts, int window, int seed) {
    for (size_t w = 0; w < pasts->windows; w++) {
        size_t i = w * (size_t)pasts->options->seeds + (size_t)seed;
        if (pasts->window[w] == window)
            return pasts->made[i] ? pasts->path[i] : NULL;
    }
    return NULL;
}

void tmn_pasts_drop(const struct tmn_pasts *pasts) {
    for (size_t i = 0; pasts->options && i < pasts->windows * (size_t)pasts->options->seeds; i++)
        if (pasts->made[i])
            unlink(pasts->path[i]);
}

static bool selected(const struct tmn_model *model, const struct tmn_strata *by, const int64_t *cell, uint32_t index) {
    for (int k = 0; k < by->n; k++)
        if (cell[k] >= 0 &&
            index / by->stride[k] % model->features.items[by->feature[k]].cardinality != (uint32_t)cell[k])
            return false;
    return true;
}

double tmn_outcome_from(const struct tmn_model *model, int index, const int64_t *cell,
                        const struct tmn_output_series *series, int32_t from_day, int32_t to_day) {
    const struct tmn_outcome *outcome = &model->outcomes.items[index];
    double sum = 0, periods = 0;
    for (int p = 0; p < series->periods; p++) {
        if (series->last_day[p] < from_day || series->first_day[p] > to_day)
            continue;
        if (outcome->kind == TMN_OUTCOME_STOCK)
            sum = 0;
        periods++;
        for (uint32_t c = 0; c < series->cells; c++)
            if (selected(model, &outcome->by, cell, c))
                sum += series->value[(size_t)p * series->cells + c];
    }
    return outcome->kind == TMN_OUTCOME_FEEDBACK && periods > 0 ? sum / periods : sum;
}

static bool read_run(const struct tmn_store *store, const struct tmn_ask *ask, struct tmn_arena *arena, int outcome,
                     const int64_t *cell, int32_t from_day, int32_t to_day, double *value) {
    struct tmn_output output;
    struct tmn_error err;
    if (!tmn_store_read(store, ask, arena, &output, &err))
        return false;
    *value = tmn_outcome_from(ask->model, outcome, cell, &output.series[outcome], from_day, to_day);
    return true;
}

bool tmn_outcome_read(const struct tmn_store *store, const struct tmn_ask *ask, int outcome, const int64_t *cell,
                      int32_t from_day, int32_t to_day, double *value) {
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    if (TMN_ARENA_TRY(&arena)) {
        tmn_arena_free(&arena);
        return false;
    }
    bool good = read_run(store, ask, &arena, outcome, cell, from_day, to_day, value);
    tmn_arena_free(&arena);
    return good;
}
