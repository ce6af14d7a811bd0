/* The tree of a YAML file, built from libyaml's events. libyaml knows the grammar; this file keeps the places, refuses
 * what our language does not have, and goes on after a mistake where it can.
 *
 * libyaml allocates on the heap while the tree lives in an arena whose exhaustion jumps out of here. tmn_tree_parse
 * therefore catches that jump, deletes the parser, and jumps on. */
#include "scenario/tree.h"
#include "scenario/source.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum {
    FILE_BYTES_MAX = 16 << 20,
    DEPTH_MAX = 32,
    MISTAKES_MAX = 200 /* then the parser gives up, as the list keeps no more */
};

/* The source's byte behind a mark. Marks count characters and come in order, so that the cursor walks the file once. */
struct cursor {
    const char *at;
    size_t index;
};

struct builder {
    struct tmn_arena *arena;
    struct tmn_diagnostics *list;
    const struct tmn_source *source;
    const char *end;
    struct cursor cursor;
    int mistakes;
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
};

static const char *byte_at(struct builder *b, size_t index) {
    if (index < b->cursor.index)
        b->cursor = (struct cursor){tmn_source_start(b->source), 0};
    while (b->cursor.index < index && b->cursor.at < b->end) {
        b->cursor.at += tmn_utf8_step(b->cursor.at, b->end);
        b->cursor.index++;
    }
    return b->cursor.at;
}

static struct tmn_place place_of(const struct builder *b, yaml_mark_t mark, size_t length) {
    return (struct tmn_place){b->source, (int)mark.line + 1, (int)mark.column + 1, length > 1 ? (int)length : 1};
}

#define MISTAKE(b, place, ...) ((b)->mistakes++, tmn_report((b)->list, (place), __VA_ARGS__))

/* ---- Syntax errors ---- */

struct syntax {
    const char *problem; /* libyaml's words */
    bool at_context;     /* the place that helps is where the broken thing begins */
    const char *message, *hint;
};

static const char quote_hint[] =
    "text that holds ': ' or ' #', or begins with a sign like @ % & * !, must be in quotes";
static const char flow_hint[] = "inside { } and [ ] a text with , [ ] { } or ': ' must be in quotes";
static const char column_hint[] = "entries that belong together begin in the same column";
static const char escape_hint[] = "in double quotes a backslash begins an escape; single quotes take text as it is";

static const struct syntax syntax_table[] = {
    {"mapping values are not allowed in this context", false, "a ':' cannot stand here",
     "text that holds ': ' must be in quotes; else see that the line is indented like its neighbours"},
    {"could not find expected ':'", true, "a ':' is missing behind this key",
     "write `key: value`; a list entry begins with '- '"},
    {"did not find expected key", false, "this line does not fit the entries above it", column_hint},
    {"did not find expected '-' indicator", false, "this line does not fit the list above it", column_hint},
    {"did not find expected node content", false, "a value is missing here", quote_hint},
    {"did not find expected <document start>", false, "this does not belong to what stands above it", column_hint},
    {"block sequence entries are not allowed in this context", false, "a list entry cannot begin here",
     "begin the list on a line of its own, or write it as [a, b]"},
    {"mapping keys are not allowed in this context", false, "a '?' key cannot begin here", quote_hint},
    {"found character that cannot start any token", false, "a text cannot begin with this sign", quote_hint},
    {"found unexpected end of stream", true, "this quote is never closed", NULL},
    {"found unexpected document indicator", true, "this quote is never closed", NULL},
    {"found unknown escape character", false, "this escape is not known", escape_hint},
    {"did not find expected hexdecimal number", false, "this escape lacks hexadecimal digits", escape_hint},
    {"found invalid Unicode character escape code", false, "this escape is not a character", escape_hint},
    {"did not find expected alphabetic or numeric character", true, "a text cannot begin with this sign", quote_hint},
    {"did not find expected comment or line break", false, "a block text begins on the line below its '|' or '>'",
     NULL},
    {"found an indentation indicator equal to 0", false, "the indentation of a block text is 1 to 9", NULL},
};

