/* Settings and interventions: "name=value", "hold name=value", "shift name=value" and "assign level where ... share
 * ...", each from a date on or from the start. */
#include "model/model.h"
#include "model/schema.h"

#include "base/draw.h"
#include <math.h>
#include <string.h>

enum verb { SET, HOLD, SHIFT };

struct change { /* as written */
    enum verb verb;
    const char *name, *text; /* of the value */
    int window;              /* -1: no date */
    bool misnamed;           /* a mistake is in the name, not in the value */
};

/* Adds the text in which a mistake is, marked at `at`, to what *err says of it. */
static bool fail_within(struct tmn_model *model, const char *whole, const char *at, size_t length,
                        struct tmn_error *err) {
    const struct tmn_source source = {"", whole, strlen(whole)};
    const struct tmn_place place = {&source, 1, (int)(at - whole) + 1, length > 0 ? (int)length : 1};
    struct tmn_text text;
    tmn_text_init(&text, model->arena);
    tmn_text_put(&text, "%s\n", err->text);
    tmn_place_render(&place, &text);
    return tmn_fail(err, err->code, "%.*s", (int)text.count - 1, text.items); /* without the last line's end */
}

/* ---- dates ---- */

/* Takes "@date" off the end of `text`; *window is -1 where there is none. */
static bool take_date(struct tmn_model *model, const char **text, int *window, struct tmn_error *err) {
    const char *at = strrchr(*text, '@');
    int32_t day;
    *window = -1;
    if (!at)
        return true;
    bool dated = tmn_date_parse(at + 1, &day);
    *window = dated ? tmn_calendar_from(&model->calendar, day) : -1;
    if (!dated)
        tmn_fail(err, TMN_USAGE, "'%s' is not a date: write YYYY-MM-DD, or a year alone", at + 1);
    else if (*window >= model->calendar.windows)
        dated = tmn_fail(err, TMN_USAGE, "no window of the run begins on or after %s", at + 1);
    else if (day < tmn_calendar_window(&model->calendar, 0).first_day)
        dated =
            tmn_fail(err, TMN_USAGE, "%s is before the scenario's start; without a date it holds from there", at + 1);
    if (!dated)
        return fail_within(model, *text, at + 1, strlen(at + 1), err);
    size_t length = (size_t)(at - *text);
    while (length > 0 && (*text)[length - 1] == ' ')
        length--;
    *text = tmn_arena_strndup(model->arena, *text, length);
    return true;
}

/* ---- parameters, drivers, feedback variables ---- */

static void push_parameter(struct tmn_model *model, struct tmn_settings *settings, int index, double value,
                           int window) {
    struct tmn_setting setting = {.parameter = index, .value = value, .window = window, .feedback = -1};
    TMN_PUSH(model->arena, settings, setting);
}

static bool change_parameter(struct tmn_model *model, struct tmn_settings *settings, int index, struct change *change,
                             struct tmn_error *err) {
    struct tmn_parameter *parameter = &model->parameters.items[index];
    double value;
    change->misnamed = change->verb != SET;
    if (change->misnamed)
        return tmn_fail(err, TMN_USAGE, "'%s' is a parameter: --set %s=VALUE changes it", parameter->name,
                        parameter->name);
    if (!tmn_parameter_parse(parameter, change->text, &value, err))
        return false;
    if (change->window < 0)
        parameter->value = value;
    else
        push_parameter(model, settings, index, value, change->window);
    return true;
}

/* In all places, from one window to before another (0: to the end). */
static void change_driver(const struct tmn_model *model, struct tmn_driver *driver, bool shift, double value,
                          int window, int end) {
    size_t slots = driver->slots, all = (size_t)model->calendar.windows * slots;
    for (size_t i = (size_t)window * slots; i < (end > 0 ? (size_t)end * slots : all); i++)
        driver->value[i] = shift ? driver->value[i] + value : value;
    driver->low = driver->high = driver->value[0];
    for (size_t i = 1; i < all; i++) {
        driver->low = fmin(driver->low, driver->value[i]);
        driver->high = fmax(driver->high, driver->value[i]);
    }
}

