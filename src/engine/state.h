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
#include "base/gather.h"
#include "engine/engine.h"
#include "engine/list.h"
#include "engine/profile.h"
#include "engine/queue.h"
#include "engine/sieve.h"
#include "engine/sparse.h"

enum {
    /* Rows of a block: 2^bits, so many that its persons about fill a cache of the second level. */
    BLOCK_BITS_LEAST = 14,
    BLOCK_BITS_MOST = 16,
    BLOCK_BYTES = 5 << 19,
    SLOT_SHARER = 0x3f,   /* of a slot: 1 + which of the transitions that share it is enabled, or 0 */
    SLOT_ADVANCED = 0x40, /* of a slot: k has already advanced in this window */
    SLOT_AIMED = 0x80,    /* of a slot, event engine: its clock word was changed by a counter in this window */
    SHARERS = SLOT_SHARER + 1,
    PRESENT_ROWS = 8, /* a group of 64 is a byte of such bits */
    ROWS_AHEAD = 16,  /* rows that are fetched before their turn: see tmn_fetch_end */
    WORD_ASIDE = 15   /* of a clock: its word lies in the table of its block */
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

/* A stratum's index straight from packed attributes: the sum of part[first + level] over terms. */
struct tmn_key_term {
    uint32_t first, mask, levels;
    uint8_t word, shift;
};
/* A counter's true counts, [rows], and a bit for each line of them in which some is or was not 0: of most counters most
 * lines are empty, and need not be fetched. A block of rows has bytes of bits of its own. */
struct tmn_tie_counts {
    uint16_t *number;
    uint8_t *filled;
};
/* The same of a counter, or (counts NULL) of age, which are not packed. */
struct tmn_key_late {
    const struct tmn_tie_counts *counts, *degree; /* degree: of a share, the living ties; else NULL */
    uint32_t first, most;                         /* most: of a counter */
    int feature;
};
/* Where the machine gathers bits (base/gather.h): to[0][those of word 0 in mask[0]] + to[1][those of word `second` in
 * mask[1]]; to is NULL elsewhere, and where such tables would be too large. */
struct tmn_key {
    uint64_t mask[2];
    const uint16_t *to[2];
    uint32_t second;
    bool whole; /* that is all of it */
    uint32_t count, lates;
    struct tmn_key_term *items;
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
    uint32_t was[TMN_MAX_ATTRIBUTES], is[TMN_MAX_ATTRIBUTES]; /* levels */
};
struct tmn_watch {
    uint64_t *bits; /* [attributes * words] */
    uint32_t words;
    struct tmn_packed any; /* bits of attributes that somebody watches */
};

/* See moves.c: of each attribute, at bits[level * from + level * to], who tells the two apart, and those who may hold
 * at a level. */
struct tmn_moves {
    struct tmn_moves_of {
        uint64_t *bits;
        const uint64_t *may;
        uint32_t from, to, may_words; /* from, to: 0 where there are too many levels */
    } * of;
    uint32_t words;
    uint32_t *told; /* scratch: [most levels of a feature] */
};

/* All predicates of a run in one sieve: who is alive (the first test, as others ask for it), who unborn, then those of
 * counters, which are asked at each change as these are, of shares and of stocks. */
enum { TEST_ALIVE, TEST_UNBORN, TESTS_FIRST };
struct tmn_tests {
    struct tmn_sieve sieve;
    const struct tmn_predicate **predicate; /* [count] NULL: of nobody */
    size_t count, counter, share, outcome;  /* number of all, and of the first of each kind */
};

/* How to get the level of a feature from a row; only those from which clocks' strata are made. */
struct tmn_attribute_recipe {
    uint16_t feature;
    uint8_t word, shift;
    uint32_t mask;
};
struct tmn_counter_recipe {
    uint16_t feature;
    const struct tmn_tie_counts *counts, *degree; /* degree: of a share, the living ties; else NULL */
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
    struct tmn_strata of;
    struct tmn_key key;
    struct tmn_dependence on;
    struct tmn_list reads;  /* int: features */
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

/* What a branch does to the attributes of its person: sets as masks, then years, then copies of what stood before, then
 * steps, each clamped. */
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
        const uint64_t *token;
    } * steps;
    struct tmn_dated {
        struct tmn_place_of of;
        int first; /* the year of level 0 */
    } * dated;
    uint32_t copies, step_count, dated_count;
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
    uint64_t windows; /* AFTER: threshold; else 0 */
    uint32_t hash;    /* of its name */
    int16_t slot;
    uint8_t held;                     /* what the slot holds while the clock is enabled */
    bool bears;                       /* a branch gives birth */
    struct tmn_list counts, outcomes; /* uint32_t: model counts and FIRINGS outcomes that this transition feeds */
    struct tmn_branch_rule *branch;   /* [branches] */
    struct tmn_item_rule *item;       /* [branches * most items] */
    uint32_t most_items;
};

