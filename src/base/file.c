/* Files: bounded reading, and results folders that are whole or absent. */
#include "base/file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool io_error(struct tmn_error *err, const char *what, const char *path) {
    return tmn_fail(err, TMN_IO, "%s '%s': %s", what, path, strerror(errno));
}

bool tmn_file_read(struct tmn_arena *arena, const char *path, size_t limit_bytes, char **bytes, size_t *count,
                   struct tmn_error *err) {
    *bytes = NULL;
    *count = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* not blocked by a pipe that nobody writes */
    if (fd < 0)
        return io_error(err, "cannot open", path);
    struct stat status;
    bool regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    if (!regular || (size_t)status.st_size > limit_bytes) {
        close(fd);
        return regular ? tmn_fail(err, TMN_IO, "'%s' has %lld bytes; at most %zu are read", path,
                                  (long long)status.st_size, limit_bytes)
                       : tmn_fail(err, TMN_IO, "'%s' is not a regular file", path);
    }
    size_t size = (size_t)status.st_size, used = 0;
    char *buffer = malloc(size + 1); /* not the arena yet: running out there would leave the file open */
    if (buffer == NULL) {
        close(fd);
        return tmn_fail(err, TMN_MEMORY, "out of memory for '%s' (%zu bytes)", path, size);
    }
    while (used < size) {
        ssize_t got = read(fd, buffer + used, size - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        used += (size_t)got;
    }
    int failure = used < size ? errno : 0;
    close(fd);
    if (used < size) {
        free(buffer);
        errno = failure;
        return io_error(err, "cannot read the whole of", path);
    }
    bool fits = arena->limit_bytes == 0 || size + 64 < arena->limit_bytes - arena->used_bytes;
    if (fits)
        *bytes = tmn_arena_strndup(arena, buffer, size);
    free(buffer);
    *count = size;
    return fits || tmn_fail(err, TMN_MEMORY, "out of memory for '%s' (%zu bytes)", path, size);
}

bool tmn_path_inside(struct tmn_arena *arena, const char *folder, const char *name, char **path,
                     struct tmn_error *err) {
    *path = NULL;
    if (name[0] == '\0' || name[0] == '/')
        return tmn_fail(err, TMN_IO, "'%s' must be a name inside the scenario's folder", name);
    for (const char *part = name; part != NULL; part = strchr(part, '/')) {
        part += *part == '/' ? 1 : 0;
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
            return tmn_fail(err, TMN_IO, "'%s' leaves the scenario's folder", name);
    }
    *path = tmn_arena_printf(arena, "%s/%s", folder, name);
    char *real_folder = realpath(folder, NULL), *real_path = realpath(*path, NULL);
    bool outside = false; /* by a symbolic link; a name that does not exist fails when it is opened */
    if (real_folder != NULL && real_path != NULL) {
        size_t length = strlen(real_folder);
        outside = strncmp(real_folder, real_path, length) != 0 || (real_path[length] != '/' && length > 1);
    }
    free(real_folder);
    free(real_path);
    return !outside || tmn_fail(err, TMN_IO, "'%s' leads outside the scenario's folder through a link", name);
}

char *tmn_path_folder(struct tmn_arena *arena, const char *path) {
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return tmn_arena_strdup(arena, ".");
    return tmn_arena_strndup(arena, path, slash == path ? 1 : (size_t)(slash - path));
}

/* Every name that a results folder holds; each of the first, up to MARKS, shows that the folder is one. */
static const char *const result_names[] = {
    "run.json",          "verify.json",      "bench.json",  "compare.json",  "attribute.json",
    "arrows.json",       "loops.json",       "survey.json", "claims.json",   "ablate.json",
    "checkpoint.tumen",  "report.json",      "report.html", "verify.html",   "bench.html",
    "compare.html",      "attribute.html",   "arrows.html", "loops.html",    "survey.html",
    "claims.html",       "ablate.html",      "verify.csv",  "attribute.csv", "arrows.csv",
    "loops.csv",         "survey.csv",       "claims.csv",  "ablate.csv",    "outcomes.csv",
    "observations.csv",  "figures.csv",      "effects.csv", "pairs.csv",     "persons.csv",
    "planted.csv",       "planted_data.csv", "peers.csv",   "runs.csv",      "checkpoint.tumen.part",
    "scenario.used.yaml"};
enum { MARKS = 11, RESULT_NAMES = sizeof result_names / sizeof *result_names };

static bool is_result_name(const char *name) {
    for (size_t i = 0; i < RESULT_NAMES; i++)
        if (strcmp(name, result_names[i]) == 0)
            return true;
    return false;
}

bool tmn_folder_remove(const char *path) {
    DIR *dir = opendir(path);
    if (dir == NULL)
        return errno == ENOENT;
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL)
        if (is_result_name(entry->d_name))
            unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    return rmdir(path) == 0;
}

