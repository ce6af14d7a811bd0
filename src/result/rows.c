/* Rows for tables: sums over cells and days, and simulated beside observed. */
#include "result/result.h"

#include "base/real.h"
#include <math.h>
#include <string.h>

/* ---- sums ---- */

static bool cell_wanted(const struct tmn_result *result, const struct tmn_strata *by, uint32_t c, const int64_t *cell) {
    for (int i = 0; cell && i < by->n; i++) {
        uint32_t level = c / by->stride[i] % result->model->features.items[by->feature[i]].cardinality;
        if (cell[i] >= 0 && (int64_t)level != cell[i])
            return false;
    }
    return true;
}

struct tmn_sum tmn_result_cell(const struct tmn_result *result, int outcome, int period, const int64_t *cell) {
    const struct tmn_strata *by = &result->model->outcomes.items[outcome].by;
    const struct tmn_series *series = &result->series[outcome];
    struct tmn_sum sum = {0.0, 0.0};
    for (uint32_t c = 0; c < series->cells; c++) {
        if (!cell_wanted(result, by, c, cell))
            continue;
        size_t at = (size_t)period * series->cells + c;
        sum.value += series->value[at];
        sum.simulated += series->simulated ? series->simulated[at] : 0.0;
    }
    return sum;
}

static bool is_flow(const struct tmn_outcome *outcome) {
    return outcome->kind == TMN_OUTCOME_FLOW || outcome->kind == TMN_OUTCOME_FIRINGS;
}

int tmn_result_periods(const struct tmn_result *result, int outcome) {
    const struct tmn_series *series = &result->series[outcome];
    int32_t next_day =
        tmn_calendar_window(&result->model->calendar, result->windows).first_day; /* of the window to come */
    int finished = 0, open = series->periods; /* by bisection: callers ask for each of thousands of windows */
    while (finished < open) {
        int middle = finished + (open - finished) / 2;
        if (series->last_day[middle] < next_day)
            finished = middle + 1;
        else
            open = middle;
    }
    return finished;
}

/* Outcomes of every window: windows do not end where months do, so a window belongs to the days that hold its middle.
 */
static bool windows_between(const struct tmn_result *result, int outcome, const int64_t *cell, int32_t from_day,
                            int32_t to_day, struct tmn_sum *sum) {
    const struct tmn_series *series = &result->series[outcome];
    int periods = tmn_result_periods(result, outcome), from = 0, to = 0;
    while (from < periods && (series->first_day[from] + series->last_day[from]) / 2 < from_day)
        from++;
    for (to = from; to < periods && (series->first_day[to] + series->last_day[to]) / 2 <= to_day;)
        to++;
    if (from == to || series->first_day[0] > from_day || series->last_day[periods - 1] < to_day)
        return false;
    bool flow = is_flow(&result->model->outcomes.items[outcome]);
    for (int p = flow ? from : to - 1; p < to; p++) {
        struct tmn_sum more = tmn_result_cell(result, outcome, p, cell);
        sum->value += more.value;
        sum->simulated += more.simulated;
    }
    return true;
}

bool tmn_result_between(const struct tmn_result *result, int outcome, const int64_t *cell, int32_t from_day,
                        int32_t to_day, struct tmn_sum *sum) {
    const struct tmn_outcome *declared = &result->model->outcomes.items[outcome];
    const struct tmn_series *series = &result->series[outcome];
    bool flow = is_flow(declared);
    int32_t next = from_day;
    *sum = (struct tmn_sum){0.0, 0.0};
    if (declared->every == TMN_PERIOD_WINDOW)
        return windows_between(result, outcome, cell, from_day, to_day, sum);
    for (int p = 0; p < tmn_result_periods(result, outcome); p++) {
        if (!flow && series->last_day[p] == to_day) {
            *sum = tmn_result_cell(result, outcome, p, cell);
            return true;
        }
        if (!flow || series->first_day[p] != next || series->last_day[p] > to_day)
            continue;
        struct tmn_sum more = tmn_result_cell(result, outcome, p, cell);
        sum->value += more.value;
        sum->simulated += more.simulated;
        next = series->last_day[p] + 1;
    }
    return flow && next == to_day + 1 && next > from_day;
}

