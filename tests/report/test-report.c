/* The report as a file: whole, safe against its own data, and made anew from report.json alone. */
#include "../result/fake.h"
#include "report/report.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct fake fake;
static char parent[32], path[64];

static int setup(void **state) {
    (void)state;
    fake_init(&fake);
    strcpy(parent, "/tmp/tumen-test-XXXXXX");
    assert_non_null(mkdtemp(parent));
    snprintf(path, sizeof path, "%s/run", parent);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -r '%s'", parent);
    fake_free(&fake);
    return system(command);
}

static char *read_result(const char *name, size_t *count) {
    char *bytes;
    struct tmn_error err;
    if (!tmn_file_read(&fake.arena, tmn_arena_printf(&fake.arena, "%s/%s", path, name), 64 << 20, &bytes, count, &err))
        fail_msg("%s", err.text);
    return bytes;
}

static size_t occurrences(const char *text, const char *part) {
    size_t count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

static void the_page_holds_the_data(void **state) {
    (void)state;
    struct tmn_text page;
    struct tmn_error err;
    tmn_text_init(&page, &fake.arena);
    const char *json = "{\"a\": \"</script><!--data-->\"}";
    assert_true(tmn_report_html(json, strlen(json), &page, &err));
    assert_non_null(
        strstr(page.items, "type=\"application/json\">{\"a\":\"\\u003c/script>\\u003c!--data-->\"}</script>"));
    assert_null(strstr(page.items, "<!--data-->"));
    assert_null(strstr(page.items, "<script src"));
    assert_non_null(strstr(page.items, "default-src 'none'")); /* the browser itself refuses to load anything */
    assert_false(tmn_report_html("{\"a\":", 5, &page, &err));
    assert_non_null(strstr(err.text, "not JSON"));
}

static void a_report_is_written_with_the_results(void **state) {
    (void)state;
    struct tmn_error err = {TMN_OK, ""};
    if (!tmn_report_write(&fake.result, path, &err))
        fail_msg("%s", err.text);
    size_t count, json_count;
    char *page = read_result("report.html", &count), *json = read_result("report.json", &json_count);
    assert_int_equal(fake_entries(parent), 1);
    assert_int_equal(occurrences(page, "</script>"), 2); /* those of the page, none from a note */
    assert_non_null(strstr(json, "A \\u003cscript> in a note.\\nAnd a second line."));
}

static void a_report_is_made_anew(void **state) {
    (void)state;
    struct tmn_error err;
    assert_true(tmn_report_write(&fake.result, path, &err));
    size_t before, after;
    char *first = read_result("report.html", &before);
    char *file = tmn_arena_printf(&fake.arena, "%s/report.html", path);
    assert_int_equal(unlink(file), 0);
    assert_true(tmn_report_remake(path, &err));
    char *second = read_result("report.html", &after);
    assert_int_equal(before, after);
    assert_memory_equal(first, second, before);

    FILE *broken = fopen(tmn_arena_printf(&fake.arena, "%s/report.json", path), "w");
    fputs("{\"format\":1,", broken);
    fclose(broken);
    assert_false(tmn_report_remake(path, &err));
    assert_non_null(strstr(err.text, "report.json' is not JSON at byte"));
    read_result("report.html", &after);
    assert_int_equal(before, after); /* the old page stays */
    assert_false(tmn_report_remake(parent, &err));
    assert_int_equal(err.code, TMN_IO);
}

static void what_is_refused_writes_nothing(void **state) {
    (void)state;
    struct tmn_error err;
    fake.model.outcomes.items[FAKE_CROSSINGS].by.feature[0] = FAKE_VILLAGE;
    assert_false(tmn_report_write(&fake.result, path, &err));
    assert_int_equal(err.code, TMN_SCENARIO);
    fake.model.outcomes.items[FAKE_CROSSINGS].by.feature[0] = FAKE_PROVINCE;
    fake.model.map_geojson = "/nowhere/map.geojson";
    assert_false(tmn_report_write(&fake.result, path, &err));
    assert_int_equal(err.code, TMN_IO);
    assert_int_equal(fake_entries(parent), 0);
}

/* The page does not fit: the files before it do, and must not stay. */
static void a_full_disk_leaves_nothing(void **state) {
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit small = {20000, 20000};
        struct tmn_error err = {TMN_OK, ""};
        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &small) != 0)
            _exit(2);
        bool ok = tmn_report_write(&fake.result, path, &err);
        _exit(ok ? 3 : strstr(err.text, "report.html") ? 0 : 4);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(fake_entries(parent), 0);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(the_page_holds_the_data),        T(a_report_is_written_with_the_results), T(a_report_is_made_anew),
        T(what_is_refused_writes_nothing), T(a_full_disk_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
