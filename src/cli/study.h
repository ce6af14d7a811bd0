/* What commands that make many runs share: the store of runs, the results folder claimed, progress shown, the end told.
 */
#ifndef TMN_CLI_STUDY_H
#define TMN_CLI_STUDY_H

#include "base/claim.h"
#include "cli/arguments.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "study/options.h"

struct tmn_study {
    const char *out; /* the results folder */
    struct tmn_lock claim;
    struct tmn_progress progress; /* context of tmn_progress_runs */
};

/* --store, else results/runs; of runs that this program's sources make. */
struct tmn_store tmn_study_store(const struct tmn_arguments *arguments);

/* As the command line asks; `seeds` where it does not say. */
struct tmn_study_options tmn_study_options_of(const struct tmn_session *session, int seeds);

/* [parameters] Those that the command line sets from the start stay as it says in every draw. */
const bool *tmn_study_kept(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_words *set);

/* Before the work: claims --out, else `folder`, and begins to show progress; TMN_DONE, or complains. */
enum tmn_status tmn_study_begin(struct tmn_study *study, struct tmn_arena *arena, const struct tmn_arguments *arguments,
                                const char *folder);
/* After running and saving: TMN_DONE where all was good; complains otherwise, and tells interruption from failure. */
enum tmn_status tmn_study_end(struct tmn_study *study, bool good, const struct tmn_error *err);
/* The last lines: how many runs were made, where results lie, and the page among them. */
void tmn_study_print_end(const struct tmn_store *store, const struct tmn_store_tally *tally, const char *out,
                         const char *page);

#endif
