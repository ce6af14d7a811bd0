/* Networks: random ones and given degrees, their laws against theory; every network of a scenario that is read. */
#include "graph.h"
#include "small.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* after the others: */
#include <cmocka.h>

enum { PLACE, CONTACTS, PROVINCE };

/* `size` persons, evenly in places A to F, with 0 to 6 contacts; provinces {A, C}, {B, D, E, F}. */
static struct tmn_model *country(struct tmn_arena *arena, double size) {
    static const char *const spec[] = {"place:A,B,C,D,E,F"};
    static const double chance[] = {0.1, 0.2, 0, 0.4, 0, 0, 0.3};
    struct tmn_model *model = small_model(arena, spec, 1);
    assert_int_equal(small_numbers(model, "contacts", 0, 6), CONTACTS);
    assert_int_equal(small_map(model, "province", PLACE, 2, (uint16_t[]){0, 1, 0, 1, 1, 1}), PROVINCE);
    struct tmn_expr **chances = TMN_NEW_ARRAY(arena, struct tmn_expr *, 7);
    for (int l = 0; l < 7; l++)
        chances[l] = chance[l] > 0 ? small_number(model, chance[l]) : NULL;
    small_draw(model, CONTACTS, chances, -1);
    model->population.place_attribute = PLACE;
    model->population.size = small_number(model, size);
    return model;
}

static int random_layer(struct tmn_model *model, const char *name, double mean, int within) {
    return small_layer(model, (struct tmn_layer){.name = name,
                                                 .kind = TMN_LAYER_RANDOM,
                                                 .number = small_number(model, mean),
                                                 .degrees = -1,
                                                 .within = within});
}

static int regular_layer(struct tmn_model *model, const char *name, double degree, int within) {
    return small_layer(model, (struct tmn_layer){.name = name,
                                                 .kind = TMN_LAYER_DEGREES,
                                                 .number = small_number(model, degree),
                                                 .degrees = -1,
                                                 .within = within});
}

static int contacts_layer(struct tmn_model *model, const char *name, int within) {
    return small_layer(
        model, (struct tmn_layer){.name = name, .kind = TMN_LAYER_DEGREES, .degrees = CONTACTS, .within = within});
}

/* A chi-square with df degrees of freedom as a normal deviate (Wilson and Hilferty 1931). */
static double chi_square_deviate(double chi_square, double df) {
    return (cbrt(chi_square / df) - (1 - 2 / (9 * df))) / sqrt(2 / (9 * df));
}

/* Degrees follow the Poisson law: chi-square over the degrees that ten rows or more are expected to have. */
static void random_degrees_are_poisson(void **state) {
    static const double mean[] = {0.5, 1, 3, 6, 20};
    struct tmn_model *model = country(*state, 100000);
    for (int i = 0; i < 5; i++)
        random_layer(model, (const char *[]){"a", "b", "c", "d", "e"}[i], mean[i], i % 2 == 0 ? -1 : PROVINCE);
    struct tmn_world *world = small_world(model, 6, 1, 2);
    for (int i = 0; i < 5; i++) {
        struct graph graph = graph_of(world, i);
        double seen[64] = {0}, chi_square = 0, df = -1, tail_seen = 0, tail = world->rows, expected;
        for (uint32_t row = 0; row < world->rows; row++)
            seen[graph.degree[row]]++;
        for (int k = 0; k < 64; k++) {
            expected = world->rows * exp(k * log(mean[i]) - mean[i] - lgamma(k + 1));
            if (expected < 10) {
                tail_seen += seen[k];
                continue;
            }
            tail -= expected;
            chi_square += (seen[k] - expected) * (seen[k] - expected) / expected;
            df++;
        }
        if (tail >= 10) {
            chi_square += (tail_seen - tail) * (tail_seen - tail) / tail;
            df++;
        }
        if (!(fabs(chi_square_deviate(chi_square, df)) < 3.5))
            fail_msg("mean %g: chi-square %g with %g degrees of freedom", mean[i], chi_square, df);
        assert_true(fabs(graph_degree_sum(&graph) / world->rows - mean[i]) < 4 * sqrt(mean[i] / world->rows));
        graph_free(&graph);
    }
    tmn_world_free(world);
}

