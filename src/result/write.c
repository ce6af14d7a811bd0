/* The files of a results folder but the report's data: run.json, outcomes.csv, observations.csv, figures.csv,
 * scenario.used.yaml. */
#include "result/csv_cell.h"
#include "result/json.h"
#include "result/profile.h"
#include "result/result.h"

#include <math.h>
#include <string.h>

static void put_date(struct tmn_json *json, const char *key, int32_t day) {
    char text[16];
    tmn_date_format(day, text);
    tmn_json_text(json, key, text);
}

static void put_digest(struct tmn_json *json, const char *key, struct tmn_digest digest) {
    char text[40];
    snprintf(text, sizeof text, "%016llx%016llx", (unsigned long long)digest.high, (unsigned long long)digest.low);
    tmn_json_text(json, key, text);
}

/* ---- run.json ---- */

static void put_counters(struct tmn_json *json, const struct tmn_result *result) {
    const struct tmn_counters_of_run *c = &result->counters;
    const struct {
        const char *name;
        uint64_t value;
    } counted[] = {
        {"firings", c->firings},
        {"used_up", c->used_up},
        {"messages_sent", c->messages_sent},
        {"messages_delivered", c->messages_delivered},
        {"messages_to_absent", c->messages_to_absent},
        {"births", c->births},
        {"births_elsewhere", c->births_elsewhere},
        {"overshoots", c->overshoots},
        {"clamped", c->clamped},
        {"k_overflows", c->k_overflows},
    };
    tmn_json_open(json, "counters", '{');
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        tmn_json_int(json, counted[i].name, (long long)counted[i].value);
    tmn_json_open(json, "transition_firings", '{');
    for (size_t i = 0; c->transition_firings && i < result->model->transitions.count; i++)
        tmn_json_int(json, result->model->transitions.items[i].name, (long long)c->transition_firings[i]);
    tmn_json_close(json, '}');
    tmn_json_open(json, "phase_s", '{');
    for (int i = 0; i < TMN_PHASES; i++)
        tmn_json_real(json, tmn_phase_names[i], c->phase_s[i]);
    tmn_json_close(json, '}');
    tmn_json_close(json, '}');
}

static void put_arrivals(struct tmn_json *json, const struct tmn_result *result) {
    size_t count;
    struct tmn_arrival_row *rows = tmn_result_arrivals(json->out->arena, result, &count);
    tmn_json_open(json, "arrivals", '[');
    for (size_t i = 0; i < count; i++) {
        tmn_json_open(json, NULL, '{');
        tmn_json_int(json, "year", rows[i].year);
        if (rows[i].year_to != rows[i].year) /* published for several years together */
            tmn_json_int(json, "year_to", rows[i].year_to);
        tmn_json_real(json, "observed", rows[i].observed);
        tmn_json_real(json, "simulated", rows[i].simulated);
        tmn_json_bool(json, "fitted", rows[i].fitted);
        tmn_json_bool(json, "thin", rows[i].thin);
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
}

static void put_settings(struct tmn_json *json, const struct tmn_result *result) {
    tmn_json_open(json, "settings", '[');
    for (size_t i = 0; i < result->facts.assignment_count; i++)
        tmn_json_text(json, NULL, result->facts.assignments[i]);
    tmn_json_close(json, ']');
}

void tmn_result_run_json(const struct tmn_result *result, struct tmn_text *out) {
    const struct tmn_model *model = result->model;
    struct tmn_json json;
    char hash[24], seed[24];
    tmn_json_init(&json, out);
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)model->source_hash);
    tmn_json_open(&json, NULL, '{');
    tmn_json_text(&json, "scenario", model->name);
    tmn_json_text(&json, "scenario_hash", hash);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)result->seed);
    tmn_json_raw(&json, "seed", seed);
    tmn_json_real(&json, "scale", result->scale);
    tmn_json_int(&json, "threads", result->facts.threads);
    tmn_json_text(&json, "engine", result->facts.engine);
    tmn_json_int(&json, "persons", result->persons);
    tmn_json_real(&json, "persons_per_simulated", result->weight);
    tmn_json_int(&json, "rows", result->rows);
    tmn_json_int(&json, "alive", result->alive);
    tmn_json_int(&json, "windows", result->windows);
    tmn_json_int(&json, "windows_total", result->windows_total);
    tmn_json_bool(&json, "complete", tmn_result_complete(result));
    tmn_json_bool(&json, "until_held", result->until_held);
    put_date(&json, "start", tmn_calendar_window(&model->calendar, 0).first_day);
    put_date(&json, "end", tmn_calendar_window(&model->calendar, result->windows).first_day - 1);
    put_digest(&json, "digest", result->weekly);
    put_digest(&json, "full_digest", result->full);
    tmn_json_real(&json, "wall_s", result->facts.wall_s);
    tmn_json_real(&json, "person_weeks_per_s", tmn_result_person_weeks_per_s(result));
    tmn_json_int(&json, "peak_rss_bytes", (long long)result->facts.peak_rss_bytes);
    tmn_json_text(&json, "results_dir", result->facts.results_dir);
    tmn_json_text(&json, "version", result->facts.version);
    tmn_json_text(&json, "compiler", result->facts.compiler);
    tmn_json_text(&json, "command", result->facts.command);
    put_settings(&json, result);
    put_arrivals(&json, result);
    tmn_json_open(&json, "outcomes", '[');
    for (size_t i = 0; i < model->outcomes.count; i++)
        tmn_json_text(&json, NULL, model->outcomes.items[i].name);
    tmn_json_close(&json, ']');
    put_counters(&json, result);
    tmn_result_profile_json(result, &json);
    tmn_json_close(&json, '}');
    tmn_text_put(out, "\n");
}

