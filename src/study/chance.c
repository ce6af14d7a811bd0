/* See chance.h. */
#include "study/chance.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

enum { EXPECTED_MIN = 5, HALVINGS = 1100 /* down to the smallest double */, VALUES_MAX = 100000000 };

/* A falling function of x with two more arguments. */
typedef double tail_fn(double x, double a, double b);

/* Where `tail` falls to `level`, between low and high. */
static double falls_to(tail_fn *tail, double a, double b, double level, double low, double high) {
    for (int i = 0; i < HALVINGS; i++) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            break;
        if (tail(middle, a, b) > level)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* The same without a known upper end. */
static double falls_to_from_zero(tail_fn *tail, double a, double b, double level) {
    double high = 1;
    while (tail(high, a, b) > level && high < 1e300)
        high *= 2;
    return falls_to(tail, a, b, level, 0, high);
}

static double student_tail(double x, double freedom, double unused) {
    (void)unused;
    return gsl_cdf_tdist_Q(x, freedom);
}

static double normal_tail(double x, double a, double b) {
    (void)a;
    (void)b;
    return gsl_cdf_ugaussian_Q(x);
}

static double chi_square_tail(double x, double freedom, double unused) {
    (void)unused;
    return gsl_cdf_chisq_Q(x, freedom);
}

static double beta_tail(double x, double a, double b) {
    return gsl_cdf_beta_Q(x, a, b);
}

/* Minus the chance of at most x: it falls. */
static double minus_beta_head(double x, double a, double b) {
    return -gsl_cdf_beta_P(x, a, b);
}

double tmn_student_limit(double freedom, double alpha) {
    return falls_to_from_zero(student_tail, freedom, 0, alpha / 2);
}

double tmn_normal_limit(double alpha) {
    return falls_to_from_zero(normal_tail, 0, 0, alpha / 2);
}

bool tmn_ratio_range(const double *a, const double *b, int n, double alpha, double *ratio, struct tmn_range *range) {
    double mean_a = 0, mean_b = 0, aa = 0, ab = 0, bb = 0;
    if (n < 2)
        return false;
    for (int i = 0; i < n; i++) {
        mean_a += a[i] / n;
        mean_b += b[i] / n;
    }
    double limit = tmn_student_limit(n - 1, alpha), factor = limit * limit / ((double)(n - 1) * n);
    for (int i = 0; i < n; i++) {
        aa += (a[i] - mean_a) * (a[i] - mean_a) * factor;
        ab += (a[i] - mean_a) * (b[i] - mean_b) * factor;
        bb += (b[i] - mean_b) * (b[i] - mean_b) * factor;
    }
    double sure = mean_b * mean_b - bb;
    if (!(sure > 0))
        return false;
    double middle = (mean_a * mean_b - ab) / sure;
    double half = sqrt(fmax(middle * middle - (mean_a * mean_a - aa) / sure, 0));
    *ratio = mean_a / mean_b;
    *range = (struct tmn_range){middle - half, middle + half};
    return true;
}

double tmn_chi_square_tail(double value, double freedom) {
    return isinf(value) ? 0 : chi_square_tail(value, freedom, 0);
}

double tmn_chi_square_limit(double freedom, double alpha) {
    return falls_to_from_zero(chi_square_tail, freedom, 0, alpha);
}

struct tmn_range tmn_share_range(uint64_t k, uint64_t n, double alpha) {
    struct tmn_range range = {0, 1};
    if (k > 0) /* chance of k or more is alpha / 2 */
        range.low = falls_to(minus_beta_head, (double)k, (double)(n - k) + 1, -alpha / 2, 0, 1);
    if (k < n) /* chance of k or fewer is alpha / 2 */
        range.high = falls_to(beta_tail, (double)k + 1, (double)(n - k), alpha / 2, 0, 1);
    return range;
}

struct tmn_range tmn_difference_range(double a, struct tmn_range of_a, double b, struct tmn_range of_b) {
    return (struct tmn_range){a - b - hypot(a - of_a.low, of_b.high - b), a - b + hypot(of_a.high - a, b - of_b.low)};
}

double tmn_law_probability(enum tmn_law law, const double argument[2], uint32_t value) {
    switch (law) {
    case TMN_LAW_POISSON:
        return gsl_ran_poisson_pdf(value, argument[0]);
    case TMN_LAW_NEGBIN:
        return gsl_ran_negative_binomial_pdf(value, argument[0] / (argument[0] + argument[1]), argument[0]);
    case TMN_LAW_BINOMIAL:
        return gsl_ran_binomial_pdf(value, argument[1], (unsigned)argument[0]);
    case TMN_LAW_GEOMETRIC:
        return gsl_ran_geometric_pdf(value, argument[0]);
    case TMN_LAW_STAGES:
        return value < argument[0]
                   ? 0
                   : gsl_ran_negative_binomial_pdf(value - (unsigned)argument[0], argument[1], argument[0]);
    }
    return 0;
}

/* The values that the law allows, first to last. */
static void support(enum tmn_law law, const double argument[2], uint32_t *first, uint32_t *last) {
    *first = law == TMN_LAW_GEOMETRIC ? 1 : law == TMN_LAW_STAGES ? (uint32_t)argument[0] : 0;
    if (law == TMN_LAW_BINOMIAL && argument[0] < *last)
        *last = (uint32_t)argument[0];
}

/* Draws by the merged cells: sum of (observed - expected)^2 / expected. */
static void add_cells(struct tmn_goodness *test, enum tmn_law law, const double argument[2], const uint64_t *count,
                      uint32_t values, uint32_t first, double whole) {
    double draws = (double)test->draws, expected = 0, observed = 0, above = whole, seen = 0;
    int cells = 0;
    for (uint32_t v = first; above * draws / whole >= EXPECTED_MIN && v < VALUES_MAX; v++) {
        double p = tmn_law_probability(law, argument, v), here = v < values ? (double)count[v] : 0;
        expected += p * draws / whole;
        observed += here;
        seen += here;
        above -= p;
        bool rest_is_one = above * draws / whole < EXPECTED_MIN || v == VALUES_MAX - 1;
        if (rest_is_one) { /* the last cell takes all that is above */
            expected += fmax(above, 0) * draws / whole;
            observed += draws - seen;
        }
        if (expected >= EXPECTED_MIN) {
            test->value += (observed - expected) * (observed - expected) / expected;
            expected = observed = 0;
            cells++;
        }
    }
    test->freedom = cells > 0 ? cells - 1 : 0;
}

struct tmn_goodness tmn_law_test(enum tmn_law law, const double argument[2], const uint64_t *count, uint32_t values,
                                 uint64_t others, uint32_t last) {
    struct tmn_goodness test = {.draws = others, .p = 1};
    uint32_t first;
    uint64_t outside = 0;
    double whole = 1;
    support(law, argument, &first, &last);
    for (uint32_t v = 0; v < values; v++) {
        test.draws += count[v];
        outside += v < first || v > last ? count[v] : 0;
    }
    if (last < UINT32_MAX) {
        whole = 0;
        for (uint32_t v = first; v <= last; v++)
            whole += tmn_law_probability(law, argument, v);
        outside += others;
    }
    if (outside > 0) {
        test.value = HUGE_VAL;
        test.freedom = 1;
        test.p = 0;
        return test;
    }
    if (!(whole > 0))
        return test;
    add_cells(&test, law, argument, count, values, first, whole);
    if (test.freedom > 0)
        test.p = tmn_chi_square_tail(test.value, test.freedom);
    return test;
}
