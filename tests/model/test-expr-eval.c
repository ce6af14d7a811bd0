/* Values of expressions against values worked out by hand: precedence, functions, units, reads, integers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/real.h"
#include "expr-fixture.h"
#include "model/expr_resolve.h"
#include <math.h>

struct stage { /* a fixture with one person's environment */
    struct fixture f;
    struct tmn_env env;
    double parameter[8], driver[8], feedback[8], count[8];
    struct tmn_ratio share[8];
    uint32_t level[32];
};

static void open_stage(struct stage *s) {
    memset(s, 0, sizeof *s);
    fixture_open(&s->f);
    for (size_t i = 0; i < s->f.model->parameters.count; i++)
        s->parameter[i] = s->f.model->parameters.items[i].value;
    memcpy(s->driver, (double[]){0.25, 10, 20}, 3 * sizeof(double));
    memcpy(s->feedback, (double[]){1.5, 100, 200}, 3 * sizeof(double));
    s->level[F_STATUS] = 1; /* home */
    s->level[F_AWARE] = 1;  /* heard */
    s->level[F_FEAR] = 3;
    s->level[F_VILLAGE] = 2;     /* in */
    s->level[F_SEX] = 1;         /* m */
    s->level[F_BIRTH_YEAR] = 60; /* 1960 */
    s->level[F_PROVINCE] = 1;    /* north */
    s->level[F_AGE] = 35;
    s->level[F_KIN] = 2;
    s->level[F_FRIENDS_OUT] = 1;
    s->env = (struct tmn_env){s->f.model, s->parameter, s->driver, s->feedback,   s->share,
                              s->count,   s->level,     1995,      7.0 / 365.2425};
}

static double value_in(struct stage *s, const char *text, enum tmn_scope scope, int by, bool boolean) {
    struct tmn_expr *expr = fixture_parse(&s->f, text, scope, by, boolean);
    assert_string_equal(fixture_reported(&s->f), "");
    assert_non_null(expr);
    assert_true(expr->boolean == boolean);
    return tmn_expr_eval(expr, &s->env);
}

static double value_of(struct stage *s, const char *text) {
    return value_in(s, text, TMN_SCOPE_PERSON, -1, false);
}
static bool is(struct stage *s, const char *text) {
    return value_in(s, text, TMN_SCOPE_PERSON, -1, true) == 1.0;
}

static void precedence(void **state) {
    (void)state;
    struct stage s;
    open_stage(&s);
    static const struct {
        const char *text;
        double value;
    } numbers[] = {
        {"2 + 3 * 4", 14},    {"(2 + 3) * 4", 20}, {"10 - 4 - 3", 3}, {"10 - (4 - 3)", 9}, {"24 / 4 / 2", 3},
        {"24 / (4 / 2)", 12}, {"-2 * 3 + 1", -5},  {"2 * -3", -6},    {"--2", 2},          {"-2 - -3", 1},
        {"1e3 + .5", 1000.5}, {"2 - 3 + 4", 3},    {"8 / 2 * 3", 12}, {"1.5E-2", 0.015},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        assert_true(value_of(&s, numbers[i].text) == numbers[i].value);
    static const struct {
        const char *text;
        bool truth;
    } conditions[] = {
        {"1 = 2 and 1 = 1 or 1 = 1", true},
        {"1 = 2 and (1 = 1 or 1 = 1)", false},
        {"not 1 = 2 and 2 = 2", true},
        {"not (1 = 1 or 2 = 3)", false},
        {"not not 1 = 1", true},
        {"1 + 1 = 2", true},
        {"1 < 2 and 2 <= 2 and 3 > 2 and 2 >= 2 and 1 != 2", true},
        {"1 = 1 or 1 = 2 and 1 = 2", true},
        {"-1 < 0", true},
    };
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++)
        assert_true(is(&s, conditions[i].text) == conditions[i].truth);
    fixture_close(&s.f);
}

