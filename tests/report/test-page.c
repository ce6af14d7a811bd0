/* The page of `tumen doc`: every name of the shipped scenarios stands on their pages, and the same model gives the same
 * text. */
#include "../arena.h"

#include "report/doc.h"
#include "report/html.h"
#include <string.h>

static const struct tmn_model *read_model(const char *name) {
    struct tmn_diagnostics list;
    tmn_diagnostics_init(&list, &arena);
    const struct tmn_model *model =
        tmn_model_read(&arena, tmn_arena_printf(&arena, "%s/%s", SHIPPED_FOLDER, name), &list);
    assert_non_null(model);
    return model;
}

static const char *page_of(const struct tmn_model *model) {
    struct tmn_text page;
    struct tmn_error err;
    tmn_text_init(&page, &arena);
    if (!tmn_doc_html(model, &page, &err))
        fail_msg("%s", err.text);
    assert_int_equal(strlen(page.items), page.count);
    return page.items;
}

static const char *escaped(const char *text) {
    struct tmn_text out;
    tmn_text_init(&out, &arena);
    tmn_html_text(&out, text);
    return out.items;
}

/* The declaration has its place on the page, where links to it lead. */
static void expect_place(const char *page, const char *name) {
    const char *place = tmn_arena_printf(&arena, " id=\"d-%s\"", name);
    if (!strstr(page, place))
        fail_msg("'%s' has no place on the page", name);
}

static void expect_text(const char *page, const char *text) {
    if (text && !strstr(page, escaped(text)))
        fail_msg("'%s' is not on the page", text);
}

#define EXPECT_PLACES(list)                                                                                            \
    for (size_t i = 0; i < (list).count; i++)                                                                          \
    expect_place(page, (list).items[i].name)

static void expect_levels(const char *page, const char *const *level, uint32_t levels) {
    for (uint32_t l = 0; l < levels; l++)
        expect_text(page, level[l]);
}

static void expect_declared(const struct tmn_model *model, const char *page) {
    EXPECT_PLACES(model->attributes);
    EXPECT_PLACES(model->parameters);
    EXPECT_PLACES(model->tables);
    EXPECT_PLACES(model->drivers);
    EXPECT_PLACES(model->feedbacks);
    EXPECT_PLACES(model->layers);
    EXPECT_PLACES(model->transitions);
    EXPECT_PLACES(model->events);
    EXPECT_PLACES(model->outcomes);
    EXPECT_PLACES(model->observations);
    EXPECT_PLACES(model->checks);
    for (size_t i = 0; i < model->maps.count; i++)
        if (!model->maps.items[i].derived)
            expect_place(page, model->maps.items[i].name);
    for (size_t i = 0; i < model->counters.count; i++)
        if (!strchr(model->counters.items[i].name, '('))
            expect_place(page, model->counters.items[i].name);
}

static void expect_prose(const struct tmn_model *model, const char *page) {
    expect_text(page, model->title);
    expect_text(page, model->purpose);
    for (int c = 0; c < TMN_CONCEPTS; c++)
        expect_text(page, model->concept[c]);
    for (size_t i = 0; i < model->attributes.count; i++)
        if (!model->attributes.items[i].numeric)
            expect_levels(page, model->attributes.items[i].level, model->attributes.items[i].levels);
    for (size_t i = 0; i < model->maps.count; i++)
        if (!model->maps.items[i].derived)
            expect_levels(page, model->maps.items[i].level, model->maps.items[i].levels);
    for (size_t i = 0; i < model->parameters.count; i++)
        expect_text(page, model->parameters.items[i].grounds.note);
    for (size_t t = 0; t < model->transitions.count; t++) {
        expect_text(page, model->transitions.items[t].grounds.note);
        for (size_t b = 0; b < model->transitions.items[t].branches; b++)
            expect_text(page, model->transitions.items[t].branch[b].name);
    }
    for (size_t i = 0; i < model->figures.count; i++)
        expect_text(page, model->figures.items[i].text);
    for (size_t i = 0; i < model->systems.count; i++)
        expect_text(page, model->systems.items[i].name);
    for (size_t i = 0; i < model->evidence.count; i++)
        expect_text(page, model->evidence.items[i].text);
    for (size_t i = 0; i < model->checks.count; i++)
        expect_text(page, model->checks.items[i].text);
}

static void every_name_is_on_the_page(void **state) {
    (void)state;
    static const char *const names[] = {"dprk", "toy/births", "toy/rumour", "toy/sir"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct tmn_model *model = read_model(names[i]);
        const char *page = page_of(model);
        expect_declared(model, page);
        expect_prose(model, page);
    }
}

static void the_same_text_again(void **state) {
    (void)state;
    assert_string_equal(page_of(read_model("toy/rumour")), page_of(read_model("toy/rumour")));
}

static void a_page_of_a_country_stays_small(void **state) {
    (void)state;
    assert_in_range(strlen(page_of(read_model("dprk"))), 100000, 1500000);
}

static void texts_are_escaped(void **state) {
    (void)state;
    struct tmn_text out;
    assert_string_equal(escaped("<a href='x'>&\"\x01\x7f\n\xC3\xA9</a>"),
                        "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\xEF\xBF\xBD\xEF\xBF\xBD\n\xC3\xA9&lt;/a&gt;");
    tmn_text_init(&out, &arena);
    tmn_html_put(&out, "<b>%s</b> %d %u %zu %lld %%", "<&>", -1, 2u, (size_t)3, 4LL);
    assert_string_equal(out.items, "<b>&lt;&amp;&gt;</b> -1 2 3 4 %");
    tmn_text_init(&out, &arena);
    tmn_html_prose(&out, "one <\n\ntwo", "note");
    tmn_html_prose(&out, NULL, NULL);
    assert_string_equal(out.items, "<p class=\"note\">one &lt;</p>\n<p class=\"note\">two</p>\n");
}

static void numbers_for_people(void **state) {
    (void)state;
    static const struct {
        double value;
        int digits;
        const char *text;
    } cases[] = {{21588887, 9, "21,588,887"},
                 {0.1 + 0.2, 9, "0.3"},
                 {-0.26, 9, "−0.26"},
                 {0.710606849, 4, "0.7106"},
                 {8e-6, 9, "8 · 10<sup>−6</sup>"},
                 {0, 9, "0"},
                 {-1234, 9, "−1,234"},
                 {1e300, 9, "1 · 10<sup>300</sup>"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tmn_text out;
        tmn_text_init(&out, &arena);
        tmn_html_rounded(&out, cases[i].value, cases[i].digits);
        assert_string_equal(out.items, cases[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_name_is_on_the_page, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_text_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_page_of_a_country_stays_small, setup, teardown),
        cmocka_unit_test_setup_teardown(texts_are_escaped, setup, teardown),
        cmocka_unit_test_setup_teardown(numbers_for_people, setup, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
