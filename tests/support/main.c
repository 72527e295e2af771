/* SPDX-License-Identifier: MIT */
/* The main function of every unit test: runs the suite of its file. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

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
