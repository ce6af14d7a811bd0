/* Models made by hand. */
#include "small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* after the others: */
#include <cmocka.h>

static struct tmn_attribute *add_attribute(struct tmn_model *model, const char *name, uint32_t levels) {
    struct tmn_attribute attribute = {.name = name, .levels = levels};
    size_t used = 0;
    if (model->attributes.count > 0) {
        const struct tmn_attribute *before = &model->attributes.items[model->attributes.count - 1];
        used = 64u * before->word + before->shift + before->bits;
    }
    while ((UINT32_C(1) << attribute.bits) < levels)
        attribute.bits++;
    if (used / 64 != (used + attribute.bits - 1) / 64)
        used = 64;
    attribute.word = (uint8_t)(used / 64);
    attribute.shift = (uint8_t)(used % 64);
    attribute.level = TMN_NEW_ARRAY(model->arena, const char *, levels);
    TMN_PUSH(model->arena, &model->attributes, attribute);
    return &model->attributes.items[model->attributes.count - 1];
}

static int add_feature(struct tmn_model *model, struct tmn_feature feature) {
    TMN_PUSH(model->arena, &model->features, feature);
    return (int)model->features.count - 1;
}

static void add_attribute_feature(struct tmn_model *model, const struct tmn_attribute *attribute) {
    add_feature(model, (struct tmn_feature){.kind = TMN_FEATURE_ATTRIBUTE,
                                            .index = (int)model->attributes.count - 1,
                                            .name = attribute->name,
                                            .cardinality = attribute->levels,
                                            .level = attribute->level,
                                            .numeric = attribute->numeric,
                                            .first = attribute->first});
}

int small_setup(void **state) {
    static struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    *state = &arena;
    return 0;
}

int small_teardown(void **state) {
    tmn_arena_free(*state);
    return 0;
}

struct tmn_model *small_model(struct tmn_arena *arena, const char *const *spec, size_t count) {
    struct tmn_model *model = TMN_NEW(arena, struct tmn_model);
    model->arena = arena;
    model->age_feature = model->birth_year = model->population.place_attribute = -1;
    assert_true(tmn_calendar_init(&model->calendar, 2000, 28, 52));
    for (size_t a = 0; a < count; a++) {
        char *name = tmn_arena_strdup(arena, spec[a]), *list = strchr(name, ':');
        uint32_t levels = 1;
        *list++ = '\0';
        for (const char *c = list; *c != '\0'; c++)
            levels += *c == ',';
        struct tmn_attribute *attribute = add_attribute(model, name, levels);
        for (uint32_t l = 0; l < levels; l++)
            attribute->level[l] = strsep(&list, ",");
        add_attribute_feature(model, attribute);
    }
    model->alive = small_number(model, 1);
    return model;
}

int small_numbers(struct tmn_model *model, const char *name, int first, int last) {
    struct tmn_attribute *attribute = add_attribute(model, name, (uint32_t)(last - first + 1));
    attribute->numeric = true;
    attribute->first = first;
    for (uint32_t l = 0; l < attribute->levels; l++)
        attribute->level[l] = tmn_arena_printf(model->arena, "%d", first + (int)l);
    add_attribute_feature(model, attribute);
    int index = (int)model->attributes.count - 1;
    if (strcmp(name, "birth_year") == 0) {
        model->birth_year = index;
        model->age_feature = add_feature(model, (struct tmn_feature){.kind = TMN_FEATURE_AGE,
                                                                     .index = index,
                                                                     .name = "age",
                                                                     .cardinality = TMN_MAX_AGE + 1,
                                                                     .numeric = true});
    }
    return index;
}

int small_map(struct tmn_model *model, const char *name, int of, uint32_t levels, const uint16_t *to) {
    struct tmn_map map = {
        .name = name, .of = of, .levels = levels, .level = TMN_NEW_ARRAY(model->arena, const char *, levels)};
    uint16_t *copy = TMN_NEW_ARRAY(model->arena, uint16_t, model->attributes.items[of].levels);
    memcpy(copy, to, model->attributes.items[of].levels * sizeof *copy);
    map.to = copy;
    for (uint32_t l = 0; l < levels; l++)
        map.level[l] = tmn_arena_printf(model->arena, "%s%u", name, l);
    TMN_PUSH(model->arena, &model->maps, map);
    return add_feature(model, (struct tmn_feature){.kind = TMN_FEATURE_MAP,
                                                   .index = (int)model->maps.count - 1,
                                                   .name = name,
                                                   .cardinality = levels,
                                                   .level = map.level});
}

int small_layer(struct tmn_model *model, struct tmn_layer layer) {
    layer.hash = tmn_name_hash(layer.name);
    TMN_PUSH(model->arena, &model->layers, layer);
    return (int)model->layers.count - 1;
}

struct tmn_counts small_counts(struct tmn_model *model, int keys, const int *feature, const double *value) {
    struct tmn_counts counts = {.keys = keys, .cells = 1};
    for (int k = 0; k < keys; k++) {
        counts.feature[k] = feature[k];
        counts.band[k] = 1;
        counts.size[k] = model->features.items[feature[k]].cardinality;
        counts.cells *= counts.size[k];
    }
    counts.value = TMN_NEW_ARRAY(model->arena, double, counts.cells);
    memcpy(counts.value, value, counts.cells * sizeof *value);
    return counts;
}

