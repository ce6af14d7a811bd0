/* Sampling, private to the engine: one act in TMN_SAMPLE_EVERY of a worker is timed, so that times by transition cost
 * less than they tell. Nothing that is simulated depends on it. */
#ifndef TMN_ENGINE_PROFILE_H
#define TMN_ENGINE_PROFILE_H

#include "engine/engine.h"

enum {
    TMN_SAMPLE_EVERY = 61,       /* a prime, out of step with what comes in turns */
    TMN_SAMPLE_LONGEST = 1 << 18 /* ticks, about 0.1 ms: longer, and the thread was put aside meanwhile */
};

/* Sums of one kind of act of one transition. */
struct tmn_sample {
    uint64_t ticks;
    uint32_t count; /* of samples */
};
/* Of a worker; sample NULL: nothing is timed. */
struct tmn_sampler {
    struct tmn_sample *sample; /* [transitions * TMN_ACTS] */
    uint32_t countdown;
};
/* Of a run: how long a tick is, from two clocks read at the beginning and at the end. */
struct tmn_ticks {
    uint64_t began, empty; /* empty: ticks of a sample of nothing */
    double began_s;
};

uint64_t tmn_ticks_slow(void); /* nanoseconds of the system's clock */
static inline uint64_t tmn_ticks_now(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return tmn_ticks_slow();
#endif
}

/* 0: this act is not timed. */
static inline uint64_t tmn_sample_begin(struct tmn_sampler *sampler) {
    if (__builtin_expect(sampler->sample == NULL, 1) || --sampler->countdown > 0)
        return 0;
    sampler->countdown = TMN_SAMPLE_EVERY;
    return tmn_ticks_now();
}
static inline void tmn_sample_end(struct tmn_sampler *sampler, int transition, enum tmn_act act, uint64_t began) {
    if (__builtin_expect(began == 0, 1))
        return;
    struct tmn_sample *sample = &sampler->sample[(size_t)transition * TMN_ACTS + act];
    uint64_t took = tmn_ticks_now() - began;
    if (took > TMN_SAMPLE_LONGEST && act != TMN_ACT_SCAN)
        return;
    sample->ticks += took;
    sample->count++;
}
/* Of long acts each is timed: a scan of one transition over a block. */
static inline uint64_t tmn_sample_begin_each(const struct tmn_sampler *sampler) {
    return sampler->sample == NULL ? 0 : tmn_ticks_now();
}

#endif
