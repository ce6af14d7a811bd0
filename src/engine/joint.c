/* Shares and stocks are sums over persons: each counts those for whom a test holds, by some of their levels. A change
 * of a person moves many of them, and to ask each of them costs more than to fire. So sums that read the same
 * attributes are moved together: their joint strata are the combinations of all levels that one of them tells apart,
 * and all persons of a stratum are part of the same sums. A change takes a person out of one stratum and into another;
 * once a window, the sums follow by how many came into each. Which sums a stratum is part of is asked when somebody
 * first comes into it or leaves it. A sum that tells too much apart is asked at each change of what it reads. */
#include "engine/rooms.h"

#include <string.h>

enum {
    JOINT_STRATA = 1 << 12, /* at most */
    JOINT_BITS = 20,        /* of the attributes that are read, at most: so that keys are found in two looks */
    JOINT_LOOK = 12,        /* what finding two strata costs, in sums moved */
    MOST_CLASSES = 1 << 16  /* of an attribute, before they are numbered */
};

/* Of each attribute: levels that make no difference have one class. */
struct classes {
    uint16_t *of[TMN_MAX_ATTRIBUTES]; /* [levels] NULL: all have one */
    uint32_t count[TMN_MAX_ATTRIBUTES];
};

/* One sum for each stratum of `by`: of persons for whom `test` holds and who, if asked, are alive. */
struct sum {
    const struct tmn_predicate *test;
    bool living;
    const struct tmn_strata *by;
    uint32_t first, step; /* where they are among the sums of a worker */
    struct classes classes;
    uint32_t reads; /* attributes */
    bool alone;     /* too many strata */
};

struct tmn_joint {
    struct tmn_packed reads; /* bits of the attributes that make strata */
    struct tmn_key key;
    uint32_t strata; /* 0: too many, so that its only sum is asked */
    uint32_t attributes, sums;
    const struct sum **sum; /* [sums] */
    uint32_t *parts;        /* [strata] of how many sums a person is part, and 1; 0: not yet asked */
    uint32_t *part;         /* [strata * sums] these, among the sums of a worker */
    struct classes classes;
};

/* How many persons have come into each of the strata of a joint in this window. */
struct tmn_moved {
    int64_t *by;  /* [strata] */
    uint64_t *at; /* [strata / 64] bits of those that persons came into or left */
};

struct maker {
    struct tmn_run *run;
    struct sum *sum;
    size_t sums;
    uint32_t *told, *seen; /* scratch: [most levels of a feature], [MOST_CLASSES] */
};

/* ---- classes of levels ---- */

static size_t attribute_of(const struct tmn_model *model, const struct tmn_feature *feature) {
    return (size_t)(feature->kind == TMN_FEATURE_MAP ? model->maps.items[feature->index].of : feature->index);
}

static void read_attribute(const struct tmn_model *model, size_t attribute, struct tmn_packed *reads) {
    const struct tmn_attribute *it = &model->attributes.items[attribute];
    tmn_set_level(reads, it, (UINT32_C(1) << it->bits) - 1u);
}

static void no_classes(const struct tmn_model *model, struct classes *classes) {
    *classes = (struct classes){0};
    for (size_t a = 0; a < model->attributes.count; a++)
        classes->count[a] = 1;
}

/* How many classes tell apart what a or b does, 0 when they may be too many. `is`, which may be a: these; or NULL. */
static uint32_t join(const struct maker *maker, uint32_t levels, const uint16_t *a, uint32_t a_count, const uint16_t *b,
                     uint32_t b_count, uint16_t *is) {
    uint32_t count = 0;
    if ((uint64_t)a_count * b_count > MOST_CLASSES)
        return 0;
    memset(maker->seen, 0, (size_t)a_count * b_count * sizeof *maker->seen);
    for (uint32_t l = 0; l < levels; l++) {
        uint32_t *seen = &maker->seen[(a != NULL ? a[l] : 0) * b_count + b[l]];
        if (*seen == 0)
            *seen = ++count;
        if (is != NULL)
            is[l] = (uint16_t)(*seen - 1);
    }
    return count;
}

