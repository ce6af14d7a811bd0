/* The profile of a run as part of run.json and of the report's data. */
#ifndef TMN_RESULT_PROFILE_H
#define TMN_RESULT_PROFILE_H

#include "result/json.h"
#include "result/result.h"

/* The key `profile`; nothing where the run was not profiled. */
void tmn_result_profile_json(const struct tmn_result *result, struct tmn_json *json);

#endif
