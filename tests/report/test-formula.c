/* Formulas: the markup of each kind of expression, the two parts of a hazard, rows of long ones; and that a formula
 * read back as an expression has the values of the one it was made from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../model/expr-random.h"
#include "mathml.h"
#include "report/formula.h"
#include <math.h>
#include <stdlib.h>

enum { EXPRESSIONS = 3000, ENVIRONMENTS = 5, PER_MODEL = 50 };

#define MI(name) "<mi>" name "</mi>"
#define MN(number) "<mn>" number "</mn>"
#define UNIT(name) "<mi class=\"unit\" mathvariant=\"normal\">" name "</mi>"
#define SIGN(sign) "<mo form=\"infix\">" sign "</mo>"
#define MINUS "<mo form=\"prefix\">−</mo>"
#define FENCED(inside) "<mrow><mo>(</mo>" inside "<mo>)</mo></mrow>"
#define FRAC(a, b) "<mfrac><mrow>" a "</mrow><mrow>" b "</mrow></mfrac>"
#define DOT SIGN("⋅")

static const char *formula_of(struct fixture *f, const struct tmn_expr *expr) {
    struct tmn_text text;
    tmn_text_init(&text, &f->arena);
    tmn_formula_put(&text, f->model, NULL, expr);
    return text.items;
}

/* The formula of a block alone, without its box. */
static const char *block_of(struct fixture *f, const struct tmn_expr *expr) {
    static const char before[] = "<math display=\"block\">";
    struct tmn_text text;
    tmn_text_init(&text, &f->arena);
    tmn_formula_block(&text, f->model, NULL, NULL, expr);
    const char *from = strstr(text.items, before), *to = strstr(text.items, "</math>");
    assert_true(from && to);
    return tmn_arena_strndup(&f->arena, from + strlen(before), (size_t)(to - from) - strlen(before));
}

static void check(struct fixture *f, bool boolean, const char *text, const char *expected) {
    struct tmn_expr *expr = fixture_parse(f, text, TMN_SCOPE_PERSON, -1, boolean);
    if (!expr)
        fail_msg("%s: %s", text, fixture_reported(f));
    const char *whole = tmn_arena_printf(&f->arena, "<mrow>%s</mrow>", expected);
    assert_string_equal(formula_of(f, expr), whole);
}

static void numbers(void **state) {
    (void)state;
    struct fixture f;
    fixture_open(&f);
    check(&f, false, "q + weight - 0.5", MI("q") SIGN("+") MI("weight") SIGN("−") MN("0.5"));
    check(&f, false, "q - (weight - 1)", MI("q") SIGN("−") FENCED(MI("weight") SIGN("−") MN("1")));
    check(&f, false, "q * (1 + weight)", MI("q") DOT FENCED(MN("1") SIGN("+") MI("weight")));
    check(&f, false, "-q * weight", MINUS MI("q") DOT MI("weight"));
    check(&f, false, "1 - -q", MN("1") SIGN("−") FENCED(MINUS MI("q")));
    check(&f, false, "q * weight / (1 + q) * 2", FRAC(MI("q") DOT MI("weight"), MN("1") SIGN("+") MI("q")) DOT MN("2"));
    check(&f, false, "30 d", MN("30") "<mspace width=\"0.2em\"></mspace>" UNIT("d"));
    check(&f, false, "2 / y", FRAC(MN("2"), UNIT("y")));
    check(&f, false, "2.5e-7", MN("2.5") "<mo>⋅</mo><msup><mn>10</mn><mn>-7</mn></msup>");
    check(&f, false, "exp(-weight * fear)", MI("exp") FENCED(MINUS MI("weight") DOT MI("fear")));
    check(&f, false, "log(q) + ncdf(q)", MI("ln") FENCED(MI("q")) SIGN("+") MI("Φ") FENCED(MI("q")));
    check(&f, false, "sqrt(q)", "<msqrt>" MI("q") "</msqrt>");
    check(&f, false, "abs(q)", "<mrow><mo>|</mo>" MI("q") "<mo>|</mo></mrow>");
    check(&f, false, "pow(q, 1 + weight)",
          "<msup><mrow>" MI("q") "</mrow><mrow>" MN("1") SIGN("+") MI("weight") "</mrow></msup>");
    check(&f, false, "pow(q / 2, 2)",
          "<msup><mrow>" FENCED(FRAC(MI("q"), MN("2"))) "</mrow><mrow>" MN("2") "</mrow></msup>");
    check(&f, false, "min(1, q)", MI("min") FENCED(MN("1") "<mo>,</mo>" MI("q")));
    fixture_close(&f);
}

