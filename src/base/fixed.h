/* Fixed point of clocks and branches (docs/semantics.md, Clocks): C in units of 2^-22, G per window in units of 2^-36,
 * thresholds and `left` in units of 2^-58. C x G of the two integers is exact in units of 2^-58. */
#ifndef TMN_BASE_FIXED_H
#define TMN_BASE_FIXED_H

#include <stdbool.h>
#include <stdint.h>

enum { TMN_C_BITS = 22, TMN_G_BITS = 36, TMN_LEFT_BITS = 58, TMN_AMOUNT_BITS = 20 };

__extension__ typedef unsigned __int128 tmn_u128;
__extension__ typedef __int128 tmn_i128;

#define TMN_CERTAIN UINT64_MAX /* C or G of a chance of 1: fires in each window and sorts first */

/* Round half up to the unit; false if x is negative, not finite or too large (C: 2^41, G: 2^27 = 5 per window per unit
 * C). */
bool tmn_fixed_c(double x, uint64_t *units);
bool tmn_fixed_g(double x, uint64_t *units);
/* Amounts of feedback and weights: round half up to 2^-20; false if |x| >= 2^43 or not finite. */
bool tmn_fixed_amount(double x, int64_t *units);
/* Probability in [0, 1] to 32 bits: round half up, 1 -> 2^32. */
uint64_t tmn_fixed_probability(double p);

#endif
