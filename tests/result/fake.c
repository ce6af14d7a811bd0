/* The small country of fake.h. */
#include "fake.h"

#include <assert.h>
#include <dirent.h>
#include <math.h>
#include <string.h>

static const char *const village[] = {"alpha", "beta", "gamma", "delta, \"old\""};
static const char *const sex[] = {"male", "female"};
static const char *const province[] = {"north", "south"};
static const uint16_t to_province[] = {0, 0, 1, 1};

static const int32_t first_day[] = {10957, 11323, 11688}, last_day[] = {11322, 11687, 12052}; /* 2000 to 2002 */
/* [year][sex] */
static const double arrivals[] = {100, 300, 110, 330, 0, 50}, arrivals_simulated[] = {10, 30, 11, 33, 0, 5};
/* [year][province] */
static const double crossings[] = {900, 9, 1000, 20, 40, 0}, crossings_simulated[] = {90, 1, 100, 2, 4, 0};
static const double barrier[] = {0.25, 0.5, 1.0 / 3.0};

static void add_attribute(struct fake *fake, const char *name, uint32_t levels, const char *const *level) {
    struct tmn_attribute attribute = {.name = name, .levels = levels};
    attribute.level = TMN_NEW_ARRAY(&fake->arena, const char *, levels);
    memcpy(attribute.level, level, levels * sizeof *level);
    TMN_PUSH(&fake->arena, &fake->model.attributes, attribute);
}

static void add_features(struct fake *fake) {
    struct tmn_model *model = &fake->model;
    add_attribute(fake, "village", 4, village);
    add_attribute(fake, "sex", 2, sex);
    struct tmn_map map = {.name = "province", .of = 0, .levels = 2, .to = to_province};
    TMN_PUSH(&fake->arena, &model->maps, map);
    struct tmn_feature features[FAKE_FEATURES] = {
        {.kind = TMN_FEATURE_ATTRIBUTE, .index = 0, .name = "village", .cardinality = 4, .level = village},
        {.kind = TMN_FEATURE_ATTRIBUTE, .index = 1, .name = "sex", .cardinality = 2, .level = sex},
        {.kind = TMN_FEATURE_MAP, .index = 0, .name = "province", .cardinality = 2, .level = province},
    };
    for (int i = 0; i < FAKE_FEATURES; i++)
        TMN_PUSH(&fake->arena, &model->features, features[i]);
    model->population.place_attribute = 0;
    model->map_feature = FAKE_PROVINCE;
}

static void add_outcomes(struct fake *fake) {
    struct tmn_outcome outcomes[FAKE_OUTCOMES] = {
        {.name = "arrivals",
         .title = "Arrivals",
         .kind = TMN_OUTCOME_FLOW,
         .every = TMN_PERIOD_YEAR,
         .by = {.n = 1, .feature = {FAKE_SEX}, .stride = {1}, .size = 2}},
        {.name = "crossings",
         .kind = TMN_OUTCOME_FIRINGS,
         .every = TMN_PERIOD_YEAR,
         .by = {.n = 1, .feature = {FAKE_PROVINCE}, .stride = {1}, .size = 2}},
        {.name = "barrier", .kind = TMN_OUTCOME_FEEDBACK, .every = TMN_PERIOD_YEAR, .by = {.size = 1}},
    };
    const struct tmn_series series[FAKE_OUTCOMES] = {
        {3, 2, arrivals, first_day, last_day, arrivals_simulated},
        {3, 2, crossings, first_day, last_day, crossings_simulated},
        {3, 1, barrier, first_day, last_day, NULL},
    };
    struct tmn_feedback feedback = {.name = "barrier", .by = TMN_NATION, .slots = 1, .factor = 1, .unit_text = "km"};
    TMN_PUSH(&fake->arena, &fake->model.feedbacks, feedback);
    for (int i = 0; i < FAKE_OUTCOMES; i++) {
        TMN_PUSH(&fake->arena, &fake->model.outcomes, outcomes[i]);
        fake->series[i] = series[i];
    }
}

