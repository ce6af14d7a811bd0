/* Properties of random expressions, with the seed printed when one fails: no value in the declared ranges leaves the
 * bound, a value that is not finite is foreseen, and printing is a fixed point of printing and parsing. TUMEN_TEST_SEED
 * sets the first seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "expr-random.h"
#include <math.h>
#include <stdlib.h>

enum { EXPRESSIONS = 4000, ENVIRONMENTS = 25, PER_MODEL = 50 };

static uint64_t first_seed(void) {
    const char *text = getenv("TUMEN_TEST_SEED");
    return text ? strtoull(text, NULL, 10) : 20240601;
}

static const char *random_text(struct fixture *f, uint64_t *state, bool boolean, bool place) {
    struct tmn_text text;
    tmn_text_init(&text, &f->arena);
    if (boolean)
        random_condition(state, &text, 3, place);
    else
        random_number(state, &text, 4, place);
    return text.items;
}

struct tally {
    int parsed, defined, undefined, tight;
};

static void check_bounds(struct fixture *f, const struct tmn_expr *expr, uint64_t *state, const char *text,
                         uint64_t seed, struct tally *tally) {
    struct random_env *e = TMN_NEW(&f->arena, struct random_env);
    bool *known = TMN_NEW_ARRAY(&f->arena, bool, f->model->features.count);
    for (size_t i = 0; i < f->model->parameters.count; i++)
        e->parameter[i] = f->model->parameters.items[i].value;
    for (size_t i = 0; i < f->model->features.count; i++)
        known[i] = random_below(state, 3) == 0;
    random_fill(state, f->model, e, NULL, false);
    bool keep_drivers = random_below(state, 2) == 0;
    struct tmn_env ranges = random_ranges(e, false), values = random_ranges(e, keep_drivers);
    struct tmn_interval all = tmn_expr_bound(expr, &ranges, NULL), some = tmn_expr_bound(expr, &values, known);
    bool ordered =
        all.low <= all.high && some.low <= some.high && (!all.defined || (isfinite(all.low) && isfinite(all.high)));
    bool narrower = !all.defined || (some.defined && some.low >= all.low && some.high <= all.high);
    if (!ordered || !narrower)
        fail_msg("seed %llu: bounds of %s: [%.17g, %.17g] %d, known [%.17g, %.17g] %d", (unsigned long long)seed, text,
                 all.low, all.high, all.defined, some.low, some.high, some.defined);
    for (int k = 0; k < ENVIRONMENTS; k++) {
        random_fill(state, f->model, e, known, keep_drivers);
        double value = tmn_expr_eval(expr, &e->env);
        bool inside = value >= some.low && value <= some.high;
        if (isfinite(value) ? !inside : some.defined)
            fail_msg("seed %llu: %s = %.17g outside [%.17g, %.17g] defined %d", (unsigned long long)seed, text, value,
                     some.low, some.high, some.defined);
    }
    *(some.defined ? &tally->defined : &tally->undefined) += 1;
    tally->tight += some.defined && some.low == some.high;
}

static void check_print(struct fixture *f, const struct tmn_expr *expr, enum tmn_scope scope, int by, const char *text,
                        uint64_t seed) {
    const char *once = fixture_print(f, expr);
    struct tmn_expr *again = fixture_parse(f, once, scope, by, expr->boolean);
    if (!again)
        fail_msg("seed %llu: %s printed as %s: %s", (unsigned long long)seed, text, once, fixture_reported(f));
    const char *twice = fixture_print(f, again);
    if (strcmp(once, twice) != 0 || !tmn_unit_equal(expr->unit, again->unit))
        fail_msg("seed %llu: %s printed as %s, then %s", (unsigned long long)seed, text, once, twice);
}

/* The same value to the bit after printing and parsing. */
static void check_same_value(struct fixture *f, const struct tmn_expr *expr, uint64_t *state, enum tmn_scope scope,
                             int by, uint64_t seed) {
    struct random_env *e = TMN_NEW(&f->arena, struct random_env);
    struct tmn_expr *again = fixture_parse(f, fixture_print(f, expr), scope, by, expr->boolean);
    for (size_t i = 0; i < f->model->parameters.count; i++)
        e->parameter[i] = f->model->parameters.items[i].value;
    for (int k = 0; k < 5; k++) {
        random_fill(state, f->model, e, NULL, false);
        double a = tmn_expr_eval(expr, &e->env), b = tmn_expr_eval(again, &e->env);
        if (!(a == b || (isnan(a) && isnan(b))))
            fail_msg("seed %llu: %s is %.17g, and %.17g after printing", (unsigned long long)seed,
                     fixture_print(f, expr), a, b);
    }
}

