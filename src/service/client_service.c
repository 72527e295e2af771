/* SPDX-License-Identifier: MIT */
/* The client service's life, options and verbs. */
#include "service/client_service.h"

#include <assert.h>
#include <string.h>
#include <sys/random.h>

#include <bight/alloc.h>

#define DELAY_MAX_MS (UINT64_C(366) * 24 * 60 * 60 * 1000)

/* -- life ----------------------------------------------------------------- */

void bight__client_leave_loop(bight_client_service *service)
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
    bight__client_leave_loop(service);
    bight_endpoint_free(service->endpoint);
    bight_free(service->texts);
    bight_free(service);
}

void bight__client_leave(bight_client_service *service)
{
    service->busy--;
    if (service->busy == 0 && service->freed &&
        service->phase == BIGHT__CLIENT_IDLE)
        destroy(service);
}

/* -- hooks ----------------------------------------------------------------- */

static void on_reported(void *ctx, bight_transport *t,
                        const bight_report *report)
{
    bight_client_service *service = ctx;
    service->reported(service->owner_ctx, t, report);
}

static void on_ready(struct bight__ready *entry)
{
    bight_client_service *service =
        bight__container(entry, bight_client_service, ready);
    bight__client_enter(service);
    bight__client_attempt(service);
    bight__client_leave(service);
}

static void on_close(struct bight__resource *resource)
{
    bight_client_service *service =
        bight__container(resource, bight_client_service, resource);
    if (service->phase == BIGHT__CLIENT_STARTING)
        bight__ready_remove(service->loop, &service->ready);
    bight__client_loop_closes(service);
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
    owner->ended = bight__client_ended;
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
    return bight__timer_new(service->loop, bight__client_timer, service,
                            &service->timer);
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
    if (service->phase == BIGHT__CLIENT_STOPPING)
        return bight_error_of(BIGHT_ERROR_BUSY);
    if (service->phase != BIGHT__CLIENT_IDLE)
        return bight_ok();
    service->phase = BIGHT__CLIENT_STARTING;
    bight__backoff_reset(&service->backoff);
    bight__ready_push(service->loop, &service->ready);
    return bight_ok();
}

static void stop(bight_client_service *service)
{
    bight__connect_waiters_reject(&service->waiters,
                                  bight_error_of(BIGHT_ERROR_CLOSED));
    switch (service->phase) {
    case BIGHT__CLIENT_STARTING:
        bight__ready_remove(service->loop, &service->ready);
        service->phase = BIGHT__CLIENT_IDLE;
        break;
    case BIGHT__CLIENT_WAITING:
        bight_timer_stop(service->timer);
        service->phase = BIGHT__CLIENT_IDLE;
        break;
    case BIGHT__CLIENT_CONNECTING:
    case BIGHT__CLIENT_PREPARING:
    case BIGHT__CLIENT_DROPPING:
    case BIGHT__CLIENT_UP:
        bight__client_end(service);
        break;
    case BIGHT__CLIENT_IDLE:
    case BIGHT__CLIENT_STOPPING:
        break;
    }
}

bight_deferred *bight_client_service_stop(bight_client_service *service)
{
    if (service->loop == NULL)
        return NULL;
    bight__loop_check(service->loop);
    stop(service);
    if (service->phase == BIGHT__CLIENT_IDLE)
        return bight_deferred_resolved(service->loop, bight_value_none());
    return bight__connect_waiters_add(&service->stoppers, service->loop, 0);
}

bight_deferred *bight_client_service_when_connected(
    bight_client_service *service, unsigned attempts)
{
    if (service->loop == NULL)
        return NULL;
    bight__loop_check(service->loop);
    if (service->phase == BIGHT__CLIENT_IDLE ||
        service->phase == BIGHT__CLIENT_STOPPING)
        return bight_deferred_rejected(service->loop,
                                       bight_error_of(BIGHT_ERROR_CLOSED));
    if (service->phase == BIGHT__CLIENT_UP)
        return bight_deferred_resolved(
            service->loop, bight__transport_value(service->transport));
    return bight__connect_waiters_add(&service->waiters, service->loop,
                                      attempts);
}

bight_client_state bight_client_service_state(
    const bight_client_service *service)
{
    switch (service->phase) {
    case BIGHT__CLIENT_STARTING:
    case BIGHT__CLIENT_CONNECTING:
    case BIGHT__CLIENT_PREPARING:
    case BIGHT__CLIENT_DROPPING:
        return BIGHT_CLIENT_CONNECTING;
    case BIGHT__CLIENT_UP:
        return BIGHT_CLIENT_CONNECTED;
    case BIGHT__CLIENT_WAITING:
        return BIGHT_CLIENT_WAITING;
    case BIGHT__CLIENT_STOPPING:
        return BIGHT_CLIENT_DISCONNECTING;
    case BIGHT__CLIENT_IDLE:
        break;
    }
    return BIGHT_CLIENT_STOPPED;
}

bight_transport *bight_client_service_transport(
    const bight_client_service *service)
{
    return service->phase == BIGHT__CLIENT_UP ? service->transport : NULL;
}

void bight_client_service_free(bight_client_service *service)
{
    if (service == NULL)
        return;
    bight__client_enter(service);
    service->freed = true;
    stop(service);
    bight__client_leave(service);
}
