/* population: counts, margins, deals, draws, households, the unborn. */
#include "model/read.h"

#include <math.h>
#include <string.h>

enum { CELLS_MAX = 1 << 24 };

/* Names in `by` of counts (attributes) or of a margin (attributes and maps); sizes and bands without looking at rows.
 */
static bool read_count_keys(struct tmn_reader *reader, const struct tmn_node *node, bool maps,
                            struct tmn_counts *counts) {
    const struct tmn_node *population = reader->section[TMN_IN_POPULATION], *bands = tmn_node_get(population, "bands"),
                          *by = tmn_node_get(node, "by");
    const char **names;
    size_t count = 0;
    if (!tmn_get_texts(reader, node, "by", &names, &count) || count == 0 || count > TMN_MAX_KEYS)
        return false;
    for (size_t k = 0; k < count; k++) {
        struct tmn_place place = by->kind == TMN_NODE_SEQUENCE && by->count == count ? by->items[k]->place : by->place;
        int feature = tmn_find_feature(reader, names[k], place, maps, false);
        if (feature < 0)
            return false;
        for (size_t j = 0; j < k; j++)
            if (counts->feature[j] == feature) {
                tmn_report(reader->list, place, "duplicate-key", NULL, "'%s' stands twice in 'by'", names[k]);
                return false;
            }
        const struct tmn_node *band = bands && bands->kind == TMN_NODE_MAPPING ? tmn_node_get(bands, names[k]) : NULL;
        long long width = 1;
        if (band && tmn_node_int(reader, band, "a band", 1, 1000, &width) &&
            !reader->model->features.items[feature].numeric)
            tmn_report(reader->list, band->place, "not-a-number", NULL,
                       "'%s' cannot have bands: its levels are not numbers", names[k]);
        counts->feature[k] = feature;
        counts->band[k] = (uint32_t)width;
        counts->first[k] = 0;
        counts->size[k] = reader->model->features.items[feature].cardinality;
    }
    counts->keys = (int)count;
    return true;
}

/* Bands begin where the rows say: the first numbers of bands must lie whole bands apart. */
static bool read_bands(struct tmn_reader *reader, const struct tmn_rows *rows, int column, struct tmn_counts *counts,
                       int k) {
    const struct tmn_feature *feature = &reader->model->features.items[counts->feature[k]];
    long long low = 0, high = 0, width = counts->band[k], value;
    bool any = false;
    for (size_t row = 0; row < rows->csv->rows; row++) {
        const char *cell = tmn_csv_cell(rows->csv, row, column);
        if (!tmn_rows_keep(rows, row))
            continue;
        if (!tmn_parse_int(cell, strlen(cell), &value)) {
            tmn_report(reader->list, tmn_csv_place(rows->csv, row, column), "not-a-whole-number", NULL,
                       "'%s' must be a whole number, not '%s'", feature->name, cell);
            return false;
        }
        if (value + width <= feature->first || value >= feature->first + (long long)feature->cardinality) {
            tmn_report(reader->list, tmn_csv_place(rows->csv, row, column), "unknown-level", NULL,
                       "the band of %lld from %lld has no level of '%s', which has %d to %d", width, value,
                       feature->name, feature->first, feature->first + (int)feature->cardinality - 1);
            return false;
        }
        if (any && (value - low) % width != 0) {
            tmn_report(reader->list, tmn_csv_place(rows->csv, row, column), "bad-band", NULL,
                       "'%s' is counted in bands of %lld, and %lld and %lld are not whole bands apart", feature->name,
                       width, low, value);
            return false;
        }
        low = !any || value < low ? value : low;
        high = !any || value > high ? value : high;
        any = true;
    }
    counts->first[k] = (int32_t)(low - feature->first);
    counts->size[k] = (uint32_t)((high - low) / width + 1);
    return true;
}

static int64_t count_key(struct tmn_reader *reader, const struct tmn_rows *rows, size_t row, int column,
                         const struct tmn_counts *counts, int k) {
    long long value;
    const char *cell = tmn_csv_cell(rows->csv, row, column);
    if (counts->band[k] == 1)
        return tmn_rows_level(reader, rows, row, column, counts->feature[k]);
    tmn_parse_int(cell, strlen(cell), &value);
    return (value - reader->model->features.items[counts->feature[k]].first - counts->first[k]) / counts->band[k];
}

