/* Which constructs of the language a run went through, seen from what the engine tells as rules are carried out (its
 * happenings) and from its state after each window. What is declared and never comes about is not counted. */
#ifndef TMN_TESTS_RANDOM_COVERAGE_H
#define TMN_TESTS_RANDOM_COVERAGE_H

#include "engine/engine.h"

/* group, code, text; a line of the table each. FREQUENT: in one scenario of five at least. */
#define CONSTRUCTS_OF(X)                                                                                               \
    X("clocks", RATE, "a rate fires")                                                                                  \
    X("clocks", OVERSHOOT, "a rate fires and its overshoot is carried")                                                \
    X("clocks", OVERDUE, "an overshoot beyond the next threshold: a rate fires again in the next window")              \
    X("clocks", CHANCE_C, "a chance fires that lies in C")                                                             \
    X("clocks", CHANCE_G, "a chance fires that lies in G")                                                             \
    X("clocks", CERTAIN_C, "a chance of 1 fires that lies in C")                                                       \
    X("clocks", CERTAIN_G, "a chance of 1 fires that lies in G")                                                       \
    X("clocks", TERM, "a fixed term ends")                                                                             \
    X("clocks", COMPETITORS, "several clocks of a person run out in one window")                                       \
    X("clocks", THREE, "three clocks of a person or more run out in one window")                                       \
    X("clocks", AGAINST_NAMES, "they fire in another order than that of their names")                                  \
    X("clocks", CROSS, "what is left alone would give another order than what is left over C x G")                     \
    X("clocks", TIE, "a tie of clocks goes by name")                                                                   \
    X("clocks", CERTAIN_FIRST, "a certain clock comes before others")                                                  \
    X("clocks", USED_UP, "a clock is used up")                                                                         \
    X("clocks", USED_UP_PLACE, "a clock is used up by a shared conjunct that reads the person")                        \
    X("clocks", DISABLED, "a clock is disabled")                                                                       \
    X("clocks", ENABLED_AGAIN, "a clock is enabled again, with another number")                                        \
    X("clocks", SLOT_PASSES, "a slot passes from one transition to another")                                           \
    X("clocks", C_CHANGES, "C changes in the life of a clock")                                                         \
    X("clocks", C_CHANGES_BY_COUNTER, "a counter changes C in the life of a clock")                                    \
    X("clocks", C_ZERO, "a clock is enabled while C is 0")                                                             \
    X("clocks", C_FROM_ZERO, "C rises from 0 in the life of a clock")                                                  \
    X("clocks", ENABLED_BY_COUNTER, "a counter alone enables or disables a clock")                                     \
    X("clocks", SHARED_MOVES, "the shared stratum of a clock changes with its person, C does not")                     \
    X("clocks", BOTH_MOVE, "C and the shared stratum of a clock change at once")                                       \
    X("clocks", BIRTHDAY, "a birthday changes the shared stratum of a clock")                                          \
    X("clocks", PAUSE, "a clock is paused")                                                                            \
    X("clocks", RESUME, "a paused clock goes on")                                                                      \
    X("clocks", PAUSED_TERM, "a fixed term is paused")                                                                 \
    X("clocks", CHANGE_IN_PAUSE, "C changes while a clock is paused")                                                  \
    X("clocks", G_LEAPS, "G of a clock grows a hundredfold from one window to the next")                               \
    X("clocks", G_FALLS, "G of a clock falls to a hundredth from one window to the next")                              \
    X("clocks", HIGH, "C x G is above 2 in a window")                                                                  \
    X("clocks", LOW, "C x G is below 1e-6 in a window")                                                                \
    X("clocks", K_BEYOND_BYTE, "a number of firings goes beyond a byte")                                               \
    X("clocks", K_OVERFLOW, "a number of firings moves to the table of large ones")                                    \
    X("clocks", LONG_WINDOW, "a rate runs through the longer last window of a year")                                   \
    X("firings", FIRST_BRANCH, "a branch that is not the rest")                                                        \
    X("firings", REST_BRANCH, "the rest of the branches")                                                              \
    X("firings", BRANCH_PERSON, "chances of branches that read the person")                                            \
    X("firings", BRANCH_SHARE, "chances of branches that read shares")                                                 \
    X("firings", BRANCH_DRIVER, "chances of branches that read drivers")                                               \
    X("firings", SET, "an attribute is set")                                                                           \
    X("firings", SET_YEAR, "an attribute is set to the year")                                                          \
    X("firings", COPY, "an attribute is copied")                                                                       \
    X("firings", STEP, "an attribute takes a step")                                                                    \
    X("firings", STEP_CLAMPED, "a step is held to the levels")                                                         \
    X("firings", SET_AND_STEP, "set and step of one attribute")                                                        \
    X("firings", ADD, "an amount is added to a variable of the nation")                                                \
    X("firings", ADD_PLACE, "an amount is added to a variable of a place")                                             \
    X("firings", ADD_NOW, "an amount is added at the place of after the firing")                                       \
    X("firings", MOVE, "a person changes its place")                                                                   \
    X("firings", DEATH, "a person dies")                                                                               \
    X("firings", FEEDBACK_COUNT, "firings are counted for feedback")                                                   \
    X("messages", MESSAGE, "a message is delivered")                                                                   \
    X("messages", MESSAGE_CHANCE, "messages by chance of each tie")                                                    \
    X("messages", MESSAGE_ONE, "a message to one tie of several")                                                      \
    X("messages", MESSAGE_REFUSED, "a receiver does not meet who")                                                     \
    X("messages", MESSAGE_WHO_SHARED, "who of a message reads what is shared")                                         \
    X("messages", MESSAGE_SET, "a message sets an attribute")                                                          \
    X("messages", MESSAGE_YEAR, "a message sets an attribute to the year")                                             \
    X("messages", MESSAGE_COPY, "a message copies an attribute")                                                       \
    X("messages", MESSAGE_STEP, "a message gives a step")                                                              \
    X("messages", CONFLICT, "messages that set one attribute of a person to different levels, or set and step it")     \
    X("messages", CONFLICT_SETS, "messages that set one attribute of a person to different levels")                    \
    X("messages", CONFLICT_PRIORITY, "such sets of which one wins by priority")                                        \
    X("messages", CONFLICT_STEPS, "sets and steps of one attribute of a person")                                       \
    X("messages", STEPS_ADDED, "several steps of one attribute of a person")                                           \
    X("messages", STEPS_CLAMPED, "the sum of steps is held to the levels")                                             \
    X("messages", MESSAGE_AFTER_FIRING, "a receiver that has itself fired in the window")                              \
    X("messages", MESSAGE_BLOCKS, "a message from one block of rows to another")                                       \
    X("births", BIRTH, "a child is born")                                                                              \
    X("births", BIRTH_HOUSEHOLD, "a row of the household")                                                             \
    X("births", BIRTH_UNIT, "a row of the unit")                                                                       \
    X("births", BIRTH_PLACE, "a row of the place's reserve")                                                           \
    X("births", BIRTH_NATION, "a row of the nation's reserve")                                                         \
    X("births", BIRTH_COPY, "a child takes an attribute of its mother")                                                \
    X("births", BIRTH_DRAW, "a child draws an attribute")                                                              \
    X("births", BIRTH_CUMULATED, "a child draws by cumulated chances")                                                 \
    X("births", BIRTH_FIRES, "somebody who was born fires")                                                            \
    X("counters", COUNTER_MOVES, "a counter changes")                                                                  \
    X("counters", COUNTER_SHARE, "a counter that is a share changes")                                                  \
    X("counters", SATURATION, "saturation: of a counter, a step or a feedback variable")                               \
    X("counters", COUNTER_FULL, "more ties than a counter's maximum")                                                  \
    X("counters", COUNTER_LEAVES_FULL, "a counter falls below its maximum again")                                      \
    X("counters", DEGREE_MOVES, "a degree changes")                                                                    \
    X("national", DRIVER_MOVES, "a driver of the nation changes")                                                      \
    X("national", DRIVER_PLACE_MOVES, "a driver of places changes")                                                    \
    X("national", FEEDBACK_MOVES, "a feedback variable of the nation changes")                                         \
    X("national", FEEDBACK_PLACE_MOVES, "a feedback variable of places changes")                                       \
    X("national", FEEDBACK_CLAMPED, "a feedback variable is held to its range")                                        \
    X("national", EVENT, "an event of the nation")                                                                     \
    X("national", EVENT_PLACE, "an event of places")                                                                   \
    X("national", EVENT_PAUSED, "an event waits for its condition")                                                    \
    X("runs", SETTING, "a dated setting")                                                                              \
    X("runs", SETTING_C, "a dated setting changes C in the life of a clock")                                           \
    X("runs", SETTING_ENABLES, "a dated setting enables or disables a clock")                                          \
    X("runs", SETTING_COUNTER, "a dated setting changes what a counter counts")                                        \
    X("runs", HOLD, "a feedback variable is held from a window on")                                                    \
    X("runs", SHIFT, "a feedback variable is shifted from a window on")                                                \
    X("runs", ASSIGN, "levels are given to persons before a window")                                                   \
    X("runs", UNTIL, "a run ends by its condition")                                                                    \
    X("runs", YEARS, "a run goes over the end of a year")                                                              \
    X("runs", BLOCKS, "rows in several blocks")                                                                        \
    X("runs", SAMPLED, "a sample of the population")                                                                   \
    X("runs", CUT, "feedback and shares held at their start")                                                          \
    X("outcomes", FLOW, "a flow counts somebody")                                                                      \
    X("outcomes", STOCK, "a stock holds somebody")                                                                     \
    X("outcomes", FIRINGS, "firings of an outcome")                                                                    \
    X("outcomes", LEVELS, "an outcome of feedback")                                                                    \
    X("outcomes", BY_WINDOW, "an outcome by window")                                                                   \
    X("outcomes", BY_YEAR, "an outcome by year")                                                                       \
    X("outcomes", BY_RUN, "an outcome of the run")                                                                     \
    X("outcomes", CELLS, "an outcome by attributes")                                                                   \
    X("networks", HOUSEHOLD, "messages or counters in households")                                                     \
    X("networks", UNIT, "in units")                                                                                    \
    X("networks", GROUPS, "in groups of a number of rows")                                                             \
    X("networks", RING, "on a ring")                                                                                   \
    X("networks", RING_ROWS, "on a ring over rows")                                                                    \
    X("networks", LONG_TIES, "on a ring with long ties")                                                               \
    X("networks", RANDOM_TIES, "on a random network")                                                                  \
    X("networks", SAME_DEGREES, "on a network of one degree")                                                          \
    X("networks", OWN_DEGREES, "on a network of the degrees of an attribute")                                          \
    X("networks", EDGES, "on a list of edges")                                                                         \
    X("networks", WITHIN, "in a network within places")                                                                \
    X("expressions", PARAMETER, "rules that fired read a parameter")                                                   \
    X("expressions", MEMBER, "a test of levels")                                                                       \
    X("expressions", NUMERIC, "a numeric attribute")                                                                   \
    X("expressions", MAP, "a map")                                                                                     \
    X("expressions", TABLE, "a table")                                                                                 \
    X("expressions", TABLE_YEAR, "a table by year")                                                                    \
    X("expressions", COUNTER, "a counter")                                                                             \
    X("expressions", COUNTER_OVER_DEGREE, "a counter over a degree, compared")                                         \
    X("expressions", AGE, "age")                                                                                       \
    X("expressions", YEAR, "the year")                                                                                 \
    X("expressions", WINDOW, "the length of the window")                                                               \
    X("expressions", DRIVER, "a driver of the nation")                                                                 \
    X("expressions", DRIVER_PLACE, "a driver of places")                                                               \
    X("expressions", FEEDBACK, "a feedback variable of the nation")                                                    \
    X("expressions", FEEDBACK_PLACE, "a feedback variable of places")                                                  \
    X("expressions", SHARE, "a share of the nation")                                                                   \
    X("expressions", SHARE_PLACE, "a share of places")                                                                 \
    X("expressions", SHARE_COMPARED, "a share, compared in integers")                                                  \
    X("expressions", SHARE_AGAINST_PERSON, "a share against a number of the person")                                   \
    X("expressions", MIXED, "a factor that reads the person and what is shared")                                       \
    X("expressions", DIVISOR, "a quotient")                                                                            \
    X("expressions", OP_AND, "and within a factor")                                                                    \
    X("expressions", OP_OR, "or")                                                                                      \
    X("expressions", OP_NOT, "not")                                                                                    \
    X("expressions", OP_IF, "if")                                                                                      \
    X("expressions", OP_MIN, "min")                                                                                    \
    X("expressions", OP_MAX, "max")                                                                                    \
    X("expressions", OP_CLAMP, "clamp")                                                                                \
    X("expressions", OP_EXP, "exp")                                                                                    \
    X("expressions", OP_LOG, "log")                                                                                    \
    X("expressions", OP_SQRT, "sqrt")                                                                                  \
    X("expressions", OP_POW, "pow")                                                                                    \
    X("expressions", OP_ABS, "abs")                                                                                    \
    X("expressions", OP_LOGISTIC, "logistic")                                                                          \
    X("expressions", OP_NCDF, "ncdf")                                                                                  \
    X("event engine", WORD_AWAY, "a person has more clocks than words in her row, and some lie aside")                 \
    X("event engine", WHEEL_REFILL,                                                                                    \
      "all clocks of a transition are looked at anew, when it is time or a setting begins")                            \
    X("event engine", WHEEL_EXCEEDED,                                                                                  \
      "all clocks of a transition are looked at anew, before it is time: G outgrew its forecast")                      \
    X("event engine", WHEEL_LATER, "a clock that cannot run out before the next look is left for it")                  \
    X("event engine", WHEEL_AIMED, "a clock is aimed anew, since C or its shared stratum changed")                     \
    X("event engine", WHEEL_STALE, "a note is out of date")                                                            \
    X("event engine", WHEEL_EARLY, "a note comes before its clock runs out")                                           \
    X("event engine", WHEEL_REUSED, "notes are written where others were taken")                                       \
    X("event engine", DENSE, "clocks that fire without notes, row by row")                                             \
    X("event engine", DENSE_ENDS, "clocks that were asked in each window are noted again")

enum construct {
#define X(group, code, text) SEEN_##code,
    CONSTRUCTS_OF(X)
#undef X
        CONSTRUCTS
};

struct coverage;
/* Sets `options` so that the run tells everything to it. */
struct coverage *coverage_new(struct tmn_arena *arena, struct tmn_run_options *options);
void coverage_begin(struct coverage *coverage, const struct tmn_run *run); /* before the first window */
void coverage_window(struct coverage *coverage);                           /* after each window */
/* How often each construct was seen: [CONSTRUCTS]. */
const uint64_t *coverage_seen(const struct coverage *coverage);
/* A hash of all that happened in the last window, in the order in which it was told. */
uint64_t coverage_hash(const struct coverage *coverage);

extern const char *const construct_groups[CONSTRUCTS], *const construct_texts[CONSTRUCTS];

#endif
