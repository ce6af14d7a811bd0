/* An attribution as CSV, JSON and a page with a waterfall for each outcome. */
#include "study/attribute.h"

#include "base/pages.h"
#include "report/html.h"
#include "result/csv_cell.h"
#include "result/json.h"
#include "result/result.h"
#include "study/compare.h"
#include "study/json_head.h"
#include <math.h>

/* Made by the build (tools/embed.c): the style of the page of compare serves here too. */
extern const unsigned char tmn_compare_style[];
extern const size_t tmn_compare_style_bytes;

enum { WIDTH = 900, NAMES = 210, NUMBERS = 90, ROW = 28 };

static const struct tmn_outcome *outcome_of(const struct tmn_attribution *attribution,
                                            const struct tmn_attributed *attributed) {
    return &attribution->options->model->outcomes.items[attributed->outcome];
}

/* ---- steps from the year before to the year ---- */

struct step {
    const char *name;
    bool level; /* a number itself, not a difference */
    struct tmn_share_of share;
};

/* The year before, what was under way, each class, the year: [classes + 3]. */
static struct step *steps_of(const struct tmn_attribution *attribution, const struct tmn_attributed *attributed) {
    struct tmn_arena *arena = attribution->arena;
    int year = attribution->year, classes = attribution->classes;
    struct step *step = TMN_NEW_ARRAY(arena, struct step, classes + 3);
    struct tmn_share_of way = attributed->still;
    way.mean -= attributed->before.mean;
    way.range = (struct tmn_range){(double)NAN, (double)NAN};
    step[0] = (struct step){tmn_arena_printf(arena, "%d", year - 1), true, attributed->before};
    step[1] = (struct step){"under way", false, way};
    for (int c = 0; c < classes; c++)
        step[2 + c] = (struct step){attribution->class_name[c], false, attributed->added[c]};
    step[2 + classes] = (struct step){tmn_arena_printf(arena, "%d", year), true, attributed->year};
    return step;
}

void tmn_attribution_csv(const struct tmn_attribution *attribution, struct tmn_text *out) {
    tmn_text_put(out, "outcome,step,kind,value,low,high,masked\n");
    for (size_t o = 0; o < attribution->count; o++) {
        const struct tmn_attributed *attributed = &attribution->outcomes[o];
        const struct step *step = steps_of(attribution, attributed);
        for (int i = 0; i < attribution->classes + 3; i++) {
            tmn_text_put(out, "%s,", outcome_of(attribution, attributed)->name);
            tmn_csv_put_text(out, step[i].name);
            tmn_text_put(out, ",%s", step[i].level ? "level" : i == 1 ? "under way" : "drivers");
            tmn_csv_put_real(out, step[i].share.mean);
            tmn_csv_put_real(out, step[i].share.range.low);
            tmn_csv_put_real(out, step[i].share.range.high);
            tmn_text_put(out, ",%s\n", attributed->masked ? "yes" : "");
        }
    }
}

/* ---- JSON ---- */

