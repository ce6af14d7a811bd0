/* State charts; see chart.h. Moves (what can change the attribute) are gathered first, then for each level where each
 * move leads; levels are grouped, and moves between the same groups share an edge. */
#include "report/chart.h"
#include "report/dot.h"

#include <string.h>

enum {
    ALL_SHOWN = 16,    /* levels that are drawn one by one */
    ORDERED_SHOWN = 8, /* the same of an ordered attribute */
    GROUPS_MAX = 12,   /* nodes of a collapsed ordered attribute */
    ROW_MAX = 6,       /* nodes that fit beside each other; more are laid out downwards */
    ANY_FROM = 4,      /* sources of one move that are drawn as one node "any of" */
    NOWHERE = -1,
    COPIED = -2 /* target: another attribute's level, known only in the run */
};

struct move {
    const char *label;
    const struct tmn_expr *who, *chance; /* NULL: no condition */
    bool alive, message;
    const struct tmn_action *action; /* SET, COPY or STEP; NULL: `drawn` at a birth */
    uint32_t drawn;
};

struct edge {
    uint32_t from, to; /* nodes */
    bool message;
    struct {
        const char **items;
        size_t count, capacity;
    } labels;
};

struct chart {
    struct tmn_arena *arena;
    const struct tmn_model *model;
    const struct tmn_attribute *attribute;
    int index, feature;
    struct tmn_env env;
    uint32_t *level; /* of env */
    bool *known;
    struct {
        struct move *items;
        size_t count, capacity;
    } moves;
    int32_t *target;    /* [moves * levels] */
    uint32_t *group_of; /* [levels] */
    uint32_t groups;
    struct {
        bool **items; /* [groups] members of each node "any of" */
        size_t count, capacity;
    } any;
    struct {
        struct edge *items;
        size_t count, capacity;
    } edges;
};

/* ---- moves ---- */

static void add_move(struct chart *chart, const struct move *move) {
    TMN_PUSH(chart->arena, &chart->moves, *move);
}

static const char *move_label(struct chart *chart, const struct tmn_transition *t, const struct tmn_branch *branch,
                              const char *layer, int by) {
    struct tmn_text text;
    tmn_text_init(&text, chart->arena);
    tmn_text_put(&text, "%s%s%s", t->name, branch->name[0] ? "." : "", branch->name);
    if (layer)
        tmn_text_put(&text, " → %s", layer);
    if (by)
        tmn_text_put(&text, " %s%d", by > 0 ? "+" : "−", by > 0 ? by : -by);
    return text.items;
}

/* Of the attribute that tells the unborn: what others get at birth is where they begin, not a change. */
static void add_birth(struct chart *chart, const struct tmn_action *action, struct move move) {
    const struct tmn_expr *unborn = chart->model->unborn;
    if (!unborn || unborn->op != TMN_OP_MEMBER || unborn->index != chart->feature)
        return;
    move.who = unborn, move.chance = NULL, move.alive = false;
    for (size_t i = 0; i < action->count; i++)
        if (action->items[i].attribute == chart->index) {
            move.action = &action->items[i];
            add_move(chart, &move);
        }
    for (size_t d = 0; d < action->draw_count; d++)
        for (uint32_t l = 0; action->draws[d].attribute == chart->index && l < chart->attribute->levels; l++)
            if (action->draws[d].chance[l] || action->draws[d].rest == (int)l || action->draws[d].cumulative) {
                move.action = NULL, move.drawn = l;
                add_move(chart, &move);
            }
}

static void add_moves(struct chart *chart, const struct tmn_transition *t, const struct tmn_branch *branch) {
    const struct tmn_model *model = chart->model;
    for (size_t a = 0; a < branch->count; a++) {
        const struct tmn_action *action = &branch->items[a];
        struct move move = {.label = move_label(chart, t, branch, NULL, 0),
                            .who = t->who,
                            .chance = branch->chance,
                            .alive = t->alive_first,
                            .action = action};
        switch (action->kind) {
        case TMN_ACTION_TELL:
            move.who = action->who, move.chance = NULL, move.alive = true, move.message = true;
            for (size_t i = 0; i < action->count; i++)
                if (action->items[i].attribute == chart->index) {
                    move.action = &action->items[i];
                    move.label = move_label(chart, t, branch, model->layers.items[action->layer].name, move.action->by);
                    add_move(chart, &move);
                }
            break;
        case TMN_ACTION_BIRTH:
            add_birth(chart, action, move);
            break;
        case TMN_ACTION_ADD:
            break;
        default:
            if (action->attribute == chart->index) {
                move.label = move_label(chart, t, branch, NULL, action->by);
                add_move(chart, &move);
            }
            break;
        }
    }
}

