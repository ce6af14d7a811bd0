/* time, attributes, alive and unborn, maps. */
#include "model/read.h"

#include <math.h>
#include <string.h>

enum { LEVELS_MAX = 65536 };

/* A window's length in quarter days: 7 d -> 28. */
static int read_window(struct tmn_reader *reader, const struct tmn_node *node) {
    double years, quarters;
    const struct tmn_node *window = tmn_node_get(node, "window");
    if (!window || window->kind != TMN_NODE_SCALAR || window->null ||
        !tmn_node_duration(reader, window, "'window'", &years))
        return 28;
    quarters = years * TMN_YEAR_DAYS * 4;
    if (fabs(quarters - round(quarters)) < 1e-6 && quarters > 0.5 && quarters < 365 * 4 + 0.5)
        return (int)round(quarters);
    tmn_report(reader->list, window->place, "bad-window", NULL,
               "'window' must be a whole number of quarter days, from 0.25 d to 365 d");
    return 28;
}

void tmn_read_time(struct tmn_reader *reader) {
    struct tmn_model *model = reader->model;
    const struct tmn_node *node = reader->section[TMN_IN_TIME];
    struct tmn_calendar *calendar = &model->calendar;
    int32_t start = 0;
    long long windows = 0;
    int year = 2000, month = 1, day = 1;
    tmn_calendar_init(calendar, year, 28, 52);
    if (!node) {
        tmn_report(reader->list, reader->root, "missing-section", NULL,
                   "the scenario needs a section 'time' with start and end");
        return;
    }
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_TIME, "'time'"))
        return;
    int quarters = read_window(reader, node);
    if (!tmn_get_date(reader, node, "start", &start))
        return;
    tmn_day_date(start, &year, &month, &day);
    if (month != 1 || day != 1)
        tmn_report(reader->list, tmn_node_get(node, "start")->place, "bad-start",
                   tmn_arena_printf(reader->arena, "years are whole: write %d-01-01", year),
                   "'start' must be a 1 January");
    if (!tmn_node_get(node, "end") == !tmn_node_get(node, "windows")) {
        tmn_report(reader->list, node->place, "missing-key", NULL,
                   "'time' needs either 'end' or 'windows', and not both");
        return;
    }
    if (tmn_get_int(reader, node, "windows", 1, 1000000, &windows)) {
        if (!tmn_calendar_init(calendar, year, quarters, (int)windows))
            tmn_report(reader->list, node->place, "bad-time", NULL, "the calendar of 'time' cannot be built");
        struct tmn_window last = tmn_calendar_window(calendar, (int)windows - 1);
        model->end_day = last.first_day + last.quarter_days / 4 - 1;
        return;
    }
    if (!tmn_get_last_date(reader, node, "end", &model->end_day))
        return;
    if (model->end_day < start || model->end_day - start > 366 * 1000) {
        tmn_report(reader->list, tmn_node_get(node, "end")->place, "bad-end", NULL,
                   "'end' must come after 'start', by at most 1,000 years");
        model->end_day = start + 364;
    }
    tmn_calendar_init(calendar, year, quarters, (model->end_day - start) * 4 + 4);
    tmn_calendar_init(calendar, year, quarters, tmn_calendar_until(calendar, model->end_day));
}

void tmn_read_until(struct tmn_reader *reader) {
    const struct tmn_node *until = tmn_node_get(reader->section[TMN_IN_TIME], "until");
    if (until && until->kind == TMN_NODE_SCALAR && !until->null)
        reader->model->until = tmn_expr_parse(reader->model, until, TMN_SCOPE_PLACE, TMN_NATION, true, reader->list);
}

/* "0..7"; *first and *last are its ends. */
static bool parse_span(const char *text, long long *first, long long *last) {
    const char *dots = strstr(text, "..");
    return dots && tmn_parse_int(text, (size_t)(dots - text), first) && tmn_parse_int(dots + 2, strlen(dots + 2), last);
}

static bool span_levels(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_attribute *attribute) {
    long long first, last;
    if (!parse_span(node->text, &first, &last)) {
        tmn_report(reader->list, node->place, "bad-levels",
                   "a list [a, b], whole numbers 0..7, or { csv: file, column: name }", "'%s' is not a set of levels",
                   node->text);
        return false;
    }
    if (last < first || last - first >= LEVELS_MAX || first < -1000000 || last > 1000000) {
        tmn_report(reader->list, node->place, "bad-levels", NULL,
                   "'%s' must rise, with at most %d levels between -1000000 and 1000000", node->text, LEVELS_MAX);
        return false;
    }
    attribute->levels = (uint32_t)(last - first + 1);
    attribute->level = TMN_NEW_ARRAY(reader->arena, const char *, attribute->levels);
    for (uint32_t i = 0; i < attribute->levels; i++)
        attribute->level[i] = tmn_arena_printf(reader->arena, "%lld", first + i);
    attribute->ordered = attribute->numeric = true;
    attribute->first = (int)first;
    return true;
}

