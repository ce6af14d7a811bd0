/* A YAML file as a tree in which every node knows its place. Every scalar is text; our schema gives it a type.
 * Refused with a diagnostic: duplicate keys, anchors, aliases, tags, merge keys, several documents, bad UTF-8, control
 * characters, depth above 32, files above 16 MiB. */
#ifndef TMN_SCENARIO_TREE_H
#define TMN_SCENARIO_TREE_H

#include "base/error.h"
#include "scenario/diagnostic.h"

enum tmn_node_kind { TMN_NODE_SCALAR, TMN_NODE_SEQUENCE, TMN_NODE_MAPPING };

struct tmn_node {
    enum tmn_node_kind kind;
    struct tmn_place place;
    const char *text; /* scalar: its text ("" when null); length in text_length */
    size_t text_length;
    bool quoted;   /* scalar written in quotes or as a block */
    bool verbatim; /* scalar that stands in one line of the source as it is, without escapes */
    bool null;     /* nothing, or an unquoted ~ or null (diagnosed by the schema with a hint to quote); a key is
                    * never null: it keeps its text */
    struct tmn_node **items; /* sequence: entries; mapping: values */
    struct tmn_node **keys;  /* mapping: keys (scalars) */
    size_t count;
};

/* Reads and parses; returns NULL after reporting when nothing useful could be read. Sources live in the arena. A tree
 * may come back although mistakes were reported (list->errors): it then lacks the refused entries, so that its other
 * mistakes can be found in the same go. */
struct tmn_node *tmn_tree_read(struct tmn_arena *arena, const char *path, struct tmn_diagnostics *list);
struct tmn_node *tmn_tree_parse(struct tmn_arena *arena, const struct tmn_source *source, struct tmn_diagnostics *list);
struct tmn_node *tmn_node_get(const struct tmn_node *mapping, const char *key); /* NULL if absent or not a mapping */
/* A place inside a scalar: offset and length in characters of its text. For carets inside expressions. Exact for every
 * style, escapes and folded lines included; what runs over a line's end is underlined up to there. Linear in the source
 * for scalars that are not verbatim. */
struct tmn_place tmn_node_place_at(const struct tmn_node *scalar, size_t offset, size_t length);

#endif