/* ---- where each move leads from each level ---- */

static void know(struct chart *chart, uint32_t level) {
    const struct tmn_model *model = chart->model;
    chart->known[chart->feature] = true;
    chart->level[chart->feature] = level;
    for (size_t f = 0; f < model->features.count; f++) {
        const struct tmn_feature *feature = &model->features.items[f];
        if (feature->kind != TMN_FEATURE_MAP || model->maps.items[feature->index].of != chart->index)
            continue;
        chart->known[f] = true;
        chart->level[f] = model->maps.items[feature->index].to[level];
    }
}

/* Whether the level (known) leaves the condition a chance to hold. */
static bool possible(const struct chart *chart, const struct tmn_expr *condition) {
    if (!condition)
        return true;
    struct tmn_interval bound = tmn_expr_bound(condition, &chart->env, chart->known);
    return !bound.defined || bound.high > 0;
}

static int32_t target_of(const struct chart *chart, const struct move *move, uint32_t level) {
    int32_t last = (int32_t)chart->attribute->levels - 1, to;
    if ((move->alive && !possible(chart, chart->model->alive)) || !possible(chart, move->who) ||
        !possible(chart, move->chance))
        return NOWHERE;
    if (!move->action)
        to = (int32_t)move->drawn;
    else if (move->action->kind == TMN_ACTION_SET)
        to = (int32_t)move->action->level;
    else if (move->action->kind == TMN_ACTION_COPY || move->action->kind == TMN_ACTION_YEAR)
        return COPIED;
    else
        to = (int32_t)level + move->action->by;
    to = to < 0 ? 0 : to > last ? last : to;
    return to == (int32_t)level ? NOWHERE : to;
}

/* Whether a condition depends on the attribute at all: if not, one level answers for all. */
static bool reads_attribute(const struct chart *chart, const struct tmn_expr *condition, bool *reads) {
    memset(reads, 0, chart->model->features.count * sizeof *reads);
    if (condition)
        tmn_expr_reads(chart->model, condition, reads);
    for (size_t f = 0; f < chart->model->features.count; f++)
        if (reads[f] && chart->known[f])
            return true;
    return false;
}

static bool find_targets(struct chart *chart) {
    uint32_t levels = chart->attribute->levels;
    bool any = false, *reads = TMN_NEW_ARRAY(chart->arena, bool, chart->model->features.count);
    chart->target = TMN_NEW_ARRAY(chart->arena, int32_t, chart->moves.count * levels);
    know(chart, 0);
    for (size_t m = 0; m < chart->moves.count; m++) {
        const struct move *move = &chart->moves.items[m];
        struct move free = *move;
        if (!reads_attribute(chart, move->who, reads) && !reads_attribute(chart, move->chance, reads)) {
            if (!possible(chart, move->who) || !possible(chart, move->chance)) {
                for (uint32_t l = 0; l < levels; l++)
                    chart->target[m * levels + l] = NOWHERE;
                continue;
            }
            free.who = free.chance = NULL;
        }
        for (uint32_t l = 0; l < levels; l++) {
            know(chart, l);
            int32_t to = target_of(chart, &free, l);
            chart->target[m * levels + l] = to;
            any = any || (to != NOWHERE && to != COPIED);
        }
        know(chart, 0);
    }
    return any;
}

/* ---- groups of levels ---- */

static bool same_moves(const struct chart *chart, uint32_t a, uint32_t b) {
    uint32_t levels = chart->attribute->levels;
    for (size_t m = 0; m < chart->moves.count; m++)
        if ((chart->target[m * levels + a] == NOWHERE) != (chart->target[m * levels + b] == NOWHERE))
            return false;
    return true;
}

