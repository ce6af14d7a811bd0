/* One key of the language: its name, the shapes that its value may take, whether it is required. */
#ifndef TMN_MODEL_SCHEMA_KEYS_H
#define TMN_MODEL_SCHEMA_KEYS_H

#include "model/schema.h"

struct tmn_key {
    const char *name;
    int shapes;
};

extern const struct tmn_key *const tmn_schema_keys[TMN_SCHEMAS]; /* each ends with a NULL name */

#endif
