/* `tumen explain`: what a name of a scenario stands for, what it reads and changes, what it rests on, and what reads
 * it, changes it and rests on it in turn. */
#include "cli/print.h"
#include "cli/session.h"
#include "result/ledger.h"
#include "result/json.h"
#include <string.h>

/* ---- for people ---- */

/* Lines of the scenario as they are: not wrapped, so that they can be found again. */
static void print_written(const char *written) {
    const char *label = "as written";
    while (*written) {
        size_t length = strcspn(written, "\n");
        printf("  %s%-*s%s%.*s\n", tmn_dim(stdout), TMN_LABEL, label, tmn_plain(stdout), (int)length, written);
        written += length + (written[length] == '\n');
        label = "";
    }
}

/* "transition a, b; driver c": the entries at the other end, by kind. */
static const char *list_link(const struct tmn_ledger *ledger, const struct tmn_entry *entry, enum tmn_link link) {
    struct tmn_text text;
    tmn_text_init(&text, ledger->arena);
    for (int kind = 0; kind < TMN_ENTRY_KINDS; kind++) {
        bool any = false;
        for (size_t i = 0; i < entry->link[link].count; i++) {
            size_t other = entry->link[link].items[i];
            if ((int)ledger->items[other].kind != kind || !tmn_ledger_shown(ledger, other))
                continue;
            if (any)
                tmn_text_put(&text, ", %s", ledger->items[other].name);
            else
                tmn_text_put(&text, "%s%s %s", text.count ? "; " : "", tmn_entry_words[kind],
                             ledger->items[other].name);
            any = true;
        }
    }
    return text.count ? text.items : NULL;
}

static void print_basis(const struct tmn_ledger *ledger, size_t index) {
    const struct tmn_entry *entry = &ledger->items[index];
    size_t count = entry->link[TMN_LINK_CITES].count;
    switch (tmn_ledger_basis(ledger, index)) {
    case TMN_BASIS_ASSUMED:
        tmn_print_labelled("rests on", count ? "assumed; in line with:" : "assumed");
        break;
    case TMN_BASIS_NOTHING:
        tmn_print_labelled("rests on", "nothing: no evidence, and not marked as assumed");
        break;
    case TMN_BASIS_SWITCH:
        tmn_print_labelled("rests on", "nothing: it is a switch, for the reader to choose");
        break;
    case TMN_BASIS_EVIDENCE:
        tmn_print_labelled("rests on", "evidence:");
        break;
    case TMN_BASIS_NONE:
        if (count > 0)
            tmn_print_labelled("cites", "");
        break;
    }
    for (size_t i = 0; i < count; i++) {
        const struct tmn_entry *cited = &ledger->items[entry->link[TMN_LINK_CITES].items[i]];
        const struct tmn_evidence *evidence = cited->evidence;
        tmn_print_labelled(tmn_arena_printf(ledger->arena, "  %s", cited->name),
                           evidence ? evidence->text : "no row of the section 'evidence' has this id");
        if (evidence && (evidence->source || evidence->grade))
            tmn_print_labelled("", tmn_arena_printf(ledger->arena, "(%s%s%s)", evidence->source ? evidence->source : "",
                                                    evidence->source && evidence->grade ? "; grade: " : "",
                                                    evidence->grade ? evidence->grade : ""));
    }
}

