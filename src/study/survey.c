/* See survey.h. */
#include "study/survey.h"

#include "base/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- answers of those away, by row, as they were when they left ---- */

struct kept {
    uint64_t *answers;
    uint32_t *row; /* row + 1; 0: empty */
    size_t count, capacity;
};

static size_t slot_of(const struct kept *kept, uint32_t row) {
    size_t at = (size_t)tmn_mix64(row) & (kept->capacity - 1);
    while (kept->row[at] != 0 && kept->row[at] != row + 1)
        at = (at + 1) & (kept->capacity - 1);
    return at;
}

static bool grow(struct kept *kept) {
    struct kept more = {.capacity = kept->capacity ? 2 * kept->capacity : 1024, .count = kept->count};
    more.answers = calloc(more.capacity, sizeof *more.answers);
    more.row = calloc(more.capacity, sizeof *more.row);
    if (!more.answers || !more.row) {
        free(more.answers);
        free(more.row);
        return false;
    }
    for (size_t i = 0; i < kept->capacity; i++)
        if (kept->row[i] != 0) {
            size_t at = slot_of(&more, kept->row[i] - 1);
            more.row[at] = kept->row[i];
            more.answers[at] = kept->answers[i];
        }
    free(kept->answers);
    free(kept->row);
    *kept = more;
    return true;
}

static bool keep(struct kept *kept, uint32_t row, uint64_t answers) {
    if (2 * (kept->count + 1) > kept->capacity && !grow(kept))
        return false;
    size_t at = slot_of(kept, row);
    kept->count += kept->row[at] == 0;
    kept->row[at] = row + 1;
    kept->answers[at] = answers;
    return true;
}

/* ---- those who came ---- */

struct person {
    uint64_t answers, groups; /* bits */
    uint64_t order;           /* keyed: the smallest are interviewed first */
    uint32_t cell;            /* of the weights */
    bool willing, asked;
};

struct surveyor {
    struct tmn_survey_result *result;
    const struct tmn_study_options *options;
    const struct tmn_survey *survey;
    struct tmn_arena *arena;
    struct tmn_run *run;
    uint64_t seed;
    uint32_t hash;    /* of the title, for draws */
    uint32_t *level;  /* [features] */
    bool *feature;    /* [features] counters that are read */
    struct kept kept; /* of the run */
    struct {
        struct person *items;
        size_t count, capacity;
    } people;                 /* all runs; malloc */
    size_t first;             /* of this run */
    double *home, *everybody; /* [groups][questions + 1] simulated persons who say yes; last: asked */
    bool failed;              /* memory ran out */
    struct tmn_window now;
};

static void fill_levels(struct surveyor *surveyor, uint32_t row, const struct tmn_packed *packed) {
    const struct tmn_model *model = surveyor->options->model;
    tmn_model_unpack(model, packed, surveyor->level);
    for (size_t f = 0; f < model->features.count; f++)
        if (surveyor->feature[f])
            surveyor->level[f] = tmn_run_counter(surveyor->run, model->features.items[f].index, row);
}

static struct tmn_env env_of(const struct surveyor *surveyor) {
    return (struct tmn_env){.model = surveyor->options->model, .level = surveyor->level, .year = surveyor->now.year};
}

static bool holds(const struct surveyor *surveyor, const struct tmn_expr *expr) {
    struct tmn_env env = env_of(surveyor);
    return !expr || tmn_expr_eval(expr, &env) != 0;
}

static uint64_t answers_of(const struct surveyor *surveyor) {
    uint64_t answers = 0;
    for (size_t q = 0; q < surveyor->survey->question_count; q++)
        answers |= (uint64_t)holds(surveyor, surveyor->survey->questions[q].yes) << q;
    return answers;
}

static void list_person(struct surveyor *surveyor, uint32_t row, uint64_t answers) {
    const struct tmn_survey *survey = surveyor->survey;
    if (surveyor->people.count == surveyor->people.capacity) {
        size_t capacity = surveyor->people.capacity ? 2 * surveyor->people.capacity : 1024;
        struct person *items = realloc(surveyor->people.items, capacity * sizeof *items);
        if (!items) {
            surveyor->failed = true;
            return;
        }
        surveyor->people.items = items;
        surveyor->people.capacity = capacity;
    }
    struct tmn_draw draw = tmn_draw(surveyor->seed, row, 0, (uint32_t)surveyor->now.index, surveyor->hash);
    struct tmn_env env = env_of(surveyor);
    double chance = survey->response ? tmn_expr_eval(survey->response, &env) : 1;
    struct person person = {.answers = answers,
                            .order = (uint64_t)draw.lane[0] << 32 | draw.lane[1],
                            .cell = tmn_stratum(&survey->weight, surveyor->level),
                            .willing = draw.lane[2] < chance * 0x1p32};
    for (size_t g = 0; g < survey->group_count; g++)
        person.groups |= (uint64_t)holds(surveyor, survey->groups[g].who) << g;
    surveyor->people.items[surveyor->people.count++] = person;
}