static void fill_counts(struct tmn_reader *reader, const struct tmn_rows *rows, const int *column, int value_column,
                        struct tmn_counts *counts) {
    bool *given = TMN_NEW_ARRAY(reader->arena, bool, counts->cells);
    double sum = 0;
    for (size_t row = 0; row < rows->csv->rows; row++) {
        size_t cell = 0;
        double value;
        bool good = tmn_rows_keep(rows, row);
        for (int k = 0; k < counts->keys && good; k++) {
            int64_t level = count_key(reader, rows, row, column[k], counts, k);
            good = level >= 0;
            cell = cell * counts->size[k] + (good ? (size_t)level : 0);
        }
        if (!good || !tmn_rows_real(reader, rows, row, value_column, &value))
            continue;
        struct tmn_place place = tmn_csv_place(rows->csv, row, value_column);
        if (!(value >= 0) || value > 1e12)
            tmn_report(reader->list, place, "out-of-range", NULL, "a number of persons must lie between 0 and 1e12");
        if (given[cell])
            tmn_report(reader->list, place, "row-twice", "'where' keeps only some rows of a file",
                       "a second row for the same persons");
        given[cell] = true;
        counts->value[cell] = value;
        sum += value;
    }
    if (!(sum > 0))
        tmn_report(reader->list, counts->place, "no-rows", NULL, "these counts add up to nobody");
}

static void read_counts(struct tmn_reader *reader, const struct tmn_node *node, bool maps, struct tmn_counts *counts) {
    struct tmn_rows rows;
    int column[TMN_MAX_KEYS];
    counts->place = node->place;
    tmn_get_text(reader, node, "csv", &counts->file);
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_COUNTS, maps ? "a margin" : "'counts'") ||
        !read_count_keys(reader, node, maps, counts) || !tmn_rows_open(reader, node, &rows))
        return;
    int value_column = tmn_rows_get_column(reader, &rows, "value");
    bool good = value_column >= 0;
    for (int k = 0; k < counts->keys; k++) {
        column[k] = tmn_rows_column(reader, &rows, reader->model->features.items[counts->feature[k]].name,
                                    tmn_node_get(node, "by")->place);
        good = good && column[k] >= 0 && (counts->band[k] == 1 || read_bands(reader, &rows, column[k], counts, k));
    }
    if (!good)
        return;
    counts->cells = 1;
    for (int k = 0; k < counts->keys; k++)
        if ((counts->cells *= counts->size[k]) > CELLS_MAX) {
            tmn_report(reader->list, node->place, "too-many-cells", NULL, "these counts have more than %d cells",
                       CELLS_MAX);
            return;
        }
    counts->value = TMN_NEW_ARRAY(reader->arena, double, counts->cells);
    fill_counts(reader, &rows, column, value_column, counts);
}

static void read_start(struct tmn_reader *reader, const struct tmn_node *set) {
    struct tmn_model *model = reader->model;
    for (size_t i = 0; set && set->kind == TMN_NODE_MAPPING && i < set->count; i++) {
        const char *text;
        int attribute = tmn_find_attribute(reader, set->keys[i]->text, set->keys[i]->place);
        if (!tmn_node_text(reader, set->items[i], "a level", &text) || attribute < 0)
            continue;
        int64_t level = tmn_find_level(reader, tmn_feature_of_attribute(model, attribute), text, set->items[i]->place);
        if (level >= 0)
            model->attributes.items[attribute].start = (uint32_t)level;
    }
}

static void read_groups(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_population *population) {
    const struct tmn_node *households = tmn_node_get(node, "households"), *unit = tmn_node_get(node, "unit"),
                          *unborn = tmn_node_get(node, "unborn");
    long long per_unit = 0;
    if (households && households->kind == TMN_NODE_MAPPING &&
        tmn_schema_check(reader, households, TMN_SCHEMA_HOUSEHOLDS, "'households'")) {
        const struct tmn_node *head = tmn_node_get(households, "head");
        tmn_get_real(reader, households, "size", 1, 1000, &population->household_size);
        if (head && head->kind == TMN_NODE_SCALAR && !head->null)
            population->head = tmn_expr_parse(reader->model, head, TMN_SCOPE_START, TMN_NATION, true, reader->list);
    }
    if (unit && unit->kind == TMN_NODE_MAPPING && tmn_schema_check(reader, unit, TMN_SCHEMA_UNIT, "'unit'")) {
        if (!households)
            tmn_report(reader->list, unit->place, "missing-key", NULL,
                       "units are made of households: 'population' needs 'households' too");
        tmn_get_int(reader, unit, "households", 1, 1000000, &per_unit);
        population->unit_households = (uint32_t)per_unit;
    }
    if (unborn && unborn->kind == TMN_NODE_MAPPING &&
        tmn_schema_check(reader, unborn, TMN_SCHEMA_UNBORN, "'unborn' of the population")) {
        tmn_get_real(reader, unborn, "per_household", 0, 1000, &population->unborn_per_household);
        tmn_get_real(reader, unborn, "reserve", 0, 100, &population->unborn_reserve);
        tmn_get_real(reader, unborn, "national", 0, 100, &population->unborn_national);
        if (population->unborn_per_household > 0 && !households)
            tmn_report(reader->list, tmn_key_place(unborn, "per_household"), "missing-key", NULL,
                       "'per_household' needs 'households'");
        if (!reader->section[TMN_IN_UNBORN])
            tmn_report(reader->list, unborn->place, "missing-section",
                       "for example unborn: status = unborn, at the top level",
                       "rows for the unborn need to know which level means unborn");
    }
}

