/* The two forms of what `tumen check` found. See check.h. */
#include "cli/check.h"
#include "cli/print.h"
#include "result/ledger.h"
#include "result/json.h"
#include <string.h>

static const char *const clock_names[] = {
    [TMN_CLOCK_RATE] = "rate", [TMN_CLOCK_CHANCE] = "chance", [TMN_CLOCK_AFTER] = "after"};

static int slot_sharers(const struct tmn_model *model, int slot) {
    int count = 0;
    for (size_t i = 0; i < model->transitions.count; i++)
        count += model->transitions.items[i].slot == slot ? 1 : 0;
    return count;
}

/* Table of one entry per stratum: C and G as 64-bit integers. */
static double table_bytes(const struct tmn_transition *transition) {
    return 8.0 * ((double)transition->personal.size + (double)transition->shared.size);
}

static const char *reason(const struct tmn_model *model, const struct tmn_strata *strata, int i) {
    return strata->because[i] && strata->because[i]->source ? strata->because[i]->source
                                                            : model->features.items[strata->feature[i]].name;
}

/* "sex and age (`mortality[sex, age]`), ...": the features that cut the strata, by the factor that put them there. */
static void put_strata(struct tmn_text *text, const struct tmn_model *model, const char *what,
                       const struct tmn_strata *strata) {
    for (int i = 0; i < strata->n; i++) {
        const char *name = model->features.items[strata->feature[i]].name, *because = reason(model, strata, i);
        bool told = false;
        for (int j = 0; j < i; j++)
            told = told || strcmp(reason(model, strata, j), because) == 0;
        if (told)
            continue;
        if (i == 0)
            tmn_text_put(text, "%s%s by ", text->count ? "; " : "", what);
        else
            tmn_text_put(text, ", ");
        if (strcmp(name, because) == 0) {
            tmn_text_put(text, "`%s`", name);
            continue;
        }
        tmn_text_put(text, "%s", name);
        for (int j = i + 1; j < strata->n; j++)
            if (strcmp(reason(model, strata, j), because) == 0)
                tmn_text_put(text, " and %s", model->features.items[strata->feature[j]].name);
        tmn_text_put(text, " (`%s`)", because);
    }
}

static void print_transitions(struct tmn_arena *arena, const struct tmn_model *model) {
    tmn_heading("Transitions: strata of their personal x shared factors, and the factor that asks for each cut");
    if (model->transitions.count == 0)
        puts("  none: nothing happens to anybody");
    for (size_t i = 0; i < model->transitions.count; i++) {
        const struct tmn_transition *transition = &model->transitions.items[i];
        struct tmn_text because;
        tmn_text_init(&because, arena);
        put_strata(&because, model, "personal", &transition->personal);
        put_strata(&because, model, "shared", &transition->shared);
        int sharers = slot_sharers(model, transition->slot);
        printf("  %s%s%s: %s, slot %d", tmn_bold(stdout), transition->name, tmn_plain(stdout),
               clock_names[transition->kind], transition->slot);
        if (sharers > 1)
            printf(" (one of %d)", sharers);
        printf(", %u x %u strata, %.0f bytes\n", transition->personal.size, transition->shared.size,
               table_bytes(transition));
        if (because.count)
            tmn_print_wrapped(stdout, "      ", because.items);
    }
}

static void print_ties(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_cost *cost) {
    if (model->layers.count == 0 || cost->years == 0)
        return;
    const char **head = TMN_NEW_ARRAY(arena, const char *, model->layers.count + 1);
    head[0] = "<year";
    for (size_t layer = 0; layer < model->layers.count; layer++)
        head[layer + 1] = tmn_arena_printf(arena, ">%s", model->layers.items[layer].name);
    struct tmn_grid grid;
    tmn_grid_init(&grid, arena, head, model->layers.count + 1);
    for (int year = 0; year < cost->years; year++) {
        tmn_grid_put(&grid, "%d", model->calendar.start_year + year);
        for (size_t layer = 0; layer < model->layers.count; layer++)
            tmn_grid_put(&grid, "%.2f", cost->ties[(size_t)year * model->layers.count + layer]);
    }
    tmn_heading("Living ties of a living person at the end of each year, by layer (measured on a run of %u persons)",
                cost->sample_persons);
    tmn_grid_print(&grid);
}

static int attribute_bits(const struct tmn_model *model) {
    int bits = 0;
    for (size_t i = 0; i < model->attributes.count; i++)
        bits += model->attributes.items[i].bits;
    return bits;
}

