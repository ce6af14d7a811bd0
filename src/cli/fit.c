/* `tumen fit`: the search of study/fit.h, shown, told and written down. */
#include "study/fit.h"
#include "base/file.h"
#include "base/lock.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/session.h"
#include <math.h>
#include <string.h>

static long long seeds_of(const struct tmn_arguments *arguments) {
    return arguments->seeds > 0 ? arguments->seeds : 2;
}

static bool show(void *context, const struct tmn_fit_progress *at) {
    struct tmn_progress *progress = context;
    if (progress->shown && tmn_progress_due(progress)) {
        char line[120];
        snprintf(line, sizeof line,
                 isfinite(at->best) ? "round to trial %d of %d  objective %.1f, at first %.1f" : "trial %d of %d",
                 at->trial, at->trials, at->best, at->first);
        tmn_progress_draw(progress, at->windows, at->all, line);
    }
    return !tmn_interrupted();
}

static const char *in_unit(struct tmn_arena *arena, const struct tmn_parameter *parameter, double value) {
    return isfinite(value) ? tmn_arena_printf(arena, "%.4g", value / parameter->factor) : "-";
}

static const char *who_decides(double told) {
    return told > 0.75 ? "data" : told < 0.25 ? "prior" : "both";
}

static void print_parameters(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_fit *fit) {
    static const char *const head[] = {"<parameter", ">before", ">fitted",  "<unit",      ">90 % from", ">to",
                                       "~prior",     ">told",   "<decided", "<tied most", ">r"};
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, 11);
    for (int i = 0; i < fit->parameters; i++) {
        const struct tmn_fitted *at = &fit->parameter[i];
        const struct tmn_parameter *parameter = &model->parameters.items[at->parameter];
        tmn_grid_put(&grid, "%s", parameter->name);
        tmn_grid_put(&grid, "%s", in_unit(arena, parameter, at->before));
        tmn_grid_put(&grid, "%s", in_unit(arena, parameter, at->after));
        tmn_grid_put(&grid, "%s", parameter->unit_text ? parameter->unit_text : "");
        tmn_grid_put(&grid, "%s", in_unit(arena, parameter, at->from));
        tmn_grid_put(&grid, "%s", in_unit(arena, parameter, at->to));
        tmn_grid_put(&grid, "%s", parameter->prior_text ? parameter->prior_text : "");
        if (isfinite(at->told))
            tmn_grid_put(&grid, "%.0f %%", 100 * at->told);
        else
            tmn_grid_put(&grid, "-");
        tmn_grid_put(&grid, "%s", isfinite(at->told) ? who_decides(at->told) : "-");
        tmn_grid_put(&grid, "%s",
                     at->tied >= 0 ? model->parameters.items[fit->parameter[at->tied].parameter].name : "");
        if (at->tied >= 0)
            tmn_grid_put(&grid, "%.2f", at->correlation);
        else
            tmn_grid_put(&grid, "-");
    }
    tmn_heading("Fitted parameters%s", fit->stopped ? " (interrupted: the best so far)" : "");
    tmn_grid_print(&grid);
}

static void put_error(struct tmn_grid *grid, double error) {
    if (isfinite(error))
        tmn_grid_put(grid, "%.3f", error);
    else
        tmn_grid_put(grid, "-");
}

static void print_errors(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_fit *fit) {
    static const char *const head[] = {"<observation", ">rows", ">error of logs", ">periods with shares",
                                       ">mean error of shares"};
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, 5);
    for (size_t i = 0; i < fit->error_count; i++) {
        const struct tmn_fit_error *error = &fit->errors[i];
        tmn_grid_put(&grid, "%s", model->observations.items[error->observation].name);
        tmn_grid_put(&grid, "%d", error->rows);
        put_error(&grid, error->log_error);
        tmn_grid_put(&grid, "%d", error->periods);
        if (isfinite(error->share_error))
            tmn_grid_put(&grid, "%.1f points", 100 * error->share_error);
        else
            tmn_grid_put(&grid, "-");
    }
    tmn_heading("Rows fitted to, mean of the seeds");
    tmn_grid_print(&grid);
}

