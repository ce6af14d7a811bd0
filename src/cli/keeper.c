/* See keeper.h. */
#include "cli/keeper.h"
#include "base/file.h"
#include "base/text.h"
#include <string.h>

bool tmn_keeper_every(const char *text, const struct tmn_calendar *calendar, int *every, struct tmn_error *err) {
    enum { MOST = 100000 };
    size_t length = strlen(text);
    long long number = 0, quarters = 0;
    char unit = length > 1 ? text[length - 1] : '\0';
    if (length > 1 && tmn_parse_int(text, length - 1, &number) && number >= 1 && number <= MOST)
        quarters = unit == 'd'   ? 4 * number
                   : unit == 'w' ? 28 * number
                   : unit == 'y' ? number * calendar->windows_per_year * calendar->window_quarter_days
                                 : 0;
    if (quarters < calendar->window_quarter_days)
        return tmn_fail(err, TMN_USAGE,
                        "--checkpoint takes a time such as 26w, 90d or 1y, at least one window (%g day%s), not '%s'",
                        calendar->window_quarter_days / 4.0, calendar->window_quarter_days == 4 ? "" : "s", text);
    *every = (int)((quarters + calendar->window_quarter_days / 2) / calendar->window_quarter_days);
    return true;
}

bool tmn_keeper_due(const struct tmn_keeper *keeper, const struct tmn_run *run) {
    return keeper->origin.every > 0 && tmn_run_window(run) % keeper->origin.every == 0;
}

static bool save(struct tmn_keeper *keeper, const struct tmn_run *run, struct tmn_error *err) {
    if (keeper->own)
        return tmn_checkpoint_write(run, tmn_arena_printf(keeper->arena, "%s/%s", keeper->folder, TMN_CHECKPOINT_NAME),
                                    &keeper->origin, err);
    struct tmn_folder folder;
    bool good = tmn_folder_begin(&folder, keeper->arena, keeper->folder, err);
    if (!good)
        return false;
    good = tmn_checkpoint_write(run, tmn_arena_printf(keeper->arena, "%s/%s", folder.temporary, TMN_CHECKPOINT_NAME),
                                &keeper->origin, err) &&
           tmn_folder_commit(&folder, err);
    tmn_folder_abandon(&folder);
    return good;
}

bool tmn_keeper_save(struct tmn_keeper *keeper, const struct tmn_run *run, struct tmn_error *err) {
    if (keeper->window == tmn_run_window(run))
        return true;
    if (save(keeper, run, err)) {
        keeper->own = true;
        keeper->window = tmn_run_window(run);
        return true;
    }
    struct tmn_error why = *err;
    if (keeper->window < 0)
        return tmn_fail(err, why.code, "%s. No checkpoint of this run was written", why.text);
    return tmn_fail(err, why.code,
                    "%s. The checkpoint after %d windows is whole: `tumen run --resume %s` goes on from there",
                    why.text, keeper->window, keeper->folder);
}
