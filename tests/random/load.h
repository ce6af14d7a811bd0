/* A scenario as one text: comments in it say how it is run, and hold the files beside it.
 *
 *     # seed: 17
 *     # scale: 0.5
 *     # cut feedback
 *     # set: NAME=VALUE@DATE
 *     # file NAME.csv: first line|second line
 */
#ifndef TMN_TESTS_RANDOM_LOAD_H
#define TMN_TESTS_RANDOM_LOAD_H

#include "engine/engine.h"

/* The model and options of a text; its threads and engine are the caller's. NULL with a reason where it is refused. */
struct tmn_model *load(struct tmn_arena *arena, const char *text, struct tmn_run_options *options, const char **reason);

#endif
