/* SPDX-License-Identifier: MIT */
/** @file
 * A port: what listening at one description gave, one listener for each address
 * that its name has. It is closed by whoever holds it, before or after its loop
 * is; the loop's close ends its listeners.
 */
#ifndef BIGHT_PORT_H
#define BIGHT_PORT_H

#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>
#include <bight/deferred.h>
#include <bight/listener.h>

BIGHT_BEGIN_DECLS

typedef struct bight_port bight_port;

/** The listeners by index, in the order of their addresses, which are the real
 * ones (E2); NULL past the last, and once the loop has closed. Lent. */
BIGHT_API bight_listener *bight_port_listener(const bight_port *port,
                                              size_t index);

/** Connections open now, of all listeners. */
BIGHT_API size_t bight_port_count(const bight_port *port);

/** Stops listening: nothing new is built after it returns, and the Deferred
 * fires, without a value, once the sockets are closed; live connections are
 * untouched (E4). Idempotent. */
BIGHT_API bight_deferred *bight_port_stop(bight_port *port);

/** Drains every listener: stops, tells the connections, aborts those left after
 * `deadline_ms` (E11). The value is a bight_drain_report, the sum, freed by its
 * destructor. Again, with another deadline: both fire together. Cancelling one
 * only stops waiting. After the loop's close: an empty report. */
BIGHT_API bight_deferred *bight_port_drain(bight_port *port,
                                           uint64_t deadline_ms);

/** Stops and frees the port; its connections live on, and so does a drain. NULL
 * is fine. */
BIGHT_API void bight_port_close(bight_port *port);

/* -- for authors of kinds of endpoints ------------------------------------ */

/** A port without listeners. NO_MEMORY, CLOSED. */
BIGHT_API bight_error bight_port_new(bight_loop *loop, bight_port **ret_port);

/** Gives it a listener, which it closes. NO_MEMORY: the listener is yours. */
BIGHT_API bight_error bight_port_add(bight_port *port,
                                     bight_listener *listener);

/** A Deferred's value that closes the port if nobody takes it. */
BIGHT_API bight_value bight_port_value(bight_port *port);

BIGHT_END_DECLS

#endif
