/* Draws of the population. The chances of a rule are evaluated once per combination of what they read, cumulated in the
 * declared order of levels and rounded to 32 bits as branches are, so that a person costs one Philox call and one
 * search. */
#include "world/quantile.h"

#include "base/draw.h"
#include "world/chances.h"
#include <stdio.h>

enum {
    ENTRIES_MAX = 1 << 22, /* 32 MiB of cumulated chances per rule */
    FEW_LEVELS = 16        /* which are compared all at once */
};

/* Cumulated chances in upto[levels]; upto[levels - 1] = 0 marks chances that are not probabilities. */
static void cumulate(const struct tmn_quantile *quantile, const struct tmn_drawing *drawing, uint64_t *upto) {
    const struct tmn_draw_rule *rule = quantile->rule;
    const struct tmn_start *start = &drawing->start;
    uint32_t levels = quantile->attribute->levels;
    bool good = tmn_chances_cumulate(rule, &start->env, start->level, drawing->chance) &&
                !tmn_chances_unborn(start->env.model, rule, drawing->chance);
    for (uint32_t l = 0; l < levels; l++)
        upto[l] = tmn_fixed_probability(drawing->chance[l]);
    if (!good)
        upto[levels - 1] = 0;
}

void tmn_drawing_init(struct tmn_drawing *drawing, const struct tmn_model *model, struct tmn_arena *arena) {
    uint32_t levels = 1;
    for (size_t a = 0; a < model->attributes.count; a++)
        levels = model->attributes.items[a].levels > levels ? model->attributes.items[a].levels : levels;
    tmn_start_init(&drawing->start, model, arena);
    drawing->chance = TMN_NEW_ARRAY(arena, double, levels);
    drawing->upto = TMN_NEW_ARRAY(arena, uint64_t, levels);
}

static void tabulate(struct tmn_quantile *quantile, struct tmn_drawing *drawing, struct tmn_arena *arena,
                     size_t strata) {
    uint32_t levels = quantile->attribute->levels;
    quantile->upto = TMN_NEW_ARRAY(arena, uint64_t, strata * levels);
    for (size_t s = 0; s < strata; s++) {
        size_t rest = s;
        for (int r = 0; r < quantile->readings; r++) { /* strides descend */
            drawing->start.level[quantile->reading[r].feature] = (uint32_t)(rest / quantile->reading[r].stride);
            rest %= quantile->reading[r].stride;
        }
        cumulate(quantile, drawing, &quantile->upto[s * levels]);
    }
}

static void read_feature(const struct tmn_model *model, int index, struct tmn_reading *reading) {
    const struct tmn_feature *feature = &model->features.items[index];
    *reading = (struct tmn_reading){.kind = feature->kind, .feature = index};
    if (feature->kind == TMN_FEATURE_MAP) {
        reading->attribute = &model->attributes.items[model->maps.items[feature->index].of];
        reading->to = model->maps.items[feature->index].to;
    } else {
        reading->attribute = &model->attributes.items[feature->index]; /* AGE: birth_year */
    }
}

/* Whether a feature is the attribute or a map of it. */
static bool is_of(const struct tmn_model *model, int index, int attribute) {
    const struct tmn_feature *feature = &model->features.items[index];
    return (feature->kind == TMN_FEATURE_ATTRIBUTE && feature->index == attribute) ||
           (feature->kind == TMN_FEATURE_MAP && model->maps.items[feature->index].of == attribute);
}

static void make_parts(struct tmn_reading *reading, struct tmn_arena *arena) {
    if (reading->kind == TMN_FEATURE_AGE)
        return;
    reading->part = TMN_NEW_ARRAY(arena, uint32_t, reading->attribute->levels);
    for (uint32_t l = 0; l < reading->attribute->levels; l++)
        reading->part[l] = reading->stride * (reading->to != NULL ? reading->to[l] : l);
}

