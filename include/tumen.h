/* tumen: a country in a file. The public interface of libtumen, usable from C (C99 on) and C++.
 *
 * A scenario (YAML and CSV files) declares a population and what can happen to it; a run simulates it person by person,
 * window by window (a week by default). The same scenario, options and seed give the same result to the bit for any
 * number of threads.
 *
 *     struct tumen_error error;
 *     struct tumen_scenario *scenario;
 *     struct tumen_run *run;
 *     struct tumen_options options = tumen_default_options();
 *     options.scale = 0.05;
 *     if (!tumen_scenario_open(&scenario, "scenarios/dprk", &error) || !tumen_run_start(&run, scenario, &options,
 * &error))
 *         ... error.text says what and where ...
 *     while (!tumen_run_done(run) && tumen_run_step(run, &error))
 *         ;
 *
 * Rules: a function that can fail returns false and fills *error (which may be NULL). Nothing prints, exits or touches
 * signals. Handles are opaque; each is freed by its own function, which accepts NULL. A handle may be used by one
 * thread at a time; different handles are independent, but a run reads its scenario, so the scenario must outlive its
 * runs and must not be changed while they step. Text that a function returns belongs to the handle unless said
 * otherwise. All persons are synthetic. */
#ifndef TUMEN_H
#define TUMEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TUMEN_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library, such as "0.5.0". */
TUMEN_API const char *tumen_version(void);

enum tumen_code {
    TUMEN_OK,       /* no error */
    TUMEN_USAGE,    /* the call was not well formed: an option out of range, an unknown name */
    TUMEN_SCENARIO, /* the scenario has mistakes; see tumen_scenario_diagnostic */
    TUMEN_IO,       /* a file could not be read or written */
    TUMEN_MEMORY,   /* memory ran out */
    TUMEN_CAPACITY, /* a stated capacity was exceeded, such as the rows laid out for births */
    TUMEN_RUN       /* the run met a state that the model does not allow */
};

struct tumen_error {
    enum tumen_code code;
    char text[1024];  /* one or more sentences, no newline at the end */
    char file[256];   /* where, or "" */
    int line, column; /* 1-based; 0 when there is no file; column counts characters */
};

/* ---- Scenarios ---- */

struct tumen_scenario;

/* Reads and compiles `path`, a scenario.yaml or a folder that holds one. On mistakes (TUMEN_SCENARIO) returns false
 * with the first of them in *error; *scenario is set all the same, so that every diagnostic can be read, but cannot be
 * run. *scenario is NULL only when memory ran out. */
TUMEN_API bool tumen_scenario_open(struct tumen_scenario **scenario, const char *path, struct tumen_error *error);
TUMEN_API void tumen_scenario_free(struct tumen_scenario *scenario);

struct tumen_diagnostic {
    const char *code;    /* short stable id, such as "unknown-key" */
    const char *message; /* one sentence without a final period */
    const char *hint;    /* what to do, or NULL */
    const char *file;    /* or NULL: nowhere in particular */
    int line, column;    /* 1-based; 0 without a file */
    bool warning;
    const char *rendered; /* all of it for a terminal, with the source line and a caret; ends with a newline */
};

/* Number of mistakes and warnings found, ordered by file, line and column (at most 200 are kept). */
TUMEN_API size_t tumen_scenario_diagnostics(const struct tumen_scenario *scenario);
/* The diagnostic `index`; false when there is none. */
TUMEN_API bool tumen_scenario_diagnostic(struct tumen_scenario *scenario, size_t index,
                                         struct tumen_diagnostic *diagnostic);

/* Short name and title; "" when the scenario could not be compiled. */
TUMEN_API const char *tumen_scenario_name(const struct tumen_scenario *scenario);
TUMEN_API const char *tumen_scenario_title(const struct tumen_scenario *scenario);
/* Windows in the whole run; 0 when the scenario could not be compiled. */
TUMEN_API int tumen_scenario_windows(const struct tumen_scenario *scenario);
/* Names of the outcomes, in the order of declaration; NULL when `index` is too large. */
TUMEN_API size_t tumen_scenario_outcomes(const struct tumen_scenario *scenario);
TUMEN_API const char *tumen_scenario_outcome(const struct tumen_scenario *scenario, size_t index);

/* Changes something for the runs started afterwards, from the start or, with "@YYYY-MM-DD" behind it, from that date
 * on; values are in the declared unit: "name=value"        a parameter or driver "hold name=value"   a feedback
 * variable or driver is fixed "shift name=value"  a feedback variable or driver is offset, as all see it but its own
 * rule "assign attribute=level, ... where predicate share 0.2"  levels are given once to a keyed share of those who fit
 * Errors: TUMEN_USAGE for an unknown name (with a suggestion), a value out of range, a bad date. */
TUMEN_API bool tumen_scenario_set(struct tumen_scenario *scenario, const char *assignment, struct tumen_error *error);

/* ---- Runs ---- */

struct tumen_run;

