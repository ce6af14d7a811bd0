/* JSON: what is written can be read by anybody, and what is read is JSON or refused. */
#include "../arena.h"

#include "result/json.h"
#include <math.h>
#include <string.h>

static struct tmn_text fresh(void) {
    struct tmn_text text;
    tmn_text_init(&text, &arena);
    return text;
}

static void texts_are_escaped(void **state) {
    (void)state;
    struct tmn_text out = fresh();
    struct tmn_json json;
    tmn_json_init(&json, &out);
    tmn_json_open(&json, NULL, '{');
    tmn_json_text(&json, "quote\"back\\",
                  "a\nb\tc\x01"
                  "d</script>");
    tmn_json_text(&json, "utf8", "서울 \xf0\x9f\x98\x80");
    tmn_json_text(&json, "broken",
                  "\xff"
                  "a\xed\xa0\x80"
                  "b\xc3"); /* a stray byte, a surrogate, a cut character */
    tmn_json_text(&json, "none", NULL);
    tmn_json_close(&json, '}');
    assert_string_equal(
        out.items, "{\"quote\\\"back\\\\\":\"a\\nb\\tc\\u0001d\\u003c/script>\",\"utf8\":\"서울 \xf0\x9f\x98\x80\","
                   "\"broken\":\"\\ufffda\\ufffd\\ufffd\\ufffdb\\ufffd\",\"none\":null}");
}

static void numbers_are_short_and_finite(void **state) {
    (void)state;
    struct tmn_text out = fresh();
    struct tmn_json json;
    tmn_json_init(&json, &out);
    tmn_json_open(&json, NULL, '[');
    const double values[] = {0.1, 100000, -0.0, 1.0 / 3.0, 1e300, (double)NAN, (double)INFINITY, -25};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        tmn_json_real(&json, NULL, values[i]);
    tmn_json_int(&json, NULL, -5);
    tmn_json_bool(&json, NULL, true);
    tmn_json_open(&json, NULL, '{');
    tmn_json_close(&json, '}');
    tmn_json_close(&json, ']');
    assert_string_equal(out.items, "[0.1,100000,0,0.3333333333333333,1e+300,null,null,-25,-5,true,{}]");
}

static void a_copy_is_checked(void **state) {
    (void)state;
    const char *good = " { \"a\" : [ 1.23456 , -0.5e1, true,null ], \"<b>\":\"\\u00e9\\\"\", \"c\":{} } ";
    struct tmn_text out = fresh();
    struct tmn_error err;
    assert_true(tmn_json_copy(good, strlen(good), 2, &out, &err));
    assert_string_equal(out.items, "{\"a\":[1.23,-5,true,null],\"\\u003cb>\":\"\\u00e9\\\"\",\"c\":{}}");
    const char *bad[] = {"",    "{",   "[1,]",    "{\"a\"}",   "{a:1}",  "01",    "1.",    "1e", "-",
                         "tru", "\"a", "\"\\x\"", "\"\\u12\"", "\"\n\"", "[1] 2", "[1 2]", "nan"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct tmn_text rest = fresh();
        err.text[0] = '\0';
        assert_false(tmn_json_copy(bad[i], strlen(bad[i]), -1, &rest, &err));
        assert_non_null(strstr(err.text, "not JSON at byte"));
    }
}

static void depth_is_bounded(void **state) {
    (void)state;
    char deep[200];
    memset(deep, '[', 100);
    memset(deep + 100, ']', 100);
    struct tmn_text out = fresh();
    struct tmn_error err;
    assert_false(tmn_json_copy(deep, 200, -1, &out, &err));
    assert_true(tmn_json_copy(deep + 40, 120, -1, &out, &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(numbers_are_short_and_finite),
        cmocka_unit_test(a_copy_is_checked),
        cmocka_unit_test(depth_is_bounded),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
