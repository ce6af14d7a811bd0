/* Settings: "name=value" and "name=value@date" for parameters and drivers. */
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
        return tmn_fail(err, TMN_USAGE, "'%s' has the wrong unit for '%s', which is in %s", text, name,
                        unit_text ? unit_text : want);
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

static bool set_parameter(struct tmn_model *model, struct tmn_settings *settings, int index, const char *text,
                          int window, struct tmn_error *err) {
    struct tmn_parameter *parameter = &model->parameters.items[index];
    double value;
    if (!tmn_parameter_parse(parameter, text, &value, err))
        return false;
    if (window < 0) {
        parameter->value = value;
        return true;
    }
    struct tmn_setting setting = {index, value, window};
    TMN_PUSH(model->arena, settings, setting);
    return true;
}

static bool set_driver(struct tmn_model *model, struct tmn_driver *driver, const char *text, int window,
                       struct tmn_error *err) {
    size_t slots = driver->slots, all = (size_t)model->calendar.windows * slots;
    double value;
    if (!tmn_value_parse(driver->name, text, driver->unit, driver->factor, driver->unit_text, &value, err))
        return false;
    for (size_t i = window < 0 ? 0 : (size_t)window * slots; i < all; i++)
        driver->value[i] = value;
    driver->low = driver->high = driver->value[0];
    for (size_t i = 1; i < all; i++) {
        driver->low = fmin(driver->low, driver->value[i]);
        driver->high = fmax(driver->high, driver->value[i]);
    }
    return true;
}

static bool fail_unknown(const struct tmn_model *model, const char *name, struct tmn_error *err) {
    size_t count = 0;
    const char **names = TMN_NEW_ARRAY(model->arena, const char *, model->parameters.count + model->drivers.count + 1);
    for (size_t i = 0; i < model->parameters.count; i++)
        names[count++] = model->parameters.items[i].name;
    for (size_t i = 0; i < model->drivers.count; i++)
        names[count++] = model->drivers.items[i].name;
    const char *nearest = tmn_nearest(name, names, count);
    return tmn_fail(err, TMN_USAGE, "there is no parameter or driver '%s'%s%s%s", name,
                    nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

bool tmn_model_set(struct tmn_model *model, struct tmn_settings *settings, const char *assignment,
                   struct tmn_error *err) {
    const char *equals = strchr(assignment, '=');
    int window = -1;
    if (!equals || equals == assignment || equals[1] == '\0')
        return tmn_fail(err, TMN_USAGE, "'%s' is not a setting: write name=value or name=value@date", assignment);
    const char *name = tmn_arena_strndup(model->arena, assignment, (size_t)(equals - assignment)),
               *at = strchr(equals, '@');
    const char *text = at ? tmn_arena_strndup(model->arena, equals + 1, (size_t)(at - equals - 1)) : equals + 1;
    if (at) {
        int32_t day;
        if (!tmn_date_parse(at + 1, &day))
            return tmn_fail(err, TMN_USAGE, "'%s' is not a date: write YYYY-MM-DD, or a year alone", at + 1);
        window = tmn_calendar_from(&model->calendar, day);
        if (window >= model->calendar.windows)
            return tmn_fail(err, TMN_USAGE, "no window of the run begins on or after %s", at + 1);
    }
    for (size_t i = 0; i < model->parameters.count; i++)
        if (strcmp(model->parameters.items[i].name, name) == 0)
            return set_parameter(model, settings, (int)i, text, window, err);
    for (size_t i = 0; i < model->drivers.count; i++)
        if (strcmp(model->drivers.items[i].name, name) == 0)
            return set_driver(model, &model->drivers.items[i], text, window, err);
    return fail_unknown(model, name, err);
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