static bool listed_levels(struct tmn_reader *reader, const struct tmn_node *node, uint32_t *levels,
                          const char ***level) {
    struct tmn_names names = {0};
    for (size_t i = 0; i < node->count; i++) {
        const char *text;
        bool added;
        if (!tmn_node_text(reader, node->items[i], "a level", &text))
            return false;
        if (text[0] == '\0')
            tmn_report(reader->list, node->items[i]->place, "bad-levels", NULL, "a level needs a name");
        tmn_names_add(&names, reader->arena, text, &added);
        if (!added)
            tmn_report(reader->list, node->items[i]->place, "duplicate-level", NULL, "the level '%s' is given twice",
                       text);
    }
    if (names.count == 0 || names.count > LEVELS_MAX) {
        tmn_report(reader->list, node->place, "bad-levels", NULL, "there must be 1 to %d levels", LEVELS_MAX);
        return false;
    }
    *levels = (uint32_t)names.count;
    *level = names.items;
    return true;
}

/* Levels in the order in which a column first names them. */
static bool column_levels(struct tmn_reader *reader, const struct tmn_rows *rows, int column, uint32_t *levels,
                          const char ***level) {
    struct tmn_names names = {0};
    for (size_t row = 0; row < rows->csv->rows; row++) {
        const char *cell = tmn_csv_cell(rows->csv, row, column);
        if (!tmn_rows_keep(rows, row))
            continue;
        if (cell[0] == '\0') {
            tmn_report(reader->list, tmn_csv_place(rows->csv, row, column), "bad-levels", NULL,
                       "a cell of column '%s' is empty: a level needs a name", rows->csv->header[column]);
            return false;
        }
        tmn_names_add(&names, reader->arena, cell, NULL);
        if (names.count > LEVELS_MAX) {
            tmn_report(reader->list, tmn_csv_place(rows->csv, row, column), "bad-levels", NULL,
                       "column '%s' has more than %d levels", rows->csv->header[column], LEVELS_MAX);
            return false;
        }
    }
    *levels = (uint32_t)names.count;
    *level = names.items;
    return true;
}

static bool read_levels(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_attribute *attribute) {
    if (node->kind == TMN_NODE_SCALAR)
        return !node->null && span_levels(reader, node, attribute);
    if (node->kind == TMN_NODE_SEQUENCE)
        return listed_levels(reader, node, &attribute->levels, &attribute->level);
    struct tmn_rows rows;
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_LEVELS, "'levels'") || !tmn_rows_open(reader, node, &rows))
        return false;
    int column = tmn_rows_get_column(reader, &rows, "column");
    return column >= 0 && column_levels(reader, &rows, column, &attribute->levels, &attribute->level);
}

static void read_attribute(struct tmn_reader *reader, const struct tmn_node *key, const struct tmn_node *node) {
    struct tmn_model *model = reader->model;
    struct tmn_attribute attribute = {.name = key->text, .place = key->place};
    const struct tmn_node *levels = node;
    if (node->kind == TMN_NODE_MAPPING) {
        char *what = tmn_arena_printf(reader->arena, "attribute '%s'", key->text);
        tmn_schema_check(reader, node, TMN_SCHEMA_ATTRIBUTE, what);
        levels = tmn_node_get(node, "levels");
        tmn_get_bool(reader, node, "ordered", &attribute.ordered);
        tmn_get_text(reader, node, "note", &attribute.note);
        if (levels && levels->kind == TMN_NODE_MAPPING)
            tmn_get_text(reader, levels, "csv", &attribute.file);
    } else if (node->kind == TMN_NODE_SCALAR && node->null) {
        tmn_report(reader->list, node->place, "no-value", NULL, "attribute '%s' needs levels", key->text);
        return;
    }
    if (!tmn_declare(reader, key, "attribute") || !levels || !read_levels(reader, levels, &attribute))
        return;
    TMN_PUSH(reader->arena, &model->attributes, attribute);
    int index = (int)model->attributes.count - 1;
    tmn_add_feature(reader, TMN_FEATURE_ATTRIBUTE, index);
    const char *start;
    if (node->kind == TMN_NODE_MAPPING && tmn_get_text(reader, node, "start", &start)) {
        int64_t level =
            tmn_find_level(reader, (int)model->features.count - 1, start, tmn_node_get(node, "start")->place);
        if (level >= 0)
            model->attributes.items[index].start = (uint32_t)level;
    }
    if (strcmp(key->text, "birth_year") == 0) {
        if (!attribute.numeric)
            tmn_report(reader->list, key->place, "bad-levels", "for example { levels: 1900..2030 }",
                       "'birth_year' has a built-in meaning: its levels must be whole numbers");
        model->birth_year = index;
    }
}

