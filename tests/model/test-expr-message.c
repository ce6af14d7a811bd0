/* Every message of the parser and resolver, with its exact text, column, length and hint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "expr-fixture.h"

#define NUMBER false
#define CONDITION true

struct mistake {
    enum tmn_scope scope;
    int by;
    bool boolean;
    const char *text, *reported; /* "column+length message [code] hint" */
};

static void check(const struct mistake *mistakes, size_t count) {
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < count; i++) {
        assert_null(fixture_parse(&f, mistakes[i].text, mistakes[i].scope, mistakes[i].by, mistakes[i].boolean));
        assert_string_equal(fixture_reported(&f), mistakes[i].reported);
    }
    fixture_close(&f);
}
#define CHECK(mistakes) check(mistakes, sizeof mistakes / sizeof mistakes[0])

static void syntax_messages(void **state) {
    (void)state;
    static const struct mistake mistakes[] = {
        {TMN_SCOPE_PERSON, -1, NUMBER, "", "1+1 an expression is missing here [syntax]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "  ", "1+1 an expression is missing here [syntax]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "1 +", "4+1 a value is missing at the end [syntax]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "1 + * 2", "5+1 a value is missing before '*' [syntax]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "(1 + 2", "1+1 this '(' is never closed [syntax]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "1 + 2)", "6+1 ')' does not belong here [syntax]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "min(1, 2", "4+1 this '(' is never closed [syntax]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "min(1 2)", "7+1 ',' or ')' is missing before '2' [syntax]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "min(1,)", "7+1 a value is missing before ')' [syntax]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "min(1 weight)",
         "7+6 an operator is missing before 'weight' [syntax] units are y month week d, km m, won usd cny, person, %"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "1 < weight < 3",
         "12+1 comparisons do not chain [syntax] join two with 'and': a < x and x < b"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "q == 1", "3+2 '==' is not an operator here [syntax] write '=' for equality"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "q <> 1",
         "3+2 '<>' is not an operator here [syntax] write '!=' for inequality"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "q = 1 && q = 2", "7+2 '&&' is not an operator here [syntax] write 'and'"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "!(q = 1)",
         "1+1 '!' is not an operator here [syntax] write 'not' before a condition"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "q ^ 2", "3+1 '^' is not an operator here [syntax] write pow(x, p)"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "q ** 2", "3+2 '**' is not an operator here [syntax] write pow(x, p)"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "q $ 2", "3+1 '$' has no meaning in an expression [syntax]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "q # 2", "3+1 '#' has no meaning in an expression [syntax]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "weight é",
         "8+1 'é' has no meaning in an expression [syntax] put a level with such letters in quotes"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "é + 1",
         "1+1 'é' has no meaning in an expression [syntax] put a level with such letters in quotes"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "\"é\" = foo + bar",
         "1+3 quoted text is a level and must stand beside an attribute or map [wrong-type]\n"
         "7+3 nothing is named 'foo' [unknown-name]\n"
         "13+3 nothing is named 'bar' [unknown-name]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "30 days",
         "4+4 an operator is missing before 'days' [syntax] units are y month week d, km m, won usd cny, person, %"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "30 fear",
         "4+4 an operator is missing before 'fear' [syntax] units are y month week d, km m, won usd cny, person, %"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "weight q", "8+1 an operator is missing before 'q' [syntax]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "(weight q)", "9+1 an operator or ')' is missing before 'q' [syntax]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "1e999", "1+5 this number is too long or too large [syntax]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "1.", "2+1 '.' has no meaning in an expression [syntax]"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "status in home",
         "11+4 a list of levels in [ ] is missing before 'home' [syntax] write x in [a, b]"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "status in []",
         "12+1 the list of levels is empty [syntax] write x in [a, b]"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "status in [home", "11+1 this '[' is never closed [syntax]"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "status = 'home", "10+5 a quoted level has no closing quote [syntax]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "{a}",
         "1+1 '{' is not an operator here [syntax] look-ups are written table[...]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "q\x01", "2+1 a control character has no meaning in an expression [syntax]"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "status in [home,]", "17+1 a value is missing before ']' [syntax]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "pull[aware", "5+1 this '[' is never closed [syntax]"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "q = 1 and", "10+1 a value is missing at the end [syntax]"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "and q = 1", "1+3 a value is missing before 'and' [syntax]"},
    };
    CHECK(mistakes);
}