static void json_outcome(const struct tmn_attribution *attribution, struct tmn_json *json,
                         const struct tmn_attributed *attributed) {
    const struct step *step = steps_of(attribution, attributed);
    tmn_json_open(json, NULL, '{');
    tmn_json_text(json, "name", outcome_of(attribution, attributed)->name);
    tmn_json_text(json, "title", outcome_of(attribution, attributed)->title);
    tmn_json_bool(json, "masked", attributed->masked);
    tmn_json_open(json, "steps", '[');
    for (int i = 0; i < attribution->classes + 3; i++) {
        tmn_json_open(json, NULL, '{');
        tmn_json_text(json, "name", step[i].name);
        tmn_json_bool(json, "level", step[i].level);
        tmn_json_real(json, "value", step[i].share.mean);
        tmn_json_real(json, "low", step[i].share.range.low);
        tmn_json_real(json, "high", step[i].share.range.high);
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
    tmn_json_close(json, '}');
}

void tmn_attribution_json(const struct tmn_attribution *attribution, struct tmn_text *out) {
    const struct tmn_study_options *options = attribution->options;
    struct tmn_json json;
    char from[16];
    tmn_date_format(attribution->from_day, from);
    tmn_json_init(&json, out);
    tmn_json_open(&json, NULL, '{');
    tmn_json_scenario(&json, options->version, options->model);
    tmn_json_settings(&json, options->assignments, options->assignment_count);
    tmn_json_int(&json, "year", attribution->year);
    tmn_json_text(&json, "from", from);
    tmn_json_int(&json, "seed", (long long)options->seed);
    tmn_json_int(&json, "seeds", attribution->seeds);
    tmn_json_int(&json, "seeds_wanted", options->seeds);
    tmn_json_real(&json, "scale", options->scale);
    tmn_json_bool(&json, "exact", attribution->exact);
    tmn_json_int(&json, "worlds", (long long)attribution->worlds);
    tmn_json_open(&json, "classes", '[');
    for (int c = 0; c < attribution->classes; c++)
        tmn_json_text(&json, NULL, attribution->class_name[c]);
    tmn_json_close(&json, ']');
    tmn_json_open(&json, "unchanged", '[');
    for (int c = 0; c < attribution->still_classes; c++)
        tmn_json_text(&json, NULL, attribution->still_class[c]);
    tmn_json_close(&json, ']');
    tmn_json_open(&json, "outcomes", '[');
    for (size_t o = 0; o < attribution->count; o++)
        json_outcome(attribution, &json, &attribution->outcomes[o]);
    tmn_json_close(&json, ']');
    tmn_json_close(&json, '}');
    tmn_text_put(out, "\n");
}

/* ---- the page ---- */

struct scale {
    double low, high;
};

static double at(struct scale scale, double value) {
    value = fmin(fmax(value, scale.low), scale.high);
    return NAMES + (WIDTH - NAMES - NUMBERS) * (value - scale.low) / (scale.high - scale.low);
}

/* Where each step begins and ends; differences stand on what came before. */
static struct scale place(const struct step *step, int count, double *from, double *to) {
    struct scale scale = {0, 0};
    double level = 0, low = 0, high = 0;
    for (int i = 0; i < count; i++) {
        from[i] = step[i].level ? 0 : level;
        to[i] = level = step[i].level ? step[i].share.mean : level + step[i].share.mean;
        double half = isfinite(step[i].share.range.low) ? step[i].share.range.high - step[i].share.mean : 0;
        scale.low = fmin(scale.low, to[i]);
        scale.high = fmax(scale.high, to[i]);
        low = fmin(low, to[i] - half);
        high = fmax(high, to[i] + half);
    }
    double span = scale.high - scale.low; /* wide whiskers get half as much room again, and are cut there */
    scale.low = fmax(low, scale.low - span / 4);
    scale.high = fmin(high, scale.high + span / 4);
    scale.high = scale.high > scale.low ? scale.high + (scale.high - scale.low) * 0.05 : scale.low + 1;
    return scale;
}

static void put_step(struct tmn_text *out, const struct step *step, struct scale scale, double from, double to,
                     double y) {
    double x = at(scale, from), end = at(scale, to);
    tmn_html_put(out, "<text class=\"name\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", NAMES - 10, (int)y + 18,
                 step->name);
    tmn_text_put(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"16\"/>",
                 step->level ? "part both"
                 : to > from ? "bar more"
                             : "bar less",
                 fmin(x, end), y + 6, fmax(fabs(end - x), 0.5));
    tmn_text_put(out, "<path class=\"axis\" d=\"M%.1f %.1fv%d\"/>", end, y + 6, ROW);
    if (isfinite(step->share.range.low)) {
        double half = step->share.range.high - step->share.mean;
        tmn_text_put(out, "<path class=\"whisker\" d=\"M%.1f %.1fv6m0 -3H%.1fm0 -3v6\"/>", at(scale, to - half), y + 11,
                     at(scale, to + half));
    }
    tmn_text_put(out, "<text class=\"name\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s%s</text>", WIDTH, y + 18,
                 !step->level && step->share.mean > 0 ? "+" : "", tmn_compare_number(out->arena, step->share.mean));
}

static void put_waterfall(const struct tmn_attribution *attribution, struct tmn_text *out,
                          const struct tmn_attributed *attributed) {
    const struct tmn_outcome *outcome = outcome_of(attribution, attributed);
    const struct step *step = steps_of(attribution, attributed);
    int count = attribution->classes + 3;
    double from[TMN_ATTRIBUTION_CLASSES + 3], to[TMN_ATTRIBUTION_CLASSES + 3];
    const char *title = outcome->title ? outcome->title : outcome->name;
    if (attributed->masked) {
        tmn_html_put(out, "<p class=\"muted\">%s: masked, under %d persons of a place.</p>\n", title, TMN_MASK_PERSONS);
        return;
    }
    struct scale scale = place(step, count, from, to);
    tmn_html_put(out,
                 "<figure><figcaption>%s</figcaption><div class=\"scroll\"><svg style=\"min-width:600px\" "
                 "viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"waterfall of %s\">",
                 title, WIDTH, count * ROW + 6, title);
    for (int i = 0; i < count; i++)
        put_step(out, &step[i], scale, from[i], to[i], i * ROW);
    tmn_text_put(out, "</svg></div></figure>\n");
}

static void put_tile(struct tmn_text *out, const char *name, const char *value) {
    tmn_html_put(out, "<div><dt>%s</dt><dd>%s</dd></div>", name, value);
}

static void put_head(const struct tmn_attribution *attribution, struct tmn_text *out) {
    const struct tmn_study_options *options = attribution->options;
    const struct tmn_model *model = options->model;
    char from[16];
    tmn_date_format(attribution->from_day, from);
    tmn_html_put(out, "<p class=\"brand\">tumen</p>\n<h1>What made %d what it was</h1>\n<p class=\"lead\">%s",
                 attribution->year, model->title ? model->title : model->name);
    for (size_t i = 0; i < options->assignment_count; i++)
        tmn_html_put(out, "%s<code>%s</code>", i == 0 ? " with " : ", ", options->assignments[i]);
    tmn_html_put(out, "</p>\n<dl class=\"tiles\">");
    put_tile(out, "seeds", tmn_arena_printf(out->arena, "%d", attribution->seeds));
    put_tile(out, "worlds of each seed", tmn_arena_printf(out->arena, "%zu", attribution->worlds));
    put_tile(out, "share of persons simulated", tmn_arena_printf(out->arena, "%g", options->scale));
    put_tile(out, "drivers are held from", from);
    tmn_html_put(
        out,
        "</dl>\n<p>From the year before to %d in steps. <b>Under way</b> is what would have come had every driver "
        "kept its value: stocks that still flow, ages, habits. Each class of drivers then adds its Shapley value, "
        "the mean over all orders in which the classes may join. Whiskers: 90 %% over seeds. In this model; all "
        "persons are synthetic.</p>\n",
        attribution->year);
    if (attribution->stopped)
        tmn_text_put(out, "<p class=\"warning\">Interrupted: some seeds were not run.</p>\n");
    for (int c = 0; c < attribution->still_classes; c++) {
        tmn_text_put(out, c == 0 ? "<p class=\"muted\">Classes without a change: " : ", ");
        tmn_html_text(out, attribution->still_class[c]);
    }
    tmn_text_put(out, attribution->still_classes > 0 ? ".</p>\n" : "");
}

void tmn_attribution_html(const struct tmn_attribution *attribution, struct tmn_text *out) {
    bool marked = false;
    tmn_html_head(out, "tumen attribute", (const char *)tmn_compare_style, tmn_compare_style_bytes);
    put_head(attribution, out);
    for (size_t o = 0; o < attribution->count; o++)
        marked = marked || outcome_of(attribution, &attribution->outcomes[o])->mark != TMN_MARK_NONE;
    tmn_text_put(out, "<section>\n");
    for (size_t o = 0; o < attribution->count; o++)
        if (!attribution->outcomes[o].repeats &&
            (!marked || outcome_of(attribution, &attribution->outcomes[o])->mark != TMN_MARK_NONE))
            put_waterfall(attribution, out, &attribution->outcomes[o]);
    tmn_text_put(out, "</section>\n</div></body></html>\n");
}

bool tmn_attribution_save(const struct tmn_attribution *attribution, const char *path, struct tmn_error *err) {
    struct tmn_pages pages;
    tmn_pages_init(&pages, attribution->arena);
    tmn_attribution_csv(attribution, tmn_pages_add(&pages, "attribute.csv"));
    tmn_attribution_json(attribution, tmn_pages_add(&pages, "attribute.json"));
    tmn_attribution_html(attribution, tmn_pages_add(&pages, "attribute.html"));
    return tmn_pages_save(&pages, path, err);
}
