/* The part of a random scenario before its rules: attributes, tables, drivers, people, networks. */
#include "generate.h"

#include <string.h>

void name_world(struct generator *g) {
    static const char *const layers[] = {"kin", "near.by", "work", "friends", "web", "wires"};
    static const char *const counters[] = {"some", "many", "part"};
    int most = g->big ? 2 : one_in(g, 8) ? 0 : whole(g, 1, 4);
    for (int i = 0; i < most; i++)
        add_name(&g->layers, layers[i]);
    for (int i = 0; i < 3 && most > 0 && !one_in(g, 3); i++) {
        g->counter[i].layer = whole(g, 0, most - 1);
        g->counter[i].share = one_in(g, 3);
        g->counter[i].most = g->counter[i].share ? (int[]){10, 100, 100, 1000}[below(g, 4)] : whole(g, 1, 5);
        add_name(&g->counters, counters[i]);
    }
    static const char *const drivers[] = {"order", "sweep", "jump", "price", "line"};
    for (int i = 0; i < 5; i++)
        if (one_in(g, 2)) {
            bool by = i == 3 && g->towns > 0;
            g->driver_by[g->drivers.count] = by ? one_in(g, 3) && g->regions > 0 ? "region" : "town" : "";
            add_name(&g->drivers, drivers[i]);
            if (!by)
                add_name(&g->national, drivers[i]);
        }
    static const char *const feedbacks[] = {"barrier", "news", "alarm"};
    for (int i = 0; i < 3; i++)
        if (one_in(g, 2)) {
            bool by = i > 0 && g->towns > 0 && !one_in(g, 8);
            g->feedback_by[g->feedbacks.count] = by ? one_in(g, 3) && g->regions > 0 ? "region" : "town" : "";
            add_name(&g->feedbacks, feedbacks[i]);
            if (!by)
                add_name(&g->national, feedbacks[i]);
        }
}

static void put_attributes(struct generator *g) {
    put(g, "attributes:\n");
    tmn_text_put(&g->out, "  life: [%shome, away, %sdead]\n", g->unborn ? "unborn, " : "", g->jail ? "jail, " : "");
    tmn_text_put(&g->out, "  fear: { levels: 0..%d }\n", g->fear_most);
    put(g, "  flag: [no, yes]\n");
    if (g->towns > 0) {
        tmn_text_put(&g->out, "  town: { levels: [t0");
        for (int t = 1; t < g->towns; t++)
            tmn_text_put(&g->out, ", t%d", t);
        tmn_text_put(&g->out, "] }\n");
        if (g->origin) {
            tmn_text_put(&g->out, "  origin: { levels: [t0");
            for (int t = 1; t < g->towns; t++)
                tmn_text_put(&g->out, ", t%d", t);
            tmn_text_put(&g->out, "] }\n");
        }
    }
    if (g->mood)
        put(g, "  mood: &o levels: [low, mid, high], ordered: yes, start: {low|low|mid} &c\n");
    if (g->sex)
        put(g, "  sex: [f, m]\n");
    if (g->need_most > 0)
        tmn_text_put(&g->out, "  need: { levels: 0..%d }\n", g->need_most);
    if (g->contacts_most > 0)
        tmn_text_put(&g->out, "  contacts: { levels: 0..%d }\n", g->contacts_most);
    if (g->birth_year)
        tmn_text_put(&g->out, "  birth_year: { levels: 1921..%d }\n",
                     2001 + (g->calendar.windows - 1) / g->calendar.windows_per_year);
    if (g->since)
        tmn_text_put(&g->out, "  since: { levels: 2000..%d }\n",
                     2002 + (g->calendar.windows - 1) / g->calendar.windows_per_year);
    if (g->alive)
        tmn_text_put(&g->out, "alive: life in [home, away%s]\n", g->jail ? ", jail" : "");
    if (g->unborn)
        put(g, "unborn: life = unborn\n");
}

