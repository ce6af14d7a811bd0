/* checks: what a scenario claims of its own runs, decided by `tumen verify`. */
#include "model/read.h"

#include <math.h>
#include <string.h>

enum { RUNS_MAX = 1000000 };

bool tmn_read_constant(struct tmn_reader *reader, const struct tmn_node *node, const char *what, struct tmn_unit unit,
                       const double *parameter, double low, double high, struct tmn_constant *constant) {
    struct tmn_model *model = reader->model;
    const struct tmn_expr *expr = tmn_expr_parse(model, node, TMN_SCOPE_CONSTANT, TMN_NATION, false, reader->list);
    if (!expr || !tmn_expr_want_unit(expr, unit, what, reader->list))
        return false;
    struct tmn_env env = {.model = model, .parameter = parameter, .year = model->calendar.start_year};
    double value = tmn_expr_eval(expr, &env);
    char number[32], bound[2][32];
    tmn_format_real(value, number);
    tmn_format_real(low, bound[0]);
    tmn_format_real(high, bound[1]);
    if (!isfinite(value) || value < low || value > high) {
        if (!isfinite(value))
            tmn_report(reader->list, node->place, "out-of-range", NULL, "%s is not a finite number", what);
        else if (isinf(high))
            tmn_report(reader->list, node->place, "out-of-range", NULL, "%s must be at least %s, not %s", what,
                       bound[0], number);
        else
            tmn_report(reader->list, node->place, "out-of-range", NULL, "%s must lie between %s and %s, not %s", what,
                       bound[0], bound[1], number);
        return false;
    }
    *constant = (struct tmn_constant){expr, value};
    return true;
}

/* `set` or `against` into a list and over `parameter`. */
static void read_settings(struct tmn_reader *reader, const struct tmn_node *node, const char *key, double *parameter,
                          struct tmn_assigned_list *list) {
    const struct tmn_node *map = tmn_node_get(node, key);
    for (size_t i = 0; map && map->kind == TMN_NODE_MAPPING && i < map->count; i++) {
        struct tmn_assigned assigned;
        struct tmn_error err;
        assigned.parameter = tmn_find_parameter(reader, map->keys[i]->text, map->keys[i]->place);
        if (assigned.parameter < 0 || !tmn_node_text(reader, map->items[i], "the value of a parameter", &assigned.text))
            continue;
        if (!tmn_parameter_parse(&reader->model->parameters.items[assigned.parameter], assigned.text, &assigned.value,
                                 &err)) {
            tmn_report(reader->list, map->items[i]->place, "bad-setting",
                       strchr(assigned.text, '@') ? "settings of a check hold from the start: no dates" : NULL, "%s",
                       err.text);
            continue;
        }
        parameter[assigned.parameter] = assigned.value;
        TMN_PUSH(reader->arena, list, assigned);
    }
}

static void read_both_settings(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_check *check) {
    const struct tmn_model *model = reader->model;
    size_t count = model->parameters.count;
    check->parameter = TMN_NEW_ARRAY(reader->arena, double, count + 1);
    for (size_t i = 0; i < count; i++)
        check->parameter[i] = model->parameters.items[i].value;
    read_settings(reader, node, "set", check->parameter, &check->set);
    if (!tmn_node_get(node, "against"))
        return;
    check->against_parameter = TMN_NEW_ARRAY(reader->arena, double, count + 1);
    memcpy(check->against_parameter, check->parameter, count * sizeof *check->parameter);
    read_settings(reader, node, "against", check->against_parameter, &check->against);
    bool differs = false;
    for (size_t i = 0; i < count; i++)
        differs = differs || check->parameter[i] != check->against_parameter[i];
    const struct tmn_node *against = tmn_node_get(node, "against");
    if (!differs && against->kind == TMN_NODE_MAPPING && check->against.count == against->count)
        tmn_report(reader->list, against->place, "no-effect", NULL,
                   "'against' sets nothing that 'set' and the parameters do not say already");
}

/* outcome, cell, take; or windows. */
static bool read_subject(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_check *check) {
    static const char *const takes[] = {"last", "first", "sum", "max", "when_max", "mean_time"};
    const char *name;
    bool windows = false;
    int take = TMN_TAKE_LAST;
    check->outcome = -1;
    tmn_get_bool(reader, node, "windows", &windows);
    bool has = tmn_get_text(reader, node, "outcome", &name);
    if (has == windows) {
        tmn_report(reader->list, node->place, "missing-key", NULL,
                   "check '%s' needs exactly one of 'outcome' and 'windows: yes'", check->name);
        return false;
    }
    if (has && (check->outcome = tmn_find_outcome(reader, name, tmn_node_get(node, "outcome")->place)) < 0)
        return false;
    tmn_read_cell(reader, node, check->outcome, check->cell);
    tmn_get_choice(reader, node, "take", takes, 6, &take);
    check->take = (enum tmn_take)take;
    const char *idle = !windows                     ? NULL
                       : tmn_node_get(node, "cell") ? "cell"
                       : tmn_node_get(node, "take") ? "take"
                                                    : NULL;
    if (idle)
        tmn_report(reader->list, tmn_key_place(node, idle), "no-effect", NULL,
                   "the number of windows run is one number: leave '%s' out", idle);
    return true;
}

