/* `tumen verify`: the checks of scenarios, decided, shown and written down. */
#include "study/verify.h"
#include "base/claim.h"
#include "cli/locate.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/session.h"
#include <string.h>
#include <sys/random.h>

struct suite {
    const struct tmn_model **models;
    size_t count;
};

/* Reads every scenario of the suite; those without checks are left out of a folder and refused alone. */
static enum tmn_status read_suite(struct suite *suite, struct tmn_arena *arena, const char *word) {
    struct tmn_error err;
    const char **paths;
    size_t count, mistaken = 0;
    if (!tmn_suite_locate(arena, word, &paths, &count, &err))
        return tmn_complain_error(&err);
    suite->models = TMN_NEW_ARRAY(arena, const struct tmn_model *, count);
    for (size_t i = 0; i < count; i++) {
        struct tmn_diagnostics list;
        tmn_diagnostics_init(&list, arena);
        const struct tmn_model *model = tmn_model_read(arena, paths[i], &list);
        tmn_diagnostics_print(stderr, paths[i], &list);
        mistaken += model ? 0 : 1;
        if (model && model->checks.count > 0)
            suite->models[suite->count++] = model;
    }
    if (mistaken > 0)
        return TMN_BAD_SCENARIO;
    if (suite->count == 0) {
        tmn_complain(count == 1 ? "%s has no section 'checks'" : "no scenario of %s has a section 'checks'", word);
        return TMN_MISUSED;
    }
    return TMN_DONE;
}

/* A seed below 2^53 from the system. */
static bool draw_seed(uint64_t *seed, struct tmn_error *err) {
    if (getrandom(seed, sizeof *seed, 0) != (ssize_t)sizeof *seed)
        return tmn_fail(err, TMN_IO, "the system gave no random seed; choose one with --seed");
    *seed >>= 11;
    return true;
}

/* With the tolerance, which the reader must see. */
static void put_expected(struct tmn_grid *grid, const struct tmn_verify_row *row) {
    const char *expected = tmn_verify_expected(grid->arena, row);
    if (row->check->tolerance.value > 0)
        tmn_grid_put(grid, "%s (within %.2g)", expected, row->check->tolerance.value);
    else
        tmn_grid_put(grid, "%s", expected);
}

static void print_model(struct tmn_arena *arena, const struct tmn_verify *verify, const struct tmn_model *model) {
    static const char *const head[] = {"<check", "~expected", "<ours", ">resolution", "<verdict"};
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, sizeof head / sizeof *head);
    for (size_t r = 0; r < verify->count; r++) {
        const struct tmn_verify_row *row = &verify->rows[r];
        if (row->model != model)
            continue;
        bool good = row->verdict == TMN_VERDICT_PASS || row->verdict == TMN_VERDICT_NOT_RUN;
        char verdict[16];
        snprintf(verdict, sizeof verdict, "%s", tmn_verdict_name(row->verdict));
        for (char *c = verdict; !good && *c; c++)
            *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
        const char *source = row->check->source;
        tmn_grid_put(&grid, "%s", row->check->name);
        put_expected(&grid, row);
        tmn_grid_put(&grid, "%s", tmn_verify_ours(arena, row));
        tmn_grid_put(&grid, "%s", tmn_verify_resolution(arena, row));
        tmn_grid_put(&grid, "%s", verdict);
        tmn_grid_note(&grid,
                      tmn_arena_printf(arena, "%s; %s%s%s", row->check->text, tmn_check_kind_name(row->check->kind),
                                       source ? ": " : "", source ? source : ""));
    }
    tmn_heading("%s: %s", model->name, model->title ? model->title : "");
    tmn_grid_print(&grid);
}

/* What did not pass, by its full name, with the reason. */
static void print_reasons(struct tmn_arena *arena, const struct tmn_verify *verify) {
    for (size_t r = 0, told = 0; r < verify->count; r++) {
        const struct tmn_verify_row *row = &verify->rows[r];
        if (!row->why)
            continue;
        if (told++ == 0)
            putchar('\n');
        printf("%s%s%s\n", tmn_warn(stdout), row->name, tmn_plain(stdout));
        tmn_print_wrapped(stdout, "  ", tmn_arena_printf(arena, "%s: %s", tmn_verdict_name(row->verdict), row->why));
    }
}

