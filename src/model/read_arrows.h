/* What arrows and loops share in reading. Private to src/model. */
#ifndef TMN_MODEL_READ_ARROWS_H
#define TMN_MODEL_READ_ARROWS_H

#include "model/read_cause.h"

/* A list of evidence ids, each to be found at the end. */
void tmn_read_cited(struct tmn_reader *reader, const struct tmn_node *node, const char *key, const char ***ids,
                    size_t *count);
/* The name of an arrow or loop ("15.2", "R1"), which has a name space of its own; false after reporting. */
bool tmn_read_number(struct tmn_reader *reader, const struct tmn_node *key, const char *kind);
/* cause with shift or hold, or assign with who and share; false after reporting. */
bool tmn_read_cause(struct tmn_reader *reader, const struct tmn_node *node, const char *what, struct tmn_cause *cause);
/* Order of two such names: numbers as numbers, the rest as text. */
int tmn_numbers_order(const char *a, const char *b);

#endif