static void put_tables(struct generator *g) {
    if (g->regions > 0) {
        put(g, "maps:\n  region:\n    of: town\n    levels: [r0");
        for (int r = 1; r < g->regions; r++)
            tmn_text_put(&g->out, ", r%d", r);
        put(g, "]\n    values:\n");
        for (int t = 0; t < g->towns; t++)
            tmn_text_put(&g->out, "      t%d: r%d\n", t, t % g->regions);
    }
    put(g, "tables:\n  act:\n    by: [life]\n    values:\n      home: $(0.1~4)\n      away: {0|$(0.1~4)}\n    else: "
           "{0|1}\n");
    if (g->mood)
        put(g, "  mix:\n    by: [mood, flag]\n    values:\n      low: &o no: $(0.01~4), yes: {0|$(0.1~4)} &c\n"
               "      mid: &o no: $(0.01~4), yes: $(0.1~4) &c\n      high: &o no: {0|$(0.01~4)}, yes: $(0.1~4) &c\n"
               "  ready:\n    by: [mood]\n    values:\n      low: {0|0|$(0.0:0.3)}\n      mid: $(0.0:1.0)\n      high: "
               "{1|1|$(0.0:1.0)}\n");
    if (g->towns > 0) {
        put(g, "  near:\n    by: [town]\n    values:\n");
        for (int t = 0; t < g->towns; t++)
            put(g, say(g, tmn_arena_printf(g->arena, "      t%d: $(0.01~4)\n", t)));
    }
    if (g->regions > 0)
        put(g, "  wide:\n    by: [region]\n    values:\n      r0: $(0.01~4)\n    else: $(0.01~4)\n");
    if (g->birth_year)
        put(g, "  mortal:\n    by: [year, age]\n    values:\n      2001: &o 0: $(0.01~4), $(1:20): $(0.01~2), "
               "$(21:50): {0|$(0.1~2)}, $(51:90): 4 &c\n"
               "      2002: &o 0: $(0.01~1), $(10:60): $(0.1~4) &c\n    else: {0|1}\n");
    put(g, "parameters:\n  weight: $(0.0:2.0)\n  limit: $(0:3)\n  speed: $(0.1~3)\n  luck: $(0.0:1.0)\n"
           "  term:\n    value: $term\n    unit: d\n");
}

/* Values of a driver by place, as a file that stands in the head of the scenario. */
static void put_price(struct generator *g, const char *name, const char *by, struct tmn_text *files) {
    int places = strcmp(by, "town") == 0 ? g->towns : strcmp(by, "region") == 0 ? g->regions : 0;
    tmn_text_put(files, "# file %s.csv: %s%sdate,value", name, by, places > 0 ? "," : "");
    for (int row = 0, rows = whole(g, 2, 4); row < rows; row++) {
        static const char *const dates[] = {"2001-01-01", "2001-0$(2:4)-1$(0:9)", "2001-$(10:12)-03",
                                            "2002-0$(1:9)-05"};
        const char *date = say(g, dates[row]);
        for (int place = 0; place < (places > 0 ? places : 1); place++) {
            tmn_text_put(files, "|");
            if (places > 0)
                tmn_text_put(files, "%c%d,", by[0], place);
            tmn_text_put(files, "%s,%s", date, say(g, "{0|$(0.01:4.0)|$(0.1~4)}"));
        }
    }
    tmn_text_put(files, "\n");
    tmn_text_put(&g->out, "    csv: %s.csv\n", name);
    if (places > 0)
        tmn_text_put(&g->out, "    by: %s\n", by);
    put(g, "    date: date\n    value: value\n    interpolate: {step|linear}\n");
}

static void put_drivers(struct generator *g, struct tmn_text *files) {
    if (g->drivers.count > 0)
        put(g, "drivers:\n");
    for (int d = 0; d < g->drivers.count; d++) {
        const char *name = g->drivers.items[d];
        tmn_text_put(&g->out, "  %s:\n", name);
        if (strcmp(name, "order") == 0)
            put(g, "    start: {0|1|$(0.0:3.0)}\n    steps:\n      $date: {0|$(0.0:4.0)}\n");
        else if (strcmp(name, "sweep") == 0)
            put(g, "    start: {0|0.2}\n    pulses:\n      - from: $date\n        size: $(0.1:3.0)\n        decay: "
                   "$(5:200) d\n"
                   "{|      - from: 2001-02-01\n        to: 2001-05-31\n        size: 1\n}");
        else if (strcmp(name, "jump") == 0)
            put(g, "    start: {0.0001|1|4}\n    steps:\n      2001-01-0{2|8}: {4|0.001|0.0001}\n      "
                   "2001-0$(2:9)-02: {0.0001|1|4}\n{|      2001-12-31: 0.00001\n}");
        else
            put_price(g, name, g->driver_by[d], files);
    }
}

