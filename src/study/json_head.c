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
