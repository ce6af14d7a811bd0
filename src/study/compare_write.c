/* A comparison as words, CSV and JSON, and its folder. */
#include "study/compare.h"

#include "base/pages.h"
#include "result/csv_cell.h"
#include "result/result.h"
#include "study/json_head.h"
#include "study/outcome_read.h"
#include <math.h>
#include <string.h>

const char *tmn_compare_verdict_name(enum tmn_compare_verdict verdict) {
    static const char *const names[] = {"none", "more", "fewer", "open"};
    return names[verdict];
}

/* ---- names ---- */

void tmn_selection_cell(const struct tmn_model *model, const struct tmn_outcome *outcome, uint32_t selection,
                        int64_t cell[TMN_MAX_KEYS]) {
    uint32_t at = 1;
    for (int k = 0; k < TMN_MAX_KEYS; k++)
        cell[k] = -1;
    if (selection == 0)
        return;
    for (int k = 0; k < outcome->by.n; k++) {
        uint32_t cardinality = model->features.items[outcome->by.feature[k]].cardinality;
        if (selection < at + cardinality) {
            cell[k] = selection - at;
            return;
        }
        at += cardinality;
    }
    for (int k = 0; k < outcome->by.n; k++)
        cell[k] = (selection - at) / outcome->by.stride[k] % model->features.items[outcome->by.feature[k]].cardinality;
}

const char *tmn_selection_name(struct tmn_arena *arena, const struct tmn_model *model,
                               const struct tmn_outcome *outcome, uint32_t selection) {
    int64_t cell[TMN_MAX_KEYS];
    tmn_selection_cell(model, outcome, selection, cell);
    return tmn_cell_text(arena, model, outcome, cell);
}

const char *tmn_compared_period(struct tmn_arena *arena, const struct tmn_compared *compared, int period) {
    char date[16];
    if (period == compared->periods)
        return "all";
    if (compared->by_year)
        return tmn_arena_printf(arena, "%d", compared->first_year + period);
    tmn_date_format(compared->days[period], date);
    return compared->outcome->every == TMN_PERIOD_RUN ? "run" : tmn_arena_strdup(arena, date);
}

const char *tmn_world_name(const struct tmn_compare *compare, int world) {
    const struct tmn_compare_world *of = &compare->options->world[world],
                                   *other = &compare->options->world[TMN_WORLDS - 1 - world];
    bool confused =
        strcmp(of->model->name, other->model->name) == 0 && strcmp(of->model->path, other->model->path) != 0;
    return !confused ? of->model->name : of->target ? of->target : of->model->path;
}

const char *tmn_world_text(struct tmn_arena *arena, const struct tmn_compare *compare, int world) {
    const struct tmn_compare_world *of = &compare->options->world[world], *other = &compare->options->world[TMN_BASE];
    struct tmn_text text;
    tmn_text_init(&text, arena);
    if (strcmp(of->model->path, other->model->path) != 0 || of->assignment_count == 0)
        tmn_text_put(&text, "%s",
                     of->assignment_count > 0 || world == TMN_VARIANT ? tmn_world_name(compare, world) : "as declared");
    for (size_t i = 0; i < of->assignment_count; i++)
        tmn_text_put(&text, "%s%s", text.count > 0 ? ", " : "", of->assignments[i]);
    return text.items;
}

static const char *title_of(const struct tmn_compared *compared) {
    return compared->outcome->title ? compared->outcome->title : compared->outcome->name;
}

const char *tmn_compare_number(struct tmn_arena *arena, double value) {
    char text[32] = "";
    double unit = value != 0 && isfinite(value) ? pow(10, 2 - floor(log10(fabs(value)))) : 1; /* per digit kept */
    if (fabs(value) >= 99.5 && isfinite(value))
        tmn_format_count(llround(value), text);
    else if (isfinite(value))
        tmn_format_digits(round(value * unit) / unit, 3, text);
    return tmn_arena_strdup(arena, strcmp(text, "-0") == 0 ? "0" : text);
}

/* ---- the sentence ---- */

