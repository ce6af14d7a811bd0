/* A survey as CSV, JSON and a page. */
#include "study/survey.h"

#include "base/pages.h"
#include "report/html.h"
#include "result/csv_cell.h"
#include "result/json.h"
#include "study/json_head.h"
#include <math.h>
#include <string.h>

/* Made by the build (tools/embed.c): the style of the page of compare serves here too. */
extern const unsigned char tmn_compare_style[];
extern const size_t tmn_compare_style_bytes;

const char *tmn_survey_observed(struct tmn_arena *arena, const struct tmn_survey_group *group, size_t question) {
    const char *text = group->observed[question];
    double share;
    if (!text)
        return "";
    if (isfinite(group->low[question]))
        return tmn_arena_printf(arena, "%.4g to %.4g", 100 * group->low[question], 100 * group->high[question]);
    return tmn_parse_real(text, strlen(text), &share) ? tmn_arena_printf(arena, "%.4g", 100 * share) : text;
}

void tmn_survey_csv(const struct tmn_survey_result *result, struct tmn_text *out) {
    const struct tmn_survey *survey = result->survey;
    tmn_text_put(out, "group,question,observed,observed_low,observed_high,interviewed,low,high,interviews,effective,"
                      "came,home,everybody,"
                      "within,thin,masked\n");
    for (size_t g = 0; g < survey->group_count; g++)
        for (size_t q = 0; q < survey->question_count; q++) {
            const struct tmn_surveyed_group *group = &result->groups[g];
            const struct tmn_surveyed *answer = &group->answer[q];
            tmn_csv_put_text(out, survey->groups[g].name);
            tmn_text_put(out, ",");
            tmn_csv_put_text(out, survey->questions[q].name);
            tmn_text_put(out, ",");
            tmn_csv_put_text(out, survey->groups[g].observed[q] ? survey->groups[g].observed[q] : "");
            const double values[] = {survey->groups[g].low[q],
                                     survey->groups[g].high[q],
                                     answer->interviewed,
                                     answer->range.low,
                                     answer->range.high,
                                     (double)group->interviews,
                                     group->effective,
                                     answer->came,
                                     answer->home,
                                     answer->everybody};
            for (size_t i = 0; i < sizeof values / sizeof *values; i++)
                tmn_csv_put_real(out, values[i]);
            tmn_text_put(out, ",%s,%s,%s\n", tmn_within_names[answer->within],
                         group->interviews < TMN_THIN_PERSONS ? "yes" : "", answer->masked ? "yes" : "");
        }
}

/* ---- JSON ---- */

static void json_answer(struct tmn_json *json, const struct tmn_survey *survey, const struct tmn_surveyed *answer,
                        size_t g, size_t q) {
    tmn_json_open(json, NULL, '{');
    tmn_json_text(json, "question", survey->questions[q].name);
    tmn_json_text(json, "asked", survey->questions[q].yes->source);
    tmn_json_text(json, "observed", survey->groups[g].observed[q]);
    tmn_json_real(json, "observed_low", survey->groups[g].low[q]);
    tmn_json_real(json, "observed_high", survey->groups[g].high[q]);
    tmn_json_real(json, "interviewed", answer->interviewed);
    tmn_json_real(json, "low", answer->range.low);
    tmn_json_real(json, "high", answer->range.high);
    tmn_json_real(json, "came", answer->came);
    tmn_json_real(json, "home", answer->home);
    tmn_json_real(json, "everybody", answer->everybody);
    tmn_json_real(json, "leavers_less_home", answer->came - answer->home);
    tmn_json_text(json, "within", tmn_within_names[answer->within]);
    tmn_json_bool(json, "masked", answer->masked);
    tmn_json_close(json, '}');
}

static void json_group(struct tmn_json *json, const struct tmn_survey_result *result, size_t g) {
    const struct tmn_survey *survey = result->survey;
    const struct tmn_surveyed_group *group = &result->groups[g];
    char date[16];
    tmn_date_format(survey->groups[g].day, date);
    tmn_json_open(json, NULL, '{');
    tmn_json_text(json, "name", survey->groups[g].name);
    tmn_json_text(json, "who", survey->groups[g].who ? survey->groups[g].who->source : NULL);
    tmn_json_text(json, "source", survey->groups[g].source);
    tmn_json_text(json, "date", date);
    tmn_json_int(json, "interviews", (long long)group->interviews);
    tmn_json_real(json, "effective", group->effective);
    tmn_json_bool(json, "thin", group->interviews < TMN_THIN_PERSONS);
    tmn_json_real(json, "came", group->came);
    tmn_json_real(json, "home", group->home);
    tmn_json_real(json, "everybody", group->everybody);
    tmn_json_open(json, "answers", '[');
    for (size_t q = 0; q < survey->question_count; q++)
        json_answer(json, survey, &group->answer[q], g, q);
    tmn_json_close(json, ']');
    tmn_json_close(json, '}');
}

