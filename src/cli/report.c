/* `tumen report`: the report of a results folder, made anew. */
#include "report/report.h"
#include "cli/print.h"
#include <unistd.h>

enum tmn_status tmn_command_report(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    struct tmn_error err;
    if (access(tmn_arena_printf(arena, "%s/report.json", arguments->target), F_OK) != 0) {
        tmn_complain("'%s' is no results folder of `tumen run`: it has no report.json", arguments->target);
        return TMN_FAILED;
    }
    if (!tmn_report_remake(arguments->target, &err))
        return tmn_complain_error(&err);
    printf("%s/report.html\n", arguments->target);
    return TMN_DONE;
}
