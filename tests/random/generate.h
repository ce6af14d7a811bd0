/* Random scenarios: from a number, the text of a scenario that may use any construct of the language. */
#ifndef TMN_TESTS_RANDOM_GENERATE_H
#define TMN_TESTS_RANDOM_GENERATE_H

#include "base/date.h"
#include "base/text.h"
#include <stdint.h>

enum { MOST_NAMES = 16 };

struct names {
    const char *items[MOST_NAMES];
    int count;
};

/* What a scenario under construction has, so that its expressions can name it. */
struct generator {
    struct tmn_arena *arena;
    struct tmn_text out;
    uint64_t state; /* of the random numbers */
    struct tmn_calendar calendar;
    const char *window;
    int size;
    bool big, marathon; /* many persons and few rules; few persons and hundreds of windows */
    /* attributes; life, fear and flag are always there */
    int towns, regions, fear_most, need_most, contacts_most; /* 0: none */
    bool jail, origin, mood, sex, birth_year, births, alive, households, units, unborn, counts, sampled, since;
    struct names drivers, feedbacks, national, layers, counters, rules, branched;
    struct {
        int layer, most;
        bool share;
    } counter[MOST_NAMES];
    const char *driver_by[MOST_NAMES], *feedback_by[MOST_NAMES]; /* "" or " by town" */
};

uint32_t below(struct generator *g, uint32_t n);               /* 0 .. n - 1 */
bool one_in(struct generator *g, uint32_t n);                  /* with chance 1 / n */
int whole(struct generator *g, int low, int high);             /* low .. high */
double log_real(struct generator *g, double low, double high); /* even in its logarithm */
void add_name(struct names *names, const char *name);

/* grammar.c. A text is expanded from left to right: {a|b} is one of these; $(1:9) a whole number from 1 to 9, $(0.1:2)
 * a number, $(0.1~10) one that is even in its logarithm; $word one of the alternatives of that word in expressions.c,
 * themselves expanded, or what the scenario has: $layer, $counter, $date, $living; &o and &c are { and }. */
const char *say(struct generator *g, const char *text);
void put(struct generator *g, const char *text); /* the same, at the end of `out` */
struct word {
    const char *name;
    const char *alternative[20]; /* "?mood:..." only where there is such a thing, "3*..." three times as often */
};
extern const struct word words[];
extern const int word_count;

void choose(struct generator *g);     /* generate.c: sizes, times, attributes */
void name_world(struct generator *g); /* world.c: what expressions may name */
void put_world(struct generator *g);  /* attributes, tables, parameters, population, layers, counters */
void name_rules(struct generator *g); /* rules.c */
void put_rules(struct generator *g);  /* transitions, events, outcomes, feedback */

/* The text of scenario `seed`. Comments in it say how it is run, and hold its files: see load.h. */
const char *generate(struct tmn_arena *arena, uint64_t seed);

#endif
