/* Chances of branches, messages and draws; amounts and feedback variables. */
#include "model/check.h"

#include <math.h>

static const char *where(struct tmn_checker *checker, const struct tmn_strata *strata, uint32_t index) {
    const char *text = tmn_check_stratum_text(checker, strata, index);
    return text[0] ? tmn_arena_printf(checker->model->arena, ", for example where %s", text) : "";
}

/* Nothing but attributes, maps, counters, age and parameters: then a stratum decides the value. */
static bool decided(const struct tmn_model *model, const struct tmn_expr *expr) {
    struct tmn_reads reads = tmn_expr_reads(model, expr, NULL);
    return !reads.year && !reads.window && !reads.driver && !reads.feedback && !reads.share && !reads.count;
}

struct chances {
    struct tmn_expr **expr;
    size_t count;     /* NULL entries are 0 */
    bool rest;        /* something takes what is left */
    const char *what; /* "the chances of the branches of 'x'" */
    struct tmn_place place;
    const struct tmn_levels *levels; /* persons in question, or NULL */
};

/* One message at most for a set of chances: its first fault. */
static void check_chances(struct tmn_checker *checker, const struct chances *set) {
    struct tmn_strata strata;
    bool all_decided = tmn_check_cut(checker, &strata, set->expr, set->count), warned = false;
    for (size_t i = 0; i < set->count; i++)
        all_decided = all_decided &&
                      (!set->expr[i] || (decided(checker->model, set->expr[i]) && (strata.n > 0 || strata.size == 1)));
    for (uint32_t index = 0; index < strata.size; index++) {
        double low = 0, high = 0;
        tmn_check_stratum(checker, &strata, index);
        if (set->levels && !tmn_levels_allow(set->levels, checker->model, &strata, checker->level))
            continue;
        for (size_t i = 0; i < set->count; i++) {
            struct tmn_interval bound = {0, 0, true};
            if (set->expr[i])
                bound = tmn_expr_bound(set->expr[i], &checker->env, checker->known);
            if (!bound.defined || bound.low < -tmn_slack || bound.high > 1 + tmn_slack) {
                tmn_report(checker->list, set->expr[i]->place, "bad-chance",
                           "keep it between 0 and 1, for example with clamp(x, 0, 1)",
                           bound.defined ? "this chance can be %s%s" : "this chance can be infinite or no number%.0s%s",
                           tmn_check_number(checker, bound.low < -tmn_slack ? bound.low : bound.high),
                           where(checker, &strata, index));
                tmn_check_forget(checker);
                return;
            }
            low += bound.low, high += bound.high;
        }
        bool above = low > 1 + tmn_slack || (all_decided && high > 1 + tmn_slack),
             below = !set->rest && (high < 1 - tmn_slack || (all_decided && low < 1 - tmn_slack));
        if (above || below) {
            tmn_report(checker->list, set->place, "bad-sum", below ? "give one level the chance: rest" : NULL,
                       "%s add up to %s%s", set->what, tmn_check_number(checker, above ? high : low),
                       where(checker, &strata, index));
            tmn_check_forget(checker);
            return;
        }
        if (!warned && (high > 1 + tmn_slack || (!set->rest && !all_decided))) {
            tmn_report_warning(checker->list, set->place, "bad-sum",
                               "what stands first is served first, so the rest and those before it would get less",
                               "%s can add up to %s%s", set->what, tmn_check_number(checker, high),
                               where(checker, &strata, index));
            warned = true;
        }
    }
    tmn_check_forget(checker);
}

/* Of at most each number: clamped to 0..1, and never falling. */
static void check_cumulative(struct tmn_checker *checker, const struct tmn_draw_rule *rule) {
    const struct tmn_attribute *attribute = &checker->model->attributes.items[rule->attribute];
    struct tmn_strata strata;
    struct tmn_expr *one = rule->cumulative;
    tmn_check_suppose(checker, rule->attribute, 0); /* its own number cuts no stratum */
    bool cut = tmn_check_cut(checker, &strata, &one, 1), all_decided = cut && decided(checker->model, one);
    tmn_check_forget(checker);
    for (uint32_t index = 0; cut && index < strata.size; index++) {
        double before = 0;
        tmn_check_stratum(checker, &strata, index);
        for (uint32_t l = 0; l < attribute->levels; l++) {
            tmn_check_suppose(checker, rule->attribute, l);
            struct tmn_interval bound = tmn_expr_bound(rule->cumulative, &checker->env, checker->known);
            double upto = fmin(fmax(all_decided ? bound.low : bound.high, 0), 1);
            if (!bound.defined)
                tmn_report(checker->list, rule->cumulative->place, "bad-chance", NULL,
                           "the chance of '%s' at most %s can be infinite or no number%s", attribute->name,
                           attribute->level[l], where(checker, &strata, index));
            else if (upto < before - tmn_slack)
                tmn_report(checker->list, rule->cumulative->place, "bad-chance",
                           "'cumulative' is the chance of at most that number: it grows with it",
                           "the chance of '%s' at most %s is %s, less than the %s of at most %s%s", attribute->name,
                           attribute->level[l], tmn_check_number(checker, upto), tmn_check_number(checker, before),
                           attribute->level[l - 1], where(checker, &strata, index));
            if (!bound.defined || upto < before - tmn_slack) {
                tmn_check_forget(checker);
                return;
            }
            before = fmin(fmax(bound.low, 0), 1);
        }
    }
    tmn_check_forget(checker);
}