static void functions(void **state) {
    (void)state;
    struct stage s;
    open_stage(&s);
    assert_true(value_of(&s, "min(3, 2)") == 2 && value_of(&s, "max(3, 2)") == 3 && value_of(&s, "min(-1, 2)") == -1);
    assert_true(value_of(&s, "clamp(5, 0, 1)") == 1 && value_of(&s, "clamp(-5, 0, 1)") == 0 &&
                value_of(&s, "clamp(0.5, 0, 1)") == 0.5);
    assert_true(value_of(&s, "exp(1.5)") == tmn_exp(1.5) && value_of(&s, "exp(0)") == 1);
    assert_true(value_of(&s, "log(2)") == tmn_log(2) && value_of(&s, "log(1)") == 0);
    assert_true(value_of(&s, "sqrt(2.25)") == 1.5 && value_of(&s, "pow(2, 10)") == 1024 &&
                value_of(&s, "pow(2, 0.5)") == tmn_pow(2, 0.5));
    assert_true(value_of(&s, "abs(-2)") == 2 && value_of(&s, "abs(2)") == 2);
    assert_true(value_of(&s, "logistic(0)") == 0.5 && value_of(&s, "logistic(-1)") == tmn_logistic(-1));
    assert_true(value_of(&s, "ncdf(0)") == 0.5 && value_of(&s, "ncdf(1.96)") == tmn_ncdf(1.96));
    assert_true(value_of(&s, "if(fear > 2, 10, 20)") == 10 && value_of(&s, "if(fear > 3, 10, 20)") == 20);
    assert_true(is(&s, "if(fear > 2, status = home, status = china)"));
    /* lazy: what is not chosen is not looked at */
    s.env.share = NULL;
    assert_true(value_of(&s, "if(fear > 3, share(status = home), 7)") == 7);
    assert_false(is(&s, "fear > 3 and share(status = home) > 0"));
    assert_true(is(&s, "fear <= 3 or share(status = home) > 0"));
    assert_true(isinf(value_of(&s, "1 / (fear - 3)")) && isnan(value_of(&s, "log(-1)")));
    fixture_close(&s.f);
}

static void units(void **state) {
    (void)state;
    struct stage s;
    open_stage(&s);
    assert_true(value_of(&s, "30 d") == 30 * (1 / 365.2425));
    assert_true(value_of(&s, "5e6 won") == 5e6 && value_of(&s, "2month") == 2.0 / 12 &&
                value_of(&s, "250 m / km") == 0.25);
    assert_true(value_of(&s, "0.05 / y") == 0.05 && value_of(&s, "35 %") == 0.35 && value_of(&s, "12.5%") == 0.125);
    assert_true(value_of(&s, "2 / 4 y") == 0.5); /* the unit belongs to its number */
    assert_true(is(&s, "1 y = 365.2425 d") && is(&s, "window = 1 week"));
    struct tmn_expr *expr = fixture_parse(&s.f, "cross.base * fee / person", TMN_SCOPE_PERSON, -1, false);
    assert_true(tmn_unit_equal(expr->unit, fixture_unit("won/y/person")));
    /* the literal 0 fits any unit, wherever it stands */
    assert_true(value_of(&s, "max(0, fee - 5e6 won)") == 0 && value_of(&s, "clamp(0, 0, fee)") == 0);
    expr = fixture_parse(&s.f, "if(fear > 2, 0, 0.1 / y)", TMN_SCOPE_PERSON, -1, false);
    assert_true(tmn_unit_equal(expr->unit, fixture_unit("1/y")));
    assert_true(is(&s, "fee > 0") && is(&s, "0 < fee"));
    fixture_close(&s.f);
}

static void reads_the_environment(void **state) {
    (void)state;
    struct stage s;
    open_stage(&s);
    assert_true(value_of(&s, "fear + kin * 10") == 23 && value_of(&s, "age") == 35 &&
                value_of(&s, "birth_year") == 1960 && value_of(&s, "year") == 1995);
    assert_true(value_of(&s, "weight") == 0.5 && value_of(&s, "order") == 0.25 && value_of(&s, "barrier") == 1.5);
    assert_true(value_of(&s, "price / usd") == 20 && value_of(&s, "news") == 200); /* at the person's province */
    assert_true(value_of(&s, "distance[village] / km") == 4 && value_of(&s, "distance[hyesan] / km") == 1 &&
                value_of(&s, "distance['Sin si'] / km") == 5.5);
    assert_true(value_of(&s, "pull[aware]") == 0.5 && value_of(&s, "pull[convinced]") == 1);
    assert_true(value_of(&s, "risk[fear, province]") == 2 - 0.25 * (3 * 2 + 1) &&
                value_of(&s, "risk[1, north]") == 2 - 0.25 * 3);
    double cell = (1 * 2 + 1) * 128 + 35; /* 1995, m, 35 */
    assert_true(value_of(&s, "mortality[year, sex, age] * y") == 0.001 + 0.0001 * cell);
    assert_true(value_of(&s, "mortality[1995, m, 35] * y") == 0.001 + 0.0001 * cell);
    s.env.year = 2090; /* past the table: its last year */
    assert_true(value_of(&s, "mortality[year, sex, age] * y") == 0.001 + 0.0001 * (cell + 8 * 256));
    s.env.year = 1900;
    assert_true(value_of(&s, "mortality[year, sex, age] * y") == 0.001 + 0.0001 * (cell - 256));
    fixture_close(&s.f);
}