/* Adds classes of an attribute. */
static bool add_classes(const struct maker *maker, struct classes *classes, size_t attribute, const uint16_t *of,
                        uint32_t count) {
    uint32_t levels = maker->run->model->attributes.items[attribute].levels;
    uint16_t *to = classes->of[attribute];
    if (to == NULL)
        to = TMN_NEW_ARRAY(&maker->run->arena, uint16_t, levels);
    classes->count[attribute] = join(maker, levels, classes->of[attribute], classes->count[attribute], of, count, to);
    classes->of[attribute] = to;
    return classes->count[attribute] > 0;
}

/* Adds what strata tell apart: in the truth of each, or (NULL) all. */
static bool add_strata(const struct maker *maker, struct classes *classes, const struct tmn_strata *strata,
                       const uint8_t *truth) {
    const struct tmn_model *model = maker->run->model;
    for (int i = 0; i < strata->n; i++) {
        const struct tmn_feature *feature = &model->features.items[strata->feature[i]];
        const uint16_t *to = feature->kind == TMN_FEATURE_MAP ? model->maps.items[feature->index].to : NULL;
        size_t attribute = attribute_of(model, feature);
        uint32_t levels = model->attributes.items[attribute].levels;
        if (truth != NULL)
            tmn_tell_apart(strata, i, feature->cardinality, truth, sizeof *truth, maker->told);
        uint16_t *of = TMN_NEW_ARRAY(&maker->run->arena, uint16_t, levels);
        for (uint32_t l = 0; l < levels; l++) {
            uint32_t level = to != NULL ? to[l] : l;
            of[l] = (uint16_t)(truth != NULL ? maker->told[level] : level);
        }
        if (!add_classes(maker, classes, attribute, of, feature->cardinality))
            return false;
    }
    return true;
}

/* The strata that classes make, 0 when they are too many, and how many attributes they read. */
static uint32_t count_strata(const struct tmn_model *model, const uint32_t *count, uint32_t *reads) {
    uint64_t strata = 1;
    int bits = 0;
    *reads = 0;
    for (size_t a = 0; a < model->attributes.count; a++) {
        *reads += count[a] != 1;
        bits += count[a] != 1 ? model->attributes.items[a].bits : 0;
        strata = strata * count[a] <= JOINT_STRATA ? strata * count[a] : 0;
    }
    return bits <= JOINT_BITS ? (uint32_t)strata : 0;
}

/* ---- sums ---- */

/* Tests that read parameters may come to tell other levels apart. */
static bool add_test(const struct maker *maker, struct classes *classes, const struct tmn_predicate *test) {
    bool may_change = tmn_expr_reads(maker->run->model, test->expr, NULL).parameter;
    return test->truth != NULL && add_strata(maker, classes, &test->strata, may_change ? NULL : test->truth);
}

/* Bits of all attributes that a sum reads, whether or not that makes a difference. */
static struct tmn_packed reads_of(const struct maker *maker, const struct sum *sum) {
    const struct tmn_model *model = maker->run->model;
    struct tmn_packed reads = {{0, 0}};
    bool *read = TMN_NEW_ARRAY(&maker->run->arena, bool, model->features.count + 1);
    tmn_expr_reads(model, sum->test->expr, read);
    if (sum->living)
        tmn_expr_reads(model, model->alive, read);
    for (int i = 0; i < sum->by->n; i++)
        read[sum->by->feature[i]] = true;
    for (size_t f = 0; f < model->features.count; f++)
        if (read[f])
            read_attribute(model, attribute_of(model, &model->features.items[f]), &reads);
    return reads;
}

static void add_sum(struct maker *maker, const struct sum *from) {
    struct tmn_run *run = maker->run;
    struct sum *sum = &maker->sum[maker->sums++];
    *sum = *from;
    no_classes(run->model, &sum->classes);
    sum->alone = !add_test(maker, &sum->classes, sum->test) ||
                 (sum->living && !add_test(maker, &sum->classes, &run->alive_rule)) ||
                 !add_strata(maker, &sum->classes, sum->by, NULL) ||
                 count_strata(run->model, sum->classes.count, &sum->reads) == 0;
}