static void print_entry(const struct tmn_ledger *ledger, size_t index) {
    const struct tmn_entry *entry = &ledger->items[index];
    size_t facts = 0;
    const struct tmn_fact *fact = tmn_ledger_facts(ledger, index, &facts);
    const char *written = tmn_ledger_written(ledger, index), *grades = tmn_ledger_grades(ledger, index);
    printf("%s%s%s: %s", tmn_bold(stdout), entry->name, tmn_plain(stdout), tmn_entry_words[entry->kind]);
    if (entry->place.source)
        printf("  %s%s:%d%s", tmn_dim(stdout), entry->place.source->path, entry->place.line, tmn_plain(stdout));
    puts("");
    bool in_full = written && (entry->kind == TMN_ENTRY_TRANSITION || entry->kind == TMN_ENTRY_BRANCH);
    for (size_t i = 0; i < facts && !in_full; i++) /* a rule's formulas stand in its lines */
        tmn_print_labelled(i > 0 && strcmp(fact[i].label, fact[i - 1].label) == 0 ? "" : fact[i].label, fact[i].text);
    if (entry->note)
        tmn_print_labelled("note", entry->note);
    if (written)
        print_written(written);
    print_basis(ledger, index);
    if (entry->kind != TMN_ENTRY_EVIDENCE && grades[0])
        tmn_print_labelled("grades", grades);
    for (int link = 0; link < TMN_LINKS; link++) {
        const char *names = link == TMN_LINK_CITES ? NULL : list_link(ledger, entry, (enum tmn_link)link);
        if (names)
            tmn_print_labelled(tmn_link_words[link], names);
        else if (entry->kind == TMN_ENTRY_EVIDENCE && link == TMN_LINK_CITED_BY)
            tmn_print_labelled(tmn_link_words[link], "nobody: nothing rests on it");
    }
}

/* Every name but levels, which are told in the line of what they are levels of. */
static void print_all(const struct tmn_ledger *ledger) {
    static const char *const head[] = {"<name", "<kind", "~rests on", "~grades", "<where"};
    struct tmn_grid grid;
    tmn_grid_init(&grid, ledger->arena, head, 5);
    for (size_t e = 0; e < ledger->count; e++) {
        const struct tmn_entry *entry = &ledger->items[e];
        size_t cited = entry->link[TMN_LINK_CITES].count;
        const char *basis = tmn_basis_words[tmn_ledger_basis(ledger, e)];
        if (entry->kind == TMN_ENTRY_LEVEL || !tmn_ledger_shown(ledger, e))
            continue;
        const char *file = entry->place.source ? strrchr(entry->place.source->path, '/') : NULL;
        file = file ? file + 1 : entry->place.source ? entry->place.source->path : NULL;
        tmn_grid_put(&grid, "%s", entry->name);
        tmn_grid_put(&grid, "%s", tmn_entry_words[entry->kind]);
        if (cited > 0)
            tmn_grid_put(&grid, "%s%s%zu cited", basis, basis[0] ? ", " : "", cited);
        else
            tmn_grid_put(&grid, "%s", basis[0] ? basis : "-");
        tmn_grid_put(&grid, "%s", tmn_ledger_grades(ledger, e)[0] ? tmn_ledger_grades(ledger, e) : "-");
        if (file)
            tmn_grid_put(&grid, "%s:%d", file, entry->place.line);
        else
            tmn_grid_put(&grid, "-");
    }
    tmn_grid_print(&grid);
}

/* ---- for programs ---- */

