/* See loops.h. */
#include "study/loops.h"

#include "result/result.h"
#include "study/outcome_read.h"
#include <math.h>
#include <string.h>

enum { CLOSED, CUT, STILL, WORLDS /* STILL: cut, without the pulse; the base itself where a link is cut */ };

#define GAIN_ERROR 0.1

struct work {
    const struct tmn_study_options *options;
    struct tmn_stages stages; /* the base, then what is made of it */
    struct tmn_loops *loops;
    struct tmn_arena *arena;
    int *watched; /* feedback variables whose path is needed */
    size_t watched_count;
    struct tmn_ask *base;  /* [seeds] */
    double **path;         /* [seeds * watched] of [windows * slots] */
    struct tmn_ask *asks;  /* [rows * periods * seeds * WORLDS] model NULL: none */
    struct tmn_ask *trunk; /* [seeds] the world as it is */
};

static int begin_window(const struct work *work, int period) {
    const struct tmn_calendar *calendar = &work->options->model->calendar;
    return (work->loops->periods.year[period] - calendar->start_year) * calendar->windows_per_year;
}

static int end_window(const struct work *work, int period) {
    const struct tmn_calendar *calendar = &work->options->model->calendar;
    int end = (work->loops->last[period] + 1 - calendar->start_year) * calendar->windows_per_year;
    return end < calendar->windows ? end : calendar->windows;
}

static int last_year(const struct tmn_model *model) {
    return tmn_calendar_window(&model->calendar, model->calendar.windows - 1).year;
}

struct tmn_loop_periods tmn_loop_periods(const struct tmn_model *model) {
    int first = model->calendar.start_year, years = last_year(model) + 1 - first;
    struct tmn_loop_periods periods = {.count = years < 4 ? years : 4};
    for (int p = 0; p < periods.count; p++)
        periods.year[p] = first + p * years / periods.count;
    return periods;
}

static bool check_periods(struct tmn_loops *loops, struct tmn_error *err) {
    const struct tmn_loop_periods *periods = &loops->periods;
    int first = loops->options->model->calendar.start_year, last = last_year(loops->options->model);
    for (int p = 0; p < periods->count; p++) {
        int year = periods->year[p], next = p + 1 < periods->count ? periods->year[p + 1] : last + 1;
        if (year < first || year > last)
            return tmn_fail(err, TMN_USAGE, "no period can begin in %d: the scenario runs from %d to %d", year, first,
                            last);
        if (next <= year)
            return tmn_fail(err, TMN_USAGE, "periods begin in rising years, but %d stands before %d", year, next);
        loops->last[p] = next - year < TMN_LOOP_HORIZON_Y ? next - 1 : year + TMN_LOOP_HORIZON_Y - 1;
    }
    return true;
}

static const struct tmn_arrow *cut_of(const struct work *work, size_t row) {
    const struct tmn_loop *loop = work->loops->rows[row].loop;
    return loop->cut >= 0 ? &work->options->model->arrows.items[loop->cut] : NULL;
}

/* ---- progress ---- */

/* What comes after the base, unless some of it is in the store. */
static struct tmn_runs_progress ahead_of_base(const struct work *work) {
    struct tmn_runs_progress ahead = {0};
    int periods = work->loops->periods.count, seeds = work->options->seeds;
    for (size_t i = 0; i < work->loops->count; i++)
        for (int p = 0; p < periods && !work->loops->rows[i].why; p++) {
            int runs = seeds * (cut_of(work, i) ? WORLDS - 1 : WORLDS);
            ahead.runs += (size_t)runs;
            ahead.windows += (double)runs * (end_window(work, p) - begin_window(work, p));
        }
    ahead.windows += (double)seeds * begin_window(work, periods - 1); /* the past that they share */
    return ahead;
}

/* ---- the base, and paths ---- */

static void list_watched(struct work *work) {
    work->watched = TMN_NEW_ARRAY(work->arena, int, work->loops->count + 1);
    for (size_t i = 0; i < work->loops->count; i++) {
        const struct tmn_arrow *arrow = cut_of(work, i);
        bool known = arrow == NULL;
        for (size_t w = 0; w < work->watched_count; w++)
            known = known || work->watched[w] == arrow->cause.index;
        if (!known)
            work->watched[work->watched_count++] = arrow->cause.index;
    }
}

