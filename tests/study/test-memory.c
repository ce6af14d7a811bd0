/* Memory that runs out at any moment: the n-th allocation fails, for every n from the first to the last of reading a
 * scenario, running it with two threads, saving it, going on from there and writing results. Each time the library says
 * so, or did without, and gives back everything. Allocations are counted by wrapping them at link time (--wrap). Arenas
 * ask for large pieces; what is asked of an arena fails likewise, at some four hundred of all moments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <tumen.h>
#include <unistd.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *old);
char *__real_strdup(const char *text);
char *__real_realpath(const char *path, char *out);
void *__real_mmap64(void *at, size_t size, int protection, int flags, int file, off_t offset);
int __real_munmap(void *at, size_t size);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *old);
char *__wrap_strdup(const char *text);
char *__wrap_realpath(const char *path, char *out);
void *__wrap_mmap64(void *at, size_t size, int protection, int flags, int file, off_t offset);
int __wrap_munmap(void *at, size_t size);
void *__real_tmn_arena_alloc(struct tmn_arena *arena, size_t count, size_t size);
void *__wrap_tmn_arena_alloc(struct tmn_arena *arena, size_t count, size_t size);

static atomic_long asked;      /* allocations since the last count began */
static atomic_long failing;    /* the one that fails; 0: none */
static atomic_bool ever_after; /* all that follow fail too */
static atomic_long alive;      /* blocks that nobody has freed */
static atomic_long mapped;     /* bytes */

static atomic_long of_arenas, failing_arena; /* the same of arenas */

static bool fails(void) {
    long number = atomic_fetch_add(&asked, 1) + 1, wanted = atomic_load(&failing);
    return wanted != 0 && (number == wanted || (atomic_load(&ever_after) && number > wanted));
}

static void *count(void *block) {
    if (block != NULL)
        atomic_fetch_add(&alive, 1);
    return block;
}

void *__wrap_malloc(size_t size) {
    return fails() ? NULL : count(__real_malloc(size));
}
void *__wrap_calloc(size_t items, size_t size) {
    return fails() ? NULL : count(__real_calloc(items, size));
}
void *__wrap_realloc(void *old, size_t size) {
    if (fails())
        return NULL;
    return old != NULL ? __real_realloc(old, size) : count(__real_realloc(NULL, size));
}
void __wrap_free(void *old) {
    if (old != NULL)
        atomic_fetch_sub(&alive, 1);
    __real_free(old);
}
char *__wrap_strdup(const char *text) {
    return fails() ? NULL : count(__real_strdup(text));
}
char *__wrap_realpath(const char *path, char *out) {
    return fails() ? NULL : count(__real_realpath(path, out));
}
void *__wrap_mmap64(void *at, size_t size, int protection, int flags, int file, off_t offset) {
    void *memory = fails() ? MAP_FAILED : __real_mmap64(at, size, protection, flags, file, offset);
    if (memory != MAP_FAILED)
        atomic_fetch_add(&mapped, (long)size);
    return memory;
}
int __wrap_munmap(void *at, size_t size) {
    atomic_fetch_sub(&mapped, (long)size);
    return __real_munmap(at, size);
}

static char folder[] = "/tmp/tumen-memory-XXXXXX";

/* As arena.c runs out: to where the arena was entered. */
void *__wrap_tmn_arena_alloc(struct tmn_arena *arena, size_t items, size_t size) {
    if (atomic_fetch_add(&of_arenas, 1) + 1 == atomic_load(&failing_arena) && arena->armed)
        longjmp(arena->on_exhausted, 1);
    return __real_tmn_arena_alloc(arena, items, size);
}

struct scene {
    const char *path, *folder;
    int windows;
};

/* Everything from the file to the results; false with what was said. */
static bool whole_life(const struct scene *scene, char digest[33], struct tumen_error *error) {
    struct tumen_scenario *scenario = NULL;
    struct tumen_run *run = NULL, *later = NULL;
    struct tumen_options options = tumen_default_options();
    options.scale = 1;
    options.threads = 2;
    options.windows = scene->windows;
    bool good = tumen_scenario_open(&scenario, scene->path, error) && tumen_run_start(&run, scenario, &options, error);
    for (int w = 0; good && w < scene->windows / 2; w++)
        good = tumen_run_step(run, error);
    good = good && tumen_run_save(run, scene->folder, error) &&
           tumen_run_resume(&later, scenario, scene->folder, NULL, 0, &options, error);
    tumen_run_free(run);
    while (good && !tumen_run_done(later))
        good = tumen_run_step(later, error);
    if (good)
        tumen_run_digest(later, digest);
    good = good && tumen_run_write(later, scene->folder, error);
    tumen_run_free(later);
    tumen_scenario_free(scenario);
    return good;
}

