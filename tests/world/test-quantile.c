/* Draws of the population: frequencies against the declared chances, what they may read, what is refused. */
#include "small.h"

#include "base/real.h"
#include "world/quantile.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
/* after the others: */
#include <cmocka.h>

enum { SEX, STATUS, CLASS, ROLE, BIRTH_YEAR };

static struct tmn_model *people(struct tmn_arena *arena, double size) {
    static const char *const spec[] = {"sex:f,m", "status:unborn,home", "class:low,mid,high",
                                       "role:none,guard,cook,clerk"};
    struct tmn_model *model = small_model(arena, spec, 4);
    small_numbers(model, "birth_year", 1970, 1989);
    model->attributes.items[STATUS].start = 1;
    model->unborn = small_member(model, STATUS, 0, 0);
    model->population.counts = small_counts(model, 1, (int[]){SEX}, (double[]){2, 3});
    model->population.size = small_number(model, size);
    return model;
}

static struct tmn_expr **chances(struct tmn_model *model, uint32_t levels, const double *chance) {
    struct tmn_expr **list = TMN_NEW_ARRAY(model->arena, struct tmn_expr *, levels);
    for (uint32_t l = 0; l < levels; l++)
        list[l] = chance[l] < 0 ? NULL : small_number(model, chance[l]);
    return list;
}

static double chi_square(const double *n, const double *chance, int levels, double all) {
    double chi = 0;
    for (int l = 0; l < levels; l++) {
        if (chance[l] == 0)
            assert_true(n[l] == 0);
        else
            chi += (n[l] - all * chance[l]) * (n[l] - all * chance[l]) / (all * chance[l]);
    }
    return chi;
}

/* A plain draw, then one that reads it and the sex; limits are of chi-square at 1e-4. */
static void frequencies(void **state) {
    struct tmn_model *model = people(*state, 50000);
    small_draw(model, CLASS, chances(model, 3, (double[]){0.1, 0.5, -1}), 2);
    struct tmn_expr **role = TMN_NEW_ARRAY(*state, struct tmn_expr *, 4);
    role[1] =
        small_if(model, small_member(model, SEX, 1, 1),
                 small_if(model, small_member(model, CLASS, 2, 2), small_number(model, 1), small_number(model, 0.3)),
                 small_number(model, 0));
    role[3] = small_if(model, small_member(model, SEX, 0, 0), small_number(model, 0.05), small_number(model, 0));
    small_draw(model, ROLE, role, 0);
    struct tmn_world *world = small_world(model, 4, 1, 2);
    double class[3] = {0}, role_of[2][3][4] = {{{0}}}, pairs[3][3] = {{0}};
    uint32_t before = 0;
    for (uint32_t row = 0; row < world->rows; row++) {
        uint32_t c = small_level(world, row, CLASS);
        class[c]++;
        role_of[small_level(world, row, SEX)][c][small_level(world, row, ROLE)]++;
        pairs[before][c] += row > 0;
        before = c;
    }
    const double of_class[3] = {0.1, 0.5, 0.4}, none[4] = {0.95, 0, 0, 0.05}, low[4] = {0.7, 0.3, 0, 0},
                 high[4] = {0, 1, 0, 0};
    assert_true(chi_square(class, of_class, 3, 50000) < 18.42);
    for (int c = 0; c < 3; c++) {
        double women = 0, men = 0;
        for (int r = 0; r < 4; r++) {
            women += role_of[0][c][r];
            men += role_of[1][c][r];
        }
        assert_true(chi_square(role_of[0][c], none, 4, women) < 15.14);
        assert_true(chi_square(role_of[1][c], c < 2 ? low : high, 4, men) < 15.14);
    }
    double joint[9], n[9];
    for (int i = 0; i < 9; i++) { /* neighbouring rows draw independently */
        joint[i] = of_class[i / 3] * of_class[i % 3];
        n[i] = pairs[i / 3][i % 3];
    }
    assert_true(chi_square(n, joint, 9, 49999) < 31.83);
    tmn_world_free(world);
}

