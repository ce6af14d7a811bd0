/* `tumen system`: the subsystems that a scenario declares, each switched off if asked, and the figures that its
 * documents state. */
#include "cli/print.h"
#include "cli/session.h"
#include "cli/study.h"
#include "cli/summary.h"
#include "study/ablate.h"
#include "study/compare.h"
#include <math.h>
#include <string.h>
#include <unistd.h>

enum { ABLATE_SEEDS = 8 };

static void put_list(struct tmn_text *text, const char **items, size_t count) {
    for (size_t i = 0; i < count; i++)
        tmn_text_put(text, "%s%s", i ? " " : "", items[i]);
}

static void put_switch(struct tmn_grid *grid, const struct tmn_model *model, int parameter) {
    if (parameter < 0) {
        tmn_grid_put(grid, "none");
        return;
    }
    const struct tmn_parameter *at = &model->parameters.items[parameter];
    char value[32];
    tmn_format_real(at->value / at->factor, value);
    bool on = at->value > 0;
    tmn_grid_put(grid, "%s = %s%s", at->name, value, on ? "" : " (off)");
}

static void put_targets(struct tmn_grid *grid, const struct tmn_model *model, const struct tmn_system *system) {
    struct tmn_text targets;
    tmn_text_init(&targets, grid->arena);
    for (size_t t = 0; t < system->target_count; t++)
        tmn_text_put(&targets, "%s%s", t ? " " : "", model->outcomes.items[system->targets[t]].name);
    tmn_grid_put(grid, "%s", targets.count ? targets.items : "-");
}

static void print_systems(struct tmn_arena *arena, const struct tmn_model *model) {
    static const char *const head[] = {">", "~subsystem", "<state", "~switch", "~target", "~claims", "~documents"};
    struct tmn_grid grid;
    size_t in = 0;
    tmn_grid_init(&grid, arena, head, 7);
    for (size_t i = 0; i < model->systems.count; i++) {
        const struct tmn_system *system = &model->systems.items[i];
        struct tmn_text claims, documents;
        tmn_text_init(&claims, arena);
        tmn_text_init(&documents, arena);
        put_list(&claims, system->claims, system->claim_count);
        put_list(&documents, system->documents, system->document_count);
        tmn_grid_put(&grid, "%d", system->number);
        tmn_grid_put(&grid, "%s", system->name);
        tmn_grid_put(&grid, "%s", system->state);
        put_switch(&grid, model, system->switch_parameter);
        put_targets(&grid, model, system);
        tmn_grid_put(&grid, "%s", claims.count ? claims.items : "-");
        tmn_grid_put(&grid, "%s", documents.count ? documents.items : "-");
        in += strcmp(system->state, "in") == 0;
    }
    tmn_heading("Subsystems: in (whole), coarse (in outline) or out; a switch at 0 turns one off");
    tmn_grid_print(&grid);
    printf("\n%zu of %zu in\n", in, model->systems.count);
}

static void print_json(struct tmn_arena *arena, const struct tmn_model *model) {
    struct tmn_text text;
    struct tmn_json json;
    tmn_text_init(&text, arena);
    tmn_json_init(&json, &text);
    tmn_json_open(&json, NULL, '{');
    tmn_json_text(&json, "scenario", model->name);
    tmn_json_open(&json, "systems", '[');
    for (size_t i = 0; i < model->systems.count; i++) {
        const struct tmn_system *system = &model->systems.items[i];
        const struct tmn_parameter *of =
            system->switch_parameter >= 0 ? &model->parameters.items[system->switch_parameter] : NULL;
        tmn_json_open(&json, NULL, '{');
        tmn_json_int(&json, "number", system->number);
        tmn_json_text(&json, "name", system->name);
        tmn_json_text(&json, "state", system->state);
        tmn_json_text(&json, "switch", of ? of->name : NULL);
        tmn_json_bool(&json, "on", !of || of->value > 0);
        tmn_json_open(&json, "targets", '[');
        for (size_t t = 0; t < system->target_count; t++)
            tmn_json_text(&json, NULL, model->outcomes.items[system->targets[t]].name);
        tmn_json_close(&json, ']');
        tmn_json_open(&json, "claims", '[');
        for (size_t c = 0; c < system->claim_count; c++)
            tmn_json_text(&json, NULL, system->claims[c]);
        tmn_json_close(&json, ']');
        tmn_json_open(&json, "documents", '[');
        for (size_t d = 0; d < system->document_count; d++)
            tmn_json_text(&json, NULL, system->documents[d]);
        tmn_json_close(&json, ']');
        tmn_json_text(&json, "note", system->note);
        tmn_json_close(&json, '}');
    }
    tmn_json_close(&json, ']');
    tmn_json_close(&json, '}');
    printf("%s\n", text.items);
}

/* ---- ablation ---- */

static void put_ablated(struct tmn_grid *grid, const struct tmn_model *model, const struct tmn_ablated *row) {
    struct tmn_arena *arena = grid->arena;
    const struct tmn_system *system = &model->systems.items[row->system];
    bool run = row->verdict != TMN_ABLATE_NONE;
    const double values[] = {row->whole, row->without, row->effect, row->range.low, row->range.high};
    tmn_grid_put(grid, "%d", system->number);
    tmn_grid_put(grid, "%s", system->name);
    tmn_grid_put(grid, "%s%s", row->outcome >= 0 ? model->outcomes.items[row->outcome].name : "-",
                 row->thin ? "*" : "");
    for (size_t i = 0; i < 5; i++)
        tmn_grid_put(grid, "%s", run ? tmn_compare_number(arena, values[i]) : "");
    tmn_grid_put(grid, "%s%s", tmn_ablate_names[row->verdict], row->masked ? ", masked" : "");
}

