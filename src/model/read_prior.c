/* Priors of parameters: a law over numbers, one that may be 0, or a choice among alternatives. */
#include "model/read.h"

#include <math.h>
#include <string.h>

struct prior_form {
    const char *name;
    enum tmn_prior_kind kind;
    int arguments;
};

static const struct prior_form prior_forms[] = {{"fixed", TMN_PRIOR_FIXED, 0},
                                                {"normal", TMN_PRIOR_NORMAL, 2},
                                                {"lognormal", TMN_PRIOR_LOGNORMAL, 2},
                                                {"beta", TMN_PRIOR_BETA, 2},
                                                {"uniform", TMN_PRIOR_UNIFORM, 2}};
enum { PRIOR_FORMS = sizeof prior_forms / sizeof *prior_forms };
static const char *const hint = "normal(mean, sd), lognormal(median, sd_of_log), beta(a, b), uniform(low, high), "
                                "fixed, maybe(chance of 0, prior) or one_of(chance of 0, of 1, ...)";

static const char *skip_spaces(const char *text) {
    while (*text == ' ')
        text++;
    return text;
}

static bool take_sign(const char **text, char sign) {
    *text = skip_spaces(*text);
    if (**text != sign)
        return false;
    *text = skip_spaces(*text + 1);
    return true;
}

/* A number at *text, which moves behind it. */
static bool take_number(const char **text, double *value) {
    const char *start = skip_spaces(*text), *end = start;
    while (*end && *end != ',' && *end != ')')
        end++;
    size_t length = (size_t)(end - start);
    while (length > 0 && start[length - 1] == ' ')
        length--;
    *text = end;
    return tmn_parse_real(start, length, value);
}

/* Is this the next word, and is it gone past? */
static bool take_word(const char **text, const char *word) {
    size_t length = strlen(word);
    if (strncmp(*text, word, length) != 0 || strcspn(*text, " (,)") != length)
        return false;
    *text = skip_spaces(*text + length);
    return true;
}

static bool take_law(const char **text, struct tmn_parameter *parameter) {
    for (int i = 0; i < PRIOR_FORMS; i++) {
        const struct prior_form *form = &prior_forms[i];
        if (!take_word(text, form->name))
            continue;
        parameter->prior = form->kind;
        return form->arguments == 0 ||
               (take_sign(text, '(') && take_number(text, &parameter->prior_a) && take_sign(text, ',') &&
                take_number(text, &parameter->prior_b) && take_sign(text, ')'));
    }
    return false;
}

static bool take_alternatives(struct tmn_reader *reader, const char **text, struct tmn_parameter *parameter) {
    double *chance = TMN_NEW_ARRAY(reader->arena, double, TMN_MAX_ALTERNATIVES);
    int count = 0;
    if (!take_sign(text, '('))
        return false;
    do {
        if (count == TMN_MAX_ALTERNATIVES || !take_number(text, &chance[count]))
            return false;
        count++;
    } while (take_sign(text, ','));
    parameter->prior = TMN_PRIOR_ONE_OF;
    parameter->prior_alternative = chance;
    parameter->prior_alternatives = count;
    return take_sign(text, ')');
}

static bool take_prior(struct tmn_reader *reader, const char *text, struct tmn_parameter *parameter) {
    bool taken;
    text = skip_spaces(text);
    if (take_word(&text, "one_of"))
        taken = take_alternatives(reader, &text, parameter);
    else if (take_word(&text, "maybe"))
        taken = take_sign(&text, '(') && take_number(&text, &parameter->prior_zero) && take_sign(&text, ',') &&
                take_law(&text, parameter) && parameter->prior != TMN_PRIOR_FIXED && take_sign(&text, ')');
    else
        taken = take_law(&text, parameter);
    return taken && *skip_spaces(text) == '\0';
}