/* ---- observations ---- */

/* Which keys a row names, as bits. */
static unsigned keys_named(const struct tmn_outcome *outcome, const struct tmn_observed *row) {
    unsigned named = 0;
    for (int i = 0; i < outcome->by.n; i++)
        if (row->cell[i] >= 0)
            named |= 1u << i;
    return named;
}

static bool same_days(const struct tmn_observed *a, const struct tmn_observed *b) {
    return a->from_day == b->from_day && a->to_day == b->to_day;
}

/* Is row r the first of its observation with these days? */
static bool first_of_days(const struct tmn_observation *observation, size_t r) {
    for (size_t i = 0; i < r; i++)
        if (same_days(&observation->rows[i], &observation->rows[r]))
            return false;
    return true;
}

struct tmn_total_row *tmn_result_totals(struct tmn_arena *arena, const struct tmn_result *result, int observation,
                                        size_t *count) {
    const struct tmn_observation *o = &result->model->observations.items[observation];
    const struct tmn_outcome *outcome = &result->model->outcomes.items[o->outcome];
    struct tmn_total_row *rows = TMN_NEW_ARRAY(arena, struct tmn_total_row, o->count + 1);
    *count = 0;
    for (size_t r = 0; r < o->count; r++) {
        if (!first_of_days(o, r))
            continue;
        unsigned named = keys_named(outcome, &o->rows[r]);
        for (size_t i = r; i < o->count; i++)
            if (same_days(&o->rows[i], &o->rows[r]) && keys_named(outcome, &o->rows[i]) == 0)
                named = 0;
        struct tmn_total_row total = {
            o->rows[r].from_day, o->rows[r].to_day, 0.0, 0.0, 0.0, o->rows[r].to_day <= o->fit_until};
        bool reached = true;
        for (size_t i = r; i < o->count; i++) {
            if (!same_days(&o->rows[i], &o->rows[r]) || keys_named(outcome, &o->rows[i]) != named)
                continue;
            struct tmn_sum sum;
            reached =
                tmn_result_between(result, o->outcome, o->rows[i].cell, total.from_day, total.to_day, &sum) && reached;
            total.observed += o->rows[i].value;
            total.simulated += sum.value;
            total.simulated_persons += sum.simulated;
        }
        if (reached)
            rows[(*count)++] = total;
    }
    return rows;
}

static bool is_thin(const struct tmn_outcome *outcome, double simulated_persons) {
    return tmn_outcome_counts_persons(outcome) && simulated_persons < TMN_THIN_PERSONS;
}

struct tmn_arrival_row *tmn_result_arrivals(struct tmn_arena *arena, const struct tmn_result *result, size_t *count) {
    const struct tmn_model *model = result->model;
    *count = 0;
    for (size_t o = 0; o < model->observations.count; o++) {
        const struct tmn_outcome *outcome = &model->outcomes.items[model->observations.items[o].outcome];
        if (strcmp(outcome->name, "arrivals") != 0)
            continue;
        struct tmn_total_row *totals = tmn_result_totals(arena, result, (int)o, count);
        struct tmn_arrival_row *rows = TMN_NEW_ARRAY(arena, struct tmn_arrival_row, *count + 1);
        for (size_t i = 0; i < *count; i++)
            rows[i] = (struct tmn_arrival_row){
                tmn_day_year(totals[i].from_day),
                tmn_day_year(totals[i].to_day),
                totals[i].observed,
                totals[i].simulated,
                totals[i].fitted,
                is_thin(outcome, totals[i].simulated_persons),
            };
        return rows;
    }
    return TMN_NEW_ARRAY(arena, struct tmn_arrival_row, 1);
}

const char *const tmn_within_names[TMN_WITHINS] = {"", "inside", "outside", "open"};

enum tmn_within tmn_within(double simulated, double error, double low, double high) {
    double half = TMN_WITHIN_SPREAD * error;
    if (isnan(low) || isnan(high) || isnan(simulated))
        return TMN_WITHIN_UNKNOWN;
    if (simulated - half >= low && simulated + half <= high)
        return TMN_WITHIN_INSIDE;
    return simulated + half < low || simulated - half > high ? TMN_WITHIN_OUTSIDE : TMN_WITHIN_OPEN;
}

