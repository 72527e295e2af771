/* SPDX-License-Identifier: MIT */
/** @file
 * Filters: a protocol to the transport below, a driver to the one above (T32).
 */
#ifndef BIGHT_FILTER_H
#define BIGHT_FILTER_H

#include <bight/driver.h>
#include <bight/listener.h>

BIGHT_BEGIN_DECLS

/** The protocol raises the transport above, usually in connection_made. */
struct bight_filter {
    size_t size; /**< sizeof(bight_filter) */
    const char *name;
    const bight_protocol *below; /**< what the lower transport talks to */
    const bight_driver *above;   /**< what moves the upper one's bytes */
};

/** Makes the transport above `below`, driven by its filter; the filter then
 * reports bight_driver_opened on it. Errors: the factory's, NO_MEMORY; the
 * lower transport has then been told to fail. USAGE: no filter's lower
 * transport, or raised before. */
BIGHT_API bight_error bight_filter_raise(bight_transport *below,
                                         bight_transport **ret_above);

/** NULL before it was raised and after it ended. */
BIGHT_API bight_transport *bight_transport_above(const bight_transport *below);
/** NULL at the wire, and once the one above ended. */
BIGHT_API bight_transport *bight_transport_below(const bight_transport *above);

/** The options in the owner's bight_filter_use for this layer. */
BIGHT_API const void *bight_filter_options(const bight_transport *below);

/** Slots for filters that change nothing there: a protocol's ... */
BIGHT_API void bight_filter_pass_data(void *self, bight_transport *below,
                                      bight_bytes data);
BIGHT_API bool bight_filter_pass_eof(void *self, bight_transport *below);
BIGHT_API void bight_filter_pass_lost(void *self, bight_transport *below,
                                      bight_error why);
/** ... and a driver's. */
BIGHT_API bight_error bight_filter_start_read(bight_transport *above);
BIGHT_API void bight_filter_stop_read(bight_transport *above);
BIGHT_API ptrdiff_t bight_filter_try_writev(bight_transport *above,
                                            const bight_bytes *pieces,
                                            size_t count);
BIGHT_API bight_error bight_filter_write_rest(bight_transport *above,
                                              const bight_bytes *pieces,
                                              size_t count, void *request);
BIGHT_API bight_error bight_filter_shutdown(bight_transport *above);
BIGHT_API void bight_filter_close(bight_transport *above);
BIGHT_API void bight_filter_reset(bight_transport *above);
BIGHT_API bool bight_filter_info(const bight_transport *above,
                                 bight_driver_query query, void *inout);

/** Where trace writes: one call per piece; `incoming` tells the direction. It
 * comes from inside a flush, so it must not call verbs. */
typedef void (*bight_trace_fn)(void *ctx, const bight_transport *t,
                               bool incoming, bight_bytes data);

/** The options of bight_trace; they may be NULL. */
typedef struct bight_trace_options {
    size_t size;
    bight_trace_fn fn; /**< NULL: log lines, event "trace" */
    void *ctx;
    bool hex; /**< log lines: hex dump instead of escaped text */
} bight_trace_options;

/** Shows what passes and changes nothing. */
extern BIGHT_API const bight_filter bight_trace;

BIGHT_END_DECLS

#endif
