/* What the tests of this folder share: parsing text from memory and comparing what is reported, as the user sees it. */
#ifndef TESTS_SCENARIO_SUPPORT_H
#define TESTS_SCENARIO_SUPPORT_H

#include "scenario/csv.h"
#include "scenario/tree.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

struct bench { /* where one test works */
    struct tmn_arena arena;
    struct tmn_diagnostics list;
};

static inline void bench_open(struct bench *bench) {
    tmn_arena_init(&bench->arena, 0);
    tmn_diagnostics_init(&bench->list, &bench->arena);
}

static inline void bench_close(struct bench *bench) {
    tmn_arena_free(&bench->arena);
}

static inline const struct tmn_source *source_of(struct bench *bench, const char *bytes, size_t count) {
    struct tmn_source *source = TMN_NEW(&bench->arena, struct tmn_source);
    source->path = "f";
    source->bytes = tmn_arena_strndup(&bench->arena, bytes, count);
    source->count = count;
    return source;
}

static inline struct tmn_node *tree_of(struct bench *bench, const char *text) {
    return tmn_tree_parse(&bench->arena, source_of(bench, text, strlen(text)), &bench->list);
}

static inline struct tmn_csv *csv_of(struct bench *bench, const char *text) {
    return tmn_csv_parse(&bench->arena, source_of(bench, text, strlen(text)), &bench->list);
}

/* "line:column+length message [code]\n" of each entry, sorted. */
static inline const char *reported(struct bench *bench) {
    struct tmn_text out;
    tmn_text_init(&out, &bench->arena);
    tmn_diagnostics_sort(&bench->list);
    for (size_t i = 0; i < bench->list.count; i++) {
        const struct tmn_diagnostic *item = &bench->list.items[i];
        tmn_text_put(&out, "%d:%d+%d %s [%s]\n", item->place.line, item->place.column, item->place.length,
                     item->message, item->code);
    }
    return out.items;
}

static inline const char *rendered(struct bench *bench) {
    struct tmn_text out;
    tmn_text_init(&out, &bench->arena);
    tmn_diagnostics_sort(&bench->list);
    for (size_t i = 0; i < bench->list.count; i++)
        tmn_diagnostic_render(&bench->list.items[i], &out);
    return out.items;
}

/* A pseudo-random sequence for property tests (splitmix64). */
static inline uint64_t chance(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

#endif
