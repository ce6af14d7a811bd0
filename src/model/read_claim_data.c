/* Numbers of data that claims are held against: a figure computed from the rows of a table or of an observation, and
 * other codings of the drivers. */
#include "model/read_claims.h"

#include <math.h>
#include <string.h>

enum take { TAKE_SUM, TAKE_MEAN, TAKE_MIN, TAKE_MAX, TAKE_FIRST, TAKE_LAST, TAKE_COUNT, TAKES };
static const char *const take_name[TAKES] = {"sum", "mean", "min", "max", "first", "last", "count"};

/* What the rows gave so far. */
struct taken {
    enum take take;
    size_t rows;
    double sum, min, max, first, last;
    int32_t first_day, last_day;
};

static void take_value(struct taken *taken, double value, int32_t day) {
    taken->sum += value;
    taken->min = taken->rows == 0 ? value : fmin(taken->min, value);
    taken->max = taken->rows == 0 ? value : fmax(taken->max, value);
    if (taken->rows == 0 || day < taken->first_day) {
        taken->first = value;
        taken->first_day = day;
    }
    if (taken->rows == 0 || day >= taken->last_day) {
        taken->last = value;
        taken->last_day = day;
    }
    taken->rows++;
}

static double taken_value(const struct taken *taken) {
    switch (taken->take) {
    case TAKE_SUM:
        return taken->sum;
    case TAKE_MEAN:
        return taken->sum / (double)taken->rows;
    case TAKE_MIN:
        return taken->min;
    case TAKE_MAX:
        return taken->max;
    case TAKE_FIRST:
        return taken->first;
    case TAKE_LAST:
        return taken->last;
    default:
        return (double)taken->rows;
    }
}

/* Of an observation: rows that lie within the span, of the cell that is asked for as they have it. */
static bool take_observed(struct tmn_reader *reader, const struct tmn_node *node, const char *name,
                          struct tmn_span span, struct taken *taken, const char **file) {
    const struct tmn_model *model = reader->model;
    const char **names = TMN_NEW_ARRAY(reader->arena, const char *, model->observations.count + 1);
    const struct tmn_observation *observation = NULL;
    int64_t cell[TMN_MAX_KEYS];
    for (size_t i = 0; i < model->observations.count; i++) {
        names[i] = model->observations.items[i].name;
        if (strcmp(names[i], name) == 0)
            observation = &model->observations.items[i];
    }
    if (!observation) {
        tmn_report(reader->list, tmn_node_get(node, "observation")->place, "unknown-name",
                   tmn_hint_nearest(reader->list, name, names, model->observations.count),
                   "there is no observation '%s'", name);
        return false;
    }
    *file = observation->file;
    tmn_read_cell(reader, node, observation->outcome, cell);
    for (size_t i = 0; i < observation->count; i++) {
        const struct tmn_observed *row = &observation->rows[i];
        bool wanted = row->from_day >= span.from_day && row->to_day <= span.to_day;
        for (int k = 0; k < model->outcomes.items[observation->outcome].by.n; k++)
            wanted = wanted && (cell[k] < 0 || cell[k] == row->cell[k]);
        if (wanted)
            take_value(taken, row->value, row->from_day);
    }
    return true;
}

static bool take_table(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_span span,
                       struct taken *taken) {
    struct tmn_rows rows;
    int value = -1, date = -1;
    if (!tmn_rows_open(reader, node, &rows) ||
        (taken->take != TAKE_COUNT && (value = tmn_rows_get_column(reader, &rows, "value")) < 0) ||
        (tmn_node_get(node, "date") && (date = tmn_rows_get_column(reader, &rows, "date")) < 0))
        return false;
    for (size_t row = 0; row < rows.csv->rows; row++) {
        double number = 0;
        int32_t day = (int32_t)row; /* without dates in the order of the rows */
        if (!tmn_rows_keep(&rows, row))
            continue;
        if (date >= 0 &&
            (!tmn_rows_date(reader, &rows, row, date, false, &day) || day < span.from_day || day > span.to_day))
            continue;
        if (value >= 0 && !tmn_rows_real(reader, &rows, row, value, &number))
            return false;
        take_value(taken, number, day);
    }
    return true;
}

/* One number from one source; false after reporting. */
static bool read_figure(struct tmn_reader *reader, const struct tmn_node *node, double *value, size_t *rows,
                        const char **file) {
    static const char *const pers[] = {"year"};
    struct tmn_span span = {INT32_MIN, INT32_MAX};
    struct taken taken = {.take = TAKE_SUM};
    const char *name, *csv;
    int take = TAKE_SUM, per = 0;
    bool observed = tmn_get_text(reader, node, "observation", &name), table = tmn_get_text(reader, node, "csv", &csv);
    if (observed == table) {
        tmn_report(reader->list, node->place, "missing-key", NULL, "data need exactly one of 'observation' and 'csv'");
        return false;
    }
    bool from = tmn_get_date(reader, node, "from", &span.from_day);
    bool to = tmn_get_last_date(reader, node, "to", &span.to_day);
    if ((from || to) && table && !tmn_node_get(node, "date")) {
        tmn_report(reader->list, node->place, "missing-key", NULL,
                   "'from' and 'to' need 'date', the column of dates or years");
        return false;
    }
    tmn_get_choice(reader, node, "take", take_name, TAKES, &take);
    taken.take = (enum take)take;
    *file = table ? csv : NULL;
    if (!(observed ? take_observed(reader, node, name, span, &taken, file) : take_table(reader, node, span, &taken)))
        return false;
    if (taken.rows == 0 && taken.take != TAKE_COUNT) {
        tmn_report(reader->list, node->place, "no-rows", NULL, "no row of the data is left by these keys");
        return false;
    }
    *value = taken_value(&taken);
    *rows = taken.rows;
    if (!tmn_get_choice(reader, node, "per", pers, 1, &per))
        return true;
    if (!from || !to) {
        tmn_report(reader->list, tmn_node_get(node, "per")->place, "missing-key", NULL,
                   "'per: year' needs 'from' and 'to'");
        return false;
    }
    *value /= tmn_years_between(span.from_day, span.to_day);
    return true;
}

