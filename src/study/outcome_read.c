/* See outcome_read.h. */
#include "study/outcome_read.h"

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

const char *tmn_cell_text(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_outcome *outcome,
                          const int64_t *cell) {
    struct tmn_text text;
    tmn_text_init(&text, arena);
    for (int k = 0; k < outcome->by.n; k++) {
        const struct tmn_feature *feature = &model->features.items[outcome->by.feature[k]];
        if (cell[k] < 0)
            continue;
        tmn_text_put(&text, "%s%s=", text.count > 0 ? ", " : "", feature->name);
        if (feature->level)
            tmn_text_put(&text, "%s", feature->level[cell[k]]);
        else
            tmn_text_put(&text, "%d", feature->first + (int)cell[k]);
    }
    return text.count > 0 ? text.items : "all";
}

const char *tmn_outcome_text(struct tmn_arena *arena, const struct tmn_model *model, int outcome, const int64_t *cell) {
    const struct tmn_outcome *of = &model->outcomes.items[outcome];
    for (int k = 0; k < of->by.n; k++)
        if (cell[k] >= 0)
            return tmn_arena_printf(arena, "%s[%s]", of->name, tmn_cell_text(arena, model, of, cell));
    return of->name;
}
