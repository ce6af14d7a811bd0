/* Planning a world: real numbers of persons become whole ones, places are cut into households and units, some of which
 * are sampled, and rows are dealt out in the order place, unit, household. */
#include "world/plan.h"

#include "world/start.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { KEY_ROUNDING, KEY_HEADS, KEY_REST, KEY_SIZES, KEY_UNBORN, KEY_SAMPLE };

static uint64_t key_for(uint64_t place_key, unsigned use) {
    return tmn_mix64(place_key + use);
}

/* By name, so that a place's persons stay when other places are declared. */
static uint64_t place_key(const struct tmn_model *model, uint64_t seed, uint32_t place) {
    int attribute = model->population.place_attribute;
    const char *name = attribute < 0 ? "" : model->attributes.items[attribute].level[place];
    return tmn_mix64(seed ^ tmn_mix64(tmn_name_hash64("population") + tmn_name_hash64(name)));
}

struct rest {
    double part;
    uint32_t index;
};

static int by_part(const void *a, const void *b) {
    const struct rest *x = a, *y = b;
    if (x->part != y->part)
        return x->part > y->part ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

/* Whole numbers that sum to `total` from shares that sum to about it: largest remainder, ties to the first. */
static void apportion(struct tmn_arena *arena, const double *share, uint32_t count, uint64_t total, uint32_t *whole) {
    struct rest *rest = TMN_NEW_ARRAY(arena, struct rest, count);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        whole[i] = (uint32_t)share[i];
        rest[i] = (struct rest){share[i] - whole[i], i};
        sum += whole[i];
    }
    qsort(rest, count, sizeof *rest, by_part);
    assert(sum <= total && total - sum <= count);
    for (uint32_t i = 0; sum < total; i++, sum++)
        whole[rest[i].index]++;
}

static bool count_persons(struct tmn_plan *plan, const struct tmn_joint *joint, struct tmn_arena *arena,
                          struct tmn_error *err) {
    double *share = TMN_NEW_ARRAY(arena, double, plan->places), sum = 0;
    uint32_t *whole = TMN_NEW_ARRAY(arena, uint32_t, plan->places);
    for (uint32_t p = 0; p < plan->places; p++) {
        for (size_t c = 0; c < joint->place_cells; c++)
            share[p] += joint->value[p * joint->place_cells + c];
        sum += share[p];
    }
    double total = floor(joint->total + 0.5);
    if (!(total >= 1))
        return tmn_fail(err, TMN_SCENARIO, "population: fewer than one person");
    if (total >= (double)UINT32_MAX)
        return tmn_fail(err, TMN_CAPACITY, "population: %.0f persons are more than the %u rows that a world can have",
                        total, UINT32_MAX - 1);
    for (uint32_t p = 0; p < plan->places; p++)
        share[p] *= total / sum;
    plan->full_persons = (uint64_t)total;
    apportion(arena, share, plan->places, plan->full_persons, whole);
    for (uint32_t p = 0; p < plan->places; p++)
        plan->place[p].persons = whole[p];
    return true;
}

/* Persons of each cell of a place: differences of the cumulated table, cut at keyed steps of one. Every sum over
 * consecutive cells is within one of the table, and no cell is favoured where cells hold less than one person (the
 * largest remainders would take the same cells in each place). */
static void round_cells(const struct tmn_place_plan *place, uint64_t key, const double *value, size_t cells,
                        uint32_t *persons) {
    double sum = 0, upto = 0;
    size_t last = 0;
    for (size_t c = 0; c < cells; c++) {
        sum += value[c];
        last = value[c] > 0 ? c : last;
    }
    double step = ((double)(tmn_mix64(key) >> 11) + 0.5) * 0x1p-53;
    uint32_t before = 0;
    for (size_t c = 0; c < cells; c++) {
        upto += value[c];
        double cut = floor(upto * (place->persons / sum) + step);
        uint32_t now = c == last || cut > place->persons ? place->persons : (uint32_t)cut;
        now = c > last ? place->persons : now < before ? before : now;
        persons[c] = now - before;
        before = now;
    }
}

struct cells {
    struct tmn_start start;
    const struct tmn_joint *joint;
    struct tmn_packed base;
    uint32_t *persons;
    size_t count;
    size_t capacity;
};

