/* The shape of an expression before its names mean anything: what the parser hands to the resolver. Private to
 * src/model. */
#ifndef TMN_MODEL_EXPR_SYNTAX_H
#define TMN_MODEL_EXPR_SYNTAX_H

#include "model/expr.h"

enum {
    TMN_EXPR_DEPTH_MAX = 200, /* of the tree, and of nested parentheses */
    TMN_EXPR_NODES_MAX = 10000,
    TMN_EXPR_TEXT_MAX = 65536 /* bytes of one expression */
};

enum tmn_syntax_kind {
    TMN_SYNTAX_NUMBER, /* number, unit */
    TMN_SYNTAX_NAME,   /* text */
    TMN_SYNTAX_STRING, /* text without its quotes: a level that is not a plain name */
    TMN_SYNTAX_CALL,   /* text(arg...) */
    TMN_SYNTAX_LOOKUP, /* text[arg...] */
    TMN_SYNTAX_BY,     /* `by text`, an argument of a call */
    TMN_SYNTAX_UNARY,  /* op: NEG, NOT */
    TMN_SYNTAX_BINARY, /* op */
    TMN_SYNTAX_IN      /* arg[0] in [arg[1] ...] */
};

struct tmn_syntax {
    enum tmn_syntax_kind kind;
    enum tmn_op op;
    double number;
    struct tmn_unit unit;
    const char *text;
    size_t from, to; /* bytes of the scalar's text */
    size_t head;     /* CALL, LOOKUP: where the name ends; others: to */
    size_t count, depth;
    struct tmn_syntax **arg;
};

/* NULL after reporting one mistake. */
struct tmn_syntax *tmn_syntax_parse(struct tmn_arena *arena, const struct tmn_node *node, struct tmn_diagnostics *list);
/* The place of bytes from..to of the scalar's text. */
struct tmn_place tmn_syntax_place(const struct tmn_node *node, size_t from, size_t to);
/* How an operator or function is written ("+", "exp"); NULL when it has no such text. */
const char *tmn_op_text(enum tmn_op op);

#endif
