/* Random expressions and environments over the model of expr-fixture.h, for property tests; and the random numbers. */
#ifndef TESTS_MODEL_EXPR_RANDOM_H
#define TESTS_MODEL_EXPR_RANDOM_H

#include "expr-fixture.h"

/* splitmix64 */
static inline uint64_t random_next(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}
static inline uint32_t random_below(uint64_t *state, uint32_t n) {
    return (uint32_t)(random_next(state) % n);
}
static inline double random_real(uint64_t *state, double low, double high) {
    uint64_t corner = random_next(state) % 8; /* often at an end */
    return corner == 0 ? low : corner == 1 ? high : low + (high - low) * ((double)(random_next(state) >> 11) * 0x1p-53);
}

#define PICK(state, ...)                                                                                               \
    ((const char *const[]){                                                                                            \
        __VA_ARGS__})[random_below((state), sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))]

static inline void random_condition(uint64_t *state, struct tmn_text *out, int depth, bool place);

/* A number without a unit. */
static inline void random_number(uint64_t *state, struct tmn_text *out, int depth, bool place) {
    uint32_t kind = depth <= 0 ? random_below(state, 3) : random_below(state, 12);
#define SUB(d) random_number(state, out, depth - (d), place)
    switch (kind) {
    case 0:
        tmn_text_put(out, "%s", PICK(state, "0", "1", "2", "0.5", "0.18", "3e2", "1e-3", "7 d / y", "18 %"));
        break;
    case 1:
        tmn_text_put(out, "%s",
                     place ? PICK(state, "weight", "order", "barrier", "news", "year", "window / 30 d", "price / usd",
                                  "by_province[province]", "count(cross)", "count(cross.across, by province)",
                                  "share(status = home, by province)")
                           : PICK(state, "weight", "q", "fear", "kin", "age", "birth_year", "order", "barrier", "news",
                                  "year", "window / y", "cross.base * y", "price / 3 usd", "degree(friends)"));
        break;
    case 2:
        tmn_text_put(out, "%s",
                     place ? PICK(state, "pull[heard]", "risk[3, province]", "share(status != home)", "fee / 2 won",
                                  "mortality[year, f, 20] * y")
                           : PICK(state, "pull[aware]", "pull[heard]", "risk[fear, province]", "risk[fear, north]",
                                  "risk[2, province]", "mortality[year, sex, age] * y", "distance[village] / km",
                                  "share(aware >= heard)", "share(sex = f and fear in [1, 2, 5], by province)",
                                  "friends_out / degree(friends)"));
        break;
    case 3:
    case 4:
    case 5:
        tmn_text_put(out, "(");
        SUB(1);
        tmn_text_put(out, " %s ", PICK(state, "+", "-", "*", "*", "/"));
        SUB(2);
        tmn_text_put(out, ")");
        break;
    case 6: /* without parentheses: the tree is whatever precedence makes of it */
        SUB(1);
        tmn_text_put(out, " %s ", PICK(state, "+", "-", "*", "/"));
        SUB(1);
        break;
    case 7:
        tmn_text_put(out, "-");
        SUB(1);
        break;
    case 8:
        tmn_text_put(out, "%s(", PICK(state, "exp", "log", "sqrt", "abs", "logistic", "ncdf"));
        SUB(1);
        tmn_text_put(out, ")");
        break;
    case 9:
        tmn_text_put(out, "%s(", PICK(state, "min", "max", "pow"));
        SUB(1);
        tmn_text_put(out, ", ");
        SUB(2);
        tmn_text_put(out, ")");
        break;
    case 10:
        tmn_text_put(out, "clamp(");
        SUB(1);
        tmn_text_put(out, ", ");
        SUB(2);
        tmn_text_put(out, ", ");
        SUB(2);
        tmn_text_put(out, ")");
        break;
    default:
        tmn_text_put(out, "if(");
        random_condition(state, out, depth - 1, place);
        tmn_text_put(out, ", ");
        SUB(1);
        tmn_text_put(out, ", ");
        SUB(2);
        tmn_text_put(out, ")");
    }
#undef SUB
}