static bool make_base(struct work *work, const struct tmn_store_options *store, struct tmn_error *err) {
    const struct tmn_study_options *options = work->options;
    const struct tmn_model *model = tmn_model_watch(work->arena, options->model, work->watched, work->watched_count);
    work->base =
        tmn_asks_of_seeds(work->arena, model, options->settings, options->seed, options->seeds, options->scale);
    for (int s = 0; s < options->seeds; s++)
        work->base[s].windows = end_window(work, work->loops->periods.count - 1);
    work->stages.ahead = ahead_of_base(work);
    bool good = tmn_store_make(&options->store, work->base, (size_t)options->seeds, store, &work->loops->tally, err);
    tmn_stages_last(&work->stages);
    return good;
}

/* What was so after a window is what the next one reads. */
static double *path_of(const struct work *work, const struct tmn_output *output, size_t watched) {
    const struct tmn_model *model = work->options->model;
    const struct tmn_feedback *feedback = &model->feedbacks.items[work->watched[watched]];
    const struct tmn_output_series *series = &output->series[model->outcomes.count + watched];
    size_t slots = feedback->slots, all = (size_t)model->calendar.windows * slots;
    double *path = TMN_NEW_ARRAY(work->arena, double, all + 1);
    for (size_t i = 0; i < all; i++) {
        size_t known = (size_t)series->periods * slots, before = i - slots;
        if (i >= slots && before >= known)
            before = known - slots + i % slots; /* beyond the base nobody looks */
        path[i] = i < slots ? feedback->start : series->value[before] * feedback->factor;
    }
    return path;
}

static bool read_paths(struct work *work, struct tmn_error *err) {
    work->path = TMN_NEW_ARRAY(work->arena, double *, (size_t)work->options->seeds * work->watched_count + 1);
    for (int s = 0; s < work->options->seeds; s++) {
        struct tmn_output output;
        if (!tmn_store_read(&work->options->store, &work->base[s], work->arena, &output, err))
            return false;
        for (size_t w = 0; w < work->watched_count; w++)
            work->path[(size_t)s * work->watched_count + w] = path_of(work, &output, w);
    }
    return true;
}

/* ---- the worlds ---- */

static struct tmn_ask *ask_of(const struct work *work, size_t row, int period, int seed, int world) {
    size_t periods = (size_t)work->loops->periods.count, seeds = (size_t)work->options->seeds;
    return &work->asks[((row * periods + (size_t)period) * seeds + (size_t)seed) * WORLDS + (size_t)world];
}

static struct tmn_settings copy_settings(const struct work *work) {
    struct tmn_settings settings = {NULL, 0, 0};
    for (size_t i = 0; i < work->options->settings->count; i++)
        TMN_PUSH(work->arena, &settings, work->options->settings->items[i]);
    return settings;
}

static void put_ask(const struct work *work, size_t row, int period, int seed, int world, const struct tmn_model *model,
                    const struct tmn_settings *settings) {
    *ask_of(work, row, period, seed, world) = (struct tmn_ask){.model = model,
                                                               .settings = settings->items,
                                                               .setting_count = settings->count,
                                                               .seed = work->options->seed + (uint64_t)seed,
                                                               .scale = work->options->scale,
                                                               .windows = end_window(work, period),
                                                               .trunk = &work->trunk[seed],
                                                               .branches = begin_window(work, period)};
}

static void plan_link(struct work *work, size_t row, int period, const struct tmn_arrow *arrow) {
    const struct tmn_study_options *options = work->options;
    const struct tmn_cause *cause = &arrow->cause;
    int from = begin_window(work, period), end = from + (options->model->calendar.windows_per_year + 1) / 2;
    struct tmn_settings settings = copy_settings(work);
    size_t watched = 0;
    while (work->watched[watched] != cause->index)
        watched++;
    const struct tmn_model *closed =
        tmn_model_cut(work->arena, options->model, cause->index, &arrow->effect, NULL, cause->amount, from, end);
    for (int s = 0; s < options->seeds; s++) {
        const double *path = work->path[(size_t)s * work->watched_count + watched];
        put_ask(work, row, period, s, CLOSED, closed, &settings);
        put_ask(
            work, row, period, s, CUT,
            tmn_model_cut(work->arena, options->model, cause->index, &arrow->effect, path, cause->amount, from, end),
            &settings);
    }
}

