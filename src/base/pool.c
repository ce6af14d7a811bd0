/* A pool of threads: the caller is worker 0; the others wait for a job and claim blocks one by one. */
#include "base/pool.h"

#include "base/isa.h"
#include "base/real.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct worker {
    struct tmn_pool *pool;
    pthread_t thread;
    int index;
};

struct tmn_pool {
    int threads;
    struct worker *workers; /* [threads]; entry 0 is the caller and has no thread */
    pthread_mutex_t mutex;
    pthread_cond_t wake, done;
    uint64_t job; /* number of the current job; workers wait for a change */
    int running;  /* workers still at the current job */
    bool closing;
    tmn_block_fn *fn;
    void *context;
    uint32_t blocks;
    atomic_uint_least32_t next_block;
};

static void claim_blocks(struct tmn_pool *pool, int worker) {
    struct tmn_real_state state = tmn_real_enter();
    uint32_t block;
    while ((block = atomic_fetch_add_explicit(&pool->next_block, 1, memory_order_relaxed)) < pool->blocks)
        pool->fn(pool->context, worker, block);
    tmn_real_restore(state);
}

static void *work(void *argument) {
    struct worker *worker = argument;
    struct tmn_pool *pool = worker->pool;
    uint64_t seen = 0;
    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        while (pool->job == seen && !pool->closing)
            pthread_cond_wait(&pool->wake, &pool->mutex);
        if (pool->closing)
            break;
        seen = pool->job;
        pthread_mutex_unlock(&pool->mutex);
        claim_blocks(pool, worker->index);
        pthread_mutex_lock(&pool->mutex);
        if (--pool->running == 0)
            pthread_cond_signal(&pool->done);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

bool tmn_pool_new(struct tmn_pool **out, int threads, struct tmn_error *err) {
    *out = NULL;
    if (threads < 1 || threads > 1024)
        return tmn_fail(err, TMN_USAGE, "the number of threads must be between 1 and 1024, not %d", threads);
    if (!tmn_isa_choose(err))
        return false;
    struct tmn_pool *pool = calloc(1, sizeof *pool);
    struct worker *workers = calloc((size_t)threads, sizeof *workers);
    if (pool == NULL || workers == NULL) {
        free(pool);
        free(workers);
        return tmn_fail(err, TMN_MEMORY, "out of memory for a pool of %d threads", threads);
    }
    pool->workers = workers;
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->done, NULL);
    for (pool->threads = 1; pool->threads < threads; pool->threads++) {
        struct worker *worker = &workers[pool->threads];
        worker->pool = pool;
        worker->index = pool->threads;
        int failure = pthread_create(&worker->thread, NULL, work, worker);
        if (failure != 0) {
            tmn_pool_free(pool);
            return tmn_fail(err, TMN_MEMORY, "thread %d could not be started: %s", worker->index, strerror(failure));
        }
    }
    *out = pool;
    return true;
}

void tmn_pool_free(struct tmn_pool *pool) {
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->mutex);
    pool->closing = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
    for (int i = 1; i < pool->threads; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->wake);
    pthread_cond_destroy(&pool->done);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->workers);
    free(pool);
}

int tmn_pool_threads(const struct tmn_pool *pool) {
    return pool->threads;
}

void tmn_pool_run(struct tmn_pool *pool, uint32_t blocks, tmn_block_fn *fn, void *context) {
    pool->fn = fn;
    pool->context = context;
    pool->blocks = blocks;
    atomic_store_explicit(&pool->next_block, 0, memory_order_relaxed);
    if (pool->threads == 1 || blocks < 2) {
        claim_blocks(pool, 0);
        return;
    }
    pthread_mutex_lock(&pool->mutex);
    pool->running = pool->threads - 1;
    pool->job++;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
    claim_blocks(pool, 0);
    pthread_mutex_lock(&pool->mutex);
    while (pool->running > 0)
        pthread_cond_wait(&pool->done, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
}
