/* What rows tell their ties: messages of firings, and changes of what counters count. Both wait until there are many of
 * a layer, or until the phase ends, since ties and the draws of their chances cost a fraction when they are found for
 * many rows at once. */
#include "engine/rooms.h"

enum { TIES_AT_ONCE = 4096 };

void tmn_tellers_prepare(struct tmn_run *run) {
    uint32_t most = TIES_AT_ONCE;
    for (size_t l = 0; l < run->model->layers.count; l++)
        if (tmn_layer_degree_max(run->world, (int)l) > most)
            most = tmn_layer_degree_max(run->world, (int)l);
    for (int w = 0; w < run->workers; w++) {
        struct tmn_teller *teller = &run->worker[w].teller;
        uint32_t **array[] = {&teller->tie, &teller->row,  &teller->partner,
                              &teller->k,   &teller->hash, &teller->uniform};
        for (size_t a = 0; a < sizeof array / sizeof *array; a++)
            *array[a] = TMN_NEW_ARRAY(&run->arena, uint32_t, most);
        teller->rows = TMN_NEW_ARRAY(&run->arena, uint32_t, ROWS_AT_ONCE);
        teller->ties = TMN_NEW_ARRAY(&run->arena, uint32_t, ROWS_AT_ONCE);
        teller->waiting = TMN_NEW_ARRAY(&run->arena, struct tmn_waiting, run->model->layers.count + 1);
        for (size_t l = 0; l < run->model->layers.count; l++)
            teller->waiting[l].most = tmn_rows_at_once(run, (int)l);
    }
}

uint32_t tmn_rows_at_once(const struct tmn_run *run, int layer) {
    uint32_t degree = tmn_layer_degree_max(run->world, layer),
             rows = degree == 0 ? ROWS_AT_ONCE : TIES_AT_ONCE / degree;
    return rows < 1 ? 1 : rows > ROWS_AT_ONCE ? ROWS_AT_ONCE : rows;
}

/* ---- messages ---- */

static const struct tmn_action *action_of(const struct tmn_run *run, const struct tmn_call *call) {
    return run->tell[call->tell].action;
}

/* A uniform for each tie of the calls, by the sender, the receiver, the firing and the name of what is told. Ties of a
 * call stand `apart` from those of the one before. */
static void draw_ties(const struct tmn_run *run, struct tmn_teller *teller, const struct tmn_call *call, uint32_t calls,
                      uint32_t apart) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < calls; i++)
        for (uint32_t t = 0; t < teller->ties[i]; t++, count++) {
            teller->row[count] = call[i].row;
            teller->partner[count] = teller->tie[i * apart + t] + 1;
            teller->k[count] = call[i].k;
            teller->hash[count] = action_of(run, &call[i])->hash;
        }
    struct tmn_draws draws = {
        run->options.seed, {teller->row, 0}, {teller->partner, 0}, {teller->k, 0}, {teller->hash, 0}};
    tmn_draw_uniforms(&draws, count, teller->uniform);
}

/* One tie of each call, by a uniform of the sender, nobody, the firing and the name of what is told. */
static void draw_one(const struct tmn_run *run, struct tmn_teller *teller, const struct tmn_call *call, uint32_t calls,
                     int layer) {
    for (uint32_t i = 0; i < calls; i++) {
        teller->k[i] = call[i].k;
        teller->hash[i] = action_of(run, &call[i])->hash;
    }
    struct tmn_draws draws = {run->options.seed, {teller->rows, 0}, {NULL, 0}, {teller->k, 0}, {teller->hash, 0}};
    tmn_draw_uniforms(&draws, calls, teller->uniform);
    tmn_layer_one_many(run->world, layer, teller->rows, teller->uniform, calls, teller->tie, teller->partner);
    for (uint32_t i = 0; i < calls; i++)
        teller->ties[i] = teller->tie[i] != TMN_NO_ROW;
}

/* Calls of one layer, all to one tie or all to all; false: out of memory. */
static bool send(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_call *call, uint32_t calls,
                 int layer) {
    struct tmn_teller *teller = &worker->teller;
    bool by_chance = false, one = action_of(run, call)->one;
    uint32_t apart = one ? 1 : tmn_layer_degree_max(run->world, layer), count = 0;
    for (uint32_t i = 0; i < calls; i++) {
        teller->rows[i] = call[i].row;
        by_chance = by_chance || action_of(run, &call[i])->chance != NULL;
    }
    if (one)
        draw_one(run, teller, call, calls, layer);
    else
        tmn_layer_ties_many(run->world, layer, teller->rows, calls, teller->ties, teller->tie);
    if (by_chance)
        draw_ties(run, teller, call, calls, apart);
    for (uint32_t i = 0; i < calls; i++) {
        if (!tmn_list_reserve(&worker->message, worker->message.count + teller->ties[i], sizeof(struct tmn_message)))
            return false;
        struct tmn_message *message = (struct tmn_message *)worker->message.items + worker->message.count,
                           *end = message;
        for (uint32_t t = 0; t < teller->ties[i]; t++, count++) {
            *end = (struct tmn_message){teller->tie[i * apart + t], call[i].tell, call[i].row};
            end += !by_chance || teller->uniform[count] < call[i].chance;
        }
        worker->message.count += (size_t)(end - message);
        worker->tally.messages_sent += (uint64_t)(end - message);
    }
    return true;
}

