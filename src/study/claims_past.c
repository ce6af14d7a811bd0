/* See claims_past.h. */
#include "study/claims_past.h"

#include "base/file.h"
#include "engine/checkpoint.h"
#include "study/pasts.h"
#include <unistd.h>

struct chain {
    const struct tmn_claims_options *options;
    const struct tmn_store_options *telling;
    const char **file; /* [asks] where each is to be written */
    bool *written;     /* [asks] */
};

int tmn_claim_world_begins(const struct tmn_claim_world *world) {
    return world->count > 0 ? world->items[0].window : 0;
}

/* Windows in which a change of any world begins. */
static size_t list_windows(struct tmn_arena *arena, const struct tmn_claim_worlds *worlds, int **window) {
    *window = TMN_NEW_ARRAY(arena, int, worlds->count + 1);
    for (size_t w = 0; w < worlds->count; w++)
        (*window)[w] = tmn_claim_world_begins(&worlds->items[w]);
    return tmn_windows_sort(*window, worlds->count);
}

/* Windows that the missing runs of a draw would share, less those that the chain itself takes. */
static bool worth_it(const struct tmn_claims_options *options, const struct tmn_claim_worlds *worlds,
                     const struct tmn_ask *asks) {
    long saved = 0, last = 0;
    for (size_t w = 0; w < worlds->count; w++) {
        int begins = tmn_claim_world_begins(&worlds->items[w]);
        if (begins == 0 || tmn_store_missing(&options->store, &asks[w], 1) == 0)
            continue;
        saved += begins;
        last = begins > last ? begins : last;
    }
    return saved > last;
}

static bool tell(void *context, const struct tmn_runs_progress *progress) {
    const struct tmn_store_options *telling = ((const struct chain *)context)->telling;
    return !telling->progress || telling->progress(telling->context, progress);
}

static bool ended(void *context, const struct tmn_ended *ended, struct tmn_error *err) {
    const struct chain *chain = context;
    const struct tmn_claims_options *options = chain->options;
    struct tmn_checkpoint_origin origin = {.target = options->model->path,
                                           .path = options->model->path,
                                           .version = options->version,
                                           .assignments = options->assignments,
                                           .assignment_count = options->assignment_count};
    if (!ended->run) /* stopped, or broken: those that wanted it say so */
        return true;
    if (!tmn_checkpoint_write(ended->run, chain->file[ended->index], &origin, err))
        return false;
    chain->written[ended->index] = true;
    return true;
}

/* One link of every draw's chain: from the window before to this one. last[draws]: where each stands, or NULL. */
static bool make_link(struct tmn_claim_pasts *pasts, const struct tmn_claims_options *options,
                      const struct tmn_ask *bases, int draws, const bool *wanted, int window, size_t link,
                      const char **last, const struct tmn_store_options *telling, bool *stopped,
                      struct tmn_error *err) {
    struct tmn_arena *arena = pasts->arena;
    struct tmn_ask *asks = TMN_NEW_ARRAY(arena, struct tmn_ask, draws + 1);
    int *draw = TMN_NEW_ARRAY(arena, int, draws + 1);
    struct chain chain = {options, telling, TMN_NEW_ARRAY(arena, const char *, draws + 1),
                          TMN_NEW_ARRAY(arena, bool, draws + 1)};
    size_t count = 0;
    for (int d = 0; d < draws; d++) {
        if (!wanted[d] || (link > 0 && !last[d]))
            continue;
        asks[count] = bases[d];
        asks[count].windows = window;
        asks[count].past = last[d];
        chain.file[count] =
            tmn_arena_printf(arena, "%s/past-%ld-%d-%zu.tumen", options->store.folder, (long)getpid(), d, link);
        draw[count++] = d;
    }
    struct tmn_runs_options runs = {.threads = options->threads, .context = &chain, .progress = tell, .ended = ended};
    bool good = tmn_runs_make(asks, count, &runs, stopped, err);
    for (int d = 0; d < draws; d++)
        last[d] = NULL;
    for (size_t i = 0; i < count; i++)
        if (chain.written[i])
            last[draw[i]] = pasts->file[pasts->count++] = chain.file[i];
    return good;
}

bool tmn_claim_pasts_make(struct tmn_claim_pasts *pasts, struct tmn_arena *arena,
                          const struct tmn_claims_options *options, const struct tmn_claim_worlds *worlds,
                          struct tmn_ask *asks, const struct tmn_ask *bases, int draws,
                          const struct tmn_store_options *telling, bool *stopped, struct tmn_error *err) {
    const char **last = TMN_NEW_ARRAY(arena, const char *, draws + 1);
    bool *wanted = TMN_NEW_ARRAY(arena, bool, draws + 1);
    int *window;
    size_t windows = list_windows(arena, worlds, &window);
    *pasts = (struct tmn_claim_pasts){.arena = arena,
                                      .file = TMN_NEW_ARRAY(arena, const char *, windows *(size_t)draws + 1)};
    *stopped = false;
    for (int d = 0; d < draws; d++)
        wanted[d] = worth_it(options, worlds, &asks[(size_t)d * worlds->count]);
    if (windows > 0 && !tmn_folder_make(arena, options->store.folder, err))
        return false;
    for (size_t i = 0; i < windows && !*stopped; i++) {
        if (!make_link(pasts, options, bases, draws, wanted, window[i], i, last, telling, stopped, err))
            return false;
        for (int d = 0; d < draws; d++)
            for (size_t w = 0; last[d] && w < worlds->count; w++)
                if (tmn_claim_world_begins(&worlds->items[w]) == window[i])
                    asks[(size_t)d * worlds->count + w].past = last[d];
    }
    return true;
}

void tmn_claim_pasts_drop(const struct tmn_claim_pasts *pasts) {
    for (size_t i = 0; i < pasts->count; i++)
        unlink(pasts->file[i]);
}
