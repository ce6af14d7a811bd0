/* Planted worlds: the country made with a claim true or false by construction, and what its statistics would have been.
 * Half of the worlds have the claim's coefficients at 0, half have them drawn without their chance of 0; all else comes
 * from the priors. A posterior from these data must then find which is which: how often it is wrong is the false
 * support, how often it is right the power. */
#include "study/claims_worlds.h"

#include "base/draw.h"
#include "result/csv_cell.h"
#include "result/result.h"
#include "study/prior.h"
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

enum { FIRST_DRAW = 1000000 /* draws of planted worlds are none of the study's */ };

struct planter {
    struct tmn_claims *claims;
    struct tmn_arena *arena;
    size_t *row; /* [rows] that can be planted */
    size_t rows;
};

/* ---- what can be planted ---- */

static bool can_be_zero(const struct tmn_parameter *parameter) {
    return parameter->prior != TMN_PRIOR_FIXED && parameter->low <= 0 && parameter->high >= 0;
}

static bool plantable(const struct tmn_model *model, const struct tmn_claim_row *row) {
    bool any = false;
    if (row->claim->kind != TMN_CLAIM_CONSEQUENCE && row->claim->kind != TMN_CLAIM_RIVAL)
        return false;
    for (size_t i = 0; i < row->claim->carrier_count; i++) {
        int p = row->claim->carriers[i].parameter;
        any = any || (p >= 0 && can_be_zero(&model->parameters.items[p]));
    }
    return any;
}

/* ---- noise ---- */

static double normal(double u) {
    return gsl_cdf_ugaussian_Pinv(u);
}

/* A whole number with this mean at the quantile u; of large means by the normal law. */
static double poisson(double mean, double u) {
    if (mean > 100)
        return fmax(0, floor(mean + sqrt(mean) * normal(u) + 0.5));
    double chance = exp(-mean), below = chance;
    int k = 0;
    while (below < u && k < 1000) {
        k++;
        chance *= mean / k;
        below += chance;
    }
    return k;
}

/* What would have been observed, by the error model of the observation. all: of the rows of the same days. */
static double observed(const struct tmn_observation *observation, double mean, double all, uint64_t seed,
                       uint32_t world, const char *name) {
    double u = tmn_prior_uniform(seed, world, name), v = tmn_prior_uniform(seed, world + 1, name);
    double spread = observation->dispersion;
    const char *model = observation->error_model;
    if (strncmp(model, "negbin", 6) == 0)
        return mean > 0 ? poisson(gsl_cdf_gamma_Pinv(u, spread, mean / spread), v) : 0;
    if (strncmp(model, "lognormal", 9) == 0)
        return mean * exp(spread * normal(u));
    if (strncmp(model, "normal", 6) == 0)
        return fmax(0, mean + spread * normal(u));
    if (strncmp(model, "share", 5) == 0)
        return fmax(0, mean + spread * all * normal(u));
    return poisson(mean, u);
}

/* ---- data ---- */

static double mean_of(const struct tmn_model *model, const struct tmn_output *output,
                      const struct tmn_observation *observation, const struct tmn_observed *row) {
    return tmn_claim_figure(model, output, observation->outcome, row->cell,
                            (struct tmn_span){row->from_day, row->to_day})
        .value;
}

static void put_cell(struct tmn_text *out, const struct tmn_model *model, const struct tmn_outcome *outcome,
                     const struct tmn_observed *row) {
    struct tmn_text text;
    tmn_text_init(&text, out->arena);
    for (int k = 0; k < outcome->by.n; k++) {
        const struct tmn_feature *feature = &model->features.items[outcome->by.feature[k]];
        if (row->cell[k] >= 0)
            tmn_text_put(&text, "%s%s=%s", text.count > 0 ? " " : "", feature->name, feature->level[row->cell[k]]);
    }
    tmn_csv_put_text(out, text.items ? text.items : "");
}