bool tmn_quantile_init(struct tmn_quantile *quantile, const struct tmn_model *model, size_t draw,
                       struct tmn_drawing *drawing, struct tmn_arena *arena, struct tmn_error *err) {
    const struct tmn_draw_rule *rule = &model->population.draws[draw];
    *quantile = (struct tmn_quantile){.rule = rule,
                                      .attribute = &model->attributes.items[rule->attribute],
                                      .hash = model->population.draw_hash[draw]};
    const char *what = tmn_arena_printf(arena, "population.draw of '%s'", quantile->attribute->name);
    bool *reads = TMN_NEW_ARRAY(arena, bool, model->features.count + 1);
    for (uint32_t l = 0; l < quantile->attribute->levels; l++)
        if (rule->chance[l] != NULL && !tmn_start_allows(model, rule->chance[l], what, reads, arena, err))
            return false;
    if (rule->cumulative != NULL && !tmn_start_allows(model, rule->cumulative, what, reads, arena, err))
        return false;
    quantile->reading = TMN_NEW_ARRAY(arena, struct tmn_reading, model->features.count + 1);
    size_t strata = 1;
    for (size_t f = model->features.count; f-- > 0;) /* the first feature has the longest stride */
        if (reads[f] && !(rule->cumulative != NULL && is_of(model, (int)f, rule->attribute))) {
            read_feature(model, (int)f, &quantile->reading[quantile->readings]);
            quantile->reading[quantile->readings++].stride = (uint32_t)strata;
            strata *= model->features.items[f].cardinality;
            strata = strata > ENTRIES_MAX ? (size_t)ENTRIES_MAX + 1 : strata;
        }
    for (int r = 0; r < quantile->readings / 2; r++) {
        struct tmn_reading swap = quantile->reading[r];
        quantile->reading[r] = quantile->reading[quantile->readings - 1 - r];
        quantile->reading[quantile->readings - 1 - r] = swap;
    }
    for (int r = 0; r < quantile->readings; r++)
        make_parts(&quantile->reading[r], arena);
    if (strata * quantile->attribute->levels <= ENTRIES_MAX)
        tabulate(quantile, drawing, arena, strata);
    return true;
}

static uint32_t level_of(const struct tmn_reading *reading, const struct tmn_packed *packed, int year,
                         uint32_t birth_week) {
    uint32_t level = tmn_level(packed, reading->attribute);
    if (reading->kind == TMN_FEATURE_AGE)
        return tmn_age(year, 0, reading->attribute->first + (int)level, birth_week);
    return reading->to != NULL ? reading->to[level] : level;
}

/* ---- many persons: each step is a loop over them ---- */

enum { PERSONS_AT_ONCE = 256 };

static void find_strata(const struct tmn_quantile *quantile, int year, const uint32_t *birth_week,
                        const struct tmn_packed *packed, uint32_t count, uint32_t *stratum) {
    for (uint32_t i = 0; i < count; i++)
        stratum[i] = 0;
    for (int r = 0; r < quantile->readings; r++) {
        const struct tmn_reading *reading = &quantile->reading[r];
        const struct tmn_attribute attribute = *reading->attribute;
        const uint32_t *part = reading->part, stride = reading->stride;
        for (uint32_t i = 0; part != NULL && i < count; i++)
            stratum[i] += part[tmn_level(&packed[i], &attribute)];
        for (uint32_t i = 0; part == NULL && i < count; i++)
            stratum[i] +=
                stride * tmn_age(year, 0, attribute.first + (int)tmn_level(&packed[i], &attribute), birth_week[i]);
    }
}

/* How many of the first `high` limits a uniform has passed: the level. */
static inline uint32_t passed(const uint64_t *limit, uint32_t high, uint32_t uniform) {
    uint32_t low = 0;
    if (high < FEW_LEVELS) {
        for (uint32_t l = 0; l < high; l++)
            low += uniform >= limit[l];
        return low;
    }
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (uniform < limit[mid])
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

static inline __attribute__((always_inline)) uint32_t set_levels(const struct tmn_quantile *quantile, uint32_t high,
                                                                 const uint32_t *stratum, const uint32_t *uniform,
                                                                 struct tmn_packed *packed, uint32_t count) {
    const struct tmn_attribute attribute = *quantile->attribute;
    uint32_t failed = count;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t *limit = quantile->upto + (size_t)stratum[i] * (high + 1);
        if (limit[high] != 0)
            tmn_set_level(&packed[i], &attribute, passed(limit, high, uniform[i]));
        else if (failed == count)
            failed = i;
    }
    return failed;
}