/* Each row has the Poisson quantile of its own draw, but for what was dropped; an odd sum leaves one end alone. */
static void random_degrees_are_keyed_quantiles(void **state) {
    static const double means[] = {0.01, 0.7, 4, 30.5};
    for (int i = 0; i < 4; i++) {
        struct tmn_model *model = country(*state, 3000);
        int layer = random_layer(model, "friends", means[i], -1);
        struct tmn_world *world = small_world(model, 17, 1, 1);
        struct graph graph = graph_of(world, layer);
        double sum = 0, dropped = 0;
        uint32_t most = 0;
        for (uint32_t row = 0; row < world->rows; row++) {
            uint32_t u = tmn_draw_uniform(tmn_draw(17, row, 0, 0, tmn_name_hash("friends"))), degree = 0;
            long double chance = expl(-(long double)means[i]), upto = chance;
            for (; floorl(upto * 0x1p32L + 0.5L) <= u; upto += chance)
                chance *= (long double)means[i] / ++degree;
            assert_true(graph.degree[row] <= degree);
            most = degree > most ? degree : most;
            sum += degree;
            dropped += degree - graph.degree[row];
        }
        assert_int_equal(tmn_layer_degree_max(world, layer), most);
        /* Self-ties z / 2 and second ties z^2 / 4 are expected, two ends each, and one end if the sum is odd. */
        double expected = means[i] + means[i] * means[i] / 2;
        assert_true(fmod(dropped, 2) == fmod(sum, 2));
        assert_true(fabs(dropped - expected) < 4 * sqrt(2 * expected) + 2);
        graph_free(&graph);
        tmn_world_free(world);
    }
}

/* Within places and provinces as in the nation: simple, symmetric, inside the group; degrees as asked. */
static void degrees_of_an_attribute(void **state) {
    for (int within = -1; within <= PROVINCE; within++) {
        if (within == CONTACTS)
            continue;
        struct tmn_model *model = country(*state, 12000);
        int layer = contacts_layer(model, "friends", within);
        struct tmn_world *world = small_world(model, 6, 1, 2);
        struct graph graph = graph_of(world, layer);
        double dropped = 0, to[7] = {0}, all = 0, ends[7] = {0}, ends_all = 0;
        graph_check(&graph);
        assert_int_equal(tmn_layer_degree_max(world, layer), 6);
        for (uint32_t row = 0; row < world->rows; row++) {
            uint32_t wanted = small_level(world, row, CONTACTS), place = tmn_world_place(world, row);
            assert_true(graph.degree[row] <= wanted);
            dropped += wanted - graph.degree[row];
            ends[wanted] += wanted;
            ends_all += wanted;
            for (uint32_t i = 0; i < graph.degree[row]; i++) {
                uint32_t other = graph.tie[row * graph.width + i], there = tmn_world_place(world, other);
                if (within == PLACE)
                    assert_int_equal(there, place);
                if (within == PROVINCE)
                    assert_int_equal(model->maps.items[0].to[there], model->maps.items[0].to[place]);
                to[small_level(world, other, CONTACTS)]++;
                all++;
            }
        }
        assert_true(dropped < 70 * (within == PLACE ? 6 : within == PROVINCE ? 2 : 1) && dropped > 0);
        for (int k = 0; k < 7; k++) /* whom one is tied to goes by their ends, not by their number */
            assert_true(fabs(to[k] / all - ends[k] / ends_all) < 0.01);
        graph_free(&graph);
        tmn_world_free(world);
    }
}

/* One end each: everybody has one partner, and of an odd number one has none. */
static void one_tie_each_is_a_matching(void **state) {
    for (uint32_t n = 1; n < 300; n = n * 3 / 2 + 1) {
        struct tmn_model *model = country(*state, n);
        int pairs = regular_layer(model, "pairs", 1, -1), none = regular_layer(model, "none", 0, -1),
            empty = random_layer(model, "empty", 0, -1);
        struct tmn_world *world = small_world(model, n, 1, 1);
        struct graph graph = graph_of(world, pairs);
        uint32_t alone = 0, tie[1];
        graph_check(&graph);
        for (uint32_t row = 0; row < n; row++) {
            alone += graph.degree[row] == 0;
            assert_int_equal(tmn_layer_ties(world, none, row, tie), 0);
            assert_int_equal(tmn_layer_ties(world, empty, row, tie), 0);
        }
        assert_int_equal(alone, n % 2);
        graph_free(&graph);
        tmn_world_free(world);
    }
}

