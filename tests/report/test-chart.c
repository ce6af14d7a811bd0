/* State charts: the graph of every attribute of a small scenario, exactly; hostile names; and the drawing itself. */
#include "../arena.h"

#include "report/chart.h"
#include "report/dot.h"
#include <stdlib.h>
#include <string.h>

static const struct tmn_model *read_model(void) {
    struct tmn_diagnostics list;
    tmn_diagnostics_init(&list, &arena);
    const struct tmn_model *model = tmn_model_read(&arena, SCENARIOS_FOLDER "/charts.yaml", &list);
    assert_non_null(model);
    return model;
}

/* Behind the lines that say how the graph is drawn. */
static const char *body_of(const char *graph) {
    for (int line = 0; line < 4; line++)
        graph = strchr(graph, '\n') + 1;
    return graph;
}

/* `place` is set by one transition and copied by another; `trade` is collapsed; `birthplace` and `kept` never change: a
 * birth only says where they begin. */
static void levels_follow_each_other(void **state) {
    (void)state;
    static const struct {
        const char *attribute, *graph; /* NULL: none */
    } charts[] = {
        {"status", "  n0 [class=\"gone\", label=\"unborn\"];\n"
                   "  n1 [class=\"level\", label=\"home\"];\n"
                   "  n2 [class=\"level\", label=\"away\"];\n"
                   "  n3 [class=\"level\", label=\"camp\"];\n"
                   "  n4 [class=\"level\", label=\"post\"];\n"
                   "  n5 [class=\"gone\", label=\"dead\"];\n"
                   "  n100000 [class=\"any\", shape=plaintext, label=\"any living\"];\n"
                   "  n100000 -> n5 [class=\"own\", label=\"die\"];\n"
                   "  n1 -> n3 [class=\"own\", label=\"leave.caught\"];\n"
                   "  n1 -> n2 [class=\"own\", label=\"leave.gone\"];\n"
                   "  n2 -> n1 [class=\"own\", label=\"come_home\"];\n"
                   "  n3 -> n1 [class=\"own\", label=\"come_home\"];\n"
                   "  n1 -> n4 [class=\"own\", label=\"send\"];\n"
                   "  n0 -> n1 [class=\"own\", label=\"bear\"];\n"
                   "}\n"},
        {"mood", "  n0 [class=\"level\", label=\"calm\"];\n"
                 "  n1 [class=\"level\", label=\"cross\"];\n"
                 "  n2 [class=\"level\", label=\"angry\"];\n"
                 "  n0 -> n1 [style=invis, weight=100];\n"
                 "  n1 -> n2 [style=invis, weight=100];\n"
                 "  n0 -> n1 [class=\"message\", style=dashed, label=\"leave.caught → friends +1\"];\n"
                 "  n1 -> n2 [class=\"message\", style=dashed, label=\"leave.caught → friends +1\"];\n"
                 "  n0 -> n1 [class=\"own\", dir=back, label=\"come_home −2\"];\n"
                 "  n0 -> n2 [class=\"own\", dir=back, label=\"come_home −2\"];\n"
                 "  n0 -> n1 [class=\"message\", style=dashed, dir=back, label=\"mourn → friends\"];\n"
                 "  n0 -> n2 [class=\"message\", style=dashed, dir=back, label=\"mourn → friends\"];\n"
                 "}\n"},
        {"grains", "  n0 [class=\"level\", label=\"0\"];\n"
                   "  n1 [class=\"level\", label=\"1 … 49\"];\n"
                   "  n2 [class=\"level\", label=\"50 … 99\"];\n"
                   "  n3 [class=\"level\", label=\"100\"];\n"
                   "  n0 -> n1 [style=invis, weight=100];\n"
                   "  n1 -> n2 [style=invis, weight=100];\n"
                   "  n2 -> n3 [style=invis, weight=100];\n"
                   "  n0 -> n1 [class=\"own\", label=\"gather +1\"];\n"
                   "  n1 -> n1 [class=\"own\", label=\"gather +1\"];\n"
                   "  n1 -> n2 [class=\"own\", label=\"gather +1\"];\n"
                   "  n2 -> n2 [class=\"own\", label=\"gather +1\"];\n"
                   "  n2 -> n3 [class=\"own\", label=\"gather +1\"];\n"
                   "  n0 -> n2 [class=\"own\", dir=back, label=\"spill\"];\n"
                   "  n0 -> n3 [class=\"own\", dir=back, label=\"spill\"];\n"
                   "}\n"},
        {"place", "  n0 [class=\"level\", label=\"north\"];\n"
                  "  n1 [class=\"level\", label=\"south\"];\n"
                  "  n200003 [class=\"copy\", shape=plaintext, label=\"= birthplace\"];\n"
                  "  n0 -> n200003 [class=\"own\", label=\"come_home\"];\n"
                  "  n1 -> n200003 [class=\"own\", label=\"come_home\"];\n"
                  "  n0 -> n1 [class=\"own\", label=\"send\"];\n"
                  "}\n"},
        {"trade", "  n0 [class=\"level\", label=\"a, b\"];\n"
                  "  n2 [class=\"level\", label=\"r\"];\n"
                  "  n0 -> n2 [class=\"own\", label=\"learn\"];\n"
                  "}\n"},
        {"birthplace", NULL},
        {"kept", NULL},
    };
    const struct tmn_model *model = read_model();
    assert_int_equal(model->attributes.count, sizeof charts / sizeof *charts);
    for (size_t a = 0; a < model->attributes.count; a++) {
        struct tmn_text text;
        size_t c = 0;
        tmn_text_init(&text, &arena);
        bool any = tmn_chart_put(&text, model, (int)a);
        while (strcmp(charts[c].attribute, model->attributes.items[a].name) != 0)
            c++;
        assert_int_equal(any, charts[c].graph != NULL);
        if (any)
            assert_string_equal(body_of(text.items), charts[c].graph);
        else
            assert_int_equal(text.count, 0);
    }
}