/* What others put among the results at `from`, files and folders, goes over to `to`. */
static void return_foreign(const char *from, const char *to) {
    DIR *old = opendir(from), *new = opendir(to);
    const struct dirent *entry;
    while (old != NULL && new != NULL && (entry = readdir(old)) != NULL)
        if (!is_result_name(entry->d_name) && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            renameat2(dirfd(old), entry->d_name, dirfd(new), entry->d_name, RENAME_NOREPLACE);
    if (old != NULL)
        closedir(old);
    if (new != NULL)
        closedir(new);
}

/* Whether `path` may be replaced: absent, an empty folder, or one of ours. */
static bool replaceable(struct tmn_arena *arena, const char *path) {
    struct stat status;
    if (lstat(path, &status) != 0)
        return errno == ENOENT;
    if (!S_ISDIR(status.st_mode))
        return false;
    for (size_t i = 0; i < MARKS; i++)
        if (access(tmn_arena_printf(arena, "%s/%s", path, result_names[i]), F_OK) == 0)
            return true;
    DIR *dir = opendir(path);
    if (dir == NULL)
        return false;
    int entries = 0;
    while (readdir(dir) != NULL)
        entries++;
    closedir(dir);
    return entries <= 2;
}

static bool make_parents(struct tmn_arena *arena, const char *path, struct tmn_error *err) {
    char *copy = tmn_arena_strdup(arena, path);
    for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0777) != 0 && errno != EEXIST)
            return io_error(err, "cannot make the folder", copy);
        *slash = '/';
    }
    return true;
}

bool tmn_folder_make(struct tmn_arena *arena, const char *path, struct tmn_error *err) {
    return make_parents(arena, tmn_arena_printf(arena, "%s/", path), err);
}

bool tmn_folder_begin(struct tmn_folder *folder, struct tmn_arena *arena, const char *path, struct tmn_error *err) {
    folder->temporary = NULL;
    folder->path = tmn_arena_strdup(arena, path);
    for (size_t length = strlen(folder->path); length > 1 && folder->path[length - 1] == '/'; length--)
        folder->path[length - 1] = '\0';
    const char *slash = strrchr(folder->path, '/'), *last = slash != NULL ? slash + 1 : folder->path;
    if (last[0] == '\0' || strcmp(last, ".") == 0 || strcmp(last, "..") == 0) /* results come by a folder's name */
        return tmn_fail(err, TMN_IO, "'%s' does not name a folder that results could replace; name one from outside it",
                        path);
    if (access(folder->path, W_OK) != 0 && errno != ENOENT && errno != ENOTDIR)
        return io_error(err, "cannot replace", folder->path);
    if (!replaceable(arena, folder->path))
        return tmn_fail(err, TMN_IO, "'%s' exists and holds no results of tumen; choose another folder with --out",
                        folder->path);
    char *temporary = tmn_arena_printf(arena, "%s.part-%ld", folder->path, (long)getpid());
    if (!make_parents(arena, temporary, err))
        return false;
    tmn_folder_remove(temporary); /* left by a killed process of the same number */
    if (mkdir(temporary, 0777) != 0)
        return io_error(err, "cannot make the folder", folder->path);
    folder->temporary = temporary;
    return true;
}

