/* Attributes packed into two words, digest tokens of levels, and strata. */
#include "model/read.h"

#include "base/draw.h"
#include <string.h>

static uint8_t bits_of(uint32_t levels) {
    uint8_t bits = 1;
    while ((UINT32_C(1) << bits) < levels)
        bits++;
    return bits;
}

/* Which attributes fill word 0 to exactly `sum` bits, for the sum that leaves at most 64 bits to word 1. A set of
 * attributes per reachable sum; 0 sum is the empty set. False when no split fits. */
static bool choose_words(const struct tmn_model *model, uint32_t total, uint64_t *first_word) {
    uint64_t set[65] = {0};
    bool reached[65] = {true};
    for (size_t i = 0; i < model->attributes.count; i++)
        for (uint32_t sum = 64, bits = model->attributes.items[i].bits; sum >= bits; sum--)
            if (!reached[sum] && reached[sum - bits]) {
                reached[sum] = true;
                set[sum] = set[sum - bits] | UINT64_C(1) << i;
            }
    for (uint32_t sum = 65; sum-- > 0;)
        if (reached[sum] && total - sum <= 64) {
            *first_word = set[sum];
            return true;
        }
    return false;
}

static void report_too_large(struct tmn_reader *reader, uint32_t total) {
    const struct tmn_model *model = reader->model;
    struct tmn_text text;
    bool said[TMN_MAX_ATTRIBUTES] = {false};
    tmn_text_init(&text, reader->arena);
    for (uint8_t bits = 17; bits-- > 1;) /* largest first */
        for (size_t i = 0; i < model->attributes.count; i++)
            if (!said[i] && model->attributes.items[i].bits == bits) {
                tmn_text_put(&text, "%s%s %u", text.count ? ", " : "bits: ", model->attributes.items[i].name, bits);
                said[i] = true;
            }
    tmn_report(reader->list, model->attributes.items[0].place, "too-many-bits", text.items,
               "the attributes of a person take %u bits%s; at most 128 (16 bytes) fit, in two words of 64", total,
               total <= 128 ? " that cannot be split into two words" : "");
}

void tmn_pack(struct tmn_reader *reader) {
    struct tmn_model *model = reader->model;
    uint32_t total = 0, used[2] = {0, 0};
    uint64_t first_word = 0;
    for (size_t i = 0; i < model->attributes.count; i++) {
        struct tmn_attribute *attribute = &model->attributes.items[i];
        uint64_t *token = TMN_NEW_ARRAY(reader->arena, uint64_t, attribute->levels);
        for (uint32_t l = 0; l < attribute->levels; l++)
            token[l] = tmn_name_hash64(tmn_arena_printf(reader->arena, "%s=%s", attribute->name, attribute->level[l]));
        attribute->token = token;
        attribute->bits = bits_of(attribute->levels);
        total += attribute->bits;
    }
    if (total > 128 || !choose_words(model, total, &first_word)) {
        report_too_large(reader, total);
        return;
    }
    for (size_t i = 0; i < model->attributes.count; i++) {
        struct tmn_attribute *attribute = &model->attributes.items[i];
        attribute->word = first_word >> i & 1 ? 0 : 1;
        attribute->shift = (uint8_t)used[attribute->word];
        used[attribute->word] += attribute->bits;
    }
}

void tmn_model_unpack(const struct tmn_model *model, const struct tmn_packed *packed, uint32_t *level) {
    for (size_t f = 0; f < model->features.count; f++) {
        const struct tmn_feature *feature = &model->features.items[f];
        if (feature->kind == TMN_FEATURE_ATTRIBUTE) {
            level[f] = tmn_level(packed, &model->attributes.items[feature->index]);
        } else if (feature->kind == TMN_FEATURE_MAP) {
            const struct tmn_map *map = &model->maps.items[feature->index];
            level[f] = map->to[tmn_level(packed, &model->attributes.items[map->of])];
        }
    }
}

void tmn_stratum_levels(const struct tmn_strata *strata, uint32_t index, uint32_t *level) {
    for (int i = strata->n - 1; i >= 0; i--) {
        level[strata->feature[i]] = index / strata->stride[i];
        index %= strata->stride[i];
    }
}
