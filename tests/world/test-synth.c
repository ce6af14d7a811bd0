/* Populations: whole persons, households, units, the unborn, samples, threads. */
#include "small.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* after the others: */
#include <cmocka.h>

enum { PLACE, SEX, STATUS, CLASS, BIRTH_YEAR, ATTRIBUTES };
enum { PLACES = 7, YEARS = 90 }; /* birth years 1910..1999, the start is 2000 */

/* A country: counts by place, sex and birth year; adults head households; unborn rows everywhere; class is drawn. */
static struct tmn_model *country(struct tmn_arena *arena, double size) {
    static const char *const spec[] = {"place:A,B,C,D,E,F,G", "sex:f,m", "status:unborn,home,dead",
                                       "class:low,mid,high"};
    struct tmn_model *model = small_model(arena, spec, 4);
    assert_int_equal(small_numbers(model, "birth_year", 1910, 1999), BIRTH_YEAR);
    model->attributes.items[STATUS].start = 1;
    static double value[PLACES * 2 * YEARS];
    for (int i = 0; i < PLACES * 2 * YEARS; i++)
        value[i] = (1 + i / (2 * YEARS)) * (i % YEARS + 5.0) * (1 + 0.01 * (double)(tmn_mix64((uint64_t)i) % 50));
    struct tmn_population *population = &model->population;
    population->place_attribute = PLACE;
    population->counts = small_counts(model, 3, (int[]){PLACE, SEX, BIRTH_YEAR}, value);
    population->size = size > 0 ? small_number(model, size) : NULL;
    population->household_size = 4.2;
    population->head = small_member(model, BIRTH_YEAR, 0, 70); /* born to 1980 */
    population->unit_households = 30;
    population->unborn_per_household = 0.7;
    population->unborn_reserve = 0.03;
    population->unborn_national = 0.01;
    model->alive = small_member(model, STATUS, 1, 1);
    model->unborn = small_member(model, STATUS, 0, 0);
    struct tmn_expr **chance = TMN_NEW_ARRAY(arena, struct tmn_expr *, 3);
    chance[0] = small_if(model, small_member(model, SEX, 0, 0), small_number(model, 0.5), small_number(model, 0.25));
    chance[1] = small_number(model, 0.25);
    small_draw(model, CLASS, chance, 2);
    return model;
}

static void check_tables(const struct tmn_world *world) {
    const struct tmn_population *population = &world->model->population;
    assert_int_equal(world->place_first[0], 0);
    assert_int_equal(world->place_first[world->places], world->national_reserve);
    assert_int_equal(world->household_first[0], 0);
    assert_int_equal(world->household_first[world->households], world->rows);
    assert_int_equal(world->unit_first[0], 0);
    assert_int_equal(world->unit_first[world->units], world->households);
    for (uint32_t u = 0; u < world->units; u++) {
        assert_true(world->unit_first[u] < world->unit_first[u + 1]);
        for (uint32_t h = world->unit_first[u]; h < world->unit_first[u + 1]; h++)
            assert_int_equal(tmn_world_unit(world, h), u);
    }
    uint32_t persons = 0;
    for (uint32_t h = 0; h < world->households; h++) {
        uint32_t first = world->household_first[h], end = world->household_first[h + 1], own = 0;
        assert_true(first < end);
        for (uint32_t row = first; row < end; row++) {
            assert_int_equal(tmn_world_household(world, row), h);
            bool unborn = small_unborn(world, row);
            assert_true(unborn || own == row - first); /* persons first, then the unborn */
            own += !unborn;
            assert_int_equal(small_level(world, row, PLACE), tmn_world_place(world, row));
        }
        persons += own;
        assert_true(own <= (uint32_t)(2 * population->household_size));
    }
    assert_int_equal(persons, world->persons);
    for (uint32_t p = 0; p <= world->places; p++) { /* the last one is the nation's reserve */
        uint32_t first = p < world->places ? world->place_reserve[p] : world->national_reserve;
        uint32_t end = p < world->places ? world->place_first[p + 1] : world->rows;
        double share = p < world->places ? population->unborn_reserve : population->unborn_national;
        uint32_t own = 0;
        for (uint32_t row = p < world->places ? world->place_first[p] : 0; row < first; row++)
            own += !small_unborn(world, row);
        assert_true(fabs(end - first - own * share) <= 0.5 || (own > 0 && end - first == 1));
        for (uint32_t row = first; row < end; row++) {
            assert_true(small_unborn(world, row));
            uint32_t h = tmn_world_household(world, row), u = tmn_world_unit(world, h);
            assert_int_equal(world->household_first[h + 1] - world->household_first[h], 1);
            assert_int_equal(world->unit_first[u + 1] - world->unit_first[u], 1);
        }
    }
}