/* Writes and syncs a new file, which mistakes call by the name that it is to have. */
static bool write_file(const char *path, const char *name, const char *bytes, size_t count, struct tmn_error *err) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return io_error(err, "cannot create", name);
    size_t done = 0;
    while (done < count) {
        ssize_t wrote = write(fd, bytes + done, count - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            break;
        done += (size_t)wrote;
    }
    bool ok = done == count && fsync(fd) == 0;
    int failure = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        failure = errno;
    }
    errno = failure;
    return ok || io_error(err, "cannot write", name);
}

bool tmn_folder_write(struct tmn_folder *folder, const char *name, const char *bytes, size_t count,
                      struct tmn_error *err) {
    assert(is_result_name(name));
    char path[4096], named[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder->temporary, name) >= sizeof path ||
        (size_t)snprintf(named, sizeof named, "%s/%s", folder->path, name) >= sizeof named)
        return tmn_fail(err, TMN_IO, "the name '%s/%s' is too long", folder->temporary, name);
    return write_file(path, named, bytes, count, err);
}

bool tmn_file_replace(struct tmn_arena *arena, const char *path, const char *bytes, size_t count,
                      struct tmn_error *err) {
    struct stat status; /* a name given to a device or a link must not take its place */
    if (lstat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return tmn_fail(err, TMN_IO, "cannot write '%s': it is %s; choose another name", path,
                        S_ISDIR(status.st_mode)   ? "a folder"
                        : S_ISLNK(status.st_mode) ? "a link"
                                                  : "a device, not a file");
    char *part = tmn_arena_printf(arena, "%s.part-%ld", path, (long)getpid());
    if (!write_file(part, path, bytes, count, err)) {
        unlink(part);
        return false;
    }
    if (rename(part, path) == 0)
        return true;
    int failure = errno;
    unlink(part);
    errno = failure;
    return io_error(err, "cannot write", path);
}

static void sync_folder(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

bool tmn_folder_keep(struct tmn_folder *folder, const char *name, struct tmn_error *err) {
    char from[4096], to[4096];
    if ((size_t)snprintf(from, sizeof from, "%s/%s", folder->path, name) >= sizeof from ||
        (size_t)snprintf(to, sizeof to, "%s/%s", folder->temporary, name) >= sizeof to)
        return tmn_fail(err, TMN_IO, "the name '%s/%s' is too long", folder->temporary, name);
    if (link(from, to) == 0 || errno == ENOENT) /* both names, so that it is never lost */
        return true;
    return rename(from, to) == 0 || io_error(err, "cannot keep", from); /* file systems without hard links */
}

bool tmn_folder_commit(struct tmn_folder *folder, struct tmn_error *err) {
    sync_folder(folder->temporary);
    if (renameat2(AT_FDCWD, folder->temporary, AT_FDCWD, folder->path, RENAME_EXCHANGE) == 0) {
        return_foreign(folder->temporary, folder->path); /* the old results by now; there always was a folder */
        tmn_folder_remove(folder->temporary);
        folder->temporary = NULL;
        return true;
    }
    struct stat status; /* nothing to exchange it with, or a file system that cannot */
    char old[4096] = "";
    if (lstat(folder->path, &status) == 0) { /* the old results stay until the new ones are in place */
        if ((size_t)snprintf(old, sizeof old, "%s.old", folder->temporary) >= sizeof old ||
            rename(folder->path, old) != 0)
            return io_error(err, "cannot move the old results away from", folder->path);
    }
    if (rename(folder->temporary, folder->path) != 0) {
        int failure = errno;
        if (old[0] != '\0')
            rename(old, folder->path);
        errno = failure;
        return io_error(err, "cannot move the results to", folder->path);
    }
    if (old[0] != '\0') {
        return_foreign(old, folder->path);
        tmn_folder_remove(old);
    }
    folder->temporary = NULL;
    return true;
}

void tmn_folder_abandon(struct tmn_folder *folder) {
    if (folder->temporary != NULL)
        tmn_folder_remove(folder->temporary);
    folder->temporary = NULL;
}
