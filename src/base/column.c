/* Large columns straight from the kernel: zeroed, aligned for huge pages, which are advised for all that fills them;
 * the rest lies in small pages, so that a column takes no more than its bytes. */
#include "base/column.h"

#include "base/text.h"
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 * 1024 * 1024, PAGE = 64 * 1024 /* the largest small page of any machine */ };

/* Bytes mapped for a column; 0 when it does not fit an address space. */
static size_t mapped_bytes(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
        return 0;
    return (bytes / PAGE + 1) * PAGE;
}

bool tmn_column_alloc(void **column, size_t count, size_t size, const char *name, struct tmn_error *err) {
    size_t bytes = mapped_bytes(count, size);
    *column = NULL;
    void *memory = bytes == 0
                       ? MAP_FAILED
                       : mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        char text[32];
        tmn_format_count((long long)(bytes / (1024 * 1024)), text);
        return tmn_fail(err, TMN_MEMORY, "out of memory: %s MiB for %s could not be had; a smaller --scale needs less",
                        text, name);
    }
    /* Trim to an aligned range, so that freeing needs only the aligned start. */
    uintptr_t start = (uintptr_t)memory, aligned = (start + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    if (aligned > start)
        munmap(memory, aligned - start);
    if (aligned < start + HUGE_PAGE)
        munmap((char *)memory + (aligned - start) + bytes, start + HUGE_PAGE - aligned);
    *column = (char *)memory + (aligned - start);
    size_t huge = bytes / HUGE_PAGE * HUGE_PAGE; /* advice: without huge pages all still works, slower */
    if (huge > 0)
        madvise(*column, huge, MADV_HUGEPAGE);
    madvise((char *)*column + huge, bytes - huge, MADV_NOHUGEPAGE);
    return true;
}

void tmn_column_free(void *column, size_t count, size_t size) {
    if (column != NULL)
        munmap(column, mapped_bytes(count, size));
}
