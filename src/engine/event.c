/* The event engine: work in proportion to what happens.
 *
 * A clock's word is left + C x sum of G, so that it stays as it is while nothing but time passes. Wheels hold a note of
 * each clock that may run out before its transition is looked at as a whole again (a refill), in the first window in
 * which forecasts of G allow it. In a window the notes of each block of rows are taken out and the clocks themselves
 * are asked, exactly. Those that ran out go the same way as in the reference engine; the others are filed again. What a
 * note says may be out of date (the tag of its clock's word, the epoch of its transition): then it is dropped, since
 * whoever changed the clock filed it anew. */
#include "engine/rooms.h"

#include <limits.h>
#include <string.h>

enum {
    RADIX_BITS = (BLOCK_BITS_MOST + 1) / 2,
    FEW = 24,     /* that are sorted by comparing */
    LINK_EACH = 6 /* notes, for a link of the chain of a block to come */
};
#define MARK_FACTOR UINT64_C(0x9e3779b97f4a7c15)

/* ---- entries ---- */

/* Row, transition, and a mark of the clock's word and of the refill since which the note counts. Marks of two words are
 * seldom alike: then a clock is looked at in vain, or has two notes. */
static uint32_t make_entry(const struct tmn_run *run, uint32_t row, int transition, uint64_t word) {
    int row_bits = (int)run->block_bits, mark_bits = 32 - row_bits - run->note_bits;
    uint32_t mark = (uint32_t)((word * MARK_FACTOR) >> (64 - mark_bits)) + run->accrual[transition].epoch;
    return in_block(run, row) << (32 - row_bits) | (uint32_t)transition << mark_bits |
           (mark & ((UINT32_C(1) << mark_bits) - 1));
}
static uint32_t entry_row(const struct tmn_run *run, uint32_t entry) {
    return entry >> (32 - run->block_bits);
}
static int entry_transition(const struct tmn_run *run, uint32_t entry) {
    uint32_t row_bits = run->block_bits;
    return (int)(entry << row_bits >> row_bits >> (32 - row_bits - (uint32_t)run->note_bits));
}

/* ---- notes on their way ---- */

static void narrow_note(const struct tmn_run *run, struct tmn_note *note) {
    tmn_forecast_narrow(run, &run->accrual[note->transition], &note->search);
}

static void find_window(const struct tmn_run *run, struct tmn_worker *worker, struct tmn_note *note) {
    const struct tmn_accrual *accrual = &run->accrual[note->transition];
    tmn_forecast_end(run, accrual, &note->search);
    if (note->search.window >= accrual->refill_at || note->search.window >= run->windows) {
        note->search.window = INT_MAX;
        return;
    }
    worker->tally.work[note->transition].filed++;
    tmn_wheel_prefetch_head(&run->block[block_of(run, note->row)].wheel, note->search.window);
}

/* Always inline, since it only fetches: gcc takes a call for one without effect and leaves it out. */
__attribute__((always_inline)) static inline void see_chunk(const struct tmn_run *run, const struct tmn_note *note) {
    if (note->search.window != INT_MAX)
        tmn_wheel_prefetch_chunk(run->wheels, &run->block[block_of(run, note->row)].wheel, note->search.window);
}

static void file_note(const struct tmn_run *run, const struct tmn_note *note) {
    struct tmn_block *block = &run->block[block_of(run, note->row)];
    if (note->search.window != INT_MAX && !tmn_wheel_file(run->wheels, &block->wheel, note->search.window, note->entry))
        tmn_fail_row(block, (struct tmn_failure){.kind = FAILED_MEMORY, .row = note->row});
}

/* Step by step: what one fetches, for all notes, is there when the next begins. */
void tmn_notes_flush(const struct tmn_run *run, struct tmn_worker *worker) {
    struct tmn_note *note = worker->notes.note, *end = note + worker->notes.count;
    for (struct tmn_note *it = note; it < end; it++)
        narrow_note(run, it);
    for (struct tmn_note *it = note; it < end; it++)
        find_window(run, worker, it);
    for (struct tmn_note *it = note; it < end; it++)
        see_chunk(run, it);
    for (struct tmn_note *it = note; it < end; it++)
        file_note(run, it);
    worker->notes.count = 0;
}

