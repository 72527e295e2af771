/* SPDX-License-Identifier: MIT */
/*
 * Reads messages: bytes in, events out, no transport inside. A request's reader
 * and a response's are one; the caller loops over step until it says MORE.
 */
#ifndef BIGHT_HTTP_READER_H
#define BIGHT_HTTP_READER_H

#include "chunked.h"
#include "fault.h"
#include "guard.h"
#include "head.h"
#include "limits.h"

enum bight__http_kind { BIGHT__HTTP_REQUESTS, BIGHT__HTTP_RESPONSES };

enum bight__http_event {
    BIGHT__HTTP_MORE,   /* all input is used; give more */
    BIGHT__HTTP_HEAD,   /* the head is complete */
    BIGHT__HTTP_DATA,   /* a piece of the body, lent until the next step */
    BIGHT__HTTP_END,    /* the message is complete, trailers included */
    BIGHT__HTTP_CLOSED, /* the last message was the connection's last: no octet
                           is read any more (RFC 9112, 9.6) */
    BIGHT__HTTP_FAIL    /* see fault; no octet is read any more */
};

/* Small: one per connection. */
struct bight__http_reader {
    const struct bight__http_limits *limits; /* lent */
    const struct bight__http_fault *fault;   /* after FAIL */
    uint64_t left;                           /* of the body, or of the chunk */
    uint64_t taken;                          /* of the body, all in all */
    struct bight__http_chunked chunked;
    struct bight__http_guard guard;
    uint8_t state;
    uint8_t kind;
    bool last;         /* nothing is read behind this message */
    bool head_request; /* responses: no body follows (RFC 9110, 9.3.2) */
    bool connect;      /* responses: to CONNECT */
};

void bight__http_reader_init(struct bight__http_reader *reader,
                             enum bight__http_kind kind,
                             const struct bight__http_limits *limits);

/**
 * Goes on to the next event. Consumes from `in`, never past the message's end,
 * so what is left belongs to the next message, or to the next protocol. `head`
 * is filled from an empty one (reset) until HEAD, then with trailers until END;
 * between, the reader does not touch it. After END the reader is ready for the
 * next message. Limits may be replaced between two steps of a body.
 */
enum bight__http_event bight__http_reader_step(
    struct bight__http_reader *reader, struct bight__http_head *head,
    bight_bytes *in, bight_bytes *ret_data);

/* Instead of the step to END, behind the HEAD of a message without a body. */
void bight__http_reader_end(struct bight__http_reader *reader);

/* The input has ended: END (a body until close, or nothing was begun, which
 * bight__http_reader_is_idle tells before) or FAIL. */
enum bight__http_event bight__http_reader_eof(
    struct bight__http_reader *reader);

/* Between messages: not an octet of the next one was seen. */
bool bight__http_reader_is_idle(const struct bight__http_reader *reader);

#endif
