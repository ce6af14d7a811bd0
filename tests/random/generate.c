/* The whole of a random scenario: how large, how long, what there is, and with which settings it is run. */
#include "generate.h"

/* Lengths of windows that leave a long last one in the year, and how many windows. */
static void choose_time(struct generator *g) {
    static const double days[] = {1, 7, 7, 7, 10, 10.5, 13, 30, 30, 45, 73, 100, 182};
    double length = days[below(g, sizeof days / sizeof *days)];
    int windows = whole(g, 5, 60) + (one_in(g, 4) ? whole(g, 0, 80) : 0);
    if (g->marathon) {
        length = one_in(g, 2) ? 1 : 7;
        windows = whole(g, 270, 380);
    } else if (g->big) {
        windows = whole(g, 4, 5);
    } else if (length > 5 && length < 11 && windows < 52 && one_in(g, 3)) {
        windows += 40; /* over the end of a year */
    }
    tmn_calendar_init(&g->calendar, 2001, (int)(length * 4), windows);
    g->window = tmn_arena_printf(g->arena, "%g d", length);
}

static void choose_sizes(struct generator *g) {
    uint32_t kind = below(g, 100);
    g->marathon = kind >= 90;
    g->big = kind >= 81 && kind < 90;
    if (g->big)
        g->size = whole(g, 16500, 17000);
    else if (g->marathon)
        g->size = whole(g, 5, 20);
    else if (kind < 45)
        g->size = whole(g, 50, 300);
    else if (kind < 55)
        g->size = whole(g, 300, 2500);
    else
        g->size = whole(g, 5, 60);
}

static void choose_attributes(struct generator *g) {
    g->births = below(g, 100) < 55 && !g->big;
    g->unborn = g->births;
    g->towns = one_in(g, 4) ? 0 : whole(g, 1, 4);
    g->regions = g->towns > 1 && !one_in(g, 3) ? whole(g, 2, g->towns) : 0;
    g->origin = g->towns > 1 && one_in(g, 2);
    g->jail = one_in(g, 2);
    g->mood = !one_in(g, 3);
    g->sex = g->births || one_in(g, 3);
    g->birth_year = one_in(g, 3);
    g->fear_most = (int[]){1, 3, 3, 7, 15}[below(g, 5)];
    g->need_most = one_in(g, 2) ? whole(g, 2, 6) : 0;
    g->contacts_most = !one_in(g, 3) ? whole(g, 3, 6) : 0;
    g->households = g->births ? !one_in(g, 5) : one_in(g, 2);
    g->units = g->households && !one_in(g, 4);
    g->alive = g->births || !one_in(g, 6);
    g->since = g->state % 2 == 0; /* without a draw, which would make all others anew */
    g->sampled = !g->big && g->size > 60 && one_in(g, 6);
}

void choose(struct generator *g) {
    choose_sizes(g);
    choose_time(g);
    choose_attributes(g);
}

/* Some of them make a run fail in its middle: a hazard beyond the limit, a chance above 1. */
static void put_settings(struct generator *g) {
    int settings = one_in(g, 4) ? 0 : whole(g, 1, 3);
    for (int i = 0; i < settings; i++) {
        put(g, "# set: "
               "{weight=$(0.0:2.0)|weight=$(0.0:2.0)|limit=$(0:4)|limit=$(0:2)|limit=$(0:2)|speed=$(0.0:3.0)|luck=$(0."
               "0:1.0)|term=$"
               "term}");
        put(g, one_in(g, 5) ? "\n" : "@$date\n");
    }
    if (g->drivers.count > 0 && one_in(g, 6))
        put(g, "# set: $driver={0|1|$(0.0:3.0)}@$date\n");
    if (g->feedbacks.count > 0 && one_in(g, 3))
        put(g, "# set: {hold $feedback={0|1|$(0.0:1.0)}|shift $feedback={-1|1|$(0.0:3.0)}}{|@$date|@$date}\n");
    if (g->feedbacks.count > 0 && one_in(g, 6))
        put(g, "# set: shift $feedback=$(0.0:2.0)@$date\n");
    if (one_in(g, 3))
        put(g, "# set: assign {flag=yes|fear=$fear|flag=no, fear=$fear} where $attributes share "
               "$(0.1:1.0){|@$date|@$date}\n");
    if (one_in(g, 30))
        put(g, "# set: {speed=900|luck=1.3}@$date\n");
}

const char *generate(struct tmn_arena *arena, uint64_t seed) {
    struct generator generator = {.arena = arena, .state = seed * UINT64_C(0x2545F4914F6CDD1D)}, *g = &generator;
    tmn_text_init(&g->out, arena);
    choose(g);
    name_world(g);
    name_rules(g);
    tmn_text_put(&g->out, "# seed: %llu\n", (unsigned long long)seed);
    if (one_in(g, 12))
        put(g, "# cut feedback\n");
    if (g->sampled)
        put(g, "# scale: 0.5\n");
    put_settings(g);
    tmn_text_put(&g->out, "language: 1\nname: random\ntitle: Scenario %llu\npurpose: To find a difference.\n",
                 (unsigned long long)seed);
    tmn_text_put(&g->out, "time:\n  start: 2001-01-01\n  windows: %d\n  window: %s\n", g->calendar.windows, g->window);
    if (one_in(g, 6))
        put(g, "  until: {share($attributes) >= $(0.2:1.0)|share($attributes) < $(0.1:0.5)|year >= 2002}\n");
    put_world(g);
    put_rules(g);
    return g->out.items;
}
