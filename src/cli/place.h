/* SPDX-License-Identifier: MIT */
/* Places to listen on: an endpoint and the addresses that it stands for. */
#ifndef BIGHT_CLI_PLACE_H
#define BIGHT_CLI_PLACE_H

#include <bight/address.h>
#include <bight/endpoint.h>
#include <bight/loop.h>

#define PLACE_ADDRESSES 8

struct place {
    bight_endpoint *endpoint;
    bool loopback; /* no HOST was given, and --public neither */
    /* TCP: to be bound with the same port; those that this machine does not
     * have may fail, as long as one does not. */
    bight_address addresses[PLACE_ADDRESSES];
    size_t count;
};

/* Parses `text`, a value of the option (NULL: an operand). Returns an exit
 * code; place_fini frees what it made. */
int place_parse(struct place *place, const char *option, const char *text);

/* Finds the addresses, running the loop while names are looked up. Returns an
 * exit code. */
int place_resolve(struct place *place, bight_loop *loop, bool public);

void place_fini(struct place *place);

#endif
