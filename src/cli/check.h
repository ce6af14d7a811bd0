/* What `tumen check` found, and its two forms: tables and JSON. */
#ifndef TMN_CLI_CHECK_H
#define TMN_CLI_CHECK_H

#include "engine/engine.h"

/* Measured on a run at a small scale on one thread, carried over to scale 1. */
struct tmn_cost {
    double persons, rows; /* at the start, at scale 1; rows with the unborn */
    uint32_t sample_persons, sample_rows;
    double bytes_per_row, fixed_bytes;
    double person_windows;       /* of the whole run */
    double person_windows_per_s; /* of one thread */
    int threads;
    int windows, years;      /* of the small run, done */
    const char *ended_early; /* why the small run ended before its time, or NULL */
    bool until_held;         /* the scenario's `until` ended the small run */
    double *ties;            /* [years * layers] mean living ties of the living at the end of each year */
};

void tmn_check_print(struct tmn_arena *arena, const char *path, const struct tmn_model *model,
                     const struct tmn_cost *cost);
/* model NULL: there are mistakes. cost NULL: not measured. */
void tmn_check_json(struct tmn_arena *arena, const char *path, const struct tmn_model *model,
                    const struct tmn_diagnostics *list, const struct tmn_cost *cost);

#endif
