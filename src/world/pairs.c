/* Networks whose rows have given numbers of ends of ties, and whose ends are paired by a keyed permutation.
 *
 * Ends. A row has as many as its degree: `random`, a Poisson number drawn by Philox from (row, name of the layer);
 * `degrees`, one number for all or that of the row's level of an attribute at the start. The ends of a group are
 * numbered in the order of its rows.
 *
 * Pairs. P shuffles the S ends of a group by a key; ends s and t are paired where P(s) xor 1 = P(t). With S odd the end
 * whose P is S - 1 has no partner. A pair ties the rows of its ends; a tie of a row to itself and further ties of the
 * same two rows are dropped.
 *
 * The same ties come from two forms. Where the network of the whole population has few enough ends, partners are
 * written out when the world is built: asking then costs no permutation. Else each is found when asked for, and only
 * sums of ends per row are kept. Which form does not depend on the scale, so that a small run is measured as a large
 * one would be. */
#include "base/real.h"
#include "world/ties.h"

#include <assert.h>
#include <math.h>

enum { BLOCK_ROWS = 1 << 14, PAIR_ENDS = 1024, POISSON_LEVELS = 1024, POISSON_GUIDE = 256, FEW_TIES = 32 };
#define WRITTEN_ENDS_MAX (UINT64_C(1) << 28) /* 1 GiB a layer */
#define CERTAIN (UINT64_C(1) << 32)

/* ---- degrees ---- */

/* Quantiles of a Poisson distribution to 2^-32. */
struct poisson {
    uint64_t upto[POISSON_LEVELS]; /* chance of at most k, in 2^-32; the last is 2^32 */
    uint32_t first[POISSON_GUIDE]; /* least k of the draws whose highest byte is this */
};

static void poisson_init(struct poisson *poisson, double mean) {
    double chance = tmn_exp(-mean), sum = chance;
    uint32_t k = 0;
    while ((poisson->upto[k] = tmn_fixed_probability(sum)) < CERTAIN) {
        k++;
        assert(k < POISSON_LEVELS); /* with a mean of 500 it ends below 700 */
        chance = chance * mean / k;
        sum += chance;
    }
    for (uint32_t i = 0, at = 0; i < POISSON_GUIDE; i++) {
        while (poisson->upto[at] <= (uint64_t)i << 24)
            at++;
        poisson->first[i] = at;
    }
}

static uint32_t poisson_draw(const struct poisson *poisson, uint32_t u) {
    uint32_t k = poisson->first[u >> 24];
    while (poisson->upto[k] <= u)
        k++;
    return k;
}

/* ---- ends and rows, in the order of groups ---- */

static uint32_t end_of(const struct tmn_ties *ties, uint32_t at) {
    return ties->end_first == NULL ? at * ties->numbers.degree : ties->end_first[at];
}

static uint32_t holder_of(const struct tmn_ties *ties, uint32_t end) {
    if (ties->end_first == NULL)
        return end / ties->numbers.degree;
    uint32_t at = ties->guide[end >> ties->guide_shift];
    while (ties->end_first[at + 1] <= end)
        at++;
    return at;
}

/* Leaves out `own` and what stands twice, keeping the order of a few; many are sorted. Returns how many are left. */
static uint32_t drop(uint32_t *rows, uint32_t count, uint32_t own) {
    uint32_t kept = 0;
    if (count > FEW_TIES) {
        for (uint32_t gap = count / 2; gap > 0;
             gap = gap == 2 ? 1 : (uint32_t)((uint64_t)gap * 5 / 11)) /* Shell's sort */
            for (uint32_t i = gap; i < count; i++) {
                uint32_t row = rows[i], j = i;
                for (; j >= gap && rows[j - gap] > row; j -= gap)
                    rows[j] = rows[j - gap];
                rows[j] = row;
            }
        for (uint32_t i = 0; i < count; i++)
            if (rows[i] != own && (kept == 0 || rows[kept - 1] != rows[i]))
                rows[kept++] = rows[i];
        return kept;
    }
    for (uint32_t i = 0; i < count; i++) {
        bool again = rows[i] == own;
        for (uint32_t j = 0; j < kept && !again; j++)
            again = rows[j] == rows[i];
        if (!again)
            rows[kept++] = rows[i];
    }
    return kept;
}

/* ---- preparation ---- */

struct preparing {
    const struct tmn_world *world;
    struct tmn_ties *ties;
    struct poisson poisson;
    uint32_t ends;
};

static uint32_t block_end(uint32_t block, uint32_t all) {
    return all - block * BLOCK_ROWS < BLOCK_ROWS ? all : (block + 1) * BLOCK_ROWS;
}

static uint32_t place_in_order(const struct preparing *preparing, uint32_t row) {
    struct tmn_spot spot = tmn_ties_spot(preparing->world, preparing->ties, row);
    return preparing->ties->base[spot.group] + spot.at;
}

