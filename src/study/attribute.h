/* Attribute: which drivers made a year what it was. Drivers of a class are players; in the world of a set of classes
 * these run as the scenario has them, and all others keep from a date on what they were just before it. What a class
 * adds is its Shapley value: the mean, over all orders in which the classes may join, of the difference that its
 * joining makes. All worlds of a seed share their past and each person's luck (docs/attribute.md). */
#ifndef TMN_STUDY_ATTRIBUTE_H
#define TMN_STUDY_ATTRIBUTE_H

#include "study/chance.h"
#include "study/options.h"

enum {
    TMN_ATTRIBUTION_CLASSES = 32,
    TMN_ATTRIBUTION_EXACT = 7, /* classes, of which all sets are run; of more, orders are drawn */
    TMN_ATTRIBUTION_ORDERS = 8 /* orders drawn of each seed; half of them are the others backwards */
};

/* A number over the seeds. */
struct tmn_share_of {
    double mean;
    struct tmn_range range; /* 90 %; NAN with one seed */
};

struct tmn_attributed { /* an outcome */
    int outcome;
    bool repeats;               /* an earlier one counts the same, by other keys */
    bool masked;                /* too few persons of a place: all its numbers are NAN */
    struct tmn_share_of before; /* the year before */
    struct tmn_share_of still;  /* the year, had all classes kept what they were: less `before`, what was under way */
    struct tmn_share_of *added; /* [classes] */
    struct tmn_share_of year;
};

struct tmn_attribution {
    const struct tmn_study_options *options;
    int year;
    int32_t from_day; /* drivers are held from the first window on or after it */
    const char
        *class_name[TMN_ATTRIBUTION_CLASSES]; /* those with a driver that changes from the date on, in the year */
    int classes;
    const char *still_class[TMN_ATTRIBUTION_CLASSES]; /* those without */
    int still_classes;
    bool exact;
    size_t worlds; /* of one seed, at most */
    int seeds;     /* done */
    struct tmn_attributed *outcomes;
    size_t count;
    struct tmn_store_tally tally;
    bool stopped;
    struct tmn_arena *arena;
};

/* Errors: TMN_USAGE where nothing can be attributed; those of runs and of the store; TMN_STOPPED before a seed is done.
 */
bool tmn_attribution_run(struct tmn_attribution *attribute, struct tmn_arena *arena,
                         const struct tmn_study_options *options, int year, int32_t from_day, struct tmn_error *err);

/* Shapley values of all sets: value[set], bit c of the set: class c has joined. added[classes]. */
void tmn_shapley(const double *value, int classes, double *added);

void tmn_attribution_csv(const struct tmn_attribution *attribute, struct tmn_text *out);
void tmn_attribution_json(const struct tmn_attribution *attribute, struct tmn_text *out);
void tmn_attribution_html(const struct tmn_attribution *attribute, struct tmn_text *out);
/* Writes the folder: attribute.csv, attribute.json, attribute.html. */
bool tmn_attribution_save(const struct tmn_attribution *attribute, const char *path, struct tmn_error *err);

#endif