static void compares_levels(void **state) {
    (void)state;
    struct stage s;
    open_stage(&s);
    static const char *const yes[] = {
        "status = home",
        "home = status",
        "status != china",
        "status in [home, china]",
        "aware < convinced",
        "aware <= heard",
        "heard >= aware",
        "convinced > aware",
        "fear = 3",
        "3 = fear",
        "fear in [1, 3]",
        "fear >= 3",
        "fear > 2",
        "village = in",
        "village in [in]",
        "village != 'Sin si'",
        "sex = m",
        "province = north",
        "birth_year in [1960, 1961]",
        "age in [35]",
        "kin in [2, 3]",
        "age >= 20",
        "kin = 2",
        "birth_year < 1961",
        "fear < 2.5 + 1",
        "fear != convinced",
        "fear > convinced",
        "year = 1995",
        "-1 < fear",
    };
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        assert_true(is(&s, yes[i]));
    static const char *const no[] = {"status in [china, south]", "aware >= convinced", "aware = convinced", "fear < 3",
                                     "not village = in",         "kin in [0, 1]"};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        assert_false(is(&s, no[i]));
    /* levels first: `convinced` is also a parameter */
    struct tmn_expr *expr = fixture_parse(&s.f, "aware < convinced", TMN_SCOPE_PERSON, -1, true);
    assert_int_equal(expr->op, TMN_OP_MEMBER);
    assert_int_equal(expr->index, F_AWARE);
    assert_memory_equal(expr->member, ((bool[]){true, true, false}), 3 * sizeof(bool));
    expr = fixture_parse(&s.f, "fear = convinced", TMN_SCOPE_PERSON, -1, true);
    assert_int_equal(expr->op, TMN_OP_EQ);
    assert_string_equal(expr->source, "fear = convinced");
    fixture_close(&s.f);
}

static void shares_and_counts(void **state) {
    (void)state;
    struct stage s;
    open_stage(&s);
    struct tmn_model *m = s.f.model;
    struct tmn_expr *a = fixture_parse(&s.f, "share(status in [home])", TMN_SCOPE_PERSON, -1, false);
    struct tmn_expr *b = fixture_parse(&s.f, "share(aware=heard, by province)", TMN_SCOPE_PERSON, -1, false);
    struct tmn_expr *c = fixture_parse(&s.f, "2 * share(status = home)", TMN_SCOPE_PERSON, -1, false);
    assert_true(a && b && c);
    assert_int_equal(m->shares.count, 2); /* the same by its printed text */
    assert_int_equal(c->arg[1]->index, a->index);
    assert_int_equal(m->share_slots, 3);
    assert_true(m->shares.items[1].first == 1 && m->shares.items[1].slots == 2 && m->shares.items[1].by == F_PROVINCE);
    memcpy(s.share, (struct tmn_ratio[]){{1, 4}, {1, 8}, {0, 0}}, 3 * sizeof(struct tmn_ratio));
    assert_true(tmn_expr_eval(a, &s.env) == 0.25 && tmn_expr_eval(b, &s.env) == 0); /* 0/0 */
    s.level[F_PROVINCE] = 0;
    assert_true(tmn_expr_eval(b, &s.env) == 0.125 && tmn_expr_eval(c, &s.env) == 0.5);
    memcpy(s.count, (double[]){7, 8, 9, 11}, 4 * sizeof(double));
    assert_true(value_in(&s, "count(cross)", TMN_SCOPE_FEEDBACK, F_PROVINCE, false) == 7);
    assert_true(value_in(&s, "count(cross.across)", TMN_SCOPE_FEEDBACK, F_PROVINCE, false) == 8);
    s.level[F_PROVINCE] = 1;
    assert_true(value_in(&s, "count(cross.over, by province)", TMN_SCOPE_FEEDBACK, F_PROVINCE, false) == 11);
    assert_true(value_in(&s, "count(cross) + count(cross)", TMN_SCOPE_FEEDBACK, F_PROVINCE, false) == 14);
    assert_int_equal(m->counts.count, 3);
    assert_true(m->counts.items[1].branch == 1 && m->counts.items[2].transition == 1 &&
                m->counts.items[2].branch == -1);
    /* a variable by place reads its own place */
    assert_true(value_in(&s, "news + by_province[province] + if(province = north, 1, 0)", TMN_SCOPE_FEEDBACK,
                         F_PROVINCE, false) == 208);
    fixture_close(&s.f);
}