enum { PATH_GUIDE = 256 }; /* parts of a path */

/* G of a transition accumulated, event engine. A clock that was enabled all the time has lost C times the growth of the
 * sum of its place: persons of one birth year and week pass the same ages, so that a birthday changes nothing of it. */
struct tmn_accrual {
    struct tmn_key personal, shared; /* shared: without age */
    struct tmn_packed placed_by;     /* bits of the attributes that say where among the sums a person stands */
    uint64_t *sum;                   /* modulo 2^64; [others], or [cohorts * others] where G reads age */
    size_t sums;
    uint32_t others, *base, age_stride; /* base[other]: stratum at age 0; NULL: G does not read age */
    bool known;                         /* G of all windows to come; else clocks are noted by its sum */
    double *path;                       /* [paths * (windows + 1)] sum of G up to the start of each window */
    uint32_t paths;                     /* as many as strata, or none: there would be too many */
    uint32_t *guide; /* [paths * (PATH_GUIDE + 1)] the first window at whose start so many parts of the path are done */
    /* [sums * birthdays] where G reads age: growth of a cohort's path from the start up to each birthday, one more for
     * the end */
    double *ahead;
    double *reach;   /* [sums] G does not grow by more before all its clocks are looked at again */
    uint64_t *start; /* [sums] not known: where the sum stood when all was filed, and ... */
    double *scale;   /* ... keys to its unit */
    uint64_t *step;  /* [sums] where G reads age: what sums grow by in this window */
    bool all;        /* not known: however far off, clocks are noted, as some G is no number */
    /* Not known: notes written less asked, when all was filed, and from there on: now, and after the first window. */
    int64_t notes_before, notes, notes_first;
    bool refill;   /* in this window */
    int refill_at; /* clocks that may run out before that window are noted */
    struct tmn_horizon {
        bool near;                        /* only clocks that may run out in the next run->ahead windows are noted */
        int reviewed;                     /* when that was last asked, and counts of then ... */
        uint64_t scanned, fired, changed; /* ... but scanned: of before all were last filed */
    } horizon;
    bool alike; /* as of the last refill: all enabled clocks have this C and the one sum */
    uint64_t c;
    uint8_t epoch;  /* of entries in wheels that count */
    bool dense;     /* no clock of it is noted: all are asked in each window, see dense.c */
    int quiet;      /* windows in a row in which few of a dense one ran out */
    uint64_t fired; /* firings up to the last window */
};