/* Regular of degree 3: one piece; of degree 2: circles, so that nobody is left over but what was dropped. */
static void regular_networks(void **state) {
    struct tmn_model *model = country(*state, 100000);
    int three = regular_layer(model, "three", 3, -1), six = regular_layer(model, "six", 6, PROVINCE);
    struct tmn_world *world = small_world(model, 6, 1, 2);
    struct graph graph = graph_of(world, three);
    double dropped = 3.0 * world->rows - graph_degree_sum(&graph);
    graph_check(&graph);
    assert_int_equal(graph_reach(&graph, 0), world->rows);
    assert_true(dropped <= 30); /* (k - 1) / 2 + (k^2 - 1) / 4 = 3 ties are expected to be dropped */
    graph_free(&graph);
    graph = graph_of(world, six);
    graph_check(&graph);
    assert_true(6.0 * world->rows - graph_degree_sum(&graph) <= 100);
    uint32_t own = 0; /* rows of the province of row 0: a piece of its own */
    for (uint32_t row = 0; row < world->rows; row++)
        own += model->maps.items[0].to[tmn_world_place(world, row)] == 0;
    assert_int_equal(graph_reach(&graph, 0), own);
    graph_free(&graph);
    tmn_world_free(world);
}

/* The largest piece of a random network is the share s with s = 1 - exp(-z s); its variance is that of Stepanov 1970:
 * n s (1 - s) / (1 - z (1 - s))^2. Below z = 1 there is none. */
static void giant_component(void **state) {
    static const double mean[] = {1.3, 1.5, 2, 4};
    struct tmn_model *model = country(*state, 100000);
    for (int i = 0; i < 4; i++)
        random_layer(model, (const char *[]){"a", "b", "c", "d"}[i], mean[i], -1);
    int sparse = random_layer(model, "sparse", 0.5, -1);
    struct tmn_world *world = small_world(model, 6, 1, 2);
    for (int i = 0; i < 4; i++) {
        struct graph graph = graph_of(world, i);
        double s = 1, n = world->rows;
        for (int round = 0; round < 1000; round++)
            s = 1 - exp(-mean[i] * s);
        double sd = sqrt(n * s * (1 - s)) / (1 - mean[i] * (1 - s)), largest = graph_largest(&graph);
        if (!(fabs(largest - n * s) < 4 * sd))
            fail_msg("z = %g: %g instead of %g (%g)", mean[i], largest, n * s, sd);
        graph_free(&graph);
    }
    struct graph graph = graph_of(world, sparse);
    assert_true(graph_largest(&graph) < 100); /* of order log n */
    graph_free(&graph);
    tmn_world_free(world);
}

/* Ends meet at random: distances, neighbours' degrees, triangles. */
static void ends_meet_at_random(void **state) {
    const double z = 8;
    struct tmn_model *model = country(*state, 50000);
    int layer = random_layer(model, "friends", z, -1);
    struct tmn_world *world = small_world(model, 6, 1, 2);
    struct graph graph = graph_of(world, layer);
    double apart = 0, next = 0, all = graph_degree_sum(&graph), others = 0, home = 0, triangles, n = world->rows;
    double clustering = graph_clustering(&graph, &triangles);
    for (uint32_t row = 0; row < world->rows; row++)
        for (uint32_t i = 0; i < graph.degree[row]; i++) {
            uint32_t other = graph.tie[row * graph.width + i];
            apart += fabs((double)row - other) / n;
            next += other == row + 1;
            others += graph.degree[other];
            home += tmn_world_place(world, row) == tmn_world_place(world, other);
        }
    assert_true(fabs(apart / all - 1.0 / 3) < 4 * sqrt(1.0 / 18 / (all / 2)));
    assert_true(next < z + 4 * sqrt(z));                                         /* n z / n ties of row and row + 1 */
    assert_true(fabs(others / all - (z + 1)) < 4 * sqrt(2 * (z + 1) / all) * 2); /* no degrees prefer each other */
    assert_true(fabs(home / all - 1.0 / 6) < 4 * sqrt(5.0 / 36 / (all / 2)));
    assert_true(fabs(triangles - z * z * z / 6) < 4 * sqrt(z * z * z / 6));
    assert_true(fabs(clustering - z / n) < 5 * z / n / sqrt(z * z * z / 6));
    graph_free(&graph);
    tmn_world_free(world);
}