/* Persons of each place, sex and birth year are within one of the counts, places and the whole are exact. */
static void whole_persons(void **state) {
    struct tmn_model *model = country(*state, 20011);
    const struct tmn_counts *counts = &model->population.counts;
    struct tmn_world *world = small_world(model, 11, 1, 2);
    static int32_t got[PLACES * 2 * YEARS];
    memset(got, 0, sizeof got);
    for (uint32_t row = 0; row < world->rows; row++)
        if (!small_unborn(world, row))
            got[(small_level(world, row, PLACE) * 2 + small_level(world, row, SEX)) * YEARS +
                small_level(world, row, BIRTH_YEAR)]++;
    double sum = 0, all = 0;
    for (size_t c = 0; c < counts->cells; c++)
        sum += counts->value[c];
    int32_t total = 0;
    for (int p = 0; p < PLACES; p++) {
        double expected = 0;
        int32_t own = 0;
        for (int c = p * 2 * YEARS; c < (p + 1) * 2 * YEARS; c++) {
            double share = counts->value[c] * 20011 / sum;
            expected += share;
            own += got[c];
            assert_true(fabs(got[c] - share) < 1.1);
            assert_true(fabs(own - expected) < 2); /* so is every run of cells */
        }
        assert_true(fabs(own - expected) < 1);
        total += own;
        all += expected;
    }
    assert_int_equal(total, 20011);
    assert_int_equal(world->persons, 20011);
    assert_true(fabs(all - 20011) < 1e-6);
    assert_int_equal(world->full_persons, 20011);
    assert_int_equal(world->weight, 1 << 20);
    tmn_world_free(world);
}

/* Whole counts that need no rescaling come out as they are. */
static void counts_as_given(void **state) {
    struct tmn_model *model = country(*state, 0);
    struct tmn_counts *counts = &model->population.counts;
    for (size_t c = 0; c < counts->cells; c++)
        counts->value[c] = floor(counts->value[c] / 40);
    struct tmn_world *world = small_world(model, 3, 1, 1);
    int64_t left = 0;
    for (uint32_t row = 0; row < world->rows; row++)
        if (!small_unborn(world, row))
            counts->value[(small_level(world, row, PLACE) * 2 + small_level(world, row, SEX)) * YEARS +
                          small_level(world, row, BIRTH_YEAR)]--;
    for (size_t c = 0; c < counts->cells; c++)
        left += counts->value[c] != 0;
    assert_int_equal(left, 0);
    tmn_world_free(world);
}

static void households_and_units(void **state) {
    struct tmn_model *model = country(*state, 30000);
    struct tmn_world *world = small_world(model, 5, 1, 2);
    check_tables(world);
    uint32_t households = 0, units = 0, small = 0, large = 0, unborn = 0;
    for (uint32_t u = 0; u < world->units; u++) {
        if (small_unborn(world, world->household_first[world->unit_first[u]]))
            continue; /* reserve */
        uint32_t count = world->unit_first[u + 1] - world->unit_first[u];
        assert_in_range(count, 20, 40);
        units++;
        households += count;
        for (uint32_t h = world->unit_first[u]; h < world->unit_first[u + 1]; h++) {
            uint32_t first = world->household_first[h], persons = 0;
            for (uint32_t row = first; row < world->household_first[h + 1]; row++)
                persons += !small_unborn(world, row);
            assert_true(small_level(world, first, BIRTH_YEAR) <= 70); /* adults abound, so each household has a head */
            small += persons <= 2;
            large += persons >= 6;
            unborn += world->household_first[h + 1] - first - persons;
        }
    }
    assert_true(fabs(households - 30000 / 4.2) <= PLACES);
    assert_true(fabs(units - households / 30.0) <= PLACES);
    assert_true(fabs(unborn - 0.7 * households) <= PLACES);
    assert_true(small > households / 20 && large > households / 20);
    tmn_world_free(world);
}

