/* Deals of the population: exact numbers of persons, whoever they are, and who they are by chance. */
#include "small.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
/* after the others: */
#include <cmocka.h>

enum { PLACE, STATUS, STATE, MARK, LEVELS = 12 };

static struct tmn_draw_rule chances(struct tmn_model *model, int attribute, const double *chance, int rest) {
    uint32_t levels = model->attributes.items[attribute].levels;
    struct tmn_draw_rule rule = {attribute, TMN_NEW_ARRAY(model->arena, struct tmn_expr *, levels), rest, NULL, {0},
                                 {0}};
    for (uint32_t l = 0; l < levels; l++)
        rule.chance[l] = (int)l == rest ? NULL : small_number(model, chance[l]);
    return rule;
}

/* Persons with a state that one in 1000 has, and a mark 0..11 of which `at most m` has the chance 0.3 + m / 20. */
static struct tmn_model *town(struct tmn_arena *arena, double size) {
    static const char *const spec[] = {"place:A,B,C", "status:unborn,home", "state:none,seed"};
    struct tmn_model *model = small_model(arena, spec, 3);
    assert_int_equal(small_numbers(model, "mark", 0, LEVELS - 1), MARK);
    model->attributes.items[STATUS].start = 1;
    model->alive = small_member(model, STATUS, 1, 1);
    model->unborn = small_member(model, STATUS, 0, 0);
    model->population.size = small_number(model, size);
    small_deal_rule(model, chances(model, STATE, (double[]){0, 0.001}, 0));
    struct tmn_draw_rule mark = {MARK, TMN_NEW_ARRAY(arena, struct tmn_expr *, LEVELS), -1, NULL, {0}, {0}};
    mark.cumulative = small_op(model, TMN_OP_ADD, small_number(model, 0.3),
                               small_op(model, TMN_OP_DIV, small_feature(model, tmn_feature_of_attribute(model, MARK)),
                                        small_number(model, 20)));
    small_deal_rule(model, mark);
    return model;
}

/* Exact numbers: half up of persons times the cumulated chance, for the persons that there are; none is unborn. */
static void check_numbers(const struct tmn_world *world) {
    uint32_t n[LEVELS] = {0}, seeds = 0, persons = 0, upto = 0;
    for (uint32_t row = 0; row < world->rows; row++) {
        if (small_unborn(world, row)) {
            assert_int_equal(small_level(world, row, STATE), 0);
            assert_int_equal(small_level(world, row, MARK), 0);
            continue;
        }
        persons++;
        seeds += small_level(world, row, STATE) == 1;
        n[small_level(world, row, MARK)]++;
    }
    assert_int_equal(persons, world->persons);
    assert_int_equal(seeds, persons - (uint32_t)floor(persons * 0.999 + 0.5));
    for (int l = 0; l < LEVELS; l++) {
        upto += n[l];
        assert_int_equal(upto, l == LEVELS - 1 ? persons : (uint32_t)floor(persons * (0.3 + l / 20.0) + 0.5));
    }
}

static void size_alone(void **state) {
    const double sizes[] = {1, 3, 499, 501, 1000, 4096, 12345};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct tmn_model *model = town(*state, sizes[i]);
        struct tmn_world *world = small_world(model, 1 + i, 1, 1);
        check_numbers(world);
        tmn_world_free(world);
    }
    struct tmn_world *world = small_world(town(*state, 1000), 7, 1, 1);
    uint32_t seeds = 0;
    for (uint32_t row = 0; row < 1000; row++)
        seeds += small_level(world, row, STATE);
    assert_int_equal(seeds, 1); /* exactly one in 1000 */
    tmn_world_free(world);
}

/* Counts, margins, households, units, unborn rows, samples of them, threads: the numbers hold in each. */
static void whole_and_sampled(void **state) {
    struct tmn_model *model = town(*state, 9000);
    struct tmn_population *population = &model->population;
    population->place_attribute = PLACE;
    population->counts = small_counts(model, 1, (int[]){PLACE}, (double[]){1, 2, 3});
    small_margin(model, small_counts(model, 1, (int[]){PLACE}, (double[]){3, 2, 4}));
    population->household_size = 3.1;
    population->unit_households = 20;
    population->unborn_per_household = 0.6;
    population->unborn_reserve = 0.02;
    population->unborn_national = 0.01;
    const double scales[] = {1, 0.5, 0.13, 0.02};
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        struct tmn_world *world = small_world(model, 3, scales[i], 1), *threads = small_world(model, 3, scales[i], 3);
        assert_true(world->rows > world->persons);
        check_numbers(world);
        assert_memory_equal(world->packed, threads->packed, world->rows * sizeof *world->packed);
        tmn_world_free(world);
        tmn_world_free(threads);
    }
}

