/* See claim.h. */
#include "base/claim.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Whether a name is `prefix` and the number of a process that is gone. */
static bool left_by_gone(const char *name, const char *prefix) {
    size_t length = strlen(prefix);
    if (strncmp(name, prefix, length) != 0)
        return false;
    const char *digits = name + length;
    size_t count = strspn(digits, "0123456789");
    if (count == 0 || count > 9 || digits[count] != '\0')
        return false;
    return kill((pid_t)strtol(digits, NULL, 10), 0) != 0 && errno == ESRCH;
}

static void remove_left_over(struct tmn_arena *arena, const char *folder) {
    const char *parent = tmn_path_folder(arena, folder), *slash = strrchr(folder, '/');
    const char *prefix = tmn_arena_printf(arena, "%s.part-", slash != NULL ? slash + 1 : folder);
    DIR *dir = opendir(parent);
    if (dir == NULL)
        return;
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL)
        if (left_by_gone(entry->d_name, prefix))
            tmn_folder_remove(tmn_arena_printf(arena, "%s/%s", parent, entry->d_name));
    closedir(dir);
}

bool tmn_claim_take(struct tmn_lock *claim, struct tmn_arena *arena, const char *path, struct tmn_error *err) {
    struct tmn_folder folder; /* begun for a moment, to see that it could be */
    char who[TMN_LOCK_WHO];
    claim->file = -1;
    if (!tmn_folder_begin(&folder, arena, path, err))
        return false;
    tmn_folder_abandon(&folder);
    const char *lock = tmn_arena_printf(arena, "%s.lock", folder.path);
    if (!tmn_lock_take(claim, lock, who, err))
        return who[0] != '\0' &&
               tmn_fail(err, TMN_IO,
                        "'%s' is being written by %s, which holds '%s': wait until it has ended, or choose another "
                        "folder with --out",
                        folder.path, who, lock);
    if (claim->file >= 0)
        remove_left_over(arena, folder.path);
    return true;
}
