/* SPDX-License-Identifier: MIT */
/* Who holds an address that is in use: Linux tells in /proc. */
#ifndef BIGHT_CLI_HOLDER_H
#define BIGHT_CLI_HOLDER_H

#include <stdbool.h>

#include <bight/address.h>

struct holder {
    int pid;
    char name[32]; /* of its program; printable */
};

/* False where it cannot be told: another user's process, no /proc. */
bool holder_of_tcp(const bight_address *address, struct holder *ret);
bool holder_of_unix(const char *path, struct holder *ret);

#endif
