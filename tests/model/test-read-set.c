/* Settings: names, values, units, ranges and dates. */
#include "model/model.h"

#include <cmocka.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

struct fixture {
    struct tmn_arena arena;
    struct tmn_model *model;
    struct tmn_settings settings;
};

static int set_up(void **state) {
    static struct fixture fixture;
    struct tmn_diagnostics list;
    memset(&fixture, 0, sizeof fixture);
    tmn_arena_init(&fixture.arena, 0);
    if (TMN_ARENA_TRY(&fixture.arena))
        return -1;
    tmn_diagnostics_init(&list, &fixture.arena);
    fixture.model = tmn_model_read(&fixture.arena, TOY_FOLDER "/rumour", &list);
    *state = &fixture;
    return fixture.model ? 0 : -1;
}

static int tear_down(void **state) {
    tmn_arena_free(&((struct fixture *)*state)->arena);
    return 0;
}

static const struct tmn_parameter *parameter(const struct fixture *fixture, const char *name) {
    for (size_t i = 0; i < fixture->model->parameters.count; i++)
        if (strcmp(fixture->model->parameters.items[i].name, name) == 0)
            return &fixture->model->parameters.items[i];
    fail_msg("no parameter %s", name);
    return NULL;
}

static bool set(struct fixture *fixture, const char *assignment, struct tmn_error *err) {
    return tmn_model_set(fixture->model, &fixture->settings, assignment, err);
}

static void assert_refused(struct fixture *fixture, const char *assignment, const char *part) {
    struct tmn_error err = {0};
    assert_false(set(fixture, assignment, &err));
    assert_int_equal(err.code, TMN_USAGE);
    if (!strstr(err.text, part))
        fail_msg("'%s' does not say '%s'", err.text, part);
}

static void test_parameters(void **state) {
    struct fixture *fixture = *state;
    struct tmn_error err;
    double before = parameter(fixture, "leave.base")->value;
    assert_true(set(fixture, "leave.base=0.5", &err));
    assert_true(parameter(fixture, "leave.base")->value == before); /* the same value changes nothing, to the bit */
    assert_true(set(fixture, "leave.base=0.25", &err));
    assert_true(parameter(fixture, "leave.base")->value == 0.25);
    assert_true(set(fixture, "leave.base=0.01 / d", &err));
    assert_true(fabs(parameter(fixture, "leave.base")->value - 3.652425) < 1e-9);
    assert_int_equal(fixture->settings.count, 0);
}

static void test_dates(void **state) {
    struct fixture *fixture = *state;
    struct tmn_error err;
    assert_true(set(fixture, "capture=0.6@2002-01-01", &err));
    assert_int_equal(fixture->settings.count, 1);
    assert_true(fixture->settings.items[0].value == 0.6 && fixture->settings.items[0].window == 52);
    assert_true(parameter(fixture, "capture")->value == 0.3);
    assert_true(set(fixture, "broadcasts=5@2002", &err));
    const struct tmn_driver *driver = &fixture->model->drivers.items[0];
    assert_true(driver->value[51] == 1 && driver->value[52] == 5 && driver->value[207] == 5 && driver->high == 5);
    assert_true(set(fixture, "broadcasts=0", &err));
    assert_true(driver->value[0] == 0 && driver->low == 0 && driver->high == 0);
}

static void test_refused(void **state) {
    struct fixture *fixture = *state;
    assert_refused(fixture, "captur=0.6", "did you mean 'capture'?");
    assert_refused(fixture, "capture=1.5", "range of 'capture', which is 0 to 1");
    assert_refused(fixture, "capture=1 km", "wrong unit");
    assert_refused(fixture, "capture=much", "not a value");
    assert_refused(fixture, "capture", "name=value");
    assert_refused(fixture, "=1", "name=value");
    assert_refused(fixture, "capture=0.5@soon", "not a date");
    assert_refused(fixture, "capture=0.5@2020-01-01", "no window");
    /* where the mistake is, as it was written */
    assert_refused(fixture, "captur=0.6@2002", "\n  captur=0.6@2002\n  ^~~~~~");
    assert_refused(fixture, "capture=1.5@2002", "\n  capture=1.5@2002\n          ^~~");
    assert_refused(fixture, "capture=0.5@2002-02-31", "\n  capture=0.5@2002-02-31\n              ^~~~~~~~~~");
    assert_refused(fixture, "capture=0.5@", "\n  capture=0.5@\n              ^");
    assert_refused(fixture, "capture=1/week", "has the wrong unit for 'capture', which has none\n");
    assert_int_equal(fixture->settings.count, 0);
}

