/* Tables of numbers of few among many against a plain array, while keys come and go. */
#include "support.h"

#include "base/draw.h"
#include "engine/sparse.h"

enum { KEYS = 3000, STEPS = 200000 };

static void keys_come_and_go(void **unused) {
    (void)unused;
    struct tmn_sparse sparse = {0};
    static uint64_t kept[KEYS + 1]; /* 0: none */
    uint32_t count = 0;
    assert_null(tmn_sparse_find(&sparse, 1));
    tmn_sparse_remove(&sparse, 1);
    for (uint64_t step = 1; step <= STEPS; step++) {
        uint64_t draw = tmn_mix64(step);
        /* more come than go, then more go than come */
        bool comes = (draw >> 60) < (step < STEPS / 2 ? 11 : 5);
        uint32_t key = (uint32_t)(draw % KEYS) + 1;
        if (comes) {
            uint64_t *value = tmn_sparse_put(&sparse, key);
            assert_non_null(value);
            assert_true(kept[key] == 0 || *value == kept[key]);
            count += kept[key] == 0;
            *value = kept[key] = step;
        } else {
            count -= kept[key] != 0;
            tmn_sparse_remove(&sparse, key);
            kept[key] = 0;
        }
        assert_int_equal(sparse.count, count);
        if (step % (STEPS / 50) != 0)
            continue;
        for (key = 1; key <= KEYS; key++) {
            const uint64_t *value = tmn_sparse_find(&sparse, key);
            assert_true(kept[key] == 0 ? value == NULL : value != NULL && *value == kept[key]);
        }
    }
    assert_true(count > 100);
    tmn_sparse_free(&sparse);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(keys_come_and_go)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
