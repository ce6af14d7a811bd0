/* Persons into columns: blocks of households, each of which finds its persons by keyed permutations of its place's
 * cells, and deals and draws what is not counted. A block needs nothing of any other, so any thread may take it. */
#include "world/fill.h"

#include "world/deal.h"
#include "world/quantile.h"

enum { BLOCK_HOUSEHOLDS = 4096, PERSONS_AT_ONCE = 512 };

struct failure {
    bool failed;
    uint32_t rule, birth_week;
    struct tmn_packed packed;
};

/* Persons of one place who are still to be found, dealt to and drawn, and scratch of a worker. */
struct waiting {
    struct tmn_drawing drawing;
    const struct tmn_place_plan *place;
    uint32_t count;
    uint32_t row[PERSONS_AT_ONCE], key_row[PERSONS_AT_ONCE]; /* in this world, in the full one */
    uint32_t person[PERSONS_AT_ONCE];                        /* in the order of rows */
    uint32_t order[PERSONS_AT_ONCE];                         /* of a head among heads, or of all others */
    bool head[PERSONS_AT_ONCE];
    uint32_t week[PERSONS_AT_ONCE], uniform[PERSONS_AT_ONCE];
    struct tmn_packed packed[PERSONS_AT_ONCE];
};

struct filling {
    struct tmn_world *world;
    const struct tmn_plan *plan;
    struct tmn_deal *deal; /* [deals] */
    size_t deals;
    struct tmn_quantile *rule; /* [rules] */
    size_t rules;
    struct waiting *waiting; /* [threads] */
    struct failure *failure; /* [blocks] the first of each block */
    uint32_t weeks;
};

/* Permutes the orders of those for whom `wanted` says so. */
static void permute_orders(struct waiting *waiting, uint64_t key, uint32_t n, const bool *wanted) {
    uint32_t number[PERSONS_AT_ONCE + 1] = {0}, count = 0;
    for (uint32_t i = 0; i < waiting->count; i++) { /* without branches: who is wanted is as good as random */
        number[count] = waiting->order[i];
        count += wanted[i];
    }
    tmn_permute_many(key, n, false, number, count);
    count = 0;
    for (uint32_t i = 0; i < waiting->count; i++) {
        waiting->order[i] = wanted[i] ? number[count] : waiting->order[i];
        count += wanted[i];
    }
}

/* From orders to numbers of persons of the place: heads are dealt one to a household, all others from what is left of
 * heads and from the rest. */
static void find_persons(struct waiting *waiting) {
    const struct tmn_place_plan *place = waiting->place;
    bool other[PERSONS_AT_ONCE], left[PERSONS_AT_ONCE];
    for (uint32_t i = 0; i < waiting->count; i++)
        other[i] = !waiting->head[i];
    permute_orders(waiting, place->head_key, place->heads, waiting->head);
    permute_orders(waiting, place->rest_key, place->persons - place->heads_dealt, other);
    for (uint32_t i = 0; i < waiting->count; i++) {
        waiting->order[i] += other[i] ? place->heads_dealt : 0;
        left[i] = other[i] && waiting->order[i] < place->heads;
    }
    permute_orders(waiting, place->head_key, place->heads, left);
}

/* Rule by rule, since a later one may read what an earlier one gave. */
static void draw_persons(struct filling *filling, struct waiting *waiting, struct failure *failure) {
    const struct tmn_world *world = filling->world;
    const struct tmn_plan *plan = filling->plan;
    uint32_t first_failed = failure->failed ? 0 : PERSONS_AT_ONCE; /* nobody comes before one of those done */
    if (waiting->count == 0)
        return;
    find_persons(waiting);
    for (uint32_t i = 0; i < waiting->count; i++)
        waiting->packed[i] = plan->cell_packed[tmn_plan_cell(plan, waiting->place, waiting->order[i])];
    for (size_t d = 0; d < filling->deals; d++)
        for (uint32_t i = 0; i < waiting->count; i++)
            tmn_deal_set(&filling->deal[d], waiting->person[i], &waiting->packed[i]);
    for (uint32_t i = 0; i < waiting->count && filling->rules > 0; i++)
        waiting->week[i] = tmn_birth_week(world->seed, waiting->row[i], (int)filling->weeks);
    for (size_t r = 0; r < filling->rules; r++) {
        const struct tmn_quantile *rule = &filling->rule[r];
        struct tmn_draws draws = {.seed = world->seed, .row = {waiting->key_row, 0}, .hash = {NULL, rule->hash}};
        tmn_draw_uniforms(&draws, waiting->count, waiting->uniform);
        uint32_t failed =
            tmn_quantile_set(rule, &waiting->drawing, waiting->uniform, waiting->week, waiting->packed, waiting->count);
        if (failed >= waiting->count || failed >= first_failed)
            continue;
        *failure = (struct failure){true, (uint32_t)r, waiting->week[failed], waiting->packed[failed]};
        first_failed = failed;
    }
    for (uint32_t i = 0; i < waiting->count; i++)
        world->packed[waiting->row[i]] = waiting->packed[i];
    waiting->count = 0;
}

