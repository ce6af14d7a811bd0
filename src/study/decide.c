/* Decides a row of verify from what its runs gave: docs/verify.md says the rules in words. */
#include "study/verify.h"

#include <math.h>

/* Above these a row that agrees says too little: half widths of the expected value, of a share, and the root of the
 * chi-square limit per draw (Cohen's w, whose "large" is 0.5). */
#define WEAK_RELATIVE 0.5
#define WEAK_SHARE 0.25
/* Binary64 arithmetic on the way to a value: figures that agree to so many parts are equal. */
#define ROUNDING 1e-12

struct mean {
    double mean, error; /* standard error; 0 with one value, or where all are the same */
    int n;
};

static struct mean mean_of(const double *value, int n) {
    struct mean mean = {0, 0, n};
    double squares = 0;
    bool same = true;
    for (int i = 0; i < n; i++) {
        mean.mean += value[i] / n;
        same = same && value[i] == value[0];
    }
    if (same)
        mean.mean = n > 0 ? value[0] : (double)NAN;
    for (int i = 0; i < n && !same; i++)
        squares += (value[i] - mean.mean) * (value[i] - mean.mean);
    mean.error = n > 1 ? sqrt(squares / (n - 1) / n) : 0;
    return mean;
}

static struct tmn_range mean_range(struct mean mean, double alpha) {
    double half = mean.error > 0 ? tmn_student_limit(mean.n - 1, alpha) * mean.error : 0;
    return (struct tmn_range){mean.mean - half, mean.mean + half};
}

static void decide(struct tmn_verify_row *row, enum tmn_verdict verdict, const char *why) {
    row->verdict = verdict;
    row->why = why;
}

/* Compares ours with expected: both with their intervals. share: on the scale of 0 to 1. */
static void compare(struct tmn_verify_row *row, double alpha, bool share) {
    const struct tmn_check *check = row->check;
    double error = check->error.value > 0 ? tmn_normal_limit(alpha) * check->error.value : 0;
    double tolerance = check->tolerance.value;
    struct tmn_range other = {row->expected - error, row->expected + error};
    struct tmn_range apart = tmn_difference_range(row->ours, row->range, row->expected, other);
    double slack = tolerance + ROUNDING * fmax(fabs(row->ours), fabs(row->expected));
    double half = (apart.high - apart.low) / 2 + tolerance;
    row->expected_range = (struct tmn_range){other.low - tolerance, other.high + tolerance};
    row->chance = apart.high > apart.low;
    row->relative = !share && row->expected != 0;
    row->resolution = row->relative ? half / fabs(row->expected) : half;
    bool weak = share ? half > WEAK_SHARE : row->relative && row->resolution > WEAK_RELATIVE;
    if (apart.low > slack || apart.high < -slack)
        decide(row, TMN_VERDICT_FAIL, row->chance ? "what is expected lies outside what chance allows" : "not equal");
    else if (row->chance && weak)
        decide(row, TMN_VERDICT_WEAK, "the interval is so wide that it would hold nearly any value: raise 'runs'");
    else
        decide(row, TMN_VERDICT_PASS, NULL);
}

static int count_above(const double *value, int n, double bound) {
    int count = 0;
    for (int i = 0; i < n; i++)
        count += value[i] > bound;
    return count;
}

static bool varies(const double *value, int n) {
    for (int i = 1; value && i < n; i++)
        if (value[i] != value[0])
            return true;
    return false;
}

static bool all_numbers(const double *value, int n) {
    for (int i = 0; value && i < n; i++)
        if (!isfinite(value[i]))
            return false;
    return true;
}

static void decide_number(struct tmn_verify_row *row, const struct tmn_verify_data *data, double alpha,
                          struct tmn_arena *arena) {
    const struct tmn_check *check = row->check;
    row->expected = check->expected.value;
    if (check->above.expr) {
        int count = count_above(data->value, data->runs, check->above.value);
        row->ours = (double)count / data->runs;
        row->range = tmn_share_range((uint64_t)count, (uint64_t)data->runs, alpha);
        compare(row, alpha, true);
        return;
    }
    const double *value = data->value;
    int n = data->runs;
    if (check->given.expr) {
        double *kept = TMN_NEW_ARRAY(arena, double, n + 1);
        int count = 0;
        for (int i = 0; i < n; i++)
            if (value[i] > check->given.value)
                kept[count++] = value[i];
        value = kept;
        row->runs = n = count;
        if (count < 2) {
            decide(row, TMN_VERDICT_WEAK,
                   tmn_arena_printf(arena, "%d of %d runs lie above the bound of 'given': raise 'runs'", count,
                                    data->runs));
            return;
        }
    }
    struct mean mean = mean_of(value, n);
    row->ours = mean.mean;
    row->range = mean_range(mean, alpha);
    compare(row, alpha, false);
}

