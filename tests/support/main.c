/* SPDX-License-Identifier: MIT */
/* The main function of every unit test: runs the suite of its file. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

#include "sanitizer.h"

#if HAS_TSAN
__attribute__((visibility("default"))) const char *__tsan_default_suppressions(
    void);

/* libuv closes descriptors by a system call of its own, which TSan does not
 * see: a number used again by another thread's loop looks like a race. */
const char *__tsan_default_suppressions(void)
{
    return "race:epoll_create1\nrace:eventfd\nrace:pipe2\nrace:accept4\n"
           "race:socketpair\nrace:^socket$\nrace:__interceptor_socket$\n";
}
#endif

/* CK_ENV also obeys CK_VERBOSITY; the fork mode is CK_FORK's. With the address
 * sanitizer a process for each test takes far longer than the tests. */
static void run(SRunner *runner)
{
    if (!HAS_ASAN || getenv("CK_FORK") != NULL) {
        srunner_run_all(runner, CK_ENV);
        return;
    }
    srunner_run_tagged(runner, NULL, NULL, "fork", NULL, CK_SILENT);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_tagged(runner, NULL, NULL, NULL, "fork", CK_ENV);
}

int main(void)
{
    SRunner *runner = srunner_create(bight_test_suite());

    run(runner);
    int failed = srunner_ntests_failed(runner);
    int ran = srunner_ntests_run(runner);
    srunner_free(runner);

    if (ran == 0)
        fprintf(stderr, "no check ran\n");
    return failed == 0 && ran > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
