/* Errors of the library: a code and a sentence, made where the facts are known and passed up unchanged.
 * Expected failures are `bool f(..., struct tmn_error *err)`; false means that *err is filled. Bugs are asserts. */
#ifndef TMN_BASE_ERROR_H
#define TMN_BASE_ERROR_H

#include <stdbool.h>

/* code, meaning */
#define TMN_ERROR_CODES(X)                                                                                             \
    X(OK, "no error")                                                                                                  \
    X(USAGE, "the call or command was not well formed")                                                                \
    X(SCENARIO, "the scenario has mistakes")                                                                           \
    X(IO, "a file could not be read or written")                                                                       \
    X(MEMORY, "memory ran out")                                                                                        \
    X(CAPACITY, "a stated capacity was exceeded")                                                                      \
    X(RUN, "the run met a state that the model does not allow")                                                        \
    X(STOPPED, "the run was stopped by request")

enum tmn_code {
#define X(code, meaning) TMN_##code,
    TMN_ERROR_CODES(X)
#undef X
};

struct tmn_error {
    enum tmn_code code;
    char text[1024]; /* one or more sentences, no newline at the end */
};

/* Fills *err (which may be NULL) and returns false, so that `return tmn_fail(err, TMN_IO, "...")` reads well. */
bool tmn_fail(struct tmn_error *err, enum tmn_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