static void random_expressions(void **unused) {
    (void)unused;
    struct tally tally = {0};
    struct fixture f;
    for (int i = 0; i < EXPRESSIONS; i++) {
        uint64_t seed = first_seed() + (uint64_t)i, state = seed;
        if (i % PER_MODEL == 0)
            fixture_open(&f); /* shares and counts pile up in a model */
        bool boolean = random_below(&state, 2) == 0, place = random_below(&state, 3) == 0;
        enum tmn_scope scope = place ? TMN_SCOPE_FEEDBACK : TMN_SCOPE_PERSON;
        int by = place ? F_PROVINCE : -1;
        const char *text = random_text(&f, &state, boolean, place);
        struct tmn_expr *expr = fixture_parse(&f, text, scope, by, boolean);
        if (expr) {
            tally.parsed++;
            check_bounds(&f, expr, &state, text, seed, &tally);
            check_print(&f, expr, scope, by, text, seed);
            check_same_value(&f, expr, &state, scope, by, seed);
        }
        fixture_reported(&f);
        if (i % PER_MODEL == PER_MODEL - 1)
            fixture_close(&f);
    }
    /* the generator is worth something */
    assert_true(tally.parsed > EXPRESSIONS / 2 && tally.defined > tally.parsed / 4 &&
                tally.undefined > tally.parsed / 20);
}