static bool is_tab_problem(const struct builder *b, const char *at) {
    const char *problem = b->parser.problem;
    return strstr(problem, "found a tab character") != NULL ||
           (strcmp(problem, "found character that cannot start any token") == 0 && at < b->end && *at == '\t');
}

/* Mistakes in lists, mappings and their entries, whose words depend on what stands around them. */
static bool report_misplaced(struct builder *b, struct tmn_place place, const char *at, const char *context) {
    const char *problem = b->parser.problem;
    struct tmn_place opening = place_of(b, b->parser.context_mark, 1);
    bool list = strstr(context, "flow sequence") != NULL;
    if (list || strstr(context, "flow mapping") != NULL) {
        if (at == b->end)
            MISTAKE(b, opening, "yaml", NULL, "this '%c' is never closed", list ? '[' : '{');
        else
            MISTAKE(b, place, "yaml", flow_hint, "a ',' or '%c' is missing before this; the '%c' stands in line %d",
                    list ? ']' : '}', list ? '[' : '{', opening.line);
        return true;
    }
    if (strcmp(problem, "did not find expected node content") == 0 && at == b->end) {
        MISTAKE(b, place, "yaml", "see that each [ and { is closed", "the file ends where a value is missing");
        return true;
    }
    bool entry = strcmp(problem, "did not find expected key") == 0 ||
                 strcmp(problem, "did not find expected '-' indicator") == 0 ||
                 strcmp(problem, "did not find expected <document start>") == 0;
    const char *line_start = at;
    while (line_start > b->source->bytes && strchr(" \t", line_start[-1]) != NULL)
        line_start--;
    bool first = line_start == tmn_source_start(b->source) || line_start[-1] == '\n' || line_start[-1] == '\r';
    bool key = entry && first && at < b->end && *at == ':';
    if (key)
        MISTAKE(b, place, "yaml", "write `key: value`", "a key is missing before this ':'");
    else if (entry && !first)
        MISTAKE(b, place, "yaml", "put the whole text in quotes", "text follows a value that has ended");
    return entry && (key || !first);
}

/* What libyaml found wrong, in words for somebody who does not know its grammar. */
static void report_syntax(struct builder *b) {
    const yaml_parser_t *parser = &b->parser;
    if (parser->error == YAML_MEMORY_ERROR || parser->problem == NULL) {
        MISTAKE(b, (struct tmn_place){.source = b->source}, "memory", NULL, "memory ran out while the file was read");
        return;
    }
    struct tmn_place place = place_of(b, parser->problem_mark, 1);
    const char *at = byte_at(b, parser->problem_mark.index);
    const char *context = parser->context == NULL ? "" : parser->context;
    if (is_tab_problem(b, at)) {
        MISTAKE(b, place, "tab", "indent with spaces", "a tab cannot indent a line");
        return;
    }
    if (strstr(context, "directive") != NULL || strstr(parser->problem, "%YAML") != NULL ||
        strstr(parser->problem, "%TAG") != NULL || strcmp(parser->problem, "found incompatible YAML document") == 0) {
        MISTAKE(b, place, "directive", "leave it out", "a directive cannot be used here");
        return;
    }
    if (strstr(context, "tag") != NULL || strcmp(parser->problem, "found undefined tag handle") == 0) {
        MISTAKE(b, place_of(b, parser->context_mark, 1), "tag", "text that begins with '!' must be in quotes",
                "a tag cannot be used here");
        return;
    }
    if (report_misplaced(b, place, at, context))
        return;
    for (size_t i = 0; i < sizeof syntax_table / sizeof syntax_table[0]; i++) {
        const struct syntax *syntax = &syntax_table[i];
        if (strcmp(parser->problem, syntax->problem) == 0) {
            bool at_context = syntax->at_context && parser->context != NULL;
            MISTAKE(b, at_context ? place_of(b, parser->context_mark, 1) : place, "yaml", syntax->hint, "%s",
                    syntax->message);
            return;
        }
    }
    MISTAKE(b, place, "yaml", NULL, "this is not well-formed YAML: %s", parser->problem);
}

/* Moves to the next event; false when there is none because of a mistake. */
static bool next(struct builder *b) {
    yaml_event_delete(&b->event);
    if (b->mistakes >= MISTAKES_MAX)
        return false;
    if (yaml_parser_parse(&b->parser, &b->event))
        return true;
    report_syntax(b);
    return false;
}

