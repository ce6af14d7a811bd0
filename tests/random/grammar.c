/* The expansion of texts with alternatives. Everything random is drawn here and from left to right, so that a number
 * gives the same scenario whatever compiler built the program. */
#include "generate.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

uint32_t below(struct generator *g, uint32_t n) { /* splitmix64 */
    uint64_t z = g->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ (z >> 31)) >> 32) % n;
}

bool one_in(struct generator *g, uint32_t n) {
    return below(g, n) == 0;
}

int whole(struct generator *g, int low, int high) {
    return low + (int)below(g, (uint32_t)(high - low + 1));
}

double log_real(struct generator *g, double low, double high) {
    return low * pow(high / low, below(g, 1001) / 1000.0);
}

void add_name(struct names *names, const char *name) {
    if (names->count < MOST_NAMES)
        names->items[names->count++] = name;
}

static const char *one_of(struct generator *g, const struct names *names) {
    return names->items[below(g, (uint32_t)names->count)];
}

static const char *date_of(struct generator *g, int window) {
    char date[16];
    tmn_date_format(tmn_calendar_window(&g->calendar, window).first_day, date);
    return tmn_arena_strdup(g->arena, date);
}

/* Whether the scenario has a thing; "?towns:" asks so. */
static bool has(const struct generator *g, const char *name, size_t length) {
    const struct {
        const char *name;
        bool there;
    } things[] = {{"towns", g->towns > 0},
                  {"regions", g->regions > 0},
                  {"origin", g->origin},
                  {"mood", g->mood},
                  {"sex", g->sex},
                  {"age", g->birth_year},
                  {"since", g->since},
                  {"need", g->need_most > 0},
                  {"counters", g->counters.count > 0},
                  {"layers", g->layers.count > 0},
                  {"drivers", g->drivers.count > 0},
                  {"births", g->births},
                  {"feedbacks", g->feedbacks.count > 0},
                  {"branched", g->branched.count > 0}};
    for (size_t i = 0; i < sizeof things / sizeof *things; i++)
        if (strlen(things[i].name) == length && strncmp(things[i].name, name, length) == 0)
            return things[i].there;
    abort();
}

/* A counter compared with a number or with a person's own. */
static const char *counter_test(struct generator *g) {
    int c = (int)below(g, (uint32_t)g->counters.count);
    const char *name = g->counters.items[c];
    uint32_t kind = g->counter[c].share ? 3 : below(g, 4);
    if (kind == 0 && g->need_most > 0)
        return say(g, tmn_arena_printf(g->arena, "%s {>=|<} need", name));
    return say(g, tmn_arena_printf(g->arena, "%s {>=|>=|>|<|=|!=} $(%d:%d)", name, g->counter[c].share ? 5 : 0,
                                   g->counter[c].most));
}

static const char *ratio_test(struct generator *g) {
    int c = (int)below(g, (uint32_t)g->counters.count);
    return say(g, tmn_arena_printf(g->arena, "%s / degree(%s) {>=|<} 0.$(1:9)", g->counters.items[c],
                                   g->layers.items[g->counter[c].layer]));
}

