/* A run that goes on from a checkpoint is the run that was never stopped, to the bit; the file is the same whoever
 * wrote it; and no file that is not a whole checkpoint of this scenario is taken for one. */
#include "support.h"

#include "base/crc32.h"
#include "engine/checkpoint_format.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const rich = TMN_TEST_SCENARIOS "/rich";
static char folder[64];

static const char *in_folder(const char *name) {
    static char path[4][128];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static int make_folder(void **unused) {
    (void)unused;
    strcpy(folder, "/tmp/tumen-checkpoint-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **unused) {
    (void)unused;
    const char *const names[] = {"a", "b", "c"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(in_folder(names[i]));
    return rmdir(folder);
}

static const struct tmn_checkpoint_origin origin = {
    .target = "scene", .path = "/scenarios/scene", .version = "1.2.3", .every = 26};

static void save(const struct scene *scene, const char *file) {
    struct tmn_error err = {0};
    if (!tmn_checkpoint_write(scene->run, file, &origin, &err))
        fail_msg("%s", err.text);
}

/* Starts the scene's run from a file. */
static void go_on(struct scene *scene, const char *file) {
    struct tmn_error err = {0};
    struct tmn_checkpoint *checkpoint;
    if (!tmn_checkpoint_open(&checkpoint, file, &err))
        fail_msg("%s", err.text);
    if (!tmn_run_resume(&scene->run, scene->model, &scene->options, checkpoint, &err))
        fail_msg("%s", err.text);
    tmn_checkpoint_close(checkpoint);
}

/* The message with which a file is refused. */
static const char *refusal(struct scene *scene, const char *file) {
    static struct tmn_error err;
    struct tmn_checkpoint *checkpoint;
    struct tmn_run *run = NULL;
    err = (struct tmn_error){0};
    if (tmn_checkpoint_open(&checkpoint, file, &err)) {
        assert_false(tmn_run_resume(&run, scene->model, &scene->options, checkpoint, &err));
        tmn_checkpoint_close(checkpoint);
    }
    assert_null(run);
    assert_int_not_equal(err.code, TMN_OK);
    return err.text;
}

static void assert_refused(struct scene *scene, const char *file, const char *words) {
    const char *text = refusal(scene, file);
    if (strstr(text, words) == NULL)
        fail_msg("'%s' is not in '%s'", words, text);
}

static unsigned char *read_all(const char *file, size_t *count) {
    struct stat status;
    assert_int_equal(stat(file, &status), 0);
    *count = (size_t)status.st_size;
    unsigned char *bytes = malloc(*count);
    FILE *in = fopen(file, "rb");
    assert_non_null(bytes);
    assert_non_null(in);
    assert_int_equal(fread(bytes, 1, *count, in), *count);
    fclose(in);
    return bytes;
}

static void write_all(const char *file, const void *bytes, size_t count) {
    FILE *out = fopen(file, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, count, out), count);
    assert_int_equal(fclose(out), 0);
}

static void assert_same_file(const char *a, const char *b) {
    size_t a_count, b_count;
    unsigned char *a_bytes = read_all(a, &a_count), *b_bytes = read_all(b, &b_count);
    assert_int_equal(a_count, b_count);
    assert_memory_equal(a_bytes, b_bytes, a_count);
    free(a_bytes);
    free(b_bytes);
}

static void assert_same_results(const struct scene *a, const struct scene *b) {
    const struct tmn_counters_of_run *x = tmn_run_counters(a->run), *y = tmn_run_counters(b->run);
    for (size_t o = 0; o < a->model->outcomes.count; o++) {
        struct tmn_series s = tmn_run_series(a->run, (int)o), t = tmn_run_series(b->run, (int)o);
        assert_int_equal(s.periods, t.periods);
        size_t bytes = (size_t)s.periods * s.cells * sizeof *s.value;
        assert_memory_equal(s.value, t.value, bytes);
        assert_memory_equal(s.simulated, t.simulated, bytes);
        assert_memory_equal(s.last_day, t.last_day, (size_t)s.periods * sizeof *s.last_day);
    }
    assert_memory_equal(x, y, offsetof(struct tmn_counters_of_run, transition_firings));
    assert_memory_equal(x->transition_firings, y->transition_firings,
                        a->model->transitions.count * sizeof *x->transition_firings);
    assert_int_equal(tmn_run_alive(a->run), tmn_run_alive(b->run));
    assert_int_equal(tmn_run_windows(a->run), tmn_run_windows(b->run));
    assert_int_equal(tmn_run_until_held(a->run), tmn_run_until_held(b->run));
}

enum { WINDOWS_MAX = 600 };

/* Saves at each window of `at`, and lets a run go on from there by the other engine, digest by digest of the straight
 * one. */
static void assert_goes_on(const char *path, enum tmn_engine engine, const int *at, size_t count) {
    static struct tmn_digest weekly[WINDOWS_MAX], full[WINDOWS_MAX];
    struct scene *straight = scene_read_path(path);
    struct tmn_error err = {0};
    straight->options.engine = engine;
    scene_start(straight);
    for (size_t i = 0;;) {
        int window = tmn_run_window(straight->run);
        for (; i < count && at[i] == window; i++) {
            char name[128];
            snprintf(name, sizeof name, "%s/%d", folder, window);
            save(straight, name);
        }
        weekly[window] = tmn_run_weekly_digest(straight->run);
        full[window] = tmn_run_full_digest(straight->run);
        if (window == tmn_run_windows(straight->run))
            break;
        assert_true(tmn_run_step(straight->run, &err));
    }
    for (size_t i = 0; i < count; i++) {
        struct scene *later = scene_read_path(path);
        char name[128];
        later->options.threads = 1 + (int)(i % 3);
        later->options.engine = i % 4 == 3                   ? engine
                                : engine == TMN_ENGINE_EVENT ? TMN_ENGINE_REFERENCE
                                                             : TMN_ENGINE_EVENT;
        snprintf(name, sizeof name, "%s/%d", folder, at[i]);
        go_on(later, name);
        unlink(name);
        for (int window = at[i];; window++) {
            assert_int_equal(tmn_run_window(later->run), window);
            assert_same_digest(weekly[window], tmn_run_weekly_digest(later->run));
            assert_same_digest(full[window], tmn_run_full_digest(later->run));
            if (window == tmn_run_windows(later->run))
                break;
            assert_true(tmn_run_step(later->run, &err));
        }
        assert_true(tmn_run_verify(later->run, &err));
        assert_same_results(straight, later);
        scene_close(later);
    }
    scene_close(straight);
}

static void a_run_goes_on_as_if_it_had_never_stopped(void **unused) {
    (void)unused;
    const int ends[] = {0, 1, 38, 39, 40, 52, 53, 79, 80}, some[] = {1, 60, 300};
    assert_goes_on(rich, TMN_ENGINE_EVENT, ends, 9);
    assert_goes_on(rich, TMN_ENGINE_REFERENCE, some, 2);
    assert_goes_on(TMN_SCENARIOS "/toy/births", TMN_ENGINE_EVENT, some, 3);
    assert_goes_on(TMN_SCENARIOS "/toy/rumour", TMN_ENGINE_REFERENCE, some, 2);
}

static void the_file_is_the_same_whoever_wrote_it(void **unused) {
    (void)unused;
    const int threads[] = {1, 2, 3, 8};
    for (int i = 0; i < 8; i++) {
        struct scene *scene = scene_read_path(rich);
        scene->options.threads = threads[i % 4];
        scene->options.engine = i < 4 ? TMN_ENGINE_EVENT : TMN_ENGINE_REFERENCE;
        scene_start(scene);
        scene_step(scene, 60);
        save(scene, in_folder(i == 0 ? "a" : "b"));
        assert_same_file(in_folder("a"), in_folder(i == 0 ? "a" : "b"));
        scene_close(scene);
    }
    struct scene *again = scene_read_path(rich); /* and one that has been stopped before */
    scene_start(again);
    scene_step(again, 30);
    save(again, in_folder("b"));
    scene_close(again);
    again = scene_read_path(rich);
    again->options.threads = 2;
    again->options.engine = TMN_ENGINE_REFERENCE;
    go_on(again, in_folder("b"));
    scene_step(again, 30);
    save(again, in_folder("b"));
    assert_same_file(in_folder("a"), in_folder("b"));
    scene_close(again);
}

/* Settings before the checkpoint stand again; one from its date on is the straight run with that date. */
static void fork_and_straight_run(const char *const then[2], const char *const later[2]) {
    struct scene *stopped = scene_read_path(rich), *straight = scene_read_path(rich), *fork = scene_read_path(rich);
    struct tmn_settings early = {0}, both = {0}, forked = {0};
    for (int s = 0; s < 2; s++)
        scene_set(stopped, &early, then[s]);
    scene_start(stopped);
    scene_step(stopped, 39);
    save(stopped, in_folder("a"));
    for (int i = 0; i < 2; i++) {
        struct scene *scene = i == 0 ? straight : fork;
        struct tmn_settings *settings = i == 0 ? &both : &forked;
        for (int s = 0; s < 2; s++)
            scene_set(scene, settings, then[s]);
        for (int s = 0; s < 2; s++)
            scene_set(scene, settings, later[s]);
    }
    scene_start(straight);
    scene_step(straight, 39);
    go_on(fork, in_folder("a"));
    for (int w = 39; w < 80; w++) {
        assert_same_digest(tmn_run_full_digest(straight->run), tmn_run_full_digest(fork->run));
        scene_step(straight, 1);
        scene_step(fork, 1);
        scene_step(stopped, 1);
        assert_other_digest(tmn_run_full_digest(straight->run), tmn_run_full_digest(stopped->run));
    }
    assert_same_digest(tmn_run_full_digest(straight->run), tmn_run_full_digest(fork->run));
    assert_same_results(straight, fork);
    scene_close(straight);
    scene_close(fork);
    scene_close(stopped);
}

static void settings_of_then_and_from_then_on(void **unused) {
    (void)unused;
    fork_and_straight_run(
        (const char *const[]){"base=2", "dread=0.5@2001-04-02"},
        (const char *const[]){"base=0.5@2001-10-01", "gate=3@2001-10-01"}); /* window 39 begins then */
}

static void interventions_of_then_and_from_then_on(void **unused) {
    (void)unused;
    fork_and_straight_run(
        (const char *const[]){"shift alarm=0.25@2001-02-05", "assign mood=5 where sex = m share 0.5 @2001-03-05"},
        (const char *const[]){"hold alarm=0.75@2001-10-01", "assign mood=0 where aware = heard share 0.5 @2001-10-01"});
    fork_and_straight_run((const char *const[]){"hold alarm=2@2001-02-05", "assign life=away where sex = f share 0.1"},
                          (const char *const[]){"shift alarm=1@2001-10-01", "assign aware=sure@2001-10-08"});
}

static void other_settings_of_then_are_refused(void **unused) {
    (void)unused;
    struct scene *scene = scene_read_path(rich), *other = scene_read_path(rich);
    struct tmn_settings settings = {0};
    scene_start(scene);
    scene_step(scene, 5);
    save(scene, in_folder("a"));
    scene_close(scene);
    scene_set(other, &settings, "dread=0.5@2001-01-08");
    assert_refused(other, in_folder("a"), "parameter 'dread' is 0.3 in the checkpoint");
    other->options.setting_count = 0;
    other->options.seed = 8;
    assert_refused(other, in_folder("a"), "is of a run with seed 7 and scale 1");
    other->options.seed = 7;
    other->options.windows = 4;
    assert_refused(other, in_folder("a"), "is of 2001-02-05, when a run of 4 windows is over");
    scene_close(other);
}

/* A number of windows of its own: the run is the straight one with that number. */
static void a_run_may_go_on_longer(void **unused) {
    (void)unused;
    struct scene *stopped = scene_read_path(rich), *later = scene_read_path(rich), *straight = scene_read_path(rich);
    stopped->options.windows = 20;
    scene_start(stopped);
    scene_step(stopped, 20);
    save(stopped, in_folder("a"));
    later->options.windows = straight->options.windows = 70;
    go_on(later, in_folder("a"));
    scene_start(straight);
    scene_step(later, 50);
    scene_step(straight, 70);
    assert_same_results(straight, later);
    assert_same_digest(tmn_run_full_digest(straight->run), tmn_run_full_digest(later->run));
    scene_close(stopped);
    scene_close(later);
    scene_close(straight);
}

static const char *const lights =
    "time: { start: 2001-01-01, windows: 104, until: share(lit = yes) >= 0.5 }\n"
    "attributes: { lit: [no, yes] }\npopulation: { size: 300 }\n"
    "transitions: { light: { who: lit = no, rate: 3 / y, then: { set: { lit: yes } } } }\n"
    "outcomes: { lights: { flow: lit = yes, every: run } }\n";

static void a_run_that_until_ended_stays_ended(void **unused) {
    (void)unused;
    struct scene *scene = scene_read(lights);
    scene_start(scene);
    scene_step(scene, 3);
    save(scene, in_folder("a"));
    while (!tmn_run_until_held(scene->run))
        scene_step(scene, 1);
    save(scene, in_folder("b"));
    for (int i = 0; i < 2; i++) {
        struct scene *later = scene_read(lights);
        later->options.windows = i == 0 ? 0 : 104;
        go_on(later, in_folder(i == 0 ? "a" : "b"));
        while (!tmn_run_until_held(later->run))
            scene_step(later, 1);
        assert_same_results(scene, later);
        assert_same_digest(tmn_run_full_digest(scene->run), tmn_run_full_digest(later->run));
        scene_close(later);
    }
    scene_close(scene);
}

/* Numbers of firings beyond a byte, terms, certain chances. */
static void numbers_beyond_a_byte_go_on(void **unused) {
    (void)unused;
    const char *const yaml = "time: { start: 2001-01-01, windows: 400 }\n"
                             "attributes: { turn: { levels: 0..3 } }\npopulation: { size: 70 }\n"
                             "transitions:\n"
                             "  tick: { chance: 1, then: { step: { turn: 1 } } }\n"
                             "  back: { who: turn = 3, after: 21 d, then: { set: { turn: 0 } } }\n"
                             "  often: { rate: 40 / y, then: { } }\n";
    struct scene *scene = scene_read(yaml), *later = scene_read(yaml);
    later->options.engine = TMN_ENGINE_REFERENCE;
    scene_start(scene);
    scene_step(scene, 300);
    save(scene, in_folder("a"));
    go_on(later, in_folder("a"));
    save(later, in_folder("b"));
    assert_same_file(in_folder("a"), in_folder("b"));
    assert_true(tmn_run_counters(scene->run)->k_overflows >= 70);
    scene_step(scene, 100);
    scene_step(later, 100);
    assert_same_results(scene, later);
    assert_same_digest(tmn_run_full_digest(scene->run), tmn_run_full_digest(later->run));
    scene_close(scene);
    scene_close(later);
}

/* ---- what is refused ---- */

static const char *const small =
    "time: { start: 2001-01-01, windows: 20 }\n"
    "attributes: { mood: { levels: 0..5, start: 2 }, place: [a, b] }\n"
    "parameters: { up: { value: 3, unit: 1/y } }\n"
    "feedback: { heat: { range: [0, 5], start: 1 } }\n"
    "population: { size: 12, place: place, draw: { place: { a: 0.5, b: rest } } }\n"
    "transitions:\n"
    "  rise: { who: mood < 5, rate: up, then: { step: { mood: 1 }, add: { heat: 0.25 } } }\n"
    "  fall: { who: mood > 0, rate: 2 / y, then: { step: { mood: -1 } } }\n"
    "events: { gale: { by: place, rate: 1 / y, then: { add: { heat: 1 } } } }\n"
    "outcomes: { rises: { firings: rise, by: [place], every: year } }\n";

static struct scene *save_small(const char *file) {
    struct scene *scene = scene_read(small);
    scene_start(scene);
    scene_step(scene, 10);
    save(scene, file);
    tmn_run_free(scene->run);
    scene->run = NULL;
    return scene;
}

static void every_flipped_byte_is_refused(void **unused) {
    (void)unused;
    size_t count;
    struct scene *scene = save_small(in_folder("a"));
    unsigned char *bytes = read_all(in_folder("a"), &count);
    for (size_t i = 0; i < count; i++) {
        unsigned char flip = (unsigned char)(i % 9 == 8 ? 0xff : 1u << i % 9);
        bytes[i] ^= flip;
        write_all(in_folder("b"), bytes, count);
        bytes[i] ^= flip;
        refusal(scene, in_folder("b"));
    }
    free(bytes);
    scene_close(scene);
}

static void every_length_but_its_own_is_refused(void **unused) {
    (void)unused;
    size_t count;
    struct scene *scene = save_small(in_folder("a"));
    unsigned char *bytes = read_all(in_folder("a"), &count);
    for (size_t length = 0; length < count; length += length < 1100 ? 1 : 7) {
        write_all(in_folder("b"), bytes, length);
        assert_refused(scene, in_folder("b"), length < 8 ? "is not a checkpoint of tumen" : "is cut short");
    }
    unsigned char *longer = malloc(count + 1);
    assert_non_null(longer);
    memcpy(longer, bytes, count);
    longer[count] = 0;
    write_all(in_folder("b"), longer, count + 1);
    assert_refused(scene, in_folder("b"), "is cut short or grew");
    free(longer);
    free(bytes);
    scene_close(scene);
}

/* As the file would be had its writer meant it: checksums made anew. */
static void seal(unsigned char *bytes) {
    struct checkpoint_head head;
    memcpy(&head, bytes, sizeof head);
    for (int i = 0; i < FIELDS; i++)
        head.field[i].crc = tmn_crc32(0, bytes + head.field[i].offset, head.field[i].bytes);
    head.header.crc = 0;
    head.header.crc = tmn_crc32(0, &head, sizeof head);
    memcpy(bytes, &head, sizeof head);
}

/* One change to a sound file, sealed, and the words with which it is refused. */
static void forge(struct scene *scene, const unsigned char *sound, size_t count, size_t at, const void *with,
                  size_t size, const char *words) {
    unsigned char *bytes = malloc(count);
    assert_non_null(bytes);
    memcpy(bytes, sound, count);
    memcpy(bytes + at, with, size);
    seal(bytes);
    write_all(in_folder("b"), bytes, count);
    assert_refused(scene, in_folder("b"), words);
    free(bytes);
}

static void forged_files_are_refused(void **unused) {
    (void)unused;
    size_t count;
    struct scene *scene = save_small(in_folder("a"));
    unsigned char *bytes = read_all(in_folder("a"), &count);
    struct checkpoint_head head;
    memcpy(&head, bytes, sizeof head);
    const uint32_t two = 2, many = 0x7fffffff;
    const uint64_t huge = UINT64_MAX / 2, beyond = UINT64_MAX;
    const double hot = 6.0, nan = (double)NAN;
#define HEADER(member) offsetof(struct checkpoint_header, member)
    forge(scene, bytes, count, 0, "plain", 5, "is not a checkpoint of tumen");
    forge(scene, bytes, count, HEADER(format), &two, 4, "has format 2, but this program reads format 1");
    forge(scene, bytes, count, HEADER(language), &two, 4, "is of a scenario in language 2");
    forge(scene, bytes, count, HEADER(seed), &huge, 8, "is of a run with seed 9223372036854775807");
    forge(scene, bytes, count, HEADER(window), &many, 4, "its header says what cannot be");
    forge(scene, bytes, count, HEADER(day), &two, 4, "its date is none of the scenario");
    forge(scene, bytes, count, HEADER(rows), &two, 4, "made another population");
    forge(scene, bytes, count, HEADER(world_hash), &huge, 8, "made another population");
    forge(scene, bytes, count, HEADER(source_hash), &huge, 8, "is not the one of the checkpoint");
    forge(scene, bytes, count, HEADER(weekly), &huge, 8, "its persons do not have the digest");
    forge(scene, bytes, count, HEADER(full), &huge, 8, "its persons do not have the digest");
    const size_t level = head.field[FIELD_ATTRIBUTES].offset, ordinal = head.field[FIELD_ORDINALS].offset,
                 clock = head.field[FIELD_CLOCKS].offset;
    forge(scene, bytes, count, level, "\x06", 1, "field 'attributes' holds what cannot be");
    unsigned char other = (unsigned char)(bytes[level] ^ 1u); /* a mood that can be, but is not its person's */
    forge(scene, bytes, count, level, &other, 1, "is damaged: its");
    forge(scene, bytes, count, ordinal, &many, 4, "field 'ordinals' is too short");
    forge(scene, bytes, count, ordinal + 4, "\xff\xff\xff", 3, "field 'ordinals' holds what cannot be");
    forge(scene, bytes, count, clock, &many, 4, "field 'clocks' is too short");
    forge(scene, bytes, count, clock + 4, &beyond, 8, "field 'clocks' holds what cannot be");
    forge(scene, bytes, count, head.field[FIELD_FEEDBACK].offset, &hot, 8, "field 'feedback' holds what cannot be");
    forge(scene, bytes, count, head.field[FIELD_FEEDBACK].offset, &nan, 8, "field 'feedback' holds what cannot be");
    forge(scene, bytes, count, head.field[FIELD_PARAMETERS].offset, &hot, 8, "parameter 'up' is 6 in the checkpoint");
    forge(scene, bytes, count, head.field[FIELD_LAYOUT].offset, "rows", 4, "laid persons out otherwise");
    forge(scene, bytes, count, head.field[FIELD_SCENARIO].offset, "scent", 5,
          "is of the scenario 'scent', not 'scene'");
    forge(scene, bytes, count, head.field[FIELD_CUMULATIVE].offset, &two, 4, "its persons do not have the digest");
    for (size_t i = 0; i < FIELDS; i++) {
        const size_t entry = sizeof head.header + i * sizeof *head.field;
        struct checkpoint_field field = head.field[i];
        field.count += 1;
        forge(scene, bytes, count, entry, &field, sizeof field, "is damaged: its field");
        field = head.field[i];
        field.kind += 1;
        forge(scene, bytes, count, entry, &field, sizeof field, "its table of fields is not one");
    }
    free(bytes);
    scene_close(scene);
}

static void foreign_and_missing_files_are_refused(void **unused) {
    (void)unused;
    struct scene *scene = scene_read(small), *other;
    assert_refused(scene, in_folder("none"), "cannot open");
    assert_refused(scene, folder, "is not a regular file");
    write_all(in_folder("a"), "", 0);
    assert_refused(scene, in_folder("a"), "is not a checkpoint of tumen");
    const char foreign[] = "PK and a good deal more";
    write_all(in_folder("a"), foreign, sizeof foreign);
    assert_refused(scene, in_folder("a"), "is not a checkpoint of tumen");
    scene_close(scene);
    scene = save_small(in_folder("a"));
    char changed[2048]; /* the same scenario but for a number */
    snprintf(changed, sizeof changed, "%s", small);
    *strstr(changed, "value: 3") = 'v';
    memcpy(strstr(changed, "value: 3"), "value: 4", 8);
    other = scene_read(changed);
    assert_refused(other, in_folder("a"),
                   "these files were otherwise then: 'scenario.yaml'; and these are now: 'scenario.yaml'");
    scene_close(other);
    scene_close(scene);
}

/* A run that disagrees with its persons is not saved, and neither is one that failed. */
static void what_is_wrong_is_not_saved(void **unused) {
    (void)unused;
    struct tmn_error err = {0};
    struct scene *scene = scene_read(small);
    scene_start(scene);
    scene_step(scene, 3);
    save(scene, in_folder("a"));
    save(scene, in_folder("b"));
    tmn_run_world(scene->run)->packed[0].word[0] ^= 1;
    assert_false(tmn_checkpoint_write(scene->run, in_folder("b"), &origin, &err));
    assert_non_null(strstr(err.text, "the digest kept by changes is not that of the persons"));
    assert_same_file(in_folder("a"), in_folder("b"));
    tmn_run_world(scene->run)->packed[0].word[0] ^= 1;
    assert_false(tmn_checkpoint_write(scene->run, in_folder("none/c"), &origin, &err));
    assert_non_null(strstr(err.text, "cannot create"));
    scene_close(scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_goes_on_as_if_it_had_never_stopped),
        cmocka_unit_test(the_file_is_the_same_whoever_wrote_it),
        cmocka_unit_test(settings_of_then_and_from_then_on),
        cmocka_unit_test(interventions_of_then_and_from_then_on),
        cmocka_unit_test(other_settings_of_then_are_refused),
        cmocka_unit_test(a_run_may_go_on_longer),
        cmocka_unit_test(a_run_that_until_ended_stays_ended),
        cmocka_unit_test(numbers_beyond_a_byte_go_on),
        cmocka_unit_test(every_flipped_byte_is_refused),
        cmocka_unit_test(every_length_but_its_own_is_refused),
        cmocka_unit_test(forged_files_are_refused),
        cmocka_unit_test(foreign_and_missing_files_are_refused),
        cmocka_unit_test(what_is_wrong_is_not_saved),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
