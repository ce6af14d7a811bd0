/* Turns files, one after another, into a C array, for things that the library carries with it: embed OUT NAME IN... */
#include <stdbool.h>
#include <stdio.h>

/* Bytes written before and with this file, or -1. */
static long append(const char *path, FILE *out, long bytes) {
    FILE *in = fopen(path, "rb");
    if (!in) {
        perror(path);
        return -1;
    }
    for (int c; (c = fgetc(in)) != EOF; bytes++)
        fprintf(out, "%s%d,", bytes % 32 ? "" : "\n", c);
    bool failed = ferror(in);
    fclose(in);
    return failed ? -1 : bytes;
}

int main(int count, char **argument) {
    if (count < 4) {
        fprintf(stderr, "usage: embed OUT NAME IN...\n");
        return 2;
    }
    const char *name = argument[2];
    FILE *out = fopen(argument[1], "wb");
    if (!out) {
        perror(argument[1]);
        return 1;
    }
    fprintf(out,
            "#include <stddef.h>\nextern const unsigned char %s[];\nextern const size_t %s_bytes;\nconst unsigned char "
            "%s[] = {",
            name, name, name);
    long bytes = 0;
    for (int i = 3; i < count && bytes >= 0; i++)
        bytes = append(argument[i], out, bytes);
    fprintf(out, "\n0};\nconst size_t %s_bytes = %ld;\n", name, bytes);
    bool failed = ferror(out);
    if (fclose(out) != 0 || failed || bytes < 0) {
        fprintf(stderr, "embed: %s was not made\n", argument[1]);
        return 1;
    }
    return 0;
}
