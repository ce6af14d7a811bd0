/* G accumulated: where a person stands among the sums of a transition, and who has to look when something changes.
 *
 * Sums are modulo 2^64: only what was added since a clock was aimed counts, and that is less than what was left of it.
 * Where G reads age, each combination of birth year and week has a sum of its own and walks through the ages. */
#include "engine/rooms.h"

/* ---- where a row stands ---- */

/* The shared stratum; where G reads age, its index without age and the stratum at age 0 of each. */
static void make_shared(struct tmn_run *run, const struct tmn_strata *strata, struct tmn_accrual *accrual) {
    struct tmn_strata rest = *strata;
    int age = run->model->age_feature;
    rest.n = 0;
    rest.size = 1;
    for (int i = 0; i < strata->n; i++) {
        if (strata->feature[i] == age) {
            accrual->age_stride = strata->stride[i];
            continue;
        }
        rest.feature[rest.n] = strata->feature[i];
        rest.stride[rest.n++] = rest.size;
        rest.size *= run->model->features.items[strata->feature[i]].cardinality;
    }
    accrual->others = rest.size;
    if (accrual->age_stride == 0) {
        tmn_key_make(run, strata, &accrual->shared);
        return;
    }
    tmn_key_make(run, &rest, &accrual->shared);
    accrual->base = TMN_NEW_ARRAY(&run->arena, uint32_t, rest.size);
    for (uint32_t other = 0; other < rest.size; other++)
        for (int i = 0, j = 0; i < strata->n; i++)
            if (strata->feature[i] != age) {
                uint32_t level = other / rest.stride[j] % run->model->features.items[rest.feature[j]].cardinality;
                accrual->base[other] += level * strata->stride[i];
                j++;
            }
}

/* ---- what depends on what ---- */

static void mark(uint64_t *set, size_t transition) {
    set[transition / 64] |= UINT64_C(1) << transition % 64;
}

static void mark_strata(struct tmn_run *run, size_t transition, const struct tmn_strata *strata) {
    const struct tmn_model *model = run->model;
    size_t words = run->clock_watch.words;
    for (int i = 0; i < strata->n; i++) {
        const struct tmn_feature *feature = &model->features.items[strata->feature[i]];
        if (feature->kind != TMN_FEATURE_COUNTER) {
            tmn_watch_feature(run, &run->clock_watch, transition, strata->feature[i]);
            continue;
        }
        const struct tmn_counter *counter = &model->counters.items[feature->index];
        mark(run->reads_counter + (size_t)feature->index * words, transition);
        run->counter_read[feature->index] = true;
        if (counter->share > 0) { /* which changes with the living ties too */
            mark(run->reads_counter + (size_t)counter->degree * words, transition);
            run->counter_read[counter->degree] = true;
        }
        mark(run->reads_any_counter, transition);
    }
}

/* The bits of packed attributes that a transition watches. */
static struct tmn_packed bits_read(const struct tmn_run *run, size_t transition) {
    const struct tmn_model *model = run->model;
    const struct tmn_watch *watch = &run->clock_watch;
    struct tmn_packed bits = {{0, 0}};
    for (size_t a = 0; a < model->attributes.count; a++)
        if (watch->bits[a * watch->words + transition / 64] >> transition % 64 & 1)
            bits.word[model->attributes.items[a].word] |= run->attribute_bits[a];
    return bits;
}

/* The bits that say where a person stands among the sums. */
static struct tmn_packed bits_placing(const struct tmn_run *run, const struct tmn_strata *shared) {
    const struct tmn_model *model = run->model;
    struct tmn_packed bits = {{0, 0}};
    for (int i = 0; i < shared->n; i++) {
        const struct tmn_feature *it = &model->features.items[shared->feature[i]];
        int a = it->kind == TMN_FEATURE_MAP   ? model->maps.items[it->index].of
                : it->kind == TMN_FEATURE_AGE ? model->birth_year
                                              : it->index;
        bits.word[model->attributes.items[a].word] |= run->attribute_bits[a];
    }
    return bits;
}

static void make_dependents(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    tmn_watch_make(run, &run->clock_watch, run->transitions);
    size_t words = run->clock_watch.words;
    run->reads_counter = TMN_NEW_ARRAY(&run->arena, uint64_t, model->counters.count * words + 1);
    run->reads_any_counter = TMN_NEW_ARRAY(&run->arena, uint64_t, words + 1);
    for (size_t t = 0; t < run->transitions; t++) {
        mark_strata(run, t, &model->transitions.items[t].personal);
        mark_strata(run, t, &model->transitions.items[t].shared);
        run->rule[t].reads = bits_read(run, t);
    }
    tmn_moves_make(run, &run->clock_moves, &run->clock_watch, &run->clocks);
    for (int w = 0; w < run->workers; w++) {
        run->worker[w].affected = TMN_NEW_ARRAY(&run->arena, uint64_t, words + 1);
        run->worker[w].touched_at =
            TMN_NEW_ARRAY(&run->arena, uint32_t, model->counters.count > 0 ? block_rows(run) : 1);
    }
}

