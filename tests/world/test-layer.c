/* Layers: symmetry, degrees, no ties to self, rings that hang together, blocks, long ties, edge lists. */
#include "graph.h"
#include "small.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* after the others: */
#include <cmocka.h>

enum { PLACE, STATUS, PROVINCE };

/* Places of 1200, 2, 5, 0, 700 and 1 persons (more with the unborn when wanted); provinces {0, 2}, {1, 3, 4, 5}. */
static struct tmn_model *country(struct tmn_arena *arena, bool unborn) {
    static const char *const spec[] = {"place:A,B,C,D,E,F", "status:home,unborn"};
    struct tmn_model *model = small_model(arena, spec, 2);
    assert_int_equal(small_map(model, "province", PLACE, 2, (uint16_t[]){0, 1, 0, 1, 1, 1}), PROVINCE);
    model->population.place_attribute = PLACE;
    model->population.counts = small_counts(model, 1, (int[]){PLACE}, (double[]){1200, 2, 5, 0, 700, 1});
    model->population.household_size = 3.3;
    model->population.unit_households = 10;
    if (unborn) {
        model->alive = small_member(model, STATUS, 0, 0);
        model->unborn = small_member(model, STATUS, 1, 1);
        model->population.unborn_per_household = 1.5;
        model->population.unborn_reserve = 0.02;
        model->population.unborn_national = 0.01;
    }
    return model;
}

static void households_and_units(void **state) {
    struct tmn_model *model = country(*state, true);
    int family = small_layer(model, (struct tmn_layer){.name = "family", .kind = TMN_LAYER_HOUSEHOLD, .within = -1});
    int street = small_layer(model, (struct tmn_layer){.name = "street", .kind = TMN_LAYER_UNIT, .within = -1});
    struct tmn_world *world = small_world(model, 6, 1, 2);
    struct graph kin = graph_of(world, family), near = graph_of(world, street);
    graph_check(&kin);
    graph_check(&near);
    for (uint32_t row = 0; row < world->rows; row++) {
        uint32_t h = tmn_world_household(world, row), u = tmn_world_unit(world, h);
        assert_int_equal(kin.degree[row], world->household_first[h + 1] - world->household_first[h] - 1);
        assert_int_equal(near.degree[row], world->household_first[world->unit_first[u + 1]] -
                                               world->household_first[world->unit_first[u]] - 1);
        for (uint32_t i = 0; i < kin.degree[row]; i++)
            assert_int_equal(tmn_world_household(world, kin.tie[row * kin.width + i]), h);
        if (row >= world->national_reserve || row >= world->place_reserve[tmn_world_place(world, row)])
            assert_int_equal(near.degree[row], 0);
    }
    graph_free(&kin);
    graph_free(&near);
    tmn_world_free(world);
}

static uint32_t group_rows(const struct tmn_world *world, bool province, uint32_t group) {
    uint32_t rows = 0;
    for (uint32_t p = 0; p < world->places; p++)
        if ((province ? world->model->maps.items[0].to[p] : p) == group)
            rows += world->place_first[p + 1] - world->place_first[p];
    return rows;
}

/* Fixed degree within places and provinces, all others where a group is small, nothing for the nation's reserve; each
 * group is one piece, so each of its rows is on the ring. */
static void rings(void **state) {
    for (int within = 0; within < 2; within++)
        for (uint32_t degree = 2; degree <= 6; degree += 2) {
            struct tmn_model *model = country(*state, true);
            int layer = small_layer(model, (struct tmn_layer){.name = "friends",
                                                              .kind = TMN_LAYER_RING,
                                                              .number = small_constant(*state, degree),
                                                              .within = within == 0 ? PLACE : PROVINCE});
            struct tmn_world *world = small_world(model, 6, 1, 2);
            struct graph graph = graph_of(world, layer);
            assert_int_equal(tmn_layer_degree_max(world, layer), degree);
            graph_check(&graph);
            for (uint32_t row = 0; row < world->rows; row++) {
                if (row >= world->national_reserve) {
                    assert_int_equal(graph.degree[row], 0);
                    continue;
                }
                uint32_t place = tmn_world_place(world, row),
                         group = within == 0 ? place : model->maps.items[0].to[place];
                uint32_t rows = group_rows(world, within == 1, group);
                assert_int_equal(graph.degree[row], rows > degree ? degree : rows - 1);
                if (row == world->place_first[place])
                    assert_int_equal(graph_reach(&graph, row), rows);
                for (uint32_t i = 0; i < graph.degree[row]; i++) {
                    uint32_t other = tmn_world_place(world, graph.tie[row * graph.width + i]);
                    assert_int_equal(within == 0 ? other : model->maps.items[0].to[other], group);
                }
            }
            graph_free(&graph);
            tmn_world_free(world);
        }
}

