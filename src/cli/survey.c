/* `tumen survey`: the survey of leavers, run on the model's leavers, beside those who stayed and everybody. */
#include "study/survey.h"
#include "cli/locate.h"
#include "cli/session.h"
#include "cli/study.h"
#include <math.h>
#include <string.h>

static void put_share(struct tmn_grid *grid, double share) {
    tmn_grid_put(grid, "%s", isfinite(share) ? tmn_arena_printf(grid->arena, "%.1f", 100 * share) : "-");
}

static void print_group(struct tmn_arena *arena, const struct tmn_survey_result *result, size_t g) {
    static const char *const head[] = {"~question", ">observed", ">interviewed", ">from", ">to",
                                       ">all came", ">at home",  ">everybody",   "<"};
    const struct tmn_survey *survey = result->survey;
    const struct tmn_surveyed_group *group = &result->groups[g];
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, sizeof head / sizeof *head);
    for (size_t q = 0; q < survey->question_count; q++) {
        const struct tmn_surveyed *answer = &group->answer[q];
        tmn_grid_put(&grid, "%s", survey->questions[q].name);
        tmn_grid_put(&grid, "%s", tmn_survey_observed(arena, &survey->groups[g], q));
        put_share(&grid, answer->interviewed);
        put_share(&grid, answer->range.low);
        put_share(&grid, answer->range.high);
        put_share(&grid, answer->came);
        put_share(&grid, answer->home);
        put_share(&grid, answer->everybody);
        tmn_grid_put(&grid, "%s",
                     answer->masked                         ? "masked"
                     : answer->within == TMN_WITHIN_OUTSIDE ? "OUTSIDE"
                                                            : tmn_within_names[answer->within]);
    }
    tmn_heading("%s: %zu interviews%s, at home on %s", survey->groups[g].name, group->interviews,
                group->interviews < TMN_THIN_PERSONS ? " (too few to tell much)" : "",
                tmn_day_text(arena, survey->groups[g].day));
    tmn_grid_print(&grid);
}

static void tell(struct tmn_arena *arena, const struct tmn_arguments *arguments, const struct tmn_survey_result *result,
                 const char *out) {
    const struct tmn_survey *survey = result->survey;
    if (arguments->json) {
        struct tmn_text text;
        tmn_text_init(&text, arena);
        tmn_survey_json(result, &text);
        fwrite(text.items, 1, text.count, stdout);
        return;
    }
    if (arguments->quiet)
        return;
    tmn_heading("%s", survey->title);
    for (size_t g = 0; g < survey->group_count; g++)
        print_group(arena, result, g);
    fputs("\n", stdout);
    tmn_print_wrapped(
        stdout, "",
        tmn_arena_printf(
            arena,
            "In per cent; from, to: 90 %% of the interviews. %zu persons of the model came, %zu would take "
            "part, at most %lld of each run are interviewed%s. What those who left say of those who stayed is "
            "the difference to 'at home', in this model.",
            result->listed, result->willing, survey->size,
            result->willing < (size_t)survey->size * (size_t)result->options->seeds
                ? " (so many are not there: take a larger --scale, or more --seeds)"
                : ""));
    if (result->unweighted > 0)
        printf("%zu who came stand in cells of the weights in which nobody was interviewed\n", result->unweighted);
    printf("Results in %s%s%s; open %s/survey.html in a browser\n", tmn_bold(stdout), out, tmn_plain(stdout), out);
}

static enum tmn_status run_survey(struct tmn_arena *arena, const struct tmn_arguments *arguments,
                                  const struct tmn_survey *survey, struct tmn_study_options *options) {
    struct tmn_survey_result result;
    struct tmn_study study;
    struct tmn_error err;
    enum tmn_status status = tmn_study_begin(&study, arena, arguments, "results/survey");
    if (status != TMN_DONE)
        return status;
    options->progress = tmn_progress_runs;
    options->progress_context = &study.progress;
    status = tmn_study_end(
        &study, tmn_survey_run(&result, arena, survey, options, &err) && tmn_survey_save(&result, study.out, &err),
        &err);
    if (status == TMN_DONE)
        tell(arena, arguments, &result, study.out);
    return status;
}

enum tmn_status tmn_command_survey(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct tmn_session session;
    struct tmn_diagnostics list;
    enum tmn_status status = tmn_session_open(&session, arena, arguments);
    if (status != TMN_DONE)
        return status;
    tmn_diagnostics_init(&list, arena);
    const char *path;
    struct tmn_error err;
    if (!tmn_design_locate(arena, session.model->path, arguments->design, &path, &err))
        return tmn_complain_error(&err);
    const struct tmn_survey *survey = tmn_survey_read(arena, session.model, path, &list);
    if (!survey) {
        tmn_diagnostics_print(stderr, path, &list);
        return TMN_BAD_SCENARIO;
    }
    struct tmn_study_options options = tmn_study_options_of(&session, 1);
    return run_survey(arena, arguments, survey, &options);
}
