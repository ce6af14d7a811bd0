/* Reading a scenario: the file, what it includes, then each section in the order in which one may refer to another. */
#include "model/read.h"

#include "base/draw.h"
#include "base/file.h"
#include <string.h>
#include <sys/stat.h>

enum { INCLUDES_MAX = 64 };

static const char *const section_name[TMN_SECTIONS] = {
    "time",     "attributes",   "alive",      "unborn",   "maps",     "tables",      "parameters",
    "drivers",  "feedback",     "population", "layers",   "counters", "transitions", "events",
    "outcomes", "observations", "figures",    "checks",   "arrows",   "loops",       "claims",
    "controls", "amendments",   "systems",    "evidence", "map",      "concepts"};

struct include {
    const char *path;
    bool open;
};
struct opened {
    struct include items[INCLUDES_MAX];
    size_t count;
};

const char *tmn_file_path(struct tmn_reader *reader, const char *name, struct tmn_place place) {
    struct tmn_error err;
    char *path = NULL;
    if (tmn_path_inside(reader->arena, reader->folder, name, &path, &err))
        return path;
    tmn_report(reader->list, place, "outside-folder", "files of a scenario lie in its folder", "%s", err.text);
    return NULL;
}

/* A file's name counts without its folder. */
static struct tmn_source_hash hash_of(const struct tmn_reader *reader, const struct tmn_source *source) {
    const char *name = source->path;
    size_t folder = strlen(reader->folder);
    if (strncmp(name, reader->folder, folder) == 0 && name[folder] == '/')
        name += folder + 1;
    uint64_t hash = tmn_mix64(tmn_name_hash64(name) ^ source->count);
    for (size_t i = 0; i < source->count; i += 8) {
        uint64_t word = 0;
        memcpy(&word, source->bytes + i, source->count - i < 8 ? source->count - i : 8);
        hash = tmn_mix64(hash ^ word) + UINT64_C(0x9e3779b97f4a7c15);
    }
    return (struct tmn_source_hash){tmn_arena_strdup(reader->arena, name), tmn_mix64(hash)};
}

uint64_t tmn_source_hash(const struct tmn_reader *reader, const struct tmn_source *source) {
    return hash_of(reader, source).hash;
}

/* Order-free over files, so that the order of includes does not matter. */
void tmn_hash_source(struct tmn_reader *reader, const struct tmn_source *source) {
    struct tmn_source_hash kept = hash_of(reader, source);
    TMN_PUSH(reader->arena, &reader->model->sources, kept);
    reader->model->source_hash += kept.hash;
}

/* Adds the entries of `node` to what other files gave for the same section. */
static void merge(struct tmn_reader *reader, enum tmn_section which, const struct tmn_node *key,
                  struct tmn_node *node) {
    struct tmn_node *into = reader->section[which];
    if (!into) {
        reader->section[which] = node;
        return;
    }
    if (into->kind != node->kind || node->kind == TMN_NODE_SCALAR) {
        tmn_report(reader->list, key->place, "section-twice", NULL, "'%s' is already given at %s:%d", key->text,
                   into->place.source->path, into->place.line);
        return;
    }
    struct tmn_node *both = TMN_NEW(reader->arena, struct tmn_node);
    *both = *into;
    both->items = TMN_NEW_ARRAY(reader->arena, struct tmn_node *, into->count + node->count);
    both->keys = node->keys ? TMN_NEW_ARRAY(reader->arena, struct tmn_node *, into->count + node->count) : NULL;
    both->count = 0;
    for (size_t i = 0; i < into->count + node->count; i++) {
        const struct tmn_node *from = i < into->count ? into : node;
        size_t j = i < into->count ? i : i - into->count;
        if (from->keys) {
            const struct tmn_node *other = i < into->count ? NULL : tmn_node_get(into, from->keys[j]->text);
            if (other) {
                tmn_report(reader->list, from->keys[j]->place, "duplicate-key", NULL,
                           "'%s' of section '%s' is already given at %s:%d", from->keys[j]->text, key->text,
                           other->place.source->path, other->place.line);
                continue;
            }
            both->keys[both->count] = from->keys[j];
        }
        both->items[both->count++] = from->items[j];
    }
    reader->section[which] = both;
}

