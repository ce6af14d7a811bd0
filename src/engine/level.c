/* Levels of features: from packed attributes to what strata, predicates and expressions read. Predicates over
 * attributes become tables of truth, since changes of rows ask for them again and again. */
#include "engine/rooms.h"

#include "base/isa.h"
#include <string.h>

enum { GATHERED_BITS = 13 /* of a word: 16 KB */ };

/* The level of a counter's feature: its number, or what a test of it says. */
static uint32_t test_level(const struct tmn_feature *feature, uint32_t level) {
    return feature->to != NULL ? feature->to[level] : level;
}

void tmn_row_levels(const struct tmn_run *run, uint32_t row, const struct tmn_packed *packed, uint32_t *level) {
    const struct tmn_model *model = run->model;
    tmn_model_unpack(model, packed, level);
    for (size_t f = 0; f < model->features.count; f++) {
        const struct tmn_feature *feature = &model->features.items[f];
        if (feature->kind == TMN_FEATURE_COUNTER)
            level[f] = test_level(feature, tmn_counter_level(run, feature->index, row));
        else if (feature->kind == TMN_FEATURE_AGE)
            level[f] = tmn_row_age(run, row, tmn_level(packed, &model->attributes.items[feature->index]));
    }
}

/* The feature whose level gives that of `feature`: itself, the attribute that a map is of, the counter of a test. */
static int source_of(const struct tmn_model *model, int feature) {
    const struct tmn_feature *it = &model->features.items[feature];
    if (it->kind == TMN_FEATURE_MAP)
        return tmn_feature_of_attribute(model, model->maps.items[it->index].of);
    for (int f = 0; it->to != NULL && f < (int)model->features.count; f++) {
        const struct tmn_feature *counter = &model->features.items[f];
        if (counter->kind == it->kind && counter->index == it->index && counter->to == NULL)
            return f;
    }
    return feature;
}

static void mark_strata(const struct tmn_model *model, const struct tmn_strata *strata, bool *used) {
    for (int i = 0; i < strata->n; i++)
        used[source_of(model, strata->feature[i])] = true;
}

void tmn_recipes_make(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    size_t features = model->features.count;
    bool *used = TMN_NEW_ARRAY(&run->arena, bool, features + 1);
    for (size_t t = 0; t < model->transitions.count; t++) {
        mark_strata(model, &model->transitions.items[t].personal, used);
        mark_strata(model, &model->transitions.items[t].shared, used);
    }
    if (model->age_feature >= 0 && used[model->age_feature])
        used[run->birth_year_feature] = true;
    struct tmn_recipes *recipes = &run->recipes;
    recipes->attribute = TMN_NEW_ARRAY(&run->arena, struct tmn_attribute_recipe, features + 1);
    recipes->counter = TMN_NEW_ARRAY(&run->arena, struct tmn_counter_recipe, features + 1);
    for (size_t f = 0; f < features; f++) {
        const struct tmn_feature *feature = &model->features.items[f];
        if (!used[f])
            continue;
        if (feature->kind == TMN_FEATURE_ATTRIBUTE) {
            const struct tmn_attribute *attribute = &model->attributes.items[feature->index];
            recipes->attribute[recipes->attributes++] = (struct tmn_attribute_recipe){
                (uint16_t)f, attribute->word, attribute->shift, (UINT32_C(1) << attribute->bits) - 1u};
        } else if (feature->kind == TMN_FEATURE_COUNTER) {
            const struct tmn_counter *counter = &model->counters.items[feature->index];
            recipes->counter[recipes->counters++] =
                (struct tmn_counter_recipe){(uint16_t)f, &run->counter[feature->index],
                                            counter->share > 0 ? &run->counter[counter->degree] : NULL, counter->max};
        } else {
            recipes->age = true;
        }
    }
}

/* Where part[] holds these numbers, adding them when it does not yet. */
static uint32_t find_parts(struct tmn_run *run, const uint32_t *numbers, size_t count) {
    for (size_t first = 0; first + count <= run->part.count; first++)
        if (memcmp(run->part.items + first, numbers, count * sizeof *numbers) == 0)
            return (uint32_t)first;
    size_t first = run->part.count;
    for (size_t i = 0; i < count; i++)
        TMN_PUSH(&run->arena, &run->part, numbers[i]);
    return (uint32_t)first;
}

/* Part of a stratum's index that a feature makes: its source, and where part[] holds a number for each level of it. */
static struct tmn_term make_part(struct tmn_run *run, int feature, uint32_t stride) {
    const struct tmn_model *model = run->model;
    const struct tmn_feature *it = &model->features.items[feature];
    const uint16_t *to = it->kind == TMN_FEATURE_MAP ? model->maps.items[it->index].to : it->to;
    int source = source_of(model, feature);
    uint32_t levels = model->features.items[source].cardinality;
    uint32_t *numbers = TMN_NEW_ARRAY(&run->arena, uint32_t, levels);
    for (uint32_t l = 0; l < levels; l++)
        numbers[l] = stride * (source == feature ? l : to[l]);
    return (struct tmn_term){(uint32_t)source, find_parts(run, numbers, levels)};
}

