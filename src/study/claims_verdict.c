/* The rules by which draws make a verdict; scenarios may not bend them. */
#include "study/claims.h"

#include <math.h>

const char *const tmn_ruling_names[TMN_RULINGS] = {"supported",     "contradicted", "negligible",
                                                   "prior decides", "undetermined", "assumed",
                                                   "matches",       "differs",      "not testable"};
const char *const tmn_claim_class_names[TMN_CLAIM_CLASSES] = {"assumed", "observed", "consequence", "rival",
                                                              "not testable"};

#define SURE 0.95    /* share of draws that settles a claim */
#define OPEN_LOW 0.2 /* a prior share between these leaves the claim open to data */
#define OPEN_HIGH 0.8
#define BAYES_FACTOR 3.0

struct tmn_shares tmn_shares_of(const double *effect, const double *weight, size_t draws, int sign, double smallest) {
    double all = 0, squares = 0, holds = 0, opposite = 0, within = 0;
    for (size_t d = 0; d < draws; d++) {
        double w = weight ? weight[d] : 1, towards = sign * effect[d];
        if (isnan(towards))
            continue;
        all += w;
        squares += w * w;
        holds += towards >= smallest ? w : 0;
        opposite += towards <= -smallest ? w : 0;
        within += fabs(towards) < smallest ? w : 0;
    }
    if (!(all > 0))
        return (struct tmn_shares){0, (double)NAN, (double)NAN, (double)NAN};
    return (struct tmn_shares){all * all / squares, holds / all, opposite / all, within / all};
}

static double odds(const struct tmn_shares *shares) {
    return (shares->holds * shares->draws + 0.5) / ((1 - shares->holds) * shares->draws + 0.5);
}

double tmn_bayes_factor(const struct tmn_shares *prior, const struct tmn_shares *posterior) {
    return odds(posterior) / odds(prior);
}

enum tmn_ruling tmn_ruling_of(const struct tmn_shares *prior, const struct tmn_shares *posterior) {
    double factor = posterior ? tmn_bayes_factor(prior, posterior) : 1;
    const struct tmn_shares *now = posterior ? posterior : prior;
    if (!(now->draws >= TMN_CLAIM_DRAWS))
        return TMN_RULING_UNDETERMINED;
    if (posterior && prior->holds <= OPEN_HIGH && now->holds >= SURE && factor >= BAYES_FACTOR)
        return TMN_RULING_SUPPORTED;
    if (posterior && prior->holds >= OPEN_LOW && now->holds <= 1 - SURE && factor <= 1 / BAYES_FACTOR)
        return TMN_RULING_CONTRADICTED;
    if (now->within >= SURE)
        return TMN_RULING_NEGLIGIBLE;
    if ((prior->holds < OPEN_LOW || prior->holds > OPEN_HIGH) && factor > 1 / BAYES_FACTOR && factor < BAYES_FACTOR)
        return TMN_RULING_PRIOR_DECIDES;
    return TMN_RULING_UNDETERMINED;
}
