/* SPDX-License-Identifier: MIT */
/*
 * The client service (E12). What is under way is a connect's Deferred, a
 * prepare's, and a transport; a phase that ends waits until none of them is.
 *
 *     IDLE ─ start ─> STARTING ─> CONNECTING ─────> PREPARING ──────> UP
 *      ^                ^             │ failed          │ failed, lost │ lost
 *      │                │ timer       v                 v              │
 *      │ fatal          └───────── WAITING <─ none ─ DROPPING          │
 *      ├──────────────────────────────┘ ^──────────────────────────────┘
 *      └─ none ─ STOPPING <─ stop, from every phase with something under way
 *
 * A connection may end before its connect's callback has run: `lost`.
 */
#include <bight/client_service.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <bight/alloc.h>
#include <bight/endpoint.h>
#include <bight/log.h>

#include "async/abandon.h"
#include "async/texts.h"
#include "base/log_limit.h"
#include "endpoint/outcome.h"
#include "loop/dispatch.h"
#include "loop/resource.h"
#include "service/backoff.h"
#include "service/waiters.h"

#define DELAY_MAX_MS (UINT64_C(366) * 24 * 60 * 60 * 1000)

enum phase {
    IDLE,
    STARTING, /* `ready` is queued */
    CONNECTING,
    PREPARING,
    DROPPING, /* a connection that could not be prepared */
    UP,
    WAITING,
    STOPPING
};

struct bight_client_service {
    bight_loop *loop; /* NULL once it closes */
    struct bight__resource resource;
    struct bight__ready ready;
    enum phase phase;
    bool lost;
    bool freed;    /* by the program */
    unsigned busy; /* entries into this file that are under way */
    bight_endpoint *endpoint;
    const bight_factory *factory;
    struct bight__kept_options owner; /* with this service's hooks */
    bight_ended_fn ended;             /* the program's own */
    bight_reported_fn reported;
    void *owner_ctx;
    bight_client_service_options options;
    struct bight__backoff backoff;
    bight_timer *timer; /* WAITING, STOPPING */
    bight_deferred *connecting;
    bight_deferred *preparing;
    bight_transport *transport;
    bight_error why; /* of a loss, or of DROPPING */
    struct bight__texts *texts;
    uint64_t up_ns;
    struct bight__list waiters;
    struct bight__list stoppers;
    struct bight__log_limit limit;
};

/* -- life ----------------------------------------------------------------- */

static void leave_loop(bight_client_service *service)
{
    if (service->loop == NULL)
        return;
    bight_timer_free(service->timer);
    service->timer = NULL;
    bight__resource_remove(service->loop, &service->resource);
    service->loop = NULL;
}

static void destroy(bight_client_service *service)
{
    leave_loop(service);
    bight_endpoint_free(service->endpoint);
    bight_free(service->texts);
    bight_free(service);
}

static void enter(bight_client_service *service)
{
    service->busy++;
}

/* A hook may have freed it. */
static void leave(bight_client_service *service)
{
    service->busy--;
    if (service->busy == 0 && service->freed && service->phase == IDLE)
        destroy(service);
}

static void remember(bight_client_service *service, bight_error why)
{
    bight_free(service->texts);
    service->texts = bight__texts_keep(why);
    service->why = why;
}

static bight_error remembered(const bight_client_service *service)
{
    return bight__texts_restore(service->texts, service->why);
}

/* -- failures ------------------------------------------------------------- */

static void log_failure(bight_client_service *service, bight_error why,
                        uint64_t next_ms)
{
    char text[128];
    uint64_t suppressed = 0;
    if (!bight_log_enabled(BIGHT_LOG_WARNING) ||
        !bight__log_limit_allow(&service->limit, service->loop->now_ms,
                                &suppressed))
        return;
    (void)bight_endpoint_format(service->endpoint, text, sizeof(text));
    bool never = next_ms == BIGHT_CLIENT_NEVER;
    bight_log_field fields[] = {bight_log_text("endpoint", text),
                                bight_log_error("why", why),
                                never ? bight_log_text("next", "never")
                                      : bight_log_uint("next_ms", next_ms)};
    bight_log_write(BIGHT_LOG_WARNING, service->limit.event, fields, 3);
}

static void tell_failed(bight_client_service *service, bight_error why,
                        uint64_t next_ms)
{
    log_failure(service, why, next_ms);
    if (service->options.failed != NULL)
        service->options.failed(service->options.ctx, why, next_ms);
}

static bool is_fatal(const bight_client_service *service, bight_error why)
{
    const bight_client_service_options *options = &service->options;
    return options->is_fatal != NULL && options->is_fatal(options->ctx, why);
}

