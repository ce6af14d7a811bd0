/* Everything that is summed over persons, from the rows alone: at the start, after dated settings, and to verify what
 * is kept up to date by changes. All predicates of a run stand in one sieve, so that a person costs a look at each
 * attribute and then work for the predicates that hold; and persons who are alike in all that these read are
 * asked together. */
#include "engine/rooms.h"

void tmn_tests_prepare(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    struct tmn_tests *tests = &run->tests;
    tests->counter = TESTS_FIRST;
    tests->share = tests->counter + model->counters.count;
    tests->outcome = tests->share + model->shares.count;
    tests->count = tests->outcome + model->outcomes.count;
    tests->predicate = TMN_NEW_ARRAY(&run->arena, const struct tmn_predicate *, tests->count);
    tests->predicate[TEST_ALIVE] = &run->alive_rule;
    tests->predicate[TEST_UNBORN] = model->unborn != NULL ? &run->unborn_rule : NULL;
    for (size_t c = 0; c < model->counters.count; c++)
        tests->predicate[tests->counter + c] = &run->counter_rule[c];
    for (size_t s = 0; s < model->shares.count; s++)
        tests->predicate[tests->share + s] = &run->share_rule[s];
    for (size_t o = 0; o < model->outcomes.count; o++)
        if (model->outcomes.items[o].kind == TMN_OUTCOME_STOCK)
            tests->predicate[tests->outcome + o] = &run->outcome[o].predicate;
    tmn_sieve_init(&tests->sieve, model, tests->count, &run->arena);
}

/* Which tests that are asked at each change it may concern: those whose truth it may change; counters count the living
 * alone. */
static void fill_moves(struct tmn_run *run) {
    const struct tmn_tests *tests = &run->tests;
    const struct tmn_predicate *alive = &run->alive_rule;
    tmn_moves_clear(run, &run->test_moves);
    for (size_t t = 0; t < tests->share; t++) {
        const struct tmn_predicate *predicate = tests->predicate[t];
        bool counter = t >= tests->counter;
        if (predicate == NULL)
            continue;
        if (predicate->truth == NULL || (counter && alive->truth == NULL)) {
            tmn_moves_add_watching(run, &run->test_moves, &run->test_watch, t);
            continue;
        }
        tmn_moves_add(run, &run->test_moves, t, &predicate->strata, predicate->truth, sizeof *predicate->truth);
        if (counter)
            tmn_moves_add(run, &run->test_moves, t, &alive->strata, alive->truth, sizeof *alive->truth);
    }
}

void tmn_tests_fill(struct tmn_run *run) {
    struct tmn_tests *tests = &run->tests;
    const struct tmn_strata none = {.size = 1};
    const uint8_t no = 0;
    tmn_sieve_clear(&tests->sieve);
    for (size_t t = 0; t < tests->count; t++) {
        const struct tmn_predicate *predicate = tests->predicate[t];
        tmn_sieve_add(&tests->sieve, t, predicate != NULL ? &predicate->strata : &none,
                      predicate != NULL ? predicate->truth : &no);
    }
    tmn_sieve_finish(&tests->sieve);
    fill_moves(run);
    tmn_joints_forget(run);
}

static void count_in_shares(const struct tmn_run *run, struct tmn_worker *worker, const struct tmn_packed *packed,
                            uint32_t rows) {
    const struct tmn_model *model = run->model;
    for (size_t s = 0; s < model->shares.count; s++) {
        const struct tmn_share *share = &model->shares.items[s];
        worker->share[share->first + tmn_place_slot(model, share->by, packed)].denominator += rows;
    }
}

