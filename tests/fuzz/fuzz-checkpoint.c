/* Any bytes as a checkpoint: refused with words, or a run that goes on and agrees with its persons. As checksums keep
 * most bytes out at the door, an input is also a list of changes to a sound file, whose checksums are then made anew:
 * first byte 0 is a file as it is; else each four bytes are an offset, what to flip there and one to skip, and bit 1
 * asks for a cut at the last offset, bit 2 for sound checksums. */
#include "fuzz.h"

#include "base/crc32.h"
#include "engine/checkpoint_format.h"
#include <string.h>
#include <unistd.h>

static const char *const scenario =
    "language: 1\nname: fuzz\ntitle: Fuzz\npurpose: A test.\n"
    "time: { start: 2001-01-01, windows: 20 }\n"
    "attributes: { mood: { levels: 0..4, start: 2 }, place: [a, b], age_group: { levels: 0..69, start: 1 } }\n"
    "feedback: { heat: { by: place, range: [0, 5], start: 1 } }\n"
    "population: { size: 24, place: place, draw: { place: { a: 0.5, b: rest } }, households: { size: 3 } }\n"
    "layers: { home: { groups: household } }\n"
    "counters: { low: { layer: home, of: mood < 2, max: 3 } }\n"
    "transitions:\n"
    "  rise: { who: mood < 4, rate: 20 / y, then: { step: { mood: 1 }, add: { heat: 0.25 } } }\n"
    "  fall: { who: mood > 0, rate: 9 / y * (1 + low), then: { step: { mood: -1 }, tell: { home: { step: { mood: -1 } "
    "} } } }\n"
    "  wake: { who: mood = 0, after: 21 d, then: { set: { mood: 2 } } }\n"
    "events: { gale: { by: place, rate: 1 / y, then: { add: { heat: 1 } } } }\n"
    "outcomes: { rises: { firings: rise, by: [place], every: year }, lows: { stock: mood < 2 } }\n";

static struct {
    struct tmn_arena arena;
    struct tmn_model *model;
    char folder[64], file[128];
    uint8_t *sound;
    size_t count;
} base;

static const struct tmn_run_options options = {.seed = 1, .scale = 1, .threads = 1};

static void write_file(const char *path, const void *bytes, size_t count) {
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fwrite(bytes, 1, count, file) == count && fclose(file) == 0);
}

static void make_sound(void) {
    const struct tmn_checkpoint_origin origin = {.target = "fuzz", .path = "/fuzz", .version = "1"};
    struct tmn_run *run;
    struct tmn_error err;
    CHECK(tmn_run_new(&run, base.model, &options, &err));
    for (int w = 0; w < 10; w++)
        CHECK(tmn_run_step(run, &err));
    CHECK(tmn_checkpoint_write(run, base.file, &origin, &err));
    tmn_run_free(run);
    FILE *file = fopen(base.file, "rb");
    CHECK(file != NULL && fseek(file, 0, SEEK_END) == 0);
    base.count = (size_t)ftell(file);
    base.sound = malloc(base.count);
    rewind(file);
    CHECK(base.sound != NULL && fread(base.sound, 1, base.count, file) == base.count && fclose(file) == 0);
}

static void clean_up(void) {
    unlink(base.file);
    rmdir(base.folder);
}

static void begin(void) {
    struct tmn_diagnostics list;
    strcpy(base.folder, "/tmp/tumen-fuzz-XXXXXX");
    CHECK(mkdtemp(base.folder) != NULL);
    snprintf(base.file, sizeof base.file, "%s/scenario.yaml", base.folder);
    write_file(base.file, scenario, strlen(scenario));
    tmn_arena_init(&base.arena, 0);
    tmn_diagnostics_init(&list, &base.arena);
    base.model = tmn_model_read(&base.arena, base.file, &list);
    CHECK(base.model != NULL);
    unlink(base.file);
    snprintf(base.file, sizeof base.file, "%s/checkpoint", base.folder);
    make_sound();
    atexit(clean_up);
}

/* Checksums as a writer would have made them, where the table allows it. */
static void seal(uint8_t *bytes, size_t count) {
    struct checkpoint_head head;
    if (count < sizeof head)
        return;
    memcpy(&head, bytes, sizeof head);
    for (int i = 0; i < FIELDS; i++)
        if (head.field[i].offset <= count && head.field[i].bytes <= count - head.field[i].offset)
            head.field[i].crc = tmn_crc32(0, bytes + head.field[i].offset, head.field[i].bytes);
    head.header.crc = 0;
    head.header.crc = tmn_crc32(0, &head, sizeof head);
    memcpy(bytes, &head, sizeof head);
}

static void change(uint8_t how, const uint8_t *data, size_t size) {
    uint8_t *bytes = malloc(base.count);
    size_t count = base.count;
    CHECK(bytes != NULL);
    memcpy(bytes, base.sound, count);
    for (; size >= 4; data += 4, size -= 4) {
        size_t at = (data[0] | (size_t)data[1] << 8) % base.count;
        bytes[at] ^= data[2];
        if ((how & 1) != 0 && size < 8)
            count = at;
    }
    if ((how & 2) != 0)
        seal(bytes, count);
    write_file(base.file, bytes, count);
    free(bytes);
}

static void go_on(struct tmn_run *run) {
    struct tmn_error err;
    for (int w = 0; w < 3 && tmn_run_window(run) < tmn_run_windows(run); w++)
        CHECK(tmn_run_step(run, &err) && tmn_run_verify(run, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct tmn_checkpoint *checkpoint = NULL;
    struct tmn_run *run = NULL;
    struct tmn_error err = {TMN_OK, ""};
    if (base.model == NULL)
        begin();
    if (size == 0)
        return 0;
    if (data[0] == 0)
        write_file(base.file, data + 1, size - 1);
    else
        change(data[0], data + 1, size - 1);
    bool good = tmn_checkpoint_open(&checkpoint, base.file, &err) &&
                tmn_run_resume(&run, base.model, &options, checkpoint, &err);
    CHECK(good == (run != NULL) && good == (err.code == TMN_OK) && good == (err.text[0] == '\0'));
    CHECK(good || size > 1 || data[0] == 0); /* the sound file itself is taken */
    if (good)
        go_on(run);
    tmn_run_free(run);
    tmn_checkpoint_close(checkpoint);
    return 0;
}
