/* The messages phase: what was told in this window, gathered by receiver and reduced. Per receiver and attribute the
 * set of the highest priority wins, then the first by full name; then all steps are added and clamped once. No order of
 * delivery matters; sorting is for the record of happenings. */
#include "engine/rooms.h"

#include <string.h>

enum {
    FEW = 32,                              /* messages that are sorted by comparing */
    RADIX_BITS = (BLOCK_BITS_MOST + 1) / 2 /* two passes sort the rows of a block */
};

/* ---- from the workers' lists to the blocks that receive ---- */

struct delivery {
    struct tmn_run *run;
    size_t list_offset, size;
    struct tmn_list *all;
};

static struct tmn_list *list_of(const struct delivery *delivery, uint32_t worker) {
    return (struct tmn_list *)((char *)&delivery->run->worker[worker] + delivery->list_offset);
}

static void count_items(void *context, int worker, uint32_t source) {
    (void)worker;
    const struct delivery *delivery = context;
    const struct tmn_list *list = list_of(delivery, source);
    uint32_t *count = delivery->run->scatter + (size_t)source * delivery->run->blocks, bits = delivery->run->block_bits;
    memset(count, 0, delivery->run->blocks * sizeof *count);
    for (size_t i = 0; i < list->count; i++)
        count[*(const uint32_t *)((const char *)list->items + i * delivery->size) >> bits]++;
}

static inline void scatter_sized(char *to, uint32_t *next, const struct tmn_list *list, size_t size, uint32_t bits) {
    for (size_t i = 0; i < list->count; i++) {
        const char *item = (const char *)list->items + i * size;
        memcpy(to + (size_t)next[*(const uint32_t *)item >> bits]++ * size, item, size);
    }
}

static void scatter_items(void *context, int worker, uint32_t source) {
    (void)worker;
    const struct delivery *delivery = context;
    struct tmn_list *list = list_of(delivery, source);
    uint32_t *next = delivery->run->scatter + (size_t)source * delivery->run->blocks, bits = delivery->run->block_bits;
    if (delivery->size == sizeof(struct tmn_message)) /* sizes that the compiler knows */
        scatter_sized(delivery->all->items, next, list, sizeof(struct tmn_message), bits);
    else if (delivery->size == sizeof(struct tmn_delta))
        scatter_sized(delivery->all->items, next, list, sizeof(struct tmn_delta), bits);
    else
        scatter_sized(delivery->all->items, next, list, delivery->size, bits);
    list->count = 0;
}

/* For the list of each worker, beside each other if it is worth it. */
static void for_workers(struct tmn_run *run, size_t items, tmn_block_fn *fn, struct delivery *delivery) {
    enum { ALONE = 8192 };
    if (items >= ALONE)
        tmn_pool_run(run->pool, (uint32_t)run->workers, fn, delivery);
    for (int w = 0; items < ALONE && w < run->workers; w++)
        fn(delivery, 0, (uint32_t)w);
}

bool tmn_deliver(struct tmn_run *run, struct tmn_list *all, size_t list_offset, size_t size) {
    struct delivery delivery = {run, list_offset, size, all};
    size_t total = 0;
    for (int w = 0; w < run->workers; w++)
        total += list_of(&delivery, (uint32_t)w)->count;
    if (total > UINT32_MAX || !tmn_list_reserve(all, total, size))
        return false;
    all->count = total;
    if (total == 0)
        return true;
    for_workers(run, total, count_items, &delivery);
    uint32_t first = 0;
    for (uint32_t b = 0; b < run->blocks; b++) {
        run->bucket[b] = first;
        for (int w = 0; w < run->workers; w++) {
            uint32_t *at = &run->scatter[(size_t)w * run->blocks + b], count = *at;
            *at = first;
            first += count;
        }
    }
    run->bucket[run->blocks] = first;
    for_workers(run, total, scatter_items, &delivery);
    return true;
}

/* ---- a block receives ---- */

