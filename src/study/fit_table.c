/* The table of a fit's trials: CSV for reading, and what an interrupted fit goes on from. Its first line names what the
 * numbers depend on; rows are only taken by a fit that depends on the same. */
#include "study/fit_inner.h"

#include "base/date.h"
#include "base/draw.h"
#include "base/file.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

enum { TABLE_LIMIT = 1 << 28, LINES_MAX = 1 << 20 };

struct tmn_fit_table {
    char **line; /* of trials and their seeds, in order */
    size_t count;
};

/* Of all that the simulated numbers and the course of the search depend on, but the number of trials and threads. */
static uint64_t key_of(const struct tmn_fit_search *search) {
    const struct tmn_fit_options *options = search->options;
    struct tmn_text text;
    tmn_text_init(&text, search->arena);
    tmn_text_put(&text, "%s %llx %llu %d %.17g", options->version, (unsigned long long)search->model->source_hash,
                 (unsigned long long)options->seed, options->seeds, options->scale);
    for (size_t i = 0; i < options->assignment_count; i++)
        tmn_text_put(&text, " %s", options->assignments[i]);
    return tmn_name_hash64(text.items);
}

static const char *head_line(struct tmn_fit_search *search) {
    return tmn_arena_printf(search->arena, "# trials of tumen fit, tumen %s, scale %g, seeds %llu to %llu, key %016llx",
                            search->options->version, search->options->scale, (unsigned long long)search->options->seed,
                            (unsigned long long)search->options->seed + (unsigned)search->options->seeds - 1,
                            (unsigned long long)search->key);
}

/* The next line, ended at its newline; NULL: none that is whole. */
static char *next_line(char **at) {
    char *line = *at, *end = strchr(line, '\n');
    if (!end)
        return NULL;
    *end = '\0';
    *at = end + 1;
    return line;
}

bool tmn_fit_table_read(struct tmn_fit_search *search, struct tmn_error *err) {
    const char *path = search->options->table;
    search->key = key_of(search);
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file)
        return true;
    fclose(file);
    char *text, *line;
    size_t size;
    if (!tmn_file_read(search->arena, path, TABLE_LIMIT, &text, &size, err))
        return false;
    char *head = next_line(&text);
    if (!head || strcmp(head, head_line(search)) != 0)
        return tmn_fail(
            err, TMN_USAGE,
            "'%s' is there and not of this fit: the scenario, the settings, seeds, scale or version differ; "
            "remove it, or choose another name with --out",
            path);
    next_line(&text); /* names of the columns */
    search->table = TMN_NEW(search->arena, struct tmn_fit_table);
    struct {
        char **items;
        size_t count, capacity;
    } lines = {NULL, 0, 0};
    while ((line = next_line(&text)) && lines.count < LINES_MAX)
        TMN_PUSH(search->arena, &lines, line);
    *search->table = (struct tmn_fit_table){lines.items, lines.count};
    return true;
}

/* The next number of the line; false: none. */
static bool next_number(const char **at, double *value) {
    size_t length = strcspn(*at, ",");
    if (length == 0 || !tmn_parse_real(*at, length, value))
        return false;
    *at += length + ((*at)[length] == ',');
    return true;
}

/* The numbers of one seed of a trial at z; false: the line is another's. */
static bool take_line(const struct tmn_fit_search *search, const char *at, const double *z, double *simulated) {
    double value;
    for (int i = 0; i < 4; i++) /* trial, seed, objective, error */
        if (!next_number(&at, &value))
            return false;
    for (int i = 0; i < search->parameters; i++) {
        const struct tmn_parameter *parameter = tmn_fit_parameter(search, i);
        double wanted = tmn_fit_value(parameter, z[i]) / parameter->factor;
        if (!next_number(&at, &value) || fabs(value - wanted) > 1e-12 * fabs(wanted))
            return false;
    }
    for (int r = 0; r < search->row_count; r++) {
        if (*at == '-') { /* not reached */
            simulated[r] = (double)NAN;
            at += at[1] == ',' ? 2 : 1;
        } else if (!next_number(&at, &simulated[r])) {
            return false;
        }
    }
    return *at == '\0';
}

