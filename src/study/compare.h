/* Compare: two worlds, pair by pair. A pair is two runs with one seed and one draw of the parameters, so that each
 * person has the same luck in both; what differs follows from what was changed (docs/compare.md).
 *
 * Units are what intervals are made over: pairs, or where parameters are drawn the means over the seeds of a draw. */
#ifndef TMN_STUDY_COMPARE_H
#define TMN_STUDY_COMPARE_H

#include "result/json.h"
#include "study/chance.h"
#include "study/store.h"

enum { TMN_BASE, TMN_VARIANT, TMN_WORLDS };
#define TMN_COMPARE_ERROR 0.1 /* of an interval, and of all verdicts of a comparison together */

struct tmn_compare_world {
    const char *target;            /* the scenario as the user calls it; NULL: its path */
    const struct tmn_model *model; /* with its undated settings */
    struct tmn_settings settings;  /* dated */
    const bool *keep;              /* [parameters] not drawn; or NULL */
    const char *const *assignments;
    size_t assignment_count; /* each setting as written */
};

/* Do the draws take this parameter from its prior? */
static inline bool tmn_compare_draws(const struct tmn_compare_world *world, size_t parameter) {
    return world->model->parameters.items[parameter].prior != TMN_PRIOR_FIXED &&
           !(world->keep && world->keep[parameter]);
}

struct tmn_compare_options {
    struct tmn_compare_world world[TMN_WORLDS];
    struct tmn_store store;
    uint64_t seed;
    int seeds; /* seed, seed + 1, ...; of each draw, seeds of its own */
    int draws; /* of the parameters with priors; 0: none, all as they are */
    double scale;
    int windows, threads;
    int32_t from_day; /* totals count what happens from the period of this day on */
    const char *version;
    bool (*progress)(void *context, const struct tmn_runs_progress *progress);
    void *progress_context;
};

enum tmn_compare_verdict {
    TMN_COMPARE_SAME, /* equal in every pair */
    TMN_COMPARE_MORE,
    TMN_COMPARE_LESS,
    TMN_COMPARE_OPEN /* these pairs do not tell */
};

/* One number in both worlds. */
struct tmn_effect {
    double mean[TMN_WORLDS];
    struct tmn_range band[TMN_WORLDS]; /* nine units in ten lie here */
    double effect;                     /* mean of the differences */
    struct tmn_range range;            /* of `effect`, at 90 %; NAN with a single unit */
    struct tmn_range units;            /* nine of ten units' effects lie here */
    double above, below;               /* shares of units with an effect above, below 0 */
    double saved; /* variance of unpaired differences over that of pairs; NAN where either has none */
    bool reached; /* by some pair */
    bool same, thin, masked;
};

/* Persons whom an outcome counted at least once, means over the pairs, weighted. */
struct tmn_twins {
    bool known;
    double both, only[TMN_WORLDS];
};

struct tmn_compared {                  /* an outcome */
    const struct tmn_outcome *outcome; /* of the base */
    int index[TMN_WORLDS];
    int periods;                      /* the effect after the last one is of all, from `from_day` on */
    int first_year;                   /* of periods that are years */
    bool by_year;                     /* else as the outcome has them: windows, or the run */
    const int32_t *days;              /* [periods] first days */
    uint32_t selections;              /* all cells; each level of each key; with several keys each cell */
    struct tmn_effect *effect;        /* [selections][periods + 1] */
    enum tmn_compare_verdict verdict; /* of the whole number */
    int wanted; /* of an open one: about so many units would decide it, were the effect what it seems; 0: too many to
                   say */
    struct tmn_twins twins;
    bool repeats;         /* an earlier outcome counts the same, by other keys */
    double by_parameters; /* share of the spread of effects that the drawn parameters make; NAN: not measured */
    size_t first;         /* of its numbers among those of a run */
};

struct tmn_pair {
    uint64_t seed;
    int draw; /* -1: none */
    bool done;
    struct tmn_digest digest[TMN_WORLDS]; /* full */
};

/* How much the effect on the first result goes with a drawn parameter: Spearman's rank correlation over the draws. */
struct tmn_driven {
    int parameter;
    double correlation;
};

struct tmn_compare {
    const struct tmn_compare_options *options;
    struct tmn_compared *outcomes;
    size_t count;
    const char **apart; /* outcomes that are not compared, with the reason */
    size_t apart_count;
    struct tmn_pair *pairs;
    size_t pair_count, done, equal; /* equal: pairs with equal digests */
    bool same_world;                /* the change sets what is so already: both worlds are one run */
    int units;
    struct tmn_driven *driven; /* strongest first */
    size_t driven_count;
    struct tmn_store_tally tally;
    bool stopped;
    struct tmn_arena *arena;
};