static struct tmn_packed pack_cell(const struct tmn_model *model, const struct cells *cells, size_t cell) {
    uint32_t level[TMN_MAX_ATTRIBUTES];
    struct tmn_packed packed = cells->base;
    tmn_joint_levels(cells->joint, cell, level);
    for (int d = 0; d < cells->joint->dims; d++)
        tmn_set_level(&packed, &model->attributes.items[cells->joint->attribute[d]], level[d]);
    return packed;
}

static void push_cell(struct tmn_plan *plan, struct tmn_arena *arena, struct cells *cells, struct tmn_packed packed,
                      uint32_t end) {
    size_t capacity = cells->capacity;
    plan->cell_end = tmn_arena_grow(arena, plan->cell_end, cells->count, &capacity, sizeof *plan->cell_end);
    plan->cell_packed =
        tmn_arena_grow(arena, plan->cell_packed, cells->count, &cells->capacity, sizeof *plan->cell_packed);
    plan->cell_end[cells->count] = end;
    plan->cell_packed[cells->count++] = packed;
}

/* Whether a deal or draw gives everyone a level of the attribute later, so that the counts need not. */
static bool given_later(const struct tmn_model *model, int attribute) {
    const struct tmn_population *population = &model->population;
    for (size_t i = 0; i < population->deal_count; i++)
        if (population->deals[i].attribute == attribute)
            return true;
    for (size_t i = 0; i < population->draw_count; i++)
        if (population->draws[i].attribute == attribute)
            return true;
    return false;
}

/* Cells of one place that hold persons, heads first. */
static bool place_cells(struct tmn_plan *plan, struct tmn_arena *arena, struct cells *cells, uint32_t p,
                        struct tmn_error *err) {
    const struct tmn_model *model = plan->model;
    const struct tmn_expr *head = plan->households ? model->population.head : NULL, *unborn = model->unborn;
    struct tmn_place_plan *place = &plan->place[p];
    size_t first = p * cells->joint->place_cells;
    uint32_t end = 0;
    place->cell = (uint32_t)cells->count;
    round_cells(place, key_for(place_key(model, plan->seed, p), KEY_ROUNDING), cells->joint->value + first,
                cells->joint->place_cells, cells->persons);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t c = 0; c < cells->joint->place_cells; c++) {
            if (cells->persons[c] == 0)
                continue;
            struct tmn_packed packed = pack_cell(model, cells, first + c);
            tmn_start_person(&cells->start, &packed, TMN_YEAR_END);
            if (unborn != NULL && !given_later(model, model->features.items[unborn->index].index) &&
                unborn->member[cells->start.level[unborn->index]])
                return tmn_fail(err, TMN_SCENARIO,
                                "population: counts put persons into the level of '%s' that marks the unborn",
                                model->features.items[unborn->index].name);
            bool is_head = head != NULL && tmn_expr_eval(head, &cells->start.env) != 0;
            if (is_head == (pass == 0)) {
                end += cells->persons[c];
                push_cell(plan, arena, cells, packed, end);
            }
        }
        if (pass == 0)
            place->heads = end;
    }
    assert(end == place->persons);
    place->cells = (uint32_t)cells->count - place->cell;
    return true;
}

/* A guide into the cells of each place, about twice as long as they are. */
static void build_guide(struct tmn_plan *plan, struct tmn_arena *arena) {
    uint32_t size = 0;
    for (uint32_t p = 0; p < plan->places; p++) {
        struct tmn_place_plan *place = &plan->place[p];
        while ((place->persons >> place->guide_shift) > 2 * place->cells)
            place->guide_shift++;
        place->guide = size;
        size += (place->persons >> place->guide_shift) + 1;
    }
    plan->guide = TMN_NEW_ARRAY(arena, uint32_t, size);
    for (uint32_t p = 0; p < plan->places; p++) {
        const struct tmn_place_plan *place = &plan->place[p];
        uint32_t cell = place->cell;
        for (uint32_t i = 0; place->persons > 0 && i <= (place->persons - 1) >> place->guide_shift; i++) {
            while (plan->cell_end[cell] <= i << place->guide_shift)
                cell++;
            plan->guide[place->guide + i] = cell;
        }
    }
}

