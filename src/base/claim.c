/* See claim.h. */
#include "base/claim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool io_error(struct tmn_error *err, const char *what, const char *path) {
    return tmn_fail(err, TMN_IO, "%s '%s': %s", what, path, strerror(errno));
}

/* Whether the open file is still the one of that name: who lets a lock go removes its file. */
static bool still_named(int file, const char *path) {
    struct stat ours, named;
    return fstat(file, &ours) == 0 && stat(path, &named) == 0 && ours.st_dev == named.st_dev &&
           ours.st_ino == named.st_ino;
}

static void refuse(const struct tmn_claim *claim, const char *folder, struct tmn_error *err) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char who[40] = "another process";
    if (fcntl(claim->file, F_GETLK, &whole) == 0 && whole.l_type != F_UNLCK && whole.l_pid > 0)
        snprintf(who, sizeof who, "process %ld", (long)whole.l_pid);
    tmn_fail(err, TMN_IO,
             "'%s' is being written by %s, which holds '%s': wait until it has ended, or choose another folder "
             "with --out",
             folder, who, claim->path);
}

/* file stays -1 where the file system knows no locks. */
static bool lock(struct tmn_claim *claim, const char *folder, struct tmn_error *err) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    do {
        if (claim->file >= 0)
            close(claim->file);
        claim->file = open(claim->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (claim->file < 0)
            return io_error(err, "cannot open", claim->path);
        if (fcntl(claim->file, F_SETLK, &whole) != 0) {
            bool held = errno == EAGAIN || errno == EACCES;
            if (held)
                refuse(claim, folder, err);
            else
                unlink(claim->path);
            close(claim->file);
            claim->file = -1;
            return !held;
        }
    } while (!still_named(claim->file, claim->path));
    return true;
}

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

bool tmn_claim_take(struct tmn_claim *claim, struct tmn_arena *arena, const char *path, struct tmn_error *err) {
    struct tmn_folder folder; /* begun for a moment, to see that it could be */
    claim->file = -1;
    if (!tmn_folder_begin(&folder, arena, path, err))
        return false;
    tmn_folder_abandon(&folder);
    claim->path = tmn_arena_printf(arena, "%s.lock", folder.path);
    if (!lock(claim, folder.path, err))
        return false;
    if (claim->file >= 0)
        remove_left_over(arena, folder.path);
    return true;
}

void tmn_claim_give_back(struct tmn_claim *claim) {
    if (claim->file < 0)
        return;
    unlink(claim->path); /* while it is held: who waits for this file sees that it has gone */
    close(claim->file);
    claim->file = -1;
}