static void say_outcome(const struct tmn_compare *compare, const struct tmn_compared *compared, struct tmn_text *text) {
    const struct tmn_effect *whole = tmn_effect_whole(compared);
    bool counts = tmn_outcome_counts_persons(compared->outcome);
    const char *more = counts ? "more" : "higher", *fewer = counts ? "fewer" : "lower";
    tmn_text_put(text, "%s: ", title_of(compared));
    if (compared->verdict == TMN_COMPARE_SAME) {
        tmn_text_put(text, "no effect, the same in every pair. ");
        return;
    }
    if (compared->verdict == TMN_COMPARE_OPEN) {
        const char *units = compare->options->draws > 0 ? "draw" : "pair";
        tmn_text_put(text, "not decided by %d %s%s", compare->units, units, compare->units == 1 ? "" : "s");
        if (compare->units > 1)
            tmn_text_put(text, " (%s, with 90 %% between %s and %s)", tmn_compare_number(text->arena, whole->effect),
                         tmn_compare_number(text->arena, whole->range.low),
                         tmn_compare_number(text->arena, whole->range.high));
        if (compare->options->draws > 0)
            tmn_text_put(text, "; %s in %.0f %% of the draws, %s in %.0f %%", more, 100 * whole->above, fewer,
                         100 * whole->below);
        if (compared->wanted > 0)
            tmn_text_put(text, "; about %d would decide an effect of this size", compared->wanted);
        tmn_text_put(text, ". ");
        return;
    }
    tmn_text_put(text, "decided, %s by %s", compared->verdict == TMN_COMPARE_MORE ? more : fewer,
                 tmn_compare_number(text->arena, fabs(whole->effect)));
    if (whole->mean[TMN_BASE] > 0)
        tmn_text_put(text, " (%.3g %%)", 100 * fabs(whole->effect) / whole->mean[TMN_BASE]);
    tmn_text_put(text, ", with 90 %% between %s and %s", tmn_compare_number(text->arena, whole->range.low),
                 tmn_compare_number(text->arena, whole->range.high));
    if (compare->options->draws > 0)
        tmn_text_put(text, "; %s in %.0f %% of the draws", compared->verdict == TMN_COMPARE_MORE ? more : fewer,
                     100 * (compared->verdict == TMN_COMPARE_MORE ? whole->above : whole->below));
    tmn_text_put(text, ". ");
}

/* Is it drawn in both worlds, whose files have other values of it? */
static bool drawn_over(const struct tmn_compare *compare, size_t parameter) {
    const struct tmn_compare_world *base = &compare->options->world[TMN_BASE],
                                   *variant = &compare->options->world[TMN_VARIANT];
    const struct tmn_parameter *of = &base->model->parameters.items[parameter];
    for (size_t p = 0; p < variant->model->parameters.count; p++) {
        const struct tmn_parameter *other = &variant->model->parameters.items[p];
        if (strcmp(other->name, of->name) == 0)
            return other->value != of->value && tmn_compare_draws(base, parameter) && tmn_compare_draws(variant, p);
    }
    return false;
}

static void say_drawn(const struct tmn_compare *compare, struct tmn_text *text) {
    const struct tmn_model *model = compare->options->world[TMN_BASE].model;
    const char *first = NULL;
    size_t count = 0;
    for (size_t p = 0; p < model->parameters.count && compare->options->draws > 0; p++) {
        if (!drawn_over(compare, p))
            continue;
        first = first ? first : model->parameters.items[p].name;
        count++;
    }
    if (count == 0)
        return;
    tmn_text_put(text, " The draws take %s", first);
    if (count > 1)
        tmn_text_put(text, " and %zu more", count - 1);
    tmn_text_put(text,
                 " from the prior in both worlds, so that another value in the variant's files changes nothing: give "
                 "it with --set, or leave out --draws.");
}

const char *tmn_compare_sentence(const struct tmn_compare *compare) {
    struct tmn_text text;
    unsigned results = tmn_compare_marks(compare) & 1u << TMN_MARK_RESULT, told = results ? results : ~0u;
    size_t said_of = 0, decided = 0, all = 0;
    tmn_text_init(&text, compare->arena);
    tmn_text_put(&text, "%s", "");
    if (compare->same_world) {
        tmn_text_put(&text,
                     "No effect: the change sets what is so already, so that both worlds are one and the same run.");
        say_drawn(compare, &text);
        return text.items;
    }
    if (compare->equal == compare->done) {
        tmn_text_put(&text,
                     "No effect: equal digests in %s%zu pair%s. Every person and every outcome is the same in "
                     "both worlds.",
                     compare->done > 1 ? "all " : "the ", compare->done, compare->done > 1 ? "s" : "");
        say_drawn(compare, &text);
        return text.items;
    }
    tmn_text_put(&text, "In this model: ");
    for (size_t o = 0; o < compare->count; o++) {
        const struct tmn_compared *compared = &compare->outcomes[o];
        if (!tmn_compared_told(compared, ~0u))
            continue;
        all++;
        decided += compared->verdict == TMN_COMPARE_MORE || compared->verdict == TMN_COMPARE_LESS;
        if (said_of == 3 || !tmn_compared_told(compared, told))
            continue;
        say_outcome(compare, compared, &text);
        said_of++;
    }
    tmn_text_put(&text, "Of %zu outcomes %zu are decided.", all, decided);
    if (compare->options->from_day >
        tmn_calendar_window(&compare->options->world[TMN_BASE].model->calendar, 0).first_day) {
        char date[16];
        tmn_date_format(compare->options->from_day, date);
        tmn_text_put(&text, " Sums are from %s on; who is gone or new is told of the whole run.", date);
    }
    say_drawn(compare, &text);
    if (compare->tally.broken > 0)
        tmn_text_put(&text,
                     " %zu run%s broke and %s left out with the other of the pair, so the prior is that of what the "
                     "model allows; the first: %s.",
                     compare->tally.broken, compare->tally.broken == 1 ? "" : "s",
                     compare->tally.broken == 1 ? "is" : "are", compare->tally.why.text);
    return text.items;
}

