/* SPDX-License-Identifier: MIT */
/*
 * An HTTP server over memory transports in virtual time, whose handler does
 * what the path says; the test is its client (talk.h).
 *
 *   /hello   13 bytes          /later   answered by the test
 *   /echo    the body          /sink    streams the body into the trace
 *   /pieces  "ab", "c" in one  /source  served.count times served.piece
 *   /promise a Deferred, the test's     /none     no answer at all
 *   /fail    rejected with 404          /broken   rejected with NO_MEMORY
 *   /switch  another protocol, which echoes in capitals
 *   /big     served.piece
 */
#ifndef BIGHT_TESTS_HTTP_SERVED_H
#define BIGHT_TESTS_HTTP_SERVED_H

#include <bight/http_server.h>

#include "loops.h"
#include "talk.h"

struct served {
    struct talk talk;
    bight_http_options options; /* change them before served_begin */
    bight_http_exchange *x;     /* of /later, /sink, /pieces; until its end */
    bight_promise *promise;     /* of /promise */
    bight_write_status status;  /* of the last write of /source */
    size_t count;
    bight_bytes piece;
    bight_error taken; /* what stream_body, read_body, switch answered */
    char heard[256];   /* by the sink, and of the source's end */
    unsigned handled;  /* requests that reached the handler */
    unsigned ended;    /* exchanges whose end was told */
    bight_error why;   /* of the last one */
};

extern struct served served;

/* Defaults, before served_begin. */
void served_prepare(void);
/* `read`, `write`: at most so many bytes at once on the wire; 0: all. */
void served_begin(size_t read, size_t write);
void served_end(void);

/* Sends the text, and turns the loop until nothing happens. */
void served_ask(const char *text);
/* All that came since the last time; then it is forgotten. */
#define ck_assert_answered(expected)                                           \
    served_assert_answered((expected), __FILE__, __LINE__)
void served_assert_answered(const char *expected, const char *file, int line);
/* The status of the last answer's head; 0: none. */
unsigned served_status(void);
/* Moves the clock by so many seconds. */
void served_wait(unsigned seconds);

/* The fields of every answer at the beginning of virtual time. */
#define SERVED_DATE "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
#define SERVED(status, fields, body)                                           \
    "HTTP/1.1 " status "\r\nServer: bight\r\n" SERVED_DATE fields "\r\n" body
#define SERVED_HELLO                                                           \
    SERVED("200 OK", "Content-Type: text/plain\r\nContent-Length: 13\r\n",     \
           "Hello, World!")
/* A page of the server's own, which is the connection's last word. */
#define SERVED_FAULT(status, size)                                             \
    SERVED(status,                                                             \
           "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " size  \
           "\r\nConnection: close\r\n",                                        \
           status "\n")

#endif
