/* Files: bounds, names that stay inside, and results folders that are whole or absent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct tmn_arena arena;
static char folder[64];

static int set_up(void **state) {
    (void)state;
    tmn_arena_init(&arena, 0);
    strcpy(folder, "/tmp/tumen-test-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int tear_down(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    tmn_arena_free(&arena);
    return system(command);
}

static void reads_whole_files_within_bounds(void **state) {
    (void)state;
    struct tmn_error err;
    char *path = tmn_arena_printf(&arena, "%s/a.txt", folder), *bytes;
    size_t count;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("hello", file);
    fclose(file);
    assert_true(tmn_file_read(&arena, path, 5, &bytes, &count, &err));
    assert_string_equal(bytes, "hello");
    assert_false(tmn_file_read(&arena, path, 4, &bytes, &count, &err));
    assert_non_null(strstr(err.text, "has 5 bytes; at most 4 are read"));
    assert_false(tmn_file_read(&arena, folder, 100, &bytes, &count, &err));
    assert_non_null(strstr(err.text, "is not a regular file"));
    assert_false(tmn_file_read(&arena, "/nonexistent", 100, &bytes, &count, &err));
    assert_int_equal(err.code, TMN_IO);
}

static void names_stay_inside(void **state) {
    (void)state;
    struct tmn_error err;
    char *path;
    assert_true(tmn_path_inside(&arena, folder, "data/a.csv", &path, &err));
    static const char *const wrong[] = {"", "/etc/passwd", "../x", "a/../../x", ".."};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(tmn_path_inside(&arena, folder, wrong[i], &path, &err));
    assert_int_equal(symlink("/etc", tmn_arena_printf(&arena, "%s/link", folder)), 0);
    assert_false(tmn_path_inside(&arena, folder, "link/passwd", &path, &err));
    assert_non_null(strstr(err.text, "through a link"));
}

static void results_are_whole_or_absent(void **state) {
    (void)state;
    struct tmn_error err;
    struct tmn_folder out;
    char *path = tmn_arena_printf(&arena, "%s/deep/results", folder);
    assert_true(tmn_folder_begin(&out, &arena, path, &err));
    assert_true(tmn_folder_write(&out, "run.json", "{}", 2, &err));
    assert_int_not_equal(access(path, F_OK), 0); /* nothing looks whole before the commit */
    assert_true(tmn_folder_commit(&out, &err));
    assert_int_equal(access(tmn_arena_printf(&arena, "%s/run.json", path), F_OK), 0);
    /* our own results may be replaced; an abandoned attempt leaves them alone */
    assert_true(tmn_folder_begin(&out, &arena, path, &err));
    tmn_folder_abandon(&out);
    assert_int_equal(access(tmn_arena_printf(&arena, "%s/run.json", path), F_OK), 0);
    assert_true(tmn_folder_begin(&out, &arena, path, &err));
    assert_true(tmn_folder_write(&out, "run.json", "[]", 2, &err));
    assert_true(tmn_folder_commit(&out, &err));
    char *bytes;
    size_t count;
    assert_true(tmn_file_read(&arena, tmn_arena_printf(&arena, "%s/run.json", path), 10, &bytes, &count, &err));
    assert_string_equal(bytes, "[]");
}

static void foreign_folders_are_not_replaced(void **state) {
    (void)state;
    struct tmn_error err;
    struct tmn_folder out;
    char *path = tmn_arena_printf(&arena, "%s/foreign", folder);
    assert_int_equal(mkdir(path, 0777), 0);
    assert_true(tmn_folder_begin(&out, &arena, path, &err)); /* empty: fine */
    tmn_folder_abandon(&out);
    assert_int_equal(mkdir(tmn_arena_printf(&arena, "%s/thesis", path), 0777), 0);
    assert_false(tmn_folder_begin(&out, &arena, path, &err));
    assert_non_null(strstr(err.text, "holds no results of tumen"));
}

static void what_others_put_among_results_stays(void **state) {
    (void)state;
    struct tmn_error err;
    struct tmn_folder out;
    char *path = tmn_arena_printf(&arena, "%s/results", folder),
         *notes = tmn_arena_printf(&arena, "%s/notes.txt", path);
    for (int turn = 0; turn < 3; turn++) {
        assert_true(tmn_folder_begin(&out, &arena, path, &err));
        assert_true(tmn_folder_write(&out, turn == 0 ? "pairs.csv" : "run.json", "{}", 2, &err));
        assert_true(turn > 0 || tmn_folder_write(&out, "run.json", "{}", 2, &err));
        assert_true(tmn_folder_commit(&out, &err));
        assert_int_equal(access(out.path, F_OK), 0);
        if (turn > 0)
            continue;
        assert_true(tmn_file_replace(&arena, notes, "mine", 4, &err));
        assert_int_equal(mkdir(tmn_arena_printf(&arena, "%s/figures", path), 0777), 0);
    }
    assert_int_equal(access(notes, F_OK), 0);
    assert_int_equal(access(tmn_arena_printf(&arena, "%s/figures", path), F_OK), 0);
    assert_int_not_equal(access(tmn_arena_printf(&arena, "%s/pairs.csv", path), F_OK), 0); /* of the older results */
    assert_int_not_equal(access(tmn_arena_printf(&arena, "%s.part-%ld", path, (long)getpid()), F_OK), 0);
}

static void only_files_are_replaced_by_files(void **state) {
    (void)state;
    struct tmn_error err;
    char *path = tmn_arena_printf(&arena, "%s/pipe", folder), *link = tmn_arena_printf(&arena, "%s/link", folder);
    struct stat status;
    assert_int_equal(mkfifo(path, 0666), 0);
    assert_false(tmn_file_replace(&arena, path, "x", 1, &err));
    assert_non_null(strstr(err.text, "it is a device"));
    assert_int_equal(stat(path, &status), 0);
    assert_true(S_ISFIFO(status.st_mode));
    assert_int_equal(symlink("target", link), 0);
    assert_false(tmn_file_replace(&arena, link, "x", 1, &err));
    assert_non_null(strstr(err.text, "it is a link"));
    assert_false(tmn_file_replace(&arena, folder, "x", 1, &err));
    assert_non_null(strstr(err.text, "it is a folder"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_whole_files_within_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_stay_inside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(results_are_whole_or_absent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(foreign_folders_are_not_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_others_put_among_results_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_files_are_replaced_by_files, set_up, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
