/* Iterative proportional fitting (Deming and Stephan 1940): the joint table of counts is multiplied so that it meets
 * each margin in turn, round after round, in the order of declaration and in source order of cells, so that it is the
 * same everywhere. Margins give shapes: each is rescaled to the total of the population. Attributes that only margins
 * read enter with equal weight for each level; levels that a table does not name hold nobody. */
#include "world/joint.h"

#include <assert.h>
#include <math.h>

enum { ROUNDS_MAX = 200, NO_CELL = -1 };
#define CELLS_MAX ((size_t)1 << 24) /* 128 MiB of doubles */
#define ERROR_GOAL 1e-9
#define ERROR_MAX 1e-3

struct margin {
    const struct tmn_counts *table;
    const char *name;     /* for messages */
    const uint32_t *cell; /* [joint cells] cell of the table, NO_CELL: none */
    double *target, *sum; /* [table cells] */
};

static int attribute_of(const struct tmn_model *model, int feature, const uint16_t **to) {
    const struct tmn_feature *item = &model->features.items[feature];
    *to = NULL;
    if (item->kind == TMN_FEATURE_ATTRIBUTE)
        return item->index;
    assert(item->kind == TMN_FEATURE_MAP);
    *to = model->maps.items[item->index].to;
    return model->maps.items[item->index].of;
}

static int dimension_of(struct tmn_joint *joint, const struct tmn_model *model, int attribute) {
    for (int d = 0; d < joint->dims; d++)
        if (joint->attribute[d] == attribute)
            return d;
    assert(joint->dims < TMN_MAX_ATTRIBUTES);
    joint->attribute[joint->dims] = attribute;
    joint->size[joint->dims] = model->attributes.items[attribute].levels;
    return joint->dims++;
}

static void add_dimensions(struct tmn_joint *joint, const struct tmn_model *model, const struct tmn_counts *table) {
    const uint16_t *to;
    for (int k = 0; k < table->keys; k++)
        dimension_of(joint, model, attribute_of(model, table->feature[k], &to));
}

static bool shape(struct tmn_joint *joint, const struct tmn_model *model, struct tmn_error *err) {
    const struct tmn_population *population = &model->population;
    joint->dims = 0;
    if (population->place_attribute >= 0)
        dimension_of(joint, model, population->place_attribute);
    add_dimensions(joint, model, &population->counts);
    for (size_t m = 0; m < population->margins; m++)
        add_dimensions(joint, model, &population->margin[m]);
    joint->places = population->place_attribute >= 0 ? joint->size[0] : 1;
    joint->cells = 1;
    for (int d = 0; d < joint->dims; d++) {
        if (joint->cells > CELLS_MAX / joint->size[d])
            return tmn_fail(err, TMN_CAPACITY,
                            "population: counts and margins make more than %zu cells; attribute '%s' (%u levels) "
                            "no longer fits; draw it instead, or use a map with fewer levels",
                            CELLS_MAX, model->attributes.items[joint->attribute[d]].name, joint->size[d]);
        joint->cells *= joint->size[d];
    }
    joint->place_cells = joint->cells / joint->places;
    return true;
}

void tmn_joint_levels(const struct tmn_joint *joint, size_t cell, uint32_t *level) {
    for (int d = joint->dims - 1; d >= 0; d--) {
        level[d] = (uint32_t)(cell % joint->size[d]);
        cell /= joint->size[d];
    }
}

/* Cell of `table` for each cell of the joint table: a sum of one contribution per attribute. */
static const uint32_t *cells_of(struct tmn_arena *arena, const struct tmn_model *model, struct tmn_joint *joint,
                                const struct tmn_counts *table) {
    uint32_t *part[TMN_MAX_ATTRIBUTES];
    for (int d = 0; d < joint->dims; d++)
        part[d] = TMN_NEW_ARRAY(arena, uint32_t, joint->size[d]);
    size_t stride = 1;
    for (int k = table->keys - 1; k >= 0; k--) {
        const uint16_t *to;
        int d = dimension_of(joint, model, attribute_of(model, table->feature[k], &to));
        assert(table->band[k] > 0);
        for (uint32_t l = 0; l < joint->size[d]; l++) {
            int64_t past = (int64_t)(to != NULL ? to[l] : l) - table->first[k];
            bool inside = past >= 0 && past / table->band[k] < table->size[k];
            if (!inside)
                part[d][l] = (uint32_t)NO_CELL;
            else if (part[d][l] != (uint32_t)NO_CELL)
                part[d][l] += (uint32_t)(past / table->band[k] * (int64_t)stride);
        }
        stride *= table->size[k];
    }
    assert(stride == table->cells);
    uint32_t *cell = TMN_NEW_ARRAY(arena, uint32_t, joint->cells);
    uint32_t level[TMN_MAX_ATTRIBUTES] = {0};
    for (size_t c = 0; c < joint->cells; c++) {
        for (int d = 0; d < joint->dims && cell[c] != (uint32_t)NO_CELL; d++)
            cell[c] = part[d][level[d]] == (uint32_t)NO_CELL ? (uint32_t)NO_CELL : cell[c] + part[d][level[d]];
        for (int d = joint->dims - 1; d >= 0 && ++level[d] == joint->size[d]; d--)
            level[d] = 0;
    }
    return cell;
}