static void names(void **state) {
    (void)state;
    struct fixture f;
    fixture_open(&f);
    check(&f, false, "pull[aware]", "<msub>" MI("pull") "<mrow>" MI("aware") "</mrow></msub>");
    check(&f, false, "risk[2, north]",
          "<msub>" MI("risk") "<mrow>" MN("2") "<mo>,</mo><mtext>north</mtext></mrow></msub>");
    check(&f, false, "mortality[year, sex, age]",
          "<msub>" MI("mortality") "<mrow>" MI("year") "<mo>,</mo>" MI("sex") "<mo>,</mo>" MI("age") "</mrow></msub>");
    check(&f, false, "order + price / usd",
          MI("order") SIGN("+") FRAC("<msub>" MI("price") MI("province") "</msub>", UNIT("usd")));
    check(&f, true, "status = home", MI("status") SIGN("=") "<mtext>home</mtext>");
    check(&f, true, "village in [in, 'Sin si']",
          MI("village") SIGN("∈") "<mo>{</mo><mtext>in</mtext><mo>,</mo><mtext>Sin si</mtext><mo>}</mo>");
    check(&f, true, "aware >= heard and not fear < 3",
          MI("aware") SIGN("≥") "<mtext>heard</mtext>" SIGN("∧") "<mo form=\"prefix\">¬</mo>" MI("fear") SIGN("&lt;")
              MN("3"));
    check(&f, true, "kin = 2 and (sex = f or q != 1)",
          MI("kin") SIGN("=") MN("2") SIGN("∧")
              FENCED(MI("sex") SIGN("=") "<mtext>f</mtext>" SIGN("∨") MI("q") SIGN("≠") MN("1")));
    check(&f, false, "share(status = home, by province)",
          "<msub>" MI("share") MI("province") "</msub>" FENCED(MI("status") SIGN("=") "<mtext>home</mtext>"));
    check(&f, true, "friends_out / degree(friends) >= 0.18",
          FRAC(MI("friends_out"), MI("degree(friends)")) SIGN("≥") MN("0.18"));
    check(&f, false, "if(sex = f, 1, if(sex = m, q, 0))",
          "<mtable displaystyle=\"true\" class=\"cases\"><mtr><mtd>" MN("1") "</mtd><mtd><mtext>if\u00a0</mtext>" MI(
              "sex")
              SIGN("=") "<mtext>f</mtext></mtd></mtr><mtr><mtd>" MI("q") "</mtd><mtd><mtext>if\u00a0</mtext>" MI("sex")
                  SIGN("=") "<mtext>m</mtext></mtd></mtr><mtr><mtd>" MN(
                      "0") "</mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable>");
    fixture_close(&f);
}

/* Factors of the person and of all others are told apart, through quotients too. */
static void parts(void **state) {
    (void)state;
    struct fixture f;
    struct tmn_text text;
    fixture_open(&f);
    struct tmn_expr *hazard = fixture_parse(&f, "cross.base * pull[aware] / (1 + order)", TMN_SCOPE_PERSON, -1, false);
    assert_non_null(hazard);
    struct tmn_factor c = {hazard->arg[0]->arg[1], false},
                      g[] = {{hazard->arg[0]->arg[0], false}, {hazard->arg[1], true}};
    struct tmn_transition transition = {.c_factor = &c, .c_factors = 1, .g_factor = g, .g_factors = 2};
    tmn_text_init(&text, &f.arena);
    tmn_formula_put(&text, f.model, &transition, hazard);
    assert_string_equal(text.items,
                        "<mrow>" FRAC("<mrow class=\"g\">" MI("cross.base") "</mrow>" DOT "<mrow class=\"c\"><msub>" MI(
                                          "pull") "<mrow>" MI("aware") "</mrow></msub></mrow>",
                                      "<mrow class=\"g\">" MN("1") SIGN("+") MI("order") "</mrow>") "</mrow>");
    fixture_close(&f);
}

