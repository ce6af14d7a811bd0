/* Reading a checkpoint: see checkpoint.h. Nothing that stands in the file is believed: its head must be the one that
 * this program would write, each count is compared with what the scenario needs before anything is read, each level,
 * rest of a clock and variable must be one that can be, and at the end the persons must have the digest that the header
 * says. */
#include "engine/checkpoint_format.h"

#include "base/crc32.h"
#include "base/real.h"
#include "base/stream.h"
#include "base/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct tmn_checkpoint {
    struct tmn_infile file;
    struct checkpoint_head head;
    struct tmn_checkpoint_facts facts;
    struct tmn_arena arena; /* of texts */
    const char *text[FIELDS_OF_TEXT];
};

static bool damaged(const struct tmn_infile *file, const char *what, struct tmn_error *err) {
    return tmn_fail(err, TMN_IO, "the checkpoint '%s' is damaged: %s; go back to an older copy", file->path, what);
}

static bool damaged_field(const struct tmn_checkpoint *checkpoint, enum checkpoint_field_id id, const char *what,
                          struct tmn_error *err) {
    char text[96];
    snprintf(text, sizeof text, "its field '%s' %s", tmn_checkpoint_fields[id].name, what);
    return damaged(&checkpoint->file, text, err);
}

/* ---- the head ---- */

static bool check_versions(const struct tmn_infile *file, const struct checkpoint_header *header,
                           struct tmn_error *err) {
    if (memcmp(header->magic, checkpoint_magic, sizeof checkpoint_magic) != 0)
        return tmn_fail(err, TMN_IO, "'%s' is not a checkpoint of tumen", file->path);
    if (header->format != CHECKPOINT_FORMAT)
        return tmn_fail(
            err, TMN_IO,
            "the checkpoint '%s' has format %u, but this program reads format %d: go on with the version of "
            "tumen that wrote it",
            file->path, header->format, CHECKPOINT_FORMAT);
    if (header->language != TMN_LANGUAGE)
        return tmn_fail(
            err, TMN_IO,
            "the checkpoint '%s' is of a scenario in language %u, but this program reads language %d: go on "
            "with the version of tumen that wrote it",
            file->path, header->language, TMN_LANGUAGE);
    return true;
}

/* Fields in their order, without gaps, up to the end of the file. */
static bool check_table(const struct tmn_infile *file, const struct checkpoint_head *head, struct tmn_error *err) {
    uint64_t at = sizeof *head;
    for (int id = 0; id < FIELDS; id++) {
        const struct checkpoint_field *field = &head->field[id];
        char name[sizeof field->name] = {0};
        memcpy(name, tmn_checkpoint_fields[id].name, strlen(tmn_checkpoint_fields[id].name));
        if (memcmp(field->name, name, sizeof name) != 0 || field->kind != (uint32_t)tmn_checkpoint_fields[id].kind ||
            field->offset != at || field->bytes > file->bytes - at)
            return damaged(file, "its table of fields is not one", err);
        at += field->bytes;
    }
    return at == file->bytes || damaged(file, "its fields do not fill it", err);
}

static bool check_header(const struct tmn_infile *file, const struct checkpoint_header *header, struct tmn_error *err) {
    bool sound = header->window >= 0 && header->windows >= 1 && header->window <= header->windows &&
                 header->every >= 0 && header->scale > 0 && header->scale <= 1 && header->until_held <= 1 &&
                 header->window >= (int32_t)header->until_held && header->zero == 0;
    return sound || damaged(file, "its header says what cannot be", err);
}

