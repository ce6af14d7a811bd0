/* Causal closure (docs/semantics.md): two worlds with one seed, one of them with the hazard of one place changed,
 * feedback and shares held. A person who differs must be reachable, by recorded messages, births or counters over ties,
 * from one who fired differently and had been where the hazard differs.
 *
 * Usage: closure SCENARIO TABLE SCALE WINDOWS CHANGES [leak | ASSIGNMENT]
 * Each change multiplies one cell of TABLE by 1.5, or is the ASSIGNMENT ("assign ..."), made once. Prints, for each,
 * the persons who differ, the persons reached and those unexplained; exits 1 when any is unexplained. With `leak`, one
 * person elsewhere is altered by hand in the changed world, and the program exits 0 only if exactly that is seen. */
#include "engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct events {
    struct tmn_happening *items;
    size_t count, capacity;
};

struct world_run {
    struct tmn_run *run;
    struct events events; /* of this window */
};

struct comparison {
    const struct tmn_model *model;
    struct world_run a, b;
    const struct tmn_table *table;
    uint32_t changed_cell;
    unsigned char *reached, *been_there; /* [rows] */
    uint32_t rows;
    uint64_t unexplained;
};

static void fail(const char *what) {
    fprintf(stderr, "closure: %s\n", what);
    exit(2);
}

static void collect(void *context, const struct tmn_happening *happening) {
    struct events *events = context;
    if (events->count == events->capacity) {
        events->capacity = events->capacity == 0 ? 1024 : events->capacity * 2;
        events->items = realloc(events->items, events->capacity * sizeof *events->items);
        if (events->items == NULL)
            fail("out of memory");
    }
    events->items[events->count++] = *happening;
}

#define COMPARE(x, y)                                                                                                  \
    if ((x) != (y))                                                                                                    \
    return (x) < (y) ? -1 : 1

static int by_identity(const void *left, const void *right) {
    const struct tmn_happening *a = left, *b = right;
    COMPARE(a->kind, b->kind);
    COMPARE(a->row, b->row);
    COMPARE(a->sender, b->sender);
    COMPARE(a->transition, b->transition);
    COMPARE(a->branch, b->branch);
    COMPARE(a->action, b->action);
    COMPARE(a->delivered, b->delivered);
    return 0;
}

static void unexplained(struct comparison *c, uint32_t row, const char *why) {
    if (c->unexplained++ < 5)
        printf("  unexplained: person %u %s in window %d\n", row, why, tmn_run_window(c->a.run) - 1);
}

static bool any_reached(const struct comparison *c, uint32_t from, uint32_t to) {
    for (uint32_t row = from; row < to; row++)
        if (c->reached[row])
            return true;
    return false;
}

/* Whether a row from which a mother's child could be taken was taken in one world alone: her household, her unit, the
 * reserves of her place and of the nation. Mothers who share a pool are linked through its rows. */
static bool pool_reached(const struct comparison *c, uint32_t mother) {
    const struct tmn_world *world = tmn_run_world(c->a.run);
    if (any_reached(c, world->national_reserve, world->rows))
        return true;
    if (mother < world->national_reserve) {
        uint32_t place = tmn_world_place(world, mother);
        if (any_reached(c, world->place_reserve[place], world->place_first[place + 1]))
            return true;
    }
    if (world->household_first == NULL)
        return false;
    uint32_t household = tmn_world_household(world, mother);
    if (world->unit_first == NULL)
        return any_reached(c, world->household_first[household], world->household_first[household + 1]);
    uint32_t unit = tmn_world_unit(world, household);
    return any_reached(c, world->household_first[world->unit_first[unit]],
                       world->household_first[world->unit_first[unit + 1]]);
}

/* A happening that only one world has: who caused it must be reached already, or stand where the hazard differs. */
static void explain(struct comparison *c, const struct tmn_happening *happening) {
    switch (happening->kind) {
    case TMN_HAPPENED_ASSIGNED:
        c->reached[happening->row] = 1; /* where it begins */
        break;
    case TMN_HAPPENED_FIRING:
    case TMN_HAPPENED_USED_UP:
        if (!c->reached[happening->row] && !c->been_there[happening->row])
            unexplained(c, happening->row, "fired differently");
        c->reached[happening->row] = 1;
        break;
    case TMN_HAPPENED_MESSAGE:
        /* what was told may differ by the sender, and whether it was heard by the receiver */
        if (!c->reached[happening->sender] && !c->reached[happening->row])
            unexplained(c, happening->row, "was told differently, and neither person differed");
        c->reached[happening->row] = 1;
        break;
    case TMN_HAPPENED_BIRTH:
        if (!c->reached[happening->sender] && !pool_reached(c, happening->sender))
            unexplained(c, happening->row,
                        "was born differently, of a mother who did not differ, from a pool that did not");
        c->reached[happening->row] = 1;
        break;
    case TMN_HAPPENED_CHANGE:
        break; /* the sum of the others */
    }
}