/* A tmn_happening_fn. */
static void note(void *context, const struct tmn_happening *happening) {
    struct surveyor *surveyor = context;
    const struct tmn_survey *survey = surveyor->survey;
    uint32_t row = happening->row;
    if (happening->kind == TMN_HAPPENED_MESSAGE || happening->kind == TMN_HAPPENED_USED_UP)
        return;
    fill_levels(surveyor, row, &happening->before);
    bool was = holds(surveyor, survey->of), left = survey->recall && holds(surveyor, survey->recall);
    uint64_t answers = left ? answers_of(surveyor) : 0;
    fill_levels(surveyor, row, &happening->after);
    if (left && !holds(surveyor, survey->recall) && !keep(&surveyor->kept, row, answers))
        surveyor->failed = true;
    if (was || !holds(surveyor, survey->of))
        return;
    int32_t middle = surveyor->now.first_day + surveyor->now.quarter_days / 8;
    if (middle < survey->from_day || middle > survey->to_day)
        return;
    size_t at = surveyor->kept.count > 0 ? slot_of(&surveyor->kept, row) : 0;
    bool known = survey->recall && surveyor->kept.count > 0 && surveyor->kept.row[at] == row + 1;
    list_person(surveyor, row, known ? surveyor->kept.answers[at] : answers_of(surveyor));
}

/* ---- everybody, on a group's date ---- */

static void ask_everybody(struct surveyor *surveyor, size_t group) {
    const struct tmn_survey *survey = surveyor->survey;
    const struct tmn_world *world = tmn_run_world(surveyor->run);
    size_t width = survey->question_count + 1;
    double *home = &surveyor->home[group * width], *everybody = &surveyor->everybody[group * width];
    for (uint32_t row = 0; row < world->rows; row++) {
        fill_levels(surveyor, row, &world->packed[row]);
        if (!holds(surveyor, surveyor->options->model->alive))
            continue;
        bool at_home = holds(surveyor, survey->groups[group].home);
        uint64_t answers = answers_of(surveyor);
        for (size_t q = 0; q < width; q++) {
            double yes = q + 1 == width ? 1 : (double)(answers >> q & 1);
            everybody[q] += yes;
            home[q] += at_home ? yes : 0;
        }
    }
}

/* ---- the sample ---- */

static int by_order(const void *a, const void *b) {
    const struct person *const *x = a, *const *y = b;
    return (*x)->order < (*y)->order ? -1 : (*x)->order > (*y)->order;
}

/* Of this run: the first `size` of those willing, in the order of their draws. */
static bool draw_sample(struct surveyor *surveyor) {
    size_t count = surveyor->people.count - surveyor->first, willing = 0;
    struct person **order = malloc((count + 1) * sizeof *order);
    if (!order)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct person *person = &surveyor->people.items[surveyor->first + i];
        if (person->willing)
            order[willing++] = person;
    }
    qsort(order, willing, sizeof *order, by_order);
    for (size_t i = 0; i < willing && i < (size_t)surveyor->survey->size; i++)
        order[i]->asked = true;
    surveyor->result->listed += count;
    surveyor->result->willing += willing;
    free(order);
    return true;
}

/* ---- shares ---- */

struct cells { /* of a group, by cell of the weights: persons who came, and who were interviewed */
    double *came, *asked;
};

static void weigh(const struct surveyor *surveyor, size_t g, const struct cells *cells, double *yes, double *all,
                  struct tmn_surveyed_group *group) {
    size_t questions = surveyor->survey->question_count;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < surveyor->people.count; i++) {
        const struct person *person = &surveyor->people.items[i];
        if (!(person->groups >> g & 1))
            continue;
        double weight = person->asked ? cells->came[person->cell] / cells->asked[person->cell] : 0;
        sum += weight;
        squares += weight * weight;
        group->interviews += person->asked;
        for (size_t q = 0; q < questions; q++) {
            double says = (double)(person->answers >> q & 1);
            yes[q] += weight * says;
            all[q] += says;
        }
    }
    for (size_t q = 0; q < questions; q++)
        yes[q] = sum > 0 ? yes[q] / sum : (double)NAN;
    group->effective = squares > 0 ? sum * sum / squares : 0;
}

