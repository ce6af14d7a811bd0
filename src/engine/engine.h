/* A run: a world stepped window by window, by one of two engines that agree to the bit. The reference engine visits
 * every person each window and is the specification; the event engine does work in proportion to what happens. */
#ifndef TMN_ENGINE_ENGINE_H
#define TMN_ENGINE_ENGINE_H

#include "world/world.h"

struct tmn_digest {
    uint64_t low, high;
};

enum tmn_phase {
    TMN_PHASE_FACTORS,
    TMN_PHASE_PERSONS,
    TMN_PHASE_EVENTS,
    TMN_PHASE_MESSAGES,
    TMN_PHASE_COUNTERS,
    TMN_PHASE_FEEDBACK,
    TMN_PHASE_OUTPUT,
    TMN_PHASES
};

/* What happened to one row, told in the window in which it happened (for `trace` and for closure tests). */
enum tmn_happening_kind {
    TMN_HAPPENED_ASSIGNED, /* by an intervention, before anything else of its window */
    TMN_HAPPENED_FIRING,
    TMN_HAPPENED_USED_UP,
    TMN_HAPPENED_MESSAGE,
    TMN_HAPPENED_BIRTH,
    TMN_HAPPENED_CHANGE
};
struct tmn_happening {
    enum tmn_happening_kind kind;
    int window;
    uint32_t row, sender /* MESSAGE, BIRTH: mother */;
    int transition, branch, action; /* action: index among the branch's items, for messages */
    struct tmn_packed before, after;
    bool delivered; /* MESSAGE: passed `who` */
};
typedef void tmn_happening_fn(void *context, const struct tmn_happening *happening);

enum tmn_engine { TMN_ENGINE_EVENT, TMN_ENGINE_REFERENCE };
extern const char *const tmn_engine_names[2];

struct tmn_run_options {
    enum tmn_engine engine;
    uint64_t seed;
    double scale;
    int threads;
    int windows; /* 0: all */
    const struct tmn_setting *settings;
    size_t setting_count;
    /* told in row order within a window, from one thread, when not NULL; all rows or only `watch_row` */
    tmn_happening_fn *happening;
    void *happening_context;
    bool watch_all;
    uint32_t watch_row;
    bool cut_feedback; /* hold all feedback and shares at their start (closure tests) */
    bool resumes;      /* set by tmn_run_resume: persons, counters and clocks come from a checkpoint */
    bool profile;      /* time by sampling what each transition does; see tmn_run_profile */
};

/* What the event engine did about the clocks of a transition. */
struct tmn_clock_work {
    uint64_t scanned /* enabled clocks looked at to file those that may run out soon */, filed, checked /* when due */,
        stale /* notes whose clock had changed */, early /* not run out yet: filed again */,
        reaimed /* C or G changed */, started /* enabled anew */, refills /* scans of all its clocks */,
        exceeded /* of them: before their time */;
};

struct tmn_counters_of_run {
    uint64_t firings, used_up, messages_sent, messages_delivered, messages_to_absent /* dead or unborn */, births,
        births_elsewhere /* unit, place, nation */, overshoots /* fired again in the next window since left <= 0 */,
        clamped /* feedback values */, k_overflows, event_firings;
    uint64_t *transition_firings;             /* [transitions] */
    struct tmn_clock_work *work;              /* [transitions] zero in the reference engine */
    double phase_s[TMN_PHASES], population_s; /* population_s: persons, households, groups, ties */
};

struct tmn_run;
bool tmn_run_new(struct tmn_run **run, const struct tmn_model *model, const struct tmn_run_options *options,
                 struct tmn_error *err);
void tmn_run_free(struct tmn_run *run);
bool tmn_run_step(struct tmn_run *run, struct tmn_error *err); /* one window */
int tmn_run_window(const struct tmn_run *run);                 /* windows done */
/* Windows of the whole run; as many as are done once the scenario's `until` has held, which ends it. */
int tmn_run_windows(const struct tmn_run *run);
bool tmn_run_until_held(const struct tmn_run *run);
const struct tmn_world *tmn_run_world(const struct tmn_run *run);
const struct tmn_counters_of_run *tmn_run_counters(const struct tmn_run *run);
struct tmn_digest tmn_run_weekly_digest(const struct tmn_run *run);
struct tmn_digest tmn_run_full_digest(const struct tmn_run *run);
/* Recomputes digest, shares, counters and stocks from scratch; false with the first disagreement. */
bool tmn_run_verify(const struct tmn_run *run, struct tmn_error *err);
/* Cell values (weighted) of an outcome: periods x cells; the last period may be unfinished. NULL rows never. */
struct tmn_series {
    int periods;
    uint32_t cells;
    const double *value;
    const int32_t *first_day, *last_day;
    const double *simulated; /* unweighted persons */
};
struct tmn_series tmn_run_series(const struct tmn_run *run, int outcome);
/* What the coming window holds as the rules say it, without a draw, under changes that begin with it: the firings of a
 * transition or branch that are expected (the sum over persons of hazard, of a `chance` the chance itself, times that
 * of the branch), the hazard of an event summed over its places, or the next value of a feedback variable before it is
 * clamped, summed over its places, with the counts and amounts that are expected. A variable that is shifted is seen as
 * it is by its own rule, unless it is the effect itself. Nothing of the run changes. */
bool tmn_run_prospect(const struct tmn_run *run, const struct tmn_cause *const *causes, size_t count,
                      const struct tmn_target *effect, double *value, struct tmn_error *err);
double tmn_run_feedback(const struct tmn_run *run, int feedback, uint32_t slot);
/* A person's clocks now: hazard in 1/y of the coming window, left as a unit exponential. Returns the number, at most
 * model->slots. */
struct tmn_clock_view {
    int transition;
    uint32_t k;
    double hazard_y, left;
};
int tmn_run_clocks(const struct tmn_run *run, uint32_t row, struct tmn_clock_view *out);
uint32_t tmn_run_counter(const struct tmn_run *run, int counter, uint32_t row);
uint32_t tmn_run_alive(const struct tmn_run *run);
size_t tmn_run_bytes(const struct tmn_run *run);
/* What a run will take, before it is made: at least this much for small ones; 0 where its world cannot be planned. */
double tmn_run_need_bytes(const struct tmn_model *model, const struct tmn_run_options *options);
/* Those bytes by what they are for. */
enum { TMN_MEMORY_ITEMS = 11 };
struct tmn_memory_item {
    const char *name;
    size_t bytes;
};
void tmn_run_memory(const struct tmn_run *run, struct tmn_memory_item out[TMN_MEMORY_ITEMS]);

/* What is done for a transition: clocks looked at to file those soon due; clocks checked when due; firings; finding
 * whom they tell; what receivers of its messages do; clocks that follow a change of their person. */
enum tmn_act { TMN_ACT_SCAN, TMN_ACT_CHECK, TMN_ACT_FIRE, TMN_ACT_TELL, TMN_ACT_RECEIVE, TMN_ACT_FOLLOW, TMN_ACTS };
extern const char *const tmn_act_names[TMN_ACTS];
struct tmn_transition_profile {
    uint64_t firings;
    struct tmn_clock_work work;
    double act_s[TMN_ACTS]; /* seconds of threads added up; scans and tellings measured, the rest from samples */
};
/* out: [transitions]. False where the run was not asked to profile. */
bool tmn_run_profile(const struct tmn_run *run, struct tmn_transition_profile *out);

#endif