/* What happened to the clocks of a transition, per window. */
struct tmn_turnover {
    double enabled, runs_out, changes; /* runs_out: of one of them; changes: of all */
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
    bool inverse;
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

struct tmn_rows {
    uint32_t first, end;
};

struct tmn_block {
    struct tmn_wheel wheel;
    struct tmn_list touched, told;
    struct tmn_list kept;  /* rows ascend; of rows that are not touched by what ran out */
    struct tmn_list fired; /* uint64_t: [dense transitions] the same of dense ones, a bit for each row of the block */
    struct tmn_sparse large_k;  /* of the few clocks that went beyond the column, by local row and transition */
    struct tmn_sparse aside;    /* words of the few clocks that have none in their row, by local row and slot */
    uint64_t lost;              /* stands for a word that found no memory: the run has failed */
    struct tmn_failure failure; /* the first one */
};

/* A clock that ran out in this window. */
struct tmn_expired {
    uint64_t left, use;
    int slot, transition;
    bool certain, fires;
    uint32_t k, uniform; /* uniform: of what chooses between branches */
    struct tmn_due *due; /* event engine */
};

/* A clock that starts, and what becomes of its threshold. */
struct tmn_start {
    uint64_t overshoot, accrued; /* overshoot: taken off what is left; accrued: added for the word */
    uint64_t c;
    struct tmn_share_of share;
    int transition;
    bool file;  /* event engine: to be noted in the wheel, by C and share */
    bool fresh; /* event engine: not enabled before, so that refills are to learn of it */
};

/* Those whose thresholds are still to be drawn. */
enum { AIM_CLOCKS = 256 };
struct tmn_aim {
    struct tmn_start start[AIM_CLOCKS];
    uint32_t row[AIM_CLOCKS], k[AIM_CLOCKS], hash[AIM_CLOCKS], count;
};

/* Of a dense transition, rows that follow one another: whose clock runs out, and what it then is. Scratch, see dense.c.
 */
enum { STAGE_ROWS = 256, STAGE_WORDS = STAGE_ROWS / 64, DENSE_MOST = 8 };
struct tmn_stage {
    uint64_t out[STAGE_WORDS], strange[STAGE_WORDS];               /* a bit for each row; strange: factors no numbers */
    uint64_t left[STAGE_ROWS], use[STAGE_ROWS], after[STAGE_ROWS]; /* after: C x sum of G at the end of the window */
    bool alike;                                                    /* the first `use` and `after` are of all */
};
/* Of those that fire, by branch. */
struct tmn_batch {
    uint32_t row[STAGE_ROWS], k[STAGE_ROWS], uniform[STAGE_ROWS];
    uint16_t at[STAGE_ROWS], sorted[STAGE_ROWS]; /* in the stage */
    uint64_t left[STAGE_ROWS], threshold[STAGE_ROWS], was[STAGE_ROWS], is[STAGE_ROWS];
    struct tmn_packed before[STAGE_ROWS], now[STAGE_ROWS];
    int branch[STAGE_ROWS];
    uint64_t others[(1 << BLOCK_BITS_MOST) / 64]; /* rows of the block of which other clocks are due, a bit for each */
    struct tmn_stage stage[DENSE_MOST];
};

/* What rows tell their ties of a layer, until it is sent. */
enum { ROWS_AT_ONCE = 64 };
struct tmn_waiting {
    uint32_t most, changes, calls[2]; /* most: rows whose ties fit into a teller; calls: to all ties, to one */
    struct tmn_call call[2][ROWS_AT_ONCE];
    struct tmn_delta change[ROWS_AT_ONCE];
};

/* Scratch of a few rows that tell all their ties something. */
struct tmn_teller {
    struct tmn_waiting *waiting;                  /* [layers] */
    uint32_t *rows, *ties;                        /* [rows at once] and how many ties each has */
    uint32_t *tie;                                /* [rows * largest degree of the layer] */
    uint32_t *row, *partner, *k, *hash, *uniform; /* of the draw of each tie, one after the other */
};

/* A clock that a wheel handed over and that has run out, or whose factors are no numbers. */
enum { NOT_DUE = UINT32_MAX >> 1 };
struct tmn_due {
    uint64_t left, c, g;
    uint32_t row;
    int16_t slot, transition;
    struct tmn_share_of share;
    uint32_t k, uniform; /* see struct tmn_expired; drawn for all that are due */
    bool kept;           /* it ran out and changed nothing that clocks read */
};

/* A forecast on its way: the window by whose end what is needed of G may have been reached. */
enum { SEARCHING = -1 };
struct tmn_search {
    struct tmn_share_of share;
    double need;           /* of G, from the start of `from` on */
    int from, window;      /* window: SEARCHING, or INT_MAX for none before all its clocks are looked at again */
    int week;              /* G reads age: of birth */
    const uint32_t *guide; /* else: of the path, where it is to be looked at */
};

/* Notes on their way into wheels: forecasts and wheels are read at random places in memory, which are fetched before
 * their turn. */
enum { NOTES = 32 };
struct tmn_notes {
    struct tmn_note {
        struct tmn_search search;
        uint32_t entry, row;
        int transition;
    } note[NOTES];
    uint32_t count;
};

enum { DIGEST_MOVES = 256 };
struct tmn_worker {
    struct tmn_env env;
    uint32_t next_block;                /* that it will do after the one at work, or the number of all: not known */
    struct tmn_list popped, due, order; /* uint32_t, struct tmn_due, uint32_t: of a block */
    uint32_t *due_last;                 /* [transitions] */
    uint16_t *due_transition;           /* [transitions] */
    struct tmn_queues queues;
    struct tmn_list noted; /* struct tmn_noted: taken out of queues */
    struct tmn_notes notes;
    uint8_t *group;             /* [(transitions + 1) * 64] rows of a group of 64, by transition */
    uint8_t *group_count;       /* [transitions + 1] */
    uint64_t *affected;         /* [transitions / 64 + 1] */
    uint32_t *touched_at;       /* [rows of a block] index among the touched rows of a block */
    double *driver_view;        /* [driver_slots] drivers of a window to come */
    double *path_step;          /* [most paths] what paths grow by in it */
    uint32_t *level, *asked;    /* [features] of a row; of what tmn_predicate_eval and tmn_memo_value evaluate */
    struct tmn_memo_cell *cell; /* [cells of all memos] */
    struct tmn_list message, birth, born, delta; /* for rows of any block */
    struct tmn_list sorted;                      /* messages of a block, scratch */
    double *chance;                              /* [most levels] cumulated, of a draw at a birth */
    uint32_t birth_failed;                       /* number of the first birth that failed, plus one; or 0 */
    struct tmn_error birth_error;
    struct tmn_expired *expired; /* [slots] */
    struct tmn_aim aim;
    struct tmn_teller teller;
    struct tmn_batch *batch; /* event engine */
    uint8_t *wanted;         /* [slots] */
    struct tmn_alike *alike; /* event engine: see clock.c */
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
    struct tmn_ratio *share;  /* [share_slots] right after stock */
    struct tmn_moved *moved;  /* [joints] see joint.c */
    uint64_t moves;           /* of persons from stratum to stratum of joints */
    tmn_u128 rows_digest;
    struct tmn_digest_moves {
        uint32_t count, row[DIGEST_MOVES];
        uint64_t was[DIGEST_MOVES], is[DIGEST_MOVES]; /* tokens */
    } digest_moves;                                   /* not yet in rows_digest */
    int64_t alive;
    uint64_t *holding;      /* [counters] persons whom each counts, of a census */
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

