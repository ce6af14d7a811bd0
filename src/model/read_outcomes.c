/* outcomes, observations, figures. */
#include "model/read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void tmn_strata_add(struct tmn_strata *strata, const struct tmn_model *model, int feature,
                    const struct tmn_expr *because) {
    strata->feature[strata->n] = feature;
    strata->because[strata->n] = because;
    strata->stride[strata->n] = strata->size ? strata->size : 1;
    strata->size = strata->stride[strata->n] * model->features.items[feature].cardinality;
    strata->n++;
}

static void read_cells(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_outcome *outcome) {
    struct tmn_model *model = reader->model;
    const struct tmn_node *by = tmn_node_get(node, "by");
    const char **names;
    size_t count = 0;
    outcome->by.size = 1;
    if (!tmn_get_texts(reader, node, "by", &names, &count))
        return;
    for (size_t i = 0; i < count; i++) {
        struct tmn_place place = by->kind == TMN_NODE_SEQUENCE && by->count == count ? by->items[i]->place : by->place;
        int feature = tmn_find_feature(reader, names[i], place, true, false);
        if (feature < 0)
            continue;
        for (int k = 0; k < outcome->by.n; k++)
            if (outcome->by.feature[k] == feature)
                tmn_report(reader->list, place, "duplicate-key", NULL, "'%s' stands twice in 'by'", names[i]);
        uint64_t cells = (uint64_t)outcome->by.size * model->features.items[feature].cardinality;
        if (outcome->by.n == TMN_MAX_KEYS || cells > TMN_MAX_STRATA) {
            tmn_report(reader->list, place, "too-many-cells", NULL,
                       "outcome '%s' would have %llu cells; at most %d are allowed, by at most %d names", outcome->name,
                       (unsigned long long)cells, TMN_MAX_STRATA, TMN_MAX_KEYS);
            return;
        }
        tmn_strata_add(&outcome->by, model, feature, NULL);
    }
}

bool tmn_branch_find(const struct tmn_model *model, const char *text, int *index, int *branch) {
    *branch = -1;
    for (size_t t = 0; t < model->transitions.count; t++) {
        const struct tmn_transition *transition = &model->transitions.items[t];
        size_t length = strlen(transition->name);
        if (strncmp(transition->name, text, length) != 0 || (text[length] != '\0' && text[length] != '.'))
            continue;
        *index = (int)t;
        if (text[length] == '\0')
            return true;
        for (size_t b = 0; b < transition->branches; b++)
            if (strcmp(transition->branch[b].name, text + length + 1) == 0) {
                *branch = (int)b;
                return true;
            }
    }
    return false;
}

static void read_firings(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_outcome *outcome) {
    const struct tmn_model *model = reader->model;
    const char *text = node->text;
    if (tmn_branch_find(model, text, &outcome->transition, &outcome->branch))
        return;
    const char **names = TMN_NEW_ARRAY(reader->arena, const char *, model->transitions.count + 1);
    for (size_t t = 0; t < model->transitions.count; t++)
        names[t] = model->transitions.items[t].name;
    tmn_report(reader->list, node->place, "unknown-name",
               tmn_hint_nearest(reader->list, text, names, model->transitions.count),
               "there is no transition, or branch of one, '%s'", text);
}