/* Of a number of persons: none simulated could as well have been one. */
static double count_error(const struct tmn_result *result, const struct tmn_outcome *outcome, double simulated) {
    return tmn_outcome_counts_persons(outcome) ? sqrt(fmax(simulated, 1.0)) * result->weight : 0.0;
}

/* Where nine of ten observations of this number would lie, by its error model; false where it is about shares. Zero
 * observed is taken to scatter as one does. */
static bool observed_range(const struct tmn_observation *observation, struct tmn_observed_row *row) {
    double mean = fmax(row->observed, 1.0), sd = sqrt(mean), ratio = 1.0;
    row->low = row->high = (double)NAN;
    if (strcmp(observation->error_model, "share") == 0)
        return false;
    if (strcmp(observation->error_model, "negbin") == 0)
        sd = sqrt(mean + mean * mean / observation->dispersion);
    else if (strcmp(observation->error_model, "normal") == 0)
        sd = observation->dispersion;
    else if (strcmp(observation->error_model, "lognormal") == 0)
        sd = 0.0, ratio = tmn_exp(TMN_WITHIN_SPREAD * observation->dispersion);
    row->low = row->observed / ratio - TMN_WITHIN_SPREAD * sd;
    row->high = row->observed * ratio + TMN_WITHIN_SPREAD * sd;
    if (row->observed >= 0.0)
        row->low = fmax(row->low, 0.0);
    return true;
}

struct tmn_observed_row *tmn_result_observed(struct tmn_arena *arena, const struct tmn_result *result, size_t *count) {
    const struct tmn_model *model = result->model;
    size_t all = 0;
    for (size_t o = 0; o < model->observations.count; o++)
        all += model->observations.items[o].count;
    struct tmn_observed_row *rows = TMN_NEW_ARRAY(arena, struct tmn_observed_row, all + 1);
    *count = 0;
    for (size_t o = 0; o < model->observations.count; o++) {
        const struct tmn_observation *observation = &model->observations.items[o];
        const struct tmn_outcome *outcome = &model->outcomes.items[observation->outcome];
        for (size_t r = 0; r < observation->count; r++) {
            const struct tmn_observed *row = &observation->rows[r];
            struct tmn_sum sum;
            bool reached =
                tmn_result_between(result, observation->outcome, row->cell, row->from_day, row->to_day, &sum);
            bool masked = reached && tmn_result_masked(model, outcome, row->cell, sum.value);
            rows[(*count)++] = (struct tmn_observed_row){
                .observation = (int)o,
                .row = row,
                .observed = row->value,
                .reached = reached,
                .masked = masked,
                .simulated = reached ? sum.value : (double)NAN,
                .simulated_persons = reached ? sum.simulated : (double)NAN,
                .fitted = row->to_day <= observation->fit_until,
                .thin = reached && is_thin(outcome, sum.simulated),
            };
            bool scatters = observed_range(observation, &rows[*count - 1]);
            if (scatters && reached && !masked)
                rows[*count - 1].within = tmn_within(sum.value, count_error(result, outcome, sum.simulated),
                                                     rows[*count - 1].low, rows[*count - 1].high);
        }
    }
    return rows;
}

/* ---- figures ---- */

/* Yearly mean of a stock or feedback variable at the ends of the years in from..to. */
static bool mean_of_years(const struct tmn_result *result, const struct tmn_selection *of, struct tmn_sum *mean) {
    int first = tmn_day_year(of->from_day), last = tmn_day_year(of->to_day);
    *mean = (struct tmn_sum){0.0, 0.0};
    for (int year = first; year <= last; year++) {
        struct tmn_sum sum;
        if (!tmn_result_between(result, of->outcome, of->cell, tmn_date_day(year, 1, 1), tmn_date_day(year, 12, 31),
                                &sum))
            return false;
        mean->value += sum.value / (last - first + 1);
        mean->simulated += sum.simulated / (last - first + 1);
    }
    return true;
}

