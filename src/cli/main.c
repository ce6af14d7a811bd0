/* The program: parses the words, runs the command, and makes sure that what it printed has arrived. */
#include "cli/arguments.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include <stdio.h>

static enum tmn_status run(struct tmn_arena *arena, int argc, char **argv) {
    struct tmn_arguments arguments;
    enum tmn_status status = tmn_arguments_parse(&arguments, arena, argc, argv);
    if (status != TMN_DONE)
        return status;
    if (arguments.help) {
        tmn_help_print(arguments.command);
        return TMN_DONE;
    }
    return arguments.command->run(arena, &arguments);
}

int main(int argc, char **argv) {
    struct tmn_arena arena;
    tmn_arena_init(&arena, 0);
    if (TMN_ARENA_TRY(&arena)) {
        tmn_complain("memory ran out");
        return TMN_FAILED;
    }
    tmn_interrupt_watch();
    enum tmn_status status = run(&arena, argc, argv);
    tmn_arena_free(&arena);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        tmn_complain("standard output could not be written");
        return status == TMN_DONE ? TMN_FAILED : (int)status;
    }
    return (int)status;
}
