/* SPDX-License-Identifier: MIT */
/* A server of HTTP over memory transports, in virtual time, that is asked one
 * thing after the other; answers are looked at as text. */
#ifndef BIGHT_TESTS_HTTP_ASKING_H
#define BIGHT_TESTS_HTTP_ASKING_H

#include <stdlib.h>
#include <string.h>

#include <bight/http_server.h>
#include <bight/plugin.h>

#include "talk.h"

struct asking {
    struct talk talk;
    bight_plugin plugin;
    bight_http_options options;
    char *text; /* of the last answer */
};

static inline void asking_begin(struct asking *a, bight_http_handler_fn handler,
                                void *ctx, const bight_http_use *uses,
                                size_t count)
{
    memset(a, 0, sizeof(*a));
    a->plugin.name = "http";
    a->plugin.factory = &bight_http_factory;
    bight_http_options_init(&a->options);
    a->options.handler = handler;
    a->options.ctx = ctx;
    a->options.middleware = uses;
    a->options.middleware_count = count;
    talk_begin_plugin(&a->talk, &a->plugin, &a->options, NULL);
}

static inline void asking_end(struct asking *a)
{
    free(a->text);
    a->text = NULL;
    talk_end(&a->talk);
}

/* All that came since the last call, NULs included, and one behind it. */
static inline const char *asking_read(struct asking *a)
{
    bight_bytes got = bight_buffer_bytes(&a->talk.received);
    free(a->text);
    a->text = malloc(got.size + 1);
    ck_assert_ptr_nonnull(a->text);
    if (got.size > 0)
        memcpy(a->text, got.data, got.size);
    a->text[got.size] = '\0';
    talk_forget(&a->talk);
    return a->text;
}

/* A connection that the server has closed is made anew. */
static inline const char *asking_ask(struct asking *a, const char *request)
{
    if (a->talk.eof && a->talk.client != NULL) {
        talk_write_eof(&a->talk);
        talk_run(&a->talk);
    }
    if (a->talk.client == NULL) {
        a->talk.joined++;
        talk_again(&a->talk);
    }
    talk_write(&a->talk, bight_bytes_text(request));
    talk_run(&a->talk);
    return asking_read(a);
}

static inline unsigned asking_status(const char *answer)
{
    if (strncmp(answer, "HTTP/1.1 ", 9) != 0)
        ck_abort_msg("no answer: '%s'", answer);
    return (unsigned)strtoul(answer + 9, NULL, 10);
}

/* The body, if its length is known. */
static inline const char *asking_body(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");
    if (end == NULL)
        ck_abort_msg("no head: '%s'", answer);
    return end + 4;
}

#define ck_assert_has(answer, line)                                            \
    do {                                                                       \
        const char *has_ = (answer);                                           \
        if (strstr(has_, (line)) == NULL)                                      \
            ck_abort_msg("no '%s' in '%s'", (line), has_);                     \
    } while (0)
#define ck_assert_has_not(answer, line)                                        \
    do {                                                                       \
        const char *has_ = (answer);                                           \
        if (strstr(has_, (line)) != NULL)                                      \
            ck_abort_msg("'%s' in '%s'", (line), has_);                        \
    } while (0)

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define ASK(method, path) method " " path " HTTP/1.1\r\nHost: a\r\n\r\n"

#endif