/* Nothing is under way. */
static void try_again(bight_client_service *service, bight_error why)
{
    service->phase = WAITING;
    bool fatal = is_fatal(service, why);
    /* It may have stopped the service. */
    if (service->phase != WAITING)
        return;
    if (fatal) {
        service->phase = IDLE;
        bight__connect_waiters_reject(&service->waiters, why);
        tell_failed(service, why, BIGHT_CLIENT_NEVER);
        return;
    }
    uint64_t next_ms = bight__backoff_next(&service->backoff);
    bight_timer_start(service->timer, next_ms);
    bight__connect_waiters_count(&service->waiters, why);
    tell_failed(service, why, next_ms);
}

/* DROPPING and STOPPING end here. */
static void settle(bight_client_service *service)
{
    if (service->connecting != NULL || service->preparing != NULL ||
        service->transport != NULL)
        return;
    if (service->phase == DROPPING) {
        try_again(service, remembered(service));
        return;
    }
    assert(service->phase == STOPPING);
    service->phase = IDLE;
    if (service->timer != NULL)
        bight_timer_stop(service->timer);
    bight__connect_waiters_resolve(&service->stoppers, NULL);
}

/* -- connections ---------------------------------------------------------- */

static void rise(bight_client_service *service)
{
    service->phase = UP;
    service->up_ns = bight_loop_now_ns(service->loop);
    if (service->options.prepare != NULL)
        bight__backoff_reset(&service->backoff);
    bight__connect_waiters_resolve(&service->waiters, service->transport);
}

static void drop(bight_client_service *service, bight_error why)
{
    remember(service, why);
    service->phase = DROPPING;
    if (service->preparing != NULL)
        bight__deferred_abandon(service->preparing,
                                service->options.stop_timeout_ms);
    if (service->transport != NULL)
        bight_transport_fail(service->transport, why);
    settle(service);
}

static bight_error not_prepared(const bight_client_service *service,
                                bight_error why)
{
    char text[128];
    (void)bight_endpoint_format(service->endpoint, text, sizeof(text));
    return bight_error_note(why, "prepare %s", text);
}

static void prepared(bight_result *result, void *arg)
{
    bight_client_service *service = arg;
    bight_error error = bight_result_error(result);
    enter(service);
    bight_detach(service->preparing);
    service->preparing = NULL;
    if (service->phase != PREPARING)
        settle(service);
    else if (bight_failed(error))
        drop(service, not_prepared(service, error));
    else
        rise(service);
    leave(service);
}

static void prepare(bight_client_service *service)
{
    const bight_client_service_options *options = &service->options;
    service->phase = PREPARING;
    if (options->prepare == NULL) {
        rise(service);
        return;
    }
    bight_deferred *d = options->prepare(options->ctx, service->transport);
    if (options->prepare_timeout_ms > 0)
        d = bight_timeout(d, options->prepare_timeout_ms);
    service->preparing = d;
    /* The hook may have stopped the service. */
    if (service->phase != PREPARING && d != NULL)
        bight__deferred_abandon(d, options->stop_timeout_ms);
    bight_finally(d, prepared, service);
}

/* `t` is a reference; NULL: there was none. */
static void connected_to(bight_client_service *service, bight_transport *t,
                         bight_error error)
{
    if (service->lost) {
        bight_transport_unref(t);
        t = NULL;
        error = remembered(service);
    }
    service->transport = t;
    if (service->phase == CONNECTING) {
        if (t == NULL)
            try_again(service, error);
        else
            prepare(service);
        return;
    }
    if (t != NULL)
        bight_transport_close(t);
    settle(service);
}

static void connected(bight_result *result, void *arg)
{
    bight_client_service *service = arg;
    bight_error error = bight_result_error(result);
    bight_value value = bight_result_take(result);
    enter(service);
    bight_detach(service->connecting);
    service->connecting = NULL;
    connected_to(service, bight_failed(error) ? NULL : value.as.pointer, error);
    leave(service);
}

static void attempt(bight_client_service *service)
{
    bight_loop *loop = service->loop;
    const void *outer = loop->origin;
    service->phase = CONNECTING;
    service->lost = false;
    loop->origin = service->resource.made_at;
    service->connecting = bight_endpoint_connect(
        loop, service->endpoint, service->factory, &service->owner.options);
    loop->origin = outer;
    bight_finally(service->connecting, connected, service);
}

static void fell(bight_client_service *service, bight_error why)
{
    uint64_t lived_ns = bight_loop_now_ns(service->loop) - service->up_ns;
    if (service->options.prepare == NULL &&
        lived_ns / 1000000 >= service->options.lived_ms)
        bight__backoff_reset(&service->backoff);
    try_again(service, why);
}