static void add_stock(struct maker *maker, size_t o) {
    const struct tmn_outcome *outcome = &maker->run->model->outcomes.items[o];
    const struct tmn_outcome_state *state = &maker->run->outcome[o];
    if (outcome->kind == TMN_OUTCOME_STOCK)
        add_sum(maker, &(struct sum){.test = &state->predicate, .by = &outcome->by, .first = state->first, .step = 1});
}

/* Numerator and denominator, which lie side by side after all stocks. */
static void add_share(struct maker *maker, size_t s) {
    struct tmn_run *run = maker->run;
    const struct tmn_share *share = &run->model->shares.items[s];
    struct tmn_strata *by = TMN_NEW(&run->arena, struct tmn_strata);
    *by = (struct tmn_strata){.n = share->by >= 0, .feature = {share->by}, .stride = {1}, .size = share->slots};
    struct sum sum = {.test = &run->share_rule[s], .living = true, .by = by, .step = 2};
    sum.first = run->cells + 2 * share->first;
    add_sum(maker, &sum);
    sum.test = &run->alive_rule;
    sum.living = false;
    sum.first++;
    add_sum(maker, &sum);
}

/* ---- which of them are moved together ---- */

/* What a change costs a joint, added up over the attributes that it reads. */
static uint32_t cost(uint32_t reads, uint32_t sums) {
    return reads * (JOINT_LOOK + sums);
}

/* What a sum adds to the costs of a joint; UINT32_MAX: there would be too many strata. */
static uint32_t cost_of_joining(const struct maker *maker, const struct tmn_joint *joint, const struct sum *sum) {
    const struct tmn_model *model = maker->run->model;
    uint32_t count[TMN_MAX_ATTRIBUTES], reads;
    for (size_t a = 0; a < model->attributes.count; a++)
        count[a] = sum->classes.count[a] == 1
                       ? joint->classes.count[a]
                       : join(maker, model->attributes.items[a].levels, joint->classes.of[a], joint->classes.count[a],
                              sum->classes.of[a], sum->classes.count[a], NULL);
    if (count_strata(model, count, &reads) == 0)
        return UINT32_MAX;
    return cost(reads, joint->sums + 1) - cost(joint->attributes, joint->sums);
}

static void join_sum(const struct maker *maker, struct tmn_joint *joint, struct sum *sum) {
    const struct tmn_model *model = maker->run->model;
    if (joint->sums == 0) {
        no_classes(model, &joint->classes);
        joint->sum = TMN_NEW_ARRAY(&maker->run->arena, const struct sum *, maker->sums);
    }
    joint->sum[joint->sums++] = sum;
    for (size_t a = 0; a < model->attributes.count && !sum->alone; a++)
        if (sum->classes.count[a] != 1)
            add_classes(maker, &joint->classes, a, sum->classes.of[a], sum->classes.count[a]);
    count_strata(model, joint->classes.count, &joint->attributes);
}

/* Each sum goes where it costs least, those that read most first. */
static void join_sums(const struct maker *maker) {
    struct tmn_run *run = maker->run;
    for (uint32_t reads = TMN_MAX_ATTRIBUTES; reads > 0; reads--)
        for (struct sum *sum = maker->sum; sum < maker->sum + maker->sums; sum++) {
            if (sum->alone || sum->reads != reads)
                continue;
            struct tmn_joint *best = &run->joint[run->joints];
            uint32_t least = cost(reads, 1);
            for (struct tmn_joint *joint = run->joint; joint < run->joint + run->joints; joint++) {
                uint32_t adds = cost_of_joining(maker, joint, sum);
                best = adds <= least ? joint : best;
                least = adds <= least ? adds : least;
            }
            run->joints += best->sums == 0;
            join_sum(maker, best, sum);
        }
    for (struct sum *sum = maker->sum; sum < maker->sum + maker->sums; sum++)
        if (sum->alone)
            join_sum(maker, &run->joint[run->joints++], sum);
}

/* ---- strata ---- */

