/* The messages phase: what was told in this window, gathered by receiver and reduced. Per receiver and attribute the
 * set of the highest priority wins, then the first by full name; then all steps are added and clamped once. No order of
 * delivery matters; sorting is for the record of happenings. */
#include "engine/state.h"

#include <string.h>

static bool list_reserve(struct tmn_list *list, size_t count, size_t size) {
    list->count = 0;
    while (list->capacity < count) {
        list->count = list->capacity; /* grow by one as if full */
        if (tmn_list_add(list, size) == NULL)
            return false;
    }
    list->count = count;
    return true;
}

bool tmn_deliver(struct tmn_run *run, struct tmn_list *all, size_t list_offset, size_t size) {
    size_t total = 0;
    memset(run->bucket, 0, ((size_t)run->blocks + 1) * sizeof *run->bucket);
    for (uint32_t b = 0; b < run->blocks; b++) {
        const struct tmn_list *list = (const struct tmn_list *)((const char *)&run->block[b] + list_offset);
        const char *items = list->items;
        total += list->count;
        for (size_t i = 0; i < list->count; i++)
            run->bucket[*(const uint32_t *)(items + i * size) / BLOCK_ROWS]++;
    }
    if (total > UINT32_MAX || !list_reserve(all, total, size))
        return false;
    uint32_t first = 0;
    for (uint32_t b = 0; b <= run->blocks; b++) {
        uint32_t count = run->bucket[b];
        run->bucket[b] = first;
        first += count;
    }
    for (uint32_t b = 0; b < run->blocks; b++) {
        struct tmn_list *list = (struct tmn_list *)((char *)&run->block[b] + list_offset);
        const char *items = list->items;
        for (size_t i = 0; i < list->count; i++)
            memcpy((char *)all->items +
                       (size_t)run->bucket[*(const uint32_t *)(items + i * size) / BLOCK_ROWS]++ * size,
                   items + i * size, size);
        list->count = 0;
    }
    memmove(run->bucket + 1, run->bucket, (size_t)run->blocks * sizeof *run->bucket); /* back to where each begins */
    run->bucket[0] = 0;
    return true;
}

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

/* Heap sort: in place, and never slower than n log n. */
static void sort_messages(struct tmn_message *messages, uint32_t count) {
    for (uint32_t i = count / 2; i-- > 0;)
        sift_down(messages, i, count);
    for (uint32_t last = count; last-- > 1;) {
        struct tmn_message largest = messages[0];
        messages[0] = messages[last];
        messages[last] = largest;
        sift_down(messages, 0, last);
    }
}

static struct tmn_set_winner *meet(struct tmn_worker *worker, int attribute, int *count) {
    struct tmn_set_winner *winner = &worker->winner[attribute];
    if (!winner->met) {
        *winner = (struct tmn_set_winner){.met = true};
        worker->met[(*count)++] = attribute;
    }
    return winner;
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
            winner->level =
                item->kind == TMN_ACTION_SET ? item->level : tmn_level(now, &run->model->attributes.items[item->from]);
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
    bool alive = (run->flags[row] & ROW_ALIVE) != 0;
    if (run->flags[row] & ROW_TOUCHED)
        alive = tmn_holds(run, worker, &run->alive_rule, &now);
    if (!alive) {
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

static void receive_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t block) {
    struct tmn_message *messages = (struct tmn_message *)run->message.items + run->bucket[block];
    uint32_t count = run->bucket[block + 1] - run->bucket[block];
    if (count == 0)
        return;
    sort_messages(messages, count);
    for (uint32_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count && messages[next].receiver == messages[i].receiver;)
            next++;
        receive(run, worker, &run->block[block], messages + i, next - i);
    }
}

bool tmn_phase_messages(struct tmn_run *run, struct tmn_error *err) {
    if (!tmn_deliver(run, &run->message, offsetof(struct tmn_block, message), sizeof(struct tmn_message)))
        return tmn_fail(err, TMN_MEMORY, "out of memory for the messages of one window");
    if (run->message.count > 0)
        tmn_run_blocks(run, receive_block);
    return true;
}
