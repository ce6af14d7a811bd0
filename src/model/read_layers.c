/* layers and counters. */
#include "model/read.h"

#include "base/draw.h"
#include "model/expr_resolve.h"
#include <math.h>
#include <string.h>

static void read_edges(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_layer *layer) {
    struct tmn_rows rows;
    if (!tmn_rows_open(reader, node, &rows))
        return;
    int column[2] = {tmn_rows_get_column(reader, &rows, "from"), tmn_rows_get_column(reader, &rows, "to")};
    if (column[0] < 0 || column[1] < 0)
        return;
    layer->edge = TMN_NEW_ARRAY(reader->arena, uint32_t, 2 * rows.csv->rows);
    for (size_t row = 0; row < rows.csv->rows; row++) {
        long long end[2] = {-1, -1};
        if (!tmn_rows_keep(&rows, row))
            continue;
        for (int e = 0; e < 2; e++) {
            const char *cell = tmn_csv_cell(rows.csv, row, column[e]);
            if (!tmn_parse_int(cell, strlen(cell), &end[e]) || end[e] < 0 || end[e] >= UINT32_MAX) {
                tmn_report(reader->list, tmn_csv_place(rows.csv, row, column[e]), "not-a-row", NULL,
                           "an edge joins two row numbers (0 is the first), not '%s'", cell);
                end[e] = -1;
            }
        }
        if (end[0] < 0 || end[1] < 0)
            continue;
        if (end[0] == end[1])
            tmn_report(reader->list, tmn_csv_place(rows.csv, row, column[1]), "self-tie", NULL,
                       "row %lld is tied to itself", end[0]);
        layer->edge[2 * layer->edges] = (uint32_t)end[0];
        layer->edge[2 * layer->edges++ + 1] = (uint32_t)end[1];
    }
}

/* groups: household, unit or a number of rows. */
static void read_groups(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_layer *layer) {
    const struct tmn_node *groups = tmn_node_get(node, "groups"), *population = reader->section[TMN_IN_POPULATION];
    const char *text;
    long long size;
    if (!tmn_get_text(reader, node, "groups", &text))
        return;
    bool household = strcmp(text, "household") == 0, unit = strcmp(text, "unit") == 0;
    if (household || unit) {
        layer->kind = household ? TMN_LAYER_HOUSEHOLD : TMN_LAYER_UNIT;
        if (!population || !tmn_node_get(population, household ? "households" : "unit"))
            tmn_report(reader->list, groups->place, "missing-key",
                       household ? "for example population: { households: { size: 4.2 } }"
                                 : "for example population: { unit: { households: 30 } }",
                       "layer '%s' groups by %s, but the population declares none", layer->name, text);
        if (tmn_node_get(node, "within"))
            tmn_report(reader->list, tmn_key_place(node, "within"), "no-effect", NULL,
                       "'within' goes with groups of a number of rows: a household or unit lies in one place anyway");
    } else {
        layer->kind = TMN_LAYER_BLOCK;
        if (!tmn_parse_int(text, strlen(text), &size) || size < 2 || size > 65536)
            tmn_report(reader->list, groups->place, "bad-groups", NULL,
                       "'groups' must be household, unit or a number of rows from 2 to 65536, not '%s'", text);
        else
            layer->size = (uint32_t)size;
    }
}

static void read_ring(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_layer *layer) {
    static const char *const rings[] = {"rows"};
    int ring;
    layer->kind = TMN_LAYER_RING;
    layer->rows = tmn_get_choice(reader, node, "ring", rings, 1, &ring);
    if (layer->rows && tmn_node_get(node, "within"))
        tmn_report(reader->list, tmn_key_place(node, "within"), "no-effect", NULL,
                   "'within' and 'ring: rows' exclude each other");
}

/* degrees: an attribute whose levels are numbers from 0 on; anything else is a number, read with the others. */
static void read_degrees(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_layer *layer) {
    const struct tmn_model *model = reader->model;
    const struct tmn_node *at = tmn_node_get(node, "degrees");
    layer->kind = TMN_LAYER_DEGREES;
    for (size_t a = 0; at->kind == TMN_NODE_SCALAR && a < model->attributes.count; a++) {
        const struct tmn_attribute *attribute = &model->attributes.items[a];
        if (strcmp(attribute->name, at->text) != 0)
            continue;
        layer->degrees = (int)a;
        if (!attribute->numeric)
            tmn_report(reader->list, at->place, "not-a-number", "for example contacts: { levels: 0..20 }",
                       "the levels of '%s' are no numbers of ties", at->text);
        else if (attribute->first < 0)
            tmn_report(reader->list, at->place, "out-of-range", NULL,
                       "nobody can have %d ties: the levels of '%s' must begin at 0 or above", attribute->first,
                       at->text);
    }
}

