/* SPDX-License-Identifier: MIT */
/*
 * What is read from standard input goes to the peer, and what the peer says to
 * standard output. Each way holds at most what is being written: while the
 * peer does not read, nor is standard input read, and while standard output
 * takes nothing, nor is the peer read.
 *
 *     connecting ── connection_made ──> talking ── connection_lost ──> over
 *         └─────────────── failed, a signal ────────────────────────────^
 *
 * Over, it waits for what the peer said last to be written, and for the thread
 * that reads to hear that it shall stop.
 */
#include "client.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bight/log.h>

#include "complain.h"
#include "exit.h"

#define PATIENCE_MS 200

static struct client *client_of(const bight_transport *t)
{
    const struct client_link *link = bight_transport_options(t);
    return link->client;
}

/* -- the end -------------------------------------------------------------- */

static void let_go(struct client *client)
{
    bight_signal_free(client->interrupt);
    bight_signal_free(client->terminate);
    bight_timer_free(client->patience);
    client->interrupt = client->terminate = NULL;
    client->patience = NULL;
}

/* A terminal's other reader may have taken what poll told us of, and one that
 * is stopped takes nothing: such a thread is left behind. */
static void settle(struct client *client)
{
    if (client->connecting != NULL || client->transport != NULL ||
        client->out.busy)
        return;
    standard_stop(&client->in);
    if (client->in.busy)
        bight_timer_start(client->patience, PATIENCE_MS);
    else
        let_go(client);
}

static void on_patience(void *ctx)
{
    struct client *client = ctx;
    bight_loop_stop(client->loop);
}

/* On this side nothing more can be done. */
static void give_up(struct client *client, int code)
{
    client->code = code;
    standard_stop(&client->in);
    standard_stop(&client->out);
    if (client->transport != NULL)
        bight_transport_abort(client->transport);
}

static int lost_code(bight_error why)
{
    int code = exit_code_of(why);
    return code == EXIT_TIMED_OUT || code == EXIT_SYSTEM ? code : EXIT_IO;
}

static bool is_clean(bight_error why)
{
    return bight_error_is(why, &bight_domain, BIGHT_ERROR_CLOSED) ||
           bight_error_is(why, &bight_domain, BIGHT_ERROR_EOF);
}

static int judge_end(const struct client *client, const bight_end *end)
{
    if (!is_clean(end->why)) {
        (void)complain_error(bight_error_note(end->why, "%s", client->name));
        return lost_code(end->why);
    }
    if (end->unsent == 0)
        return EXIT_FINE;
    complain_text("%s: closed with %" PRIu64 " bytes unsent", client->name,
                  end->unsent);
    return EXIT_IO;
}

static void say_ended(const bight_end *end)
{
    const bight_log_field fields[] = {
        bight_log_uint("in", end->bytes_in),
        bight_log_uint("out", end->bytes_out),
        bight_log_uint("unsent", end->unsent),
        bight_log_uint("ms", end->duration_ms),
        bight_log_error("why", end->why),
    };
    bight_log_write(BIGHT_LOG_INFO, "ended", fields, 5);
}

/* -- standard input ------------------------------------------------------- */

static void read_input(struct client *client)
{
    bight_error error = standard_read(&client->in);
    if (bight_failed(error))
        give_up(client, complain_error(error));
}

static void end_input(struct client *client)
{
    client->input_ended = true;
    if (client->peer_ended)
        bight_transport_close(client->transport);
    else if (!client->options->no_half_close)
        (void)bight_transport_write_eof(client->transport);
}

static void on_read(void *ctx, bight_error error)
{
    struct client *client = ctx;
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_CANCELLED) ||
        client->transport == NULL) {
        settle(client);
        return;
    }
    if (bight_failed(error)) {
        (void)complain_error(error);
        give_up(client, EXIT_IO);
    } else if (client->in.size == 0) {
        end_input(client);
    } else if (bight_transport_write(
                   client->transport,
                   bight_bytes_of(client->in.data, client->in.size)) ==
               BIGHT_WRITE_READY) {
        read_input(client);
    }
}

/* -- standard output ------------------------------------------------------ */

static void on_written(void *ctx, bight_error error)
{
    struct client *client = ctx;
    if (bight_error_is(error, &bight_domain, BIGHT_ERROR_CANCELLED)) {
        settle(client);
    } else if (bight_failed(error)) {
        (void)complain_error(error);
        give_up(client, EXIT_IO);
    } else if (client->transport != NULL) {
        bight_transport_resume_reading(client->transport, BIGHT_HOLD_USER);
    }
    settle(client);
}

/* -- the protocol --------------------------------------------------------- */

static void say_connected(const struct client *client, const bight_transport *t)
{
    char text[BIGHT_ADDRESS_TEXT_MAX];
    bight_address peer = bight_transport_peer(t);
    (void)bight_address_format(&peer, text, sizeof(text));
    const bight_log_field fields[] = {
        bight_log_text("endpoint", client->name),
        bight_log_text("peer", text),
    };
    bight_log_write(BIGHT_LOG_INFO, "connected", fields, 2);
    if (client->options->quiet || !client->in.is_terminal ||
        isatty(STDERR_FILENO) != 1)
        return;
    (void)fprintf(stderr,
                  "bight: connected to %s - Ctrl-D: no more to say, Ctrl-C: "
                  "end\n",
                  client->name);
}

static void connection_made(void *self, bight_transport *t)
{
    struct client *client = client_of(t);
    (void)self;
    client->transport = t;
    say_connected(client, t);
    read_input(client);
}