static void degrees_block(void *context, int worker, uint32_t block) {
    const struct preparing *preparing = context;
    const struct tmn_world *world = preparing->world;
    struct tmn_ties *ties = preparing->ties;
    const struct tmn_attribute *attribute =
        ties->layer->kind == TMN_LAYER_DEGREES ? &world->model->attributes.items[ties->layer->degrees] : NULL;
    (void)worker;
    for (uint32_t row = block * BLOCK_ROWS; row < block_end(block, ties->linked); row++)
        ties->end_first[place_in_order(preparing, row) + 1] =
            attribute != NULL ? (uint32_t)attribute->first + tmn_level(&world->packed[row], attribute)
                              : poisson_draw(&preparing->poisson,
                                             tmn_draw_uniform(tmn_draw(world->seed, row, 0, 0, ties->layer->hash)));
}

/* Numbers per row become sums of the rows before. */
static bool sum_ends(struct preparing *preparing, struct tmn_error *err) {
    struct tmn_ties *ties = preparing->ties;
    uint64_t sum = 0;
    if (ties->end_first == NULL) {
        sum = (uint64_t)ties->linked * ties->numbers.degree;
        ties->degree_max = ties->numbers.degree;
    } else {
        for (uint32_t at = 1; at <= ties->linked && sum < UINT32_MAX; at++) {
            uint32_t degree = ties->end_first[at];
            ties->degree_max = degree > ties->degree_max ? degree : ties->degree_max;
            sum += degree;
            ties->end_first[at] = (uint32_t)sum;
        }
    }
    if (sum >= UINT32_MAX)
        return tmn_fail(err, TMN_CAPACITY, "layer '%s' has more than the %u ends of ties that a network can have",
                        ties->layer->name, UINT32_MAX - 1);
    preparing->ends = (uint32_t)sum;
    return true;
}

/* Each end holds its own row. */
static void own_block(void *context, int worker, uint32_t block) {
    const struct preparing *preparing = context;
    struct tmn_ties *ties = preparing->ties;
    (void)worker;
    for (uint32_t row = block * BLOCK_ROWS; row < block_end(block, ties->linked); row++) {
        uint32_t at = place_in_order(preparing, row), last = end_of(ties, at + 1);
        for (uint32_t end = end_of(ties, at); end < last; end++)
            ties->partner[end] = row;
    }
}

/* The two ends of a pair exchange their rows. A block is a range of permuted ends; pairs belong to their first one. */
static void pair_block(void *context, int worker, uint32_t block) {
    const struct preparing *preparing = context;
    struct tmn_ties *ties = preparing->ties;
    uint32_t begin = block * BLOCK_ROWS, finish = block_end(block, preparing->ends), g = 0;
    (void)worker;
    for (uint32_t high = ties->groups; high - g > 1;) { /* the last group that begins at or before `begin` */
        uint32_t mid = g + (high - g) / 2;
        if (end_of(ties, ties->base[mid]) <= begin)
            g = mid;
        else
            high = mid;
    }
    for (; g < ties->groups && end_of(ties, ties->base[g]) < finish; g++) {
        uint32_t first = end_of(ties, ties->base[g]), all = end_of(ties, ties->base[g + 1]) - first;
        uint32_t from = begin > first ? begin - first : 0, to = finish - first < all ? finish - first : all;
        from += from & 1;
        to = to + (to & 1) < all ? to + (to & 1) : all - (all & 1);
        for (uint32_t p = from; p < to; p += PAIR_ENDS) {
            uint32_t end[PAIR_ENDS], count = to - p < PAIR_ENDS ? to - p : PAIR_ENDS;
            tmn_shuffle_inverse_many(&ties->shuffle[g], p, count, end);
            for (uint32_t i = 0; i < count; i += 2) {
                uint32_t row = ties->partner[first + end[i]];
                ties->partner[first + end[i]] = ties->partner[first + end[i + 1]];
                ties->partner[first + end[i + 1]] = row;
            }
        }
    }
}

/* The end that has no partner still holds its own row, and goes with ties to oneself. */
static void drop_block(void *context, int worker, uint32_t block) {
    const struct preparing *preparing = context;
    struct tmn_ties *ties = preparing->ties;
    (void)worker;
    for (uint32_t row = block * BLOCK_ROWS; row < block_end(block, ties->linked); row++) {
        uint32_t at = place_in_order(preparing, row), first = end_of(ties, at), count = end_of(ties, at + 1) - first;
        for (uint32_t i = drop(ties->partner + first, count, row); i < count; i++)
            ties->partner[first + i] = TMN_NO_ROW;
    }
}

static void write_out(struct preparing *preparing, struct tmn_arena *arena, struct tmn_pool *pool) {
    struct tmn_ties *ties = preparing->ties;
    uint32_t row_blocks = (ties->linked + BLOCK_ROWS - 1) / BLOCK_ROWS,
             end_blocks = (uint32_t)(((uint64_t)preparing->ends + BLOCK_ROWS - 1) / BLOCK_ROWS);
    ties->partner = TMN_NEW_ARRAY(arena, uint32_t, preparing->ends);
    tmn_pool_run(pool, row_blocks, own_block, preparing);
    tmn_pool_run(pool, end_blocks, pair_block, preparing);
    tmn_pool_run(pool, row_blocks, drop_block, preparing);
}

