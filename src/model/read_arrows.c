/* arrows: signed links of a causal description, each with the change that tests it. `tumen arrows` decides them. */
#include "model/read_arrows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void tmn_read_cited(struct tmn_reader *reader, const struct tmn_node *node, const char *key, const char ***ids,
                    size_t *count) {
    const struct tmn_node *list = tmn_node_get(node, key);
    tmn_get_texts(reader, node, key, ids, count);
    for (size_t i = 0; i < *count; i++) {
        bool whole = list->kind == TMN_NODE_SEQUENCE && list->count == *count;
        struct tmn_cited cited = {(*ids)[i], whole ? list->items[i]->place : list->place};
        TMN_PUSH(reader->arena, &reader->cited, cited);
    }
}

bool tmn_read_number(struct tmn_reader *reader, const struct tmn_node *key, const char *kind) {
    const char *name = key->text;
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
    if (name[0] != '\0' && name[length] == '\0')
        return true;
    tmn_report(reader->list, key->place, "bad-name", "letters, digits, _ and .", "'%s' cannot name %s %s", name,
               strchr("aeiou", kind[0]) ? "an" : "a", kind);
    return false;
}

bool tmn_read_cause(struct tmn_reader *reader, const struct tmn_node *node, const char *what, struct tmn_cause *cause) {
    const struct tmn_node *name = tmn_node_get(node, "cause"), *assign = tmn_node_get(node, "assign");
    const struct tmn_node *shift = tmn_node_get(node, "shift"), *hold = tmn_node_get(node, "hold");
    cause->place = name ? name->place : assign ? tmn_key_place(node, "assign") : node->place;
    if (!name == !assign) {
        tmn_report(reader->list, node->place, "missing-key", NULL,
                   "%s needs exactly one of 'cause' (with 'shift' or 'hold') and 'assign' (with 'who' and 'share')",
                   what);
        return false;
    }
    for (int i = 0; i < 2; i++) {
        const char *idle = name ? (i ? "share" : "who") : (i ? "hold" : "shift");
        if (tmn_node_get(node, idle))
            tmn_report(reader->list, tmn_key_place(node, idle), "no-effect", NULL, "'%s' belongs to '%s'", idle,
                       name ? "assign" : "cause");
    }
    if (assign) {
        tmn_cause_persons(reader, node, cause);
        return true;
    }
    if (name->kind != TMN_NODE_SCALAR || name->null || !tmn_cause_find(reader, name->text, name->place, cause))
        return false;
    if (!shift == !hold) {
        tmn_report(reader->list, cause->place, "missing-key", "for example shift: 0.5",
                   "'%s' needs exactly one of 'shift' (an offset) and 'hold' (a value)", name->text);
        return false;
    }
    cause->hold = hold != NULL;
    tmn_cause_amount(reader, hold ? hold : shift, cause);
    return true;
}

/* A transition, a branch of one, an event or a feedback variable. */
static void read_effect(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_target *effect) {
    const struct tmn_model *model = reader->model;
    size_t n = 0, count = model->transitions.count + model->events.count + model->feedbacks.count;
    const char **names = TMN_NEW_ARRAY(reader->arena, const char *, count + 1), *text;
    if (!node || node->kind != TMN_NODE_SCALAR || !tmn_node_text(reader, node, "'effect'", &text))
        return;
    *effect = (struct tmn_target){TMN_TARGET_TRANSITION, text, -1, -1};
    if (tmn_branch_find(model, text, &effect->index, &effect->branch))
        return;
    for (size_t i = 0; i < model->transitions.count; i++)
        names[n++] = model->transitions.items[i].name;
    for (size_t i = 0; i < model->events.count; i++)
        if (strcmp(names[n++] = model->events.items[i].name, text) == 0) {
            *effect = (struct tmn_target){TMN_TARGET_EVENT, text, (int)i, -1};
            return;
        }
    for (size_t i = 0; i < model->feedbacks.count; i++)
        if (strcmp(names[n++] = model->feedbacks.items[i].name, text) == 0) {
            *effect = (struct tmn_target){TMN_TARGET_FEEDBACK, text, (int)i, -1};
            return;
        }
    int64_t at = tmn_names_find(&reader->names, text);
    if (at >= 0)
        tmn_report(reader->list, node->place, "wrong-kind", NULL,
                   "'%s' is of kind '%s', and a transition, a branch of one, an event or a feedback variable is wanted "
                   "here",
                   text, reader->declared.items[at].id);
    else
        tmn_report(reader->list, node->place, "unknown-name", tmn_hint_nearest(reader->list, text, names, n),
                   "there is no transition, branch of one, event or feedback variable '%s'", text);
}

