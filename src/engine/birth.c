/* Births of a window, after messages, mothers in row order. A child takes the first unborn row of its mother's
 * household, else of her unit, else of the reserve of the place she comes from, else of the nation's reserve.
 *
 * Mothers of one unit (or household, where there are none) and no others take its rows. So blocks of rows choose rows
 * beside each other for mothers whose unit lies within the block; those whose unit crosses its edge or has no row left
 * follow in one line. Then blocks make the children of their own rows. */
#include "engine/rooms.h"

#include "world/chances.h"

#define NO_ROW UINT32_MAX

enum { AHEAD = 4 }; /* births ahead that are fetched a step further, blocks to come among them: a block has few */

/* A row that is taken loses its flag at once. */
static bool is_unborn(const struct tmn_run *run, uint32_t row) {
    return (*tmn_flags(run, row) & ROW_UNBORN) != 0;
}

static uint32_t first_unborn(const struct tmn_run *run, struct tmn_rows rows) {
    for (uint32_t row = rows.first; row < rows.end; row++)
        if (is_unborn(run, row))
            return row;
    return NO_ROW;
}

/* Rows never become unborn again, so a cursor to the first row that may be unborn only moves on. */
static uint32_t take_from(const struct tmn_run *run, uint32_t *cursor, uint32_t to) {
    uint32_t row = first_unborn(run, (struct tmn_rows){*cursor, to});
    *cursor = row == NO_ROW ? to : row;
    return row;
}

static struct tmn_rows household_rows(const struct tmn_world *world, uint32_t row) {
    uint32_t household = tmn_world_household(world, row);
    return (struct tmn_rows){world->household_first[household], world->household_first[household + 1]};
}

/* The household where there are no units. */
static struct tmn_rows unit_rows(const struct tmn_world *world, uint32_t row) {
    if (world->unit_first == NULL)
        return household_rows(world, row);
    uint32_t unit = tmn_world_unit(world, tmn_world_household(world, row));
    return (struct tmn_rows){world->household_first[world->unit_first[unit]],
                             world->household_first[world->unit_first[unit + 1]]};
}

/* The first unborn row of the mother's household, else of her unit. */
static uint32_t find_near(const struct tmn_run *run, uint32_t mother, bool *elsewhere) {
    const struct tmn_world *world = run->world;
    uint32_t row = first_unborn(run, household_rows(world, mother));
    *elsewhere = row == NO_ROW;
    if (row != NO_ROW || world->unit_first == NULL)
        return row;
    uint32_t unit = tmn_world_unit(world, tmn_world_household(world, mother));
    return take_from(run, &run->unit_cursor[unit], world->household_first[world->unit_first[unit + 1]]);
}

static uint32_t find_row(struct tmn_run *run, uint32_t mother, bool *elsewhere) {
    const struct tmn_world *world = run->world;
    *elsewhere = true;
    uint32_t row = world->household_first == NULL ? NO_ROW : find_near(run, mother, elsewhere);
    if (row == NO_ROW && mother < world->national_reserve) {
        uint32_t place = tmn_world_place(world, mother);
        row = take_from(run, &run->place_cursor[place], world->place_first[place + 1]);
    }
    return row != NO_ROW ? row : take_from(run, &run->nation_cursor, run->rows);
}

/* Rows of a block whose whole unit lies within it. */
static struct tmn_rows whole_units(const struct tmn_run *run, uint32_t block) {
    struct tmn_rows rows = {block_first(run, block), block_end(run, block)};
    if (run->world->household_first == NULL)
        return (struct tmn_rows){0, 0};
    struct tmn_rows first = unit_rows(run->world, rows.first), last = unit_rows(run->world, rows.end - 1);
    return (struct tmn_rows){first.first < rows.first ? first.end : rows.first,
                             last.end > rows.end ? last.first : rows.end};
}

void tmn_births_prepare(struct tmn_run *run) {
    const struct tmn_world *world = run->world;
    run->whole = TMN_NEW_ARRAY(&run->arena, struct tmn_rows, run->blocks + 1);
    for (uint32_t block = 0; block < run->blocks; block++)
        run->whole[block] = whole_units(run, block);
    run->unit_cursor = TMN_NEW_ARRAY(&run->arena, uint32_t, world->units + 1);
    for (uint32_t unit = 0; unit < world->units; unit++)
        run->unit_cursor[unit] = world->household_first[world->unit_first[unit]];
    run->place_cursor = TMN_NEW_ARRAY(&run->arena, uint32_t, world->places + 1);
    for (uint32_t place = 0; place < world->places; place++)
        run->place_cursor[place] = world->place_reserve[place];
    run->nation_cursor = world->national_reserve;
}

