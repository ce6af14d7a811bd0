/* What a finished or interrupted run says: gathered once from engine and caller, then read by the tables at the end of
 * a run, by the files of the results folder and by the report. Nothing here changes the run, and nothing prints.
 *
 * Order of use: tmn_result_allowed (before the run), tmn_result_gather, accessors, then tmn_report_write of
 * report/report.h, which writes the whole folder (files of tmn_result_write, and report.html) or nothing. */
#ifndef TMN_RESULT_RESULT_H
#define TMN_RESULT_RESULT_H

#include "base/file.h"
#include "engine/engine.h"

enum {
    TMN_THIN_PERSONS = 100, /* a number that rests on fewer simulated persons is marked thin */
    TMN_MASK_PERSONS = 10   /* a cell by place with fewer persons is masked */
};

/* What only the caller knows. Texts must live as long as the result; NULL texts are written as "". */
struct tmn_run_facts {
    const char *version, *compiler, *engine; /* engine: "reference" */
    const char *results_dir;                 /* as shown to the user */
    const char *command;                     /* a command line that repeats the run */
    int threads;
    bool checkpoint; /* the folder holds one of this run, which stays */
    double wall_s;
    uint64_t peak_rss_bytes;
    const char *const *assignments;
    size_t assignment_count; /* each --set as written, in order */
};

struct tmn_result {
    const struct tmn_model *model;
    struct tmn_run_facts facts;
    uint64_t seed;
    double scale, weight;          /* weight: persons per simulated person */
    uint32_t rows, persons, alive; /* rows with the unborn; alive at the start; alive now */
    int windows, windows_total;    /* done, asked for (and no more than done where `until` held) */
    bool until_held;               /* the scenario's `until` ended the run */
    struct tmn_digest weekly, full;
    struct tmn_counters_of_run counters;
    const struct tmn_series *series;              /* [model->outcomes.count], valid while the run lives */
    const struct tmn_transition_profile *profile; /* [model->transitions.count], or NULL: the run was not profiled */
    struct tmn_memory_item memory[TMN_MEMORY_ITEMS];
};

/* Reads the run; series are borrowed from it. */
void tmn_result_gather(struct tmn_result *result, struct tmn_arena *arena, const struct tmn_model *model,
                       const struct tmn_run *run, uint64_t seed, double scale, const struct tmn_run_facts *facts);
static inline bool tmn_result_complete(const struct tmn_result *result) {
    return result->windows >= result->windows_total;
}
double tmn_result_person_weeks_per_s(const struct tmn_result *result); /* 0 when no time passed */

/* ---- what was dear (--profile) ---- */
struct tmn_profile_row {
    int transition;
    double time_s; /* of threads, all acts */
    struct tmn_transition_profile of;
};
/* By time, dearest first; *total_s: of all. NULL where the run was not profiled. */
struct tmn_profile_row *tmn_result_profile(struct tmn_arena *arena, const struct tmn_result *result, double *total_s);
extern const char *const tmn_phase_names[TMN_PHASES];

/* ---- safeguards (docs/results.md) ---- */
/* Refuses outcomes that tell places apart, by their keys or in their condition, finer than the map of the report or
 * than a year. Call it before a run. */
bool tmn_result_allowed(const struct tmn_model *model, struct tmn_error *err);
/* The same of changes: levels may be given to persons by places no finer than the map. */
bool tmn_settings_allowed(const struct tmn_model *model, const struct tmn_setting *settings, size_t count,
                          struct tmn_error *err);
/* Is this feature the place of persons (the place attribute, one with its levels, or a map of such)? */
bool tmn_feature_is_place(const struct tmn_model *model, int feature);
/* Whether an expression (NULL: none) asks where somebody is. */
bool tmn_expr_reads_place(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_expr *expr);
/* Must this number be hidden? Only cells by place of outcomes that count persons ever are, and those whose condition
 * names a place. */
bool tmn_result_masked(const struct tmn_model *model, const struct tmn_outcome *outcome, const int64_t *cell,
                       double persons);
bool tmn_outcome_counts_persons(const struct tmn_outcome *outcome); /* false: the value of a feedback variable */

/* ---- sums ---- */
struct tmn_sum {
    double value, simulated;
};                                                                    /* weighted, and simulated persons behind it */
int tmn_result_periods(const struct tmn_result *result, int outcome); /* periods that the run finished */
/* Sum over cells (cell[i]: level of the outcome's i-th key, or -1: all; cell NULL: all) of one period. */
struct tmn_sum tmn_result_cell(const struct tmn_result *result, int outcome, int period, const int64_t *cell);
/* Over days from..to: flows are added, stocks and feedback are taken at the end. false when the finished periods of the
 * run do not cover these days: exactly for yearly outcomes, to the nearest window for those of every window. */
