/* The compiled model: what a scenario declares, checked and typed, ready for synthesis and engines. Read-only
 * afterwards, except parameter values, which `--set` changes before a run. Lists keep the order of declaration; no
 * meaning depends on it. */
#ifndef TMN_MODEL_MODEL_H
#define TMN_MODEL_MODEL_H

#include "base/date.h"
#include "base/fixed.h"
#include "model/expr.h"
#include "scenario/csv.h"

enum {
    TMN_LANGUAGE = 1, /* of scenarios */
    TMN_MAX_ATTRIBUTES = 64,
    TMN_MAX_KEYS = 16, /* features in one stratum, keys of one table or outcome */
    TMN_MAX_STRATA = 65536,
    TMN_MAX_TRANSITIONS = 1024,
    TMN_MAX_AGE = 127,
    TMN_NATION = -1 /* `by` of a national variable */
};

struct tmn_packed {
    uint64_t word[2];
}; /* all attributes of a person */

/* Evidence, shared by everything that a scenario can justify. */
struct tmn_grounds {
    const char **evidence;
    size_t evidence_count; /* ids */
    const char *note;      /* or NULL */
    bool assumed;          /* no evidence, or said so */
    bool said;             /* `assumed: yes` is written */
};

struct tmn_attribute {
    const char *name;
    struct tmn_place place;
    uint32_t levels;
    const char **level;
    bool ordered, numeric;
    int first;                 /* numeric: value of level 0 */
    uint32_t start;            /* level of everyone at the start */
    uint8_t word, shift, bits; /* place in tmn_packed; never crosses a word */
    const uint64_t *token;     /* [levels] digest token of "name=level" */
    const char *note, *file;   /* prose; the table whose column gives the levels, as written; or NULL */
};

struct tmn_map {
    const char *name;
    struct tmn_place place;
    int of /* attribute */;
    uint32_t levels;
    const char **level;
    const uint16_t *to;
    bool derived; /* made by narrow.c for a test of levels; its name is the test as written */
    const char *note, *file;
};

enum tmn_feature_kind { TMN_FEATURE_ATTRIBUTE, TMN_FEATURE_MAP, TMN_FEATURE_COUNTER, TMN_FEATURE_AGE };
struct tmn_feature { /* anything that a stratum can be cut by */
    enum tmn_feature_kind kind;
    int index; /* attribute, map or counter; AGE: the attribute birth_year */
    const char *name;
    uint32_t cardinality;
    const char *const *level; /* names, or NULL (counter, age) */
    bool ordered, numeric;
    int first; /* numeric value = first + level */
    const uint16_t
        *to; /* of a counter, made by narrow.c for a test of it: no or yes by the counter's level; else NULL */
};

struct tmn_table_key {
    int feature; /* or -1: year, dense from model->calendar.start_year */
    uint32_t size, stride;
};
struct tmn_table {
    const char *name;
    struct tmn_place place;
    struct tmn_unit unit;
    int keys;
    struct tmn_table_key key[TMN_MAX_KEYS];
    double *value;
    size_t size;
    double low, high;
    const char *file; /* as written, or NULL: given inline */
    struct tmn_grounds grounds;
};

enum tmn_prior_kind {
    TMN_PRIOR_FIXED,
    TMN_PRIOR_NORMAL,
    TMN_PRIOR_LOGNORMAL,
    TMN_PRIOR_BETA,
    TMN_PRIOR_UNIFORM,
    TMN_PRIOR_ONE_OF
};
enum { TMN_MAX_ALTERNATIVES = 16 }; /* of a prior one_of(...) */
struct tmn_parameter {
    const char *name;
    struct tmn_place place;
    struct tmn_unit unit;
    double value, factor; /* base units; value in declared unit = value / factor */
    const char *unit_text;
    double low, high; /* range in base units, +-infinity if none */
    enum tmn_prior_kind prior;
    double prior_a, prior_b; /* base units (sd_of_log and beta: pure numbers) */
    double prior_zero;       /* maybe(p, ...): the chance that the value is 0; else the prior of `prior` holds */
    const double *prior_alternative; /* ONE_OF: [prior_alternatives] chances of the values 0, 1, 2, ... */
    int prior_alternatives;
    const char *prior_text;
    bool fitted;
    struct tmn_grounds grounds;
};

