/* The page of bench: one HTML file that needs nothing else. Targets first, then the machine, the rooflines, where the
 * time went, and other programs. */
#include "report/html.h"
#include "result/result.h"
#include "study/bench.h"

#include <math.h>
#include <string.h>

/* Made by the build (tools/embed.c). */
extern const unsigned char tmn_bench_style[];
extern const size_t tmn_bench_style_bytes;

enum { WIDTH = 220, HEIGHT = 18 };

/* Three digits; large numbers in full, since no power of ten is read as fast. */
static void put_rounded(struct tmn_text *out, double value) {
    double unit = fabs(value) >= 1e3 ? pow(10, floor(log10(fabs(value))) - 2) : 0;
    if (unit > 0)
        tmn_html_number(out, round(value / unit) * unit);
    else
        tmn_html_rounded(out, value, 3);
}

static void put_number(struct tmn_text *out, double value) {
    tmn_text_put(out, "<td class=\"num\">");
    if (isfinite(value))
        put_rounded(out, value);
    tmn_text_put(out, "</td>");
}

static void put_words(struct tmn_text *out, const char *text) {
    tmn_text_put(out, "<td>");
    tmn_html_text(out, text ? text : "");
    tmn_text_put(out, "</td>");
}

static void put_tile(struct tmn_text *out, const char *name, const char *value) {
    tmn_html_put(out, "<div><dt>%s</dt><dd>%s</dd></div>", name, value && *value ? value : "-");
}

static void open_section(struct tmn_text *out, const char *title, const char *lead, const char *head) {
    tmn_html_put(out, "<section><h2>%s</h2>\n<p class=\"muted\">%s</p>\n", title, lead);
    tmn_text_put(out, "<div class=\"scroll\"><table><thead><tr>%s</tr></thead><tbody>\n", head);
}

static void close_section(struct tmn_text *out) {
    tmn_text_put(out, "</tbody></table></div></section>\n");
}

/* ---- figures ---- */

/* A tick, a star, a cross, or nothing. */
static void put_verdict(struct tmn_text *out, const char *verdict) {
    const char *path = strcmp(verdict, "short") == 0      ? "M2 2l12 12M14 2L2 14"
                       : strcmp(verdict, "pass") == 0     ? "M1 8l4 5L15 2"
                       : strcmp(verdict, "moonshot") == 0 ? "M8 1v14M1 8h14M3 3l10 10M13 3L3 13"
                                                          : NULL;
    tmn_text_put(out, "<td><span class=\"verdict\">");
    if (path)
        tmn_text_put(out,
                     "<svg viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\"%s\" fill=\"none\" "
                     "stroke=\"currentColor\" stroke-width=\"2.4\"/></svg>",
                     path);
    tmn_text_put(out, "%s</span></td>", verdict);
}

static void put_figure(struct tmn_text *out, const struct tmn_bench *bench, const struct tmn_bench_figure *figure) {
    const char *verdict = tmn_bench_verdict(bench, figure);
    bool met = strcmp(verdict, "pass") == 0 || strcmp(verdict, "moonshot") == 0;
    tmn_text_put(out, "<tr class=\"%s\"><th scope=\"row\">",
                 met                             ? "pass"
                 : strcmp(verdict, "short") == 0 ? "short"
                                                 : "");
    tmn_html_text(out, figure->name);
    tmn_html_put(out, "<small>%s</small></th><td class=\"num\">", figure->how);
    put_rounded(out, figure->value);
    if (isfinite(figure->error)) {
        tmn_text_put(out, " &plusmn; ");
        put_rounded(out, figure->error);
    }
    tmn_text_put(out, "</td>");
    put_words(out, figure->unit);
    put_number(out, figure->must);
    put_number(out, figure->moonshot);
    put_verdict(out, verdict);
    tmn_text_put(out, "</tr>\n");
}

static void put_figures(struct tmn_text *out, const struct tmn_bench *bench) {
    static const struct {
        const char *name, *title;
    } workloads[TMN_BENCH_WORKLOADS] = {{"W1", "W1: the country, and the frozen load"},
                                        {"W2", "W2: an epidemic in a small world"},
                                        {"W3", "W3: rare events"},
                                        {"W4", "W4: a cascade on a random network"},
                                        {"W5", "W5: everybody, every window"}};
    for (int w = 0; w < TMN_BENCH_WORKLOADS; w++) {
        bool opened = false;
        for (size_t f = 0; f < bench->figures.count; f++) {
            const struct tmn_bench_figure *figure = &bench->figures.items[f];
            if (strcmp(figure->workload, workloads[w].name) != 0)
                continue;
            if (!opened)
                open_section(out, workloads[w].title,
                             "Medians over the turns; ratios are medians of the ratios within a turn.",
                             "<th>figure<th class=\"num\">value<th>unit<th class=\"num\">must<th "
                             "class=\"num\">moonshot<th>verdict");
            opened = true;
            put_figure(out, bench, figure);
        }
        if (opened)
            close_section(out);
    }
}