/* ---- CSV ---- */

/* Features that key any outcome, in order of first use: one column each. */
struct columns {
    int *items;
    size_t count, capacity;
};

static struct columns key_columns(struct tmn_arena *arena, const struct tmn_model *model) {
    struct columns columns = {NULL, 0, 0};
    for (size_t o = 0; o < model->outcomes.count; o++)
        for (int i = 0; i < model->outcomes.items[o].by.n; i++) {
            int feature = model->outcomes.items[o].by.feature[i];
            bool known = false;
            for (size_t c = 0; c < columns.count; c++)
                known = known || columns.items[c] == feature;
            if (!known)
                TMN_PUSH(arena, &columns, feature);
        }
    return columns;
}

static void csv_header_keys(struct tmn_text *out, const struct tmn_model *model, const struct columns *columns) {
    for (size_t c = 0; c < columns->count; c++) {
        tmn_text_put(out, ",");
        tmn_csv_put_text(out, model->features.items[columns->items[c]].name);
    }
}

/* The level of each key column; `all` where the outcome has the key and the row adds up its levels; else empty. */
static void csv_keys(struct tmn_text *out, const struct tmn_model *model, const struct tmn_outcome *outcome,
                     const struct columns *columns, const int64_t *cell) {
    for (size_t c = 0; c < columns->count; c++) {
        tmn_text_put(out, ",");
        const struct tmn_feature *feature = &model->features.items[columns->items[c]];
        for (int i = 0; i < outcome->by.n; i++) {
            if (outcome->by.feature[i] != columns->items[c])
                continue;
            if (cell[i] < 0)
                tmn_text_put(out, "all");
            else if (feature->level)
                tmn_csv_put_text(out, feature->level[cell[i]]);
            else
                tmn_text_put(out, "%lld", (long long)cell[i] + feature->first);
        }
    }
}

/* What was observed for exactly this cell and these days, or NAN. */
static double observed_at(const struct tmn_model *model, int outcome, const int64_t *cell, int32_t from_day,
                          int32_t to_day) {
    size_t keys = (size_t)model->outcomes.items[outcome].by.n;
    for (size_t o = 0; o < model->observations.count; o++) {
        const struct tmn_observation *observation = &model->observations.items[o];
        for (size_t r = 0; observation->outcome == outcome && r < observation->count; r++) {
            const struct tmn_observed *row = &observation->rows[r];
            if (row->from_day == from_day && row->to_day == to_day && memcmp(row->cell, cell, keys * sizeof *cell) == 0)
                return row->value;
        }
    }
    return (double)NAN;
}