static void compare_happenings(struct comparison *c) {
    struct events *a = &c->a.events, *b = &c->b.events;
    qsort(a->items, a->count, sizeof *a->items, by_identity);
    qsort(b->items, b->count, sizeof *b->items, by_identity);
    /* kinds sort as assigned, firings, used up, messages, births: causes come before effects */
    for (size_t i = 0, j = 0; i < a->count || j < b->count;) {
        int order = i == a->count ? 1 : j == b->count ? -1 : by_identity(&a->items[i], &b->items[j]);
        const struct tmn_happening *next = order <= 0 ? &a->items[i] : &b->items[j];
        if (order != 0)
            explain(c, next);
        else if (next->kind == TMN_HAPPENED_BIRTH && c->reached[next->sender])
            c->reached[next->row] = 1; /* born alike, of a mother who differs: the child takes after her */
        i += order <= 0;
        j += order >= 0;
    }
}

static bool any_tie_reached(const struct comparison *c, int layer, uint32_t row, uint32_t *ties) {
    uint32_t count = tmn_layer_ties(tmn_run_world(c->a.run), layer, row, ties);
    for (uint32_t i = 0; i < count; i++)
        if (c->reached[ties[i]])
            return true;
    return false;
}

/* A counter that differs needs a tie to somebody reached; the person is then reached too. */
static void compare_counters(struct comparison *c, int counter, unsigned char *newly) {
    int layer = c->model->counters.items[counter].layer;
    uint32_t *ties = calloc(tmn_layer_degree_max(tmn_run_world(c->a.run), layer) + 1u, sizeof *ties);
    if (ties == NULL)
        fail("out of memory");
    for (uint32_t row = 0; row < c->rows; row++) {
        if (c->reached[row] || tmn_run_counter(c->a.run, counter, row) == tmn_run_counter(c->b.run, counter, row))
            continue;
        if (!any_tie_reached(c, layer, row, ties))
            unexplained(c, row, "counts ties differently");
        newly[row] = 1;
    }
    free(ties);
}

static uint32_t table_cell(const struct comparison *c, const struct tmn_packed *packed, uint32_t *level) {
    uint32_t index = 0;
    tmn_model_unpack(c->model, packed, level);
    for (int k = 0; k < c->table->keys; k++)
        index += level[c->table->key[k].feature] * c->table->key[k].stride;
    return index;
}

static void mark_places(struct comparison *c) {
    uint32_t *level = calloc(c->model->features.count, sizeof *level);
    if (level == NULL)
        fail("out of memory");
    for (uint32_t row = 0; row < c->rows; row++)
        if (!c->been_there[row] && (table_cell(c, &tmn_run_world(c->a.run)->packed[row], level) == c->changed_cell ||
                                    table_cell(c, &tmn_run_world(c->b.run)->packed[row], level) == c->changed_cell))
            c->been_there[row] = 1;
    free(level);
}

/* Every person whose attributes differ must be reached; at the start (start = true), those of the changed place may
 * differ. */
static uint32_t compare_persons(struct comparison *c, bool start) {
    const struct tmn_packed *a = tmn_run_world(c->a.run)->packed, *b = tmn_run_world(c->b.run)->packed;
    uint32_t differ = 0;
    for (uint32_t row = 0; row < c->rows; row++) {
        if (memcmp(&a[row], &b[row], sizeof a[row]) == 0)
            continue;
        differ++;
        if (start && c->been_there[row])
            c->reached[row] = 1;
        if (!c->reached[row])
            unexplained(c, row, "differs");
        c->reached[row] = 1; /* told once */
    }
    return differ;
}

static void step(struct world_run *world) {
    struct tmn_error err;
    world->events.count = 0;
    if (!tmn_run_step(world->run, &err))
        fail(err.text);
}

static void start(struct world_run *world, const struct tmn_model *model, double scale, int windows,
                  const struct tmn_settings *settings) {
    struct tmn_error err;
    struct tmn_run_options options = {.seed = 1,
                                      .scale = scale,
                                      .threads = 2,
                                      .windows = windows,
                                      .settings = settings->items,
                                      .setting_count = settings->count,
                                      .happening = collect,
                                      .happening_context = &world->events,
                                      .watch_all = true,
                                      .cut_feedback = true};
    memset(world, 0, sizeof *world);
    if (!tmn_run_new(&world->run, model, &options, &err))
        fail(err.text);
}