/* Households first..end of one stretch (numbers in the place's full world). */
static void fill_households(struct filling *filling, struct waiting *waiting, struct failure *failure,
                            const struct tmn_stretch *stretch, uint32_t first, uint32_t end) {
    const struct tmn_plan *plan = filling->plan;
    const struct tmn_place_plan *place = &plan->place[stretch->place];
    struct tmn_world *world = filling->world;
    /* Rows of the place's full world, to rows of this world (modulo 2^32). */
    uint32_t shift =
        stretch->row - tmn_plan_person(place, stretch->first) - tmn_plan_unborn(plan, place, stretch->first);
    uint32_t first_unit = plan->units ? tmn_plan_unit(place, stretch->first) : 0;
    uint32_t dealt = stretch->person - tmn_plan_person(place, stretch->first); /* likewise, of persons */
    uint32_t start = tmn_plan_person(place, first), unborn = tmn_plan_unborn(plan, place, first),
             heads = tmn_plan_heads(place, first);
    waiting->place = place;
    for (uint32_t h = first; h < end; h++) {
        uint32_t next = tmn_plan_person(place, h + 1), next_unborn = tmn_plan_unborn(plan, place, h + 1),
                 next_heads = tmn_plan_heads(place, h + 1);
        uint32_t full = start + unborn, row = full + shift, household = stretch->household + h - stretch->first;
        if (plan->households)
            world->household_first[household] = row;
        if (plan->units) {
            uint32_t unit = tmn_plan_unit(place, h);
            if (h == tmn_plan_unit_first(place, unit))
                world->unit_first[stretch->unit + unit - first_unit] = household;
        }
        bool has_head = next_heads > heads;
        for (uint32_t i = 0; i < next - start; i++, row++) {
            uint32_t at = waiting->count++;
            waiting->row[at] = row;
            waiting->key_row[at] = place->full_row + full + i;
            waiting->person[at] = dealt + start + i;
            waiting->head[at] = has_head && i == 0; /* who comes first */
            waiting->order[at] = waiting->head[at] ? heads : start + i - heads - (has_head ? 1 : 0);
            if (waiting->count == PERSONS_AT_ONCE)
                draw_persons(filling, waiting, failure);
        }
        for (uint32_t i = unborn; i < next_unborn; i++, row++)
            world->packed[row] = place->unborn;
        start = next;
        unborn = next_unborn;
        heads = next_heads;
    }
    draw_persons(filling, waiting, failure); /* all of one place */
}

static void fill_block(void *context, int worker, uint32_t block) {
    struct filling *filling = context;
    const struct tmn_plan *plan = filling->plan;
    uint32_t order = block * BLOCK_HOUSEHOLDS, left = plan->laid_out - order;
    left = left < BLOCK_HOUSEHOLDS ? left : BLOCK_HOUSEHOLDS;
    uint32_t low = 0, high = plan->stretches; /* the stretch that holds `order` */
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (plan->stretch[mid].order <= order)
            low = mid;
        else
            high = mid;
    }
    for (const struct tmn_stretch *stretch = &plan->stretch[low]; left > 0; stretch++) {
        uint32_t first = stretch->first + (order - stretch->order);
        uint32_t count = stretch->end - first < left ? stretch->end - first : left;
        fill_households(filling, &filling->waiting[worker], &filling->failure[block], stretch, first, first + count);
        order += count;
        left -= count;
    }
}

