/* SPDX-License-Identifier: MIT */
/* What the files of httpbin share. */
#ifndef BIGHT_HTTPBIN_H
#define BIGHT_HTTPBIN_H

#include <bight/http.h>

/* -- json.c: an answer that is JSON, indented ----------------------------- */

struct json {
    bight_buffer out;
    unsigned depth;
    bool filled; /* the innermost object or array has something */
    bool failed; /* no memory: the answer will be 500 */
};

/* `bracket` is '{' or '['; `key` is NULL in an array and outermost. */
void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);
/* What is no UTF-8 becomes U+FFFD. */
void json_text(struct json *json, const char *key, bight_bytes text);
void json_number(struct json *json, const char *key, uint64_t number);
void json_true(struct json *json, const char *key);
/* Answers with it, and frees it. */
void json_answer(struct json *json, bight_http_exchange *x);

/* Names with values, copied; a name may come again. */
struct pairs {
    bight_buffer text;
    bight_buffer places; /* of struct place */
    bool failed;
};

void pairs_add(struct pairs *pairs, bight_bytes name, bight_bytes value);
/* One member for each name, an array where it has several values. Frees it. */
void json_pairs(struct json *json, const char *key, struct pairs *pairs);

/* -- handlers ------------------------------------------------------------- */

/* mirror.c: what the client sent. */
bight_deferred *bin_echo(void *ctx, bight_http_exchange *x);
bight_deferred *bin_anything(void *ctx, bight_http_exchange *x);
bight_deferred *bin_headers(void *ctx, bight_http_exchange *x);
bight_deferred *bin_ip(void *ctx, bight_http_exchange *x);
bight_deferred *bin_cookies(void *ctx, bight_http_exchange *x);
bight_deferred *bin_basic_auth(void *ctx, bight_http_exchange *x);

/* forms.c */
bight_deferred *bin_form_sent(void *ctx, bight_http_exchange *x);

/* answers.c: what a client has to cope with. */
bight_deferred *bin_status(void *ctx, bight_http_exchange *x);
bight_deferred *bin_redirect(void *ctx, bight_http_exchange *x);
bight_deferred *bin_cookies_set(void *ctx, bight_http_exchange *x);
bight_deferred *bin_compressed(void *ctx, bight_http_exchange *x);

/* streams.c: answers that take their time. */
bight_deferred *bin_delay(void *ctx, bight_http_exchange *x);
bight_deferred *bin_bytes(void *ctx, bight_http_exchange *x);
bight_deferred *bin_stream(void *ctx, bight_http_exchange *x);
bight_deferred *bin_sse(void *ctx, bight_http_exchange *x);

/* page.c */
bight_deferred *bin_front(void *ctx, bight_http_exchange *x);
bight_deferred *bin_form_page(void *ctx, bight_http_exchange *x);

/* httpbin.c: the number ":n" of the path; false: it was answered 400. */
bool bin_number(bight_http_exchange *x, uint64_t least, uint64_t most,
                uint64_t *ret_number);

#endif
