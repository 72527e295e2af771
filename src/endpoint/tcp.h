/* SPDX-License-Identifier: MIT */
/* The two sides of tcp:[HOST:]PORT, and what their keys mean. */
#ifndef BIGHT_ENDPOINT_TCP_H
#define BIGHT_ENDPOINT_TCP_H

#include <bight/endpoint_kind.h>
#include <bight/net.h>

/* As a message repeats a description: its kind, host and port. */
struct bight__tcp_name {
    char text[288];
};

struct bight__tcp_name bight__tcp_name(const bight_endpoint *endpoint);
bight_tcp_options bight__tcp_options(const bight_endpoint *endpoint);

bight_deferred *bight__tcp_listen(bight_loop *loop,
                                  const bight_endpoint *endpoint,
                                  const bight_factory *factory,
                                  const bight_owner_options *options);
bight_deferred *bight__tcp_connect(bight_loop *loop,
                                   const bight_endpoint *endpoint,
                                   const bight_factory *factory,
                                   const bight_owner_options *options);

#endif
