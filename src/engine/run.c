/* A run: its life, and what may be asked of it. */
#include "engine/rooms.h"

#include "base/real.h"
#include "base/wall.h"
#include <math.h>
#include <stdlib.h>

const char *const tmn_engine_names[2] = {"event", "reference"};

struct block_call {
    struct tmn_run *run;
    tmn_rows_fn *fn;
    uint32_t at_once; /* blocks that follow one another, of one worker: each is known while the one before is at work */
};

static void call_blocks(void *context, int index, uint32_t part) {
    struct block_call *call = context;
    struct tmn_run *run = call->run;
    struct tmn_worker *worker = &run->worker[index];
    uint32_t block = part * call->at_once,
             end = block + call->at_once < run->blocks ? block + call->at_once : run->blocks;
    for (; block < end; block++) {
        worker->next_block = block + 1 < end ? block + 1 : run->blocks;
        call->fn(run, worker, block);
    }
}

/* What workers do for many rows at once, of those that are left when a phase ends; each block was one worker's. */
static void finish(struct tmn_run *run) {
    for (int w = 0; w < run->workers; w++) {
        tmn_clocks_draw(run, &run->worker[w]);
        tmn_tells_finish(run, &run->worker[w]);
        tmn_notes_flush(run, &run->worker[w]);
        tmn_queue_clocks_flush(run, &run->worker[w]);
    }
}

void tmn_run_blocks(struct tmn_run *run, tmn_rows_fn *fn) {
    enum { PARTS = 32 /* of each worker, at least, where there are more than one */, AT_ONCE = 8 };
    bool many = run->workers == 1 || run->blocks > (uint32_t)(PARTS * AT_ONCE * run->workers);
    struct block_call call = {run, fn, many ? AT_ONCE : 1};
    tmn_pool_run(run->pool, (run->blocks + call.at_once - 1) / call.at_once, call_blocks, &call);
    finish(run);
}

void tmn_run_blocks_of(struct tmn_run *run, tmn_rows_fn *fn, size_t items) {
    enum { FEW = 2048 };
    if (items >= FEW) {
        tmn_run_blocks(run, fn);
        return;
    }
    call_blocks(&(struct block_call){run, fn, run->blocks}, 0, 0);
    finish(run);
}

/* Large blocks where persons are small, so that a window has something to do in each, and enough for all workers. */
static void choose_blocks(struct tmn_run *run) {
    enum { EACH = 8 }; /* blocks of a worker, at least */
    size_t person = run->person_bytes + sizeof *run->packed + run->model->counters.count * sizeof *run->counter->number;
    run->block_bits = BLOCK_BITS_LEAST;
    while (run->block_bits < BLOCK_BITS_MOST && person << (run->block_bits + 1) <= BLOCK_BYTES &&
           run->rows >> (run->block_bits + 1) >= (uint32_t)(EACH * run->workers))
        run->block_bits++;
    run->blocks = (run->rows + block_rows(run) - 1) >> run->block_bits;
}

static bool set_up(struct tmn_run *run, struct tmn_error *err) {
    const struct tmn_model *model = run->model;
    const struct tmn_run_options *options = &run->options;
    if (options->windows < 0 || options->windows > model->calendar.windows)
        return tmn_fail(err, TMN_USAGE, "the scenario has %d windows, so %d cannot be run", model->calendar.windows,
                        options->windows);
    run->windows = options->windows == 0 ? model->calendar.windows : options->windows;
    if (!tmn_run_fits(model, options, err) || !tmn_pool_new(&run->pool, options->threads, err))
        return false;
    double began_s = tmn_wall_s();
    if (!tmn_world_new(&run->world, model, options->seed, options->scale, run->pool, err))
        return false;
    run->counters.population_s = tmn_wall_s() - began_s;
    run->workers = options->threads;
    run->packed = run->world->packed;
    run->rows = run->world->rows;
    run->slots = model->slots;
    run->transitions = model->transitions.count;
    tmn_person_prepare(run);
    choose_blocks(run);
    run->birth_year_feature = model->birth_year < 0 ? -1 : tmn_feature_of_attribute(model, model->birth_year);
    if (TMN_ARENA_TRY(&run->arena))
        return tmn_fail(err, TMN_MEMORY, "out of memory for the tables of a run of %u rows", run->rows);
    bool ok = tmn_run_prepare(run, err);
    run->arena.armed = false;
    return ok;
}

bool tmn_run_new(struct tmn_run **out, const struct tmn_model *model, const struct tmn_run_options *options,
                 struct tmn_error *err) {
    *out = NULL;
    struct tmn_run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return tmn_fail(err, TMN_MEMORY, "out of memory for a run");
    run->self = run;
    run->model = model;
    run->options = *options;
    tmn_arena_init(&run->arena, 0);
    struct tmn_real_state state = tmn_real_enter();
    bool ok = set_up(run, err);
    tmn_real_restore(state);
    if (!ok) {
        tmn_run_free(run);
        return false;
    }
    *out = run;
    return true;
}

