/* Bench: the workloads W1 to W5 measured beside the limits of the machine and beside other programs (docs/bench.md).
 *
 * A case is a scenario with settings, threads and an engine. The cases of a workload are run in turn, the whole turn as
 * often as asked, so that what disturbs the machine meets all of them; figures are medians over the turns, ratios
 * medians of the ratios within a turn. */
#ifndef TMN_STUDY_BENCH_H
#define TMN_STUDY_BENCH_H

#include "engine/engine.h"
#include "study/limits.h"

enum { TMN_BENCH_TURNS_MAX = 15, TMN_BENCH_WORKLOADS = 5 };

/* A case as it is declared; pairs: full size, quick. */
struct tmn_bench_plan {
    const char *name, *workload, *what;
    const char *scenario; /* folder of bench/, or dprk */
    const char *set[3];   /* assignments, up to the first NULL */
    double persons[2];    /* of the parameter `persons`, or 0: the scenario's */
    double scale[2];
    int windows[2]; /* 0: all */
    bool reference, one_thread;
    double lines; /* that a firing must at least touch at random places: itself and ties; messages come on top */
};

/* A case as it was measured. */
struct tmn_bench_run {
    const struct tmn_bench_plan *plan;
    int threads, windows, turns;
    double scale;
    uint32_t persons, rows;                                                    /* at the start; with the unborn */
    double read_s, set_up_s[TMN_BENCH_TURNS_MAX], step_s[TMN_BENCH_TURNS_MAX]; /* read_s: the scenario, once */
    double phase_s[TMN_PHASES];                                                /* of the last turn */
    struct tmn_counters_of_run counters;                                       /* without those by transition */
    double reaimed;                                                            /* clocks */
    size_t bytes;          /* of the run's columns, tables and lists at its end */
    uint64_t peak_bytes;   /* resident, largest over the turns */
    uint32_t packed_bytes; /* of a person's attributes as they are stored */
    struct tmn_digest digest;
    double events;        /* of an epidemic: infections and recoveries; else 0 */
    double sweep_edges;   /* of a cascade: edges that looking at all who have not adopted would take; else 0 */
    const char *left_out; /* why it was not run, or NULL */
};

/* A figure with its targets. */
struct tmn_bench_figure {
    const char *workload, *name, *unit;
    double value, error;   /* error: standard error, or NAN */
    double must, moonshot; /* NAN: none */
    bool lower;            /* is better */
    const char *how;       /* a sentence: what was divided by what */
};

/* Another program, run beside ours or measured before. */
struct tmn_bench_peer {
    const char *program, *workload, *what, *unit;
    double persons, set_up_s, step_s;                            /* step_s: of the last turn; NAN: not known */
    int turns;                                                   /* 1 if measured before */
    double rate[TMN_BENCH_TURNS_MAX], ours[TMN_BENCH_TURNS_MAX]; /* `unit` a second of theirs, and ours beside it */
    double bytes_per_person;
    bool here;          /* run now, beside ours */
    const char *source; /* its version, or where it was measured */
};

/* Epidemics of one seed here and by igraph: differences of the means relative to igraph's, with standard errors. */
struct tmn_bench_accuracy {
    int members; /* epidemics on either side; 0: not compared */
    double persons, size, size_error, peak, peak_error;
};

struct tmn_bench_options {
    const char *folder; /* of the workloads */
    const char *dprk;   /* path of the scenario */
    const char *peers;  /* folder of the other programs, or NULL */
    bool wanted[TMN_BENCH_WORKLOADS];
    bool quick;
    int threads, turns;
    const char *version, *compiler, *commit; /* what is measured, for the record */
    /* Told now and then; returning false stops. done and total: steps of the whole. */
    bool (*progress)(void *context, double done, double total, const char *what);
    void *progress_context;
};

