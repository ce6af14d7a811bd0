/* Counters from scratch: how many of a row's ties satisfy a predicate. A first pass writes the truth of up to eight
 * counters of one layer as bits of a byte per row, a second one adds them up over ties. Where few rows are counted they
 * tell their ties instead, since layers are symmetric. Used at the start and to verify. */
#include "engine/rooms.h"

#include <string.h>

enum { FEW = 8 /* ties of those counted are few beside so many times as many rows */ };

struct counter_pass {
    struct tmn_run *run;
    uint8_t *truth; /* [rows] bit i: alive, and the predicate of counter order[first + i] holds */
    size_t first;
    int counters;
    int layer;
    bool check; /* compare instead of storing: all ties are counted */
};

static const struct tmn_predicate *predicate_of(const struct counter_pass *pass, int i) {
    return &pass->run->counter_rule[pass->run->counter_order[pass->first + (size_t)i]];
}

static void truth_block(void *context, int worker_index, uint32_t block) {
    struct counter_pass *pass = context;
    struct tmn_run *run = pass->run;
    struct tmn_worker *worker = &run->worker[worker_index];
    uint32_t end = block_end(run, block);
    for (uint32_t row = block_first(run, block); row < end; row++) {
        const struct tmn_packed *packed = &run->packed[row];
        unsigned bits = 0;
        for (int i = 0; i < pass->counters; i++)
            bits |= (unsigned)tmn_holds(run, worker, predicate_of(pass, i), packed) << i;
        if (bits != 0 && !tmn_holds(run, worker, &run->alive_rule, packed))
            bits = 0;
        pass->truth[row] = (uint8_t)bits;
    }
}

/* ---- all rows count their ties ---- */

static void count_row(struct counter_pass *pass, uint32_t row, const uint32_t *tie, uint32_t ties) {
    struct tmn_run *run = pass->run;
    for (int i = 0; i < pass->counters; i++) {
        uint32_t c = run->counter_order[pass->first + (size_t)i], sum = 0;
        for (uint32_t n = 0; n < ties; n++)
            sum += (pass->truth[tie[n]] >> i) & 1u;
        if (!pass->check)
            tmn_count_put(&run->counter[c], row, sum);
        else if (tmn_count_get(&run->counter[c], row) != sum)
            tmn_fail_row(&run->block[block_of(run, row)], (struct tmn_failure){.kind = FAILED_COUNTER,
                                                                               .row = row,
                                                                               .transition = (int)c,
                                                                               .value = sum,
                                                                               .packed = run->packed[row]});
    }
}

static void count_block(void *context, int worker_index, uint32_t block) {
    struct counter_pass *pass = context;
    struct tmn_worker *worker = &pass->run->worker[worker_index];
    int layer = pass->layer;
    uint32_t end = block_end(pass->run, block);
    struct tmn_teller *teller = &worker->teller;
    uint32_t at_once = tmn_rows_at_once(pass->run, layer), degree = tmn_layer_degree_max(pass->run->world, layer);
    for (uint32_t row = block_first(pass->run, block), rows; row < end; row += rows) {
        rows = end - row < at_once ? end - row : at_once;
        for (uint32_t i = 0; i < rows; i++)
            teller->rows[i] = row + i;
        tmn_layer_ties_many(pass->run->world, layer, teller->rows, rows, teller->ties, teller->tie);
        for (uint32_t i = 0; i < rows; i++)
            count_row(pass, row + i, teller->tie + (size_t)i * degree, teller->ties[i]);
    }
}

/* ---- those who are counted tell their ties ---- */

static void clear_block(void *context, int worker, uint32_t block) {
    const struct counter_pass *pass = context;
    const struct tmn_run *run = pass->run;
    uint32_t first = block_first(run, block), end = block_end(run, block);
    (void)worker;
    for (int i = 0; i < pass->counters; i++)
        memset(&run->counter[run->counter_order[pass->first + (size_t)i]].number[first], 0,
               (end - first) * sizeof *run->counter->number);
}

static void tell_block(void *context, int worker_index, uint32_t block) {
    struct counter_pass *pass = context;
    struct tmn_run *run = pass->run;
    struct tmn_worker *worker = &run->worker[worker_index];
    for (uint32_t row = block_first(run, block), end = block_end(run, block); row < end; row++)
        for (unsigned bits = pass->truth[row]; bits != 0; bits &= bits - 1) {
            size_t at = pass->first + (size_t)__builtin_ctz(bits);
            tmn_count_change(run, worker, &(struct tmn_delta){row, (uint16_t)run->counter_order[at], 1});
        }
}

static void add_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t block) {
    (void)worker;
    const struct tmn_delta *delta = (const struct tmn_delta *)run->delta.items;
    for (uint32_t i = run->bucket[block]; i < run->bucket[block + 1]; i++)
        tmn_count_put(&run->counter[delta[i].counter], delta[i].row,
                      tmn_count_get(&run->counter[delta[i].counter], delta[i].row) + 1);
}

static bool tell(struct counter_pass *pass, struct tmn_error *err) {
    struct tmn_run *run = pass->run;
    tmn_pool_run(run->pool, run->blocks, tell_block, pass);
    for (int w = 0; w < run->workers; w++)
        tmn_tells_finish(run, &run->worker[w]);
    if (!tmn_deliver(run, &run->delta, offsetof(struct tmn_worker, delta), sizeof(struct tmn_delta)))
        return tmn_fail(err, TMN_MEMORY, "out of memory for the counters of a run");
    if (run->delta.count > 0)
        tmn_run_blocks(run, add_block);
    return true;
}

/* Up to eight counters of one layer, from order[first] on. */
static void choose_counters(struct counter_pass *pass, size_t first) {
    const struct tmn_run *run = pass->run;
    const struct tmn_model *model = run->model;
    pass->layer = model->counters.items[run->counter_order[first]].layer;
    pass->first = first;
    pass->counters = 1;
    while (pass->counters < 8 && first + (size_t)pass->counters < model->counters.count &&
           model->counters.items[run->counter_order[first + (size_t)pass->counters]].layer == pass->layer)
        pass->counters++;
}

static bool count_all(struct counter_pass *pass, const uint64_t *counted, struct tmn_error *err) {
    struct tmn_run *run = pass->run;
    uint64_t told = 0; /* ties of those counted */
    for (size_t i = 0; counted != NULL && i < (size_t)pass->counters; i++)
        told += counted[run->counter_order[pass->first + i]] * tmn_layer_degree_max(run->world, pass->layer);
    bool few = counted != NULL && told * FEW <= run->rows;
    if (few)
        tmn_pool_run(run->pool, run->blocks, clear_block, pass);
    if (few && told == 0)
        return true;
    tmn_pool_run(run->pool, run->blocks, truth_block, pass);
    if (few)
        return tell(pass, err);
    tmn_pool_run(run->pool, run->blocks, count_block, pass);
    return true;
}

bool tmn_counters_pass(struct tmn_run *run, const uint64_t *counted, struct tmn_error *err) {
    size_t counters = run->model->counters.count;
    struct counter_pass pass = {.run = run, .check = counted == NULL};
    void *truth = NULL;
    bool ok = true;
    if (counters == 0)
        return true;
    if (!tmn_column_alloc(&truth, run->rows, 1, "counters", err))
        return false;
    pass.truth = truth;
    for (size_t first = 0; first < counters && ok; first += (size_t)pass.counters) {
        choose_counters(&pass, first);
        ok = count_all(&pass, counted, err);
    }
    tmn_column_free(truth, run->rows, 1);
    return ok && tmn_run_sound(run, err);
}
