/* Results of a small country: rows, tidy tables, masking, what is refused by place, and folders that are whole or
 * absent. */
#include "fake.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct fake fake;

static struct tmn_text fresh(void) {
    struct tmn_text text;
    tmn_text_init(&text, &fake.arena);
    return text;
}

static int setup(void **state) {
    (void)state;
    fake_init(&fake);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fake_free(&fake);
    return 0;
}

/* ---- rows ---- */

static void arrivals_join_periods(void **state) {
    (void)state;
    size_t count;
    struct tmn_arrival_row *rows = tmn_result_arrivals(&fake.arena, &fake.result, &count);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].year, 2000);
    assert_true(rows[0].observed == 420 && rows[0].simulated == 400 && rows[0].fitted && rows[0].thin);
    assert_true(rows[1].year == 2001 && rows[1].year_to == 2002); /* by sex alone: the cells are added up */
    assert_true(rows[1].observed == 400 && rows[1].simulated == 490 && !rows[1].fitted);
    fake_stop(&fake, 104); /* after 2001 */
    tmn_result_arrivals(&fake.arena, &fake.result, &count);
    assert_int_equal(count, 1);
    fake_stop(&fake, 60); /* within 2001: its numbers are not told */
    assert_int_equal(tmn_result_periods(&fake.result, FAKE_ARRIVALS), 1);
    assert_false(tmn_result_complete(&fake.result));
}

static void no_observation_is_an_empty_list(void **state) {
    (void)state;
    fake.model.observations.count = 0;
    size_t count = 7;
    tmn_result_arrivals(&fake.arena, &fake.result, &count);
    assert_int_equal(count, 0);
    struct tmn_text out = fresh();
    tmn_result_run_json(&fake.result, &out);
    assert_non_null(strstr(out.items, "\"arrivals\":[]"));
}

static void figures_are_per_year(void **state) {
    (void)state;
    size_t count;
    struct tmn_figure_row *rows = tmn_result_figures(&fake.arena, &fake.result, &count);
    assert_int_equal(count, 1);
    assert_true(rows[0].reached && rows[0].simulated == (400 + 440) / 2.0);
    assert_int_equal(rows[0].within, TMN_WITHIN_INSIDE);
    assert_true(rows[0].error > 0);
    fake.model.figures.items[0].high = 424;
    rows = tmn_result_figures(&fake.arena, &fake.result, &count);
    assert_int_equal(rows[0].within, TMN_WITHIN_OPEN); /* chance among the persons simulated reaches beyond */
    fake.model.figures.items[0].high = 301;
    rows = tmn_result_figures(&fake.arena, &fake.result, &count);
    assert_int_equal(rows[0].within, TMN_WITHIN_OUTSIDE);
    fake.model.figures.items[0].base = 5;
    rows = tmn_result_figures(&fake.arena, &fake.result, &count);
    assert_true(rows[0].simulated == 425);
    fake.model.figures.items[0].of.to_day += 30; /* no yearly sum ends there */
    rows = tmn_result_figures(&fake.arena, &fake.result, &count);
    assert_false(rows[0].reached);
    assert_true(isnan(rows[0].simulated));
}

static void windows_belong_to_the_days_of_their_middle(void **state) {
    (void)state;
    static double week[] = {1, 2, 4, 8};
    static const int32_t first[] = {10957, 10964, 10971, 10978}, last[] = {10963, 10970, 10977, 10984};
    fake.model.outcomes.items[FAKE_BARRIER] =
        (struct tmn_outcome){.name = "weekly", .kind = TMN_OUTCOME_FLOW, .every = TMN_PERIOD_WINDOW, .by = {.size = 1}};
    fake.series[FAKE_BARRIER] = (struct tmn_series){4, 1, week, first, last, week};
    struct tmn_sum sum;
    assert_true(tmn_result_between(&fake.result, FAKE_BARRIER, NULL, 10957, 10969, &sum));
    assert_true(sum.value == 3);
    assert_true(tmn_result_between(&fake.result, FAKE_BARRIER, NULL, 10962, 10977, &sum));
    assert_true(sum.value == 6);
    assert_false(tmn_result_between(&fake.result, FAKE_BARRIER, NULL, 10957, 10990, &sum)); /* beyond what was run */
}