void tmn_file(struct tmn_run *run, struct tmn_worker *worker, uint32_t row, int transition,
              const struct tmn_share_of *share, uint64_t c, uint64_t left, int from) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    if (accrual->dense || tmn_is_far(accrual, share, c, left))
        return;
    uint64_t word = *tmn_clock(run, row, run->model->transitions.items[transition].slot);
    if (!accrual->known) {
        tmn_queue_clock(run, worker, row, transition, share->at, c, make_entry(run, row, transition, word));
        return;
    }
    if (worker->notes.count == NOTES)
        tmn_notes_flush(run, worker);
    struct tmn_note *note = &worker->notes.note[worker->notes.count++];
    tmn_forecast_begin(run, accrual, row, share, c, left, from, &note->search);
    note->entry = make_entry(run, row, transition, word);
    note->row = row;
    note->transition = transition;
}

/* ---- refills ---- */

/* The rows of a group in which one of the clocks that are filed anew may be enabled, as bits of PRESENT_ROWS rows. */
static inline unsigned rows_to_see(const struct tmn_run *run, uint32_t index, uint32_t group) {
    const struct tmn_refill *refill = &run->refill;
    unsigned any = run->filed ? 0 : UINT8_MAX;
    for (uint32_t i = 0; i < refill->transitions && any != UINT8_MAX; i++)
        any |= tmn_present(run, index, refill->transition[i])[group];
    return any;
}

/* Rows of a group, by transition: those whose clock is to be filed anew. `see`: which rows may have one. */
static void sort_group(const struct tmn_run *run, struct tmn_worker *worker, uint32_t first, uint32_t count,
                       unsigned see) {
    const struct tmn_refill *refill = &run->refill;
    const size_t person_bytes = run->person_bytes;
    uint8_t *rows_of = worker->group, *counts = worker->group_count;
    for (uint32_t i = 0; i < refill->transitions; i++)
        counts[refill->transition[i]] = 0;
    for (uint32_t i = 0; i < refill->slots; i++) {
        const uint8_t *slots = tmn_slots(run, first) + refill->slot[i];
        const uint16_t *of = refill->of + refill->slot[i] * (uint32_t)SHARERS;
        counts[run->transitions] = 0;
        for (unsigned left = see; left != 0; left &= left - 1) {
            uint32_t row = (uint32_t)__builtin_ctz(left) * PRESENT_ROWS,
                     end = row + PRESENT_ROWS < count ? row + PRESENT_ROWS : count;
            const uint8_t *held = slots + row * person_bytes;
            for (; row < end; row++, held += person_bytes) {
                uint32_t t = of[*held & SLOT_SHARER];
                rows_of[t * 64 + counts[t]++] = (uint8_t)row;
            }
        }
    }
}

/* Files the clocks of a transition that all have the same C and one sum. */
static void refill_alike(struct tmn_run *run, struct tmn_worker *worker, uint32_t first, int transition) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    const struct tmn_share_of share = {0};
    const uint8_t *row = worker->group + (size_t)transition * 64, *end = row + worker->group_count[transition];
    const uint64_t c = accrual->c, accrued = c * accrual->sum[0];
    const int slot = run->model->transitions.items[transition].slot;
    for (; row < end; row++)
        tmn_file(run, worker, first + *row, transition, &share, c, *tmn_clock(run, first + *row, slot) - accrued,
                 run->window);
}

