/* The commands that say something about the program itself: version and help. */
#include "cli/print.h"

/* "gcc 12.2.0" or "Clang 14.0.6", as the compiler names itself. */
#if defined(__clang__)
#define COMPILER "Clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

const char *tmn_compiler(void) {
    return COMPILER;
}

enum tmn_status tmn_command_version(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    (void)arena;
    (void)arguments;
    printf("tumen %s (%s)\n", TUMEN_VERSION, tmn_compiler());
    puts("The same scenario and seed give the same result to the bit, for any number of threads.");
    return TMN_DONE;
}

enum tmn_status tmn_command_help(struct tmn_arena *arena, const struct tmn_arguments *arguments) {
    (void)arena;
    const struct tmn_command *command = arguments->target ? tmn_command_find(arguments->target) : NULL;
    if (arguments->target && !command) {
        tmn_command_unknown(arguments->target);
        return TMN_MISUSED;
    }
    tmn_help_print(command);
    return TMN_DONE;
}
