/* systems, evidence, concepts and the map for reports. */
#include "model/read.h"

#include "base/file.h"
#include <string.h>

static void read_targets(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_system *system) {
    const char **names;
    size_t count = 0;
    const struct tmn_node *target = tmn_node_get(node, "target");
    if (!tmn_get_texts(reader, node, "target", &names, &count))
        return;
    system->targets = TMN_NEW_ARRAY(reader->arena, int, count + 1);
    for (size_t i = 0; i < count; i++) {
        bool each = target->kind == TMN_NODE_SEQUENCE && target->count == count;
        int outcome = tmn_find_outcome(reader, names[i], each ? target->items[i]->place : target->place);
        if (outcome >= 0)
            system->targets[system->target_count++] = outcome;
    }
}

static void read_system(struct tmn_reader *reader, const struct tmn_node *node) {
    static const char *const states[] = {"in", "coarse", "out"};
    struct tmn_model *model = reader->model;
    struct tmn_system system = {.place = node->place, .switch_parameter = -1};
    long long number = 0;
    int state = 0;
    const char *text;
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_SYSTEM, "a system"))
        return;
    tmn_get_int(reader, node, "number", 1, 10000, &number);
    tmn_get_text(reader, node, "name", &system.name);
    tmn_get_text(reader, node, "note", &system.note);
    tmn_get_choice(reader, node, "state", states, 3, &state);
    tmn_get_texts(reader, node, "claims", &system.claims, &system.claim_count);
    tmn_get_texts(reader, node, "documents", &system.documents, &system.document_count);
    system.number = (int)number;
    system.state = states[state];
    if (tmn_get_text(reader, node, "switch", &text)) {
        struct tmn_place place = tmn_node_get(node, "switch")->place;
        system.switch_parameter = tmn_find_parameter(reader, text, place);
        const struct tmn_parameter *parameter =
            system.switch_parameter >= 0 ? &model->parameters.items[system.switch_parameter] : NULL;
        if (parameter && (!tmn_unit_is_none(parameter->unit) || (parameter->value != 0 && parameter->value != 1)))
            tmn_report(reader->list, place, "bad-switch", NULL,
                       "the switch '%s' must be a parameter without unit that is 1 (works) or 0 (off)", text);
    }
    read_targets(reader, node, &system);
    for (size_t i = 0; i < model->systems.count; i++)
        if (model->systems.items[i].number == system.number)
            tmn_report(reader->list, node->place, "name-taken", NULL, "two systems have the number %d", system.number);
    TMN_PUSH(reader->arena, &model->systems, system);
}

void tmn_read_systems(struct tmn_reader *reader) {
    const struct tmn_node *node = reader->section[TMN_IN_SYSTEMS];
    if (node && tmn_want_list(reader, node, "'systems'"))
        for (size_t i = 0; i < node->count; i++)
            read_system(reader, node->items[i]);
}

static void add_evidence(struct tmn_reader *reader, struct tmn_names *ids, const struct tmn_evidence *evidence) {
    struct tmn_place place = evidence->place;
    bool added;
    if (evidence->id[0] == '\0')
        tmn_report(reader->list, place, "bad-name", NULL, "a piece of evidence needs an id");
    tmn_names_add(ids, reader->arena, evidence->id, &added);
    if (!added)
        tmn_report(reader->list, place, "name-taken", NULL, "the evidence '%s' is given twice", evidence->id);
    TMN_PUSH(reader->arena, &reader->model->evidence, *evidence);
}

static void read_evidence_file(struct tmn_reader *reader, struct tmn_names *ids, const struct tmn_node *node) {
    struct tmn_rows rows;
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_EVIDENCE_FILE, "'evidence' from a file") ||
        !tmn_rows_open(reader, node, &rows))
        return;
    int id = tmn_rows_get_column(reader, &rows, "id"), text = tmn_rows_get_column(reader, &rows, "text");
    int source = tmn_node_get(node, "source") ? tmn_rows_get_column(reader, &rows, "source") : -1;
    int grade = tmn_node_get(node, "grade") ? tmn_rows_get_column(reader, &rows, "grade") : -1;
    if (id < 0 || text < 0)
        return;
    for (size_t row = 0; row < rows.csv->rows; row++) {
        if (!tmn_rows_keep(&rows, row))
            continue;
        struct tmn_evidence evidence = {tmn_csv_cell(rows.csv, row, id), tmn_csv_cell(rows.csv, row, text),
                                        source >= 0 ? tmn_csv_cell(rows.csv, row, source) : NULL,
                                        grade >= 0 ? tmn_csv_cell(rows.csv, row, grade) : NULL,
                                        tmn_csv_place(rows.csv, row, id)};
        add_evidence(reader, ids, &evidence);
    }
}