static void print_tally(const struct tmn_verify *verify, const char *out) {
    printf("\n%zu check%s", verify->count, verify->count == 1 ? "" : "s");
    static const enum tmn_verdict order[] = {TMN_VERDICT_PASS,    TMN_VERDICT_FAIL,   TMN_VERDICT_WEAK,
                                             TMN_VERDICT_MISTAKE, TMN_VERDICT_BROKEN, TMN_VERDICT_NOT_RUN};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (verify->tally[order[i]] > 0)
            printf("%s %zu %s", i ? "," : ":", verify->tally[order[i]], tmn_verdict_name(order[i]));
    if (verify->left_out > 0)
        printf("; %zu slow ones left out", verify->left_out);
    printf("\n%zu runs, seed %llu, each interval at %.4f %%\n", verify->runs, (unsigned long long)verify->seed,
           100 * (1 - verify->alpha));
    printf("Results in %s%s%s; open %s/verify.html in a browser\n", tmn_bold(stdout), out, tmn_plain(stdout), out);
}

static void print_tables(struct tmn_arena *arena, const struct suite *suite, const struct tmn_verify *verify,
                         const char *out) {
    for (size_t m = 0; m < suite->count; m++)
        print_model(arena, verify, suite->models[m]);
    print_reasons(arena, verify);
    print_tally(verify, out);
}

static void print_json(struct tmn_arena *arena, const struct tmn_verify *verify) {
    struct tmn_text text;
    tmn_text_init(&text, arena);
    tmn_verify_json(verify, &text);
    fwrite(text.items, 1, text.count, stdout);
}

static enum tmn_status status_of(const struct tmn_verify *verify) {
    if (verify->stopped)
        return TMN_INTERRUPTED;
    if (verify->tally[TMN_VERDICT_MISTAKE] > 0)
        return TMN_BAD_SCENARIO;
    return verify->tally[TMN_VERDICT_PASS] == verify->count ? TMN_DONE : TMN_FAILED;
}

enum tmn_status tmn_command_verify(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct suite suite = {NULL, 0};
    struct tmn_error err;
    struct tmn_lock claim;
    uint64_t seed = (uint64_t)arguments->seed;
    const char *out = arguments->out ? arguments->out : "results/verify";
    if (arguments->fresh && arguments->seed_given) {
        tmn_complain("verify: --fresh draws a seed and --seed gives one; choose one of them");
        return TMN_MISUSED;
    }
    enum tmn_status status = read_suite(&suite, arena, arguments->target ? arguments->target : "classic");
    if (status != TMN_DONE)
        return status;
    if ((arguments->fresh && !draw_seed(&seed, &err)) || !tmn_claim_take(&claim, arena, out, &err))
        return tmn_complain_error(&err);
    bool silent = arguments->quiet || arguments->json;
    if (arguments->fresh && !silent)
        printf("seed %llu; repeat with --seed %llu\n", (unsigned long long)seed, (unsigned long long)seed);
    fflush(stdout);
    struct tmn_progress progress;
    tmn_progress_begin(&progress, arguments->quiet);
    struct tmn_verify_options options = {.seed = seed,
                                         .threads = (int)arguments->threads,
                                         .fast = arguments->fast,
                                         .progress = tmn_progress_runs,
                                         .progress_context = &progress};
    struct tmn_verify verify;
    bool good = tmn_verify_run(&verify, arena, suite.models, suite.count, &options, &err);
    tmn_progress_end(&progress);
    good = good && tmn_verify_save(&verify, arena, out, &err);
    tmn_lock_drop(&claim);
    if (!good)
        return tmn_complain_error(&err);
    tmn_diagnostics_print(stderr, suite.models[0]->path, &verify.mistakes);
    if (arguments->json)
        print_json(arena, &verify);
    else if (!silent)
        print_tables(arena, &suite, &verify, out);
    if (verify.stopped)
        tmn_complain("interrupted; %zu of %zu checks were not run", verify.tally[TMN_VERDICT_NOT_RUN], verify.count);
    return status_of(&verify);
}