static bool read_head(struct tmn_checkpoint *checkpoint, struct tmn_error *err) {
    struct tmn_infile *file = &checkpoint->file;
    struct checkpoint_header *header = &checkpoint->head.header;
    size_t magic = sizeof header->magic;
    if (file->bytes < magic || !tmn_infile_get(file, header, magic, err) ||
        memcmp(header->magic, checkpoint_magic, magic) != 0)
        return tmn_fail(err, TMN_IO, "'%s' is not a checkpoint of tumen", file->path);
    if (file->bytes < sizeof *header)
        return damaged(file, "it is cut short", err);
    if (!tmn_infile_get(file, (char *)header + magic, sizeof *header - magic, err) ||
        !check_versions(file, header, err))
        return false;
    if (header->head_bytes != sizeof checkpoint->head || header->fields != FIELDS)
        return damaged(file, "its header says what cannot be", err);
    if (file->bytes != header->file_bytes) {
        char text[128];
        snprintf(text, sizeof text, "it is cut short or grew, and has %llu bytes instead of %llu",
                 (unsigned long long)file->bytes, (unsigned long long)header->file_bytes);
        return damaged(file, text, err);
    }
    if (file->bytes < sizeof checkpoint->head)
        return damaged(file, "it is cut short", err);
    if (!tmn_infile_get(file, checkpoint->head.field, sizeof checkpoint->head.field, err))
        return false;
    uint32_t crc = header->crc;
    header->crc = 0;
    if (tmn_crc32(0, &checkpoint->head, sizeof checkpoint->head) != crc)
        return damaged(file, "the checksum of its header does not match", err);
    return check_header(file, header, err) && check_table(file, &checkpoint->head, err);
}

/* ---- texts ---- */

static bool read_texts(struct tmn_checkpoint *checkpoint, struct tmn_error *err) {
    struct tmn_infile *file = &checkpoint->file;
    for (int id = 0; id < FIELDS_OF_TEXT; id++) {
        const struct checkpoint_field *field = &checkpoint->head.field[id];
        if (field->bytes > CHECKPOINT_TEXT_BYTES_MAX || field->count != field->bytes)
            return damaged_field(checkpoint, (enum checkpoint_field_id)id, "is too long", err);
        char *text = TMN_NEW_ARRAY(&checkpoint->arena, char, field->bytes + 1);
        file->crc = 0;
        if (!tmn_infile_get(file, text, field->bytes, err))
            return false;
        if (file->crc != field->crc)
            return damaged_field(checkpoint, (enum checkpoint_field_id)id, "does not have its checksum", err);
        bool list = id == FIELD_SETTINGS;
        if (list ? field->bytes > 0 && text[field->bytes - 1] != '\0' : strlen(text) != field->bytes)
            return damaged_field(checkpoint, (enum checkpoint_field_id)id, "is no text", err);
        checkpoint->text[id] = text;
    }
    return true;
}

static void tell_facts(struct tmn_checkpoint *checkpoint) {
    const struct checkpoint_header *header = &checkpoint->head.header;
    const char *settings = checkpoint->text[FIELD_SETTINGS];
    size_t bytes = checkpoint->head.field[FIELD_SETTINGS].bytes, count = 0;
    for (size_t i = 0; i < bytes; i++)
        count += settings[i] == '\0';
    const char **assignments = TMN_NEW_ARRAY(&checkpoint->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++, settings += strlen(settings) + 1)
        assignments[i] = settings;
    checkpoint->facts = (struct tmn_checkpoint_facts){
        .origin = {checkpoint->text[FIELD_TARGET], checkpoint->text[FIELD_PATH], checkpoint->text[FIELD_VERSION],
                   assignments, count, header->every},
        .scenario = checkpoint->text[FIELD_SCENARIO],
        .source_hash = header->source_hash,
        .seed = header->seed,
        .scale = header->scale,
        .window = header->window,
        .windows = header->windows,
        .day = header->day,
        .until_held = header->until_held != 0,
        .rows = header->rows,
        .weekly = {header->weekly[0], header->weekly[1]},
        .full = {header->full[0], header->full[1]},
    };
}

static bool read_facts(struct tmn_checkpoint *checkpoint, struct tmn_error *err) {
    if (TMN_ARENA_TRY(&checkpoint->arena))
        return tmn_fail(err, TMN_MEMORY, "out of memory for the texts of '%s'", checkpoint->file.path);
    if (!read_texts(checkpoint, err))
        return false;
    tell_facts(checkpoint);
    return true;
}

bool tmn_checkpoint_open(struct tmn_checkpoint **out, const char *path, struct tmn_error *err) {
    *out = NULL;
    struct tmn_checkpoint *checkpoint = calloc(1, sizeof *checkpoint);
    if (checkpoint == NULL)
        return tmn_fail(err, TMN_MEMORY, "out of memory for '%s'", path);
    checkpoint->file.fd = -1;
    tmn_arena_init(&checkpoint->arena, 0);
    if (!tmn_infile_open(&checkpoint->file, path, err) || !read_head(checkpoint, err) || !read_facts(checkpoint, err)) {
        tmn_checkpoint_close(checkpoint);
        return false;
    }
    *out = checkpoint;
    return true;
}

