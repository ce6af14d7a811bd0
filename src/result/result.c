/* Gathering a result, and the safeguards: what may be asked by place, and what is hidden. */
#include "result/result.h"

#include <math.h>
#include <string.h>

static const char *text_or_empty(const char *text) {
    return text ? text : "";
}

void tmn_result_gather(struct tmn_result *result, struct tmn_arena *arena, const struct tmn_model *model,
                       const struct tmn_run *run, uint64_t seed, double scale, const struct tmn_run_facts *facts) {
    const struct tmn_world *world = tmn_run_world(run);
    struct tmn_series *series = TMN_NEW_ARRAY(arena, struct tmn_series, model->outcomes.count + 1);
    for (size_t i = 0; i < model->outcomes.count; i++)
        series[i] = tmn_run_series(run, (int)i);
    *result = (struct tmn_result){
        .model = model,
        .facts = *facts,
        .seed = seed,
        .scale = scale,
        .weight = (double)world->weight / (double)(1 << TMN_AMOUNT_BITS),
        .rows = world->rows,
        .persons = world->persons,
        .alive = tmn_run_alive(run),
        .windows = tmn_run_window(run),
        .windows_total = tmn_run_windows(run),
        .until_held = tmn_run_until_held(run),
        .weekly = tmn_run_weekly_digest(run),
        .full = tmn_run_full_digest(run),
        .counters = *tmn_run_counters(run),
        .series = series,
    };
    struct tmn_transition_profile *profile =
        TMN_NEW_ARRAY(arena, struct tmn_transition_profile, model->transitions.count + 1);
    result->profile = tmn_run_profile(run, profile) ? profile : NULL;
    tmn_run_memory(run, result->memory);
    result->facts.version = text_or_empty(facts->version);
    result->facts.compiler = text_or_empty(facts->compiler);
    result->facts.engine = text_or_empty(facts->engine);
    result->facts.results_dir = text_or_empty(facts->results_dir);
    result->facts.command = text_or_empty(facts->command);
}

double tmn_result_person_weeks_per_s(const struct tmn_result *result) {
    double person_weeks =
        (double)result->persons * result->windows * result->model->calendar.window_quarter_days / 28.0;
    return result->facts.wall_s > 0.0 ? person_weeks / result->facts.wall_s : 0.0;
}

/* The attribute behind a feature, or -1. */
static int attribute_of(const struct tmn_model *model, int feature) {
    const struct tmn_feature *f = &model->features.items[feature];
    if (f->kind == TMN_FEATURE_ATTRIBUTE)
        return f->index;
    return f->kind == TMN_FEATURE_MAP ? model->maps.items[f->index].of : -1;
}

bool tmn_feature_is_place(const struct tmn_model *model, int feature) {
    int attribute = attribute_of(model, feature), place = model->population.place_attribute;
    if (attribute < 0 || place < 0)
        return false;
    if (attribute == place)
        return true;
    /* A second attribute with the levels of the place (a place of origin, say) tells as much as the first. */
    const struct tmn_attribute *a = &model->attributes.items[attribute], *p = &model->attributes.items[place];
    if (a->levels != p->levels)
        return false;
    for (uint32_t i = 0; i < a->levels; i++)
        if (strcmp(a->level[i], p->level[i]) != 0)
            return false;
    return true;
}

bool tmn_outcome_counts_persons(const struct tmn_outcome *outcome) {
    return outcome->kind != TMN_OUTCOME_FEEDBACK;
}

/* Features that tell a place, each once. */
struct places {
    int feature[TMN_MAX_KEYS];
    int n;
};

static void add_place(const struct tmn_model *model, struct places *places, int feature) {
    for (int i = 0; i < places->n; i++)
        if (places->feature[i] == feature)
            return;
    if (places->n < TMN_MAX_KEYS && tmn_feature_is_place(model, feature))
        places->feature[places->n++] = feature;
}

static void add_places_read(const struct tmn_model *model, struct places *places, const struct tmn_expr *expr) {
    if (!expr)
        return;
    bool feature =
        expr->op == TMN_OP_FEATURE || expr->op == TMN_OP_MEMBER || (expr->op == TMN_OP_KEY && expr->index >= 0);
    if (feature)
        add_place(model, places, expr->index);
    for (size_t i = 0; i < expr->count; i++)
        add_places_read(model, places, expr->arg[i]);
}

/* What an outcome tells places apart by: its keys, and what its condition reads. */
static struct places places_of(const struct tmn_model *model, const struct tmn_outcome *outcome) {
    struct places places = {.n = 0};
    for (int i = 0; i < outcome->by.n; i++)
        add_place(model, &places, outcome->by.feature[i]);
    add_places_read(model, &places, outcome->state);
    return places;
}

/* Two maps of one place together are finer than each. */
static uint64_t places_told(const struct tmn_model *model, const struct places *places) {
    uint64_t cells = 1;
    for (int i = 0; i < places->n; i++)
        cells *= model->features.items[places->feature[i]].cardinality;
    return cells;
}

bool tmn_result_allowed(const struct tmn_model *model, struct tmn_error *err) {
    if (model->map_feature < 0)
        return true; /* no map: no real geography to protect */
    const struct tmn_feature *map = &model->features.items[model->map_feature];
    for (size_t o = 0; o < model->outcomes.count; o++) {
        const struct tmn_outcome *outcome = &model->outcomes.items[o];
        struct places places = places_of(model, outcome);
        if (places.n == 0)
            continue;
        const char *key = model->features.items[places.feature[0]].name;
        uint64_t cells = places_told(model, &places);
        if (cells > map->cardinality)
            return tmn_fail(
                err, TMN_SCENARIO,
                "outcome '%s' by %s would tell apart %llu places, more than the %u of the map (%s): results on "
                "routes and capture finer than that could guide those who hunt people. Use `by: [%s]`",
                outcome->name, key, (unsigned long long)cells, (unsigned)map->cardinality, map->name, map->name);
        if (outcome->every == TMN_PERIOD_WINDOW && tmn_outcome_counts_persons(outcome))
            return tmn_fail(
                err, TMN_SCENARIO,
                "outcome '%s' by %s for every window is refused: by place a year is the shortest period, since "
                "results on routes and capture finer than that could guide those who hunt people. Use `every: "
                "year`",
                outcome->name, key);
    }
    return true;
}

bool tmn_settings_allowed(const struct tmn_model *model, const struct tmn_setting *settings, size_t count,
                          struct tmn_error *err) {
    for (size_t i = 0; i < count && model->map_feature >= 0; i++) {
        const struct tmn_feature *map = &model->features.items[model->map_feature];
        struct places places = {.n = 0};
        if (settings[i].assign)
            add_places_read(model, &places, settings[i].assign->who);
        if (places_told(model, &places) > map->cardinality)
            return tmn_fail(err, TMN_SCENARIO,
                            "a change of persons by %s is refused: what it does would be told of places finer than the "
                            "map, and could guide those who hunt people. Use %s",
                            model->features.items[places.feature[0]].name, map->name);
    }
    return true;
}

bool tmn_result_masked(const struct tmn_model *model, const struct tmn_outcome *outcome, const int64_t *cell,
                       double persons) {
    if (!tmn_outcome_counts_persons(outcome) || persons >= TMN_MASK_PERSONS)
        return false;
    struct places places = {.n = 0};
    add_places_read(model, &places, outcome->state); /* of one place alone, whatever the cell */
    if (places.n > 0)
        return true;
    for (int i = 0; cell && i < outcome->by.n; i++)
        if (cell[i] >= 0 && tmn_feature_is_place(model, outcome->by.feature[i]))
            return true;
    return false;
}