static void shares_and_composition(void **state) {
    (void)state;
    size_t count;
    struct tmn_share_row *shares = tmn_result_shares(&fake.arena, &fake.result, &count);
    assert_int_equal(count, 4); /* two levels in two periods; the row for all is no share */
    assert_true(shares[1].level == 1 && fabs(shares[1].observed - 0.7) < 1e-12 && shares[1].simulated == 0.75);
    struct tmn_composition_row *rows = tmn_result_composition(&fake.arena, &fake.result, &count);
    assert_int_equal(count, 4);
    assert_true(rows[0].sum.value == 210 && rows[1].sum.value == 680 && fabs(rows[1].share - 680.0 / 890.0) < 1e-15);
    assert_false(rows[2].masked);
}

/* ---- tables ---- */

static size_t commas(const char *line) {
    size_t count = 0;
    for (; *line && *line != '\n'; line++)
        count += *line == ',';
    return count;
}

static void outcomes_csv_is_tidy(void **state) {
    (void)state;
    struct tmn_text out = fresh();
    tmn_result_outcomes_csv(&fake.result, &out);
    assert_int_equal(
        strncmp(out.items,
                "outcome,period_from,period_to,sex,province,simulated,simulated_persons,thin,masked,observed\n", 91),
        0);
    size_t lines = 0;
    for (const char *line = out.items; *line; line = strchr(line, '\n') + 1, lines++)
        assert_int_equal(commas(line), 9);
    assert_int_equal(lines, 1 + 3 * 3 + 3 * 3 + 3); /* header; all and each level, three years; the feedback variable */
    assert_non_null(strstr(out.items, "\narrivals,2000-01-01,2000-12-31,all,,400,40,yes,,420\n"));
    assert_non_null(strstr(out.items, "\narrivals,2000-01-01,2000-12-31,female,,300,30,yes,,294\n"));
    assert_non_null(strstr(out.items, "\ncrossings,2001-01-01,2001-12-31,,north,1000,100,,,\n"));
    assert_non_null(strstr(out.items, "\nbarrier,2002-01-01,2002-12-31,,,0.3333333333333333,,,,\n"));
}

static void cells_by_place_are_masked(void **state) {
    (void)state;
    struct tmn_text out = fresh();
    tmn_result_outcomes_csv(&fake.result, &out);
    assert_non_null(strstr(out.items, "\ncrossings,2000-01-01,2000-12-31,,south,,,yes,yes,\n")); /* 9 persons */
    assert_non_null(strstr(out.items, "\ncrossings,2001-01-01,2001-12-31,,south,20,2,yes,,\n"));
    assert_non_null(strstr(out.items, "\ncrossings,2002-01-01,2002-12-31,,south,,,yes,yes,\n")); /* none */
    assert_non_null(
        strstr(out.items, "\ncrossings,2000-01-01,2000-12-31,,all,909,91,yes,,\n")); /* the nation is told */
    assert_non_null(
        strstr(out.items, "\narrivals,2002-01-01,2002-12-31,male,,0,0,yes,,\n")); /* by sex is not by place */
    struct tmn_text json = fresh();
    struct tmn_error err;
    assert_true(tmn_result_report_json(&fake.result, &json, &err));
    assert_non_null(strstr(json.items, "\"values\":[[900,null],[1000,20],[40,null]]"));
    assert_non_null(strstr(json.items, "\"persons\":[[90,null],[100,2],[4,null]]"));
    assert_non_null(strstr(json.items, "\"grade\":\"high\",\"cited_by\":[\"wait\",\"figure.1\"]}"));
}

static void names_are_quoted_in_csv(void **state) {
    (void)state;
    fake.model.map_feature = -1; /* without a map villages may be told apart */
    fake.model.outcomes.items[FAKE_CROSSINGS].by.feature[0] = FAKE_VILLAGE;
    static const double four[12] = {100, 100, 100, 100, 0, 0, 0, 0, 0, 0, 0, 0};
    fake.series[FAKE_CROSSINGS].cells = 4;
    fake.series[FAKE_CROSSINGS].value = fake.series[FAKE_CROSSINGS].simulated = four;
    struct tmn_text out = fresh();
    tmn_result_outcomes_csv(&fake.result, &out);
    assert_non_null(strstr(out.items, ",\"delta, \"\"old\"\"\",100,100,,,\n"));
}

