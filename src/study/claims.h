/* Claims: what documents say of the country, each by the experiment that could refute it, over draws of the parameters
 * from their priors; controls; verdicts (docs/claims.md).
 *
 * A world is the scenario with some levers in force. Each draw of the parameters has one seed, common to all worlds of
 * the draw, so that a claim's effect is between twins; claims with the same levers share their worlds. */
#ifndef TMN_STUDY_CLAIMS_H
#define TMN_STUDY_CLAIMS_H

#include "study/chance.h"
#include "base/text.h"
#include "study/store.h"

enum tmn_ruling {
    TMN_RULING_SUPPORTED,
    TMN_RULING_CONTRADICTED,
    TMN_RULING_NEGLIGIBLE,
    TMN_RULING_PRIOR_DECIDES,
    TMN_RULING_UNDETERMINED,
    TMN_RULING_ASSUMED,
    TMN_RULING_MATCHES, /* of observed claims: what the data say */
    TMN_RULING_DIFFERS,
    TMN_RULING_NOT_TESTABLE,
    TMN_RULINGS
};
extern const char *const tmn_ruling_names[TMN_RULINGS];
extern const char *const tmn_claim_class_names[TMN_CLAIM_CLASSES];

/* ---- rules ---- */

/* Shares of draws, prior or posterior (there of weights). */
struct tmn_shares {
    double draws;    /* number, or effective number */
    double holds;    /* the effect is at least the smallest that matters, in the claimed direction */
    double opposite; /* likewise in the other direction */
    double within;   /* smaller than that */
};
/* Of effects over draws; draws without one (NAN) are left out. weight NULL: all alike. */
struct tmn_shares tmn_shares_of(const double *effect, const double *weight, size_t draws, int sign, double smallest);
/* Odds of the claim after over before; half a draw is added to each side, so that shares of 0 and 1 have one. */
double tmn_bayes_factor(const struct tmn_shares *prior, const struct tmn_shares *posterior);
enum { TMN_CLAIM_DRAWS = 20 }; /* fewer decide nothing: one in them is more than the share that rules allow */
/* Of a consequence or rival; posterior NULL: there is none, and then no claim is supported or contradicted. */
enum tmn_ruling tmn_ruling_of(const struct tmn_shares *prior, const struct tmn_shares *posterior);

/* ---- the study ---- */

enum { TMN_CLAIM_PERSONS = 20 }; /* simulated in a run, in the mean: a figure on fewer decides nothing */

/* What the job is, before it begins. */
struct tmn_claims_plan {
    size_t claims, experiments, worlds; /* worlds of one draw */
    int draws;
    double scale;
    double windows;     /* of all runs, found or not */
    double expected_s;  /* were no run found */
    int draws_expected; /* fewer than `draws`: the hours do not seem to suffice */
};

struct tmn_claims_options {
    const struct tmn_model *model;
    const struct tmn_settings *settings; /* dated, of all worlds */
    const bool *keep;                    /* [parameters] not drawn; or NULL */
    const char *const *assignments;
    size_t assignment_count;
    struct tmn_store store;
    uint64_t seed;
    int draws;
    double scale, hours; /* hours: no draw is begun that would end later */
    int threads;
    const char *const *only; /* ids; none: all */
    size_t only_count;
    const char *version;
    int plant;     /* worlds with a claim true or false by construction */
    bool controls; /* other drivers, too: shifted, permuted, codings */
    /* Told before the runs begin; NULL: nobody is. */
    void (*expect)(void *context, const struct tmn_claims_plan *plan);
    bool (*progress)(void *context, const struct tmn_runs_progress *progress);
    void *context;
};

struct tmn_claim_row {
    const struct tmn_scenario_claim *claim;
    const char *text, *source; /* of its evidence */
    enum tmn_ruling verdict;
    bool measured; /* it has an experiment, and draws were made */
    struct tmn_shares prior;
    int broken;                /* draws without an effect: the model does not allow one of its worlds */
    struct tmn_range p0_range; /* 90 %, by the number of draws */
    double median;             /* effect, of the draws */
    struct tmn_range effects;  /* nine in ten draws' effects */
    double simulated;          /* persons in a run that the figure rests on, in the mean; infinite: no persons */
    bool thin;
    bool masked;             /* too few persons of a place: its effects, and how many were simulated, are NAN */
    const char *reason;      /* why this verdict, and its numbers */
    size_t moved_by_placebo; /* draws in which the placebo lever changed the figure */
    bool has_placebo_outcome;
    enum tmn_ruling placebo_outcome; /* of its levers on the placebo outcome */
    const char *fragile;             /* names of codings under which the verdict is another, or NULL */
    double *effect;                  /* [draws] */
};

/* The same claims in other worlds: other drivers. */
struct tmn_claim_control {
    const char *name, *text;
    int draws;
    enum tmn_ruling *verdict; /* [rows]; TMN_RULINGS: not asked */
    double *p0;               /* [rows] */
    size_t asked, changed;    /* claims with a verdict from an experiment; those with another one than before */
};