struct tmn_driver {
    const char *name;
    struct tmn_place place;
    struct tmn_unit unit;
    double factor;
    const char *unit_text;
    int by;
    uint32_t slots;
    uint32_t first; /* slot = first + level */
    double *value;  /* [windows * slots] sampled on each window's first day */
    double low, high;
    bool marks, linear;
    const char *class_name, *file;
    int times; /* parameter by which every expression that reads the driver multiplies it, or -1 */
    struct tmn_grounds grounds;
    const char **mark_label;
    int32_t *mark_from, *mark_to;
    size_t marks_count; /* dated steps and pulses, for the report */
};

struct tmn_feedback {
    const char *name;
    struct tmn_place place;
    struct tmn_unit unit;
    double factor; /* value in the declared unit = value / factor */
    const char *unit_text;
    int by;
    uint32_t slots, first;
    double low, high, start;
    struct tmn_expr *next; /* or NULL */
    struct tmn_grounds grounds;
};

struct tmn_share {
    struct tmn_expr *who;
    int by;
    uint32_t slots, first;
};
struct tmn_count {
    int transition, branch /* or -1 */;
    int by;
    uint32_t slots, first;
};

enum tmn_layer_kind {
    TMN_LAYER_HOUSEHOLD,
    TMN_LAYER_UNIT,
    TMN_LAYER_BLOCK,
    TMN_LAYER_RING,
    TMN_LAYER_RANDOM,
    TMN_LAYER_DEGREES,
    TMN_LAYER_EDGES
};
struct tmn_layer {
    const char *name;
    struct tmn_place place;
    uint32_t hash;
    enum tmn_layer_kind kind;
    uint32_t size; /* BLOCK: rows per block */
    struct tmn_expr
        *number; /* RING, DEGREES: degree; RANDOM: mean degree; over parameters. DEGREES by attribute: NULL */
    struct tmn_expr *long_share; /* RING: share of ties that are exchanged, over parameters; NULL: none */
    int degrees;                 /* DEGREES: numeric attribute whose level at the start is a row's degree, or -1 */
    int within;                  /* feature (place attribute or a map of it), or -1: the nation */
    bool rows;                   /* RING over rows themselves instead of a keyed permutation */
    uint32_t *edge;
    size_t edges; /* EDGES: pairs */
    const char *file;
    struct tmn_grounds grounds;
};
/* The numbers of a layer as the parameters of `env` stand. */
struct tmn_layer_numbers {
    uint32_t degree; /* RING, DEGREES */
    double mean;     /* RANDOM */
    double long_share;
};
struct tmn_layer_fault {
    const struct tmn_expr *expr; /* the number that cannot be */
    const char *text;            /* "'degree' must be ..., not 5" */
};
/* False where a number is out of its range; the fault's text lives in `arena`. */
bool tmn_layer_numbers(const struct tmn_layer *layer, const struct tmn_env *env, struct tmn_layer_numbers *numbers,
                       struct tmn_layer_fault *fault, struct tmn_arena *arena);
struct tmn_counter {
    const char *name;
    struct tmn_place place;
    int layer;
    struct tmn_expr *of;
    uint32_t max; /* what expressions read is 0..max */
    uint32_t
        share;  /* 0: min(max, number); else, with max = share: floor(share x number / living ties), 0 without ties */
    int degree; /* of a share: the counter of the living ties */
    const char *note;
};

/* A stratum's key: index = sum of level[feature] * stride. size 1 when n is 0. */
struct tmn_strata {
    int n;
    int feature[TMN_MAX_KEYS];
    uint32_t stride[TMN_MAX_KEYS];
    uint32_t size;
    const struct tmn_expr *because[TMN_MAX_KEYS];
};

