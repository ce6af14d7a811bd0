/* See pages.h. */
#include "base/pages.h"

#include <assert.h>

void tmn_pages_init(struct tmn_pages *pages, struct tmn_arena *arena) {
    pages->arena = arena;
    pages->count = 0;
}

struct tmn_text *tmn_pages_add(struct tmn_pages *pages, const char *name) {
    assert(pages->count < TMN_PAGES);
    struct tmn_page *page = &pages->page[pages->count++];
    page->name = name;
    tmn_text_init(&page->text, pages->arena);
    return &page->text;
}

bool tmn_pages_save(const struct tmn_pages *pages, const char *path, struct tmn_error *err) {
    struct tmn_folder folder = {NULL, NULL};
    bool good = tmn_folder_begin(&folder, pages->arena, path, err);
    for (size_t p = 0; good && p < pages->count; p++)
        good =
            tmn_folder_write(&folder, pages->page[p].name, pages->page[p].text.items, pages->page[p].text.count, err);
    good = good && tmn_folder_commit(&folder, err);
    tmn_folder_abandon(&folder); /* after a commit nothing is left to abandon */
    return good;
}
