/* Checkpoints: the state of a run between two windows as one file, from which it goes on to the bit. The file is the
 * same whatever number of threads, engine or instruction set wrote it (docs/checkpoints.md describes it byte by byte).
 *
 * What follows from scenario and seed (households, ties, weeks of birth) is built again and compared by a hash; shares,
 * stocks, counters and which clocks are enabled follow from the persons and are made anew. At the end the full digest
 * must be the one that was written. */
#ifndef TMN_ENGINE_CHECKPOINT_H
#define TMN_ENGINE_CHECKPOINT_H

#include "engine/engine.h"

#define TMN_CHECKPOINT_NAME "checkpoint.tumen" /* in a results folder */

/* What whoever resumes must know beyond the state. */
struct tmn_checkpoint_origin {
    const char *target; /* the scenario as its user named it */
    const char *path;   /* its file or folder, absolute */
    const char *version;
    const char *const *assignments; /* each --set, in order */
    size_t assignment_count;
    int every; /* windows between checkpoints; 0: only when interrupted */
};

/* Verifies the run from scratch (tmn_run_verify), then writes `file` whole or not at all; what stood there before stays
 * until then. Errors: TMN_RUN for a run that has failed or disagrees with its persons, TMN_IO, TMN_MEMORY. */
bool tmn_checkpoint_write(const struct tmn_run *run, const char *file, const struct tmn_checkpoint_origin *origin,
                          struct tmn_error *err);

struct tmn_checkpoint_facts {
    struct tmn_checkpoint_origin origin;
    const char *scenario; /* its name */
    uint64_t source_hash, seed;
    double scale;
    int window, windows; /* done; asked for */
    int32_t day;         /* the first of the coming window, days since 1970-01-01 */
    bool until_held;
    uint32_t rows;
    struct tmn_digest weekly, full;
};

/* An open file whose header, table of fields and texts are sound. Errors are TMN_IO and name the file. */
struct tmn_checkpoint;
bool tmn_checkpoint_open(struct tmn_checkpoint **checkpoint, const char *file, struct tmn_error *err);
void tmn_checkpoint_close(struct tmn_checkpoint *checkpoint);
const struct tmn_checkpoint_facts *tmn_checkpoint_facts(const struct tmn_checkpoint *checkpoint);
/* Is it of this scenario, file by file? TMN_USAGE names what differs. */
bool tmn_checkpoint_fits(const struct tmn_checkpoint *checkpoint, const struct tmn_model *model, struct tmn_error *err);

/* The settings of the checkpoint, then `given` ones for a fork: each begins with the checkpoint unless it names a later
 * date. TMN_USAGE for an earlier one. The list lives in `arena`; *count is its length. */
bool tmn_checkpoint_assignments(const struct tmn_checkpoint *checkpoint, struct tmn_arena *arena,
                                const char *const *given, size_t given_count, const char ***assignments, size_t *count,
                                struct tmn_error *err);

/* A run that goes on from a checkpoint. `model` has had the checkpoint's assignments applied (others only from its date
 * on); seed and scale of `options` are those of the checkpoint, `windows` may differ. *run is NULL on failure. */
bool tmn_run_resume(struct tmn_run **run, const struct tmn_model *model, const struct tmn_run_options *options,
                    struct tmn_checkpoint *checkpoint, struct tmn_error *err);

#endif
