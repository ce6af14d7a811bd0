/* See store.h. */
#include "study/store.h"

#include "base/crc32.h"
#include "base/draw.h"
#include "base/file.h"
#include "base/text.h"
#include "study/pasts.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char magic[8] = "tumrun1\n";
enum { HEAD = sizeof magic + sizeof(uint32_t), FILE_LIMIT = 1 << 30, FLAG_UNTIL = 1, FLAG_WHO = 2 };

/* ---- names ---- */

static void mix(struct tmn_world_key *key, uint64_t value) {
    key->half[0] = tmn_mix64(key->half[0] + value);
    key->half[1] = tmn_mix64(key->half[1] ^ (value * UINT64_C(0x9e3779b97f4a7c15)));
}

static void mix_real(struct tmn_world_key *key, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    mix(key, bits);
}

static void mix_intervention(struct tmn_world_key *key, const struct tmn_setting *setting) {
    if (setting->kind == TMN_SET_PARAMETER)
        return;
    mix(key, (uint64_t)setting->kind);
    mix(key, (uint64_t)setting->feedback);
    mix(key, (uint64_t)setting->end);
    for (size_t i = 0; setting->assign && i < setting->assign->sets; i++) {
        mix(key, (uint64_t)setting->assign->set[i].attribute);
        mix(key, setting->assign->set[i].level);
    }
    if (setting->assign) {
        mix(key, setting->assign->hash);
        mix_real(key, setting->assign->share);
    }
}

struct tmn_world_key tmn_world_key(const struct tmn_store *store, const struct tmn_ask *ask) {
    const struct tmn_model *model = ask->model;
    struct tmn_world_key key = {{1, 2}};
    mix(&key, tmn_name_hash64(store->version));
    mix(&key, model->source_hash);
    if (model->variant != 0)
        mix(&key, model->variant);
    for (size_t p = 0; p < model->parameters.count; p++)
        mix_real(&key, model->parameters.items[p].value);
    for (size_t d = 0; d < model->drivers.count; d++) {
        const struct tmn_driver *driver = &model->drivers.items[d];
        for (size_t i = 0; i < (size_t)model->calendar.windows * driver->slots; i++)
            mix_real(&key, driver->value[i]);
    }
    for (size_t s = 0; s < ask->setting_count; s++) {
        mix(&key, (uint64_t)ask->settings[s].parameter);
        mix(&key, (uint64_t)ask->settings[s].window);
        mix_real(&key, ask->settings[s].value);
        mix_intervention(&key, &ask->settings[s]);
    }
    return key;
}

/* With seed, scale and windows: the file's name. */
static struct tmn_world_key run_key(const struct tmn_store *store, const struct tmn_ask *ask) {
    struct tmn_world_key key = tmn_world_key(store, ask);
    mix(&key, ask->seed);
    mix_real(&key, ask->scale);
    mix(&key, (uint64_t)tmn_ask_windows(ask));
    return key;
}

static char *path_of(const struct tmn_store *store, struct tmn_arena *arena, struct tmn_world_key key) {
    return tmn_arena_printf(arena, "%s/%016llx%016llx.run", store->folder, (unsigned long long)key.half[0],
                            (unsigned long long)key.half[1]);
}

/* ---- writing ---- */

static void put(struct tmn_text *text, const void *bytes, size_t count) {
    tmn_text_bytes(text, bytes, count);
}

static void put_varint(struct tmn_text *text, uint64_t value) {
    unsigned char bytes[10];
    size_t count = 0;
    do {
        bytes[count] = (unsigned char)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
        count++;
    } while (value > 0);
    put(text, bytes, count);
}

static void put_who(struct tmn_text *text, const struct tmn_who_set *set) {
    uint64_t count = 0, next = 0;
    for (size_t w = 0; w < set->words; w++)
        count += (uint64_t)__builtin_popcountll(set->bits[w]);
    put_varint(text, count);
    for (size_t w = 0; w < set->words; w++)
        for (uint64_t bits = set->bits[w]; bits != 0; bits &= bits - 1) {
            uint64_t row = w * 64 + (uint64_t)__builtin_ctzll(bits);
            put_varint(text, row - next);
            next = row + 1;
        }
}