static void data_received(void *self, bight_transport *t, bight_bytes data)
{
    struct client *client = client_of(t);
    bight_bytes rest = bight_bytes_tail(data, STANDARD_MAX);
    bight_error error = bight_ok();
    (void)self;
    bight_transport_pause_reading(t, BIGHT_HOLD_USER);
    if (rest.size > 0)
        error = bight_transport_unread(t, rest);
    if (!bight_failed(error))
        error =
            standard_write(&client->out, bight_bytes_head(data, STANDARD_MAX));
    if (bight_failed(error))
        give_up(client, complain_error(error));
}

/* Who types sees that the peer is gone; a file is sent to its end. */
static bool eof_received(void *self, bight_transport *t)
{
    struct client *client = client_of(t);
    (void)self;
    client->peer_ended = true;
    return !client->input_ended && !client->in.is_terminal &&
           !client->options->end_with_peer;
}

static void resume_writing(void *self, bight_transport *t)
{
    struct client *client = client_of(t);
    (void)self;
    if (!client->in.busy && !client->input_ended)
        read_input(client);
}

static void connection_lost(void *self, bight_transport *t, bight_error why)
{
    struct client *client = client_of(t);
    bight_end end = {.size = sizeof(end)};
    (void)self;
    (void)why;
    bight_transport_end(t, &end);
    say_ended(&end);
    client->transport = NULL;
    if (client->code == 0)
        client->code = judge_end(client, &end);
    if (client->stopping)
        standard_stop(&client->out);
    settle(client);
}

static const bight_protocol protocol = {
    .size = sizeof(bight_protocol),
    .name = "connect",
    .connection_made = connection_made,
    .data_received = data_received,
    .eof_received = eof_received,
    .resume_writing = resume_writing,
    .connection_lost = connection_lost,
};

static const bight_factory factory = {
    .size = sizeof(bight_factory),
    .name = "connect",
    .protocol = &protocol,
};

/* -- signals -------------------------------------------------------------- */

static void stop(struct client *client, int signum)
{
    bool again = client->stopping;
    client->stopping = true;
    standard_stop(&client->in);
    if (client->connecting != NULL && client->transport == NULL) {
        client->code = EXIT_SIGNAL + signum;
        bight_cancel(client->connecting);
    } else if (again) {
        give_up(client, EXIT_SIGNAL + signum);
        bight_timer_start(client->patience, PATIENCE_MS);
    } else if (client->transport != NULL) {
        bight_transport_close(client->transport);
    } else {
        standard_stop(&client->out);
    }
}

static void on_interrupt(void *ctx)
{
    stop(ctx, SIGINT);
}

static void on_terminate(void *ctx)
{
    stop(ctx, SIGTERM);
}

static bight_error watch(struct client *client)
{
    bight_error error =
        bight_timer_new(client->loop, on_patience, client, &client->patience);
    if (!bight_failed(error))
        error = bight_signal_new(client->loop, SIGINT, on_interrupt, client,
                                 &client->interrupt);
    if (!bight_failed(error))
        error = bight_signal_new(client->loop, SIGTERM, on_terminate, client,
                                 &client->terminate);
    return error;
}

/* -- the start ------------------------------------------------------------ */

static int connect_code(bight_error error)
{
    int code = exit_code_of(error);
    return code == EXIT_TIMED_OUT || code == EXIT_SYSTEM ||
                   code == EXIT_PERMISSION
               ? code
               : EXIT_UNAVAILABLE;
}

static void on_connected(bight_result *result, void *arg)
{
    struct client *client = arg;
    bight_error error = bight_result_error(result);
    bight_deferred *connecting = client->connecting;
    client->connecting = NULL;
    bight_detach(connecting);
    if (bight_failed(error) && client->code == 0) {
        (void)complain_error(error);
        client->code = connect_code(error);
    }
    settle(client);
}

static void set_owner(struct client *client, bight_owner_options *owner)
{
    const struct connect_options *options = client->options;
    bight_owner_options_init(owner);
    owner->limits.connect_timeout_ms = options->connect_timeout_ms;
    owner->limits.idle_timeout_ms = options->idle_timeout_ms;
    client->link.client = client;
    owner->factory_options = &client->link;
    if (options->trace == TRACE_OFF && !options->verbose)
        return;
    client->trace = (bight_trace_options){.size = sizeof(client->trace),
                                          .hex = options->trace == TRACE_HEX};
    client->filter =
        (bight_filter_use){.filter = &bight_trace, .options = &client->trace};
    owner->filters = &client->filter;
    owner->filter_count = 1;
}

static bight_error prepare(struct client *client)
{
    bight_error error = standard_init(&client->in, client->loop, STDIN_FILENO);
    client->in.done = on_read;
    client->in.ctx = client;
    if (!bight_failed(error))
        error = standard_init(&client->out, client->loop, STDOUT_FILENO);
    client->out.done = on_written;
    client->out.ctx = client;
    return bight_failed(error) ? error : watch(client);
}

int client_start(struct client *client)
{
    bight_owner_options owner;
    client->in.wake = client->out.wake = -1;
    (void)bight_endpoint_format(client->endpoint, client->name,
                                sizeof(client->name));
    bight_error error = prepare(client);
    if (bight_failed(error))
        return complain_error(error);
    set_owner(client, &owner);
    client->connecting = bight_endpoint_connect(client->loop, client->endpoint,
                                                &factory, &owner);
    client->connecting =
        bight_finally(client->connecting, on_connected, client);
    return 0;
}

bool client_fini(struct client *client)
{
    let_go(client);
    if (client->in.busy || client->out.busy)
        return false;
    standard_fini(&client->in);
    standard_fini(&client->out);
    return true;
}