static void outcome_row(const struct tmn_result *result, int o, int period, const struct columns *columns,
                        const int64_t *cell, struct tmn_text *out) {
    const struct tmn_outcome *outcome = &result->model->outcomes.items[o];
    const struct tmn_series *series = &result->series[o];
    char from[16], to[16];
    bool persons = tmn_outcome_counts_persons(outcome);
    struct tmn_sum sum = tmn_result_cell(result, o, period, cell);
    bool masked = tmn_result_masked(result->model, outcome, cell, sum.value);
    tmn_date_format(series->first_day[period], from);
    tmn_date_format(series->last_day[period], to);
    tmn_csv_put_text(out, outcome->name);
    tmn_text_put(out, ",%s,%s", from, to);
    csv_keys(out, result->model, outcome, columns, cell);
    tmn_csv_put_real(out, masked ? (double)NAN : sum.value);
    tmn_csv_put_real(out, masked || !persons ? (double)NAN : sum.simulated);
    tmn_text_put(out, ",%s,%s", persons && sum.simulated < TMN_THIN_PERSONS ? "yes" : "", masked ? "yes" : "");
    tmn_csv_put_real(out, observed_at(result->model, o, cell, series->first_day[period], series->last_day[period]));
    tmn_text_put(out, "\n");
}

void tmn_result_outcomes_csv(const struct tmn_result *result, struct tmn_text *out) {
    const struct tmn_model *model = result->model;
    struct columns columns = key_columns(out->arena, model);
    tmn_text_put(out, "outcome,period_from,period_to");
    csv_header_keys(out, model, &columns);
    tmn_text_put(out, ",simulated,simulated_persons,thin,masked,observed\n");
    for (size_t o = 0; o < model->outcomes.count; o++) {
        const struct tmn_strata *by = &model->outcomes.items[o].by;
        for (int p = 0; p < tmn_result_periods(result, (int)o); p++) {
            int64_t cell[TMN_MAX_KEYS];
            for (int i = 0; i < TMN_MAX_KEYS; i++)
                cell[i] = -1;
            if (by->n == 0 || tmn_outcome_counts_persons(&model->outcomes.items[o]))
                outcome_row(result, (int)o, p, &columns, cell, out); /* all cells together; a mean of places has none */
            for (uint32_t c = 0; by->n > 0 && c < result->series[o].cells; c++) {
                for (int i = 0; i < by->n; i++)
                    cell[i] = c / by->stride[i] % model->features.items[by->feature[i]].cardinality;
                outcome_row(result, (int)o, p, &columns, cell, out);
            }
        }
    }
}

void tmn_result_observations_csv(const struct tmn_result *result, struct tmn_text *out) {
    const struct tmn_model *model = result->model;
    struct columns columns = key_columns(out->arena, model);
    size_t count;
    struct tmn_observed_row *rows = tmn_result_observed(out->arena, result, &count);
    tmn_text_put(out, "observation,outcome,period_from,period_to");
    csv_header_keys(out, model, &columns);
    tmn_text_put(out, ",observed,simulated,simulated_persons,thin,masked,fitted,low,high,within\n");
    for (size_t i = 0; i < count; i++) {
        const struct tmn_observation *observation = &model->observations.items[rows[i].observation];
        const struct tmn_outcome *outcome = &model->outcomes.items[observation->outcome];
        char from[16], to[16];
        tmn_date_format(rows[i].row->from_day, from);
        tmn_date_format(rows[i].row->to_day, to);
        tmn_csv_put_text(out, observation->name);
        tmn_text_put(out, ",");
        tmn_csv_put_text(out, outcome->name);
        tmn_text_put(out, ",%s,%s", from, to);
        csv_keys(out, model, outcome, &columns, rows[i].row->cell);
        tmn_csv_put_real(out, rows[i].observed);
        tmn_csv_put_real(out, rows[i].masked ? (double)NAN : rows[i].simulated);
        tmn_csv_put_real(out, rows[i].masked ? (double)NAN : rows[i].simulated_persons);
        tmn_text_put(out, ",%s,%s,%s", rows[i].thin ? "yes" : "", rows[i].masked ? "yes" : "",
                     rows[i].fitted ? "yes" : "");
        tmn_csv_put_real(out, rows[i].low);
        tmn_csv_put_real(out, rows[i].high);
        tmn_text_put(out, ",%s\n", tmn_within_names[rows[i].within]);
    }
}