/* Wilson's interval of a share. */
static struct tmn_range wilson(double share, double n) {
    double z = TMN_WITHIN_SPREAD, scale = 1 + z * z / n, middle = (share + z * z / (2 * n)) / scale;
    double half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / scale;
    return n > 0 ? (struct tmn_range){fmax(middle - half, 0), fmin(middle + half, 1)}
                 : (struct tmn_range){(double)NAN, (double)NAN};
}

static double share(double yes, double of) {
    return of > 0 ? yes / of : (double)NAN;
}

static void decide_group(struct surveyor *surveyor, size_t g) {
    const struct tmn_survey *survey = surveyor->survey;
    struct tmn_survey_result *result = surveyor->result;
    struct tmn_surveyed_group *group = &result->groups[g];
    size_t questions = survey->question_count;
    double persons = result->weight / surveyor->options->seeds;
    double *yes = TMN_NEW_ARRAY(surveyor->arena, double, questions + 1),
           *all = TMN_NEW_ARRAY(surveyor->arena, double, questions + 1);
    struct cells cells = {TMN_NEW_ARRAY(surveyor->arena, double, survey->weight.size),
                          TMN_NEW_ARRAY(surveyor->arena, double, survey->weight.size)};
    double came = 0;
    for (size_t i = 0; i < surveyor->people.count; i++) {
        const struct person *person = &surveyor->people.items[i];
        bool in = person->groups >> g & 1;
        cells.came[person->cell] += in;
        cells.asked[person->cell] += in && person->asked;
        came += in;
    }
    for (uint32_t c = 0; c < survey->weight.size; c++)
        result->unweighted += cells.asked[c] > 0 ? 0 : (size_t)cells.came[c];
    weigh(surveyor, g, &cells, yes, all, group);
    const double *home = &surveyor->home[g * (questions + 1)], *everybody = &surveyor->everybody[g * (questions + 1)];
    group->came = came * persons;
    group->home = home[questions] * persons;
    group->everybody = everybody[questions] * persons;
    group->answer = TMN_NEW_ARRAY(surveyor->arena, struct tmn_surveyed, questions + 1);
    const struct tmn_expr *asked[] = {survey->of, survey->groups[g].who, survey->groups[g].home};
    bool place = false;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        place = place || tmn_expr_reads_place(surveyor->arena, surveyor->options->model, asked[i]);
    for (size_t q = 0; q < questions; q++) {
        struct tmn_range range = wilson(yes[q], group->effective);
        struct tmn_surveyed answer = {.interviewed = yes[q],
                                      .range = range,
                                      .came = share(all[q], came),
                                      .home = share(home[q], home[questions]),
                                      .everybody = share(everybody[q], everybody[questions])};
        bool by_place =
            place || tmn_expr_reads_place(surveyor->arena, surveyor->options->model, survey->questions[q].yes);
        answer.masked = by_place && (all[q] * persons < TMN_MASK_PERSONS || group->came < TMN_MASK_PERSONS);
        if (by_place && home[q] * persons < TMN_MASK_PERSONS)
            answer.home = (double)NAN;
        if (by_place && everybody[q] * persons < TMN_MASK_PERSONS)
            answer.everybody = (double)NAN;
        if (answer.masked)
            answer.interviewed = answer.came = answer.range.low = answer.range.high = (double)NAN;
        else if (group->interviews > 0)
            answer.within = tmn_within(yes[q], (range.high - range.low) / (2 * TMN_WITHIN_SPREAD),
                                       survey->groups[g].low[q], survey->groups[g].high[q]);
        group->answer[q] = answer;
    }
}

/* ---- runs ---- */

static bool tell(const struct surveyor *surveyor, int run, int window) {
    const struct tmn_study_options *options = surveyor->options;
    struct tmn_runs_progress progress = {(double)run * options->windows + window,
                                         (double)options->seeds * options->windows, (size_t)run,
                                         (size_t)options->seeds};
    return !options->progress || options->progress(options->progress_context, &progress);
}

static bool step_all(struct surveyor *surveyor, int index, struct tmn_error *err) {
    const struct tmn_calendar *calendar = &surveyor->options->model->calendar;
    while (tmn_run_window(surveyor->run) < tmn_run_windows(surveyor->run)) {
        surveyor->now = tmn_calendar_window(calendar, tmn_run_window(surveyor->run));
        int32_t next = surveyor->now.first_day + surveyor->now.quarter_days / 4;
        if (!tell(surveyor, index, tmn_run_window(surveyor->run))) {
            surveyor->result->stopped = true;
            return tmn_fail(err, TMN_STOPPED, "interrupted: a survey has no answers before its runs are done");
        }
        if (!tmn_run_step(surveyor->run, err))
            return false;
        if (surveyor->failed)
            return tmn_fail(err, TMN_MEMORY, "memory ran out for the answers of those who came");
        for (size_t g = 0; g < surveyor->survey->group_count; g++)
            if (surveyor->survey->groups[g].day >= surveyor->now.first_day && surveyor->survey->groups[g].day < next)
                ask_everybody(surveyor, g);
    }
    return true;
}

