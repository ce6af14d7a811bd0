/* Writing a checkpoint: see checkpoint.h. Columns pass through pieces of some rows each, which are encoded by
 * all threads and written in order, so that no second copy of a column ever exists. */
#include "engine/checkpoint_format.h"

#include "base/crc32.h"
#include "base/real.h"
#include "base/stream.h"
#include <stdlib.h>
#include <string.h>

struct writer {
    struct tmn_run *run;
    const struct tmn_checkpoint_origin *origin;
    struct tmn_outfile file;
    struct checkpoint_head head;
    struct tmn_arena arena; /* of texts */
    struct checkpoint_piece piece[CHECKPOINT_PIECES];
    struct checkpoint_words words;
    enum checkpoint_kind kind; /* of the column in hand */
    uint32_t first;            /* index of piece[0] among all */
    struct tmn_error *err;
};

/* ---- columns ---- */

static void put_attributes(const struct writer *writer, uint32_t index, struct checkpoint_piece *piece) {
    const struct tmn_run *run = writer->run;
    const size_t *bytes = writer->words.bytes;
    uint32_t first = piece_first(index), end = piece_end(run, index);
    if (!tmn_checkpoint_piece_room(piece, (size_t)(end - first) * (bytes[0] + bytes[1])))
        return;
    uint8_t *at = piece->bytes;
    for (uint32_t row = first; row < end; row++)
        for (int w = 0; w < 2; w++) {
            memcpy(at, &run->packed[row].word[w], bytes[w]);
            at += bytes[w];
        }
    piece->count = (size_t)(at - piece->bytes);
}

/* k number `i` of the rows from `first` on. */
static uint32_t ordinal_at(const struct tmn_run *run, uint32_t first, size_t i) {
    return tmn_k(run, first + (uint32_t)(i / run->transitions), (int)(i % run->transitions));
}

static void put_ordinals(const struct writer *writer, uint32_t index, struct checkpoint_piece *piece) {
    const struct tmn_run *run = writer->run;
    uint32_t first = piece_first(index), end = piece_end(run, index);
    size_t bits = (size_t)(end - first) * run->transitions, mark_bytes = (bits + 7) / 8, some = 0;
    for (size_t i = 0; i < bits; i++)
        some += ordinal_at(run, first, i) != 0;
    if (!tmn_checkpoint_piece_room(piece, mark_bytes + some * CHECKPOINT_ORDINAL_BYTES))
        return;
    uint8_t *mark = piece->bytes, *at = mark + mark_bytes;
    memset(mark, 0, mark_bytes);
    for (size_t i = 0; i < bits; i++) {
        uint32_t value = ordinal_at(run, first, i);
        if (value == 0)
            continue;
        mark[i / 8] |= (uint8_t)(1u << i % 8);
        for (; value >= 0x80; value >>= 7)
            *at++ = (uint8_t)(value | 0x80);
        *at++ = (uint8_t)value;
    }
    piece->count = (size_t)(at - piece->bytes);
}

static void put_clocks(const struct writer *writer, uint32_t index, struct checkpoint_piece *piece) {
    const struct tmn_run *run = writer->run;
    uint32_t first = piece_first(index), end = piece_end(run, index);
    size_t enabled = 0;
    for (uint32_t row = first; row < end; row++)
        for (int s = 0; s < run->slots; s++)
            enabled += tmn_clock_of(run, row, s) >= 0;
    if (!tmn_checkpoint_piece_room(piece, enabled * sizeof(uint64_t)))
        return;
    uint8_t *at = piece->bytes;
    for (uint32_t row = first; row < end; row++)
        for (int s = 0; s < run->slots; s++) {
            if (tmn_clock_of(run, row, s) < 0)
                continue;
            uint64_t left = tmn_left(run, row, s);
            memcpy(at, &left, sizeof left);
            at += sizeof left;
        }
    piece->count = (size_t)(at - piece->bytes);
}

static void encode(void *context, int worker, uint32_t index) {
    struct writer *writer = context;
    struct checkpoint_piece *piece = &writer->piece[index];
    (void)worker;
    if (writer->kind == KIND_ATTRIBUTES)
        put_attributes(writer, writer->first + index, piece);
    else if (writer->kind == KIND_ORDINALS)
        put_ordinals(writer, writer->first + index, piece);
    else
        put_clocks(writer, writer->first + index, piece);
}

static bool put_column(struct writer *writer, enum checkpoint_kind kind) {
    writer->kind = kind;
    uint32_t pieces = piece_count(writer->run);
    for (writer->first = 0; writer->first < pieces; writer->first += CHECKPOINT_PIECES) {
        uint32_t left = pieces - writer->first, count = left < CHECKPOINT_PIECES ? left : CHECKPOINT_PIECES;
        tmn_pool_run(writer->run->pool, count, encode, writer);
        for (uint32_t i = 0; i < count; i++) {
            const struct checkpoint_piece *piece = &writer->piece[i];
            uint32_t length = (uint32_t)piece->count;
            if (piece->starved)
                return tmn_fail(writer->err, TMN_MEMORY, "out of memory for the pieces of '%s'", writer->file.path);
            if ((kind != KIND_ATTRIBUTES && !tmn_outfile_put(&writer->file, &length, sizeof length, writer->err)) ||
                !tmn_outfile_put(&writer->file, piece->bytes, piece->count, writer->err))
                return false;
        }
    }
    return true;
}