static const char *wrong_alternatives(const struct tmn_parameter *parameter) {
    double sum = 0;
    bool good = parameter->prior_alternatives >= 2;
    for (int i = 0; i < parameter->prior_alternatives; i++) {
        good = good && parameter->prior_alternative[i] >= 0;
        sum += parameter->prior_alternative[i];
    }
    if (!tmn_unit_is_none(parameter->unit))
        return "the alternatives of one_of are 0, 1, 2, ...: they have no unit";
    return good && fabs(sum - 1) <= 1e-9 ? NULL : "one_of needs two chances or more, at least 0, that add up to 1";
}

static const char *wrong_numbers(const struct tmn_parameter *parameter) {
    double a = parameter->prior_a, b = parameter->prior_b;
    if (!(parameter->prior_zero >= 0 && parameter->prior_zero < 1))
        return "the chance of 0 in a prior maybe(...) must be at least 0 and below 1";
    switch (parameter->prior) {
    case TMN_PRIOR_FIXED:
        break;
    case TMN_PRIOR_NORMAL:
        return b > 0 ? NULL : "the sd of a normal prior must be above 0";
    case TMN_PRIOR_LOGNORMAL:
        return a > 0 && b > 0 ? NULL : "the median and the sd of a lognormal prior must be above 0";
    case TMN_PRIOR_BETA:
        return a > 0 && b > 0 ? NULL : "both numbers of a beta prior must be above 0";
    case TMN_PRIOR_UNIFORM:
        return b > a ? NULL : "the second number of a uniform prior must be above the first";
    case TMN_PRIOR_ONE_OF:
        return wrong_alternatives(parameter);
    }
    return NULL;
}

void tmn_read_prior(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_parameter *parameter) {
    if (!tmn_get_text(reader, node, "prior", &parameter->prior_text))
        return;
    struct tmn_place place = tmn_node_get(node, "prior")->place;
    if (!take_prior(reader, parameter->prior_text, parameter)) {
        tmn_report(reader->list, place, "bad-prior", hint, "'%s' is not a prior", parameter->prior_text);
        parameter->prior = TMN_PRIOR_FIXED;
        parameter->prior_zero = 0;
        return;
    }
    const char *wrong = wrong_numbers(parameter);
    if (wrong)
        tmn_report(reader->list, place, "bad-prior", NULL, "%s", wrong);
    bool both = parameter->prior == TMN_PRIOR_NORMAL || parameter->prior == TMN_PRIOR_UNIFORM;
    if (both || parameter->prior == TMN_PRIOR_LOGNORMAL)
        parameter->prior_a *= parameter->factor;
    if (both)
        parameter->prior_b *= parameter->factor;
}

void tmn_prior_within(struct tmn_reader *reader, const struct tmn_node *node, struct tmn_parameter *parameter) {
    const struct tmn_node *prior = tmn_node_get(node, "prior");
    if (parameter->prior_zero > 0 && (parameter->low > 0 || parameter->high < 0))
        tmn_report(reader->list, prior->place, "bad-prior", "let the range hold 0, or write the prior without maybe",
                   "the range of '%s' leaves out 0, which its prior gives a chance", parameter->name);
    if (parameter->prior != TMN_PRIOR_ONE_OF)
        return;
    double last = parameter->prior_alternatives - 1;
    if (!isfinite(parameter->low) && !isfinite(parameter->high)) {
        parameter->low = 0;
        parameter->high = last;
    }
    if (parameter->low > 0 || parameter->high < last)
        tmn_report(reader->list, prior->place, "bad-prior", "leave the range out: it is that of the alternatives",
                   "the range of '%s' leaves out some of its alternatives, 0 to %g", parameter->name, last);
    if (parameter->value < 0 || parameter->value > last || parameter->value != floor(parameter->value))
        tmn_report(reader->list, tmn_node_get(node, "value") ? tmn_node_get(node, "value")->place : prior->place,
                   "bad-prior", NULL, "the value of '%s' must be one of its alternatives, 0 to %g", parameter->name,
                   last);
}
