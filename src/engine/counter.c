/* Counters from scratch: how many of a row's ties satisfy a predicate. A first pass writes the truth of up to eight
 * counters of one layer as bits of a byte per row, a second one adds them up over ties. Used at the start and to
 * verify. */
#include "engine/rooms.h"

struct counter_pass {
    struct tmn_run *run;
    uint8_t *truth; /* [rows] bit i: alive, and the predicate of counter order[first + i] holds */
    size_t first;
    int counters;
    bool check; /* compare instead of storing */
};

static void truth_block(void *context, int worker_index, uint32_t block) {
    struct counter_pass *pass = context;
    struct tmn_run *run = pass->run;
    struct tmn_worker *worker = &run->worker[worker_index];
    uint32_t end = block_end(run, block);
    for (uint32_t row = block_first(block); row < end; row++) {
        const struct tmn_packed *packed = &run->packed[row];
        unsigned bits = 0;
        for (int i = 0; i < pass->counters && tmn_holds(run, worker, &run->alive_rule, packed); i++) {
            const struct tmn_predicate *of = &run->counter_rule[run->counter_order[pass->first + (size_t)i]];
            bits |= (unsigned)tmn_holds(run, worker, of, packed) << i;
        }
        pass->truth[row] = (uint8_t)bits;
    }
}

static void count_row(struct counter_pass *pass, uint32_t row, const uint32_t *tie, uint32_t ties) {
    struct tmn_run *run = pass->run;
    for (int i = 0; i < pass->counters; i++) {
        uint32_t c = run->counter_order[pass->first + (size_t)i], sum = 0;
        for (uint32_t n = 0; n < ties; n++)
            sum += (pass->truth[tie[n]] >> i) & 1u;
        if (!pass->check)
            run->counter[c][row] = (uint16_t)sum;
        else if (run->counter[c][row] != sum)
            tmn_fail_row(&run->block[row / BLOCK_ROWS], (struct tmn_failure){.kind = FAILED_COUNTER,
                                                                             .row = row,
                                                                             .transition = (int)c,
                                                                             .value = sum,
                                                                             .packed = run->packed[row]});
    }
}

static void count_block(void *context, int worker_index, uint32_t block) {
    struct counter_pass *pass = context;
    struct tmn_worker *worker = &pass->run->worker[worker_index];
    int layer = pass->run->model->counters.items[pass->run->counter_order[pass->first]].layer;
    uint32_t end = block_end(pass->run, block);
    struct tmn_teller *teller = &worker->teller;
    uint32_t at_once = tmn_rows_at_once(pass->run, layer), degree = tmn_layer_degree_max(pass->run->world, layer);
    for (uint32_t row = block_first(block), rows; row < end; row += rows) {
        rows = end - row < at_once ? end - row : at_once;
        for (uint32_t i = 0; i < rows; i++)
            teller->rows[i] = row + i;
        tmn_layer_ties_many(pass->run->world, layer, teller->rows, rows, teller->ties, teller->tie);
        for (uint32_t i = 0; i < rows; i++)
            count_row(pass, row + i, teller->tie + (size_t)i * degree, teller->ties[i]);
    }
}

bool tmn_counters_pass(struct tmn_run *run, bool check, struct tmn_error *err) {
    const struct tmn_model *model = run->model;
    struct counter_pass pass = {.run = run, .check = check};
    void *truth = NULL;
    if (model->counters.count == 0)
        return true;
    if (!tmn_column_alloc(&truth, run->rows, 1, "counters", err))
        return false;
    pass.truth = truth;
    for (size_t first = 0; first < model->counters.count; first += (size_t)pass.counters) {
        int layer = model->counters.items[run->counter_order[first]].layer;
        pass.first = first;
        pass.counters = 1;
        while (pass.counters < 8 && first + (size_t)pass.counters < model->counters.count &&
               model->counters.items[run->counter_order[first + (size_t)pass.counters]].layer == layer)
            pass.counters++;
        tmn_pool_run(run->pool, run->blocks, truth_block, &pass);
        tmn_pool_run(run->pool, run->blocks, count_block, &pass);
    }
    tmn_column_free(truth, run->rows, 1);
    return tmn_run_sound(run, err);
}