static void read_outcome(struct tmn_reader *reader, const struct tmn_node *key, const struct tmn_node *node) {
    static const char *const kinds[] = {"flow", "stock", "firings", "feedback"}, *const periods[] = {"window", "year",
                                                                                                     "run"};
    static const char *const marks[] = {"result", "attempt", "harm"};
    struct tmn_outcome outcome = {.name = key->text, .place = key->place, .every = TMN_PERIOD_YEAR, .branch = -1};
    int given = 0, every = TMN_PERIOD_YEAR, mark = 0;
    char *what = tmn_arena_printf(reader->arena, "outcome '%s'", key->text);
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_OUTCOME, what) || !tmn_declare(reader, key, "outcome"))
        return;
    tmn_get_text(reader, node, "title", &outcome.title);
    tmn_get_text(reader, node, "note", &outcome.note);
    tmn_get_choice(reader, node, "every", periods, 3, &every);
    outcome.every = (enum tmn_period)every;
    if (tmn_get_choice(reader, node, "counts_as", marks, 3, &mark))
        outcome.mark = (enum tmn_outcome_mark)(TMN_MARK_RESULT + mark);
    read_cells(reader, node, &outcome);
    for (int k = 0; k < 4; k++) {
        const struct tmn_node *of = tmn_node_get(node, kinds[k]);
        if (!of)
            continue;
        given++;
        outcome.kind = (enum tmn_outcome_kind)k;
        if (of->kind != TMN_NODE_SCALAR || of->null)
            continue;
        if (k == TMN_OUTCOME_FLOW || k == TMN_OUTCOME_STOCK)
            outcome.state = tmn_expr_parse(reader->model, of, TMN_SCOPE_ATTRIBUTES, TMN_NATION, true, reader->list);
        else if (k == TMN_OUTCOME_FIRINGS)
            read_firings(reader, of, &outcome);
        else if ((outcome.feedback = tmn_find_feedback(reader, of->text, of->place)) >= 0) {
            if (outcome.by.n > 0)
                tmn_report(reader->list, tmn_key_place(node, "by"), "no-effect", NULL,
                           "an outcome of a feedback variable has the variable's own places: leave 'by' out");
            int by = reader->model->feedbacks.items[outcome.feedback].by;
            outcome.by = (struct tmn_strata){.size = 1};
            if (by >= 0)
                tmn_strata_add(&outcome.by, reader->model, by, NULL);
        }
    }
    if (given != 1)
        tmn_report(reader->list, node->place, "missing-key", NULL,
                   "%s needs exactly one of 'flow', 'stock', 'firings' and 'feedback'", what);
    TMN_PUSH(reader->arena, &reader->model->outcomes, outcome);
}

void tmn_read_outcomes(struct tmn_reader *reader) {
    const struct tmn_node *node = reader->section[TMN_IN_OUTCOMES];
    if (node && tmn_want_mapping(reader, node, "'outcomes'"))
        for (size_t i = 0; i < node->count; i++)
            read_outcome(reader, node->keys[i], node->items[i]);
}

/* error: poisson, negbin(50), normal(12), lognormal(0.1), share(0.04). */
static void read_error_model(struct tmn_reader *reader, const struct tmn_node *node,
                             struct tmn_observation *observation) {
    const char *text;
    observation->error_model = "poisson";
    if (!tmn_get_text(reader, node, "error", &text))
        return;
    static const char *const models[] = {"negbin(", "normal(", "lognormal(", "share("};
    size_t length = 0;
    for (int i = 0; i < 4; i++)
        if (strncmp(text, models[i], strlen(models[i])) == 0)
            length = strlen(models[i]);
    const char *close = strchr(text, ')');
    bool poisson = strcmp(text, "poisson") == 0;
    bool one = length > 0 && close && close[1] == '\0' &&
               tmn_parse_real(text + length, (size_t)(close - text) - length, &observation->dispersion) &&
               observation->dispersion > 0;
    if (!poisson && !one)
        tmn_report(reader->list, tmn_node_get(node, "error")->place, "bad-error-model",
                   "poisson, negbin(size), normal(sd), lognormal(sd_of_log) or share(sd), with a number above 0",
                   "'%s' is not an error model", text);
    else
        observation->error_model = poisson ? "poisson" : tmn_arena_strndup(reader->arena, text, length - 1);
}

/* Of two rows for the same days and cell neither can be the one that was observed. */
struct observed_row {
    struct tmn_observed observed;
    size_t row;
};
/* What stands before the value. */
static int compare_observed(const struct observed_row *one, const struct observed_row *other) {
    return memcmp(&one->observed, &other->observed, offsetof(struct tmn_observed, value));
}
static int by_days_and_cell(const void *a, const void *b) {
    const struct observed_row *one = a, *other = b;
    int order = compare_observed(one, other);
    return order != 0 ? order : one->row < other->row ? -1 : 1;
}
static void check_observed_once(struct tmn_reader *reader, const struct tmn_rows *rows, struct observed_row *list,
                                size_t count, int column) {
    if (count > 0)
        qsort(list, count, sizeof *list, by_days_and_cell);
    for (size_t i = 1; i < count; i++)
        if (compare_observed(&list[i - 1], &list[i]) == 0)
            tmn_report(reader->list, tmn_csv_place(rows->csv, list[i].row, column), "row-twice",
                       "add the two up, or keep one: 'where' keeps only some rows of a file",
                       "line %d already holds these days and this cell",
                       tmn_csv_place(rows->csv, list[i - 1].row, column).line);
}