static const char *const left_names[TMN_LEFTS] = {"all years fitted",
                                                  "two years left out, all pairs (model: by slopes)",
                                                  "two neighbouring years left out (model: run)"};

static void print_left(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_fit *fit) {
    static const char *const head[] = {"<observation", "<years",     "<errors of logs, root mean square",
                                       ">model",       ">quadratic", ">logistic with step"};
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, 6);
    for (size_t i = 0; i < fit->left_count; i++) {
        const struct tmn_fit_left *left = &fit->left[i];
        for (enum tmn_left which = TMN_LEFT_NONE; which < TMN_LEFTS; which++) {
            if (!isfinite(left->model[which]))
                continue;
            tmn_grid_put(&grid, "%s", model->observations.items[left->observation].name);
            tmn_grid_put(&grid, "%d-%d", left->year_from, left->year_to);
            tmn_grid_put(&grid, "%s", left_names[which]);
            put_error(&grid, left->model[which]);
            put_error(&grid, left->quadratic[which]);
            put_error(&grid, left->logistic[which]);
        }
    }
    if (grid.count == 0)
        return;
    tmn_heading("Beside curves that know no mechanism (0.10 is about 10 %%)");
    tmn_grid_print(&grid);
}

static void print_fit(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_fit *fit) {
    print_parameters(arena, model, fit);
    print_errors(arena, model, fit);
    print_left(arena, model, fit);
    putchar('\n');
    tmn_tell("%d trial%s%s on %zu observed rows; objective %.2f, before %.2f; root mean square log error %.3f, before "
             "%.3f. %s.",
             fit->trials, fit->trials == 1 ? "" : "s",
             fit->resumed ? tmn_arena_printf(arena, ", %d of them from the table", fit->resumed) : "", fit->rows,
             fit->objective_after, fit->objective_before, fit->error_after, fit->error_before,
             fit->settled ? "Settled: no step lowers the objective by more than 0.05"
                          : "Not settled: more trials (--runs) may lower the objective");
}

static void put_yaml(struct tmn_text *text, const struct tmn_arguments *arguments, const struct tmn_model *model,
                     const struct tmn_fit *fit) {
    tmn_text_put(text,
                 "# Fitted by: %s\n# scale %g, seeds %lld to %lld; %d trials%s on %zu observed rows, objective %.2f "
                 "(before: %.2f), root mean square log error %.3f (before: %.3f).\n",
                 arguments->line, arguments->scale, arguments->seed, arguments->seed + seeds_of(arguments) - 1,
                 fit->trials,
                 fit->stopped   ? ", interrupted"
                 : fit->settled ? ", settled"
                                : ", not settled",
                 fit->rows, fit->objective_after, fit->objective_before, fit->error_after, fit->error_before);
    for (size_t i = 0; i < fit->left_count; i++)
        for (enum tmn_left which = TMN_LEFT_NONE; which < TMN_LEFTS; which++)
            if (isfinite(fit->left[i].model[which]))
                tmn_text_put(text, "# %s %d-%d, %s: model %.3f, quadratic %.3f, logistic with step %.3f\n",
                             model->observations.items[fit->left[i].observation].name, fit->left[i].year_from,
                             fit->left[i].year_to, left_names[which], fit->left[i].model[which],
                             fit->left[i].quadratic[which], fit->left[i].logistic[which]);
    tmn_text_put(text, "parameters:\n");
    for (int i = 0; i < fit->parameters; i++) {
        const struct tmn_fitted *at = &fit->parameter[i];
        const struct tmn_parameter *parameter = &model->parameters.items[at->parameter];
        tmn_text_put(text, "  %s: { value: %.6g", parameter->name, at->after / parameter->factor);
        if (parameter->unit_text && *parameter->unit_text && strcmp(parameter->unit_text, "1") != 0)
            tmn_text_put(text, ", unit: %s", parameter->unit_text);
        tmn_text_put(text, ", prior: \"%s\", fitted: yes }", parameter->prior_text ? parameter->prior_text : "");
        if (isfinite(at->told))
            tmn_text_put(text, " # %.4g to %.4g nine times in ten; data told %.0f %% of it",
                         at->from / parameter->factor, at->to / parameter->factor, 100 * at->told);
        tmn_text_put(text, "\n");
    }
}

