/* Entries of the ledger and finding them; see ledger.h. */
#include "result/ledger.h"

#include <string.h>

const char *const tmn_entry_words[TMN_ENTRY_KINDS] = {
#define X(code, word) word,
    TMN_ENTRIES_OF(X)
#undef X
};
const char *const tmn_link_words[TMN_LINKS] = {"reads", "read by",  "changes", "changed by",
                                               "cites", "cited by", "parts",   "part of"};
const char *const tmn_basis_words[] = {"", "evidence", "assumed", "switch", "nothing"};

static void add(struct tmn_ledger *ledger, enum tmn_entry_kind kind, size_t index, const char *name, const char *note,
                struct tmn_place place, const struct tmn_grounds *grounds) {
    struct tmn_entry entry = {
        .kind = kind, .index = index, .name = name, .note = note, .place = place, .grounds = grounds};
    TMN_PUSH(ledger->arena, ledger, entry);
}

/* Entries of a kind whose items have name and place; the others are written out below. */
#define ADD_ALL(kind, list, item_note, item_grounds)                                                                   \
    do {                                                                                                               \
        ledger->first[kind] = ledger->count;                                                                           \
        for (size_t i = 0; i < model->list.count; i++)                                                                 \
            add(ledger, kind, i, model->list.items[i].name, model->list.items[i].item_note,                            \
                model->list.items[i].place, item_grounds);                                                             \
    } while (0)
#define ADD_GROUNDED(kind, list) ADD_ALL(kind, list, grounds.note, &model->list.items[i].grounds)

static void add_declared(struct tmn_ledger *ledger) {
    const struct tmn_model *model = ledger->model;
    ADD_ALL(TMN_ENTRY_ATTRIBUTE, attributes, note, NULL);
    ADD_ALL(TMN_ENTRY_MAP, maps, note, NULL);
    ADD_GROUNDED(TMN_ENTRY_TABLE, tables);
    ADD_GROUNDED(TMN_ENTRY_PARAMETER, parameters);
    ADD_GROUNDED(TMN_ENTRY_DRIVER, drivers);
    ADD_GROUNDED(TMN_ENTRY_FEEDBACK, feedbacks);
    ADD_GROUNDED(TMN_ENTRY_LAYER, layers);
    ADD_ALL(TMN_ENTRY_COUNTER, counters, note, NULL);
    ADD_GROUNDED(TMN_ENTRY_TRANSITION, transitions);
    ADD_GROUNDED(TMN_ENTRY_EVENT, events);
    ADD_ALL(TMN_ENTRY_OUTCOME, outcomes, note, NULL);
    ADD_ALL(TMN_ENTRY_OBSERVATION, observations, note, NULL);
    ADD_ALL(TMN_ENTRY_CHECK, checks, note, NULL);
    ADD_ALL(TMN_ENTRY_ARROW, arrows, note, NULL);
    ADD_ALL(TMN_ENTRY_LOOP, loops, note, NULL);
    for (size_t i = 0; i < model->outcomes.count; i++)
        ledger->items[ledger->first[TMN_ENTRY_OUTCOME] + i].title = model->outcomes.items[i].title;
    for (size_t i = 0; i < model->checks.count; i++)
        ledger->items[ledger->first[TMN_ENTRY_CHECK] + i].title = model->checks.items[i].text;
    for (size_t i = 0; i < model->loops.count; i++)
        ledger->items[ledger->first[TMN_ENTRY_LOOP] + i].title = model->loops.items[i].title;
}

