/* Rounding real numbers to the fixed point of the clocks. All are round half up, once, from binary64. */
#include "base/fixed.h"

#include <math.h>

/* x * 2^bits rounded half up, below `limit` units. Scaling by a power of two is exact; adding a half is exact below
 * 2^52, above which the value is whole already. */
static bool to_units(double x, int bits, double limit, uint64_t *units) {
    *units = 0;
    if (!(x >= 0.0)) /* also nan */
        return false;
    double scaled = x * (double)(UINT64_C(1) << bits);
    if (!(scaled < limit))
        return false;
    uint64_t whole = (uint64_t)scaled;
    *units = whole + (scaled - (double)whole >= 0.5 ? 1 : 0);
    return true;
}

bool tmn_fixed_c(double x, uint64_t *units) {
    return to_units(x, TMN_C_BITS, 0x1p63, units);
}

bool tmn_fixed_g(double x, uint64_t *units) {
    return to_units(x, TMN_G_BITS, 0x1p63, units);
}

bool tmn_fixed_amount(double x, int64_t *units) {
    uint64_t magnitude;
    *units = 0;
    if (!isfinite(x))
        return false;
    double scaled = x * 0x1p20;
    if (!(scaled < 0x1p63 && scaled > -0x1p63))
        return false;
    double down = floor(scaled); /* half up also for negatives: floor(x + 1/2) without the rounding of the sum */
    double rounded = scaled - down >= 0.5 ? down + 1.0 : down;
    if (!to_units(fabs(rounded), 0, 0x1p63, &magnitude))
        return false;
    *units = rounded < 0 ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

uint64_t tmn_fixed_probability(double p) {
    uint64_t units;
    if (!(p > 0.0))
        return 0;
    if (p >= 1.0)
        return UINT64_C(1) << 32;
    to_units(p, 32, 0x1p33, &units);
    return units;
}