static void read_file(struct tmn_reader *reader, struct opened *opened, const char *path, const struct tmn_node *from);

static void read_includes(struct tmn_reader *reader, struct opened *opened, const struct tmn_node *root) {
    const char **names;
    size_t count = 0;
    const struct tmn_node *node = tmn_node_get(root, "include");
    if (!node || !tmn_get_texts(reader, root, "include", &names, &count))
        return;
    for (size_t i = 0; i < count; i++) {
        const struct tmn_node *at = node->kind == TMN_NODE_SEQUENCE && node->count == count ? node->items[i] : node;
        const char *path = tmn_file_path(reader, names[i], at->place);
        if (path)
            read_file(reader, opened, path, at);
    }
}

/* `from`: the include that asks for the file, NULL for the scenario itself. */
static void read_file(struct tmn_reader *reader, struct opened *opened, const char *path, const struct tmn_node *from) {
    for (size_t i = 0; i < opened->count; i++)
        if (strcmp(opened->items[i].path, path) == 0) {
            tmn_report(reader->list, from->place, opened->items[i].open ? "cyclic-include" : "included-twice", NULL,
                       opened->items[i].open ? "'%s' includes itself, directly or through other files"
                                             : "'%s' is included twice",
                       from->text);
            return;
        }
    if (opened->count == INCLUDES_MAX) {
        tmn_report(reader->list, from->place, "too-many-includes", NULL, "more than %d included files", INCLUDES_MAX);
        return;
    }
    size_t mine = opened->count++;
    opened->items[mine] = (struct include){path, true};
    struct stat info;
    if (from && stat(path, &info) != 0) {
        tmn_report(reader->list, from->place, "no-file", "file names are relative to the scenario's folder",
                   "there is no file '%s'", from->text);
        return;
    }
    struct tmn_node *root = tmn_tree_read(reader->arena, path, reader->list);
    if (!root) {
        reader->broken = true;
        return;
    }
    if (root->place.source)
        tmn_hash_source(reader, root->place.source);
    if (tmn_schema_check(reader, root, from ? TMN_SCHEMA_INCLUDED : TMN_SCHEMA_SCENARIO,
                         from ? "an included file" : "the scenario")) {
        long long language;
        if (!from) {
            struct tmn_model *model = reader->model;
            reader->root = root->place;
            if (tmn_get_int(reader, root, "language", 0, 1000000, &language) && language != TMN_LANGUAGE)
                tmn_report(reader->list, tmn_node_get(root, "language")->place, "unknown-language", "write language: 1",
                           "this program reads language 1 only, not %lld", language);
            tmn_get_text(reader, root, "name", &model->name);
            tmn_get_text(reader, root, "title", &model->title);
            tmn_get_text(reader, root, "purpose", &model->purpose);
            for (const char *c = model->name; c && *c; c++)
                if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", *c)) {
                    tmn_report(reader->list, tmn_node_get(root, "name")->place, "bad-name", NULL,
                               "the scenario's name takes letters, digits, - and _, not '%s'", model->name);
                    break;
                }
        }
        for (size_t i = 0; i < root->count; i++)
            for (int s = 0; s < TMN_SECTIONS; s++)
                if (strcmp(root->keys[i]->text, section_name[s]) == 0 &&
                    !(root->items[i]->kind == TMN_NODE_SCALAR && root->items[i]->null))
                    merge(reader, (enum tmn_section)s, root->keys[i], root->items[i]);
        read_includes(reader, opened, root);
    }
    opened->items[mine].open = false;
}

