/* report.json: everything that the page of the report shows, in one file, already summed and masked. The page adds
 * nothing up by place, so that a masked cell cannot come back. Dates are YYYY-MM-DD; a number that does not exist is
 * null. */
#include "result/json.h"
#include "result/ledger.h"
#include "result/profile.h"
#include "result/score.h"

#include <math.h>
#include <string.h>

enum { GEOJSON_BYTES_MAX = 16 << 20, COORDINATE_DECIMALS = 4 /* about 10 m */, CHANGES_MAX = 100 };

static void put_date(struct tmn_json *json, const char *key, int32_t day) {
    char text[16];
    tmn_date_format(day, text);
    tmn_json_text(json, key, text);
}

static void put_u64(struct tmn_json *json, const char *key, uint64_t value) {
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    tmn_json_text(json, key, text);
}

static void put_hex(struct tmn_json *json, const char *key, uint64_t high, uint64_t low) {
    char text[40];
    snprintf(text, sizeof text, "%016llx%016llx", (unsigned long long)high, (unsigned long long)low);
    tmn_json_text(json, key, text);
}

static void put_texts(struct tmn_json *json, const char *key, const char *const *texts, size_t count) {
    tmn_json_open(json, key, '[');
    for (size_t i = 0; i < count; i++)
        tmn_json_text(json, NULL, texts[i]);
    tmn_json_close(json, ']');
}

static void put_grounds(struct tmn_json *json, const struct tmn_grounds *grounds) {
    put_texts(json, "evidence", grounds->evidence, grounds->evidence_count);
    tmn_json_text(json, "note", grounds->note);
    tmn_json_bool(json, "assumed", grounds->assumed);
}

static void put_level(struct tmn_json *json, const char *key, const struct tmn_feature *feature, uint32_t level) {
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)level + feature->first);
    tmn_json_text(json, key, feature->level ? feature->level[level] : number);
}

/* ---- what was run ---- */

static void put_run(struct tmn_json *json, const struct tmn_result *result) {
    const struct tmn_model *model = result->model;
    tmn_json_open(json, "scenario", '{');
    tmn_json_text(json, "name", model->name);
    tmn_json_text(json, "title", model->title);
    tmn_json_text(json, "purpose", model->purpose);
    char hash[24];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)model->source_hash);
    tmn_json_text(json, "hash", hash);
    put_date(json, "start", tmn_calendar_window(&model->calendar, 0).first_day);
    put_date(json, "end", tmn_calendar_window(&model->calendar, model->calendar.windows).first_day - 1);
    tmn_json_real(json, "window_days", model->calendar.window_quarter_days / 4.0);
    tmn_json_close(json, '}');
    tmn_json_open(json, "run", '{');
    tmn_json_text(json, "version", result->facts.version);
    tmn_json_text(json, "compiler", result->facts.compiler);
    tmn_json_text(json, "engine", result->facts.engine);
    tmn_json_text(json, "command", result->facts.command);
    put_u64(json, "seed", result->seed);
    tmn_json_real(json, "scale", result->scale);
    tmn_json_real(json, "weight", result->weight);
    tmn_json_int(json, "threads", result->facts.threads);
    tmn_json_int(json, "persons", result->persons);
    tmn_json_int(json, "alive", result->alive);
    tmn_json_int(json, "windows", result->windows);
    tmn_json_int(json, "windows_total", result->windows_total);
    tmn_json_bool(json, "complete", tmn_result_complete(result));
    tmn_json_bool(json, "until_held", result->until_held);
    put_date(json, "until", tmn_calendar_window(&model->calendar, result->windows).first_day - 1);
    put_hex(json, "digest", result->weekly.high, result->weekly.low);
    put_hex(json, "full_digest", result->full.high, result->full.low);
    tmn_json_real(json, "wall_s", result->facts.wall_s);
    tmn_json_real(json, "person_weeks_per_s", tmn_result_person_weeks_per_s(result));
    tmn_json_int(json, "peak_rss_bytes", (long long)result->facts.peak_rss_bytes);
    tmn_json_int(json, "firings", (long long)result->counters.firings);
    tmn_json_int(json, "messages_delivered", (long long)result->counters.messages_delivered);
    put_texts(json, "settings", result->facts.assignments, result->facts.assignment_count);
    tmn_json_close(json, '}');
}

/* ---- outcomes: totals, and one margin per key ---- */

