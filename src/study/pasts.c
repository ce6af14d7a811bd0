/* See pasts.h. */
#include "study/pasts.h"

#include "engine/checkpoint.h"
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tmn_trunk {
    const struct tmn_ask *ask;
    int *window; /* [windows] where asks branch off: ascending, each once, above 0 */
    size_t windows;
    const char **file; /* [windows] checkpoints; NULL: not made */
};

/* ---- files ---- */

/* Each process has names of its own: past-1234-0-... of process 1234, held by past-1234-0.lock, which goes last. */
#define LOCK ".lock"

static void remove_files(const char *folder, const char *name) {
    DIR *dir = opendir(folder);
    struct dirent *entry;
    size_t length = strlen(name);
    while (dir && (entry = readdir(dir)))
        if (strncmp(entry->d_name, name, length) == 0 && entry->d_name[length] == '-')
            unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
}

/* Those of processes that are gone, which were killed. */
static void remove_left(const char *folder) {
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        char *name = entry->d_name, path[PATH_MAX];
        size_t length = strlen(name), end = strlen(LOCK);
        char who[TMN_LOCK_WHO];
        struct tmn_lock lock;
        if (strncmp(name, "past-", 5) != 0 || length <= end || strcmp(name + length - end, LOCK) != 0 ||
            (size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path ||
            !tmn_lock_take(&lock, path, who, NULL) || lock.file < 0)
            continue;
        name[length - end] = '\0';
        remove_files(folder, name);
        tmn_lock_drop(&lock);
    }
    if (dir)
        closedir(dir);
}

/* The next number where another study of the process, or a process of this number on another machine, has the name. */
static bool take_name(struct tmn_pasts *pasts, struct tmn_error *err) {
    char who[TMN_LOCK_WHO];
    for (int i = 0;; i++) {
        const char *name = tmn_arena_printf(pasts->arena, "past-%ld-%d", (long)getpid(), i);
        const char *path = tmn_arena_printf(pasts->arena, "%s/%s" LOCK, pasts->store->folder, name);
        if (tmn_lock_take(&pasts->lock, path, who, err)) {
            pasts->name = name;
            return true;
        }
        if (who[0] == '\0')
            return false;
    }
}

/* ---- which ---- */

static struct tmn_trunk *trunk_of(struct tmn_pasts *pasts, const struct tmn_ask *ask) {
    for (size_t t = 0; t < pasts->count; t++)
        if (pasts->trunks[t].ask == ask)
            return &pasts->trunks[t];
    pasts->trunks[pasts->count] = (struct tmn_trunk){.ask = ask};
    return &pasts->trunks[pasts->count++];
}

static int by_number(const void *a, const void *b) {
    return *(const int *)a - *(const int *)b;
}

/* Nowhere, if running the trunk that far takes as many windows as it saves. */
static void list_windows(struct tmn_pasts *pasts, struct tmn_trunk *trunk, const struct tmn_ask *asks, size_t count) {
    int *window = TMN_NEW_ARRAY(pasts->arena, int, count + 1);
    size_t branches = 0;
    long saved = 0;
    for (size_t i = 0; i < count; i++)
        if (asks[i].trunk == trunk->ask && asks[i].branches > 0) {
            window[branches++] = asks[i].branches;
            saved += asks[i].branches;
        }
    qsort(window, branches, sizeof *window, by_number);
    if (branches == 0 || saved <= window[branches - 1])
        return;
    for (size_t i = 0; i < branches; i++)
        if (i == 0 || window[i] != window[trunk->windows - 1])
            window[trunk->windows++] = window[i];
    if (trunk->windows > 0)
        pasts->windows += window[trunk->windows - 1];
    trunk->window = window;
    trunk->file = TMN_NEW_ARRAY(pasts->arena, const char *, trunk->windows);
}

/* ---- their making ---- */

/* Of all trunks at once: from the window before to this one. */
struct link {
    const struct tmn_pasts *pasts;
    size_t at;               /* among the windows of each */
    struct tmn_trunk **from; /* [asks] */
    double done, ahead;      /* windows of the links before; of the runs that come after all links */
    size_t runs;
};

