/* From what the user typed to the file of a scenario. */
#ifndef TMN_CLI_LOCATE_H
#define TMN_CLI_LOCATE_H

#include "base/arena.h"
#include "base/error.h"

/* A path (it holds a '/', ends in .yaml or begins with a dot, and exists), else the name of a scenario that comes with
 * tumen: searched in TUMEN_SCENARIOS, then ../scenarios and ../share/tumen/scenarios beside the program, then the
 * source tree. Names are folders with a scenario.yaml, or files NAME.yaml, at most one folder deep ("dprk",
 * "toy/rumour"). TMN_USAGE with the nearest name. */
bool tmn_scenario_locate(struct tmn_arena *arena, const char *word, const char **path, struct tmn_error *err);
/* The same for a suite: a scenario, or a folder (by path or by name) whose scenarios are meant, one level deep, by
 * name. paths: [*count], at least one. */
bool tmn_suite_locate(struct tmn_arena *arena, const char *word, const char ***paths, size_t *count,
                      struct tmn_error *err);
/* The design of a survey: a file, or the name of one in the folder `surveys` of the scenario at this path. word NULL:
 * none was given. TMN_USAGE with the designs that there are. */
bool tmn_design_locate(struct tmn_arena *arena, const char *scenario, const char *word, const char **path,
                       struct tmn_error *err);
/* The folder of workloads, `bench` beside a folder of scenarios. */
bool tmn_bench_locate(struct tmn_arena *arena, const char **folder, struct tmn_error *err);

#endif