/* Rings have the clustering 3 (k - 2) / (4 (k - 1)) (Newman 2003, SIAM Review 45:167, there with degree 2 k). Exchanged
 * ties close no triangles: of three ties none may be exchanged. */
static void clustering_of_rings(void **state) {
    static const double share[] = {0, 0.05, 0.2, 0.5, 1};
    struct tmn_model *model = country(*state, 20000);
    for (int k = 4; k <= 10; k += 6)
        for (int i = 0; i < 5; i++)
            small_layer(model, (struct tmn_layer){.name = tmn_arena_printf(*state, "ring %d %d", k, i),
                                                  .kind = TMN_LAYER_RING,
                                                  .number = small_number(model, k),
                                                  .long_share = small_number(model, share[i]),
                                                  .rows = i % 2 == 0,
                                                  .within = -1});
    struct tmn_world *world = small_world(model, 6, 1, 2);
    for (int l = 0; l < 10; l++) {
        struct graph graph = graph_of(world, l);
        double k = l < 5 ? 4 : 10, p = share[l % 5], ring = 3 * (k - 2) / (4 * (k - 1));
        double expected = ring * (1 - p) * (1 - p) * (1 - p), clustering = graph_clustering(&graph, NULL);
        if (!(fabs(clustering - expected) < (p > 0 ? 0.01 : 1e-12)))
            fail_msg("degree %g, long %g: %g instead of %g", k, p, clustering, expected);
        assert_int_equal(graph_reach(&graph, 0), world->rows);
        graph_free(&graph);
    }
    tmn_world_free(world);
}

/* A population of which one in ten thousand is simulated has too many ends to write out: the same rows, the same ties.
 */
/* Those that are written out are the ties, in the same order. */
static void check_written(const struct tmn_world *world, int layer, const struct graph *graph) {
    for (uint32_t row = 0; row < world->rows; row++) {
        uint32_t count;
        const uint32_t *ties = tmn_layer_ties_written(world, layer, row, &count);
        assert_non_null(ties);
        assert_int_equal(count, graph->degree[row]);
        if (count > 0)
            assert_memory_equal(ties, graph->tie + row * graph->width, count * sizeof *ties);
    }
}

static void written_and_found_ties_are_the_same(void **state) {
    struct tmn_world *world[2];
    size_t bytes[2];
    for (int form = 0; form < 2; form++) {
        struct tmn_model *model = country(*state, form == 0 ? 36000 : 360e6);
        random_layer(model, "a", 3, -1);
        random_layer(model, "b", 60, PLACE); /* sorted when some are dropped */
        random_layer(model, "c", 2.5, PROVINCE);
        regular_layer(model, "d", 5, -1);
        regular_layer(model, "e", 3, PROVINCE);
        world[form] = small_world(model, 6, form == 0 ? 1 : 0.0001, 2);
        bytes[form] = tmn_world_bytes(world[form]);
    }
    assert_int_equal(world[0]->rows, world[1]->rows);
    for (int layer = 0; layer < 5; layer++) {
        struct graph a = graph_of(world[0], layer), b = graph_of(world[1], layer);
        graph_check(&a);
        assert_true(graph_equal(&a, &b));
        check_written(world[0], layer, &a);
        assert_null(tmn_layer_ties_written(world[1], layer, 0, &(uint32_t){0}));
        graph_free(&a);
        graph_free(&b);
    }
    assert_true(bytes[0] > bytes[1] + 4.0 * 36000 * (3 + 60 + 2.5 + 5 + 3) * 0.97); /* four bytes an end */
    assert_true(bytes[1] < 36000.0 * (16 + 3 * (4 + 2 + 0.5)) + 100000);            /* sums and guides */
    tmn_world_free(world[0]);
    tmn_world_free(world[1]);
}

