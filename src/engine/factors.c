/* The tables of C and G. C by personal stratum depends on parameters alone and is made at the start and when a dated
 * setting takes effect. G by shared stratum is made for a window when anything that it reads has changed since it was
 * last made. A factor that is negative or not finite is an error only once a person meets it: strata that nobody is in
 * are harmless. */
#include "engine/rooms.h"

#include "base/real.h"
#include <string.h>

enum { TASK_STRATA = 1024 };

/* ---- what a list of expressions depends on ---- */

static void depend_add(struct tmn_arena *arena, struct tmn_list *list, int index) {
    int *items = list->items;
    for (size_t i = 0; i < list->count; i++)
        if (items[i] == index)
            return;
    list->items = items = tmn_arena_grow(arena, items, list->count, &list->capacity, sizeof *items);
    items[list->count++] = index;
}

void tmn_depend(struct tmn_arena *arena, const struct tmn_expr *expr, struct tmn_dependence *on) {
    if (expr == NULL)
        return;
    if (expr->op == TMN_OP_DRIVER)
        depend_add(arena, &on->driver, expr->index);
    else if (expr->op == TMN_OP_FEEDBACK)
        depend_add(arena, &on->feedback, expr->index);
    else if (expr->op == TMN_OP_SHARE)
        depend_add(arena, &on->share, expr->index);
    else if (expr->op == TMN_OP_WINDOW)
        on->window = true;
    else if (expr->op == TMN_OP_YEAR || (expr->op == TMN_OP_KEY && expr->index == -1))
        on->year = true;
    for (size_t i = 0; i < expr->count; i++)
        tmn_depend(arena, expr->arg[i], on);
}

static bool any_changed(const struct tmn_list *list, const bool *changed) {
    const int *items = list->items;
    for (size_t i = 0; i < list->count; i++)
        if (changed[items[i]])
            return true;
    return false;
}

bool tmn_stale(const struct tmn_run *run, const struct tmn_dependence *on) {
    if (run->tables_quarter_days == 0)
        return true;
    return (on->window && run->tables_quarter_days != run->now.quarter_days) ||
           (on->year && run->tables_year != run->now.year) || any_changed(&on->driver, run->driver_changed) ||
           any_changed(&on->feedback, run->feedback_changed) || any_changed(&on->share, run->share_changed);
}

/* ---- G as a product of parts ---- */

static void make_part(struct tmn_run *run, const struct tmn_transition *transition, struct tmn_part *part,
                      const struct tmn_expr *expr) {
    const struct tmn_strata *shared = &transition->shared;
    bool *reads = TMN_NEW_ARRAY(&run->arena, bool, run->model->features.count + 1);
    uint32_t stride[TMN_MAX_KEYS] = {0};
    part->expr = expr;
    tmn_depend(&run->arena, expr, &part->on);
    tmn_expr_reads(run->model, expr, reads);
    tmn_strata_of(run->model, reads, shared->size, &part->strata); /* of some of the features of the shared stratum */
    for (int i = 0; i < part->strata.n; i++)
        for (int j = 0; j < shared->n; j++)
            if (shared->feature[j] == part->strata.feature[i])
                stride[j] = part->strata.stride[i];
    part->value = TMN_NEW_ARRAY(&run->arena, double, part->strata.size);
    part->at = TMN_NEW_ARRAY(&run->arena, uint32_t, shared->size);
    for (uint32_t s = 0; s < shared->size; s++)
        for (int j = 0; j < shared->n; j++)
            part->at[s] +=
                s / shared->stride[j] % run->model->features.items[shared->feature[j]].cardinality * stride[j];
}

static void make_parts(struct tmn_run *run, const struct tmn_transition *transition, struct tmn_product *product) {
    product->conditions = transition->who_shared_count;
    product->parts = product->conditions + transition->g_factors;
    product->part = TMN_NEW_ARRAY(&run->arena, struct tmn_part, product->parts + 1);
    for (size_t i = 0; i < product->conditions; i++)
        make_part(run, transition, &product->part[i], transition->who_shared[i]);
    for (size_t i = 0; i < transition->g_factors; i++) {
        struct tmn_part *part = &product->part[product->conditions + i];
        make_part(run, transition, part, transition->g_factor[i].expr);
        part->inverse = transition->g_factor[i].inverse;
    }
}

/* Evaluates a part for each combination of levels that it reads. */
static void evaluate_part(const struct tmn_part *part, struct tmn_worker *worker, struct tmn_env *env) {
    env->level = worker->level;
    for (uint32_t s = 0; s < part->strata.size; s++) {
        tmn_stratum_levels(&part->strata, s, worker->level);
        part->value[s] = tmn_expr_eval(part->expr, env);
    }
}

