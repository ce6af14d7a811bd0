/* A lock that ends with its process, however that ends: a file that is locked (flock) while it is open, and says who
 * holds it. */
#ifndef TMN_BASE_LOCK_H
#define TMN_BASE_LOCK_H

#include "base/error.h"

enum { TMN_LOCK_WHO = 40 };

struct tmn_lock {
    const char *path; /* the caller's */
    int file;         /* -1: nothing is held */
};

/* Makes the file `path` and locks it, also where a process that was killed has left it. On a file system that knows no
 * locks nothing is held, and the answer is true. TMN_IO: it cannot be made, or another holds it: then `who` is
 * "process 1234", and else empty. */
bool tmn_lock_take(struct tmn_lock *lock, const char *path, char who[TMN_LOCK_WHO], struct tmn_error *err);
/* Removes the file; nothing, where nothing is held. */
void tmn_lock_drop(struct tmn_lock *lock);

#endif