static void put_data(const struct planter *planter, const struct tmn_output *output, uint32_t world) {
    struct tmn_claims *claims = planter->claims;
    const struct tmn_model *model = claims->options->model;
    struct tmn_text *out = &claims->planted_data;
    for (size_t o = 0; o < model->observations.count; o++) {
        const struct tmn_observation *observation = &model->observations.items[o];
        for (size_t i = 0; i < observation->count; i++) {
            const struct tmn_observed *row = &observation->rows[i];
            double mean = mean_of(model, output, observation, row), all = 0;
            char from[16], to[16];
            for (size_t j = 0; j < observation->count; j++)
                if (observation->rows[j].from_day == row->from_day && observation->rows[j].to_day == row->to_day)
                    all += mean_of(model, output, observation, &observation->rows[j]);
            if (!isfinite(mean))
                continue; /* no period of the run begins in these days */
            tmn_date_format(row->from_day, from);
            tmn_date_format(row->to_day, to);
            tmn_text_put(out, "%u,%s,%s,%s,", world, observation->name, from, to);
            put_cell(out, model, &model->outcomes.items[observation->outcome], row);
            bool masked = tmn_result_masked(model, &model->outcomes.items[observation->outcome], row->cell, mean);
            tmn_csv_put_real(out, masked ? (double)NAN : mean);
            tmn_csv_put_real(out, masked ? (double)NAN
                                         : observed(observation, mean, all, claims->options->seed, 2 * world,
                                                    tmn_arena_printf(out->arena, "%s/%zu", observation->name, i)));
            tmn_text_put(out, "\n");
        }
    }
}

/* ---- worlds ---- */

/* The model of a planted world: carriers as planted and not drawn. */
static struct tmn_model *planted_model(struct tmn_arena *arena, struct tmn_claims_options *options,
                                       const struct tmn_scenario_claim *claim, struct tmn_planted *planted) {
    struct tmn_model *model = tmn_model_copy(arena, options->model);
    bool *keep = TMN_NEW_ARRAY(arena, bool, model->parameters.count + 1);
    for (size_t p = 0; options->keep && p < model->parameters.count; p++)
        keep[p] = options->keep[p];
    for (size_t i = 0; i < claim->carrier_count; i++) {
        int p = claim->carriers[i].parameter;
        if (p < 0 || !can_be_zero(&model->parameters.items[p]))
            continue;
        struct tmn_parameter other = model->parameters.items[p];
        other.prior_zero = 0;
        double u = tmn_prior_uniform(options->seed, FIRST_DRAW + planted->world, other.name);
        model->parameters.items[p].value = planted->in ? tmn_prior_quantile(&other, u) : 0;
        keep[p] = true;
        planted->carrier = other.name;
        planted->value = model->parameters.items[p].value / other.factor;
    }
    options->keep = keep;
    return model;
}

