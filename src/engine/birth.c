/* Births of a window, after messages, mothers in row order. A child takes the first unborn row of its mother's
 * household, else of her unit, else of the reserve of the place she comes from, else of the nation's reserve. */
#include "engine/state.h"

#include "world/chances.h"

#define NO_ROW UINT32_MAX

/* Flags are of the window's start, so a row that has fired or was born since is asked itself. */
static bool is_unborn(const struct tmn_run *run, uint32_t row) {
    if ((run->flags[row] & ROW_UNBORN) == 0 || (run->flags[row] & ROW_TOUCHED) == 0)
        return (run->flags[row] & ROW_UNBORN) != 0;
    return tmn_holds(run, &run->worker[0], &run->unborn_rule, &run->packed[row]);
}

static uint32_t first_unborn(const struct tmn_run *run, uint32_t from, uint32_t to) {
    for (uint32_t row = from; row < to; row++)
        if (is_unborn(run, row))
            return row;
    return NO_ROW;
}

/* Rows never become unborn again, so the cursor of a reserve only moves on. */
static uint32_t take_reserve(const struct tmn_run *run, uint32_t *cursor, uint32_t to) {
    uint32_t row = first_unborn(run, *cursor, to);
    *cursor = row == NO_ROW ? to : row;
    return row;
}

static uint32_t find_row(struct tmn_run *run, uint32_t mother) {
    const struct tmn_world *world = run->world;
    uint32_t row = NO_ROW;
    if (world->household != NULL) {
        uint32_t household = world->household[mother];
        row = first_unborn(run, world->household_first[household], world->household_first[household + 1]);
        if (row != NO_ROW)
            return row;
        run->counters.births_elsewhere++;
        if (world->household_unit != NULL && world->units > 0) {
            uint32_t unit = world->household_unit[household];
            row = first_unborn(run, world->household_first[world->unit_first[unit]],
                               world->household_first[world->unit_first[unit + 1]]);
            if (row != NO_ROW)
                return row;
        }
    } else {
        run->counters.births_elsewhere++;
    }
    if (mother < world->national_reserve) {
        uint32_t place = tmn_world_place(world, mother);
        row = take_reserve(run, &run->place_cursor[place], world->place_first[place + 1]);
    }
    return row != NO_ROW ? row : take_reserve(run, &run->nation_cursor, run->rows);
}

static bool no_row(const struct tmn_run *run, uint32_t mother, struct tmn_error *err) {
    const struct tmn_model *model = run->model;
    int attribute = model->population.place_attribute;
    const char *place = attribute < 0 || mother >= run->world->national_reserve
                            ? "the nation"
                            : model->attributes.items[attribute].level[tmn_world_place(run->world, mother)];
    char date[16];
    tmn_date_format(run->now.first_day, date);
    return tmn_fail(err, TMN_CAPACITY,
                    "no unborn row is left for a birth in %s in the window of %s: raise population.unborn.reserve "
                    "(rows for all of a "
                    "place), population.unborn.national, or population.unborn.per_household (rows for the mothers of "
                    "one household alone)",
                    place, date);
}

/* Draws a level as population.draw does; false when the chances are none. */
static bool draw_level(const struct tmn_run *run, struct tmn_worker *worker, uint32_t row,
                       const struct tmn_draw_rule *rule, uint32_t hash, uint32_t *level) {
    uint32_t uniform = tmn_draw_uniform(tmn_draw(run->options.seed, row, 0, 0, hash));
    double *upto = run->chance;
    worker->env.level = worker->level;
    if (!tmn_chances_cumulate(rule, &worker->env, worker->level, upto))
        return false;
    *level = 0;
    while (uniform >= tmn_fixed_probability(upto[*level])) /* the last possible level is certain */
        ++*level;
    return true;
}

/* The child's attributes: what the row was laid out with, then set and copied from the mother as she was just before
 * the firing, the birth year, then draws in their order. */
static bool make_child(struct tmn_run *run, const struct tmn_birth *birth, uint32_t row, struct tmn_packed *child,
                       struct tmn_error *err) {
    const struct tmn_model *model = run->model;
    struct tmn_worker *worker = &run->worker[0];
    const struct tmn_action *action = birth->action;
    for (size_t i = 0; i < action->count; i++) {
        const struct tmn_action *item = &action->items[i];
        const struct tmn_attribute *attribute = &model->attributes.items[item->attribute];
        tmn_set_level(child, attribute,
                      item->kind == TMN_ACTION_COPY ? tmn_level(&birth->mother, &model->attributes.items[item->from])
                                                    : item->level);
    }
    if (model->birth_year >= 0) {
        const struct tmn_attribute *attribute = &model->attributes.items[model->birth_year];
        int level = run->now.year - attribute->first;
        if (level < 0 || level >= (int)attribute->levels)
            return tmn_fail(err, TMN_CAPACITY, "birth_year has no level for the year %d: extend its levels",
                            run->now.year);
        tmn_set_level(child, attribute, (uint32_t)level);
    }
    for (size_t d = 0; d < action->draw_count; d++) {
        uint32_t level = 0;
        tmn_row_levels(run, row, child, worker->level);
        if (!draw_level(run, worker, row, &action->draws[d], action->draw_hash[d], &level))
            return tmn_fail(err, TMN_RUN, "chances of '%s' at a birth by '%s' are not probabilities that sum to 1",
                            model->attributes.items[action->draws[d].attribute].name,
                            model->transitions.items[birth->transition].name);
        tmn_set_level(child, &model->attributes.items[action->draws[d].attribute], level);
    }
    return true;
}

static bool give_birth(struct tmn_run *run, const struct tmn_birth *birth, struct tmn_error *err) {
    struct tmn_worker *worker = &run->worker[0];
    uint32_t row = find_row(run, birth->row);
    if (row == NO_ROW)
        return no_row(run, birth->row, err);
    struct tmn_packed before = run->packed[row], child = before;
    if (!make_child(run, birth, row, &child, err))
        return false;
    if (tmn_holds(run, worker, &run->unborn_rule, &child))
        return tmn_fail(err, TMN_RUN, "a birth by '%s' leaves the child unborn: let it set an attribute that ends that",
                        run->model->transitions.items[birth->transition].name);
    struct tmn_block *block = &run->block[row / BLOCK_ROWS];
    tmn_touch(run, block, row, &before);
    tmn_flows(run, worker, &before, &child);
    run->packed[row] = child;
    run->counters.births++;
    if (tmn_watched(run, row))
        tmn_happening_add(block, &(struct tmn_happening){TMN_HAPPENED_BIRTH, run->window, row, birth->row,
                                                         birth->transition, birth->branch, -1, before, child, true});
    return true;
}

bool tmn_phase_births(struct tmn_run *run, struct tmn_error *err) {
    for (uint32_t b = 0; b < run->blocks; b++) {
        struct tmn_list *list = &run->block[b].birth;
        const struct tmn_birth *births = list->items;
        for (size_t i = 0; i < list->count; i++)
            if (!give_birth(run, &births[i], err))
                return false;
        list->count = 0;
    }
    return true;
}