static void refill_rows(struct tmn_run *run, struct tmn_worker *worker, uint32_t first, int transition) {
    const struct tmn_accrual accrual = run->accrual[transition]; /* a copy, which no write can change */
    const uint8_t *row = worker->group + (size_t)transition * 64, *end = row + worker->group_count[transition];
    const uint64_t *c_of = run->rule[transition].c;
    const int slot = run->model->transitions.items[transition].slot;
    for (; row < end; row++) {
        const struct tmn_packed *packed = &run->packed[first + *row];
        uint64_t c = c_of[tmn_key_index(run, &accrual.personal, first + *row, packed)];
        struct tmn_share_of share = tmn_share_of(run, &accrual, first + *row, packed);
        uint64_t left = *tmn_clock(run, first + *row, slot) - tmn_steady_c(c) * accrual.sum[share.at];
        tmn_file(run, worker, first + *row, transition, &share, c, left, run->window);
    }
}

/* Which rows of the group have the clock. */
static unsigned rows_found(const struct tmn_worker *worker, int transition) {
    const uint8_t *row = worker->group + (size_t)transition * 64, *end = row + worker->group_count[transition];
    unsigned found = 0;
    for (; row < end; row++)
        found |= 1u << *row / PRESENT_ROWS;
    return found;
}

/* Files the clocks of 64 rows. */
static void refill_group(struct tmn_run *run, struct tmn_worker *worker, uint32_t index, uint32_t group, unsigned see) {
    const struct tmn_refill *refill = &run->refill;
    uint32_t first = block_first(run, index) + group * 64, end = block_end(run, index);
    sort_group(run, worker, first, first + 64 < end ? 64 : end - first, see);
    for (uint32_t i = 0; i < refill->transitions; i++) {
        int transition = refill->transition[i];
        tmn_present(run, index, transition)[group] = (uint8_t)rows_found(worker, transition);
        if (worker->group_count[transition] == 0)
            continue;
        uint64_t began = tmn_sample_begin_each(&worker->sampler);
        if (run->accrual[transition].alike)
            refill_alike(run, worker, first, transition);
        else
            refill_rows(run, worker, first, transition);
        worker->tally.work[transition].scanned += worker->group_count[transition];
        tmn_sample_end(&worker->sampler, transition, TMN_ACT_SCAN, began);
    }
}

/* Fetches those of the next rows that will be seen. */
static inline void fetch_group(const struct tmn_run *run, uint32_t index, uint32_t group, unsigned see) {
    for (; see != 0; see &= see - 1) {
        uint32_t row = block_first(run, index) + group * 64 + (uint32_t)__builtin_ctz(see) * PRESENT_ROWS;
        for (uint32_t end = row + PRESENT_ROWS; row < end && row < run->rows; row++) {
            const uint8_t *slots = tmn_slots(run, row);
            __builtin_prefetch(slots);
            __builtin_prefetch(slots + run->slots - 1);
        }
    }
}

static void refill_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t index) {
    uint32_t groups = (block_end(run, index) - block_first(run, index) + 63) / 64;
    unsigned see = rows_to_see(run, index, 0);
    for (uint32_t group = 0; group < groups; group++) {
        unsigned next = group + 1 < groups ? rows_to_see(run, index, group + 1) : 0;
        fetch_group(run, index, group + 1, next);
        if (see != 0)
            refill_group(run, worker, index, group, see);
        see = next;
    }
}

bool tmn_clocks_alike(const struct tmn_run *run, int transition, uint64_t *one) {
    const struct tmn_accrual *accrual = &run->accrual[transition];
    const uint64_t *c = run->rule[transition].c;
    uint32_t strata = run->model->transitions.items[transition].personal.size;
    *one = FACTOR_DISABLED;
    for (uint32_t s = 0; s < strata && accrual->sums == 1; s++) {
        if (c[s] == FACTOR_DISABLED || c[s] == *one)
            continue;
        if (*one != FACTOR_DISABLED)
            return false;
        *one = c[s];
    }
    return *one != FACTOR_DISABLED;
}