static bool run_one(struct surveyor *surveyor, int index, struct tmn_error *err) {
    const struct tmn_study_options *options = surveyor->options;
    struct tmn_run_options run = {.seed = options->seed + (uint64_t)index,
                                  .scale = options->scale,
                                  .threads = options->threads,
                                  .windows = options->windows,
                                  .settings = options->settings->items,
                                  .setting_count = options->settings->count,
                                  .happening = note,
                                  .happening_context = surveyor,
                                  .watch_all = true};
    surveyor->seed = run.seed;
    surveyor->first = surveyor->people.count;
    if (!tmn_run_new(&surveyor->run, options->model, &run, err))
        return false;
    surveyor->result->weight = (double)tmn_run_world(surveyor->run)->weight / (double)(1 << TMN_AMOUNT_BITS);
    bool good = step_all(surveyor, index, err);
    if (good && !draw_sample(surveyor))
        good = tmn_fail(err, TMN_MEMORY, "memory ran out for the sample");
    tmn_run_free(surveyor->run);
    free(surveyor->kept.answers);
    free(surveyor->kept.row);
    surveyor->kept = (struct kept){0};
    return good;
}

/* Everything that a survey asks of a person. */
static void read_all(const struct tmn_model *model, const struct tmn_survey *survey, bool *reads) {
    const struct tmn_expr *others[] = {survey->of, survey->recall, survey->response};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i])
            tmn_expr_reads(model, others[i], reads);
    for (size_t q = 0; q < survey->question_count; q++)
        tmn_expr_reads(model, survey->questions[q].yes, reads);
    for (size_t g = 0; g < survey->group_count; g++) {
        tmn_expr_reads(model, survey->groups[g].home, reads);
        if (survey->groups[g].who)
            tmn_expr_reads(model, survey->groups[g].who, reads);
    }
}

static void find_counters(struct surveyor *surveyor) {
    const struct tmn_model *model = surveyor->options->model;
    bool *reads = surveyor->feature;
    read_all(model, surveyor->survey, reads);
    for (size_t f = 0; f < model->features.count; f++)
        reads[f] = reads[f] && model->features.items[f].kind == TMN_FEATURE_COUNTER;
}

bool tmn_survey_allowed(const struct tmn_model *model, const struct tmn_survey *survey, struct tmn_error *err) {
    bool *reads = TMN_NEW_ARRAY(model->arena, bool, model->features.count + 1);
    read_all(model, survey, reads);
    for (size_t f = 0; f < model->features.count && model->map_feature >= 0; f++) {
        const struct tmn_feature *map = &model->features.items[model->map_feature];
        if (reads[f] && tmn_feature_is_place(model, (int)f) && model->features.items[f].cardinality > map->cardinality)
            return tmn_fail(err, TMN_SCENARIO,
                            "this survey tells apart places by %s, which is finer than the map (%s): that could guide "
                            "those who hunt people. Ask by %s",
                            model->features.items[f].name, map->name, map->name);
    }
    return true;
}

bool tmn_survey_run(struct tmn_survey_result *result, struct tmn_arena *arena, const struct tmn_survey *survey,
                    const struct tmn_study_options *options, struct tmn_error *err) {
    size_t cells = survey->group_count * (survey->question_count + 1);
    struct surveyor surveyor = {.result = result,
                                .options = options,
                                .survey = survey,
                                .arena = arena,
                                .hash = tmn_name_hash(survey->title),
                                .level = TMN_NEW_ARRAY(arena, uint32_t, options->model->features.count + 1),
                                .feature = TMN_NEW_ARRAY(arena, bool, options->model->features.count + 1),
                                .home = TMN_NEW_ARRAY(arena, double, cells + 1),
                                .everybody = TMN_NEW_ARRAY(arena, double, cells + 1)};
    *result =
        (struct tmn_survey_result){.options = options,
                                   .survey = survey,
                                   .arena = arena,
                                   .groups = TMN_NEW_ARRAY(arena, struct tmn_surveyed_group, survey->group_count)};
    find_counters(&surveyor);
    bool good = tmn_result_allowed(options->model, err) &&
                tmn_settings_allowed(options->model, options->settings->items, options->settings->count, err) &&
                tmn_survey_allowed(options->model, survey, err);
    for (int i = 0; good && i < options->seeds; i++)
        good = run_one(&surveyor, i, err);
    for (size_t g = 0; good && g < survey->group_count; g++)
        decide_group(&surveyor, g);
    free(surveyor.people.items);
    return good;
}