static uint32_t set_tabled(const struct tmn_quantile *quantile, int year, const uint32_t *uniform,
                           const uint32_t *birth_week, struct tmn_packed *packed, uint32_t count) {
    uint32_t stratum[PERSONS_AT_ONCE], high = quantile->attribute->levels - 1;
    find_strata(quantile, year, birth_week, packed, count, stratum);
    switch (high) { /* most have few levels, and loops of a known length are unrolled */
    case 1:
        return set_levels(quantile, 1, stratum, uniform, packed, count);
    case 2:
        return set_levels(quantile, 2, stratum, uniform, packed, count);
    case 3:
        return set_levels(quantile, 3, stratum, uniform, packed, count);
    default:
        return set_levels(quantile, high, stratum, uniform, packed, count);
    }
}

static bool set_evaluated(const struct tmn_quantile *quantile, struct tmn_drawing *drawing, uint32_t uniform,
                          uint32_t birth_week, struct tmn_packed *packed) {
    uint32_t high = quantile->attribute->levels - 1;
    for (int r = 0; r < quantile->readings; r++)
        drawing->start.level[quantile->reading[r].feature] =
            level_of(&quantile->reading[r], packed, drawing->start.env.year, birth_week);
    cumulate(quantile, drawing, drawing->upto);
    if (drawing->upto[high] == 0)
        return false;
    tmn_set_level(packed, quantile->attribute, passed(drawing->upto, high, uniform));
    return true;
}

uint32_t tmn_quantile_set(const struct tmn_quantile *quantile, struct tmn_drawing *drawing, const uint32_t *uniform,
                          const uint32_t *birth_week, struct tmn_packed *packed, uint32_t count) {
    uint32_t failed = count;
    for (uint32_t i = 0; quantile->upto == NULL && i < count; i++)
        if (!set_evaluated(quantile, drawing, uniform[i], birth_week[i], &packed[i]) && failed == count)
            failed = i;
    for (uint32_t from = 0, some; quantile->upto != NULL && from < count; from += some) {
        some = count - from < PERSONS_AT_ONCE ? count - from : PERSONS_AT_ONCE;
        uint32_t first =
            set_tabled(quantile, drawing->start.env.year, uniform + from, birth_week + from, packed + from, some);
        if (first < some && failed == count)
            failed = from + first;
    }
    return failed;
}

bool tmn_quantile_fail(const struct tmn_quantile *quantile, const struct tmn_model *model,
                       const struct tmn_packed *packed, uint32_t birth_week, struct tmn_error *err) {
    char who[512] = "everyone";
    size_t used = 0;
    for (int r = 0; r < quantile->readings && used < sizeof who; r++) {
        const struct tmn_reading *reading = &quantile->reading[r];
        const struct tmn_feature *feature = &model->features.items[reading->feature];
        uint32_t level = level_of(reading, packed, model->calendar.start_year, birth_week);
        int n = feature->level != NULL
                    ? snprintf(who + used, sizeof who - used, "%s%s = %s", r > 0 ? ", " : "", feature->name,
                               feature->level[level])
                    : snprintf(who + used, sizeof who - used, "%s%s = %u", r > 0 ? ", " : "", feature->name, level);
        used += n > 0 ? (size_t)n : 0;
    }
    return tmn_fail(
        err, TMN_SCENARIO,
        "population.draw of '%s': the chances of a person with %s do not lie between 0 and 1, do not sum to 1, "
        "fall where they are cumulated, or allow the level that marks the unborn",
        quantile->attribute->name, who);
}