/* ---- CSV ---- */

static void put_effect(const struct tmn_compare *compare, struct tmn_text *out, const struct tmn_compared *compared,
                       uint32_t selection, int period) {
    const struct tmn_model *model = compare->options->world[TMN_BASE].model;
    const struct tmn_effect *effect = tmn_effect_at(compared, selection, period);
    if (!effect->reached || (selection == 0 && !tmn_compared_sums(compared)))
        return;
    tmn_text_put(out, "%s,", compared->outcome->name);
    tmn_csv_put_text(out, tmn_selection_name(out->arena, model, compared->outcome, selection));
    tmn_text_put(out, ",%s", tmn_compared_period(out->arena, compared, period));
    const double values[] = {effect->mean[0],     effect->mean[1],        effect->effect,      effect->range.low,
                             effect->range.high,  (double)compare->units, effect->band[0].low, effect->band[0].high,
                             effect->band[1].low, effect->band[1].high,   effect->units.low,   effect->units.high,
                             effect->above,       effect->below,          effect->saved};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        tmn_csv_put_real(out, effect->masked && i != 5 ? (double)NAN : values[i]);
    tmn_text_put(out, ",%s,%s\n", effect->thin ? "yes" : "no", effect->masked ? "yes" : "no");
}

void tmn_compare_effects_csv(const struct tmn_compare *compare, struct tmn_text *out) {
    tmn_text_put(out, "outcome,cell,period,base,variant,effect,low,high,pairs,base_low,base_high,variant_low,"
                      "variant_high,units_low,units_high,above,below,saved,thin,masked\n");
    for (size_t o = 0; o < compare->count; o++)
        for (uint32_t s = 0; s < compare->outcomes[o].selections; s++)
            for (int p = 0; p <= compare->outcomes[o].periods; p++)
                put_effect(compare, out, &compare->outcomes[o], s, p);
}

void tmn_compare_persons_csv(const struct tmn_compare *compare, struct tmn_text *out) {
    tmn_text_put(out, "outcome,both,only_base,only_variant\n");
    for (size_t o = 0; o < compare->count; o++) {
        const struct tmn_twins *twins = &compare->outcomes[o].twins;
        if (!twins->known)
            continue;
        tmn_text_put(out, "%s", compare->outcomes[o].outcome->name);
        tmn_csv_put_real(out, twins->both);
        tmn_csv_put_real(out, twins->only[TMN_BASE]);
        tmn_csv_put_real(out, twins->only[TMN_VARIANT]);
        tmn_text_put(out, "\n");
    }
}

void tmn_compare_pairs_csv(const struct tmn_compare *compare, struct tmn_text *out) {
    tmn_text_put(out, "draw,seed,base_digest,variant_digest,equal\n");
    for (size_t p = 0; p < compare->pair_count; p++) {
        const struct tmn_pair *pair = &compare->pairs[p];
        const struct tmn_digest *digest = pair->digest;
        if (!pair->done)
            continue;
        if (pair->draw >= 0)
            tmn_text_put(out, "%d", pair->draw);
        tmn_text_put(out, ",%llu", (unsigned long long)pair->seed);
        for (int w = 0; w < TMN_WORLDS; w++)
            tmn_text_put(out, ",%016llx%016llx", (unsigned long long)digest[w].high, (unsigned long long)digest[w].low);
        tmn_text_put(out, ",%s\n", memcmp(&digest[0], &digest[1], sizeof *digest) == 0 ? "yes" : "no");
    }
}

/* ---- JSON ---- */

static void json_world(const struct tmn_compare *compare, struct tmn_json *json, const char *key, int world) {
    const struct tmn_compare_world *of = &compare->options->world[world];
    tmn_json_open(json, key, '{');
    tmn_json_text(json, "scenario", of->model->name);
    tmn_json_text(json, "scenario_hash",
                  tmn_arena_printf(compare->arena, "%016llx", (unsigned long long)of->model->source_hash));
    tmn_json_settings(json, of->assignments, of->assignment_count);
    tmn_json_close(json, '}');
}

