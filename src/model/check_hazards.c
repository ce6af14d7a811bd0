/* Bounds of every hazard by interval arithmetic, stratum by stratum, and of what the fixed point of clocks makes of it
 * (docs/semantics.md, Clocks 2). */
#include "model/check.h"

#include "base/fixed.h"
#include "base/real.h"
#include <math.h>
#include <string.h>

/* One side of the split over its strata. */
struct side {
    const struct tmn_strata *strata;
    struct tmn_expr *const *who;
    size_t conjuncts;
    const struct tmn_factor *factor;
    size_t factors;
    bool enabled;        /* in some stratum */
    double low_positive; /* smallest bound above 0; 0: none */
    double high;         /* of all strata */
    bool bad;            /* reported */
    bool by_year;        /* its smallest value matters as a mean over the run (rates' G) */
};

/* A G per year below which half a unit of a window could be 1e-3 of it. */
static const double tmn_coarse_g = 60 * 500 * 0x1p-36;

static struct tmn_interval product(struct tmn_interval a, struct tmn_interval b) {
    double corner[4] = {a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high};
    struct tmn_interval out = {corner[0], corner[0], a.defined && b.defined};
    for (int i = 0; i < 4; i++) {
        out.defined = out.defined && isfinite(corner[i]);
        out.low = fmin(out.low, corner[i]);
        out.high = fmax(out.high, corner[i]);
    }
    return out;
}

static struct tmn_interval inverse(struct tmn_interval a) {
    if (a.low <= 0 && a.high >= 0)
        return (struct tmn_interval){-HUGE_VAL, HUGE_VAL, false};
    return (struct tmn_interval){1 / a.high, 1 / a.low, a.defined};
}

static const char *for_example(struct tmn_checker *checker, const struct side *side, uint32_t index) {
    const char *text = tmn_check_stratum_text(checker, side->strata, index);
    return text[0] ? tmn_arena_printf(checker->model->arena, ", for example where %s", text) : "";
}

/* Bounds of one side in a stratum whose levels are set; false after reporting. */
static bool bound_side(struct tmn_checker *checker, const struct tmn_transition *transition, struct side *side,
                       uint32_t index, struct tmn_interval *out) {
    *out = (struct tmn_interval){1, 1, true};
    const struct tmn_factor *negative = NULL;
    double how_low = 0;
    for (size_t i = 0; i < side->factors; i++) {
        const struct tmn_factor *factor = &side->factor[i];
        struct tmn_interval bound = tmn_expr_bound(factor->expr, &checker->env, checker->known),
                            value = factor->inverse ? inverse(bound) : bound;
        if (!value.defined) {
            tmn_report(checker->list, factor->expr->place, "hazard-not-finite",
                       factor->inverse && bound.defined ? "keep the divisor away from 0, for example with max(x, 0.001)"
                                                        : "keep it in bounds with clamp, min or max",
                       factor->inverse && bound.defined ? "the hazard of '%s' divides by '%s', which can be 0%s"
                                                        : "the hazard of '%s' can be infinite or no number in '%s'%s",
                       transition->name, factor->expr->source, for_example(checker, side, index));
            side->bad = true;
            return false;
        }
        if (value.low < 0 && !negative) {
            negative = factor;
            how_low = bound.low;
        }
        *out = product(*out, value);
    }
    if (!out->defined || out->low < -tmn_slack * fmax(1, out->high)) {
        if (transition->kind == TMN_CLOCK_CHANCE)
            return true; /* said by the caller */
        side->bad = true;
        tmn_report(
            checker->list, negative ? negative->expr->place : transition->hazard->place,
            out->defined ? "hazard-negative" : "hazard-not-finite", "keep it at 0 or above, for example with max(0, x)",
            "the hazard of '%s' can be %s: '%s' can be %s%s", transition->name, out->defined ? "negative" : "infinite",
            negative ? negative->expr->source : transition->hazard->source, tmn_check_number(checker, how_low),
            for_example(checker, side, index));
        return false;
    }
    return true;
}