void tmn_terms_make(struct tmn_run *run, const struct tmn_strata *strata, struct tmn_terms *terms) {
    terms->count = ((uint32_t)strata->n + 1) / 2 * 2;
    terms->items = TMN_NEW_ARRAY(&run->arena, struct tmn_term, terms->count);
    for (int i = 0; i < (int)terms->count; i++) /* a term of zero reads the feature before it */
        terms->items[i] = i < strata->n ? make_part(run, strata->feature[i], strata->stride[i])
                                        : make_part(run, strata->feature[i - 1], 0);
}

static struct tmn_key_late late_part(const struct tmn_run *run, const struct tmn_term *term) {
    const struct tmn_feature *source = &run->model->features.items[term->feature];
    struct tmn_key_late late = {.first = term->first, .feature = (int)term->feature};
    if (source->kind == TMN_FEATURE_COUNTER) {
        const struct tmn_counter *counter = &run->model->counters.items[source->index];
        late.counts = &run->counter[source->index];
        late.degree = counter->share > 0 ? &run->counter[counter->degree] : NULL;
        late.most = counter->share > 0 ? counter->share : counter->max;
    }
    return late;
}

/* A table that holds these numbers. */
static const uint16_t *keep_gathered(struct tmn_run *run, uint16_t *numbers, size_t count) {
    for (size_t i = 0; i < run->gathered.count; i++) {
        const struct tmn_gathered *it = &run->gathered.items[i];
        if (it->count == count && memcmp(it->items, numbers, count * sizeof *numbers) == 0)
            return it->items;
    }
    struct tmn_gathered it = {numbers, count};
    TMN_PUSH(&run->arena, &run->gathered, it);
    return numbers;
}

/* What the terms of a key whose bits are among those of `mask` in a word add up to, by these bits. Bits that are no
 * level have nobody. */
static const uint16_t *gather(struct tmn_run *run, const struct tmn_key *key, uint32_t word, uint64_t mask) {
    size_t count = (size_t)1 << __builtin_popcountll(mask);
    uint16_t *numbers = TMN_NEW_ARRAY(&run->arena, uint16_t, count);
    for (const struct tmn_key_term *term = key->items, *end = term + key->count; term < end; term++) {
        if (term->word != word || (mask >> term->shift & 1) == 0)
            continue;
        int shift = __builtin_popcountll(mask & ((UINT64_C(1) << term->shift) - 1)); /* among these bits */
        for (size_t i = 0; i < count; i++) {
            uint32_t level = (uint32_t)(i >> shift) & term->mask;
            if (level < term->levels)
                numbers[i] = (uint16_t)(numbers[i] + run->part.items[term->first + level]);
        }
    }
    return keep_gathered(run, numbers, count);
}

/* Cuts what a key reads in two: by words, or one word's attributes into halves. */
static void choose_masks(const struct tmn_run *run, struct tmn_key *key) {
    uint64_t read[2] = {0, 0}, attribute;
    for (uint32_t t = 0; t < key->count; t++)
        read[key->items[t].word] |= (uint64_t)key->items[t].mask << key->items[t].shift;
    key->second = read[1] != 0;
    key->mask[0] = read[0];
    key->mask[1] = read[1];
    int half = __builtin_popcountll(read[0]) / 2;
    for (uint64_t left = read[0]; read[1] == 0 && __builtin_popcountll(key->mask[1]) < half; left &= ~attribute) {
        attribute = run->attribute_bits[run->attribute_at[0][__builtin_ctzll(left)]];
        key->mask[1] |= attribute;
        key->mask[0] &= ~attribute;
    }
}

void tmn_key_finish(struct tmn_run *run, struct tmn_key *key, uint32_t strata) {
    if (!tmn_isa_gathers() || strata > UINT16_MAX + 1)
        return;
    choose_masks(run, key);
    if (__builtin_popcountll(key->mask[0]) > GATHERED_BITS || __builtin_popcountll(key->mask[1]) > GATHERED_BITS)
        return;
    key->to[0] = gather(run, key, 0, key->mask[0]);
    key->to[1] = gather(run, key, key->second, key->mask[1]);
    key->whole = key->lates == 0;
}

/* `first`: of the numbers of its levels. */
static void add_term(struct tmn_key *key, const struct tmn_attribute *attribute, uint32_t first) {
    key->items[key->count++] = (struct tmn_key_term){first, (UINT32_C(1) << attribute->bits) - 1u, attribute->levels,
                                                     attribute->word, attribute->shift};
}

