/* `tumen trace`: one simulated person's attributes, firings, messages and clocks, each with the line that caused it. */
#include "cli/print.h"
#include "cli/session.h"
#include <math.h>
#include <string.h>
#include <unistd.h>

struct teller {
    const struct tmn_session *session;
    int32_t from_day;
};

static const char *level_text(struct tmn_arena *arena, const struct tmn_attribute *attribute, uint32_t level) {
    return attribute->level ? attribute->level[level] : tmn_arena_printf(arena, "%d", attribute->first + (int)level);
}

static const char *place_text(struct tmn_arena *arena, const struct tmn_place *place) {
    return place->source ? tmn_arena_printf(arena, "%s:%d", place->source->path, place->line) : "";
}

/* "aware none -> heard, fear 0 -> 1", or "nothing changes". */
static const char *change_text(const struct tmn_session *session, const struct tmn_packed *before,
                               const struct tmn_packed *after) {
    struct tmn_text text;
    tmn_text_init(&text, session->arena);
    for (size_t i = 0; i < session->model->attributes.count; i++) {
        const struct tmn_attribute *attribute = &session->model->attributes.items[i];
        uint32_t old = tmn_level(before, attribute), new = tmn_level(after, attribute);
        if (old != new)
            tmn_text_put(&text, "%s%s %s -> %s", text.count ? ", " : "", attribute->name,
                         level_text(session->arena, attribute, old), level_text(session->arena, attribute, new));
    }
    return text.count ? text.items : "nothing changes";
}

/* What a firing did: changes of the person's own, and the layers that were told. */
static const char *deed_text(const struct tmn_session *session, const struct tmn_happening *happening) {
    const struct tmn_branch *branch =
        &session->model->transitions.items[happening->transition].branch[happening->branch];
    struct tmn_text text;
    tmn_text_init(&text, session->arena);
    if (memcmp(&happening->before, &happening->after, sizeof happening->before) != 0)
        tmn_text_put(&text, "%s", change_text(session, &happening->before, &happening->after));
    for (size_t i = 0; i < branch->count; i++)
        if (branch->items[i].kind == TMN_ACTION_TELL)
            tmn_text_put(&text, "%stells %s", text.count ? ", " : "",
                         session->model->layers.items[branch->items[i].layer].name);
    return text.count ? text.items : "nothing changes";
}

/* "cross.across", and the line of what caused the happening: the message's action, the branch, or the transition. */
static const char *cause_text(const struct tmn_session *session, const struct tmn_happening *happening,
                              const struct tmn_place **place) {
    const struct tmn_transition *transition = &session->model->transitions.items[happening->transition];
    *place = &transition->place;
    if (happening->branch < 0)
        return transition->name;
    const struct tmn_branch *branch = &transition->branch[happening->branch];
    if (branch->place.source)
        *place = &branch->place;
    if (happening->action >= 0 && (size_t)happening->action < branch->count &&
        branch->items[happening->action].place.source)
        *place = &branch->items[happening->action].place;
    return *branch->name ? tmn_arena_printf(session->arena, "%s.%s", transition->name, branch->name) : transition->name;
}

static void tell(void *context, const struct tmn_happening *happening) {
    struct teller *teller = context;
    const struct tmn_session *session = teller->session;
    struct tmn_window window = tmn_calendar_window(&session->model->calendar, happening->window);
    if (window.first_day < teller->from_day)
        return;
    const struct tmn_place *place = NULL;
    const char *cause = happening->transition >= 0 ? cause_text(session, happening, &place) : "";
    const char *where = place ? place_text(session->arena, place) : "";
    const char *day = tmn_day_text(session->arena, window.first_day);
    const char *change = change_text(session, &happening->before, &happening->after);
    switch (happening->kind) {
    case TMN_HAPPENED_ASSIGNED:
        printf("%s  is given by --assign: %s\n", day, change);
        break;
    case TMN_HAPPENED_FIRING:
        printf("%s  fires %s: %s  [%s]\n", day, cause, deed_text(session, happening), where);
        break;
    case TMN_HAPPENED_USED_UP:
        printf("%s  the clock of %s ran out, but another came first: it starts anew  [%s]\n", day, cause, where);
        break;
    case TMN_HAPPENED_MESSAGE:
        printf("%s  hears of %s from person %u%s  [%s]\n", day, cause, happening->sender,
               happening->delivered ? "" : ", in vain", where);
        break;
    case TMN_HAPPENED_BIRTH:
        printf("%s  is born to person %u: %s  [%s]\n", day, happening->sender, change, where);
        break;
    case TMN_HAPPENED_CHANGE:
        printf("%s  after all messages: %s\n", day, change);
        break;
    }
}

