/* See locate.h. */
#include "cli/locate.h"
#include "base/text.h"
#include "base/file.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct names {
    const char **items;
    size_t count, capacity;
};

static bool is_file(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool exists(const char *path) {
    struct stat status;
    return stat(path, &status) == 0;
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* A folder beside the program's own, as people would write it; NULL: there is none. */
static const char *beside(struct tmn_arena *arena, const char *program, const char *name) {
    char *real = realpath(tmn_arena_printf(arena, "%s/../%s", tmn_path_folder(arena, program), name), NULL);
    const char *path = real ? tmn_arena_strdup(arena, real) : NULL;
    free(real);
    return path;
}

/* Folders to search, in order, those that exist. */
static void list_folders(struct tmn_arena *arena, struct names *folders) {
    const char *candidates[4] = {getenv("TUMEN_SCENARIOS"), NULL, NULL, TUMEN_SOURCE_SCENARIOS};
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length > 0) {
        program[length] = '\0';
        candidates[1] = beside(arena, program, "scenarios");
        candidates[2] = beside(arena, program, "share/tumen/scenarios");
    }
    for (size_t i = 0; i < 4; i++)
        if (candidates[i] && *candidates[i] && exists(candidates[i]))
            TMN_PUSH(arena, folders, candidates[i]);
}

/* Adds the scenarios in folder/prefix to `names`; looks into plain folders once (`deeper`). */
static void list_scenarios(struct tmn_arena *arena, const char *folder, const char *prefix, bool deeper,
                           struct names *names) {
    DIR *open = opendir(tmn_arena_printf(arena, "%s/%s", folder, prefix));
    if (!open)
        return;
    for (const struct dirent *entry; (entry = readdir(open));) {
        if (entry->d_name[0] == '.')
            continue;
        const char *name = tmn_arena_printf(arena, "%s%s", prefix, entry->d_name);
        if (is_file(tmn_arena_printf(arena, "%s/%s/scenario.yaml", folder, name)))
            TMN_PUSH(arena, names, name);
        else if (ends_with(name, ".yaml"))
            TMN_PUSH(arena, names, tmn_arena_strndup(arena, name, strlen(name) - strlen(".yaml")));
        else if (deeper)
            list_scenarios(arena, folder, tmn_arena_printf(arena, "%s/", name), false, names);
    }
    closedir(open);
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All of them in order, each once; or "none". */
static const char *in_order(struct tmn_arena *arena, struct names *names) {
    struct tmn_text text;
    if (names->count == 0)
        return "none";
    qsort(names->items, names->count, sizeof *names->items, by_text);
    tmn_text_init(&text, arena);
    for (size_t i = 0; i < names->count; i++)
        if (i == 0 || strcmp(names->items[i], names->items[i - 1]) != 0)
            tmn_text_put(&text, "%s%s", i ? ", " : "", names->items[i]);
    return text.items;
}

static bool fail_unknown(struct tmn_arena *arena, const char *word, const struct names *folders,
                         struct tmn_error *err) {
    struct names names = {NULL, 0, 0};
    for (size_t i = 0; i < folders->count; i++)
        list_scenarios(arena, folders->items[i], "", true, &names);
    const char **last = TMN_NEW_ARRAY(arena, const char *, names.count + 1); /* "rumour" of "toy/rumour" */
    for (size_t i = 0; i < names.count; i++)
        last[i] = strrchr(names.items[i], '/') ? strrchr(names.items[i], '/') + 1 : names.items[i];
    const char *near = tmn_nearest(word, names.items, names.count), *near_last = tmn_nearest(word, last, names.count);
    for (size_t i = 0; !near && i < names.count; i++)
        near = last[i] == near_last ? names.items[i] : NULL;
    if (near)
        return tmn_fail(err, TMN_USAGE, "there is no scenario '%s'; did you mean '%s'?", word, near);
    return tmn_fail(err, TMN_USAGE, "there is no scenario '%s'; there are: %s", word, in_order(arena, &names));
}

bool tmn_scenario_locate(struct tmn_arena *arena, const char *word, const char **path, struct tmn_error *err) {
    bool looks_like_path = strchr(word, '/') || ends_with(word, ".yaml") || word[0] == '.'; /* "." too */
    if (looks_like_path && exists(word)) {
        *path = word;
        return true;
    }
    if (word[0] == '/' || word[0] == '.') /* a folder of the user's, never one of ours */
        return tmn_fail(err, TMN_USAGE, "there is no file or folder '%s'", word);
    const char *own = getenv("TUMEN_SCENARIOS");
    if (own && *own && !is_folder(own))
        return tmn_fail(err, TMN_USAGE, "TUMEN_SCENARIOS is '%s', which is no folder", own);
    struct names folders = {NULL, 0, 0};
    list_folders(arena, &folders);
    for (size_t i = 0; i < folders.count; i++) {
        const char *folder = tmn_arena_printf(arena, "%s/%s", folders.items[i], word);
        const char *file = tmn_arena_printf(arena, "%s.yaml", folder);
        bool whole = is_file(tmn_arena_printf(arena, "%s/scenario.yaml", folder));
        if (whole || is_file(file)) {
            *path = whole ? folder : file;
            return true;
        }
    }
    if (ends_with(word, ".yaml"))
        return tmn_fail(err, TMN_USAGE, "there is no file or folder '%s'", word);
    if (exists(word)) {
        *path = word;
        return true;
    }
    return fail_unknown(arena, word, &folders, err);
}

/* The folder of scenarios that `word` means, or NULL. */
static const char *suite_folder(struct tmn_arena *arena, const char *word) {
    struct names folders = {NULL, 0, 0};
    if (strchr(word, '/') && is_folder(word))
        return word;
    list_folders(arena, &folders);
    for (size_t i = 0; i < folders.count; i++) {
        const char *folder = tmn_arena_printf(arena, "%s/%s", folders.items[i], word);
        if (is_folder(folder))
            return folder;
    }
    return is_folder(word) ? word : NULL;
}

bool tmn_design_locate(struct tmn_arena *arena, const char *scenario, const char *word, const char **path,
                       struct tmn_error *err) {
    struct names names = {NULL, 0, 0};
    const char *folder = tmn_arena_printf(arena, "%s/surveys", tmn_path_folder(arena, scenario));
    *path = word;
    if (word && !exists(word))
        *path = tmn_arena_printf(arena, "%s/%s.yaml", folder, word);
    if (word && exists(*path))
        return true;
    list_scenarios(arena, folder, "", false, &names);
    const char *near = word ? tmn_nearest(word, names.items, names.count) : NULL;
    return tmn_fail(err, TMN_USAGE, "%s%s in %s: %s",
                    word ? tmn_arena_printf(arena, "there is no design '%s', neither as a file nor by name", word)
                         : "survey: which design? Name it, or its file, with --design",
                    near ? tmn_arena_printf(arena, "; did you mean '%s'? There are", near) : "; there are", folder,
                    in_order(arena, &names));
}

bool tmn_suite_locate(struct tmn_arena *arena, const char *word, const char ***paths, size_t *count,
                      struct tmn_error *err) {
    const char *folder = suite_folder(arena, word);
    struct names names = {NULL, 0, 0};
    if (folder && !is_file(tmn_arena_printf(arena, "%s/scenario.yaml", folder)))
        list_scenarios(arena, folder, "", false, &names);
    if (names.count == 0) {
        *paths = TMN_NEW_ARRAY(arena, const char *, 1);
        *count = 1;
        return tmn_scenario_locate(arena, word, &(*paths)[0], err);
    }
    qsort(names.items, names.count, sizeof *names.items, by_text);
    for (size_t i = 0; i < names.count; i++) {
        const char *inner = tmn_arena_printf(arena, "%s/%s", folder, names.items[i]);
        names.items[i] = is_folder(inner) ? inner : tmn_arena_printf(arena, "%s.yaml", inner);
    }
    *paths = names.items;
    *count = names.count;
    return true;
}

bool tmn_bench_locate(struct tmn_arena *arena, const char **folder, struct tmn_error *err) {
    struct names folders = {NULL, 0, 0};
    list_folders(arena, &folders);
    for (size_t i = 0; i < folders.count; i++) {
        *folder = tmn_arena_printf(arena, "%s/../bench", folders.items[i]);
        if (is_file(tmn_arena_printf(arena, "%s/frozen/scenario.yaml", *folder)))
            return true;
    }
    return tmn_fail(err, TMN_IO, "the folder 'bench' of workloads is not beside the scenarios that come with tumen");
}
