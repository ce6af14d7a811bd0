/* Interventions: feedback variables that are held or shifted, and levels given to persons. Both engines run this: it
 * stands before a window's tables are made, and beside the rules of feedback. */
#include "engine/rooms.h"

static bool in_force(const struct tmn_setting *setting, enum tmn_setting_kind kind, int window) {
    return setting->kind == kind && setting->window <= window && (setting->end == 0 || window < setting->end);
}

/* Of several that hold a variable in a window the one that began last stands, and of those the last one given. */
static const struct tmn_setting *held_in(const struct tmn_run *run, size_t feedback, int window) {
    const struct tmn_setting *held = NULL;
    for (size_t i = 0; i < run->options.setting_count; i++) {
        const struct tmn_setting *setting = &run->options.settings[i];
        if (in_force(setting, TMN_HOLD_FEEDBACK, window) && setting->feedback == (int)feedback &&
            (held == NULL || setting->window >= held->window))
            held = setting;
    }
    return held;
}

/* The value that a window leaves behind is held where the window is: its readers come in the next one, which may be the
 * first without. One that begins there is not seen before. */
const struct tmn_setting *tmn_held(const struct tmn_run *run, size_t feedback) {
    const struct tmn_setting *held = held_in(run, feedback, run->window);
    return held != NULL && held->end == run->window + 1 ? NULL : held;
}

/* Shifts of one variable add up. */
static bool shift_of(const struct tmn_run *run, size_t feedback, double *shift) {
    bool any = false;
    *shift = 0;
    for (size_t i = 0; i < run->options.setting_count; i++) {
        const struct tmn_setting *setting = &run->options.settings[i];
        if (in_force(setting, TMN_SHIFT_FEEDBACK, run->window) && setting->feedback == (int)feedback) {
            *shift += setting->value;
            any = true;
        }
    }
    return any;
}

void tmn_feedback_own(struct tmn_run *run, size_t index, bool own) {
    const struct tmn_feedback *feedback = &run->model->feedbacks.items[index];
    double shift;
    if (run->feedback_read == run->feedback)
        return;
    bool shifted = shift_of(run, index, &shift) && !own;
    for (uint32_t slot = feedback->first; slot < feedback->first + feedback->slots; slot++) {
        double value = run->feedback[slot] + (shifted ? shift : 0);
        value = value < feedback->low ? feedback->low : value > feedback->high ? feedback->high : value;
        run->feedback_read[slot] = value + 0.0; /* no negative zero */
    }
}

void tmn_feedback_prepare(struct tmn_run *run) {
    bool shifted = false;
    for (size_t i = 0; i < run->options.setting_count; i++)
        shifted = shifted || run->options.settings[i].kind == TMN_SHIFT_FEEDBACK;
    run->feedback_read = shifted ? TMN_NEW_ARRAY(&run->arena, double, run->model->feedback_slots + 1) : run->feedback;
}

void tmn_feedback_begin(struct tmn_run *run) {
    for (size_t i = 0; i < run->options.setting_count; i++) {
        const struct tmn_setting *setting = &run->options.settings[i];
        bool of_feedback = setting->kind == TMN_HOLD_FEEDBACK || setting->kind == TMN_SHIFT_FEEDBACK;
        if (!of_feedback || (setting->window != run->window && setting->end != run->window))
            continue;
        const struct tmn_feedback *feedback = &run->model->feedbacks.items[setting->feedback];
        const struct tmn_setting *held = held_in(run, (size_t)setting->feedback, run->window);
        for (uint32_t slot = 0; held != NULL && slot < feedback->slots; slot++)
            run->feedback[feedback->first + slot] = held->value;
        run->feedback_changed[setting->feedback] = true;
    }
    for (size_t f = 0; f < run->model->feedbacks.count; f++)
        tmn_feedback_own(run, f, false);
}

/* ---- persons ---- */

void tmn_assigns_prepare(struct tmn_run *run) {
    run->assign_rule = TMN_NEW_ARRAY(&run->arena, struct tmn_predicate, run->options.setting_count + 1);
    for (size_t i = 0; i < run->options.setting_count; i++)
        if (run->options.settings[i].kind == TMN_ASSIGN_PERSONS)
            tmn_predicate_make(run, &run->assign_rule[i], run->options.settings[i].assign->who);
}

void tmn_assigns_refill(struct tmn_run *run) {
    for (size_t i = 0; i < run->options.setting_count; i++)
        if (run->options.settings[i].kind == TMN_ASSIGN_PERSONS)
            tmn_predicate_fill(run, &run->assign_rule[i]);
}

bool tmn_assigns_now(const struct tmn_run *run, int window) {
    for (size_t i = 0; i < run->options.setting_count; i++)
        if (run->options.settings[i].kind == TMN_ASSIGN_PERSONS && run->options.settings[i].window == window)
            return true;
    return false;
}

/* The row's chance is keyed by what is given, so that the same persons are met again with a larger share. */
static bool met(const struct tmn_run *run, struct tmn_worker *worker, size_t index, uint32_t row,
                const struct tmn_packed *packed) {
    const struct tmn_assign *assign = run->options.settings[index].assign;
    return tmn_holds(run, worker, &run->alive_rule, packed) &&
           tmn_holds(run, worker, &run->assign_rule[index], packed) &&
           (double)tmn_draw_uniform(tmn_draw(run->options.seed, row, 0, 0, assign->hash)) < assign->share * 0x1p32;
}

static void assign_row(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row) {
    struct tmn_packed before = run->packed[row], after = before;
    for (size_t i = 0; i < run->options.setting_count; i++) {
        const struct tmn_setting *setting = &run->options.settings[i];
        if (setting->kind != TMN_ASSIGN_PERSONS || setting->window != run->window || !met(run, worker, i, row, &after))
            continue;
        for (size_t s = 0; s < setting->assign->sets; s++)
            tmn_set_level(&after, &run->model->attributes.items[setting->assign->set[s].attribute],
                          setting->assign->set[s].level);
    }
    if (tmn_same(&before, &after))
        return;
    tmn_flows(run, worker, &before, &after);
    run->packed[row] = after;
    if (tmn_watched(run, row))
        tmn_happening_add(block, &(struct tmn_happening){TMN_HAPPENED_ASSIGNED, run->window, row, row, -1, -1, -1,
                                                         before, after, true});
}

static void assign_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t block) {
    for (uint32_t row = block_first(run, block), end = block_end(run, block); row < end; row++)
        assign_row(run, worker, &run->block[block], row);
}

void tmn_assign(struct tmn_run *run) {
    tmn_run_blocks(run, assign_block);
}
