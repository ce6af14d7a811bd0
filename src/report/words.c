/* What rules do, in words; see words.h. */
#include "report/words.h"
#include "report/formula.h"
#include "report/html.h"

#include <stdlib.h>

static const char minus[] = "−";

void tmn_words_name(struct tmn_text *out, const char *name) {
    tmn_html_put(out, "<a href=\"#d-%s\"><code>%s</code></a>", name, name);
}

void tmn_words_code(struct tmn_text *out, const struct tmn_model *model, const struct tmn_expr *expr) {
    struct tmn_text text;
    tmn_text_init(&text, out->arena);
    tmn_expr_print(model, expr, &text);
    tmn_html_put(out, "<code>%s</code>", text.items);
}

/* set, copy and step; `owner`: whose attribute a copy reads, "the mother's " of a birth. */
static void put_change(struct tmn_text *out, const struct tmn_model *model, const struct tmn_action *action,
                       const char *owner) {
    const struct tmn_attribute *attribute = &model->attributes.items[action->attribute];
    tmn_words_name(out, attribute->name);
    if (action->kind == TMN_ACTION_SET) {
        tmn_html_put(out, " becomes <b>%s</b>", attribute->level[action->level]);
    } else if (action->kind == TMN_ACTION_YEAR) {
        tmn_html_put(out, " becomes the year");
    } else if (action->kind == TMN_ACTION_COPY) {
        tmn_html_put(out, " becomes %s", owner);
        tmn_words_name(out, model->attributes.items[action->from].name);
    } else {
        tmn_html_put(out, " %s by %d", action->by > 0 ? "rises" : "falls", abs(action->by));
    }
}

static void put_changes(struct tmn_text *out, const struct tmn_model *model, const struct tmn_action *items,
                        size_t count, const char *owner) {
    for (size_t i = 0; i < count; i++) {
        tmn_text_put(out, "%s", i ? ", " : "");
        put_change(out, model, &items[i], owner);
    }
}

static void put_add(struct tmn_text *out, const struct tmn_model *model, const struct tmn_action *action) {
    const struct tmn_feedback *feedback = &model->feedbacks.items[action->feedback];
    tmn_words_name(out, feedback->name);
    tmn_text_put(out, " grows by ");
    tmn_formula_inline(out, model, action->amount);
    if (feedback->by >= 0)
        tmn_html_put(out, " at the %s%s", model->features.items[feedback->by].name,
                     action->place_now ? " where the person is then" : " of the window's start");
}

static void put_tell(struct tmn_text *out, const struct tmn_model *model, const struct tmn_action *action) {
    tmn_text_put(out, action->one ? "one tie, drawn, if living, in " : "each living tie in ");
    tmn_words_name(out, model->layers.items[action->layer].name);
    if (action->who) {
        tmn_text_put(out, " with ");
        tmn_words_code(out, model, action->who);
    }
    if (action->chance) {
        tmn_text_put(out, ", with chance ");
        tmn_formula_inline(out, model, action->chance);
    }
    tmn_text_put(out, ": ");
    put_changes(out, model, action->items, action->count, "its own ");
    if (action->priority != 0)
        tmn_text_put(out, " (priority %s%d)", action->priority < 0 ? minus : "", abs(action->priority));
}

static void put_birth(struct tmn_text *out, const struct tmn_model *model, const struct tmn_action *action) {
    tmn_text_put(out, "a child is born");
    if (action->count > 0) {
        tmn_text_put(out, ": ");
        put_changes(out, model, action->items, action->count, "the mother’s ");
    }
    for (size_t d = 0; d < action->draw_count; d++) {
        const struct tmn_draw_rule *rule = &action->draws[d];
        const struct tmn_attribute *attribute = &model->attributes.items[rule->attribute];
        tmn_text_put(out, "; ");
        tmn_words_name(out, attribute->name);
        tmn_text_put(out, " drawn: ");
        if (rule->cumulative) {
            tmn_text_put(out, "at most its number with chance ");
            tmn_formula_inline(out, model, rule->cumulative);
            continue;
        }
        const char *joint = "";
        for (uint32_t l = 0; l < attribute->levels; l++) {
            if (!rule->chance[l] && rule->rest != (int)l)
                continue;
            tmn_html_put(out, "%s<b>%s</b> ", joint, attribute->level[l]);
            if (rule->chance[l])
                tmn_formula_inline(out, model, rule->chance[l]);
            else
                tmn_text_put(out, "the rest");
            joint = ", ";
        }
    }
}

