/* Large zeroed columns (one entry per row of persons), aligned to 2 MiB with huge pages advised. */
#ifndef TMN_BASE_COLUMN_H
#define TMN_BASE_COLUMN_H

#include "base/error.h"
#include <stddef.h>

/* *column = count * size zeroed bytes, or false with TMN_MEMORY and `name` and size in the text. */
bool tmn_column_alloc(void **column, size_t count, size_t size, const char *name, struct tmn_error *err);
void tmn_column_free(void *column, size_t count, size_t size);

#endif
