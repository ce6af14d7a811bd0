/* tables: numbers by attributes, maps, counters, age and year, inline or from CSV, made dense. */
#include "model/read.h"

#include <math.h>
#include <string.h>

enum { TABLE_MAX = 1 << 24 };

/* One key while rows are read: named levels are their positions; numbers (age, year) are collected and made dense
 * after. */
struct axis {
    const char *name;
    bool number;
    long long *values; /* number: distinct, ascending */
    size_t count, capacity;
};

struct draft {
    struct tmn_table table;
    struct axis axis[TMN_MAX_KEYS];
    double factor, other;
    bool has_else;
    size_t cells;  /* product of axis counts */
    double *value; /* [cells], row-major over the axes */
    bool *given;   /* [cells] */
};

/* Position in a number axis, -1 if absent; *at: where it would go. */
static int64_t axis_find(const struct axis *axis, long long value, size_t *at) {
    size_t low = 0, high = axis->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (axis->values[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    if (at)
        *at = low;
    return low < axis->count && axis->values[low] == value ? (int64_t)low : -1;
}

static void axis_add(struct tmn_arena *arena, struct axis *axis, long long value) {
    size_t at;
    if (axis_find(axis, value, &at) >= 0)
        return;
    axis->values = tmn_arena_grow(arena, axis->values, axis->count, &axis->capacity, sizeof *axis->values);
    memmove(axis->values + at + 1, axis->values + at, (axis->count - at) * sizeof *axis->values);
    axis->values[at] = value;
    axis->count++;
}

static bool read_keys(struct tmn_reader *reader, const struct tmn_node *node, struct draft *draft, const char *what) {
    struct tmn_model *model = reader->model;
    const char **names;
    size_t count = 0;
    if (!tmn_get_texts(reader, node, "by", &names, &count))
        return false;
    if (count == 0 || count > TMN_MAX_KEYS) {
        tmn_report(reader->list, tmn_node_get(node, "by")->place, "bad-keys", NULL, "%s needs 1 to %d keys", what,
                   TMN_MAX_KEYS);
        return false;
    }
    const struct tmn_node *by = tmn_node_get(node, "by");
    for (size_t k = 0; k < count; k++) {
        struct tmn_place place = by->kind == TMN_NODE_SEQUENCE && by->count == count ? by->items[k]->place : by->place;
        struct axis *axis = &draft->axis[k];
        axis->name = names[k];
        int feature = -1;
        if (strcmp(names[k], "year") != 0 && (feature = tmn_find_feature(reader, names[k], place, true, true)) < 0)
            return false;
        for (size_t j = 0; j < k; j++)
            if (strcmp(names[j], names[k]) == 0) {
                tmn_report(reader->list, place, "duplicate-key", NULL, "%s has the key '%s' twice", what, names[k]);
                return false;
            }
        axis->number = feature < 0 || feature == model->age_feature;
        if (!axis->number)
            axis->count = model->features.items[feature].cardinality;
        draft->table.key[k].feature = feature;
    }
    draft->table.keys = (int)count;
    return true;
}

/* The number of a number axis, or the level; -1 (or false in *ok) after reporting. */
static bool key_value(struct tmn_reader *reader, const struct draft *draft, int k, const char *text,
                      struct tmn_place place, long long *value) {
    if (draft->axis[k].number) {
        if (tmn_parse_int(text, strlen(text), value))
            return true;
        tmn_report(reader->list, place, "not-a-whole-number", NULL, "'%s' must be a whole number, not '%s'",
                   draft->axis[k].name, text);
        return false;
    }
    *value = tmn_find_level(reader, draft->table.key[k].feature, text, place);
    return *value >= 0;
}

static bool allocate(struct tmn_reader *reader, struct draft *draft, struct tmn_place place) {
    draft->cells = 1;
    for (int k = 0; k < draft->table.keys; k++) {
        draft->cells *= draft->axis[k].count;
        if (draft->cells == 0)
            return false;
        if (draft->cells > TABLE_MAX) {
            tmn_report(reader->list, place, "table-too-large", NULL, "table '%s' has more than %d cells",
                       draft->table.name, TABLE_MAX);
            return false;
        }
    }
    draft->value = TMN_NEW_ARRAY(reader->arena, double, draft->cells);
    draft->given = TMN_NEW_ARRAY(reader->arena, bool, draft->cells);
    return true;
}

static size_t cell_of(const struct draft *draft, const long long *key) {
    size_t cell = 0;
    for (int k = 0; k < draft->table.keys; k++)
        cell = cell * draft->axis[k].count +
               (size_t)(draft->axis[k].number ? axis_find(&draft->axis[k], key[k], NULL) : key[k]);
    return cell;
}

/* "village = a, year = 2001" of a cell. */
static const char *cell_text(struct tmn_reader *reader, const struct draft *draft, size_t cell) {
    struct tmn_text text;
    size_t stride = draft->cells;
    tmn_text_init(&text, reader->arena);
    for (int k = 0; k < draft->table.keys; k++) {
        const struct axis *axis = &draft->axis[k];
        stride /= axis->count;
        size_t at = cell / stride % axis->count;
        const struct tmn_feature *feature =
            axis->number ? NULL : &reader->model->features.items[draft->table.key[k].feature];
        tmn_text_put(&text, "%s%s = ", k ? ", " : "", axis->name);
        if (feature && feature->level)
            tmn_text_put(&text, "%s", feature->level[at]);
        else
            tmn_text_put(&text, "%lld", feature ? (long long)at : axis->values[at]);
    }
    return text.items;
}

static void read_rows(struct tmn_reader *reader, const struct tmn_node *node, struct draft *draft) {
    struct tmn_rows rows;
    int column[TMN_MAX_KEYS], keys = draft->table.keys;
    if (!tmn_rows_open(reader, node, &rows))
        return;
    int value_column = tmn_rows_get_column(reader, &rows, "value");
    bool found = value_column >= 0;
    for (int k = 0; k < keys; k++) {
        column[k] = tmn_rows_column(reader, &rows, draft->axis[k].name, tmn_node_get(node, "csv")->place);
        found = found && column[k] >= 0;
    }
    if (!found)
        return;
    long long *key = TMN_NEW_ARRAY(reader->arena, long long, rows.csv->rows *(size_t)keys);
    bool *good = TMN_NEW_ARRAY(reader->arena, bool, rows.csv->rows);
    for (size_t row = 0; row < rows.csv->rows; row++) {
        good[row] = tmn_rows_keep(&rows, row);
        for (int k = 0; k < keys && good[row]; k++)
            good[row] = key_value(reader, draft, k, tmn_csv_cell(rows.csv, row, column[k]),
                                  tmn_csv_place(rows.csv, row, column[k]), &key[row * (size_t)keys + (size_t)k]);
        for (int k = 0; k < keys && good[row]; k++)
            if (draft->axis[k].number)
                axis_add(reader->arena, &draft->axis[k], key[row * (size_t)keys + (size_t)k]);
    }
    if (!allocate(reader, draft, node->place))
        return;
    for (size_t row = 0; row < rows.csv->rows; row++) {
        double value;
        if (!good[row] || !tmn_rows_real(reader, &rows, row, value_column, &value))
            continue;
        size_t cell = cell_of(draft, key + row * (size_t)keys);
        if (draft->given[cell])
            tmn_report(reader->list, tmn_csv_place(rows.csv, row, value_column), "row-twice",
                       "'where' keeps only some rows of a file", "table '%s' has a second row for %s",
                       draft->table.name, cell_text(reader, draft, cell));
        draft->given[cell] = true;
        draft->value[cell] = value * draft->factor;
    }
}

static void collect_inline(struct tmn_reader *reader, const struct tmn_node *values, struct draft *draft, int k) {
    if (k == draft->table.keys || values->kind != TMN_NODE_MAPPING)
        return;
    for (size_t i = 0; i < values->count; i++) {
        long long value;
        if (draft->axis[k].number && tmn_parse_int(values->keys[i]->text, values->keys[i]->text_length, &value))
            axis_add(reader->arena, &draft->axis[k], value);
        collect_inline(reader, values->items[i], draft, k + 1);
    }
}

static void read_inline(struct tmn_reader *reader, const struct tmn_node *values, struct draft *draft, int k,
                        long long *key) {
    if (k == draft->table.keys) {
        double value;
        struct tmn_unit unit;
        if (!tmn_node_quantity(reader, values, "a value of the table", &value, &unit))
            return;
        if (!tmn_unit_is_none(unit) && !tmn_unit_equal(unit, draft->table.unit))
            tmn_report(reader->list, values->place, "wrong-unit", NULL, "'%s' has another unit than the table",
                       values->text);
        size_t cell = cell_of(draft, key);
        draft->given[cell] = true;
        draft->value[cell] = tmn_unit_is_none(unit) ? value * draft->factor : value;
        return;
    }
    if (values->kind != TMN_NODE_MAPPING) {
        tmn_report(reader->list, values->place, "wrong-shape", NULL,
                   "values of table '%s' must be a mapping of the levels of '%s' here", draft->table.name,
                   draft->axis[k].name);
        return;
    }
    for (size_t i = 0; i < values->count; i++)
        if (key_value(reader, draft, k, values->keys[i]->text, values->keys[i]->place, &key[k]))
            read_inline(reader, values->items[i], draft, k + 1, key);
}

/* From the grid of given rows to dense levels: an age or year takes the last row not above it. */
static bool make_dense(struct tmn_reader *reader, struct draft *draft, struct tmn_place place) {
    struct tmn_table *table = &draft->table;
    const struct tmn_calendar *calendar = &reader->model->calendar;
    int years = (calendar->windows + calendar->windows_per_year - 1) / calendar->windows_per_year;
    size_t size = 1;
    for (int k = table->keys - 1; k >= 0; k--) {
        int feature = table->key[k].feature;
        table->key[k].size = feature < 0 ? (uint32_t)years : reader->model->features.items[feature].cardinality;
        table->key[k].stride = (uint32_t)size;
        size *= table->key[k].size;
        if (size > TABLE_MAX) {
            tmn_report(reader->list, place, "table-too-large", NULL, "table '%s' has more than %d cells", table->name,
                       TABLE_MAX);
            return false;
        }
    }
    table->size = size;
    table->value = TMN_NEW_ARRAY(reader->arena, double, size);
    for (size_t i = 0; i < size; i++) {
        size_t cell = 0;
        bool below = false;
        for (int k = 0; k < table->keys; k++) {
            const struct axis *axis = &draft->axis[k];
            size_t at = i / table->key[k].stride % table->key[k].size;
            if (axis->number) {
                long long wanted = (long long)at + (table->key[k].feature < 0 ? calendar->start_year : 0);
                size_t next;
                bool exact = axis_find(axis, wanted, &next) >= 0;
                if (!exact && next == 0) {
                    below = true;
                    if (!draft->has_else) {
                        tmn_report(reader->list, place, "row-missing", "'else: NUMBER' supplies what is not given",
                                   "table '%s' begins at %s %lld, but %s %lld is needed", table->name, axis->name,
                                   axis->values[0], axis->name, wanted);
                        return false;
                    }
                }
                at = exact ? next : next - !below;
            }
            cell = cell * axis->count + at;
        }
        if (!below && !draft->given[cell] && !draft->has_else) {
            tmn_report(reader->list, place, "row-missing", "'else: NUMBER' supplies what is not given",
                       "table '%s' has no row for %s", table->name, cell_text(reader, draft, cell));
            return false;
        }
        table->value[i] = below || !draft->given[cell] ? draft->other : draft->value[cell];
    }
    return true;
}

static void read_table(struct tmn_reader *reader, const struct tmn_node *key, const struct tmn_node *node) {
    struct draft draft = {.table = {.name = key->text, .place = key->place}, .factor = 1};
    struct tmn_table *table = &draft.table;
    const char *unit_text;
    long long keys[TMN_MAX_KEYS] = {0};
    size_t before = reader->list->errors;
    char *what = tmn_arena_printf(reader->arena, "table '%s'", key->text);
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_TABLE, what) || !tmn_declare(reader, key, "table"))
        return;
    table->grounds = tmn_get_grounds(reader, node);
    tmn_get_text(reader, node, "csv", &table->file);
    tmn_get_unit(reader, node, &draft.factor, &table->unit, &unit_text);
    draft.has_else = tmn_get_real(reader, node, "else", -HUGE_VAL, HUGE_VAL, &draft.other);
    draft.other *= draft.factor;
    const struct tmn_node *values = tmn_node_get(node, "values");
    if ((tmn_node_get(node, "csv") != NULL) == (values != NULL)) {
        tmn_report(reader->list, node->place, "missing-key", NULL, "%s needs either 'csv' with 'value', or 'values'",
                   what);
        return;
    }
    if (!read_keys(reader, node, &draft, what))
        return;
    if (values) {
        collect_inline(reader, values, &draft, 0);
        if (allocate(reader, &draft, key->place))
            read_inline(reader, values, &draft, 0, keys);
    } else {
        read_rows(reader, node, &draft);
    }
    /* Later sections may still name the table, so that one mistake is one message. */
    bool whole = reader->list->errors == before && draft.cells > 0 &&
                 make_dense(reader, &draft, values ? values->place : tmn_node_get(node, "csv")->place);
    if (!whole) {
        if (reader->list->errors == before)
            tmn_report(reader->list, node->place, "row-missing", NULL, "%s has no rows", what);
        table->size = 1;
        table->value = TMN_NEW_ARRAY(reader->arena, double, 1);
    }
    table->low = table->high = table->value[0];
    for (size_t i = 1; i < table->size; i++) {
        table->low = fmin(table->low, table->value[i]);
        table->high = fmax(table->high, table->value[i]);
    }
    TMN_PUSH(reader->arena, &reader->model->tables, draft.table);
}

void tmn_read_tables(struct tmn_reader *reader) {
    const struct tmn_node *node = reader->section[TMN_IN_TABLES];
    if (node && tmn_want_mapping(reader, node, "'tables'"))
        for (size_t i = 0; i < node->count; i++)
            read_table(reader, node->keys[i], node->items[i]);
}