/* The nation as one ring, keyed or in the order of rows. */
static void national_rings(void **state) {
    struct tmn_model *model = country(*state, true);
    int keyed = small_layer(
        model,
        (struct tmn_layer){.name = "keyed", .kind = TMN_LAYER_RING, .number = small_constant(*state, 4), .within = -1});
    int rows = small_layer(
        model,
        (struct tmn_layer){
            .name = "rows", .kind = TMN_LAYER_RING, .number = small_constant(*state, 4), .within = -1, .rows = true});
    struct tmn_world *world = small_world(model, 6, 1, 2);
    struct graph a = graph_of(world, keyed), b = graph_of(world, rows);
    graph_check(&a);
    graph_check(&b);
    assert_int_equal(graph_reach(&a, 0), world->rows);
    assert_int_equal(graph_reach(&b, 0), world->rows);
    double apart = 0;
    for (uint32_t row = 0; row < world->rows; row++) {
        assert_int_equal(a.degree[row], 4);
        assert_int_equal(b.degree[row], 4);
        assert_true(graph_tied(&b, row, (row + 1) % world->rows) && graph_tied(&b, row, (row + 2) % world->rows));
        for (uint32_t i = 0; i < 4; i++)
            apart += fabs((double)row - a.tie[row * a.width + i]);
    }
    assert_true(fabs(apart / 4 / world->rows / world->rows - 1.0 / 3) < 0.02); /* mean distance of two random rows */
    graph_free(&a);
    graph_free(&b);
    tmn_world_free(world);
}

/* Groups of 1 to 12 rows: whole graphs up to degree + 1 rows, rings above. */
static void tiny_groups(void **state) {
    for (uint32_t n = 1; n <= 12; n++) {
        static const char *const spec[] = {"place:A"};
        struct tmn_model *model = small_model(*state, spec, 1);
        model->population.size = small_number(model, n);
        int ring = small_layer(
            model, (struct tmn_layer){
                       .name = "ring", .kind = TMN_LAYER_RING, .number = small_constant(*state, 6), .within = -1});
        int some = small_layer(model, (struct tmn_layer){.name = "long",
                                                         .kind = TMN_LAYER_RING,
                                                         .number = small_constant(*state, 6),
                                                         .within = -1,
                                                         .long_share = small_constant(*state, 0.5)});
        int block =
            small_layer(model, (struct tmn_layer){.name = "block", .kind = TMN_LAYER_BLOCK, .size = 4, .within = -1});
        struct tmn_world *world = small_world(model, n, 1, 1);
        struct graph a = graph_of(world, ring), b = graph_of(world, some), c = graph_of(world, block);
        graph_check(&a);
        graph_check(&b);
        graph_check(&c);
        assert_int_equal(tmn_layer_degree_max(world, ring), n > 6 ? 6 : n - 1);
        for (uint32_t row = 0; row < n; row++) {
            assert_int_equal(a.degree[row], n > 6 ? 6 : n - 1);
            if (n <= 6)
                assert_int_equal(c.degree[row] + 1, n < 6 ? n : graph_reach(&c, row));
        }
        graph_free(&a);
        graph_free(&b);
        graph_free(&c);
        tmn_world_free(world);
    }
}

