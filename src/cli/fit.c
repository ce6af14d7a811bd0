/* `tumen fit`: the search of study/fit.h, shown, told and written down. */
#include "study/fit.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/session.h"
#include <string.h>

static bool show(void *context, const struct tmn_fit_progress *at) {
    struct tmn_progress *progress = context;
    if (progress->shown) {
        char line[120];
        snprintf(line, sizeof line, at->trial ? "trial %d of %d  objective %.1f, at first %.1f" : "trial %d of %d",
                 at->trial + 1, at->trials, at->best, at->first);
        tmn_progress_draw(progress, at->trial, at->trials, line);
    }
    return !tmn_interrupted();
}

static const char *in_unit(struct tmn_arena *arena, const struct tmn_parameter *parameter, double value) {
    return tmn_arena_printf(arena, "%.6g", value / parameter->factor);
}

static void print_fit(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_fit *fit) {
    static const char *const head[] = {"<parameter", ">before", ">fitted", "<unit", ">searched from", ">to", "~prior"};
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, 7);
    for (int i = 0; i < fit->parameters; i++) {
        const struct tmn_fitted *at = &fit->parameter[i];
        const struct tmn_parameter *parameter = &model->parameters.items[at->parameter];
        tmn_grid_put(&grid, "%s", parameter->name);
        tmn_grid_put(&grid, "%s", in_unit(arena, parameter, at->before));
        tmn_grid_put(&grid, "%s", in_unit(arena, parameter, at->after));
        tmn_grid_put(&grid, "%s", parameter->unit_text ? parameter->unit_text : "");
        tmn_grid_put(&grid, "%s", in_unit(arena, parameter, at->low));
        tmn_grid_put(&grid, "%s", in_unit(arena, parameter, at->high));
        tmn_grid_put(&grid, "%s", parameter->prior_text ? parameter->prior_text : "");
    }
    tmn_heading("Fitted parameters%s", fit->stopped ? " (interrupted: the best so far)" : "");
    tmn_grid_print(&grid);
    printf(
        "\n%d trials on %zu observed rows; objective %.2f, before %.2f; root mean square log error %.3f, before %.3f\n",
        fit->trials, fit->rows, fit->objective_after, fit->objective_before, fit->error_after, fit->error_before);
}

static void put_yaml(struct tmn_text *text, const struct tmn_arguments *arguments, const struct tmn_model *model,
                     const struct tmn_fit *fit) {
    tmn_text_put(
        text, "# Fitted by: %s\n# %d trials%s on %zu observed rows, root mean square log error %.3f (before: %.3f).\n",
        arguments->line, fit->trials, fit->stopped ? ", interrupted" : "", fit->rows, fit->error_after,
        fit->error_before);
    tmn_text_put(text, "parameters:\n");
    for (int i = 0; i < fit->parameters; i++) {
        const struct tmn_parameter *parameter = &model->parameters.items[fit->parameter[i].parameter];
        tmn_text_put(text, "  %s: { value: %.6g", parameter->name, fit->parameter[i].after / parameter->factor);
        if (parameter->unit_text && *parameter->unit_text && strcmp(parameter->unit_text, "1") != 0)
            tmn_text_put(text, ", unit: %s", parameter->unit_text);
        tmn_text_put(text, ", prior: \"%s\", fitted: yes }\n", parameter->prior_text ? parameter->prior_text : "");
    }
}

static bool write_file(const char *path, const struct tmn_text *text, struct tmn_error *err) {
    FILE *file = fopen(path, "w");
    bool good = file && fwrite(text->items, 1, text->count, file) == text->count;
    good = file && fclose(file) == 0 && good;
    return good || tmn_fail(err, TMN_IO, "'%s' could not be written", path);
}

enum tmn_status tmn_command_fit(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct tmn_session session;
    enum tmn_status status = tmn_session_open(&session, arena, arguments);
    if (status != TMN_DONE)
        return status;
    struct tmn_error err;
    struct tmn_fit fit;
    struct tmn_progress progress;
    tmn_progress_begin(&progress, arguments->quiet);
    struct tmn_fit_options options = {.seed = (uint64_t)arguments->seed,
                                      .seeds = (int)arguments->seeds,
                                      .scale = arguments->scale,
                                      .threads = (int)arguments->threads,
                                      .trials = (int)arguments->runs,
                                      .settings = session.settings.items,
                                      .setting_count = session.settings.count,
                                      .progress = show,
                                      .progress_context = &progress};
    bool good = tmn_fit_run(&fit, session.model, &options, &err);
    tmn_progress_end(&progress);
    if (!good)
        return tmn_complain_error(&err);
    struct tmn_text text;
    tmn_text_init(&text, arena);
    put_yaml(&text, arguments, session.model, &fit);
    const char *out = arguments->out ? arguments->out : tmn_arena_printf(arena, "fit-%s.yaml", session.model->name);
    if (!write_file(out, &text, &err))
        return tmn_complain_error(&err);
    if (!arguments->quiet) {
        print_fit(arena, session.model, &fit);
        printf("Written to %s; copy the lines over those of the scenario\n", out);
    }
    return fit.stopped ? TMN_INTERRUPTED : TMN_DONE;
}
