/* What the parts of reading claims share. Private to src/model. */
#ifndef TMN_MODEL_READ_CLAIMS_H
#define TMN_MODEL_READ_CLAIMS_H

#include "model/read_cause.h"

/* `check` of an observed claim: the number that the data have. */
void tmn_read_claim_check(struct tmn_reader *reader, const struct tmn_node *node, const char *what,
                          struct tmn_claim_check *check);
/* `codings` of the controls: other values of the drivers. */
void tmn_read_codings(struct tmn_reader *reader, const struct tmn_node *node);

#endif
