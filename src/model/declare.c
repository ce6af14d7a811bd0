/* The one name space of a scenario, and finding what a name stands for. */
#include "model/read.h"

#include <string.h>

static bool well_formed(const char *name) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (name[0] == '\0' || !strchr(letters, name[0]) || strlen(name) > 120)
        return false;
    for (const char *c = name; *c; c++)
        if (!strchr(letters, *c) && !strchr("0123456789_.", *c))
            return false;
    return true;
}

static const char *article(const char *kind) {
    return strchr("aeiou", kind[0]) ? "an" : "a";
}

bool tmn_declare(struct tmn_reader *reader, const struct tmn_node *key, const char *kind) {
    const char *name = key->text;
    double value;
    struct tmn_unit unit;
    bool added;
    if (!well_formed(name)) {
        tmn_report(reader->list, key->place, "bad-name",
                   "letters, digits, _ and ., starting with a letter, at most 120", "'%s' cannot name %s %s", name,
                   article(kind), kind);
        return false;
    }
    if (tmn_name_reserved(name) || strcmp(name, "mother") == 0 || strcmp(name, "rest") == 0 ||
        strcmp(name, "else") == 0) {
        tmn_report(reader->list, key->place, "reserved-name", NULL, "'%s' is a %s and cannot name %s %s", name,
                   tmn_unit_constant(name, strlen(name), &value, &unit) ? "unit" : "word of the language",
                   article(kind), kind);
        return false;
    }
    int64_t at = tmn_names_add(&reader->names, reader->arena, name, &added);
    if (!added) {
        const struct tmn_cited *first = &reader->declared.items[at];
        tmn_report(reader->list, key->place, "name-taken", "everything named shares one name space",
                   "'%s' already names the %s at %s:%d", name, first->id,
                   first->place.source ? first->place.source->path : "?", first->place.line);
        return false;
    }
    struct tmn_cited entry = {kind, key->place};
    TMN_PUSH(reader->arena, &reader->declared, entry);
    return true;
}

/* A name that is not among things of a kind. Declared as one of `kinds` all the same: its own mistake was reported
 * there. */
static void report_absent(struct tmn_reader *reader, const char *name, const char *kind, const char *kinds,
                          struct tmn_place place, const char *const *names, size_t count) {
    int64_t at = tmn_names_find(&reader->names, name);
    const char *found = at >= 0 ? reader->declared.items[at].id : NULL;
    if (found && !strstr(kinds, found))
        tmn_report(reader->list, place, "wrong-kind", NULL, "'%s' is %s %s, and %s %s is wanted here", name,
                   article(found), found, article(kind), kind);
    else if (!found)
        tmn_report(reader->list, place, "unknown-name",
                   strchr(name, '=') ? "an entry is written `name: value`"
                                     : tmn_hint_nearest(reader->list, name, names, count),
                   "there is no %s '%s'", kind, name);
}

/* Finds `name` among `count` things whose names lie `stride` bytes apart (the first member of each); -1 after
 * reporting. */
static int find(struct tmn_reader *reader, const void *items, size_t count, size_t stride, const char *name,
                const char *kind, struct tmn_place place) {
    const char **names = TMN_NEW_ARRAY(reader->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        memcpy(&names[i], (const char *)items + i * stride, sizeof names[i]);
        if (names[i] && strcmp(names[i], name) == 0)
            return (int)i;
    }
    report_absent(reader, name, kind, kind, place, names, count);
    return -1;
}

#define FIND(of, kind) find(reader, (of).items, (of).count, sizeof *(of).items, name, kind, place)

int tmn_find_attribute(struct tmn_reader *reader, const char *name, struct tmn_place place) {
    return FIND(reader->model->attributes, "attribute");
}
int tmn_find_feedback(struct tmn_reader *reader, const char *name, struct tmn_place place) {
    return FIND(reader->model->feedbacks, "feedback variable");
}
int tmn_find_layer(struct tmn_reader *reader, const char *name, struct tmn_place place) {
    return FIND(reader->model->layers, "layer");
}
int tmn_find_outcome(struct tmn_reader *reader, const char *name, struct tmn_place place) {
    return FIND(reader->model->outcomes, "outcome");
}
int tmn_find_parameter(struct tmn_reader *reader, const char *name, struct tmn_place place) {
    return FIND(reader->model->parameters, "parameter");
}

int tmn_feature_find(const struct tmn_model *model, const char *name) {
    for (size_t i = 0; i < model->features.count; i++)
        if (strcmp(model->features.items[i].name, name) == 0)
            return (int)i;
    return -1;
}

