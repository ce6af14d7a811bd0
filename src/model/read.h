/* Reading a scenario into a model: what the sections share. Private to src/model. */
#ifndef TMN_MODEL_READ_H
#define TMN_MODEL_READ_H

#include "model/names.h"
#include "model/schema.h"

enum tmn_section {
    TMN_IN_TIME,
    TMN_IN_ATTRIBUTES,
    TMN_IN_ALIVE,
    TMN_IN_UNBORN,
    TMN_IN_MAPS,
    TMN_IN_TABLES,
    TMN_IN_PARAMETERS,
    TMN_IN_DRIVERS,
    TMN_IN_FEEDBACK,
    TMN_IN_POPULATION,
    TMN_IN_LAYERS,
    TMN_IN_COUNTERS,
    TMN_IN_TRANSITIONS,
    TMN_IN_EVENTS,
    TMN_IN_OUTCOMES,
    TMN_IN_OBSERVATIONS,
    TMN_IN_FIGURES,
    TMN_IN_CHECKS,
    TMN_IN_ARROWS,
    TMN_IN_LOOPS,
    TMN_IN_CLAIMS,
    TMN_IN_CONTROLS,
    TMN_IN_AMENDMENTS,
    TMN_IN_SYSTEMS,
    TMN_IN_EVIDENCE,
    TMN_IN_MAP,
    TMN_IN_CONCEPTS,
    TMN_SECTIONS
};

struct tmn_kept_csv {
    const char *path;
    struct tmn_csv *csv;
};
struct tmn_cited {
    const char *id;
    struct tmn_place place;
};

struct tmn_reader {
    struct tmn_arena *arena;
    struct tmn_model *model;
    struct tmn_diagnostics *list;
    const char *folder;                     /* of the scenario; every file name is relative to it */
    struct tmn_node *section[TMN_SECTIONS]; /* merged over includes; NULL: absent */
    struct tmn_place root;                  /* of the scenario's file, for what is absent */
    bool broken;                            /* some file could not be read: what it declares is not known */
    struct tmn_names names;                 /* every declared name, one name space */
    struct {
        struct tmn_cited *items;
        size_t count, capacity;
    } declared; /* [names.count] kind in `id`, place */
    struct {
        struct tmn_kept_csv *items;
        size_t count, capacity;
    } csv; /* read once each */
    struct {
        struct tmn_cited *items;
        size_t count, capacity;
    } cited; /* evidence ids to be found */
    struct {
        struct tmn_names *items;
        size_t count, capacity;
    } index; /* levels by name, per feature, built when first asked */
};

/* Declares `key` of `kind` ("table") or reports a bad name, a reserved word, a unit or a name that is taken. */
bool tmn_declare(struct tmn_reader *reader, const struct tmn_node *key, const char *kind);
/* The index of a name, or -1 after reporting "unknown <kind>" with the nearest. */
int tmn_find_attribute(struct tmn_reader *reader, const char *name, struct tmn_place place);
int tmn_find_feature(struct tmn_reader *reader, const char *name, struct tmn_place place, bool maps, bool others);
int tmn_find_feedback(struct tmn_reader *reader, const char *name, struct tmn_place place);
int tmn_find_layer(struct tmn_reader *reader, const char *name, struct tmn_place place);
int tmn_find_outcome(struct tmn_reader *reader, const char *name, struct tmn_place place);
int tmn_find_parameter(struct tmn_reader *reader, const char *name, struct tmn_place place);
/* "cross" or "cross.caught": a transition and its branch, or -1; false if there is none. */
bool tmn_branch_find(const struct tmn_model *model, const char *text, int *index, int *branch);
/* A level of an attribute or map by its name; -1 after reporting. tmn_level_of only looks (-1). */
int64_t tmn_level_of(struct tmn_reader *reader, int feature, const char *name);
int64_t tmn_find_level(struct tmn_reader *reader, int feature, const char *name, struct tmn_place place);
void tmn_add_feature(struct tmn_reader *reader, enum tmn_feature_kind kind, int index);
/* `by` of a driver or feedback: an attribute or map; TMN_NATION when absent or wrong. */
int tmn_get_by(struct tmn_reader *reader, const struct tmn_node *map, uint32_t *slots);
/* Features of a list of names as a stratum (outcomes). */
void tmn_strata_add(struct tmn_strata *strata, const struct tmn_model *model, int feature,
                    const struct tmn_expr *because);

/* Rows of a CSV file as a mapping asks for them: csv, where, columns. */
struct tmn_rows {
    const struct tmn_csv *csv;
    const struct tmn_node *map;
    size_t filters;
    struct {
        int column;
        const struct tmn_node *node;
    } filter[16];
};
bool tmn_rows_open(struct tmn_reader *reader, const struct tmn_node *map, struct tmn_rows *rows);
/* Column for a key column `name` (renamed by `columns`), reported at `place` when absent: -1. */
int tmn_rows_column(struct tmn_reader *reader, const struct tmn_rows *rows, const char *name, struct tmn_place place);
/* Column named by the value of `key` ("value: rate"). */
int tmn_rows_get_column(struct tmn_reader *reader, const struct tmn_rows *rows, const char *key);
bool tmn_rows_keep(const struct tmn_rows *rows, size_t row);
bool tmn_rows_real(struct tmn_reader *reader, const struct tmn_rows *rows, size_t row, int column, double *value);
bool tmn_rows_date(struct tmn_reader *reader, const struct tmn_rows *rows, size_t row, int column,
                   bool last /* a bare year means its 31 December */, int32_t *day);
