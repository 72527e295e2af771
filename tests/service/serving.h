/* SPDX-License-Identifier: MIT */
/* A client service on the scene's loop, its hooks, and a server for it that
 * comes and goes. */
#ifndef BIGHT_TESTS_SERVICE_SERVING_H
#define BIGHT_TESTS_SERVICE_SERVING_H

#include <stdio.h>
#include <string.h>

#include <bight/client_service.h>

#include "faults.h"
#include "leaks.h"
#include "scene.h"
#include "suite.h"

/* What a hook does besides being counted. */
enum act { PASS, STOP, FREE, CLOSE_LOOP };

static struct {
    bight_client_service *service;
    bight_client_service_options options;
    struct trace trace;
    unsigned failures;
    uint64_t next_ms;
    char why[256];
    bool fatal;
    bight_promise *prepare; /* what the hook gave; NULL: consumed */
    bool late;              /* a cancel of it answers LATER */
    unsigned cancelled;
    enum act in_failed, in_prepare, in_fatal, in_ended;
} s;

static const char *const state_names[] = {"stopped", "connecting", "connected",
                                          "waiting", "disconnecting"};

#define ck_assert_state(expected)                                              \
    ck_assert_str_eq(state_names[bight_client_service_state(s.service)],       \
                     (expected))

static inline bool is_in(const char *state)
{
    bight_client_state now = bight_client_service_state(s.service);
    return strcmp(state_names[now], state) == 0;
}

static inline void act(enum act what)
{
    if (what == STOP)
        bight_detach(bight_client_service_stop(s.service));
    if (what == FREE)
        bight_client_service_free(s.service);
    if (what == CLOSE_LOOP)
        bight_loop_close(scene.loop, NULL, NULL);
    if (what == FREE)
        s.service = NULL;
}

static inline uint64_t no_jitter(void *ctx)
{
    (void)ctx;
    return 0;
}

static inline void on_failed(void *ctx, bight_error why, uint64_t next_ms)
{
    ck_assert_ptr_eq(ctx, &s);
    s.failures++;
    s.next_ms = next_ms;
    (void)bight_error_format(why, s.why, sizeof(s.why));
    act(s.in_failed);
}

static inline bool on_fatal(void *ctx, bight_error why)
{
    ck_assert_ptr_eq(ctx, &s);
    ck_assert(bight_failed(why));
    act(s.in_fatal);
    return s.fatal;
}

static inline bight_cancel_answer on_cancel(void *arg)
{
    (void)arg;
    s.cancelled++;
    if (s.late)
        return BIGHT_CANCEL_LATER;
    bight_promise *promise = s.prepare;
    s.prepare = NULL;
    bight_promise_reject(promise, bight_error_of(BIGHT_ERROR_CANCELLED));
    return BIGHT_CANCEL_LATER;
}

static inline bight_deferred *on_prepare(void *ctx, bight_transport *t)
{
    ck_assert_ptr_eq(ctx, &s);
    ck_assert(bight_transport_is_open(t));
    ck_assert_ptr_null(s.prepare);
    bight_deferred *d =
        bight_deferred_new(scene.loop, &s.prepare, on_cancel, NULL);
    act(s.in_prepare);
    return d;
}

static inline void prepare_ends(bight_error error)
{
    bight_promise *promise = s.prepare;
    s.prepare = NULL;
    if (bight_failed(error))
        bight_promise_reject(promise, error);
    else
        bight_promise_resolve(promise, bight_value_none());
}

static inline void on_ended(void *ctx, bight_transport *t, const bight_end *end)
{
    ck_assert_ptr_eq(ctx, &scene);
    ck_assert_ptr_nonnull(t);
    ck_assert(bight_failed(end->why));
    trace_add(&s.trace, "ended");
    act(s.in_ended);
}

/* -- the stage ------------------------------------------------------------- */

static inline const char *place(void)
{
    static char text[96];
    if (scene.wire == WIRE_MEMORY)
        return "memory:s";
    if (scene.wire == WIRE_UNIX)
        (void)snprintf(text, sizeof(text), "unix:%s", scene.path);
    else
        (void)bight_listener_describe(scene.listener, text, sizeof(text));
    return text;
}

static inline void setup(enum wire wire, bight_loop_kind kind)
{
    memset(&s, 0, sizeof(s));
    scene_begin(wire, kind);
    scene.connect.ended = on_ended;
    scene.connect.ctx = &scene;
    bight_client_service_options_init(&s.options);
    s.options.owner = &scene.connect;
    s.options.random = no_jitter;
    s.options.failed = on_failed;
    s.options.ctx = &s;
}

static inline bight_error try_new_at(const char *description)
{
    return bight_client_service_new(scene.loop, description, &scene_clients,
                                    &s.options, &s.service);
}

static inline bight_error try_new(void)
{
    return try_new_at(place());
}

/* A service that has not begun; the server is there if `listens`. */
static inline void begin(int wire, bool listens)
{
    setup((enum wire)wire, BIGHT_LOOP_MANUAL_CLOCK);
    if (listens || wire == WIRE_TCP)
        scene_listen();
    ck_assert_ok(try_new());
    if (!listens && wire == WIRE_TCP)
        bight_listener_close(scene.listener);
    ck_assert_state("stopped");
}

static inline void finish(void)
{
    bight_client_service_free(s.service);
    scene_end();
    bight_promise_reject(s.prepare, bight_error_of(BIGHT_ERROR_CLOSED));
}

static inline void begin_and_start(int wire, bool listens)
{
    begin(wire, listens);
    ck_assert_ok(bight_client_service_start(s.service));
    ck_assert_state("connecting");
}

static inline void begin_connected(int wire)
{
    begin_and_start(wire, true);
    ck_run_until(is_in("connected") && scene.served == 1);
}

static inline void advance(uint64_t ms)
{
    ck_assert_ok(bight_loop_advance(scene.loop, ms));
    scene_settle();
}

/* -- what Deferreds came to -------------------------------------------------
 */

struct told {
    unsigned fired;
    bight_error error;
    char text[256];
    bight_transport *t;
};

static inline void told_note(bight_result *result, void *arg)
{
    struct told *told = arg;
    told->fired++;
    told->error = bight_result_error(result);
    (void)bight_error_format(told->error, told->text, sizeof(told->text));
    told->t = bight_result_peek(result).as.pointer;
}

static inline void tell(struct told *told, bight_deferred *d)
{
    *told = (struct told){.fired = 0};
    bight_on(d, told_note, told);
}

static inline void stopped_now(void)
{
    struct told told;
    tell(&told, bight_client_service_stop(s.service));
    ck_run_until(told.fired == 1);
    ck_assert_ok(told.error);
    ck_assert_state("stopped");
}

#endif
