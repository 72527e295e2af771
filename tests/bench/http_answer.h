/* SPDX-License-Identifier: MIT */
/* The answer that every baseline of the HTTP benchmark gives. */
#ifndef BENCH_HTTP_ANSWER_H
#define BENCH_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define HTTP_ANSWER_MAX 256
#define HTTP_BODY "Hello, World!"

struct http_answer {
    size_t len;
    uint8_t bytes[HTTP_ANSWER_MAX];
};

/** A 200 with Server, Date, Content-Type, Content-Length and 13 bytes; `last`
 * adds Connection: close. As of the last tick. */
const struct http_answer *http_answer(bool last);

/** Writes both anew if the second is another one. */
void http_answer_tick(time_t now);

#endif
