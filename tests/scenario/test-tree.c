/* YAML trees: values, places, every refusal with its sentence, and places inside scalars of every style. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void check_place(struct tmn_place place, int line, int column, int length) {
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
    assert_int_equal(place.length, length);
}

static void put_node(struct tmn_text *out, const struct tmn_node *node) {
    tmn_text_put(out, "%d:%d+%d", node->place.line, node->place.column, node->place.length);
    if (node->kind == TMN_NODE_SCALAR) {
        tmn_text_put(out, "'%s'%s%s%s", node->text, node->quoted ? "q" : "", node->null ? "n" : "",
                     node->verbatim ? "v" : "");
        return;
    }
    tmn_text_put(out, node->kind == TMN_NODE_MAPPING ? "{" : "[");
    for (size_t i = 0; i < node->count; i++) {
        tmn_text_put(out, i > 0 ? ", " : "");
        if (node->kind == TMN_NODE_MAPPING) {
            put_node(out, node->keys[i]);
            tmn_text_put(out, ": ");
        }
        put_node(out, node->items[i]);
    }
    tmn_text_put(out, node->kind == TMN_NODE_MAPPING ? "}" : "]");
}

static const char *shown(struct bench *bench, const struct tmn_node *node) {
    if (node == NULL)
        return "NULL";
    struct tmn_text out;
    tmn_text_init(&out, &bench->arena);
    put_node(&out, node);
    return out.items;
}

static const struct {
    const char *text, *tree;
} accepted[] = {
    {"foo", "1:1+3'foo'v"},
    {"# c\na: 1\n", "2:1+1{2:1+1'a'v: 2:4+1'1'v}"},
    {"---\na: no\n...\n", "2:1+1{2:1+1'a'v: 2:4+2'no'v}"},
    {"\xEF\xBB\xBF"
     "ab: 1:30\r\nc: 010\r\n",
     "1:1+2{1:1+2'ab'v: 1:5+4'1:30'v, 2:1+1'c'v: 2:4+3'010'v}"},
    {"a: 1\rb: on\r", "1:1+1{1:1+1'a'v: 1:4+1'1'v, 2:1+1'b'v: 2:4+2'on'v}"},
    {"[x, 'q''q', \"e\\x41s\", 'w']", "1:1+1[1:2+1'x'v, 1:5+6'q'q'q, 1:13+8'eAs'q, 1:23+3'w'qv]"},
    {"한국: {k: 서울, \"b\": ''}", "1:1+2{1:1+2'한국'v: 1:5+1{1:6+1'k'v: 1:9+2'서울'v, 1:13+3'b'qv: 1:18+2''qv}}"},
    {"- - 1\n  - 2\n- x: y\n", "1:1+1[1:3+1[1:5+1'1'v, 2:5+1'2'v], 3:3+1{3:3+1'x'v: 3:6+1'y'v}]"},
    {"a: ~\nb:\nc: null\nd: 'null'\nnull: Null\n", "1:1+1{1:1+1'a'v: 1:4+1''nv, 2:1+1'b'v: 2:3+1''nv, 3:1+1'c'v: "
                                                   "3:4+4''nv, 4:1+1'd'v: 4:4+6'null'qv, 5:1+4'null'v: 5:7+4'Null'v}"},
    {"e: |\n  block\n  text\nf: >-\n  fold\n  ed\n",
     "1:1+1{1:1+1'e'v: 1:4+1'block\ntext\n'q, 4:1+1'f'v: 4:4+1'fold ed'q}"},
    {"f: plain over  \n   lines\ng: \"quo\\\n  ted\n  x\"\n",
     "1:1+1{1:1+1'f'v: 1:4+10'plain over lines', 3:1+1'g'v: 3:4+5'quoted x'q}"},
    {"{a, b: , c}", "1:1+1{1:2+1'a'v: 1:3+1''nv, 1:5+1'b'v: 1:8+1''nv, 1:10+1'c'v: 1:11+1''nv}"},
    {"who: status = home and not x != y | z\n", "1:1+3{1:1+3'who'v: 1:6+32'status = home and not x != y | z'v}"},
};

static void test_accepted(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        struct bench bench;
        bench_open(&bench);
        struct tmn_node *root = tree_of(&bench, accepted[i].text);
        assert_string_equal(reported(&bench), "");
        assert_string_equal(shown(&bench, root), accepted[i].tree);
        bench_close(&bench);
    }
}

/* The tree goes on: what is left of it stands in the third column. */
static const struct {
    const char *text, *reported, *tree;
} mistakes[] = {
    {"a: 1\nb: {x: 1, x: 2}\n'a': 3\na: 4\n",
     "2:11+1 the key 'x' stands here a second time; the first is in line 2 [duplicate-key]\n"
     "3:1+3 the key 'a' stands here a second time; the first is in line 1 [duplicate-key]\n"
     "4:1+1 the key 'a' stands here a second time; the first is in line 1 [duplicate-key]\n",
     "1:1+1{1:1+1'a'v: 1:4+1'1'v, 2:1+1'b'v: 2:4+1{2:5+1'x'v: 2:8+1'1'v}}"},
    {"a: &x 1\nb: *x\nc: [*x, 2]\n",
     "1:4+2 the anchor '&x' cannot be used here [anchor]\n"
     "2:4+2 the alias '*x' cannot be used here [alias]\n"
     "3:5+2 the alias '*x' cannot be used here [alias]\n",
     "1:1+1{1:1+1'a'v: 1:7+1'1'v, 3:1+1'c'v: 3:4+1[3:9+1'2'v]}"},
    {"a: !!int 5\nb: ! c\nd: !t &u [x]\n&k e: !m\n  f: 1\n",
     "1:4+5 the tag '!!int' cannot be used here [tag]\n"
     "2:4+1 the tag '!' cannot be used here [tag]\n"
     "3:4+2 the tag '!t' cannot be used here [tag]\n"
     "3:7+2 the anchor '&u' cannot be used here [anchor]\n"
     "4:1+2 the anchor '&k' cannot be used here [anchor]\n"
     "4:7+2 the tag '!m' cannot be used here [tag]\n",
     "1:1+1{1:1+1'a'v: 1:10+1'5'v, 2:1+1'b'v: 2:6+1'c'v, 3:1+1'd'v: 3:10+1[3:11+1'x'v], 4:4+1'e'v: 4:9+1{5:3+1'f'v: "
     "5:6+1'1'v}}"},
    {"<<: {a: 1}\nb: 2\n'<<': 3\n", "1:1+2 the merge key '<<' cannot be used here [merge-key]\n",
     "1:1+1{2:1+1'b'v: 2:4+1'2'v, 3:1+4'<<'qv: 3:7+1'3'v}"},
    {"? [a, b]\n: 1\n{a: b}: 2\nx: 1\n",
     "1:3+1 a key must be text, not a list or a mapping [complex-key]\n"
     "3:1+1 a key must be text, not a list or a mapping [complex-key]\n",
     "1:1+1{4:1+1'x'v: 4:4+1'1'v}"},
    {"?\n: 1\n'': 2\nx: 1\n", "1:2+1 a key is missing here [empty-key]\n3:1+2 a key is missing here [empty-key]\n",
     "1:1+1{4:1+1'x'v: 4:4+1'1'v}"},
    {"a: 1\n---\nb: 2\n", "2:1+3 a second document begins here [several-documents]\n", "1:1+1{1:1+1'a'v: 1:4+1'1'v}"},
    {"%YAML 1.1\n---\na: 1\n", "1:1+9 a directive cannot be used here [directive]\n", "3:1+1{3:1+1'a'v: 3:4+1'1'v}"},
    {"%TAG ! foo\n---\na: 1\n", "1:1+10 a directive cannot be used here [directive]\n", "3:1+1{3:1+1'a'v: 3:4+1'1'v}"},
    {"a: \"x\\0y\"\nb: 'ok'\nc: \"\\u2028\"\nd: \"\\t\\n\"\n",
     "1:6+2 this text holds the control character U+0000 [control-character]\n"
     "3:5+6 this text holds the control character U+2028 [control-character]\n",
     "1:1+1{1:1+1'a'v: 1:4+6'x'q, 2:1+1'b'v: 2:4+4'ok'qv, 3:1+1'c'v: 3:4+8'\xE2\x80\xA8'q, 4:1+1'd'v: 4:4+6'\t\n'q}"},
    /* From here on nothing useful can be read, but what was found before is told. */
    {"a: 1\na: 2\nb: c: d\n",
     "2:1+1 the key 'a' stands here a second time; the first is in line 1 [duplicate-key]\n3:5+1 a ':' cannot stand "
     "here [yaml]\n",
     "NULL"},
    {"", "1:1+1 the file is empty [empty]\n", "NULL"},
    {"# only a comment\n\n", "1:1+1 the file is empty [empty]\n", "NULL"},
    {"---\n", "1:1+1 the file is empty [empty]\n", "NULL"},
    {"*a", "1:1+2 the alias '*a' cannot be used here [alias]\n", "NULL"},
    {"%FOO\n---\na: 1\n", "1:5+1 a directive cannot be used here [directive]\n", "NULL"},
    {"%YAML 3.1\n---\na: 1\n", "1:1+1 a directive cannot be used here [directive]\n", "NULL"},
    {"a: !<\n", "1:4+1 a tag cannot be used here [tag]\n", "NULL"},
    {"a: !foo!bar x\n", "1:4+1 a tag cannot be used here [tag]\n", "NULL"},
    {"a:\n\tb: 1\n", "2:1+1 a tab cannot indent a line [tab]\n", "NULL"},
    {"a:\n  b: 1\n\tc: 2\n", "3:1+1 a tab cannot indent a line [tab]\n", "NULL"},
    {"a: |\n\tx\n", "2:1+1 a tab cannot indent a line [tab]\n", "NULL"},
    {"a: 1\n  b: 2\n", "2:4+1 a ':' cannot stand here [yaml]\n", "NULL"},
    {"a: 1\nfoo\nb: 2\n", "2:1+1 a ':' is missing behind this key [yaml]\n", "NULL"},
    {"a:\n    b: 1\n  c: 2\n", "3:3+1 this line does not fit the entries above it [yaml]\n", "NULL"},
    {"- a\nb: 1\n", "2:1+1 this line does not fit the list above it [yaml]\n", "NULL"},
    {"a: 1\n: 2\n", "2:1+1 a key is missing before this ':' [yaml]\n", "NULL"},
    {"a: 'b' c\n", "1:8+1 text follows a value that has ended [yaml]\n", "NULL"},
    {"[a]\nb\n", "2:1+1 this does not belong to what stands above it [yaml]\n", "NULL"},
    {"a: { who: x in [a, b], rate: x }\n",
     "1:16+1 a ',' or '}' is missing before this; the '{' stands in line 1 [yaml]\n", "NULL"},
    {"a: [1, 2\nb: 3\n", "2:2+1 a ',' or ']' is missing before this; the '[' stands in line 1 [yaml]\n", "NULL"},
    {"a: [1, 2", "1:4+1 this '[' is never closed [yaml]\n", "NULL"},
    {"b: 2\na: {1, 2\n", "2:4+1 this '{' is never closed [yaml]\n", "NULL"},
    {"a: [1,\n", "2:1+1 the file ends where a value is missing [yaml]\n", "NULL"},
    {"a: }\n", "1:4+1 a value is missing here [yaml]\n", "NULL"},
    {"a: @x\n", "1:4+1 a text cannot begin with this sign [yaml]\n", "NULL"},
    {"a: * 3\n", "1:4+1 a text cannot begin with this sign [yaml]\n", "NULL"},
    {"a: \"foo\nb: 1\n", "1:4+1 this quote is never closed [yaml]\n", "NULL"},
    {"a: 'x\n---\n", "1:4+1 this quote is never closed [yaml]\n", "NULL"},
    {"a: \"\\q\"\n", "1:5+1 this escape is not known [yaml]\n", "NULL"},
    {"a: \"\\xzz\"\n", "1:7+1 this escape lacks hexadecimal digits [yaml]\n", "NULL"},
    {"a: \"\\ud800\"\n", "1:7+1 this escape is not a character [yaml]\n", "NULL"},
    {"a: - b\n", "1:4+1 a list entry cannot begin here [yaml]\n", "NULL"},
    {"a: ? b\n", "1:4+1 a '?' key cannot begin here [yaml]\n", "NULL"},
    {"a: | foo\n", "1:6+1 a block text begins on the line below its '|' or '>' [yaml]\n", "NULL"},
    {"a: |0\n  foo\n", "1:5+1 the indentation of a block text is 1 to 9 [yaml]\n", "NULL"},
    {"a: b\xE9\n", "1:5+1 byte 0xE9 is not UTF-8 text [not-utf-8]\n", "NULL"},
    {"a: 1\nb: \x1B[0m\n", "2:4+1 the file holds the control character U+001B [control-character]\n", "NULL"},
    {"a: \xC2\x85\n", "1:4+1 the file holds the control character U+0085 [control-character]\n", "NULL"},
    {"a: \xEF\xBF\xBE\n", "1:4+1 the file holds the control character U+FFFE [control-character]\n", "NULL"},
    {"\xFF\xFE"
     "a",
     "0:0+0 the file is UTF-16 text [utf-16]\n", "NULL"},
};

