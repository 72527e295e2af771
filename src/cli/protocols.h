/* SPDX-License-Identifier: MIT */
/* The protocols that the program was built with. */
#ifndef BIGHT_CLI_PROTOCOLS_H
#define BIGHT_CLI_PROTOCOLS_H

#include <stddef.h>

#include <bight/protocol.h>

struct protocol {
    const char *name;
    const char *summary; /* for the banner and the help text */
    const bight_factory *factory;
};

/* NULL if there is none of that name. */
const struct protocol *protocol_find(const char *name);

/* NULL past the last. */
const struct protocol *protocol_at(size_t index);

/* Fills an array of at most `size` names, ended by NULL. */
void protocol_names(const char **ret_names, size_t size);

#endif