static void put_series(struct tmn_text *text, const struct tmn_outcome *outcome, const struct tmn_series *series) {
    uint64_t name = tmn_name_hash64(outcome->name);
    int32_t periods = series->periods;
    size_t values = (size_t)periods * series->cells;
    put(text, &name, sizeof name);
    put(text, &periods, sizeof periods);
    put(text, &series->cells, sizeof series->cells);
    put(text, series->first_day, (size_t)periods * sizeof *series->first_day);
    put(text, series->last_day, (size_t)periods * sizeof *series->last_day);
    if (outcome->kind == TMN_OUTCOME_FEEDBACK)
        put(text, series->value, values * sizeof *series->value);
    for (size_t i = 0; i < values && outcome->kind != TMN_OUTCOME_FEEDBACK; i++)
        put_varint(text, (uint64_t)series->simulated[i]);
}

static void put_run(struct tmn_text *text, const struct tmn_ask *ask, struct tmn_world_key key,
                    const struct tmn_run *run, const struct tmn_who *who) {
    const struct tmn_world *world = tmn_run_world(run);
    struct tmn_digest weekly = tmn_run_weekly_digest(run), full = tmn_run_full_digest(run);
    int32_t windows[2] = {tmn_ask_windows(ask), tmn_run_window(run)};
    uint32_t flags = (tmn_run_until_held(run) ? FLAG_UNTIL : 0) | (who ? FLAG_WHO : 0);
    uint32_t outcomes = (uint32_t)ask->model->outcomes.count, crc = 0;
    put(text, magic, sizeof magic);
    put(text, &crc, sizeof crc);
    put(text, &key, sizeof key);
    put(text, &ask->seed, sizeof ask->seed);
    put(text, &ask->scale, sizeof ask->scale);
    put(text, windows, sizeof windows);
    put(text, &flags, sizeof flags);
    put(text, &world->rows, sizeof world->rows);
    put(text, &world->weight, sizeof world->weight);
    put(text, &weekly, sizeof weekly);
    put(text, &full, sizeof full);
    put(text, &outcomes, sizeof outcomes);
    for (uint32_t o = 0; o < outcomes; o++) {
        const struct tmn_outcome *outcome = &ask->model->outcomes.items[o];
        struct tmn_series series = tmn_run_series(run, (int)o);
        put_series(text, outcome, &series);
        if (who && tmn_outcome_counts_events(outcome))
            put_who(text, &who->set[o]);
    }
    crc = tmn_crc32(0, text->items + HEAD, text->count - HEAD);
    memcpy(text->items + sizeof magic, &crc, sizeof crc);
}

/* ---- reading ---- */

struct reader {
    const char *at, *end;
    bool short_of; /* ran out of bytes, or met what cannot be */
};

static void get(struct reader *reader, void *bytes, size_t count) {
    if (reader->short_of || (size_t)(reader->end - reader->at) < count) {
        reader->short_of = true;
        memset(bytes, 0, count);
        return;
    }
    memcpy(bytes, reader->at, count);
    reader->at += count;
}

static uint64_t get_varint(struct reader *reader) {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        unsigned char byte;
        get(reader, &byte, 1);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    reader->short_of = true;
    return 0;
}

static void get_who(struct reader *reader, struct tmn_arena *arena, uint32_t rows, struct tmn_who_set *set) {
    uint64_t count = get_varint(reader), row = 0;
    set->words = rows / 64 + 1;
    set->bits = TMN_NEW_ARRAY(arena, uint64_t, set->words);
    for (uint64_t i = 0; i < count && !reader->short_of; i++, row++) {
        row += get_varint(reader);
        reader->short_of = reader->short_of || row >= rows;
        if (!reader->short_of)
            set->bits[row / 64] |= UINT64_C(1) << row % 64;
    }
}