void tmn_result_figures_csv(const struct tmn_result *result, struct tmn_text *out) {
    size_t count;
    const struct tmn_figure_row *rows = tmn_result_figures(out->arena, result, &count);
    tmn_text_put(out,
                 "figure,claim,stated,observed,from,to,low,high,simulated,error,within,thin,masked,source,grade\n");
    for (size_t i = 0; i < count; i++) {
        const struct tmn_figure *figure = rows[i].figure;
        const char *cells[] = {figure->text, figure->claim, figure->stated, figure->observed_text};
        for (size_t c = 0; c < 4; c++) {
            tmn_text_put(out, c ? "," : "");
            tmn_csv_put_text(out, cells[c] ? cells[c] : "");
        }
        char from[16], to[16];
        tmn_date_format(figure->of.from_day, from);
        tmn_date_format(figure->of.to_day, to);
        tmn_text_put(out, ",%s,%s", from, to);
        tmn_csv_put_real(out, figure->low);
        tmn_csv_put_real(out, figure->high);
        bool shown = rows[i].reached && !rows[i].masked;
        tmn_csv_put_real(out, shown ? rows[i].simulated : (double)NAN);
        tmn_csv_put_real(out, shown ? rows[i].error : (double)NAN);
        tmn_text_put(out, ",%s,%s,%s,", tmn_within_names[rows[i].within], rows[i].thin ? "yes" : "",
                     rows[i].masked ? "yes" : "");
        tmn_csv_put_text(out, figure->source ? figure->source : "");
        tmn_text_put(out, ",");
        tmn_csv_put_text(out, figure->grade ? figure->grade : "");
        tmn_text_put(out, "\n");
    }
}

/* ---- scenario.used.yaml ---- */

/* The number in the declared unit that reads back as the same value: among the quotient and its neighbours the one with
 * the shortest text (30 rather than 30.000000000000004), which is what the scenario says. */
static void declared_value(const struct tmn_parameter *parameter, char text[32]) {
    enum { NEIGHBOURS = 4 };
    double candidate = parameter->value / parameter->factor;
    char trial[32];
    tmn_json_number(candidate, text);
    bool exact = candidate * parameter->factor == parameter->value;
    for (int i = 0; i < NEIGHBOURS; i++)
        candidate = nextafter(candidate, -(double)INFINITY);
    for (int i = -NEIGHBOURS; i <= NEIGHBOURS; i++, candidate = nextafter(candidate, (double)INFINITY)) {
        if (candidate * parameter->factor != parameter->value)
            continue;
        tmn_json_number(candidate, trial);
        if (!exact || strlen(trial) < strlen(text))
            memcpy(text, trial, sizeof trial);
        exact = true;
    }
}

/* A comment must stay on its line. */
static void one_line(struct tmn_text *out, const char *text) {
    for (; *text; text++)
        tmn_text_put(out, "%c", (unsigned char)*text < 0x20 ? ' ' : *text);
}

static void put_parameter(struct tmn_text *out, const struct tmn_parameter *parameter) {
    char number[32];
    declared_value(parameter, number);
    int length = (int)(strlen(parameter->name) + strlen(number));
    tmn_text_put(out, "  - \"%s=%s\"%*s# ", parameter->name, number, length < 40 ? 40 - length : 1, "");
    one_line(out, parameter->unit_text && *parameter->unit_text ? parameter->unit_text : "no unit");
    if (parameter->grounds.assumed)
        tmn_text_put(out, "; assumed");
    for (size_t i = 0; i < parameter->grounds.evidence_count; i++)
        tmn_text_put(out, "%s%s", i ? ", " : "; ", parameter->grounds.evidence[i]);
    tmn_text_put(out, "\n");
}

