/* Quick answers to many tests of a person at once. For each attribute that some test reads, each level holds the tests
 * that may hold there, as bits; the bits that all attributes of a person have in common are the tests that may hold for
 * the person. Most tests are conjunctions of conditions on one attribute each, for which that is exact. */
#ifndef TMN_ENGINE_SIEVE_H
#define TMN_ENGINE_SIEVE_H

#include "base/gather.h"
#include "model/model.h"

struct tmn_sieve_part {
    uint64_t *may; /* [levels * words] */
    uint32_t mask, levels;
    uint8_t word, shift; /* of tmn_packed */
};

/* Attributes of one word taken together: may[bits of them * words]. */
enum { TMN_SIEVE_BITS = 10 /* 8 KB for each word of tests */ };
struct tmn_sieve_group {
    uint64_t *may; /* [2^TMN_SIEVE_BITS * words] */
    uint64_t mask;
    uint32_t word; /* of tmn_packed */
};

struct tmn_sieve {
    const struct tmn_model *model;
    struct tmn_sieve_part
        *part; /* [parts] the attributes that are read, those that tell most first; [attributes] in all */
    size_t parts;
    struct tmn_sieve_group group[2]; /* attributes that tell most */
    bool gathers;                    /* the machine does, and groups are made */
    uint32_t words;                  /* of 64 tests */
    uint64_t *all;                   /* [words] tests that hold for somebody */
    uint64_t *exact;                 /* [words] tests that hold wherever they may */
    uint64_t **may;                  /* [attributes] of all attributes */
    bool *seen;                      /* scratch: [most levels of a feature] */
};

void tmn_sieve_init(struct tmn_sieve *sieve, const struct tmn_model *model, size_t tests, struct tmn_arena *arena);
/* Forgets all tests: each may hold anywhere. */
void tmn_sieve_clear(struct tmn_sieve *sieve);
/* A test over strata, as its truth in each; NULL: it may hold anywhere. Features other than attributes and maps do not
 * narrow it down. */
void tmn_sieve_add(struct tmn_sieve *sieve, size_t test, const struct tmn_strata *strata, const uint8_t *truth);
/* After the last test. */
void tmn_sieve_finish(struct tmn_sieve *sieve);

/* Tests 64 w to 64 w + 63 that may hold. */
static inline uint64_t tmn_sieve_word(const struct tmn_sieve *sieve, const struct tmn_packed *packed, uint32_t w) {
    uint64_t bits = sieve->all[w];
    for (const struct tmn_sieve_part *part = sieve->part, *end = part + sieve->parts; part < end; part++)
        bits &= part->may[((packed->word[part->word] >> part->shift) & part->mask) * sieve->words + w];
    return bits;
}

/* Of `tests` of word w those that may hold by some attributes, of those that tell most: more than tmn_sieve_word finds,
 * for fewer looks. */
static inline uint64_t tmn_sieve_roughly(const struct tmn_sieve *sieve, const struct tmn_packed *packed, uint32_t w,
                                         uint64_t tests) {
    enum { FEW = 4 };
    if (__builtin_expect(sieve->gathers, 1)) {
        const struct tmn_sieve_group *a = &sieve->group[0], *b = &sieve->group[1];
        return tests & a->may[tmn_gather(packed->word[a->word], a->mask) * sieve->words + w] &
               b->may[tmn_gather(packed->word[b->word], b->mask) * sieve->words + w];
    }
    size_t parts = sieve->parts < FEW ? sieve->parts : FEW;
    uint64_t bits = tests & sieve->all[w];
    for (const struct tmn_sieve_part *part = sieve->part, *end = part + parts; part < end; part++)
        bits &= part->may[((packed->word[part->word] >> part->shift) & part->mask) * sieve->words + w];
    return bits;
}

#endif