void tmn_read_claim_check(struct tmn_reader *reader, const struct tmn_node *node, const char *what,
                          struct tmn_claim_check *check) {
    const struct tmn_node *over = tmn_node_get(node, "over");
    double divisor;
    size_t rows;
    const char *file;
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_CLAIM_CHECK, tmn_arena_printf(reader->arena, "check of %s", what)))
        return;
    check->low = -HUGE_VAL;
    check->high = HUGE_VAL;
    bool low = tmn_get_real(reader, node, "at_least", -HUGE_VAL, HUGE_VAL, &check->low);
    bool high = tmn_get_real(reader, node, "at_most", -HUGE_VAL, HUGE_VAL, &check->high);
    if (!low && !high && !tmn_node_get(node, "at_least") && !tmn_node_get(node, "at_most"))
        tmn_report(reader->list, node->place, "missing-key", "at_least, at_most or both",
                   "the check of %s expects nothing of its number", what);
    if (!read_figure(reader, node, &check->value, &check->rows, &check->file) || !over ||
        !tmn_schema_check(reader, over, TMN_SCHEMA_DATA_ROWS, "'over'") ||
        !read_figure(reader, over, &divisor, &rows, &file))
        return;
    if (divisor == 0)
        tmn_report(reader->list, over->place, "out-of-range", NULL, "'over' divides by 0");
    check->value /= divisor;
    check->rows += rows;
}

/* ---- codings of drivers ---- */

static void read_coding(struct tmn_reader *reader, const struct tmn_node *key, const struct tmn_node *node) {
    const struct tmn_model *model = reader->model;
    const struct tmn_calendar *calendar = &model->calendar;
    struct tmn_coding coding = {.name = key->text, .place = key->place};
    struct tmn_claim_controls *controls = &reader->model->controls;
    struct tmn_rows rows;
    if (!tmn_node_text(reader, node, "a coding", &coding.file))
        return;
    struct tmn_node csv_key = {.kind = TMN_NODE_SCALAR, .text = "csv", .place = node->place}, csv_value = *node;
    struct tmn_node *keys[] = {&csv_key}, *items[] = {&csv_value};
    struct tmn_node *map = TMN_NEW(reader->arena, struct tmn_node);
    *map = (struct tmn_node){.kind = TMN_NODE_MAPPING, .place = node->place, .keys = keys, .items = items, .count = 1};
    if (!tmn_rows_open(reader, map, &rows))
        return;
    int driver = tmn_rows_column(reader, &rows, "driver", node->place),
        date = tmn_rows_column(reader, &rows, "date", node->place),
        value = tmn_rows_column(reader, &rows, "value", node->place);
    if (driver < 0 || date < 0 || value < 0)
        return;
    coding.value = TMN_NEW_ARRAY(reader->arena, double *, model->drivers.count + 1);
    for (size_t row = 0; row < rows.csv->rows; row++) {
        const char *name = tmn_csv_cell(rows.csv, row, driver);
        double number;
        int32_t day;
        size_t d = 0;
        while (d < model->drivers.count && strcmp(model->drivers.items[d].name, name) != 0)
            d++;
        if (d == model->drivers.count || model->drivers.items[d].slots != 1) {
            tmn_report(reader->list, tmn_csv_place(rows.csv, row, driver), "unknown-name", NULL,
                       "there is no national driver '%s'", name);
            continue;
        }
        if (!tmn_rows_date(reader, &rows, row, date, false, &day) || !tmn_rows_real(reader, &rows, row, value, &number))
            continue;
        const struct tmn_driver *of = &model->drivers.items[d];
        int from = coding.value[d] ? tmn_calendar_from(calendar, day) : 0; /* before the first row: its value */
        if (!coding.value[d])
            coding.value[d] = TMN_NEW_ARRAY(reader->arena, double, calendar->windows + 1);
        for (int w = from; w < calendar->windows; w++)
            coding.value[d][w] = number * of->factor;
    }
    TMN_PUSH(reader->arena, &controls->codings, coding);
}

void tmn_read_codings(struct tmn_reader *reader, const struct tmn_node *node) {
    const struct tmn_node *map = tmn_node_get(node, "codings");
    for (size_t i = 0; map && map->kind == TMN_NODE_MAPPING && i < map->count; i++)
        read_coding(reader, map->keys[i], map->items[i]);
}