static void threads_do_not_matter(void **state) {
    struct graph first[3];
    for (int threads = 1; threads <= 3; threads++) {
        struct tmn_model *model = country(*state, 70000);
        random_layer(model, "a", 3, PROVINCE);
        contacts_layer(model, "b", -1);
        regular_layer(model, "c", 4, PLACE);
        struct tmn_world *world = small_world(model, 6, 1, threads);
        for (int layer = 0; layer < 3; layer++) {
            struct graph graph = graph_of(world, layer);
            if (threads == 1) {
                first[layer] = graph;
                continue;
            }
            assert_true(graph_equal(&graph, &first[layer]));
            graph_free(&graph);
        }
        tmn_world_free(world);
    }
    for (int layer = 0; layer < 3; layer++)
        graph_free(&first[layer]);
}

/* ---- a scenario that is read ---- */

enum { KIN, STREET, WORK, RING, SMALL_WORLD, ACQUAINTANCES, NEIGHBOURS, REGULAR, CONTACTS_KEPT, WIRES, LAYERS };

static struct tmn_model *read_networks(struct tmn_arena *arena) {
    struct tmn_diagnostics list;
    struct tmn_text text;
    tmn_diagnostics_init(&list, arena);
    tmn_text_init(&text, arena);
    struct tmn_model *model = tmn_model_read(arena, NETWORKS_FOLDER, &list);
    for (size_t i = 0; i < list.count; i++)
        tmn_diagnostic_render(&list.items[i], &text);
    if (list.count > 0)
        fail_msg("%s", text.items);
    assert_int_equal(model->layers.count, LAYERS);
    return model;
}

static void set(struct tmn_model *model, const char *assignment) {
    struct tmn_settings settings = {0};
    struct tmn_error err = {0};
    if (!tmn_model_set(model, &settings, assignment, &err))
        fail_msg("%s", err.text);
}

/* Household in unit in place, and blocks in their place. */
static void groups_are_nested(void **state) {
    struct tmn_world *world = small_world(read_networks(*state), 3, 1, 2);
    struct graph kin = graph_of(world, KIN), street = graph_of(world, STREET), work = graph_of(world, WORK);
    for (uint32_t row = 0; row < world->rows; row++) {
        for (uint32_t i = 0; i < kin.degree[row]; i++)
            assert_true(graph_tied(&street, row, kin.tie[row * kin.width + i]));
        for (uint32_t i = 0; i < street.degree[row]; i++)
            assert_int_equal(tmn_world_place(world, street.tie[row * street.width + i]), tmn_world_place(world, row));
        for (uint32_t i = 0; i < work.degree[row]; i++)
            assert_int_equal(tmn_world_place(world, work.tie[row * work.width + i]), tmn_world_place(world, row));
    }
    assert_true(graph_degree_sum(&kin) < graph_degree_sum(&street));
    assert_true(fabs(graph_degree_sum(&work) / world->rows - 14) < 0.1);
    graph_free(&kin);
    graph_free(&street);
    graph_free(&work);
    tmn_world_free(world);
}

/* Both ways, no others. */
static void edges_are_those_of_the_file(void **state) {
    struct tmn_world *world = small_world(read_networks(*state), 3, 1, 2);
    struct graph graph = graph_of(world, WIRES);
    FILE *file = fopen(NETWORKS_FOLDER "/wires.csv", "r");
    uint32_t a, b, edges = 0;
    char *seen = calloc(graph.rows * graph.width, 1);
    assert_non_null(file);
    assert_int_equal(fscanf(file, "a,b\n"), 0);
    for (; fscanf(file, "%" SCNu32 ",%" SCNu32 "\n", &a, &b) == 2; edges++)
        for (int way = 0; way < 2; way++) {
            uint32_t from = way == 0 ? a : b, to = way == 0 ? b : a;
            assert_true(graph_tied(&graph, from, to));
            for (uint32_t i = 0; i < graph.degree[from]; i++)
                seen[from * graph.width + i] |= graph.tie[from * graph.width + i] == to;
        }
    fclose(file);
    assert_true(edges > 400);
    graph_check(&graph);
    for (uint32_t row = 0; row < graph.rows; row++)
        for (uint32_t i = 0; i < graph.degree[row]; i++)
            assert_true(seen[row * graph.width + i]);
    free(seen);
    graph_free(&graph);
    tmn_world_free(world);
}

