/* Makes a scenario smaller while its runs still differ: leaves out a line with all that stands below it, halves numbers
 * of persons and windows. Each try is a process of its own, since a broken engine may end it. */
#include "compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool still_differs(const char *text) {
    pid_t child = fork();
    if (child == 0) {
        struct tmn_arena arena;
        tmn_arena_init(&arena, 0);
        alarm(60);
        _exit(compare(&arena, text, NULL).equal ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

static size_t indent_of(const char *line) {
    return strspn(line, " -");
}

static const char *next_line(const char *line) {
    line += strcspn(line, "\n");
    return *line == '\n' ? line + 1 : line;
}

/* The text without the bytes from `from` to `to`, with `instead` in their place. */
static const char *replace(struct tmn_arena *arena, const char *text, const char *from, const char *to,
                           const char *instead) {
    return tmn_arena_printf(arena, "%.*s%s%s", (int)(from - text), text, instead, to);
}

static const char *drop_blocks(struct tmn_arena *arena, const char *text, bool *any) {
    for (size_t at = 0; text[at] != '\0';) {
        const char *line = text + at, *end = next_line(line);
        while (*end != '\0' && indent_of(end) > indent_of(line))
            end = next_line(end);
        const char *smaller = replace(arena, text, line, end, "");
        if (still_differs(smaller)) {
            text = smaller;
            *any = true;
        } else {
            at = (size_t)(next_line(line) - text);
        }
    }
    return text;
}

/* " and x" at the end of a condition, " * x" at the end of a product. */
static const char *drop_ends(struct tmn_arena *arena, const char *text, bool *any) {
    static const char *const joints[] = {" and ", " * ", " / ", " or "};
    for (size_t at = 0; text[at] != '\0'; at = (size_t)(next_line(text + at) - text))
        for (size_t j = 0; j < sizeof joints / sizeof *joints; j++)
            for (const char *found = text + at;
                 (found = strstr(found, joints[j])) != NULL && found < next_line(text + at); found++) {
                const char *smaller = replace(arena, text, found, strchr(found, '\n'), "");
                if (still_differs(smaller)) {
                    text = smaller;
                    *any = true;
                    break;
                }
            }
    return text;
}

static const char *halve(struct tmn_arena *arena, const char *text, const char *key, bool *any) {
    for (;;) {
        const char *found = strstr(text, key);
        if (found == NULL)
            return text;
        found += strlen(key);
        long number = strtol(found, NULL, 10);
        long tries[] = {number / 2, number * 3 / 4, number - 1};
        bool smaller = false;
        for (int i = 0; i < 3 && !smaller && number > 1; i++) {
            const char *other = replace(arena, text, found, found + strspn(found, "0123456789"),
                                        tmn_arena_printf(arena, "%ld", tries[i]));
            smaller = tries[i] > 0 && still_differs(other);
            text = smaller ? other : text;
        }
        if (!smaller)
            return text;
        *any = true;
    }
}

const char *shrink(struct tmn_arena *arena, const char *text) {
    for (bool any = still_differs(text); any;) {
        any = false;
        text = halve(arena, text, "  windows: ", &any);
        text = halve(arena, text, "  size: ", &any);
        text = drop_blocks(arena, text, &any);
        text = drop_ends(arena, text, &any);
    }
    return text;
}
