/* What was dear: times by transition and bytes by name, as a table and in run.json. */
#include "result/profile.h"

#include <stdlib.h>

const char *const tmn_phase_names[TMN_PHASES] = {"factors",  "persons",  "events", "messages",
                                                 "counters", "feedback", "output"};

/* Dearest first; equal ones in the order of declaration. */
static int dearer(const void *a, const void *b) {
    const struct tmn_profile_row *left = a, *right = b;
    if (left->time_s != right->time_s)
        return left->time_s > right->time_s ? -1 : 1;
    return left->transition < right->transition ? -1 : left->transition > right->transition;
}

struct tmn_profile_row *tmn_result_profile(struct tmn_arena *arena, const struct tmn_result *result, double *total_s) {
    size_t count = result->model->transitions.count;
    *total_s = 0;
    if (result->profile == NULL)
        return NULL;
    struct tmn_profile_row *rows = TMN_NEW_ARRAY(arena, struct tmn_profile_row, count + 1);
    for (size_t t = 0; t < count; t++) {
        rows[t] = (struct tmn_profile_row){.transition = (int)t, .of = result->profile[t]};
        for (int act = 0; act < TMN_ACTS; act++)
            rows[t].time_s += rows[t].of.act_s[act];
        *total_s += rows[t].time_s;
    }
    qsort(rows, count, sizeof *rows, dearer);
    return rows;
}

void tmn_result_profile_json(const struct tmn_result *result, struct tmn_json *json) {
    double total_s;
    const struct tmn_profile_row *rows = tmn_result_profile(json->out->arena, result, &total_s);
    if (rows == NULL)
        return;
    tmn_json_open(json, "profile", '{');
    tmn_json_text(json, "note", "seconds of threads; of transitions estimated from samples, scan and tell measured");
    tmn_json_open(json, "phases", '{');
    for (int p = 0; p < TMN_PHASES; p++)
        tmn_json_real(json, tmn_phase_names[p], result->counters.phase_s[p]);
    tmn_json_close(json, '}');
    tmn_json_open(json, "transitions", '[');
    for (size_t r = 0; r < result->model->transitions.count; r++) {
        tmn_json_open(json, NULL, '{');
        tmn_json_text(json, "name", result->model->transitions.items[rows[r].transition].name);
        tmn_json_real(json, "time_s", rows[r].time_s);
        for (int act = 0; act < TMN_ACTS; act++)
            tmn_json_real(json, tmn_act_names[act], rows[r].of.act_s[act]);
        tmn_json_int(json, "firings", (long long)rows[r].of.firings);
        tmn_json_int(json, "scanned", (long long)rows[r].of.work.scanned);
        tmn_json_int(json, "filed", (long long)rows[r].of.work.filed);
        tmn_json_int(json, "checked", (long long)rows[r].of.work.checked);
        tmn_json_int(json, "stale", (long long)rows[r].of.work.stale);
        tmn_json_int(json, "early", (long long)rows[r].of.work.early);
        tmn_json_int(json, "reaimed", (long long)rows[r].of.work.reaimed);
        tmn_json_int(json, "started", (long long)rows[r].of.work.started);
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
    tmn_json_open(json, "bytes", '{');
    for (int i = 0; i < TMN_MEMORY_ITEMS; i++)
        tmn_json_int(json, result->memory[i].name, (long long)result->memory[i].bytes);
    tmn_json_close(json, '}');
    tmn_json_close(json, '}');
}
