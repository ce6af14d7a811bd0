/* The ties of a layer as a graph, and what networks are measured by. */
#ifndef TMN_TESTS_WORLD_GRAPH_H
#define TMN_TESTS_WORLD_GRAPH_H

#include "world/world.h"

struct graph {
    uint32_t rows, *degree, *tie; /* degree[rows], tie[rows * width] */
    size_t width;
};

struct graph graph_of(const struct tmn_world *world, int layer);
void graph_free(struct graph *graph);
bool graph_tied(const struct graph *graph, uint32_t a, uint32_t b);
/* Each tie known from both ends, no row tied to itself, none twice. */
void graph_check(const struct graph *graph);
/* Rows that can be reached from `row`, itself included; rows of the largest piece. */
uint32_t graph_reach(const struct graph *graph, uint32_t row);
uint32_t graph_largest(const struct graph *graph);
/* Share of pairs of ties of a row whose ends are tied; `triangles` may be NULL. */
double graph_clustering(const struct graph *graph, double *triangles);
double graph_degree_sum(const struct graph *graph);
bool graph_equal(const struct graph *a, const struct graph *b); /* also in the order of ties */

#endif
