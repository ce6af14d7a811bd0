/* Survey: the questions of a design put to the model's own people, so that a survey of those who left can be read
 * beside those who stayed (docs/survey.md). Those who come to satisfy a condition while interviews go on are listed
 * with their answers; some refuse; of the others a keyed sample is drawn, weighted to the make-up of all who came. On
 * each group's date everybody, and those at home, are asked the same without a sample. */
#ifndef TMN_STUDY_SURVEY_H
#define TMN_STUDY_SURVEY_H

#include "model/survey.h"
#include "result/result.h"
#include "study/chance.h"
#include "study/options.h"

/* Shares of those who would say yes, NAN of nobody. */
struct tmn_surveyed {
    double interviewed;     /* in the sample, weighted */
    struct tmn_range range; /* of it, 90 %, as drawn from all who came */
    double came;            /* of all who came, those too who were not asked */
    double home, everybody; /* on the group's date */
    enum tmn_within within; /* `interviewed` beside what was observed */
    bool masked;            /* too few persons of a place */
};

struct tmn_surveyed_group {
    size_t interviews;            /* simulated persons, all runs */
    double effective;             /* so many equal ones would tell as much as the weighted ones */
    double came, home, everybody; /* persons; mean over the runs */
    struct tmn_surveyed *answer;  /* [questions] */
};

struct tmn_survey_result {
    const struct tmn_study_options *options;
    const struct tmn_survey *survey;
    struct tmn_surveyed_group *groups; /* [survey's] */
    size_t listed, willing;            /* simulated persons who came, who would take part; all runs */
    size_t unweighted;                 /* who came of a make-up of which nobody was interviewed */
    double weight;                     /* persons per simulated person */
    bool stopped;
    struct tmn_arena *arena;
};

/* Is the design within what may be told by place? Call it before the run. */
bool tmn_survey_allowed(const struct tmn_model *model, const struct tmn_survey *survey, struct tmn_error *err);
/* One run after another, of which the persons are taken together. */
bool tmn_survey_run(struct tmn_survey_result *result, struct tmn_arena *arena, const struct tmn_survey *survey,
                    const struct tmn_study_options *options, struct tmn_error *err);

/* What was observed of a question, in per cent: "48.5", "60 to 76"; "" where nothing was. */
const char *tmn_survey_observed(struct tmn_arena *arena, const struct tmn_survey_group *group, size_t question);
void tmn_survey_csv(const struct tmn_survey_result *result, struct tmn_text *out);
void tmn_survey_json(const struct tmn_survey_result *result, struct tmn_text *out);
void tmn_survey_html(const struct tmn_survey_result *result, struct tmn_text *out);
/* Writes the folder: survey.csv, survey.json, survey.html. */
bool tmn_survey_save(const struct tmn_survey_result *result, const char *path, struct tmn_error *err);

#endif