static void observations_csv_has_every_row(void **state) {
    (void)state;
    struct tmn_text out = fresh();
    tmn_result_observations_csv(&fake.result, &out);
    assert_non_null(strstr(out.items, "\narrivals_seen,arrivals,2001-01-01,2002-12-31,female,,300,380,38,yes,,,"));
    assert_non_null(strstr(out.items, "\narrivals_seen,arrivals,2000-01-01,2000-12-31,all,,420,400,40,yes,,yes,"));
}

static void run_json_has_its_keys(void **state) {
    (void)state;
    struct tmn_text out = fresh();
    tmn_result_run_json(&fake.result, &out);
    static const char *const wanted[] = {
        "\"scenario\":\"fake\"",
        "\"seed\":18446744073709551615,",
        "\"scale\":0.1,",
        "\"threads\":2",
        "\"engine\":\"reference\"",
        "\"persons\":1000,",
        "\"windows\":156,",
        "\"windows_total\":156,",
        "\"complete\":true,\"until_held\":false",
        "\"digest\":\"00000000000000020000000000000001\"",
        "\"full_digest\":\"00000000000000040000000000000003\"",
        "\"wall_s\":2,",
        "\"person_weeks_per_s\":78000,",
        "\"peak_rss_bytes\":1000,",
        "\"results_dir\":\"out\"",
        "\"settings\":[\"weight=0.1\",\"wait=40@2001-06-01\"]",
        "\"arrivals\":[{\"year\":2000,\"observed\":420,\"simulated\":400,",
        "{\"year\":2001,\"year_to\":2002,",
        "\"outcomes\":[\"arrivals\",\"crossings\",\"barrier\"]",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!strstr(out.items, wanted[i]))
            fail_msg("run.json lacks %s", wanted[i]);
}

static void settings_repeat_the_run(void **state) {
    (void)state;
    struct tmn_text out = fresh();
    tmn_result_settings_yaml(&fake.result, &out);
    assert_non_null(strstr(out.items, "\nseed: 18446744073709551615\nscale: 0.1\n"));
    assert_non_null(strstr(out.items, "  - \"wait=30\"")); /* in the declared unit, as a number that reads back */
    assert_non_null(strstr(out.items, "# d; C1\n"));
    assert_non_null(strstr(out.items, "# no unit; assumed\n"));
    assert_non_null(strstr(out.items, "  - \"wait=40@2001-06-01\"   # given\n"));
    assert_null(strstr(out.items, "  - \"weight=0.1\"   # given\n")); /* already the parameter's value */
}

/* ---- what is refused ---- */

static void finer_places_are_refused(void **state) {
    (void)state;
    struct tmn_error err;
    assert_true(tmn_result_allowed(&fake.model, &err));
    fake.model.outcomes.items[FAKE_CROSSINGS].by.feature[0] = FAKE_VILLAGE;
    assert_false(tmn_result_allowed(&fake.model, &err));
    assert_int_equal(err.code, TMN_SCENARIO);
    assert_non_null(strstr(err.text, "outcome 'crossings' by village"));
    assert_non_null(strstr(err.text, "guide those who hunt people"));
    assert_non_null(strstr(err.text, "by: [province]"));
}

static void shorter_periods_by_place_are_refused(void **state) {
    (void)state;
    struct tmn_error err;
    fake.model.outcomes.items[FAKE_ARRIVALS].every = TMN_PERIOD_WINDOW; /* by sex: allowed */
    assert_true(tmn_result_allowed(&fake.model, &err));
    fake.model.outcomes.items[FAKE_CROSSINGS].every = TMN_PERIOD_WINDOW;
    assert_false(tmn_result_allowed(&fake.model, &err));
    assert_non_null(strstr(err.text, "every: year"));
}

static void two_maps_of_one_place_are_refused(void **state) {
    (void)state;
    struct tmn_strata *by = &fake.model.outcomes.items[FAKE_CROSSINGS].by;
    struct tmn_feature belt = {.kind = TMN_FEATURE_MAP,
                               .index = 0,
                               .name = "belt",
                               .cardinality = 2,
                               .level = fake.model.features.items[FAKE_PROVINCE].level};
    TMN_PUSH(&fake.arena, &fake.model.features, belt);
    by->n = 2, by->feature[1] = FAKE_FEATURES, by->stride[1] = 2, by->size = 4;
    struct tmn_error err;
    assert_false(tmn_result_allowed(&fake.model, &err));
    assert_non_null(strstr(err.text, "4 places"));
    by->feature[1] = FAKE_SEX; /* province and sex tell no finer place */
    assert_true(tmn_result_allowed(&fake.model, &err));
}