void tmn_checkpoint_close(struct tmn_checkpoint *checkpoint) {
    if (checkpoint == NULL)
        return;
    tmn_infile_close(&checkpoint->file);
    tmn_arena_free(&checkpoint->arena);
    free(checkpoint);
}

const struct tmn_checkpoint_facts *tmn_checkpoint_facts(const struct tmn_checkpoint *checkpoint) {
    return &checkpoint->facts;
}

bool tmn_checkpoint_assignments(const struct tmn_checkpoint *checkpoint, struct tmn_arena *arena,
                                const char *const *given, size_t given_count, const char ***assignments, size_t *count,
                                struct tmn_error *err) {
    const struct tmn_checkpoint_origin *origin = &checkpoint->facts.origin;
    size_t kept = origin->assignment_count;
    char date[16];
    int32_t day;
    tmn_date_format(checkpoint->facts.day, date);
    *count = kept + given_count;
    *assignments = TMN_NEW_ARRAY(arena, const char *, *count + 1);
    for (size_t i = 0; i < kept; i++)
        (*assignments)[i] = tmn_arena_strdup(arena, origin->assignments[i]);
    for (size_t i = 0; i < given_count; i++) {
        const char *at = strrchr(given[i], '@');
        day = checkpoint->facts.day;
        bool dated = at != NULL && tmn_date_parse(at + 1, &day);
        if (checkpoint->facts.window == 0 && day <= checkpoint->facts.day)
            return tmn_fail(err, TMN_USAGE,
                            "'%s' begins with the run, and so does the checkpoint, from before the first window: run "
                            "the scenario from its start with it",
                            given[i]);
        if (dated && day < checkpoint->facts.day)
            return tmn_fail(
                err, TMN_USAGE,
                "'%s' begins before the checkpoint, which is of %s: a fork changes what comes after it; for "
                "an earlier change run the scenario from its start",
                given[i], date);
        (*assignments)[kept + i] =
            at != NULL ? tmn_arena_strdup(arena, given[i]) : tmn_arena_printf(arena, "%s@%s", given[i], date);
    }
    return true;
}

/* ---- is it of this scenario ---- */

/* Names of the lines of one list of sources that are not in the other. */
static void put_missing(const char *from, const char *in, struct tmn_text *names) {
    while (*from != '\0') {
        size_t length = strcspn(from, "\n"), other;
        const char *line = in;
        for (; *line != '\0'; line += other + (line[other] == '\n')) {
            other = strcspn(line, "\n");
            if (other == length && memcmp(line, from, length) == 0)
                break;
        }
        const char *name = memchr(from, ' ', length);
        if (*line == '\0' && name != NULL)
            tmn_text_put(names, "%s'%.*s'", names->count > 0 ? ", " : "", (int)(length - (size_t)(name + 1 - from)),
                         name + 1);
        from += length + (from[length] == '\n');
    }
}

static bool changed_scenario(const struct tmn_checkpoint *checkpoint, const struct tmn_model *model,
                             struct tmn_arena *arena, struct tmn_error *err) {
    struct tmn_text sources, then, now;
    tmn_text_init(&sources, arena);
    tmn_text_init(&then, arena);
    tmn_text_init(&now, arena);
    tmn_checkpoint_sources(model, &sources);
    tmn_text_put(&then, "%s", "");
    tmn_text_put(&now, "%s", "");
    put_missing(checkpoint->text[FIELD_SOURCES], sources.items, &then);
    put_missing(sources.items, checkpoint->text[FIELD_SOURCES], &now);
    return tmn_fail(err, TMN_USAGE,
                    "the scenario '%s' is not the one of the checkpoint '%s': these files were otherwise then: %s; and "
                    "these are now: %s. Give it the files of then, or begin anew",
                    model->name, checkpoint->file.path, then.count > 0 ? then.items : "none",
                    now.count > 0 ? now.items : "none");
}