void tmn_accruals_make(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    make_dependents(run);
    run->present = TMN_NEW_ARRAY(&run->arena, uint8_t, (size_t)run->blocks * run->transitions * present_bytes(run) + 1);
    run->accrual = TMN_NEW_ARRAY(&run->arena, struct tmn_accrual, run->transitions + 1);
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_transition *transition = &model->transitions.items[t];
        struct tmn_accrual *accrual = &run->accrual[t];
        tmn_key_make(run, &transition->personal, &accrual->personal);
        make_shared(run, &transition->shared, accrual);
        accrual->placed_by = bits_placing(run, &transition->shared);
        size_t cohorts = accrual->base == NULL ? 1
                                               : (size_t)model->attributes.items[model->birth_year].levels *
                                                     (size_t)model->calendar.windows_per_year;
        accrual->sums = cohorts * accrual->others;
        accrual->sum = TMN_NEW_ARRAY(&run->arena, uint64_t, accrual->sums);
    }
    run->turnover = TMN_NEW_ARRAY(&run->arena, struct tmn_turnover, run->transitions + 1);
    tmn_forecasts_make(run);
    tmn_queues_make(run);
    while (run->transitions > (size_t)1 << run->note_bits)
        run->note_bits++;
    run->refill.transition = TMN_NEW_ARRAY(&run->arena, uint16_t, run->transitions + 1);
    run->refill.slot = TMN_NEW_ARRAY(&run->arena, uint16_t, run->slots + 1);
    run->refill.of = TMN_NEW_ARRAY(&run->arena, uint16_t, run->slots * SHARERS + 1);
    for (int w = 0; w < run->workers; w++) {
        run->worker[w].group = TMN_NEW_ARRAY(&run->arena, uint8_t, (run->transitions + 1) * 64);
        run->worker[w].batch = TMN_NEW(&run->arena, struct tmn_batch);
        run->worker[w].group_count = TMN_NEW_ARRAY(&run->arena, uint8_t, run->transitions + 1);
        run->worker[w].due_transition = TMN_NEW_ARRAY(&run->arena, uint16_t, run->transitions + 1);
        run->worker[w].due_last = TMN_NEW_ARRAY(&run->arena, uint32_t, run->transitions + 1);
        for (size_t t = 0; t < run->transitions; t++)
            run->worker[w].due_last[t] = NOT_DUE;
    }
}

/* ---- sums ---- */

/* Cohorts side by side that are of one age: `count` weeks of birth. */
static void advance_weeks(const struct tmn_accrual *accrual, const uint64_t *of_age, uint64_t *sum, int count) {
    for (uint32_t other = 0; other < accrual->others; other++) {
        uint64_t step = tmn_steady_c(of_age[accrual->base[other]]);
        for (size_t i = other; step > 0 && i < (size_t)count * accrual->others; i += accrual->others)
            sum[i] += step;
    }
}

/* In a year's window those born in a week up to it are a year older than the others of their birth year. */
static void advance_by_age(const struct tmn_run *run, const struct tmn_accrual *accrual, const uint64_t *g) {
    const struct tmn_model *model = run->model;
    const struct tmn_attribute *birth_year = &model->attributes.items[model->birth_year];
    int weeks = model->calendar.windows_per_year, older = run->now.in_year + 1;
    uint64_t *sum = accrual->sum;
    for (uint32_t level = 0; level < birth_year->levels; level++)
        for (int week = 0, next; week < weeks; week = next) {
            uint32_t age = tmn_age(run->now.year, run->now.in_year, birth_year->first + (int)level, (uint32_t)week);
            next = week < older && older < weeks ? older : weeks;
            advance_weeks(accrual, g + accrual->age_stride * age, sum, next - week);
            sum += (size_t)(next - week) * accrual->others;
        }
}

void tmn_sums_advance(struct tmn_run *run) {
    for (size_t t = 0; t < run->transitions; t++) {
        const struct tmn_accrual *accrual = &run->accrual[t];
        const uint64_t *g = run->rule[t].g;
        if (accrual->base != NULL)
            advance_by_age(run, accrual, g);
        else
            for (uint32_t s = 0; s < accrual->others; s++)
                accrual->sum[s] += tmn_steady_c(g[s]);
    }
}