/* A parameter changes the layers whose numbers read it, and no others. */
static void parameters_change_their_layers(void **state) {
    static const struct {
        const char *assignment;
        bool changes[LAYERS];
    } cases[] = {
        {"anger=0.9", {false}},
        {"z=1.5", {[ACQUAINTANCES] = true, [NEIGHBOURS] = true}},
        {"k=3", {[RING] = true, [SMALL_WORLD] = true, [REGULAR] = true}},
        {"far=0.4", {[SMALL_WORLD] = true}},
    };
    struct tmn_world *before = small_world(read_networks(*state), 3, 1, 2);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct tmn_model *model = read_networks(*state);
        set(model, cases[c].assignment);
        struct tmn_world *world = small_world(model, 3, 1, 2);
        for (int layer = 0; layer < LAYERS; layer++) {
            struct graph a = graph_of(before, layer), b = graph_of(world, layer);
            if (graph_equal(&a, &b) == cases[c].changes[layer])
                fail_msg("%s, %s", cases[c].assignment, model->layers.items[layer].name);
            if (layer == ACQUAINTANCES && c == 1)
                assert_true(fabs(graph_degree_sum(&b) / world->rows - 1.5) < 4 * sqrt(1.5 / world->rows));
            if (layer == REGULAR && c == 2)
                assert_true(graph_degree_sum(&b) > 3.99 * world->rows);
            graph_free(&a);
            graph_free(&b);
        }
        tmn_world_free(world);
    }
    tmn_world_free(before);
}

static void settings_out_of_range_name_the_layer(void **state) {
    static const char *const cases[][2] = {
        {"z=-0.5", "layer 'acquaintances': 'random' must be a mean degree from 0 to 500, not -0.5"},
        {"z=300", "layer 'neighbours': 'random' must be a mean degree from 0 to 500, not 600"},
        {"far=1.5", "layer 'small_world': 'long' must be a share from 0 to 1, not 1.5"},
        {"k=1.5", "layer 'ring': 'degree' must be an even number from 2 to 1024, since a ring ties as many before as "
                  "behind, not 3"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct tmn_model *model = read_networks(*state);
        struct tmn_error err = {0};
        struct tmn_pool *pool;
        struct tmn_world *world;
        set(model, cases[c][0]);
        assert_true(tmn_pool_new(&pool, 1, &err));
        assert_false(tmn_world_new(&world, model, 1, 1, pool, &err));
        tmn_pool_free(pool);
        assert_string_equal(err.text, cases[c][1]);
    }
}

int main(void) {
#define NETWORK_TEST(name) cmocka_unit_test_setup_teardown(name, small_setup, small_teardown)
    const struct CMUnitTest tests[] = {
        NETWORK_TEST(random_degrees_are_poisson),
        NETWORK_TEST(random_degrees_are_keyed_quantiles),
        NETWORK_TEST(degrees_of_an_attribute),
        NETWORK_TEST(one_tie_each_is_a_matching),
        NETWORK_TEST(regular_networks),
        NETWORK_TEST(giant_component),
        NETWORK_TEST(ends_meet_at_random),
        NETWORK_TEST(clustering_of_rings),
        NETWORK_TEST(written_and_found_ties_are_the_same),
        NETWORK_TEST(threads_do_not_matter),
        NETWORK_TEST(groups_are_nested),
        NETWORK_TEST(edges_are_those_of_the_file),
        NETWORK_TEST(parameters_change_their_layers),
        NETWORK_TEST(settings_out_of_range_name_the_layer),
    };
    return cmocka_run_group_tests_name("world-network", tests, NULL, NULL);
}
