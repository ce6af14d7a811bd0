/* Random scenarios: both engines, one thread and three, must give the same digests after each window.
 *
 *     random [--first N] [--count N]               scenarios from N on
 *     random --seed N [--print | --shrink]          one of them
 *     random [--shrink] PATH ...                    texts as `--print` writes them
 *     random ... --coverage PATH                    what is seen in how many of them, as CSV
 *
 * The last line is `N equal, N different, N refused, N stopped`. Where runs differ the text is written to
 * random-N.yaml in the current folder. Ends with 1 when any differ, or more than three in ten are refused. */
#include "compare.h"
#include "coverage.h"
#include "generate.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

enum { LIMIT_S = 300 }; /* of one scenario */

static volatile unsigned long long current;

static void on_signal(int number) {
    char text[96];
    int length = snprintf(text, sizeof text, "scenario %llu: ended by signal %d\n", current, number);
    if (write(STDERR_FILENO, text, (size_t)length) < 0)
        _exit(2);
    signal(number, SIG_DFL);
    raise(number);
}

struct totals {
    int equal, different, refused, stopped;
    int scenarios[CONSTRUCTS]; /* in which it was seen */
};

static void keep(const char *text, unsigned long long seed) {
    char path[64];
    snprintf(path, sizeof path, "random-%llu.yaml", seed);
    FILE *file = fopen(path, "w");
    if (file != NULL) {
        fputs(text, file);
        fclose(file);
    }
}

static void look(const char *text, unsigned long long seed, bool talk, bool cover, struct totals *totals,
                 struct tmn_arena *arena) {
    uint64_t seen[CONSTRUCTS] = {0};
    struct verdict verdict = compare(arena, text, cover ? seen : NULL);
    for (int c = 0; c < CONSTRUCTS; c++)
        totals->scenarios[c] += seen[c] > 0;
    totals->refused += verdict.refused;
    totals->stopped += verdict.failed;
    totals->equal += verdict.equal && !verdict.refused;
    totals->different += !verdict.equal;
    if (!verdict.equal) {
        printf("scenario %llu, window %d: %s\n", seed, verdict.window, verdict.text);
        keep(text, seed);
    } else if (talk) {
        printf("scenario %llu: %s after %d windows of %u rows. %s\n", seed,
               verdict.refused  ? "refused"
               : verdict.failed ? "equal, and stopped"
                                : "equal",
               verdict.windows, verdict.rows, verdict.text);
    }
    fflush(stdout);
}

static bool write_coverage(const char *path, const struct totals *totals) {
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        fprintf(stderr, "'%s' cannot be written\n", path);
        return false;
    }
    fprintf(file, "group,construct,scenarios\n");
    for (int c = 0; c < CONSTRUCTS; c++)
        fprintf(file, "%s,\"%s\",%d\n", construct_groups[c], construct_texts[c], totals->scenarios[c]);
    return fclose(file) == 0;
}

static const char *read_file(struct tmn_arena *arena, const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fprintf(stderr, "'%s' cannot be read\n", path);
        exit(2);
    }
    struct tmn_text text;
    char part[4096];
    tmn_text_init(&text, arena);
    for (size_t n; (n = fread(part, 1, sizeof part, file)) > 0;)
        tmn_text_bytes(&text, part, n);
    fclose(file);
    return text.items;
}

struct request {
    unsigned long long first, count;
    const char *coverage;
    char **paths; /* [files] */
    unsigned long long files;
    bool print, shrink, verbose;
};

static bool parse(int argc, char **argv, struct request *request) {
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (more && strcmp(argv[i], "--first") == 0)
            request->first = strtoull(argv[++i], NULL, 10);
        else if (more && strcmp(argv[i], "--count") == 0)
            request->count = strtoull(argv[++i], NULL, 10);
        else if (more && strcmp(argv[i], "--seed") == 0)
            request->first = strtoull(argv[++i], NULL, 10), request->count = 1, request->verbose = true;
        else if (more && strcmp(argv[i], "--coverage") == 0)
            request->coverage = argv[++i];
        else if (strcmp(argv[i], "--print") == 0)
            request->print = true;
        else if (strcmp(argv[i], "--shrink") == 0)
            request->shrink = true;
        else if (strcmp(argv[i], "--verbose") == 0)
            request->verbose = true;
        else if (argv[i][0] != '-')
            request->paths[request->files++] = argv[i];
        else
            return fprintf(stderr, "unknown option '%s'\n", argv[i]) < 0;
    }
    request->count = request->files > 0 ? request->files : request->count;
    return true;
}

static void one(const struct request *request, unsigned long long index, struct totals *totals) {
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    current = request->first + index;
    const char *text = request->files > 0 ? read_file(&arena, request->paths[index]) : generate(&arena, current);
    if (request->shrink)
        text = shrink(&arena, text);
    if (request->print || request->shrink)
        fputs(text, stdout);
    fflush(stdout);
    alarm(LIMIT_S);
    if (!request->print)
        look(text, current, request->verbose || request->files > 0, request->coverage != NULL, totals, &arena);
    tmn_arena_free(&arena);
}

int main(int argc, char **argv) {
    char **paths = calloc((size_t)argc, sizeof *paths);
    struct request request = {.first = 1, .count = 40, .paths = paths};
    struct totals totals = {0};
    if (paths == NULL || !parse(argc, argv, &request))
        return 2;
#ifndef SANITIZED /* which tell more themselves */
    signal(SIGSEGV, on_signal);
#endif
    signal(SIGABRT, on_signal);
    signal(SIGFPE, on_signal);
    signal(SIGALRM, on_signal);
    for (unsigned long long i = 0; i < request.count; i++)
        one(&request, i, &totals);
    free(paths);
    printf("%d equal, %d different, %d refused, %d stopped\n", totals.equal, totals.different, totals.refused,
           totals.stopped);
    if (request.coverage != NULL && !write_coverage(request.coverage, &totals))
        return 1;
    return totals.different > 0 || totals.refused * 10 > (int)request.count * 3 ||
           (request.files > 0 && totals.refused > 0);
}