static void put_people(struct generator *g) {
    tmn_text_put(&g->out, "population:\n  size: %d\n  set:\n    life: home\n", g->size);
    if (g->birth_year && one_in(g, 3))
        put(g, "    birth_year: 1970\n");
    if (g->need_most > 0 || one_in(g, 4)) {
        put(g, "  deal:\n");
        if (g->need_most > 0)
            put(g, "    need:\n      cumulative: clamp((need + 1) / {3|$needmost}, 0, 1)\n");
        else
            put(g, "    fear:\n{      0: 0.5\n      1: rest\n|      0: rest\n      1: 0.3\n}");
    }
    put(g, "  draw:\n    flag:\n      yes: $(0.0:0.6)\n      no: rest\n");
    if (g->towns > 1)
        put(g, "    town:\n      t0: $(0.1:0.9)\n      t1: rest\n");
    if (g->sex)
        put(g, "    sex:\n      f: 0.5\n      m: rest\n");
    if (g->birth_year)
        put(g, "    birth_year:\n      1930: 0.2\n      19$(40:79): 0.3\n      199$(0:9): rest\n");
    if (g->contacts_most > 0)
        put(g, "    contacts:\n      0: 0.2\n      2: 0.5\n      3: rest\n");
    if (g->mood && one_in(g, 2))
        put(g, "    mood:\n      mid: if(flag = yes, 0.7, 0.2)\n      low: rest\n");
    if (g->towns > 0)
        put(g, "  place: town\n");
    if (g->households)
        put(g, "  households:\n    size: {1.5|3|4.2}\n{|    head: fear <= 1\n}");
    if (g->units)
        put(g, "  unit:\n    households: $(2:12)\n");
    if (g->unborn && g->households)
        put(g, "  unborn:\n{    per_household: {0.1|0.3|$(0.5:3.0)}\n|}    reserve: {0.01|0.03|0.2|1}\n    national: "
               "{0.1|0.3|1}\n");
    else if (g->unborn)
        put(g, "  unborn:\n    reserve: {0.01|0.03|0.5|1}\n    national: {0.3|1}\n");
}

/* Every kind of layer may stand under every name. */
static void put_layer(struct generator *g, const char *name, struct tmn_text *files) {
    const char *within =
        g->towns > 0 ? g->regions > 0 ? "{|    within: {town|region}\n}" : "{|    within: town\n}" : "";
    tmn_text_put(&g->out, "  %s:\n", name);
    switch (g->units && one_in(g, 8) ? 1 : below(g, 10)) {
    case 0:
        put(g, g->households ? "    groups: household\n" : "    groups: {2|5|9}\n");
        return;
    case 1:
        put(g, g->units ? "    groups: unit\n" : g->households ? "    groups: household\n" : "    degree: 4\n");
        return;
    case 2:
        put(g, "    groups: {3|7|20}\n");
        break;
    case 3:
        put(g, "    degree: {2|4|6}\n");
        break;
    case 4:
        put(g, "    degree: {2|4|6}\n    long: {0.1|0.5|1}\n");
        break;
    case 5:
        put(g, "    degree: {2|4}\n    ring: rows\n{|    long: 0.2\n}");
        return;
    case 6:
        put(g, "    random: {0.5|2|3.5|luck * 3}\n");
        break;
    case 7:
        tmn_text_put(&g->out, "    degrees: %s\n", g->contacts_most > 0 ? "contacts" : "2");
        break;
    case 8:
        put(g, "    degrees: {1|2|3}\n");
        break;
    default:
        if (g->sampled) {
            put(g, "    degrees: {1|3}\n");
            break;
        }
        tmn_text_put(&g->out, "    csv: %s.csv\n    from: a\n    to: b\n", name);
        tmn_text_put(files, "# file %s.csv: a,b", name);
        for (int i = 0; i < (g->size < 40 ? g->size : 40); i++) { /* no tie twice: the first end is always another */
            int other = whole(g, 0, g->size - 1);
            if (other > i)
                tmn_text_put(files, "|%d,%d", i, other);
        }
        tmn_text_put(files, "\n");
        return;
    }
    put(g, within);
}

void put_world(struct generator *g) {
    struct tmn_text files;
    tmn_text_init(&files, g->arena);
    tmn_text_put(&files, "%s", "");
    put_attributes(g);
    put_tables(g);
    put_drivers(g, &files);
    put_people(g);
    if (g->layers.count > 0)
        put(g, "layers:\n");
    for (int l = 0; l < g->layers.count; l++)
        put_layer(g, g->layers.items[l], &files);
    if (g->counters.count > 0)
        put(g, "counters:\n");
    for (int c = 0; c < g->counters.count; c++) {
        tmn_text_put(&g->out, "  %s:\n    layer: %s\n", g->counters.items[c], g->layers.items[g->counter[c].layer]);
        put(g, "    of: {$attributes|$attributes|fear >= limit}\n");
        tmn_text_put(&g->out, "    %s: %d\n", g->counter[c].share ? "share" : "max", g->counter[c].most);
    }
    tmn_text_bytes(&g->out, files.items, files.count);
}
