/* The state of a run, private to the engine: columns by row, tables by stratum, lists by block of rows, tallies by
 * worker.
 *
 * A window passes through the phases of window.c. What one block of rows does to others (messages, counters) is
 * collected in lists of the block that caused it and delivered by the block that receives it, so no two threads write
 * one datum; what is summed over everybody is summed in integers per worker. Blocks have a fixed number of rows:
 * nothing depends on the number of threads. */
#ifndef TMN_ENGINE_STATE_H
#define TMN_ENGINE_STATE_H

#include "base/column.h"
#include "base/draw.h"
#include "engine/engine.h"
#include "engine/profile.h"
#include "engine/sieve.h"
#include "engine/wheel.h"

enum {
    BLOCK_ROWS = 16384,
    SLOT_SHARER = 0x3f,   /* of a slot: 1 + which of the transitions that share it is enabled, or 0 */
    SLOT_ADVANCED = 0x40, /* of a slot: k has already advanced in this window */
    SLOT_AIMED = 0x80,    /* of a slot, event engine: its clock word was changed by a counter in this window */
    SHARERS = SLOT_SHARER + 1,
    PRESENT_WORDS = BLOCK_ROWS / 64 / 64,
    ROWS_AHEAD = 12 /* rows that are fetched before their turn */
};

/* Entries of C and G tables that are no numbers; all numbers lie below 2^63. TMN_CERTAIN is a chance of 1. */
#define FACTOR_BAD (UINT64_MAX - 1)      /* negative or not finite: an error once somebody meets it */
#define FACTOR_DISABLED (UINT64_MAX - 2) /* C: the personal predicate is false here */
#define FACTOR_SPECIAL (UINT64_C(1) << 63)

enum row_flag {
    ROW_ALIVE = 1,
    ROW_UNBORN = 2,
    ROW_TOUCHED = 4 /* in this window's list */,
    ROW_CLOCKS = 8 /* reference engine: some clock is enabled */,
    ROW_COUNTED = 16 /* event engine: a counter that clocks read has changed in this window */
};

/* A growing list; items keep their memory from window to window. */
struct tmn_list {
    void *items;
    size_t count, capacity;
};
/* Room for one more item, whose fields the caller all sets, or NULL when memory ran out. */
static inline void *tmn_list_add(struct tmn_list *list, size_t size);
bool tmn_list_reserve(struct tmn_list *list, size_t count, size_t size); /* for `count` items in all */
static inline void *tmn_list_add(struct tmn_list *list, size_t size) {
    if (list->count == list->capacity && !tmn_list_reserve(list, list->count + 1, size))
        return NULL;
    return (char *)list->items + list->count++ * size;
}

/* A stratum's index straight from packed attributes: the sum of part[first + level] over terms. */
struct tmn_key_term {
    uint32_t first, mask;
    uint8_t word, shift;
};
/* The same of a counter, or (column NULL) of age, which are not packed. */
struct tmn_key_late {
    const uint16_t *column, *degree; /* degree: of a share, the living ties; else NULL */
    uint32_t first, most;            /* most: of a counter */
    int feature;
};
struct tmn_key {
    struct tmn_key_term *items;
    uint32_t count, lates;
    struct tmn_key_late *late;
};

/* A predicate over attributes and maps as a table over its strata, or evaluated when that would be too large. */
struct tmn_predicate {
    const struct tmn_expr *expr;
    struct tmn_strata strata;
    struct tmn_key key;
    uint8_t *truth;
};

/* The attributes in which two states of a person differ, and who has to look at such a change: bit i of an attribute's
 * words says that i (an outcome, a test, a share) reads it. */
struct tmn_changes {
    uint32_t count;
    uint8_t attribute[TMN_MAX_ATTRIBUTES];
};
struct tmn_watch {
    uint64_t *bits; /* [attributes * words] */
    uint32_t words;
    struct tmn_packed any; /* bits of attributes that somebody watches */
};

/* All predicates of a run in one sieve: who is alive (the first test, as others ask for it), who unborn, then those of
 * shares, counters and stocks. */
enum { TEST_ALIVE, TEST_UNBORN, TESTS_FIRST };
struct tmn_tests {
    struct tmn_sieve sieve;
    const struct tmn_predicate **predicate; /* [count] NULL: of nobody */
    size_t count, share, counter, outcome;  /* number of all, and of the first of each kind */
};

/* How to get the level of a feature from a row; only those from which clocks' strata are made. */
struct tmn_attribute_recipe {
    uint16_t feature;
    uint8_t word, shift;
    uint32_t mask;
};
struct tmn_counter_recipe {
    uint16_t feature;
    const uint16_t *column, *degree; /* degree: of a share, the living ties; else NULL */
    uint32_t max;
};
struct tmn_recipes {
    struct tmn_attribute_recipe *attribute;
    size_t attributes;
    struct tmn_counter_recipe *counter;
    size_t counters;
    bool age;
};

/* A term of a stratum's index: part[first + level of feature], level times stride, or the mapped level times stride. */
struct tmn_term {
    uint32_t feature, first;
};
struct tmn_terms {
    struct tmn_term *items;
    uint32_t count;
}; /* count: a multiple of 2, filled up with terms of zero */

/* What an expression list depends on beyond its stratum: recompute when one of these changed. */
struct tmn_dependence {
    struct tmn_list driver, feedback, share; /* int */
    bool year, window;
};

/* The value of an expression that firings and messages read, kept by stratum for as long as nothing else that it reads
 * changes. Each worker keeps its own; a value that is none is not kept but told each time. */
enum tmn_memo_kind { MEMO_CHANCE /* in 2^-32 */, MEMO_AMOUNT /* in 2^-20 */, MEMO_TRUTH };
struct tmn_memo {
    const struct tmn_expr *expr;
    enum tmn_memo_kind kind;
    struct tmn_key key;
    struct tmn_dependence on;
    uint32_t first, strata; /* of the workers' cells; 0 strata: too many, evaluated each time */
    uint32_t epoch;         /* cells of another epoch are out of date */
};
struct tmn_memo_cell {
    int64_t value;
    uint32_t epoch;
};

