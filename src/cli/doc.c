/* `tumen doc`: a scenario described in one HTML file. */
#include "report/doc.h"
#include "cli/print.h"
#include "cli/session.h"

enum tmn_status tmn_command_doc(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct tmn_session session;
    struct tmn_error err;
    enum tmn_status status = tmn_session_open(&session, arena, arguments);
    if (status != TMN_DONE)
        return status;
    const char *path = arguments->out ? arguments->out : tmn_arena_printf(arena, "%s.html", session.model->name);
    if (!tmn_doc_write(session.model, path, &err))
        return tmn_complain_error(&err);
    printf("%s\n", path);
    return TMN_DONE;
}