enum tmn_action_kind {
    TMN_ACTION_SET,
    TMN_ACTION_YEAR, /* SET to the year of the firing: of a numeric attribute whose levels hold all years of the run */
    TMN_ACTION_COPY,
    TMN_ACTION_STEP,
    TMN_ACTION_ADD,
    TMN_ACTION_TELL,
    TMN_ACTION_BIRTH /* also sets the child's birth_year to the window's year */
};
struct tmn_draw_rule {
    int attribute;
    struct tmn_expr **chance /* [levels], NULL: 0 */;
    int rest /* level or -1 */;
    struct tmn_expr *cumulative; /* of a numeric attribute, instead of chances: that of at most its number; or NULL */
    struct tmn_place place;      /* of the attribute's name in the rule */
    struct tmn_grounds grounds;  /* of a deal or draw of the population; a birth's are those of its transition */
};
struct tmn_action {
    enum tmn_action_kind kind;
    struct tmn_place place;
    const char *name; /* tell: layer's name or given name */
    int attribute;
    uint32_t level; /* SET; STEP uses `by`, YEAR neither */
    int from;       /* COPY: source attribute (of the person; in BIRTH: of the mother) */
    int by;         /* STEP: signed steps */
    int feedback;
    struct tmn_expr *amount;
    bool place_now; /* ADD */
    int layer;
    bool one; /* TELL: one tie, drawn, instead of all */
    struct tmn_expr *who /* receiver, or NULL */, *chance /* sender, or NULL */;
    int priority;
    uint32_t hash; /* TELL */
    struct tmn_action *items;
    size_t count; /* TELL: SET/COPY/STEP on the receiver; BIRTH: SET/COPY on the child */
    struct tmn_draw_rule *draws;
    size_t draw_count;
    uint32_t *draw_hash; /* BIRTH */
};

struct tmn_branch {
    const char *name;
    struct tmn_place place;
    struct tmn_expr *chance; /* NULL: the rest */
    struct tmn_action *items;
    size_t count;
    uint32_t rank; /* by full name among all branches */
    const char *note;
};

enum { TMN_SLOT_SHARERS = 62 };
enum tmn_clock_kind { TMN_CLOCK_RATE, TMN_CLOCK_CHANCE, TMN_CLOCK_AFTER };
struct tmn_factor {
    struct tmn_expr *expr;
    bool inverse;
};
struct tmn_transition {
    const char *name;
    struct tmn_place place;
    uint32_t hash;
    uint32_t rank; /* rank by name */
    enum tmn_clock_kind kind;
    struct tmn_expr *who, *hazard; /* as written; who NULL: all alive. hazard: rate, chance or duration */
    bool alive_first;              /* the default scope `alive` was added (always, unless who reads the unborn) */
    /* the split of docs/semantics.md, Clocks 1 */
    struct tmn_expr **who_personal;
    size_t who_personal_count;
    struct tmn_expr **who_shared;
    size_t who_shared_count;
    struct tmn_factor *c_factor;
    size_t c_factors; /* none: C = 1. CHANCE: the one factor q, here or in G: the engine takes -ln(1 - q) */
    struct tmn_factor *g_factor;
    size_t g_factors;           /* none: G = 1 (times the window's length in years for RATE). AFTER: neither */
    struct tmn_strata personal; /* features of who_personal and C */
    struct tmn_strata shared;   /* features of who_shared and G */
    struct tmn_branch *branch;
    size_t branches; /* one branch named "" without `branch` */
    int slot;        /* clocks that can never be enabled together may share a slot of a person */
    int sharer;      /* which of those that share the slot, below TMN_SLOT_SHARERS */
    struct tmn_grounds grounds;
};

struct tmn_event {
    const char *name;
    struct tmn_place place;
    uint32_t hash;
    int by;
    struct tmn_expr *when /* or NULL */, *rate;
    struct tmn_action *items;
    size_t count;
    struct tmn_grounds grounds;
};

