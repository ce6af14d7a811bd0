/* The persons phase of the reference engine: visits every row each window and is the specification as code.
 *
 * For each enabled clock left -= C x G; those that ran out are put in the order in which they did within the window and
 * each fires if its predicate still holds on the person's state by then, else it is used up. */
#include "engine/rooms.h"

static void visit_row(struct tmn_run *run, struct tmn_worker *worker, struct tmn_block *block, uint32_t row) {
    uint32_t *level = worker->level;
    const uint32_t *part = run->part.items;
    int expired = 0, slots = run->slots;
    tmn_clock_levels(run, row, &run->packed[row], level);
    if (run->recipes.age)
        level[run->model->age_feature] = tmn_row_age(run, row, level[run->birth_year_feature]);
    for (int s = 0; s < slots; s++) {
        int transition = tmn_clock_of(run, row, s);
        if (transition < 0)
            continue;
        uint64_t *left = tmn_clock(run, row, s);
        const struct tmn_clock_rule *rule = &run->rule[transition];
        uint64_t c = rule->c[tmn_terms_stratum(&rule->personal, part, level)],
                 g = rule->g[tmn_terms_stratum(&rule->shared, part, level)];
        bool certain;
        uint64_t use = tmn_use(run, block, row, transition, c, g, &certain);
        if (__builtin_expect(*left > use && !certain, 1)) {
            *left -= use;
        } else if (use > 0) {
            uint32_t k = tmn_k(run, row, transition);
            worker->expired[expired++] = (struct tmn_expired){.left = *left,
                                                              .use = use,
                                                              .slot = s,
                                                              .transition = transition,
                                                              .certain = certain,
                                                              .k = k,
                                                              .uniform = tmn_branch_uniform(run, row, transition, k)};
            tmn_expired_sort(run, worker->expired, expired);
        }
    }
    if (__builtin_expect(expired > 0, 0))
        tmn_run_out(run, worker, block, row, expired);
}

static void visit_block(struct tmn_run *run, struct tmn_worker *worker, uint32_t block) {
    uint32_t end = block_end(run, block);
    for (uint32_t row = block_first(run, block); row < end; row++)
        if (*tmn_flags(run, row) & ROW_CLOCKS)
            visit_row(run, worker, &run->block[block], row);
}

void tmn_reference_persons(struct tmn_run *run) {
    tmn_run_blocks(run, visit_block);
}