/* What has a number or the id of a piece of evidence instead of a name. */
static void add_numbered(struct tmn_ledger *ledger) {
    const struct tmn_model *model = ledger->model;
    ledger->first[TMN_ENTRY_FIGURE] = ledger->count;
    for (size_t i = 0; i < model->figures.count; i++) {
        const struct tmn_figure *figure = &model->figures.items[i];
        add(ledger, TMN_ENTRY_FIGURE, i, tmn_arena_printf(ledger->arena, "figure.%zu", i + 1), figure->note,
            figure->place, NULL);
        ledger->items[ledger->count - 1].title = figure->text;
    }
    ledger->first[TMN_ENTRY_CLAIM] = ledger->count;
    for (size_t i = 0; i < model->claims.count; i++)
        add(ledger, TMN_ENTRY_CLAIM, i, model->claims.items[i].id, model->claims.items[i].reason,
            model->claims.items[i].place, NULL);
    ledger->first[TMN_ENTRY_SYSTEM] = ledger->count;
    for (size_t i = 0; i < model->systems.count; i++) {
        const struct tmn_system *system = &model->systems.items[i];
        add(ledger, TMN_ENTRY_SYSTEM, i, tmn_arena_printf(ledger->arena, "system.%d", system->number), system->note,
            system->place, NULL);
        ledger->items[ledger->count - 1].title = system->name;
    }
    static const char *const rules[] = {"alive", "unborn", "until", "population"};
    const struct tmn_expr *const expr[] = {model->alive, model->unborn, model->until, NULL};
    ledger->first[TMN_ENTRY_RULE] = ledger->count;
    for (size_t i = 0; i < 4; i++) {
        bool written = i == 3 ? model->population.place.source != NULL : expr[i] && expr[i]->place.source;
        add(ledger, TMN_ENTRY_RULE, i, rules[i], i == 3 ? model->population.grounds.note : NULL,
            !written ? (struct tmn_place){0}
            : i == 3 ? model->population.place
                     : expr[i]->place,
            i == 3 && written ? &model->population.grounds : NULL);
    }
}

static void add_draws(struct tmn_ledger *ledger, const struct tmn_draw_rule *draws, size_t count, bool dealt) {
    for (size_t d = 0; d < count; d++) {
        const char *attribute = ledger->model->attributes.items[draws[d].attribute].name;
        add(ledger, TMN_ENTRY_DRAW, d, tmn_arena_printf(ledger->arena, "population.%s", attribute),
            draws[d].grounds.note, draws[d].place, &draws[d].grounds);
        ledger->items[ledger->count - 1].part = dealt;
        tmn_ledger_link(ledger, ledger->first[TMN_ENTRY_RULE] + 3, TMN_LINK_PARTS, ledger->count - 1);
    }
}

static void add_parts(struct tmn_ledger *ledger) {
    const struct tmn_model *model = ledger->model;
    ledger->first[TMN_ENTRY_DRAW] = ledger->count;
    add_draws(ledger, model->population.deals, model->population.deal_count, true);
    add_draws(ledger, model->population.draws, model->population.draw_count, false);
    ledger->first_level = TMN_NEW_ARRAY(ledger->arena, size_t, model->features.count + 1);
    ledger->first_branch = TMN_NEW_ARRAY(ledger->arena, size_t, model->transitions.count + 1);
    for (size_t f = 0; f < model->features.count; f++) {
        const struct tmn_feature *feature = &model->features.items[f];
        bool map = feature->kind == TMN_FEATURE_MAP, attribute = feature->kind == TMN_FEATURE_ATTRIBUTE;
        bool named = feature->level && !feature->numeric && !(map && model->maps.items[feature->index].derived);
        ledger->first_level[f] = named && (map || attribute) ? ledger->count : SIZE_MAX;
        if (ledger->first_level[f] == SIZE_MAX)
            continue;
        size_t whole = ledger->first[map ? TMN_ENTRY_MAP : TMN_ENTRY_ATTRIBUTE] + (size_t)feature->index;
        for (uint32_t l = 0; l < feature->cardinality; l++) {
            add(ledger, TMN_ENTRY_LEVEL, f, tmn_arena_printf(ledger->arena, "%s.%s", feature->name, feature->level[l]),
                NULL, ledger->items[whole].place, NULL);
            ledger->items[ledger->count - 1].part = l;
            tmn_ledger_link(ledger, whole, TMN_LINK_PARTS, ledger->count - 1);
        }
    }
    for (size_t t = 0; t < model->transitions.count; t++) {
        const struct tmn_transition *transition = &model->transitions.items[t];
        bool named = transition->branches > 1 || transition->branch[0].name[0] != '\0';
        ledger->first_branch[t] = named ? ledger->count : SIZE_MAX;
        for (size_t b = 0; named && b < transition->branches; b++) {
            const struct tmn_branch *branch = &transition->branch[b];
            add(ledger, TMN_ENTRY_BRANCH, t, tmn_arena_printf(ledger->arena, "%s.%s", transition->name, branch->name),
                branch->note, branch->place, NULL);
            ledger->items[ledger->count - 1].part = b;
            tmn_ledger_link(ledger, ledger->first[TMN_ENTRY_TRANSITION] + t, TMN_LINK_PARTS, ledger->count - 1);
        }
    }
}

