/* Ctrl-C and TERM: the first asks the run to stop after its window, the second ends the program at once. */
#ifndef TMN_CLI_INTERRUPT_H
#define TMN_CLI_INTERRUPT_H

#include <stdbool.h>

void tmn_interrupt_watch(void);
bool tmn_interrupted(void);

#endif
