/* exp, log, pow, ncdf and logistic from our own source, so that every build gives the same bits (no libm in the model).
 */
#ifndef TMN_BASE_REAL_H
#define TMN_BASE_REAL_H

/* ln 2 in two parts: the first has 32 low zero bits, so that k * TMN_LN2_HIGH is exact for |k| < 2^20. */
#define TMN_LN2_HIGH 0x1.62e42feep-1
#define TMN_LN2_LOW 0x1.a39ef35793c76p-33

double tmn_exp(double x);
double tmn_log(double x);
double tmn_pow(double x, double p);
double tmn_ncdf(double x);
double tmn_logistic(double x);
double tmn_log1p(double x);

/* Sets round to nearest, no flushing of denormals, exceptions masked; returns the old state for tmn_real_restore. */
struct tmn_real_state {
    unsigned char bytes[64];
};
struct tmn_real_state tmn_real_enter(void);
void tmn_real_restore(struct tmn_real_state state);

#endif