enum tmn_outcome_kind { TMN_OUTCOME_FLOW, TMN_OUTCOME_STOCK, TMN_OUTCOME_FIRINGS, TMN_OUTCOME_FEEDBACK };
enum tmn_outcome_mark { TMN_MARK_NONE, TMN_MARK_RESULT, TMN_MARK_ATTEMPT, TMN_MARK_HARM };
enum tmn_period { TMN_PERIOD_WINDOW, TMN_PERIOD_YEAR, TMN_PERIOD_RUN };
struct tmn_outcome {
    const char *name;
    struct tmn_place place;
    const char *title, *note;
    enum tmn_outcome_kind kind;
    enum tmn_period every;
    enum tmn_outcome_mark mark; /* what it counts as when runs are compared */
    struct tmn_expr *state;     /* FLOW, STOCK */
    int transition, branch;     /* FIRINGS; branch -1: all */
    int feedback;
    struct tmn_strata by; /* cells: attributes and maps; FEEDBACK: its own `by` */
};
struct tmn_observed {
    int32_t from_day, to_day;   /* inclusive */
    int64_t cell[TMN_MAX_KEYS]; /* level, or -1: all */
    double value;
};
struct tmn_observation {
    const char *name;
    struct tmn_place place;
    int outcome;
    struct tmn_observed *rows;
    size_t count;
    const char *error_model;
    double dispersion;
    int32_t fit_until;
    const char *source, *file, *note;
};
struct tmn_selection { /* what a figure counts */
    int outcome;
    int64_t cell[TMN_MAX_KEYS]; /* level, or -1: all */
    int32_t from_day, to_day;
};
struct tmn_figure {
    const char *text, *claim, *stated, *observed_text, *source, *grade, *note;
    struct tmn_selection of, over; /* over.outcome < 0: divided by nothing */
    struct tmn_expr *mean;  /* over the keys and the year: its mean (share, where it is a condition) over the persons
                             * counted; NULL: their number */
    struct tmn_expr *given; /* of a mean: over those alone for whom this holds; NULL: over all */
    bool per_year;
    double base;      /* added to the simulated figure */
    double low, high; /* where it must lie to agree with what was observed; NAN: not said */
    struct tmn_place place;
};

/* A check: a figure of an outcome over runs, beside the number, the sign or the law that is expected of it. */
enum tmn_take { TMN_TAKE_LAST, TMN_TAKE_FIRST, TMN_TAKE_SUM, TMN_TAKE_MAX, TMN_TAKE_WHEN_MAX, TMN_TAKE_MEAN_TIME };
enum tmn_expect {
    TMN_EXPECT_NUMBER,
    TMN_EXPECT_LAW,
    TMN_EXPECT_MORE,
    TMN_EXPECT_LESS,
    TMN_EXPECT_EQUAL,
    TMN_EXPECT_SAME
};
enum tmn_law { TMN_LAW_POISSON, TMN_LAW_NEGBIN, TMN_LAW_BINOMIAL, TMN_LAW_GEOMETRIC, TMN_LAW_STAGES };
enum tmn_check_kind { TMN_CHECK_PUBLISHED, TMN_CHECK_EXACT, TMN_CHECK_COMPUTED };
struct tmn_constant {            /* an expression over parameters and its value under the settings of its check */
    const struct tmn_expr *expr; /* NULL: not given */
    double value;
};
struct tmn_assigned { /* a parameter set for a check; value in base units, text as written */
    int parameter;
    double value;
    const char *text;
};
struct tmn_assigned_list {
    struct tmn_assigned *items;
    size_t count, capacity;
};
struct tmn_check {
    const char *name;
    struct tmn_place place;
    const char *text, *source, *note; /* source, note: or NULL */
    enum tmn_check_kind kind;
    struct tmn_assigned_list set, against;
    double *parameter;         /* [parameters] with `set` */
    double *against_parameter; /* [parameters] with `set` and then `against`, or NULL */
    int runs;
    bool slow;
    int outcome;                /* or -1: the number of windows run */
    int64_t cell[TMN_MAX_KEYS]; /* level, or -1: all */
    enum tmn_take take;
    struct tmn_constant over, above, given, expected, error, tolerance;
    enum tmn_expect expect;
    enum tmn_law law; /* EXPECT_LAW */
    const char *law_text;
    struct tmn_constant law_argument[2];
    bool times; /* EXPECT_LAW: each person of the outcome draws the number of its period, from 1 */
};