static void degrees(void **state) {
    (void)state;
    struct stage s;
    open_stage(&s);
    struct tmn_model *m = s.f.model;
    size_t features = m->features.count, counters = m->counters.count;
    struct tmn_expr *expr = fixture_parse(&s.f, "degree(friends) + degree(work) + degree(household) + degree(friends)",
                                          TMN_SCOPE_PERSON, -1, false);
    assert_non_null(expr);
    assert_int_equal(m->features.count, features + 3);
    assert_int_equal(m->counters.count, counters + 3);
    const uint32_t max[] = {6, 58, 255};
    for (size_t i = 0; i < 3; i++) {
        const struct tmn_feature *f = &m->features.items[features + i];
        assert_true(f->kind == TMN_FEATURE_COUNTER && f->numeric && f->cardinality == max[i] + 1 &&
                    f->index == (int)(counters + i));
        assert_true(m->counters.items[f->index].max == max[i] && m->counters.items[f->index].of == m->alive);
    }
    assert_string_equal(m->features.items[features].name, "degree(friends)");
    fixture_close(&s.f);
}

/* Counters over degrees against fractions, where doubles would err. */
static void ratios_are_exact(void **state) {
    (void)state;
    struct stage s;
    open_stage(&s);
    struct tmn_expr *at_least = fixture_parse(&s.f, "friends_out / degree(friends) >= q", TMN_SCOPE_PERSON, -1, true);
    struct tmn_expr *less = fixture_parse(&s.f, "0.18 > friends_out / degree(friends)", TMN_SCOPE_PERSON, -1, true);
    struct tmn_expr *equal = fixture_parse(&s.f, "share(status = home) = 18 %", TMN_SCOPE_PERSON, -1, true);
    assert_true(at_least->op == TMN_OP_RATIO && at_least->relation == TMN_OP_GE && at_least->count == 3);
    assert_true(less->op == TMN_OP_RATIO && less->relation == TMN_OP_LT);
    assert_true(equal->op == TMN_OP_RATIO && equal->count == 2 && equal->arg[0]->op == TMN_OP_SHARE);
    uint32_t degree = (uint32_t)at_least->arg[1]->index;
    for (uint32_t d = 0; d <= 255; d++)
        for (uint32_t n = 0; n <= d; n++) {
            s.level[F_FRIENDS_OUT] = n;
            s.level[degree] = d;
            s.share[0] = (struct tmn_ratio){n, d};
            bool above = n * 100 >= d * 18 && d > 0;
            assert_true((tmn_expr_eval(at_least, &s.env) == 1.0) == above);
            assert_true((tmn_expr_eval(less, &s.env) == 1.0) == !above);
            assert_true((tmn_expr_eval(equal, &s.env) == 1.0) == (d > 0 && n * 100 == d * 18));
        }
    s.level[F_FRIENDS_OUT] = 18, s.level[degree] = 100;
    assert_true(tmn_expr_eval(at_least, &s.env) == 1.0);
    s.level[F_FRIENDS_OUT] = 17, s.level[degree] = 95; /* 0.1789... */
    assert_true(tmn_expr_eval(at_least, &s.env) == 0.0);
    struct tmn_expr *none = fixture_parse(&s.f, "kin / degree(work) = log(-1)", TMN_SCOPE_PERSON, -1, true);
    assert_true(tmn_expr_eval(none, &s.env) == 0.0); /* nothing equals nan */
    assert_int_equal(
        fixture_parse(&s.f, "share(status = home) > share(status = china)", TMN_SCOPE_PERSON, -1, true)->op, TMN_OP_GT);
    fixture_close(&s.f);
}