bool tmn_checkpoint_fits(const struct tmn_checkpoint *checkpoint, const struct tmn_model *model,
                         struct tmn_error *err) {
    if (strcmp(checkpoint->facts.scenario, model->name) != 0)
        return tmn_fail(err, TMN_USAGE, "the checkpoint '%s' is of the scenario '%s', not '%s'", checkpoint->file.path,
                        checkpoint->facts.scenario, model->name);
    if (checkpoint->facts.source_hash == model->source_hash)
        return true;
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    bool fits = TMN_ARENA_TRY(&arena) ? tmn_fail(err, TMN_MEMORY, "out of memory for a message")
                                      : changed_scenario(checkpoint, model, &arena, err);
    tmn_arena_free(&arena);
    return fits;
}

/* ---- loading ---- */

struct loader {
    struct tmn_run *run;
    struct tmn_checkpoint *checkpoint;
    struct checkpoint_piece piece[CHECKPOINT_PIECES];
    struct checkpoint_words words;
    double *parameter; /* as stored */
    enum checkpoint_field_id id;
    uint32_t first, in_hand; /* index of piece[0] among all; how many of them are */
    struct tmn_error *err;
};

static bool begin_field(struct loader *loader, enum checkpoint_field_id id) {
    struct tmn_infile *file = &loader->checkpoint->file;
    loader->id = id;
    file->crc = 0;
    return tmn_infile_seek(file, loader->checkpoint->head.field[id].offset, loader->err);
}

static bool end_field(struct loader *loader) {
    const struct checkpoint_field *field = &loader->checkpoint->head.field[loader->id];
    if (loader->checkpoint->file.at != field->offset + field->bytes)
        return damaged_field(loader->checkpoint, loader->id, "has another length", loader->err);
    return loader->checkpoint->file.crc == field->crc ||
           damaged_field(loader->checkpoint, loader->id, "does not have its checksum", loader->err);
}

/* Bytes of the field that are not read yet. */
static uint64_t rest_of_field(const struct loader *loader) {
    const struct checkpoint_field *field = &loader->checkpoint->head.field[loader->id];
    return field->offset + field->bytes - loader->checkpoint->file.at;
}

static bool get_part(void *context, void *items, size_t count, size_t size) {
    struct loader *loader = context;
    if (count * size > rest_of_field(loader))
        return damaged_field(loader->checkpoint, loader->id, "is too short", loader->err);
    return tmn_infile_get(&loader->checkpoint->file, items, count * size, loader->err);
}

static bool load_numbers(struct loader *loader, enum checkpoint_field_id id) {
    if (!begin_field(loader, id))
        return false;
    if (tmn_checkpoint_count(loader->run, id) != loader->checkpoint->head.field[id].count)
        return damaged_field(loader->checkpoint, id, "has another number of elements", loader->err);
    return tmn_checkpoint_parts(loader->run, id, get_part, loader) && end_field(loader);
}

/* ---- columns ---- */

static bool attributes_sound(const struct tmn_model *model, const struct tmn_packed *packed,
                             const struct checkpoint_words *words) {
    if (((packed->word[0] & ~words->mask[0]) | (packed->word[1] & ~words->mask[1])) != 0)
        return false;
    for (size_t a = 0; a < model->attributes.count; a++)
        if (tmn_level(packed, &model->attributes.items[a]) >= model->attributes.items[a].levels)
            return false;
    return true;
}

static void get_attributes(const struct loader *loader, uint32_t index, struct checkpoint_piece *piece) {
    struct tmn_run *run = loader->run;
    const uint8_t *at = piece->bytes;
    for (uint32_t row = piece_first(index); row < piece_end(run, index); row++) {
        struct tmn_packed packed = {{0, 0}};
        for (int w = 0; w < 2; w++) {
            memcpy(&packed.word[w], at, loader->words.bytes[w]);
            at += loader->words.bytes[w];
        }
        piece->damaged = piece->damaged || !attributes_sound(run->model, &packed, &loader->words);
        if (!piece->damaged)
            run->packed[row] = packed;
    }
}

/* One number of at most 32 bits in its shortest form; false when there is none. */
static bool get_leb128(const uint8_t **at, const uint8_t *end, uint32_t *value) {
    uint64_t sum = 0;
    for (int shift = 0; shift < 7 * CHECKPOINT_ORDINAL_BYTES && *at < end; shift += 7) {
        uint8_t byte = *(*at)++;
        sum |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *value = (uint32_t)sum;
            return sum <= UINT32_MAX && byte != 0;
        }
    }
    return false;
}