/* Blocks are of `size`, but for the last one of a group, which is neither below half of it nor above one and a half. */
static void blocks(void **state) {
    for (uint32_t size = 1; size <= 50; size += 7) {
        struct tmn_model *model = country(*state, true);
        int layer = small_layer(
            model, (struct tmn_layer){.name = "work", .kind = TMN_LAYER_BLOCK, .size = size, .within = PROVINCE});
        struct tmn_world *world = small_world(model, 6, 1, 2);
        struct graph graph = graph_of(world, layer);
        graph_check(&graph);
        uint32_t odd[2] = {0}, most = 0;
        for (uint32_t row = 0; row < world->national_reserve; row++) {
            uint32_t own = graph.degree[row] + 1, province = model->maps.items[0].to[tmn_world_place(world, row)];
            most = own > most ? own : most;
            assert_true(2 * own >= size && 2 * own <= 3 * size);
            if (own != size) {
                assert_true(odd[province] == 0 || odd[province] == own); /* one such block */
                odd[province] = own;
            }
            assert_int_equal(graph_reach(&graph, row), own);
        }
        assert_int_equal(tmn_layer_degree_max(world, layer), most - 1);
        graph_free(&graph);
        tmn_world_free(world);
    }
}

/* Exchanged ties: degrees and symmetry stay, the asked share leaves the ring, long ties go anywhere. */
static void long_ties(void **state) {
    static const char *const spec[] = {"place:A,B,C,D,E,F,G,H,I,J"};
    for (int i = 0; i < 3; i++) {
        double share = (double[]){0.05, 0.3, 1}[i];
        struct tmn_model *model = small_model(*state, spec, 1);
        model->population.place_attribute = PLACE;
        model->population.size = small_number(model, 20000);
        int near = small_layer(model, (struct tmn_layer){.name = "friends",
                                                         .kind = TMN_LAYER_RING,
                                                         .number = small_constant(*state, 6),
                                                         .within = PLACE});
        struct tmn_layer with = model->layers.items[near];
        with.long_share = small_constant(*state, share);
        TMN_PUSH(model->arena, &model->layers, with); /* the same hash, so the same ring */
        struct tmn_world *world = small_world(model, 6, 1, 2);
        struct graph ring = graph_of(world, near), graph = graph_of(world, near + 1);
        graph_check(&graph);
        double all = 0, moved = 0, away = 0, distances = 0, missing = 0;
        for (uint32_t row = 0; row < world->rows; row++) {
            assert_true(graph.degree[row] >= 5);
            missing += graph.degree[row] < 6;
            for (uint32_t t = 0; t < graph.degree[row]; t++) {
                uint32_t other = graph.tie[row * graph.width + t];
                all++;
                if (graph_tied(&ring, row, other))
                    continue;
                moved++;
                away += tmn_world_place(world, row) != tmn_world_place(world, other);
                distances += fabs((double)row - other) / world->rows;
            }
        }
        assert_true(missing <= 40); /* two ties of the same rows are rare */
        double error =
            sqrt(share * (1 - share) / all * 4) * 4 + 2e-3; /* pairs of ties, both ends: a tie in four is a free one */
        if (!(fabs(moved / all - share) < error))
            fail_msg("share %g instead of %g", moved / all, share);
        assert_true(fabs(away / moved - 0.9) < 0.03);
        assert_true(fabs(distances / moved - 1.0 / 3) < 0.03);
        assert_int_equal(graph_reach(&graph, 0), world->rows);
        graph_free(&ring);
        graph_free(&graph);
        tmn_world_free(world);
    }
}

/* One tie of each row is the one whose number the uniform names, in layers of all kinds; on rings with long ties also
 * where two places hold one row. */
