/* See summary.h. The figures themselves come from result/; here is only their form. */
#include "cli/summary.h"
#include "cli/print.h"
#include "cli/profile.h"
#include "result/score.h"
#include <math.h>
#include <string.h>

static void put_share(struct tmn_grid *grid, double share) {
    if (isfinite(share))
        tmn_grid_put(grid, "%.1f %%", 100 * share);
    else
        tmn_grid_put(grid, "-");
}

static void put_simulated(struct tmn_grid *grid, double value, bool masked, bool thin) {
    char text[32];
    if (masked) {
        tmn_grid_put(grid, "under %d", TMN_MASK_PERSONS);
    } else if (!isfinite(value)) {
        tmn_grid_put(grid, "-");
    } else if (fabs(value) < 10 && value != floor(value)) {
        tmn_grid_put(grid, "%.3g%s", value, thin ? " !" : "");
    } else {
        tmn_format_count(llround(value), text);
        tmn_grid_put(grid, "%s%s", text, thin ? " !" : "");
    }
}

/* Is it stated by a document? Others stand for what was observed, with a range. */
static bool stated(const struct tmn_figure *figure) {
    return figure->claim || figure->stated;
}

void tmn_figures_print(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_figure_row *rows) {
    static const char *const head[] = {"~figure", "<claim", ">stated", ">observed", ">simulated"};
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, 5);
    for (size_t i = 0; i < model->figures.count; i++) {
        const struct tmn_figure *figure = &model->figures.items[i];
        if (!stated(figure))
            continue;
        tmn_grid_put(&grid, "%s%s", figure->text, figure->per_year ? " (per year)" : "");
        tmn_grid_put(&grid, "%s", figure->claim ? figure->claim : "");
        tmn_grid_put(&grid, "%s", figure->stated ? figure->stated : "-");
        tmn_grid_put(&grid, "%s", figure->observed_text ? figure->observed_text : "-");
        if (rows && rows[i].reached)
            put_simulated(&grid, rows[i].simulated, rows[i].masked, rows[i].thin);
        else
            tmn_grid_put(&grid, "-");
    }
    if (grid.count == 0)
        return;
    tmn_heading("The documents' own figures");
    tmn_grid_print(&grid);
}

/* ---- beside what was observed ---- */

static const char *number(struct tmn_arena *arena, double value) {
    char text[32];
    if (!isfinite(value))
        return "-";
    if (fabs(value) < 100)
        return tmn_arena_printf(arena, "%.3g", value);
    tmn_format_count(llround(value), text);
    return tmn_arena_strdup(arena, text);
}

static void put_within(struct tmn_grid *grid, enum tmn_within within) {
    tmn_grid_put(grid, "%s", within == TMN_WITHIN_OUTSIDE ? "OUTSIDE" : tmn_within_names[within]);
}

static void put_beside(struct tmn_grid *grid, const struct tmn_figure_row *row) {
    const struct tmn_figure *figure = row->figure;
    struct tmn_arena *arena = grid->arena;
    tmn_grid_put(grid, "%s", figure->text);
    tmn_grid_put(grid, "%s", figure->observed_text ? figure->observed_text : "");
    tmn_grid_put(grid, "%s", number(arena, figure->low));
    tmn_grid_put(grid, "%s", number(arena, figure->high));
    tmn_grid_put(grid, "%s", row->masked ? "masked" : row->reached ? number(arena, row->simulated) : "-");
    tmn_grid_put(grid, "%s", row->reached ? number(arena, TMN_WITHIN_SPREAD * row->error) : "-");
    put_within(grid, row->within);
}

