/* The public interface of include/tumen.h on the internal modules: handles, names instead of indices, no memory that
 * can run out without a word. */
#include "tumen.h"
#include "base/stream.h"
#include "engine/checkpoint.h"
#include "report/report.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tumen_scenario {
    struct tmn_arena arena;
    struct tmn_diagnostics list;
    struct tmn_model *model; /* NULL: mistakes */
    struct tmn_settings settings;
    const char *path; /* as given */
    const char **assignments;
    size_t assignment_count, assignment_capacity;
};

struct tumen_run {
    struct tmn_run *run;
    struct tumen_scenario *scenario;
    struct tumen_options options;
    char *saved; /* folder of its checkpoint, or NULL */
    bool broken; /* a step failed */
};

const char *tumen_version(void) {
    return TUMEN_VERSION;
}

static bool fail(struct tumen_error *error, const struct tmn_error *from) {
    static const enum tumen_code codes[] = {
        [TMN_OK] = TUMEN_OK,   [TMN_USAGE] = TUMEN_USAGE,   [TMN_SCENARIO] = TUMEN_SCENARIO,
        [TMN_IO] = TUMEN_IO,   [TMN_MEMORY] = TUMEN_MEMORY, [TMN_CAPACITY] = TUMEN_CAPACITY,
        [TMN_RUN] = TUMEN_RUN, [TMN_STOPPED] = TUMEN_RUN};
    if (error) {
        *error = (struct tumen_error){.code = codes[from->code]};
        snprintf(error->text, sizeof error->text, "%s", from->text);
    }
    return false;
}

static bool fail_text(struct tumen_error *error, enum tmn_code code, const char *text) {
    struct tmn_error from = {.code = code};
    snprintf(from.text, sizeof from.text, "%s", text);
    return fail(error, &from);
}

/* The first diagnostic that is not a warning, as an error with its place. */
static bool fail_scenario(struct tumen_error *error, const struct tmn_diagnostics *list) {
    for (size_t i = 0; error && i < list->count; i++) {
        const struct tmn_diagnostic *item = &list->items[i];
        if (item->warning)
            continue;
        fail_text(error, strcmp(item->code, "memory") == 0 ? TMN_MEMORY : TMN_SCENARIO, item->message);
        if (item->place.source) {
            snprintf(error->file, sizeof error->file, "%s", item->place.source->path);
            error->line = item->place.line;
            error->column = item->place.column;
        }
        return false;
    }
    return fail_text(error, TMN_SCENARIO, "the scenario has mistakes");
}

bool tumen_scenario_open(struct tumen_scenario **scenario, const char *path, struct tumen_error *error) {
    struct tumen_scenario *opened = calloc(1, sizeof *opened);
    *scenario = opened;
    if (!opened)
        return fail_text(error, TMN_MEMORY, "memory ran out for a scenario");
    tmn_arena_init(&opened->arena, 0);
    if (TMN_ARENA_TRY(&opened->arena)) {
        tumen_scenario_free(*scenario);
        *scenario = NULL;
        return fail_text(error, TMN_MEMORY, "memory ran out while the scenario was read");
    }
    opened->path = tmn_arena_strdup(&opened->arena, path);
    tmn_diagnostics_init(&opened->list, &opened->arena);
    opened->model = tmn_model_read(&opened->arena, path, &opened->list);
    tmn_diagnostics_sort(&opened->list);
    return opened->model ? true : fail_scenario(error, &opened->list);
}

void tumen_scenario_free(struct tumen_scenario *scenario) {
    if (!scenario)
        return;
    tmn_arena_free(&scenario->arena);
    free(scenario);
}

size_t tumen_scenario_diagnostics(const struct tumen_scenario *scenario) {
    return scenario->list.count;
}

bool tumen_scenario_diagnostic(struct tumen_scenario *scenario, size_t index, struct tumen_diagnostic *diagnostic) {
    if (index >= scenario->list.count || TMN_ARENA_TRY(&scenario->arena))
        return false;
    const struct tmn_diagnostic *item = &scenario->list.items[index];
    struct tmn_text text;
    tmn_text_init(&text, &scenario->arena);
    tmn_diagnostic_render(item, &text);
    *diagnostic = (struct tumen_diagnostic){.code = item->code,
                                            .message = item->message,
                                            .hint = item->hint,
                                            .warning = item->warning,
                                            .rendered = text.items};
    if (item->place.source) {
        diagnostic->file = item->place.source->path;
        diagnostic->line = item->place.line;
        diagnostic->column = item->place.column;
    }
    return true;
}