static void a_twin_of_the_place_is_a_place(void **state) {
    (void)state;
    struct tmn_attribute twin = fake.model.attributes.items[0];
    twin.name = "origin";
    TMN_PUSH(&fake.arena, &fake.model.attributes, twin);
    struct tmn_feature feature = fake.model.features.items[FAKE_VILLAGE];
    feature.name = "origin", feature.index = 2;
    TMN_PUSH(&fake.arena, &fake.model.features, feature);
    assert_true(tmn_feature_is_place(&fake.model, FAKE_FEATURES));
    assert_true(tmn_feature_is_place(&fake.model, FAKE_PROVINCE));
    assert_false(tmn_feature_is_place(&fake.model, FAKE_SEX));
}

/* ---- the folder ---- */

static bool write_folder(const char *path, struct tmn_error *err) {
    struct tmn_folder folder;
    bool ok = tmn_folder_begin(&folder, &fake.arena, path, err) && tmn_result_write(&fake.result, &folder, err) &&
              tmn_folder_commit(&folder, err);
    tmn_folder_abandon(&folder);
    return ok;
}

static void remove_all(const char *path) {
    char command[300];
    snprintf(command, sizeof command, "rm -r '%s'", path);
    assert_int_equal(system(command), 0);
}

static void a_folder_is_whole(void **state) {
    (void)state;
    char parent[] = "/tmp/tumen-test-XXXXXX", path[64], inside[128];
    assert_non_null(mkdtemp(parent));
    snprintf(path, sizeof path, "%s/run", parent);
    struct tmn_error err = {TMN_OK, ""};
    if (!write_folder(path, &err))
        fail_msg("%s", err.text);
    assert_int_equal(fake_entries(parent), 1);
    assert_int_equal(fake_entries(path), 6);
    snprintf(inside, sizeof inside, "%s/scenario.used.yaml", path);
    assert_int_equal(access(inside, R_OK), 0);
    assert_true(write_folder(path, &err)); /* results replace results */
    assert_int_equal(fake_entries(parent), 1);
    remove_all(parent);
}

/* A full disk, as a limit on the size of files: in a child, since a limit cannot be taken back. Every size up to that
 * of the whole must leave either nothing or everything. */
static void a_full_disk_leaves_nothing(void **state) {
    (void)state;
    char parent[] = "/tmp/tumen-test-XXXXXX", path[64];
    assert_non_null(mkdtemp(parent));
    snprintf(path, sizeof path, "%s/run", parent);
    for (rlim_t limit = 0; limit <= 2048; limit += 512) {
        pid_t child = fork();
        if (child == 0) {
            struct rlimit small = {limit, limit};
            struct tmn_error err = {TMN_OK, ""};
            signal(SIGXFSZ, SIG_IGN);
            if (setrlimit(RLIMIT_FSIZE, &small) != 0)
                _exit(2);
            bool ok = write_folder(path, &err);
            _exit(ok ? 3 : err.code == TMN_IO && strstr(err.text, "cannot write") ? 0 : 4);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0); /* report.json alone is larger than the last limit */
        assert_int_equal(fake_entries(parent), 0);
    }
    remove_all(parent);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(arrivals_join_periods),
        T(no_observation_is_an_empty_list),
        T(figures_are_per_year),
        T(windows_belong_to_the_days_of_their_middle),
        T(shares_and_composition),
        T(outcomes_csv_is_tidy),
        T(cells_by_place_are_masked),
        T(names_are_quoted_in_csv),
        T(observations_csv_has_every_row),
        T(run_json_has_its_keys),
        T(settings_repeat_the_run),
        T(finer_places_are_refused),
        T(shorter_periods_by_place_are_refused),
        T(two_maps_of_one_place_are_refused),
        T(a_twin_of_the_place_is_a_place),
        T(a_folder_is_whole),
        T(a_full_disk_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