/* ---- Nodes ---- */

/* End of the anchor, alias or tag at `at`. */
static const char *word_end(const char *at, const char *end) {
    bool tag = *at == '!';
    for (at++; at < end; at++) {
        bool name = isalnum((unsigned char)*at) || *at == '_' || *at == '-';
        if (tag ? strchr(" \t\r\n,[]{}", *at) != NULL : !name)
            break;
    }
    return at;
}

/* Reports the anchors and tags in front of a node and moves the mark behind those on its line. The source is asked, not
 * the event, since libyaml forgets the tag `!`. Nothing else in YAML begins with these signs. */
static void refuse_properties(struct builder *b, yaml_mark_t *mark) {
    const char *at = byte_at(b, mark->index);
    while (at < b->end && (*at == '&' || *at == '!')) {
        const char *stop = word_end(at, b->end);
        size_t length = tmn_utf8_count(at, stop);
        if (*at == '&')
            MISTAKE(b, place_of(b, *mark, length), "anchor",
                    "write the value out, or put text that begins with '&' in quotes",
                    "the anchor '%.*s' cannot be used here", (int)(stop - at), at);
        else
            MISTAKE(b, place_of(b, *mark, length), "tag",
                    "every value is text until a key asks for more; text that begins with '!' must be in quotes",
                    "the tag '%.*s' cannot be used here", (int)(stop - at), at);
        for (at = stop; at < b->end && (*at == ' ' || *at == '\t'); at++)
            length++;
        mark->index += length;
        mark->column += length;
    }
}

static struct tmn_node *new_node(struct builder *b, enum tmn_node_kind kind, struct tmn_place place) {
    struct tmn_node *node = TMN_NEW(b->arena, struct tmn_node);
    node->kind = kind;
    node->place = place;
    node->text = "";
    return node;
}

/* Escapes can bring characters that the check of the file refuses. */
static void check_text(struct builder *b, const struct tmn_node *node) {
    const char *at = node->text, *end = at + node->text_length;
    for (size_t offset = 0; at < end; offset++) {
        uint32_t point = 0;
        at += tmn_utf8_read(at, end, &point);
        if (!tmn_utf8_printable(point) && point != '\t' && point != '\n') {
            MISTAKE(b, tmn_node_place_at(node, offset, 1), "control-character", "leave the escape out",
                    "this text holds the control character U+%04X", (unsigned)point);
            return;
        }
    }
}

/* Characters to underline of a scalar that begins at `at`: all of it, the rest of its first line, or the sign of a
 * block. */
static size_t scalar_length(const struct builder *b, const char *at, yaml_mark_t start, yaml_mark_t end, bool block) {
    if (block)
        return 1;
    if (start.line == end.line)
        return end.column > start.column ? end.column - start.column : 0;
    const char *stop = tmn_line_end(at, b->end);
    while (stop > at && (stop[-1] == ' ' || stop[-1] == '\t'))
        stop--;
    return tmn_utf8_count(at, stop);
}

static struct tmn_node *build_scalar(struct builder *b, bool is_key) {
    yaml_mark_t start = b->event.start_mark, end = b->event.end_mark;
    refuse_properties(b, &start);
    yaml_scalar_style_t style = b->event.data.scalar.style;
    bool block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    size_t length = scalar_length(b, byte_at(b, start.index), start, end, block);
    struct tmn_node *node = new_node(b, TMN_NODE_SCALAR, place_of(b, start, length));
    const char *text = (const char *)b->event.data.scalar.value;
    node->text_length = b->event.data.scalar.length;
    node->text = tmn_arena_strndup(b->arena, text, node->text_length);
    node->quoted = style != YAML_PLAIN_SCALAR_STYLE;
    size_t characters = tmn_utf8_count(node->text, node->text + node->text_length);
    node->verbatim = !block && start.line == end.line && length == characters + (node->quoted ? 2 : 0);
    if (!is_key && !node->quoted && (strcmp(text, "") == 0 || strcmp(text, "~") == 0 || strcmp(text, "null") == 0)) {
        node->null = true;
        node->text = "";
        node->text_length = 0;
    }
    check_text(b, node);
    return node;
}