/* Rows of a reserve are each a household, and may be taken by anybody. */
static bool in_reserve(const struct tmn_world *world, uint32_t row) {
    struct tmn_rows household = household_rows(world, row);
    return household.end - household.first == 1 &&
           (row >= world->national_reserve || row >= world->place_reserve[tmn_world_place(world, row)]);
}

/* The child's row, from now on nobody else's. */
static void take_row(struct tmn_run *run, struct tmn_worker *worker, uint32_t number, uint32_t row, bool elsewhere) {
    struct tmn_birth *birth = (struct tmn_birth *)run->birth.items + number;
    worker->tally.births_elsewhere += elsewhere;
    *tmn_flags(run, row) &= (uint8_t)~ROW_UNBORN;
    birth->child = row;
    struct tmn_born *born = tmn_list_add(&worker->born, sizeof *born);
    if (born == NULL)
        tmn_fail_row(&run->block[block_of(run, birth->row)],
                     (struct tmn_failure){.kind = FAILED_MEMORY, .row = birth->row});
    else
        *born = (struct tmn_born){row, number};
}

/* Fetches what mothers to come read: where their households are looked up, then where they lie, then their rows. */
static inline void fetch_mothers(const struct tmn_run *run, uint32_t i) {
    const struct tmn_world *world = run->world;
    const struct tmn_birth *birth = run->birth.items;
    if (world->household_first == NULL)
        return;
    if (i + 3 * AHEAD < run->birth.count)
        __builtin_prefetch(&world->household_guide[birth[i + 3 * AHEAD].row >> TMN_GUIDE_BITS]);
    if (i + 2 * AHEAD < run->birth.count)
        __builtin_prefetch(&world->household_first[world->household_guide[birth[i + 2 * AHEAD].row >> TMN_GUIDE_BITS]]);
    if (i + AHEAD < run->birth.count)
        for (struct tmn_rows rows = household_rows(world, birth[i + AHEAD].row); rows.first < rows.end; rows.first++)
            __builtin_prefetch(tmn_flags(run, rows.first), 1);
}

/* Rows for the mothers of a block whose unit lies within it and has one. */
static void choose_near(struct tmn_run *run, struct tmn_worker *worker, uint32_t index) {
    struct tmn_birth *birth = run->birth.items;
    uint32_t i = run->bucket[index], end = run->bucket[index + 1];
    for (const struct tmn_rows whole = run->whole[index]; i < end; i++) {
        uint32_t mother = birth[i].row;
        bool elsewhere = false;
        birth[i].child = NO_ROW;
        fetch_mothers(run, i);
        if (mother >= whole.first && mother < whole.end && !in_reserve(run->world, mother))
            birth[i].child = find_near(run, mother, &elsewhere);
        if (birth[i].child != NO_ROW)
            take_row(run, worker, i, birth[i].child, elsewhere);
    }
}

