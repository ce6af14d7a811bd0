/* Checks: what the scenario claims of its own runs, as `tumen verify` decides it. */
#include "report/formula.h"
#include "report/html.h"
#include "report/page.h"
#include "report/words.h"

static void put_settings(const struct tmn_page *page, const struct tmn_assigned_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        tmn_text_put(page->out, "%s", i ? ", " : "");
        tmn_words_name(page->out, page->model->parameters.items[list->items[i].parameter].name);
        tmn_html_put(page->out, " = %s", list->items[i].text);
    }
}

/* The number that one run gives. */
static void put_value(const struct tmn_page *page, const struct tmn_check *check) {
    static const char *const takes[] = {"the last value of ",
                                        "the first value of ",
                                        "the sum of ",
                                        "the highest value of ",
                                        "the number of the period with the highest value of ",
                                        "the mean number of the period, weighted by "};
    if (check->outcome < 0) {
        tmn_text_put(page->out, "the number of windows run");
    } else {
        tmn_text_put(page->out, "%s", takes[check->take]);
        tmn_words_name(page->out, page->model->outcomes.items[check->outcome].name);
        tmn_page_cell(page, check->outcome, check->cell);
    }
    if (check->over.expr) {
        tmn_text_put(page->out, ", divided by ");
        tmn_formula_inline(page->out, page->model, check->over.expr);
    }
}

static void put_figure(const struct tmn_page *page, const struct tmn_check *check) {
    if (check->expect == TMN_EXPECT_LAW && check->times) {
        tmn_text_put(page->out, "the number of the period of each firing or flow in ");
        tmn_words_name(page->out, page->model->outcomes.items[check->outcome].name);
        tmn_page_cell(page, check->outcome, check->cell);
    } else if (check->expect == TMN_EXPECT_LAW) {
        tmn_text_put(page->out, "for each cell, ");
        put_value(page, check);
    } else if (check->above.expr) {
        tmn_text_put(page->out, "share of runs in which ");
        put_value(page, check);
        tmn_text_put(page->out, " is above ");
        tmn_formula_inline(page->out, page->model, check->above.expr);
    } else {
        tmn_text_put(page->out, "%s", check->runs > 1 ? "mean of " : "");
        put_value(page, check);
        if (check->given.expr) {
            tmn_text_put(page->out, " over runs in which it is above ");
            tmn_formula_inline(page->out, page->model, check->given.expr);
        }
    }
    if (check->set.count > 0) {
        tmn_text_put(page->out, "; with ");
        put_settings(page, &check->set);
    }
}

static void put_expected(const struct tmn_page *page, const struct tmn_check *check) {
    static const char *const signs[] = {"more than", "less than", "as much as", "in each run the same as"};
    switch (check->expect) {
    case TMN_EXPECT_NUMBER:
        tmn_formula_inline(page->out, page->model, check->expected.expr);
        if (check->expected.expr->op != TMN_OP_NUMBER) {
            tmn_text_put(page->out, " = ");
            tmn_html_rounded(page->out, check->expected.value, 6);
        }
        break;
    case TMN_EXPECT_LAW:
        tmn_html_put(page->out, "distributed as <code>%s</code>", check->law_text);
        break;
    default:
        tmn_text_put(page->out, "%s with ", signs[check->expect - TMN_EXPECT_MORE]);
        put_settings(page, &check->against);
        break;
    }
    if (check->error.expr) {
        tmn_text_put(page->out, ", standard error ");
        tmn_formula_inline(page->out, page->model, check->error.expr);
    }
    if (check->tolerance.expr) {
        tmn_text_put(page->out, ", tolerance ");
        tmn_formula_inline(page->out, page->model, check->tolerance.expr);
    }
}

void tmn_page_checks(const struct tmn_page *page) {
    static const char *const kinds[] = {"published", "exact", "computed"};
    const struct tmn_model *model = page->model;
    if (model->checks.count == 0)
        return;
    tmn_page_section(page, "checks", "Checks");
    tmn_text_put(
        page->out,
        "<p><code>tumen verify</code> makes these runs and decides each figure: exact ones follow from the rules, "
        "published ones stand in the source, computed ones come from an independent program.</p>\n");
    tmn_page_table(page, "checks", "Check|What is compared|Expected|>Runs|Kind|Source");
    for (size_t i = 0; i < model->checks.count; i++) {
        const struct tmn_check *check = &model->checks.items[i];
        tmn_html_put(page->out, "<tr id=\"d-%s\"><td><code>%s</code><p class=\"note\">%s</p></td><td>", check->name,
                     check->name, check->text);
        put_figure(page, check);
        tmn_page_note(page, check->note);
        tmn_text_put(page->out, "</td><td>");
        put_expected(page, check);
        tmn_html_put(page->out, "</td><td class=\"num\">%d</td><td>%s%s</td><td>%s</td></tr>\n", check->runs,
                     kinds[check->kind], check->slow ? ", slow" : "", check->source ? check->source : "");
    }
    tmn_page_table_end(page);
    tmn_text_put(page->out, "</section>\n");
}