static bool fill_cells(struct tmn_plan *plan, const struct tmn_joint *joint, struct tmn_arena *arena,
                       struct tmn_error *err) {
    const struct tmn_model *model = plan->model;
    const struct tmn_population *population = &model->population;
    struct cells cells = {.joint = joint, .persons = TMN_NEW_ARRAY(arena, uint32_t, joint->place_cells)};
    tmn_start_init(&cells.start, model, arena);
    for (size_t a = 0; a < model->attributes.count; a++)
        tmn_set_level(&cells.base, &model->attributes.items[a], model->attributes.items[a].start);
    if (plan->households && population->head != NULL) {
        bool *reads = TMN_NEW_ARRAY(arena, bool, model->features.count + 1);
        if (!tmn_start_allows(model, population->head, "population.households: head", reads, arena, err))
            return false;
        for (size_t f = 0; f < model->features.count; f++) {
            const struct tmn_feature *feature = &model->features.items[f];
            if (reads[f] && given_later(model, feature->kind == TMN_FEATURE_MAP ? model->maps.items[feature->index].of
                                                                                : feature->index))
                return tmn_fail(
                    err, TMN_SCENARIO,
                    "population.households: head reads '%s', which is dealt or drawn only after households are "
                    "formed; count it instead",
                    feature->name);
        }
    }
    for (uint32_t p = 0; p < plan->places; p++)
        if (!place_cells(plan, arena, &cells, p, err))
            return false;
    build_guide(plan, arena);
    return true;
}

/* Attributes of the unborn: start levels but for the one that marks them and their place. */
static bool unborn_rows(struct tmn_plan *plan, struct tmn_arena *arena, struct tmn_error *err) {
    const struct tmn_model *model = plan->model;
    const struct tmn_population *population = &model->population;
    const struct tmn_expr *unborn = model->unborn;
    struct tmn_packed packed = {{0, 0}};
    struct tmn_start start;
    if (!(population->unborn_per_household > 0 || population->unborn_reserve > 0 || population->unborn_national > 0))
        return true;
    if (unborn == NULL)
        return tmn_fail(err, TMN_SCENARIO,
                        "population.unborn needs `unborn`, the predicate that marks rows laid out for births");
    if (population->unborn_per_household > 0 && !plan->households)
        return tmn_fail(err, TMN_SCENARIO, "population.unborn: per_household needs population.households");
    if (unborn->op != TMN_OP_MEMBER || model->features.items[unborn->index].kind != TMN_FEATURE_ATTRIBUTE)
        return tmn_fail(err, TMN_SCENARIO,
                        "unborn must be one level of one attribute, as in `unborn: status = unborn`");
    int marks = model->features.items[unborn->index].index;
    uint32_t level = 0;
    while (level < model->attributes.items[marks].levels && !unborn->member[level])
        level++;
    if (level == model->attributes.items[marks].levels || marks == population->place_attribute)
        return tmn_fail(err, TMN_SCENARIO, "unborn must be a level of an attribute other than the place");
    for (size_t a = 0; a < model->attributes.count; a++)
        tmn_set_level(&packed, &model->attributes.items[a], (int)a == marks ? level : model->attributes.items[a].start);
    tmn_start_init(&start, model, arena);
    for (uint32_t p = 0; p < plan->places; p++) {
        if (population->place_attribute >= 0)
            tmn_set_level(&packed, &model->attributes.items[population->place_attribute], p);
        tmn_start_person(&start, &packed, TMN_YEAR_END);
        if (tmn_expr_eval(model->alive, &start.env) != 0)
            return tmn_fail(err, TMN_SCENARIO,
                            "alive holds for rows that are unborn; declare `alive` so that it does not");
        plan->place[p].unborn = packed;
    }
    plan->unborn_of_nation = packed; /* the last place, as tmn_world_place says */
    if (!tmn_fixed_amount(population->unborn_per_household, &plan->unborn_per_household) ||
        population->unborn_per_household > 1000)
        return tmn_fail(err, TMN_SCENARIO, "population.unborn: per_household must lie between 0 and 1000");
    return true;
}

/* Rows kept for births without kin: a share of persons, at least one. */
static uint64_t reserve_rows(double share, uint64_t persons) {
    uint64_t rows = (uint64_t)floor(share * (double)persons + 0.5);
    return share > 0 && persons > 0 && rows == 0 ? 1 : rows;
}