static void print_attributes(const struct tmn_session *session, const struct tmn_run *run, uint32_t row,
                             const char *when) {
    static const char *const head[] = {"<attribute", "<level"};
    const struct tmn_model *model = session->model;
    struct tmn_grid grid;
    tmn_grid_init(&grid, session->arena, head, 2);
    const struct tmn_packed *packed = &tmn_run_world(run)->packed[row];
    for (size_t i = 0; i < model->attributes.count; i++) {
        const struct tmn_attribute *attribute = &model->attributes.items[i];
        tmn_grid_put(&grid, "%s", attribute->name);
        tmn_grid_put(&grid, "%s", level_text(session->arena, attribute, tmn_level(packed, attribute)));
    }
    for (size_t i = 0; i < model->counters.count; i++) {
        tmn_grid_put(&grid, "%s (counter)", model->counters.items[i].name);
        tmn_grid_put(&grid, "%u", tmn_run_counter(run, (int)i, row));
    }
    tmn_heading("Person %u %s", row, when);
    tmn_grid_print(&grid);
}

static void print_clocks(const struct tmn_session *session, const struct tmn_run *run, uint32_t row) {
    static const char *const head[] = {"<transition", ">hazard, 1/y", ">left", ">drawn before", "~declared at"};
    const struct tmn_model *model = session->model;
    struct tmn_clock_view *clocks = TMN_NEW_ARRAY(session->arena, struct tmn_clock_view, model->slots + 1);
    int count = tmn_run_clocks(run, row, clocks);
    struct tmn_grid grid;
    tmn_grid_init(&grid, session->arena, head, 5);
    for (int i = 0; i < count; i++) {
        const struct tmn_transition *transition = &model->transitions.items[clocks[i].transition];
        tmn_grid_put(&grid, "%s", transition->name);
        tmn_grid_put(&grid, "%.6g", clocks[i].hazard_y);
        tmn_grid_put(&grid, "%.6g", clocks[i].left);
        tmn_grid_put(&grid, "%u", clocks[i].k);
        tmn_grid_put(&grid, "%s", place_text(session->arena, &transition->place));
    }
    tmn_heading("Clocks that run: a clock fires when its hazard has used up what is left (in mean waits)");
    if (count > 0)
        tmn_grid_print(&grid);
    else
        puts("  none");
}

static bool trace(const struct tmn_session *session, struct tmn_run *run, struct tmn_error *err) {
    uint32_t rows = tmn_run_world(run)->rows;
    if (session->arguments->person >= rows)
        return tmn_fail(err, TMN_USAGE, "there is no person %lld: at this scale they are numbered 0 to %u",
                        session->arguments->person, rows - 1);
    uint32_t row = (uint32_t)session->arguments->person;
    printf("All persons are synthetic: person %u is a row of the model, nobody who lives or lived.\n", row);
    print_attributes(session, run, row, "at the start");
    tmn_heading("What happens");
    if (!tmn_session_drive(session, run, NULL, isatty(STDOUT_FILENO), err)) /* progress would stand amid what happens */
        return false;
    print_attributes(session, run, row, "at the end");
    print_clocks(session, run, row);
    return true;
}

static int32_t last_day(const struct tmn_session *session) {
    return tmn_calendar_window(&session->model->calendar, session->windows).first_day - 1;
}

enum tmn_status tmn_command_trace(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    if (arguments->person < 0) {
        tmn_complain("trace: whom? Give --person N, counted from 0");
        return TMN_MISUSED;
    }
    struct tmn_session session;
    enum tmn_status status = tmn_session_open(&session, arena, arguments);
    if (status != TMN_DONE)
        return status;
    struct tmn_error err;
    struct teller teller = {&session, INT32_MIN};
    if (arguments->from && !tmn_date_option("from", arguments->from, false, &teller.from_day, &err))
        return tmn_complain_error(&err);
    if (teller.from_day > last_day(&session)) {
        tmn_complain("trace: --from %s comes after the last day told, %s", arguments->from,
                     tmn_day_text(arena, last_day(&session)));
        return TMN_MISUSED;
    }
    struct tmn_run_options options = tmn_session_options(&session);
    options.happening = tell;
    options.happening_context = &teller;
    options.watch_row = (uint32_t)arguments->person;
    struct tmn_run *run;
    if (!tmn_run_new(&run, session.model, &options, &err))
        return tmn_complain_error(&err);
    bool good = trace(&session, run, &err);
    bool cut_short = tmn_run_window(run) < tmn_run_windows(run);
    tmn_run_free(run);
    if (!good)
        return tmn_complain_error(&err);
    if (cut_short)
        tmn_complain("interrupted: what happened after that is not told");
    return cut_short ? TMN_INTERRUPTED : TMN_DONE;
}
