/* SPDX-License-Identifier: MIT */
/*
 * Reads messages: bytes in, events out, no transport inside. A request's reader
 * and a response's are one; the caller loops over step until it says MORE.
 */
#ifndef BIGHT_HTTP_READER_H
#define BIGHT_HTTP_READER_H

#include "head.h"

enum bight__http_kind { BIGHT__HTTP_REQUESTS, BIGHT__HTTP_RESPONSES };

enum bight__http_event {
    BIGHT__HTTP_MORE, /* all input is used; give more */
    BIGHT__HTTP_HEAD, /* the head is complete */
    BIGHT__HTTP_DATA, /* a piece of the body, lent until the next step */
    BIGHT__HTTP_END,  /* the message is complete, trailers included */
    BIGHT__HTTP_FAIL  /* see fault; no octet is read any more */
};

/* What was wrong: constants. */
struct bight__http_fault {
    uint16_t status;  /* that a server answers: 400, 413, 414, 431, 501, 505 */
    const char *rule; /* "RFC 9112, 6.1" */
    const char *text; /* "more than one Transfer-Encoding", for the log */
};

/* Small: one per connection. */
struct bight__http_reader {
    const struct bight__http_limits *limits; /* lent */
    const struct bight__http_fault *fault;   /* after FAIL */
    uint64_t left;                           /* of the body, or of the chunk */
    uint64_t taken;                          /* of the body, all in all */
    uint64_t chunks;
    uint32_t extras; /* octets of extensions */
    uint32_t line;   /* octets of the line that is read */
    uint8_t state;
    uint8_t kind;
    bool head_request; /* responses: no body follows (RFC 9110, 9.3.2) */
    bool connect;      /* responses: to CONNECT */
};

void bight__http_reader_init(struct bight__http_reader *reader,
                             enum bight__http_kind kind,
                             const struct bight__http_limits *limits);

/**
 * Goes on to the next event. Consumes from `in`, never past the message's end,
 * so what is left belongs to the next message, or to the next protocol. `head`
 * is filled from an empty one (reset) until HEAD, then again with trailers
 * until END; between, the reader does not touch it. After END the reader is
 * ready for the next message.
 */
enum bight__http_event bight__http_reader_step(
    struct bight__http_reader *reader, struct bight__http_head *head,
    bight_bytes *in, bight_bytes *ret_data);

/* The input has ended: END (a body until close, or nothing was begun, which
 * bight__http_reader_is_idle tells before) or FAIL. */
enum bight__http_event bight__http_reader_eof(struct bight__http_reader *reader,
                                              struct bight__http_head *head);

/* Between messages: not an octet of the next one was seen. */
bool bight__http_reader_is_idle(const struct bight__http_reader *reader);

#endif
