/* SPDX-License-Identifier: MIT */
/* What the program's exit codes mean; most are those of sysexits.h. */
#ifndef BIGHT_CLI_EXIT_H
#define BIGHT_CLI_EXIT_H

#include <bight/error.h>

enum exit_code {
    EXIT_FINE = 0,
    EXIT_RUNTIME = 1,
    EXIT_USAGE = 64,       /* a mistake on the command line */
    EXIT_UNAVAILABLE = 69, /* an address in use, or not of this machine */
    EXIT_SYSTEM = 71,      /* out of descriptors or memory */
    EXIT_CANNOT_CREATE = 73,
    EXIT_IO = 74,
    EXIT_PERMISSION = 77,
    EXIT_SIGNAL = 128 /* plus the number of the second signal */
};

/* The code for an error of the system's, or of bight's. */
int exit_code_of(bight_error error);

#endif
