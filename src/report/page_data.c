/* Sections 5 and 6: the persons of the first day, and the data that the model is given: drivers over time, tables,
 * files. */
#include "report/formula.h"
#include "report/html.h"
#include "report/line.h"
#include "report/page.h"
#include "report/words.h"

#include <string.h>

enum { CELLS_SHOWN = 400 /* of a table by one or two keys */ };

/* ---- 5 Initialisation ---- */

static void put_counts(const struct tmn_page *page, const struct tmn_counts *counts, const char *what) {
    double sum = 0;
    for (size_t i = 0; i < counts->cells; i++)
        sum += counts->value[i];
    tmn_html_put(page->out, "<li>%s by ", what);
    for (int k = 0; k < counts->keys; k++) {
        tmn_text_put(page->out, "%s", k ? ", " : "");
        tmn_page_feature(page, counts->feature[k]);
        if (counts->band[k] > 1)
            tmn_text_put(page->out, " in bands of %u", counts->band[k]);
    }
    tmn_text_put(page->out, ": ");
    tmn_html_number(page->out, (double)(long long)(sum + 0.5));
    tmn_text_put(page->out, " persons ");
    tmn_page_file(page, counts->file);
    tmn_text_put(page->out, "</li>\n");
}

static void put_households(const struct tmn_page *page) {
    const struct tmn_population *population = &page->model->population;
    if (population->household_size > 0) {
        tmn_text_put(page->out, "<li>Households of ");
        tmn_html_number(page->out, population->household_size);
        tmn_text_put(page->out, " persons on average");
        if (population->head) {
            tmn_text_put(page->out, ", one of them, while they last, with ");
            tmn_words_code(page->out, page->model, population->head);
        }
        tmn_text_put(page->out, "</li>\n");
    }
    if (population->unit_households > 0)
        tmn_text_put(page->out, "<li>Neighbourhood units of %u households</li>\n", population->unit_households);
    const double shares[] = {population->unborn_per_household, population->unborn_reserve, population->unborn_national};
    static const char *const texts[] = {" rows for births per household",
                                        " rows for births per person as reserve of each place",
                                        " rows for births per person as reserve of the nation"};
    for (int i = 0; i < 3; i++)
        if (shares[i] > 0) {
            tmn_text_put(page->out, "<li>");
            tmn_html_number(page->out, shares[i]);
            tmn_text_put(page->out, "%s</li>\n", texts[i]);
        }
}

/* The first cell of a rule: its attribute, and what its chances rest on. */
static void put_drawn(const struct tmn_page *page, const struct tmn_draw_rule *rule) {
    const char *name = page->model->attributes.items[rule->attribute].name;
    tmn_html_put(page->out, "<tr id=\"d-population.%s\"><td>", name);
    tmn_words_name(page->out, name);
    tmn_page_assumed(page, &rule->grounds);
    tmn_page_grounds(page, &rule->grounds);
}

/* Rows of a table: attribute, level, chance. */
static void put_draws(const struct tmn_page *page, const struct tmn_draw_rule *draws, size_t count) {
    for (const struct tmn_draw_rule *rule = draws; rule < draws + count; rule++) {
        const struct tmn_attribute *attribute = &page->model->attributes.items[rule->attribute];
        put_drawn(page, rule);
        if (rule->cumulative) {
            tmn_text_put(page->out, "</td><td>at most its number</td><td>");
            tmn_formula_inline(page->out, page->model, rule->cumulative);
            tmn_text_put(page->out, "</td></tr>\n");
            continue;
        }
        const char *row = "";
        for (uint32_t l = 0; l < attribute->levels; l++) {
            if (!rule->chance[l] && rule->rest != (int)l)
                continue;
            tmn_text_put(page->out, "%s", row);
            tmn_html_put(page->out, "</td><td>%s</td><td>", attribute->level[l]);
            if (rule->chance[l])
                tmn_formula_inline(page->out, page->model, rule->chance[l]);
            else
                tmn_text_put(page->out, "the rest");
            tmn_text_put(page->out, "</td></tr>\n");
            row = "<tr><td>";
        }
    }
}