static void get_series(struct reader *reader, struct tmn_arena *arena, const struct tmn_outcome *outcome,
                       int64_t weight, struct tmn_output_series *series) {
    uint64_t name;
    int32_t periods;
    get(reader, &name, sizeof name);
    get(reader, &periods, sizeof periods);
    get(reader, &series->cells, sizeof series->cells);
    size_t left = (size_t)(reader->end - reader->at);
    reader->short_of = reader->short_of || name != tmn_name_hash64(outcome->name) || periods < 0 ||
                       series->cells != outcome->by.size || (size_t)periods > left / series->cells;
    if (reader->short_of)
        return;
    size_t values = (size_t)periods * series->cells;
    int32_t *days = TMN_NEW_ARRAY(arena, int32_t, 2 * (size_t)periods + 1);
    double *value = TMN_NEW_ARRAY(arena, double, 2 * values + 1);
    get(reader, days, 2 * (size_t)periods * sizeof *days);
    series->periods = periods;
    series->first_day = days;
    series->last_day = days + periods;
    series->value = value;
    if (outcome->kind == TMN_OUTCOME_FEEDBACK) {
        get(reader, value, values * sizeof *value);
        return;
    }
    double *simulated = value + values;
    series->simulated = simulated;
    for (size_t i = 0; i < values; i++) {
        uint64_t count = get_varint(reader);
        simulated[i] = (double)count;
        value[i] = (double)((tmn_i128)count * weight) * 0x1p-20; /* as the engine weighs it */
    }
}

static void get_run(struct reader *reader, struct tmn_arena *arena, const struct tmn_ask *ask,
                    struct tmn_world_key wanted, struct tmn_output *output) {
    struct tmn_world_key key;
    uint64_t seed;
    double scale;
    int32_t windows[2];
    uint32_t flags, outcomes;
    int64_t weight;
    get(reader, &key, sizeof key);
    get(reader, &seed, sizeof seed);
    get(reader, &scale, sizeof scale);
    get(reader, windows, sizeof windows);
    get(reader, &flags, sizeof flags);
    get(reader, &output->rows, sizeof output->rows);
    get(reader, &weight, sizeof weight);
    get(reader, &output->weekly, sizeof output->weekly);
    get(reader, &output->full, sizeof output->full);
    get(reader, &outcomes, sizeof outcomes);
    output->windows = windows[1];
    output->until_held = (flags & FLAG_UNTIL) != 0;
    output->weight = (double)weight * 0x1p-20;
    reader->short_of = reader->short_of || memcmp(&key, &wanted, sizeof key) != 0 || seed != ask->seed ||
                       scale != ask->scale || windows[0] != tmn_ask_windows(ask) ||
                       outcomes != ask->model->outcomes.count || (ask->who && !(flags & FLAG_WHO));
    output->series = TMN_NEW_ARRAY(arena, struct tmn_output_series, ask->model->outcomes.count + 1);
    for (size_t o = 0; o < ask->model->outcomes.count && !reader->short_of; o++) {
        const struct tmn_outcome *outcome = &ask->model->outcomes.items[o];
        get_series(reader, arena, outcome, weight, &output->series[o]);
        if ((flags & FLAG_WHO) && tmn_outcome_counts_events(outcome))
            get_who(reader, arena, output->rows, &output->series[o].who);
    }
    reader->short_of = reader->short_of || reader->at != reader->end;
}

/* Of the bytes of a file; false: damaged, or not what is wanted. */
static bool decode(struct tmn_arena *arena, const char *bytes, size_t count, const struct tmn_ask *ask,
                   struct tmn_world_key key, struct tmn_output *output) {
    struct reader reader = {bytes + HEAD, bytes + count, false};
    uint32_t crc;
    if (count < HEAD || memcmp(bytes, magic, sizeof magic) != 0)
        return false;
    memcpy(&crc, bytes + sizeof magic, sizeof crc);
    if (crc != tmn_crc32(0, bytes + HEAD, count - HEAD))
        return false;
    *output = (struct tmn_output){.rows = 0};
    get_run(&reader, arena, ask, key, output);
    return !reader.short_of;
}

bool tmn_store_read(const struct tmn_store *store, const struct tmn_ask *ask, struct tmn_arena *arena,
                    struct tmn_output *output, struct tmn_error *err) {
    struct tmn_world_key key = run_key(store, ask);
    const char *path = path_of(store, arena, key);
    char *bytes;
    size_t count;
    return tmn_file_read(arena, path, FILE_LIMIT, &bytes, &count, err) &&
           (decode(arena, bytes, count, ask, key, output) ||
            tmn_fail(err, TMN_IO, "the run in '%s' is damaged, or holds less than is wanted", path));
}

/* ---- making ---- */

struct wanted { /* one file */
    const struct tmn_ask *ask;
    struct tmn_world_key key;
    bool who;
};

