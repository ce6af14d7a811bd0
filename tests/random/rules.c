/* The rules of a random scenario: transitions, events, feedback, outcomes. */
#include "generate.h"

#include <string.h>

/* Names come in any order, so that order by name is not that of declaration. */
void name_rules(struct generator *g) {
    static const char *const names[] = {"calm",    "arm",  "zone",  "move", "leave", "back",  "kill",
                                        "tell.it", "bear", "yield", "grow", "quit",  "doubt", "x1"};
    int most = g->big ? whole(g, 2, 4) : g->marathon ? whole(g, 2, 6) : whole(g, 2, 12), first = whole(g, 0, 13);
    for (int i = 0; i < most; i++) {
        const char *name = names[(first + 5 * i) % 14];
        add_name(&g->rules, name);
        if (one_in(g, 3))
            add_name(&g->branched, name);
    }
}

static bool is_branched(const struct generator *g, const char *name) {
    for (int i = 0; i < g->branched.count; i++)
        if (strcmp(g->branched.items[i], name) == 0)
            return true;
    return false;
}

/* Lines of a template, each moved to the right. */
static void put_indented(struct generator *g, int indent, const char *text) {
    const char *said = say(g, text);
    while (*said != '\0') {
        size_t length = strcspn(said, "\n");
        tmn_text_put(&g->out, "%*s%.*s\n", indent, "", (int)length, said);
        said += length + (said[length] == '\n');
    }
}

static void put_tells(struct generator *g, int indent) {
    int messages = one_in(g, 2) ? 2 : 1;
    put_indented(g, indent, "tell:\n");
    for (int m = 0; m < messages; m++) {
        put_indented(g, indent + 2,
                     m == 0 ? "- layer: $layer\n  name: {one|zed}\n" : "- layer: $layer\n  name: {two|an}\n");
        put_indented(g, indent + 4,
                     "{|||to: one\n}{||chance: $anychance\n}{||who: $personal\n|who: $shared\n}{|priority: "
                     "{-1|1|2}\n|priority: {-1|1|2}\n}");
        put_indented(g, indent + 4, "{set:\n  $news\n|step:\n  $steps\n|set:\n  $news\nstep:\n  $steps\n}");
    }
}

static void put_birth(struct generator *g, int indent) {
    put_indented(g, indent, "birth:\n  set:\n    life: {home|home|away}\n");
    if (g->towns > 0)
        put_indented(g, indent + 4, "town: {mother.town|$town}\n");
    if (g->mood)
        put_indented(g, indent + 4, "{|mood: mother.mood\n}");
    put_indented(g, indent + 2, "draw:\n  sex:\n    f: 0.488\n    m: rest\n");
    if (g->need_most > 0)
        put_indented(g, indent + 4, "{|need:\n  cumulative: clamp((need + 1) / 3, 0, 1)\n}");
}

static const char *const lives_on[] = {"away", "home", "away", "home", "jail"};

/* What a branch does; `births`: it also gives birth. */
static void put_then(struct generator *g, int indent, bool births) {
    uint32_t kind = below(g, 8);
    bool any = births;
    put_indented(g, indent, "then:\n");
    if (births)
        put_birth(g, indent + 2);
    if (kind < 3) {
        tmn_text_put(&g->out, "%*sset:\n%*slife: %s\n", indent + 2, "", indent + 4, "",
                     one_in(g, 6) ? "dead" : lives_on[below(g, g->jail ? 5 : 4)]);
        any = true;
    } else if (kind < 6) {
        put_indented(g, indent + 2, "set:\n  $level\n");
        any = true;
    }
    if (kind > 4 || one_in(g, 4)) {
        put_indented(g, indent + 2, "step:\n  $steps\n");
        any = true;
    }
    if (g->feedbacks.count > 0 && one_in(g, 2)) {
        put_indented(g, indent + 2, "add:\n  $feedback:\n    value: $amount\n{|    place: now\n|    place: now\n}");
        any = true;
    }
    if (g->layers.count > 0 && (one_in(g, 2) || g->big || !any))
        put_tells(g, indent + 2);
    else if (!any)
        put_indented(g, indent + 2, "step:\n  fear: 1\n");
}

/* A hazard whose most lies somewhere between never and almost the limit of 32 a window. */
static void put_rate(struct generator *g) {
    int personal = (int)below(g, 3), shared = (int)below(g, 3);
    double most = one_in(g, 5) ? log_real(g, 3, 30) : one_in(g, 6) ? log_real(g, 1e-6, 1e-3) : log_real(g, 0.01, 5);
    double days = g->calendar.window_quarter_days / 4.0, last = 366 - (g->calendar.windows_per_year - 1) * days,
           longest = last > days ? last : days;
    for (int i = 0; i < personal + shared; i++)
        most /= one_in(g, 3) ? 4 : 2;
    double sure = 31 / (longest / TMN_YEAR_DAYS), per_year = most / (longest / TMN_YEAR_DAYS);
    for (int i = 0; i < personal + shared; i++)
        sure /= 4;
    tmn_text_put(&g->out, "    rate: %.3g / y", per_year < sure ? per_year : sure);
    while (personal + shared > 0) {
        bool own = (int)below(g, (uint32_t)(personal + shared)) < personal;
        if (own)
            personal--;
        else
            shared--;
        put(g, own ? " {* $personalfactor|* $personalfactor|/ max(0.25, $personalfactor)}"
                   : " {* $sharedfactor|* $sharedfactor|* $sharedfactor|/ max(0.25, $sharedfactor)}");
    }
    put(g, "\n");
}

