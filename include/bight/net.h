/* SPDX-License-Identifier: MIT */
/** @file
 * TCP and UNIX-domain sockets, by address and by descriptor. For descriptions
 * as text see endpoint.h.
 */
#ifndef BIGHT_NET_H
#define BIGHT_NET_H

#include <bight/listener.h>

BIGHT_BEGIN_DECLS

/** Defaults (E14) by bight_tcp_options_init. */
typedef struct bight_tcp_options {
    size_t size;
    bool nodelay;          /**< true */
    bool reuse_address;    /**< true */
    bool reuse_port;       /**< false */
    uint64_t keepalive_ms; /**< 0: off */
    int backlog;           /**< 511 */
    bool ipv6_only;        /**< false: [::] takes IPv4 too */
} bight_tcp_options;

BIGHT_API void bight_tcp_options_init(bight_tcp_options *options);

/**
 * Listens on a TCP address; `options` and `tcp` may be NULL and are copied.
 * The factory has to stay (protocol.h). Errors name the address: the system's
 * (in use, no permission), NO_MEMORY, the factory's own.
 */
BIGHT_API bight_error bight_tcp_listen(bight_loop *loop,
                                       const bight_factory *factory,
                                       const bight_address *address,
                                       const bight_tcp_options *tcp,
                                       const bight_owner_options *options,
                                       bight_listener **ret_listener);

/**
 * Connects; `fn` is told once, after connection_made (T7), never inside this
 * call, and `ctx` reaches nobody else: what the protocol needs goes through
 * options->factory_options and bight_transport_options. If this returns an
 * error, `fn` is not called. `ret_connector` may be NULL; bight owns it.
 */
BIGHT_API bight_error bight_tcp_connect(bight_loop *loop,
                                        const bight_factory *factory,
                                        const bight_address *address,
                                        const bight_tcp_options *tcp,
                                        const bight_owner_options *options,
                                        bight_connected_fn fn, void *ctx,
                                        bight_connector **ret_connector);

/** Defaults by bight_unix_options_init. */
typedef struct bight_unix_options {
    size_t size;
    unsigned mode; /**< permissions of the socket file; 0660 */
    int backlog;   /**< 511 */
} bight_unix_options;

BIGHT_API void bight_unix_options_init(bight_unix_options *options);

/**
 * Listens on a socket file. One that nobody listens on any more is replaced;
 * anything else in the way is an error, and so is a path that does not fit.
 * The file is removed when listening ends, if it is still ours.
 */
BIGHT_API bight_error bight_unix_listen(bight_loop *loop,
                                        const bight_factory *factory,
                                        const char *path,
                                        const bight_unix_options *unix_options,
                                        const bight_owner_options *options,
                                        bight_listener **ret_listener);

/** Connects to a socket file; as bight_tcp_connect. A full backlog is EAGAIN,
 * at once: the system does not wait there. */
BIGHT_API bight_error bight_unix_connect(bight_loop *loop,
                                         const bight_factory *factory,
                                         const char *path,
                                         const bight_owner_options *options,
                                         bight_connected_fn fn, void *ctx,
                                         bight_connector **ret_connector);

/**
 * Listens on a descriptor that somebody else made: a stream socket that
 * listens, TCP or UNIX, given O_NONBLOCK and FD_CLOEXEC here. It is closed when
 * listening ends; a socket file stays. Errors, with the descriptor still yours:
 * INVALID (what else it is), UNSUPPORTED (another family), the factory's.
 */
BIGHT_API bight_error bight_socket_listen(bight_loop *loop,
                                          const bight_factory *factory, int fd,
                                          const bight_owner_options *options,
                                          bight_listener **ret_listener);

/** Makes a connection of a descriptor that is connected; likewise, and as
 * bight_tcp_connect. */
BIGHT_API bight_error bight_socket_connect(bight_loop *loop,
                                           const bight_factory *factory, int fd,
                                           const bight_owner_options *options,
                                           bight_connected_fn fn, void *ctx,
                                           bight_connector **ret_connector);

BIGHT_END_DECLS

#endif
