/* Diagnostics: what the list keeps, and the exact text that a user reads. */
#include "support.h"

static struct tmn_place at(const struct tmn_source *source, int line, int column, int length) {
    return (struct tmn_place){source, line, column, length};
}

static const struct tmn_source *text(struct bench *bench, const char *bytes) {
    return source_of(bench, bytes, strlen(bytes));
}

static void test_render(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    const struct tmn_source *source = text(&bench, "a: 1\nrate: fraction of x\n");
    tmn_report(&bench.list, at(source, 2, 7, 8), "unknown-name", "did you mean 'action'?", "unknown name '%s'",
               "fraction");
    assert_string_equal(rendered(&bench), "f:2:7: error: unknown name 'fraction' [unknown-name]\n"
                                          "  rate: fraction of x\n"
                                          "        ^~~~~~~~\n"
                                          "  hint: did you mean 'action'?\n");
    bench_close(&bench);
}

static void test_render_kinds(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    const struct tmn_source *source = text(&bench, "ab\n\n");
    tmn_report(&bench.list, (struct tmn_place){0}, "c", NULL, "nowhere");
    tmn_report(&bench.list, (struct tmn_place){.source = source}, "c", "h", "the file");
    tmn_report_warning(&bench.list, at(source, 1, 3, 5), "c", NULL, "behind the line");
    tmn_report(&bench.list, at(source, 2, 1, 1), "c", NULL, "an empty line");
    tmn_report(&bench.list, at(source, 9, 1, 1), "c", NULL, "a line that is not there");
    assert_string_equal(rendered(&bench), "error: nowhere [c]\n"
                                          "f: error: the file [c]\n  hint: h\n"
                                          "f:1:3: warning: behind the line [c]\n  ab\n    ^\n"
                                          "f:2:1: error: an empty line [c]\n"
                                          "f:9:1: error: a line that is not there [c]\n");
    assert_int_equal(bench.list.errors, 4);
    assert_int_equal(bench.list.count, 5);
    bench_close(&bench);
}

/* Columns count characters; the caret stands under the character whatever its width in a terminal. */
static void test_render_wide(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    const struct tmn_source *source = text(&bench, "\xEF\xBB\xBF\t한국 é: x\r\na\xCC\x81 b\rc\x01\xFF d");
    tmn_report(&bench.list, at(source, 1, 2, 2), "c", NULL, "wide");
    tmn_report(&bench.list, at(source, 1, 5, 1), "c", NULL, "accent");
    tmn_report(&bench.list, at(source, 2, 4, 1), "c", NULL, "joined");
    tmn_report(&bench.list, at(source, 3, 5, 1), "c", NULL, "unshown \x1B[31m\n\xE2\x80\xAE");
    assert_string_equal(rendered(&bench), "f:1:2: error: wide [c]\n      한국 é: x\n      ^~~~\n"
                                          "f:1:5: error: accent [c]\n      한국 é: x\n           ^\n"
                                          "f:2:4: error: joined [c]\n  a\xCC\x81 b\n    ^\n"
                                          "f:3:5: error: unshown \xEF\xBF\xBD[31m \xEF\xBF\xBD [c]\n"
                                          "  c\xEF\xBF\xBD\xEF\xBF\xBD d\n      ^\n");
    bench_close(&bench);
}

static void test_render_long(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    char line[1001];
    for (size_t i = 0; i < 1000; i++)
        line[i] = (char)('0' + i % 10);
    line[1000] = '\0';
    const struct tmn_source *source = text(&bench, line);
    tmn_report(&bench.list, at(source, 1, 1, 500), "c", NULL, "start");
    tmn_report(&bench.list, at(source, 1, 501, 3), "c", NULL, "middle");
    char expected[1024], tildes[120];
    memset(tildes, '~', sizeof tildes);
    snprintf(expected, sizeof expected,
             "f:1:1: error: start [c]\n  %.120s…\n  ^%.119s\nf:1:501: error: middle [c]\n  …%.119s…\n  %61s^~~\n", line,
             tildes, line + 440, "");
    assert_string_equal(rendered(&bench), expected);
    bench_close(&bench);
}

static void test_list(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    const struct tmn_source *source = text(&bench, "x\n");
    for (int i = 0; i < 300; i++)
        tmn_report_warning(&bench.list, at(source, 1, i + 1, 1), "c", NULL, "w");
    for (int i = 0; i < 300; i++)
        tmn_report(&bench.list, at(source, 1, i + 1, 1), "c", NULL, "e");
    assert_int_equal(bench.list.count, 400);
    assert_int_equal(bench.list.errors, 200); /* warnings never crowd an error out */
    assert_int_equal(bench.list.dropped, 200);
    bench_close(&bench);
}

static void test_once_and_sorted(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct tmn_source other = {.path = "e", .bytes = "", .count = 0};
    const struct tmn_source *source = text(&bench, "x\n");
    tmn_report(&bench.list, at(source, 2, 1, 1), "c", NULL, "third");
    tmn_report(&bench.list, at(source, 1, 5, 1), "c", NULL, "second");
    tmn_report(&bench.list, at(source, 2, 1, 1), "c", NULL, "third");
    tmn_report(&bench.list, at(source, 2, 1, 1), "c", NULL, "fourth");
    tmn_report(&bench.list, at(&other, 7, 1, 1), "c", NULL, "first");
    assert_string_equal(reported(&bench), "7:1+1 first [c]\n1:5+1 second [c]\n2:1+1 third [c]\n2:1+1 fourth [c]\n");
    bench_close(&bench);
}

static void test_message_cut(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    char name[3001];
    for (size_t i = 0; i < 3000; i += 3)
        memcpy(name + i, "한", 3);
    name[3000] = '\0';
    tmn_report(&bench.list, (struct tmn_place){0}, "c", NULL, "%s", name);
    const char *message = bench.list.items[0].message;
    size_t length = strlen(message);
    assert_true(length > 500 && length < 512);
    assert_memory_equal(message, name, length - 3);
    assert_int_equal((length - 3) % 3, 0); /* whole characters */
    assert_string_equal(message + length - 3, "…");
    bench_close(&bench);
}

static void test_hint(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    const char *const names[] = {"rate", "chance", "after"};
    assert_string_equal(tmn_hint_nearest(&bench.list, "chnace", names, 3), "did you mean 'chance'?");
    assert_null(tmn_hint_nearest(&bench.list, "population", names, 3));
    bench_close(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_render),      cmocka_unit_test(test_render_kinds), cmocka_unit_test(test_render_wide),
        cmocka_unit_test(test_render_long), cmocka_unit_test(test_list),         cmocka_unit_test(test_once_and_sorted),
        cmocka_unit_test(test_message_cut), cmocka_unit_test(test_hint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
