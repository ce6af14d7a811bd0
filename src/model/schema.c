/* Typed access to the nodes of a scenario; see schema.h. */
#include "model/schema_keys.h"

#include "model/read.h"
#include <math.h>
#include <string.h>

enum { KEYS_MAX = 64 };

static const char *const null_hint =
    "write \"null\" or \"~\" in quotes if the text is meant, else give a value or remove the key";

static const char *shape_name(int shapes) {
    switch (shapes & (TMN_SCALAR | TMN_LIST | TMN_MAP)) {
    case TMN_SCALAR:
        return "a single value";
    case TMN_LIST:
        return "a list [a, b]";
    case TMN_MAP:
        return "a mapping { key: value }";
    case TMN_SCALAR | TMN_LIST:
        return "a value or a list [a, b]";
    case TMN_LIST | TMN_MAP:
        return "a list or a mapping";
    default:
        return "a value, a list or a mapping";
    }
}

static int shape_of(const struct tmn_node *node) {
    return node->kind == TMN_NODE_SCALAR ? TMN_SCALAR : node->kind == TMN_NODE_SEQUENCE ? TMN_LIST : TMN_MAP;
}

/* `heard:[no, yes]` is one word to YAML: the beginner's commonest slip. */
static const char *shape_hint(const struct tmn_node *node, int shapes) {
    bool entry = (shapes & TMN_MAP) && node->kind == TMN_NODE_SCALAR && !node->quoted && strchr(node->text, ':');
    return entry ? "a space belongs behind the ':' of an entry" : NULL;
}

static void check_value(struct tmn_reader *reader, const struct tmn_node *name, const struct tmn_node *value,
                        int shapes) {
    if (value->kind == TMN_NODE_SCALAR && value->null)
        tmn_report(reader->list, value->place, "no-value", null_hint, "'%s' has no value", name->text);
    else if (!(shape_of(value) & shapes))
        tmn_report(reader->list, value->place, "wrong-shape", shape_hint(value, shapes), "'%s' must be %s", name->text,
                   shape_name(shapes));
}

bool tmn_want_mapping(struct tmn_reader *reader, const struct tmn_node *node, const char *what) {
    if (node->kind == TMN_NODE_MAPPING)
        return true;
    tmn_report(reader->list, node->place, node->kind == TMN_NODE_SCALAR && node->null ? "no-value" : "wrong-shape",
               shape_hint(node, TMN_MAP), "%s must be a mapping { key: value }", what);
    return false;
}

bool tmn_want_list(struct tmn_reader *reader, const struct tmn_node *node, const char *what) {
    if (node->kind == TMN_NODE_SEQUENCE)
        return true;
    tmn_report(reader->list, node->place, node->kind == TMN_NODE_SCALAR && node->null ? "no-value" : "wrong-shape",
               NULL, "%s must be a list [a, b]", what);
    return false;
}

bool tmn_schema_check(struct tmn_reader *reader, const struct tmn_node *node, enum tmn_schema schema,
                      const char *what) {
    const struct tmn_key *keys = tmn_schema_keys[schema];
    const char *names[KEYS_MAX];
    size_t count = 0;
    if (!tmn_want_mapping(reader, node, what))
        return false;
    for (; keys[count].name; count++)
        names[count] = keys[count].name;
    for (size_t i = 0; i < node->count; i++) {
        size_t k = 0;
        while (k < count && strcmp(node->keys[i]->text, names[k]) != 0)
            k++;
        if (k < count) {
            check_value(reader, node->keys[i], node->items[i], keys[k].shapes);
            continue;
        }
        bool bare = node->items[i]->kind == TMN_NODE_SCALAR && node->items[i]->null && !node->items[i]->quoted;
        const char *hint = bare ? "inside { } a text with a comma must be in quotes"
                                : tmn_hint_nearest(reader->list, node->keys[i]->text, names, count);
        if (!hint) {
            struct tmn_text text;
            tmn_text_init(&text, reader->arena);
            for (size_t j = 0; j < count; j++)
                tmn_text_put(&text, "%s%s", j ? ", " : "known here: ", names[j]);
            hint = text.items;
        }
        tmn_report(reader->list, node->keys[i]->place, "unknown-key", hint, "unknown key '%s' in %s",
                   node->keys[i]->text, what);
    }
    for (size_t k = 0; k < count; k++)
        if ((keys[k].shapes & TMN_REQUIRED) && !tmn_node_get(node, names[k]))
            tmn_report(reader->list, node->place, "missing-key", NULL, "%s needs the key '%s'", what, names[k]);
    return true;
}