void tmn_survey_json(const struct tmn_survey_result *result, struct tmn_text *out) {
    const struct tmn_study_options *options = result->options;
    struct tmn_json json;
    tmn_json_init(&json, out);
    tmn_json_open(&json, NULL, '{');
    tmn_json_scenario(&json, options->version, options->model);
    tmn_json_text(&json, "design", result->survey->path);
    tmn_json_text(&json, "title", result->survey->title);
    tmn_json_text(&json, "source", result->survey->source);
    tmn_json_asked(&json, options);
    tmn_json_int(&json, "size", result->survey->size);
    tmn_json_int(&json, "listed", (long long)result->listed);
    tmn_json_int(&json, "willing", (long long)result->willing);
    tmn_json_int(&json, "unweighted", (long long)result->unweighted);
    tmn_json_open(&json, "groups", '[');
    for (size_t g = 0; g < result->survey->group_count; g++)
        json_group(&json, result, g);
    tmn_json_close(&json, ']');
    tmn_json_close(&json, '}');
    tmn_text_put(out, "\n");
}

/* ---- the page ---- */

static void put_percent(struct tmn_text *out, double share) {
    if (isfinite(share))
        tmn_text_put(out, "<td>%.1f %%</td>", 100 * share);
    else
        tmn_text_put(out, "<td>–</td>");
}

static void put_group(struct tmn_text *out, const struct tmn_survey_result *result, size_t g) {
    const struct tmn_survey *survey = result->survey;
    const struct tmn_surveyed_group *group = &result->groups[g];
    char date[16];
    tmn_date_format(survey->groups[g].day, date);
    tmn_html_put(out, "<section><h2>%s</h2>\n<p class=\"muted\">", survey->groups[g].name);
    tmn_text_put(out, "%zu interviews%s (%.0f weighted), of ", group->interviews,
                 group->interviews < TMN_THIN_PERSONS ? ", too few to tell much" : "", group->effective);
    tmn_html_number(out, round(group->came));
    tmn_html_put(out, " persons who came; at home (<code>%s</code>) on %s: ", survey->groups[g].home->source, date);
    tmn_html_number(out, round(group->home));
    tmn_text_put(out, "</p>\n<div class=\"scroll\"><table><thead><tr><th>Question</th><th>Observed, "
                      "%%</th><th>Interviewed</th><th>90 %%"
                      "</th><th>All who came</th><th>At home</th><th>Everybody</th><th></th></tr></thead><tbody>\n");
    for (size_t q = 0; q < survey->question_count; q++) {
        const struct tmn_surveyed *answer = &group->answer[q];
        tmn_html_put(out, "<tr><th scope=\"row\">%s <small><code>%s</code></small></th><td>%s</td>",
                     survey->questions[q].name, survey->questions[q].yes->source,
                     tmn_survey_observed(out->arena, &survey->groups[g], q));
        put_percent(out, answer->interviewed);
        if (isfinite(answer->range.low))
            tmn_text_put(out, "<td>%.1f to %.1f</td>", 100 * answer->range.low, 100 * answer->range.high);
        else
            tmn_text_put(out, "<td>–</td>");
        put_percent(out, answer->came);
        put_percent(out, answer->home);
        put_percent(out, answer->everybody);
        tmn_html_put(out, "<td class=\"verdict\">%s</td></tr>\n",
                     answer->masked ? "masked" : tmn_within_names[answer->within]);
    }
    tmn_text_put(out, "</tbody></table></div>\n");
    if (survey->groups[g].source)
        tmn_html_put(out, "<p class=\"muted\">Observed: %s</p>\n", survey->groups[g].source);
    tmn_text_put(out, "</section>\n");
}

void tmn_survey_html(const struct tmn_survey_result *result, struct tmn_text *out) {
    const struct tmn_study_options *options = result->options;
    const struct tmn_survey *survey = result->survey;
    tmn_html_head(out, "tumen survey", (const char *)tmn_compare_style, tmn_compare_style_bytes);
    tmn_html_put(out, "<p class=\"brand\">tumen</p>\n<h1>%s</h1>\n<p class=\"lead\">%s</p>\n", survey->title,
                 options->model->title ? options->model->title : options->model->name);
    tmn_html_put(out, "<p>Those for whom <code>%s</code> came to hold were listed; ", survey->of->source);
    if (survey->recall)
        tmn_html_put(out, "they answer as of the last week in which <code>%s</code> held. ", survey->recall->source);
    tmn_text_put(out, "%zu persons of the model came, %zu would take part, at most %lld of each run were interviewed. ",
                 result->listed, result->willing, survey->size);
    tmn_text_put(out, "A survey of those who left tells of those who left: the columns beside it show how far off it "
                      "would be for those "
                      "who stayed, in this model. All persons are synthetic.</p>\n");
    for (size_t g = 0; g < survey->group_count; g++)
        put_group(out, result, g);
    tmn_html_put(out, "<p class=\"muted\">Share of persons simulated: %g. Runs: %d, from seed %llu.", options->scale,
                 options->seeds, (unsigned long long)options->seed);
    for (size_t i = 0; i < options->assignment_count; i++)
        tmn_html_put(out, " <code>%s</code>", options->assignments[i]);
    tmn_text_put(out, "</p>\n</div></body></html>\n");
}

bool tmn_survey_save(const struct tmn_survey_result *result, const char *path, struct tmn_error *err) {
    struct tmn_pages pages;
    tmn_pages_init(&pages, result->arena);
    tmn_survey_csv(result, tmn_pages_add(&pages, "survey.csv"));
    tmn_survey_json(result, tmn_pages_add(&pages, "survey.json"));
    tmn_survey_html(result, tmn_pages_add(&pages, "survey.html"));
    return tmn_pages_save(&pages, path, err);
}
