/* Gives each file of a corpus folder to a fuzz target, for builds without a fuzzer. */
#include "fuzz.h"
#include "base/file.h"

#include <dirent.h>

int main(int argc, char **argv) {
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    CHECK(folder != NULL);
    int files = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        struct tmn_arena arena;
        struct tmn_error err;
        char *bytes;
        size_t count;
        tmn_arena_init(&arena, 0);
        const char *path = tmn_arena_printf(&arena, "%s/%s", argv[1], entry->d_name);
        CHECK(tmn_file_read(&arena, path, (size_t)1 << 20, &bytes, &count, &err));
        LLVMFuzzerTestOneInput((const uint8_t *)bytes, count);
        tmn_arena_free(&arena);
        files++;
    }
    closedir(folder);
    CHECK(files > 0);
    printf("%d files\n", files);
    return 0;
}