static void put_clock(struct generator *g, bool births, bool busy) {
    uint32_t kind = below(g, 10);
    double years = g->calendar.windows * g->calendar.window_quarter_days / 4.0 / TMN_YEAR_DAYS;
    if (births) { /* so few that the unborn last, most often */
        tmn_text_put(&g->out, "    rate: %.3g / y", log_real(g, 0.2, 2) / years);
        put(g, "{| * $personalfactor|| * $sharedfactor}\n");
    } else if (busy)
        put(g, "    chance: {1|if(fear >= 0, 1, 0)|0.97}\n");
    else if (g->big && kind < 4)
        put(g, "    chance: $(0.01~0.3)\n");
    else if (kind < 6)
        put_rate(g);
    else if (kind < 8)
        put(g, "    chance: {$personalchance|$sharedchance|1}\n");
    else
        put(g, "    after: {term|$term d|2 * term}\n");
}

static void put_who(struct generator *g, bool births) {
    if (births)
        put(g, "    who: {life = home|life = home and sex = f|sex = f and $who}{| and $shared}\n");
    else if (one_in(g, 4))
        put(g, "    who: fear {>=|<} limit{| and $who}{|| and $shared}\n");
    else if (one_in(g, 5))
        put(g, "    who: {|$who and }{($fact or $movingtest)|not ($fact and $movingtest)}\n");
    else
        put(g, "{    who: life = $living{| and $who}{|| and $shared}\n|    who: life = $living and $who{|| "
               "and $shared}\n|"
               "    who: $who{|| and $shared}\n|    who: $shared\n|}");
}

static void put_transition(struct generator *g, const char *name, bool births, bool busy) {
    tmn_text_put(&g->out, "  %s:\n", name);
    if (!busy)
        put_who(g, births);
    put_clock(g, births, busy);
    if (!is_branched(g, name)) {
        put_then(g, 4, births);
        return;
    }
    put(g, "    branch:\n      - name: first\n        chance: $anychance\n");
    put_then(g, 8, false);
    if (one_in(g, 4)) {
        put(g, "      - name: never\n        chance: 0\n");
        put_then(g, 8, false);
    }
    put(g, "      - name: other\n        chance: rest\n");
    put_then(g, 8, births);
}

static void put_feedbacks(struct generator *g) {
    if (g->feedbacks.count > 0)
        put(g, "feedback:\n");
    for (int f = 0; f < g->feedbacks.count; f++) {
        const char *name = g->feedbacks.items[f], *by = g->feedback_by[f];
        tmn_text_put(&g->out, "  %s:\n", name);
        put(g, "    range: {[0, 1]|[0, 4]|[0, 100]}\n    start: {0|0.3|1}\n");
        if (*by != '\0')
            tmn_text_put(&g->out, "    by: %s\n", by);
        const char *count =
            tmn_arena_printf(g->arena, "count({$rule%s}%s%s)", g->branched.count > 0 ? "|$branch.first" : "",
                             *by != '\0' ? ", by " : "", by);
        uint32_t kind = below(g, 6);
        if (kind == 5)
            continue;
        tmn_text_put(&g->out, "    next: ");
        if (kind < 3)
            put(g, tmn_arena_printf(g->arena, "%s * 0.$(5:9) + {0.01|0.2|1} * %s", name, count));
        else if (kind == 3)
            put(g, tmn_arena_printf(g->arena, "%s - %s * min(1, window / $(10:60) d) + 0.02 * %s", name, name, count));
        else
            put(g,
                tmn_arena_printf(g->arena, "%s + share(%s%s%s) - {0.1|0.3} + {0|%s}", name, say(g, "$attributes"),
                                 *by != '\0' ? ", by " : "", by,
                                 g->feedbacks.count > 1 && *g->feedback_by[0] == '\0' ? g->feedbacks.items[0] : "0"));
        put(g, "\n");
    }
}

static void put_events(struct generator *g) {
    if (g->feedbacks.count == 0 || one_in(g, 2))
        return;
    int f = (int)below(g, (uint32_t)g->feedbacks.count);
    const char *by = g->feedback_by[f];
    put(g, "events:\n  storm:\n    rate: $(0.05~20) / y{| * (0.1 + $national)}\n");
    if (*by != '\0')
        tmn_text_put(&g->out, "    by: %s\n", by);
    put(g, "{|    when: $national < 0.5\n}");
    tmn_text_put(&g->out, "    then:\n      add:\n        %s: %s\n", g->feedbacks.items[f],
                 say(g, "{1|0.2|$national}"));
}

static void put_outcomes(struct generator *g) {
    const char *by = "{|||    by: [flag]\n|    by: [fear, flag]\n}";
    if (g->towns > 0)
        by = "{||    by: [flag]\n|    by: [town]\n|    by: [town, fear]\n}";
    put(g, "outcomes:\n");
    put(g, tmn_arena_printf(g->arena, "  flowing:\n    flow: $attributes\n    every: {window|year|run}\n%s", by));
    put(g, tmn_arena_printf(g->arena, "  standing:\n    stock: $attributes\n    every: {window|year|run}\n%s", by));
    put(g, tmn_arena_printf(g->arena, "  fired:\n    firings: $rule\n    every: {window|year|run}\n%s", by));
    if (g->branched.count > 0)
        put(g, "  taken:\n    firings: $branch.first\n");
    if (g->feedbacks.count > 0)
        put(g, "  level:\n    feedback: $feedback\n    every: {window|year}\n");
}

void put_rules(struct generator *g) {
    bool last_bears = g->births;
    put_feedbacks(g);
    put(g, "transitions:\n");
    for (int r = 0; r < g->rules.count; r++)
        put_transition(g, g->rules.items[r], last_bears && r + 1 == g->rules.count, g->marathon && r == 0);
    put_events(g);
    put_outcomes(g);
}