/* Is this --set about a driver, or about a parameter from a date on? Those come on top of the parameters' values. */
static bool comes_on_top(const struct tmn_model *model, const char *assignment) {
    if (strchr(assignment, '@'))
        return true;
    size_t length = strcspn(assignment, "=");
    for (size_t i = 0; i < model->parameters.count; i++)
        if (strlen(model->parameters.items[i].name) == length &&
            strncmp(model->parameters.items[i].name, assignment, length) == 0)
            return false;
    return true;
}

static void yaml_quoted(struct tmn_text *out, const char *text) {
    struct tmn_json json;
    tmn_json_init(&json, out);
    tmn_json_text(&json, NULL, text); /* a JSON text is a double-quoted YAML scalar */
}

void tmn_result_settings_yaml(const struct tmn_result *result, struct tmn_text *out) {
    const struct tmn_model *model = result->model;
    char from[16], to[16], scale[32];
    tmn_date_format(tmn_calendar_window(&model->calendar, 0).first_day, from);
    tmn_date_format(tmn_calendar_window(&model->calendar, result->windows_total).first_day - 1, to);
    tmn_json_number(result->scale, scale);
    tmn_text_put(out, "# Every setting of this run. With the same scenario (scenario_hash), seed, scale and settings "
                      "the run repeats\n"
                      "# to the bit, whatever the number of threads. Each line of `settings` is what --set takes.\n");
    tmn_text_put(out, "scenario: %s\nscenario_hash: \"%016llx\"\nversion: ", model->name,
                 (unsigned long long)model->source_hash);
    yaml_quoted(out, result->facts.version);
    tmn_text_put(out, "\nseed: %llu\nscale: %s\ntime: { start: %s, end: %s, windows: %d }\n",
                 (unsigned long long)result->seed, scale, from, to, result->windows_total);
    tmn_text_put(out, "given:%s                    # as written on the command line\n",
                 result->facts.assignment_count ? "" : " []");
    for (size_t i = 0; i < result->facts.assignment_count; i++) {
        tmn_text_put(out, "  - ");
        yaml_quoted(out, result->facts.assignments[i]);
        tmn_text_put(out, "\n");
    }
    tmn_text_put(out, "settings:                 # name=value in the declared unit; unit; what it rests on\n");
    for (size_t i = 0; i < model->parameters.count; i++)
        put_parameter(out, &model->parameters.items[i]);
    for (size_t i = 0; i < result->facts.assignment_count; i++) {
        if (!comes_on_top(model, result->facts.assignments[i]))
            continue;
        tmn_text_put(out, "  - ");
        yaml_quoted(out, result->facts.assignments[i]);
        tmn_text_put(out, "   # given\n");
    }
}

/* ---- the folder ---- */

bool tmn_result_write(const struct tmn_result *result, struct tmn_folder *folder, struct tmn_error *err) {
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    if (TMN_ARENA_TRY(&arena)) {
        tmn_arena_free(&arena);
        return tmn_fail(err, TMN_MEMORY, "memory ran out while the results were written");
    }
    struct tmn_text run, outcomes, observations, figures, settings, report;
    tmn_text_init(&run, &arena);
    tmn_text_init(&outcomes, &arena);
    tmn_text_init(&observations, &arena);
    tmn_text_init(&figures, &arena);
    tmn_text_init(&settings, &arena);
    tmn_text_init(&report, &arena);
    tmn_result_run_json(result, &run);
    tmn_result_outcomes_csv(result, &outcomes);
    tmn_result_observations_csv(result, &observations);
    tmn_result_figures_csv(result, &figures);
    tmn_result_settings_yaml(result, &settings);
    bool ok = tmn_result_allowed(result->model, err) && tmn_result_report_json(result, &report, err) &&
              tmn_folder_write(folder, "run.json", run.items, run.count, err) &&
              tmn_folder_write(folder, "outcomes.csv", outcomes.items, outcomes.count, err) &&
              tmn_folder_write(folder, "observations.csv", observations.items, observations.count, err) &&
              tmn_folder_write(folder, "figures.csv", figures.items, figures.count, err) &&
              tmn_folder_write(folder, "scenario.used.yaml", settings.items, settings.count, err) &&
              tmn_folder_write(folder, "report.json", report.items, report.count, err);
    tmn_arena_free(&arena);
    return ok;
}