static void add_observation(struct fake *fake) {
    struct tmn_observation seen = {
        .name = "arrivals_seen", .outcome = FAKE_ARRIVALS, .fit_until = last_day[1], .error_model = "negbin(50)"};
    const struct tmn_observed rows[] = {
        {first_day[0], last_day[0], {-1}, 420}, {first_day[0], last_day[0], {0}, 126},
        {first_day[0], last_day[0], {1}, 294},  {first_day[1], last_day[2], {0}, 100},
        {first_day[1], last_day[2], {1}, 300}, /* two years told together, by sex alone */
    };
    seen.count = sizeof rows / sizeof *rows;
    seen.rows = TMN_NEW_ARRAY(&fake->arena, struct tmn_observed, seen.count);
    memcpy(seen.rows, rows, sizeof rows);
    TMN_PUSH(&fake->arena, &fake->model.observations, seen);
    struct tmn_figure figure = {.text = "over 400 a year",
                                .claim = "C1",
                                .stated = "> 400",
                                .observed_text = "420",
                                .of = {FAKE_ARRIVALS, {-1}, first_day[0], last_day[1]},
                                .over = {.outcome = -1},
                                .low = 300,
                                .high = 500,
                                .per_year = true};
    TMN_PUSH(&fake->arena, &fake->model.figures, figure);
}

static void add_parameters(struct fake *fake) {
    static const char *evidence[] = {"C1"};
    struct tmn_parameter parameters[] = {
        {.name = "wait",
         .value = 30.0 * (1.0 / 365.2425),
         .factor = 1.0 / 365.2425,
         .unit_text = "d",
         .low = 0,
         .high = 1,
         .grounds = {.evidence = evidence, .evidence_count = 1, .note = "A <script> in a note.\nAnd a second line."}},
        {.name = "weight",
         .value = 0.1,
         .factor = 1,
         .grounds = {.assumed = true},
         .low = -(double)INFINITY,
         .high = (double)INFINITY},
    };
    for (size_t i = 0; i < 2; i++)
        TMN_PUSH(&fake->arena, &fake->model.parameters, parameters[i]);
    struct tmn_evidence one = {.id = "C1", .text = "One line.", .source = "a source", .grade = "high"};
    TMN_PUSH(&fake->arena, &fake->model.evidence, one);
}

void fake_init(struct fake *fake) {
    static const char *const given[] = {"weight=0.1", "wait=40@2001-06-01"};
    memset(fake, 0, sizeof *fake);
    tmn_arena_init(&fake->arena, 0);
    fake->model.arena = &fake->arena;
    fake->model.name = "fake";
    fake->model.title = "A small country";
    fake->model.source_hash = 0xabc;
    tmn_calendar_init(&fake->model.calendar, 2000, 28, 156);
    add_features(fake);
    add_outcomes(fake);
    add_observation(fake);
    add_parameters(fake);
    fake->result = (struct tmn_result){
        .model = &fake->model,
        .facts = {.version = "1.2.3",
                  .compiler = "gcc",
                  .engine = "reference",
                  .results_dir = "out",
                  .command = "tumen run fake",
                  .threads = 2,
                  .wall_s = 2,
                  .peak_rss_bytes = 1000,
                  .assignments = given,
                  .assignment_count = 2},
        .seed = UINT64_MAX,
        .scale = 0.1,
        .weight = 10,
        .rows = 2000,
        .persons = 1000,
        .alive = 990,
        .windows = 156,
        .windows_total = 156,
        .weekly = {0x1, 0x2},
        .full = {0x3, 0x4},
        .series = fake->series,
    };
}

void fake_free(struct fake *fake) {
    tmn_arena_free(&fake->arena);
}

void fake_stop(struct fake *fake, int windows) {
    fake->result.windows = windows;
}

size_t fake_entries(const char *folder) {
    size_t count = 0;
    DIR *dir = opendir(folder);
    assert(dir != NULL);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}
