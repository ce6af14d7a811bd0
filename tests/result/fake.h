/* A small country made by hand, so that results can be tested without an engine: 4 villages in 2 provinces, both sexes,
 * 3 years of `arrivals` by sex, `crossings` by province and the feedback variable `barrier`. The runs of it are made
 * up. */
#ifndef TMN_TESTS_RESULT_FAKE_H
#define TMN_TESTS_RESULT_FAKE_H

#include "result/result.h"

enum { FAKE_VILLAGE, FAKE_SEX, FAKE_PROVINCE, FAKE_FEATURES };
enum { FAKE_ARRIVALS, FAKE_CROSSINGS, FAKE_BARRIER, FAKE_OUTCOMES };

struct fake {
    struct tmn_arena arena;
    struct tmn_model model;
    struct tmn_result result;
    struct tmn_series series[FAKE_OUTCOMES];
};

void fake_init(struct fake *fake); /* all three years done */
void fake_free(struct fake *fake);
void fake_stop(struct fake *fake, int windows); /* as if interrupted after so many windows */
size_t fake_entries(const char *folder);        /* files and folders in it */

#endif
