/* Section 2: persons and what they carry, what groups and places they belong to, who is tied to whom, and the scales.
 */
#include "report/html.h"
#include "report/page.h"
#include "report/words.h"

enum { LEVELS_SHOWN = 24 /* more are folded */ };

static void put_levels(const struct tmn_page *page, const char *const *level, uint32_t levels) {
    if (levels > LEVELS_SHOWN)
        tmn_html_put(page->out, "<details><summary>%u levels: %s … %s</summary>", levels, level[0], level[levels - 1]);
    for (uint32_t l = 0; l < levels; l++)
        tmn_html_put(page->out, "%s%s", l ? ", " : "", level[l]);
    tmn_text_put(page->out, "%s", levels > LEVELS_SHOWN ? "</details>" : "");
}

/* How the population gives it its first levels; NULL: everyone starts at one. */
static const char *start_of(const struct tmn_model *model, int attribute) {
    const struct tmn_population *population = &model->population;
    int feature = tmn_feature_of_attribute(model, attribute);
    for (size_t d = 0; d < population->draw_count; d++)
        if (population->draws[d].attribute == attribute)
            return "drawn";
    for (size_t d = 0; d < population->deal_count; d++)
        if (population->deals[d].attribute == attribute)
            return "dealt";
    for (size_t m = 0; m <= population->margins; m++) {
        const struct tmn_counts *counts = m ? &population->margin[m - 1] : &population->counts;
        for (int k = 0; k < counts->keys; k++)
            if (counts->feature[k] == feature)
                return "counted";
    }
    return NULL;
}

static void put_attributes(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    tmn_page_part(page, "attributes", "State variables of a person");
    tmn_page_table(page, "attributes", "Attribute|Levels|Kind|At the start");
    for (size_t i = 0; i < model->attributes.count; i++) {
        const struct tmn_attribute *a = &model->attributes.items[i];
        tmn_html_put(page->out, "<tr id=\"d-%s\"><td><code>%s</code></td><td>", a->name, a->name);
        if (a->numeric)
            tmn_html_put(page->out, "%s … %s", a->level[0], a->level[a->levels - 1]);
        else
            put_levels(page, a->level, a->levels);
        tmn_page_note(page, a->note);
        tmn_html_put(page->out, "</td><td>%s ", a->numeric ? "number" : a->ordered ? "ordered" : "names");
        tmn_page_file(page, a->file);
        const char *given = start_of(model, (int)i);
        tmn_text_put(page->out, "</td><td>");
        if (given)
            tmn_html_put(page->out, "<a href=\"#start\">%s</a>", given);
        else
            tmn_html_text(page->out, a->level[a->start]);
        tmn_text_put(page->out, "</td></tr>\n");
    }
    tmn_page_table_end(page);
    if (model->birth_year >= 0)
        tmn_text_put(page->out, "<p>A person’s <code>age</code> in whole years follows from the birth year and a "
                                "week of birth keyed by row.</p>\n");
    if (model->alive->op == TMN_OP_NUMBER) {
        tmn_text_put(page->out, "<p>Everyone counts as alive");
    } else {
        tmn_text_put(page->out, "<p>Persons count as alive while ");
        tmn_words_code(page->out, model, model->alive);
    }
    if (model->unborn) {
        tmn_text_put(page->out, "; rows with ");
        tmn_words_code(page->out, model, model->unborn);
        tmn_text_put(page->out, " wait for births");
    }
    tmn_text_put(page->out, ".</p>\n");
}

static void put_map(const struct tmn_page *page, const struct tmn_map *map) {
    const struct tmn_attribute *of = &page->model->attributes.items[map->of];
    tmn_html_put(page->out, "<tr id=\"d-%s\"><td><code>%s</code></td><td>", map->name, map->name);
    tmn_words_name(page->out, of->name);
    tmn_text_put(page->out, "</td><td>");
    if (of->levels > LEVELS_SHOWN)
        tmn_text_put(page->out, "<details><summary>%u levels to %u</summary>", of->levels, map->levels);
    for (uint32_t to = 0; to < map->levels; to++) {
        tmn_html_put(page->out, "%s<b>%s</b>: ", to ? "; " : "", map->level[to]);
        bool more = false;
        for (uint32_t l = 0; l < of->levels; l++)
            if (map->to[l] == to) {
                tmn_html_put(page->out, "%s%s", more ? ", " : "", of->level[l]);
                more = true;
            }
        tmn_text_put(page->out, "%s", more ? "" : "none");
    }
    tmn_text_put(page->out, "%s", of->levels > LEVELS_SHOWN ? "</details>" : "");
    tmn_page_note(page, map->note);
    tmn_text_put(page->out, " ");
    tmn_page_file(page, map->file);
    tmn_text_put(page->out, "</td></tr>\n");
}

static void put_maps(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    size_t declared = 0;
    for (size_t i = 0; i < model->maps.count; i++)
        declared += !model->maps.items[i].derived;
    if (declared == 0)
        return;
    tmn_page_part(page, "maps", "Maps of levels");
    tmn_page_table(page, "maps", "Map|Of|Levels");
    for (size_t i = 0; i < model->maps.count; i++)
        if (!model->maps.items[i].derived)
            put_map(page, &model->maps.items[i]);
    tmn_page_table_end(page);
}

