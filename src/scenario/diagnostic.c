/* The list of mistakes and their rendering: place, sentence, the line of the source, a caret under it, a hint. */
#include "scenario/diagnostic.h"
#include "scenario/source.h"

#include <stdarg.h>
#include <string.h>

enum {
    KEPT_MAX = 200,        /* errors, and as many warnings */
    MESSAGE_BYTES = 512,   /* a longer message is cut: names in it may be as long as the file */
    LINE_COLUMNS = 120,    /* of a source line that are shown */
    CARET_COLUMN_MAX = 90, /* a caret beyond it is shown in a line cut on the left */
    LEFT_CHARACTERS = 60,  /* that stay on the left of such a caret */
    TAB_COLUMNS = 4
};

void tmn_diagnostics_init(struct tmn_diagnostics *list, struct tmn_arena *arena) {
    memset(list, 0, sizeof *list);
    list->arena = arena;
}

/* Cuts at a whole character and says so. */
static void cut_message(char message[MESSAGE_BYTES]) {
    size_t length = MESSAGE_BYTES - 1 - strlen("…");
    while (length > 0 && ((unsigned char)message[length] & 0xC0) == 0x80)
        length--;
    strcpy(message + length, "…");
}

static const char *source_path(const struct tmn_place *place) {
    return place->source == NULL ? "" : place->source->path;
}

/* < 0, 0, > 0: by file, line, column. */
static int compare_places(const struct tmn_place *a, const struct tmn_place *b) {
    int files = strcmp(source_path(a), source_path(b));
    if (files != 0)
        return files;
    return a->line != b->line ? (a->line > b->line) - (a->line < b->line)
                              : (a->column > b->column) - (a->column < b->column);
}

static bool is_known(const struct tmn_diagnostics *list, const struct tmn_place *place, const char *message) {
    for (size_t i = 0; i < list->count; i++)
        if (compare_places(&list->items[i].place, place) == 0 && strcmp(list->items[i].message, message) == 0)
            return true;
    return false;
}

static void append(struct tmn_diagnostics *list, struct tmn_place place, const char *code, const char *hint,
                   bool warning, const char *format, va_list args) {
    size_t kept = warning ? list->count - list->errors : list->errors;
    if (kept >= KEPT_MAX) {
        list->dropped++;
        return;
    }
    char message[MESSAGE_BYTES];
    int length = vsnprintf(message, sizeof message, format, args);
    if (length >= MESSAGE_BYTES)
        cut_message(message);
    if (is_known(list, &place, message))
        return;
    struct tmn_diagnostic item = {
        .code = code,
        .message = tmn_arena_strdup(list->arena, message),
        .hint = hint == NULL ? NULL : tmn_arena_strdup(list->arena, hint),
        .place = place,
        .warning = warning,
    };
    TMN_PUSH(list->arena, list, item);
    list->errors += warning ? 0 : 1;
}

void tmn_report(struct tmn_diagnostics *list, struct tmn_place place, const char *code, const char *hint,
                const char *format, ...) {
    va_list args;
    va_start(args, format);
    append(list, place, code, hint, false, format, args);
    va_end(args);
}

void tmn_report_warning(struct tmn_diagnostics *list, struct tmn_place place, const char *code, const char *hint,
                        const char *format, ...) {
    va_list args;
    va_start(args, format);
    append(list, place, code, hint, true, format, args);
    va_end(args);
}

const char *tmn_hint_nearest(struct tmn_diagnostics *list, const char *name, const char *const *candidates,
                             size_t count) {
    const char *nearest = tmn_nearest(name, candidates, count);
    return nearest == NULL ? NULL : tmn_arena_printf(list->arena, "did you mean '%s'?", nearest);
}

void tmn_diagnostics_sort(struct tmn_diagnostics *list) {
    for (size_t i = 1; i < list->count; i++) { /* by insertion: stable, and the list is short */
        struct tmn_diagnostic item = list->items[i];
        size_t at = i;
        for (; at > 0 && compare_places(&list->items[at - 1].place, &item.place) > 0; at--)
            list->items[at] = list->items[at - 1];
        list->items[at] = item;
    }
}