struct making {
    const struct tmn_store *store;
    const struct tmn_store_options *options;
    struct tmn_ask *asks; /* [count] to be made */
    struct tmn_who *who;  /* [count], of runs under way */
    struct tmn_world_key *key;
    bool *made;               /* and written */
    struct tmn_error *broken; /* [count] of runs left out; TMN_OK: of none */
    size_t count;
    double past_windows; /* of what they share: done before them */
};

static int by_key(const void *a, const void *b) {
    const struct wanted *x = a, *y = b;
    int order = memcmp(&x->key, &y->key, sizeof x->key);
    return order != 0 ? order : (x->ask > y->ask) - (x->ask < y->ask);
}

static int by_ask(const void *a, const void *b) {
    const struct wanted *x = a, *y = b;
    return (x->ask > y->ask) - (x->ask < y->ask);
}

/* Is the run there, whole, with what is wanted? *damaged counts files that are there and cannot be read. */
static bool look(const struct tmn_store *store, struct tmn_arena *arena, const struct wanted *wanted, size_t *damaged) {
    const char *path = path_of(store, arena, wanted->key);
    struct tmn_ask plain = *wanted->ask, full = plain;
    struct tmn_output output;
    struct tmn_error err;
    char *bytes;
    size_t count;
    plain.who = false;
    full.who = wanted->who;
    if (access(path, F_OK) != 0)
        return false;
    bool read = tmn_file_read(arena, path, FILE_LIMIT, &bytes, &count, &err);
    if (read && decode(arena, bytes, count, &full, wanted->key, &output))
        return true;
    *damaged += !read || !decode(arena, bytes, count, &plain, wanted->key, &output);
    return false;
}

static bool is_there(const struct tmn_store *store, const struct wanted *wanted, size_t *damaged) {
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    if (TMN_ARENA_TRY(&arena)) {
        tmn_arena_free(&arena);
        return false; /* then making it will say so */
    }
    bool there = look(store, &arena, wanted, damaged);
    tmn_arena_free(&arena);
    return there;
}

static bool tell(void *context, const struct tmn_runs_progress *progress) {
    const struct making *making = context;
    const struct tmn_store_options *options = making->options;
    struct tmn_runs_progress all = *progress;
    all.windows += making->past_windows;
    all.windows_all += making->past_windows;
    return !options->progress || options->progress(options->context, &all);
}

static bool begin(void *context, size_t index, struct tmn_run_options *options, struct tmn_error *err) {
    struct making *making = context;
    struct tmn_who *who = &making->who[index];
    if (!making->asks[index].who)
        return true;
    if (!tmn_who_init(who, making->asks[index].model))
        return tmn_fail(err, TMN_MEMORY, "memory ran out for who did what in a run");
    options->happening = tmn_who_note;
    options->happening_context = who;
    options->watch_all = true;
    return true;
}

static bool write_run(const struct making *making, size_t index, const struct tmn_run *run, struct tmn_error *err) {
    const struct tmn_ask *ask = &making->asks[index];
    const struct tmn_who *who = &making->who[index];
    struct tmn_arena arena;
    struct tmn_text text;
    bool good;
    tmn_arena_init(&arena, 0);
    if (who->failed || TMN_ARENA_TRY(&arena)) {
        good = tmn_fail(err, TMN_MEMORY, "memory ran out for what a run gave");
    } else {
        tmn_text_init(&text, &arena);
        put_run(&text, ask, making->key[index], run, ask->who ? who : NULL);
        good =
            tmn_file_replace(&arena, path_of(making->store, &arena, making->key[index]), text.items, text.count, err);
    }
    tmn_arena_free(&arena);
    return good;
}

static bool ended(void *context, const struct tmn_ended *ended, struct tmn_error *err) {
    struct making *making = context;
    bool good = true;
    if (ended->run)
        good = making->made[ended->index] = write_run(making, ended->index, ended->run, err);
    else if (ended->error && making->options->leave_broken &&
             (ended->error->code == TMN_RUN || ended->error->code == TMN_CAPACITY))
        making->broken[ended->index] = *ended->error;
    else if (ended->error)
        good = tmn_fail(err, ended->error->code, "the run with seed %llu failed: %s",
                        (unsigned long long)making->asks[ended->index].seed, ended->error->text);
    if (making->who[ended->index].model)
        tmn_who_free(&making->who[ended->index]);
    return good;
}

