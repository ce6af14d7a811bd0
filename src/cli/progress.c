/* See progress.h. */
#include "cli/progress.h"
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 24 };

double tmn_clock_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void tmn_progress_begin(struct tmn_progress *progress, bool quiet) {
    *progress = (struct tmn_progress){.shown = !quiet && isatty(STDERR_FILENO), .began_s = tmn_clock_s()};
}

bool tmn_progress_due(const struct tmn_progress *progress) {
    return progress->shown && tmn_clock_s() - progress->drawn_s >= 0.1;
}

void tmn_progress_draw(struct tmn_progress *progress, double done, double total, const char *text) {
    progress->drawn_s = tmn_clock_s();
    char bar[BAR + 1];
    int filled = total > 0 ? (int)(BAR * done / total) : 0;
    for (int i = 0; i < BAR; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR] = '\0';
    double left_s = done > 0 ? (progress->drawn_s - progress->began_s) * (total - done) / done : 0;
    fprintf(stderr, "\r[%s] %s  %d:%02d left\033[K", bar, text, (int)left_s / 60, (int)left_s % 60);
    fflush(stderr);
}

void tmn_progress_note(const struct tmn_progress *progress, const char *text) {
    if (progress->shown)
        fprintf(stderr, "%s ...", text);
}

void tmn_progress_end(struct tmn_progress *progress) {
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
