/* See compare_figures.h. Figures are SVG made here, so that the page needs no program. */
#include "study/compare_figures.h"

#include "report/html.h"
#include <math.h>
#include <string.h>

enum { WIDTH = 440, LEFT = 52, RIGHT = 10, UPPER = 150, LOWER = 70, GAP = 24, TOP = 8, FOOT = 20 };
enum { NAMES = 150, BAR_ROW = 19, CELLS_MAX = 30 };

/* ---- axes ---- */

struct axis {
    double low, high, step; /* values */
    double from, to;        /* places */
};

static double at(const struct axis *axis, double value) {
    return axis->from + (axis->to - axis->from) * (value - axis->low) / (axis->high - axis->low);
}

/* Widened to whole steps of 1, 2 or 5 times a power of ten. */
static struct axis axis_of(double low, double high, int steps, double from, double to) {
    double span = high > low ? high - low : fmax(fabs(high), 1);
    double power = pow(10, floor(log10(span / steps))), ratio = span / steps / power;
    double step = power * (ratio > 5 ? 10 : ratio > 2 ? 5 : ratio > 1 ? 2 : 1);
    return (struct axis){floor(low / step) * step, fmax(ceil(high / step), floor(low / step) + 1) * step, step, from,
                         to};
}

static void put_axis(struct tmn_text *out, const struct axis *axis) {
    for (double value = axis->low; value <= axis->high + axis->step / 2; value += axis->step) {
        char text[32];
        double shown = fabs(value) < axis->step / 1e6 ? 0 : value, y = at(axis, shown);
        if (fabs(shown) >= 1000)
            tmn_format_count(llround(shown), text);
        else
            tmn_format_digits(shown, 6, text);
        tmn_text_put(out, "<path class=\"%s\" d=\"M%d %.1fH%d\"/>", shown == 0 ? "zero" : "axis", LEFT, y,
                     WIDTH - RIGHT);
        tmn_text_put(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>", LEFT - 6, y + 4, text);
    }
}

static double x_of(const struct tmn_compared *compared, int period) {
    return LEFT + (double)(WIDTH - LEFT - RIGHT) * (period + 0.5) / compared->periods;
}

/* Some of the periods by name, as many as fit. */
static void put_periods(struct tmn_text *out, const struct tmn_compared *compared, double y) {
    int each = compared->by_year ? 1 : 1 + compared->periods / 5;
    while (compared->by_year && compared->periods / each > 8)
        each = each == 1 ? 2 : each == 2 ? 5 : 2 * each;
    for (int p = 0; p < compared->periods; p++) {
        bool named = compared->by_year ? (compared->first_year + p) % each == 0 : p % each == each / 2;
        if (named)
            tmn_text_put(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>", x_of(compared, p), y,
                         tmn_compared_period(out->arena, compared, p));
    }
}

/* ---- lines and bands ---- */

/* What of an effect is drawn: a world's numbers, or the effect. */
enum { EFFECT = TMN_WORLDS };

static double middle_of(const struct tmn_effect *effect, int what) {
    return what == EFFECT ? effect->effect : effect->mean[what];
}

static struct tmn_range band_of(const struct tmn_effect *effect, int what) {
    return what == EFFECT ? effect->range : effect->band[what];
}

static const char *const class_of[] = {"base", "variant", "effect"};

static void put_band(struct tmn_text *out, const struct tmn_compared *compared, const struct axis *axis, int what) {
    bool opened = false;
    for (int i = 0; i < 2 * compared->periods; i++) {
        int p = i < compared->periods ? i : 2 * compared->periods - 1 - i;
        const struct tmn_effect *effect = tmn_effect_at(compared, 0, p);
        struct tmn_range band = band_of(effect, what);
        if (!effect->reached || !isfinite(band.low))
            continue;
        if (!opened)
            tmn_text_put(out, "<path class=\"band %s\" d=\"", class_of[what]);
        tmn_text_put(out, "%s%.1f %.1f", opened ? "L" : "M", x_of(compared, p),
                     at(axis, i < compared->periods ? band.low : band.high));
        opened = true;
    }
    if (opened)
        tmn_text_put(out, "Z\"/>");
}

static void put_line(struct tmn_text *out, const struct tmn_compared *compared, const struct axis *axis, int what) {
    bool opened = false;
    for (int p = 0; p < compared->periods; p++) {
        const struct tmn_effect *effect = tmn_effect_at(compared, 0, p);
        if (!effect->reached)
            continue;
        if (!opened)
            tmn_text_put(out, "<path class=\"line %s\" d=\"", class_of[what]);
        tmn_text_put(out, "%s%.1f %.1f", opened ? "L" : "M", x_of(compared, p), at(axis, middle_of(effect, what)));
        opened = true;
    }
    if (opened)
        tmn_text_put(out, "\"/>");
}

/* Room for what of all periods, from `least` (or lower) on. */
static struct axis room(const struct tmn_compared *compared, int first, int last, int steps, double from, double to) {
    double low = 0, high = 0;
    for (int p = 0; p < compared->periods; p++)
        for (int what = first; what <= last; what++) {
            const struct tmn_effect *effect = tmn_effect_at(compared, 0, p);
            struct tmn_range band = band_of(effect, what);
            if (!effect->reached)
                continue;
            low = fmin(low, fmin(middle_of(effect, what), isfinite(band.low) ? band.low : low));
            high = fmax(high, fmax(middle_of(effect, what), isfinite(band.high) ? band.high : high));
        }
    return axis_of(low, high, steps, from, to);
}

static void put_caption(struct tmn_text *out, const struct tmn_compared *compared, const char *more) {
    tmn_html_put(out, "<figure><figcaption>%s%s</figcaption>",
                 compared->outcome->title ? compared->outcome->title : compared->outcome->name, more);
}

void tmn_compare_put_years(const struct tmn_compare *compare, const struct tmn_compared *compared,
                           struct tmn_text *out) {
    (void)compare;
    int height = TOP + UPPER + GAP + LOWER + FOOT;
    struct axis numbers = room(compared, TMN_BASE, TMN_VARIANT, 4, TOP + UPPER, TOP);
    struct axis effects = room(compared, EFFECT, EFFECT, 2, TOP + UPPER + GAP + LOWER, TOP + UPPER + GAP);
    put_caption(out, compared, "");
    tmn_html_put(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s in both worlds, and the effect\">",
                 WIDTH, height, compared->outcome->name);
    put_axis(out, &numbers);
    for (int w = 0; w < TMN_WORLDS; w++)
        put_band(out, compared, &numbers, w);
    for (int w = 0; w < TMN_WORLDS; w++)
        put_line(out, compared, &numbers, w);
    put_axis(out, &effects);
    put_band(out, compared, &effects, EFFECT);
    put_line(out, compared, &effects, EFFECT);
    tmn_text_put(out, "<text x=\"%d\" y=\"%d\">effect</text>", LEFT + 4, TOP + UPPER + GAP - 8);
    put_periods(out, compared, height - 5);
    tmn_text_put(out, "</svg></figure>\n");
}

/* ---- cells ---- */

/* Levels of a key with any persons in them, as selections; those by place with hidden numbers are left out. */
static int levels_of(const struct tmn_compared *compared, uint32_t first, uint32_t count, uint32_t *selection) {
    int found = 0;
    for (uint32_t s = first; s < first + count && found < CELLS_MAX; s++) {
        const struct tmn_effect *effect = tmn_effect_at(compared, s, compared->periods);
        if (effect->reached && !effect->masked && (effect->mean[TMN_BASE] != 0 || effect->mean[TMN_VARIANT] != 0))
            selection[found++] = s;
    }
    return found;
}

static void put_bar(const struct tmn_compare *compare, const struct tmn_compared *compared, struct tmn_text *out,
                    uint32_t selection, const struct axis *axis, double y) {
    const struct tmn_effect *effect = tmn_effect_at(compared, selection, compared->periods);
    const struct tmn_model *model = compare->options->world[TMN_BASE].model;
    const char *name = tmn_selection_name(out->arena, model, compared->outcome, selection), *level = strchr(name, '=');
    double zero = at(axis, 0), x = at(axis, effect->effect);
    tmn_html_put(out, "<text class=\"name\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", NAMES - 8, (int)y + 4,
                 level ? level + 1 : name);
    tmn_text_put(out, "<rect class=\"bar %s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"11\"/>",
                 effect->effect > 0 ? "more" : "less", fmin(x, zero), y - 5.5, fabs(x - zero));
    if (isfinite(effect->range.low) && !effect->same)
        tmn_text_put(out, "<path class=\"whisker\" d=\"M%.1f %.1fv6m0 -3H%.1fm0 -3v6\"/>", at(axis, effect->range.low),
                     y - 3, at(axis, effect->range.high));
    tmn_text_put(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", WIDTH, y + 4);
    tmn_text_put(out, "%s", tmn_compare_number(out->arena, effect->effect));
    tmn_text_put(out, "</text>");
}

static void put_key(const struct tmn_compare *compare, const struct tmn_compared *compared, struct tmn_text *out,
                    const char *key, uint32_t first, uint32_t count) {
    uint32_t selection[CELLS_MAX];
    int found = levels_of(compared, first, count, selection);
    double low = 0, high = 0;
    if (found == 0)
        return;
    for (int i = 0; i < found; i++) {
        const struct tmn_effect *effect = tmn_effect_at(compared, selection[i], compared->periods);
        bool known = isfinite(effect->range.low);
        low = fmin(low, known ? effect->range.low : effect->effect);
        high = fmax(high, known ? effect->range.high : effect->effect);
    }
    struct axis axis = axis_of(low, high, 4, NAMES, WIDTH - 60);
    int height = found * BAR_ROW + 8;
    put_caption(out, compared, tmn_arena_printf(out->arena, ", by %s", key));
    tmn_html_put(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"effect by %s\">", WIDTH, height, key);
    tmn_text_put(out, "<path class=\"zero\" d=\"M%.1f 0V%d\"/>", at(&axis, 0), height);
    for (int i = 0; i < found; i++)
        put_bar(compare, compared, out, selection[i], &axis, 4 + BAR_ROW * (i + 0.5));
    tmn_text_put(out, "</svg></figure>\n");
}

void tmn_compare_put_cells(const struct tmn_compare *compare, const struct tmn_compared *compared,
                           struct tmn_text *out) {
    const struct tmn_model *model = compare->options->world[TMN_BASE].model;
    uint32_t first = 1;
    for (int k = 0; k < compared->outcome->by.n; k++) {
        const struct tmn_feature *feature = &model->features.items[compared->outcome->by.feature[k]];
        put_key(compare, compared, out, feature->name, first, feature->cardinality);
        first += feature->cardinality;
    }
}
