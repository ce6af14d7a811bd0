/* The file of a checkpoint, private to its writer and its reader: a header, a table of fields, then the fields without
 * gaps. All numbers are little-endian; docs/checkpoints.md is this page in prose. */
#ifndef TMN_ENGINE_CHECKPOINT_FORMAT_H
#define TMN_ENGINE_CHECKPOINT_FORMAT_H

#include "engine/checkpoint.h"
#include "engine/rooms.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are written as they lie in memory");

/* To be raised whenever the file changes, or what a run does from the same file. */
enum { CHECKPOINT_FORMAT = 1, CHECKPOINT_TEXT_BYTES_MAX = 16 << 20 };

/* A first byte beyond ASCII and both kinds of line end: a copy as text is noticed. */
static const unsigned char checkpoint_magic[8] = {0x89, 'T', 'U', 'M', 'E', 'N', '\r', '\n'};

enum checkpoint_kind {
    KIND_TEXT = 1, /* UTF-8; lists hold a NUL after each item */
    KIND_U32 = 2,  /* */
    KIND_U64 = 3,  /* */
    KIND_I64 = 4,  /* */
    KIND_F64 = 5,  /* */
    KIND_ATTRIBUTES = 6 /* by row: the used bytes of both words of packed attributes */,
    KIND_ORDINALS = 7 /* by piece: length, a bit for each row and transition with k > 0, these k as LEB128 */,
    KIND_CLOCKS = 8 /* by piece: length, `left` of enabled clocks, by row and slot */
};

/* In the order of the file. X(code, name, kind) */
#define CHECKPOINT_FIELDS(X)                                                                                           \
    X(SCENARIO, "scenario", KIND_TEXT)                                                                                 \
    X(TARGET, "target", KIND_TEXT)                                                                                     \
    X(PATH, "path", KIND_TEXT)                                                                                         \
    X(VERSION, "version", KIND_TEXT)                                                                                   \
    X(SETTINGS, "settings", KIND_TEXT)                                                                                 \
    X(SOURCES, "sources", KIND_TEXT)                                                                                   \
    X(LAYOUT, "layout", KIND_TEXT)                                                                                     \
    X(PARAMETERS, "parameters", KIND_F64)                                                                              \
    X(FEEDBACK, "feedback", KIND_F64)                                                                                  \
    X(EVENT_LEFT, "event_left", KIND_U64)                                                                              \
    X(EVENT_ORDINALS, "event_ordinals", KIND_U32)                                                                      \
    X(CUMULATIVE, "cumulative", KIND_I64)                                                                              \
    X(PERIOD, "period", KIND_I64)                                                                                      \
    X(SERIES, "series", KIND_F64)                                                                                      \
    X(TALLIES, "tallies", KIND_U64)                                                                                    \
    X(ATTRIBUTES, "attributes", KIND_ATTRIBUTES)                                                                       \
    X(ORDINALS, "ordinals", KIND_ORDINALS)                                                                             \
    X(CLOCKS, "clocks", KIND_CLOCKS)
enum checkpoint_field_id {
#define X(code, name, kind) FIELD_##code,
    CHECKPOINT_FIELDS(X)
#undef X
        FIELDS,
    FIELDS_OF_TEXT = FIELD_PARAMETERS
};
struct checkpoint_field_kind {
    const char *name;
    enum checkpoint_kind kind;
};
extern const struct checkpoint_field_kind tmn_checkpoint_fields[FIELDS];

struct checkpoint_field {
    char name[16]; /* NUL-padded */
    uint32_t kind, crc;
    uint64_t count /* elements; of rows: rows */, offset, bytes;
};
struct checkpoint_header {
    unsigned char magic[8];
    uint32_t format, language, head_bytes /* with the table */, fields;
    uint64_t file_bytes;
    uint64_t source_hash, world_hash, seed;
    double scale;
    int32_t window, windows, day, every;
    uint32_t until_held, rows;
    uint64_t weekly[2], full[2]; /* low, high */
    uint32_t crc;                /* of header and table with this as 0 */
    uint32_t zero;
};
struct checkpoint_head {
    struct checkpoint_header header;
    struct checkpoint_field field[FIELDS];
};
_Static_assert(sizeof(struct checkpoint_header) == 128 && sizeof(struct checkpoint_field) == 48 &&
                   sizeof(struct checkpoint_head) == 128 + 48 * FIELDS,
               "no padding");

/* What follows from scenario and seed alone: persons at the start, households, reserves, and the ties of some rows. */
uint64_t tmn_checkpoint_world_hash(const struct tmn_run *run);
/* Texts of what the columns mean and of the files of the scenario. */
void tmn_checkpoint_layout(const struct tmn_run *run, struct tmn_text *text);
void tmn_checkpoint_sources(const struct tmn_model *model, struct tmn_text *text);

/* Shows all parts of a field of numbers, in the order of the file; stops at the first false. */
typedef bool checkpoint_part_fn(void *context, void *items, size_t count, size_t size);
bool tmn_checkpoint_parts(struct tmn_run *run, enum checkpoint_field_id field, checkpoint_part_fn *fn, void *context);
uint64_t tmn_checkpoint_count(struct tmn_run *run, enum checkpoint_field_id field); /* elements of all parts */

/* Columns go through pieces of so many rows; so many are in hand at once. What belongs to a block is of one thread at a
 * time, so that pieces which one block may hold go to one. */
enum {
    CHECKPOINT_ROWS = 16384,
    CHECKPOINT_PIECES = 16,
    CHECKPOINT_TOGETHER = (1 << BLOCK_BITS_MOST) / CHECKPOINT_ROWS,
    CHECKPOINT_ORDINAL_BYTES = 5
};
_Static_assert(CHECKPOINT_ROWS % (1 << BLOCK_BITS_LEAST) == 0 && CHECKPOINT_PIECES % CHECKPOINT_TOGETHER == 0,
               "a piece is whole blocks, or pieces that go to one thread are");
static inline uint32_t piece_first(uint32_t piece) {
    return piece * (uint32_t)CHECKPOINT_ROWS;
}
static inline uint32_t piece_end(const struct tmn_run *run, uint32_t piece) {
    uint32_t left = run->rows - piece_first(piece);
    return piece_first(piece) + (left < CHECKPOINT_ROWS ? left : CHECKPOINT_ROWS);
}
static inline uint32_t piece_count(const struct tmn_run *run) {
    return (run->rows + CHECKPOINT_ROWS - 1) / CHECKPOINT_ROWS;
}
struct checkpoint_piece {
    uint8_t *bytes;
    size_t count, capacity;
    bool damaged, starved; /* what was read cannot be; memory ran out */
};
bool tmn_checkpoint_piece_room(struct checkpoint_piece *piece, size_t count); /* false: starved */
/* Used bytes of the words of packed attributes, and which bits any attribute has. */
struct checkpoint_words {
    size_t bytes[2];
    uint64_t mask[2];
};
struct checkpoint_words tmn_checkpoint_words(const struct tmn_model *model);

#endif