static void get_ordinals(const struct loader *loader, uint32_t index, struct checkpoint_piece *piece) {
    struct tmn_run *run = loader->run;
    uint32_t first = piece_first(index), end_row = piece_end(run, index);
    size_t bits = (size_t)(end_row - first) * run->transitions, mark_bytes = (bits + 7) / 8;
    if (piece->count < mark_bytes) {
        piece->damaged = true;
        return;
    }
    const uint8_t *mark = piece->bytes, *at = mark + mark_bytes, *end = mark + piece->count;
    for (size_t i = 0; i < bits; i++) {
        uint32_t k = 0;
        if ((mark[i / 8] >> i % 8 & 1) != 0 && !get_leb128(&at, end, &k)) {
            piece->damaged = true;
            return;
        }
        uint32_t row = first + (uint32_t)(i / run->transitions);
        if (!tmn_k_set(run, &run->block[block_of(run, row)], row, (int)(i % run->transitions), k))
            piece->starved = true;
    }
    piece->damaged = at != end || (bits % 8 != 0 && mark[bits / 8] >> bits % 8 != 0);
}

static void get_clocks(const struct loader *loader, uint32_t index, struct checkpoint_piece *piece) {
    struct tmn_run *run = loader->run;
    const uint8_t *at = piece->bytes, *end = at + piece->count;
    for (uint32_t row = piece_first(index); row < piece_end(run, index); row++)
        for (int s = 0; s < run->slots; s++) {
            if (tmn_clock_of(run, row, s) < 0)
                continue;
            uint64_t left = UINT64_MAX;
            if (end - at >= (ptrdiff_t)sizeof left)
                memcpy(&left, at, sizeof left);
            if (left > INT64_MAX) {
                piece->damaged = true;
                return;
            }
            at += sizeof left;
            *tmn_clock(run, row, s) = left;
        }
    piece->damaged = at != end;
}

static void decode_piece(struct loader *loader, uint32_t index) {
    struct checkpoint_piece *piece = &loader->piece[index];
    if (loader->id == FIELD_ATTRIBUTES)
        get_attributes(loader, loader->first + index, piece);
    else if (loader->id == FIELD_ORDINALS)
        get_ordinals(loader, loader->first + index, piece);
    else
        get_clocks(loader, loader->first + index, piece);
}

static void decode(void *context, int worker, uint32_t part) {
    struct loader *loader = context;
    uint32_t index = part * CHECKPOINT_TOGETHER;
    (void)worker;
    for (uint32_t end = index + CHECKPOINT_TOGETHER; index < end && index < loader->in_hand; index++)
        decode_piece(loader, index);
}

/* The most bytes that a piece of the column in hand can have. */
static size_t piece_bytes_max(const struct loader *loader, uint32_t index) {
    const struct tmn_run *run = loader->run;
    size_t rows = piece_end(run, index) - piece_first(index);
    if (loader->id == FIELD_ATTRIBUTES)
        return rows * (loader->words.bytes[0] + loader->words.bytes[1]);
    if (loader->id == FIELD_CLOCKS)
        return rows * (size_t)run->slots * sizeof(uint64_t);
    return (rows * run->transitions + 7) / 8 + rows * run->transitions * CHECKPOINT_ORDINAL_BYTES;
}

static bool load_piece(struct loader *loader, uint32_t index) {
    struct checkpoint_piece *piece = &loader->piece[index];
    size_t most = piece_bytes_max(loader, loader->first + index);
    uint32_t length = (uint32_t)most;
    if (loader->id != FIELD_ATTRIBUTES && !get_part(loader, &length, 1, sizeof length))
        return false;
    if (length > most || length > rest_of_field(loader))
        return damaged_field(loader->checkpoint, loader->id, "is too short", loader->err);
    if (!tmn_checkpoint_piece_room(piece, length))
        return tmn_fail(loader->err, TMN_MEMORY, "out of memory for the pieces of '%s'", loader->checkpoint->file.path);
    piece->count = length;
    return get_part(loader, piece->bytes, length, 1);
}