static bool build_node(struct builder *b, int depth, bool is_key, struct tmn_node **out);

static bool build_sequence(struct builder *b, int depth, struct tmn_node *node) {
    size_t capacity = 0;
    while (next(b) && b->event.type != YAML_SEQUENCE_END_EVENT) {
        struct tmn_node *item;
        if (!build_node(b, depth + 1, false, &item))
            return false;
        if (item == NULL)
            continue;
        node->items = tmn_arena_grow(b->arena, node->items, node->count, &capacity, sizeof(struct tmn_node *));
        node->items[node->count++] = item;
    }
    return b->event.type == YAML_SEQUENCE_END_EVENT;
}

struct key_entry {
    const struct tmn_node *key;
    size_t index;
};

static int compare_text(const struct tmn_node *a, const struct tmn_node *b) {
    size_t shorter = a->text_length < b->text_length ? a->text_length : b->text_length;
    int order = memcmp(a->text, b->text, shorter);
    return order != 0 ? order : (a->text_length > b->text_length) - (a->text_length < b->text_length);
}

static int compare_keys(const void *left, const void *right) {
    const struct key_entry *a = left, *b = right;
    int order = compare_text(a->key, b->key);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* Reports repeated keys and keeps the first of each. Sorted, so that a huge mapping takes no quadratic time. */
static void drop_repeated(struct builder *b, struct tmn_node *node) {
    if (node->count < 2)
        return;
    struct key_entry *order = TMN_NEW_ARRAY(b->arena, struct key_entry, node->count);
    for (size_t i = 0; i < node->count; i++)
        order[i] = (struct key_entry){node->keys[i], i};
    qsort(order, node->count, sizeof *order, compare_keys);
    bool repeated = false;
    for (size_t i = 1, first = 0; i < node->count; i++) {
        if (compare_text(order[i].key, order[first].key) != 0) {
            first = i;
            continue;
        }
        MISTAKE(b, order[i].key->place, "duplicate-key", "keep one of them",
                "the key '%s' stands here a second time; the first is in line %d", order[i].key->text,
                order[first].key->place.line);
        node->keys[order[i].index] = NULL;
        repeated = true;
    }
    size_t kept = 0;
    for (size_t i = 0; repeated && i < node->count; i++) {
        if (node->keys[i] == NULL)
            continue;
        node->keys[kept] = node->keys[i];
        node->items[kept++] = node->items[i];
    }
    node->count = repeated ? kept : node->count;
}

/* *key = NULL for a key that was reported. */
static bool build_key(struct builder *b, int depth, struct tmn_node **key) {
    *key = NULL;
    struct tmn_node *node;
    struct tmn_place place = place_of(b, b->event.start_mark, 1);
    if (!build_node(b, depth + 1, true, &node))
        return false;
    if (node == NULL)
        return true;
    if (node->kind != TMN_NODE_SCALAR)
        MISTAKE(b, place, "complex-key", flow_hint, "a key must be text, not a list or a mapping");
    else if (node->text_length == 0)
        MISTAKE(b, node->place, "empty-key", "write `key: value`", "a key is missing here");
    else if (!node->quoted && strcmp(node->text, "<<") == 0)
        MISTAKE(b, node->place, "merge-key", "write the entries out", "the merge key '<<' cannot be used here");
    else
        *key = node;
    return true;
}

static bool build_mapping(struct builder *b, int depth, struct tmn_node *node) {
    size_t key_capacity = 0, item_capacity = 0;
    bool more;
    while ((more = next(b)) && b->event.type != YAML_MAPPING_END_EVENT) {
        struct tmn_node *key, *item;
        if (!build_key(b, depth, &key) || !next(b) || !build_node(b, depth + 1, false, &item)) {
            more = false;
            break;
        }
        if (key == NULL || item == NULL)
            continue;
        node->keys = tmn_arena_grow(b->arena, node->keys, node->count, &key_capacity, sizeof(struct tmn_node *));
        node->items = tmn_arena_grow(b->arena, node->items, node->count, &item_capacity, sizeof(struct tmn_node *));
        node->keys[node->count] = key;
        node->items[node->count++] = item;
    }
    drop_repeated(b, node); /* also of what stands above a syntax error */
    return more;
}

static bool build_collection(struct builder *b, int depth, struct tmn_node **out) {
    yaml_mark_t mark = b->event.start_mark;
    bool mapping = b->event.type == YAML_MAPPING_START_EVENT;
    bool block = mapping && b->event.data.mapping_start.style == YAML_BLOCK_MAPPING_STYLE;
    refuse_properties(b, &mark);
    if (depth > DEPTH_MAX) {
        MISTAKE(b, place_of(b, mark, 1), "too-deep", NULL, "lists and mappings are nested deeper than %d", DEPTH_MAX);
        return false;
    }
    struct tmn_node *node = *out = new_node(b, mapping ? TMN_NODE_MAPPING : TMN_NODE_SEQUENCE, place_of(b, mark, 1));
    if (!mapping)
        return build_sequence(b, depth, node);
    if (!build_mapping(b, depth, node))
        return false;
    if (block && node->count > 0 && node->keys[0]->place.line == node->place.line)
        node->place = node->keys[0]->place; /* a block mapping has no sign of its own: its first key is underlined */
    return true;
}

/* Builds the node that the current event begins; *out = NULL if it was refused. False when reading cannot go on. */
static bool build_node(struct builder *b, int depth, bool is_key, struct tmn_node **out) {
    *out = NULL;
    if (b->event.type == YAML_ALIAS_EVENT) {
        const char *at = byte_at(b, b->event.start_mark.index), *stop = word_end(at, b->end);
        MISTAKE(b, place_of(b, b->event.start_mark, tmn_utf8_count(at, stop)), "alias",
                "write the value out, or put text that begins with '*' in quotes",
                "the alias '%.*s' cannot be used here", (int)(stop - at), at);
        return true;
    }
    if (b->event.type == YAML_SCALAR_EVENT) {
        *out = build_scalar(b, is_key);
        return true;
    }
    return build_collection(b, depth, out);
}

/* ---- The document ---- */

static void check_document_start(struct builder *b) {
    if (b->event.data.document_start.version_directive == NULL &&
        b->event.data.document_start.tag_directives.start == b->event.data.document_start.tag_directives.end)
        return;
    const char *at = byte_at(b, b->event.start_mark.index);
    size_t length = tmn_utf8_count(at, tmn_line_end(at, b->end));
    MISTAKE(b, place_of(b, b->event.start_mark, length), "directive", "leave it out",
            "a directive cannot be used here");
}

static struct tmn_node *build_document(struct builder *b) {
    if (!next(b) || !next(b)) /* the stream's start, then the document's */
        return NULL;
    struct tmn_place first = {b->source, 1, 1, 1};
    if (b->event.type == YAML_STREAM_END_EVENT) {
        MISTAKE(b, first, "empty", NULL, "the file is empty");
        return NULL;
    }
    check_document_start(b);
    struct tmn_node *root;
    if (!next(b) || !build_node(b, 1, false, &root) || !next(b) || !next(b)) /* the document's end, then the stream's */
        return NULL;
    if (b->event.type == YAML_DOCUMENT_START_EVENT)
        MISTAKE(b, place_of(b, b->event.start_mark, 3), "several-documents", "keep one document in a file",
                "a second document begins here");
    if (root != NULL && root->null) {
        MISTAKE(b, first, "empty", NULL, "the file is empty");
        return NULL;
    }
    return root;
}

/* An arena whose exhaustion is caught here for a while. */
struct guard {
    struct tmn_arena *arena;
    jmp_buf outer;
    bool outer_armed;
};

static void guard_begin(struct guard *guard, struct tmn_arena *arena) {
    guard->arena = arena;
    guard->outer_armed = arena->armed;
    memcpy(&guard->outer, &arena->on_exhausted, sizeof guard->outer);
}

static void guard_end(struct guard *guard) {
    guard->arena->armed = guard->outer_armed;
    memcpy(&guard->arena->on_exhausted, &guard->outer, sizeof guard->outer);
}

/* Builds, and returns the arena that ran out meanwhile or NULL. */
static struct tmn_arena *build_guarded(struct builder *b, struct tmn_node **root) {
    if (TMN_ARENA_TRY(b->arena))
        return b->arena;
    if (b->list->arena != b->arena && TMN_ARENA_TRY(b->list->arena))
        return b->list->arena;
    *root = build_document(b);
    return NULL;
}

struct tmn_node *tmn_tree_parse(struct tmn_arena *arena, const struct tmn_source *source,
                                struct tmn_diagnostics *list) {
    if (!tmn_source_check(source, FILE_BYTES_MAX, list))
        return NULL;
    struct builder *b = TMN_NEW(arena, struct builder); /* not on the stack: it changes between setjmp and a jump */
    struct tmn_node **root = TMN_NEW(arena, struct tmn_node *);
    const char *start = tmn_source_start(source);
    *b = (struct builder){
        .arena = arena, .list = list, .source = source, .end = tmn_source_end(source), .cursor = {start, 0}};
    if (!yaml_parser_initialize(&b->parser)) {
        MISTAKE(b, (struct tmn_place){.source = source}, "memory", NULL, "memory ran out while the file was read");
        return NULL;
    }
    yaml_parser_set_encoding(&b->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b->parser, (const unsigned char *)start, (size_t)(b->end - start));
    struct guard own, of_list;
    guard_begin(&own, arena);
    guard_begin(&of_list, list->arena);
    struct tmn_arena *exhausted = build_guarded(b, root);
    guard_end(&of_list);
    guard_end(&own);
    yaml_event_delete(&b->event);
    yaml_parser_delete(&b->parser);
    if (exhausted != NULL && exhausted->armed)
        longjmp(exhausted->on_exhausted, 1);
    if (exhausted != NULL)
        abort(); /* as the arena itself does: an entry point forgot TMN_ARENA_TRY */
    return *root;
}

struct tmn_node *tmn_tree_read(struct tmn_arena *arena, const char *path, struct tmn_diagnostics *list) {
    const struct tmn_source *source = tmn_source_read(arena, path, FILE_BYTES_MAX, list);
    return source == NULL ? NULL : tmn_tree_parse(arena, source, list);
}

struct tmn_node *tmn_node_get(const struct tmn_node *mapping, const char *key) {
    if (mapping == NULL || mapping->kind != TMN_NODE_MAPPING)
        return NULL;
    for (size_t i = 0; i < mapping->count; i++)
        if (strcmp(mapping->keys[i]->text, key) == 0)
            return mapping->items[i];
    return NULL;
}

/* ---- Places inside a scalar ---- */

/* Walks the source of a scalar by its visible characters. Folding, indentation and line ends change only blanks, so
 * that the n-th visible character of the text is the n-th of the source. */
struct walk {
    const char *at, *end;
    int line, column;
    char style; /* ' or " or | (blocks) or 0 (plain) */
};

static bool is_blank(uint32_t point) {
    return point == ' ' || point == '\t' || point == '\n' || point == '\r';
}

static uint32_t escaped_hex(const char *digits, size_t count) {
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++) {
        char c = digits[i];
        value = value << 4 | (uint32_t)(c >= 'a' ? c - 'a' + 10 : c >= 'A' ? c - 'A' + 10 : c - '0');
    }
    return value;
}

