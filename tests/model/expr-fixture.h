/* A small model made by hand, for tests of expressions without files: every kind of thing that an expression can read.
 */
#ifndef TESTS_MODEL_EXPR_FIXTURE_H
#define TESTS_MODEL_EXPR_FIXTURE_H

#include "model/model.h"
#include <string.h>

struct fixture {
    struct tmn_arena arena;
    struct tmn_diagnostics list;
    struct tmn_model *model;
};

static inline uint32_t fixture_text_levels(const char **level) {
    uint32_t n = 0;
    while (level[n])
        n++;
    return n;
}

static inline int fixture_feature(struct fixture *f, enum tmn_feature_kind kind, const char *name, uint32_t cardinality,
                                  const char *const *level, bool ordered, bool numeric, int first) {
    struct tmn_model *m = f->model;
    int index = kind == TMN_FEATURE_ATTRIBUTE ? (int)m->attributes.count - 1
                : kind == TMN_FEATURE_MAP     ? (int)m->maps.count - 1
                : kind == TMN_FEATURE_COUNTER ? (int)m->counters.count - 1
                                              : m->birth_year;
    struct tmn_feature feature = {kind, index, name, cardinality, level, ordered, numeric, first, NULL};
    TMN_PUSH(&f->arena, &m->features, feature);
    return (int)m->features.count - 1;
}

static inline int fixture_attribute(struct fixture *f, const char *name, const char **level, bool ordered) {
    struct tmn_attribute a = {.name = name, .levels = fixture_text_levels(level), .level = level, .ordered = ordered};
    TMN_PUSH(&f->arena, &f->model->attributes, a);
    return fixture_feature(f, TMN_FEATURE_ATTRIBUTE, name, a.levels, level, ordered, false, 0);
}

static inline int fixture_numeric(struct fixture *f, const char *name, int first, int last) {
    struct tmn_attribute a = {
        .name = name, .levels = (uint32_t)(last - first + 1), .ordered = true, .numeric = true, .first = first};
    a.level = TMN_NEW_ARRAY(&f->arena, const char *, a.levels);
    for (uint32_t i = 0; i < a.levels; i++)
        a.level[i] = tmn_arena_printf(&f->arena, "%d", first + (int)i);
    TMN_PUSH(&f->arena, &f->model->attributes, a);
    return fixture_feature(f, TMN_FEATURE_ATTRIBUTE, name, a.levels, a.level, true, true, first);
}

static inline struct tmn_unit fixture_unit(const char *text) {
    struct tmn_unit unit = tmn_unit_none;
    double factor;
    if (!tmn_unit_parse(text, &factor, &unit))
        unit.power[0] = 99;
    return unit;
}

/* Values of the table are start, start + step, ... in the order of its cells, the last key fastest. */
static inline void fixture_table(struct fixture *f, const char *name, const char *unit, int keys, const int *feature,
                                 uint32_t years, double start, double step) {
    struct tmn_table t = {.name = name, .unit = fixture_unit(unit), .keys = keys, .size = 1};
    for (int k = keys - 1; k >= 0; k--) {
        t.key[k].feature = feature[k];
        t.key[k].size = feature[k] < 0 ? years : f->model->features.items[feature[k]].cardinality;
        t.key[k].stride = (uint32_t)t.size;
        t.size *= t.key[k].size;
    }
    t.value = TMN_NEW_ARRAY(&f->arena, double, t.size);
    for (size_t i = 0; i < t.size; i++)
        t.value[i] = start + step * (double)i;
    t.low = step < 0 ? t.value[t.size - 1] : start;
    t.high = step < 0 ? start : t.value[t.size - 1];
    TMN_PUSH(&f->arena, &f->model->tables, t);
}

static inline void fixture_parameter(struct fixture *f, const char *name, double value, const char *unit) {
    struct tmn_parameter p = {.name = name, .unit = fixture_unit(unit), .value = value, .factor = 1};
    TMN_PUSH(&f->arena, &f->model->parameters, p);
}

