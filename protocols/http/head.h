/* SPDX-License-Identifier: MIT */
/*
 * The head of a message: its start line and fields, as slices of its own copy
 * of the octets. Owned by whoever reads; used again for the next message.
 */
#ifndef BIGHT_HTTP_HEAD_H
#define BIGHT_HTTP_HEAD_H

#include <bight/bytes.h>
#include <bight/error.h>

#include "limits.h"
#include "names.h"

/* A part of the head's octets. */
struct bight__http_slice {
    uint32_t at;
    uint32_t size;
};

struct bight__http_field {
    struct bight__http_slice name;
    struct bight__http_slice value; /* without the white space around it */
    enum bight__http_name known;
};

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
    BIGHT__HTTP_AUTHORITY,
    BIGHT__HTTP_ASTERISK
};

struct bight__http_head {
    uint8_t *bytes; /* inline_bytes or on the heap */
    uint32_t used, room;
    struct bight__http_field *fields;
    uint16_t field_count, field_room;

    /* The start line. */
    uint8_t minor;                     /* of HTTP/1.x: 0 or 1 */
    uint8_t form;                      /* enum bight__http_form */
    uint8_t framing;                   /* enum bight__http_framing */
    uint8_t method_number;             /* http-parser's, requests */
    uint16_t status;                   /* responses */
    struct bight__http_slice method;   /* "GET" */
    struct bight__http_slice target;   /* as sent */
    struct bight__http_slice path;     /* still percent-coded */
    struct bight__http_slice query;    /* behind the ?, still coded */
    struct bight__http_slice host;     /* of the target, else of Host */
    struct bight__http_slice reason;   /* responses */
    uint64_t length;                   /* if the framing is LENGTH */

    /* What the fields say of this message and its connection. */
    bool keep_alive;   /* version and Connection tokens (RFC 9112, 9.3) */
    bool continues;    /* Expect: 100-continue, of a 1.1 request with a body */
    bool upgrades;     /* Connection: upgrade together with Upgrade */
    bool has_query;    /* "/?" has one, which is empty */
    bool in_trailers;  /* set while `trailers` are read */

    /* Fields behind a chunked body (RFC 9112, 7.1.2): never merged. */
    uint16_t trailer_start; /* fields[trailer_start...] are trailers */

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

/* The first field of that name, or NULL; the next one behind `after`. */
const struct bight__http_field *
bight__http_head_find(const struct bight__http_head *head,
                      enum bight__http_name name,
                      const struct bight__http_field *after);

#endif
