/* Reads the formulas of a page back into the language of expressions, so that a test can ask whether a reader would
 * understand what is run. Elements are read strictly: anything unbalanced or unknown fails the test. */
#ifndef TESTS_REPORT_MATHML_H
#define TESTS_REPORT_MATHML_H

#include "base/text.h"
#include <string.h>

struct element {
    const char *name, *attributes, *text; /* text of mi, mn, mo, mtext, with entities read */
    struct element **child;
    size_t count, capacity;
};

static inline const char *mathml_text(struct tmn_arena *arena, const char *from, const char *to) {
    static const char *const entities[][2] = {
        {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}};
    struct tmn_text text;
    tmn_text_init(&text, arena);
    while (from < to) {
        size_t e = 0;
        while (*from == '&' && e < 5 && strncmp(from, entities[e][0], strlen(entities[e][0])) != 0)
            e++;
        assert_true(*from != '&' || e < 5);
        if (*from == '&') {
            tmn_text_put(&text, "%s", entities[e][1]);
            from += strlen(entities[e][0]);
        } else {
            assert_true(*from != '>' && *from != '"');
            tmn_text_bytes(&text, from++, 1);
        }
    }
    return text.items;
}

/* One element; *at moves behind it. */
static inline struct element *mathml_element(struct tmn_arena *arena, const char **at) {
    struct element *element = TMN_NEW(arena, struct element);
    assert_int_equal(**at, '<');
    size_t name = strcspn(*at + 1, " >");
    const char *open = strchr(*at, '>');
    assert_non_null(open);
    element->name = tmn_arena_strndup(arena, *at + 1, name);
    element->attributes = tmn_arena_strndup(arena, *at + 1 + name, (size_t)(open - *at) - 1 - name);
    *at = open + 1;
    while (strncmp(*at, "</", 2) != 0) {
        if (**at == '<') {
            assert_null(element->text);
            element->child =
                tmn_arena_grow(arena, element->child, element->count, &element->capacity, sizeof *element->child);
            element->child[element->count++] = mathml_element(arena, at);
        } else {
            const char *end = strchr(*at, '<');
            assert_true(end && element->count == 0);
            element->text = mathml_text(arena, *at, end);
            *at = end;
        }
    }
    const char *close = tmn_arena_printf(arena, "</%s>", element->name);
    if (strncmp(*at, close, strlen(close)) != 0)
        fail_msg("<%s> is closed by %.20s", element->name, *at);
    *at += strlen(close);
    return element;
}

static inline void mathml_linear(struct tmn_text *out, const struct element *element);

static inline void mathml_children(struct tmn_text *out, const struct element *element, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        const struct element *child = element->child[i], *next = i + 1 < to ? element->child[i + 1] : NULL;
        const struct element *after = i + 2 < to ? element->child[i + 2] : NULL;
        bool placed = strcmp(child->name, "msub") == 0 && strcmp(child->child[1]->name, "mi") == 0;
        const char *name = placed ? child->child[0]->text : "";
        if (strcmp(name, "share") == 0 || strcmp(name, "count") == 0) { /* the place comes last between parentheses */
            tmn_text_put(out, "%s(", name);
            mathml_children(out, next, 1, next->count - 1);
            tmn_text_put(out, ", by %s)", child->child[1]->text);
            i++;
        } else if (after && strcmp(after->name, "msup") == 0 && strcmp(after->child[0]->name, "mn") == 0) {
            tmn_text_put(out, "%se%s", child->text, after->child[1]->text); /* 5 x 10^-7 */
            i += 2;
        } else {
            mathml_linear(out, child);
        }
    }
}

static inline void mathml_sign(struct tmn_text *out, const char *sign) {
    static const char *const signs[][2] = {{"⋅", "*"},  {"−", "-"},   {"≠", "!="}, {"≤", "<="},
                                           {"≥", ">="}, {"∧", "and"}, {"∨", "or"}, {"¬", "not"},
                                           {"∈", "in"}, {"{", "["},   {"}", "]"}};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strcmp(sign, signs[i][0]) == 0)
            sign = signs[i][1];
    tmn_text_put(out, " %s ", sign);
}