/* What a firing needs of an action of a branch. */
struct tmn_item_rule {
    uint32_t tell;          /* id */
    struct tmn_memo *memo;  /* ADD: amount; TELL: chance, or NULL */
    struct tmn_list *reads; /* BIRTH: [draws] of int, the features that each draw's chances read */
};

/* What a branch does to the attributes of its person: sets as masks, then copies of what stood before, then steps, each
 * clamped. */
struct tmn_place_of { /* of an attribute among packed words */
    uint64_t mask;    /* of its levels */
    uint8_t word, shift;
};
struct tmn_effect {
    uint64_t keep[2], put[2];
    struct tmn_copy {
        struct tmn_place_of to, from;
    } * copy;
    struct tmn_steps {
        struct tmn_place_of of;
        int64_t by, top; /* top: level */
    } * steps;
    uint32_t copies, step_count;
};

struct tmn_branch_rule {
    struct tmn_memo *chance; /* NULL: the rest */
    struct tmn_effect effect;
    bool sends; /* adds, tells, gives birth */
};

/* What the loop over persons needs of a transition, close together. */
struct tmn_clock_rule {
    uint64_t *c, *g;         /* tables over the personal and the shared stratum */
    struct tmn_packed reads; /* bits of the attributes that they read */
    struct tmn_terms personal, shared;
    uint64_t windows;                 /* AFTER: threshold */
    struct tmn_list counts, outcomes; /* uint32_t: model counts and FIRINGS outcomes that this transition feeds */
    struct tmn_branch_rule *branch;   /* [branches] */
    struct tmn_item_rule *item;       /* [branches * most items] */
    uint32_t most_items;
};

enum tmn_path { TMN_PATH_KNOWN /* all of G */, TMN_PATH_GIVEN /* a factor of G */, TMN_PATH_TIME };

/* G of a transition accumulated, event engine. A clock that was enabled all the time has lost C times the growth of the
 * sum of its place: persons of one birth year and week pass the same ages, so that a birthday changes nothing of it. */
struct tmn_accrual {
    struct tmn_key personal, shared; /* shared: without age */
    uint64_t *sum;                   /* modulo 2^64; [others], or [cohorts * others] where G reads age */
    size_t sums;
    uint32_t others, *base, age_stride; /* base[other]: stratum at age 0; NULL: G does not read age */
    double *reach;                      /* [sums] G can not grow by more before window refill_at */
    enum tmn_path kind;
    double *path;           /* [paths * (windows + 1)] sum up to the start of each window of what is known of G */
    uint32_t paths;         /* as many as strata, or one for all */
    double *rate;           /* [strata] G per unit of its path is taken never to be above; else all is filed anew */
    double slack;           /* of rates over G */
    bool refill;            /* in this window */
    int refill_at, horizon; /* clocks that may run out before window refill_at are in the wheel */
    bool alike;             /* as of the last refill: all enabled clocks have this C and the one sum */
    uint64_t c;
    uint8_t epoch; /* of entries in wheels that count */
};

/* What is filed anew in a window. */
struct tmn_refill {
    uint16_t *transition, *slot; /* which, and where those stand */
    uint32_t transitions, slots;
    uint16_t *of; /* [slots * SHARERS] the transition, or the number of all where nothing is filed anew */
};

/* A tell action; ids follow the order of full names. */
struct tmn_tell {
    const struct tmn_action *action;
    struct tmn_memo *who; /* or NULL: all */
    int transition, branch, item;
};

/* G as a product: of conditions, then of factors, each by the levels that it reads, which are few beside the strata. */
struct tmn_part {
    const struct tmn_expr *expr;
    bool inverse, given; /* given: reads nothing that the run brings forth */
    struct tmn_dependence on;
    struct tmn_strata strata;
    double *value; /* [strata] */
    uint32_t *at;  /* [shared strata] index of value */
};
struct tmn_product {
    struct tmn_part *part;
    size_t conditions, parts; /* the first ones; all */
};

/* A piece of a table of C (personal) or G to be made. */
struct tmn_task {
    int transition;
    uint32_t first;
    bool personal;
};

struct tmn_event_rule {
    uint64_t *left;
    uint32_t *k;
    uint32_t slots;
}; /* [slots] clocks of places, or one of the nation */

/* Where a row stands among the sums of G of a transition. */
struct tmn_share_of {
    uint32_t other, birth_year; /* birth_year: level */
    size_t at;                  /* of sum */
};

/* ---- lists of a block ---- */
struct tmn_touched {
    struct tmn_packed before;
    uint32_t row;
};                /* before: at the window's start */
struct tmn_kept { /* a clock that ran out and changed nothing that clocks read */
    uint32_t row;
    int slot;
};
struct tmn_message {
    uint32_t receiver, tell, sender;
};
struct tmn_call {    /* what a firing tells along ties */
    uint64_t chance; /* of each tie, in 2^-32 */
    uint32_t row, k, tell;
};
struct tmn_birth {
    uint32_t row, child; /* of the mother; of the child, once it is chosen */
    struct tmn_packed mother;
    int transition, branch, item;
};
struct tmn_born {
    uint32_t child, birth; /* its number among the window's, mothers in row order */
};
struct tmn_delta {
    uint32_t row;
    uint16_t counter;
    int16_t by;
};
struct tmn_told {
    struct tmn_happening happening;
    uint32_t order;
};

enum failure_kind {
    FAILED_NOT = 0,
    FAILED_MEMORY,
    FAILED_C,
    FAILED_G,
    FAILED_LARGE,
    FAILED_CHANCE,
    FAILED_AMOUNT,
    FAILED_UNBORN,
    FAILED_COUNTER,
    FAILED_FLAGS
};
struct tmn_failure {
    enum failure_kind kind;
    uint32_t row;
    int transition, branch;
    double value;
    struct tmn_packed packed;
};

/* k of the few clocks that went beyond the column: open addressing, keys are local row * transitions + transition + 1.
 */
