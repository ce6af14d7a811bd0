/* What the claims came to, as sentences, CSV and JSON. */
#include "study/claims.h"

#include "base/pages.h"
#include "result/csv_cell.h"
#include "result/json.h"
#include "result/result.h"
#include "study/compare.h"
#include "study/prior.h"
#include "study/json_head.h"
#include "study/outcome_read.h"
#include <math.h>
#include <string.h>

/* ---- reasons ---- */

static const char *number(struct tmn_arena *arena, double value) {
    return isfinite(value) ? tmn_arena_printf(arena, "%.3g", value) : "-";
}

/* "shoot.weight 0.35 to 1.8" of each parameter, then the other names. */
static const char *carriers(struct tmn_arena *arena, const struct tmn_model *model,
                            const struct tmn_scenario_claim *claim) {
    struct tmn_text text;
    tmn_text_init(&text, arena);
    for (size_t i = 0; i < claim->carrier_count; i++) {
        const struct tmn_carrier *carrier = &claim->carriers[i];
        const char *comma = i > 0 ? ", " : "";
        if (carrier->parameter < 0) {
            tmn_text_put(&text, "%s%s", comma, carrier->name);
            continue;
        }
        const struct tmn_parameter *parameter = &model->parameters.items[carrier->parameter];
        double low = tmn_prior_quantile(parameter, 0.05) / parameter->factor,
               high = tmn_prior_quantile(parameter, 0.95) / parameter->factor;
        if (parameter->prior == TMN_PRIOR_FIXED)
            tmn_text_put(&text, "%s%s fixed at %s", comma, carrier->name,
                         number(arena, parameter->value / parameter->factor));
        else
            tmn_text_put(&text, "%s%s %s to %s", comma, carrier->name, number(arena, low), number(arena, high));
        if (parameter->unit_text)
            tmn_text_put(&text, " %s", parameter->unit_text);
    }
    return text.items;
}

static const char *assumed_reason(struct tmn_arena *arena, const struct tmn_claims *claims,
                                  const struct tmn_claim_row *row) {
    const struct tmn_model *model = claims->options->model;
    const char *size = carriers(arena, model, row->claim);
    if (!row->measured)
        return tmn_arena_printf(arena, "coded, not tested. Carried by %s (nine in ten of the prior)", size);
    return tmn_arena_printf(
        arena, "coded, not tested. Its size in this model: %s, nine in ten draws %s to %s; carried by %s",
        number(arena, row->median), number(arena, row->effects.low), number(arena, row->effects.high), size);
}

static const char *observed_reason(struct tmn_arena *arena, const struct tmn_claim_check *check) {
    const char *wanted = isfinite(check->low) && isfinite(check->high)
                             ? tmn_arena_printf(arena, "between %.6g and %.6g", check->low, check->high)
                         : isfinite(check->low) ? tmn_arena_printf(arena, "at least %.6g", check->low)
                                                : tmn_arena_printf(arena, "at most %.6g", check->high);
    return tmn_arena_printf(arena, "data, without the model: %.6g from %zu row%s of %s; the claim needs %s",
                            check->value, check->rows, check->rows == 1 ? "" : "s", check->file ? check->file : "?",
                            wanted);
}

static const char *thin_reason(struct tmn_arena *arena, const struct tmn_claims *claims,
                               const struct tmn_claim_row *row) {
    double scale = claims->options->scale, wanted = scale * TMN_CLAIM_PERSONS / row->simulated;
    if (!(row->simulated > 0))
        return tmn_arena_printf(arena, "too small to decide: nobody was counted in any run at scale %g", scale);
    return tmn_arena_printf(
        arena, "too small to decide: the figure rests on %s simulated persons a run at scale %g; %s",
        number(arena, row->simulated), scale,
        wanted <= 1 ? tmn_arena_printf(arena, "%d need --scale %s", TMN_CLAIM_PERSONS, number(arena, wanted))
                    : "not even the whole population gives enough");
}

