/* What went wrong with a row, as a sentence: which transition, whose strata, which window. */
#include "engine/rooms.h"

#include <stdio.h>

/* "village=North, sex=female" of what the strata read, with the place of the person. */
static void name_levels(const struct tmn_run *run, const struct tmn_strata *strata, const uint32_t *level, char *text,
                        size_t size) {
    const struct tmn_model *model = run->model;
    int place =
        model->population.place_attribute < 0 ? -1 : tmn_feature_of_attribute(model, model->population.place_attribute);
    size_t used = 0;
    text[0] = '\0';
    for (int i = -1; i < (strata == NULL ? 0 : strata->n); i++) {
        int f = i < 0 ? place : strata->feature[i];
        if (f < 0 || (i >= 0 && f == place))
            continue;
        const struct tmn_feature *feature = &model->features.items[f];
        int n = feature->level != NULL ? snprintf(text + used, size - used, "%s%s=%s", used > 0 ? ", " : "",
                                                  feature->name, feature->level[level[f]])
                                       : snprintf(text + used, size - used, "%s%s=%d", used > 0 ? ", " : "",
                                                  feature->name, feature->first + (int)level[f]);
        if (n < 0 || (size_t)n >= size - used)
            return;
        used += (size_t)n;
    }
    if (used == 0)
        snprintf(text, size, "no attribute read");
}

static bool describe_factor(struct tmn_run *run, const struct tmn_failure *failure, const char *date,
                            struct tmn_error *err) {
    struct tmn_worker *worker = &run->worker[0];
    const struct tmn_transition *it = &run->model->transitions.items[failure->transition];
    char personal[256], shared[256];
    tmn_row_levels(run, failure->row, &failure->packed, worker->level);
    worker->env.level = worker->level;
    double c = tmn_c_value(it, &worker->env), g = tmn_g_value(it, &worker->env);
    name_levels(run, &it->personal, worker->level, personal, sizeof personal);
    name_levels(run, &it->shared, worker->level, shared, sizeof shared);
    const char *what = it->kind == TMN_CLOCK_CHANCE ? "chance" : "hazard";
    if (failure->kind == FAILED_LARGE)
        return tmn_fail(
            err, TMN_RUN,
            "the %s of transition '%s' is too large in the window of %s: %g times %g is 32 or more per window (%s; %s)",
            what, it->name, date, c, g, personal, shared);
    bool in_c = failure->kind == FAILED_C;
    return tmn_fail(err, TMN_RUN,
                    "the %s of transition '%s' went bad in the window of %s: its %s part is %g, which is %s (%s)", what,
                    it->name, date, in_c ? "personal" : "shared", in_c ? c : g,
                    it->kind == TMN_CLOCK_CHANCE ? "no probability" : "negative, not finite or beyond 2^27",
                    in_c ? personal : shared);
}

static bool describe(struct tmn_run *run, const struct tmn_failure *failure, struct tmn_error *err) {
    const struct tmn_model *model = run->model;
    const char *transition = failure->transition >= 0 && failure->transition < (int)model->transitions.count
                                 ? model->transitions.items[failure->transition].name
                                 : "";
    char date[16], levels[256];
    tmn_date_format(run->now.first_day, date);
    tmn_row_levels(run, failure->row, &failure->packed, run->worker[0].level);
    name_levels(run, NULL, run->worker[0].level, levels, sizeof levels);
    switch (failure->kind) {
    case FAILED_MEMORY:
        return tmn_fail(err, TMN_MEMORY, "out of memory for the lists of the window of %s", date);
    case FAILED_C:
    case FAILED_G:
    case FAILED_LARGE:
        return describe_factor(run, failure, date, err);
    case FAILED_CHANCE:
        return tmn_fail(err, TMN_RUN,
                        "a chance in branch '%s' of transition '%s' is %g in the window of %s: not a probability (%s)",
                        model->transitions.items[failure->transition].branch[failure->branch].name, transition,
                        failure->value, date, levels);
    case FAILED_AMOUNT:
        return tmn_fail(err, TMN_RUN,
                        "an amount that branch '%s' of transition '%s' adds is %g in the window of %s: not a number "
                        "below 2^43 (%s)",
                        model->transitions.items[failure->transition].branch[failure->branch].name, transition,
                        failure->value, date, levels);
    case FAILED_UNBORN:
        return tmn_fail(err, TMN_RUN, "row %u became unborn in the window of %s: a person cannot be unborn again (%s)",
                        failure->row, date, levels);
    case FAILED_COUNTER:
        return tmn_fail(err, TMN_RUN, "counter '%s' of row %u holds %u, but its ties say %g",
                        model->counters.items[failure->transition].name, failure->row,
                        tmn_count_get(&run->counter[failure->transition], failure->row), failure->value);
    case FAILED_FLAGS:
        return tmn_fail(err, TMN_RUN, "row %u is not marked as alive or unborn as its attributes say", failure->row);
    case FAILED_NOT:
        break;
    }
    return true;
}

bool tmn_run_sound(struct tmn_run *run, struct tmn_error *err) {
    for (uint32_t b = 0; b < run->blocks; b++)
        if (run->block[b].failure.kind != FAILED_NOT)
            return describe(run, &run->block[b].failure, err);
    return true;
}
