/* SPDX-License-Identifier: MIT */
/* What the wire floor keeps per loop: registered tables and spare blocks. */
#ifndef BIGHT_WIRE_WIRE_H
#define BIGHT_WIRE_WIRE_H

#include <bight/protocol.h>

#include "base/list.h"
#include "base/log_limit.h"
#include "wire/block.h"

#define BIGHT__LOG_LIMITS 16

struct bight__wire {
    const uint8_t *offered;       /* by get_buffer, for the read under way */
    const bight_transport *asked; /* whose driver asks where to read to */
    struct bight__list protocols;
    struct bight__list factories;
    struct bight__list names;                          /* memory listeners */
    struct bight__log_limit limits[BIGHT__LOG_LIMITS]; /* by event */
    unsigned reads;             /* of files, that the threads have */
    struct bight__list readers; /* files that wait for one */
    uint64_t shortage_quiet_ms; /* no line about descriptors before that */
    struct bight__blocks small_blocks;
    struct bight__blocks large_blocks;
};

/* A factory as one loop knows it: a full copy of its table, and what its
 * connections share. Held by owners. */
struct bight__factory {
    struct bight__list link;
    const bight_factory *source;
    const void *options;
    bight_loop *loop;
    bight_factory table;
    void *shared;
    struct bight__list users; /* the owners */
    unsigned owners;
};

/* Makes sure that loop->wire is there. NO_MEMORY. */
bight_error bight__wire_ready(bight_loop *loop);

/* The loop's full copy of a protocol's table, defaults filled in; it lives as
 * long as the loop. NO_MEMORY, INVALID. */
bight_error bight__protocol_register(bight_loop *loop,
                                     const bight_protocol *protocol,
                                     const bight_protocol **ret_protocol);

/* The loop's factory, started if this is its first owner; with its errors. */
bight_error bight__factory_take(bight_loop *loop, const bight_factory *factory,
                                const void *options,
                                struct bight__factory **ret_factory);
void bight__factory_drop(struct bight__factory *factory);

/* The protocol for a peer: REFUSED_BY_FACTORY wraps the factory's reason. */
bight_error bight__factory_build(struct bight__factory *factory,
                                 const bight_address *peer,
                                 const bight_protocol **ret_protocol);

#endif