/* ---- the machine and the rooflines ---- */

static void put_limit(struct tmn_text *out, const char *name, struct tmn_limit limit, double unit, const char *words) {
    tmn_html_put(out, "<tr><th scope=\"row\">%s</th>", name);
    put_number(out, limit.one / unit);
    put_number(out, limit.all / unit);
    put_words(out, words);
    tmn_text_put(out, "</tr>\n");
}

static void put_limits(struct tmn_text *out, const struct tmn_bench *bench) {
    const struct tmn_limits *limits = &bench->limits;
    open_section(out, "What the machine can do",
                 tmn_arena_printf(out->arena, "Measured by this program on %.2f GiB, best of three passes.",
                                  (double)limits->bytes / 0x1p30),
                 tmn_arena_printf(out->arena,
                                  "<th>what<th class=\"num\">1 thread<th class=\"num\">%d "
                                  "threads<th>unit",
                                  limits->threads));
    put_limit(out, "reading on and on", limits->stream_bytes_s, 1e9, "GB/s");
    put_limit(out, "changing in place", limits->in_place_bytes_s, 1e9, "GB/s, counted once");
    put_limit(out, "64-byte lines at random places, huge pages", limits->gather_lines_s, 1e6, "million lines/s");
    put_limit(out, "the same, 4 KiB pages", limits->gather_small_lines_s, 1e6, "million lines/s");
    put_limit(out, "one line after another", (struct tmn_limit){limits->chase_s, (double)NAN}, 1e-9, "ns each");
    close_section(out);
}

static void put_share(struct tmn_text *out, double share) {
    tmn_text_put(
        out,
        "<td class=\"bars\"><svg class=\"bar\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%.1f %%\"><rect "
        "width=\"%d\" height=\"%d\" fill=\"var(--shade)\"/><rect width=\"%.1f\" height=\"%d\" "
        "fill=\"var(--bar)\"/><text x=\"6\" y=\"13\">%.1f %%</text></svg></td>",
        WIDTH, HEIGHT, 100 * share, WIDTH, HEIGHT, WIDTH * fmin(share, 1), HEIGHT, 100 * share);
}

static void put_roofs(struct tmn_text *out, const struct tmn_bench *bench) {
    open_section(out, "Rooflines",
                 "What a run moved at least, over what the machine could have moved: each firing touches its own line "
                 "and those of "
                 "the ties it is counted at, each message one. A run near 100 % can only gain by touching less.",
                 "<th>case<th>limited by<th class=\"num\">achieved<th class=\"num\">limit<th>unit<th>share");
    for (size_t r = 0; r < bench->runs.count; r++) {
        const struct tmn_bench_run *run = &bench->runs.items[r];
        struct tmn_bench_roof roof;
        if (!tmn_bench_roof(bench, run, &roof))
            continue;
        tmn_html_put(out, "<tr><th scope=\"row\">%s<small>%s</small></th>", run->plan->name, run->plan->what);
        put_words(out, roof.name);
        put_number(out, roof.achieved);
        put_number(out, roof.limit);
        put_words(out, roof.unit);
        put_share(out, roof.achieved / roof.limit);
        tmn_text_put(out, "</tr>\n");
    }
    close_section(out);
}

/* ---- where the time went ---- */

static void put_phases(struct tmn_text *out, const struct tmn_bench_run *run) {
    double all = 0, x = 0;
    for (int p = 0; p < TMN_PHASES; p++)
        all += run->phase_s[p];
    tmn_text_put(
        out,
        "<td class=\"bars\"><svg class=\"bar\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"time of each "
        "phase\">",
        WIDTH, HEIGHT);
    for (int p = 0; p < TMN_PHASES; p++) {
        double width = all > 0 ? WIDTH * run->phase_s[p] / all : 0;
        if (width < 1)
            continue;
        tmn_text_put(
            out, "<g><title>%s: %.3g s</title><rect x=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"var(--bar%s)\"/>",
            tmn_phase_names[p], run->phase_s[p], x, width, HEIGHT, p % 2 ? "2" : "");
        if (width > 7.0 * (double)strlen(tmn_phase_names[p]))
            tmn_text_put(out, "<text x=\"%.1f\" y=\"13\">%s</text>", x + 3, tmn_phase_names[p]);
        tmn_text_put(out, "</g>");
        x += width;
    }
    tmn_text_put(out, "</svg></td>");
}

