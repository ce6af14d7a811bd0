/* The engines against each other on random scenarios, as tests by name: those of tests/mutations that break the event
 * engine name them. */
#include "compare.h"
#include "generate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* after the others: */
#include <cmocka.h>

enum { FIRST = 1, SCENARIOS = 400, LEAST = 300 };

static void both_engines_agree(void **unused) {
    (void)unused;
    int compared = 0;
    for (unsigned long long seed = FIRST; seed < FIRST + SCENARIOS; seed++) {
        struct tmn_arena arena;
        tmn_arena_init(&arena, 0);
        struct verdict verdict = compare(&arena, generate(&arena, seed), NULL);
        if (!verdict.equal)
            fail_msg("scenario %llu, window %d: %s", seed, verdict.window, verdict.text);
        compared += !verdict.refused;
        tmn_arena_free(&arena);
    }
    assert_true(compared >= LEAST);
}

/* Nothing but the number decides. */
static void a_number_gives_one_scenario(void **unused) {
    (void)unused;
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    for (unsigned long long seed = 1; seed <= 20; seed++) {
        const char *text = generate(&arena, seed);
        assert_string_equal(text, generate(&arena, seed));
        assert_string_not_equal(text, generate(&arena, seed + 1));
    }
    tmn_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_gives_one_scenario),
        cmocka_unit_test(both_engines_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
