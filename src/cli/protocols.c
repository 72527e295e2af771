/* SPDX-License-Identifier: MIT */
/* The list of protocols. */
#include "protocols.h"

#include <string.h>

extern const bight_factory bight_protocol_chargen;
extern const bight_factory bight_protocol_discard;
extern const bight_factory bight_protocol_echo;

static const struct protocol protocols[] = {
    {"chargen", "sends a pattern without end (RFC 864)",
     &bight_protocol_chargen},
    {"discard", "throws away what it receives (RFC 863)",
     &bight_protocol_discard},
    {"echo", "sends back what it receives (RFC 862)", &bight_protocol_echo},
};

#define COUNT (sizeof(protocols) / sizeof(protocols[0]))

const struct protocol *protocol_find(const char *name)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (strcmp(protocols[i].name, name) == 0)
            return &protocols[i];
    }
    return NULL;
}

const struct protocol *protocol_at(size_t index)
{
    return index < COUNT ? &protocols[index] : NULL;
}

void protocol_names(const char **ret_names, size_t size)
{
    size_t count = 0;
    for (; count < COUNT && count + 1 < size; count++)
        ret_names[count] = protocols[count].name;
    ret_names[count] = NULL;
}
