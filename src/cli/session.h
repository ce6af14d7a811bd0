/* What the commands on a scenario share: the model read with its mistakes shown, settings applied, a run driven to its
 * end. */
#ifndef TMN_CLI_SESSION_H
#define TMN_CLI_SESSION_H

#include "cli/arguments.h"
#include "cli/keeper.h"
#include "engine/checkpoint.h"

struct tmn_session {
    struct tmn_arena *arena;
    const struct tmn_arguments *arguments;
    struct tmn_model *model;
    struct tmn_settings settings;
    enum tmn_engine engine;
    const char *target, *path; /* the scenario as named, and as found */
    const char **assignments;  /* each setting, as `name=value[@date]` */
    size_t assignment_count;
    uint64_t seed;
    double scale;
    int windows;                       /* to run: --until, or all */
    struct tmn_checkpoint *checkpoint; /* from which it goes on, or NULL */
};

/* Reads the scenario and applies --set, --until and --engine; complains of what is wrong and returns its status. */
enum tmn_status tmn_session_open(struct tmn_session *session, struct tmn_arena *arena,
                                 const struct tmn_arguments *arguments);
/* The same of a scenario that was opened before: its warnings are not shown again. */
enum tmn_status tmn_session_again(struct tmn_session *session, struct tmn_arena *arena,
                                  const struct tmn_arguments *arguments);
/* The same from the checkpoint of a results folder: its scenario, which `target` may name anew (else NULL), its seed,
 * scale and settings, and --set from its date on. Close it also after a failure. */
enum tmn_status tmn_session_go_on(struct tmn_session *session, struct tmn_arena *arena,
                                  const struct tmn_arguments *arguments, const char *folder, const char *target);
void tmn_session_close(struct tmn_session *session);
struct tmn_run_options tmn_session_options(const struct tmn_session *session);
/* A command line that repeats the run from its start, the same whoever asks, however often it was stopped. */
const char *tmn_session_command(const struct tmn_session *session);
/* Steps to the end or until interrupted, drawing progress unless quiet, and saving checkpoints (keeper NULL: none). */
bool tmn_session_drive(const struct tmn_session *session, struct tmn_run *run, struct tmn_keeper *keeper, bool quiet,
                       struct tmn_error *err);
/* A date option: YYYY-MM-DD, or YYYY (its last day if `last`, else its first). */
bool tmn_date_option(const char *name, const char *text, bool last, int32_t *day, struct tmn_error *err);
/* Index of the outcome named `name`, or -1. */
int tmn_outcome_find(const struct tmn_model *model, const char *name);
/* "1994-01-08". */
const char *tmn_day_text(struct tmn_arena *arena, int32_t day);
/* Prints all diagnostics on `file`, sorted, and a line that counts them. */
void tmn_diagnostics_print(FILE *file, const char *path, struct tmn_diagnostics *list);

#endif
