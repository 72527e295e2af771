/* SPDX-License-Identifier: MIT */
/* Sockets before anybody owns them: bound ones and connected ones. */
#ifndef BIGHT_NET_SOCKET_H
#define BIGHT_NET_SOCKET_H

#include <bight/net.h>

#include "net/accept.h"

extern const bight_driver bight__tcp_driver;
extern const bight_driver bight__unix_driver;
extern const struct bight__acceptor_ops bight__tcp_acceptor;
extern const struct bight__acceptor_ops bight__unix_acceptor;

/* A socket that listens; the caller's. Says what failed, not on what. */
bight_error bight__tcp_bind(const bight_address *address,
                            const bight_tcp_options *options, int *ret_fd);

/* A socket that does not block, with the options of a client; the caller's. */
bight_error bight__tcp_socket(const bight_address *address,
                              const bight_tcp_options *options, int *ret_fd);

/* The address that it is bound to; untouched if there is none. */
void bight__socket_local(int fd, bight_address *ret_address);

/* Who is at the other end of a UNIX socket. */
bight_address bight__unix_peer(int fd);

#endif
