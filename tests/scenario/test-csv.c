/* CSV: every form that is read, every mistake with its place, and random tables written and read again. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void check_cell(const struct tmn_csv *csv, size_t row, int column, const char *text, int line, int at,
                       int length) {
    struct tmn_place place = tmn_csv_place(csv, row, column);
    assert_string_equal(tmn_csv_cell(csv, row, column), text);
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, at);
    assert_int_equal(place.length, length);
    assert_ptr_equal(place.source, csv->source);
}

static void test_forms(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct tmn_csv *csv = csv_of(&bench, "\xEF\xBB\xBFname,\"a,b\"\r\n"
                                         "한국,\"x\"\"y\"\n"
                                         "\"two\r\nlines\",\"\"\n"
                                         ",last");
    assert_string_equal(reported(&bench), "");
    assert_non_null(csv);
    assert_int_equal(csv->columns, 2);
    assert_int_equal(csv->rows, 3);
    assert_string_equal(csv->header[0], "name");
    assert_string_equal(csv->header[1], "a,b");
    check_cell(csv, 0, 0, "한국", 2, 1, 2);
    check_cell(csv, 0, 1, "x\"y", 2, 4, 6);
    check_cell(csv, 1, 0, "two\r\nlines", 3, 1, 4);
    check_cell(csv, 1, 1, "", 4, 8, 2);
    check_cell(csv, 2, 0, "", 5, 1, 1);
    check_cell(csv, 2, 1, "last", 5, 2, 4);
    assert_int_equal(csv->line[0], 2);
    assert_int_equal(csv->line[1], 3);
    assert_int_equal(csv->line[2], 5);
    assert_int_equal(tmn_csv_column(csv, "a,b"), 1);
    assert_int_equal(tmn_csv_column(csv, "A,b"), -1);
    struct tmn_place header = tmn_csv_header_place(csv, 1);
    assert_int_equal(header.line, 1);
    assert_int_equal(header.column, 6);
    assert_int_equal(header.length, 5);
    bench_close(&bench);
}

/* Each ends differently; all hold the header a,b and the row 1,2. */
static void test_ends(void **state) {
    (void)state;
    static const char *const texts[] = {"a,b\n1,2", "a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\n1,2\n\n\n",
                                        "a,b\n1,2\r\n\r\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct bench bench;
        bench_open(&bench);
        struct tmn_csv *csv = csv_of(&bench, texts[i]);
        assert_non_null(csv);
        assert_int_equal(csv->rows, 1);
        check_cell(csv, 0, 0, "1", 2, 1, 1);
        check_cell(csv, 0, 1, "2", 2, 3, 1);
        bench_close(&bench);
    }
}

static void test_header_alone(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct tmn_csv *csv = csv_of(&bench, "\"a;b\"");
    assert_non_null(csv);
    assert_int_equal(csv->columns, 1);
    assert_int_equal(csv->rows, 0);
    assert_string_equal(csv->header[0], "a;b");
    bench_close(&bench);
}

