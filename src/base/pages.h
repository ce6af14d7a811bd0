/* The files of a results folder that are made in memory and written together. */
#ifndef TMN_BASE_PAGES_H
#define TMN_BASE_PAGES_H

#include "base/file.h"
#include "base/text.h"

enum { TMN_PAGES = 8 /* at most */ };

struct tmn_pages {
    struct tmn_arena *arena;
    size_t count;
    struct tmn_page {
        const char *name;
        struct tmn_text text;
    } page[TMN_PAGES];
};

void tmn_pages_init(struct tmn_pages *pages, struct tmn_arena *arena);
/* One more file, empty; it stays where it is. */
struct tmn_text *tmn_pages_add(struct tmn_pages *pages, const char *name);
/* All of them or nothing: see struct tmn_folder. */
bool tmn_pages_save(const struct tmn_pages *pages, const char *path, struct tmn_error *err);

#endif