static void make_key(const struct maker *maker, struct tmn_joint *joint) {
    const struct tmn_model *model = maker->run->model;
    uint32_t stride = 1;
    joint->key.items = TMN_NEW_ARRAY(&maker->run->arena, struct tmn_key_term, joint->attributes);
    for (size_t a = 0; a < model->attributes.count; a++) {
        if (joint->classes.count[a] == 1)
            continue;
        uint32_t *numbers = TMN_NEW_ARRAY(&maker->run->arena, uint32_t, model->attributes.items[a].levels);
        for (uint32_t l = 0; l < model->attributes.items[a].levels; l++)
            numbers[l] = stride * joint->classes.of[a][l];
        tmn_key_add(maker->run, &joint->key, (int)a, numbers);
        read_attribute(model, a, &joint->reads);
        stride *= joint->classes.count[a];
    }
    tmn_key_finish(maker->run, &joint->key, stride);
}

static void make_strata(const struct maker *maker, struct tmn_joint *joint) {
    struct tmn_run *run = maker->run;
    if (joint->sum[0]->alone) {
        joint->reads = reads_of(maker, joint->sum[0]);
        return;
    }
    joint->strata = count_strata(run->model, joint->classes.count, &joint->attributes);
    make_key(maker, joint);
    joint->parts = TMN_NEW_ARRAY(&run->arena, uint32_t, joint->strata);
    joint->part = TMN_NEW_ARRAY(&run->arena, uint32_t, (size_t)joint->strata * joint->sums);
    for (int w = 0; w < run->workers; w++) {
        struct tmn_moved *moved = &run->worker[w].moved[joint - run->joint];
        moved->by = TMN_NEW_ARRAY(&run->arena, int64_t, joint->strata);
        moved->at = TMN_NEW_ARRAY(&run->arena, uint64_t, joint->strata / 64 + 1);
    }
}

static void watch(struct tmn_run *run, size_t j) {
    const struct tmn_packed *reads = &run->joint[j].reads;
    for (size_t a = 0; a < run->model->attributes.count; a++)
        if ((reads->word[run->model->attributes.items[a].word] & run->attribute_bits[a]) != 0)
            tmn_watch_attribute(run, &run->joint_watch, j, a);
}

void tmn_joints_make(struct tmn_run *run) {
    const struct tmn_model *model = run->model;
    struct maker maker = {.run = run};
    uint32_t levels = 1;
    for (size_t f = 0; f < model->features.count; f++)
        levels = model->features.items[f].cardinality > levels ? model->features.items[f].cardinality : levels;
    maker.told = TMN_NEW_ARRAY(&run->arena, uint32_t, levels);
    maker.seen = TMN_NEW_ARRAY(&run->arena, uint32_t, MOST_CLASSES);
    maker.sum = TMN_NEW_ARRAY(&run->arena, struct sum, 2 * model->shares.count + model->outcomes.count + 1);
    for (size_t s = 0; s < model->shares.count; s++)
        add_share(&maker, s);
    for (size_t o = 0; o < model->outcomes.count; o++)
        add_stock(&maker, o);
    run->joint = TMN_NEW_ARRAY(&run->arena, struct tmn_joint, maker.sums + 1);
    join_sums(&maker);
    for (int w = 0; w < run->workers; w++)
        run->worker[w].moved = TMN_NEW_ARRAY(&run->arena, struct tmn_moved, run->joints + 1);
    tmn_watch_make(run, &run->joint_watch, run->joints);
    for (size_t j = 0; j < run->joints; j++) {
        make_strata(&maker, &run->joint[j]);
        watch(run, j);
    }
}

void tmn_joints_forget(struct tmn_run *run) {
    for (size_t j = 0; j < run->joints; j++)
        if (run->joint[j].strata > 0)
            memset(run->joint[j].parts, 0, run->joint[j].strata * sizeof *run->joint[j].parts);
}

/* ---- changes ---- */

/* Of which sums somebody is part; returns how many. */
static uint32_t parts_of(const struct tmn_run *run, struct tmn_worker *worker, const struct tmn_joint *joint,
                         const struct tmn_packed *packed, uint32_t *part) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < joint->sums; i++) {
        const struct sum *sum = joint->sum[i];
        if (!tmn_holds(run, worker, sum->test, packed) ||
            (sum->living && !tmn_holds(run, worker, &run->alive_rule, packed)))
            continue;
        uint32_t place = 0;
        for (int k = 0; k < sum->by->n; k++)
            place += sum->by->stride[k] * tmn_feature_level(run->model, sum->by->feature[k], packed);
        part[count++] = sum->first + sum->step * place;
    }
    return count;
}