/* A change made to one thing that rules read, from a date on: what an arrow does to its cause. */
enum tmn_cause_kind { TMN_CAUSE_PARAMETER, TMN_CAUSE_DRIVER, TMN_CAUSE_FEEDBACK, TMN_CAUSE_PERSONS };
struct tmn_level_set {
    int attribute;
    uint32_t level;
};
struct tmn_assign { /* levels given to a keyed share of those who fit */
    struct tmn_level_set *set;
    size_t sets;
    struct tmn_expr *who; /* over attributes and maps; NULL: all alive */
    double share;
    uint32_t hash; /* of what is given to whom, whatever the share: a larger share holds a smaller one */
};
struct tmn_cause {
    enum tmn_cause_kind kind;
    const char *name; /* NULL of PERSONS */
    struct tmn_place place;
    int index;
    bool hold;                /* fixed at `amount`; else offset by it */
    double amount;            /* base units */
    const char *text;         /* the amount as written */
    struct tmn_assign assign; /* PERSONS */
};
enum tmn_target_kind { TMN_TARGET_TRANSITION, TMN_TARGET_EVENT, TMN_TARGET_FEEDBACK };
struct tmn_target {
    enum tmn_target_kind kind;
    const char *name;
    int index, branch; /* branch: of a transition, or -1 */
};
/* A signed link of the causal description: what is changed, what must follow at once, what is watched over time. */
enum tmn_sign { TMN_SIGN_LESS, TMN_SIGN_MORE, TMN_SIGN_MORE_OR_NONE };
struct tmn_arrow {
    const char *name;
    struct tmn_place place;
    const char *from, *to, *via, *note; /* via, note: or NULL */
    enum tmn_sign sign;
    bool delay;
    struct tmn_cause cause, with; /* with: the other factor of an interaction */
    bool has_with;
    int32_t at;
    int window, windows; /* the first window that begins on or after `at`; length of the horizon */
    double horizon;      /* years */
    struct tmn_target effect;
    int outcome;
    int64_t cell[TMN_MAX_KEYS]; /* level, or -1: all */
    const char **claims;
    size_t claim_count;
};
struct tmn_loop {
    const char *name;
    struct tmn_place place;
    const char *title, *note; /* note: or NULL */
    bool balancing;
    int *link; /* [links] arrows */
    size_t links;
    int cut; /* an arrow among the links, or -1: `set` */
    struct tmn_assigned_list set;
    struct tmn_cause pulse; /* of a loop that is cut by `set` */
    int outcome;
    int64_t cell[TMN_MAX_KEYS];
    const char **claims;
    size_t claim_count;
};

/* What documents say of the country, each with the experiment that could refute it (docs/claims.md). */
enum tmn_claim_class {
    TMN_CLAIM_ASSUMED,
    TMN_CLAIM_OBSERVED,
    TMN_CLAIM_CONSEQUENCE,
    TMN_CLAIM_RIVAL,
    TMN_CLAIM_NOT_TESTABLE,
    TMN_CLAIM_CLASSES
};
struct tmn_lever { /* changes made together */
    struct tmn_cause *items;
    size_t count; /* 0: none */
};
struct tmn_measured { /* cells of an outcome, added up; divided by those of another or not */
    int outcome;
    int64_t cell[TMN_MAX_KEYS]; /* level, or -1: all */
    int over;                   /* outcome, or -1 */
    int64_t over_cell[TMN_MAX_KEYS];
};
struct tmn_span { /* periods that begin within these days, inclusive */
    int32_t from_day, to_day;
};
struct tmn_experiment {
    struct tmn_lever lever, given, with, than; /* given: holds in all worlds */
    int window;                                /* the levers work from it on; 0: from the start */
    struct tmn_measured figure, against;       /* against.outcome -1: none */
    struct tmn_span span, before;              /* before: to_day < from_day where there is none */
    bool log;                                  /* log of a ratio; else a difference */
    int sign;                                  /* of the effect, if the claim is true: 1 or -1 */
    double smallest;                           /* effect that matters, above 0; in the outcome's base units */
};
struct tmn_claim_check { /* against data, without the model */
    double value;        /* as computed from the rows */
    size_t rows;
    double low, high; /* the claim has it between these; infinite: not bounded */
    const char *file;
};
struct tmn_carrier { /* what codes a claim */
    const char *name;
    int parameter; /* or -1: something else of that name */
};
struct tmn_scenario_claim {
    const char *id;
    struct tmn_place place;
    enum tmn_claim_class kind;
    const char *reason, *group;   /* group: of rivals, or NULL */
    const struct tmn_node *node;  /* as written */
    struct tmn_carrier *carriers; /* coefficients and links that carry it */
    size_t carrier_count;
    bool has_experiment;
    struct tmn_experiment experiment;
    struct tmn_claim_check check; /* OBSERVED */
};
struct tmn_coding { /* other values of the drivers */
    const char *name, *file;
    struct tmn_place place;
    double **value; /* [drivers] [windows], or NULL: as they are */
};
struct tmn_claim_controls {
    struct tmn_place place;
    struct tmn_lever placebo_lever;
    bool has_placebo_outcome;
    struct tmn_experiment placebo_outcome; /* its figure, measure and smallest effect alone */
    struct {
        struct tmn_coding *items;
        size_t count, capacity;
    } codings;
};
struct tmn_amendment {
    int32_t day;
    const char *text;
};

