/* exp, log, pow, ncdf and logistic from our own source, so that every build gives the same bits (no libm in the model).
 */
#ifndef TMN_BASE_REAL_H
#define TMN_BASE_REAL_H

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