/* Adding a rule leaves the other rules' draws alone; another seed does not. */
static void keyed_by_name(void **state) {
    struct tmn_model *model = people(*state, 1000);
    small_draw(model, CLASS, chances(model, 3, (double[]){0.3, 0.3, -1}), 2);
    struct tmn_world *one = small_world(model, 4, 1, 1);
    small_draw(model, ROLE, chances(model, 4, (double[]){0.25, 0.25, 0.25, 0.25}), -1);
    struct tmn_world *two = small_world(model, 4, 1, 1), *other = small_world(model, 5, 1, 1);
    uint32_t moved = 0;
    for (uint32_t row = 0; row < 1000; row++) {
        assert_int_equal(small_level(one, row, CLASS), small_level(two, row, CLASS));
        moved += small_level(one, row, CLASS) != small_level(other, row, CLASS);
    }
    assert_in_range(moved, 550, 750);
    tmn_world_free(one);
    tmn_world_free(two);
    tmn_world_free(other);
}

/* A rule that reads too many combinations for a table is evaluated per person, to the same effect; age is read. */
static void table_or_not(void **state) {
    struct tmn_model *model = people(*state, 3000);
    uint32_t size = model->features.items[BIRTH_YEAR].cardinality;
    struct tmn_counts counts = {
        .keys = 1, .feature = {BIRTH_YEAR}, .band = {1}, .first = {0}, .size = {size}, .cells = size};
    counts.value = TMN_NEW_ARRAY(*state, double, size);
    for (uint32_t y = 0; y < size; y++)
        counts.value[y] = 1;
    model->population.counts = counts;
    struct tmn_expr **chance = TMN_NEW_ARRAY(*state, struct tmn_expr *, 3);
    chance[0] = small_if(model, small_member(model, model->age_feature, 20, 127), small_number(model, 0.5),
                         small_number(model, 0));
    small_draw(model, CLASS, chance, 1);
    struct tmn_world *tabled = small_world(model, 4, 1, 2);
    uint32_t young = 0, mixed = 0;
    for (uint32_t row = 0; row < tabled->rows; row++) {
        uint32_t age = tmn_age(2000, 0, 1970 + (int)small_level(tabled, row, BIRTH_YEAR), tmn_birth_week(4, row, 52));
        assert_true(age >= 20 || small_level(tabled, row, CLASS) == 1);
        young += age < 20;
        mixed += age >= 20 && small_level(tabled, row, CLASS) == 0;
    }
    assert_true(young > 1000 && mixed > 500);
    struct tmn_arena scratch;
    tmn_arena_init(&scratch, 0);
    struct tmn_drawing drawing;
    struct tmn_quantile rule;
    struct tmn_error err;
    tmn_drawing_init(&drawing, model, &scratch);
    assert_true(tmn_quantile_init(&rule, model, 0, &drawing, &scratch, &err));
    assert_non_null(rule.upto);
    rule.upto = NULL;
    for (uint32_t row = 0; row < tabled->rows; row++) {
        struct tmn_packed packed = tabled->packed[row];
        tmn_set_level(&packed, &model->attributes.items[CLASS], 2);
        uint32_t uniform = tmn_draw_uniform(tmn_draw(4, row, 0, 0, rule.hash)), week = tmn_birth_week(4, row, 52);
        assert_int_equal(tmn_quantile_set(&rule, &drawing, &uniform, &week, &packed, 1), 1);
        assert_memory_equal(&packed, &tabled->packed[row], sizeof packed);
    }
    tmn_arena_free(&scratch);
    tmn_world_free(tabled);
}

