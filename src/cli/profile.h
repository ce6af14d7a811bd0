/* What was dear in a run, for its model's author. */
#ifndef TMN_CLI_PROFILE_H
#define TMN_CLI_PROFILE_H

#include "result/result.h"

/* Tables of phases, transitions and bytes; nothing where the run was not profiled. */
void tmn_profile_print(struct tmn_arena *arena, const struct tmn_result *result);

#endif