/* What a test that holds adds to the sums. */
static void count_test(const struct tmn_run *run, struct tmn_worker *worker, size_t test,
                       const struct tmn_packed *packed, uint32_t rows, bool alive) {
    const struct tmn_tests *tests = &run->tests;
    if (test >= tests->outcome) {
        const struct tmn_outcome_state *state = &run->outcome[test - tests->outcome];
        worker->stock[state->first + tmn_key_of(run, &state->by, packed)] += rows;
    } else if (test >= tests->share && alive) {
        const struct tmn_share *share = &run->model->shares.items[test - tests->share];
        worker->share[share->first + tmn_place_slot(run->model, share->by, packed)].numerator += rows;
    } else if (test >= tests->counter && test < tests->share && alive) {
        worker->holding[test - tests->counter] += rows;
    }
}

/* So many rows in this state. */
static void count_state(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_packed *packed,
                        uint32_t rows) {
    const struct tmn_tests *tests = &run->tests;
    bool alive = false;
    for (uint32_t w = 0; w < tests->sieve.words; w++)
        for (uint64_t may = tmn_sieve_word(&tests->sieve, packed, w); may != 0; may &= may - 1) {
            size_t test = w * (size_t)64 + (size_t)__builtin_ctzll(may);
            if (test >= tests->count || !tmn_test_holds(run, worker, test, packed))
                continue;
            if (test == TEST_ALIVE) { /* the first of all tests */
                alive = true;
                worker->alive += rows;
                count_in_shares(run, worker, packed, rows);
            } else {
                count_test(run, worker, test, packed, rows, alive);
            }
        }
}

/* Rows that are alike in all that is asked of them are asked once: a state waits for others like it until another one
 * takes its place. */
static void census_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t block) {
    enum { STATES_BITS = 10, STATES = 1 << STATES_BITS };
    const struct tmn_packed *asked = &run->test_watch.any, *summed = &run->joint_watch.any,
                            read = {{asked->word[0] | summed->word[0], asked->word[1] | summed->word[1]}};
    struct {
        struct tmn_packed packed;
        uint32_t rows;
    } state[STATES];
    for (uint32_t i = 0; i < STATES; i++)
        state[i].rows = 0;
    for (uint32_t row = block_first(run, block), end = block_end(run, block); row < end; row++) {
        struct tmn_packed packed = tmn_as_read(&run->packed[row], &read);
        uint32_t i = tmn_packed_hash(&packed) >> (32 - STATES_BITS);
        if (state[i].rows > 0 && !tmn_same(&state[i].packed, &packed)) {
            count_state(run, worker, &state[i].packed, state[i].rows);
            state[i].rows = 0;
        }
        state[i].packed = packed;
        state[i].rows++;
    }
    for (uint32_t i = 0; i < STATES; i++)
        if (state[i].rows > 0)
            count_state(run, worker, &state[i].packed, state[i].rows);
    worker->rows_digest += tmn_digest_rows(run, block_first(run, block), block_end(run, block));
}

void tmn_census(struct tmn_run *run, struct tmn_census *census) {
    tmn_run_blocks(run, census_block);
    for (int w = 0; w < run->workers; w++) {
        struct tmn_worker *worker = &run->worker[w];
        for (uint32_t s = 0; s < run->model->share_slots; s++) {
            census->share[s].numerator += worker->share[s].numerator;
            census->share[s].denominator += worker->share[s].denominator;
            worker->share[s] = (struct tmn_ratio){0, 0};
        }
        for (uint32_t c = 0; c < run->cells; c++) {
            census->stock[c] += worker->stock[c];
            worker->stock[c] = 0;
        }
        for (size_t c = 0; c < run->model->counters.count; c++) {
            census->counted[c] += worker->holding[c];
            worker->holding[c] = 0;
        }
        census->rows_digest += worker->rows_digest;
        census->alive = (uint32_t)((int64_t)census->alive + worker->alive);
        worker->rows_digest = 0;
        worker->alive = 0;
    }
}

static void flags_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t block) {
    for (uint32_t row = block_first(run, block), end = block_end(run, block); row < end; row++)
        tmn_row_begin(run, worker, row);
}

void tmn_flags_fill(struct tmn_run *run) {
    tmn_run_blocks(run, flags_block);
}
