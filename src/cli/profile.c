/* See profile.h. */
#include "cli/profile.h"
#include "cli/print.h"

enum { ROWS_MAX = 25 };

static double share(double part, double whole) {
    return whole > 0 ? 100 * part / whole : 0;
}

static void print_phases(struct tmn_arena *arena, const struct tmn_result *result) {
    static const char *const head[] = {"<phase", ">s", ">%"};
    struct tmn_grid grid;
    double all_s = 0;
    for (int p = 0; p < TMN_PHASES; p++)
        all_s += result->counters.phase_s[p];
    tmn_heading("Time by phase");
    tmn_grid_init(&grid, arena, head, sizeof head / sizeof *head);
    for (int p = 0; p < TMN_PHASES; p++) {
        tmn_grid_put(&grid, "%s", tmn_phase_names[p]);
        tmn_grid_put(&grid, "%.3f", result->counters.phase_s[p]);
        tmn_grid_put(&grid, "%.1f", share(result->counters.phase_s[p], all_s));
    }
    tmn_grid_print(&grid);
}

/* Nanoseconds a firing, of one kind of act. */
static void put_cost(struct tmn_grid *grid, double act_s, uint64_t firings) {
    if (firings == 0)
        tmn_grid_put(grid, "%s", "-");
    else
        tmn_grid_put(grid, "%.0f", act_s / (double)firings * 1e9);
}

static void print_transitions(struct tmn_arena *arena, const struct tmn_result *result) {
    static const char *const head[] = {"<transition", ">s",     ">%",    ">firings", ">re-aimed", ">ns:",
                                       ">scan",       ">check", ">fire", ">tell",    ">receive",  ">follow"};
    struct tmn_grid grid;
    double total_s;
    const struct tmn_profile_row *rows = tmn_result_profile(arena, result, &total_s);
    size_t count = result->model->transitions.count, shown = 0;
    while (shown < count && shown < ROWS_MAX && (rows[shown].time_s > 0 || rows[shown].of.firings > 0))
        shown++;
    tmn_heading("Time by transition, estimated from samples, dearest first");
    tmn_grid_init(&grid, arena, head, sizeof head / sizeof *head);
    for (size_t r = 0; r < shown; r++) {
        const struct tmn_transition_profile *of = &rows[r].of;
        tmn_grid_put(&grid, "%s", result->model->transitions.items[rows[r].transition].name);
        tmn_grid_put(&grid, "%.3f", rows[r].time_s);
        tmn_grid_put(&grid, "%.1f", share(rows[r].time_s, total_s));
        tmn_grid_count(&grid, (double)of->firings);
        tmn_grid_count(&grid, (double)of->work.reaimed);
        put_cost(&grid, rows[r].time_s, of->firings);
        for (int act = 0; act < TMN_ACTS; act++)
            put_cost(&grid, of->act_s[act], of->firings);
    }
    tmn_grid_print(&grid);
    if (shown < count)
        printf("  and %zu more, in run.json\n", count - shown);
    tmn_print_wrapped(
        stdout, "  ",
        "Seconds of threads added up; ns are those of a firing. scan: looking for clocks that may run out soon; check: "
        "of those when due; fire: firings; tell: finding whom they tell; receive: what those told do; follow: clocks "
        "after a change. The reference engine visits all in every window; that belongs to no transition.");
}

static void print_bytes(struct tmn_arena *arena, const struct tmn_result *result) {
    static const char *const head[] = {"<bytes of", ">MiB", ">a row", ">%"};
    struct tmn_grid grid;
    double all = 0;
    for (int i = 0; i < TMN_MEMORY_ITEMS; i++)
        all += (double)result->memory[i].bytes;
    tmn_heading("Memory at the end");
    tmn_grid_init(&grid, arena, head, sizeof head / sizeof *head);
    for (int i = 0; i < TMN_MEMORY_ITEMS; i++) {
        double bytes = (double)result->memory[i].bytes;
        tmn_grid_put(&grid, "%s", result->memory[i].name);
        tmn_grid_put(&grid, "%.1f", bytes / 0x1p20);
        tmn_grid_put(&grid, "%.1f", bytes / result->rows);
        tmn_grid_put(&grid, "%.1f", share(bytes, all));
    }
    tmn_grid_print(&grid);
}

void tmn_profile_print(struct tmn_arena *arena, const struct tmn_result *result) {
    if (result->profile == NULL)
        return;
    print_phases(arena, result);
    print_transitions(arena, result);
    print_bytes(arena, result);
}
