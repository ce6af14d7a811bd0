/* The profile of a run as part of run.json. */
#ifndef TMN_RESULT_PROFILE_H
#define TMN_RESULT_PROFILE_H

#include "result/json.h"
#include "result/result.h"

/* The key `profile` of run.json; nothing where the run was not profiled. */
void tmn_result_profile_json(const struct tmn_result *result, struct tmn_json *json);

#endif
