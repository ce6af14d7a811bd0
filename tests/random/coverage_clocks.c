/* Clocks: what each did in a window, from its state before and after, and those of a person that ran out together. */
#include "coverage_state.h"

#include <string.h>

/* ---- those that ran out ---- */

static bool same_counters(const struct coverage *coverage, uint32_t row) {
    for (size_t c = 0; c < coverage->run->model->counters.count; c++)
        if (coverage->counter[c][row] != coverage->run->counter[c].number[row])
            return false;
    return true;
}

struct ran_out {
    uint64_t left, use;
    uint32_t rank;
    bool certain;
};

static void see_ran_out(struct coverage *coverage, const struct tmn_happening *it, struct ran_out *out) {
    struct tmn_run *run = coverage->run;
    const struct tmn_transition *transition = &run->model->transitions.items[it->transition];
    const struct clock_seen *clock = clock_at(coverage, it->row, transition->slot);
    uint64_t c = c_of(run, it->transition, clock->personal);
    bool certain = c == TMN_CERTAIN || clock->g == TMN_CERTAIN;
    *out = (struct ran_out){clock->left, certain ? 0 : c * clock->g, transition->rank, certain};
    if (it->kind == TMN_HAPPENED_USED_UP) {
        see(coverage, SEEN_USED_UP);
        tmn_row_levels(run, it->row, &it->before, coverage->level);
        if (same_counters(coverage, it->row) &&
            c_of(run, it->transition, tmn_stratum(&transition->personal, coverage->level)) != FACTOR_DISABLED)
            see(coverage, SEEN_USED_UP_PLACE);
    } else if (transition->kind == TMN_CLOCK_AFTER) {
        see(coverage, SEEN_TERM);
    } else if (transition->kind == TMN_CLOCK_CHANCE) {
        see(coverage, c == TMN_CERTAIN            ? SEEN_CERTAIN_C
                      : clock->g == TMN_CERTAIN   ? SEEN_CERTAIN_G
                      : transition->c_factors > 0 ? SEEN_CHANCE_C
                                                  : SEEN_CHANCE_G);
    } else {
        see(coverage, SEEN_RATE);
        if (out->left < out->use)
            see(coverage, SEEN_OVERSHOOT);
        if (out->left == 0)
            see(coverage, SEEN_OVERDUE);
    }
}

static void see_order(struct coverage *coverage, const struct ran_out *a, const struct ran_out *b) {
    if (a->rank > b->rank)
        see(coverage, SEEN_AGAINST_NAMES);
    if (a->certain && !b->certain)
        see(coverage, SEEN_CERTAIN_FIRST);
    if (a->certain && b->certain)
        see(coverage, SEEN_TIE);
    if (a->certain || b->certain)
        return;
    if (a->left > b->left)
        see(coverage, SEEN_CROSS);
    if ((tmn_u128)a->left * b->use == (tmn_u128)b->left * a->use)
        see(coverage, SEEN_TIE);
}

/* ---- every clock of the window ---- */

static void see_use(struct coverage *coverage, struct clock_seen *clock) {
    const struct tmn_run *run = coverage->run;
    enum tmn_clock_kind kind = run->model->transitions.items[clock->transition].kind;
    uint64_t c = c_of(run, clock->transition, clock->personal), g = g_of(run, clock->transition, clock->shared);
    clock->g = g;
    if (c == 0)
        see(coverage, SEEN_C_ZERO);
    if (g == 0) {
        see(coverage, kind == TMN_CLOCK_AFTER ? SEEN_PAUSED_TERM : SEEN_PAUSE);
        return;
    }
    if (clock->g_before == 0)
        see(coverage, SEEN_RESUME);
    if (c >= FACTOR_SPECIAL || g >= FACTOR_SPECIAL || kind == TMN_CLOCK_AFTER)
        return;
    if (clock->g_before > 0 && clock->g_before < FACTOR_SPECIAL && g / 100 >= clock->g_before)
        see(coverage, SEEN_G_LEAPS);
    if (clock->g_before < FACTOR_SPECIAL && clock->g_before / 100 >= g)
        see(coverage, SEEN_G_FALLS);
    if (c > 0 && c * g > UINT64_C(1) << (TMN_C_BITS + TMN_G_BITS + 1))
        see(coverage, SEEN_HIGH);
    if (c > 0 && c * g < (UINT64_C(1) << (TMN_C_BITS + TMN_G_BITS)) / 1000000)
        see(coverage, SEEN_LOW);
    if (kind == TMN_CLOCK_RATE && run->now.ends_year &&
        run->now.quarter_days != run->model->calendar.window_quarter_days)
        see(coverage, SEEN_LONG_WINDOW);
}