static bool message_before(const struct tmn_message *a, const struct tmn_message *b) {
    if (a->receiver != b->receiver)
        return a->receiver < b->receiver;
    return a->tell != b->tell ? a->tell < b->tell : a->sender < b->sender;
}

static void sift_down(struct tmn_message *heap, uint32_t root, uint32_t count) {
    struct tmn_message item = heap[root];
    for (uint32_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && message_before(&heap[child], &heap[child + 1]))
            child++;
        if (!message_before(&item, &heap[child]))
            break;
        heap[root] = heap[child];
    }
    heap[root] = item;
}

/* In place, and never slower than n log n. */
static void heap_sort(struct tmn_message *messages, uint32_t count) {
    for (uint32_t i = count / 2; i-- > 0;)
        sift_down(messages, i, count);
    for (uint32_t last = count; last-- > 1;) {
        struct tmn_message largest = messages[0];
        messages[0] = messages[last];
        messages[last] = largest;
        sift_down(messages, 0, last);
    }
}

static void sort_messages(struct tmn_message *messages, uint32_t count) {
    if (count > FEW) {
        heap_sort(messages, count);
        return;
    }
    for (uint32_t i = 1; i < count; i++) {
        struct tmn_message item = messages[i];
        uint32_t at = i;
        for (; at > 0 && message_before(&item, &messages[at - 1]); at--)
            messages[at] = messages[at - 1];
        messages[at] = item;
    }
}

/* One pass of a sort by some bits of the receiver, which keeps the order of those that agree in them. */
static void sort_pass(const struct tmn_message *from, struct tmn_message *to, uint32_t count, int shift) {
    uint32_t next[1 << RADIX_BITS] = {0}, mask = (1 << RADIX_BITS) - 1, first = 0;
    for (uint32_t i = 0; i < count; i++)
        next[(from[i].receiver >> shift) & mask]++;
    for (uint32_t d = 0; d <= mask; d++) {
        uint32_t here = next[d];
        next[d] = first;
        first += here;
    }
    for (uint32_t i = 0; i < count; i++)
        to[next[(from[i].receiver >> shift) & mask]++] = from[i];
}

static struct tmn_set_winner *meet(struct tmn_worker *worker, int attribute, int *count) {
    struct tmn_set_winner *winner = &worker->winner[attribute];
    if (!winner->met) {
        *winner = (struct tmn_set_winner){.met = true};
        worker->met[(*count)++] = attribute;
    }
    return winner;
}

static uint32_t year_level(const struct tmn_run *run, int attribute) {
    return (uint32_t)(run->now.year - run->model->attributes.items[attribute].first);
}

/* Messages come in the order of full names, so that a later one wins by priority alone. */
static void weigh(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_action *tell,
                  const struct tmn_packed *now, int *met) {
    for (size_t i = 0; i < tell->count; i++) {
        const struct tmn_action *item = &tell->items[i];
        struct tmn_set_winner *winner = meet(worker, item->attribute, met);
        if (item->kind == TMN_ACTION_STEP) {
            winner->steps += item->by;
        } else if (!winner->set || tell->priority > winner->priority) {
            winner->set = true;
            winner->priority = tell->priority;
            winner->level = item->kind == TMN_ACTION_SET    ? item->level
                            : item->kind == TMN_ACTION_YEAR ? year_level(run, item->attribute)
                                                            : tmn_level(now, &run->model->attributes.items[item->from]);
        }
    }
}

static void apply_reduced(struct tmn_run *run, struct tmn_worker *worker, int met, struct tmn_packed *packed) {
    for (int i = 0; i < met; i++) {
        const struct tmn_attribute *attribute = &run->model->attributes.items[worker->met[i]];
        struct tmn_set_winner *winner = &worker->winner[worker->met[i]];
        int64_t level = winner->set ? (int64_t)winner->level : (int64_t)tmn_level(packed, attribute);
        level += winner->steps;
        int64_t top = (int64_t)attribute->levels - 1;
        tmn_set_level(packed, attribute, (uint32_t)(level < 0 ? 0 : level > top ? top : level));
        winner->met = false;
    }
}