static void test_mistakes(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct bench bench;
        bench_open(&bench);
        struct tmn_node *root = tree_of(&bench, mistakes[i].text);
        assert_string_equal(reported(&bench), mistakes[i].reported);
        assert_string_equal(shown(&bench, root), mistakes[i].tree);
        bench_close(&bench);
    }
}

/* One whole rendering: sentence, line, caret, hint. */
static void test_rendering(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    assert_null(tree_of(&bench, "transitions:\n  cross: { who: status in [a, b] }\n"));
    assert_string_equal(rendered(&bench),
                        "f:2:27: error: a ',' or '}' is missing before this; the '{' stands in line 2 [yaml]\n"
                        "    cross: { who: status in [a, b] }\n"
                        "                            ^\n"
                        "  hint: inside { } and [ ] a text with , [ ] { } or ': ' must be in quotes\n");
    bench_close(&bench);
    bench_open(&bench);
    assert_null(tree_of(&bench, "a:\n\tb: 1\n"));
    assert_string_equal(
        rendered(&bench),
        "f:2:1: error: a tab cannot indent a line [tab]\n      b: 1\n  ^~~~\n  hint: indent with spaces\n");
    bench_close(&bench);
}

static void test_nul(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    assert_null(tmn_tree_parse(&bench.arena, source_of(&bench, "a: b\0c\n", 7), &bench.list));
    assert_string_equal(reported(&bench), "1:5+1 the file holds a NUL byte [control-character]\n");
    bench_close(&bench);
}

