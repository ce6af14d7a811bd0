/* What the expressions of a rule read and which functions they use, seen when the rule fires for the first time. */
#include "coverage_state.h"

static void see_feature(struct coverage *coverage, int index, bool number) {
    const struct tmn_feature *feature = &coverage->run->model->features.items[index];
    if (feature->kind == TMN_FEATURE_AGE)
        see(coverage, SEEN_AGE);
    else if (feature->kind == TMN_FEATURE_COUNTER)
        see(coverage, SEEN_COUNTER);
    else if (feature->kind == TMN_FEATURE_MAP)
        see(coverage, SEEN_MAP);
    else
        see(coverage, number ? SEEN_NUMERIC : SEEN_MEMBER);
}

static void see_place(struct coverage *coverage, int by, enum construct nation, enum construct place) {
    see(coverage, by < 0 ? nation : place);
}

/* A comparison of shares or counters in integers. */
static void see_ratio(struct coverage *coverage, const struct tmn_expr *expr) {
    const struct tmn_reads against = tmn_expr_reads(coverage->run->model, expr->arg[expr->count - 1], NULL);
    if (expr->arg[0]->op == TMN_OP_SHARE)
        see(coverage, against.feature ? SEEN_SHARE_AGAINST_PERSON : SEEN_SHARE_COMPARED);
    else
        see(coverage, SEEN_COUNTER_OVER_DEGREE);
}

static void see_expression(struct coverage *coverage, const struct tmn_expr *expr) {
    static const struct {
        enum tmn_op op;
        enum construct construct;
    } plain[] = {{TMN_OP_PARAMETER, SEEN_PARAMETER},
                 {TMN_OP_YEAR, SEEN_YEAR},
                 {TMN_OP_WINDOW, SEEN_WINDOW},
                 {TMN_OP_TABLE, SEEN_TABLE},
                 {TMN_OP_DIV, SEEN_DIVISOR},
                 {TMN_OP_AND, SEEN_OP_AND},
                 {TMN_OP_OR, SEEN_OP_OR},
                 {TMN_OP_NOT, SEEN_OP_NOT},
                 {TMN_OP_IF, SEEN_OP_IF},
                 {TMN_OP_MIN, SEEN_OP_MIN},
                 {TMN_OP_MAX, SEEN_OP_MAX},
                 {TMN_OP_CLAMP, SEEN_OP_CLAMP},
                 {TMN_OP_EXP, SEEN_OP_EXP},
                 {TMN_OP_LOG, SEEN_OP_LOG},
                 {TMN_OP_SQRT, SEEN_OP_SQRT},
                 {TMN_OP_POW, SEEN_OP_POW},
                 {TMN_OP_ABS, SEEN_OP_ABS},
                 {TMN_OP_LOGISTIC, SEEN_OP_LOGISTIC},
                 {TMN_OP_NCDF, SEEN_OP_NCDF}};
    const struct tmn_model *model = coverage->run->model;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (plain[i].op == expr->op)
            see(coverage, plain[i].construct);
    if (expr->op == TMN_OP_DRIVER)
        see_place(coverage, model->drivers.items[expr->index].by, SEEN_DRIVER, SEEN_DRIVER_PLACE);
    else if (expr->op == TMN_OP_FEEDBACK)
        see_place(coverage, model->feedbacks.items[expr->index].by, SEEN_FEEDBACK, SEEN_FEEDBACK_PLACE);
    else if (expr->op == TMN_OP_SHARE)
        see_place(coverage, model->shares.items[expr->index].by, SEEN_SHARE, SEEN_SHARE_PLACE);
    else if (expr->op == TMN_OP_RATIO)
        see_ratio(coverage, expr);
    else if (expr->op == TMN_OP_FEATURE || expr->op == TMN_OP_MEMBER)
        see_feature(coverage, expr->index, expr->op == TMN_OP_FEATURE);
    else if (expr->op == TMN_OP_KEY && expr->index == -1)
        see(coverage, SEEN_TABLE_YEAR);
    else if (expr->op == TMN_OP_KEY && expr->index >= 0)
        see_feature(coverage, expr->index, false);
    for (size_t i = 0; i < expr->count; i++)
        see_expression(coverage, expr->arg[i]);
}

void see_expressions(struct coverage *coverage, int transition) {
    const struct tmn_model *model = coverage->run->model;
    const struct tmn_transition *it = &model->transitions.items[transition];
    if (coverage->read[transition])
        return;
    coverage->read[transition] = true;
    if (it->who != NULL)
        see_expression(coverage, it->who);
    see_expression(coverage, it->hazard);
    for (size_t i = 0; i < it->g_factors; i++) {
        struct tmn_reads reads = tmn_expr_reads(model, it->g_factor[i].expr, NULL);
        if ((reads.feature || reads.counter) && (reads.driver || reads.feedback || reads.share || reads.year))
            see(coverage, SEEN_MIXED);
    }
    for (size_t b = 0; b + 1 < it->branches; b++) {
        struct tmn_reads reads = tmn_expr_reads(model, it->branch[b].chance, NULL);
        if (reads.feature || reads.counter)
            see(coverage, SEEN_BRANCH_PERSON);
        if (reads.share)
            see(coverage, SEEN_BRANCH_SHARE);
        if (reads.driver)
            see(coverage, SEEN_BRANCH_DRIVER);
        see_expression(coverage, it->branch[b].chance);
    }
}