static void move_alone(const struct tmn_run *run, struct tmn_worker *worker, const struct tmn_joint *joint,
                       const struct tmn_packed *packed, int64_t persons) {
    uint32_t part;
    if (parts_of(run, worker, joint, packed, &part) > 0)
        worker->stock[part] += persons;
}

static inline void move(struct tmn_moved *moved, uint32_t stratum, int64_t persons) {
    moved->by[stratum] += persons;
    moved->at[stratum / 64] |= UINT64_C(1) << stratum % 64;
}

void tmn_joints_move(const struct tmn_run *run, struct tmn_worker *worker, uint32_t persons,
                     const struct tmn_changes *changes, const struct tmn_packed *before,
                     const struct tmn_packed *after) {
    TMN_EACH_WATCHING(j, &run->joint_watch, changes) {
        const struct tmn_joint *joint = &run->joint[j];
        if (joint->strata == 0) {
            move_alone(run, worker, joint, before, -(int64_t)persons);
            move_alone(run, worker, joint, after, persons);
            continue;
        }
        uint32_t was = tmn_key_of(run, &joint->key, before), is = tmn_key_of(run, &joint->key, after);
        if (was == is)
            continue;
        move(&worker->moved[j], was, -(int64_t)persons);
        move(&worker->moved[j], is, persons);
        worker->moves++;
    }
}

/* Somebody of a stratum: of each class the first level. */
static struct tmn_packed person_of(const struct tmn_model *model, const struct classes *classes, uint32_t stratum) {
    struct tmn_packed packed = {{0, 0}};
    for (size_t a = 0; a < model->attributes.count; a++) {
        if (classes->count[a] == 1)
            continue;
        uint32_t level = 0;
        while (classes->of[a][level] != stratum % classes->count[a])
            level++;
        tmn_set_level(&packed, &model->attributes.items[a], level);
        stratum /= classes->count[a];
    }
    return packed;
}

static void close_stratum(const struct tmn_run *run, struct tmn_worker *worker, size_t j, uint32_t stratum) {
    const struct tmn_joint *joint = &run->joint[j];
    uint32_t *part = joint->part + (size_t)stratum * joint->sums;
    int64_t persons = 0;
    for (int w = 0; w < run->workers; w++) {
        persons += run->worker[w].moved[j].by[stratum];
        run->worker[w].moved[j].by[stratum] = 0;
    }
    if (persons == 0)
        return;
    if (joint->parts[stratum] == 0) {
        struct tmn_packed packed = person_of(run->model, &joint->classes, stratum);
        joint->parts[stratum] = 1 + parts_of(run, worker, joint, &packed, part);
    }
    for (uint32_t i = 0; i + 1 < joint->parts[stratum]; i++)
        worker->stock[part[i]] += persons;
}

/* A joint is one thread's, with what all workers have moved of it. */
static void close_joint(void *context, int thread, uint32_t j) {
    const struct tmn_run *run = context;
    for (uint32_t word = 0; word * 64 < run->joint[j].strata; word++) {
        uint64_t at = 0;
        for (int w = 0; w < run->workers; w++) {
            at |= run->worker[w].moved[j].at[word];
            run->worker[w].moved[j].at[word] = 0;
        }
        for (; at != 0; at &= at - 1)
            close_stratum(run, &run->worker[thread], j, word * 64 + (uint32_t)__builtin_ctzll(at));
    }
}

void tmn_joints_close(struct tmn_run *run) {
    enum { FEW = 2048 }; /* are not worth waking other threads for */
    uint64_t moves = 0;
    for (int w = 0; w < run->workers; w++) {
        moves += run->worker[w].moves;
        run->worker[w].moves = 0;
    }
    if (moves >= FEW)
        tmn_pool_run(run->pool, (uint32_t)run->joints, close_joint, run);
    for (uint32_t j = 0; moves > 0 && moves < FEW && j < run->joints; j++)
        close_joint(run, 0, j);
}
