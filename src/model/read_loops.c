/* loops: cycles of arrows, each with the place where it is cut. `tumen loops` measures them. */
#include "model/read_arrows.h"

#include <stdlib.h>
#include <string.h>

/* The arrow of a name, or -1 after reporting. */
static int find_arrow(struct tmn_reader *reader, const char *name, struct tmn_place place) {
    const struct tmn_model *model = reader->model;
    const char **names = TMN_NEW_ARRAY(reader->arena, const char *, model->arrows.count + 1);
    for (size_t i = 0; i < model->arrows.count; i++)
        if (strcmp(names[i] = model->arrows.items[i].name, name) == 0)
            return (int)i;
    const struct tmn_node *section = reader->section[TMN_IN_ARROWS];
    if (!section || !tmn_node_get(section, name)) /* else its own mistake was reported there */
        tmn_report(reader->list, place, "unknown-name",
                   tmn_hint_nearest(reader->list, name, names, model->arrows.count), "there is no arrow '%s'", name);
    return -1;
}

static void read_links(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_loop *loop) {
    const struct tmn_node *links = tmn_node_get(node, "links");
    if (!links || links->kind != TMN_NODE_SEQUENCE)
        return;
    loop->link = TMN_NEW_ARRAY(reader->arena, int, links->count + 1);
    for (size_t i = 0; i < links->count; i++) {
        const char *name;
        if (!tmn_node_text(reader, links->items[i], "a link", &name))
            continue;
        int arrow = find_arrow(reader, name, links->items[i]->place);
        for (size_t j = 0; j < loop->links; j++)
            if (loop->link[j] == arrow)
                tmn_report(reader->list, links->items[i]->place, "duplicate-key", NULL, "'%s' stands twice in 'links'",
                           name);
        if (arrow >= 0)
            loop->link[loop->links++] = arrow;
    }
    if (links->count == 0)
        tmn_report(reader->list, links->place, "missing-key", NULL, "a loop needs links");
}

/* cut: { parameter: value }: a switch or coefficient at which the loop does not work. */
static void read_cut_set(struct tmn_reader *reader, const struct tmn_node *cut, struct tmn_loop *loop) {
    for (size_t i = 0; i < cut->count; i++) {
        struct tmn_assigned assigned;
        struct tmn_error err;
        assigned.parameter = tmn_find_parameter(reader, cut->keys[i]->text, cut->keys[i]->place);
        if (assigned.parameter < 0 || !tmn_node_text(reader, cut->items[i], "the value of a parameter", &assigned.text))
            continue;
        const struct tmn_parameter *parameter = &reader->model->parameters.items[assigned.parameter];
        if (!tmn_parameter_parse(parameter, assigned.text, &assigned.value, &err))
            tmn_report(reader->list, cut->items[i]->place, "bad-setting", NULL, "%s", err.text);
        else
            TMN_PUSH(reader->arena, &loop->set, assigned);
    }
    if (cut->count == 0)
        tmn_report(reader->list, cut->place, "no-effect", NULL, "nothing is cut");
}

/* cut: "13.1": a link whose cause is a feedback variable, which its effect then sees as it was without the pulse. */
static void read_cut_link(struct tmn_reader *reader, const struct tmn_node *cut, struct tmn_loop *loop) {
    loop->cut = find_arrow(reader, cut->text, cut->place);
    if (loop->cut < 0)
        return;
    bool among = false;
    for (size_t i = 0; i < loop->links; i++)
        among = among || loop->link[i] == loop->cut;
    const struct tmn_cause *cause = &reader->model->arrows.items[loop->cut].cause;
    if (!among)
        tmn_report(reader->list, cut->place, "wrong-kind", NULL, "'%s' is none of the loop's links", cut->text);
    else if (cause->kind != TMN_CAUSE_FEEDBACK || cause->hold)
        tmn_report(reader->list, cut->place, "wrong-kind",
                   "or cut it by a parameter: cut: { name: 0 } with pulse: { cause: name, shift: amount }",
                   "a loop is cut at a link whose cause is a feedback variable with 'shift', which '%s' is not",
                   cut->text);
    else if (!tmn_effect_reads(reader->model, &reader->model->arrows.items[loop->cut].effect, cause->index))
        tmn_report(reader->list, cut->place, "no-effect", NULL, "'%s' does not read '%s': nothing is cut there",
                   reader->model->arrows.items[loop->cut].effect.name, cause->name);
}

static void read_loop(struct tmn_reader *reader, const struct tmn_node *key, const struct tmn_node *node) {
    static const char *const kinds[] = {"reinforcing", "balancing"};
    struct tmn_loop loop = {.name = key->text, .place = key->place, .outcome = -1, .cut = -1};
    const struct tmn_node *cut = tmn_node_get(node, "cut"), *pulse = tmn_node_get(node, "pulse");
    const char *text;
    int kind = 0;
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_LOOP, tmn_arena_printf(reader->arena, "loop '%s'", key->text)) ||
        !tmn_read_number(reader, key, "loop"))
        return;
    tmn_get_text(reader, node, "name", &loop.title);
    tmn_get_text(reader, node, "note", &loop.note);
    tmn_get_choice(reader, node, "kind", kinds, 2, &kind);
    loop.balancing = kind == 1;
    read_links(reader, node, &loop);
    if (cut && cut->kind == TMN_NODE_SCALAR && !cut->null)
        read_cut_link(reader, cut, &loop);
    else if (cut && cut->kind == TMN_NODE_MAPPING)
        read_cut_set(reader, cut, &loop);
    if (cut && (cut->kind == TMN_NODE_MAPPING) != (pulse != NULL))
        tmn_report(reader->list, pulse ? tmn_key_place(node, "pulse") : cut->place, "missing-key", NULL,
                   "'pulse' belongs to a cut by parameters: at a link the pulse is the 'shift' of the link itself");
    if (pulse && tmn_schema_check(reader, pulse, TMN_SCHEMA_CAUSE, "'pulse'") &&
        tmn_read_cause(reader, pulse, "'pulse'", &loop.pulse) &&
        (loop.pulse.kind == TMN_CAUSE_PERSONS || loop.pulse.hold))
        tmn_report(reader->list, pulse->place, "wrong-kind", NULL, "a pulse is a 'shift' of its 'cause'");
    if (tmn_get_text(reader, node, "outcome", &text))
        loop.outcome = tmn_find_outcome(reader, text, tmn_node_get(node, "outcome")->place);
    tmn_read_cell(reader, node, loop.outcome, loop.cell);
    tmn_read_cited(reader, node, "claims", &loop.claims, &loop.claim_count);
    TMN_PUSH(reader->arena, &reader->model->loops, loop);
}

static int by_number(const void *a, const void *b) {
    return tmn_numbers_order(((const struct tmn_loop *)a)->name, ((const struct tmn_loop *)b)->name);
}

void tmn_read_loops(struct tmn_reader *reader) {
    struct tmn_model *model = reader->model;
    const struct tmn_node *node = reader->section[TMN_IN_LOOPS];
    if (!node || !tmn_want_mapping(reader, node, "'loops'"))
        return;
    for (size_t i = 0; i < node->count; i++)
        read_loop(reader, node->keys[i], node->items[i]);
    if (model->loops.count > 0)
        qsort(model->loops.items, model->loops.count, sizeof *model->loops.items, by_number);
}