/* Rows for the mothers that are left; the number of the first one without, or of all births. */
static uint32_t choose_far(struct tmn_run *run) {
    const struct tmn_birth *birth = run->birth.items;
    for (uint32_t i = 0; i < run->birth.count; i++) {
        if (birth[i].child != NO_ROW)
            continue;
        bool elsewhere;
        uint32_t row = find_row(run, birth[i].row, &elsewhere);
        if (row == NO_ROW)
            return i;
        take_row(run, &run->worker[0], i, row, elsewhere);
    }
    return (uint32_t)run->birth.count;
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

static void read_levels(const struct tmn_run *run, const struct tmn_list *reads, uint32_t row,
                        const struct tmn_packed *packed, uint32_t *level) {
    const struct tmn_model *model = run->model;
    const uint32_t *feature = reads->items;
    for (size_t i = 0; i < reads->count; i++)
        level[feature[i]] = (int)feature[i] == model->age_feature
                                ? tmn_row_age(run, row, tmn_level(packed, &model->attributes.items[model->birth_year]))
                                : tmn_feature_level(model, (int)feature[i], packed);
}

/* Draws a level as population.draw does; false when the chances are none. */
static bool draw_level(const struct tmn_run *run, struct tmn_worker *worker, uint32_t row,
                       const struct tmn_draw_rule *rule, uint32_t hash, uint32_t *level) {
    uint32_t uniform = tmn_draw_uniform(tmn_draw(run->options.seed, row, 0, 0, hash));
    double *upto = worker->chance;
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
static bool make_child(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_birth *birth,
                       struct tmn_packed *child, struct tmn_error *err) {
    const struct tmn_model *model = run->model;
    const struct tmn_transition *by = &model->transitions.items[birth->transition];
    const struct tmn_clock_rule *rule = &run->rule[birth->transition];
    const struct tmn_action *action = &by->branch[birth->branch].items[birth->item];
    const struct tmn_list *reads = rule->item[(size_t)birth->branch * rule->most_items + (size_t)birth->item].reads;
    for (size_t i = 0; i < action->count; i++) {
        const struct tmn_action *item = &action->items[i];
        tmn_set_level(child, &model->attributes.items[item->attribute],
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
        const struct tmn_attribute *attribute = &model->attributes.items[action->draws[d].attribute];
        read_levels(run, &reads[d], birth->child, child, worker->level);
        if (!draw_level(run, worker, birth->child, &action->draws[d], action->draw_hash[d], &level))
            return tmn_fail(err, TMN_RUN, "chances of '%s' at a birth by '%s' are not probabilities that sum to 1",
                            attribute->name, by->name);
        tmn_set_level(child, attribute, level);
    }
    if (tmn_holds(run, worker, &run->unborn_rule, child))
        return tmn_fail(err, TMN_RUN, "a birth by '%s' leaves the child unborn: let it set an attribute that ends that",
                        by->name);
    return true;
}

static void bear(struct tmn_run *run, struct tmn_worker *worker, uint32_t number) {
    const struct tmn_birth *birth = (const struct tmn_birth *)run->birth.items + number;
    uint32_t row = birth->child;
    struct tmn_block *block = &run->block[block_of(run, row)];
    struct tmn_packed before = run->packed[row], child = before;
    struct tmn_error err;
    if (!make_child(run, worker, birth, &child, &err)) {
        if (worker->birth_failed == 0 || number < worker->birth_failed - 1) {
            worker->birth_failed = number + 1;
            worker->birth_error = err;
        }
        return;
    }
    tmn_touch(run, block, row, &before);
    tmn_flows(run, worker, &before, &child);
    run->packed[row] = child;
    tmn_commit(run, worker, block, row, &before, &child);
    worker->tally.births++;
    if (tmn_watched(run, row))
        tmn_happening_add(block, &(struct tmn_happening){TMN_HAPPENED_BIRTH, run->window, row, birth->row,
                                                         birth->transition, birth->branch, -1, before, child, true});
}

static void bear_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t index) {
    const struct tmn_born *born = run->born.items;
    for (uint32_t i = run->bucket[index], end = run->bucket[index + 1]; i < end; i++) {
        if (i + AHEAD < run->born.count)
            tmn_prefetch_row(run, born[i + AHEAD].child);
        bear(run, worker, born[i].birth);
    }
}

/* Of several births that fail the first one in the order of mothers is told. */
static bool all_born(const struct tmn_run *run, uint32_t without, struct tmn_error *err) {
    const struct tmn_worker *first = NULL;
    for (int w = 0; w < run->workers; w++) {
        const struct tmn_worker *worker = &run->worker[w];
        if (worker->birth_failed != 0 && (first == NULL || worker->birth_failed < first->birth_failed))
            first = worker;
    }
    if (without < run->birth.count && (first == NULL || without < first->birth_failed - 1))
        return no_row(run, ((const struct tmn_birth *)run->birth.items)[without].row, err);
    if (first != NULL)
        *err = first->birth_error;
    return first == NULL;
}

static bool deliver(struct tmn_run *run, struct tmn_list *all, size_t list_offset, size_t size, struct tmn_error *err) {
    return tmn_deliver(run, all, list_offset, size) ||
           tmn_fail(err, TMN_MEMORY, "out of memory for the births of one window");
}

bool tmn_phase_births(struct tmn_run *run, struct tmn_error *err) {
    if (!deliver(run, &run->birth, offsetof(struct tmn_worker, birth), sizeof(struct tmn_birth), err))
        return false;
    if (run->birth.count == 0)
        return true;
    tmn_run_blocks_of(run, choose_near, run->birth.count);
    uint32_t without = choose_far(run);
    if (!deliver(run, &run->born, offsetof(struct tmn_worker, born), sizeof(struct tmn_born), err))
        return false;
    if (run->born.count > 0) /* else the buckets are those of the mothers */
        tmn_run_blocks_of(run, bear_block, run->born.count);
    return all_born(run, without, err);
}