static void names_messages(void **state) {
    (void)state;
    static const struct mistake mistakes[] = {
        {TMN_SCOPE_PERSON, -1, NUMBER, "wieght", "1+6 nothing is named 'wieght' [unknown-name] did you mean 'weight'?"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "zzzzzzz", "1+7 nothing is named 'zzzzzzz' [unknown-name]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "brrier * 2",
         "1+6 nothing is named 'brrier' [unknown-name] did you mean 'barrier'?"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "heard + 1",
         "1+5 'heard' is a level of 'aware', not a value [wrong-type] compare with it: aware = heard"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "exp + 1", "1+3 'exp' is a function, not a value [wrong-type] write exp(...)"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "pull + 1",
         "1+4 'pull' is a table, not a value [wrong-type] look it up: pull[...]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "household", "1+9 'household' is a layer and cannot be read here [wrong-scope]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "cross", "1+5 'cross' is a transition and cannot be read here [wrong-scope]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "flood", "1+5 'flood' is an event and cannot be read here [wrong-scope]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "arrivals",
         "1+8 'arrivals' is an outcome and cannot be read here [wrong-scope]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "status + 1",
         "1+6 'status' has named levels and is not a number [wrong-type] compare it with a level: status = unborn"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "village",
         "1+7 'village' has named levels and is not a number [wrong-type] compare it with a level: village = hyesan"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "expp(1)", "1+4 no function is named 'expp' [unknown-name] did you mean 'exp'?"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "pull(aware)",
         "1+4 no function is named 'pull' [unknown-name] a table is read with brackets: pull[...]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "exp[1]", "1+3 'exp' is not a table [wrong-type] a function takes parentheses"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "weight[1]", "1+6 'weight' is not a table [wrong-type]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "foo[1]", "1+3 nothing is named 'foo' [unknown-name]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "mi(1)", "1+2 no function is named 'mi' [unknown-name] did you mean 'min'?"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "'text'",
         "1+6 quoted text is a level and must stand beside an attribute or map [wrong-type]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "exp(1, 2)", "1+3 exp() takes 1 value, not 2 [wrong-arguments]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "min(1)", "1+3 min() takes 2 values, not 1 [wrong-arguments]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "clamp(1, 2)", "1+5 clamp() takes 3 values, not 2 [wrong-arguments]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "share()",
         "1+5 share() takes 1 value, not 0 [wrong-arguments] and perhaps a last argument 'by' with an attribute or "
         "map"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "min(by province, 1)",
         "5+11 only share() and count() take 'by' [wrong-arguments]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "share(by province)",
         "7+11 only share() and count() take 'by' [wrong-arguments]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "min(1, by province)",
         "8+11 only share() and count() take 'by' [wrong-arguments]"},
    };
    CHECK(mistakes);
}