static inline void fixture_driver(struct fixture *f, const char *name, int by, uint32_t slots, double low, double high,
                                  const char *unit) {
    struct tmn_driver d = {.name = name,
                           .times = -1,
                           .unit = fixture_unit(unit),
                           .by = by,
                           .slots = slots,
                           .first = f->model->driver_slots,
                           .low = low,
                           .high = high};
    f->model->driver_slots += slots;
    TMN_PUSH(&f->arena, &f->model->drivers, d);
}

static inline void fixture_feedback(struct fixture *f, const char *name, int by, uint32_t slots, double low,
                                    double high) {
    struct tmn_feedback v = {
        .name = name, .by = by, .slots = slots, .first = f->model->feedback_slots, .low = low, .high = high};
    f->model->feedback_slots += slots;
    TMN_PUSH(&f->arena, &f->model->feedbacks, v);
}

static inline void fixture_layer(struct fixture *f, const char *name, enum tmn_layer_kind kind, uint32_t size) {
    struct tmn_layer l = {.name = name, .kind = kind, .size = size, .within = -1};
    if (kind == TMN_LAYER_RING) {
        l.number = TMN_NEW(&f->arena, struct tmn_expr);
        *l.number = (struct tmn_expr){.op = TMN_OP_NUMBER, .number = size};
    }
    TMN_PUSH(&f->arena, &f->model->layers, l);
}

static inline void fixture_counter(struct fixture *f, const char *name, int layer, uint32_t max) {
    struct tmn_counter c = {.name = name, .layer = layer, .max = max};
    TMN_PUSH(&f->arena, &f->model->counters, c);
    fixture_feature(f, TMN_FEATURE_COUNTER, name, max + 1, NULL, true, true, 0);
}

static inline void fixture_transition(struct fixture *f, const char *name, const char *first, const char *second) {
    struct tmn_transition t = {.name = name, .branches = second ? 2 : 1};
    t.branch = TMN_NEW_ARRAY(&f->arena, struct tmn_branch, 2);
    t.branch[0].name = first;
    t.branch[1].name = second;
    TMN_PUSH(&f->arena, &f->model->transitions, t);
}

enum { F_STATUS, F_AWARE, F_FEAR, F_VILLAGE, F_SEX, F_BIRTH_YEAR, F_PROVINCE, F_AGE, F_KIN, F_FRIENDS_OUT, F_COUNT };