static void list_refilled(struct tmn_run *run) {
    struct tmn_refill *refill = &run->refill;
    refill->transitions = refill->slots = 0;
    for (int s = 0; s < run->slots; s++) {
        uint32_t before = refill->transitions;
        for (int sharer = 0; sharer < SHARERS; sharer++) {
            int t = run->enabled[s * SHARERS + sharer];
            bool refilled = t >= 0 && run->accrual[t].refill;
            refill->of[s * SHARERS + sharer] = (uint16_t)(refilled ? (size_t)t : run->transitions);
            if (refilled)
                refill->transition[refill->transitions++] = (uint16_t)t;
        }
        if (refill->transitions > before)
            refill->slot[refill->slots++] = (uint16_t)s;
    }
    for (uint32_t i = 0; i < refill->transitions; i++) {
        struct tmn_accrual *accrual = &run->accrual[refill->transition[i]];
        accrual->alike = tmn_clocks_alike(run, refill->transition[i], &accrual->c) && accrual->c < FACTOR_SPECIAL;
    }
}

/* Clocks of a transition that is dense from the start have not been looked at: any may be enabled. */
static void see_all_of_dense(struct tmn_run *run) {
    for (uint32_t b = 0; b < run->blocks; b++)
        for (uint32_t d = 0; d < run->denses; d++)
            memset(tmn_present(run, b, run->dense[d]), UINT8_MAX, present_bytes(run));
}

static void refill(struct tmn_run *run) {
    bool any = false;
    for (size_t t = 0; t < run->transitions; t++) {
        struct tmn_accrual *accrual = &run->accrual[t];
        accrual->refill = false;
        if (accrual->dense)
            continue;
        if (!accrual->known)
            tmn_notes_measure(run, (int)t);
        bool due = run->window >= accrual->refill_at,
             exceeded = !accrual->known && (tmn_outgrown(run, (int)t) || tmn_overfull(run, (int)t));
        accrual->refill = due || exceeded;
        if (!accrual->refill)
            continue;
        any = true;
        run->counters.work[t].refills++;
        run->counters.work[t].exceeded += !due;
        accrual->epoch++;
        accrual->refill_at = tmn_horizon_begin(run, t);
        if (accrual->known)
            tmn_reach_set(run, accrual);
        else
            tmn_queues_begin(run, (int)t);
    }
    if (any) {
        list_refilled(run);
        tmn_run_blocks(run, refill_block);
    }
    if (!run->filed)
        see_all_of_dense(run);
    run->filed = true; /* the first refill is of all others */
}

/* ---- what is due ---- */

/* Asks the clock of an entry: due, filed again, or out of date. */
static void check(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t first,
                  uint32_t entry) {
    uint32_t row = first + entry_row(run, entry);
    int transition = entry_transition(run, entry), slot = run->model->transitions.items[transition].slot;
    struct tmn_clock_work *work = &worker->tally.work[transition];
    work->checked++;
    const uint64_t *word = tmn_clock_of(run, row, slot) == transition ? tmn_clock(run, row, slot) : NULL;
    if (word == NULL || run->accrual[transition].dense || make_entry(run, row, transition, *word) != entry) {
        work->stale++;
        return;
    }
    struct tmn_due it;
    if (!tmn_clock_ask(run, row, transition, &it)) {
        work->early++;
        tmn_file(run, worker, row, transition, &it.share, it.c, it.left - tmn_steady_c(it.c) * tmn_steady_c(it.g),
                 run->window + 1);
        return;
    }
    struct tmn_due *due = tmn_list_add(&worker->due, sizeof *due);
    if (due == NULL)
        tmn_fail_row(block, (struct tmn_failure){.kind = FAILED_MEMORY, .row = row});
    else
        *due = it;
}

/* One pass of a stable sort of order[] by some bits of the row. */
static void sort_pass(const struct tmn_due *due, const uint32_t *from, uint32_t *to, size_t count, int shift) {
    uint32_t first[(1 << RADIX_BITS) + 1] = {0}, mask = (1 << RADIX_BITS) - 1;
    for (size_t i = 0; i < count; i++)
        first[((due[from[i]].row >> shift) & mask) + 1]++;
    for (uint32_t i = 0; i < mask; i++)
        first[i + 1] += first[i];
    for (size_t i = 0; i < count; i++)
        to[first[(due[from[i]].row >> shift) & mask]++] = from[i];
}