/* Bytes of the escape at `at` (a backslash) and whether it stands for a blank. */
static size_t escape_length(const char *at, const char *end, bool *blank) {
    *blank = false;
    if (end - at < 2)
        return 1;
    size_t digits = at[1] == 'x' ? 2 : at[1] == 'u' ? 4 : at[1] == 'U' ? 8 : 0;
    if (digits > 0 && (size_t)(end - at) >= 2 + digits) {
        *blank = is_blank(escaped_hex(at + 2, digits));
        return 2 + digits;
    }
    *blank = strchr(" tnr\t", at[1]) != NULL;
    if (tmn_line_break(at + 1, end) > 0) { /* the line goes on; the break is left to the walk */
        *blank = true;
        return 1;
    }
    return 1 + tmn_utf8_step(at + 1, end);
}

/* The next visible character with its place; false at the end of the source. */
static bool walk_visible(struct walk *walk, struct tmn_place *unit) {
    while (walk->at < walk->end) {
        size_t bytes = tmn_line_break(walk->at, walk->end);
        if (bytes > 0) {
            walk->at += bytes;
            walk->line++;
            walk->column = 1;
            continue;
        }
        bytes = tmn_utf8_step(walk->at, walk->end);
        bool blank = is_blank((unsigned char)*walk->at);
        if (walk->style == '"' && *walk->at == '\\')
            bytes = escape_length(walk->at, walk->end, &blank);
        else if (walk->style == '\'' && *walk->at == '\'')
            bytes = walk->end - walk->at > 1 ? 2 : 1;
        int characters = (int)tmn_utf8_count(walk->at, walk->at + bytes);
        unit->line = walk->line;
        unit->column = walk->column;
        unit->length = characters;
        walk->at += bytes;
        walk->column += characters;
        if (!blank)
            return true;
    }
    return false;
}