static void tell_ablation(struct tmn_arena *arena, const struct tmn_arguments *arguments,
                          const struct tmn_ablation *ablation, const char *out) {
    static const char *const head[] = {">",       "~subsystem", "~target", ">whole", ">without",
                                       ">effect", ">from",      ">to",     "<"};
    struct tmn_grid grid;
    struct tmn_text text;
    if (arguments->json) {
        tmn_text_init(&text, arena);
        tmn_ablation_json(ablation, &text);
        fwrite(text.items, 1, text.count, stdout);
        return;
    }
    if (arguments->quiet)
        return;
    tmn_grid_init(&grid, arena, head, sizeof head / sizeof *head);
    for (size_t r = 0; r < ablation->count; r++)
        put_ablated(&grid, ablation->options->model, &ablation->rows[r]);
    tmn_heading("Each subsystem switched off, against what it is there to move: %d pair%s each", ablation->pairs,
                ablation->pairs == 1 ? "" : "s");
    tmn_grid_print(&grid);
    putchar('\n');
    tmn_tell("%zu move beyond the noise of pairs, %zu are open, %zu are inert: equal in every "
             "pair. from, to: of the effect; all rows together err once in ten times where no "
             "switch does anything. * under 100 simulated persons.",
             ablation->verdicts[TMN_ABLATE_MOVES], ablation->verdicts[TMN_ABLATE_OPEN],
             ablation->verdicts[TMN_ABLATE_INERT]);
    tmn_study_print_end(&ablation->options->store, &ablation->tally, out, "ablate.html");
}

static enum tmn_status ablate(struct tmn_arena *arena, const struct tmn_arguments *arguments,
                              const struct tmn_session *session) {
    struct tmn_ablation ablation;
    struct tmn_study study;
    struct tmn_error err;
    struct tmn_study_options options = tmn_study_options_of(session, ABLATE_SEEDS);
    enum tmn_status status = tmn_study_begin(&study, arena, arguments, "results/ablate");
    if (status != TMN_DONE)
        return status;
    options.progress = tmn_progress_runs;
    options.progress_context = &study.progress;
    status = tmn_study_end(
        &study, tmn_ablation_run(&ablation, arena, &options, &err) && tmn_ablation_save(&ablation, study.out, &err),
        &err);
    if (status == TMN_DONE)
        tell_ablation(arena, arguments, &ablation, study.out);
    return status;
}

/* Simulated figures of a results folder, in the order of the model's; NULL after complaining. */
static struct tmn_figure_row *read_figures(const struct tmn_session *session, const char *folder) {
    const struct tmn_model *model = session->model;
    const char *path = tmn_arena_printf(session->arena, "%s/figures.csv", folder);
    struct tmn_diagnostics list;
    tmn_diagnostics_init(&list, session->arena);
    if (access(path, F_OK) != 0) {
        tmn_complain("'%s' is no results folder of `tumen run`: it has no figures.csv", folder);
        return NULL;
    }
    const struct tmn_csv *csv = tmn_csv_read(session->arena, path, &list);
    if (!csv) {
        tmn_diagnostics_print(stderr, path, &list);
        return NULL;
    }
    int text = tmn_csv_column(csv, "figure"), simulated = tmn_csv_column(csv, "simulated");
    int thin = tmn_csv_column(csv, "thin"), masked = tmn_csv_column(csv, "masked");
    bool same = text >= 0 && simulated >= 0 && thin >= 0 && masked >= 0 && csv->rows == model->figures.count;
    struct tmn_figure_row *rows = TMN_NEW_ARRAY(session->arena, struct tmn_figure_row, model->figures.count);
    for (size_t i = 0; same && i < csv->rows; i++) {
        const char *value = tmn_csv_cell(csv, i, simulated);
        same = strcmp(tmn_csv_cell(csv, i, text), model->figures.items[i].text) == 0;
        rows[i] = (struct tmn_figure_row){.figure = &model->figures.items[i],
                                          .simulated = (double)NAN,
                                          .thin = strcmp(tmn_csv_cell(csv, i, thin), "yes") == 0,
                                          .masked = strcmp(tmn_csv_cell(csv, i, masked), "yes") == 0};
        rows[i].reached = tmn_parse_real(value, strlen(value), &rows[i].simulated) || rows[i].masked;
    }
    if (!same)
        tmn_complain("'%s' holds results of another scenario: its figures are not those of %s", folder, model->name);
    return same ? rows : NULL;
}

enum tmn_status tmn_command_system(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct tmn_session session;
    enum tmn_status status = tmn_session_open(&session, arena, arguments);
    if (status != TMN_DONE)
        return status;
    const struct tmn_model *model = session.model;
    if (arguments->ablate)
        return ablate(arena, arguments, &session);
    if (arguments->json)
        return print_json(arena, model), TMN_DONE;
    const struct tmn_figure_row *rows = arguments->results ? read_figures(&session, arguments->results) : NULL;
    if (arguments->results && !rows)
        return TMN_FAILED;
    printf("%s%s%s\n", tmn_bold(stdout), model->title ? model->title : model->name, tmn_plain(stdout));
    if (model->systems.count == 0 && model->figures.count == 0)
        puts("This scenario declares no subsystems and no figures.");
    if (model->systems.count > 0)
        print_systems(arena, model);
    tmn_figures_print(arena, model, rows);
    return TMN_DONE;
}