struct tmn_overflow {
    struct {
        uint32_t key, k;
    } * items;
    uint32_t count, capacity;
};

struct tmn_block {
    struct tmn_wheel wheel;
    struct tmn_list touched, told;
    struct tmn_list kept; /* rows ascend; of rows that are not touched by what ran out */
    struct tmn_overflow overflow;
    struct tmn_failure failure; /* the first one */
};

/* A clock that ran out in this window. */
struct tmn_expired {
    uint64_t left, use;
    int slot, transition;
    bool certain, fires;
    uint32_t k, uniform;       /* uniform: of what chooses between branches */
    const struct tmn_due *due; /* event engine */
};

/* A clock that starts, and what becomes of its threshold. */
struct tmn_start {
    uint64_t windows, overshoot, accrued; /* windows: the threshold, or 0: drawn; overshoot: taken off what is left;
                                             accrued: added for the word */
    uint64_t c;
    struct tmn_share_of share;
    uint32_t row;
    int transition;
    bool file; /* event engine: to be noted in the wheel, by C and share */
};

/* Those whose thresholds are still to be drawn. */
enum { AIM_CLOCKS = 256 };
struct tmn_aim {
    struct tmn_start start[AIM_CLOCKS];
    uint32_t row[AIM_CLOCKS], k[AIM_CLOCKS], hash[AIM_CLOCKS], count;
};

/* Scratch of a few rows that tell all their ties something. */
struct tmn_teller {
    uint32_t *rows, *ties;                        /* [rows at once] and how many ties each has */
    uint32_t *tie;                                /* [rows * largest degree of the layer] */
    uint32_t *row, *partner, *k, *hash, *uniform; /* of the draw of each tie, one after the other */
};

/* A clock that a wheel handed over and that has run out, or whose factors are no numbers. */
struct tmn_due {
    uint64_t left, c, g;
    uint32_t row;
    int16_t slot, transition;
    struct tmn_share_of share;
    uint32_t k, uniform; /* see struct tmn_expired; drawn for all that are due */
};

/* Notes on their way into wheels: random places in memory, which are fetched before their turn. */
enum { NOTES = 32, NOTES_AHEAD = 12 };
struct tmn_notes {
    struct tmn_note {
        struct tmn_block *block;
        uint32_t entry, row;
        int window;
    } note[NOTES];               /* a ring */
    uint32_t filed, seen, count; /* of all ever: in wheels, their chunk is on its way, all */
};

struct tmn_worker {
    struct tmn_env env;
    struct tmn_list popped, due, order; /* uint32_t, struct tmn_due, uint32_t: of a block */
    struct tmn_notes notes;
    uint8_t *group;             /* [(transitions + 1) * 64] rows of a group of 64, by transition */
    uint8_t *group_count;       /* [transitions + 1] */
    uint64_t *affected;         /* [transitions / 64 + 1] */
    uint32_t *touched_at;       /* [BLOCK_ROWS] index among the touched rows of a block */
    double *driver_view;        /* [driver_slots] drivers of a window to come */
    uint32_t *level, *asked;    /* [features] of a row; of what tmn_predicate_eval and tmn_memo_value evaluate */
    struct tmn_memo_cell *cell; /* [cells of all memos] */
    struct tmn_list message, birth, born, delta; /* for rows of any block */
    struct tmn_list sorted;                      /* messages of a block, scratch */
    double *chance;                              /* [most levels] cumulated, of a draw at a birth */
    uint32_t birth_failed;                       /* number of the first birth that failed, plus one; or 0 */
    struct tmn_error birth_error;
    struct tmn_expired *expired; /* [slots] */
    struct tmn_aim aim;
    struct tmn_list call, counted; /* of the block in work: struct tmn_call, and struct tmn_delta of those counted */
    struct tmn_teller teller;
    uint8_t *wanted; /* [slots] */
    struct tmn_set_winner {
        int32_t priority;
        uint32_t level;
        int64_t steps;
        bool set, met;
    } * winner; /* [attributes] */
    int *met;   /* [attributes] */
    /* this window's sums */
    int64_t *count;           /* [count_slots] */
    tmn_i128 *add, *add_once; /* [feedback_slots] 2^-20, of persons and of events */
    int64_t *flow, *stock;    /* [cells of all outcomes] */
    struct tmn_ratio *share;  /* [share_slots] */
    tmn_u128 rows_digest;
    int64_t alive;
    tmn_u128 clocks_digest; /* of a full digest */
    struct tmn_counters_of_run tally;
    struct tmn_sampler sampler;
    char apart[128]; /* workers write on lines of their own */
};

/* ---- outcomes ---- */
struct tmn_outcome_state {
    struct tmn_predicate predicate;
    struct tmn_key by;
    uint32_t first; /* of its cells among all */
    int periods;
    double *value, *simulated;     /* [periods * cells] */
    int32_t *first_day, *last_day; /* [periods] */
    uint64_t *token;               /* [cells] of names of outcome and levels */
};

struct tmn_run {
    const struct tmn_model *model;
    struct tmn_run *self; /* for questions to a const run that need scratch */
    struct tmn_run_options options;
    struct tmn_world *world;
    struct tmn_pool *pool;
    struct tmn_arena arena; /* everything but columns and lists */
    struct tmn_error error; /* of the step that failed; none goes on after it */
    bool failed;
    int window, windows;   /* done, to do */
    bool until_held;       /* the scenario's `until`, which ended the run */
    struct tmn_window now; /* the window being computed */

    uint32_t rows, blocks, alive;
    int slots, birth_year_feature;
    size_t transitions;
    struct tmn_packed *packed; /* [rows], the world's */
    /* [rows * person_bytes] of each person, side by side: [slots] clock words (2^-58; AFTER: windows), birth week,
     * [slots] which clock a slot holds, k (see tmn_k_place), flags (enum row_flag) */
    uint8_t *person;
    size_t person_bytes, week_at, slot_at, k_at, flags_at;
    int16_t *enabled;        /* [slots * SHARERS] transition of a slot's low bits, or -1 */
    uint32_t k_bits, k_most; /* of one number; the most: the number stands in the block's overflow table */
    uint16_t **counter;      /* [counters] of [rows]: true counts */

