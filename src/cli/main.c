/* SPDX-License-Identifier: MIT */
/* The program bight. */
#include "command.h"

int main(int argc, char **argv)
{
    return command_run(argc, argv);
}