const char *tmn_claim_reason(struct tmn_arena *arena, const struct tmn_claims *claims,
                             const struct tmn_claim_row *row) {
    const struct tmn_shares *prior = &row->prior;
    if (row->claim->kind == TMN_CLAIM_OBSERVED)
        return observed_reason(arena, &row->claim->check);
    if (row->claim->kind == TMN_CLAIM_ASSUMED)
        return assumed_reason(arena, claims, row);
    if (row->claim->kind == TMN_CLAIM_NOT_TESTABLE)
        return row->claim->reason ? row->claim->reason : "";
    if (2 * row->broken > claims->draws)
        return tmn_arena_printf(arena, "the model does not allow %d of %d draws in all its worlds: %s", row->broken,
                                claims->draws, claims->tally.why.text);
    if (row->masked)
        return tmn_arena_printf(arena, "masked: the figure is of a place, and of under %d persons", TMN_MASK_PERSONS);
    if (row->thin)
        return thin_reason(arena, claims, row);
    const char *shares =
        tmn_arena_printf(arena, "of %.0f draws %.0f as claimed, %.0f the other way, %.0f smaller than %s", prior->draws,
                         prior->holds * prior->draws, prior->opposite * prior->draws, prior->within * prior->draws,
                         number(arena, row->claim->experiment.smallest));
    if (prior->draws < TMN_CLAIM_DRAWS)
        return tmn_arena_printf(arena, "%s; %d draws are needed for a verdict", shares, TMN_CLAIM_DRAWS);
    if (row->verdict == TMN_RULING_PRIOR_DECIDES)
        return tmn_arena_printf(arena, "assumptions alone speak %s it: %s", prior->holds > 0.5 ? "for" : "against",
                                shares);
    return shares;
}

/* ---- sentences ---- */

const char *tmn_claims_headline(struct tmn_arena *arena, const struct tmn_claims *claims) {
    struct tmn_text text;
    tmn_text_init(&text, arena);
    for (int k = 0; k < TMN_CLAIM_CLASSES; k++) {
        size_t all = 0, told = 0;
        for (int v = 0; v < TMN_RULINGS; v++)
            all += claims->counts[k][v];
        if (all == 0)
            continue;
        tmn_text_put(&text, "%s%zu %s", text.count > 0 ? "; " : "", all, tmn_claim_class_names[k]);
        if (k == TMN_CLAIM_ASSUMED || k == TMN_CLAIM_NOT_TESTABLE)
            continue;
        for (int v = 0; v < TMN_RULINGS; v++)
            if (claims->counts[k][v] > 0)
                tmn_text_put(&text, "%s%zu %s", told++ > 0 ? ", " : ": ", claims->counts[k][v], tmn_ruling_names[v]);
    }
    return text.items;
}

/* ---- CSV ---- */

void tmn_claims_csv(const struct tmn_claims *claims, struct tmn_text *out) {
    tmn_text_put(out,
                 "id,class,verdict,p0,p1,effect,low,high,opposite,within,draws,simulated,masked,fragile,placebo_moved,"
                 "placebo_outcome,document,reason,text\n");
    for (size_t r = 0; r < claims->count; r++) {
        const struct tmn_claim_row *row = &claims->rows[r];
        double none = (double)NAN;
        tmn_text_put(out, "%s,%s,%s", row->claim->id, tmn_claim_class_names[row->claim->kind],
                     tmn_ruling_names[row->verdict]);
        tmn_csv_put_real(out, row->measured ? row->prior.holds : none);
        tmn_text_put(out, ",");
        tmn_csv_put_real(out, row->median);
        tmn_csv_put_real(out, row->effects.low);
        tmn_csv_put_real(out, row->effects.high);
        tmn_csv_put_real(out, row->measured ? row->prior.opposite : none);
        tmn_csv_put_real(out, row->measured ? row->prior.within : none);
        tmn_text_put(out, ",%.0f", row->measured ? row->prior.draws : 0);
        tmn_csv_put_real(out, row->simulated);
        tmn_text_put(out, ",%s,", row->masked ? "yes" : "");
        tmn_csv_put_text(out, row->fragile ? row->fragile : "");
        tmn_text_put(out, ",");
        if (row->measured && claims->placebo_draws > 0)
            tmn_text_put(out, "%zu", row->moved_by_placebo);
        tmn_text_put(out, ",%s,", row->has_placebo_outcome ? tmn_ruling_names[row->placebo_outcome] : "");
        tmn_csv_put_text(out, row->source ? row->source : "");
        tmn_text_put(out, ",");
        tmn_csv_put_text(out, row->reason);
        tmn_text_put(out, ",");
        tmn_csv_put_text(out, row->text ? row->text : "");
        tmn_text_put(out, "\n");
    }
}

void tmn_claims_effects_csv(const struct tmn_claims *claims, struct tmn_text *out) {
    tmn_text_put(out, "draw,seed,id,effect\n");
    for (int d = 0; d < claims->draws; d++)
        for (size_t r = 0; r < claims->count; r++) {
            if (!claims->rows[r].measured)
                continue;
            tmn_text_put(out, "%d,%llu,%s", d, (unsigned long long)claims->seeds[d], claims->rows[r].claim->id);
            tmn_csv_put_real(out, claims->rows[r].effect[d]);
            tmn_text_put(out, "\n");
        }
}

