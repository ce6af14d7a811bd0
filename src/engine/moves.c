/* Which tests and which clocks a change from one level to another can concern. That an attribute is read says little:
 * most of what reads it tells only some of its levels apart. So for each pair of levels of an attribute a set of bits
 * says who tells them apart: whose table (truth, or C) differs somewhere between the two, or whose place among sums
 * does. */
#include "engine/rooms.h"

#include <string.h>

enum { PAIR_LEVELS = 32 /* of an attribute; of one with more, whoever reads it is concerned by any change */ };

void tmn_moves_make(struct tmn_run *run, struct tmn_moves *moves, const struct tmn_watch *watch,
                    const struct tmn_sieve *sieve) {
    const struct tmn_model *model = run->model;
    *moves = (struct tmn_moves){.words = watch->words};
    moves->of = TMN_NEW_ARRAY(&run->arena, struct tmn_moves_of, model->attributes.count + 1);
    uint32_t most = PAIR_LEVELS;
    for (size_t f = 0; f < model->features.count; f++)
        most = model->features.items[f].cardinality > most ? model->features.items[f].cardinality : most;
    moves->told = TMN_NEW_ARRAY(&run->arena, uint32_t, most);
    for (size_t a = 0; a < model->attributes.count; a++) {
        struct tmn_moves_of *of = &moves->of[a];
        uint32_t levels = model->attributes.items[a].levels;
        of->may = sieve->may[a];
        of->may_words = sieve->words;
        if (levels > PAIR_LEVELS) {
            of->bits = watch->bits + a * watch->words;
            continue;
        }
        of->from = levels * watch->words;
        of->to = watch->words;
        of->bits = TMN_NEW_ARRAY(&run->arena, uint64_t, (size_t)levels * of->from + 1);
    }
}

void tmn_tell_apart(const struct tmn_strata *strata, int key, uint32_t levels, const void *table, size_t size,
                    uint32_t *told) {
    size_t stride = strata->stride[key] * size, all = strata->size * size;
    const char *at = table;
    for (uint32_t l = 0; l < levels; l++) {
        uint32_t as = 0;
        for (; as < l; as++) {
            size_t base = 0;
            while (base < all && memcmp(at + base + as * stride, at + base + l * stride, stride) == 0)
                base += levels * stride;
            if (base >= all)
                break;
        }
        told[l] = as;
    }
}

/* Marks the pairs of levels of an attribute that differ in told[] of a feature of it. */
static void mark_pairs(const struct tmn_moves *moves, size_t attribute, uint32_t levels, const uint16_t *to,
                       const uint32_t *told, size_t watcher) {
    struct tmn_moves_of *of = &moves->of[attribute];
    for (uint32_t x = 0; x < levels; x++)
        for (uint32_t y = 0; y < levels; y++)
            if (told[to != NULL ? to[x] : x] != told[to != NULL ? to[y] : y])
                of->bits[x * of->from + y * of->to + watcher / 64] |= UINT64_C(1) << watcher % 64;
}

/* Each level by itself. */
static void tell_all(uint32_t levels, uint32_t *told) {
    for (uint32_t l = 0; l < levels; l++)
        told[l] = l;
}

void tmn_moves_clear(const struct tmn_run *run, struct tmn_moves *moves) {
    for (size_t a = 0; a < run->model->attributes.count; a++)
        if (moves->of[a].from > 0)
            memset(moves->of[a].bits, 0,
                   (size_t)run->model->attributes.items[a].levels * moves->of[a].from * sizeof(uint64_t));
}

void tmn_moves_add(const struct tmn_run *run, struct tmn_moves *moves, size_t watcher, const struct tmn_strata *strata,
                   const void *table, size_t size) {
    const struct tmn_model *model = run->model;
    for (int i = 0; i < strata->n; i++) {
        const struct tmn_feature *feature = &model->features.items[strata->feature[i]];
        if (feature->kind == TMN_FEATURE_COUNTER)
            continue;
        bool map = feature->kind == TMN_FEATURE_MAP, age = feature->kind == TMN_FEATURE_AGE;
        size_t attribute = (size_t)(map   ? model->maps.items[feature->index].of
                                    : age ? model->birth_year
                                          : feature->index);
        uint32_t levels = model->attributes.items[attribute].levels;
        if (moves->of[attribute].from == 0)
            continue;
        if (table != NULL && !age)
            tmn_tell_apart(strata, i, feature->cardinality, table, size, moves->told);
        else
            tell_all(age ? levels : feature->cardinality, moves->told);
        mark_pairs(moves, attribute, levels, map ? model->maps.items[feature->index].to : NULL, moves->told, watcher);
    }
}

void tmn_moves_add_watching(const struct tmn_run *run, struct tmn_moves *moves, const struct tmn_watch *watch,
                            size_t watcher) {
    for (size_t a = 0; a < run->model->attributes.count; a++) {
        uint32_t levels = run->model->attributes.items[a].levels;
        if (moves->of[a].from == 0 || (watch->bits[a * watch->words + watcher / 64] >> watcher % 64 & 1) == 0)
            continue;
        tell_all(levels, moves->told);
        mark_pairs(moves, a, levels, NULL, moves->told, watcher);
    }
}
