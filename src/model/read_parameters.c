/* parameters; their priors are read in read_prior.c. */
#include "model/read.h"

#include <math.h>
#include <string.h>

static const char *skip_spaces(const char *text) {
    while (*text == ' ')
        text++;
    return text;
}

static void read_range(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_parameter *parameter) {
    const struct tmn_node *range = tmn_node_get(node, "range");
    double low, high;
    if (!range || range->kind != TMN_NODE_SEQUENCE)
        return;
    if (range->count != 2) {
        tmn_report(reader->list, range->place, "bad-range", NULL, "'range' must be [low, high]");
        return;
    }
    if (!tmn_node_real(reader, range->items[0], "the low end", -HUGE_VAL, HUGE_VAL, &low) ||
        !tmn_node_real(reader, range->items[1], "the high end", -HUGE_VAL, HUGE_VAL, &high))
        return;
    if (!(low <= high)) {
        tmn_report(reader->list, range->place, "bad-range", NULL, "'range' must rise: [low, high]");
        return;
    }
    parameter->low = low * parameter->factor;
    parameter->high = high * parameter->factor;
    if (parameter->value < parameter->low || parameter->value > parameter->high)
        tmn_report(reader->list, tmn_node_get(node, "value")->place, "out-of-range", NULL,
                   "the value %s of '%s' lies outside its range, %s to %s", tmn_node_get(node, "value")->text,
                   parameter->name, range->items[0]->text, range->items[1]->text);
}

static void read_value(struct tmn_reader *reader, const struct tmn_node *node, const struct tmn_node *value,
                       struct tmn_parameter *parameter) {
    struct tmn_unit unit;
    char *what = tmn_arena_printf(reader->arena, "parameter '%s'", parameter->name);
    if (!tmn_node_quantity(reader, value, what, &parameter->value, &unit))
        return;
    bool declared = node && tmn_node_get(node, "unit");
    if (tmn_unit_is_none(unit) && declared) {
        parameter->value *= parameter->factor;
    } else if (!declared) {
        parameter->unit = unit;
        const char *tail =
            strpbrk(value->text, " abcdfghijklmnopqrstuvwxyz%/"); /* no 'e': it may belong to the number */
        if (!tmn_unit_is_none(unit) && tail) { /* `--set` then takes plain numbers in the unit written here */
            double one;
            struct tmn_unit same;
            char *unit_text = tmn_arena_printf(reader->arena, "1 %s", skip_spaces(tail));
            if (tmn_quantity_parse(unit_text, &one, &same)) {
                parameter->factor = one;
                parameter->unit_text = skip_spaces(tail);
            }
        }
    } else if (!tmn_unit_equal(unit, parameter->unit)) {
        tmn_report(reader->list, value->place, "wrong-unit", NULL, "the value '%s' has another unit than '%s'",
                   value->text, parameter->unit_text);
    }
}

static void read_parameter(struct tmn_reader *reader, const struct tmn_node *key, const struct tmn_node *node) {
    struct tmn_parameter parameter = {.name = key->text,
                                      .place = key->place,
                                      .factor = 1,
                                      .low = -HUGE_VAL,
                                      .high = HUGE_VAL,
                                      .grounds.assumed = true};
    if (!tmn_declare(reader, key, "parameter"))
        return;
    if (node->kind != TMN_NODE_MAPPING) {
        read_value(reader, NULL, node, &parameter);
    } else if (tmn_schema_check(reader, node, TMN_SCHEMA_PARAMETER,
                                tmn_arena_printf(reader->arena, "parameter '%s'", key->text))) {
        const struct tmn_node *value = tmn_node_get(node, "value");
        tmn_get_unit(reader, node, &parameter.factor, &parameter.unit, &parameter.unit_text);
        if (value && value->kind == TMN_NODE_SCALAR && !value->null)
            read_value(reader, node, value, &parameter);
        tmn_read_prior(reader, node, &parameter);
        read_range(reader, node, &parameter);
        tmn_prior_within(reader, node, &parameter);
        tmn_get_bool(reader, node, "fitted", &parameter.fitted);
        parameter.grounds = tmn_get_grounds(reader, node);
    }
    TMN_PUSH(reader->arena, &reader->model->parameters, parameter);
}

void tmn_read_parameters(struct tmn_reader *reader) {
    const struct tmn_node *node = reader->section[TMN_IN_PARAMETERS];
    if (node && tmn_want_mapping(reader, node, "'parameters'"))
        for (size_t i = 0; i < node->count; i++)
            read_parameter(reader, node->keys[i], node->items[i]);
}