    double *parameter, *driver; /* this window's */
    double *feedback, *feedback_next;
    struct tmn_ratio *share;              /* as of the last commit */
    struct tmn_ratio *share_read;         /* what expressions read: the same, or the start's when cut */
    double *count;                        /* [count_slots] weighted */
    int64_t *stock, *cumulative, *period; /* [cells] stocks; flows and firings since the start and in this period */
    uint32_t cells;
    bool *driver_changed, *feedback_changed, *share_changed; /* since the tables were last made */
    int tables_year, tables_quarter_days; /* of the last window for which G was made; 0 days: never */

    struct tmn_predicate alive_rule, unborn_rule, *share_rule, *counter_rule;
    struct tmn_watch flow_watch, test_watch, key_watch,
        place_watch;             /* of outcomes; of tests; of those where they are counted; of shares, too */
    uint8_t attribute_at[2][64]; /* attribute of each bit of packed words */
    uint64_t attribute_bits[TMN_MAX_ATTRIBUTES]; /* all bits of an attribute in its word */
    struct tmn_tests tests;
    bool *counter_read;      /* [counters] strata of clocks read it; reference engine: personal ones */
    uint32_t *counter_order; /* [counters] by layer */
    struct tmn_recipes recipes;
    struct tmn_clock_rule *rule; /* [transitions] */
    struct tmn_sieve clocks;     /* tests: transitions; which may be enabled */
    uint8_t *enabled_somewhere;  /* scratch: [largest personal strata] */
    struct tmn_accrual *accrual; /* [transitions] */
    struct tmn_refill refill;
    int note_bits;                     /* of a note in a wheel: for its transition */
    struct tmn_watch clock_watch;      /* of transitions: what their strata read */
    uint64_t *reads_counter;           /* [counters * clock_watch.words] */
    struct tmn_count_rule *count_rule; /* [counters] see delta.c */
    uint64_t *reads_any_counter;       /* [clock_watch.words] */
    int windows_ahead;                 /* of paths */
    bool *g_fresh;                     /* [transitions] G was made anew for this window */
    uint64_t *present;  /* [blocks * transitions * PRESENT_WORDS] a bit for 64 rows: a clock may be enabled */
    bool present_known; /* else any clock may be enabled */
    struct {
        uint32_t *items;
        size_t count, capacity;
    } part;                      /* parts of strata's indices */
    struct tmn_dependence *g_on; /* [transitions] */
    struct tmn_product *product; /* [transitions] G by parts */
    struct tmn_task *task;
    struct tmn_tell *tell;
    uint32_t tells;
    struct {
        struct tmn_memo **items;
        size_t count, capacity;
    } memo;
    uint32_t memo_cells;
    struct tmn_event_rule *event; /* [events] */
    struct tmn_outcome_state *outcome;
    uint64_t *feedback_token; /* [feedback_slots] */

    struct tmn_block *block;   /* [blocks] */
    struct tmn_worker *worker; /* [threads] */
    int workers;
    struct tmn_list message, birth, born, delta; /* of all, by receiver's block */
    uint32_t *bucket;                            /* [blocks + 1] first of each block */
    uint32_t *scatter;                           /* [workers * blocks] where a worker's next item for a block goes */
    uint32_t *place_cursor, nation_cursor;       /* first row of each reserve that may be unborn */
    tmn_u128 rows_digest, outcome_digest, start_digest; /* start_digest: of the rows as they were made */
    struct tmn_digest weekly;
    struct tmn_counters_of_run counters;
    struct tmn_ticks ticks;
};

static inline uint32_t block_first(uint32_t block) {
    return block * (uint32_t)BLOCK_ROWS;
}
static inline uint32_t block_end(const struct tmn_run *run, uint32_t block) {
    uint32_t end = block_first(block) + (uint32_t)BLOCK_ROWS;
    return end < run->rows ? end : run->rows;
}
/* run.c */
typedef void tmn_rows_fn(struct tmn_run *run, struct tmn_worker *worker, uint32_t block);
void tmn_run_blocks(struct tmn_run *run, tmn_rows_fn *fn); /* over all blocks of rows */
/* The same where all blocks together have `items` to do: a few are not worth waking other threads for. */
void tmn_run_blocks_of(struct tmn_run *run, tmn_rows_fn *fn, size_t items);
/* failure.c: the first failure in the order of rows as an error; true if there is none. */
bool tmn_run_sound(struct tmn_run *run, struct tmn_error *err);
void tmn_fail_row(struct tmn_block *block, struct tmn_failure failure);

/* level.c */
void tmn_recipes_make(struct tmn_run *run);
void tmn_terms_make(struct tmn_run *run, const struct tmn_strata *strata, struct tmn_terms *terms);
void tmn_predicate_make(struct tmn_run *run, struct tmn_predicate *predicate, const struct tmn_expr *expr);
void tmn_predicate_fill(struct tmn_run *run, struct tmn_predicate *predicate);
bool tmn_predicate_eval(const struct tmn_run *run, struct tmn_worker *worker, const struct tmn_predicate *predicate,
                        const struct tmn_packed *packed);
void tmn_key_make(struct tmn_run *run, const struct tmn_strata *strata, struct tmn_key *key);
uint32_t tmn_key_late(const struct tmn_run *run, const struct tmn_key *key, uint32_t row,
                      const struct tmn_packed *packed);
/* Strata of the features that `reads` marks, first feature fastest as tmn_stratum_levels wants it; false when there
 * are more than `most` or too many features. */
bool tmn_strata_of(const struct tmn_model *model, const bool *reads, uint32_t most, struct tmn_strata *strata);
/* The level of an attribute or a map. */
uint32_t tmn_feature_level(const struct tmn_model *model, int feature, const struct tmn_packed *packed);
/* All features of a row from `packed`, with counters as committed and age of this window. */
void tmn_row_levels(const struct tmn_run *run, uint32_t row, const struct tmn_packed *packed, uint32_t *level);

