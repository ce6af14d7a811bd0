/* See isa.h. Processors are asked once, by the compiler's own means. */
#include "base/isa.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_int chosen = TMN_ISA_BASELINE; /* runs that begin at the same time all write the same */

const char *tmn_isa_name(enum tmn_isa isa) {
    static const char *const names[TMN_ISAS] = {"baseline", "avx2", "avx512"};
    return names[isa];
}

bool tmn_isa_present(enum tmn_isa isa) {
#ifdef __x86_64__
    if (isa == TMN_ISA_AVX2)
        return __builtin_cpu_supports("avx2") != 0;
    if (isa == TMN_ISA_AVX512)
        return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0;
#endif
    return isa == TMN_ISA_BASELINE;
}

bool tmn_isa_choose(struct tmn_error *err) {
    const char *wanted = getenv("TUMEN_ISA");
    if (wanted && wanted[0] == '\0')
        wanted = NULL;
    for (int isa = TMN_ISAS - 1; isa >= 0; isa--) {
        bool present = tmn_isa_present((enum tmn_isa)isa),
             named = wanted && strcmp(wanted, tmn_isa_name((enum tmn_isa)isa)) == 0;
        if (named && !present)
            return tmn_fail(err, TMN_USAGE, "TUMEN_ISA asks for %s, which this machine does not have; leave it unset",
                            wanted);
        if (named || (!wanted && present)) {
            atomic_store_explicit(&chosen, isa, memory_order_relaxed);
            return true;
        }
    }
    return tmn_fail(err, TMN_USAGE, "TUMEN_ISA must be baseline, avx2 or avx512, not '%s'", wanted);
}

enum tmn_isa tmn_isa(void) {
    return (enum tmn_isa)atomic_load_explicit(&chosen, memory_order_relaxed);
}

bool tmn_isa_gathers(void) {
#ifdef __x86_64__
    /* AMD's took a step for each bit before its third Zen. */
    bool slow = __builtin_cpu_is("znver1") != 0 || __builtin_cpu_is("znver2") != 0 || __builtin_cpu_is("bdver4") != 0;
    return tmn_isa() > TMN_ISA_BASELINE && __builtin_cpu_supports("bmi2") != 0 && !slow;
#else
    return false;
#endif
}
