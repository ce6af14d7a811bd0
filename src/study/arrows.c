/* See arrows.h: direct signs on one run that passes all dates, then total effects by pairs. */
#include "study/arrows.h"

#include "result/result.h"
#include "study/outcome_read.h"
#include <math.h>
#include <string.h>

enum { WORLDS_MOST = 4 }; /* base, cause, other factor, both */

#define RANGE_ERROR 0.1
#define ROUNDING 1e-11 /* of sums over persons in binary64, relative to what is summed */

struct work {
    const struct tmn_study_options *options;
    struct tmn_arrows *arrows;
    struct tmn_arena *arena;
    struct tmn_ask *asks;   /* [rows * seeds * WORLDS_MOST] model NULL: none */
    struct tmn_ask *trunk;  /* [seeds] the world as it is */
    struct tmn_ask *wanted; /* those of `asks` with a model */
    size_t wanted_count;
    struct tmn_stages stages; /* direct, then total */
};

const char *tmn_way_name(enum tmn_way way) {
    static const char *const names[] = {"0", "+", "-", "?"};
    return names[way];
}

const char *tmn_sign_text(enum tmn_sign sign) {
    return sign == TMN_SIGN_LESS ? "-" : sign == TMN_SIGN_MORE ? "+" : "0+";
}

const char *tmn_cause_text(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_cause *cause) {
    struct tmn_text text;
    if (cause->kind != TMN_CAUSE_PERSONS)
        return tmn_arena_printf(arena, "%s %s %s %s", cause->hold ? "hold" : "shift", cause->name,
                                cause->hold ? "at" : "by", cause->text);
    tmn_text_init(&text, arena);
    for (size_t i = 0; i < cause->assign.sets; i++) {
        const struct tmn_attribute *attribute = &model->attributes.items[cause->assign.set[i].attribute];
        tmn_text_put(&text, "%s%s = %s", i ? ", " : "assign ", attribute->name,
                     attribute->level[cause->assign.set[i].level]);
    }
    tmn_text_put(&text, " to %g of those with %s", cause->assign.share,
                 cause->assign.who ? cause->assign.who->source : "a life");
    return text.items;
}

/* ---- direct ---- */

static enum tmn_way way_of(double change, double size) {
    return fabs(change) <= ROUNDING * size ? TMN_WAY_NONE : change > 0 ? TMN_WAY_MORE : TMN_WAY_LESS;
}

static bool says(enum tmn_sign sign, enum tmn_way way) {
    return way == (sign == TMN_SIGN_LESS ? TMN_WAY_LESS : TMN_WAY_MORE) ||
           (sign == TMN_SIGN_MORE_OR_NONE && way == TMN_WAY_NONE);
}

static void look(struct work *work, const struct tmn_run *run, struct tmn_arrow_row *row) {
    const struct tmn_arrow *arrow = row->arrow;
    const struct tmn_cause *causes[2][2] = {{&arrow->cause, &arrow->with}, {&arrow->with, NULL}};
    double value[WORLDS_MOST] = {0}, size = 0; /* neither, cause, other factor, both */
    struct tmn_error err;
    for (int w = 0; w < (arrow->has_with ? WORLDS_MOST : 2); w++) {
        const struct tmn_cause *const *list = w == 2 ? causes[1] : causes[0];
        size_t count = w == 0 ? 0 : w == 3 ? 2 : 1;
        if (!tmn_run_prospect(run, list, count, &arrow->effect, &value[w], &err)) {
            row->why = tmn_arena_strdup(work->arena, err.text);
            return;
        }
        size = fmax(size, fabs(value[w]));
    }
    row->looked = true;
    row->before = value[0];
    row->direct = value[1] - value[0];
    row->interaction = arrow->has_with ? value[3] - value[2] - value[1] + value[0] : (double)NAN;
    row->way = way_of(arrow->has_with ? row->interaction : row->direct, size);
    row->right = says(arrow->sign, row->way);
}