void tmn_parts_evaluate(const struct tmn_run *run, struct tmn_worker *worker, uint32_t t, struct tmn_env *env) {
    for (size_t i = 0; i < run->product[t].parts; i++)
        evaluate_part(&run->product[t].part[i], worker, env);
}

static void refresh_parts(void *context, int worker, uint32_t t) {
    struct tmn_run *run = context;
    struct tmn_env env = run->worker[worker].env;
    for (size_t i = 0; run->g_fresh[t] && i < run->product[t].parts; i++)
        if (tmn_stale(run, &run->product[t].part[i].on))
            evaluate_part(&run->product[t].part[i], &run->worker[worker], &env);
}

static bool parts_hold(const struct tmn_product *product, uint32_t stratum) {
    for (size_t i = 0; i < product->conditions; i++) {
        const struct tmn_part *part = &product->part[i];
        if (part->value[part->at[stratum]] == 0)
            return false;
    }
    return true;
}

static double parts_value(const struct tmn_product *product, uint32_t stratum) {
    double value = 1.0;
    for (size_t i = product->conditions; i < product->parts; i++) {
        const struct tmn_part *part = &product->part[i];
        double x = part->value[part->at[stratum]];
        value = part->inverse ? value / x : value * x;
    }
    return value;
}

static uint32_t tasks_of(uint32_t strata) {
    return (strata + TASK_STRATA - 1) / TASK_STRATA;
}

void tmn_factors_prepare(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    size_t tasks = 1;
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_transition *transition = &model->transitions.items[t];
        struct tmn_dependence *on = &run->g_on[t];
        for (size_t i = 0; i < transition->who_shared_count; i++)
            tmn_depend(&run->arena, transition->who_shared[i], on);
        for (size_t i = 0; i < transition->g_factors; i++)
            tmn_depend(&run->arena, transition->g_factor[i].expr, on);
        on->window = on->window || transition->kind == TMN_CLOCK_RATE;
        make_parts(run, transition, &run->product[t]);
        run->rule[t].c = TMN_NEW_ARRAY(&run->arena, uint64_t, transition->personal.size);
        run->rule[t].g = TMN_NEW_ARRAY(&run->arena, uint64_t, transition->shared.size);
        tasks += tasks_of(transition->personal.size) + tasks_of(transition->shared.size);
    }
    run->task = TMN_NEW_ARRAY(&run->arena, struct tmn_task, tasks);
    for (size_t e = 0; e < model->events.count; e++) {
        const struct tmn_event *event = &model->events.items[e];
        struct tmn_event_rule *rule = &run->event[e];
        rule->slots = event->by < 0 ? 1 : model->features.items[event->by].cardinality;
        rule->left = TMN_NEW_ARRAY(&run->arena, uint64_t, rule->slots);
        rule->k = TMN_NEW_ARRAY(&run->arena, uint32_t, rule->slots);
        for (uint32_t place = 0; place < rule->slots; place++)
            rule->left[place] = tmn_draw_threshold(tmn_draw(run->options.seed, place, 0, 0, event->hash));
    }
}

/* ---- values ---- */

static double product(const struct tmn_factor *factor, size_t count, const struct tmn_env *env) {
    double value = 1.0;
    for (size_t i = 0; i < count; i++) {
        double x = tmn_expr_eval(factor[i].expr, env);
        value = factor[i].inverse ? value / x : value * x;
    }
    return value;
}

double tmn_c_value(const struct tmn_transition *transition, const struct tmn_env *env) {
    return product(transition->c_factor, transition->c_factors, env);
}

double tmn_g_value(const struct tmn_transition *transition, const struct tmn_env *env) {
    double value = product(transition->g_factor, transition->g_factors, env);
    return transition->kind == TMN_CLOCK_RATE ? value * env->window_y : value;
}

static bool all_true(struct tmn_expr *const *conjunct, size_t count, const struct tmn_env *env) {
    for (size_t i = 0; i < count; i++)
        if (tmn_expr_eval(conjunct[i], env) == 0)
            return false;
    return true;
}

bool tmn_shared_holds(const struct tmn_transition *transition, const struct tmn_env *env) {
    return all_true(transition->who_shared, transition->who_shared_count, env);
}

/* -ln(1 - q), or q itself when that is where the chance's hazard lies in the other factor. */
static bool chance_hazard(double q, double *hazard, bool *certain) {
    *certain = q == 1.0;
    if (!(q >= 0.0 && q <= 1.0))
        return false;
    *hazard = *certain ? 0.0 : -tmn_log1p(-q);
    return true;
}

static uint64_t chance_units(double q, bool (*round)(double, uint64_t *)) {
    double hazard;
    bool certain;
    uint64_t units;
    if (!chance_hazard(q, &hazard, &certain))
        return FACTOR_BAD;
    if (certain)
        return TMN_CERTAIN;
    return round(hazard, &units) ? units : FACTOR_BAD;
}