const char *tumen_scenario_name(const struct tumen_scenario *scenario) {
    return scenario->model ? scenario->model->name : "";
}

const char *tumen_scenario_title(const struct tumen_scenario *scenario) {
    return scenario->model && scenario->model->title ? scenario->model->title : "";
}

int tumen_scenario_windows(const struct tumen_scenario *scenario) {
    return scenario->model ? scenario->model->calendar.windows : 0;
}

size_t tumen_scenario_outcomes(const struct tumen_scenario *scenario) {
    return scenario->model ? scenario->model->outcomes.count : 0;
}

const char *tumen_scenario_outcome(const struct tumen_scenario *scenario, size_t index) {
    return index < tumen_scenario_outcomes(scenario) ? scenario->model->outcomes.items[index].name : NULL;
}

static bool assign(struct tumen_scenario *scenario, const char *assignment, struct tmn_error *err) {
    if (!tmn_model_set(scenario->model, &scenario->settings, assignment, err))
        return false;
    scenario->assignments = tmn_arena_grow(&scenario->arena, scenario->assignments, scenario->assignment_count,
                                           &scenario->assignment_capacity, sizeof *scenario->assignments);
    scenario->assignments[scenario->assignment_count++] = tmn_arena_strdup(&scenario->arena, assignment);
    return true;
}

bool tumen_scenario_set(struct tumen_scenario *scenario, const char *assignment, struct tumen_error *error) {
    if (!scenario->model)
        return fail_text(error, TMN_USAGE, "a scenario with mistakes has nothing to set");
    if (TMN_ARENA_TRY(&scenario->arena))
        return fail_text(error, TMN_MEMORY, "memory ran out for a setting");
    struct tmn_error err;
    return assign(scenario, assignment, &err) || fail(error, &err);
}

struct tumen_options tumen_default_options(void) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return (struct tumen_options){.seed = 1, .scale = 1, .threads = processors < 1 ? 1 : (int)processors};
}

/* Options that can be run, with the defaults where none are given; `error` is filled otherwise. */
static bool sound_options(const struct tumen_scenario *scenario, const struct tumen_options *options,
                          struct tumen_options *wanted, struct tumen_error *error) {
    *wanted = options ? *options : tumen_default_options();
    if (!scenario->model)
        return fail_text(error, TMN_USAGE, "a scenario with mistakes cannot be run");
    if (!(wanted->scale > 0 && wanted->scale <= 1))
        return fail_text(error, TMN_USAGE, "the scale must be above 0 and at most 1");
    if (wanted->threads < 1 || wanted->threads > 256)
        return fail_text(error, TMN_USAGE, "the number of threads must be from 1 to 256");
    if (wanted->windows < 0 || wanted->windows > scenario->model->calendar.windows)
        return fail_text(error, TMN_USAGE, "the number of windows must be from 0 (all) to that of the scenario");
    return true;
}

/* From the start, or from a checkpoint. */
static bool start(struct tumen_run **run, struct tumen_scenario *scenario, const struct tumen_options *wanted,
                  struct tmn_checkpoint *checkpoint, struct tmn_error *err) {
    struct tmn_run_options inner = {.seed = wanted->seed,
                                    .scale = wanted->scale,
                                    .threads = wanted->threads,
                                    .windows = wanted->windows,
                                    .settings = scenario->settings.items,
                                    .setting_count = scenario->settings.count};
    struct tumen_run *started = calloc(1, sizeof *started);
    if (!started)
        return tmn_fail(err, TMN_MEMORY, "memory ran out for a run");
    *started = (struct tumen_run){.scenario = scenario, .options = *wanted};
    if (!tmn_result_allowed(scenario->model, err) ||
        !(checkpoint ? tmn_run_resume(&started->run, scenario->model, &inner, checkpoint, err)
                     : tmn_run_new(&started->run, scenario->model, &inner, err))) {
        free(started);
        return false;
    }
    *run = started;
    return true;
}

bool tumen_run_start(struct tumen_run **run, struct tumen_scenario *scenario, const struct tumen_options *options,
                     struct tumen_error *error) {
    *run = NULL;
    struct tumen_options wanted;
    struct tmn_error err;
    if (!sound_options(scenario, options, &wanted, error))
        return false;
    return start(run, scenario, &wanted, NULL, &err) || fail(error, &err);
}

void tumen_run_free(struct tumen_run *run) {
    if (!run)
        return;
    tmn_run_free(run->run);
    free(run->saved);
    free(run);
}

