/* The design of a survey: what is asked of whom, when, and how many answer. A file of its own beside a scenario, so
 * that the same questions can be put to those who left, to those who stayed and to everybody (docs/survey.md). */
#ifndef TMN_MODEL_SURVEY_H
#define TMN_MODEL_SURVEY_H

#include "model/model.h"

enum { TMN_SURVEY_ANSWERS = 64 /* bits of a word */ };

struct tmn_question { /* yes or no; an attribute asks one for each of its levels */
    const char *name;
    struct tmn_expr *yes; /* attributes, maps, counters, the year */
};

struct tmn_survey_group {
    const char *name, *source, *note; /* source, note: or NULL */
    struct tmn_expr *who;             /* of those interviewed, as they are then; NULL: all */
    struct tmn_expr *home;            /* beside whom they are put */
    int32_t day;                      /* on which those at home and everybody are asked the same */
    double *low, *high;               /* [questions] where what was observed may lie; NAN: not said */
    const char **observed;            /* [questions] or NULL */
};

struct tmn_survey {
    const char *path, *title, *source, *note; /* source, note: or NULL */
    struct tmn_question *questions;
    size_t question_count;
    struct tmn_expr *of;       /* who comes to satisfy this is interviewed */
    struct tmn_expr *recall;   /* answers are of the last week in which this held; NULL: of the interview */
    struct tmn_expr *home;     /* of groups that do not say their own */
    struct tmn_expr *response; /* chance to take part, when interviewed; NULL: 1 */
    int32_t from_day, to_day;  /* of interviews */
    long long size;            /* interviews wanted in all */
    struct tmn_strata weight;  /* respondents count so that these have the shares of all who came; size 1: none */
    struct tmn_survey_group *groups;
    size_t group_count;
};

/* Reads a design. Reports every mistake into `list`; NULL if there is any error. It lives in `arena`. */
struct tmn_survey *tmn_survey_read(struct tmn_arena *arena, struct tmn_model *model, const char *path,
                                   struct tmn_diagnostics *list);

#endif
