/* Large files piece by piece: see stream.h. */
#include "base/stream.h"

#include "base/crc32.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool io_error(struct tmn_error *err, const char *what, const char *path) {
    return tmn_fail(err, TMN_IO, "%s '%s': %s", what, path, strerror(errno));
}

/* ---- writing ---- */

bool tmn_outfile_open(struct tmn_outfile *out, const char *path, struct tmn_error *err) {
    out->fd = -1;
    out->bytes = 0;
    out->crc = 0;
    int length = snprintf(out->part, sizeof out->part, "%s.part", path);
    if (length < 0 || (size_t)length >= sizeof out->part)
        return tmn_fail(err, TMN_IO, "the name '%.200s...' is too long", path);
    memcpy(out->path, path, strlen(path) + 1);
    out->fd = open(out->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return out->fd >= 0 || io_error(err, "cannot create", out->part);
}

bool tmn_outfile_put(struct tmn_outfile *out, const void *bytes, size_t count, struct tmn_error *err) {
    out->crc = tmn_crc32(out->crc, bytes, count);
    out->bytes += count;
    for (const char *at = bytes; count > 0;) {
        ssize_t wrote = write(out->fd, at, count);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return io_error(err, "cannot write", out->part);
        at += wrote;
        count -= (size_t)wrote;
    }
    return true;
}

bool tmn_outfile_overwrite(struct tmn_outfile *out, uint64_t offset, const void *bytes, size_t count,
                           struct tmn_error *err) {
    for (const char *at = bytes; count > 0;) {
        ssize_t wrote = pwrite(out->fd, at, count, (off_t)offset);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return io_error(err, "cannot write", out->part);
        at += wrote;
        offset += (uint64_t)wrote;
        count -= (size_t)wrote;
    }
    return true;
}

/* The name itself must reach the disk too. Some file systems cannot sync folders; they are not asked twice. */
static void sync_folder_of(char *path) {
    char *slash = strrchr(path, '/'), kept = slash != NULL ? slash[1] : '\0';
    if (slash != NULL)
        slash[1] = '\0'; /* "folder/", or "/" */
    int fd = open(slash != NULL ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (slash != NULL)
        slash[1] = kept;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

bool tmn_outfile_commit(struct tmn_outfile *out, struct tmn_error *err) {
    bool synced = fsync(out->fd) == 0;
    int failure = errno;
    bool closed = close(out->fd) == 0;
    out->fd = -1;
    if (!synced)
        errno = failure;
    if (!synced || !closed || rename(out->part, out->path) != 0) {
        io_error(err, "cannot write", out->path);
        unlink(out->part);
        return false;
    }
    sync_folder_of(out->path);
    return true;
}

void tmn_outfile_abandon(struct tmn_outfile *out) {
    if (out->fd < 0)
        return;
    close(out->fd);
    unlink(out->part);
    out->fd = -1;
}

/* ---- reading ---- */

bool tmn_infile_open(struct tmn_infile *file, const char *path, struct tmn_error *err) {
    file->at = 0;
    file->crc = 0;
    file->fd = -1;
    int length = snprintf(file->path, sizeof file->path, "%s", path);
    if (length < 0 || (size_t)length >= sizeof file->path)
        return tmn_fail(err, TMN_IO, "the name '%.200s...' is too long", path);
    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* not blocked by a pipe that nobody writes */
    if (file->fd < 0)
        return io_error(err, "cannot open", path);
    struct stat status;
    if (fstat(file->fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        tmn_infile_close(file);
        return tmn_fail(err, TMN_IO, "'%s' is not a regular file", path);
    }
    file->bytes = (uint64_t)status.st_size;
    return true;
}

bool tmn_infile_get(struct tmn_infile *file, void *bytes, size_t count, struct tmn_error *err) {
    size_t done = 0;
    while (done < count) {
        ssize_t got = read(file->fd, (char *)bytes + done, count - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return io_error(err, "cannot read", file->path);
        if (got == 0)
            return tmn_fail(err, TMN_IO, "'%s' ends too early", file->path);
        done += (size_t)got;
    }
    file->at += count;
    file->crc = tmn_crc32(file->crc, bytes, count);
    return true;
}

bool tmn_infile_seek(struct tmn_infile *file, uint64_t offset, struct tmn_error *err) {
    if (offset > file->bytes || lseek(file->fd, (off_t)offset, SEEK_SET) < 0)
        return tmn_fail(err, TMN_IO, "'%s' ends too early", file->path);
    file->at = offset;
    return true;
}

void tmn_infile_close(struct tmn_infile *file) {
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}
