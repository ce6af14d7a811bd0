/* What the writer and the reader of checkpoints must agree on: see checkpoint_format.h. */
#include "engine/checkpoint_format.h"

#include "base/text.h"
#include <stdlib.h>

const struct checkpoint_field_kind tmn_checkpoint_fields[FIELDS] = {
#define X(code, name, kind) {name, kind},
    CHECKPOINT_FIELDS(X)
#undef X
};

/* ---- numbers ---- */

static bool tallies(struct tmn_run *run, checkpoint_part_fn *fn, void *context) {
    struct tmn_counters_of_run *c = &run->counters;
    uint64_t *const items[] = {&c->firings,
                               &c->used_up,
                               &c->messages_sent,
                               &c->messages_delivered,
                               &c->messages_to_absent,
                               &c->births,
                               &c->births_elsewhere,
                               &c->overshoots,
                               &c->clamped,
                               &c->k_overflows,
                               &c->event_firings};
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        if (!fn(context, items[i], 1, sizeof *items[i]))
            return false;
    return fn(context, c->transition_firings, run->transitions, sizeof *c->transition_firings);
}

/* Finished and unfinished periods up to the last window: values, then simulated persons, outcome by outcome. */
static bool series(struct tmn_run *run, checkpoint_part_fn *fn, void *context) {
    for (size_t o = 0; o < run->model->outcomes.count; o++) {
        struct tmn_series done = tmn_run_series(run, (int)o);
        size_t count = (size_t)done.periods * done.cells;
        if (!fn(context, run->outcome[o].value, count, sizeof(double)) ||
            !fn(context, run->outcome[o].simulated, count, sizeof(double)))
            return false;
    }
    return true;
}

static bool event_clocks(struct tmn_run *run, bool ordinals, checkpoint_part_fn *fn, void *context) {
    for (size_t e = 0; e < run->model->events.count; e++) {
        struct tmn_event_rule *event = &run->event[e];
        if (!(ordinals ? fn(context, event->k, event->slots, sizeof *event->k)
                       : fn(context, event->left, event->slots, sizeof *event->left)))
            return false;
    }
    return true;
}

bool tmn_checkpoint_parts(struct tmn_run *run, enum checkpoint_field_id field, checkpoint_part_fn *fn, void *context) {
    switch (field) {
    case FIELD_PARAMETERS:
        return fn(context, run->parameter, run->model->parameters.count, sizeof *run->parameter);
    case FIELD_FEEDBACK:
        return fn(context, run->feedback, run->model->feedback_slots, sizeof *run->feedback);
    case FIELD_EVENT_LEFT:
    case FIELD_EVENT_ORDINALS:
        return event_clocks(run, field == FIELD_EVENT_ORDINALS, fn, context);
    case FIELD_CUMULATIVE:
        return fn(context, run->cumulative, run->cells, sizeof *run->cumulative);
    case FIELD_PERIOD:
        return fn(context, run->period, run->cells, sizeof *run->period);
    case FIELD_SERIES:
        return series(run, fn, context);
    case FIELD_TALLIES:
        return tallies(run, fn, context);
    default:
        return true;
    }
}

static bool add_count(void *context, void *items, size_t count, size_t size) {
    (void)items;
    (void)size;
    *(uint64_t *)context += count;
    return true;
}

uint64_t tmn_checkpoint_count(struct tmn_run *run, enum checkpoint_field_id field) {
    uint64_t count = 0;
    tmn_checkpoint_parts(run, field, add_count, &count);
    return count;
}

/* ---- columns ---- */

bool tmn_checkpoint_piece_room(struct checkpoint_piece *piece, size_t count) {
    if (count <= piece->capacity)
        return true;
    size_t capacity = count < 2 * piece->capacity ? 2 * piece->capacity : count;
    uint8_t *bytes = realloc(piece->bytes, capacity);
    if (bytes == NULL) {
        piece->starved = true;
        return false;
    }
    piece->bytes = bytes;
    piece->capacity = capacity;
    return true;
}