/* Alters one person who was never in the changed place and is not reached: what the test must notice. */
static void plant_leak(struct comparison *c) {
    struct tmn_packed *packed = tmn_run_world(c->b.run)->packed;
    for (uint32_t row = c->rows / 2; row < c->rows; row++)
        if (!c->reached[row] && !c->been_there[row]) {
            packed[row].word[0] ^= UINT64_C(1) << c->model->attributes.items[0].shift;
            return;
        }
}

static uint64_t compare_worlds(const struct tmn_model *model, int table, uint32_t cell, double scale, int windows,
                               bool leak, const struct tmn_settings *assign) {
    static const struct tmn_settings none = {NULL, 0, 0};
    double factor = assign->count > 0 ? 1 : 1.5;
    struct tmn_table *changed = &model->tables.items[table];
    struct comparison c = {.model = model, .table = changed, .changed_cell = assign->count > 0 ? UINT32_MAX : cell};
    double value = changed->value[cell];
    start(&c.a, model, scale, windows, &none);
    changed->value[cell] = value * factor;
    start(&c.b, model, scale, windows, assign);
    c.rows = tmn_run_world(c.a.run)->rows;
    c.reached = calloc(c.rows, 1);
    c.been_there = calloc(c.rows, 1);
    unsigned char *newly = calloc(c.rows, 1);
    if (c.reached == NULL || c.been_there == NULL || newly == NULL)
        fail("out of memory");
    mark_places(&c);
    uint32_t differ = compare_persons(&c, true);
    for (int w = 0; w < windows; w++) {
        if (leak && w == windows / 2)
            plant_leak(&c);
        mark_places(&c);
        step(&c.b); /* the tables were made when the run began; only expressions of branches read them later */
        changed->value[cell] = value;
        step(&c.a);
        changed->value[cell] = value * factor;
        compare_happenings(&c);
        memset(newly, 0, c.rows);
        for (size_t k = 0; k < model->counters.count; k++)
            compare_counters(&c, (int)k, newly);
        for (uint32_t row = 0; row < c.rows; row++)
            c.reached[row] |= newly[row];
        differ = compare_persons(&c, false);
    }
    changed->value[cell] = value;
    uint32_t reached = 0;
    for (uint32_t row = 0; row < c.rows; row++)
        reached += c.reached[row];
    printf("%s cell %u x %g: differing %u, reached %u, unexplained %llu\n", changed->name, cell, factor, differ,
           reached, (unsigned long long)c.unexplained);
    tmn_run_free(c.a.run);
    tmn_run_free(c.b.run);
    free(c.a.events.items);
    free(c.b.events.items);
    free(c.reached);
    free(c.been_there);
    free(newly);
    return c.unexplained;
}

static int table_by_name(const struct tmn_model *model, const char *name) {
    for (size_t t = 0; t < model->tables.count; t++)
        if (strcmp(model->tables.items[t].name, name) == 0)
            return (int)t;
    fail("no such table");
    return -1;
}

int main(int argc, char **argv) {
    if (argc < 6)
        fail("usage: closure SCENARIO TABLE SCALE WINDOWS CHANGES [leak | ASSIGNMENT]");
    struct tmn_arena arena;
    struct tmn_diagnostics list;
    tmn_arena_init(&arena, 0);
    tmn_diagnostics_init(&list, &arena);
    struct tmn_model *model = tmn_model_read(&arena, argv[1], &list);
    if (model == NULL)
        fail("the scenario has mistakes: see tumen check");
    int table = table_by_name(model, argv[2]), changes = atoi(argv[5]);
    bool leak = argc > 6 && strcmp(argv[6], "leak") == 0;
    struct tmn_settings assign = {NULL, 0, 0};
    struct tmn_error err;
    if (argc > 6 && !leak && !tmn_model_set(model, &assign, argv[6], &err))
        fail(err.text);
    uint64_t total = 0;
    for (int i = 0; i < changes; i++) {
        uint32_t cell = (uint32_t)((size_t)i % model->tables.items[table].size);
        total += compare_worlds(model, table, cell, atof(argv[3]), atoi(argv[4]), leak, &assign);
    }
    printf("%d changes, unexplained %llu%s\n", changes, (unsigned long long)total,
           leak ? " (one leak planted in each)" : "");
    tmn_arena_free(&arena);
    return leak ? (total >= (uint64_t)changes ? 0 : 1) : total == 0 ? 0 : 1;
}
