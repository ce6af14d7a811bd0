/* Expressions from any bytes, in every scope: nothing crashes; what parses prints, parses again to the same text, and
 * its values keep inside its bound, and its formula is whole. The first byte chooses scope, place and type. */
#include "fuzz.h"

#include "../model/expr-random.h"
#include "report/formula.h"
#include <math.h>

/* A formula is whole: as many elements end as begin. */
static void try_formula(struct fixture *f, const struct tmn_expr *expr) {
    struct tmn_text text;
    tmn_text_init(&text, &f->arena);
    tmn_formula_block(&text, f->model, NULL, "x", expr);
    size_t begun = 0, ended = 0;
    for (const char *at = text.items; (at = strchr(at, '<')) != NULL; at++)
        at[1] == '/' ? ended++ : begun++;
    CHECK(begun == ended && begun > 5);
}

static void try_values(struct fixture *f, const struct tmn_expr *expr, bool counts) {
    struct random_env *e = TMN_NEW(&f->arena, struct random_env);
    uint64_t state = 1;
    if (f->model->share_slots > 4096 || f->model->count_slots > 64 || f->model->features.count > 64)
        return;
    for (size_t i = 0; i < f->model->parameters.count; i++)
        e->parameter[i] = f->model->parameters.items[i].value;
    for (int k = 0; k < 4; k++) {
        random_fill(&state, f->model, e, NULL, false);
        if (!counts)
            e->env.count = NULL;
        struct tmn_env ranges = random_ranges(e, k > 1);
        struct tmn_interval bound = tmn_expr_bound(expr, &ranges, NULL);
        double value = tmn_expr_eval(expr, &e->env);
        CHECK(isfinite(value) ? value >= bound.low && value <= bound.high : !bound.defined);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    if (count < 1 || count > 2000)
        return 0;
    struct fixture f;
    fixture_open(&f);
    enum tmn_scope scope = (enum tmn_scope)(bytes[0] % 6);
    int by = bytes[0] & 64 ? F_PROVINCE : -1;
    bool boolean = bytes[0] & 128;
    struct tmn_node *node = fixture_node(&f, (const char *)bytes + 1, count - 1);
    struct tmn_expr *expr = tmn_expr_parse(f.model, node, scope, by, boolean, &f.list);
    CHECK((expr == NULL) == (f.list.errors > 0));
    fuzz_render(&f.list);
    if (expr) {
        const char *once = fixture_print(&f, expr);
        struct tmn_expr *again = fixture_parse(&f, once, scope, by, boolean);
        CHECK(again && strcmp(once, fixture_print(&f, again)) == 0);
        try_formula(&f, expr);
        bool *reads = TMN_NEW_ARRAY(&f.arena, bool, f.model->features.count);
        tmn_expr_reads(f.model, expr, reads);
        try_values(&f, expr, scope == TMN_SCOPE_FEEDBACK);
    }
    fixture_close(&f);
    return 0;
}
