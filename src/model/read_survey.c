/* See survey.h. The design's expressions are those of the scenario's language and read its names. */
#include "model/survey.h"

#include "model/read.h"
#include <math.h>
#include <string.h>

/* Answers are of persons alone: what else could be read differs between the week that is asked of and the interview. */
static struct tmn_expr *read_expr(struct tmn_reader *reader, const struct tmn_node *node, bool condition) {
    if (!node || node->kind != TMN_NODE_SCALAR || node->null)
        return NULL;
    struct tmn_expr *expr = tmn_expr_parse(reader->model, node, TMN_SCOPE_PERSON, TMN_NATION, condition, reader->list);
    if (!expr)
        return NULL;
    struct tmn_reads reads = tmn_expr_reads(reader->model, expr, NULL);
    if (reads.age || reads.window || reads.driver || reads.feedback || reads.share)
        tmn_report(reader->list, node->place, "not-personal",
                   reads.age ? "year - birth_year is the age in years" : NULL,
                   "a survey reads attributes, maps, counters, parameters and the year, nothing else");
    tmn_expr_want_unit(expr, tmn_unit_none, "an answer", reader->list);
    return expr;
}

static struct tmn_expr *get_expr(struct tmn_reader *reader, const struct tmn_node *map, const char *key,
                                 bool condition) {
    return read_expr(reader, tmn_node_get(map, key), condition);
}

/* ---- questions ---- */

struct questions {
    struct tmn_question *items;
    size_t count, capacity;
};

/* The attribute or map of this name, or -1: tests of levels have names too, which are not the author's. */
static int find_named(const struct tmn_model *model, const char *name) {
    int feature = tmn_feature_find(model, name);
    if (feature < 0 || !model->features.items[feature].level)
        return -1;
    const struct tmn_feature *of = &model->features.items[feature];
    return of->kind == TMN_FEATURE_MAP && model->maps.items[of->index].derived ? -1 : feature;
}

/* A name alone asks for each level. */
static void ask_levels(struct tmn_reader *reader, const char *name, int feature, struct tmn_place place,
                       struct questions *questions) {
    const struct tmn_feature *of = &reader->model->features.items[feature];
    for (uint32_t l = 0; l < of->cardinality; l++) {
        bool *member = TMN_NEW_ARRAY(reader->arena, bool, of->cardinality);
        struct tmn_expr *expr = TMN_NEW(reader->arena, struct tmn_expr);
        const char *source = tmn_arena_printf(reader->arena, "%s = %s", of->name, of->level[l]);
        member[l] = true;
        *expr = (struct tmn_expr){
            .op = TMN_OP_MEMBER, .boolean = true, .index = feature, .member = member, .place = place, .source = source};
        struct tmn_question question = {tmn_arena_printf(reader->arena, "%s: %s", name, of->level[l]), expr};
        TMN_PUSH(reader->arena, questions, question);
    }
}

static void read_questions(struct tmn_reader *reader, const struct tmn_node *ask, struct tmn_survey *survey) {
    struct questions questions = {0};
    for (size_t i = 0; ask && ask->kind == TMN_NODE_MAPPING && i < ask->count; i++) {
        const struct tmn_node *text = ask->items[i];
        int feature = text->kind == TMN_NODE_SCALAR ? find_named(reader->model, text->text) : -1;
        if (feature >= 0) {
            ask_levels(reader, ask->keys[i]->text, feature, text->place, &questions);
            continue;
        }
        struct tmn_question question = {ask->keys[i]->text, read_expr(reader, text, true)};
        if (text->kind != TMN_NODE_SCALAR)
            tmn_report(reader->list, text->place, "wrong-shape", NULL,
                       "a question is a condition, or the name of an attribute");
        else if (question.yes)
            TMN_PUSH(reader->arena, &questions, question);
    }
    if (questions.count > TMN_SURVEY_ANSWERS)
        tmn_report(reader->list, ask->place, "too-many-questions", "ask a condition instead of each level",
                   "these are %zu answers; at most %d are asked", questions.count, TMN_SURVEY_ANSWERS);
    survey->questions = questions.items;
    survey->question_count = questions.count;
}

/* ---- groups ---- */

static int find_question(const struct tmn_survey *survey, const char *name) {
    for (size_t q = 0; q < survey->question_count; q++)
        if (strcmp(survey->questions[q].name, name) == 0)
            return (int)q;
    return -1;
}

/* { question: 0.68 } or { question: [0.6, 0.75] }. */
static void read_observed(struct tmn_reader *reader, const struct tmn_node *node, const struct tmn_survey *survey,
                          struct tmn_survey_group *group) {
    for (size_t i = 0; node && node->kind == TMN_NODE_MAPPING && i < node->count; i++) {
        const struct tmn_node *value = node->items[i];
        int q = find_question(survey, node->keys[i]->text);
        double low, high;
        if (q < 0) {
            tmn_report(reader->list, node->keys[i]->place, "unknown-name", NULL, "no question is named '%s'",
                       node->keys[i]->text);
        } else if (value->kind == TMN_NODE_SEQUENCE && value->count == 2) {
            if (!tmn_node_real(reader, value->items[0], "the lower end", 0, 1, &low) ||
                !tmn_node_real(reader, value->items[1], "the upper end", 0, 1, &high))
                continue;
            if (high < low)
                tmn_report(reader->list, value->place, "bad-end", NULL, "this range ends before it begins");
            group->low[q] = low;
            group->high[q] = high;
            group->observed[q] = tmn_arena_printf(reader->arena, "%g to %g", low, high);
        } else if (tmn_node_real(reader, value, "a share", 0, 1, &low)) {
            group->observed[q] = value->text;
        }
    }
}

