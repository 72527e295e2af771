/* SPDX-License-Identifier: MIT */
/* Errors: 16-byte values that own nothing, with a detail beside them. */
#ifndef BIGHT_ERROR_H
#define BIGHT_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bight/api.h>

BIGHT_BEGIN_DECLS

/** A family of codes. Static and const; make your own for your library. */
typedef struct bight_error_domain {
    size_t size;      /* sizeof(bight_error_domain) */
    const char *name; /* "errno" */
    /** Static or per-thread strings; NULL for a code it does not know. */
    const char *(*symbol)(int32_t code); /* "ECONNREFUSED" */
    const char *(*text)(int32_t code);   /* "connection refused" */
} bight_error_domain;

/** A plain value. Domain NULL is success; the note is a detail kept by the
 * thread that made it, for a while: a lost one reads as none. */
typedef struct bight_error {
    const bight_error_domain *domain;
    int32_t code;
    uint32_t note; /* 0: none */
} bight_error;

/** The codes of bight_domain; a number never changes its meaning. */
typedef enum bight_code {
    BIGHT_ERROR_NO_MEMORY = 1,
    BIGHT_ERROR_USAGE = 2,
    BIGHT_ERROR_INVALID = 3,
    BIGHT_ERROR_UNSUPPORTED = 4,
    BIGHT_ERROR_BUSY = 5,
    BIGHT_ERROR_NOT_FOUND = 6,
    BIGHT_ERROR_RANGE = 7,
    BIGHT_ERROR_CANCELLED = 8,
    BIGHT_ERROR_TIMED_OUT = 9,
    BIGHT_ERROR_CIRCULAR = 10,
    BIGHT_ERROR_REFUSED = 11,
    BIGHT_ERROR_REFUSED_BY_FACTORY = 12,
    /* why a connection ended */
    BIGHT_ERROR_CLOSED = 32,
    BIGHT_ERROR_EOF = 33,
    BIGHT_ERROR_RESET = 34,
    BIGHT_ERROR_ABORTED = 35,
    BIGHT_ERROR_HANDED_OVER = 36,
    BIGHT_ERROR_CONNECT_TIMEOUT = 37,
    BIGHT_ERROR_HANDSHAKE_TIMEOUT = 38,
    BIGHT_ERROR_IDLE_TIMEOUT = 39,
    BIGHT_ERROR_WRITE_TIMEOUT = 40,
    BIGHT_ERROR_LINGER_TIMEOUT = 41,
    BIGHT_ERROR_TLS_TRUNCATED = 42,
    BIGHT_ERROR_TLS_ALERT = 43,
    BIGHT_ERROR_WRITE_OVERFLOW = 44,
    BIGHT_ERROR_READ_OVERFLOW = 45,
    BIGHT_ERROR_LOOP_CLOSED = 46,
    BIGHT_ERROR_PROTOCOL_ERROR = 47,
    BIGHT_ERROR_SYSTEM = 48,
    BIGHT_ERROR_FRAME_TOO_LONG = 49,
    BIGHT_ERROR_FILE_TOO_SHORT = 50,
    BIGHT_ERROR_ALL_FAILED = 51 /* of several, none went well */
} bight_code;

extern BIGHT_API const bight_error_domain bight_domain;
extern BIGHT_API const bight_error_domain bight_errno_domain;

static inline bight_error bight_error_make(const bight_error_domain *domain,
                                           int32_t code)
{
    bight_error e;
    e.domain = domain;
    e.code = code;
    e.note = 0;
    return e;
}

static inline bight_error bight_ok(void)
{
    return bight_error_make(NULL, 0);
}

static inline bight_error bight_error_of(bight_code code)
{
    return bight_error_make(&bight_domain, (int32_t)code);
}

/** 0 gives success. */
static inline bight_error bight_error_errno(int errnum)
{
    return bight_error_make(errnum ? &bight_errno_domain : NULL, errnum);
}

static inline bool bight_failed(bight_error e)
{
    return e.domain != NULL;
}

static inline bool bight_error_is(bight_error e,
                                  const bight_error_domain *domain,
                                  int32_t code)
{
    return e.domain == domain && e.code == code;
}

/** Returns `e` with a detail: what was tried, on what ("connect tcp:h:81"). A
 * detail it already has follows: "new: old". Success stays as it is. Never
 * fails; the text is cut at 511 bytes. To carry an error to another thread,
 * copy bight_error_detail and bight_error_cause here and note them there. */
BIGHT_API bight_error bight_error_note(bight_error e, const char *format, ...)
    BIGHT_PRINTF(2, 3);

/** bight_error_note, and keeps what `cause` says: "..., because ...". */
BIGHT_API bight_error bight_error_wrap(bight_error base, bight_error cause,
                                       const char *format, ...)
    BIGHT_PRINTF(3, 4);

/** Returns `e` with the text of a cause, in place of one it had. */
BIGHT_API bight_error bight_error_because(bight_error e, const char *format,
                                          ...) BIGHT_PRINTF(2, 3);

/** The detail's text; "" if there is none, it was lost or is another thread's.
 * Borrowed until the next note on this thread. */
BIGHT_API const char *bight_error_detail(bight_error e);

/** The cause's text, as bight_error_detail. */
BIGHT_API const char *bight_error_cause(bight_error e);

/** Writes "connect tcp:h:81: connection refused (ECONNREFUSED)"; "success" for
 * none. Returns the full length as snprintf does; always ends in NUL if `size`
 * > 0. Any thread. */
BIGHT_API size_t bight_error_format(bight_error e, char *buf, size_t size);

BIGHT_END_DECLS

#endif
