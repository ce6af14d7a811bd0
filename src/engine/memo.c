/* Memos: values of expressions that firings and messages read (chances of branches and ties, amounts, `who` of
 * messages), kept by stratum. A firing looks its numbers up, whatever the expression; it is evaluated once per stratum
 * for as long as drivers, feedback, shares, year and parameters that it reads stay what they are. */
#include "engine/rooms.h"

#include "base/fixed.h"

enum { MEMO_STRATA_MAX = 16384 };

struct tmn_memo *tmn_memo_make(struct tmn_run *run, const struct tmn_expr *expr, enum tmn_memo_kind kind) {
    struct tmn_memo *memo = TMN_NEW(&run->arena, struct tmn_memo);
    bool *reads = TMN_NEW_ARRAY(&run->arena, bool, run->model->features.count + 1);
    memo->expr = expr;
    memo->kind = kind;
    tmn_expr_reads(run->model, expr, reads);
    tmn_depend(&run->arena, expr, &memo->on);
    if (tmn_strata_of(run->model, reads, MEMO_STRATA_MAX, &memo->of)) {
        tmn_key_make(run, &memo->of, &memo->key);
        memo->strata = memo->of.size;
    }
    memo->first = run->memo_cells;
    run->memo_cells += memo->strata;
    TMN_PUSH(&run->arena, &run->memo, memo);
    return memo;
}

void tmn_memos_refresh(struct tmn_run *run) {
    for (size_t m = 0; m < run->memo.count; m++)
        run->memo.items[m]->epoch += tmn_stale(run, &run->memo.items[m]->on);
}

/* Of a stratum, where values are kept by them: it has all the levels that are read. */
static bool evaluate(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_memo *memo, uint32_t row,
                     uint32_t stratum, const struct tmn_packed *packed, int64_t *value, double *bad) {
    struct tmn_env env = worker->env;
    env.level = worker->asked;
    if (memo->strata > 0)
        tmn_stratum_levels(&memo->of, stratum, worker->asked);
    else
        tmn_row_levels(run, row, packed, worker->asked);
    double number = *bad = tmn_expr_eval(memo->expr, &env);
    switch (memo->kind) {
    case MEMO_CHANCE:
        *value = number >= 0.0 && number <= 1.0 ? (int64_t)tmn_fixed_probability(number) : 0;
        return number >= 0.0 && number <= 1.0;
    case MEMO_AMOUNT:
        return tmn_fixed_amount(number, value);
    case MEMO_TRUTH:
        *value = number != 0;
    }
    return true;
}

bool tmn_memo_value(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_memo *memo, uint32_t row,
                    const struct tmn_packed *packed, int64_t *value, double *bad) {
    if (memo->strata == 0)
        return evaluate(run, worker, memo, row, 0, packed, value, bad);
    uint32_t stratum = tmn_key_index(run, &memo->key, row, packed);
    struct tmn_memo_cell *cell = &worker->cell[memo->first + stratum];
    if (cell->epoch != memo->epoch) {
        if (!evaluate(run, worker, memo, row, stratum, packed, value, bad))
            return false;
        *cell = (struct tmn_memo_cell){*value, memo->epoch};
    }
    *value = cell->value;
    return true;
}
