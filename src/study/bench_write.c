/* The files of bench: tables as CSV, and all of it as JSON. */
#include "base/pages.h"
#include "result/csv_cell.h"
#include "result/json.h"
#include "result/result.h"
#include "study/bench.h"

#include <math.h>

static void put_cell(struct tmn_text *out, const char *text) {
    tmn_text_put(out, ",");
    tmn_csv_put_text(out, text ? text : "");
}

void tmn_bench_figures_csv(const struct tmn_bench *bench, struct tmn_text *out) {
    tmn_text_put(out, "workload,figure,value,error,unit,must,moonshot,better,verdict,how\n");
    for (size_t f = 0; f < bench->figures.count; f++) {
        const struct tmn_bench_figure *figure = &bench->figures.items[f];
        tmn_csv_put_text(out, figure->workload);
        put_cell(out, figure->name);
        tmn_csv_put_real(out, figure->value);
        tmn_csv_put_real(out, figure->error);
        put_cell(out, figure->unit);
        tmn_csv_put_real(out, figure->must);
        tmn_csv_put_real(out, figure->moonshot);
        bool target = isfinite(figure->must) || isfinite(figure->moonshot);
        put_cell(out, !target ? "" : figure->lower ? "lower" : "higher");
        put_cell(out, tmn_bench_verdict(bench, figure));
        put_cell(out, figure->how);
        tmn_text_put(out, "\n");
    }
}

static void put_run_csv(const struct tmn_bench *bench, const struct tmn_bench_run *run, struct tmn_text *out) {
    struct tmn_bench_roof roof = {"", "", (double)NAN, (double)NAN};
    tmn_bench_roof(bench, run, &roof);
    tmn_csv_put_text(out, run->plan->workload);
    put_cell(out, run->plan->name);
    put_cell(out, run->plan->what);
    put_cell(out, run->plan->reference ? "reference" : "event");
    const double numbers[] = {run->threads,
                              run->persons,
                              run->rows,
                              run->windows,
                              run->turns,
                              run->read_s,
                              tmn_bench_median(run->set_up_s, run->turns),
                              tmn_bench_median(run->step_s, run->turns),
                              (double)run->counters.firings,
                              (double)run->counters.messages_delivered,
                              run->reaimed,
                              (double)run->bytes,
                              (double)run->peak_bytes};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        tmn_csv_put_real(out, run->turns > 0 ? numbers[i] : (double)NAN);
    for (int p = 0; p < TMN_PHASES; p++)
        tmn_csv_put_real(out, run->turns > 0 ? run->phase_s[p] : (double)NAN);
    put_cell(out, roof.name);
    put_cell(out, roof.unit);
    tmn_csv_put_real(out, roof.achieved);
    tmn_csv_put_real(out, roof.limit);
    tmn_text_put(out, ",");
    for (int t = 0; t < run->turns; t++)
        tmn_text_put(out, "%s%.6f", t ? " " : "", run->step_s[t]);
    put_cell(out, run->left_out);
    tmn_text_put(out, "\n");
}

void tmn_bench_runs_csv(const struct tmn_bench *bench, struct tmn_text *out) {
    tmn_text_put(out, "workload,case,what,engine,threads,persons,rows,windows,turns,read_s,set_up_s,step_s,firings,"
                      "messages_delivered,reaimed,bytes,peak_bytes");
    for (int p = 0; p < TMN_PHASES; p++)
        tmn_text_put(out, ",%s_s", tmn_phase_names[p]);
    tmn_text_put(out, ",roof,roof_unit,achieved,limit,step_s_of_turns,left_out\n");
    for (size_t r = 0; r < bench->runs.count; r++)
        put_run_csv(bench, &bench->runs.items[r], out);
}

void tmn_bench_peers_csv(const struct tmn_bench *bench, struct tmn_text *out) {
    tmn_text_put(out, "program,workload,what,persons,set_up_s,step_s,rate,unit,ours,ratio,bytes_per_person,measured,"
                      "source\n");
    for (size_t p = 0; p < bench->peers.count; p++) {
        const struct tmn_bench_peer *peer = &bench->peers.items[p];
        double ratio = tmn_bench_peer_ratio(peer);
        tmn_csv_put_text(out, peer->program);
        put_cell(out, peer->workload);
        put_cell(out, peer->what);
        tmn_csv_put_real(out, peer->persons);
        tmn_csv_put_real(out, peer->set_up_s);
        tmn_csv_put_real(out, peer->step_s);
        tmn_csv_put_real(out, tmn_bench_median(peer->rate, peer->turns));
        put_cell(out, peer->unit);
        tmn_csv_put_real(out, peer->here ? tmn_bench_median(peer->ours, peer->turns) : (double)NAN);
        tmn_csv_put_real(out, ratio);
        tmn_csv_put_real(out, peer->bytes_per_person);
        put_cell(out, peer->here ? "in this run" : "elsewhere");
        put_cell(out, peer->source);
        tmn_text_put(out, "\n");
    }
}

/* ---- JSON ---- */