static bool plant_one(const struct planter *planter, struct tmn_arena *arena, struct tmn_planted *planted,
                      bool *stopped, struct tmn_error *err) {
    struct tmn_claims_options options = *planter->claims->options;
    const struct tmn_scenario_claim *claim = planter->claims->rows[planted->row].claim;
    const struct tmn_model *model = planted_model(arena, &options, claim, planted);
    const struct tmn_claim_row_worlds *asked = &planter->claims->row_worlds[planted->row];
    const struct tmn_claim_world whole = {.windows = model->calendar.windows};
    struct tmn_ask asks[TMN_CLAIM_ROLES + 1];
    struct tmn_output outputs[TMN_CLAIM_ROLES + 1];
    int at[TMN_CLAIM_ROLES];
    size_t count = 0;
    struct tmn_store_options making = {
        .threads = options.threads, .progress = options.progress, .context = options.context, .leave_broken = true};
    struct tmn_store_tally tally;
    asks[count++] = tmn_claim_ask(arena, &options, model, &whole, FIRST_DRAW + planted->world);
    for (int r = 0; r < TMN_CLAIM_ROLES; r++) {
        at[r] = r != TMN_CLAIM_PLACEBO && asked->world[r] >= 0 ? (int)count : -1;
        if (at[r] >= 0)
            asks[count++] = tmn_claim_ask(arena, &options, model, &asked->worlds->items[asked->world[r]],
                                          FIRST_DRAW + planted->world);
    }
    if (!tmn_store_make(&options.store, asks, count, &making, &tally, err))
        return false;
    *stopped = tally.stopped;
    planter->claims->tally.made += tally.made;
    planter->claims->tally.found += tally.found;
    if (tally.stopped || tally.broken > 0)
        return true;
    for (size_t i = 0; i < count; i++)
        if (!tmn_store_read(&options.store, &asks[i], arena, &outputs[i], err))
            return false;
    struct tmn_claim_row_worlds own = {asked->worlds, {0}};
    struct tmn_claim_seen seen;
    memcpy(own.world, at, sizeof at);
    planted->effect = tmn_claim_effect(model, &claim->experiment, &own, outputs, &seen);
    planted->holds = claim->experiment.sign * planted->effect >= claim->experiment.smallest;
    planted->masked = tmn_claim_masked(model, &claim->experiment, seen.fewest);
    planted->done = true;
    put_data(planter, &outputs[0], planted->world);
    return true;
}

bool tmn_claims_plant(struct tmn_claims *claims, struct tmn_error *err) {
    const struct tmn_claims_options *options = claims->options;
    struct planter planter = {.claims = claims, .arena = claims->arena};
    bool stopped = false;
    planter.row = TMN_NEW_ARRAY(claims->arena, size_t, claims->count + 1);
    for (size_t r = 0; r < claims->count; r++)
        if (plantable(options->model, &claims->rows[r]))
            planter.row[planter.rows++] = r;
    if (planter.rows == 0)
        return tmn_fail(err, TMN_USAGE,
                        "no claim can be planted: none of those asked for names a coefficient (carried_by) that has a "
                        "prior and can be 0");
    tmn_text_init(&claims->planted_data, claims->arena);
    tmn_text_put(&claims->planted_data, "world,observation,from,to,cell,mean,observed\n");
    claims->planted = TMN_NEW_ARRAY(claims->arena, struct tmn_planted, options->plant + 1);
    for (int w = 0; w < options->plant && !stopped; w++) {
        struct tmn_planted *planted = &claims->planted[claims->planted_count++];
        struct tmn_arena arena;
        *planted = (struct tmn_planted){
            .world = (uint32_t)w, .row = planter.row[(size_t)w / 2 % planter.rows], .in = w % 2 == 1};
        tmn_arena_init(&arena, 0);
        if (TMN_ARENA_TRY(&arena)) {
            tmn_arena_free(&arena);
            return tmn_fail(err, TMN_MEMORY, "memory ran out for a planted world");
        }
        bool good = plant_one(&planter, &arena, planted, &stopped, err);
        tmn_arena_free(&arena);
        if (!good)
            return false;
    }
    claims->stopped = claims->stopped || stopped;
    return true;
}

void tmn_claims_planted_csv(const struct tmn_claims *claims, struct tmn_text *out) {
    tmn_text_put(out, "world,claim,coefficient,value,planted,effect,holds,verdict\n");
    for (size_t i = 0; i < claims->planted_count; i++) {
        const struct tmn_planted *planted = &claims->planted[i];
        tmn_text_put(out, "%u,%s,%s", planted->world, claims->rows[planted->row].claim->id, planted->carrier);
        tmn_csv_put_real(out, planted->value);
        tmn_text_put(out, ",%s", planted->in ? "in" : "out");
        tmn_csv_put_real(out, planted->done && !planted->masked ? planted->effect : (double)NAN);
        tmn_text_put(out, ",%s,\n", !planted->done ? "" : planted->holds ? "yes" : "no"); /* verdict: of a posterior */
    }
}