/* Characters that a terminal obeys instead of showing: control characters and those that turn the writing direction. */
static bool is_shown(uint32_t point) {
    return tmn_utf8_printable(point) && !(point >= 0x200B && point <= 0x200F) &&
           !(point >= 0x202A && point <= 0x202E) && !(point >= 0x2060 && point <= 0x206F);
}

/* Columns that a character takes in a terminal. */
static int display_width(uint32_t point) {
    static const uint32_t wide[][2] = {{0x1100, 0x115F}, {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xA960, 0xA97C},
                                       {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
                                       {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
    if ((point >= 0x300 && point <= 0x36F) || (point >= 0x1160 && point <= 0x11FF))
        return 0; /* joins the character before it */
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (point >= wide[i][0] && point <= wide[i][1])
            return 2;
    return 1;
}

/* Puts the character at *at, or U+FFFD for one that cannot be shown, and moves on; returns its width. */
static int put_character(struct tmn_text *out, const char **at, const char *end) {
    uint32_t point;
    size_t length = tmn_utf8_read(*at, end, &point);
    bool shown = length > 0 && is_shown(point);
    if (shown)
        tmn_text_bytes(out, *at, length);
    else
        tmn_text_put(out, "\xEF\xBF\xBD");
    *at += length > 0 ? length : 1;
    return shown ? display_width(point) : 1;
}

static void put_words(struct tmn_text *out, const char *text) {
    const char *end = text + strlen(text);
    while (text < end) {
        if (*text == '\n' || *text == '\t') {
            tmn_text_put(out, " ");
            text++;
        } else {
            put_character(out, &text, end);
        }
    }
}

static void put_repeated(struct tmn_text *out, char c, int count) {
    for (int i = 0; i < count; i++)
        tmn_text_bytes(out, &c, 1);
}

void tmn_place_render(const struct tmn_place *place, struct tmn_text *out) {
    const char *at = tmn_source_line(place->source, place->line);
    const char *end = tmn_line_end(at, tmn_source_end(place->source));
    if (at == end)
        return;
    int first = place->column > CARET_COLUMN_MAX ? place->column - LEFT_CHARACTERS : 1, column = 1;
    while (column < first && at < end) {
        at += tmn_utf8_step(at, end);
        column++;
    }
    int used = 0, caret = -1, under = 0; /* columns of the terminal */
    tmn_text_put(out, "  ");
    if (column > 1) {
        tmn_text_put(out, "…");
        used = 1;
    }
    for (; at < end && used < LINE_COLUMNS; column++) {
        if (column == place->column)
            caret = used;
        int before = used;
        if (*at == '\t') {
            used += TAB_COLUMNS - used % TAB_COLUMNS;
            put_repeated(out, ' ', used - before);
            at++;
        } else {
            used += put_character(out, &at, end);
        }
        if (column >= place->column && column - place->column < place->length)
            under += used - before;
    }
    if (at < end)
        tmn_text_put(out, "…");
    tmn_text_put(out, "\n  ");
    put_repeated(out, ' ', caret < 0 ? used : caret);
    tmn_text_put(out, "^");
    put_repeated(out, '~', under - 1);
    tmn_text_put(out, "\n");
}

void tmn_diagnostic_render(const struct tmn_diagnostic *item, struct tmn_text *out) {
    bool placed = item->place.source != NULL && item->place.line > 0;
    if (item->place.source != NULL) {
        put_words(out, item->place.source->path);
        if (placed)
            tmn_text_put(out, ":%d:%d", item->place.line, item->place.column);
        tmn_text_put(out, ": ");
    }
    tmn_text_put(out, item->warning ? "warning: " : "error: ");
    put_words(out, item->message);
    tmn_text_put(out, " [%s]\n", item->code);
    if (placed)
        tmn_place_render(&item->place, out);
    if (item->hint != NULL) {
        tmn_text_put(out, "  hint: ");
        put_words(out, item->hint);
        tmn_text_put(out, "\n");
    }
}
