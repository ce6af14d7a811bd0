/* Units: constants, products, text, and text back to units. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/unit.h"
#include <string.h>

static void constants(void **state) {
    (void)state;
    static const struct {
        const char *name;
        double value;
        enum tmn_quantity quantity;
    } expected[] = {
        {"y", 1.0, TMN_TIME},
        {"month", 1.0 / 12.0, TMN_TIME},
        {"week", 7.0 / 365.2425, TMN_TIME},
        {"d", 1.0 / 365.2425, TMN_TIME},
        {"km", 1.0, TMN_LENGTH},
        {"m", 0.001, TMN_LENGTH},
        {"won", 1.0, TMN_WON},
        {"usd", 1.0, TMN_USD},
        {"cny", 1.0, TMN_CNY},
        {"person", 1.0, TMN_PERSON},
    };
    double value;
    struct tmn_unit unit;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_true(tmn_unit_constant(expected[i].name, strlen(expected[i].name), &value, &unit));
        assert_true(value == expected[i].value);
        for (int q = 0; q < TMN_QUANTITIES; q++)
            assert_int_equal(unit.power[q], q == (int)expected[i].quantity);
    }
    assert_true(tmn_unit_constant("%", 1, &value, &unit) && value == 0.01 && tmn_unit_is_none(unit));
    assert_false(tmn_unit_constant("day", 3, &value, &unit));
    assert_false(tmn_unit_constant("d", 0, &value, &unit));
    assert_true(tmn_unit_constant("days", 1, &value, &unit)); /* the length decides */
}

static void whole_parts_divide(void **state) {
    (void)state;
    assert_true(tmn_unit_to_base(35, 0.01) == 0.35); /* 35 * 0.01 is not */
    assert_true(tmn_unit_to_base(1.1, 0.001) == 1.1 / 1000);
    assert_true(tmn_unit_to_base(30, 1.0 / 365.2425) == 30 * (1.0 / 365.2425));
    assert_true(tmn_unit_to_base(7, 1) == 7);
}

static void parses(void **state) {
    (void)state;
    static const struct {
        const char *text, *format;
        double factor;
    } good[] = {
        {"1", "1", 1},
        {"%", "1", 0.01},
        {"1/y", "1/y", 1},
        {"1/d", "1/y", 365.2425},
        {" usd / person ", "usd/person", 1},
        {"usd/person/y", "usd/y/person", 1}, /* printed in the order of the base quantities */
        {"m*m", "km^2", 0.000001},
        {"km^2/y", "km^2/y", 1},
        {"1/y^2", "1/y^2", 1},
        {"y/y", "1", 1},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        double factor = 0, again = 0;
        struct tmn_unit unit, same;
        char text[64];
        assert_true(tmn_unit_parse(good[i].text, &factor, &unit));
        assert_true(factor > good[i].factor * (1 - 1e-12) && factor < good[i].factor * (1 + 1e-12));
        tmn_unit_format(unit, text);
        assert_string_equal(text, good[i].format);
        assert_true(tmn_unit_parse(text, &again, &same) && again == 1 && tmn_unit_equal(unit, same));
    }
    static const char *const bad[] = {"",    "1/",   "/y",    "days", "1 y",     "usd*",
                                      "km^", "km^0", "km^-1", "2/y",  "usd+won", "y*(d)"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double factor = 7;
        struct tmn_unit unit;
        assert_false(tmn_unit_parse(bad[i], &factor, &unit));
        assert_true(factor == 7);
    }
}

static void products(void **state) {
    (void)state;
    double factor;
    struct tmn_unit usd, person, quotient, many;
    char text[64];
    assert_true(tmn_unit_parse("usd", &factor, &usd));
    assert_true(tmn_unit_parse("person", &factor, &person));
    quotient = tmn_unit_product(usd, person, -1);
    tmn_unit_format(quotient, text);
    assert_string_equal(text, "usd/person");
    assert_true(tmn_unit_equal(tmn_unit_product(quotient, person, 1), usd));
    assert_false(tmn_unit_equal(usd, person));
    for (int q = 0; q < TMN_QUANTITIES; q++)
        many.power[q] = -99;
    tmn_unit_format(tmn_unit_product(many, many, 1), text); /* bounded, whatever is multiplied */
    assert_string_equal(text, "1/y^99/km^99/won^99/usd^99/cny^99/person^99");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(constants), cmocka_unit_test(whole_parts_divide),
                                       cmocka_unit_test(parses), cmocka_unit_test(products)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