static inline uint32_t tmn_key_of(const struct tmn_run *run, const struct tmn_key *key,
                                  const struct tmn_packed *packed) {
    const uint32_t *part = run->part.items;
    uint32_t index = 0;
    for (const struct tmn_key_term *term = key->items, *end = term + key->count; term < end; term++)
        index += part[term->first + ((uint32_t)(packed->word[term->word] >> term->shift) & term->mask)];
    return index;
}
/* Of a row: counters and age too. */
static inline uint32_t tmn_key_index(const struct tmn_run *run, const struct tmn_key *key, uint32_t row,
                                     const struct tmn_packed *packed) {
    uint32_t index = tmn_key_of(run, key, packed);
    return __builtin_expect(key->lates == 0, 1) ? index : index + tmn_key_late(run, key, row, packed);
}
static inline bool tmn_holds(const struct tmn_run *run, struct tmn_worker *worker,
                             const struct tmn_predicate *predicate, const struct tmn_packed *packed) {
    return predicate->truth != NULL ? predicate->truth[tmn_key_of(run, &predicate->key, packed)] != 0
                                    : tmn_predicate_eval(run, worker, predicate, packed);
}

/* Does a test hold that may hold by the sieve? */
static inline bool tmn_test_holds(const struct tmn_run *run, struct tmn_worker *worker, size_t test,
                                  const struct tmn_packed *packed) {
    const struct tmn_tests *tests = &run->tests;
    return (tests->sieve.exact[test / 64] >> (test % 64) & 1) != 0 ||
           tmn_holds(run, worker, tests->predicate[test], packed);
}

/* change.c */
void tmn_changes_prepare(struct tmn_run *run); /* who watches what */
void tmn_watch_make(struct tmn_run *run, struct tmn_watch *watch, size_t watchers);
void tmn_watch_feature(struct tmn_run *run, struct tmn_watch *watch, size_t watcher, int feature); /* but counters */
static inline void tmn_changes_of(const struct tmn_run *run, const struct tmn_packed *before,
                                  const struct tmn_packed *after, struct tmn_changes *changes) {
    changes->count = 0;
    for (int w = 0; w < 2; w++)
        for (uint64_t bits = before->word[w] ^ after->word[w]; bits != 0;) {
            uint8_t a = run->attribute_at[w][__builtin_ctzll(bits)];
            bits &= ~run->attribute_bits[a];
            changes->attribute[changes->count++] = a;
        }
}
/* Does anybody watch what differs? */
static inline bool tmn_watched_by_any(const struct tmn_watch *watch, const struct tmn_packed *before,
                                      const struct tmn_packed *after) {
    return (((before->word[0] ^ after->word[0]) & watch->any.word[0]) |
            ((before->word[1] ^ after->word[1]) & watch->any.word[1])) != 0;
}
/* A word of the bits of those who watch any of the changes. */
static inline uint64_t tmn_watching(const struct tmn_watch *watch, const struct tmn_changes *changes, uint32_t word) {
    uint64_t bits = 0;
    for (uint32_t i = 0; i < changes->count; i++)
        bits |= watch->bits[changes->attribute[i] * watch->words + word];
    return bits;
}
/* for each i, ascending, that watches any of the changes */
#define TMN_EACH_WATCHING(i, watch, changes)                                                                           \
    for (uint32_t word_ = 0; word_ < (watch)->words; word_++)                                                          \
        for (uint64_t bits_ = tmn_watching(watch, changes, word_), i;                                                  \
             bits_ != 0 && (i = 64 * word_ + (uint32_t)__builtin_ctzll(bits_), true); bits_ &= bits_ - 1)

/* memo.c */
struct tmn_memo *tmn_memo_make(struct tmn_run *run, const struct tmn_expr *expr, enum tmn_memo_kind kind);
void tmn_memos_refresh(struct tmn_run *run); /* before G is made anew, which forgets what has changed */
/* The value for a row in state `packed`; false, with the number in *bad, when it is no chance or no amount. */
bool tmn_memo_value(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_memo *memo, uint32_t row,
                    const struct tmn_packed *packed, int64_t *value, double *bad);

static inline uint8_t *tmn_person(const struct tmn_run *run, uint32_t row) {
    return run->person + (size_t)row * run->person_bytes;
}
static inline uint8_t *tmn_slots(const struct tmn_run *run, uint32_t row) {
    return tmn_person(run, row) + run->slot_at;
}
static inline uint8_t *tmn_flags(const struct tmn_run *run, uint32_t row) { /* enum row_flag */
    return tmn_person(run, row) + run->flags_at;
}
static inline uint16_t *tmn_week(const struct tmn_run *run, uint32_t row) { /* of birth; only with age */
    return (uint16_t *)(void *)(tmn_person(run, row) + run->week_at);
}
/* Fetches the lines of a row before its turn. */
static inline void tmn_prefetch_row(const struct tmn_run *run, uint32_t row) {
    const uint8_t *person = tmn_person(run, row);
    __builtin_prefetch(&run->packed[row]);
    for (size_t at = 0; at < run->person_bytes; at += 64)
        __builtin_prefetch(person + at, 1);
    __builtin_prefetch(person + run->person_bytes - 1, 1);
    for (size_t i = 0; i < run->recipes.counters; i++)
        __builtin_prefetch(&run->recipes.counter[i].column[row]);
}
static inline uint32_t tmn_row_age(const struct tmn_run *run, uint32_t row, uint32_t birth_year_level) {
    return tmn_age(run->now.year, run->now.in_year,
                   run->model->attributes.items[run->model->birth_year].first + (int)birth_year_level,
                   *tmn_week(run, row));
}
/* What expressions read of a counter: the number up to the most, or the part of the living ties. */
static inline uint32_t tmn_counter_read(uint32_t count, uint32_t max) {
    return count < max ? count : max;
}
static inline uint32_t tmn_share_read(uint32_t count, uint32_t degree, uint32_t share) {
    if (count >= degree) /* more while the changes of one window are taken one by one */
        return degree == 0 ? 0 : share;
    return share * count / degree; /* both counts below 2^16, share at most 10,000 */
}
static inline uint32_t tmn_counter_level(const struct tmn_run *run, int counter, uint32_t row) {
    const struct tmn_counter *it = &run->model->counters.items[counter];
    uint32_t count = run->counter[counter][row];
    return it->share > 0 ? tmn_share_read(count, run->counter[it->degree][row], it->share)
                         : tmn_counter_read(count, it->max);
}
/* The transition whose clock is enabled in a slot of a row, or -1. */
static inline int tmn_clock_of(const struct tmn_run *run, uint32_t row, int slot) {
    return run->enabled[slot * SHARERS + (tmn_slots(run, row)[slot] & SLOT_SHARER)];
}
/* The word of a clock. Reference engine: what is left. Event engine: left + C x sum of G, modulo 2^64, so that it holds
 * while nothing but time passes; between running out and the end of the window, and while nothing is accrued yet: left.
 */