static void print_agreement(struct tmn_arena *arena, const struct tmn_result *result) {
    static const char *const head[] = {"~observed series", "<years", ">rows", ">inside", ">outside", ">open"};
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, 6);
    for (size_t o = 0; o < result->model->observations.count; o++) {
        struct tmn_agreement agreement = tmn_result_agreement(arena, result, (int)o);
        for (int fitted = 1; fitted >= 0; fitted--) {
            const size_t *rows = agreement.rows[fitted];
            size_t all = rows[TMN_WITHIN_INSIDE] + rows[TMN_WITHIN_OUTSIDE] + rows[TMN_WITHIN_OPEN];
            if (all == 0)
                continue;
            tmn_grid_put(&grid, "%s", result->model->observations.items[o].name);
            tmn_grid_put(&grid, "%s", fitted ? "up to the cut" : "after it, not fitted");
            tmn_grid_put(&grid, "%zu", all);
            for (int within = TMN_WITHIN_INSIDE; within < TMN_WITHINS; within++)
                tmn_grid_put(&grid, "%zu", rows[within]);
        }
    }
    if (grid.count == 0)
        return;
    tmn_heading("Observed series: rows within nine tenths of their error model");
    tmn_grid_print(&grid);
}

/* Every figure that has a range, those outside it too. */
static void print_beside(struct tmn_arena *arena, const struct tmn_result *result, const struct tmn_figure_row *rows) {
    static const char *const head[] = {"~figure", "~observed", ">from", ">to", ">model", ">+-", "<"};
    struct tmn_grid grid;
    size_t count[TMN_WITHINS] = {0};
    tmn_grid_init(&grid, arena, head, 7);
    for (size_t i = 0; i < result->model->figures.count; i++) {
        if (isnan(rows[i].figure->low))
            continue;
        put_beside(&grid, &rows[i]);
        count[rows[i].within]++;
    }
    if (grid.count == 0)
        return;
    tmn_heading("Beside what was observed");
    tmn_grid_print(&grid);
    putchar('\n');
    tmn_tell("%zu inside, %zu outside, %zu open (chance among the persons simulated), %zu not reached or masked",
             count[TMN_WITHIN_INSIDE], count[TMN_WITHIN_OUTSIDE], count[TMN_WITHIN_OPEN], count[TMN_WITHIN_UNKNOWN]);
}

static void print_arrivals(struct tmn_arena *arena, const struct tmn_result *result) {
    size_t count;
    const struct tmn_arrival_row *rows = tmn_result_arrivals(arena, result, &count);
    if (count == 0)
        return;
    static const char *const head[] = {"<year", ">observed", ">simulated", ">ratio", "<"};
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, 5);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].year_to > rows[i].year)
            tmn_grid_put(&grid, "%d-%d", rows[i].year, rows[i].year_to);
        else
            tmn_grid_put(&grid, "%d", rows[i].year);
        tmn_grid_count(&grid, rows[i].observed);
        put_simulated(&grid, rows[i].simulated, false, rows[i].thin);
        if (rows[i].observed > 0 && isfinite(rows[i].simulated))
            tmn_grid_put(&grid, "%.2f", rows[i].simulated / rows[i].observed);
        else
            tmn_grid_put(&grid, "-");
        tmn_grid_put(&grid, "%s", rows[i].fitted ? "" : "not fitted");
    }
    tmn_heading("Arrivals by year");
    tmn_grid_print(&grid);
}

static void put_error(struct tmn_grid *grid, double error) {
    if (isfinite(error))
        tmn_grid_put(grid, "%.2f", error);
    else
        tmn_grid_put(grid, "-");
}

/* Errors of the model beside two curves that know nothing of the mechanism. */
static void print_fit(struct tmn_arena *arena, const struct tmn_result *result) {
    static const char *const head[] = {"<observation", "<years",     ">rows",
                                       ">model",       ">quadratic", ">logistic with step"};
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, 6);
    for (size_t i = 0; i < result->model->observations.count; i++) {
        for (enum tmn_score_years years = TMN_SCORE_FITTED; years <= TMN_SCORE_UNFITTED; years++) {
            struct tmn_score score = tmn_score_observation(arena, result, (int)i, years);
            if (score.rows == 0)
                continue;
            tmn_grid_put(&grid, "%s", result->model->observations.items[i].name);
            tmn_grid_put(&grid, "%d-%d, %s", score.year_from, score.year_to,
                         years == TMN_SCORE_FITTED ? "fitted" : "not fitted");
            tmn_grid_put(&grid, "%zu", score.rows);
            put_error(&grid, score.model);
            put_error(&grid, score.quadratic);
            put_error(&grid, score.logistic);
        }
    }
    if (grid.count == 0)
        return;
    tmn_heading("Fit: root mean square error of logs (0.10 is about 10 %%)");
    tmn_grid_print(&grid);
}