/* The entry of an id; one is made for an id that a subsystem or figure names and no row of evidence has. */
static size_t evidence_of(struct tmn_ledger *ledger, const char *id) {
    size_t at = ledger->first[TMN_ENTRY_EVIDENCE];
    while (at < ledger->count && strcmp(ledger->items[at].name, id) != 0)
        at++;
    if (at == ledger->count)
        add(ledger, TMN_ENTRY_EVIDENCE, SIZE_MAX, id, NULL, (struct tmn_place){0}, NULL);
    return at;
}

/* The ids that an entry names, [*count]. */
static const char *const *cited_ids(const struct tmn_model *model, const struct tmn_entry *entry, size_t *count) {
    size_t i = entry->index;
    const char *const *ids = NULL;
    *count = 0;
    if (entry->grounds) {
        ids = entry->grounds->evidence;
        *count = entry->grounds->evidence_count;
    } else if (entry->kind == TMN_ENTRY_SYSTEM) {
        ids = model->systems.items[i].claims;
        *count = model->systems.items[i].claim_count;
    } else if (entry->kind == TMN_ENTRY_ARROW) {
        ids = model->arrows.items[i].claims;
        *count = model->arrows.items[i].claim_count;
    } else if (entry->kind == TMN_ENTRY_LOOP) {
        ids = model->loops.items[i].claims;
        *count = model->loops.items[i].claim_count;
    } else if (entry->kind == TMN_ENTRY_FIGURE && model->figures.items[i].claim) {
        ids = (const char *const *)&model->figures.items[i].claim;
        *count = 1;
    }
    return ids;
}

static void cite(struct tmn_ledger *ledger) {
    const struct tmn_model *model = ledger->model;
    ledger->first[TMN_ENTRY_EVIDENCE] = ledger->count;
    size_t citing = ledger->count;
    for (size_t i = 0; i < model->evidence.count; i++) {
        add(ledger, TMN_ENTRY_EVIDENCE, i, model->evidence.items[i].id, NULL, model->evidence.items[i].place, NULL);
        ledger->items[ledger->count - 1].evidence = &model->evidence.items[i];
    }
    for (size_t e = 0; e < citing; e++) {
        size_t count;
        const char *const *ids = cited_ids(model, &ledger->items[e], &count);
        for (size_t i = 0; i < count; i++)
            tmn_ledger_link(ledger, e, TMN_LINK_CITES, evidence_of(ledger, ids[i]));
    }
}

void tmn_ledger_link(struct tmn_ledger *ledger, size_t from, enum tmn_link link, size_t to) {
    struct tmn_entry *entry = &ledger->items[from];
    for (size_t i = 0; i < entry->link[link].count; i++)
        if (entry->link[link].items[i] == to)
            return;
    TMN_PUSH(ledger->arena, &entry->link[link], to);
    TMN_PUSH(ledger->arena, &ledger->items[to].link[link ^ 1], from);
}

