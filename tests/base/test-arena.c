/* The arena: alignment, zeroes, growth, and running out by jumping to the entry point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/column.h"
#include <string.h>

static void hands_out_zeroed_aligned_memory(void **state) {
    (void)state;
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    for (size_t size = 1; size < 200000; size = size * 3 + 1) {
        unsigned char *bytes = tmn_arena_alloc(&arena, size, 1);
        assert_int_equal((uintptr_t)bytes % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(bytes[i], 0);
        memset(bytes, 0xff, size);
    }
    assert_string_equal(tmn_arena_printf(&arena, "%d-%s", 7, "x"), "7-x");
    tmn_arena_free(&arena);
}

static void grows_lists(void **state) {
    (void)state;
    struct tmn_arena arena;
    struct {
        int *items;
        size_t count, capacity;
    } list = {0};
    tmn_arena_init(&arena, 0);
    for (int i = 0; i < 1000; i++)
        TMN_PUSH(&arena, &list, i);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(list.items[i], i);
    tmn_arena_free(&arena);
}

static void jumps_when_exhausted(void **state) {
    (void)state;
    struct tmn_arena arena;
    tmn_arena_init(&arena, 100000);
    volatile int allocations = 0;
    if (TMN_ARENA_TRY(&arena)) {
        assert_int_equal(allocations, 10);
        tmn_arena_free(&arena);
        return;
    }
    for (;;) {
        tmn_arena_alloc(&arena, 10000, 1);
        allocations = allocations + 1;
    }
}

static void columns_are_zeroed_and_refused_when_absurd(void **state) {
    (void)state;
    struct tmn_error err;
    void *column;
    assert_true(tmn_column_alloc(&column, 1000000, 8, "test", &err));
    assert_int_equal((uintptr_t)column % (2 * 1024 * 1024), 0);
    const uint64_t *words = column;
    for (size_t i = 0; i < 1000000; i += 997)
        assert_int_equal(words[i], 0);
    tmn_column_free(column, 1000000, 8);
    assert_false(tmn_column_alloc(&column, SIZE_MAX / 4, 8, "test", &err));
    assert_int_equal(err.code, TMN_MEMORY);
    assert_non_null(strstr(err.text, "for test could not be had"));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(hands_out_zeroed_aligned_memory), cmocka_unit_test(grows_lists),
                                       cmocka_unit_test(jumps_when_exhausted),
                                       cmocka_unit_test(columns_are_zeroed_and_refused_when_absurd)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