struct tmn_bench {
    const struct tmn_bench_options *options;
    struct tmn_arena *arena;
    bool stopped;
    const char *date, *machine; /* machine: processor, processors, memory */
    double done, total;         /* steps: cases times turns */
    struct tmn_limits limits;
    struct tmn_bench_accuracy accuracy;
    struct {
        struct tmn_bench_run *items;
        size_t count, capacity;
    } runs;
    struct {
        struct tmn_bench_figure *items;
        size_t count, capacity;
    } figures;
    struct {
        struct tmn_bench_peer *items;
        size_t count, capacity;
    } peers;
};

/* Measures what is wanted. Stopped: true with what there is. Errors: a scenario, memory, a peer that fails, or runs of
 * one case that differ in their digests. */
bool tmn_bench_run(struct tmn_bench *bench, struct tmn_arena *arena, const struct tmn_bench_options *options,
                   struct tmn_error *err);

/* ---- forms ---- */
const char *tmn_bench_verdict(const struct tmn_bench *bench, const struct tmn_bench_figure *figure);
double tmn_bench_median(const double *values, int count);
double
tmn_bench_peer_ratio(const struct tmn_bench_peer *peer); /* ours over theirs, median over turns; NAN: elsewhere */
/* Share of a run's roofline: what it moved over what the machine could have moved, as a text and a number. */
struct tmn_bench_roof {
    const char *name, *unit;
    double achieved, limit;
};
bool tmn_bench_roof(const struct tmn_bench *bench, const struct tmn_bench_run *run, struct tmn_bench_roof *roof);
void tmn_bench_figures_csv(const struct tmn_bench *bench, struct tmn_text *out);
void tmn_bench_runs_csv(const struct tmn_bench *bench, struct tmn_text *out);
void tmn_bench_peers_csv(const struct tmn_bench *bench, struct tmn_text *out);
void tmn_bench_json(const struct tmn_bench *bench, struct tmn_text *out);
void tmn_bench_html(const struct tmn_bench *bench, struct tmn_text *out);
/* Writes the results folder: figures.csv, runs.csv, peers.csv, bench.json, bench.html. */
bool tmn_bench_save(const struct tmn_bench *bench, const char *path, struct tmn_error *err);

/* ---- private to src/study ---- */
const struct tmn_bench_plan *tmn_bench_plans(size_t *count);
const struct tmn_bench_run *tmn_bench_find(const struct tmn_bench *bench, const char *name);
void tmn_bench_make_figures(struct tmn_bench *bench);
/* Tells where bench is; false: stop. */
bool tmn_bench_told(struct tmn_bench *bench, double part, const char *what);
/* A scenario of bench/, or dprk, compiled with `persons` (0: as it says) and the assignments up to the first NULL. */
double tmn_bench_parameter(const struct tmn_model *model, const char *name); /* as written; 0: there is none */
struct tmn_model *tmn_bench_model(const struct tmn_bench *bench, struct tmn_arena *arena, const char *scenario,
                                  double persons, const char *const *set, size_t set_count, struct tmn_error *err);
/* Runs the programs that stand beside this case, after its turn; notes where one is not installed. */
bool tmn_bench_peers_beside(struct tmn_bench *bench, const struct tmn_bench_run *run, int turn, struct tmn_error *err);
/* Figures that were measured before (peers/published.csv), of the wanted workloads. */
bool tmn_bench_peers_before(struct tmn_bench *bench, struct tmn_error *err);
/* Epidemics of one seed beside igraph's: how far the windows are from continuous time. Nothing without igraph. */
bool tmn_bench_compare_sir(struct tmn_bench *bench, struct tmn_error *err);
/* What a program of the peers' folder prints: the sum of the numbers after `name`, and how many there are. */
struct tmn_bench_lines {
    const char *text;
};
double tmn_bench_sum(const struct tmn_bench_lines *lines, const char *name, int *count);
/* Runs a program and keeps what it prints; words: the program and its arguments, then NULL. */
bool tmn_bench_program(struct tmn_bench *bench, const char *const *words, struct tmn_bench_lines *lines,
                       struct tmn_error *err);

#endif
