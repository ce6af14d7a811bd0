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
    int *feature = TMN_NEW_ARRAY(&run->arena, int, run->model->features.count + 1);
    memo->reads.items = feature;
    for (size_t f = 0; f < run->model->features.count; f++)
        if (reads[f])
            feature[memo->reads.count++] = (int)f;
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

static uint32_t level_of(const struct tmn_run *run, int feature, uint32_t row, const struct tmn_packed *packed) {
    const struct tmn_feature *it = &run->model->features.items[feature];
    if (it->kind == TMN_FEATURE_AGE)
        return tmn_row_age(run, row, tmn_level(packed, &run->model->attributes.items[run->model->birth_year]));
    if (it->kind != TMN_FEATURE_COUNTER)
        return tmn_feature_level(run->model, feature, packed);
    uint32_t level = tmn_counter_level(run, it->index, row);
    return it->to != NULL ? it->to[level] : level;
}

/* False when the number is no such value. */
static bool convert(enum tmn_memo_kind kind, double number, int64_t *value) {
    switch (kind) {
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

bool tmn_memo_evaluate(struct tmn_run *run, struct tmn_worker *worker, const struct tmn_memo *memo, uint32_t row,
                       const struct tmn_packed *packed, int64_t *value, double *bad) {
    struct tmn_env env = worker->env;
    env.level = worker->asked;
    const int *feature = memo->reads.items;
    for (size_t i = 0; i < memo->reads.count; i++)
        worker->asked[feature[i]] = level_of(run, feature[i], row, packed);
    *bad = tmn_expr_eval(memo->expr, &env);
    if (!convert(memo->kind, *bad, value))
        return false;
    if (memo->strata > 0)
        worker->cell[memo->first + tmn_key_index(run, &memo->key, row, packed)] =
            (struct tmn_memo_cell){*value, memo->epoch};
    return true;
}