static void read_observed(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_observation *observation) {
    const struct tmn_model *model = reader->model;
    const struct tmn_outcome *outcome = &model->outcomes.items[observation->outcome];
    struct tmn_rows rows;
    int cell_column[TMN_MAX_KEYS];
    if (!tmn_rows_open(reader, node, &rows))
        return;
    int from = tmn_rows_get_column(reader, &rows, "from"), value = tmn_rows_get_column(reader, &rows, "value");
    int to = tmn_node_get(node, "to") ? tmn_rows_get_column(reader, &rows, "to") : from;
    if (from < 0 || value < 0 || to < 0)
        return;
    const struct tmn_node *columns = tmn_node_get(node, "columns");
    for (int k = 0; k < outcome->by.n; k++) {
        const char *name = model->features.items[outcome->by.feature[k]].name;
        bool renamed = columns && tmn_node_get(columns, name);
        cell_column[k] = renamed ? tmn_rows_column(reader, &rows, name, node->place) : tmn_csv_column(rows.csv, name);
    }
    observation->rows = TMN_NEW_ARRAY(reader->arena, struct tmn_observed, rows.csv->rows);
    struct observed_row *list = TMN_NEW_ARRAY(reader->arena, struct observed_row, rows.csv->rows);
    for (size_t row = 0; row < rows.csv->rows; row++) {
        struct tmn_observed observed = {0};
        if (!tmn_rows_keep(&rows, row) || !tmn_rows_date(reader, &rows, row, from, false, &observed.from_day) ||
            !tmn_rows_date(reader, &rows, row, to, true, &observed.to_day) ||
            !tmn_rows_real(reader, &rows, row, value, &observed.value))
            continue;
        if (observed.to_day < observed.from_day)
            tmn_report(reader->list, tmn_csv_place(rows.csv, row, to), "bad-end", NULL,
                       "this row ends before it begins");
        if (observed.value < 0 && outcome->kind != TMN_OUTCOME_FEEDBACK)
            tmn_report(reader->list, tmn_csv_place(rows.csv, row, value), "out-of-range", NULL,
                       "persons are counted: '%s' is no such number", tmn_csv_cell(rows.csv, row, value));
        for (int k = 0; k < TMN_MAX_KEYS; k++) {
            bool has = k < outcome->by.n && cell_column[k] >= 0 &&
                       tmn_csv_cell(rows.csv, row, cell_column[k])[0] != '\0'; /* an empty cell: all */
            observed.cell[k] = has ? tmn_rows_level(reader, &rows, row, cell_column[k], outcome->by.feature[k]) : -1;
        }
        list[observation->count] = (struct observed_row){observed, row};
        observation->rows[observation->count++] = observed;
    }
    check_observed_once(reader, &rows, list, observation->count, from);
}

void tmn_read_observations(struct tmn_reader *reader) {
    const struct tmn_node *node = reader->section[TMN_IN_OBSERVATIONS];
    if (!node || !tmn_want_mapping(reader, node, "'observations'"))
        return;
    for (size_t i = 0; i < node->count; i++) {
        const struct tmn_node *key = node->keys[i], *item = node->items[i];
        struct tmn_observation observation = {.name = key->text, .place = key->place, .fit_until = INT32_MAX};
        const char *outcome;
        if (!tmn_schema_check(reader, item, TMN_SCHEMA_OBSERVATION,
                              tmn_arena_printf(reader->arena, "observation '%s'", key->text)) ||
            !tmn_declare(reader, key, "observation") || !tmn_get_text(reader, item, "outcome", &outcome))
            continue;
        observation.outcome = tmn_find_outcome(reader, outcome, tmn_node_get(item, "outcome")->place);
        if (observation.outcome < 0)
            continue;
        tmn_get_last_date(reader, item, "fit", &observation.fit_until);
        tmn_get_text(reader, item, "source", &observation.source);
        tmn_get_text(reader, item, "csv", &observation.file);
        tmn_get_text(reader, item, "note", &observation.note);
        read_error_model(reader, item, &observation);
        read_observed(reader, item, &observation);
        TMN_PUSH(reader->arena, &reader->model->observations, observation);
    }
}

