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

int main(void)
{
    SRunner *runner = srunner_create(bight_test_suite());

    /* CK_ENV also obeys CK_VERBOSITY; the fork mode is CK_FORK's. */
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    int run = srunner_ntests_run(runner);
    srunner_free(runner);

    if (run == 0)
        fprintf(stderr, "no check ran\n");
    return failed == 0 && run > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