/* Observed and simulated persons of each level of one key, over the rows that the run reached. */
struct parts {
    double *observed, *simulated, *persons, observed_all, simulated_all;
};

static struct parts add_parts(struct tmn_arena *arena, uint32_t levels, const struct tmn_observed_row *rows,
                              size_t count, int observation, int key) {
    struct parts parts = {TMN_NEW_ARRAY(arena, double, levels), TMN_NEW_ARRAY(arena, double, levels),
                          TMN_NEW_ARRAY(arena, double, levels), 0, 0};
    for (size_t i = 0; i < count; i++) {
        int64_t level = rows[i].row->cell[key];
        if (rows[i].observation != observation || level < 0 || !rows[i].reached)
            continue;
        parts.observed[level] += rows[i].observed;
        parts.simulated[level] += rows[i].simulated;
        parts.persons[level] += rows[i].simulated_persons;
        parts.observed_all += rows[i].observed;
        parts.simulated_all += rows[i].simulated;
    }
    return parts;
}

static void put_composition(struct tmn_grid *grid, const struct tmn_result *result, const struct tmn_observed_row *rows,
                            size_t count, int observation, int key) {
    const struct tmn_observation *seen = &result->model->observations.items[observation];
    int index = result->model->outcomes.items[seen->outcome].by.feature[key];
    const struct tmn_feature *feature = &result->model->features.items[index];
    struct parts parts = add_parts(grid->arena, feature->cardinality, rows, count, observation, key);
    bool place = tmn_feature_is_place(result->model, index);
    for (uint32_t level = 0; level < feature->cardinality; level++) {
        if (!(parts.observed[level] > 0))
            continue;
        bool masked = place && parts.simulated[level] < TMN_MASK_PERSONS;
        tmn_grid_put(grid, "%s", seen->name);
        tmn_grid_put(grid, "%s", feature->name);
        if (feature->level)
            tmn_grid_put(grid, "%s", feature->level[level]);
        else
            tmn_grid_put(grid, "%d", feature->first + (int)level);
        tmn_grid_count(grid, parts.observed[level]);
        put_simulated(grid, parts.simulated[level], masked, parts.persons[level] < TMN_THIN_PERSONS);
        put_share(grid, parts.observed[level] / parts.observed_all);
        put_share(grid,
                  masked || !(parts.simulated_all > 0) ? (double)NAN : parts.simulated[level] / parts.simulated_all);
    }
}

static void print_composition(struct tmn_arena *arena, const struct tmn_result *result) {
    static const char *const head[] = {"<observation",    "<by",       "~level", ">observed", ">simulated",
                                       ">share observed", ">simulated"};
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, 7);
    size_t count;
    const struct tmn_observed_row *rows = tmn_result_observed(arena, result, &count);
    for (size_t i = 0; i < result->model->observations.count; i++) {
        int keys = result->model->outcomes.items[result->model->observations.items[i].outcome].by.n;
        for (int key = 0; key < keys; key++)
            put_composition(&grid, result, rows, count, (int)i, key);
    }
    if (grid.count == 0)
        return;
    tmn_heading("Composition: observed and simulated over the same days");
    tmn_grid_print(&grid);
}

/* ---- outcomes of scenarios without observations ---- */

enum { YEARS_SHOWN = 6, CELLS_SHOWN = 12 };

static bool is_flow(const struct tmn_outcome *outcome) {
    return outcome->kind == TMN_OUTCOME_FLOW || outcome->kind == TMN_OUTCOME_FIRINGS;
}

/* One row of the table: each year as far as columns stand for them, then the whole run (flows) or its end (stocks).
 * cell NULL: all cells together. */
