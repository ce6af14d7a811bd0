/* What a run needs before its first window: columns, scratch of workers, tables, and the sums over persons at the
 * start. */
#include "engine/rooms.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory ---- */

static void make_workers(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    struct tmn_arena *arena = &run->arena;
    uint32_t levels = 1;
    for (size_t a = 0; a < model->attributes.count; a++)
        levels = model->attributes.items[a].levels > levels ? model->attributes.items[a].levels : levels;
    run->worker = TMN_NEW_ARRAY(arena, struct tmn_worker, run->workers);
    for (int w = 0; w < run->workers; w++) {
        struct tmn_worker *worker = &run->worker[w];
        worker->driver_view = TMN_NEW_ARRAY(arena, double, model->driver_slots + 1);
        worker->level = TMN_NEW_ARRAY(arena, uint32_t, model->features.count + 1);
        worker->asked = TMN_NEW_ARRAY(arena, uint32_t, model->features.count + 1);
        worker->chance = TMN_NEW_ARRAY(arena, double, levels);
        worker->expired = TMN_NEW_ARRAY(arena, struct tmn_expired, run->slots + 1);
        worker->wanted = TMN_NEW_ARRAY(arena, uint8_t, run->slots + 1);
        worker->winner = TMN_NEW_ARRAY(arena, struct tmn_set_winner, model->attributes.count + 1);
        worker->met = TMN_NEW_ARRAY(arena, int, model->attributes.count + 1);
        worker->count = TMN_NEW_ARRAY(arena, int64_t, model->count_slots + 1);
        worker->add = TMN_NEW_ARRAY(arena, tmn_i128, model->feedback_slots + 1);
        worker->add_once = TMN_NEW_ARRAY(arena, tmn_i128, model->feedback_slots + 1);
        worker->holding = TMN_NEW_ARRAY(arena, uint64_t, model->counters.count + 1);
        worker->tally.transition_firings = TMN_NEW_ARRAY(arena, uint64_t, run->transitions + 1);
        worker->tally.work = TMN_NEW_ARRAY(arena, struct tmn_clock_work, run->transitions + 1);
    }
}

static void make_arrays(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    struct tmn_arena *arena = &run->arena;
    run->parameter = TMN_NEW_ARRAY(arena, double, model->parameters.count + 1);
    run->driver = TMN_NEW_ARRAY(arena, double, model->driver_slots + 1);
    run->feedback = TMN_NEW_ARRAY(arena, double, model->feedback_slots + 1);
    run->feedback_next = TMN_NEW_ARRAY(arena, double, model->feedback_slots + 1);
    run->feedback_token = TMN_NEW_ARRAY(arena, uint64_t, model->feedback_slots + 1);
    run->share = TMN_NEW_ARRAY(arena, struct tmn_ratio, model->share_slots + 1);
    run->share_read =
        run->options.cut_feedback ? TMN_NEW_ARRAY(arena, struct tmn_ratio, model->share_slots + 1) : run->share;
    run->count = TMN_NEW_ARRAY(arena, double, model->count_slots + 1);
    run->driver_changed = TMN_NEW_ARRAY(arena, bool, model->drivers.count + 1);
    run->feedback_changed = TMN_NEW_ARRAY(arena, bool, model->feedbacks.count + 1);
    run->share_changed = TMN_NEW_ARRAY(arena, bool, model->shares.count + 1);
    run->share_rule = TMN_NEW_ARRAY(arena, struct tmn_predicate, model->shares.count + 1);
    run->counter_rule = TMN_NEW_ARRAY(arena, struct tmn_predicate, model->counters.count + 1);
    run->counter_read = TMN_NEW_ARRAY(arena, bool, model->counters.count + 1);
    run->counted = TMN_NEW_ARRAY(arena, uint64_t, model->counters.count + 1);
    run->counter_order = TMN_NEW_ARRAY(arena, uint32_t, model->counters.count + 1);
    run->rule = TMN_NEW_ARRAY(arena, struct tmn_clock_rule, run->transitions + 1);
    run->product = TMN_NEW_ARRAY(arena, struct tmn_product, run->transitions + 1);
    run->g_on = TMN_NEW_ARRAY(arena, struct tmn_dependence, run->transitions + 1);
    run->event = TMN_NEW_ARRAY(arena, struct tmn_event_rule, model->events.count + 1);
    run->outcome = TMN_NEW_ARRAY(arena, struct tmn_outcome_state, model->outcomes.count + 1);
    run->counters.transition_firings = TMN_NEW_ARRAY(arena, uint64_t, run->transitions + 1);
    run->counters.work = TMN_NEW_ARRAY(arena, struct tmn_clock_work, run->transitions + 1);
    run->g_fresh = TMN_NEW_ARRAY(arena, bool, run->transitions + 1);
    run->bucket = TMN_NEW_ARRAY(arena, uint32_t, run->blocks + 2);
    run->scatter = TMN_NEW_ARRAY(arena, uint32_t, (size_t)run->workers * run->blocks + 1);
    tmn_births_prepare(run);
}