static inline uint64_t *tmn_clock(const struct tmn_run *run, uint32_t row, int slot) {
    return (uint64_t *)(void *)tmn_person(run, row) + slot;
}
/* What is left of an enabled clock at the end of the last window. */
uint64_t tmn_left(const struct tmn_run *run, uint32_t row, int slot);
/* Levels of what the strata of clocks are made from, but age. */
static inline void tmn_clock_levels(const struct tmn_run *run, uint32_t row, const struct tmn_packed *packed,
                                    uint32_t *level) {
    const struct tmn_recipes *recipes = &run->recipes;
    for (size_t i = 0; i < recipes->attributes; i++) {
        const struct tmn_attribute_recipe *from = &recipes->attribute[i];
        level[from->feature] = (uint32_t)(packed->word[from->word] >> from->shift) & from->mask;
    }
    for (size_t i = 0; i < recipes->counters; i++) {
        const struct tmn_counter_recipe *from = &recipes->counter[i];
        level[from->feature] = from->degree != NULL ? tmn_share_read(from->column[row], from->degree[row], from->max)
                                                    : tmn_counter_read(from->column[row], from->max);
    }
}
static inline uint32_t tmn_terms_stratum(const struct tmn_terms *terms, const uint32_t *part, const uint32_t *level) {
    uint32_t index = 0;
    const struct tmn_term *term = terms->items, *end = term + terms->count;
    for (; term < end; term += 2)
        index += part[term[0].first + level[term[0].feature]] + part[term[1].first + level[term[1].feature]];
    return index;
}
/* The slot of a person's place among those of a variable or share `by` places. */
static inline uint32_t tmn_place_slot(const struct tmn_model *model, int by, const struct tmn_packed *packed) {
    return by < 0 ? 0 : tmn_feature_level(model, by, packed);
}
static inline bool tmn_same(const struct tmn_packed *a, const struct tmn_packed *b) {
    return a->word[0] == b->word[0] && a->word[1] == b->word[1];
}

/* factors.c */
void tmn_factors_prepare(struct tmn_run *run); /* what G depends on */
void tmn_c_tables(struct tmn_run *run);
void tmn_g_tables(struct tmn_run *run); /* those that changed */
void tmn_depend(struct tmn_arena *arena, const struct tmn_expr *expr, struct tmn_dependence *on);
bool tmn_stale(const struct tmn_run *run, const struct tmn_dependence *on);
/* Evaluates all parts of G of a transition for the window of `env`. */
void tmn_parts_evaluate(const struct tmn_run *run, struct tmn_worker *worker, uint32_t t, struct tmn_env *env);
/* Do the conditions of a stratum hold, and the product of its factors: of all, or of those that are given. */
bool tmn_parts_hold(const struct tmn_product *product, uint32_t stratum, bool given);
double tmn_parts_value(const struct tmn_product *product, uint32_t stratum, bool given);
uint64_t tmn_g_units(const struct tmn_run *run, uint32_t t, uint32_t stratum, double window_y); /* an entry of G */
double tmn_g_value(const struct tmn_transition *transition, const struct tmn_env *env);
double tmn_c_value(const struct tmn_transition *transition, const struct tmn_env *env);
bool tmn_shared_holds(const struct tmn_transition *transition, const struct tmn_env *env);

/* need.c */
double tmn_run_row_bytes(const struct tmn_model *model); /* of a run's columns, without the world's */
/* False when the run would not fit into the memory that there is. */
bool tmn_run_fits(const struct tmn_model *model, const struct tmn_run_options *options, struct tmn_error *err);

/* clock.c */
void tmn_person_prepare(struct tmn_run *run); /* how a person is laid out, and how k is kept */
struct tmn_k_place {
    uint8_t *byte;
    uint32_t shift;
};
static inline struct tmn_k_place tmn_k_place(const struct tmn_run *run, uint32_t row, int transition) {
    uint32_t bit = (uint32_t)transition * run->k_bits;
    return (struct tmn_k_place){tmn_person(run, row) + run->k_at + bit / 8, bit % 8};
}
/* k as far as the column has it: below k_most it is the number. */
static inline uint32_t tmn_k_small(const struct tmn_run *run, uint32_t row, int transition) {
    struct tmn_k_place place = tmn_k_place(run, row, transition);
    return (uint32_t)*place.byte >> place.shift & run->k_most;
}
static inline void tmn_k_put_small(const struct tmn_run *run, uint32_t row, int transition, uint32_t k) {
    struct tmn_k_place place = tmn_k_place(run, row, transition);
    *place.byte = (uint8_t)((*place.byte & ~(run->k_most << place.shift)) | k << place.shift);
}
uint32_t tmn_k_large(const struct tmn_run *run, uint32_t row, int transition);
static inline uint32_t tmn_k(const struct tmn_run *run, uint32_t row, int transition) {
    uint32_t k = tmn_k_small(run, row, transition);
    return __builtin_expect(k < run->k_most, 1) ? k : tmn_k_large(run, row, transition);
}
uint32_t tmn_k_advance_large(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row,
                             int transition);
