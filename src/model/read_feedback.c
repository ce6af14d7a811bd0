/* feedback variables and events. */
#include "model/read.h"

#include "base/draw.h"
#include <math.h>

static void read_feedback(struct tmn_reader *reader, const struct tmn_node *key, const struct tmn_node *node) {
    struct tmn_model *model = reader->model;
    struct tmn_feedback feedback = {.name = key->text, .place = key->place, .high = 1};
    char *what = tmn_arena_printf(reader->arena, "feedback variable '%s'", key->text);
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_FEEDBACK, what) || !tmn_declare(reader, key, "feedback variable"))
        return;
    tmn_get_unit(reader, node, &feedback.factor, &feedback.unit, &feedback.unit_text);
    feedback.by = tmn_get_by(reader, node, &feedback.slots);
    feedback.first = model->feedback_slots;
    feedback.grounds = tmn_get_grounds(reader, node);
    const struct tmn_node *range = tmn_node_get(node, "range");
    bool two = range && range->kind == TMN_NODE_SEQUENCE && range->count == 2;
    if (range && range->kind == TMN_NODE_SEQUENCE && !two)
        tmn_report(reader->list, range->place, "bad-range", NULL, "'range' must be [low, high]");
    double limit = 0x1p42; /* clamped values stay in the fixed point of amounts */
    if (two && tmn_node_real(reader, range->items[0], "the low end", -limit, limit, &feedback.low) &&
        tmn_node_real(reader, range->items[1], "the high end", -limit, limit, &feedback.high)) {
        if (!(feedback.low < feedback.high))
            tmn_report(reader->list, range->place, "bad-range", NULL, "'range' must rise: [low, high]");
        else if (tmn_get_real(reader, node, "start", -HUGE_VAL, HUGE_VAL, &feedback.start) &&
                 (feedback.start < feedback.low || feedback.start > feedback.high))
            tmn_report(reader->list, tmn_node_get(node, "start")->place, "out-of-range", NULL,
                       "the start of '%s' lies outside its range, %s to %s", key->text, range->items[0]->text,
                       range->items[1]->text);
    }
    feedback.low *= feedback.factor, feedback.high *= feedback.factor, feedback.start *= feedback.factor;
    model->feedback_slots += feedback.slots;
    TMN_PUSH(reader->arena, &model->feedbacks, feedback);
}

void tmn_read_feedbacks(struct tmn_reader *reader) {
    const struct tmn_node *node = reader->section[TMN_IN_FEEDBACK];
    if (node && tmn_want_mapping(reader, node, "'feedback'"))
        for (size_t i = 0; i < node->count; i++)
            read_feedback(reader, node->keys[i], node->items[i]);
}

void tmn_read_feedback_rules(struct tmn_reader *reader) {
    struct tmn_model *model = reader->model;
    const struct tmn_node *node = reader->section[TMN_IN_FEEDBACK];
    for (size_t i = 0; i < model->feedbacks.count; i++) {
        const struct tmn_node *next = tmn_node_get(tmn_node_get(node, model->feedbacks.items[i].name), "next");
        if (!next || next->kind != TMN_NODE_SCALAR || next->null)
            continue;
        struct tmn_expr *expr =
            tmn_expr_parse(model, next, TMN_SCOPE_FEEDBACK, model->feedbacks.items[i].by, false, reader->list);
        if (expr && tmn_expr_want_unit(expr, model->feedbacks.items[i].unit, "'next'", reader->list))
            model->feedbacks.items[i].next = expr;
    }
}

static void read_event(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_event *event) {
    static const struct tmn_unit per_time = {.power = {[TMN_TIME] = -1}};
    uint32_t slots;
    struct tmn_model *model = reader->model;
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_EVENT, tmn_arena_printf(reader->arena, "event '%s'", event->name)))
        return;
    event->by = tmn_get_by(reader, node, &slots);
    event->grounds = tmn_get_grounds(reader, node);
    const struct tmn_node *when = tmn_node_get(node, "when"), *rate = tmn_node_get(node, "rate"),
                          *then = tmn_node_get(node, "then");
    if (when && when->kind == TMN_NODE_SCALAR && !when->null)
        event->when = tmn_expr_parse(model, when, TMN_SCOPE_PLACE, event->by, true, reader->list);
    if (rate && rate->kind == TMN_NODE_SCALAR && !rate->null)
        event->rate = tmn_expr_parse(model, rate, TMN_SCOPE_PLACE, event->by, false, reader->list);
    if (event->rate)
        tmn_expr_want_unit(event->rate, per_time, "the rate of an event", reader->list);
    if (then)
        tmn_read_event_actions(reader, then, event->by, &event->items, &event->count);
}

void tmn_read_events(struct tmn_reader *reader) {
    struct tmn_model *model = reader->model;
    const struct tmn_node *node = reader->section[TMN_IN_EVENTS];
    for (size_t i = 0; i < model->events.count; i++)
        read_event(reader, tmn_node_get(node, model->events.items[i].name), &model->events.items[i]);
}
