/* SPDX-License-Identifier: MIT */
/*
 * SOCKS 4, 4a and 5 (RFC 1928, 1929): a proxy that connects for its clients.
 * CONNECT alone, maybe with a user's name and password, to the places that the
 * options allow.
 */
#include <assert.h>
#include <stdio.h>

#include <bight/plugin.h>

#include "socks.h"

static bight_error check_allow(bight_bytes text, bight_diagnostic *d)
{
    struct rules rules;
    bight_error error = socks_rules_parse(text, &rules, d);
    if (!bight_failed(error))
        socks_rules_free(&rules);
    return error;
}

static const bight_option options[] = {
    {.name = "username",
     .type = BIGHT_OPTION_STRING,
     .offset = offsetof(struct options, user),
     .min = 1,
     .max = 255,
     .help = "who may use it; SOCKS 4 may not then"},
    {.name = "password",
     .type = BIGHT_OPTION_STRING,
     .offset = offsetof(struct options, password),
     .min = 1,
     .max = 255,
     .secret = true,
     .help = "the user's password"},
    {.name = "allow",
     .type = BIGHT_OPTION_STRING,
     .offset = offsetof(struct options, allow),
     .check = check_allow,
     .help = "places: NAME, *.NAME, ADDRESS/BITS, with :PORT or not"},
    {.name = "deny-private",
     .type = BIGHT_OPTION_BOOL,
     .offset = offsetof(struct options, deny_private),
     .default_text = "no",
     .help = "no loopback, local or other special networks"},
    {.name = "greeting-timeout",
     .type = BIGHT_OPTION_DURATION,
     .offset = offsetof(struct options, greeting_timeout_ms),
     .default_text = "10s",
     .min = 1,
     .max = 3600 * 1000,
     .help = "how long a client may take to say what it wants"},
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

struct socks {
    struct rules rules;
};

/* -- one client ------------------------------------------------------------ */

bight_error socks_broken(const char *what)
{
    return bight_error_note(bight_error_of(BIGHT_ERROR_PROTOCOL_ERROR), "%s",
                            what);
}

bight_error socks_refuse(bight_stream *stream, bight_bytes answer,
                         bight_error error)
{
    (void)bight_stream_write(stream, answer);
    return error;
}

static bight_error read_request(bight_stream *stream,
                                const struct options *values,
                                const struct dialect **ret_dialect,
                                struct request *ret_request)
{
    BIGHT_DEADLINE(greeting, values->greeting_timeout_ms);
    bight_bytes version;
    bight_error error = bight_stream_read_exactly(stream, 1, &version);
    if (bight_failed(error))
        return error;
    if (version.data[0] == 4)
        *ret_dialect = &socks4;
    else if (version.data[0] == 5)
        *ret_dialect = &socks5;
    else
        return socks_refuse(stream, BIGHT_BYTES("\x05\xff"),
                            socks_broken("neither SOCKS 4 nor 5"));
    return (*ret_dialect)->read(stream, values, ret_request);
}

static bight_address local_address(const bight_stream *stream)
{
    bight_address address = {.family = BIGHT_ADDRESS_NONE};
    (void)bight_transport_local(bight_stream_transport(stream), &address);
    return address;
}

static void log_refusal(bight_stream *stream, const struct request *request,
                        bight_error why)
{
    char place[HOST_MAX + 1];
    if (request->name[0] != '\0')
        (void)snprintf(place, sizeof(place), "%s", request->name);
    else
        (void)bight_address_format(&request->address, place, sizeof(place));
    const bight_log_field fields[] = {
        bight_log_text("to", place),
        bight_log_uint("port", request->port),
        bight_log_error("why", why),
    };
    bight_transport_log(bight_stream_transport(stream), BIGHT_LOG_INFO,
                        "refused", fields, 3);
}

static bight_error serve(bight_stream *stream)
{
    const bight_transport *t = bight_stream_transport(stream);
    const struct options *values = bight_transport_options(t);
    const struct socks *socks = bight_transport_shared(t);
    const struct dialect *dialect = &socks5;
    struct request request = {.port = 0};
    bight_stream *far_end;
    bight_error error = read_request(stream, values, &dialect, &request);
    if (bight_failed(error))
        return error;
    assert(dialect != NULL);
    error = socks_reach(&request, &socks->rules, values->connect_timeout_ms,
                        &far_end);
    if (bight_failed(error)) {
        log_refusal(stream, &request, error);
        (void)dialect->answer(stream, error, NULL);
        return error;
    }
    bight_address bound = local_address(far_end);
    error = dialect->answer(stream, bight_ok(), &bound);
    if (!bight_failed(error))
        error = bight_stream_pipe(stream, far_end);
    (void)bight_stream_close(far_end);
    return error;
}

BIGHT_STREAM_PROTOCOL(socks, .serve = serve, .limit = 1024);

/* -- the factory ----------------------------------------------------------- */

static bight_error started(void *shared, const void *given, bight_loop *loop)
{
    struct socks *self = shared;
    const struct options *values = given;
    (void)loop;
    if (values == NULL || (values->user == NULL) != (values->password == NULL))
        return bight_error_note(bight_error_of(BIGHT_ERROR_USAGE),
                                "socks: 'username' and 'password' go together");
    bight_error error =
        socks_rules_parse(bight_bytes_text(values->allow), &self->rules, NULL);
    self->rules.deny_private = values->deny_private;
    return error;
}

static void stopped(void *shared)
{
    struct socks *self = shared;
    socks_rules_free(&self->rules);
}

static const bight_factory factory = {
    .size = sizeof(bight_factory),
    .name = "socks",
    .protocol = &socks,
    .shared_size = sizeof(struct socks),
    .started = started,
    .stopped = stopped,
};

BIGHT_PLUGIN(socks) = {
    .head = BIGHT_PLUGIN_HEAD,
    .name = "socks",
    .version = BIGHT_VERSION_STRING,
    .summary = "connects for its clients: a SOCKS 4, 4a and 5 proxy",
    .factory = &factory,
    .options = &option_table,
};