/* Bounds worked out by hand. */
static void bounds_by_hand(void **unused) {
    (void)unused;
    struct fixture f;
    fixture_open(&f);
    struct random_env *e = TMN_NEW(&f.arena, struct random_env);
    for (size_t i = 0; i < f.model->parameters.count; i++)
        e->parameter[i] = f.model->parameters.items[i].value;
    static const struct {
        const char *text;
        bool boolean, defined;
        double low, high;
    } cases[] = {
        {"fear", false, true, 0, 7},
        {"fear - fear", false, true, -7, 7}, /* each occurrence by itself */
        {"2 - barrier * weight", false, true, -0.5, 2},
        {"order * (barrier - 2)", false, true, -2, 3},
        {"1 / (1 + barrier)", false, true, 1.0 / 6, 1},
        {"1 / barrier", false, false, 0, 0},
        {"log(fear)", false, false, 0, 0},
        {"log(fear + 1) * 0", false, true, 0, 0},
        {"sqrt(barrier - 6)", false, false, 0, 0},
        {"exp(news)", false, false, 0, 0},                   /* overflows */
        {"if(fear > 9, 1 / barrier, 2)", false, true, 2, 2}, /* never taken */
        {"if(fear > 3, 5, 2)", false, true, 2, 5},
        {"abs(barrier - 2)", false, true, 0, 3},
        {"clamp(news, 1, barrier + 1)", false, true, 1, 6},
        {"pull[aware]", false, true, 0, 1},
        {"risk[2, province]", false, true, 0.75, 1},
        {"pow(barrier, 2)", false, true, 0, 25},
        {"pow(barrier, -1)", false, false, 0, 0},
        {"pow(fear - 1, 2)", false, false, 0, 0}, /* a negative base */
        {"share(status = home)", false, true, 0, 1},
        {"year", false, true, 1994, 2003},
        {"fear >= 0", true, true, 1, 1},
        {"fear > 7", true, true, 0, 0},
        {"fear = 7", true, true, 0, 1},
        {"order <= 1 and barrier < 0", true, true, 0, 0},
        {"share(status = home) <= 1", true, true, 1, 1},
        {"friends_out / degree(friends) >= 7", true, true, 0, 1}, /* 6 of 0 counts as infinite */
        {"kin / degree(work) < 0", true, true, 0, 0},
        {"share(status = home) <= birth_year / 1900", true, true, 1, 1},
        {"share(status = home) > fear / 7", true, true, 0, 1},
        {"friends_out / 6 > kin / degree(work)", true, true, 0, 1},
        {"share(status = home) > 1 / barrier", true, false, 0, 1},
        {"not status = home or 1 / barrier > 0", true, false, 0, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tmn_expr *expr = fixture_parse(&f, cases[i].text, TMN_SCOPE_PERSON, -1, cases[i].boolean);
        assert_non_null(expr);
        uint64_t state = 1;
        random_fill(&state, f.model, e, NULL, false);
        struct tmn_env ranges = random_ranges(e, false);
        struct tmn_interval bound = tmn_expr_bound(expr, &ranges, NULL);
        assert_int_equal(bound.defined, cases[i].defined);
        double slack = expr->op == TMN_OP_POW ? 1e-9 : 0;
        if (cases[i].defined)
            assert_true(bound.low <= cases[i].low && bound.low >= cases[i].low - slack && bound.high >= cases[i].high &&
                        bound.high <= cases[i].high + slack);
    }
    fixture_close(&f);
}

/* Known levels narrow the bound to the value. */
static void known_levels(void **unused) {
    (void)unused;
    struct fixture f;
    fixture_open(&f);
    struct random_env *e = TMN_NEW(&f.arena, struct random_env);
    struct tmn_expr *expr =
        fixture_parse(&f, "risk[fear, province] * if(aware = heard, 2, 3) / kin", TMN_SCOPE_PERSON, -1, false);
    struct tmn_expr *ratio = fixture_parse(&f, "kin / friends_out >= 0.5", TMN_SCOPE_PERSON, -1, true);
    bool known[64] = {0};
    known[F_FEAR] = known[F_PROVINCE] = known[F_AWARE] = known[F_KIN] = known[F_FRIENDS_OUT] = true;
    uint64_t state = 1;
    random_fill(&state, f.model, e, NULL, false);
    e->level[F_FEAR] = 1, e->level[F_PROVINCE] = 1, e->level[F_AWARE] = 1, e->level[F_KIN] = 2,
    e->level[F_FRIENDS_OUT] = 4;
    struct tmn_interval bound = tmn_expr_bound(expr, &e->env, known);
    assert_true(bound.defined && bound.low == 1.25 && bound.high == 1.25);
    assert_true(tmn_expr_bound(ratio, &e->env, known).low == 1);
    assert_false(tmn_expr_bound(expr, &e->env, NULL).defined); /* kin may be 0 */
    e->level[F_FRIENDS_OUT] = 5;
    assert_true(tmn_expr_bound(ratio, &e->env, known).high == 0);
    /* drivers at their values, over the places that are not known */
    struct tmn_expr *price = fixture_parse(&f, "price / usd", TMN_SCOPE_PERSON, -1, false);
    memcpy(e->driver, (double[]){0.5, 30, 20}, 3 * sizeof(double));
    bound = tmn_expr_bound(price, &e->env, NULL);
    assert_true(bound.low == 20 && bound.high == 30);
    bound = tmn_expr_bound(price, &e->env, known);
    assert_true(bound.low == 20 && bound.high == 20);
    fixture_close(&f);
}

static void prints(void **unused) {
    (void)unused;
    static const struct {
        const char *text, *printed;
    } cases[] = {
        {"((1 + 2)) * 3", "(1 + 2) * 3"},
        {"1 + (2 * 3)", "1 + 2 * 3"},
        {"1 - (2 - 3)", "1 - (2 - 3)"},
        {"(1 - 2) - 3", "1 - 2 - 3"},
        {"1 + (2 + 3)", "1 + (2 + 3)"},
        {"-(1 + 2) * -3", "-(1 + 2) * -3"},
        {"30 d / window", "30 d / window"},
        {"12 month / 7d", "y / week"},
        {"5e6 won / fee", "5000000 won / fee"},
        {"20 % + 2.5e-7 * 1e20", "0.2 + 2.5e-07 * 1e+20"},
        {"0.05 / y * y", "0.05 / y * y"},
        {"if((fear>=3), max(0,fee/won), 1)", "if(fear >= 3, max(0, fee / won), 1)"},
        {"distance[ \"Sin si\" ] / km", "distance[\"Sin si\"] / km"},
        {"mortality[1995, m, 35] * y", "mortality[1995, m, 35] * y"},
        {"degree( friends )", "degree(friends)"},
        {"share((status) = (home), by province)", "share(status = home, by province)"},
        {"if(heard <= aware and not (sex = f or sex = m), 1, 2)",
         "if(aware >= heard and not (sex = f or sex = m), 1, 2)"},
        {"if(0.18 <= friends_out / degree(friends), 1, 2)", "if(friends_out / degree(friends) >= 0.18, 1, 2)"},
        {"if(fear in [1,2] or fear in [0, 1] or fear in [6, 7, 5], 1, 2)",
         "if(fear in [1, 2] or fear < 2 or fear >= 5, 1, 2)"},
        {"if(status in [home, china] or village in [in] or village != in, 1, 2)",
         "if(status in [home, china] or village = in or village != in, 1, 2)"},
        {"if(age in [3] and aware < none or aware >= none, 1, 2)",
         "if(age in [3] and aware < none or aware >= none, 1, 2)"},
    };
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tmn_expr *expr = fixture_parse(&f, cases[i].text, TMN_SCOPE_PERSON, -1, false);
        assert_string_equal(fixture_reported(&f), "");
        assert_non_null(expr);
        assert_string_equal(fixture_print(&f, expr), cases[i].printed);
    }
    struct tmn_expr *count =
        fixture_parse(&f, "count(cross.across,by province) + count(cross.over)", TMN_SCOPE_FEEDBACK, F_PROVINCE, false);
    assert_string_equal(fixture_print(&f, count), "count(cross.across, by province) + count(cross.over)");
    fixture_close(&f);
}