/* The same of a few, by all bits. */
static void sort_few(const struct tmn_due *due, uint32_t *order, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i;
        for (; at > 0 && due[order[at - 1]].row > due[i].row; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

/* The clocks of one row that are due, in the order of slots, each once. */
static void run_out_row(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t *order,
                        size_t count) {
    struct tmn_due *due = worker->due.items;
    int expired = 0, before = -1;
    for (size_t i = 1; i < count; i++)
        for (size_t j = i; j > 0 && due[order[j]].slot < due[order[j - 1]].slot; j--) {
            uint32_t kept = order[j];
            order[j] = order[j - 1];
            order[j - 1] = kept;
        }
    for (size_t i = 0; i < count; i++) {
        struct tmn_due *it = &due[order[i]];
        bool certain;
        if (it->slot == before) /* two notes of one clock */
            continue;
        before = it->slot;
        uint64_t use = tmn_use(run, block, it->row, it->transition, it->c, it->g, &certain);
        if (use == 0)
            continue;
        struct tmn_expired *clock = &worker->expired[expired++];
        clock->left = it->left;
        clock->use = use;
        clock->slot = it->slot;
        clock->transition = it->transition;
        clock->certain = certain;
        clock->k = it->k;
        clock->uniform = it->uniform;
        clock->due = it;
        tmn_expired_sort(run, worker->expired, expired);
    }
    if (expired > 0)
        tmn_run_out(run, worker, block, due[order[0]].row, expired);
}

/* Which firing of its transition each clock that is due would be, and the uniforms of those that choose between
 * branches: drawn before any fires, for many at once. */
static void draw_branches(const struct tmn_run *run, struct tmn_due *due, size_t count) {
    uint32_t row[AIM_CLOCKS], k[AIM_CLOCKS], hash[AIM_CLOCKS], of[AIM_CLOCKS], uniform[AIM_CLOCKS];
    struct tmn_draws draws = {.seed = run->options.seed, .row = {row, 0}, .k = {k, 0}, .hash = {hash, 0}};
    for (size_t i = 0, drawn = 0; i < count; i++) {
        const struct tmn_transition *it = &run->model->transitions.items[due[i].transition];
        due[i].k = tmn_k(run, due[i].row, due[i].transition);
        due[i].kept = false;
        if (it->branches > 1) {
            row[drawn] = due[i].row;
            k[drawn] = due[i].k;
            hash[drawn] = it->hash;
            of[drawn++] = (uint32_t)i;
        }
        if (drawn < AIM_CLOCKS && i + 1 < count)
            continue;
        tmn_draw_uniforms(&draws, drawn, uniform);
        for (; drawn > 0; drawn--)
            due[of[drawn - 1]].uniform = uniform[drawn - 1];
    }
}

/* In the order of rows. */
static void list_kept(struct tmn_worker *worker, struct tmn_block *block, const uint32_t *order, size_t count) {
    const struct tmn_due *due = worker->due.items;
    for (size_t i = 0; i < count; i++) {
        const struct tmn_due *it = &due[order[i]];
        struct tmn_kept *kept = it->kept ? tmn_list_add(&block->kept, sizeof *kept) : NULL;
        if (kept != NULL)
            *kept = (struct tmn_kept){it->row, it->slot};
        else if (it->kept)
            tmn_fail_row(block, (struct tmn_failure){.kind = FAILED_MEMORY, .row = it->row});
    }
}

/* First, in the order of rows, those of whom more than one clock is due, and mothers, whose children take rows in that
 * order; then transition by transition, so that one goes the way of the one before. order: by row; next: scratch, who
 * comes after each of its transition. */
static void run_out_sorted(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t *order,
                           uint32_t *next, uint32_t count) {
    const struct tmn_due *due = worker->due.items;
    uint32_t *last = worker->due_last;
    uint16_t *transition = worker->due_transition;
    size_t transitions = 0;
    for (uint32_t begin = 0, end; begin < count; begin = end) {
        uint32_t i = order[begin], of = (uint32_t)due[i].transition;
        for (end = begin + 1; end < count && due[order[end]].row == due[i].row;)
            end++;
        if (end - begin > 1 || run->rule[of].bears) {
            run_out_row(run, worker, block, order + begin, end - begin);
            continue;
        }
        if (last[of] == NOT_DUE) {
            transition[transitions++] = (uint16_t)of;
            next[i] = i; /* chains are closed: from the last to the first */
        } else {
            next[i] = next[last[of]];
            next[last[of]] = i;
        }
        last[of] = i;
    }
    for (size_t t = 0; t < transitions; t++) {
        uint32_t end = last[transition[t]], i = end;
        last[transition[t]] = NOT_DUE;
        do {
            i = next[i];
            run_out_row(run, worker, block, &i, 1);
        } while (i != end);
    }
}

static void run_out_all(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block) {
    struct tmn_due *due = worker->due.items;
    size_t count = worker->due.count;
    draw_branches(run, due, count);
    if (!tmn_list_reserve(&worker->order, 2 * count, sizeof(uint32_t))) {
        tmn_fail_row(block, (struct tmn_failure){.kind = FAILED_MEMORY, .row = due[0].row});
        return;
    }
    uint32_t *order = worker->order.items, *other = order + count;
    if (count <= FEW) {
        sort_few(due, order, (uint32_t)count);
    } else {
        bool sorted = true;
        for (uint32_t i = 0; i < count; i++) {
            order[i] = i;
            sorted = sorted && (i == 0 || due[i - 1].row <= due[i].row);
        }
        if (!sorted) {
            sort_pass(due, order, other, count, 0);
            sort_pass(due, other, order, count, RADIX_BITS);
        }
    }
    run_out_sorted(run, worker, block, order, other, (uint32_t)count);
    list_kept(worker, block, order, count);
}

/* Fetches of a row what the check of a note and a firing read. */
static inline void fetch_clock(const struct tmn_run *run, uint32_t first, uint32_t entry) {
    uint32_t row = first + entry_row(run, entry);
    int transition = entry_transition(run, entry);
    __builtin_prefetch(&run->packed[row], 1);
    tmn_prefetch_person(run, row);
    if ((run->reads_any_counter[transition / 64] >> transition % 64 & 1) != 0)
        tmn_prefetch_counts(run, row);
}

/* Chains of notes of blocks to come are fetched link by link while this block is at work. */
static inline uint32_t fetch_link(const struct tmn_run *run, uint32_t link) {
    uint32_t next = tmn_wheel_chunk(run->wheels, link - 1)->next;
    if (next != 0)
        __builtin_prefetch(tmn_wheel_chunk(run->wheels, next - 1));
    return next;
}

/* The first link of a block's chain, on its way; 0: none. */
static inline uint32_t fetch_first(const struct tmn_run *run, uint32_t block) {
    if (block == run->blocks)
        return 0;
    uint32_t link = run->block[block].wheel.head[run->window % WHEEL_WINDOWS];
    if (link != 0)
        __builtin_prefetch(tmn_wheel_chunk(run->wheels, link - 1));
    return link;
}

/* Notes of this window, from the wheel and from queues, into worker->popped; false: out of memory. */
static bool pop_notes(const struct tmn_run *run, struct tmn_worker *worker, uint32_t index) {
    struct tmn_list *popped = &worker->popped;
    popped->count = 0;
    if (!tmn_wheel_take(run->wheels, &run->block[index].wheel, run->window, popped))
        return false;
    if (run->noted.count == 0)
        return true;
    uint32_t first = run->bucket[index], count = run->bucket[index + 1] - first;
    if (!tmn_list_reserve(popped, popped->count + count, sizeof(uint32_t)))
        return false;
    const struct tmn_noted *noted = (const struct tmn_noted *)run->noted.items + first;
    uint32_t *entry = (uint32_t *)popped->items + popped->count;
    for (uint32_t i = 0; i < count; i++)
        entry[i] = noted[i].entry;
    popped->count += count;
    return true;
}

/* Asks the clocks whose notes are due. */
static void take_notes(struct tmn_run *run, struct tmn_worker *worker, uint32_t index) {
    struct tmn_block *block = &run->block[index];
    uint32_t first = block_first(run, index);
    uint32_t ahead = fetch_first(run, worker->next_block);
    worker->due.count = 0;
    if (!pop_notes(run, worker, index)) {
        tmn_fail_row(block, (struct tmn_failure){.kind = FAILED_MEMORY, .row = first});
        return;
    }
    const uint32_t *entry = worker->popped.items;
    size_t count = worker->popped.count;
    size_t fetched = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t end = tmn_fetch_end(i, fetched, count); fetched < end; fetched++)
            fetch_clock(run, first, entry[fetched]);
        if (i % LINK_EACH == LINK_EACH - 1 && ahead != 0)
            ahead = fetch_link(run, ahead);
        uint64_t began = tmn_sample_begin(&worker->sampler);
        check(run, worker, block, first, entry[i]);
        tmn_sample_end(&worker->sampler, entry_transition(run, entry[i]), TMN_ACT_CHECK, began);
    }
}