struct tmn_ledger *tmn_ledger_make(struct tmn_arena *arena, const struct tmn_model *model) {
    struct tmn_ledger *ledger = TMN_NEW(arena, struct tmn_ledger);
    ledger->arena = arena;
    ledger->model = model;
    add_declared(ledger);
    add_numbered(ledger);
    add_parts(ledger);
    tmn_ledger_read_all(ledger);
    cite(ledger);
    return ledger;
}

/* Not an entry of the scenario's author: made for a test of levels or for degree(layer), or not written at all. */
static bool is_made(const struct tmn_ledger *ledger, const struct tmn_entry *entry) {
    if (entry->kind == TMN_ENTRY_MAP)
        return ledger->model->maps.items[entry->index].derived;
    if (entry->kind == TMN_ENTRY_COUNTER)
        return strchr(entry->name, '(') != NULL;
    return entry->kind == TMN_ENTRY_RULE && !entry->place.source;
}

bool tmn_ledger_shown(const struct tmn_ledger *ledger, size_t entry) {
    return !is_made(ledger, &ledger->items[entry]);
}

const size_t *tmn_ledger_find(const struct tmn_ledger *ledger, const char *name, size_t *count, const char **nearest) {
    size_t *found = TMN_NEW_ARRAY(ledger->arena, size_t, ledger->count + 1);
    const char **names = TMN_NEW_ARRAY(ledger->arena, const char *, 2 * ledger->count + 1);
    size_t named = 0;
    *count = 0;
    for (size_t e = 0; e < ledger->count; e++) {
        const struct tmn_entry *entry = &ledger->items[e];
        bool titled = entry->title && strcmp(entry->title, name) == 0;
        if (!tmn_ledger_shown(ledger, e))
            continue;
        if (titled || strcmp(entry->name, name) == 0)
            found[(*count)++] = e;
        names[named++] = entry->name;
        if (entry->kind == TMN_ENTRY_SYSTEM && entry->title)
            names[named++] = entry->title;
    }
    bool by_level = *count == 0; /* the bare names of levels */
    for (size_t e = 0; by_level && e < ledger->count; e++) {
        const struct tmn_entry *entry = &ledger->items[e];
        if (entry->kind == TMN_ENTRY_LEVEL &&
            strcmp(ledger->model->features.items[entry->index].level[entry->part], name) == 0)
            found[(*count)++] = e;
    }
    *nearest = *count > 0 ? NULL : tmn_nearest(name, names, named);
    return found;
}

enum tmn_basis tmn_ledger_basis(const struct tmn_ledger *ledger, size_t entry) {
    const struct tmn_entry *of = &ledger->items[entry];
    if (!of->grounds)
        return TMN_BASIS_NONE;
    if (of->grounds->said)
        return TMN_BASIS_ASSUMED;
    if (of->grounds->evidence_count > 0)
        return TMN_BASIS_EVIDENCE;
    for (size_t i = 0; of->kind == TMN_ENTRY_PARAMETER && i < ledger->model->systems.count; i++)
        if (ledger->model->systems.items[i].switch_parameter == (int)of->index)
            return TMN_BASIS_SWITCH;
    return TMN_BASIS_NOTHING;
}

const char *tmn_ledger_grades(const struct tmn_ledger *ledger, size_t entry) {
    const struct tmn_entry *of = &ledger->items[entry];
    struct tmn_text text;
    if (of->kind == TMN_ENTRY_EVIDENCE)
        return of->evidence && of->evidence->grade ? of->evidence->grade : "";
    tmn_text_init(&text, ledger->arena);
    for (size_t i = 0; i < of->link[TMN_LINK_CITES].count; i++) {
        const char *grade = tmn_ledger_grades(ledger, of->link[TMN_LINK_CITES].items[i]);
        bool known = grade[0] == '\0';
        for (size_t k = 0; k < i && !known; k++)
            known = strcmp(tmn_ledger_grades(ledger, of->link[TMN_LINK_CITES].items[k]), grade) == 0;
        if (!known)
            tmn_text_put(&text, "%s%s", text.count ? ", " : "", grade);
    }
    return text.count ? text.items : "";
}