static const struct {
    const char *text, *reported;
} refused[] = {
    {"", "1:1+1 the file is empty [empty]\n"},
    {"\xEF\xBB\xBF", "1:1+1 the file is empty [empty]\n"},
    {"\n\r\n", "1:1+1 the file is empty [empty]\n"},
    {"a,b\n1\n1,2\n1,2,3\n\"x\ny\",2,3", "2:1+1 this row has 1 cell, the header has 2 [uneven-row]\n"
                                         "4:1+5 this row has 3 cells, the header has 2 [uneven-row]\n"
                                         "5:1+2 this row has 3 cells, the header has 2 [uneven-row]\n"},
    {"a,b,a,,\n1,2,3,4,5\n", "1:5+1 columns 1 and 3 are both named 'a' [duplicate-header]\n"
                             "1:7+1 column 4 has no name [empty-header]\n"
                             "1:8+1 column 5 has no name [empty-header]\n"},
    {"\"a\nb\",c,c\n1,2,3\n", "2:6+1 columns 2 and 3 are both named 'c' [duplicate-header]\n"},
    {"a;b\n1;2\n", "1:2+1 the cells are separated by semicolons [separator]\n"},
    {"name\tage\n1\t2\n", "1:5+1 the cells are separated by tabs [separator]\n"},
    {"a,b\r1,2\r", "1:4+1 a line ends with a lone CR [line-end]\n"},
    {"a,b\n1,x\"y\"z\n\"q\"z,2\n", "2:4+1 a quote stands inside a cell without quotes [stray-quote]\n"
                                   "3:4+1 text follows the closing quote of a cell [text-after-quote]\n"},
    {"a,b\n1,\"foo\nbar\n", "2:3+1 this quote is never closed [open-quote]\n"},
    {"a\n1\n\n2\n\n", "3:1+1 a blank line stands between rows [blank-line]\n"},
    {"\na\n1\n", "1:1+1 a blank line stands between rows [blank-line]\n"},
    {"a,b\n1,\xE9t\xE9\n", "2:3+1 byte 0xE9 is not UTF-8 text [not-utf-8]\n"},
    {"a\n\xC0\x80", "2:1+1 byte 0xC0 is not UTF-8 text [not-utf-8]\n"},
    {"a\n\xED\xA0\x80", "2:1+1 byte 0xED is not UTF-8 text [not-utf-8]\n"},
    {"a\n한\xF4\x90\x80\x80", "2:2+1 byte 0xF4 is not UTF-8 text [not-utf-8]\n"},
    {"a\nx\xE2\x80", "2:2+1 byte 0xE2 is not UTF-8 text [not-utf-8]\n"},
    {"\xFF\xFE"
     "a",
     "0:0+0 the file is UTF-16 text [utf-16]\n"},
    {"\xFE\xFF"
     "a",
     "0:0+0 the file is UTF-16 text [utf-16]\n"},
    {"a,b\n1,\x1B[31m\n", "2:3+1 the file holds the control character U+001B [control-character]\n"},
    {"a,b\n1,\xEF\xBB\xBFx\n", "2:3+1 the file holds the control character U+FEFF [control-character]\n"},
};

static void test_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct bench bench;
        bench_open(&bench);
        assert_null(csv_of(&bench, refused[i].text));
        assert_string_equal(reported(&bench), refused[i].reported);
        bench_close(&bench);
    }
}

static void test_nul(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    assert_null(tmn_csv_parse(&bench.arena,
                              source_of(&bench,
                                        "a\n1\0"
                                        "2\n",
                                        6),
                              &bench.list));
    assert_string_equal(rendered(&bench), "f:2:2: error: the file holds a NUL byte [control-character]\n"
                                          "  1\xEF\xBF\xBD"
                                          "2\n   ^\n"
                                          "  hint: if the file is UTF-16 text, save it as UTF-8\n");
    bench_close(&bench);
}

static void test_bounds(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct tmn_text text;
    tmn_text_init(&text, &bench.arena);
    for (int i = 1; i <= 512; i++)
        tmn_text_put(&text, "%sc%d", i > 1 ? "," : "", i);
    struct tmn_csv *csv = csv_of(&bench, text.items);
    assert_non_null(csv);
    assert_int_equal(csv->columns, 512);
    assert_string_equal(csv->header[511], "c512");
    tmn_text_put(&text, ",c513\n");
    assert_null(csv_of(&bench, text.items));
    assert_string_equal(reported(&bench), "1:2453+1 a table has at most 512 columns [too-many-columns]\n");

    struct bench many;
    bench_open(&many);
    tmn_text_init(&text, &bench.arena);
    tmn_text_put(&text, "a,b\n");
    for (int i = 0; i < 100; i++)
        tmn_text_put(&text, "%d\n", i);
    assert_null(csv_of(&many, text.items));
    assert_int_equal(many.list.errors, 20); /* what breaks one row often breaks them all */
    bench_close(&many);

    struct tmn_source huge = {.path = "f", .bytes = "", .count = ((size_t)256 << 20) + 1};
    struct bench large;
    bench_open(&large);
    assert_null(tmn_csv_parse(&large.arena, &huge, &large.list));
    assert_string_equal(reported(&large),
                        "0:0+0 the file has 268435457 bytes; at most 268435456 are read [too-large]\n");
    bench_close(&large);
    bench_close(&bench);
}

static void test_cells_bound(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    enum { COLUMNS = 500, ROWS = 40001 }; /* one row too many */
    char *text = malloc(4 * COLUMNS + (size_t)ROWS * COLUMNS + 1), *end = text;
    assert_non_null(text);
    for (int i = 0; i < COLUMNS; i++)
        end += sprintf(end, "%03d%c", i, i + 1 < COLUMNS ? ',' : '\n');
    for (int i = 0; i < ROWS; i++) {
        memset(end, ',', COLUMNS - 1);
        end[COLUMNS - 1] = '\n';
        end += COLUMNS;
    }
    struct tmn_source source = {.path = "f", .bytes = text, .count = (size_t)(end - text)};
    assert_null(tmn_csv_parse(&bench.arena, &source, &bench.list));
    assert_string_equal(reported(&bench), "40002:1+1 a table has at most 20000000 cells [too-many-cells]\n");
    source.count -= COLUMNS;
    struct tmn_csv *csv = tmn_csv_parse(&bench.arena, &source, &bench.list);
    assert_non_null(csv);
    assert_int_equal(csv->rows, 40000);
    check_cell(csv, 39999, 499, "", 40001, 500, 1);
    free(text);
    bench_close(&bench);
}

