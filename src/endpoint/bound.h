/* SPDX-License-Identifier: MIT */
/* Sockets that listen, and the port that they become. */
#ifndef BIGHT_ENDPOINT_BOUND_H
#define BIGHT_ENDPOINT_BOUND_H

#include <bight/net.h>
#include <bight/port.h>

#include "net/lookup.h"

/* So that a factory hears of a port only when all its addresses are bound. */
struct bight__bound {
    int fds[BIGHT__LOOKUP_ADDRESSES_MAX];
    size_t count;
};

/* Binds all of the addresses, to one port if it was to be any. Addresses that
 * this machine does not have are left out, unless there is no other. An error
 * names its address, and nothing is bound. */
bight_error bight__bound_make(bight_loop *loop, const bight_address *addresses,
                              size_t count, const bight_tcp_options *tcp,
                              struct bight__bound *ret_bound);

/* [::], and 0.0.0.0 where there is no IPv6. */
bight_error bight__bound_everywhere(bight_loop *loop, uint16_t port,
                                    const bight_tcp_options *tcp,
                                    struct bight__bound *ret_bound);

void bight__bound_close(struct bight__bound *bound);

/* A port with a listener for each; they are taken off `bound` one by one, so
 * what is left there after an error is the caller's. */
bight_error bight__bound_port(bight_loop *loop, struct bight__bound *bound,
                              const bight_factory *factory,
                              const bight_owner_options *options,
                              bight_port **ret_port);

#endif
