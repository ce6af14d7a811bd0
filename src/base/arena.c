/* The arena: a list of blocks, bump allocation, freed as one. Running out jumps to the entry point (see arena.h). */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 16, BLOCK_BYTES = 64 * 1024 };

struct tmn_arena_block {
    struct tmn_arena_block *next;
    size_t size, used; /* of the bytes behind this header */
    alignas(ALIGNMENT) unsigned char bytes[];
};

void tmn_arena_init(struct tmn_arena *arena, size_t limit_bytes) {
    memset(arena, 0, sizeof *arena);
    arena->limit_bytes = limit_bytes;
}

void tmn_arena_free(struct tmn_arena *arena) {
    struct tmn_arena_block *block = arena->blocks;
    while (block != NULL) {
        struct tmn_arena_block *next = block->next;
        free(block);
        block = next;
    }
    arena->blocks = NULL;
    arena->used_bytes = 0;
}

static _Noreturn void exhausted(struct tmn_arena *arena) {
    if (arena->armed)
        longjmp(arena->on_exhausted, 1);
    abort(); /* an entry point forgot TMN_ARENA_TRY: a bug */
}

static struct tmn_arena_block *add_block(struct tmn_arena *arena, size_t bytes) {
    size_t size = bytes > BLOCK_BYTES / 4 ? bytes : BLOCK_BYTES;
    if (size > SIZE_MAX - sizeof(struct tmn_arena_block))
        exhausted(arena);
    struct tmn_arena_block *block = calloc(1, sizeof *block + size);
    if (block == NULL)
        exhausted(arena);
    block->size = size;
    /* A large block goes behind the current one, which still has room. */
    if (size != BLOCK_BYTES && arena->blocks != NULL) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        block->next = arena->blocks;
        arena->blocks = block;
    }
    return block;
}

void *tmn_arena_alloc(struct tmn_arena *arena, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - ALIGNMENT)
        exhausted(arena);
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (arena->limit_bytes != 0 && bytes > arena->limit_bytes - arena->used_bytes)
        exhausted(arena);
    struct tmn_arena_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < bytes)
        block = add_block(arena, bytes);
    void *result = block->bytes + block->used;
    block->used += bytes;
    arena->used_bytes += bytes;
    return result;
}

char *tmn_arena_strndup(struct tmn_arena *arena, const char *text, size_t length) {
    if (length == SIZE_MAX)
        exhausted(arena);
    char *copy = tmn_arena_alloc(arena, length + 1, 1);
    if (length > 0)
        memcpy(copy, text, length);
    return copy;
}

char *tmn_arena_strdup(struct tmn_arena *arena, const char *text) {
    return tmn_arena_strndup(arena, text, strlen(text));
}

char *tmn_arena_printf(struct tmn_arena *arena, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(length >= 0);
    char *text = tmn_arena_alloc(arena, (size_t)length + 1, 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

void *tmn_arena_grow(struct tmn_arena *arena, void *items, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity)
        return items;
    size_t larger = *capacity == 0 ? 8 : *capacity * 2;
    void *grown = tmn_arena_alloc(arena, larger, size);
    if (count > 0)
        memcpy(grown, items, count * size);
    *capacity = larger;
    return grown;
}
