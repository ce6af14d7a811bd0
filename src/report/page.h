/* The page of `tumen doc`, in the order of the ODD protocol; what its sections share. Private to src/report. */
#ifndef TMN_REPORT_PAGE_H
#define TMN_REPORT_PAGE_H

#include "model/model.h"

struct tmn_page {
    struct tmn_text *out;
    const struct tmn_model *model;
    struct tmn_arena *arena;
};

/* Headings with the anchors of the table of contents. */
void tmn_page_section(const struct tmn_page *page, const char *id, const char *title);
void tmn_page_part(const struct tmn_page *page, const char *id, const char *title);
/* <table> in a box that scrolls, with head cells separated by '|'; a cell that begins with '>' holds numbers. */
void tmn_page_table(const struct tmn_page *page, const char *class_name, const char *head);
void tmn_page_table_end(const struct tmn_page *page);
void tmn_page_note(const struct tmn_page *page, const char *note); /* nothing for NULL */
/* Ids of evidence as links to what they say; note and the mark of what is assumed. */
void tmn_page_citations(const struct tmn_page *page, const char *const *ids, size_t count);
/* The badge of what says `assumed: yes`. */
void tmn_page_assumed(const struct tmn_page *page, const struct tmn_grounds *grounds);
void tmn_page_grounds(const struct tmn_page *page, const struct tmn_grounds *grounds);
void tmn_page_date(const struct tmn_page *page, int32_t day);
/* Declared by the scenario, not made for degree(layer). */
bool tmn_page_is_declared(const struct tmn_counter *counter);
/* The name of a feature of strata as a link; of a test of levels (model/narrow.c) as the test. */
void tmn_page_feature(const struct tmn_page *page, int feature);
/* A file of the scenario as its author wrote it, or nothing for NULL. */
void tmn_page_file(const struct tmn_page *page, const char *file);
/* "national", or the feature whose levels have a value each. */
void tmn_page_by(const struct tmn_page *page, int by);

/* Whether anybody tells anybody anything. */
bool tmn_page_tells(const struct tmn_model *model);
/* ", sex female": the cells of an outcome that are meant, after its name; nothing when all are. */
void tmn_page_cell(const struct tmn_page *page, int outcome, const int64_t *cell);

/* What an expression reads, each thing once, in the order of reading. */
struct tmn_reading {
    enum tmn_op op; /* PARAMETER, DRIVER, FEEDBACK, TABLE, FEATURE, SHARE, COUNT */
    int index;
};
struct tmn_readings {
    struct tmn_reading *items;
    size_t count, capacity;
};
void tmn_readings_gather(const struct tmn_page *page, const struct tmn_expr *expr, struct tmn_readings *list);

void tmn_readings_actions(const struct tmn_page *page, const struct tmn_action *items, size_t count,
                          struct tmn_readings *list);

/* Sections. */
void tmn_page_purpose(const struct tmn_page *page);                          /* 1 */
void tmn_page_entities(const struct tmn_page *page);                         /* 2 */
bool tmn_page_processes(const struct tmn_page *page, struct tmn_error *err); /* 3, with the state charts */
void tmn_page_concepts(const struct tmn_page *page);                         /* 4 */
void tmn_page_start(const struct tmn_page *page);                            /* 5 */
void tmn_page_input(const struct tmn_page *page);                            /* 6 */
void tmn_page_submodels(const struct tmn_page *page);                        /* 7 */
void tmn_page_checks(const struct tmn_page *page);                           /* nothing when there are none */
void tmn_page_systems(const struct tmn_page *page);                          /* nothing when there are none */
void tmn_page_evidence(const struct tmn_page *page);

#endif
