/* SPDX-License-Identifier: MIT */
/** @file
 * Server-sent events (the HTML standard, 9.2): an answer that does not end, of
 * which browsers read events by EventSource.
 */
#ifndef BIGHT_HTTP_EVENTS_H
#define BIGHT_HTTP_EVENTS_H

#include <bight/http_exchange.h>

BIGHT_BEGIN_DECLS

/** One event; what is empty is left out. A line break or NUL in `name` or `id`
 * would break out of its line: such a one is left out, too. */
typedef struct bight_http_event {
    size_t size;       /**< sizeof(bight_http_event) */
    bight_bytes name;  /**< "message" if empty */
    bight_bytes data;  /**< text in UTF-8, of any number of lines */
    bight_bytes id;    /**< what bight_http_last_event_id will tell */
    uint64_t retry_ms; /**< when to connect anew; 0: not said */
} bight_http_event;

/** Begins the answer: 200, text/event-stream, not to be cached, no end. After
 * it the events may be written from anywhere until the exchange's end. As
 * bight_http_start, which it calls. */
BIGHT_API bight_error bight_http_start_events(bight_http_exchange *x);

/** Writes one event. FULL: the client reads too slowly; leave events out until
 * there is room, or write them by bight_http_produce. */
BIGHT_API bight_write_status
bight_http_write_event(bight_http_exchange *x, const bight_http_event *event);

/** Writes what clients ignore, so that nobody between takes the connection for
 * dead: each 15 s, say. */
BIGHT_API bight_write_status bight_http_write_comment(bight_http_exchange *x,
                                                      bight_bytes text);

/** The id of the last event that the client got before it connected anew;
 * `data` NULL: there was none. */
BIGHT_API bight_bytes bight_http_last_event_id(const bight_http_exchange *x);

BIGHT_END_DECLS

#endif