static void test_depth(void **state) {
    (void)state;
    for (int depth = 32; depth <= 33; depth++) {
        struct bench bench;
        bench_open(&bench);
        char text[128] = "";
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        struct tmn_node *root = tree_of(&bench, text);
        assert_true((root != NULL) == (depth == 32));
        assert_string_equal(reported(&bench),
                            depth == 32 ? "" : "1:33+1 lists and mappings are nested deeper than 32 [too-deep]\n");
        bench_close(&bench);
    }
}

static void test_size(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    size_t limit = (size_t)16 << 20;
    char *text = malloc(limit + 2);
    assert_non_null(text);
    memset(text, '\n', limit + 2);
    memcpy(text, "a: 1", 4);
    text[limit + 1] = '\0';
    struct tmn_source source = {.path = "f", .bytes = text, .count = limit};
    assert_string_equal(shown(&bench, tmn_tree_parse(&bench.arena, &source, &bench.list)),
                        "1:1+1{1:1+1'a'v: 1:4+1'1'v}");
    source.count = limit + 1;
    assert_null(tmn_tree_parse(&bench.arena, &source, &bench.list));
    assert_string_equal(reported(&bench), "0:0+0 the file has 16777217 bytes; at most 16777216 are read [too-large]\n");
    free(text);
    bench_close(&bench);
}