/* `within`: the place attribute, whose levels hold rows together, or a map of it. */
static void read_within(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_layer *layer) {
    const struct tmn_model *model = reader->model;
    const struct tmn_node *population = reader->section[TMN_IN_POPULATION], *at = tmn_node_get(node, "within");
    const struct tmn_node *place = population ? tmn_node_get(population, "place") : NULL;
    const char *name;
    if (!tmn_get_text(reader, node, "within", &name) ||
        (layer->within = tmn_find_feature(reader, name, at->place, true, false)) < 0)
        return;
    const struct tmn_feature *feature = &model->features.items[layer->within];
    const char *attribute =
        model->attributes
            .items[feature->kind == TMN_FEATURE_MAP ? model->maps.items[feature->index].of : feature->index]
            .name;
    if (!place || place->kind != TMN_NODE_SCALAR || strcmp(place->text, attribute) != 0)
        tmn_report(reader->list, at->place, "not-the-place",
                   "the population's 'place' is the attribute whose levels hold rows together",
                   "'within' must name the place attribute or a map of it, not '%s'", name);
}

/* Keys that go with one kind of layer only. */
static const struct {
    const char *key, *with;
} companions[] = {{"long", "degree"}, {"ring", "degree"}, {"from", "csv"}, {"to", "csv"}, {"where", "csv"}};

static void read_layer(struct tmn_reader *reader, const struct tmn_node *key, const struct tmn_node *node) {
    static const char *const kinds[] = {"groups", "degree", "random", "degrees", "csv"};
    struct tmn_layer layer = {
        .name = key->text, .place = key->place, .hash = tmn_name_hash(key->text), .within = -1, .degrees = -1};
    char *what = tmn_arena_printf(reader->arena, "layer '%s'", key->text);
    int given = 0;
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_LAYER, what) || !tmn_declare(reader, key, "layer"))
        return;
    layer.grounds = tmn_get_grounds(reader, node);
    tmn_get_text(reader, node, "csv", &layer.file);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        given += tmn_node_get(node, kinds[i]) != NULL;
    if (given != 1)
        tmn_report(reader->list, node->place, "missing-key", NULL,
                   "%s needs one of 'groups', 'degree', 'random', 'degrees' and 'csv'", what);
    for (size_t i = 0; i < sizeof companions / sizeof *companions; i++)
        if (!tmn_node_get(node, companions[i].with) && tmn_node_get(node, companions[i].key))
            tmn_report(reader->list, tmn_key_place(node, companions[i].key), "no-effect", NULL, "'%s' goes with '%s'",
                       companions[i].key, companions[i].with);
    read_within(reader, node, &layer);
    if (tmn_node_get(node, "groups")) {
        read_groups(reader, node, &layer);
    } else if (tmn_node_get(node, "degree")) {
        read_ring(reader, node, &layer);
    } else if (tmn_node_get(node, "random")) {
        layer.kind = TMN_LAYER_RANDOM;
    } else if (tmn_node_get(node, "degrees")) {
        read_degrees(reader, node, &layer);
    } else if (tmn_node_get(node, "csv")) {
        layer.kind = TMN_LAYER_EDGES;
        read_edges(reader, node, &layer);
    }
    TMN_PUSH(reader->arena, &reader->model->layers, layer);
}

void tmn_read_layers(struct tmn_reader *reader) {
    const struct tmn_node *node = reader->section[TMN_IN_LAYERS];
    if (node && tmn_want_mapping(reader, node, "'layers'"))
        for (size_t i = 0; i < node->count; i++)
            read_layer(reader, node->keys[i], node->items[i]);
}

static struct tmn_expr *read_number(struct tmn_reader *reader, const struct tmn_node *node, const char *key) {
    const struct tmn_node *at = node ? tmn_node_get(node, key) : NULL;
    if (!at || at->kind != TMN_NODE_SCALAR || at->null)
        return NULL;
    struct tmn_expr *expr = tmn_expr_parse(reader->model, at, TMN_SCOPE_CONSTANT, TMN_NATION, false, reader->list);
    const char *what = tmn_arena_printf(reader->arena, "'%s'", key);
    return expr && tmn_expr_want_unit(expr, tmn_unit_none, what, reader->list) ? expr : NULL;
}

