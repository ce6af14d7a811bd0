/* Values of parameters as they are written, and models with other values beside each other. */
#include "model/model.h"
#include "model/schema.h"

#include <math.h>
#include <string.h>

bool tmn_value_parse(const char *name, const char *text, struct tmn_unit unit, double factor, const char *unit_text,
                     double *value, struct tmn_error *err) {
    struct tmn_unit given;
    bool plain = tmn_parse_real(text, strlen(text), value);
    if (!plain && !tmn_quantity_parse(text, value, &given))
        return tmn_fail(err, TMN_USAGE, "'%s' is not a value for '%s': a number%s%s is wanted", text, name,
                        unit_text ? " in " : "", unit_text ? unit_text : "");
    if (plain)
        *value *= factor;
    else if (!tmn_unit_equal(given, unit)) {
        char want[64];
        tmn_unit_format(unit, want);
        bool none = !unit_text && strcmp(want, "1") == 0;
        return tmn_fail(err, TMN_USAGE, "'%s' has the wrong unit for '%s', which %s%s", text, name,
                        none ? "has none" : "is in ",
                        none        ? ""
                        : unit_text ? unit_text
                                    : want);
    }
    return isfinite(*value) ? true : tmn_fail(err, TMN_USAGE, "'%s' is too large for '%s'", text, name);
}

bool tmn_parameter_parse(const struct tmn_parameter *parameter, const char *text, double *value,
                         struct tmn_error *err) {
    if (!tmn_value_parse(parameter->name, text, parameter->unit, parameter->factor, parameter->unit_text, value, err))
        return false;
    if (*value < parameter->low || *value > parameter->high) {
        char low[32], high[32];
        tmn_format_real(parameter->low / parameter->factor, low);
        tmn_format_real(parameter->high / parameter->factor, high);
        return tmn_fail(err, TMN_USAGE, "'%s' lies outside the range of '%s', which is %s to %s", text, parameter->name,
                        low, high);
    }
    if (parameter->prior == TMN_PRIOR_ONE_OF && *value != floor(*value))
        return tmn_fail(err, TMN_USAGE, "'%s' is one of the alternatives 0 to %d: a whole number", parameter->name,
                        parameter->prior_alternatives - 1);
    return true;
}

struct tmn_model *tmn_model_with(struct tmn_arena *arena, const struct tmn_model *model, const double *parameter) {
    struct tmn_model *copy = TMN_NEW(arena, struct tmn_model);
    *copy = *model;
    copy->parameters.items = TMN_NEW_ARRAY(arena, struct tmn_parameter, model->parameters.count + 1);
    for (size_t i = 0; i < model->parameters.count; i++) {
        copy->parameters.items[i] = model->parameters.items[i];
        copy->parameters.items[i].value = parameter[i];
    }
    return copy;
}

struct tmn_model *tmn_model_hold(struct tmn_arena *arena, const struct tmn_model *model, const bool *held, int window) {
    struct tmn_model *copy = TMN_NEW(arena, struct tmn_model);
    *copy = *model;
    copy->drivers.items = TMN_NEW_ARRAY(arena, struct tmn_driver, model->drivers.count + 1);
    for (size_t d = 0; d < model->drivers.count; d++) {
        struct tmn_driver *driver = &copy->drivers.items[d];
        *driver = model->drivers.items[d];
        if (!held[d])
            continue;
        size_t slots = driver->slots, all = (size_t)model->calendar.windows * slots, from = (size_t)window * slots;
        driver->value = TMN_NEW_ARRAY(arena, double, all + 1);
        for (size_t i = 0; i < all; i++)
            driver->value[i] = model->drivers.items[d].value[i < from ? i : from - slots + i % slots];
    }
    return copy;
}

struct tmn_model *tmn_model_copy(struct tmn_arena *arena, const struct tmn_model *model) {
    struct tmn_model *copy = TMN_NEW(arena, struct tmn_model);
    size_t windows = (size_t)model->calendar.windows;
    *copy = *model;
    copy->arena = arena;
    copy->parameters.items = TMN_NEW_ARRAY(arena, struct tmn_parameter, model->parameters.count + 1);
    for (size_t i = 0; i < model->parameters.count; i++)
        copy->parameters.items[i] = model->parameters.items[i];
    copy->drivers.items = TMN_NEW_ARRAY(arena, struct tmn_driver, model->drivers.count + 1);
    for (size_t d = 0; d < model->drivers.count; d++) {
        struct tmn_driver *driver = &copy->drivers.items[d];
        *driver = model->drivers.items[d];
        driver->value = TMN_NEW_ARRAY(arena, double, windows * driver->slots + 1);
        memcpy(driver->value, model->drivers.items[d].value, windows * driver->slots * sizeof *driver->value);
    }
    return copy;
}