/* The unit of a run's value, before `over`. */
static struct tmn_unit unit_of(const struct tmn_model *model, const struct tmn_check *check) {
    if (check->outcome < 0 || check->take == TMN_TAKE_WHEN_MAX || check->take == TMN_TAKE_MEAN_TIME)
        return tmn_unit_none;
    const struct tmn_outcome *outcome = &model->outcomes.items[check->outcome];
    return outcome->kind == TMN_OUTCOME_FEEDBACK ? model->feedbacks.items[outcome->feedback].unit : tmn_unit_none;
}

static bool get_constant(struct tmn_reader *reader, const struct tmn_node *node, const char *key, struct tmn_unit unit,
                         const struct tmn_check *check, double low, double high, struct tmn_constant *constant) {
    const struct tmn_node *of = tmn_node_get(node, key);
    if (!of || of->kind != TMN_NODE_SCALAR || of->null)
        return false;
    return tmn_read_constant(reader, of, tmn_arena_printf(reader->arena, "'%s'", key), unit, check->parameter, low,
                             high, constant);
}

static void read_numbers(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_check *check) {
    struct tmn_unit unit = unit_of(reader->model, check);
    const struct tmn_node *over = tmn_node_get(node, "over");
    if (over && over->kind == TMN_NODE_SCALAR && !over->null) {
        const struct tmn_expr *expr =
            tmn_expr_parse(reader->model, over, TMN_SCOPE_CONSTANT, TMN_NATION, false, reader->list);
        if (!expr)
            return;
        struct tmn_env env = {.model = reader->model, .parameter = check->parameter};
        check->over = (struct tmn_constant){expr, tmn_expr_eval(expr, &env)};
        unit = tmn_unit_product(unit, expr->unit, -1);
        if (!isfinite(check->over.value) || check->over.value == 0) {
            tmn_report(reader->list, over->place, "out-of-range", NULL, "'over' divides by %s",
                       check->over.value == 0 ? "0" : "what is not a finite number");
            return;
        }
    }
    get_constant(reader, node, "above", unit, check, -HUGE_VAL, HUGE_VAL, &check->above);
    get_constant(reader, node, "given", unit, check, -HUGE_VAL, HUGE_VAL, &check->given);
    if (check->above.expr) /* from here on: shares of runs */
        unit = tmn_unit_none;
    get_constant(reader, node, "error", unit, check, 0, HUGE_VAL, &check->error);
    get_constant(reader, node, "tolerance", unit, check, 0, HUGE_VAL, &check->tolerance);
    if (check->expect == TMN_EXPECT_NUMBER)
        get_constant(reader, node, "expected", unit, check, check->above.expr ? 0 : -HUGE_VAL,
                     check->above.expr ? 1 : HUGE_VAL, &check->expected);
}

/* Which form of check this is: against other settings, a law, or a number. */
static void read_expectation(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_check *check) {
    static const char *const signs[] = {"more", "less", "equal", "same"};
    const struct tmn_node *law = tmn_node_get(node, "law"), *expected = tmn_node_get(node, "expected");
    const char *text = NULL;
    tmn_get_text(reader, node, "expected", &text);
    if (law && law->kind == TMN_NODE_SCALAR && !law->null) {
        check->expect = TMN_EXPECT_LAW;
        tmn_read_law(reader, law, check);
        tmn_get_bool(reader, node, "times", &check->times);
        if (text && strcmp(text, "law") != 0)
            tmn_report(reader->list, expected->place, "unknown-choice", NULL,
                       "with 'law', 'expected' is law or left out, not '%s'", text);
        return;
    }
    int sign = 0;
    if (!expected) {
        tmn_report(reader->list, node->place, "missing-key", NULL, "check '%s' needs 'expected' or 'law'", check->name);
        return;
    }
    if (text && strcmp(text, "law") == 0)
        tmn_report(reader->list, expected->place, "missing-key", "for example law: poisson(4)",
                   "'expected: law' needs the key 'law'");
    if (tmn_node_get(node, "against")) {
        if (tmn_get_choice(reader, node, "expected", signs, 4, &sign))
            check->expect = TMN_EXPECT_MORE + (unsigned)sign;
        return;
    }
    for (int i = 0; text && i < 4; i++)
        if (strcmp(text, signs[i]) == 0)
            tmn_report(reader->list, expected->place, "missing-key", "for example against: { z: 6 }",
                       "'expected: %s' needs the settings that it compares with, 'against'", text);
}