struct tmn_system {
    int number;
    struct tmn_place place;
    const char *name, *state /* in, coarse, out */, *note;
    int switch_parameter; /* or -1 */
    int *targets;         /* outcomes that it is there to move */
    size_t target_count;
    const char **claims;
    size_t claim_count;
    const char **documents;
    size_t document_count;
};
struct tmn_evidence {
    const char *id, *text, *source, *grade; /* source, grade: or NULL */
    struct tmn_place place;
};

struct tmn_population {
    struct tmn_place place;
    struct tmn_grounds grounds; /* of counts, households, units and the unborn: deals and draws have their own */
    struct tmn_expr *size;      /* over parameters; NULL: the sum of counts */
    int place_attribute;        /* or -1 */
    /* joint counts over attributes `by` after IPF inputs are read; world/ does the fitting */
    /* counts: features are attributes; margins: attributes or maps. Cell of key k, row-major, last key fastest: index i
     * holds the levels first + i * band .. first + (i + 1) * band - 1 (first may be negative; levels outside every
     * cell: 0 persons). */
    struct tmn_counts {
        int keys;
        int feature[TMN_MAX_KEYS];
        uint32_t band[TMN_MAX_KEYS];
        int32_t first[TMN_MAX_KEYS];
        uint32_t size[TMN_MAX_KEYS];
        double *value;
        size_t cells;
        struct tmn_place place;
        const char *file;
    } counts, *margin;
    size_t margins; /* counts.keys == 0: none given */
    struct tmn_draw_rule *deals;
    size_t deal_count;
    uint32_t *deal_hash; /* chances read parameters only */
    struct tmn_draw_rule *draws;
    size_t draw_count;
    uint32_t *draw_hash; /* chances read attributes, maps, age (at the start), tables, parameters; attribute.start holds
                            `set` */
    double household_size;
    struct tmn_expr *head;    /* 0: no households; head NULL: anyone */
    uint32_t unit_households; /* 0: no units */
    double unborn_per_household, unborn_reserve, unborn_national;
};

/* Prose about the model as the ODD protocol orders it (Grimm et al. 2020, JASSS 23(2)7): patterns belong to its
 * purpose, the others are its design concepts. */
#define TMN_CONCEPTS_OF(X)                                                                                             \
    X(PATTERNS, "patterns")                                                                                            \
    X(PRINCIPLES, "principles")                                                                                        \
    X(EMERGENCE, "emergence")                                                                                          \
    X(ADAPTATION, "adaptation")                                                                                        \
    X(OBJECTIVES, "objectives")                                                                                        \
    X(LEARNING, "learning")                                                                                            \
    X(PREDICTION, "prediction")                                                                                        \
    X(SENSING, "sensing")                                                                                              \
    X(INTERACTION, "interaction")                                                                                      \
    X(STOCHASTICITY, "stochasticity")                                                                                  \
    X(COLLECTIVES, "collectives")                                                                                      \
    X(OBSERVATION, "observation")
enum tmn_concept {
#define X(code, name) TMN_CONCEPT_##code,
    TMN_CONCEPTS_OF(X)
#undef X
        TMN_CONCEPTS
};
extern const char *const tmn_concept_names[TMN_CONCEPTS];

struct tmn_source_hash { /* a file of the scenario, named from its folder */
    const char *name;
    uint64_t hash;
};

