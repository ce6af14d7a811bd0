/* See sieve.h. */
#include "engine/sieve.h"

#include "base/isa.h"
#include <string.h>

void tmn_sieve_init(struct tmn_sieve *sieve, const struct tmn_model *model, size_t tests, struct tmn_arena *arena) {
    size_t attributes = model->attributes.count, levels = 1;
    *sieve = (struct tmn_sieve){.model = model, .words = (uint32_t)(tests / 64 + 1)};
    sieve->part = TMN_NEW_ARRAY(arena, struct tmn_sieve_part, attributes + 1);
    sieve->all = TMN_NEW_ARRAY(arena, uint64_t, sieve->words);
    sieve->exact = TMN_NEW_ARRAY(arena, uint64_t, sieve->words);
    sieve->may = TMN_NEW_ARRAY(arena, uint64_t *, attributes + 1);
    for (size_t a = 0; a < attributes; a++)
        sieve->may[a] = TMN_NEW_ARRAY(arena, uint64_t, model->attributes.items[a].levels * sieve->words);
    sieve->gathers = tmn_isa_gathers();
    for (int g = 0; g < 2; g++)
        sieve->group[g].may = TMN_NEW_ARRAY(arena, uint64_t, sieve->gathers ? sieve->words << TMN_SIEVE_BITS : 1);
    for (size_t f = 0; f < model->features.count; f++)
        levels = model->features.items[f].cardinality > levels ? model->features.items[f].cardinality : levels;
    sieve->seen = TMN_NEW_ARRAY(arena, bool, levels);
}

void tmn_sieve_clear(struct tmn_sieve *sieve) {
    size_t bytes = sieve->words * sizeof *sieve->all;
    sieve->parts = 0;
    memset(sieve->all, 0xff, bytes);
    memset(sieve->exact, 0, bytes);
    for (size_t a = 0; a < sieve->model->attributes.count; a++)
        memset(sieve->may[a], 0xff, sieve->model->attributes.items[a].levels * bytes);
}

/* The attribute that gives the level of a feature, and the map from it (NULL: itself); -1 for all other features. */
static int source_of(const struct tmn_model *model, int feature, const uint16_t **to) {
    const struct tmn_feature *it = &model->features.items[feature];
    *to = it->kind == TMN_FEATURE_MAP ? model->maps.items[it->index].to : NULL;
    if (it->kind == TMN_FEATURE_MAP)
        return model->maps.items[it->index].of;
    return it->kind == TMN_FEATURE_ATTRIBUTE ? it->index : -1;
}

/* Marks the levels of key `i` at which the test holds in some stratum; returns how many. */
static uint32_t project(struct tmn_sieve *sieve, const struct tmn_strata *strata, int i, const uint8_t *truth) {
    uint32_t cardinality = sieve->model->features.items[strata->feature[i]].cardinality, stride = strata->stride[i],
             count = 0;
    memset(sieve->seen, 0, cardinality * sizeof *sieve->seen);
    for (uint32_t s = 0; s < strata->size; s++)
        if (truth[s] != 0)
            sieve->seen[s / stride % cardinality] = true;
    for (uint32_t l = 0; l < cardinality; l++)
        count += sieve->seen[l];
    return count;
}

void tmn_sieve_add(struct tmn_sieve *sieve, size_t test, const struct tmn_strata *strata, const uint8_t *truth) {
    const struct tmn_model *model = sieve->model;
    uint64_t bit = UINT64_C(1) << (test % 64), product = 1, count = 0, read = 0; /* read: attributes, at most 64 */
    size_t w = test / 64;
    bool exact = truth != NULL;
    for (uint32_t s = 0; truth != NULL && s < strata->size; s++)
        count += truth[s] != 0;
    if (truth != NULL && count == 0)
        sieve->all[w] &= ~bit;
    for (int i = 0; truth != NULL && i < strata->n; i++) {
        const uint16_t *to;
        int attribute = source_of(model, strata->feature[i], &to);
        product *= project(sieve, strata, i, truth);
        if (attribute < 0 || (read >> attribute & 1) != 0)
            exact = false;
        if (attribute < 0)
            continue;
        read |= UINT64_C(1) << attribute;
        for (uint32_t l = 0; l < model->attributes.items[attribute].levels; l++)
            if (!sieve->seen[to != NULL ? to[l] : l])
                sieve->may[attribute][l * sieve->words + w] &= ~bit;
    }
    if (exact && product == count)
        sieve->exact[w] |= bit;
}

/* How many tests the levels of an attribute rule out, on the mean. */
static double tells(const struct tmn_sieve *sieve, size_t attribute) {
    uint64_t out = 0;
    uint32_t levels = sieve->model->attributes.items[attribute].levels;
    for (size_t i = 0; i < levels * (size_t)sieve->words; i++)
        out += (uint64_t)__builtin_popcountll(~sieve->may[attribute][i]);
    return (double)out / levels;
}

static uint64_t bits_of(const struct tmn_sieve_part *part) {
    return (uint64_t)part->mask << part->shift;
}

/* Puts attributes into groups, those that tell most first, as far as there is room. */
static void choose_groups(struct tmn_sieve *sieve) {
    struct tmn_sieve_group *group = sieve->group;
    group[0].mask = group[1].mask = 0;
    for (size_t p = 0; p < sieve->parts; p++)
        for (int g = 0; g < 2; g++) {
            const struct tmn_sieve_part *part = &sieve->part[p];
            if ((group[g].mask != 0 && group[g].word != part->word) ||
                __builtin_popcountll(group[g].mask | bits_of(part)) > TMN_SIEVE_BITS)
                continue;
            group[g].word = part->word;
            group[g].mask |= bits_of(part);
            break;
        }
}

static void fill_group(const struct tmn_sieve *sieve, struct tmn_sieve_group *group) {
    uint32_t count = UINT32_C(1) << __builtin_popcountll(group->mask), words = sieve->words;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t *may = group->may + (size_t)i * words, word = tmn_scatter(i, group->mask);
        memcpy(may, sieve->all, words * sizeof *may);
        for (const struct tmn_sieve_part *part = sieve->part, *end = part + sieve->parts; part < end; part++)
            for (uint32_t w = 0; part->word == group->word && (bits_of(part) & group->mask) != 0 && w < words; w++) {
                uint64_t level = word >> part->shift & part->mask;
                may[w] &= level < part->levels ? part->may[level * words + w] : 0;
            }
    }
}

void tmn_sieve_finish(struct tmn_sieve *sieve) {
    double told[TMN_MAX_ATTRIBUTES];
    sieve->parts = 0;
    for (size_t a = 0; a < sieve->model->attributes.count; a++) {
        const struct tmn_attribute *attribute = &sieve->model->attributes.items[a];
        double tell = tells(sieve, a);
        if (tell == 0)
            continue;
        size_t at = sieve->parts++;
        for (; at > 0 && told[at - 1] < tell; at--) {
            told[at] = told[at - 1];
            sieve->part[at] = sieve->part[at - 1];
        }
        told[at] = tell;
        sieve->part[at] = (struct tmn_sieve_part){sieve->may[a], (UINT32_C(1) << attribute->bits) - 1u,
                                                  attribute->levels, attribute->word, attribute->shift};
    }
    if (!sieve->gathers)
        return;
    choose_groups(sieve);
    for (int g = 0; g < 2; g++)
        fill_group(sieve, &sieve->group[g]);
}
