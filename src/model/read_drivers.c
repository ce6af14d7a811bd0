/* drivers: steps, pulses or CSV, sampled on the first day of each window. */
#include "model/read.h"

#include "base/real.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct point {
    int32_t day;
    double value;
    size_t row;
};
struct pulse {
    int32_t from, to;
    double size, decay_days /* 0: none */;
};

static int by_day(const void *a, const void *b) {
    const struct point *x = a, *y = b;
    return (x->day > y->day) - (x->day < y->day);
}

static void add_mark(struct tmn_reader *reader, struct tmn_driver *driver, const char *label, int32_t from,
                     int32_t to) {
    size_t n = driver->marks_count++;
    driver->mark_label[n] = label ? label : tmn_arena_strdup(reader->arena, driver->name);
    driver->mark_from[n] = from;
    driver->mark_to[n] = to;
}

static double at_point(const struct point *points, size_t count, int32_t day, bool linear) {
    size_t next = 0;
    while (next < count && points[next].day <= day)
        next++;
    if (next == 0)
        return points[0].value;
    const struct point *last = &points[next - 1];
    if (!linear || next == count)
        return last->value;
    double share = (double)(day - last->day) / (double)(points[next].day - last->day);
    return last->value + share * (points[next].value - last->value);
}

/* steps: { date: value, ... } into points, which begin with the base value. */
static size_t read_steps(struct tmn_reader *reader, const struct tmn_node *steps, struct tmn_driver *driver,
                         double start, struct point *points) {
    size_t count = 1;
    points[0] = (struct point){INT32_MIN, start, 0};
    for (size_t i = 0; steps && i < steps->count; i++) {
        struct point point = {.row = i};
        if (!tmn_node_date(reader, steps->keys[i], "a step's key", &point.day) ||
            !tmn_node_real(reader, steps->items[i], "a step", -HUGE_VAL, HUGE_VAL, &point.value))
            continue;
        point.value *= driver->factor;
        points[count++] = point;
        if (driver->marks)
            add_mark(reader, driver, tmn_arena_printf(reader->arena, "%s = %s", driver->name, steps->items[i]->text),
                     point.day, point.day);
    }
    qsort(points + 1, count - 1, sizeof *points, by_day);
    for (size_t i = 2; i < count; i++)
        if (points[i].day == points[i - 1].day)
            tmn_report(reader->list, steps->keys[points[i].row]->place, "row-twice", NULL,
                       "driver '%s' has two steps on this day", driver->name);
    return count;
}

static void read_pulse(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_driver *driver,
                       struct pulse *pulse) {
    const struct tmn_calendar *calendar = &reader->model->calendar;
    const char *note = NULL;
    double years = 0;
    *pulse = (struct pulse){0};
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_PULSE, "a pulse") ||
        !tmn_get_date(reader, node, "from", &pulse->from) ||
        !tmn_get_real(reader, node, "size", -HUGE_VAL, HUGE_VAL, &pulse->size))
        return;
    pulse->to = pulse->from;
    tmn_get_last_date(reader, node, "to", &pulse->to);
    tmn_get_text(reader, node, "note", &note);
    const struct tmn_node *decay = tmn_node_get(node, "decay");
    if (decay && decay->kind == TMN_NODE_SCALAR && tmn_node_duration(reader, decay, "'decay'", &years)) {
        if (!(years > 0))
            tmn_report(reader->list, decay->place, "out-of-range", NULL, "'decay' must be above 0");
        pulse->decay_days = years * TMN_YEAR_DAYS;
    }
    if (pulse->to < pulse->from)
        tmn_report(reader->list, tmn_node_get(node, "to")->place, "bad-end", NULL,
                   "a pulse cannot end before it begins");
    else if (!decay && tmn_calendar_from(calendar, pulse->from) < calendar->windows &&
             tmn_calendar_from(calendar, pulse->from) == tmn_calendar_until(calendar, pulse->to))
        tmn_report_warning(
            reader->list, node->place, "no-effect",
            "drivers are sampled on the first day of each window: lengthen the pulse, or give it a decay",
            "this pulse of '%s' lies between the first days of two windows and is never seen", driver->name);
    pulse->size *= driver->factor;
    if (driver->marks)
        add_mark(reader, driver, note ? note : driver->grounds.note, pulse->from, pulse->to);
}