    uint32_t rows, blocks, block_bits, alive; /* a block has 2^block_bits rows */
    int slots, words, birth_year_feature;     /* words: of clocks, in a row */
    size_t transitions;
    struct tmn_packed *packed; /* [rows], the world's */
    /* [rows * person_bytes] of each person, side by side: [words] clock words (2^-58; AFTER: windows), birth week,
     * where they are fewer than slots which of them are used and [slots] which one a slot has, 4 bits each; [slots]
     * which clock a slot holds, k (see tmn_k_place), flags (enum row_flag) */
    uint8_t *person;
    size_t person_bytes, week_at, used_at, which_at, slot_at, k_at, flags_at; /* which_at: 0 where slots have their own
                                                                                  words */
    int16_t *enabled;               /* [slots * SHARERS] transition of a slot's low bits, or -1 */
    uint64_t *slot_bytes;           /* [slots / 8 + 1] all bits of slots, read by words */
    uint32_t k_bits, k_most;        /* of one number; the most: the number stands aside */
    struct tmn_tie_counts *counter; /* [counters] */

    double *parameter, *driver; /* this window's */
    double *feedback, *feedback_next;
    double *feedback_read;        /* what expressions read: the same, or an array of its own where some are shifted */
    struct tmn_ratio *share;      /* as of the last commit */
    struct tmn_ratio *share_read; /* what expressions read: the same, or the start's when cut */
    double *count;                /* [count_slots] weighted */
    int64_t *stock, *cumulative, *period; /* [cells] stocks; flows and firings since the start and in this period */
    uint32_t cells;
    bool *driver_changed, *feedback_changed, *share_changed; /* since the tables were last made */
    int tables_year, tables_quarter_days; /* of the last window for which G was made; 0 days: never */