static void put_table_of_draws(const struct tmn_page *page, const struct tmn_draw_rule *draws, size_t count) {
    tmn_page_table(page, "draws", "Attribute|Level|Chance");
    put_draws(page, draws, count);
    tmn_page_table_end(page);
}

void tmn_page_start(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    const struct tmn_population *population = &model->population;
    tmn_page_section(page, "start", "5 Initialisation");
    tmn_page_grounds(page, &population->grounds);
    tmn_text_put(page->out, "<p>The population is made once, on the first day, from what stands here and the seed.");
    tmn_page_assumed(page, &population->grounds);
    tmn_text_put(page->out, "</p>\n<ul>\n");
    if (population->size) {
        tmn_text_put(page->out, "<li>Persons in all: ");
        tmn_formula_inline(page->out, model, population->size);
        if (population->size->op != TMN_OP_NUMBER) {
            tmn_text_put(page->out, " = ");
            tmn_html_number(page->out, tmn_expr_constant(model, population->size));
        }
        tmn_text_put(page->out, "</li>\n");
    }
    if (population->counts.keys > 0)
        put_counts(page, &population->counts, "Counts");
    for (size_t i = 0; i < population->margins; i++)
        put_counts(page, &population->margin[i], "A margin, met by iterative proportional fitting,");
    put_households(page);
    tmn_text_put(page->out, "</ul>\n");
    if (population->deal_count > 0) {
        tmn_page_part(page, "deals", "Dealt to exact numbers of persons");
        tmn_text_put(page->out, "<p>The number of persons up to each level is the nearest whole number to persons "
                                "times chance; who they are "
                                "is random.</p>\n");
        put_table_of_draws(page, population->deals, population->deal_count);
    }
    if (population->draw_count > 0) {
        tmn_page_part(page, "draws", "Drawn for each person");
        tmn_text_put(page->out, "<p>In this order; the chance of a level may read what stands above it.</p>\n");
        put_table_of_draws(page, population->draws, population->draw_count);
    }
    tmn_text_put(page->out,
                 "<p>Attributes that nothing here names begin at the level told in <a href=\"#attributes\">section "
                 "2</a>.</p>\n</section>\n");
}

/* ---- 6 Input data ---- */

static void put_driver(const struct tmn_page *page, const struct tmn_driver *driver) {
    tmn_html_put(page->out, "<tr id=\"d-%s\"><td><code>%s</code>", driver->name, driver->name);
    if (driver->grounds.assumed)
        tmn_text_put(page->out, " <span class=\"badge assumed\">assumed</span>");
    tmn_text_put(page->out, "</td><td>");
    tmn_line_put(page->out, page->model, driver);
    tmn_text_put(page->out, "</td><td class=\"num\">");
    tmn_html_rounded(page->out, driver->low / driver->factor, 4);
    tmn_text_put(page->out, "</td><td class=\"num\">");
    tmn_html_rounded(page->out, driver->high / driver->factor, 4);
    tmn_html_put(page->out, "</td><td>%s</td><td>", driver->unit_text ? driver->unit_text : "");
    tmn_page_by(page, driver->by);
    tmn_html_put(page->out, "%s%s %s ", driver->class_name ? ", class " : "",
                 driver->class_name ? driver->class_name : "", driver->file ? "" : "steps or pulses");
    if (driver->times >= 0)
        tmn_html_put(page->out, "times <code>%s</code> ", page->model->parameters.items[driver->times].name);
    tmn_page_file(page, driver->file);
    tmn_page_grounds(page, &driver->grounds);
    tmn_text_put(page->out, "</td></tr>\n");
}

