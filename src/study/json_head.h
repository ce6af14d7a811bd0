/* What the JSON of every study begins with: the world it is about. */
#ifndef TMN_STUDY_JSON_HEAD_H
#define TMN_STUDY_JSON_HEAD_H

#include "model/model.h"
#include "result/json.h"

/* "version" (of the program), "scenario", "scenario_hash". */
void tmn_json_scenario(struct tmn_json *json, const char *version, const struct tmn_model *model);
/* "settings": each as written. */
void tmn_json_settings(struct tmn_json *json, const char *const *assignments, size_t count);

#endif