static inline void random_condition(uint64_t *state, struct tmn_text *out, int depth, bool place) {
    uint32_t kind = depth <= 0 ? random_below(state, 2) : random_below(state, 7);
    switch (kind) {
    case 0:
        tmn_text_put(out, "%s",
                     place ? PICK(state, "province = north", "barrier > 2", "share(status = home) >= 0.18",
                                  "year >= 2000", "price < 40 usd")
                           : PICK(state, "status = home", "aware >= convinced", "fear in [1, 2, 6]",
                                  "village in [in, 'Sin si']", "sex != m", "fear <= 4", "age in [18, 19, 20]",
                                  "kin = 2", "friends_out / degree(friends) >= q", "friends_out / kin < 0.5",
                                  "share(fear >= 2, by village) != 0.25", "birth_year < 1970", "aware < none",
                                  "share(sex = f) >= fear / 7", "birth_year / 1980 > kin / degree(work)"));
        break;
    case 1:
        random_number(state, out, depth - 1, place);
        tmn_text_put(out, " %s ", PICK(state, "=", "!=", "<", "<=", ">", ">="));
        random_number(state, out, depth - 1, place);
        break;
    case 2:
    case 3:
        tmn_text_put(out, "(");
        random_condition(state, out, depth - 1, place);
        tmn_text_put(out, " %s ", PICK(state, "and", "or"));
        random_condition(state, out, depth - 1, place);
        tmn_text_put(out, ")");
        break;
    case 4:
        random_condition(state, out, depth - 1, place);
        tmn_text_put(out, " %s ", PICK(state, "and", "or"));
        random_condition(state, out, depth - 1, place);
        break;
    case 5:
        tmn_text_put(out, "not ");
        random_condition(state, out, depth - 1, place);
        break;
    default:
        tmn_text_put(
            out, "%s",
            place ? "share(aware = heard) < "
                  : PICK(state, "share(status = china) >= ", "kin / degree(work) > ", "kin / degree(friends) = "));
        random_number(state, out, depth - 1, place);
    }
}

/* An environment inside the declared ranges. */
struct random_env {
    struct tmn_env env;
    double parameter[16], driver[16], feedback[16], count[64];
    struct tmn_ratio share[4096];
    uint32_t level[64];
};

/* Levels of known features stay as they are, drivers too when they are kept. */
static inline void random_fill(uint64_t *state, const struct tmn_model *m, struct random_env *e, const bool *known,
                               bool keep_drivers) {
    for (size_t i = 0; !keep_drivers && i < m->drivers.count; i++)
        for (uint32_t k = 0; k < m->drivers.items[i].slots; k++)
            e->driver[m->drivers.items[i].first + k] =
                random_real(state, m->drivers.items[i].low, m->drivers.items[i].high);
    for (size_t i = 0; i < m->feedbacks.count; i++)
        for (uint32_t k = 0; k < m->feedbacks.items[i].slots; k++)
            e->feedback[m->feedbacks.items[i].first + k] =
                random_real(state, m->feedbacks.items[i].low, m->feedbacks.items[i].high);
    for (size_t i = 0; i < m->features.count; i++)
        if (!known || !known[i])
            e->level[i] = random_below(state, 4) == 0 ? 0 : random_below(state, m->features.items[i].cardinality);
    for (uint32_t i = 0; i < m->share_slots && i < 4096; i++) {
        int64_t all = random_below(state, 3) == 0 ? 0 : 1 + (int64_t)random_below(state, 100);
        e->share[i] = (struct tmn_ratio){all ? (int64_t)random_below(state, (uint32_t)all + 1) : 0, all};
    }
    for (uint32_t i = 0; i < m->count_slots && i < 64; i++)
        e->count[i] = (double)random_below(state, 1000);
    struct tmn_window window =
        tmn_calendar_window(&m->calendar, (int)random_below(state, (uint32_t)m->calendar.windows));
    e->env = (struct tmn_env){m,           e->parameter, e->driver,
                              e->feedback, e->share,     e->count,
                              e->level,    window.year,  window.quarter_days / 4.0 / TMN_YEAR_DAYS};
}

/* What tmn_expr_bound is given: drivers in their declared ranges, or at their values. */
static inline struct tmn_env random_ranges(const struct random_env *e, bool keep_drivers) {
    struct tmn_env env = e->env;
    if (!keep_drivers)
        env.driver = NULL;
    env.feedback = NULL;
    env.share = NULL;
    env.count = NULL;
    return env;
}

#endif