/* ---- texts and numbers ---- */

static void field_text(struct writer *writer, enum checkpoint_field_id field, struct tmn_text *text) {
    const struct tmn_checkpoint_origin *origin = writer->origin;
    switch (field) {
    case FIELD_SCENARIO:
        tmn_text_put(text, "%s", writer->run->model->name);
        break;
    case FIELD_TARGET:
        tmn_text_put(text, "%s", origin->target);
        break;
    case FIELD_PATH:
        tmn_text_put(text, "%s", origin->path);
        break;
    case FIELD_VERSION:
        tmn_text_put(text, "%s", origin->version);
        break;
    case FIELD_SETTINGS:
        for (size_t i = 0; i < origin->assignment_count; i++)
            tmn_text_bytes(text, origin->assignments[i], strlen(origin->assignments[i]) + 1);
        break;
    case FIELD_SOURCES:
        tmn_checkpoint_sources(writer->run->model, text);
        break;
    default:
        tmn_checkpoint_layout(writer->run, text);
        break;
    }
}

static bool put_part(void *context, void *items, size_t count, size_t size) {
    struct writer *writer = context;
    return tmn_outfile_put(&writer->file, items, count * size, writer->err);
}

static bool put_field(struct writer *writer, enum checkpoint_field_id id) {
    struct checkpoint_field *field = &writer->head.field[id];
    enum checkpoint_kind kind = tmn_checkpoint_fields[id].kind;
    bool column = kind >= KIND_ATTRIBUTES;
    struct tmn_text text;
    memcpy(field->name, tmn_checkpoint_fields[id].name, strlen(tmn_checkpoint_fields[id].name));
    field->kind = kind;
    field->offset = writer->file.bytes;
    writer->file.crc = 0;
    bool good;
    if (kind == KIND_TEXT) {
        tmn_text_init(&text, &writer->arena);
        field_text(writer, id, &text);
        field->count = text.count;
        good = text.count == 0 || tmn_outfile_put(&writer->file, text.items, text.count, writer->err);
    } else {
        field->count = column ? writer->run->rows : tmn_checkpoint_count(writer->run, id);
        good = column ? put_column(writer, kind) : tmn_checkpoint_parts(writer->run, id, put_part, writer);
    }
    field->bytes = writer->file.bytes - field->offset;
    field->crc = writer->file.crc;
    return good;
}

/* ---- the file ---- */

static bool put_all(struct writer *writer) {
    const struct tmn_run *run = writer->run;
    struct checkpoint_head *head = &writer->head;
    struct tmn_digest full = tmn_run_full_digest(run);
    head->header = (struct checkpoint_header){
        .format = CHECKPOINT_FORMAT,
        .language = TMN_LANGUAGE,
        .head_bytes = sizeof *head,
        .fields = FIELDS,
        .source_hash = run->model->source_hash,
        .world_hash = tmn_checkpoint_world_hash(run),
        .seed = run->options.seed,
        .scale = run->options.scale,
        .window = run->window,
        .windows = run->options.windows == 0 ? run->model->calendar.windows : run->options.windows,
        .day = tmn_calendar_window(&run->model->calendar, run->window).first_day,
        .every = writer->origin->every,
        .until_held = run->until_held,
        .rows = run->rows,
        .weekly = {run->weekly.low, run->weekly.high},
        .full = {full.low, full.high},
    };
    memcpy(head->header.magic, checkpoint_magic, sizeof checkpoint_magic);
    if (!tmn_outfile_put(&writer->file, head, sizeof *head, writer->err))
        return false;
    for (int id = 0; id < FIELDS; id++)
        if (!put_field(writer, (enum checkpoint_field_id)id))
            return false;
    head->header.file_bytes = writer->file.bytes;
    head->header.crc = tmn_crc32(0, head, sizeof *head);
    return tmn_outfile_overwrite(&writer->file, 0, head, sizeof *head, writer->err) &&
           tmn_outfile_commit(&writer->file, writer->err);
}

static bool write_file(struct writer *writer, const char *file) {
    if (TMN_ARENA_TRY(&writer->arena))
        return tmn_fail(writer->err, TMN_MEMORY, "out of memory for the texts of '%s'", file);
    return tmn_outfile_open(&writer->file, file, writer->err) && put_all(writer);
}

bool tmn_checkpoint_write(const struct tmn_run *run, const char *file, const struct tmn_checkpoint_origin *origin,
                          struct tmn_error *err) {
    if (run->failed)
        return tmn_fail(err, TMN_RUN, "a run that has failed cannot be saved: %s", run->error.text);
    if (run->options.cut_feedback)
        return tmn_fail(err, TMN_USAGE, "a run whose feedback is cut cannot be saved");
    if (!tmn_run_verify(run, err))
        return false;
    struct writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return tmn_fail(err, TMN_MEMORY, "out of memory for '%s'", file);
    writer->run = run->self;
    writer->origin = origin;
    writer->words = tmn_checkpoint_words(run->model);
    writer->err = err;
    writer->file.fd = -1;
    tmn_arena_init(&writer->arena, 0);
    struct tmn_real_state state = tmn_real_enter();
    bool good = write_file(writer, file);
    tmn_real_restore(state);
    tmn_outfile_abandon(&writer->file);
    for (int i = 0; i < CHECKPOINT_PIECES; i++)
        free(writer->piece[i].bytes);
    tmn_arena_free(&writer->arena);
    free(writer);
    return good;
}