/* Levels that some move sets stand alone; so does the first of an ordered attribute. */
static bool *set_alone(const struct chart *chart) {
    bool *alone = TMN_NEW_ARRAY(chart->arena, bool, chart->attribute->levels);
    for (size_t m = 0; m < chart->moves.count; m++) {
        const struct move *move = &chart->moves.items[m];
        if (!move->action || move->action->kind == TMN_ACTION_SET)
            alone[move->action ? move->action->level : move->drawn] = true;
    }
    if (chart->attribute->ordered)
        alone[0] = true;
    return alone;
}

static void group_ordered(struct chart *chart, const bool *alone, bool by_moves) {
    chart->groups = 0;
    for (uint32_t l = 0; l < chart->attribute->levels; l++) {
        bool begins = l == 0 || alone[l] || alone[l - 1] || (by_moves && !same_moves(chart, l, l - 1)) ||
                      (!by_moves && l + 1 == chart->attribute->levels);
        chart->groups += begins;
        chart->group_of[l] = chart->groups - 1;
    }
}

static void group_levels(struct chart *chart) {
    uint32_t levels = chart->attribute->levels;
    chart->group_of = TMN_NEW_ARRAY(chart->arena, uint32_t, levels);
    const bool *alone = set_alone(chart);
    if (levels <= (chart->attribute->ordered ? ORDERED_SHOWN : ALL_SHOWN)) {
        for (uint32_t l = 0; l < levels; l++)
            chart->group_of[l] = l;
        chart->groups = levels;
    } else if (chart->attribute->ordered) {
        group_ordered(chart, alone, true);
        if (chart->groups > GROUPS_MAX)
            group_ordered(chart, alone, false);
    } else {
        uint32_t *first = TMN_NEW_ARRAY(chart->arena, uint32_t, levels); /* [groups] */
        for (uint32_t l = 0; l < levels; l++) {
            uint32_t g = 0;
            while (g < chart->groups && (alone[l] || alone[first[g]] || !same_moves(chart, l, first[g])))
                g++;
            if (g == chart->groups)
                first[chart->groups++] = l;
            chart->group_of[l] = g;
        }
    }
}

/* ---- edges ---- */

static void add_edge(struct chart *chart, uint32_t from, uint32_t to, const struct move *move) {
    struct edge *edge = NULL;
    for (size_t e = 0; e < chart->edges.count && !edge; e++) {
        struct edge *other = &chart->edges.items[e];
        if (other->from == from && other->to == to && other->message == move->message)
            edge = other;
    }
    if (!edge) {
        struct edge made = {.from = from, .to = to, .message = move->message};
        TMN_PUSH(chart->arena, &chart->edges, made);
        edge = &chart->edges.items[chart->edges.count - 1];
    }
    for (size_t i = 0; i < edge->labels.count; i++)
        if (strcmp(edge->labels.items[i], move->label) == 0)
            return;
    TMN_PUSH(chart->arena, &edge->labels, move->label);
}

/* Nodes are numbered: groups, then nodes "any of", then attributes that are copied. */
enum { ANY_FIRST = 100000, COPY_FIRST = 200000 };

static uint32_t any_node(struct chart *chart, const bool *members) {
    for (size_t i = 0; i < chart->any.count; i++)
        if (memcmp(chart->any.items[i], members, chart->groups * sizeof *members) == 0)
            return ANY_FIRST + (uint32_t)i;
    bool *copy = TMN_NEW_ARRAY(chart->arena, bool, chart->groups);
    memcpy(copy, members, chart->groups * sizeof *copy);
    TMN_PUSH(chart->arena, &chart->any, copy);
    return ANY_FIRST + (uint32_t)chart->any.count - 1;
}

/* A move to one node, whatever it comes from. */
static void link_to_one(struct chart *chart, const struct move *move, const bool *sources, uint32_t to) {
    uint32_t count = 0;
    for (uint32_t g = 0; g < chart->groups; g++)
        count += sources[g];
    if (count >= ANY_FROM) {
        add_edge(chart, any_node(chart, sources), to, move);
        return;
    }
    for (uint32_t g = 0; g < chart->groups; g++)
        if (sources[g])
            add_edge(chart, g, to, move);
}

