/* The checkpoints of a run in its results folder. The first one makes the folder the run's own: what stood there before
 * is replaced. Later ones replace the one before once they are whole. */
#ifndef TMN_CLI_KEEPER_H
#define TMN_CLI_KEEPER_H

#include "engine/checkpoint.h"

struct tmn_keeper {
    struct tmn_arena *arena;
    const char *folder;
    struct tmn_checkpoint_origin origin;
    bool own;   /* the folder is this run's by now */
    int window; /* of the checkpoint that lies there, or -1 */
};

/* "26w", "90d", "1y" as windows of this calendar. TMN_USAGE for what is no such time or shorter than a window. */
bool tmn_keeper_every(const char *text, const struct tmn_calendar *calendar, int *every, struct tmn_error *err);
/* Is a checkpoint due after the windows done? */
bool tmn_keeper_due(const struct tmn_keeper *keeper, const struct tmn_run *run);
/* Saves the run unless it is saved as it stands. The error says what lies in the folder now. */
bool tmn_keeper_save(struct tmn_keeper *keeper, const struct tmn_run *run, struct tmn_error *err);

#endif