int tmn_feature_of_attribute(const struct tmn_model *model, int attribute) {
    for (size_t i = 0; i < model->features.count; i++)
        if (model->features.items[i].kind == TMN_FEATURE_ATTRIBUTE && model->features.items[i].index == attribute)
            return (int)i;
    return -1;
}

int tmn_find_feature(struct tmn_reader *reader, const char *name, struct tmn_place place, bool maps, bool others) {
    const struct tmn_model *model = reader->model;
    const char **names = TMN_NEW_ARRAY(reader->arena, const char *, model->features.count + 1);
    const char *kind = others ? "attribute, map, counter or age" : maps ? "attribute or map" : "attribute";
    size_t count = 0;
    for (size_t i = 0; i < model->features.count; i++) {
        const struct tmn_feature *feature = &model->features.items[i];
        if (feature->kind != TMN_FEATURE_ATTRIBUTE && !(maps && feature->kind == TMN_FEATURE_MAP) && !others)
            continue;
        if (strcmp(feature->name, name) == 0)
            return (int)i;
        names[count++] = feature->name;
    }
    report_absent(reader, name, kind,
                  others ? "attribute map counter"
                  : maps ? "attribute map"
                         : "attribute",
                  place, names, count);
    return -1;
}

void tmn_add_feature(struct tmn_reader *reader, enum tmn_feature_kind kind, int index) {
    struct tmn_model *model = reader->model;
    struct tmn_feature feature = {.kind = kind, .index = index};
    if (kind == TMN_FEATURE_ATTRIBUTE) {
        const struct tmn_attribute *from = &model->attributes.items[index];
        feature.name = from->name, feature.cardinality = from->levels, feature.level = from->level;
        feature.ordered = from->ordered, feature.numeric = from->numeric, feature.first = from->first;
    } else if (kind == TMN_FEATURE_MAP) {
        feature.name = model->maps.items[index].name;
        feature.cardinality = model->maps.items[index].levels, feature.level = model->maps.items[index].level;
    } else if (kind == TMN_FEATURE_COUNTER) {
        feature.name = model->counters.items[index].name;
        feature.cardinality = model->counters.items[index].max + 1, feature.ordered = feature.numeric = true;
    } else {
        feature.name = "age", feature.cardinality = TMN_MAX_AGE + 1, feature.ordered = feature.numeric = true;
    }
    TMN_PUSH(reader->arena, &model->features, feature);
}

int64_t tmn_level_of(struct tmn_reader *reader, int feature, const char *name) {
    const struct tmn_feature *of = &reader->model->features.items[feature];
    while (reader->index.count <= (size_t)feature) {
        struct tmn_names empty = {0};
        TMN_PUSH(reader->arena, &reader->index, empty);
    }
    struct tmn_names *names = &reader->index.items[feature];
    if (of->level && names->count == 0)
        for (uint32_t i = 0; i < of->cardinality; i++)
            tmn_names_add(names, reader->arena, of->level[i], NULL);
    if (of->level)
        return tmn_names_find(names, name);
    long long value; /* counter, age */
    return tmn_parse_int(name, strlen(name), &value) && value >= of->first &&
                   value < of->first + (long long)of->cardinality
               ? value - of->first
               : -1;
}

int64_t tmn_find_level(struct tmn_reader *reader, int feature, const char *name, struct tmn_place place) {
    int64_t level = tmn_level_of(reader, feature, name);
    if (level >= 0)
        return level;
    const struct tmn_feature *of = &reader->model->features.items[feature];
    if (of->numeric)
        tmn_report(reader->list, place, "unknown-level", NULL, "'%s' is not a level of '%s', which has %d to %d", name,
                   of->name, of->first, of->first + (int)of->cardinality - 1);
    else {
        const char *hint = tmn_hint_nearest(reader->list, name, of->level, of->cardinality);
        struct tmn_text text;
        tmn_text_init(&text, reader->arena);
        for (uint32_t i = 0; !hint && i < of->cardinality && i < 12; i++)
            tmn_text_put(&text, "%s%s", i ? ", " : "levels: ", of->level[i]);
        if (!hint && of->cardinality > 12)
            tmn_text_put(&text, ", ...");
        tmn_report(reader->list, place, "unknown-level", hint ? hint : text.items, "'%s' is not a level of '%s'", name,
                   of->name);
    }
    return -1;
}

int tmn_get_by(struct tmn_reader *reader, const struct tmn_node *map, uint32_t *slots) {
    const char *name;
    *slots = 1;
    if (!tmn_get_text(reader, map, "by", &name))
        return TMN_NATION;
    int feature = tmn_find_feature(reader, name, tmn_node_get(map, "by")->place, true, false);
    if (feature < 0)
        return TMN_NATION;
    *slots = reader->model->features.items[feature].cardinality;
    return feature;
}