/* at and horizon as windows of the run. */
static void read_span(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_arrow *arrow) {
    const struct tmn_calendar *calendar = &reader->model->calendar;
    const struct tmn_node *horizon = tmn_node_get(node, "horizon");
    if (!tmn_get_date(reader, node, "at", &arrow->at) || !horizon || horizon->kind != TMN_NODE_SCALAR ||
        !tmn_node_duration(reader, horizon, "'horizon'", &arrow->horizon))
        return;
    int32_t first = tmn_calendar_window(calendar, 0).first_day;
    if (arrow->at < first || tmn_calendar_from(calendar, arrow->at) >= calendar->windows) {
        tmn_report(reader->list, tmn_node_get(node, "at")->place, "out-of-range", NULL,
                   "no window of the run begins on or after this date, or the run begins later");
        return;
    }
    arrow->window = tmn_calendar_from(calendar, arrow->at);
    double days = rint(arrow->horizon * TMN_YEAR_DAYS);
    double left = (double)reader->model->end_day + 1 - arrow->at;
    if (!(days >= 1) || days > left) {
        tmn_report(reader->list, horizon->place, "out-of-range", NULL,
                   "the horizon must end within the run, at most %.4g y after 'at', and be a day or longer",
                   left / TMN_YEAR_DAYS);
        return;
    }
    arrow->windows = tmn_calendar_from(calendar, arrow->at + (int32_t)days) - arrow->window;
    if (arrow->windows < 1)
        arrow->windows = 1;
}

static void read_arrow(struct tmn_reader *reader, const struct tmn_node *key, const struct tmn_node *node) {
    static const char *const signs[] = {"-", "+", "0+"};
    struct tmn_arrow arrow = {.name = key->text, .place = key->place, .outcome = -1};
    char *what = tmn_arena_printf(reader->arena, "arrow '%s'", key->text);
    const char *text;
    int sign = TMN_SIGN_MORE;
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_ARROW, what) || !tmn_read_number(reader, key, "arrow"))
        return;
    tmn_get_text(reader, node, "from", &arrow.from);
    tmn_get_text(reader, node, "to", &arrow.to);
    tmn_get_text(reader, node, "via", &arrow.via);
    tmn_get_text(reader, node, "note", &arrow.note);
    tmn_get_bool(reader, node, "delay", &arrow.delay);
    tmn_get_choice(reader, node, "sign", signs, 3, &sign);
    arrow.sign = (enum tmn_sign)sign;
    tmn_read_cause(reader, node, what, &arrow.cause);
    const struct tmn_node *with = tmn_node_get(node, "with");
    if (with && tmn_schema_check(reader, with, TMN_SCHEMA_CAUSE, "'with'"))
        arrow.has_with = tmn_read_cause(reader, with, "'with'", &arrow.with);
    read_effect(reader, tmn_node_get(node, "effect"), &arrow.effect);
    read_span(reader, node, &arrow);
    if (tmn_get_text(reader, node, "outcome", &text))
        arrow.outcome = tmn_find_outcome(reader, text, tmn_node_get(node, "outcome")->place);
    tmn_read_cell(reader, node, arrow.outcome, arrow.cell);
    tmn_read_cited(reader, node, "claims", &arrow.claims, &arrow.claim_count);
    TMN_PUSH(reader->arena, &reader->model->arrows, arrow);
}

/* "2" < "12a.1" < "12a.2" < "12b": numbers as numbers, the rest as text. */
int tmn_numbers_order(const char *a, const char *b) {
    while (*a && *b) {
        size_t digits_a = strspn(a, "0123456789"), digits_b = strspn(b, "0123456789");
        if (digits_a && digits_b) {
            unsigned long x = strtoul(a, NULL, 10), y = strtoul(b, NULL, 10);
            if (x != y)
                return x < y ? -1 : 1;
            a += digits_a, b += digits_b;
        } else if (*a != *b) {
            return *a == '.' ? -1 : *b == '.' ? 1 : *a < *b ? -1 : 1;
        } else {
            a++, b++;
        }
    }
    return *a ? 1 : *b ? -1 : 0;
}

static int by_number(const void *a, const void *b) {
    return tmn_numbers_order(((const struct tmn_arrow *)a)->name, ((const struct tmn_arrow *)b)->name);
}

void tmn_read_arrows(struct tmn_reader *reader) {
    struct tmn_model *model = reader->model;
    const struct tmn_node *node = reader->section[TMN_IN_ARROWS];
    if (!node || !tmn_want_mapping(reader, node, "'arrows'"))
        return;
    for (size_t i = 0; i < node->count; i++)
        read_arrow(reader, node->keys[i], node->items[i]);
    if (model->arrows.count > 0)
        qsort(model->arrows.items, model->arrows.count, sizeof *model->arrows.items, by_number);
}
