/* Filling errors: formatted where the facts are known. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

bool tmn_fail(struct tmn_error *err, enum tmn_code code, const char *format, ...) {
    if (err == NULL)
        return false;
    va_list args;
    va_start(args, format);
    err->code = code;
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return false;
}
