/* What the JSON of every study begins with: the world it is about. */
#ifndef TMN_STUDY_JSON_HEAD_H
#define TMN_STUDY_JSON_HEAD_H

#include "result/json.h"
#include "study/options.h"

/* "version" (of the program), "scenario", "scenario_hash". */
void tmn_json_scenario(struct tmn_json *json, const char *version, const struct tmn_model *model);
/* "settings": each as written. */
void tmn_json_settings(struct tmn_json *json, const char *const *assignments, size_t count);
/* That, "seed", "seeds", "scale". */
void tmn_json_asked(struct tmn_json *json, const struct tmn_study_options *options);

#endif