static void check_draws(struct tmn_checker *checker, const struct tmn_draw_rule *draws, size_t count, const char *what,
                        struct tmn_place place) {
    for (size_t d = 0; d < count; d++) {
        const struct tmn_attribute *attribute = &checker->model->attributes.items[draws[d].attribute];
        if (draws[d].cumulative) {
            check_cumulative(checker, &draws[d]);
            continue;
        }
        struct chances set = {
            .expr = draws[d].chance,
            .count = attribute->levels,
            .rest = draws[d].rest >= 0,
            .place = place,
            .what = tmn_arena_printf(checker->model->arena, "the chances in the %s of '%s'", what, attribute->name)};
        for (uint32_t l = attribute->levels; l-- > 0;)
            if (draws[d].chance[l])
                set.place = draws[d].chance[l]->place;
        check_chances(checker, &set);
    }
}

static void check_actions(struct tmn_checker *checker, const struct tmn_action *items, size_t count) {
    for (size_t a = 0; a < count; a++) {
        const struct tmn_action *action = &items[a];
        if (action->chance) {
            struct tmn_expr *one = action->chance;
            struct chances set = {.expr = &one, .count = 1, .rest = true, .what = "the chance", .place = one->place};
            check_chances(checker, &set);
        }
        if (action->amount) {
            struct tmn_interval bound = tmn_expr_bound(action->amount, &checker->env, checker->known);
            if (!bound.defined || fabs(bound.low) >= 0x1p43 || fabs(bound.high) >= 0x1p43)
                tmn_report(checker->list, action->amount->place, "bad-amount",
                           "keep it in bounds with clamp, min or max",
                           "this amount can be infinite, no number, or above 8.8e12");
        }
        check_draws(checker, action->draws, action->draw_count, "draw", action->place);
    }
}

static void check_branches(struct tmn_checker *checker, const struct tmn_transition *transition) {
    struct tmn_model *model = checker->model;
    struct tmn_levels *levels = tmn_levels_new(model);
    struct tmn_expr **expr = TMN_NEW_ARRAY(model->arena, struct tmn_expr *, transition->branches + 1);
    for (size_t i = 0; i < transition->who_personal_count; i++)
        tmn_levels_restrict(levels, model, transition->who_personal[i]);
    for (size_t b = 0; b < transition->branches; b++) {
        expr[b] = transition->branch[b].chance;
        check_actions(checker, transition->branch[b].items, transition->branch[b].count);
    }
    struct chances set = {.expr = expr,
                          .count = transition->branches,
                          .rest = true,
                          .place = expr[0] ? expr[0]->place : transition->place,
                          .levels = levels,
                          .what =
                              tmn_arena_printf(model->arena, "the chances of the branches of '%s'", transition->name)};
    check_chances(checker, &set);
}

static bool is_added_to(const struct tmn_model *model, int feedback) {
    for (size_t t = 0; t < model->transitions.count; t++)
        for (size_t b = 0; b < model->transitions.items[t].branches; b++)
            for (size_t a = 0; a < model->transitions.items[t].branch[b].count; a++) {
                const struct tmn_action *action = &model->transitions.items[t].branch[b].items[a];
                if (action->kind == TMN_ACTION_ADD && action->feedback == feedback)
                    return true;
            }
    for (size_t e = 0; e < model->events.count; e++)
        for (size_t a = 0; a < model->events.items[e].count; a++)
            if (model->events.items[e].items[a].feedback == feedback)
                return true;
    return false;
}

static void check_feedback(struct tmn_checker *checker, int index) {
    const struct tmn_feedback *feedback = &checker->model->feedbacks.items[index];
    if (!feedback->next)
        return;
    struct tmn_interval bound = tmn_expr_bound(feedback->next, &checker->env, checker->known);
    if (!bound.defined)
        tmn_report(checker->list, feedback->next->place, "not-finite",
                   "a share can be 0, and so can a variable whose range holds 0: divide by max(x, 0.001)",
                   "'next' of '%s' can be infinite or no number", feedback->name);
    else if ((bound.low > feedback->high || bound.high < feedback->low) && !is_added_to(checker->model, index))
        tmn_report_warning(checker->list, feedback->next->place, "out-of-range", NULL,
                           "'next' of '%s' always leaves its range: it lies between %s and %s", feedback->name,
                           tmn_check_number(checker, bound.low), tmn_check_number(checker, bound.high));
}

void tmn_check_chances(struct tmn_checker *checker) {
    struct tmn_model *model = checker->model;
    for (size_t t = 0; t < model->transitions.count; t++)
        check_branches(checker, &model->transitions.items[t]);
    for (size_t e = 0; e < model->events.count; e++)
        check_actions(checker, model->events.items[e].items, model->events.items[e].count);
    for (size_t f = 0; f < model->feedbacks.count; f++)
        check_feedback(checker, (int)f);
    check_draws(checker, model->population.deals, model->population.deal_count, "deal", model->population.place);
    check_draws(checker, model->population.draws, model->population.draw_count, "draw", model->population.place);
}