bool tmn_fit_table_take(struct tmn_fit_search *search, size_t index, struct tmn_fit_trial *trial) {
    size_t seeds = (size_t)search->options->seeds;
    if (!search->table || (index + 1) * seeds > search->table->count)
        return false;
    for (size_t s = 0; s < seeds; s++)
        if (!take_line(search, search->table->line[index * seeds + s], trial->z,
                       &trial->by_seed[s * (size_t)search->row_count]))
            return false;
    return true;
}

static void put_day(struct tmn_text *text, int32_t day) {
    char date[16];
    tmn_date_format(day, date);
    tmn_text_put(text, " %s", date);
}

/* "arrivals_sex 2002-01-01 2002-12-31 female" */
static void put_row_name(struct tmn_text *text, const struct tmn_model *model, const struct tmn_fit_row *row) {
    const struct tmn_observation *observation = &model->observations.items[row->observation];
    const struct tmn_strata *by = &model->outcomes.items[observation->outcome].by;
    tmn_text_put(text, ",%s", observation->name);
    put_day(text, row->row->from_day);
    put_day(text, row->row->to_day);
    for (int k = 0; k < by->n; k++) {
        const struct tmn_feature *feature = &model->features.items[by->feature[k]];
        int64_t level = row->row->cell[k];
        if (level >= 0 && feature->level)
            tmn_text_put(text, " %s", feature->level[level]);
        else if (level >= 0)
            tmn_text_put(text, " %d", feature->first + (int)level);
    }
}

static void put_head(struct tmn_text *text, struct tmn_fit_search *search) {
    tmn_text_put(text, "%s\ntrial,seed,objective,rms_log_error", head_line(search));
    for (int i = 0; i < search->parameters; i++)
        tmn_text_put(text, ",%s", tmn_fit_parameter(search, i)->name);
    for (int r = 0; r < search->row_count; r++)
        put_row_name(text, search->model, &search->rows[r]);
    tmn_text_put(text, "\n");
}

/* A line of a trial and seed; objective and error are of all seeds together. */
static void put_line(struct tmn_text *text, const struct tmn_fit_search *search, size_t index, int seed) {
    const struct tmn_fit_trial *trial = search->made.items[index];
    tmn_text_put(text, "%zu,%llu,%.8g,%.8g", index + 1, (unsigned long long)search->options->seed + (unsigned)seed,
                 trial->objective, trial->error);
    for (int i = 0; i < search->parameters; i++) {
        const struct tmn_parameter *parameter = tmn_fit_parameter(search, i);
        tmn_text_put(text, ",%.17g", tmn_fit_value(parameter, trial->z[i]) / parameter->factor);
    }
    for (int r = 0; r < search->row_count; r++) {
        double number = trial->by_seed[seed * search->row_count + r];
        char exact[32] = "-";
        if (isfinite(number))
            tmn_format_real(number, exact);
        tmn_text_put(text, ",%s", exact);
    }
    tmn_text_put(text, "\n");
}

bool tmn_fit_table_write(struct tmn_fit_search *search, struct tmn_error *err) {
    size_t done = (size_t)search->fit->trials;
    if (done == 0 || done == search->kept ||
        (search->table && done * (size_t)search->options->seeds < search->table->count))
        return true; /* what is there says as much */
    struct tmn_text text;
    tmn_text_init(&text, search->arena);
    put_head(&text, search);
    for (size_t t = 0; t < done; t++)
        for (int s = 0; s < search->options->seeds; s++)
            put_line(&text, search, t, s);
    search->kept = done;
    return tmn_file_replace(search->arena, search->options->table, text.items, text.count, err);
}
