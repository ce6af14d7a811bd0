/* `tumen claims`: what the model says to what others say, shown, told and written down. */
#include "study/claims.h"
#include "cli/session.h"
#include "cli/study.h"
#include "study/compare.h"
#include <math.h>
#include <string.h>

enum { DRAWS = 40, ROWS = 40 /* shown without --all */ };
#define HOURS 4.0
#define PERSONS 500000.0 /* simulated, unless --scale says otherwise */

struct told { /* context of the study's callbacks */
    const struct tmn_arguments *arguments;
    struct tmn_progress *progress;
};

static const char *duration(struct tmn_arena *arena, double seconds) {
    return seconds < 90     ? tmn_arena_printf(arena, "%.0f s", seconds)
           : seconds < 5400 ? tmn_arena_printf(arena, "%.0f min", seconds / 60)
                            : tmn_arena_printf(arena, "%.1f h", seconds / 3600);
}

/* Before the work: what it is and how long it will take. */
static void expect(void *context, const struct tmn_claims_plan *plan) {
    const struct told *told = context;
    struct tmn_arena arena;
    if (told->arguments->quiet)
        return;
    tmn_arena_init(&arena, 0);
    if (!TMN_ARENA_TRY(&arena)) {
        fprintf(
            stderr,
            "%zu claims, %zu with an experiment: %zu worlds, %d draws each, scale %g; about %s, less what is found\n",
            plan->claims, plan->experiments, plan->worlds, plan->draws, plan->scale,
            duration(&arena, plan->expected_s));
        if (plan->draws_expected < plan->draws)
            fprintf(stderr, "the time allowed may end it after about %d of %d draws (--hours, --scale)\n",
                    plan->draws_expected, plan->draws);
    }
    tmn_arena_free(&arena);
}

static bool progress(void *context, const struct tmn_runs_progress *at) {
    return tmn_progress_runs(((const struct told *)context)->progress, at);
}

/* ---- tables ---- */

static void print_counts(struct tmn_arena *arena, const struct tmn_claims *claims) {
    static const char *const head[] = {"<class", ">claims", "~verdicts in this model"};
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, 3);
    for (int k = 0; k < TMN_CLAIM_CLASSES; k++) {
        struct tmn_text text;
        size_t all = 0;
        tmn_text_init(&text, arena);
        for (int v = 0; v < TMN_RULINGS; v++) {
            all += claims->counts[k][v];
            if (claims->counts[k][v] > 0)
                tmn_text_put(&text, "%s%zu %s", text.count > 0 ? ", " : "", claims->counts[k][v], tmn_ruling_names[v]);
        }
        if (all == 0)
            continue;
        tmn_grid_put(&grid, "%s", tmn_claim_class_names[k]);
        tmn_grid_put(&grid, "%zu", all);
        tmn_grid_put(&grid, "%s",
                     k == TMN_CLAIM_ASSUMED        ? "none: coded links, with their range of size"
                     : k == TMN_CLAIM_NOT_TESTABLE ? "none"
                                                   : text.items);
    }
    tmn_grid_print(&grid);
}

static void print_rows(struct tmn_arena *arena, const struct tmn_claims *claims) {
    static const char *const head[] = {"<claim", "<class", "<verdict", ">p0", ">effect", "~why"};
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, sizeof head / sizeof *head);
    for (size_t r = 0; r < claims->count; r++) {
        const struct tmn_claim_row *row = &claims->rows[r];
        bool ruled = row->measured && row->claim->kind != TMN_CLAIM_ASSUMED;
        tmn_grid_put(&grid, "%s", row->claim->id);
        tmn_grid_put(&grid, "%s", tmn_claim_class_names[row->claim->kind]);
        tmn_grid_put(&grid, "%s%s", tmn_ruling_names[row->verdict], row->fragile ? ", fragile" : "");
        tmn_grid_put(&grid, "%s", ruled ? tmn_arena_printf(arena, "%.2f", row->prior.holds) : "");
        tmn_grid_put(&grid, "%s",
                     row->masked     ? "masked"
                     : row->measured ? tmn_arena_printf(arena, "%.3g", row->median)
                                     : "");
        tmn_grid_put(&grid, "%s", row->reason);
    }
    tmn_heading("In this model");
    tmn_grid_print(&grid);
}

static void print_controls(const struct tmn_claims *claims) {
    struct tmn_claims_placebos placebos = tmn_claims_placebos(claims);
    tmn_heading("Controls");
    if (claims->placebo_draws > 0)
        printf("  placebo lever      moved the figure of %zu of %zu claims (must be 0), %zu draws\n", placebos.moved,
               placebos.measured, claims->placebo_draws);
    else
        printf("  placebo lever      none: `controls` of the scenario names none\n");
    if (placebos.outcomes > 0)
        printf("  placebo outcome    neither negligible nor undetermined under the levers of %zu of %zu claims\n",
               placebos.misjudged, placebos.outcomes);
    for (size_t c = 0; c < claims->control_count; c++) {
        const struct tmn_claim_control *control = &claims->controls[c];
        printf("  drivers %-10s another verdict for %zu of %zu claims, %d draws: %s\n", control->name, control->changed,
               control->asked, control->draws, control->text);
    }
    if (claims->control_count == 0)
        printf("  other drivers      not asked for: --controls\n");
    size_t in = 0, made = 0;
    for (size_t i = 0; i < claims->planted_count; i++) {
        made += claims->planted[i].done;
        in += claims->planted[i].done && claims->planted[i].holds;
    }
    if (made > 0)
        printf("  planted worlds     %zu, in %zu of them the claim is true: planted.csv, planted_data.csv\n", made, in);
    printf("                     false support and power need a posterior, and there is none\n");
}