static bool make_columns(struct tmn_run *run, struct tmn_error *err) {
    const struct tmn_model *model = run->model;
    size_t rows = run->rows;
    void *person, *block;
    if (!tmn_column_alloc(&block, run->blocks, sizeof *run->block, "blocks of rows", err))
        return false;
    run->block = block;
    if (!tmn_column_alloc(&person, rows, run->person_bytes, "persons and their clocks", err))
        return false;
    run->person = person;
    run->wheels = tmn_wheel_pool_new();
    if (run->wheels == NULL)
        return tmn_fail(err, TMN_MEMORY, "out of memory for the wheels of a run");
    run->counter = TMN_NEW_ARRAY(&run->arena, struct tmn_tie_counts, model->counters.count + 1);
    for (size_t c = 0; c < model->counters.count; c++) {
        const struct tmn_counter *counter = &model->counters.items[c];
        void *column;
        bool degree = counter->of == model->alive; /* of degree(), which no maximum may cut off */
        uint32_t most = degree && counter->max < UINT16_MAX ? counter->max : UINT16_MAX,
                 ties = tmn_layer_degree_max(run->world, counter->layer);
        if (ties > most)
            return tmn_fail(err, TMN_CAPACITY,
                            "counter '%s' cannot count more than %u ties of a person, but its layer has up to %u",
                            counter->name, most, ties);
        if (!tmn_column_alloc(&column, rows, sizeof *run->counter->number, model->counters.items[c].name, err))
            return false;
        run->counter[c].number = column;
        run->counter[c].filled = TMN_NEW_ARRAY(&run->arena, uint8_t, tmn_filled_bytes(rows));
    }
    return true;
}

/* ---- rules ---- */

static void list_push(struct tmn_arena *arena, struct tmn_list *list, uint32_t value) {
    uint32_t *items = tmn_arena_grow(arena, list->items, list->count, &list->capacity, sizeof *items);
    items[list->count++] = value;
    list->items = items;
}

struct named_tell {
    const char *name;
    struct tmn_tell tell;
};

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct named_tell *)a)->name, ((const struct named_tell *)b)->name);
}

/* For each draw of a birth the features that its chances read. */
static struct tmn_list *make_reads(struct tmn_run *run, const struct tmn_action *birth) {
    const struct tmn_model *model = run->model;
    struct tmn_list *list = TMN_NEW_ARRAY(&run->arena, struct tmn_list, birth->draw_count + 1);
    for (size_t d = 0; d < birth->draw_count; d++) {
        const struct tmn_draw_rule *draw = &birth->draws[d];
        bool *reads = TMN_NEW_ARRAY(&run->arena, bool, model->features.count + 1);
        for (uint32_t l = 0; draw->chance != NULL && l < model->attributes.items[draw->attribute].levels; l++)
            if (draw->chance[l] != NULL)
                tmn_expr_reads(model, draw->chance[l], reads);
        if (draw->cumulative != NULL)
            tmn_expr_reads(model, draw->cumulative, reads);
        for (uint32_t f = 0; f < model->features.count; f++)
            if (reads[f])
                list_push(&run->arena, &list[d], f);
    }
    return list;
}

