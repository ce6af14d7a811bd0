/* Reads a scenario that is one text; see load.h. */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void write_file(const char *folder, const char *name, size_t name_length, const char *text, size_t length,
                       bool lines) {
    char path[256];
    snprintf(path, sizeof path, "%s/%.*s", folder, (int)name_length, name);
    FILE *file = fopen(path, "w");
    if (file == NULL)
        abort();
    for (size_t i = 0; i < length; i++)
        fputc(lines && text[i] == '|' ? '\n' : text[i], file);
    if (lines)
        fputc('\n', file);
    if (fclose(file) != 0)
        abort();
}

static void remove_files(const char *folder, const char *text) {
    char path[256];
    for (const char *at = text; (at = strstr(at, "# file ")) != NULL; at++) {
        snprintf(path, sizeof path, "%s/%.*s", folder, (int)strcspn(at + 7, ":"), at + 7);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/scenario.yaml", folder);
    unlink(path);
    rmdir(folder);
}

/* Comments of the text; settings are made on the model, in their order. */
static bool obey(struct tmn_arena *arena, const char *text, struct tmn_model *model, struct tmn_run_options *options,
                 const char **reason) {
    struct tmn_settings settings = {0};
    struct tmn_error err;
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t length = strcspn(line, "\n");
        if (strncmp(line, "# seed: ", 8) == 0)
            options->seed = strtoull(line + 8, NULL, 10);
        else if (strncmp(line, "# scale: ", 9) == 0)
            options->scale = strtod(line + 9, NULL);
        else if (strncmp(line, "# cut feedback", 14) == 0)
            options->cut_feedback = true;
        else if (strncmp(line, "# set: ", 7) == 0 &&
                 !tmn_model_set(model, &settings, tmn_arena_strndup(arena, line + 7, length - 7), &err)) {
            *reason = tmn_arena_strdup(arena, err.text);
            return false;
        }
    }
    options->settings = settings.items;
    options->setting_count = settings.count;
    return true;
}

struct tmn_model *load(struct tmn_arena *arena, const char *text, struct tmn_run_options *options,
                       const char **reason) {
    const char *base = getenv("TMPDIR");
    char folder[200], path[256];
    struct tmn_diagnostics list;
    snprintf(folder, sizeof folder, "%s/tumen-random-XXXXXX", base != NULL ? base : "/tmp");
    if (mkdtemp(folder) == NULL)
        abort();
    write_file(folder, "scenario.yaml", 13, text, strlen(text), false);
    for (const char *at = text; (at = strstr(at, "# file ")) != NULL; at++) {
        size_t name = strcspn(at + 7, ":");
        write_file(folder, at + 7, name, at + 9 + name, strcspn(at + 9 + name, "\n"), true);
    }
    snprintf(path, sizeof path, "%s/scenario.yaml", folder);
    tmn_diagnostics_init(&list, arena);
    struct tmn_model *model = tmn_model_read(arena, path, &list);
    remove_files(folder, text);
    *options = (struct tmn_run_options){.seed = 1, .scale = 1, .threads = 1};
    if (model == NULL) {
        struct tmn_text rendered;
        tmn_text_init(&rendered, arena);
        for (size_t i = 0; i < list.count; i++)
            if (!list.items[i].warning)
                tmn_diagnostic_render(&list.items[i], &rendered);
        *reason = rendered.items;
        return NULL;
    }
    return obey(arena, text, model, options, reason) ? model : NULL;
}