struct tmn_place tmn_key_place(const struct tmn_node *map, const char *key) {
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->keys[i]->text, key) == 0)
            return map->keys[i]->place;
    return map->place;
}

bool tmn_node_text(struct tmn_reader *reader, const struct tmn_node *node, const char *what, const char **text) {
    if (node->kind != TMN_NODE_SCALAR) {
        tmn_report(reader->list, node->place, "wrong-shape", NULL, "%s must be a single value", what);
        return false;
    }
    if (node->null) {
        tmn_report(reader->list, node->place, "no-value", null_hint, "%s has no value", what);
        return false;
    }
    *text = node->text;
    return true;
}

static void report_range(struct tmn_reader *reader, const struct tmn_node *node, const char *what, double low,
                         double high) {
    char low_text[32], high_text[32];
    tmn_format_real(low, low_text);
    tmn_format_real(high, high_text);
    if (isinf(high))
        tmn_report(reader->list, node->place, "out-of-range", NULL, "%s must be at least %s, not %s", what, low_text,
                   node->text);
    else
        tmn_report(reader->list, node->place, "out-of-range", NULL, "%s must lie between %s and %s, not %s", what,
                   low_text, high_text, node->text);
}

bool tmn_node_real(struct tmn_reader *reader, const struct tmn_node *node, const char *what, double low, double high,
                   double *value) {
    const char *text;
    double found;
    if (!tmn_node_text(reader, node, what, &text))
        return false;
    if (!tmn_parse_real(text, strlen(text), &found)) {
        tmn_report(reader->list, node->place, "not-a-number", NULL, "%s must be a number, not '%s'", what, text);
        return false;
    }
    if (!(found >= low && found <= high)) {
        report_range(reader, node, what, low, high);
        return false;
    }
    *value = found;
    return true;
}

bool tmn_node_int(struct tmn_reader *reader, const struct tmn_node *node, const char *what, long long low,
                  long long high, long long *value) {
    const char *text;
    long long found;
    if (!tmn_node_text(reader, node, what, &text))
        return false;
    if (!tmn_parse_int(text, strlen(text), &found)) {
        tmn_report(reader->list, node->place, "not-a-whole-number", NULL, "%s must be a whole number, not '%s'", what,
                   text);
        return false;
    }
    if (found < low || found > high) {
        tmn_report(reader->list, node->place, "out-of-range", NULL, "%s must lie between %lld and %lld, not %lld", what,
                   low, high, found);
        return false;
    }
    *value = found;
    return true;
}

bool tmn_node_date(struct tmn_reader *reader, const struct tmn_node *node, const char *what, int32_t *day) {
    const char *text;
    if (!tmn_node_text(reader, node, what, &text))
        return false;
    if (tmn_date_parse(text, day))
        return true;
    tmn_report(reader->list, node->place, "not-a-date",
               "write it as YYYY-MM-DD, or a year alone for its first day (its last, where something ends)",
               "%s must be a date, not '%s'", what, text);
    return false;
}