static void change_receiver(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row,
                            const struct tmn_packed *after) {
    struct tmn_packed before = run->packed[row];
    if (tmn_same(&before, after))
        return;
    tmn_touch(run, block, row, &before);
    tmn_flows(run, worker, &before, after);
    run->packed[row] = *after;
    tmn_commit(run, worker, block, row, &before, after);
    if (tmn_watched(run, row))
        tmn_happening_add(block, &(struct tmn_happening){TMN_HAPPENED_CHANGE, run->window, row, row, -1, -1, -1, before,
                                                         *after, true});
}

/* `who` reads the receiver after own firings and before any message. */
static bool delivered(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_tell *tell, uint32_t row,
                      const struct tmn_packed *now) {
    int64_t holds = 1;
    double number;
    return tell->who == NULL || (tmn_memo_value(run, worker, tell->who, row, now, &holds, &number) && holds != 0);
}

static void receive(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block,
                    const struct tmn_message *messages, uint32_t count) {
    uint32_t row = messages[0].receiver;
    struct tmn_packed now = run->packed[row], after = now;
    if ((*tmn_flags(run, row) & ROW_ALIVE) == 0) {
        worker->tally.messages_to_absent += count;
        return;
    }
    int met = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct tmn_tell *tell = &run->tell[messages[i].tell];
        bool heard = delivered(run, worker, tell, row, &now);
        if (heard) {
            worker->tally.messages_delivered++;
            weigh(run, worker, tell->action, &now, &met);
        }
        if (tmn_watched(run, row))
            tmn_happening_add(block,
                              &(struct tmn_happening){TMN_HAPPENED_MESSAGE, run->window, row, messages[i].sender,
                                                      tell->transition, tell->branch, tell->item, now, now, heard});
    }
    apply_reduced(run, worker, met, &after);
    change_receiver(run, worker, block, row, &after);
}

static void fetch_receiver(const struct tmn_run *run, uint32_t row) {
    __builtin_prefetch(&run->packed[row]);
    __builtin_prefetch(tmn_flags(run, row));
}

static void receive_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t index) {
    struct tmn_block *block = &run->block[index];
    struct tmn_message *messages = (struct tmn_message *)run->message.items + run->bucket[index];
    uint32_t count = run->bucket[index + 1] - run->bucket[index];
    if (count > FEW) {
        if (!tmn_list_reserve(&worker->sorted, count, sizeof *messages)) {
            tmn_fail_row(block, (struct tmn_failure){.kind = FAILED_MEMORY, .row = messages[0].receiver});
            return;
        }
        sort_pass(messages, worker->sorted.items, count, 0);
        sort_pass(worker->sorted.items, messages, count, RADIX_BITS);
    } else {
        sort_messages(messages, count);
    }
    for (uint32_t i = 0, next, fetched = 0; i < count; i = next) {
        for (uint32_t end = (uint32_t)tmn_fetch_end(i, fetched, count); fetched < end; fetched++)
            fetch_receiver(run, messages[fetched].receiver);
        for (next = i + 1; next < count && messages[next].receiver == messages[i].receiver;)
            next++;
        if (count > FEW && next - i > 1)
            sort_messages(messages + i, next - i);
        uint64_t began = tmn_sample_begin(&worker->sampler);
        receive(run, worker, block, messages + i, next - i);
        tmn_sample_end(&worker->sampler, run->tell[messages[i].tell].transition, TMN_ACT_RECEIVE, began);
    }
}

bool tmn_phase_messages(struct tmn_run *run, struct tmn_error *err) {
    if (!tmn_deliver(run, &run->message, offsetof(struct tmn_worker, message), sizeof(struct tmn_message)))
        return tmn_fail(err, TMN_MEMORY, "out of memory for the messages of one window");
    if (run->message.count > 0)
        tmn_run_blocks_of(run, receive_block, run->message.count);
    return true;
}
