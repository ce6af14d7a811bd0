/* Any bytes as a YAML file: a tree or a mistake, every place in the source, and no leak when memory runs out. */
#include "fuzz.h"
#include "scenario/source.h"
#include "scenario/tree.h"

#include <string.h>

static const char *byte_at(struct tmn_place place) {
    const char *at = tmn_source_line(place.source, place.line), *end = tmn_source_end(place.source);
    for (int column = 1; column < place.column && at < end; column++)
        at += tmn_utf8_step(at, end);
    return at;
}

/* The source shows the text's visible characters where their places say, or the backslash of an escape. */
static void check_scalar(const struct tmn_node *node) {
    const char *text = node->text, *end = text + node->text_length;
    for (size_t offset = 0; text < end && offset < 200; offset++) {
        size_t length = tmn_utf8_step(text, end);
        struct tmn_place place = tmn_node_place_at(node, offset, 3);
        const char *shown = byte_at(place);
        CHECK(place.line >= node->place.line && place.column >= 1 && place.length >= 1);
        if (strchr(" \t\n", *text) == NULL)
            CHECK(*shown == '\\' || memcmp(shown, text, length) == 0);
        text += length;
    }
    if (node->verbatim)
        CHECK(memcmp(byte_at(node->place) + (node->quoted ? 1 : 0), node->text, node->text_length) == 0);
}

static void check_node(const struct tmn_node *node, int depth) {
    CHECK(depth <= 33 && node->place.line >= 1 && node->place.column >= 1 && node->place.length >= 1);
    if (node->kind == TMN_NODE_SCALAR) {
        CHECK(strlen(node->text) == node->text_length);
        check_scalar(node);
    }
    for (size_t i = 0; i < node->count; i++) {
        check_node(node->items[i], depth + 1);
        if (node->kind == TMN_NODE_MAPPING) {
            check_node(node->keys[i], depth + 1);
            CHECK(tmn_node_get(node, node->keys[i]->text) == node->items[i]);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct tmn_arena arena;
    struct tmn_diagnostics list;
    tmn_arena_init(&arena, 0);
    tmn_diagnostics_init(&list, &arena);
    struct tmn_node *root = tmn_tree_parse(&arena, fuzz_source(&arena, data, size), &list);
    CHECK(root != NULL || list.errors > 0);
    if (list.errors == 0)
        check_node(root, 1);
    fuzz_render(&list);
    size_t half = arena.used_bytes / 2;
    tmn_arena_free(&arena);

    tmn_arena_init(&arena, half);
    if (!TMN_ARENA_TRY(&arena)) {
        tmn_diagnostics_init(&list, &arena);
        tmn_tree_parse(&arena, fuzz_source(&arena, data, size), &list);
    }
    tmn_arena_free(&arena);
    return 0;
}