static void plan_set(struct work *work, size_t row, int period, const struct tmn_loop *loop) {
    const struct tmn_study_options *options = work->options;
    int from = begin_window(work, period), end = from + (options->model->calendar.windows_per_year + 1) / 2;
    for (int world = 0; world < WORLDS; world++) {
        struct tmn_model *model = tmn_model_copy(work->arena, options->model);
        struct tmn_settings settings = copy_settings(work);
        for (size_t i = 0; i < loop->set.count && world != CLOSED; i++) {
            struct tmn_setting cut = {.parameter = loop->set.items[i].parameter,
                                      .value = loop->set.items[i].value,
                                      .window = from,
                                      .feedback = -1};
            TMN_PUSH(work->arena, &settings, cut);
        }
        if (world != STILL)
            tmn_model_intervene(model, &settings, &loop->pulse, from, end);
        for (int s = 0; s < options->seeds; s++)
            put_ask(work, row, period, s, world, model, &settings);
    }
}

static void plan(struct work *work) {
    size_t periods = (size_t)work->loops->periods.count, seeds = (size_t)work->options->seeds;
    const struct tmn_study_options *options = work->options;
    work->trunk = tmn_asks_of_seeds(work->arena, options->model, options->settings, options->seed, options->seeds,
                                    options->scale);
    work->asks = TMN_NEW_ARRAY(work->arena, struct tmn_ask, work->loops->count * periods * seeds * WORLDS + 1);
    for (size_t i = 0; i < work->loops->count; i++) {
        const struct tmn_loop_row *row = &work->loops->rows[i];
        const struct tmn_arrow *arrow = cut_of(work, i);
        for (int p = 0; p < work->loops->periods.count && !row->why; p++) {
            if (arrow)
                plan_link(work, i, p, arrow);
            else
                plan_set(work, i, p, row->loop);
        }
    }
}

/* ---- runs ---- */

static bool make_runs(struct work *work, const struct tmn_store_options *store, struct tmn_error *err) {
    const struct tmn_study_options *options = work->options;
    struct tmn_loops *loops = work->loops;
    size_t all = loops->count * (size_t)loops->periods.count * (size_t)options->seeds * WORLDS, count = 0;
    struct tmn_ask *list = TMN_NEW_ARRAY(work->arena, struct tmn_ask, all + 1);
    struct tmn_store_tally tally = {0};
    for (size_t i = 0; i < all; i++)
        if (work->asks[i].model)
            list[count++] = work->asks[i];
    bool good = tmn_store_make(&options->store, list, count, store, &tally, err);
    loops->stopped = tally.stopped;
    loops->tally.made += tally.made;
    loops->tally.found += tally.found;
    return good;
}

/* ---- what they gave ---- */

/* more: closed - cut of each pair. */
static void decide_gain(struct tmn_loop_part *part, const double *more, const double *cut) {
    bool same = true, still = true;
    for (int i = 0; i < part->pairs; i++) {
        same = same && more[i] == 0;
        still = still && cut[i] == 0;
    }
    part->gain = part->range.low = part->range.high = (double)NAN;
    part->way = same ? TMN_WAY_NONE : TMN_WAY_OPEN;
    if (same && still) {
        part->why = "no pair responds";
    } else if (same) {
        part->gain = part->range.low = part->range.high = 0;
    } else if (!tmn_ratio_range(more, cut, part->pairs, GAIN_ERROR, &part->gain, &part->range)) {
        part->why = "the response with the loop cut cannot be told from 0 by these pairs";
    } else if (part->range.low > 0 || part->range.high < 0) {
        part->way = part->gain > 0 ? TMN_WAY_MORE : TMN_WAY_LESS;
    }
}

/* still: mean of the world that is cut and has no pulse. */
static void mask(const struct tmn_model *model, const struct tmn_loop *loop, struct tmn_loop_part *part, double still) {
    const double told[] = {part->base, part->base + part->closed, still, still + part->cut};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        part->masked =
            part->masked || tmn_result_masked(model, &model->outcomes.items[loop->outcome], loop->cell, told[i]);
    if (part->masked)
        part->base = part->closed = part->cut = (double)NAN;
}

/* A feedback variable that moves by less than a millionth of itself does not answer: what is left of a pulse that is
 * long over can be told from 0, since nothing in it is drawn, but is no measure of a loop. */
static double answer(const struct tmn_outcome *outcome, double pushed, double still) {
    double moved = pushed - still;
    return outcome->kind == TMN_OUTCOME_FEEDBACK && fabs(moved) < 1e-6 * fabs(still) ? 0 : moved;
}