void tmn_read_cell(struct tmn_reader *reader, const struct tmn_node *node, int outcome, int64_t level[TMN_MAX_KEYS]) {
    const struct tmn_model *model = reader->model;
    const struct tmn_node *cell = tmn_node_get(node, "cell");
    for (int k = 0; k < TMN_MAX_KEYS; k++)
        level[k] = -1;
    for (size_t i = 0; outcome >= 0 && cell && cell->kind == TMN_NODE_MAPPING && i < cell->count; i++) {
        const struct tmn_strata *by = &model->outcomes.items[outcome].by;
        const char *text;
        int k = 0;
        while (k < by->n && strcmp(model->features.items[by->feature[k]].name, cell->keys[i]->text) != 0)
            k++;
        if (k == by->n)
            tmn_report(reader->list, cell->keys[i]->place, "unknown-name", NULL, "outcome '%s' is not by '%s'",
                       model->outcomes.items[outcome].name, cell->keys[i]->text);
        else if (tmn_node_text(reader, cell->items[i], "a level", &text))
            level[k] = tmn_find_level(reader, by->feature[k], text, cell->items[i]->place);
    }
}

/* outcome, cell, from and to of a figure, or of what it is divided by, which has those of the figure where it says
 * none. */
static void read_selection(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_selection *selection) {
    const char *outcome;
    if (tmn_get_text(reader, node, "outcome", &outcome))
        selection->outcome = tmn_find_outcome(reader, outcome, tmn_node_get(node, "outcome")->place);
    tmn_get_date(reader, node, "from", &selection->from_day);
    tmn_get_last_date(reader, node, "to", &selection->to_day);
    if (selection->to_day < selection->from_day)
        tmn_report(reader->list, tmn_key_place(node, "to"), "bad-end", NULL, "this figure ends before it begins");
    if (tmn_node_get(node, "cell") || tmn_node_get(node, "outcome"))
        tmn_read_cell(reader, node, selection->outcome, selection->cell);
}

/* An expression over the keys of the figure's outcome, and the year; NULL after reporting, or where there is none. */
static struct tmn_expr *read_over_keys(struct tmn_reader *reader, const struct tmn_node *node, const char *key,
                                       const struct tmn_figure *figure, bool condition) {
    struct tmn_model *model = reader->model;
    const struct tmn_node *text = tmn_node_get(node, key);
    if (!text || text->kind != TMN_NODE_SCALAR || text->null || figure->of.outcome < 0)
        return NULL;
    const struct tmn_outcome *outcome = &model->outcomes.items[figure->of.outcome];
    struct tmn_expr *expr = tmn_expr_parse(model, text, TMN_SCOPE_START, TMN_NATION, condition, reader->list);
    bool *reads = TMN_NEW_ARRAY(reader->arena, bool, model->features.count + 1);
    if (!expr)
        return NULL;
    tmn_expr_want_unit(expr, tmn_unit_none, "a mean", reader->list);
    tmn_expr_reads(model, expr, reads);
    for (size_t f = 0; f < model->features.count; f++) {
        bool is_key = false;
        for (int k = 0; k < outcome->by.n; k++)
            is_key = is_key || outcome->by.feature[k] == (int)f;
        if (reads[f] && !is_key)
            tmn_report(reader->list, text->place, "unknown-name", NULL, "outcome '%s' is not by '%s'", outcome->name,
                       model->features.items[f].name);
    }
    if (outcome->kind == TMN_OUTCOME_FEEDBACK)
        tmn_report(reader->list, text->place, "no-effect", NULL, "outcome '%s' counts no persons", outcome->name);
    return expr;
}

