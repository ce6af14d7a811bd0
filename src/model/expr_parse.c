/* Lexer and parser of expressions: text to a syntax tree, by precedence climbing. Depth, nodes and length are bounded,
 * so that no text can exhaust stack or memory. The first mistake ends the parse of an expression: what follows would
 * only be noise. */
#include "model/expr_syntax.h"
#include <string.h>

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_NAME, TOKEN_STRING, TOKEN_OPERATOR, TOKEN_MARK };

struct token {
    enum token_kind kind;
    enum tmn_op op; /* OPERATOR */
    char mark;      /* MARK: one of ( ) [ ] , */
    size_t from, to;
};

struct parser {
    struct tmn_arena *arena;
    const struct tmn_node *node;
    struct tmn_diagnostics *list;
    const char *text;
    size_t length, nodes;
    int nesting;
    bool failed;
    struct token now;
    size_t before; /* where the token before `now` ended */
};

static const struct {
    const char *text;
    enum tmn_op op;
} operators[] = {
    {"!=", TMN_OP_NE}, {"<=", TMN_OP_LE}, {">=", TMN_OP_GE}, {"=", TMN_OP_EQ},  {"<", TMN_OP_LT},
    {">", TMN_OP_GT},  {"+", TMN_OP_ADD}, {"-", TMN_OP_SUB}, {"*", TMN_OP_MUL}, {"/", TMN_OP_DIV},
};

/* What people write who come from other languages. */
static const struct {
    const char *text, *hint;
} foreign[] = {
    {"==", "write '=' for equality"},
    {"<>", "write '!=' for inequality"},
    {"&&", "write 'and'"},
    {"||", "write 'or'"},
    {"**", "write pow(x, p)"},
    {"^", "write pow(x, p)"},
    {"!", "write 'not' before a condition"},
    {"&", "write 'and'"},
    {"|", "write 'or'"},
    {"{", "look-ups are written table[...]"},
};

enum tmn_precedence tmn_precedence(enum tmn_op op) {
    switch (op) {
    case TMN_OP_OR:
        return TMN_PREC_OR;
    case TMN_OP_AND:
        return TMN_PREC_AND;
    case TMN_OP_NOT:
        return TMN_PREC_NOT;
    case TMN_OP_MEMBER:
    case TMN_OP_RATIO:
    case TMN_OP_EQ:
    case TMN_OP_NE:
    case TMN_OP_LT:
    case TMN_OP_LE:
    case TMN_OP_GT:
    case TMN_OP_GE:
        return TMN_PREC_COMPARE;
    case TMN_OP_ADD:
    case TMN_OP_SUB:
        return TMN_PREC_SUM;
    case TMN_OP_MUL:
    case TMN_OP_DIV:
        return TMN_PREC_PRODUCT;
    case TMN_OP_NEG:
        return TMN_PREC_UNARY;
    default:
        return TMN_PREC_PRIMARY;
    }
}

const char *tmn_op_text(enum tmn_op op) {
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (operators[i].op == op)
            return operators[i].text;
    switch (op) {
    case TMN_OP_NEG:
        return "-";
    case TMN_OP_AND:
        return "and";
    case TMN_OP_OR:
        return "or";
    case TMN_OP_NOT:
        return "not";
    case TMN_OP_MIN:
        return "min";
    case TMN_OP_MAX:
        return "max";
    case TMN_OP_CLAMP:
        return "clamp";
    case TMN_OP_EXP:
        return "exp";
    case TMN_OP_LOG:
        return "log";
    case TMN_OP_SQRT:
        return "sqrt";
    case TMN_OP_POW:
        return "pow";
    case TMN_OP_ABS:
        return "abs";
    case TMN_OP_LOGISTIC:
        return "logistic";
    case TMN_OP_NCDF:
        return "ncdf";
    case TMN_OP_IF:
        return "if";
    default:
        return NULL;
    }
}

