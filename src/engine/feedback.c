/* What is national or of a place: drivers, events and feedback variables. */
#include "engine/rooms.h"

#include <math.h>
#include <string.h>

void tmn_drivers_fill(struct tmn_run *run, int window) {
    const struct tmn_model *model = run->model;
    for (size_t d = 0; d < model->drivers.count; d++) {
        const struct tmn_driver *driver = &model->drivers.items[d];
        const double *values = &driver->value[(size_t)window * driver->slots];
        double *here = &run->driver[driver->first];
        if (memcmp(here, values, driver->slots * sizeof *here) != 0) {
            memcpy(here, values, driver->slots * sizeof *here);
            run->driver_changed[d] = true;
        }
    }
}

/* Name of a level of `by`, or "the nation". */
static const char *place_name(const struct tmn_model *model, int by, uint32_t slot) {
    if (by < 0)
        return "the nation";
    const struct tmn_feature *feature = &model->features.items[by];
    return feature->level != NULL ? feature->level[slot] : feature->name;
}

/* Levels of a place: the slot of `by`, and of each map when `by` is an attribute. */
void tmn_place_levels(const struct tmn_run *run, int by, uint32_t slot, uint32_t *level) {
    const struct tmn_model *model = run->model;
    if (by < 0)
        return;
    level[by] = slot;
    if (model->features.items[by].kind != TMN_FEATURE_ATTRIBUTE)
        return;
    for (size_t f = 0; f < model->features.count; f++) {
        const struct tmn_feature *feature = &model->features.items[f];
        if (feature->kind == TMN_FEATURE_MAP && model->maps.items[feature->index].of == model->features.items[by].index)
            level[f] = model->maps.items[feature->index].to[slot];
    }
}

/* ---- events ---- */

/* The amount goes to the place of the event when the variable has the same places, to the nation's variable, or by map.
 */
uint32_t tmn_event_slot(const struct tmn_run *run, const struct tmn_event *event, const struct tmn_feedback *feedback,
                        uint32_t place) {
    const struct tmn_model *model = run->model;
    if (feedback->by < 0)
        return 0;
    if (feedback->by == event->by)
        return place;
    return model->maps.items[model->features.items[feedback->by].index].to[place];
}

static bool fire_event(struct tmn_run *run, const struct tmn_event *event, uint32_t place, struct tmn_error *err) {
    struct tmn_worker *worker = &run->worker[0];
    run->counters.event_firings++;
    for (size_t i = 0; i < event->count; i++) {
        const struct tmn_action *action = &event->items[i];
        const struct tmn_feedback *feedback = &run->model->feedbacks.items[action->feedback];
        double amount = tmn_expr_eval(action->amount, &worker->env);
        int64_t units;
        if (!tmn_fixed_amount(amount, &units))
            return tmn_fail(err, TMN_RUN, "event '%s' adds %g to '%s' in %s: not a number that fits", event->name,
                            amount, feedback->name, place_name(run->model, event->by, place));
        worker->add_once[feedback->first + tmn_event_slot(run, event, feedback, place)] += units;
    }
    return true;
}

static bool step_event(struct tmn_run *run, const struct tmn_event *event, struct tmn_event_rule *rule, uint32_t place,
                       struct tmn_error *err) {
    struct tmn_worker *worker = &run->worker[0];
    tmn_place_levels(run, event->by, place, worker->level);
    worker->env.level = worker->level;
    if (event->when != NULL && tmn_expr_eval(event->when, &worker->env) == 0)
        return true;
    double hazard = tmn_expr_eval(event->rate, &worker->env) * worker->env.window_y;
    uint64_t units, use;
    if (!tmn_fixed_g(hazard, &units) || __builtin_mul_overflow(units, UINT64_C(1) << TMN_C_BITS, &use) ||
        use >= FACTOR_SPECIAL) {
        char date[16];
        tmn_date_format(run->now.first_day, date);
        return tmn_fail(
            err, TMN_RUN,
            "event '%s' has hazard %g per window in %s in the window of %s: it must be at least 0 and below 32",
            event->name, hazard, place_name(run->model, event->by, place), date);
    }
    if (use == 0 || rule->left[place] > use) {
        rule->left[place] -= use;
        return true;
    }
    run->counters.overshoots += rule->left[place] == 0;
    uint64_t overshoot = use - rule->left[place];
    uint64_t next = tmn_draw_threshold(tmn_draw(run->options.seed, place, 0, ++rule->k[place], event->hash));
    rule->left[place] = next > overshoot ? next - overshoot : 0;
    return fire_event(run, event, place, err);
}