/* Length of the number at the start of `text`. */
static size_t number_length(const char *text) {
    size_t i = text[0] == '-' || text[0] == '+' ? 1 : 0;
    while ((text[i] >= '0' && text[i] <= '9') || text[i] == '.')
        i++;
    if (text[i] == 'e' || text[i] == 'E') {
        size_t j = i + 1 + (text[i + 1] == '-' || text[i + 1] == '+');
        if (text[j] >= '0' && text[j] <= '9') {
            while (text[j] >= '0' && text[j] <= '9')
                j++;
            i = j;
        }
    }
    return i;
}

bool tmn_quantity_parse(const char *text, double *value, struct tmn_unit *unit) {
    size_t length = number_length(text);
    double factor = 1;
    char rest[128];
    if (!tmn_parse_real(text, length, value))
        return false;
    const char *tail = text + length;
    while (*tail == ' ' || *tail == '*')
        tail++;
    *unit = tmn_unit_none;
    if (*tail == '\0')
        return true;
    if (strlen(tail) + 2 > sizeof rest)
        return false;
    snprintf(rest, sizeof rest, "%s%s", *tail == '/' ? "1" : "", tail);
    if (!tmn_unit_parse(rest, &factor, unit))
        return false;
    *value *= factor;
    return true;
}

bool tmn_node_quantity(struct tmn_reader *reader, const struct tmn_node *node, const char *what, double *value,
                       struct tmn_unit *unit) {
    const char *text;
    if (!tmn_node_text(reader, node, what, &text))
        return false;
    if (tmn_quantity_parse(text, value, unit))
        return true;
    tmn_report(reader->list, node->place, "not-a-number", "for example 0.5, 30 d or 0.1 / y",
               "%s must be a number, or a number and a unit, not '%s'", what, text);
    return false;
}

bool tmn_node_duration(struct tmn_reader *reader, const struct tmn_node *node, const char *what, double *years) {
    static const struct tmn_unit time = {.power = {[TMN_TIME] = 1}};
    struct tmn_unit unit;
    if (!tmn_node_quantity(reader, node, what, years, &unit))
        return false;
    if (!tmn_unit_equal(unit, time)) {
        tmn_report(reader->list, node->place, "wrong-unit", "for example 7 d or 2 y",
                   "%s must be a length of time, not '%s'", what, node->text);
        return false;
    }
    return true;
}

static const struct tmn_node *getter(const struct tmn_node *map, const char *key, char what[80]) {
    const struct tmn_node *node = tmn_node_get(map, key);
    if (!node || node->kind != TMN_NODE_SCALAR || node->null) /* absent, or already reported by tmn_schema_check */
        return NULL;
    snprintf(what, 80, "'%s'", key);
    return node;
}

bool tmn_get_text(struct tmn_reader *reader, const struct tmn_node *map, const char *key, const char **text) {
    char what[80];
    const struct tmn_node *node = getter(map, key, what);
    return node && tmn_node_text(reader, node, what, text);
}

bool tmn_get_real(struct tmn_reader *reader, const struct tmn_node *map, const char *key, double low, double high,
                  double *value) {
    char what[80];
    const struct tmn_node *node = getter(map, key, what);
    return node && tmn_node_real(reader, node, what, low, high, value);
}

bool tmn_get_int(struct tmn_reader *reader, const struct tmn_node *map, const char *key, long long low, long long high,
                 long long *value) {
    char what[80];
    const struct tmn_node *node = getter(map, key, what);
    return node && tmn_node_int(reader, node, what, low, high, value);
}

bool tmn_get_date(struct tmn_reader *reader, const struct tmn_node *map, const char *key, int32_t *day) {
    char what[80];
    const struct tmn_node *node = getter(map, key, what);
    return node && tmn_node_date(reader, node, what, day);
}

bool tmn_get_last_date(struct tmn_reader *reader, const struct tmn_node *map, const char *key, int32_t *day) {
    if (!tmn_get_date(reader, map, key, day))
        return false;
    if (!strchr(tmn_node_get(map, key)->text, '-')) {
        int year, month, day_of_month;
        tmn_day_date(*day, &year, &month, &day_of_month);
        *day = tmn_date_day(year, 12, 31);
    }
    return true;
}

