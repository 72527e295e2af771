/* SPDX-License-Identifier: MIT */
/* What the program's exit codes mean; most are those of sysexits.h. */
#ifndef BIGHT_CLI_EXIT_H
#define BIGHT_CLI_EXIT_H

#include <bight/error.h>

enum exit_code {
    EXIT_FINE = 0,
    EXIT_RUNTIME = 1,
    EXIT_PROBLEMS = 2,     /* what was checked would not serve */
    EXIT_USAGE = 64,       /* a mistake on the command line */
    EXIT_DATA = 65,        /* a plugin that cannot be used */
    EXIT_NO_INPUT = 66,    /* a file to read is missing */
    EXIT_UNAVAILABLE = 69, /* cannot connect; an address in use, or not here */
    EXIT_SYSTEM = 71,      /* out of descriptors or memory */
    EXIT_CANNOT_CREATE = 73,
    EXIT_IO = 74,
    EXIT_TIMED_OUT = 75,
    EXIT_PERMISSION = 77,
    EXIT_CONFIG = 78, /* a mistake in a config file or the environment */
    EXIT_SIGNAL = 128 /* plus the number of the second signal */
};

/* The code for an error of the system's, or of bight's. */
int exit_code_of(bight_error error);

#endif