/* Memos of what a transition's firings read. */
static void make_items(struct tmn_run *run, size_t t) {
    const struct tmn_transition *it = &run->model->transitions.items[t];
    struct tmn_clock_rule *rule = &run->rule[t];
    rule->branch = TMN_NEW_ARRAY(&run->arena, struct tmn_branch_rule, it->branches);
    rule->item = TMN_NEW_ARRAY(&run->arena, struct tmn_item_rule, it->branches * rule->most_items + 1);
    for (size_t b = 0; b < it->branches; b++) {
        if (it->branch[b].chance != NULL && b + 1 < it->branches)
            rule->branch[b].chance = tmn_memo_make(run, it->branch[b].chance, MEMO_CHANCE);
        tmn_effect_make(run, it->branch[b].items, it->branch[b].count, &rule->branch[b].effect);
        for (size_t i = 0; i < it->branch[b].count; i++) {
            const struct tmn_action *action = &it->branch[b].items[i];
            struct tmn_item_rule *item = &rule->item[b * rule->most_items + i];
            rule->bears = rule->bears || action->kind == TMN_ACTION_BIRTH;
            rule->branch[b].sends = rule->branch[b].sends || action->kind == TMN_ACTION_ADD ||
                                    action->kind == TMN_ACTION_TELL || action->kind == TMN_ACTION_BIRTH;
            if (action->kind == TMN_ACTION_ADD)
                item->memo = tmn_memo_make(run, action->amount, MEMO_AMOUNT);
            else if (action->kind == TMN_ACTION_TELL && action->chance != NULL)
                item->memo = tmn_memo_make(run, action->chance, MEMO_CHANCE);
            else if (action->kind == TMN_ACTION_BIRTH)
                item->reads = make_reads(run, action);
        }
    }
}

/* Tells in the order of their full names: their ids are what decides between messages. */
static void number_tells(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    struct {
        struct named_tell *items;
        size_t count, capacity;
    } list = {0};
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_transition *it = &model->transitions.items[t];
        for (size_t b = 0; b < it->branches; b++)
            for (size_t i = 0; i < it->branch[b].count; i++) {
                const struct tmn_action *action = &it->branch[b].items[i];
                if (i + 1 > run->rule[t].most_items)
                    run->rule[t].most_items = (uint32_t)i + 1;
                if (action->kind != TMN_ACTION_TELL)
                    continue;
                const char *name = tmn_arena_printf(&run->arena, "%s/%s/%s/%s", it->name, it->branch[b].name,
                                                    action->name, model->layers.items[action->layer].name);
                struct tmn_memo *who = action->who == NULL ? NULL : tmn_memo_make(run, action->who, MEMO_TRUTH);
                struct named_tell tell = {name, {action, who, (int)t, (int)b, (int)i}};
                TMN_PUSH(&run->arena, &list, tell);
            }
        make_items(run, t);
    }
    if (list.count > 0)
        qsort(list.items, list.count, sizeof *list.items, by_name);
    run->tell = TMN_NEW_ARRAY(&run->arena, struct tmn_tell, list.count + 1);
    run->tells = (uint32_t)list.count;
    for (uint32_t i = 0; i < run->tells; i++) {
        const struct tmn_tell *tell = &list.items[i].tell;
        run->tell[i] = *tell;
        struct tmn_clock_rule *rule = &run->rule[tell->transition];
        rule->item[(size_t)tell->branch * rule->most_items + (size_t)tell->item].tell = i;
    }
}

static void make_rules(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_transition *it = &model->transitions.items[t];
        run->rule[t].hash = it->hash;
        run->rule[t].slot = (int16_t)it->slot;
        run->rule[t].held = (uint8_t)(it->sharer + 1);
        tmn_terms_make(run, &it->personal, &run->rule[t].personal);
        tmn_terms_make(run, &it->shared, &run->rule[t].shared);
        for (int i = 0; i < it->personal.n; i++) {
            const struct tmn_feature *feature = &model->features.items[it->personal.feature[i]];
            if (feature->kind != TMN_FEATURE_COUNTER)
                continue;
            const struct tmn_counter *counter = &model->counters.items[feature->index];
            run->counter_read[feature->index] = true;
            if (counter->share > 0) /* which changes with the living ties too */
                run->counter_read[counter->degree] = true;
        }
    }
    for (size_t c = 0; c < model->counts.count; c++)
        list_push(&run->arena, &run->rule[model->counts.items[c].transition].counts, (uint32_t)c);
    for (size_t o = 0; o < model->outcomes.count; o++)
        if (model->outcomes.items[o].kind == TMN_OUTCOME_FIRINGS)
            list_push(&run->arena, &run->rule[model->outcomes.items[o].transition].outcomes, (uint32_t)o);
    for (uint32_t c = 0; c < model->counters.count; c++) { /* counters by layer, ties of a layer are walked once */
        uint32_t i = c;
        for (; i > 0 && model->counters.items[run->counter_order[i - 1]].layer > model->counters.items[c].layer; i--)
            run->counter_order[i] = run->counter_order[i - 1];
        run->counter_order[i] = c;
    }
    for (size_t f = 0; f < model->feedbacks.count; f++) {
        const struct tmn_feedback *feedback = &model->feedbacks.items[f];
        for (uint32_t slot = 0; slot < feedback->slots; slot++) {
            const char *const *level = feedback->by < 0 ? NULL : model->features.items[feedback->by].level;
            const char *name =
                level == NULL ? feedback->name : tmn_arena_printf(&run->arena, "%s=%s", feedback->name, level[slot]);
            run->feedback_token[feedback->first + slot] = tmn_name_hash64(name) + (level == NULL ? slot : 0);
            run->feedback[feedback->first + slot] = feedback->start + 0.0;
        }
    }
    number_tells(run);
}