bool tmn_get_bool(struct tmn_reader *reader, const struct tmn_node *map, const char *key, bool *value) {
    char what[80];
    const struct tmn_node *node = getter(map, key, what);
    if (!node)
        return false;
    bool yes = strcmp(node->text, "yes") == 0 || strcmp(node->text, "true") == 0;
    if (!yes && strcmp(node->text, "no") != 0 && strcmp(node->text, "false") != 0) {
        tmn_report(reader->list, node->place, "not-yes-or-no", NULL, "%s must be yes or no, not '%s'", what,
                   node->text);
        return false;
    }
    *value = yes;
    return true;
}

bool tmn_get_choice(struct tmn_reader *reader, const struct tmn_node *map, const char *key, const char *const *choices,
                    int count, int *index) {
    char what[80];
    const struct tmn_node *node = getter(map, key, what);
    if (!node)
        return false;
    for (int i = 0; i < count; i++)
        if (strcmp(node->text, choices[i]) == 0) {
            *index = i;
            return true;
        }
    struct tmn_text text;
    tmn_text_init(&text, reader->arena);
    for (int i = 0; i < count; i++)
        tmn_text_put(&text, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", choices[i]);
    tmn_report(reader->list, node->place, "unknown-choice",
               tmn_hint_nearest(reader->list, node->text, choices, (size_t)count), "%s must be %s, not '%s'", what,
               text.items, node->text);
    return false;
}

bool tmn_get_texts(struct tmn_reader *reader, const struct tmn_node *map, const char *key, const char ***texts,
                   size_t *count) {
    char what[80];
    const struct tmn_node *node = tmn_node_get(map, key);
    if (!node || node->kind == TMN_NODE_MAPPING || (node->kind == TMN_NODE_SCALAR && node->null))
        return false;
    snprintf(what, sizeof what, "an entry of '%s'", key);
    size_t items = node->kind == TMN_NODE_SCALAR ? 1 : node->count;
    *texts = TMN_NEW_ARRAY(reader->arena, const char *, items + 1);
    *count = 0;
    for (size_t i = 0; i < items; i++)
        if (tmn_node_text(reader, node->kind == TMN_NODE_SCALAR ? node : node->items[i], what, &(*texts)[*count]))
            ++*count;
    return true;
}

struct tmn_grounds tmn_get_grounds(struct tmn_reader *reader, const struct tmn_node *map) {
    struct tmn_grounds grounds = {0};
    tmn_get_texts(reader, map, "evidence", &grounds.evidence, &grounds.evidence_count);
    tmn_get_text(reader, map, "note", &grounds.note);
    grounds.assumed = grounds.evidence_count == 0;
    bool said;
    if (tmn_get_bool(reader, map, "assumed", &said) && said)
        grounds.assumed = grounds.said = true;
    const struct tmn_node *node = tmn_node_get(map, "evidence");
    for (size_t i = 0; i < grounds.evidence_count; i++) {
        bool whole = node->kind == TMN_NODE_SEQUENCE && node->count == grounds.evidence_count;
        struct tmn_cited cited = {grounds.evidence[i], whole ? node->items[i]->place : node->place};
        TMN_PUSH(reader->arena, &reader->cited, cited);
    }
    return grounds;
}

bool tmn_get_unit(struct tmn_reader *reader, const struct tmn_node *map, double *factor, struct tmn_unit *unit,
                  const char **text) {
    *factor = 1;
    *unit = tmn_unit_none;
    *text = NULL;
    if (!tmn_get_text(reader, map, "unit", text))
        return true;
    if (tmn_unit_parse(*text, factor, unit))
        return true;
    tmn_report(reader->list, tmn_node_get(map, "unit")->place, "unknown-unit",
               "units: 1 y d week month km m won usd cny person %, and products and quotients such as 1/y",
               "'%s' is not a unit", *text);
    return false;
}