/* What could cite evidence, does not, and is not marked as assumed. */
static void print_ungrounded(struct tmn_arena *arena, const struct tmn_model *model, bool list) {
    const struct tmn_ledger *ledger = tmn_ledger_make(arena, model);
    size_t of[TMN_ENTRY_KINDS] = {0}, bare[TMN_ENTRY_KINDS] = {0}, all = 0, none = 0;
    struct tmn_text names[TMN_ENTRY_KINDS], kinds;
    tmn_text_init(&kinds, arena);
    for (size_t e = 0; e < ledger->count; e++) {
        enum tmn_entry_kind kind = ledger->items[e].kind;
        enum tmn_basis basis = tmn_ledger_basis(ledger, e);
        if (basis == TMN_BASIS_NONE || basis == TMN_BASIS_SWITCH)
            continue;
        if (of[kind]++ == 0)
            tmn_text_init(&names[kind], arena);
        if (basis == TMN_BASIS_NOTHING)
            tmn_text_put(&names[kind], "%s%s", bare[kind]++ ? ", " : "", ledger->items[e].name);
    }
    for (int kind = 0; kind < TMN_ENTRY_KINDS; kind++) {
        all += of[kind];
        none += bare[kind];
        if (bare[kind] > 0)
            tmn_text_put(&kinds, "%s%zu of %zu %ss", kinds.count ? ", " : "", bare[kind], of[kind],
                         tmn_entry_words[kind]);
    }
    tmn_heading("Rests on nothing: neither evidence nor marked `assumed: yes`");
    if (none == 0)
        printf("  none of %zu rules and numbers\n", all);
    else
        tmn_print_wrapped(stdout, "  ",
                          tmn_arena_printf(arena, "%s%s", kinds.items, list ? "" : "; --evidence lists them"));
    for (int kind = 0; list && kind < TMN_ENTRY_KINDS; kind++)
        if (bare[kind] > 0)
            tmn_print_labelled(tmn_entry_words[kind], names[kind].items);
}

void tmn_check_print(struct tmn_arena *arena, const char *path, const struct tmn_model *model,
                     const struct tmn_cost *cost, bool evidence) {
    char persons[32], rows[32], mib[32];
    struct tmn_text time;
    tmn_format_count((long long)cost->persons, persons);
    tmn_format_count((long long)cost->rows, rows);
    tmn_format_count((long long)(cost->memory_bytes / 1048576), mib);
    printf("%s: no mistakes%s\n", path,
           cost->ended_early ? ", but the run that measured it could not end; see below" : "");
    printf("%s%s%s\n", tmn_bold(stdout), model->title ? model->title : model->name, tmn_plain(stdout));
    print_transitions(arena, model);
    print_ties(arena, model, cost);
    tmn_heading("Size");
    printf("  persons at the start      %s, in %s rows with the unborn\n", persons, rows);
    printf("  windows                   %d, from %d on\n", model->calendar.windows, model->calendar.start_year);
    printf("  attributes                %zu in %d of 128 bits\n", model->attributes.count, attribute_bits(model));
    printf("  clocks                    %zu transitions in %d slots of a person\n", model->transitions.count,
           model->slots);
    printf("  memory                    %.0f bytes a row, %.1f MiB besides\n", cost->bytes_per_row,
           cost->fixed_bytes / 1048576);
    tmn_heading("Expected of a run at scale %g (measured on one of %u persons)", cost->scale, cost->sample_persons);
    printf("  memory                    %s MiB\n", mib);
    tmn_text_init(&time, arena);
    tmn_text_put(&time, "%.*f s on %d thread%s: %.*f to make the population, %.*f to step it",
                 cost->setup_s + cost->steps_s < 10, cost->setup_s + cost->steps_s, cost->threads,
                 cost->threads == 1 ? "" : "s", cost->setup_s < 10, cost->setup_s, cost->steps_s < 10, cost->steps_s);
    if (cost->larger_persons > 0)
        tmn_text_put(&time,
                     ", if all goes as in the first %d windows of one of %u persons on this machine as busy as it is",
                     cost->larger_windows, cost->larger_persons);
    tmn_print_beside("", "time", 26, time.items);
    if (cost->windows < model->calendar.windows)
        printf("  measured over             %d of %d windows%s\n", cost->windows, model->calendar.windows,
               cost->ended_early  ? ", for so small a run ended early:"
               : cost->until_held ? ", since `until` held; the time above is of as many"
                                  : "");
    if (cost->ended_early)
        tmn_print_wrapped(stdout, "    ", cost->ended_early);
    print_ungrounded(arena, model, evidence);
}

static void json_place(struct tmn_json *json, const struct tmn_place *place) {
    tmn_json_text(json, "file", place->source ? place->source->path : NULL);
    tmn_json_int(json, "line", place->line);
    tmn_json_int(json, "column", place->column);
}