static void json_link(struct tmn_json *json, const struct tmn_ledger *ledger, const struct tmn_entry *entry,
                      enum tmn_link link) {
    char key[16];
    snprintf(key, sizeof key, "%s", tmn_link_words[link]);
    for (char *at = key; *at; at++)
        *at = *at == ' ' ? '_' : *at;
    tmn_json_open(json, key, '[');
    for (size_t i = 0; i < entry->link[link].count; i++) {
        size_t other = entry->link[link].items[i];
        if (!tmn_ledger_shown(ledger, other))
            continue;
        tmn_json_open(json, NULL, '{');
        tmn_json_text(json, "name", ledger->items[other].name);
        tmn_json_text(json, "kind", tmn_entry_words[ledger->items[other].kind]);
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
}

/* Facts may repeat a label (dated), so that they are a list. */
static void json_facts(struct tmn_json *json, const struct tmn_ledger *ledger, size_t index) {
    size_t count = 0;
    const struct tmn_fact *fact = tmn_ledger_facts(ledger, index, &count);
    tmn_json_open(json, "facts", '[');
    for (size_t i = 0; i < count; i++) {
        tmn_json_open(json, NULL, '{');
        tmn_json_text(json, "label", fact[i].label);
        tmn_json_text(json, "text", fact[i].text);
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
}

static void json_entry(struct tmn_json *json, const struct tmn_ledger *ledger, size_t index) {
    const struct tmn_entry *entry = &ledger->items[index];
    const char *basis = tmn_basis_words[tmn_ledger_basis(ledger, index)], *grades = tmn_ledger_grades(ledger, index);
    tmn_json_open(json, NULL, '{');
    tmn_json_text(json, "name", entry->name);
    tmn_json_text(json, "kind", tmn_entry_words[entry->kind]);
    tmn_json_text(json, "file", entry->place.source ? entry->place.source->path : NULL);
    tmn_json_int(json, "line", entry->place.line);
    if (entry->kind == TMN_ENTRY_PARAMETER) {
        const struct tmn_parameter *parameter = &ledger->model->parameters.items[entry->index];
        tmn_json_real(json, "value", parameter->value / parameter->factor);
        tmn_json_bool(json, "fitted", parameter->fitted);
    }
    json_facts(json, ledger, index);
    tmn_json_text(json, "note", entry->note);
    tmn_json_text(json, "written", tmn_ledger_written(ledger, index));
    tmn_json_text(json, "rests_on", basis[0] ? basis : NULL);
    tmn_json_text(json, "grades", grades[0] ? grades : NULL);
    for (int link = 0; link < TMN_LINKS; link++)
        json_link(json, ledger, entry, (enum tmn_link)link);
    tmn_json_close(json, '}');
}

static void print_json(const struct tmn_ledger *ledger, const size_t *entries, size_t count) {
    struct tmn_text text;
    struct tmn_json json;
    tmn_text_init(&text, ledger->arena);
    tmn_json_init(&json, &text);
    tmn_json_open(&json, NULL, '{');
    tmn_json_text(&json, "scenario", ledger->model->name);
    tmn_json_open(&json, "entries", '[');
    for (size_t i = 0; i < count; i++)
        json_entry(&json, ledger, entries[i]);
    tmn_json_close(&json, ']');
    tmn_json_close(&json, '}');
    puts(text.items);
}

/* ---- the command ---- */

struct chosen {
    size_t *items;
    size_t count, capacity;
};

static bool choose(const struct tmn_ledger *ledger, const struct tmn_arguments *arguments, struct chosen *chosen,
                   struct tmn_error *err) {
    for (size_t w = 1; w < arguments->word_count; w++) {
        size_t count;
        const char *nearest, *name = arguments->words[w];
        const size_t *found = tmn_ledger_find(ledger, name, &count, &nearest);
        if (count == 0)
            return tmn_fail(err, TMN_USAGE, "%s declares no '%s'; %s%s%s", ledger->model->name, name,
                            nearest ? "did you mean '" : "--all lists every name", nearest ? nearest : "",
                            nearest ? "'?" : "");
        for (size_t i = 0; i < count; i++)
            TMN_PUSH(ledger->arena, chosen, found[i]);
    }
    for (size_t e = 0; arguments->all && e < ledger->count; e++)
        if (tmn_ledger_shown(ledger, e))
            TMN_PUSH(ledger->arena, chosen, e);
    return true;
}

enum tmn_status tmn_command_explain(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct tmn_session session;
    struct tmn_error err;
    struct chosen chosen = {NULL, 0, 0};
    if (arguments->all == (arguments->word_count > 1)) {
        tmn_complain(arguments->all ? "explain: --all takes no names beside the scenario"
                                    : "explain: which name? `tumen explain %s --all` lists every one",
                     arguments->target);
        return TMN_MISUSED;
    }
    enum tmn_status status = tmn_session_open(&session, arena, arguments);
    if (status != TMN_DONE)
        return status;
    const struct tmn_ledger *ledger = tmn_ledger_make(arena, session.model);
    if (!choose(ledger, arguments, &chosen, &err))
        return tmn_complain_error(&err);
    if (arguments->json)
        print_json(ledger, chosen.items, chosen.count);
    else if (arguments->all)
        print_all(ledger);
    for (size_t i = 0; !arguments->json && !arguments->all && i < chosen.count; i++) {
        if (i > 0)
            puts("");
        print_entry(ledger, chosen.items[i]);
    }
    return TMN_DONE;
}