/* Which transition a slot's byte means. */
static void name_slots(struct tmn_run *run) {
    size_t count = (size_t)run->slots * SHARERS;
    run->enabled = TMN_NEW_ARRAY(&run->arena, int16_t, count + 1);
    for (size_t i = 0; i < count; i++)
        run->enabled[i] = -1;
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_transition *it = &run->model->transitions.items[t];
        run->enabled[it->slot * SHARERS + it->sharer + 1] = (int16_t)t;
    }
}

static void make_memo_cells(struct tmn_run *run) {
    for (int w = 0; w < run->workers; w++)
        run->worker[w].cell = TMN_NEW_ARRAY(&run->arena, struct tmn_memo_cell, run->memo_cells + 1);
}

/* An event adds to variables of the nation, of its own places, or of a map of them. */
static bool check_events(const struct tmn_run *run, struct tmn_error *err) {
    const struct tmn_model *model = run->model;
    for (size_t e = 0; e < model->events.count; e++)
        for (size_t i = 0; i < model->events.items[e].count; i++) {
            const struct tmn_event *event = &model->events.items[e];
            int by = model->feedbacks.items[event->items[i].feedback].by;
            if (by < 0 || by == event->by)
                continue;
            const struct tmn_feature *feature = &model->features.items[by];
            if (event->by < 0 || feature->kind != TMN_FEATURE_MAP ||
                tmn_feature_of_attribute(model, model->maps.items[feature->index].of) != event->by)
                return tmn_fail(err, TMN_SCENARIO, "event '%s' adds to '%s', whose places are not those of the event",
                                event->name, model->feedbacks.items[event->items[i].feedback].name);
        }
    return true;
}

static void make_predicates(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    tmn_predicate_make(run, &run->alive_rule, model->alive);
    if (model->unborn != NULL)
        tmn_predicate_make(run, &run->unborn_rule, model->unborn);
    for (size_t s = 0; s < model->shares.count; s++)
        tmn_predicate_make(run, &run->share_rule[s], model->shares.items[s].who);
    for (size_t c = 0; c < model->counters.count; c++)
        tmn_predicate_make(run, &run->counter_rule[c], model->counters.items[c].of);
}

/* ---- the state that follows from the rows ---- */

void tmn_workers_aim(struct tmn_run *run) {
    for (int w = 0; w < run->workers; w++) {
        struct tmn_env *env = &run->worker[w].env;
        env->model = run->model;
        env->parameter = run->parameter;
        env->driver = run->driver;
        env->feedback = run->feedback_read;
        env->share = run->share_read;
        env->count = NULL;
        env->level = run->worker[w].level;
        env->year = run->now.year;
        env->window_y = (double)run->now.quarter_days / 4.0 / TMN_YEAR_DAYS;
    }
}

/* Shares, stocks and digest from the rows. */
static void count_rows(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    struct tmn_census census = {.share = run->share, .stock = run->stock, .counted = run->counted};
    memset(run->counted, 0, model->counters.count * sizeof *run->counted);
    memset(run->share, 0, model->share_slots * sizeof *run->share);
    memset(run->stock, 0, run->cells * sizeof *run->stock);
    memset(run->share_changed, 1, model->shares.count);
    tmn_census(run, &census);
    run->rows_digest = census.rows_digest;
    run->alive = census.alive;
}

/* That, then counters, flags and which clocks are enabled. */
static bool start_from_rows(struct tmn_run *run, struct tmn_error *err) {
    count_rows(run);
    if (!tmn_counters_pass(run, run->counted, err))
        return false;
    tmn_c_tables(run);
    tmn_clocks_sift(run);
    tmn_derive_all(run);
    return tmn_run_sound(run, err);
}