/* -ln(1 - q), after q was found in [0, 1]. */
static bool chance_to_hazard(struct tmn_checker *checker, const struct tmn_transition *transition, struct side *side,
                             uint32_t index, struct tmn_interval *q) {
    if (!q->defined || q->low < -tmn_slack || q->high > 1 + tmn_slack) {
        double wrong = q->low < -tmn_slack ? q->low : q->high;
        tmn_report(checker->list, transition->hazard->place, "bad-chance",
                   "keep it between 0 and 1, for example with clamp(x, 0, 1)", "the chance of '%s' can be %s%s",
                   transition->name, tmn_check_number(checker, wrong), for_example(checker, side, index));
        side->bad = true;
        return false;
    }
    q->low = q->low <= 0 ? 0 : -tmn_log1p(-fmin(q->low, 1 - 0x1p-53));
    q->high = q->high <= 0 ? 0 : q->high >= 1 ? 0 /* certain: not a hazard */ : -tmn_log1p(-q->high);
    return true;
}

static bool can_be_true(struct tmn_checker *checker, const struct side *side) {
    for (size_t i = 0; i < side->conjuncts; i++)
        if (tmn_expr_bound(side->who[i], &checker->env, checker->known).high == 0)
            return false;
    return true;
}

/* Mean over the years of the run of the least that the stratum's product can be, with the drivers of each year. */
static double mean_of_least(struct tmn_checker *checker, const struct side *side) {
    struct tmn_model *model = checker->model;
    double *driver = TMN_NEW_ARRAY(model->arena, double, model->driver_slots + 1), sum = 0;
    int years = 0;
    checker->env.driver = driver;
    for (int w = 0; w < model->calendar.windows; w += model->calendar.windows_per_year, years++) {
        struct tmn_interval all = {1, 1, true};
        for (size_t d = 0; d < model->drivers.count; d++) {
            const struct tmn_driver *from = &model->drivers.items[d];
            memcpy(driver + from->first, from->value + (size_t)w * from->slots, from->slots * sizeof *driver);
        }
        checker->env.year = model->calendar.start_year + years;
        for (size_t i = 0; i < side->factors; i++) {
            struct tmn_interval bound = tmn_expr_bound(side->factor[i].expr, &checker->env, checker->known);
            all = product(all, side->factor[i].inverse ? inverse(bound) : bound);
        }
        sum += all.defined && all.low > 0 ? all.low : 0;
    }
    checker->env.driver = NULL;
    checker->env.year = model->calendar.start_year;
    return years > 0 ? sum / years : 0;
}

static void walk_side(struct tmn_checker *checker, const struct tmn_transition *transition,
                      const struct tmn_levels *levels, struct side *side) {
    for (uint32_t index = 0; index < side->strata->size && !side->bad; index++) {
        struct tmn_interval bound;
        tmn_check_stratum(checker, side->strata, index);
        if (!tmn_levels_allow(levels, checker->model, side->strata, checker->level) || !can_be_true(checker, side))
            continue;
        side->enabled = true;
        if (!bound_side(checker, transition, side, index, &bound) ||
            (transition->kind == TMN_CLOCK_CHANCE && side->factors > 0 &&
             !chance_to_hazard(checker, transition, side, index, &bound)))
            break;
        side->high = fmax(side->high, bound.high);
        double least = bound.low > 0 ? bound.low : bound.high;
        if (side->by_year && least > 0 &&
            least < tmn_coarse_g) { /* what matters is the sum over the run, not its worst moment */
            double mean = mean_of_least(checker, side);
            least = mean > least ? mean : least;
        }
        if (least > 0 && (side->low_positive == 0 || least < side->low_positive))
            side->low_positive = least;
    }
    tmn_check_forget(checker);
}

/* `unit`: the smallest step of this side; the other side at its highest. Half a unit is the error of one rounding. */
static void check_rounding(struct tmn_checker *checker, const struct tmn_transition *transition, const char *part,
                           double value, double unit, double other) {
    double relative = 0.5 * unit / value, firings = 0.5 * unit * other * checker->persons * checker->windows;
    if (value > 0 && relative > 1e-3 && firings > 0.5)
        tmn_report(
            checker->list, transition->hazard->place, "clock-too-coarse",
            strcmp(part, "personal") == 0
                ? "multiply the personal factors by a number and divide the rest by it, so that they are not so small"
                : "such a hazard is too small to be told from 0: make it larger, or leave it out",
            "rounding would change the %s part of '%s', which can be as small as %s, by %s %% and up to %s firings of "
            "the run",
            part, transition->name, tmn_check_number(checker, value), tmn_check_number(checker, 100 * relative),
            tmn_check_number(checker, firings));
}