static void read_mean(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_figure *figure) {
    static const char *const apart[] = {"over", "per", "base"};
    const struct tmn_node *mean = tmn_node_get(node, "mean"), *share = tmn_node_get(node, "share");
    if (mean && share)
        tmn_report(reader->list, tmn_key_place(node, "share"), "no-effect", NULL,
                   "a figure has a 'mean' or a 'share', not both");
    if (tmn_node_get(node, "given") && !mean && !share)
        tmn_report(reader->list, tmn_key_place(node, "given"), "no-effect", NULL,
                   "'given' goes with a 'mean' or a 'share'");
    for (int i = 0; i < 3 && (mean || share); i++)
        if (tmn_node_get(node, apart[i]))
            tmn_report(reader->list, tmn_key_place(node, apart[i]), "no-effect", NULL,
                       "a mean and a share are over the persons counted: leave '%s' out", apart[i]);
    figure->mean = read_over_keys(reader, node, share ? "share" : "mean", figure, share != NULL);
    figure->given = read_over_keys(reader, node, "given", figure, true);
}

static void read_range(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_figure *figure) {
    const struct tmn_node *range = tmn_node_get(node, "range");
    figure->low = figure->high = (double)NAN;
    if (!range || range->kind != TMN_NODE_SEQUENCE)
        return;
    if (range->count != 2)
        tmn_report(reader->list, range->place, "wrong-shape", NULL, "'range' must be [low, high]");
    else if (tmn_node_real(reader, range->items[0], "the lower end", -HUGE_VAL, HUGE_VAL, &figure->low) &&
             tmn_node_real(reader, range->items[1], "the upper end", -HUGE_VAL, HUGE_VAL, &figure->high) &&
             figure->high < figure->low)
        tmn_report(reader->list, range->place, "bad-end", NULL, "this range ends before it begins");
}

static void read_figure(struct tmn_reader *reader, const struct tmn_node *node) {
    static const char *const pers[] = {"total", "year"};
    const struct tmn_model *model = reader->model;
    struct tmn_figure figure = {.place = node->place};
    int per = 0;
    figure.of = (struct tmn_selection){
        .outcome = -1, .from_day = tmn_date_day(model->calendar.start_year, 1, 1), .to_day = model->end_day};
    if (!tmn_schema_check(reader, node, TMN_SCHEMA_FIGURE, "a figure") ||
        !tmn_get_text(reader, node, "text", &figure.text) || !tmn_node_get(node, "outcome"))
        return;
    read_selection(reader, node, &figure.of);
    tmn_get_text(reader, node, "claim", &figure.claim);
    tmn_get_text(reader, node, "stated", &figure.stated);
    tmn_get_text(reader, node, "observed", &figure.observed_text);
    tmn_get_text(reader, node, "source", &figure.source);
    tmn_get_text(reader, node, "grade", &figure.grade);
    tmn_get_text(reader, node, "note", &figure.note);
    tmn_get_real(reader, node, "base", -HUGE_VAL, HUGE_VAL, &figure.base);
    tmn_get_choice(reader, node, "per", pers, 2, &per);
    figure.per_year = per == 1;
    read_mean(reader, node, &figure);
    read_range(reader, node, &figure);
    const struct tmn_node *over = tmn_node_get(node, "over");
    figure.over = figure.of;
    if (over && over->kind == TMN_NODE_MAPPING && tmn_schema_check(reader, over, TMN_SCHEMA_OVER, "'over'"))
        read_selection(reader, over, &figure.over);
    else
        figure.over.outcome = -1;
    TMN_PUSH(reader->arena, &reader->model->figures, figure);
}

void tmn_read_figures(struct tmn_reader *reader) {
    const struct tmn_node *node = reader->section[TMN_IN_FIGURES];
    if (node && tmn_want_list(reader, node, "'figures'"))
        for (size_t i = 0; i < node->count; i++)
            read_figure(reader, node->items[i]);
}