/* Steps and pulses are national. */
static void sample_steps(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_driver *driver) {
    const struct tmn_calendar *calendar = &reader->model->calendar;
    const struct tmn_node *steps = tmn_node_get(node, "steps"), *pulses = tmn_node_get(node, "pulses");
    double start = 0;
    steps = steps && steps->kind == TMN_NODE_MAPPING ? steps : NULL;
    size_t pulse_count = pulses && pulses->kind == TMN_NODE_SEQUENCE ? pulses->count : 0,
           capacity = (steps ? steps->count : 0) + pulse_count + 1;
    tmn_get_real(reader, node, "start", -HUGE_VAL, HUGE_VAL, &start);
    driver->mark_label = TMN_NEW_ARRAY(reader->arena, const char *, capacity);
    driver->mark_from = TMN_NEW_ARRAY(reader->arena, int32_t, capacity);
    driver->mark_to = TMN_NEW_ARRAY(reader->arena, int32_t, capacity);
    struct point *points = TMN_NEW_ARRAY(reader->arena, struct point, capacity);
    struct pulse *pulse = TMN_NEW_ARRAY(reader->arena, struct pulse, pulse_count + 1);
    size_t point_count = read_steps(reader, steps, driver, start * driver->factor, points);
    for (size_t i = 0; i < pulse_count; i++)
        read_pulse(reader, pulses->items[i], driver, &pulse[i]);
    for (int w = 0; w < calendar->windows; w++) {
        int32_t day = tmn_calendar_window(calendar, w).first_day;
        double value = at_point(points, point_count, day, false);
        for (size_t i = 0; i < pulse_count; i++) {
            if (day >= pulse[i].from && day <= pulse[i].to)
                value += pulse[i].size;
            else if (day > pulse[i].to && pulse[i].decay_days > 0)
                value += pulse[i].size * tmn_exp(-(double)(day - pulse[i].to) / pulse[i].decay_days);
        }
        driver->value[w] = value;
    }
}

static void sample_slot(struct tmn_reader *reader, const struct tmn_rows *rows, int column, struct tmn_driver *driver,
                        uint32_t slot, struct point *points, size_t count, bool linear) {
    const struct tmn_calendar *calendar = &reader->model->calendar;
    qsort(points, count, sizeof *points, by_day);
    for (size_t i = 1; i < count; i++)
        if (points[i].day == points[i - 1].day) {
            size_t row = points[i].row > points[i - 1].row ? points[i].row : points[i - 1].row;
            tmn_report(reader->list, tmn_csv_place(rows->csv, row, column), "row-twice",
                       "'where' keeps only some rows of a file", "driver '%s' has a second row for this date",
                       driver->name);
        }
    for (int w = 0; w < calendar->windows; w++)
        driver->value[(size_t)w * driver->slots + slot] =
            at_point(points, count, tmn_calendar_window(calendar, w).first_day, linear);
}

static void sample_csv(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_driver *driver) {
    static const char *const interpolations[] = {"step", "linear"};
    struct tmn_rows rows;
    int linear = 0, by_column = -1;
    if (!tmn_rows_open(reader, node, &rows))
        return;
    int date_column = tmn_rows_get_column(reader, &rows, "date"),
        value_column = tmn_rows_get_column(reader, &rows, "value");
    tmn_get_choice(reader, node, "interpolate", interpolations, 2, &linear);
    driver->linear = linear == 1;
    const struct tmn_feature *feature = driver->by >= 0 ? &reader->model->features.items[driver->by] : NULL;
    if (feature)
        by_column = tmn_rows_column(reader, &rows, feature->name, tmn_node_get(node, "by")->place);
    if (date_column < 0 || value_column < 0 || (feature && by_column < 0))
        return;
    struct point *points = TMN_NEW_ARRAY(reader->arena, struct point, rows.csv->rows);
    size_t *first = TMN_NEW_ARRAY(reader->arena, size_t, driver->slots + 1),
           *fill = TMN_NEW_ARRAY(reader->arena, size_t, driver->slots + 1);
    int64_t *slot = TMN_NEW_ARRAY(reader->arena, int64_t, rows.csv->rows);
    for (size_t row = 0; row < rows.csv->rows; row++) {
        slot[row] = !tmn_rows_keep(&rows, row) ? -1
                    : feature                  ? tmn_rows_level(reader, &rows, row, by_column, driver->by)
                                               : 0;
        if (slot[row] >= 0)
            first[slot[row] + 1]++;
    }
    for (uint32_t s = 0; s < driver->slots; s++)
        first[s + 1] += first[s];
    for (size_t row = 0; row < rows.csv->rows; row++) {
        struct point point = {.row = row};
        if (slot[row] < 0 || !tmn_rows_date(reader, &rows, row, date_column, false, &point.day) ||
            !tmn_rows_real(reader, &rows, row, value_column, &point.value))
            continue;
        point.value *= driver->factor;
        points[first[slot[row]] + fill[slot[row]]++] = point;
    }
    struct tmn_text missing;
    tmn_text_init(&missing, reader->arena);
    for (uint32_t s = 0; s < driver->slots; s++) {
        if (fill[s] > 0)
            sample_slot(reader, &rows, date_column, driver, s, points + first[s], fill[s], linear == 1);
        else if (first[s + 1] == first[s])
            tmn_text_put(&missing, "%s%s", missing.count ? ", " : "",
                         feature && feature->level ? feature->level[s] : "all");
    }
    if (missing.count)
        tmn_report(
            reader->list, tmn_node_get(node, "csv")->place, "row-missing",
            "a driver needs every place; for one of few places multiply a national driver by a table with 'else: 0'",
            "driver '%s' has no row for %s %s", driver->name, feature ? feature->name : "", missing.items);
}

