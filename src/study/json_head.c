/* See json_head.h. */
#include "study/json_head.h"

#include <stdio.h>

void tmn_json_scenario(struct tmn_json *json, const char *version, const struct tmn_model *model) {
    char hash[17];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)model->source_hash);
    tmn_json_text(json, "version", version);
    tmn_json_text(json, "scenario", model->name);
    tmn_json_text(json, "scenario_hash", hash);
}

void tmn_json_settings(struct tmn_json *json, const char *const *assignments, size_t count) {
    tmn_json_open(json, "settings", '[');
    for (size_t i = 0; i < count; i++)
        tmn_json_text(json, NULL, assignments[i]);
    tmn_json_close(json, ']');
}

void tmn_json_asked(struct tmn_json *json, const struct tmn_study_options *options) {
    tmn_json_settings(json, options->assignments, options->assignment_count);
    tmn_json_int(json, "seed", (long long)options->seed);
    tmn_json_int(json, "seeds", options->seeds);
    tmn_json_real(json, "scale", options->scale);
}
