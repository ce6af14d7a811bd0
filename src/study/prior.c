/* See prior.h. */
#include "study/prior.h"

#include "base/draw.h"
#include "base/real.h"
#include "base/text.h"
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

enum { HALVINGS = 200, DIGITS = 6 };
#define FAR 12.0 /* standard deviations: all of the mass that numbers can tell */

/* Share of the prior's mass below x, a value in base units. */
static double below(const struct tmn_parameter *parameter, double x) {
    double a = parameter->prior_a, b = parameter->prior_b;
    switch (parameter->prior) {
    case TMN_PRIOR_NORMAL:
        return tmn_ncdf((x - a) / b);
    case TMN_PRIOR_LOGNORMAL:
        return x > 0 ? tmn_ncdf((tmn_log(x) - tmn_log(a)) / b) : 0;
    case TMN_PRIOR_BETA:
        return gsl_cdf_beta_P(fmin(fmax(x, 0), 1), a, b);
    case TMN_PRIOR_UNIFORM:
        return fmin(fmax((x - a) / (b - a), 0), 1);
    default:
        return 0;
    }
}

/* From here to there lies the mass of the prior before it is cut. */
static void ends_of(const struct tmn_parameter *parameter, double *low, double *high) {
    double a = parameter->prior_a, b = parameter->prior_b;
    switch (parameter->prior) {
    case TMN_PRIOR_NORMAL:
        *low = a - FAR * b;
        *high = a + FAR * b;
        break;
    case TMN_PRIOR_LOGNORMAL:
        *low = a * tmn_exp(-FAR * b);
        *high = a * tmn_exp(FAR * b);
        break;
    case TMN_PRIOR_BETA:
        *low = 0;
        *high = 1;
        break;
    default:
        *low = a;
        *high = b;
        break;
    }
}

static double rounded(const struct tmn_parameter *parameter, double value) {
    char text[32];
    double number = value / parameter->factor;
    tmn_format_digits(number, DIGITS, text);
    tmn_parse_real(text, strlen(text), &number);
    return fmin(fmax(number * parameter->factor, parameter->low), parameter->high);
}

static double alternative(const struct tmn_parameter *parameter, double u) {
    int last = parameter->prior_alternatives - 1;
    for (int i = 0; i < last; i++) {
        u -= parameter->prior_alternative[i];
        if (u < 0)
            return i;
    }
    return last;
}

/* Of the prior without its chance of 0. */
static double inner_quantile(const struct tmn_parameter *parameter, double u) {
    double low, high;
    ends_of(parameter, &low, &high);
    low = fmax(low, parameter->low);
    high = fmin(high, parameter->high);
    double from = below(parameter, low), to = below(parameter, high), wanted = from + u * (to - from);
    for (int i = 0; i < HALVINGS; i++) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            break;
        if (below(parameter, middle) < wanted)
            low = middle;
        else
            high = middle;
    }
    return rounded(parameter, high);
}

/* Share of the prior without its chance of 0, cut to the range, that lies below 0. */
static double inner_below_zero(const struct tmn_parameter *parameter) {
    double low, high;
    ends_of(parameter, &low, &high);
    double from = below(parameter, fmax(low, parameter->low)), to = below(parameter, fmin(high, parameter->high));
    return to > from ? fmin(fmax((below(parameter, 0) - from) / (to - from), 0), 1) : 0;
}

double tmn_prior_quantile(const struct tmn_parameter *parameter, double u) {
    if (parameter->prior == TMN_PRIOR_FIXED)
        return parameter->value;
    if (parameter->prior == TMN_PRIOR_ONE_OF)
        return alternative(parameter, u);
    if (parameter->prior_zero <= 0)
        return inner_quantile(parameter, u);
    double some = 1 - parameter->prior_zero, negative = some * inner_below_zero(parameter);
    if (u >= negative && u < negative + parameter->prior_zero)
        return 0;
    return inner_quantile(parameter, (u < negative ? u : u - parameter->prior_zero) / some);
}

double tmn_prior_uniform(uint64_t seed, uint32_t member, const char *name) {
    struct tmn_draw draw = tmn_draw(seed, member, 0, 0, tmn_name_hash(name));
    uint64_t bits = ((uint64_t)draw.lane[0] << 21) | (draw.lane[1] >> 11);
    return ((double)bits + 0.5) * 0x1p-53;
}

void tmn_prior_draw(const struct tmn_model *model, uint64_t seed, uint32_t member, const bool *keep, double *value) {
    for (size_t p = 0; p < model->parameters.count; p++) {
        const struct tmn_parameter *parameter = &model->parameters.items[p];
        value[p] = keep && keep[p] ? parameter->value
                                   : tmn_prior_quantile(parameter, tmn_prior_uniform(seed, member, parameter->name));
    }
}
