/* How much memory this process may still take. */
#ifndef TMN_BASE_AVAILABLE_H
#define TMN_BASE_AVAILABLE_H

#include <stdint.h>

struct tmn_available {
    uint64_t bytes;    /* UINT64_MAX: nothing tells */
    const char *limit; /* what sets it, as in "free memory of this machine" */
};
/* The least of what the machine has free, what the control group leaves and what RLIMIT_AS leaves. */
struct tmn_available tmn_available(void);
/* What this process holds in memory now. */
uint64_t tmn_resident_bytes(void);

#endif
