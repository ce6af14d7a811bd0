/* See interrupt.h. */
#include "cli/interrupt.h"
#include "cli/arguments.h"
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t asked;
static bool watched; /* by somebody at a terminal, to whom nothing would seem to happen until the window is done */

static void on_signal(int number) {
    static const char said[] = "\ntumen: finishing what is under way; again to stop at once\n";
    (void)number;
    if (asked)
        _exit(TMN_INTERRUPTED);
    asked = 1;
    if (watched && write(STDERR_FILENO, said, sizeof said - 1) < 0)
        _exit(TMN_INTERRUPTED); /* the terminal is gone */
}

void tmn_interrupt_watch(void) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    watched = isatty(STDERR_FILENO) == 1;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN; /* a file that grows beyond a limit is an error of writing, and told as such */
    sigaction(SIGXFSZ, &action, NULL);
}

bool tmn_interrupted(void) {
    return asked != 0;
}