int64_t tmn_rows_level(struct tmn_reader *reader, const struct tmn_rows *rows, size_t row, int column, int feature);
/* The path of a file of the scenario, or NULL after reporting. */
const char *tmn_file_path(struct tmn_reader *reader, const char *name, struct tmn_place place);
void tmn_hash_source(struct tmn_reader *reader, const struct tmn_source *source);
uint64_t tmn_source_hash(const struct tmn_reader *reader, const struct tmn_source *source); /* of this file alone */

/* Sections, in the order in which they are read. */
void tmn_read_time(struct tmn_reader *reader);
void tmn_read_attributes(struct tmn_reader *reader);
void tmn_read_maps(struct tmn_reader *reader);
void tmn_read_layers(struct tmn_reader *reader);
void tmn_read_counters(struct tmn_reader *reader); /* names and maxima */
void tmn_read_tables(struct tmn_reader *reader);
void tmn_read_parameters(struct tmn_reader *reader);
/* Of a parameter whose unit is known; then, when its value and range are, whether they fit its prior. */
void tmn_read_prior(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_parameter *parameter);
void tmn_prior_within(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_parameter *parameter);
void tmn_read_drivers(struct tmn_reader *reader);
void tmn_read_feedbacks(struct tmn_reader *reader);        /* names and ranges */
void tmn_read_transition_names(struct tmn_reader *reader); /* and names of branches and events */
void tmn_read_layer_numbers(struct tmn_reader *reader);    /* degrees, means and shares, over parameters */
void tmn_read_alive(struct tmn_reader *reader);
void tmn_read_until(struct tmn_reader *reader);
void tmn_read_counter_predicates(struct tmn_reader *reader);
void tmn_read_feedback_rules(struct tmn_reader *reader);
void tmn_read_transitions(struct tmn_reader *reader);
void tmn_read_events(struct tmn_reader *reader);
void tmn_read_outcomes(struct tmn_reader *reader);
void tmn_read_observations(struct tmn_reader *reader);
void tmn_read_figures(struct tmn_reader *reader);
void tmn_read_checks(struct tmn_reader *reader);
void tmn_read_arrows(struct tmn_reader *reader);
void tmn_read_loops(struct tmn_reader *reader);
void tmn_read_claims(struct tmn_reader *reader);
void tmn_read_controls(struct tmn_reader *reader);
void tmn_read_amendments(struct tmn_reader *reader);
void tmn_read_systems(struct tmn_reader *reader);
void tmn_read_evidence(struct tmn_reader *reader);
void tmn_read_geojson(struct tmn_reader *reader);
void tmn_read_concepts(struct tmn_reader *reader);
void tmn_read_population(struct tmn_reader *reader);

/* then: { set, step, add, tell, birth } into items; `path` is "transition/branch". Events take only `add`, at their
 * place. */
void tmn_read_actions(struct tmn_reader *reader, const struct tmn_node *then, const char *path,
                      struct tmn_action **items, size_t *count);
void tmn_read_event_actions(struct tmn_reader *reader, const struct tmn_node *then, int by, struct tmn_action **items,
                            size_t *count);
/* { attribute: { level: chance, ..., level: rest } or { cumulative: chance } } of a draw (TMN_SCOPE_START) or a deal
 * (TMN_SCOPE_CONSTANT); hashes are of "path/attribute". */
void tmn_read_draws(struct tmn_reader *reader, const struct tmn_node *node, const char *path, enum tmn_scope scope,
                    struct tmn_draw_rule **list, uint32_t **hash, size_t *count);
/* `cell` of a figure or check: the level of each key of the outcome, or -1: all. */
void tmn_read_cell(struct tmn_reader *reader, const struct tmn_node *node, int outcome, int64_t cell[TMN_MAX_KEYS]);
/* A constant of `node` under the parameters of a check, within low..high; false after reporting. */
bool tmn_read_constant(struct tmn_reader *reader, const struct tmn_node *node, const char *what, struct tmn_unit unit,
                       const double *parameter, double low, double high, struct tmn_constant *constant);
void tmn_read_law(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_check *check);

/* After all is read. */
void tmn_pack(struct tmn_reader *reader);                              /* attributes into two words, tokens of levels */
void tmn_split(struct tmn_model *model, struct tmn_diagnostics *list); /* C x G, strata */
void tmn_narrow(struct tmn_model *model, struct tmn_transition *transition); /* two-level maps for tests of levels */
void tmn_assign_slots(struct tmn_model *model);
void tmn_check_hashes(struct tmn_model *model, struct tmn_diagnostics *list); /* collisions; ranks */

#endif