static bool select(const struct tmn_result *result, const struct tmn_selection *of, bool per_year,
                   struct tmn_sum *sum) {
    bool flow = is_flow(&result->model->outcomes.items[of->outcome]);
    if (per_year && !flow)
        return mean_of_years(result, of, sum);
    if (!tmn_result_between(result, of->outcome, of->cell, of->from_day, of->to_day, sum))
        return false;
    sum->value /= per_year ? tmn_years_between(of->from_day, of->to_day) : 1.0;
    return true;
}

/* The mean of an expression over the persons that a selection counts; they are all simulated alike, so that weights
 * fall out. Of stocks those at its end. */
static bool mean_of(struct tmn_arena *arena, const struct tmn_result *result, const struct tmn_figure *figure,
                    double *simulated, double *mean, double *error) {
    const struct tmn_selection *of = &figure->of;
    const struct tmn_outcome *outcome = &result->model->outcomes.items[of->outcome];
    const struct tmn_series *series = &result->series[of->outcome];
    uint32_t *level = TMN_NEW_ARRAY(arena, uint32_t, result->model->features.count + 1);
    struct tmn_env env = {.model = result->model, .level = level};
    double persons = 0.0, sum = 0.0, squares = 0.0;
    for (int p = 0; p < tmn_result_periods(result, of->outcome); p++) {
        int32_t middle = (series->first_day[p] + series->last_day[p]) / 2;
        if (is_flow(outcome) ? middle < of->from_day || middle > of->to_day : series->last_day[p] != of->to_day)
            continue;
        env.year = tmn_day_year(middle);
        for (uint32_t c = 0; c < series->cells; c++) {
            double count = series->simulated[(size_t)p * series->cells + c];
            if (count == 0.0 || !cell_wanted(result, &outcome->by, c, of->cell))
                continue;
            tmn_stratum_levels(&outcome->by, c, level);
            if (figure->given && tmn_expr_eval(figure->given, &env) == 0.0)
                continue;
            double value = tmn_expr_eval(figure->mean, &env);
            persons += count, sum += count * value, squares += count * value * value;
        }
    }
    *simulated = persons;
    *mean = persons > 0.0 ? sum / persons : (double)NAN;
    *error = persons > 1.0 ? sqrt(fmax(squares / persons - *mean * *mean, 0.0) / (persons - 1.0)) : (double)INFINITY;
    return persons > 0.0;
}

bool tmn_expr_reads_place(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_expr *expr) {
    bool *reads = TMN_NEW_ARRAY(arena, bool, model->features.count + 1);
    if (expr)
        tmn_expr_reads(model, expr, reads);
    for (size_t f = 0; f < model->features.count; f++)
        if (reads[f] && tmn_feature_is_place(model, (int)f))
            return true;
    return false;
}

static void fill_figure(struct tmn_arena *arena, const struct tmn_result *result, struct tmn_figure_row *row) {
    const struct tmn_figure *figure = row->figure;
    const struct tmn_outcome *outcome = &result->model->outcomes.items[figure->of.outcome];
    struct tmn_sum sum, under = {1.0, HUGE_VAL};
    row->reached = select(result, &figure->of, figure->per_year, &sum) &&
                   (figure->over.outcome < 0 || select(result, &figure->over, figure->per_year, &under));
    if (!row->reached)
        return;
    bool people = tmn_outcome_counts_persons(outcome);
    row->thin = is_thin(outcome, sum.simulated) || (people && under.simulated < TMN_THIN_PERSONS);
    row->masked = tmn_result_masked(result->model, outcome, figure->of.cell, sum.value) ||
                  (figure->over.outcome >= 0 &&
                   tmn_result_masked(result->model, &result->model->outcomes.items[figure->over.outcome],
                                     figure->over.cell, under.value));
    if (row->masked)
        return;
    double value = sum.value / under.value,
           relative = 1.0 / fmax(sum.simulated, 1.0) + 1.0 / fmax(under.simulated, 1.0);
    if (figure->mean) {
        double persons;
        row->reached = mean_of(arena, result, figure, &persons, &row->simulated, &row->error);
        row->thin = persons < TMN_THIN_PERSONS;
        double told = figure->mean->boolean ? row->simulated * persons : persons;
        row->masked = (tmn_expr_reads_place(arena, result->model, figure->mean) ||
                       tmn_expr_reads_place(arena, result->model, figure->given)) &&
                      told * result->weight < TMN_MASK_PERSONS;
        if (row->masked)
            row->simulated = row->error = (double)NAN;
    } else {
        row->simulated = value + figure->base;
    }
    if (!figure->mean && people) /* none simulated could as well have been one, of the weight of a run */
        row->error = fmax(value, sum.simulated > 0.0 ? 0.0 : result->weight / under.value) * sqrt(relative);
    row->within = tmn_within(row->simulated, row->error, figure->low, figure->high);
}