void tmn_read_attributes(struct tmn_reader *reader) {
    struct tmn_model *model = reader->model;
    const struct tmn_node *node = reader->section[TMN_IN_ATTRIBUTES];
    if (node && node->kind != TMN_NODE_MAPPING) /* the schema of the file has told */
        return;
    if (!node || node->count == 0) {
        tmn_report(reader->list, reader->root, "missing-section", NULL, "the scenario needs a section 'attributes'");
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        if (i == TMN_MAX_ATTRIBUTES) {
            tmn_report(reader->list, node->keys[i]->place, "too-many-attributes", NULL, "more than %d attributes",
                       TMN_MAX_ATTRIBUTES);
            break;
        }
        read_attribute(reader, node->keys[i], node->items[i]);
    }
    if (model->birth_year >= 0) {
        tmn_add_feature(reader, TMN_FEATURE_AGE, model->birth_year);
        model->age_feature = (int)model->features.count - 1;
    }
}

/* `alive` and `unborn`, once all names are known. */
void tmn_read_alive(struct tmn_reader *reader) {
    struct tmn_model *model = reader->model;
    const struct tmn_node *alive = reader->section[TMN_IN_ALIVE], *unborn = reader->section[TMN_IN_UNBORN];
    if (alive)
        model->alive = tmn_expr_parse(model, alive, TMN_SCOPE_ATTRIBUTES, TMN_NATION, true, reader->list);
    if (!model->alive) {
        model->alive = TMN_NEW(reader->arena, struct tmn_expr);
        *model->alive = (struct tmn_expr){.op = TMN_OP_NUMBER, .boolean = true, .number = 1, .source = "everyone"};
    }
    if (!unborn)
        return;
    model->unborn = tmn_expr_parse(model, unborn, TMN_SCOPE_ATTRIBUTES, TMN_NATION, true, reader->list);
    if (!model->unborn)
        return;
    uint32_t levels = 0;
    bool attribute =
        model->unborn->op == TMN_OP_MEMBER && model->features.items[model->unborn->index].kind == TMN_FEATURE_ATTRIBUTE;
    for (uint32_t i = 0; attribute && i < model->features.items[model->unborn->index].cardinality; i++)
        levels += model->unborn->member[i];
    if (levels != 1)
        tmn_report(reader->list, unborn->place, "bad-unborn", "for example unborn: status = unborn",
                   "'unborn' must name one level of one attribute");
    if (!alive)
        tmn_report(reader->list, unborn->place, "missing-section", "for example alive: status in [home, away]",
                   "a scenario with 'unborn' needs 'alive'");
}

/* Fills to[] from an inline mapping of levels. */
static void map_values(struct tmn_reader *reader, const struct tmn_node *values, int of, struct tmn_map *map,
                       const struct tmn_names *levels, uint16_t *to, bool *given) {
    for (size_t i = 0; i < values->count; i++) {
        const char *text;
        int64_t from = tmn_find_level(reader, of, values->keys[i]->text, values->keys[i]->place);
        if (!tmn_node_text(reader, values->items[i], "a level", &text) || from < 0)
            continue;
        int64_t level = tmn_names_find(levels, text);
        if (level < 0)
            tmn_report(reader->list, values->items[i]->place, "unknown-level",
                       tmn_hint_nearest(reader->list, text, map->level, map->levels), "'%s' is not a level of '%s'",
                       text, map->name);
        else
            to[from] = (uint16_t)level;
        given[from] = true; /* a wrong level was said, and is not missing as well */
    }
}

static void map_rows(struct tmn_reader *reader, const struct tmn_rows *rows, int from_column, int to_column, int of,
                     struct tmn_map *map, const struct tmn_names *levels, uint16_t *to, bool *given) {
    for (size_t row = 0; row < rows->csv->rows; row++) {
        if (!tmn_rows_keep(rows, row))
            continue;
        const char *cell = tmn_csv_cell(rows->csv, row, to_column);
        int64_t from = tmn_rows_level(reader, rows, row, from_column, of), level = tmn_names_find(levels, cell);
        if (level < 0)
            tmn_report(reader->list, tmn_csv_place(rows->csv, row, to_column), "unknown-level", NULL,
                       "'%s' is not a level of '%s'", cell, map->name);
        if (from < 0 || level < 0)
            continue;
        if (given[from] && to[from] != level)
            tmn_report(reader->list, tmn_csv_place(rows->csv, row, to_column), "row-twice", NULL,
                       "map '%s' sends '%s' to '%s' and to '%s'", map->name, tmn_csv_cell(rows->csv, row, from_column),
                       map->level[to[from]], cell);
        to[from] = (uint16_t)level, given[from] = true;
    }
}