/* ---- JSON ---- */

static void json_row(const struct tmn_claims *claims, struct tmn_json *json, const struct tmn_claim_row *row) {
    double none = (double)NAN;
    bool ruled = row->claim->kind == TMN_CLAIM_CONSEQUENCE || row->claim->kind == TMN_CLAIM_RIVAL;
    tmn_json_open(json, NULL, '{');
    tmn_json_text(json, "id", row->claim->id);
    tmn_json_text(json, "class", tmn_claim_class_names[row->claim->kind]);
    tmn_json_text(json, "verdict", tmn_ruling_names[row->verdict]);
    tmn_json_text(json, "basis", ruled ? "prior-predictive" : NULL);
    tmn_json_real(json, "p0", ruled && row->measured ? row->prior.holds : none);
    tmn_json_real(json, "p1", none);
    tmn_json_real(json, "effect", row->median);
    tmn_json_text(json, "reason", row->reason);
    tmn_json_text(json, "text", row->text);
    tmn_json_text(json, "document", row->source);
    tmn_json_text(json, "group", row->claim->group);
    tmn_json_text(json, "why", row->claim->reason);
    if (row->measured) {
        const struct tmn_experiment *experiment = &row->claim->experiment;
        tmn_json_text(json, "measure", experiment->log ? "log_ratio" : "difference");
        const struct tmn_model *model = claims->options->model;
        const struct tmn_outcome *outcome = &model->outcomes.items[experiment->figure.outcome];
        tmn_json_text(json, "outcome", outcome->name);
        tmn_json_text(json, "cell", tmn_cell_text(json->out->arena, model, outcome, experiment->figure.cell));
        tmn_json_text(json, "direction", experiment->sign > 0 ? "+" : "-");
        tmn_json_real(json, "smallest", experiment->smallest);
        tmn_json_real(json, "low", row->effects.low);
        tmn_json_real(json, "high", row->effects.high);
        tmn_json_real(json, "p0_low", ruled ? row->p0_range.low : none);
        tmn_json_real(json, "p0_high", ruled ? row->p0_range.high : none);
        tmn_json_real(json, "opposite", row->prior.opposite);
        tmn_json_real(json, "within", row->prior.within);
        tmn_json_int(json, "draws", (long long)row->prior.draws);
        tmn_json_int(json, "broken", row->broken);
        tmn_json_real(json, "simulated", row->simulated);
        tmn_json_bool(json, "thin", row->thin);
        tmn_json_bool(json, "masked", row->masked);
        if (claims->placebo_draws > 0)
            tmn_json_int(json, "moved_by_placebo", (long long)row->moved_by_placebo);
        if (row->has_placebo_outcome)
            tmn_json_text(json, "placebo_outcome", tmn_ruling_names[row->placebo_outcome]);
        tmn_json_text(json, "fragile", row->fragile);
    }
    tmn_json_close(json, '}');
}

