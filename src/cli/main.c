/* SPDX-License-Identifier: MIT */
/* The program bight. */
#include <fcntl.h>
#include <unistd.h>

#include "command.h"

/* Where a standard descriptor is closed, a socket would take its place and get
 * what is meant for a person. */
static void fill_standard_descriptors(void)
{
    int fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = open("/dev/null", O_RDWR);
    if (fd > STDERR_FILENO)
        (void)close(fd);
}

int main(int argc, char **argv)
{
    fill_standard_descriptors();
    return command_run(argc, argv);
}
