/* Runs that are stopped and go on by the other engine: see restart.h. */
#include "restart.h"

#include "base/file.h"
#include "engine/checkpoint.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 1 << 30 };

static bool save(const struct tmn_run *run, const char *path, struct tmn_error *err) {
    const struct tmn_checkpoint_origin origin = {.target = "random", .path = "/random", .version = "1"};
    return tmn_checkpoint_write(run, path, &origin, err);
}

static bool go_on(const struct restart *from, const struct tmn_model *model, const struct tmn_run_options *options,
                  const char *path, struct tmn_error *err) {
    struct tmn_run_options own = *options;
    struct tmn_checkpoint *checkpoint;
    struct tmn_run *run;
    own.engine = from->engine;
    own.threads = from->threads;
    if (!tmn_checkpoint_open(&checkpoint, path, err))
        return false;
    bool good = tmn_run_resume(&run, model, &own, checkpoint, err);
    tmn_checkpoint_close(checkpoint);
    if (good) {
        tmn_run_free(*from->run);
        *from->run = run;
    }
    return good;
}

static const char *restart_in(struct tmn_arena *arena, const struct tmn_model *model,
                              const struct tmn_run_options *options, const struct restart *one,
                              const struct restart *other, const char *const path[2]) {
    struct tmn_error err = {0};
    char *bytes[2];
    size_t count[2];
    if (!save(*one->run, path[0], &err) || !save(*other->run, path[1], &err) ||
        !tmn_file_read(arena, path[0], FILE_BYTES_MAX, &bytes[0], &count[0], &err) ||
        !tmn_file_read(arena, path[1], FILE_BYTES_MAX, &bytes[1], &count[1], &err))
        return tmn_arena_strdup(arena, err.text);
    if (count[0] != count[1] || memcmp(bytes[0], bytes[1], count[0]) != 0)
        return "the bytes of a checkpoint";
    if (!go_on(one, model, options, path[1], &err) || !go_on(other, model, options, path[0], &err))
        return tmn_arena_strdup(arena, err.text);
    return NULL;
}

const char *restart(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_run_options *options,
                    const struct restart *one, const struct restart *other) {
    const char *base = getenv("TMPDIR");
    char *folder = tmn_arena_printf(arena, "%s/tumen-random-XXXXXX", base != NULL ? base : "/tmp");
    if (mkdtemp(folder) == NULL)
        abort();
    const char *const path[2] = {tmn_arena_printf(arena, "%s/a", folder), tmn_arena_printf(arena, "%s/b", folder)};
    const char *wrong = restart_in(arena, model, options, one, other, path);
    unlink(path[0]);
    unlink(path[1]);
    rmdir(folder);
    return wrong;
}