/* The worlds that a row asks for. */
enum {
    TMN_CLAIM_BASE,
    TMN_CLAIM_LEVER,
    TMN_CLAIM_WITH,
    TMN_CLAIM_BOTH,
    TMN_CLAIM_THAN,
    TMN_CLAIM_PLACEBO,
    TMN_CLAIM_ROLES
};
struct tmn_claim_row_worlds {
    const struct tmn_claim_worlds *worlds;
    int world[TMN_CLAIM_ROLES]; /* -1: none */
};

/* A world with a claim's coefficients as drawn without their chance of 0, or at 0. */
struct tmn_planted {
    uint32_t world;
    size_t row;
    bool in, done; /* done: it ran */
    const char *carrier;
    double value; /* of it, in its unit */
    double effect;
    bool masked; /* the effect must not be told */
    bool holds;  /* the claim is true there */
};

struct tmn_claims {
    const struct tmn_claims_options *options;
    struct tmn_claims_plan plan;
    struct tmn_claim_row *rows;
    size_t count;
    size_t counts[TMN_CLAIM_CLASSES][TMN_RULINGS];
    int draws;       /* done */
    uint64_t *seeds; /* [draws] */
    struct tmn_claim_control *controls;
    size_t control_count;
    size_t placebo_draws;                    /* of the placebo lever; 0: none is declared */
    struct tmn_claim_row_worlds *row_worlds; /* [rows] */
    struct tmn_planted *planted;
    size_t planted_count;
    struct tmn_text planted_data; /* CSV of what would have been observed */
    struct tmn_store_tally tally; /* why: of the first run that broke */
    double seconds;
    bool stopped, out_of_time;
    struct tmn_arena *arena;
};

/* Errors: TMN_USAGE where there are no claims or an id is unknown; those of runs and of the store; TMN_STOPPED before a
 * draw is done. */
bool tmn_claims_run(struct tmn_claims *claims, struct tmn_arena *arena, const struct tmn_claims_options *options,
                    struct tmn_error *err);

/* ---- forms ---- */
/* "consequence: 3 supported, 2 undetermined; ..." */
const char *tmn_claims_headline(struct tmn_arena *arena, const struct tmn_claims *claims);
/* Date of the last amendment, or NULL where none is listed. */
/* What the placebos did. */
struct tmn_claims_placebos {
    size_t measured, moved;     /* claims with a figure; of which the placebo lever moved it */
    size_t outcomes, misjudged; /* with a placebo outcome; of which it is neither negligible nor undetermined */
};
struct tmn_claims_placebos tmn_claims_placebos(const struct tmn_claims *claims);
const char *tmn_claims_amended(struct tmn_arena *arena, const struct tmn_model *model);
void tmn_claims_csv(const struct tmn_claims *claims, struct tmn_text *out);
void tmn_claims_effects_csv(const struct tmn_claims *claims, struct tmn_text *out);
void tmn_claims_planted_csv(const struct tmn_claims *claims, struct tmn_text *out);
void tmn_claims_json(const struct tmn_claims *claims, struct tmn_text *out);
void tmn_claims_html(const struct tmn_claims *claims, struct tmn_text *out);
/* Writes the folder: claims.csv, effects.csv, claims.json, claims.html. */
bool tmn_claims_save(const struct tmn_claims *claims, const char *path, struct tmn_error *err);

/* ---- private to src/study ---- */
/* Why a row has its verdict, with its numbers; in `arena`. */
const char *tmn_claim_reason(struct tmn_arena *arena, const struct tmn_claims *claims, const struct tmn_claim_row *row);
/* A figure of one run over a span, and the simulated persons that it rests on (infinite: no persons). */
struct tmn_figure_of_run {
    double value, simulated;
};
/* Makes options->plant planted worlds, after the rest. */
bool tmn_claims_plant(struct tmn_claims *claims, struct tmn_error *err);
/* Persons that the figure of a claim rests on, in those of its worlds where there are most and fewest. */
struct tmn_claim_seen {
    double most_simulated, fewest; /* fewest: not simulated ones, but those whom these stand for */
};
/* The effect of a claim: outputs[world] of each of its worlds. */
double tmn_claim_effect(const struct tmn_model *model, const struct tmn_experiment *experiment,
                        const struct tmn_claim_row_worlds *asked, const struct tmn_output *outputs,
                        struct tmn_claim_seen *seen);
/* Whether one of its figures is of a place with so few persons that it must be hidden. */
bool tmn_claim_masked(const struct tmn_model *model, const struct tmn_experiment *experiment, double persons);
struct tmn_figure_of_run tmn_claim_figure(const struct tmn_model *model, const struct tmn_output *output, int outcome,
                                          const int64_t *cell, struct tmn_span span);
/* The measure of an experiment within one world: logs, the time before, what it is held against. */
struct tmn_figure_of_run tmn_experiment_in_world(const struct tmn_model *model, const struct tmn_experiment *experiment,
                                                 const struct tmn_output *output);

#endif