struct tumen_options {
    uint64_t seed; /* default 1 */
    double scale; /* share of the population to simulate, in (0, 1]; whole neighbourhood units are sampled; default 1 */
    int threads;  /* at least 1; changes the time taken, never the result; default: the machine's processors */
    int windows;  /* windows to run, or 0 (default): all */
};

TUMEN_API struct tumen_options tumen_default_options(void);

/* Makes the population and everything that a run needs. `options` may be NULL for the defaults. Errors: TUMEN_USAGE for
 * an option out of range or a scenario with mistakes, TUMEN_MEMORY, TUMEN_CAPACITY, TUMEN_RUN. *run is NULL on failure.
 */
TUMEN_API bool tumen_run_start(struct tumen_run **run, struct tumen_scenario *scenario,
                               const struct tumen_options *options, struct tumen_error *error);
TUMEN_API void tumen_run_free(struct tumen_run *run);

/* Simulates one window. Errors: TUMEN_USAGE when the run is done, TUMEN_CAPACITY, TUMEN_RUN; after an error a run can
 * only be read and freed. */
TUMEN_API bool tumen_run_step(struct tumen_run *run, struct tumen_error *error);
TUMEN_API int tumen_run_window(const struct tumen_run *run);  /* windows done */
TUMEN_API int tumen_run_windows(const struct tumen_run *run); /* windows in all; those done once `until` held */
TUMEN_API bool tumen_run_done(const struct tumen_run *run);
/* First day of the coming window as year * 10000 + month * 100 + day, such as 19940108. */
TUMEN_API int tumen_run_date(const struct tumen_run *run);
/* Simulated persons now alive, unweighted. */
TUMEN_API uint32_t tumen_run_alive(const struct tumen_run *run);

struct tumen_series {
    int periods;         /* windows, years, or 1, as the outcome declares; the last may be unfinished */
    uint32_t cells;      /* combinations of the levels of the outcome's keys; 1 without keys */
    const double *value; /* [periods * cells], period-major, in persons (weighted by 1/scale) or the feedback's unit */
    const double *simulated; /* [periods * cells], the simulated persons that each value rests on; NULL for feedback */
    const int32_t *first_day, *last_day; /* [periods], days since 1970-01-01 */
};

/* Fills *series with the outcome `name`; the arrays belong to the run and hold until its next step. TUMEN_USAGE for an
 * unknown name (with a suggestion). */
TUMEN_API bool tumen_run_series(const struct tumen_run *run, const char *name, struct tumen_series *series,
                                struct tumen_error *error);
/* Writes the name of a cell of outcome `name` ("sex=female, province=north-hamgyong"; "" without keys) into text, cut
 * to `size` bytes with the final NUL. TUMEN_USAGE for an unknown name or a cell that is not there. */
TUMEN_API bool tumen_run_cell(const struct tumen_run *run, const char *name, uint32_t cell, char *text, size_t size,
                              struct tumen_error *error);

/* 32 lower-case hexadecimal digits and a NUL: equal for equal results; the digest that `tumen run` prints. Covers
 * the attributes of all persons, feedback and outcomes. */
TUMEN_API void tumen_run_digest(const struct tumen_run *run, char text[33]);

/* ---- Checkpoints: runs that stop and go on, and what-ifs from a date on ---- */

/* Saves the run as it stands as `folder`/checkpoint.tumen, whole or not at all: an older one stays until the new one is
 * safe. The run is first verified from scratch. The folder is made if its parent is there. Errors: TUMEN_IO (a full
 * disk), TUMEN_MEMORY, TUMEN_RUN for a run that has failed or disagrees with its persons. */
TUMEN_API bool tumen_run_save(struct tumen_run *run, const char *folder, struct tumen_error *error);

/* Goes on from the checkpoint in `folder`, to the bit as if the run had not been stopped, with its seed, scale and
 * settings. `scenario` is the one it was made of, opened anew and with nothing set yet; the settings of the checkpoint
 * are made in it. `assignments` (or NULL) make a fork: as in tumen_scenario_set, those without a date begin with the
 * checkpoint. Of `options` (NULL: defaults) `threads` counts, and `windows`, where 0 is as many as the run began with.
 * Errors: TUMEN_USAGE for another scenario, settings from before the checkpoint, fewer windows than are done; TUMEN_IO
 * for a file that is damaged or no checkpoint of this version; and those of tumen_run_start. */
TUMEN_API bool tumen_run_resume(struct tumen_run **run, struct tumen_scenario *scenario, const char *folder,
                                const char *const *assignments, size_t assignment_count,
                                const struct tumen_options *options, struct tumen_error *error);

/* Writes the results folder (run.json, CSV tables, report) at `folder`, whole or not at all. A run that is not done is
 * written marked incomplete. An existing folder is replaced only when it is empty or holds results; a checkpoint that
 * this run saved there, or went on from, stays. Errors: TUMEN_IO, TUMEN_MEMORY. */
TUMEN_API bool tumen_run_write(const struct tumen_run *run, const char *folder, struct tumen_error *error);

#ifdef __cplusplus
}
#endif
#endif
