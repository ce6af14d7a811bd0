/* See graph.h. */
#include "graph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* after the others: */
#include <cmocka.h>

/* Ties of many rows at once, in another order than they stand, are those of one after the other. */
static void check_many(const struct tmn_world *world, int layer, const struct graph *graph) {
    uint32_t width = tmn_layer_degree_max(world, layer), *row = calloc(world->rows, sizeof *row),
             *count = calloc(world->rows, sizeof *count), *tie = calloc(world->rows * (size_t)width + 1, sizeof *tie);
    for (uint32_t i = 0; i < world->rows; i++)
        row[i] = i % 3 == 0 ? world->rows - 1 - i : i;
    tmn_layer_ties_many(world, layer, row, world->rows, count, tie);
    for (uint32_t i = 0; i < world->rows; i++) {
        assert_int_equal(count[i], graph->degree[row[i]]);
        assert_memory_equal(tie + i * (size_t)width, graph->tie + row[i] * graph->width, count[i] * sizeof *tie);
    }
    free(row);
    free(count);
    free(tie);
}

struct graph graph_of(const struct tmn_world *world, int layer) {
    struct graph graph = {.rows = world->rows, .width = tmn_layer_degree_max(world, layer) + 1};
    graph.degree = calloc(world->rows, sizeof *graph.degree);
    graph.tie = calloc(world->rows * graph.width, sizeof *graph.tie);
    for (uint32_t row = 0; row < world->rows; row++) {
        graph.degree[row] = tmn_layer_ties(world, layer, row, graph.tie + row * graph.width);
        assert_true(graph.degree[row] < graph.width);
    }
    check_many(world, layer, &graph);
    return graph;
}

void graph_free(struct graph *graph) {
    free(graph->degree);
    free(graph->tie);
}

bool graph_tied(const struct graph *graph, uint32_t a, uint32_t b) {
    for (uint32_t i = 0; i < graph->degree[a]; i++)
        if (graph->tie[a * graph->width + i] == b)
            return true;
    return false;
}

void graph_check(const struct graph *graph) {
    for (uint32_t row = 0; row < graph->rows; row++)
        for (uint32_t i = 0; i < graph->degree[row]; i++) {
            uint32_t other = graph->tie[row * graph->width + i];
            assert_true(other < graph->rows);
            assert_true(other != row);
            assert_true(graph_tied(graph, other, row));
            for (uint32_t j = 0; j < i; j++)
                assert_true(graph->tie[row * graph->width + j] != other);
        }
}

uint32_t graph_reach(const struct graph *graph, uint32_t row) {
    bool *seen = calloc(graph->rows, sizeof *seen);
    uint32_t *queue = calloc(graph->rows, sizeof *queue), head = 0, tail = 0;
    queue[tail++] = row;
    seen[row] = true;
    for (; head < tail; head++)
        for (uint32_t i = 0; i < graph->degree[queue[head]]; i++) {
            uint32_t other = graph->tie[queue[head] * graph->width + i];
            if (!seen[other]) {
                seen[other] = true;
                queue[tail++] = other;
            }
        }
    free(seen);
    free(queue);
    return tail;
}

uint32_t graph_largest(const struct graph *graph) {
    bool *seen = calloc(graph->rows, sizeof *seen);
    uint32_t *queue = calloc(graph->rows, sizeof *queue), largest = 0;
    for (uint32_t start = 0; start < graph->rows; start++) {
        uint32_t tail = 0;
        if (!seen[start])
            queue[tail++] = start;
        seen[start] = true;
        for (uint32_t head = 0; head < tail; head++)
            for (uint32_t i = 0; i < graph->degree[queue[head]]; i++) {
                uint32_t other = graph->tie[queue[head] * graph->width + i];
                if (!seen[other])
                    queue[tail++] = other;
                seen[other] = true;
            }
        largest = tail > largest ? tail : largest;
    }
    free(seen);
    free(queue);
    return largest;
}

double graph_clustering(const struct graph *graph, double *triangles) {
    double closed = 0, pairs = 0;
    for (uint32_t row = 0; row < graph->rows; row++)
        for (uint32_t i = 0; i < graph->degree[row]; i++)
            for (uint32_t j = 0; j < i; j++) {
                pairs++;
                closed += graph_tied(graph, graph->tie[row * graph->width + i], graph->tie[row * graph->width + j]);
            }
    if (triangles != NULL)
        *triangles = closed / 3;
    return pairs > 0 ? closed / pairs : 0;
}

double graph_degree_sum(const struct graph *graph) {
    double sum = 0;
    for (uint32_t row = 0; row < graph->rows; row++)
        sum += graph->degree[row];
    return sum;
}

bool graph_equal(const struct graph *a, const struct graph *b) {
    if (a->rows != b->rows || memcmp(a->degree, b->degree, a->rows * sizeof *a->degree) != 0)
        return false;
    for (uint32_t row = 0; row < a->rows; row++)
        if (memcmp(a->tie + row * a->width, b->tie + row * b->width, a->degree[row] * sizeof *a->tie) != 0)
            return false;
    return true;
}
