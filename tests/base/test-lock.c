/* Locks: one holder at a time, named; a holder that is killed, or has gone, leaves nothing that holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/lock.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], path[96];

static int set_up(void **state) {
    (void)state;
    strcpy(folder, "/tmp/tumen-test-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/it.lock", folder);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    return rmdir(folder); /* fails where a lock was left */
}

static void one_at_a_time(void **state) {
    (void)state;
    struct tmn_lock one, other;
    struct tmn_error err;
    char who[TMN_LOCK_WHO], wanted[TMN_LOCK_WHO];
    assert_true(tmn_lock_take(&one, path, who, &err));
    assert_string_equal(who, "");
    assert_false(tmn_lock_take(&other, path, who, &err));
    snprintf(wanted, sizeof wanted, "process %ld", (long)getpid());
    assert_string_equal(who, wanted);
    assert_non_null(strstr(err.text, "it.lock' is held by process "));
    tmn_lock_drop(&other);
    assert_false(tmn_lock_take(&other, path, who, &err)); /* dropping what is not held lets go of nothing */
    tmn_lock_drop(&one);
    assert_int_equal(access(path, F_OK), -1);
    assert_true(tmn_lock_take(&other, path, who, &err));
    tmn_lock_drop(&other);
}

static void the_killed_hold_nothing(void **state) {
    (void)state;
    struct tmn_lock lock;
    struct tmn_error err;
    char who[TMN_LOCK_WHO];
    int told[2];
    char byte;
    assert_int_equal(pipe(told), 0);
    pid_t child = fork();
    if (child == 0) {
        bool good = tmn_lock_take(&lock, path, who, NULL) && write(told[1], "x", 1) == 1;
        while (good)
            pause();
        _exit(1);
    }
    assert_true(child > 0);
    assert_int_equal(read(told[0], &byte, 1), 1);
    assert_false(tmn_lock_take(&lock, path, who, &err));
    assert_true(strncmp(who, "process ", 8) == 0);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(access(path, F_OK), 0);
    assert_true(tmn_lock_take(&lock, path, who, &err));
    tmn_lock_drop(&lock);
    close(told[0]);
    close(told[1]);
}

static void where_no_file_can_be(void **state) {
    (void)state;
    struct tmn_lock lock;
    struct tmn_error err;
    char who[TMN_LOCK_WHO];
    assert_false(tmn_lock_take(&lock, "/nonexistent/it.lock", who, &err));
    assert_string_equal(who, "");
    assert_int_equal(err.code, TMN_IO);
    assert_non_null(strstr(err.text, "cannot open '/nonexistent/it.lock'"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_killed_hold_nothing, set_up, tear_down),
        cmocka_unit_test(where_no_file_can_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