void tmn_run_free(struct tmn_run *run) {
    if (run == NULL)
        return;
    for (uint32_t b = 0; run->block != NULL && b < run->blocks; b++) {
        struct tmn_block *block = &run->block[b];
        free(block->touched.items);
        free(block->told.items);
        free(block->kept.items);
        free(block->fired.items);
        tmn_sparse_free(&block->large_k);
        tmn_sparse_free(&block->aside);
    }
    for (int w = 0; run->worker != NULL && w < run->workers; w++) {
        free(run->worker[w].popped.items);
        free(run->worker[w].due.items);
        free(run->worker[w].order.items);
        free(run->worker[w].queues.queue.items);
        free(run->worker[w].queues.chain.items);
        free(run->worker[w].noted.items);
    }
    for (int w = 0; run->worker != NULL && w < run->workers; w++) {
        free(run->worker[w].message.items);
        free(run->worker[w].delta.items);
        free(run->worker[w].birth.items);
        free(run->worker[w].born.items);
        free(run->worker[w].sorted.items);
    }
    free(run->message.items);
    free(run->delta.items);
    free(run->birth.items);
    free(run->born.items);
    free(run->noted.items);
    tmn_wheel_pool_free(run->wheels);
    size_t rows = run->rows;
    tmn_column_free(run->block, run->blocks, sizeof *run->block);
    tmn_column_free(run->person, rows, run->person_bytes);
    for (size_t c = 0; run->counter != NULL && c < run->model->counters.count; c++)
        tmn_column_free(run->counter[c].number, rows, sizeof *run->counter->number);
    if (run->world != NULL)
        tmn_world_free(run->world);
    tmn_pool_free(run->pool);
    tmn_arena_free(&run->arena);
    free(run);
}

int tmn_run_window(const struct tmn_run *run) {
    return run->window;
}
int tmn_run_windows(const struct tmn_run *run) {
    return run->windows;
}
bool tmn_run_until_held(const struct tmn_run *run) {
    return run->until_held;
}
const struct tmn_world *tmn_run_world(const struct tmn_run *run) {
    return run->world;
}
const struct tmn_counters_of_run *tmn_run_counters(const struct tmn_run *run) {
    return &run->counters;
}
uint32_t tmn_run_alive(const struct tmn_run *run) {
    return run->alive;
}

double tmn_run_feedback(const struct tmn_run *run, int feedback, uint32_t slot) {
    return run->feedback[run->model->feedbacks.items[feedback].first + slot];
}

uint32_t tmn_run_counter(const struct tmn_run *run, int counter, uint32_t row) {
    return tmn_counter_level(run, counter, row);
}

/* Hazard per year of an enabled clock in the window of `env`; a chance of 1 is infinite, a fixed term has none. */
static double hazard_y(const struct tmn_run *run, const struct tmn_transition *it, const struct tmn_env *env) {
    if (it->kind == TMN_CLOCK_AFTER || !tmn_shared_holds(it, env))
        return 0.0;
    uint64_t c = run->rule[it - run->model->transitions.items].c[tmn_stratum(&it->personal, env->level)];
    double g = tmn_g_value(it, env);
    if (it->kind == TMN_CLOCK_CHANCE)
        g = it->g_factors == 0 ? 1.0 : g == 1.0 ? (double)INFINITY : -tmn_log1p(-g);
    if (c == TMN_CERTAIN)
        return (double)INFINITY;
    return c == 0 ? 0.0 : (double)c * 0x1p-22 * g / env->window_y;
}

int tmn_run_clocks(const struct tmn_run *const_run, uint32_t row, struct tmn_clock_view *out) {
    struct tmn_run *run = const_run->self; /* scratch */
    const struct tmn_model *model = run->model;
    struct tmn_real_state state = tmn_real_enter();
    struct tmn_worker *worker = &run->worker[0];
    struct tmn_env env = worker->env;
    struct tmn_window kept = run->now;
    int coming = run->window < run->windows ? run->window : run->windows - 1, count = 0;
    for (size_t d = 0; d < model->drivers.count; d++) {
        const struct tmn_driver *driver = &model->drivers.items[d];
        for (uint32_t slot = 0; slot < driver->slots; slot++)
            worker->driver_view[driver->first + slot] = driver->value[(size_t)coming * driver->slots + slot];
    }
    run->now = tmn_calendar_window(&model->calendar, coming);
    env.driver = worker->driver_view;
    env.year = run->now.year;
    env.window_y = (double)run->now.quarter_days / 4.0 / TMN_YEAR_DAYS;
    env.level = worker->level;
    tmn_row_levels(run, row, &run->packed[row], worker->level);
    for (int s = 0; s < run->slots; s++) {
        int transition = tmn_clock_of(run, row, s);
        if (transition < 0)
            continue;
        uint64_t left = tmn_left(run, row, s);
        const struct tmn_transition *it = &model->transitions.items[transition];
        out[count++] = (struct tmn_clock_view){transition, tmn_k(run, row, transition), hazard_y(run, it, &env),
                                               it->kind == TMN_CLOCK_AFTER ? (double)left : (double)left * 0x1p-58};
    }
    run->now = kept;
    tmn_real_restore(state);
    return count;
}