/* Shares out over the calls what sending them took. */
static void profile(const struct tmn_run *run, struct tmn_worker *worker, const struct tmn_call *call, uint32_t calls,
                    uint64_t began) {
    uint64_t each = (tmn_ticks_now() - began) / calls;
    for (uint32_t i = 0; i < calls; i++)
        worker->sampler.sample[(size_t)run->tell[call[i].tell].transition * TMN_ACTS + TMN_ACT_TELL].ticks += each;
}

static void fail(struct tmn_run *run, uint32_t row) {
    tmn_fail_row(&run->block[block_of(run, row)], (struct tmn_failure){.kind = FAILED_MEMORY, .row = row});
}

static void send_waiting(struct tmn_run *run, struct tmn_worker *worker, int layer, bool one) {
    struct tmn_waiting *waiting = &worker->teller.waiting[layer];
    const struct tmn_call *call = waiting->call[one];
    uint32_t calls = waiting->calls[one];
    uint64_t began = tmn_sample_begin_each(&worker->sampler);
    if (!send(run, worker, call, calls, layer))
        fail(run, call->row);
    if (began != 0)
        profile(run, worker, call, calls, began);
    waiting->calls[one] = 0;
}

void tmn_call_ties(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_call *call) {
    const struct tmn_action *action = action_of(run, call);
    struct tmn_waiting *waiting = &worker->teller.waiting[action->layer];
    waiting->call[action->one][waiting->calls[action->one]++] = *call;
    if (waiting->calls[action->one] == (action->one ? ROWS_AT_ONCE : waiting->most))
        send_waiting(run, worker, action->layer, action->one);
}

/* ---- counters ---- */

/* Changes of rows[] (those of a row follow one another) that counters of one layer count. */
static bool tell_ties(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_delta *change, uint32_t changes,
                      int layer, uint32_t rows) {
    struct tmn_teller *teller = &worker->teller;
    uint32_t degree = tmn_layer_degree_max(run->world, layer), at = 0, ties;
    bool written = tmn_layer_ties_written(run->world, layer, change->row, &ties) != NULL;
    if (!written)
        tmn_layer_ties_many(run->world, layer, teller->rows, rows, teller->ties, teller->tie);
    for (uint32_t c = 0; c < changes; c++) {
        at += change[c].row != teller->rows[at];
        const uint32_t *tie = teller->tie + at * degree;
        if (written)
            tie = tmn_layer_ties_written(run->world, layer, change[c].row, &ties);
        else
            ties = teller->ties[at];
        if (!tmn_list_reserve(&worker->delta, worker->delta.count + ties, sizeof(struct tmn_delta)))
            return false;
        struct tmn_delta *delta = (struct tmn_delta *)worker->delta.items + worker->delta.count;
        for (uint32_t t = 0; t < ties; t++)
            delta[t] = (struct tmn_delta){tie[t], change[c].counter, change[c].by};
        worker->delta.count += ties;
    }
    return true;
}

static void tell_waiting(struct tmn_run *run, struct tmn_worker *worker, int layer) {
    struct tmn_waiting *waiting = &worker->teller.waiting[layer];
    const struct tmn_delta *change = waiting->change;
    uint32_t rows = 0;
    for (uint32_t i = 0; i < waiting->changes; i++)
        if (i == 0 || change[i].row != change[i - 1].row)
            worker->teller.rows[rows++] = change[i].row;
    if (!tell_ties(run, worker, change, waiting->changes, layer, rows))
        fail(run, change->row);
    waiting->changes = 0;
}

void tmn_count_change(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_delta *change) {
    int layer = run->model->counters.items[change->counter].layer;
    struct tmn_waiting *waiting = &worker->teller.waiting[layer];
    waiting->change[waiting->changes++] = *change;
    if (waiting->changes == waiting->most)
        tell_waiting(run, worker, layer);
}

void tmn_tells_finish(struct tmn_run *run, struct tmn_worker *worker) {
    for (int layer = 0; layer < (int)run->model->layers.count; layer++) {
        const struct tmn_waiting *waiting = &worker->teller.waiting[layer];
        for (int one = 0; one < 2; one++)
            if (waiting->calls[one] > 0)
                send_waiting(run, worker, layer, one != 0);
        if (waiting->changes > 0)
            tell_waiting(run, worker, layer);
    }
}