static bool tell(void *context, const struct tmn_runs_progress *progress) {
    const struct link *link = context;
    const struct tmn_store_options *options = link->pasts->options;
    struct tmn_runs_progress all = {link->done + progress->windows, link->pasts->windows + link->ahead, 0, link->runs};
    return !options->progress || options->progress(options->context, &all);
}

static bool save(void *context, const struct tmn_ended *ended, struct tmn_error *err) {
    const struct link *link = context;
    struct tmn_trunk *trunk = link->from[ended->index];
    const char *path = trunk->ask->model->path;
    struct tmn_checkpoint_origin origin = {.target = path, .path = path, .version = link->pasts->store->version};
    if (!ended->run) /* stopped, or broken: those that wanted it say so */
        trunk->file[link->at] = NULL;
    return !ended->run || tmn_checkpoint_write(ended->run, trunk->file[link->at], &origin, err);
}

static bool make_link(struct link *link, bool *stopped, struct tmn_error *err) {
    const struct tmn_pasts *pasts = link->pasts;
    const struct tmn_store *store = pasts->store;
    struct tmn_ask *asks = TMN_NEW_ARRAY(pasts->arena, struct tmn_ask, pasts->count + 1);
    struct tmn_runs_options runs = {
        .threads = pasts->options->threads, .context = link, .progress = tell, .ended = save};
    size_t count = 0;
    link->from = TMN_NEW_ARRAY(pasts->arena, struct tmn_trunk *, pasts->count + 1);
    for (size_t t = 0; t < pasts->count; t++) {
        struct tmn_trunk *trunk = &pasts->trunks[t];
        if (link->at >= trunk->windows || (link->at > 0 && !trunk->file[link->at - 1]))
            continue;
        trunk->file[link->at] =
            tmn_arena_printf(pasts->arena, "%s/%s-%zu-%zu.tumen", store->folder, pasts->name, t, link->at);
        asks[count] = *trunk->ask;
        asks[count].windows = trunk->window[link->at];
        asks[count].past = link->at > 0 ? trunk->file[link->at - 1] : NULL;
        asks[count].branches = link->at > 0 ? trunk->window[link->at - 1] : 0;
        link->from[count++] = trunk;
    }
    bool good = tmn_runs_make(asks, count, &runs, stopped, err);
    for (size_t i = 0; i < count; i++)
        link->done += asks[i].windows - asks[i].branches;
    return good;
}

static const char *past_of(const struct tmn_trunk *trunk, int window) {
    for (size_t w = 0; w < trunk->windows; w++)
        if (trunk->window[w] == window)
            return trunk->file[w];
    return NULL;
}

bool tmn_pasts_make(struct tmn_pasts *pasts, struct tmn_ask *asks, size_t count, bool *stopped, struct tmn_error *err) {
    struct link link = {.pasts = pasts, .runs = count};
    size_t links = 0;
    pasts->trunks = TMN_NEW_ARRAY(pasts->arena, struct tmn_trunk, count + 1);
    for (size_t i = 0; i < count; i++)
        if (asks[i].trunk)
            trunk_of(pasts, asks[i].trunk);
    for (size_t t = 0; t < pasts->count; t++) {
        list_windows(pasts, &pasts->trunks[t], asks, count);
        links = pasts->trunks[t].windows > links ? pasts->trunks[t].windows : links;
    }
    for (size_t i = 0; i < count; i++) {
        bool shared = asks[i].trunk && trunk_of(pasts, asks[i].trunk)->windows > 0;
        link.ahead += tmn_ask_windows(&asks[i]) - (shared ? asks[i].branches : 0);
    }
    remove_left(pasts->store->folder);
    if (links > 0 && !take_name(pasts, err))
        return false;
    for (; link.at < links && !*stopped; link.at++)
        if (!make_link(&link, stopped, err))
            return false;
    for (size_t i = 0; i < count; i++)
        if (asks[i].trunk)
            asks[i].past = past_of(trunk_of(pasts, asks[i].trunk), asks[i].branches);
    return true;
}

void tmn_pasts_drop(struct tmn_pasts *pasts) {
    if (pasts->name)
        remove_files(pasts->store->folder, pasts->name);
    tmn_lock_drop(&pasts->lock);
}
