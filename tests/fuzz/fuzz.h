/* What the fuzz targets share. A target holds LLVMFuzzerTestOneInput, aborts when the library breaks a promise, and is
 * also built into a replay of its corpus that needs no fuzzer (replay.c). */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "scenario/diagnostic.h"
#include <stdint.h>
#include <stdlib.h>

#define CHECK(promise)                                                                                                 \
    ((promise) ? (void)0 : (fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #promise), abort()))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline const struct tmn_source *fuzz_source(struct tmn_arena *arena, const uint8_t *data, size_t size) {
    struct tmn_source *source = TMN_NEW(arena, struct tmn_source);
    source->path = "fuzz";
    source->bytes = tmn_arena_strndup(arena, (const char *)data, size);
    source->count = size;
    return source;
}

/* Every mistake has a place in or right behind the source, and can be shown. */
static inline void fuzz_render(struct tmn_diagnostics *list) {
    struct tmn_text out;
    tmn_text_init(&out, list->arena);
    tmn_diagnostics_sort(list);
    for (size_t i = 0; i < list->count; i++) {
        CHECK(list->items[i].place.line == 0 || (list->items[i].place.column >= 1 && list->items[i].place.length >= 1));
        tmn_diagnostic_render(&list->items[i], &out);
    }
}

#endif