    struct tmn_predicate *assign_rule; /* [settings] of those that assign */
    struct tmn_predicate alive_rule, unborn_rule, *share_rule, *counter_rule;
    struct tmn_watch flow_watch, test_watch;     /* of outcomes; of tests that are asked at each change */
    uint8_t attribute_at[2][64];                 /* attribute of each bit of packed words */
    uint64_t attribute_bits[TMN_MAX_ATTRIBUTES]; /* all bits of an attribute in its word */
    struct tmn_place_of birth_year;              /* where the model has age */
    uint32_t cohorts_a_year;                     /* windows */
    struct tmn_tests tests;
    struct tmn_moves test_moves, clock_moves;
    struct tmn_joint *joint; /* [joints] see joint.c */
    struct tmn_watch joint_watch;
    size_t joints;
    bool *counter_read;      /* [counters] strata of clocks read it; reference engine: personal ones */
    uint32_t *counter_order; /* [counters] by layer */
    uint64_t *counted;       /* [counters] persons whom each counted when a state was last made from rows */
    struct tmn_recipes recipes;
    struct tmn_clock_rule *rule; /* [transitions] */
    struct tmn_sieve clocks;     /* tests: transitions; which may be enabled */
    uint8_t *enabled_somewhere;  /* scratch: [largest personal strata] */
    struct tmn_accrual *accrual; /* [transitions] */
    struct tmn_refill refill;
    uint16_t dense[DENSE_MOST]; /* [denses] transitions that are dense in this window */
    uint32_t denses;
    int note_bits;                     /* of a note in a wheel: for its transition */
    struct tmn_watch clock_watch;      /* of transitions: what their strata read */
    uint64_t *reads_counter;           /* [counters * clock_watch.words] */
    struct tmn_count_rule *count_rule; /* [counters] see delta.c */
    uint64_t *reads_any_counter;       /* [clock_watch.words] */
    double sampled;                    /* firings of the first window, from a sample of rows */
    int ahead;                         /* windows, or 0: see horizon.c */
    struct tmn_turnover *turnover;     /* [transitions] scratch */
    int windows_ahead;                 /* of paths */
    struct tmn_queue_bits queue_bits;
    bool *g_fresh;    /* [transitions] G was made anew for this window */
    uint8_t *present; /* [blocks][transitions][rows of a block / 64] a bit for PRESENT_ROWS rows: may one be enabled? */
    bool filed;       /* all clocks have been, since the run began or went on; else `present` says nothing */
    struct {
        uint32_t *items;
        size_t count, capacity;
    } part; /* parts of strata's indices */
    struct {
        struct tmn_gathered {
            uint16_t *items;
            size_t count;
        } * items;
        size_t count, capacity;
    } gathered;                  /* tables of keys, each kind once */
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

    struct tmn_block *block; /* [blocks] */
    struct tmn_wheel_pool *wheels;
    struct tmn_worker *worker; /* [threads] */
    int workers;
    struct tmn_list message, birth, born, delta, noted; /* of all, by receiver's block */
    uint32_t *bucket;                                   /* [blocks + 1] first of each block */
    uint32_t *scatter;      /* [workers * blocks] where a worker's next item for a block goes */
    struct tmn_rows *whole; /* [blocks] rows whose whole unit lies within the block */
    /* The first row that may be unborn: of each unit, and of each reserve. */
    uint32_t *unit_cursor, *place_cursor, nation_cursor;
    tmn_u128 rows_digest, outcome_digest, start_digest; /* start_digest: of the rows as they were made */
    struct tmn_digest weekly;
    struct tmn_counters_of_run counters;
    struct tmn_ticks ticks;
};

#endif