static size_t occurrences(const char *text, const char *part) {
    size_t count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

/* What is long is broken over rows between its factors or terms; what is short stays in one. */
static void rows(void **state) {
    (void)state;
    struct fixture f;
    struct tmn_text text;
    fixture_open(&f);
    const char *product =
                   "cross.base * pull[aware] * exp(-weight * fear) * (1 + order * barrier) * (2 - barrier / 7) * "
                   "exp(q * weight * barrier)",
               *shorter = "cross.base * pull[aware]", *heads[] = {"<mtd><mi>x</mi><mo>=</mo></mtd>", "<mtd></mtd>"};
    for (int i = 0; i < 2; i++) {
        struct tmn_expr *expr = fixture_parse(&f, i ? shorter : product, TMN_SCOPE_PERSON, -1, false);
        assert_non_null(expr);
        tmn_text_init(&text, &f.arena);
        tmn_formula_block(&text, f.model, NULL, "x", expr);
        assert_int_equal(occurrences(text.items, "<mtr>"), i ? 1 : 2);
        assert_int_equal(occurrences(text.items, heads[0]), 1);
        assert_int_equal(occurrences(text.items, heads[1]), i ? 0 : 1);
    }
    fixture_close(&f);
}

static bool same_value(double a, double b) {
    return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-12 * fabs(a); /* powers of ten are read anew */
}

static void read_back(struct fixture *f, uint64_t seed, uint64_t *state, bool *read) {
    struct tmn_text text;
    bool boolean = random_below(state, 2) == 0, place = random_below(state, 3) == 0;
    enum tmn_scope scope = place ? TMN_SCOPE_FEEDBACK : TMN_SCOPE_PERSON;
    tmn_text_init(&text, &f->arena);
    if (boolean)
        random_condition(state, &text, 3, place);
    else
        random_number(state, &text, 4, place);
    struct tmn_expr *expr = fixture_parse(f, text.items, scope, place ? F_PROVINCE : -1, boolean);
    *read = expr != NULL;
    fixture_reported(f);
    if (!expr)
        return;
    const char *formula = seed % 2 ? formula_of(f, expr) : block_of(f, expr), *again = mathml_read(&f->arena, formula);
    struct tmn_expr *other = fixture_parse(f, again, scope, place ? F_PROVINCE : -1, boolean);
    if (!other)
        fail_msg("seed %llu: %s\nreads as %s\n%s", (unsigned long long)seed, fixture_print(f, expr), again,
                 fixture_reported(f));
    struct random_env *e = TMN_NEW(&f->arena, struct random_env);
    for (int i = 0; i < ENVIRONMENTS; i++) {
        random_fill(state, f->model, e, NULL, false);
        double a = tmn_expr_eval(expr, &e->env), b = tmn_expr_eval(other, &e->env);
        if (!same_value(a, b))
            fail_msg("seed %llu: %s is %.17g\nreads as %s, which is %.17g", (unsigned long long)seed,
                     fixture_print(f, expr), a, again, b);
    }
}

static void formulas_say_what_is_run(void **state) {
    (void)state;
    const char *given = getenv("TUMEN_TEST_SEED");
    uint64_t first = given ? strtoull(given, NULL, 10) : 20250301;
    struct fixture f;
    int count = 0;
    for (int i = 0; i < EXPRESSIONS; i++) {
        uint64_t seed = first + (uint64_t)i, random = seed;
        bool read;
        if (i % PER_MODEL == 0)
            fixture_open(&f); /* shares and counts pile up in a model */
        read_back(&f, seed, &random, &read);
        count += read;
        if (i % PER_MODEL == PER_MODEL - 1)
            fixture_close(&f);
    }
    assert_true(count > EXPRESSIONS / 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers), cmocka_unit_test(names), cmocka_unit_test(parts),
                                       cmocka_unit_test(rows), cmocka_unit_test(formulas_say_what_is_run)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