static void one_tie_of_each(void **state) {
    enum { WIDTH = 128, RUN = 150 };
    struct tmn_model *model = country(*state, true);
    const struct tmn_layer layers[] = {
        {.name = "family", .kind = TMN_LAYER_HOUSEHOLD, .within = -1},
        {.name = "street", .kind = TMN_LAYER_UNIT, .within = -1},
        {.name = "work", .kind = TMN_LAYER_BLOCK, .size = 8, .within = PROVINCE},
        {.name = "near", .kind = TMN_LAYER_RING, .number = small_constant(*state, 6), .within = PLACE},
        {.name = "rows", .kind = TMN_LAYER_RING, .number = small_constant(*state, 4), .within = -1, .rows = true},
        {.name = "far",
         .kind = TMN_LAYER_RING,
         .number = small_constant(*state, 6),
         .within = PROVINCE,
         .long_share = small_constant(*state, 0.3)},
    };
    int count = sizeof layers / sizeof *layers;
    for (int l = 0; l < count; l++)
        small_layer(model, layers[l]);
    struct tmn_world *world = small_world(model, 6, 1, 2);
    uint32_t missing = 0, all = 0;
    for (int l = 0; l < count; l++)
        for (uint32_t first = 0; first < world->rows; first += RUN) {
            uint32_t row[RUN], uniform[RUN], one[RUN], ties[WIDTH], rows = 0;
            assert_true(tmn_layer_degree_max(world, l) <= WIDTH);
            for (; rows < RUN && first + rows < world->rows; rows++) {
                row[rows] = first + rows;
                uniform[rows] = (uint32_t)tmn_mix64(first + rows + 7);
            }
            tmn_layer_one_many(world, l, row, uniform, rows, one, ties);
            for (uint32_t i = 0; i < rows; i++, all++) {
                uint32_t degree = tmn_layer_ties(world, l, row[i], ties), at = 0;
                uint32_t expected = degree == 0 ? TMN_NO_ROW : ties[(uint64_t)uniform[i] * degree >> 32];
                if (l < count - 1 || degree == 6 || degree == 0) {
                    assert_int_equal(one[i], expected);
                    continue;
                }
                while (at < degree && ties[at] != one[i])
                    at++;
                assert_in_range(at, 0, degree - 1);
                missing++;
            }
        }
    assert_in_range(missing, 1, all / 100);
    tmn_world_free(world);
}

/* Small world over rows: Watts and Strogatz's effect, a small share of long ties makes distances short. */
static void small_world_effect(void **state) {
    static const char *const spec[] = {"place:A"};
    struct tmn_model *model = small_model(*state, spec, 1);
    model->population.size = small_number(model, 5000);
    small_layer(
        model,
        (struct tmn_layer){
            .name = "a", .kind = TMN_LAYER_RING, .number = small_constant(*state, 4), .within = -1, .rows = true});
    small_layer(model, (struct tmn_layer){.name = "b",
                                          .kind = TMN_LAYER_RING,
                                          .number = small_constant(*state, 4),
                                          .within = -1,
                                          .rows = true,
                                          .long_share = small_constant(*state, 0.1)});
    struct tmn_world *world = small_world(model, 6, 1, 2);
    double steps[2];
    for (int l = 0; l < 2; l++) {
        struct graph graph = graph_of(world, l);
        graph_check(&graph);
        uint32_t *distance = calloc(graph.rows, sizeof *distance), *queue = calloc(graph.rows, sizeof *queue), tail = 1;
        double sum = 0;
        distance[0] = 1;
        for (uint32_t head = 0; head < tail; head++)
            for (uint32_t i = 0; i < graph.degree[queue[head]]; i++) {
                uint32_t other = graph.tie[queue[head] * graph.width + i];
                if (distance[other] == 0) {
                    distance[other] = distance[queue[head]] + 1;
                    sum += distance[other] - 1;
                    queue[tail++] = other;
                }
            }
        assert_int_equal(tail, graph.rows);
        steps[l] = sum / graph.rows;
        free(distance);
        free(queue);
        graph_free(&graph);
    }
    assert_true(fabs(steps[0] - 625) < 2); /* a quarter of the ring in steps of 2 */
    assert_true(steps[1] < 20);
    tmn_world_free(world);
}

static void edge_list(void **state) {
    static const char *const spec[] = {"place:A"};
    static uint32_t edge[] = {0, 1, 1, 2, 2, 1, 5, 0, 0, 1, 9, 3};
    struct tmn_model *model = small_model(*state, spec, 1);
    model->population.size = small_number(model, 10);
    small_layer(model,
                (struct tmn_layer){.name = "wires", .kind = TMN_LAYER_EDGES, .within = -1, .edge = edge, .edges = 6});
    struct tmn_world *world = small_world(model, 1, 1, 1);
    struct graph graph = graph_of(world, 0);
    graph_check(&graph);
    const uint32_t degree[10] = {2, 2, 1, 1, 0, 1, 0, 0, 0, 1};
    for (uint32_t row = 0; row < 10; row++)
        assert_int_equal(graph.degree[row], degree[row]);
    assert_true(graph_tied(&graph, 0, 5) && graph_tied(&graph, 3, 9) && graph_tied(&graph, 1, 2));
    assert_int_equal(tmn_layer_degree_max(world, 0), 2);
    graph_free(&graph);
    tmn_world_free(world);
}

