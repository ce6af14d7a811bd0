/* See study.h. */
#include "cli/study.h"

#include "cli/source-key.h"
#include <stdio.h>
#include <string.h>

struct tmn_store tmn_study_store(const struct tmn_arguments *arguments) {
    return (struct tmn_store){.folder = arguments->store ? arguments->store : "results/runs",
                              .version = TUMEN_SOURCE_KEY};
}

struct tmn_study_options tmn_study_options_of(const struct tmn_session *session, int seeds) {
    const struct tmn_arguments *arguments = session->arguments;
    return (struct tmn_study_options){.model = session->model,
                                      .settings = &session->settings,
                                      .store = tmn_study_store(arguments),
                                      .seed = session->seed,
                                      .seeds = arguments->seeds > 0 ? (int)arguments->seeds : seeds,
                                      .scale = session->scale,
                                      .windows = session->windows,
                                      .threads = (int)arguments->threads,
                                      .version = TUMEN_VERSION,
                                      .assignments = arguments->set.items,
                                      .assignment_count = arguments->set.count};
}

enum tmn_status tmn_study_begin(struct tmn_study *study, struct tmn_arena *arena, const struct tmn_arguments *arguments,
                                const char *folder) {
    struct tmn_error err;
    study->out = arguments->out ? arguments->out : folder;
    if (!tmn_claim_take(&study->claim, arena, study->out, &err))
        return tmn_complain_error(&err);
    tmn_progress_begin(&study->progress, arguments->quiet);
    return TMN_DONE;
}

enum tmn_status tmn_study_end(struct tmn_study *study, bool good, const struct tmn_error *err) {
    tmn_progress_end(&study->progress);
    tmn_lock_drop(&study->claim);
    if (good)
        return TMN_DONE;
    enum tmn_status status = tmn_complain_error(err);
    return err->code == TMN_STOPPED ? TMN_INTERRUPTED : status;
}

void tmn_study_print_end(const struct tmn_store *store, const struct tmn_store_tally *tally, const char *out,
                         const char *page) {
    printf("%zu run%s made, %zu found in %s", tally->made, tally->made == 1 ? "" : "s", tally->found, store->folder);
    if (tally->damaged > 0)
        printf("; %zu damaged there, made anew", tally->damaged);
    printf("\nResults in %s%s%s; open %s/%s in a browser\n", tmn_bold(stdout), out, tmn_plain(stdout), out, page);
}

const bool *tmn_study_kept(struct tmn_arena *arena, const struct tmn_model *model, const struct tmn_words *set) {
    bool *keep = TMN_NEW_ARRAY(arena, bool, model->parameters.count + 1);
    for (size_t i = 0; i < set->count; i++) {
        const char *text = set->items[i];
        text += strncmp(text, "hold ", 5) == 0 ? 5 : 0;
        size_t length = strcspn(text, "=");
        for (size_t p = 0; p < model->parameters.count && !strchr(text, '@'); p++) {
            const char *name = model->parameters.items[p].name;
            keep[p] = keep[p] || (strlen(name) == length && strncmp(name, text, length) == 0);
        }
    }
    return keep;
}