/* The level for what is not given, and the complaint about it. */
static void map_else(struct tmn_reader *reader, const struct tmn_node *node, int of, const struct tmn_map *map,
                     const struct tmn_names *levels, uint16_t *to, const bool *given) {
    const struct tmn_feature *feature = &reader->model->features.items[of];
    const char *text;
    int64_t other = -1;
    if (tmn_get_text(reader, node, "else", &text) && (other = tmn_names_find(levels, text)) < 0)
        tmn_report(reader->list, tmn_node_get(node, "else")->place, "unknown-level",
                   tmn_hint_nearest(reader->list, text, map->level, map->levels), "'%s' is not a level of '%s'", text,
                   map->name);
    for (uint32_t i = 0; i < feature->cardinality; i++) {
        if (given[i])
            continue;
        if (other < 0 && !tmn_node_get(node, "else")) {
            tmn_report(reader->list, tmn_key_place(node, "values"), "row-missing",
                       "'else: LEVEL' supplies what is not given", "map '%s' says nothing of '%s' of '%s'", map->name,
                       feature->level[i], feature->name);
            return;
        }
        to[i] = other < 0 ? 0 : (uint16_t)other;
    }
}

static void read_map(struct tmn_reader *reader, const struct tmn_node *key, const struct tmn_node *node) {
    struct tmn_model *model = reader->model;
    struct tmn_map map = {.name = key->text, .place = key->place};
    struct tmn_names levels = {0};
    struct tmn_rows rows = {0};
    const char *of_name;
    int from_column = -1, to_column = -1;
    char *what = tmn_arena_printf(reader->arena, "map '%s'", key->text);
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_MAP, what) || !tmn_declare(reader, key, "map") ||
        !tmn_get_text(reader, node, "of", &of_name))
        return;
    tmn_get_text(reader, node, "note", &map.note);
    tmn_get_text(reader, node, "csv", &map.file);
    int of = tmn_find_feature(reader, of_name, tmn_node_get(node, "of")->place, false, false);
    const struct tmn_node *listed = tmn_node_get(node, "levels"), *values = tmn_node_get(node, "values");
    bool csv = tmn_node_get(node, "csv") != NULL;
    if (csv == (values != NULL) || (values && !listed)) {
        tmn_report(reader->list, node->place, "missing-key", NULL,
                   "%s needs either 'csv' with 'from' and 'to', or 'levels' with 'values'", what);
        return;
    }
    if (of < 0 || (values && values->kind != TMN_NODE_MAPPING) || (listed && listed->kind != TMN_NODE_SEQUENCE))
        return;
    if (csv && (!tmn_rows_open(reader, node, &rows) || (from_column = tmn_rows_get_column(reader, &rows, "from")) < 0 ||
                (to_column = tmn_rows_get_column(reader, &rows, "to")) < 0))
        return;
    if (listed ? !listed_levels(reader, listed, &map.levels, &map.level)
               : !column_levels(reader, &rows, to_column, &map.levels, &map.level))
        return;
    for (uint32_t i = 0; i < map.levels; i++)
        tmn_names_add(&levels, reader->arena, map.level[i], NULL);
    uint16_t *to = TMN_NEW_ARRAY(reader->arena, uint16_t, model->features.items[of].cardinality);
    bool *given = TMN_NEW_ARRAY(reader->arena, bool, model->features.items[of].cardinality);
    map.of = model->features.items[of].index;
    map.to = to;
    if (csv)
        map_rows(reader, &rows, from_column, to_column, of, &map, &levels, to, given);
    else
        map_values(reader, values, of, &map, &levels, to, given);
    map_else(reader, node, of, &map, &levels, to, given);
    TMN_PUSH(reader->arena, &model->maps, map);
    tmn_add_feature(reader, TMN_FEATURE_MAP, (int)model->maps.count - 1);
}

void tmn_read_maps(struct tmn_reader *reader) {
    const struct tmn_node *node = reader->section[TMN_IN_MAPS];
    if (node && tmn_want_mapping(reader, node, "'maps'"))
        for (size_t i = 0; i < node->count; i++)
            read_map(reader, node->keys[i], node->items[i]);
}