static struct walk walk_begin(const struct tmn_place *place) {
    struct walk walk = {tmn_source_line(place->source, place->line), tmn_source_end(place->source), place->line,
                        place->column, 0};
    for (int column = 1; column < place->column && walk.at < walk.end; column++)
        walk.at += tmn_utf8_step(walk.at, walk.end);
    char sign = walk.at < walk.end ? *walk.at : '\0';
    if (sign == '"' || sign == '\'') {
        walk.style = sign;
        walk.at++;
        walk.column++;
    } else if (sign == '|' || sign == '>') {
        walk.style = '|';
        walk.at = tmn_line_end(walk.at, walk.end); /* the text begins on the next line */
    }
    return walk;
}

/* Visible characters in the first `offset` characters of the text; *blanks = the blanks that end these characters. */
static size_t count_visible(const struct tmn_node *scalar, size_t offset, size_t *blanks) {
    const char *at = scalar->text, *end = at + scalar->text_length;
    size_t visible = 0;
    *blanks = 0;
    for (size_t i = 0; i < offset && at < end; i++) {
        bool blank = is_blank((unsigned char)*at);
        *blanks = blank ? *blanks + 1 : 0;
        visible += blank ? 0 : 1;
        at += tmn_utf8_step(at, end);
    }
    return visible;
}