static void put_ties(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    if (model->layers.count > 0) {
        tmn_page_part(page, "layers", "Layers: who is tied to whom");
        tmn_page_table(page, "layers", "Layer|Ties");
        for (size_t i = 0; i < model->layers.count; i++) {
            const struct tmn_layer *layer = &model->layers.items[i];
            tmn_html_put(page->out, "<tr id=\"d-%s\"><td><code>%s</code>", layer->name, layer->name);
            tmn_page_assumed(page, &layer->grounds);
            tmn_text_put(page->out, "</td><td>");
            tmn_words_layer(page->out, model, layer);
            tmn_text_put(page->out, " ");
            tmn_page_file(page, layer->file);
            tmn_page_grounds(page, &layer->grounds);
            tmn_text_put(page->out, "</td></tr>\n");
        }
        tmn_page_table_end(page);
    }
    size_t declared = 0;
    for (size_t i = 0; i < model->counters.count; i++)
        declared += tmn_page_is_declared(&model->counters.items[i]);
    if (declared == 0)
        return;
    tmn_page_part(page, "counters", "Counters: how many of my ties");
    tmn_page_table(page, "counters", "Counter|Counts|Up to");
    for (size_t i = 0; i < model->counters.count; i++) {
        const struct tmn_counter *counter = &model->counters.items[i];
        if (!tmn_page_is_declared(counter))
            continue;
        tmn_html_put(page->out, "<tr id=\"d-%s\"><td><code>%s</code></td><td>living ties in ", counter->name,
                     counter->name);
        tmn_words_name(page->out, model->layers.items[counter->layer].name);
        if (counter->share)
            tmn_text_put(page->out, " in parts of %u of all, rounded down,", counter->share);
        tmn_text_put(page->out, " with ");
        tmn_words_code(page->out, model, counter->of);
        tmn_page_note(page, counter->note);
        tmn_text_put(page->out, "</td><td>%u</td></tr>\n", counter->max);
    }
    tmn_page_table_end(page);
}

static void put_groups(const struct tmn_page *page) {
    const struct tmn_population *population = &page->model->population;
    tmn_text_put(page->out, "<li><b>Persons</b>, a row each</li>\n");
    if (population->household_size > 0) {
        tmn_text_put(page->out, "<li><b>Households</b> of ");
        tmn_html_number(page->out, population->household_size);
        tmn_text_put(page->out, " persons on average</li>\n");
    }
    if (population->unit_households > 0)
        tmn_text_put(page->out, "<li><b>Neighbourhood units</b> of %u households</li>\n", population->unit_households);
    if (population->place_attribute >= 0) {
        const struct tmn_attribute *place = &page->model->attributes.items[population->place_attribute];
        tmn_text_put(page->out, "<li><b>Places</b>: the %u levels of ", place->levels);
        tmn_words_name(page->out, place->name);
        tmn_text_put(page->out, "</li>\n");
    }
    tmn_text_put(page->out, "<li><b>The nation</b>");
    if (page->model->feedbacks.count > 0)
        tmn_text_put(page->out, " with its <a href=\"#feedback\">feedback</a> (variables: %zu)",
                     page->model->feedbacks.count);
    tmn_text_put(page->out, "</li>\n");
}

static void put_scales(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    const struct tmn_calendar *calendar = &model->calendar;
    tmn_page_part(page, "scales", "Scales");
    tmn_text_put(page->out, "<p>From ");
    tmn_page_date(page, tmn_date_day(calendar->start_year, 1, 1));
    tmn_text_put(page->out, " to ");
    tmn_page_date(page, model->end_day);
    tmn_text_put(page->out, ": ");
    tmn_html_number(page->out, calendar->windows);
    tmn_text_put(page->out, " windows of ");
    tmn_html_number(page->out, calendar->window_quarter_days / 4.0);
    tmn_text_put(page->out, " day%s, %d a year (the last of a year takes the rest of it).",
                 calendar->window_quarter_days == 4 ? "" : "s", calendar->windows_per_year);
    if (model->until) {
        tmn_text_put(page->out, " A run ends before that, with the window after which ");
        tmn_words_code(page->out, model, model->until);
        tmn_text_put(page->out, " first holds.");
    }
    if (model->population.place_attribute >= 0) {
        tmn_text_put(page->out, " Space is the levels of ");
        tmn_words_name(page->out, model->attributes.items[model->population.place_attribute].name);
        tmn_text_put(page->out, "; there are no distances but those in tables.");
    } else {
        tmn_text_put(page->out, " There is no space.");
    }
    tmn_text_put(page->out, "</p>\n");
}

void tmn_page_entities(const struct tmn_page *page) {
    tmn_page_section(page, "entities", "2 Entities, state variables and scales");
    tmn_text_put(page->out, "<ul>\n");
    put_groups(page);
    tmn_text_put(page->out, "</ul>\n");
    put_attributes(page);
    put_maps(page);
    put_ties(page);
    put_scales(page);
    tmn_text_put(page->out, "</section>\n");
}