static void json_diagnostics(struct tmn_json *json, const struct tmn_diagnostics *list) {
    tmn_json_open(json, "diagnostics", '[');
    for (size_t i = 0; i < list->count; i++) {
        const struct tmn_diagnostic *item = &list->items[i];
        tmn_json_open(json, NULL, '{');
        tmn_json_text(json, "code", item->code);
        tmn_json_text(json, "message", item->message);
        tmn_json_text(json, "hint", item->hint);
        tmn_json_bool(json, "warning", item->warning);
        json_place(json, &item->place);
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
}

static void json_strata(struct tmn_json *json, const struct tmn_model *model, const char *key,
                        const struct tmn_strata *strata) {
    tmn_json_open(json, key, '{');
    tmn_json_int(json, "strata", strata->size);
    tmn_json_open(json, "because", '{');
    for (int i = 0; i < strata->n; i++)
        tmn_json_text(json, model->features.items[strata->feature[i]].name,
                      strata->because[i] ? strata->because[i]->source : NULL);
    tmn_json_close(json, '}');
    tmn_json_close(json, '}');
}

static void json_model(struct tmn_json *json, const struct tmn_model *model) {
    tmn_json_text(json, "name", model->name);
    tmn_json_int(json, "windows", model->calendar.windows);
    tmn_json_int(json, "attribute_bits", attribute_bits(model));
    tmn_json_int(json, "slots", model->slots);
    tmn_json_open(json, "transitions", '[');
    for (size_t i = 0; i < model->transitions.count; i++) {
        const struct tmn_transition *transition = &model->transitions.items[i];
        tmn_json_open(json, NULL, '{');
        tmn_json_text(json, "name", transition->name);
        tmn_json_text(json, "clock", clock_names[transition->kind]);
        tmn_json_int(json, "slot", transition->slot);
        tmn_json_real(json, "table_bytes", table_bytes(transition));
        json_strata(json, model, "personal", &transition->personal);
        json_strata(json, model, "shared", &transition->shared);
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
}

static void json_cost(struct tmn_json *json, const struct tmn_model *model, const struct tmn_cost *cost) {
    tmn_json_open(json, "expected", '{');
    tmn_json_int(json, "measured_on_persons", cost->sample_persons);
    tmn_json_int(json, "measured_over_windows", cost->windows);
    tmn_json_text(json, "ended_early", cost->ended_early);
    tmn_json_real(json, "persons", cost->persons);
    tmn_json_real(json, "rows", cost->rows);
    tmn_json_real(json, "bytes_per_row", cost->bytes_per_row);
    tmn_json_real(json, "fixed_bytes", cost->fixed_bytes);
    tmn_json_real(json, "memory_bytes", cost->memory_bytes);
    tmn_json_real(json, "scale", cost->scale);
    tmn_json_int(json, "threads", cost->threads);
    tmn_json_real(json, "setup_s", cost->setup_s);
    tmn_json_real(json, "time_s", cost->setup_s + cost->steps_s);
    tmn_json_close(json, '}');
    tmn_json_open(json, "living_ties", '{');
    for (size_t layer = 0; layer < model->layers.count; layer++) {
        tmn_json_open(json, model->layers.items[layer].name, '[');
        for (int year = 0; year < cost->years; year++)
            tmn_json_real(json, NULL, cost->ties[(size_t)year * model->layers.count + layer]);
        tmn_json_close(json, ']');
    }
    tmn_json_close(json, '}');
}

static void json_ungrounded(struct tmn_json *json, const struct tmn_ledger *ledger) {
    tmn_json_open(json, "rests_on_nothing", '[');
    for (size_t e = 0; e < ledger->count; e++) {
        if (tmn_ledger_basis(ledger, e) != TMN_BASIS_NOTHING)
            continue;
        tmn_json_open(json, NULL, '{');
        tmn_json_text(json, "name", ledger->items[e].name);
        tmn_json_text(json, "kind", tmn_entry_words[ledger->items[e].kind]);
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
}

void tmn_check_json(struct tmn_arena *arena, const char *path, const struct tmn_model *model,
                    const struct tmn_diagnostics *list, const struct tmn_cost *cost) {
    struct tmn_text text;
    struct tmn_json json;
    tmn_text_init(&text, arena);
    tmn_json_init(&json, &text);
    tmn_json_open(&json, NULL, '{');
    tmn_json_text(&json, "path", path);
    tmn_json_bool(&json, "good", model != NULL);
    json_diagnostics(&json, list);
    if (model) {
        json_model(&json, model);
        json_ungrounded(&json, tmn_ledger_make(arena, model));
    }
    if (model && cost)
        json_cost(&json, model, cost);
    tmn_json_close(&json, '}');
    puts(text.items);
}