static void decide_part(struct work *work, size_t index, int period) {
    const struct tmn_study_options *options = work->options;
    const struct tmn_loop_row *row = &work->loops->rows[index];
    struct tmn_loop_part *part = &work->loops->rows[index].part[period];
    double *more = TMN_NEW_ARRAY(work->arena, double, options->seeds);
    double *cut = TMN_NEW_ARRAY(work->arena, double, options->seeds), still = 0;
    int32_t from = tmn_date_day(work->loops->periods.year[period], 1, 1),
            to = tmn_date_day(work->loops->last[period], 12, 31);
    for (int s = 0; s < options->seeds; s++) {
        double value[WORLDS] = {0}, base = 0;
        bool all =
            tmn_outcome_read(&options->store, &work->base[s], row->loop->outcome, row->loop->cell, from, to, &base);
        value[STILL] = base;
        for (int w = 0; w < WORLDS && all; w++)
            if (ask_of(work, index, period, s, w)->model)
                all = tmn_outcome_read(&options->store, ask_of(work, index, period, s, w), row->loop->outcome,
                                       row->loop->cell, from, to, &value[w]);
        if (!all)
            continue;
        cut[part->pairs] = answer(&options->model->outcomes.items[row->loop->outcome], value[CUT], value[STILL]);
        more[part->pairs++] = (value[CLOSED] - base) - (value[CUT] - value[STILL]);
        part->base += base;
        still += value[STILL];
        part->closed += value[CLOSED] - base;
        part->cut += value[CUT] - value[STILL];
    }
    if (part->pairs == 0)
        return;
    still /= part->pairs, part->base /= part->pairs, part->closed /= part->pairs, part->cut /= part->pairs;
    decide_gain(part, more, cut);
    mask(options->model, row->loop, part, still);
}

static bool decided(const struct tmn_loop_part *part) {
    return isfinite(part->gain) && (part->way == TMN_WAY_MORE || part->way == TMN_WAY_LESS);
}

static void rank_period(struct tmn_loops *loops, int period) {
    for (size_t i = 0; i < loops->count; i++) {
        struct tmn_loop_part *part = &loops->rows[i].part[period];
        part->rank = decided(part);
        for (size_t j = 0; j < loops->count && decided(part); j++) {
            const struct tmn_loop_part *other = &loops->rows[j].part[period];
            part->rank += decided(other) && fabs(other->gain) > fabs(part->gain);
        }
    }
}

bool tmn_loops_run(struct tmn_loops *loops, struct tmn_arena *arena, const struct tmn_study_options *options,
                   const struct tmn_loop_periods *periods, struct tmn_error *err) {
    const struct tmn_model *model = options->model;
    struct work work = {.options = options,
                        .loops = loops,
                        .arena = arena,
                        .stages = {.progress = options->progress, .context = options->progress_context}};
    struct tmn_store_options store = {
        .threads = options->threads, .progress = tmn_stages_tell, .context = &work.stages};
    *loops = (struct tmn_loops){.options = options, .arena = arena, .periods = *periods, .count = model->loops.count};
    if (loops->count == 0)
        return tmn_fail(err, TMN_USAGE, "the scenario has no section 'loops': nothing to measure (docs/arrows.md)");
    if (!check_periods(loops, err))
        return false;
    loops->rows = TMN_NEW_ARRAY(arena, struct tmn_loop_row, loops->count);
    for (size_t i = 0; i < loops->count; i++) {
        const struct tmn_loop *loop = &model->loops.items[i];
        bool whole = model->outcomes.items[loop->outcome].every == TMN_PERIOD_RUN;
        loops->rows[i] = (struct tmn_loop_row){
            .loop = loop, .why = whole ? "its outcome is of the whole run, not of years or windows" : NULL};
    }
    list_watched(&work);
    if (!make_base(&work, &store, err))
        return false;
    loops->stopped = loops->tally.stopped;
    if (loops->stopped)
        return tmn_fail(err, TMN_STOPPED,
                        "stopped before the runs without a pulse were done; those that were finished are kept in "
                        "'%s', and the same command goes on from there",
                        options->store.folder);
    if (!read_paths(&work, err))
        return false;
    plan(&work);
    if (!make_runs(&work, &store, err))
        return false;
    for (int p = 0; p < loops->periods.count; p++) {
        for (size_t i = 0; i < loops->count; i++)
            if (!loops->rows[i].why)
                decide_part(&work, i, p);
        rank_period(loops, p);
    }
    return true;
}