static void read_group(struct tmn_reader *reader, const char *name, const struct tmn_node *node,
                       struct tmn_survey *survey) {
    struct tmn_survey_group *group = &survey->groups[survey->group_count++];
    size_t questions = survey->question_count;
    *group = (struct tmn_survey_group){.name = name,
                                       .home = survey->home,
                                       .day = survey->to_day,
                                       .low = TMN_NEW_ARRAY(reader->arena, double, questions + 1),
                                       .high = TMN_NEW_ARRAY(reader->arena, double, questions + 1),
                                       .observed = TMN_NEW_ARRAY(reader->arena, const char *, questions + 1)};
    for (size_t q = 0; q < questions; q++)
        group->low[q] = group->high[q] = (double)NAN;
    if (!node || !tmn_schema_check(reader, node, TMN_SCHEMA_SURVEY_GROUP, "a group"))
        return;
    group->who = get_expr(reader, node, "who", true);
    if (tmn_node_get(node, "home"))
        group->home = get_expr(reader, node, "home", true);
    tmn_get_date(reader, node, "date", &group->day);
    tmn_get_text(reader, node, "source", &group->source);
    tmn_get_text(reader, node, "note", &group->note);
    read_observed(reader, tmn_node_get(node, "observed"), survey, group);
}

static void read_groups(struct tmn_reader *reader, const struct tmn_node *groups, struct tmn_survey *survey) {
    size_t count = groups && groups->kind == TMN_NODE_MAPPING ? groups->count : 0;
    if (count > TMN_SURVEY_ANSWERS) {
        tmn_report(reader->list, groups->place, "too-many-groups", NULL, "at most %d groups are told apart",
                   TMN_SURVEY_ANSWERS);
        return;
    }
    survey->groups = TMN_NEW_ARRAY(reader->arena, struct tmn_survey_group, count + 1);
    for (size_t i = 0; i < count; i++)
        read_group(reader, groups->keys[i]->text, groups->items[i], survey);
    if (count == 0)
        read_group(reader, "all", NULL, survey);
    const struct tmn_calendar *calendar = &reader->model->calendar;
    for (size_t g = 0; g < survey->group_count; g++)
        if (survey->groups[g].day < tmn_date_day(calendar->start_year, 1, 1) ||
            survey->groups[g].day > reader->model->end_day)
            tmn_report(reader->list, groups ? groups->place : reader->root, "out-of-range", NULL,
                       "the date of group '%s' lies outside the scenario's time", survey->groups[g].name);
}

/* ---- the sample ---- */

static void read_weight(struct tmn_reader *reader, const struct tmn_node *root, struct tmn_survey *survey) {
    const char **names;
    size_t count = 0;
    survey->weight.size = 1;
    if (!tmn_get_texts(reader, root, "weight", &names, &count))
        return;
    const struct tmn_node *node = tmn_node_get(root, "weight");
    for (size_t i = 0; i < count; i++) {
        int feature = find_named(reader->model, names[i]);
        bool good = feature >= 0;
        if (good && survey->weight.n < TMN_MAX_KEYS &&
            (uint64_t)survey->weight.size * reader->model->features.items[feature].cardinality <= TMN_MAX_STRATA)
            tmn_strata_add(&survey->weight, reader->model, feature, NULL);
        else
            tmn_report(reader->list, node->place, good ? "too-many-cells" : "unknown-name", NULL,
                       good ? "weights by '%s' too would have more than 65536 cells"
                            : "there is no attribute or map '%s'",
                       names[i]);
    }
}

static void read_sample(struct tmn_reader *reader, const struct tmn_node *sample, struct tmn_survey *survey) {
    if (!sample || !tmn_schema_check(reader, sample, TMN_SCHEMA_SURVEY_SAMPLE, "'sample'"))
        return;
    survey->of = get_expr(reader, sample, "of", true);
    survey->recall = get_expr(reader, sample, "recall", true);
    survey->response = get_expr(reader, sample, "response", false);
    tmn_get_date(reader, sample, "from", &survey->from_day);
    tmn_get_last_date(reader, sample, "to", &survey->to_day);
    tmn_get_int(reader, sample, "size", 1, 100000000, &survey->size);
    if (survey->to_day < survey->from_day)
        tmn_report(reader->list, tmn_key_place(sample, "to"), "bad-end", NULL, "this survey ends before it begins");
}

struct tmn_survey *tmn_survey_read(struct tmn_arena *arena, struct tmn_model *model, const char *path,
                                   struct tmn_diagnostics *list) {
    struct tmn_reader reader = {.arena = arena, .list = list, .model = model};
    struct tmn_survey *survey = TMN_NEW(arena, struct tmn_survey);
    size_t before = list->errors;
    struct tmn_node *root = tmn_tree_read(arena, path, list);
    *survey = (struct tmn_survey){.path = path,
                                  .from_day = tmn_date_day(model->calendar.start_year, 1, 1),
                                  .to_day = model->end_day,
                                  .size = 1000};
    if (!root)
        return NULL;
    reader.root = root->place;
    if (!tmn_schema_check(&reader, root, TMN_SCHEMA_SURVEY, "the design of a survey"))
        return NULL;
    tmn_get_text(&reader, root, "title", &survey->title);
    tmn_get_text(&reader, root, "source", &survey->source);
    tmn_get_text(&reader, root, "note", &survey->note);
    survey->home = get_expr(&reader, root, "home", true);
    read_sample(&reader, tmn_node_get(root, "sample"), survey);
    read_questions(&reader, tmn_node_get(root, "ask"), survey);
    read_groups(&reader, tmn_node_get(root, "groups"), survey);
    read_weight(&reader, root, survey);
    return list->errors > before ? NULL : survey;
}