/* "fit-dprk.csv" of "fit-dprk.yaml". */
static const char *table_name(struct tmn_arena *arena, const char *out) {
    size_t length = strlen(out);
    bool yaml = length > 5 && strcmp(out + length - 5, ".yaml") == 0;
    return tmn_arena_printf(arena, "%.*s.csv", (int)(yaml ? length - 5 : length), out);
}

/* One fit at a time writes a table: two would go on from each other's trials, and the last would stand. */
static bool lock_table(struct tmn_arena *arena, const char *table, struct tmn_lock *lock, struct tmn_error *err) {
    char who[TMN_LOCK_WHO];
    const char *path = tmn_arena_printf(arena, "%s.lock", table);
    if (tmn_lock_take(lock, path, who, err))
        return true;
    return who[0] != '\0' &&
           tmn_fail(err, TMN_IO,
                    "'%s' is being written by %s, which holds '%s': wait until it has ended, or choose another name "
                    "with --out",
                    table, who, path);
}

/* The fit, and the lines of the scenario that it gives. */
static bool fit_and_write(struct tmn_fit *fit, struct tmn_arena *arena, const struct tmn_arguments *arguments,
                          struct tmn_model *model, const struct tmn_fit_options *options, const char *out,
                          struct tmn_error *err) {
    struct tmn_progress *progress = options->progress_context;
    tmn_progress_begin(progress, arguments->quiet);
    bool good = tmn_fit_run(fit, arena, model, options, err);
    tmn_progress_end(progress);
    if (!good)
        return false;
    struct tmn_text text;
    tmn_text_init(&text, arena);
    put_yaml(&text, arguments, model, fit);
    return tmn_file_replace(arena, out, text.items, text.count, err);
}

enum tmn_status tmn_command_fit(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct tmn_session session;
    enum tmn_status status = tmn_session_open(&session, arena, arguments);
    if (status != TMN_DONE)
        return status;
    struct tmn_error err;
    struct tmn_fit fit;
    struct tmn_progress progress;
    struct tmn_lock lock;
    const char *out = arguments->out ? arguments->out : tmn_arena_printf(arena, "fit-%s.yaml", session.model->name);
    const char *table = table_name(arena, out);
    struct tmn_fit_options options = {.seed = (uint64_t)arguments->seed,
                                      .seeds = (int)seeds_of(arguments),
                                      .scale = arguments->scale,
                                      .threads = (int)arguments->threads,
                                      .trials = (int)arguments->runs,
                                      .leave_two_out = arguments->leave_two_out,
                                      .table = table,
                                      .version = TUMEN_VERSION,
                                      .settings = session.settings.items,
                                      .setting_count = session.settings.count,
                                      .assignments = arguments->set.items,
                                      .assignment_count = arguments->set.count,
                                      .progress = show,
                                      .progress_context = &progress};
    if (!lock_table(arena, table, &lock, &err))
        return tmn_complain_error(&err);
    bool good = fit_and_write(&fit, arena, arguments, session.model, &options, out, &err);
    tmn_lock_drop(&lock);
    if (!good && tmn_interrupted())
        return tmn_complain_error(&err), TMN_INTERRUPTED;
    if (!good)
        return tmn_complain_error(&err);
    if (!arguments->quiet) {
        print_fit(arena, session.model, &fit);
        printf("Written to %s; copy the lines over those of the scenario. All trials: %s\n", out, table);
    }
    return fit.stopped ? TMN_INTERRUPTED : TMN_DONE;
}
