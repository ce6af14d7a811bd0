/* Every kind of mistake in a scenario, with the exact text that its author reads. Each `mistakes/NAME.yaml`, or folder
 * `mistakes/NAME`, has the expected diagnostics in `mistakes/NAME.expected`. `test-model-mistakes --write` writes those
 * files anew: read them as a user would before committing them. */
#include "model/model.h"

#include <cmocka.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MISTAKES_MIN = 60, MISTAKES_MAX = 1000 };

static char *names[MISTAKES_MAX];
static size_t name_count;
static bool writing;

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static void list_mistakes(void) {
    DIR *folder = opendir(".");
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.' && !ends_with(entry->d_name, ".expected")) {
            assert_true(name_count < MISTAKES_MAX);
            names[name_count++] = strdup(entry->d_name);
        }
    closedir(folder);
    qsort(names, name_count, sizeof *names, by_text);
}

/* The diagnostics of one scenario as `tumen check` shows them. */
static char *render(const char *path, size_t *errors) {
    struct tmn_arena arena;
    struct tmn_diagnostics list;
    struct tmn_text text;
    tmn_arena_init(&arena, 0);
    assert_false(TMN_ARENA_TRY(&arena));
    tmn_diagnostics_init(&list, &arena);
    tmn_text_init(&text, &arena);
    const struct tmn_model *model = tmn_model_read(&arena, path, &list);
    for (size_t i = 0; i < list.count; i++)
        tmn_diagnostic_render(&list.items[i], &text);
    *errors = list.errors;
    assert_true((model == NULL) == (list.errors > 0));
    char *copy = strdup(text.items ? text.items : "");
    tmn_arena_free(&arena);
    return copy;
}

static char *read_all(const char *path) {
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 16);
    if (file) {
        assert_true(fread(text, 1, (1 << 16) - 1, file) < (1 << 16) - 1);
        fclose(file);
    }
    return text;
}

/* Line by line: what was expected and what came. */
static void print_difference(const char *expected, const char *got) {
    while (*expected || *got) {
        size_t a = strcspn(expected, "\n"), b = strcspn(got, "\n");
        if (a == b && strncmp(expected, got, a) == 0) {
            print_message("  %.*s\n", (int)a, expected);
        } else {
            if (*expected)
                print_message("- %.*s\n", (int)a, expected);
            if (*got)
                print_message("+ %.*s\n", (int)b, got);
        }
        expected += a + (expected[a] == '\n');
        got += b + (got[b] == '\n');
    }
}

static bool check_mistake(const char *name) {
    size_t errors;
    size_t stem = strlen(name) - (ends_with(name, ".yaml") ? 5 : 0);
    char path[512];
    snprintf(path, sizeof path, "%.*s.expected", (int)stem, name);
    char *got = render(name, &errors);
    if (writing) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fputs(got, file);
        fclose(file);
    }
    char *expected = read_all(path);
    bool same = strcmp(expected, got) == 0 && got[0] != '\0';
    if (!same) {
        print_message("%s%s\n", name, got[0] ? "" : ": nothing was found wrong");
        print_difference(expected, got);
    }
    free(got);
    free(expected);
    return same;
}

static void test_mistakes(void **state) {
    size_t wrong = 0;
    (void)state;
    list_mistakes();
    for (size_t i = 0; i < name_count; i++) {
        wrong += !check_mistake(names[i]);
        free(names[i]);
    }
    assert_true(name_count >= MISTAKES_MIN);
    assert_int_equal(wrong, 0);
}

int main(int argc, char **argv) {
    writing = argc > 1 && strcmp(argv[1], "--write") == 0;
    if (chdir(MISTAKES_FOLDER) != 0)
        return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_mistakes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
