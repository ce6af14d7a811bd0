/* Rules of draws and deals: the chance of each level, or of at most each number. */
#include "model/read.h"

#include "base/draw.h"
#include <string.h>

/* `scope` and `by` say what the chances may read. */
struct rules {
    struct tmn_reader *reader;
    const char *what; /* "draw" or "deal" */
    enum tmn_scope scope;
    bool grounded; /* of the population: may say what it rests on */
};

static struct tmn_expr *read_chance(const struct rules *rules, const struct tmn_node *node, int own) {
    struct tmn_reader *reader = rules->reader;
    if (node->kind != TMN_NODE_SCALAR) {
        tmn_report(reader->list, node->place, "wrong-shape", NULL, "a chance must be a number or an expression");
        return NULL;
    }
    struct tmn_expr *chance = tmn_expr_parse(reader->model, node, rules->scope, own, false, reader->list);
    return chance && tmn_expr_want_unit(chance, tmn_unit_none, "a chance", reader->list) ? chance : NULL;
}

static void read_levels(const struct rules *rules, const struct tmn_node *levels, struct tmn_draw_rule *rule) {
    struct tmn_reader *reader = rules->reader;
    int feature = tmn_feature_of_attribute(reader->model, rule->attribute);
    for (size_t j = 0; j < levels->count; j++) {
        const struct tmn_node *key = levels->keys[j], *item = levels->items[j];
        int64_t level = tmn_find_level(reader, feature, key->text, key->place);
        if (item->kind == TMN_NODE_SCALAR && strcmp(item->text, "rest") == 0) {
            if (rule->rest >= 0)
                tmn_report(reader->list, item->place, "rest-twice", NULL, "only one level can take the rest");
            rule->rest = (int)level;
            continue;
        }
        struct tmn_expr *chance = read_chance(rules, item, TMN_NATION);
        if (chance && level >= 0)
            rule->chance[level] = chance;
    }
}

/* { cumulative: EXPR }, which may read the attribute's own number. */
static void read_cumulative(const struct rules *rules, const struct tmn_node *levels, const struct tmn_node *cumulative,
                            struct tmn_draw_rule *rule) {
    struct tmn_reader *reader = rules->reader;
    const struct tmn_attribute *attribute = &reader->model->attributes.items[rule->attribute];
    struct tmn_place place = tmn_key_place(levels, "cumulative");
    if (!attribute->numeric)
        tmn_report(reader->list, place, "wrong-kind",
                   tmn_arena_printf(reader->arena, "give each level its chance: %s: { %s: 0.5, %s: rest }",
                                    attribute->name, attribute->level[0], attribute->level[attribute->levels - 1]),
                   "'%s' has named levels: there is no chance of at most one of them", attribute->name);
    for (size_t j = 0; j < levels->count; j++)
        if (levels->items[j] != cumulative)
            tmn_report(reader->list, levels->keys[j]->place, "wrong-kind", NULL,
                       "'cumulative' gives every level its chance: nothing can stand beside it");
    rule->cumulative = read_chance(rules, cumulative, tmn_feature_of_attribute(reader->model, rule->attribute));
}

static bool is_level(const struct tmn_attribute *attribute, const char *text) {
    for (uint32_t l = 0; l < attribute->levels; l++)
        if (strcmp(attribute->level[l], text) == 0)
            return true;
    return false;
}

/* Parts what a rule of the population rests on (*grounds) from the chances of its levels; a level of such a name keeps
 * it. */
static struct tmn_node part_grounds(const struct rules *rules, const struct tmn_node *node,
                                    const struct tmn_attribute *attribute, struct tmn_node *grounds) {
    static const char *const words[] = {"evidence", "note", "assumed"};
    struct tmn_node levels = *node;
    *grounds = *node;
    levels.count = grounds->count = 0;
    levels.keys = TMN_NEW_ARRAY(rules->reader->arena, struct tmn_node *, node->count + 1);
    levels.items = TMN_NEW_ARRAY(rules->reader->arena, struct tmn_node *, node->count + 1);
    grounds->keys = TMN_NEW_ARRAY(rules->reader->arena, struct tmn_node *, node->count + 1);
    grounds->items = TMN_NEW_ARRAY(rules->reader->arena, struct tmn_node *, node->count + 1);
    for (size_t j = 0; j < node->count; j++) {
        struct tmn_node *part = &levels;
        for (size_t w = 0; rules->grounded && w < sizeof words / sizeof *words; w++)
            if (strcmp(node->keys[j]->text, words[w]) == 0 && !is_level(attribute, words[w]))
                part = grounds;
        part->keys[part->count] = node->keys[j];
        part->items[part->count++] = node->items[j];
    }
    return levels;
}

/* The rule of one attribute; `node` is a mapping. */
static struct tmn_draw_rule read_rule(const struct rules *rules, const struct tmn_node *key,
                                      const struct tmn_node *node, int of) {
    struct tmn_reader *reader = rules->reader;
    const struct tmn_attribute *attribute = &reader->model->attributes.items[of];
    struct tmn_draw_rule rule = {.attribute = of, .rest = -1, .place = key->place};
    struct tmn_node grounds, levels = part_grounds(rules, node, attribute, &grounds);
    const struct tmn_node *cumulative = is_level(attribute, "cumulative") ? NULL : tmn_node_get(&levels, "cumulative");
    const char *what = tmn_arena_printf(reader->arena, "the %s of '%s'", rules->what, key->text);
    rule.chance = TMN_NEW_ARRAY(reader->arena, struct tmn_expr *, attribute->levels);
    if (tmn_schema_check(reader, &grounds, TMN_SCHEMA_GROUNDS, what))
        rule.grounds = tmn_get_grounds(reader, &grounds);
    if (cumulative)
        read_cumulative(rules, &levels, cumulative, &rule);
    else
        read_levels(rules, &levels, &rule);
    return rule;
}

void tmn_read_draws(struct tmn_reader *reader, const struct tmn_node *node, const char *path, enum tmn_scope scope,
                    struct tmn_draw_rule **list, uint32_t **hash, size_t *count) {
    struct rules rules = {reader, scope == TMN_SCOPE_CONSTANT ? "deal" : "draw", scope,
                          strncmp(path, "population/", strlen("population/")) == 0};
    *count = 0;
    if (!node || node->kind != TMN_NODE_MAPPING)
        return;
    *list = TMN_NEW_ARRAY(reader->arena, struct tmn_draw_rule, node->count + 1);
    *hash = TMN_NEW_ARRAY(reader->arena, uint32_t, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        const char *name = node->keys[i]->text;
        const char *what = tmn_arena_printf(reader->arena, "the %s of '%s'", rules.what, name);
        int attribute = tmn_find_attribute(reader, name, node->keys[i]->place);
        if (attribute < 0 || !tmn_want_mapping(reader, node->items[i], what))
            continue;
        (*hash)[*count] = tmn_name_hash(tmn_arena_printf(reader->arena, "%s/%s", path, name));
        (*list)[(*count)++] = read_rule(&rules, node->keys[i], node->items[i], attribute);
    }
}