static void cut_places(struct tmn_plan *plan) {
    const struct tmn_population *population = &plan->model->population;
    for (uint32_t p = 0; p < plan->places; p++) {
        struct tmn_place_plan *place = &plan->place[p];
        uint64_t key = place_key(plan->model, plan->seed, p);
        place->head_key = key_for(key, KEY_HEADS);
        place->rest_key = key_for(key, KEY_REST);
        place->size_key = key_for(key, KEY_SIZES);
        place->unborn_phase = (uint32_t)(key_for(key, KEY_UNBORN) >> 44);
        place->households = place->persons;
        if (plan->households && place->persons > 0) {
            double mean = floor(place->persons / population->household_size + 0.5);
            place->households = mean < 1 ? 1 : mean > place->persons ? place->persons : (uint32_t)mean;
            place->heads_dealt = place->heads < place->households ? place->heads : place->households;
        }
        if (plan->units && place->households > 0) {
            uint32_t units = (uint32_t)(((uint64_t)place->households * 2 + population->unit_households) /
                                        (2 * (uint64_t)population->unit_households));
            place->units = units == 0 ? 1 : units;
        }
    }
}

/* Rows of the full world before each place: the keys of draws, the same in a sample. */
static bool number_full_rows(struct tmn_plan *plan, struct tmn_error *err) {
    const struct tmn_population *population = &plan->model->population;
    uint64_t row = 0;
    for (uint32_t p = 0; p < plan->places; p++) {
        struct tmn_place_plan *place = &plan->place[p];
        place->full_row = (uint32_t)row;
        row += place->persons + tmn_plan_unborn(plan, place, place->households) +
               reserve_rows(population->unborn_reserve, place->persons);
        if (row >= UINT32_MAX)
            return tmn_fail(err, TMN_CAPACITY,
                            "population: persons and unborn make more than the %u rows that a world can have",
                            UINT32_MAX - 1);
    }
    return true;
}

