/* A clock that only goes on, in seconds from some moment: for how long things took. */
#ifndef TMN_BASE_WALL_H
#define TMN_BASE_WALL_H

#include <time.h>

static inline double tmn_wall_s(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

#endif