static void push_feedback(struct tmn_model *model, struct tmn_settings *settings, int index, bool hold, double value,
                          int window, int end) {
    struct tmn_setting setting = {.parameter = -1,
                                  .value = value + 0.0, /* no negative zero: bits are hashed */
                                  .window = window,
                                  .kind = hold ? TMN_HOLD_FEEDBACK : TMN_SHIFT_FEEDBACK,
                                  .feedback = index,
                                  .end = end};
    TMN_PUSH(model->arena, settings, setting);
}

static bool change_feedback(struct tmn_model *model, struct tmn_settings *settings, int index,
                            const struct change *change, struct tmn_error *err) {
    const struct tmn_feedback *feedback = &model->feedbacks.items[index];
    double value;
    if (!tmn_value_parse(feedback->name, change->text, feedback->unit, feedback->factor, feedback->unit_text, &value,
                         err))
        return false;
    if (change->verb == HOLD && (value < feedback->low || value > feedback->high)) {
        char low[32], high[32];
        tmn_format_real(feedback->low / feedback->factor, low);
        tmn_format_real(feedback->high / feedback->factor, high);
        return tmn_fail(err, TMN_USAGE, "'%s' lies outside the range of '%s', which is %s to %s", change->text,
                        feedback->name, low, high);
    }
    push_feedback(model, settings, index, change->verb == HOLD, value, change->window < 0 ? 0 : change->window, 0);
    return true;
}

