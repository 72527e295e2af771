/* SPDX-License-Identifier: MIT */
/*
 * The head of a message: its start line and fields, as slices of its own copy
 * of the octets. Owned by whoever reads; used again for the next message.
 */
#ifndef BIGHT_HTTP_HEAD_H
#define BIGHT_HTTP_HEAD_H

#include <bight/bytes.h>

#include "fault.h"
#include "field.h"
#include "methods.h"
#include "trailers.h"

/* How the body's end is known. */
enum bight__http_framing {
    BIGHT__HTTP_NO_BODY,
    BIGHT__HTTP_LENGTH,
    BIGHT__HTTP_CHUNKED,
    BIGHT__HTTP_UNTIL_CLOSE /* responses only */
};

/* The form of a request's target (RFC 9112, 3.2). */
enum bight__http_form {
    BIGHT__HTTP_ORIGIN,
    BIGHT__HTTP_ABSOLUTE,
    BIGHT__HTTP_AUTHORITY, /* of CONNECT */
    BIGHT__HTTP_ASTERISK   /* of OPTIONS; also an absolute one without a path */
};

/* What points into it holds until it is reset; only trailers come later. */
struct bight__http_head {
    uint8_t *bytes; /* inline_bytes or on the heap */
    uint32_t used, room;
    struct bight__http_field *fields;
    uint16_t field_count, field_room;

    /* The start line. */
    uint8_t minor;                   /* of HTTP/1.x: 0 or 1 */
    uint8_t form;                    /* enum bight__http_form */
    uint8_t framing;                 /* enum bight__http_framing */
    uint8_t method_number;           /* enum bight__http_method */
    uint16_t status;                 /* responses */
    struct bight__http_slice method; /* "GET" */
    struct bight__http_slice target; /* as sent */
    struct bight__http_slice path;   /* still percent-coded; empty in AUTHORITY
                                        and ASTERISK */
    struct bight__http_slice query;  /* behind the ?, still coded */
    struct bight__http_slice host;   /* of the target, else of Host; with its
                                        port */
    struct bight__http_slice reason; /* responses */
    uint64_t length;                 /* of Content-Length, whatever the
                                        framing; 0 without one */

    /* What the fields say of this message and its connection. */
    bool keep_alive;          /* by version and Connection (RFC 9112, 9.3) */
    bool continues;           /* Expect: 100-continue, of a 1.1 request with a
                                 body */
    bool unknown_expectation; /* Expect of something else: 417 */
    bool upgrades;            /* Connection: upgrade together with Upgrade */
    bool has_length;          /* there is a Content-Length */
    bool has_query;           /* "/?" has one, which is empty */

    struct bight__http_trailers trailers;

    struct bight__http_field inline_fields[24];
    uint8_t inline_bytes[1024];
};

/* Makes an empty one; fini frees what reset keeps for the next message. */
void bight__http_head_init(struct bight__http_head *head);
void bight__http_head_reset(struct bight__http_head *head);
void bight__http_head_fini(struct bight__http_head *head);

static inline bight_bytes bight__http_head_slice(
    const struct bight__http_head *head, struct bight__http_slice slice)
{
    return bight_bytes_of(head->bytes + slice.at, slice.size);
}

/* The slice of a field in `trailers`. */
static inline bight_bytes bight__http_trailer_slice(
    const struct bight__http_head *head, struct bight__http_slice slice)
{
    return bight_bytes_of(head->trailers.bytes + slice.at, slice.size);
}

/* The first field of that name, or NULL; the next one behind `after`. */
const struct bight__http_field *bight__http_head_find(
    const struct bight__http_head *head, enum bight__http_name name,
    const struct bight__http_field *after);

/* -- for the reader ------------------------------------------------------- */

/* Adds octets of the head; false without memory. */
bool bight__http_head_append(struct bight__http_head *head, const uint8_t *data,
                             size_t size);

/* Reads the start line and the fields, of which there are so many, of a head
 * that the guard let through to its end. NULL, or what is wrong. */
const struct bight__http_fault *bight__http_head_parse(
    struct bight__http_head *head, bool is_response, uint16_t fields);

#endif