static void read_evidence_inline(struct tmn_reader *reader, struct tmn_names *ids, const struct tmn_node *node) {
    for (size_t i = 0; i < node->count; i++) {
        struct tmn_evidence evidence = {.id = node->keys[i]->text, .place = node->keys[i]->place};
        if (!tmn_schema_check(reader, node->items[i], TMN_SCHEMA_EVIDENCE,
                              tmn_arena_printf(reader->arena, "evidence '%s'", evidence.id)))
            continue;
        tmn_get_text(reader, node->items[i], "text", &evidence.text);
        tmn_get_text(reader, node->items[i], "source", &evidence.source);
        tmn_get_text(reader, node->items[i], "grade", &evidence.grade);
        add_evidence(reader, ids, &evidence);
    }
}

/* A mapping of ids, a file, or a list of both; then everything cited must be there. */
void tmn_read_evidence(struct tmn_reader *reader) {
    const struct tmn_node *node = reader->section[TMN_IN_EVIDENCE];
    struct tmn_names ids = {0};
    for (size_t i = 0; node && i < (node->kind == TMN_NODE_SEQUENCE ? node->count : 1); i++) {
        const struct tmn_node *item = node->kind == TMN_NODE_SEQUENCE ? node->items[i] : node;
        if (!tmn_want_mapping(reader, item, "'evidence'"))
            continue;
        if (tmn_node_get(item, "csv") && tmn_node_get(item, "csv")->kind == TMN_NODE_SCALAR)
            read_evidence_file(reader, &ids, item);
        else
            read_evidence_inline(reader, &ids, item);
    }
    for (size_t i = 0; i < reader->cited.count; i++)
        if (tmn_names_find(&ids, reader->cited.items[i].id) < 0)
            tmn_report(reader->list, reader->cited.items[i].place, "unknown-evidence",
                       node ? tmn_hint_nearest(reader->list, reader->cited.items[i].id, ids.items, ids.count)
                            : "declare it in the section 'evidence'",
                       "there is no evidence '%s'", reader->cited.items[i].id);
}

void tmn_read_geojson(struct tmn_reader *reader) {
    enum { GEOJSON_MAX = 64 << 20 };
    struct tmn_model *model = reader->model;
    const struct tmn_node *node = reader->section[TMN_IN_MAP];
    const char *file, *of;
    struct tmn_error err;
    char *bytes;
    size_t count;
    if (!node || !tmn_schema_check(reader, node, TMN_SCHEMA_GEOJSON, "'map'") ||
        !tmn_get_text(reader, node, "geojson", &file) ||
        !tmn_get_text(reader, node, "property", &model->map_property) || !tmn_get_text(reader, node, "of", &of))
        return;
    struct tmn_place place = tmn_node_get(node, "geojson")->place;
    model->map_feature = tmn_find_feature(reader, of, tmn_node_get(node, "of")->place, true, false);
    const char *path = tmn_file_path(reader, file, place);
    if (!path)
        return;
    if (!tmn_file_read(reader->arena, path, GEOJSON_MAX, &bytes, &count, &err)) {
        tmn_report(reader->list, place, "no-file", NULL, "%s", err.text);
        return;
    }
    const char *property = tmn_arena_printf(reader->arena, "\"%s\"", model->map_property);
    if (!strstr(bytes, "\"features\""))
        tmn_report(reader->list, place, "not-geojson", NULL, "'%s' is not a GeoJSON file with features", file);
    else if (!strstr(bytes, property))
        tmn_report(reader->list, tmn_node_get(node, "property")->place, "no-column", NULL,
                   "no feature of '%s' has a property '%s'", file, model->map_property);
    tmn_hash_source(reader, &(struct tmn_source){path, bytes, count});
    model->map_geojson = path;
}

const char *const tmn_concept_names[TMN_CONCEPTS] = {
#define X(code, name) name,
    TMN_CONCEPTS_OF(X)
#undef X
};

void tmn_read_concepts(struct tmn_reader *reader) {
    const struct tmn_node *node = reader->section[TMN_IN_CONCEPTS];
    if (!node || !tmn_schema_check(reader, node, TMN_SCHEMA_CONCEPTS, "'concepts'"))
        return;
    for (int c = 0; c < TMN_CONCEPTS; c++)
        tmn_get_text(reader, node, tmn_concept_names[c], &reader->model->concept[c]);
}
