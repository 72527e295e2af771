/* SPDX-License-Identifier: MIT */
/* The commands of the program. */
#ifndef BIGHT_CLI_COMMAND_H
#define BIGHT_CLI_COMMAND_H

/* Runs the program: argv[0] is its name. Returns its exit code. */
int command_run(int argc, char *const *argv);

#endif
