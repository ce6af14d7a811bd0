/* The figures of bench: what is divided by what, and the targets beside. Ratios are medians of the ratios within a
 * turn.
 */
#include "study/bench.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NONE ((double)NAN)

enum { CLOCK_BYTES = 9 /* of a clock that fires: what is left, and how often it did */ };

double tmn_bench_median(const double *values, int count) {
    double sorted[TMN_BENCH_TURNS_MAX];
    if (count < 1)
        return NONE;
    for (int i = 0; i < count; i++) {
        int at = i;
        for (; at > 0 && sorted[at - 1] > values[i]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = values[i];
    }
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

const struct tmn_bench_run *tmn_bench_find(const struct tmn_bench *bench, const char *name) {
    for (size_t r = 0; r < bench->runs.count; r++)
        if (bench->runs.items[r].turns > 0 && strcmp(bench->runs.items[r].plan->name, name) == 0)
            return &bench->runs.items[r];
    return NULL;
}

const char *tmn_bench_verdict(const struct tmn_bench *bench, const struct tmn_bench_figure *figure) {
    bool target = isfinite(figure->must) || isfinite(figure->moonshot);
    if (!target || !isfinite(figure->value))
        return "";
    if (bench->options->quick)
        return "not judged";
    double sign = figure->lower ? -1 : 1, value = sign * figure->value;
    if (isfinite(figure->moonshot) && value >= sign * figure->moonshot)
        return "moonshot";
    return !isfinite(figure->must) ? "" : value >= sign * figure->must ? "pass" : "short";
}

bool tmn_bench_roof(const struct tmn_bench *bench, const struct tmn_bench_run *run, struct tmn_bench_roof *roof) {
    if (run->turns == 0 || run->plan->reference)
        return false;
    const struct tmn_limits *limits = &bench->limits;
    double step_s = tmn_bench_median(run->step_s, run->turns), firings = (double)run->counters.firings;
    bool one = run->threads == 1;
    if (strcmp(run->plan->workload, "W5") == 0)
        *roof = (struct tmn_bench_roof){"bytes changed in place", "GB/s",
                                        firings * (run->packed_bytes + CLOCK_BYTES) / step_s / 1e9,
                                        (one ? limits->in_place_bytes_s.one : limits->in_place_bytes_s.all) / 1e9};
    else
        *roof = (struct tmn_bench_roof){"lines at random places", "M/s",
                                        (firings * run->plan->lines + (double)run->counters.messages_delivered) /
                                            step_s / 1e6,
                                        (one ? limits->gather_lines_s.one : limits->gather_lines_s.all) / 1e6};
    return true;
}

/* ---- adding figures ---- */

static struct tmn_bench_figure *add(struct tmn_bench *bench, const char *workload, const char *name, double value,
                                    const char *unit, const char *how) {
    struct tmn_bench_figure figure = {.workload = workload,
                                      .name = name,
                                      .unit = unit,
                                      .value = value,
                                      .error = NONE,
                                      .must = NONE,
                                      .moonshot = NONE,
                                      .how = how};
    TMN_PUSH(bench->arena, &bench->figures, figure);
    return &bench->figures.items[bench->figures.count - 1];
}

static void at_most(struct tmn_bench_figure *figure, double must, double moonshot) {
    figure->lower = true;
    figure->must = must;
    figure->moonshot = moonshot;
}

static void at_least(struct tmn_bench_figure *figure, double must, double moonshot) {
    figure->must = must;
    figure->moonshot = moonshot;
}

static const char *counted(struct tmn_arena *arena, double value) {
    char text[32];
    tmn_format_count(llround(value), text);
    return tmn_arena_strdup(arena, text);
}

static double step_s(const struct tmn_bench_run *run) {
    return tmn_bench_median(run->step_s, run->turns);
}

static double whole_s(const struct tmn_bench_run *run) {
    double sum[TMN_BENCH_TURNS_MAX];
    for (int t = 0; t < run->turns; t++)
        sum[t] = run->read_s + run->set_up_s[t] + run->step_s[t];
    return tmn_bench_median(sum, run->turns);
}

/* Median over the turns of stepping times of a over those of b, each for one window. */
static double ratio(const struct tmn_bench_run *a, const struct tmn_bench_run *b) {
    double ratios[TMN_BENCH_TURNS_MAX];
    int turns = a->turns < b->turns ? a->turns : b->turns;
    for (int t = 0; t < turns; t++)
        ratios[t] = a->step_s[t] / a->windows / (b->step_s[t] / b->windows);
    return tmn_bench_median(ratios, turns);
}

static double bytes_per_person(const struct tmn_bench_run *run) {
    return (double)run->bytes / run->persons;
}

static double person_years(const struct tmn_bench_run *run) {
    return (double)run->persons * run->windows / 52;
}

/* Threads over one thread, where both were run. */
static void add_threads(struct tmn_bench *bench, const char *workload, const char *name, const char *all,
                        const char *one) {
    const struct tmn_bench_run *a = tmn_bench_find(bench, one), *b = tmn_bench_find(bench, all);
    if (a == NULL || b == NULL || b->threads < 2)
        return;
    struct tmn_bench_figure *figure =
        add(bench, workload, tmn_arena_printf(bench->arena, "%s, %d threads over one", name, b->threads), ratio(a, b),
            "times", "stepping alone");
    if (b->threads == 2)
        at_least(figure, 1.7, 1.9);
}

/* ---- W1 ---- */

static void add_country(struct tmn_bench *bench, const char *name, const char *what) {
    const struct tmn_bench_run *run = tmn_bench_find(bench, name);
    if (run == NULL)
        return;
    struct tmn_arena *arena = bench->arena;
    at_most(add(bench, "W1", tmn_arena_printf(arena, "%s, set-up included", what), whole_s(run), "s",
                "reading the scenario, making the population, all windows"),
            60, 10);
    at_most(add(bench, "W1", tmn_arena_printf(arena, "%s, memory", what), (double)run->peak_bytes / 1e9, "GB",
                "largest resident size"),
            6, 4);
    at_most(add(bench, "W1", tmn_arena_printf(arena, "%s, population", what), run->counters.population_s, "s",
                "persons from margins, households, groups and ties, in the last turn; part of the set-up"),
            10, 2);
    add(bench, "W1", tmn_arena_printf(arena, "%s, set-up", what), tmn_bench_median(run->set_up_s, run->turns), "s",
        "making the population and the state of all clocks");
    double firing_s = step_s(run) * run->threads / (double)run->counters.firings;
    add(bench, "W1", tmn_arena_printf(arena, "%s, a firing all told", what), firing_s * 1e9, "ns of a thread",
        "stepping over firings");
    const struct tmn_limit *lines = &bench->limits.gather_lines_s;
    add(bench, "W1", tmn_arena_printf(arena, "%s, a firing beside memory", what),
        firing_s * (run->threads > 1 ? lines->all / bench->limits.threads : lines->one), "lines",
        "how many lines at random places a thread could have fetched meanwhile: moves less from machine to machine");
}

static const char *const variants[] = {"frozen-1",     "frozen-half", "frozen-twice",
                                       "frozen-quiet", "frozen-loud", "frozen-apart"};
enum { VARIANTS = sizeof variants / sizeof *variants, COSTS = 4 };

/* What a person-window, a firing, a message and a re-aimed clock cost: least squares over the variants of the frozen
 * load and all turns, on one thread. */
static bool fit_costs(const struct tmn_bench *bench, double cost_s[COSTS], double error_s[COSTS]) {
    size_t rows = 0, row = 0;
    for (int v = 0; v < VARIANTS; v++) {
        const struct tmn_bench_run *run = tmn_bench_find(bench, variants[v]);
        if (run == NULL)
            return false;
        rows += (size_t)run->turns;
    }
    gsl_matrix *x = gsl_matrix_alloc(rows, COSTS), *covariance = gsl_matrix_alloc(COSTS, COSTS);
    gsl_vector *y = gsl_vector_alloc(rows), *c = gsl_vector_alloc(COSTS);
    gsl_multifit_linear_workspace *space = gsl_multifit_linear_alloc(rows, COSTS);
    for (int v = 0; v < VARIANTS; v++) {
        const struct tmn_bench_run *run = tmn_bench_find(bench, variants[v]);
        const double counts[COSTS] = {(double)run->persons * run->windows, (double)run->counters.firings,
                                      (double)run->counters.messages_delivered, run->reaimed};
        for (int t = 0; t < run->turns; t++, row++) {
            for (size_t i = 0; i < COSTS; i++)
                gsl_matrix_set(x, row, i, counts[i]);
            gsl_vector_set(y, row, run->step_s[t]);
        }
    }
    double squares;
    bool good = gsl_multifit_linear(x, y, c, covariance, &squares, space) == GSL_SUCCESS;
    for (size_t i = 0; i < COSTS; i++) {
        cost_s[i] = gsl_vector_get(c, i);
        error_s[i] = sqrt(gsl_matrix_get(covariance, i, i));
    }
    gsl_multifit_linear_free(space);
    gsl_vector_free(c);
    gsl_vector_free(y);
    gsl_matrix_free(covariance);
    gsl_matrix_free(x);
    return good;
}

static void add_costs(struct tmn_bench *bench) {
    static const char *const what[COSTS] = {"frozen: a person-year without anything", "frozen: a firing",
                                            "frozen: a message delivered", "frozen: a clock re-aimed"};
    double cost_s[COSTS], error_s[COSTS];
    if (!fit_costs(bench, cost_s, error_s))
        return;
    for (int i = 0; i < COSTS; i++) {
        double unit = i == 0 ? 52e9 : 1e9;
        struct tmn_bench_figure *figure =
            add(bench, "W1", what[i], cost_s[i] * unit, "ns", "least squares over variants of the load, one thread");
        figure->error = error_s[i] * unit;
    }
}

static void add_w1(struct tmn_bench *bench) {
    add_country(bench, "dprk", bench->options->quick ? "dprk, small" : "dprk, 1:1, 31 years");
    add_threads(bench, "W1", "dprk", "dprk", "dprk-1");
    const struct tmn_bench_run *visit = tmn_bench_find(bench, "dprk-visit"),
                               *skip = tmn_bench_find(bench, "dprk-tenth");
    if (visit && skip)
        add(bench, "W1", "dprk, visiting all over skipping", ratio(visit, skip), "times", "a tenth of it, one year");
    add_country(bench, "frozen", bench->options->quick ? "frozen, small" : "frozen, 31 years");
    add_threads(bench, "W1", "frozen", "frozen-2", "frozen-1");
    const struct tmn_bench_run *run = tmn_bench_find(bench, "frozen"), *twice = tmn_bench_find(bench, "frozen-twice"),
                               *once = tmn_bench_find(bench, "frozen-1");
    if (run) {
        double years = person_years(run);
        add(bench, "W1", "frozen: firings", (double)run->counters.firings / years, "per person-year", "declared: 1.5");
        add(bench, "W1", "frozen: messages", (double)run->counters.messages_delivered / years, "per person-year",
            "delivered; declared: 3");
        add(bench, "W1", "frozen: clocks re-aimed", run->reaimed / years, "per person-year", "declared: 4");
    }
    if (twice && once)
        add(bench, "W1", "frozen: a firing at twice the load",
            ratio(twice, once) / ((double)twice->counters.firings / (double)once->counters.firings), "times",
            "cost of a firing all told over that at the declared load; linear: 1 or less");
    add_costs(bench);
}

/* ---- W2 to W5 ---- */

double tmn_bench_peer_ratio(const struct tmn_bench_peer *peer) {
    double ratios[TMN_BENCH_TURNS_MAX];
    for (int t = 0; t < peer->turns; t++)
        ratios[t] = peer->ours[t] / peer->rate[t];
    return peer->here ? tmn_bench_median(ratios, peer->turns) : NONE;
}

/* The programs that ran beside. */
static void add_peer_ratios(struct tmn_bench *bench, const char *workload, double must, double moonshot) {
    struct tmn_arena *arena = bench->arena;
    for (size_t p = 0; p < bench->peers.count; p++) {
        const struct tmn_bench_peer *peer = &bench->peers.items[p];
        if (peer->here && strcmp(peer->workload, workload) == 0)
            at_least(add(bench, workload,
                         tmn_arena_printf(arena, "over %s, %s persons", peer->program, counted(arena, peer->persons)),
                         tmn_bench_peer_ratio(peer), "times",
                         tmn_arena_printf(arena, "%s of ours over theirs, same run", peer->unit)),
                     must, moonshot);
    }
}

static void add_w2(struct tmn_bench *bench) {
    const struct tmn_bench_run *run = tmn_bench_find(bench, "sir"), *million = tmn_bench_find(bench, "sir-million");
    if (run) {
        add(bench, "W2", "events", run->events / step_s(run), "per s", "infections and recoveries");
        struct tmn_bench_figure *bytes =
            add(bench, "W2", "memory", bytes_per_person(run), "bytes/person", "state of the run, ties included");
        at_most(bytes, NONE, 40);
    }
    add_peer_ratios(bench, "W2", 10, 30);
    if (million)
        at_least(add(bench, "W2", "agent-steps, a million persons",
                     (double)million->persons * million->windows / step_s(million) / 2.6e6, "times epiworld",
                     "persons x windows a second over 2.6e6, measured elsewhere; our windows are finer than its days"),
                 20, 100);
    const struct tmn_bench_accuracy *near = &bench->accuracy;
    if (near->members > 0) {
        struct tmn_bench_figure *size = add(bench, "W2", "final size beside igraph's", 100 * fabs(near->size), "%",
                                            "relative difference of means over epidemics of one seed");
        size->error = 100 * near->size_error;
        at_most(size, 1, NONE);
        struct tmn_bench_figure *peak = add(bench, "W2", "time to the peak beside igraph's", 100 * fabs(near->peak),
                                            "%", "from 1 % ever infected; relative difference of means");
        peak->error = 100 * near->peak_error;
        at_most(peak, 1, NONE);
    }
}

static void add_set_up(struct tmn_bench *bench, const struct tmn_bench_run *run, const char *name) {
    if (run)
        add(bench, "W3", name, tmn_bench_median(run->set_up_s, run->turns) / run->persons * 1e9, "ns/person",
            "making the population and its clocks; skipping also files those that run out soon");
}

static void add_w3(struct tmn_bench *bench) {
    static const char *const sizes[] = {"rare-small", "rare-million", "rare-ten", "rare", "rare-large"};
    const struct tmn_bench_run *visit = tmn_bench_find(bench, "rare-visit"), *skip = tmn_bench_find(bench, "rare");
    if (visit && skip)
        at_least(
            add(bench, "W3", "visiting all over skipping", ratio(visit, skip), "times", "stepping, mean of a window"),
            50, 1000);
    add_set_up(bench, skip, "set-up, skipping");
    add_set_up(bench, visit, "set-up, visiting all");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const struct tmn_bench_run *run = tmn_bench_find(bench, sizes[i]);
        if (run)
            add(bench, "W3",
                tmn_arena_printf(bench->arena, "an event, %s persons", counted(bench->arena, run->persons)),
                step_s(run) / (double)run->counters.firings * 1e9, "ns", "stepping over events; flat in persons");
    }
}

static void add_w4(struct tmn_bench *bench) {
    const struct tmn_bench_run *run = tmn_bench_find(bench, "cascade");
    if (run) {
        add(bench, "W4", "ties of adopters", (double)run->counters.firings * (run->plan->lines - 1) / step_s(run),
            "per s", "each adoption is told to its ties, once");
        at_least(add(bench, "W4", "edges of a sweep", run->sweep_edges / step_s(run) / 7.9e6, "times NDlib",
                     "the edges that asking all non-adopters in each round would take, a second, over 7.9e6 measured "
                     "elsewhere"),
                 20, 200);
        add(bench, "W4", "memory", bytes_per_person(run), "bytes/person", "state of the run, ties included");
    }
    add_peer_ratios(bench, "W4", NONE, NONE);
}

static void add_w5(struct tmn_bench *bench) {
    const struct tmn_bench_run *run = tmn_bench_find(bench, "busy");
    struct tmn_bench_roof roof;
    if (run && tmn_bench_roof(bench, run, &roof))
        at_most(add(bench, "W5", "over the streaming limit", roof.limit / roof.achieved, "times",
                    tmn_arena_printf(bench->arena, "time over that of changing the same %u bytes a person in place",
                                     run->packed_bytes + CLOCK_BYTES)),
                8, 3);
    if (run)
        add(bench, "W5", "a firing", step_s(run) / (double)run->counters.firings * 1e9, "ns", "stepping over firings");
    add_threads(bench, "W5", "everybody, every window", "busy-2", "busy");
}

void tmn_bench_make_figures(struct tmn_bench *bench) {
    gsl_error_handler_t *kept = gsl_set_error_handler_off();
    add_w1(bench);
    add_w2(bench);
    add_w3(bench);
    add_w4(bench);
    add_w5(bench);
    gsl_set_error_handler(kept);
}
