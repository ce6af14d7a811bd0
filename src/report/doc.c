/* The page of `tumen doc`: head, table of contents, and its sections in order; see doc.h. */
#include "report/doc.h"
#include "base/file.h"
#include "report/html.h"
#include "report/page.h"

/* Made by the build (tools/embed.c): what this page adds to the style of every page. */
extern const unsigned char tmn_doc_style[];
extern const size_t tmn_doc_style_bytes;

static const struct {
    const char *id, *title;
    bool part; /* of the section before it */
} contents[] = {{"purpose", "1 Purpose and patterns", false},
                {"entities", "2 Entities, state variables and scales", false},
                {"processes", "3 Process overview and scheduling", false},
                {"charts", "State charts", true},
                {"concepts", "4 Design concepts", false},
                {"observation", "Observation", true},
                {"start", "5 Initialisation", false},
                {"input", "6 Input data", false},
                {"submodels", "7 Submodels", false},
                {"transitions", "Transitions", true},
                {"parameters", "Parameters", true}};

static void put_contents(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    tmn_text_put(page->out, "<nav aria-label=\"Contents\"><ul>\n");
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++)
        tmn_html_put(page->out, "<li class=\"%s\"><a href=\"#%s\">%s</a></li>\n", contents[i].part ? "part" : "whole",
                     contents[i].id, contents[i].title);
    if (model->checks.count > 0)
        tmn_text_put(page->out, "<li class=\"whole\"><a href=\"#checks\">Checks</a></li>\n");
    if (model->systems.count > 0)
        tmn_text_put(page->out, "<li class=\"whole\"><a href=\"#systems\">Subsystems</a></li>\n");
    if (model->evidence.count > 0)
        tmn_text_put(page->out, "<li class=\"whole\"><a href=\"#evidence\">Evidence</a></li>\n");
    tmn_text_put(page->out, "</ul></nav>\n");
}

static void put_head(const struct tmn_page *page) {
    const struct tmn_model *model = page->model;
    const char *title = model->title ? model->title : model->name;
    tmn_html_head(page->out, tmn_arena_printf(page->arena, "%s: model description", title), (const char *)tmn_doc_style,
                  tmn_doc_style_bytes);
    tmn_text_put(page->out, "<header>\n<p class=\"brand\">tumen <span>· a country in a file</span></p>\n");
    tmn_html_put(page->out, "<h1>%s</h1>\n", title);
    tmn_html_put(page->out,
                 "<p class=\"synthetic\">Description of the scenario <code>%s</code> in the order of the ODD protocol "
                 "(Grimm et al. 2020). It is made from the scenario itself by <code>tumen doc</code>: formulas are "
                 "those that are run.</p>\n</header>\n",
                 model->name);
    put_contents(page);
    tmn_text_put(page->out, "<main>\n");
}

bool tmn_doc_html(const struct tmn_model *model, struct tmn_text *out, struct tmn_error *err) {
    struct tmn_page page = {out, model, out->arena};
    put_head(&page);
    tmn_page_purpose(&page);
    tmn_page_entities(&page);
    if (!tmn_page_processes(&page, err))
        return false;
    tmn_page_concepts(&page);
    tmn_page_start(&page);
    tmn_page_input(&page);
    tmn_page_submodels(&page);
    tmn_page_checks(&page);
    tmn_page_systems(&page);
    tmn_page_evidence(&page);
    tmn_text_put(out, "</main>\n</div></body></html>\n");
    return true;
}

bool tmn_doc_write(const struct tmn_model *model, const char *path, struct tmn_error *err) {
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    if (TMN_ARENA_TRY(&arena)) {
        tmn_arena_free(&arena);
        return tmn_fail(err, TMN_MEMORY, "memory ran out while the page was written");
    }
    struct tmn_text page;
    tmn_text_init(&page, &arena);
    bool ok = tmn_doc_html(model, &page, err) && tmn_file_replace(&arena, path, page.items, page.count, err);
    tmn_arena_free(&arena);
    return ok;
}
