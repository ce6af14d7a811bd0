/* What `tumen check` found, and its two forms: tables and JSON. */
#ifndef TMN_CLI_CHECK_H
#define TMN_CLI_CHECK_H

#include "engine/engine.h"

/* What a run at `scale` would take, measured on small ones. */
struct tmn_cost {
    double scale, persons, rows; /* at the start; rows with the unborn */
    uint32_t sample_persons, sample_rows;
    double bytes_per_row, fixed_bytes, memory_bytes;
    uint32_t larger_persons; /* of the second run, 0: the first one is as large as the whole */
    int larger_windows;
    double setup_s, steps_s; /* of the whole run */
    int threads;
    int windows, years;      /* of the small run, done */
    const char *ended_early; /* why the small run ended before its time, or NULL */
    bool until_held;         /* the scenario's `until` ended the small run */
    double *ties;            /* [years * layers] mean living ties of the living at the end of each year */
};

void tmn_check_print(struct tmn_arena *arena, const char *path, const struct tmn_model *model,
                     const struct tmn_cost *cost, bool evidence); /* evidence: name what rests on nothing */
/* model NULL: there are mistakes. cost NULL: not measured. */
void tmn_check_json(struct tmn_arena *arena, const char *path, const struct tmn_model *model,
                    const struct tmn_diagnostics *list, const struct tmn_cost *cost);

#endif