static bool locate(struct tmn_reader *reader, const char *path) {
    struct stat info;
    if (stat(path, &info) != 0) {
        tmn_report(reader->list, (struct tmn_place){0}, "no-file", NULL, "there is no file or folder '%s'", path);
        return false;
    }
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (S_ISDIR(info.st_mode)) {
        reader->folder = tmn_arena_strndup(reader->arena, path, length);
        reader->model->path = tmn_arena_printf(reader->arena, "%s/scenario.yaml", reader->folder);
        if (stat(reader->model->path, &info) != 0) {
            tmn_report(reader->list, (struct tmn_place){0}, "no-file", NULL, "the folder '%s' has no scenario.yaml",
                       path);
            return false;
        }
    } else {
        reader->model->path = tmn_arena_strdup(reader->arena, path);
        reader->folder = tmn_path_folder(reader->arena, path);
    }
    return true;
}

static void read_declarations(struct tmn_reader *reader) {
    tmn_read_time(reader);
    tmn_read_attributes(reader);
    tmn_read_maps(reader);
    tmn_read_layers(reader);
    tmn_read_counters(reader);
    tmn_read_tables(reader);
    tmn_read_parameters(reader);
    tmn_read_drivers(reader);
    tmn_read_feedbacks(reader);
    tmn_read_transition_names(reader);
}

/* Whether everything declared is known: else what refers to it would be reported again and again. */
static bool all_declared(const struct tmn_reader *reader) {
    const struct tmn_model *model = reader->model;
    const struct {
        enum tmn_section section;
        size_t count;
    } kinds[] = {{TMN_IN_ATTRIBUTES, model->attributes.count},  {TMN_IN_MAPS, model->maps.count},
                 {TMN_IN_LAYERS, model->layers.count},          {TMN_IN_COUNTERS, model->counters.count},
                 {TMN_IN_TABLES, model->tables.count},          {TMN_IN_PARAMETERS, model->parameters.count},
                 {TMN_IN_DRIVERS, model->drivers.count},        {TMN_IN_FEEDBACK, model->feedbacks.count},
                 {TMN_IN_TRANSITIONS, model->transitions.count}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (reader->section[kinds[i].section] && reader->section[kinds[i].section]->count != kinds[i].count)
            return false;
    return true;
}

static void read_rules(struct tmn_reader *reader) {
    tmn_read_layer_numbers(reader);
    tmn_read_alive(reader);
    tmn_read_counter_predicates(reader);
    tmn_read_feedback_rules(reader);
    tmn_read_until(reader);
    tmn_read_transitions(reader);
    tmn_read_events(reader);
    tmn_read_outcomes(reader);
    tmn_read_observations(reader);
    tmn_read_figures(reader);
    tmn_read_checks(reader);
    tmn_read_arrows(reader);
    tmn_read_loops(reader);
    tmn_read_claims(reader);
    tmn_read_controls(reader);
    tmn_read_amendments(reader);
    tmn_read_systems(reader);
    tmn_read_geojson(reader);
    tmn_read_concepts(reader);
    tmn_read_population(reader);
    tmn_read_evidence(reader); /* all that cites is read */
}

struct tmn_model *tmn_model_read(struct tmn_arena *arena, const char *path, struct tmn_diagnostics *list) {
    struct tmn_reader reader = {.arena = arena, .list = list, .model = TMN_NEW(arena, struct tmn_model)};
    struct opened opened = {.count = 0};
    struct tmn_model *model = reader.model;
    size_t before = list->errors;
    model->arena = arena;
    model->birth_year = model->age_feature = model->population.place_attribute = model->map_feature = -1;
    if (!locate(&reader, path))
        return NULL;
    read_file(&reader, &opened, model->path, NULL);
    if (!reader.broken && (list->errors == before || reader.section[TMN_IN_TIME])) {
        read_declarations(&reader);
        if (all_declared(&reader))
            read_rules(&reader);
    }
    if (list->errors == before) {
        tmn_pack(&reader);
        tmn_check_hashes(model, list);
        tmn_split(model, list);
    }
    if (list->errors == before) {
        tmn_assign_slots(model);
        tmn_model_check(model, list);
    }
    tmn_diagnostics_sort(list);
    return list->errors == before ? model : NULL;
}
