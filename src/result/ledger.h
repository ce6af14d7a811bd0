/* The ledger of a scenario: every name that it declares, where it stands, what it reads and changes, what it rests on,
 * and the other way round who reads it, changes it and rests on it. Made from the compiled model, so that it cannot
 * differ from what is run. */
#ifndef TMN_RESULT_LEDGER_H
#define TMN_RESULT_LEDGER_H

#include "model/model.h"

/* code, word. LEVEL: of an attribute or map with named levels; BRANCH: a named one; DRAW: the shares of an attribute at
 * the start, dealt or drawn (population.class); RULE: alive, unborn, until and population, which a scenario has once.
 */
#define TMN_ENTRIES_OF(X)                                                                                              \
    X(ATTRIBUTE, "attribute")                                                                                          \
    X(LEVEL, "level")                                                                                                  \
    X(MAP, "map")                                                                                                      \
    X(TABLE, "table")                                                                                                  \
    X(PARAMETER, "parameter")                                                                                          \
    X(DRIVER, "driver")                                                                                                \
    X(FEEDBACK, "feedback variable")                                                                                   \
    X(DRAW, "draw")                                                                                                    \
    X(LAYER, "layer")                                                                                                  \
    X(COUNTER, "counter")                                                                                              \
    X(TRANSITION, "transition")                                                                                        \
    X(BRANCH, "branch")                                                                                                \
    X(EVENT, "event")                                                                                                  \
    X(OUTCOME, "outcome")                                                                                              \
    X(OBSERVATION, "observation")                                                                                      \
    X(FIGURE, "figure")                                                                                                \
    X(CHECK, "check")                                                                                                  \
    X(ARROW, "arrow")                                                                                                  \
    X(LOOP, "loop")                                                                                                    \
    X(CLAIM, "claim")                                                                                                  \
    X(SYSTEM, "system")                                                                                                \
    X(EVIDENCE, "evidence")                                                                                            \
    X(RULE, "rule")
enum tmn_entry_kind {
#define X(code, word) TMN_ENTRY_##code,
    TMN_ENTRIES_OF(X)
#undef X
        TMN_ENTRY_KINDS
};
extern const char *const tmn_entry_words[TMN_ENTRY_KINDS];

/* Relations in pairs: `link ^ 1` is the other way round. PARTS: levels of an attribute or map, branches, the arrows of
 * a loop. */
enum tmn_link {
    TMN_LINK_READS,
    TMN_LINK_READ_BY,
    TMN_LINK_CHANGES,
    TMN_LINK_CHANGED_BY,
    TMN_LINK_CITES,
    TMN_LINK_CITED_BY,
    TMN_LINK_PARTS,
    TMN_LINK_PART_OF,
    TMN_LINKS
};
extern const char *const tmn_link_words[TMN_LINKS]; /* "reads", "read by", ... */

/* What an entry that may cite evidence rests on. NONE: it is none of those that may. SWITCH: the parameter of a
 * subsystem, a choice of the reader. EVIDENCE and ASSUMED: cited, and not or also marked `assumed: yes`. NOTHING:
 * neither cited nor marked. */
enum tmn_basis { TMN_BASIS_NONE, TMN_BASIS_EVIDENCE, TMN_BASIS_ASSUMED, TMN_BASIS_SWITCH, TMN_BASIS_NOTHING };
extern const char *const tmn_basis_words[]; /* "", "evidence", "assumed", "switch", "nothing" */

struct tmn_fact {
    const char *label, *text;
};
struct tmn_entry {
    enum tmn_entry_kind kind;
    size_t index; /* in the model's list of the kind (DRAW: of deals, or of draws); of a LEVEL: feature; of a BRANCH:
                     transition */
    size_t part;  /* LEVEL: level; BRANCH: branch; DRAW: 1 if it is dealt */
    const char *name, *title, *note;
    struct tmn_place place;
    const struct tmn_grounds *grounds;   /* or NULL: it cannot cite */
    const struct tmn_evidence *evidence; /* EVIDENCE; NULL: cited and not declared */
    struct {
        size_t *items; /* entries */
        size_t count, capacity;
    } link[TMN_LINKS];
};
struct tmn_ledger {
    struct tmn_arena *arena;
    const struct tmn_model *model;
    struct tmn_entry *items;
    size_t count, capacity;
    size_t first[TMN_ENTRY_KINDS]; /* of each kind; LEVEL and BRANCH: see below */
    size_t *first_level;           /* [features], SIZE_MAX: its levels are no entries */
    size_t *first_branch;          /* [transitions], likewise */
};

struct tmn_ledger *tmn_ledger_make(struct tmn_arena *arena, const struct tmn_model *model);
/* Entries of that name (status, status.home, cross.across, C034, system.1, figure.2), of that title (of a system or
 * figure), else the levels called so; [*count] indices. With none: *nearest is the nearest name, or NULL. */
const size_t *tmn_ledger_find(const struct tmn_ledger *ledger, const char *name, size_t *count, const char **nearest);
/* False for what the author did not write: made for a test of levels or for degree(layer), or an absent rule. */
bool tmn_ledger_shown(const struct tmn_ledger *ledger, size_t entry);
enum tmn_basis tmn_ledger_basis(const struct tmn_ledger *ledger, size_t entry);
/* Grades of what it cites, each once, "high, low"; of evidence its own; "" if there is none. */
const char *tmn_ledger_grades(const struct tmn_ledger *ledger, size_t entry);
/* Value, unit, prior and the like, as texts. */
const struct tmn_fact *tmn_ledger_facts(const struct tmn_ledger *ledger, size_t entry, size_t *count);
/* The lines of the scenario that declare it, without their common indent; NULL where it has none of its own. */
const char *tmn_ledger_written(const struct tmn_ledger *ledger, size_t entry);

/* Private to the ledger: links what every entry reads and changes. */
void tmn_ledger_link(struct tmn_ledger *ledger, size_t from, enum tmn_link link, size_t to);
void tmn_ledger_read_all(struct tmn_ledger *ledger);

#endif