struct tmn_figure_row *tmn_result_figures(struct tmn_arena *arena, const struct tmn_result *result, size_t *count) {
    const struct tmn_model *model = result->model;
    struct tmn_figure_row *rows = TMN_NEW_ARRAY(arena, struct tmn_figure_row, model->figures.count + 1);
    *count = model->figures.count;
    for (size_t i = 0; i < *count; i++) {
        rows[i] = (struct tmn_figure_row){.figure = &model->figures.items[i], .simulated = (double)NAN};
        if (rows[i].figure->of.outcome >= 0) /* else no outcome answers: stated and observed only */
            fill_figure(arena, result, &rows[i]);
    }
    return rows;
}

/* ---- shares ---- */

struct share_list {
    struct tmn_share_row *items;
    size_t count, capacity;
};

/* Rows of one period by level of the outcome's key k; appended as shares when at least two levels were observed. */
static void shares_of_period(struct tmn_arena *arena, const struct tmn_result *result, int observation, int k,
                             size_t first, struct share_list *list) {
    const struct tmn_observation *o = &result->model->observations.items[observation];
    const struct tmn_outcome *outcome = &result->model->outcomes.items[o->outcome];
    uint32_t levels = result->model->features.items[outcome->by.feature[k]].cardinality;
    double *observed = TMN_NEW_ARRAY(arena, double, 3 * (size_t)levels), *simulated = observed + levels,
           *persons = simulated + levels;
    bool *seen = TMN_NEW_ARRAY(arena, bool, levels);
    unsigned named = keys_named(outcome, &o->rows[first]);
    double observed_all = 0.0, simulated_all = 0.0, persons_all = 0.0;
    uint32_t seen_count = 0;
    for (size_t r = first; r < o->count; r++) {
        const struct tmn_observed *row = &o->rows[r];
        if (!same_days(row, &o->rows[first]) || keys_named(outcome, row) != named)
            continue;
        struct tmn_sum sum;
        if (!tmn_result_between(result, o->outcome, row->cell, row->from_day, row->to_day, &sum))
            return;
        uint32_t level = (uint32_t)row->cell[k];
        seen_count += !seen[level];
        seen[level] = true;
        observed[level] += row->value, observed_all += row->value;
        simulated[level] += sum.value, simulated_all += sum.value;
        persons[level] += sum.simulated, persons_all += sum.simulated;
    }
    if (seen_count < 2 || observed_all <= 0.0)
        return;
    for (uint32_t level = 0; level < levels; level++)
        if (seen[level])
            TMN_PUSH(arena, list,
                     ((struct tmn_share_row){observation, outcome->by.feature[k], level, o->rows[first].from_day,
                                             o->rows[first].to_day, observed[level] / observed_all,
                                             simulated_all > 0.0 ? simulated[level] / simulated_all : (double)NAN,
                                             observed[level], simulated[level], o->rows[first].to_day <= o->fit_until,
                                             is_thin(outcome, persons_all), TMN_WITHIN_UNKNOWN}));
    for (size_t i = list->count - seen_count; strcmp(o->error_model, "share") == 0 && i < list->count; i++) {
        struct tmn_share_row *row = &list->items[i];
        double half = TMN_WITHIN_SPREAD * o->dispersion, share = row->simulated;
        row->within = tmn_within(share, sqrt(share * (1.0 - share) / fmax(persons_all, 1.0)), row->observed - half,
                                 row->observed + half);
    }
}