struct tmn_model {
    struct tmn_arena *arena;
    const char *path, *name, *title, *purpose;
    const char *concept[TMN_CONCEPTS]; /* NULL: not written */
    uint64_t source_hash;              /* of every file read: the sum of those below */
    uint64_t variant;                  /* what was changed in its rules after reading (cut.c), or 0 */
    struct {
        struct tmn_source_hash *items;
        size_t count, capacity;
    } sources;
    struct tmn_calendar calendar;
    int32_t end_day;
    struct tmn_expr *until; /* the run ends with the window after which this national condition holds; or NULL */
    struct {
        struct tmn_attribute *items;
        size_t count, capacity;
    } attributes;
    struct {
        struct tmn_map *items;
        size_t count, capacity;
    } maps;
    struct {
        struct tmn_feature *items;
        size_t count, capacity;
    } features; /* attributes, maps, counters, age */
    struct {
        struct tmn_table *items;
        size_t count, capacity;
    } tables;
    struct {
        struct tmn_parameter *items;
        size_t count, capacity;
    } parameters;
    struct {
        struct tmn_driver *items;
        size_t count, capacity;
    } drivers;
    struct {
        struct tmn_feedback *items;
        size_t count, capacity;
    } feedbacks;
    struct {
        struct tmn_share *items;
        size_t count, capacity;
    } shares;
    struct {
        struct tmn_count *items;
        size_t count, capacity;
    } counts;
    struct {
        struct tmn_layer *items;
        size_t count, capacity;
    } layers;
    struct {
        struct tmn_counter *items;
        size_t count, capacity;
    } counters;
    struct {
        struct tmn_transition *items;
        size_t count, capacity;
    } transitions;
    struct {
        struct tmn_event *items;
        size_t count, capacity;
    } events;
    struct {
        struct tmn_outcome *items;
        size_t count, capacity;
    } outcomes;
    struct {
        struct tmn_observation *items;
        size_t count, capacity;
    } observations;
    struct {
        struct tmn_figure *items;
        size_t count, capacity;
    } figures;
    struct {
        struct tmn_check *items;
        size_t count, capacity;
    } checks;
    struct {
        struct tmn_arrow *items;
        size_t count, capacity;
    } arrows; /* in the order of their numbers */
    struct {
        struct tmn_loop *items;
        size_t count, capacity;
    } loops;
    struct {
        struct tmn_scenario_claim *items;
        size_t count, capacity;
    } claims;
    struct tmn_claim_controls controls;
    struct {
        struct tmn_amendment *items;
        size_t count, capacity;
    } amendments;
    uint64_t claims_hash; /* of the files that hold them */
    struct {
        struct tmn_system *items;
        size_t count, capacity;
    } systems;
    struct {
        struct tmn_evidence *items;
        size_t count, capacity;
    } evidence;
    uint32_t driver_slots, feedback_slots, share_slots, count_slots;
    struct tmn_expr *alive, *unborn; /* alive: the constant 1 when not declared; unborn NULL: none, else a MEMBER with
                                        one level of an attribute */
    int birth_year, age_feature;     /* attribute, feature; or -1 */
    int slots;                       /* clock slots per person */
    double enabled_mean;             /* clocks that a living person has, if all levels were alike frequent: a guess */
    struct tmn_population population;
    const char *map_geojson, *map_property;
    int map_feature; /* for the report, or NULL */
};

/* Reads `path` (a scenario.yaml or a folder that holds one) and compiles it. Reports every mistake it finds into
 * `list`. NULL if there is any error. The model and the diagnostics live in `arena`. */
struct tmn_model *tmn_model_read(struct tmn_arena *arena, const char *path, struct tmn_diagnostics *list);
/* The static checks alone (bounds of hazards, chances, rounding, reachability, use), also after settings. */
void tmn_model_check(struct tmn_model *model, struct tmn_diagnostics *list);

/* What is changed in a run from the first window that begins on or after a date: */
enum tmn_setting_kind {
    TMN_SET_PARAMETER,
    TMN_HOLD_FEEDBACK,  /* the variable is `value`, in all its places, whatever its rule and `add` say */
    TMN_SHIFT_FEEDBACK, /* who reads it, other than its own rule, sees it moved by `value`, within its range */
    TMN_ASSIGN_PERSONS  /* once, at the start of the window, before anything else */
};
struct tmn_setting {
    int parameter; /* or -1 */
    double value;  /* base units */
    int window;
    enum tmn_setting_kind kind;
    int feedback;                    /* of HOLD and SHIFT */
    int end;                         /* of HOLD and SHIFT: the first window without, or 0: never */
    const struct tmn_assign *assign; /* or NULL */
};
struct tmn_settings {
    struct tmn_setting *items;
    size_t count, capacity;
};
/* One change, values in the declared unit or with a unit, each with "@date" behind it or from the start:
 *   name=value        a parameter or driver
 *   hold name=value   a feedback variable, driver or parameter is fixed
 *   shift name=value  a feedback variable, driver or parameter is offset
 *   assign attribute=level, ... where predicate share number    (`where` and `share` may be left out)
 * Undated parameters and drivers change in place; all else is appended to `settings`. Unknown names are refused with a
 * suggestion. */