/* ---- checkpoints ---- */

static bool remember(struct tumen_run *run, const char *folder, struct tmn_error *err) {
    char *copy = strdup(folder);
    if (!copy)
        return tmn_fail(err, TMN_MEMORY, "memory ran out for the name of a folder");
    free(run->saved);
    run->saved = copy;
    return true;
}

static bool save(struct tumen_run *run, const char *file, const char *path, struct tmn_error *err) {
    struct tmn_checkpoint_origin origin = {.target = run->scenario->path,
                                           .path = path,
                                           .version = TUMEN_VERSION,
                                           .assignments = run->scenario->assignments,
                                           .assignment_count = run->scenario->assignment_count};
    return tmn_checkpoint_write(run->run, file, &origin, err);
}

bool tumen_run_save(struct tumen_run *run, const char *folder, struct tumen_error *error) {
    struct tmn_error err;
    char file[TMN_STREAM_PATH];
    if ((size_t)snprintf(file, sizeof file, "%s/%s", folder, TMN_CHECKPOINT_NAME) >= sizeof file)
        return fail_text(error, TMN_IO, "the name of the folder is too long");
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        tmn_fail(&err, TMN_IO, "cannot make the folder '%s': %s", folder, strerror(errno));
        return fail(error, &err);
    }
    char *path = realpath(run->scenario->path, NULL);
    bool good = save(run, file, path ? path : run->scenario->path, &err) && remember(run, folder, &err);
    free(path);
    return good || fail(error, &err);
}

