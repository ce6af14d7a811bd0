/* Drivers over time as SVG; see line.h. Coordinates are whole tenths of a pixel, so that no rounding of text differs.
 */
#include "report/line.h"
#include "report/html.h"

#include <math.h>

enum { WIDTH = 2400, HEIGHT = 400, MARGIN = 20 /* tenths of a pixel */, PLACES_MAX = 24 };
enum pick { PICK_SLOT, PICK_LOWEST, PICK_HIGHEST };

struct line {
    struct tmn_text *out;
    const struct tmn_driver *driver;
    int windows;
};

static double value_at(const struct line *line, int window, uint32_t slot, enum pick pick) {
    const double *value = line->driver->value + (size_t)window * line->driver->slots;
    if (pick == PICK_SLOT)
        return value[slot];
    double best = value[0];
    for (uint32_t s = 1; s < line->driver->slots; s++)
        best = (pick == PICK_LOWEST ? value[s] < best : value[s] > best) ? value[s] : best;
    return best;
}

static int height_of(const struct line *line, double value) {
    double span = line->driver->high - line->driver->low;
    double share = span > 0 ? (value - line->driver->low) / span : 0.5;
    return HEIGHT - MARGIN - (int)floor(share * (HEIGHT - 2 * MARGIN) + 0.5);
}

static void put_tenths(struct tmn_text *out, int tenths) {
    if (tenths % 10)
        tmn_text_put(out, "%d.%d", tenths / 10, tenths % 10);
    else
        tmn_text_put(out, "%d", tenths / 10);
}

static void put_to(struct tmn_text *out, const char *command, int tenths) {
    tmn_text_put(out, "%s", command);
    put_tenths(out, tenths);
}

/* Steps where the driver steps; straight lines where it is interpolated, with at most one point for each pixel and a
 * half of a slope. */
static void put_path(const struct line *line, uint32_t slot, enum pick pick) {
    bool linear = line->driver->linear;
    int drawn_x = 0, drawn_y = height_of(line, value_at(line, 0, slot, pick)), flat_x = 0; /* flat until there */
    put_to(line->out, "<path d=\"M0 ", drawn_y);
    for (int w = 1; w <= line->windows; w++) {
        int x = (int)((long long)w * WIDTH / line->windows);
        int y = height_of(line, value_at(line, w < line->windows ? w : w - 1, slot, pick));
        if (w < line->windows && y == drawn_y) {
            flat_x = x;
            continue;
        }
        if (w < line->windows && linear && x - (flat_x > drawn_x ? flat_x : drawn_x) < 15)
            continue;
        if (!linear || y == drawn_y) {
            put_to(line->out, "H", x);
            if (y != drawn_y)
                put_to(line->out, "V", y);
        } else {
            if (flat_x > drawn_x)
                put_to(line->out, "H", flat_x);
            put_to(line->out, "L", x);
            put_to(line->out, " ", y);
        }
        drawn_x = x, drawn_y = y;
    }
    tmn_text_put(line->out, "\"/>");
}

void tmn_line_put(struct tmn_text *out, const struct tmn_model *model, const struct tmn_driver *driver) {
    struct line line = {out, driver, model->calendar.windows};
    tmn_html_put(out, "<svg class=\"line\" viewBox=\"0 0 240 40\" role=\"img\" aria-label=\"%s over time\">",
                 driver->name);
    if (driver->slots == 1) {
        put_path(&line, 0, PICK_SLOT);
    } else if (driver->slots <= PLACES_MAX) {
        for (uint32_t s = 0; s < driver->slots; s++)
            put_path(&line, s, PICK_SLOT);
    } else {
        put_path(&line, 0, PICK_LOWEST);
        put_path(&line, 0, PICK_HIGHEST);
    }
    tmn_text_put(out, "</svg>");
}