static void refused(struct tmn_arena *arena, struct tmn_layer layer, double scale, const char *part) {
    struct tmn_model *model = country(arena, false);
    struct tmn_error err = {0};
    struct tmn_pool *pool;
    struct tmn_world *world;
    if (layer.kind == TMN_LAYER_HOUSEHOLD)
        model->population.household_size = model->population.unit_households = 0;
    if (layer.kind == TMN_LAYER_UNIT)
        model->population.unit_households = 0;
    small_layer(model, layer);
    assert_true(tmn_pool_new(&pool, 1, &err));
    assert_false(tmn_world_new(&world, model, 1, scale, pool, &err));
    assert_int_equal(err.code, TMN_SCENARIO);
    if (strstr(err.text, part) == NULL)
        fail_msg("'%s' lacks '%s'", err.text, part);
    tmn_pool_free(pool);
}

static void refusals(void **state) {
    static uint32_t loop[] = {0, 1, 7, 7}, beyond[] = {0, 1908};
    refused(*state, (struct tmn_layer){.name = "l", .kind = TMN_LAYER_HOUSEHOLD, .within = -1}, 1,
            "needs population.households");
    refused(*state, (struct tmn_layer){.name = "l", .kind = TMN_LAYER_UNIT, .within = -1}, 1, "needs population.unit");
    refused(*state,
            (struct tmn_layer){.name = "l", .kind = TMN_LAYER_RING, .number = small_constant(*state, 3), .within = -1},
            1, "even number");
    refused(
        *state,
        (struct tmn_layer){.name = "l", .kind = TMN_LAYER_RING, .number = small_constant(*state, 4), .within = STATUS},
        1, "place of the population");
    refused(*state, (struct tmn_layer){.name = "l", .kind = TMN_LAYER_EDGES, .within = -1, .edge = loop, .edges = 2}, 1,
            "row 7 to itself");
    refused(*state, (struct tmn_layer){.name = "l", .kind = TMN_LAYER_EDGES, .within = -1, .edge = beyond, .edges = 1},
            1, "ends with row 1907");
    refused(*state, (struct tmn_layer){.name = "l", .kind = TMN_LAYER_EDGES, .within = -1, .edge = loop, .edges = 1},
            0.5, "scale below 1");
}

/* Layers are built over the rows of a sample as over any world; the same key whatever else is declared. */
static void sampled(void **state) {
    struct tmn_model *model = country(*state, true);
    small_layer(model, (struct tmn_layer){.name = "other", .kind = TMN_LAYER_HOUSEHOLD, .within = -1});
    int layer = small_layer(model, (struct tmn_layer){.name = "friends",
                                                      .kind = TMN_LAYER_RING,
                                                      .number = small_constant(*state, 4),
                                                      .within = PLACE,
                                                      .long_share = small_constant(*state, 0.2)});
    struct tmn_world *world = small_world(model, 6, 0.5, 2);
    struct graph graph = graph_of(world, layer);
    graph_check(&graph);
    struct tmn_model *alone = country(*state, true);
    small_layer(alone, model->layers.items[layer]);
    struct tmn_world *same = small_world(alone, 6, 0.5, 1);
    struct graph again = graph_of(same, 0);
    assert_memory_equal(graph.tie, again.tie, graph.rows * graph.width * sizeof *graph.tie);
    graph_free(&graph);
    graph_free(&again);
    tmn_world_free(world);
    tmn_world_free(same);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(households_and_units, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(rings, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(national_rings, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(tiny_groups, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(blocks, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(long_ties, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(one_tie_of_each, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(small_world_effect, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(edge_list, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(refusals, small_setup, small_teardown),
        cmocka_unit_test_setup_teardown(sampled, small_setup, small_teardown),
    };
    return cmocka_run_group_tests_name("world-layer", tests, NULL, NULL);
}