static void put_limit(struct tmn_json *json, const char *key, struct tmn_limit limit) {
    tmn_json_open(json, key, '[');
    tmn_json_real(json, NULL, limit.one);
    tmn_json_real(json, NULL, limit.all);
    tmn_json_close(json, ']');
}

static void put_limits(struct tmn_json *json, const struct tmn_limits *limits) {
    tmn_json_open(json, "limits", '{');
    tmn_json_int(json, "threads", limits->threads);
    tmn_json_int(json, "bytes_walked", (long long)limits->bytes);
    put_limit(json, "stream_bytes_s", limits->stream_bytes_s);
    put_limit(json, "in_place_bytes_s", limits->in_place_bytes_s);
    put_limit(json, "gather_lines_s", limits->gather_lines_s);
    put_limit(json, "gather_small_lines_s", limits->gather_small_lines_s);
    tmn_json_real(json, "chase_s", limits->chase_s);
    tmn_json_close(json, '}');
}

static void put_figures(struct tmn_json *json, const struct tmn_bench *bench) {
    tmn_json_open(json, "figures", '[');
    for (size_t f = 0; f < bench->figures.count; f++) {
        const struct tmn_bench_figure *figure = &bench->figures.items[f];
        tmn_json_open(json, NULL, '{');
        tmn_json_text(json, "workload", figure->workload);
        tmn_json_text(json, "figure", figure->name);
        tmn_json_real(json, "value", figure->value);
        tmn_json_real(json, "error", figure->error);
        tmn_json_text(json, "unit", figure->unit);
        tmn_json_real(json, "must", figure->must);
        tmn_json_real(json, "moonshot", figure->moonshot);
        tmn_json_text(json, "verdict", tmn_bench_verdict(bench, figure));
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
}

static void put_runs(struct tmn_json *json, const struct tmn_bench *bench) {
    tmn_json_open(json, "runs", '[');
    for (size_t r = 0; r < bench->runs.count; r++) {
        const struct tmn_bench_run *run = &bench->runs.items[r];
        tmn_json_open(json, NULL, '{');
        tmn_json_text(json, "workload", run->plan->workload);
        tmn_json_text(json, "case", run->plan->name);
        tmn_json_text(json, "left_out", run->left_out);
        tmn_json_int(json, "turns", run->turns);
        if (run->turns > 0) {
            tmn_json_int(json, "threads", run->threads);
            tmn_json_int(json, "persons", run->persons);
            tmn_json_int(json, "windows", run->windows);
            tmn_json_real(json, "set_up_s", tmn_bench_median(run->set_up_s, run->turns));
            tmn_json_real(json, "step_s", tmn_bench_median(run->step_s, run->turns));
            tmn_json_int(json, "firings", (long long)run->counters.firings);
            tmn_json_int(json, "messages_delivered", (long long)run->counters.messages_delivered);
            tmn_json_int(json, "reaimed", (long long)run->reaimed);
            tmn_json_int(json, "bytes", (long long)run->bytes);
            tmn_json_int(json, "peak_bytes", (long long)run->peak_bytes);
            tmn_json_open(json, "phase_s", '{');
            for (int p = 0; p < TMN_PHASES; p++)
                tmn_json_real(json, tmn_phase_names[p], run->phase_s[p]);
            tmn_json_close(json, '}');
        }
        tmn_json_close(json, '}');
    }
    tmn_json_close(json, ']');
}

void tmn_bench_json(const struct tmn_bench *bench, struct tmn_text *out) {
    const struct tmn_bench_options *options = bench->options;
    struct tmn_json json;
    tmn_json_init(&json, out);
    tmn_json_open(&json, NULL, '{');
    tmn_json_text(&json, "date", bench->date);
    tmn_json_text(&json, "machine", bench->machine);
    tmn_json_text(&json, "version", options->version);
    tmn_json_text(&json, "compiler", options->compiler);
    tmn_json_text(&json, "commit", options->commit);
    tmn_json_int(&json, "threads", options->threads);
    tmn_json_int(&json, "turns", options->turns);
    tmn_json_bool(&json, "quick", options->quick);
    tmn_json_bool(&json, "complete", !bench->stopped);
    put_limits(&json, &bench->limits);
    put_figures(&json, bench);
    put_runs(&json, bench);
    tmn_json_close(&json, '}');
    tmn_text_put(out, "\n");
}

bool tmn_bench_save(const struct tmn_bench *bench, const char *path, struct tmn_error *err) {
    struct tmn_pages pages;
    tmn_pages_init(&pages, bench->arena);
    tmn_bench_figures_csv(bench, tmn_pages_add(&pages, "figures.csv"));
    tmn_bench_runs_csv(bench, tmn_pages_add(&pages, "runs.csv"));
    tmn_bench_peers_csv(bench, tmn_pages_add(&pages, "peers.csv"));
    tmn_bench_json(bench, tmn_pages_add(&pages, "bench.json"));
    tmn_bench_html(bench, tmn_pages_add(&pages, "bench.html"));
    return tmn_pages_save(&pages, path, err);
}
