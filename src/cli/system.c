/* `tumen system`: the subsystems that a scenario declares, and the figures that its documents state. */
#include "cli/print.h"
#include "cli/session.h"
#include "cli/summary.h"
#include <math.h>
#include <string.h>

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

static void print_systems(struct tmn_arena *arena, const struct tmn_model *model) {
    static const char *const head[] = {">", "~subsystem", "<state", "~switch", "~claims", "~documents"};
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, 6);
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
        tmn_grid_put(&grid, "%s", claims.count ? claims.items : "-");
        tmn_grid_put(&grid, "%s", documents.count ? documents.items : "-");
    }
    tmn_heading("Subsystems: in (whole), coarse (in outline) or out; a switch at 0 turns one off");
    tmn_grid_print(&grid);
}

/* Simulated figures of a results folder, in the order of the model's; NULL after complaining. */
static struct tmn_figure_row *read_figures(const struct tmn_session *session, const char *folder) {
    const struct tmn_model *model = session->model;
    const char *path = tmn_arena_printf(session->arena, "%s/figures.csv", folder);
    struct tmn_diagnostics list;
    tmn_diagnostics_init(&list, session->arena);
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