/* Characters (not bytes) in from..to; every byte that does not continue a UTF-8 character begins one. */
static size_t characters(const char *text, size_t from, size_t to) {
    size_t count = 0;
    for (size_t i = from; i < to; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

struct tmn_place tmn_syntax_place(const struct tmn_node *node, size_t from, size_t to) {
    size_t length = characters(node->text, from, to < node->text_length ? to : node->text_length);
    return tmn_node_place_at(node, characters(node->text, 0, from), length > 0 ? length : 1);
}

/* Reports the parse's one mistake; returns NULL so that parsers can return it. */
static struct tmn_syntax *mistake(struct parser *p, size_t from, size_t to, const char *hint, const char *message) {
    if (!p->failed)
        tmn_report(p->list, tmn_syntax_place(p->node, from, to), "syntax", hint, "%s", message);
    p->failed = true;
    p->now = (struct token){.kind = TOKEN_END, .from = p->length, .to = p->length};
    return NULL;
}

static const char *slice(struct parser *p, size_t from, size_t to) {
    return tmn_arena_strndup(p->arena, p->text + from, to - from);
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static char at(const struct parser *p, size_t i) {
    return i < p->length ? p->text[i] : '\0';
}

static size_t end_of_number(const struct parser *p, size_t i) {
    while (is_digit(at(p, i)))
        i++;
    if (at(p, i) == '.' && is_digit(at(p, i + 1)))
        for (i++; is_digit(at(p, i));)
            i++;
    if (at(p, i) == 'e' || at(p, i) == 'E') {
        size_t digits = i + 1 + (at(p, i + 1) == '+' || at(p, i + 1) == '-');
        if (is_digit(at(p, digits)))
            for (i = digits; is_digit(at(p, i));)
                i++;
    }
    return i;
}

static void lex_string(struct parser *p) {
    size_t i = p->now.from + 1;
    while (i < p->length && p->text[i] != p->text[p->now.from])
        i++;
    if (i == p->length) {
        mistake(p, p->now.from, p->length, NULL, "a quoted level has no closing quote");
        return;
    }
    p->now.kind = TOKEN_STRING;
    p->now.to = i + 1;
}

static void lex_operator(struct parser *p) {
    size_t i = p->now.from, left = p->length - i;
    for (size_t k = 0; k < sizeof foreign / sizeof foreign[0]; k++) {
        size_t n = strlen(foreign[k].text);
        bool also_ours = strcmp(foreign[k].text, "!") == 0 && at(p, i + 1) == '=';
        if (n <= left && memcmp(p->text + i, foreign[k].text, n) == 0 && !also_ours) {
            mistake(p, i, i + n, foreign[k].hint,
                    tmn_arena_printf(p->arena, "'%s' is not an operator here", foreign[k].text));
            return;
        }
    }
    for (size_t k = 0; k < sizeof operators / sizeof operators[0]; k++) {
        size_t n = strlen(operators[k].text);
        if (n <= left && memcmp(p->text + i, operators[k].text, n) == 0) {
            p->now.kind = TOKEN_OPERATOR;
            p->now.op = operators[k].op;
            p->now.to = i + n;
            return;
        }
    }
    size_t to = i + 1;
    while (to < p->length && ((unsigned char)p->text[to] & 0xC0) == 0x80)
        to++;
    bool printable = (unsigned char)p->text[i] > ' ' && p->text[i] != 0x7F;
    mistake(p, i, to, (unsigned char)p->text[i] >= 0x80 ? "put a level with such letters in quotes" : NULL,
            printable ? tmn_arena_printf(p->arena, "'%s' has no meaning in an expression", slice(p, i, to))
                      : "a control character has no meaning in an expression");
}

/* Words that are operators: and, or, not, in. */
static void lex_word(struct parser *p) {
    static const struct {
        const char *text;
        enum tmn_op op;
    } words[] = {{"and", TMN_OP_AND}, {"or", TMN_OP_OR}, {"not", TMN_OP_NOT}};
    size_t i = p->now.from + 1;
    while (is_letter(at(p, i)) || is_digit(at(p, i)) || at(p, i) == '_' || at(p, i) == '.')
        i++;
    p->now.kind = TOKEN_NAME;
    p->now.to = i;
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (strlen(words[k].text) == i - p->now.from &&
            memcmp(words[k].text, p->text + p->now.from, i - p->now.from) == 0) {
            p->now.kind = TOKEN_OPERATOR;
            p->now.op = words[k].op;
        }
}

static void advance(struct parser *p) {
    if (p->failed)
        return;
    size_t i = p->now.to;
    p->before = i;
    while (i < p->length && strchr(" \t\r\n", p->text[i]) != NULL && p->text[i] != '\0')
        i++;
    p->now = (struct token){.kind = TOKEN_END, .from = i, .to = i};
    if (i == p->length)
        return;
    char c = p->text[i];
    if (is_digit(c) || (c == '.' && is_digit(at(p, i + 1)))) {
        p->now.kind = TOKEN_NUMBER;
        p->now.to = end_of_number(p, i);
    } else if (is_letter(c)) {
        lex_word(p);
    } else if (c == '%') {
        p->now.kind = TOKEN_NAME;
        p->now.to = i + 1;
    } else if (c == '"' || c == '\'') {
        lex_string(p);
    } else if (c != '\0' && strchr("()[],", c) != NULL) {
        p->now.kind = TOKEN_MARK;
        p->now.mark = c;
        p->now.to = i + 1;
    } else {
        lex_operator(p);
    }
}

static bool is_mark(const struct parser *p, char mark) {
    return p->now.kind == TOKEN_MARK && p->now.mark == mark;
}

static bool is_word(const struct parser *p, const char *word) {
    size_t n = strlen(word);
    return p->now.kind == TOKEN_NAME && p->now.to - p->now.from == n && memcmp(p->text + p->now.from, word, n) == 0;
}

/* "what before 'x'" or "what at the end". */
static struct tmn_syntax *unexpected(struct parser *p, const char *what, const char *hint) {
    if (p->failed)
        return NULL;
    if (p->now.kind == TOKEN_END)
        return mistake(p, p->before, p->before + 1, hint, tmn_arena_printf(p->arena, "%s at the end", what));
    const char *message = tmn_arena_printf(p->arena, "%s before '%s'", what, slice(p, p->now.from, p->now.to));
    return mistake(p, p->now.from, p->now.to, hint, message);
}

static struct tmn_syntax *make(struct parser *p, enum tmn_syntax_kind kind, size_t from, size_t count) {
    if (++p->nodes > TMN_EXPR_NODES_MAX)
        return mistake(p, from, p->before, "split it into several declarations",
                       "the expression has more than 10,000 parts");
    struct tmn_syntax *made = TMN_NEW(p->arena, struct tmn_syntax);
    made->kind = kind;
    made->from = from;
    made->to = made->head = p->before;
    made->count = count;
    made->depth = 1;
    made->arg = count > 0 ? TMN_NEW_ARRAY(p->arena, struct tmn_syntax *, count) : NULL;
    return made;
}

static bool nest(struct parser *p, size_t from, size_t depth) {
    if (depth <= TMN_EXPR_DEPTH_MAX)
        return true;
    mistake(p, from, from + 1, "split it, or shorten a long chain with 'in'",
            "the expression is nested deeper than 200");
    return false;
}

static struct tmn_syntax *join(struct parser *p, enum tmn_syntax_kind kind, enum tmn_op op, size_t from,
                               struct tmn_syntax *const *args, size_t count) {
    struct tmn_syntax *made = make(p, kind, from, count);
    for (size_t i = 0; made && i < count; i++) {
        made->arg[i] = args[i];
        if (args[i]->depth >= made->depth)
            made->depth = args[i]->depth + 1;
    }
    if (!made || !nest(p, from, made->depth))
        return NULL;
    made->op = op;
    return made;
}

static struct tmn_syntax *parse_binary(struct parser *p, enum tmn_precedence lowest);

struct list {
    struct tmn_syntax **items;
    size_t count, capacity;
};

/* `by name`, where a name follows; else an expression (a name 'by' may be a level). */
static struct tmn_syntax *parse_argument(struct parser *p) {
    struct parser saved = *p;
    if (is_word(p, "by")) {
        size_t from = p->now.from;
        advance(p);
        if (p->now.kind == TOKEN_NAME) {
            const char *name = slice(p, p->now.from, p->now.to);
            advance(p);
            struct tmn_syntax *made = make(p, TMN_SYNTAX_BY, from, 0);
            if (made)
                made->text = name;
            return made;
        }
        *p = saved;
    }
    return parse_binary(p, TMN_PREC_OR);
}

/* Arguments up to the closing mark, the opening one being the current token. */
static bool parse_arguments(struct parser *p, char close, struct list *args) {
    size_t open = p->now.from;
    advance(p);
    while (!p->failed && !is_mark(p, close)) {
        struct tmn_syntax *argument = parse_argument(p);
        if (!argument)
            return false;
        TMN_PUSH(p->arena, args, argument);
        if (is_mark(p, ',')) {
            advance(p);
            if (is_mark(p, close))
                unexpected(p, "a value is missing", NULL);
        } else if (p->now.kind == TOKEN_END) {
            mistake(p, open, open + 1, NULL, close == ')' ? "this '(' is never closed" : "this '[' is never closed");
        } else if (!is_mark(p, close)) {
            unexpected(p, close == ')' ? "',' or ')' is missing" : "',' or ']' is missing", NULL);
        }
    }
    advance(p);
    return !p->failed;
}

static struct tmn_syntax *parse_name(struct parser *p) {
    size_t from = p->now.from, head = p->now.to;
    const char *name = slice(p, from, head);
    advance(p);
    if (!is_mark(p, '(') && !is_mark(p, '[')) {
        struct tmn_syntax *made = make(p, TMN_SYNTAX_NAME, from, 0);
        if (made)
            made->text = name;
        return made;
    }
    bool call = is_mark(p, '(');
    struct list args = {0};
    if (!parse_arguments(p, call ? ')' : ']', &args))
        return NULL;
    struct tmn_syntax *made =
        join(p, call ? TMN_SYNTAX_CALL : TMN_SYNTAX_LOOKUP, TMN_OP_NUMBER, from, args.items, args.count);
    if (made) {
        made->text = name;
        made->head = head;
    }
    return made;
}

/* A number; a unit directly behind it multiplies. */
static struct tmn_syntax *parse_number(struct parser *p) {
    size_t from = p->now.from, to = p->now.to;
    double number, factor;
    struct tmn_unit unit = tmn_unit_none;
    if (!tmn_parse_real(p->text + from, to - from, &number))
        return mistake(p, from, to, NULL, "this number is too long or too large");
    advance(p);
    if (p->now.kind == TOKEN_NAME &&
        tmn_unit_constant(p->text + p->now.from, p->now.to - p->now.from, &factor, &unit)) {
        number = tmn_unit_to_base(number, factor);
        advance(p);
    } else if (p->now.kind == TOKEN_NAME && !is_word(p, "in")) {
        return unexpected(p, "an operator is missing", "units are y month week d, km m, won usd cny, person, %");
    }
    struct tmn_syntax *made = make(p, TMN_SYNTAX_NUMBER, from, 0);
    if (made) {
        made->number = number;
        made->unit = unit;
    }
    return made;
}

static struct tmn_syntax *parse_primary(struct parser *p) {
    size_t from = p->now.from;
    if (p->now.kind == TOKEN_NUMBER)
        return parse_number(p);
    if (p->now.kind == TOKEN_NAME)
        return parse_name(p);
    if (p->now.kind == TOKEN_STRING) {
        const char *text = slice(p, from + 1, p->now.to - 1);
        advance(p);
        struct tmn_syntax *made = make(p, TMN_SYNTAX_STRING, from, 0);
        if (made)
            made->text = text;
        return made;
    }
    if (!is_mark(p, '('))
        return unexpected(p, "a value is missing", NULL);
    advance(p);
    struct tmn_syntax *inside = parse_binary(p, TMN_PREC_OR);
    if (inside && p->now.kind == TOKEN_END)
        return mistake(p, from, from + 1, NULL, "this '(' is never closed");
    if (inside && !is_mark(p, ')'))
        return unexpected(p, "an operator or ')' is missing", NULL);
    advance(p);
    return p->failed ? NULL : inside;
}

static struct tmn_syntax *parse_prefix(struct parser *p) {
    size_t from = p->now.from;
    bool minus = p->now.kind == TOKEN_OPERATOR && p->now.op == TMN_OP_SUB;
    bool not = p->now.kind == TOKEN_OPERATOR && p->now.op == TMN_OP_NOT;
    if (!minus && !not )
        return parse_primary(p);
    advance(p);
    struct tmn_syntax *operand = parse_binary(p, minus ? TMN_PREC_UNARY : TMN_PREC_COMPARE);
    return operand ? join(p, TMN_SYNTAX_UNARY, minus ? TMN_OP_NEG : TMN_OP_NOT, from, &operand, 1) : NULL;
}

static enum tmn_precedence infix(const struct parser *p) {
    if (is_word(p, "in"))
        return TMN_PREC_COMPARE;
    if (p->now.kind != TOKEN_OPERATOR || p->now.op == TMN_OP_NOT)
        return TMN_PREC_NONE;
    return tmn_precedence(p->now.op);
}

static struct tmn_syntax *parse_in(struct parser *p, size_t from, struct tmn_syntax *left) {
    struct list args = {0};
    TMN_PUSH(p->arena, &args, left);
    advance(p);
    if (!is_mark(p, '['))
        return unexpected(p, "a list of levels in [ ] is missing", "write x in [a, b]");
    if (!parse_arguments(p, ']', &args))
        return NULL;
    if (args.count == 1)
        return mistake(p, p->before - 1, p->before, "write x in [a, b]", "the list of levels is empty");
    return join(p, TMN_SYNTAX_IN, TMN_OP_MEMBER, from, args.items, args.count);
}

static struct tmn_syntax *parse_chain(struct parser *p, enum tmn_precedence lowest) {
    size_t from = p->now.from;
    struct tmn_syntax *left = parse_prefix(p);
    bool compared = false;
    while (left) {
        enum tmn_precedence level = infix(p);
        if (level == TMN_PREC_NONE || level < lowest)
            break;
        if (level == TMN_PREC_COMPARE && compared)
            return mistake(p, p->now.from, p->now.to, "join two with 'and': a < x and x < b",
                           "comparisons do not chain");
        compared = level == TMN_PREC_COMPARE;
        if (is_word(p, "in")) {
            left = parse_in(p, from, left);
            continue;
        }
        enum tmn_op op = p->now.op;
        advance(p);
        struct tmn_syntax *right = parse_binary(p, level + 1);
        left = right ? join(p, TMN_SYNTAX_BINARY, op, from, (struct tmn_syntax *[]){left, right}, 2) : NULL;
    }
    return p->failed ? NULL : left;
}

static struct tmn_syntax *parse_binary(struct parser *p, enum tmn_precedence lowest) {
    if (!nest(p, p->now.from, (size_t)++p->nesting))
        return NULL;
    struct tmn_syntax *parsed = parse_chain(p, lowest);
    p->nesting--;
    return parsed;
}

struct tmn_syntax *tmn_syntax_parse(struct tmn_arena *arena, const struct tmn_node *node,
                                    struct tmn_diagnostics *list) {
    if (node->kind != TMN_NODE_SCALAR) {
        tmn_report(list, node->place, "syntax", "write it on one line, in quotes if YAML would misread it",
                   "an expression is needed here, not a %s", node->kind == TMN_NODE_SEQUENCE ? "list" : "mapping");
        return NULL;
    }
    struct parser p = {.arena = arena, .node = node, .list = list, .text = node->text, .length = node->text_length};
    if (p.length > TMN_EXPR_TEXT_MAX) {
        tmn_report(list, node->place, "syntax", NULL, "the expression is longer than 65,536 bytes");
        return NULL;
    }
    advance(&p);
    if (!p.failed && p.now.kind == TOKEN_END) {
        tmn_report(list, node->place, "syntax", NULL, "an expression is missing here");
        return NULL;
    }
    struct tmn_syntax *parsed = parse_binary(&p, TMN_PREC_OR);
    if (parsed && p.now.kind == TOKEN_MARK)
        return mistake(&p, p.now.from, p.now.to, NULL,
                       tmn_arena_printf(arena, "'%c' does not belong here", p.now.mark));
    if (parsed && p.now.kind != TOKEN_END)
        return unexpected(&p, "an operator is missing", NULL);
    return p.failed ? NULL : parsed;
}