/* Over draws, pairs in which the model breaks are left out (tally.broken, why). Errors: TMN_USAGE for worlds that
 * cannot be compared, those of runs and of the store, that of the first run where every draw breaks; TMN_STOPPED where
 * it was stopped before a pair was done. */
bool tmn_compare_run(struct tmn_compare *compare, struct tmn_arena *arena, const struct tmn_compare_options *options,
                     struct tmn_error *err);

static inline const struct tmn_effect *tmn_effect_at(const struct tmn_compared *compared, uint32_t selection,
                                                     int period) {
    return &compared->effect[(size_t)selection * (size_t)(compared->periods + 1) + (size_t)period];
}
/* The whole number: all cells, the whole run. */
static inline const struct tmn_effect *tmn_effect_whole(const struct tmn_compared *compared) {
    return tmn_effect_at(compared, 0, compared->periods);
}
/* Have its cells a sum? Not those of a feedback variable by place. */
static inline bool tmn_compared_sums(const struct tmn_compared *compared) {
    return compared->outcome->kind != TMN_OUTCOME_FEEDBACK || compared->outcome->by.n == 0;
}

/* Is its whole number of the marks that are asked for (bits by enum tmn_outcome_mark), and told only once? */
static inline bool tmn_compared_told(const struct tmn_compared *compared, unsigned marks) {
    return (marks >> compared->outcome->mark & 1) && tmn_compared_sums(compared) && !compared->repeats &&
           tmn_effect_whole(compared)->reached;
}
/* Do they count the same, whatever their keys and periods? */
bool tmn_outcome_same(const struct tmn_outcome *a, const struct tmn_outcome *b);
/* Marks of any outcome but TMN_MARK_NONE. */
unsigned tmn_compare_marks(const struct tmn_compare *compare);

/* ---- forms ---- */
const char *tmn_compare_verdict_name(enum tmn_compare_verdict verdict); /* none, more, fewer, open */
/* Levels of the selection's keys, -1: all; "sex=female", "class=elite, discontent=2", "all". */
void tmn_selection_cell(const struct tmn_model *model, const struct tmn_outcome *outcome, uint32_t selection,
                        int64_t cell[TMN_MAX_KEYS]);
const char *tmn_selection_name(struct tmn_arena *arena, const struct tmn_model *model,
                               const struct tmn_outcome *outcome, uint32_t selection);
/* "2012", "2012-01-08", "run", "all". */
const char *tmn_compared_period(struct tmn_arena *arena, const struct tmn_compared *compared, int period);
/* Rounded to what people read: whole from 100 on, else three digits; "" for what is not finite. */
const char *tmn_compare_number(struct tmn_arena *arena, double value);
/* What the comparison says, as sentences. */
const char *tmn_compare_sentence(const struct tmn_compare *compare);
/* The scenario's name, or what it was called by where the other world's has the same name and is another. */
const char *tmn_world_name(const struct tmn_compare *compare, int world);
/* "border.on=0", or the name where nothing is set. */
const char *tmn_world_text(struct tmn_arena *arena, const struct tmn_compare *compare, int world);
void tmn_compare_effects_csv(const struct tmn_compare *compare, struct tmn_text *out);
void tmn_compare_persons_csv(const struct tmn_compare *compare, struct tmn_text *out);
void tmn_compare_pairs_csv(const struct tmn_compare *compare, struct tmn_text *out);
void tmn_compare_json(const struct tmn_compare *compare, struct tmn_text *out);
void tmn_compare_html(const struct tmn_compare *compare, struct tmn_text *out);
/* Writes the folder: effects.csv, persons.csv, pairs.csv, compare.json, compare.html. */
bool tmn_compare_save(const struct tmn_compare *compare, const char *path, struct tmn_error *err);

/* ---- private to src/study ---- */
/* What all pairs gave: value[(pair * 2 + world) * numbers + n], NAN: not reached. */
struct tmn_compare_data {
    size_t numbers;
    double *value;
    double *simulated; /* [2][numbers] simulated persons, over all pairs */
    double *persons;   /* [pairs][outcomes][3] both, base only, variant only; NAN: not known */
};
void tmn_compare_decide(struct tmn_compare *compare, const struct tmn_compare_data *data);

#endif