/* Fewer heads than households: each head has a household of its own. */
static void scarce_heads(void **state) {
    struct tmn_model *model = country(*state, 9000);
    model->population.head = small_member(model, BIRTH_YEAR, 0, 9);
    model->population.household_size = 1.5;
    struct tmn_world *world = small_world(model, 5, 1, 1);
    check_tables(world);
    uint32_t heads = 0, first = 0;
    for (uint32_t row = 0; row < world->rows; row++)
        if (!small_unborn(world, row) && small_level(world, row, BIRTH_YEAR) <= 9) {
            heads++;
            first += world->household_first[tmn_world_household(world, row)] == row;
        }
    assert_true(heads > 100);
    assert_int_equal(first, heads);
    tmn_world_free(world);
}

static int by_bytes(const void *a, const void *b) {
    return memcmp(a, b, sizeof(struct tmn_packed));
}

/* A unit as a text that does not depend on rows: its size, then all its rows in order. */
static uint64_t unit_print(const struct tmn_world *world, uint32_t unit) {
    uint64_t print = world->unit_first[unit + 1] - world->unit_first[unit];
    for (uint32_t h = world->unit_first[unit]; h < world->unit_first[unit + 1]; h++)
        for (uint32_t row = world->household_first[h]; row < world->household_first[h + 1]; row++)
            print = tmn_mix64(print ^ world->packed[row].word[0]) + world->packed[row].word[1] +
                    (row == world->household_first[h]);
    return print;
}

static int by_print(const void *a, const void *b) {
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Every sampled unit is one of the full world, none twice: the same persons with the same draws in the same households.
 */
static void sample_of_units(void **state) {
    struct tmn_model *model = country(*state, 100000);
    struct tmn_world *full = small_world(model, 8, 1, 2), *sample = small_world(model, 8, 0.1, 2);
    check_tables(sample);
    uint32_t full_units = 0, units = 0;
    uint64_t *prints = calloc(full->units, sizeof *prints);
    for (uint32_t u = 0; u < full->units; u++)
        if (!small_unborn(full, full->household_first[full->unit_first[u]]))
            prints[full_units++] = unit_print(full, u);
    qsort(prints, full_units, sizeof *prints, by_print);
    uint64_t before = 0;
    for (uint32_t u = 0; u < sample->units; u++) {
        if (small_unborn(sample, sample->household_first[sample->unit_first[u]]))
            continue;
        uint64_t print = unit_print(sample, u);
        assert_non_null(bsearch(&print, prints, full_units, sizeof *prints, by_print));
        assert_true(print != before);
        before = print;
        units++;
    }
    assert_int_equal(units, (uint32_t)floor(full_units * 0.1 + 0.5));
    assert_true(fabs(sample->persons - 10000.0) < 400);
    assert_int_equal(sample->full_persons, 100000);
    assert_true(llabs(sample->weight * (long long)sample->persons - (INT64_C(100000) << 20)) <= sample->persons);
    for (uint32_t p = 0; p < PLACES; p++) { /* each place in proportion, but for one unit */
        double whole = full->place_reserve[p] - full->place_first[p],
               part = sample->place_reserve[p] - sample->place_first[p];
        assert_true(fabs(part - whole / 10) < 1.3 * 4.9 * 33);
    }
    free(prints);
    tmn_world_free(full);
    tmn_world_free(sample);
}

/* Without units whole households are sampled, without households persons. */
static void sample_without_units(void **state) {
    struct tmn_model *model = country(*state, 50000);
    model->population.unit_households = 0;
    struct tmn_world *world = small_world(model, 8, 0.25, 2);
    assert_null(world->unit_first);
    assert_true(fabs(world->persons - 12500.0) < 300);
    for (uint32_t h = 0; h < world->households; h++)
        if (!small_unborn(world, world->household_first[h]))
            assert_true(small_level(world, world->household_first[h], BIRTH_YEAR) <= 70);
    tmn_world_free(world);
    model->population.household_size = 0;
    model->population.unborn_per_household = 0;
    struct tmn_world *full = small_world(model, 8, 1, 2);
    world = small_world(model, 8, 0.25, 2);
    assert_null(world->household_first);
    assert_int_equal(world->persons, 12500);
    assert_int_equal(world->weight, 4 << 20);
    assert_int_equal(full->persons, 50000);
    /* Each sampled person is one of the full world: as multisets, place by place. */
    for (uint32_t p = 0; p < PLACES; p++) {
        struct tmn_packed *all = full->packed + full->place_first[p], *some = world->packed + world->place_first[p];
        uint32_t n = full->place_reserve[p] - full->place_first[p], m = world->place_reserve[p] - world->place_first[p],
                 found = 0;
        qsort(all, n, sizeof *all, by_bytes);
        qsort(some, m, sizeof *some, by_bytes);
        for (uint32_t i = 0; i < n && found < m; i++)
            found += by_bytes(&all[i], &some[found]) == 0;
        assert_int_equal(found, m);
    }
    tmn_world_free(full);
    tmn_world_free(world);
}

static void compare_worlds(const struct tmn_world *a, const struct tmn_world *b) {
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->households, b->households);
    assert_int_equal(a->units, b->units);
    assert_memory_equal(a->packed, b->packed, a->rows * sizeof *a->packed);
    assert_memory_equal(a->household_guide, b->household_guide,
                        ((a->rows >> TMN_GUIDE_BITS) + 1) * sizeof *a->household_guide);
    assert_memory_equal(a->household_first, b->household_first, (a->households + 1) * sizeof *a->household_first);
    assert_memory_equal(a->unit_guide, b->unit_guide, ((a->households >> TMN_GUIDE_BITS) + 1) * sizeof *a->unit_guide);
    assert_memory_equal(a->unit_first, b->unit_first, (a->units + 1) * sizeof *a->unit_first);
    assert_memory_equal(a->place_first, b->place_first, (a->places + 1) * sizeof *a->place_first);
}