static void check_transition(struct tmn_checker *checker, const struct tmn_transition *transition) {
    struct tmn_levels *levels = tmn_levels_new(checker->model);
    struct side c = {.strata = &transition->personal,
                     .who = transition->who_personal,
                     .conjuncts = transition->who_personal_count,
                     .factor = transition->c_factor,
                     .factors = transition->c_factors};
    struct side g = {.strata = &transition->shared,
                     .who = transition->who_shared,
                     .conjuncts = transition->who_shared_count,
                     .factor = transition->g_factor,
                     .factors = transition->g_factors,
                     .by_year = transition->kind == TMN_CLOCK_RATE};
    for (size_t i = 0; i < transition->who_personal_count; i++)
        tmn_levels_restrict(levels, checker->model, transition->who_personal[i]);
    walk_side(checker, transition, levels, &c);
    walk_side(checker, transition, levels, &g);
    if (c.bad || g.bad)
        return;
    if (!c.enabled || !g.enabled) {
        tmn_report_warning(checker->list, transition->who ? transition->who->place : transition->place, "never-true",
                           NULL, "the predicate of '%s' can never be true%s", transition->name,
                           transition->alive_first ? " of anyone alive" : "");
        return;
    }
    if (transition->kind == TMN_CLOCK_AFTER) {
        double windows = tmn_expr_eval(transition->hazard, &checker->env) / checker->env.window_y;
        if (!(windows >= 0.5) || windows > 1e6)
            tmn_report(checker->list, transition->hazard->place, "bad-duration", NULL,
                       "'after' of '%s' is %s windows: it must be at least one window, and at most a million",
                       transition->name, tmn_check_number(checker, windows));
        return;
    }
    double years = transition->kind == TMN_CLOCK_RATE ? checker->window_y_max : 1, highest = c.high * g.high * years;
    if (highest >= 32 || c.high >= 0x1p41 || g.high * years >= 0x1p27) {
        tmn_report(checker->list, transition->hazard->place, "hazard-too-large",
                   "shorten the window, or bound the hazard with min",
                   "the hazard of '%s' can reach %s per window; it must stay below 32", transition->name,
                   tmn_check_number(checker, highest));
        return;
    }
    if (c.factors > 0)
        check_rounding(checker, transition, "personal", c.low_positive, 0x1p-22, g.high * years);
    if (g.factors > 0)
        check_rounding(checker, transition, "shared", g.low_positive * years, 0x1p-36, c.high);
}

static void check_event(struct tmn_checker *checker, const struct tmn_event *event) {
    struct tmn_interval rate = tmn_expr_bound(event->rate, &checker->env, checker->known);
    if (!rate.defined)
        tmn_report(checker->list, event->rate->place, "hazard-not-finite", "keep it in bounds with clamp, min or max",
                   "the rate of event '%s' can be infinite or no number", event->name);
    else if (rate.low < -tmn_slack * fmax(1, rate.high))
        tmn_report(
            checker->list, event->rate->place, "hazard-negative", "keep it at 0 or above, for example with max(0, x)",
            "the rate of event '%s' can be negative: %s per year", event->name, tmn_check_number(checker, rate.low));
    else if (rate.high * checker->window_y_max >= 32)
        tmn_report(checker->list, event->rate->place, "hazard-too-large",
                   "shorten the window, or bound the rate with min",
                   "the rate of event '%s' can reach %s per window; it must stay below 32", event->name,
                   tmn_check_number(checker, rate.high * checker->window_y_max));
}

void tmn_check_hazards(struct tmn_checker *checker) {
    for (size_t t = 0; t < checker->model->transitions.count; t++)
        check_transition(checker, &checker->model->transitions.items[t]);
    for (size_t e = 0; e < checker->model->events.count; e++)
        check_event(checker, &checker->model->events.items[e]);
}
