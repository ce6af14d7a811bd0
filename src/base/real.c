/* Elementary functions from our own source. Only + - * /, comparisons and bit moves are used, in source order, so that
 * every compiler, level and machine with binary64 gives the same bits. Errors against the true value stay below 2 units
 * in the last place for exp and log in their normal ranges (tests/base/test-real.c measures them). */
#include "base/real.h"

#include <fenv.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

static uint64_t bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static const double log2_e = 0x1.71547652b82fep+0;

/* x * 2^k for -1076 <= k <= 1024: an exact step into range, then one that may round (subnormal results). */
static double scale(double x, int k) {
    if (k > 1023) {
        x *= 0x1p1023;
        k -= 1023;
    } else if (k < -1022) {
        x *= 0x1p-969;
        k += 969;
    }
    return x * from_bits((uint64_t)(k + 1023) << 52);
}

double tmn_exp(double x) {
    if (x != x)
        return x;
    if (x > 709.782712893384)
        return (double)INFINITY;
    if (x < -745.2)
        return 0.0;
    double k = floor(x * log2_e + 0.5);
    double r = (x - k * TMN_LN2_HIGH) - k * TMN_LN2_LOW; /* |r| <= 0.347 */
    /* Taylor to r^13: the rest is below 2^-58. 1 + r + r^2 q, smallest terms first. */
    double q = 1.0 / 6227020800.0;
    static const double inverse_factorial[] = {1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0,
                                               1.0 / 40320.0,     1.0 / 5040.0,     1.0 / 720.0,     1.0 / 120.0,
                                               1.0 / 24.0,        1.0 / 6.0,        1.0 / 2.0};
    for (int i = 0; i < 11; i++)
        q = q * r + inverse_factorial[i];
    return scale(1.0 + (r + r * r * q), (int)k);
}

/* log(1 + f) for 1 + f in [sqrt(1/2), sqrt(2)]: 2 atanh(s), s = f / (2 + f). */
static double log_near_one(double f) {
    double s = f / (2.0 + f), z = s * s, sum = 1.0 / 25.0;
    for (int n = 23; n >= 3; n -= 2)
        sum = sum * z + 1.0 / (double)n;
    /* f - s * (f - 2 z sum) keeps the leading term exact */
    return f - s * (f - 2.0 * z * sum);
}

double tmn_log(double x) {
    if (x != x || x < 0.0)
        return (double)NAN;
    if (x == 0.0)
        return -(double)INFINITY;
    if (x > 0x1.fffffffffffffp1023)
        return x;
    int k = 0;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        k = -54;
    }
    uint64_t bits = bits_of(x);
    k += (int)(bits >> 52) - 1023;
    double m = from_bits((bits & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3ff0000000000000));
    if (m > 0x1.6a09e667f3bcdp+0) {
        m *= 0.5;
        k++;
    }
    double n = (double)k;
    return n * TMN_LN2_HIGH + (n * TMN_LN2_LOW + log_near_one(m - 1.0));
}

double tmn_log1p(double x) {
    double u = 1.0 + x;
    if (u == 1.0)
        return x; /* keeps small arguments */
    if (u <= 0.0 || u != u || u > 0x1p1000)
        return tmn_log(u);
    return tmn_log(u) * x / (u - 1.0);
}

double tmn_pow(double x, double p) {
    if (p == 0.0)
        return 1.0;
    if (p == floor(p) && p >= -64.0 && p <= 64.0) { /* whole powers by squaring: the sign and small cases are exact */
        double result = 1.0, base = p < 0 ? 1.0 / x : x;
        for (int n = (int)(p < 0 ? -p : p); n > 0; n /= 2) {
            if (n % 2 == 1)
                result *= base;
            base *= base;
        }
        return result;
    }
    if (x == 0.0)
        return p > 0 ? 0.0 : (double)INFINITY;
    return tmn_exp(p * tmn_log(x));
}

double tmn_logistic(double x) {
    if (x >= 0.0)
        return 1.0 / (1.0 + tmn_exp(-x));
    double e = tmn_exp(x);
    return e / (1.0 + e);
}

double tmn_ncdf(double x) {
    if (x != x)
        return x;
    double a = x < 0 ? -x : x, density = 0x1.9884533d43651p-2 * tmn_exp(-0.5 * a * a); /* 1/sqrt(2 pi) */
    if (a < 2.0) { /* 1/2 + density * (a + a^3/3 + a^5/15 + ...): all terms positive */
        double term = a, sum = a;
        for (int n = 3; n < 120; n += 2) {
            term = term * a * a / (double)n;
            sum += term;
        }
        return x < 0 ? 0.5 - density * sum : 0.5 + density * sum;
    }
    double tail = a; /* continued fraction a + 1/(a + 2/(a + ...)), from its far end */
    for (int n = 200; n >= 1; n--)
        tail = a + (double)n / tail;
    tail = density / tail;
    return x < 0 ? tail : 1.0 - tail;
}

_Static_assert(sizeof(fenv_t) <= sizeof(struct tmn_real_state), "the floating environment fits its container");

struct tmn_real_state tmn_real_enter(void) {
    struct tmn_real_state state;
    fenv_t environment;
    memset(&state, 0, sizeof state);
    fegetenv(&environment);
    memcpy(state.bytes, &environment, sizeof environment);
    fesetenv(FE_DFL_ENV);
    return state;
}

void tmn_real_restore(struct tmn_real_state state) {
    fenv_t environment;
    memcpy(&environment, state.bytes, sizeof environment);
    fesetenv(&environment);
}
