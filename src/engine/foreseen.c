/* Feedback variables that only drivers, the date, parameters and each other make: what persons do does not reach them,
 * so they can be told ahead, for forecasts of G. Nothing else reads what is told here: where it is wrong, forecasts are
 * bad. */
#include "engine/rooms.h"

/* Does an expression read nothing but that? */
static bool foreseeable(const struct tmn_run *run, const struct tmn_expr *expr) {
    switch (expr->op) {
    case TMN_OP_FEEDBACK:
        return run->foreseen_at[expr->index] >= 0;
    case TMN_OP_FEATURE:
    case TMN_OP_MEMBER:
    case TMN_OP_SHARE:
    case TMN_OP_COUNT:
    case TMN_OP_RATIO:
        return false;
    default:
        break;
    }
    if (expr->op == TMN_OP_KEY && expr->index >= 0)
        return false;
    for (size_t i = 0; i < expr->count; i++)
        if (!foreseeable(run, expr->arg[i]))
            return false;
    return true;
}

static void drop_added(const struct tmn_run *run, const struct tmn_action *items, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (items[i].kind == TMN_ACTION_ADD)
            run->foreseen_at[items[i].feedback] = -1;
}

/* What persons, events or interventions change is not foreseen. */
static void drop_changed(const struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    for (size_t t = 0; t < model->transitions.count; t++)
        for (size_t b = 0; b < (size_t)model->transitions.items[t].branches; b++)
            drop_added(run, model->transitions.items[t].branch[b].items, model->transitions.items[t].branch[b].count);
    for (size_t e = 0; e < model->events.count; e++)
        drop_added(run, model->events.items[e].items, model->events.items[e].count);
    for (size_t i = 0; i < run->options.setting_count; i++)
        if (run->options.settings[i].kind == TMN_HOLD_FEEDBACK || run->options.settings[i].kind == TMN_SHIFT_FEEDBACK)
            run->foreseen_at[run->options.settings[i].feedback] = -1;
}

void tmn_foreseen_prepare(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    run->foreseen_at = TMN_NEW_ARRAY(&run->arena, int, model->feedbacks.count + 1);
    for (size_t f = 0; f < model->feedbacks.count; f++) {
        const struct tmn_feedback *feedback = &model->feedbacks.items[f];
        run->foreseen_at[f] = feedback->by < 0 && feedback->next != NULL && !run->options.cut_feedback ? 0 : -1;
    }
    drop_changed(run);
    for (bool dropped = true; dropped;) {
        dropped = false;
        for (size_t f = 0; f < model->feedbacks.count; f++)
            if (run->foreseen_at[f] >= 0 && !foreseeable(run, model->feedbacks.items[f].next)) {
                run->foreseen_at[f] = -1;
                dropped = true;
            }
    }
    for (size_t f = 0; f < model->feedbacks.count; f++)
        if (run->foreseen_at[f] >= 0)
            run->foreseen_at[f] = (int)run->foreseen_count++;
    run->foreseen = TMN_NEW_ARRAY(&run->arena, double, ((size_t)run->windows + 1) * run->foreseen_count + 1);
    for (int w = 0; w < run->workers; w++)
        run->worker[w].feedback_view = TMN_NEW_ARRAY(&run->arena, double, model->feedback_slots + 1);
}

bool tmn_is_foreseen(const struct tmn_run *run, const struct tmn_expr *expr) {
    if (expr->op == TMN_OP_FEEDBACK)
        return run->foreseen_at[expr->index] >= 0;
    if (expr->op == TMN_OP_SHARE)
        return false;
    for (size_t i = 0; i < expr->count; i++)
        if (!tmn_is_foreseen(run, expr->arg[i]))
            return false;
    return true;
}

/* The variables at the end of a window, from those at its start in `view`. */
static void step_ahead(struct tmn_run *run, int window, struct tmn_env *env, double *next) {
    const struct tmn_model *model = run->model;
    struct tmn_window now = tmn_calendar_window(&model->calendar, window);
    double *driver = run->worker[0].driver_view;
    for (size_t d = 0; d < model->drivers.count; d++) {
        const struct tmn_driver *it = &model->drivers.items[d];
        for (uint32_t slot = 0; slot < it->slots; slot++)
            driver[it->first + slot] = it->value[(size_t)window * it->slots + slot];
    }
    env->year = now.year;
    env->window_y = (double)now.quarter_days / 4.0 / TMN_YEAR_DAYS;
    for (size_t f = 0; f < model->feedbacks.count; f++) {
        const struct tmn_feedback *feedback = &model->feedbacks.items[f];
        if (run->foreseen_at[f] < 0)
            continue;
        double value = tmn_expr_eval(feedback->next, env);
        next[run->foreseen_at[f]] = value < feedback->low    ? feedback->low
                                    : value > feedback->high ? feedback->high
                                                             : value;
    }
}

void tmn_feedback_foresee(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    double *view = run->worker[0].feedback_view, *told = run->foreseen;
    struct tmn_env env = run->worker[0].env;
    env.driver = run->worker[0].driver_view;
    env.feedback = view;
    for (uint32_t slot = 0; slot < model->feedback_slots; slot++)
        view[slot] = run->feedback[slot];
    for (int w = 0; run->foreseen_count > 0 && w < run->windows_ahead; w++) {
        for (size_t f = 0; f < model->feedbacks.count; f++) {
            double *of_window = told + (size_t)w * run->foreseen_count;
            if (run->foreseen_at[f] < 0)
                continue;
            if (w > run->window)
                view[model->feedbacks.items[f].first] = of_window[run->foreseen_at[f]];
            else
                of_window[run->foreseen_at[f]] = view[model->feedbacks.items[f].first];
        }
        if (w >= run->window)
            step_ahead(run, w, &env, told + ((size_t)w + 1) * run->foreseen_count);
    }
}
