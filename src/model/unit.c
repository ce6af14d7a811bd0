/* Units of numbers: the names that a scenario may write, their products, their text. A unit is a vector of powers of
 * six base quantities; everything is kept in base units, so that arithmetic needs no conversions. */
#include "model/unit.h"
#include "base/date.h"
#include <ctype.h>
#include <string.h>

enum { POWER_MAX = 99 }; /* keeps the text of any unit below 64 characters */

const struct tmn_unit tmn_unit_none;

/* The base units in the order of enum tmn_quantity. */
static const char *const base_names[TMN_QUANTITIES] = {"y", "km", "won", "usd", "cny", "person"};

static const struct {
    const char *name;
    double value;
    int quantity; /* or -1: a plain number */
} constants[] = {
    {"y", 1.0, TMN_TIME},
    {"month", 1.0 / 12.0, TMN_TIME},
    {"week", 7.0 / TMN_YEAR_DAYS, TMN_TIME},
    {"d", 1.0 / TMN_YEAR_DAYS, TMN_TIME},
    {"km", 1.0, TMN_LENGTH},
    {"m", 0.001, TMN_LENGTH},
    {"won", 1.0, TMN_WON},
    {"usd", 1.0, TMN_USD},
    {"cny", 1.0, TMN_CNY},
    {"person", 1.0, TMN_PERSON},
    {"%", 0.01, -1},
};

const char *tmn_unit_name(size_t index) {
    return index < sizeof constants / sizeof constants[0] ? constants[index].name : NULL;
}

bool tmn_unit_constant(const char *name, size_t length, double *value, struct tmn_unit *unit) {
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++) {
        if (strlen(constants[i].name) != length || memcmp(constants[i].name, name, length) != 0)
            continue;
        *value = constants[i].value;
        *unit = tmn_unit_none;
        if (constants[i].quantity >= 0)
            unit->power[constants[i].quantity] = 1;
        return true;
    }
    return false;
}

double tmn_unit_to_base(double value, double factor) {
    double inverse = 1.0 / factor;
    return factor < 1.0 && inverse == (double)(long long)inverse ? value / inverse : value * factor;
}

bool tmn_unit_equal(struct tmn_unit a, struct tmn_unit b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

bool tmn_unit_is_none(struct tmn_unit unit) {
    return tmn_unit_equal(unit, tmn_unit_none);
}

struct tmn_unit tmn_unit_product(struct tmn_unit a, struct tmn_unit b, int sign) {
    struct tmn_unit product = tmn_unit_none;
    for (int q = 0; q < TMN_QUANTITIES; q++) {
        int power = a.power[q] + sign * b.power[q];
        product.power[q] = (int8_t)(power > POWER_MAX ? POWER_MAX : power < -POWER_MAX ? -POWER_MAX : power);
    }
    return product;
}

static const char *skip_spaces(const char *at) {
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

/* One term: "1", a unit's name, or a unit's name with "^n". NULL if it is none of these. */
static const char *parse_term(const char *at, double *value, struct tmn_unit *unit, int *power) {
    size_t length = 0;
    *power = 1;
    if (*at == '1') {
        *value = 1.0;
        *unit = tmn_unit_none;
        return at + 1;
    }
    while (isalpha((unsigned char)at[length]) || at[length] == '%')
        length++;
    if (!tmn_unit_constant(at, length, value, unit))
        return NULL;
    at += length;
    if (*at != '^')
        return at;
    at++;
    *power = 0;
    for (int digits = 0; isdigit((unsigned char)*at) && digits < 2; digits++, at++)
        *power = *power * 10 + (*at - '0');
    return *power > 0 ? at : NULL;
}

bool tmn_unit_parse(const char *text, double *factor, struct tmn_unit *unit) {
    double product = 1.0;
    struct tmn_unit result = tmn_unit_none;
    int sign = 1;
    for (const char *at = skip_spaces(text);; at = skip_spaces(at + 1)) {
        double value;
        struct tmn_unit term;
        int power;
        at = parse_term(at, &value, &term, &power);
        if (!at)
            return false;
        for (int i = 0; i < power; i++) {
            product = sign > 0 ? product * value : product / value;
            result = tmn_unit_product(result, term, sign);
        }
        at = skip_spaces(at);
        if (*at == '\0')
            break;
        if (*at != '*' && *at != '/')
            return false;
        sign = *at == '*' ? 1 : -1;
    }
    *factor = product;
    *unit = result;
    return true;
}

void tmn_unit_format(struct tmn_unit unit, char text[64]) {
    size_t used = 0;
    text[0] = '\0';
    for (int sign = 1; sign >= -1; sign -= 2) {
        if (sign < 0 && used == 0) {
            text[used++] = '1';
            text[used] = '\0';
        }
        for (int q = 0; q < TMN_QUANTITIES; q++) {
            int power = sign * unit.power[q];
            if (power <= 0)
                continue;
            const char *joint = sign < 0 ? "/" : used > 0 ? "*" : "";
            int more = power == 1 ? snprintf(text + used, 64 - used, "%s%s", joint, base_names[q])
                                  : snprintf(text + used, 64 - used, "%s%s^%d", joint, base_names[q], power);
            used += (size_t)more;
        }
    }
}