static void put_sums(struct tmn_json *json, const struct tmn_result *result, int o, int64_t *cell, int key,
                     bool persons) {
    const struct tmn_outcome *outcome = &result->model->outcomes.items[o];
    uint32_t levels = key < 0 ? 1 : result->model->features.items[outcome->by.feature[key]].cardinality;
    for (int p = 0; p < tmn_result_periods(result, o); p++) {
        if (key >= 0)
            tmn_json_open(json, NULL, '[');
        for (uint32_t level = 0; level < levels; level++) {
            if (key >= 0)
                cell[key] = level;
            struct tmn_sum sum = tmn_result_cell(result, o, p, cell);
            bool masked = tmn_result_masked(result->model, outcome, cell, sum.value);
            tmn_json_real(json, NULL, masked ? (double)NAN : persons ? sum.simulated : sum.value);
        }
        if (key >= 0)
            tmn_json_close(json, ']');
    }
    if (key >= 0)
        cell[key] = -1;
}

static void put_margin(struct tmn_json *json, const struct tmn_result *result, int o, int64_t *cell, int key) {
    const struct tmn_outcome *outcome = &result->model->outcomes.items[o];
    const struct tmn_feature *feature = &result->model->features.items[outcome->by.feature[key]];
    tmn_json_open(json, NULL, '{');
    tmn_json_text(json, "key", feature->name);
    tmn_json_bool(json, "place", tmn_feature_is_place(result->model, outcome->by.feature[key]));
    tmn_json_open(json, "levels", '[');
    for (uint32_t level = 0; level < feature->cardinality; level++)
        put_level(json, NULL, feature, level);
    tmn_json_close(json, ']');
    tmn_json_open(json, "values", '[');
    put_sums(json, result, o, cell, key, false);
    tmn_json_close(json, ']');
    if (tmn_outcome_counts_persons(outcome)) {
        tmn_json_open(json, "persons", '[');
        put_sums(json, result, o, cell, key, true);
        tmn_json_close(json, ']');
    }
    tmn_json_close(json, '}');
}

static void put_outcome(struct tmn_json *json, const struct tmn_result *result, int o) {
    static const char *const kind[] = {[TMN_OUTCOME_FLOW] = "flow",
                                       [TMN_OUTCOME_STOCK] = "stock",
                                       [TMN_OUTCOME_FIRINGS] = "firings",
                                       [TMN_OUTCOME_FEEDBACK] = "feedback"};
    static const char *const every[] = {
        [TMN_PERIOD_WINDOW] = "window", [TMN_PERIOD_YEAR] = "year", [TMN_PERIOD_RUN] = "run"};
    const struct tmn_outcome *outcome = &result->model->outcomes.items[o];
    const struct tmn_series *series = &result->series[o];
    bool persons = tmn_outcome_counts_persons(outcome);
    int periods = tmn_result_periods(result, o);
    int64_t cell[TMN_MAX_KEYS];
    for (int i = 0; i < TMN_MAX_KEYS; i++)
        cell[i] = -1;
    tmn_json_open(json, NULL, '{');
    tmn_json_text(json, "name", outcome->name);
    tmn_json_text(json, "title", outcome->title);
    tmn_json_text(json, "unit",
                  outcome->kind == TMN_OUTCOME_FEEDBACK ? result->model->feedbacks.items[outcome->feedback].unit_text
                                                        : NULL);
    tmn_json_text(json, "kind", kind[outcome->kind]);
    tmn_json_text(json, "every", every[outcome->every]);
    tmn_json_open(json, "from", '[');
    for (int p = 0; p < periods; p++)
        put_date(json, NULL, series->first_day[p]);
    tmn_json_close(json, ']');
    tmn_json_open(json, "to", '[');
    for (int p = 0; p < periods; p++)
        put_date(json, NULL, series->last_day[p]);
    tmn_json_close(json, ']');
    if (persons || outcome->by.n == 0) { /* feedback of several places has no total */
        tmn_json_open(json, "total", '[');
        put_sums(json, result, o, cell, -1, false);
        tmn_json_close(json, ']');
    }
    if (persons) {
        tmn_json_open(json, "persons", '[');
        put_sums(json, result, o, cell, -1, true);
        tmn_json_close(json, ']');
    }
    tmn_json_open(json, "by", '[');
    for (int key = 0; key < outcome->by.n; key++)
        put_margin(json, result, o, cell, key);
    tmn_json_close(json, ']');
    tmn_json_close(json, '}');
}

