/* One process at a time writes a results folder. Who does holds a lock on the file `<folder>.lock` beside it, which the
 * system lets go however the process ends, so that no stale one is ever in the way. */
#ifndef TMN_BASE_CLAIM_H
#define TMN_BASE_CLAIM_H

#include "base/file.h"
#include "base/lock.h"

/* Before long work: can results be written to `folder`, and is nobody else about to? Removes what killed processes left
 * beside it (`<folder>.part-<process>`). On a file system that knows no locks there is no claim to hold, nothing is
 * removed, and the answer is true. The claim ends with tmn_lock_drop. */
bool tmn_claim_take(struct tmn_lock *claim, struct tmn_arena *arena, const char *folder, struct tmn_error *err);

#endif