static void refill_predicates(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    tmn_predicate_fill(run, &run->alive_rule);
    if (model->unborn != NULL)
        tmn_predicate_fill(run, &run->unborn_rule);
    for (size_t s = 0; s < model->shares.count; s++)
        tmn_predicate_fill(run, &run->share_rule[s]);
    for (size_t c = 0; c < model->counters.count; c++)
        tmn_predicate_fill(run, &run->counter_rule[c]);
    for (size_t o = 0; o < model->outcomes.count; o++)
        tmn_predicate_fill(run, &run->outcome[o].predicate);
    tmn_assigns_refill(run);
    tmn_tests_fill(run);
}

/* The settings of some windows: of several of one parameter the one of the last window stands, and of several of a
 * window the last one given. */
static void set_parameters(struct tmn_run *run, int from, int to) {
    const struct tmn_setting *settings = run->options.settings;
    for (size_t i = 0; i < run->options.setting_count; i++) {
        bool stands = settings[i].kind == TMN_SET_PARAMETER && settings[i].window >= from && settings[i].window <= to;
        for (size_t j = 0; stands && j < run->options.setting_count; j++)
            stands = settings[j].parameter != settings[i].parameter || settings[j].window > to ||
                     settings[j].window <= settings[i].window;
        if (stands)
            run->parameter[settings[i].parameter] = settings[i].value;
    }
}

bool tmn_settings_apply(struct tmn_run *run, int window, struct tmn_error *err) {
    bool any = false;
    for (size_t i = 0; i < run->options.setting_count && window > 0; i++) /* the first window's stand from the start */
        any = any || (run->options.settings[i].kind == TMN_SET_PARAMETER && run->options.settings[i].window == window);
    if (!any && !tmn_assigns_now(run, window))
        return true;
    tmn_clocks_settle(run);
    set_parameters(run, window, window);
    refill_predicates(run);
    tmn_assign(run);
    return start_from_rows(run, err);
}

bool tmn_run_restate(struct tmn_run *run, struct tmn_error *err) {
    int last = run->window > 0 ? run->window - 1 : 0;
    run->now = tmn_calendar_window(&run->model->calendar, last);
    tmn_drivers_fill(run, last);
    tmn_workers_aim(run);
    set_parameters(run, INT_MIN, last);
    refill_predicates(run);
    return start_from_rows(run, err);
}

bool tmn_run_prepare(struct tmn_run *run, struct tmn_error *err) {
    const struct tmn_model *model = run->model;
    make_arrays(run);
    make_workers(run);
    tmn_attributes_place(run);
    tmn_tellers_prepare(run);
    if (!check_events(run, err) || !make_columns(run, err))
        return false;
    for (size_t p = 0; p < model->parameters.count; p++)
        run->parameter[p] = model->parameters.items[p].value;
    set_parameters(run, INT_MIN, 0);
    run->now = tmn_calendar_window(&model->calendar, 0);
    tmn_drivers_fill(run, 0);
    tmn_feedback_prepare(run);
    tmn_workers_aim(run);
    make_rules(run);
    tmn_feedback_begin(run);
    make_memo_cells(run);
    name_slots(run);
    make_predicates(run);
    tmn_assigns_prepare(run);
    tmn_outcomes_prepare(run);
    tmn_tests_prepare(run);
    tmn_changes_prepare(run);
    tmn_recipes_make(run);
    tmn_clocks_prepare(run);
    tmn_factors_prepare(run);
    if (run->options.engine == TMN_ENGINE_EVENT) {
        tmn_accruals_make(run);
        tmn_count_rules_make(run);
    }
    if (run->options.resumes) { /* for the digest of the start; the rest follows from the rows of the checkpoint */
        tmn_flags_fill(run);
        count_rows(run);
    } else if (!start_from_rows(run, err)) {
        return false;
    }
    if (run->options.cut_feedback)
        memcpy(run->share_read, run->share, model->share_slots * sizeof *run->share);
    run->start_digest = run->rows_digest;
    run->weekly = tmn_digest_weekly(run, run->rows_digest);
    tmn_profile_begin(run);
    if (run->options.engine == TMN_ENGINE_EVENT && !run->options.resumes)
        tmn_window_foresee(run);
    return true;
}
