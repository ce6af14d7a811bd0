/* Units: a product of powers of base quantities. Values are kept in base units: y, km, won, usd, cny, person. */
#ifndef TMN_MODEL_UNIT_H
#define TMN_MODEL_UNIT_H

#include "base/text.h"
#include <stdint.h>

enum tmn_quantity { TMN_TIME, TMN_LENGTH, TMN_WON, TMN_USD, TMN_CNY, TMN_PERSON, TMN_QUANTITIES };

struct tmn_unit {
    int8_t power[TMN_QUANTITIES];
};

extern const struct tmn_unit tmn_unit_none;
/* A unit's name as a constant: "d" -> 1/365.2425 with unit time. false if not a unit. */
bool tmn_unit_constant(const char *name, size_t length, double *value, struct tmn_unit *unit);
/* Parses "1/y", "usd/person", "km^2", "1", "%"; *factor converts a number in that unit to base units. */
bool tmn_unit_parse(const char *text, double *factor, struct tmn_unit *unit);
/* value * factor, so that 35 % is the double nearest to 0.35: a factor of one whole-numbered part divides instead. */
double tmn_unit_to_base(double value, double factor);
const char *tmn_unit_name(size_t index); /* of all constants, for suggestions; NULL past the last */
bool tmn_unit_equal(struct tmn_unit a, struct tmn_unit b);
bool tmn_unit_is_none(struct tmn_unit unit);
struct tmn_unit tmn_unit_product(struct tmn_unit a, struct tmn_unit b, int sign); /* sign -1: quotient */
void tmn_unit_format(struct tmn_unit unit, char text[64]);                        /* "1/y", "1" for none */

#endif