/* What the scenario has; NULL if `name` is none of these. */
static const char *thing(struct generator *g, const char *name) {
    const struct {
        const char *name;
        const struct names *names;
    } lists[] = {{"layer", &g->layers},       {"counter", &g->counters},  {"driver", &g->drivers},
                 {"feedback", &g->feedbacks}, {"national", &g->national}, {"rule", &g->rules},
                 {"branch", &g->branched}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (strcmp(name, lists[i].name) == 0)
            return lists[i].names->count == 0 ? "1" : one_of(g, lists[i].names);
    if (strcmp(name, "countertest") == 0)
        return counter_test(g);
    if (strcmp(name, "ratiotest") == 0)
        return ratio_test(g);
    if (strcmp(name, "term") == 0) /* days: a few windows and a little more or less */
        return tmn_arena_printf(g->arena, "%g",
                                g->calendar.window_quarter_days * (whole(g, 6, 60) / 40.0 + whole(g, 0, 3)));
    if (strcmp(name, "date") == 0)
        return date_of(g, whole(g, 1, g->calendar.windows - 1));
    if (strcmp(name, "fear") == 0)
        return tmn_arena_printf(g->arena, "%d", whole(g, 0, g->fear_most));
    if (strcmp(name, "needmost") == 0)
        return tmn_arena_printf(g->arena, "%d", g->need_most);
    if (strcmp(name, "town") == 0)
        return tmn_arena_printf(g->arena, "t%d", whole(g, 0, g->towns - 1));
    if (strcmp(name, "region") == 0)
        return tmn_arena_printf(g->arena, "r%d", whole(g, 0, g->regions - 1));
    if (strcmp(name, "living") == 0)
        return (const char *const[]){"home", "away", "home", "away", "jail"}[below(g, g->jail ? 5 : 4)];
    return NULL;
}

/* The alternative's own text when it may be taken, with how often in `weight`. */
static const char *open_alternative(const struct generator *g, const char *text, uint32_t *weight) {
    *weight = 1;
    if (isdigit((unsigned char)text[0]) && text[1] == '*') {
        *weight = (uint32_t)(text[0] - '0');
        text += 2;
    }
    while (text[0] == '?') {
        size_t length = strcspn(text + 1, ":");
        if (!has(g, text + 1, length))
            return NULL;
        text += length + 2;
    }
    return text;
}

static const char *expand_word(struct generator *g, const char *name) {
    const char *found = thing(g, name), *text;
    if (found != NULL)
        return found;
    int w = 0;
    while (w < word_count && strcmp(words[w].name, name) != 0)
        w++;
    if (w == word_count)
        abort();
    uint32_t sum = 0, weight;
    for (int i = 0; words[w].alternative[i] != NULL; i++)
        sum += open_alternative(g, words[w].alternative[i], &weight) != NULL ? weight : 0;
    uint32_t at = below(g, sum);
    for (int i = 0;; i++) {
        text = open_alternative(g, words[w].alternative[i], &weight);
        if (text != NULL && at < weight)
            return say(g, text);
        at -= text != NULL ? weight : 0;
    }
}

/* "(1:9)", "(0.1:2)", "(0.1~10)" */
static const char *expand_number(struct generator *g, const char *text) {
    char *between;
    double low = strtod(text + 1, &between), high = strtod(between + 1, NULL);
    if (*between == '~')
        return tmn_arena_printf(g->arena, "%.3g", log_real(g, low, high));
    if (memchr(text, '.', strcspn(text, ")")) != NULL)
        return tmn_arena_printf(g->arena, "%.3g", low + (high - low) * below(g, 1001) / 1000.0);
    return tmn_arena_printf(g->arena, "%d", whole(g, (int)low, (int)high));
}

/* One of "{a|b}"; inner braces belong to the alternatives. Returns its end. */
static const char *expand_choice(struct generator *g, const char *text, struct tmn_text *out) {
    const char *begin[16] = {text + 1}, *end[16] = {NULL}, *at = text + 1;
    uint32_t count = 1;
    for (int depth = 1; depth > 0; at++) {
        depth += *at == '{';
        depth -= *at == '}';
        if ((depth == 1 && *at == '|') || depth == 0) {
            end[count - 1] = at;
            if (depth > 0)
                begin[count++] = at + 1;
        }
    }
    uint32_t pick = below(g, count);
    const char *chosen = say(g, tmn_arena_strndup(g->arena, begin[pick], (size_t)(end[pick] - begin[pick])));
    tmn_text_put(out, "%s", chosen);
    return at;
}

const char *say(struct generator *g, const char *text) {
    struct tmn_text out;
    tmn_text_init(&out, g->arena);
    tmn_text_put(&out, "%s", "");
    while (*text != '\0') {
        size_t plain = strcspn(text, "${&");
        tmn_text_bytes(&out, text, plain);
        text += plain;
        if (*text == '&') {
            tmn_text_put(&out, "%s", text[1] == 'o' ? "{" : "}");
            text += 2;
        } else if (*text == '{') {
            text = expand_choice(g, text, &out);
        } else if (*text == '$' && text[1] == '(') {
            tmn_text_put(&out, "%s", expand_number(g, text + 1));
            text += strcspn(text, ")") + 1;
        } else if (*text == '$') {
            size_t length = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz_");
            tmn_text_put(&out, "%s", expand_word(g, tmn_arena_strndup(g->arena, text + 1, length)));
            text += length + 1;
        }
    }
    return out.items;
}

void put(struct generator *g, const char *text) {
    tmn_text_put(&g->out, "%s", say(g, text));
}
