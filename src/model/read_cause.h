/* Causes that arrows and levers change. Private to src/model. */
#ifndef TMN_MODEL_READ_CAUSE_H
#define TMN_MODEL_READ_CAUSE_H

#include "model/read.h"

/* A parameter, driver or feedback variable by its name; false after reporting. */
bool tmn_cause_find(struct tmn_reader *reader, const char *name, struct tmn_place place, struct tmn_cause *cause);
/* The number of hold or shift, in the unit of what it changes. */
void tmn_cause_amount(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_cause *cause);
/* assign: { discontent: 3 }, who: ..., share: 0.2 */
void tmn_cause_persons(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_cause *cause);

#endif
