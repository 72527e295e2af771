/* SPDX-License-Identifier: MIT */
/* Answers that take their time. What each of them needs is freed when its
 * exchange ends, whichever way it does. */
#include <stdio.h>

#include <bight/alloc.h>
#include <bight/loop.h>

#include "httpbin.h"

#define DELAY_MAX_S 10
#define BYTES_MAX (UINT64_C(1) << 30)
#define LINES_MAX 1000
#define EVENTS 10
#define EVENTS_MAX 1000
#define PIECE 16384

struct slow {
    bight_http_exchange *x;
    bight_timer *timer;
    uint64_t at;   /* how far it is, */
    uint64_t last; /* and where it ends */
};

static void forget(void *ctx, bight_http_exchange *x, bight_error error)
{
    struct slow *slow = ctx;
    (void)x;
    (void)error;
    bight_timer_free(slow->timer);
    bight_free(slow);
}

/* NULL: no memory, which was answered. */
static struct slow *make(bight_http_exchange *x, uint64_t last)
{
    struct slow *slow = bight_zalloc(sizeof(*slow));
    if (slow == NULL) {
        bight_http_fail(x, 500);
        return NULL;
    }
    slow->x = x;
    slow->last = last;
    bight_http_on_end(x, forget, slow);
    return slow;
}

/* The server answers 500, or ends the answer that was begun. */
static bight_deferred *result(bight_http_exchange *x, bight_error error)
{
    return bight_failed(error)
               ? bight_deferred_rejected(bight_http_loop(x), error)
               : NULL;
}

/* -- /delay --------------------------------------------------------------- */

static void answer_late(void *ctx)
{
    struct slow *slow = ctx;
    struct json json = {0};
    json_open(&json, NULL, '{');
    json_number(&json, "delay", slow->last);
    json_close(&json, '}');
    json_answer(&json, slow->x);
}

bight_deferred *bin_delay(void *ctx, bight_http_exchange *x)
{
    uint64_t seconds;
    struct slow *slow;
    (void)ctx;
    if (!bin_number(x, 0, DELAY_MAX_S, &seconds) ||
        (slow = make(x, seconds)) == NULL)
        return NULL;
    bight_error error =
        bight_timer_new(bight_http_loop(x), answer_late, slow, &slow->timer);
    if (bight_failed(error))
        return result(x, error);
    bight_timer_start(slow->timer, seconds * 1000);
    bight_http_later(x);
    return NULL;
}

/* -- /bytes: as fast as the client reads ---------------------------------- */

/* The byte at a place is always the same. */
static uint8_t byte_at(uint64_t place)
{
    uint64_t z = ((place >> 3) + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint8_t)((z ^ z >> 31) >> (place & 7) * 8);
}

static void write_bytes(void *ctx, bight_http_exchange *x)
{
    struct slow *slow = ctx;
    uint8_t piece[PIECE];
    size_t size = 0;
    while (size < PIECE && slow->at < slow->last)
        piece[size++] = byte_at(slow->at++);
    (void)bight_http_write(x, bight_bytes_of(piece, size));
    if (slow->at == slow->last)
        bight_http_finish(x);
}

static const bight_http_source byte_source = {
    .size = sizeof(bight_http_source), .resume = write_bytes, .pull = true};

bight_deferred *bin_bytes(void *ctx, bight_http_exchange *x)
{
    uint64_t size;
    struct slow *slow;
    (void)ctx;
    if (!bin_number(x, 0, BYTES_MAX, &size) || (slow = make(x, size)) == NULL)
        return NULL;
    bight_error error =
        bight_http_start(x, 200, "application/octet-stream", size);
    if (!bight_failed(error))
        error = bight_http_produce(x, &byte_source, slow);
    return result(x, error);
}

/* -- /stream: lines of JSON, in chunks ------------------------------------ */

static void write_line(void *ctx, bight_http_exchange *x)
{
    struct slow *slow = ctx;
    char line[64];
    int size = snprintf(line, sizeof(line), "{\"line\": %u, \"of\": %u}\n",
                        (unsigned)slow->at, (unsigned)slow->last);
    if (slow->at++ < slow->last)
        (void)bight_http_write(x, bight_bytes_of(line, (size_t)size));
    else
        bight_http_finish(x);
}

static const bight_http_source line_source = {
    .size = sizeof(bight_http_source), .resume = write_line, .pull = true};

bight_deferred *bin_stream(void *ctx, bight_http_exchange *x)
{
    uint64_t lines;
    struct slow *slow;
    (void)ctx;
    if (!bin_number(x, 0, LINES_MAX, &lines) || (slow = make(x, lines)) == NULL)
        return NULL;
    bight_error error = bight_http_start(x, 200, "application/x-ndjson",
                                         BIGHT_HTTP_LENGTH_UNKNOWN);
    if (!bight_failed(error))
        error = bight_http_produce(x, &line_source, slow);
    return result(x, error);
}

/* -- /sse: an event each second ------------------------------------------- */

static void write_event(void *ctx)
{
    struct slow *slow = ctx;
    char id[24];
    char text[64];
    bight_http_event event = {.size = sizeof(event)};
    if (slow->at == slow->last) {
        bight_http_finish(slow->x);
        return;
    }
    slow->at++;
    event.id = bight_bytes_of(
        id, (size_t)snprintf(id, sizeof(id), "%u", (unsigned)slow->at));
    event.data = bight_bytes_of(
        text, (size_t)snprintf(text, sizeof(text), "event %u of %u",
                               (unsigned)slow->at, (unsigned)slow->last));
    (void)bight_http_write_event(slow->x, &event);
    bight_timer_start(slow->timer, 1000);
}

/* A small number that was sent; `other` if it is none. */
static uint64_t number_or(bight_bytes text, uint64_t other)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || i == 4)
            return other;
        number = number * 10 + (uint64_t)(text.data[i] - '0');
    }
    return text.size > 0 && number <= EVENTS_MAX ? number : other;
}

/* Who comes again goes on where it was. */
bight_deferred *bin_sse(void *ctx, bight_http_exchange *x)
{
    uint8_t buf[16];
    bight_bytes count = bight_bytes_of(NULL, 0);
    (void)ctx;
    (void)bight_http_query_get(bight_http_query(x), BIGHT_BYTES("count"), buf,
                               sizeof(buf), &count);
    struct slow *slow = make(x, number_or(count, EVENTS));
    if (slow == NULL)
        return NULL;
    slow->at = number_or(bight_http_last_event_id(x), 0);
    if (slow->at > slow->last)
        slow->at = slow->last;
    bight_error error =
        bight_timer_new(bight_http_loop(x), write_event, slow, &slow->timer);
    if (!bight_failed(error))
        error = bight_http_start_events(x);
    if (!bight_failed(error))
        bight_timer_start(slow->timer, 0);
    return result(x, error);
}