static inline uint32_t tmn_k_advance(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block,
                                     uint32_t row, int transition) {
    uint32_t k = tmn_k_small(run, row, transition) + 1;
    if (__builtin_expect(k >= run->k_most, 0))
        return tmn_k_advance_large(run, worker, block, row, transition);
    tmn_k_put_small(run, row, transition, k);
    return k;
}
bool tmn_k_set(struct tmn_run *run, struct tmn_block *block, uint32_t row, int transition, uint32_t k); /* false: out of
                                                                                                          memory */
/* An enabled clock takes the threshold k of its transition. Thresholds are drawn for many rows at once: they stand only
 * after tmn_clocks_draw, once a block is done. The caller sets overshoot, accrued and file, and C and share if filed.
 */
struct tmn_start *tmn_clock_start(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int transition,
                                  uint32_t k);
void tmn_clocks_draw(struct tmn_run *run, struct tmn_worker *worker);
/* Brings the clocks of a row in line with its state at the end of a window: newly enabled ones take E(k) afresh, those
 * that are enabled no more advance k unless it has advanced in this window already. */
void tmn_derive(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row);
/* Which transitions may be enabled for whom: memory, and the answers once C is made. */
void tmn_clocks_prepare(struct tmn_run *run);
void tmn_clocks_sift(struct tmn_run *run);
void tmn_derive_all(struct tmn_run *run);

/* expire.c */
/* Moves the last of `count` clocks to where it belongs among those before it. */
void tmn_expired_sort(const struct tmn_run *run, struct tmn_expired *list, int count);
void tmn_run_out(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row, int count);
uint64_t tmn_special_use(struct tmn_run *run, struct tmn_block *block, uint32_t row, int transition, uint64_t c,
                         uint64_t g, bool *certain);
/* C x G of a window; `certain`: it runs out whatever is left. */
static inline uint64_t tmn_use(struct tmn_run *run, struct tmn_block *block, uint32_t row, int transition, uint64_t c,
                               uint64_t g, bool *certain) {
    uint64_t use;
    bool beyond = __builtin_mul_overflow(c, g, &use);
    *certain = false;
    if (__builtin_expect(beyond || ((c | g | use) >= FACTOR_SPECIAL), 0))
        use = tmn_special_use(run, block, row, transition, c, g, certain);
    return use;
}

/* reference.c, event.c: the persons phase. */
void tmn_reference_persons(struct tmn_run *run);
void tmn_event_persons(struct tmn_run *run);

/* accrual.c */
void tmn_accruals_make(struct tmn_run *run);
void tmn_sums_advance(struct tmn_run *run);
static inline struct tmn_share_of tmn_share_of(const struct tmn_run *run, const struct tmn_accrual *accrual,
                                               uint32_t row, const struct tmn_packed *packed) {
    uint32_t other = tmn_key_index(run, &accrual->shared, row, packed), birth_year = 0;
    size_t at = other;
    if (accrual->base != NULL) {
        birth_year = tmn_level(packed, &run->model->attributes.items[run->model->birth_year]);
        at += ((size_t)birth_year * (size_t)run->model->calendar.windows_per_year + *tmn_week(run, row)) *
              accrual->others;
    }
    return (struct tmn_share_of){other, birth_year, at};
}
/* The stratum of G in this window. */
static inline uint32_t tmn_stratum_now(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t row,
                                       const struct tmn_share_of *share) {
    return accrual->base == NULL
               ? share->other
               : accrual->base[share->other] + accrual->age_stride * tmn_row_age(run, row, share->birth_year);
}
/* C as far as it is a number: the others take nothing off a clock. */
static inline uint64_t tmn_steady_c(uint64_t c) {
    return c < FACTOR_SPECIAL ? c : 0;
}
/* forecast.c */
void tmn_forecasts_make(struct tmn_run *run);
double tmn_paths_bytes(const struct tmn_model *model, int windows);
void tmn_foresee(struct tmn_run *run); /* once parameters are set: paths of G */
/* Holds the forecasts of G against the tables of this window: marks transitions that must be filed anew. */
void tmn_forecasts_update(struct tmn_run *run);
/* Rates from G of this window; notes in wheels become out of date. */
void tmn_rates_set(const struct tmn_run *run, int transition);
/* How far G can grow from this window on before the transition is looked at again: a bound above. */
void tmn_reach_set(const struct tmn_run *run, struct tmn_accrual *accrual);
/* Can a clock not run out before its transition is filed anew? */
static inline bool tmn_is_far(const struct tmn_accrual *accrual, const struct tmn_share_of *share, uint64_t c,
                              uint64_t left) {
    return c < FACTOR_SPECIAL && (double)(int64_t)left > (double)(int64_t)c * accrual->reach[share->at]; /* < 2^63 */
}
/* The 64 rows to which a row belongs, as a bit. */
static inline uint64_t *tmn_present(const struct tmn_run *run, uint32_t block, int transition) {
    return run->present + ((size_t)block * run->transitions + (size_t)transition) * PRESENT_WORDS;
}
static inline void tmn_present_set(struct tmn_run *run, uint32_t row, int transition) {
    uint32_t group = row % BLOCK_ROWS / 64;
    tmn_present(run, row / BLOCK_ROWS, transition)[group / 64] |= UINT64_C(1) << group % 64;
}
/* The first window, not before `from`, in which a clock of which `left` is left at its start may run out; INT_MAX or
 * beyond the next refill: not before it is looked at again. */
int tmn_forecast(const struct tmn_run *run, const struct tmn_accrual *accrual, uint32_t row,
                 const struct tmn_share_of *share, uint64_t c, uint64_t left, int from);

/* event.c: notes a clock in the wheel of its block, unless it can not run out before it is looked at again. `left` at
 * the start of window `from`. */
void tmn_file(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int transition,
              const struct tmn_share_of *share, uint64_t c, uint64_t left, int from);