void small_margin(struct tmn_model *model, struct tmn_counts margin) {
    struct tmn_population *population = &model->population;
    struct tmn_counts *margins = TMN_NEW_ARRAY(model->arena, struct tmn_counts, population->margins + 1);
    for (size_t m = 0; m < population->margins; m++)
        margins[m] = population->margin[m];
    margins[population->margins++] = margin;
    population->margin = margins;
}

static void add_rule(struct tmn_model *model, struct tmn_draw_rule rule, struct tmn_draw_rule **rules, uint32_t **hash,
                     size_t *count) {
    struct tmn_draw_rule *more = TMN_NEW_ARRAY(model->arena, struct tmn_draw_rule, *count + 1);
    uint32_t *more_hash = TMN_NEW_ARRAY(model->arena, uint32_t, *count + 1);
    for (size_t d = 0; d < *count; d++) {
        more[d] = (*rules)[d];
        more_hash[d] = (*hash)[d];
    }
    more[*count] = rule;
    more_hash[(*count)++] = tmn_name_hash(model->attributes.items[rule.attribute].name);
    *rules = more;
    *hash = more_hash;
}

void small_draw_rule(struct tmn_model *model, struct tmn_draw_rule rule) {
    struct tmn_population *population = &model->population;
    add_rule(model, rule, &population->draws, &population->draw_hash, &population->draw_count);
}

void small_deal_rule(struct tmn_model *model, struct tmn_draw_rule rule) {
    struct tmn_population *population = &model->population;
    add_rule(model, rule, &population->deals, &population->deal_hash, &population->deal_count);
}

void small_draw(struct tmn_model *model, int attribute, struct tmn_expr **chance, int rest) {
    small_draw_rule(model, (struct tmn_draw_rule){attribute, chance, rest, NULL, {0}, {0}});
}

struct tmn_expr *small_constant(struct tmn_arena *arena, double number) {
    struct tmn_expr *expr = TMN_NEW(arena, struct tmn_expr);
    *expr = (struct tmn_expr){.op = TMN_OP_NUMBER, .number = number, .source = "a number"};
    return expr;
}

struct tmn_expr *small_number(struct tmn_model *model, double number) {
    return small_constant(model->arena, number);
}

struct tmn_expr *small_feature(struct tmn_model *model, int feature) {
    struct tmn_expr *expr = TMN_NEW(model->arena, struct tmn_expr);
    *expr = (struct tmn_expr){.op = TMN_OP_FEATURE, .index = feature, .source = "a feature"};
    return expr;
}

struct tmn_expr *small_op(struct tmn_model *model, enum tmn_op op, struct tmn_expr *a, struct tmn_expr *b) {
    struct tmn_expr *expr = TMN_NEW(model->arena, struct tmn_expr);
    *expr = (struct tmn_expr){.op = op,
                              .count = b ? 2 : 1,
                              .arg = TMN_NEW_ARRAY(model->arena, struct tmn_expr *, 2),
                              .source = "an operation"};
    expr->arg[0] = a;
    expr->arg[1] = b;
    return expr;
}

struct tmn_expr *small_member(struct tmn_model *model, int feature, uint32_t first, uint32_t last) {
    struct tmn_expr *expr = TMN_NEW(model->arena, struct tmn_expr);
    bool *member = TMN_NEW_ARRAY(model->arena, bool, model->features.items[feature].cardinality);
    for (uint32_t l = first; l <= last; l++)
        member[l] = true;
    *expr = (struct tmn_expr){
        .op = TMN_OP_MEMBER, .boolean = true, .index = feature, .member = member, .source = "a member"};
    return expr;
}

struct tmn_expr *small_if(struct tmn_model *model, struct tmn_expr *condition, struct tmn_expr *yes,
                          struct tmn_expr *no) {
    struct tmn_expr *expr = TMN_NEW(model->arena, struct tmn_expr);
    *expr = (struct tmn_expr){
        .op = TMN_OP_IF, .count = 3, .arg = TMN_NEW_ARRAY(model->arena, struct tmn_expr *, 3), .source = "an if"};
    expr->arg[0] = condition;
    expr->arg[1] = yes;
    expr->arg[2] = no;
    return expr;
}

struct tmn_world *small_world(const struct tmn_model *model, uint64_t seed, double scale, int threads) {
    struct tmn_error err = {0};
    struct tmn_pool *pool;
    struct tmn_world *world;
    assert_true(tmn_pool_new(&pool, threads, &err));
    if (!tmn_world_new(&world, model, seed, scale, pool, &err))
        fail_msg("%s", err.text);
    tmn_pool_free(pool);
    return world;
}

uint32_t small_level(const struct tmn_world *world, uint32_t row, int attribute) {
    return tmn_level(&world->packed[row], &world->model->attributes.items[attribute]);
}

bool small_unborn(const struct tmn_world *world, uint32_t row) {
    const struct tmn_expr *unborn = world->model->unborn;
    return unborn != NULL && unborn->member[small_level(world, row, world->model->features.items[unborn->index].index)];
}
