/* One process at a time writes a results folder. Who does holds a lock on the file `<folder>.lock` beside it, which the
 * system lets go however the process ends, so that no stale one is ever in the way. */
#ifndef TMN_BASE_CLAIM_H
#define TMN_BASE_CLAIM_H

#include "base/file.h"
#include "base/lock.h"

struct tmn_claim {
    struct tmn_lock lock;
};

/* Before long work: can results be written to `folder`, and is nobody else about to? Removes what killed processes left
 * beside it (`<folder>.part-<process>`). On a file system that knows no locks there is no claim to hold, nothing is
 * removed, and the answer is true. */
bool tmn_claim_take(struct tmn_claim *claim, struct tmn_arena *arena, const char *folder, struct tmn_error *err);
void tmn_claim_give_back(struct tmn_claim *claim);

#endif
