/* See lock.h. */
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether the open file is still the one of that name: who lets a lock go removes its file. */
static bool still_named(int file, const char *path) {
    struct stat ours, named;
    return fstat(file, &ours) == 0 && stat(path, &named) == 0 && ours.st_dev == named.st_dev &&
           ours.st_ino == named.st_ino;
}

static void read_who(int file, char who[TMN_LOCK_WHO]) {
    ssize_t got = pread(file, who, TMN_LOCK_WHO - 1, 0);
    who[got > 0 ? got : 0] = '\0';
    who[strcspn(who, "\n")] = '\0';
    if (who[0] == '\0') /* it has not said so yet */
        strcpy(who, "another process");
}

/* For people: the lock holds without it. */
static void write_who(int file) {
    char who[TMN_LOCK_WHO];
    int length = snprintf(who, sizeof who, "process %ld\n", (long)getpid());
    if (ftruncate(file, 0) != 0 || pwrite(file, who, (size_t)length, 0) != length)
        errno = 0;
}

bool tmn_lock_take(struct tmn_lock *lock, const char *path, char who[TMN_LOCK_WHO], struct tmn_error *err) {
    *lock = (struct tmn_lock){path, -1};
    who[0] = '\0';
    for (;;) {
        int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (file < 0)
            return tmn_fail(err, TMN_IO, "cannot open '%s': %s", path, strerror(errno));
        bool locked = flock(file, LOCK_EX | LOCK_NB) == 0, held = !locked && errno == EWOULDBLOCK;
        if (locked && still_named(file, path)) {
            write_who(file);
            lock->file = file;
            return true;
        }
        if (held)
            read_who(file, who);
        else if (!locked)
            unlink(path);
        close(file);
        if (!locked)
            return !held || tmn_fail(err, TMN_IO, "'%s' is held by %s", path, who);
    }
}

void tmn_lock_drop(struct tmn_lock *lock) {
    if (lock->file < 0)
        return;
    unlink(lock->path); /* while it is held: who waits for this file sees that it has gone */
    close(lock->file);
    lock->file = -1;
}