void tmn_read_layer_numbers(struct tmn_reader *reader) {
    struct tmn_model *model = reader->model;
    double *parameter = TMN_NEW_ARRAY(reader->arena, double, model->parameters.count + 1);
    struct tmn_env env = {.model = model, .parameter = parameter};
    for (size_t i = 0; i < model->parameters.count; i++)
        parameter[i] = model->parameters.items[i].value;
    for (size_t i = 0; i < model->layers.count; i++) {
        struct tmn_layer *layer = &model->layers.items[i];
        const struct tmn_node *node = tmn_node_get(reader->section[TMN_IN_LAYERS], layer->name);
        struct tmn_layer_numbers numbers;
        struct tmn_layer_fault fault;
        bool by_attribute = layer->kind == TMN_LAYER_DEGREES && layer->degrees >= 0;
        if ((layer->kind != TMN_LAYER_RING && layer->kind != TMN_LAYER_RANDOM && layer->kind != TMN_LAYER_DEGREES) ||
            by_attribute)
            continue;
        layer->number = read_number(reader, node,
                                    layer->kind == TMN_LAYER_RING     ? "degree"
                                    : layer->kind == TMN_LAYER_RANDOM ? "random"
                                                                      : "degrees");
        if (layer->kind == TMN_LAYER_RING)
            layer->long_share = read_number(reader, node, "long");
        if (layer->number && !tmn_layer_numbers(layer, &env, &numbers, &fault, reader->arena))
            tmn_report(reader->list, fault.expr->place, "out-of-range", NULL, "%s", fault.text);
    }
}

void tmn_read_counters(struct tmn_reader *reader) {
    struct tmn_model *model = reader->model;
    const struct tmn_node *node = reader->section[TMN_IN_COUNTERS];
    if (!node || !tmn_want_mapping(reader, node, "'counters'"))
        return;
    for (size_t i = 0; i < node->count; i++) {
        const struct tmn_node *key = node->keys[i], *item = node->items[i];
        struct tmn_counter counter = {.name = key->text, .place = key->place, .layer = -1};
        const char *layer;
        long long max = 1, share = 0;
        if (!tmn_schema_check(reader, item, TMN_SCHEMA_COUNTER,
                              tmn_arena_printf(reader->arena, "counter '%s'", key->text)) ||
            !tmn_declare(reader, key, "counter"))
            continue;
        if (tmn_get_text(reader, item, "layer", &layer))
            counter.layer = tmn_find_layer(reader, layer, tmn_node_get(item, "layer")->place);
        bool number = tmn_node_get(item, "max"), part = tmn_node_get(item, "share");
        if (number == part)
            tmn_report(reader->list, part ? tmn_key_place(item, "share") : item->place,
                       part ? "wrong-kind" : "missing-key",
                       "max: 3 counts up to three ties; share: 100 gives the per cent of the living ties",
                       part ? "counter '%s' has 'max' already: it is a number or a share"
                            : "counter '%s' needs 'max' or 'share'",
                       key->text);
        tmn_get_int(reader, item, "max", 1, 65535, &max);
        tmn_get_int(reader, item, "share", 1, 10000, &share);
        tmn_get_text(reader, item, "note", &counter.note);
        counter.share = (uint32_t)share;
        counter.max = (uint32_t)(part ? share : max);
        TMN_PUSH(reader->arena, &model->counters, counter);
        tmn_add_feature(reader, TMN_FEATURE_COUNTER, (int)model->counters.count - 1);
    }
}

void tmn_read_counter_predicates(struct tmn_reader *reader) {
    struct tmn_model *model = reader->model;
    const struct tmn_node *node = reader->section[TMN_IN_COUNTERS];
    size_t declared = model->counters.count; /* shares and expressions add counters of degree */
    for (size_t i = 0; i < declared; i++) {
        const struct tmn_node *item = node ? tmn_node_get(node, model->counters.items[i].name) : NULL,
                              *of = item ? tmn_node_get(item, "of") : NULL;
        if (!of || of->kind != TMN_NODE_SCALAR || of->null)
            continue;
        struct tmn_expr *expr = tmn_expr_parse(model, of, TMN_SCOPE_ATTRIBUTES, TMN_NATION, true, reader->list);
        model->counters.items[i].of = expr;
        if (model->counters.items[i].share > 0 && model->counters.items[i].layer >= 0) {
            int degree = tmn_degree_feature(model, model->counters.items[i].layer);
            model->counters.items[i].degree = model->features.items[degree].index;
        }
    }
}