static bool go_on(struct tumen_run **run, struct tumen_scenario *scenario, struct tmn_checkpoint *checkpoint,
                  const char *const *given, size_t given_count, struct tumen_options *wanted, struct tmn_error *err) {
    const struct tmn_checkpoint_facts *facts = tmn_checkpoint_facts(checkpoint);
    const char **assignments;
    size_t count;
    wanted->seed = facts->seed;
    wanted->scale = facts->scale;
    wanted->windows = wanted->windows == 0 ? facts->windows : wanted->windows;
    if (TMN_ARENA_TRY(&scenario->arena))
        return tmn_fail(err, TMN_MEMORY, "memory ran out for the settings of a checkpoint");
    if (!tmn_checkpoint_fits(checkpoint, scenario->model, err) ||
        !tmn_checkpoint_assignments(checkpoint, &scenario->arena, given, given_count, &assignments, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!assign(scenario, assignments[i], err))
            return false;
    return start(run, scenario, wanted, checkpoint, err);
}

bool tumen_run_resume(struct tumen_run **run, struct tumen_scenario *scenario, const char *folder,
                      const char *const *assignments, size_t assignment_count, const struct tumen_options *options,
                      struct tumen_error *error) {
    *run = NULL;
    struct tumen_options wanted;
    struct tmn_checkpoint *checkpoint;
    struct tmn_error err;
    char file[TMN_STREAM_PATH];
    if (!sound_options(scenario, options, &wanted, error))
        return false;
    if (scenario->assignment_count > 0)
        return fail_text(error, TMN_USAGE,
                         "something was set in the scenario, but a run goes on with the settings of its checkpoint: "
                         "open the scenario anew");
    if ((size_t)snprintf(file, sizeof file, "%s/%s", folder, TMN_CHECKPOINT_NAME) >= sizeof file)
        return fail_text(error, TMN_IO, "the name of the folder is too long");
    if (!tmn_checkpoint_open(&checkpoint, file, &err))
        return fail(error, &err);
    bool good = go_on(run, scenario, checkpoint, assignments, assignment_count, &wanted, &err);
    tmn_checkpoint_close(checkpoint);
    if (good && assignment_count == 0 && !remember(*run, folder, &err)) {
        tumen_run_free(*run);
        *run = NULL;
        good = false;
    }
    return good || fail(error, &err);
}

bool tumen_run_step(struct tumen_run *run, struct tumen_error *error) {
    if (run->broken || tumen_run_done(run))
        return fail_text(error, TMN_USAGE, run->broken ? "the run has failed" : "the run is done");
    struct tmn_error err;
    run->broken = !tmn_run_step(run->run, &err);
    return run->broken ? fail(error, &err) : true;
}

int tumen_run_window(const struct tumen_run *run) {
    return tmn_run_window(run->run);
}

int tumen_run_windows(const struct tumen_run *run) {
    return tmn_run_windows(run->run);
}

bool tumen_run_done(const struct tumen_run *run) {
    return tmn_run_window(run->run) >= tmn_run_windows(run->run);
}

int tumen_run_date(const struct tumen_run *run) {
    int year, month, day;
    struct tmn_window window = tmn_calendar_window(&run->scenario->model->calendar, tmn_run_window(run->run));
    tmn_day_date(window.first_day, &year, &month, &day);
    return year * 10000 + month * 100 + day;
}

uint32_t tumen_run_alive(const struct tumen_run *run) {
    return tmn_run_alive(run->run);
}

/* Index of an outcome, or -1 after failing with the nearest name. */
static int find_outcome(const struct tmn_model *model, const char *name, struct tumen_error *error) {
    struct tmn_error err;
    const char **names = calloc(model->outcomes.count + 1, sizeof *names);
    if (!names) {
        fail_text(error, TMN_MEMORY, "memory ran out while an outcome was looked up");
        return -1;
    }
    int found = -1;
    for (size_t i = 0; i < model->outcomes.count; i++) {
        names[i] = model->outcomes.items[i].name;
        if (strcmp(names[i], name) == 0)
            found = (int)i;
    }
    const char *near = tmn_nearest(name, names, model->outcomes.count);
    if (found < 0 && near)
        tmn_fail(&err, TMN_USAGE, "there is no outcome '%s'; did you mean '%s'?", name, near);
    else if (found < 0)
        tmn_fail(&err, TMN_USAGE, "there is no outcome '%s'", name);
    if (found < 0)
        fail(error, &err);
    free(names);
    return found;
}

bool tumen_run_series(const struct tumen_run *run, const char *name, struct tumen_series *series,
                      struct tumen_error *error) {
    int outcome = find_outcome(run->scenario->model, name, error);
    if (outcome < 0)
        return false;
    struct tmn_series inner = tmn_run_series(run->run, outcome);
    *series = (struct tumen_series){inner.periods,   inner.cells,     inner.value,
                                    inner.simulated, inner.first_day, inner.last_day};
    return true;
}

bool tumen_run_cell(const struct tumen_run *run, const char *name, uint32_t cell, char *text, size_t size,
                    struct tumen_error *error) {
    const struct tmn_model *model = run->scenario->model;
    int outcome = find_outcome(model, name, error);
    if (outcome < 0)
        return false;
    const struct tmn_strata *by = &model->outcomes.items[outcome].by;
    if (cell >= by->size)
        return fail_text(error, TMN_USAGE, "there is no such cell");
    size_t used = 0;
    if (size > 0)
        text[0] = '\0';
    for (int key = 0; key < by->n; key++) {
        const struct tmn_feature *feature = &model->features.items[by->feature[key]];
        uint32_t level = cell / by->stride[key] % feature->cardinality;
        char number[16];
        snprintf(number, sizeof number, "%d", feature->first + (int)level);
        int wrote = snprintf(used < size ? text + used : NULL, used < size ? size - used : 0, "%s%s=%s",
                             key ? ", " : "", feature->name, feature->level ? feature->level[level] : number);
        used += (size_t)wrote;
    }
    return true;
}

void tumen_run_digest(const struct tumen_run *run, char text[33]) {
    struct tmn_digest digest = tmn_run_weekly_digest(run->run);
    snprintf(text, 33, "%016llx%016llx", (unsigned long long)digest.high, (unsigned long long)digest.low);
}

bool tumen_run_write(const struct tumen_run *run, const char *folder, struct tumen_error *error) {
    struct tmn_arena arena;
    struct tmn_error err;
    tmn_arena_init(&arena, 0);
    if (TMN_ARENA_TRY(&arena)) {
        tmn_arena_free(&arena);
        return fail_text(error, TMN_MEMORY, "memory ran out while the results were written");
    }
    struct tmn_run_facts facts = {.version = TUMEN_VERSION,
                                  .engine = tmn_engine_names[TMN_ENGINE_EVENT],
                                  .results_dir = folder,
                                  .threads = run->options.threads,
                                  .checkpoint = run->saved && strcmp(run->saved, folder) == 0,
                                  .assignments = run->scenario->assignments,
                                  .assignment_count = run->scenario->assignment_count};
    struct tmn_result result;
    tmn_result_gather(&result, &arena, run->scenario->model, run->run, run->options.seed, run->options.scale, &facts);
    bool good = tmn_report_write(&result, folder, &err);
    tmn_arena_free(&arena);
    return good || fail(error, &err);
}