static void connection_ended(bight_client_service *service, bight_error why)
{
    if (service->transport == NULL) {
        service->lost = true;
        remember(service, why);
        return;
    }
    bight_transport_unref(service->transport);
    service->transport = NULL;
    if (service->phase == UP) {
        fell(service, why);
    } else if (service->phase == PREPARING) {
        drop(service, why);
    } else {
        if (service->preparing != NULL)
            bight__deferred_abandon(service->preparing,
                                    service->options.stop_timeout_ms);
        settle(service);
    }
}

/* -- hooks of the owner, the timer and the loop ---------------------------- */

static void on_ended(void *ctx, bight_transport *t, const bight_end *end)
{
    bight_client_service *service = ctx;
    enter(service);
    if (service->ended != NULL)
        service->ended(service->owner_ctx, t, end);
    connection_ended(service, end->why);
    leave(service);
}

static void on_reported(void *ctx, bight_transport *t,
                        const bight_report *report)
{
    bight_client_service *service = ctx;
    service->reported(service->owner_ctx, t, report);
}

static void on_timer(void *ctx)
{
    bight_client_service *service = ctx;
    enter(service);
    if (service->phase == WAITING)
        attempt(service);
    else if (service->transport != NULL)
        bight_transport_abort(service->transport);
    leave(service);
}

static void on_ready(struct bight__ready *entry)
{
    bight_client_service *service =
        bight__container(entry, bight_client_service, ready);
    enter(service);
    attempt(service);
    leave(service);
}

/* What is under way ends by the loop's close, and is heard of before that. */
static void on_close(struct bight__resource *resource)
{
    bight_client_service *service =
        bight__container(resource, bight_client_service, resource);
    enter(service);
    if (service->phase == STARTING)
        bight__ready_remove(service->loop, &service->ready);
    leave_loop(service);
    bight__connect_waiters_reject(&service->waiters,
                                  bight_error_of(BIGHT_ERROR_LOOP_CLOSED));
    if (service->phase != IDLE) {
        service->phase = STOPPING;
        settle(service);
    }
    leave(service);
}

static size_t describe(const struct bight__resource *resource, char *buf,
                       size_t size)
{
    const bight_client_service *service =
        bight__container(resource, const bight_client_service, resource);
    return bight_endpoint_format(service->endpoint, buf, size);
}

static const struct bight__resource_ops service_resource = {
    .kind = "client service", .describe = describe, .end = on_close};

/* -- making ---------------------------------------------------------------- */

void bight_client_service_options_init(bight_client_service_options *options)
{
    *options = (bight_client_service_options){
        .size = sizeof(*options),
        .first_delay_ms = 1000,
        .delay_factor = 1.5,
        .max_delay_ms = 60 * 1000,
        .jitter_ms = 1000,
        .lived_ms = 5000,
        .prepare_timeout_ms = 30 * 1000,
        .stop_timeout_ms = 5000,
    };
}

static bight_error check(const bight_client_service_options *options)
{
    const char *what = NULL;
    if (options->first_delay_ms == 0)
        what = "no delay before an attempt";
    else if (!(options->delay_factor >= 1 && options->delay_factor < 1e9))
        what = "delays do not grow";
    else if (options->max_delay_ms > DELAY_MAX_MS ||
             options->jitter_ms > DELAY_MAX_MS)
        what = "a delay of more than a year";
    if (what == NULL)
        return bight_ok();
    return bight_error_note(bight_error_of(BIGHT_ERROR_INVALID),
                            "client service: %s", what);
}