static inline void fixture_open(struct fixture *f) {
    static const char *status[] = {"unborn", "home", "china", "south", "dead", NULL},
                      *aware[] = {"none", "heard", "convinced", NULL},
                      *village[] = {"hyesan", "musan", "in", "Sin si", NULL}, *sex[] = {"f", "m", NULL},
                      *province[] = {"ryanggang", "north", NULL};
    static const uint16_t to[] = {0, 1, 1, 0};
    tmn_arena_init(&f->arena, 0);
    tmn_diagnostics_init(&f->list, &f->arena);
    struct tmn_model *m = f->model = TMN_NEW(&f->arena, struct tmn_model);
    m->arena = &f->arena;
    tmn_calendar_init(&m->calendar, 1994, 28, 520); /* ten years of weeks */
    fixture_attribute(f, "status", status, false);
    fixture_attribute(f, "aware", aware, true);
    fixture_numeric(f, "fear", 0, 7);
    fixture_attribute(f, "village", village, false);
    fixture_attribute(f, "sex", sex, false);
    m->birth_year = (int)m->attributes.count;
    fixture_numeric(f, "birth_year", 1900, 2030);
    TMN_PUSH(&f->arena, &m->maps,
             ((struct tmn_map){.name = "province", .of = F_VILLAGE, .levels = 2, .level = province, .to = to}));
    fixture_feature(f, TMN_FEATURE_MAP, "province", 2, province, false, false, 0);
    m->age_feature = fixture_feature(f, TMN_FEATURE_AGE, "age", TMN_MAX_AGE + 1, NULL, true, true, 0);
    fixture_layer(f, "household", TMN_LAYER_HOUSEHOLD, 0);
    fixture_layer(f, "friends", TMN_LAYER_RING, 6);
    fixture_layer(f, "work", TMN_LAYER_BLOCK, 40);
    fixture_counter(f, "kin", 0, 3);
    fixture_counter(f, "friends_out", 1, 6);
    fixture_table(f, "distance", "km", 1, (int[]){F_VILLAGE}, 0, 1, 1.5);
    fixture_table(f, "pull", "1", 1, (int[]){F_AWARE}, 0, 0, 0.5);
    fixture_table(f, "mortality", "1/y", 3, (int[]){-1, F_SEX, F_AGE}, 10, 0.001, 0.0001);
    fixture_table(f, "risk", "1", 2, (int[]){F_FEAR, F_PROVINCE}, 0, 2, -0.25);
    fixture_table(f, "by_province", "1", 1, (int[]){F_PROVINCE}, 0, 3, 4);
    fixture_parameter(f, "cross.base", 0.01, "1/y");
    fixture_parameter(f, "weight", 0.5, "1");
    fixture_parameter(f, "q", 0.18, "1");
    fixture_parameter(f, "convinced", 2, "1"); /* also a level of aware */
    fixture_parameter(f, "fee", 5e6, "won");
    fixture_driver(f, "order", TMN_NATION, 1, 0, 1, "1");
    fixture_driver(f, "price", F_PROVINCE, 2, 1, 1000, "usd");
    fixture_feedback(f, "barrier", TMN_NATION, 1, 0, 5);
    fixture_feedback(f, "news", F_PROVINCE, 2, 0, 1e6);
    fixture_transition(f, "cross", "caught", "across");
    fixture_transition(f, "cross.over", "", NULL);
    TMN_PUSH(&f->arena, &m->events, (struct tmn_event){.name = "flood"});
    TMN_PUSH(&f->arena, &m->outcomes, (struct tmn_outcome){.name = "arrivals"});
}

static inline void fixture_close(struct fixture *f) {
    tmn_arena_free(&f->arena);
}

/* The text as a scalar at line 1, column 1. */
static inline struct tmn_node *fixture_node(struct fixture *f, const char *text, size_t length) {
    struct tmn_source *source = TMN_NEW(&f->arena, struct tmn_source);
    source->path = "f";
    source->bytes = tmn_arena_strndup(&f->arena, text, length);
    source->count = length;
    struct tmn_node *node = TMN_NEW(&f->arena, struct tmn_node);
    node->kind = TMN_NODE_SCALAR;
    node->place = (struct tmn_place){source, 1, 1, 1};
    node->text = source->bytes;
    node->text_length = length;
    node->verbatim = true;
    return node;
}

static inline struct tmn_expr *fixture_parse(struct fixture *f, const char *text, enum tmn_scope scope, int by,
                                             bool boolean) {
    return tmn_expr_parse(f->model, fixture_node(f, text, strlen(text)), scope, by, boolean, &f->list);
}

static inline const char *fixture_print(struct fixture *f, const struct tmn_expr *expr) {
    struct tmn_text text;
    tmn_text_init(&text, &f->arena);
    tmn_expr_print(f->model, expr, &text);
    return text.items;
}

/* "column+length message [code] hint\n" of everything reported; empties the list. */
static inline const char *fixture_reported(struct fixture *f) {
    struct tmn_text out;
    tmn_text_init(&out, &f->arena);
    for (size_t i = 0; i < f->list.count; i++) {
        const struct tmn_diagnostic *item = &f->list.items[i];
        tmn_text_put(&out, "%s%d+%d %s [%s]%s%s", i ? "\n" : "", item->place.column, item->place.length, item->message,
                     item->code, item->hint ? " " : "", item->hint ? item->hint : "");
    }
    tmn_diagnostics_init(&f->list, &f->arena);
    return out.items;
}

#endif