bool tmn_phase_events(struct tmn_run *run, struct tmn_error *err) {
    for (size_t e = 0; e < run->model->events.count; e++)
        for (uint32_t place = 0; place < run->event[e].slots; place++)
            if (!step_event(run, &run->model->events.items[e], &run->event[e], place, err))
                return false;
    return true;
}

/* ---- feedback ---- */

static double weighted(const struct tmn_run *run, tmn_i128 units, double scale) {
    return (double)(units * run->world->weight) * scale;
}

static void merge_counts(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    for (uint32_t c = 0; c < model->count_slots; c++) {
        int64_t sum = 0;
        for (int w = 0; w < run->workers; w++) {
            sum += run->worker[w].count[c];
            run->worker[w].count[c] = 0;
        }
        run->count[c] = weighted(run, sum, 0x1p-20);
    }
}

/* Amounts of persons stand for as many as each simulated person; events happen once. */
static double merge_adds(struct tmn_run *run, uint32_t slot) {
    tmn_i128 sum = 0;
    for (int w = 0; w < run->workers; w++) {
        sum += run->worker[w].add[slot];
        run->worker[w].add[slot] = 0;
    }
    double once = (double)run->worker[0].add_once[slot] * 0x1p-20;
    run->worker[0].add_once[slot] = 0;
    return weighted(run, sum, 0x1p-40) + once;
}

static bool step_feedback(struct tmn_run *run, size_t index, uint32_t slot, double *next, struct tmn_error *err) {
    const struct tmn_setting *held = tmn_held(run, index);
    struct tmn_worker *worker = &run->worker[0];
    const struct tmn_feedback *feedback = &run->model->feedbacks.items[index];
    struct tmn_env env = worker->env;
    env.level = worker->level;
    env.count = run->count;
    tmn_place_levels(run, feedback->by, slot, worker->level);
    double value = feedback->next == NULL ? run->feedback[feedback->first + slot] : tmn_expr_eval(feedback->next, &env);
    value += merge_adds(run, feedback->first + slot);
    value = held != NULL ? held->value : value;
    if (!isfinite(value)) {
        char date[16];
        tmn_date_format(run->now.first_day, date);
        return tmn_fail(err, TMN_RUN, "feedback '%s' becomes %g in %s in the window of %s", feedback->name, value,
                        place_name(run->model, feedback->by, slot), date);
    }
    if (value < feedback->low || value > feedback->high) {
        run->counters.clamped++;
        value = value < feedback->low ? feedback->low : feedback->high;
    }
    next[feedback->first + slot] = value + 0.0; /* no negative zero: bits are hashed */
    return true;
}

bool tmn_phase_feedback(struct tmn_run *run, struct tmn_error *err) {
    const struct tmn_model *model = run->model;
    merge_counts(run);
    for (size_t f = 0; f < model->feedbacks.count; f++) {
        tmn_feedback_own(run, f, true);
        for (uint32_t slot = 0; slot < model->feedbacks.items[f].slots; slot++)
            if (!step_feedback(run, f, slot, run->feedback_next, err))
                return false;
        tmn_feedback_own(run, f, false);
    }
    if (run->options.cut_feedback)
        return true;
    for (size_t f = 0; f < model->feedbacks.count; f++) {
        const struct tmn_feedback *feedback = &model->feedbacks.items[f];
        double *here = &run->feedback[feedback->first];
        const double *next = &run->feedback_next[feedback->first];
        if (memcmp(here, next, feedback->slots * sizeof *here) != 0) {
            memcpy(here, next, feedback->slots * sizeof *here);
            run->feedback_changed[f] = true;
        }
        tmn_feedback_own(run, f, false);
    }
    return true;
}
