/* What one run says to a check: its value, or its draws. */
#include "study/verify.h"

#include "engine/engine.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_MAX = 100000000 };

static bool selected(const struct tmn_outcome *outcome, const struct tmn_model *model, const struct tmn_check *check,
                     uint32_t cell) {
    for (int k = 0; k < outcome->by.n; k++) {
        uint32_t level = cell / outcome->by.stride[k] % model->features.items[outcome->by.feature[k]].cardinality;
        if (check->cell[k] >= 0 && check->cell[k] != (int64_t)level)
            return false;
    }
    return true;
}

/* One number from the periods: value[period * stride]. */
static double taken(enum tmn_take take, const double *value, int periods, size_t stride) {
    double sum = 0, timed = 0, most = -HUGE_VAL;
    int when = 0;
    if (periods == 0)
        return (double)NAN;
    for (int p = 0; p < periods; p++) {
        double here = value[(size_t)p * stride];
        sum += here;
        timed += here * (p + 1);
        if (here > most) {
            most = here;
            when = p + 1;
        }
    }
    switch (take) {
    case TMN_TAKE_LAST:
        return value[(size_t)(periods - 1) * stride];
    case TMN_TAKE_FIRST:
        return value[0];
    case TMN_TAKE_SUM:
        return sum;
    case TMN_TAKE_MAX:
        return most;
    case TMN_TAKE_WHEN_MAX:
        return when;
    case TMN_TAKE_MEAN_TIME:
        return sum == 0 ? (double)NAN : timed / sum;
    }
    return (double)NAN;
}

/* The selected cells of each period, added up: [periods], or NULL. */
static double *sum_cells(const struct tmn_check *check, const struct tmn_model *model,
                         const struct tmn_series *series) {
    const struct tmn_outcome *outcome = &model->outcomes.items[check->outcome];
    double *sum = calloc((size_t)series->periods + 1, sizeof *sum);
    for (uint32_t cell = 0; sum && cell < series->cells; cell++)
        if (selected(outcome, model, check, cell))
            for (int p = 0; p < series->periods; p++)
                sum[p] += series->value[(size_t)p * series->cells + cell];
    return sum;
}

bool tmn_check_value(const struct tmn_check *check, const struct tmn_model *model, const struct tmn_run *run,
                     double *value) {
    if (check->outcome < 0) {
        *value = tmn_run_window(run);
    } else {
        struct tmn_series series = tmn_run_series(run, check->outcome);
        double *sum = sum_cells(check, model, &series);
        if (!sum)
            return false;
        *value = taken(check->take, sum, series.periods, 1);
        free(sum);
    }
    if (check->over.expr)
        *value /= check->over.value;
    return true;
}

static bool add_draws(struct tmn_verify_data *data, double value, uint64_t draws) {
    if (!(value < VALUES_MAX)) {
        data->others += draws;
        return true;
    }
    uint32_t v = (uint32_t)value;
    if (v >= data->values) {
        uint32_t values = v < 64 ? 128 : 2 * v;
        uint64_t *grown = realloc(data->count, values * sizeof *grown);
        if (!grown)
            return false;
        memset(grown + data->values, 0, (values - data->values) * sizeof *grown);
        data->count = grown;
        data->values = values;
    }
    data->count[v] += draws;
    return true;
}

bool tmn_check_draws(const struct tmn_check *check, const struct tmn_model *model, const struct tmn_run *run,
                     struct tmn_verify_data *data) {
    const struct tmn_outcome *outcome = &model->outcomes.items[check->outcome];
    struct tmn_series series = tmn_run_series(run, check->outcome);
    bool good = true;
    if (check->times) {
        double *sum = sum_cells(check, model, &series);
        for (int p = 0; sum && p < series.periods; p++)
            good = good && (sum[p] == 0 || add_draws(data, p + 1, (uint64_t)sum[p]));
        good = good && sum;
        free(sum);
        data->periods = (uint32_t)series.periods;
        data->early = data->early || tmn_run_window(run) < model->calendar.windows;
        return good;
    }
    for (uint32_t cell = 0; good && cell < series.cells; cell++)
        if (selected(outcome, model, check, cell))
            good = add_draws(data, taken(check->take, series.value + cell, series.periods, series.cells), 1);
    return good;
}