static int by_number(const void *a, const void *b) {
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

struct stretches {
    struct tmn_stretch *items;
    size_t count, capacity;
};

static void push_stretch(struct tmn_plan *plan, struct tmn_arena *arena, struct stretches *list, uint32_t p,
                         uint32_t from, uint32_t to) {
    const struct tmn_place_plan *place = &plan->place[p];
    struct tmn_stretch stretch = {.place = p, .first = from, .end = to};
    if (plan->units) {
        stretch.first = tmn_plan_unit_first(place, from);
        stretch.end = tmn_plan_unit_first(place, to);
    }
    TMN_PUSH(arena, list, stretch);
}

/* Clusters (units, else households, else persons) taken in keyed order, then joined where they follow one another. */
static void sample(struct tmn_plan *plan, struct tmn_arena *arena, double scale) {
    struct stretches list = {0};
    double *share = TMN_NEW_ARRAY(arena, double, plan->places), total = 0;
    uint32_t *taken = TMN_NEW_ARRAY(arena, uint32_t, plan->places), most = 0;
    for (uint32_t p = 0; p < plan->places; p++) {
        share[p] = scale * (plan->units ? plan->place[p].units : plan->place[p].households);
        total += share[p];
    }
    apportion(arena, share, plan->places, (uint64_t)floor(total + 0.5), taken);
    for (uint32_t p = 0; p < plan->places; p++)
        most = taken[p] > most ? taken[p] : most;
    uint32_t *picked = TMN_NEW_ARRAY(arena, uint32_t, (size_t)most + 1);
    for (uint32_t p = 0; p < plan->places; p++) {
        uint32_t clusters = plan->units ? plan->place[p].units : plan->place[p].households;
        if (taken[p] == clusters) {
            if (clusters > 0)
                push_stretch(plan, arena, &list, p, 0, clusters);
            continue;
        }
        uint64_t key = key_for(place_key(plan->model, plan->seed, p), KEY_SAMPLE);
        for (uint32_t i = 0; i < taken[p]; i++)
            picked[i] = tmn_permute(key, clusters, i);
        qsort(picked, taken[p], sizeof *picked, by_number);
        for (uint32_t i = 0, from = 0; i < taken[p]; i++)
            if (i + 1 == taken[p] || picked[i + 1] != picked[i] + 1) {
                push_stretch(plan, arena, &list, p, picked[from], picked[i] + 1);
                from = i + 1;
            }
    }
    plan->stretch = list.items;
    plan->stretches = (uint32_t)list.count;
}

static bool lay_out(struct tmn_plan *plan, struct tmn_arena *arena, struct tmn_error *err) {
    const struct tmn_population *population = &plan->model->population;
    uint64_t row = 0, household = 0, unit = 0;
    plan->place_first = TMN_NEW_ARRAY(arena, uint32_t, plan->places + 1);
    plan->place_reserve = TMN_NEW_ARRAY(arena, uint32_t, plan->places);
    for (uint32_t p = 0, s = 0; p < plan->places && row < UINT32_MAX; p++) {
        struct tmn_place_plan *place = &plan->place[p];
        uint64_t persons = 0;
        plan->place_first[p] = (uint32_t)row;
        for (; s < plan->stretches && plan->stretch[s].place == p; s++) {
            struct tmn_stretch *stretch = &plan->stretch[s];
            stretch->row = (uint32_t)row;
            stretch->person = (uint32_t)(plan->persons + persons);
            stretch->order = plan->laid_out;
            stretch->household = (uint32_t)household;
            stretch->unit = (uint32_t)unit;
            uint32_t own = tmn_plan_person(place, stretch->end) - tmn_plan_person(place, stretch->first);
            row += own + (uint64_t)tmn_plan_unborn(plan, place, stretch->end) -
                   tmn_plan_unborn(plan, place, stretch->first);
            persons += own;
            plan->laid_out += stretch->end - stretch->first;
            household += stretch->end - stretch->first;
            unit += plan->units ? tmn_plan_unit(place, stretch->end - 1) + 1 - tmn_plan_unit(place, stretch->first) : 0;
        }
        uint64_t reserve = reserve_rows(population->unborn_reserve, persons);
        plan->place_reserve[p] = (uint32_t)row;
        place->household = (uint32_t)household;
        place->unit = (uint32_t)unit;
        plan->persons += persons;
        row += reserve;
        household += reserve;
        unit += reserve;
    }
    uint64_t national = reserve_rows(population->unborn_national, plan->persons);
    if (row + national >= UINT32_MAX)
        return tmn_fail(err, TMN_CAPACITY,
                        "population: persons and unborn make more than the %u rows that a world can have",
                        UINT32_MAX - 1);
    plan->place_first[plan->places] = plan->national_reserve = (uint32_t)row;
    plan->rows = (uint32_t)(row + national);
    plan->household_count = plan->households ? (uint32_t)(household + national) : 0;
    plan->unit_count = plan->units ? (uint32_t)(unit + national) : 0;
    return true;
}

bool tmn_plan_make(struct tmn_plan *plan, const struct tmn_model *model, uint64_t seed, double scale,
                   const struct tmn_joint *joint, struct tmn_arena *arena, struct tmn_error *err) {
    *plan = (struct tmn_plan){.model = model, .seed = seed, .places = joint->places};
    plan->households = model->population.household_size > 0;
    plan->units = model->population.unit_households > 0;
    if (!(scale > 0 && scale <= 1))
        return tmn_fail(err, TMN_USAGE, "the scale must be above 0 and at most 1, not %g", scale);
    if (plan->units && !plan->households)
        return tmn_fail(err, TMN_SCENARIO, "population.unit needs population.households");
    if (plan->households && !(model->population.household_size >= 1))
        return tmn_fail(err, TMN_SCENARIO, "population.households: size must be at least 1, not %g",
                        model->population.household_size);
    plan->place = TMN_NEW_ARRAY(arena, struct tmn_place_plan, plan->places);
    if (!count_persons(plan, joint, arena, err) || !fill_cells(plan, joint, arena, err) ||
        !unborn_rows(plan, arena, err))
        return false;
    cut_places(plan);
    if (!number_full_rows(plan, err))
        return false;
    sample(plan, arena, scale);
    if (!lay_out(plan, arena, err))
        return false;
    if (plan->persons == 0)
        return tmn_fail(err, TMN_USAGE, "a scale of %g leaves nobody of %llu persons; use a larger one", scale,
                        (unsigned long long)plan->full_persons);
    return true;
}
