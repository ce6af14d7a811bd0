/* See progress.h. */
#include "cli/progress.h"
#include "base/wall.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BAR = 24, SOON_S = 2, LATE_S = 30 };
#define LEAST 0.01 /* share that tells how long the rest takes; what is told by less is of the set-up, until LATE_S */

void tmn_progress_begin(struct tmn_progress *progress, bool quiet) {
    *progress = (struct tmn_progress){.shown = !quiet && isatty(STDERR_FILENO), .began_s = tmn_wall_s()};
    progress->stage_s = progress->began_s;
}

bool tmn_progress_due(const struct tmn_progress *progress) {
    return progress->shown && tmn_wall_s() - progress->drawn_s >= 0.1;
}

/* "  1:05 left", or "" as long as nothing can be said of it. */
static void tell_left(struct tmn_progress *progress, double done, double total, char *out, size_t size) {
    if (done < progress->done)
        progress->stage_s = progress->drawn_s;
    progress->done = done;
    double took_s = progress->drawn_s - progress->stage_s;
    double left_s = done > 0 ? took_s * (total - done) / done : 0;
    bool known = took_s >= SOON_S && done > 0 && (done >= LEAST * total || took_s >= LATE_S);
    out[0] = '\0';
    if (known)
        snprintf(out, size, "  %d:%02d left", (int)left_s / 60, (int)left_s % 60);
}

void tmn_progress_draw(struct tmn_progress *progress, double done, double total, const char *text) {
    progress->drawn_s = tmn_wall_s();
    char bar[BAR + 1];
    int filled = total > 0 ? (int)(BAR * done / total) : 0;
    for (int i = 0; i < BAR; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR] = '\0';
    char line[256], left[32];
    tell_left(progress, done, total, left, sizeof left);
    snprintf(line, sizeof line, "[%s] %s%s", bar, text, left);
    /* A line that the terminal breaks could not be drawn over: without the bar, then cut. */
    int width = tmn_terminal_columns(stderr, 80) - 1, bytes = 0;
    const char *from = tmn_text_width(line) <= width ? line : line + BAR + strlen("[] ");
    for (int used = 0; from[bytes] != '\0'; bytes++) {
        used += ((unsigned char)from[bytes] & 0xC0) != 0x80;
        if (used > width)
            break;
    }
    fprintf(stderr, "\r%.*s\033[K", bytes, from);
    fflush(stderr);
}

void tmn_progress_note(const struct tmn_progress *progress, const char *text) {
    if (progress->shown)
        fprintf(stderr, "%s ...", text);
}

bool tmn_progress_runs(void *context, const struct tmn_runs_progress *at) {
    struct tmn_progress *progress = context;
    if (tmn_progress_due(progress)) {
        char line[64];
        snprintf(line, sizeof line, "%zu of %zu runs", at->runs, at->runs_all);
        tmn_progress_draw(progress, at->windows, at->windows_all, line);
    }
    return !tmn_interrupted();
}

void tmn_progress_end(struct tmn_progress *progress) {
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