struct checkpoint_words tmn_checkpoint_words(const struct tmn_model *model) {
    struct checkpoint_words words = {{0, 0}, {0, 0}};
    for (size_t a = 0; a < model->attributes.count; a++) {
        const struct tmn_attribute *attribute = &model->attributes.items[a];
        size_t bytes = ((size_t)attribute->shift + attribute->bits + 7) / 8;
        words.mask[attribute->word] |= ((UINT64_C(1) << attribute->bits) - 1u) << attribute->shift;
        if (bytes > words.bytes[attribute->word])
            words.bytes[attribute->word] = bytes;
    }
    return words;
}

/* ---- what the run was made of ---- */

enum { SAMPLE_ROWS = 1024 };

static uint64_t chain(uint64_t hash, uint64_t value) {
    return tmn_mix64(hash ^ value) + UINT64_C(0x9e3779b97f4a7c15);
}

uint64_t tmn_checkpoint_world_hash(const struct tmn_run *run) {
    const struct tmn_world *world = run->world;
    uint64_t hash = chain(chain(chain(0, world->rows), world->persons), (uint64_t)world->weight);
    hash = chain(chain(hash, (uint64_t)run->start_digest), (uint64_t)(run->start_digest >> 64));
    hash = chain(chain(chain(hash, world->households), world->units), world->national_reserve);
    for (uint32_t place = 0; place < world->places; place++)
        hash = chain(chain(hash, world->place_first[place]), world->place_reserve[place]);
    uint32_t step = world->rows / SAMPLE_ROWS + 1;
    for (uint32_t row = 0; row < world->rows; row += step)
        for (size_t l = 0; l < run->model->layers.count; l++) {
            uint32_t *ties = run->worker[0].teller.tie, count = tmn_layer_ties(world, (int)l, row, ties);
            hash = chain(hash, count);
            for (uint32_t i = 0; i < count; i++)
                hash = chain(hash, ties[i]);
        }
    step = world->households / SAMPLE_ROWS + 1;
    for (uint32_t household = 0; household < world->households; household += step)
        hash = chain(hash, world->household_first[household]);
    return hash;
}

void tmn_checkpoint_layout(const struct tmn_run *run, struct tmn_text *text) {
    const struct tmn_model *model = run->model;
    for (size_t a = 0; a < model->attributes.count; a++) {
        const struct tmn_attribute *attribute = &model->attributes.items[a];
        tmn_text_put(text, "attribute %s word %d shift %d bits %d levels %u:", attribute->name, attribute->word,
                     attribute->shift, attribute->bits, attribute->levels);
        for (uint32_t l = 0; l < attribute->levels; l++)
            tmn_text_put(text, " %s", attribute->level[l]);
        tmn_text_put(text, "\n");
    }
    for (size_t t = 0; t < model->transitions.count; t++)
        tmn_text_put(text, "transition %s slot %d\n", model->transitions.items[t].name,
                     model->transitions.items[t].slot);
    for (size_t p = 0; p < model->parameters.count; p++)
        tmn_text_put(text, "parameter %s\n", model->parameters.items[p].name);
    for (size_t f = 0; f < model->feedbacks.count; f++)
        tmn_text_put(text, "feedback %s places %u\n", model->feedbacks.items[f].name, model->feedbacks.items[f].slots);
    for (size_t e = 0; e < model->events.count; e++)
        tmn_text_put(text, "event %s places %u\n", model->events.items[e].name, run->event[e].slots);
    for (size_t o = 0; o < model->outcomes.count; o++)
        tmn_text_put(text, "outcome %s cells %u\n", model->outcomes.items[o].name, model->outcomes.items[o].by.size);
}

void tmn_checkpoint_sources(const struct tmn_model *model, struct tmn_text *text) {
    for (size_t i = 0; i < model->sources.count; i++)
        tmn_text_put(text, "%016llx %s\n", (unsigned long long)model->sources.items[i].hash,
                     model->sources.items[i].name);
}
