/* What a change is made to, and how large it is: of arrows, loops and the levers of claims. */
#include "model/read_cause.h"

#include <math.h>
#include <string.h>

/* The number of hold or shift in the unit of what it changes. */
void tmn_cause_amount(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_cause *cause) {
    const struct tmn_model *model = reader->model;
    struct tmn_error err;
    struct tmn_place place = node->place;
    bool good = true;
    if (!tmn_node_text(reader, node, "an amount", &cause->text))
        return;
    if (cause->kind == TMN_CAUSE_PARAMETER && cause->hold) {
        good = tmn_parameter_parse(&model->parameters.items[cause->index], cause->text, &cause->amount, &err);
    } else if (cause->kind == TMN_CAUSE_PARAMETER) {
        const struct tmn_parameter *of = &model->parameters.items[cause->index];
        good = tmn_value_parse(of->name, cause->text, of->unit, of->factor, of->unit_text, &cause->amount, &err);
        double value = of->value + cause->amount;
        if (good && (value < of->low || value > of->high))
            tmn_report(reader->list, place, "out-of-range", NULL, "this takes '%s' out of its range", of->name);
    } else if (cause->kind == TMN_CAUSE_DRIVER) {
        const struct tmn_driver *of = &model->drivers.items[cause->index];
        good = tmn_value_parse(of->name, cause->text, of->unit, of->factor, of->unit_text, &cause->amount, &err);
    } else {
        const struct tmn_feedback *of = &model->feedbacks.items[cause->index];
        good = tmn_value_parse(of->name, cause->text, of->unit, of->factor, of->unit_text, &cause->amount, &err);
        if (good && cause->hold && (cause->amount < of->low || cause->amount > of->high))
            tmn_report(reader->list, place, "out-of-range", NULL, "this lies outside the range of '%s'", of->name);
    }
    if (!good)
        tmn_report(reader->list, place, "bad-setting", NULL, "%s", err.text);
    else if (!cause->hold && cause->amount == 0)
        tmn_report(reader->list, place, "no-effect", NULL, "a shift of 0 does nothing");
}

/* A parameter, driver or feedback variable by its name. */
bool tmn_cause_find(struct tmn_reader *reader, const char *name, struct tmn_place place, struct tmn_cause *cause) {
    const struct tmn_model *model = reader->model;
    size_t counts[] = {model->parameters.count, model->drivers.count, model->feedbacks.count}, n = 0;
    const char **names = TMN_NEW_ARRAY(reader->arena, const char *, counts[0] + counts[1] + counts[2] + 1);
    for (int kind = 0; kind < 3; kind++)
        for (size_t i = 0; i < counts[kind]; i++) {
            const char *found = kind == TMN_CAUSE_PARAMETER ? model->parameters.items[i].name
                                : kind == TMN_CAUSE_DRIVER  ? model->drivers.items[i].name
                                                            : model->feedbacks.items[i].name;
            names[n++] = found;
            if (strcmp(found, name) != 0)
                continue;
            cause->kind = (enum tmn_cause_kind)kind;
            cause->index = (int)i;
            cause->name = found;
            return true;
        }
    int64_t at = tmn_names_find(&reader->names, name);
    if (at >= 0)
        tmn_report(reader->list, place, "wrong-kind", NULL,
                   "'%s' is of kind '%s', and a driver, feedback variable or parameter is wanted here", name,
                   reader->declared.items[at].id);
    else
        tmn_report(reader->list, place, "unknown-name", tmn_hint_nearest(reader->list, name, names, n),
                   "there is no driver, feedback variable or parameter '%s'", name);
    return false;
}

/* assign: { discontent: 3 }, who: ..., share: 0.2 */
void tmn_cause_persons(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_cause *cause) {
    const struct tmn_node *set = tmn_node_get(node, "assign"), *who = tmn_node_get(node, "who");
    cause->kind = TMN_CAUSE_PERSONS;
    cause->assign.share = 1;
    tmn_get_real(reader, node, "share", 0, 1, &cause->assign.share);
    if (who && who->kind == TMN_NODE_SCALAR && !who->null)
        cause->assign.who = tmn_expr_parse(reader->model, who, TMN_SCOPE_ATTRIBUTES, TMN_NATION, true, reader->list);
    if (set->kind != TMN_NODE_MAPPING)
        return;
    cause->assign.set = TMN_NEW_ARRAY(reader->arena, struct tmn_level_set, set->count + 1);
    for (size_t i = 0; i < set->count; i++) {
        const char *text;
        int attribute = tmn_find_attribute(reader, set->keys[i]->text, set->keys[i]->place);
        if (attribute < 0 || !tmn_node_text(reader, set->items[i], "a level", &text))
            continue;
        int64_t level =
            tmn_find_level(reader, tmn_feature_of_attribute(reader->model, attribute), text, set->items[i]->place);
        if (level >= 0)
            cause->assign.set[cause->assign.sets++] = (struct tmn_level_set){attribute, (uint32_t)level};
    }
    tmn_assign_key(reader->model, &cause->assign);
    if (set->count == 0)
        tmn_report(reader->list, set->place, "no-effect", "for example assign: { fear: 3 }", "nothing is assigned");
}