/* Level or number of key k at its index, as text of a cell. */
static void put_key(const struct tmn_page *page, const struct tmn_table *table, int k, uint32_t index) {
    int feature = table->key[k].feature;
    if (feature < 0) {
        tmn_text_put(page->out, "%d", page->model->calendar.start_year + (int)index);
        return;
    }
    const struct tmn_feature *of = &page->model->features.items[feature];
    if (of->level)
        tmn_html_text(page->out, of->level[index]);
    else
        tmn_text_put(page->out, "%d", of->first + (int)index);
}

/* The value that more than half of the entries have; `no` when there is none or they are few. */
static bool find_usual(const struct tmn_table *table, double *usual) {
    uint32_t size = table->key[0].size;
    for (uint32_t i = 0; i < size && size > 6; i++) {
        uint32_t same = 0;
        for (uint32_t j = 0; j < size; j++)
            same += table->value[j] == table->value[i];
        if (2 * same > size) {
            *usual = table->value[i];
            return true;
        }
    }
    return false;
}

/* By one key: of numbers, runs of equal values are one entry, from their first number on; of names, the usual value
 * comes last. */
static void put_single(const struct tmn_page *page, const struct tmn_table *table) {
    bool runs = table->key[0].feature < 0 || page->model->features.items[table->key[0].feature].numeric;
    double usual = 0;
    bool rest = !runs && find_usual(table, &usual), more = false;
    for (uint32_t i = 0; i < table->key[0].size; i++) {
        if ((runs && i > 0 && table->value[i] == table->value[i - 1]) || (rest && table->value[i] == usual))
            continue;
        bool run = runs && i + 1 < table->key[0].size && table->value[i + 1] == table->value[i];
        tmn_text_put(page->out, "%s", more ? "; " : "");
        put_key(page, table, 0, i);
        tmn_text_put(page->out, "%s: <b>", run ? " and more" : "");
        tmn_html_number(page->out, table->value[i]);
        tmn_text_put(page->out, "</b>");
        more = true;
    }
    if (rest) {
        tmn_text_put(page->out, "%s: <b>", more ? "; all others" : "all");
        tmn_html_number(page->out, usual);
        tmn_text_put(page->out, "</b>");
    }
}

static void put_double(const struct tmn_page *page, const struct tmn_table *table) {
    tmn_text_put(page->out, "<table class=\"cells\"><thead><tr><th></th>");
    for (uint32_t j = 0; j < table->key[1].size; j++) {
        tmn_text_put(page->out, "<th class=\"num\" scope=\"col\">");
        put_key(page, table, 1, j);
        tmn_text_put(page->out, "</th>");
    }
    tmn_text_put(page->out, "</tr></thead><tbody>\n");
    for (uint32_t i = 0; i < table->key[0].size; i++) {
        tmn_text_put(page->out, "<tr><th scope=\"row\">");
        put_key(page, table, 0, i);
        tmn_text_put(page->out, "</th>");
        for (uint32_t j = 0; j < table->key[1].size; j++) {
            tmn_text_put(page->out, "<td class=\"num\">");
            tmn_html_number(page->out,
                            table->value[(size_t)i * table->key[0].stride + (size_t)j * table->key[1].stride]);
            tmn_text_put(page->out, "</td>");
        }
        tmn_text_put(page->out, "</tr>\n");
    }
    tmn_text_put(page->out, "</tbody></table>");
}

static void put_table(const struct tmn_page *page, const struct tmn_table *table) {
    char unit[64];
    tmn_unit_format(table->unit, unit);
    tmn_html_put(page->out, "<tr id=\"d-%s\"><td><code>%s</code></td><td>", table->name, table->name);
    for (int k = 0; k < table->keys; k++) {
        tmn_text_put(page->out, "%s", k ? ", " : "");
        if (table->key[k].feature < 0)
            tmn_text_put(page->out, "<code>year</code>");
        else
            tmn_page_feature(page, table->key[k].feature);
    }
    tmn_html_put(page->out, "</td><td>%s</td><td>", strcmp(unit, "1") == 0 ? "" : unit);
    if (table->keys == 1 && table->size <= CELLS_SHOWN) {
        put_single(page, table);
    } else if (table->keys == 2 && table->size <= CELLS_SHOWN) {
        put_double(page, table);
    } else {
        tmn_html_number(page->out, (double)table->size);
        tmn_text_put(page->out, " cells from ");
        tmn_html_rounded(page->out, table->low, 4);
        tmn_text_put(page->out, " to ");
        tmn_html_rounded(page->out, table->high, 4);
    }
    tmn_text_put(page->out, " ");
    tmn_page_file(page, table->file);
    tmn_page_grounds(page, &table->grounds);
    tmn_text_put(page->out, "</td></tr>\n");
}

