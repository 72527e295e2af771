/* SPDX-License-Identifier: MIT */
/*
 * Deadlines and the date, by one timer each second. Connections of a phase wait
 * in a list in the order in which they came to it, and all of them as long: so
 * only the first need be looked at. One that is BUSY stays in the list where it
 * was, since most come back to that within the second; it is moved when it is
 * found there.
 */
#include <string.h>

#include "server.h"

static struct bight__http_connection *of(struct bight__http_node *node)
{
    return (struct bight__http_connection *)(void *)node;
}

static void unlink_node(struct bight__http_node *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
}

static void append(struct bight__http_node *list, struct bight__http_node *node)
{
    node->prev = list->prev;
    node->next = list;
    list->prev->next = node;
    list->prev = node;
}

static void relink(struct bight__http_connection *c,
                   enum bight__http_phase phase)
{
    unlink_node(&c->node);
    append(&c->server->phases[phase], &c->node);
    c->listed = (uint8_t)phase & 15u;
    c->since = c->server->second;
}

/* -- the date ------------------------------------------------------------- */

static void set_date(bight_http_server *server)
{
    char date[BIGHT_HTTP_DATE_SIZE + 1];
    bight_http_date_format((int64_t)(bight_loop_wall_ms(server->loop) / 1000),
                           date);
    memcpy(server->common + server->date_at, date, BIGHT_HTTP_DATE_SIZE);
}

/* -- deadlines ------------------------------------------------------------ */

static const struct bight__http_fault slow_head = {408, "RFC 9110, 15.5.9",
                                                   "the head took too long"};
static const struct bight__http_fault slow_body = {408, "RFC 9110, 15.5.9",
                                                   "the body came too slowly"};

#define FLOW_SECONDS 5 /* how often the speed of a body is looked at */
#define LEFT_SECONDS 5 /* how long more of what nobody wants is waited for */
#define FAR_MS (UINT64_C(1000) * 60 * 60 * 24 * 365)
#define LEFT_LOOKS 6 /* and how often that */

/* In whole seconds, and one more: never early. What is far is for ever. */
static uint32_t patience(const bight_http_server *server,
                         enum bight__http_phase phase)
{
    if (phase == BIGHT__HTTP_FLOW)
        return FLOW_SECONDS + 1;
    if (phase == BIGHT__HTTP_LEFT)
        return LEFT_SECONDS + 1;
    uint64_t ms = phase == BIGHT__HTTP_IDLE   ? server->limits.idle_timeout_ms
                  : phase == BIGHT__HTTP_HALF ? server->limits.half_close_ms
                                              : server->limits.head_timeout_ms;
    return ms < FAR_MS ? (uint32_t)((ms + 999) / 1000 + 1) : UINT32_MAX;
}

static void look_at_flow(struct bight__http_connection *c)
{
    bight_http_exchange *x = c->exchange;
    uint32_t spared = x->spared;
    if (x->paused || c->full)
        spared += c->server->second - x->stalled;
    uint64_t seconds = spared < FLOW_SECONDS ? FLOW_SECONDS - spared : 0;
    if (c->reader.taken - x->mark < c->server->limits.body_rate * seconds)
        bight__http_refuse(c, &slow_body);
    else
        bight__http_body_go_on(x);
}

static void look_at_left(struct bight__http_connection *c)
{
    if (!c->came || ++c->looks >= LEFT_LOOKS) {
        bight_transport_close(c->transport);
        return;
    }
    c->came = false;
    bight__http_clock_enter(c, BIGHT__HTTP_LEFT);
}

/* What has begun to end may take its time (T24, T36) and needs no second end.
 */
static void expire(struct bight__http_connection *c,
                   enum bight__http_phase phase)
{
    bight__http_clock_enter(c, BIGHT__HTTP_BUSY);
    if (phase == BIGHT__HTTP_LEFT)
        look_at_left(c);
    if (c->closing)
        return;
    if (phase == BIGHT__HTTP_FLOW)
        look_at_flow(c);
    else if (phase == BIGHT__HTTP_SOME)
        bight__http_refuse(c, &slow_head);
    else if (phase != BIGHT__HTTP_HALF ||
             c->exchange->answer == BIGHT__HTTP_NOT_BEGUN)
        bight__http_close(c);
}

/* Whoever expires is moved first, so that the list gets shorter whatever comes
 * of it. */
static void sweep(bight_http_server *server, enum bight__http_phase phase)
{
    struct bight__http_node *list = &server->phases[phase];
    uint32_t limit = patience(server, phase);
    while (list->next != list) {
        struct bight__http_connection *c = of(list->next);
        if (server->second - c->since < limit)
            return;
        relink(c, BIGHT__HTTP_BUSY);
        if (c->phase == phase)
            expire(c, phase);
    }
}

static void on_second(void *ctx)
{
    bight_http_server *server = ctx;
    server->second++;
    set_date(server);
    sweep(server, BIGHT__HTTP_IDLE);
    sweep(server, BIGHT__HTTP_SOME);
    sweep(server, BIGHT__HTTP_HALF);
    sweep(server, BIGHT__HTTP_LEFT);
    if (server->limits.body_rate > 0)
        sweep(server, BIGHT__HTTP_FLOW);
    if (server->connections > 0)
        bight_timer_start(server->timer, 1000);
}

/* Who sent an eof meanwhile waits for the answer no longer than others do. */
static enum bight__http_phase behind_done(
    const struct bight__http_connection *c)
{
    const bight_http_exchange *x = c->exchange;
    return c->eof && x != NULL && x->answer == BIGHT__HTTP_NOT_BEGUN
               ? BIGHT__HTTP_HALF
               : BIGHT__HTTP_BUSY;
}

/* Settled ones are in another list, or gone. */
static void on_done(void *ctx)
{
    bight_http_server *server = ctx;
    struct bight__http_node *list = &server->phases[BIGHT__HTTP_DONE];
    while (list->next != list) {
        struct bight__http_connection *c = of(list->next);
        enum bight__http_phase next = behind_done(c);
        relink(c, next);
        c->phase = (uint8_t)next & 15u;
        if (c->exchange != NULL)
            bight__http_body_go_on(c->exchange);
        bight__http_settle_now(c);
    }
}

bight_error bight__http_clock_init(bight_http_server *server)
{
    for (int i = 0; i < BIGHT__HTTP_PHASES; i++)
        server->phases[i].next = server->phases[i].prev = &server->phases[i];
    bight_error error =
        bight_timer_new(server->loop, on_done, server, &server->settler);
    if (bight_failed(error))
        return error;
    return bight_timer_new(server->loop, on_second, server, &server->timer);
}

/* The first one starts the clock. */
void bight__http_clock_add(struct bight__http_connection *c)
{
    bight_http_server *server = c->server;
    c->phase = c->listed = BIGHT__HTTP_IDLE;
    c->since = server->second;
    append(&server->phases[BIGHT__HTTP_IDLE], &c->node);
    if (server->connections++ > 0 || bight_timer_active(server->timer))
        return;
    set_date(server);
    bight_timer_start(server->timer, 1000);
}

void bight__http_clock_enter(struct bight__http_connection *c,
                             enum bight__http_phase phase)
{
    c->phase = (uint8_t)phase & 15u;
    if (phase != BIGHT__HTTP_BUSY &&
        (phase != c->listed || c->since != c->server->second))
        relink(c, phase);
}

void bight__http_clock_remove(struct bight__http_connection *c)
{
    unlink_node(&c->node);
    if (--c->server->connections == 0)
        bight_timer_stop(c->server->timer);
}
