/* cmocka with what it needs before it, and an arena that lives as long as each test. */
#ifndef TMN_TESTS_ARENA_H
#define TMN_TESTS_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after the others: */
#include <cmocka.h>

#include "base/arena.h"

static struct tmn_arena arena;

static int setup(void **state) {
    (void)state;
    tmn_arena_init(&arena, 0);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    tmn_arena_free(&arena);
    return 0;
}

#endif
