/* SPDX-License-Identifier: MIT */
/* Places to listen on or to connect to: an endpoint, and where that was given.
 */
#ifndef BIGHT_CLI_PLACE_H
#define BIGHT_CLI_PLACE_H

#include <stdbool.h>

#include <bight/endpoint.h>

#include "given.h"

struct place {
    bight_endpoint *endpoint;
    struct source source;
    bool loopback; /* no HOST was given, and --public neither */
};

/* Parses what was given. Returns an exit code, and has complained; place_fini
 * frees what it made. */
int place_parse(struct place *place, bight_endpoint_side side,
                const struct given *given);

/* Without HOST the library listens everywhere; a program that nobody told to do
 * that stays on this machine (E9). Returns an exit code. */
int place_stay_here(struct place *place);

/* What all wrappers wrap in the end. */
const bight_endpoint *place_innermost(const struct place *place);

/* Its host has to be looked up. */
bool place_has_name(const struct place *place);

void place_fini(struct place *place);

#endif