/* Each wanted file once, in the order of the asks; those that are there are counted and left out. */
static void plan(struct making *making, struct tmn_arena *arena, const struct tmn_ask *asks, size_t count,
                 struct tmn_store_tally *tally) {
    struct wanted *wanted = TMN_NEW_ARRAY(arena, struct wanted, count + 1);
    size_t files = 0;
    for (size_t i = 0; i < count; i++)
        wanted[i] = (struct wanted){&asks[i], run_key(making->store, &asks[i]), asks[i].who};
    qsort(wanted, count, sizeof *wanted, by_key);
    for (size_t i = 0; i < count; i++) {
        if (files > 0 && memcmp(&wanted[files - 1].key, &wanted[i].key, sizeof wanted->key) == 0)
            wanted[files - 1].who = wanted[files - 1].who || wanted[i].who;
        else
            wanted[files++] = wanted[i];
    }
    qsort(wanted, files, sizeof *wanted, by_ask);
    making->asks = TMN_NEW_ARRAY(arena, struct tmn_ask, files + 1);
    making->key = TMN_NEW_ARRAY(arena, struct tmn_world_key, files + 1);
    for (size_t i = 0; i < files; i++) {
        if (is_there(making->store, &wanted[i], &tally->damaged)) {
            tally->found++;
            continue;
        }
        making->asks[making->count] = *wanted[i].ask;
        making->asks[making->count].who = wanted[i].who;
        making->key[making->count++] = wanted[i].key;
    }
    making->who = TMN_NEW_ARRAY(arena, struct tmn_who, making->count + 1);
    making->made = TMN_NEW_ARRAY(arena, bool, making->count + 1);
    making->broken = TMN_NEW_ARRAY(arena, struct tmn_error, making->count + 1);
}

/* What is missing, in the arena of its pasts. */
static bool make(struct making *making, struct tmn_pasts *pasts, struct tmn_store_tally *tally, struct tmn_error *err) {
    struct tmn_runs_options runs = {
        .threads = making->options->threads, .context = making, .progress = tell, .begin = begin, .ended = ended};
    if (!tmn_pasts_make(pasts, making->asks, making->count, &tally->stopped, err))
        return false;
    making->past_windows = pasts->windows;
    bool good = tally->stopped || tmn_runs_make(making->asks, making->count, &runs, &tally->stopped, err);
    for (size_t i = 0; i < making->count; i++) {
        tally->made += making->made[i];
        if (making->broken[i].code != TMN_OK && tally->broken++ == 0)
            tally->why = making->broken[i];
    }
    return good;
}

static bool plan_and_make(struct tmn_pasts *pasts, const struct tmn_ask *asks, size_t count,
                          struct tmn_store_tally *tally, struct tmn_error *err) {
    struct making making = {.store = pasts->store, .options = pasts->options};
    if (TMN_ARENA_TRY(pasts->arena))
        return tmn_fail(err, TMN_MEMORY, "memory ran out for the list of runs");
    if (!tmn_folder_make(pasts->arena, pasts->store->folder, err))
        return false;
    plan(&making, pasts->arena, asks, count, tally);
    return make(&making, pasts, tally, err);
}

bool tmn_store_make(const struct tmn_store *store, const struct tmn_ask *asks, size_t count,
                    const struct tmn_store_options *options, struct tmn_store_tally *tally, struct tmn_error *err) {
    struct tmn_arena arena;
    struct tmn_pasts pasts = {.store = store, .options = options, .arena = &arena, .lock = {NULL, -1}};
    *tally = (struct tmn_store_tally){.made = 0};
    tmn_arena_init(&arena, 0);
    bool good = plan_and_make(&pasts, asks, count, tally, err);
    tmn_pasts_drop(&pasts);
    tmn_arena_free(&arena);
    return good;
}

static size_t missing(const struct tmn_store *store, struct tmn_arena *arena, const struct tmn_ask *asks,
                      size_t count) {
    struct making making = {.store = store};
    struct tmn_store_tally tally = {.made = 0};
    plan(&making, arena, asks, count, &tally);
    return making.count;
}

size_t tmn_store_missing(const struct tmn_store *store, const struct tmn_ask *asks, size_t count) {
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    if (TMN_ARENA_TRY(&arena)) {
        tmn_arena_free(&arena);
        return SIZE_MAX; /* making them will say so */
    }
    size_t found = missing(store, &arena, asks, count);
    tmn_arena_free(&arena);
    return found;
}