/* ---- simulated beside observed ---- */

static void put_observations(struct tmn_json *json, const struct tmn_result *result) {
    size_t count;
    struct tmn_observed_row *rows = tmn_result_observed(json->out->arena, result, &count);
    tmn_json_open(json, "observations", '[');
    for (size_t o = 0, r = 0; o < result->model->observations.count; o++) {
        const struct tmn_observation *observation = &result->model->observations.items[o];
        const struct tmn_outcome *outcome = &result->model->outcomes.items[observation->outcome];
        tmn_json_open(json, NULL, '{');
        tmn_json_text(json, "name", observation->name);
        tmn_json_text(json, "outcome", outcome->name);
        tmn_json_text(json, "error", observation->error_model);
        tmn_json_text(json, "source", observation->source);
        if (observation->fit_until == INT32_MAX) /* every row may be fitted */
            tmn_json_text(json, "fit_until", NULL);
        else
            put_date(json, "fit_until", observation->fit_until);
        tmn_json_open(json, "rows", '[');
        for (; r < count && rows[r].observation == (int)o; r++) {
            tmn_json_open(json, NULL, '{');
            put_date(json, "from", rows[r].row->from_day);
            put_date(json, "to", rows[r].row->to_day);
            tmn_json_open(json, "cell", '{');
            for (int i = 0; i < outcome->by.n; i++) {
                const struct tmn_feature *feature = &result->model->features.items[outcome->by.feature[i]];
                if (rows[r].row->cell[i] >= 0)
                    put_level(json, feature->name, feature, (uint32_t)rows[r].row->cell[i]);
            }
            tmn_json_close(json, '}');
            tmn_json_real(json, "observed", rows[r].observed);
            tmn_json_real(json, "simulated", rows[r].masked ? (double)NAN : rows[r].simulated);
            tmn_json_bool(json, "reached", rows[r].reached);
            tmn_json_bool(json, "fitted", rows[r].fitted);
            tmn_json_bool(json, "thin", rows[r].thin);
            tmn_json_bool(json, "masked", rows[r].masked);
            tmn_json_real(json, "low", rows[r].low);
            tmn_json_real(json, "high", rows[r].high);
            tmn_json_text(json, "within", tmn_within_names[rows[r].within]);
            tmn_json_close(json, '}');
        }
        tmn_json_close(json, ']');
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
}

static void put_totals(struct tmn_json *json, const struct tmn_result *result) {
    tmn_json_open(json, "totals", '[');
    for (size_t o = 0; o < result->model->observations.count; o++) {
        size_t count;
        struct tmn_total_row *rows = tmn_result_totals(json->out->arena, result, (int)o, &count);
        for (size_t r = 0; r < count; r++) {
            tmn_json_open(json, NULL, '{');
            tmn_json_text(json, "observation", result->model->observations.items[o].name);
            put_date(json, "from", rows[r].from_day);
            put_date(json, "to", rows[r].to_day);
            tmn_json_real(json, "years", tmn_years_between(rows[r].from_day, rows[r].to_day));
            tmn_json_real(json, "observed", rows[r].observed);
            tmn_json_real(json, "simulated", rows[r].simulated);
            tmn_json_bool(json, "fitted", rows[r].fitted);
            tmn_json_close(json, '}');
        }
    }
    tmn_json_close(json, ']');
}

static void put_figures(struct tmn_json *json, const struct tmn_result *result) {
    size_t count;
    struct tmn_figure_row *rows = tmn_result_figures(json->out->arena, result, &count);
    tmn_json_open(json, "figures", '[');
    for (size_t i = 0; i < count; i++) {
        const struct tmn_figure *figure = rows[i].figure;
        tmn_json_open(json, NULL, '{');
        tmn_json_text(json, "text", figure->text);
        tmn_json_text(json, "claim", figure->claim);
        tmn_json_text(json, "stated", figure->stated);
        tmn_json_text(json, "observed", figure->observed_text);
        tmn_json_text(json, "outcome",
                      figure->of.outcome < 0 ? NULL : result->model->outcomes.items[figure->of.outcome].name);
        put_date(json, "from", figure->of.from_day);
        put_date(json, "to", figure->of.to_day);
        tmn_json_bool(json, "per_year", figure->per_year);
        tmn_json_real(json, "base", figure->base);
        tmn_json_text(json, "source", figure->source);
        tmn_json_text(json, "grade", figure->grade);
        tmn_json_text(json, "note", figure->note);
        tmn_json_real(json, "low", figure->low);
        tmn_json_real(json, "high", figure->high);
        tmn_json_real(json, "simulated", rows[i].simulated);
        tmn_json_real(json, "spread", TMN_WITHIN_SPREAD * rows[i].error);
        tmn_json_text(json, "within", tmn_within_names[rows[i].within]);
        tmn_json_bool(json, "reached", rows[i].reached);
        tmn_json_bool(json, "thin", rows[i].thin);
        tmn_json_bool(json, "masked", rows[i].masked);
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
}

static void put_scores(struct tmn_json *json, const struct tmn_result *result) {
    static const char *const name[] = {
        [TMN_SCORE_FITTED] = "fitted", [TMN_SCORE_UNFITTED] = "unfitted", [TMN_SCORE_ALL] = "all"};
    tmn_json_open(json, "scores", '[');
    for (size_t o = 0; o < result->model->observations.count; o++)
        for (int years = TMN_SCORE_FITTED; years <= TMN_SCORE_ALL; years++) {
            struct tmn_score score =
                tmn_score_observation(json->out->arena, result, (int)o, (enum tmn_score_years)years);
            if (score.rows == 0)
                continue;
            tmn_json_open(json, NULL, '{');
            tmn_json_text(json, "observation", result->model->observations.items[o].name);
            tmn_json_text(json, "years", name[years]);
            tmn_json_int(json, "year_from", score.year_from);
            tmn_json_int(json, "year_to", score.year_to);
            tmn_json_int(json, "rows", (long long)score.rows);
            tmn_json_real(json, "model", score.model);
            tmn_json_real(json, "quadratic", score.quadratic);
            tmn_json_real(json, "logistic", score.logistic);
            tmn_json_close(json, '}');
        }
    tmn_json_close(json, ']');
}

static void put_shares(struct tmn_json *json, const struct tmn_result *result) {
    size_t count;
    struct tmn_share_row *rows = tmn_result_shares(json->out->arena, result, &count);
    tmn_json_open(json, "shares", '[');
    for (size_t i = 0; i < count; i++) {
        const struct tmn_feature *feature = &result->model->features.items[rows[i].feature];
        tmn_json_open(json, NULL, '{');
        tmn_json_text(json, "observation", result->model->observations.items[rows[i].observation].name);
        tmn_json_text(json, "key", feature->name);
        put_level(json, "level", feature, rows[i].level);
        put_date(json, "from", rows[i].from_day);
        put_date(json, "to", rows[i].to_day);
        tmn_json_real(json, "observed", rows[i].observed);
        tmn_json_real(json, "simulated", rows[i].simulated);
        tmn_json_text(json, "within", tmn_within_names[rows[i].within]);
        tmn_json_real(json, "observed_count", rows[i].observed_count);
        tmn_json_real(json, "simulated_count", rows[i].simulated_count);
        tmn_json_bool(json, "fitted", rows[i].fitted);
        tmn_json_bool(json, "thin", rows[i].thin);
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
    struct tmn_share_score *scores = tmn_score_shares(json->out->arena, result, &count);
    tmn_json_open(json, "share_scores", '[');
    for (size_t i = 0; i < count; i++) {
        const struct tmn_feature *feature = &result->model->features.items[scores[i].feature];
        tmn_json_open(json, NULL, '{');
        tmn_json_text(json, "observation", result->model->observations.items[scores[i].observation].name);
        tmn_json_text(json, "key", feature->name);
        tmn_json_int(json, "rows", (long long)scores[i].rows);
        tmn_json_real(json, "rms", scores[i].rms);
        tmn_json_real(json, "fitted_mean", scores[i].fitted_mean);
        tmn_json_real(json, "cumulative", scores[i].cumulative);
        put_level(json, "cumulative_level", feature, scores[i].cumulative_level);
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
}

/* ---- what the model rests on ---- */

static bool was_given(const struct tmn_result *result, const char *name) {
    for (size_t i = 0; i < result->facts.assignment_count; i++) {
        size_t length = strcspn(result->facts.assignments[i], "=");
        if (strlen(name) == length && strncmp(result->facts.assignments[i], name, length) == 0)
            return true;
    }
    return false;
}

static void put_parameters(struct tmn_json *json, const struct tmn_result *result) {
    tmn_json_open(json, "parameters", '[');
    for (size_t i = 0; i < result->model->parameters.count; i++) {
        const struct tmn_parameter *parameter = &result->model->parameters.items[i];
        tmn_json_open(json, NULL, '{');
        tmn_json_text(json, "name", parameter->name);
        tmn_json_real(json, "value", parameter->value / parameter->factor);
        tmn_json_text(json, "unit", parameter->unit_text);
        tmn_json_real(json, "low", parameter->low / parameter->factor);
        tmn_json_real(json, "high", parameter->high / parameter->factor);
        tmn_json_text(json, "prior", parameter->prior == TMN_PRIOR_FIXED ? NULL : parameter->prior_text);
        tmn_json_bool(json, "fitted", parameter->fitted);
        tmn_json_bool(json, "given", was_given(result, parameter->name));
        put_grounds(json, &parameter->grounds);
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
}

/* Mean over places of a driver in a window, in its declared unit. */
static double driver_at(const struct tmn_driver *driver, int window) {
    double sum = 0.0;
    for (uint32_t slot = 0; slot < driver->slots; slot++)
        sum += driver->value[(size_t)window * driver->slots + slot];
    return sum / driver->slots / driver->factor;
}

/* [date, value] from each change on; once a year for a driver that changes in more windows than that. */
static void put_changes(struct tmn_json *json, const struct tmn_model *model, const struct tmn_driver *driver) {
    int changes = 0, step = 1;
    for (int w = 1; w < model->calendar.windows; w++)
        changes += driver_at(driver, w) != driver_at(driver, w - 1);
    if (changes > CHANGES_MAX)
        step = model->calendar.windows_per_year;
    tmn_json_open(json, "changes", '[');
    double last = (double)NAN;
    for (int w = 0; w < model->calendar.windows; w += step) {
        double value = driver_at(driver, w);
        if (value == last)
            continue;
        tmn_json_open(json, NULL, '[');
        put_date(json, NULL, tmn_calendar_window(&model->calendar, w).first_day);
        tmn_json_real(json, NULL, value);
        tmn_json_close(json, ']');
        last = value;
    }
    tmn_json_close(json, ']');
}

static void put_drivers(struct tmn_json *json, const struct tmn_result *result) {
    tmn_json_open(json, "drivers", '[');
    for (size_t i = 0; i < result->model->drivers.count; i++) {
        const struct tmn_driver *driver = &result->model->drivers.items[i];
        tmn_json_open(json, NULL, '{');
        tmn_json_text(json, "name", driver->name);
        tmn_json_text(json, "class", driver->class_name);
        tmn_json_bool(json, "given", was_given(result, driver->name));
        put_grounds(json, &driver->grounds);
        tmn_json_text(json, "unit", driver->unit_text);
        if (driver->marks && driver->value)
            put_changes(json, result->model, driver);
        tmn_json_open(json, "marks", '[');
        for (size_t m = 0; driver->marks && m < driver->marks_count; m++) {
            tmn_json_open(json, NULL, '{');
            put_date(json, "from", driver->mark_from[m]);
            put_date(json, "to", driver->mark_to[m]);
            tmn_json_text(json, "label", driver->mark_label[m]);
            tmn_json_close(json, '}');
        }
        tmn_json_close(json, ']');
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
}

static void put_rule(struct tmn_json *json, const char *kind, const char *name, const struct tmn_grounds *grounds) {
    tmn_json_open(json, NULL, '{');
    tmn_json_text(json, "kind", kind);
    tmn_json_text(json, "name", name);
    put_grounds(json, grounds);
    tmn_json_close(json, '}');
}

static void put_draws(struct tmn_json *json, const struct tmn_model *model, const struct tmn_draw_rule *draws,
                      size_t count) {
    for (size_t d = 0; d < count; d++)
        put_rule(json, "draw", model->attributes.items[draws[d].attribute].name, &draws[d].grounds);
}

static void put_rules(struct tmn_json *json, const struct tmn_model *model) {
    tmn_json_open(json, "rules", '[');
    for (size_t i = 0; i < model->transitions.count; i++)
        put_rule(json, "transition", model->transitions.items[i].name, &model->transitions.items[i].grounds);
    for (size_t i = 0; i < model->events.count; i++)
        put_rule(json, "event", model->events.items[i].name, &model->events.items[i].grounds);
    for (size_t i = 0; i < model->feedbacks.count; i++)
        put_rule(json, "feedback", model->feedbacks.items[i].name, &model->feedbacks.items[i].grounds);
    for (size_t i = 0; i < model->layers.count; i++)
        put_rule(json, "layer", model->layers.items[i].name, &model->layers.items[i].grounds);
    put_rule(json, "population", "population", &model->population.grounds);
    put_draws(json, model, model->population.deals, model->population.deal_count);
    put_draws(json, model, model->population.draws, model->population.draw_count);
    tmn_json_close(json, ']');
}

static void put_systems(struct tmn_json *json, const struct tmn_model *model) {
    tmn_json_open(json, "systems", '[');
    for (size_t i = 0; i < model->systems.count; i++) {
        const struct tmn_system *system = &model->systems.items[i];
        tmn_json_open(json, NULL, '{');
        tmn_json_int(json, "number", system->number);
        tmn_json_text(json, "name", system->name);
        tmn_json_text(json, "state", system->state);
        tmn_json_text(json, "note", system->note);
        if (system->switch_parameter >= 0) {
            tmn_json_text(json, "switch", model->parameters.items[system->switch_parameter].name);
            tmn_json_bool(json, "on", model->parameters.items[system->switch_parameter].value != 0.0);
        }
        put_texts(json, "claims", system->claims, system->claim_count);
        put_texts(json, "documents", system->documents, system->document_count);
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
}

/* Footnotes: what each piece says, and everything that rests on it. */
static void put_evidence(struct tmn_json *json, const struct tmn_model *model) {
    const struct tmn_ledger *ledger = tmn_ledger_make(json->out->arena, model);
    tmn_json_open(json, "evidence", '{');
    for (size_t i = 0; i < model->evidence.count; i++) {
        const struct tmn_evidence *evidence = &model->evidence.items[i];
        tmn_json_open(json, evidence->id, '{');
        tmn_json_text(json, "text", evidence->text);
        tmn_json_text(json, "source", evidence->source);
        tmn_json_text(json, "grade", evidence->grade);
        const struct tmn_entry *entry = &ledger->items[ledger->first[TMN_ENTRY_EVIDENCE] + i];
        tmn_json_open(json, "cited_by", '[');
        for (size_t c = 0; c < entry->link[TMN_LINK_CITED_BY].count; c++)
            tmn_json_text(json, NULL, ledger->items[entry->link[TMN_LINK_CITED_BY].items[c]].name);
        tmn_json_close(json, ']');
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, '}');
}

static bool put_map(struct tmn_json *json, const struct tmn_model *model, struct tmn_error *err) {
    if (!model->map_geojson)
        return true;
    struct tmn_arena *arena = json->out->arena;
    char *bytes;
    size_t count;
    struct tmn_text geojson;
    struct tmn_error inner = {TMN_OK, ""};
    tmn_text_init(&geojson, arena);
    if (!tmn_file_read(arena, model->map_geojson, GEOJSON_BYTES_MAX, &bytes, &count, err))
        return false;
    if (!tmn_json_copy(bytes, count, COORDINATE_DECIMALS, &geojson, &inner))
        return tmn_fail(err, TMN_SCENARIO, "the map '%s' is %s", model->map_geojson, inner.text);
    tmn_json_open(json, "map", '{');
    tmn_json_text(json, "property", model->map_property);
    tmn_json_text(json, "key", model->map_feature < 0 ? NULL : model->features.items[model->map_feature].name);
    tmn_json_raw(json, "geojson", geojson.items);
    tmn_json_close(json, '}');
    return true;
}

bool tmn_result_report_json(const struct tmn_result *result, struct tmn_text *out, struct tmn_error *err) {
    struct tmn_json json;
    tmn_json_init(&json, out);
    tmn_json_open(&json, NULL, '{');
    tmn_json_int(&json, "format", 1);
    put_run(&json, result);
    tmn_json_open(&json, "outcomes", '[');
    for (size_t o = 0; o < result->model->outcomes.count; o++)
        put_outcome(&json, result, (int)o);
    tmn_json_close(&json, ']');
    put_observations(&json, result);
    put_totals(&json, result);
    put_figures(&json, result);
    put_scores(&json, result);
    put_shares(&json, result);
    put_parameters(&json, result);
    put_drivers(&json, result);
    put_rules(&json, result->model);
    put_systems(&json, result->model);
    put_evidence(&json, result->model);
    tmn_result_profile_json(result, &json);
    if (!put_map(&json, result->model, err))
        return false;
    tmn_json_close(&json, '}');
    tmn_text_put(out, "\n");
    return true;
}
