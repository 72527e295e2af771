/* SPDX-License-Identifier: MIT */
/* The client service's attempts, connections and failures: its phases. */
#include "service/client_service.h"

#include <assert.h>

#include <bight/alloc.h>
#include <bight/log.h>

#include "async/abandon.h"

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
    service->phase = BIGHT__CLIENT_WAITING;
    bool fatal = is_fatal(service, why);
    /* It may have stopped the service. */
    if (service->phase != BIGHT__CLIENT_WAITING)
        return;
    if (fatal) {
        service->phase = BIGHT__CLIENT_IDLE;
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
    if (service->phase == BIGHT__CLIENT_DROPPING) {
        try_again(service, remembered(service));
        return;
    }
    assert(service->phase == BIGHT__CLIENT_STOPPING);
    service->phase = BIGHT__CLIENT_IDLE;
    if (service->timer != NULL)
        bight_timer_stop(service->timer);
    bight__connect_waiters_resolve(&service->stoppers, NULL);
}

/* -- connections ---------------------------------------------------------- */

static void rise(bight_client_service *service)
{
    service->phase = BIGHT__CLIENT_UP;
    service->up_ns = bight_loop_now_ns(service->loop);
    if (service->options.prepare != NULL)
        bight__backoff_reset(&service->backoff);
    bight__connect_waiters_resolve(&service->waiters, service->transport);
}

static void drop(bight_client_service *service, bight_error why)
{
    remember(service, why);
    service->phase = BIGHT__CLIENT_DROPPING;
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
    bight__client_enter(service);
    bight_detach(service->preparing);
    service->preparing = NULL;
    if (service->phase != BIGHT__CLIENT_PREPARING)
        settle(service);
    else if (bight_failed(error))
        drop(service, not_prepared(service, error));
    else
        rise(service);
    bight__client_leave(service);
}

static void prepare(bight_client_service *service)
{
    const bight_client_service_options *options = &service->options;
    service->phase = BIGHT__CLIENT_PREPARING;
    if (options->prepare == NULL) {
        rise(service);
        return;
    }
    bight_deferred *d = options->prepare(options->ctx, service->transport);
    if (options->prepare_timeout_ms > 0)
        d = bight_timeout(d, options->prepare_timeout_ms);
    service->preparing = d;
    /* The hook may have stopped the service. */
    if (service->phase != BIGHT__CLIENT_PREPARING && d != NULL)
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
    if (service->phase == BIGHT__CLIENT_CONNECTING) {
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
    bight__client_enter(service);
    bight_detach(service->connecting);
    service->connecting = NULL;
    connected_to(service, bight_failed(error) ? NULL : value.as.pointer, error);
    bight__client_leave(service);
}

void bight__client_attempt(bight_client_service *service)
{
    bight_loop *loop = service->loop;
    const void *outer = loop->origin;
    service->phase = BIGHT__CLIENT_CONNECTING;
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
    if (service->phase == BIGHT__CLIENT_UP) {
        fell(service, why);
    } else if (service->phase == BIGHT__CLIENT_PREPARING) {
        drop(service, why);
    } else {
        if (service->preparing != NULL)
            bight__deferred_abandon(service->preparing,
                                    service->options.stop_timeout_ms);
        settle(service);
    }
}

/* -- what comes from elsewhere ------------------------------------------- */

void bight__client_ended(void *ctx, bight_transport *t, const bight_end *end)
{
    bight_client_service *service = ctx;
    bight__client_enter(service);
    if (service->ended != NULL)
        service->ended(service->owner_ctx, t, end);
    connection_ended(service, end->why);
    bight__client_leave(service);
}

void bight__client_timer(void *ctx)
{
    bight_client_service *service = ctx;
    bight__client_enter(service);
    if (service->phase == BIGHT__CLIENT_WAITING)
        bight__client_attempt(service);
    else if (service->transport != NULL)
        bight_transport_abort(service->transport);
    bight__client_leave(service);
}

/* What is under way ends by the loop's close, and is heard of before that. */
void bight__client_loop_closes(bight_client_service *service)
{
    bight__client_enter(service);
    bight__client_leave_loop(service);
    bight__connect_waiters_reject(&service->waiters,
                                  bight_error_of(BIGHT_ERROR_LOOP_CLOSED));
    if (service->phase != BIGHT__CLIENT_IDLE) {
        service->phase = BIGHT__CLIENT_STOPPING;
        settle(service);
    }
    bight__client_leave(service);
}

void bight__client_end(bight_client_service *service)
{
    uint64_t ms = service->options.stop_timeout_ms;
    service->phase = BIGHT__CLIENT_STOPPING;
    if (service->connecting != NULL)
        bight__deferred_abandon(service->connecting, ms);
    if (service->preparing != NULL)
        bight__deferred_abandon(service->preparing, ms);
    if (service->transport != NULL)
        bight_transport_close(service->transport);
    bight_timer_start(service->timer, ms);
}