void tmn_words_actions(struct tmn_text *out, const struct tmn_model *model, const struct tmn_action *items,
                       size_t count) {
    tmn_text_put(out, "<ul class=\"actions\">");
    for (size_t i = 0; i < count; i++) {
        tmn_text_put(out, "<li>");
        switch (items[i].kind) {
        case TMN_ACTION_ADD:
            put_add(out, model, &items[i]);
            break;
        case TMN_ACTION_TELL:
            put_tell(out, model, &items[i]);
            break;
        case TMN_ACTION_BIRTH:
            put_birth(out, model, &items[i]);
            break;
        default:
            put_change(out, model, &items[i], "its ");
            break;
        }
        tmn_text_put(out, "</li>");
    }
    if (count == 0)
        tmn_text_put(out, "<li>nothing</li>");
    tmn_text_put(out, "</ul>\n");
}

/* A number over parameters, with its value. */
static void put_constant(struct tmn_text *out, const struct tmn_model *model, const struct tmn_expr *expr) {
    tmn_formula_inline(out, model, expr);
    if (expr->op == TMN_OP_NUMBER)
        return;
    tmn_text_put(out, " = ");
    tmn_html_number(out, tmn_expr_constant(model, expr));
}

static void put_within(struct tmn_text *out, const struct tmn_model *model, const struct tmn_layer *layer) {
    if (layer->within >= 0) {
        tmn_text_put(out, " within each ");
        tmn_words_name(out, model->features.items[layer->within].name);
    } else {
        tmn_text_put(out, " of the whole nation");
    }
}

void tmn_words_layer(struct tmn_text *out, const struct tmn_model *model, const struct tmn_layer *layer) {
    switch (layer->kind) {
    case TMN_LAYER_HOUSEHOLD:
        tmn_text_put(out, "everyone in the same household");
        break;
    case TMN_LAYER_UNIT:
        tmn_text_put(out, "everyone in the same neighbourhood unit");
        break;
    case TMN_LAYER_BLOCK:
        tmn_text_put(out, "groups of %u rows in a keyed random order", layer->size);
        put_within(out, model, layer);
        break;
    case TMN_LAYER_RING:
        tmn_text_put(out, "a ring of %s", layer->rows ? "the rows in their own order" : "rows in a keyed random order");
        put_within(out, model, layer);
        tmn_text_put(out, ", each tied to the nearest, so many: ");
        put_constant(out, model, layer->number);
        if (layer->long_share) {
            tmn_text_put(out, "; share of ties exchanged at random across the nation: ");
            put_constant(out, model, layer->long_share);
        }
        break;
    case TMN_LAYER_RANDOM:
        tmn_text_put(out, "a random network");
        put_within(out, model, layer);
        tmn_text_put(out, ", of mean degree ");
        put_constant(out, model, layer->number);
        break;
    case TMN_LAYER_DEGREES:
        tmn_text_put(out, "a random network");
        put_within(out, model, layer);
        tmn_text_put(out, " in which each has as many ties as ");
        if (layer->number) {
            put_constant(out, model, layer->number);
        } else {
            tmn_text_put(out, "its ");
            tmn_words_name(out, model->attributes.items[layer->degrees].name);
            tmn_text_put(out, " says at the start");
        }
        break;
    case TMN_LAYER_EDGES:
        tmn_text_put(out, "a list of %zu pairs", layer->edges);
        break;
    }
}