static void read_size(struct tmn_reader *reader, const struct tmn_node *node) {
    struct tmn_model *model = reader->model;
    if (!node || node->kind != TMN_NODE_SCALAR || node->null)
        return;
    struct tmn_expr *size = tmn_expr_parse(model, node, TMN_SCOPE_CONSTANT, TMN_NATION, false, reader->list);
    if (!size || !tmn_expr_want_unit(size, tmn_unit_none, "'size'", reader->list))
        return;
    double persons = tmn_expr_constant(model, size);
    if (!(persons >= 1 && persons <= 4e9))
        tmn_report(reader->list, size->place, "out-of-range", NULL, "'size' must lie between 1 and 4e9, not %.10g",
                   persons);
    model->population.size = size;
}

/* A draw of what was dealt would undo the exact numbers. */
static void refuse_both(struct tmn_reader *reader, const struct tmn_node *draw) {
    const struct tmn_population *population = &reader->model->population;
    for (size_t d = 0; d < population->deal_count; d++) {
        const char *name = reader->model->attributes.items[population->deals[d].attribute].name;
        if (draw && draw->kind == TMN_NODE_MAPPING && tmn_node_get(draw, name))
            tmn_report(reader->list, tmn_key_place(draw, name), "wrong-kind", "keep one of them",
                       "'%s' is dealt already: drawing it would undo that", name);
    }
}

void tmn_read_population(struct tmn_reader *reader) {
    struct tmn_model *model = reader->model;
    struct tmn_population *population = &model->population;
    const struct tmn_node *node = reader->section[TMN_IN_POPULATION];
    const char *place;
    if (!node) {
        tmn_report(reader->list, reader->root, "missing-section", NULL,
                   "the scenario needs a section 'population' with a size or counts");
        return;
    }
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_POPULATION, "'population'"))
        return;
    population->place = node->place;
    population->grounds = tmn_get_grounds(reader, node);
    read_size(reader, tmn_node_get(node, "size"));
    if (tmn_get_text(reader, node, "place", &place))
        population->place_attribute = tmn_find_attribute(reader, place, tmn_node_get(node, "place")->place);
    const struct tmn_node *counts = tmn_node_get(node, "counts"), *margins = tmn_node_get(node, "margins"),
                          *bands = tmn_node_get(node, "bands");
    if (counts && counts->kind == TMN_NODE_MAPPING)
        read_counts(reader, counts, false, &population->counts);
    if (margins && margins->kind == TMN_NODE_SEQUENCE && margins->count > 0) {
        population->margin = TMN_NEW_ARRAY(reader->arena, struct tmn_counts, margins->count);
        population->margins = margins->count;
        for (size_t i = 0; i < margins->count; i++)
            read_counts(reader, margins->items[i], true, &population->margin[i]);
    }
    for (size_t i = 0; bands && bands->kind == TMN_NODE_MAPPING && i < bands->count; i++)
        tmn_find_attribute(reader, bands->keys[i]->text, bands->keys[i]->place);
    if (!counts && !margins && !tmn_node_get(node, "size"))
        tmn_report(reader->list, node->place, "missing-key", NULL, "'population' needs 'size', 'counts' or 'margins'");
    read_start(reader, tmn_node_get(node, "set"));
    tmn_read_draws(reader, tmn_node_get(node, "deal"), "population/deal", TMN_SCOPE_CONSTANT, &population->deals,
                   &population->deal_hash, &population->deal_count);
    tmn_read_draws(reader, tmn_node_get(node, "draw"), "population/draw", TMN_SCOPE_START, &population->draws,
                   &population->draw_hash, &population->draw_count);
    refuse_both(reader, tmn_node_get(node, "draw"));
    read_groups(reader, node, population);
}