static void same_bytes_for_any_threads(void **state) {
    struct tmn_model *model = country(*state, 120000);
    for (int s = 0; s < 2; s++) {
        struct tmn_world *one = small_world(model, 21, s == 0 ? 1 : 0.3, 1);
        for (int t = 0; t < 3; t++) {
            struct tmn_world *more = small_world(model, 21, s == 0 ? 1 : 0.3, (int[]){2, 3, 8}[t]);
            compare_worlds(one, more);
            tmn_world_free(more);
        }
        tmn_world_free(one);
    }
    struct tmn_world *one = small_world(model, 21, 1, 2), *other = small_world(model, 22, 1, 2);
    assert_int_equal(one->persons, other->persons);
    assert_int_not_equal(memcmp(one->packed, other->packed, 1000 * sizeof *one->packed), 0);
    tmn_world_free(one);
    tmn_world_free(other);
}

/* Neighbours in a household are no neighbours in the counts: sexes of the first two persons are independent. */
static void well_mixed(void **state) {
    struct tmn_model *model = country(*state, 100000);
    struct tmn_world *world = small_world(model, 77, 1, 2);
    double n[2][2] = {{0}}, all = 0, chi = 0;
    for (uint32_t h = 0; h < world->households; h++) {
        uint32_t first = world->household_first[h];
        if (world->household_first[h + 1] - first < 3 || small_unborn(world, first + 2))
            continue;
        n[small_level(world, first + 1, SEX)][small_level(world, first + 2, SEX)]++;
        all++;
    }
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) {
            double expected = (n[i][0] + n[i][1]) * (n[0][j] + n[1][j]) / all;
            chi += (n[i][j] - expected) * (n[i][j] - expected) / expected;
        }
    assert_true(all > 10000);
    assert_true(chi < 15.14); /* 1 degree of freedom, 1e-4 */
    tmn_world_free(world);
}

static void expect_failure(const struct tmn_model *model, double scale, enum tmn_code code, const char *part) {
    struct tmn_error err = {0};
    struct tmn_pool *pool;
    struct tmn_world *world;
    assert_true(tmn_pool_new(&pool, 1, &err));
    assert_false(tmn_world_new(&world, model, 1, scale, pool, &err));
    assert_null(world);
    assert_int_equal(err.code, code);
    if (strstr(err.text, part) == NULL)
        fail_msg("'%s' lacks '%s'", err.text, part);
    tmn_pool_free(pool);
}