/* Rows "value | if condition", the last one "value | otherwise". */
static inline void mathml_cases(struct tmn_text *out, const struct element *table) {
    for (size_t r = 0; r < table->count; r++) {
        const struct element *value = table->child[r]->child[0], *when = table->child[r]->child[1];
        if (r + 1 == table->count) {
            assert_string_equal(when->child[0]->text, "otherwise");
            mathml_children(out, value, 0, value->count);
        } else {
            assert_string_equal(when->child[0]->text, "if\u00a0");
            tmn_text_put(out, "if(");
            mathml_children(out, when, 1, when->count);
            tmn_text_put(out, ", ");
            mathml_children(out, value, 0, value->count);
            tmn_text_put(out, ", ");
        }
    }
    for (size_t r = 1; r < table->count; r++)
        tmn_text_put(out, ")");
}

static inline void mathml_pair(struct tmn_text *out, const struct element *element, const char *open,
                               const char *between) {
    assert_int_equal(element->count, 2);
    tmn_text_put(out, "%s", open);
    mathml_linear(out, element->child[0]);
    tmn_text_put(out, "%s", between);
    mathml_linear(out, element->child[1]);
    tmn_text_put(out, ")");
}

static inline void mathml_table(struct tmn_text *out, const struct element *element) {
    bool fence = strstr(element->attributes, "fence") != NULL;
    if (strstr(element->attributes, "cases")) {
        mathml_cases(out, element);
        return;
    }
    tmn_text_put(out, "%s", fence ? "(" : "");
    for (size_t r = 0; r < element->count; r++)
        for (size_t c = 0; c < element->child[r]->count; c++)
            mathml_children(out, element->child[r]->child[c], 0, element->child[r]->child[c]->count);
    tmn_text_put(out, "%s", fence ? ")" : "");
}

static inline void mathml_linear(struct tmn_text *out, const struct element *element) {
    const char *name = element->name, *text = element->text;
    if (strcmp(name, "mi") == 0) {
        tmn_text_put(out, "%s", strcmp(text, "ln") == 0 ? "log" : strcmp(text, "Φ") == 0 ? "ncdf" : text);
    } else if (strcmp(name, "mn") == 0) {
        tmn_text_put(out, "%s", text);
    } else if (strcmp(name, "mtext") == 0) {
        tmn_text_put(out, "\"%s\"", text);
    } else if (strcmp(name, "mo") == 0) {
        mathml_sign(out, text);
    } else if (strcmp(name, "mspace") == 0) {
        tmn_text_put(out, " ");
    } else if (strcmp(name, "mfrac") == 0) {
        mathml_pair(out, element, "((", ") / (");
        tmn_text_put(out, ")");
    } else if (strcmp(name, "msup") == 0) {
        mathml_pair(out, element, "pow(", ", ");
    } else if (strcmp(name, "msqrt") == 0) {
        tmn_text_put(out, "sqrt(");
        mathml_children(out, element, 0, element->count);
        tmn_text_put(out, ")");
    } else if (strcmp(name, "msub") == 0 && strcmp(element->child[1]->name, "mi") == 0) {
        tmn_text_put(out, "%s", element->child[0]->text); /* at the own place */
    } else if (strcmp(name, "msub") == 0) {
        tmn_text_put(out, "%s[", element->child[0]->text);
        mathml_linear(out, element->child[1]);
        tmn_text_put(out, "]");
    } else if (strcmp(name, "mtable") == 0) {
        mathml_table(out, element);
    } else if (strcmp(name, "mrow") == 0 && element->count > 2 && element->child[0]->text &&
               strcmp(element->child[0]->text, "|") == 0) {
        tmn_text_put(out, "abs(");
        mathml_children(out, element, 1, element->count - 1);
        tmn_text_put(out, ")");
    } else {
        assert_string_equal(name, "mrow");
        mathml_children(out, element, 0, element->count);
    }
}

/* The expression that a formula, one element, says. */
static inline const char *mathml_read(struct tmn_arena *arena, const char *formula) {
    struct tmn_text out;
    const char *at = formula;
    tmn_text_init(&out, arena);
    mathml_linear(&out, mathml_element(arena, &at));
    assert_int_equal(*at, '\0');
    return out.items;
}

#endif
