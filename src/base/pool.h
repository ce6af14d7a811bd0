/* A pool of threads that runs a function over blocks of rows. Blocks are cut by row count, never by thread count. */
#ifndef TMN_BASE_POOL_H
#define TMN_BASE_POOL_H

#include "base/error.h"
#include <stdint.h>

struct tmn_pool;
typedef void tmn_block_fn(void *context, int worker, uint32_t block);

/* threads >= 1; 1 starts none. Also settles which instructions are used (isa.h). */
bool tmn_pool_new(struct tmn_pool **pool, int threads, struct tmn_error *err);
void tmn_pool_free(struct tmn_pool *pool);
int tmn_pool_threads(const struct tmn_pool *pool);
/* Calls fn for each block in 0..blocks-1, on any worker in any order; returns when all are done. */
void tmn_pool_run(struct tmn_pool *pool, uint32_t blocks, tmn_block_fn *fn, void *context);

#endif
