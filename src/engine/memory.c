/* The bytes of a run, by name: what a model's author can save. */
#include "engine/rooms.h"

/* Lists of blocks and workers: what they hold room for, since they keep it. */
static size_t list_bytes(const struct tmn_run *run) {
    size_t bytes = run->message.capacity * sizeof(struct tmn_message) + run->delta.capacity * sizeof(struct tmn_delta) +
                   run->birth.capacity * sizeof(struct tmn_birth) + run->born.capacity * sizeof(struct tmn_born) +
                   run->noted.capacity * sizeof(struct tmn_noted);
    for (uint32_t b = 0; b < run->blocks; b++) {
        const struct tmn_block *block = &run->block[b];
        bytes += block->touched.capacity * sizeof(struct tmn_touched) + block->told.capacity * sizeof(struct tmn_told) +
                 block->kept.capacity * sizeof(struct tmn_kept) + block->fired.capacity * sizeof(uint64_t) +
                 tmn_sparse_bytes(&block->large_k) + tmn_sparse_bytes(&block->aside);
    }
    for (int w = 0; w < run->workers; w++) {
        const struct tmn_worker *worker = &run->worker[w];
        bytes += (worker->message.capacity + worker->sorted.capacity) * sizeof(struct tmn_message) +
                 worker->birth.capacity * sizeof(struct tmn_birth) + worker->born.capacity * sizeof(struct tmn_born) +
                 worker->delta.capacity * sizeof(struct tmn_delta) + worker->popped.capacity * sizeof(uint32_t) +
                 worker->due.capacity * sizeof(struct tmn_due) + worker->order.capacity * sizeof(uint32_t) +
                 worker->queues.queue.capacity * sizeof(struct tmn_queue) +
                 worker->queues.chain.capacity * sizeof(struct tmn_queue_chain) +
                 worker->noted.capacity * sizeof(struct tmn_noted);
    }
    return bytes;
}

static size_t wheel_bytes(const struct tmn_run *run) {
    return run->blocks * sizeof run->block->wheel + run->wheels->granted * sizeof **run->wheels->piece;
}

void tmn_run_memory(const struct tmn_run *run, struct tmn_memory_item out[TMN_MEMORY_ITEMS]) {
    size_t rows = run->rows, packed = rows * sizeof *run->packed;
    const struct tmn_memory_item items[TMN_MEMORY_ITEMS] = {
        {"attributes", packed},
        {"clocks: what is left", rows * run->week_at},
        {"clocks: which is enabled", rows * (run->k_at - run->used_at)},
        {"clocks: how often", rows * (run->flags_at - run->k_at)},
        {"flags, padding", rows * (run->person_bytes - run->flags_at)},
        {"birth weeks", rows * (run->used_at - run->week_at)},
        {"counters", rows * run->model->counters.count * sizeof *run->counter->number},
        {"households, units, ties", tmn_world_bytes(run->world) - packed},
        {"tables and state of the run", sizeof *run + run->arena.used_bytes},
        {"lists", list_bytes(run)},
        {"wheels: clocks soon due", wheel_bytes(run)},
    };
    for (int i = 0; i < TMN_MEMORY_ITEMS; i++)
        out[i] = items[i];
}

size_t tmn_run_bytes(const struct tmn_run *run) {
    struct tmn_memory_item items[TMN_MEMORY_ITEMS];
    size_t bytes = 0;
    tmn_run_memory(run, items);
    for (int i = 0; i < TMN_MEMORY_ITEMS; i++)
        bytes += items[i].bytes;
    return bytes;
}