/* Life with one allocation, or one of an arena, that fails. */
static void expect_sound(const struct scene *scene, long n, long arena, const char *digest) {
    struct tumen_error error = {.code = TUMEN_OK};
    char again[33] = "";
    long blocks = atomic_load(&alive), bytes = atomic_load(&mapped);
    atomic_store(&asked, 0);
    atomic_store(&of_arenas, 0);
    atomic_store(&failing, n);
    atomic_store(&failing_arena, arena);
    bool good = whole_life(scene, again, &error);
    atomic_store(&failing, 0);
    atomic_store(&failing_arena, 0);
    if (good ? strcmp(again, digest) != 0 : error.code != TUMEN_MEMORY || strlen(error.text) < 10)
        fail_msg("allocation %ld, %ld of arenas: %s, code %d: %s", n, arena, good ? "another digest" : "failed",
                 (int)error.code, error.text);
    if (atomic_load(&alive) != blocks || atomic_load(&mapped) != bytes)
        fail_msg("allocation %ld, %ld of arenas: %ld blocks and %ld bytes of mappings were not given back (%s)", n,
                 arena, atomic_load(&alive) - blocks, atomic_load(&mapped) - bytes, error.text);
}

static void fail_each(const char *path, int windows) {
    char out[sizeof folder + 10];
    snprintf(out, sizeof out, "%s/out", folder);
    const struct scene *scene = &(struct scene){path, out, windows};
    char digest[33];
    struct tumen_error error;
    if (!whole_life(scene, digest, &error)) /* once before, for what is made once */
        fail_msg("%s:%d: %s", error.file, error.line, error.text);
    long blocks = atomic_load(&alive), bytes = atomic_load(&mapped);
    atomic_store(&asked, 0);
    atomic_store(&of_arenas, 0);
    assert_true(whole_life(scene, digest, &error));
    long all = atomic_load(&asked), arenas = atomic_load(&of_arenas);
    assert_int_equal(atomic_load(&alive), blocks);
    assert_int_equal(atomic_load(&mapped), bytes);
    assert_true(all > 100);
    print_message("%ld allocations, %ld of arenas\n", all, arenas);
    for (int after = 0; after < 2; after++) {
        atomic_store(&ever_after, after == 1);
        for (long n = 1; n <= all; n += after ? 7 : 1)
            expect_sound(scene, n, 0, digest);
    }
    atomic_store(&ever_after, false);
    for (long n = 1; n <= arenas; n += arenas / 400 + 1)
        expect_sound(scene, 0, n, digest);
}

static void people_who_meet(void **state) {
    (void)state;
    fail_each(RICH_SCENARIO, 6);
}

static void networks_and_events(void **state) {
    (void)state;
    char path[sizeof folder + 20];
    snprintf(path, sizeof path, "%s/small.yaml", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("language: 1\nname: small\ntime: { start: 2001, end: 2001-12-31 }\n"
          "attributes: { mood: [calm, angry], ends: { levels: 0..8 }, town: [ash, birch] }\n"
          "population: { size: 300, place: town, deal: { mood: { angry: 0.1, calm: rest } },\n"
          "  draw: { town: { ash: 0.5, birch: rest }, ends: { cumulative: \"(ends + 1) / 9\" } } }\n"
          "layers: { work: { degrees: ends }, friends: { random: 6 }, ring: { degree: 4, long: 0.1 } }\n"
          "counters: { angry: { layer: friends, of: mood = angry, max: 3 } }\n"
          "feedback: { heat: { range: [0, 1e6], start: 0 } }\n"
          "events: { storm: { by: town, rate: 5 / y, then: { add: { heat: 3 } } } }\n"
          "transitions:\n"
          "  anger: { who: mood = calm, rate: \"(1 + angry) / y\", then: { set: { mood: angry }, add: { heat: 1 },\n"
          "    tell: { work: { chance: 0.5, set: { mood: angry } }, ring: { set: { mood: calm } } } } }\n"
          "  calm: { who: mood = angry, chance: 0.3, then: { set: { mood: calm } } }\n"
          "outcomes: { angers: { firings: anger, every: window }, angry_persons: { stock: mood = angry, by: town } }\n",
          file);
    fclose(file);
    fail_each(path, 8);
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
    char command[sizeof folder + 10];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(people_who_meet), cmocka_unit_test(networks_and_events)};
    return cmocka_run_group_tests_name("study/memory", tests, make_folder, remove_folder);
}