void tmn_key_add(struct tmn_run *run, struct tmn_key *key, int attribute, const uint32_t *numbers) {
    const struct tmn_attribute *it = &run->model->attributes.items[attribute];
    add_term(key, it, find_parts(run, numbers, it->levels));
}

void tmn_key_make(struct tmn_run *run, const struct tmn_strata *strata, struct tmn_key *key) {
    const struct tmn_model *model = run->model;
    key->items = TMN_NEW_ARRAY(&run->arena, struct tmn_key_term, strata->n);
    key->late = TMN_NEW_ARRAY(&run->arena, struct tmn_key_late, strata->n);
    for (int i = 0; i < strata->n; i++) {
        struct tmn_term term = make_part(run, strata->feature[i], strata->stride[i]);
        const struct tmn_feature *source = &model->features.items[term.feature];
        if (source->kind != TMN_FEATURE_ATTRIBUTE) {
            key->late[key->lates++] = late_part(run, &term);
            continue;
        }
        add_term(key, &model->attributes.items[source->index], term.first);
    }
    tmn_key_finish(run, key, strata->size);
}

uint32_t tmn_key_terms(const struct tmn_run *run, const struct tmn_key *key, const struct tmn_packed *packed) {
    const uint32_t *part = run->part.items;
    uint32_t index = 0;
    for (const struct tmn_key_term *term = key->items, *end = term + key->count; term < end; term++)
        index += part[term->first + ((uint32_t)(packed->word[term->word] >> term->shift) & term->mask)];
    return index;
}

uint32_t tmn_key_all(const struct tmn_run *run, const struct tmn_key *key, uint32_t row,
                     const struct tmn_packed *packed) {
    uint32_t index = tmn_key_of(run, key, packed);
    for (const struct tmn_key_late *late = key->late, *end = late + key->lates; late < end; late++) {
        uint32_t level =
            late->counts == NULL
                ? tmn_row_age(run, row, tmn_level(packed, &run->model->attributes.items[run->model->birth_year]))
                : tmn_counts_level(late->counts, late->degree, late->most, row);
        index += run->part.items[late->first + level];
    }
    return index;
}

bool tmn_strata_of(const struct tmn_model *model, const bool *reads, uint32_t most, struct tmn_strata *strata) {
    *strata = (struct tmn_strata){.size = 1};
    for (size_t f = 0; f < model->features.count; f++) {
        if (!reads[f])
            continue;
        uint64_t size = (uint64_t)strata->size * model->features.items[f].cardinality;
        if (strata->n == TMN_MAX_KEYS || size > most)
            return false;
        strata->feature[strata->n] = (int)f;
        strata->stride[strata->n++] = strata->size;
        strata->size = (uint32_t)size;
    }
    return true;
}

void tmn_predicate_make(struct tmn_run *run, struct tmn_predicate *predicate, const struct tmn_expr *expr) {
    const struct tmn_model *model = run->model;
    bool *reads = TMN_NEW_ARRAY(&run->arena, bool, model->features.count + 1);
    predicate->expr = expr;
    if (expr != NULL) /* NULL: a counter of degree, true of everybody */
        tmn_expr_reads(model, expr, reads);
    if (tmn_strata_of(model, reads, TMN_MAX_STRATA, &predicate->strata)) {
        tmn_key_make(run, &predicate->strata, &predicate->key);
        predicate->truth = TMN_NEW_ARRAY(&run->arena, uint8_t, predicate->strata.size);
    }
    tmn_predicate_fill(run, predicate);
}

void tmn_predicate_fill(struct tmn_run *run, struct tmn_predicate *predicate) {
    if (predicate->truth == NULL)
        return;
    struct tmn_worker *worker = &run->worker[0];
    struct tmn_env env = worker->env;
    env.level = worker->level;
    for (uint32_t s = 0; s < predicate->strata.size; s++) {
        tmn_stratum_levels(&predicate->strata, s, worker->level);
        predicate->truth[s] = predicate->expr == NULL || tmn_expr_eval(predicate->expr, &env) != 0;
    }
}

bool tmn_predicate_eval(const struct tmn_run *run, struct tmn_worker *worker, const struct tmn_predicate *predicate,
                        const struct tmn_packed *packed) {
    struct tmn_env env = worker->env;
    env.level = worker->asked;
    tmn_model_unpack(run->model, packed, worker->asked);
    return tmn_expr_eval(predicate->expr, &env) != 0;
}

uint32_t tmn_feature_level(const struct tmn_model *model, int feature, const struct tmn_packed *packed) {
    const struct tmn_feature *it = &model->features.items[feature];
    if (it->kind == TMN_FEATURE_ATTRIBUTE)
        return tmn_level(packed, &model->attributes.items[it->index]);
    const struct tmn_map *map = &model->maps.items[it->index];
    return map->to[tmn_level(packed, &model->attributes.items[map->of])];
}