bool tmn_result_between(const struct tmn_result *result, int outcome, const int64_t *cell, int32_t from_day,
                        int32_t to_day, struct tmn_sum *sum);

/* ---- rows for tables; arrays live in the arena, *count is their length ---- */
/* Where a simulated number lies beside the range of what was observed. Open: chance in the persons simulated leaves it
 * undecided; their number is taken to vary as a Poisson one. */
enum tmn_within { TMN_WITHIN_UNKNOWN, TMN_WITHIN_INSIDE, TMN_WITHIN_OUTSIDE, TMN_WITHIN_OPEN, TMN_WITHINS };
extern const char *const tmn_within_names[TMN_WITHINS]; /* "", inside, outside, open */
#define TMN_WITHIN_SPREAD 1.6448536269514722            /* standard errors to either side: 90 % */
/* error: standard error of `simulated`, as simulated persons make it. */
enum tmn_within tmn_within(double simulated, double error, double low, double high);

struct tmn_arrival_row {
    int year, year_to;
    double observed, simulated;
    bool fitted, thin;
};
/* Of the first observation whose outcome is named `arrivals`: all cells together, by period, as far as the run came. */
struct tmn_arrival_row *tmn_result_arrivals(struct tmn_arena *arena, const struct tmn_result *result, size_t *count);

/* One row per period of an observation: all its cells together. Where rows with several sets of keys stand side by side
 * for the same days, the row for all is taken, else those with the keys of the first. Only periods that the run
 * covered. */
struct tmn_total_row {
    int32_t from_day, to_day;
    double observed, simulated, simulated_persons;
    bool fitted;
};
struct tmn_total_row *tmn_result_totals(struct tmn_arena *arena, const struct tmn_result *result, int observation,
                                        size_t *count);

struct tmn_observed_row {
    int observation;
    const struct tmn_observed *row;
    double observed, simulated, simulated_persons;
    bool reached; /* false: the run did not cover these days; simulated is NAN */
    bool fitted, thin;
    bool masked;      /* the numbers stand here for sums and fits, and must not be shown */
    double low, high; /* where nine in ten lie by the observation's error model; NAN for share(sd), see shares */
    enum tmn_within within;
};
struct tmn_observed_row *tmn_result_observed(struct tmn_arena *arena, const struct tmn_result *result, size_t *count);

struct tmn_figure_row {
    const struct tmn_figure *figure;
    double simulated, error; /* standard error, as simulated persons make it */
    bool reached, thin, masked;
    enum tmn_within within; /* of the figure's range */
};
struct tmn_figure_row *tmn_result_figures(struct tmn_arena *arena, const struct tmn_result *result, size_t *count);

/* Shares of the levels of one key among the levels that were observed for the same days. */
struct tmn_share_row {
    int observation, feature;
    uint32_t level;
    int32_t from_day, to_day;
    double observed, simulated;             /* shares in [0, 1] */
    double observed_count, simulated_count; /* persons behind them */
    bool fitted, thin;
    enum tmn_within within; /* of the share by share(sd); of other error models unknown */
};
struct tmn_share_row *tmn_result_shares(struct tmn_arena *arena, const struct tmn_result *result, size_t *count);

/* An observation's rows in short: how many lie in their range, of those that the run reached and could decide. */
struct tmn_agreement {
    size_t rows[2][TMN_WITHINS]; /* [fitted] */
};
struct tmn_agreement tmn_result_agreement(struct tmn_arena *arena, const struct tmn_result *result, int observation);

/* Composition of a counted outcome over the whole run (flows added, stocks at the end), by each of its keys. */
struct tmn_composition_row {
    int outcome, feature;
    uint32_t level;
    struct tmn_sum sum;
    double share;
    bool thin, masked;
};
struct tmn_composition_row *tmn_result_composition(struct tmn_arena *arena, const struct tmn_result *result,
                                                   size_t *count);

/* ---- files: only periods that the run finished are written ---- */
/* Writes run.json, outcomes.csv, observations.csv, figures.csv, scenario.used.yaml and report.json into a begun folder.
 */
bool tmn_result_write(const struct tmn_result *result, struct tmn_folder *folder, struct tmn_error *err);
/* The same contents as texts, for tests and programs. */
void tmn_result_run_json(const struct tmn_result *result, struct tmn_text *out);
void tmn_result_outcomes_csv(const struct tmn_result *result, struct tmn_text *out);
void tmn_result_observations_csv(const struct tmn_result *result, struct tmn_text *out);
void tmn_result_figures_csv(const struct tmn_result *result, struct tmn_text *out);
void tmn_result_settings_yaml(const struct tmn_result *result, struct tmn_text *out);
bool tmn_result_report_json(const struct tmn_result *result, struct tmn_text *out, struct tmn_error *err);

#endif
