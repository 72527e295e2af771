/* SPDX-License-Identifier: MIT */
/* bight version: the libraries in use. */
#include <stdio.h>
#include <unistd.h>

#include <bight/loop.h>
#include <bight/plugin.h>

#include "command.h"
#include "exit.h"

static int run(const struct command *command, int argc, char *const *argv)
{
    struct operands operands = {.most = 0};
    char libc[64] = "";
    int code;
    if (!command_operands(command, argc, argv, &operands, &code))
        return code;
    (void)printf("bight %s\nlibuv %s\n", bight_version(),
                 bight_loop_uv_version());
#ifdef _CS_GNU_LIBC_VERSION
    (void)confstr(_CS_GNU_LIBC_VERSION, libc, sizeof(libc));
#endif
    if (libc[0] != '\0')
        (void)puts(libc);
    (void)printf("plugin ABI %d.%d\n", BIGHT_PLUGIN_ABI_MAJOR,
                 BIGHT_PLUGIN_ABI_MINOR);
    return EXIT_FINE;
}

const struct command version_command = {
    .name = "version",
    .operands = "",
    .summary = "tells the version of the program and of its libraries",
    .options = &plain_option_table,
    .traits = plain_option_traits,
    .run = run,
};