static void json_outcome(struct tmn_json *json, const struct tmn_compared *compared) {
    static const char *const marks[] = {NULL, "result", "attempt", "harm"};
    const struct tmn_effect *whole = tmn_effect_whole(compared);
    tmn_json_open(json, NULL, '{');
    tmn_json_text(json, "name", compared->outcome->name);
    tmn_json_text(json, "title", compared->outcome->title);
    tmn_json_text(json, "counts_as", marks[compared->outcome->mark]);
    if (tmn_compared_sums(compared)) {
        tmn_json_text(json, "verdict", tmn_compare_verdict_name(compared->verdict));
        tmn_json_real(json, "base", whole->mean[TMN_BASE]);
        tmn_json_real(json, "variant", whole->mean[TMN_VARIANT]);
        tmn_json_real(json, "effect", whole->effect);
        tmn_json_real(json, "low", whole->range.low);
        tmn_json_real(json, "high", whole->range.high);
        tmn_json_real(json, "units_low", whole->units.low);
        tmn_json_real(json, "units_high", whole->units.high);
        tmn_json_real(json, "above", whole->above);
        tmn_json_real(json, "below", whole->below);
        tmn_json_real(json, "saved", whole->saved);
        tmn_json_real(json, "by_parameters", compared->by_parameters);
        tmn_json_bool(json, "thin", whole->thin);
    }
    if (compared->twins.known) {
        tmn_json_open(json, "persons", '{');
        tmn_json_real(json, "both", compared->twins.both);
        tmn_json_real(json, "only_base", compared->twins.only[TMN_BASE]);
        tmn_json_real(json, "only_variant", compared->twins.only[TMN_VARIANT]);
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, '}');
}

static void json_facts(const struct tmn_compare *compare, struct tmn_json *json) {
    const struct tmn_compare_options *options = compare->options;
    char date[16];
    tmn_date_format(options->from_day, date);
    tmn_json_text(json, "version", options->version);
    json_world(compare, json, "base", TMN_BASE);
    json_world(compare, json, "variant", TMN_VARIANT);
    tmn_json_int(json, "seed", (long long)options->seed);
    tmn_json_int(json, "seeds", options->seeds);
    tmn_json_int(json, "draws", options->draws);
    tmn_json_real(json, "scale", options->scale);
    tmn_json_int(json, "windows", options->windows);
    tmn_json_text(json, "from", date);
    tmn_json_int(json, "pairs", (long long)compare->done);
    tmn_json_int(json, "pairs_wanted", (long long)compare->pair_count);
    tmn_json_int(json, "pairs_equal", (long long)compare->equal);
    tmn_json_int(json, "broken_runs", (long long)compare->tally.broken);
    tmn_json_text(json, "broken_first", compare->tally.broken > 0 ? compare->tally.why.text : NULL);
    tmn_json_bool(json, "no_effect", compare->equal == compare->done);
    tmn_json_text(json, "says", tmn_compare_sentence(compare));
}

void tmn_compare_json(const struct tmn_compare *compare, struct tmn_text *out) {
    struct tmn_json json;
    tmn_json_init(&json, out);
    tmn_json_open(&json, NULL, '{');
    json_facts(compare, &json);
    tmn_json_open(&json, "outcomes", '[');
    for (size_t o = 0; o < compare->count; o++)
        json_outcome(&json, &compare->outcomes[o]);
    tmn_json_close(&json, ']');
    tmn_json_open(&json, "goes_with", '[');
    for (size_t d = 0; d < compare->driven_count; d++) {
        tmn_json_open(&json, NULL, '{');
        tmn_json_text(&json, "parameter",
                      compare->options->world[TMN_BASE].model->parameters.items[compare->driven[d].parameter].name);
        tmn_json_real(&json, "correlation", compare->driven[d].correlation);
        tmn_json_close(&json, '}');
    }
    tmn_json_close(&json, ']');
    tmn_json_open(&json, "not_compared", '[');
    for (size_t a = 0; a < compare->apart_count; a++)
        tmn_json_text(&json, NULL, compare->apart[a]);
    tmn_json_close(&json, ']');
    tmn_json_close(&json, '}');
    tmn_text_put(out, "\n");
}

bool tmn_compare_save(const struct tmn_compare *compare, const char *path, struct tmn_error *err) {
    struct tmn_pages pages;
    tmn_pages_init(&pages, compare->arena);
    tmn_compare_effects_csv(compare, tmn_pages_add(&pages, "effects.csv"));
    tmn_compare_persons_csv(compare, tmn_pages_add(&pages, "persons.csv"));
    tmn_compare_pairs_csv(compare, tmn_pages_add(&pages, "pairs.csv"));
    tmn_compare_json(compare, tmn_pages_add(&pages, "compare.json"));
    tmn_compare_html(compare, tmn_pages_add(&pages, "compare.html"));
    return tmn_pages_save(&pages, path, err);
}
