/* `tumen bench`: the workloads measured, shown and written down. */
#include "study/bench.h"
#include "base/claim.h"
#include "cli/interrupt.h"
#include "cli/locate.h"
#include "cli/print.h"
#include "cli/progress.h"
#include <math.h>
#include <string.h>
#include <unistd.h>

static bool show(void *context, double done, double total, const char *what) {
    struct tmn_progress *progress = context;
    if (tmn_progress_due(progress))
        tmn_progress_draw(progress, done, total, what);
    return !tmn_interrupted();
}

/* The words W1 to W5; none: all. */
static bool read_workloads(const struct tmn_arguments *arguments, struct tmn_bench_options *options) {
    for (int w = 0; w < TMN_BENCH_WORKLOADS; w++)
        options->wanted[w] = arguments->word_count == 0;
    for (size_t i = 0; i < arguments->word_count; i++) {
        const char *word = arguments->words[i];
        if ((word[0] != 'W' && word[0] != 'w') || word[1] < '1' || word[1] > '5' || word[2] != '\0') {
            tmn_complain("bench: there is no workload '%s'; there are: W1, W2, W3, W4, W5", word);
            return false;
        }
        options->wanted[word[1] - '1'] = true;
    }
    return true;
}

/* The commit of the source tree that holds the workloads, for the record; "" where it is not one. */
static const char *commit_of(struct tmn_arena *arena, const char *folder) {
    if (strchr(folder, '\''))
        return "";
    FILE *pipe =
        popen(tmn_arena_printf(arena, "git -C '%s' describe --always --dirty --abbrev=12 2>/dev/null", folder), "r");
    char text[80] = "";
    if (pipe != NULL && fgets(text, sizeof text, pipe) == NULL)
        text[0] = '\0';
    if (pipe != NULL)
        pclose(pipe);
    text[strcspn(text, "\n")] = '\0';
    return tmn_arena_strdup(arena, text);
}

/* The folder given, or the one that `make bench` fills; NULL where it is not there. */
static const char *peers_of(struct tmn_arena *arena, const struct tmn_arguments *arguments, const char *folder) {
    const char *peers = arguments->peers ? arguments->peers : tmn_arena_printf(arena, "%s/peers/build", folder);
    return arguments->peers || access(peers, R_OK) == 0 ? peers : NULL;
}

/* ---- tables ---- */

static const char *rounded(struct tmn_arena *arena, double value) {
    char text[32];
    if (!isfinite(value))
        return "";
    if (fabs(value) >= 1000) {
        tmn_format_count(llround(value), text);
        return tmn_arena_strdup(arena, text);
    }
    return tmn_arena_printf(arena, "%.3g", value);
}

static void print_figures(struct tmn_arena *arena, const struct tmn_bench *bench) {
    static const char *const head[] = {"<", "~figure", ">value", "<", ">must", ">moonshot", "<"};
    struct tmn_grid grid;
    tmn_heading("Figures");
    tmn_grid_init(&grid, arena, head, sizeof head / sizeof *head);
    for (size_t f = 0; f < bench->figures.count; f++) {
        const struct tmn_bench_figure *figure = &bench->figures.items[f];
        const char *const row[] = {figure->workload,
                                   figure->name,
                                   rounded(arena, figure->value),
                                   figure->unit,
                                   rounded(arena, figure->must),
                                   rounded(arena, figure->moonshot),
                                   tmn_bench_verdict(bench, figure)};
        tmn_grid_row(&grid, row);
    }
    tmn_grid_print(&grid);
}

static void print_cases(struct tmn_arena *arena, const struct tmn_bench *bench) {
    static const char *const head[] = {"<case",       ">threads",     ">persons",      ">windows", ">set-up s",
                                       ">stepping s", ">M firings/s", ">bytes/person", ">roofline"};
    struct tmn_grid grid;
    tmn_heading("Cases");
    tmn_grid_init(&grid, arena, head, sizeof head / sizeof *head);
    for (size_t r = 0; r < bench->runs.count; r++) {
        const struct tmn_bench_run *run = &bench->runs.items[r];
        struct tmn_bench_roof roof;
        if (run->turns == 0)
            continue;
        double step_s = tmn_bench_median(run->step_s, run->turns);
        tmn_grid_put(&grid, "%s", run->plan->name);
        tmn_grid_put(&grid, "%d", run->threads);
        tmn_grid_count(&grid, run->persons);
        tmn_grid_put(&grid, "%d", run->windows);
        tmn_grid_put(&grid, "%.3g", tmn_bench_median(run->set_up_s, run->turns));
        tmn_grid_put(&grid, "%.3g", step_s);
        tmn_grid_put(&grid, "%.3g", (double)run->counters.firings / step_s / 1e6);
        tmn_grid_put(&grid, "%.0f", (double)run->bytes / run->persons);
        if (tmn_bench_roof(bench, run, &roof))
            tmn_grid_put(&grid, "%.1f %%", 100 * roof.achieved / roof.limit);
        else
            tmn_grid_put(&grid, "%s", "");
    }
    tmn_grid_print(&grid);
}