static void reads(void **unused) {
    (void)unused;
    struct fixture f;
    fixture_open(&f);
    struct tmn_model *m = f.model;
    bool features[64] = {0};
    struct tmn_expr *expr =
        fixture_parse(&f, "weight * pull[aware] * if(sex = m, fear, 1)", TMN_SCOPE_PERSON, -1, false);
    struct tmn_reads what = tmn_expr_reads(m, expr, features);
    assert_true(what.feature && what.parameter);
    assert_false(what.counter || what.age || what.year || what.window || what.driver || what.feedback || what.share ||
                 what.count);
    for (int i = 0; i < F_COUNT; i++)
        assert_int_equal(features[i], i == F_AWARE || i == F_SEX || i == F_FEAR);
    memset(features, 0, sizeof features);
    expr = fixture_parse(&f, "price * news * share(status = home, by village) / window", TMN_SCOPE_PERSON, -1, false);
    what = tmn_expr_reads(m, expr, features);
    assert_true(what.feature && what.driver && what.feedback && what.share && what.window);
    assert_false(what.counter || what.age || what.year || what.count || what.parameter);
    for (int i = 0; i < F_COUNT; i++) /* a share's own predicate is not read at the person */
        assert_int_equal(features[i], i == F_PROVINCE || i == F_VILLAGE);
    memset(features, 0, sizeof features);
    expr = fixture_parse(&f, "mortality[year, f, age] * y * (kin / degree(friends) + barrier)", TMN_SCOPE_PERSON, -1,
                         false);
    what = tmn_expr_reads(m, expr, features);
    assert_true(what.counter && what.age && what.year && what.feedback);
    assert_false(what.feature || what.window || what.driver || what.share || what.count || what.parameter);
    assert_true(features[F_AGE] && features[F_KIN] && features[F_COUNT] && !features[F_SEX]);
    what = tmn_expr_reads(
        m, fixture_parse(&f, "year * count(cross, by province)", TMN_SCOPE_FEEDBACK, F_PROVINCE, false), NULL);
    assert_true(what.count && what.year && what.feature);
    what = tmn_expr_reads(m, fixture_parse(&f, "pull[heard] * 2 + order", TMN_SCOPE_PERSON, -1, false), NULL);
    assert_true(what.driver);
    assert_false(what.feature || what.year || what.parameter);
    fixture_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_by_hand), cmocka_unit_test(known_levels),       cmocka_unit_test(prints),
        cmocka_unit_test(reads),          cmocka_unit_test(random_expressions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