/* times: the parameter, without a unit, that is the coefficient of the driver's class. */
static int read_times(struct tmn_reader *reader, const struct tmn_node *node) {
    const struct tmn_node *times = tmn_node_get(node, "times");
    const struct tmn_model *model = reader->model;
    const char *text = NULL;
    if (!times || !tmn_get_text(reader, node, "times", &text))
        return -1;
    for (size_t i = 0; i < model->parameters.count; i++)
        if (strcmp(model->parameters.items[i].name, text) == 0) {
            if (!tmn_unit_is_none(model->parameters.items[i].unit))
                tmn_report(reader->list, times->place, "wrong-unit", NULL, "'%s' multiplies a driver and has a unit",
                           text);
            return (int)i;
        }
    tmn_report(reader->list, times->place, "unknown-name", "'times' names a parameter", "no parameter is named '%s'",
               text);
    return -1;
}

static void read_driver(struct tmn_reader *reader, const struct tmn_node *key, const struct tmn_node *node) {
    struct tmn_model *model = reader->model;
    struct tmn_driver driver = {.name = key->text, .place = key->place, .factor = 1};
    char *what = tmn_arena_printf(reader->arena, "driver '%s'", key->text);
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_DRIVER, what) || !tmn_declare(reader, key, "driver"))
        return;
    tmn_get_unit(reader, node, &driver.factor, &driver.unit, &driver.unit_text);
    tmn_get_bool(reader, node, "marks", &driver.marks);
    tmn_get_text(reader, node, "class", &driver.class_name);
    tmn_get_text(reader, node, "csv", &driver.file);
    driver.times = read_times(reader, node);
    driver.grounds = tmn_get_grounds(reader, node);
    driver.by = tmn_get_by(reader, node, &driver.slots);
    driver.first = model->driver_slots;
    driver.value = TMN_NEW_ARRAY(reader->arena, double, (size_t)model->calendar.windows *driver.slots);
    bool csv = tmn_node_get(node, "csv") != NULL,
         declared = tmn_node_get(node, "start") || tmn_node_get(node, "steps") || tmn_node_get(node, "pulses");
    if (csv == declared)
        tmn_report(reader->list, node->place, "missing-key", NULL,
                   "%s needs either 'csv' with 'date' and 'value', or 'start', 'steps' and 'pulses'", what);
    else if (declared && driver.by >= 0)
        tmn_report(reader->list, tmn_node_get(node, "by")->place, "wrong-kind", NULL,
                   "%s is given by steps or pulses and is national: 'by' needs a CSV file", what);
    else if (csv)
        sample_csv(reader, node, &driver);
    else
        sample_steps(reader, node, &driver);
    driver.low = driver.high = driver.value[0];
    for (size_t i = 1; i < (size_t)model->calendar.windows * driver.slots; i++) {
        driver.low = fmin(driver.low, driver.value[i]);
        driver.high = fmax(driver.high, driver.value[i]);
    }
    model->driver_slots += driver.slots;
    TMN_PUSH(reader->arena, &model->drivers, driver);
}

void tmn_read_drivers(struct tmn_reader *reader) {
    const struct tmn_node *node = reader->section[TMN_IN_DRIVERS];
    if (node && tmn_want_mapping(reader, node, "'drivers'"))
        for (size_t i = 0; i < node->count; i++)
            read_driver(reader, node->keys[i], node->items[i]);
}