static void link_move(struct chart *chart, size_t m, bool *sources) {
    const struct move *move = &chart->moves.items[m];
    uint32_t levels = chart->attribute->levels;
    const int32_t *target = chart->target + m * levels;
    if (move->action && move->action->kind == TMN_ACTION_STEP) {
        for (uint32_t l = 0; l < levels; l++)
            if (target[l] != NOWHERE)
                add_edge(chart, chart->group_of[l], chart->group_of[target[l]], move);
        return;
    }
    int32_t to = NOWHERE;
    memset(sources, 0, chart->groups * sizeof *sources);
    for (uint32_t l = 0; l < levels; l++)
        if (target[l] != NOWHERE) {
            sources[chart->group_of[l]] = true;
            to = target[l];
        }
    if (to == COPIED)
        link_to_one(chart, move, sources, COPY_FIRST + (uint32_t)move->action->from);
    else if (to != NOWHERE)
        link_to_one(chart, move, sources, chart->group_of[to]);
}

/* ---- text ---- */

static const char *group_label(const struct chart *chart, uint32_t group) {
    const struct tmn_attribute *attribute = chart->attribute;
    struct tmn_text text;
    uint32_t count = 0, first = 0, last = 0;
    tmn_text_init(&text, chart->arena);
    for (uint32_t l = 0; l < attribute->levels; l++)
        if (chart->group_of[l] == group) {
            first = count++ ? first : l;
            last = l;
        }
    if (count == 1)
        return attribute->level[first];
    if (attribute->ordered) {
        tmn_text_put(&text, "%s … %s", attribute->level[first], attribute->level[last]);
        return text.items;
    }
    uint32_t shown = 0;
    for (uint32_t l = 0; l < attribute->levels && shown < 3; l++)
        if (chart->group_of[l] == group)
            tmn_text_put(&text, "%s%s", shown++ ? ", " : "", attribute->level[l]);
    if (count > shown)
        tmn_text_put(&text, " and %u more", count - shown);
    return text.items;
}

static bool group_alive(struct chart *chart, uint32_t group) {
    for (uint32_t l = 0; l < chart->attribute->levels; l++) {
        know(chart, l);
        if (chart->group_of[l] == group && possible(chart, chart->model->alive))
            return true;
    }
    return false;
}

/* "any living" when these are all groups of the living, "any other" when only the one is not there that they lead to,
 * else their names. */
static const char *any_label(struct chart *chart, uint32_t any) {
    const bool *members = chart->any.items[any];
    struct tmn_text text;
    uint32_t shown = 0, missing = 0, absent = 0;
    for (uint32_t g = 0; g < chart->groups; g++)
        if (!members[g] && group_alive(chart, g)) {
            missing++;
            absent = g;
        }
    bool other = missing == 1;
    for (size_t e = 0; e < chart->edges.count; e++)
        other = other && (chart->edges.items[e].from != ANY_FIRST + any || chart->edges.items[e].to == absent);
    if (missing == 0 || other)
        return missing == 0 ? "any living" : "any other";
    tmn_text_init(&text, chart->arena);
    for (uint32_t g = 0; g < chart->groups; g++)
        if (members[g]) {
            tmn_text_put(&text, "%s%s", shown == 0 ? "any of: " : shown % 4 == 0 ? ",\n" : ", ", group_label(chart, g));
            shown++;
        }
    return text.items;
}

/* A quoted label of several lines. */
static void put_lines(struct tmn_text *out, const char *const *lines, size_t count) {
    struct tmn_text line;
    tmn_text_put(out, "\"");
    for (size_t i = 0; i < count; i++) {
        tmn_text_init(&line, out->arena);
        tmn_dot_string(&line, lines[i]);
        tmn_text_put(out, "%s", i ? "\\n" : "");
        tmn_text_bytes(out, line.items + 1, line.count - 2); /* without its own quotes */
    }
    tmn_text_put(out, "\"");
}

static void put_node(struct tmn_text *out, uint32_t node, const char *label, const char *class_name) {
    const char *lines[64];
    size_t count = 0;
    for (char *at = tmn_arena_strdup(out->arena, label); at && count < 64; count++) {
        lines[count] = at;
        at = strchr(at, '\n');
        if (at)
            *at++ = '\0';
    }
    tmn_text_put(out, "  n%u [class=\"%s\"%s, label=", node, class_name, node >= ANY_FIRST ? ", shape=plaintext" : "");
    put_lines(out, lines, count);
    tmn_text_put(out, "];\n");
}