/* At most each number: a bell around a mean that depends on sex, its last level taking what is left. */
static void cumulative(void **state) {
    enum { LEVELS = 21 };
    struct tmn_model *model = people(*state, 40000);
    int threshold = small_numbers(model, "threshold", 0, LEVELS - 1);
    struct tmn_draw_rule rule = {threshold, TMN_NEW_ARRAY(*state, struct tmn_expr *, LEVELS), -1, NULL, {0}, {0}};
    struct tmn_expr *mean =
        small_if(model, small_member(model, SEX, 1, 1), small_number(model, 8), small_number(model, 17));
    struct tmn_expr *from_mean =
        small_op(model, TMN_OP_SUB, small_feature(model, tmn_feature_of_attribute(model, threshold)), mean);
    rule.cumulative =
        small_op(model, TMN_OP_NCDF, small_op(model, TMN_OP_DIV, from_mean, small_number(model, 3)), NULL);
    small_draw_rule(model, rule);
    struct tmn_world *world = small_world(model, 4, 1, 2), *again = small_world(model, 4, 1, 1);
    double n[2][LEVELS] = {{0}}, all[2] = {0};
    for (uint32_t row = 0; row < world->rows; row++) {
        uint32_t sex = small_level(world, row, SEX);
        n[sex][small_level(world, row, threshold)]++;
        all[sex]++;
        assert_int_equal(small_level(world, row, threshold), small_level(again, row, threshold));
    }
    for (int sex = 0; sex < 2; sex++) {
        double chi = 0, before = 0, centre = sex == 1 ? 8 : 17;
        for (int l = 0; l < LEVELS; l++) {
            double upto = l == LEVELS - 1 ? 1 : tmn_ncdf((l - centre) / 3), expected = all[sex] * (upto - before);
            before = upto;
            if (expected >= 5)
                chi += (n[sex][l] - expected) * (n[sex][l] - expected) / expected;
        }
        assert_true(chi < 52.4 && chi > 2); /* up to 20 degrees of freedom: 1e-4 */
    }
    assert_true(n[0][LEVELS - 1] > 0.15 * all[0]); /* of women 16 % lie above the last number but one */
    tmn_world_free(world);
    tmn_world_free(again);
}

static void refused(struct tmn_arena *arena, const double *chance, int rest, bool fails) {
    struct tmn_model *model = people(arena, 500);
    struct tmn_error err = {0};
    struct tmn_pool *pool;
    struct tmn_world *world;
    small_draw(model, CLASS, chances(model, 3, chance), rest);
    assert_true(tmn_pool_new(&pool, 2, &err));
    bool made = tmn_world_new(&world, model, 1, 1, pool, &err);
    assert_int_equal(made, !fails);
    if (!made) {
        assert_int_equal(err.code, TMN_SCENARIO);
        assert_non_null(strstr(err.text, "population.draw of 'class'"));
    }
    tmn_world_free(world);
    tmn_pool_free(pool);
}

static void fails(const struct tmn_model *model, const char *part) {
    struct tmn_error err = {0};
    struct tmn_pool *pool;
    struct tmn_world *world;
    assert_true(tmn_pool_new(&pool, 2, &err));
    assert_false(tmn_world_new(&world, model, 1, 1, pool, &err));
    assert_non_null(strstr(err.text, part));
    tmn_pool_free(pool);
}

static void bad_chances(void **state) {
    refused(*state, (double[]){0.1, 0.2, 0.7}, -1, false);
    refused(*state, (double[]){0.1, 0.2, 0.6}, -1, true);
    refused(*state, (double[]){0.1, 0.2, 0.8}, -1, true);
    refused(*state, (double[]){0.1, 1.2, -1}, 2, true);
    refused(*state, (double[]){1, 0, -1}, 2, false);
    struct tmn_model *falls = people(*state, 500); /* fewer persons at most 1 than at most 0 */
    int mark = small_numbers(falls, "mark", 0, 2);
    falls->population.counts = small_counts(falls, 1, (int[]){SEX}, (double[]){2, 3});
    struct tmn_draw_rule rule = {mark, TMN_NEW_ARRAY(*state, struct tmn_expr *, 3), -1, NULL, {0}, {0}};
    rule.cumulative = small_if(falls, small_member(falls, tmn_feature_of_attribute(falls, mark), 0, 0),
                               small_number(falls, 0.5), small_number(falls, 0.4));
    small_draw_rule(falls, rule);
    fails(falls, "fall where they are cumulated");
    struct tmn_model *model = people(*state, 500); /* drawing the unborn */
    struct tmn_expr **chance = TMN_NEW_ARRAY(*state, struct tmn_expr *, 2);
    chance[0] = small_if(model, small_member(model, SEX, 1, 1), small_number(model, 0.1), small_number(model, 0));
    small_draw(model, STATUS, chance, 1);
    fails(model, "sex = m");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(frequencies, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(keyed_by_name, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(table_or_not, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(cumulative, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(bad_chances, small_setup, small_teardown),
    };
    return cmocka_run_group_tests_name("world-quantile", tests, NULL, NULL);
}