static bool load_column(struct loader *loader, enum checkpoint_field_id id) {
    const struct tmn_run *run = loader->run;
    if (!begin_field(loader, id))
        return false;
    if (loader->checkpoint->head.field[id].count != run->rows)
        return damaged_field(loader->checkpoint, id, "has another number of rows", loader->err);
    uint32_t pieces = piece_count(run);
    for (loader->first = 0; loader->first < pieces; loader->first += CHECKPOINT_PIECES) {
        uint32_t left = pieces - loader->first, count = left < CHECKPOINT_PIECES ? left : CHECKPOINT_PIECES;
        for (uint32_t i = 0; i < count; i++)
            if (!load_piece(loader, i))
                return false;
        loader->in_hand = count;
        tmn_pool_run(run->pool, (count + CHECKPOINT_TOGETHER - 1) / CHECKPOINT_TOGETHER, decode, loader);
        for (uint32_t i = 0; i < count; i++) {
            if (loader->piece[i].damaged)
                return damaged_field(loader->checkpoint, id, "holds what cannot be", loader->err);
            if (loader->piece[i].starved)
                return tmn_fail(loader->err, TMN_MEMORY, "out of memory for the numbers of firings");
        }
    }
    return end_field(loader);
}

/* ---- does it belong together ---- */

/* The first line of the layouts that differs. */
static bool other_layout(const struct tmn_checkpoint *checkpoint, const char *now, struct tmn_error *err) {
    const char *then = checkpoint->text[FIELD_LAYOUT];
    size_t line = 0;
    for (size_t i = 0; then[i] != '\0' && then[i] == now[i]; i++)
        if (then[i] == '\n')
            line = i + 1;
    return tmn_fail(
        err, TMN_USAGE,
        "the checkpoint '%s' was written by tumen %s, which laid persons out otherwise: '%.*s' then, '%.*s' "
        "now. Go on with that version",
        checkpoint->file.path, checkpoint->facts.origin.version, (int)strcspn(then + line, "\n"), then + line,
        (int)strcspn(now + line, "\n"), now + line);
}

static bool check_layout(const struct loader *loader) {
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    if (TMN_ARENA_TRY(&arena)) {
        tmn_arena_free(&arena);
        return tmn_fail(loader->err, TMN_MEMORY, "out of memory for the layout of a checkpoint");
    }
    struct tmn_text now;
    tmn_text_init(&now, &arena);
    tmn_checkpoint_layout(loader->run, &now);
    bool same = strcmp(now.items, loader->checkpoint->text[FIELD_LAYOUT]) == 0 ||
                other_layout(loader->checkpoint, now.items, loader->err);
    tmn_arena_free(&arena);
    return same;
}

static bool check_world(const struct loader *loader) {
    const struct tmn_run *run = loader->run;
    const struct checkpoint_header *header = &loader->checkpoint->head.header;
    if (header->rows == run->rows && header->world_hash == tmn_checkpoint_world_hash(run))
        return true;
    return tmn_fail(loader->err, TMN_USAGE,
                    "the checkpoint '%s' was written by tumen %s, which made another population from the same scenario "
                    "and seed (%u rows then, %u now). Go on with that version",
                    loader->checkpoint->file.path, loader->checkpoint->facts.origin.version, header->rows, run->rows);
}

static bool check_window(const struct loader *loader) {
    const struct checkpoint_header *header = &loader->checkpoint->head.header;
    const struct tmn_run *run = loader->run;
    char date[16];
    if (header->window > run->model->calendar.windows ||
        header->day != tmn_calendar_window(&run->model->calendar, header->window).first_day)
        return damaged(&loader->checkpoint->file, "its date is none of the scenario", loader->err);
    tmn_date_format(header->day, date);
    return header->window <= run->windows ||
           tmn_fail(loader->err, TMN_USAGE, "the checkpoint '%s' is of %s, when a run of %d windows is over",
                    loader->checkpoint->file.path, date, run->windows);
}

static bool check_options(const struct loader *loader) {
    const struct checkpoint_header *header = &loader->checkpoint->head.header;
    const struct tmn_run_options *options = &loader->run->options;
    if (header->seed == options->seed && header->scale == options->scale && !options->cut_feedback)
        return true;
    return tmn_fail(loader->err, TMN_USAGE,
                    "the checkpoint '%s' is of a run with seed %llu and scale %g, which cannot go on with others",
                    loader->checkpoint->file.path, (unsigned long long)header->seed, header->scale);
}

