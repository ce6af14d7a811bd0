/* Which instructions the batched loops use. All give the same bits; the choice changes time alone. */
#ifndef TMN_BASE_ISA_H
#define TMN_BASE_ISA_H

#include "base/error.h"

enum tmn_isa { TMN_ISA_BASELINE /* what every machine of the kind has */, TMN_ISA_AVX2, TMN_ISA_AVX512, TMN_ISAS };

/* What TUMEN_ISA may hold. */
const char *tmn_isa_name(enum tmn_isa isa);
/* Whether this machine can run it. */
bool tmn_isa_present(enum tmn_isa isa);
/* From now on that of the environment variable TUMEN_ISA, or the widest present one where it is empty or not set. False
 * when it names one that is unknown or not present. */
bool tmn_isa_choose(struct tmn_error *err);
/* The one chosen last; before any choice the baseline. */
enum tmn_isa tmn_isa(void);
/* Does it gather bits of a word (base/gather.h) at the cost of an addition? */
bool tmn_isa_gathers(void);

#endif