/* Over many seeds each person is the dealt one alike often; two deals, and neighbours, have nothing to do with one
 * another. Limits are of chi-square at 1e-4. */
static void by_chance(void **state) {
    enum { PERSONS = 40, SEEDS = 4000 };
    double n[PERSONS] = {0}, pairs[2][2] = {{0}}, both[2][2] = {{0}}, chi = 0;
    struct tmn_model *model = town(*state, PERSONS);
    model->population.deal_count = 0;
    small_deal_rule(model, chances(model, STATE, (double[]){0.975, 0.025}, -1));
    small_deal_rule(model, chances(model, STATUS, (double[]){0, 1}, -1));
    small_deal_rule(model, chances(model, MARK, (double[LEVELS]){0.5, 0.5}, -1));
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct tmn_world *world = small_world(model, seed, 1, 1);
        for (uint32_t row = 0; row < PERSONS; row++) {
            uint32_t mark = small_level(world, row, MARK), seeded = small_level(world, row, STATE);
            n[row] += seeded;
            both[seeded][mark] += 1;
            if (row > 0)
                pairs[small_level(world, row - 1, MARK)][mark] += 1;
        }
        tmn_world_free(world);
    }
    for (int i = 0; i < PERSONS; i++)
        chi += (n[i] - SEEDS / (double)PERSONS) * (n[i] - SEEDS / (double)PERSONS) / (SEEDS / (double)PERSONS);
    assert_true(chi < 80 && chi > 13); /* 39 degrees of freedom */
    assert_true(fabs(both[1][0] - both[1][1]) < 4 * sqrt(SEEDS));
    double unlike = 20.0 / 39.0 * (PERSONS - 1.0) * SEEDS; /* of two cards one half is drawn without replacement */
    assert_true(fabs(pairs[0][1] + pairs[1][0] - unlike) < 4 * sqrt(unlike));
}

/* Adding a deal leaves the others alone; a draw may read what was dealt. */
static void keyed_by_name(void **state) {
    struct tmn_model *model = town(*state, 3000);
    model->population.deal_count = 1;
    struct tmn_world *one = small_world(model, 4, 1, 1);
    model->population.deal_count = 2;
    struct tmn_expr **chance = TMN_NEW_ARRAY(*state, struct tmn_expr *, 3);
    chance[2] = small_if(model, small_member(model, tmn_feature_of_attribute(model, MARK), 6, 11),
                         small_number(model, 1), small_number(model, 0));
    small_draw(model, PLACE, chance, 0);
    struct tmn_world *two = small_world(model, 4, 1, 1), *other = small_world(model, 5, 1, 1);
    uint32_t moved = 0;
    for (uint32_t row = 0; row < 3000; row++) {
        assert_int_equal(small_level(one, row, STATE), small_level(two, row, STATE));
        moved += small_level(two, row, MARK) != small_level(other, row, MARK);
        assert_int_equal(small_level(two, row, PLACE), small_level(two, row, MARK) >= 6 ? 2 : 0);
    }
    assert_in_range(moved, 2200, 2800);
    tmn_world_free(one);
    tmn_world_free(two);
    tmn_world_free(other);
}

static void refused(void **state) {
    const struct {
        double chance[2];
        int attribute;
    } cases[] = {{{0.5, 0.6}, STATE}, {{0.5, 0.4}, STATE}, {{-0.1, 1.1}, STATE}, {{0.1, 0.9}, STATUS}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tmn_model *model = town(*state, 500);
        struct tmn_error err = {0};
        struct tmn_pool *pool;
        struct tmn_world *world;
        small_deal_rule(model, chances(model, cases[i].attribute, cases[i].chance, -1));
        assert_true(tmn_pool_new(&pool, 2, &err));
        assert_false(tmn_world_new(&world, model, 1, 1, pool, &err));
        assert_int_equal(err.code, TMN_SCENARIO);
        assert_non_null(strstr(err.text, cases[i].attribute == STATUS ? "population.deal of 'status'"
                                                                      : "population.deal of 'state'"));
        tmn_pool_free(pool);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(size_alone, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(whole_and_sampled, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(by_chance, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(keyed_by_name, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(refused, small_setup, small_teardown),
    };
    return cmocka_run_group_tests_name("world-deal", tests, NULL, NULL);
}