/* Parameters in force are those of the scenario and the settings; what is stored must say the same. */
static bool check_parameters(const struct loader *loader) {
    const struct tmn_run *run = loader->run;
    for (size_t p = 0; p < run->model->parameters.count; p++) {
        const struct tmn_parameter *parameter = &run->model->parameters.items[p];
        if (memcmp(&loader->parameter[p], &run->parameter[p], sizeof(double)) != 0)
            return tmn_fail(loader->err, TMN_USAGE,
                            "parameter '%s' is %g in the checkpoint '%s', but %g with the settings given",
                            parameter->name, loader->parameter[p] / parameter->factor, loader->checkpoint->file.path,
                            run->parameter[p] / parameter->factor);
    }
    return true;
}

static bool check_feedback(const struct loader *loader) {
    const struct tmn_run *run = loader->run;
    for (size_t f = 0; f < run->model->feedbacks.count; f++) {
        const struct tmn_feedback *feedback = &run->model->feedbacks.items[f];
        for (uint32_t slot = 0; slot < feedback->slots; slot++) {
            double value = run->feedback[feedback->first + slot];
            if (!isfinite(value) || value < feedback->low || value > feedback->high)
                return damaged_field(loader->checkpoint, FIELD_FEEDBACK, "holds what cannot be", loader->err);
        }
    }
    return true;
}

static bool check_digests(struct loader *loader) {
    struct tmn_run *run = loader->run;
    const struct tmn_checkpoint_facts *facts = &loader->checkpoint->facts;
    tmn_outcomes_digest(run);
    run->weekly = tmn_digest_weekly(run, run->rows_digest);
    struct tmn_digest full = tmn_run_full_digest(run);
    if (run->weekly.low == facts->weekly.low && run->weekly.high == facts->weekly.high && full.low == facts->full.low &&
        full.high == facts->full.high)
        return true;
    return damaged(&loader->checkpoint->file, "its persons do not have the digest that it says", loader->err);
}

/* ---- a run that goes on ---- */

static bool load_state(struct loader *loader) {
    struct tmn_run *run = loader->run;
    const struct tmn_checkpoint_facts *facts = &loader->checkpoint->facts;
    run->window = facts->window;
    loader->parameter = TMN_NEW_ARRAY(&run->arena, double, run->model->parameters.count + 1);
    for (int id = FIELD_PARAMETERS; id < FIELD_ATTRIBUTES; id++)
        if (!load_numbers(loader, (enum checkpoint_field_id)id))
            return false;
    memcpy(loader->parameter, run->parameter, run->model->parameters.count * sizeof(double));
    for (size_t p = 0; p < run->model->parameters.count; p++)
        run->parameter[p] = run->model->parameters.items[p].value;
    if (!check_feedback(loader) || !load_column(loader, FIELD_ATTRIBUTES) || !load_column(loader, FIELD_ORDINALS) ||
        !tmn_run_restate(run, loader->err) || !check_parameters(loader) || !load_column(loader, FIELD_CLOCKS))
        return false;
    tmn_clocks_resume(run);
    if (!check_digests(loader))
        return false;
    if (facts->until_held) {
        run->until_held = true;
        run->windows = run->window;
        tmn_outcomes_end(run);
    }
    return true;
}

static bool load(struct loader *loader) {
    if (TMN_ARENA_TRY(&loader->run->arena))
        return tmn_fail(loader->err, TMN_MEMORY, "out of memory for the state of a run");
    bool good = check_options(loader) && check_window(loader) && check_layout(loader) && check_world(loader) &&
                load_state(loader);
    loader->run->arena.armed = false;
    return good;
}

bool tmn_run_resume(struct tmn_run **out, const struct tmn_model *model, const struct tmn_run_options *options,
                    struct tmn_checkpoint *checkpoint, struct tmn_error *err) {
    *out = NULL;
    struct tmn_run *run;
    struct tmn_run_options own = *options;
    own.resumes = true;
    if (!tmn_checkpoint_fits(checkpoint, model, err) || !tmn_run_new(&run, model, &own, err))
        return false;
    struct loader loader = {.run = run, .checkpoint = checkpoint, .words = tmn_checkpoint_words(model), .err = err};
    struct tmn_real_state state = tmn_real_enter();
    bool good = load(&loader);
    tmn_real_restore(state);
    for (int i = 0; i < CHECKPOINT_PIECES; i++)
        free(loader.piece[i].bytes);
    if (!good) {
        tmn_run_free(run);
        return false;
    }
    *out = run;
    return true;
}