static void print_machine(const struct tmn_bench *bench) {
    const struct tmn_limits *limits = &bench->limits;
    tmn_heading("The machine, 1 thread and %d", limits->threads);
    printf("  %s\n", bench->machine);
    printf("  reading on and on          %6.1f %6.1f GB/s\n", limits->stream_bytes_s.one / 1e9,
           limits->stream_bytes_s.all / 1e9);
    printf("  changing in place          %6.1f %6.1f GB/s, counted once\n", limits->in_place_bytes_s.one / 1e9,
           limits->in_place_bytes_s.all / 1e9);
    printf("  lines at random places     %6.1f %6.1f M lines/s (pages of 4 KiB: %.1f %.1f)\n",
           limits->gather_lines_s.one / 1e6, limits->gather_lines_s.all / 1e6, limits->gather_small_lines_s.one / 1e6,
           limits->gather_small_lines_s.all / 1e6);
    printf("  one line after another     %6.1f ns each\n", limits->chase_s * 1e9);
}

static void print_peers(struct tmn_arena *arena, const struct tmn_bench *bench) {
    static const char *const head[] = {"<program",      "<",        ">persons", ">rate", "<", ">ours over theirs",
                                       ">bytes/person", "~measured"};
    struct tmn_grid grid;
    if (bench->peers.count == 0)
        return;
    tmn_heading("Other programs");
    tmn_grid_init(&grid, arena, head, sizeof head / sizeof *head);
    for (size_t p = 0; p < bench->peers.count; p++) {
        const struct tmn_bench_peer *peer = &bench->peers.items[p];
        const char *const row[] = {peer->program,
                                   peer->workload,
                                   rounded(arena, peer->persons),
                                   rounded(arena, tmn_bench_median(peer->rate, peer->turns)),
                                   peer->unit,
                                   rounded(arena, tmn_bench_peer_ratio(peer)),
                                   rounded(arena, peer->bytes_per_person),
                                   peer->here ? "in this run" : "earlier, elsewhere"};
        tmn_grid_row(&grid, row);
    }
    tmn_grid_print(&grid);
}

static void print_json(struct tmn_arena *arena, const struct tmn_bench *bench) {
    struct tmn_text text;
    tmn_text_init(&text, arena);
    tmn_bench_json(bench, &text);
    fwrite(text.items, 1, text.count, stdout);
}

static void print_tables(struct tmn_arena *arena, const struct tmn_bench *bench, const char *out) {
    print_figures(arena, bench);
    print_cases(arena, bench);
    print_machine(bench);
    print_peers(arena, bench);
    printf("\nResults in %s%s%s; open %s/bench.html in a browser\n", tmn_bold(stdout), out, tmn_plain(stdout), out);
}

enum tmn_status tmn_command_bench(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct tmn_progress progress;
    struct tmn_bench_options options = {.quick = arguments->quick,
                                        .threads = (int)arguments->threads,
                                        .turns = (int)arguments->turns,
                                        .version = TUMEN_VERSION,
                                        .compiler = tmn_compiler(),
                                        .progress = show,
                                        .progress_context = &progress};
    struct tmn_error err;
    struct tmn_lock claim;
    const char *out = arguments->out ? arguments->out : "results/bench";
    if (!read_workloads(arguments, &options))
        return TMN_MISUSED;
    if (arguments->peers && access(arguments->peers, R_OK | X_OK) != 0) {
        tmn_complain("bench: there is no folder '%s' of other programs; `make bench` makes one", arguments->peers);
        return TMN_MISUSED;
    }
    if (!tmn_bench_locate(arena, &options.folder, &err) || !tmn_scenario_locate(arena, "dprk", &options.dprk, &err) ||
        !tmn_claim_take(&claim, arena, out, &err))
        return tmn_complain_error(&err);
    options.commit = commit_of(arena, options.folder);
    options.peers = peers_of(arena, arguments, options.folder);
    tmn_progress_begin(&progress, arguments->quiet);
    struct tmn_bench bench;
    bool good = tmn_bench_run(&bench, arena, &options, &err);
    tmn_progress_end(&progress);
    good = good && tmn_bench_save(&bench, out, &err);
    tmn_lock_drop(&claim);
    if (!good)
        return tmn_complain_error(&err);
    if (arguments->json)
        print_json(arena, &bench);
    else if (!arguments->quiet)
        print_tables(arena, &bench, out);
    if (bench.stopped)
        tmn_complain("interrupted; what was measured lies in %s", out);
    return bench.stopped ? TMN_INTERRUPTED : TMN_DONE;
}
