/* How far ahead clocks are noted. A note is written in vain when its clock changes before it is due. Where that happens
 * often it is cheaper to note only clocks that may run out soon, and to look at all clocks of the transition again
 * after that: in one window for all such transitions, since a row costs more than one more clock of it. Which horizon
 * pays follows from what happened since the last review, and changes no result. */
#include "engine/rooms.h"

#include <limits.h>

enum {
    REVIEW = 32, /* windows; a first horizon where so much happens that one more look at all costs little: ... */
    BUSY = 32,   /* ... so many firings a row until the end */
    SHORTEST = 16,
    LONGEST = WHEEL_WINDOWS / 2 /* and up to half as long again */
};
/* Beside a note that is written and dropped. */
#define LOOK_ROW 0.3
#define LOOK_CLOCK 0.07
#define GAIN 0.9 /* another horizon is to cost less than this part of the one that there is */
/* Notes take memory too: what has a horizon keeps it while it costs less than so many times as much. */
#define STAY 1.5

static struct tmn_turnover turnover_of(const struct tmn_run *run, size_t t) {
    const struct tmn_clock_work *work = &run->counters.work[t];
    const struct tmn_horizon *since = &run->accrual[t].horizon;
    double windows = run->window - since->reviewed, enabled = (double)(work->scanned - since->scanned);
    if (run->accrual[t].dense || windows < 1 || enabled < 1)
        return (struct tmn_turnover){0};
    return (struct tmn_turnover){enabled,
                                 (double)(run->counters.transition_firings[t] - since->fired) / (enabled * windows),
                                 (double)(work->reaimed + work->started - since->changed) / windows};
}

/* Notes in vain in a window, with clocks noted so far ahead: of those that change the ones that may run out by then. */
static double in_vain(const struct tmn_turnover *turnover, int ahead) {
    double soon = turnover->runs_out * ahead; /* roughly the chance */
    return turnover->changes * soon / (1 + soon);
}

/* Of one transition: with the others that are looked at again each `ahead` windows. */
static double near_cost(const struct tmn_turnover *turnover, int ahead) {
    return in_vain(turnover, ahead) + LOOK_CLOCK * turnover->enabled / ahead;
}

/* Of all, each by what is cheaper for it; ahead 0: all are noted up to the end of the run. */
static double cost(const struct tmn_run *run, const struct tmn_turnover *turnover, int ahead, int end) {
    double sum = ahead > 0 ? LOOK_ROW * run->rows / ahead : 0;
    for (size_t t = 0; t < run->transitions; t++) {
        double far = in_vain(&turnover[t], end), near = ahead > 0 ? near_cost(&turnover[t], ahead) : far;
        sum += near < far ? near : far;
    }
    return sum;
}

static int best(const struct tmn_run *run, const struct tmn_turnover *turnover, int end) {
    int best = run->ahead < end ? run->ahead : 0, ahead = 0;
    double now = cost(run, turnover, best, end), least = now * GAIN;
    do {
        double other = cost(run, turnover, ahead, end);
        if (other < least && (now - other) * end > LOOK_ROW * run->rows) { /* what changing costs */
            least = other;
            best = ahead;
        }
        ahead = ahead > 0 ? 2 * ahead : SHORTEST;
    } while (ahead <= LONGEST && ahead < end);
    return best;
}

void tmn_horizons_review(struct tmn_run *run) {
    struct tmn_turnover *turnover = run->turnover;
    int end = run->windows - run->window;
    if (run->window % REVIEW != 0 || run->window == 0)
        return;
    for (size_t t = 0; t < run->transitions; t++)
        turnover[t] = turnover_of(run, t);
    int ahead = best(run, turnover, end);
    for (size_t t = 0; t < run->transitions; t++) {
        struct tmn_horizon *horizon = &run->accrual[t].horizon;
        double margin = horizon->near ? STAY : GAIN;
        bool near = ahead > 0 && near_cost(&turnover[t], ahead) < in_vain(&turnover[t], end) * margin;
        if (near != horizon->near || (near && ahead != run->ahead))
            run->accrual[t].refill_at = run->window;
        horizon->near = near;
    }
    run->ahead = ahead;
    tmn_horizons_resume(run);
}

int tmn_horizon_begin(struct tmn_run *run, size_t t) {
    struct tmn_accrual *accrual = &run->accrual[t];
    int now = run->window, end = run->windows - now, ahead = accrual->horizon.near ? run->ahead : 0;
    if (!run->filed && run->sampled * end > (double)BUSY * run->rows && ahead == 0)
        ahead = REVIEW;
    accrual->horizon.scanned = run->counters.work[t].scanned;
    if (ahead > 0 && ahead < end)
        return ((now + ahead / 2) / ahead + 1) * ahead; /* the same window for all */
    return accrual->known ? now + WHEEL_WINDOWS - 1 : INT_MAX;
}

void tmn_horizons_resume(struct tmn_run *run) {
    for (size_t t = 0; t < run->transitions; t++) {
        struct tmn_horizon *horizon = &run->accrual[t].horizon;
        horizon->reviewed = run->window;
        horizon->fired = run->counters.transition_firings[t];
        horizon->changed = run->counters.work[t].reaimed + run->counters.work[t].started;
    }
}