/* Files all clocks of transitions whose forecasts no longer hold. */
void tmn_clocks_file(struct tmn_run *run);
void tmn_notes_flush(struct tmn_worker *worker); /* at the end of a block */
/* Clock words become what is left and nothing is accrued: before C is made anew, and after a state was read. */
void tmn_clocks_settle(struct tmn_run *run);
/* All clocks are filed before the next window. */
void tmn_clocks_resume(struct tmn_run *run);

/* follow.c: clocks follow a row whose state has changed. Event engine; the reference engine derives all clocks anew. */
void tmn_follow(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block,
                const struct tmn_touched *touched);

/* delta.c */
void tmn_count_rules_make(struct tmn_run *run); /* once keys of strata are made */
/* Applies the changes of counters of a block's rows: clocks that read them follow at once. */
void tmn_follow_deltas(struct tmn_run *run, struct tmn_worker *worker, uint32_t block);

/* fire.c */
/* Fires: chooses the branch, changes *now, emits the rest. `start`: state at the window's start. */
void tmn_fire(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row,
              const struct tmn_expired *clock, const struct tmn_packed *start, struct tmn_packed *now);
/* The uniform of a firing k that chooses between branches; 0 where there is one branch. */
uint32_t tmn_branch_uniform(const struct tmn_run *run, uint32_t row, int transition, uint32_t k);
/* SETs, COPYs and STEPs of a list; all other actions are left out. */
void tmn_effect_make(struct tmn_run *run, const struct tmn_action *items, size_t count, struct tmn_effect *effect);
void tmn_touch(struct tmn_run *run, struct tmn_block *block, uint32_t row, const struct tmn_packed *before);
void tmn_flows(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_packed *before,
               const struct tmn_packed *after);
static inline bool tmn_watched(const struct tmn_run *run, uint32_t row) {
    return run->options.happening != NULL && (run->options.watch_all || run->options.watch_row == row);
}
void tmn_happening_add(struct tmn_block *block, const struct tmn_happening *happening);

/* message.c */
bool tmn_phase_messages(struct tmn_run *run, struct tmn_error *err);
/* Gathers a list of all workers (at `list_offset` in struct tmn_worker) into `all`, cut by the blocks that receive:
 * items of block b stand at bucket[b] .. bucket[b + 1] - 1, in any order. The first field of an item is the receiver's
 * row. False: out of memory. */
bool tmn_deliver(struct tmn_run *run, struct tmn_list *all, size_t list_offset, size_t size);

/* tell.c */
void tmn_tellers_prepare(struct tmn_run *run);
uint32_t tmn_rows_at_once(const struct tmn_run *run, int layer); /* whose ties fit into a teller */
/* What rows of a block have called and how they have changed for counters, into the lists for other blocks. */
void tmn_calls_send(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block);
void tmn_counted_tell(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block);

/* birth.c */
bool tmn_phase_births(struct tmn_run *run, struct tmn_error *err);

/* commit.c */
/* A row has changed: its part in all sums, and what counters count of it into the worker's list. */
void tmn_commit(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row,
                const struct tmn_packed *before, const struct tmn_packed *after);
bool tmn_phase_commit(struct tmn_run *run, struct tmn_error *err);
void tmn_shares_close_window(struct tmn_run *run);

/* census.c */
void tmn_tests_prepare(struct tmn_run *run); /* once predicates are made */
void tmn_tests_fill(struct tmn_run *run);    /* once they are filled anew */
struct tmn_census {
    struct tmn_ratio *share;
    int64_t *stock;
    tmn_u128 rows_digest;
    uint32_t alive;
};
void tmn_census(struct tmn_run *run, struct tmn_census *census); /* adds to what is there */
void tmn_flags_fill(struct tmn_run *run);
/* Does the row live and satisfy what a counter counts? */
bool tmn_counted(const struct tmn_run *run, struct tmn_worker *worker, uint32_t row, uint32_t counter);

/* counter.c: counts all ties anew, or (check) compares with what is kept. */
bool tmn_counters_pass(struct tmn_run *run, bool check, struct tmn_error *err);

/* feedback.c */
void tmn_drivers_fill(struct tmn_run *run, int window);
bool tmn_phase_events(struct tmn_run *run, struct tmn_error *err);
bool tmn_phase_feedback(struct tmn_run *run, struct tmn_error *err);

/* outcome.c */
void tmn_outcomes_prepare(struct tmn_run *run);
void tmn_outcomes_close_window(struct tmn_run *run);
void tmn_outcomes_digest(struct tmn_run *run); /* anew from the cumulative counts */
void tmn_outcomes_end(struct tmn_run *run);    /* the period of this window is the last one, and ends with it */

/* digest.c */
tmn_u128 tmn_digest_pair(uint64_t token, uint64_t value);
tmn_u128 tmn_digest_row(const struct tmn_run *run, uint32_t row, const struct tmn_packed *packed);
tmn_u128 tmn_digest_change(const struct tmn_run *run, uint32_t row, const struct tmn_changes *changes,
                           const struct tmn_packed *before, const struct tmn_packed *after);
struct tmn_digest tmn_digest_weekly(const struct tmn_run *run, tmn_u128 rows);

/* window.c: files all clocks before the first window, while the run is set up. Event engine. */
void tmn_window_foresee(struct tmn_run *run);
/* prepare.c: everything that a run needs before its first window, but the world and the pool. */
bool tmn_run_prepare(struct tmn_run *run, struct tmn_error *err);
/* Applies the dated settings of a window; C and all that predicates say is made anew when there is one. */
bool tmn_settings_apply(struct tmn_run *run, int window, struct tmn_error *err);
/* Settings up to the last window done, and all that follows from rows as they are: for rows that were loaded. */
bool tmn_run_restate(struct tmn_run *run, struct tmn_error *err);
/* Begins to sample, if that was asked for. */
void tmn_profile_begin(struct tmn_run *run);
/* Points the workers' environments at this window. */
void tmn_workers_aim(struct tmn_run *run);

#endif