static void test_interventions(void **state) {
    struct fixture *fixture = *state;
    struct tmn_error err;
    assert_true(set(fixture, "hold alarm=0.25@2002-01-01", &err));
    assert_true(set(fixture, "shift alarm=-1", &err));
    assert_true(set(fixture, "shift broadcasts=3@2004", &err));
    assert_true(set(fixture, "assign aware=heard, fear=2 where fear = 0 and gone = no share 0.25 @2002-01-01", &err));
    assert_int_equal(fixture->settings.count, 3);
    const struct tmn_setting *it = fixture->settings.items;
    assert_true(it[0].kind == TMN_HOLD_FEEDBACK && it[0].feedback == 0 && it[0].value == 0.25 && it[0].window == 52);
    assert_true(it[1].kind == TMN_SHIFT_FEEDBACK && it[1].value == -1 && it[1].window == 0 && it[1].end == 0);
    assert_true(it[2].kind == TMN_ASSIGN_PERSONS && it[2].window == 52 && it[2].assign->share == 0.25);
    assert_int_equal(it[2].assign->sets, 2);
    assert_int_equal(it[2].assign->set[1].level, 2);
    const struct tmn_driver *driver = &fixture->model->drivers.items[0];
    assert_true(driver->value[155] == 2 && driver->value[156] == 5 && driver->high == 5);
}

/* The same persons first, whatever the share: what is keyed is what is given to whom. */
static void test_the_key_of_an_assignment(void **state) {
    struct fixture *fixture = *state;
    struct tmn_error err;
    assert_true(set(fixture, "assign fear=2 where gone = no share 0.25", &err));
    assert_true(set(fixture, "assign fear=2 where gone=no share 0.5 @2003", &err));
    assert_true(set(fixture, "assign fear=3 where gone = no share 0.25", &err));
    assert_true(set(fixture, "assign fear=2", &err));
    const struct tmn_setting *it = fixture->settings.items;
    assert_int_equal(it[0].assign->hash, it[1].assign->hash);
    assert_int_not_equal(it[0].assign->hash, it[2].assign->hash);
    assert_int_not_equal(it[0].assign->hash, it[3].assign->hash);
    assert_true(it[3].assign->share == 1 && it[3].assign->who == NULL);
}

static void test_interventions_refused(void **state) {
    struct fixture *fixture = *state;
    assert_refused(fixture, "alarm=1", "a feedback variable, which --hold fixes and --shift offsets");
    assert_refused(fixture, "hold alrm=1", "there is no feedback variable or driver 'alrm'; did you mean 'alarm'?");
    assert_refused(fixture, "hold alarm=11", "range of 'alarm', which is 0 to 10");
    assert_refused(fixture, "shift alarm=1 km", "wrong unit");
    assert_refused(fixture, "shift capture=0.1", "'capture' is a parameter: --set capture=VALUE changes it");
    assert_refused(fixture, "hold alarm", "name=value");
    assert_refused(fixture, "hold alarm=1@2020-01-01", "no window");
    assert_refused(fixture, "assign fear", "attribute=level");
    assert_refused(fixture, "assign feer=2",
                   "there is no attribute 'feer' [unknown-name]\n  feer=2\n  ^~~~\n  hint: did you mean 'fear'?");
    assert_refused(fixture, "assign aware=herd where gone = no share 0.5",
                   "  aware=herd where gone = no share 0.5\n        ^~~~");
    assert_refused(fixture, "assign fear=2 where gon = no share 0.5",
                   "               ^~~\n  hint: did you mean 'gone'?");
    assert_refused(fixture, "assign fear=2 where gone = no share 2", "a share is a number from 0 to 1, not '2'");
    assert_refused(fixture, "assign fear=2 where gone = no @soon", "'soon' is not a date");
    assert_refused(fixture, "assign fear=2 @2020", "\n  fear=2 @2020\n          ^~~~");
    assert_refused(fixture, "hold capture=0.1", "\n  capture=0.1\n  ^~~~~~~");
    assert_int_equal(fixture->settings.count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_interventions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_key_of_an_assignment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_interventions_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_parameters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_dates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