/* "province = north, sex = female" of a cell of a table; the first level stands for a band. */
static const char *describe(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_counts *table,
                            size_t cell) {
    const char *text = "";
    for (int k = table->keys - 1; k >= 0; k--) {
        const struct tmn_feature *feature = &model->features.items[table->feature[k]];
        int64_t level = table->first[k] + (int64_t)(cell % table->size[k]) * table->band[k];
        cell /= table->size[k];
        const char *separator = *text == '\0' ? "" : ", ";
        if (level >= 0 && level < feature->cardinality)
            text = tmn_arena_printf(arena, "%s = %s%s%s", feature->name, feature->level[level], separator, text);
        else
            text = tmn_arena_printf(arena, "%s = %lld%s%s", feature->name, (long long)level + feature->first, separator,
                                    text);
    }
    return *text == '\0' ? "everyone" : text;
}

static const char *name_table(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_counts *table,
                              const char *what) {
    const char *keys = "";
    for (int k = 0; k < table->keys; k++)
        keys =
            tmn_arena_printf(arena, "%s%s%s", keys, k > 0 ? ", " : "", model->features.items[table->feature[k]].name);
    if (table->place.source == NULL)
        return tmn_arena_printf(arena, "%s by [%s]", what, keys);
    return tmn_arena_printf(arena, "%s:%d: %s by [%s]", table->place.source->path, table->place.line, what, keys);
}

static bool sum_of_table(const struct tmn_counts *table, const char *name, double *sum, struct tmn_error *err) {
    *sum = 0;
    for (size_t c = 0; c < table->cells; c++) {
        if (!(table->value[c] >= 0 && isfinite(table->value[c])))
            return tmn_fail(err, TMN_SCENARIO, "%s: %g is not a number of persons", name, table->value[c]);
        *sum += table->value[c];
    }
    if (!(*sum > 0))
        return tmn_fail(err, TMN_SCENARIO, "%s: the numbers of persons sum to 0", name);
    return true;
}

/* Counts spread evenly over the cells of the joint table that they cover, ones without counts. */
static bool spread_counts(struct tmn_joint *joint, const struct tmn_model *model, struct tmn_arena *arena,
                          struct tmn_error *err) {
    const struct tmn_counts *counts = &model->population.counts;
    joint->value = TMN_NEW_ARRAY(arena, double, joint->cells);
    if (counts->keys == 0) {
        for (size_t c = 0; c < joint->cells; c++)
            joint->value[c] = 1.0;
        return true;
    }
    const char *name = name_table(arena, model, counts, "population.counts");
    if (!sum_of_table(counts, name, &joint->total, err))
        return false;
    const uint32_t *cell = cells_of(arena, model, joint, counts);
    uint32_t *covered = TMN_NEW_ARRAY(arena, uint32_t, counts->cells);
    for (size_t c = 0; c < joint->cells; c++)
        if (cell[c] != (uint32_t)NO_CELL)
            covered[cell[c]]++;
    for (size_t t = 0; t < counts->cells; t++)
        if (counts->value[t] > 0 && covered[t] == 0)
            return tmn_fail(err, TMN_SCENARIO, "%s: %g persons at %s, where no level lies", name, counts->value[t],
                            describe(arena, model, counts, t));
    for (size_t c = 0; c < joint->cells; c++)
        if (cell[c] != (uint32_t)NO_CELL)
            joint->value[c] = counts->value[cell[c]] / covered[cell[c]];
    return true;
}

static void rescale(struct tmn_joint *joint) {
    double sum = 0;
    for (size_t c = 0; c < joint->cells; c++)
        sum += joint->value[c];
    for (size_t c = 0; c < joint->cells; c++)
        joint->value[c] *= joint->total / sum;
}