static void put_outcome(struct tmn_grid *grid, const struct tmn_result *result, int index, const int64_t *cell,
                        const char *name) {
    const struct tmn_outcome *outcome = &result->model->outcomes.items[index];
    const struct tmn_series *series = &result->series[index];
    bool persons = tmn_outcome_counts_persons(outcome);
    int years = (int)grid->columns - 3;
    tmn_grid_put(grid, "%s", name);
    for (int year = 0; year < years; year++) {
        struct tmn_sum sum;
        int first = result->model->calendar.start_year + year;
        bool reached =
            tmn_result_between(result, index, cell, tmn_date_day(first, 1, 1), tmn_date_day(first + 1, 1, 1) - 1, &sum);
        put_simulated(grid, reached ? sum.value : (double)NAN,
                      reached && tmn_result_masked(result->model, outcome, cell, sum.value),
                      persons && sum.simulated > 0 && sum.simulated < TMN_THIN_PERSONS);
    }
    struct tmn_sum sum = {0, 0};
    for (int period = is_flow(outcome) ? 0 : series->periods - 1; period < series->periods; period++) {
        struct tmn_sum more = tmn_result_cell(result, index, period, cell);
        sum.value += more.value;
        sum.simulated += more.simulated;
    }
    tmn_grid_put(grid, "%s", is_flow(outcome) ? "in all" : "at the end");
    put_simulated(grid, sum.value, tmn_result_masked(result->model, outcome, cell, sum.value),
                  persons && sum.simulated > 0 && sum.simulated < TMN_THIN_PERSONS);
}

/* A row for each cell, named by its levels and indented. */
static void put_cells(struct tmn_grid *grid, const struct tmn_result *result, int index) {
    const struct tmn_strata *by = &result->model->outcomes.items[index].by;
    if (by->n == 0 || by->size > CELLS_SHOWN)
        return;
    for (uint32_t c = 0; c < by->size; c++) {
        int64_t cell[TMN_MAX_KEYS];
        struct tmn_text name;
        tmn_text_init(&name, grid->arena);
        for (int i = 0; i < by->n; i++) {
            const struct tmn_feature *feature = &result->model->features.items[by->feature[i]];
            cell[i] = c / by->stride[i] % feature->cardinality;
            tmn_text_put(&name, "%s", i == 0 ? "  " : ", ");
            const char *level = feature->level ? feature->level[cell[i]] : "";
            double number;
            if (feature->level && tmn_parse_real(level, strlen(level), &number)) /* which says nothing by itself */
                tmn_text_put(&name, "%s %s", feature->name, level);
            else if (feature->level)
                tmn_text_put(&name, "%s", level);
            else
                tmn_text_put(&name, "%s %d", feature->name, feature->first + (int)cell[i]);
        }
        put_outcome(grid, result, index, cell, name.items);
    }
}

/* Every outcome by year and cell, which is what such scenarios have to show; whether any number is marked as thin. */
static bool print_outcomes(struct tmn_arena *arena, const struct tmn_result *result) {
    const struct tmn_calendar *calendar = &result->model->calendar;
    if (result->model->observations.count > 0 || result->windows == 0)
        return false;
    tmn_heading("Outcomes");
    if (result->model->outcomes.count == 0)
        puts("  none: the scenario does not say what to count");
    int years = tmn_calendar_window(calendar, result->windows_total - 1).year - calendar->start_year + 1;
    years = years > YEARS_SHOWN ? 0 : years;
    const char *head[YEARS_SHOWN + 3] = {"<outcome"};
    for (int year = 0; year < years; year++)
        head[1 + year] = tmn_arena_printf(arena, ">%d", calendar->start_year + year);
    head[years + 1] = "<";
    head[years + 2] = ">value";
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, (size_t)years + 3);
    for (size_t i = 0; i < result->model->outcomes.count; i++) {
        const struct tmn_outcome *outcome = &result->model->outcomes.items[i];
        if (result->series[i].periods == 0)
            continue;
        const char *unit =
            outcome->kind == TMN_OUTCOME_FEEDBACK ? result->model->feedbacks.items[outcome->feedback].unit_text : NULL;
        const char *name = unit ? tmn_arena_printf(arena, "%s, %s", outcome->name, unit) : outcome->name;
        if (outcome->kind != TMN_OUTCOME_FEEDBACK || outcome->by.n == 0)
            put_outcome(&grid, result, (int)i, NULL, name);
        else /* feedback of several places has no total */
            for (size_t c = 0; c < grid.columns; c++)
                tmn_grid_put(&grid, "%s", c == 0 ? name : "");
        put_cells(&grid, result, (int)i);
    }
    if (grid.count > 0)
        tmn_grid_print(&grid);
    if (years == 0)
        printf("\nMore than %d years: each one stands in outcomes.csv and in the report\n", YEARS_SHOWN);
    for (size_t i = 0; i < grid.count; i++)
        if (i % grid.columns > 0 && strchr(grid.items[i], '!'))
            return true;
    return false;
}

