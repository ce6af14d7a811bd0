/* See who.h. What is told by the engine as it happens is judged here by the conditions of the outcomes. */
#include "study/who.h"

#include <stdlib.h>
#include <string.h>

static void watch_flow(struct tmn_who *who, size_t outcome, bool *reads) {
    const struct tmn_model *model = who->model;
    memset(reads, 0, model->features.count * sizeof *reads);
    tmn_expr_reads(model, model->outcomes.items[outcome].state, reads);
    for (size_t f = 0; f < model->features.count; f++) {
        const struct tmn_feature *feature = &model->features.items[f];
        if (!reads[f])
            continue;
        int index = feature->kind == TMN_FEATURE_MAP ? model->maps.items[feature->index].of : feature->index;
        const struct tmn_attribute *attribute = &model->attributes.items[index];
        tmn_set_level(&who->reads[outcome], attribute, (UINT32_C(1) << attribute->bits) - 1u);
        who->feature[f] = true;
    }
}

bool tmn_who_init(struct tmn_who *who, const struct tmn_model *model) {
    size_t outcomes = model->outcomes.count + 1, features = model->features.count + 1;
    *who = (struct tmn_who){.model = model,
                            .set = calloc(outcomes, sizeof *who->set),
                            .reads = calloc(outcomes, sizeof *who->reads),
                            .feature = calloc(features, sizeof *who->feature),
                            .level = calloc(features, sizeof *who->level)};
    bool *reads = calloc(features, sizeof *reads);
    bool good = who->set && who->reads && who->feature && who->level && reads;
    for (size_t o = 0; good && o < model->outcomes.count; o++)
        if (model->outcomes.items[o].kind == TMN_OUTCOME_FLOW)
            watch_flow(who, o, reads);
    free(reads);
    if (!good)
        tmn_who_free(who);
    return good;
}

void tmn_who_free(struct tmn_who *who) {
    for (size_t o = 0; who->set && o < who->model->outcomes.count; o++)
        free(who->set[o].bits);
    free(who->set);
    free(who->reads);
    free(who->feature);
    free(who->level);
    *who = (struct tmn_who){.model = NULL};
}

static void add(struct tmn_who *who, size_t outcome, uint32_t row) {
    struct tmn_who_set *set = &who->set[outcome];
    if (row / 64 >= set->words) {
        size_t words = set->words < 64 ? 64 : set->words;
        while (words <= row / 64)
            words *= 2;
        uint64_t *grown = realloc(set->bits, words * sizeof *grown);
        if (!grown) {
            who->failed = true;
            return;
        }
        memset(grown + set->words, 0, (words - set->words) * sizeof *grown);
        set->bits = grown;
        set->words = words;
    }
    set->bits[row / 64] |= UINT64_C(1) << row % 64;
}

static bool holds(struct tmn_who *who, const struct tmn_expr *state, const struct tmn_packed *packed) {
    const struct tmn_model *model = who->model;
    for (size_t f = 0; f < model->features.count; f++) {
        if (!who->feature[f])
            continue;
        const struct tmn_feature *feature = &model->features.items[f];
        const struct tmn_map *map = feature->kind == TMN_FEATURE_MAP ? &model->maps.items[feature->index] : NULL;
        uint32_t level = tmn_level(packed, &model->attributes.items[map ? map->of : feature->index]);
        who->level[f] = map ? map->to[level] : level;
    }
    struct tmn_env env = {.model = model, .level = who->level};
    return tmn_expr_eval(state, &env) != 0;
}

void tmn_who_note(void *context, const struct tmn_happening *happening) {
    struct tmn_who *who = context;
    const struct tmn_model *model = who->model;
    if (happening->kind == TMN_HAPPENED_MESSAGE || happening->kind == TMN_HAPPENED_USED_UP)
        return;
    uint64_t changed[2] = {happening->before.word[0] ^ happening->after.word[0],
                           happening->before.word[1] ^ happening->after.word[1]};
    for (size_t o = 0; o < model->outcomes.count; o++) {
        const struct tmn_outcome *outcome = &model->outcomes.items[o];
        if (outcome->kind == TMN_OUTCOME_FIRINGS) {
            if (happening->kind == TMN_HAPPENED_FIRING && outcome->transition == happening->transition &&
                (outcome->branch < 0 || outcome->branch == happening->branch))
                add(who, o, happening->row);
        } else if (outcome->kind == TMN_OUTCOME_FLOW &&
                   ((changed[0] & who->reads[o].word[0]) | (changed[1] & who->reads[o].word[1])) != 0 &&
                   holds(who, outcome->state, &happening->after) && !holds(who, outcome->state, &happening->before)) {
            add(who, o, happening->row);
        }
    }
}
