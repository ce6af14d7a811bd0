/* Other programs beside ours: run in the same turns on the same laws, or quoted from before (bench/peers). */
#include "study/bench.h"

#include "scenario/csv.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { OUTPUT_BYTES_MAX = 1 << 20, WORDS = 8 };

/* ---- running a program ---- */

static bool read_all(int fd, struct tmn_text *text) {
    char bytes[1 << 12];
    for (;;) {
        ssize_t count = read(fd, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0 || text->count > OUTPUT_BYTES_MAX)
            return count == 0;
        tmn_text_bytes(text, bytes, (size_t)count);
    }
}

/* Starts it in the folder of the peers, printing to `out`; 0 or an error number. */
static int start(pid_t *child, const char *folder, const char *const *words, int out) {
    char *copy[WORDS + 1] = {NULL};
    posix_spawn_file_actions_t actions;
    int failure = posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < WORDS && words[i]; i++)
        copy[i] = strdup(words[i]);
    if (!failure)
        failure = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (!failure)
        failure = posix_spawn_file_actions_addchdir_np(&actions, folder);
    if (!failure)
        failure = posix_spawnp(child, copy[0], &actions, NULL, copy, environ);
    posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; i < WORDS; i++)
        free(copy[i]);
    return failure;
}

bool tmn_bench_program(struct tmn_bench *bench, const char *const *words, struct tmn_bench_lines *lines,
                       struct tmn_error *err) {
    int ends[2], status = 0;
    pid_t child;
    struct tmn_text text;
    tmn_text_init(&text, bench->arena);
    tmn_text_put(&text, "\n");
    if (pipe2(ends, O_CLOEXEC) != 0)
        return tmn_fail(err, TMN_IO, "%s could not be run: %s", words[0], strerror(errno));
    int failure = start(&child, bench->options->peers, words, ends[1]);
    close(ends[1]);
    bool whole = !failure && read_all(ends[0], &text);
    close(ends[0]);
    if (failure)
        return tmn_fail(err, TMN_IO, "%s could not be started: %s", words[0], strerror(failure));
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    lines->text = text.items;
    if (whole && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return tmn_fail(err, TMN_IO, "%s failed (status %d); `make bench` installs the programs beside ours", words[0],
                    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

double tmn_bench_sum(const struct tmn_bench_lines *lines, const char *name, int *count) {
    char key[64];
    double sum = 0, value;
    snprintf(key, sizeof key, "\n%s ", name);
    *count = 0;
    for (const char *at = lines->text; (at = strstr(at, key)) != NULL;) {
        at += strlen(key);
        if (tmn_parse_real(at, strcspn(at, "\n"), &value)) {
            sum += value;
            (*count)++;
        }
    }
    return sum;
}

/* ---- beside ours ---- */

/* Which program stands beside which case; `events`: the name of what it counts. */
struct beside {
    const char *name, *program, *file, *workload, *what, *unit, *events;
    bool first_turn_only; /* so large that once is enough: two epidemics in one process */
};
static const struct beside besides[] = {
    {"sir", "igraph", "igraph-sir", "W2", "igraph_sir, the same network", "events/s", "events", true},
    {"sir-million", "igraph", "igraph-sir", "W2", "igraph_sir, the same network", "events/s", "events", false},
    {"cascade-small", "agentscript", "agentscript-cascade.mjs", "W4", "threshold, random network, 5 ties", "edges/s",
     "edges", false},
};

static bool installed(const struct tmn_bench *bench, const struct beside *beside) {
    const char *folder = bench->options->peers;
    if (folder == NULL || access(tmn_arena_printf(bench->arena, "%s/%s", folder, beside->file), R_OK) != 0)
        return false;
    return strcmp(beside->program, "agentscript") != 0 ||
           access(tmn_arena_printf(bench->arena, "%s/node_modules/agentscript", folder), R_OK) == 0;
}

/* Ours in the same unit, of a turn. */
static double our_rate(const struct tmn_bench_run *run, int turn) {
    return (run->sweep_edges > 0 ? run->sweep_edges : run->events) / run->step_s[turn];
}

static struct tmn_bench_peer *peer_of(struct tmn_bench *bench, const struct beside *beside, double persons) {
    for (size_t p = 0; p < bench->peers.count; p++)
        if (bench->peers.items[p].here && bench->peers.items[p].persons == persons &&
            strcmp(bench->peers.items[p].program, beside->program) == 0)
            return &bench->peers.items[p];
    struct tmn_bench_peer peer = {.program = beside->program,
                                  .workload = beside->workload,
                                  .what = beside->what,
                                  .unit = beside->unit,
                                  .persons = persons,
                                  .here = true};
    TMN_PUSH(bench->arena, &bench->peers, peer);
    return &bench->peers.items[bench->peers.count - 1];
}

static const char *version_of(struct tmn_arena *arena, const struct tmn_bench_lines *lines) {
    const char *at = strstr(lines->text, "\nversion ");
    return at ? tmn_arena_printf(arena, "version %.*s", (int)strcspn(at + 9, "\n"), at + 9) : "";
}

static bool run_beside(struct tmn_bench *bench, const struct tmn_bench_run *run, const struct beside *beside, int turn,
                       struct tmn_error *err) {
    struct tmn_arena *arena = bench->arena;
    const char *persons = tmn_arena_printf(arena, "%u", run->persons), *seed = tmn_arena_printf(arena, "%d", turn + 1);
    const char *igraph[] = {tmn_arena_printf(arena, "./%s", beside->file), persons, "0.1", "0.125",
                            beside->first_turn_only ? "2" : "1",           seed,    NULL};
    const char *agentscript[] = {"node", beside->file, persons, "5", "10", seed, NULL};
    struct tmn_bench_lines lines;
    int count;
    tmn_bench_told(bench, 0, beside->program);
    if (!tmn_bench_program(bench, strcmp(beside->program, "igraph") == 0 ? igraph : agentscript, &lines, err))
        return !tmn_bench_told(bench, 0, beside->program); /* Ctrl-C reaches it too */
    struct tmn_bench_peer *peer = peer_of(bench, beside, run->persons);
    peer->set_up_s = tmn_bench_sum(&lines, "build_s", &count);
    peer->step_s = tmn_bench_sum(&lines, "run_s", &count);
    peer->rate[peer->turns] = tmn_bench_sum(&lines, beside->events, &count) / peer->step_s;
    peer->step_s /= count > 0 ? count : 1;
    peer->ours[peer->turns++] = our_rate(run, turn);
    peer->bytes_per_person = tmn_bench_sum(&lines, "peak_rss_bytes", &count) / run->persons;
    peer->source = version_of(arena, &lines);
    return true;
}

bool tmn_bench_peers_beside(struct tmn_bench *bench, const struct tmn_bench_run *run, int turn, struct tmn_error *err) {
    enum { IGRAPH_BYTES = 1200 /* a person, of degree 20 */ };
    if (run->left_out || bench->stopped)
        return true;
    for (size_t b = 0; b < sizeof besides / sizeof *besides; b++) {
        const struct beside *beside = &besides[b];
        if (strcmp(beside->name, run->plan->name) != 0 || !installed(bench, beside) ||
            (beside->first_turn_only && turn > 0))
            continue;
        size_t available = tmn_memory_available();
        if (beside->first_turn_only && (double)available < (double)IGRAPH_BYTES * run->persons)
            continue;
        return run_beside(bench, run, beside, turn, err);
    }
    return true;
}

/* ---- measured before ---- */

static double number(const struct tmn_csv *csv, size_t row, const char *column) {
    int at = tmn_csv_column(csv, column);
    double value;
    const char *text = at < 0 ? "" : tmn_csv_cell(csv, row, at);
    return tmn_parse_real(text, strlen(text), &value) ? value : (double)NAN;
}

static const char *words(const struct tmn_csv *csv, size_t row, const char *column) {
    int at = tmn_csv_column(csv, column);
    return at < 0 ? "" : tmn_csv_cell(csv, row, at);
}

bool tmn_bench_peers_before(struct tmn_bench *bench, struct tmn_error *err) {
    const char *path = tmn_arena_printf(bench->arena, "%s/peers/published.csv", bench->options->folder);
    struct tmn_diagnostics list;
    tmn_diagnostics_init(&list, bench->arena);
    const struct tmn_csv *csv = tmn_csv_read(bench->arena, path, &list);
    if (csv == NULL)
        return tmn_fail(err, TMN_IO, "%s could not be read", path);
    for (size_t r = 0; r < csv->rows; r++) {
        const char *workload = words(csv, r, "workload");
        if (workload[0] != 'W' || workload[1] < '1' || workload[1] > '5' || !bench->options->wanted[workload[1] - '1'])
            continue;
        struct tmn_bench_peer peer = {.program = words(csv, r, "program"),
                                      .workload = workload,
                                      .what = words(csv, r, "what"),
                                      .unit = words(csv, r, "unit"),
                                      .persons = number(csv, r, "persons"),
                                      .set_up_s = number(csv, r, "set_up_s"),
                                      .step_s = number(csv, r, "step_s"),
                                      .turns = 1,
                                      .rate = {number(csv, r, "rate")},
                                      .ours = {(double)NAN},
                                      .bytes_per_person = number(csv, r, "bytes_per_person"),
                                      .source = words(csv, r, "source")};
        TMN_PUSH(bench->arena, &bench->peers, peer);
    }
    return true;
}

/* ---- how near to continuous time ---- */

struct epidemic {
    double ever, peak; /* share of persons; mean infectious times from 1 % ever infected to the peak */
};

/* One epidemic of ours; ever < 0.01: it died out. */
static bool run_epidemic(struct tmn_bench *bench, struct tmn_arena *arena, double persons, uint64_t seed,
                         struct epidemic *epidemic, struct tmn_error *err) {
    static const char *const set[] = {"seeds=1"};
    struct tmn_model *model = tmn_bench_model(bench, arena, "sir", persons, set, 1, err);
    struct tmn_run_options options = {.seed = seed, .scale = 1, .threads = bench->options->threads};
    struct tmn_run *run;
    *epidemic = (struct epidemic){0, 0};
    if (model == NULL || !tmn_run_new(&run, model, &options, err))
        return false;
    bool good = true;
    while (good && tmn_run_window(run) < tmn_run_windows(run) && tmn_bench_told(bench, 0, "epidemics of one seed"))
        good = tmn_run_step(run, err);
    struct tmn_series infected = tmn_run_series(run, 0), ever = tmn_run_series(run, 1);
    int peak = 0, begin = -1, windows = tmn_run_window(run);
    for (int w = 0; w < windows; w++) {
        peak = infected.value[w] > infected.value[peak] ? w : peak;
        begin = begin < 0 && ever.value[w] >= 1e-2 * persons ? w : begin;
    }
    double term = tmn_bench_parameter(model, "term"); /* windows, since it is in days, as they are */
    if (windows > 0)
        *epidemic = (struct epidemic){ever.value[windows - 1] / persons, (peak - begin) / term};
    tmn_run_free(run);
    return good;
}

static bool run_epidemic_in_arena(struct tmn_bench *bench, double persons, uint64_t seed, struct epidemic *epidemic,
                                  struct tmn_error *err) {
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    bool good;
    if (TMN_ARENA_TRY(&arena))
        good = tmn_fail(err, TMN_MEMORY, "out of memory for the scenario of an epidemic");
    else
        good = run_epidemic(bench, &arena, persons, seed, epidemic, err);
    tmn_arena_free(&arena);
    return good;
}

struct spread {
    double mean, error; /* standard error of the mean */
};

static struct spread spread_of(const double *values, int count) {
    struct spread spread = {0, 0};
    for (int i = 0; i < count; i++)
        spread.mean += values[i] / count;
    for (int i = 0; i < count; i++)
        spread.error += (values[i] - spread.mean) * (values[i] - spread.mean);
    spread.error = count > 1 ? sqrt(spread.error / (count - 1) / count) : (double)NAN;
    return spread;
}

/* a / b - 1 with its standard error. */
static void compare(const double *a, const double *b, int count, double *difference, double *error) {
    struct spread ours = spread_of(a, count), theirs = spread_of(b, count);
    *difference = ours.mean / theirs.mean - 1;
    *error = hypot(ours.error / theirs.mean, theirs.error * ours.mean / (theirs.mean * theirs.mean));
}

enum { MEMBERS = 24, QUICK_MEMBERS = 3 };

bool tmn_bench_compare_sir(struct tmn_bench *bench, struct tmn_error *err) {
    bool quick = bench->options->quick;
    int members = quick ? QUICK_MEMBERS : MEMBERS, made = 0, count;
    double persons = quick ? 20000 : 1e6, size[2][MEMBERS], peak[2][MEMBERS];
    if (bench->stopped || !installed(bench, &besides[0]))
        return true;
    for (uint64_t seed = 1; made < members && !bench->stopped; seed++) {
        struct epidemic epidemic;
        if (!run_epidemic_in_arena(bench, persons, seed, &epidemic, err))
            return false;
        if (epidemic.ever < 0.01)
            continue;
        size[0][made] = epidemic.ever;
        peak[0][made++] = epidemic.peak;
    }
    for (int m = 0; m < members && tmn_bench_told(bench, 0, "igraph, epidemics of one seed"); m++) {
        struct tmn_bench_lines lines;
        const char *words[] = {"./igraph-sir",
                               tmn_arena_printf(bench->arena, "%.0f", persons),
                               "0.1",
                               "0.125",
                               "1",
                               tmn_arena_printf(bench->arena, "%d", 1000 + m),
                               NULL};
        if (!tmn_bench_program(bench, words, &lines, err))
            return !tmn_bench_told(bench, 0, "igraph");
        size[1][m] = tmn_bench_sum(&lines, "ever", &count);
        peak[1][m] = tmn_bench_sum(&lines, "peak", &count);
    }
    if (bench->stopped)
        return true;
    bench->accuracy = (struct tmn_bench_accuracy){.members = members, .persons = persons};
    compare(size[0], size[1], members, &bench->accuracy.size, &bench->accuracy.size_error);
    compare(peak[0], peak[1], members, &bench->accuracy.peak, &bench->accuracy.peak_error);
    return true;
}
