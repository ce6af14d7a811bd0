/* Where time went, by transition, from the samples of all workers. */
#include "engine/profile.h"
#include "base/wall.h"
#include "engine/rooms.h"

#include <time.h>

const char *const tmn_act_names[TMN_ACTS] = {"scan", "check", "fire", "tell", "receive", "follow"};

uint64_t tmn_ticks_slow(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * UINT64_C(1000000000) + (uint64_t)time.tv_nsec;
}

/* The least that two readings are apart is part of every sample. */
static uint64_t empty_ticks(void) {
    enum { TRIES = 1000 };
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < TRIES; i++) {
        uint64_t began = tmn_ticks_now(), took = tmn_ticks_now() - began;
        least = took < least ? took : least;
    }
    return least;
}

void tmn_profile_begin(struct tmn_run *run) {
    if (!run->options.profile)
        return;
    for (int w = 0; w < run->workers; w++) {
        struct tmn_sampler *sampler = &run->worker[w].sampler;
        sampler->sample = TMN_NEW_ARRAY(&run->arena, struct tmn_sample, run->transitions * TMN_ACTS + 1);
        sampler->countdown = 1 + (uint32_t)w % TMN_SAMPLE_EVERY;
    }
    run->ticks = (struct tmn_ticks){tmn_ticks_now(), empty_ticks(), tmn_wall_s()};
}

bool tmn_run_profile(const struct tmn_run *run, struct tmn_transition_profile *out) {
    if (!run->options.profile)
        return false;
    double elapsed_s = tmn_wall_s() - run->ticks.began_s;
    uint64_t ticks = tmn_ticks_now() - run->ticks.began;
    double tick_s = ticks > 0 ? elapsed_s / (double)ticks : 0;
    for (size_t t = 0; t < run->transitions; t++) {
        out[t] = (struct tmn_transition_profile){.firings = run->counters.transition_firings[t],
                                                 .work = run->counters.work[t]};
        for (int act = 0; act < TMN_ACTS; act++) {
            double sum = 0;
            for (int w = 0; w < run->workers; w++) {
                struct tmn_sample sample = run->worker[w].sampler.sample[t * TMN_ACTS + (size_t)act];
                double empty = (double)run->ticks.empty * sample.count;
                sum += (double)sample.ticks > empty ? (double)sample.ticks - empty : 0;
            }
            out[t].act_s[act] = sum * tick_s * (act == TMN_ACT_SCAN || act == TMN_ACT_TELL ? 1 : TMN_SAMPLE_EVERY);
        }
    }
    return true;
}
