/* Turns a file into a C array, for things that the library carries with it: embed IN OUT NAME. */
#include <stdio.h>

int main(int count, char **argument) {
    if (count != 4) {
        fprintf(stderr, "usage: embed IN OUT NAME\n");
        return 2;
    }
    FILE *in = fopen(argument[1], "rb"), *out = fopen(argument[2], "wb");
    if (!in || !out) {
        perror(in ? argument[2] : argument[1]);
        return 1;
    }
    const char *name = argument[3];
    fprintf(out,
            "#include <stddef.h>\nextern const unsigned char %s[];\nextern const size_t %s_bytes;\nconst unsigned char "
            "%s[] = {",
            name, name, name);
    size_t bytes = 0;
    for (int c; (c = fgetc(in)) != EOF; bytes++)
        fprintf(out, "%s%d,", bytes % 32 ? "" : "\n", c);
    fprintf(out, "\n0};\nconst size_t %s_bytes = %zu;\n", name, bytes);
    int failed = ferror(in) || ferror(out);
    fclose(in);
    if (fclose(out) != 0 || failed) {
        perror("embed");
        return 1;
    }
    return 0;
}