/* Names the outcomes whose numbers rest on few simulated persons. */
static void print_thin(struct tmn_arena *arena, const struct tmn_result *result, bool marked) {
    struct tmn_text names;
    tmn_text_init(&names, arena);
    size_t count = 0, thin = 0;
    const struct tmn_composition_row *rows = tmn_result_composition(arena, result, &count);
    for (size_t i = 0; i < count; i++)
        thin += rows[i].thin ? 1 : 0;
    if (thin == 0 && !marked)
        return;
    for (size_t i = 0; i < count; i++) {
        bool first = rows[i].thin;
        for (size_t j = 0; first && j < i; j++)
            first = !(rows[j].thin && rows[j].outcome == rows[i].outcome);
        if (first)
            tmn_text_put(&names, "%s%s", names.count ? ", " : "", result->model->outcomes.items[rows[i].outcome].name);
    }
    printf("\n%s", tmn_warn(stdout));
    tmn_tell("Numbers marked ! rest on under %d simulated persons%s", TMN_THIN_PERSONS,
             thin > 0 ? ", and so do cells of these outcomes:" : "");
    fputs(tmn_plain(stdout), stdout);
    if (thin > 0)
        tmn_print_wrapped(stdout, "  ", names.items);
}

static void print_until(const struct tmn_result *result) {
    const struct tmn_model *model = result->model;
    char day[16];
    tmn_date_format(tmn_calendar_window(&model->calendar, result->windows).first_day - 1, day);
    printf("\nThe run ended on %s, after %d of at most %d windows: until %s", day, result->windows,
           model->calendar.windows, model->until->source);
}

static void print_facts(const struct tmn_result *result) {
    char digest[40], peak[32];
    snprintf(digest, sizeof digest, "%016llx%016llx", (unsigned long long)result->weekly.high,
             (unsigned long long)result->weekly.low);
    tmn_format_count((long long)(result->facts.peak_rss_bytes >> 20), peak);
    if (result->until_held)
        print_until(result);
    printf("\n%d of %d windows, digest %s\n%.1f s on %d thread%s, %.1f million person-weeks/s, peak memory %s MiB\n",
           result->windows, result->windows_total, digest, result->facts.wall_s, result->facts.threads,
           result->facts.threads == 1 ? "" : "s", tmn_result_person_weeks_per_s(result) / 1e6, peak);
    printf("Results in %s%s%s; open %s/report.html in a browser\n", tmn_bold(stdout), result->facts.results_dir,
           tmn_plain(stdout), result->facts.results_dir);
}

void tmn_summary_print(struct tmn_arena *arena, const struct tmn_result *result) {
    size_t figures;
    const struct tmn_figure_row *rows = tmn_result_figures(arena, result, &figures);
    tmn_figures_print(arena, result->model, rows);
    print_beside(arena, result, rows);
    print_agreement(arena, result);
    print_arrivals(arena, result);
    print_fit(arena, result);
    print_composition(arena, result);
    bool marked = print_outcomes(arena, result);
    print_thin(arena, result, marked);
    tmn_profile_print(arena, result);
    print_facts(result);
}
