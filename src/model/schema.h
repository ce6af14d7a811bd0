/* The keys of the language in one table, and typed access to them. A getter reports what is wrong where it stands and
 * says false both then and when the key is absent, so that reading goes on and every mistake is found at once. */
#ifndef TMN_MODEL_SCHEMA_H
#define TMN_MODEL_SCHEMA_H

#include "model/model.h"

struct tmn_reader;

enum { TMN_SCALAR = 1, TMN_LIST = 2, TMN_MAP = 4, TMN_REQUIRED = 8 };

enum tmn_schema {
    TMN_SCHEMA_SCENARIO,
    TMN_SCHEMA_INCLUDED,
    TMN_SCHEMA_TIME,
    TMN_SCHEMA_ATTRIBUTE,
    TMN_SCHEMA_LEVELS,
    TMN_SCHEMA_MAP,
    TMN_SCHEMA_TABLE,
    TMN_SCHEMA_PARAMETER,
    TMN_SCHEMA_DRIVER,
    TMN_SCHEMA_PULSE,
    TMN_SCHEMA_FEEDBACK,
    TMN_SCHEMA_POPULATION,
    TMN_SCHEMA_GROUNDS,
    TMN_SCHEMA_COUNTS,
    TMN_SCHEMA_HOUSEHOLDS,
    TMN_SCHEMA_UNIT,
    TMN_SCHEMA_UNBORN,
    TMN_SCHEMA_LAYER,
    TMN_SCHEMA_COUNTER,
    TMN_SCHEMA_TRANSITION,
    TMN_SCHEMA_BRANCH,
    TMN_SCHEMA_THEN,
    TMN_SCHEMA_TELL,
    TMN_SCHEMA_TELL_ITEM,
    TMN_SCHEMA_BIRTH,
    TMN_SCHEMA_ADD,
    TMN_SCHEMA_EVENT,
    TMN_SCHEMA_EVENT_THEN,
    TMN_SCHEMA_OUTCOME,
    TMN_SCHEMA_OBSERVATION,
    TMN_SCHEMA_FIGURE,
    TMN_SCHEMA_OVER,
    TMN_SCHEMA_SURVEY,
    TMN_SCHEMA_SURVEY_SAMPLE,
    TMN_SCHEMA_SURVEY_GROUP,
    TMN_SCHEMA_CHECK,
    TMN_SCHEMA_ARROW,
    TMN_SCHEMA_CAUSE,
    TMN_SCHEMA_LOOP,
    TMN_SCHEMA_CLAIM,
    TMN_SCHEMA_EXPERIMENT,
    TMN_SCHEMA_LEVER,
    TMN_SCHEMA_MEASURED,
    TMN_SCHEMA_CLAIM_CHECK,
    TMN_SCHEMA_DATA_ROWS,
    TMN_SCHEMA_CONTROLS,
    TMN_SCHEMA_PLACEBO,
    TMN_SCHEMA_AMENDMENT,
    TMN_SCHEMA_SYSTEM,
    TMN_SCHEMA_EVIDENCE,
    TMN_SCHEMA_EVIDENCE_FILE,
    TMN_SCHEMA_GEOJSON,
    TMN_SCHEMA_CONCEPTS,
    TMN_SCHEMAS
};

/* Reports unknown keys (with the nearest known one), absent required keys, values of the wrong shape and null values.
 * `what` names the thing in messages: "parameter 'x'". False if `node` is not a mapping. */
bool tmn_schema_check(struct tmn_reader *reader, const struct tmn_node *node, enum tmn_schema schema, const char *what);
/* The mapping itself of any names (attributes, steps, set): false after reporting when it is something else. */
bool tmn_want_mapping(struct tmn_reader *reader, const struct tmn_node *node, const char *what);
bool tmn_want_list(struct tmn_reader *reader, const struct tmn_node *node, const char *what);

/* Of one node; false after reporting. */
bool tmn_node_text(struct tmn_reader *reader, const struct tmn_node *node, const char *what, const char **text);
bool tmn_node_real(struct tmn_reader *reader, const struct tmn_node *node, const char *what, double low, double high,
                   double *value);
bool tmn_node_int(struct tmn_reader *reader, const struct tmn_node *node, const char *what, long long low,
                  long long high, long long *value);
bool tmn_node_date(struct tmn_reader *reader, const struct tmn_node *node, const char *what, int32_t *day);
/* "30 d", "5e6 won", "0.1 / y": the number in base units and its unit. */
bool tmn_quantity_parse(const char *text, double *value, struct tmn_unit *unit);
bool tmn_node_quantity(struct tmn_reader *reader, const struct tmn_node *node, const char *what, double *value,
                       struct tmn_unit *unit);
/* A whole number of quarter days and years. */
bool tmn_node_duration(struct tmn_reader *reader, const struct tmn_node *node, const char *what, double *years);

/* Of a key: false when absent or wrong (then reported). */
bool tmn_get_text(struct tmn_reader *reader, const struct tmn_node *map, const char *key, const char **text);
bool tmn_get_real(struct tmn_reader *reader, const struct tmn_node *map, const char *key, double low, double high,
                  double *value);
bool tmn_get_int(struct tmn_reader *reader, const struct tmn_node *map, const char *key, long long low, long long high,
                 long long *value);
bool tmn_get_bool(struct tmn_reader *reader, const struct tmn_node *map, const char *key, bool *value);
bool tmn_get_date(struct tmn_reader *reader, const struct tmn_node *map, const char *key, int32_t *day);
/* The last day of something: a year alone means its 31 December. */
bool tmn_get_last_date(struct tmn_reader *reader, const struct tmn_node *map, const char *key, int32_t *day);
bool tmn_get_choice(struct tmn_reader *reader, const struct tmn_node *map, const char *key, const char *const *choices,
                    int count, int *index);
/* A list of texts, or one text alone. */
bool tmn_get_texts(struct tmn_reader *reader, const struct tmn_node *map, const char *key, const char ***texts,
                   size_t *count);
/* evidence, note, assumed. Evidence ids are checked at the end, when all are known. */
struct tmn_grounds tmn_get_grounds(struct tmn_reader *reader, const struct tmn_node *map);
/* unit: *factor to base units; absent: a pure number. */
bool tmn_get_unit(struct tmn_reader *reader, const struct tmn_node *map, double *factor, struct tmn_unit *unit,
                  const char **text);

/* Places of keys: the key's own place in its mapping, or the mapping's. */
struct tmn_place tmn_key_place(const struct tmn_node *map, const char *key);

#endif
