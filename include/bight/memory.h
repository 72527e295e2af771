/* SPDX-License-Identifier: MIT */
/** @file
 * Connections inside one loop, without the kernel: for tests of protocols, and
 * for joining two parts of one program. The transport is the real one.
 */
#ifndef BIGHT_MEMORY_H
#define BIGHT_MEMORY_H

#include <bight/listener.h>

BIGHT_BEGIN_DECLS

/** How the wire between two ends behaves. */
typedef struct bight_memory_options {
    size_t size;
    size_t capacity;    /**< bytes under way in one direction; 64 KiB */
    size_t read_chunk;  /**< most bytes of one read; 0: all there is */
    size_t write_chunk; /**< most bytes one write takes; 0: no limit */
} bight_memory_options;

BIGHT_API void bight_memory_options_init(bight_memory_options *options);

/** Listens under `name` in this loop. BUSY: the name is taken. */
BIGHT_API bight_error bight_memory_listen(bight_loop *loop,
                                          const bight_factory *factory,
                                          const char *name,
                                          const bight_memory_options *memory,
                                          const bight_owner_options *options,
                                          bight_listener **ret_listener);

/** Connects to a name in this loop, with the listener's wire. Nobody there:
 * ECONNREFUSED, told to `fn`. Otherwise as bight_tcp_connect. */
BIGHT_API bight_error bight_memory_connect(bight_loop *loop,
                                           const bight_factory *factory,
                                           const char *name,
                                           const bight_owner_options *options,
                                           bight_connected_fn fn, void *ctx,
                                           bight_connector **ret_connector);

BIGHT_END_DECLS

#endif
