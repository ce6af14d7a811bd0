/* An arena: memory that lives until the arena is freed. Three lifetimes use it: run, window, call.
 * Out of memory does not return: it jumps to the innermost TMN_ARENA_TRY of the calling thread's entry point, so that
 * the code which builds models stays free of checks. Large columns (persons) are not arena memory: see column.h. */
#ifndef TMN_BASE_ARENA_H
#define TMN_BASE_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tmn_arena_block;

struct tmn_arena {
    struct tmn_arena_block *blocks;
    size_t used_bytes;  /* handed out so far */
    size_t limit_bytes; /* 0: none; above it an allocation counts as out of memory */
    jmp_buf on_exhausted;
    bool armed; /* on_exhausted is set; else running out aborts (a bug) */
};

void tmn_arena_init(struct tmn_arena *arena, size_t limit_bytes);
void tmn_arena_free(struct tmn_arena *arena);

/* `if (TMN_ARENA_TRY(&arena)) { out of memory: clean up, return tmn_fail(err, TMN_MEMORY, ...); }` */
#define TMN_ARENA_TRY(arena) ((arena)->armed = true, setjmp((arena)->on_exhausted) != 0)

/* Zeroed, aligned to 16 bytes; never NULL. */
void *tmn_arena_alloc(struct tmn_arena *arena, size_t count, size_t size);
char *tmn_arena_strndup(struct tmn_arena *arena, const char *text, size_t length);
char *tmn_arena_strdup(struct tmn_arena *arena, const char *text);
char *tmn_arena_printf(struct tmn_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Returns `items` with room for at least `count` + 1; grows by doubling. `items` has `*capacity` entries. */
void *tmn_arena_grow(struct tmn_arena *arena, void *items, size_t count, size_t *capacity, size_t size);

#define TMN_NEW(arena, type) ((type *)tmn_arena_alloc((arena), 1, sizeof(type)))
#define TMN_NEW_ARRAY(arena, type, count) ((type *)tmn_arena_alloc((arena), (size_t)(count), sizeof(type)))
/* Appends `value` to a growing array with fields `items`, `count`, `capacity`. */
#define TMN_PUSH(arena, list, value)                                                                                   \
    ((list)->items = tmn_arena_grow((arena), (list)->items, (list)->count, &(list)->capacity, sizeof *(list)->items),  \
     (list)->items[(list)->count++] = (value))

#endif
