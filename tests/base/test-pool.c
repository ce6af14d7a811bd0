/* The pool: each block exactly once, for any number of threads, many jobs in a row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/pool.h"
#include <string.h>

enum { BLOCKS = 1000 };

static void count_block(void *context, int worker, uint32_t block) {
    (void)worker;
    unsigned char *seen = context;
    seen[block]++;
}

static void each_block_once(void **state) {
    (void)state;
    static unsigned char seen[BLOCKS];
    for (int threads = 1; threads <= 8; threads++) {
        struct tmn_pool *pool;
        struct tmn_error err;
        assert_true(tmn_pool_new(&pool, threads, &err));
        assert_int_equal(tmn_pool_threads(pool), threads);
        for (uint32_t blocks = 0; blocks <= BLOCKS; blocks = blocks * 2 + 1) {
            memset(seen, 0, sizeof seen);
            tmn_pool_run(pool, blocks, count_block, seen);
            for (uint32_t i = 0; i < BLOCKS; i++)
                assert_int_equal(seen[i], i < blocks ? 1 : 0);
        }
        tmn_pool_free(pool);
    }
}

static void refuses_absurd_numbers(void **state) {
    (void)state;
    struct tmn_pool *pool;
    struct tmn_error err;
    assert_false(tmn_pool_new(&pool, 0, &err));
    assert_int_equal(err.code, TMN_USAGE);
    assert_string_equal(err.text, "the number of threads must be between 1 and 1024, not 0");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_block_once), cmocka_unit_test(refuses_absurd_numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
