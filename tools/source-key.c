/* One key of all that results come from: source-key OUT DEPFILE FOLDER... writes a header that defines TUMEN_SOURCE_KEY
 * as a hash of the C files in the folders, and the list of these files for the build. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_source(const struct dirent *entry) {
    const char *dot = strrchr(entry->d_name, '.');
    return dot && (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0);
}

/* FNV-1a over a file's name and bytes. */
static bool add_file(const char *path, uint64_t *key) {
    FILE *in = fopen(path, "rb");
    if (!in)
        return false;
    for (int c; (c = fgetc(in)) != EOF;)
        *key = (*key ^ (uint64_t)c) * UINT64_C(0x100000001b3);
    bool good = !ferror(in);
    fclose(in);
    return good;
}

static bool add_folder(const char *folder, uint64_t *key, FILE *list) {
    struct dirent **entries;
    int count = scandir(folder, &entries, is_source, alphasort);
    bool good = count > 0;
    for (int i = 0; good && i < count; i++) {
        char path[4096];
        good =
            snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name) < (int)sizeof path && add_file(path, key);
        fprintf(list, " %s", path);
    }
    for (int i = 0; i < count; i++)
        free(entries[i]);
    if (count >= 0)
        free(entries);
    return good;
}

int main(int count, char **argument) {
    if (count < 4) {
        fprintf(stderr, "usage: source-key OUT DEPFILE FOLDER...\n");
        return 2;
    }
    uint64_t key = UINT64_C(0xcbf29ce484222325);
    FILE *out = fopen(argument[1], "wb"), *list = fopen(argument[2], "wb");
    bool good = out && list;
    if (good)
        fprintf(list, "%s:", argument[1]);
    for (int i = 3; good && i < count; i++)
        good = add_folder(argument[i], &key, list);
    if (good)
        fprintf(out, "#define TUMEN_SOURCE_KEY \"%016llx\"\n", (unsigned long long)key);
    if (!good)
        perror("source-key");
    return (out && fclose(out) != 0) || (list && fclose(list) != 0) || !good;
}