static void visit_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t index) {
    struct tmn_block *block = &run->block[index];
    take_notes(run, worker, index);
    if (run->denses > 0 ? !tmn_dense_block(run, worker, index) : worker->due.count == 0)
        return;
    if (worker->due.count > 0)
        run_out_all(run, worker, block);
}

void tmn_clocks_file(struct tmn_run *run) {
    tmn_dense_choose(run);
    tmn_horizons_review(run);
    refill(run);
}

void tmn_event_persons(struct tmn_run *run) {
    tmn_clocks_file(run);
    tmn_noted_take(run);
    tmn_run_blocks(run, visit_block);
    tmn_sums_advance(run);
}

/* ---- from words to what is left ---- */

uint64_t tmn_left(const struct tmn_run *run, uint32_t row, int slot) {
    int transition = tmn_clock_of(run, row, slot);
    uint64_t word = *tmn_clock(run, row, slot);
    if (run->options.engine == TMN_ENGINE_REFERENCE)
        return word;
    const struct tmn_accrual *accrual = &run->accrual[transition];
    const struct tmn_packed *packed = &run->packed[row];
    struct tmn_share_of share = tmn_share_of(run, accrual, row, packed);
    uint64_t c = run->rule[transition].c[tmn_key_index(run, &accrual->personal, row, packed)];
    return word - tmn_steady_c(c) * accrual->sum[share.at];
}

