/* What a run says to an experiment: figures of outcomes over spans, and the measure made of them. */
#include "study/claims.h"

#include "base/real.h"
#include "result/result.h"
#include <math.h>

static bool selected(const struct tmn_model *model, const struct tmn_outcome *outcome, const int64_t *cell,
                     uint32_t index) {
    for (int k = 0; k < outcome->by.n; k++) {
        uint32_t level = index / outcome->by.stride[k] % model->features.items[outcome->by.feature[k]].cardinality;
        if (cell[k] >= 0 && cell[k] != (int64_t)level)
            return false;
    }
    return true;
}

/* Cells added up (of a feedback variable: their mean); over the periods that begin within the span: of flows the sum,
 * else the mean. */
struct tmn_figure_of_run tmn_claim_figure(const struct tmn_model *model, const struct tmn_output *output, int index,
                                          const int64_t *cell, struct tmn_span span) {
    const struct tmn_outcome *outcome = &model->outcomes.items[index];
    const struct tmn_output_series *series = &output->series[index];
    bool feedback = outcome->kind == TMN_OUTCOME_FEEDBACK;
    struct tmn_figure_of_run sum = {0, 0};
    int periods = 0, cells = 0;
    for (uint32_t c = 0; c < series->cells; c++)
        cells += selected(model, outcome, cell, c);
    for (int p = 0; p < series->periods; p++) {
        if (series->first_day[p] < span.from_day || series->first_day[p] > span.to_day)
            continue;
        periods++;
        for (uint32_t c = 0; c < series->cells; c++) {
            size_t at = (size_t)p * series->cells + c;
            if (!selected(model, outcome, cell, c))
                continue;
            sum.value += series->value[at];
            sum.simulated += feedback ? 0 : series->simulated[at];
        }
    }
    double over = feedback ? (double)periods * cells : outcome->kind == TMN_OUTCOME_STOCK ? periods : 1;
    sum.value /= over;
    sum.simulated = feedback ? HUGE_VAL : sum.simulated / over;
    return periods > 0 ? sum : (struct tmn_figure_of_run){(double)NAN, 0};
}

/* Half a simulated person, added to counts whose logs are taken. */
static double half_person(const struct tmn_model *model, const struct tmn_output *output, int outcome) {
    return model->outcomes.items[outcome].kind == TMN_OUTCOME_FEEDBACK ? 0 : output->weight / 2;
}

static struct tmn_figure_of_run measured(const struct tmn_model *model, const struct tmn_experiment *experiment,
                                         const struct tmn_measured *of, struct tmn_span span,
                                         const struct tmn_output *output) {
    struct tmn_figure_of_run value = tmn_claim_figure(model, output, of->outcome, of->cell, span);
    enum tmn_outcome_kind kind = model->outcomes.items[of->outcome].kind;
    if (experiment->log)
        value.value += half_person(model, output, of->outcome);
    if (of->over >= 0) {
        struct tmn_figure_of_run over = tmn_claim_figure(model, output, of->over, of->over_cell, span);
        value.value /= over.value + (experiment->log ? half_person(model, output, of->over) : 0);
        value.simulated = fmin(value.simulated, over.simulated);
    } else if (experiment->before.to_day >= experiment->before.from_day &&
               (kind == TMN_OUTCOME_FLOW || kind == TMN_OUTCOME_FIRINGS)) {
        value.value /= tmn_years_between(span.from_day, span.to_day); /* times of other lengths are held together */
    }
    if (experiment->log)
        value.value = tmn_log(value.value);
    return value;
}

static void take_away(struct tmn_figure_of_run *from, struct tmn_figure_of_run what) {
    from->value -= what.value;
    from->simulated = fmin(from->simulated, what.simulated);
}

struct tmn_figure_of_run tmn_experiment_in_world(const struct tmn_model *model, const struct tmn_experiment *experiment,
                                                 const struct tmn_output *output) {
    struct tmn_figure_of_run value = measured(model, experiment, &experiment->figure, experiment->span, output);
    bool before = experiment->before.to_day >= experiment->before.from_day;
    struct tmn_figure_of_run rest = {0, HUGE_VAL};
    if (before)
        take_away(&value, measured(model, experiment, &experiment->figure, experiment->before, output));
    if (experiment->against.outcome < 0)
        return value;
    rest = measured(model, experiment, &experiment->against, experiment->span, output);
    if (before)
        take_away(&rest, measured(model, experiment, &experiment->against, experiment->before, output));
    take_away(&value, rest);
    return value;
}

bool tmn_claim_masked(const struct tmn_model *model, const struct tmn_experiment *experiment, double persons) {
    const struct tmn_measured *of[] = {&experiment->figure, &experiment->against};
    bool masked = false;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        if (of[i]->outcome < 0)
            continue;
        masked = masked || tmn_result_masked(model, &model->outcomes.items[of[i]->outcome], of[i]->cell, persons) ||
                 (of[i]->over >= 0 &&
                  tmn_result_masked(model, &model->outcomes.items[of[i]->over], of[i]->over_cell, persons));
    }
    return masked;
}

double tmn_claim_effect(const struct tmn_model *model, const struct tmn_experiment *experiment,
                        const struct tmn_claim_row_worlds *asked, const struct tmn_output *outputs,
                        struct tmn_claim_seen *seen) {
    struct tmn_figure_of_run value[TMN_CLAIM_ROLES];
    *seen = (struct tmn_claim_seen){0, HUGE_VAL};
    for (int r = TMN_CLAIM_BASE; r <= TMN_CLAIM_THAN; r++) {
        value[r] = asked->world[r] < 0 ? (struct tmn_figure_of_run){0, 0}
                                       : tmn_experiment_in_world(model, experiment, &outputs[asked->world[r]]);
        seen->most_simulated = fmax(seen->most_simulated, value[r].simulated);
        if (asked->world[r] >= 0)
            seen->fewest = fmin(seen->fewest, value[r].simulated * outputs[asked->world[r]].weight);
    }
    if (asked->world[TMN_CLAIM_LEVER] < 0)
        return value[TMN_CLAIM_BASE].value;
    if (asked->world[TMN_CLAIM_THAN] >= 0)
        return value[TMN_CLAIM_LEVER].value - value[TMN_CLAIM_THAN].value;
    double alone = value[TMN_CLAIM_LEVER].value - value[TMN_CLAIM_BASE].value;
    if (asked->world[TMN_CLAIM_WITH] >= 0)
        return (value[TMN_CLAIM_BOTH].value - value[TMN_CLAIM_WITH].value) - alone;
    return alone;
}
