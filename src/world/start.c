/* The environment in which expressions of the start are evaluated, and what they may read. */
#include "world/start.h"

void tmn_start_init(struct tmn_start *start, const struct tmn_model *model, struct tmn_arena *arena) {
    start->level = TMN_NEW_ARRAY(arena, uint32_t, model->features.count + 1);
    start->env = (struct tmn_env){.model = model, .level = start->level, .year = model->calendar.start_year};
    struct tmn_window window = tmn_calendar_window(&model->calendar, 0);
    start->env.window_y = window.quarter_days / 4.0 / TMN_YEAR_DAYS;
}

void tmn_start_person(struct tmn_start *start, const struct tmn_packed *packed, uint32_t birth_week) {
    const struct tmn_model *model = start->env.model;
    tmn_model_unpack(model, packed, start->level);
    if (model->age_feature >= 0) {
        const struct tmn_attribute *birth_year = &model->attributes.items[model->birth_year];
        start->level[model->age_feature] =
            tmn_age(start->env.year, 0, birth_year->first + (int)tmn_level(packed, birth_year), birth_week);
    }
}

bool tmn_start_allows(const struct tmn_model *model, const struct tmn_expr *expr, const char *what, bool *reads,
                      struct tmn_arena *arena, struct tmn_error *err) {
    bool *own = TMN_NEW_ARRAY(arena, bool, model->features.count + 1);
    struct tmn_reads kinds = tmn_expr_reads(model, expr, own);
    if (kinds.counter || kinds.driver || kinds.feedback || kinds.share || kinds.count)
        return tmn_fail(err, TMN_SCENARIO, "%s may read attributes, maps, age, tables and parameters only: %s", what,
                        expr->source);
    for (size_t f = 0; f < model->features.count && reads != NULL; f++)
        reads[f] = reads[f] || own[f];
    return true;
}