/* A wide mapping takes no quadratic time, and mistakes are bounded. */
static void test_many(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct tmn_text text;
    tmn_text_init(&text, &bench.arena);
    for (int i = 0; i < 200000; i++)
        tmn_text_put(&text, "k%d: v\n", i);
    tmn_text_put(&text, "k7: w\n");
    struct tmn_node *root = tree_of(&bench, text.items);
    assert_int_equal(root->count, 200000);
    assert_string_equal(reported(&bench),
                        "200001:1+2 the key 'k7' stands here a second time; the first is in line 8 [duplicate-key]\n");
    bench_close(&bench);

    bench_open(&bench);
    tmn_text_init(&text, &bench.arena);
    for (int i = 0; i < 100000; i++)
        tmn_text_put(&text, "- !x %d\n", i);
    assert_null(tree_of(&bench, text.items));
    assert_int_equal(bench.list.errors, 200);
    bench_close(&bench);
}

static void test_get(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct tmn_node *root = tree_of(&bench, "a: 1\nb: [x]\n");
    assert_string_equal(tmn_node_get(root, "a")->text, "1");
    assert_int_equal(tmn_node_get(root, "b")->kind, TMN_NODE_SEQUENCE);
    assert_null(tmn_node_get(root, "c"));
    assert_null(tmn_node_get(tmn_node_get(root, "a"), "a"));
    assert_null(tmn_node_get(NULL, "a"));
    bench_close(&bench);
}