static bool is_blank_at(const struct tmn_node *scalar, size_t offset) {
    const char *at = scalar->text, *end = at + scalar->text_length;
    for (size_t i = 0; i < offset && at < end; i++)
        at += tmn_utf8_step(at, end);
    return at == end || is_blank((unsigned char)*at);
}

/* For scalars with escapes or several lines. */
static struct tmn_place place_by_walk(const struct tmn_node *scalar, size_t offset, size_t length) {
    struct walk walk = walk_begin(&scalar->place);
    size_t blanks, ignored, before = count_visible(scalar, offset, &blanks);
    size_t until = count_visible(scalar, offset + length, &ignored);
    bool on_blank = is_blank_at(scalar, offset);
    struct tmn_place unit = {.line = walk.line, .column = walk.column}, place = scalar->place;
    for (size_t i = 0; i < before; i++)
        if (!walk_visible(&walk, &unit))
            return scalar->place;
    place.line = unit.line;
    place.column = unit.column + unit.length + (int)blanks; /* behind what is before, for blanks and the text's end */
    place.length = 1;
    if (on_blank)
        return place;
    for (size_t i = before; i < until; i++) {
        if (!walk_visible(&walk, &unit))
            break;
        if (i == before) {
            place.line = unit.line;
            place.column = unit.column;
        }
        if (unit.line == place.line)
            place.length = unit.column + unit.length - place.column;
    }
    return place;
}

struct tmn_place tmn_node_place_at(const struct tmn_node *scalar, size_t offset, size_t length) {
    struct tmn_place place = scalar->place;
    if (scalar->kind != TMN_NODE_SCALAR || scalar->text_length == 0)
        return place;
    size_t characters = tmn_utf8_count(scalar->text, scalar->text + scalar->text_length);
    offset = offset < characters ? offset : characters;
    length = length < characters - offset ? length : characters - offset;
    length = length > 0 ? length : 1;
    if (!scalar->verbatim)
        return place_by_walk(scalar, offset, length);
    place.column += (int)offset + (scalar->quoted ? 1 : 0);
    place.length = (int)length;
    return place;
}
