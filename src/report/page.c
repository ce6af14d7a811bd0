/* What the sections of the page of `tumen doc` share; see page.h. */
#include "report/page.h"
#include "report/html.h"
#include "report/words.h"

#include <string.h>

void tmn_page_section(const struct tmn_page *page, const char *id, const char *title) {
    tmn_html_put(page->out, "<section id=\"%s\">\n<h2>%s</h2>\n", id, title);
}

void tmn_page_part(const struct tmn_page *page, const char *id, const char *title) {
    tmn_html_put(page->out, "<h3 id=\"%s\">%s</h3>\n", id, title);
}

void tmn_page_table(const struct tmn_page *page, const char *class_name, const char *head) {
    tmn_html_put(page->out, "<div class=\"scroll\" tabindex=\"0\"><table class=\"%s\"><thead><tr>", class_name);
    for (const char *at = head; *at;) {
        size_t length = strcspn(at, "|");
        bool number = *at == '>';
        tmn_text_put(page->out, "<th%s scope=\"col\">", number ? " class=\"num\"" : "");
        tmn_html_put(page->out, "%s</th>", tmn_arena_strndup(page->arena, at + number, length - number));
        at += length + (at[length] == '|');
    }
    tmn_text_put(page->out, "</tr></thead><tbody>\n");
}

void tmn_page_table_end(const struct tmn_page *page) {
    tmn_text_put(page->out, "</tbody></table></div>\n");
}

void tmn_page_note(const struct tmn_page *page, const char *note) {
    tmn_html_prose(page->out, note, "note");
}

void tmn_page_citations(const struct tmn_page *page, const char *const *ids, size_t count) {
    for (size_t i = 0; i < count; i++) {
        size_t e = 0;
        while (e < page->model->evidence.count && strcmp(page->model->evidence.items[e].id, ids[i]) != 0)
            e++;
        tmn_text_put(page->out, "%s", i ? " " : "");
        if (e < page->model->evidence.count)
            tmn_html_put(page->out, "<a class=\"cite\" href=\"#e-%zu\">%s</a>", e + 1, ids[i]);
        else
            tmn_html_put(page->out, "<span class=\"cite\">%s</span>", ids[i]);
    }
}

void tmn_page_grounds(const struct tmn_page *page, const struct tmn_grounds *grounds) {
    tmn_page_note(page, grounds->note);
    if (grounds->evidence_count == 0)
        return;
    tmn_text_put(page->out, "<p class=\"note\">Evidence: ");
    tmn_page_citations(page, grounds->evidence, grounds->evidence_count);
    tmn_text_put(page->out, "</p>\n");
}

void tmn_page_assumed(const struct tmn_page *page, const struct tmn_grounds *grounds) {
    if (grounds->said)
        tmn_text_put(page->out, " <span class=\"badge assumed\">assumed</span>");
}

void tmn_page_date(const struct tmn_page *page, int32_t day) {
    char text[16];
    tmn_date_format(day, text);
    tmn_text_put(page->out, "<span class=\"day\">%s</span>", text);
}

bool tmn_page_is_declared(const struct tmn_counter *counter) {
    return strchr(counter->name, '(') == NULL;
}

void tmn_page_feature(const struct tmn_page *page, int feature) {
    const struct tmn_feature *of = &page->model->features.items[feature];
    bool test = of->to || (of->kind == TMN_FEATURE_MAP && page->model->maps.items[of->index].derived);
    bool degree = of->kind == TMN_FEATURE_COUNTER && !tmn_page_is_declared(&page->model->counters.items[of->index]);
    if (test || degree || of->kind == TMN_FEATURE_AGE)
        tmn_html_put(page->out, "<code>%s</code>", of->name);
    else
        tmn_words_name(page->out, of->name);
}

void tmn_page_file(const struct tmn_page *page, const char *file) {
    if (file)
        tmn_html_put(page->out, "<span class=\"file\">%s</span>", file);
}

void tmn_page_by(const struct tmn_page *page, int by) {
    if (by < 0) {
        tmn_text_put(page->out, "national");
        return;
    }
    tmn_text_put(page->out, "by ");
    tmn_page_feature(page, by);
}

bool tmn_page_tells(const struct tmn_model *model) {
    for (size_t t = 0; t < model->transitions.count; t++)
        for (size_t b = 0; b < model->transitions.items[t].branches; b++)
            for (size_t a = 0; a < model->transitions.items[t].branch[b].count; a++)
                if (model->transitions.items[t].branch[b].items[a].kind == TMN_ACTION_TELL)
                    return true;
    return false;
}

void tmn_page_cell(const struct tmn_page *page, int outcome, const int64_t *cell) {
    const struct tmn_strata *by = &page->model->outcomes.items[outcome].by;
    for (int k = 0; k < by->n; k++) {
        const struct tmn_feature *feature = &page->model->features.items[by->feature[k]];
        if (cell[k] >= 0 && feature->level)
            tmn_html_put(page->out, ", %s %s", feature->name, feature->level[cell[k]]);
    }
}

void tmn_readings_gather(const struct tmn_page *page, const struct tmn_expr *expr, struct tmn_readings *list) {
    struct tmn_reading reading = {expr->op == TMN_OP_MEMBER ? TMN_OP_FEATURE : expr->op, expr->index};
    switch (expr->op) {
    case TMN_OP_PARAMETER:
    case TMN_OP_DRIVER:
    case TMN_OP_FEEDBACK:
    case TMN_OP_TABLE:
    case TMN_OP_FEATURE:
    case TMN_OP_MEMBER:
    case TMN_OP_SHARE:
    case TMN_OP_COUNT: {
        bool known = false;
        for (size_t i = 0; i < list->count; i++)
            known = known || (list->items[i].op == reading.op && list->items[i].index == reading.index);
        if (!known)
            TMN_PUSH(page->arena, list, reading);
        break;
    }
    case TMN_OP_KEY:
        if (expr->index >= 0) {
            struct tmn_expr feature = {.op = TMN_OP_FEATURE, .index = expr->index};
            tmn_readings_gather(page, &feature, list);
        }
        break;
    default:
        break;
    }
    for (size_t i = 0; i < expr->count; i++)
        tmn_readings_gather(page, expr->arg[i], list);
}

void tmn_readings_actions(const struct tmn_page *page, const struct tmn_action *items, size_t count,
                          struct tmn_readings *list) {
    for (size_t a = 0; a < count; a++) {
        const struct tmn_expr *const read[] = {items[a].amount, items[a].who, items[a].chance};
        for (int i = 0; i < 3; i++)
            if (read[i])
                tmn_readings_gather(page, read[i], list);
        for (size_t d = 0; d < items[a].draw_count; d++) {
            const struct tmn_draw_rule *rule = &items[a].draws[d];
            if (rule->cumulative)
                tmn_readings_gather(page, rule->cumulative, list);
            for (uint32_t l = 0; l < page->model->attributes.items[rule->attribute].levels; l++)
                if (rule->chance[l])
                    tmn_readings_gather(page, rule->chance[l], list);
        }
    }
}
