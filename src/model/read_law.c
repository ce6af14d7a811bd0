/* The law of a check: poisson(4), negbin_stages(3, p). Its numbers are expressions over parameters. */
#include "model/read.h"

#include <math.h>
#include <string.h>

/* What a law takes: names of its numbers, and how large each may be. */
static const struct law_form {
    const char *name;
    enum tmn_law law;
    int arguments;
    const char *argument[2];
    double low[2], high[2]; /* low: above it for what may be any number, at least it for whole numbers */
    bool whole;             /* the first number */
} law_forms[] = {{"poisson", TMN_LAW_POISSON, 1, {"mean"}, {0}, {1e6}, false},
                 {"negbin", TMN_LAW_NEGBIN, 2, {"size", "mean"}, {0, 0}, {1e9, 1e6}, false},
                 {"binomial", TMN_LAW_BINOMIAL, 2, {"n", "p"}, {1, 0}, {1e6, 1}, true},
                 {"geometric", TMN_LAW_GEOMETRIC, 1, {"p"}, {0}, {1}, false},
                 {"negbin_stages", TMN_LAW_STAGES, 2, {"k", "p"}, {1, 0}, {1e4, 1}, true}};
enum { LAW_FORMS = sizeof law_forms / sizeof *law_forms };

static size_t characters(const char *text, size_t bytes) {
    size_t count = 0;
    for (size_t i = 0; i < bytes; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

/* The bytes from..to of a scalar as a scalar of its own, without blanks at its ends. */
static struct tmn_node part_of(struct tmn_reader *reader, const struct tmn_node *node, size_t from, size_t to) {
    struct tmn_node part = *node;
    while (from < to && node->text[from] == ' ')
        from++;
    while (to > from && node->text[to - 1] == ' ')
        to--;
    part.text = tmn_arena_strndup(reader->arena, node->text + from, to - from);
    part.text_length = to - from;
    part.place = tmn_node_place_at(node, characters(node->text, from), characters(node->text + from, to - from));
    part.quoted = false;
    part.verbatim = true;
    return part;
}

/* The end of the argument that begins at `from`: its comma or the bracket that closes the law. */
static size_t argument_end(const char *text, size_t from) {
    int depth = 0;
    size_t at = from;
    for (; text[at]; at++) {
        if (depth == 0 && (text[at] == ',' || text[at] == ')'))
            break;
        depth += text[at] == '(' || text[at] == '[' ? 1 : text[at] == ')' || text[at] == ']' ? -1 : 0;
    }
    return at;
}

static void report_form(struct tmn_reader *reader, const struct tmn_node *node) {
    tmn_report(reader->list, node->place, "bad-law",
               "poisson(mean), negbin(size, mean), binomial(n, p), geometric(p) or negbin_stages(k, p)",
               "'%s' is not a law", node->text);
}

static bool read_argument(struct tmn_reader *reader, const struct tmn_node *part, const struct law_form *form, int i,
                          struct tmn_check *check) {
    struct tmn_constant *constant = &check->law_argument[i];
    char *what = tmn_arena_printf(reader->arena, "'%s' of the law", form->argument[i]);
    if (!tmn_read_constant(reader, part, what, tmn_unit_none, check->parameter, form->low[i], form->high[i], constant))
        return false;
    bool whole = form->whole && i == 0;
    if (whole ? constant->value == floor(constant->value)
              : constant->value > form->low[i] && (form->high[i] > 1 || constant->value < 1))
        return true;
    char text[32];
    tmn_format_real(constant->value, text);
    tmn_report(reader->list, part->place, "out-of-range", NULL,
               whole                ? "%s must be a whole number, not %s"
               : form->high[i] == 1 ? "%s must lie between 0 and 1, not %s"
                                    : "%s must be above 0, not %s",
               what, text);
    return false;
}

void tmn_read_law(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_check *check) {
    const char *text = node->text;
    size_t name = strcspn(text, " ("), at = name;
    const struct law_form *form = NULL;
    for (int i = 0; i < LAW_FORMS; i++)
        if (strlen(law_forms[i].name) == name && strncmp(text, law_forms[i].name, name) == 0)
            form = &law_forms[i];
    while (text[at] == ' ')
        at++;
    if (!form || text[at] != '(') {
        report_form(reader, node);
        return;
    }
    struct tmn_node part[2];
    int count = 0;
    for (size_t end = at; count < 2 && text[end] != ')' && text[end] != '\0'; count++, at = end) {
        end = argument_end(text, at + 1);
        part[count] = part_of(reader, node, at + 1, end);
    }
    if (count != form->arguments || text[at] != ')' || text[at + 1 + strspn(text + at + 1, " ")] != '\0') {
        report_form(reader, node);
        return;
    }
    check->law = form->law;
    check->law_text = text;
    for (int i = 0; i < count; i++)
        read_argument(reader, &part[i], form, i, check);
}
