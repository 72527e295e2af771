/* SPDX-License-Identifier: MIT */
/*
 * Port forwarder: each connection is joined to one of its own to another
 * endpoint. Back-pressure and half-closes pass through, both ways; a connect
 * that fails is the reason why the client's connection ends.
 */
#include <bight/alloc.h>
#include <bight/endpoint.h>
#include <bight/plugin.h>
#include <bight/transport.h>

struct options {
    char *to;
    uint64_t connect_timeout_ms;
};

static bight_error check_to(bight_bytes text, bight_diagnostic *d)
{
    bight_endpoint *to;
    bight_error error =
        bight_endpoint_parse(text, BIGHT_ENDPOINT_CLIENT, &to, d);
    if (!bight_failed(error))
        bight_endpoint_free(to);
    return error;
}

static const bight_option options[] = {
    {.name = "to",
     .type = BIGHT_OPTION_STRING,
     .offset = offsetof(struct options, to),
     .required = true,
     .check = check_to,
     .help = "the endpoint to connect to, as in tcp:HOST:PORT"},
    {.name = "connect-timeout",
     .type = BIGHT_OPTION_DURATION,
     .offset = offsetof(struct options, connect_timeout_ms),
     .default_text = "30s",
     .min = 1,
     .max = 3600 * 1000,
     .help = "how long a connect may take, look-up included"},
};

static const bight_option_table option_table =
    BIGHT_OPTION_TABLE(options, struct options);

struct forward {
    bight_loop *loop;
    bight_endpoint *to;
    bight_owner_options owner;
};

/* -- both sides ----------------------------------------------------------- */

struct side {
    bight_transport *other; /* while both are open and joined */
};

/* All that it hears goes through the pipe; until then it must not close. */
static bool eof_received(void *self, bight_transport *t)
{
    (void)self;
    (void)t;
    return true;
}

/* The pipe closes the other side, with an eof. What was cut short must not look
 * like an end (T25), so a reset is passed on as one. */
static void connection_lost(void *self, bight_transport *t, bight_error why)
{
    const struct side *side = self;
    bool ended = bight_error_is(why, &bight_domain, BIGHT_ERROR_EOF) ||
                 bight_error_is(why, &bight_domain, BIGHT_ERROR_CLOSED);
    (void)t;
    if (side->other == NULL)
        return;
    struct side *other = bight_transport_self(side->other);
    other->other = NULL;
    if (!ended)
        bight_transport_abort(side->other);
}

static bight_error join(bight_transport *near_end, bight_transport *far_end)
{
    struct side *near_side = bight_transport_self(near_end);
    struct side *far_side = bight_transport_self(far_end);
    bight_error error = bight_pipe(near_end, far_end);
    if (!bight_failed(error))
        error = bight_pipe(far_end, near_end);
    if (bight_failed(error))
        return error;
    near_side->other = far_end;
    far_side->other = near_end;
    bight_transport_resume_reading(near_end, BIGHT_HOLD_USER);
    bight_transport_resume_reading(far_end, BIGHT_HOLD_USER);
    return error;
}

/* -- the far side --------------------------------------------------------- */

static void far_connection_made(void *self, bight_transport *t)
{
    (void)self;
    bight_transport_pause_reading(t, BIGHT_HOLD_USER);
}

static const bight_protocol far_protocol = {
    .size = sizeof(bight_protocol),
    .name = "portforward",
    .state_size = sizeof(struct side),
    .connection_made = far_connection_made,
    .eof_received = eof_received,
    .connection_lost = connection_lost,
};

static const bight_factory far_factory = {
    .size = sizeof(bight_factory),
    .name = "portforward",
    .protocol = &far_protocol,
};

/* -- the near side -------------------------------------------------------- */

/* An eof would look as if the far end had had nothing to say. */
static void give_up(bight_transport *near_end, bight_error error)
{
    const bight_log_field why = bight_log_error("why", error);
    bight_transport_log(near_end, BIGHT_LOG_WARNING, "connect-failed", &why, 1);
    bight_transport_fail(near_end, error);
    bight_transport_abort(near_end);
}

/* The connect is the near end's own (T36): that is still there. */
static void connected(bight_result *result, void *arg)
{
    bight_transport *near_end = arg;
    bight_transport *far_end = NULL;
    bight_error error = bight_result_error(result);
    if (!bight_failed(error)) {
        far_end = bight_result_peek(result).as.pointer;
        error = join(near_end, far_end);
    }
    if (!bight_failed(error))
        return;
    give_up(near_end, error);
    if (far_end != NULL)
        bight_transport_close(far_end);
}

static void connection_made(void *self, bight_transport *t)
{
    const struct forward *forward = bight_transport_shared(t);
    (void)self;
    bight_transport_pause_reading(t, BIGHT_HOLD_USER);
    bight_deferred *d = bight_endpoint_connect(forward->loop, forward->to,
                                               &far_factory, &forward->owner);
    bight_transport_own(t, bight_finally(d, connected, t));
}

static const bight_protocol near_protocol = {
    .size = sizeof(bight_protocol),
    .name = "portforward",
    .state_size = sizeof(struct side),
    .connection_made = connection_made,
    .eof_received = eof_received,
    .connection_lost = connection_lost,
};

/* -- the factory ---------------------------------------------------------- */

static bight_error started(void *shared, const void *given, bight_loop *loop)
{
    struct forward *forward = shared;
    const struct options *values = given;
    if (values == NULL || values->to == NULL)
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "portforward needs the option 'to'");
    forward->loop = loop;
    bight_owner_options_init(&forward->owner);
    forward->owner.limits.connect_timeout_ms = values->connect_timeout_ms;
    return bight_error_note(bight_endpoint_parse(bight_bytes_text(values->to),
                                                 BIGHT_ENDPOINT_CLIENT,
                                                 &forward->to, NULL),
                            "to %s", values->to);
}

static void stopped(void *shared)
{
    struct forward *forward = shared;
    bight_endpoint_free(forward->to);
}

static const bight_factory factory = {
    .size = sizeof(bight_factory),
    .name = "portforward",
    .protocol = &near_protocol,
    .shared_size = sizeof(struct forward),
    .started = started,
    .stopped = stopped,
};

BIGHT_PLUGIN(portforward) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "portforward",
    .version = BIGHT_VERSION_STRING,
    .summary = "joins each connection to one to another endpoint",
    .factory = &factory,
    .options = &option_table,
};