static void test_read(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    assert_null(tmn_csv_read(&bench.arena, "no/such/file.csv", &bench.list));
    assert_string_equal(rendered(&bench),
                        "no/such/file.csv: error: cannot open 'no/such/file.csv': No such file or directory [file]\n");
    char path[] = "/tmp/tumen-csv-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a\n1\n", 4), 4);
    close(fd);
    struct tmn_csv *csv = tmn_csv_read(&bench.arena, path, &bench.list);
    unlink(path);
    assert_non_null(csv);
    assert_string_equal(csv->source->path, path);
    check_cell(csv, 0, 0, "1", 2, 1, 1);
    bench_close(&bench);
}

/* ---- Random tables ---- */

enum { COLUMNS_MAX = 6, ROWS_MAX = 12 };

static void random_text(struct tmn_text *text, uint64_t *seed, bool plain) {
    static const char *const pieces[] = {"a",  "7", " ",  "x;y", "é",    "한", "\xF0\x9F\x8C\x8A",
                                         "\t", ",", "\"", "\n",  "\r\n", "\r"};
    for (size_t i = chance(seed) % 5; i > 0; i--)
        tmn_text_put(text, "%s", pieces[chance(seed) % (plain ? 8 : 13)]);
}

/* Writes a cell, in quotes where it must be or by chance. */
static void write_cell(struct tmn_text *out, const char *cell, bool alone, uint64_t *seed) {
    bool quotes = strpbrk(cell, ",\"\r\n") != NULL || (alone && (cell[0] == '\0' || strpbrk(cell, ";\t") != NULL)) ||
                  chance(seed) % 4 == 0;
    if (!quotes) {
        tmn_text_put(out, "%s", cell);
        return;
    }
    tmn_text_put(out, "\"");
    for (const char *at = cell; *at != '\0'; at++)
        tmn_text_put(out, *at == '"' ? "\"\"" : "%c", *at);
    tmn_text_put(out, "\"");
}

static void write_and_read(uint64_t *seed) {
    struct bench bench;
    bench_open(&bench);
    size_t columns = 1 + chance(seed) % COLUMNS_MAX, rows = chance(seed) % ROWS_MAX;
    const char *cell[(ROWS_MAX + 1) * COLUMNS_MAX];
    struct tmn_text out;
    tmn_text_init(&out, &bench.arena);
    tmn_text_put(&out, chance(seed) % 2 == 0 ? "\xEF\xBB\xBF" : "");
    const char *end = chance(seed) % 2 == 0 ? "\n" : "\r\n";
    for (size_t row = 0; row <= rows; row++) {
        for (size_t column = 0; column < columns; column++) {
            struct tmn_text text;
            tmn_text_init(&text, &bench.arena);
            if (row == 0)
                tmn_text_put(&text, "%zu", column); /* headers differ */
            random_text(&text, seed, chance(seed) % 2 == 0);
            cell[row * columns + column] = text.items;
            write_cell(&out, text.items, columns == 1, seed);
            tmn_text_put(&out, "%s", column + 1 < columns ? "," : row < rows || chance(seed) % 2 == 0 ? end : "");
        }
    }
    struct tmn_csv *csv = csv_of(&bench, out.items);
    assert_string_equal(rendered(&bench), "");
    assert_non_null(csv);
    assert_int_equal(csv->columns, columns);
    assert_int_equal(csv->rows, rows);
    for (size_t i = 0; i < columns; i++)
        assert_string_equal(csv->header[i], cell[i]);
    for (size_t i = 0; i < rows * columns; i++)
        assert_string_equal(csv->cell[i], cell[columns + i]);
    bench_close(&bench);
}

static void test_random(void **state) {
    (void)state;
    const char *given = getenv("TUMEN_TEST_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    print_message("TUMEN_TEST_SEED=%llu\n", (unsigned long long)seed);
    for (int i = 0; i < 2000; i++)
        write_and_read(&seed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),   cmocka_unit_test(test_ends),        cmocka_unit_test(test_header_alone),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_nul),         cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_read),    cmocka_unit_test(test_cells_bound), cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