static void test_read(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    char path[] = "/tmp/tumen-yaml-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a: 1\n", 5), 5);
    close(fd);
    struct tmn_node *root = tmn_tree_read(&bench.arena, path, &bench.list);
    unlink(path);
    assert_string_equal(shown(&bench, root), "1:1+1{1:1+1'a'v: 1:4+1'1'v}");
    assert_string_equal(root->place.source->path, path);
    assert_null(tmn_tree_read(&bench.arena, "/tmp", &bench.list));
    assert_string_equal(rendered(&bench), "/tmp: error: '/tmp' is not a regular file [file]\n");
    bench_close(&bench);
}

/* Places inside scalars. `x` in the text is looked for; `length` characters from there on. */
static const struct {
    const char *text;
    size_t length;
    int line, column, underlined;
} inside[] = {
    {"a: b + x1 * 2", 2, 1, 8, 2},
    {"a: '한 + x1'", 2, 1, 9, 2},
    {"a: \"한 + x1 \"", 9, 1, 9, 3}, /* cut at the text's end; the blank is part of the text */
    {"a: 'it''s x1'", 2, 1, 11, 2},
    {"a: \"\\u0041\\t\\x20 x1\"", 2, 1, 18, 2},
    {"a: \"\\\"x\\\"z\"", 3, 1, 7, 4}, /* the escape inside counts with its two characters */
    {"a: b +\n   c + x1\n", 2, 2, 8, 2},
    {"a: b + x1\n   + c\n", 6, 1, 8, 2}, /* up to the line's end */
    {"a: 'b +\n\n   c + x1 '\n", 2, 3, 8, 2},
    {"a: \"b \\\n   c + x1\"\n", 2, 2, 8, 2},
    {"a: |\n  b +\n    c + x1\n", 2, 3, 9, 2},
    {"a: >-  # note\n\n  b\n  c x1\n", 2, 4, 5, 2},
    {"a: |2-\n    x1\n", 2, 2, 5, 2},
    {"- [k, x1]", 2, 1, 7, 2},
};

static void test_inside(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++) {
        struct bench bench;
        bench_open(&bench);
        struct tmn_node *root = tree_of(&bench, inside[i].text), *node = root->items[0];
        while (node->kind != TMN_NODE_SCALAR)
            node = node->items[node->count - 1];
        assert_string_equal(reported(&bench), "");
        const char *found = strchr(node->text, 'x');
        size_t offset = 0;
        for (const char *at = node->text; at < found; at++)
            offset += ((unsigned char)*at & 0xC0) != 0x80;
        check_place(tmn_node_place_at(node, offset, inside[i].length), inside[i].line, inside[i].column,
                    inside[i].underlined);
        bench_close(&bench);
    }
}

/* Blanks, the end of a text, and what has no inside. */
static void test_inside_edges(void **state) {
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct tmn_node *root = tree_of(&bench, "- a +\n- 'a +'\n- 'it''s +  b'\n- \"x\\ty\"\n-\n- [q]\n- b\n  c\n");
    struct tmn_node **items = root->items;
    check_place(tmn_node_place_at(items[0], 3, 1), 1, 6, 1); /* behind the last character */
    check_place(tmn_node_place_at(items[0], 99, 9), 1, 6, 1);
    check_place(tmn_node_place_at(items[1], 3, 1), 2, 7, 1);
    check_place(tmn_node_place_at(items[2], 7, 1), 3, 12, 1); /* the second blank of two */
    check_place(tmn_node_place_at(items[2], 9, 1), 3, 14, 1);
    check_place(tmn_node_place_at(items[3], 1, 1), 4, 5, 1); /* the escaped tab */
    check_place(tmn_node_place_at(items[4], 0, 1), 5, 2, 1);
    check_place(tmn_node_place_at(items[5], 0, 1), 6, 3, 1);
    check_place(tmn_node_place_at(items[6], 1, 1), 7, 4, 1); /* the folded line end */
    bench_close(&bench);
}

