/* The command line: finds the command and hands over. */
#include <stdio.h>

int main(void) {
    puts("tumen");
    return 0;
}
