/* Arrows: is each signed link of a causal description wired as it says, and what does it do over time? The direct sign
 * is computed at the state of the world on the link's date, without a draw; the total effect is measured with all
 * feedback by pairs of runs that share their seeds (docs/arrows.md). Both test the wiring of the model, not the world.
 */
#ifndef TMN_STUDY_ARROWS_H
#define TMN_STUDY_ARROWS_H

#include "study/chance.h"
#include "study/options.h"

enum tmn_way { TMN_WAY_NONE, TMN_WAY_MORE, TMN_WAY_LESS, TMN_WAY_OPEN /* these pairs do not tell */ };
const char *tmn_way_name(enum tmn_way way); /* 0, +, -, ? */

struct tmn_arrow_row {
    const struct tmn_arrow *arrow;
    bool looked;            /* the direct sign was computed */
    double before, direct;  /* the effect without the change, and by how much it moves */
    double interaction;     /* of `with`: by how much more it moves with the other factor; else NAN */
    enum tmn_way way;       /* of the direct change; with `with` that of the interaction */
    bool right;             /* the way that the sign says */
    const char *why;        /* not computed: the reason */
    int pairs;              /* of runs that are done; 0: no total */
    double base, total;     /* mean of the outcome, and mean difference (of differences, with `with`) */
    struct tmn_range range; /* of `total`, 90 %; NAN with one pair */
    enum tmn_way total_way;
    bool opposed; /* total and direct have different signs */
    bool masked;  /* too few persons of a place: base, total and its range are NAN */
};

struct tmn_arrows {
    const struct tmn_study_options *options;
    struct tmn_arrow_row *rows;
    bool direct_only;
    size_t count, looked,
        wrong; /* looked: with a direct sign that was computed; wrong: of these, not as the link says */
    struct tmn_store_tally tally;
    bool stopped;
    struct tmn_arena *arena;
};

/* Errors: TMN_USAGE where the scenario has no arrows, those of runs and of the store. */
bool tmn_arrows_run(struct tmn_arrows *arrows, struct tmn_arena *arena, const struct tmn_study_options *options,
                    bool direct_only, struct tmn_error *err);
/* What every page and table of these says of itself. */
extern const char *const tmn_wiring_note;
const char *tmn_arrow_verdict(const struct tmn_arrow_row *row); /* right, WRONG, not computed */
/* "shift barrier by 0.5", "hold barrier at 1", "assign fear = 3 to a share of 0.2 of class = elite". */
const char *tmn_cause_text(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_cause *cause);
const char *tmn_sign_text(enum tmn_sign sign); /* +, -, 0+ */
void tmn_arrows_csv(const struct tmn_arrows *arrows, struct tmn_text *out);
void tmn_arrows_json(const struct tmn_arrows *arrows, struct tmn_text *out);
void tmn_arrows_html(const struct tmn_arrows *arrows, struct tmn_text *out);
/* All links as rows of a Markdown table, as they are declared. */
void tmn_arrows_markdown(const struct tmn_model *model, struct tmn_text *out);
/* Writes the folder: arrows.csv, arrows.json, arrows.html. */
bool tmn_arrows_save(const struct tmn_arrows *arrows, const char *path, struct tmn_error *err);

#endif
