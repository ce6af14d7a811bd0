/* See limits.h. Each pass is cut into pieces that a pool shares out, and every piece returns something that depends on
 * all it read, so that no pass can be left out by a compiler. */
#include "study/limits.h"

#include "base/fixed.h"
#include "base/pool.h"
#include "base/wall.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { LINE = 64, PIECES = 64, PASSES = 3, CHASE_STEPS = 1 << 20 };

struct memory {
    uint64_t *words;
    size_t count;            /* of words */
    uint64_t gathers;        /* lines of a piece */
    uint64_t result[PIECES]; /* what each piece saw */
};

size_t tmn_memory_available(void) {
    FILE *file = fopen("/proc/meminfo", "r");
    unsigned long long kib = 0;
    char line[128];
    while (file != NULL && kib == 0 && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "MemAvailable: %llu kB", &kib) != 1)
            kib = 0;
    if (file != NULL)
        fclose(file);
    return (size_t)kib * 1024;
}

static void stream(void *context, int worker, uint32_t piece) {
    (void)worker;
    struct memory *memory = context;
    size_t first = memory->count / PIECES * piece, end = first + memory->count / PIECES;
    uint64_t sum[8] = {0};
    for (size_t i = first; i < end; i += 8)
        for (size_t j = 0; j < 8; j++)
            sum[j] += memory->words[i + j];
    for (size_t j = 0; j < 8; j++)
        memory->result[piece] += sum[j];
}

static void in_place(void *context, int worker, uint32_t piece) {
    (void)worker;
    struct memory *memory = context;
    size_t first = memory->count / PIECES * piece, end = first + memory->count / PIECES;
    for (size_t i = first; i < end; i++)
        memory->words[i] += i;
    memory->result[piece] = memory->words[first];
}

/* A generator whose next state does not wait for memory, so that many lines are under way at once. */
static void gather(void *context, int worker, uint32_t piece) {
    (void)worker;
    struct memory *memory = context;
    uint64_t state = UINT64_C(0x9e3779b97f4a7c15) * (piece + UINT64_C(1)), sum = 0, lines = memory->count * 8 / LINE;
    for (uint64_t i = 0; i < memory->gathers; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        sum += memory->words[(size_t)(((tmn_u128)state * lines) >> 64) * (LINE / 8)];
    }
    memory->result[piece] = sum;
}

/* The next place comes from what was read here, which is 0 throughout but not known to be. */
static double chase(struct memory *memory) {
    uint64_t state = 1, lines = memory->count * 8 / LINE;
    double began_s = tmn_wall_s();
    for (int i = 0; i < CHASE_STEPS; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        state += memory->words[(size_t)(((tmn_u128)state * lines) >> 64) * (LINE / 8)];
    }
    double took_s = tmn_wall_s() - began_s;
    memory->result[0] = state;
    return took_s / CHASE_STEPS;
}

/* Units a second of a pass, best of some. */
static double rate(struct tmn_pool *pool, struct memory *memory, tmn_block_fn *pass, double units) {
    double best_s = 0;
    for (int i = 0; i < PASSES; i++) {
        double began_s = tmn_wall_s();
        tmn_pool_run(pool, PIECES, pass, memory);
        double took_s = tmn_wall_s() - began_s;
        best_s = i == 0 || took_s < best_s ? took_s : best_s;
    }
    return units / best_s;
}

struct pools {
    struct tmn_pool *one, *all;
};

static struct tmn_limit both(const struct pools *pools, struct memory *memory, tmn_block_fn *pass, double units) {
    return (struct tmn_limit){rate(pools->one, memory, pass, units), rate(pools->all, memory, pass, units)};
}

/* Memory of the given kind of pages, each touched once and left 0. */
static bool memory_new(struct memory *memory, size_t bytes, int advice, struct tmn_error *err) {
    *memory = (struct memory){.count = bytes / 8, .gathers = bytes / LINE / PIECES / 4 + 1};
    void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED)
        return tmn_fail(err, TMN_MEMORY, "out of memory: %zu MiB to measure the machine by could not be had",
                        bytes >> 20);
    madvise(mapped, bytes, advice);
    memset(mapped, 0, bytes);
    memory->words = mapped;
    return true;
}

static bool go_on(tmn_limits_progress_fn *progress, void *context, const char *what, struct tmn_error *err) {
    if (progress == NULL || progress(context, what))
        return true;
    return tmn_fail(err, TMN_STOPPED, "stopped while the machine was measured");
}

static bool measure(struct tmn_limits *limits, const struct pools *pools, tmn_limits_progress_fn *progress,
                    void *context, struct tmn_error *err) {
    struct memory memory;
    double gathers = (double)PIECES * (double)(limits->bytes / LINE / PIECES / 4 + 1);
    if (!go_on(progress, context, "memory: random lines, small pages", err) ||
        !memory_new(&memory, limits->bytes, MADV_NOHUGEPAGE, err))
        return false;
    limits->gather_small_lines_s = both(pools, &memory, gather, gathers);
    munmap(memory.words, limits->bytes);
    if (!go_on(progress, context, "memory: random lines, huge pages", err) ||
        !memory_new(&memory, limits->bytes, MADV_HUGEPAGE, err))
        return false;
    limits->gather_lines_s = both(pools, &memory, gather, gathers);
    limits->chase_s = chase(&memory);
    bool good = go_on(progress, context, "memory: streaming", err);
    if (good) {
        limits->stream_bytes_s = both(pools, &memory, stream, (double)limits->bytes);
        limits->in_place_bytes_s = both(pools, &memory, in_place, (double)limits->bytes);
    }
    munmap(memory.words, limits->bytes);
    return good;
}

bool tmn_limits_measure(struct tmn_limits *limits, size_t bytes, int threads, tmn_limits_progress_fn *progress,
                        void *context, struct tmn_error *err) {
    struct pools pools = {NULL, NULL};
    const size_t grain = (size_t)PIECES * LINE * 1024; /* pieces are whole lines and, with it, whole huge pages */
    *limits = (struct tmn_limits){.threads = threads, .bytes = bytes / grain * grain};
    bool good = tmn_pool_new(&pools.one, 1, err) && tmn_pool_new(&pools.all, threads, err) &&
                measure(limits, &pools, progress, context, err);
    tmn_pool_free(pools.one);
    tmn_pool_free(pools.all);
    return good;
}