void see_clocks(struct coverage *coverage) {
    const struct tmn_run *run = coverage->run;
    for (size_t i = 0; i < (size_t)run->rows * (size_t)run->slots; i++)
        if (coverage->clock[i].transition >= 0)
            see_use(coverage, &coverage->clock[i]);
    const struct told *told = &coverage->told;
    for (size_t i = 0, next; i < told->count; i = next) {
        struct ran_out out[2];
        int count = 0;
        for (next = i; next < told->count && told->items[next].row == told->items[i].row; next++) {
            const struct tmn_happening *it = &told->items[next];
            if (it->kind != TMN_HAPPENED_FIRING && it->kind != TMN_HAPPENED_USED_UP)
                continue;
            see_ran_out(coverage, it, &out[count > 0]);
            if (++count == 1)
                continue;
            see(coverage, count == 2 ? SEEN_COMPETITORS : SEEN_THREE);
            see_order(coverage, &out[0], &out[1]);
            out[0] = out[1];
        }
    }
}

/* ---- from one window to the next ---- */

/* A clock that goes on: `was` before the window, `is` after it. */
static void see_life(struct coverage *coverage, uint32_t row, const struct clock_seen *was, const struct clock_seen *is,
                     bool birthday) {
    const struct tmn_run *run = coverage->run;
    uint64_t set = c_of(run, was->transition, was->personal); /* with the settings of the window */
    bool same_person = tmn_same(&coverage->packed[row], &run->packed[row]);
    if (set != was->c)
        see(coverage, SEEN_SETTING_C);
    if (is->c != set) {
        see(coverage, SEEN_C_CHANGES);
        if (same_person)
            see(coverage, SEEN_C_CHANGES_BY_COUNTER);
        if (set == 0)
            see(coverage, SEEN_C_FROM_ZERO);
        if (was->g == 0)
            see(coverage, SEEN_CHANGE_IN_PAUSE);
    }
    if (is->shared == was->shared)
        return;
    if (birthday && same_person && same_counters(coverage, row))
        see(coverage, SEEN_BIRTHDAY);
    else
        see(coverage, is->c != set ? SEEN_BOTH_MOVE : SEEN_SHARED_MOVES);
}

static bool setting_now(const struct tmn_run *run) {
    for (size_t i = 0; i < run->options.setting_count; i++)
        if (run->options.settings[i].kind == TMN_SET_PARAMETER && run->options.settings[i].window == run->now.index &&
            run->now.index > 0)
            return true;
    return false;
}

static void see_change(struct coverage *coverage, uint32_t row, const struct clock_seen *was,
                       const struct clock_seen *is, bool birthday) {
    const struct tmn_run *run = coverage->run;
    if (was->transition == is->transition) {
        if (is->transition >= 0 && was->k == is->k)
            see_life(coverage, row, was, is, birthday);
        return;
    }
    if (was->transition >= 0)
        see(coverage, SEEN_DISABLED);
    if (is->transition >= 0 && is->k > 0)
        see(coverage, SEEN_ENABLED_AGAIN);
    if (was->transition >= 0 && is->transition >= 0)
        see(coverage, SEEN_SLOT_PASSES);
    if (!tmn_same(&coverage->packed[row], &run->packed[row]))
        return;
    if (!setting_now(run))
        see(coverage, SEEN_ENABLED_BY_COUNTER);
    else if (same_counters(coverage, row))
        see(coverage, SEEN_SETTING_ENABLES);
}

static uint32_t shared_stratum(struct coverage *coverage, int transition) {
    return tmn_stratum(&coverage->run->model->transitions.items[transition].shared, coverage->level);
}

void keep_clocks(struct coverage *coverage, bool compare) {
    struct tmn_run *run = coverage->run;
    const struct tmn_model *model = run->model;
    int coming = run->window < run->windows ? run->window : run->windows - 1;
    struct tmn_window window = tmn_calendar_window(&model->calendar, coming);
    for (uint32_t row = 0; row < run->rows; row++) {
        uint32_t age = 0;
        tmn_row_levels(run, row, &run->packed[row], coverage->level);
        if (model->age_feature >= 0) {
            const struct tmn_attribute *year = &model->attributes.items[model->birth_year];
            age = tmn_age(window.year, window.in_year, year->first + (int)tmn_level(&run->packed[row], year),
                          *tmn_week(run, row));
            coverage->level[model->age_feature] = age;
        }
        for (int s = 0; s < run->slots; s++) {
            struct clock_seen *was = clock_at(coverage, row, s), is = {.transition = tmn_clock_of(run, row, s)};
            if (is.transition >= 0) {
                is.k = tmn_k(run, row, is.transition);
                is.left = tmn_left(run, row, s);
                if (run->which_at != 0 && tmn_word_of(run, row, s) == WORD_ASIDE)
                    see(coverage, SEEN_WORD_AWAY);
                is.personal = tmn_stratum(&model->transitions.items[is.transition].personal, coverage->level);
                is.shared = shared_stratum(coverage, is.transition);
                is.c = c_of(run, is.transition, is.personal);
                is.g_before = compare && was->transition == is.transition ? was->g : UINT64_MAX;
            }
            if (is.transition >= 0 && is.k > UINT8_MAX)
                see(coverage, SEEN_K_BEYOND_BYTE);
            if (compare)
                see_change(coverage, row, was, &is, age != coverage->age[row]);
            *was = is;
        }
        coverage->age[row] = (uint8_t)age;
    }
    memcpy(coverage->packed, run->packed, run->rows * sizeof *run->packed);
}