struct tmn_share_row *tmn_result_shares(struct tmn_arena *arena, const struct tmn_result *result, size_t *count) {
    struct share_list list = {NULL, 0, 0};
    for (size_t o = 0; o < result->model->observations.count; o++) {
        const struct tmn_observation *observation = &result->model->observations.items[o];
        const struct tmn_outcome *outcome = &result->model->outcomes.items[observation->outcome];
        if (!tmn_outcome_counts_persons(outcome))
            continue;
        for (int k = 0; k < outcome->by.n; k++)
            for (size_t r = 0; r < observation->count; r++) {
                bool first = observation->rows[r].cell[k] >= 0;
                for (size_t i = 0; i < r && first; i++)
                    first =
                        !(same_days(&observation->rows[i], &observation->rows[r]) && observation->rows[i].cell[k] >= 0);
                if (first)
                    shares_of_period(arena, result, (int)o, k, r, &list);
            }
    }
    *count = list.count;
    return list.items;
}

struct tmn_agreement tmn_result_agreement(struct tmn_arena *arena, const struct tmn_result *result, int observation) {
    struct tmn_agreement agreement = {{{0}}};
    size_t count;
    const struct tmn_observed_row *rows = tmn_result_observed(arena, result, &count);
    for (size_t i = 0; i < count; i++)
        if (rows[i].observation == observation && rows[i].within != TMN_WITHIN_UNKNOWN)
            agreement.rows[rows[i].fitted][rows[i].within]++;
    const struct tmn_share_row *shares = tmn_result_shares(arena, result, &count);
    for (size_t i = 0; i < count; i++)
        if (shares[i].observation == observation && shares[i].within != TMN_WITHIN_UNKNOWN)
            agreement.rows[shares[i].fitted][shares[i].within]++;
    return agreement;
}

/* ---- composition ---- */

struct composition_list {
    struct tmn_composition_row *items;
    size_t count, capacity;
};

/* Sum of a cell over all periods (flows), or at the end of the last (stocks). */
static struct tmn_sum over_the_run(const struct tmn_result *result, int outcome, const int64_t *cell) {
    bool stock = result->model->outcomes.items[outcome].kind == TMN_OUTCOME_STOCK;
    struct tmn_sum sum = {0.0, 0.0};
    for (int p = 0; p < tmn_result_periods(result, outcome); p++) {
        struct tmn_sum more = tmn_result_cell(result, outcome, p, cell);
        sum = stock ? more : (struct tmn_sum){sum.value + more.value, sum.simulated + more.simulated};
    }
    return sum;
}

struct tmn_composition_row *tmn_result_composition(struct tmn_arena *arena, const struct tmn_result *result,
                                                   size_t *count) {
    struct composition_list list = {NULL, 0, 0};
    for (size_t o = 0; o < result->model->outcomes.count; o++) {
        const struct tmn_outcome *outcome = &result->model->outcomes.items[o];
        if (!tmn_outcome_counts_persons(outcome) || outcome->by.n == 0)
            continue;
        int64_t cell[TMN_MAX_KEYS];
        for (int i = 0; i < TMN_MAX_KEYS; i++)
            cell[i] = -1;
        struct tmn_sum all = over_the_run(result, (int)o, cell);
        for (int k = 0; k < outcome->by.n; k++) {
            int feature = outcome->by.feature[k];
            for (uint32_t level = 0; level < result->model->features.items[feature].cardinality; level++) {
                cell[k] = level;
                struct tmn_sum sum = over_the_run(result, (int)o, cell);
                bool masked = tmn_result_masked(result->model, outcome, cell, sum.value);
                TMN_PUSH(arena, &list,
                         ((struct tmn_composition_row){(int)o, feature, level,
                                                       masked ? (struct tmn_sum){(double)NAN, (double)NAN} : sum,
                                                       masked || all.value <= 0.0 ? (double)NAN : sum.value / all.value,
                                                       sum.simulated < TMN_THIN_PERSONS, masked}));
            }
            cell[k] = -1;
        }
    }
    *count = list.count;
    return list.items;
}