static uint64_t seed_for(const bight_loop *loop)
{
    uint64_t seed = 0;
    if (loop->kind != BIGHT_LOOP_VIRTUAL &&
        getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
        seed = bight_loop_now_ns(loop);
    return seed;
}

static void keep_options(bight_client_service *service)
{
    const bight_client_service_options *options = &service->options;
    bight__options_keep(&service->owner, options->owner);
    bight_owner_options *owner = &service->owner.options;
    service->ended = owner->ended;
    service->reported = owner->reported;
    service->owner_ctx = owner->ctx;
    owner->ended = on_ended;
    owner->reported = service->reported != NULL ? on_reported : NULL;
    owner->refused = NULL;
    owner->ctx = service;
    service->options.owner = NULL;
    service->backoff = (struct bight__backoff){
        .first_ms = options->first_delay_ms,
        .factor = options->delay_factor,
        .max_ms = options->max_delay_ms,
        .jitter_ms = options->jitter_ms,
        .random = options->random,
        .ctx = options->ctx,
        .seed = seed_for(service->loop),
    };
}

static bight_error fill(bight_client_service *service, const char *description)
{
    service->ready.run = on_ready;
    service->limit.event = "connection-failed";
    bight__list_init(&service->waiters);
    bight__list_init(&service->stoppers);
    keep_options(service);
    bight_error error =
        bight_endpoint_parse(bight_bytes_text(description),
                             BIGHT_ENDPOINT_CLIENT, &service->endpoint, NULL);
    if (bight_failed(error))
        return bight_error_note(error, "connect %s", description);
    return bight__timer_new(service->loop, on_timer, service, &service->timer);
}

bight_error bight_client_service_new(
    bight_loop *loop, const char *description, const bight_factory *factory,
    const bight_client_service_options *options,
    bight_client_service **ret_service)
{
    bight_client_service_options all;
    bight__loop_check(loop);
    bight_client_service_options_init(&all);
    if (options != NULL)
        memcpy(&all, options,
               options->size < sizeof(all) ? options->size : sizeof(all));
    bight_error error = check(&all);
    if (bight_failed(error))
        return error;
    bight_client_service *service = bight_zalloc(sizeof(*service));
    if (service == NULL)
        return bight_error_of(BIGHT_ERROR_NO_MEMORY);
    service->loop = loop;
    service->factory = factory;
    service->options = all;
    error = fill(service, description);
    if (bight_failed(error)) {
        bight_endpoint_free(service->endpoint);
        bight_free(service);
        return error;
    }
    bight__resource_add(loop, &service->resource, &service_resource,
                        __builtin_return_address(0));
    *ret_service = service;
    return bight_ok();
}

/* -- verbs ----------------------------------------------------------------- */

bight_error bight_client_service_start(bight_client_service *service)
{
    if (service->loop == NULL || service->freed)
        return bight_error_of(BIGHT_ERROR_CLOSED);
    bight__loop_check(service->loop);
    if (service->phase == STOPPING)
        return bight_error_of(BIGHT_ERROR_BUSY);
    if (service->phase != IDLE)
        return bight_ok();
    service->phase = STARTING;
    bight__backoff_reset(&service->backoff);
    bight__ready_push(service->loop, &service->ready);
    return bight_ok();
}

static void end_what_is_under_way(bight_client_service *service)
{
    uint64_t ms = service->options.stop_timeout_ms;
    service->phase = STOPPING;
    if (service->connecting != NULL)
        bight__deferred_abandon(service->connecting, ms);
    if (service->preparing != NULL)
        bight__deferred_abandon(service->preparing, ms);
    if (service->transport != NULL)
        bight_transport_close(service->transport);
    bight_timer_start(service->timer, ms);
}

static void stop(bight_client_service *service)
{
    bight__connect_waiters_reject(&service->waiters,
                                  bight_error_of(BIGHT_ERROR_CLOSED));
    switch (service->phase) {
    case STARTING:
        bight__ready_remove(service->loop, &service->ready);
        service->phase = IDLE;
        break;
    case WAITING:
        bight_timer_stop(service->timer);
        service->phase = IDLE;
        break;
    case CONNECTING:
    case PREPARING:
    case DROPPING:
    case UP:
        end_what_is_under_way(service);
        break;
    case IDLE:
    case STOPPING:
        break;
    }
}

bight_deferred *bight_client_service_stop(bight_client_service *service)
{
    if (service->loop == NULL)
        return NULL;
    bight__loop_check(service->loop);
    stop(service);
    if (service->phase == IDLE)
        return bight_deferred_resolved(service->loop, bight_value_none());
    return bight__connect_waiters_add(&service->stoppers, service->loop, 0);
}

bight_deferred *bight_client_service_when_connected(
    bight_client_service *service, unsigned attempts)
{
    if (service->loop == NULL)
        return NULL;
    bight__loop_check(service->loop);
    if (service->phase == IDLE || service->phase == STOPPING)
        return bight_deferred_rejected(service->loop,
                                       bight_error_of(BIGHT_ERROR_CLOSED));
    if (service->phase == UP)
        return bight_deferred_resolved(
            service->loop, bight__transport_value(service->transport));
    return bight__connect_waiters_add(&service->waiters, service->loop,
                                      attempts);
}

bight_client_state bight_client_service_state(
    const bight_client_service *service)
{
    switch (service->phase) {
    case STARTING:
    case CONNECTING:
    case PREPARING:
    case DROPPING:
        return BIGHT_CLIENT_CONNECTING;
    case UP:
        return BIGHT_CLIENT_CONNECTED;
    case WAITING:
        return BIGHT_CLIENT_WAITING;
    case STOPPING:
        return BIGHT_CLIENT_DISCONNECTING;
    case IDLE:
        break;
    }
    return BIGHT_CLIENT_STOPPED;
}

bight_transport *bight_client_service_transport(
    const bight_client_service *service)
{
    return service->phase == UP ? service->transport : NULL;
}

void bight_client_service_free(bight_client_service *service)
{
    if (service == NULL)
        return;
    enter(service);
    service->freed = true;
    stop(service);
    leave(service);
}
