/* What chance allows: intervals of means and shares, laws of counts and the chi-square test of draws against them.
 * Distribution functions are GSL's; their inverses are found here by bisection, which cannot fail to converge. */
#ifndef TMN_STUDY_CHANCE_H
#define TMN_STUDY_CHANCE_H

#include "model/model.h"

struct tmn_range {
    double low, high;
};

/* Two-sided limits at error `alpha`: multiples of the standard error, of Student's law with `freedom` degrees, or of
 * the normal law. */
double tmn_student_limit(double freedom, double alpha);
double tmn_normal_limit(double alpha);
/* Clopper and Pearson's interval of a chance from k of n: covers it with at least 1 - alpha whatever it is. */
struct tmn_range tmn_share_range(uint64_t k, uint64_t n, double alpha);
/* The interval of a difference a - b of two estimates with their own intervals: each side adds the squares of the two
 * distances to the limits that lie on it (the "method of variance estimates recovery"). */
struct tmn_range tmn_difference_range(double a, struct tmn_range of_a, double b, struct tmn_range of_b);

/* The ratio of the means of n pairs and its interval (Fieller's theorem, Student's law). false: b's own interval holds
 * 0, or n is 1: then no bounded interval holds the ratio. */
bool tmn_ratio_range(const double *a, const double *b, int n, double alpha, double *ratio, struct tmn_range *range);

double tmn_chi_square_tail(double value, double freedom);  /* chance of at least `value` */
double tmn_chi_square_limit(double freedom, double alpha); /* the value that is exceeded with chance alpha */

/* Probability of a value under a law. */
double tmn_law_probability(enum tmn_law law, const double argument[2], uint32_t value);

/* Chi-square test of draws against a law. count[v]: draws of the value v; others: draws beyond `values`. last: the law
 * is cut behind this value and rescaled (UINT32_MAX: not cut). Neighbouring values are merged until at least 5 draws
 * are expected. */
struct tmn_goodness {
    uint64_t draws;
    int freedom;     /* merged cells - 1; 0: too few draws to test anything */
    double value, p; /* draws of values that the law does not allow: infinite, 0 */
};
struct tmn_goodness tmn_law_test(enum tmn_law law, const double argument[2], const uint64_t *count, uint32_t values,
                                 uint64_t others, uint32_t last);

#endif