static void sum_margin(const struct tmn_joint *joint, const struct margin *margin) {
    for (size_t t = 0; t < margin->table->cells; t++)
        margin->sum[t] = 0;
    for (size_t c = 0; c < joint->cells; c++)
        if (margin->cell[c] != (uint32_t)NO_CELL)
            margin->sum[margin->cell[c]] += joint->value[c];
}

static bool fit_margin(struct tmn_joint *joint, const struct tmn_model *model, struct tmn_arena *arena,
                       const struct margin *margin, struct tmn_error *err) {
    sum_margin(joint, margin);
    for (size_t t = 0; t < margin->table->cells; t++) {
        if (margin->target[t] > 0 && !(margin->sum[t] > 0))
            return tmn_fail(err, TMN_SCENARIO,
                            "%s contradicts the counts and margins before it: %g persons at %s, where those leave none",
                            margin->name, margin->target[t], describe(arena, model, margin->table, t));
        margin->sum[t] = margin->target[t] > 0 ? margin->target[t] / margin->sum[t] : 0; /* now the factor */
    }
    for (size_t c = 0; c < joint->cells; c++)
        joint->value[c] = margin->cell[c] == (uint32_t)NO_CELL ? 0 : joint->value[c] * margin->sum[margin->cell[c]];
    return true;
}

/* Largest relative error of a cell of a margin. */
static double measure(const struct tmn_joint *joint, const struct margin *margins, size_t count, size_t *worst,
                      size_t *worst_cell) {
    double error = 0;
    for (size_t m = 0; m < count; m++) {
        sum_margin(joint, &margins[m]);
        for (size_t t = 0; t < margins[m].table->cells; t++) {
            double scale = margins[m].target[t] > 0 ? margins[m].target[t] : joint->total;
            double off = fabs(margins[m].sum[t] - margins[m].target[t]) / scale;
            if (off > error) {
                error = off;
                *worst = m;
                *worst_cell = t;
            }
        }
    }
    return error;
}

static bool prepare_margins(struct tmn_joint *joint, const struct tmn_model *model, struct tmn_arena *arena,
                            struct margin *margins, struct tmn_error *err) {
    for (size_t m = 0; m < model->population.margins; m++) {
        struct margin *margin = &margins[m];
        double sum;
        margin->table = &model->population.margin[m];
        margin->name =
            name_table(arena, model, margin->table, tmn_arena_printf(arena, "population.margins %zu", m + 1));
        if (!sum_of_table(margin->table, margin->name, &sum, err))
            return false;
        if (joint->total == 0)
            joint->total = sum; /* neither size nor counts */
        margin->cell = cells_of(arena, model, joint, margin->table);
        margin->sum = TMN_NEW_ARRAY(arena, double, margin->table->cells);
        margin->target = TMN_NEW_ARRAY(arena, double, margin->table->cells);
        for (size_t t = 0; t < margin->table->cells; t++)
            margin->target[t] = margin->table->value[t] * (joint->total / sum);
    }
    return true;
}

bool tmn_joint_fit(struct tmn_joint *joint, const struct tmn_model *model, struct tmn_arena *arena,
                   struct tmn_error *err) {
    const struct tmn_population *population = &model->population;
    size_t count = population->margins, worst = 0, worst_cell = 0;
    *joint = (struct tmn_joint){0};
    if (!shape(joint, model, err) || !spread_counts(joint, model, arena, err))
        return false;
    if (population->size != NULL) {
        joint->total = tmn_expr_constant(model, population->size);
        if (!(joint->total >= 1))
            return tmn_fail(err, TMN_SCENARIO, "population.size is %.10g: fewer than one person", joint->total);
    }
    struct margin *margins = TMN_NEW_ARRAY(arena, struct margin, count + 1);
    if (!prepare_margins(joint, model, arena, margins, err))
        return false;
    if (!(joint->total > 0 && isfinite(joint->total)))
        return tmn_fail(err, TMN_SCENARIO, "population: without counts and margins a size above 0 is needed");
    rescale(joint);
    while (count > 0 && joint->rounds < ROUNDS_MAX) {
        for (size_t m = 0; m < count; m++)
            if (!fit_margin(joint, model, arena, &margins[m], err))
                return false;
        joint->rounds++;
        joint->error = measure(joint, margins, count, &worst, &worst_cell);
        if (joint->error <= ERROR_GOAL)
            break;
    }
    if (joint->error > ERROR_MAX)
        return tmn_fail(err, TMN_SCENARIO,
                        "%s contradicts the other margins: after %d rounds of fitting %s is still off by %.3g %%",
                        margins[worst].name, joint->rounds, describe(arena, model, margins[worst].table, worst_cell),
                        joint->error * 100);
    return true;
}
