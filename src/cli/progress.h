/* One line on a terminal's stderr that shows how far a run has come; silent elsewhere. */
#ifndef TMN_CLI_PROGRESS_H
#define TMN_CLI_PROGRESS_H

#include "study/runs.h"

struct tmn_progress {
    bool shown;
    double began_s, drawn_s;
    double stage_s, done; /* when the present stage began; what was done when it was drawn last */
};

void tmn_progress_begin(struct tmn_progress *progress, bool quiet);
/* Is it time to draw? At most ten times a second. */
bool tmn_progress_due(const struct tmn_progress *progress);
/* Draws a bar of done/total, `text`, and the time left once enough is done to tell it. Where less is done than before,
 * another stage has begun, which has a pace of its own. */
void tmn_progress_draw(struct tmn_progress *progress, double done, double total, const char *text);
/* Says what is done before there is a measure of it. */
void tmn_progress_note(const struct tmn_progress *progress, const char *text);
/* The same of runs side by side: a callback, `context` a struct tmn_progress; false once the user interrupts. */
bool tmn_progress_runs(void *context, const struct tmn_runs_progress *at);
void tmn_progress_end(struct tmn_progress *progress); /* clears the line */

#endif