/* One entry for about every second row. */
static void make_guide(struct preparing *preparing, struct tmn_arena *arena) {
    struct tmn_ties *ties = preparing->ties;
    while (((uint64_t)preparing->ends >> ties->guide_shift) > ties->linked / 2 + 1)
        ties->guide_shift++;
    uint32_t entries = (preparing->ends >> ties->guide_shift) + 1, at = 0;
    ties->guide = TMN_NEW_ARRAY(arena, uint32_t, entries);
    for (uint32_t i = 0; i < entries; i++) {
        while (at < ties->linked && ties->end_first[at + 1] <= (uint64_t)i << ties->guide_shift)
            at++;
        ties->guide[i] = at;
    }
}

bool tmn_pairs_prepare(struct tmn_world *world, struct tmn_ties *ties, struct tmn_pool *pool, struct tmn_error *err) {
    struct preparing preparing = {.world = world, .ties = ties};
    if (!tmn_ties_group(world, ties, err))
        return false;
    if (ties->layer->kind == TMN_LAYER_RANDOM || ties->layer->degrees >= 0) {
        ties->end_first = TMN_NEW_ARRAY(&world->arena, uint32_t, (size_t)ties->linked + 1);
        poisson_init(&preparing.poisson, ties->numbers.mean);
        tmn_pool_run(pool, (ties->linked + BLOCK_ROWS - 1) / BLOCK_ROWS, degrees_block, &preparing);
    }
    if (!sum_ends(&preparing, err))
        return false;
    ties->shuffle = TMN_NEW_ARRAY(&world->arena, struct tmn_shuffle, ties->groups);
    for (uint32_t g = 0; g < ties->groups; g++) {
        uint32_t ends = end_of(ties, ties->base[g + 1]) - end_of(ties, ties->base[g]);
        if (ends > 0)
            tmn_shuffle_init(&ties->shuffle[g], tmn_ties_group_key(ties, g), ends);
    }
    if ((double)preparing.ends * (double)world->full_persons <= (double)WRITTEN_ENDS_MAX * world->persons)
        write_out(&preparing, &world->arena, pool);
    else if (ties->end_first != NULL)
        make_guide(&preparing, &world->arena);
    return true;
}

double tmn_pairs_size(const struct tmn_model *model, const struct tmn_layer *layer,
                      const struct tmn_layer_numbers *numbers, uint32_t rows, double larger) {
    bool even = layer->kind == TMN_LAYER_DEGREES && layer->degrees < 0;
    double degree = even ? numbers->degree : numbers->mean;
    if (layer->kind == TMN_LAYER_DEGREES && layer->degrees >= 0) {
        const struct tmn_attribute *attribute = &model->attributes.items[layer->degrees];
        degree = attribute->first + (attribute->levels - 1) / 2.0;
    }
    double bytes = even ? 0 : 4.0 * rows;
    if (degree * rows * larger <= (double)WRITTEN_ENDS_MAX)
        return bytes + 4 * degree * rows;
    return even ? bytes : bytes + 4 * fmin(degree, 0.5) * rows;
}

/* ---- ties ---- */

const uint32_t *tmn_pairs_written(const struct tmn_ties *ties, struct tmn_spot own, uint32_t *count) {
    uint32_t at = ties->base[own.group] + own.at, from = end_of(ties, at), to = end_of(ties, at + 1);
    while (to > from && ties->partner[to - 1] == TMN_NO_ROW)
        to--;
    *count = to - from;
    return ties->partner + from;
}

uint32_t tmn_pairs_ties(const struct tmn_world *world, const struct tmn_ties *ties, uint32_t row, uint32_t *out) {
    struct tmn_spot own = tmn_ties_spot(world, ties, row);
    uint32_t at = ties->base[own.group] + own.at, from = end_of(ties, at), to = end_of(ties, at + 1), count = 0;
    if (ties->partner != NULL) {
        const uint32_t *written = tmn_pairs_written(ties, own, &count);
        for (uint32_t i = 0; i < count; i++)
            out[i] = written[i];
        return count;
    }
    uint32_t group_first = ties->base[own.group], first = end_of(ties, group_first),
             all = end_of(ties, ties->base[own.group + 1]) - first;
    const struct tmn_shuffle *shuffle = &ties->shuffle[own.group];
    for (uint32_t end = from; end < to; end++) {
        uint32_t paired = tmn_shuffle(shuffle, end - first) ^ 1;
        if (paired >= all)
            continue;
        uint32_t holder = holder_of(ties, first + tmn_shuffle_inverse(shuffle, paired));
        out[count++] = tmn_ties_row(world, ties, (struct tmn_spot){own.group, holder - group_first});
    }
    return drop(out, count, row);
}