static bool fail_unknown(const struct tmn_model *model, struct change *change, struct tmn_error *err) {
    size_t count = 0;
    change->misnamed = true;
    const char **names = TMN_NEW_ARRAY(model->arena, const char *,
                                       model->parameters.count + model->drivers.count + model->feedbacks.count + 1);
    for (size_t i = 0; i < model->parameters.count; i++)
        if (change->verb == SET)
            names[count++] = model->parameters.items[i].name;
    for (size_t i = 0; i < model->drivers.count; i++)
        names[count++] = model->drivers.items[i].name;
    for (size_t i = 0; i < model->feedbacks.count; i++) {
        if (change->verb == SET && strcmp(model->feedbacks.items[i].name, change->name) == 0)
            return tmn_fail(err, TMN_USAGE,
                            "there is no parameter or driver '%s': it is a feedback variable, which --hold fixes and "
                            "--shift offsets",
                            change->name);
        if (change->verb != SET)
            names[count++] = model->feedbacks.items[i].name;
    }
    const char *nearest = tmn_nearest(change->name, names, count);
    return tmn_fail(err, TMN_USAGE, "there is no %s or driver '%s'%s%s%s",
                    change->verb == SET ? "parameter" : "feedback variable", change->name,
                    nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

static bool change_named(struct tmn_model *model, struct tmn_settings *settings, struct change *change,
                         struct tmn_error *err) {
    for (size_t i = 0; i < model->parameters.count; i++)
        if (strcmp(model->parameters.items[i].name, change->name) == 0)
            return change_parameter(model, settings, (int)i, change, err);
    for (size_t i = 0; i < model->drivers.count; i++) {
        struct tmn_driver *driver = &model->drivers.items[i];
        double value;
        if (strcmp(driver->name, change->name) != 0)
            continue;
        if (!tmn_value_parse(driver->name, change->text, driver->unit, driver->factor, driver->unit_text, &value, err))
            return false;
        change_driver(model, driver, change->verb == SHIFT, value, change->window < 0 ? 0 : change->window, 0);
        return true;
    }
    for (size_t i = 0; change->verb != SET && i < model->feedbacks.count; i++)
        if (strcmp(model->feedbacks.items[i].name, change->name) == 0)
            return change_feedback(model, settings, (int)i, change, err);
    return fail_unknown(model, change, err);
}

/* ---- assign ---- */

void tmn_assign_key(const struct tmn_model *model, struct tmn_assign *assign) {
    struct tmn_text text;
    tmn_text_init(&text, model->arena);
    tmn_text_put(&text, "assign");
    for (size_t i = 0; i < assign->sets; i++) {
        const struct tmn_attribute *attribute = &model->attributes.items[assign->set[i].attribute];
        tmn_text_put(&text, "/%s=%s", attribute->name, attribute->level[assign->set[i].level]);
    }
    tmn_text_put(&text, "/");
    if (assign->who)
        tmn_expr_print(model, assign->who, &text);
    assign->hash = tmn_name_hash(text.items);
}

/* The text of an assignment as a source, so that mistakes in it are shown where they stand. */
struct written {
    struct tmn_model *model;
    struct tmn_source source;
    struct tmn_diagnostics list;
    struct tmn_error *err;
};

static struct tmn_node *node_at(struct written *written, const char *from, const char *to) {
    while (from < to && *from == ' ')
        from++;
    while (from < to && to[-1] == ' ')
        to--;
    struct tmn_node *node = TMN_NEW(written->model->arena, struct tmn_node);
    size_t length = (size_t)(to - from);
    *node = (struct tmn_node){
        .kind = TMN_NODE_SCALAR,
        .place = {&written->source, 1, (int)(from - written->source.bytes) + 1, length > 0 ? (int)length : 1},
        .text = tmn_arena_strndup(written->model->arena, from, length),
        .text_length = length,
        .verbatim = true};
    return node;
}

static bool fail_written(struct written *written) {
    struct tmn_text text;
    tmn_text_init(&text, written->model->arena);
    tmn_diagnostic_render(&written->list.items[0], &text);
    while (text.count > 0 && text.items[text.count - 1] == '\n')
        text.items[--text.count] = '\0';
    return tmn_fail(written->err, TMN_USAGE, "%s", text.items);
}

/* The level of an attribute whose name or number stands in `node`, or -1 after reporting. */
static int64_t level_at(struct written *written, const struct tmn_attribute *attribute, const struct tmn_node *node) {
    for (uint32_t l = 0; l < attribute->levels; l++)
        if (strcmp(attribute->level[l], node->text) == 0)
            return l;
    tmn_report(&written->list, node->place, "unknown-level",
               tmn_hint_nearest(&written->list, node->text, attribute->level, attribute->levels),
               "'%s' is not a level of '%s'", node->text, attribute->name);
    return -1;
}

/* "attribute=level" */
static bool read_set(struct written *written, const char *from, const char *to, struct tmn_assign *assign) {
    const struct tmn_model *model = written->model;
    const char *equals = memchr(from, '=', (size_t)(to - from));
    const struct tmn_node *name = node_at(written, from, equals ? equals : to);
    const char **names = TMN_NEW_ARRAY(model->arena, const char *, model->attributes.count + 1);
    if (!equals) {
        tmn_report(&written->list, name->place, "bad-setting", "attribute=level, ... where predicate share number",
                   "an assignment is written attribute=level");
        return false;
    }
    for (size_t a = 0; a < model->attributes.count; a++) {
        if (strcmp(names[a] = model->attributes.items[a].name, name->text) != 0)
            continue;
        const struct tmn_node *text = node_at(written, equals + 1, to);
        int64_t level = level_at(written, &model->attributes.items[a], text);
        if (level >= 0)
            assign->set[assign->sets++] = (struct tmn_level_set){(int)a, (uint32_t)level};
        return level >= 0;
    }
    tmn_report(&written->list, name->place, "unknown-name",
               tmn_hint_nearest(&written->list, name->text, names, model->attributes.count),
               "there is no attribute '%s'", name->text);
    return false;
}

static bool read_sets(struct written *written, const char *from, const char *to, struct tmn_assign *assign) {
    size_t most = 1;
    for (const char *c = from; c < to; c++)
        most += *c == ',';
    assign->set = TMN_NEW_ARRAY(written->model->arena, struct tmn_level_set, most);
    for (const char *end; from <= to; from = end + 1) {
        end = memchr(from, ',', (size_t)(to - from));
        end = end ? end : to;
        if (!read_set(written, from, end, assign))
            return false;
    }
    return true;
}

static bool read_assign(struct written *written, struct tmn_assign *assign) {
    const char *text = written->source.bytes, *end = text + written->source.count;
    const char *where = strstr(text, " where "), *share = where ? strstr(where, " share ") : strstr(text, " share ");
    const char *sets_end = where ? where : share ? share : end;
    assign->share = 1;
    if (share) {
        const struct tmn_node *node = node_at(written, share + 7, end);
        if (!tmn_parse_real(node->text, node->text_length, &assign->share) ||
            !(assign->share >= 0 && assign->share <= 1)) {
            tmn_report(&written->list, node->place, "out-of-range", NULL, "a share is a number from 0 to 1, not '%s'",
                       node->text);
            return false;
        }
    }
    if (where) {
        const struct tmn_node *node = node_at(written, where + 7, share ? share : end);
        assign->who = tmn_expr_parse(written->model, node, TMN_SCOPE_ATTRIBUTES, TMN_NATION, true, &written->list);
        if (!assign->who)
            return false;
    }
    return read_sets(written, text, sets_end, assign);
}

static bool change_persons(struct tmn_model *model, struct tmn_settings *settings, const char *text,
                           struct tmn_error *err) {
    struct written *written = TMN_NEW(model->arena, struct written);
    struct tmn_assign *assign = TMN_NEW(model->arena, struct tmn_assign);
    int window;
    if (!take_date(model, &text, &window, err))
        return false;
    *written = (struct written){.model = model, .source = {"assign", text, strlen(text)}, .err = err};
    tmn_diagnostics_init(&written->list, model->arena);
    if (!read_assign(written, assign))
        return fail_written(written);
    tmn_assign_key(model, assign);
    struct tmn_setting setting = {.parameter = -1,
                                  .window = window < 0 ? 0 : window,
                                  .kind = TMN_ASSIGN_PERSONS,
                                  .feedback = -1,
                                  .assign = assign};
    TMN_PUSH(model->arena, settings, setting);
    return true;
}

/* ---- all of them ---- */

static bool begins(const char **text, const char *verb) {
    size_t length = strlen(verb);
    if (strncmp(*text, verb, length) != 0 || (*text)[length] != ' ')
        return false;
    *text += length + strspn(*text + length, " ");
    return true;
}

bool tmn_model_set(struct tmn_model *model, struct tmn_settings *settings, const char *assignment,
                   struct tmn_error *err) {
    const char *text = assignment;
    struct change change = {.verb = SET};
    if (begins(&text, "assign"))
        return change_persons(model, settings, text, err);
    change.verb = begins(&text, "hold") ? HOLD : begins(&text, "shift") ? SHIFT : SET;
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || equals[1] == '\0')
        return tmn_fail(err, TMN_USAGE, "'%s' is not a setting: write name=value or name=value@date", text);
    change.name = tmn_arena_strndup(model->arena, text, (size_t)(equals - text));
    const char *whole = text;
    if (!take_date(model, &whole, &change.window, err))
        return false;
    change.text = whole + (equals + 1 - text);
    return change_named(model, settings, &change, err) ||
           fail_within(model, text, change.misnamed ? text : equals + 1,
                       strlen(change.misnamed ? change.name : change.text), err);
}

void tmn_model_intervene(struct tmn_model *model, struct tmn_settings *settings, const struct tmn_cause *cause,
                         int window, int end) {
    struct tmn_setting persons = {
        .parameter = -1, .window = window, .kind = TMN_ASSIGN_PERSONS, .feedback = -1, .assign = &cause->assign};
    double value;
    switch (cause->kind) {
    case TMN_CAUSE_PARAMETER:
        value = model->parameters.items[cause->index].value;
        push_parameter(model, settings, cause->index, cause->hold ? cause->amount : value + cause->amount, window);
        if (end > 0)
            push_parameter(model, settings, cause->index, value, end);
        break;
    case TMN_CAUSE_DRIVER:
        change_driver(model, &model->drivers.items[cause->index], !cause->hold, cause->amount, window, end);
        break;
    case TMN_CAUSE_FEEDBACK:
        push_feedback(model, settings, cause->index, cause->hold, cause->amount, window, end);
        break;
    case TMN_CAUSE_PERSONS:
        TMN_PUSH(model->arena, settings, persons);
        break;
    }
}