static void failures(void **state) {
    struct tmn_model *model = country(*state, 1000);
    expect_failure(model, 0, TMN_USAGE, "scale");
    expect_failure(model, 1.5, TMN_USAGE, "scale");
    expect_failure(model, 1e-6, TMN_USAGE, "leaves nobody");
    model->population.size = small_number(model, 5e9);
    expect_failure(model, 0.001, TMN_CAPACITY, "rows");
    model->population.size = small_number(model, 1000);
    struct tmn_expr *unborn = model->unborn, *alive = model->alive;
    model->unborn = NULL;
    expect_failure(model, 1, TMN_SCENARIO, "needs `unborn`");
    model->unborn = unborn;
    model->alive = small_member(model, STATUS, 0, 1);
    expect_failure(model, 1, TMN_SCENARIO, "alive holds");
    model->alive = alive;
    model->attributes.items[STATUS].start = 2; /* the unborn are marked all the same */
    struct tmn_world *world = small_world(model, 1, 1, 1);
    check_tables(world);
    tmn_world_free(world);
    model->population.head = small_member(model, CLASS, 0, 0);
    expect_failure(model, 1, TMN_SCENARIO, "drawn only after");
    model->population.household_size = 0;
    expect_failure(model, 1, TMN_SCENARIO, "needs population.households");
}

/* One place, a handful of persons, nothing declared. */
static void smallest(void **state) {
    static const char *const spec[] = {"mood:low,high"};
    struct tmn_model *model = small_model(*state, spec, 1);
    model->attributes.items[0].start = 1;
    model->population.size = small_number(model, 3);
    struct tmn_world *world = small_world(model, 1, 1, 3);
    assert_int_equal(world->rows, 3);
    assert_int_equal(world->places, 1);
    assert_int_equal(world->households, 0);
    for (uint32_t row = 0; row < 3; row++) {
        assert_int_equal(small_level(world, row, 0), 1);
        assert_int_equal(tmn_world_place(world, row), 0);
    }
    assert_true(tmn_world_bytes(world) >= 3 * sizeof(struct tmn_packed));
    tmn_world_free(world);
}

/* The size is asked for when a world is built, with the parameters as they stand then. */
static void size_over_parameters(void **state) {
    struct tmn_model *model = country(*state, 1000);
    TMN_PUSH(model->arena, &model->parameters, ((struct tmn_parameter){.name = "n", .value = 700}));
    struct tmn_expr *parameter = small_number(model, 0);
    parameter->op = TMN_OP_PARAMETER;
    model->population.size = small_op(model, TMN_OP_MUL, parameter, small_number(model, 2));
    struct tmn_world *world = small_world(model, 1, 1, 1);
    assert_int_equal(world->persons, 1400);
    tmn_world_free(world);
    model->parameters.items[0].value = 450.2;
    assert_true(tmn_population_persons(model) == 900.4);
    world = small_world(model, 1, 1, 1);
    assert_int_equal(world->persons, 900);
    tmn_world_free(world);
    model->parameters.items[0].value = 0.4;
    expect_failure(model, 1, TMN_SCENARIO, "population.size is 0.8: fewer than one person");
    model->parameters.items[0].value = (double)NAN;
    expect_failure(model, 1, TMN_SCENARIO, "fewer than one person");
}

static void birth_weeks(void **state) {
    (void)state;
    double n[52] = {0}, chi = 0;
    for (uint32_t row = 0; row < 52000; row++) {
        uint32_t week = tmn_birth_week(9, row, 52);
        assert_in_range(week, 0, 51);
        n[week]++;
    }
    for (int w = 0; w < 52; w++)
        chi += (n[w] - 1000) * (n[w] - 1000) / 1000;
    assert_true(chi < 95 && chi > 20); /* 51 degrees of freedom: 1e-4 on either side */
    assert_int_equal(tmn_age(2000, 0, 1980, 0), 20);
    assert_int_equal(tmn_age(2000, 0, 1980, 1), 19);
    assert_int_equal(tmn_age(2000, 10, 1980, 10), 20);
    assert_int_equal(tmn_age(1970, 0, 1980, 0), 0);
    assert_int_equal(tmn_age(2100, 0, 1900, 0), 127);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whole_persons, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(counts_as_given, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(households_and_units, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(scarce_heads, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(sample_of_units, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(sample_without_units, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(same_bytes_for_any_threads, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(well_mixed, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(failures, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(smallest, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(size_over_parameters, small_setup, small_teardown),
        cmocka_unit_test(birth_weeks),
    };
    return cmocka_run_group_tests_name("world-synth", tests, NULL, NULL);
}