/* One run of the first seed that stops at each date. */
static bool look_at_all(struct work *work, struct tmn_error *err) {
    const struct tmn_study_options *options = work->options;
    struct tmn_arrows *arrows = work->arrows;
    struct tmn_run_options inner = {.seed = options->seed,
                                    .scale = options->scale,
                                    .threads = options->threads,
                                    .settings = options->settings->items,
                                    .setting_count = options->settings->count};
    struct tmn_run *run;
    int last = 0;
    for (size_t i = 0; i < arrows->count; i++)
        last = arrows->rows[i].arrow->window > last ? arrows->rows[i].arrow->window : last;
    if (!tmn_run_new(&run, options->model, &inner, err))
        return false;
    bool good = true;
    for (int w = 0; good && w <= last && !arrows->stopped; w++) {
        for (size_t i = 0; i < arrows->count; i++)
            if (arrows->rows[i].arrow->window == w)
                look(work, run, &arrows->rows[i]);
        if (w < last && w >= tmn_run_windows(run))
            break; /* `until` has ended it */
        good = w == last || tmn_run_step(run, err);
        struct tmn_runs_progress progress = {w + 1, last + 1, w == last, 1};
        arrows->stopped = !tmn_stages_tell(&work->stages, &progress);
    }
    for (size_t i = 0; i < arrows->count; i++)
        if (!arrows->rows[i].looked && !arrows->rows[i].why)
            arrows->rows[i].why = arrows->stopped ? "stopped" : "the run has ended before this date";
    tmn_run_free(run);
    return good;
}

/* ---- total ---- */

static struct tmn_ask *ask_of(const struct work *work, size_t row, int seed, int world) {
    return &work->asks[(row * (size_t)work->options->seeds + (size_t)seed) * WORLDS_MOST + (size_t)world];
}

/* Models and settings are alike for all seeds of a world. */
static void plan_row(struct work *work, size_t index) {
    const struct tmn_study_options *options = work->options;
    const struct tmn_arrow *arrow = work->arrows->rows[index].arrow;
    for (int world = 0; world < (arrow->has_with ? WORLDS_MOST : 2); world++) {
        struct tmn_model *model = tmn_model_copy(work->arena, options->model);
        struct tmn_settings settings = {NULL, 0, 0};
        for (size_t i = 0; i < options->settings->count; i++)
            TMN_PUSH(work->arena, &settings, options->settings->items[i]);
        if (world & 1)
            tmn_model_intervene(model, &settings, &arrow->cause, arrow->window, 0);
        if (world & 2)
            tmn_model_intervene(model, &settings, &arrow->with, arrow->window, 0);
        for (int s = 0; s < options->seeds; s++)
            *ask_of(work, index, s, world) = (struct tmn_ask){.model = model,
                                                              .settings = settings.items,
                                                              .setting_count = settings.count,
                                                              .seed = options->seed + (uint64_t)s,
                                                              .scale = options->scale,
                                                              .windows = arrow->window + arrow->windows,
                                                              .trunk = &work->trunk[s],
                                                              .branches = arrow->window};
    }
}

/* What comes after the direct signs. */
static void plan_totals(struct work *work) {
    const struct tmn_study_options *options = work->options;
    const struct tmn_arrows *arrows = work->arrows;
    size_t all = arrows->count * (size_t)options->seeds * WORLDS_MOST;
    double windows = 0;
    int last = 0;
    work->asks = TMN_NEW_ARRAY(work->arena, struct tmn_ask, all + 1);
    work->wanted = TMN_NEW_ARRAY(work->arena, struct tmn_ask, all + 1);
    work->trunk = tmn_asks_of_seeds(work->arena, options->model, options->settings, options->seed, options->seeds,
                                    options->scale);
    for (size_t i = 0; i < arrows->count; i++) {
        last = arrows->rows[i].arrow->window > last ? arrows->rows[i].arrow->window : last;
        plan_row(work, i);
    }
    for (size_t i = 0; i < all; i++)
        if (work->asks[i].model) {
            windows += work->asks[i].windows - work->asks[i].branches;
            work->wanted[work->wanted_count++] = work->asks[i];
        }
    size_t missing = tmn_store_missing(&options->store, work->wanted, work->wanted_count);
    if (missing > 0)
        work->stages.ahead = (struct tmn_runs_progress){
            .runs = missing, /* after a past that they share */
            .windows = windows * (double)missing / (double)work->wanted_count + (double)options->seeds * last};
}

static bool make_runs(struct work *work, struct tmn_error *err) {
    const struct tmn_study_options *options = work->options;
    struct tmn_arrows *arrows = work->arrows;
    struct tmn_store_options store = {
        .threads = options->threads, .progress = tmn_stages_tell, .context = &work->stages};
    tmn_stages_last(&work->stages);
    bool good = tmn_store_make(&options->store, work->wanted, work->wanted_count, &store, &arrows->tally, err);
    arrows->stopped = arrows->tally.stopped;
    return good;
}

