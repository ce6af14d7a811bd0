/* Verify: runs what the checks of scenarios ask for and decides each (docs/verify.md).
 *
 * A setting is one set of parameters of one scenario; checks with the same setting share its runs, and run m of every
 * setting has the same seed, so that two settings compare by pairs. What comes out depends on scenarios, checks and the
 * base seed alone, not on the number of threads. */
#ifndef TMN_STUDY_VERIFY_H
#define TMN_STUDY_VERIFY_H

#include "engine/engine.h"
#include "study/chance.h"
#include "study/runs.h"

/* Chance that a whole suite of true checks shows any false alarm. */
#define TMN_VERIFY_ALARM 1e-3

enum tmn_verdict {
    TMN_VERDICT_NOT_RUN, /* stopped before its runs were done */
    TMN_VERDICT_PASS,
    TMN_VERDICT_FAIL,
    TMN_VERDICT_WEAK,    /* agrees, but would agree with nearly anything */
    TMN_VERDICT_MISTAKE, /* the check cannot be decided as it is written */
    TMN_VERDICT_BROKEN   /* a run failed */
};

struct tmn_verify_row {
    const struct tmn_model *model;
    const struct tmn_check *check;
    const char *name; /* scenario/check */
    enum tmn_verdict verdict;
    bool chance;                     /* decided by an interval or a test; false: compared exactly, or not decided */
    double ours;                     /* NAN: a law, or not decided */
    struct tmn_range range;          /* of ours, at the level of the suite */
    double expected;                 /* NAN: a law; 0 for `against` */
    struct tmn_range expected_range; /* expected with its error (at the same level) and tolerance */
    double resolution; /* half the width of the interval with error and tolerance: a deviation of that size is found
                        * every other time, one of twice that size nearly always. Of what is expected (relative), or as
                        * it stands; of a law Cohen's w; NAN: none */
    bool relative;
    struct tmn_goodness law; /* EXPECT_LAW */
    int runs;                /* behind the row; with `given` those above it */
    const char *why;         /* a sentence for what did not pass, or NULL */
};

struct tmn_verify {
    uint64_t seed;
    double alpha; /* error of each interval */
    struct tmn_verify_row *rows;
    size_t count;
    size_t left_out; /* slow checks */
    size_t runs;     /* made */
    bool stopped;
    size_t tally[TMN_VERDICT_BROKEN + 1]; /* rows by verdict */
    struct tmn_diagnostics mistakes;      /* places of rows that are mistakes */
};

struct tmn_verify_options {
    uint64_t seed;
    int threads;
    bool fast;                                                                 /* without slow checks */
    bool (*progress)(void *context, const struct tmn_runs_progress *progress); /* as in runs.h */
    void *progress_context;
};

/* Rows come in the order of models and of their checks. Failures of single runs are verdicts; errors are those of
 * memory and of options. */
bool tmn_verify_run(struct tmn_verify *verify, struct tmn_arena *arena, const struct tmn_model *const *models,
                    size_t count, const struct tmn_verify_options *options, struct tmn_error *err);

/* The seed of run `member`, from 0, of a base seed: below 2^53, so that `--seed` of a run takes it. */
uint64_t tmn_member_seed(uint64_t seed, uint32_t member);

/* ---- forms ---- */
const char *tmn_verdict_name(enum tmn_verdict verdict);    /* pass, fail, weak, mistake, error, not run */
const char *tmn_check_kind_name(enum tmn_check_kind kind); /* published, exact, computed */
/* "0.8853 [0.8721, 0.8985]", "p = 0.31", "-"; what is expected: "0.885", "poisson(4)", "more". */
const char *tmn_verify_ours(struct tmn_arena *arena, const struct tmn_verify_row *row);
const char *tmn_verify_expected(struct tmn_arena *arena, const struct tmn_verify_row *row);
const char *tmn_verify_resolution(struct tmn_arena *arena, const struct tmn_verify_row *row);
/* "z = 3, size = 1000"; "" when nothing is set. */
const char *tmn_settings_text(struct tmn_arena *arena, const struct tmn_model *model,
                              const struct tmn_assigned_list *list);
void tmn_verify_csv(const struct tmn_verify *verify, struct tmn_text *out);
void tmn_verify_json(const struct tmn_verify *verify, struct tmn_text *out);
void tmn_verify_html(const struct tmn_verify *verify, struct tmn_text *out);
/* Writes the results folder: verify.csv, verify.json, verify.html. */
bool tmn_verify_save(const struct tmn_verify *verify, struct tmn_arena *arena, const char *path, struct tmn_error *err);

/* ---- private to src/study ---- */
/* What the runs of a row gave. */
struct tmn_verify_data {
    int runs;                /* values: the check's runs, or 2 where it asks for one */
    double *value, *against; /* [runs]; against: or NULL; NAN: a mean time of nothing */
    uint64_t *count;         /* [values] EXPECT_LAW: draws by value */
    uint32_t values;
    uint64_t others;  /* draws of larger values */
    uint32_t periods; /* of a run, where draws are times */
    bool early;       /* some run ended before its last window, so that later times were cut off */
};
/* What a run says to a check: its value, or its draws added to those of other runs. false when memory ran out. */
bool tmn_check_value(const struct tmn_check *check, const struct tmn_model *model, const struct tmn_run *run,
                     double *value);
bool tmn_check_draws(const struct tmn_check *check, const struct tmn_model *model, const struct tmn_run *run,
                     struct tmn_verify_data *data);
/* Fills the row from what its runs gave. */
void tmn_verify_decide(struct tmn_verify_row *row, const struct tmn_verify_data *data, double alpha,
                       struct tmn_arena *arena);

#endif
