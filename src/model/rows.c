/* Rows of CSV files as the sections ask for them: kept by `where`, columns renamed by `columns`, each file read once.
 */
#include "model/read.h"

#include "base/date.h"
#include <string.h>
#include <sys/stat.h>

static const struct tmn_csv *open_csv(struct tmn_reader *reader, const char *name, struct tmn_place place) {
    const char *path = tmn_file_path(reader, name, place);
    struct stat info;
    if (!path)
        return NULL;
    for (size_t i = 0; i < reader->csv.count; i++)
        if (strcmp(reader->csv.items[i].path, path) == 0)
            return reader->csv.items[i].csv;
    struct tmn_kept_csv kept = {path, NULL};
    if (stat(path, &info) != 0)
        tmn_report(reader->list, place, "no-file", "file names are relative to the scenario's folder",
                   "there is no file '%s'", name);
    else
        kept.csv = tmn_csv_read(reader->arena, path, reader->list);
    if (kept.csv)
        tmn_hash_source(reader, kept.csv->source);
    TMN_PUSH(reader->arena, &reader->csv, kept);
    return kept.csv;
}

static int column_of(struct tmn_reader *reader, const struct tmn_csv *csv, const char *name, struct tmn_place place) {
    int column = tmn_csv_column(csv, name);
    if (column >= 0)
        return column;
    const char *hint = tmn_hint_nearest(reader->list, name, csv->header, csv->columns);
    struct tmn_text text;
    tmn_text_init(&text, reader->arena);
    for (size_t i = 0; !hint && i < csv->columns && i < 20; i++)
        tmn_text_put(&text, "%s%s", i ? ", " : "columns: ", csv->header[i]);
    tmn_report(reader->list, place, "no-column", hint ? hint : text.items, "%s has no column '%s'", csv->source->path,
               name);
    return -1;
}

static bool filter_keeps(const struct tmn_csv *csv, size_t row, int column, const struct tmn_node *wanted) {
    const char *cell = tmn_csv_cell(csv, row, column);
    if (wanted->kind == TMN_NODE_SCALAR)
        return strcmp(cell, wanted->text) == 0;
    for (size_t i = 0; i < wanted->count; i++)
        if (strcmp(cell, wanted->items[i]->text) == 0)
            return true;
    return false;
}

bool tmn_rows_keep(const struct tmn_rows *rows, size_t row) {
    for (size_t f = 0; f < rows->filters; f++)
        if (!filter_keeps(rows->csv, row, rows->filter[f].column, rows->filter[f].node))
            return false;
    return true;
}

static bool open_filters(struct tmn_reader *reader, struct tmn_rows *rows) {
    const struct tmn_node *where = tmn_node_get(rows->map, "where");
    if (!where || where->kind != TMN_NODE_MAPPING)
        return true;
    for (size_t i = 0; i < where->count; i++) {
        int column = column_of(reader, rows->csv, where->keys[i]->text, where->keys[i]->place);
        const struct tmn_node *wanted = where->items[i];
        bool scalars = wanted->kind != TMN_NODE_MAPPING;
        for (size_t j = 0; wanted->kind == TMN_NODE_SEQUENCE && j < wanted->count; j++)
            scalars = scalars && wanted->items[j]->kind == TMN_NODE_SCALAR;
        if (!scalars || i == sizeof rows->filter / sizeof *rows->filter) {
            tmn_report(reader->list, wanted->place, "wrong-shape", NULL,
                       "a column in 'where' takes a text or a list of texts, and there may be 16 columns");
            return false;
        }
        if (column < 0)
            return false;
        rows->filter[rows->filters].column = column;
        rows->filter[rows->filters++].node = wanted;
        bool any = false;
        for (size_t row = 0; row < rows->csv->rows && !any; row++)
            any = filter_keeps(rows->csv, row, column, wanted);
        if (!any) {
            tmn_report(reader->list, wanted->place, "no-rows", NULL, "no row of %s has '%s' in column '%s'",
                       rows->csv->source->path, wanted->kind == TMN_NODE_SCALAR ? wanted->text : "one of these",
                       where->keys[i]->text);
            return false;
        }
    }
    return true;
}

bool tmn_rows_open(struct tmn_reader *reader, const struct tmn_node *map, struct tmn_rows *rows) {
    const char *name;
    *rows = (struct tmn_rows){.map = map};
    if (!tmn_get_text(reader, map, "csv", &name))
        return false;
    rows->csv = open_csv(reader, name, tmn_node_get(map, "csv")->place);
    if (!rows->csv || !open_filters(reader, rows))
        return false;
    for (size_t row = 0; row < rows->csv->rows; row++)
        if (tmn_rows_keep(rows, row))
            return true;
    tmn_report(reader->list, tmn_node_get(map, "csv")->place, "no-rows", NULL, "no row of %s is left%s",
               rows->csv->source->path, rows->filters ? " by 'where'" : "");
    return false;
}

int tmn_rows_column(struct tmn_reader *reader, const struct tmn_rows *rows, const char *name, struct tmn_place place) {
    const struct tmn_node *columns = tmn_node_get(rows->map, "columns");
    const struct tmn_node *renamed = columns && columns->kind == TMN_NODE_MAPPING ? tmn_node_get(columns, name) : NULL;
    if (renamed && renamed->kind == TMN_NODE_SCALAR)
        return column_of(reader, rows->csv, renamed->text, renamed->place);
    return column_of(reader, rows->csv, name, place);
}

int tmn_rows_get_column(struct tmn_reader *reader, const struct tmn_rows *rows, const char *key) {
    const char *name;
    if (!tmn_get_text(reader, rows->map, key, &name)) {
        if (!tmn_node_get(rows->map, key))
            tmn_report(reader->list, rows->map->place, "missing-key", NULL,
                       "a CSV file needs '%s', the name of a column", key);
        return -1;
    }
    return column_of(reader, rows->csv, name, tmn_node_get(rows->map, key)->place);
}

bool tmn_rows_real(struct tmn_reader *reader, const struct tmn_rows *rows, size_t row, int column, double *value) {
    const char *cell = tmn_csv_cell(rows->csv, row, column);
    if (tmn_parse_real(cell, strlen(cell), value))
        return true;
    tmn_report(reader->list, tmn_csv_place(rows->csv, row, column), "not-a-number", NULL,
               cell[0] ? "column '%s' must hold numbers, not '%s'" : "a cell of column '%s' is empty",
               rows->csv->header[column], cell);
    return false;
}

bool tmn_rows_date(struct tmn_reader *reader, const struct tmn_rows *rows, size_t row, int column, bool last,
                   int32_t *day) {
    const char *cell = tmn_csv_cell(rows->csv, row, column);
    if (!tmn_date_parse(cell, day)) {
        tmn_report(reader->list, tmn_csv_place(rows->csv, row, column), "not-a-date",
                   "write it as YYYY-MM-DD, or a year alone", "column '%s' must hold dates, not '%s'",
                   rows->csv->header[column], cell);
        return false;
    }
    if (last && !strchr(cell, '-')) {
        int year, month, day_of_month;
        tmn_day_date(*day, &year, &month, &day_of_month);
        *day = tmn_date_day(year, 12, 31);
    }
    return true;
}

int64_t tmn_rows_level(struct tmn_reader *reader, const struct tmn_rows *rows, size_t row, int column, int feature) {
    const char *cell = tmn_csv_cell(rows->csv, row, column);
    int64_t level = tmn_level_of(reader, feature, cell);
    return level >= 0 ? level : tmn_find_level(reader, feature, cell, tmn_csv_place(rows->csv, row, column));
}