/* ---- Out of memory ---- */

static const char small_text[] = "a: &x [b, 'c', {d: e}]\na: 1\nf: |\n  long text of several words\n";

/* Parses with arenas of at most `limit` bytes; false when they ran out. */
static bool parses_within(size_t limit, bool shared) {
    struct tmn_arena arena, of_list;
    struct tmn_diagnostics list;
    struct tmn_source source = {.path = "f", .bytes = small_text, .count = sizeof small_text - 1};
    tmn_arena_init(&arena, shared ? limit : 0);
    tmn_arena_init(&of_list, limit);
    if (TMN_ARENA_TRY(&arena) || TMN_ARENA_TRY(&of_list)) {
        tmn_arena_free(&arena);
        tmn_arena_free(&of_list);
        return false;
    }
    tmn_diagnostics_init(&list, shared ? &arena : &of_list);
    assert_non_null(tmn_tree_parse(&arena, &source, &list));
    assert_int_equal(list.errors, 2);
    tmn_arena_free(&arena);
    tmn_arena_free(&of_list);
    return true;
}

/* Whatever the limit at which the arena runs out, the jump arrives and nothing leaks (the sanitizer looks); also when
 * the tree and the diagnostics have arenas of their own. */
static void test_exhausted(void **state) {
    (void)state;
    for (int shared = 0; shared <= 1; shared++) {
        size_t limit = 16;
        while (limit < 40000 && !parses_within(limit, shared == 1))
            limit += 16;
        assert_true(limit > 600 && limit < 40000);
    }
}

/* ---- Random texts ---- */

/* Quotes a random text and asks for its parts again: the place of each character must show that character. */
static void test_random_quoted(void **state) {
    (void)state;
    static const char *const pieces[] = {"a", "Z", "0", " ", "한", "\xF0\x9F\x8C\x8A", ":", "#", "{", ",", "]",
                                         "!", "*", "&", "-", "%"};
    const char *given = getenv("TUMEN_TEST_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    print_message("TUMEN_TEST_SEED=%llu\n", (unsigned long long)seed);
    for (int round = 0; round < 2000; round++) {
        struct bench bench;
        bench_open(&bench);
        struct tmn_text text, wanted;
        tmn_text_init(&text, &bench.arena);
        tmn_text_init(&wanted, &bench.arena);
        bool twice = chance(&seed) % 2 == 0;
        tmn_text_put(&text, twice ? "k: \"" : "k: '");
        size_t count = 1 + chance(&seed) % 12;
        int column[16], length[16], at = 5;
        for (size_t i = 0; i < count; i++) {
            bool escaped = chance(&seed) % 4 == 0;
            const char *piece = escaped ? (twice ? "\"" : "'") : pieces[chance(&seed) % 16];
            tmn_text_put(&wanted, "%s", piece);
            tmn_text_put(&text, "%s", !escaped ? piece : twice ? "\\\"" : "''");
            column[i] = at;
            length[i] = escaped ? 2 : 1;
            at += length[i];
        }
        tmn_text_put(&text, twice ? "\"\n" : "'\n");
        struct tmn_node *root = tree_of(&bench, text.items);
        assert_string_equal(rendered(&bench), "");
        assert_string_equal(root->items[0]->text, wanted.items);
        const char *character = wanted.items;
        for (size_t i = 0; i < count; i++) {
            bool blank = *character == ' ';
            struct tmn_place place = tmn_node_place_at(root->items[0], i, 1);
            check_place(place, 1, column[i], blank ? 1 : length[i]);
            do
                character++;
            while (((unsigned char)*character & 0xC0) == 0x80);
        }
        bench_close(&bench);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),      cmocka_unit_test(test_mistakes),     cmocka_unit_test(test_rendering),
        cmocka_unit_test(test_nul),           cmocka_unit_test(test_depth),        cmocka_unit_test(test_size),
        cmocka_unit_test(test_many),          cmocka_unit_test(test_get),          cmocka_unit_test(test_read),
        cmocka_unit_test(test_inside),        cmocka_unit_test(test_inside_edges), cmocka_unit_test(test_exhausted),
        cmocka_unit_test(test_random_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