/* Reserve rows first..end-1, each a household and a unit of its own. */
static void fill_reserve(struct tmn_world *world, const struct tmn_plan *plan, uint32_t first, uint32_t end,
                         uint32_t household, uint32_t unit, struct tmn_packed packed) {
    for (uint32_t row = first; row < end; row++, household++, unit++) {
        world->packed[row] = packed;
        if (plan->households)
            world->household_first[household] = row;
        if (plan->units)
            world->unit_first[unit] = household;
    }
}

static void fill_reserves(void *context, int worker, uint32_t block) {
    const struct filling *filling = context;
    const struct tmn_plan *plan = filling->plan;
    struct tmn_world *world = filling->world;
    (void)worker;
    if (block < plan->places) {
        const struct tmn_place_plan *place = &plan->place[block];
        fill_reserve(world, plan, plan->place_reserve[block], plan->place_first[block + 1], place->household,
                     place->unit, place->unborn);
        return;
    }
    uint32_t national = plan->rows - plan->national_reserve;
    fill_reserve(world, plan, plan->national_reserve, plan->rows,
                 plan->household_count - (plan->households ? national : 0),
                 plan->unit_count - (plan->units ? national : 0), plan->unborn_of_nation);
}

/* Guides: each part says for which items it is the guide. */
static void guide_parts(const uint32_t *first, uint32_t from, uint32_t to, uint32_t *guide) {
    const uint32_t step = UINT32_C(1) << TMN_GUIDE_BITS;
    for (uint32_t part = from; part < to; part++)
        for (uint64_t item = ((uint64_t)first[part] + step - 1) / step * step; item < first[part + 1]; item += step)
            guide[item >> TMN_GUIDE_BITS] = part;
}

static void guide_block(void *context, int worker, uint32_t block) {
    struct tmn_world *world = context;
    uint32_t from = block * BLOCK_HOUSEHOLDS, left = world->households - from;
    (void)worker;
    guide_parts(world->household_first, from, from + (left < BLOCK_HOUSEHOLDS ? left : BLOCK_HOUSEHOLDS),
                world->household_guide);
    if (block == 0 && world->unit_first != NULL)
        guide_parts(world->unit_first, 0, world->units, world->unit_guide);
}

bool tmn_world_fill(struct tmn_world *world, const struct tmn_plan *plan, struct tmn_pool *pool,
                    struct tmn_arena *arena, struct tmn_error *err) {
    const struct tmn_model *model = plan->model;
    uint32_t blocks = (plan->laid_out + BLOCK_HOUSEHOLDS - 1) / BLOCK_HOUSEHOLDS,
             threads = (uint32_t)tmn_pool_threads(pool);
    struct filling filling = {.world = world,
                              .plan = plan,
                              .deals = model->population.deal_count,
                              .rules = model->population.draw_count,
                              .weeks = (uint32_t)model->calendar.windows_per_year};
    filling.deal = TMN_NEW_ARRAY(arena, struct tmn_deal, filling.deals + 1);
    filling.rule = TMN_NEW_ARRAY(arena, struct tmn_quantile, filling.rules + 1);
    filling.waiting = TMN_NEW_ARRAY(arena, struct waiting, threads);
    filling.failure = TMN_NEW_ARRAY(arena, struct failure, blocks);
    for (uint32_t t = 0; t < threads; t++)
        tmn_drawing_init(&filling.waiting[t].drawing, model, arena);
    for (size_t d = 0; d < filling.deals; d++)
        if (!tmn_deal_init(&filling.deal[d], model, d, world->seed, (uint32_t)plan->persons,
                           &filling.waiting[0].drawing.start, arena, err))
            return false;
    for (size_t r = 0; r < filling.rules; r++)
        if (!tmn_quantile_init(&filling.rule[r], model, r, &filling.waiting[0].drawing, arena, err))
            return false;
    tmn_pool_run(pool, blocks, fill_block, &filling);
    for (uint32_t b = 0; b < blocks; b++) {
        const struct failure *failure = &filling.failure[b];
        if (failure->failed)
            return tmn_quantile_fail(&filling.rule[failure->rule], model, &failure->packed, failure->birth_week, err);
    }
    tmn_pool_run(pool, plan->places + 1, fill_reserves, &filling);
    if (plan->households)
        world->household_first[world->households] = world->rows;
    if (plan->units)
        world->unit_first[world->units] = world->households;
    if (plan->households)
        tmn_pool_run(pool, (world->households + BLOCK_HOUSEHOLDS - 1) / BLOCK_HOUSEHOLDS, guide_block, world);
    return true;
}