static void print_end(struct tmn_arena *arena, const struct tmn_claims *claims, const char *out) {
    const struct tmn_model *model = claims->options->model;
    const char *amended = tmn_claims_amended(arena, model);
    putchar('\n');
    tmn_tell(
        "Prior-predictive: no data have been weighed, p1 is not there, and no claim can be supported or contradicted "
        "yet.");
    printf("Claims %016llx, last amended %s. %d draws, scale %g, %s\n", (unsigned long long)model->claims_hash,
           amended ? amended : "(no date is listed)", claims->draws, claims->options->scale,
           duration(arena, claims->seconds));
    if (claims->tally.broken > 0)
        tmn_tell("%zu runs broke and are left out of their claims; so the prior is that of what the model allows. The "
                 "first: %s",
                 claims->tally.broken, claims->tally.why.text);
    tmn_study_print_end(&claims->options->store, &claims->tally, out, "claims.html");
}

static void tell(struct tmn_arena *arena, const struct tmn_arguments *arguments, const struct tmn_claims *claims,
                 const char *out) {
    if (arguments->json) {
        struct tmn_text text;
        tmn_text_init(&text, arena);
        tmn_claims_json(claims, &text);
        fwrite(text.items, 1, text.count, stdout);
    } else if (!arguments->quiet) {
        tmn_heading("%zu claims", claims->count);
        print_counts(arena, claims);
        if (claims->count <= ROWS || arguments->all)
            print_rows(arena, claims);
        print_controls(claims);
        print_end(arena, claims, out);
    }
    if (claims->stopped)
        tmn_complain("interrupted: %d of %d draws are done; the same command goes on from there", claims->draws,
                     claims->plan.draws);
    else if (claims->out_of_time)
        tmn_complain("out of time: %d of %d draws are done%s; the same command with more --hours goes on from there",
                     claims->draws, claims->options->draws, arguments->controls ? ", of controls perhaps fewer" : "");
}

/* So many persons as decide most claims in hours: one digit, the same on every machine. */
static double default_scale(double persons) {
    double scale = PERSONS / persons, digit = pow(10, floor(log10(scale)));
    return scale >= 1 ? 1 : floor(scale / digit) * digit;
}

/* "C034,C041" as words. */
static struct tmn_words split(struct tmn_arena *arena, const char *text) {
    struct tmn_words words = {TMN_NEW_ARRAY(arena, const char *, strlen(text) + 1), 0};
    for (size_t length; *text; text += length + (text[length] == ',')) {
        length = strcspn(text, ",");
        if (length > 0)
            words.items[words.count++] = tmn_arena_strndup(arena, text, length);
    }
    return words;
}

static enum tmn_status decide(struct tmn_arena *arena, const struct tmn_arguments *arguments,
                              struct tmn_claims_options *options) {
    struct tmn_claims claims;
    struct tmn_study study;
    struct tmn_error err;
    enum tmn_status status = tmn_study_begin(&study, arena, arguments, "results/claims");
    if (status != TMN_DONE)
        return status;
    struct told told = {arguments, &study.progress};
    options->expect = expect;
    options->progress = progress;
    options->context = &told;
    status = tmn_study_end(
        &study, tmn_claims_run(&claims, arena, options, &err) && tmn_claims_save(&claims, study.out, &err), &err);
    if (status != TMN_DONE)
        return status;
    tell(arena, arguments, &claims, study.out);
    return claims.stopped ? TMN_INTERRUPTED : TMN_DONE;
}

enum tmn_status tmn_command_claims(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct tmn_session session;
    enum tmn_status status = tmn_session_open(&session, arena, arguments);
    if (status != TMN_DONE)
        return status;
    if (arguments->only && !*arguments->only) {
        tmn_complain("claims: which? --only takes their names, as in C034,C041");
        return TMN_MISUSED;
    }
    struct tmn_words only = arguments->only ? split(arena, arguments->only) : (struct tmn_words){NULL, 0};
    double persons = tmn_population_persons(session.model);
    struct tmn_claims_options options = {.model = session.model,
                                         .settings = &session.settings,
                                         .keep = tmn_study_kept(arena, session.model, &arguments->set),
                                         .assignments = arguments->set.items,
                                         .assignment_count = arguments->set.count,
                                         .store = tmn_study_store(arguments),
                                         .seed = (uint64_t)arguments->seed,
                                         .draws = arguments->draws > 0 ? (int)arguments->draws : DRAWS,
                                         .scale = arguments->scale_given ? arguments->scale : default_scale(persons),
                                         .hours = arguments->hours > 0 ? arguments->hours : HOURS,
                                         .threads = (int)arguments->threads,
                                         .only = only.items,
                                         .only_count = only.count,
                                         .version = TUMEN_VERSION,
                                         .plant = (int)arguments->plant,
                                         .controls = arguments->controls};
    return decide(arena, arguments, &options);
}