static void settle_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t index) {
    (void)worker;
    uint32_t end = block_end(run, index);
    for (uint32_t row = block_first(run, index); row < end; row++)
        for (int s = 0; s < run->slots; s++)
            if (tmn_clock_of(run, row, s) >= 0)
                *tmn_clock(run, row, s) = tmn_left(run, row, s);
}

void tmn_clocks_settle(struct tmn_run *run) {
    if (run->options.engine == TMN_ENGINE_REFERENCE)
        return;
    tmn_run_blocks(run, settle_block);
    for (size_t t = 0; t < run->transitions; t++) {
        struct tmn_accrual *accrual = &run->accrual[t];
        memset(accrual->sum, 0, accrual->sums * sizeof *accrual->sum);
    }
    tmn_clocks_resume(run);
}

void tmn_clocks_resume(struct tmn_run *run) {
    if (run->options.engine == TMN_ENGINE_REFERENCE)
        return;
    tmn_wheel_pool_clear(run->wheels);
    for (uint32_t b = 0; b < run->blocks; b++)
        tmn_wheel_clear(&run->block[b].wheel);
    tmn_queues_clear(run);
    tmn_horizons_resume(run);
    run->filed = false;
    for (size_t t = 0; t < run->transitions; t++) {
        run->accrual[t].refill_at = 0;
        run->accrual[t].dense = false;
        run->accrual[t].fired = run->counters.transition_firings[t];
    }
}
