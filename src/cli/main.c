/* SPDX-License-Identifier: MIT */
/* The program bight. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "complain.h"
#include "exit.h"

/* Where a standard descriptor is closed, a socket would take its place and get
 * what is meant for a person. Output that has nowhere to go must not look as if
 * it went well: what is in its place cannot be written to. The lowest free
 * descriptor is the one that is missing, since those before it are there. */
static void fill_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR);
    }
}

/* What could not be written must not look as if all went well. */
static int flush_output(int code)
{
    bool lost = fflush(stdout) != 0 || ferror(stdout) != 0;
    if (!lost || code != EXIT_FINE)
        return code;
    return complain_error(bight_error_note(
        bight_error_errno(errno != 0 ? errno : EIO), "write to stdout"));
}

int main(int argc, char **argv)
{
    fill_standard_descriptors();
    return flush_output(command_run(argc, argv));
}
