/* `tumen report`: the report of a results folder, made anew. */
#include "report/report.h"
#include "cli/print.h"

enum tmn_status tmn_command_report(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    (void)arena;
    struct tmn_error err;
    if (!tmn_report_remake(arguments->target, &err))
        return tmn_complain_error(&err);
    printf("%s/report.html\n", arguments->target);
    return TMN_DONE;
}
