/* What stands behind the ODD sections: the subsystems that the scenario tells of, and the evidence that it cites. */
#include "report/html.h"
#include "report/page.h"
#include "report/words.h"
#include "result/ledger.h"

void tmn_page_systems(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    if (model->systems.count == 0)
        return;
    tmn_page_section(page, "systems", "Subsystems");
    tmn_text_put(
        page->out,
        "<p>What the scenario says of its own scope: a subsystem is in the model, in it coarsely, or out.</p>\n");
    tmn_page_table(page, "systems", ">No|Subsystem|State|Switch|Claims|Documents");
    for (size_t i = 0; i < model->systems.count; i++) {
        const struct tmn_system *system = &model->systems.items[i];
        tmn_html_put(page->out, "<tr><td class=\"num\">%d</td><td>%s", system->number, system->name);
        tmn_page_note(page, system->note);
        tmn_html_put(page->out, "</td><td><span class=\"state %s\">%s</span></td><td>", system->state, system->state);
        if (system->switch_parameter >= 0)
            tmn_words_name(page->out, model->parameters.items[system->switch_parameter].name);
        tmn_text_put(page->out, "</td><td>");
        tmn_page_citations(page, system->claims, system->claim_count);
        tmn_text_put(page->out, "</td><td>");
        for (size_t d = 0; d < system->document_count; d++)
            tmn_html_put(page->out, "%s%s", d ? ", " : "", system->documents[d]);
        tmn_text_put(page->out, "</td></tr>\n");
    }
    tmn_page_table_end(page);
    tmn_text_put(page->out, "</section>\n");
}

/* Who cites a piece of evidence: rules and numbers as links, then subsystems and figures by their numbers, arrows and
 * loops by their names. */
static void put_citing(const struct tmn_page *page, const struct tmn_ledger *ledger, const struct tmn_entry *evidence) {
    const char *joint = "";
    for (size_t i = 0; i < evidence->link[TMN_LINK_CITED_BY].count; i++) {
        const struct tmn_entry *citing = &ledger->items[evidence->link[TMN_LINK_CITED_BY].items[i]];
        tmn_text_put(page->out, "%s", joint);
        joint = ", ";
        if (citing->kind == TMN_ENTRY_RULE) /* the population: an outcome may have its name */
            tmn_text_put(page->out, "<a href=\"#start\"><code>%s</code></a>", citing->name);
        else if (citing->grounds)
            tmn_words_name(page->out, citing->name);
        else if (citing->kind == TMN_ENTRY_SYSTEM)
            tmn_text_put(page->out, "subsystem %d", page->model->systems.items[citing->index].number);
        else if (citing->kind == TMN_ENTRY_FIGURE)
            tmn_text_put(page->out, "figure %zu", citing->index + 1);
        else
            tmn_text_put(page->out, "%s %s", tmn_entry_words[citing->kind], citing->name);
    }
}

void tmn_page_evidence(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    if (model->evidence.count == 0)
        return;
    tmn_page_section(page, "evidence", "Evidence");
    const struct tmn_ledger *ledger = tmn_ledger_make(page->arena, model);
    tmn_page_table(page, "evidence", "Id|What it says|Source|Grade|What rests on it");
    for (size_t i = 0; i < model->evidence.count; i++) {
        const struct tmn_evidence *evidence = &model->evidence.items[i];
        tmn_html_put(page->out, "<tr id=\"e-%zu\"><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>", i + 1,
                     evidence->id, evidence->text, evidence->source ? evidence->source : "",
                     evidence->grade ? evidence->grade : "");
        put_citing(page, ledger, &ledger->items[ledger->first[TMN_ENTRY_EVIDENCE] + i]);
        tmn_text_put(page->out, "</td></tr>\n");
    }
    tmn_page_table_end(page);
    tmn_text_put(page->out, "</section>\n");
}
