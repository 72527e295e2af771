/* SPDX-License-Identifier: MIT */
/** @file
 * For authors of wires and filters: a driver moves bytes, the one state
 * machine in bight keeps the rules. A driver's slots are called by that
 * machine; what happens on the wire is reported with the functions below, from
 * inside a dispatch of the loop.
 */
#ifndef BIGHT_DRIVER_H
#define BIGHT_DRIVER_H

#include <bight/transport.h>

BIGHT_BEGIN_DECLS

/** Pieces that one write_rest may carry. */
#define BIGHT_DRIVER_PIECES 4
/** Bytes that one write_rest may carry. */
#define BIGHT_DRIVER_REST (64 * 1024)

/** What `info` can be asked; unknown ones are answered false. */
typedef enum bight_driver_query {
    BIGHT_DRIVER_LOCAL = 1, /**< bight_address */
    BIGHT_DRIVER_FD = 2,    /**< int */
    BIGHT_DRIVER_CAN = 3,   /**< bool; in: bight_capability in the same int */
    BIGHT_DRIVER_BELOW = 4, /**< bight_transport *, of a filter's driver */
    BIGHT_DRIVER_UNREAD = 5 /**< int: bytes taken that the peer has yet to take;
                                 only its changes matter */
} bight_driver_query;

/** Eight slots, and one for wires that know more. None may call back into a
 * protocol. */
typedef struct bight_driver {
    size_t size; /**< sizeof(bight_driver) */
    const char *name;
    size_t state_size; /**< bytes of bight_driver_state, zeroed */
    /** Reports received, eof and failed from now on. */
    bight_error (*start_read)(bight_transport *t);
    void (*stop_read)(bight_transport *t);
    /** Takes what it can without waiting: bytes, 0 for none, or -errno. It
     * answers, and reports nothing. */
    ptrdiff_t (*try_writev)(bight_transport *t, const bight_bytes *pieces,
                            size_t count);
    /** Takes all of it, and reports written once. The pieces and the 192
     * bytes of `request` are the driver's until then. */
    bight_error (*write_rest)(bight_transport *t, const bight_bytes *pieces,
                              size_t count, void *request);
    /** Sends eof; everything written before has been taken. */
    bight_error (*shutdown)(bight_transport *t);
    /** Ends; reports written if one is open, then closed, always. */
    void (*close)(bight_transport *t);
    /** The close that follows shall be a reset. */
    void (*reset)(bight_transport *t);
    bool (*info)(const bight_transport *t, bight_driver_query query,
                 void *inout);
    /** Optional. Takes, without waiting for the wire, what it can of the pieces
     * and behind them of `fd`: `length` bytes from `offset`, which are in
     * memory. Answers as try_writev; after 0 it reports writable. Any error but
     * -EPIPE and -ECONNRESET: nothing was taken, the file is read instead. */
    ptrdiff_t (*try_send_file)(bight_transport *t, const bight_bytes *pieces,
                               size_t count, int fd, uint64_t offset,
                               size_t length);
} bight_driver;

/** The driver's own bytes, in the connection's block. */
BIGHT_API void *bight_driver_state(const bight_transport *t);
/** Four bytes for the driver's use, in the hot part of the block. */
BIGHT_API int32_t bight_driver_word(const bight_transport *t);
BIGHT_API void bight_driver_set_word(bight_transport *t, int32_t word);

/** The wire is up: connection_made follows. */
BIGHT_API void bight_driver_opened(bight_transport *t);
/** Where to read to; of size 0 when nothing may be read now: ask again later
 * (level-triggered). Good until the read is reported. */
BIGHT_API bight_space bight_driver_buffer(bight_transport *t, size_t hint);
/** Bytes came: in the buffer above, or anywhere, lent for the call. */
BIGHT_API void bight_driver_received(bight_transport *t, bight_bytes data);
/** The peer's eof came. */
BIGHT_API void bight_driver_eof(bight_transport *t);
/** The wire broke, or never came up; the machine closes it. An errno, or an
 * error of bight's own domain. */
BIGHT_API void bight_driver_failed(bight_transport *t, bight_error why);
/** The write_rest is done, or failed. */
BIGHT_API void bight_driver_written(bight_transport *t, bight_error error);
/** There may be room for more of a file. */
BIGHT_API void bight_driver_writable(bight_transport *t);
/** The wire is gone; the last report. */
BIGHT_API void bight_driver_closed(bight_transport *t);

BIGHT_END_DECLS

#endif