bool tmn_model_set(struct tmn_model *model, struct tmn_settings *settings, const char *assignment,
                   struct tmn_error *err);
/* The change that an arrow makes to its cause, from one window to before another (0: to the end). Drivers change in
 * place: `model` must be a copy of which nobody else reads (tmn_model_copy). */
void tmn_model_intervene(struct tmn_model *model, struct tmn_settings *settings, const struct tmn_cause *cause,
                         int window, int end);
void tmn_assign_key(const struct tmn_model *model, struct tmn_assign *assign); /* fills its hash */
/* A model that shares everything with `model` but parameters and drivers. */
struct tmn_model *tmn_model_copy(struct tmn_arena *arena, const struct tmn_model *model);

/* The value of a parameter as it is written for `--set`: a number in the declared unit, or with a unit; within the
 * range. In base units. */
bool tmn_parameter_parse(const struct tmn_parameter *parameter, const char *text, double *value, struct tmn_error *err);
/* A number in the unit that `unit_text` names (`factor` base units), or a number and a unit. In base units. */
bool tmn_value_parse(const char *name, const char *text, struct tmn_unit unit, double factor, const char *unit_text,
                     double *value, struct tmn_error *err);
/* A model that shares everything with `model` but the values of its parameters, for runs with other settings beside
 * each other. */
struct tmn_model *tmn_model_with(struct tmn_arena *arena, const struct tmn_model *model, const double *parameter);

/* A model that shares everything with `model` but these drivers, held[drivers], which keep from `window` (at least 1)
 * on what they were in the window before. */
struct tmn_model *tmn_model_hold(struct tmn_arena *arena, const struct tmn_model *model, const bool *held, int window);

/* A model in which `effect` alone sees a feedback variable otherwise: moved by `pulse` from `window` to before `end`,
 * and within its range; or, given its path [windows * slots], as the path says, likewise moved. */
struct tmn_model *tmn_model_cut(struct tmn_arena *arena, const struct tmn_model *model, int feedback,
                                const struct tmn_target *effect, const double *path, double pulse, int window, int end);
/* Does the effect read the variable itself? */
bool tmn_effect_reads(const struct tmn_model *model, const struct tmn_target *effect, int feedback);
/* A model with an outcome more for each of these variables, which has its value after every window. */
struct tmn_model *tmn_model_watch(struct tmn_arena *arena, const struct tmn_model *model, const int *feedback,
                                  size_t count);

/* Persons at the start of the world at scale 1, as size, counts or else the first margin have them. */
double tmn_population_persons(const struct tmn_model *model);

int tmn_feature_of_attribute(const struct tmn_model *model, int attribute);
int tmn_feature_find(const struct tmn_model *model, const char *name); /* -1 if absent */
static inline uint32_t tmn_level(const struct tmn_packed *packed, const struct tmn_attribute *attribute) {
    return (uint32_t)(packed->word[attribute->word] >> attribute->shift) & ((UINT32_C(1) << attribute->bits) - 1u);
}
static inline void tmn_set_level(struct tmn_packed *packed, const struct tmn_attribute *attribute, uint32_t level) {
    uint64_t mask = ((UINT64_C(1) << attribute->bits) - 1u) << attribute->shift;
    packed->word[attribute->word] = (packed->word[attribute->word] & ~mask) | ((uint64_t)level << attribute->shift);
}
/* Fills level[] of attributes and maps from a person's attributes. */
void tmn_model_unpack(const struct tmn_model *model, const struct tmn_packed *packed, uint32_t *level);
/* Index of a stratum from level[]. */
static inline uint32_t tmn_stratum(const struct tmn_strata *strata, const uint32_t *level) {
    uint32_t index = 0;
    for (int i = 0; i < strata->n; i++)
        index += level[strata->feature[i]] * strata->stride[i];
    return index;
}
/* Fills level[] of the stratum's features from its index; strides must ascend (the first feature runs fastest). */
void tmn_stratum_levels(const struct tmn_strata *strata, uint32_t index, uint32_t *level);

#endif