static uint64_t c_units(const struct tmn_transition *transition, const struct tmn_env *env) {
    uint64_t units;
    if (!all_true(transition->who_personal, transition->who_personal_count, env))
        return FACTOR_DISABLED;
    if (transition->kind == TMN_CLOCK_AFTER)
        return 1;
    if (transition->c_factors == 0)
        return UINT64_C(1) << TMN_C_BITS;
    double value = tmn_c_value(transition, env);
    if (transition->kind == TMN_CLOCK_CHANCE)
        return chance_units(value, tmn_fixed_c);
    return tmn_fixed_c(value, &units) ? units : FACTOR_BAD;
}

uint64_t tmn_g_units(const struct tmn_run *run, uint32_t t, uint32_t stratum, double window_y) {
    const struct tmn_transition *transition = &run->model->transitions.items[t];
    const struct tmn_product *product = &run->product[t];
    uint64_t units;
    if (!parts_hold(product, stratum))
        return 0;
    if (transition->kind == TMN_CLOCK_AFTER)
        return 1;
    if (transition->kind == TMN_CLOCK_CHANCE && transition->g_factors == 0)
        return UINT64_C(1) << TMN_G_BITS;
    double value = parts_value(product, stratum);
    if (transition->kind == TMN_CLOCK_CHANCE)
        return chance_units(value, tmn_fixed_g);
    return tmn_fixed_g(value * window_y, &units) ? units : FACTOR_BAD;
}

/* ---- tables ---- */

static void run_task(void *context, int worker_index, uint32_t index) {
    struct tmn_run *run = context;
    struct tmn_worker *worker = &run->worker[worker_index];
    const struct tmn_task *task = &run->task[index];
    const struct tmn_transition *transition = &run->model->transitions.items[task->transition];
    const struct tmn_strata *strata = task->personal ? &transition->personal : &transition->shared;
    uint64_t *table = task->personal ? run->rule[task->transition].c : run->rule[task->transition].g;
    uint32_t end = task->first + TASK_STRATA < strata->size ? task->first + TASK_STRATA : strata->size;
    struct tmn_env env = worker->env;
    env.level = worker->level;
    for (uint32_t s = task->first; s < end; s++) {
        if (task->personal) {
            tmn_stratum_levels(strata, s, worker->level);
            table[s] = c_units(transition, &env);
        } else {
            table[s] = tmn_g_units(run, (uint32_t)task->transition, s, env.window_y);
        }
    }
}

static uint32_t add_tasks(struct tmn_run *run, uint32_t tasks, int transition, bool personal, uint32_t size) {
    for (uint32_t first = 0; first < size; first += TASK_STRATA)
        run->task[tasks++] = (struct tmn_task){transition, first, personal};
    return tasks;
}

/* Windows of a fixed term: the nearest whole number, at least one. */
static uint64_t term_windows(const struct tmn_run *run, const struct tmn_transition *transition) {
    double window_y = (double)run->model->calendar.window_quarter_days / 4.0 / TMN_YEAR_DAYS;
    double windows = tmn_expr_eval(transition->hazard, &run->worker[0].env) / window_y;
    if (!(windows >= 1.0))
        return 1;
    return windows >= 0x1p40 ? UINT64_C(1) << 40 : (uint64_t)(windows + 0.5);
}

void tmn_c_tables(struct tmn_run *run) {
    uint32_t tasks = 0;
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_transition *transition = &run->model->transitions.items[t];
        if (transition->kind == TMN_CLOCK_AFTER)
            run->rule[t].windows = term_windows(run, transition);
        tasks = add_tasks(run, tasks, (int)t, true, transition->personal.size);
    }
    tmn_pool_run(run->pool, tasks, run_task, run);
    if (run->options.engine == TMN_ENGINE_EVENT)
        tmn_foresee(run);
    run->tables_quarter_days = 0; /* parameters changed: G too */
}

void tmn_g_tables(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    uint32_t tasks = 0;
    for (size_t t = 0; t < run->transitions; t++)
        if ((run->g_fresh[t] = tmn_stale(run, &run->g_on[t])))
            tasks = add_tasks(run, tasks, (int)t, false, model->transitions.items[t].shared.size);
    if (tasks > 0)
        tmn_pool_run(run->pool, (uint32_t)run->transitions, refresh_parts, run);
    tmn_pool_run(run->pool, tasks, run_task, run);
    memset(run->driver_changed, 0, model->drivers.count);
    memset(run->feedback_changed, 0, model->feedbacks.count);
    memset(run->share_changed, 0, model->shares.count);
    run->tables_year = run->now.year;
    run->tables_quarter_days = run->now.quarter_days;
}