static void scopes_messages(void **state) {
    (void)state;
    static const struct mistake mistakes[] = {
        {TMN_SCOPE_CONSTANT, -1, NUMBER, "weight * barrier",
         "10+7 'barrier' is feedback and cannot be read here [wrong-scope] only numbers and parameters can be read "
         "here"},
        {TMN_SCOPE_CONSTANT, -1, NUMBER, "fear",
         "1+4 'fear' is an attribute and cannot be read here [wrong-scope] only numbers and parameters can be read "
         "here"},
        {TMN_SCOPE_CONSTANT, -1, NUMBER, "pull[heard]",
         "1+4 'pull' is a table and cannot be read here [wrong-scope] only numbers and parameters can be read here"},
        {TMN_SCOPE_CONSTANT, -1, NUMBER, "year",
         "1+4 'year' is the current year and cannot be read here [wrong-scope] only numbers and parameters can be read "
         "here"},
        {TMN_SCOPE_ATTRIBUTES, -1, CONDITION, "barrier > 1",
         "1+7 'barrier' is feedback and cannot be read here [wrong-scope] only attributes, maps, tables and parameters "
         "can be read here"},
        {TMN_SCOPE_ATTRIBUTES, -1, CONDITION, "age > 1",
         "1+3 'age' is a person's age and cannot be read here [wrong-scope] only attributes, maps, tables and "
         "parameters can be read here"},
        {TMN_SCOPE_ATTRIBUTES, -1, CONDITION, "kin > 1",
         "1+3 'kin' is a counter and cannot be read here [wrong-scope] only attributes, maps, tables and parameters "
         "can be read here"},
        {TMN_SCOPE_ATTRIBUTES, -1, CONDITION, "kin in [1]",
         "1+3 'kin' is a counter and cannot be read here [wrong-scope] only attributes, maps, tables and parameters "
         "can be read here"},
        {TMN_SCOPE_ATTRIBUTES, -1, CONDITION, "window > 1 y",
         "1+6 'window' is the window's length and cannot be read here [wrong-scope] only attributes, maps, tables and "
         "parameters can be read here"},
        {TMN_SCOPE_ATTRIBUTES, -1, NUMBER, "share(status = home)", "1+5 share() cannot be used here [wrong-scope]"},
        {TMN_SCOPE_ATTRIBUTES, -1, NUMBER, "degree(friends)",
         "1+6 degree() belongs to a person and cannot be read here [wrong-scope]"},
        {TMN_SCOPE_ATTRIBUTES, -1, NUMBER, "mortality[year, sex, age] * y",
         "11+4 'year' is the current year and cannot be read here [wrong-scope] only attributes, maps, tables and "
         "parameters can be read here\n"
         "22+3 'age' is a person's age and cannot be read here [wrong-scope] only attributes, maps, tables and "
         "parameters can be read here"},
        {TMN_SCOPE_START, -1, NUMBER, "order",
         "1+5 'order' is a driver and cannot be read here [wrong-scope] only attributes, maps, age, year, tables and "
         "parameters can be read here"},
        {TMN_SCOPE_PLACE, -1, NUMBER, "fear",
         "1+4 'fear' belongs to a person and cannot be read here [wrong-scope] a share of persons can be read: "
         "share(...)"},
        {TMN_SCOPE_PLACE, F_PROVINCE, NUMBER, "fear",
         "1+4 'fear' belongs to a person and cannot be read here [wrong-scope] a share of persons, or the own place "
         "'province', can be read"},
        {TMN_SCOPE_PLACE, F_PROVINCE, CONDITION, "status = home",
         "1+6 'status' belongs to a person and cannot be read here [wrong-scope] a share of persons, or the own place "
         "'province', can be read"},
        {TMN_SCOPE_PLACE, -1, NUMBER, "news",
         "1+4 'news' is by 'province' and cannot be read here [wrong-scope] a national variable reads national ones "
         "only"},
        {TMN_SCOPE_PLACE, F_VILLAGE, NUMBER, "news",
         "1+4 'news' is by 'province' and cannot be read here [wrong-scope] here, only what is national or by "
         "'village' can be read"},
        {TMN_SCOPE_PLACE, -1, NUMBER, "price",
         "1+5 'price' is by 'province' and cannot be read here [wrong-scope] a national variable reads national ones "
         "only"},
        {TMN_SCOPE_PLACE, -1, NUMBER, "share(status = home, by province)",
         "22+11 this share is by 'province' and cannot be read here [wrong-scope] a national variable reads national "
         "ones only"},
        {TMN_SCOPE_PLACE, -1, NUMBER, "count(cross)",
         "1+5 only 'next' of feedback may use count() [wrong-scope] keep the count in a feedback variable and read "
         "that"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "count(cross)",
         "1+5 only 'next' of feedback may use count() [wrong-scope] keep the count in a feedback variable and read "
         "that"},
        {TMN_SCOPE_FEEDBACK, -1, NUMBER, "count(cros)",
         "7+4 no transition or branch is named 'cros' [unknown-name] did you mean 'cross'?"},
        {TMN_SCOPE_FEEDBACK, -1, NUMBER, "count(cross.cauht)",
         "7+11 no transition or branch is named 'cross.cauht' [unknown-name] did you mean 'cross.caught'?"},
        {TMN_SCOPE_FEEDBACK, -1, NUMBER, "count(1)",
         "7+1 count() needs the name of a transition [wrong-arguments] write count(transition) or "
         "count(transition.branch)"},
        {TMN_SCOPE_FEEDBACK, -1, NUMBER, "count(cross, by province)",
         "14+11 this count is by 'province' and cannot be read here [wrong-scope] a national variable reads national "
         "ones only"},
        {TMN_SCOPE_FEEDBACK, F_VILLAGE, NUMBER, "count(cross, by province)",
         "14+11 this count is by 'province' and cannot be read here [wrong-scope] here, only what is national or by "
         "'village' can be read"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "share(status = home, by provinc)",
         "22+10 nothing is named 'provinc' [unknown-name] did you mean 'province'?"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "share(status = home, by kin)",
         "22+6 'by' needs an attribute or map, and 'kin' is neither [wrong-arguments]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "share(status = home, by weight)",
         "22+9 'by' needs an attribute or map, and 'weight' is neither [wrong-arguments]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "share(kin > 1)",
         "7+3 'kin' is a counter and cannot be read here [wrong-scope] only attributes, maps, tables and parameters "
         "can be read here"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "share(fear)",
         "7+4 a condition is needed here, but this is a number [wrong-type] compare it with something, as in x > 0"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "degree(frends)",
         "8+6 degree() needs the name of a layer [unknown-name] did you mean 'friends'?"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "degree(weight)", "8+6 degree() needs the name of a layer [unknown-name]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "degree(1)", "8+1 degree() needs the name of a layer [unknown-name]"},
    };
    CHECK(mistakes);
}

static void levels_messages(void **state) {
    (void)state;
    static const struct mistake mistakes[] = {
        {TMN_SCOPE_PERSON, -1, CONDITION, "status = hom",
         "10+3 'status' has no level 'hom' [unknown-level] did you mean 'home'?"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "status = weight",
         "10+6 'status' has no level 'weight' [unknown-level] its levels are unborn, home, china, south, dead"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "hom = status",
         "1+3 'status' has no level 'hom' [unknown-level] did you mean 'home'?"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "status in [home, chin, sout]",
         "18+4 'status' has no level 'chin' [unknown-level] did you mean 'china'?\n"
         "24+4 'status' has no level 'sout' [unknown-level] did you mean 'south'?"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "status < home",
         "1+6 the levels of 'status' have no order [not-ordered] declare it with 'ordered: yes', or use = and in"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "status = 1",
         "10+1 'status' has no level '1' [unknown-level] a level that is not a plain name is put in quotes"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "fear = 9",
         "8+1 'fear' has no level '9' [unknown-level] it has the whole numbers from 0 to 7"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "fear = 2.5",
         "8+3 'fear' has no level '2.5' [unknown-level] it has the whole numbers from 0 to 7"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "fear in [1, 9]",
         "13+1 'fear' has no level '9' [unknown-level] it has the whole numbers from 0 to 7"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "fear = high", "8+4 nothing is named 'high' [unknown-name]"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "age in [1, 200]",
         "12+3 'age' has no level '200' [unknown-level] it has the whole numbers from 0 to 127"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "year in [1, 2]",
         "1+4 'in' needs an attribute, map, counter or age before it [wrong-type] compare numbers with =, <, > and "
         "join with 'or'"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "weight in [1]",
         "1+6 'in' needs an attribute, map, counter or age before it [wrong-type] compare numbers with =, <, > and "
         "join with 'or'"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "foo in [1]", "1+3 nothing is named 'foo' [unknown-name]"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "stats = home",
         "1+5 nothing is named 'stats' [unknown-name] did you mean 'status'?"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "village = sex",
         "11+3 'village' has no level 'sex' [unknown-level] its levels are hyesan, musan, in, Sin si"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "village = \"Sin sy\"",
         "11+8 'village' has no level 'Sin sy' [unknown-level] did you mean 'Sin si'?"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "fear = 3 d",
         "1+10 '=' compares different units: no unit and y [wrong-unit] a number gets a unit by writing it behind: 30 "
         "d, 5e6 won, 0.05 / y"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "kin = 3 d",
         "1+9 '=' compares different units: no unit and y [wrong-unit] a number gets a unit by writing it behind: 30 "
         "d, 5e6 won, 0.05 / y"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "status + 1 = 2",
         "1+6 'status' has named levels and is not a number [wrong-type] compare it with a level: status = unborn"},
    };
    CHECK(mistakes);
}

static void types_messages(void **state) {
    (void)state;
    static const struct mistake mistakes[] = {
        {TMN_SCOPE_PERSON, -1, CONDITION, "weight",
         "1+6 a condition is needed here, but this is a number [wrong-type] compare it with something, as in x > 0"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "fear > 2",
         "1+8 a number is needed here, but this is a condition [wrong-type] if(condition, 1, 0) makes a number of it"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "1 + (fear > 2)",
         "6+8 a number is needed here, but this is a condition [wrong-type] if(condition, 1, 0) makes a number of it"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "fear and aware = heard",
         "1+4 a condition is needed here, but this is a number [wrong-type] compare it with something, as in x > 0"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "not fear",
         "5+4 a condition is needed here, but this is a number [wrong-type] compare it with something, as in x > 0"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "if(fear, 1, 2)",
         "4+4 a condition is needed here, but this is a number [wrong-type] compare it with something, as in x > 0"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "if(fear > 1, 1, fear > 2)",
         "17+8 if() gives a number or a condition [wrong-type]"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "(fear > 1) = (fear > 2)",
         "2+8 a number is needed here, but this is a condition [wrong-type] if(condition, 1, 0) makes a number of it\n"
         "15+8 a number is needed here, but this is a condition [wrong-type] if(condition, 1, 0) makes a number of it"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "-(fear > 1)",
         "3+8 a number is needed here, but this is a condition [wrong-type] if(condition, 1, 0) makes a number of it"},
    };
    CHECK(mistakes);
}

static void units_messages(void **state) {
    (void)state;
    static const struct mistake mistakes[] = {
        {TMN_SCOPE_PERSON, -1, NUMBER, "weight + cross.base",
         "1+19 '+' joins different units: no unit and 1/y [wrong-unit] a number gets a unit by writing it behind: 30 "
         "d, 5e6 won, 0.05 / y"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "1 y + 1 km",
         "1+10 '+' joins different units: y and km [wrong-unit] a number gets a unit by writing it behind: 30 d, 5e6 "
         "won, 0.05 / y"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "fee > 5",
         "1+7 '>' compares different units: won and no unit [wrong-unit] a number gets a unit by writing it behind: 30 "
         "d, 5e6 won, 0.05 / y"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "min(fee, 1 usd)",
         "10+5 the values of min() have different units: usd and won [wrong-unit] a number gets a unit by writing it "
         "behind: 30 d, 5e6 won, 0.05 / y"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "clamp(fee, 0, 1)",
         "15+1 the values of clamp() have different units: no unit and won [wrong-unit] a number gets a unit by "
         "writing it behind: 30 d, 5e6 won, 0.05 / y"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "if(fear > 1, fee, 2 d)",
         "19+3 the values of if() have different units: y and won [wrong-unit] a number gets a unit by writing it "
         "behind: 30 d, 5e6 won, 0.05 / y"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "exp(fee)",
         "5+3 exp() needs a number without unit, but this has won [wrong-unit] divide by a quantity of the same unit"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "log(1 y)",
         "5+3 log() needs a number without unit, but this has y [wrong-unit] divide by a quantity of the same unit"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "pow(fee, 2)",
         "5+3 pow() needs a number without unit, but this has won [wrong-unit] divide by a quantity of the same unit"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "pow(2, fee)",
         "8+3 pow() needs a number without unit, but this has won [wrong-unit] divide by a quantity of the same unit"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "logistic(window)",
         "10+6 logistic() needs a number without unit, but this has y [wrong-unit] divide by a quantity of the same "
         "unit"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "ncdf(1 d)",
         "6+3 ncdf() needs a number without unit, but this has y [wrong-unit] divide by a quantity of the same unit"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "sqrt(1 km)",
         "6+4 sqrt() needs a number without unit, but this has km [wrong-unit] divide by a quantity of the same unit"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "y * y * y * y * y * y * y * y * y * y * y * y * y",
         "1+49 the unit has a power above 12: y^13 [wrong-unit]"},
        {TMN_SCOPE_PERSON, -1, CONDITION, "share(status = home) > 2 d",
         "1+26 '>' compares different units: no unit and y [wrong-unit] a number gets a unit by writing it behind: 30 "
         "d, 5e6 won, 0.05 / y"},
    };
    CHECK(mistakes);
}

static void tables_messages(void **state) {
    (void)state;
    static const struct mistake mistakes[] = {
        {TMN_SCOPE_PERSON, -1, NUMBER, "pull[]",
         "1+6 table 'pull' has 1 key, not 0 [wrong-arguments] write pull[aware]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "pull[aware, sex]",
         "1+16 table 'pull' has 1 key, not 2 [wrong-arguments] write pull[aware]"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "pull[sex]",
         "6+3 key 1 of table 'pull' is 'aware', and this is neither 'aware' nor a level of it [wrong-arguments] write "
         "'aware', or one of its levels, for example 'none'"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "pull[herd]",
         "6+4 key 1 of table 'pull' is 'aware', and this is neither 'aware' nor a level of it [wrong-arguments] did "
         "you mean 'heard'?"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "pull[1]",
         "6+1 key 1 of table 'pull' is 'aware', and this is neither 'aware' nor a level of it [wrong-arguments] write "
         "'aware', or one of its levels, for example 'none'"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "pull[fear + 1]",
         "6+8 key 1 of table 'pull' is 'aware', and this is neither 'aware' nor a level of it [wrong-arguments] write "
         "'aware', or one of its levels, for example 'none'"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "mortality[sex, year, age]",
         "11+3 key 1 of table 'mortality' is 'year', and this is neither 'year' nor a year of the table "
         "[wrong-arguments] write 'year', or a whole number that it can take\n"
         "16+4 key 2 of table 'mortality' is 'sex', and this is neither 'sex' nor a level of it [wrong-arguments] "
         "write 'sex', or one of its levels, for example 'f'"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "mortality[2050, f, 3]",
         "11+4 key 1 of table 'mortality' is 'year', and this is neither 'year' nor a year of the table "
         "[wrong-arguments] write 'year', or a whole number that it can take"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "mortality[year, f, 300]",
         "20+3 key 3 of table 'mortality' is 'age', and this is neither 'age' nor a level of it [wrong-arguments] "
         "write 'age', or a whole number that it can take"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "risk[fear, village]",
         "12+7 key 2 of table 'risk' is 'province', and this is neither 'province' nor a level of it [wrong-arguments] "
         "write 'province', or one of its levels, for example 'ryanggang'"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "risk[8, province]",
         "6+1 key 1 of table 'risk' is 'fear', and this is neither 'fear' nor a level of it [wrong-arguments] write "
         "'fear', or a whole number that it can take"},
        {TMN_SCOPE_PLACE, F_PROVINCE, NUMBER, "risk[fear, province]",
         "6+4 'fear' belongs to a person and cannot be read here [wrong-scope] a share of persons, or the own place "
         "'province', can be read"},
        {TMN_SCOPE_PERSON, -1, NUMBER, "wieght + brrier",
         "1+6 nothing is named 'wieght' [unknown-name] did you mean 'weight'?\n"
         "10+6 nothing is named 'brrier' [unknown-name] did you mean 'barrier'?"},
    };
    CHECK(mistakes);
}

/* Depth, nodes and length are bounded whatever is written. */
static void sizes_are_bounded(void **state) {
    (void)state;
    enum { PARTS = 11000 };
    struct fixture f;
    struct tmn_text text;
    fixture_open(&f);
    tmn_text_init(&text, &f.arena);
    for (int i = 0; i < 250; i++)
        tmn_text_put(&text, "(");
    assert_null(fixture_parse(&f, text.items, TMN_SCOPE_PERSON, -1, false));
    assert_string_equal(
        fixture_reported(&f),
        "201+1 the expression is nested deeper than 200 [syntax] split it, or shorten a long chain with 'in'");
    tmn_text_init(&text, &f.arena);
    for (int i = 0; i < 199; i++)
        tmn_text_put(&text, "1+");
    tmn_text_put(&text, "1");
    assert_non_null(fixture_parse(&f, text.items, TMN_SCOPE_PERSON, -1, false));
    tmn_text_put(&text, "+1");
    assert_null(fixture_parse(&f, text.items, TMN_SCOPE_PERSON, -1, false));
    assert_string_equal(
        fixture_reported(&f),
        "1+1 the expression is nested deeper than 200 [syntax] split it, or shorten a long chain with 'in'");
    tmn_text_init(&text, &f.arena);
    tmn_text_put(&text, "fear in [1");
    for (int i = 0; i < PARTS; i++)
        tmn_text_put(&text, ",1");
    tmn_text_put(&text, "]");
    assert_null(fixture_parse(&f, text.items, TMN_SCOPE_PERSON, -1, true));
    assert_string_equal(
        fixture_reported(&f),
        "20008+1 the expression has more than 10,000 parts [syntax] split it into several declarations");
    tmn_text_init(&text, &f.arena);
    for (int i = 0; i < 65536; i++)
        tmn_text_put(&text, " ");
    tmn_text_put(&text, "1");
    assert_null(fixture_parse(&f, text.items, TMN_SCOPE_PERSON, -1, false));
    assert_string_equal(fixture_reported(&f), "1+1 the expression is longer than 65,536 bytes [syntax]");
    fixture_close(&f);
}

/* Carets inside a real file: the scalar's own place, quotes counted, escapes walked over. */
static void carets_in_a_file(void **state) {
    (void)state;
    static const char text[] = "a: weight + wieght\nb: \"weight + wieght\"\nc: [1, 2]\n";
    struct fixture f;
    fixture_open(&f);
    struct tmn_source source = {"f", text, sizeof text - 1};
    struct tmn_node *root = tmn_tree_parse(&f.arena, &source, &f.list);
    assert_non_null(root);
    for (int i = 0; i < 3; i++)
        assert_null(tmn_expr_parse(f.model, root->items[i], TMN_SCOPE_PERSON, -1, false, &f.list));
    assert_int_equal(f.list.items[1].place.line, 2);
    assert_string_equal(fixture_reported(&f), "13+6 nothing is named 'wieght' [unknown-name] did you mean 'weight'?\n"
                                              "14+6 nothing is named 'wieght' [unknown-name] did you mean 'weight'?\n"
                                              "4+1 an expression is needed here, not a list [syntax] write it on one "
                                              "line, in quotes if YAML would misread it");
    fixture_close(&f);
}

static void wanted_units(void **state) {
    (void)state;
    struct fixture f;
    fixture_open(&f);
    struct tmn_unit rate = fixture_unit("1/y"), time = fixture_unit("y");
    assert_true(tmn_expr_want_unit(fixture_parse(&f, "cross.base * 2", TMN_SCOPE_PERSON, -1, false), rate, "the rate",
                                   &f.list));
    assert_true(tmn_expr_want_unit(fixture_parse(&f, "0", TMN_SCOPE_PERSON, -1, false), rate, "the rate", &f.list));
    assert_false(
        tmn_expr_want_unit(fixture_parse(&f, "0.5 * weight", TMN_SCOPE_PERSON, -1, false), rate, "the rate", &f.list));
    assert_false(
        tmn_expr_want_unit(fixture_parse(&f, "3", TMN_SCOPE_PERSON, -1, false), time, "the duration", &f.list));
    assert_false(tmn_expr_want_unit(fixture_parse(&f, "3 km", TMN_SCOPE_PERSON, -1, false), tmn_unit_none, "the chance",
                                    &f.list));
    assert_string_equal(
        fixture_reported(&f),
        "1+12 the rate needs the unit 1/y, but this has no unit [wrong-unit] a rate is divided by a time: 0.05 / y\n"
        "1+1 the duration needs the unit y, but this has no unit [wrong-unit] write the time with its unit: 30 d\n"
        "1+4 the chance needs no unit, but this has km [wrong-unit]");
    fixture_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(syntax_messages), cmocka_unit_test(names_messages),    cmocka_unit_test(scopes_messages),
        cmocka_unit_test(levels_messages), cmocka_unit_test(types_messages),    cmocka_unit_test(units_messages),
        cmocka_unit_test(tables_messages), cmocka_unit_test(sizes_are_bounded), cmocka_unit_test(carets_in_a_file),
        cmocka_unit_test(wanted_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