static void json_control(const struct tmn_claims *claims, struct tmn_json *json,
                         const struct tmn_claim_control *control) {
    tmn_json_open(json, NULL, '{');
    tmn_json_text(json, "name", control->name);
    tmn_json_text(json, "what", control->text);
    tmn_json_int(json, "draws", control->draws);
    tmn_json_int(json, "asked", (long long)control->asked);
    tmn_json_int(json, "changed", (long long)control->changed);
    tmn_json_open(json, "rows", '[');
    for (size_t r = 0; r < claims->count; r++) {
        if (control->verdict[r] == TMN_RULINGS)
            continue;
        tmn_json_open(json, NULL, '{');
        tmn_json_text(json, "id", claims->rows[r].claim->id);
        tmn_json_text(json, "verdict", tmn_ruling_names[control->verdict[r]]);
        tmn_json_real(json, "p0", control->p0[r]);
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
    tmn_json_close(json, '}');
}

/* How many worlds of each kind there are; what a posterior says of them stands open. */
static void json_planted(const struct tmn_claims *claims, struct tmn_json *json) {
    size_t count[2][2] = {{0, 0}, {0, 0}}, broken = 0;
    for (size_t i = 0; i < claims->planted_count; i++) {
        broken += !claims->planted[i].done;
        if (claims->planted[i].done)
            count[claims->planted[i].in][claims->planted[i].holds]++;
    }
    tmn_json_open(json, "planted", '{');
    tmn_json_int(json, "worlds", (long long)claims->planted_count);
    tmn_json_int(json, "broken", (long long)broken);
    tmn_json_int(json, "in_and_true", (long long)count[1][1]);
    tmn_json_int(json, "in_and_false", (long long)count[1][0]);
    tmn_json_int(json, "out_and_true", (long long)count[0][1]);
    tmn_json_int(json, "out_and_false", (long long)count[0][0]);
    tmn_json_text(json, "false_support", NULL);
    tmn_json_text(json, "power", NULL);
    tmn_json_text(json, "why_not", "false support and power need a posterior, and there is none");
    tmn_json_close(json, '}');
}

static void json_facts(const struct tmn_claims *claims, struct tmn_json *json) {
    const struct tmn_claims_options *options = claims->options;
    const struct tmn_model *model = options->model;
    struct tmn_arena *arena = json->out->arena;
    tmn_json_scenario(json, options->version, model);
    tmn_json_text(json, "claims_hash", tmn_arena_printf(arena, "%016llx", (unsigned long long)model->claims_hash));
    tmn_json_text(json, "last_amendment", tmn_claims_amended(arena, model));
    tmn_json_text(json, "basis", "prior-predictive: there is no posterior");
    tmn_json_settings(json, options->assignments, options->assignment_count);
    tmn_json_int(json, "seed", (long long)options->seed);
    tmn_json_real(json, "scale", options->scale);
    tmn_json_int(json, "draws", claims->draws);
    tmn_json_int(json, "draws_wanted", options->draws);
    tmn_json_int(json, "worlds", (long long)claims->plan.worlds);
    tmn_json_int(json, "broken_runs", (long long)claims->tally.broken);
    tmn_json_text(json, "broken_first", claims->tally.broken > 0 ? claims->tally.why.text : NULL);
    tmn_json_bool(json, "whole", claims->draws == options->draws);
    tmn_json_text(json, "headline", tmn_claims_headline(arena, claims));
    for (int k = 0; k < TMN_CLAIM_CLASSES; k++) {
        tmn_json_open(json, k == TMN_CLAIM_NOT_TESTABLE ? "not_testable" : tmn_claim_class_names[k], '{');
        for (int v = 0; v < TMN_RULINGS; v++)
            if (claims->counts[k][v] > 0)
                tmn_json_int(json, tmn_ruling_names[v], (long long)claims->counts[k][v]);
        tmn_json_close(json, '}');
    }
}

void tmn_claims_json(const struct tmn_claims *claims, struct tmn_text *out) {
    struct tmn_json json;
    tmn_json_init(&json, out);
    tmn_json_open(&json, NULL, '{');
    json_facts(claims, &json);
    tmn_json_open(&json, "rows", '[');
    for (size_t r = 0; r < claims->count; r++)
        json_row(claims, &json, &claims->rows[r]);
    tmn_json_close(&json, ']');
    tmn_json_open(&json, "controls", '[');
    for (size_t c = 0; c < claims->control_count; c++)
        json_control(claims, &json, &claims->controls[c]);
    tmn_json_close(&json, ']');
    json_planted(claims, &json);
    tmn_json_close(&json, '}');
    tmn_text_put(out, "\n");
}

const char *tmn_claims_amended(struct tmn_arena *arena, const struct tmn_model *model) {
    char date[16];
    int32_t last = INT32_MIN;
    for (size_t i = 0; i < model->amendments.count; i++)
        last = model->amendments.items[i].day > last ? model->amendments.items[i].day : last;
    if (last == INT32_MIN)
        return NULL;
    tmn_date_format(last, date);
    return tmn_arena_strdup(arena, date);
}

static void planted_data(const struct tmn_claims *claims, struct tmn_text *out) {
    tmn_text_bytes(out, claims->planted_data.items, claims->planted_data.count);
}

bool tmn_claims_save(const struct tmn_claims *claims, const char *path, struct tmn_error *err) {
    struct tmn_pages pages;
    tmn_pages_init(&pages, claims->arena);
    tmn_claims_csv(claims, tmn_pages_add(&pages, "claims.csv"));
    tmn_claims_effects_csv(claims, tmn_pages_add(&pages, "effects.csv"));
    tmn_claims_json(claims, tmn_pages_add(&pages, "claims.json"));
    tmn_claims_html(claims, tmn_pages_add(&pages, "claims.html"));
    if (claims->planted_count > 0) {
        tmn_claims_planted_csv(claims, tmn_pages_add(&pages, "planted.csv"));
        planted_data(claims, tmn_pages_add(&pages, "planted_data.csv"));
    }
    return tmn_pages_save(&pages, path, err);
}