/* Runs of `set` minus those of `against`; the scale: the larger of both figures. */
static void difference(struct tmn_verify_row *row, const struct tmn_verify_data *data, double alpha,
                       struct tmn_arena *arena, double *scale) {
    const struct tmn_check *check = row->check;
    int n = data->runs;
    if (check->above.expr) { /* as if the runs were not pairs, which errs on the safe side where pairs go together */
        int a = count_above(data->value, n, check->above.value), b = count_above(data->against, n, check->above.value);
        double share_a = (double)a / n, share_b = (double)b / n;
        row->ours = share_a - share_b;
        row->range = tmn_difference_range(share_a, tmn_share_range((uint64_t)a, (uint64_t)n, alpha), share_b,
                                          tmn_share_range((uint64_t)b, (uint64_t)n, alpha));
        *scale = 0;
        return;
    }
    double *by_pairs = TMN_NEW_ARRAY(arena, double, n + 1);
    for (int i = 0; i < n; i++)
        by_pairs[i] = data->value[i] - data->against[i];
    struct mean mean = mean_of(by_pairs, n);
    row->ours = mean.mean;
    row->range = mean_range(mean, alpha);
    *scale = fmax(fabs(mean_of(data->value, n).mean), fabs(mean_of(data->against, n).mean));
}

/* Twins: no run may differ from its partner, which has the same seed. */
static void decide_same(struct tmn_verify_row *row, const struct tmn_verify_data *data, double alpha,
                        struct tmn_arena *arena) {
    int differ = 0;
    double scale;
    difference(row, data, alpha, arena, &scale);
    for (int i = 0; i < data->runs; i++)
        differ += data->value[i] != data->against[i];
    row->expected = row->resolution = 0;
    row->expected_range = (struct tmn_range){0, 0};
    if (differ > 0)
        decide(row, TMN_VERDICT_FAIL,
               tmn_arena_printf(arena, "%d of %d runs differ from their partners", differ, data->runs));
    else
        decide(row, TMN_VERDICT_PASS, NULL);
}

static void decide_against(struct tmn_verify_row *row, const struct tmn_verify_data *data, double alpha,
                           struct tmn_arena *arena) {
    const struct tmn_check *check = row->check;
    double scale;
    difference(row, data, alpha, arena, &scale);
    double slack = check->tolerance.value + ROUNDING * scale;
    double half = (row->range.high - row->range.low) / 2 + check->tolerance.value;
    row->expected = 0;
    row->expected_range = (struct tmn_range){-check->tolerance.value, check->tolerance.value};
    row->chance = row->range.high > row->range.low;
    row->relative = scale > 0;
    row->resolution = row->relative ? half / scale : half;
    bool more = row->range.low > slack, less = row->range.high < -slack;
    bool weak = row->relative ? row->resolution > WEAK_RELATIVE : check->above.expr && half > WEAK_SHARE;
    if (check->expect == TMN_EXPECT_MORE ? more : check->expect == TMN_EXPECT_LESS ? less : !more && !less) {
        if (check->expect == TMN_EXPECT_EQUAL && row->chance && weak)
            decide(row, TMN_VERDICT_WEAK, "the interval is so wide that it would hold nearly any value: raise 'runs'");
        else
            decide(row, TMN_VERDICT_PASS, NULL);
    } else if (more || less) {
        decide(row, TMN_VERDICT_FAIL,
               more ? "there are more than with 'against'" : "there are less than with 'against'");
    } else {
        decide(row, TMN_VERDICT_FAIL,
               row->chance ? "no difference is shown: the interval holds 0" : "there is no difference");
    }
}

static void decide_law(struct tmn_verify_row *row, const struct tmn_verify_data *data, double alpha) {
    const struct tmn_check *check = row->check;
    const double argument[2] = {check->law_argument[0].value, check->law_argument[1].value};
    if (check->times && data->early) {
        decide(row, TMN_VERDICT_MISTAKE, "a run ended before its last window, so the times of the rest are not known");
        return;
    }
    row->law = tmn_law_test(check->law, argument, data->count, data->values, data->others,
                            check->times ? data->periods : UINT32_MAX);
    row->chance = true;
    if (row->law.freedom == 0) {
        decide(row, TMN_VERDICT_WEAK, "too few draws to test: raise 'runs' or the number of cells");
        return;
    }
    row->resolution = sqrt(tmn_chi_square_limit(row->law.freedom, alpha) / (double)row->law.draws);
    if (row->law.p < alpha)
        decide(row, TMN_VERDICT_FAIL,
               isinf(row->law.value) ? "some values cannot come from this law" : "the values do not follow this law");
    else if (row->resolution > WEAK_RELATIVE)
        decide(row, TMN_VERDICT_WEAK, "so few draws would follow nearly any law: raise 'runs' or the number of cells");
    else
        decide(row, TMN_VERDICT_PASS, NULL);
}

void tmn_verify_decide(struct tmn_verify_row *row, const struct tmn_verify_data *data, double alpha,
                       struct tmn_arena *arena) {
    const struct tmn_check *check = row->check;
    row->runs = check->runs;
    if (check->expect == TMN_EXPECT_LAW) {
        decide_law(row, data, alpha);
    } else if (!all_numbers(data->value, data->runs) || !all_numbers(data->against, data->runs)) {
        decide(row, TMN_VERDICT_FAIL, "a run has no value: its outcome is 0 in every period");
    } else if (check->runs == 1 && (varies(data->value, data->runs) || varies(data->against, data->runs))) {
        const double *value = varies(data->value, data->runs) ? data->value : data->against;
        double a = value[0], b = value[1];
        decide(row, TMN_VERDICT_MISTAKE,
               tmn_arena_printf(arena, "two seeds gave %.6g and %.6g: one run cannot decide what depends on chance", a,
                                b));
    } else if (check->expect == TMN_EXPECT_SAME) {
        decide_same(row, data, alpha, arena);
    } else if (data->against) {
        decide_against(row, data, alpha, arena);
    } else {
        decide_number(row, data, alpha, arena);
    }
}