/* The mean of n values and its range at 90 %. */
static double mean_range(const double *value, int n, struct tmn_range *range) {
    double mean = 0, squares = 0;
    for (int i = 0; i < n; i++)
        mean += value[i] / n;
    for (int i = 0; i < n; i++)
        squares += (value[i] - mean) * (value[i] - mean);
    double half = n > 1 ? tmn_student_limit(n - 1, RANGE_ERROR) * sqrt(squares / (n - 1) / n) : (double)NAN;
    *range = (struct tmn_range){mean - half, mean + half};
    return mean;
}

/* What values and the range of their mean say. */
static enum tmn_way way_of_mean(const double *value, int n, struct tmn_range range) {
    bool none = true;
    for (int i = 0; i < n; i++)
        none = none && value[i] == 0;
    return none ? TMN_WAY_NONE : range.low > 0 ? TMN_WAY_MORE : range.high < 0 ? TMN_WAY_LESS : TMN_WAY_OPEN;
}

static void decide_row(struct work *work, size_t index) {
    struct tmn_arrow_row *row = &work->arrows->rows[index];
    const struct tmn_outcome *outcome = &work->options->model->outcomes.items[row->arrow->outcome];
    double *change = TMN_NEW_ARRAY(work->arena, double, work->options->seeds), mean[WORLDS_MOST] = {0};
    int worlds = row->arrow->has_with ? WORLDS_MOST : 2;
    for (int s = 0; s < work->options->seeds; s++) {
        double value[WORLDS_MOST] = {0};
        bool all = true;
        for (int w = 0; w < worlds && all; w++)
            all = tmn_outcome_read(&work->options->store, ask_of(work, index, s, w), row->arrow->outcome,
                                   row->arrow->cell, row->arrow->at, INT32_MAX, &value[w]);
        if (!all)
            continue;
        for (int w = 0; w < worlds; w++)
            mean[w] += value[w];
        double with = value[3] - value[2]; /* what the cause does where the other factor is changed too */
        change[row->pairs++] = worlds == 2 ? value[1] - value[0] : with - (value[1] - value[0]);
    }
    if (row->pairs == 0)
        return;
    row->base = mean[0] / row->pairs;
    row->total = mean_range(change, row->pairs, &row->range);
    row->total_way = way_of_mean(change, row->pairs, row->range);
    row->opposed = (row->way == TMN_WAY_MORE && row->total_way == TMN_WAY_LESS) ||
                   (row->way == TMN_WAY_LESS && row->total_way == TMN_WAY_MORE);
    for (int w = 0; w < worlds; w++)
        row->masked =
            row->masked || tmn_result_masked(work->options->model, outcome, row->arrow->cell, mean[w] / row->pairs);
    if (row->masked)
        row->base = row->total = row->range.low = row->range.high = (double)NAN;
}

bool tmn_arrows_run(struct tmn_arrows *arrows, struct tmn_arena *arena, const struct tmn_study_options *options,
                    bool direct_only, struct tmn_error *err) {
    const struct tmn_model *model = options->model;
    size_t count = model->arrows.count;
    struct work work = {.options = options,
                        .arrows = arrows,
                        .arena = arena,
                        .stages = {.progress = options->progress, .context = options->progress_context}};
    *arrows = (struct tmn_arrows){.options = options, .arena = arena, .direct_only = direct_only, .count = count};
    if (count == 0)
        return tmn_fail(err, TMN_USAGE, "the scenario has no section 'arrows': nothing to test (docs/arrows.md)");
    arrows->rows = TMN_NEW_ARRAY(arena, struct tmn_arrow_row, count);
    for (size_t i = 0; i < count; i++)
        arrows->rows[i] = (struct tmn_arrow_row){.arrow = &model->arrows.items[i], .interaction = (double)NAN};
    if (!direct_only)
        plan_totals(&work);
    if (!look_at_all(&work, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        arrows->looked += arrows->rows[i].looked;
        arrows->wrong += arrows->rows[i].looked && !arrows->rows[i].right;
    }
    if (direct_only || arrows->stopped)
        return true;
    if (!make_runs(&work, err))
        return false;
    for (size_t i = 0; i < count; i++)
        decide_row(&work, i);
    return true;
}