struct files {
    struct {
        const char *file, *what;
    } * items;
    size_t count, capacity;
};

static void add_file(const struct tmn_page *page, struct files *files, const char *file, const char *what) {
    for (size_t i = 0; i < files->count && file; i++)
        if (strcmp(files->items[i].file, file) == 0) {
            if (strcmp(files->items[i].what, what) != 0 && !strstr(files->items[i].what, what))
                files->items[i].what = tmn_arena_printf(page->arena, "%s, %s", files->items[i].what, what);
            return;
        }
    if (!file)
        return;
    files->items = tmn_arena_grow(page->arena, files->items, files->count, &files->capacity, sizeof *files->items);
    files->items[files->count].file = file;
    files->items[files->count++].what = what;
}

static void put_files(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    struct files files = {NULL, 0, 0};
    add_file(page, &files, model->population.counts.file, "counts of persons");
    for (size_t i = 0; i < model->population.margins; i++)
        add_file(page, &files, model->population.margin[i].file, "margins");
    for (size_t i = 0; i < model->attributes.count; i++)
        add_file(page, &files, model->attributes.items[i].file, "levels");
    for (size_t i = 0; i < model->maps.count; i++)
        add_file(page, &files, model->maps.items[i].file, "maps");
    for (size_t i = 0; i < model->layers.count; i++)
        add_file(page, &files, model->layers.items[i].file, "ties");
    for (size_t i = 0; i < model->drivers.count; i++)
        add_file(page, &files, model->drivers.items[i].file, "drivers");
    for (size_t i = 0; i < model->tables.count; i++)
        add_file(page, &files, model->tables.items[i].file, "tables");
    for (size_t i = 0; i < model->observations.count; i++)
        add_file(page, &files, model->observations.items[i].file, "observations");
    if (files.count == 0)
        return;
    tmn_page_part(page, "files", "Files");
    tmn_page_table(page, "files", "File|Gives");
    for (size_t i = 0; i < files.count; i++)
        tmn_html_put(page->out, "<tr><td><span class=\"file\">%s</span></td><td>%s</td></tr>\n", files.items[i].file,
                     files.items[i].what);
    tmn_page_table_end(page);
}

void tmn_page_input(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    tmn_page_section(page, "input", "6 Input data");
    if (model->drivers.count + model->tables.count == 0)
        tmn_text_put(page->out, "<p>The model reads no input over time and no tables.</p>\n");
    if (model->drivers.count > 0) {
        tmn_page_part(page, "drivers", "Drivers");
        tmn_text_put(page->out, "<p>What comes from outside, sampled on the first day of each window. The line runs "
                                "from the first day to the "
                                "last, between the lowest and the highest value.</p>\n");
        tmn_page_table(page, "drivers", "Driver|Over time|>Lowest|>Highest|Unit|From");
        for (size_t i = 0; i < model->drivers.count; i++)
            put_driver(page, &model->drivers.items[i]);
        tmn_page_table_end(page);
    }
    if (model->tables.count > 0) {
        tmn_page_part(page, "tables", "Tables");
        tmn_page_table(page, "tables", "Table|By|Unit|Values");
        for (size_t i = 0; i < model->tables.count; i++)
            put_table(page, &model->tables.items[i]);
        tmn_page_table_end(page);
    }
    put_files(page);
    tmn_text_put(page->out, "</section>\n");
}
