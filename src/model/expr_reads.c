/* What an expression reads: the features that cut its stratum, and the kinds of everything else. */
#include "model/model.h"

static void read_feature(const struct tmn_model *model, int feature, struct tmn_reads *what, bool *reads) {
    switch (model->features.items[feature].kind) {
    case TMN_FEATURE_COUNTER:
        what->counter = true;
        break;
    case TMN_FEATURE_AGE:
        what->age = true;
        break;
    default:
        what->feature = true;
        break;
    }
    if (reads)
        reads[feature] = true;
}

/* A variable by place reads the place. */
static void read_by(const struct tmn_model *model, int by, struct tmn_reads *what, bool *reads) {
    if (by >= 0)
        read_feature(model, by, what, reads);
}

static void collect(const struct tmn_model *model, const struct tmn_expr *expr, struct tmn_reads *what, bool *reads) {
    switch (expr->op) {
    case TMN_OP_PARAMETER:
        what->parameter = true;
        break;
    case TMN_OP_DRIVER:
        what->driver = true;
        read_by(model, model->drivers.items[expr->index].by, what, reads);
        break;
    case TMN_OP_FEEDBACK:
        what->feedback = true;
        read_by(model, model->feedbacks.items[expr->index].by, what, reads);
        break;
    case TMN_OP_SHARE:
        what->share = true;
        read_by(model, model->shares.items[expr->index].by, what, reads);
        break;
    case TMN_OP_COUNT:
        what->count = true;
        read_by(model, model->counts.items[expr->index].by, what, reads);
        break;
    case TMN_OP_FEATURE:
    case TMN_OP_MEMBER:
        read_feature(model, expr->index, what, reads);
        break;
    case TMN_OP_KEY:
        if (expr->index >= 0)
            read_feature(model, expr->index, what, reads);
        what->year = what->year || expr->index == -1;
        break;
    case TMN_OP_YEAR:
        what->year = true;
        break;
    case TMN_OP_WINDOW:
        what->window = true;
        break;
    default:
        break;
    }
    for (size_t i = 0; i < expr->count; i++)
        collect(model, expr->arg[i], what, reads);
}

struct tmn_reads tmn_expr_reads(const struct tmn_model *model, const struct tmn_expr *expr, bool *reads) {
    struct tmn_reads what = {0};
    collect(model, expr, &what, reads);
    return what;
}