/* Ratios against a person's number over a whole constant: thirds, sevenths, which no decimal fraction holds. */
static void ratios_against_attributes(void **state) {
    (void)state;
    struct stage s;
    open_stage(&s);
    static const char *const relation[] = {"=", "!=", "<", "<=", ">", ">="};
    static const uint32_t divisor[] = {1, 2, 3, 7, 49, 100};
    for (int r = 0; r < 6; r++)
        for (size_t k = 0; k < sizeof divisor / sizeof *divisor; k++) {
            char text[3][80];
            snprintf(text[0], sizeof text[0], "share(status = home) %s fear / %u", relation[r], divisor[k]);
            snprintf(text[1], sizeof text[1], "friends_out / kin %s fear / %u", relation[r], divisor[k]);
            snprintf(text[2], sizeof text[2], "birth_year / %u %s share(status = home)", divisor[k], relation[r]);
            struct tmn_expr *expr[3];
            for (int e = 0; e < 3; e++)
                expr[e] = fixture_parse(&s.f, text[e], TMN_SCOPE_PERSON, -1, true);
            for (uint32_t d = 0; d < 60; d++)
                for (uint32_t n = 0; n <= d; n++) {
                    uint32_t fear = (n + d) % 8;
                    s.share[0] = (struct tmn_ratio){n, d};
                    s.level[F_FRIENDS_OUT] = n, s.level[F_KIN] = d, s.level[F_FEAR] = fear;
                    s.level[F_BIRTH_YEAR] = d;
                    long long left = (long long)n * divisor[k], right = (long long)fear * (d > 0 ? d : 1),
                              born = (1900LL + d) * (d > 0 ? d : 1);
                    int sign = (left > right) - (left < right), other = (born > left) - (born < left);
                    bool holds[2];
                    for (int e = 0; e < 2; e++) {
                        int c = e == 0 ? sign : other;
                        holds[e] = r == 0   ? c == 0
                                   : r == 1 ? c != 0
                                   : r == 2 ? c < 0
                                   : r == 3 ? c <= 0
                                   : r == 4 ? c > 0
                                            : c >= 0;
                    }
                    assert_true((tmn_expr_eval(expr[0], &s.env) == 1.0) == holds[0]);
                    assert_true((tmn_expr_eval(expr[1], &s.env) == 1.0) == holds[0]);
                    assert_true((tmn_expr_eval(expr[2], &s.env) == 1.0) == holds[1]);
                }
        }
    struct tmn_expr *third = fixture_parse(&s.f, "share(status = home) = fear / 3", TMN_SCOPE_PERSON, -1, true);
    s.share[0] = (struct tmn_ratio){1000000007, 3000000021};
    s.level[F_FEAR] = 1;
    assert_true(tmn_expr_eval(third, &s.env) == 1.0);
    s.share[0].numerator++;
    assert_true(tmn_expr_eval(third, &s.env) == 0.0);
    fixture_close(&s.f);
}

static void ratio_compares(void **state) {
    (void)state;
    const int64_t huge = INT64_MAX;
    static const struct {
        int64_t a, b;
        double value;
        int sign;
    } cases[] = {
        {0, 0, 0.0, 0},       {0, 0, 1e-300, -1},   {0, 5, -0.0, 0},
        {1, 0, 1e300, 1},     {1, 3, 1.0 / 3.0, 1}, /* 0.333... of 16 digits is less */
        {2, 3, 2.0 / 3.0, 1}, {1, 10, 0.1, 0},      {3, 10, 0.1 + 0.2, -1},
        {7, 1, 7.0, 0},       {1, 1, 1e-320, 1},    {1, 1, -5.0, 1},
        {1, 1, 1e300, -1},    {1, 8, 0.125, 0},     {1, 1000000, 1e-6, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(tmn_ratio_compare((struct tmn_ratio){cases[i].a, cases[i].b}, cases[i].value), cases[i].sign);
    assert_int_equal(tmn_ratio_compare((struct tmn_ratio){huge, huge}, 1.0), 0);
    assert_int_equal(tmn_ratio_compare((struct tmn_ratio){huge - 1, huge}, 1.0), -1);
    assert_int_equal(tmn_ratio_compare((struct tmn_ratio){huge, huge - 1}, 1.0), 1);
    assert_int_equal(tmn_ratio_compare((struct tmn_ratio){1, huge}, 1.0842021724855044e-19), 1); /* by 3e-36 */
    assert_int_equal(tmn_ratio_compare((struct tmn_ratio){1, 1}, (double)INFINITY), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(precedence),      cmocka_unit_test(functions),
        cmocka_unit_test(units),           cmocka_unit_test(reads_the_environment),
        cmocka_unit_test(compares_levels), cmocka_unit_test(shares_and_counts),
        cmocka_unit_test(degrees),         cmocka_unit_test(ratios_are_exact),
        cmocka_unit_test(ratio_compares),  cmocka_unit_test(ratios_against_attributes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