static bool has_edge(const struct chart *chart, uint32_t node) {
    for (size_t e = 0; e < chart->edges.count; e++)
        if (chart->edges.items[e].from == node || chart->edges.items[e].to == node)
            return true;
    return false;
}

/* Ordered levels stand in their order, whatever leads from where. */
static void put_order(struct tmn_text *out, const struct chart *chart) {
    uint32_t before = chart->groups;
    for (uint32_t g = 0; g < chart->groups; g++) {
        if (!has_edge(chart, g))
            continue;
        if (before < chart->groups)
            tmn_text_put(out, "  n%u -> n%u [style=invis, weight=100];\n", before, g);
        before = g;
    }
}

static void put_edge(struct tmn_text *out, const struct chart *chart, const struct edge *edge) {
    /* A step down is drawn as an edge up with its arrow at the tail, so that it does not turn the order round. */
    bool back = chart->attribute->ordered && edge->from > edge->to && edge->from < chart->groups;
    tmn_text_put(out, "  n%u -> n%u [class=\"%s\"%s%s, label=", back ? edge->to : edge->from,
                 back ? edge->from : edge->to, edge->message ? "message" : "own", edge->message ? ", style=dashed" : "",
                 back ? ", dir=back" : "");
    put_lines(out, edge->labels.items, edge->labels.count);
    tmn_text_put(out, "];\n");
}

static void put_graph(struct tmn_text *out, struct chart *chart) {
    size_t shown = chart->any.count;
    for (uint32_t g = 0; g < chart->groups; g++)
        shown += has_edge(chart, g);
    bool row = chart->attribute->ordered || shown <= ROW_MAX;
    tmn_text_put(out,
                 "digraph {\n  rankdir=%s; bgcolor=transparent; nodesep=%s; ranksep=%s;\n"
                 "  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=10, height=0.3, "
                 "margin=\"0.12,0.04\"];\n"
                 "  edge [fontname=\"sans-serif\", fontsize=8.5, arrowsize=0.6];\n",
                 row ? "LR" : "TB", row ? "0.25" : "0.15", row ? "0.5" : "0.35");
    for (uint32_t g = 0; g < chart->groups; g++)
        if (has_edge(chart, g))
            put_node(out, g, group_label(chart, g), group_alive(chart, g) ? "level" : "gone");
    for (size_t i = 0; i < chart->any.count; i++)
        put_node(out, ANY_FIRST + (uint32_t)i, any_label(chart, (uint32_t)i), "any");
    for (size_t a = 0; a < chart->model->attributes.count; a++)
        if (has_edge(chart, COPY_FIRST + (uint32_t)a))
            put_node(out, COPY_FIRST + (uint32_t)a,
                     tmn_arena_printf(chart->arena, "= %s", chart->model->attributes.items[a].name), "copy");
    if (chart->attribute->ordered)
        put_order(out, chart);
    for (size_t e = 0; e < chart->edges.count; e++)
        put_edge(out, chart, &chart->edges.items[e]);
    tmn_text_put(out, "}\n");
}

bool tmn_chart_put(struct tmn_text *out, const struct tmn_model *model, int attribute) {
    struct chart chart = {.arena = out->arena,
                          .model = model,
                          .attribute = &model->attributes.items[attribute],
                          .index = attribute,
                          .feature = tmn_feature_of_attribute(model, attribute)};
    chart.level = TMN_NEW_ARRAY(out->arena, uint32_t, model->features.count);
    chart.known = TMN_NEW_ARRAY(out->arena, bool, model->features.count);
    chart.env = (struct tmn_env){.model = model, .level = chart.level};
    for (size_t t = 0; t < model->transitions.count; t++)
        for (size_t b = 0; b < model->transitions.items[t].branches; b++)
            add_moves(&chart, &model->transitions.items[t], &model->transitions.items[t].branch[b]);
    if (chart.moves.count == 0 || !find_targets(&chart))
        return false;
    group_levels(&chart);
    bool *sources = TMN_NEW_ARRAY(out->arena, bool, chart.groups);
    for (size_t m = 0; m < chart.moves.count; m++)
        link_move(&chart, m, sources);
    put_graph(out, &chart);
    return true;
}
