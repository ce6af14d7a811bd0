/* Loops: how much each loop of a causal description adds to the response to a push, by period (docs/arrows.md).
 *
 * A pulse enters a loop at the link where it is cut: the effect sees its cause moved for a while. In the closed world
 * all goes on from there; in the cut world the effect sees, beside the pulse, the path that the cause had without it.
 * So the responses of the loop's outcome differ by what the loop sends back. All worlds of a seed share their past and
 * each person's luck. This tests the wiring of the model, not the world. */
#ifndef TMN_STUDY_LOOPS_H
#define TMN_STUDY_LOOPS_H

#include "study/arrows.h"

enum { TMN_LOOP_PERIODS = 8, TMN_LOOP_HORIZON_Y = 3 };

/* Years in which periods begin, rising. */
struct tmn_loop_periods {
    int year[TMN_LOOP_PERIODS], count;
};

struct tmn_loop_part {      /* a loop in a period */
    int pairs;              /* seeds; 0: not measured */
    double base;            /* of the outcome over the horizon, without a pulse; means over seeds, as all here */
    double closed, cut;     /* responses */
    double gain;            /* (closed - cut) / cut: what the loop adds to each unit of the response; NAN: `why` says */
    const char *why;        /* there is no gain; or NULL */
    bool masked;            /* too few persons of a place: base and responses are NAN */
    struct tmn_range range; /* 90 %, of a ratio of means over seeds */
    enum tmn_way way;       /* of the gain: + reinforces, - balances, ? these pairs do not tell */
    int rank;               /* by size among those of the period that are decided; 0: not among them */
};
struct tmn_loop_row {
    const struct tmn_loop *loop;
    struct tmn_loop_part part[TMN_LOOP_PERIODS];
    const char *why; /* not measured: the reason; or NULL */
};

struct tmn_loops {
    const struct tmn_study_options *options;
    struct tmn_loop_row *rows;
    size_t count;
    struct tmn_loop_periods periods;
    int last[TMN_LOOP_PERIODS]; /* year in which each period's horizon ends */
    struct tmn_store_tally tally;
    bool stopped;
    struct tmn_arena *arena;
};

/* Four periods of about the same length. */
struct tmn_loop_periods tmn_loop_periods(const struct tmn_model *model);
/* Errors: TMN_USAGE where the scenario has no loops, or periods lie outside of it; those of runs and of the store. */
bool tmn_loops_run(struct tmn_loops *loops, struct tmn_arena *arena, const struct tmn_study_options *options,
                   const struct tmn_loop_periods *periods, struct tmn_error *err);
const char *tmn_loop_cut_text(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_loop *loop);
const char *tmn_loop_links_text(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_loop *loop);
void tmn_loops_csv(const struct tmn_loops *loops, struct tmn_text *out);
void tmn_loops_json(const struct tmn_loops *loops, struct tmn_text *out);
void tmn_loops_html(const struct tmn_loops *loops, struct tmn_text *out);
/* Writes the folder: loops.csv, loops.json, loops.html. */
bool tmn_loops_save(const struct tmn_loops *loops, const char *path, struct tmn_error *err);

#endif