static void put_run(struct tmn_text *out, const struct tmn_bench_run *run) {
    tmn_html_put(out, "<tr><th scope=\"row\">%s<small>%s%s</small></th>", run->plan->name, run->plan->what,
                 run->left_out ? ": left out" : "");
    if (run->turns == 0) {
        tmn_html_put(out, "<td colspan=\"9\">%s</td></tr>\n", run->left_out ? run->left_out : "not run");
        return;
    }
    double step_s = tmn_bench_median(run->step_s, run->turns);
    put_words(out, run->plan->reference ? "reference" : "event");
    put_number(out, run->threads);
    put_number(out, run->persons);
    put_number(out, run->windows);
    put_number(out, tmn_bench_median(run->set_up_s, run->turns));
    put_number(out, step_s);
    put_number(out, (double)run->counters.firings / step_s / 1e6);
    put_number(out, (double)run->bytes / run->persons);
    put_phases(out, run);
    tmn_text_put(out, "</tr>\n");
}

static void put_runs(struct tmn_text *out, const struct tmn_bench *bench) {
    open_section(out, "Cases",
                 "Set-up is making the population and its clocks; bytes are those of the run's state at its end.",
                 "<th>case<th>engine<th class=\"num\">threads<th class=\"num\">persons<th "
                 "class=\"num\">windows<th class=\"num\">set-up, s<th class=\"num\">stepping, s<th "
                 "class=\"num\">firings, M/s<th class=\"num\">bytes/person<th>phases");
    for (size_t r = 0; r < bench->runs.count; r++)
        put_run(out, &bench->runs.items[r]);
    close_section(out);
}

static void put_peers(struct tmn_text *out, const struct tmn_bench *bench) {
    open_section(out, "Other programs",
                 "Run beside ours on the same law where they are installed; else quoted from before, without a ratio, "
                 "since the machine "
                 "was another.",
                 "<th>program<th>workload<th class=\"num\">persons<th class=\"num\">set-up, s<th "
                 "class=\"num\">stepping, s<th class=\"num\">rate<th>of<th class=\"num\">ours over theirs<th "
                 "class=\"num\">bytes/person<th>measured");
    for (size_t p = 0; p < bench->peers.count; p++) {
        const struct tmn_bench_peer *peer = &bench->peers.items[p];
        tmn_html_put(out, "<tr><th scope=\"row\">%s<small>%s</small></th>", peer->program, peer->what);
        put_words(out, peer->workload);
        put_number(out, peer->persons);
        put_number(out, peer->set_up_s);
        put_number(out, peer->step_s);
        put_number(out, tmn_bench_median(peer->rate, peer->turns));
        put_words(out, peer->unit);
        put_number(out, tmn_bench_peer_ratio(peer));
        put_number(out, peer->bytes_per_person);
        put_words(out, peer->here ? tmn_arena_printf(out->arena, "in this run, %s", peer->source) : peer->source);
        tmn_text_put(out, "</tr>\n");
    }
    close_section(out);
}

static void put_head(struct tmn_text *out, const struct tmn_bench *bench) {
    struct tmn_arena *arena = out->arena;
    const struct tmn_bench_options *options = bench->options;
    int met = 0, moonshots = 0, judged = 0;
    for (size_t f = 0; f < bench->figures.count; f++) {
        const char *verdict = tmn_bench_verdict(bench, &bench->figures.items[f]);
        bool moonshot = strcmp(verdict, "moonshot") == 0;
        moonshots += moonshot;
        met += moonshot || strcmp(verdict, "pass") == 0;
        judged += moonshot || strcmp(verdict, "pass") == 0 || strcmp(verdict, "short") == 0;
    }
    tmn_text_put(out, "<h1>%s</h1>\n<dl class=\"tiles\">",
                 bench->stopped   ? "Interrupted: some cases were not run"
                 : options->quick ? "A quick look: nothing is judged at these sizes"
                                  : "How fast");
    if (!options->quick) {
        put_tile(out, "targets met", tmn_arena_printf(arena, "%d of %d", met, judged));
        put_tile(out, "moonshots", tmn_arena_printf(arena, "%d", moonshots));
    }
    put_tile(out, "turns", tmn_arena_printf(arena, "%d", options->turns));
    put_tile(out, "date", bench->date);
    put_tile(out, "commit", options->commit);
    tmn_html_put(out, "</dl>\n<p>%s; tumen %s, %s.</p>\n", bench->machine, options->version, options->compiler);
}

void tmn_bench_html(const struct tmn_bench *bench, struct tmn_text *out) {
    tmn_html_head(out, "tumen bench", (const char *)tmn_bench_style, tmn_bench_style_bytes);
    tmn_text_put(out, "<p class=\"brand\">tumen</p>\n");
    put_head(out, bench);
    put_figures(out, bench);
    put_limits(out, bench);
    put_roofs(out, bench);
    put_runs(out, bench);
    put_peers(out, bench);
    tmn_text_put(out, "</div></body></html>\n");
}