static void layout_by_kind(void **state) {
    (void)state;
    const struct tmn_model *model = read_model();
    struct tmn_text text;
    tmn_text_init(&text, &arena);
    assert_true(tmn_chart_put(&text, model, 0)); /* many levels without order: downwards */
    assert_non_null(strstr(text.items, "rankdir=TB"));
    tmn_text_init(&text, &arena);
    assert_true(tmn_chart_put(&text, model, 1)); /* ordered levels: in a row */
    assert_non_null(strstr(text.items, "rankdir=LR"));
}

static void strings_mean_themselves(void **state) {
    (void)state;
    struct tmn_text text;
    tmn_text_init(&text, &arena);
    tmn_dot_string(&text, "a\"b\\N &lt; <i>\x01 \xC3\xA9");
    assert_string_equal(text.items, "\"a\\\"b\\\\N &amp;lt; <i>\xEF\xBF\xBD \xC3\xA9\"");
}

/* One element, nothing before it, none of what several drawings of a page would share. */
static void drawings_stand_in_a_page(void **state) {
    (void)state;
    struct tmn_text graph, svg;
    struct tmn_error err;
    tmn_text_init(&graph, &arena);
    tmn_text_init(&svg, &arena);
    tmn_text_put(&graph, "digraph { a [label=");
    tmn_dot_string(&graph, "<title> id=\"x\" --> <!-- </svg>");
    tmn_text_put(&graph, "]; a -> b [style=dashed]; }");
    assert_true(tmn_dot_svg(&svg, graph.items, &err));
    assert_int_equal(strncmp(svg.items, "<svg ", 5), 0);
    assert_string_equal(svg.items + svg.count - strlen("</svg>\n"), "</svg>\n");
    assert_non_null(strstr(svg.items, "stroke-dasharray"));
    assert_non_null(strstr(svg.items, "&lt;title&gt; id="));
    static const char *const absent[] = {"<?xml", "<!DOCTYPE", "<!--", "<title>", " id=\"graph", " id=\"node"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        assert_null(strstr(svg.items, absent[i]));
}

static void failures_are_told(void **state) {
    (void)state;
    struct tmn_text svg;
    struct tmn_error err;
    tmn_text_init(&svg, &arena);
    assert_false(tmn_dot_svg(&svg, "this is no graph", &err));
    assert_int_equal(err.code, TMN_IO);
    assert_string_equal(err.text, "the program 'dot' of Graphviz failed on a state chart");
    char *before = tmn_arena_strdup(&arena, getenv("PATH"));
    setenv("PATH", "/nowhere", 1);
    assert_false(tmn_dot_svg(&svg, "digraph { a }", &err));
    setenv("PATH", before, 1);
    assert_string_equal(err.text, "the program 'dot', which draws the state charts, is not there: install the package "
                                  "'graphviz'");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(levels_follow_each_other, setup, teardown),
                                       cmocka_unit_test_setup_teardown(layout_by_kind, setup, teardown),
                                       cmocka_unit_test_setup_teardown(strings_mean_themselves, setup, teardown),
                                       cmocka_unit_test_setup_teardown(drawings_stand_in_a_page, setup, teardown),
                                       cmocka_unit_test_setup_teardown(failures_are_told, setup, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