/* Keys that say nothing, or the opposite of each other, in this form of check. */
static void refuse_together(struct tmn_reader *reader, const struct tmn_node *node, const struct tmn_check *check) {
    static const char *const pairs[][2] = {
        {"above", "given"}, {"against", "given"}, {"against", "error"}, {"law", "over"},    {"law", "above"},
        {"law", "given"},   {"law", "error"},     {"law", "tolerance"}, {"law", "against"}, {"law", "windows"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (tmn_node_get(node, pairs[i][0]) && tmn_node_get(node, pairs[i][1]))
            tmn_report(reader->list, tmn_key_place(node, pairs[i][1]), "not-together", NULL,
                       "'%s' cannot stand beside '%s' in check '%s'", pairs[i][1], pairs[i][0], check->name);
    if (tmn_node_get(node, "times") && !tmn_node_get(node, "law"))
        tmn_report(reader->list, tmn_key_place(node, "times"), "no-effect", NULL, "'times' belongs to a 'law'");
    if (check->expect == TMN_EXPECT_SAME && tmn_node_get(node, "above"))
        tmn_report(reader->list, tmn_key_place(node, "above"), "not-together", NULL,
                   "'above' cannot stand beside 'expected: same', which is of each run, in check '%s'", check->name);
    if (tmn_node_get(node, "tolerance") &&
        (check->expect == TMN_EXPECT_MORE || check->expect == TMN_EXPECT_LESS || check->expect == TMN_EXPECT_SAME))
        tmn_report(reader->list, tmn_key_place(node, "tolerance"), "no-effect", NULL,
                   "'tolerance' belongs to a number or to 'equal'");
}

static void check_law(struct tmn_reader *reader, const struct tmn_node *node, const struct tmn_check *check) {
    const struct tmn_outcome *outcome = check->outcome >= 0 ? &reader->model->outcomes.items[check->outcome] : NULL;
    if (check->expect != TMN_EXPECT_LAW || !outcome)
        return;
    struct tmn_place place = tmn_key_place(node, "law");
    bool events = outcome->kind == TMN_OUTCOME_FLOW || outcome->kind == TMN_OUTCOME_FIRINGS;
    if (outcome->kind == TMN_OUTCOME_FEEDBACK)
        tmn_report(reader->list, place, "bad-law", NULL,
                   "a law is of persons or events, and '%s' is a feedback variable", outcome->name);
    else if (check->times && (!events || outcome->every == TMN_PERIOD_RUN))
        tmn_report(reader->list, tmn_key_place(node, "times"), "bad-law", NULL,
                   "'times' needs a flow or firings of every window or year, which '%s' is not", outcome->name);
    else if (check->times && tmn_node_get(node, "take"))
        tmn_report(reader->list, tmn_key_place(node, "take"), "no-effect", NULL, "'times' uses all periods");
    else if (!check->times && check->take == TMN_TAKE_MEAN_TIME)
        tmn_report(reader->list, tmn_key_place(node, "take"), "bad-law", NULL,
                   "a law is of whole numbers, and a mean time is none");
}

static void read_check(struct tmn_reader *reader, const struct tmn_node *key, const struct tmn_node *node) {
    static const char *const kinds[] = {"published", "exact", "computed"};
    struct tmn_check check = {.name = key->text, .place = key->place, .runs = 1};
    int kind = TMN_CHECK_EXACT;
    long long runs = 1;
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_CHECK, tmn_arena_printf(reader->arena, "check '%s'", key->text)) ||
        !tmn_declare(reader, key, "check"))
        return;
    tmn_get_text(reader, node, "text", &check.text);
    tmn_get_text(reader, node, "source", &check.source);
    tmn_get_text(reader, node, "note", &check.note);
    tmn_get_choice(reader, node, "kind", kinds, 3, &kind);
    tmn_get_bool(reader, node, "slow", &check.slow);
    tmn_get_int(reader, node, "runs", 1, RUNS_MAX, &runs);
    check.kind = (enum tmn_check_kind)kind;
    check.runs = (int)runs;
    if (kind != TMN_CHECK_EXACT && !check.source)
        tmn_report(reader->list, tmn_key_place(node, "kind"), "missing-key", NULL, "a %s figure needs its 'source'",
                   kinds[kind]);
    read_both_settings(reader, node, &check);
    if (!read_subject(reader, node, &check))
        return;
    size_t before = reader->list->errors;
    read_expectation(reader, node, &check);
    if (reader->list->errors == before) {
        refuse_together(reader, node, &check);
        read_numbers(reader, node, &check);
        check_law(reader, node, &check);
    }
    if ((check.above.expr || check.given.expr) && check.runs < 2)
        tmn_report(reader->list, node->place, "too-few-runs", "for example runs: 100",
                   "'%s' is about many runs, and check '%s' has one", check.above.expr ? "above" : "given", check.name);
    TMN_PUSH(reader->arena, &reader->model->checks, check);
}

void tmn_read_checks(struct tmn_reader *reader) {
    const struct tmn_node *node = reader->section[TMN_IN_CHECKS];
    if (node && tmn_want_mapping(reader, node, "'checks'"))
        for (size_t i = 0; i < node->count; i++)
            read_check(reader, node->keys[i], node->items[i]);
}
